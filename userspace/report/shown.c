// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "buckets.h"
#include "group.h"
#include "memory.h"
#include "picture.h"
#include "shown.h"

static struct world *find_world(struct worlds *w, const json_t *environment, const char *across)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (!w->same || w->same(w->of[i].environment, environment, across))
			return &w->of[i];
	w->of = memory_more(w->of, w->n, sizeof(*w->of));
	w->of[w->n] = (struct world){ .environment = environment, .number = w->n + 1 };
	return &w->of[w->n++];
}

static struct shown *find_case(struct world *w, const char *from, const char *name,
			       const char *spec)
{
	struct shown *s;
	size_t i;

	for (i = 0; i < w->n; i++)
		if (!strcmp(w->of[i].spec, spec) && !strcmp(w->of[i].name, name) &&
		    !strcmp(w->of[i].from, from))
			return &w->of[i];
	w->of = memory_more(w->of, w->n, sizeof(*w->of));
	s = &w->of[w->n++];
	*s = (struct shown){
		.name = name, .spec = memory_text(spec), .from = from, .verdict = VERDICT_SKIP,
		.reason = "",
	};
	return s;
}

static bool stolen(const json_t *result)
{
	return result_stolen(verdict_of(result), shown_number(result, NULL, "stolen"));
}

/* Whether a run has no say: its host made its figures, and another one of its case is as it is. */
static bool put_aside(const json_t *results, const json_t *run)
{
	const json_t *other;
	size_t i;

	if (!stolen(run))
		return false;
	json_array_foreach(results, i, other)
		if (!strcmp(text_of(other, "case"), text_of(run, "case")) && !stolen(other))
			return true;
	return false;
}

/* Runs come in a random order, a summary in that of the job. */
static void in_order(struct world *w, size_t first, const json_t *summary)
{
	size_t i, k, at = first;
	const json_t *one;
	struct shown swap;

	json_array_foreach(summary, i, one)
		for (k = at; k < w->n; k++) {
			if (strcmp(w->of[k].name, text_of(one, "case")))
				continue;
			swap = w->of[k];
			memmove(&w->of[at + 1], &w->of[at], (k - at) * sizeof(swap));
			w->of[at++] = swap;
			break;
		}
}

/* Of each document so many runs, and so many documents: 0, or -1 for more. */
static int add_run(struct shown *s, const json_t *run, const json_t *document)
{
	s->run = memory_more(s->run, s->nruns, sizeof(*s->run));
	s->document = memory_more(s->document, s->nruns, sizeof(*s->document));
	if (!s->nruns || s->document[s->nruns - 1] != document) {
		s->nboots++;
		s->first = s->nruns;
	}
	if (s->nboots > STATS_MAX || s->nruns - s->first == STATS_MAX)
		return -1;
	s->document[s->nruns] = document;
	s->run[s->nruns++] = run;
	return 0;
}

/*
 * Whether a case has, of each word, one of the values: of a key that takes lists "lock=mcs,ticket"
 * is either. @own is what all of its words come to.
 */
static bool is_chosen(const struct spec *spec, const char *own, const char *words)
{
	char one[SPEC_TEXT], with[SPEC_TEXT];
	const struct spec_key *key;
	size_t len, name, n;
	const char *value;
	bool has;

	for (; *words; words += len, words += *words == ' ') {
		len = strcspn(words, " ");
		name = strcspn(words, "=");
		key = spec_key(words, name);
		has = false;
		for (value = words + name + 1; value <= words + len && !has; value += n + 1) {
			n = words + len - value;
			if (key && key->flags & SPEC_LIST && memchr(value, ',', n))
				n = strcspn(value, ",");
			snprintf(one, sizeof(one), "%.*s=%.*s", (int)name, words, (int)n, value);
			has = !side_spec(spec, one, with, sizeof(with)) && !strcmp(own, with);
		}
		if (!has)
			return false;
	}
	return true;
}

/**
 * worlds_add - add the cases of a document
 * @w: to which
 * @from: what the document is called
 * @document: it, which must outlive @w
 * @across: keys in which the worlds of documents may differ, or NULL
 * @words: of the grammar: of its cases those that have them, of a list one of its values
 * @message: what is wrong with the document
 * @size: bytes of @message
 *
 * Return: 0, or -1 with @message filled in.
 */
int worlds_add(struct worlds *w, const char *from, const json_t *document, const char *across,
	       const char *words, char *message, size_t size)
{
	const json_t *results = json_object_get(document, "results"), *run;
	struct world *world = find_world(w, json_object_get(document, "environment"), across);
	char own[SPEC_TEXT];
	const size_t first = world->n;
	struct shown *s;
	struct spec spec;
	size_t i;

	world->document = memory_more(world->document, world->ndocuments,
				      sizeof(*world->document));
	world->document[world->ndocuments++] = document;
	json_array_foreach(results, i, run) {
		const enum verdict verdict = verdict_of(run);

		if (run_spec(run, i, &spec, message, size))
			return -1;
		if (side_spec(&spec, "", own, sizeof(own)) || !is_chosen(&spec, own, words))
			continue;
		if (put_aside(results, run))
			continue;
		s = find_case(world, from, text_of(run, "case"), own);
		if (!s->reason[0] || verdict_worse(s->verdict, verdict) != s->verdict)
			s->reason = text_of(run, "reason");
		s->verdict = verdict_worse(s->verdict, verdict);
		if (add_run(s, run, document)) {
			snprintf(message, size, "more than %u runs of %s, or boots of it",
				 STATS_MAX, s->name);
			return -1;
		}
	}
	in_order(world, first, json_object_get(document, "summary"));
	return 0;
}

/* Of a case that has failed no figure is one; of one that passed those of its complete runs. */
static void keep_runs(struct shown *s)
{
	const bool drawn = s->verdict == VERDICT_PASS || s->verdict == VERDICT_INCONCLUSIVE;
	size_t i, n = 0;

	for (i = 0; i < s->nruns; i++)
		if (drawn && verdict_of(s->run[i]) == s->verdict &&
		    json_object_get(s->run[i], "ops")) {
			s->document[n] = s->document[i];
			s->run[n++] = s->run[i];
		}
	s->nruns = n;
}

static void label(struct world *w, size_t i, bool from)
{
	struct shown *s = &w->of[i];
	size_t size;
	FILE *f = open_memstream(&s->brief, &size);

	if (!f)
		abort();
	labels_text(w->labels, i, NULL, true, f);
	if (!ftell(f))
		fputs(s->name, f);
	if (from)
		fprintf(f, " (%s)", s->from);
	if (fclose(f))
		abort();
	if (asprintf(&s->label, "%s%s", s->brief,
		     s->verdict == VERDICT_INCONCLUSIVE ? " (inconclusive)" : "") < 0)
		abort();
}

/**
 * shown_together - whether two cases are of one section
 * @a: the one
 * @b: the other
 *
 * Return: whether they are.
 */
bool shown_together(const struct shown *a, const struct shown *b)
{
	const size_t len = strcspn(a->name, "/");

	return len == strcspn(b->name, "/") && !strncmp(a->name, b->name, len);
}

/* Those of a section stay together where they fit. */
static void share_out(struct world *w)
{
	struct shown **drawn = calloc(w->n + 1, sizeof(*drawn));
	size_t n = 0, begin, end, i;

	if (!drawn)
		abort();
	for (i = 0; i < w->n; i++)
		if (w->of[i].nruns)
			drawn[n++] = &w->of[i];
	for (begin = 0; begin < n; begin = end, w->nparts++) {
		end = n - begin < PICTURE_SLOTS ? n : begin + PICTURE_SLOTS;
		for (i = end; end < n && i > begin; i--)
			if (!shown_together(drawn[i], drawn[i - 1])) {
				end = i;
				break;
			}
		for (i = begin; i < end; i++) {
			drawn[i]->part = w->nparts;
			drawn[i]->slot = i - begin;
		}
	}
	free(drawn);
}

/**
 * worlds_ready - say what tells cases apart, when all are there
 * @w: all of them
 */
void worlds_ready(struct worlds *w)
{
	size_t i, k;

	for (i = 0; i < w->n; i++) {
		struct world *world = &w->of[i];
		bool from = false;

		world->labelled = calloc(world->n + 1, sizeof(*world->labelled));
		if (!world->labelled)
			abort();
		for (k = 0; k < world->n; k++) {
			world->labelled[k] = (struct labelled){
				world->of[k].name, world->of[k].spec
			};
			from |= strcmp(world->of[k].from, world->of[0].from);
		}
		world->labels = labels_new(world->labelled, world->n);
		if (!world->labels)
			abort();
		for (k = 0; k < world->n; k++) {
			label(world, k, from);
			keep_runs(&world->of[k]);
		}
		share_out(world);
	}
}

/**
 * worlds_free - give the memory back
 * @w: all of them
 */
void worlds_free(struct worlds *w)
{
	size_t i, k;

	for (i = 0; i < w->n; i++) {
		for (k = 0; k < w->of[i].n; k++) {
			free(w->of[i].of[k].spec);
			free(w->of[i].of[k].brief);
			free(w->of[i].of[k].label);
			free(w->of[i].of[k].run);
			free(w->of[i].of[k].document);
		}
		labels_free(w->of[i].labels);
		free(w->of[i].labelled);
		free(w->of[i].document);
		free(w->of[i].of);
	}
	free(w->of);
}

/**
 * shown_number - a number of a run
 * @run: the run
 * @group: the object in it that has the number; NULL: the run itself
 * @key: of the number
 *
 * Return: the number; NaN for none, or for one that nothing can have measured.
 */
double shown_number(const json_t *run, const char *group, const char *key)
{
	const json_t *value = json_object_get(group ? json_object_get(run, group) : run, key);
	const double number = json_number_value(value);

	return json_is_number(value) && number >= 0 && number <= METRIC_MOST ? number : NAN;
}

/**
 * shown_hist - the distribution of a time, of all runs of a case
 * @s: the case
 * @time: which time: "wait"
 * @h: what it is added to; NULL: whether it is there is all that is asked
 *
 * Return: 0; 1 where a run has none, or no buckets of it; -1 where these are wrong.
 */
int shown_hist(const struct shown *s, const char *time, struct hist *h)
{
	char group[80];
	int ret = !s->nruns;
	size_t i;

	snprintf(group, sizeof(group), "%s_ns", time);
	for (i = 0; i < s->nruns && !ret; i++) {
		const json_t *distribution = json_object_get(s->run[i], group);

		if (h)
			ret = json_is_object(distribution) ? buckets_add(h, distribution) : 1;
		else
			ret = !json_object_get(distribution, "buckets");
	}
	return ret;
}

/**
 * shown_rate - what a case's throughput is
 * @s: the case
 *
 * Return: answered requests of a scenario, elements where the structure has roles, or operations.
 */
const struct metric *shown_rate(const struct shown *s)
{
	if (s->nruns && json_object_get(s->run[0], "scenario"))
		return metric_find("goodput_per_s");
	if (s->nruns && json_is_true(json_object_get(s->run[0], "roles")))
		return metric_find("elements_per_s");
	return metric_find("ops_per_s");
}

/**
 * shown_figure - a figure of a case
 * @s: the case
 * @m: the figure; without a key the case's throughput
 *
 * Runs of one boot are no sample of boots: where there are several of these, each is its median,
 * as for contend compare.
 *
 * Return: the figure, of all its runs.
 */
struct figure shown_figure(const struct shown *s, const struct metric *m)
{
	struct figure figure = { .median = NAN };
	double each[STATS_MAX], now[STATS_MAX];
	size_t i, n = 0;

	m = m->key ? m : shown_rate(s);
	for (i = 0; i < s->nruns; i++) {
		n += !metric_value(m, s->run[i], &now[n]);
		if (s->nboots == 1 || !n ||
		    (i + 1 < s->nruns && s->document[i + 1] == s->document[i]))
			continue;
		each[figure.n++] = stats_median(now, n);
		n = 0;
	}
	if (s->nboots == 1) {
		memcpy(each, now, n * sizeof(*each));
		figure.n = n;
	}
	if (!figure.n)
		return figure;
	figure.median = stats_median(each, figure.n);
	figure.interval = stats_median_interval(each, figure.n);
	return figure;
}

/**
 * metric_unit - what a figure is measured in
 * @m: the figure
 *
 * Return: the unit, for a picture.
 */
enum figure_unit metric_unit(const struct metric *m)
{
	return !strcmp(m->unit, "ns") ? UNIT_TIME : !strcmp(m->unit, "1/s") ? UNIT_RATE :
	       !strcmp(m->unit, "B") ? UNIT_BYTES : UNIT_PLAIN;
}

/**
 * world_text - a line about a world
 * @environment: of a document, or NULL
 *
 * Return: the line, to be freed.
 */
char *world_text(const json_t *environment)
{
	char *world = environment_text(environment), *text;

	if (asprintf(&text, "%s, CPU %s%s", world, text_of(environment, "cpu"),
		     json_is_true(json_object_get(environment, "emulated")) ?
		     "; times are emulated" : "") < 0)
		abort();
	free(world);
	return text;
}

/**
 * document_command - what makes a document again
 * @document: it
 *
 * Return: the command, outside of a virtual machine where it was one; "" where nobody knows.
 */
const char *document_command(const json_t *document)
{
	const json_t *provenance = json_object_get(document, "provenance");
	const char *outside = text_of(provenance, "host_command_line");

	return outside[0] ? outside : text_of(provenance, "command_line");
}

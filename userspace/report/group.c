// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/string.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "group.h"
#include "lib/nearest.h"

const struct metric told[NR_TOLD] = {
	[TOLD_MEAN] = { "trimmed_mean_ns", NULL, "handover_ns", "trimmed_mean", "ns", true,
			READ_EXACTLY, OF_WORKLOADS },
	[TOLD_SHARE] = { "share", NULL, "fairness", "handovers", "", true, READ_EXACTLY,
			OF_WORKLOADS },
};

/**
 * text_of - a text in a document
 * @object: an object, or what may be none
 * @key: in it
 *
 * Return: the text; "" where there is none.
 */
const char *text_of(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

/**
 * side_world - what the figures of a document belong to
 * @s: the side
 * @i: which of its documents
 *
 * Return: its environment; NULL when it has none.
 */
const json_t *side_world(const struct side *s, size_t i)
{
	return json_object_get(json_array_get(s->documents, i), "environment");
}

/**
 * verdict_of - the verdict of a run
 * @result: the run
 *
 * Return: its verdict; one that this program does not know is no pass.
 */
enum verdict verdict_of(const json_t *result)
{
	enum verdict v = VERDICT_PASS;

	while (v < VERDICT_ERROR && strcmp(text_of(result, "verdict"), verdict_name(v)))
		v++;
	return v;
}

/**
 * side_spec - a case's words with those of a side
 * @spec: the case
 * @words: the side's
 * @text: all of them, formatted; what is formatted has no second spelling
 * @size: bytes of @text
 *
 * Return: 0, or -1 where the words are wrong or too many.
 */
int side_spec(const struct spec *spec, const char *words, char *text, size_t size)
{
	struct spec_error error;
	struct spec changed = *spec;

	if (spec_parse(&changed, words, strlen(words), &error))
		return -1;
	return spec_format(&changed, text, size) < 0 ? -1 : 0;
}

/**
 * groups_find - the runs of a case
 * @groups: of a side
 * @spec: the case, with the words of A
 *
 * Return: its group; NULL when the side has none.
 */
struct group *groups_find(const struct groups *groups, const char *spec)
{
	size_t i;

	for (i = 0; i < groups->n; i++)
		if (!strcmp(groups->group[i].spec, spec))
			return &groups->group[i];
	return NULL;
}

/**
 * struct found - where runs have a figure of a scenario's own
 * @run: the first one that has it; NULL: none has
 * @names: all figures that runs have, an object with these as keys
 */
struct found {
	const json_t *run;
	json_t *names;
};

static void find_in(struct found *f, const json_t *documents, const char *key)
{
	json_t *document, *run, *figures;
	size_t d, i;

	json_array_foreach(documents, d, document) {
		json_array_foreach(json_object_get(document, "results"), i, run) {
			figures = json_object_get(run, OWN_FIGURES);
			json_object_update(f->names, figures);
			if (!f->run && json_object_get(figures, key))
				f->run = run;
		}
	}
}

static const char *key_number(unsigned int i, const void *object)
{
	void *at = json_object_iter((json_t *)object);

	while (at && i--)
		at = json_object_iter_next((json_t *)object, at);
	return at ? json_object_iter_key(at) : NULL;
}

/* Those that begin like a name, or the one that is next to it. */
static void tell_names(FILE *f, const json_t *names, const char *like)
{
	const char *name, *comma = ": did you mean ";
	unsigned int i;

	for (i = 0; (name = key_number(i, names)); i++) {
		if (strncmp(name, like, strlen(like)))
			continue;
		fprintf(f, "%s'%s.%s'", comma, OWN_FIGURES, name);
		comma = " or ";
	}
	name = spec_nearest(like, strlen(like), key_number, names);
	if (comma[0] == ':' && name)
		fprintf(f, "%s'%s.%s'", comma, OWN_FIGURES, name);
	fputs(comma[0] == ':' && !name ? "" : "?", f);
}

/**
 * comparison_own - what the documents say of a figure of a scenario's own
 * @c: the comparison; its metric becomes @own where it is such a figure
 * @own: room for that
 * @message: what is wrong: no run has it, though there are runs that have figures
 * @size: bytes of @message
 *
 * Return: 0, or -1 with @message filled in.
 */
int comparison_own(struct comparison *c, struct metric *own, char *message, size_t size)
{
	struct found found = { .names = json_object() };
	FILE *f;
	size_t s;
	int ret = 0;

	if (!c->metric->group || strcmp(c->metric->group, OWN_FIGURES))
		goto out;
	for (s = 0; s < c->nsides; s++)
		find_in(&found, c->side[s].documents, c->metric->key);
	*own = *c->metric;
	own->less = metric_less(own, found.run);
	c->metric = own;
	if (found.run || !json_object_size(found.names))
		goto out;
	f = fmemopen(message, size, "w");
	if (!f)
		abort();
	fprintf(f, "no run has %s", own->name);
	tell_names(f, found.names, own->key);
	fclose(f);
	ret = -1;
out:
	json_decref(found.names);
	return ret;
}

static struct group *add_group(struct groups *groups, const char *spec, const char *name)
{
	struct group *group = realloc(groups->group, (groups->n + 1) * sizeof(*group));

	if (!group)
		return NULL;
	groups->group = group;
	group += groups->n++;
	memset(group, 0, sizeof(*group));
	strscpy(group->spec, spec, sizeof(group->spec));
	group->name = name;
	group->verdict = VERDICT_SKIP;
	group->why = "";
	return group;
}

/**
 * group_verdict - what the runs of a case come to
 * @g: its runs
 *
 * Return: the worst verdict of those that count; where none does, that nothing is known.
 */
enum verdict group_verdict(const struct group *g)
{
	return g->stolen && g->verdict == VERDICT_SKIP ? VERDICT_INCONCLUSIVE : g->verdict;
}

/* A figure of a run, if it has this one; else -1, and why. */
static int add_figure(struct sample *s, const struct metric *m, const json_t *result,
		      char *reason, size_t size)
{
	int ret = metric_value(m, result, &s->each[s->n]);

	if (ret >= 0) {
		s->n += !ret;
		return 0;
	}
	snprintf(reason, size, "%s%s%s is not a number from 0 to %g", m->group ?: "",
		 m->group ? "." : "", m->key, METRIC_MOST);
	return -1;
}

/* Its share of CPU time that the host took; NaN where nobody knows. */
static double stolen_of(const json_t *result)
{
	const json_t *stolen = json_object_get(result, "stolen");

	return json_is_number(stolen) ? json_number_value(stolen) : NAN;
}

/* What is wrong with a run, whatever is compared; NULL if nothing is. */
static const char *wrong_run(const json_t *result)
{
	const json_t *complete = json_object_get(result, "complete");

	if (!json_is_object(result))
		return " is not an object";
	if (!json_is_string(json_object_get(result, "case")))
		return ".case is not a string";
	if (!json_is_string(json_object_get(result, "verdict")))
		return ".verdict is not a string";
	if (complete && !json_is_boolean(complete))
		return ".complete is not true or false";
	if (!json_is_string(json_object_get(json_object_get(result, "job"), "spec")))
		return ".job.spec is not a string";
	return NULL;
}

/* How many do one operation after the other; 0 where some do them at times that are given. */
static unsigned int closed_workers(const struct spec *spec)
{
	struct group_spec own;
	unsigned int i, n = 0;

	for (i = 0; i < spec_ngroups(spec); i++) {
		spec_group(spec, i, &own);
		if (own.arrival.kind != DELAY_NONE)
			return 0;
	}
	for (i = 0; i < spec->workers; i++)
		n += !spec_idle(spec->sched, i);
	return n;
}

/* The group of a run, or NULL when it is not of this side. */
static struct group *group_of(const struct comparison *c, int side, const struct spec *spec,
			      const char *name, struct groups *groups)
{
	const struct side *s = &c->side[side];
	char own[SPEC_TEXT], text[SPEC_TEXT];
	struct group *group;

	if (side_spec(spec, "", own, sizeof(own)) ||
	    side_spec(spec, s->words, text, sizeof(text)) || strcmp(own, text) ||
	    side_spec(spec, c->side[0].words, text, sizeof(text)))
		return NULL;
	group = groups_find(groups, text);
	if (!group)
		group = add_group(groups, text, name);
	if (!group)
		abort();
	group->side = side;
	group->workers = closed_workers(spec);
	return group;
}

/**
 * run_spec - what a run was
 * @result: the run
 * @i: which it is of its document
 * @spec: filled in
 * @message: what is wrong with it, whatever is compared
 * @size: bytes of @message
 *
 * Return: 0, or -1 with @message filled in.
 */
int run_spec(const json_t *result, size_t i, struct spec *spec, char *message, size_t size)
{
	const char *words = text_of(json_object_get(result, "job"), "spec");
	struct spec_error error;

	if (wrong_run(result)) {
		snprintf(message, size, "results[%zu]%s", i, wrong_run(result));
		return -1;
	}
	spec_init(spec);
	if (!spec_parse(spec, words, strlen(words), &error))
		return 0;
	snprintf(message, size, "results[%zu].job.spec: %s", i, error.message);
	return -1;
}

/* The runs of one document, by case. */
static int collect_runs(const struct comparison *c, int side, const json_t *results,
			struct groups *groups, char *message, size_t size)
{
	const json_t *result;
	struct group *group;
	struct spec spec;
	char reason[128];
	size_t i, m, had;
	int ret;

	json_array_foreach(results, i, result) {
		enum verdict verdict = verdict_of(result);

		if (run_spec(result, i, &spec, message, size))
			return -1;
		group = group_of(c, side, &spec, text_of(result, "case"), groups);
		if (!group)
			continue;
		if (result_stolen(verdict, stolen_of(result))) {
			group->stolen++;
			continue;
		}
		if (!group->why[0] || verdict_worse(group->verdict, verdict) != group->verdict)
			group->why = text_of(result, "reason");
		group->verdict = verdict_worse(group->verdict, verdict);
		if (verdict != VERDICT_PASS || json_is_false(json_object_get(result, "complete")))
			continue;
		if (group->now[0].n == STATS_MAX) {
			snprintf(message, size, "more than %u runs of %s", STATS_MAX, group->name);
			return -1;
		}
		had = group->now[0].n;
		ret = add_figure(&group->now[0], c->metric, result, reason, sizeof(reason));
		group->without += !ret && group->now[0].n == had;
		for (m = 0; m < NR_TOLD && !ret; m++)
			ret = add_figure(&group->now[1 + m], &told[m], result, reason,
					 sizeof(reason));
		if (ret) {
			snprintf(message, size, "results[%zu].%s", i, reason);
			return -1;
		}
	}
	return 0;
}

/**
 * by_boot - whether what is compared is boots, not runs: where one side has several
 * @c: the comparison
 *
 * Return: whether it is.
 */
bool by_boot(const struct comparison *c)
{
	size_t s;

	for (s = 0; s < c->nsides; s++)
		if (json_array_size(c->side[s].documents) > 1)
			return true;
	return false;
}

/* What a document has of a figure: its runs, or, of a boot among others, their median. */
static void take(struct sample *to, struct sample *now, bool one)
{
	if (one && now->n)
		to->each[to->n++] = stats_median(now->each, now->n);
	else if (!one)
		*to = *now;
	now->n = 0;
}

/* What is wrong with a document as a whole; the runs are not looked at. */
static int check_document(const struct side *s, size_t i, char *message, size_t size)
{
	const json_t *step = json_object_get(side_world(s, i), WORLD_STEP);
	const char *boot = text_of(side_world(s, i), WORLD_BOOT);
	size_t j;

	if (step && (!json_is_number(step) || !(json_number_value(step) >= 0) ||
		     json_number_value(step) > METRIC_MOST)) {
		snprintf(message, size, "environment.%s is not a number from 0 to %g", WORLD_STEP,
			 METRIC_MOST);
		return -1;
	}
	if (json_array_size(s->documents) == 1)
		return 0;
	if (!boot[0]) {
		snprintf(message, size, "environment.%s: there is none, which each of several documents needs",
			 WORLD_BOOT);
		return -1;
	}
	for (j = 0; j < i; j++) {
		if (strcmp(boot, text_of(side_world(s, j), WORLD_BOOT)))
			continue;
		snprintf(message, size, "it is of the same boot as document %zu: several are of one boot each",
			 j + 1);
		return -1;
	}
	return 0;
}

/**
 * groups_collect - sort the runs of a side by case
 * @c: the comparison
 * @side: which of its sides
 * @groups: filled in; its @group is to be freed, whatever this returns
 * @message: what is wrong with the documents
 * @size: bytes of @message
 *
 * Return: 0, or -1 with @message filled in.
 */
int groups_collect(const struct comparison *c, int side, struct groups *groups, char *message,
		   size_t size)
{
	const struct side *s = &c->side[side];
	char what[384], number[32] = "";
	const json_t *document;
	size_t i, g, m;

	if (json_array_size(s->documents) > STATS_MAX) {
		snprintf(message, size, "%s: more than %u boots", s->name, STATS_MAX);
		return -1;
	}
	json_array_foreach(s->documents, i, document) {
		if (json_array_size(s->documents) > 1)
			snprintf(number, sizeof(number), "document %zu: ", i + 1);
		if (check_document(s, i, what, sizeof(what)) ||
		    collect_runs(c, side, json_object_get(document, "results"), groups, what,
				 sizeof(what))) {
			snprintf(message, size, "%s: %s%s%s%s", s->name, c->by ? s->words : "",
				 c->by ? ": " : "", number, what);
			return -1;
		}
		for (g = 0; g < groups->n; g++) {
			struct group *group = &groups->group[g];

			group->runs += group->now[0].n;
			take(&group->figure, &group->now[0], by_boot(c));
			for (m = 0; m < NR_TOLD; m++)
				take(&group->told[m], &group->now[1 + m], by_boot(c));
		}
	}
	if (groups->n)
		return 0;
	snprintf(message, size, "%s: there is no case%s%s", s->name,
		 s->words[0] ? " of " : "", s->words);
	return -1;
}

/**
 * figure_key - the key of the figure that is compared
 * @m: the figure
 * @buf: room for it
 * @size: bytes of @buf
 *
 * Return: @buf.
 */
const char *figure_key(const struct metric *m, char *buf, size_t size)
{
	snprintf(buf, size, "%s%s", m->name, strcmp(m->unit, "ns") ? "" : "_ns");
	return buf;
}

/**
 * group_json - what a comparison's document has of the runs of a case
 * @c: the comparison
 * @group: the runs; NULL where a side has none
 *
 * Return: an object.
 */
json_t *group_json(const struct comparison *c, const struct group *group)
{
	size_t n = group ? group->figure.n : 0, i;
	json_t *doc = json_pack("{s:i}", "runs", group ? (int)group->runs : 0);
	json_t *sample, *each, *handover;
	char key[80];

	if (group && group->stolen)
		json_object_set_new(doc, "stolen_runs", json_integer(group->stolen));
	if (group && group->without)
		json_object_set_new(doc, "runs_without", json_integer(group->without));
	if (!n)
		return doc;
	if (by_boot(c))
		json_object_set_new(doc, "boots", json_integer(n));
	each = json_array();
	for (i = 0; i < n; i++)
		json_array_append_new(each, json_real(group->figure.each[i]));
	sample = sample_json(group->figure.each, n);
	json_object_set_new(sample, "each", each);
	json_object_set_new(doc, figure_key(c->metric, key, sizeof(key)), sample);
	if (!group->told[TOLD_MEAN].n || !group->told[TOLD_SHARE].n)
		return doc;
	handover = json_object();
	for (i = 0; i < NR_TOLD; i++)
		json_object_set_new(handover, told[i].name,
				    json_real(stats_median(group->told[i].each,
							   group->told[i].n)));
	json_object_set_new(doc, "handover", handover);
	return doc;
}

// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/string.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "labels.h"
#include "pair.h"
#include "ranking.h"
#include "stats.h"
#include "terminal.h"

/* Whether a word of a spec is one of a key of a list with commas. */
static bool word_of(const char *word, size_t len, const char *by)
{
	size_t key;

	for (; *by; by += key + (by[key] == ',')) {
		key = strcspn(by, ",");
		if (len > key && word[key] == '=' && !memcmp(word, by, key))
			return true;
	}
	return false;
}

/**
 * ranking_words - the words of some keys
 * @spec: of a case, as spec_format() writes it
 * @by: the keys, with commas
 * @of: those that are of these keys; false: all others
 * @words: what they are, in the order of @spec
 * @size: bytes of @words
 *
 * Return: 0, or -1 when they are too long.
 */
static int ranking_words(const char *spec, const char *by, bool of, char *words, size_t size)
{
	size_t len, n = 0;

	words[0] = '\0';
	for (; *spec && n < size; spec += len, spec += *spec == ' ') {
		len = strcspn(spec, " ");
		if (word_of(spec, len, by) == of)
			n += snprintf(words + n, size - n, "%s%.*s", n ? " " : "", (int)len, spec);
	}
	return n < size ? 0 : -1;
}

/* The first of the keys of which some words say nothing; NULL: they say all. */
static const char *not_said(const char *words, const char *by, size_t *len)
{
	const char *at;

	for (; *by; by += *len + (by[*len] == ',')) {
		*len = strcspn(by, ",");
		for (at = words; *at; at += strcspn(at, " "), at += *at == ' ')
			if (!strncmp(at, by, *len) && at[*len] == '=')
				break;
		if (!*at)
			return by;
	}
	return NULL;
}

/**
 * ranking_check - whether there is something to rank
 * @by: the keys, with commas
 * @name: of each case
 * @spec: likewise
 * @n: how many cases
 * @message: why there is not
 * @size: bytes of @message
 *
 * Return: 0, or -1 with @message filled in.
 */
int ranking_check(const char *by, const char *const *name, const struct spec *spec, size_t n,
		  char *message, size_t size)
{
	char (*like)[SPEC_TEXT] = calloc(n + 1, sizeof(*like)), words[SPEC_TEXT] = "";
	char (*value)[SPEC_TEXT] = calloc(n + 1, sizeof(*value));
	bool values = false, pair = false;
	const char *lacks = NULL;
	size_t i, j, len;

	if (!like || !value)
		abort();
	for (i = 0; i < n && !lacks; i++) {
		if (spec_format(&spec[i], words, sizeof(words)) < 0)
			words[0] = '\0';
		ranking_words(words, by, true, value[i], sizeof(value[i]));
		ranking_words(words, by, false, like[i], sizeof(like[i]));
		lacks = not_said(value[i], by, &len);
		values |= strcmp(value[i], value[0]);
		for (j = 0; j < i && !pair; j++)
			pair = strcmp(value[i], value[j]) && !strcmp(like[i], like[j]);
	}
	if (lacks)
		snprintf(message, size, "case %s does not say what %.*s is: say it there too",
			 name[i - 1], (int)len, lacks);
	else if (!n)
		snprintf(message, size, "there is no case");
	else if (!values)
		snprintf(message, size, "all cases have %s: there is nothing to rank", value[0]);
	else if (!pair)
		snprintf(message, size, "no two cases are alike but for %s", by);
	free(like);
	free(value);
	return pair && !lacks ? 0 : -1;
}

/* The values of some words of keys, without these. */
static char *values_of(const char *words)
{
	char *text = strdup(words), *to = text;
	size_t len, key;

	if (!text)
		abort();
	for (; *words; words += len, words += *words == ' ') {
		len = strcspn(words, " ");
		key = strcspn(words, "=") + 1;
		to += sprintf(to, "%s%.*s", to > text ? " " : "", (int)(len - key), words + key);
	}
	return text;
}

/* The side of some words, made where there is none. */
static struct side *side_of(struct side **sides, size_t *n, const char *name, const char *words)
{
	struct side *s;
	size_t i;

	for (i = 0; i < *n; i++)
		if (!strcmp((*sides)[i].words, words))
			return &(*sides)[i];
	*sides = realloc(*sides, (*n + 1) * sizeof(**sides));
	if (!*sides)
		abort();
	s = &(*sides)[(*n)++];
	*s = (struct side){
		.label = values_of(words), .name = name, .words = strdup(words),
		.documents = json_array(),
	};
	if (!s->words)
		abort();
	return s;
}

/* A document belongs to each value that it has a case of. */
static int side_document(struct side *s, json_t *document)
{
	json_t *documents = (json_t *)s->documents;
	size_t n = json_array_size(documents);

	if (n && json_array_get(documents, n - 1) == document)
		return 0;
	return json_array_append(documents, document);
}

/**
 * ranking_sides - a side for each value of a key, or of several together
 * @by: the keys, with commas
 * @name: of the documents, for messages
 * @documents: an array of contend.result/1
 * @n: how many sides there are
 * @message: what is wrong with the documents
 * @size: bytes of @message
 *
 * Return: what ranking_free() takes, 2 sides at least; NULL with @message filled in.
 */
struct side *ranking_sides(const char *by, const char *name, const json_t *documents, size_t *n,
			   char *message, size_t size)
{
	char what[384] = "", text[SPEC_TEXT], words[SPEC_TEXT], number[32] = "";
	struct spec *spec = NULL;
	const char **names = NULL;
	struct side *sides = NULL;
	json_t *document, *result;
	size_t d, i, runs = 0;

	*n = 0;
	json_array_foreach(documents, d, document) {
		if (json_array_size(documents) > 1)
			snprintf(number, sizeof(number), "document %zu: ", d + 1);
		json_array_foreach(json_object_get(document, "results"), i, result) {
			spec = realloc(spec, (runs + 1) * sizeof(*spec));
			names = realloc(names, (runs + 1) * sizeof(*names));
			if (!spec || !names)
				abort();
			names[runs] = text_of(result, "case");
			if (run_spec(result, i, &spec[runs], what, sizeof(what)))
				goto wrong;
			if (spec_format(&spec[runs], text, sizeof(text)) < 0)
				text[0] = '\0';
			ranking_words(text, by, true, words, sizeof(words));
			if (side_document(side_of(&sides, n, name, words), document))
				abort();
			runs++;
		}
	}
	number[0] = '\0';
	if (!ranking_check(by, names, spec, runs, what, sizeof(what))) {
		free(names);
		free(spec);
		return sides;
	}
wrong:
	snprintf(message, size, "%s: %s%s", name, number, what);
	ranking_free(sides, *n);
	free(names);
	free(spec);
	return NULL;
}

/**
 * ranking_free - give the memory back
 * @sides: from ranking_sides()
 * @n: how many
 */
void ranking_free(struct side *sides, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		json_decref((json_t *)sides[i].documents);
		free((char *)sides[i].words);
		free((char *)sides[i].label);
	}
	free(sides);
}

/**
 * struct ranked - a case among those that are alike but for the key
 * @group: its runs
 * @value: of the key
 * @good: the better the greater; NaN for what has no place: no figure, or no pass
 * @pair: the best of its like and this one; NULL for the best, and where there is none
 * @doc: what is said of it
 */
struct ranked {
	const struct group *group;
	const char *value;
	double good;
	struct pair *pair;
	json_t *doc;
};

/* Those that are alike together, the best of them first, and last what has no place. */
static int by_rank(const void *x, const void *y)
{
	const struct ranked *l = x, *r = y;
	int ret = strverscmp(l->group->spec, r->group->spec);

	ret = ret ?: !!isnan(l->good) - !!isnan(r->good);
	ret = ret ?: (l->good < r->good) - (l->good > r->good);
	return ret ?: strverscmp(l->value, r->value);
}

static size_t alike(const struct ranked *first, size_t n)
{
	size_t i = 0;

	while (i < n && !strcmp(first[i].group->spec, first->group->spec))
		i++;
	return i;
}

/* The doc of one that is not compared, or that the others are compared with. */
static json_t *alone_json(const struct comparison *c, const struct group *g, enum decision decision)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:s}", "case", g->name, "spec", g->spec,
			 "a", group_json(c, g), "b", group_json(c, g),
			 "decision", decisions[decision].name);
}

/*
 * Of those that are alike, all pairs: which one is the best is seen in the figures that decide,
 * so that it must hold whichever it is.
 *
 * Return: how many pairs.
 */
static size_t pair_all(const struct comparison *c, struct ranked *first, size_t n,
		       struct pair *pairs)
{
	size_t i, j, many = 0;

	if (isnan(first->good))
		return 0;
	for (i = 0; i < n; i++) {
		for (j = i + 1; j < n; j++) {
			if (i && isnan(first[j].good))
				continue;
			pairs[many] = pair_init(c, first[i].group, first[j].group);
			if (!i)
				first[j].pair = &pairs[many];
			many++;
		}
	}
	return many;
}

/* The rank, the value, and the spec that it had before it was made like the others. */
static void name_ranked(const struct comparison *c, const struct ranked *first, size_t i)
{
	const struct ranked *one = &first[i];
	struct spec_error error;
	struct spec spec;
	char text[SPEC_TEXT];
	size_t rank = i;

	while (rank && first[rank - 1].good == one->good)
		rank--;
	spec_init(&spec);
	if (!spec_parse(&spec, one->group->spec, strlen(one->group->spec), &error) &&
	    !side_spec(&spec, c->side[one->group->side].words, text, sizeof(text)))
		json_object_set_new(one->doc, "spec", json_string(text));
	json_object_set_new(one->doc, "case", json_string(one->group->name));
	json_object_set_new(one->doc, "value", json_string(one->value));
	json_object_set_new(one->doc, "rank", isnan(one->good) ? json_null() :
			    json_integer(rank + 1));
}

/* What a ranking comes to: of something it can be told, or why of nothing. */
static enum outcome ranking_outcome(const struct ranked *all, size_t n)
{
	enum outcome worst = OUTCOME_SKIP;
	bool told = false;
	size_t i, d;

	for (i = 0; i < n; i++) {
		d = decision_of(all[i].doc);
		told |= d == SLOWER || d == SAME;
		/* Slower than the best is no regression. */
		if (d > SAME && d != BEST && decisions[d].outcome > worst)
			worst = decisions[d].outcome;
	}
	return told && worst < OUTCOME_FAIL ? OUTCOME_PASS : worst;
}

/* What is said of each, where its pair is decided. */
static void ranked_json(const struct comparison *c, struct ranked *first, size_t n)
{
	struct ranked *one;
	struct pair self;
	size_t i;

	for (i = 0; i < n; i++) {
		one = &first[i];
		if (one->pair) {
			one->doc = json_incref(one->pair->doc);
		} else if (isnan(one->good)) {
			/* It has no pass or no figure, which hinders it by itself. */
			self = pair_init(c, one->group, one->group);
			one->doc = self.doc;
			json_object_set_new(one->doc, "decision",
					    json_string(decisions[self.decision].name));
		} else {
			one->doc = alone_json(c, one->group, n > 1 ? BEST : SKIPPED);
		}
		name_ranked(c, first, i);
		if (n > 1)
			continue;
		json_object_set_new(one->doc, "rank", json_null());
		if (!json_object_get(one->doc, "reason"))
			json_object_set_new(one->doc, "reason",
					    json_string("no other case is like it"));
	}
}

/* Rank all, each among its like. Returns how many pairs are decided together. */
static size_t rank_all(const struct comparison *c, struct ranked *all, size_t n)
{
	enum outcome unused = OUTCOME_SKIP;
	size_t i, k, many = 0, together;
	struct pair *pairs;

	for (i = 0; i < n; i += k) {
		k = alike(&all[i], n - i);
		many += k * (k - 1) / 2;
	}
	pairs = calloc(many + 1, sizeof(*pairs));
	if (!pairs)
		abort();
	for (i = 0, many = 0; i < n; i += k) {
		k = alike(&all[i], n - i);
		many += pair_all(c, &all[i], k, pairs + many);
	}
	together = pairs_decide(c, pairs, many, &unused);
	for (i = 0; i < n; i += k) {
		k = alike(&all[i], n - i);
		ranked_json(c, &all[i], k);
	}
	for (i = 0; i < many; i++)
		json_decref(pairs[i].doc);
	free(pairs);
	return together;
}

/* All cases of all sides, those that are alike together; NULL with @message where one is wrong. */
static struct ranked *collect_ranked(const struct comparison *c, struct groups *g, size_t *n,
				     char *message, size_t size)
{
	struct ranked *all = NULL;
	size_t s, i;

	*n = 0;
	for (s = 0; s < c->nsides; s++) {
		if (groups_collect(c, s, &g[s], message, size))
			goto wrong;
		all = realloc(all, (*n + g[s].n) * sizeof(*all));
		if (!all)
			abort();
		for (i = 0; i < g[s].n; i++) {
			const struct group *group = &g[s].group[i];
			double median = NAN;

			if (group_verdict(group) == VERDICT_PASS && group->figure.n)
				median = stats_median(group->figure.each, group->figure.n);
			all[(*n)++] = (struct ranked){
				.group = group, .value = c->side[s].label,
				.good = c->metric->less ? -median : median,
			};
		}
	}
	qsort(all, *n, sizeof(*all), by_rank);
	return all;
wrong:
	free(all);
	return NULL;
}

/**
 * ranking_json - rank the values of a key
 * @c: what, and how; its sides are those of ranking_sides()
 * @outcome: what it comes to: a pass where of something it can be told
 * @message: what is wrong with the documents
 * @size: bytes of @message
 *
 * That all belong to one world is for the caller to see to.
 *
 * Return: contend.compare/1, where A of each case is the best of its like and B what has the
 * @value and @rank; or NULL with @message filled in.
 */
json_t *ranking_json(const struct comparison *c, enum outcome *outcome, char *message, size_t size)
{
	struct groups *g = calloc(c->nsides, sizeof(*g));
	json_t *doc = NULL, *cases, *values, *side;
	struct ranked *all;
	size_t i, n, together;

	if (!g)
		abort();
	all = collect_ranked(c, g, &n, message, size);
	if (!all)
		goto out;
	together = rank_all(c, all, n);
	*outcome = ranking_outcome(all, n);
	cases = json_array();
	for (i = 0; i < n; i++)
		json_array_append_new(cases, all[i].doc);
	values = json_array();
	for (i = 0; i < c->nsides; i++) {
		side = side_json(&c->side[i]);
		json_object_set_new(side, "value", json_string(c->side[i].label));
		json_array_append_new(values, side);
	}
	doc = json_pack("{s:s, s:s, s:n, s:n, s:o}", "schema", COMPARE_SCHEMA, "by", c->by, "a", "b",
			"values", values);
	doc = comparison_json(doc, c, together, cases, *outcome);
	if (!doc)
		snprintf(message, size, "out of memory");
out:
	for (i = 0; i < c->nsides; i++)
		free(g[i].group);
	free(g);
	free(all);
	return doc;
}

/* A spec without the keys that have a column of their own. */
static char *spec_without(const char *spec, const char *by)
{
	char *text = malloc(SPEC_TEXT);

	if (!text)
		abort();
	ranking_words(spec, by, false, text, SPEC_TEXT);
	return text;
}

/* What the columns after the value take, as far as "as good as the best". */
#define RANKING_WIDTH	56

static void ranking_rows(FILE *out, const struct comparison *c, const json_t *cases,
			 size_t count[NR_DECISIONS])
{
	size_t n = json_array_size(cases), i, d, width = strlen(c->by);
	struct labelled *rows = calloc(n + 1, sizeof(*rows));
	struct labels *l = NULL;
	char rank[24], buf[16];
	const json_t *one;

	if (!rows)
		abort();
	json_array_foreach(cases, i, one) {
		rows[i].spec = spec_without(text_of(one, "spec"), c->by);
		/* Those that are alike have one name, which does not tell them apart. */
		rows[i].name = i && !strcmp(rows[i].spec, rows[i - 1].spec) ? rows[i - 1].name :
			       text_of(one, "case");
		width = fmax(width, strlen(text_of(one, "value")));
	}
	l = labels_new(rows, n);
	if (!l)
		goto out;
	labels_fit(l, columns() > RANKING_WIDTH + width ? columns() - RANKING_WIDTH - width : 1,
		   true);
	labels_head(l, out);
	fprintf(out, "rank %-*s %6s %6s %-11s %7s %s\n", (int)width, c->by, "median", "/best",
		"95%", "p", "is");
	json_array_foreach(cases, i, one) {
		d = decision_of(one);
		count[d]++;
		labels_row(l, i, out);
		snprintf(rank, sizeof(rank), "%lld",
			 json_integer_value(json_object_get(one, "rank")));
		if (json_is_null(json_object_get(one, "rank")))
			strscpy(rank, "-", sizeof(rank));
		fprintf(out, "%4s %-*s %6s ", rank, (int)width, text_of(one, "value"),
			figure_human(c, json_object_get(one, "b"), buf, sizeof(buf)));
		ratio_human(out, one, decision_human(c, d));
		if (json_object_get(one, "reason"))
			write_wrapped(out, "  %s: %s\n", decision_human(c, d),
				      text_of(one, "reason"));
		price_human(out, c, one);
		if (side_runs(one, "b", "stolen_runs"))
			write_wrapped(out,
				      "  the host took the CPUs of %lld runs, which do not count\n",
				      side_runs(one, "b", "stolen_runs"));
		if (side_runs(one, "b", "runs_without"))
			write_wrapped(out,
				      "  %lld runs have no %s: it is that of the others alone\n",
				      side_runs(one, "b", "runs_without"), c->metric->name);
	}
out:
	labels_free(l);
	for (i = 0; i < n; i++)
		free((char *)rows[i].spec);
	free(rows);
}

/**
 * ranking_human - write a ranking as a table
 * @out: where to
 * @c: what was ranked
 * @doc: from ranking_json()
 */
void ranking_human(FILE *out, const struct comparison *c, const json_t *doc)
{
	size_t count[NR_DECISIONS] = { 0 }, s;
	bool one_world = true, few = false;
	const json_t *one;

	/* One document has them all, or they are of several. */
	for (s = 1; s < c->nsides; s++)
		one_world &= json_equal(side_world(&c->side[0], 0), side_world(&c->side[s], 0));
	for (s = 0; s < (one_world ? 1 : c->nsides); s++)
		side_human(out, c, s, one_world ? c->by : c->side[s].words, "");
	metric_human(out, c, json_integer_value(json_object_get(doc, "together")));
	ranking_rows(out, c, json_object_get(doc, "cases"), count);
	verdict_human(out, c, doc, count);
	/* Where a verdict is in the way, more runs have it too. */
	json_array_foreach(json_object_get(doc, "cases"), s, one)
		few |= decision_of(one) == UNKNOWN && !json_object_get(one, "verdicts");
	if (few)
		fputs("what can't be told takes more runs: a greater --repeat= of contend run\n",
		      out);
}

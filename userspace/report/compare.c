// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "labels.h"
#include "pair.h"
#include "terminal.h"

static const char *const outcomes[] = {
	[OUTCOME_SKIP] = "skip", [OUTCOME_PASS] = "pass",
	[OUTCOME_INCONCLUSIVE] = "inconclusive", [OUTCOME_REGRESSION] = "regression",
	[OUTCOME_FAIL] = "fail", [OUTCOME_ERROR] = "error",
};

/* Runs come in a random order; cases are read best by name, 2 before 16. */
static int by_name(const void *x, const void *y)
{
	const struct group *l = x, *r = y;

	return strverscmp(l->name, r->name) ?: strcmp(l->spec, r->spec);
}

/**
 * side_json - what a comparison's document has of a side
 * @s: the side
 *
 * Return: an object.
 */
json_t *side_json(const struct side *s)
{
	json_t *provenance = json_array(), *from;
	size_t i;

	for (i = 0; i < json_array_size(s->documents); i++) {
		from = json_object_get(json_array_get(s->documents, i), "provenance");
		json_array_append_new(provenance, from ? json_incref(from) : json_null());
	}
	return json_pack("{s:s, s:s, s:i, s:o, s:O*}", "file", s->name, "words", s->words,
			 "boots", (int)json_array_size(s->documents), "provenance", provenance,
			 "environment", side_world(s, 0));
}

/* That a boot of each side is one value of each, whatever the runs are; NULL if it is not so. */
static const char *caveat(const struct comparison *c)
{
	const char *first = text_of(side_world(&c->side[0], 0), WORLD_BOOT), *boot;
	bool differ = false;
	size_t s;

	for (s = 1; s < c->nsides; s++) {
		boot = text_of(side_world(&c->side[s], 0), WORLD_BOOT);
		differ |= first[0] && boot[0] && strcmp(first, boot);
	}
	if (by_boot(c) || !differ)
		return NULL;
	if (c->by)
		return "values are of one boot each, which /best has in it: compare several";
	return "A and B are of one boot each, which B/A has in it: compare several boots of each";
}

/**
 * comparison_json - add to a document what each comparison says of itself, and its cases
 * @doc: what there is already, or NULL
 * @c: the comparison
 * @together: how many pairs are decided together
 * @cases: an array; the reference goes with it
 * @outcome: what it comes to
 *
 * Return: @doc; NULL, with @doc given back, when memory is short.
 */
json_t *comparison_json(json_t *doc, const struct comparison *c, size_t together, json_t *cases,
			enum outcome outcome)
{
	json_t *rest = json_pack("{s:s, s:s, s:f, s:I, s:s, s:s*, s:o, s:s}",
				 "metric", c->metric->name, "unit", c->metric->unit,
				 "threshold_percent", c->threshold,
				 "together", (json_int_t)together, "unit_of_analysis",
				 by_boot(c) ? "boot" : "run", "caveat", caveat(c),
				 "cases", cases, "verdict", outcomes[outcome]);

	if (doc && (!rest || json_object_update(doc, rest))) {
		json_decref(doc);
		doc = NULL;
	}
	json_decref(rest);
	return doc;
}

/**
 * compare_json - compare case by case
 * @c: what, and how
 * @outcome: what it comes to
 * @message: what is wrong with the documents
 * @size: bytes of @message
 *
 * That both belong to one world is for the caller to see to.
 *
 * Return: contend.compare/1, or NULL with @message filled in.
 */
json_t *compare_json(const struct comparison *c, enum outcome *outcome, char *message, size_t size)
{
	json_t *doc = NULL, *cases = json_array();
	struct groups g[2] = { 0 };
	struct pair *pairs;
	size_t i, n = 0, together;

	*outcome = OUTCOME_SKIP;
	if (groups_collect(c, 0, &g[0], message, size) ||
	    groups_collect(c, 1, &g[1], message, size))
		goto out;
	qsort(g[0].group, g[0].n, sizeof(*g[0].group), by_name);
	qsort(g[1].group, g[1].n, sizeof(*g[1].group), by_name);
	pairs = calloc(g[0].n + g[1].n, sizeof(*pairs));
	if (!pairs)
		abort();
	for (i = 0; i < g[0].n; i++)
		pairs[n++] = pair_init(c, &g[0].group[i],
				       groups_find(&g[1], g[0].group[i].spec));
	for (i = 0; i < g[1].n; i++)
		if (!groups_find(&g[0], g[1].group[i].spec))
			pairs[n++] = pair_init(c, NULL, &g[1].group[i]);
	together = pairs_decide(c, pairs, n, outcome);
	for (i = 0; i < n; i++)
		json_array_append_new(cases, pairs[i].doc);
	free(pairs);
	doc = json_pack("{s:s, s:o, s:o, s:O*}", "schema", COMPARE_SCHEMA,
			"a", side_json(&c->side[0]), "b", side_json(&c->side[1]),
			"differs", c->differs);
	doc = comparison_json(doc, c, together, json_incref(cases), *outcome);
	if (!doc)
		snprintf(message, size, "out of memory");
out:
	json_decref(cases);
	free(g[0].group);
	free(g[1].group);
	return doc;
}

/* Of a case that may differ, where workers waited for each other on both sides. */
static void human_handover(FILE *out, const json_t *one)
{
	double mean[2], share[2];
	char a[16], b[16];
	int s;

	if (!strcmp(text_of(one, "decision"), decisions[SAME].name))
		return;
	for (s = 0; s < 2; s++) {
		const json_t *h = json_object_get(json_object_get(one, s ? "b" : "a"), "handover");

		if (!h)
			return;
		mean[s] = json_number_value(json_object_get(h, told[TOLD_MEAN].name));
		share[s] = json_number_value(json_object_get(h, told[TOLD_SHARE].name));
	}
	write_wrapped(out, "  a hand-over takes %s in A and %s in B; %.0f%% and %.0f%% of write sections follow one\n",
		      short_time(a, sizeof(a), mean[0]), short_time(b, sizeof(b), mean[1]),
		      share[0] * 100, share[1] * 100);
}

/**
 * side_human - a line about a side
 * @out: where to
 * @c: the comparison
 * @side: which
 * @title: what it is called
 * @words: what it is, beside its documents' name
 */
void side_human(FILE *out, const struct comparison *c, size_t side, const char *title,
		const char *words)
{
	const struct side *s = &c->side[side];
	const json_t *world = side_world(s, 0);
	const char *debug = text_of(world, "debug");
	char boots[32] = "";

	if (by_boot(c))
		snprintf(boots, sizeof(boots), "; %zu boots", json_array_size(s->documents));
	write_wrapped(out, "%s: %s%s%s; Linux %s, %s, %lld cpus, debug %s%s\n", title, s->name,
		      words[0] ? " " : "", words, text_of(world, "kernel"),
		      text_of(world, "accel"), json_integer_value(json_object_get(world, "cpus")),
		      debug[0] ? debug : "none", boots);
}

/* What the columns after the label take, as far as "no difference". */
#define COMPARE_WIDTH	52

static void human_row(FILE *out, const struct comparison *c, const json_t *one,
		      const char *decision)
{
	char a[16], b[16];

	fprintf(out, "%5s %5s ", figure_human(c, json_object_get(one, "a"), a, sizeof(a)),
		figure_human(c, json_object_get(one, "b"), b, sizeof(b)));
	ratio_human(out, one, decision);
	if (json_object_get(one, "reason"))
		write_wrapped(out, "  %s: %s\n", decision, text_of(one, "reason"));
	if (side_runs(one, "a", "stolen_runs") || side_runs(one, "b", "stolen_runs"))
		write_wrapped(out, "  the host took the CPUs of %lld runs of A and %lld of B, which do not count\n",
			      side_runs(one, "a", "stolen_runs"),
			      side_runs(one, "b", "stolen_runs"));
	if (side_runs(one, "a", "runs_without") || side_runs(one, "b", "runs_without"))
		write_wrapped(out, "  %lld runs of A and %lld of B have no %s: it is that of the others alone\n",
			      side_runs(one, "a", "runs_without"),
			      side_runs(one, "b", "runs_without"), c->metric->name);
}

static void human_rows(FILE *out, const struct comparison *c, const json_t *cases,
		       size_t count[NR_DECISIONS])
{
	size_t n = json_array_size(cases), i, d;
	struct labelled *rows = calloc(n + 1, sizeof(*rows));
	struct labels *l = NULL;
	const json_t *one;

	json_array_foreach(cases, i, one)
		if (rows)
			rows[i] = (struct labelled){ text_of(one, "case"), text_of(one, "spec") };
	if (rows && n)
		l = labels_new(rows, n);
	if (!l)
		goto out;
	labels_fit(l, columns() > COMPARE_WIDTH ? columns() - COMPARE_WIDTH : 1, true);
	labels_head(l, out);
	fprintf(out, "%5s %5s %6s %-11s %7s %s\n", "A", "B", "B/A", "95%", "p", "B is");
	json_array_foreach(cases, i, one) {
		d = decision_of(one);
		count[d]++;
		labels_row(l, i, out);
		human_row(out, c, one, decisions[d].brief ?: decisions[d].name);
		price_human(out, c, one);
		if (!c->metric->group)
			human_handover(out, one);
	}
out:
	labels_free(l);
	free(rows);
}

/**
 * metric_human - a line about what is compared, above a table
 * @out: where to
 * @c: the comparison
 * @together: how many are decided together
 */
void metric_human(FILE *out, const struct comparison *c, json_int_t together)
{
	char all[64];

	snprintf(all, sizeof(all), "; 95%%: of all %lld %s together", together, pairs_kind(c));
	write_wrapped(out, "%s%s: medians%s; %s is better; less than %g%% is no difference%s\n",
		      c->metric->name, c->since,
		      by_boot(c) ? " of boots" : "",
		      c->metric->less ? "less" : "more", c->threshold, together > 1 ? all : "");
}

/**
 * verdict_human - what it comes to, below a table, and how often each decision is in it
 * @out: where to
 * @c: the comparison
 * @doc: its document
 * @count: how often there was each decision
 */
void verdict_human(FILE *out, const struct comparison *c, const json_t *doc, const size_t *count)
{
	int comma = 0;
	size_t d;

	if (caveat(c))
		write_wrapped(out, "%s\n", caveat(c));
	if (json_is_true(json_object_get(side_world(&c->side[0], 0), "emulated")))
		fputs("times are emulated (tcg): the ratio is that of the emulation\n", out);
	fprintf(out, "verdict: %s (", text_of(doc, "verdict"));
	for (d = 0; d < NR_DECISIONS; d++)
		if (count[d])
			fprintf(out, "%s%zu %s", comma++ ? ", " : "", count[d],
				decision_human(c, d));
	fputs(")\n", out);
}

/* In what A and B differ, which is what B/A is the price of. */
static void human_differs(FILE *out, const struct comparison *c)
{
	char *text = NULL;
	const json_t *one;
	size_t i, size;
	FILE *f;

	if (!json_array_size(c->differs))
		return;
	f = open_memstream(&text, &size);
	if (!f)
		abort();
	json_array_foreach(c->differs, i, one) {
		const json_t *of[2] = { json_object_get(one, "a"), json_object_get(one, "b") };
		int s;

		fprintf(f, "%s%s ", i ? ", " : "", text_of(one, "key"));
		for (s = 0; s < 2; s++) {
			if (s)
				fputc('/', f);
			if (json_is_string(of[s]))
				fputs(json_string_value(of[s]), f);
			else if (json_dumpf(of[s], f, JSON_ENCODE_ANY))
				fputs("unknown", f);
		}
	}
	if (fclose(f))
		abort();
	write_wrapped(out, "between A and B: %s; the difference is the price of that, of all of it together\n",
		      text);
	free(text);
}

/**
 * compare_human - write a comparison as a table
 * @out: where to
 * @c: what was compared
 * @doc: from compare_json()
 */
void compare_human(FILE *out, const struct comparison *c, const json_t *doc)
{
	json_int_t together = json_integer_value(json_object_get(doc, "together"));
	size_t count[NR_DECISIONS] = { 0 };

	side_human(out, c, 0, c->side[0].label, c->side[0].words);
	side_human(out, c, 1, c->side[1].label, c->side[1].words);
	human_differs(out, c);
	metric_human(out, c, together);
	human_rows(out, c, json_object_get(doc, "cases"), count);
	verdict_human(out, c, doc, count);
}

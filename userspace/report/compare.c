// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/string.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "compare.h"
#include "labels.h"
#include "lib/spec.h"
#include "result.h"
#include "stats.h"
#include "terminal.h"

#define SCHEMA	"contend.compare/1"
/* In the environment: by how much two readings of the clock differ at least. */
#define STEP	"clock_step_ns"
/* Likewise: which boot it was of the machine. */
#define BOOT	"boot_id"
/* Of a logarithm's rounding: 105 is not more than 5 % beyond 100. */
#define ROUNDING	(1 / 1e12)

static const char *const outcomes[] = {
	[OUTCOME_SKIP] = "skip", [OUTCOME_PASS] = "pass",
	[OUTCOME_INCONCLUSIVE] = "inconclusive", [OUTCOME_REGRESSION] = "regression",
	[OUTCOME_FAIL] = "fail", [OUTCOME_ERROR] = "error",
};

enum decision { FASTER, SLOWER, SAME, BEST, UNKNOWN, SKIPPED, FAILED, BROKEN };

static const struct {
	const char *name;
	enum outcome outcome;
	const char *brief;	/* in a table, where it is not @name */
	const char *ranked;	/* likewise, of what is compared with the best */
} decisions[] = {
	[FASTER] = { "faster", OUTCOME_PASS, NULL, NULL },
	[SLOWER] = { "slower", OUTCOME_REGRESSION, NULL, NULL },
	[SAME] = { "no difference larger than the threshold", OUTCOME_PASS, "no difference",
		   "as good as the best" },
	[BEST] = { "best", OUTCOME_PASS, NULL, NULL },
	[UNKNOWN] = { "can't tell", OUTCOME_INCONCLUSIVE, NULL, NULL },
	[SKIPPED] = { "skip", OUTCOME_SKIP, NULL, NULL },
	[FAILED] = { "fail", OUTCOME_FAIL, NULL, NULL },
	[BROKEN] = { "error", OUTCOME_ERROR, NULL, NULL },
};

/*
 * What a difference in operations a second can come from where workers wait for each other:
 * how dear it is to hand the lock over, and how often that is done.
 */
enum { TOLD_MEAN, TOLD_SHARE, NR_TOLD };

static const struct metric told[NR_TOLD] = {
	[TOLD_MEAN] = { "trimmed_mean_ns", "handover_ns", "trimmed_mean", "ns", true,
			READ_EXACTLY },
	[TOLD_SHARE] = { "share", "fairness", "handovers", "", true, READ_EXACTLY },
};

/**
 * struct sample - one figure of several runs
 * @each: of each run that has it
 * @n: how many
 */
struct sample {
	double each[STATS_MAX];
	size_t n;
};

/**
 * struct group - the runs of one case
 * @spec: what it is, in the words of A: cases that share it are a pair
 * @name: of the case
 * @side: whose it is, in a comparison
 * @verdict: the worst of its runs
 * @stolen: how many of them do not count, whose figures the host made; when there is no other,
 *	the verdict is not known
 * @runs: how many have the figure
 * @now: that figure, and what is told, of the runs of the document that is read
 * @figure: what is compared: of each run that has it, or of each boot the median
 * @told: likewise
 */
struct group {
	char spec[1024];
	const char *name;
	size_t side;
	enum verdict verdict;
	size_t stolen;
	size_t runs;
	struct sample now[1 + NR_TOLD];
	struct sample figure;
	struct sample told[NR_TOLD];
};

/**
 * struct pair - a case on both sides
 * @doc: what is said of it
 * @decision: enum decision; below 0 while there is none
 * @a: A's figures; with what follows, where there is something to decide
 * @b: B's
 * @side: whose they are
 * @p: of the test that they differ at all
 */
struct pair {
	json_t *doc;
	int decision;
	const struct sample *a;
	const struct sample *b;
	size_t side[2];
	double p;
};

/**
 * struct groups - the cases of one side
 * @group: each
 * @n: how many
 */
struct groups {
	struct group *group;
	size_t n;
};

static const char *string(const json_t *object, const char *key)
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

/* A verdict that this program does not know is no pass. */
static enum verdict verdict_of(const json_t *result)
{
	enum verdict v = VERDICT_PASS;

	while (v < VERDICT_ERROR && strcmp(string(result, "verdict"), verdict_name(v)))
		v++;
	return v;
}

/* The spec with a side's words, formatted; what is formatted has no second spelling. */
static int with_words(const struct spec *spec, const char *words, char *text, size_t size)
{
	struct spec_error error;
	struct spec changed = *spec;

	if (spec_parse(&changed, words, strlen(words), &error))
		return -1;
	return spec_format(&changed, text, size) < 0 ? -1 : 0;
}

static struct group *find_group(const struct groups *groups, const char *spec)
{
	size_t i;

	for (i = 0; i < groups->n; i++)
		if (!strcmp(groups->group[i].spec, spec))
			return &groups->group[i];
	return NULL;
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
	return group;
}

static enum verdict group_verdict(const struct group *g)
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

/* The group of a run, or NULL when it is not of this side. */
static struct group *group_of(const struct comparison *c, int side, const struct spec *spec,
			      const char *name, struct groups *groups)
{
	const struct side *s = &c->side[side];
	char own[1024], text[1024];
	struct group *group;

	if (with_words(spec, "", own, sizeof(own)) ||
	    with_words(spec, s->words, text, sizeof(text)) || strcmp(own, text) ||
	    with_words(spec, c->side[0].words, text, sizeof(text)))
		return NULL;
	group = find_group(groups, text);
	if (!group)
		group = add_group(groups, text, name);
	if (!group)
		abort();
	group->side = side;
	return group;
}

/* What a run was; -1 for what is wrong with it, whatever is compared. */
static int parse_run(const json_t *result, size_t i, struct spec *spec, char *message, size_t size)
{
	const char *words = string(json_object_get(result, "job"), "spec");
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
	size_t i, m;
	int ret;

	json_array_foreach(results, i, result) {
		enum verdict verdict = verdict_of(result);

		if (parse_run(result, i, &spec, message, size))
			return -1;
		group = group_of(c, side, &spec, string(result, "case"), groups);
		if (!group)
			continue;
		if (result_stolen(verdict, stolen_of(result))) {
			group->stolen++;
			continue;
		}
		group->verdict = verdict_worse(group->verdict, verdict);
		if (verdict != VERDICT_PASS || json_is_false(json_object_get(result, "complete")))
			continue;
		if (group->now[0].n == STATS_MAX) {
			snprintf(message, size, "more than %u runs of %s", STATS_MAX, group->name);
			return -1;
		}
		ret = add_figure(&group->now[0], c->metric, result, reason, sizeof(reason));
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

/* Whether what is compared is boots, not runs: where one side has several. */
static bool by_boot(const struct comparison *c)
{
	size_t s;

	for (s = 0; s < c->nsides; s++)
		if (json_array_size(c->side[s].documents) > 1)
			return true;
	return false;
}

static const char *unit_of(const struct comparison *c)
{
	return by_boot(c) ? "boots" : "runs";
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
	const json_t *step = json_object_get(side_world(s, i), STEP);
	const char *boot = string(side_world(s, i), BOOT);
	size_t j;

	if (step && (!json_is_number(step) || !(json_number_value(step) >= 0) ||
		     json_number_value(step) > METRIC_MOST)) {
		snprintf(message, size, "environment.%s is not a number from 0 to %g", STEP,
			 METRIC_MOST);
		return -1;
	}
	if (json_array_size(s->documents) == 1)
		return 0;
	if (!boot[0]) {
		snprintf(message, size, "environment.%s: there is none, which each of several documents needs",
			 BOOT);
		return -1;
	}
	for (j = 0; j < i; j++) {
		if (strcmp(boot, string(side_world(s, j), BOOT)))
			continue;
		snprintf(message, size, "it is of the same boot as document %zu: several are of one boot each",
			 j + 1);
		return -1;
	}
	return 0;
}

/* The runs of one side, by case. */
static int collect(const struct comparison *c, int side, struct groups *groups, char *message,
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

/* Why there is nothing to compare in a case, and what that is called; -1 if there is. */
static int hindrance(const struct comparison *c, const struct group *g[2], char *reason,
		     size_t size)
{
	enum verdict verdict, of[2];
	size_t n[2];
	int s;

	for (s = 0; s < 2; s++)
		if (!g[s]) {
			snprintf(reason, size, "%s has no such case", c->side[s].label);
			return UNKNOWN;
		}
	of[0] = group_verdict(g[0]);
	of[1] = group_verdict(g[1]);
	verdict = verdict_worse(of[0], of[1]);
	/* What one side cannot do is not compared, however far the other one got. */
	if ((of[0] == VERDICT_SKIP || of[1] == VERDICT_SKIP) &&
	    verdict_worse(verdict, VERDICT_INCONCLUSIVE) == VERDICT_INCONCLUSIVE)
		verdict = VERDICT_SKIP;
	if (verdict != VERDICT_PASS) {
		if (g[0] == g[1])
			snprintf(reason, size, "the verdict is %s", verdict_name(verdict));
		else
			snprintf(reason, size, "the verdict of %s is %s, that of %s %s",
				 c->side[g[0]->side].label, verdict_name(of[0]),
				 c->side[g[1]->side].label, verdict_name(of[1]));
		return verdict == VERDICT_SKIP ? SKIPPED : verdict == VERDICT_FAIL ? FAILED :
		       verdict == VERDICT_ERROR ? BROKEN : UNKNOWN;
	}
	n[0] = g[0]->figure.n;
	n[1] = g[1]->figure.n;
	if (!n[0] && !n[1]) {
		snprintf(reason, size, "its runs have no %s", c->metric->name);
		return SKIPPED;
	}
	if (n[0] < STATS_LEAST || n[1] < STATS_LEAST) {
		snprintf(reason, size, "%zu and %zu %s, where p < %g takes at least %u and %u",
			 n[0], n[1], unit_of(c), STATS_ALPHA, STATS_LEAST, STATS_LEAST);
		return UNKNOWN;
	}
	return -1;
}

/* The key of the figure that is compared. */
static const char *figure_key(const struct metric *m, char *buf, size_t size)
{
	snprintf(buf, size, "%s%s", m->name, strcmp(m->unit, "ns") ? "" : "_ns");
	return buf;
}

static json_t *group_json(const struct comparison *c, const struct group *group)
{
	size_t n = group ? group->figure.n : 0, i;
	json_t *doc = json_pack("{s:i}", "runs", group ? (int)group->runs : 0);
	json_t *sample, *each, *handover;
	char key[40];

	if (group && group->stolen)
		json_object_set_new(doc, "stolen_runs", json_integer(group->stolen));
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

/* JSON has no number for what is infinite: a ratio to 0. */
static json_t *number_json(double x)
{
	return isfinite(x) ? json_real(x) : json_null();
}

static double number(const json_t *x)
{
	return json_is_null(x) ? INFINITY : json_number_value(x);
}

static json_t *ends_json(struct interval ln)
{
	return json_pack("[o, o]", number_json(exp(ln.low)), number_json(exp(ln.high)));
}

/*
 * What an interval says by itself, with a confidence that all cases share: what is decided of
 * them holds of all together. The threshold is a factor, and all is done with logarithms, whose
 * difference changes but its sign when A and B change places.
 */
static enum decision judge(const struct comparison *c, struct interval ratio)
{
	double threshold = log1p(c->threshold / 100) + ROUNDING;
	double low = c->metric->less ? -ratio.high : ratio.low;
	double high = c->metric->less ? -ratio.low : ratio.high;

	return low > threshold ? FASTER : high < -threshold ? SLOWER :
	       low >= -threshold && high <= threshold ? SAME : UNKNOWN;
}

/* The longest of a side; 0 where nobody says so. */
static double clock_step(const struct comparison *c, size_t side)
{
	const struct side *s = &c->side[side];
	double longest = 0;
	size_t i;

	for (i = 0; i < json_array_size(s->documents); i++)
		longest = fmax(longest, json_number_value(json_object_get(side_world(s, i), STEP)));
	return longest;
}

/* A sample with each figure as far off as it may have been read. */
static struct sample shifted(const struct comparison *c, const struct sample *from, size_t side,
			     int direction)
{
	double step = clock_step(c, side);
	struct sample to = { .n = from->n };
	size_t i;

	for (i = 0; i < from->n; i++)
		to.each[i] = fmax(0, from->each[i] + direction *
				  metric_off(c->metric, from->each[i], step));
	return to;
}

static struct interval ratio_of(const struct sample *a, const struct sample *b, double alpha)
{
	return stats_ratio_interval(a->each, a->n, b->each, b->n, alpha);
}

/*
 * Where the ratio is of what the figures were read from: a time of 258 ns may have been
 * anything up to 514 by a clock that goes in steps of 256.
 */
static struct interval read_ratio(const struct comparison *c, const struct pair *pair,
				  struct interval ratio, double alpha)
{
	struct sample a, b;

	if (c->metric->read == READ_EXACTLY)
		return ratio;
	a = shifted(c, pair->a, pair->side[0], 1);
	b = shifted(c, pair->b, pair->side[1], -1);
	ratio.low = ratio_of(&a, &b, alpha).low;
	a = shifted(c, pair->a, pair->side[0], -1);
	b = shifted(c, pair->b, pair->side[1], 1);
	ratio.high = ratio_of(&a, &b, alpha).high;
	return ratio;
}

/* That the decision hangs on how the times were read, and by what it does not. */
static void too_coarse(const struct comparison *c, const struct pair *pair, char *reason,
		       size_t size)
{
	const struct metric *mean = metric_mean_of(c->metric);
	double step = fmax(clock_step(c, pair->side[0]), clock_step(c, pair->side[1]));
	double off = fmax(metric_off(c->metric, pair->a->each[0], step),
			  metric_off(c->metric, pair->b->each[0], step));
	char buf[16];

	short_time(buf, sizeof(buf), off);
	if (off > step)
		snprintf(reason, size, "the histogram has them to %s, too coarse for the threshold",
			 buf);
	else
		snprintf(reason, size, "one step of the clock, %s, is too much of these times",
			 buf);
	if (mean)
		snprintf(reason + strlen(reason), size - strlen(reason), ": try --metric=%s",
			 mean->name);
}

/* Of what the decisions hold together. */
static const char *kind_of(const struct comparison *c)
{
	return c->by ? "pairs" : "cases";
}

static enum decision decide(const struct comparison *c, const struct pair *pair,
			    struct interval ratio, size_t together, char *reason, size_t size)
{
	enum decision decision = judge(c, ratio);

	if (ratio.coverage < 1 - STATS_ALPHA / together) {
		snprintf(reason, size, "%zu and %zu %s are too few for %zu %s together",
			 pair->a->n, pair->b->n, unit_of(c), together, kind_of(c));
		return UNKNOWN;
	}
	if (decision == SAME &&
	    (pair->a->n < STATS_INTERVAL || pair->b->n < STATS_INTERVAL)) {
		snprintf(reason, size, "an interval of 95 %% takes at least %u %s of each",
			 STATS_INTERVAL, unit_of(c));
		return UNKNOWN;
	}
	if (decision != UNKNOWN) {
		if (judge(c, read_ratio(c, pair, ratio, STATS_ALPHA / together)) == decision)
			return decision;
		too_coarse(c, pair, reason, size);
		return UNKNOWN;
	}
	if (together == 1)
		snprintf(reason, size, "the interval spans both sides of the threshold");
	else
		snprintf(reason, size,
			 "the interval, of %zu %s together, spans both sides of the threshold",
			 together, kind_of(c));
	return UNKNOWN;
}

/* A case: what there is of both, and what is said of it alone. */
static struct pair pair_init(const struct comparison *c, const struct group *a,
			     const struct group *b)
{
	const struct group *g[2] = { a, b }, *any = a ? a : b;
	struct pair pair = { 0 };
	struct interval alone;
	struct mann_whitney test;
	char reason[128] = "";
	double over;

	pair.doc = json_pack("{s:s, s:s, s:o, s:o}", "case", any->name, "spec", any->spec,
			     "a", group_json(c, a), "b", group_json(c, b));
	pair.decision = hindrance(c, g, reason, sizeof(reason));
	/* A side without the case is one. */
	if (pair.decision >= 0 || !a || !b) {
		if (reason[0])
			json_object_set_new(pair.doc, "reason", json_string(reason));
		return pair;
	}
	pair.a = &a->figure;
	pair.b = &b->figure;
	pair.side[0] = a->side;
	pair.side[1] = b->side;
	over = stats_median(pair.b->each, pair.b->n) / stats_median(pair.a->each, pair.a->n);
	alone = ratio_of(pair.a, pair.b, STATS_ALPHA);
	test = stats_mann_whitney(pair.a->each, pair.a->n, pair.b->each, pair.b->n);
	pair.p = test.p;
	json_object_set_new(pair.doc, "ratio",
			    json_pack("{s:o, s:o, s:f}", "b_over_a",
				      /* Both are 0. */
				      number_json(isnan(over) ? 1 : over),
				      "interval_95", ends_json(alone),
				      "coverage", alone.coverage));
	json_object_set_new(pair.doc, "mann_whitney",
			    json_pack("{s:f, s:f, s:b}", "u", test.u, "p", test.p,
				      "exact", test.exact));
	return pair;
}

/*
 * Decide each case, such that all decisions hold together: each interval misses its ratio with
 * a share of the probability with which one of them may (O. J. Dunn, "Multiple comparisons
 * among means", Journal of the American Statistical Association 56, 1961).
 *
 * Return: how many cases there are to decide.
 */
static size_t decide_all(const struct comparison *c, struct pair *pairs, size_t n,
			 enum outcome *outcome)
{
	double *p = calloc(n + 1, sizeof(*p));
	size_t i, together = 0, at = 0;
	struct interval ratio;
	char reason[256];

	if (!p)
		abort();
	for (i = 0; i < n; i++)
		if (pairs[i].decision < 0)
			p[together++] = pairs[i].p;
	stats_holm(p, together);
	for (i = 0; i < n; i++) {
		struct pair *pair = &pairs[i];

		if (pair->decision < 0) {
			json_object_set_new(json_object_get(pair->doc, "mann_whitney"), "p_holm",
					    json_real(p[at++]));
			ratio = ratio_of(pair->a, pair->b, STATS_ALPHA / together);
			json_object_set_new(json_object_get(pair->doc, "ratio"),
					    "interval_together", ends_json(ratio));
			reason[0] = '\0';
			pair->decision = decide(c, pair, ratio, together, reason, sizeof(reason));
			if (reason[0])
				json_object_set_new(pair->doc, "reason", json_string(reason));
		}
		json_object_set_new(pair->doc, "decision",
				    json_string(decisions[pair->decision].name));
		if (decisions[pair->decision].outcome > *outcome)
			*outcome = decisions[pair->decision].outcome;
	}
	free(p);
	return together;
}

/* Runs come in a random order; cases are read best by name, 2 before 16. */
static int by_name(const void *x, const void *y)
{
	const struct group *l = x, *r = y;

	return strverscmp(l->name, r->name) ?: strcmp(l->spec, r->spec);
}

static json_t *side_json(const struct side *s)
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
	const char *first = string(side_world(&c->side[0], 0), BOOT), *boot;
	bool differ = false;
	size_t s;

	for (s = 1; s < c->nsides; s++) {
		boot = string(side_world(&c->side[s], 0), BOOT);
		differ |= first[0] && boot[0] && strcmp(first, boot);
	}
	if (by_boot(c) || !differ)
		return NULL;
	if (c->by)
		return "values are of one boot each, which /best has in it: compare several";
	return "A and B are of one boot each, which B/A has in it: compare several boots of each";
}

/* Add to a comparison what each says of itself, and its cases, whose reference goes with it. */
static json_t *with_cases(json_t *doc, const struct comparison *c, size_t together, json_t *cases,
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
	if (collect(c, 0, &g[0], message, size) || collect(c, 1, &g[1], message, size))
		goto out;
	qsort(g[0].group, g[0].n, sizeof(*g[0].group), by_name);
	qsort(g[1].group, g[1].n, sizeof(*g[1].group), by_name);
	pairs = calloc(g[0].n + g[1].n, sizeof(*pairs));
	if (!pairs)
		abort();
	for (i = 0; i < g[0].n; i++)
		pairs[n++] = pair_init(c, &g[0].group[i],
				       find_group(&g[1], g[0].group[i].spec));
	for (i = 0; i < g[1].n; i++)
		if (!find_group(&g[0], g[1].group[i].spec))
			pairs[n++] = pair_init(c, NULL, &g[1].group[i]);
	together = decide_all(c, pairs, n, outcome);
	for (i = 0; i < n; i++)
		json_array_append_new(cases, pairs[i].doc);
	free(pairs);
	doc = json_pack("{s:s, s:o, s:o}", "schema", SCHEMA, "a", side_json(&c->side[0]),
			"b", side_json(&c->side[1]));
	doc = with_cases(doc, c, together, json_incref(cases), *outcome);
	if (!doc)
		snprintf(message, size, "out of memory");
out:
	json_decref(cases);
	free(g[0].group);
	free(g[1].group);
	return doc;
}

static const char *figure(const struct comparison *c, const json_t *side, char *buf, size_t size)
{
	const json_t *sample;
	double median;
	char key[40];

	sample = json_object_get(side, figure_key(c->metric, key, sizeof(key)));
	if (!sample)
		return "-";
	median = json_number_value(json_object_get(sample, "median"));
	return strcmp(c->metric->unit, "ns") ? short_count(buf, size, median) :
	       short_time(buf, size, median);
}

/* Of a case that may differ, where workers waited for each other on both sides. */
static void human_handover(FILE *out, const json_t *one)
{
	double mean[2], share[2];
	char a[16], b[16];
	int s;

	if (!strcmp(string(one, "decision"), decisions[SAME].name))
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

static void human_side(FILE *out, const struct comparison *c, size_t side, const char *title,
		       const char *words)
{
	const struct side *s = &c->side[side];
	const json_t *world = side_world(s, 0);
	const char *debug = string(world, "debug");
	char boots[32] = "";

	if (by_boot(c))
		snprintf(boots, sizeof(boots), "; %zu boots", json_array_size(s->documents));
	write_wrapped(out, "%s: %s%s%s; Linux %s, %s, %lld cpus, debug %s%s\n", title, s->name,
		      words[0] ? " " : "", words, string(world, "kernel"),
		      string(world, "accel"), json_integer_value(json_object_get(world, "cpus")),
		      debug[0] ? debug : "none", boots);
}

/* What the columns after the label take, as far as "no difference". */
#define COMPARE_WIDTH	52

static json_int_t stolen_runs(const json_t *one, const char *side)
{
	return json_integer_value(json_object_get(json_object_get(one, side), "stolen_runs"));
}

/* The ratio, where it lies, the probability, and what is decided: the end of a row. */
static void human_ratio(FILE *out, const json_t *one, const char *decision)
{
	const json_t *ratio = json_object_get(one, "ratio");
	const json_t *test = json_object_get(one, "mann_whitney");
	const json_t *ends = json_object_get(ratio, "interval_together");
	char both[40] = "-", times[16] = "-", p[16] = "-";

	if (ratio) {
		snprintf(times, sizeof(times), "%.3g",
			 number(json_object_get(ratio, "b_over_a")));
		snprintf(both, sizeof(both), "%.3g-%.3g",
			 number(json_array_get(ends, 0)),
			 number(json_array_get(ends, 1)));
		snprintf(p, sizeof(p), "%.2g",
			 json_number_value(json_object_get(test, "p_holm")));
	}
	fprintf(out, "%6s %-11s %7s %s\n", times, both, p, decision);
}

static void human_row(FILE *out, const struct comparison *c, const json_t *one,
		      const char *decision)
{
	char a[16], b[16];

	fprintf(out, "%5s %5s ", figure(c, json_object_get(one, "a"), a, sizeof(a)),
		figure(c, json_object_get(one, "b"), b, sizeof(b)));
	human_ratio(out, one, decision);
	if (json_object_get(one, "reason"))
		write_wrapped(out, "  %s: %s\n", decision, string(one, "reason"));
	if (stolen_runs(one, "a") || stolen_runs(one, "b"))
		write_wrapped(out, "  the host took the CPUs of %lld runs of A and %lld of B, which do not count\n",
			      stolen_runs(one, "a"), stolen_runs(one, "b"));
}

static size_t decision_of(const json_t *one)
{
	size_t d = 0;

	while (d < ARRAY_SIZE(decisions) - 1 &&
	       strcmp(decisions[d].name, string(one, "decision")))
		d++;
	return d;
}

static void human_rows(FILE *out, const struct comparison *c, const json_t *cases,
		       size_t count[ARRAY_SIZE(decisions)])
{
	size_t n = json_array_size(cases), i, d;
	struct labelled *rows = calloc(n + 1, sizeof(*rows));
	struct labels *l = NULL;
	const json_t *one;

	json_array_foreach(cases, i, one)
		if (rows)
			rows[i] = (struct labelled){ string(one, "case"), string(one, "spec") };
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
		if (!c->metric->group)
			human_handover(out, one);
	}
out:
	labels_free(l);
	free(rows);
}

static void human_metric(FILE *out, const struct comparison *c, json_int_t together)
{
	char all[64];

	snprintf(all, sizeof(all), "; 95%%: of all %lld %s together", together, kind_of(c));
	write_wrapped(out, "%s: medians%s; %s is better; less than %g%% is no difference%s\n",
		      c->metric->name, by_boot(c) ? " of boots" : "",
		      c->metric->less ? "less" : "more", c->threshold, together > 1 ? all : "");
}

static const char *in_table(const struct comparison *c, size_t d)
{
	return (c->by ? decisions[d].ranked : NULL) ?: decisions[d].brief ?: decisions[d].name;
}

/* Below a table: what it comes to, and how often each decision is in it. */
static void human_verdict(FILE *out, const struct comparison *c, const json_t *doc,
			  const size_t count[ARRAY_SIZE(decisions)])
{
	int comma = 0;
	size_t d;

	if (caveat(c))
		write_wrapped(out, "%s\n", caveat(c));
	if (json_is_true(json_object_get(side_world(&c->side[0], 0), "emulated")))
		fputs("times are emulated (tcg): the ratio is that of the emulation\n", out);
	fprintf(out, "verdict: %s (", string(doc, "verdict"));
	for (d = 0; d < ARRAY_SIZE(decisions); d++)
		if (count[d])
			fprintf(out, "%s%zu %s", comma++ ? ", " : "", count[d],
				in_table(c, d));
	fputs(")\n", out);
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
	size_t count[ARRAY_SIZE(decisions)] = { 0 };

	human_side(out, c, 0, c->side[0].label, c->side[0].words);
	human_side(out, c, 1, c->side[1].label, c->side[1].words);
	human_metric(out, c, together);
	human_rows(out, c, json_object_get(doc, "cases"), count);
	human_verdict(out, c, doc, count);
}

/**
 * ranking_value - the value of a key
 * @spec: of a case
 * @by: the key
 * @value: what it is, as spec_format() writes it; "" for the structure's own mix
 * @size: bytes of @value
 *
 * Return: 0, or -1 when it is too long.
 */
int ranking_value(const struct spec *spec, const char *by, char *value, size_t size)
{
	char text[1024];
	const char *at;
	size_t len, key = strlen(by);

	value[0] = '\0';
	if (spec_format(spec, text, sizeof(text)) < 0)
		return -1;
	for (at = text; *at; at += len, at += *at == ' ') {
		len = strcspn(at, " ");
		if (len > key && at[key] == '=' && !memcmp(at, by, key))
			return snprintf(value, size, "%.*s", (int)(len - key - 1), at + key + 1) <
			       (int)size ? 0 : -1;
	}
	return 0;
}

/* The side of a value, made where there is none. */
static struct side *side_of(struct side **sides, size_t *n, const char *by, const char *name,
			    const char *value)
{
	struct side *s;
	char *words;
	size_t i;

	for (i = 0; i < *n; i++)
		if (!strcmp((*sides)[i].label, value))
			return &(*sides)[i];
	*sides = realloc(*sides, (*n + 1) * sizeof(**sides));
	if (!*sides || asprintf(&words, "%s=%s", by, value) < 0)
		abort();
	s = &(*sides)[(*n)++];
	*s = (struct side){
		.label = words + strlen(by) + 1, .name = name, .words = words,
		.documents = json_array(),
	};
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
 * ranking_sides - a side for each value of a key
 * @by: the key
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
	char what[384] = "", value[512], number[32] = "";
	struct side *sides = NULL;
	json_t *document, *result;
	struct spec spec;
	size_t d, i;

	*n = 0;
	json_array_foreach(documents, d, document) {
		if (json_array_size(documents) > 1)
			snprintf(number, sizeof(number), "document %zu: ", d + 1);
		json_array_foreach(json_object_get(document, "results"), i, result) {
			if (parse_run(result, i, &spec, what, sizeof(what)))
				goto wrong;
			if (ranking_value(&spec, by, value, sizeof(value)) || !value[0]) {
				snprintf(what, sizeof(what), "results[%zu].job.spec does not say what %s is",
					 i, by);
				goto wrong;
			}
			if (side_document(side_of(&sides, n, by, name, value), document))
				abort();
		}
	}
	if (*n > 1)
		return sides;
	number[0] = '\0';
	if (*n)
		snprintf(what, sizeof(what), "all cases have %s: there is nothing to rank",
			 sides->words);
	else
		snprintf(what, sizeof(what), "there is no case");
wrong:
	snprintf(message, size, "%s: %s%s", name, number, what);
	ranking_free(sides, *n);
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
	char text[1024];
	size_t rank = i;

	while (rank && first[rank - 1].good == one->good)
		rank--;
	spec_init(&spec);
	if (!spec_parse(&spec, one->group->spec, strlen(one->group->spec), &error) &&
	    !with_words(&spec, c->side[one->group->side].words, text, sizeof(text)))
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
	together = decide_all(c, pairs, many, &unused);
	for (i = 0; i < n; i += k) {
		k = alike(&all[i], n - i);
		ranked_json(c, &all[i], k);
	}
	for (i = 0; i < many; i++)
		json_decref(pairs[i].doc);
	free(pairs);
	return together;
}

/* All cases of all sides, those that are alike together; NULL with @message where none are. */
static struct ranked *collect_ranked(const struct comparison *c, struct groups *g, size_t *n,
				     char *message, size_t size)
{
	struct ranked *all = NULL;
	size_t s, i, k;

	*n = 0;
	for (s = 0; s < c->nsides; s++) {
		if (collect(c, s, &g[s], message, size))
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
	for (i = 0; i < *n; i += k) {
		k = alike(&all[i], *n - i);
		if (k > 1)
			return all;
	}
	snprintf(message, size, "%s: no two cases are alike but for %s", c->side[0].name, c->by);
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
	doc = json_pack("{s:s, s:s, s:n, s:n, s:o}", "schema", SCHEMA, "by", c->by, "a", "b",
			"values", values);
	doc = with_cases(doc, c, together, cases, *outcome);
	if (!doc)
		snprintf(message, size, "out of memory");
out:
	for (i = 0; i < c->nsides; i++)
		free(g[i].group);
	free(g);
	free(all);
	return doc;
}

/* A spec without a key, which has a column of its own. */
static char *spec_without(const char *spec, const char *by)
{
	char *text = strdup(spec), *to = text;
	size_t len, key = strlen(by);

	if (!text)
		abort();
	for (; *spec; spec += len, spec += *spec == ' ') {
		len = strcspn(spec, " ");
		if (len > key && spec[key] == '=' && !memcmp(spec, by, key))
			continue;
		to += sprintf(to, "%s%.*s", to > text ? " " : "", (int)len, spec);
	}
	*to = '\0';
	return text;
}

/* What the columns after the value take, as far as "as good as the best". */
#define RANKING_WIDTH	56

static void ranking_rows(FILE *out, const struct comparison *c, const json_t *cases,
			 size_t count[ARRAY_SIZE(decisions)])
{
	size_t n = json_array_size(cases), i, d, width = strlen(c->by);
	struct labelled *rows = calloc(n + 1, sizeof(*rows));
	struct labels *l = NULL;
	char rank[24], buf[16];
	const json_t *one;

	if (!rows)
		abort();
	json_array_foreach(cases, i, one) {
		rows[i].spec = spec_without(string(one, "spec"), c->by);
		/* Those that are alike have one name, which does not tell them apart. */
		rows[i].name = i && !strcmp(rows[i].spec, rows[i - 1].spec) ? rows[i - 1].name :
			       string(one, "case");
		width = fmax(width, strlen(string(one, "value")));
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
		fprintf(out, "%4s %-*s %6s ", rank, (int)width, string(one, "value"),
			figure(c, json_object_get(one, "b"), buf, sizeof(buf)));
		human_ratio(out, one, in_table(c, d));
		if (json_object_get(one, "reason"))
			write_wrapped(out, "  %s: %s\n", in_table(c, d), string(one, "reason"));
		if (stolen_runs(one, "b"))
			write_wrapped(out,
				      "  the host took the CPUs of %lld runs, which do not count\n",
				      stolen_runs(one, "b"));
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
	size_t count[ARRAY_SIZE(decisions)] = { 0 }, s;
	bool one_world = true;

	/* One document has them all, or they are of several. */
	for (s = 1; s < c->nsides; s++)
		one_world &= json_equal(side_world(&c->side[0], 0), side_world(&c->side[s], 0));
	for (s = 0; s < (one_world ? 1 : c->nsides); s++)
		human_side(out, c, s, one_world ? c->by : c->side[s].words, "");
	human_metric(out, c, json_integer_value(json_object_get(doc, "together")));
	ranking_rows(out, c, json_object_get(doc, "cases"), count);
	human_verdict(out, c, doc, count);
	if (count[UNKNOWN])
		fputs("what can't be told takes more runs: a greater --repeat= of contend run\n",
		      out);
}

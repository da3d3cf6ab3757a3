// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pair.h"
#include "stats.h"
#include "terminal.h"

/* Of a logarithm's rounding: 105 is not more than 5 % beyond 100. */
#define ROUNDING	(1 / 1e12)

const struct decision_name decisions[NR_DECISIONS] = {
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

static const char *unit_of(const struct comparison *c)
{
	return by_boot(c) ? "boots" : "runs";
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
		const char *why = of[0] == verdict ? g[0]->why : g[1]->why;
		size_t len;

		if (g[0] == g[1])
			snprintf(reason, size, "the verdict is %s", verdict_name(verdict));
		else
			snprintf(reason, size, "the verdict of %s is %s, that of %s %s",
				 c->side[g[0]->side].label, verdict_name(of[0]),
				 c->side[g[1]->side].label, verdict_name(of[1]));
		len = strlen(reason);
		if (why[0])
			snprintf(reason + len, size - len, ": %s", why);
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
	const json_t *step;
	size_t i;

	for (i = 0; i < json_array_size(s->documents); i++) {
		step = json_object_get(side_world(s, i), WORLD_STEP);
		longest = fmax(longest, json_number_value(step));
	}
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

/**
 * pairs_kind - of what the decisions hold together
 * @c: the comparison
 *
 * Return: a word, of many.
 */
const char *pairs_kind(const struct comparison *c)
{
	return c->by ? "pairs" : "cases";
}

static enum decision decide(const struct comparison *c, const struct pair *pair,
			    struct interval ratio, size_t together, char *reason, size_t size)
{
	enum decision decision = judge(c, ratio);

	if (ratio.coverage < 1 - STATS_ALPHA / together) {
		snprintf(reason, size, "%zu and %zu %s are too few for %zu %s together",
			 pair->a->n, pair->b->n, unit_of(c), together, pairs_kind(c));
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
			 together, pairs_kind(c));
	return UNKNOWN;
}

/**
 * pair_init - a case on both sides: what there is of it, and what is said of it alone
 * @c: the comparison
 * @a: A's runs, or NULL
 * @b: B's runs, or NULL, but not both
 *
 * Return: the pair, whose @doc is the caller's; without a decision where there is something
 * to decide.
 */
struct pair pair_init(const struct comparison *c, const struct group *a, const struct group *b)
{
	const struct group *g[2] = { a, b }, *any = a ? a : b;
	struct pair pair = { 0 };
	struct interval alone;
	struct mann_whitney test;
	char reason[128 + RESULT_TEXT] = "";
	double over;

	pair.doc = json_pack("{s:s, s:s, s:o, s:o}", "case", any->name, "spec", any->spec,
			     "a", group_json(c, a), "b", group_json(c, b));
	pair.decision = hindrance(c, g, reason, sizeof(reason));
	/* A side without the case is one. */
	if (pair.decision >= 0 || !a || !b) {
		if (reason[0])
			json_object_set_new(pair.doc, "reason", json_string(reason));
		if (a && b && verdict_worse(group_verdict(a), group_verdict(b)) != VERDICT_PASS)
			json_object_set_new(pair.doc, "verdicts",
					    json_pack("[s, s]", verdict_name(group_verdict(a)),
						      verdict_name(group_verdict(b))));
		return pair;
	}
	pair.a = &a->figure;
	pair.b = &b->figure;
	pair.side[0] = a->side;
	pair.side[1] = b->side;
	pair.workers[0] = a->workers;
	pair.workers[1] = b->workers;
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

/* What stands between an operation and its caller in one engine, and not in another. */
static const struct {
	const char *less;
	const char *more;
	const char *what;
} layers[] = {
	{ "user", "kernel", "the kernel" },
	{ "kernel", "ioctl", "the system call" },
	{ "kernel", "ring", "the ring" },
	{ "ring", "ioctl", "a system call of its own" },
	{ "user", "ioctl", "the system call and the kernel" },
	{ "user", "ring", "the ring and the kernel" },
};

/* The engine of a side, where that is what differs; else NULL. */
static const char *engine_of(const struct comparison *c, size_t side)
{
	const json_t *one;
	size_t i;

	if (c->by)
		return strcmp(c->by, "engine") ? NULL : c->side[side].label;
	json_array_foreach(c->differs, i, one)
		if (!strcmp(text_of(one, "key"), "engine"))
			return text_of(one, side ? "b" : "a");
	return NULL;
}

/* What the difference is the price of, and whether it is paid on the first side. */
static bool priced_on_first(const struct comparison *c, const struct pair *pair, char *of,
			    size_t size)
{
	const char *a = engine_of(c, pair->side[0]), *b = engine_of(c, pair->side[1]);
	const char *more = a && json_array_size(c->differs) > 1 ? " and of what else differs" : "";
	size_t i;

	for (i = 0; a && i < ARRAY_SIZE(layers); i++) {
		bool first = !strcmp(layers[i].less, b) && !strcmp(layers[i].more, a);

		if (!first && (strcmp(layers[i].less, a) || strcmp(layers[i].more, b)))
			continue;
		snprintf(of, size, "%s%s", layers[i].what, more);
		return first;
	}
	if (a)
		snprintf(of, size, "engine=%s for engine=%s%s", b, a, more);
	else
		snprintf(of, size, "B's world");
	return false;
}

/*
 * What an operation takes, in nanoseconds: of those in a second, a worker's time for one.
 * False where the figure does not say so to the nanosecond.
 */
static bool take_ns(const struct comparison *c, const struct sample *figure, unsigned int workers,
		    struct sample *ns)
{
	bool rate = !strcmp(c->metric->unit, "1/s");
	size_t i;

	if (c->metric->read != READ_EXACTLY || (!rate && strcmp(c->metric->unit, "ns")))
		return false;
	/* Who of the workers did an operation, or when, nobody says. */
	if (rate && c->metric->part)
		return false;
	*ns = *figure;
	for (i = 0; rate && i < ns->n; i++) {
		if (!workers || !(figure->each[i] > 0))
			return false;
		ns->each[i] = workers * 1e9 / figure->each[i];
	}
	return true;
}

/* The price of what differs: where it has one, by the same rules as the ratio. */
static void price_json(const struct comparison *c, const struct pair *pair, size_t together)
{
	struct interval alone, all;
	struct sample cheap, dear;
	json_t *price;
	bool first;
	char of[96];

	if (!json_array_size(c->differs) && (!c->by || strcmp(c->by, "engine")))
		return;
	first = priced_on_first(c, pair, of, sizeof(of));
	if (!take_ns(c, first ? pair->b : pair->a, pair->workers[first], &cheap) ||
	    !take_ns(c, first ? pair->a : pair->b, pair->workers[!first], &dear))
		return;
	alone = stats_difference_interval(cheap.each, cheap.n, dear.each, dear.n, STATS_ALPHA);
	all = stats_difference_interval(cheap.each, cheap.n, dear.each, dear.n,
					STATS_ALPHA / together);
	price = json_pack("{s:s, s:f, s:f, s:f, s:[f, f], s:f}", "of", of,
			  "with_ns", stats_median(dear.each, dear.n),
			  "without_ns", stats_median(cheap.each, cheap.n),
			  "ns", stats_median(dear.each, dear.n) - stats_median(cheap.each, cheap.n),
			  "interval_95_ns", alone.low, alone.high, "coverage", alone.coverage);
	if (all.coverage >= 1 - STATS_ALPHA / together)
		json_object_set_new(price, "interval_together_ns",
				    json_pack("[f, f]", all.low, all.high));
	json_object_set_new(pair->doc, "price", price);
}

/**
 * pairs_decide - decide each case, such that all decisions hold together
 * @c: the comparison
 * @pairs: the cases
 * @n: how many
 * @outcome: what they come to, if that weighs more
 *
 * Each interval misses its ratio with a share of the probability with which one of them may
 * (O. J. Dunn, "Multiple comparisons among means", Journal of the American Statistical
 * Association 56, 1961).
 *
 * Return: how many cases there are to decide.
 */
size_t pairs_decide(const struct comparison *c, struct pair *pairs, size_t n,
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
			price_json(c, pair, together);
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

/**
 * decision_of - what is decided of a case
 * @one: the case, in a document
 *
 * Return: the decision.
 */
enum decision decision_of(const json_t *one)
{
	size_t d = 0;

	while (d < NR_DECISIONS - 1 &&
	       strcmp(decisions[d].name, text_of(one, "decision")))
		d++;
	return d;
}

/**
 * decision_human - what a table says of a decision
 * @c: the comparison
 * @d: the decision
 *
 * Return: the words.
 */
const char *decision_human(const struct comparison *c, enum decision d)
{
	return (c->by ? decisions[d].ranked : NULL) ?: decisions[d].brief ?: decisions[d].name;
}

/**
 * figure_human - the median of a side of a case
 * @c: the comparison
 * @side: of the case, in a document
 * @buf: room for it
 * @size: bytes of @buf
 *
 * Return: @buf, or "-" where there is none.
 */
const char *figure_human(const struct comparison *c, const json_t *side, char *buf, size_t size)
{
	const json_t *sample;
	double median;
	char key[80];

	sample = json_object_get(side, figure_key(c->metric, key, sizeof(key)));
	if (!sample)
		return "-";
	median = json_number_value(json_object_get(sample, "median"));
	return strcmp(c->metric->unit, "ns") ? short_count(buf, size, median) :
	       short_time(buf, size, median);
}

/**
 * side_runs - how many runs of a side are as a key says
 * @one: a case, in a document
 * @side: which of its sides
 * @key: "stolen_runs" do not count, because the host made their figures; "runs_without" do not
 *	have the one that is compared
 *
 * Return: how many.
 */
json_int_t side_runs(const json_t *one, const char *side, const char *key)
{
	return json_integer_value(json_object_get(json_object_get(one, side), key));
}

/**
 * ratio_human - the end of a row: the ratio, where it lies, the probability, what is decided
 * @out: where to
 * @one: the case, in a document
 * @decision: the words
 */
void ratio_human(FILE *out, const json_t *one, const char *decision)
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

/* A time, or less than none. */
static const char *signed_time(char *buf, size_t size, const json_t *x)
{
	double ns = json_number_value(x);
	char time[16];

	snprintf(buf, size, "%s%s", ns < 0 ? "-" : "", short_time(time, sizeof(time), fabs(ns)));
	return buf;
}

/**
 * price_human - a line about the price of what differs, where a case has one
 * @out: where to
 * @c: the comparison
 * @one: the case, in a document
 */
void price_human(FILE *out, const struct comparison *c, const json_t *one)
{
	const json_t *price = json_object_get(one, "price");
	const json_t *ends = json_object_get(price, "interval_together_ns");
	char with[20], without[20], is[20], low[20], high[20], between[64] = "";

	if (!price)
		return;
	if (ends)
		snprintf(between, sizeof(between), " (95%%: %s to %s)",
			 signed_time(low, sizeof(low), json_array_get(ends, 0)),
			 signed_time(high, sizeof(high), json_array_get(ends, 1)));
	signed_time(is, sizeof(is), json_object_get(price, "ns"));
	signed_time(with, sizeof(with), json_object_get(price, "with_ns"));
	signed_time(without, sizeof(without), json_object_get(price, "without_ns"));
	write_wrapped(out, "  the price of %s is %s %s%s: %s with it, %s without\n",
		      text_of(price, "of"), is,
		      strcmp(c->metric->unit, "ns") ? "an operation" : c->metric->name, between,
		      with, without);
}

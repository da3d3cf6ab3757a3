// SPDX-License-Identifier: GPL-2.0
#include <linux/minmax.h>
#include <linux/string.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "result.h"

const char *const outcome_names[NR_OUTCOMES] = {
	[REQUEST_OK] = "ok", [REQUEST_ERROR] = "error", [REQUEST_TIMEOUT] = "timeout",
	[REQUEST_REJECTED] = "rejected", [REQUEST_SHED] = "shed",
};

/**
 * result_over - of how many requests it can be said whether they were answered in time
 * @due: how many came due in a measured time
 * @under_way: how many had begun at its end, and not ended
 *
 * Return: so many.
 */
u64 result_over(u64 due, u64 under_way)
{
	return due > under_way ? due - under_way : 0;
}

/**
 * result_saturated - whether more came due than a system could do
 * @over: how many requests came due in a measured time, see result_over()
 * @answered: how many were answered
 * @late_ns: how late the oldest one was that had not begun at its end
 * @span_ns: how long it was
 *
 * Return: SATURATED_*, for each reason; 0: it is not.
 */
u32 result_saturated(u64 over, u64 answered, u64 late_ns, u64 span_ns)
{
	return (answered < SATURATED_ANSWERED * over ? SATURATED_LOST : 0) |
	       (late_ns > SATURATED_WAIT * span_ns ? SATURATED_LATE : 0);
}

/**
 * result_per_op - what a request that was answered took of something
 * @s: the run
 * @total: what all of them took, ~0 where nobody knows
 *
 * Return: the mean; NaN where there is none.
 */
double result_per_op(const struct result_scenario *s, u64 total)
{
	const u64 ops = s->outcome[REQUEST_OK];

	return ops && total != ~0ULL ? (double)total / ops : NAN;
}

/**
 * result_since - what was counted between two looks at a histogram
 * @last: as it was at the first look; then what has come since, with a least and a greatest value
 *	as exact as the buckets are
 * @now: as it is
 */
void result_since(struct hist *last, const struct hist *now)
{
	unsigned int i;

	last->total = now->total - last->total;
	last->sum = now->sum - last->sum;
	last->min = ~0ULL;
	last->max = 0;
	for (i = 0; i < HIST_BUCKETS; i++) {
		last->counts[i] = now->counts[i] - last->counts[i];
		if (!last->counts[i])
			continue;
		if (last->min == ~0ULL)
			last->min = max(hist_least(i), now->min);
		/* What is beyond the last bucket is counted in it. */
		last->max = i == HIST_BUCKETS - 1 ? now->max : min(hist_value(i), now->max);
	}
}

/**
 * result_workers - make room for the workers' results
 * @r: the result
 * @n: how many workers
 *
 * Return: 0 or -ENOMEM.
 */
int result_workers(struct result *r, u32 n)
{
	u32 i, t;

	r->workers = calloc(n, sizeof(*r->workers));
	if (!r->workers)
		return -ENOMEM;
	r->nworkers = n;
	for (i = 0; i < n; i++)
		for (t = 0; t < NR_TIMES; t++)
			hist_init(&r->workers[i].time[t]);
	for (i = 0; i < n; i++)
		r->workers[i].group = spec_group_of(&r->spec, i);
	return 0;
}

/**
 * result_verb - make room for the times of one more operation
 * @r: the result
 * @name: of the operation
 *
 * Return: where they go, empty, until the next call; NULL when memory is short.
 */
struct result_verb *result_verb(struct result *r, const char *name)
{
	struct result_verb *verbs = realloc(r->verbs, (r->nverbs + 1) * sizeof(*verbs)), *verb;
	enum timed t;

	if (!verbs)
		return NULL;
	r->verbs = verbs;
	verb = &verbs[r->nverbs++];
	strscpy(verb->name, name, sizeof(verb->name));
	for (t = 0; t < NR_TIMES; t++)
		hist_init(&verb->time[t]);
	return verb;
}

/**
 * result_free - give a result's memory back
 * @r: the result
 */
void result_free(struct result *r)
{
	if (r->scenario) {
		free(r->scenario->point);
		free(r->scenario->step);
	}
	free(r->scenario);
	free(r->moments);
	free(r->workers);
	free(r->verbs);
	free(r->name);
	r->workers = NULL;
	r->verbs = NULL;
	r->name = NULL;
	r->scenario = NULL;
}

/**
 * result_check - enter one check
 * @r: the result
 * @name: the invariant
 * @verdict: PASS, FAIL or SKIP
 * @violations: how often it was broken
 * @detail: the first violation in words, or why it was skipped, or ""
 *
 * None is left out for want of room: that would be a pass that nobody has checked.
 */
void result_check(struct result *r, const char *name, enum verdict verdict, u64 violations,
		  const char *detail)
{
	struct result_check *c = &r->checks[r->nchecks++];

	if (r->nchecks > RESULT_CHECKS)
		abort();
	strscpy(c->name, name, sizeof(c->name));
	strscpy(c->detail, detail, sizeof(c->detail));
	c->verdict = verdict;
	c->violations = violations;
}

/* How many operations come and go together. */
static u64 result_batch(const struct result *r)
{
	return r->spec.batch ?: 1;
}

/*
 * With fewer operations than this one more or less is a difference that compare takes for
 * one: 5 per cent.
 */
#define FEW_OPS	20

/* A rate of so few is not one, nor is a percentile. */
static bool too_few(const struct result *r, u64 ops, char *reason, size_t size)
{
	if (ops >= FEW_OPS || !r->span_ns)
		return false;
	if (!ops) {
		snprintf(reason, size, "no operation ended well in %.3g s", r->span_ns / 1e9);
		return true;
	}
	snprintf(reason, size,
		 "%llu operation%s in %.3g s: one more or less is %.3g%% of ops/s, and with fewer than %u no figure says much: give it a longer runtime",
		 ops, ops == 1 ? "" : "s", r->span_ns / 1e9, 100.0 / ops, FEW_OPS);
	return true;
}

/**
 * result_judge - the verdict that follows from the checks and the workers
 * @r: the result, complete but for its verdict
 */
void result_judge(struct result *r)
{
	u64 ops = 0, idle = 0;
	u32 i;

	r->verdict = VERDICT_PASS;
	for (i = 0; i < r->nchecks; i++)
		if (r->checks[i].verdict == VERDICT_FAIL)
			r->verdict = VERDICT_FAIL;
	if (r->verdict == VERDICT_FAIL)
		return;
	for (i = 0; i < r->nworkers; i++) {
		ops += r->workers[i].ops;
		/* One that gave up has waited. */
		idle += r->workers[i].misses - r->workers[i].timeouts;
		/* Of users there may be more than requests. */
		if (r->workers[i].ops || spec_idle(r->spec.sched, i) || r->scenario)
			continue;
		r->verdict = VERDICT_INCONCLUSIVE;
		snprintf(r->reason, sizeof(r->reason),
			 "worker %u did nothing in the measured time: give it a longer runtime", i);
		return;
	}
	if (r->span_ns && !r->concurrent_ns) {
		r->verdict = VERDICT_INCONCLUSIVE;
		snprintf(r->reason, sizeof(r->reason),
			 "the workers never ran all at the same time, which is what is measured: give it a longer runtime");
		return;
	}
	if (too_few(r, ops / result_batch(r), r->reason, sizeof(r->reason))) {
		r->verdict = VERDICT_INCONCLUSIVE;
		return;
	}
	if (r->idles && idle == ops) {
		r->verdict = VERDICT_INCONCLUSIVE;
		snprintf(r->reason, sizeof(r->reason),
			 "none of %llu operations did anything: for each there was no element, no room, or no place",
			 ops);
		return;
	}
	/* A check that did not fire has shown nothing about what is known to be broken. */
	if (r->busted) {
		r->verdict = VERDICT_INCONCLUSIVE;
		snprintf(r->reason, sizeof(r->reason),
			 "nothing was provoked: %s is broken on purpose, and no check of this run has shown it: give it a longer runtime, or %s",
			 r->busted, r->scenario ? "the load that doc/ names for it" : "more workers");
	}
}

/*
 * From this share on the figures are the host's scheduler's: of two CPUs that share one, each
 * loses half, of three that share two, a third.
 */
#define STOLEN_MOST	0.25

/**
 * result_stolen - whether a run says nothing because of its host
 * @verdict: of the run
 * @stolen: its share, NaN where nobody knows
 *
 * Return: true when the host took so much that it made the figures.
 */
bool result_stolen(enum verdict verdict, double stolen)
{
	return verdict == VERDICT_INCONCLUSIVE && stolen > STOLEN_MOST;
}

/**
 * result_steal - enter what the host took while a case ran, and judge that
 * @r: the result, with its verdict
 * @stolen_ns: CPU time that was asked for and not given
 * @ran_ns: that was given
 */
void result_steal(struct result *r, u64 stolen_ns, u64 ran_ns)
{
	r->steal_ns = stolen_ns;
	r->stolen = stolen_ns || ran_ns ?
		(double)stolen_ns / ((double)stolen_ns + ran_ns) : NAN;
	/*
	 * Whatever else kept it from being conclusive may be the host's doing, but not that it does
	 * not end.
	 */
	if (r->hangs)
		return;
	if (r->verdict != VERDICT_PASS && r->verdict != VERDICT_INCONCLUSIVE)
		return;
	if (!result_stolen(VERDICT_INCONCLUSIVE, r->stolen))
		return;
	r->verdict = VERDICT_INCONCLUSIVE;
	snprintf(r->reason, sizeof(r->reason),
		 "the host's scheduler made the figures: it took %.0f%% of the CPU time that was asked for",
		 100 * r->stolen);
}

/**
 * result_counts - whether a run has a say in the verdict and the figures of its case
 * @results: all runs
 * @n: how many
 * @i: which one
 *
 * One of which the host made the figures has none as long as another one of its case has.
 *
 * Return: whether it counts.
 */
bool result_counts(const struct result *results, size_t n, size_t i)
{
	size_t j;

	if (!result_stolen(results[i].verdict, results[i].stolen))
		return true;
	for (j = 0; j < n; j++)
		if (results[j].number == results[i].number &&
		    !result_stolen(results[j].verdict, results[j].stolen))
			return false;
	return true;
}

/*
 * Whether what came due and was not done became more in the measured time: by more than a
 * fiftieth of what came due, and by more than chance does where arrivals are random, three
 * times the root of their number.
 */
static bool saturated(double offered, double served)
{
	const double more = offered - served;

	return more > offered / 50 && more * more > 9 * offered;
}

static bool is_open(const struct result *r, u32 group)
{
	struct group_spec own;

	spec_group(&r->spec, group, &own);
	return own.arrival.kind != DELAY_NONE;
}

static bool has_deadline(const struct result *r, u32 group)
{
	struct group_spec own;

	spec_group(&r->spec, group, &own);
	return own.deadline_ns;
}

/* A sum of which one is not known is not known. */
static u64 add_known(u64 a, u64 b)
{
	return a == ~0ULL || b == ~0ULL ? ~0ULL : a + b;
}

/* Of the workers of the groups @from up to @to. */
static void summarize(const struct result *r, u32 from, u32 to, struct summary *s)
{
	u64 least = ~0ULL, most = 0, writes = 0, handovers = 0, local = 0, total = 0;
	u64 offered[SPEC_GROUPS] = { }, served[SPEC_GROUPS] = { };
	double sum = 0, squares = 0, delay = 0;
	u32 i, t, n = 0;

	memset(s, 0, sizeof(*s));
	for (t = 0; t < NR_TIMES; t++)
		hist_init(&s->time[t]);
	s->handovers = NAN;
	s->local = NAN;
	s->run_delay = NAN;
	s->miss_ratio = NAN;
	for (i = 0; i < r->nworkers; i++) {
		const struct result_worker *w = &r->workers[i];

		if (spec_idle(r->spec.sched, i) || w->group < from || w->group >= to)
			continue;
		n++;
		s->ops += w->ops;
		s->misses += w->misses;
		s->timeouts += w->timeouts;
		s->deadline |= has_deadline(r, w->group);
		s->elements += w->elements;
		s->retries += w->retries;
		least = w->ops < least ? w->ops : least;
		most = w->ops > most ? w->ops : most;
		sum += w->ops;
		squares += (double)w->ops * w->ops;
		s->starved_ns = w->starved_ns > s->starved_ns ? w->starved_ns : s->starved_ns;
		s->overtakes += w->overtakes;
		s->bypass = w->bypass > s->bypass ? w->bypass : s->bypass;
		writes += w->ops - w->reads;
		handovers += w->handovers;
		local += w->local;
		s->preempted += w->preempted;
		s->wakeups = add_known(s->wakeups, w->wakeups);
		s->vain = add_known(s->vain, w->vain);
		/*
		 * What had been waited before the measured time began is told when the wait ends. A
		 * worker that waited all of the time has done nothing in it: how long nobody knows.
		 */
		delay += w->run_delay_ns == ~0ULL || (w->ops && w->run_delay_ns >= r->span_ns) ?
			 NAN : w->run_delay_ns;
		if (is_open(r, w->group)) {
			s->open = true;
			served[w->group] += w->ops;
		}
		offered[w->group] += w->arrivals.offered;
		total += w->arrivals.offered;
		s->unserved += w->arrivals.unserved;
		s->late_ns = w->arrivals.late_ns > s->late_ns ? w->arrivals.late_ns : s->late_ns;
		for (t = 0; t < NR_TIMES; t++)
			/* An inversion is about one who waits. */
			if (t != TIMED_WAIT || r->spec.sched != POLICY_INVERSION ||
			    i == INVERSION_HIGH)
				hist_merge(&s->time[t], &w->time[t]);
	}
	if (r->witnessed && writes)
		s->handovers = (double)handovers / writes;
	if (handovers)
		s->local = (double)local / handovers;
	if (!r->span_ns)
		return;
	s->ops_per_s = s->ops * 1e9 / r->span_ns;
	s->elements_per_s = s->elements * 1e9 / r->span_ns;
	s->concurrency = (double)r->concurrent_ns / r->span_ns;
	s->run_delay = n ? delay / n / r->span_ns : NAN;
	/* What had been waited when the measured time began is in it. */
	if (s->run_delay > 1)
		s->run_delay = 1;
	s->offered_per_s = total * 1e9 / r->span_ns;
	/* One that asks for little is not lost beside one that asks for much. */
	for (i = from; i < to; i++)
		s->saturated |= saturated(offered[i] / result_batch(r),
					  served[i] / result_batch(r));
	if (!s->ops)
		return;
	s->miss_ratio = (double)s->misses / s->ops;
	s->jain = sum * sum / (n * squares);
	s->min_over_max = (double)least / most;
}

/**
 * result_summary - merge the workers
 * @r: the result
 * @s: what follows
 */
void result_summary(const struct result *r, struct summary *s)
{
	summarize(r, 0, spec_ngroups(&r->spec), s);
}

/**
 * result_group_summary - merge the workers of a group
 * @r: the result
 * @group: which, below spec_ngroups()
 * @s: what follows
 */
void result_group_summary(const struct result *r, u32 group, struct summary *s)
{
	summarize(r, group, group + 1, s);
}

/**
 * verdict_name - a verdict in a word
 * @verdict: the verdict
 *
 * Return: a constant string, as in the result document.
 */
const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_PASS] = "pass", [VERDICT_FAIL] = "fail",
		[VERDICT_INCONCLUSIVE] = "inconclusive", [VERDICT_SKIP] = "skip",
		[VERDICT_ERROR] = "error",
	};

	return names[verdict];
}

/**
 * verdict_worse - one verdict for two
 * @a: the one
 * @b: the other
 *
 * A harness error weighs most, then a failure, then not knowing; what was skipped
 * counts only when there is nothing else.
 *
 * Return: the one that weighs more.
 */
enum verdict verdict_worse(enum verdict a, enum verdict b)
{
	static const int weight[] = {
		[VERDICT_SKIP] = 0, [VERDICT_PASS] = 1, [VERDICT_INCONCLUSIVE] = 2,
		[VERDICT_FAIL] = 3, [VERDICT_ERROR] = 4,
	};

	return weight[a] > weight[b] ? a : b;
}

/**
 * verdict_overall - one verdict for many runs
 * @results: the runs
 * @n: how many
 *
 * Return: the worst of those that count; without a run, not knowing.
 */
enum verdict verdict_overall(const struct result *results, size_t n)
{
	enum verdict overall = n ? VERDICT_SKIP : VERDICT_INCONCLUSIVE;
	size_t i;

	for (i = 0; i < n; i++)
		if (result_counts(results, n, i))
			overall = verdict_worse(overall, results[i].verdict);
	return overall;
}

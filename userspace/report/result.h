/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What came of one case: engines fill it in, reports read it.
 */
#ifndef CONTEND_RESULT_H
#define CONTEND_RESULT_H

#include <jansson.h>
#include <linux/types.h>

#include "lib/delay.h"
#include "lib/hist.h"
#include "lib/spec.h"
#include "lib/time_kind.h"
#include "report/stats.h"

enum verdict {
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_INCONCLUSIVE,	/* it ran, but not enough to say anything */
	VERDICT_SKIP,		/* this machine or this lock cannot do it */
	VERDICT_ERROR,		/* the harness failed, not what it measures */
};

/* A text for people: a reason, a violation. */
#define RESULT_TEXT	256
/* More than a run has: the laws of a scenario, and one for each of its objects. */
#define RESULT_CHECKS	64

/**
 * struct result_check - one invariant
 * @name: its name
 * @detail: the first violation in words, or why it was skipped
 * @verdict: PASS, FAIL or SKIP
 * @violations: how often it was broken
 */
struct result_check {
	char name[SPEC_NAME_LEN];
	char detail[RESULT_TEXT];
	enum verdict verdict;
	u64 violations;
};

/**
 * struct result_verb - one operation of the structure, by all workers
 * @name: its name
 * @time: of each enum timed that is known of each operation: TIMED_WAIT, as many as there were;
 *	TIMED_RESPONSE, empty where nobody knows: kernel engine, in a closed loop; ioctl engine,
 *	of a batch. All others are empty
 */
struct result_verb {
	char name[SPEC_NAME_LEN];
	struct hist time[NR_TIMES];
};

/* How a request ended. */
enum request_outcome {
	REQUEST_OK,		/* it was answered, and rightly */
	REQUEST_ERROR,		/* it was not, or wrongly */
	REQUEST_TIMEOUT,	/* its time was over before */
	REQUEST_REJECTED,	/* the system said no: too much to do, or a limit */
	REQUEST_SHED,		/* it was not sent: see scenarios/sentry.h */
	NR_OUTCOMES
};

extern const char *const outcome_names[NR_OUTCOMES];

#define RESULT_STAGES		8
#define RESULT_GAUGES		8
#define RESULT_STEPS		16
#define RESULT_FIGURES		32
#define RESULT_TRACES		256
#define RESULT_TRACES_USER	16
#define RESULT_DEATHS		256

/**
 * struct result_trace - one request
 * @id: of it
 * @due_ns: when it was due, from the users' begin
 * @response_ns: from then to its end
 * @deadline_ns: how long it might take from then; 0: as long as it takes
 * @outcome: how it ended
 * @stage_ns: how long each stage took
 */
struct result_trace {
	u64 id;
	u64 due_ns;
	u64 response_ns;
	u64 deadline_ns;
	enum request_outcome outcome;
	u64 stage_ns[RESULT_STAGES];
};

/**
 * struct result_death - a worker of the system that was killed
 * @at_ns: when that was, from the users' begin
 * @since: records that it was sent since its last checkpoint; without one since its begin
 * @recovery_ns: how long until another one was as far as it
 * @lost: records that it was sent, and of which nothing was committed
 * @doubled: what was committed again, since it had been before
 */
struct result_death {
	u64 at_ns;
	u64 since;
	u64 recovery_ns;
	u64 lost;
	u64 doubled;
};

/**
 * struct result_point - what happened since the point before
 * @at_ns: when this was, from the users' begin
 * @outcome: how many requests ended so
 * @p50_ns: of the response, of those that were answered; 0 without one
 * @p99_ns: likewise
 * @gauges: of the scenario, at that time
 */
struct result_point {
	u64 at_ns;
	u64 outcome[NR_OUTCOMES];
	u64 p50_ns;
	u64 p99_ns;
	u64 gauges[RESULT_GAUGES];
};

/* So many points a timeline has at most; the next ones are left out. */
#define RESULT_POINTS	20000

/* The times that a moment has. */
enum moment_time { MOMENT_WAIT, MOMENT_RESPONSE, NR_MOMENT_TIMES };

/**
 * struct result_moment - what workers did since the moment before, as result_point of a scenario
 * @at_ns: when this was, from the begin of the measured time
 * @ops: operations that ended since then
 * @counted: of each time, how many have it; the rest is 0 without one
 * @p50_ns: of these
 * @p99_ns: likewise
 * @elements: of the structure, at that time
 * @backlog: elements that were erased and not yet freed, at that time
 */
struct result_moment {
	u64 at_ns;
	u64 ops;
	u64 counted[NR_MOMENT_TIMES];
	u64 p50_ns[NR_MOMENT_TIMES];
	u64 p99_ns[NR_MOMENT_TIMES];
	u64 elements;
	u64 backlog;
};

/* Why an open load is more than a system can do: both may be so. */
#define SATURATED_LOST	1	/* too much of what came due was not answered */
#define SATURATED_LATE	2	/* what waits at the end waits for too long: it became more */

/* So much of what comes due has to be answered. */
#define SATURATED_ANSWERED	0.95
/* Nothing may wait at the end for more than so much of the measured time: it could have varied. */
#define SATURATED_WAIT		0.05

/**
 * struct result_step - one measured time of a sweep
 * @offered_per_s: what was asked for; 0: closed loop
 * @due: how many came due
 * @under_way: of which had begun at its end, and not ended: nobody knows what becomes of them
 * @answered: REQUEST_OK
 * @goodput_per_s: that, a second
 * @late_ns: how late the oldest one was that had not begun at the end
 * @saturated: SATURATED_*, or 0
 * @response: from when each was due
 */
struct result_step {
	double offered_per_s;
	u64 due;
	u64 under_way;
	u64 answered;
	double goodput_per_s;
	u64 late_ns;
	u32 saturated;
	struct hist response;
};

/* What a figure of a scenario's own is, beside its value. */
#define FIGURE_LESS	1	/* less of it is better; of the others more */
#define FIGURE_COLUMN	2	/* it is what the scenario is run for: a column of tables */
#define FIGURE_COMPARED	4	/* cases are compared by it where nobody says by what: one alone */

/**
 * struct result_figure - a figure of the scenario's own
 * @name: with its unit at the end
 * @flags: FIGURE_*
 * @value: what it is
 */
struct result_figure {
	char name[SPEC_NAME_LEN];
	u32 flags;
	double value;
};

/**
 * struct result_scenario - what a run of a scenario has beside what all runs have
 * @name: of the scenario
 * @architecture: of its system
 * @offered_per_s: open loop: what was asked for; 0: a closed one
 * @due: open loop: how many came due in the measured time
 * @under_way: open loop: how many had begun at the end and not ended
 * @unserved: open loop: how many were due at the end and not begun
 * @late_ns: how late the oldest of them was
 * @saturated: SATURATED_*, or 0
 * @outcome: how many requests ended so
 * @retries: how often one was tried again
 * @goodput_per_s: REQUEST_OK
 * @cpu_ns: of the system in the measured time: of its processes, or of all of this one; ~0 where
 *	nobody knows, as are
 * @wakeups: how often a thread of it gave up its CPU of its own accord
 * @memory_bytes: its share of the machine's memory at the end of the measured time
 * @nstages: entries in
 * @stage: name and time of each; empty where nobody knows
 * @ngauges: entries in
 * @gauge: names of what is sampled
 * @npoints: entries in
 * @point: the timeline
 * @nsteps: entries in
 * @step: of a sweep
 * @knee_per_s: of a sweep: up to which rate it goes well; 0: none
 * @nfigures: entries in
 * @figure: see there
 * @ntraces: entries in
 * @trace: see there
 * @ndeaths: entries in
 * @death: the first ones
 */
struct result_scenario {
	char name[SPEC_NAME_LEN];
	char architecture[SPEC_NAME_LEN];
	double offered_per_s;
	u64 due;
	u64 under_way;
	u64 unserved;
	u64 late_ns;
	u32 saturated;
	u64 outcome[NR_OUTCOMES];
	u64 retries;
	double goodput_per_s;
	u64 cpu_ns;
	u64 wakeups;
	u64 memory_bytes;
	u32 nstages;
	struct {
		const char *name;
		struct hist time;
	} stage[RESULT_STAGES];
	u32 ngauges;
	const char *gauge[RESULT_GAUGES];
	u32 npoints;
	struct result_point *point;
	u32 nsteps;
	struct result_step *step;
	double knee_per_s;
	u32 nfigures;
	struct result_figure figure[RESULT_FIGURES];
	u32 ntraces;
	struct result_trace trace[RESULT_TRACES];
	u32 ndeaths;
	struct result_death death[RESULT_DEATHS];
};

/**
 * struct result_worker - one worker
 * @group: to which group it belongs, below spec_ngroups()
 * @cpu: where it was bound to
 * @context: where it worked
 * @ops: operations in the measured time
 * @reads: how many of them were on the read side
 * @misses: how many of them the structure answered with an error
 * @timeouts: of which had waited for a condition until their deadline
 * @elements: how many the operations that are no misses were about
 * @retries: read sections repeated; the ioctl engine cannot see them
 * @first_ns: when the first measured operation began
 * @last_ns: when the last one ended
 * @violations: broken invariants it saw
 * @starved_ns: the longest time in which it wanted to do an operation and ended none
 * @overtakes: how often a later comer got the lock before it, at least; this and the
 *	next three only where the result is @witnessed
 * @bypass: the most of them in one wait
 * @handovers: write sections behind one of another worker
 * @local: of which that one was on the same CPU
 * @arrivals: in an open loop
 * @preempted: how often the scheduler took the CPU from it in the measured time
 * @run_delay_ns: for how long it wanted to run and had no CPU; ~0 where nobody knows
 * @wakeups: how often it was woken while it waited for a condition; ~0 where nobody knows
 * @vain: after how many of these it still lacked that; likewise
 * @time: of each enum timed; empty where an engine or a loop has none. TIMED_RESPONSE is in the
 *	ioctl engine that of the whole call
 */
struct result_worker {
	u32 group;
	u32 cpu;
	enum spec_context context;
	u64 ops;
	u64 reads;
	u64 misses;
	u64 timeouts;
	u64 elements;
	u64 retries;
	u64 first_ns;
	u64 last_ns;
	u64 violations;
	u64 starved_ns;
	u64 overtakes;
	u64 bypass;
	u64 handovers;
	u64 local;
	struct arrivals arrivals;
	u64 preempted;
	u64 run_delay_ns;
	u64 wakeups;
	u64 vain;
	struct hist time[NR_TIMES];
};

/**
 * struct result - one run of one case
 * @number: of the case, in the order of the job
 * @repeat: which of its repeats this is, from 1
 * @name: the case, "section/lock=rcu"
 * @file: the job file, or "command line"
 * @spec: what was run
 * @verdict: how it came out
 * @reason: why, where that is not in a check
 * @busted: the name of its lock or structure, if that is broken on purpose, as the module's
 *	catalogue says; or NULL
 * @hangs: its workers did not come back, and are there still
 * @complete: it ran its whole time
 * @witnessed: the witness has kept the books of each write section
 * @span_ns: the measured time
 * @concurrent_ns: the part of it from when the last worker began its first operation to when
 *	the first one ended its last
 * @steal_ns: CPU time that the machine's CPUs asked their host for and did not get, while the
 *	case ran
 * @stolen: that over all that they asked for; NaN where nobody knows
 * @harness_ps: what the harness costs an operation; 0 when not measured
 * @backlog_max: most nodes that were erased and not yet freed; kernel engine
 * @reclaim: from the end of the section that erased to the free, of all workers; empty
 *	where the lock does not defer; kernel engine
 * @nworkers: entries in @workers
 * @workers: each one's results
 * @roles: its structure has roles, as a queue has producers and consumers
 * @idles: an operation that misses did nothing; elsewhere it is an answer, as of a lookup
 * @nverbs: entries in @verbs
 * @verbs: each operation that was done
 * @nchecks: entries in @checks
 * @checks: each invariant
 * @interval_ns: between two moments; 0: there are none
 * @nmoments: entries in
 * @moments: the timeline
 * @scenario: what it has beside, a scenario; or NULL
 * @kept: of a run that was taken over from a document, what that has of it: beside it there are
 *	only @number to @verdict, @complete and @stolen; else NULL
 */
struct result {
	u32 number;
	u32 repeat;
	char *name;
	const char *file;
	struct spec spec;
	enum verdict verdict;
	char reason[RESULT_TEXT];
	const char *busted;
	bool hangs;
	bool complete;
	bool witnessed;
	u64 span_ns;
	u64 concurrent_ns;
	u64 steal_ns;
	double stolen;
	u64 harness_ps;
	u64 backlog_max;
	struct hist reclaim;
	u32 nworkers;
	struct result_worker *workers;
	bool roles;
	bool idles;
	u32 nverbs;
	struct result_verb *verbs;
	u32 nchecks;
	struct result_check checks[RESULT_CHECKS];
	u64 interval_ns;
	u32 nmoments;
	struct result_moment *moments;
	struct result_scenario *scenario;
	json_t *kept;
};

/**
 * struct summary - what follows from the workers, all or those of a group
 * @ops: of all of them
 * @misses: of all of them
 * @deadline: some of them have one: @timeouts says something
 * @timeouts: of all of them
 * @miss_ratio: @misses over @ops; NaN where there are none
 * @retries: of all of them
 * @ops_per_s: operations in the measured time
 * @elements_per_s: elements that they were about
 * @concurrency: the share of it in which all workers ran
 * @open: the loop is, of some of them: the next four say something, of these
 * @offered_per_s: operations that came due in the measured time
 * @unserved: those that were due at its end and had not begun
 * @late_ns: how late the oldest of them was then
 * @saturated: of a group more came due than could be done, and the rest became more and more: all
 *	times from when an operation was due are those of this run time
 * @preempted: of all of them
 * @run_delay: the share of the measured time for which a worker wanted to run and had no CPU,
 *	of all of them; NaN where nobody knows
 * @wakeups: of all of them, ~0 where nobody knows
 * @vain: likewise
 * @jain: Jain's index of their operations: 1 when all did the same (R. Jain,
 *	D. Chiu, W. Hawe, "A quantitative measure of fairness", DEC-TR-301, 1984)
 * @min_over_max: the least busy one's operations over the busiest one's
 * @starved_ns: the worst of them
 * @overtakes: of all of them
 * @bypass: the worst of them
 * @handovers: the share of write sections that were behind one of another worker; the
 *	others took the lock again. NaN where nobody kept the books of any
 * @local: the share of these that stayed on the CPU; NaN where there are none
 * @time: of all of them
 */
struct summary {
	u64 ops;
	u64 misses;
	double miss_ratio;
	bool deadline;
	u64 timeouts;
	u64 elements;
	u64 retries;
	double ops_per_s;
	double elements_per_s;
	double concurrency;
	bool open;
	double offered_per_s;
	u64 unserved;
	u64 late_ns;
	bool saturated;
	u64 preempted;
	double run_delay;
	u64 wakeups;
	u64 vain;
	double jain;
	double min_over_max;
	u64 starved_ns;
	u64 overtakes;
	u64 bypass;
	double handovers;
	double local;
	struct hist time[NR_TIMES];
};

/**
 * struct document - all results, with what they have in common
 * @environment: the world that they belong to
 * @provenance: where they come from, or NULL
 * @results: each run, in the order in which they ran
 * @n: how many have run
 * @planned: how many are to run
 * @kept: how many of @n were taken over from a document
 * @repeats: how often each case is run
 * @seed: of the order
 */
struct document {
	json_t *environment;
	json_t *provenance;
	struct result *results;
	size_t n;
	size_t planned;
	size_t kept;
	u32 repeats;
	u64 seed;
};

int result_workers(struct result *r, u32 n);
void result_free(struct result *r);
void result_since(struct hist *last, const struct hist *now);
void result_check(struct result *r, const char *name, enum verdict verdict, u64 violations,
		  const char *detail);
void result_judge(struct result *r);
void result_steal(struct result *r, u64 stolen_ns, u64 ran_ns);
bool result_stolen(enum verdict verdict, double stolen);
bool result_counts(const struct result *results, size_t n, size_t i);
void result_summary(const struct result *r, struct summary *s);
void result_group_summary(const struct result *r, u32 group, struct summary *s);
struct result_verb *result_verb(struct result *r, const char *name);
u64 result_over(u64 due, u64 under_way);
u32 result_saturated(u64 over, u64 answered, u64 late_ns, u64 span_ns);
double result_per_op(const struct result_scenario *s, u64 total);
const char *verdict_name(enum verdict verdict);
enum verdict verdict_worse(enum verdict a, enum verdict b);
enum verdict verdict_overall(const struct result *results, size_t n);

json_t *environment_json(int device);
char *environment_text(const json_t *environment);
json_t *result_json(const struct result *r);
bool document_complete(const struct document *d);
json_t *document_json(const struct document *d);
const char *short_time(char *buf, size_t size, double ns);
const char *short_count(char *buf, size_t size, double count);

#endif /* CONTEND_RESULT_H */

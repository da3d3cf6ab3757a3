// SPDX-License-Identifier: GPL-2.0
/* What follows from the workers of a run. */
#include <kunit/test.h>
#include <linux/string.h>
#include <math.h>

#include "report/result.h"

static struct result result;
static struct summary summary;

/* Two workers: all that is said of them here, and no more. */
static void two_workers(struct kunit *test)
{
	struct result_worker *w;

	memset(&result, 0, sizeof(result));
	KUNIT_EXPECT_EQ(test, result_workers(&result, 2), 0);
	w = result.workers;
	w[0].ops = 30;
	w[0].reads = 10;
	w[0].starved_ns = 7;
	w[0].overtakes = 5;
	w[0].bypass = 4;
	w[0].handovers = 2;
	w[0].local = 1;
	hist_add(&w[0].time[TIMED_HANDOVER], 60);
	w[1].ops = 10;
	w[1].starved_ns = 9;
	w[1].overtakes = 6;
	w[1].bypass = 3;
	w[1].handovers = 4;
	w[1].local = 2;
	hist_add(&w[1].time[TIMED_HANDOVER], 80);
	w[0].preempted = 2;
	w[1].preempted = 3;
	w[0].run_delay_ns = 200;
	w[1].run_delay_ns = 400;
	result.witnessed = true;
	result.span_ns = 1000;
	result.concurrent_ns = 600;
}

static void a_summary_is_of_all_workers_or_of_the_worst(struct kunit *test)
{
	two_workers(test);
	result_summary(&result, &summary);
	KUNIT_EXPECT_EQ(test, summary.ops, 40);
	KUNIT_EXPECT_TRUE(test, summary.ops_per_s == 40e6);
	KUNIT_EXPECT_TRUE(test, !summary.open);
	KUNIT_EXPECT_EQ(test, summary.preempted, 5);
	KUNIT_EXPECT_TRUE(test, summary.run_delay == 0.3);
	/* A wait that ended in the measured time, and began before: how much of it nobody knows. */
	result.workers[0].run_delay_ns = 4000;
	result_summary(&result, &summary);
	KUNIT_EXPECT_TRUE(test, isnan(summary.run_delay));
	/* One of whom nobody knows it. */
	result.workers[0].run_delay_ns = ~0ULL;
	result_summary(&result, &summary);
	KUNIT_EXPECT_TRUE(test, isnan(summary.run_delay));
	KUNIT_EXPECT_TRUE(test, summary.concurrency == 0.6);
	KUNIT_EXPECT_TRUE(test, summary.jain == 0.8);
	KUNIT_EXPECT_EQ(test, summary.starved_ns, 9);
	KUNIT_EXPECT_EQ(test, summary.overtakes, 11);
	KUNIT_EXPECT_EQ(test, summary.bypass, 4);
	/* 6 of 30 write sections came from the other worker, and 3 of them stayed. */
	KUNIT_EXPECT_TRUE(test, summary.handovers == 0.2);
	KUNIT_EXPECT_TRUE(test, summary.local == 0.5);
	KUNIT_EXPECT_EQ(test, summary.time[TIMED_HANDOVER].total, 2);
	KUNIT_EXPECT_EQ(test, summary.time[TIMED_HANDOVER].sum, 140);
	result_free(&result);
}

static void a_group_is_its_workers(struct kunit *test)
{
	two_workers(test);
	result.spec.groups.n = 2;
	result.spec.groups.of[0].workers = 1;
	result.spec.groups.of[1].workers = 1;
	result.workers[1].group = 1;
	result_group_summary(&result, 1, &summary);
	KUNIT_EXPECT_EQ(test, summary.ops, 10);
	KUNIT_EXPECT_TRUE(test, summary.ops_per_s == 10e6);
	KUNIT_EXPECT_EQ(test, summary.starved_ns, 9);
	KUNIT_EXPECT_EQ(test, summary.time[TIMED_HANDOVER].total, 1);
	KUNIT_EXPECT_EQ(test, summary.time[TIMED_HANDOVER].sum, 80);
	KUNIT_EXPECT_TRUE(test, summary.jain == 1);
	result_group_summary(&result, 0, &summary);
	KUNIT_EXPECT_EQ(test, summary.ops, 30);
	result_summary(&result, &summary);
	KUNIT_EXPECT_EQ(test, summary.ops, 40);
	result_free(&result);
}

/* One that comes 50 times a second and is served half of that, beside 100000 that all are. */
static void a_group_that_is_saturated_is_not_lost_beside_another_one(struct kunit *test)
{
	two_workers(test);
	result.spec.groups.n = 2;
	result.spec.arrival.kind = DELAY_FIXED;
	result.workers[1].group = 1;
	result.workers[0].ops = 100000;
	result.workers[0].arrivals.offered = 100000;
	result.workers[1].ops = 25;
	result.workers[1].arrivals.offered = 50;
	result_summary(&result, &summary);
	KUNIT_EXPECT_TRUE(test, summary.saturated);
	result_group_summary(&result, 0, &summary);
	KUNIT_EXPECT_TRUE(test, !summary.saturated);
	result_group_summary(&result, 1, &summary);
	KUNIT_EXPECT_TRUE(test, summary.saturated);
	result.workers[1].ops = 50;
	result_summary(&result, &summary);
	KUNIT_EXPECT_TRUE(test, !summary.saturated);
	/* One in a closed loop has nothing that could be left. */
	result.workers[1].arrivals.offered = 0;
	result.spec.groups.of[1].given = 1ULL << (spec_key("arrival", 7) - spec_keys);
	result_summary(&result, &summary);
	KUNIT_EXPECT_TRUE(test, summary.open && !summary.saturated);
	result_group_summary(&result, 1, &summary);
	KUNIT_EXPECT_TRUE(test, !summary.open);
	result_free(&result);
}

static void a_share_of_nothing_is_none(struct kunit *test)
{
	two_workers(test);
	result.workers[0].handovers = 0;
	result.workers[1].handovers = 0;
	result_summary(&result, &summary);
	KUNIT_EXPECT_TRUE(test, summary.handovers == 0);
	KUNIT_EXPECT_TRUE(test, isnan(summary.local));
	/* Nobody wrote. */
	result.workers[0].reads = 30;
	result.workers[1].reads = 10;
	result_summary(&result, &summary);
	KUNIT_EXPECT_TRUE(test, isnan(summary.handovers));
	/* Nobody looked. */
	result.workers[0].reads = 0;
	result.witnessed = false;
	result_summary(&result, &summary);
	KUNIT_EXPECT_TRUE(test, isnan(summary.handovers));
	result_free(&result);
}

static void workers_that_never_met_have_measured_nothing(struct kunit *test)
{
	two_workers(test);
	result_judge(&result);
	KUNIT_EXPECT_EQ(test, result.verdict, VERDICT_PASS);
	result.concurrent_ns = 0;
	result_judge(&result);
	KUNIT_EXPECT_EQ(test, result.verdict, VERDICT_INCONCLUSIVE);
	KUNIT_EXPECT_TRUE(test, strstr(result.reason, "never ran all at the same time"));
	/* A broken lock is broken for all that. */
	result_check(&result, "exclusion", VERDICT_FAIL, 1, "");
	result_judge(&result);
	KUNIT_EXPECT_EQ(test, result.verdict, VERDICT_FAIL);
	result_free(&result);
}

/* Two workers of an open loop, of which one could not follow. */
static void open_loop(struct kunit *test, u64 offered, u64 served)
{
	two_workers(test);
	result.spec.arrival.kind = DELAY_FIXED;
	result.workers[0].ops = served / 2;
	result.workers[0].arrivals = (struct arrivals){ .offered = served / 2 };
	result.workers[1].ops = served - served / 2;
	result.workers[1].arrivals = (struct arrivals){
		.offered = offered - served / 2, .unserved = offered - served + 3, .late_ns = 70,
	};
	result_summary(&result, &summary);
	KUNIT_EXPECT_TRUE(test, summary.open);
	KUNIT_EXPECT_TRUE(test, summary.offered_per_s == offered * 1e6);
	KUNIT_EXPECT_TRUE(test, summary.ops_per_s == served * 1e6);
	KUNIT_EXPECT_EQ(test, summary.unserved, offered - served + 3);
	KUNIT_EXPECT_EQ(test, summary.late_ns, 70);
	result_free(&result);
}

static void an_open_loop_is_saturated_when_ever_more_is_left(struct kunit *test)
{
	open_loop(test, 10000, 1000);
	KUNIT_EXPECT_TRUE(test, summary.saturated);
	open_loop(test, 10000, 9600);
	KUNIT_EXPECT_TRUE(test, summary.saturated);
	/* As many more as random ones are now and then; then less than counts. */
	open_loop(test, 10000, 9710);
	KUNIT_EXPECT_TRUE(test, !summary.saturated);
	open_loop(test, 1000000, 981000);
	KUNIT_EXPECT_TRUE(test, !summary.saturated);
	open_loop(test, 1000000, 979000);
	KUNIT_EXPECT_TRUE(test, summary.saturated);
	open_loop(test, 5, 4);
	KUNIT_EXPECT_TRUE(test, !summary.saturated);
	open_loop(test, 1000, 1000);
	KUNIT_EXPECT_TRUE(test, !summary.saturated);
}

static void so_few_operations_are_no_figures(struct kunit *test)
{
	two_workers(test);
	result.span_ns = 1200000000;
	result.workers[0].ops = 10;
	result.workers[1].ops = 9;
	result_judge(&result);
	KUNIT_EXPECT_EQ(test, result.verdict, VERDICT_INCONCLUSIVE);
	KUNIT_EXPECT_TRUE(test, strstr(result.reason, "19 operations in 1.2 s: one more or less"));
	KUNIT_EXPECT_TRUE(test, strstr(result.reason, "is 5.26% of ops/s"));
	result.workers[1].ops = 10;
	result.reason[0] = '\0';
	result_judge(&result);
	KUNIT_EXPECT_EQ(test, result.verdict, VERDICT_PASS);
	KUNIT_EXPECT_EQ(test, result.reason[0], '\0');
	/* Of a batch all come at once. */
	result.spec.batch = 2;
	result_judge(&result);
	KUNIT_EXPECT_EQ(test, result.verdict, VERDICT_INCONCLUSIVE);
	/* What is broken is broken. */
	result_check(&result, "module", VERDICT_FAIL, 1, "");
	result_judge(&result);
	KUNIT_EXPECT_EQ(test, result.verdict, VERDICT_FAIL);
	result_free(&result);
}

static void a_run_of_which_the_host_made_the_figures_is_none(struct kunit *test)
{
	two_workers(test);
	result.verdict = VERDICT_PASS;
	result_steal(&result, 0, 0);
	KUNIT_EXPECT_TRUE(test, isnan(result.stolen));
	KUNIT_EXPECT_EQ(test, result.verdict, VERDICT_PASS);
	result_steal(&result, 25, 75);
	KUNIT_EXPECT_TRUE(test, result.stolen == 0.25);
	KUNIT_EXPECT_EQ(test, result.verdict, VERDICT_PASS);
	result_steal(&result, 26, 74);
	KUNIT_EXPECT_EQ(test, result.verdict, VERDICT_INCONCLUSIVE);
	KUNIT_EXPECT_TRUE(test, strstr(result.reason, "it took 26% of the CPU time"));
	/* That is the reason then, whatever else was one: the remedy is there. */
	strscpy(result.reason, "worker 1 did nothing", sizeof(result.reason));
	result_steal(&result, 26, 74);
	KUNIT_EXPECT_TRUE(test, strstr(result.reason, "it took 26% of the CPU time"));
	/* One that does not end has a remedy of its own. */
	result.hangs = true;
	strscpy(result.reason, "its workers have not come back", sizeof(result.reason));
	result_steal(&result, 99, 1);
	KUNIT_EXPECT_TRUE(test, strstr(result.reason, "have not come back"));
	result.hangs = false;
	/* What is broken is broken, whoever ran when. */
	result.verdict = VERDICT_FAIL;
	result_steal(&result, 99, 1);
	KUNIT_EXPECT_EQ(test, result.verdict, VERDICT_FAIL);
	result_free(&result);
}

static void a_broken_lock_does_not_pass_where_nothing_was_provoked(struct kunit *test)
{
	two_workers(test);
	strscpy(result.spec.lock, "busted_order", sizeof(result.spec.lock));
	result.busted = result.spec.lock;
	result_judge(&result);
	KUNIT_EXPECT_EQ(test, result.verdict, VERDICT_INCONCLUSIVE);
	KUNIT_EXPECT_TRUE(test,
			  strstr(result.reason, "nothing was provoked: busted_order is broken"));
	/* A reason that has a remedy comes first. */
	result.concurrent_ns = 0;
	result_judge(&result);
	KUNIT_EXPECT_TRUE(test, strstr(result.reason, "never ran all at the same time"));
	result_check(&result, "exclusion", VERDICT_FAIL, 1, "");
	result_judge(&result);
	KUNIT_EXPECT_EQ(test, result.verdict, VERDICT_FAIL);
	result_free(&result);
}

static void operations_that_did_nothing_are_no_pass(struct kunit *test)
{
	u32 i;

	two_workers(test);
	for (i = 0; i < result.nworkers; i++)
		result.workers[i].misses = result.workers[i].ops;
	/* A lookup that finds nothing is an answer. */
	result_judge(&result);
	KUNIT_EXPECT_EQ(test, result.verdict, VERDICT_PASS);
	result.idles = true;
	result_judge(&result);
	KUNIT_EXPECT_EQ(test, result.verdict, VERDICT_INCONCLUSIVE);
	KUNIT_EXPECT_TRUE(test, strstr(result.reason, "operations did anything"));
	/* One that gave up has waited, and one success is one. */
	result.workers[0].timeouts = 1;
	result_judge(&result);
	KUNIT_EXPECT_EQ(test, result.verdict, VERDICT_PASS);
	result.workers[0].timeouts = 0;
	result.workers[0].misses--;
	result_judge(&result);
	KUNIT_EXPECT_EQ(test, result.verdict, VERDICT_PASS);
	result_free(&result);
}

static void a_worker_that_worked_did_not_wait_all_the_time(struct kunit *test)
{
	static struct summary s;

	two_workers(test);
	result.workers[0].run_delay_ns = result.span_ns / 2;
	result.workers[1].run_delay_ns = 0;
	result_summary(&result, &s);
	KUNIT_EXPECT_TRUE(test, s.run_delay > 0.24 && s.run_delay < 0.26);
	result.workers[0].run_delay_ns = result.span_ns;
	result_summary(&result, &s);
	KUNIT_EXPECT_TRUE(test, isnan(s.run_delay));
	result_free(&result);
}

static void it_counts_only_where_its_case_has_no_other(struct kunit *test)
{
	struct result runs[] = {
		{ .number = 0, .verdict = VERDICT_INCONCLUSIVE, .stolen = 0.5 },
		{ .number = 0, .verdict = VERDICT_PASS, .stolen = 0.1 },
		{ .number = 1, .verdict = VERDICT_PASS, .stolen = NAN },
		{ .number = 1, .verdict = VERDICT_INCONCLUSIVE, .stolen = NAN },
	};

	KUNIT_EXPECT_TRUE(test, !result_counts(runs, 2, 0));
	KUNIT_EXPECT_TRUE(test, result_counts(runs, 2, 1));
	KUNIT_EXPECT_EQ(test, verdict_overall(runs, 2), VERDICT_PASS);
	KUNIT_EXPECT_TRUE(test, result_counts(runs, 1, 0));
	KUNIT_EXPECT_EQ(test, verdict_overall(runs, 1), VERDICT_INCONCLUSIVE);
	/* Another case's has no say in it; what is inconclusive by itself is. */
	KUNIT_EXPECT_EQ(test, verdict_overall(runs, 4), VERDICT_INCONCLUSIVE);
	runs[1].number = 1;
	KUNIT_EXPECT_EQ(test, verdict_overall(runs, 3), VERDICT_INCONCLUSIVE);
}

static void an_open_load_is_too_much_for_what_is_lost_or_late(struct kunit *test)
{
	struct result_scenario s = { };

	KUNIT_EXPECT_EQ(test, result_saturated(1000, 950, 50, 1000), 0);
	KUNIT_EXPECT_EQ(test, result_saturated(1000, 949, 50, 1000), SATURATED_LOST);
	KUNIT_EXPECT_EQ(test, result_saturated(1000, 950, 51, 1000), SATURATED_LATE);
	KUNIT_EXPECT_EQ(test, result_saturated(1000, 1, 1000, 1000),
			SATURATED_LOST | SATURATED_LATE);
	/* What was due before the measured time is answered in it, too. */
	KUNIT_EXPECT_EQ(test, result_saturated(0, 10, 0, 1000), 0);
	/* What nobody knows has no mean, and neither has what was not answered. */
	KUNIT_EXPECT_TRUE(test, isnan(result_per_op(&s, 10)));
	s.outcome[REQUEST_OK] = 4;
	KUNIT_EXPECT_TRUE(test, result_per_op(&s, 10) == 2.5);
	KUNIT_EXPECT_TRUE(test, isnan(result_per_op(&s, ~0ULL)));
}

/* A percentile of few values is one of theirs, and not of all the run. */
static void what_has_come_since_has_its_own_extremes(struct kunit *test)
{
	struct hist last, now;

	hist_init(&now);
	hist_add(&now, 5);
	hist_add(&now, 1000000);
	last = now;
	hist_add(&now, 20);
	hist_add(&now, 30);
	result_since(&last, &now);
	KUNIT_EXPECT_EQ(test, last.total, 2ULL);
	KUNIT_EXPECT_EQ(test, last.sum, 50ULL);
	KUNIT_EXPECT_EQ(test, last.min, 20ULL);
	KUNIT_EXPECT_EQ(test, last.max, 30ULL);
	KUNIT_EXPECT_EQ(test, hist_percentile(&last, 50000), 20ULL);
	KUNIT_EXPECT_EQ(test, hist_percentile(&last, 99000), 30ULL);
	/* Nothing has. */
	last = now;
	result_since(&last, &now);
	KUNIT_EXPECT_EQ(test, last.total, 0ULL);
	KUNIT_EXPECT_EQ(test, hist_percentile(&last, 99000), 0ULL);
	/* The greatest one, which the last bucket does not tell. */
	last = now;
	hist_add(&now, ~0ULL);
	result_since(&last, &now);
	KUNIT_EXPECT_EQ(test, hist_percentile(&last, 99000), ~0ULL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(what_has_come_since_has_its_own_extremes),
	KUNIT_CASE(a_summary_is_of_all_workers_or_of_the_worst),
	KUNIT_CASE(a_group_is_its_workers),
	KUNIT_CASE(a_group_that_is_saturated_is_not_lost_beside_another_one),
	KUNIT_CASE(a_share_of_nothing_is_none),
	KUNIT_CASE(workers_that_never_met_have_measured_nothing),
	KUNIT_CASE(an_open_loop_is_saturated_when_ever_more_is_left),
	KUNIT_CASE(so_few_operations_are_no_figures),
	KUNIT_CASE(a_run_of_which_the_host_made_the_figures_is_none),
	KUNIT_CASE(it_counts_only_where_its_case_has_no_other),
	KUNIT_CASE(a_broken_lock_does_not_pass_where_nothing_was_provoked),
	KUNIT_CASE(operations_that_did_nothing_are_no_pass),
	KUNIT_CASE(a_worker_that_worked_did_not_wait_all_the_time),
	KUNIT_CASE(an_open_load_is_too_much_for_what_is_lost_or_late),
	{}
};

static struct kunit_suite suite = {
	.name = "result",
	.test_cases = cases,
};

kunit_test_suite(suite);

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
	w[0].first_ns = 100;
	w[0].last_ns = 1100;
	w[0].starved_ns = 7;
	w[0].overtakes = 5;
	w[0].bypass = 4;
	w[0].handovers = 2;
	w[0].local = 1;
	hist_add(&w[0].time[TIME_HANDOVER], 60);
	w[1].ops = 10;
	w[1].first_ns = 300;
	w[1].last_ns = 900;
	w[1].starved_ns = 9;
	w[1].overtakes = 6;
	w[1].bypass = 3;
	w[1].handovers = 4;
	w[1].local = 2;
	hist_add(&w[1].time[TIME_HANDOVER], 80);
	result.witnessed = true;
}

static void a_summary_is_of_all_workers_or_of_the_worst(struct kunit *test)
{
	two_workers(test);
	result_summary(&result, &summary);
	KUNIT_EXPECT_EQ(test, summary.ops, 40);
	KUNIT_EXPECT_EQ(test, summary.span_ns, 1000);
	KUNIT_EXPECT_TRUE(test, summary.concurrency == 0.6);
	KUNIT_EXPECT_TRUE(test, summary.jain == 0.8);
	KUNIT_EXPECT_EQ(test, summary.starved_ns, 9);
	KUNIT_EXPECT_EQ(test, summary.overtakes, 11);
	KUNIT_EXPECT_EQ(test, summary.bypass, 4);
	/* 6 of 30 write sections came from the other worker, and 3 of them stayed. */
	KUNIT_EXPECT_TRUE(test, summary.handovers == 0.2);
	KUNIT_EXPECT_TRUE(test, summary.local == 0.5);
	KUNIT_EXPECT_EQ(test, summary.time[TIME_HANDOVER].total, 2);
	KUNIT_EXPECT_EQ(test, summary.time[TIME_HANDOVER].sum, 140);
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
	/* The second begins as the first ends. */
	result.workers[1].first_ns = 1100;
	result.workers[1].last_ns = 1900;
	result_summary(&result, &summary);
	KUNIT_EXPECT_TRUE(test, summary.concurrency == 0);
	result_judge(&result);
	KUNIT_EXPECT_EQ(test, result.verdict, VERDICT_INCONCLUSIVE);
	KUNIT_EXPECT_TRUE(test, strstr(result.reason, "never ran all at the same time"));
	/* A broken lock is broken for all that. */
	result_check(&result, "exclusion", VERDICT_FAIL, 1, "");
	result_judge(&result);
	KUNIT_EXPECT_EQ(test, result.verdict, VERDICT_FAIL);
	result_free(&result);
}

static void who_is_alone_or_idle_need_meet_nobody(struct kunit *test)
{
	two_workers(test);
	result.workers[1].first_ns = 1100;
	result.workers[1].last_ns = 1900;
	result.nworkers = 1;
	result_judge(&result);
	KUNIT_EXPECT_EQ(test, result.verdict, VERDICT_PASS);
	result_free(&result);
	/* Those of middle priority only keep the CPU. */
	two_workers(test);
	result_free(&result);
	KUNIT_EXPECT_EQ(test, result_workers(&result, 3), 0);
	result.spec.sched = POLICY_INVERSION;
	result.workers[INVERSION_LOW].ops = 3;
	result.workers[INVERSION_LOW].last_ns = 1000;
	result.workers[INVERSION_HIGH].ops = 3;
	result.workers[INVERSION_HIGH].first_ns = 100;
	result.workers[INVERSION_HIGH].last_ns = 1100;
	result_judge(&result);
	KUNIT_EXPECT_EQ(test, result.verdict, VERDICT_PASS);
	result_free(&result);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_summary_is_of_all_workers_or_of_the_worst),
	KUNIT_CASE(a_share_of_nothing_is_none),
	KUNIT_CASE(workers_that_never_met_have_measured_nothing),
	KUNIT_CASE(who_is_alone_or_idle_need_meet_nobody),
	{}
};

static struct kunit_suite suite = {
	.name = "result",
	.test_cases = cases,
};

kunit_test_suite(suite);

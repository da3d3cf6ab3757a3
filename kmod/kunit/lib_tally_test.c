// SPDX-License-Identifier: GPL-2.0
/* What of a worker's operations is counted, and where. */
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "lib/tally.h"

enum { LOOK, PUT };

/* In the mix the other way round than in the structure. */
static const struct workload closed = {
	.mix = { .n = 2, .verb = { PUT, LOOK }, .write = 1U << 0 },
};

/* Of which each comes due 100 ns after the one before. */
static const struct workload open = {
	.mix = { .n = 2, .verb = { PUT, LOOK }, .write = 1U << 0 },
	.arrival = { .kind = DELAY_FIXED, .most_ns = 100 },
	.open = true,
};

static const struct drawn put = { .index = 0, .verb = PUT, .write = true };
static const struct drawn look = { .index = 1, .verb = LOOK };

/* A kernel's stack has no room for them; that is more than any worker needs. */
static struct hist hists[2][2 * NR_TIMES + 2];
static struct hist sum;

static struct tally begin(struct kunit *test, const struct workload *load, u32 batch, u32 worker)
{
	struct tally t = { };

	KUNIT_EXPECT_LE(test, tally_hists(load, batch), ARRAY_SIZE(hists[worker]));
	tally_init(&t, load, batch, hists[worker]);
	return t;
}

/* One operation that was due at @due, began at @began and took 5 ns to wait and 3 to hold. */
static void done(struct tally *t, const struct workload *load, const struct drawn *did, u64 due,
		 u64 began)
{
	const struct call call = { did->index, due, due, began, began + 8 };

	tally_call(t, load, &call);
	tally_op(t, did, 1, 5, 3, 0);
}

static const struct hist *times(const struct tally *t, const struct workload *load,
				enum timed kind, u32 verb)
{
	hist_init(&sum);
	tally_sum(&sum, t, load, kind, verb);
	return &sum;
}

static void an_operation_is_counted_in_its_verb(struct kunit *test)
{
	struct tally t = begin(test, &closed, 0, 0);

	done(&t, &closed, &put, 0, 1000);
	done(&t, &closed, &look, 0, 1010);
	done(&t, &closed, &look, 0, 1020);
	KUNIT_EXPECT_EQ(test, t.ops, 3);
	KUNIT_EXPECT_EQ(test, t.reads, 2);
	KUNIT_EXPECT_EQ(test, t.misses, 0);
	KUNIT_EXPECT_EQ(test, t.first_ns, 1000);
	KUNIT_EXPECT_EQ(test, t.last_ns, 1028);
	KUNIT_EXPECT_EQ(test, tally_ended(&t), 1028);
	KUNIT_EXPECT_EQ(test, times(&t, &closed, TIMED_WAIT, PUT)->total, 1);
	KUNIT_EXPECT_EQ(test, times(&t, &closed, TIMED_WAIT, LOOK)->total, 2);
	KUNIT_EXPECT_EQ(test, times(&t, &closed, TIMED_WAIT, LOOK + 7)->total, 0);
	KUNIT_EXPECT_EQ(test, times(&t, &closed, TIMED_WAIT, TALLY_ALL_VERBS)->total, 3);
	KUNIT_EXPECT_EQ(test, times(&t, &closed, TIMED_HOLD, TALLY_ALL_VERBS)->sum, 9);
}

static void what_misses_is_counted_as_an_operation_too(struct kunit *test)
{
	struct tally t = begin(test, &closed, 0, 0);

	tally_op(&t, &look, 0, 5, 3, 0);
	tally_op(&t, &look, 1, 5, 3, 0);
	KUNIT_EXPECT_EQ(test, t.ops, 2);
	KUNIT_EXPECT_EQ(test, t.misses, 1);
}

/* What the loop of the kernel has no time for, and nobody asks for. */
static void a_closed_loop_keeps_no_response_times(struct kunit *test)
{
	struct tally t = begin(test, &closed, 0, 0);

	done(&t, &closed, &put, 0, 1000);
	KUNIT_EXPECT_NULL(test, t.time[TIMED_RESPONSE]);
	KUNIT_EXPECT_NULL(test, t.time[TIMED_SERVICE]);
	KUNIT_EXPECT_EQ(test, times(&t, &closed, TIMED_RESPONSE, TALLY_ALL_VERBS)->total, 0);
}

static void a_system_call_has_a_response_time_in_a_closed_loop_too(struct kunit *test)
{
	struct tally t = begin(test, &closed, 1, 0);

	/* A closed loop's operations are due when they begin, whatever the worker has drawn. */
	done(&t, &closed, &put, 900, 1000);
	KUNIT_EXPECT_EQ(test, times(&t, &closed, TIMED_RESPONSE, PUT)->sum, 8);
	KUNIT_EXPECT_EQ(test, times(&t, &closed, TIMED_SERVICE, TALLY_ALL_VERBS)->total, 0);
}

static void what_is_late_in_an_open_loop_counts_from_when_it_was_due(struct kunit *test)
{
	struct tally t = begin(test, &open, 0, 0);

	done(&t, &open, &put, 900, 1000);
	KUNIT_EXPECT_EQ(test, t.first_due_ns, 900);
	KUNIT_EXPECT_EQ(test, times(&t, &open, TIMED_RESPONSE, PUT)->sum, 108);
	KUNIT_EXPECT_EQ(test, times(&t, &open, TIMED_SERVICE, TALLY_ALL_VERBS)->sum, 8);
	KUNIT_EXPECT_EQ(test, t.starved_ns, 108);
}

/* Of several operations the time is the call's, not that of any of them. */
static void a_batch_has_one_response_time_which_is_of_no_verb(struct kunit *test)
{
	const struct call call = { 0, 1000, 1000, 1000, 1100 };
	struct tally t = begin(test, &closed, 3, 0);

	tally_call(&t, &closed, &call);
	tally_op(&t, &put, 1, 5, 3, 0);
	tally_op(&t, &look, 1, 5, 3, 0);
	tally_op(&t, &look, 1, 5, 3, 0);
	KUNIT_EXPECT_EQ(test, t.ops, 3);
	KUNIT_EXPECT_EQ(test, times(&t, &closed, TIMED_RESPONSE, TALLY_ALL_VERBS)->total, 1);
	KUNIT_EXPECT_EQ(test, sum.sum, 100);
	KUNIT_EXPECT_EQ(test, times(&t, &closed, TIMED_RESPONSE, PUT)->total, 0);
	KUNIT_EXPECT_EQ(test, times(&t, &closed, TIMED_RESPONSE, LOOK)->total, 0);
	KUNIT_EXPECT_EQ(test, times(&t, &closed, TIMED_WAIT, PUT)->total, 1);
	KUNIT_EXPECT_EQ(test, times(&t, &closed, TIMED_WAIT, LOOK)->total, 2);
}

static void several_workers_add_up(struct kunit *test)
{
	struct tally one = begin(test, &closed, 0, 0), other = begin(test, &open, 0, 1);

	done(&one, &closed, &put, 0, 1000);
	done(&other, &open, &put, 1000, 1000);
	done(&other, &open, &look, 1100, 1100);
	times(&one, &closed, TIMED_WAIT, PUT);
	tally_sum(&sum, &other, &open, TIMED_WAIT, PUT);
	KUNIT_EXPECT_EQ(test, sum.total, 2);
	KUNIT_EXPECT_EQ(test, sum.sum, 10);
	times(&one, &closed, TIMED_RESPONSE, TALLY_ALL_VERBS);
	tally_sum(&sum, &other, &open, TIMED_RESPONSE, TALLY_ALL_VERBS);
	KUNIT_EXPECT_EQ(test, sum.total, 2);
}

static void one_that_ends_nothing_is_starved_from_end_to_end(struct kunit *test)
{
	const struct window measured = { 1000, 2000 };
	struct tally t = begin(test, &closed, 0, 0);

	/* It was at an operation when the measured time began, and that took 300 ns of it. */
	t.warmup = (struct window){ 500, 1300 };
	KUNIT_EXPECT_EQ(test, tally_ended(&t), 1300);
	tally_settle(&t, &closed, &measured, 1300, true);
	KUNIT_EXPECT_EQ(test, t.starved_ns, 700);
	/* What it is late with it wants to do since the last one ended. */
	t.starved_ns = 0;
	tally_settle(&t, &closed, &measured, 1100, true);
	KUNIT_EXPECT_EQ(test, t.starved_ns, 700);
	/* It thinks until all is over. */
	t.starved_ns = 0;
	tally_settle(&t, &closed, &measured, 3000, true);
	KUNIT_EXPECT_EQ(test, t.starved_ns, 300);
	/* It works in interrupts, and does not want to between them. */
	t.starved_ns = 0;
	tally_settle(&t, &closed, &measured, 1300, false);
	KUNIT_EXPECT_EQ(test, t.starved_ns, 300);
	KUNIT_EXPECT_EQ(test, t.arrivals.offered, 0);
}

static void arrivals_are_counted_at_the_end_and_by_whole_batches(struct kunit *test)
{
	const struct window measured = { 1000, 2000 };
	struct tally t = begin(test, &open, 0, 0), batch = begin(test, &open, 2, 1);
	u64 due;

	/* Those of 1000 to 1600 are done; 1700, 1800, 1900 and 2000 are left. */
	for (due = 1000; due < 1700; due += 100) {
		const struct call call = { 0, due, due, due, due + 8 };

		done(&t, &open, &put, due, due);
		tally_call(&batch, &open, &call);
		tally_op(&batch, &put, 1, 5, 3, 0);
		tally_op(&batch, &look, 1, 5, 3, 0);
	}
	tally_settle(&t, &open, &measured, 1700, true);
	KUNIT_EXPECT_EQ(test, t.arrivals.unserved, 4);
	KUNIT_EXPECT_EQ(test, t.arrivals.offered, 10);
	KUNIT_EXPECT_EQ(test, t.arrivals.late_ns, 300);
	KUNIT_EXPECT_EQ(test, t.starved_ns, 300);
	tally_settle(&batch, &open, &measured, 1700, true);
	KUNIT_EXPECT_EQ(test, batch.ops, 14);
	KUNIT_EXPECT_EQ(test, batch.arrivals.unserved, 8);
	KUNIT_EXPECT_EQ(test, batch.arrivals.offered, 20);
	KUNIT_EXPECT_EQ(test, batch.arrivals.late_ns, 300);
}

/* Waiting is a time of its own, and only those that waited have one. */
static void what_waits_for_the_structure_is_counted_where_the_mix_can_wait(struct kunit *test)
{
	static const struct workload waits = {
		.mix = { .n = 2, .verb = { PUT, LOOK }, .write = 1U << 0, .waits = 1 },
	};
	struct tally t = begin(test, &closed, 0, 0), can = begin(test, &waits, 0, 1);

	KUNIT_EXPECT_NULL(test, t.time[TIMED_BLOCK]);
	tally_op(&can, &put, 1, 5, 3, 0);
	tally_op(&can, &put, 1, 5, 3, 70);
	KUNIT_EXPECT_EQ(test, can.ops, 2);
	KUNIT_EXPECT_EQ(test, times(&can, &waits, TIMED_BLOCK, PUT)->total, 1);
	KUNIT_EXPECT_EQ(test, times(&can, &waits, TIMED_BLOCK, PUT)->sum, 70);
	KUNIT_EXPECT_EQ(test, times(&can, &waits, TIMED_BLOCK, LOOK)->total, 0);
	KUNIT_EXPECT_EQ(test, times(&can, &waits, TIMED_WAIT, PUT)->sum, 10);
}

static void what_gives_up_is_a_miss_and_counted_by_itself(struct kunit *test)
{
	static const struct workload waits = {
		.mix = { .n = 2, .verb = { PUT, LOOK }, .write = 1U << 0, .waits = 1 },
	};
	static const struct workload impatient = {
		.mix = { .n = 2, .verb = { PUT, LOOK }, .write = 1U << 0, .waits = 1 },
		.deadline_ns = 60,
	};
	struct tally patient = begin(test, &waits, 0, 0), t = begin(test, &impatient, 0, 1);

	KUNIT_EXPECT_NULL(test, patient.time[TIMED_OVERDUE]);
	tally_op(&t, &put, 1, 5, 3, 0);
	tally_op(&t, &put, 0, 5, 3, 70);
	tally_timeout(&t, 10);
	KUNIT_EXPECT_EQ(test, t.ops, 2);
	KUNIT_EXPECT_EQ(test, t.misses, 1);
	KUNIT_EXPECT_EQ(test, t.timeouts, 1);
	KUNIT_EXPECT_EQ(test, times(&t, &impatient, TIMED_OVERDUE, TALLY_ALL_VERBS)->sum, 10);
}

/* A client of the module has them in its sources. */
static void a_kind_keeps_its_number_and_its_name(struct kunit *test)
{
	static const char *const names[] = {
		"wait", "hold", "response", "reclaim", "handover", "service", "block",
		"overdue",
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		KUNIT_EXPECT_STREQ(test, time_kinds[time_of_hist(i)].name, names[i]);
	for (i = 0; i < NR_ALL_TIMES; i++)
		KUNIT_EXPECT_EQ(test, time_of_hist(time_kinds[i].hist), i);
	KUNIT_EXPECT_EQ(test, time_of_hist(NR_ALL_TIMES), NR_ALL_TIMES);
	KUNIT_EXPECT_EQ(test, time_of_hist(~0U), NR_ALL_TIMES);
}

static struct kunit_case tally_cases[] = {
	KUNIT_CASE(an_operation_is_counted_in_its_verb),
	KUNIT_CASE(what_misses_is_counted_as_an_operation_too),
	KUNIT_CASE(a_closed_loop_keeps_no_response_times),
	KUNIT_CASE(a_system_call_has_a_response_time_in_a_closed_loop_too),
	KUNIT_CASE(what_is_late_in_an_open_loop_counts_from_when_it_was_due),
	KUNIT_CASE(a_batch_has_one_response_time_which_is_of_no_verb),
	KUNIT_CASE(what_waits_for_the_structure_is_counted_where_the_mix_can_wait),
	KUNIT_CASE(what_gives_up_is_a_miss_and_counted_by_itself),
	KUNIT_CASE(several_workers_add_up),
	KUNIT_CASE(one_that_ends_nothing_is_starved_from_end_to_end),
	KUNIT_CASE(arrivals_are_counted_at_the_end_and_by_whole_batches),
	KUNIT_CASE(a_kind_keeps_its_number_and_its_name),
	{}
};

static struct kunit_suite tally_suite = {
	.name = "contend_tally",
	.test_cases = tally_cases,
};

kunit_test_suite(tally_suite);

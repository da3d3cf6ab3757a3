// SPDX-License-Identifier: GPL-2.0
/* Which task is woken when a condition is met. */
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/hrtimer.h>
#include <linux/sched.h>

#include "compat.h"
#include "condition.h"
#include "structures/place.h"

/* This task stands in the queue twice, as if it were two; it sleeps as parked_sleep() does. */
static void what_is_met_twice_wakes_two(struct kunit *test)
{
	static struct conditions conditions;
	struct parked first, second;

	conditions_init(&conditions);
	parked_enter(&first, &conditions, CONDITION_IN, NULL);
	parked_enter(&second, &conditions, CONDITION_IN, NULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&conditions.parked), 2);

	set_current_state(TASK_INTERRUPTIBLE);
	conditions_wake(&conditions, BIT(CONDITION_IN));
	KUNIT_EXPECT_TRUE(test, first.woken);
	KUNIT_EXPECT_FALSE(test, second.woken);

	/* It has been woken, is about to look at that, and would sleep again: it is no sleeper. */
	set_current_state(TASK_INTERRUPTIBLE);
	conditions_wake(&conditions, BIT(CONDITION_IN));
	__set_current_state(TASK_RUNNING);
	KUNIT_EXPECT_TRUE(test, second.woken);

	KUNIT_EXPECT_EQ(test, parked_sleep(&first, NULL, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, parked_sleep(&first, NULL, 0, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, parked_sleep(&second, NULL, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, parked_sleep(&second, NULL, 1, 0), -ETIMEDOUT);
	parked_leave(&second);
	parked_leave(&first);
	KUNIT_EXPECT_EQ(test, atomic_read(&conditions.parked), 0);
}

static void a_condition_wakes_those_that_wait_for_it(struct kunit *test)
{
	static struct conditions conditions;
	struct parked in, out;

	conditions_init(&conditions);
	parked_enter(&in, &conditions, CONDITION_IN, NULL);
	parked_enter(&out, &conditions, CONDITION_OUT, NULL);
	conditions_wake(&conditions, BIT(CONDITION_OUT));
	KUNIT_EXPECT_FALSE(test, in.woken);
	KUNIT_EXPECT_TRUE(test, out.woken);
	conditions_wake_all(&conditions, BIT(CONDITION_IN));
	KUNIT_EXPECT_TRUE(test, in.woken);
	parked_leave(&out);
	parked_leave(&in);
}

static void what_is_to_end_does_not_sleep(struct kunit *test)
{
	static struct conditions conditions;
	struct parked parked;
	bool stop = true;

	conditions_init(&conditions);
	parked_enter(&parked, &conditions, CONDITION_IN, NULL);
	KUNIT_EXPECT_EQ(test, parked_sleep(&parked, &stop, ~0ULL, 0), -ECANCELED);
	parked_leave(&parked);
}

/* The one that was given something, whatever its turn; a place that has gone is nobody's. */
static void what_is_handed_over_wakes_the_task_of_its_place(struct kunit *test)
{
	struct contend_place places[3] = { };
	static struct conditions conditions;
	struct parked first, second;

	conditions_init(&conditions);
	parked_enter(&first, &conditions, CONDITION_IN, &places[0]);
	parked_enter(&second, &conditions, CONDITION_IN, &places[1]);
	set_current_state(TASK_INTERRUPTIBLE);
	conditions_hand(&conditions, &places[2]);
	KUNIT_EXPECT_FALSE(test, first.woken);
	KUNIT_EXPECT_FALSE(test, second.woken);
	set_current_state(TASK_INTERRUPTIBLE);
	conditions_hand(&conditions, &places[1]);
	__set_current_state(TASK_RUNNING);
	KUNIT_EXPECT_FALSE(test, first.woken);
	KUNIT_EXPECT_TRUE(test, second.woken);
	/* Before its deadline, which has passed as well, and before all else that ends a wait. */
	KUNIT_EXPECT_EQ(test, parked_sleep(&second, NULL, 1, 0), 0);
	parked_leave(&second);
	parked_leave(&first);
}

static struct parked late;

static enum hrtimer_restart wake_late(struct hrtimer *timer)
{
	WRITE_ONCE(late.woken, true);
	return HRTIMER_NORESTART;
}

/* It is woken ahead of its deadline, and has its CPU after: as if another task had that so long. */
static void what_was_woken_in_time_looks_again(struct kunit *test)
{
	const u64 now = ktime_get_ns();
	static struct conditions conditions;
	static struct hrtimer timer;

	conditions_init(&conditions);
	parked_enter(&late, &conditions, CONDITION_IN, NULL);
	contend_hrtimer_setup(&timer, wake_late, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_HARD);
	hrtimer_start(&timer, ns_to_ktime(now + NSEC_PER_MSEC), HRTIMER_MODE_ABS_HARD);
	KUNIT_EXPECT_EQ(test, parked_sleep(&late, NULL, now + 2 * NSEC_PER_MSEC, 0), 0);
	KUNIT_EXPECT_EQ(test, parked_sleep(&late, NULL, now + 2 * NSEC_PER_MSEC, 0), -ETIMEDOUT);
	hrtimer_cancel(&timer);
	parked_leave(&late);
}

/* Nobody wakes it, and it looks in vain; what was missed when those end, it is woken for. */
static void beside_those_that_wake_nobody_a_task_looks(struct kunit *test)
{
	const u64 deadline = ktime_get_ns() + 10 * NSEC_PER_SEC;
	static struct conditions conditions;
	struct parked parked;

	conditions_init(&conditions);
	parked_enter(&parked, &conditions, CONDITION_IN, NULL);
	conditions_mute(&conditions, 1);
	KUNIT_EXPECT_EQ(test, parked_sleep(&parked, NULL, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, parked_sleep(&parked, NULL, deadline, 0), 0);
	KUNIT_EXPECT_EQ(test, conditions_look_ns(&conditions, 1), 1);
	conditions_mute(&conditions, -1);
	KUNIT_EXPECT_EQ(test, parked_sleep(&parked, NULL, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, conditions_look_ns(&conditions, 0), 0);
	parked_leave(&parked);
}

static struct kunit_case condition_cases[] = {
	KUNIT_CASE(what_is_met_twice_wakes_two),
	KUNIT_CASE(a_condition_wakes_those_that_wait_for_it),
	KUNIT_CASE(what_is_to_end_does_not_sleep),
	KUNIT_CASE(what_is_handed_over_wakes_the_task_of_its_place),
	KUNIT_CASE(what_was_woken_in_time_looks_again),
	KUNIT_CASE(beside_those_that_wake_nobody_a_task_looks),
	{}
};

static struct kunit_suite condition_suite = {
	.name = "contend_condition",
	.test_cases = condition_cases,
};

kunit_test_suites(&condition_suite);

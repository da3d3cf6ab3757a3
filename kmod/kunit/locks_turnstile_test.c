// SPDX-License-Identifier: GPL-2.0
/* The priority that a turnstile lends its holder, and until when. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/sched/task.h>
#include <uapi/linux/sched/types.h>

#include "locks/lock.h"

/* A thread that enters and leaves what it is told to. */
struct actor {
	struct task_struct *task;
	struct completion go;
	void *lock;	/* NULL: no more */
	bool enter;
	bool done;
};

static const struct lock_ops *ops(void)
{
	return contend_lock_find("turnstile")->ops;
}

static void *turnstile(struct kunit *test)
{
	void *lock = kunit_kzalloc(test, ops()->size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, lock);
	KUNIT_ASSERT_EQ(test, ops()->init(lock), 0);
	return lock;
}

static int act(void *arg)
{
	struct actor *a = arg;
	union lock_token token;
	unsigned int held = 0;

	for (;;) {
		wait_for_completion(&a->go);
		if (!a->lock)
			break;
		if (!a->enter) {
			ops()->write_leave(a->lock, &token);
			held--;
		} else if (!held++) {
			ops()->write_enter(a->lock, &token);
		} else {
			ops()->write_nest(a->lock, &token, held - 1);
		}
		/* Pairs with the acquire in has_done(). */
		smp_store_release(&a->done, true);
	}
	while (!kthread_should_stop())
		usleep_range(100, 200);
	return 0;
}

static void tell(struct actor *a, void *lock, bool enter)
{
	a->lock = lock;
	a->enter = enter;
	a->done = false;
	complete(&a->go);
}

/* @policy, and its priority or niceness. */
static void hire(struct kunit *test, struct actor *a, u32 policy, int value)
{
	struct sched_attr attr = { .size = sizeof(attr), .sched_policy = policy };

	if (policy == SCHED_FIFO)
		attr.sched_priority = value;
	else
		attr.sched_nice = value;
	init_completion(&a->go);
	a->task = kthread_create(act, a, "contend_kunit");
	KUNIT_ASSERT_FALSE(test, IS_ERR(a->task));
	get_task_struct(a->task);
	KUNIT_ASSERT_EQ(test, sched_setattr_nocheck(a->task, &attr), 0);
	wake_up_process(a->task);
}

static void dismiss(struct actor *a)
{
	tell(a, NULL, false);
	kthread_stop(a->task);
	put_task_struct(a->task);
}

static bool has_done(struct actor *a)
{
	/* Pairs with the release in act(). */
	return smp_load_acquire(&a->done);
}

/* It is through with what it was told. */
static void expect_done(struct kunit *test, struct actor *a)
{
	int i;

	for (i = 0; i < 10000 && !has_done(a); i++)
		usleep_range(1000, 2000);
	KUNIT_EXPECT_TRUE(test, has_done(a));
}

static int fifo(struct actor *a)
{
	return a->task->policy == SCHED_FIFO ? a->task->rt_priority : 0;
}

/* SCHED_FIFO with @priority, or none of it with 0; at last. */
static void expect_fifo(struct kunit *test, struct actor *a, int priority)
{
	int i;

	for (i = 0; i < 10000 && fifo(a) != priority; i++)
		usleep_range(1000, 2000);
	KUNIT_EXPECT_EQ(test, fifo(a), priority);
}

static void enter(struct kunit *test, struct actor *a, void *lock)
{
	tell(a, lock, true);
	expect_done(test, a);
}

static void leave(struct kunit *test, struct actor *a, void *lock)
{
	tell(a, lock, false);
	expect_done(test, a);
}

static void the_holder_has_what_the_most_urgent_lends_until_it_leaves(struct kunit *test)
{
	struct actor low = { }, mid = { }, high = { };
	void *lock = turnstile(test);

	hire(test, &low, SCHED_BATCH, 3);
	hire(test, &mid, SCHED_FIFO, 2);
	hire(test, &high, SCHED_FIFO, 5);
	enter(test, &low, lock);
	expect_fifo(test, &low, 0);
	tell(&mid, lock, true);
	expect_fifo(test, &low, 2);
	tell(&high, lock, true);
	expect_fifo(test, &low, 5);
	leave(test, &low, lock);
	expect_fifo(test, &low, 0);
	KUNIT_EXPECT_EQ(test, low.task->policy, SCHED_BATCH);
	KUNIT_EXPECT_EQ(test, task_nice(low.task), 3);
	expect_done(test, &high);
	KUNIT_EXPECT_FALSE(test, has_done(&mid));
	leave(test, &high, lock);
	expect_done(test, &mid);
	expect_fifo(test, &high, 5);
	expect_fifo(test, &mid, 2);
	leave(test, &mid, lock);
	dismiss(&low);
	dismiss(&mid);
	dismiss(&high);
}

static void it_is_lent_to_whom_the_holder_waits_for(struct kunit *test)
{
	void *first = turnstile(test), *second = turnstile(test);
	struct actor low = { }, mid = { }, high = { };

	hire(test, &low, SCHED_NORMAL, 0);
	hire(test, &mid, SCHED_FIFO, 2);
	hire(test, &high, SCHED_FIFO, 5);
	enter(test, &low, first);
	enter(test, &mid, second);
	tell(&mid, first, true);
	expect_fifo(test, &low, 2);
	tell(&high, second, true);
	expect_fifo(test, &low, 5);
	expect_fifo(test, &mid, 5);
	leave(test, &low, first);
	expect_fifo(test, &low, 0);
	expect_done(test, &mid);
	KUNIT_EXPECT_FALSE(test, has_done(&high));
	expect_fifo(test, &mid, 5);
	leave(test, &mid, second);
	expect_done(test, &high);
	expect_fifo(test, &mid, 2);
	leave(test, &mid, first);
	leave(test, &high, second);
	dismiss(&low);
	dismiss(&mid);
	dismiss(&high);
}

/* In whichever order they are left. */
static void who_holds_two_has_what_is_lent_for_the_other_still(struct kunit *test)
{
	void *lock[2] = { turnstile(test), turnstile(test) };
	struct actor low = { }, asks[2] = { };
	int i;

	hire(test, &low, SCHED_NORMAL, 0);
	hire(test, &asks[0], SCHED_FIFO, 2);
	hire(test, &asks[1], SCHED_FIFO, 5);
	for (i = 0; i < 2; i++) {
		enter(test, &low, lock[0]);
		enter(test, &low, lock[1]);
		tell(&asks[0], lock[0], true);
		expect_fifo(test, &low, 2);
		tell(&asks[1], lock[1], true);
		expect_fifo(test, &low, 5);
		leave(test, &low, lock[i]);
		expect_fifo(test, &low, i ? 2 : 5);
		leave(test, &low, lock[!i]);
		expect_fifo(test, &low, 0);
		expect_done(test, &asks[0]);
		expect_done(test, &asks[1]);
		leave(test, &asks[0], lock[0]);
		leave(test, &asks[1], lock[1]);
	}
	dismiss(&low);
	dismiss(&asks[0]);
	dismiss(&asks[1]);
}

/* It is the first of the queue still, and the others lend to it. */
static void who_has_become_less_urgent_while_it_waited_is_lent_to(struct kunit *test)
{
	struct sched_attr normal = { .size = sizeof(normal), .sched_policy = SCHED_NORMAL };
	struct actor low = { }, mid = { }, high = { };
	void *lock = turnstile(test);

	hire(test, &low, SCHED_NORMAL, 0);
	hire(test, &mid, SCHED_FIFO, 2);
	hire(test, &high, SCHED_FIFO, 5);
	enter(test, &low, lock);
	tell(&mid, lock, true);
	expect_fifo(test, &low, 2);
	tell(&high, lock, true);
	expect_fifo(test, &low, 5);
	KUNIT_EXPECT_EQ(test, sched_setattr_nocheck(high.task, &normal), 0);
	leave(test, &low, lock);
	expect_done(test, &high);
	expect_fifo(test, &high, 2);
	leave(test, &high, lock);
	expect_done(test, &mid);
	expect_fifo(test, &high, 0);
	leave(test, &mid, lock);
	dismiss(&low);
	dismiss(&mid);
	dismiss(&high);
}

static void who_is_no_real_time_task_lends_nothing(struct kunit *test)
{
	struct actor nice = { }, normal = { };
	void *lock = turnstile(test);

	hire(test, &nice, SCHED_NORMAL, 10);
	hire(test, &normal, SCHED_NORMAL, -10);
	enter(test, &nice, lock);
	tell(&normal, lock, true);
	msleep(20);
	KUNIT_EXPECT_FALSE(test, has_done(&normal));
	KUNIT_EXPECT_EQ(test, nice.task->policy, SCHED_NORMAL);
	KUNIT_EXPECT_EQ(test, task_nice(nice.task), 10);
	leave(test, &nice, lock);
	expect_done(test, &normal);
	leave(test, &normal, lock);
	dismiss(&nice);
	dismiss(&normal);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_holder_has_what_the_most_urgent_lends_until_it_leaves),
	KUNIT_CASE(it_is_lent_to_whom_the_holder_waits_for),
	KUNIT_CASE(who_holds_two_has_what_is_lent_for_the_other_still),
	KUNIT_CASE(who_has_become_less_urgent_while_it_waited_is_lent_to),
	KUNIT_CASE(who_is_no_real_time_task_lends_nothing),
	{}
};

static struct kunit_suite suite = {
	.name = "contend_turnstile",
	.test_cases = cases,
};

kunit_test_suite(suite);

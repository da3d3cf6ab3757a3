// SPDX-License-Identifier: GPL-2.0
/* What the sleeping locks promise beyond exclusion, which no run would show. */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/sched/task.h>

#include "locks/fifo_semaphore.h"
#include "locks/lock.h"

#define RIVALS	4
#define ROUNDS	300

static struct task_struct *start(struct kunit *test, int (*func)(void *arg), void *arg)
{
	struct task_struct *task = kthread_create(func, arg, "contend_kunit");

	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	get_task_struct(task);
	wake_up_process(task);
	return task;
}

static int join(struct task_struct *task)
{
	int ret = kthread_stop(task);

	put_task_struct(task);
	return ret;
}

static void sleep_ms_until(bool (*done)(void *arg), void *arg)
{
	int i;

	for (i = 0; i < 10000 && !done(arg); i++)
		usleep_range(1000, 2000);
}

static bool has_waiter(void *arg)
{
	struct fifo_semaphore *s = arg;
	bool has;

	raw_spin_lock(&s->guard);
	has = !list_empty(&s->waiters);
	raw_spin_unlock(&s->guard);
	return has;
}

static void a_timed_acquire_ends_at_its_deadline_and_leaves_no_trace(struct kunit *test)
{
	struct fifo_semaphore s;
	ktime_t deadline;

	fifo_semaphore_init(&s, 1);
	deadline = ktime_add_ms(ktime_get(), 5);
	KUNIT_EXPECT_EQ(test, fifo_semaphore_acquire(&s, &deadline), 0);
	KUNIT_EXPECT_EQ(test, fifo_semaphore_acquire(&s, &deadline), -ETIMEDOUT);
	KUNIT_EXPECT_GE(test, ktime_get(), deadline);
	/* A deadline that is past is no reason to wait, and none to take what is free. */
	KUNIT_EXPECT_EQ(test, fifo_semaphore_acquire(&s, &deadline), -ETIMEDOUT);
	KUNIT_EXPECT_TRUE(test, list_empty(&s.waiters));
	fifo_semaphore_release(&s);
	KUNIT_EXPECT_EQ(test, s.count, 1);
	KUNIT_EXPECT_EQ(test, fifo_semaphore_acquire(&s, &deadline), 0);
	KUNIT_EXPECT_EQ(test, s.count, 0);
}

static int acquire_at_last(void *arg)
{
	int ret = fifo_semaphore_acquire(arg, NULL);

	while (!kthread_should_stop())
		usleep_range(100, 200);
	return ret;
}

static void who_gives_up_behind_another_does_not_take_its_permit(struct kunit *test)
{
	struct fifo_semaphore s;
	struct task_struct *other;
	ktime_t deadline;

	fifo_semaphore_init(&s, 0);
	other = start(test, acquire_at_last, &s);
	sleep_ms_until(has_waiter, &s);
	deadline = ktime_add_ms(ktime_get(), 2);
	KUNIT_EXPECT_EQ(test, fifo_semaphore_acquire(&s, &deadline), -ETIMEDOUT);
	KUNIT_EXPECT_TRUE(test, has_waiter(&s));
	fifo_semaphore_release(&s);
	KUNIT_EXPECT_FALSE(test, has_waiter(&s));
	KUNIT_EXPECT_EQ(test, fifo_semaphore_try(&s), false);
	KUNIT_EXPECT_EQ(test, join(other), 0);
}

struct rivalry {
	struct fifo_semaphore semaphore;
	atomic_t started, inside, most, timeouts;
};

/* Deadlines that come about when the permit does. */
static int rival(void *arg)
{
	struct rivalry *r = arg;
	int i;

	atomic_inc(&r->started);
	for (i = 0; i < ROUNDS; i++) {
		ktime_t deadline = ktime_add_us(ktime_get(), i % 128);

		if (fifo_semaphore_acquire(&r->semaphore, &deadline)) {
			atomic_inc(&r->timeouts);
			continue;
		}
		if (atomic_inc_return(&r->inside) > 1)
			atomic_inc(&r->most);
		/* Sleeps, so that the others come even where all have one CPU. */
		usleep_range(20, 60);
		atomic_dec(&r->inside);
		fifo_semaphore_release(&r->semaphore);
	}
	while (!kthread_should_stop())
		usleep_range(100, 200);
	return 0;
}

static bool all_started(void *arg)
{
	struct rivalry *r = arg;

	return atomic_read(&r->started) == RIVALS;
}

static void permits_are_neither_lost_nor_made_at_the_deadline(struct kunit *test)
{
	struct task_struct *task[RIVALS];
	struct rivalry r = { };
	int i;

	fifo_semaphore_init(&r.semaphore, 1);
	for (i = 0; i < RIVALS; i++)
		task[i] = start(test, rival, &r);
	/* A thread that is stopped before it runs would never run. */
	sleep_ms_until(all_started, &r);
	for (i = 0; i < RIVALS; i++)
		KUNIT_EXPECT_EQ(test, join(task[i]), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&r.most), 0);
	KUNIT_EXPECT_GT(test, atomic_read(&r.timeouts), 0);
	KUNIT_EXPECT_EQ(test, r.semaphore.count, 1);
	KUNIT_EXPECT_TRUE(test, list_empty(&r.semaphore.waiters));
}

/* An eresource and strangers, which come, are counted as inside, and leave in the end. */
struct resource {
	const struct lock_ops *ops;
	void *lock;
	atomic_t came, writers, readers;
};

static void resource_init(struct kunit *test, struct resource *r)
{
	memset(r, 0, sizeof(*r));
	r->ops = contend_lock_find("eresource")->ops;
	r->lock = kunit_kzalloc(test, r->ops->size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, r->lock);
	KUNIT_ASSERT_EQ(test, r->ops->init(r->lock), 0);
}

static int stranger_writes(void *arg)
{
	struct resource *r = arg;
	union lock_token token;

	atomic_inc(&r->came);
	r->ops->write_enter(r->lock, &token);
	atomic_inc(&r->writers);
	r->ops->write_leave(r->lock, &token);
	while (!kthread_should_stop())
		usleep_range(100, 200);
	return 0;
}

static int stranger_reads(void *arg)
{
	struct resource *r = arg;
	union lock_token token;

	atomic_inc(&r->came);
	r->ops->read_enter(r->lock, &token);
	atomic_inc(&r->readers);
	r->ops->read_leave(r->lock, &token);
	while (!kthread_should_stop())
		usleep_range(100, 200);
	return 0;
}

static bool has_come(void *arg)
{
	struct resource *r = arg;

	return atomic_read(&r->came);
}

/* A stranger that is about to wait; what it waits for is long to come. */
static struct task_struct *stranger(struct kunit *test, struct resource *r,
				    int (*func)(void *arg))
{
	struct task_struct *task;

	atomic_set(&r->came, 0);
	task = start(test, func, r);
	sleep_ms_until(has_come, r);
	msleep(20);
	return task;
}

static void an_owner_gets_an_eresource_again_and_keeps_it_until_the_last(struct kunit *test)
{
	union lock_token first, second, third;
	struct task_struct *other;
	struct resource r;

	resource_init(test, &r);
	r.ops->write_enter(r.lock, &first);
	r.ops->write_enter(r.lock, &second);
	other = stranger(test, &r, stranger_reads);
	r.ops->read_enter(r.lock, &third);
	r.ops->write_leave(r.lock, &second);
	r.ops->write_leave(r.lock, &first);
	msleep(20);
	KUNIT_EXPECT_EQ(test, atomic_read(&r.readers), 0);
	r.ops->read_leave(r.lock, &third);
	KUNIT_EXPECT_EQ(test, join(other), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&r.readers), 1);
}

static void who_shares_an_eresource_may_pass_a_writer_and_a_stranger_may_not(struct kunit *test)
{
	struct task_struct *writer, *reader;
	union lock_token first, second;
	struct resource r;

	resource_init(test, &r);
	r.ops->read_enter(r.lock, &first);
	reader = stranger(test, &r, stranger_reads);
	KUNIT_EXPECT_EQ(test, atomic_read(&r.readers), 1);
	KUNIT_EXPECT_EQ(test, join(reader), 0);
	writer = stranger(test, &r, stranger_writes);
	reader = stranger(test, &r, stranger_reads);
	r.ops->read_enter(r.lock, &second);
	KUNIT_EXPECT_EQ(test, atomic_read(&r.readers), 1);
	r.ops->read_leave(r.lock, &first);
	msleep(20);
	KUNIT_EXPECT_EQ(test, atomic_read(&r.writers), 0);
	r.ops->read_leave(r.lock, &second);
	KUNIT_EXPECT_EQ(test, join(writer), 0);
	KUNIT_EXPECT_EQ(test, join(reader), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&r.writers), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&r.readers), 2);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_timed_acquire_ends_at_its_deadline_and_leaves_no_trace),
	KUNIT_CASE(who_gives_up_behind_another_does_not_take_its_permit),
	KUNIT_CASE(permits_are_neither_lost_nor_made_at_the_deadline),
	KUNIT_CASE(an_owner_gets_an_eresource_again_and_keeps_it_until_the_last),
	KUNIT_CASE(who_shares_an_eresource_may_pass_a_writer_and_a_stranger_may_not),
	{}
};

static struct kunit_suite suite = {
	.name = "contend_sleep",
	.test_cases = cases,
};

kunit_test_suite(suite);

// SPDX-License-Identifier: GPL-2.0
/* Tasks that go through a gate, and tasks that close it. */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/kthread.h>

#include "clock.h"
#include "gate.h"

static struct gate *gate_of(struct kunit *test)
{
	struct gate *gate = kunit_kzalloc(test, sizeof(*gate), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, gate);
	KUNIT_ASSERT_EQ(test, gate_init(gate), 0);
	return gate;
}

static void many_go_through_and_none_beside_one_that_closes(struct kunit *test)
{
	struct gate *gate = gate_of(test);

	KUNIT_EXPECT_TRUE(test, gate_try_enter(gate));
	KUNIT_EXPECT_TRUE(test, gate_try_enter(gate));
	KUNIT_EXPECT_FALSE(test, gate_try_close(gate));
	gate_leave(gate);
	KUNIT_EXPECT_FALSE(test, gate_try_close(gate));
	gate_leave(gate);

	KUNIT_EXPECT_TRUE(test, gate_try_close(gate));
	KUNIT_EXPECT_FALSE(test, gate_try_close(gate));
	KUNIT_EXPECT_FALSE(test, gate_try_enter(gate));
	gate_open(gate);

	KUNIT_EXPECT_EQ(test, gate_close(gate), 0);
	KUNIT_EXPECT_FALSE(test, gate_try_enter(gate));
	gate_open_inside(gate);
	KUNIT_EXPECT_FALSE(test, gate_try_close(gate));
	KUNIT_EXPECT_TRUE(test, gate_try_enter(gate));
	gate_leave(gate);
	gate_leave(gate);
	KUNIT_EXPECT_TRUE(test, gate_try_close(gate));
	gate_open(gate);
	gate_destroy(gate);
}

/* Two words: a task that closes writes them, a task that enters must see them equal. */
struct traffic {
	struct gate *gate;
	u64 a, b;
	unsigned long torn, through;
};

static int enter_all_the_time(void *data)
{
	struct traffic *t = data;

	while (!kthread_should_stop()) {
		u64 a;

		gate_enter(t->gate);
		a = READ_ONCE(t->a);
		/* One that does not wait writes now. */
		contend_yield();
		if (a != READ_ONCE(t->b))
			t->torn++;
		WRITE_ONCE(t->through, t->through + 1);
		gate_leave(t->gate);
		contend_yield();
	}
	return 0;
}

static void one_that_closes_waits_for_those_who_are_there(struct kunit *test)
{
	struct traffic *t = kunit_kzalloc(test, 2 * sizeof(*t), GFP_KERNEL);
	struct task_struct *task[2];
	struct gate *gate = gate_of(test);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	for (i = 0; i < 2; i++) {
		t[i].gate = gate;
		task[i] = kthread_run(enter_all_the_time, &t[i], "gate/%d", i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(task[i]));
	}
	while (!READ_ONCE(t[0].through) || !READ_ONCE(t[1].through))
		usleep_range(100, 200);
	for (i = 0; i < 2000; i++) {
		KUNIT_EXPECT_EQ(test, gate_close(gate), 0);
		t[0].a++;
		t[1].a++;
		contend_yield();
		t[0].b++;
		t[1].b++;
		gate_open(gate);
	}
	for (i = 0; i < 2; i++)
		kthread_stop(task[i]);
	KUNIT_EXPECT_EQ(test, t[0].torn + t[1].torn, 0);
	gate_destroy(gate);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(many_go_through_and_none_beside_one_that_closes),
	KUNIT_CASE(one_that_closes_waits_for_those_who_are_there),
	{}
};

static struct kunit_suite suite = {
	.name = "contend_gate",
	.test_cases = cases,
};

kunit_test_suite(suite);

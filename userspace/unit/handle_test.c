// SPDX-License-Identifier: GPL-2.0
/* A handle of what is in the program: the same calls, without a module. */
#include <errno.h>
#include <kunit/test.h>
#include <linux/kernel.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>

#include "libcontend/contend.h"

enum { TRY_PUT, TRY_GET, PUT, GET, CLOSE };

static int device;

static __u64 queue_of_two(struct kunit *test)
{
	struct contend_create create = { .capacity = 2 };

	device = contend_open_program(4);
	KUNIT_EXPECT_GE(test, device, 0);
	KUNIT_EXPECT_GE(test, contend_create(device, "ticket", "queue", &create), 0);
	return create.id;
}

static void operations_batches_deadlines_and_poll(struct kunit *test)
{
	struct contend_op ops[3] = {
		{ .size = sizeof(ops[0]), .verb = TRY_PUT, .key = 7 },
		{ .size = sizeof(ops[0]), .verb = TRY_PUT, .key = 8 },
		{ .size = sizeof(ops[0]), .verb = TRY_PUT, .key = 9 },
	};
	struct contend_op get = { .verb = GET, .deadline_ns = 1 };
	const __u64 id = queue_of_two(test);
	struct contend_handle *h;
	__u32 done;

	KUNIT_EXPECT_EQ(test, contend_handle_open(device, id, CONTEND_DOOR_OP, 1, 0, &h), 0);
	KUNIT_EXPECT_EQ(test, contend_handle_op(h, &get), 0);
	KUNIT_EXPECT_EQ(test, get.error, ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, contend_handle_poll(h, POLLIN | POLLOUT, 0), POLLOUT);
	KUNIT_EXPECT_EQ(test, contend_handle_poll(h, POLLIN, 1), 0);
	KUNIT_EXPECT_EQ(test, contend_handle_batch(h, ops, 3, &done), 0);
	KUNIT_EXPECT_EQ(test, done, 3);
	KUNIT_EXPECT_EQ(test, ops[1].error, 0);
	KUNIT_EXPECT_EQ(test, ops[2].error, ENOSPC);
	KUNIT_EXPECT_EQ(test, contend_handle_poll(h, POLLIN | POLLOUT, -1), POLLIN);
	KUNIT_EXPECT_EQ(test, contend_handle_op(h, &get), 0);
	KUNIT_EXPECT_EQ(test, get.value, 7);
	contend_handle_close(h);
}

static void a_program_has_no_rings(struct kunit *test)
{
	const __u64 id = queue_of_two(test);
	struct contend_handle *h;

	KUNIT_EXPECT_EQ(test, contend_handle_open(device, id, CONTEND_DOOR_RING, 1, 0, &h),
			-EOPNOTSUPP);
}

/* What an object says that it holds it holds, and no more; it is what was asked for, or more. */
static void a_capacity_is_what_an_object_holds(struct kunit *test)
{
	static const struct {
		const char *structure;
		__u64 capacity;
	} of[] = {
		{ "disruptor", 100 }, { "disruptor_many", 100 }, { "queue", 100 }, { "deque", 100 },
		{ "ring", 128 }, { "ring_spsc", 128 }, { "peer:ck_ring", 127 },
		{ "peer:ck_fifo", 100 }, { "peer:wfcqueue", 100 },
	};
	struct contend_stat stat;
	unsigned int i, n;
	int object;

	device = contend_open_program(4);
	for (i = 0; i < ARRAY_SIZE(of); i++) {
		struct contend_create create = { .capacity = 100 };
		struct contend_op op = { };

		object = contend_create(device, strcmp(of[i].structure, "queue") ? "null" : "mcs",
					of[i].structure, &create);
		KUNIT_EXPECT_GE(test, object, 0);
		KUNIT_EXPECT_EQ(test, contend_stat(object, 0, &stat), 0);
		for (n = 0; n < 1000; n++)
			if (contend_op(object, &op) || op.error)
				break;
		KUNIT_EXPECT_EQ(test, stat.capacity, of[i].capacity);
		KUNIT_EXPECT_EQ(test, n, stat.capacity);
		contend_close(object);
	}
}

static void what_is_unknown_is_told(struct kunit *test)
{
	struct contend_create create = { };

	device = contend_open_program(4);
	KUNIT_EXPECT_EQ(test, contend_create(device, "mcss", "queue", &create), -ENOENT);
	KUNIT_EXPECT_STREQ(test, create.why, "unknown lock 'mcss': LIST has the names");
	KUNIT_EXPECT_EQ(test, contend_create(device, "mcs", "queu", &create), -ENOENT);
	KUNIT_EXPECT_STREQ(test, create.why, "unknown structure 'queu': LIST has the names");
}

/* A descriptor of one object after the other, each of which is closed while it is in use. */
struct race {
	int object;
	int over;
};

static void *operate(void *data)
{
	struct race *r = data;
	struct contend_op op;
	int ret;

	while (!__atomic_load_n(&r->over, __ATOMIC_ACQUIRE)) {
		op = (struct contend_op){ .verb = TRY_GET };
		ret = contend_op(__atomic_load_n(&r->object, __ATOMIC_ACQUIRE), &op);
		if (ret && ret != -EBADF)
			return (void *)1;
	}
	return NULL;
}

static void what_is_under_way_ends_before_a_descriptor_is_closed(struct kunit *test)
{
	const __u64 id = queue_of_two(test);
	const int first = contend_attach(device, id);
	struct race r = { .object = first };
	pthread_t thread;
	void *failed;
	int i;

	KUNIT_ASSERT_EQ(test, pthread_create(&thread, NULL, operate, &r), 0);
	for (i = 0; i < 20000; i++) {
		contend_close(r.object);
		__atomic_store_n(&r.object, contend_attach(device, id), __ATOMIC_RELEASE);
	}
	__atomic_store_n(&r.over, 1, __ATOMIC_RELEASE);
	pthread_join(thread, &failed);
	KUNIT_EXPECT_NULL(test, failed);
	contend_close(r.object);
	/* No other one has its number. */
	KUNIT_EXPECT_EQ(test, contend_op(first, &(struct contend_op){ }), -EBADF);
}

static struct kunit_case handle_cases[] = {
	KUNIT_CASE(operations_batches_deadlines_and_poll),
	KUNIT_CASE(a_program_has_no_rings),
	KUNIT_CASE(a_capacity_is_what_an_object_holds),
	KUNIT_CASE(what_is_unknown_is_told),
	KUNIT_CASE(what_is_under_way_ends_before_a_descriptor_is_closed),
	{}
};

static struct kunit_suite handle_suite = {
	.name = "contend_handle",
	.test_cases = handle_cases,
};

kunit_test_suite(handle_suite);

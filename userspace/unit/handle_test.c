// SPDX-License-Identifier: GPL-2.0
/* A handle of what is in the program: the same calls, without a module. */
#include <errno.h>
#include <kunit/test.h>
#include <poll.h>
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

static struct kunit_case handle_cases[] = {
	KUNIT_CASE(operations_batches_deadlines_and_poll),
	KUNIT_CASE(a_program_has_no_rings),
	{}
};

static struct kunit_suite handle_suite = {
	.name = "contend_handle",
	.test_cases = handle_cases,
};

kunit_test_suite(handle_suite);

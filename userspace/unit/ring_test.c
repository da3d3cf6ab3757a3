// SPDX-License-Identifier: GPL-2.0
/* A handle's rings, with a module that may be interrupted, refuse an entry, or take few of them. */
#include <errno.h>
#include <kunit/test.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "libcontend/ring.c"
#include "libcontend/handle.c"

/* The other end: entries with this verb are refused, and wait for a signal. */
enum { ANSWERED, REFUSED, INTERRUPTED };

static struct module {
	struct contend_ring_shared *shared;
	struct contend_sqe *sqes;
	struct contend_cqe *cqes;
	__u32 entries;
	__u32 at_a_time;
	unsigned int calls;
	bool fails;
} module;

int contend_attach(int device, __u64 id)
{
	return memfd_create("rings", 0);
}

void contend_close(int fd)
{
	close(fd);
}

int contend_ring_setup(int object, struct contend_ring_setup *setup)
{
	setup->cq_entries = 2 * setup->sq_entries;
	setup->sq_offset = sizeof(struct contend_ring_shared);
	setup->cq_offset = setup->sq_offset + 64 * setup->sq_entries;
	setup->map_size = 4096 + 64 * 3 * setup->sq_entries;
	if (ftruncate(object, setup->map_size))
		return -errno;
	module.shared = mmap(NULL, setup->map_size, PROT_READ | PROT_WRITE, MAP_SHARED, object, 0);
	module.sqes = (void *)module.shared + setup->sq_offset;
	module.cqes = (void *)module.shared + setup->cq_offset;
	module.entries = setup->sq_entries;
	return 0;
}

int contend_ring_enter(int object, __u32 submit, __u32 complete, __u64 deadline_ns)
{
	struct contend_ring_shared *shared = module.shared;
	int taken = 0;

	module.calls++;
	if (module.fails)
		return -EIO;
	/* As its thread would, and this is when it does. */
	if (!submit)
		submit = module.entries;
	for (; submit && shared->sq_head != shared->sq_tail; submit--) {
		struct contend_sqe *sqe = &module.sqes[shared->sq_head & (module.entries - 1)];

		if (module.at_a_time && (__u32)taken == module.at_a_time)
			break;
		if (sqe->verb == INTERRUPTED)
			return taken ? taken : -EINTR;
		module.cqes[shared->cq_tail++ & (2 * module.entries - 1)] = (struct contend_cqe){
			.user_data = sqe->user_data, .value = sqe->key + 1,
			.result = sqe->verb == REFUSED ? EBUSY : 0,
		};
		shared->sq_head++;
		taken++;
	}
	return taken;
}

int contend_op(int object, struct contend_op *op)
{
	return -ENOTTY;
}

int contend_batch(int object, struct contend_op *ops, __u32 count, __u32 *done)
{
	return -ENOTTY;
}

int contend_poll_for(int fd, short events, int ms)
{
	return -ENOTTY;
}

#define OPS	5

static int batch(struct kunit *test, __u32 entries, __u32 at_a_time, __u32 odd, __u32 *done)
{
	struct contend_op ops[OPS] = { };
	struct contend_handle *h;
	int i, ret;

	module = (struct module){ .at_a_time = at_a_time };
	KUNIT_EXPECT_EQ(test, contend_handle_open(0, 1, CONTEND_DOOR_RING, entries, 0, &h), 0);
	for (i = 0; i < OPS; i++) {
		ops[i].key = i;
		ops[i].verb = i == 3 ? odd : ANSWERED;
	}
	ret = contend_handle_batch(h, ops, OPS, done);
	for (i = 0; i < (int)*done; i++)
		KUNIT_EXPECT_EQ(test, ops[i].value, i + 1);
	/* Nothing of it is left in the rings: what comes next is carried out, and nothing else. */
	ops[0] = (struct contend_op){ .key = 70 };
	module.calls = 0;
	module.at_a_time = 0;
	KUNIT_EXPECT_EQ(test, contend_handle_op(h, ops), 0);
	KUNIT_EXPECT_EQ(test, ops[0].value, 71);
	KUNIT_EXPECT_EQ(test, module.calls, 1);
	KUNIT_EXPECT_EQ(test, module.shared->sq_head, module.shared->sq_tail);
	KUNIT_EXPECT_EQ(test, module.shared->cq_head, module.shared->cq_tail);
	contend_handle_close(h);
	return ret;
}

static void a_batch_is_carried_out_whole_however_the_module_takes_it(struct kunit *test)
{
	__u32 done;

	KUNIT_EXPECT_EQ(test, batch(test, 8, 0, ANSWERED, &done), 0);
	KUNIT_EXPECT_EQ(test, done, OPS);
	KUNIT_EXPECT_EQ(test, batch(test, 2, 0, ANSWERED, &done), 0);
	KUNIT_EXPECT_EQ(test, done, OPS);
	KUNIT_EXPECT_EQ(test, batch(test, 8, 2, ANSWERED, &done), 0);
	KUNIT_EXPECT_EQ(test, done, OPS);
}

static void a_signal_takes_back_what_was_not_begun(struct kunit *test)
{
	__u32 done;

	KUNIT_EXPECT_EQ(test, batch(test, 8, 0, INTERRUPTED, &done), -EINTR);
	KUNIT_EXPECT_EQ(test, done, 3);
}

static void one_that_is_refused_is_the_answer_to_the_batch(struct kunit *test)
{
	__u32 done;

	KUNIT_EXPECT_EQ(test, batch(test, 8, 0, REFUSED, &done), -EBUSY);
	KUNIT_EXPECT_EQ(test, done, 3);
}

/* Its thread has some of a batch still to do when the call for them fails. */
static void what_a_failed_batch_has_left_is_no_answer_to_the_next_one(struct kunit *test)
{
	struct contend_op ops[OPS] = { }, *one = calloc(1, sizeof(*one));
	struct contend_handle *h;
	__u32 done = 0;
	int i;

	module = (struct module){ .fails = true };
	KUNIT_EXPECT_EQ(test, contend_handle_open(0, 1, CONTEND_DOOR_RING, 8, 1, &h), 0);
	for (i = 0; i < OPS; i++)
		ops[i].key = 100 + i;
	KUNIT_EXPECT_EQ(test, contend_handle_batch(h, ops, OPS, &done), -EIO);
	KUNIT_EXPECT_EQ(test, done, 0);
	module.fails = false;
	one->key = 7;
	KUNIT_EXPECT_EQ(test, contend_handle_op(h, one), 0);
	KUNIT_EXPECT_EQ(test, one->value, 8);

	/* Five are left again, so that there is room for three. */
	module.fails = true;
	KUNIT_EXPECT_EQ(test, contend_handle_batch(h, ops, OPS, &done), -EIO);
	module.fails = false;
	for (i = 0; i < OPS; i++)
		ops[i].key = i;
	KUNIT_EXPECT_EQ(test, contend_handle_batch(h, ops, OPS, &done), -EBUSY);
	KUNIT_EXPECT_EQ(test, done, 3);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, ops[i].value, i + 1);
	contend_handle_close(h);
	free(one);
}

static struct kunit_case ring_cases[] = {
	KUNIT_CASE(a_batch_is_carried_out_whole_however_the_module_takes_it),
	KUNIT_CASE(a_signal_takes_back_what_was_not_begun),
	KUNIT_CASE(one_that_is_refused_is_the_answer_to_the_batch),
	KUNIT_CASE(what_a_failed_batch_has_left_is_no_answer_to_the_next_one),
	{}
};

static struct kunit_suite ring_suite = {
	.name = "contend_ring_client",
	.test_cases = ring_cases,
};

kunit_test_suite(ring_suite);

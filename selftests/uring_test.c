// SPDX-License-Identifier: GPL-2.0
/* Operations as commands of io_uring: the answers of OP and BATCH, and nothing else. */
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "contend_trace.h"

/* As the catalogue has them. */
enum { LOOKUP, INSERT, ERASE };
enum { TRY_PUT, TRY_GET, PUT, GET, CLOSE };

#define ENTRIES	8

/* The least of liburing: one entry at a time. */
struct uring {
	int fd;
	void *rings;
	struct io_uring_sqe *sqes;
	struct io_uring_params params;
};

FIXTURE(uring)
{
	int device;
	struct uring ring;
	struct counts before;
};

static int uring_open(struct uring *u)
{
	size_t size;

	memset(&u->params, 0, sizeof(u->params));
	u->fd = syscall(__NR_io_uring_setup, ENTRIES, &u->params);
	if (u->fd < 0)
		return -errno;
	/* Both rings in one mapping: IORING_FEAT_SINGLE_MMAP, since 5.4. */
	size = u->params.cq_off.cqes + u->params.cq_entries * sizeof(struct io_uring_cqe);
	u->rings = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, u->fd,
			IORING_OFF_SQ_RING);
	u->sqes = mmap(NULL, ENTRIES * sizeof(*u->sqes), PROT_READ | PROT_WRITE, MAP_SHARED, u->fd,
		       IORING_OFF_SQES);
	return u->rings == MAP_FAILED || u->sqes == MAP_FAILED ? -ENOMEM : 0;
}

static unsigned int *uring_at(const struct uring *u, __u32 offset)
{
	return (unsigned int *)((char *)u->rings + offset);
}

/* Submit a command; @wait for a completion, and return its result. */
static int uring_command(struct uring *u, int object, __u32 command, void *arg, int wait)
{
	const __u32 mask = *uring_at(u, u->params.sq_off.ring_mask);
	unsigned int *tail = uring_at(u, u->params.sq_off.tail);
	unsigned int *head = uring_at(u, u->params.cq_off.head);
	const __u32 at = *tail & mask, seen = *head;
	struct io_uring_sqe *sqe = &u->sqes[at];
	struct io_uring_cqe *cqes = (void *)((char *)u->rings + u->params.cq_off.cqes);
	const __u64 address = PTR(arg);

	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = IORING_OP_URING_CMD;
	sqe->fd = object;
	sqe->cmd_op = command;
	memcpy(sqe->cmd, &address, sizeof(address));
	uring_at(u, u->params.sq_off.array)[at] = at;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(__NR_io_uring_enter, u->fd, 1, wait, wait ? IORING_ENTER_GETEVENTS : 0,
		    NULL, 0) != 1)
		return -errno;
	if (!wait)
		return 0;
	__atomic_store_n(head, seen + 1, __ATOMIC_RELEASE);
	return cqes[seen & *uring_at(u, u->params.cq_off.ring_mask)].res;
}

FIXTURE_SETUP(uring)
{
	int ret;

	self->device = device_open();
	ASSERT_GE(self->device, 0);
	self->ring.fd = -1;
	if (!(info_of(self->device).features & CONTEND_FEATURE_URING_CMD))
		SKIP(return, "this kernel was built without io_uring");
	ret = uring_open(&self->ring);
	if (ret == -EPERM)
		SKIP(return, "this kernel lets nobody use io_uring");
	ASSERT_EQ(ret, 0);
	self->before = counts_of(self->device);
}

FIXTURE_TEARDOWN(uring)
{
	if (self->ring.fd < 0)
		return;
	close(self->ring.fd);
	EXPECT_TRUE(EVENTUALLY(counts_are(self->device, self->before)));
	close(self->device);
}

TEST_F(uring, a_command_answers_as_the_system_call)
{
	int object = create(self->device, "mutex", "list");
	struct contend_op o = { .size = sizeof(o), .verb = INSERT, .key = 7, .value = 70 };

	EXPECT_EQ(uring_command(&self->ring, object, CONTEND_OP, &o, 1), 0);
	EXPECT_EQ(o.error, 0);
	EXPECT_EQ(uring_command(&self->ring, object, CONTEND_OP, &o, 1), 0);
	EXPECT_EQ(o.error, EEXIST);
	o.verb = LOOKUP;
	o.value = 0;
	EXPECT_EQ(uring_command(&self->ring, object, CONTEND_OP, &o, 1), 0);
	EXPECT_EQ(o.value, 70);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	EXPECT_EQ(stat_of(object, 0).ops, 3);
	close(object);
}

TEST_F(uring, a_command_says_its_tag_to_who_traces)
{
	int object = create(self->device, "mutex", "queue");
	struct contend_op get = {
		.size = sizeof(get), .verb = GET, .deadline_ns = now_ns() + NS_PER_MS, .tag = 1001,
	};
	struct tracer t;

	if (!tracer_begin(_metadata, &t))
		return;
	EXPECT_EQ(uring_command(&self->ring, object, CONTEND_OP, &get, 1), 0);
	EXPECT_EQ(get.error, ETIMEDOUT);
	EXPECT_EQ(traced(&t, "contend_block", 1001), 1);
	EXPECT_EQ(traced(&t, "contend_unblock", 1001), 1);
	EXPECT_EQ(traced(&t, "contend_op", 1001), 1);
	EXPECT_EQ(tracer_end(&t), 0);
	close(object);
}

TEST_F(uring, a_batch_is_a_command_too)
{
	int object = create(self->device, "rcu", "hash");
	struct contend_op ops[4];
	struct contend_batch batch = {
		.size = sizeof(batch), .count = 4, .op_size = sizeof(ops[0]), .ops = PTR(ops),
	};
	int i;

	for (i = 0; i < 4; i++)
		ops[i] = (struct contend_op){ .size = sizeof(ops[0]), .verb = INSERT, .key = i };
	EXPECT_EQ(uring_command(&self->ring, object, CONTEND_BATCH, &batch, 1), 0);
	EXPECT_EQ(batch.done, 4);
	EXPECT_EQ(stat_of(object, 0).elements, 4);
	close(object);
}

TEST_F(uring, what_is_wrong_is_said)
{
	int object = create(self->device, "mutex", "list");
	struct contend_stat stat = { .size = sizeof(stat) };
	struct contend_op o = { .size = 4, .verb = LOOKUP };

	EXPECT_EQ(uring_command(&self->ring, object, CONTEND_OP, &o, 1), -EINVAL);
	o.size = sizeof(o);
	o.verb = 99;
	EXPECT_EQ(uring_command(&self->ring, object, CONTEND_OP, &o, 1), -EINVAL);
	EXPECT_EQ(uring_command(&self->ring, object, CONTEND_OP, NULL, 1), -EFAULT);
	EXPECT_EQ(uring_command(&self->ring, object, CONTEND_STAT, &stat, 1), -EOPNOTSUPP);
	EXPECT_EQ(uring_command(&self->ring, object, 0, &stat, 1), -EOPNOTSUPP);
	EXPECT_EQ(uring_command(&self->ring, self->device, CONTEND_OP, &o, 1), -EOPNOTSUPP);
	close(object);
}

TEST_F(uring, a_command_waits_until_its_deadline_or_for_an_element)
{
	int object = create(self->device, "mutex", "queue");
	struct contend_op get = { .size = sizeof(get), .verb = GET };
	__u64 key = 5;

	get.deadline_ns = now_ns() + 20 * NS_PER_MS;
	EXPECT_EQ(uring_command(&self->ring, object, CONTEND_OP, &get, 1), 0);
	EXPECT_EQ(get.error, ETIMEDOUT);
	get.deadline_ns = CONTEND_FOREVER;
	EXPECT_EQ(uring_command(&self->ring, object, CONTEND_OP, &get, 0), 0);
	EXPECT_TRUE(EVENTUALLY(stat_of(object, 0).blocked == 1));
	EXPECT_EQ(op(object, TRY_PUT, key, NULL), 0);
	EXPECT_TRUE(EVENTUALLY(__atomic_load_n(&get.value, __ATOMIC_RELAXED) == key));
	EXPECT_EQ(stat_of(object, 0).elements, 0);
	close(object);
}

/* The ring and its process go while a command waits: it ends, and its object with it. */
TEST_F(uring, a_command_that_waits_ends_with_its_ring)
{
	pid_t pid = fork();

	if (!pid) {
		struct contend_op get = {
			.size = sizeof(get), .verb = GET, .deadline_ns = CONTEND_FOREVER,
		};
		int object = create(self->device, "mutex", "queue");
		struct uring own;

		if (uring_open(&own) || uring_command(&own, object, CONTEND_OP, &get, 0) ||
		    !EVENTUALLY(stat_of(object, 0).blocked == 1))
			_exit(1);
		_exit(0);
	}
	EXPECT_EQ(reap(pid), 0);
	EXPECT_TRUE(EVENTUALLY(counts_are(self->device, self->before)));
}

TEST_HARNESS_MAIN

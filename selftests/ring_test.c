// SPDX-License-Identifier: GPL-2.0
/* Operations through mapped rings: the same answers as by OP, and a client that is hostile. */
#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "contend_ring.h"
#include "contend_trace.h"

/* As the catalogue has them. */
enum { LOOKUP, INSERT, ERASE };
enum { TRY_PUT, TRY_GET, PUT, GET, CLOSE };

#define ENTRIES		8
#define CAPACITY	4

#define SETUP(...)	((struct contend_ring_setup){ __VA_ARGS__ })
#define POLLED(entries)	SETUP(.sq_entries = (entries), .flags = CONTEND_RING_POLL)
#define SQE(...)	((struct contend_sqe){ __VA_ARGS__ })

FIXTURE(ring)
{
	int device;
	int list;
	int queue;
	struct counts before;
};

FIXTURE_SETUP(ring)
{
	self->device = device_open();
	ASSERT_GE(self->device, 0);
	ASSERT_TRUE(info_of(self->device).features & CONTEND_FEATURE_RING);
	self->before = counts_of(self->device);
	self->list = create(self->device, "mutex", "list");
	ASSERT_GE(self->list, 0);
	self->queue = create_permits(self->device, "mutex", "queue", CAPACITY, 0);
	ASSERT_GE(self->queue, 0);
}

static void balanced(struct __test_metadata *_metadata, int object)
{
	struct contend_stat stat = stat_of(object, CONTEND_STAT_VERIFY);

	EXPECT_EQ(stat.violations, 0) {
		TH_LOG("%s", stat.detail);
	}
	EXPECT_EQ(stat.balance, (__s64)stat.elements);
	EXPECT_EQ(stat.blocked, 0);
}

FIXTURE_TEARDOWN(ring)
{
	/* Whatever a test has done, its books are balanced. */
	balanced(_metadata, self->list);
	balanced(_metadata, self->queue);
	close(self->list);
	close(self->queue);
	EXPECT_TRUE(EVENTUALLY(counts_are(self->device, self->before)));
	close(self->device);
}

TEST_F(ring, setup_refuses_what_cannot_be_and_leaves_no_trace)
{
	int event = eventfd(0, EFD_CLOEXEC);
	const struct {
		struct contend_ring_setup setup;
		int error;
	} wrong[] = {
		{ SETUP(.sq_entries = 0), EINVAL },
		{ SETUP(.sq_entries = 3), EINVAL },
		{ SETUP(.sq_entries = 2 * CONTEND_RING_MAX_ENTRIES), EINVAL },
		{ SETUP(.sq_entries = 8, .cq_entries = 4), EINVAL },
		{ SETUP(.sq_entries = 8, .cq_entries = 12), EINVAL },
		{ SETUP(.sq_entries = 8, .cq_entries = 4 * CONTEND_RING_MAX_ENTRIES), EINVAL },
		{ SETUP(.sq_entries = 8, .flags = 4), EINVAL },
		{ SETUP(.sq_entries = 8, .reserved = 1), EINVAL },
		{ SETUP(.sq_entries = 8, .idle_ns = 1), EINVAL },
		{ SETUP(.sq_entries = 8, .flags = CONTEND_RING_POLL,
			.idle_ns = CONTEND_RING_MAX_IDLE_NS + 1), EINVAL },
		{ SETUP(.sq_entries = 8, .eventfd = event), EINVAL },
		{ SETUP(.sq_entries = 8, .flags = CONTEND_RING_EVENTFD,
			.eventfd = 1 << 20), EBADF },
		{ SETUP(.sq_entries = 8, .flags = CONTEND_RING_EVENTFD,
			.eventfd = self->device), EINVAL },
	};
	struct rings r = { .object = self->list }, second;
	size_t i;

	EXPECT_EQ(rings_enter(&r, 1, 0, 0), -ENXIO);
	EXPECT_EQ(mmap(NULL, 4096, PROT_READ, MAP_SHARED, self->list, 0), MAP_FAILED);
	EXPECT_EQ(errno, ENXIO);
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		EXPECT_EQ(rings_setup(self->list, wrong[i].setup, &r), -wrong[i].error) {
			TH_LOG("case %zu", i);
		}
	}
	ASSERT_EQ(rings_setup(self->list, SETUP(.sq_entries = 8), &r), 0);
	EXPECT_EQ(r.cq_entries, 16);
	EXPECT_EQ(rings_setup(self->list, SETUP(.sq_entries = 8), &second), -EBUSY);
	EXPECT_EQ(mmap(NULL, r.size, PROT_READ, MAP_PRIVATE, self->list, 0), MAP_FAILED);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(mmap(NULL, r.size + 4096, PROT_READ, MAP_SHARED, self->list, 0), MAP_FAILED);
	EXPECT_EQ(errno, ENXIO);
	EXPECT_EQ(rings_enter(&r, 0, r.cq_entries + 1, 0), -EINVAL);
	munmap(r.shared, r.size);
	close(event);
}

TEST_F(ring, entries_are_carried_out_in_order_and_answered)
{
	struct contend_cqe cqe;
	struct rings r;

	ASSERT_EQ(rings_setup(self->list, SETUP(.sq_entries = ENTRIES), &r), 0);
	rings_put(&r, SQE(.verb = INSERT, .key = 5, .value = 50, .user_data = 100));
	rings_put(&r, SQE(.verb = LOOKUP, .key = 5, .user_data = 101, .flags = CONTEND_OP_TIMED));
	rings_put(&r, SQE(.verb = INSERT, .key = 5, .user_data = 102));
	rings_put(&r, SQE(.verb = 77, .user_data = 103));
	rings_put(&r, SQE(.verb = LOOKUP, .reserved = 1, .user_data = 104));
	rings_put(&r, SQE(.verb = LOOKUP, .flags = 2, .user_data = 105));
	rings_put(&r, SQE(.verb = LOOKUP, .stay_ns = CONTEND_STAY_MAX_NS + 1, .user_data = 106));
	rings_put(&r, SQE(.verb = ERASE, .key = 5, .stay_ns = 1000, .user_data = 107));
	/* As many as were asked for, and no more. */
	EXPECT_EQ(rings_enter(&r, 2, 2, 0), 2);
	EXPECT_EQ(rings_enter(&r, 100, 8, 0), 6);
	EXPECT_EQ(rings_enter(&r, 1, 0, 0), 0);
	ASSERT_TRUE(rings_get(&r, &cqe));
	EXPECT_EQ(cqe.user_data, 100);
	EXPECT_EQ(cqe.result, 0);
	EXPECT_EQ(cqe.error, 0);
	EXPECT_EQ(cqe.hold_ns, 0);
	ASSERT_TRUE(rings_get(&r, &cqe));
	EXPECT_EQ(cqe.user_data, 101);
	EXPECT_EQ(cqe.value, 50);
	EXPECT_NE(cqe.hold_ns, 0);
	ASSERT_TRUE(rings_get(&r, &cqe));
	EXPECT_EQ(cqe.user_data, 102);
	EXPECT_EQ(cqe.result, 0);
	EXPECT_EQ(cqe.error, EEXIST);
	for (int i = 103; i < 107; i++) {
		ASSERT_TRUE(rings_get(&r, &cqe));
		EXPECT_EQ(cqe.user_data, i);
		EXPECT_EQ(cqe.result, EINVAL);
	}
	ASSERT_TRUE(rings_get(&r, &cqe));
	EXPECT_EQ(cqe.user_data, 107);
	EXPECT_EQ(cqe.result, 0);
	EXPECT_EQ(cqe.error, 0);
	EXPECT_FALSE(rings_get(&r, &cqe));
	EXPECT_EQ(stat_of(self->list, 0).ops, 4);
	munmap(r.shared, r.size);
}

TEST_F(ring, an_entry_says_its_tag_to_who_traces)
{
	struct contend_cqe cqe;
	struct tracer t;
	struct rings r;

	if (!tracer_begin(_metadata, &t))
		return;
	ASSERT_EQ(rings_setup(self->queue, SETUP(.sq_entries = ENTRIES), &r), 0);
	rings_put(&r, SQE(.verb = TRY_PUT, .key = 5, .tag = 1001));
	rings_put(&r, SQE(.verb = GET, .deadline_ns = CONTEND_FOREVER, .tag = 1002));
	rings_put(&r, SQE(.verb = GET, .deadline_ns = now_ns() + NS_PER_MS, .tag = 1003));
	EXPECT_EQ(rings_enter(&r, 3, 3, CONTEND_FOREVER), 3);
	while (rings_get(&r, &cqe))
		EXPECT_EQ(cqe.result, 0);
	EXPECT_EQ(cqe.error, ETIMEDOUT);
	EXPECT_EQ(traced(&t, "contend_op", 1001), 1);
	EXPECT_EQ(traced(&t, "contend_op", 1002), 1);
	EXPECT_EQ(traced(&t, "contend_block", 1002), 0);
	EXPECT_EQ(traced(&t, "contend_block", 1003), 1);
	EXPECT_EQ(traced(&t, "contend_unblock", 1003), 1);
	EXPECT_EQ(tracer_end(&t), 0);
	munmap(r.shared, r.size);
}

TEST_F(ring, an_entry_without_room_for_its_completion_waits_for_room)
{
	struct contend_cqe cqe;
	struct rings r;
	int i, n;

	ASSERT_EQ(rings_setup(self->list, SETUP(.sq_entries = 2, .cq_entries = 2), &r), 0);
	for (i = 0; i < 2; i++)
		rings_put(&r, SQE(.user_data = i));
	EXPECT_EQ(rings_enter(&r, 2, 0, 0), 2);
	for (i = 2; i < 4; i++)
		rings_put(&r, SQE(.user_data = i));
	EXPECT_EQ(rings_enter(&r, 2, 0, 0), -EBUSY);
	ASSERT_TRUE(rings_get(&r, &cqe));
	EXPECT_EQ(rings_enter(&r, 2, 0, 0), 1);
	for (n = 1; rings_get(&r, &cqe); n++)
		EXPECT_EQ(cqe.user_data, n);
	EXPECT_EQ(n, 3);
	EXPECT_EQ(rings_enter(&r, 2, 1, 0), 1);
	munmap(r.shared, r.size);
}

TEST_F(ring, the_indices_go_round)
{
	struct contend_cqe cqe;
	struct rings r;
	__u32 i;

	ASSERT_EQ(rings_setup(self->list, SETUP(.sq_entries = 4), &r), 0);
	for (i = 0; i < 1000; i++) {
		rings_put(&r, SQE(.verb = i % 2 ? ERASE : INSERT, .key = 1, .user_data = i));
		ASSERT_EQ(rings_enter(&r, 1, 1, 0), 1);
		ASSERT_TRUE(rings_get(&r, &cqe));
		ASSERT_EQ(cqe.user_data, i);
		ASSERT_EQ(cqe.error, 0);
	}
	munmap(r.shared, r.size);
}

TEST_F(ring, indices_that_cannot_be_are_EINVAL_and_nothing_else)
{
	struct rings r;

	ASSERT_EQ(rings_setup(self->list, SETUP(.sq_entries = ENTRIES), &r), 0);
	r.shared->sq_tail = ENTRIES + 1;
	EXPECT_EQ(rings_enter(&r, 1, 0, 0), -EINVAL);
	r.shared->sq_tail = -1;
	EXPECT_EQ(rings_enter(&r, 1, 0, 0), -EINVAL);
	r.shared->sq_tail = 1;
	r.shared->cq_head = 1;
	EXPECT_EQ(rings_enter(&r, 1, 0, 0), -EINVAL);
	EXPECT_EQ(rings_enter(&r, 0, 1, CONTEND_FOREVER), -EINVAL);
	r.shared->cq_head = 0;
	/* The module's own it does not read here. */
	r.shared->sq_head = 77;
	r.shared->cq_tail = 88;
	EXPECT_EQ(stat_of(self->list, 0).ops, 0);
	EXPECT_EQ(rings_enter(&r, 1, 1, 0), 1);
	EXPECT_EQ(r.shared->sq_head, 1);
	EXPECT_EQ(r.shared->cq_tail, 1);
	munmap(r.shared, r.size);
}

/* Operations that wait */

struct entering {
	struct rings *r;
	__u32 submit;
	__u32 complete;
	__u64 deadline_ns;
	int ret;
	pthread_t thread;
};

static void *entering(void *arg)
{
	struct entering *e = arg;

	e->ret = rings_enter(e->r, e->submit, e->complete, e->deadline_ns);
	return NULL;
}

static void enter_begin(struct entering *e)
{
	pthread_create(&e->thread, NULL, entering, e);
}

static int enter_end(struct entering *e)
{
	pthread_join(e->thread, NULL);
	return e->ret;
}

TEST_F(ring, an_entry_that_waits_holds_up_those_that_follow)
{
	struct contend_cqe cqe;
	struct entering e;
	struct rings r;

	ASSERT_EQ(rings_setup(self->queue, SETUP(.sq_entries = ENTRIES), &r), 0);
	rings_put(&r, SQE(.verb = PUT, .key = 1, .user_data = 1));
	rings_put(&r, SQE(.verb = GET, .user_data = 2));
	rings_put(&r, SQE(.verb = GET, .user_data = 3, .deadline_ns = CONTEND_FOREVER));
	rings_put(&r, SQE(.verb = TRY_PUT, .key = 9, .user_data = 4));
	e = (struct entering){ .r = &r, .submit = 4, .deadline_ns = CONTEND_FOREVER };
	enter_begin(&e);
	ASSERT_TRUE(EVENTUALLY(stat_of(self->queue, 0).blocked == 1));
	/* Those before it are told. */
	ASSERT_TRUE(rings_get(&r, &cqe));
	ASSERT_TRUE(rings_get(&r, &cqe));
	EXPECT_EQ(cqe.user_data, 2);
	EXPECT_EQ(cqe.value, 1);
	EXPECT_FALSE(rings_get(&r, &cqe));
	/* It is not in the object meanwhile. */
	EXPECT_EQ(stat_of(self->queue, CONTEND_STAT_VERIFY).violations, 0);
	EXPECT_EQ(op(self->queue, TRY_PUT, 7, NULL), 0);
	ASSERT_TRUE(EVENTUALLY(rings_get(&r, &cqe)));
	EXPECT_EQ(cqe.user_data, 3);
	EXPECT_EQ(cqe.value, 7);
	ASSERT_TRUE(EVENTUALLY(rings_get(&r, &cqe)));
	EXPECT_EQ(cqe.user_data, 4);
	EXPECT_EQ(enter_end(&e), 4);
	EXPECT_EQ(op(self->queue, TRY_GET, 0, NULL), 0);
	munmap(r.shared, r.size);
}

TEST_F(ring, a_deadline_ends_the_wait_of_an_entry)
{
	const __u64 deadline = now_ns() + 20 * NS_PER_MS;
	struct contend_cqe cqe;
	struct rings r;

	ASSERT_EQ(rings_setup(self->queue, SETUP(.sq_entries = ENTRIES), &r), 0);
	rings_put(&r, SQE(.verb = GET));
	rings_put(&r, SQE(.verb = GET, .deadline_ns = 1));
	rings_put(&r, SQE(.verb = GET, .deadline_ns = deadline, .flags = CONTEND_OP_TIMED));
	EXPECT_EQ(rings_enter(&r, 3, 3, CONTEND_FOREVER), 3);
	EXPECT_GE(now_ns(), deadline);
	ASSERT_TRUE(rings_get(&r, &cqe));
	EXPECT_EQ(cqe.error, EAGAIN);
	ASSERT_TRUE(rings_get(&r, &cqe));
	EXPECT_EQ(cqe.error, ETIMEDOUT);
	ASSERT_TRUE(rings_get(&r, &cqe));
	EXPECT_EQ(cqe.error, ETIMEDOUT);
	EXPECT_GT(cqe.block_ns, 0);
	munmap(r.shared, r.size);
}

TEST_F(ring, the_calls_deadline_leaves_the_entry_where_it_is)
{
	struct contend_cqe cqe;
	struct rings r;

	ASSERT_EQ(rings_setup(self->queue, SETUP(.sq_entries = ENTRIES), &r), 0);
	rings_put(&r, SQE(.verb = GET, .user_data = 1, .deadline_ns = CONTEND_FOREVER));
	rings_put(&r, SQE(.verb = GET, .user_data = 2));
	EXPECT_EQ(rings_enter(&r, 2, 0, 0), -EAGAIN);
	EXPECT_EQ(rings_enter(&r, 2, 2, now_ns() + NS_PER_MS), -ETIMEDOUT);
	EXPECT_EQ(r.shared->sq_head, 0);
	EXPECT_EQ(op(self->queue, TRY_PUT, 7, NULL), 0);
	EXPECT_EQ(rings_enter(&r, 2, 2, 0), 2);
	ASSERT_TRUE(rings_get(&r, &cqe));
	EXPECT_EQ(cqe.user_data, 1);
	EXPECT_EQ(cqe.value, 7);
	/* Of completions that do not come. */
	EXPECT_EQ(rings_enter(&r, 0, 4, 0), -EAGAIN);
	EXPECT_EQ(rings_enter(&r, 0, 4, now_ns() + NS_PER_MS), -ETIMEDOUT);
	munmap(r.shared, r.size);
}

static void nothing(int signal)
{
}

static pid_t enter_in_child(struct rings *r, __u32 submit, __u32 complete, int flags)
{
	pid_t pid = fork();

	if (!pid) {
		struct sigaction action = { .sa_handler = nothing, .sa_flags = flags };

		sigaction(SIGUSR1, &action, NULL);
		_exit(-rings_enter(r, submit, complete, CONTEND_FOREVER) & 0x7f);
	}
	return pid;
}

TEST_F(ring, a_signal_leaves_the_entry_where_it_is)
{
	struct rings r;
	pid_t pid;

	ASSERT_EQ(rings_setup(self->queue, SETUP(.sq_entries = ENTRIES), &r), 0);
	rings_put(&r, SQE(.verb = GET, .user_data = 1, .deadline_ns = CONTEND_FOREVER));
	pid = enter_in_child(&r, 1, 1, 0);
	ASSERT_TRUE(EVENTUALLY(stat_of(self->queue, 0).blocked == 1));
	kill(pid, SIGUSR1);
	EXPECT_EQ(reap(pid), EINTR);
	pid = enter_in_child(&r, 1, 1, SA_RESTART);
	ASSERT_TRUE(EVENTUALLY(stat_of(self->queue, 0).blocked == 1));
	kill(pid, SIGUSR1);
	ASSERT_TRUE(EVENTUALLY(stat_of(self->queue, 0).blocked == 1));
	kill(pid, SIGKILL);
	EXPECT_EQ(reap(pid), 128 + SIGKILL);
	EXPECT_EQ(r.shared->sq_head, 0);
	EXPECT_EQ(op(self->queue, TRY_PUT, 7, NULL), 0);
	EXPECT_EQ(rings_enter(&r, 1, 1, 0), 1);
	munmap(r.shared, r.size);
}

TEST_F(ring, one_task_at_a_time_carries_entries_out)
{
	struct rings r;
	pid_t first, second;

	ASSERT_EQ(rings_setup(self->queue, SETUP(.sq_entries = ENTRIES), &r), 0);
	rings_put(&r, SQE(.verb = GET, .deadline_ns = CONTEND_FOREVER));
	rings_put(&r, SQE(.verb = GET, .deadline_ns = CONTEND_FOREVER));
	first = enter_in_child(&r, 1, 0, 0);
	ASSERT_TRUE(EVENTUALLY(stat_of(self->queue, 0).blocked == 1));
	EXPECT_EQ(rings_enter(&r, 1, 0, 0), -EAGAIN);
	EXPECT_EQ(rings_enter(&r, 1, 0, now_ns() + NS_PER_MS), -ETIMEDOUT);
	second = enter_in_child(&r, 1, 0, 0);
	EXPECT_EQ(op(self->queue, TRY_PUT, 7, NULL), 0);
	EXPECT_EQ(reap(first), 127);
	ASSERT_TRUE(EVENTUALLY(stat_of(self->queue, 0).blocked == 1));
	/* A wait for another task is one that a signal ends, and a kill. */
	first = enter_in_child(&r, 1, 0, 0);
	sleep_ms(5);
	kill(first, SIGKILL);
	EXPECT_EQ(reap(first), 128 + SIGKILL);
	EXPECT_EQ(op(self->queue, TRY_PUT, 8, NULL), 0);
	EXPECT_EQ(reap(second), 127);
	munmap(r.shared, r.size);
}

/* The thread that polls */

TEST_F(ring, a_thread_takes_entries_without_a_call)
{
	struct contend_cqe cqe;
	struct rings r;
	int i;

	ASSERT_EQ(rings_setup(self->list, SETUP(.sq_entries = ENTRIES, .flags = CONTEND_RING_POLL,
						.idle_ns = CONTEND_RING_MAX_IDLE_NS), &r), 0);
	for (i = 0; i < 100; i++) {
		rings_put(&r, SQE(.verb = i % 2 ? ERASE : INSERT, .key = 1, .user_data = i));
		if (rings_asleep(&r))
			EXPECT_EQ(rings_enter(&r, 1, 0, 0), 1);
		ASSERT_TRUE(EVENTUALLY(rings_get(&r, &cqe)));
		EXPECT_EQ(cqe.user_data, i);
		EXPECT_EQ(cqe.error, 0);
	}
	munmap(r.shared, r.size);
}

TEST_F(ring, the_thread_sleeps_and_says_so)
{
	struct contend_cqe cqe;
	struct rings r;
	int i;

	ASSERT_EQ(rings_setup(self->list, SETUP(.sq_entries = 4, .cq_entries = 4,
						.flags = CONTEND_RING_POLL), &r), 0);
	for (i = 0; i < 3; i++) {
		ASSERT_TRUE(EVENTUALLY(rings_asleep(&r)));
		rings_put(&r, SQE(.user_data = i));
		EXPECT_EQ(rings_enter(&r, 1, 1, CONTEND_FOREVER), 1);
		ASSERT_TRUE(rings_get(&r, &cqe));
		EXPECT_EQ(cqe.user_data, i);
	}
	/* Without room it sleeps as well, until there is some. */
	for (i = 0; i < 4; i++)
		rings_put(&r, SQE());
	EXPECT_EQ(rings_enter(&r, 4, 4, CONTEND_FOREVER), 4);
	rings_put(&r, SQE());
	EXPECT_EQ(rings_enter(&r, 1, 0, 0), 1);
	ASSERT_TRUE(EVENTUALLY(rings_asleep(&r)));
	EXPECT_EQ(stat_of(self->list, 0).ops, 7);
	ASSERT_TRUE(rings_get(&r, &cqe));
	EXPECT_EQ(rings_enter(&r, 0, 4, CONTEND_FOREVER), 0);
	EXPECT_EQ(stat_of(self->list, 0).ops, 8);
	/* Indices that cannot be keep it asleep. */
	r.shared->sq_tail += 100;
	EXPECT_EQ(rings_enter(&r, 1, 0, 0), -EINVAL);
	r.shared->sq_tail -= 100;
	munmap(r.shared, r.size);
}

TEST_F(ring, the_thread_ends_with_the_descriptor_whatever_it_waits_for)
{
	int other = attach(self->device, stat_of(self->queue, 0).id);
	struct rings r;

	ASSERT_EQ(rings_setup(other, POLLED(ENTRIES), &r), 0);
	rings_put(&r, SQE(.verb = GET, .deadline_ns = CONTEND_FOREVER));
	EXPECT_EQ(rings_enter(&r, 1, 0, 0), 1);
	ASSERT_TRUE(EVENTUALLY(stat_of(self->queue, 0).blocked == 1));
	close(other);
	/* The mapping keeps it. */
	EXPECT_EQ(stat_of(self->queue, 0).blocked, 1);
	EXPECT_EQ(stat_of(self->queue, 0).descriptors, 2);
	munmap(r.shared, r.size);
	EXPECT_TRUE(EVENTUALLY(stat_of(self->queue, 0).descriptors == 1));
	EXPECT_EQ(stat_of(self->queue, 0).blocked, 0);
}

/* As many as are carried out in one turn, each of which takes long. */
#define TURN	64

static void rings_put_long(struct rings *r)
{
	for (int i = 0; i < TURN; i++)
		r->sqes[i] = SQE(.stay_ns = CONTEND_STAY_MAX_NS);
	__atomic_store_n(&r->shared->sq_tail, TURN, __ATOMIC_RELEASE);
}

/* How many of a turn are carried out when it is ended in the first one. */
static __u64 ended_at_once(struct __test_metadata *_metadata, int device, __u32 flags)
{
	int object = create(device, "mutex", "list"), rings = attach(device, stat_of(object, 0).id);
	pid_t pid = 0;
	struct rings r;
	__u64 ops;

	ASSERT_EQ(rings_setup(rings, SETUP(.sq_entries = TURN, .flags = flags), &r), 0);
	rings_put_long(&r);
	if (!flags)
		pid = enter_in_child(&r, TURN, 0, 0);
	else
		EXPECT_EQ(rings_enter(&r, TURN, 0, 0), TURN);
	ASSERT_TRUE(EVENTUALLY(stat_of(object, 0).ops > 0));
	if (pid) {
		kill(pid, SIGKILL);
		EXPECT_EQ(reap(pid), 128 + SIGKILL);
	}
	munmap(r.shared, r.size);
	close(rings);
	ops = stat_of(object, 0).ops;
	close(object);
	return ops;
}

TEST_F(ring, what_must_end_ends_before_the_next_entry)
{
	static const __u32 flags[] = { 0, CONTEND_RING_POLL };
	__u64 ops = TURN;
	size_t i;
	int try;

	for (i = 0; i < ARRAY_SIZE(flags); i++, ops = TURN) {
		/* The one that ends it may be late itself. */
		for (try = 0; try < 10 && ops == TURN; try++)
			ops = ended_at_once(_metadata, self->device, flags[i]);
		EXPECT_LT(ops, TURN) {
			TH_LOG("flags %u: a turn is carried out to its end", flags[i]);
		}
	}
}

TEST_F(ring, threads_are_bounded)
{
	int other = attach(self->device, stat_of(self->list, 0).id);
	struct rings r, s;
	char old[32];

	ASSERT_EQ(set_parameter("max_pollers", "1", old, sizeof(old)), 0);
	ASSERT_EQ(rings_setup(self->list, POLLED(1), &r), 0);
	EXPECT_EQ(rings_setup(other, POLLED(1), &s), -ENOSPC);
	EXPECT_EQ(rings_setup(other, SETUP(.sq_entries = 1), &s), 0);
	munmap(r.shared, r.size);
	munmap(s.shared, s.size);
	close(other);
	set_parameter("max_pollers", old, NULL, 0);
}

TEST_F(ring, an_eventfd_tells_of_completions)
{
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct rings r;
	__u64 n;

	ASSERT_EQ(rings_setup(self->list, SETUP(.sq_entries = ENTRIES, .eventfd = event,
						.flags = CONTEND_RING_EVENTFD), &r), 0);
	EXPECT_EQ(rings_enter(&r, 1, 0, 0), 0);
	EXPECT_EQ(read(event, &n, sizeof(n)), -1);
	rings_put(&r, SQE());
	rings_put(&r, SQE());
	EXPECT_EQ(rings_enter(&r, 2, 0, 0), 2);
	/* Once for both. */
	EXPECT_EQ(read(event, &n, sizeof(n)), 8);
	EXPECT_EQ(n, 1);
	close(event);
	rings_put(&r, SQE());
	EXPECT_EQ(rings_enter(&r, 1, 0, 0), 1);
	munmap(r.shared, r.size);
}

/* Who has it */

static int refcount(void)
{
	char text[32];

	return atoi(read_file("/sys/module/contend/refcnt", text, sizeof(text)));
}

TEST_F(ring, a_mapping_keeps_the_module)
{
	int object = create(self->device, "mutex", "list"), before;
	struct rings r;

	ASSERT_EQ(rings_setup(object, SETUP(.sq_entries = ENTRIES), &r), 0);
	close(object);
	before = refcount();
	EXPECT_EQ(syscall(SYS_delete_module, "contend", O_NONBLOCK), -1);
	EXPECT_EQ(counts_of(self->device).objects, self->before.objects + 3);
	munmap(r.shared, r.size);
	EXPECT_TRUE(EVENTUALLY(refcount() == before - 1));
}

TEST_F(ring, two_mappings_are_one)
{
	struct contend_ring_setup setup = { .size = sizeof(setup), .sq_entries = ENTRIES };
	struct rings r, s;

	ASSERT_EQ(call(self->list, CONTEND_RING_SETUP, &setup), 0);
	ASSERT_EQ(rings_map(self->list, &setup, &r), 0);
	ASSERT_EQ(rings_map(self->list, &setup, &s), 0);
	rings_put(&r, SQE());
	EXPECT_EQ(rings_enter(&r, 1, 1, 0), 1);
	EXPECT_EQ(s.shared->cq_tail, 1);
	munmap(r.shared, r.size);
	rings_put(&s, SQE());
	EXPECT_EQ(rings_enter(&s, 1, 2, 0), 1);
	EXPECT_EQ(s.shared->cq_tail, 2);
	munmap(s.shared, s.size);
	/* It goes on without any, but nobody can tell it what to do. */
	EXPECT_EQ(rings_enter(&s, 1, 2, 0), 0);
}

TEST_F(ring, a_child_has_the_same_rings)
{
	int object = create(self->device, "mutex", "list");
	struct rings r;
	pid_t pid;

	ASSERT_EQ(rings_setup(object, POLLED(ENTRIES), &r), 0);
	pid = fork();
	if (!pid) {
		rings_put(&r, SQE(.verb = INSERT, .key = 3));
		_exit(rings_enter(&r, 1, 1, CONTEND_FOREVER) != 1);
	}
	EXPECT_EQ(reap(pid), 0);
	EXPECT_EQ(r.shared->cq_tail, 1);
	EXPECT_EQ(op(object, LOOKUP, 3, NULL), 0);
	/* And what it had goes when it becomes another program. */
	pid = fork();
	if (!pid) {
		execl("/bin/sleep", "sleep", "30", NULL);
		_exit(1);
	}
	munmap(r.shared, r.size);
	close(object);
	EXPECT_TRUE(EVENTUALLY(counts_of(self->device).objects == self->before.objects + 2));
	kill(pid, SIGKILL);
	reap(pid);
}

static void send_fd(int socket, int fd)
{
	char control[CMSG_SPACE(sizeof(fd))] = { }, byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	sendmsg(socket, &msg, 0);
}

static int receive_fd(int socket)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int fd;

	if (recvmsg(socket, &msg, 0) != 1)
		return -1;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

TEST_F(ring, a_descriptor_that_was_sent_brings_its_rings)
{
	struct contend_ring_setup setup = {
		.size = sizeof(setup), .sq_entries = ENTRIES, .flags = CONTEND_RING_POLL,
	};
	int pair[2], object;
	struct rings r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		SKIP(return, "this kernel has no sockets");
	pid = fork();
	if (!pid) {
		close(pair[0]);
		object = attach(self->device, stat_of(self->list, 0).id);
		if (call(object, CONTEND_RING_SETUP, &setup))
			_exit(1);
		send_fd(pair[1], object);
		_exit(0);
	}
	close(pair[1]);
	object = receive_fd(pair[0]);
	EXPECT_EQ(reap(pid), 0);
	ASSERT_GE(object, 0);
	/* Who made them is gone. */
	setup.map_size = 128 + 64 * 3 * ENTRIES;
	setup.cq_entries = 2 * ENTRIES;
	setup.sq_offset = 128;
	setup.cq_offset = 128 + 64 * ENTRIES;
	ASSERT_EQ(rings_map(object, &setup, &r), 0);
	rings_put(&r, SQE(.verb = INSERT, .key = 3));
	EXPECT_EQ(rings_enter(&r, 1, 1, CONTEND_FOREVER), 1);
	EXPECT_EQ(r.shared->cq_tail, 1);
	munmap(r.shared, r.size);
	close(object);
	close(pair[0]);
}

/* Hostile clients */

static __u64 random_next(__u64 *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	return *seed ^= *seed << 17;
}

/* Each byte of the mapping, with what it could mean: small numbers, wild ones, and all of them. */
static void scribble(struct rings *r, __u64 *seed)
{
	__u32 *word = (__u32 *)r->shared;
	__u32 at = random_next(seed) % (r->size / 4);

	switch (random_next(seed) % 8) {
	case 0:
		memset((char *)r->shared + at, random_next(seed), random_next(seed) % 64);
		break;
	case 1:
		r->shared->sq_tail = r->shared->sq_head + random_next(seed) % (r->sq_entries + 2);
		break;
	case 2:
		r->shared->cq_head = r->shared->cq_tail - random_next(seed) % 3;
		break;
	case 3:
	case 4:
		word[at] = random_next(seed);
		break;
	default:
		word[at] = random_next(seed) % 6;
	}
}

static void *scribbler(void *arg)
{
	__u64 seed = getpid() * 2654435761ULL + 1;

	for (;;)
		scribble(arg, &seed);
	return NULL;
}

/*
 * One process writes nonsense, another one rings the bell, both until they are killed; a third one
 * works on the object as it should, and finds what it has put in.
 */
static void hostile(struct __test_metadata *_metadata, int device, int object, __u32 flags)
{
	const __u64 until = now_ns() + NS_PER_S / 2;
	int other = attach(device, stat_of(object, 0).id);
	pid_t pid[3];
	struct rings r;
	__u64 n = 0;
	size_t i;

	ASSERT_EQ(rings_setup(other, SETUP(.sq_entries = ENTRIES, .flags = flags), &r), 0);
	for (i = 0; i < ARRAY_SIZE(pid); i++) {
		pid[i] = fork();
		if (!pid[i] && i < 2)
			scribbler(&r);
		if (!pid[i])
			for (n = 0;; n++)
				rings_enter(&r, n % 16, n % 3, n % 5 ? 0 : now_ns() + NS_PER_MS);
	}
	for (n = 0; now_ns() < until; n++) {
		struct contend_op op = { .size = sizeof(op), .verb = n % 3, .key = n % 16 };

		ASSERT_EQ(call(object, CONTEND_OP, &op), 0);
		if (n % 100 == 0)
			ASSERT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	}
	close(other);
	munmap(r.shared, r.size);
	for (i = 0; i < ARRAY_SIZE(pid); i++) {
		kill(pid[i], SIGKILL);
		EXPECT_EQ(reap(pid[i]), 128 + SIGKILL);
	}
	EXPECT_TRUE(EVENTUALLY(stat_of(object, 0).descriptors == 1));
	balanced(_metadata, object);
	EXPECT_GT(n, 0);
}

TEST_F(ring, what_a_hostile_client_writes_hurts_itself_alone)
{
	hostile(_metadata, self->device, self->list, 0);
	hostile(_metadata, self->device, self->queue, 0);
}

TEST_F(ring, also_where_a_thread_reads_it)
{
	hostile(_metadata, self->device, self->list, CONTEND_RING_POLL);
	hostile(_metadata, self->device, self->queue, CONTEND_RING_POLL);
}

/* All that can happen to a descriptor and its mapping, while others use them. */
TEST_F(ring, to_map_unmap_fork_exec_and_kill_while_it_is_used)
{
	const __u64 until = now_ns() + NS_PER_S / 2;
	__u32 flags = 0;

	while (now_ns() < until) {
		pid_t pid = fork();

		flags ^= CONTEND_RING_POLL;
		/* Its children end with it. */
		setpgid(pid, 0);
		if (!pid) {
			int object = attach(self->device, stat_of(self->list, 0).id);
			struct contend_ring_setup setup = SETUP(.sq_entries = ENTRIES);
			pthread_t thread;
			struct rings r, s;
			__u64 n;

			setup.flags = flags;
			if (rings_setup(object, setup, &r))
				_exit(1);
			pthread_create(&thread, NULL, scribbler, &r);
			if (!fork())
				execl("/bin/true", "true", NULL);
			for (n = 0;; n++) {
				rings_enter(&r, 4, 0, 0);
				s = r;
				s.shared = mmap(NULL, r.size, PROT_READ | PROT_WRITE, MAP_SHARED,
						object, 0);
				if (s.shared != MAP_FAILED)
					munmap(s.shared, s.size);
				if (n == 20 && !fork())
					scribbler(&r);
				if (n == 30)
					close(object);
			}
		}
		sleep_ms(7);
		kill(-pid, SIGKILL);
		EXPECT_EQ(reap(pid), 128 + SIGKILL);
	}
	EXPECT_EQ(stat_of(self->list, CONTEND_STAT_VERIFY).violations, 0);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/* Operations that wait: a bounded queue across system calls, and what ends a wait. */
#include <stddef.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/mman.h>

#include "contend_trace.h"

/* As the catalogue has them. */
enum { TRY_PUT, TRY_GET, PUT, GET, CLOSE };

#define CAPACITY	2

FIXTURE(queue)
{
	int device;
	int object;
	int other;
	struct counts before;
};

FIXTURE_SETUP(queue)
{
	struct contend_list queue;

	self->device = device_open();
	ASSERT_GE(self->device, 0);
	self->before = counts_of(self->device);
	queue = entry_of(self->device, CONTEND_LIST_STRUCTURES, "queue");
	ASSERT_EQ(strncmp(queue.verbs, "try_put:", 8), 0);
	ASSERT_NE(strstr(queue.verbs, " put:w:100:+1<out>in@producer get:w:100:-1<in>out@consumer"),
		  NULL);
	self->object = create_permits(self->device, "mutex", "queue", CAPACITY, 0);
	ASSERT_GE(self->object, 0);
	self->other = attach(self->device, stat_of(self->object, 0).id);
	ASSERT_GE(self->other, 0);
}

FIXTURE_TEARDOWN(queue)
{
	struct contend_stat stat = stat_of(self->object, CONTEND_STAT_VERIFY);

	/* Whatever a test has done, its books are balanced. */
	EXPECT_EQ(stat.violations, 0) {
		TH_LOG("%s", stat.detail);
	}
	EXPECT_EQ(stat.balance, (__s64)stat.elements);
	EXPECT_EQ(stat.blocked, 0);
	close(self->other);
	close(self->object);
	EXPECT_TRUE(EVENTUALLY(counts_are(self->device, self->before)));
	close(self->device);
}

/* The structure's answer, or the system call's when it failed. */
static int op_until(int object, __u32 verb, __u64 key, __u64 deadline, struct contend_op *done)
{
	struct contend_op op = {
		.size = sizeof(op), .verb = verb, .key = key, .deadline_ns = deadline,
		.flags = CONTEND_OP_TIMED,
	};
	int ret = call(object, CONTEND_OP, &op);

	if (done)
		*done = op;
	return ret ? ret : -(int)op.error;
}

static void fill(struct __test_metadata *_metadata, int object)
{
	__u64 key;

	for (key = 0; key < CAPACITY; key++)
		ASSERT_EQ(op_until(object, PUT, key, 0, NULL), 0);
}

static __u32 blocked(int object)
{
	return stat_of(object, 0).blocked;
}

/* Set by a waiter's handler; shared with it. */
static int *handled;

static void handler(int signal)
{
	__atomic_store_n(handled, 1, __ATOMIC_SEQ_CST);
}

static void on_signal(int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	if (!handled)
		handled = mmap(NULL, sizeof(*handled), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	__atomic_store_n(handled, 0, __ATOMIC_SEQ_CST);
	sigaction(SIGUSR1, &action, NULL);
}

/* A child that waits; its exit status is the errno of what it got. */
static pid_t waiter_until(int object, __u32 verb, __u64 key, int flags, __u64 deadline)
{
	pid_t pid;

	/* The child has the handler from its begin. */
	on_signal(flags);
	pid = fork();
	if (pid)
		return pid;
	_exit(-op_until(object, verb, key, deadline, NULL));
}

static pid_t waiter(int object, __u32 verb, __u64 key)
{
	return waiter_until(object, verb, key, 0, CONTEND_FOREVER);
}

TEST_F(queue, is_first_in_first_out_and_bounded)
{
	struct contend_op got;

	fill(_metadata, self->object);
	EXPECT_EQ(op_until(self->object, TRY_PUT, 7, 0, NULL), -ENOSPC);
	EXPECT_EQ(op_until(self->other, TRY_GET, 0, 0, &got), 0);
	EXPECT_EQ(got.value, 0);
	EXPECT_EQ(op_until(self->other, GET, 0, CONTEND_FOREVER, &got), 0);
	EXPECT_EQ(got.value, 1);
	EXPECT_EQ(got.block_ns, 0);
	EXPECT_EQ(op_until(self->other, TRY_GET, 0, 0, NULL), -ENOENT);
}

TEST_F(queue, without_a_deadline_nothing_waits)
{
	/* A client that was built before there was one. */
	struct contend_op old = {
		.size = offsetof(struct contend_op, deadline_ns), .verb = GET,
	};

	EXPECT_EQ(op_until(self->object, GET, 0, 0, NULL), -EAGAIN);
	EXPECT_EQ(call(self->object, CONTEND_OP, &old), 0);
	EXPECT_EQ(old.error, EAGAIN);
	fill(_metadata, self->object);
	EXPECT_EQ(op_until(self->object, PUT, 7, 0, NULL), -EAGAIN);
	EXPECT_EQ(stat_of(self->object, 0).elements, CAPACITY);
}

TEST_F(queue, a_deadline_that_has_passed_is_ETIMEDOUT)
{
	__u64 before, deadline;
	struct contend_op got;

	EXPECT_EQ(op_until(self->object, GET, 0, 1, NULL), -ETIMEDOUT);
	before = now_ns();
	deadline = before + 20 * NS_PER_MS;
	EXPECT_EQ(op_until(self->object, GET, 0, deadline, &got), -ETIMEDOUT);
	EXPECT_GE(now_ns(), deadline);
	/* To its end, and no longer than the call. */
	EXPECT_LE(got.block_ns, now_ns() - before);
	EXPECT_GE(got.block_ns, 10 * NS_PER_MS);
	EXPECT_EQ(blocked(self->object), 0);
}

TEST_F(queue, who_waits_says_its_tag_to_who_traces)
{
	struct contend_op get = {
		.size = sizeof(get), .verb = GET, .deadline_ns = now_ns() + NS_PER_MS, .tag = 1001,
	};
	struct tracer t;

	if (!tracer_begin(_metadata, &t))
		return;
	EXPECT_EQ(call(self->object, CONTEND_OP, &get), 0);
	EXPECT_EQ(get.error, ETIMEDOUT);
	EXPECT_EQ(traced(&t, "contend_block", 1001), 1);
	EXPECT_EQ(traced(&t, "contend_unblock", 1001), 1);
	EXPECT_EQ(traced(&t, "contend_op", 1001), 1);
	EXPECT_EQ(tracer_end(&t), 0);
}

TEST_F(queue, an_element_ends_the_wait_of_a_get)
{
	pid_t pid = waiter(self->other, GET, 0);

	ASSERT_TRUE(EVENTUALLY(blocked(self->object) == 1));
	EXPECT_EQ(op_until(self->object, PUT, 5, 0, NULL), 0);
	EXPECT_EQ(reap(pid), 0);
	EXPECT_EQ(stat_of(self->object, 0).elements, 0);
}

TEST_F(queue, room_ends_the_wait_of_a_put)
{
	struct contend_op got;
	pid_t pid;

	fill(_metadata, self->object);
	pid = waiter(self->other, PUT, 9);
	ASSERT_TRUE(EVENTUALLY(blocked(self->object) == 1));
	EXPECT_EQ(op_until(self->object, TRY_GET, 0, 0, NULL), 0);
	EXPECT_EQ(reap(pid), 0);
	/* After all that was there before. */
	EXPECT_EQ(op_until(self->object, TRY_GET, 0, 0, &got), 0);
	EXPECT_EQ(got.value, 1);
	EXPECT_EQ(op_until(self->object, TRY_GET, 0, 0, &got), 0);
	EXPECT_EQ(got.value, 9);
}

TEST_F(queue, one_element_is_for_the_one_that_waits_longest)
{
	pid_t first = waiter(self->other, GET, 0), second;

	ASSERT_TRUE(EVENTUALLY(blocked(self->object) == 1));
	second = waiter(self->other, GET, 0);
	ASSERT_TRUE(EVENTUALLY(blocked(self->object) == 2));
	EXPECT_EQ(op_until(self->object, PUT, 5, 0, NULL), 0);
	EXPECT_EQ(reap(first), 0);
	EXPECT_EQ(blocked(self->object), 1);
	EXPECT_EQ(op_until(self->object, PUT, 6, 0, NULL), 0);
	EXPECT_EQ(reap(second), 0);
}

TEST_F(queue, a_signal_ends_a_wait)
{
	const __u64 ops = stat_of(self->object, 0).ops;
	pid_t pid = waiter(self->other, GET, 0);

	ASSERT_TRUE(EVENTUALLY(blocked(self->object) == 1));
	kill(pid, SIGUSR1);
	EXPECT_EQ(reap(pid), EINTR);
	/* It has done nothing. */
	EXPECT_EQ(stat_of(self->object, 0).ops, ops);
}

TEST_F(queue, a_wait_goes_on_after_a_handler_that_asks_for_it)
{
	pid_t pid = waiter_until(self->other, GET, 0, SA_RESTART, CONTEND_FOREVER);

	ASSERT_TRUE(EVENTUALLY(blocked(self->object) == 1));
	kill(pid, SIGUSR1);
	ASSERT_TRUE(EVENTUALLY(__atomic_load_n(handled, __ATOMIC_SEQ_CST)));
	ASSERT_TRUE(EVENTUALLY(blocked(self->object) == 1));
	EXPECT_EQ(op_until(self->object, PUT, 5, 0, NULL), 0);
	EXPECT_EQ(reap(pid), 0);
}

TEST_F(queue, the_next_one_is_served_when_the_first_is_killed)
{
	pid_t first = waiter(self->other, GET, 0), second;

	ASSERT_TRUE(EVENTUALLY(blocked(self->object) == 1));
	second = waiter(self->other, GET, 0);
	ASSERT_TRUE(EVENTUALLY(blocked(self->object) == 2));
	kill(first, SIGKILL);
	/* It may take it still: then it was served before it died, and a second one is due. */
	EXPECT_EQ(op_until(self->object, PUT, 5, 0, NULL), 0);
	EXPECT_EQ(reap(first), 128 + SIGKILL);
	if (blocked(self->object))
		EXPECT_LE(op_until(self->object, TRY_PUT, 6, 0, NULL), 0);
	EXPECT_EQ(reap(second), 0);
	op_until(self->object, TRY_GET, 0, 0, NULL);
}

TEST_F(queue, what_is_closed_is_drained_and_keeps_nobody)
{
	pid_t put, get, another;

	get = waiter(self->other, GET, 0);
	another = waiter(self->other, GET, 0);
	ASSERT_TRUE(EVENTUALLY(blocked(self->object) == 2));
	EXPECT_EQ(op_until(self->object, CLOSE, 0, 0, NULL), 0);
	EXPECT_EQ(reap(get), EPIPE);
	EXPECT_EQ(reap(another), EPIPE);
	EXPECT_EQ(op_until(self->object, CLOSE, 0, 0, NULL), -EPIPE);

	close(self->other);
	close(self->object);
	self->object = create_permits(self->device, "mutex", "queue", CAPACITY, 0);
	self->other = dup(self->object);
	fill(_metadata, self->object);
	put = waiter(self->other, PUT, 9);
	ASSERT_TRUE(EVENTUALLY(blocked(self->object) == 1));
	EXPECT_EQ(op_until(self->object, CLOSE, 0, 0, NULL), 0);
	EXPECT_EQ(reap(put), EPIPE);
	EXPECT_EQ(op_until(self->object, TRY_PUT, 9, 0, NULL), -EPIPE);
	/* What is in it can be taken. */
	EXPECT_EQ(op_until(self->object, GET, 0, CONTEND_FOREVER, NULL), 0);
	EXPECT_EQ(op_until(self->object, TRY_GET, 0, 0, NULL), 0);
	EXPECT_EQ(op_until(self->object, GET, 0, CONTEND_FOREVER, NULL), -EPIPE);
}

TEST_F(queue, can_be_verified_while_somebody_waits)
{
	struct contend_stat stat;
	pid_t pid = waiter(self->other, GET, 0);

	ASSERT_TRUE(EVENTUALLY(blocked(self->object) == 1));
	stat = stat_of(self->object, CONTEND_STAT_VERIFY);
	EXPECT_EQ(stat.violations, 0);
	EXPECT_EQ(stat.blocked, 1);
	EXPECT_EQ(op_until(self->object, PUT, 5, 0, NULL), 0);
	EXPECT_EQ(reap(pid), 0);
}

TEST_F(queue, poll_says_what_would_not_wait)
{
	struct pollfd pfd = { .fd = self->other, .events = POLLIN | POLLOUT };

	EXPECT_EQ(poll(&pfd, 1, 0), 1);
	EXPECT_EQ(pfd.revents, POLLOUT);
	EXPECT_EQ(op_until(self->object, PUT, 5, 0, NULL), 0);
	EXPECT_EQ(poll(&pfd, 1, 0), 1);
	EXPECT_EQ(pfd.revents, POLLIN | POLLOUT);
	EXPECT_EQ(op_until(self->object, PUT, 5, 0, NULL), 0);
	EXPECT_EQ(poll(&pfd, 1, 0), 1);
	EXPECT_EQ(pfd.revents, POLLIN);
	/* Closed: nothing waits, whatever there is. */
	EXPECT_EQ(op_until(self->object, CLOSE, 0, 0, NULL), 0);
	EXPECT_EQ(poll(&pfd, 1, 0), 1);
	EXPECT_EQ(pfd.revents, POLLIN | POLLOUT);
}

/* A child that sleeps in poll(); 0 when that says what it asked for. */
static pid_t poller(int object, short events)
{
	struct pollfd pfd = { .fd = object, .events = events };
	pid_t pid = fork();

	if (!pid)
		_exit(poll(&pfd, 1, 20000) == 1 && pfd.revents == events ? 0 : 1);
	return pid;
}

static int sleeps(pid_t pid)
{
	char path[64], text[512];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	read_file(path, text, sizeof(text));
	return !!strstr(text, ") S ");
}

TEST_F(queue, poll_wakes_beside_a_task_that_waits)
{
	pid_t get = waiter(self->other, GET, 0), poll;

	ASSERT_TRUE(EVENTUALLY(blocked(self->object) == 1));
	poll = poller(self->other, POLLIN);
	ASSERT_TRUE(EVENTUALLY(sleeps(poll)));
	/* One for each: the one that polls takes nothing. */
	EXPECT_EQ(op_until(self->object, PUT, 5, 0, NULL), 0);
	EXPECT_EQ(op_until(self->object, PUT, 6, 0, NULL), 0);
	EXPECT_EQ(reap(get), 0);
	EXPECT_EQ(reap(poll), 0);
}

/* Its tasks look until they find what they wait for, and leave out what wakes others. */
TEST_F(queue, a_run_that_wakes_nobody_lets_nobody_sleep)
{
	pid_t get = waiter(self->other, GET, 0), poll, gets;
	int r, i;

	ASSERT_TRUE(EVENTUALLY(blocked(self->object) == 1));
	poll = poller(self->other, POLLIN);
	ASSERT_TRUE(EVENTUALLY(sleeps(poll)));
	r = run(self->object, "group=producer:1,consumer:1 wait=yield warmup=0ms runtime=60s");
	ASSERT_GE(r, 0);
	EXPECT_EQ(reap(get), 0);
	EXPECT_EQ(reap(poll), 0);
	gets = fork();
	if (!gets) {
		for (i = 0; i < 100; i++)
			if (op_until(self->other, GET, 0, CONTEND_FOREVER, NULL))
				_exit(1);
		_exit(0);
	}
	EXPECT_EQ(reap(gets), 0);
	close(r);
	EXPECT_TRUE(EVENTUALLY(counts_of(self->device).runs == self->before.runs));
}

TEST_F(queue, a_signal_in_a_batch_leaves_what_is_done)
{
	struct contend_op ops[2] = {
		{ .size = sizeof(ops[0]), .verb = PUT, .key = 5, .deadline_ns = CONTEND_FOREVER },
		{ .size = sizeof(ops[0]), .verb = PUT, .key = 6, .deadline_ns = CONTEND_FOREVER },
	};
	struct contend_batch batch = {
		.size = sizeof(batch), .count = 2, .op_size = sizeof(ops[0]), .ops = PTR(ops),
	};
	pid_t pid;

	on_signal(SA_RESTART);
	ASSERT_EQ(op_until(self->object, PUT, 4, 0, NULL), 0);
	pid = fork();
	if (!pid) {
		_exit(call(self->other, CONTEND_BATCH, &batch) == -EINTR && batch.done == 1 ?
		      0 : 1);
	}
	ASSERT_TRUE(EVENTUALLY(blocked(self->object) == 1));
	kill(pid, SIGUSR1);
	EXPECT_EQ(reap(pid), 0);
	EXPECT_EQ(stat_of(self->object, 0).elements, CAPACITY);
}

static int on_cpu(int skip)
{
	cpu_set_t allowed, one;
	int cpu;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) || CPU_COUNT(&allowed) <= skip)
		return -1;
	for (cpu = 0; !CPU_ISSET(cpu, &allowed) || skip--; cpu++)
		;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	return sched_setaffinity(0, sizeof(one), &one);
}

/*
 * The first of two is woken for the one element, and its time is over before it gets a CPU: it may
 * take the element or leave it to the other, but not leave it and let the other sleep.
 */
TEST_F(queue, an_element_is_not_left_by_one_whose_time_is_over)
{
	/* Both wait before it, on a machine that is slow and busy as well. */
	const __u64 deadline = now_ns() + NS_PER_S;
	struct sched_param fifo = { .sched_priority = 1 };
	pid_t first, second, hog;

	first = fork();
	if (!first) {
		on_cpu(0);
		_exit(-op_until(self->object, GET, 0, deadline, NULL));
	}
	ASSERT_TRUE(EVENTUALLY(blocked(self->object) == 1));
	second = waiter(self->other, GET, 0);
	ASSERT_TRUE(EVENTUALLY(blocked(self->object) == 2));
	hog = fork();
	if (!hog) {
		if (on_cpu(0) || sched_setscheduler(0, SCHED_FIFO, &fifo))
			_exit(1);
		while (now_ns() < deadline + 20 * NS_PER_MS)
			;
		_exit(0);
	}
	if (on_cpu(1)) {
		kill(second, SIGKILL);
		reap(second);
		reap(hog);
		reap(first);
		SKIP(return, "one CPU: nobody can put while it is kept from the waiter");
	}
	while (now_ns() < deadline - 20 * NS_PER_MS)
		sleep_ms(1);
	EXPECT_EQ(op_until(self->object, TRY_PUT, 5, 0, NULL), 0);
	EXPECT_EQ(reap(hog), 0);
	if (reap(first) == 0)
		EXPECT_EQ(op_until(self->object, TRY_PUT, 6, 0, NULL), 0);
	EXPECT_TRUE(EVENTUALLY(blocked(self->object) == 0)) {
		kill(second, SIGKILL);
	}
	EXPECT_EQ(reap(second), 0);
}

/*
 * Each way out of a wait beside each other one: children that put and get with deadlines of all
 * lengths, are interrupted and killed, while the rest goes on. Nothing may be lost, and in the
 * end nobody may be left asleep beside an element or room.
 */
TEST_F(queue, whatever_ends_a_wait_loses_nothing)
{
	enum { CHILDREN = 8, ROUNDS = 40 };
	pid_t pid[CHILDREN], get, put;
	__u64 before;
	int i, round;

	on_signal(0);
	for (i = 0; i < CHILDREN; i++) {
		pid[i] = fork();
		if (!pid[i]) {
			unsigned int n = i;

			for (;;) {
				n = n * 1103515245 + 12345;
				op_until(self->object, i % 2 ? PUT : GET, n,
					 n & 1 << 20 ? CONTEND_FOREVER :
					 now_ns() + (n >> 8 & 0x3ffff), NULL);
			}
		}
	}
	for (round = 0; round < ROUNDS; round++) {
		for (i = 2; i < CHILDREN; i++)
			kill(pid[i], SIGUSR1);
		sleep_ms(2);
	}
	for (i = 2; i < CHILDREN; i++) {
		kill(pid[i], SIGKILL);
		EXPECT_EQ(reap(pid[i]), 128 + SIGKILL);
	}
	/* The two that are left serve each other. */
	before = stat_of(self->object, 0).ops;
	EXPECT_TRUE(EVENTUALLY(stat_of(self->object, 0).ops > before + 100));
	for (i = 0; i < 2; i++) {
		kill(pid[i], SIGKILL);
		EXPECT_EQ(reap(pid[i]), 128 + SIGKILL);
	}
	/* Each of a pair that waits without limit is served. */
	get = waiter(self->other, GET, 0);
	put = waiter(self->other, PUT, 1);
	EXPECT_EQ(reap(get), 0);
	EXPECT_EQ(reap(put), 0);
}

/* Most of the time, and at its end, all consumers sleep. */
TEST_F(queue, a_run_of_producers_and_consumers_ends_on_time)
{
	char message[256] = "";
	struct contend_result result = { .size = sizeof(result) };
	int run = run_message(self->object,
			      "group=producer:1,consumer:3 producer.arrival=periodic:5ms runtime=100ms prefill=0",
			      message, sizeof(message));

	ASSERT_GE(run, 0) {
		TH_LOG("%s", message);
	}
	ASSERT_TRUE(run_wait(run, 20000));
	EXPECT_EQ(call(run, CONTEND_RESULT, &result), 0);
	EXPECT_GT(result.ops, 0);
	EXPECT_EQ(result.violations, 0);
	EXPECT_EQ(result.complete, 1);
	close(run);
}

/* Half of its workers are in interrupts, which cannot wait: what they meet wakes the others. */
TEST_F(queue, interrupts_put_and_get_beside_tasks_that_wait)
{
	static const char *const specs[] = {
		"workers=2 context=softirq:50,task:50",
		"group=producer:1,consumer:1 context=softirq:50,task:50",
		"group=consumer:1,producer:1 context=softirq:50,task:50",
		"group=producer:1,consumer:1 context=softirq:100",
	};
	struct contend_result result = { .size = sizeof(result) };
	int object, run, i;

	for (i = 0; i < ARRAY_SIZE(specs); i++) {
		char spec[160], message[256] = "";

		object = create_permits(self->device, "mcs", "queue", CAPACITY, 0);
		ASSERT_GE(object, 0);
		snprintf(spec, sizeof(spec), "runtime=100ms %s", specs[i]);
		run = run_message(object, spec, message, sizeof(message));
		ASSERT_GE(run, 0) {
			TH_LOG("%s: %s", spec, message);
		}
		ASSERT_TRUE(run_wait(run, 20000));
		EXPECT_EQ(call(run, CONTEND_RESULT, &result), 0);
		EXPECT_EQ(result.violations, 0);
		EXPECT_GT(result.ops, 0) {
			TH_LOG("%s", spec);
		}
		close(run);
		close(object);
	}
}

/* While it sleeps it is not in the object, which may be shared with interrupts meanwhile. */
TEST_F(queue, a_task_that_waits_shares_the_lock_with_interrupts_that_came_later)
{
	int object = create_permits(self->device, "mcs", "queue", 64, 0), run;
	struct contend_op op = {
		.size = sizeof(op), .verb = GET, .deadline_ns = CONTEND_FOREVER,
		.stay_ns = CONTEND_STAY_MAX_NS,
	};
	char message[256] = "";
	pid_t pid = fork();

	if (!pid)
		_exit(call(object, CONTEND_OP, &op) ? 1 : op.error);
	ASSERT_TRUE(EVENTUALLY(blocked(object) == 1));
	/* It may still be on its way out. */
	EVENTUALLY((run = run_message(object,
				      "workers=2 context=softirq:100 runtime=100ms prefill=0",
				      message, sizeof(message))) != -EBUSY);
	ASSERT_GE(run, 0) {
		TH_LOG("%s", message);
	}
	ASSERT_TRUE(run_wait(run, 20000));
	op_until(object, TRY_PUT, 5, 0, NULL);
	EXPECT_EQ(reap(pid), 0);
	close(run);
	close(object);
}

TEST_F(queue, an_epoll_that_takes_nothing_takes_no_wake_up_either)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE };
	int epoll = epoll_create1(0), ready;
	pid_t get;

	ASSERT_EQ(epoll_ctl(epoll, EPOLL_CTL_ADD, self->object, &event), 0);
	get = waiter(self->other, GET, 0);
	ASSERT_TRUE(EVENTUALLY(blocked(self->object) == 1));
	ready = fork();
	if (!ready)
		_exit(epoll_wait(epoll, &event, 1, 20000) == 1 ? 0 : 1);
	ASSERT_TRUE(EVENTUALLY(sleeps(ready)));
	EXPECT_EQ(op_until(self->object, PUT, 5, 0, NULL), 0);
	EXPECT_TRUE(EVENTUALLY(blocked(self->object) == 0));
	/* What the get has taken at once is not there any more when the other looks. */
	EXPECT_EQ(op_until(self->object, PUT, 6, 0, NULL), 0);
	EXPECT_EQ(reap(ready), 0);
	EXPECT_EQ(reap(get), 0);
	close(epoll);
}

TEST_F(queue, a_mix_whose_workers_could_all_wait_is_refused)
{
	char message[256] = "";
	int run = run_message(self->object, "workers=2 mix=put:1,get:1", message, sizeof(message));

	EXPECT_EQ(run, -EINVAL);
	EXPECT_NE(strstr(message, "may wait for"), NULL) {
		TH_LOG("%s", message);
	}
	if (run >= 0)
		close(run);
}

TEST_HARNESS_MAIN

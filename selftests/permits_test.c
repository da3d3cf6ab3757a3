// SPDX-License-Identifier: GPL-2.0
/* Permits: a semaphore that user space holds across system calls. */
#include <sys/mman.h>

#include "contend_test.h"

FIXTURE(permits)
{
	int device;
	int object;
	int other;
	struct counts before;
};

FIXTURE_SETUP(permits)
{
	struct contend_stat stat;

	self->device = device_open();
	ASSERT_GE(self->device, 0);
	self->before = counts_of(self->device);
	self->object = create_permits(self->device, "semaphore", "counter", 0, 4);
	ASSERT_GE(self->object, 0);
	stat = stat_of(self->object, 0);
	self->other = attach(self->device, stat.id);
	ASSERT_GE(self->other, 0);
}

FIXTURE_TEARDOWN(permits)
{
	close(self->other);
	close(self->object);
	EXPECT_TRUE(EVENTUALLY(counts_are(self->device, self->before)));
	close(self->device);
}

static __u32 unheld(int object)
{
	return stat_of(object, 0).permits_free;
}

TEST_F(permits, are_counted_for_each_descriptor)
{
	EXPECT_EQ(acquire(self->object, 3, 0), 0);
	EXPECT_EQ(unheld(self->other), 1);
	EXPECT_EQ(stat_of(self->object, 0).permits, 4);
	EXPECT_EQ(stat_of(self->object, 0).permits_held, 3);
	EXPECT_EQ(stat_of(self->other, 0).permits_held, 0);
	EXPECT_EQ(release(self->other, 1), -EPERM);
	EXPECT_EQ(release(self->object, 4), -EPERM);
	EXPECT_EQ(release(self->object, 2), 0);
	EXPECT_EQ(unheld(self->other), 3);
	EXPECT_EQ(release(self->object, 1), 0);
}

TEST_F(permits, all_of_them_or_none)
{
	EXPECT_EQ(acquire(self->object, 3, 0), 0);
	EXPECT_EQ(acquire(self->other, 2, 0), -EAGAIN);
	EXPECT_EQ(unheld(self->other), 1);
	EXPECT_EQ(acquire(self->other, 1, 0), 0);
}

TEST_F(permits, a_holder_who_could_never_be_served_is_EDEADLK)
{
	EXPECT_EQ(acquire(self->object, 3, 0), 0);
	EXPECT_EQ(acquire(self->object, 2, CONTEND_FOREVER), -EDEADLK);
	EXPECT_EQ(acquire(self->object, 1, 0), 0);
}

TEST_F(permits, other_locks_have_none)
{
	int object = create(self->device, "mutex", "counter");

	EXPECT_EQ(acquire(object, 1, 0), -EOPNOTSUPP);
	EXPECT_EQ(release(object, 1), -EOPNOTSUPP);
	EXPECT_EQ(stat_of(object, 0).permits, 0);
	close(object);
}

TEST_F(permits, do_not_keep_the_structure)
{
	EXPECT_EQ(acquire(self->object, 4, 0), 0);
	EXPECT_EQ(op(self->other, 1, 0, NULL), 0);
}

TEST_F(permits, a_deadline_that_has_passed_is_ETIMEDOUT)
{
	__u64 deadline;

	EXPECT_EQ(acquire(self->object, 4, 0), 0);
	EXPECT_EQ(acquire(self->other, 1, 1), -ETIMEDOUT);
	deadline = now_ns() + 20000000;
	EXPECT_EQ(acquire(self->other, 1, deadline), -ETIMEDOUT);
	EXPECT_GE(now_ns(), deadline);
	/* A waiter that gave up is in nobody's way. */
	EXPECT_EQ(release(self->object, 1), 0);
	EXPECT_EQ(acquire(self->other, 1, 0), 0);
}

TEST_F(permits, a_deadline_does_not_matter_when_one_is_free)
{
	EXPECT_EQ(acquire(self->object, 1, 1), 0);
	EXPECT_EQ(acquire(self->object, 1, CONTEND_FOREVER), 0);
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

	sigaction(SIGUSR1, &action, NULL);
}

/* A child that waits for permits; says so by exiting with what it got. */
static pid_t waiter_until(int object, __u32 count, int flags, __u64 deadline)
{
	pid_t pid;
	int ret;

	if (!handled)
		handled = mmap(NULL, sizeof(*handled), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid = fork();
	if (pid)
		return pid;
	on_signal(flags);
	ret = acquire(object, count, deadline);
	_exit(ret == 0 ? 0 : ret == -EINTR ? 1 : ret == -ETIMEDOUT ? 2 : 3);
}

static pid_t waiter(int object, __u32 count, int flags)
{
	return waiter_until(object, count, flags, CONTEND_FOREVER);
}

/* Asleep in the kernel, and in an interruptible wait: "S". */
static int sleeps(pid_t pid)
{
	char path[64], text[512];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	read_file(path, text, sizeof(text));
	return !!strstr(text, ") S ");
}

/* ACQUIREs that wait: each is one in the kernel, not one about to call. */
static __u32 waiting(int object)
{
	return stat_of(object, 0).permits_waiters;
}

TEST_F(permits, a_signal_ends_the_wait)
{
	pid_t pid;

	EXPECT_EQ(acquire(self->object, 4, 0), 0);
	pid = waiter(self->other, 1, 0);
	ASSERT_TRUE(EVENTUALLY(waiting(self->object) == 1));
	kill(pid, SIGUSR1);
	EXPECT_EQ(reap(pid), 1);
	EXPECT_EQ(unheld(self->object), 0);
}

TEST_F(permits, a_wait_is_restarted_behind_a_handler_that_asks_for_it)
{
	pid_t pid;

	EXPECT_EQ(acquire(self->object, 4, 0), 0);
	pid = waiter(self->other, 1, SA_RESTART);
	ASSERT_TRUE(EVENTUALLY(waiting(self->object) == 1));
	kill(pid, SIGUSR1);
	/* The first wait has ended before the handler runs. */
	ASSERT_TRUE(EVENTUALLY(__atomic_load_n(handled, __ATOMIC_SEQ_CST)));
	ASSERT_TRUE(EVENTUALLY(waiting(self->object) == 1));
	EXPECT_EQ(release(self->object, 1), 0);
	EXPECT_EQ(reap(pid), 0);
}

TEST_F(permits, first_come_first_served)
{
	pid_t large, small;

	EXPECT_EQ(acquire(self->object, 4, 0), 0);
	large = waiter(self->other, 3, 0);
	ASSERT_TRUE(EVENTUALLY(waiting(self->object) == 1));
	small = waiter(self->other, 1, 0);
	ASSERT_TRUE(EVENTUALLY(waiting(self->object) == 2));
	/* Enough for the small one, but the large one came first. */
	EXPECT_EQ(release(self->object, 2), 0);
	EXPECT_EQ(unheld(self->object), 2);
	/* A third one does not slip past both. */
	EXPECT_EQ(acquire(self->object, 1, 0), -EAGAIN);
	EXPECT_EQ(release(self->object, 2), 0);
	EXPECT_EQ(reap(large), 0);
	EXPECT_EQ(reap(small), 0);
	EXPECT_EQ(unheld(self->object), 0);
}

TEST_F(permits, who_gives_up_makes_way_for_those_behind)
{
	pid_t large, small;

	EXPECT_EQ(acquire(self->object, 3, 0), 0);
	large = waiter(self->other, 3, 0);
	ASSERT_TRUE(EVENTUALLY(waiting(self->object) == 1));
	small = waiter(self->other, 1, 0);
	ASSERT_TRUE(EVENTUALLY(waiting(self->object) == 2));
	kill(large, SIGUSR1);
	EXPECT_EQ(reap(large), 1);
	EXPECT_EQ(reap(small), 0);
}

TEST_F(permits, are_given_back_when_the_last_copy_is_closed)
{
	int copy = dup(self->object);
	pid_t pid;

	EXPECT_EQ(acquire(self->object, 4, 0), 0);
	close(copy);
	EXPECT_EQ(unheld(self->other), 0);
	pid = fork();
	if (!pid)
		_exit(0);
	EXPECT_EQ(reap(pid), 0);
	EXPECT_EQ(unheld(self->other), 0);
	copy = dup(self->object);
	close(self->object);
	EXPECT_EQ(unheld(self->other), 0);
	close(copy);
	EXPECT_EQ(unheld(self->other), 4);
	self->object = dup(self->other);
}

TEST_F(permits, are_given_back_when_their_holder_is_killed)
{
	struct contend_stat stat = stat_of(self->object, 0);
	pid_t pid = fork();

	if (!pid) {
		int own = attach(self->device, stat.id);

		if (acquire(own, 4, 0))
			_exit(1);
		pause();
	}
	ASSERT_TRUE(EVENTUALLY(unheld(self->object) == 0));
	kill(pid, SIGKILL);
	EXPECT_EQ(reap(pid), 128 + SIGKILL);
	EXPECT_TRUE(EVENTUALLY(unheld(self->object) == 4));
}

/* A child that sleeps in poll(); 0 when that says that a permit is to be had. */
static pid_t poller(int object)
{
	struct pollfd pfd = { .fd = object, .events = POLLIN };
	pid_t pid = fork();

	if (!pid)
		_exit(poll(&pfd, 1, 20000) == 1 && pfd.revents & POLLIN ? 0 : 1);
	return pid;
}

TEST_F(permits, poll_says_when_one_is_free)
{
	struct pollfd pfd = { .fd = self->other, .events = POLLIN };
	pid_t pid;

	EXPECT_EQ(poll(&pfd, 1, 0), 1);
	EXPECT_EQ(acquire(self->object, 4, 0), 0);
	EXPECT_EQ(poll(&pfd, 1, 0), 0);
	pid = poller(self->other);
	ASSERT_TRUE(EVENTUALLY(sleeps(pid)));
	EXPECT_EQ(release(self->object, 1), 0);
	EXPECT_EQ(reap(pid), 0);
}

TEST_F(permits, poll_and_acquire_agree_while_an_earlier_request_waits)
{
	struct pollfd pfd = { .fd = self->object, .events = POLLIN };
	pid_t large;

	EXPECT_EQ(acquire(self->object, 2, 0), 0);
	EXPECT_EQ(poll(&pfd, 1, 0), 1);
	large = waiter(self->other, 3, 0);
	ASSERT_TRUE(EVENTUALLY(waiting(self->object) == 1));
	/* Two are free, and the one that came first is to have them: for each descriptor. */
	EXPECT_EQ(unheld(self->object), 2);
	EXPECT_EQ(acquire(self->object, 1, 0), -EAGAIN);
	EXPECT_EQ(poll(&pfd, 1, 0), 0);
	pfd.fd = self->other;
	EXPECT_EQ(acquire(self->other, 1, 0), -EAGAIN);
	EXPECT_EQ(poll(&pfd, 1, 0), 0);
	/* It is served, and one is left. */
	EXPECT_EQ(release(self->object, 2), 0);
	EXPECT_EQ(reap(large), 0);
	EXPECT_EQ(unheld(self->object), 1);
	EXPECT_EQ(poll(&pfd, 1, 0), 1);
	EXPECT_EQ(acquire(self->object, 1, 0), 0);
	EXPECT_EQ(poll(&pfd, 1, 0), 0);
}

/* What ends the wait of a request that keeps free permits from others, and what it exits with. */
static const struct {
	const char *what;
	int status;
} ends[] = {
	{ "a signal", 1 },
	{ "a kill", 128 + SIGKILL },
	{ "its deadline", 2 },
	{ "being served", 0 },
};

enum { SIGNALLED, KILLED, TIMED_OUT, SERVED };

TEST_F(permits, poll_wakes_when_the_earlier_request_has_gone)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		pid_t large, sleeper;

		EXPECT_EQ(acquire(self->object, 2, 0), 0);
		large = waiter_until(self->other, 3, 0,
				     i == TIMED_OUT ? now_ns() + NS_PER_S : CONTEND_FOREVER);
		/* A deadline may pass before this one looks, if the machine is loaded. */
		if (i != TIMED_OUT)
			ASSERT_TRUE(EVENTUALLY(waiting(self->object) == 1));
		sleeper = poller(self->object);
		if (i != TIMED_OUT)
			ASSERT_TRUE(EVENTUALLY(sleeps(sleeper)));
		if (i == SIGNALLED)
			kill(large, SIGUSR1);
		if (i == KILLED)
			kill(large, SIGKILL);
		if (i == SERVED)
			EXPECT_EQ(release(self->object, 2), 0);
		EXPECT_EQ(reap(large), ends[i].status);
		EXPECT_EQ(reap(sleeper), 0) {
			TH_LOG("after %s", ends[i].what);
		}
		EXPECT_EQ(acquire(self->object, 1, 0), 0) {
			TH_LOG("after %s", ends[i].what);
		}
		EXPECT_EQ(release(self->object, i == SERVED ? 1 : 3), 0);
		EXPECT_EQ(release(self->other, 3), i == SERVED ? 0 : -EPERM);
		EXPECT_EQ(unheld(self->object), 4);
	}
}

/*
 * Three processes and four permits, two at a time: never more than two inside.
 * The counter of those inside is in memory that they share.
 */
struct crowd {
	int inside;
	int most;
};

static int member(struct crowd *crowd, int object)
{
	int i, in, most;

	for (i = 0; i < 300; i++) {
		if (acquire(object, 2, CONTEND_FOREVER))
			return 1;
		in = __atomic_add_fetch(&crowd->inside, 1, __ATOMIC_SEQ_CST);
		most = __atomic_load_n(&crowd->most, __ATOMIC_SEQ_CST);
		while (in > most &&
		       !__atomic_compare_exchange_n(&crowd->most, &most, in, 0, __ATOMIC_SEQ_CST,
						    __ATOMIC_SEQ_CST))
			;
		__atomic_sub_fetch(&crowd->inside, 1, __ATOMIC_SEQ_CST);
		if (release(object, 2))
			return 2;
	}
	return 0;
}

TEST_F(permits, no_more_are_inside_than_there_are_permits)
{
	struct crowd *crowd = mmap(NULL, sizeof(*crowd), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct contend_stat stat = stat_of(self->object, 0);
	pid_t pid[3];
	int i;

	ASSERT_NE(crowd, MAP_FAILED);
	for (i = 0; i < 3; i++) {
		pid[i] = fork();
		if (!pid[i])
			_exit(member(crowd, attach(self->device, stat.id)));
	}
	for (i = 0; i < 3; i++)
		EXPECT_EQ(reap(pid[i]), 0);
	EXPECT_GE(crowd->most, 1);
	EXPECT_LE(crowd->most, 2);
	EXPECT_EQ(unheld(self->object), 4);
	munmap(crowd, sizeof(*crowd));
}

TEST_HARNESS_MAIN

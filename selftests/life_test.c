// SPDX-License-Identifier: GPL-2.0
/* Life times: whatever becomes of a client, nothing of it stays. */
#include <sys/syscall.h>

#include "contend_run.h"

CONTEND_FIXTURE(life)

TEST_F(life, closing_a_run_stops_it)
{
	int object = create(self->device, "rwsem", "list");
	__u64 from = now_ns();
	int r = run(object, "runtime=60s");

	ASSERT_GE(r, 0);
	EXPECT_EQ(counts_of(self->device).runs, self->before.runs + 1);
	close(r);
	EXPECT_TRUE(EVENTUALLY(counts_of(self->device).runs == self->before.runs));
	EXPECT_LT(now_ns() - from, 60 * NS_PER_S);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	close(object);
}

TEST_F(life, killing_a_client_frees_what_it_had)
{
	int ready[2];
	pid_t pid;
	char c;

	ASSERT_EQ(pipe(ready), 0);
	pid = fork();
	if (!pid) {
		int semaphore = create_permits(self->device, "semaphore", "list", 0, 2);
		int rcu = create(self->device, "rcu", "list");

		if (acquire(semaphore, 2, 0) || run(semaphore, "runtime=60s") < 0 ||
		    run(rcu, "runtime=60s workers=4") < 0)
			_exit(1);
		if (write(ready[1], "x", 1) != 1)
			_exit(2);
		/* Until the end: in the middle of an operation when it comes. */
		for (;;)
			op(rcu, 1, now_ns() % 1000, NULL);
	}
	ASSERT_EQ(read(ready[0], &c, 1), 1);
	EXPECT_GE(counts_of(self->device).objects, self->before.objects + 2);
	EXPECT_EQ(counts_of(self->device).runs, self->before.runs + 2);
	kill(pid, SIGKILL);
	EXPECT_EQ(reap(pid), 128 + SIGKILL);
	EXPECT_TRUE(EVENTUALLY(counts_are(self->device, self->before)));
	close(ready[0]);
	close(ready[1]);
}

TEST_F(life, an_object_lives_until_its_last_copy)
{
	int object = create(self->device, "mutex", "counter"), copy = dup(object);
	int gate[2];
	pid_t pid;

	ASSERT_EQ(pipe(gate), 0);
	close(object);
	EXPECT_EQ(op(copy, 1, 0, NULL), 0);
	pid = fork();
	if (!pid) {
		char c;

		close(gate[1]);
		_exit(read(gate[0], &c, 1) == 0 && op(copy, 1, 0, NULL) == 0 ? 0 : 1);
	}
	close(copy);
	EXPECT_EQ(counts_of(self->device).objects, self->before.objects + 1);
	close(gate[0]);
	close(gate[1]);
	EXPECT_EQ(reap(pid), 0);
	EXPECT_TRUE(EVENTUALLY(counts_are(self->device, self->before)));
}

TEST_F(life, two_clients_share_an_object)
{
	int object = create(self->device, "rwlock", "counter");
	struct contend_stat stat = stat_of(object, 0);
	pid_t pid[2];
	__u64 value = 0;
	int i, j;

	for (i = 0; i < 2; i++) {
		pid[i] = fork();
		if (!pid[i]) {
			int device = device_open(), own = attach(device, stat.id);

			for (j = 0; j < 2000; j++)
				if (op(own, 1, 0, NULL))
					_exit(1);
			_exit(0);
		}
	}
	EXPECT_EQ(reap(pid[0]), 0);
	EXPECT_EQ(reap(pid[1]), 0);
	EXPECT_EQ(op(object, 0, 0, &value), 0);
	EXPECT_EQ(value, 4000);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	close(object);
}

TEST_F(life, two_clients_run_at_the_same_time)
{
	pid_t pid[2];
	int i;

	for (i = 0; i < 2; i++) {
		pid[i] = fork();
		if (!pid[i]) {
			int device = device_open();
			int object = create(device, i ? "rcu" : "spinlock", "list");
			int r = run_all(object, 2, "");
			struct contend_result result;

			_exit(r < 0 || result_of(r, &result) ||
			      result.verdict != CONTEND_PASS || !result.ops);
		}
	}
	EXPECT_EQ(reap(pid[0]), 0);
	EXPECT_EQ(reap(pid[1]), 0);
}

/* So many threads more than there are now may be; the number before, to be put back. */
static void threads_max(int more, char *old, size_t size)
{
	char text[128], *slash;

	if (old)
		read_file("/proc/sys/kernel/threads-max", old, size);
	slash = strchr(read_file("/proc/loadavg", text, sizeof(text)), '/');
	snprintf(text, sizeof(text), "%d", (slash ? atoi(slash + 1) : 0) + more);
	write_file("/proc/sys/kernel/threads-max", text);
}

/* What polls readable has an answer, which is never "not yet". */
TEST_F(life, a_run_whose_threads_cannot_be_made_says_so)
{
	int object = create(self->device, "mutex", "counter"), r;
	struct contend_result result;
	char old[32];

	threads_max(20, old, sizeof(old));
	r = run(object, "workers=200 runtime=10ms");
	if (r >= 0) {
		EXPECT_EQ(run_wait(r, 30000), 1);
		EXPECT_EQ(result_of(r, &result), -ENOMEM);
		close(r);
	}
	EXPECT_GE(r, 0);
	/* Nor has the leader one. */
	threads_max(-20, NULL, 0);
	EXPECT_EQ(run(object, "workers=1 runtime=10ms"), -ENOMEM);
	EXPECT_EQ(write_file("/proc/contend/run", "lock=mutex runtime=1ms"), -ENOMEM);
	EXPECT_EQ(write_file("/proc/sys/kernel/threads-max", old), 0);
	close(object);
}

static int remove_module(void)
{
	return syscall(SYS_delete_module, "contend", O_NONBLOCK) ? -errno : 0;
}

TEST_F(life, a_module_in_use_cannot_be_unloaded)
{
	int object = create(self->device, "srcu", "list"), r;

	/* A descriptor of each kind alone is enough; the device's is there too. */
	EXPECT_EQ(remove_module(), -EWOULDBLOCK);
	r = run(object, "runtime=60s");
	close(self->device);
	close(object);
	EXPECT_EQ(remove_module(), -EWOULDBLOCK);
	/* Still at work, and still to be had. */
	EXPECT_EQ(run_wait(r, 0), 0);
	self->device = device_open();
	EXPECT_GE(self->device, 0);
	close(r);
}

TEST_HARNESS_MAIN

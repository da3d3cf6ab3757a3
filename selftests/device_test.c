// SPDX-License-Identifier: GPL-2.0
/* The device: which user may open it, what it says of itself, what it hands out. */
#include <sys/stat.h>

#include "contend_test.h"

CONTEND_FIXTURE(device)

TEST_F(device, only_root_may_open_it)
{
	struct stat st;
	pid_t pid;

	ASSERT_EQ(stat(CONTEND_DEVICE, &st), 0);
	EXPECT_EQ(st.st_mode & 0777, 0600);
	pid = fork();
	if (!pid)
		_exit(setuid(65534) || open(CONTEND_DEVICE, O_RDWR) >= 0 ? 1 :
		      errno == EACCES ? 0 : 2);
	EXPECT_EQ(reap(pid), 0);
}

TEST_F(device, info_tells_limits_and_world)
{
	struct contend_info info = info_of(self->device);

	EXPECT_EQ(info.size, sizeof(info));
	EXPECT_NE(info.features & CONTEND_FEATURE_BATCH, 0);
	EXPECT_NE(info.features & CONTEND_FEATURE_PERMITS, 0);
	EXPECT_NE(info.features & CONTEND_FEATURE_RUN, 0);
	EXPECT_GT(info.locks, 0);
	EXPECT_GT(info.structures, 0);
	EXPECT_GT(info.max_objects, 0);
	EXPECT_GT(info.max_runs, 0);
	EXPECT_GT(info.max_workers, 0);
	EXPECT_GT(info.max_batch, 0);
	EXPECT_GT(info.max_capacity, 0);
	EXPECT_GT(info.max_runtime_ns, 0);
	EXPECT_GT(info.clock_ps, 0);
	EXPECT_EQ(info.cpus, (__u32)sysconf(_SC_NPROCESSORS_ONLN));
	EXPECT_NE(info.version[0], '\0');
	EXPECT_NE(info.spinlock[0], '\0');
	EXPECT_NE(info.preemption[0], '\0');
}

static int choose_clock(const char *word)
{
	return set_parameter("clock", word, NULL, 0);
}

TEST_F(device, the_clock_is_chosen_between_runs_and_tells_its_name)
{
	int object = create(self->device, "mutex", "counter"), r;
	bool tsc = !choose_clock("tsc");

	/* A machine without such a counter says so. */
	if (!tsc)
		EXPECT_EQ(choose_clock("tsc"), -EOPNOTSUPP);
	EXPECT_STREQ(info_of(self->device).clock, tsc ? "tsc" : "ktime_get_mono_fast_ns");
	EXPECT_EQ(choose_clock("sundial"), -EINVAL);
	EXPECT_EQ(choose_clock("monotonic"), 0);
	EXPECT_STREQ(info_of(self->device).clock, "ktime_get_mono_fast_ns");
	r = run(object, "runtime=60s");
	ASSERT_GE(r, 0);
	/* It begins to measure some time after the descriptor is there. */
	EXPECT_TRUE(EVENTUALLY(choose_clock("monotonic") == -EBUSY));
	EXPECT_EQ(choose_clock("auto"), -EBUSY);
	close(r);
	EXPECT_TRUE(EVENTUALLY(!choose_clock("auto")));
	EXPECT_STREQ(info_of(self->device).clock, tsc ? "tsc" : "ktime_get_mono_fast_ns");
	close(object);
}

static int list(int device, __u32 catalogue, __u32 index, struct contend_list *entry)
{
	*entry = (struct contend_list){
		.size = sizeof(*entry), .catalogue = catalogue, .index = index,
	};
	return call(device, CONTEND_LIST, entry);
}

TEST_F(device, list_walks_the_locks_and_ends)
{
	static const char *const expected[] = {
		"null", "spinlock", "raw_spinlock", "spinlock_irq", "spinlock_bh", "mutex",
		"semaphore", "rwlock", "rwsem", "seqlock", "rcu", "srcu",
	};
	struct contend_info info = info_of(self->device);
	struct contend_list entry;
	size_t found = 0, i, j;

	for (i = 0; i < info.locks; i++) {
		ASSERT_EQ(list(self->device, CONTEND_LIST_LOCKS, i, &entry), 0);
		EXPECT_NE(entry.about[0], '\0');
		EXPECT_NE(entry.family[0], '\0');
		for (j = 0; j < ARRAY_SIZE(expected); j++)
			found += !strcmp(entry.name, expected[j]);
	}
	EXPECT_EQ(found, ARRAY_SIZE(expected));
	EXPECT_EQ(list(self->device, CONTEND_LIST_LOCKS, info.locks, &entry), -ENOENT);
	EXPECT_EQ(list(self->device, CONTEND_LIST_LOCKS, ~0U, &entry), -ENOENT);
}

TEST_F(device, list_walks_the_structures_and_ends)
{
	struct contend_info info = info_of(self->device);
	struct contend_list entry;
	__u32 i;

	for (i = 0; i < info.structures; i++) {
		ASSERT_EQ(list(self->device, CONTEND_LIST_STRUCTURES, i, &entry), 0);
		EXPECT_NE(strchr(entry.verbs, ':'), NULL);
		EXPECT_NE(entry.about[0], '\0');
	}
	EXPECT_EQ(list(self->device, CONTEND_LIST_STRUCTURES, i, &entry), -ENOENT);
}

TEST_F(device, descriptors_close_on_exec)
{
	int object = create(self->device, "rwlock", "list"), other, r;
	struct contend_stat stat;

	ASSERT_GE(object, 0);
	stat = stat_of(object, 0);
	other = attach(self->device, stat.id);
	r = run(object, "runtime=1ms warmup=0ns");
	ASSERT_GE(other, 0);
	ASSERT_GE(r, 0);
	EXPECT_EQ(fcntl(object, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(fcntl(other, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(fcntl(r, F_GETFD), FD_CLOEXEC);
	close(r);
	close(other);
	close(object);
}

TEST_F(device, attach_reaches_the_same_object)
{
	int object = create(self->device, "mutex", "counter"), other;
	struct contend_stat stat = stat_of(object, 0);
	__u64 value = 0;

	EXPECT_EQ(stat.descriptors, 1);
	other = attach(self->device, stat.id);
	ASSERT_GE(other, 0);
	EXPECT_EQ(op(object, 1, 0, NULL), 0);
	EXPECT_EQ(op(other, 0, 0, &value), 0);
	EXPECT_EQ(value, 1);
	EXPECT_EQ(stat_of(other, 0).descriptors, 2);
	close(object);
	EXPECT_EQ(stat_of(other, 0).descriptors, 1);
	EXPECT_EQ(stat_of(other, CONTEND_STAT_VERIFY).violations, 0);
	close(other);
	EXPECT_EQ(attach(self->device, stat.id), -ENOENT);
}

TEST_F(device, each_kind_of_descriptor_has_its_own_commands)
{
	static const unsigned long commands[] = {
		CONTEND_INFO, CONTEND_LIST, CONTEND_CREATE, CONTEND_ATTACH, CONTEND_OP,
		CONTEND_BATCH, CONTEND_STAT, CONTEND_RUN, CONTEND_ACQUIRE, CONTEND_RELEASE,
		CONTEND_RING_SETUP, CONTEND_RING_ENTER, CONTEND_RESULT, CONTEND_WORKER,
		CONTEND_CHECK, CONTEND_HIST, CONTEND_STOP, CONTEND_PROGRESS,
	};
	int object = create(self->device, "spinlock", "counter");
	int r = run(object, "runtime=1ms warmup=0ns");
	int fd[] = { self->device, object, r };
	/* The first command of each kind, and of what follows. */
	size_t from[] = { 0, 4, 12, 18 }, kind, i;
	__u32 zero[256] = { 0 };

	ASSERT_GE(r, 0);
	ASSERT_EQ(run_wait(r, 10000), 1);
	for (kind = 0; kind < 3; kind++) {
		for (i = 0; i < ARRAY_SIZE(commands); i++) {
			int own = i >= from[kind] && i < from[kind + 1];

			/* Its size is zero: what is known is EINVAL. */
			EXPECT_EQ(call(fd[kind], commands[i], zero), own ? -EINVAL : -ENOTTY) {
				TH_LOG("command %zu on kind %zu", i, kind);
			}
		}
		EXPECT_EQ(call(fd[kind], _IO(CONTEND_IOC, 0xff), zero), -ENOTTY);
		EXPECT_EQ(call(fd[kind], _IO('c', 0), zero), -ENOTTY);
	}
	close(r);
	close(object);
}

TEST_HARNESS_MAIN

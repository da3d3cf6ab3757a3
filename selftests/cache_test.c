// SPDX-License-Identifier: GPL-2.0
/* A cache across system calls: who waits for a key that another task loads, and short memory. */
#include "contend_test.h"

CONTEND_FIXTURE(cache)

/* As the catalogue has them. */
enum { GET, PUT, LOAD, LEASE, FILL, INVALIDATE, FLUSH };

static const char *const caches[] = {
	"cache_fifo", "cache_lru", "cache_clock", "cache_sieve", "cache_s3fifo", "cache_wtinylfu",
};

/* The structure's answer, or the system call's when it failed; the value in @value. */
static int asked(int object, __u32 verb, __u64 key, __u64 *value, __u64 deadline)
{
	struct contend_op op = {
		.size = sizeof(op), .verb = verb, .key = key, .value = value ? *value : 0,
		.deadline_ns = deadline,
	};
	int ret = call(object, CONTEND_OP, &op);

	if (value)
		*value = op.value;
	return ret ? ret : -(int)op.error;
}

/* A child that gets what another task loads; its exit status is the value that it got. */
static pid_t loads(int object, __u64 key)
{
	__u64 value = 99;
	pid_t pid = fork();

	if (pid)
		return pid;
	asked(object, LOAD, key, &value, CONTEND_FOREVER);
	_exit(value & 0xff);
}

static __u32 blocked(int object)
{
	return stat_of(object, 0).blocked;
}

TEST_F(cache, all_wait_for_the_one_that_loads)
{
	__u64 lease = 0, value;
	pid_t pid[2];
	int object;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(caches); i++) {
		object = create(self->device, "mutex", caches[i]);
		ASSERT_GE(object, 0);
		EXPECT_EQ(asked(object, LEASE, 7, &lease, 0), -ENOENT);
		EXPECT_EQ(asked(object, LOAD, 7, NULL, 0), -EAGAIN);
		EXPECT_EQ(asked(object, LOAD, 7, NULL, 1), -ETIMEDOUT);
		pid[0] = loads(object, 7);
		pid[1] = loads(object, 7);
		EXPECT_TRUE(EVENTUALLY(blocked(object) == 2));
		value = lease | 70;
		EXPECT_EQ(asked(object, FILL, 7, &value, 0), 0);
		EXPECT_EQ(reap(pid[0]), 70);
		EXPECT_EQ(reap(pid[1]), 70);
		/* What ends the lease makes one of those that wait the next one that loads. */
		EXPECT_EQ(asked(object, INVALIDATE, 7, NULL, 0), 0);
		lease = 0;
		EXPECT_EQ(asked(object, LEASE, 7, &lease, 0), -ENOENT);
		pid[0] = loads(object, 7);
		pid[1] = loads(object, 7);
		EXPECT_TRUE(EVENTUALLY(blocked(object) == 2));
		EXPECT_EQ(asked(object, i % 2 ? FLUSH : INVALIDATE, 7, NULL, 0), 0);
		EXPECT_EQ(reap(pid[0]), 99);
		EXPECT_EQ(reap(pid[1]), 99);
		value = lease | 71;
		EXPECT_EQ(asked(object, FILL, 7, &value, 0), -ENOENT);
		EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
		close(object);
	}
}

TEST_F(cache, one_that_waits_has_nothing_that_verification_would_count)
{
	__u64 lease, value;
	int object;
	pid_t pid;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(caches); i++) {
		object = create(self->device, "mutex", caches[i]);
		ASSERT_GE(object, 0);
		lease = 0;
		EXPECT_EQ(asked(object, LEASE, 7, &lease, 0), -ENOENT);
		pid = loads(object, 7);
		EXPECT_TRUE(EVENTUALLY(blocked(object) == 1));
		EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0) {
			TH_LOG("%s: %s", caches[i], stat_of(object, 0).detail);
		}
		value = lease | 70;
		EXPECT_EQ(asked(object, FILL, 7, &value, 0), 0);
		EXPECT_EQ(reap(pid), 70);
		close(object);
	}
}

TEST_F(cache, gives_back_what_it_has_when_memory_is_short)
{
	static const char *const locks[] = { "spinlock", "mutex", "mcs", "rcu" };
	size_t i, l;
	__u64 key;
	int object;

	if (access("/proc/sys/vm/drop_caches", W_OK))
		SKIP(return, "no /proc/sys/vm/drop_caches to ask for memory with");
	for (l = 0; l < ARRAY_SIZE(locks); l++) {
		for (i = 0; i < ARRAY_SIZE(caches); i++) {
			object = create(self->device, locks[l], caches[i]);
			ASSERT_GE(object, 0);
			for (key = 0; key < 500; key++)
				ASSERT_EQ(asked(object, PUT, key, &key, 0), 0);
			EXPECT_EQ(stat_of(object, 0).elements, 500);
			EXPECT_EQ(write_file("/proc/sys/vm/drop_caches", "2"), 0);
			/* As many as the kernel asks for. */
			EXPECT_LT(stat_of(object, 0).elements, 250) {
				TH_LOG("%s %s", locks[l], caches[i]);
			}
			EXPECT_EQ(asked(object, PUT, 1, NULL, 0), 0);
			EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
			close(object);
		}
	}
}

TEST_HARNESS_MAIN

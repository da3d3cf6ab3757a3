// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that cannot be had: of each call the first allocation fails, then the
 * second, and so on until a call meets none that does (fail-nth of
 * Documentation/fault-injection/fault-injection.rst). A call does what it should
 * or says ENOMEM, and then it has changed nothing.
 */
#include "contend_ring.h"

#define FAIL_NTH	"/proc/thread-self/fail-nth"
#define FAILSLAB	"/sys/kernel/debug/failslab/"
#define FAIL_PAGE	"/sys/kernel/debug/fail_page_alloc/"
#define MOST		2000	/* allocations of one call: more is a test that never ends */

FIXTURE(fault) {
	int device;
	int object;
	struct counts before;
};

/* Ahead of main(): a harness of old goes on with a test whose set-up says SKIP. */
__attribute__((constructor))
static void needs_faults(void)
{
	if (access(FAIL_NTH, W_OK) || access(FAILSLAB "verbose", W_OK) ||
	    access(FAIL_PAGE "verbose", W_OK))
		ksft_exit_skip("this kernel was built without fault injection\n");
}

FIXTURE_SETUP(fault)
{
	/* Those that may sleep fail too, and not a word on the console of each. */
	ASSERT_EQ(write_file(FAILSLAB "ignore-gfp-wait", "N"), 0);
	ASSERT_EQ(write_file(FAILSLAB "verbose", "0"), 0);
	ASSERT_EQ(write_file(FAIL_PAGE "ignore-gfp-wait", "N"), 0);
	ASSERT_EQ(write_file(FAIL_PAGE "min-order", "0"), 0);
	ASSERT_EQ(write_file(FAIL_PAGE "verbose", "0"), 0);
	self->device = device_open();
	ASSERT_GE(self->device, 0);
	self->before = counts_of(self->device);
	self->object = create(self->device, "rcu", "list");
	ASSERT_GE(self->object, 0);
}

FIXTURE_TEARDOWN(fault)
{
	EXPECT_EQ(stat_of(self->object, CONTEND_STAT_VERIFY).violations, 0);
	close(self->object);
	EXPECT_TRUE(EVENTUALLY(counts_are(self->device, self->before)));
	close(self->device);
}

/* Let the nth allocation of this task fail, from now on. */
static void arm(int nth)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", nth);
	write_file(FAIL_NTH, text);
}

/* No longer; 1 when one has failed. */
static int disarm(void)
{
	char text[16];
	int failed = !atoi(read_file(FAIL_NTH, text, sizeof(text)));

	write_file(FAIL_NTH, "0");
	return failed;
}

/*
 * CALL until none of its allocations fails: RET is then what it returned. Each
 * time that one does, it must be ENOMEM or what UNDO takes back, and CHECK holds.
 */
#define EACH_FAILS(ret, invoke, undo, check) do {				\
	int nth__, refused__ = 0, failed__ = 1;					\
										\
	for (nth__ = 1; failed__ && nth__ < MOST; nth__++) {			\
		arm(nth__);							\
		(ret) = (invoke);						\
		failed__ = disarm();						\
		if (!failed__)							\
			break;							\
		if ((ret) < 0) {						\
			refused__++;						\
			ASSERT_EQ((ret), -ENOMEM) {				\
				TH_LOG("allocation %d of " #invoke, nth__);	\
			}							\
		} else {							\
			undo;							\
		}								\
		ASSERT_TRUE(check) {						\
			TH_LOG("after allocation %d of " #invoke, nth__);	\
		}								\
	}									\
	ASSERT_FALSE(failed__);							\
	ASSERT_GE((ret), 0);							\
	/* or nothing was tested */						\
	EXPECT_GT(refused__, 0);						\
} while (0)

/* Each allocation of each lock: on a debug kernel and a machine under load this takes long. */
TEST_F_TIMEOUT(fault, create_of_each_lock, 120)
{
	struct contend_list counter = entry_of(self->device, CONTEND_LIST_STRUCTURES, "counter");
	struct counts one = { self->before.objects + 1, self->before.runs };
	struct contend_list lock;
	int object;

	FOR_EACH_ENTRY(lock, self->device, CONTEND_LIST_LOCKS) {
		if (!serves(&lock, &counter))
			continue;
		EACH_FAILS(object, create(self->device, lock.name, counter.name), close(object),
			   EVENTUALLY(counts_are(self->device, one)));
		close(object);
	}
	EXPECT_EQ(lock.index, info_of(self->device).locks);
}

TEST_F(fault, create_of_a_list)
{
	struct counts one = { self->before.objects + 1, self->before.runs };
	int object;

	EACH_FAILS(object, create(self->device, "srcu", "list"), close(object),
		   EVENTUALLY(counts_are(self->device, one)));
	close(object);
}

TEST_F(fault, attach)
{
	struct contend_stat stat = stat_of(self->object, 0);
	int copy;

	EACH_FAILS(copy, attach(self->device, stat.id), close(copy),
		   stat_of(self->object, 0).descriptors == 1);
	close(copy);
}

TEST_F(fault, insert)
{
	__u64 value = 7;
	int ret;

	EACH_FAILS(ret, op(self->object, 1, 3, &value), op(self->object, 2, 3, NULL),
		   stat_of(self->object, CONTEND_STAT_VERIFY).elements == 0);
	EXPECT_EQ(op(self->object, 0, 3, &value), 0);
	EXPECT_EQ(value, 7);
}

/* A descriptor with rings. */
static int attach_rings(int device, __u64 id)
{
	struct contend_ring_setup setup = {
		.size = sizeof(setup), .sq_entries = 64, .flags = CONTEND_RING_POLL,
	};
	int object = attach(device, id), ret;

	if (object < 0)
		return object;
	ret = call(object, CONTEND_RING_SETUP, &setup);
	if (ret)
		close(object);
	return ret ? ret : object;
}

TEST_F_TIMEOUT(fault, rings, 120)
{
	const __u64 id = stat_of(self->object, 0).id;
	int copy;

	EACH_FAILS(copy, attach_rings(self->device, id), close(copy),
		   EVENTUALLY(stat_of(self->object, 0).descriptors == 1));
	close(copy);
}

static int insert_by_ring(struct rings *r)
{
	struct contend_cqe cqe = { .error = ENOANO };
	int ret;

	rings_put(r, (struct contend_sqe){ .verb = 1, .key = 3 });
	ret = rings_enter(r, 1, 1, CONTEND_FOREVER);
	if (ret == 1)
		rings_get(r, &cqe);
	return ret == 1 ? -(int)cqe.error : ret;
}

TEST_F(fault, insert_by_a_ring)
{
	struct rings r;
	int ret;

	ASSERT_EQ(rings_setup(self->object, (struct contend_ring_setup){ .sq_entries = 1 }, &r), 0);
	EACH_FAILS(ret, insert_by_ring(&r), op(self->object, 2, 3, NULL),
		   stat_of(self->object, CONTEND_STAT_VERIFY).elements == 0);
	munmap(r.shared, r.size);
}

static int insert_two(int object)
{
	struct contend_op ops[2] = {
		{ .size = sizeof(ops[0]), .verb = 1, .key = 1 },
		{ .size = sizeof(ops[0]), .verb = 1, .key = 2 },
	};
	struct contend_batch batch = {
		.size = sizeof(batch), .ops = PTR(ops), .count = 2, .op_size = sizeof(ops[0]),
	};
	int ret = call(object, CONTEND_BATCH, &batch);

	if (ret)
		return ret;
	return ops[0].error || ops[1].error ? -(int)(ops[0].error ?: ops[1].error) : 0;
}

static int erase_two(int object)
{
	op(object, 2, 1, NULL);
	op(object, 2, 2, NULL);
	return stat_of(object, CONTEND_STAT_VERIFY).elements == 0;
}

TEST_F(fault, batch)
{
	int ret;

	/* One of the two may have been carried out: each says so itself. */
	EACH_FAILS(ret, insert_two(self->object), (void)ret, erase_two(self->object));
	EXPECT_EQ(stat_of(self->object, 0).elements, 2);
}

TEST_F(fault, run)
{
	struct counts one = { self->before.objects + 1, self->before.runs };
	struct contend_result result = { .size = sizeof(result) };
	int r;

	EACH_FAILS(r, run(self->object, "workers=2 runtime=20ms warmup=1ms keys=zipf:1.0/64"),
		   close(r), EVENTUALLY(counts_are(self->device, one)));
	ASSERT_TRUE(run_wait(r, 20000));
	EXPECT_EQ(call(r, CONTEND_RESULT, &result), 0);
	EXPECT_NE(result.verdict, CONTEND_FAIL);
	close(r);
}

TEST_F_TIMEOUT(fault, run_through_proc, 120)
{
	static const char spec[] = "lock=rwsem structure=list runtime=5ms warmup=0ns";
	struct counts one = { self->before.objects + 1, self->before.runs };
	int ret;

	EACH_FAILS(ret, write_file("/proc/contend/run", spec), (void)ret,
		   counts_are(self->device, one));
}

TEST_HARNESS_MAIN

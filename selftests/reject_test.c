// SPDX-License-Identifier: GPL-2.0
/*
 * Bad input: each command, each way to get it wrong. One documented errno each,
 * and nothing left behind (the fixture counts objects and runs).
 */
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "contend_test.h"

FIXTURE(reject)
{
	int device;
	int object;
	int run;
	struct counts before;
};

FIXTURE_SETUP(reject)
{
	self->device = device_open();
	ASSERT_GE(self->device, 0);
	self->before = counts_of(self->device);
	self->object = create_permits(self->device, "semaphore", "list", 0, 4);
	ASSERT_GE(self->object, 0);
	self->run = run(self->object, "runtime=1ms warmup=0ns");
	ASSERT_GE(self->run, 0);
	ASSERT_EQ(run_wait(self->run, 10000), 1);
}

FIXTURE_TEARDOWN(reject)
{
	close(self->run);
	/* Nothing that was refused has touched the structure. */
	EXPECT_EQ(stat_of(self->object, CONTEND_STAT_VERIFY).violations, 0);
	EXPECT_EQ(stat_of(self->object, 0).permits_free, 4);
	close(self->object);
	EXPECT_TRUE(EVENTUALLY(counts_are(self->device, self->before)));
	close(self->device);
}

/*
 * Every command with the size of its struct; which descriptor it goes to; and the
 * size that was published first, where the struct has grown.
 */
static const struct {
	unsigned long cmd;
	size_t size;
	char kind;
	const char *name;
	size_t least;
} commands[] = {
	{ CONTEND_INFO, sizeof(struct contend_info), 'd', "INFO" },
	{ CONTEND_LIST, sizeof(struct contend_list), 'd', "LIST" },
	{ CONTEND_CREATE, sizeof(struct contend_create), 'd', "CREATE", 96 },
	{ CONTEND_ATTACH, sizeof(struct contend_attach), 'd', "ATTACH" },
	{ CONTEND_OP, sizeof(struct contend_op), 'o', "OP", 48 },
	{ CONTEND_BATCH, sizeof(struct contend_batch), 'o', "BATCH" },
	{ CONTEND_STAT, sizeof(struct contend_stat), 'o', "STAT" },
	{ CONTEND_RUN, sizeof(struct contend_run), 'o', "RUN" },
	{ CONTEND_ACQUIRE, sizeof(struct contend_acquire), 'o', "ACQUIRE" },
	{ CONTEND_RELEASE, sizeof(struct contend_release), 'o', "RELEASE" },
	{ CONTEND_RING_SETUP, sizeof(struct contend_ring_setup), 'o', "RING_SETUP" },
	{ CONTEND_RING_ENTER, sizeof(struct contend_ring_enter), 'o', "RING_ENTER" },
	{ CONTEND_RESULT, sizeof(struct contend_result), 'r', "RESULT", 80 },
	{ CONTEND_WORKER, sizeof(struct contend_worker), 'r', "WORKER", 72 },
	{ CONTEND_CHECK, sizeof(struct contend_check), 'r', "CHECK" },
	{ CONTEND_HIST, sizeof(struct contend_hist), 'r', "HIST", 56 },
	{ CONTEND_STOP, sizeof(struct contend_stop), 'r', "STOP" },
	{ CONTEND_PROGRESS, sizeof(struct contend_progress), 'r', "PROGRESS" },
};

#define FOR_EACH_COMMAND(i)						\
	for (i = 0; i < ARRAY_SIZE(commands); i++)

#define FD_OF(i)							\
	(commands[i].kind == 'd' ? self->device :			\
	 commands[i].kind == 'o' ? self->object : self->run)

/* A buffer longer than any struct, zero but for its size. */
static __u32 *sized(size_t size)
{
	static __u32 buf[2048];

	memset(buf, 0, sizeof(buf));
	buf[0] = size;
	return buf;
}

TEST_F(reject, a_struct_shorter_than_needed_is_EINVAL)
{
	size_t i;

	FOR_EACH_COMMAND(i) {
		size_t least = commands[i].least ?: commands[i].size;

		EXPECT_EQ(call(FD_OF(i), commands[i].cmd, sized(0)), -EINVAL) {
			TH_LOG("%s of no size", commands[i].name);
		}
		EXPECT_EQ(call(FD_OF(i), commands[i].cmd, sized(least - 1)), -EINVAL) {
			TH_LOG("%s one byte short", commands[i].name);
		}
	}
}

TEST_F(reject, an_unknown_tail_is_E2BIG_unless_it_is_zero)
{
	size_t i;

	FOR_EACH_COMMAND(i) {
		__u32 *arg = sized(commands[i].size + 8);

		arg[commands[i].size / 4 + 1] = 1;
		EXPECT_EQ(call(FD_OF(i), commands[i].cmd, arg), -E2BIG) {
			TH_LOG("%s with a tail", commands[i].name);
		}
	}
	/* A zero tail is what a newer caller sends to an older kernel. */
	EXPECT_EQ(call(self->device, CONTEND_INFO, sized(sizeof(struct contend_info) + 8)), 0);
	EXPECT_EQ(call(self->object, CONTEND_STAT, sized(sizeof(struct contend_stat) + 8)), 0);
	EXPECT_EQ(call(self->run, CONTEND_RESULT, sized(sizeof(struct contend_result) + 8)), 0);
}

TEST_F(reject, an_absurd_size_is_E2BIG)
{
	size_t i;

	FOR_EACH_COMMAND(i) {
		EXPECT_EQ(call(FD_OF(i), commands[i].cmd, sized(1 << 20)), -E2BIG) {
			TH_LOG("%s", commands[i].name);
		}
		EXPECT_EQ(call(FD_OF(i), commands[i].cmd, sized(~0U)), -E2BIG) {
			TH_LOG("%s", commands[i].name);
		}
	}
}

TEST_F(reject, a_pointer_to_nowhere_is_EFAULT)
{
	size_t i;

	FOR_EACH_COMMAND(i) {
		EXPECT_EQ(call(FD_OF(i), commands[i].cmd, NULL), -EFAULT) {
			TH_LOG("%s", commands[i].name);
		}
	}
}

TEST_F(reject, a_zero_tail_beyond_a_page_is_E2BIG_too)
{
	size_t page = sysconf(_SC_PAGESIZE);
	void *arg = calloc(2, page);

	ASSERT_NE(arg, NULL);
	*(__u32 *)arg = page + 8;
	EXPECT_EQ(call(self->device, CONTEND_INFO, arg), -E2BIG);
	*(__u32 *)arg = page;
	EXPECT_EQ(call(self->device, CONTEND_INFO, arg), 0);
	free(arg);
}

/* A copy in memory that can be read only, from its byte @from on. */
static void *read_only(const void *arg, size_t size, size_t from)
{
	static char *pages;
	size_t page = sysconf(_SC_PAGESIZE);

	if (pages)
		munmap(pages, 2 * page);
	pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED)
		return NULL;
	memcpy(pages + page - from, arg, size);
	mprotect(pages + page, page, PROT_READ);
	return pages + page - from;
}

/* Only one that is right, and would be carried out if it could be told. */
#define CALL_READ_ONLY(fd, cmd, type, ...) ({				\
	struct type arg__ = { .size = sizeof(arg__), __VA_ARGS__ };	\
	call(fd, cmd, read_only(&arg__, sizeof(arg__), 0));		\
})

TEST_F(reject, a_command_without_outputs_writes_nothing)
{
	struct contend_stat stat = stat_of(self->object, 0);
	static const char spec[] = "runtime=1ms warmup=0ns";
	int fd;

	EXPECT_EQ(CALL_READ_ONLY(self->object, CONTEND_ACQUIRE, contend_acquire, .count = 3), 0);
	EXPECT_EQ(stat_of(self->object, 0).permits_held, 3);
	EXPECT_EQ(CALL_READ_ONLY(self->object, CONTEND_RELEASE, contend_release, .count = 3), 0);
	EXPECT_EQ(stat_of(self->object, 0).permits_held, 0);
	EXPECT_EQ(CALL_READ_ONLY(self->run, CONTEND_STOP, contend_stop), 0);
	fd = CALL_READ_ONLY(self->device, CONTEND_ATTACH, contend_attach, .id = stat.id);
	EXPECT_GE(fd, 0);
	close(fd);
	fd = CALL_READ_ONLY(self->object, CONTEND_RUN, contend_run, .spec = PTR(spec),
			    .spec_len = strlen(spec));
	EXPECT_GE(fd, 0);
	close(fd);
}

TEST_F(reject, what_cannot_be_told_is_not_done)
{
	struct contend_stat before = stat_of(self->object, 0), after;
	struct contend_op op = { .size = sizeof(op), .verb = 1, .key = 1 << 20 };
	struct contend_batch batch = {
		.size = sizeof(batch), .count = 1, .op_size = sizeof(op), .ops = PTR(&op),
	};
	size_t from;

	EXPECT_EQ(CALL_READ_ONLY(self->device, CONTEND_INFO, contend_info), -EFAULT);
	EXPECT_EQ(CALL_READ_ONLY(self->device, CONTEND_LIST, contend_list), -EFAULT);
	EXPECT_EQ(CALL_READ_ONLY(self->object, CONTEND_STAT, contend_stat), -EFAULT);
	EXPECT_EQ(CALL_READ_ONLY(self->run, CONTEND_RESULT, contend_result), -EFAULT);
	EXPECT_EQ(CALL_READ_ONLY(self->run, CONTEND_WORKER, contend_worker), -EFAULT);
	EXPECT_EQ(CALL_READ_ONLY(self->run, CONTEND_CHECK, contend_check), -EFAULT);
	EXPECT_EQ(CALL_READ_ONLY(self->run, CONTEND_HIST, contend_hist, .buckets = 29 * 64),
		  -EFAULT);
	/* The object is given back: the fixture counts. */
	EXPECT_EQ(CALL_READ_ONLY(self->device, CONTEND_CREATE, contend_create, .lock = "mutex",
				 .structure = "list"), -EFAULT);

	/* All of the struct, and the outputs alone. */
	for (from = 0; from <= offsetof(struct contend_op, value); from += 8)
		EXPECT_EQ(call(self->object, CONTEND_OP, read_only(&op, sizeof(op), from)),
			  -EFAULT);
	EXPECT_EQ(call(self->object, CONTEND_BATCH, read_only(&batch, sizeof(batch), 0)),
		  -EFAULT);
	batch.ops = PTR(read_only(&op, sizeof(op), 0));
	EXPECT_EQ(call(self->object, CONTEND_BATCH, &batch), -EFAULT);
	EXPECT_EQ(batch.done, 0);
	after = stat_of(self->object, CONTEND_STAT_VERIFY);
	EXPECT_EQ(after.elements, before.elements);
	EXPECT_EQ(after.ops, before.ops);
}

TEST_F(reject, a_run_for_which_there_is_no_descriptor_does_nothing)
{
	struct contend_stat before = stat_of(self->object, 0);
	struct rlimit old, none = { .rlim_max = 0 };

	ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = (struct rlimit){ .rlim_max = old.rlim_max };
	ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
	EXPECT_EQ(run(self->object, "runtime=1ms warmup=0ns"), -EMFILE);
	EXPECT_EQ(attach(self->device, before.id), -EMFILE);
	EXPECT_EQ(create(self->device, "mutex", "list"), -EMFILE);
	ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &old), 0);
	EXPECT_EQ(stat_of(self->object, 0).ops, before.ops);
	EXPECT_EQ(stat_of(self->object, 0).descriptors, before.descriptors);
}

/* A struct that is right but for one word. */
#define REJECT(fd, cmd, errno_, type, ...) ({					\
	struct type arg__ = { .size = sizeof(arg__), __VA_ARGS__ };		\
	int ret__ = call(fd, cmd, &arg__);					\
	EXPECT_EQ(ret__, -(errno_)) {						\
		TH_LOG(#type " { " #__VA_ARGS__ " }");				\
	}									\
	if (ret__ >= 0 && (cmd == CONTEND_CREATE || cmd == CONTEND_ATTACH))	\
		close(ret__);							\
})

TEST_F(reject, flags_and_reserved_fields_must_be_zero)
{
	struct contend_batch batch;
	struct contend_op op = { .size = sizeof(op) };

	batch = (struct contend_batch){ .count = 1, .op_size = sizeof(op), .ops = PTR(&op) };
	REJECT(self->device, CONTEND_INFO, EINVAL, contend_info, .flags = 1);
	REJECT(self->device, CONTEND_CREATE, EINVAL, contend_create, .flags = 4,
	       .lock = "mutex", .structure = "list");
	REJECT(self->device, CONTEND_ATTACH, EINVAL, contend_attach, .flags = 1);
	REJECT(self->object, CONTEND_OP, EINVAL, contend_op, .flags = 2);
	REJECT(self->object, CONTEND_BATCH, EINVAL, contend_batch, .flags = 1, .count = 1,
	       .op_size = batch.op_size, .ops = batch.ops);
	REJECT(self->object, CONTEND_BATCH, EINVAL, contend_batch, .reserved = 1, .count = 1,
	       .op_size = batch.op_size, .ops = batch.ops);
	REJECT(self->object, CONTEND_STAT, EINVAL, contend_stat, .flags = 2);
	REJECT(self->object, CONTEND_RUN, EINVAL, contend_run, .flags = 1);
	REJECT(self->object, CONTEND_ACQUIRE, EINVAL, contend_acquire, .flags = 1, .count = 1);
	REJECT(self->object, CONTEND_ACQUIRE, EINVAL, contend_acquire, .reserved = 1, .count = 1);
	REJECT(self->object, CONTEND_RELEASE, EINVAL, contend_release, .flags = 1, .count = 1);
	REJECT(self->object, CONTEND_RELEASE, EINVAL, contend_release, .reserved = 1, .count = 1);
	REJECT(self->object, CONTEND_RING_SETUP, EINVAL, contend_ring_setup, .flags = 4,
	       .sq_entries = 1);
	REJECT(self->object, CONTEND_RING_SETUP, EINVAL, contend_ring_setup, .reserved = 1,
	       .sq_entries = 1);
	REJECT(self->object, CONTEND_RING_ENTER, EINVAL, contend_ring_enter, .flags = 1);
	REJECT(self->run, CONTEND_RESULT, EINVAL, contend_result, .flags = 1);
	REJECT(self->run, CONTEND_RESULT, EINVAL, contend_result, .reserved = 1);
	REJECT(self->run, CONTEND_WORKER, EINVAL, contend_worker, .flags = 1);
	REJECT(self->run, CONTEND_WORKER, EINVAL, contend_worker, .reserved = 1);
	REJECT(self->run, CONTEND_WORKER, EINVAL, contend_worker, .reserved2 = 1);
	REJECT(self->run, CONTEND_HIST, EINVAL, contend_hist, .flags = 4, .buckets = 29 * 64);
	REJECT(self->run, CONTEND_HIST, EINVAL, contend_hist, .verb = 1, .buckets = 29 * 64);
	REJECT(self->run, CONTEND_CHECK, EINVAL, contend_check, .reserved = 1);
	REJECT(self->run, CONTEND_STOP, EINVAL, contend_stop, .flags = 1);
}

TEST_F(reject, names_must_be_known_and_end_in_a_zero)
{
	struct contend_create create = { .size = sizeof(create), .structure = "list" };

	REJECT(self->device, CONTEND_CREATE, ENOENT, contend_create, .lock = "spinlok",
	       .structure = "list");
	REJECT(self->device, CONTEND_CREATE, ENOENT, contend_create, .lock = "spinlock",
	       .structure = "lst");
	REJECT(self->device, CONTEND_CREATE, ENOENT, contend_create, .lock = "",
	       .structure = "");
	memset(create.lock, 'x', sizeof(create.lock));
	EXPECT_EQ(call(self->device, CONTEND_CREATE, &create), -EINVAL);
	strcpy(create.lock, "mutex");
	memset(create.structure, 'x', sizeof(create.structure));
	EXPECT_EQ(call(self->device, CONTEND_CREATE, &create), -EINVAL);
}

TEST_F(reject, a_lock_must_promise_what_the_structure_needs)
{
	REJECT(self->device, CONTEND_CREATE, EOPNOTSUPP, contend_create, .lock = "seqlock",
	       .structure = "list");
	REJECT(self->device, CONTEND_CREATE, EOPNOTSUPP, contend_create, .lock = "mutex",
	       .structure = "list", .permits = 1);
}

TEST_F(reject, a_deadlock_must_be_avoided_in_a_way_that_the_lock_knows)
{
	const __u32 backoff = CONTEND_CREATE_BACKOFF, ww = CONTEND_CREATE_WW;

	REJECT(self->device, CONTEND_CREATE, EINVAL, contend_create, .lock = "ww_mutex",
	       .structure = "accounts", .flags = backoff | ww);
	REJECT(self->device, CONTEND_CREATE, EOPNOTSUPP, contend_create, .lock = "mutex",
	       .structure = "list", .flags = backoff);
	REJECT(self->device, CONTEND_CREATE, EOPNOTSUPP, contend_create, .lock = "mutex",
	       .structure = "accounts", .flags = ww);
	REJECT(self->device, CONTEND_CREATE, EOPNOTSUPP, contend_create, .lock = "null",
	       .structure = "accounts", .flags = backoff);
	REJECT(self->device, CONTEND_CREATE, EOPNOTSUPP, contend_create, .lock = "ww_mutex",
	       .structure = "accounts", .stripes = 2);
	REJECT(self->device, CONTEND_CREATE, EOPNOTSUPP, contend_create, .lock = "rcu",
	       .structure = "accounts");
}

TEST_F(reject, one_flag_of_CREATE_at_a_time_and_no_unknown_one)
{
	static const struct {
		__u32 flags;
		const char *why;
	} refused[] = {
		{ CONTEND_CREATE_BACKOFF | CONTEND_CREATE_WW,
		  "flags=0x3: BACKOFF or WW avoids a deadlock, not both" },
		{ 1U << 2, "flags=0x4: 0x4 is unknown" },
		{ 1U << 31, "flags=0x80000000: 0x80000000 is unknown" },
		{ CONTEND_CREATE_WW | 1U << 4, "flags=0x12: 0x10 is unknown" },
		{ ~0U, "flags=0xffffffff: 0xfffffffc is unknown" },
	};
	/* Where either flag could be had alone, and where none could. */
	static const struct contend_create wanted[] = {
		{ .size = sizeof(wanted[0]), .lock = "ww_mutex", .structure = "accounts" },
		{ .size = sizeof(wanted[0]), .lock = "mutex", .structure = "list" },
	};
	struct counts before = counts_of(self->device);
	struct contend_create create;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refused) * ARRAY_SIZE(wanted); i++) {
		create = wanted[i % ARRAY_SIZE(wanted)];
		create.flags = refused[i / ARRAY_SIZE(wanted)].flags;
		EXPECT_EQ(call(self->device, CONTEND_CREATE, &create), -EINVAL);
		EXPECT_STREQ(create.why, refused[i / ARRAY_SIZE(wanted)].why);
		EXPECT_EQ(create.id, 0);
	}
	EXPECT_TRUE(counts_are(self->device, before));
}

TEST_F(reject, an_object_that_cannot_be_says_why)
{
	static const struct {
		struct contend_create create;
		const char *why;
	} refused[] = {
		{ { .lock = "seqlock", .structure = "list" },
		  "seqlock does not promise what structure=list needs of its lock" },
		{ { .lock = "mutex", .structure = "list", .permits = 1 }, "mutex has no permits" },
		{ { .lock = "mutex", .structure = "counter", .stripes = 2 },
		  "a counter has no keys for stripes=2 to share" },
		{ { .lock = "mutex", .structure = "list", .flags = CONTEND_CREATE_BACKOFF },
		  "avoid= is for a structure whose operations take two locks" },
		{ { .lock = "mutex", .structure = "accounts", .flags = CONTEND_CREATE_WW },
		  "avoid=ww takes a lock with this protocol: ww_mutex or ww_mutex_die" },
		{ { .lock = "ww_mutex", .structure = "accounts", .stripes = 2 },
		  "avoid=order is not for this lock: avoid=ww is, or avoid=backoff" },
		{ { .lock = "semaphore", .structure = "list", .permits = 65537 },
		  "65537 permits: 65536 are the most" },
		{ { .lock = "mutex", .structure = "list", .stripes = 1025 },
		  "stripes=1025: 1024 are the most" },
	};
	struct contend_create create;
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		create = refused[i].create;
		create.size = sizeof(create);
		memset(create.why, 'x', sizeof(create.why));
		ret = call(self->device, CONTEND_CREATE, &create);
		EXPECT_LT(ret, 0);
		EXPECT_STREQ(create.why, refused[i].why);
		/* A client that knows no such field gets none. */
		create.size = 96;
		create.why[0] = 'x';
		EXPECT_EQ(call(self->device, CONTEND_CREATE, &create), ret);
		EXPECT_EQ(create.why[0], 'x');
	}
}

/* How many kinds of histogram there are: their numbers have no gap. */
#define ONE_MORE(kind, number, name, flags)	+ 1
enum { HISTS = CONTEND_HISTS(ONE_MORE) };

TEST_F(reject, absurd_counts)
{
	struct contend_op op = { .size = sizeof(op) };

	REJECT(self->device, CONTEND_CREATE, EINVAL, contend_create, .lock = "mutex",
	       .structure = "list", .capacity = ~0ULL);
	REJECT(self->device, CONTEND_CREATE, EINVAL, contend_create, .lock = "semaphore",
	       .structure = "list", .permits = 65537);
	REJECT(self->device, CONTEND_CREATE, EINVAL, contend_create, .lock = "mutex",
	       .structure = "list", .stripes = 1025);
	REJECT(self->device, CONTEND_CREATE, EOPNOTSUPP, contend_create, .lock = "mutex",
	       .structure = "counter", .stripes = 2);
	REJECT(self->device, CONTEND_LIST, EOPNOTSUPP, contend_list, .catalogue = 2);
	REJECT(self->device, CONTEND_ATTACH, ENOENT, contend_attach, .id = 0);
	REJECT(self->device, CONTEND_ATTACH, ENOENT, contend_attach, .id = ~0ULL);
	REJECT(self->object, CONTEND_OP, EINVAL, contend_op, .stay_ns = CONTEND_STAY_MAX_NS + 1);
	REJECT(self->object, CONTEND_OP, EINVAL, contend_op, .verb = 3);
	REJECT(self->object, CONTEND_OP, EINVAL, contend_op, .verb = ~0U);
	REJECT(self->object, CONTEND_BATCH, EINVAL, contend_batch, .count = 0,
	       .op_size = sizeof(op), .ops = PTR(&op));
	REJECT(self->object, CONTEND_BATCH, EINVAL, contend_batch, .count = ~0U,
	       .op_size = sizeof(op), .ops = PTR(&op));
	REJECT(self->object, CONTEND_BATCH, EINVAL, contend_batch, .count = 1,
	       .op_size = 40, .ops = PTR(&op));
	REJECT(self->object, CONTEND_BATCH, EINVAL, contend_batch, .count = 1, .op_size = ~0U,
	       .ops = PTR(&op));
	REJECT(self->object, CONTEND_BATCH, EFAULT, contend_batch, .count = 1,
	       .op_size = sizeof(op), .ops = 0);
	REJECT(self->object, CONTEND_ACQUIRE, EINVAL, contend_acquire, .count = 0);
	REJECT(self->object, CONTEND_ACQUIRE, EINVAL, contend_acquire, .count = 5);
	REJECT(self->object, CONTEND_RELEASE, EINVAL, contend_release, .count = 0);
	REJECT(self->object, CONTEND_RELEASE, EPERM, contend_release, .count = 1);
	REJECT(self->run, CONTEND_WORKER, ENOENT, contend_worker, .index = 2);
	REJECT(self->run, CONTEND_WORKER, ENOENT, contend_worker, .index = ~0U);
	REJECT(self->run, CONTEND_CHECK, ENOENT, contend_check, .index = ~0U);
	REJECT(self->run, CONTEND_HIST, EINVAL, contend_hist, .buckets = 1);
	REJECT(self->run, CONTEND_HIST, EINVAL, contend_hist, .buckets = 29 * 64 - 1);
	REJECT(self->run, CONTEND_HIST, ENOENT, contend_hist, .worker = 2, .buckets = 29 * 64);
	REJECT(self->run, CONTEND_HIST, EOPNOTSUPP, contend_hist, .kind = HISTS,
	       .buckets = 29 * 64);
	REJECT(self->run, CONTEND_HIST, EFAULT, contend_hist, .buckets = 29 * 64);
	REJECT(self->run, CONTEND_HIST, ENOENT, contend_hist, .flags = CONTEND_HIST_OF_VERB,
	       .verb = 99, .buckets = 29 * 64);
	REJECT(self->run, CONTEND_HIST, EOPNOTSUPP, contend_hist, .flags = CONTEND_HIST_OF_VERB,
	       .kind = CONTEND_HIST_HOLD, .buckets = 29 * 64);
	REJECT(self->run, CONTEND_RESULT, EINVAL, contend_result, .spec_len = 1);
	REJECT(self->run, CONTEND_RESULT, EFAULT, contend_result, .spec = 1, .spec_len = 4096);
	REJECT(self->run, CONTEND_RESULT, ENOSPC, contend_result, .spec = 1, .spec_len = 1);
}

TEST_F(reject, a_spec_that_is_wrong_says_what_is_wrong)
{
	static const struct {
		const char *spec;
		int error;
		const char *says;
	} bad[] = {
		{ "lokc=semaphore", -EINVAL, "did you mean 'lock'" },
		{ "workers", -EINVAL, "key=value" },
		{ "workers=0", -EINVAL, "1 to 1024" },
		{ "workers=1025", -EINVAL, "1 to 1024" },
		{ "workers=99999999999999999999", -EINVAL, "too large" },
		{ "workers=1000", -EINVAL, "max_workers" },
		{ "runtime=1", -EINVAL, "unit" },
		{ "runtime=2h", -EINVAL, "unit" },
		{ "runtime=60m warmup=1m", -EINVAL, "max_runtime_s" },
		{ "workers=1 workers=2", -EINVAL, "twice" },
		{ "group=a:1 workers=1", -EINVAL, "leave workers= out" },
		{ "group=a:1 b.mix=lookup:1", -EINVAL, "there is no group 'b'" },
		{ "group=a:1 a.lock=semaphore", -EINVAL, "is of all workers" },
		{ "group=a:1 a.mix=inc:1", -EINVAL, "a.mix: structure=list has no operation" },
		{ "group=a:257", -EINVAL, "max_workers" },
		{ "workers=", -EINVAL, "no value" },
		{ "lock=spinlock", -EINVAL, "the object's lock is semaphore" },
		{ "structure=counter", -EINVAL, "the object is a list" },
		{ "engine=ioctl", -EOPNOTSUPP, "does not run here" },
		{ "mix=inc:1", -EINVAL, "no operation 'inc'" },
		{ "mix=lookup:0", -EINVAL, "must not be 0" },
		{ "keys=zipf:9/10", -EINVAL, "0.001 to 4.000" },
		{ "keys=uniform/0", -EINVAL, "1 to 1048576" },
		{ "placement=all", -EINVAL, "spread, pack or free" },
		{ "sched=rr", -EINVAL, "other, fifo, deadline or inversion" },
		{ "stutter=1us", -EINVAL, "1ms to 10s" },
		{ "engine=ioctl sched=fifo", -EINVAL, "are for engine=kernel" },
		{ "measure=lock sched=fifo", -EINVAL, "never pauses" },
		{ "sched=deadline", -EINVAL, "takes placement=free" },
		{ "sched=deadline placement=free preempt=1ms", -EINVAL, "leave hotplug= and pree" },
		{ "shuffle=1ms placement=free", -EINVAL, "workers that are bound" },
		{ "sched=inversion", -EINVAL, "placement=pack" },
		{ "sched=inversion placement=pack", -EINVAL, "3 to 8 workers" },
		{ "sched=inversion placement=pack workers=3", -EINVAL, "hold=TIME, 1ms or more" },
		{ "sched=inversion placement=pack workers=3 hold=1ms think=1ms", -EINVAL,
		  "keeps its own time" },
	};
	char message[128];
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		memset(message, 0, sizeof(message));
		ret = run_message(self->object, bad[i].spec, message, sizeof(message));
		EXPECT_EQ(ret, bad[i].error) {
			TH_LOG("%s", bad[i].spec);
		}
		EXPECT_NE(strstr(message, bad[i].says), NULL) {
			TH_LOG("%s: %s", bad[i].spec, message);
		}
		if (ret >= 0)
			close(ret);
	}
	/* A message longer than its buffer is cut, and still ends in a zero. */
	memset(message, 'x', sizeof(message));
	EXPECT_EQ(run_message(self->object, "lokc=semaphore", message, 8), -EINVAL);
	EXPECT_EQ(strlen(message), 7);
	EXPECT_EQ(message[8], 'x');
}

TEST_F(reject, a_spec_that_cannot_be_read)
{
	char spec[8192];

	memset(spec, ' ', sizeof(spec));
	REJECT(self->object, CONTEND_RUN, EINVAL, contend_run, .spec = PTR(spec),
	       .spec_len = sizeof(spec));
	REJECT(self->object, CONTEND_RUN, EINVAL, contend_run, .spec = PTR(spec),
	       .spec_len = ~0U);
	REJECT(self->object, CONTEND_RUN, EFAULT, contend_run, .spec_len = 8);
	REJECT(self->object, CONTEND_RUN, EINVAL, contend_run, .spec = PTR(spec), .spec_len = 8,
	       .message_len = 8);
}

TEST_HARNESS_MAIN

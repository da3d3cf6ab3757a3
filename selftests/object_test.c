// SPDX-License-Identifier: GPL-2.0
/* The structures through OP and BATCH, under every lock that takes them. */
#include <stddef.h>

#include "contend_trace.h"

CONTEND_FIXTURE(object)

enum { READ, INC };
enum { LOOKUP, INSERT, ERASE };
enum { BALANCE, TRANSFER };

/* Once for each lock that the structure takes, with an object of theirs. */
#define FOR_EACH_LOCK(structure_, object_)					\
	for (struct contend_list l_ = { .size = sizeof(l_) }, s_ =		\
		     entry_of(self->device, CONTEND_LIST_STRUCTURES, structure_); \
	     !call(self->device, CONTEND_LIST, &l_) ||				\
	     all_seen(_metadata, self->device, l_.index); l_.index++)		\
		for (int object_ = create_pair(_metadata, self->device, &l_, &s_, \
					       (struct contend_create){ });	\
		     object_ >= 0; close(object_), object_ = -1)

/* At the end of the catalogue of locks: false. */
static bool all_seen(struct __test_metadata *_metadata, int device, __u32 index)
{
	EXPECT_EQ(index, info_of(device).locks);
	return false;
}

TEST_F(object, a_counter_counts_under_every_lock)
{
	FOR_EACH_LOCK("counter", object) {
		__u64 value = 77;
		int i;

		EXPECT_EQ(op(object, READ, 0, &value), 0);
		EXPECT_EQ(value, 0);
		for (i = 1; i <= 10; i++) {
			EXPECT_EQ(op(object, INC, 0, &value), 0);
			EXPECT_EQ(value, i);
		}
		EXPECT_EQ(op(object, READ, 0, &value), 0);
		EXPECT_EQ(value, 10);
		EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
		EXPECT_EQ(stat_of(object, 0).ops, 12);
	}
}

TEST_F(object, a_list_is_an_ordered_set_under_every_lock)
{
	FOR_EACH_LOCK("list", object) {
		static const __u64 keys[] = { 5, 1, 9, ~0ULL, 0, 7 };
		__u64 value;
		size_t i;

		for (i = 0; i < ARRAY_SIZE(keys); i++) {
			value = 100 + i;
			EXPECT_EQ(op(object, LOOKUP, keys[i], NULL), -ENOENT);
			EXPECT_EQ(op(object, ERASE, keys[i], NULL), -ENOENT);
			EXPECT_EQ(op(object, INSERT, keys[i], &value), 0);
			EXPECT_EQ(op(object, INSERT, keys[i], &value), -EEXIST);
		}
		for (i = 0; i < ARRAY_SIZE(keys); i++) {
			EXPECT_EQ(op(object, LOOKUP, keys[i], &value), 0);
			EXPECT_EQ(value, 100 + i);
		}
		EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
		EXPECT_EQ(stat_of(object, 0).elements, 6);
		EXPECT_EQ(op(object, ERASE, 5, &value), 0);
		EXPECT_EQ(value, 100);
		EXPECT_EQ(op(object, LOOKUP, 5, NULL), -ENOENT);
		EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
		EXPECT_EQ(stat_of(object, 0).elements, 5);
		/* Verification waits for grace periods: nothing is pending. */
		EXPECT_EQ(stat_of(object, 0).backlog, 0);
	}
}

/* As the catalogue has them, and a pool's limit. */
enum { TRY_GET = 0, PUT = 2, ADD = 4, REAP = 7, TUNE = 8, LEAK_NS = 2 };

TEST_F(object, a_lease_ends_with_the_task_that_has_it)
{
	int object = create(self->device, "null", "pool"), leases[2];
	__u64 ns = 1, mine = 0, lease = 0;
	pid_t pid;

	EXPECT_EQ(op(object, ADD, 0, NULL), 0);
	EXPECT_EQ(op(object, ADD, 0, NULL), 0);
	EXPECT_EQ(op(object, TUNE, LEAK_NS, &ns), 0);
	EXPECT_EQ(op(object, TRY_GET, 0, &mine), 0);
	ASSERT_EQ(pipe(leases), 0);
	pid = fork();
	if (!pid) {
		op(object, TRY_GET, 0, &lease);
		write(leases[1], &lease, sizeof(lease));
		pause();
	}
	ASSERT_EQ(read(leases[0], &lease, sizeof(lease)), sizeof(lease));
	/* Both last for too long, and their tasks live. */
	EXPECT_EQ(op(object, REAP, 0, NULL), -ENOENT);
	EXPECT_EQ(op(object, PUT, 0, &lease), -EPERM);
	kill(pid, SIGKILL);
	EXPECT_EQ(reap(pid), 128 + SIGKILL);
	EXPECT_EQ(op(object, REAP, 0, NULL), 0);
	EXPECT_EQ(op(object, REAP, 0, NULL), -ENOENT);
	EXPECT_EQ(op(object, PUT, 0, &lease), -ESTALE);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	EXPECT_EQ(stat_of(object, 0).elements, 1);
	EXPECT_EQ(op(object, ADD, 0, NULL), 0);
	EXPECT_EQ(op(object, PUT, 0, &mine), 0);
	close(leases[0]);
	close(leases[1]);
	close(object);
}

/* Whatever the parameter says: structures do not number as many, and would have a remainder. */
TEST_F(object, a_capacity_beyond_32_bits_is_EINVAL)
{
	static const char *const structures[] = { "bucket", "list", "cache_fifo", "pool" };
	struct contend_create create = {
		.size = sizeof(create), .capacity = (1ULL << 32) + 2,
	};
	char old[32];
	size_t i;

	ASSERT_EQ(set_parameter("max_capacity", "8589934592", old, sizeof(old)), 0);
	for (i = 0; i < ARRAY_SIZE(structures); i++) {
		snprintf(create.structure, sizeof(create.structure), "%s", structures[i]);
		snprintf(create.lock, sizeof(create.lock), "%s", i % 3 ? "mutex" : "null");
		EXPECT_EQ(call(self->device, CONTEND_CREATE, &create), -EINVAL) {
			TH_LOG("%s", structures[i]);
		}
		EXPECT_STREQ(create.why, "capacity=4294967298: 2147483648 are the most");
	}
	set_parameter("max_capacity", old, NULL, 0);
}

TEST_F(object, a_list_at_its_capacity_is_ENOSPC)
{
	int object = create_permits(self->device, "rcu", "list", 2, 0);

	ASSERT_GE(object, 0);
	EXPECT_EQ(stat_of(object, 0).capacity, 2);
	EXPECT_EQ(op(object, INSERT, 1, NULL), 0);
	EXPECT_EQ(op(object, INSERT, 2, NULL), 0);
	EXPECT_EQ(op(object, INSERT, 3, NULL), -ENOSPC);
	EXPECT_EQ(op(object, INSERT, 2, NULL), -EEXIST);
	EXPECT_EQ(op(object, ERASE, 1, NULL), 0);
	EXPECT_EQ(op(object, INSERT, 3, NULL), 0);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	close(object);
}

TEST_F(object, stripes_share_the_keys_between_them)
{
	int object = create_stripes(self->device, "rcu", "hash", 4);
	__u64 key, value;

	for (key = 0; key < 100; key++) {
		value = key + 1;
		EXPECT_EQ(op(object, INSERT, key, &value), 0);
		EXPECT_EQ(op(object, INSERT, key, &value), -EEXIST);
	}
	for (key = 0; key < 100; key++) {
		EXPECT_EQ(op(object, LOOKUP, key, &value), 0);
		EXPECT_EQ(value, key + 1);
	}
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).elements, 100);
	for (key = 0; key < 100; key += 2)
		EXPECT_EQ(op(object, ERASE, key, NULL), 0);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).elements, 50);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	close(object);
}

#define CUSTOMERS	30

/*
 * So many transfers between customers that are drawn, oneself among them. What is there is
 * looked at before and after each one, and what it must have come to is in @has: so no loss
 * makes up for another one, and none for what a transfer of nothing does.
 */
static void transfer_some(struct __test_metadata *_metadata, int object, int n)
{
	__u64 has[CUSTOMERS], moved, least = ~0ULL, most = 0, to, balance;
	unsigned int seed = 1;
	__u32 i, from, other;

	for (i = 0; i < CUSTOMERS; i++)
		ASSERT_EQ(op(object, BALANCE, i, &has[i]), 0);
	while (n--) {
		from = rand_r(&seed) % CUSTOMERS;
		other = rand_r(&seed) % CUSTOMERS;
		to = other;
		ASSERT_EQ(op(object, TRANSFER, from, &to), 0);
		ASSERT_EQ(op(object, BALANCE, from, &balance), 0);
		moved = has[from] - balance;
		EXPECT_EQ(!moved, from == other);
		has[from] -= moved;
		has[other] += from == other ? 0 : moved;
		ASSERT_EQ(op(object, BALANCE, other, &balance), 0);
		EXPECT_EQ(balance, has[other]);
		if (from != other) {
			least = moved < least ? moved : least;
			most = moved > most ? moved : most;
		}
	}
	/* Two that are lost do not add up to nothing. */
	EXPECT_LT(least, most);
	for (i = 0; i < CUSTOMERS; i++) {
		ASSERT_EQ(op(object, BALANCE, i, &balance), 0);
		EXPECT_EQ(balance, has[i]);
	}
}

/* What all customers have. */
static __u64 customers_have(int object)
{
	__u64 balance, sum = 0;
	__u32 i;

	for (i = 0; i < CUSTOMERS; i++)
		sum += op(object, BALANCE, i, &balance) ? 0 : balance;
	return sum;
}

/* Some hundred objects, seconds for each ten of them on a loaded debug kernel. */
TEST_F_TIMEOUT(object, no_transfer_loses_money_whatever_avoids_the_deadlock, 300)
{
	struct contend_list s = entry_of(self->device, CONTEND_LIST_STRUCTURES, "accounts");
	static const __u32 stripes[] = { 1, 3, 32 };
	struct contend_list lock;
	__u32 flags;
	size_t i;

	FOR_EACH_ENTRY(lock, self->device, CONTEND_LIST_LOCKS) {
		for (i = 0; i < ARRAY_SIZE(stripes) * (CONTEND_CREATE_WW + 1); i++) {
			struct contend_create create = {
				.stripes = stripes[i % ARRAY_SIZE(stripes)],
				.flags = i / ARRAY_SIZE(stripes),
			};
			int object;

			flags = create.flags;
			/* Two have an order, or a protocol, or one can be tried. */
			if (serves(&lock, &s) &&
			    ((flags == 0 && has_ww(&lock) && create.stripes > 1) ||
			     (flags == CONTEND_CREATE_BACKOFF && !(lock.caps & CONTEND_CAP_TRY)) ||
			     (flags == CONTEND_CREATE_WW && (!has_ww(&lock) || ww_refused())))) {
				EXPECT_EQ(create_flags(self->device, lock.name, s.name,
						       create.stripes, flags), -EOPNOTSUPP);
				continue;
			}
			object = create_pair(_metadata, self->device, &lock, &s, create);
			if (object < 0)
				continue;
			EXPECT_EQ(customers_have(object), CUSTOMERS * 1000);
			transfer_some(_metadata, object, 3 * CUSTOMERS);
			EXPECT_EQ(customers_have(object), CUSTOMERS * 1000) {
				TH_LOG("%s stripes=%u flags=%u", lock.name, create.stripes, flags);
			}
			EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
			close(object);
		}
	}
	EXPECT_EQ(lock.index, info_of(self->device).locks);
}

TEST_F(object, a_transfer_moves_what_its_two_keys_say)
{
	int object = create_stripes(self->device, "mutex", "accounts", 1);
	__u64 to = 5, from_now, to_now;

	EXPECT_EQ(op(object, BALANCE, 3, &from_now), 0);
	EXPECT_EQ(from_now, 1000);
	EXPECT_EQ(op(object, TRANSFER, 3, &to), 0);
	EXPECT_EQ(op(object, BALANCE, 3, &from_now), 0);
	EXPECT_EQ(op(object, BALANCE, 5, &to_now), 0);
	EXPECT_LT(from_now, 1000);
	EXPECT_EQ(to_now - 1000, 1000 - from_now);
	EXPECT_EQ(stat_of(object, 0).elements, 1024);
	close(object);
}

TEST_F(object, times_are_told_when_they_are_asked_for)
{
	int object = create(self->device, "mutex", "list");
	struct contend_op op = { .size = sizeof(op), .wait_ns = 1, .hold_ns = 1 };
	__u64 total = 0;
	int i;

	EXPECT_EQ(call(object, CONTEND_OP, &op), 0);
	EXPECT_EQ(op.wait_ns, 0);
	EXPECT_EQ(op.hold_ns, 0);
	op.flags = CONTEND_OP_TIMED;
	/* A clock may be too coarse for one operation. */
	for (i = 0; i < 100000 && !total; i++) {
		EXPECT_EQ(call(object, CONTEND_OP, &op), 0);
		total = op.wait_ns + op.hold_ns;
	}
	EXPECT_GT(total, 0);
	close(object);
}

TEST_F(object, an_operation_stays_in_its_section_for_as_long_as_it_is_told)
{
	int object = create(self->device, "mutex", "counter");
	struct contend_op op = {
		.size = sizeof(op), .verb = INC, .flags = CONTEND_OP_TIMED, .stay_ns = 3000000,
	};

	EXPECT_EQ(call(object, CONTEND_OP, &op), 0);
	EXPECT_GE(op.hold_ns, 3000000);
	op.verb = READ;
	EXPECT_EQ(call(object, CONTEND_OP, &op), 0);
	EXPECT_GE(op.hold_ns, 3000000);
	close(object);
}

TEST_F(object, a_client_of_the_first_day_is_understood)
{
	int object = create(self->device, "rwsem", "list");
	/* What comes after its struct is nobody's. */
	struct contend_op ops[] = {
		{ .size = 48, .verb = INSERT, .key = 3, .stay_ns = ~0ULL },
		{ .size = 48, .verb = INSERT, .key = 4, .stay_ns = ~0ULL },
	};
	char old[2 * 48];
	struct contend_batch batch = {
		.size = sizeof(batch), .count = 2, .op_size = 48, .ops = PTR(old),
	};
	struct contend_op *first = (void *)old;

	EXPECT_EQ(call(object, CONTEND_OP, &ops[0]), 0);
	EXPECT_EQ(ops[0].error, 0);
	EXPECT_EQ(ops[0].stay_ns, ~0ULL);
	memcpy(old, &ops[0], 48);
	memcpy(old + 48, &ops[1], 48);
	EXPECT_EQ(call(object, CONTEND_BATCH, &batch), 0);
	EXPECT_EQ(batch.done, 2);
	EXPECT_EQ(first->error, EEXIST);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).elements, 2);
	/* In a place of today's size too. */
	batch.op_size = sizeof(ops[0]);
	batch.ops = PTR(ops);
	EXPECT_EQ(call(object, CONTEND_BATCH, &batch), 0);
	EXPECT_EQ(batch.done, 2);
	EXPECT_EQ(ops[1].error, EEXIST);
	EXPECT_EQ(ops[1].stay_ns, ~0ULL);
	close(object);
}

TEST_F(object, an_operation_says_its_tag_to_who_traces)
{
	int object = create(self->device, "mutex", "list");
	struct contend_op ops[] = {
		{ .size = sizeof(*ops), .verb = INSERT, .key = 3, .tag = 1001 },
		{ .size = sizeof(*ops), .verb = INSERT, .key = 4, .tag = ~0ULL },
		/* It ends before the tag, which is nobody's. */
		{ .size = offsetof(struct contend_op, tag), .verb = INSERT, .key = 5, .tag = 1002 },
	};
	struct contend_batch batch = {
		.size = sizeof(batch), .count = 3, .op_size = sizeof(*ops), .ops = PTR(ops),
	};
	struct tracer t;

	if (!tracer_begin(_metadata, &t))
		return;
	EXPECT_EQ(call(object, CONTEND_OP, &ops[0]), 0);
	EXPECT_EQ(traced(&t, "contend_op", 1001), 1);
	EXPECT_EQ(call(object, CONTEND_BATCH, &batch), 0);
	EXPECT_EQ(ops[0].error, EEXIST);
	EXPECT_EQ(traced(&t, "contend_op", 1001), 2);
	EXPECT_EQ(traced(&t, "contend_op", ~0ULL), 1);
	EXPECT_EQ(traced(&t, "contend_op", 1002), 0);
	EXPECT_EQ(traced(&t, "contend_op", 0), 1);
	EXPECT_EQ(ops[2].tag, 1002);
	EXPECT_EQ(tracer_end(&t), 0);
	close(object);
}

TEST_F(object, a_batch_answers_each_operation)
{
	int object = create(self->device, "rwsem", "list");
	struct contend_op ops[] = {
		{ .size = sizeof(*ops), .verb = INSERT, .key = 3, .value = 30 },
		{ .size = sizeof(*ops), .verb = INSERT, .key = 3, .value = 31 },
		{ .size = sizeof(*ops), .verb = LOOKUP, .key = 3 },
		{ .size = sizeof(*ops), .verb = ERASE, .key = 4 },
	};
	struct contend_batch batch = {
		.size = sizeof(batch), .count = 4, .op_size = sizeof(*ops), .ops = PTR(ops),
	};

	EXPECT_EQ(call(object, CONTEND_BATCH, &batch), 0);
	EXPECT_EQ(batch.done, 4);
	EXPECT_EQ(ops[0].error, 0);
	EXPECT_EQ(ops[1].error, EEXIST);
	EXPECT_EQ(ops[2].error, 0);
	EXPECT_EQ(ops[2].value, 30);
	EXPECT_EQ(ops[3].error, ENOENT);
	close(object);
}

TEST_F(object, a_batch_that_fails_says_how_far_it_came)
{
	int object = create(self->device, "rwsem", "list");
	struct contend_op ops[] = {
		{ .size = sizeof(*ops), .verb = INSERT, .key = 1 },
		{ .size = sizeof(*ops), .verb = INSERT, .key = 2 },
		{ .size = sizeof(*ops), .verb = 99, .key = 3 },
		{ .size = sizeof(*ops), .verb = INSERT, .key = 4 },
	};
	struct contend_batch batch = {
		.size = sizeof(batch), .count = 4, .op_size = sizeof(*ops), .ops = PTR(ops),
	};

	EXPECT_EQ(call(object, CONTEND_BATCH, &batch), -EINVAL);
	EXPECT_EQ(batch.done, 2);
	EXPECT_EQ(stat_of(object, 0).elements, 2);
	ops[2].verb = INSERT;
	ops[2].size = 8;
	EXPECT_EQ(call(object, CONTEND_BATCH, &batch), -EINVAL);
	EXPECT_EQ(batch.done, 2);
	close(object);
}

TEST_F(object, null_lets_one_in_and_turns_the_next_away)
{
	int object = create(self->device, "null", "list");
	int r = run(object, "workers=1 runtime=10s");

	ASSERT_GE(r, 0);
	EXPECT_EQ(op(object, LOOKUP, 1, NULL), -EBUSY);
	EXPECT_EQ(run(object, "workers=1 runtime=1ms"), -EBUSY);
	close(r);
	EXPECT_EQ(op(object, LOOKUP, 5000, NULL), -ENOENT);
	EXPECT_EQ(run(object, "workers=2 runtime=1ms"), -EOPNOTSUPP);
	close(object);
}

TEST_F(object, under_a_lock_for_readers_only_who_writes_is_alone)
{
	int object = create(self->device, "refcount", "list");
	struct contend_op ops[] = {
		{ .size = sizeof(*ops), .verb = LOOKUP, .key = 5000 },
		{ .size = sizeof(*ops), .verb = INSERT, .key = 5000 },
	};
	struct contend_batch batch = {
		.size = sizeof(batch), .count = 2, .op_size = sizeof(*ops), .ops = PTR(ops),
	};
	int r = run(object, "workers=2 mix=lookup:1 runtime=10s prefill=0"), other;

	/* Readers are let in, to a run and beside it. */
	ASSERT_GE(r, 0);
	EXPECT_EQ(op(object, LOOKUP, 5000, NULL), -ENOENT);
	other = run(object, "workers=2 mix=lookup:1,insert:0 runtime=10s prefill=0");
	EXPECT_GE(other, 0);
	/* Writers are not, neither are runs that fill it first. */
	EXPECT_EQ(op(object, INSERT, 5000, NULL), -EBUSY);
	EXPECT_EQ(call(object, CONTEND_BATCH, &batch), -EBUSY);
	EXPECT_EQ(batch.done, 1);
	EXPECT_EQ(run(object, "workers=1 prefill=0"), -EBUSY);
	EXPECT_EQ(run(object, "workers=1 mix=lookup:1 prefill=50"), -EBUSY);
	close(other);
	close(r);

	/* A writer lets nobody in. */
	r = run(object, "workers=1 mix=insert:1 runtime=10s prefill=0");
	ASSERT_GE(r, 0);
	EXPECT_EQ(op(object, LOOKUP, 5000, NULL), -EBUSY);
	EXPECT_EQ(run(object, "workers=1 mix=lookup:1 prefill=0"), -EBUSY);
	close(r);

	/* One that has filled it and only reads from then on does. */
	r = run(object, "workers=2 mix=lookup:1 runtime=10s prefill=50");
	ASSERT_GE(r, 0);
	EXPECT_TRUE(EVENTUALLY(op(object, LOOKUP, 5000, NULL) == -ENOENT));
	EXPECT_EQ(op(object, INSERT, 5000, NULL), -EBUSY);
	close(r);

	/* At rest everything is as it was. */
	EXPECT_EQ(call(object, CONTEND_BATCH, &batch), 0);
	EXPECT_EQ(run(object, "workers=2 runtime=1ms"), -EOPNOTSUPP);
	EXPECT_EQ(run(object, "workers=2 mix=erase:1 runtime=1ms"), -EOPNOTSUPP);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	close(object);
}

TEST_F(object, verification_is_EBUSY_while_a_run_is_at_work)
{
	int object = create(self->device, "spinlock", "counter");
	struct contend_stat stat = { .size = sizeof(stat), .flags = CONTEND_STAT_VERIFY };
	int r = run(object, "runtime=10s");

	ASSERT_GE(r, 0);
	EXPECT_EQ(call(object, CONTEND_STAT, &stat), -EBUSY);
	/* Operations are let in beside it. */
	EXPECT_EQ(op(object, INC, 0, NULL), 0);
	close(r);
	EXPECT_EQ(call(object, CONTEND_STAT, &stat), 0);
	EXPECT_EQ(stat.violations, 0);
	close(object);
}

TEST_HARNESS_MAIN

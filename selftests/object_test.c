// SPDX-License-Identifier: GPL-2.0
/* The structures through OP and BATCH, under every lock that takes them. */
#include "contend_test.h"

CONTEND_FIXTURE(object)

enum { READ, INC };
enum { LOOKUP, INSERT, ERASE };
enum { BALANCE, TRANSFER };

/* Calls a function with an object of each lock that the structure takes. */
#define FOR_EACH_LOCK(structure_, object_, capacity_) \
	for (struct contend_list l_ = { .size = sizeof(l_) }; \
	     !call(self->device, CONTEND_LIST, &l_); l_.index++) \
		for (int object_ = create_permits(self->device, l_.name, structure_,	\
						  capacity_, 0);		\
		     object_ >= 0; \
		     close(object_), object_ = -1)

TEST_F(object, a_counter_counts_under_every_lock)
{
	int locks = 0;

	FOR_EACH_LOCK("counter", object, 0) {
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
		locks++;
	}
	EXPECT_GE(locks, 12);
}

TEST_F(object, a_list_is_an_ordered_set_under_every_lock)
{
	int locks = 0;

	FOR_EACH_LOCK("list", object, 0) {
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
		locks++;
	}
	EXPECT_GE(locks, 11);
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

/* From each of 30 customers to the next one but @step: how much they have in the end. */
static __u64 transfer_all(int object, __u64 step)
{
	__u64 from, to, balance, sum = 0;

	for (from = 0; from < 30; from++) {
		to = (from + step) % 30;
		if (op(object, TRANSFER, from, &to))
			return 0;
	}
	for (from = 0; from < 30; from++) {
		if (op(object, BALANCE, from, &balance))
			return 0;
		sum += balance;
	}
	return sum;
}

/* Some hundred objects, seconds for each ten of them on a loaded debug kernel. */
TEST_F_TIMEOUT(object, no_transfer_loses_money_whatever_avoids_the_deadlock, 300)
{
	static const __u32 stripes[] = { 1, 3, 32 };
	struct contend_list lock = { .size = sizeof(lock) };
	int made[CONTEND_CREATE_WW + 1] = { 0 };
	__u32 flags;
	size_t i;

	for (; !call(self->device, CONTEND_LIST, &lock); lock.index++) {
		for (i = 0; i < ARRAY_SIZE(stripes) * ARRAY_SIZE(made); i++) {
			int object;

			flags = i / ARRAY_SIZE(stripes);
			object = create_flags(self->device, lock.name, "accounts",
					      stripes[i % ARRAY_SIZE(stripes)], flags);
			/* Any lock but for what it says; and two have an order, or a protocol. */
			if (lock.caps & CONTEND_CAP_ABSENT || !(lock.caps & CONTEND_CAP_NESTS) ||
			    (flags == CONTEND_CREATE_BACKOFF && !(lock.caps & CONTEND_CAP_TRY)))
				EXPECT_EQ(object, -EOPNOTSUPP);
			if (object == -EOPNOTSUPP)
				continue;
			ASSERT_GE(object, 0);
			/* To others, and to oneself, where nothing moves. */
			EXPECT_EQ(transfer_all(object, 7), 30 * 1000) {
				TH_LOG("%s stripes=%u flags=%u", lock.name,
				       stripes[i % ARRAY_SIZE(stripes)], flags);
			}
			EXPECT_EQ(transfer_all(object, 0), 30 * 1000);
			EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
			made[flags]++;
			close(object);
		}
	}
	EXPECT_GE(made[0], 15 * 3);
	EXPECT_GE(made[CONTEND_CREATE_BACKOFF], 15 * 3);
	EXPECT_EQ(made[CONTEND_CREATE_WW], ww_refused() ? 0 : 2 * 3);
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
	/* What is behind its struct is nobody's. */
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

	/* Those who read are let in, to a run and beside it. */
	ASSERT_GE(r, 0);
	EXPECT_EQ(op(object, LOOKUP, 5000, NULL), -ENOENT);
	other = run(object, "workers=2 mix=lookup:1,insert:0 runtime=10s prefill=0");
	EXPECT_GE(other, 0);
	/* Those who write are not, neither are those who fill it first. */
	EXPECT_EQ(op(object, INSERT, 5000, NULL), -EBUSY);
	EXPECT_EQ(call(object, CONTEND_BATCH, &batch), -EBUSY);
	EXPECT_EQ(batch.done, 1);
	EXPECT_EQ(run(object, "workers=1 prefill=0"), -EBUSY);
	EXPECT_EQ(run(object, "workers=1 mix=lookup:1 prefill=50"), -EBUSY);
	close(other);
	close(r);

	/* One who writes lets nobody in. */
	r = run(object, "workers=1 mix=insert:1 runtime=10s prefill=0");
	ASSERT_GE(r, 0);
	EXPECT_EQ(op(object, LOOKUP, 5000, NULL), -EBUSY);
	EXPECT_EQ(run(object, "workers=1 mix=lookup:1 prefill=0"), -EBUSY);
	close(r);

	/* One who has filled it and only reads from then on does. */
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

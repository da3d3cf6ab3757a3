// SPDX-License-Identifier: GPL-2.0
/* Snapshots by themselves: the newest frame, slots that readers keep, what their checks notice. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "lib/rng.h"
#include "structures/snapshot.h"

static void *snapshot(struct kunit *test, enum structure_index s)
{
	const struct contend_structure *of = contend_structure_at(s);
	const struct contend_shape shape = { .parts = 1 };
	void *data = kunit_kzalloc(test, of->size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, data);
	KUNIT_ASSERT_EQ(test, of->init(data, &shape), 0);
	return data;
}

static struct contend_scratch done(enum structure_index s, void *data, u32 verb, u64 newest)
{
	const struct contend_request rq = { .verb = verb };
	struct contend_scratch x = { .newest = newest };

	contend_structure_write(s, data, &rq, &x);
	return x;
}

static u64 flagged(enum structure_index s, const void *data, u64 *count)
{
	struct violation_log log;

	violation_log_init(&log, NO_WORKER);
	*count = contend_structure_at(s)->verify(data, &log);
	return log.total;
}

static void expect_newest(struct kunit *test, enum structure_index s)
{
	void *data = snapshot(test, s);
	u64 published = 0, seen = 0, count;
	struct contend_scratch x;
	struct rng r;
	u32 i;

	rng_seed(&r, 14, 0);
	for (i = 0; i < 10000; i++) {
		if (rng_below(&r, 2)) {
			x = done(s, data, SNAPSHOT_PUBLISH, 0);
			published++;
		} else {
			x = done(s, data, SNAPSHOT_READ, seen);
			seen = x.newest;
			KUNIT_EXPECT_EQ(test, seen, published);
		}
		KUNIT_EXPECT_EQ(test, x.error, 0);
		KUNIT_EXPECT_EQ(test, x.value, published);
		KUNIT_EXPECT_NULL(test, x.broken);
		KUNIT_EXPECT_EQ(test, flagged(s, data, &count), 0ULL);
		KUNIT_EXPECT_EQ(test, count, published);
	}
	contend_structure_at(s)->destroy(data);
}

static void a_reader_has_the_newest_frame(struct kunit *test)
{
	expect_newest(test, STRUCTURE_double_buffer);
	expect_newest(test, STRUCTURE_triple_buffer);
}

static void an_older_frame_than_before_is_noticed(struct kunit *test)
{
	void *d = snapshot(test, STRUCTURE_double_buffer);
	void *t = snapshot(test, STRUCTURE_triple_buffer);

	KUNIT_EXPECT_NOT_NULL(test, done(STRUCTURE_double_buffer, d, SNAPSHOT_READ, 1).broken);
	KUNIT_EXPECT_NOT_NULL(test, done(STRUCTURE_triple_buffer, t, SNAPSHOT_READ, 1).broken);
}

static void each_torn_word_is_noticed(struct kunit *test)
{
	struct double_buffer *d = snapshot(test, STRUCTURE_double_buffer);
	struct triple_buffer *t = snapshot(test, STRUCTURE_triple_buffer);
	u64 count;
	u32 i;

	for (i = 0; i < FRAME_WORDS; i++) {
		d->frame[0].word[i] ^= 2;
		t->slot[0].frame.word[i] ^= 2;
		KUNIT_EXPECT_EQ(test, flagged(STRUCTURE_double_buffer, d, &count), 1ULL);
		KUNIT_EXPECT_EQ(test, flagged(STRUCTURE_triple_buffer, t, &count), 1ULL);
		KUNIT_EXPECT_NOT_NULL(test, done(STRUCTURE_double_buffer, d, SNAPSHOT_READ,
						 0).broken);
		KUNIT_EXPECT_NOT_NULL(test, done(STRUCTURE_triple_buffer, t, SNAPSHOT_READ,
						 0).broken);
		d->frame[0].word[i] ^= 2;
		t->slot[0].frame.word[i] ^= 2;
	}
	KUNIT_EXPECT_EQ(test, flagged(STRUCTURE_double_buffer, d, &count), 0ULL);
	KUNIT_EXPECT_EQ(test, flagged(STRUCTURE_triple_buffer, t, &count), 0ULL);
}

/* A reader that has entered, and stays: its slot. */
static struct triple_buffer_slot *enter(struct triple_buffer *t)
{
	return &t->slot[atomic64_fetch_add(4, &t->newest) & 3];
}

static void a_slot_with_a_reader_is_kept(struct kunit *test)
{
	const enum structure_index s = STRUCTURE_triple_buffer;
	struct triple_buffer *t = snapshot(test, s);
	struct triple_buffer_slot *first = enter(t), *second;
	const struct frame kept = first->frame;
	struct contend_scratch x;
	u64 count;
	u32 i;

	/* One slow reader, and the publisher has room all the time. */
	for (i = 1; i <= 100; i++) {
		KUNIT_EXPECT_EQ(test, done(s, t, SNAPSHOT_PUBLISH, 0).error, 0);
		KUNIT_EXPECT_EQ(test, done(s, t, SNAPSHOT_READ, 0).value, (u64)i);
	}
	KUNIT_EXPECT_EQ(test, memcmp(&first->frame, &kept, sizeof(kept)), 0);
	KUNIT_EXPECT_EQ(test, flagged(s, t, &count), 1ULL);

	/* Another one in the newest: one slot is left, and when that is the newest, none. */
	second = enter(t);
	KUNIT_EXPECT_PTR_NE(test, first, second);
	KUNIT_EXPECT_EQ(test, done(s, t, SNAPSHOT_PUBLISH, 0).error, 0);
	x = done(s, t, SNAPSHOT_PUBLISH, 0);
	KUNIT_EXPECT_EQ(test, x.error, -ENOSPC);
	KUNIT_EXPECT_EQ(test, done(s, t, SNAPSHOT_READ, 0).value, 101ULL);

	atomic64_inc(&first->left);
	KUNIT_EXPECT_EQ(test, done(s, t, SNAPSHOT_PUBLISH, 0).value, 102ULL);
	atomic64_inc(&second->left);
	KUNIT_EXPECT_EQ(test, done(s, t, SNAPSHOT_PUBLISH, 0).value, 103ULL);
	KUNIT_EXPECT_EQ(test, flagged(s, t, &count), 0ULL);
	KUNIT_EXPECT_EQ(test, count, 103ULL);
}

static struct kunit_case snapshot_cases[] = {
	KUNIT_CASE(a_reader_has_the_newest_frame),
	KUNIT_CASE(an_older_frame_than_before_is_noticed),
	KUNIT_CASE(each_torn_word_is_noticed),
	KUNIT_CASE(a_slot_with_a_reader_is_kept),
	{}
};

static struct kunit_suite snapshot_suite = {
	.name = "contend_snapshot",
	.test_cases = snapshot_cases,
};

kunit_test_suites(&snapshot_suite);

// SPDX-License-Identifier: GPL-2.0
/* Disruptors by themselves: how far each task may go, what it waits for, what their checks see. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/kernel.h>

#include "check/violation.h"
#include "structures/disruptor.h"
#include "structures/structure.h"

enum { JOURNAL = DISRUPTOR_CONSUME, REPLICATE, BUSINESS };

static struct disruptor *disruptor(struct kunit *test, enum structure_index s, u64 capacity)
{
	const struct contend_structure *of = contend_structure_at(s);
	const struct contend_shape shape = { .capacity = capacity, .parts = 1 };
	void *data = kunit_kzalloc(test, of->size + SMP_CACHE_BYTES, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, data);
	data = PTR_ALIGN(data, SMP_CACHE_BYTES);
	KUNIT_ASSERT_EQ(test, of->init(data, &shape), 0);
	return data;
}

static struct contend_scratch done(enum structure_index s, void *data, u32 verb, u64 key)
{
	const struct contend_request rq = { .verb = verb, .key = key };
	struct contend_scratch x = { .count = 1, .lacks = CONDITION_NONE };

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

/* It goes up to @at, or lacks an event. */
static void expect_at(struct kunit *test, enum structure_index s, void *data, u32 verb, u64 at)
{
	const struct contend_scratch x = done(s, data, verb, 0);

	KUNIT_EXPECT_EQ(test, x.error, 0);
	KUNIT_EXPECT_EQ(test, x.value, at);
	KUNIT_EXPECT_NULL(test, x.broken);
}

static void expect_lack(struct kunit *test, enum structure_index s, void *data, u32 verb,
			enum condition lacks)
{
	const struct contend_scratch x = done(s, data, verb, 0);

	KUNIT_EXPECT_EQ(test, x.error, lacks == CONDITION_IN ? -ENOENT : -ENOSPC);
	KUNIT_EXPECT_EQ(test, x.lacks, lacks);
	KUNIT_EXPECT_EQ(test, x.met | x.met_all, 0);
}

static void an_event_stays_until_the_consumer_has_seen_it(struct kunit *test)
{
	static const enum structure_index one[] = { STRUCTURE_disruptor, STRUCTURE_disruptor_many };
	struct contend_scratch x;
	u64 count, i;
	size_t n;

	for (n = 0; n < ARRAY_SIZE(one); n++) {
		const enum structure_index s = one[n];
		struct disruptor *d = disruptor(test, s, 4);

		expect_lack(test, s, d, DISRUPTOR_CONSUME, CONDITION_IN);
		KUNIT_EXPECT_EQ(test, done(s, d, DISRUPTOR_TRY_CONSUME, 0).lacks, CONDITION_NONE);
		for (i = 0; i < 1000; i++) {
			x = done(s, d, DISRUPTOR_PUBLISH_BATCH, 7);
			KUNIT_EXPECT_EQ(test, x.count, 4U);
			KUNIT_EXPECT_EQ(test, x.met_all, BIT(CONDITION_IN));
			expect_lack(test, s, d, DISRUPTOR_PUBLISH, CONDITION_OUT);
			KUNIT_EXPECT_EQ(test, done(s, d, DISRUPTOR_TRY_PUBLISH, 0).error, -ENOSPC);
			KUNIT_EXPECT_EQ(test, contend_structure_at(s)->ready(d), BIT(CONDITION_IN));
			x = done(s, d, DISRUPTOR_CONSUME, 0);
			KUNIT_EXPECT_EQ(test, x.count, 4U);
			KUNIT_EXPECT_EQ(test, x.value, 4 * (i + 1));
			KUNIT_EXPECT_EQ(test, x.met_all, BIT(CONDITION_OUT));
			KUNIT_EXPECT_NULL(test, x.broken);
			KUNIT_EXPECT_EQ(test, contend_structure_at(s)->ready(d),
					BIT(CONDITION_OUT));
		}
		KUNIT_EXPECT_EQ(test, flagged(s, d, &count), 0ULL);
		KUNIT_EXPECT_EQ(test, count, 4000ULL);
		contend_structure_at(s)->destroy(d);
	}
}

static void what_is_taken_is_told_in_its_order(struct kunit *test)
{
	static const enum structure_index one[] = { STRUCTURE_disruptor, STRUCTURE_disruptor_many };
	struct contend_scratch x;
	size_t n;
	u64 i;

	for (n = 0; n < ARRAY_SIZE(one); n++) {
		struct disruptor *d = disruptor(test, one[n], 4);

		expect_lack(test, one[n], d, DISRUPTOR_TAKE, CONDITION_IN);
		done(one[n], d, DISRUPTOR_PUBLISH_BATCH, 70);
		for (i = 0; i < 4; i++) {
			x = done(one[n], d, DISRUPTOR_TAKE, 0);
			KUNIT_EXPECT_EQ(test, x.count, 1U);
			KUNIT_EXPECT_EQ(test, x.value, 70 + i);
			KUNIT_EXPECT_EQ(test, x.met_all, BIT(CONDITION_OUT));
		}
		expect_lack(test, one[n], d, DISRUPTOR_TAKE, CONDITION_IN);
		contend_structure_at(one[n])->destroy(d);
	}
}

static void events_are_published_again_and_again_until_there_is_no_room(struct kunit *test)
{
	static const enum structure_index one[] = { STRUCTURE_disruptor, STRUCTURE_disruptor_many };
	const struct contend_request publish = { .verb = DISRUPTOR_PUBLISH, .key = 70 };
	const struct contend_request batch = { .verb = DISRUPTOR_PUBLISH_BATCH };
	u64 count, i;
	size_t n;

	for (n = 0; n < ARRAY_SIZE(one); n++) {
		const struct contend_structure *s = contend_structure_at(one[n]);
		struct disruptor *d = disruptor(test, one[n], 8);

		KUNIT_EXPECT_EQ(test, s->repeat(d, &batch, 64), 0U);
		KUNIT_EXPECT_EQ(test, s->repeat(d, &publish, 3), 3U);
		KUNIT_EXPECT_EQ(test, s->repeat(d, &publish, 64), 5U);
		KUNIT_EXPECT_EQ(test, s->repeat(d, &publish, 64), 0U);
		for (i = 0; i < 8; i++)
			KUNIT_EXPECT_EQ(test, done(one[n], d, DISRUPTOR_TAKE, 0).value,
					i < 3 ? 70 + i : 67 + i);
		KUNIT_EXPECT_EQ(test, s->repeat(d, &publish, 1), 1U);
		KUNIT_EXPECT_EQ(test, flagged(one[n], d, &count), 0ULL);
		KUNIT_EXPECT_EQ(test, count, 9ULL);
		s->destroy(d);
	}
}

static void all_consumers_of_a_multicast_are_the_gate(struct kunit *test)
{
	const enum structure_index s = STRUCTURE_disruptor_multicast;
	struct disruptor *d = disruptor(test, s, 2);

	done(s, d, DISRUPTOR_PUBLISH_BATCH, 0);
	expect_at(test, s, d, BUSINESS, 2);
	expect_at(test, s, d, JOURNAL, 2);
	expect_lack(test, s, d, DISRUPTOR_PUBLISH, CONDITION_OUT);
	expect_at(test, s, d, REPLICATE, 2);
	expect_at(test, s, d, DISRUPTOR_PUBLISH, 3);
	contend_structure_at(s)->destroy(d);
}

static void a_consumer_waits_for_those_before_it(struct kunit *test)
{
	const enum structure_index line = STRUCTURE_disruptor_pipeline;
	const enum structure_index diamond = STRUCTURE_disruptor_diamond;
	struct disruptor *d = disruptor(test, line, 2);
	u64 count;

	done(line, d, DISRUPTOR_PUBLISH_BATCH, 0);
	expect_lack(test, line, d, REPLICATE, CONDITION_IN);
	KUNIT_EXPECT_EQ(test, done(line, d, JOURNAL, 0).met_all, BIT(CONDITION_IN));
	expect_lack(test, line, d, BUSINESS, CONDITION_IN);
	expect_at(test, line, d, REPLICATE, 2);
	expect_lack(test, line, d, DISRUPTOR_PUBLISH, CONDITION_OUT);
	KUNIT_EXPECT_EQ(test, done(line, d, BUSINESS, 0).met_all, BIT(CONDITION_OUT));
	expect_at(test, line, d, DISRUPTOR_PUBLISH, 3);
	KUNIT_EXPECT_EQ(test, flagged(line, d, &count), 0ULL);
	contend_structure_at(line)->destroy(d);

	d = disruptor(test, diamond, 2);
	done(diamond, d, DISRUPTOR_PUBLISH_BATCH, 0);
	expect_at(test, diamond, d, REPLICATE, 2);
	expect_lack(test, diamond, d, BUSINESS, CONDITION_IN);
	expect_at(test, diamond, d, JOURNAL, 2);
	expect_at(test, diamond, d, BUSINESS, 2);
	expect_at(test, diamond, d, DISRUPTOR_PUBLISH, 3);
	/* One task does all of it: its answer is how many they have seen together. */
	KUNIT_EXPECT_EQ(test, done(diamond, d, DISRUPTOR_TRY_CONSUME, 0).count, 3U);
	contend_structure_at(diamond)->destroy(d);
}

static void what_was_claimed_and_not_published_is_not_seen(struct kunit *test)
{
	const enum structure_index s = STRUCTURE_disruptor_many;
	struct disruptor *d = disruptor(test, s, 8);
	u64 count;

	done(s, d, DISRUPTOR_PUBLISH, 1);
	/* Another producer has got no further; what was in its place before is no event. */
	d->claimed++;
	d->events[1] = (struct disruptor_event){ };
	done(s, d, DISRUPTOR_PUBLISH, 3);
	expect_at(test, s, d, DISRUPTOR_CONSUME, 1);
	expect_lack(test, s, d, DISRUPTOR_CONSUME, CONDITION_IN);
	KUNIT_EXPECT_EQ(test, flagged(s, d, &count), 2ULL);
	contend_structure_at(s)->destroy(d);
}

static void what_is_wrong_is_noticed(struct kunit *test)
{
	const enum structure_index s = STRUCTURE_disruptor_diamond;
	struct disruptor *d = disruptor(test, s, 8);
	u64 count;

	done(s, d, DISRUPTOR_PUBLISH_BATCH, 7);
	KUNIT_EXPECT_EQ(test, flagged(s, d, &count), 0ULL);
	/* As if it had been rewritten. */
	d->events[3].seal = d->events[4].seal;
	KUNIT_EXPECT_EQ(test, flagged(s, d, &count), 1ULL);
	KUNIT_EXPECT_NOT_NULL(test, done(s, d, JOURNAL, 0).broken);
	d->events[3] = (struct disruptor_event){ 10, (10ULL ^ 3) * GOLDEN_RATIO_64 };
	/* As if one had gone on without having seen an event. */
	d->consumer[1].sequence = 8;
	KUNIT_EXPECT_NOT_NULL(test, done(s, d, BUSINESS, 0).broken);
	KUNIT_EXPECT_EQ(test, flagged(s, d, &count), 0ULL);
	d->consumer[2].sequence = 9;
	KUNIT_EXPECT_NE(test, flagged(s, d, &count), 0ULL);
	d->consumer[2].sequence = 8;
	d->cursor = 17;
	KUNIT_EXPECT_NE(test, flagged(s, d, &count), 0ULL);
	contend_structure_at(s)->destroy(d);
}

static struct kunit_case disruptor_cases[] = {
	KUNIT_CASE(an_event_stays_until_the_consumer_has_seen_it),
	KUNIT_CASE(what_is_taken_is_told_in_its_order),
	KUNIT_CASE(events_are_published_again_and_again_until_there_is_no_room),
	KUNIT_CASE(all_consumers_of_a_multicast_are_the_gate),
	KUNIT_CASE(a_consumer_waits_for_those_before_it),
	KUNIT_CASE(what_was_claimed_and_not_published_is_not_seen),
	KUNIT_CASE(what_is_wrong_is_noticed),
	{}
};

static struct kunit_suite disruptor_suite = {
	.name = "contend_disruptor",
	.test_cases = disruptor_cases,
};

kunit_test_suites(&disruptor_suite);

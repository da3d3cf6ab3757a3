// SPDX-License-Identifier: GPL-2.0
/* A log by itself: positions and stamps, its end taken back, readers, and what is noticed. */
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "check/violation.h"
#include "compat.h"
#include "structures/log.h"
#include "structures/structure.h"

static const struct contend_structure *const s = &contend_structure_log;

static struct log *log_of(struct kunit *test, u64 capacity)
{
	const struct contend_shape shape = { .capacity = capacity, .parts = 1 };
	void *data = kunit_kzalloc(test, s->size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, data);
	KUNIT_ASSERT_EQ(test, s->init(data, &shape), 0);
	return data;
}

static u64 stamp(u64 epoch, u64 position)
{
	return epoch << LOG_POSITION_BITS | position;
}

static struct contend_scratch done(struct log *l, u32 verb, u64 key, u64 value)
{
	const struct contend_request rq = { .verb = verb, .key = key, .value = value };
	struct contend_scratch x = { .lacks = CONDITION_NONE };

	if (verb == LOG_READ)
		contend_log_read(l, &rq, &x);
	else
		contend_log_write(l, &rq, &x);
	return x;
}

/* As operation_do() does it for a reader that stands at @at. */
static struct contend_scratch follow(const struct log *l, struct contend_mark *at)
{
	const struct contend_request rq = { .verb = LOG_FOLLOW };
	struct contend_scratch x = { .lacks = CONDITION_NONE, .at = *at };

	contend_log_read(l, &rq, &x);
	*at = x.next;
	return x;
}

static u64 flagged(const struct log *l, u64 *count)
{
	struct violation_log log;

	violation_log_init(&log, NO_WORKER);
	*count = s->verify(l, &log);
	return log.total;
}

static void append(struct kunit *test, struct log *l, u64 from, u64 n)
{
	for (; n--; from++)
		KUNIT_EXPECT_EQ(test, done(l, LOG_APPEND, from, 100 + from).error, 0);
}

static void the_checksum_is_that_of_the_standard(struct kunit *test)
{
	/* RFC 3720, B.4, says how it begins and ends; the value is in every catalogue of CRCs. */
	KUNIT_EXPECT_EQ(test, ~contend_crc32c(~0U, "123456789", 9), 0xe3069283U);
}

static void a_record_is_at_its_position_until_it_is_dropped(struct kunit *test)
{
	/* Not a power of two. */
	struct log *l = log_of(test, 5);
	u64 i, count;

	for (i = 0; i < 1000; i++) {
		KUNIT_EXPECT_EQ(test, done(l, LOG_APPEND, i, 100 + i).value, stamp(1, i));
		KUNIT_EXPECT_EQ(test, done(l, LOG_READ, i, 0).value, 100 + i);
		KUNIT_EXPECT_EQ(test, done(l, LOG_READ, i + 1, 0).error, -ENOENT);
		if (i < 5)
			continue;
		KUNIT_EXPECT_EQ(test, done(l, LOG_READ, i - 4, 0).value, 96 + i);
		KUNIT_EXPECT_EQ(test, done(l, LOG_READ, i - 5, 0).error, -ENOENT);
	}
	KUNIT_EXPECT_EQ(test, s->elements(l), 5ULL);
	KUNIT_EXPECT_EQ(test, done(l, LOG_TRIM, 998, 0).error, 0);
	KUNIT_EXPECT_EQ(test, done(l, LOG_TRIM, 998, 0).error, -ENOENT);
	KUNIT_EXPECT_EQ(test, done(l, LOG_TRIM, 1001, 0).error, -ENOENT);
	KUNIT_EXPECT_EQ(test, done(l, LOG_READ, 997, 0).error, -ENOENT);
	KUNIT_EXPECT_EQ(test, done(l, LOG_READ, 998, 0).error, 0);
	KUNIT_EXPECT_EQ(test, flagged(l, &count), 0ULL);
	KUNIT_EXPECT_EQ(test, count, 1000ULL);
	s->destroy(l);
}

static void what_stands_at_a_position_again_has_another_stamp(struct kunit *test)
{
	struct log *l = log_of(test, 8);
	u64 count;

	append(test, l, 0, 4);
	KUNIT_EXPECT_EQ(test, done(l, LOG_TRUNCATE, 2, 0).value, stamp(2, 2));
	KUNIT_EXPECT_EQ(test, done(l, LOG_READ, 2, 0).error, -ENOENT);
	KUNIT_EXPECT_EQ(test, done(l, LOG_APPEND, 7, 107).value, stamp(2, 2));
	KUNIT_EXPECT_EQ(test, done(l, LOG_READ, stamp(2, 2), 0).value, 107ULL);
	KUNIT_EXPECT_EQ(test, done(l, LOG_READ, stamp(1, 2), 0).error, -ESTALE);
	/* What stood before it stands still. */
	KUNIT_EXPECT_EQ(test, done(l, LOG_READ, stamp(1, 1), 0).value, 101ULL);
	/* A task of an epoch that is over takes nothing back. */
	KUNIT_EXPECT_EQ(test, done(l, LOG_TRUNCATE, stamp(1, 1), 0).error, -ESTALE);
	KUNIT_EXPECT_EQ(test, done(l, LOG_TRUNCATE, stamp(2, 1), 0).error, 0);
	KUNIT_EXPECT_EQ(test, done(l, LOG_TRUNCATE, 1, 0).error, -ENOENT);
	KUNIT_EXPECT_EQ(test, flagged(l, &count), 0ULL);
	KUNIT_EXPECT_EQ(test, count, 5ULL);
	s->destroy(l);
}

static void no_epoch_and_no_position_comes_twice(struct kunit *test)
{
	struct log *l = log_of(test, 2);

	append(test, l, 0, 1);
	l->epoch = LOG_EPOCH_MAX;
	KUNIT_EXPECT_EQ(test, done(l, LOG_TRUNCATE, 0, 0).error, -ENOSPC);
	l->tail = LOG_POSITION_MAX;
	KUNIT_EXPECT_EQ(test, done(l, LOG_APPEND, 0, 0).error, -ENOSPC);
	s->destroy(l);
}

static void a_reader_follows_and_waits_at_the_end(struct kunit *test)
{
	struct log *l = log_of(test, 8);
	struct contend_mark at = { };
	struct contend_scratch x;
	u64 i;

	x = follow(l, &at);
	KUNIT_EXPECT_EQ(test, x.lacks, CONDITION_IN);
	for (i = 0; i < 20; i++) {
		KUNIT_EXPECT_EQ(test, done(l, LOG_APPEND, i, i).met_all,
				BIT(CONDITION_IN));
		x = follow(l, &at);
		KUNIT_EXPECT_EQ(test, x.error, 0);
		KUNIT_EXPECT_EQ(test, x.value, i);
		KUNIT_EXPECT_NULL(test, x.broken);
		x = follow(l, &at);
		KUNIT_EXPECT_EQ(test, x.error, -ENOENT);
		KUNIT_EXPECT_EQ(test, x.lacks, CONDITION_IN);
	}
	KUNIT_EXPECT_EQ(test, done(l, LOG_CLOSE, 0, 0).met_all, BIT(CONDITION_IN));
	x = follow(l, &at);
	KUNIT_EXPECT_EQ(test, x.error, -EPIPE);
	KUNIT_EXPECT_EQ(test, x.lacks, CONDITION_NONE);
	KUNIT_EXPECT_EQ(test, done(l, LOG_APPEND, 0, 0).error, -EPIPE);
	s->destroy(l);
}

/* Each place where it may stand, and each to which the end may be taken back. */
static void a_reader_that_stands_on_what_was_taken_back_learns_it(struct kunit *test)
{
	u64 stands, end, more;

	for (stands = 1; stands <= 5; stands++) {
		for (end = 0; end < 5; end++) {
			for (more = 0; more < 5; more++) {
				struct log *l = log_of(test, 16);
				struct contend_mark at = { };
				struct contend_scratch x;
				u64 i;

				append(test, l, 0, 5);
				for (i = 0; i < stands; i++)
					KUNIT_EXPECT_EQ(test, follow(l, &at).error, 0);
				done(l, LOG_TRUNCATE, end, 0);
				append(test, l, 50, more);
				x = follow(l, &at);
				KUNIT_EXPECT_NULL(test, x.broken);
				if (stands > end) {
					KUNIT_EXPECT_EQ(test, x.error, -ESTALE);
					KUNIT_EXPECT_EQ(test, at.position, 0ULL);
				} else if (stands < end || more) {
					KUNIT_EXPECT_EQ(test, x.error, 0);
					KUNIT_EXPECT_EQ(test, x.value,
							stands < end ? 100 + stands : 150);
				} else {
					KUNIT_EXPECT_EQ(test, x.lacks, CONDITION_IN);
				}
				s->destroy(l);
			}
		}
	}
}

static void a_reader_that_is_too_slow_begins_again_at_the_oldest(struct kunit *test)
{
	struct log *l = log_of(test, 4);
	struct contend_mark at = { };
	struct contend_scratch x;

	append(test, l, 0, 1);
	KUNIT_EXPECT_EQ(test, follow(l, &at).value, 100ULL);
	/* What it stands on is gone, and what comes next is there. */
	append(test, l, 1, 4);
	KUNIT_EXPECT_EQ(test, follow(l, &at).value, 101ULL);
	append(test, l, 5, 3);
	x = follow(l, &at);
	KUNIT_EXPECT_EQ(test, x.error, -ENOENT);
	KUNIT_EXPECT_EQ(test, x.lacks, CONDITION_NONE);
	KUNIT_EXPECT_EQ(test, follow(l, &at).value, 104ULL);
	KUNIT_EXPECT_EQ(test, follow(l, &at).value, 105ULL);
	s->destroy(l);
}

/* As if a writer were in the middle of it. */
static void a_record_that_is_being_written_is_not_read(struct kunit *test)
{
	struct log *l = log_of(test, 4);
	struct contend_mark at = { };

	append(test, l, 0, 2);
	l->records[1].stamp = 0;
	KUNIT_EXPECT_EQ(test, done(l, LOG_READ, 1, 0).error, -EAGAIN);
	KUNIT_EXPECT_EQ(test, follow(l, &at).error, 0);
	KUNIT_EXPECT_EQ(test, follow(l, &at).error, -EAGAIN);
	l->records[1].stamp = stamp(1, 1);
	KUNIT_EXPECT_EQ(test, follow(l, &at).value, 101ULL);
	s->destroy(l);
}

static void what_does_not_belong_there_is_noticed(struct kunit *test)
{
	struct log *l = log_of(test, 8);
	struct contend_mark at = { };
	struct contend_scratch x;
	u64 count;

	append(test, l, 0, 4);
	KUNIT_EXPECT_EQ(test, follow(l, &at).error, 0);
	/* A word of a record. */
	l->records[1].value++;
	KUNIT_EXPECT_NOT_NULL(test, done(l, LOG_READ, 1, 0).broken);
	KUNIT_EXPECT_EQ(test, flagged(l, &count), 1ULL);
	l->records[1].value--;
	KUNIT_EXPECT_EQ(test, flagged(l, &count), 0ULL);
	/* Another log's record in its place: whole, but it does not go on from here. */
	done(l, LOG_TRUNCATE, 1, 0);
	l->sum ^= 1;
	append(test, l, 1, 1);
	x = follow(l, &at);
	KUNIT_EXPECT_NOT_NULL(test, x.broken);
	KUNIT_EXPECT_EQ(test, flagged(l, &count), 1ULL);
	/* One that nobody has appended. */
	l->appended--;
	KUNIT_EXPECT_EQ(test, flagged(l, &count), 2ULL);
	l->tail = l->head + 9;
	KUNIT_EXPECT_EQ(test, flagged(l, &count), 1ULL);
	s->destroy(l);
}

static struct kunit_case log_cases[] = {
	KUNIT_CASE(the_checksum_is_that_of_the_standard),
	KUNIT_CASE(a_record_is_at_its_position_until_it_is_dropped),
	KUNIT_CASE(what_stands_at_a_position_again_has_another_stamp),
	KUNIT_CASE(no_epoch_and_no_position_comes_twice),
	KUNIT_CASE(a_reader_follows_and_waits_at_the_end),
	KUNIT_CASE(a_reader_that_stands_on_what_was_taken_back_learns_it),
	KUNIT_CASE(a_reader_that_is_too_slow_begins_again_at_the_oldest),
	KUNIT_CASE(a_record_that_is_being_written_is_not_read),
	KUNIT_CASE(what_does_not_belong_there_is_noticed),
	{}
};

static struct kunit_suite log_suite = {
	.name = "contend_log",
	.test_cases = log_cases,
};

kunit_test_suites(&log_suite);
MODULE_LICENSE("GPL");

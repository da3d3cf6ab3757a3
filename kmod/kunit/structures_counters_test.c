// SPDX-License-Identifier: GPL-2.0
/* Counters without a lock by themselves: what is counted is read, and what their checks notice. */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/kernel.h>

#include "check/violation.h"
#include "structures/counters.h"
#include "structures/structure.h"

static const struct contend_structure *const counters[] = {
	&contend_structure_atomic_counter, &contend_structure_split_counter,
	&contend_structure_percpu_counter,
};

static const enum structure_index indices[] = {
	STRUCTURE_atomic_counter, STRUCTURE_split_counter, STRUCTURE_percpu_counter,
};

static void *counter(struct kunit *test, const struct contend_structure *s)
{
	const struct contend_shape shape = { .parts = 1 };
	void *data = kunit_kzalloc(test, s->size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, data);
	KUNIT_ASSERT_EQ(test, s->init(data, &shape), 0);
	return data;
}

static struct contend_scratch done(enum structure_index s, void *data, u32 verb)
{
	const struct contend_request rq = { .verb = verb };
	struct contend_scratch x = { };

	contend_structure_write(s, data, &rq, &x);
	return x;
}

static u64 flagged(const struct contend_structure *s, const void *data, u64 *count)
{
	struct violation_log log;

	violation_log_init(&log, NO_WORKER);
	*count = s->verify(data, &log);
	return log.total;
}

static void what_is_counted_is_there(struct kunit *test)
{
	u64 count;
	size_t i;
	int n;

	for (i = 0; i < ARRAY_SIZE(counters); i++) {
		void *data = counter(test, counters[i]);

		for (n = 1; n <= 1000; n++) {
			KUNIT_EXPECT_EQ(test, done(indices[i], data, COUNTERS_INC).error, 0);
			KUNIT_EXPECT_EQ(test, flagged(counters[i], data, &count), 0ULL);
			KUNIT_EXPECT_EQ(test, count, (u64)n);
		}
		counters[i]->destroy(data);
	}
}

/* Two of them exactly, and the third within its bound. */
static void what_is_counted_is_read(struct kunit *test)
{
	u64 value, most = 0;
	size_t i;
	int n;

	for (i = 0; i < ARRAY_SIZE(counters); i++) {
		const bool batched = indices[i] == STRUCTURE_percpu_counter;
		void *data = counter(test, counters[i]);

		for (n = 0; n < 1000; n++) {
			value = done(indices[i], data, COUNTERS_READ).value;
			KUNIT_EXPECT_LE(test, value, (u64)n);
			most = max_t(u64, most, n - value);
			if (!batched)
				KUNIT_EXPECT_EQ(test, value, (u64)n);
			else
				KUNIT_EXPECT_EQ(test, done(indices[i], data, COUNTERS_SUM).value,
						(u64)n);
			done(indices[i], data, COUNTERS_INC);
		}
		counters[i]->destroy(data);
	}
	KUNIT_EXPECT_GE(test, most, BATCH - 1ULL);
	KUNIT_EXPECT_LE(test, most, num_possible_cpus() * (BATCH - 1ULL));
}

static void a_lost_batch_is_noticed(struct kunit *test)
{
	const struct contend_structure *s = &contend_structure_percpu_counter;
	struct batch_counter *c = counter(test, s);
	const s64 bound = num_possible_cpus() * 5 * BATCH;
	u64 count;
	s64 i;

	for (i = 0; i < 2 * bound; i++)
		done(STRUCTURE_percpu_counter, c, COUNTERS_INC);
	KUNIT_EXPECT_NULL(test, done(STRUCTURE_percpu_counter, c, COUNTERS_SUM).broken);
	atomic64_add(-bound, &c->count);
	KUNIT_EXPECT_NOT_NULL(test, done(STRUCTURE_percpu_counter, c, COUNTERS_SUM).broken);
	KUNIT_EXPECT_EQ(test, flagged(s, c, &count), 1ULL);
	KUNIT_EXPECT_EQ(test, count, (u64)bound);
	/* And one that was added twice. */
	atomic64_add(bound + BATCH * num_possible_cpus(), &c->count);
	KUNIT_EXPECT_NOT_NULL(test, done(STRUCTURE_percpu_counter, c, COUNTERS_SUM).broken);
	KUNIT_EXPECT_EQ(test, flagged(s, c, &count), 1ULL);
	s->destroy(c);
}

static void a_batch_that_is_kept_is_noticed(struct kunit *test)
{
	const struct contend_structure *s = &contend_structure_percpu_counter;
	struct batch_counter *c = counter(test, s);
	struct batch_part *part = per_cpu_ptr(c->parts, cpumask_first(cpu_possible_mask));
	u64 count;

	part->done = BATCH - 1;
	part->part = BATCH - 1;
	KUNIT_EXPECT_EQ(test, flagged(s, c, &count), 0ULL);
	part->done++;
	part->part++;
	KUNIT_EXPECT_GE(test, flagged(s, c, &count), 1ULL);
	KUNIT_EXPECT_EQ(test, count, (u64)BATCH);
	s->destroy(c);
}

static struct kunit_case counters_cases[] = {
	KUNIT_CASE(what_is_counted_is_there),
	KUNIT_CASE(what_is_counted_is_read),
	KUNIT_CASE(a_lost_batch_is_noticed),
	KUNIT_CASE(a_batch_that_is_kept_is_noticed),
	{}
};

static struct kunit_suite counters_suite = {
	.name = "contend_counters",
	.test_cases = counters_cases,
};

kunit_test_suites(&counters_suite);

// SPDX-License-Identifier: GPL-2.0
/* A cache by itself: what goes, leases, negative entries, times to live, and what is noticed. */
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "check/violation.h"
#include "clock.h"
#include "structures/cache.h"
#include "structures/structure.h"

struct cached {
	enum structure_index s;
	const struct contend_structure *of;
	struct nodes nodes;
	struct cache *cache;
	bool copy;
};

static struct cached *cached(struct kunit *test, enum structure_index s, u64 capacity)
{
	struct cached *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	struct contend_shape shape = { .capacity = capacity, .parts = 1 };

	KUNIT_ASSERT_NOT_NULL(test, c);
	c->s = s;
	c->of = contend_structure_at(s);
	c->cache = kunit_kzalloc(test, c->of->size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, c->cache);
	KUNIT_ASSERT_EQ(test, nodes_init(&c->nodes, s, false), 0);
	shape.nodes = &c->nodes;
	KUNIT_ASSERT_EQ(test, c->of->init(c->cache, &shape), 0);
	return c;
}

static u64 flagged(const struct cached *c, u64 *count)
{
	struct violation_log log;

	violation_log_init(&log, NO_WORKER);
	*count = c->of->verify(c->cache, &log);
	return log.total;
}

static void cached_end(struct kunit *test, struct cached *c, u64 came)
{
	u64 count;

	KUNIT_EXPECT_EQ(test, flagged(c, &count), 0ULL);
	KUNIT_EXPECT_EQ(test, count, came);
	c->of->destroy(c->cache);
	KUNIT_EXPECT_EQ(test, percpu_counter_sum(&c->nodes.live), 0);
	nodes_destroy(&c->nodes);
}

/* One section. */
static struct contend_scratch done(struct kunit *test, struct cached *c, u32 verb, u64 key,
				   u64 value)
{
	const struct contend_request rq = { .verb = verb, .key = key, .value = value };
	struct contend_scratch x = { .lacks = CONDITION_NONE, .value = value, .copy = c->copy };

	x.spare = contend_node_alloc(&c->nodes);
	KUNIT_ASSERT_NOT_NULL(test, x.spare);
	if (c->of->verbs[verb].guard == GUARD_READ)
		contend_structure_read(c->s, c->cache, &rq, &x);
	else
		contend_structure_write(c->s, c->cache, &rq, &x);
	contend_node_free(x.spare);
	contend_node_free(x.victim);
	return x;
}

static bool there(struct kunit *test, struct cached *c, u64 key)
{
	struct contend_scratch x = done(test, c, CACHE_GET, key, 0);

	KUNIT_EXPECT_NULL(test, x.broken);
	return !x.error;
}

static const enum structure_index all[] = {
	STRUCTURE_cache_fifo, STRUCTURE_cache_lru, STRUCTURE_cache_clock, STRUCTURE_cache_sieve,
	STRUCTURE_cache_s3fifo, STRUCTURE_cache_wtinylfu,
};

static void each_policy_has_what_it_wants(struct kunit *test)
{
	/* Of four keys 0 and then 1 is asked for again; then comes a fifth one. */
	static const bool stays[][4] = {
		{ false, true, true, true },	/* the oldest */
		{ true, true, false, true },	/* the least recently used */
		{ true, true, false, true },	/* neither was passed over: the next one */
		{ true, true, false, true },
		{ false, true, true, true },	/* once is not enough */
		{ true, true, true, false },	/* the window's must be asked for more often */
	};
	size_t p, key;

	for (p = 0; p < ARRAY_SIZE(all); p++) {
		struct cached *c = cached(test, all[p], 4);

		for (key = 0; key < 4; key++)
			KUNIT_EXPECT_EQ(test, done(test, c, CACHE_PUT, key, key).error, 0);
		KUNIT_EXPECT_TRUE(test, there(test, c, 0));
		KUNIT_EXPECT_TRUE(test, there(test, c, 1));
		KUNIT_EXPECT_EQ(test, done(test, c, CACHE_PUT, 4, 4).error, 0);
		for (key = 0; key < 4; key++)
			KUNIT_EXPECT_EQ_MSG(test, there(test, c, key), stays[p][key], "%s: %zu",
					    c->of->name, key);
		KUNIT_EXPECT_TRUE(test, there(test, c, 4));
		cached_end(test, c, 5);
	}
}

/* And whose lease was ended in the meantime puts nothing in. */
static void one_loads_and_the_others_wait(struct kunit *test)
{
	struct cached *c = cached(test, STRUCTURE_cache_sieve, 4);
	struct contend_scratch first, x;

	first = done(test, c, CACHE_LEASE, 7, 0);
	KUNIT_EXPECT_EQ(test, first.error, -ENOENT);
	KUNIT_EXPECT_FALSE(test, there(test, c, 7));
	x = done(test, c, CACHE_LEASE, 7, 0);
	KUNIT_EXPECT_EQ(test, x.lacks, CONDITION_IN);
	x = done(test, c, CACHE_FILL, 7, first.value | 70);
	KUNIT_EXPECT_EQ(test, x.error, 0);
	KUNIT_EXPECT_EQ(test, x.met_all, BIT(CONDITION_IN));
	KUNIT_EXPECT_EQ(test, (u32)done(test, c, CACHE_LEASE, 7, 0).value, 70);

	/* An invalidation, all of them, and a put. */
	first = done(test, c, CACHE_LEASE, 8, 0);
	KUNIT_EXPECT_EQ(test, done(test, c, CACHE_INVALIDATE, 8, 0).met_all, BIT(CONDITION_IN));
	KUNIT_EXPECT_EQ(test, done(test, c, CACHE_FILL, 8, first.value).error, -ENOENT);
	x = done(test, c, CACHE_LEASE, 8, 0);
	KUNIT_EXPECT_EQ(test, x.error, -ENOENT);
	KUNIT_EXPECT_EQ(test, done(test, c, CACHE_FILL, 8, first.value).error, -ENOENT);
	done(test, c, CACHE_FLUSH, 0, 0);
	KUNIT_EXPECT_EQ(test, done(test, c, CACHE_FILL, 8, x.value).error, -ENOENT);
	KUNIT_EXPECT_FALSE(test, there(test, c, 7));
	first = done(test, c, CACHE_LEASE, 8, 0);
	KUNIT_EXPECT_EQ(test, done(test, c, CACHE_PUT, 8, 80).met_all, BIT(CONDITION_IN));
	KUNIT_EXPECT_EQ(test, done(test, c, CACHE_FILL, 8, first.value | 81).error, -ENOENT);
	KUNIT_EXPECT_EQ(test, done(test, c, CACHE_GET, 8, 0).value, 80ULL);
	cached_end(test, c, 2);
}

/* An entry that was loaded; the answer is what it is called. */
static noinline u64 filled(struct kunit *test, struct cached *c, u64 key, u32 value)
{
	const struct contend_scratch lease = done(test, c, CACHE_LEASE, key, 0);

	done(test, c, CACHE_FILL, key, lease.value | value);
	return lease.value;
}

/* Whether it was still the one of that name; then it has another one. */
static noinline bool replaced(struct kunit *test, struct cached *c, u64 *name, u32 value)
{
	const struct contend_scratch x = done(test, c, CACHE_REPLACE, 7, *name | value);

	if (x.error)
		return false;
	*name = x.value & ~CACHE_NOTHING;
	return !!x.victim == c->copy && (u32)done(test, c, CACHE_GET, 7, 0).value == value;
}

/* One that writes what it has made of what it read: nothing came in between. */
static void what_was_read_is_replaced_and_nothing_else(struct kunit *test)
{
	u64 first, name;
	size_t p;

	for (p = 0; p < 2 * ARRAY_SIZE(all); p++) {
		struct cached *c = cached(test, all[p / 2], 4);

		c->copy = p % 2;
		first = filled(test, c, 7, 70);
		name = first;
		KUNIT_EXPECT_TRUE(test, replaced(test, c, &name, 71));
		KUNIT_EXPECT_FALSE(test, replaced(test, c, &first, 79));
		KUNIT_EXPECT_TRUE(test, replaced(test, c, &name, 72));
		/* What was invalidated, loaded anew, or put in, is not what was read. */
		done(test, c, CACHE_INVALIDATE, 7, 0);
		KUNIT_EXPECT_FALSE(test, replaced(test, c, &name, 79));
		first = filled(test, c, 7, 80);
		KUNIT_EXPECT_FALSE(test, replaced(test, c, &name, 79));
		done(test, c, CACHE_PUT, 7, 90);
		KUNIT_EXPECT_FALSE(test, replaced(test, c, &first, 79));
		KUNIT_EXPECT_EQ(test, done(test, c, CACHE_GET, 7, 0).value, 90ULL);
		cached_end(test, c, 5);
	}
}

static void leases_alone_leave_no_room(struct kunit *test)
{
	struct cached *c = cached(test, STRUCTURE_cache_clock, 2);
	struct contend_scratch x = { };

	done(test, c, CACHE_LEASE, 1, 0);
	done(test, c, CACHE_LEASE, 2, 0);
	KUNIT_EXPECT_EQ(test, done(test, c, CACHE_PUT, 3, 0).error, -ENOSPC);
	KUNIT_EXPECT_EQ(test, done(test, c, CACHE_LEASE, 3, 0).error, -ENOSPC);
	KUNIT_EXPECT_FALSE(test, c->of->shrink(c->cache, &x));
	cached_end(test, c, 0);
}

static void a_lease_that_is_overdue_is_the_next_ones(struct kunit *test)
{
	struct cached *c = cached(test, STRUCTURE_cache_fifo, 2);
	struct contend_scratch first, x;

	first = done(test, c, CACHE_LEASE, 1, 0);
	/* As if its time were over. */
	(c->cache->buckets[0] ?: c->cache->buckets[1])->until_ns = 1;
	x = done(test, c, CACHE_LEASE, 1, 0);
	KUNIT_EXPECT_EQ(test, x.error, -ENOENT);
	KUNIT_EXPECT_EQ(test, done(test, c, CACHE_FILL, 1, first.value).error, -ENOENT);
	KUNIT_EXPECT_EQ(test, done(test, c, CACHE_FILL, 1, x.value).error, 0);
	cached_end(test, c, 1);
}

/* Of one that died, say: its places are for other keys when its leases are over, or all are. */
static void leases_that_are_over_make_room(struct kunit *test)
{
	size_t p;
	u64 key;

	for (p = 0; p < ARRAY_SIZE(all); p++) {
		struct cached *c = cached(test, all[p], 4);
		struct contend_scratch x = { };

		for (key = 0; key < 4; key++)
			done(test, c, CACHE_LEASE, key, 0);
		KUNIT_EXPECT_EQ(test, done(test, c, CACHE_PUT, 7, 70).error, -ENOSPC);
		list_first_entry(&c->cache->lent, struct cache_node, queue)->until_ns = 1;
		KUNIT_EXPECT_EQ(test, done(test, c, CACHE_PUT, 7, 70).error, 0);
		KUNIT_EXPECT_TRUE(test, there(test, c, 7));
		/* The next one is not over, so it is an entry that goes. */
		KUNIT_EXPECT_EQ(test, done(test, c, CACHE_PUT, 8, 80).error, 0);
		KUNIT_EXPECT_FALSE(test, there(test, c, 7));
		done(test, c, CACHE_FLUSH, 0, 0);
		KUNIT_EXPECT_EQ(test, done(test, c, CACHE_LEASE, 9, 0).error, -ENOENT);
		KUNIT_EXPECT_EQ(test, c->cache->leases, 3ULL);
		/* What is asked for again is the youngest; when memory is short the oldest goes. */
		done(test, c, CACHE_LEASE, 2, 0);
		KUNIT_EXPECT_TRUE(test, c->of->shrink(c->cache, &x));
		contend_node_free(x.victim);
		KUNIT_EXPECT_EQ(test, c->cache->leases, 2ULL);
		KUNIT_EXPECT_EQ(test, done(test, c, CACHE_LEASE, 2, 0).lacks, CONDITION_IN);
		cached_end(test, c, 2);
	}
}

static void what_has_a_time_to_live_goes_and_nothing_is_an_answer(struct kunit *test)
{
	struct cached *c = cached(test, STRUCTURE_cache_lru, 4);

	done(test, c, CACHE_PUT, 1, 10);
	KUNIT_EXPECT_EQ(test, done(test, c, CACHE_EXPIRE, 1, 3600 * NSEC_PER_SEC).error, 0);
	KUNIT_EXPECT_EQ(test, done(test, c, CACHE_EXPIRE, 1, S64_MAX).error, 0);
	KUNIT_EXPECT_TRUE(test, there(test, c, 1));
	KUNIT_EXPECT_EQ(test, done(test, c, CACHE_EXPIRE, 1, BIT_ULL(63)).error, -EINVAL);
	KUNIT_EXPECT_EQ(test, done(test, c, CACHE_EXPIRE, 1, U64_MAX).error, -EINVAL);
	KUNIT_EXPECT_TRUE(test, there(test, c, 1));
	KUNIT_EXPECT_EQ(test, done(test, c, CACHE_EXPIRE, 1, 1).error, 0);
	udelay(1);
	KUNIT_EXPECT_FALSE(test, there(test, c, 1));
	KUNIT_EXPECT_EQ(test, done(test, c, CACHE_EXPIRE, 1, 0).error, -ENOENT);
	KUNIT_EXPECT_EQ(test, done(test, c, CACHE_PUT, 2, CACHE_NOTHING).error, 0);
	KUNIT_EXPECT_EQ(test, done(test, c, CACHE_GET, 2, 0).error, -ENODATA);
	KUNIT_EXPECT_EQ(test, done(test, c, CACHE_PUT, 2, BIT_ULL(63)).error, -EINVAL);
	cached_end(test, c, 2);
}

/* A reader that stands on the old one has it as it was. */
static void beside_readers_an_entry_is_replaced_and_elsewhere_overwritten(struct kunit *test)
{
	size_t p;

	for (p = 0; p < ARRAY_SIZE(all); p++) {
		struct cached *c = cached(test, all[p], 4);

		done(test, c, CACHE_PUT, 1, 10);
		KUNIT_EXPECT_NULL(test, done(test, c, CACHE_PUT, 1, 11).victim);
		c->copy = true;
		KUNIT_EXPECT_NOT_NULL(test, done(test, c, CACHE_PUT, 1, 12).victim);
		KUNIT_EXPECT_EQ(test, done(test, c, CACHE_GET, 1, 0).value, 12ULL);
		cached_end(test, c, 3);
	}
}

static void short_memory_takes_entries_until_there_is_none(struct kunit *test)
{
	size_t p;
	u64 key;

	for (p = 0; p < ARRAY_SIZE(all); p++) {
		struct cached *c = cached(test, all[p], 8);

		for (key = 0; key < 8; key++)
			done(test, c, CACHE_PUT, key, key);
		for (key = 8; key; key--) {
			struct contend_scratch x = { };

			KUNIT_EXPECT_EQ(test, c->of->elements(c->cache), key);
			KUNIT_EXPECT_TRUE(test, c->of->shrink(c->cache, &x));
			contend_node_free(x.victim);
		}
		cached_end(test, c, 8);
	}
}

static void what_is_not_right_is_noticed(struct kunit *test)
{
	struct cached *c = cached(test, STRUCTURE_cache_fifo, 4);
	struct cache_node *n;
	u64 count;

	done(test, c, CACHE_PUT, 1, 10);
	n = list_first_entry(&c->cache->q[0].list, struct cache_node, queue);
	/* As if the invalidation had not unlinked it. */
	c->cache->told[1] = (n->generation + 1) << CACHE_TOLD_KEY | 1;
	KUNIT_EXPECT_NOT_NULL(test, done(test, c, CACHE_GET, 1, 0).broken);
	c->cache->told[1] = 0;
	n->value++;
	KUNIT_EXPECT_EQ(test, flagged(c, &count), 1ULL);
	n->value--;
	c->cache->q[0].n++;
	KUNIT_EXPECT_EQ(test, flagged(c, &count), 1ULL);
	c->cache->q[0].n--;
	c->cache->capacity = 0;
	KUNIT_EXPECT_EQ(test, flagged(c, &count), 1ULL);
	c->cache->capacity = 4;
	cached_end(test, c, 1);
}

static struct kunit_case cache_cases[] = {
	KUNIT_CASE(each_policy_has_what_it_wants),
	KUNIT_CASE(one_loads_and_the_others_wait),
	KUNIT_CASE(what_was_read_is_replaced_and_nothing_else),
	KUNIT_CASE(leases_alone_leave_no_room),
	KUNIT_CASE(a_lease_that_is_overdue_is_the_next_ones),
	KUNIT_CASE(leases_that_are_over_make_room),
	KUNIT_CASE(what_has_a_time_to_live_goes_and_nothing_is_an_answer),
	KUNIT_CASE(beside_readers_an_entry_is_replaced_and_elsewhere_overwritten),
	KUNIT_CASE(short_memory_takes_entries_until_there_is_none),
	KUNIT_CASE(what_is_not_right_is_noticed),
	{}
};

static struct kunit_suite cache_suite = {
	.name = "contend_cache",
	.test_cases = cache_cases,
};

kunit_test_suite(cache_suite);
MODULE_LICENSE("GPL");

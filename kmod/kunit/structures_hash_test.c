// SPDX-License-Identifier: GPL-2.0
/* A hash by itself: it grows, shrinks, waits for readers and for memory; and what it notices. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kthread.h>

#include "check/violation.h"
#include "clock.h"
#include "lib/rng.h"
#include "object.h"
#include "operation.h"
#include "structures/hash.h"
#include "structures/structure.h"

#define KEYS	3000
#define ROUNDS	60000

/**
 * struct table - a hash, and what stands around it
 * @nodes: its own
 * @h: the hash
 * @memory: whether there is some for a part
 * @beside: readers may be beside a writer
 * @old: what was unlinked and is not freed, where they may be
 */
struct table {
	struct nodes nodes;
	struct hash *h;
	bool memory;
	bool beside;
	struct contend_node *old;
};

static struct table *table(struct kunit *test, u64 capacity, u32 parts)
{
	struct table *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	struct contend_shape shape = { .capacity = capacity, .parts = parts };

	KUNIT_ASSERT_NOT_NULL(test, t);
	t->memory = true;
	t->h = kunit_kzalloc(test, sizeof(*t->h), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t->h);
	KUNIT_ASSERT_EQ(test, nodes_init(&t->nodes, STRUCTURE_hash, false), 0);
	shape.nodes = &t->nodes;
	KUNIT_ASSERT_EQ(test, contend_structure_hash.init(t->h, &shape), 0);
	return t;
}

static void table_end(struct kunit *test, struct table *t)
{
	contend_node_free(t->old);
	contend_structure_hash.destroy(t->h);
	KUNIT_EXPECT_EQ(test, percpu_counter_sum(&t->nodes.live), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->nodes.parts), 0);
	nodes_destroy(&t->nodes);
}

/* As operation.c does it. */
static struct contend_scratch done(struct kunit *test, struct table *t, u32 verb, u64 key)
{
	const struct contend_request rq = { .verb = verb, .key = key, .value = ~key };
	struct contend_scratch x = { .copy = t->beside };
	size_t wants = contend_structure_hash.wants(t->h);

	if (verb == HASH_LOOKUP) {
		contend_hash_read(t->h, &rq, &x);
		return x;
	}
	if (verb == HASH_INSERT) {
		x.spare = contend_node_alloc(&t->nodes);
		KUNIT_ASSERT_NOT_NULL(test, x.spare);
	}
	if (wants && t->memory) {
		x.part = contend_part_alloc(&t->nodes, wants);
		KUNIT_ASSERT_NOT_NULL(test, x.part);
	}
	contend_hash_write(t->h, &rq, &x);
	contend_node_free(x.spare);
	contend_node_free(x.victim);
	contend_node_free(x.part ? &x.part->node : NULL);
	if (x.old && t->beside) {
		/* One table at a time is left. */
		KUNIT_EXPECT_NULL(test, t->old);
		t->old = x.old;
	} else {
		contend_node_free(x.old);
	}
	return x;
}

static u64 flagged(const struct table *t, u64 *count)
{
	struct violation_log log;

	violation_log_init(&log, NO_WORKER);
	*count = contend_structure_hash.verify(t->h, &log);
	return log.total;
}

static u64 buckets(const struct table *t)
{
	return t->h->table->mask + 1ULL;
}

static void fill(struct kunit *test, struct table *t, u64 from, u64 upto)
{
	for (; from < upto; from++)
		KUNIT_EXPECT_EQ(test, done(test, t, HASH_INSERT, from).error, 0);
}

/* It grows, and shrinks to nearly nothing: inserts and erases take turns in being more. */
static void it_is_as_an_array_while_it_resizes(struct kunit *test)
{
	bool *there = kunit_kzalloc(test, KEYS, GFP_KERNEL);
	struct table *t = table(test, KEYS, 1);
	u64 count, most = 0, least = ~0ULL;
	u32 i, n = 0;
	struct rng r;

	KUNIT_ASSERT_NOT_NULL(test, there);
	rng_seed(&r, 14, 0);
	for (i = 0; i < ROUNDS; i++) {
		const u32 more = i / 10000 % 2 ? HASH_ERASE : HASH_INSERT;
		const u32 draw = rng_below(&r, 8), key = rng_below(&r, KEYS);
		const u32 verb = draw <= HASH_RESIZE ? draw : more;
		struct contend_scratch x = done(test, t, verb, key);
		int error = 0;

		KUNIT_EXPECT_NULL(test, x.broken);
		if (verb == HASH_INSERT && there[key])
			error = -EEXIST;
		else if (verb != HASH_INSERT && verb != HASH_RESIZE && !there[key])
			error = -ENOENT;
		KUNIT_EXPECT_EQ(test, x.error, error);
		if (verb == HASH_LOOKUP && there[key])
			KUNIT_EXPECT_EQ(test, x.value, ~(u64)key);
		if (!error && (verb == HASH_INSERT || verb == HASH_ERASE)) {
			there[key] = verb == HASH_INSERT;
			n += there[key] ? 1 : -1;
		}
		if (i > 10000) {
			most = max(most, buckets(t));
			least = min(least, buckets(t));
		}
		if (i % 997)
			continue;
		KUNIT_EXPECT_EQ(test, flagged(t, &count), 0ULL);
		KUNIT_EXPECT_EQ(test, count, (u64)n);
	}
	KUNIT_EXPECT_GE(test, most, 8192ULL);
	KUNIT_EXPECT_LE(test, least, 2048ULL);
	KUNIT_EXPECT_GE(test, t->h->turns, 10ULL);
	table_end(test, t);
}

static void a_write_moves_a_few_buckets_and_no_more(struct kunit *test)
{
	struct table *t = table(test, KEYS, 1);
	u64 steps = 0, count;
	u32 moved;

	KUNIT_EXPECT_EQ(test, buckets(t), (u64)HASH_LEAST);
	/* The first one has no part, the next one has, and begins. */
	done(test, t, HASH_RESIZE, 0);
	KUNIT_EXPECT_NULL(test, t->h->next);
	for (moved = 0; t->h->turns == 0; moved += HASH_MOVES, steps++) {
		KUNIT_EXPECT_EQ(test, t->h->next ? t->h->moved : 0, moved);
		/* Each other operation is a step, too, and its node in both tables if it must. */
		KUNIT_EXPECT_EQ(test, done(test, t, steps % 2 ? HASH_INSERT : HASH_RESIZE,
					   steps).error, 0);
		KUNIT_EXPECT_EQ(test, flagged(t, &count), 0ULL);
	}
	KUNIT_EXPECT_EQ(test, steps, (u64)HASH_LEAST / HASH_MOVES);
	KUNIT_EXPECT_EQ(test, buckets(t), 2ULL * HASH_LEAST);
	table_end(test, t);
}

static void stripes_share_the_buckets(struct kunit *test)
{
	struct table *t = table(test, KEYS, 1024);

	KUNIT_EXPECT_EQ(test, buckets(t), 1ULL);
	fill(test, t, 0, 150);
	KUNIT_EXPECT_EQ(test, buckets(t), 256ULL);
	table_end(test, t);
}

static void without_memory_it_serves_as_it_is(struct kunit *test)
{
	struct table *t = table(test, KEYS, 1);
	u64 key, count;

	t->memory = false;
	fill(test, t, 0, KEYS);
	KUNIT_EXPECT_EQ(test, done(test, t, HASH_INSERT, KEYS).error, -ENOSPC);
	KUNIT_EXPECT_EQ(test, buckets(t), (u64)HASH_LEAST);
	KUNIT_EXPECT_NE(test, contend_structure_hash.wants(t->h), 0);
	for (key = 0; key < KEYS; key++)
		KUNIT_EXPECT_EQ(test, done(test, t, HASH_LOOKUP, key).error, 0);
	KUNIT_EXPECT_EQ(test, flagged(t, &count), 0ULL);
	/* There is some again: to the size that fits, at once. */
	t->memory = true;
	for (key = 0; !t->h->turns && key < HASH_LEAST; key++)
		done(test, t, HASH_INSERT, 0);
	KUNIT_EXPECT_EQ(test, buckets(t), 8192ULL);
	KUNIT_EXPECT_EQ(test, contend_structure_hash.wants(t->h), 0);
	/* What was wanted, and is not any more. */
	t->memory = false;
	for (key = 0; key < KEYS; key++)
		done(test, t, HASH_ERASE, key);
	KUNIT_EXPECT_NE(test, contend_structure_hash.wants(t->h), 0);
	t->memory = true;
	fill(test, t, 0, KEYS);
	KUNIT_EXPECT_EQ(test, contend_structure_hash.wants(t->h), 0);
	KUNIT_EXPECT_EQ(test, flagged(t, &count), 0ULL);
	table_end(test, t);
}

static void it_waits_for_the_readers_of_the_table_before(struct kunit *test)
{
	struct table *t = table(test, KEYS, 1);
	const struct hash_table *second;
	u64 key;

	t->beside = true;
	for (key = 0; !t->old; key++)
		KUNIT_EXPECT_EQ(test, done(test, t, HASH_INSERT, key).error, 0);
	second = t->h->table;
	/* A reader is in the first one: whatever is wanted, its links stay. */
	fill(test, t, key, KEYS);
	done(test, t, HASH_RESIZE, 0);
	KUNIT_EXPECT_PTR_EQ(test, second, (const struct hash_table *)t->h->table);
	KUNIT_EXPECT_NULL(test, t->h->next);
	KUNIT_EXPECT_EQ(test, contend_structure_hash.wants(t->h), 0);
	/* It has left. */
	contend_node_free(t->old);
	t->old = NULL;
	done(test, t, HASH_ERASE, 0);
	KUNIT_EXPECT_NE(test, contend_structure_hash.wants(t->h), 0);
	done(test, t, HASH_ERASE, 1);
	KUNIT_EXPECT_NOT_NULL(test, t->h->next);
	table_end(test, t);
}

/* What a lock that lets two writers in, or a resize that loses a node, would do to it. */
static void what_is_broken_is_noticed(struct kunit *test)
{
	struct table *t = table(test, KEYS, 1);
	struct hash_table *now = t->h->table;
	struct hash_node *n, *end, **first;
	u64 count, key;

	fill(test, t, 0, 100);
	KUNIT_ASSERT_EQ(test, flagged(t, &count), 0ULL);
	for (first = now->bucket; !*first; )
		first++;
	n = *first;
	key = n->key;

	n->key = key + 1;
	KUNIT_EXPECT_GT(test, flagged(t, &count), 0ULL);
	KUNIT_EXPECT_NOT_NULL(test, done(test, t, HASH_LOOKUP, key).broken);
	KUNIT_EXPECT_NOT_NULL(test, done(test, t, HASH_ERASE, key).broken);
	n->key = key;

	n->node.live = NODE_FREED;
	KUNIT_EXPECT_GT(test, flagged(t, &count), 0ULL);
	KUNIT_EXPECT_NOT_NULL(test, done(test, t, HASH_LOOKUP, key).broken);
	n->node.live = NODE_LIVE;

	/* As a reader sees it whom the next table has taken along. */
	end = n->next[now->link];
	n->next[now->link] = (void *)((unsigned long)t | 1);
	KUNIT_EXPECT_GT(test, flagged(t, &count), 0ULL);
	n->key = key + (1ULL << 60);
	KUNIT_EXPECT_NOT_NULL(test, done(test, t, HASH_LOOKUP, key).broken);
	n->key = key;
	n->next[now->link] = end;

	/* Lost. */
	*first = NULL;
	KUNIT_EXPECT_GT(test, flagged(t, &count), 0ULL);
	*first = n;

	/* In the table, and not in the next one. */
	while (!t->h->next || t->h->moved < HASH_LEAST - HASH_MOVES)
		done(test, t, HASH_RESIZE, 0);
	KUNIT_EXPECT_EQ(test, flagged(t, &count), 0ULL);
	for (first = t->h->next->bucket; !*first; )
		first++;
	n = *first;
	*first = NULL;
	KUNIT_EXPECT_EQ(test, flagged(t, &count), 1ULL);
	*first = n;
	KUNIT_EXPECT_EQ(test, flagged(t, &count), 0ULL);
	table_end(test, t);
}

/* A reader's thread, and what it found. */
struct reader {
	struct contend_object *obj;
	u64 found;
	u64 missed;
	u64 broken;
};

#define RESIDENT	500
#define READERS		3

static int reads(void *data)
{
	struct reader *r = data;
	struct operation op = { .request = { .verb = HASH_LOOKUP } };
	struct violation_log log;

	violation_log_init(&log, NO_WORKER);
	operation_begin(&op, r->obj, current->pid, true, &log);
	while (!kthread_should_stop()) {
		op.request.key = (op.request.key + 1) % RESIDENT;
		operation_do(&op, r->obj, r->obj->lock);
		if (op.scratch.error || op.scratch.value != op.request.key)
			r->missed++;
		else
			r->found++;
		contend_yield();
	}
	operation_end(&op);
	r->broken = log.total;
	return 0;
}

/* Of those that are there all the time it loses none, whatever it grows and shrinks by. */
static void readers_find_all_while(struct kunit *test, const char *lock, u64 turns, u32 stripes)
{
	struct contend_create create = { .capacity = 8 * RESIDENT, .stripes = stripes };
	struct contend_object *obj = contend_object_create(contend_lock_find(lock),
							   STRUCTURE_hash, &create);
	struct operation op = { };
	struct reader readers[READERS] = { };
	struct task_struct *task[READERS];
	struct violation_log log;
	u64 i, resized = 0;
	u32 k;

	KUNIT_ASSERT_FALSE(test, IS_ERR(obj));
	violation_log_init(&log, NO_WORKER);
	operation_begin(&op, obj, current->pid, true, &log);
	op.request.verb = HASH_INSERT;
	for (i = 0; i < RESIDENT; i++) {
		op.request.key = i;
		op.request.value = i;
		operation_do(&op, obj, obj->lock);
	}
	for (k = 0; k < READERS; k++) {
		readers[k].obj = obj;
		task[k] = kthread_run(reads, &readers[k], "hash_test/%u", k);
		KUNIT_ASSERT_FALSE(test, IS_ERR(task[k]));
	}
	/* A tide of others, and the verb. */
	for (i = 0; resized < turns; i++) {
		op.request.key = RESIDENT + i % (6 * RESIDENT);
		op.request.verb = i % 3 == 2 ? HASH_RESIZE :
				  i / (6 * RESIDENT) % 2 ? HASH_ERASE : HASH_INSERT;
		operation_do(&op, obj, obj->lock);
		if (op.request.verb == HASH_RESIZE)
			resized = op.scratch.value;
		contend_yield();
	}
	for (k = 0; k < READERS; k++)
		KUNIT_EXPECT_EQ(test, kthread_stop(task[k]), 0);
	operation_end(&op);
	for (k = 0; k < READERS; k++) {
		KUNIT_EXPECT_GT(test, readers[k].found, 0ULL);
		KUNIT_EXPECT_EQ(test, readers[k].missed, 0ULL);
		KUNIT_EXPECT_EQ(test, readers[k].broken, 0ULL);
	}
	KUNIT_EXPECT_EQ(test, log.total, 0ULL);
	contend_object_put(obj);
}

static void readers_lose_nothing_while_it_resizes(struct kunit *test)
{
	readers_find_all_while(test, "rwlock", 50, 1);
	readers_find_all_while(test, "rcu", 8, 1);
	readers_find_all_while(test, "srcu", 8, 1);
	readers_find_all_while(test, "ebr", 50, 4);
	readers_find_all_while(test, "epoch", 50, 1);
	readers_find_all_while(test, "hazptr", 50, 1);
}

static struct kunit_case hash_cases[] = {
	KUNIT_CASE(it_is_as_an_array_while_it_resizes),
	KUNIT_CASE(a_write_moves_a_few_buckets_and_no_more),
	KUNIT_CASE(stripes_share_the_buckets),
	KUNIT_CASE(without_memory_it_serves_as_it_is),
	KUNIT_CASE(it_waits_for_the_readers_of_the_table_before),
	KUNIT_CASE(what_is_broken_is_noticed),
	KUNIT_CASE(readers_lose_nothing_while_it_resizes),
	{}
};

static struct kunit_suite hash_suite = {
	.name = "contend_hash",
	.test_cases = hash_cases,
};

kunit_test_suites(&hash_suite);

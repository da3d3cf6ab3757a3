// SPDX-License-Identifier: GPL-2.0
/* A tree and a latch_tree by themselves, beside a sorted array; and what their checks notice. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "check/violation.h"
#include "lib/rng.h"
#include "structures/tree.h"

#define KEYS	300
#define ROUNDS	20000

/* The tree, and the array beside it. */
struct pair {
	enum structure_index s;
	const struct contend_structure *of;
	struct nodes nodes;
	void *data;
	u64 key[KEYS];
	u64 value[KEYS];
	u32 n;
};

static struct pair *pair(struct kunit *test, enum structure_index s, u64 capacity)
{
	struct pair *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	struct contend_shape shape = { .capacity = capacity, .parts = 1 };

	KUNIT_ASSERT_NOT_NULL(test, p);
	p->s = s;
	p->of = contend_structure_at(s);
	p->data = kunit_kzalloc(test, p->of->size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p->data);
	KUNIT_ASSERT_EQ(test, nodes_init(&p->nodes, s, false), 0);
	shape.nodes = &p->nodes;
	KUNIT_ASSERT_EQ(test, p->of->init(p->data, &shape), 0);
	return p;
}

static void pair_end(struct kunit *test, struct pair *p)
{
	p->of->destroy(p->data);
	KUNIT_EXPECT_EQ(test, percpu_counter_sum(&p->nodes.live), 0);
	nodes_destroy(&p->nodes);
}

static struct contend_scratch done(struct kunit *test, struct pair *p, u32 verb, u64 key, u64 value)
{
	const struct contend_request rq = { .verb = verb, .key = key, .value = value };
	struct contend_scratch x = { };

	if (p->of->verbs[verb].links) {
		x.spare = contend_node_alloc(&p->nodes);
		KUNIT_ASSERT_NOT_NULL(test, x.spare);
	}
	if (p->of->verbs[verb].guard == GUARD_READ)
		contend_structure_read(p->s, p->data, &rq, &x);
	else
		contend_structure_write(p->s, p->data, &rq, &x);
	contend_node_free(x.spare);
	contend_node_free(x.victim);
	return x;
}

static u64 flagged(const struct pair *p, u64 *count)
{
	struct violation_log log;

	violation_log_init(&log, NO_WORKER);
	*count = p->of->verify(p->data, &log);
	return log.total;
}

/* Where the key is in the array, or would be. */
static u32 place_of(const struct pair *p, u64 key)
{
	u32 i = 0;

	while (i < p->n && p->key[i] < key)
		i++;
	return i;
}

static void model_move(struct pair *p, u32 from, u32 to)
{
	memmove(&p->key[to], &p->key[from], (p->n - from) * sizeof(p->key[0]));
	memmove(&p->value[to], &p->value[from], (p->n - from) * sizeof(p->value[0]));
	p->n += to - from;
}

/* One operation on both. */
static void step(struct kunit *test, struct pair *p, u32 verb, u64 key, u64 value)
{
	const u32 at = place_of(p, key);
	const bool there = at < p->n && p->key[at] == key;
	struct contend_scratch x = done(test, p, verb, key, value);

	KUNIT_EXPECT_NULL(test, x.broken);
	switch (verb) {
	case TREE_LOOKUP:
		KUNIT_EXPECT_EQ(test, x.error, there ? 0 : -ENOENT);
		if (there)
			KUNIT_EXPECT_EQ(test, x.value, p->value[at]);
		break;
	case TREE_INSERT:
		KUNIT_EXPECT_EQ(test, x.error, there ? -EEXIST : 0);
		if (there)
			break;
		model_move(p, at, at + 1);
		p->key[at] = key;
		p->value[at] = value;
		break;
	case TREE_ERASE:
		KUNIT_EXPECT_EQ(test, x.error, there ? 0 : -ENOENT);
		if (!there)
			break;
		KUNIT_EXPECT_EQ(test, x.value, p->value[at]);
		model_move(p, at + 1, at);
		break;
	case TREE_SCAN:
		KUNIT_EXPECT_EQ(test, x.error, at < p->n ? 0 : -ENOENT);
		if (at < p->n)
			KUNIT_EXPECT_EQ(test, x.value,
					p->key[min(at + TREE_SCAN_KEYS, p->n) - 1]);
		break;
	}
}

/* It grows, and shrinks to nearly nothing: inserts and erases take turns in being more. */
static void as_an_array(struct kunit *test, enum structure_index s)
{
	struct pair *p = pair(test, s, KEYS);
	struct rng r;
	u64 count;
	u32 i;

	rng_seed(&r, 14, 0);
	for (i = 0; i < ROUNDS; i++) {
		const u32 more = i / 1000 % 2 ? TREE_ERASE : TREE_INSERT;
		const u32 draw = rng_below(&r, 8);

		step(test, p, draw < 4 ? draw : more, rng_below(&r, KEYS), rng_next(&r));
		if (i % 97)
			continue;
		KUNIT_EXPECT_EQ(test, flagged(p, &count), 0ULL);
		KUNIT_EXPECT_EQ(test, count, (u64)p->n);
		KUNIT_EXPECT_EQ(test, p->of->elements(p->data), (u64)p->n);
	}
	pair_end(test, p);
}

static void a_tree_is_as_a_sorted_array(struct kunit *test)
{
	as_an_array(test, STRUCTURE_tree);
}

static void a_latch_tree_is_as_a_sorted_array(struct kunit *test)
{
	as_an_array(test, STRUCTURE_latch_tree);
}

/* The first and the last key that there are; ascending, as what is not balanced gets high. */
static void the_edges(struct kunit *test, enum structure_index s)
{
	struct pair *p = pair(test, s, 64);
	u64 count, key;

	KUNIT_EXPECT_EQ(test, done(test, p, TREE_SCAN, 0, 0).error, -ENOENT);
	KUNIT_EXPECT_EQ(test, done(test, p, TREE_INSERT, ~0ULL, 1).error, 0);
	KUNIT_EXPECT_EQ(test, done(test, p, TREE_SCAN, 0, 0).value, ~0ULL);
	for (key = 0; key < 63; key++)
		KUNIT_EXPECT_EQ(test, done(test, p, TREE_INSERT, key, key).error, 0);
	KUNIT_EXPECT_EQ(test, done(test, p, TREE_INSERT, 63, 0).error, -ENOSPC);
	KUNIT_EXPECT_EQ(test, done(test, p, TREE_INSERT, 62, 0).error, -EEXIST);
	KUNIT_EXPECT_EQ(test, done(test, p, TREE_SCAN, 0, 0).value, TREE_SCAN_KEYS - 1ULL);
	KUNIT_EXPECT_EQ(test, done(test, p, TREE_SCAN, 60, 0).value, ~0ULL);
	KUNIT_EXPECT_EQ(test, done(test, p, TREE_LOOKUP, ~0ULL, 0).value, 1ULL);
	KUNIT_EXPECT_EQ(test, flagged(p, &count), 0ULL);
	KUNIT_EXPECT_EQ(test, count, 64ULL);
	pair_end(test, p);
}

static void trees_have_edges_and_are_bounded(struct kunit *test)
{
	the_edges(test, STRUCTURE_tree);
	the_edges(test, STRUCTURE_latch_tree);
}

/* Both begin with a root. */
static struct rb_root *first_root(const struct pair *p)
{
	return p->s == STRUCTURE_tree ? p->data : p->data + sizeof(struct tree_latch);
}

/* What a lock that lets two writers in, or a reader beside one, would do to it. */
static void what_is_broken_is_noticed(struct kunit *test, enum structure_index s)
{
	struct pair *p = pair(test, s, 64);
	struct rb_root *root = first_root(p);
	struct tree_node *top, *low;
	struct rb_node *at;
	u64 count, key;

	for (key = 0; key < 40; key++)
		done(test, p, TREE_INSERT, key, 0);
	top = tree_entry(root->rb_node, 0);
	low = tree_entry(rb_first(root), 0);
	KUNIT_ASSERT_EQ(test, flagged(p, &count), 0ULL);

	/* The first node of each way is there, and has the wrong key. */
	low->key = 50;
	KUNIT_EXPECT_GT(test, flagged(p, &count), 0ULL);
	KUNIT_EXPECT_NOT_NULL(test, done(test, p, TREE_LOOKUP, 0, 0).broken);
	low->key = 0;

	top->node.live = NODE_FREED;
	KUNIT_EXPECT_GT(test, flagged(p, &count), 0ULL);
	KUNIT_EXPECT_NOT_NULL(test, done(test, p, TREE_LOOKUP, 0, 0).broken);
	KUNIT_EXPECT_NOT_NULL(test, done(test, p, TREE_ERASE, 0, 0).broken);
	top->node.live = NODE_LIVE;

	/* A black one gets red: its ways down have a black node less. */
	for (at = rb_first(root); rb_is_red(at); )
		at = rb_next(at);
	at->__rb_parent_color ^= 1;
	KUNIT_EXPECT_GT(test, flagged(p, &count), 0ULL);
	at->__rb_parent_color ^= 1;

	/* Lost with all that hangs at it, although the way up leads there. */
	at = root->rb_node->rb_left;
	root->rb_node->rb_left = at->rb_left;
	KUNIT_EXPECT_GT(test, flagged(p, &count), 0ULL);
	root->rb_node->rb_left = at;
	if (p->s == STRUCTURE_latch_tree) {
		at = root[1].rb_node;
		root[1].rb_node = NULL;
		KUNIT_EXPECT_GT(test, flagged(p, &count), 0ULL);
		root[1].rb_node = at;
	}
	KUNIT_EXPECT_EQ(test, flagged(p, &count), 0ULL);
	pair_end(test, p);
}

static void a_broken_tree_is_noticed(struct kunit *test)
{
	what_is_broken_is_noticed(test, STRUCTURE_tree);
}

static void a_broken_latch_tree_is_noticed(struct kunit *test)
{
	what_is_broken_is_noticed(test, STRUCTURE_latch_tree);
}

static struct kunit_case tree_cases[] = {
	KUNIT_CASE(a_tree_is_as_a_sorted_array),
	KUNIT_CASE(a_latch_tree_is_as_a_sorted_array),
	KUNIT_CASE(trees_have_edges_and_are_bounded),
	KUNIT_CASE(a_broken_tree_is_noticed),
	KUNIT_CASE(a_broken_latch_tree_is_noticed),
	{}
};

static struct kunit_suite tree_suite = {
	.name = "contend_tree",
	.test_cases = tree_cases,
};

kunit_test_suites(&tree_suite);

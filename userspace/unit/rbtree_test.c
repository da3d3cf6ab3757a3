// SPDX-License-Identifier: GPL-2.0
/* The shim's red-black tree: the rules of one, after each of many inserts and erases. */
#include <kunit/test.h>
#include <linux/rbtree_augmented.h>

#include "lib/rng.h"

#include "../shim/rbtree.c"

#define NODES	200

struct item {
	struct rb_node link;
	u32 key;
	bool in;
};

static struct item item[NODES];

/* The black nodes of each way down; checks colours, links and the order on the way. */
static u32 height(struct kunit *test, const struct rb_node *at, const struct rb_node *parent,
		  s64 low, s64 high)
{
	u32 left, right;

	if (!at)
		return 0;
	KUNIT_EXPECT_PTR_EQ(test, rb_parent(at), parent);
	KUNIT_EXPECT_TRUE(test, rb_is_black(at) || (parent && rb_is_black(parent)));
	KUNIT_EXPECT_GT(test, (s64)rb_entry(at, struct item, link)->key, low);
	KUNIT_EXPECT_GT(test, high, (s64)rb_entry(at, struct item, link)->key);
	left = height(test, at->rb_left, at, low, rb_entry(at, struct item, link)->key);
	right = height(test, at->rb_right, at, rb_entry(at, struct item, link)->key, high);
	KUNIT_EXPECT_EQ(test, left, right);
	return left + rb_is_black(at);
}

static void insert(struct rb_root *root, struct item *new)
{
	struct rb_node **link = &root->rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = new->key < rb_entry(parent, struct item, link)->key ?
		       &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&new->link, parent, link);
	rb_insert_color(&new->link, root);
}

/* By turns it gets more, and fewer. */
static void the_rules_hold_after_each_change(struct kunit *test)
{
	struct rb_root root = RB_ROOT;
	struct rng r;
	u32 i, n;

	rng_seed(&r, 14, 0);
	for (i = 0; i < 20000; i++) {
		struct item *one = &item[rng_below(&r, NODES)];
		const struct rb_node *at;

		one->key = one - item;
		if (one->in && (i / 500 % 2 || rng_below(&r, 4) == 0)) {
			rb_erase(&one->link, &root);
			one->in = false;
		} else if (!one->in && (i / 500 % 2 == 0 || rng_below(&r, 4) == 0)) {
			insert(&root, one);
			one->in = true;
		}
		height(test, root.rb_node, NULL, -1, NODES);
		for (n = 0, at = rb_first(&root); n < NODES; n++) {
			if (!item[n].in)
				continue;
			KUNIT_EXPECT_PTR_EQ(test, at, &item[n].link);
			at = rb_next(at);
		}
		KUNIT_EXPECT_NULL(test, at);
	}
}

static struct kunit_case rbtree_cases[] = {
	KUNIT_CASE(the_rules_hold_after_each_change),
	{}
};

static struct kunit_suite rbtree_suite = {
	.name = "rbtree",
	.test_cases = rbtree_cases,
};

kunit_test_suite(rbtree_suite);

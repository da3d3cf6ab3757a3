// SPDX-License-Identifier: GPL-2.0
/*
 * latch_tree: a tree twice, so that readers may be beside a writer (P. Zijlstra,
 * <linux/rbtree_latch.h>, 2015, after M. Desnoyers' latch). A node is in both. A writer changes one
 * tree while readers are in the other, sends them to the one that it has changed, and changes the
 * other one. A reader that has come into a tree while that was changed tries again, for which a
 * writer must have got on.
 *
 * The kernel's own cannot be scanned, and its readers name no hazards: so this one has its latch
 * from there, and not its code.
 *
 * A scan holds of each of its keys by itself: it seeks one after the other, since a node's way to
 * its parent is for writers alone.
 *
 * Invariants: those of a tree, of both; and that both are of the same nodes.
 */
#include <linux/atomic.h>

#include "structures/tree.h"

/**
 * struct latch_tree - see above
 * @latch: which tree readers are sent to; a writer is in the other one
 * @root: of each; changes inside the write section
 * @count: its nodes; likewise
 * @capacity: most of them, constant
 */
struct latch_tree {
	struct tree_latch latch;
	struct rb_root root[2];
	u64 count;
	u64 capacity;
};

static const struct contend_verb latch_tree_verbs[] = TREE_VERBS;

/* Send the readers to the tree that was changed last. */
static __always_inline void latch_turn(struct tree_latch *latch)
{
	/* C: pairs with D. What was done to that tree comes before. */
	smp_store_release(&latch->turns, latch->turns + 1);
	/* E: pairs with F. What is done to the other one comes after. */
	smp_wmb();
}

/* Whether readers were sent away from where this one has been. */
static __always_inline bool latch_turned(const struct tree_latch *latch, u64 seen)
{
	/* F: pairs with E */
	smp_rmb();
	return READ_ONCE(latch->turns) != seen;
}

/* The node of a key, or with @least that of the least one that is not less, or NULL. */
static __always_inline struct tree_node *latch_seek(const struct latch_tree *t, u64 key,
						    bool least, struct contend_scratch *x)
{
	struct tree_place place;
	struct tree_node *n;
	u64 seen;

	do {
		/* D: pairs with C */
		seen = smp_load_acquire(&t->latch.turns);
		n = tree_seek(&t->root[seen & 1], seen & 1, key, &t->latch, seen, &place, x);
		if (least)
			n = x->broken ? NULL : place.least;
		/* In a tree that is being changed it may see anything but what was freed. */
	} while (latch_turned(&t->latch, seen) && x->broken != tree_freed);
	return n;
}

void contend_latch_tree_read(const void *data, const struct contend_request *rq,
			     struct contend_scratch *x)
{
	const struct latch_tree *t = data;
	const bool scan = rq->verb == TREE_SCAN;
	const struct tree_node *n = latch_seek(t, rq->key, scan, x);
	u32 i;

	x->error = n ? 0 : -ENOENT;
	if (!n)
		return;
	x->value = scan ? n->key : n->value;
	for (i = 1; scan && i < TREE_SCAN_KEYS && x->value < ~0ULL; i++) {
		n = latch_seek(t, x->value + 1, true, x);
		if (!n)
			return;
		x->value = n->key;
	}
}

static __always_inline void latch_insert(struct latch_tree *t, struct tree_place place,
					 const struct contend_request *rq,
					 struct contend_scratch *x)
{
	struct tree_node *n = container_of(x->spare, struct tree_node, node);

	x->spare = NULL;
	n->key = rq->key;
	n->value = rq->value;
	latch_turn(&t->latch);
	tree_insert(&t->root[0], 0, n, &place);
	latch_turn(&t->latch);
	tree_seek(&t->root[1], 1, rq->key, NULL, 0, &place, x);
	tree_insert(&t->root[1], 1, n, &place);
	t->count++;
}

static __always_inline void latch_erase(struct latch_tree *t, struct tree_node *n,
					struct contend_scratch *x)
{
	latch_turn(&t->latch);
	rb_erase(&n->link[0], &t->root[0]);
	latch_turn(&t->latch);
	rb_erase(&n->link[1], &t->root[1]);
	t->count--;
	x->value = n->value;
	x->victim = &n->node;
}

void contend_latch_tree_write(void *data, const struct contend_request *rq,
			      struct contend_scratch *x)
{
	struct latch_tree *t = data;
	struct tree_place place;
	struct tree_node *n;

	n = tree_seek(&t->root[0], 0, rq->key, NULL, 0, &place, x);
	x->error = 0;
	if (unlikely(x->broken))
		/* Touch nothing in a structure that is broken already. */
		x->error = -ENOENT;
	else if (rq->verb == TREE_ERASE && !n)
		x->error = -ENOENT;
	else if (rq->verb == TREE_ERASE)
		latch_erase(t, n, x);
	else if (n)
		x->error = -EEXIST;
	else if (t->count >= t->capacity)
		x->error = -ENOSPC;
	else
		latch_insert(t, place, rq, x);
}

static int latch_tree_init(void *data, const struct contend_shape *shape)
{
	struct latch_tree *t = data;

	t->root[0] = RB_ROOT;
	t->root[1] = RB_ROOT;
	t->capacity = shape->capacity;
	return 0;
}

static void latch_tree_destroy(void *data)
{
	struct latch_tree *t = data;

	tree_destroy(&t->root[0], 0);
}

static u64 latch_tree_elements(const void *data)
{
	const struct latch_tree *t = data;

	return READ_ONCE(t->count);
}

static u64 latch_tree_verify(const void *data, struct violation_log *log)
{
	const struct latch_tree *t = data;
	const struct rb_node *a = rb_first(&t->root[0]), *b = rb_first(&t->root[1]);
	u64 count = tree_verify(&t->root[0], 0, t->count, log), i;

	tree_verify_count(t->count, count, log);
	tree_verify_count(t->count, tree_verify(&t->root[1], 1, t->count, log), log);
	for (i = 0; a && b && i <= t->count; a = rb_next(a), b = rb_next(b), i++)
		if (tree_entry(a, 0) != tree_entry(b, 1))
			violation_note(log, CHECK_INTEGRITY, "the twins are not of the same nodes",
				       tree_entry(b, 1)->key, tree_entry(a, 0)->key);
	return count;
}

const struct contend_structure contend_structure_latch_tree = {
	.name = "latch_tree",
	.family = "map",
	.about = "a tree and its twin: readers are in one while a writer is in the other",
	.needs = CONTEND_CAP_POINTERS,
	.verbs = latch_tree_verbs,
	.capacity = 16384,
	.node_size = TREE_NODE_SIZE(2),
	.size = sizeof(struct latch_tree),
	.init = latch_tree_init,
	.destroy = latch_tree_destroy,
	.elements = latch_tree_elements,
	.verify = latch_tree_verify,
};

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An ordered map in a red-black tree (L. J. Guibas, R. Sedgewick, "A dichromatic framework for
 * balanced trees", FOCS 1978), with the kernel's <linux/rbtree.h>. A tree is one, a latch_tree two
 * of the same nodes.
 *
 * Invariants: below a node's left link all keys are less, below its right one all are greater;
 * the root is black, no red node hangs at a red one, and each way from the root to where nothing
 * hangs has as many black nodes; each node that a reader reaches is live, that is not freed; at
 * rest the number of nodes equals inserts less erases.
 */
#ifndef CONTEND_TREE_H
#define CONTEND_TREE_H

#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/rbtree_augmented.h>
#include <linux/rcupdate.h>

#include "check/violation.h"
#include "structures/structure.h"

enum { TREE_LOOKUP, TREE_INSERT, TREE_ERASE, TREE_SCAN };

/* So many keys a scan looks at. */
#define TREE_SCAN_KEYS	16

/* The height is at most twice the logarithm of the nodes: no tree in memory is higher. */
#define TREE_HEIGHT	128

#define TREE_VERBS {								\
	[TREE_LOOKUP] = { .name = "lookup", .guard = GUARD_READ, .share = 80 },	\
	[TREE_INSERT] = {							\
		.name = "insert", .guard = GUARD_WRITE, .share = 5, .balance = 1,	\
		.links = true, .fills = true,					\
	},									\
	[TREE_ERASE] = {							\
		.name = "erase", .guard = GUARD_WRITE, .share = 5, .balance = -1,	\
	},									\
	[TREE_SCAN] = { .name = "scan", .guard = GUARD_READ, .share = 10 },	\
	{ }									\
}

/**
 * struct tree_node - an element
 * @node: for its allocation and its release
 * @key: what it is about; constant from its publication to its release, as @value
 * @value: what was stored
 * @link: of each tree that it is in; changes inside the write section
 */
struct tree_node {
	struct contend_node node;
	u64 key;
	u64 value;
	struct rb_node link[];
};

/* Bytes of a node that is in so many trees. */
#define TREE_NODE_SIZE(_trees)	(sizeof(struct tree_node) + (_trees) * sizeof(struct rb_node))

/**
 * struct tree_latch - which of two trees nobody changes: number @turns & 1
 * @turns: a writer counts it on before it changes the other tree, inside the write section
 */
struct tree_latch {
	u64 turns;
};

/**
 * struct tree_place - where a walk has ended
 * @parent: the last node, or NULL
 * @link: its link, or the root's, that leads to the node of the key, or to nothing
 * @least: the node of the least key that is not less than the wanted one, or NULL
 */
struct tree_place {
	struct rb_node *parent;
	struct rb_node **link;
	struct tree_node *least;
};

static __always_inline struct tree_node *tree_entry(const struct rb_node *link, u32 which)
{
	return rb_entry(link - which, struct tree_node, link[0]);
}

static const char tree_freed[] = "a node was freed under its reader";

/* Whether a node on the way breaks a rule; then its links lead anywhere. */
static __always_inline bool tree_broken(const struct tree_node *n, u64 low, u64 high, u32 depth,
					struct contend_scratch *x)
{
	if (unlikely(n->node.live != NODE_LIVE)) {
		x->broken = tree_freed;
		x->seen = n->node.live;
		x->expected = NODE_LIVE;
	} else if (unlikely(n->key < low || n->key > high)) {
		x->broken = "a key is on the wrong side of a node above it";
		x->seen = n->key;
		x->expected = n->key < low ? low : high;
	} else if (unlikely(depth > TREE_HEIGHT)) {
		x->broken = "the tree is higher than a red-black one can be";
		x->seen = depth;
		x->expected = TREE_HEIGHT;
	}
	return x->broken;
}

/* As contend_protect(): a node is safe when its tree is unchanged after it was named. */
static __always_inline bool tree_name(const struct contend_scratch *x, u32 hazard,
				      const struct tree_node *n, const struct tree_latch *latch,
				      u64 seen)
{
	/* H: pairs with D in hazptr_look(). What the hazard has kept until now was read before. */
	smp_store_release(&x->hazards[hazard], n);
	/* A: pairs with B in hazptr_look() */
	smp_mb();
	/* Ahead of whatever is read of the node. */
	return smp_load_acquire(&latch->turns) == seen;
}

/*
 * Walk to a key in tree number @which: its node, or NULL. With a latch, which a reader beside a
 * writer has seen at @seen, the answer holds if it is there still; of a reader with hazards one
 * keeps @least and the other one the node below.
 */
static __always_inline struct tree_node *tree_seek(const struct rb_root *root, u32 which, u64 key,
						   const struct tree_latch *latch, u64 seen,
						   struct tree_place *place,
						   struct contend_scratch *x)
{
	u64 low = 0, high = ~0ULL;
	u32 depth = 0, hazard = 0;
	struct rb_node *at;

	x->broken = NULL;
	*place = (struct tree_place){ .link = (struct rb_node **)&root->rb_node };
	/* Pairs with smp_store_release() in tree_insert(), and with what the kernel moves. */
	while ((at = READ_ONCE(*place->link))) {
		struct tree_node *n = tree_entry(at, which);

		BUILD_BUG_ON(offsetof(struct tree_node, node));
		if (latch && x->hazards && !tree_name(x, hazard, n, latch, seen))
			return NULL;
		if (tree_broken(n, low, high, depth++, x))
			return NULL;
		if (key == n->key) {
			place->least = n;
			return n;
		}
		place->parent = at;
		if (key < n->key) {
			place->least = n;
			hazard ^= 1;
			high = n->key - 1;
			place->link = &at->rb_left;
		} else {
			low = n->key + 1;
			place->link = &at->rb_right;
		}
	}
	return NULL;
}

static __always_inline void tree_insert(struct rb_root *root, u32 which, struct tree_node *n,
					const struct tree_place *place)
{
	struct rb_node *link;

	/* As rb_link_node_rcu(), which is not clean to sparse. */
	rb_link_node(&n->link[which], place->parent, &link);
	/* Publishes n; pairs with READ_ONCE() in tree_seek(). */
	smp_store_release(place->link, link);
	rb_insert_color(&n->link[which], root);
}

static inline void tree_destroy(struct rb_root *root, u32 which)
{
	struct rb_node *at;

	while ((at = root->rb_node)) {
		rb_erase(at, root);
		contend_node_free(&tree_entry(at, which)->node);
	}
}

/* How many black nodes are above a place where nothing hangs. */
static inline u32 tree_black(const struct rb_node *at)
{
	u32 black = 0, depth;

	for (depth = 0; at && depth <= TREE_HEIGHT; depth++, at = rb_parent(at))
		black += rb_is_black(at);
	return black;
}

/* How many nodes it has, @most of which are looked at; what is broken is told. */
static inline u64 tree_verify(const struct rb_root *root, u32 which, u64 most,
			      struct violation_log *log)
{
	const struct rb_node *at;
	u64 count = 0, last = 0;
	u32 height = 0, black;

	for (at = rb_first(root); at && count <= most; at = rb_next(at), count++) {
		const struct tree_node *n = tree_entry(at, which);
		const struct rb_node *parent = rb_parent(at);

		if (n->node.live != NODE_LIVE)
			violation_note(log, CHECK_INTEGRITY, "a node in the tree was freed",
				       n->node.live, NODE_LIVE);
		if (count && n->key <= last)
			violation_note(log, CHECK_INTEGRITY, "keys are out of order", n->key,
				       last + 1);
		last = n->key;
		if (parent ? parent->rb_left != at && parent->rb_right != at : root->rb_node != at)
			violation_note(log, CHECK_INTEGRITY, "a node does not hang at its parent",
				       n->key, parent ? tree_entry(parent, which)->key : 0);
		if (rb_is_red(at) && (!parent || rb_is_red(parent)))
			violation_note(log, CHECK_INTEGRITY,
				       parent ? "a red node hangs at a red one" :
						"the root is red", n->key, 0);
		if (at->rb_left && at->rb_right)
			continue;
		black = tree_black(at);
		if (!height)
			height = black;
		if (black != height)
			violation_note(log, CHECK_INTEGRITY,
				       "one way down has fewer black nodes than another", black,
				       height);
	}
	return count;
}

static inline void tree_verify_count(u64 books, u64 count, struct violation_log *log)
{
	if (count != books)
		violation_note(log, CHECK_INTEGRITY, "the count is not that of the nodes", books,
			       count);
}

#endif /* CONTEND_TREE_H */

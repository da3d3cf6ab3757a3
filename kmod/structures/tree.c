// SPDX-License-Identifier: GPL-2.0
/*
 * tree: an ordered map of 64-bit keys in one red-black tree, with scans.
 *
 * A writer turns the tree round under whoever reads: a lock that lets a reader run beside it is
 * not for this one, but for latch_tree.
 */
#include "structures/tree.h"

/**
 * struct tree - see above
 * @root: changes inside the write section
 * @count: its nodes; likewise
 * @capacity: most of them, constant
 */
struct tree {
	struct rb_root root;
	u64 count;
	u64 capacity;
};

static const struct contend_verb tree_verbs[] = TREE_VERBS;

/* The last one of the next keys, at most so many: a scan that goes on begins after it. */
static __always_inline void tree_scan(const struct tree_node *n, struct contend_scratch *x)
{
	u32 i;

	for (i = 1; ; i++) {
		const struct rb_node *next;
		u64 last = n->key;

		x->value = last;
		next = i < TREE_SCAN_KEYS ? rb_next(&n->link[0]) : NULL;
		if (!next)
			return;
		n = tree_entry(next, 0);
		if (unlikely(last == ~0ULL) || tree_broken(n, last + 1, ~0ULL, 0, x))
			return;
	}
}

void contend_tree_read(const void *data, const struct contend_request *rq,
		       struct contend_scratch *x)
{
	const struct tree *t = data;
	struct tree_place place;
	const struct tree_node *n;

	n = tree_seek(&t->root, 0, rq->key, NULL, 0, &place, x);
	if (rq->verb == TREE_SCAN)
		n = x->broken ? NULL : place.least;
	x->error = n ? 0 : -ENOENT;
	if (!n)
		return;
	if (rq->verb == TREE_SCAN)
		tree_scan(n, x);
	else
		x->value = n->value;
}

void contend_tree_write(void *data, const struct contend_request *rq, struct contend_scratch *x)
{
	struct tree *t = data;
	struct tree_place place;
	struct tree_node *n;

	n = tree_seek(&t->root, 0, rq->key, NULL, 0, &place, x);
	x->error = 0;
	if (unlikely(x->broken)) {
		/* Touch nothing in a structure that is broken already. */
		x->error = -ENOENT;
	} else if (rq->verb == TREE_ERASE) {
		if (!n) {
			x->error = -ENOENT;
			return;
		}
		rb_erase(&n->link[0], &t->root);
		t->count--;
		x->value = n->value;
		x->victim = &n->node;
	} else if (n) {
		x->error = -EEXIST;
	} else if (t->count >= t->capacity) {
		x->error = -ENOSPC;
	} else {
		n = container_of(x->spare, struct tree_node, node);
		x->spare = NULL;
		n->key = rq->key;
		n->value = rq->value;
		tree_insert(&t->root, 0, n, &place);
		t->count++;
	}
}

static int tree_init(void *data, const struct contend_shape *shape)
{
	struct tree *t = data;

	t->root = RB_ROOT;
	t->capacity = shape->capacity;
	return 0;
}

static void tree_free(void *data)
{
	struct tree *t = data;

	tree_destroy(&t->root, 0);
}

static u64 tree_elements(const void *data)
{
	const struct tree *t = data;

	return READ_ONCE(t->count);
}

static u64 tree_check(const void *data, struct violation_log *log)
{
	const struct tree *t = data;
	u64 count = tree_verify(&t->root, 0, t->count, log);

	tree_verify_count(t->count, count, log);
	return count;
}

/* All but what it needs. */
#define TREE						\
	.verbs = tree_verbs,				\
	.capacity = 16384,				\
	.node_size = TREE_NODE_SIZE(1),			\
	.size = sizeof(struct tree),			\
	.init = tree_init,				\
	.destroy = tree_free,				\
	.elements = tree_elements,			\
	.verify = tree_check

const struct contend_structure contend_structure_tree = {
	.name = "tree",
	.family = "map",
	.about = "an ordered map of 64-bit keys in a red-black tree, with scans",
	.needs = CONTEND_CAP_POINTERS | CONTEND_CAP_APART,
	TREE,
};

#ifdef CONTEND_MUTANT

/* busted_tree: a tree that lets a writer turn it round under its readers. */
void contend_busted_tree_read(const void *data, const struct contend_request *rq,
			      struct contend_scratch *x)
{
	contend_tree_read(data, rq, x);
}

void contend_busted_tree_write(void *data, const struct contend_request *rq,
			       struct contend_scratch *x)
{
	contend_tree_write(data, rq, x);
}

const struct contend_structure contend_structure_busted_tree = {
	.name = "busted_tree",
	.family = "busted",
	.about = "a tree that a writer turns round under its readers",
	.needs = CONTEND_CAP_POINTERS,
	.busted = true,
	TREE,
};

#endif /* CONTEND_MUTANT */

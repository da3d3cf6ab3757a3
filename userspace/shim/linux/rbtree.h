/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_RBTREE_H
#define CONTEND_SHIM_RBTREE_H

/*
 * Red-black trees (L. J. Guibas, R. Sedgewick, "A dichromatic framework for balanced trees", FOCS
 * 1978), with the algorithms of T. H. Cormen, C. E. Leiserson, R. L. Rivest, C. Stein,
 * "Introduction to Algorithms", chapter 13.
 *
 * As the kernel's: a link to a child is stored once and whole, and there is no moment at which the
 * links to children lead in a circle. So a reader beside a writer, which follows those alone, comes
 * to an end, and may miss what is there.
 */
#include <linux/compiler.h>
#include <linux/kernel.h>

struct rb_node {
	struct rb_node *shim_parent;
	struct rb_node *rb_right;
	struct rb_node *rb_left;
	bool shim_black;
};

struct rb_root {
	struct rb_node *rb_node;
};

#define RB_ROOT			((struct rb_root){ NULL })
#define rb_parent(node)		((node)->shim_parent)
#define rb_entry(ptr, type, member)	container_of(ptr, type, member)

/* For a reader that follows it: pairs with the dependency there. */
#define shim_rb_store(p, node)	__atomic_store_n(p, node, __ATOMIC_RELEASE)

static inline void rb_link_node(struct rb_node *node, struct rb_node *parent,
				struct rb_node **link)
{
	node->shim_parent = parent;
	node->shim_black = false;
	WRITE_ONCE(node->rb_left, NULL);
	WRITE_ONCE(node->rb_right, NULL);
	*link = node;
}

void rb_insert_color(struct rb_node *node, struct rb_root *root);
void rb_erase(struct rb_node *node, struct rb_root *root);
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);

#endif /* CONTEND_SHIM_RBTREE_H */

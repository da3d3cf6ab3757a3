// SPDX-License-Identifier: GPL-2.0
/* See linux/rbtree.h; the names in the comments are the book's. */
#include <linux/rbtree.h>

static bool is_red(const struct rb_node *node)
{
	return node && !node->shim_black;
}

/* Where @node hangs. */
static struct rb_node **link_of(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *parent = node->shim_parent;

	if (!parent)
		return &root->rb_node;
	return parent->rb_left == node ? &parent->rb_left : &parent->rb_right;
}

/* RB-TRANSPLANT: what hangs at @node's place from now on. */
static void replace(struct rb_node *node, struct rb_node *by, struct rb_root *root)
{
	if (by)
		by->shim_parent = node->shim_parent;
	shim_rb_store(link_of(node, root), by);
}

/* LEFT-ROTATE, or its mirror: @node goes down on the side of @near, its child @up comes up. */
static void rotate(struct rb_node *node, bool left, struct rb_root *root)
{
	struct rb_node *up = left ? node->rb_right : node->rb_left;
	struct rb_node **far = left ? &node->rb_right : &node->rb_left;
	struct rb_node **near = left ? &up->rb_left : &up->rb_right;
	struct rb_node **link = link_of(node, root), *between = *near;

	/* In this order no reader goes round in a circle: @up is away before it leads to @node. */
	shim_rb_store(far, between);
	if (between)
		between->shim_parent = node;
	shim_rb_store(near, node);
	up->shim_parent = node->shim_parent;
	node->shim_parent = up;
	shim_rb_store(link, up);
}

/**
 * rb_insert_color - RB-INSERT-FIXUP: colour and balance after a node was linked
 * @node: from rb_link_node()
 * @root: of its tree
 *
 * Context: any, one writer at a time.
 */
void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *parent, *grand, *uncle;
	bool left;

	while (is_red(parent = node->shim_parent)) {
		grand = parent->shim_parent;	/* a red node is no root */
		left = parent == grand->rb_left;
		uncle = left ? grand->rb_right : grand->rb_left;
		if (is_red(uncle)) {
			parent->shim_black = true;
			uncle->shim_black = true;
			grand->shim_black = false;
			node = grand;
			continue;
		}
		if (node == (left ? parent->rb_right : parent->rb_left)) {
			rotate(parent, left, root);
			swap(node, parent);
		}
		parent->shim_black = true;
		grand->shim_black = false;
		rotate(grand, !left, root);
	}
	root->rb_node->shim_black = true;
}

/* RB-DELETE-FIXUP: the side of @parent where @node is, which may be NULL, is one black short. */
static void erase_color(struct rb_node *node, struct rb_node *parent, struct rb_root *root)
{
	struct rb_node *sibling, *near, *far;
	bool left;

	while (parent && !is_red(node)) {
		/* The other side is a black higher, so there is a sibling. */
		left = node == parent->rb_left;
		sibling = left ? parent->rb_right : parent->rb_left;
		if (is_red(sibling)) {
			sibling->shim_black = true;
			parent->shim_black = false;
			rotate(parent, left, root);
			sibling = left ? parent->rb_right : parent->rb_left;
		}
		near = left ? sibling->rb_left : sibling->rb_right;
		far = left ? sibling->rb_right : sibling->rb_left;
		if (!is_red(near) && !is_red(far)) {
			sibling->shim_black = false;
			node = parent;
			parent = node->shim_parent;
			continue;
		}
		if (!is_red(far)) {
			near->shim_black = true;
			sibling->shim_black = false;
			rotate(sibling, !left, root);
			far = sibling;
			sibling = near;
		}
		sibling->shim_black = parent->shim_black;
		parent->shim_black = true;
		far->shim_black = true;
		rotate(parent, left, root);
		return;
	}
	if (node)
		node->shim_black = true;
}

/**
 * rb_erase - RB-DELETE: take a node out
 * @node: linked; its own links stay as they are, for a reader that stands on it
 * @root: of its tree
 *
 * Context: any, one writer at a time.
 */
void rb_erase(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *successor, *child, *parent;
	bool black = node->shim_black;

	if (!node->rb_left || !node->rb_right) {
		child = node->rb_left ?: node->rb_right;
		parent = node->shim_parent;
		replace(node, child, root);
	} else {
		for (successor = node->rb_right; successor->rb_left; )
			successor = successor->rb_left;
		black = successor->shim_black;
		child = successor->rb_right;
		parent = successor->shim_parent;
		if (parent == node) {
			parent = successor;
		} else {
			/* Out of its place, ahead of leading to what was above it. */
			replace(successor, child, root);
			shim_rb_store(&successor->rb_right, node->rb_right);
			node->rb_right->shim_parent = successor;
		}
		shim_rb_store(&successor->rb_left, node->rb_left);
		node->rb_left->shim_parent = successor;
		replace(node, successor, root);
		successor->shim_black = node->shim_black;
	}
	if (black)
		erase_color(child, parent, root);
}

/**
 * rb_first - the node of the least key
 * @root: of the tree
 *
 * Context: any, without a writer.
 * Return: the node, or NULL: the tree is empty.
 */
struct rb_node *rb_first(const struct rb_root *root)
{
	struct rb_node *node = root->rb_node;

	while (node && node->rb_left)
		node = node->rb_left;
	return node;
}

/**
 * rb_next - the node of the next key
 * @node: linked
 *
 * Context: any, without a writer.
 * Return: the node, or NULL: that was the last one.
 */
struct rb_node *rb_next(const struct rb_node *node)
{
	struct rb_node *parent;

	if (node->rb_right) {
		for (parent = node->rb_right; parent->rb_left; )
			parent = parent->rb_left;
		return parent;
	}
	while ((parent = node->shim_parent) && node == parent->rb_right)
		node = parent;
	return parent;
}

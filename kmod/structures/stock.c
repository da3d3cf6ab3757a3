// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>

#include "structures/nodes.h"
#include "structures/stock.h"

/* Nodes in a stock: more than an interrupt uses while its thread is on the way. */
#define STOCK_NODES	256

/**
 * stock_init - begin with an empty one
 * @stock: the worker's, zeroed
 * @links: whether its structure links nodes
 *
 * Context: the worker's thread.
 */
void stock_init(struct stock *stock, bool links)
{
	stock->size = links ? STOCK_NODES : 0;
}

/**
 * stock_take - get a node where none can be allocated
 * @stock: the worker's
 *
 * Never fails: an operation begins only while there is one.
 *
 * Context: the worker's interrupt.
 * Return: the node, not linked anywhere.
 */
struct contend_node *stock_take(struct stock *stock)
{
	/* Pairs with llist_add() in stock_tend(). */
	struct llist_node *first = llist_del_first(&stock->fresh);

	if (!atomic_dec_return(&stock->nfresh))
		stock->pause = true;
	return container_of(first, struct contend_node, stock);
}

/**
 * stock_put - give a node back where none can be freed
 * @stock: the worker's
 * @node: nobody can reach it any more
 *
 * Context: the worker's interrupt.
 */
void stock_put(struct stock *stock, struct contend_node *node)
{
	if (atomic_inc_return(&stock->nspent) >= stock->size)
		stock->pause = true;
	/* Pairs with llist_del_all() in stock_tend(). */
	llist_add(&node->stock, &stock->spent);
}

/**
 * stock_out - whether the interrupt cannot work before the thread has
 * @stock: the worker's
 *
 * Context: any.
 */
bool stock_out(struct stock *stock)
{
	return stock->size && (!atomic_read(&stock->nfresh) ||
			       atomic_read(&stock->nspent) >= stock->size);
}

/**
 * stock_due - whether the thread has something to do, early enough for the interrupt to go on
 * @stock: the worker's
 *
 * Context: any.
 */
bool stock_due(struct stock *stock)
{
	return atomic_read(&stock->nfresh) < stock->size / 2 ||
	       atomic_read(&stock->nspent) > stock->size / 2;
}

static void stock_free(struct llist_node *list, atomic_t *count)
{
	struct contend_node *node, *next;

	llist_for_each_entry_safe(node, next, list, stock) {
		contend_node_free(node);
		atomic_dec(count);
	}
}

/**
 * stock_tend - fill and empty it
 * @stock: the worker's
 * @nodes: of its object
 *
 * Context: the worker's thread, may sleep.
 * Return: false: memory is short.
 */
bool stock_tend(struct stock *stock, struct nodes *nodes)
{
	struct contend_node *node;

	/* Pairs with llist_add() in stock_put(). */
	stock_free(llist_del_all(&stock->spent), &stock->nspent);
	while (atomic_read(&stock->nfresh) < stock->size) {
		node = contend_node_alloc(nodes);
		if (!node)
			return false;
		/* Pairs with llist_del_first() in stock_take(). */
		llist_add(&node->stock, &stock->fresh);
		atomic_inc(&stock->nfresh);
	}
	return true;
}

/**
 * stock_empty - give all of it back
 * @stock: the worker's, whose interrupt has ended for good
 *
 * Context: the worker's thread.
 */
void stock_empty(struct stock *stock)
{
	stock_free(llist_del_all(&stock->spent), &stock->nspent);
	stock_free(llist_del_all(&stock->fresh), &stock->nfresh);
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Nodes for a writer that must neither allocate nor free: one in an interrupt. Its thread
 * tends the stock.
 *
 * A hard interrupt on PREEMPT_RT may take raw spinlocks only, which forbids the slab
 * allocator too: hence a stock instead of GFP_ATOMIC.
 */
#ifndef CONTEND_STRUCTURES_STOCK_H
#define CONTEND_STRUCTURES_STOCK_H

#include <linux/atomic.h>
#include <linux/llist.h>
#include <linux/types.h>

struct contend_node;
struct nodes;

/**
 * struct stock - nodes for a worker that must neither allocate nor free
 * @fresh: to be linked. The thread adds, the interrupt takes
 * @spent: unlinked, with no reader left. The interrupt adds, the thread takes all
 * @nfresh: no more than there are in @fresh
 * @nspent: no less than there are in @spent
 * @size: how many of either there may be; 0: its structure links none. Constant
 * @pause: the interrupt ends after this operation: the thread has something to do first.
 *	The interrupt's own
 */
struct stock {
	struct llist_head fresh;
	struct llist_head spent;
	atomic_t nfresh;
	atomic_t nspent;
	int size;
	bool pause;
};

void stock_init(struct stock *stock, bool links);
struct contend_node *stock_take(struct stock *stock);
void stock_put(struct stock *stock, struct contend_node *node);
bool stock_out(struct stock *stock);
bool stock_due(struct stock *stock);
bool stock_tend(struct stock *stock, struct nodes *nodes);
void stock_empty(struct stock *stock);

#endif /* CONTEND_STRUCTURES_STOCK_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A worker in an interrupt: context=softirq, context=hardirq.
 *
 * It has a timer of its own on its CPU, and each time that it fires it works for a
 * while: wherever the task of that CPU is, also inside a section of the lock. What an
 * interrupt must not do its thread does for it: allocate, free, wait for a grace
 * period, wake others.
 *
 *	thread, bound    fill the stock           tend the stock when it is called
 *	timer            |  work  |    gap    |  work  |    gap    |  …
 *
 * A hard interrupt on PREEMPT_RT may take raw spinlocks only, which forbids the slab
 * allocator too: hence a stock of nodes instead of GFP_ATOMIC.
 */
#ifndef CONTEND_ENGINE_CONTEXT_H
#define CONTEND_ENGINE_CONTEXT_H

#include <linux/atomic.h>
#include <linux/llist.h>

struct contend_node;
struct team_worker;

/**
 * struct stock - nodes for a worker that must neither allocate nor free
 * @fresh: to be linked. The thread adds, the interrupt takes
 * @spent: unlinked, with no reader left. The interrupt adds, the thread takes all
 * @nfresh: no more than there are in @fresh
 * @nspent: no less than there are in @spent
 */
struct stock {
	struct llist_head fresh;
	struct llist_head spent;
	atomic_t nfresh;
	atomic_t nspent;
};

struct contend_node *stock_take(struct stock *stock);
void stock_put(struct stock *stock, struct contend_node *node);
void stock_pause(struct stock *stock);
void context_work(struct team_worker *w);
unsigned long context_irqs_off(void);
void context_irqs_on(unsigned long flags);

#endif /* CONTEND_ENGINE_CONTEXT_H */

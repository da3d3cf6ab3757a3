// SPDX-License-Identifier: GPL-2.0
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#include "compat.h"
#include "engine/clock.h"
#include "engine/context.h"
#include "engine/worker.h"
#include "object.h"

/* How long a worker works in one interrupt, unless its last operation takes longer. */
#define CONTEXT_BURST_NS	(50 * NSEC_PER_USEC)

/* Nodes in a stock: more than an interrupt uses while its thread is on the way. */
#define STOCK_NODES		256

/* How long the thread waits when memory is short. */
#define STOCK_WAIT_MS		10

/*
 * On PREEMPT_RT a timer must say that it is for a hard interrupt. Elsewhere, where it
 * is in any case, it must not: lockdep would hold it to what is right on PREEMPT_RT, and
 * tell of each spinlock_t that it takes (Documentation/locking/locktypes.rst).
 */
#define CONTEXT_MODE_HARDIRQ	(IS_ENABLED(CONFIG_PREEMPT_RT) ?		\
				 HRTIMER_MODE_ABS_PINNED_HARD : HRTIMER_MODE_ABS_PINNED)

/* Workers in interrupts, of all teams, by the CPU that they work on. */
static DEFINE_PER_CPU(atomic_t, context_crowd);

static struct team_worker *worker_of(struct stock *stock)
{
	return container_of(stock, struct team_worker, stock);
}

/**
 * stock_pause - let the worker's interrupt end behind this operation
 * @stock: the worker's
 *
 * Its thread has something to do first.
 *
 * Context: the worker's interrupt.
 */
void stock_pause(struct stock *stock)
{
	worker_of(stock)->yield_ns = 0;
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
		stock_pause(stock);
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
	if (atomic_inc_return(&stock->nspent) >= STOCK_NODES)
		stock_pause(stock);
	/* Pairs with llist_del_all() in stock_tend(). */
	llist_add(&node->stock, &stock->spent);
}

/* Whether more waits for grace periods than may. */
static bool stock_behind(const struct team_worker *w)
{
	/* A look that may be old: the limit is a soft one. */
	return data_race(percpu_counter_read_positive(&w->team->obj->backlog)) >
	       contend_max_backlog;
}

/* Whether the interrupt cannot work before the thread has. */
static bool stock_out(struct team_worker *w)
{
	return !atomic_read(&w->stock.nfresh) ||
	       atomic_read(&w->stock.nspent) >= STOCK_NODES || stock_behind(w);
}

/* Whether the thread has something to do: early enough for the interrupt to go on. */
static bool stock_due(struct team_worker *w)
{
	return atomic_read(&w->stock.nfresh) < STOCK_NODES / 2 ||
	       atomic_read(&w->stock.nspent) > STOCK_NODES / 2 || stock_behind(w);
}

static void stock_free(struct llist_node *list, atomic_t *count)
{
	struct contend_node *node, *next;

	llist_for_each_entry_safe(node, next, list, stock) {
		contend_node_free(node);
		atomic_dec(count);
	}
}

/* Fill and empty it. False: memory is short. */
static bool stock_tend(struct team_worker *w)
{
	struct contend_object *obj = w->team->obj;
	struct stock *stock = &w->stock;
	struct contend_node *node;

	/* Pairs with llist_add() in stock_put(). */
	stock_free(llist_del_all(&stock->spent), &stock->nspent);
	if (stock_behind(w))
		contend_object_throttle(obj);
	while (atomic_read(&stock->nfresh) < STOCK_NODES) {
		node = contend_node_alloc(obj);
		if (!node)
			return false;
		/* Pairs with llist_del_first() in stock_take(). */
		llist_add(&node->stock, &stock->fresh);
		atomic_inc(&stock->nfresh);
	}
	return true;
}

/*
 * The interrupt. All workers in interrupts of a CPU together have it for half of the
 * time at most: n of them, each at work for a time T and then not for (2n - 1)T. And no
 * more than engine/share.h has for them, beside threads of real-time priority.
 */
static enum hrtimer_restart context_fire(struct hrtimer *timer)
{
	struct team_worker *w = container_of(timer, struct team_worker, timer);
	struct contend_object *obj = w->team->obj;
	u32 crowd = atomic_read(per_cpu_ptr(&context_crowd, w->cpu));
	u64 began = contend_clock(), ended, next, booked;

	if (READ_ONCE(w->team->phase) == TEAM_STOP)
		return HRTIMER_NORESTART;
	if (!stock_out(w)) {
		w->yield_ns = began + CONTEXT_BURST_NS;
		obj->lock->loop[obj->s](w);
	}
	/* Also when a broken invariant has stopped the team: the thread wakes the others. */
	if (stock_due(w) || READ_ONCE(w->team->phase) == TEAM_STOP)
		wake_up_process(w->task);
	ended = contend_clock();
	next = ended + (2 * crowd - 1) * max_t(u64, contend_elapsed(began, ended),
					       CONTEXT_BURST_NS);
	/* What it has used it pays for by when it comes again. */
	booked = share_book(w->cpu, ended, contend_elapsed(began, ended));
	if (booked > next) {
		w->share.waited_ns += booked - next;
		next = booked;
	}
	hrtimer_set_expires(timer, ns_to_ktime(w->waits ? max(next, w->due_ns) : next));
	return HRTIMER_RESTART;
}

/**
 * context_work - a worker's whole work in an interrupt, from WARMUP to STOP
 * @w: the worker
 *
 * Context: the worker's thread, bound to its CPU; sleeps.
 */
void context_work(struct team_worker *w)
{
	const enum hrtimer_mode mode = w->context == CONTEXT_HARDIRQ ?
		CONTEXT_MODE_HARDIRQ : HRTIMER_MODE_ABS_PINNED_SOFT;
	atomic_t *crowd = per_cpu_ptr(&context_crowd, w->cpu);
	struct team *team = w->team;

	atomic_inc(crowd);
	w->call.stock = &w->stock;
	contend_hrtimer_setup(&w->timer, context_fire, CLOCK_MONOTONIC, mode);
	hrtimer_start(&w->timer, ns_to_ktime(contend_clock()), mode);
	while (READ_ONCE(team->phase) != TEAM_STOP) {
		if (!stock_tend(w))
			msleep(STOCK_WAIT_MS);
		wait_event_interruptible(team->wake, READ_ONCE(team->phase) == TEAM_STOP ||
					 stock_due(w));
	}
	/* From here on all that the interrupt has written is the thread's. */
	hrtimer_cancel(&w->timer);
	atomic_dec(crowd);
	team_stop(team);
	w->call.stock = NULL;
	stock_free(llist_del_all(&w->stock.spent), &w->stock.nspent);
	stock_free(llist_del_all(&w->stock.fresh), &w->stock.nfresh);
}

/**
 * context_irqs_off - turn this CPU's interrupts off
 *
 * And keep the CPU, so that whoever shall preempt this task meanwhile does when they are
 * on again: as spin_lock_irqsave() does it.
 *
 * local_irq_save() is what a kernel for Xen makes a call through a pointer until it is
 * patched: out of the measured functions, of which scripts/check-calls reads the code.
 *
 * Context: any.
 * Return: for context_irqs_on().
 */
unsigned long context_irqs_off(void)
{
	unsigned long flags;

	preempt_disable();
	local_irq_save(flags);
	return flags;
}

/**
 * context_irqs_on - turn them on again, if they were
 * @flags: from context_irqs_off()
 *
 * Context: any, on the same CPU.
 */
void context_irqs_on(unsigned long flags)
{
	local_irq_restore(flags);
	preempt_enable();
}

// SPDX-License-Identifier: GPL-2.0
/*
 * clh: a queue in which each spins on the node of the one before it.
 *
 * T. S. Craig, "Building FIFO and priority-queueing spin locks from atomic swap", TR
 * 93-02-02, University of Washington, 1993; P. Magnusson, A. Landin, E. Hagersten,
 * "Queue locks on cache coherent multiprocessors", IPPS 1994.
 *
 * A task that comes marks its node as busy, swaps it in as the last one and waits until
 * the one before is not busy. The holder marks its node as free when it leaves, and since
 * the next one may be looking at it still, takes the node of the one before in exchange:
 * nobody looks at that any more. There is no link to be waited for, as in mcs.
 *
 * Invariants: each node is the last one's, or in the hands of one CPU's context, or
 * looked at by one waiter; the queue's order is that of the swaps.
 */
#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/slab.h>

#include "locks/section.h"
#include "lib/charge.h"
#include "locks/spin.h"

struct clh_node {
	u32 busy;
} ____cacheline_aligned;

/* One context of a CPU waits for a lock once: to wait again it would have to leave. */
struct clh_hands {
	struct clh_node *node[SPIN_CONTEXTS];	/* that CPU's, that context's */
};

struct clh {
	struct clh_node *tail;
	struct clh_node *nodes;			/* all of them, constant */
	struct clh_hands __percpu *hands;	/* constant */
	struct lockdep_map dep;
};

static int clh_init(void *lock)
{
	struct clh *l = lock;
	struct clh_node *node;
	unsigned int cpu, i;

	/* Of all possible CPUs: one that is plugged in later finds its own. */
	l->nodes = kvcalloc(num_possible_cpus() * SPIN_CONTEXTS + 1, sizeof(*l->nodes),
			    GFP_CLIENT);
	if (!l->nodes)
		return -ENOMEM;
	l->hands = alloc_percpu_gfp(struct clh_hands, GFP_CLIENT);
	if (!l->hands) {
		kvfree(l->nodes);
		return -ENOMEM;
	}
	node = l->nodes;
	for_each_possible_cpu(cpu)
		for (i = 0; i < SPIN_CONTEXTS; i++)
			per_cpu_ptr(l->hands, cpu)->node[i] = node++;
	l->tail = node;
	lock_class_init(&l->dep, "clh", LD_WAIT_SPIN);
	return 0;
}

static void clh_destroy(void *lock)
{
	struct clh *l = lock;

	free_percpu(l->hands);
	kvfree(l->nodes);
}

static void clh_lock(void *lock, union lock_token *token)
{
	struct clh_node **mine, *node, *before;
	struct clh *l = lock;

	preempt_disable();
	spin_acquire(&l->dep, 0, 0, _THIS_IP_);
	mine = &this_cpu_ptr(l->hands)->node[interrupt_context_level()];
	node = *mine;
	WRITE_ONCE(node->busy, 1);
	/*
	 * A: publishes the busy node to the next one's swap, from which that one has the
	 * node's address. The section comes after B.
	 */
	before = xchg_release(&l->tail, node);
	/* B: pairs with C */
	if (smp_load_acquire(&before->busy)) {
		lock_contended(&l->dep, _THIS_IP_);
		smp_cond_load_acquire(&before->busy, !VAL);
	}
	*mine = before;
	token->slot = node;
	lock_acquired(&l->dep, _THIS_IP_);
}

static void clh_unlock(void *lock, union lock_token *token)
{
	struct clh __maybe_unused *l = lock;	/* for lockdep alone */
	struct clh_node *node = token->slot;

	spin_release(&l->dep, _THIS_IP_);
	/* C: pairs with B */
	smp_store_release(&node->busy, 0);
	preempt_enable();
}

static const struct lock_ops clh_ops = {
	.size = sizeof(struct clh),
	SPIN_IRQS_ON(struct clh),
	.init = clh_init,
	.destroy = clh_destroy,
	.write_enter = clh_lock,
	.write_leave = clh_unlock,
};

CONTEND_LOCK(clh, "spin", "a queue in which each spins on the node before its own",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | SPIN_CAPS);

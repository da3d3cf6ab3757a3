// SPDX-License-Identifier: GPL-2.0
/*
 * cna: mcs that prefers its own NUMA node, and is no larger for it.
 *
 * D. Dice, A. Kogan, "Compact NUMA-aware locks", EuroSys 2019.
 *
 * A task joins the queue as in mcs. The holder, as it leaves, looks in it for the first
 * waiter of its own NUMA node, moves those before that one to a second queue, and gives it
 * the lock and the second queue with it; so lock and data stay in one node's caches. When no
 * waiter of the node is left, and else once in CNA_TURNS releases by chance, the second
 * queue is put in front of the first, and its head is next: nobody starves.
 *
 *	holder 0 -> 1 -> 1' -> 0' -> 1''		first queue, by NUMA node
 *
 *	holder 0' -> 1''				first queue, when 0 has left
 *	1 -> 1'						second queue, which 0' has
 *
 * The second queue hangs on the holder's node and each field of it is the holder's, so
 * that it takes no lock, and the lock itself is a pointer as that of mcs.
 *
 * Invariants: each waiter is in one of the two queues; exactly one node has been granted
 * the lock; the lock's pointer is to the last of the first queue, whose links but the last
 * are there; within a NUMA node, the order of the second queue is that of arrival; both
 * queues hand over from one holder to the next with the grant.
 */
#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/percpu.h>
#include <linux/topology.h>

#include "locks/section.h"
#include "locks/cna.h"
#include "locks/spin.h"

/* The paper's; a power of two. */
#define CNA_TURNS	65536

/* A CPU's random numbers: an interrupt may draw the same one, which does no harm. */
static DEFINE_PER_CPU(u32, cna_random);

/* G. Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8(14), 2003. */
static bool cna_stays_local(void)
{
	u32 *state = this_cpu_ptr(&cna_random);
	u32 x = READ_ONCE(*state) ?: smp_processor_id() + 1;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	WRITE_ONCE(*state, x);
	return x % CNA_TURNS;
}

/**
 * cna_join - enter the queue
 * @l: the lock
 * @me: the place
 * @numa: NUMA node of the caller
 *
 * Context: preemption off.
 * Return: whether to wait until @me->grant is not 0; else the caller has the lock.
 */
bool cna_join(struct cna *l, struct cna_waiter *me, int numa)
{
	struct cna_waiter *before;

	me->next = NULL;
	me->grant = NULL;
	me->numa = numa;
	/* A: publishes the place to the successor's swap, and before E; takes over from C */
	before = xchg(&l->tail, me);
	if (!before) {
		WRITE_ONCE(me->grant, CNA_ALONE);
		return false;
	}
	/* E: the holder gets to the place by this, F; after A, a full barrier */
	WRITE_ONCE(before->next, me);
	return true;
}

/*
 * The first of the holder's NUMA node in the first queue, those before it moved to the
 * end of the second; or NULL, and nothing has changed.
 */
static struct cna_waiter *cna_find(struct cna_waiter *me)
{
	struct cna_waiter *first = me->next, *last = first, *at = first;

	while (at && at->numa != me->numa) {
		last = at;
		/* F: pairs with A; NULL: the last, or a link on its way */
		at = smp_load_acquire(&at->next);
	}
	if (!at || at == first)
		return at;
	/* Not the lock's last one, so that nobody links after it. */
	WRITE_ONCE(last->next, NULL);
	if (me->grant == CNA_ALONE)
		WRITE_ONCE(me->grant, first);
	else
		WRITE_ONCE(me->grant->last->next, first);
	me->grant->last = last;
	return at;
}

/**
 * cna_pass - leave, and give the lock to the next waiter
 * @l: the lock
 * @me: the place of the holder
 * @local: prefer a waiter of the holder's NUMA node
 *
 * Context: preemption off since cna_join().
 */
void cna_pass(struct cna *l, struct cna_waiter *me, bool local)
{
	struct cna_waiter *second = me->grant == CNA_ALONE ? NULL : me->grant, *next;

	/* F: pairs with A */
	if (!smp_load_acquire(&me->next)) {
		/* The second queue becomes the first. C: pairs with A */
		if (cmpxchg_release(&l->tail, me, second ? second->last : NULL) == me) {
			if (second)
				/* D: pairs with B */
				smp_store_release(&second->grant, CNA_ALONE);
			return;
		}
		/* The successor's swap is done, its link is on the way. F: pairs with A */
		while (!smp_load_acquire(&me->next))
			cpu_relax();
	}
	next = local ? cna_find(me) : NULL;
	if (next) {
		/* D: pairs with B */
		smp_store_release(&next->grant, me->grant);
	} else if (second) {
		WRITE_ONCE(second->last->next, me->next);
		/* D: pairs with B */
		smp_store_release(&second->grant, CNA_ALONE);
	} else {
		/* D: pairs with B */
		smp_store_release(&me->next->grant, CNA_ALONE);
	}
}

static int cna_init(void *lock)
{
	struct cna *l = lock;

	l->tail = NULL;
	lock_class_init(&l->dep, "cna", LD_WAIT_SPIN);
	return 0;
}

static void cna_lock(void *lock, union lock_token *token)
{
	struct cna_waiter *me = (struct cna_waiter *)token->node;
	struct cna *l = lock;

	BUILD_BUG_ON(sizeof(*me) > sizeof(token->node));
	preempt_disable();
	spin_acquire(&l->dep, 0, 0, _THIS_IP_);
	if (cna_join(l, me, numa_node_id())) {
		lock_contended(&l->dep, _THIS_IP_);
		/* B: pairs with D */
		smp_cond_load_acquire(&me->grant, VAL);
	}
	lock_acquired(&l->dep, _THIS_IP_);
}

static void cna_unlock(void *lock, union lock_token *token)
{
	struct cna *l = lock;

	spin_release(&l->dep, _THIS_IP_);
	cna_pass(l, (struct cna_waiter *)token->node, cna_stays_local());
	preempt_enable();
}

static const struct lock_ops cna_ops = {
	.size = sizeof(struct cna),
	.init = cna_init,
	.write_enter = cna_lock,
	.write_leave = cna_unlock,
	SPIN_IRQS_ON(struct cna),
};

CONTEND_LOCK(cna, "spin", "mcs that hands over within a NUMA node, and in turn now and then",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | SPIN_CAPS);

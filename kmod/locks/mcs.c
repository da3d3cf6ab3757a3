// SPDX-License-Identifier: GPL-2.0
/*
 * The queue locks of Mellor-Crummey and Scott: each waiter spins on a node of its
 * own, which the one before it writes once.
 *
 * mcs: J. M. Mellor-Crummey, M. L. Scott, "Algorithms for scalable synchronization on
 * shared-memory multiprocessors", ACM TOCS 9(1), 1991.
 * k42: M. A. Auslander et al., "Enhancement to the MCS lock for increased functionality
 * and improved programmability", U.S. patent application 20030200457, 2003; after the
 * text of M. L. Scott, T. Brown, "Shared-Memory Synchronization", 2nd ed., 2024, 4.3.
 * Windows NT's KeAcquireInStackQueuedSpinLock() is mcs, with the node in its handle.
 *
 * The lock is a pointer to the last in the queue. A task that comes swaps itself in there;
 * if there was one before, it links itself after that one and waits. The holder gives the
 * lock to its successor, and where none is to be seen, tries to put the pointer
 * back; if that fails, one is on its way and has yet to link itself.
 *
 * In mcs a node lives until its release, in k42 until the acquisition: there the
 * holder leaves the queue, and the lock itself is a node that stands for it.
 *
 * Invariants: the nodes from the holder's to the last form one list, in the order of
 * the swaps; exactly one of them does not wait; nobody touches a node that has been
 * given the lock but its owner, and the successor that links itself to it.
 */
#include <linux/atomic.h>
#include <linux/build_bug.h>

#include "locks/section.h"
#include "locks/spin.h"

struct mcs_node {
	/*
	 * Written once by the successor. In the next round its owner may write the same
	 * node: only that it is one location orders that store after it has seen this one.
	 */
	struct mcs_node *next;
	u32 go;			/* written once by the predecessor */
};

struct mcs {
	struct mcs_node *tail;
	struct lockdep_map dep;
};

static int mcs_init(void *lock)
{
	struct mcs *l = lock;

	l->tail = NULL;
	lock_class_init(&l->dep, "mcs", LD_WAIT_SPIN);
	return 0;
}

/* The successor's swap is done, its link is on the way. */
static struct mcs_node *mcs_next(struct mcs_node *me)
{
	struct mcs_node *next;

	while (!(next = READ_ONCE(me->next)))
		cpu_relax();
	return next;
}

/* @subclass: lockdep's, which tells a second one that is taken from the first */
static __always_inline void mcs_take(struct mcs *l, union lock_token *token,
				     unsigned int subclass)
{
	struct mcs_node *me = (struct mcs_node *)token->node, *before;

	BUILD_BUG_ON(sizeof(*me) > sizeof(token->node));
	preempt_disable();
	spin_acquire(&l->dep, subclass, 0, _THIS_IP_);
	WRITE_ONCE(me->next, NULL);
	me->go = 0;
	/* A: publishes the node to the successor's swap; takes over from C */
	before = xchg(&l->tail, me);
	if (before) {
		lock_contended(&l->dep, _THIS_IP_);
		WRITE_ONCE(before->next, me);
		/* B: pairs with D */
		smp_cond_load_acquire(&me->go, VAL);
	}
	lock_acquired(&l->dep, _THIS_IP_);
}

static void mcs_lock(void *lock, union lock_token *token)
{
	mcs_take(lock, token, 0);
}

static void mcs_nest(void *lock, union lock_token *token, unsigned int depth)
{
	mcs_take(lock, token, depth);
}

/* Queues up only if it is the first. */
static bool mcs_try(void *lock, union lock_token *token)
{
	struct mcs_node *me = (struct mcs_node *)token->node;
	struct mcs *l = lock;

	preempt_disable();
	WRITE_ONCE(me->next, NULL);
	me->go = 0;
	/* A: publishes the node to the successor's swap; takes over from C */
	if (READ_ONCE(l->tail) || cmpxchg(&l->tail, NULL, me)) {
		preempt_enable();
		return false;
	}
	spin_acquire(&l->dep, 0, 1, _THIS_IP_);
	return true;
}

static void mcs_unlock(void *lock, union lock_token *token)
{
	struct mcs_node *me = (struct mcs_node *)token->node, *next;
	struct mcs *l = lock;

	spin_release(&l->dep, _THIS_IP_);
	next = READ_ONCE(me->next);
	/* C: pairs with A */
	if (next || cmpxchg_release(&l->tail, me, NULL) != me) {
		if (!next)
			next = mcs_next(me);
		/* D: pairs with B */
		smp_store_release(&next->go, 1);
	}
	preempt_enable();
}

static const struct lock_ops mcs_ops = {
	.size = sizeof(struct mcs),
	SPIN_IRQS_ON(struct mcs),
	.init = mcs_init,
	.write_enter = mcs_lock,
	.write_leave = mcs_unlock,
	.write_try = mcs_try,
	.write_nest = mcs_nest,
};

CONTEND_LOCK(mcs, "spin", "a queue in which each spins on its own node",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_NESTS | CONTEND_CAP_TRY |
	     SPIN_CAPS);

/*
 * k42. A node's tail says whether it waits; the lock's own node, whose tail is that
 * of the queue:
 *
 *	tail		next
 *	NULL		-		free
 *	&lock->node	NULL		held, nobody waits
 *	last waiter	first waiter	held
 */
struct k42_node {
	struct k42_node *tail;
	struct k42_node *next;	/* as that of struct mcs_node */
};

struct k42 {
	struct k42_node node;
	struct lockdep_map dep;
};

#define K42_WAITS	((struct k42_node *)1)

static int k42_init(void *lock)
{
	struct k42 *l = lock;

	l->node.tail = NULL;
	l->node.next = NULL;
	lock_class_init(&l->dep, "k42", LD_WAIT_SPIN);
	return 0;
}

static struct k42_node *k42_next(struct k42_node *node)
{
	struct k42_node *next;

	while (!(next = READ_ONCE(node->next)))
		cpu_relax();
	return next;
}

/* Behind @before; the caller has the lock when it returns. */
static void k42_wait(struct k42 *l, struct k42_node *before, struct k42_node *me)
{
	struct k42_node *next;

	/* When @before is the lock itself, this makes the caller the first. */
	WRITE_ONCE(before->next, me);
	/* B: pairs with D */
	smp_cond_load_acquire(&me->tail, VAL != K42_WAITS);

	/* Out of the queue: the lock's node takes this one's place. */
	next = READ_ONCE(me->next);
	if (!next) {
		WRITE_ONCE(l->node.next, NULL);
		/* E: what it publishes is the line above; pairs with A */
		if (cmpxchg_release(&l->node.tail, me, &l->node) == me)
			return;
		next = k42_next(me);
	}
	WRITE_ONCE(l->node.next, next);
}

static void k42_lock(void *lock, union lock_token *token)
{
	struct k42 *l = lock;
	struct k42_node me, *before;

	preempt_disable();
	spin_acquire(&l->dep, 0, 0, _THIS_IP_);
	/* A: takes over from C */
	before = cmpxchg_acquire(&l->node.tail, NULL, &l->node);
	if (before) {
		lock_contended(&l->dep, _THIS_IP_);
		for (;;) {
			me.tail = K42_WAITS;
			WRITE_ONCE(me.next, NULL);
			/* A: publishes the node to its successor, and to the holder the wait */
			if (before && try_cmpxchg(&l->node.tail, &before, &me)) {
				k42_wait(l, before, &me);
				break;
			}
			/* A: takes over from C */
			if (!before && try_cmpxchg_acquire(&l->node.tail, &before, &l->node))
				break;
			cpu_relax();
		}
	}
	lock_acquired(&l->dep, _THIS_IP_);
}

static void k42_unlock(void *lock, union lock_token *token)
{
	struct k42 *l = lock;
	struct k42_node *next;

	spin_release(&l->dep, _THIS_IP_);
	next = READ_ONCE(l->node.next);
	/* C: pairs with A */
	if (next || cmpxchg_release(&l->node.tail, &l->node, NULL) != &l->node) {
		if (!next)
			next = k42_next(&l->node);
		/* D: pairs with B */
		smp_store_release(&next->tail, NULL);
	}
	preempt_enable();
}

static const struct lock_ops k42_ops = {
	.size = sizeof(struct k42),
	SPIN_IRQS_ON(struct k42),
	.init = k42_init,
	.write_enter = k42_lock,
	.write_leave = k42_unlock,
};

CONTEND_LOCK(k42, "spin", "mcs whose holder needs no node: the lock stands for it",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | SPIN_CAPS);

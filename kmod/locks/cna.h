/* SPDX-License-Identifier: GPL-2.0 */
/* The queue of cna, so that a test can choose its waiters' NUMA nodes. */
#ifndef CONTEND_LOCKS_CNA_H
#define CONTEND_LOCKS_CNA_H

#include <linux/lockdep.h>
#include <linux/types.h>

/**
 * struct cna_waiter - a place in the queue
 * @next: written once by the successor; then changed by holders
 * @grant: 0: wait; CNA_ALONE: has the lock; else has it, and this is the first one of
 *	the second queue. Written once by the predecessor, or by the holder itself
 * @last: of the first one of the second queue: the last one. The holder's
 * @numa: NUMA node; constant once it is linked
 */
struct cna_waiter {
	struct cna_waiter *next;
	struct cna_waiter *grant;
	struct cna_waiter *last;
	int numa;
};

#define CNA_ALONE	((struct cna_waiter *)1)

/**
 * struct cna - the lock
 * @tail: the last of the first queue, or NULL: free
 * @dep: for lockdep
 */
struct cna {
	struct cna_waiter *tail;
	struct lockdep_map dep;
};

bool cna_join(struct cna *l, struct cna_waiter *me, int numa);
void cna_pass(struct cna *l, struct cna_waiter *me, bool local);

#endif /* CONTEND_LOCKS_CNA_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * eresource: a readers-writer lock that knows its owners, hands itself over, and lets
 * kinds take turns.
 *
 * ERESOURCE of Windows NT, as documented: Microsoft, "Introduction to ERESOURCE
 * Routines", ExAcquireResourceExclusiveLite(), ExAcquireResourceSharedLite(); M. E.
 * Russinovich et al., "Windows Internals", 7th ed., part 2, ch. 8, "Executive
 * resources".
 *
 * The exclusive owner gets it again in either way, a task that shares it may share it
 * once more. Else it is shared with those that share it, as long as nobody waits to be
 * exclusive. The last to release an exclusive one lets in all that wait to share it, if
 * there are any, else the oldest of those that wait to be exclusive; the last to share it
 * the other way round. What is not promised here: to turn a shared one into an exclusive
 * one, which waits for itself.
 *
 * NT keeps its table of owners beside the lock and lets it grow. Here an entry is in the
 * token of each acquisition.
 *
 * Invariants: when the list of owners is empty, so are the queues; an exclusive one has
 * owners of one task only; a waiter's entry joins the owners before the waiter learns of
 * it.
 */
#include <linux/build_bug.h>

#include "locks/section.h"
#include "locks/sleep.h"

struct eresource_owner {
	struct list_head link;
	struct task_struct *task;
};

struct eresource {
	raw_spinlock_t guard;		/* guards all below but @dep */
	bool exclusive;
	struct list_head owners;
	struct list_head exclusive_waiters;
	struct list_head shared_waiters;
	struct lockdep_map dep;
};

struct eresource_waiter {
	struct sleep_waiter w;
	struct eresource_owner *owner;
};

static int eresource_init(void *lock)
{
	struct eresource *l = lock;

	raw_spin_lock_init(&l->guard);
	l->exclusive = false;
	INIT_LIST_HEAD(&l->owners);
	INIT_LIST_HEAD(&l->exclusive_waiters);
	INIT_LIST_HEAD(&l->shared_waiters);
	lock_class_init(&l->dep, "eresource", LD_WAIT_SLEEP);
	return 0;
}

static bool eresource_owned(struct eresource *l)
{
	struct eresource_owner *owner;

	lockdep_assert_held(&l->guard);
	list_for_each_entry(owner, &l->owners, link)
		if (owner->task == current)
			return true;
	return false;
}

static void eresource_enter(struct eresource *l, union lock_token *token, bool exclusive)
{
	struct eresource_owner *me = (struct eresource_owner *)token->node;
	struct eresource_waiter waiter = { .w.task = current, .owner = me };
	bool free, again;

	BUILD_BUG_ON(sizeof(*me) > sizeof(token->node));
	might_sleep();
	me->task = current;
	raw_spin_lock(&l->guard);
	free = list_empty(&l->owners);
	again = eresource_owned(l) && (l->exclusive || !exclusive);
	if (free || again ||
	    (!exclusive && !l->exclusive && list_empty(&l->exclusive_waiters))) {
		if (free)
			l->exclusive = exclusive;
		list_add(&me->link, &l->owners);
		free = true;
	} else {
		list_add_tail(&waiter.w.link,
			      exclusive ? &l->exclusive_waiters : &l->shared_waiters);
	}
	raw_spin_unlock(&l->guard);

	/* An owner does not wait: for lockdep that is a try that succeeded. */
	if (exclusive)
		rwsem_acquire(&l->dep, 0, again, _THIS_IP_);
	else
		rwsem_acquire_read(&l->dep, 0, again, _THIS_IP_);
	if (!free) {
		lock_contended(&l->dep, _THIS_IP_);
		sleep_until_granted(&waiter.w, NULL);
	}
	lock_acquired(&l->dep, _THIS_IP_);
}

/* The owners have gone: take the next ones off their queue and make them owners. */
static void eresource_pass_on(struct eresource *l, struct list_head *next)
{
	struct eresource_waiter *waiter;

	lockdep_assert_held(&l->guard);
	if (list_empty(&l->exclusive_waiters) ||
	    (l->exclusive && !list_empty(&l->shared_waiters))) {
		l->exclusive = false;
		list_splice_init(&l->shared_waiters, next);
	} else {
		l->exclusive = true;
		list_move(l->exclusive_waiters.next, next);
	}
	list_for_each_entry(waiter, next, w.link)
		list_add(&waiter->owner->link, &l->owners);
}

static void eresource_leave(struct eresource *l, union lock_token *token)
{
	struct eresource_owner *me = (struct eresource_owner *)token->node;
	struct eresource_waiter *waiter, *after;
	LIST_HEAD(next);

	rwsem_release(&l->dep, _THIS_IP_);
	raw_spin_lock(&l->guard);
	list_del(&me->link);
	if (list_empty(&l->owners))
		eresource_pass_on(l, &next);
	raw_spin_unlock(&l->guard);
	/* They own it already, but sleep until they are told: their blocks stay. */
	list_for_each_entry_safe(waiter, after, &next, w.link)
		sleep_grant(&waiter->w);
}

static void eresource_lock(void *lock, union lock_token *token)
{
	eresource_enter(lock, token, true);
}

static void eresource_unlock(void *lock, union lock_token *token)
{
	eresource_leave(lock, token);
}

static void eresource_read_lock(void *lock, union lock_token *token)
{
	eresource_enter(lock, token, false);
}

static bool eresource_read_unlock(void *lock, union lock_token *token)
{
	eresource_leave(lock, token);
	return false;
}

static const struct lock_ops eresource_ops = {
	.size = sizeof(struct eresource),
	.init = eresource_init,
	.write_enter = eresource_lock,
	.write_leave = eresource_unlock,
	.read_enter = eresource_read_lock,
	.read_leave = eresource_read_unlock,
};

CONTEND_LOCK(eresource, "readers-writer",
	     "as in Windows NT: knows its owners, lets them in again, is handed over",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_SLEEPS);

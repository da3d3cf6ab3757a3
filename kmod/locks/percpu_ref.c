// SPDX-License-Identifier: GPL-2.0
/*
 * percpu_ref: a reference count that is on each CPU until somebody wants it to be zero.
 * As a readers-writer lock it is what the block layer freezes a queue with
 * (blk_mq_freeze_queue()): a reader holds a live reference; a writer kills it, so that
 * none is given out any more, waits until those given out are back, works, and revives
 * it. Killing takes a grace period of RCU: for writers that hardly ever come.
 *
 * Documented in include/linux/percpu-refcount.h and lib/percpu-refcount.c. Writers
 * exclude each other with a mutex. A reader that finds the reference dead sleeps until it
 * lives, so writers do not starve. Nor do readers: while one that has slept is on its
 * way in, no writer kills the reference again. Without that a writer on the reader's CPU
 * would sleep, and let it run, only when it is dead.
 */
#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/kcsan-checks.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/percpu-refcount.h>
#include <linux/rcupdate.h>
#include <linux/wait.h>

#include "locks/section.h"
#include "lib/charge.h"
#include "locks/sleep.h"

struct percpu_ref_lock {
	struct percpu_ref ref;		/* live: no writer; its own affair */
	wait_queue_head_t queue;	/* readers until it lives, a writer until it is zero */
	atomic_t late;			/* readers that have found it dead and are not in */
	struct mutex writers;		/* guards the life and death of @ref */
	struct lockdep_map dep;
};

static void percpu_ref_release(struct percpu_ref *ref)
{
	struct percpu_ref_lock *l = container_of(ref, struct percpu_ref_lock, ref);

	wake_up_all(&l->queue);
}

static int percpu_ref_ops_init(void *lock)
{
	struct percpu_ref_lock *l = lock;

	init_waitqueue_head(&l->queue);
	atomic_set(&l->late, 0);
	mutex_init(&l->writers);
	lock_class_init(&l->dep, "percpu_ref", LD_WAIT_SLEEP);
	return percpu_ref_init(&l->ref, percpu_ref_release, PERCPU_REF_ALLOW_REINIT, GFP_CLIENT);
}

static void percpu_ref_ops_destroy(void *lock)
{
	struct percpu_ref_lock *l = lock;

	/* The task that gave the last reference back may still be in percpu_ref_release(). */
	synchronize_rcu();
	percpu_ref_exit(&l->ref);
	mutex_destroy(&l->writers);
}

/*
 * percpu_ref writes its flags plainly, and others look at them where an old value does no
 * harm: KCSAN would tell of each look.
 */
static __always_inline bool percpu_ref_try(struct percpu_ref_lock *l)
{
	/* An old value sends the caller to wait, or makes a writer wait for it. */
	return data_race(percpu_ref_tryget_live(&l->ref));
}

static noinline void percpu_ref_wait(struct percpu_ref_lock *l)
{
	atomic_inc(&l->late);
	/* An old value: it is woken when the reference lives again. */
	wait_event(l->queue, percpu_ref_try(l));
	if (atomic_dec_and_test(&l->late))
		wake_up_all(&l->queue);
}

static void percpu_ref_enter(void *lock, union lock_token *token)
{
	struct percpu_ref_lock *l = lock;

	might_sleep();
	rwsem_acquire_read(&l->dep, 0, 0, _THIS_IP_);
	if (unlikely(!percpu_ref_try(l))) {
		lock_contended(&l->dep, _THIS_IP_);
		percpu_ref_wait(l);
	}
	/* A: pairs with B: the reference lives after the last writer's section */
	smp_rmb();
	lock_acquired(&l->dep, _THIS_IP_);
}

/*
 * The task that gives the last one back of a dead reference calls percpu_ref_release()
 * through its pointer: out of the measured functions, at the price of a call.
 */
static noinline void percpu_ref_drop(struct percpu_ref_lock *l)
{
	/*
	 * C: pairs with D. While it lives that is the grace period between killing it
	 * and its being zero; when it is dead the count is atomic, and fully ordered.
	 */
	kcsan_disable_current();
	percpu_ref_put(&l->ref);
	kcsan_enable_current();
}

static bool percpu_ref_leave(void *lock, union lock_token *token)
{
	struct percpu_ref_lock *l = lock;

	rwsem_release(&l->dep, _THIS_IP_);
	percpu_ref_drop(l);
	return false;
}

static void percpu_ref_write_lock(void *lock, union lock_token *token)
{
	struct percpu_ref_lock *l = lock;

	might_sleep();
	rwsem_acquire(&l->dep, 0, 0, _THIS_IP_);
	/* It waits for a grace period at least. */
	lock_contended(&l->dep, _THIS_IP_);
	mutex_lock(&l->writers);
	wait_event(l->queue, !atomic_read(&l->late));
	percpu_ref_kill(&l->ref);
	wait_event(l->queue, percpu_ref_is_zero(&l->ref));
	/* D: pairs with C */
	smp_mb();
	lock_acquired(&l->dep, _THIS_IP_);
}

static void percpu_ref_write_unlock(void *lock, union lock_token *token)
{
	struct percpu_ref_lock *l = lock;

	rwsem_release(&l->dep, _THIS_IP_);
	/* B: pairs with A; the reference may be had before percpu_ref_reinit() orders it */
	smp_mb();
	percpu_ref_reinit(&l->ref);
	/* Takes the queue's lock, as a waiter does between joining it and looking. */
	wake_up_all(&l->queue);
	mutex_unlock(&l->writers);
}

static const struct lock_ops percpu_ref_ops = {
	.size = sizeof(struct percpu_ref_lock),
	.init = percpu_ref_ops_init,
	.destroy = percpu_ref_ops_destroy,
	.write_enter = percpu_ref_write_lock,
	.write_leave = percpu_ref_write_unlock,
	.read_enter = percpu_ref_enter,
	.read_leave = percpu_ref_leave,
};

CONTEND_LOCK(percpu_ref, "readers-writer",
	     "struct percpu_ref, frozen by a writer as blk-mq does: a grace period each time",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_SLEEPS);

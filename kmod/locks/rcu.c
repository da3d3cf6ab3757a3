// SPDX-License-Identifier: GPL-2.0
/*
 * Read-copy-update: readers run beside writers and see the old or the new,
 * never a mixture; what a writer unlinks is freed when all readers of that
 * moment have left. Writers exclude each other with a spinlock of their own.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>

#include "compat.h"
#include "locks/section.h"

static int rcu_ops_init(void *lock)
{
	spin_lock_init((spinlock_t *)lock);
	return 0;
}

static void rcu_write_lock(void *lock, union lock_token *token)
	__acquires(lock)
{
	spin_lock((spinlock_t *)lock);
}

static void rcu_write_unlock(void *lock, union lock_token *token)
	__releases(lock)
{
	spin_unlock((spinlock_t *)lock);
}

static bool rcu_write_try(void *lock, union lock_token *token)
{
	if (!spin_trylock((spinlock_t *)lock))
		return false;
	return lock_tried(lock);
}

static void rcu_enter(void *lock, union lock_token *token)
	__acquires(RCU)
{
	rcu_read_lock();
}

static bool rcu_leave(void *lock, union lock_token *token)
	__releases(RCU)
{
	rcu_read_unlock();
	return false;
}

static void rcu_defer(void *lock, struct rcu_head *head, rcu_callback_t func)
{
	call_rcu(head, func);
}

static void rcu_drain(void *lock)
{
	rcu_barrier();
}

/* All but how what was unlinked is freed. */
#define RCU_OPS						\
	.size = sizeof(spinlock_t),			\
	.init = rcu_ops_init,				\
	.write_enter = rcu_write_lock,			\
	.write_leave = rcu_write_unlock,		\
	.read_enter = rcu_enter,			\
	.read_leave = rcu_leave,			\
	.one_domain = true

static const struct lock_ops rcu_ops = {
	RCU_OPS,
	.write_try = rcu_write_try,
	.defer = rcu_defer,
	.drain = rcu_drain,
};

CONTEND_LOCK(rcu, "rcu", "rcu_read_lock(); a spinlock among writers, call_rcu() to free",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_DEFERRED | CONTEND_CAP_TRY | CONTEND_CAP_SLEEPS_ON_RT);

/*
 * The writer frees what it unlinked, after a wait of its own for the readers: there is
 * nothing to drain.
 */
static void rcu_sync_defer(void *lock, struct rcu_head *head, rcu_callback_t func)
{
	synchronize_rcu();
	func(head);
}

static const struct lock_ops rcu_sync_ops = {
	RCU_OPS,
	.defer = rcu_sync_defer,
};

CONTEND_LOCK(rcu_sync, "rcu", "rcu, with synchronize_rcu() in place of call_rcu()",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_DEFERRED | CONTEND_CAP_SLEEPS_ON_RT);

/* Its readers may be in any context as it is; here its writers may too. */
static int rcu_irq_init(void *lock)
{
	raw_spin_lock_init((raw_spinlock_t *)lock);
	return 0;
}

LOCK_FOR_TASKS(rcu_irq, raw_spinlock_t *)

static void rcu_irq_write_lock(void *lock, union lock_token *token)
	__acquires(lock)
{
	raw_spin_lock_irqsave((raw_spinlock_t *)lock, token->flags);
}

static void rcu_irq_write_unlock(void *lock, union lock_token *token)
	__releases(lock)
{
	raw_spin_unlock_irqrestore((raw_spinlock_t *)lock, token->flags);
}

static const struct lock_ops rcu_irq_ops = {
	.size = sizeof(raw_spinlock_t),
	.init = rcu_irq_init,
	.write_enter = rcu_irq_write_lock,
	.write_leave = rcu_irq_write_unlock,
	.for_tasks = rcu_irq_for_tasks,
	.read_enter = rcu_enter,
	.read_leave = rcu_leave,
	.defer = rcu_defer,
	.drain = rcu_drain,
	.one_domain = true,
};

CONTEND_LOCK(rcu_irq, "rcu", "rcu, with a raw spinlock and interrupts off among writers",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_DEFERRED | CONTEND_CAP_SOFTIRQ | CONTEND_CAP_HARDIRQ);

#ifdef CONTEND_MUTANT

/*
 * busted_rcu: frees at once what a reader may stand on. The list tells by the
 * mark that it leaves on what it frees, if nobody has reused the memory; KASAN
 * tells in any case.
 */
static void busted_rcu_defer(void *lock, struct rcu_head *head, rcu_callback_t func)
{
	func(head);
}

static const struct lock_ops busted_rcu_ops = {
	RCU_OPS,
	.defer = busted_rcu_defer,
	.drain = rcu_drain,
};

CONTEND_LOCK(busted_rcu, "busted", "frees without a grace period: readers use it after",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_DEFERRED | CONTEND_CAP_BUSTED);

#endif /* CONTEND_MUTANT */

struct srcu {
	struct srcu_struct domain;
	spinlock_t writers ____cacheline_aligned_in_smp;
};

static int srcu_ops_init(void *lock)
{
	struct srcu *s = lock;

	spin_lock_init(&s->writers);
	return init_srcu_struct(&s->domain);
}

static void srcu_ops_destroy(void *lock)
{
	struct srcu *s = lock;

	cleanup_srcu_struct(&s->domain);
}

static void srcu_write_lock(void *lock, union lock_token *token)
	__acquires(lock)
{
	struct srcu *s = lock;

	spin_lock(&s->writers);
}

static void srcu_write_unlock(void *lock, union lock_token *token)
	__releases(lock)
{
	struct srcu *s = lock;

	spin_unlock(&s->writers);
}

static void srcu_enter(void *lock, union lock_token *token)
	__acquires(lock)
{
	struct srcu *s = lock;

	token->idx = srcu_read_lock(&s->domain);
}

static bool srcu_leave(void *lock, union lock_token *token)
	__releases(lock)
{
	struct srcu *s = lock;

	srcu_read_unlock(&s->domain, token->idx);
	return false;
}

static void srcu_defer(void *lock, struct rcu_head *head, rcu_callback_t func)
{
	struct srcu *s = lock;

	call_srcu(&s->domain, head, func);
}

static void srcu_drain(void *lock)
{
	struct srcu *s = lock;

	srcu_barrier(&s->domain);
}

static const struct lock_ops srcu_ops = {
	.size = sizeof(struct srcu),
	.init = srcu_ops_init,
	.destroy = srcu_ops_destroy,
	.write_enter = srcu_write_lock,
	.write_leave = srcu_write_unlock,
	.read_enter = srcu_enter,
	.read_leave = srcu_leave,
	.defer = srcu_defer,
	.drain = srcu_drain,
};

CONTEND_LOCK(srcu, "rcu", "srcu_read_lock(); a spinlock among writers, call_srcu() to free",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_DEFERRED | CONTEND_CAP_SLEEPS_ON_RT);

#if CONTEND_HAS_SRCU_FAST

static int srcu_fast_init(void *lock)
{
	struct srcu *s = lock;

	spin_lock_init(&s->writers);
	return init_srcu_struct_fast(&s->domain);
}

static void srcu_fast_enter(void *lock, union lock_token *token)
	__acquires(lock)
{
	struct srcu *s = lock;

	token->slot = (__force void *)srcu_read_lock_fast(&s->domain);
}

static bool srcu_fast_leave(void *lock, union lock_token *token)
	__releases(lock)
{
	struct srcu *s = lock;

	srcu_read_unlock_fast(&s->domain, (__force struct srcu_ctr __percpu *)token->slot);
	return false;
}

static const struct lock_ops srcu_fast_ops = {
	.size = sizeof(struct srcu),
	.init = srcu_fast_init,
	.destroy = srcu_ops_destroy,
	.write_enter = srcu_write_lock,
	.write_leave = srcu_write_unlock,
	.read_enter = srcu_fast_enter,
	.read_leave = srcu_fast_leave,
	.defer = srcu_defer,
	.drain = srcu_drain,
};

CONTEND_LOCK(srcu_fast, "rcu",
	     "srcu_read_lock_fast(): no barrier for readers, longer grace periods",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_DEFERRED | CONTEND_CAP_SLEEPS_ON_RT);

#else

CONTEND_LOCK_ABSENT(srcu_fast, "rcu", "srcu_read_lock_fast() needs Linux 7.0");

#endif

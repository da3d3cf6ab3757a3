// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's spinning mutual exclusion: spinlock_t with its interrupt and
 * softirq flavours, and raw_spinlock_t, which spins on PREEMPT_RT too where
 * spinlock_t sleeps.
 */
#include <linux/spinlock.h>

#include "locks/section.h"

static int spinlock_init(void *lock)
{
	spin_lock_init((spinlock_t *)lock);
	return 0;
}

static void spinlock_lock(void *lock, union lock_token *token)
	__acquires(lock)
{
	spin_lock((spinlock_t *)lock);
}

static void spinlock_unlock(void *lock, union lock_token *token)
	__releases(lock)
{
	spin_unlock((spinlock_t *)lock);
}

static void spinlock_nest(void *lock, union lock_token *token, unsigned int depth)
	__acquires(lock)
{
	spin_lock_nested((spinlock_t *)lock, depth);
}

static bool spinlock_try(void *lock, union lock_token *token)
{
	if (!spin_trylock((spinlock_t *)lock))
		return false;
	return lock_tried(lock);
}

static const struct lock_ops spinlock_ops = {
	.size = sizeof(spinlock_t),
	.init = spinlock_init,
	.write_enter = spinlock_lock,
	.write_leave = spinlock_unlock,
	.write_try = spinlock_try,
	.write_nest = spinlock_nest,
};

CONTEND_LOCK(spinlock, "spin", "spinlock_t, spin_lock()",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_NESTS | CONTEND_CAP_TRY |
	     CONTEND_CAP_SLEEPS_ON_RT);

static int raw_spinlock_init(void *lock)
{
	raw_spin_lock_init((raw_spinlock_t *)lock);
	return 0;
}

static void raw_spinlock_lock(void *lock, union lock_token *token)
	__acquires(lock)
{
	raw_spin_lock((raw_spinlock_t *)lock);
}

static void raw_spinlock_unlock(void *lock, union lock_token *token)
	__releases(lock)
{
	raw_spin_unlock((raw_spinlock_t *)lock);
}

static void raw_spinlock_nest(void *lock, union lock_token *token, unsigned int depth)
	__acquires(lock)
{
	raw_spin_lock_nested((raw_spinlock_t *)lock, depth);
}

static bool raw_spinlock_try(void *lock, union lock_token *token)
{
	if (!raw_spin_trylock((raw_spinlock_t *)lock))
		return false;
	return lock_tried(lock);
}

static const struct lock_ops raw_spinlock_ops = {
	.size = sizeof(raw_spinlock_t),
	.init = raw_spinlock_init,
	.write_enter = raw_spinlock_lock,
	.write_leave = raw_spinlock_unlock,
	.write_try = raw_spinlock_try,
	.write_nest = raw_spinlock_nest,
};

CONTEND_LOCK(raw_spinlock, "spin", "raw_spinlock_t, raw_spin_lock(): spins on PREEMPT_RT too",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_NESTS | CONTEND_CAP_TRY);

static void raw_spinlock_irq_lock(void *lock, union lock_token *token)
	__acquires(lock)
{
	raw_spin_lock_irqsave((raw_spinlock_t *)lock, token->flags);
}

static void raw_spinlock_irq_unlock(void *lock, union lock_token *token)
	__releases(lock)
{
	raw_spin_unlock_irqrestore((raw_spinlock_t *)lock, token->flags);
}

/* A class of its own, or lockdep would see one lock taken in two irq states. */
static int raw_spinlock_irq_init(void *lock)
{
	raw_spin_lock_init((raw_spinlock_t *)lock);
	return 0;
}

LOCK_FOR_TASKS(raw_spinlock_irq, raw_spinlock_t *)

static void raw_spinlock_irq_nest(void *lock, union lock_token *token, unsigned int depth)
	__acquires(lock)
{
	raw_spin_lock_irqsave_nested((raw_spinlock_t *)lock, token->flags, depth);
}

static bool raw_spinlock_irq_try(void *lock, union lock_token *token)
{
	if (!raw_spin_trylock_irqsave((raw_spinlock_t *)lock, token->flags))
		return false;
	return lock_tried(lock);
}

static const struct lock_ops raw_spinlock_irq_ops = {
	.size = sizeof(raw_spinlock_t),
	.init = raw_spinlock_irq_init,
	.write_enter = raw_spinlock_irq_lock,
	.write_leave = raw_spinlock_irq_unlock,
	.write_try = raw_spinlock_irq_try,
	.write_nest = raw_spinlock_irq_nest,
	.for_tasks = raw_spinlock_irq_for_tasks,
};

CONTEND_LOCK(raw_spinlock_irq, "spin",
	     "raw_spinlock_t, raw_spin_lock_irqsave(): interrupts off on PREEMPT_RT too",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_NESTS | CONTEND_CAP_TRY |
	     CONTEND_CAP_SOFTIRQ | CONTEND_CAP_HARDIRQ);

/* A class of its own, as above. */
static int spinlock_irq_init(void *lock)
{
	spin_lock_init((spinlock_t *)lock);
	return 0;
}

static void spinlock_irq_lock(void *lock, union lock_token *token)
	__acquires(lock)
{
	spin_lock_irqsave((spinlock_t *)lock, token->flags);
}

static void spinlock_irq_unlock(void *lock, union lock_token *token)
	__releases(lock)
{
	spin_unlock_irqrestore((spinlock_t *)lock, token->flags);
}

LOCK_FOR_TASKS(spinlock_irq, spinlock_t *)

static void spinlock_irq_nest(void *lock, union lock_token *token, unsigned int depth)
	__acquires(lock)
{
	spin_lock_irqsave_nested((spinlock_t *)lock, token->flags, depth);
}

static bool spinlock_irq_try(void *lock, union lock_token *token)
{
	if (!spin_trylock_irqsave((spinlock_t *)lock, token->flags))
		return false;
	return lock_tried(lock);
}

static const struct lock_ops spinlock_irq_ops = {
	.size = sizeof(spinlock_t),
	.init = spinlock_irq_init,
	.write_enter = spinlock_irq_lock,
	.write_leave = spinlock_irq_unlock,
	.write_try = spinlock_irq_try,
	.write_nest = spinlock_irq_nest,
	.for_tasks = spinlock_irq_for_tasks,
};

CONTEND_LOCK(spinlock_irq, "spin", "spinlock_t, spin_lock_irqsave(): interrupts off",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_NESTS | CONTEND_CAP_TRY |
	     CONTEND_CAP_IRQ_SPINLOCK | CONTEND_CAP_SLEEPS_ON_RT);

static int spinlock_bh_init(void *lock)
{
	spin_lock_init((spinlock_t *)lock);
	return 0;
}

LOCK_FOR_TASKS(spinlock_bh, spinlock_t *)

static void spinlock_bh_lock(void *lock, union lock_token *token)
	__acquires(lock)
{
	spin_lock_bh((spinlock_t *)lock);
}

static void spinlock_bh_unlock(void *lock, union lock_token *token)
	__releases(lock)
{
	spin_unlock_bh((spinlock_t *)lock);
}

static void spinlock_bh_nest(void *lock, union lock_token *token, unsigned int depth)
	__acquires(lock)
{
	/* As spin_lock_bh(), of which there is no nested flavour. */
	local_bh_disable();
	spin_lock_nested((spinlock_t *)lock, depth);
}

static bool spinlock_bh_try(void *lock, union lock_token *token)
{
	if (!spin_trylock_bh((spinlock_t *)lock))
		return false;
	return lock_tried(lock);
}

static const struct lock_ops spinlock_bh_ops = {
	.size = sizeof(spinlock_t),
	.init = spinlock_bh_init,
	.write_enter = spinlock_bh_lock,
	.write_leave = spinlock_bh_unlock,
	.write_try = spinlock_bh_try,
	.write_nest = spinlock_bh_nest,
	.for_tasks = spinlock_bh_for_tasks,
	/* A task that turns softirqs on again may have to run them. */
	.wants_irqs = true,
};

CONTEND_LOCK(spinlock_bh, "spin", "spinlock_t, spin_lock_bh(): softirqs off",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_NESTS | CONTEND_CAP_TRY |
	     CONTEND_CAP_SOFTIRQ | CONTEND_CAP_SLEEPS_ON_RT);

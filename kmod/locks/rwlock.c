// SPDX-License-Identifier: GPL-2.0
/* The kernel's readers-writer locks: one that spins, and two that sleep. */
#include <linux/percpu-rwsem.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>

#include "locks/section.h"

static int rwlock_ops_init(void *lock)
{
	rwlock_init((rwlock_t *)lock);
	return 0;
}

static void rwlock_write_lock(void *lock, union lock_token *token)
	__acquires(lock)
{
	write_lock((rwlock_t *)lock);
}

static void rwlock_write_unlock(void *lock, union lock_token *token)
	__releases(lock)
{
	write_unlock((rwlock_t *)lock);
}

static void rwlock_read_lock(void *lock, union lock_token *token)
	__acquires(lock)
{
	read_lock((rwlock_t *)lock);
}

static bool rwlock_read_unlock(void *lock, union lock_token *token)
	__releases(lock)
{
	read_unlock((rwlock_t *)lock);
	return false;
}

static bool rwlock_write_try(void *lock, union lock_token *token)
{
	if (!write_trylock((rwlock_t *)lock))
		return false;
	return lock_tried(lock);
}

static void rwlock_write_nest(void *lock, union lock_token *token, unsigned int depth)
	__acquires(lock)
{
	write_lock_nested((rwlock_t *)lock, depth);
}

static const struct lock_ops rwlock_ops = {
	.size = sizeof(rwlock_t),
	.init = rwlock_ops_init,
	.write_enter = rwlock_write_lock,
	.write_leave = rwlock_write_unlock,
	.write_try = rwlock_write_try,
	.write_nest = rwlock_write_nest,
	.read_enter = rwlock_read_lock,
	.read_leave = rwlock_read_unlock,
};

CONTEND_LOCK(rwlock, "readers-writer", "rwlock_t: spins, readers share",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_NESTS | CONTEND_CAP_TRY | CONTEND_CAP_SLEEPS_ON_RT);

/* A class of its own, or lockdep would see one lock taken in two irq states. */
static int rwlock_irq_init(void *lock)
{
	rwlock_init((rwlock_t *)lock);
	return 0;
}

LOCK_FOR_TASKS(rwlock_irq, rwlock_t *)

static void rwlock_irq_write_lock(void *lock, union lock_token *token)
	__acquires(lock)
{
	write_lock_irqsave((rwlock_t *)lock, token->flags);
}

static void rwlock_irq_write_unlock(void *lock, union lock_token *token)
	__releases(lock)
{
	write_unlock_irqrestore((rwlock_t *)lock, token->flags);
}

static void rwlock_irq_read_lock(void *lock, union lock_token *token)
	__acquires(lock)
{
	read_lock_irqsave((rwlock_t *)lock, token->flags);
}

static bool rwlock_irq_read_unlock(void *lock, union lock_token *token)
	__releases(lock)
{
	read_unlock_irqrestore((rwlock_t *)lock, token->flags);
	return false;
}

static const struct lock_ops rwlock_irq_ops = {
	.size = sizeof(rwlock_t),
	.init = rwlock_irq_init,
	.write_enter = rwlock_irq_write_lock,
	.write_leave = rwlock_irq_write_unlock,
	.read_enter = rwlock_irq_read_lock,
	.read_leave = rwlock_irq_read_unlock,
	.for_tasks = rwlock_irq_for_tasks,
};

CONTEND_LOCK(rwlock_irq, "readers-writer", "rwlock_t, read_lock_irqsave(): interrupts off",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_IRQ_SPINLOCK | CONTEND_CAP_SLEEPS_ON_RT);

static int rwsem_ops_init(void *lock)
{
	init_rwsem((struct rw_semaphore *)lock);
	return 0;
}

static void rwsem_write_lock(void *lock, union lock_token *token)
{
	down_write(lock);
}

static void rwsem_write_unlock(void *lock, union lock_token *token)
{
	up_write(lock);
}

static void rwsem_read_lock(void *lock, union lock_token *token)
{
	down_read(lock);
}

static bool rwsem_read_unlock(void *lock, union lock_token *token)
{
	up_read(lock);
	return false;
}

static bool rwsem_write_try(void *lock, union lock_token *token)
{
	return down_write_trylock(lock);
}

static void rwsem_write_nest(void *lock, union lock_token *token, unsigned int depth)
{
	down_write_nested(lock, depth);
}

static const struct lock_ops rwsem_ops = {
	.size = sizeof(struct rw_semaphore),
	.init = rwsem_ops_init,
	.write_enter = rwsem_write_lock,
	.write_leave = rwsem_write_unlock,
	.write_try = rwsem_write_try,
	.write_nest = rwsem_write_nest,
	.read_enter = rwsem_read_lock,
	.read_leave = rwsem_read_unlock,
};

CONTEND_LOCK(rwsem, "readers-writer", "struct rw_semaphore: sleeps, readers share",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_SLEEPS | CONTEND_CAP_NESTS | CONTEND_CAP_TRY);

static int percpu_rwsem_ops_init(void *lock)
{
	return percpu_init_rwsem((struct percpu_rw_semaphore *)lock);
}

static void percpu_rwsem_ops_destroy(void *lock)
{
	percpu_free_rwsem(lock);
}

static void percpu_rwsem_write_lock(void *lock, union lock_token *token)
{
	percpu_down_write(lock);
}

static void percpu_rwsem_write_unlock(void *lock, union lock_token *token)
{
	percpu_up_write(lock);
}

static void percpu_rwsem_read_lock(void *lock, union lock_token *token)
{
	percpu_down_read(lock);
}

static bool percpu_rwsem_read_unlock(void *lock, union lock_token *token)
{
	percpu_up_read(lock);
	return false;
}

static const struct lock_ops percpu_rwsem_ops = {
	.size = sizeof(struct percpu_rw_semaphore),
	.init = percpu_rwsem_ops_init,
	.destroy = percpu_rwsem_ops_destroy,
	.write_enter = percpu_rwsem_write_lock,
	.write_leave = percpu_rwsem_write_unlock,
	.read_enter = percpu_rwsem_read_lock,
	.read_leave = percpu_rwsem_read_unlock,
};

CONTEND_LOCK(percpu_rwsem, "readers-writer",
	     "struct percpu_rw_semaphore: readers touch their CPU alone, a writer waits for RCU",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_SLEEPS);

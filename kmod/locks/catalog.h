/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The catalogue of locks: one line each, in the order in which people meet
 * them. X(name) is expanded for each; its entry is contend_lock_<name>, made
 * by CONTEND_LOCK() in its family's file.
 *
 * K(name) is one of the kernel, or stands on what only a kernel has: its scheduler, its
 * interrupts, its RCU. A program has the others, and beside them those of its libraries
 * (userspace/locks/catalog.h).
 */
#ifndef CONTEND_LOCKS_CATALOG_H
#define CONTEND_LOCKS_CATALOG_H

#define CONTEND_STOCK_LOCKS(X, K)	\
	X(null)			\
	K(spinlock)		\
	K(spinlock_irq)		\
	K(spinlock_bh)		\
	K(raw_spinlock)		\
	K(raw_spinlock_irq)	\
	K(rqspinlock)		\
	K(rqspinlock_irq)	\
	X(tas)			\
	X(ttas)			\
	X(ticket)		\
	X(anderson)		\
	X(mcs)			\
	X(k42)			\
	X(cna)			\
	X(clh)			\
	X(hemlock)		\
	K(mutex)		\
	K(rtmutex)		\
	K(ww_mutex)		\
	K(ww_mutex_die)		\
	K(semaphore)		\
	X(adaptive_mutex)	\
	K(turnstile)		\
	X(fifo_semaphore)	\
	K(completion)		\
	K(wait_queue)		\
	K(bit_lock)		\
	K(rwlock)		\
	K(rwlock_irq)		\
	K(rwsem)		\
	K(percpu_rwsem)		\
	K(percpu_ref)		\
	X(phase_fair)		\
	X(big_reader)		\
	K(bravo)		\
	K(bravo_rwsem)		\
	X(pushlock)		\
	X(eresource)		\
	K(rmlock)		\
	X(sx)			\
	X(seqlock)		\
	K(seqcount_spinlock)	\
	K(seqcount_raw_spinlock)	\
	K(seqcount_rwlock)	\
	K(seqcount_mutex)	\
	K(typesafe_lock)	\
	K(typesafe_seqlock)	\
	K(rcu)			\
	K(rcu_sync)		\
	K(rcu_irq)		\
	K(srcu)			\
	K(srcu_fast)		\
	K(rcu_trace)		\
	X(ebr)			\
	X(epoch)		\
	K(qsbr)			\
	X(hazptr)		\
	K(atomic_inc)		\
	K(refcount)		\
	K(lockref)		\
	K(typesafe_ref)		\
	K(percpu_inc)		\
	K(inc_percpu)		\
	K(inc_percpu_preempt)	\
	K(inc_percpu_bh)	\
	K(inc_percpu_irqsave)	\
	K(preempt)		\
	K(bh)			\
	K(irq)			\
	K(irqsave)		\
	K(local_lock)		\
	K(seqcount_latch)	\
	K(acqrel)		\
	K(jiffies)		\
	K(clock)		\
	K(sched_clock)		\
	K(rcu_tasks)

/* Broken on purpose, to show that the checks see it: the mutant module only. */
#define CONTEND_MUTANT_LOCKS(X, K)	\
	X(busted_none)		\
	X(busted_spinlock)	\
	X(busted_try)		\
	X(busted_ww)		\
	X(busted_mutex)		\
	K(busted_completion)	\
	X(busted_rwlock)	\
	X(busted_seqlock)	\
	X(busted_ticket)	\
	X(busted_wakeup)	\
	K(busted_order)		\
	K(busted_sleep)		\
	K(busted_rcu)		\
	X(busted_epoch)		\
	X(busted_leak)

#ifdef __KERNEL__
#define CONTEND_WORLD_LOCKS(X)	CONTEND_STOCK_LOCKS(X, X)
#define CONTEND_WORLD_MUTANTS(X)	CONTEND_MUTANT_LOCKS(X, X)
#else
#include "locks/program.h"
#define CONTEND_NOT_HERE(_name)
#define CONTEND_WORLD_LOCKS(X)	CONTEND_STOCK_LOCKS(X, CONTEND_NOT_HERE) CONTEND_PROGRAM_LOCKS(X)
#define CONTEND_WORLD_MUTANTS(X)	CONTEND_MUTANT_LOCKS(X, CONTEND_NOT_HERE)
#endif

#ifdef CONTEND_MUTANT
#define CONTEND_LOCKS(X)	CONTEND_WORLD_LOCKS(X) CONTEND_WORLD_MUTANTS(X)
#else
#define CONTEND_LOCKS(X)	CONTEND_WORLD_LOCKS(X)
#endif

#endif /* CONTEND_LOCKS_CATALOG_H */

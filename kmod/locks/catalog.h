/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The catalogue of locks: one line each, in the order in which people meet
 * them. X(name) is expanded for each; its entry is contend_lock_<name>, made
 * by CONTEND_LOCK() in its family's file.
 */
#ifndef CONTEND_LOCKS_CATALOG_H
#define CONTEND_LOCKS_CATALOG_H

#define CONTEND_STOCK_LOCKS(X)	\
	X(null)			\
	X(spinlock)		\
	X(spinlock_irq)		\
	X(spinlock_bh)		\
	X(raw_spinlock)		\
	X(raw_spinlock_irq)	\
	X(rqspinlock)		\
	X(rqspinlock_irq)	\
	X(tas)			\
	X(ttas)			\
	X(ticket)		\
	X(anderson)		\
	X(mcs)			\
	X(k42)			\
	X(cna)			\
	X(clh)			\
	X(hemlock)		\
	X(mutex)		\
	X(rtmutex)		\
	X(ww_mutex)		\
	X(ww_mutex_die)		\
	X(semaphore)		\
	X(adaptive_mutex)	\
	X(turnstile)		\
	X(fifo_semaphore)	\
	X(completion)		\
	X(wait_queue)		\
	X(bit_lock)		\
	X(rwlock)		\
	X(rwlock_irq)		\
	X(rwsem)		\
	X(percpu_rwsem)		\
	X(percpu_ref)		\
	X(phase_fair)		\
	X(big_reader)		\
	X(bravo)		\
	X(bravo_rwsem)		\
	X(pushlock)		\
	X(eresource)		\
	X(rmlock)		\
	X(sx)			\
	X(seqlock)		\
	X(seqcount_spinlock)	\
	X(seqcount_raw_spinlock)	\
	X(seqcount_rwlock)	\
	X(seqcount_mutex)	\
	X(typesafe_lock)	\
	X(typesafe_seqlock)	\
	X(rcu)			\
	X(rcu_sync)		\
	X(rcu_irq)		\
	X(srcu)			\
	X(srcu_fast)		\
	X(rcu_trace)		\
	X(ebr)			\
	X(epoch)		\
	X(qsbr)			\
	X(hazptr)		\
	X(atomic_inc)		\
	X(refcount)		\
	X(lockref)		\
	X(typesafe_ref)		\
	X(percpu_inc)		\
	X(inc_percpu)		\
	X(inc_percpu_preempt)	\
	X(inc_percpu_bh)	\
	X(inc_percpu_irqsave)	\
	X(preempt)		\
	X(bh)			\
	X(irq)			\
	X(irqsave)		\
	X(local_lock)		\
	X(seqcount_latch)	\
	X(acqrel)		\
	X(jiffies)		\
	X(clock)		\
	X(sched_clock)		\
	X(rcu_tasks)

/* Broken on purpose, to show that the checks see it: the mutant module only. */
#define CONTEND_MUTANT_LOCKS(X)	\
	X(busted_none)		\
	X(busted_spinlock)	\
	X(busted_try)		\
	X(busted_mutex)		\
	X(busted_completion)	\
	X(busted_rwlock)	\
	X(busted_seqlock)	\
	X(busted_ticket)	\
	X(busted_wakeup)	\
	X(busted_order)		\
	X(busted_sleep)		\
	X(busted_rcu)		\
	X(busted_epoch)		\
	X(busted_leak)

#ifdef CONTEND_MUTANT
#define CONTEND_LOCKS(X)	CONTEND_STOCK_LOCKS(X) CONTEND_MUTANT_LOCKS(X)
#else
#define CONTEND_LOCKS(X)	CONTEND_STOCK_LOCKS(X)
#endif

#endif /* CONTEND_LOCKS_CATALOG_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * BRAVO: makes a readers-writer lock of any kind cheap for readers that are among
 * themselves.
 *
 * D. Dice, A. Kogan, "BRAVO: biased locking for reader-writer locks", USENIX ATC 2019.
 *
 * While a lock is biased, a reader leaves the lock alone: it writes the lock's address
 * into a slot of a table that all locks share, and looks again whether the bias still
 * holds. A writer takes the inner lock, withdraws the bias and waits until no slot
 * names the lock. That is dear, so the next reader that goes through the inner lock
 * brings the bias back only after BRAVO_REST times as long as it took.
 *
 *	reader				writer, with the inner lock
 *	slot = lock			biased = 0
 *	A: full barrier			B: full barrier
 *	biased?				slot == lock?
 *
 * Invariants: a reader is named in a slot that it found biased, or has the inner
 * lock; a writer inside has the inner lock, found no bias or withdrew it, and has
 * seen each slot without the lock since.
 */
#include <linux/delay.h>
#include <linux/hash.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>

#include "clock.h"
#include "locks/section.h"
#include "locks/spin.h"

#define BRAVO_SLOTS_LOG	12
#define BRAVO_REST	9

/* Each names the lock that a reader has, or is NULL. The paper's size. */
static void *bravo_slots[1 << BRAVO_SLOTS_LOG];

struct bravo_core {
	u32 biased;		/* set by a reader, cleared by a writer, with the inner lock */
	u64 rests_until;	/* ns; written by a writer, read with the inner lock */
	struct lockdep_map dep;
};

/* The reader's slot, or NULL: it must go through the inner lock. */
static __always_inline void **bravo_enter(struct bravo_core *b)
{
	void **slot;

	if (!READ_ONCE(b->biased))
		return NULL;
	slot = &bravo_slots[hash_long((unsigned long)b + (unsigned long)current,
				      BRAVO_SLOTS_LOG)];
	/* A: pairs with B */
	if (READ_ONCE(*slot) || cmpxchg(slot, NULL, b))
		return NULL;
	/* C: pairs with D */
	if (likely(smp_load_acquire(&b->biased)))
		return slot;
	WRITE_ONCE(*slot, NULL);
	return NULL;
}

/* A reader with the inner lock: is it time? */
static __always_inline void bravo_bias(struct bravo_core *b)
{
	if (!READ_ONCE(b->biased) && contend_clock() >= READ_ONCE(b->rests_until))
		/* D: passes on what the inner lock has shown to this reader; pairs with C */
		smp_store_release(&b->biased, 1);
}

static __always_inline void bravo_leave(void **slot)
{
	/* E: pairs with F */
	smp_store_release(slot, NULL);
}

/* A writer with the inner lock: wait for the readers that do without it. */
static noinline void bravo_withdraw(struct bravo_core *b, bool sleeps)
{
	u64 began = contend_clock();
	unsigned int i;

	WRITE_ONCE(b->biased, 0);
	/* B: pairs with A */
	smp_mb();
	for (i = 0; i < ARRAY_SIZE(bravo_slots); i++) {
		/* F: pairs with E */
		while (smp_load_acquire(&bravo_slots[i]) == b) {
			if (sleeps)
				usleep_range(5, 50);
			else
				cpu_relax();
		}
	}
	WRITE_ONCE(b->rests_until, contend_clock() + BRAVO_REST *
		   contend_elapsed(began, contend_clock()));
}

static void bravo_init(struct bravo_core *b)
{
	b->biased = 1;
	b->rests_until = 0;
}

/*
 * BRAVO over a lock of the kernel's. A writer spins for the readers in slots, unless
 * readers may sleep: then they keep their CPU, since it may be their own on which the
 * writer spins. With the inner lock they do as that one does: on PREEMPT_RT an
 * rwlock_t sleeps.
 */
#define BRAVO_OVER(_name, _type, _sleeps, _init, _read, _unread, _write, _unwrite)	\
	struct _name {									\
		struct bravo_core bravo;						\
		_type inner ____cacheline_aligned_in_smp;				\
	};										\
											\
	static int _name##_init(void *lock)						\
	{										\
		struct _name *l = lock;							\
											\
		bravo_init(&l->bravo);							\
		lock_class_init(&l->bravo.dep, #_name,					\
				(_sleeps) ? LD_WAIT_SLEEP : LD_WAIT_SPIN);		\
		_init(&l->inner);							\
		return 0;								\
	}										\
											\
	static void _name##_read_lock(void *lock, union lock_token *token)		\
		__acquires(lock)							\
	{										\
		struct _name *l = lock;							\
											\
		if (!(_sleeps))								\
			preempt_disable();						\
		token->slot = bravo_enter(&l->bravo);					\
		if (token->slot) {							\
			lock_acquire_shared(&l->bravo.dep, 0, 0, NULL, _THIS_IP_);	\
			lock_acquired(&l->bravo.dep, _THIS_IP_);			\
			__acquire(&l->inner);						\
			return;								\
		}									\
		if (!(_sleeps))								\
			preempt_enable();						\
		_read(&l->inner);							\
		bravo_bias(&l->bravo);							\
	}										\
											\
	static bool _name##_read_unlock(void *lock, union lock_token *token)		\
		__releases(lock)							\
	{										\
		struct _name *l = lock;							\
											\
		if (token->slot) {							\
			rwlock_release(&l->bravo.dep, _THIS_IP_);			\
			bravo_leave(token->slot);					\
			__release(&l->inner);						\
			if (!(_sleeps))							\
				preempt_enable();					\
		} else {								\
			_unread(&l->inner);						\
		}									\
		return false;								\
	}										\
											\
	static void _name##_write_lock(void *lock, union lock_token *token)		\
		__acquires(lock)							\
	{										\
		struct _name *l = lock;							\
											\
		_write(&l->inner);							\
		rwlock_acquire(&l->bravo.dep, 0, 0, _THIS_IP_);				\
		if (READ_ONCE(l->bravo.biased)) {					\
			lock_contended(&l->bravo.dep, _THIS_IP_);			\
			bravo_withdraw(&l->bravo, _sleeps);				\
		}									\
		lock_acquired(&l->bravo.dep, _THIS_IP_);				\
	}										\
											\
	static void _name##_write_unlock(void *lock, union lock_token *token)		\
		__releases(lock)							\
	{										\
		struct _name *l = lock;							\
											\
		rwlock_release(&l->bravo.dep, _THIS_IP_);				\
		_unwrite(&l->inner);							\
	}										\
											\
	static const struct lock_ops _name##_ops = {					\
		.size = sizeof(struct _name),						\
		.init = _name##_init,							\
		.write_enter = _name##_write_lock,					\
		.write_leave = _name##_write_unlock,					\
		.read_enter = _name##_read_lock,					\
		.read_leave = _name##_read_unlock,					\
	}

BRAVO_OVER(bravo, rwlock_t, false, rwlock_init, read_lock, read_unlock, write_lock,
	   write_unlock);

CONTEND_LOCK(bravo, "readers-writer", "BRAVO over rwlock_t: readers leave the lock alone",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_SLEEPS_ON_RT);

/* As the kernel's functions, and sparse is told. */
static __always_inline void bravo_down_read(struct rw_semaphore *sem)
	__acquires(sem)
{
	down_read(sem);
	__acquire(sem);
}

static __always_inline void bravo_up_read(struct rw_semaphore *sem)
	__releases(sem)
{
	up_read(sem);
	__release(sem);
}

static __always_inline void bravo_down_write(struct rw_semaphore *sem)
	__acquires(sem)
{
	down_write(sem);
	__acquire(sem);
}

static __always_inline void bravo_up_write(struct rw_semaphore *sem)
	__releases(sem)
{
	up_write(sem);
	__release(sem);
}

BRAVO_OVER(bravo_rwsem, struct rw_semaphore, true, init_rwsem, bravo_down_read, bravo_up_read,
	   bravo_down_write, bravo_up_write);

CONTEND_LOCK(bravo_rwsem, "readers-writer", "BRAVO over rw_semaphore: readers leave the lock alone",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_SLEEPS);

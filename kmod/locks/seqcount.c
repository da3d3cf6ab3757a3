// SPDX-License-Identifier: GPL-2.0
/*
 * The parts of a seqlock: a sequence that knows the lock of its writers, and the latch, whose
 * writers change one of two copies while readers read the other
 * (Documentation/locking/seqlock.rst).
 */
#include <linux/kcsan-checks.h>
#include <linux/mutex.h>
#include <linux/seqlock.h>

#include "locks/section.h"
#include "locks/readers.h"
#include "locks/sequence.h"

/* Sparse knows the spinning locks, and has to be told of this one. */
static inline void sequence_mutex_lock(struct mutex *lock)
	__acquires(lock)
{
	mutex_lock(lock);
	__acquire(lock);
}

static inline void sequence_mutex_unlock(struct mutex *lock)
	__releases(lock)
{
	mutex_unlock(lock);
	__release(lock);
}

/*
 * A sequence with the lock of its writers, which it checks with lockdep, and on which
 * readers wait on PREEMPT_RT, where a writer may be preempted. Elsewhere the sequence
 * sees to it that a writer with a sleeping lock is not.
 */
#define SEQCOUNT(_kind, _type, _setup, _lock, _unlock, _caps)				\
	struct seqcount_and_##_kind {							\
		seqcount_##_kind##_t seq;						\
		_type lock;								\
	};										\
	static int seqcount_##_kind##_make(void *lock)					\
	{										\
		struct seqcount_and_##_kind *l = lock;					\
											\
		_setup(&l->lock);							\
		seqcount_##_kind##_init(&l->seq, &l->lock);				\
		return 0;								\
	}										\
	static void seqcount_##_kind##_write_lock(void *lock, union lock_token *token)	\
		__acquires(lock)							\
	{										\
		struct seqcount_and_##_kind *l = lock;					\
											\
		_lock(&l->lock);							\
		write_seqcount_begin(&l->seq);						\
	}										\
	static void seqcount_##_kind##_write_unlock(void *lock, union lock_token *token) \
		__releases(lock)							\
	{										\
		struct seqcount_and_##_kind *l = lock;					\
											\
		write_seqcount_end(&l->seq);						\
		_unlock(&l->lock);							\
	}										\
	static void seqcount_##_kind##_read_begin(void *lock, union lock_token *token)	\
		__acquires(lock)							\
	{										\
		struct seqcount_and_##_kind *l = lock;					\
											\
		token->seq = sequence_begin(&l->seq);					\
		if (sequence_locks(token->seq))						\
			_lock(&l->lock);						\
		else									\
			__acquire(lock);						\
		kcsan_nestable_atomic_begin();						\
	}										\
	static bool seqcount_##_kind##_read_retry(void *lock, union lock_token *token)	\
		__releases(lock)							\
	{										\
		struct seqcount_and_##_kind *l = lock;					\
											\
		kcsan_nestable_atomic_end();						\
		if (sequence_locks(token->seq)) {					\
			_unlock(&l->lock);						\
			return false;							\
		}									\
		__release(lock);							\
		return read_seqcount_retry(&l->seq, token->seq);			\
	}										\
	static const struct lock_ops seqcount_##_kind##_ops = {				\
		.size = sizeof(struct seqcount_and_##_kind),				\
		.init = seqcount_##_kind##_make,					\
		.write_enter = seqcount_##_kind##_write_lock,				\
		.write_leave = seqcount_##_kind##_write_unlock,				\
		.read_enter = seqcount_##_kind##_read_begin,				\
		.read_leave = seqcount_##_kind##_read_retry,				\
		.keeps_cpu = !IS_ENABLED(CONFIG_PREEMPT_RT),				\
	};										\
	CONTEND_LOCK(seqcount_##_kind, "sequence",					\
		     "seqcount_" #_kind "_t: a sequence and the lock of its writers",	\
		     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_RETRY |	\
		     (_caps))

SEQCOUNT(spinlock, spinlock_t, spin_lock_init, spin_lock, spin_unlock,
	 CONTEND_CAP_SLEEPS_ON_RT);
SEQCOUNT(raw_spinlock, raw_spinlock_t, raw_spin_lock_init, raw_spin_lock, raw_spin_unlock, 0);
SEQCOUNT(rwlock, rwlock_t, rwlock_init, write_lock, write_unlock,
	 CONTEND_CAP_SLEEPS_ON_RT);
SEQCOUNT(mutex, struct mutex, mutex_init, sequence_mutex_lock, sequence_mutex_unlock,
	 CONTEND_CAP_SLEEPS);

/* Two copies are more than a lock alone can give a structure: for readers only. */
static int seqcount_latch_make(void *lock)
{
	seqcount_latch_init((seqcount_latch_t *)lock);
	return 0;
}

static void seqcount_latch_enter(void *lock, union lock_token *token)
{
	token->seq = read_seqcount_latch(lock);
}

static bool seqcount_latch_leave(void *lock, union lock_token *token)
{
	return read_seqcount_latch_retry(lock, token->seq);
}

CONTEND_READERS(seqcount_latch, "sequence", "seqcount_latch_t: says which of two copies to read",
		.size = sizeof(seqcount_latch_t), .init = seqcount_latch_make);

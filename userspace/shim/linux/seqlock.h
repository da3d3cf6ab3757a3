/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_SEQLOCK_H
#define CONTEND_SHIM_SEQLOCK_H

/*
 * Sequence counters and locks by their own description (Documentation/locking/seqlock.rst):
 * readers look at a count before and after, and a writer makes it odd meanwhile. What orders
 * them: H.-J. Boehm, "Can seqlocks get along with programming language memory models?", MSPC
 * 2012.
 */
#include <linux/atomic.h>
#include <linux/kcsan-checks.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>

typedef struct seqcount {
	unsigned int sequence;
} seqcount_t;

typedef struct { seqcount_t seqcount; } seqcount_spinlock_t;

typedef struct {
	seqcount_spinlock_t seqcount;
	spinlock_t lock;
} seqlock_t;

#define seqcount_lockdep_reader_access(s)	((void)(s))

#define raw_read_seqcount(s)	smp_load_acquire(&(s)->seqcount.sequence)

static inline void seqlock_init(seqlock_t *sl)
{
	sl->seqcount.seqcount.sequence = 0;
	spin_lock_init(&sl->lock);
}

static inline bool read_seqretry(const seqlock_t *sl, unsigned int seq)
{
	/* A: pairs with B: all that was read was there before it changed */
	smp_rmb();
	return READ_ONCE(sl->seqcount.seqcount.sequence) != seq;
}

static inline void write_seqlock(seqlock_t *sl)
{
	unsigned int *sequence = &sl->seqcount.seqcount.sequence;

	spin_lock(&sl->lock);
	WRITE_ONCE(*sequence, *sequence + 1);
	/* B: pairs with A: what changes from here on, the odd count comes before it */
	smp_wmb();
}

static inline void write_sequnlock(seqlock_t *sl)
{
	unsigned int *sequence = &sl->seqcount.seqcount.sequence;

	/* Pairs with the acquire in raw_read_seqcount(). */
	smp_store_release(sequence, *sequence + 1);
	spin_unlock(&sl->lock);
}

#define read_seqlock_excl(sl)	spin_lock(&(sl)->lock)
#define read_sequnlock_excl(sl)	spin_unlock(&(sl)->lock)

#endif /* CONTEND_SHIM_SEQLOCK_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a reader of a sequence begins (include/linux/seqlock.h,
 * Documentation/locking/seqlock.rst).
 */
#ifndef CONTEND_LOCKS_SEQUENCE_H
#define CONTEND_LOCKS_SEQUENCE_H

#include <linux/kconfig.h>
#include <linux/seqlock.h>

/* How many writers a reader waits for on PREEMPT_RT before it takes their lock. */
#define SEQUENCE_ROUNDS	16

/**
 * sequence_begin - begin to read, or find on PREEMPT_RT that writers do not let one begin
 * @_s: a seqcount of any kind
 * @_sleeps: the lock of its writers sleeps on PREEMPT_RT, a constant
 *
 * read_seqcount_begin() waits until the sequence is even. On PREEMPT_RT it takes the lock of
 * the writers, releases it and looks again. The release wakes the next writer, which may
 * run before the reader looks: two busy writers kept a reader waiting for minutes on 6.12,
 * and no signal ends that. So a reader there waits for SEQUENCE_ROUNDS writers.
 *
 * Return: the sequence, for read_seqcount_retry(), or what sequence_locks() is true of.
 */
#define sequence_begin(_s, _sleeps)						\
({										\
	unsigned int __seq, __rounds = 0;					\
										\
	if (IS_ENABLED(CONFIG_PREEMPT_RT) && (_sleeps)) {			\
		do {								\
			__seq = raw_read_seqcount(_s);				\
		} while ((__seq & 1) && ++__rounds < SEQUENCE_ROUNDS);		\
	} else {								\
		__seq = read_seqcount_begin(_s);				\
	}									\
	__seq;									\
})

/**
 * sequence_locks - whether a reader has to read under the lock of the writers
 * @seq: from sequence_begin()
 *
 * As read_seqbegin_or_lock(), whose odd sequence says the same. Nothing is torn then.
 *
 * Return: that; never where PREEMPT_RT is not configured.
 */
static __always_inline bool sequence_locks(unsigned int seq)
{
	return IS_ENABLED(CONFIG_PREEMPT_RT) && (seq & 1);
}

#endif /* CONTEND_LOCKS_SEQUENCE_H */

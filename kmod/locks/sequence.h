/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a reader of a sequence begins (include/linux/seqlock.h,
 * Documentation/locking/seqlock.rst).
 */
#ifndef CONTEND_LOCKS_SEQUENCE_H
#define CONTEND_LOCKS_SEQUENCE_H

#include <linux/jiffies.h>
#include <linux/processor.h>
#include <linux/seqlock.h>

/* How long a reader waits for writers before it takes their lock: see RETRY_LONGEST_NS. */
#define SEQUENCE_LONGEST	HZ

/**
 * sequence_begin - begin to read, or find that writers do not let one begin
 * @_s: a seqcount that knows the lock of its writers
 *
 * read_seqcount_begin() waits until the sequence is even. Between two writers that take
 * turns that is a moment which a reader may miss for long, and no signal ends its wait: a
 * reader waited for 8 s for two writers of 10 ms. On PREEMPT_RT it takes the lock of the
 * writers, releases it and looks again; the release wakes the next writer, which may run
 * before the reader looks: there it waited for minutes on 6.12.
 *
 * Return: the sequence, for read_seqcount_retry(), or what sequence_locks() is true of.
 */
#define sequence_begin(_s)							\
({										\
	unsigned int __seq;							\
										\
	seqcount_lockdep_reader_access(&(_s)->seqcount);			\
	__seq = raw_read_seqcount(_s);						\
	if (unlikely(__seq & 1)) {						\
		unsigned long __until = jiffies + SEQUENCE_LONGEST;		\
										\
		do {								\
			cpu_relax();						\
			__seq = raw_read_seqcount(_s);				\
		} while ((__seq & 1) && time_before(jiffies, __until));		\
	}									\
	__seq;									\
})

/*
 * Sparse counts what is held, and cannot follow a condition from a reader's begin to its end.
 * So it sees each of them hold the lock of the writers.
 */

/**
 * sequence_locks - whether a reader has to read under the lock of the writers
 * @seq: from sequence_begin()
 *
 * As read_seqbegin_or_lock(), whose odd sequence says the same. Nothing is torn then.
 *
 * Return: that.
 */
static __always_inline bool sequence_locks(unsigned int seq)
{
	return seq & 1;
}

#endif /* CONTEND_LOCKS_SEQUENCE_H */

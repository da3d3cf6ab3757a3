/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The witness stands inside the lock and sees who comes in.
 *
 * Plain loads and stores, no atomics and no barriers: it must not order
 * anything that the lock itself fails to order, or it would mend what it is
 * there to catch. If the lock is right, the lock's own ordering makes these
 * words agree; if they do not agree, the lock is wrong.
 *
 * A writer finds nobody and leaves as the one who came. A reader of a lock
 * whose readers exclude writers finds no writer when it comes, and when it
 * goes no writer has been there. Readers that may run beside writers (RCU)
 * promise no such thing: for those the structure's own rule is the check.
 */
#ifndef CONTEND_WITNESS_H
#define CONTEND_WITNESS_H

#include <linux/cache.h>
#include <linux/compiler.h>

#include "check/violation.h"

/**
 * struct witness - who is inside
 * @writer: pid of the writer, 0 when there is none. Changes inside the
 *	write section
 * @writes: write sections so far. Changes inside the write section
 */
struct witness {
	u64 writer;
	u64 writes;
} ____cacheline_aligned;

static __always_inline void witness_write_enter(struct witness *w, u64 me,
						struct violation_log *log)
{
	u64 other = READ_ONCE(w->writer);

	if (unlikely(other))
		violation_note(log, CHECK_EXCLUSION, "writer met a writer (pid)", other, 0);
	WRITE_ONCE(w->writer, me);
}

static __always_inline void witness_write_leave(struct witness *w, u64 me,
						struct violation_log *log)
{
	u64 other = READ_ONCE(w->writer);

	if (unlikely(other != me))
		violation_note(log, CHECK_EXCLUSION, "writer overrun by a writer (pid)", other, me);
	WRITE_ONCE(w->writes, READ_ONCE(w->writes) + 1);
	WRITE_ONCE(w->writer, 0);
}

/**
 * struct witness_look - what a reader sees of the witness
 * @writer: pid of the writer inside, or 0
 * @writes: write sections so far
 */
struct witness_look {
	u64 writer;
	u64 writes;
};

static __always_inline struct witness_look witness_look(const struct witness *w)
{
	return (struct witness_look){ READ_ONCE(w->writer), READ_ONCE(w->writes) };
}

/*
 * Judge what a reader saw when it came and when it went. Called after the
 * section, and for readers that repeat (seqlock) after the last one: what an
 * invalid section saw is no evidence.
 */
static __always_inline void witness_judge(struct witness_look came, struct witness_look went,
					  struct violation_log *log)
{
	if (unlikely(came.writer))
		violation_note(log, CHECK_EXCLUSION, "reader met a writer (pid)",
			       came.writer, 0);
	if (unlikely(went.writes != came.writes))
		violation_note(log, CHECK_EXCLUSION, "reader passed by a writer (writes)",
			       went.writes, came.writes);
}

#endif /* CONTEND_WITNESS_H */

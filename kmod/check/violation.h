/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Broken invariants: how many, and the first of each kind with its values.
 */
#ifndef CONTEND_VIOLATION_H
#define CONTEND_VIOLATION_H

#include <linux/types.h>

/* What is checked; the names are in violation.c. */
enum check {
	CHECK_EXCLUSION,	/* the lock let a task in that must not be there */
	CHECK_INTEGRITY,	/* the structure's own rule is broken */
	CHECK_CONSERVATION,	/* what is there is not what was put in */
	CHECK_RECLAIM,		/* memory is not what the elements account for */
	CHECK_WAKEUP,		/* a task sleeps, and what it waits for is there */
	CONTEND_NR_CHECKS
};

/* violation.worker when it was not a run's worker. */
#define NO_WORKER	(~0U)

/**
 * struct violation - one broken invariant
 * @what: in words, a constant string
 * @seen: the value found
 * @expected: the value that would have been right
 * @op: how many operations the finder had done
 * @worker: the worker that found it, or NO_WORKER
 * @pid: its task, or the one that it has interrupted
 */
struct violation {
	const char *what;
	u64 seen;
	u64 expected;
	u64 op;
	u32 worker;
	int pid;
};

/**
 * struct violation_log - what one task, run or object has seen
 * @total: violations
 * @count: violations of each check
 * @first: the first of each
 * @worker: the worker that writes to this log, or NO_WORKER
 * @op: operations that the writer has done
 * @tag: as contend_op.tag, of the one that it is at
 *
 * Owned by one task, or guarded by the task that merges into it.
 */
struct violation_log {
	u64 total;
	u64 count[CONTEND_NR_CHECKS];
	struct violation first[CONTEND_NR_CHECKS];
	u32 worker;
	u64 op;
	u64 tag;
};

void violation_log_init(struct violation_log *log, u32 worker);
void violation_note(struct violation_log *log, enum check check, const char *what,
		    u64 seen, u64 expected);
void violation_merge(struct violation_log *to, const struct violation_log *from);
void violation_describe(const struct violation *v, char *buf, size_t size);
const char *check_name(enum check check);

#endif /* CONTEND_VIOLATION_H */

// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "check/violation.h"
#include "trace.h"

static const char *const names[] = {
	[CHECK_EXCLUSION] = "exclusion",
	[CHECK_INTEGRITY] = "integrity",
	[CHECK_CONSERVATION] = "conservation",
	[CHECK_RECLAIM] = "reclaim",
	[CHECK_WAKEUP] = "wakeup",
};

/**
 * check_name - the name of a check, as in contend_check.name
 * @check: which
 *
 * Context: any.
 * Return: a constant string.
 */
const char *check_name(enum check check)
{
	return names[check];
}

/**
 * violation_log_init - start with nothing seen
 * @log: the log
 * @worker: the worker that will write to it, or NO_WORKER
 *
 * Context: any.
 */
void violation_log_init(struct violation_log *log, u32 worker)
{
	memset(log, 0, sizeof(*log));
	log->worker = worker;
}

/**
 * violation_note - an invariant is broken
 * @log: the finder's own log
 * @check: which invariant
 * @what: what was found, a constant string
 * @seen: the value found
 * @expected: the value that would have been right
 *
 * Out of line: the hot loop tests, this is where it goes when the test fails.
 *
 * Context: any, also inside the sections of any lock.
 */
void violation_note(struct violation_log *log, enum check check, const char *what,
		    u64 seen, u64 expected)
{
	struct violation *v = &log->first[check];

	log->total++;
	if (!log->count[check]++) {
		v->what = what;
		v->seen = seen;
		v->expected = expected;
		v->op = log->op;
		v->worker = log->worker;
		v->pid = current->pid;
		trace_contend_violation(names[check], v, log->tag);
	}
}

/**
 * violation_merge - add one log to another
 * @to: owned or locked by the caller
 * @from: its writer has stopped
 *
 * The first violation of @to stays the first one.
 *
 * Context: any.
 */
void violation_merge(struct violation_log *to, const struct violation_log *from)
{
	unsigned int i;

	to->total += from->total;
	for (i = 0; i < CONTEND_NR_CHECKS; i++) {
		if (!to->count[i])
			to->first[i] = from->first[i];
		to->count[i] += from->count[i];
	}
}

/**
 * violation_describe - put a violation into words
 * @v: the violation
 * @buf: for the line, always ended by a zero
 * @size: bytes of @buf
 *
 * Context: any.
 */
void violation_describe(const struct violation *v, char *buf, size_t size)
{
	if (v->worker != NO_WORKER)
		snprintf(buf, size, "worker %u (pid %d) op %llu: %s: saw %lld, expected %lld",
			 v->worker, v->pid, v->op, v->what, v->seen, v->expected);
	else
		snprintf(buf, size, "pid %d: %s: saw %lld, expected %lld", v->pid, v->what,
			 v->seen, v->expected);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * null: no lock at all. What a run under it costs is what the harness costs:
 * the loop, the clock, the witness, the structure's own work. It excludes
 * nobody, hence one worker or one client at a time. But for a structure that synchronises
 * itself: it has no other lock, and any number of workers.
 */
#include "locks/section.h"

static void null_lock(void *lock, union lock_token *token)
{
	barrier();
}

static void null_nest(void *lock, union lock_token *token, unsigned int depth)
{
	barrier();
}

static void null_unlock(void *lock, union lock_token *token)
{
	barrier();
}

static const struct lock_ops null_ops = {
	.write_enter = null_lock,
	.write_leave = null_unlock,
	.write_nest = null_nest,
};

CONTEND_LOCK(null, "null", "no lock: what the harness costs; for one worker, or who needs no lock",
	     CONTEND_CAP_POINTERS | CONTEND_CAP_NESTS | CONTEND_CAP_SOFTIRQ | CONTEND_CAP_HARDIRQ |
	     CONTEND_CAP_SELF);

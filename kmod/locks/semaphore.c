// SPDX-License-Identifier: GPL-2.0
/*
 * semaphore: struct semaphore with a count of one around the structure. It has
 * no owner, hence neither spinning nor lockdep. What user space acquires and
 * holds are the object's permits (permits.h), beside this one: a client that
 * keeps a permit cannot keep the structure.
 */
#include <linux/semaphore.h>

#include "locks/section.h"

static int semaphore_init(void *lock)
{
	sema_init(lock, 1);
	return 0;
}

static void semaphore_down(void *lock, union lock_token *token)
{
	down(lock);
}

static void semaphore_up(void *lock, union lock_token *token)
{
	up(lock);
}

/* No owner, hence no lockdep: a second one is as the first. */
static void semaphore_nest(void *lock, union lock_token *token, unsigned int depth)
{
	down(lock);
}

static bool semaphore_try(void *lock, union lock_token *token)
{
	return !down_trylock(lock);
}

static const struct lock_ops semaphore_ops = {
	.size = sizeof(struct semaphore),
	.init = semaphore_init,
	.write_enter = semaphore_down,
	.write_leave = semaphore_up,
	.write_try = semaphore_try,
	.write_nest = semaphore_nest,
};

CONTEND_LOCK(semaphore, "sleep", "struct semaphore: sleeps, counts, has no owner",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_SLEEPS |
	     CONTEND_CAP_PERMITS | CONTEND_CAP_NESTS | CONTEND_CAP_TRY);

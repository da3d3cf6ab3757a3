// SPDX-License-Identifier: GPL-2.0
/*
 * Broken on purpose, and built into the mutant module only: a check that has
 * never fired is not trusted. None of them has CONTEND_CAP_POINTERS, so that
 * what they break is a counter and not the kernel's memory.
 */
#ifdef CONTEND_MUTANT

#include <linux/processor.h>

#include "engine/loop.h"

/*
 * busted_spinlock: tests, then sets. Two CPUs that test at the same time both
 * get in:
 *
 *	CPU 0				CPU 1
 *	while (READ_ONCE(*l))
 *					while (READ_ONCE(*l))
 *	WRITE_ONCE(*l, 1)
 *					WRITE_ONCE(*l, 1)
 *
 * The window between the two is held open for a moment, so that it is met
 * in milliseconds on an emulated machine too.
 */
#define BUSTED_WINDOW	256

static void busted_spinlock_lock(void *lock, union lock_token *token)
{
	u32 *l = lock, i;

	preempt_disable();
	while (READ_ONCE(*l))
		cpu_relax();
	for (i = 0; i < BUSTED_WINDOW; i++)
		barrier();
	WRITE_ONCE(*l, 1);
}

static void busted_spinlock_unlock(void *lock, union lock_token *token)
{
	u32 *l = lock;

	/* Orders the section before it, and pairs with nothing: that is the bug. */
	smp_store_release(l, 0);
	preempt_enable();
}

static const struct lock_ops busted_spinlock_ops = {
	.size = sizeof(u32),
	.write_enter = busted_spinlock_lock,
	.write_leave = busted_spinlock_unlock,
};

CONTEND_LOCK(busted_spinlock, "busted", "tests, then sets: two may enter at once",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_BUSTED);

#endif /* CONTEND_MUTANT */

// SPDX-License-Identifier: GPL-2.0
/*
 * Counted references, one counter for all: atomic_inc() alone, refcount_t, which
 * saturates instead of wrapping (Documentation/core-api/refcount-vs-atomic.rst), and
 * lockref, a count and a spinlock in one word where the architecture can compare and
 * exchange both (lib/lockref.c). Each keeps what it counts
 * from being freed and nobody from writing: for readers only.
 */
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/lockref.h>
#include <linux/refcount.h>

#include "locks/section.h"
#include "locks/readers.h"

/* The object's own reference is the first: none that a reader gives back is the last. */
static int atomic_inc_init(void *lock)
{
	atomic_set((atomic_t *)lock, 1);
	return 0;
}

static void atomic_inc_destroy(void *lock)
{
	WARN_ON_ONCE(atomic_read((atomic_t *)lock) != 1);
}

static void atomic_inc_enter(void *lock, union lock_token *token)
{
	atomic_inc((atomic_t *)lock);
}

static bool atomic_inc_leave(void *lock, union lock_token *token)
{
	atomic_dec((atomic_t *)lock);
	return false;
}

CONTEND_READERS(atomic_inc, "reference", "atomic_inc() and atomic_dec() of one atomic_t",
		.size = sizeof(atomic_t), .init = atomic_inc_init,
		.destroy = atomic_inc_destroy);

static int refcount_init(void *lock)
{
	refcount_set((refcount_t *)lock, 1);
	return 0;
}

static void refcount_destroy(void *lock)
{
	WARN_ON_ONCE(refcount_read((refcount_t *)lock) != 1);
}

static void refcount_enter(void *lock, union lock_token *token)
{
	refcount_inc((refcount_t *)lock);
}

static bool refcount_leave(void *lock, union lock_token *token)
{
	/* It is never the last one. */
	if (WARN_ON_ONCE(refcount_dec_and_test((refcount_t *)lock)))
		refcount_set((refcount_t *)lock, 1);
	return false;
}

CONTEND_READERS(refcount, "reference", "refcount_t: refcount_inc(), refcount_dec_and_test()",
		.size = sizeof(refcount_t), .init = refcount_init,
		.destroy = refcount_destroy);

static int lockref_ops_init(void *lock)
{
	struct lockref *l = lock;

	spin_lock_init(&l->lock);
	l->count = 1;
	return 0;
}

static void lockref_ops_destroy(void *lock)
{
	const struct lockref *l = lock;

	WARN_ON_ONCE(l->count != 1);
}

static void lockref_enter(void *lock, union lock_token *token)
{
	lockref_get(lock);
}

static bool lockref_leave(void *lock, union lock_token *token)
{
	/* Never the last one, of which it would say so, with the lock. */
	WARN_ON_ONCE(!lockref_put_or_lock(lock));
	return false;
}

CONTEND_READERS(lockref, "reference",
		"struct lockref: a count and a spinlock in one word, or the spinlock alone",
		.size = sizeof(struct lockref), .init = lockref_ops_init,
		.destroy = lockref_ops_destroy);

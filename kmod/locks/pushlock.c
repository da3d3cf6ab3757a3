// SPDX-License-Identifier: GPL-2.0
/*
 * pushlock: a readers-writer lock in one word, whose waiters push themselves onto a
 * list that hangs from it.
 *
 * EX_PUSH_LOCK of Windows NT: A. Allievi et al., "Windows Internals", 7th ed., part 2,
 * ch. 8, "Pushlocks".
 *
 * Without waiters the word counts its sharers. The first waiter puts a pointer to its
 * block there and takes the count along; later ones push theirs before it, so that the
 * oldest is the last. Nobody is handed the lock: a woken waiter tries again, and a later
 * comer may overtake. One task at a time, by PL_WAKING, walks the list to link it
 * backwards and to leave in the newest block where the oldest is. A release wakes the
 * oldest alone if that one wants to be exclusive, else takes down the whole list and
 * wakes all.
 *
 *	PL_LOCKED	somebody has it
 *	PL_WAITING	the rest is a pointer to the newest block, else a count
 *	PL_WAKING	somebody walks the list, and wakes if need be
 *	PL_MULTIPLE	several share it, and the oldest block has their count
 *
 * Invariants: without PL_LOCKED, and with PL_WAITING, some task has PL_WAKING, or has
 * just left with it to look, or has been woken to try; blocks leave the list by the
 * hand of PL_WAKING alone, and not while there is PL_MULTIPLE; the newest block that
 * knows the oldest is right about it, and all those between know the newer one.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>

#include "clock.h"
#include "locks/section.h"
#include "locks/sleep.h"

#define PL_LOCKED	1UL
#define PL_WAITING	2UL
#define PL_WAKING	4UL
#define PL_MULTIPLE	8UL
#define PL_ONE		16UL	/* a sharer, in the count */
#define PL_FLAGS	(PL_ONE - 1)

/* How long a waiter spins on its block before it sleeps. */
#define PL_SPIN_NS	(5 * NSEC_PER_USEC)

struct pushlock {
	atomic_long_t word;
	struct lockdep_map dep;
};

/* On the waiter's stack; constant once it is pushed, but for what says otherwise. */
struct pl_block {
	struct pl_block *next;	/* the older one */
	struct pl_block *prev;	/* the newer one; belongs to PL_WAKING */
	struct pl_block *last;	/* the oldest, or NULL; written with PL_WAKING */
	atomic_long_t shares;	/* of the oldest: how many have it, with PL_MULTIPLE */
	bool exclusive;
	struct sleep_waiter w;	/* its link is of no use here */
} __aligned(PL_ONE);

static struct pl_block *pl_newest(unsigned long x)
{
	return (struct pl_block *)(x & ~PL_FLAGS);
}

static int pushlock_init(void *lock)
{
	struct pushlock *l = lock;

	atomic_long_set(&l->word, 0);
	lock_class_init(&l->dep, "pushlock", LD_WAIT_SLEEP);
	return 0;
}

/* With PL_WAKING: the oldest, and the way back from it. */
static struct pl_block *pl_oldest(struct pl_block *newest)
{
	struct pl_block *b = newest, *last;

	while (!(last = READ_ONCE(b->last))) {
		b->next->prev = b;
		b = b->next;
	}
	WRITE_ONCE(newest->last, last);
	return last;
}

/* With PL_WAKING, which it gives back. */
static void pl_wake(struct pushlock *l)
{
	struct pl_block *newest, *last, *prev;
	unsigned long x;

	for (;;) {
		/* C: pairs with D */
		x = atomic_long_read_acquire(&l->word);
		newest = pl_newest(x);
		last = pl_oldest(newest);
		if (x & PL_LOCKED) {
			/* E: pairs with F. The holder wakes when it releases. */
			if (atomic_long_cmpxchg_release(&l->word, x, x & ~PL_WAKING) == x)
				return;
		} else if (last->exclusive && last != newest) {
			WRITE_ONCE(newest->last, last->prev);
			/* E: pairs with F */
			atomic_long_fetch_andnot_release(PL_WAKING, &l->word);
			sleep_grant(&last->w);
			return;
		} else if (atomic_long_cmpxchg_relaxed(&l->word, x, 0) == x) {
			/* The next owner has by A what release B, before this, published. */
			break;
		}
	}
	for (;; last = prev) {
		bool more = last != newest;

		prev = last->prev;
		sleep_grant(&last->w);
		if (!more)
			return;
	}
}

/* After a release: wake, unless that is somebody else's business. */
static noinline void pl_pass_on(struct pushlock *l)
{
	unsigned long x = atomic_long_read(&l->word);

	do {
		if (!(x & PL_WAITING) || x & (PL_LOCKED | PL_WAKING))
			return;
		/* F: pairs with E */
	} while (!atomic_long_try_cmpxchg_acquire(&l->word, (long *)&x, x | PL_WAKING));
	pl_wake(l);
}

static __always_inline bool pl_try_exclusive(struct pushlock *l)
{
	/* A: pairs with B */
	return !(atomic_long_fetch_or_acquire(PL_LOCKED, &l->word) & PL_LOCKED);
}

/* A sharer can let one more in, but not past the waiters. */
static bool pl_may_share(unsigned long x)
{
	return !(x & PL_LOCKED) || (!(x & PL_WAITING) && x >= PL_ONE);
}

static __always_inline bool pl_try_shared(struct pushlock *l)
{
	unsigned long x = atomic_long_read(&l->word), to;

	do {
		if (!pl_may_share(x))
			return false;
		/* Beside waiters there is no room for a count: it has it alone. */
		to = x & PL_WAITING ? x | PL_LOCKED : (x + PL_ONE) | PL_LOCKED;
		/* A: pairs with B */
	} while (!atomic_long_try_cmpxchg_acquire(&l->word, (long *)&x, to));
	return true;
}

/* False: the lock is to be had, or the word has changed. */
static bool pl_push(struct pushlock *l, struct pl_block *me)
{
	unsigned long x = atomic_long_read(&l->word), to = (unsigned long)me;

	if (!(x & PL_LOCKED) || (!me->exclusive && pl_may_share(x)))
		return false;
	me->w.granted = false;
	if (x & PL_WAITING) {
		me->next = pl_newest(x);
		me->last = NULL;
		to |= PL_WAITING | PL_WAKING | (x & (PL_LOCKED | PL_MULTIPLE));
	} else {
		me->next = NULL;
		me->last = me;
		atomic_long_set(&me->shares, x / PL_ONE);
		to |= PL_WAITING | PL_LOCKED | (x / PL_ONE > 1 ? PL_MULTIPLE : 0);
	}
	/* D: publishes the block; pairs with C. F: pairs with E */
	if (atomic_long_cmpxchg(&l->word, x, to) != x)
		return false;
	/* Walk the list now, while the lock is held, and not in its release. */
	if (x & PL_WAITING && !(x & PL_WAKING))
		pl_wake(l);
	return true;
}

static noinline void pl_wait(struct pushlock *l, bool exclusive)
{
	struct pl_block me = { .exclusive = exclusive, .w.task = current };

	while (!(exclusive ? pl_try_exclusive(l) : pl_try_shared(l))) {
		u64 began = contend_clock();

		if (!pl_push(l, &me))
			continue;
		while (!READ_ONCE(me.w.granted) && !need_resched() &&
		       contend_elapsed(began, contend_clock()) < PL_SPIN_NS)
			cpu_relax();
		sleep_until_granted(&me.w, NULL);
	}
}

/* For one that has it alone, and is beside waiters or exclusive. */
static __always_inline void pl_release(struct pushlock *l)
{
	/* B: pairs with A */
	long x = atomic_long_fetch_andnot_release(PL_LOCKED | PL_MULTIPLE, &l->word);

	if (unlikely(x & PL_WAITING && !(x & PL_WAKING)))
		pl_pass_on(l);
}

/* For a sharer beside waiters. */
static noinline void pl_release_beside(struct pushlock *l)
{
	/* C: pairs with D */
	unsigned long x = atomic_long_read_acquire(&l->word);

	if (x & PL_MULTIPLE) {
		struct pl_block *b = pl_newest(x), *last;

		/* Others may be at it, but nobody takes a block away while we share. */
		while (!(last = READ_ONCE(b->last)))
			b = b->next;
		/* B: for the last of them, whose release of the lock passes it on */
		if (atomic_long_dec_return_release(&last->shares))
			return;
	}
	pl_release(l);
}

static void pushlock_lock(void *lock, union lock_token *token)
{
	struct pushlock *l = lock;

	might_sleep();
	rwsem_acquire(&l->dep, 0, 0, _THIS_IP_);
	if (unlikely(!pl_try_exclusive(l))) {
		lock_contended(&l->dep, _THIS_IP_);
		pl_wait(l, true);
	}
	lock_acquired(&l->dep, _THIS_IP_);
}

static void pushlock_unlock(void *lock, union lock_token *token)
{
	struct pushlock *l = lock;

	rwsem_release(&l->dep, _THIS_IP_);
	pl_release(l);
}

static void pushlock_read_lock(void *lock, union lock_token *token)
{
	struct pushlock *l = lock;

	might_sleep();
	rwsem_acquire_read(&l->dep, 0, 0, _THIS_IP_);
	if (unlikely(!pl_try_shared(l))) {
		lock_contended(&l->dep, _THIS_IP_);
		pl_wait(l, false);
	}
	lock_acquired(&l->dep, _THIS_IP_);
}

static bool pushlock_read_unlock(void *lock, union lock_token *token)
{
	struct pushlock *l = lock;
	unsigned long x, to;

	rwsem_release(&l->dep, _THIS_IP_);
	x = atomic_long_read(&l->word);
	do {
		if (unlikely(x & PL_WAITING)) {
			pl_release_beside(l);
			return false;
		}
		to = x >= 2 * PL_ONE ? x - PL_ONE : 0;
		/* B: pairs with A */
	} while (!atomic_long_try_cmpxchg_release(&l->word, (long *)&x, to));
	return false;
}

static const struct lock_ops pushlock_ops = {
	.size = sizeof(struct pushlock),
	.init = pushlock_init,
	.write_enter = pushlock_lock,
	.write_leave = pushlock_unlock,
	.read_enter = pushlock_read_lock,
	.read_leave = pushlock_read_unlock,
};

CONTEND_LOCK(pushlock, "readers-writer",
	     "as in Windows NT: one word, from which hangs the list of those who wait",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_SLEEPS);

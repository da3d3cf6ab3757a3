// SPDX-License-Identifier: GPL-2.0
/*
 * Test-and-set locks: one word, and the first to set it has it.
 *
 * T. E. Anderson, "The performance of spin lock alternatives for shared-memory
 * multiprocessors", IEEE TPDS 1(1), 1990.
 *
 * tas swaps until it gets a zero back: each try takes the cache line from all others,
 * the holder included. ttas first looks until the word is zero, on a copy of its own
 * cache, and after a try that came too late it waits for a time that doubles. Neither
 * knows an order among the waiters: the CPU that is nearest to the line may have it
 * again and again.
 *
 * Invariant: the word is 1 from an acquisition to its release, else 0.
 */
#include <linux/atomic.h>
#include <linux/minmax.h>

#include "locks/section.h"
#include "locks/spin.h"

struct tas {
	atomic_t taken;
	struct lockdep_map dep;
};

static int tas_init(void *lock)
{
	struct tas *l = lock;

	atomic_set(&l->taken, 0);
	lock_class_init(&l->dep, "tas", LD_WAIT_SPIN);
	return 0;
}

/* @subclass: lockdep's, which tells a second one that is taken from the first */
static __always_inline void tas_take(struct tas *l, unsigned int subclass)
{
	preempt_disable();
	spin_acquire(&l->dep, subclass, 0, _THIS_IP_);
	/* A: pairs with B */
	if (atomic_xchg_acquire(&l->taken, 1)) {
		lock_contended(&l->dep, _THIS_IP_);
		do {
			cpu_relax();
		} while (atomic_xchg_acquire(&l->taken, 1));
	}
	lock_acquired(&l->dep, _THIS_IP_);
}

static void tas_unlock(void *lock, union lock_token *token)
{
	struct tas *l = lock;

	spin_release(&l->dep, _THIS_IP_);
	/* B: pairs with A, and with C of ttas */
	atomic_set_release(&l->taken, 0);
	preempt_enable();
}

static void tas_lock(void *lock, union lock_token *token)
{
	tas_take(lock, 0);
}

static void tas_nest(void *lock, union lock_token *token, unsigned int depth)
{
	tas_take(lock, depth);
}

static bool tas_try(void *lock, union lock_token *token)
{
	struct tas *l = lock;

	preempt_disable();
	/* A: pairs with B */
	if (atomic_read(&l->taken) || atomic_xchg_acquire(&l->taken, 1)) {
		preempt_enable();
		return false;
	}
	spin_acquire(&l->dep, 0, 1, _THIS_IP_);
	return true;
}

static const struct lock_ops tas_ops = {
	.size = sizeof(struct tas),
	SPIN_IRQS_ON(struct tas),
	.init = tas_init,
	.write_enter = tas_lock,
	.write_leave = tas_unlock,
	.write_try = tas_try,
	.write_nest = tas_nest,
};

CONTEND_LOCK(tas, "spin", "test-and-set: a swap until it succeeds",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_NESTS | CONTEND_CAP_TRY |
	     SPIN_CAPS);

/* Times round cpu_relax() after a try that came too late: at first, and at most. */
#define TTAS_MIN	4
#define TTAS_MAX	1024

static int ttas_init(void *lock)
{
	struct tas *l = lock;

	atomic_set(&l->taken, 0);
	lock_class_init(&l->dep, "ttas", LD_WAIT_SPIN);
	return 0;
}

static noinline void ttas_wait(struct tas *l)
{
	unsigned int limit = TTAS_MIN, i;

	for (;;) {
		while (atomic_read(&l->taken))
			cpu_relax();
		/* C: pairs with B */
		if (!atomic_xchg_acquire(&l->taken, 1))
			return;
		for (i = 0; i < limit; i++)
			cpu_relax();
		limit = min_t(unsigned int, 2 * limit, TTAS_MAX);
	}
}

static __always_inline void ttas_take(struct tas *l, unsigned int subclass)
{
	preempt_disable();
	spin_acquire(&l->dep, subclass, 0, _THIS_IP_);
	/* C: pairs with B */
	if (atomic_read(&l->taken) || atomic_xchg_acquire(&l->taken, 1)) {
		lock_contended(&l->dep, _THIS_IP_);
		ttas_wait(l);
	}
	lock_acquired(&l->dep, _THIS_IP_);
}

static void ttas_lock(void *lock, union lock_token *token)
{
	ttas_take(lock, 0);
}

static void ttas_nest(void *lock, union lock_token *token, unsigned int depth)
{
	ttas_take(lock, depth);
}

static const struct lock_ops ttas_ops = {
	.size = sizeof(struct tas),
	SPIN_IRQS_ON(struct tas),
	.init = ttas_init,
	.write_enter = ttas_lock,
	.write_leave = tas_unlock,
	.write_try = tas_try,
	.write_nest = ttas_nest,
};

CONTEND_LOCK(ttas, "spin", "test, then test-and-set, with exponential backoff",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_NESTS | CONTEND_CAP_TRY |
	     SPIN_CAPS);

// SPDX-License-Identifier: GPL-2.0
#include <linux/build_bug.h>
#include <linux/lockdep.h>
#include <linux/sched.h>

#include "clock.h"
#include "locks/nest.h"
#include "locks/section.h"

/*
 * Below which the first time is drawn, about as long as a section with two locks; and
 * the longest one, a small part of a time slice.
 */
#define BACKOFF_LEAST_NS	1000
#define BACKOFF_MOST_NS		256000

static_assert(NEST_MAX <= MAX_LOCKDEP_SUBCLASSES);

/**
 * nest_add - one lock more
 * @nest: the locks, fewer than NEST_MAX
 * @avoid: how a deadlock is avoided
 * @stripe: the stripe; one that is there already counts once
 *
 * Keeps them as they come, or with AVOID_ORDER in the order of their numbers.
 *
 * Context: any.
 */
void nest_add(struct nest *nest, enum spec_avoid avoid, struct contend_stripe *stripe)
{
	bool ordered = avoid == AVOID_ORDER;
	u32 at = nest->n, i;

	for (i = 0; i < nest->n; i++)
		if (nest->stripe[i] == stripe)
			return;
	for (; ordered && at && nest->stripe[at - 1] > stripe; at--)
		nest->stripe[at] = nest->stripe[at - 1];
	nest->stripe[at] = stripe;
	nest->n++;
}

/**
 * nest_fill - as many locks as are wanted: those that are next after the last one
 * @nest: the locks, one at least
 * @avoid: how a deadlock is avoided
 * @stripes: all of the object
 * @nstripes: how many it has, @n at least
 * @n: how many, up to NEST_MAX
 *
 * Context: any.
 */
void nest_fill(struct nest *nest, enum spec_avoid avoid, struct contend_stripe *stripes,
	       u32 nstripes, u32 n)
{
	u64 next = nest->stripe[nest->n - 1] - stripes;

	while (nest->n < n) {
		next = next + 1 < nstripes ? next + 1 : 0;
		nest_add(nest, avoid, &stripes[next]);
	}
}

/**
 * nest_back_off - stay away for a random time, twice as long as last time in the mean
 * @b: zero before the first time
 *
 * R. M. Metcalfe, D. R. Boggs, "Ethernet: distributed packet switching for local
 * computer networks", CACM 19(7), 1976.
 *
 * Context: process, holding no lock. Spins, and lets others run.
 */
void nest_back_off(struct backoff *b)
{
	u64 now = contend_clock();

	if (!b->bound_ns) {
		rng_seed(&b->rng, now, current->pid);
		b->bound_ns = BACKOFF_LEAST_NS;
	}
	contend_spin(now, rng_below(&b->rng, b->bound_ns));
	b->bound_ns = min_t(u32, 2 * b->bound_ns, BACKOFF_MOST_NS);
	/* The holder may be waiting for this CPU. */
	cond_resched();
}

// SPDX-License-Identifier: GPL-2.0
#include <linux/build_bug.h>
#include <linux/lockdep.h>
#include <linux/sched.h>

#include "engine/clock.h"
#include "engine/nest.h"

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
 * @obj: theirs
 * @stripe: whose; one that is there already counts once
 *
 * Keeps them as they come, or with AVOID_ORDER in the order of their numbers.
 *
 * Context: any.
 */
void nest_add(struct nest *nest, const struct contend_object *obj, struct contend_stripe *stripe)
{
	bool ordered = obj->avoid == AVOID_ORDER;
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
 * nest_fill - as many locks as are wanted: those that are next behind the last one
 * @nest: the locks, one at least
 * @obj: theirs, which has @n
 * @n: how many, up to NEST_MAX
 *
 * Context: any.
 */
void nest_fill(struct nest *nest, const struct contend_object *obj, u32 n)
{
	u64 next = nest->stripe[nest->n - 1] - obj->stripes;

	while (nest->n < n) {
		next = next + 1 < obj->nstripes ? next + 1 : 0;
		nest_add(nest, obj, &obj->stripes[next]);
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
	/* Who has the lock may be waiting for this CPU. */
	cond_resched();
}

// SPDX-License-Identifier: GPL-2.0
#include <linux/sched.h>

#include "engine/clock.h"
#include "engine/pair.h"

/*
 * Below which the first time is drawn, about as long as a section with two locks; and
 * the longest one, a small part of a time slice.
 */
#define BACKOFF_LEAST_NS	1000
#define BACKOFF_MOST_NS		256000

/**
 * pair_back_off - stay away for a random time, twice as long as last time in the mean
 * @b: zero before the first time
 *
 * R. M. Metcalfe, D. R. Boggs, "Ethernet: distributed packet switching for local
 * computer networks", CACM 19(7), 1976.
 *
 * Context: process, holding no lock. Spins, and lets others run.
 */
void pair_back_off(struct backoff *b)
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

/* SPDX-License-Identifier: GPL-2.0 */
/* Times of a distribution: how long a section takes, how long a worker thinks. */
#ifndef CONTEND_DELAY_H
#define CONTEND_DELAY_H

#include <linux/types.h>

#include "rng.h"
#include "spec.h"
#include "window.h"

/**
 * struct arrivals - what became of a worker's arrivals in the measured time
 * @offered: how many came due in it
 * @unserved: how many were due at its end and had not begun, older ones too
 * @late_ns: how late the first of these was then
 */
struct arrivals {
	u64 offered;
	u64 unserved;
	u64 late_ns;
};

u64 delay_draw(const struct delay_spec *d, struct rng *rng);
u64 delay_due(const struct delay_spec *think, const struct delay_spec *arrival, struct rng *rng,
	      u64 due, u64 ended);
struct arrivals delay_arrivals(const struct delay_spec *arrival, u64 served, u64 first, u64 next,
			       const struct window *measured);

/**
 * delay_next - the next time
 * @d: the distribution
 * @rng: the worker's
 *
 * Draws no random number where there is nothing to choose.
 *
 * Context: any.
 * Return: nanoseconds.
 */
static __always_inline u64 delay_next(const struct delay_spec *d, struct rng *rng)
{
	if (d->kind == DELAY_NONE)
		return 0;
	return delay_draw(d, rng);
}

#endif /* CONTEND_DELAY_H */

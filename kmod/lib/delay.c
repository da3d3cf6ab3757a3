// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/math64.h>

#include "delay.h"
#include "fixed.h"

/* ln(2), with 32 bits after the point. */
#define LN2	2977044472ULL

/**
 * delay_draw - the next time of a distribution that has one
 * @d: not DELAY_NONE
 * @rng: the worker's
 *
 * What is drawn between two nanoseconds becomes either, the nearer the likelier: to cut
 * off the fraction would take half a nanosecond from each time, which is a twentieth of a
 * mean of 10 ns.
 *
 * Context: any.
 * Return: nanoseconds; of an exponential distribution at most 23 times its mean,
 * since 32 random bits know nothing rarer.
 */
u64 delay_draw(const struct delay_spec *d, struct rng *rng)
{
	u64 bits, e;
	u32 draw;

	switch (d->kind) {
	case DELAY_UNIFORM:
		return d->least_ns + mul_u64_u32_shr(d->most_ns - d->least_ns + 1,
						     rng_next(rng) >> 32, 32);
	case DELAY_EXP:
		/* -ln(u) for u in (0, 1], by the inverse of the distribution */
		bits = rng_next(rng);
		draw = bits >> 32;
		e = (32ULL << FIXED_BITS) - (draw == U32_MAX ? 32ULL << FIXED_BITS :
						       fixed_log2(draw + 1));
		e = mul_u64_u64_shr(e, LN2, 32);
		/* The other half of the bits says which way the fraction goes. */
		return mul_u64_u64_shr(d->most_ns, e, FIXED_BITS) +
		       (((u64)(u32)(d->most_ns * e) + (u32)bits) >> FIXED_BITS);
	default:
		return d->most_ns;
	}
}

/**
 * delay_due - when a worker's next operation is due
 * @think: closed loop: how long it waits
 * @arrival: open loop: the time between two; DELAY_NONE: the loop is closed
 * @rng: the worker's
 * @due: when the last one was due, ns; 0 for the first one
 * @ended: when the last one ended, or the worker began, ns
 *
 * The first one of an open loop is due within one time between two: where all workers
 * keep the same period they would else all come at once.
 *
 * Context: any.
 * Return: ns, on the clock of @ended. In an open loop it may be past.
 */
u64 delay_due(const struct delay_spec *think, const struct delay_spec *arrival, struct rng *rng,
	      u64 due, u64 ended)
{
	if (arrival->kind == DELAY_NONE)
		return ended + delay_next(think, rng);
	if (due)
		return due + delay_next(arrival, rng);
	return ended + mul_u64_u32_shr(arrival->most_ns, rng_next(rng) >> 32, 32);
}

/* How many are due at @now, the first of them at @due: of random ones, as many as to expect. */
static u64 delay_backlog(const struct delay_spec *arrival, u64 due, u64 now)
{
	return due <= now ? 1 + div64_u64(now - due, arrival->most_ns) : 0;
}

/**
 * delay_arrivals - what became of an open loop's arrivals
 * @arrival: the time between two, not DELAY_NONE
 * @served: how many operations were measured
 * @first: when the first one of these was due, ns; without any, @next
 * @next: when the first one that did not begin was due, ns
 * @measured: the measured time, on their clock
 *
 * Context: any.
 * Return: what is known of them: those that nobody has drawn a time for are as many as
 * their mean says.
 */
struct arrivals delay_arrivals(const struct delay_spec *arrival, u64 served, u64 first, u64 next,
			       const struct window *measured)
{
	const u64 before = delay_backlog(arrival, first, measured->from_ns);
	struct arrivals a = {
		.unserved = delay_backlog(arrival, next, measured->until_ns),
		.late_ns = next < measured->until_ns ? measured->until_ns - next : 0,
	};

	a.offered = served + a.unserved > before ? served + a.unserved - before : 0;
	return a;
}

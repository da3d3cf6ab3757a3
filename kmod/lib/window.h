/* SPDX-License-Identifier: GPL-2.0 */
/* A stretch of time: the measured one, and what of others lies in it. */
#ifndef CONTEND_WINDOW_H
#define CONTEND_WINDOW_H

#include <linux/math64.h>
#include <linux/types.h>

/**
 * struct window - from one reading of a clock to another
 * @from_ns: its begin
 * @until_ns: its end; not later than @from_ns: it is empty
 */
struct window {
	u64 from_ns;
	u64 until_ns;
};

/**
 * window_ns - how long it is
 * @w: the window
 *
 * Return: nanoseconds.
 */
static inline u64 window_ns(const struct window *w)
{
	return w->until_ns > w->from_ns ? w->until_ns - w->from_ns : 0;
}

/**
 * window_cut - leave of a window what lies in another one too
 * @w: the window
 * @from_ns: the begin of the other one
 * @until_ns: its end
 */
static inline void window_cut(struct window *w, u64 from_ns, u64 until_ns)
{
	if (w->from_ns < from_ns)
		w->from_ns = from_ns;
	if (w->until_ns > until_ns)
		w->until_ns = until_ns;
}

/**
 * window_share - how many of the operations of a stretch of time lie in the measured one
 * @measured: the measured time
 * @batch: the stretch, in which they follow each other without a gap
 * @n: so many
 *
 * Return: the number, rounded down.
 */
static inline u64 window_share(const struct window *measured, struct window batch, u64 n)
{
	const u64 took = window_ns(&batch);

	window_cut(&batch, measured->from_ns, measured->until_ns);
	return took ? mul_u64_u64_div_u64(n, window_ns(&batch), took) : 0;
}

/**
 * window_wanted - how long a worker wanted to do an operation while others were measured
 * @measured: the measured time
 * @since_ns: since when it wanted to
 * @until_ns: when that operation ended, or the measured time did
 *
 * What lies before the measured time does not count. An operation that began in it counts
 * to its end.
 *
 * Return: nanoseconds.
 */
static inline u64 window_wanted(const struct window *measured, u64 since_ns, u64 until_ns)
{
	struct window gap = { since_ns, until_ns };

	window_cut(&gap, measured->from_ns, ~0ULL);
	return window_ns(&gap);
}

#endif /* CONTEND_WINDOW_H */

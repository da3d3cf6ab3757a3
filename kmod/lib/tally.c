// SPDX-License-Identifier: GPL-2.0
#include <linux/math64.h>

#include "tally.h"

/* How many histograms a kind has where it is kept. */
static u32 kept(const struct workload *load, u32 batch, enum timed kind)
{
	return time_kinds[kind].of_verb ? load->mix.n + (batch > 1) : 1;
}

/* How many it has here. */
static u32 hists_of(const struct workload *load, u32 batch, enum timed kind)
{
	if (!load->open && (kind == TIMED_SERVICE || (kind == TIMED_RESPONSE && !batch)))
		return 0;
	if (kind == TIMED_BLOCK && !load->mix.waits)
		return 0;
	if (kind == TIMED_OVERDUE && !(load->mix.waits && load->deadline_ns))
		return 0;
	return kept(load, batch, kind);
}

/**
 * tally_hists - how many histograms a worker needs
 * @load: what it does
 * @batch: as tally.batch
 *
 * Context: any.
 * Return: their number.
 */
u32 tally_hists(const struct workload *load, u32 batch)
{
	enum timed kind;
	u32 n = 0;

	for (kind = 0; kind < NR_TIMES; kind++)
		n += hists_of(load, batch, kind);
	return n;
}

/**
 * tally_init - begin with nothing counted
 * @t: the tally, zeroed
 * @load: what its worker does
 * @batch: as tally.batch
 * @hists: as many as tally_hists() says, for as long as @t is used
 *
 * Context: any.
 */
void tally_init(struct tally *t, const struct workload *load, u32 batch, struct hist *hists)
{
	enum timed kind;
	u32 n;

	t->batch = batch;
	for (kind = 0; kind < NR_TIMES; kind++) {
		n = hists_of(load, batch, kind);
		t->time[kind] = n ? hists : NULL;
		while (n--)
			hist_init(hists++);
	}
}

/**
 * tally_settle - count what lies across the ends of the measured time
 * @t: its worker has stopped
 * @load: what the worker did
 * @measured: the measured time
 * @next: when the operation was due that it would have done next, ns
 * @wants: it wants to do that from then on: false where it works in interrupts, and between
 *	them does not want to
 *
 * These are the call that the worker was at when the measured time began, and the one that it
 * wanted to do when that ended.
 *
 * Context: any.
 */
void tally_settle(struct tally *t, const struct workload *load, const struct window *measured,
		  u64 next, bool wants)
{
	const u64 batch = t->batch ?: 1;

	t->starved_ns = max(t->starved_ns, window_wanted(measured, t->warmup.from_ns,
							 t->warmup.until_ns));
	if (wants)
		t->starved_ns = max(t->starved_ns, window_wanted(measured,
								 max(next, tally_ended(t)),
								 measured->until_ns));
	if (!load->open)
		return;
	t->arrivals = delay_arrivals(&load->arrival, div64_u64(t->ops, batch),
				     t->ops ? t->first_due_ns : next, next, measured);
	t->arrivals.offered *= batch;
	t->arrivals.unserved *= batch;
}

static void add_times(struct hist *to, const struct tally *t, const struct workload *load,
		      enum timed kind, u32 verb,
		      void (*add)(struct hist *to, const struct hist *from))
{
	u32 i;

	for (i = 0; t->time[kind] && i < kept(load, t->batch, kind); i++)
		if (verb == TALLY_ALL_VERBS || (i < load->mix.n && load->mix.verb[i] == verb))
			add(to, &t->time[kind][i]);
}

/**
 * tally_sum - add a worker's times to those of others
 * @to: where to
 * @t: the worker's; it has stopped
 * @load: what the worker did
 * @kind: which times
 * @verb: of which operation, its number in the structure, of a kind that is known of each;
 *	TALLY_ALL_VERBS: of all
 *
 * Of a kind that is not kept there are none.
 *
 * Context: any.
 */
void tally_sum(struct hist *to, const struct tally *t, const struct workload *load,
	       enum timed kind, u32 verb)
{
	add_times(to, t, load, kind, verb, hist_merge);
}

/**
 * tally_peek - add what a worker has counted so far, as tally_sum()
 * @to: where to
 * @t: the worker's, which may be at work: see hist_peek()
 * @load: what the worker does
 * @kind: which times
 * @verb: of which operation, or TALLY_ALL_VERBS
 *
 * Context: any.
 */
void tally_peek(struct hist *to, const struct tally *t, const struct workload *load,
		enum timed kind, u32 verb)
{
	add_times(to, t, load, kind, verb, hist_peek);
}

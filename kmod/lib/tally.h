/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a worker counts, in every engine alike. An operation that it does by itself is one call;
 * a system call may have several operations, a batch, which come due and end together.
 */
#ifndef CONTEND_TALLY_H
#define CONTEND_TALLY_H

#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include "delay.h"
#include "hist.h"
#include "time_kind.h"
#include "window.h"
#include "workload.h"

/* tally_sum(): of all operations. */
#define TALLY_ALL_VERBS	(~0U)

/**
 * struct tally - what a worker has done
 * @time: how long, of the measured operations: of each kind its histograms. Of a kind that is
 *	known of each operation as many as the mix has, and where a call has several one more,
 *	for what is the call's. NULL: the kind is not kept. Constant
 * @batch: operations of a system call, of which each has a response time; 0 where there are
 *	none, and only an open loop has response times. Constant
 * @steps: operations in all phases; read by the team's leader while the worker runs
 * @balance: what all of these have added to the structure's balance
 * @ops: measured operations
 * @reads: of which on the read side
 * @misses: of which the structure answered with an error
 * @timeouts: of which had waited for a condition until their deadline
 * @elements: how many the operations that are no misses were about
 * @first_ns: when the first measured operation began
 * @first_due_ns: when it was due, in an open loop
 * @last_ns: when the last one ended
 * @warmup: of the last call that was not measured: from when it wanted to do it to its end
 * @starved_ns: the longest time in which it wanted to do an operation and ended none
 * @arrivals: in an open loop, once tally_settle() was called
 *
 * The worker's own, but for @steps, until it has stopped; then its leader's.
 */
struct tally {
	struct hist *time[NR_TIMES];
	u32 batch;
	u64 steps;
	s64 balance;
	u64 ops;
	u64 reads;
	u64 misses;
	u64 timeouts;
	u64 elements;
	u64 first_ns;
	u64 first_due_ns;
	u64 last_ns;
	struct window warmup;
	u64 starved_ns;
	struct arrivals arrivals;
};

/**
 * struct call - what a worker did in one go
 * @index: which operation of the mix; of several any
 * @since_ns: since when it wanted to do it
 * @due_ns: when that was due, in an open loop
 * @began_ns: when it began
 * @ended_ns: when it ended
 */
struct call {
	u32 index;
	u64 since_ns;
	u64 due_ns;
	u64 began_ns;
	u64 ended_ns;
};

/**
 * tally_call - count a call that began in the measured time, before its operations
 * @t: its worker's
 * @load: what the worker does
 * @c: the call
 *
 * What was late in coming counts from when it was due.
 *
 * Context: any.
 */
static __always_inline void tally_call(struct tally *t, const struct workload *load,
				       const struct call *c)
{
	const struct window wanted = { c->since_ns, c->ended_ns };
	const struct window response = { load->open ? c->due_ns : c->began_ns, c->ended_ns };

	if (!t->ops) {
		t->first_ns = c->began_ns;
		t->first_due_ns = c->due_ns;
	}
	t->last_ns = c->ended_ns;
	t->starved_ns = max(t->starved_ns, window_ns(&wanted));
	if (unlikely(load->open || t->batch))
		hist_add(&t->time[TIMED_RESPONSE][t->batch > 1 ? load->mix.n : c->index],
			 window_ns(&response));
	if (unlikely(load->open))
		hist_add(t->time[TIMED_SERVICE], c->ended_ns - c->began_ns);
}

/**
 * tally_count - count operations without their times
 * @t: their worker's
 * @did: the operation, each of them
 * @n: how many
 * @elements: how many they were about; 0: the structure answered with an error
 *
 * Context: any.
 */
static __always_inline void tally_count(struct tally *t, const struct drawn *did, u32 n,
					u32 elements)
{
	t->ops += n;
	t->reads += did->write ? 0 : n;
	t->misses += elements ? 0 : n;
	t->elements += elements;
}

/**
 * tally_op - count an operation of such a call
 * @t: its worker's
 * @did: the operation
 * @elements: how many it was about; 0: the structure answered with an error
 * @wait_ns: how long it waited for the lock
 * @hold_ns: how long it held it
 * @block_ns: how long it waited for a condition of the structure, or 0
 *
 * Context: any.
 */
static __always_inline void tally_op(struct tally *t, const struct drawn *did, u32 elements,
				     u64 wait_ns, u64 hold_ns, u64 block_ns)
{
	tally_count(t, did, 1, elements);
	hist_add(&t->time[TIMED_WAIT][did->index], wait_ns);
	hist_add(t->time[TIMED_HOLD], hold_ns);
	if (unlikely(block_ns))
		hist_add(&t->time[TIMED_BLOCK][did->index], block_ns);
}

/**
 * tally_timeout - count one that has given up, beside tally_op()
 * @t: its worker's
 * @overdue_ns: how much later than its deadline
 *
 * Context: any.
 */
static __always_inline void tally_timeout(struct tally *t, u64 overdue_ns)
{
	t->timeouts++;
	hist_add(t->time[TIMED_OVERDUE], overdue_ns);
}

/**
 * tally_ended - when a worker's last call ended
 * @t: its own; it has stopped
 *
 * Context: any.
 * Return: ns, 0 when it has done none.
 */
static inline u64 tally_ended(const struct tally *t)
{
	return t->ops ? t->last_ns : t->warmup.until_ns;
}

u32 tally_hists(const struct workload *load, u32 batch);
void tally_init(struct tally *t, const struct workload *load, u32 batch, struct hist *hists);
void tally_settle(struct tally *t, const struct workload *load, const struct window *measured,
		  u64 next, bool wants);
void tally_sum(struct hist *to, const struct tally *t, const struct workload *load,
	       enum timed kind, u32 verb);
void tally_peek(struct hist *to, const struct tally *t, const struct workload *load,
		enum timed kind, u32 verb);

#endif /* CONTEND_TALLY_H */

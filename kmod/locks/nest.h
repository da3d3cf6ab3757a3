/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Several locks for one operation (nest=, and what a structure needs by itself), and how a
 * deadlock is avoided (avoid=):
 *
 *	order	the one with the lower number first: a task that waits for a lock has
 *		only such before it, and so nobody can close a circle (J. W. Havender,
 *		"Avoiding deadlock in multitasking systems", IBM Systems Journal 7(2),
 *		1968)
 *	backoff	the first as it comes; the others are tried, and if somebody has one of
 *		them all are given up, and asked for again after a random time whose
 *		bound doubles: no task waits while it holds one
 *	ww	the lock's own protocol, in lock_ops.ww_enter
 *
 * All operations on an object do it in one way, since two ways together are none.
 */
#ifndef CONTEND_LOCKS_NEST_H
#define CONTEND_LOCKS_NEST_H

#include <linux/minmax.h>
#include <linux/ww_mutex.h>

#include "check/witness.h"
#include "lib/rng.h"
#include "lib/spec.h"
#include "locks/lock.h"

struct contend_stripe;

/**
 * struct nest - the locks of an operation
 * @data: where it works: what the lock of its key guards
 * @n: how many, 1 to NEST_MAX
 * @stripe: the stripes, each one once
 * @writer: the witness' books of each
 * @lock: theirs; a protocol of their own may change the order
 * @token: of @lock
 * @ctx: with AVOID_WW, instead of the tokens: the age of the operation
 *
 * On the stack of the task that acquires them.
 */
struct nest {
	void *data;
	u32 n;
	struct contend_stripe *stripe[NEST_MAX];
	struct witness_section writer[NEST_MAX];
	void *lock[NEST_MAX];
	union lock_token token[NEST_MAX];
	struct ww_acquire_ctx ctx;
};

/**
 * struct backoff - how long to stay away
 * @rng: of its own: a workload's choices do not depend on what was in the way
 * @bound_ns: below which the next time is drawn; 0 before the first
 */
struct backoff {
	struct rng rng;
	u32 bound_ns;
};

void nest_add(struct nest *nest, enum spec_avoid avoid, struct contend_stripe *stripe);
void nest_fill(struct nest *nest, enum spec_avoid avoid, struct contend_stripe *stripes,
	       u32 nstripes, u32 n);
void nest_back_off(struct backoff *b);

/**
 * nest_enter - enter the write side of the locks
 * @nest: @lock is that of each @stripe
 * @avoid: how; the lock can do it, see contend_object_create()
 * @ops: their primitives
 *
 * Context: process, holding no lock.
 * Return: how many times those that it held were given up.
 */
static __always_inline u64 nest_enter(struct nest *nest, enum spec_avoid avoid,
				      const struct lock_ops *ops)
{
	struct backoff backoff = { };
	u64 retries = 0;
	u32 i;

	if (ops->ww_enter && avoid == AVOID_WW)
		return ops->ww_enter(nest->lock, nest->n, &nest->ctx);
	for (;;) {
		ops->write_enter(nest->lock[0], &nest->token[0]);
		if (!ops->write_try || avoid != AVOID_BACKOFF)
			break;
		for (i = 1; i < nest->n; i++)
			if (!ops->write_try(nest->lock[i], &nest->token[i]))
				break;
		if (i == nest->n)
			return retries;
		while (i--)
			ops->write_leave(nest->lock[i], &nest->token[i]);
		retries++;
		nest_back_off(&backoff);
	}
	for (i = 1; ops->write_nest && i < nest->n; i++)
		ops->write_nest(nest->lock[i], &nest->token[i], i);
	return 0;
}

/**
 * nest_leave - leave them
 * @nest: from nest_enter()
 * @avoid: the same
 * @ops: the same
 */
static __always_inline void nest_leave(struct nest *nest, enum spec_avoid avoid,
				       const struct lock_ops *ops)
{
	u32 i = nest->n;

	if (ops->ww_leave && avoid == AVOID_WW) {
		ops->ww_leave(nest->lock, nest->n, &nest->ctx);
		return;
	}
	/* The last one first: it may be the interrupt state that it gives back. */
	while (i--)
		ops->write_leave(nest->lock[i], &nest->token[i]);
}

#endif /* CONTEND_LOCKS_NEST_H */

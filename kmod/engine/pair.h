/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two locks for one operation, and how a deadlock is avoided (avoid=):
 *
 *	order	the one at the lower address first: whoever waits for a second
 *		lock has one before it, and so nobody can close a circle
 *		(J. W. Havender, "Avoiding deadlock in multitasking systems", IBM
 *		Systems Journal 7(2), 1968)
 *	backoff	the first as it comes; the second is tried, and if somebody has it
 *		the first is given up, and both are asked for again after a random
 *		time whose bound doubles: nobody waits while he holds one
 *	ww	the lock's own protocol, in lock_ops.pair_enter
 *
 * All operations on an object do it in one way, since two ways together are none.
 */
#ifndef CONTEND_ENGINE_PAIR_H
#define CONTEND_ENGINE_PAIR_H

#include <linux/minmax.h>
#include <linux/ww_mutex.h>

#include "lib/rng.h"
#include "lib/spec.h"
#include "locks/lock.h"

/**
 * struct pair - two locks while an operation has them
 * @first: the one that was entered first
 * @second: the other one
 * @first_token: of @first
 * @second_token: of @second
 * @ctx: with AVOID_WW, instead of the tokens: the age of the operation
 *
 * On the stack of the step.
 */
struct pair {
	void *first;
	void *second;
	union lock_token first_token;
	union lock_token second_token;
	struct ww_acquire_ctx ctx;
};

/**
 * struct backoff - how long to stay away
 * @rng: of its own: a workload's choices do not depend on who was in the way
 * @bound_ns: below which the next time is drawn; 0 before the first
 */
struct backoff {
	struct rng rng;
	u32 bound_ns;
};

void pair_back_off(struct backoff *b);

/**
 * pair_enter - enter the write side of two locks
 * @pair: the locks in @first and @second, two different ones, in any order
 * @avoid: how; the lock can do it, see contend_object_create()
 * @lock: their primitives
 *
 * Context: process, holding no lock.
 * Return: how many times it gave one up.
 */
static __always_inline u64 pair_enter(struct pair *pair, enum spec_avoid avoid,
				      const struct lock_ops *lock)
{
	struct backoff backoff = { };
	u64 retries = 0;

	if (lock->pair_enter && avoid == AVOID_WW)
		return lock->pair_enter(pair->first, pair->second, &pair->ctx);
	if (lock->write_try && avoid == AVOID_BACKOFF) {
		for (;;) {
			lock->write_enter(pair->first, &pair->first_token);
			if (lock->write_try(pair->second, &pair->second_token))
				return retries;
			lock->write_leave(pair->first, &pair->first_token);
			retries++;
			pair_back_off(&backoff);
		}
	}
	if (pair->second < pair->first)
		swap(pair->first, pair->second);
	lock->write_enter(pair->first, &pair->first_token);
	if (lock->write_nest)
		lock->write_nest(pair->second, &pair->second_token);
	return 0;
}

/**
 * pair_leave - leave them
 * @pair: from pair_enter()
 * @avoid: the same
 * @lock: the same
 */
static __always_inline void pair_leave(struct pair *pair, enum spec_avoid avoid,
				       const struct lock_ops *lock)
{
	if (lock->pair_leave && avoid == AVOID_WW) {
		lock->pair_leave(pair->first, pair->second, &pair->ctx);
		return;
	}
	/* The last one first: it may be the interrupt state that it gives back. */
	lock->write_leave(pair->second, &pair->second_token);
	lock->write_leave(pair->first, &pair->first_token);
}

#endif /* CONTEND_ENGINE_PAIR_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which keys a worker asks for: uniform, sequential or Zipf-distributed.
 *
 * Shared by all workers of a run and never written after keys_init(), so that
 * drawing a key touches no shared cache line that anyone writes.
 */
#ifndef CONTEND_KEYS_H
#define CONTEND_KEYS_H

#include "rng.h"
#include "spec.h"

/**
 * struct keys - a distribution over 0 … @range - 1
 * @kind: KEYS_UNIFORM, KEYS_SEQ or KEYS_ZIPF
 * @range: number of keys
 * @cdf: for Zipf: cdf[i] is 2^32 times the probability of a key <= i, less
 *	one; increasing, cdf[range - 1] is ~0. NULL otherwise
 */
struct keys {
	enum keys_kind kind;
	u32 range;
	u32 *cdf;
};

int keys_init(struct keys *k, const struct keys_spec *spec);
void keys_destroy(struct keys *k);
u32 keys_zipf(const struct keys *k, u32 draw);

/**
 * keys_next - draw a key
 * @k: the distribution
 * @r: the worker's random numbers
 * @turn: the worker's own count of draws, for sequential keys
 *
 * Context: any, does not sleep or lock.
 * Return: 0 to @k->range - 1.
 */
static __always_inline u32 keys_next(const struct keys *k, struct rng *r, u64 *turn)
{
	switch (k->kind) {
	case KEYS_SEQ:
		/* A 32-bit remainder: 64-bit ones are a call on 32-bit machines. */
		return (u32)(*turn)++ % k->range;
	case KEYS_ZIPF:
		return keys_zipf(k, rng_next(r) >> 32);
	default:
		return rng_below(r, k->range);
	}
}

#endif /* CONTEND_KEYS_H */

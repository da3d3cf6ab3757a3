/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random numbers for workloads: repeatable from a seed, one state per worker,
 * a few cycles each. Not for secrets.
 *
 * xorshift64* (S. Vigna, "An experimental exploration of Marsaglia's xorshift
 * generators, scrambled", ACM TOMS 42(4), 2016), seeded through SplitMix64 so
 * that neighbouring seeds do not give neighbouring sequences.
 */
#ifndef CONTEND_RNG_H
#define CONTEND_RNG_H

#include <linux/types.h>

/**
 * struct rng - the state; never zero once seeded
 * @state: owned by the thread that draws
 */
struct rng {
	u64 state;
};

/**
 * rng_seed - start a sequence
 * @r: the state
 * @seed: the run's seed
 * @stream: the worker's number: streams of one seed differ
 */
static inline void rng_seed(struct rng *r, u64 seed, u64 stream)
{
	u64 z = seed + (stream + 1) * 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	z ^= z >> 31;
	r->state = z ? z : 1;
}

/**
 * rng_next - draw
 * @r: the state
 *
 * Return: 64 random bits, the high ones better than the low ones.
 */
static __always_inline u64 rng_next(struct rng *r)
{
	u64 x = r->state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	r->state = x;
	return x * 0x2545f4914f6cdd1dULL;
}

/**
 * rng_below - draw below a bound
 * @r: the state
 * @bound: 1 or more
 *
 * Multiplies instead of dividing (D. Lemire, "Fast random integer generation
 * in an interval", ACM TOMACS 29(1), 2019), without the rejection step: the
 * bias is below @bound / 2^32.
 *
 * Return: 0 to @bound - 1.
 */
static __always_inline u32 rng_below(struct rng *r, u32 bound)
{
	return ((rng_next(r) >> 32) * bound) >> 32;
}

#endif /* CONTEND_RNG_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* With which keys a structure is filled before a run: for every engine the same. */
#ifndef CONTEND_PREFILL_H
#define CONTEND_PREFILL_H

#include "rng.h"

/**
 * struct prefill - the keys that are left
 * @rng: of the choice
 * @percent: how many of the keys, chosen at random
 * @key: those that are less have not been looked at
 */
struct prefill {
	struct rng rng;
	u32 percent;
	u32 key;
};

/**
 * prefill_init - begin with all keys
 * @p: the result
 * @range: keys are 0 to @range - 1
 * @percent: how many of them
 * @seed: of the run
 */
static inline void prefill_init(struct prefill *p, u32 range, u32 percent, u64 seed)
{
	rng_seed(&p->rng, seed, ~0ULL - 1);
	p->percent = percent;
	p->key = range;
}

/**
 * prefill_next - which key comes next
 * @p: from prefill_init()
 * @key: the key
 *
 * From the greatest key down, so that a list is not walked for each.
 *
 * Return: false: there is none left.
 */
static inline bool prefill_next(struct prefill *p, u64 *key)
{
	while (p->key) {
		*key = --p->key;
		if (rng_below(&p->rng, 100) < p->percent)
			return true;
	}
	return false;
}

#endif /* CONTEND_PREFILL_H */

// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "charge.h"
#include "fixed.h"
#include "keys.h"

static int keys_zipf_init(struct keys *k, const struct keys_spec *spec)
{
	u64 total, upto = 0;
	u32 i;

	k->cdf = kvmalloc_array(k->range, sizeof(*k->cdf), GFP_CLIENT);
	if (!k->cdf)
		return -ENOMEM;
	/* First each key's weight; the first one's is 2^32, which does not fit. */
	k->cdf[0] = U32_MAX;
	total = U32_MAX;
	for (i = 1; i < k->range; i++) {
		u64 power = div_u64(fixed_log2(i + 1) * spec->theta_milli, 1000);
		u64 weight = fixed_exp2_minus(power);

		k->cdf[i] = weight > U32_MAX ? U32_MAX : weight;
		total += k->cdf[i];
	}
	for (i = 0; i < k->range; i++) {
		upto += k->cdf[i];
		k->cdf[i] = mul_u64_u64_div_u64(upto, U32_MAX, total);
	}
	return 0;
}

/**
 * keys_init - make a distribution
 * @k: the result, to be given back with keys_destroy()
 * @spec: what it should be, from the grammar
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int keys_init(struct keys *k, const struct keys_spec *spec)
{
	k->kind = spec->kind;
	k->range = spec->range;
	k->cdf = NULL;
	return k->kind == KEYS_ZIPF ? keys_zipf_init(k, spec) : 0;
}

/**
 * keys_destroy - give its memory back
 * @k: from keys_init(), or zeroed
 *
 * Context: process, may sleep.
 */
void keys_destroy(struct keys *k)
{
	kvfree(k->cdf);
	k->cdf = NULL;
}

/**
 * keys_zipf - the key that a draw stands for
 * @k: a Zipf distribution
 * @draw: 32 random bits
 *
 * Context: any.
 * Return: the least key whose cumulative share reaches @draw.
 */
u32 keys_zipf(const struct keys *k, u32 draw)
{
	u32 low = 0, high = k->range - 1;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (k->cdf[middle] < draw)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

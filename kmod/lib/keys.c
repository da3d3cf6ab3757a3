// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "keys.h"

/*
 * Powers without floating point: i^-theta = 2^(-theta * log2(i)), in numbers
 * with 32 bits behind the point.
 */
#define FRACTION	32

/* log2(x) for x >= 1: the integer part, then a bit at a time by squaring. */
static u64 log2_fixed(u32 x)
{
	unsigned int whole = 31 - __builtin_clz(x);
	/* x / 2^whole, in [1, 2). */
	u64 y = (u64)x << (FRACTION - whole);
	u64 result = (u64)whole << FRACTION;
	u64 bit;

	for (bit = 1ULL << (FRACTION - 1); bit; bit >>= 1) {
		/* y < 2^33, so its square needs 66 bits: drop the last two first. */
		y = (y >> 1) * (y >> 1) >> (FRACTION - 2);
		if (y >= 2ULL << FRACTION) {
			y >>= 1;
			result |= bit;
		}
	}
	return result;
}

/* 2^-x for x >= 0: the fraction by the product of the roots of 1/2. */
static u64 exp2_minus_fixed(u64 x)
{
	/* 2^(-1/2), 2^(-1/4), … 2^(-1/2^24); the rest is below the result's error. */
	static const u32 roots[] = {
		3037000500, 3611622603, 3938502376, 4112874773, 4202935003, 4248701965,
		4271771996, 4283353945, 4289156690, 4292061010, 4293513907, 4294240540,
		4294603903, 4294785595, 4294876445, 4294921870, 4294944583, 4294955939,
		4294961618, 4294964457, 4294965876, 4294966586, 4294966941, 4294967119,
	};
	u64 y = 1ULL << FRACTION;
	unsigned int i;

	if (x >> FRACTION > FRACTION)
		return 0;
	for (i = 0; i < ARRAY_SIZE(roots); i++)
		if (x & (1ULL << (FRACTION - 1 - i)))
			y = y * roots[i] >> FRACTION;
	return y >> (x >> FRACTION);
}

static int keys_zipf_init(struct keys *k, const struct keys_spec *spec)
{
	u64 total, upto = 0;
	u32 i;

	k->cdf = kvmalloc_array(k->range, sizeof(*k->cdf), GFP_KERNEL);
	if (!k->cdf)
		return -ENOMEM;
	/* First each key's weight; the first one's is 2^32, which does not fit. */
	k->cdf[0] = U32_MAX;
	total = U32_MAX;
	for (i = 1; i < k->range; i++) {
		u64 power = div_u64(log2_fixed(i + 1) * spec->theta_milli, 1000);
		u64 weight = exp2_minus_fixed(power);

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

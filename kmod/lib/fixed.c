// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>

#include "fixed.h"

/**
 * fixed_log2 - log2(x)
 * @x: 1 or more
 *
 * The integer part, then a bit at a time by squaring.
 *
 * Context: any.
 * Return: with FIXED_BITS after the point.
 */
u64 fixed_log2(u32 x)
{
	unsigned int whole = 31 - __builtin_clz(x);
	/* x / 2^whole, in [1, 2). */
	u64 y = (u64)x << (FIXED_BITS - whole);
	u64 result = (u64)whole << FIXED_BITS;
	u64 bit;

	for (bit = 1ULL << (FIXED_BITS - 1); bit; bit >>= 1) {
		/* y < 2^33, so its square needs 66 bits: drop the last two first. */
		y = (y >> 1) * (y >> 1) >> (FIXED_BITS - 2);
		if (y >= 2ULL << FIXED_BITS) {
			y >>= 1;
			result |= bit;
		}
	}
	return result;
}

/**
 * fixed_exp2_minus - 2^-x
 * @x: with FIXED_BITS after the point
 *
 * The fraction by the product of the roots of 1/2.
 *
 * Context: any.
 * Return: with FIXED_BITS after the point.
 */
u64 fixed_exp2_minus(u64 x)
{
	/* 2^(-1/2), 2^(-1/4), … 2^(-1/2^24); the rest is below the result's error. */
	static const u32 roots[] = {
		3037000500, 3611622603, 3938502376, 4112874773, 4202935003, 4248701965,
		4271771996, 4283353945, 4289156690, 4292061010, 4293513907, 4294240540,
		4294603903, 4294785595, 4294876445, 4294921870, 4294944583, 4294955939,
		4294961618, 4294964457, 4294965876, 4294966586, 4294966941, 4294967119,
	};
	u64 y = 1ULL << FIXED_BITS;
	unsigned int i;

	if (x >> FIXED_BITS > FIXED_BITS)
		return 0;
	for (i = 0; i < ARRAY_SIZE(roots); i++)
		if (x & (1ULL << (FIXED_BITS - 1 - i)))
			y = y * roots[i] >> FIXED_BITS;
	return y >> (x >> FIXED_BITS);
}

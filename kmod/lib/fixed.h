/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Powers without floating point: i^-theta = 2^(-theta * log2(i)), in numbers with
 * FIXED_BITS bits after the point.
 */
#ifndef CONTEND_FIXED_H
#define CONTEND_FIXED_H

#include <linux/types.h>

#define FIXED_BITS	32

u64 fixed_log2(u32 x);
u64 fixed_exp2_minus(u64 x);

#endif /* CONTEND_FIXED_H */

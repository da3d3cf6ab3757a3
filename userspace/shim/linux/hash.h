/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_HASH_H
#define CONTEND_SHIM_HASH_H

#include <linux/types.h>

/* The golden ratio, as hash.h says where from: D. E. Knuth, "The Art of Computer Programming" 3. */
#define GOLDEN_RATIO_64	0x61C8864680B583EBull

static __always_inline u32 hash_64(u64 value, unsigned int bits)
{
	return value * GOLDEN_RATIO_64 >> (64 - bits);
}

static __always_inline u32 hash_long(unsigned long value, unsigned int bits)
{
	return hash_64(value, bits);
}

#endif /* CONTEND_SHIM_HASH_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_BITOPS_H
#define CONTEND_SHIM_BITOPS_H

#include <linux/bits.h>
#include <linux/atomic.h>

#define BIT_ULL(n)	(1ULL << (n))
#define fls64(n)	((n) ? 64 - __builtin_clzll(n) : 0)
#define ffz(word)	__builtin_ctzl(~(unsigned long)(word))

static inline bool test_and_set_bit(unsigned int bit, unsigned long *word)
{
	return shim_ordered(__atomic_fetch_or(word, BIT(bit), __ATOMIC_SEQ_CST)) & BIT(bit);
}

static inline void clear_bit_unlock(unsigned int bit, unsigned long *word)
{
	__atomic_fetch_and(word, ~BIT(bit), SHIM_RELEASE);
}

static inline void clear_bit(unsigned int bit, unsigned long *word)
{
	__atomic_fetch_and(word, ~BIT(bit), __ATOMIC_RELAXED);
}

#endif /* CONTEND_SHIM_BITOPS_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_LOG2_H
#define CONTEND_SHIM_LOG2_H

#define ilog2(n)		(63 - __builtin_clzll(n))
#define order_base_2(n)		((n) <= 1 ? 0 : ilog2((n) - 1UL) + 1)
#define roundup_pow_of_two(n)	((n) <= 1 ? 1UL : 1UL << (64 - __builtin_clzl((n) - 1UL)))

#endif /* CONTEND_SHIM_LOG2_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_MINMAX_H
#define CONTEND_SHIM_MINMAX_H

#define shim_pick(op, type, a, b)		\
({						\
	type __a = (a);				\
	type __b = (b);				\
						\
	__a op __b ? __a : __b;			\
})
#define min_t(type, a, b)	shim_pick(<, type, a, b)
#define max_t(type, a, b)	shim_pick(>, type, a, b)
#define min(a, b)		shim_pick(<, typeof((a) + (b)), a, b)
#define max(a, b)		shim_pick(>, typeof((a) + (b)), a, b)
#define clamp(v, lo, hi)	min(max(v, lo), hi)
#define swap(a, b)		do { typeof(a) __t = (a); (a) = (b); (b) = __t; } while (0)

#endif /* CONTEND_SHIM_MINMAX_H */

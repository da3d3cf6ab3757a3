/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_OVERFLOW_H
#define CONTEND_SHIM_OVERFLOW_H

#include <linux/kernel.h>
#include <stdint.h>

/* More than there is where it does not fit. */
static inline size_t size_add(size_t a, size_t b)
{
	size_t sum;

	return __builtin_add_overflow(a, b, &sum) ? SIZE_MAX : sum;
}

static inline size_t size_mul(size_t a, size_t b)
{
	size_t product;

	return __builtin_mul_overflow(a, b, &product) ? SIZE_MAX : product;
}

#define struct_size(p, member, n)	\
	size_add(sizeof(*(p)), size_mul(n, sizeof(*(p)->member)))

#endif /* CONTEND_SHIM_OVERFLOW_H */

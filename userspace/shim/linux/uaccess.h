/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_UACCESS_H
#define CONTEND_SHIM_UACCESS_H

/* The caller is the program itself: what it points to is there. */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>

#define u64_to_user_ptr(x)		((void *)(unsigned long)(x))
#define get_user(x, p)			((x) = *(p), 0)
#define copy_to_user(to, from, n)	(memcpy(to, from, n), 0UL)

static inline int copy_struct_from_user(void *to, size_t size, const void *from, size_t usize)
{
	const char *rest = (const char *)from + size;
	size_t i;

	for (i = size; i < usize; i++)
		if (*rest++)
			return -E2BIG;
	memset(to, 0, size);
	memcpy(to, from, size < usize ? size : usize);
	return 0;
}

static inline void *memdup_user_nul(const void *from, size_t n)
{
	char *p = malloc(n + 1);

	if (!p)
		return ERR_PTR(-ENOMEM);
	memcpy(p, from, n);
	p[n] = '\0';
	return p;
}

#endif /* CONTEND_SHIM_UACCESS_H */

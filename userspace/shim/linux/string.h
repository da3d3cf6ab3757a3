/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_STRING_H
#define CONTEND_SHIM_STRING_H

#include <errno.h>
#include <string.h>
#include <sys/types.h>

/* Copy as much as fits, always ended by a zero; -E2BIG when it was cut. */
static inline ssize_t strscpy(char *to, const char *from, size_t size)
{
	size_t len;

	if (!size)
		return -E2BIG;
	for (len = 0; len < size - 1 && from[len]; len++)
		to[len] = from[len];
	to[len] = '\0';
	return from[len] ? -E2BIG : (ssize_t)len;
}

#define strscpy_pad(to, from, size)	(memset(to, 0, size), strscpy(to, from, size))

#endif /* CONTEND_SHIM_STRING_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_SYSFS_H
#define CONTEND_SHIM_SYSFS_H

#include <linux/errno.h>
#include <linux/kernel.h>

#define sysfs_emit(buf, ...)	sprintf(buf, __VA_ARGS__)

static inline int shim_match_string(const char *const *words, size_t n, const char *word)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strcmp(words[i], word))
			return i;
	return -EINVAL;
}

#define sysfs_match_string(words, word)	shim_match_string(words, ARRAY_SIZE(words), word)

#endif /* CONTEND_SHIM_SYSFS_H */

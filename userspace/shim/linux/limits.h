/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_LIMITS_H
#define CONTEND_SHIM_LIMITS_H

#include_next <linux/limits.h>

#include <limits.h>

#define U32_MAX	(~0U)
#define U64_MAX	(~0ULL)
#define S64_MAX	((long long)(U64_MAX >> 1))

#endif /* CONTEND_SHIM_LIMITS_H */

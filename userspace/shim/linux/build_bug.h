/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_BUILD_BUG_H
#define CONTEND_SHIM_BUILD_BUG_H

#include <assert.h>

#define BUILD_BUG_ON(condition)	_Static_assert(!(condition), #condition)

#endif /* CONTEND_SHIM_BUILD_BUG_H */

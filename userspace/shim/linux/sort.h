/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_SORT_H
#define CONTEND_SHIM_SORT_H

#include <stdlib.h>

#define sort(base, n, size, compare, swap)	qsort(base, n, size, compare)

#endif /* CONTEND_SHIM_SORT_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* How often a thread takes memory: counted where malloc() is called, whoever calls it. */
#ifndef CONTEND_ALLOCATIONS_H
#define CONTEND_ALLOCATIONS_H

#include <linux/types.h>
#include <stdbool.h>

bool allocations_counted(void);
u64 allocations_mine(void);

#endif /* CONTEND_ALLOCATIONS_H */

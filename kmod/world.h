/* SPDX-License-Identifier: GPL-2.0 */
/* What this kernel is, as far as it changes what a lock costs. */
#ifndef CONTEND_WORLD_H
#define CONTEND_WORLD_H

#include <linux/types.h>

const char *world_spinlock(void);
const char *world_preemption(void);
const char *world_debug(void);
u64 world_clock_ps(void);
u32 world_clock_step_ns(void);

#endif /* CONTEND_WORLD_H */

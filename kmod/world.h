/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What this kernel is, as far as it changes what a lock costs; or this program, where the module
 * is in one (userspace/shim/world.c).
 */
#ifndef CONTEND_WORLD_H
#define CONTEND_WORLD_H

const char *world_engine(void);
const char *world_spinlock(void);
const char *world_preemption(void);
const char *world_debug(void);

#endif /* CONTEND_WORLD_H */

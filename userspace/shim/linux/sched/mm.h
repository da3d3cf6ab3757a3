/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_SCHED_MM_H
#define CONTEND_SHIM_SCHED_MM_H

#include <linux/memcontrol.h>
#include <linux/sched.h>

#endif /* CONTEND_SHIM_SCHED_MM_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_UAPI_LINUX_SCHED_TYPES_H
#define CONTEND_SHIM_UAPI_LINUX_SCHED_TYPES_H

/* sched_setattr(2) as the kernel module calls it: admit_run() keeps it from being called. */
#include <linux/errno.h>
#include <linux/types.h>

struct sched_attr {
	u32 size;
	u32 sched_policy;
	u32 sched_priority;
	u64 sched_runtime;
	u64 sched_deadline;
	u64 sched_period;
};

#define sched_setattr_nocheck(task, attr)	((void)(task), (void)(attr), -EPERM)

#ifndef SCHED_DEADLINE
#define SCHED_DEADLINE	6
#endif

#endif /* CONTEND_SHIM_UAPI_LINUX_SCHED_TYPES_H */

// SPDX-License-Identifier: GPL-2.0
#include <linux/compiler.h>
#include <linux/sched.h>

#include "engine/taken.h"
#include "uapi/contend.h"

/**
 * taken_from - what a task has lost in its life
 * @task: the task, held by a reference
 *
 * Context: any. The scheduler counts on meanwhile.
 */
struct taken taken_from(const struct task_struct *task)
{
	struct taken t = {
		/* The scheduler's: one more or less. */
		.times = data_race(task->nivcsw),
		.wait_ns = CONTEND_UNKNOWN,
	};

#ifdef CONFIG_SCHED_INFO
	/* Likewise. */
	t.wait_ns = data_race(task->sched_info.run_delay);
#endif
	return t;
}

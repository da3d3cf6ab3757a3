/* SPDX-License-Identifier: GPL-2.0 */
/* What the scheduler takes from a task that wants to run. */
#ifndef CONTEND_ENGINE_TAKEN_H
#define CONTEND_ENGINE_TAKEN_H

#include <linux/types.h>

struct task_struct;

/**
 * struct taken - what the scheduler has taken from a task
 * @times: how often it took the CPU from it, which wanted to go on
 * @wait_ns: for how long it wanted to run and had none; CONTEND_UNKNOWN: this kernel keeps no
 *	such books (CONFIG_SCHED_INFO)
 */
struct taken {
	u64 times;
	u64 wait_ns;
};

struct taken taken_from(const struct task_struct *task);

#endif /* CONTEND_ENGINE_TAKEN_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_WORKQUEUE_H
#define CONTEND_SHIM_WORKQUEUE_H

/* Each work has a thread of its own, and a queue knows how many there are. */
#include <linux/wait.h>

struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	work_func_t func;
	struct workqueue_struct *queue;
};

struct workqueue_struct {
	atomic_t works;
	wait_queue_head_t wait;
};

#define WQ_UNBOUND		0
#define INIT_WORK(work, fn)	((void)((work)->func = (fn)))

struct workqueue_struct *alloc_workqueue(const char *name, unsigned int flags, int most, ...);
bool queue_work(struct workqueue_struct *queue, struct work_struct *work);
void flush_workqueue(struct workqueue_struct *queue);
void destroy_workqueue(struct workqueue_struct *queue);

#endif /* CONTEND_SHIM_WORKQUEUE_H */

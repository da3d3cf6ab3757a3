/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_KTHREAD_H
#define CONTEND_SHIM_KTHREAD_H

#include <linux/err.h>
#include <linux/sched.h>

/* A thread that does not run before wake_up_process(); kthread_stop() joins it. */
__printf(3, 4)
struct task_struct *kthread_create(int (*fn)(void *data), void *data, const char *name, ...);
void kthread_bind(struct task_struct *task, unsigned int cpu);
int kthread_stop(struct task_struct *task);

#define kthread_create_on_node(fn, data, node, ...)	\
	((void)(node), kthread_create(fn, data, __VA_ARGS__))
#define kthread_should_stop()	READ_ONCE(current->kthread.stop)

#endif /* CONTEND_SHIM_KTHREAD_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_SCHED_H
#define CONTEND_SHIM_SCHED_H

/*
 * A task is a thread. It sleeps by futex(2), as the kernel's do by schedule(): it says that it
 * will, looks whether it still wants to, and sleeps unless it was woken in between.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <pthread.h>
#include <sched.h>

#define TASK_RUNNING		0
#define TASK_INTERRUPTIBLE	1
#define TASK_UNINTERRUPTIBLE	2
#define TASK_COMM_LEN		16

#define PF_EXITING	4
#define PF_MEMALLOC	0

/**
 * struct task_struct - see above
 * @refs: references
 * @state: TASK_*, and what a futex waits for
 * @pid: its number, as ps(1) shows it; set by the thread before anything else
 * @comm: its name, as ps(1) shows it
 * @flags: none
 * @se: the CPU time that it has used: unknown, only for what takes the kernel
 * @kthread: of one that kthread_create() made, see kthread.h
 */
struct task_struct {
	atomic_t refs;
	unsigned int state;
	pid_t pid;
	char comm[TASK_COMM_LEN];
	unsigned int flags;
	struct {
		u64 sum_exec_runtime;
	} se;
	struct {
		int (*fn)(void *data);
		void *data;
		int cpu;
		u32 order;
		bool stop;
		int result;
		pthread_t thread;
	} kthread;
};

struct task_struct *shim_current(void);
void shim_task_free(struct task_struct *task);
bool shim_task_gone(pid_t nr);
int wake_up_process(struct task_struct *task);
void schedule(void);
int schedule_hrtimeout(const ktime_t *deadline, int mode);

#define current			shim_current()
#define set_current_state(s)	smp_store_mb(current->state, s)
#define __set_current_state(s)	WRITE_ONCE(current->state, s)
#define task_is_running(task)	(READ_ONCE((task)->state) == TASK_RUNNING)
#define need_resched()		false
#define cond_resched()		((void)0)
#define yield()			((void)sched_yield())
#define dump_stack()		((void)0)
#define sched_show_task(task)	((void)(task))

/* Signals end the program, or its main thread asks the run to stop. */
#define fatal_signal_pending(task)	((void)(task), false)
#define signal_pending(task)		((void)(task), false)

/*
 * Whether a thread has a CPU a program cannot see: one that does not sleep is taken for one
 * that has, and so the holder's preemption costs who spins for it.
 */
#define owner_on_cpu(owner)	task_is_running(owner)

static inline struct task_struct *get_task_struct(struct task_struct *task)
{
	atomic_inc(&task->refs);
	return task;
}

static inline void put_task_struct(struct task_struct *task)
{
	if (atomic_dec_and_test(&task->refs))
		shim_task_free(task);
}

#endif /* CONTEND_SHIM_SCHED_H */

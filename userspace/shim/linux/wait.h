/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_WAIT_H
#define CONTEND_SHIM_WAIT_H

/*
 * A queue of tasks that wait for a condition. As in the kernel they sleep by their state, so
 * that wake_up_process() ends such a sleep too: a waiter enters the queue, says that it will
 * sleep, looks at the condition, and sleeps unless it was woken in between.
 */
#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <pthread.h>

/* On the waiter's stack, in the queue; guarded by its lock. */
struct shim_waiter {
	struct task_struct *task;
	struct shim_waiter *next;
	struct shim_waiter **link;
};

/* All zeroes are one without a waiter. */
typedef struct wait_queue_head {
	pthread_mutex_t lock;	/* guards waiters */
	struct shim_waiter *waiters;
} wait_queue_head_t;

void shim_wait_begin(wait_queue_head_t *wq, struct shim_waiter *w);
bool shim_wait_sleep(ktime_t deadline);
void shim_wait_end(wait_queue_head_t *wq, struct shim_waiter *w);
void wake_up_all(wait_queue_head_t *wq);

#define init_waitqueue_head(wq)	((void)(*(wq) = (wait_queue_head_t){ }))
#define wake_up(wq)				wake_up_all(wq)
#define wake_up_interruptible_poll(wq, mask)	wake_up_all(wq)

/* As the kernel's have it: 0, or what is not. */
static inline int shim_waited(bool is)
{
	return is ? 0 : -ETIME;
}

/* True: it is so. False: the time has passed before. */
#define shim_wait(wq, condition, deadline)				\
({									\
	const ktime_t __until = (deadline);				\
	bool __is = (condition), __late = false;			\
									\
	if (!__is) {							\
		struct shim_waiter __w;					\
									\
		shim_wait_begin(&(wq), &__w);				\
		for (;;) {						\
			set_current_state(TASK_INTERRUPTIBLE);		\
			__is = (condition);				\
			if (__is || __late)				\
				break;					\
			__late = !shim_wait_sleep(__until);		\
		}							\
		__set_current_state(TASK_RUNNING);			\
		shim_wait_end(&(wq), &__w);				\
	}								\
	__is;								\
})

#define wait_event(wq, condition)	((void)shim_wait(wq, condition, KTIME_MAX))
#define wait_event_killable(wq, condition)	\
	shim_waited(shim_wait(wq, condition, KTIME_MAX))
#define wait_event_interruptible(wq, condition)	\
	shim_waited(shim_wait(wq, condition, KTIME_MAX))
#define wait_event_interruptible_hrtimeout(wq, condition, timeout)	\
	shim_waited(shim_wait(wq, condition, ktime_get() + (timeout)))

#endif /* CONTEND_SHIM_WAIT_H */

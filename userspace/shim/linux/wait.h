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

struct wait_queue_entry;
typedef int (*wait_queue_func_t)(struct wait_queue_entry *entry, unsigned int mode, int flags,
				 void *key);

/* On the waiter's stack, in the queue; guarded by its lock. @private is its task. */
typedef struct wait_queue_entry {
	void *private;
	wait_queue_func_t func;
	bool exclusive;
	struct wait_queue_entry *next;
	struct wait_queue_entry **link;
} wait_queue_entry_t;

/* All zeroes are one without a waiter. */
typedef struct wait_queue_head {
	pthread_mutex_t lock;	/* guards waiters */
	struct wait_queue_entry *waiters;
} wait_queue_head_t;

int default_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key);
void add_wait_queue(wait_queue_head_t *wq, struct wait_queue_entry *entry);
void add_wait_queue_exclusive(wait_queue_head_t *wq, struct wait_queue_entry *entry);
void remove_wait_queue(wait_queue_head_t *wq, struct wait_queue_entry *entry);
bool waitqueue_active(wait_queue_head_t *wq); /* after a barrier */
void shim_wake_up(wait_queue_head_t *wq, int exclusive, void *key);
bool shim_wait_sleep(ktime_t deadline);

#define init_waitqueue_head(wq)	((void)(*(wq) = (wait_queue_head_t){ }))
#define __wake_up(wq, mode, exclusive, key)	((void)(mode), shim_wake_up(wq, exclusive, key))
#define wake_up_all(wq)				shim_wake_up(wq, 0, NULL)
#define wake_up(wq)				shim_wake_up(wq, 1, NULL)
#define wake_up_interruptible(wq)		shim_wake_up(wq, 1, NULL)
#define wake_up_interruptible_poll(wq, mask)	((void)(mask), shim_wake_up(wq, 1, NULL))

static inline void init_waitqueue_func_entry(struct wait_queue_entry *entry,
					     wait_queue_func_t func)
{
	*entry = (struct wait_queue_entry){ .func = func };
}

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
		struct wait_queue_entry __w = {				\
			.private = current, .func = default_wake_function, \
		};							\
									\
		add_wait_queue(&(wq), &__w);				\
		for (;;) {						\
			set_current_state(TASK_INTERRUPTIBLE);		\
			__is = (condition);				\
			if (__is || __late)				\
				break;					\
			__late = !shim_wait_sleep(__until);		\
		}							\
		__set_current_state(TASK_RUNNING);			\
		remove_wait_queue(&(wq), &__w);			\
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

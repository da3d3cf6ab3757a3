/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_WAIT_H
#define CONTEND_SHIM_WAIT_H

/*
 * A queue of threads that wait for a condition: a counter that each waker raises, and a futex
 * on it. A waiter reads the counter, looks at the condition, and sleeps unless the counter has
 * changed.
 */
#include <linux/atomic.h>
#include <linux/ktime.h>
#include <linux/sched.h>

typedef struct wait_queue_head {
	u32 wakes;
	u32 waiters;
} wait_queue_head_t;

u32 shim_wait_begin(wait_queue_head_t *wq);
bool shim_wait_sleep(wait_queue_head_t *wq, u32 wakes, ktime_t deadline);
void shim_wait_end(wait_queue_head_t *wq);
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
	while (!__is && !__late) {					\
		u32 __wakes = shim_wait_begin(&(wq));			\
									\
		__is = (condition);					\
		if (!__is)						\
			__late = !shim_wait_sleep(&(wq), __wakes, __until); \
		shim_wait_end(&(wq));					\
		__is = __is || (condition);				\
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

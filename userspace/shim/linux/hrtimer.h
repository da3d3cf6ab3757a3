/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_HRTIMER_H
#define CONTEND_SHIM_HRTIMER_H

/* A timer is a thread that sleeps until it is time: for what needs one now and then. */
#include <linux/ktime.h>
#include <pthread.h>

enum hrtimer_restart { HRTIMER_NORESTART, HRTIMER_RESTART };
enum hrtimer_mode {
	HRTIMER_MODE_ABS, HRTIMER_MODE_REL, HRTIMER_MODE_REL_HARD, HRTIMER_MODE_ABS_SOFT,
};

struct hrtimer {
	enum hrtimer_restart (*function)(struct hrtimer *timer);
	ktime_t period;		/* its function's */
	pthread_mutex_t lock;	/* guards expires, queued and cancelled */
	pthread_cond_t changed;
	ktime_t expires;
	bool queued;
	bool cancelled;
	bool started;		/* there is a thread; of those that start and cancel it */
	pthread_t thread;
};

void hrtimer_setup(struct hrtimer *timer,
		   enum hrtimer_restart (*function)(struct hrtimer *timer), clockid_t clock,
		   enum hrtimer_mode mode);
void hrtimer_start(struct hrtimer *timer, ktime_t time, enum hrtimer_mode mode);
void hrtimer_cancel(struct hrtimer *timer);
bool hrtimer_is_queued(struct hrtimer *timer);
ktime_t hrtimer_get_expires(struct hrtimer *timer);

#define hrtimer_forward_now(timer, interval)	((void)((timer)->period = (interval)))

#endif /* CONTEND_SHIM_HRTIMER_H */

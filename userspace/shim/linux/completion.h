/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_COMPLETION_H
#define CONTEND_SHIM_COMPLETION_H

#include <linux/jiffies.h>
#include <linux/wait.h>

struct completion {
	u32 done;
	wait_queue_head_t wait;
	u32 leaving;
};

#define DECLARE_COMPLETION_ONSTACK(name)	struct completion name = { }

static inline void init_completion(struct completion *c)
{
	*c = (struct completion){ };
}

/* What it was on may go as soon as the waiter knows: complete() touches it no more then. */
static inline void complete(struct completion *c)
{
	smp_store_release(&c->done, 1);
	wake_up_all(&c->wait);
	/* A: pairs with B */
	smp_store_release(&c->leaving, 1);
}

static inline bool completion_done(const struct completion *c)
{
	return smp_load_acquire(&c->done);
}

static inline bool shim_complete_wait(struct completion *c, ktime_t deadline)
{
	if (!shim_wait(c->wait, completion_done(c), deadline))
		return false;
	/* B: pairs with A */
	smp_cond_load_acquire(&c->leaving, VAL);
	return true;
}

#define wait_for_completion(c)			((void)shim_complete_wait(c, KTIME_MAX))
#define wait_for_completion_killable(c)		(!shim_complete_wait(c, KTIME_MAX))
#define wait_for_completion_killable_timeout(c, j)	\
	((long)shim_complete_wait(c, ktime_get() + (ktime_t)((j) * TICK_NSEC)))

#endif /* CONTEND_SHIM_COMPLETION_H */

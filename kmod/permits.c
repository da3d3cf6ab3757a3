// SPDX-License-Identifier: GPL-2.0
#include <linux/hrtimer.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "permits.h"
#include "uapi/contend.h"

/* A request in permits.waiters; on its task's stack; guarded by permits.lock. */
struct permits_waiter {
	struct list_head link;
	struct task_struct *task;
	u32 *held;
	u32 count;
	bool granted;
};

/**
 * permits_init - make a semaphore with all its permits free
 * @p: the semaphore
 * @total: how many permits
 */
void permits_init(struct permits *p, u32 total)
{
	spin_lock_init(&p->lock);
	p->total = total;
	p->free = total;
	INIT_LIST_HEAD(&p->waiters);
	p->waiting = 0;
	init_waitqueue_head(&p->poll);
}

/* Whether a request that comes now is served at once: nobody waits, and there are so many. */
static bool permits_fit(const struct permits *p, u32 count)
{
	lockdep_assert_held(&p->lock);
	return count <= p->free && list_empty(&p->waiters);
}

static void permits_take(struct permits *p, u32 *held, u32 count)
{
	lockdep_assert_held(&p->lock);
	p->free -= count;
	*held += count;
}

static void permits_dequeue(struct permits *p, struct permits_waiter *w)
{
	lockdep_assert_held(&p->lock);
	list_del(&w->link);
	p->waiting--;
}

/*
 * Serve the oldest requests as far as the free permits go, and wake pollers when some are
 * left. For a task that makes permits free or takes a request off the queue.
 */
static void permits_grant(struct permits *p)
{
	struct permits_waiter *w, *next;

	lockdep_assert_held(&p->lock);
	list_for_each_entry_safe(w, next, &p->waiters, link) {
		struct task_struct *task = w->task;

		if (w->count > p->free)
			return;
		permits_take(p, w->held, w->count);
		permits_dequeue(p, w);
		/*
		 * The waiter reads @granted without the lock, may return at
		 * once and even exit: @w is gone then, and the task needs the
		 * reference.
		 */
		get_task_struct(task);
		/* Pairs with smp_load_acquire() in permits_wait(). */
		smp_store_release(&w->granted, true);
		wake_up_process(task);
		put_task_struct(task);
	}
	if (permits_fit(p, 1))
		wake_up_interruptible_poll(&p->poll, EPOLLIN | EPOLLRDNORM);
}

static int permits_wait(struct permits *p, struct permits_waiter *w, u64 deadline_ns)
{
	ktime_t deadline = ns_to_ktime(min_t(u64, deadline_ns, KTIME_MAX));
	int ret = 0;

	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		/* Pairs with smp_store_release() in permits_grant(). */
		if (smp_load_acquire(&w->granted))
			break;
		if (signal_pending(current)) {
			ret = -ERESTARTSYS;
			break;
		}
		if (deadline_ns == CONTEND_FOREVER) {
			schedule();
		} else if (!schedule_hrtimeout(&deadline, HRTIMER_MODE_ABS)) {
			ret = -ETIMEDOUT;
			break;
		}
	}
	__set_current_state(TASK_RUNNING);
	return ret;
}

/**
 * permits_acquire - take permits, all or none
 * @p: the semaphore
 * @held: the holder's count, which grows by @count
 * @count: how many, 1 or more
 * @deadline_ns: CLOCK_MONOTONIC; 0 not to wait, CONTEND_FOREVER for no limit
 *
 * Context: process, may sleep.
 * Return: 0; -EINVAL @count is 0 or more than there are; -EDEADLK @held and
 * @count together are; -EAGAIN, -ETIMEDOUT; -ERESTARTSYS a signal came first
 * (the deadline is absolute, so the call can be restarted as it is).
 */
int permits_acquire(struct permits *p, u32 *held, u32 count, u64 deadline_ns)
{
	struct permits_waiter w = { .task = current, .held = held, .count = count };
	int ret = 0;

	if (!count || count > p->total)
		return -EINVAL;

	spin_lock(&p->lock);
	if (count > p->total - *held) {
		ret = -EDEADLK;
	} else if (permits_fit(p, count)) {
		permits_take(p, held, count);
	} else if (!deadline_ns) {
		ret = -EAGAIN;
	} else {
		list_add_tail(&w.link, &p->waiters);
		p->waiting++;
		spin_unlock(&p->lock);
		ret = permits_wait(p, &w, deadline_ns);
		if (!ret)
			return 0;

		spin_lock(&p->lock);
		if (w.granted) {
			/* Served between giving up and getting here: keep it. */
			ret = 0;
		} else {
			permits_dequeue(p, &w);
			/* Those after it may fit now. */
			permits_grant(p);
		}
	}
	spin_unlock(&p->lock);
	return ret;
}

/**
 * permits_release - give permits back
 * @p: the semaphore
 * @held: the holder's count, which shrinks by @count
 * @count: how many
 *
 * Context: process; does not sleep on a kernel without PREEMPT_RT.
 * Return: 0; -EINVAL @count is 0; -EPERM it is more than the holder has.
 */
int permits_release(struct permits *p, u32 *held, u32 count)
{
	int ret = 0;

	if (!count)
		return -EINVAL;
	spin_lock(&p->lock);
	if (count > *held) {
		ret = -EPERM;
	} else {
		*held -= count;
		p->free += count;
		permits_grant(p);
	}
	spin_unlock(&p->lock);
	return ret;
}

/**
 * permits_ready - whether an acquisition of one permit would succeed at once
 * @p: the semaphore
 *
 * It does not matter which holder asks: while one permit is free, no holder has them all.
 * A task that polls is in @p->poll before it asks, and is woken there when this becomes true.
 *
 * Context: process; does not sleep on a kernel without PREEMPT_RT.
 */
bool permits_ready(struct permits *p)
{
	bool ready;

	spin_lock(&p->lock);
	ready = permits_fit(p, 1);
	spin_unlock(&p->lock);
	return ready;
}

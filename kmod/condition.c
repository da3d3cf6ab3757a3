// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/hrtimer.h>
#include <linux/minmax.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "condition.h"
#include "uapi/contend.h"

/* As poll() calls them. */
static const __poll_t conditions_poll[CONDITIONS] = {
	[CONDITION_IN] = EPOLLIN | EPOLLRDNORM,
	[CONDITION_OUT] = EPOLLOUT | EPOLLWRNORM,
};

static enum hrtimer_restart conditions_are_due(struct hrtimer *timer)
{
	struct conditions *conditions = container_of(timer, struct conditions, due);

	wake_up_all(&conditions->poll);
	return HRTIMER_NORESTART;
}

/**
 * conditions_init - nobody waits
 * @conditions: the conditions
 */
void conditions_init(struct conditions *conditions)
{
	enum condition c;

	for (c = 0; c < CONDITIONS; c++)
		init_waitqueue_head(&conditions->queue[c]);
	init_waitqueue_head(&conditions->poll);
	spin_lock_init(&conditions->lock);
	contend_hrtimer_setup(&conditions->due, conditions_are_due, CLOCK_MONOTONIC,
			      HRTIMER_MODE_ABS_SOFT);
	atomic_set(&conditions->parked, 0);
	atomic_set(&conditions->mute, 0);
}

/**
 * conditions_destroy - nobody waits any more
 * @conditions: the conditions
 *
 * Context: process, may sleep.
 */
void conditions_destroy(struct conditions *conditions)
{
	hrtimer_cancel(&conditions->due);
}

/**
 * conditions_due - time will meet a condition: wake those that poll then
 * @conditions: the conditions
 * @due_ns: when, CLOCK_MONOTONIC
 *
 * For a task that is in the queue of those that poll and has looked. It is woken in time, and may
 * be before.
 *
 * Context: process.
 */
void conditions_due(struct conditions *conditions, u64 due_ns)
{
	const ktime_t due = ns_to_ktime(due_ns);

	spin_lock(&conditions->lock);
	if (!hrtimer_is_queued(&conditions->due) || due < hrtimer_get_expires(&conditions->due))
		hrtimer_start(&conditions->due, due, HRTIMER_MODE_ABS_SOFT);
	spin_unlock(&conditions->lock);
}

/**
 * conditions_wake_ordered - as conditions_wake(), by a caller that has the barrier already
 * @conditions: the conditions
 * @met: their bits
 *
 * What the section has changed, and a full barrier after that, stand before the call.
 *
 * Context: as conditions_wake().
 */
void conditions_wake_ordered(struct conditions *conditions, u32 met)
{
	enum condition c;

	for (c = 0; c < CONDITIONS; c++) {
		if (!(met & BIT(c)))
			continue;
		if (waitqueue_active(&conditions->queue[c])) /* after A, or the caller's */
			wake_up_interruptible(&conditions->queue[c]);
		if (waitqueue_active(&conditions->poll)) /* likewise */
			wake_up_interruptible_poll(&conditions->poll, conditions_poll[c]);
	}
}

/**
 * conditions_wake - an operation has met conditions: for each, wake one task that waits for it
 * @conditions: the conditions
 * @met: their bits
 *
 * And those that poll, which are in a queue of their own: one that takes nothing does not take a
 * wake-up either.
 *
 * Context: outside of the section; process, or on a kernel without PREEMPT_RT any.
 */
void conditions_wake(struct conditions *conditions, u32 met)
{
	if (!met)
		return;
	/*
	 * A: what the section has changed, then the looks; pairs with B in parked_enter() and E in
	 * handle_poll()
	 */
	smp_mb();
	conditions_wake_ordered(conditions, met);
}

/**
 * conditions_wake_all - let all tasks that wait for a condition look again
 * @conditions: the conditions
 * @met: their bits
 *
 * Context: as conditions_wake().
 */
void conditions_wake_all(struct conditions *conditions, u32 met)
{
	enum condition c;

	if (!met)
		return;
	/* As A in conditions_wake(). */
	smp_mb();
	for (c = 0; c < CONDITIONS; c++)
		if (met & BIT(c) && waitqueue_active(&conditions->queue[c])) /* after A */
			wake_up_all(&conditions->queue[c]);
	if (waitqueue_active(&conditions->poll)) /* after A */
		wake_up_all(&conditions->poll);
}

/**
 * conditions_hand - a place was given something: wake the task that has it
 * @conditions: the conditions
 * @place: its place. It may have left by now, and the place be another one's: nothing is read
 *	there, and that one looks in vain
 *
 * Context: as conditions_wake().
 */
void conditions_hand(struct conditions *conditions, const struct contend_place *place)
{
	enum condition c;

	/* G: what the section has given, then the look; pairs with B in parked_enter() */
	smp_mb();
	for (c = 0; c < CONDITIONS; c++)
		if (waitqueue_active(&conditions->queue[c])) /* after G */
			__wake_up(&conditions->queue[c], TASK_INTERRUPTIBLE, 1, (void *)place);
}

/**
 * conditions_mute - a run that wakes nobody begins, or has ended
 * @conditions: the conditions
 * @runs: 1 or -1
 *
 * Those that sleep and poll look once: what they have missed when it ends; and as it begins, since
 * from then on they look by themselves.
 *
 * Context: process.
 */
void conditions_mute(struct conditions *conditions, int runs)
{
	atomic_add(runs, &conditions->mute);
	/* I: as A, for @mute; pairs with B and E, after which conditions_look_ns() reads it */
	conditions_wake_all(conditions, BIT(CONDITION_IN) | BIT(CONDITION_OUT));
}

/**
 * conditions_look_ns - until when a task that waits or polls may sleep
 * @conditions: the conditions
 * @due_ns: when time meets its condition, CLOCK_MONOTONIC; 0: it does not
 *
 * Context: process; the task is in the queue.
 * Return: likewise.
 */
u64 conditions_look_ns(const struct conditions *conditions, u64 due_ns)
{
	u64 look_ns;

	/* After B or E; pairs with I */
	if (likely(!atomic_read(&conditions->mute)))
		return due_ns;
	look_ns = ktime_get_ns() + CONDITION_LOOK_NS;
	return due_ns ? min(due_ns, look_ns) : look_ns;
}

/* @key: the place whose task it is to be; NULL: it may be any. */
static int parked_wake(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	struct parked *p = container_of(entry, struct parked, entry);

	if (key && key != p->place)
		return 0;
	/* It will look already. What is met now is for the next one, asleep or not. */
	if (READ_ONCE(p->woken))
		return 0;
	/* C: ahead of the look at the task's state, by a full barrier in there; pairs with D */
	WRITE_ONCE(p->woken, true);
	return default_wake_function(entry, mode, flags, key);
}

/**
 * parked_enter - begin to wait for a condition
 * @p: the caller's, until parked_leave()
 * @conditions: where
 * @lacks: for which
 * @place: in the structure's line, for conditions_hand(); or NULL
 *
 * The caller then looks whether it is met by now, in a section.
 *
 * Context: process.
 */
void parked_enter(struct parked *p, struct conditions *conditions, enum condition lacks,
		  const struct contend_place *place)
{
	p->conditions = conditions;
	p->lacks = lacks;
	p->place = place;
	p->woken = false;
	init_waitqueue_func_entry(&p->entry, parked_wake);
	p->entry.private = current;
	atomic_inc(&conditions->parked);
	add_wait_queue_exclusive(&conditions->queue[lacks], &p->entry);
	/* B: in the queue, then the look; pairs with A in conditions_wake() */
	smp_mb();
}

/**
 * parked_sleep - sleep until the condition was met, if it was not since parked_enter() or the
 *	last call
 * @p: entered
 * @stop: true: the task is to end its work, and is woken then, as by kthread_stop(); or NULL
 * @deadline_ns: CLOCK_MONOTONIC; 0 not to sleep, CONTEND_FOREVER for no limit
 * @due_ns: likewise, when time meets the condition; 0: it does not
 *
 * One that gives up may have been woken in the same moment, for something that is there: when it
 * has left it wakes the next one.
 *
 * Context: process, outside of any section.
 * Return: 0 look again; -EAGAIN @deadline_ns is 0; -ETIMEDOUT it has passed; -ECANCELED @stop;
 * -ERESTARTSYS a signal came.
 */
int parked_sleep(struct parked *p, const bool *stop, u64 deadline_ns, u64 due_ns)
{
	u64 until_ns;
	ktime_t until;
	int ret = 0;

	due_ns = conditions_look_ns(p->conditions, due_ns);
	until_ns = due_ns ? min(due_ns, deadline_ns) : deadline_ns;
	until = ns_to_ktime(min_t(u64, until_ns, KTIME_MAX));
	WRITE_ONCE(p->asleep, true);
	for (;;) {
		/* D: will sleep, then the look at @woken; pairs with C in parked_wake() */
		set_current_state(TASK_INTERRUPTIBLE);
		if (READ_ONCE(p->woken))
			break;
		if (!deadline_ns)
			ret = -EAGAIN;
		else if (stop && READ_ONCE(*stop))
			ret = -ECANCELED;
		else if (signal_pending(current))
			ret = -ERESTARTSYS;
		if (ret)
			break;
		if (until_ns == CONTEND_FOREVER) {
			schedule();
		} else if (!schedule_hrtimeout(&until, HRTIMER_MODE_ABS)) {
			/* One that was woken before, and had no CPU until now, looks. */
			if (until_ns == deadline_ns && !READ_ONCE(p->woken))
				ret = -ETIMEDOUT;
			break;
		}
	}
	__set_current_state(TASK_RUNNING);
	WRITE_ONCE(p->asleep, false);
	/* H: it is awake, then it may sleep once more; pairs with G in parked_still() */
	smp_store_release(&p->sleeps, p->sleeps + 1);
	/* F: then the look at the structure: a wake-up for what it misses comes after, and stays */
	smp_store_mb(p->woken, false);
	return ret;
}

/**
 * parked_leave - wait no longer
 * @p: entered
 *
 * Context: process.
 */
void parked_leave(struct parked *p)
{
	remove_wait_queue(&p->conditions->queue[p->lacks], &p->entry);
	atomic_dec(&p->conditions->parked);
}

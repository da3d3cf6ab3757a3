/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What tasks wait for in an object: that there is something in it, or room.
 *
 * A structure's code runs in sections and never waits: it answers which condition it lacks, or
 * which it has met (enum condition). A task that lacks one leaves the section, parks here, and
 * goes through the section again each time it is woken: what it was woken for another task may
 * have taken meanwhile.
 *
 *	a task that waits			a task that meets the condition
 *	parked_enter()				section: puts something in
 *	section: "lacks CONDITION_IN"		conditions_wake(): somebody is there
 *	parked_sleep()
 *	section: takes it
 *	parked_leave()
 *
 * It enters before it looks, so that no wake-up is lost between its look and its sleep.
 *
 * Tasks wait exclusively and in the order of arrival: what meets a condition once wakes one of
 * them. One that was woken and has not looked yet does not count: the next one is woken. So a task
 * that comes meanwhile may be ahead of the one that was woken, which goes on waiting.
 *
 * Where that must not be, the structure keeps the line itself (structures/place.h), gives to the
 * first place in its section, and conditions_hand() wakes the task of that place, whatever its turn
 * is in the queue here. A task whose place was given something before it is in the queue finds it
 * when it looks.
 *
 * Time may meet a condition too. A task that waits sleeps no longer than until then; for those
 * that poll there is a timer.
 *
 * To wake takes a full barrier, of each task that meets a condition. Tasks that look by themselves
 * until they find what they wait for (wait=spin, yield) leave it out: they are mute. A task that
 * sleeps beside them looks each CONDITION_LOOK_NS.
 */
#ifndef CONTEND_CONDITION_H
#define CONTEND_CONDITION_H

#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "lib/mix.h"

struct contend_place;

/* Beside those that wake nobody, a task that sleeps looks so often. */
#define CONDITION_LOOK_NS	NSEC_PER_MSEC

/**
 * struct conditions - an object's
 * @queue: tasks that wait for each of them; has its own lock
 * @poll: those that poll; likewise
 * @due: wakes these when time meets a condition; started with @lock held
 * @lock: see @due
 * @parked: how many wait
 * @mute: how many runs wake nobody
 */
struct conditions {
	wait_queue_head_t queue[CONDITIONS];
	wait_queue_head_t poll;
	struct hrtimer due;
	spinlock_t lock;	/* guards the start of due */
	atomic_t parked;
	atomic_t mute;
};

/**
 * struct parked - a task that waits for a condition
 * @entry: its place in the queue, guarded by the queue's lock
 * @conditions: constant, like
 * @lacks: for which it waits
 * @place: in the structure's line, if it keeps one; constant
 * @woken: it was, since it looked last; written by both sides, see parked_sleep()
 * @asleep: it is in parked_sleep(); another task may look, see parked_still()
 * @sleeps: how often it was; likewise
 *
 * The task's own, as long as others look at it.
 */
struct parked {
	wait_queue_entry_t entry;
	struct conditions *conditions;
	enum condition lacks;
	const struct contend_place *place;
	bool woken;
	bool asleep;
	u32 sleeps;
};

void conditions_init(struct conditions *conditions);
void conditions_destroy(struct conditions *conditions);
void conditions_due(struct conditions *conditions, u64 due_ns);
void conditions_mute(struct conditions *conditions, int runs);
u64 conditions_look_ns(const struct conditions *conditions, u64 due_ns);
void conditions_wake(struct conditions *conditions, u32 met);
void conditions_wake_ordered(struct conditions *conditions, u32 met);
void conditions_wake_all(struct conditions *conditions, u32 met);
void conditions_hand(struct conditions *conditions, const struct contend_place *place);
void parked_enter(struct parked *p, struct conditions *conditions, enum condition lacks,
		  const struct contend_place *place);
int parked_sleep(struct parked *p, const bool *stop, u64 deadline_ns, u64 due_ns);
void parked_leave(struct parked *p);

/**
 * parked_still - whether a task sleeps, and nobody has woken it
 * @p: a task's
 * @sleeps: as often as it has slept is added to this: if that is the same in two looks, it has
 *	slept all the time in between
 *
 * Context: any.
 */
static inline bool parked_still(const struct parked *p, u64 *sleeps)
{
	*sleeps += READ_ONCE(p->sleeps);
	/* G: pairs with H in parked_sleep() */
	smp_rmb();
	return READ_ONCE(p->asleep) && !READ_ONCE(p->woken);
}

#endif /* CONTEND_CONDITION_H */

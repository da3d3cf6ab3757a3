// SPDX-License-Identifier: GPL-2.0
#include <linux/mutex.h>

#include "access.h"
#include "object.h"

/* The lock does not keep others away from such work: a task that does it must be alone. */
static bool object_solo(const struct contend_object *obj, bool writes)
{
	if (obj->lock->caps & CONTEND_CAP_EXCLUSIVE || obj->structure->needs & CONTEND_CAP_SELF)
		return false;
	return writes || !(obj->lock->caps & CONTEND_CAP_SHARED);
}

/**
 * contend_object_stay - ask to stay in an object's sections
 * @obj: the object
 * @ns: how long, of all that the caller lets in at a time together
 *
 * A waiter for its lock waits for all of them, and most locks cannot be given up on, not
 * even by a task that is killed. The few that can, as mutex_lock_killable(), are not taken
 * so: it would take a second way in and a way out for each of them, which the measured loop
 * does not have, so that clients would take another lock than the one that is measured, and
 * the others would need this limit all the same. It bounds the sum for each of them.
 *
 * Context: any.
 * Return: true, and contend_object_stay_no_more() must follow; false: with those of
 * others it would be more than CONTEND_STAYS_MAX_NS.
 */
bool contend_object_stay(struct contend_object *obj, u64 ns)
{
	if (ns > CONTEND_STAYS_MAX_NS)
		return false;
	if (atomic64_add_return(ns, &obj->stays) <= CONTEND_STAYS_MAX_NS)
		return true;
	contend_object_stay_no_more(obj, ns);
	return false;
}

/**
 * contend_object_stay_no_more - the reverse
 * @obj: the object
 * @ns: as it was asked for
 *
 * Context: any.
 */
void contend_object_stay_no_more(struct contend_object *obj, u64 ns)
{
	atomic64_sub(ns, &obj->stays);
}

/**
 * contend_object_own - begin to do what is an owner's
 * @obj: the object
 * @seats: bits of whose it is, of all of them
 *
 * One that does so for long, a run, is no one to wait for: so nobody waits.
 *
 * Context: any.
 * Return: true, and contend_object_disown() must follow, by any task; false: another one does.
 */
bool contend_object_own(struct contend_object *obj, u32 seats)
{
	int owned = atomic_read(&obj->owned);

	do {
		if (owned & seats)
			return false;
		/* A: pairs with B of the owner before */
	} while (!atomic_try_cmpxchg_acquire(&obj->owned, &owned, owned | seats));
	return true;
}

/**
 * contend_object_disown - the reverse
 * @obj: the object
 * @seats: some of those, or 0
 *
 * Context: any.
 */
void contend_object_disown(struct contend_object *obj, u32 seats)
{
	/* B: pairs with A of the next owner */
	if (seats)
		atomic_fetch_andnot_release(seats, &obj->owned);
}

/**
 * contend_object_share - let interrupts work on an object, from now on
 * @obj: the object, not entered by this task
 *
 * A lock that leaves interrupts as they are is taken with interrupts off from here on,
 * by everybody. To lockdep it is another lock then: those of other objects are taken
 * with interrupts on.
 *
 * Context: process.
 * Return: 0; -EBUSY somebody is inside, with interrupts on.
 */
int contend_object_share(struct contend_object *obj)
{
	const struct lock_ops *ops = obj->lock->ops;
	u32 i;

	if (!ops->irqs_on || READ_ONCE(obj->shared))
		return 0;
	if (!gate_try_close(&obj->gate))
		return -EBUSY;
	for (i = 0; i < obj->nstripes && !obj->shared; i++)
		lock_class_init(obj->stripes[i].lock_data + ops->dep, "shared", LD_WAIT_SPIN);
	WRITE_ONCE(obj->shared, true);
	gate_open(&obj->gate);
	return 0;
}

/**
 * contend_object_sorts - whether a task is let in for work without write sections, and is not to
 *	write then
 * @obj: the object
 *
 * Context: any.
 */
bool contend_object_sorts(const struct contend_object *obj)
{
	return object_solo(obj, true);
}

/**
 * contend_object_try_enter - begin to work on an object, if that can be now
 * @obj: the object
 * @writes: whether the work has write sections
 *
 * Goes with contend_object_leave() by the same task, which may have entered another object
 * before.
 *
 * Context: process.
 * Return: 0; -EBUSY somebody is inside, whom its lock does not exclude, or verifies.
 */
int contend_object_try_enter(struct contend_object *obj, bool writes)
{
	const bool entered = object_solo(obj, writes) ? gate_try_close(&obj->gate) :
							gate_try_enter(&obj->gate);

	return entered ? 0 : -EBUSY;
}

/**
 * contend_object_enter - begin to work on an object
 * @obj: the object
 * @writes: whether the work has write sections
 *
 * Goes with contend_object_leave() by the same task.
 *
 * Context: process, may sleep while somebody verifies.
 * Return: 0; -EBUSY its lock excludes nobody and somebody is inside, or it is for
 * readers only and one of the two writes; -EINTR a fatal signal came.
 */
int contend_object_enter(struct contend_object *obj, bool writes)
{
	/* A writer may be inside for the whole of a run: nothing to wait for. */
	if (contend_object_sorts(obj))
		return contend_object_try_enter(obj, writes);
	return gate_enter(&obj->gate);
}

/**
 * contend_object_begin - begin to work on an object as a run
 * @obj: the object
 * @writes: whether the work has write sections
 * @fills: whether contend_object_fill() comes first
 * @alone: then, whether others are kept out until it is done
 *
 * As contend_object_enter(), and until @obj->runs is lowered again nobody verifies.
 * contend_object_filled() comes next.
 *
 * Context: process, may sleep while somebody verifies.
 * Return: as contend_object_enter().
 */
int contend_object_begin(struct contend_object *obj, bool writes, bool fills, bool *alone)
{
	int ret = 0;

	if (mutex_lock_killable(&obj->order))
		return -EINTR;
	*alone = fills && gate_try_close(&obj->gate);
	if (!*alone)
		ret = contend_object_enter(obj, writes || fills);
	if (!ret)
		atomic_inc(&obj->runs);
	mutex_unlock(&obj->order);
	return ret;
}

/**
 * contend_object_filled - let others in again
 * @obj: the object, begun to work on by this task
 * @writes: whether the work that follows has write sections
 * @alone: from contend_object_begin()
 *
 * It is to be left with contend_object_leave(@obj, @writes).
 *
 * Context: process.
 */
void contend_object_filled(struct contend_object *obj, bool writes, bool alone)
{
	if (alone && !object_solo(obj, writes))
		gate_open_inside(&obj->gate);
}

/**
 * contend_object_leave - end to work on an object
 * @obj: the object, entered by this task
 * @writes: as it entered, or as contend_object_filled() had it
 *
 * Context: process.
 */
void contend_object_leave(struct contend_object *obj, bool writes)
{
	if (object_solo(obj, writes))
		gate_open(&obj->gate);
	else
		gate_leave(&obj->gate);
}

/**
 * contend_object_stop - keep all others out, with the object at rest
 * @obj: the object, not entered by this task
 *
 * Goes with contend_object_resume() by the same task.
 *
 * Context: process, may sleep: for operations under way.
 * Return: 0; -EBUSY a run is at work; -EINTR a fatal signal came.
 */
int contend_object_stop(struct contend_object *obj)
{
	int ret;

	if (mutex_lock_killable(&obj->order))
		return -EINTR;
	if (atomic_read(&obj->runs))
		ret = -EBUSY;
	else
		ret = gate_close(&obj->gate);
	mutex_unlock(&obj->order);
	return ret;
}

/**
 * contend_object_resume - let others in again
 * @obj: from contend_object_stop()
 *
 * Context: process.
 */
void contend_object_resume(struct contend_object *obj)
{
	gate_open(&obj->gate);
}

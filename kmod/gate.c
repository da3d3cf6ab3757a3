// SPDX-License-Identifier: GPL-2.0
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/sched.h>

#include "gate.h"
#include "lib/charge.h"

#ifdef CONFIG_DEBUG_LOCK_ALLOC
#define gate_dep(gate)	(&(gate)->dep)
#else
#define gate_dep(gate)	((struct lockdep_map *)NULL)
#endif

/**
 * gate_init - make an open gate
 * @gate: the gate
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int gate_init(struct gate *gate)
{
#ifdef CONFIG_DEBUG_LOCK_ALLOC
	static struct lock_class_key key;

	lockdep_init_map(&gate->dep, "contend_gate", &key, 0);
#endif
	gate->closed = 0;
	init_waitqueue_head(&gate->wait);
	gate->cpus = alloc_percpu_gfp(struct gate_cpu, GFP_CLIENT);
	return gate->cpus ? 0 : -ENOMEM;
}

/**
 * gate_destroy - the reverse
 * @gate: from gate_init(); nobody is there
 *
 * Context: process, may sleep.
 */
void gate_destroy(struct gate *gate)
{
	free_percpu(gate->cpus);
}

/* One that came, or is about to find out that it may not. */
static bool gate_come(struct gate *gate)
{
	this_cpu_inc(gate->cpus->came);
	/* A: pairs with B: the closer sees this one, or this one that it is closed */
	smp_mb();
	return likely(!READ_ONCE(gate->closed));
}

static void gate_go(struct gate *gate)
{
	/* C: pairs with D: all that was done in between comes before the closer's work */
	smp_mb();
	this_cpu_inc(gate->cpus->left);
	/* E: pairs with B, or with F: a waiter for this one is woken, or sees that it has left */
	smp_mb();
	if (unlikely(READ_ONCE(gate->closed)))
		wake_up_all(&gate->wait);
}

/* Whether nobody is there. */
static bool gate_empty(struct gate *gate)
{
	unsigned long came = 0, left = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		left += READ_ONCE(per_cpu_ptr(gate->cpus, cpu)->left);
	/* D: pairs with C; and one that is seen to have left is seen to have come */
	smp_mb();
	for_each_possible_cpu(cpu)
		came += READ_ONCE(per_cpu_ptr(gate->cpus, cpu)->came);
	return came == left;
}

/* To be the one that closes. */
static bool gate_claim(struct gate *gate)
{
	/* B: pairs with A and E: it is fully ordered */
	return !cmpxchg(&gate->closed, 0, 1);
}

static void gate_unclaim(struct gate *gate)
{
	/* A task that comes now sees all that was done before: pairs with A. */
	smp_store_release(&gate->closed, 0);
	wake_up_all(&gate->wait);
}

/**
 * gate_try_enter - go through, if it is open
 * @gate: the gate
 *
 * gate_leave() by the same task follows.
 *
 * Context: process.
 * Return: whether it was.
 */
bool gate_try_enter(struct gate *gate)
{
	if (!gate_come(gate)) {
		gate_go(gate);
		return false;
	}
	rwsem_acquire_read(gate_dep(gate), 0, 1, _RET_IP_);
	return true;
}

/**
 * gate_enter - go through, when it is open
 * @gate: the gate
 *
 * gate_leave() by the same task follows.
 *
 * Context: process, may sleep.
 * Return: 0; -EINTR a fatal signal came.
 */
int gate_enter(struct gate *gate)
{
	might_sleep();
	rwsem_acquire_read(gate_dep(gate), 0, 0, _RET_IP_);
	while (!gate_come(gate)) {
		gate_go(gate);
		if (wait_event_killable(gate->wait, !READ_ONCE(gate->closed))) {
			rwsem_release(gate_dep(gate), _RET_IP_);
			return -EINTR;
		}
	}
	return 0;
}

/**
 * gate_enter_again - go through, when it is open, whoever wants this task to end
 * @gate: the gate, which this task has been through before
 *
 * A task that has left something there takes it away. It waits for no more than one that has
 * closed the gate and is at work.
 *
 * Context: process, may sleep.
 */
void gate_enter_again(struct gate *gate)
{
	might_sleep();
	rwsem_acquire_read(gate_dep(gate), 0, 0, _RET_IP_);
	while (!gate_come(gate)) {
		gate_go(gate);
		wait_event(gate->wait, !READ_ONCE(gate->closed));
	}
}

/**
 * gate_leave - go away again
 * @gate: the gate, entered by this task. It is looked at after the task has left: the caller
 *	holds a reference to what it is a part of
 *
 * Context: process.
 */
void gate_leave(struct gate *gate)
{
	rwsem_release(gate_dep(gate), _RET_IP_);
	gate_go(gate);
}

/**
 * gate_try_close - close it, if nobody is there
 * @gate: the gate
 *
 * gate_open() or gate_open_inside() by the same task follows.
 *
 * Context: process.
 * Return: whether nobody was.
 */
bool gate_try_close(struct gate *gate)
{
	if (!gate_claim(gate))
		return false;
	if (!gate_empty(gate)) {
		gate_unclaim(gate);
		return false;
	}
	rwsem_acquire(gate_dep(gate), 0, 1, _RET_IP_);
	return true;
}

/**
 * gate_close - keep others out, and wait until those inside have left
 * @gate: the gate, not entered by this task
 *
 * gate_open() or gate_open_inside() by the same task follows.
 *
 * Context: process, may sleep.
 * Return: 0; -EINTR a fatal signal came.
 */
int gate_close(struct gate *gate)
{
	might_sleep();
	rwsem_acquire(gate_dep(gate), 0, 0, _RET_IP_);
	while (!gate_claim(gate))
		if (wait_event_killable(gate->wait, !READ_ONCE(gate->closed)))
			goto err;
	/* F: pairs with E: the wait looks after it is on the queue */
	if (wait_event_killable(gate->wait, gate_empty(gate))) {
		gate_unclaim(gate);
		goto err;
	}
	return 0;
err:
	rwsem_release(gate_dep(gate), _RET_IP_);
	return -EINTR;
}

/**
 * gate_open - let others in again
 * @gate: the gate, closed by this task
 *
 * Context: process.
 */
void gate_open(struct gate *gate)
{
	rwsem_release(gate_dep(gate), _RET_IP_);
	gate_unclaim(gate);
}

/**
 * gate_open_inside - let others in again, and stay as one of them
 * @gate: the gate, closed by this task
 *
 * gate_leave() follows.
 *
 * Context: process.
 */
void gate_open_inside(struct gate *gate)
{
	this_cpu_inc(gate->cpus->came);
	lock_downgrade(gate_dep(gate), _RET_IP_);
	gate_unclaim(gate);
}

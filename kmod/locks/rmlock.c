// SPDX-License-Identifier: GPL-2.0
/*
 * rmlock: read-mostly. A reader leaves a tracker in a queue of its CPU, and does no more
 * than that; a writer interrupts the CPUs to find the readers.
 *
 * FreeBSD: rm(9), locking(9).
 *
 * A CPU is open or closed. A reader enters its tracker and looks; when its CPU is open it
 * is inside. A writer has the mutex of the writers, and on each CPU that is open closes
 * it by an interrupt, which marks and counts the trackers that it finds there; then it
 * sleeps until those have left. A reader whose CPU is closed takes the mutex, that is, it
 * waits for the writer, and opens its CPU again. So writers among themselves interrupt
 * nobody, and readers among themselves meet nobody.
 *
 * No barrier is between a reader's two steps: the interrupt is on the reader's own CPU,
 * which has done either none of a step or all of it. There are three cases:
 *
 *	interrupt comes			it finds	the reader finds
 *	before the tracker is entered	nothing		closed: waits for the writer
 *	between the steps		the tracker	closed, but counted: is inside
 *	after the look			the tracker	open: is inside
 *
 * A reader may be preempted, but keeps its CPU and does not sleep: its writer would
 * interrupt in vain.
 *
 * Invariants: a CPU is opened with the mutex, by its reader, and closed with the mutex;
 * a reader inside is in the queue of its CPU, and that is open, or it is counted in
 * @readers; a CPU that is offline has no readers.
 */
#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rculist.h>
#include <linux/rcuwait.h>
#include <linux/smp.h>

#include "locks/section.h"
#include "lib/charge.h"
#include "locks/sleep.h"

struct rm_tracker {
	struct list_head link;
	bool counted;		/* written by an interrupt while it is in the queue */
};

/* Changed by this CPU with preemption off, and read by its interrupt. */
struct rm_cpu {
	struct list_head trackers;
	bool open;
};

struct rmlock {
	struct rm_cpu __percpu *cpus;	/* constant */
	struct mutex writers;		/* guards opening and closing */
	atomic_t readers;		/* how many the writer waits for */
	struct rcuwait writer;
	struct lockdep_map dep;
};

static int rmlock_init(void *lock)
{
	struct rmlock *l = lock;
	unsigned int cpu;

	l->cpus = alloc_percpu_gfp(struct rm_cpu, GFP_CLIENT);
	if (!l->cpus)
		return -ENOMEM;
	/* Of all possible CPUs: one that is plugged in later begins closed. */
	for_each_possible_cpu(cpu)
		INIT_LIST_HEAD(&per_cpu_ptr(l->cpus, cpu)->trackers);
	mutex_init(&l->writers);
	atomic_set(&l->readers, 0);
	rcuwait_init(&l->writer);
	lock_class_init(&l->dep, "rmlock", LD_WAIT_SLEEP);
	return 0;
}

static void rmlock_destroy(void *lock)
{
	struct rmlock *l = lock;

	mutex_destroy(&l->writers);
	free_percpu(l->cpus);
}

/* The CPU is closed: a writer is there, or was the last one here. */
static noinline void rm_wait(struct rmlock *l, struct rm_tracker *me)
{
	struct rm_cpu *c;

	mutex_lock(&l->writers);
	migrate_disable();
	preempt_disable();
	c = this_cpu_ptr(l->cpus);
	list_add_rcu(&me->link, &c->trackers);
	WRITE_ONCE(c->open, true);
	preempt_enable();
	mutex_unlock(&l->writers);
}

static void rmlock_read_lock(void *lock, union lock_token *token)
{
	struct rm_tracker *me = (struct rm_tracker *)token->node;
	struct rmlock *l = lock;
	struct rm_cpu *c;

	BUILD_BUG_ON(sizeof(*me) > sizeof(token->node));
	might_sleep();
	rwsem_acquire_read(&l->dep, 0, 0, _THIS_IP_);
	me->counted = false;
	migrate_disable();
	preempt_disable();
	c = this_cpu_ptr(l->cpus);
	/* The interrupt goes through the queue as an RCU reader would. */
	list_add_rcu(&me->link, &c->trackers);
	/* In this order: it may come between any two steps, but not to a closed CPU. */
	if (likely(READ_ONCE(c->open)) || READ_ONCE(me->counted)) {
		preempt_enable();
	} else {
		list_del_rcu(&me->link);
		preempt_enable();
		migrate_enable();
		lock_contended(&l->dep, _THIS_IP_);
		rm_wait(l, me);
	}
	lock_acquired(&l->dep, _THIS_IP_);
}

static bool rmlock_read_unlock(void *lock, union lock_token *token)
{
	struct rm_tracker *me = (struct rm_tracker *)token->node;
	struct rmlock *l = lock;

	rwsem_release(&l->dep, _THIS_IP_);
	preempt_disable();
	list_del_rcu(&me->link);
	preempt_enable();
	/* Out of the queue, nobody writes it. A: pairs with B; to wake has its own barrier. */
	if (unlikely(READ_ONCE(me->counted)) && !atomic_dec_return_release(&l->readers))
		rcuwait_wake_up(&l->writer);
	migrate_enable();
	return false;
}

/* On a CPU that is open, its interrupts off. */
static void rm_close(void *lock)
{
	struct rmlock *l = lock;
	struct rm_cpu *c = this_cpu_ptr(l->cpus);
	struct rm_tracker *t;

	WRITE_ONCE(c->open, false);
	list_for_each_entry_rcu(t, &c->trackers, link, true) {
		if (!READ_ONCE(t->counted)) {
			WRITE_ONCE(t->counted, true);
			atomic_inc(&l->readers);
		}
	}
	/* C: the writer comes after a reader that has left here before; pairs with D */
	smp_mb();
}

static bool rm_is_open(int cpu, void *lock)
{
	struct rmlock *l = lock;

	return READ_ONCE(per_cpu_ptr(l->cpus, cpu)->open);
}

/* @contended: whether lock_stat has been told */
static noinline void rm_collect(struct rmlock *l, bool contended)
{
	unsigned int cpu;

	cpus_read_lock();
	on_each_cpu_cond(rm_is_open, rm_close, l, true);
	for_each_possible_cpu(cpu)
		if (!cpu_online(cpu))
			WRITE_ONCE(per_cpu_ptr(l->cpus, cpu)->open, false);
	cpus_read_unlock();
	/* D: pairs with C */
	smp_mb();
	if (!contended && atomic_read(&l->readers))
		lock_contended(&l->dep, _THIS_IP_);
	/* B: pairs with A */
	rcuwait_wait_event(&l->writer, !atomic_read_acquire(&l->readers), TASK_UNINTERRUPTIBLE);
}

static void rmlock_write_lock(void *lock, union lock_token *token)
{
	struct rmlock *l = lock;
	bool contended;

	rwsem_acquire(&l->dep, 0, 0, _THIS_IP_);
	contended = !mutex_trylock(&l->writers);
	if (contended) {
		lock_contended(&l->dep, _THIS_IP_);
		mutex_lock(&l->writers);
	}
	rm_collect(l, contended);
	lock_acquired(&l->dep, _THIS_IP_);
}

static void rmlock_write_unlock(void *lock, union lock_token *token)
{
	struct rmlock *l = lock;

	rwsem_release(&l->dep, _THIS_IP_);
	mutex_unlock(&l->writers);
}

static const struct lock_ops rmlock_ops = {
	.size = sizeof(struct rmlock),
	.init = rmlock_init,
	.destroy = rmlock_destroy,
	.write_enter = rmlock_write_lock,
	.write_leave = rmlock_write_unlock,
	.read_enter = rmlock_read_lock,
	.read_leave = rmlock_read_unlock,
};

CONTEND_LOCK(rmlock, "readers-writer",
	     "as in FreeBSD: a reader touches its CPU alone, a writer interrupts the CPUs",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_SLEEPS);

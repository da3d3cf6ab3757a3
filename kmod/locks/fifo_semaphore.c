// SPDX-License-Identifier: GPL-2.0
/*
 * fifo_semaphore: a counting semaphore that hands its permits over.
 *
 * E. W. Dijkstra, "Cooperating sequential processes", 1965; a strong semaphore after W.
 * Stallings, "Operating Systems", ch. 5: the one that has been blocked the longest is
 * released first. M. Herlihy, N. Shavit, "The Art of Multiprocessor Programming", ch. 8,
 * has the kind that lets others in between.
 *
 * A task that finds a permit takes it, else it queues up and sleeps. A release gives the
 * permit to the oldest in the queue, and makes it free only when there is none. So
 * nobody overtakes: a permit that is free has nobody waiting for it. That costs a
 * switch of tasks with each permit on which somebody waits.
 *
 * A waiter that gives up at its deadline looks once more with the guard: its permit may
 * have come in between, and then it is its own.
 *
 * Invariant: @count is 0 or the queue is empty.
 */
#include "locks/section.h"
#include "locks/fifo_semaphore.h"
#include "locks/sleep.h"

/**
 * fifo_semaphore_init - make a semaphore
 * @s: the semaphore
 * @count: how many permits it has
 */
void fifo_semaphore_init(struct fifo_semaphore *s, unsigned int count)
{
	raw_spin_lock_init(&s->guard);
	s->count = count;
	INIT_LIST_HEAD(&s->waiters);
}

/**
 * fifo_semaphore_try - take a permit that is free
 * @s: the semaphore
 *
 * Context: process; does not sleep.
 * Return: true it was.
 */
bool fifo_semaphore_try(struct fifo_semaphore *s)
{
	bool free;

	raw_spin_lock(&s->guard);
	free = s->count;
	if (free)
		s->count--;
	raw_spin_unlock(&s->guard);
	return free;
}

/**
 * fifo_semaphore_acquire - take a permit, in turn
 * @s: the semaphore
 * @deadline: CLOCK_MONOTONIC, or NULL for no limit
 *
 * Context: process, sleeps.
 * Return: 0, or -ETIMEDOUT no permit came by then.
 */
int fifo_semaphore_acquire(struct fifo_semaphore *s, ktime_t *deadline)
{
	struct sleep_waiter w = { .task = current };
	int ret = 0;

	raw_spin_lock(&s->guard);
	if (s->count) {
		s->count--;
		raw_spin_unlock(&s->guard);
		return 0;
	}
	list_add_tail(&w.link, &s->waiters);
	raw_spin_unlock(&s->guard);
	if (sleep_until_granted(&w, deadline))
		return 0;

	raw_spin_lock(&s->guard);
	if (!w.granted) {
		list_del(&w.link);
		ret = -ETIMEDOUT;
	}
	raw_spin_unlock(&s->guard);
	return ret;
}

/**
 * fifo_semaphore_release - give a permit back
 * @s: the semaphore
 *
 * Context: process; does not sleep.
 */
void fifo_semaphore_release(struct fifo_semaphore *s)
{
	struct sleep_waiter *first;

	raw_spin_lock(&s->guard);
	first = list_first_entry_or_null(&s->waiters, struct sleep_waiter, link);
	if (first) {
		list_del(&first->link);
		/* With the guard, which one waits for that gives up at its deadline. */
		sleep_grant(first);
	} else {
		s->count++;
	}
	raw_spin_unlock(&s->guard);
}

/* With one permit it has an owner that lockdep can know. */
struct fifo_lock {
	struct fifo_semaphore semaphore;
	struct lockdep_map dep;
};

static int fifo_lock_init(void *lock)
{
	struct fifo_lock *l = lock;

	fifo_semaphore_init(&l->semaphore, 1);
	lock_class_init(&l->dep, "fifo_semaphore", LD_WAIT_SLEEP);
	return 0;
}

static void fifo_lock_enter(void *lock, union lock_token *token)
{
	struct fifo_lock *l = lock;

	might_sleep();
	mutex_acquire(&l->dep, 0, 0, _THIS_IP_);
	if (!fifo_semaphore_try(&l->semaphore)) {
		lock_contended(&l->dep, _THIS_IP_);
		/* Without a deadline it cannot fail. */
		fifo_semaphore_acquire(&l->semaphore, NULL);
	}
	lock_acquired(&l->dep, _THIS_IP_);
}

static void fifo_lock_leave(void *lock, union lock_token *token)
{
	struct fifo_lock *l = lock;

	mutex_release(&l->dep, _THIS_IP_);
	fifo_semaphore_release(&l->semaphore);
}

static const struct lock_ops fifo_semaphore_ops = {
	.size = sizeof(struct fifo_lock),
	.init = fifo_lock_init,
	.write_enter = fifo_lock_enter,
	.write_leave = fifo_lock_leave,
};

CONTEND_LOCK(fifo_semaphore, "sleep", "a semaphore that is handed over in the order of arrival",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_SLEEPS);

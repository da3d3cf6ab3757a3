// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel has to wait for an event, used to exclude each other: a completion
 * that is completed once for each task that leaves (Documentation/scheduler/completion.rst),
 * so that it is a semaphore of one permit; a flag and a wait queue; and wait_on_bit_lock(),
 * a bit of a word, whose waiters are in a table that all such bits share.
 *
 * None of them knows an owner, and lockdep none of them: it is told here.
 */
#include <linux/bitops.h>
#include <linux/completion.h>
#include <linux/kernel.h>
#include <linux/wait.h>
#include <linux/wait_bit.h>

#include "locks/section.h"
#include "locks/sleep.h"

struct completion_lock {
	struct completion token;	/* completed: nobody has it */
	struct lockdep_map dep;
};

static int completion_init(void *lock)
{
	struct completion_lock *l = lock;

	init_completion(&l->token);
	complete(&l->token);
	lock_class_init(&l->dep, "completion", LD_WAIT_SLEEP);
	return 0;
}

static void completion_enter(void *lock, union lock_token *token)
{
	struct completion_lock *l = lock;

	might_sleep();
	mutex_acquire(&l->dep, 0, 0, _THIS_IP_);
	if (!try_wait_for_completion(&l->token)) {
		lock_contended(&l->dep, _THIS_IP_);
		wait_for_completion(&l->token);
	}
	lock_acquired(&l->dep, _THIS_IP_);
}

static void completion_leave(void *lock, union lock_token *token)
{
	struct completion_lock *l = lock;

	mutex_release(&l->dep, _THIS_IP_);
	complete(&l->token);
}

static const struct lock_ops completion_ops = {
	.size = sizeof(struct completion_lock),
	.init = completion_init,
	.write_enter = completion_enter,
	.write_leave = completion_leave,
};

CONTEND_LOCK(completion, "wait", "struct completion: wait_for_completion(), complete()",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_SLEEPS);

#ifdef CONTEND_MUTANT

/* busted_completion: each task that leaves completes it twice, so that soon two come at once. */
static void busted_completion_leave(void *lock, union lock_token *token)
{
	struct completion_lock *l = lock;

	completion_leave(lock, token);
	complete(&l->token);
}

static const struct lock_ops busted_completion_ops = {
	.size = sizeof(struct completion_lock),
	.init = completion_init,
	.write_enter = completion_enter,
	.write_leave = busted_completion_leave,
};

CONTEND_LOCK(busted_completion, "busted", "completed twice: there is room for two",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SLEEPS | CONTEND_CAP_BUSTED);

#endif /* CONTEND_MUTANT */

struct wait_lock {
	unsigned long word;		/* bit 0: somebody has it */
	wait_queue_head_t queue;
	struct lockdep_map dep;
};

static int wait_queue_init(void *lock)
{
	struct wait_lock *l = lock;

	l->word = 0;
	init_waitqueue_head(&l->queue);
	lock_class_init(&l->dep, "wait_queue", LD_WAIT_SLEEP);
	return 0;
}

static void wait_queue_enter(void *lock, union lock_token *token)
{
	struct wait_lock *l = lock;

	might_sleep();
	mutex_acquire(&l->dep, 0, 0, _THIS_IP_);
	/* A: pairs with B */
	if (test_and_set_bit_lock(0, &l->word)) {
		lock_contended(&l->dep, _THIS_IP_);
		wait_event_idle_exclusive(l->queue, !test_and_set_bit_lock(0, &l->word));
	}
	lock_acquired(&l->dep, _THIS_IP_);
}

static void wait_queue_leave(void *lock, union lock_token *token)
{
	struct wait_lock *l = lock;

	mutex_release(&l->dep, _THIS_IP_);
	/* B: pairs with A */
	clear_bit_unlock(0, &l->word);
	/*
	 * Takes the queue's lock, which orders it with a task that joins the queue and looks
	 * at the bit after that: one of the two sees the other.
	 */
	wake_up(&l->queue);
}

static const struct lock_ops wait_queue_ops = {
	.size = sizeof(struct wait_lock),
	.init = wait_queue_init,
	.write_enter = wait_queue_enter,
	.write_leave = wait_queue_leave,
};

CONTEND_LOCK(wait_queue, "wait", "a flag and a wait queue: wait_event_idle_exclusive(), wake_up()",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_SLEEPS);

struct bit_lock {
	unsigned long word;		/* bit 0: somebody has it */
	struct lockdep_map dep;
};

static int bit_lock_init(void *lock)
{
	struct bit_lock *l = lock;

	l->word = 0;
	lock_class_init(&l->dep, "bit_lock", LD_WAIT_SLEEP);
	return 0;
}

static void bit_lock_enter(void *lock, union lock_token *token)
{
	struct bit_lock *l = lock;

	might_sleep();
	mutex_acquire(&l->dep, 0, 0, _THIS_IP_);
	/* A: pairs with B in clear_and_wake_up_bit() */
	if (test_and_set_bit_lock(0, &l->word)) {
		lock_contended(&l->dep, _THIS_IP_);
		/* No signal ends it: it cannot fail. */
		wait_on_bit_lock(&l->word, 0, TASK_UNINTERRUPTIBLE);
	}
	lock_acquired(&l->dep, _THIS_IP_);
}

static void bit_lock_leave(void *lock, union lock_token *token)
{
	struct bit_lock *l = lock;

	mutex_release(&l->dep, _THIS_IP_);
	clear_and_wake_up_bit(0, &l->word);
}

static const struct lock_ops bit_lock_ops = {
	.size = sizeof(struct bit_lock),
	.init = bit_lock_init,
	.write_enter = bit_lock_enter,
	.write_leave = bit_lock_leave,
};

CONTEND_LOCK(bit_lock, "wait", "wait_on_bit_lock(): a bit, whose waiters share a hashed queue",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_SLEEPS);

// SPDX-License-Identifier: GPL-2.0
/*
 * peer:workqueue: the kernel's own way to give work to another task and to wait until it is done,
 * schedule_work() and flush_work(), beside what the deque's owner pays for a piece of work that
 * nobody steals, a push and a pop.
 */
#include <linux/errno.h>
#include <linux/workqueue.h>

#include "check/violation.h"
#include "structures/structure.h"

enum { WORKQUEUE_SPAWN };

/**
 * struct work_pile - one piece of work, again and again
 * @work: it
 * @done: how often it was done; the work's own, and read when it was flushed
 */
struct work_pile {
	struct work_struct work;
	u64 done;
};

static const struct contend_verb workqueue_verbs[] = {
	[WORKQUEUE_SPAWN] = {
		.name = "spawn", .guard = GUARD_OWNER, .share = 100, .balance = 1,
		.role = "owner",
	},
	{ }
};

static void workqueue_do(struct work_struct *work)
{
	struct work_pile *pile = container_of(work, struct work_pile, work);

	pile->done++;
}

CONTEND_NO_READ(peer_workqueue)

void contend_peer_workqueue_write(void *data, const struct contend_request *rq,
				  struct contend_scratch *x)
{
	struct work_pile *pile = data;
	const u64 before = pile->done;

	schedule_work(&pile->work);
	flush_work(&pile->work);
	x->error = 0;
	x->value = pile->done;
	if (unlikely(pile->done != before + 1)) {
		x->broken = "a piece of work was not done once";
		x->seen = pile->done;
		x->expected = before + 1;
	}
}

static int spawned_init(void *data, const struct contend_shape *shape)
{
	struct work_pile *pile = data;

	INIT_WORK(&pile->work, workqueue_do);
	return 0;
}

static void workqueue_destroy(void *data)
{
	struct work_pile *pile = data;

	flush_work(&pile->work);
}

static u64 workqueue_elements(const void *data)
{
	return 0;
}

static u64 workqueue_verify(const void *data, struct violation_log *log)
{
	const struct work_pile *pile = data;

	return pile->done;
}

const struct contend_structure contend_structure_peer_workqueue = {
	.name = "peer:workqueue",
	.family = "queue",
	.about = "the kernel's workqueue: a piece of work is queued and flushed",
	.needs = CONTEND_CAP_SELF,
	.tasks_only = true,
	.verbs = workqueue_verbs,
	.size = sizeof(struct work_pile),
	.init = spawned_init,
	.destroy = workqueue_destroy,
	.elements = workqueue_elements,
	.verify = workqueue_verify,
};

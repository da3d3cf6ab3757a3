// SPDX-License-Identifier: GPL-2.0
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "reaper.h"

/*
 * How long a task that lets something go waits for its end. What comes after a close()
 * should not be measured beside what is left of what came before, and most of it ends much
 * sooner.
 */
#define REAPER_PATIENCE		(HZ / 4)

static struct workqueue_struct *reaper;
/* Guards the waiter of each struct reaping, against its giving up. */
static DEFINE_SPINLOCK(reaper_lock);

/**
 * reap - let a worker of the module end something
 * @r: in what is to end; gone when this returns, or at some time after
 * @end: ends it. May sleep; calls reaped() when all is done but for freeing the memory of
 *	@r
 *
 * Context: process, may sleep for REAPER_PATIENCE; not a task that exits or is killed.
 */
void reap(struct reaping *r, work_func_t end)
{
	/* Nor does a task that is short of memory. */
	const bool waits = !(current->flags & (PF_EXITING | PF_MEMALLOC));
	DECLARE_COMPLETION_ONSTACK(done);

	r->waiter = waits ? &done : NULL;
	INIT_WORK(&r->work, end);
	queue_work(reaper, &r->work);
	if (!waits || wait_for_completion_killable_timeout(&done, REAPER_PATIENCE) > 0)
		return;
	spin_lock(&reaper_lock);
	/* Unless it has ended just now, and may be freed. */
	if (!completion_done(&done))
		r->waiter = NULL;
	spin_unlock(&reaper_lock);
}

/**
 * reaped - it has ended
 * @r: as its function got it; only the caller uses it from here on
 *
 * Context: the worker.
 */
void reaped(struct reaping *r)
{
	spin_lock(&reaper_lock);
	if (r->waiter)
		complete(r->waiter);
	spin_unlock(&reaper_lock);
}

/**
 * reaper_init - make the workers
 *
 * None with a rescuer (WQ_MEM_RECLAIM): an object's end flushes workqueues of its lock that
 * have none, such as qsbr's.
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int reaper_init(void)
{
	reaper = alloc_workqueue("contend", WQ_UNBOUND, 0);
	return reaper ? 0 : -ENOMEM;
}

/**
 * reaper_exit - wait until all has ended
 *
 * Context: module load, when that fails, or unload: nobody lets anything go any more but
 * the workers.
 */
void reaper_exit(void)
{
	destroy_workqueue(reaper);
}

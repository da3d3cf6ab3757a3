// SPDX-License-Identifier: GPL-2.0
/*
 * A lock that hands over to nobody keeps its waiters for ever. A worker that spins there
 * leaves the CPU to nobody, not to its team's leader nor to ksoftirqd, so that only a hard
 * interrupt can tell: it says on the console which lock it is, which workers have not come
 * back, and where they are.
 *
 * Where interrupts are off as well the kernel's own watchdogs remain.
 */
#include <linux/cpumask.h>
#include <linux/ktime.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/smp.h>

#include "compat.h"
#include "engine/watch.h"
#include "engine/worker.h"
#include "object.h"

/*
 * How often it looks, and at how many looks in a row nothing has moved before it says so. A
 * section lasts a few seconds at most, and ends with the run; a machine that stood still is
 * one look.
 */
#define WATCH_S		4
#define WATCH_LOOKS	3

static bool watch_out(const struct team_worker *w)
{
	/* Set without a lock in team_thread(). */
	return !READ_ONCE(w->back);
}

/* Where the worker is that this interrupt has interrupted, if it is one. */
static void watch_here(const struct team *team)
{
	unsigned int cpu = smp_processor_id();
	u32 i;

	for (i = 0; i < team->nr; i++) {
		const struct team_worker *w = team->workers[i];

		if (w->task != current || !watch_out(w))
			continue;
		pr_alert("contend: worker %u (pid %d) runs on CPU %u\n", i, w->task->pid, cpu);
		dump_stack();
	}
}

/* The hang, and the stacks of those that sleep; those that run are interrupted for theirs. */
static void watch_tell(const struct team *team)
{
	u32 i, out = 0;

	for (i = 0; i < team->nr; i++)
		out += watch_out(team->workers[i]);
	pr_alert("contend: BUG: lock=%s structure=%s: %u of %u workers are at work, and for %u s none has ended an operation: is it a deadlock, or does the lock hand over to nobody?\n",
		 team->obj->lock->name, team->obj->structure->name, out, team->nr,
		 WATCH_S * WATCH_LOOKS);
	for (i = 0; i < team->nr; i++) {
		const struct team_worker *w = team->workers[i];

		if (!watch_out(w) || task_is_running(w->task))
			continue;
		pr_alert("contend: worker %u (pid %d) sleeps\n", i, w->task->pid);
		sched_show_task(w->task);
	}
}

/*
 * Whether nothing has moved since the last look that should have. A worker that waits for its
 * next operation sleeps, until the team stops.
 */
static bool watch_stands(struct watch *watch)
{
	const struct team *team = watch->team;
	bool busy = false;
	u64 steps = 0;
	u32 i;

	for (i = 0; i < team->nr; i++) {
		const struct team_worker *w = team->workers[i];

		steps += READ_ONCE(w->tally.steps);
		busy |= watch_out(w) && (READ_ONCE(team->phase) == PHASE_STOP ||
					 task_is_running(w->task));
	}
	if (busy && steps == watch->steps)
		return true;
	watch->steps = steps;
	return false;
}

/* Ask the next CPU that answers; the last one has nobody to pass it on to. */
static void watch_round(struct watch *watch)
{
	while (watch->cpu < nr_cpu_ids) {
		unsigned int cpu = watch->cpu++;

		if (cpu_online(cpu) && !smp_call_function_single_async(cpu, &watch->call))
			return;
	}
	/* A: pairs with B */
	smp_store_release(&watch->told, true);
}

static void watch_asked(void *info)
{
	struct watch *watch = info;

	watch_here(watch->team);
	watch_round(watch);
}

static enum hrtimer_restart watch_look(struct hrtimer *timer)
{
	struct watch *watch = container_of(timer, struct watch, timer);

	watch->looks = watch_stands(watch) ? watch->looks + 1 : 0;
	if (watch->looks < WATCH_LOOKS) {
		hrtimer_forward_now(timer, ktime_set(WATCH_S, 0));
		return HRTIMER_RESTART;
	}
	/* Once is enough. */
	watch_tell(watch->team);
	watch->told = false;
	watch->cpu = 0;
	watch_round(watch);
	return HRTIMER_NORESTART;
}

/**
 * watch_init - prepare a watch, which does not look yet
 * @watch: the watch
 * @team: the team that it will watch
 *
 * Context: any.
 */
void watch_init(struct watch *watch, struct team *team)
{
	watch->team = team;
	watch->steps = 0;
	watch->looks = 0;
	watch->told = true;
	INIT_CSD(&watch->call, watch_asked, watch);
	contend_hrtimer_setup(&watch->timer, watch_look, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
}

/**
 * watch_begin - the workers are at work from now on
 * @watch: from watch_init(), once; its team has all its workers
 *
 * Context: any.
 */
void watch_begin(struct watch *watch)
{
	hrtimer_start(&watch->timer, ktime_set(WATCH_S, 0), HRTIMER_MODE_REL_HARD);
}

/**
 * watch_end - they have come back
 * @watch: from watch_init(), begun or not
 *
 * When it returns nobody looks at their tasks.
 *
 * Context: process, may sleep.
 */
void watch_end(struct watch *watch)
{
	hrtimer_cancel(&watch->timer);
	/* B: pairs with A; a round that has begun takes an interrupt of each CPU */
	smp_cond_load_acquire(&watch->told, VAL);
}

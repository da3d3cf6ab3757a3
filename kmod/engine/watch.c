// SPDX-License-Identifier: GPL-2.0
/*
 * A lock that hands over to nobody keeps its waiters for ever. Who spins there leaves the
 * CPU to nobody, its team's leader neither, so that only an interrupt can tell: a timer says
 * on the console which lock it is, which workers have not come back, and where they are.
 *
 * Where interrupts are off as well, or on PREEMPT_RT, whose timers are threads, the kernel's
 * own watchdogs remain.
 */
#include <linux/cpumask.h>
#include <linux/jiffies.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/smp.h>

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
	/* Pairs with WRITE_ONCE() in team_thread(). */
	return !READ_ONCE(w->back);
}

/* Where the worker is that this timer has interrupted, if it is one. */
static void watch_here(const struct team *team, unsigned int cpu)
{
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
	pr_alert("contend: BUG: lock=%s structure=%s: %u of %u workers are at work, and for %u s none has ended an operation: does the lock hand over to nobody?\n",
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

		steps += READ_ONCE(w->steps);
		busy |= watch_out(w) && (READ_ONCE(team->phase) == TEAM_STOP ||
					 task_is_running(w->task));
	}
	if (busy && steps == watch->steps)
		return true;
	watch->steps = steps;
	return false;
}

static void watch_look(struct timer_list *timer)
{
	struct watch *watch = container_of(timer, struct watch, timer);
	unsigned int cpu = smp_processor_id();

	if (!watch->cpus) {
		watch->looks = watch_stands(watch) ? watch->looks + 1 : 0;
		if (watch->looks < WATCH_LOOKS) {
			mod_timer(timer, jiffies + WATCH_S * HZ);
			return;
		}
		watch_tell(watch->team);
		watch->cpus = num_online_cpus();
	}
	watch_here(watch->team, cpu);
	/* Once is enough. */
	if (!--watch->cpus)
		return;
	cpu = cpumask_next(cpu, cpu_online_mask);
	if (cpu >= nr_cpu_ids)
		cpu = cpumask_first(cpu_online_mask);
	timer->expires = jiffies;
	add_timer_on(timer, cpu);
}

/**
 * watch_init - look after nobody yet
 * @watch: the watch
 * @team: whose
 *
 * Context: any.
 */
void watch_init(struct watch *watch, struct team *team)
{
	watch->team = team;
	watch->steps = 0;
	watch->looks = 0;
	watch->cpus = 0;
	timer_setup(&watch->timer, watch_look, 0);
}

/**
 * watch_begin - the workers are at work from now on
 * @watch: from watch_init(), once; its team has all its workers
 *
 * Context: any.
 */
void watch_begin(struct watch *watch)
{
	mod_timer(&watch->timer, jiffies + WATCH_S * HZ);
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
	timer_delete_sync(&watch->timer);
}

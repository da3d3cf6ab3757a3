// SPDX-License-Identifier: GPL-2.0
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/percpu.h>
#include <linux/sched.h>

#include "compat.h"
#include "clock.h"
#include "engine/context.h"
#include "engine/loop.h"
#include "engine/worker.h"
#include "object.h"

/* How long a worker works in one interrupt, unless its last operation takes longer. */
#define CONTEXT_BURST_NS	(50 * NSEC_PER_USEC)

/* How long the thread waits when memory is short. */
#define STOCK_WAIT_MS		10

/*
 * On PREEMPT_RT a timer must say that it is for a hard interrupt. Elsewhere, where it
 * is in any case, it must not: lockdep would hold it to what is right on PREEMPT_RT, and
 * tell of each spinlock_t that it takes (Documentation/locking/locktypes.rst).
 */
#define CONTEXT_MODE_HARDIRQ	(IS_ENABLED(CONFIG_PREEMPT_RT) ?		\
				 HRTIMER_MODE_ABS_PINNED_HARD : HRTIMER_MODE_ABS_PINNED)

/* Workers in interrupts, of all teams, by the CPU that they work on. */
static DEFINE_PER_CPU(atomic_t, context_crowd);

/* Whether the thread has something to do for its interrupt. */
static bool context_due(struct team_worker *w)
{
	return stock_due(&w->stock) || nodes_behind(&w->team->obj->nodes) ||
	       READ_ONCE(w->op.met);
}

/*
 * The interrupt. All workers in interrupts of a CPU together have it for half of the
 * time at most: n of them, each at work for a time T and then not for (2n - 1)T. And no
 * more than engine/share.h has for them, beside threads of real-time priority.
 */
static enum hrtimer_restart context_fire(struct hrtimer *timer)
{
	struct team_worker *w = container_of(timer, struct team_worker, timer);
	struct contend_object *obj = w->team->obj;
	u32 crowd = atomic_read(per_cpu_ptr(&context_crowd, w->cpu));
	u64 began = contend_clock(), ended, next, booked;

	if (READ_ONCE(w->team->phase) == PHASE_STOP)
		return HRTIMER_NORESTART;
	if (!stock_out(&w->stock) && !nodes_behind(&obj->nodes)) {
		w->yield_ns = began + CONTEXT_BURST_NS;
		w->stock.pause = false;
		loop(w);
	}
	/* Also when a broken invariant has stopped the team: the thread wakes the others. */
	if (context_due(w) || READ_ONCE(w->team->phase) == PHASE_STOP)
		wake_up_process(w->task);
	ended = contend_clock();
	next = ended + (2 * crowd - 1) * max_t(u64, contend_elapsed(began, ended),
					       CONTEXT_BURST_NS);
	/* What it has used it pays for by when it comes again. */
	booked = share_book(w->cpu, ended, contend_elapsed(began, ended));
	if (booked > next) {
		w->share.waited_ns += booked - next;
		next = booked;
	}
	hrtimer_set_expires(timer, ns_to_ktime(w->waits ? max(next, w->due_ns) : next));
	return HRTIMER_RESTART;
}

/**
 * context_work - a worker's whole work in an interrupt, from WARMUP to STOP
 * @w: the worker
 *
 * Context: the worker's thread, bound to its CPU; sleeps.
 */
void context_work(struct team_worker *w)
{
	const enum hrtimer_mode mode = w->context == CONTEXT_HARDIRQ ?
		CONTEXT_MODE_HARDIRQ : HRTIMER_MODE_ABS_PINNED_SOFT;
	atomic_t *crowd = per_cpu_ptr(&context_crowd, w->cpu);
	struct team *team = w->team;

	stock_init(&w->stock, team->obj->structure->node_size);
	atomic_inc(crowd);
	contend_hrtimer_setup(&w->timer, context_fire, CLOCK_MONOTONIC, mode);
	hrtimer_start(&w->timer, ns_to_ktime(contend_clock()), mode);
	while (READ_ONCE(team->phase) != PHASE_STOP) {
		if (nodes_behind(&team->obj->nodes))
			contend_object_throttle(team->obj, 0);
		/* All: one wake-up stands for whatever the interrupt has done. */
		conditions_wake_all(&team->obj->conditions, xchg(&w->op.met, 0));
		if (!stock_tend(&w->stock, &team->obj->nodes))
			msleep(STOCK_WAIT_MS);
		wait_event_interruptible(team->wake, READ_ONCE(team->phase) == PHASE_STOP ||
					 context_due(w));
	}
	/* From here on all that the interrupt has written is the thread's. */
	hrtimer_cancel(&w->timer);
	atomic_dec(crowd);
	team_stop(team);
	stock_empty(&w->stock);
}

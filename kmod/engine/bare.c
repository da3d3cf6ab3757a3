// SPDX-License-Identifier: GPL-2.0
/* The lock alone: measure=lock. */
#include "clock.h"
#include "engine/worker.h"
#include "object.h"

/* So many times between two readings of the clock, unless that takes long. */
#define BARE_MAX	131072
/* Where others contend it may take a thousand times as long the next time. */
#define BARE_MAX_RIVALS	1024
/* The parts of an operation at both ends of the measured time are added in so many. */
#define BARE_PARTS	1024
/* What comes between two times, on User-Mode Linux 3 us, is to be lost in it. */
#define BARE_NS		NSEC_PER_MSEC

/**
 * bare_work - a worker's whole work on the lock alone, from WARMUP to STOP
 * @w: the worker
 *
 * As in refscale, no interrupt comes in between where the lock may be had so: one would be
 * counted in, and where turning interrupts off and on is dear and a lock does it
 * (this_cpu_inc() of srcu on User-Mode Linux), that is much less so when they are off.
 * Nobody waits meanwhile, so that it lasts for BARE_NS at most.
 *
 * Context: the worker's thread; sleeps if the lock does.
 */
void bare_work(struct team_worker *w)
{
	struct team *team = w->team;
	struct tally *tally = &w->tally;
	const struct contend_lock *lock = team->obj->lock;
	void *data = team->obj->stripes->lock_data;
	const bool write = team->write || !lock->ops->read_enter;
	const bool rivals = team->nr > 1;
	/* On PREEMPT_RT most of the locks sleep. */
	const bool quiet = !IS_ENABLED(CONFIG_PREEMPT_RT) && !rivals && !lock->ops->wants_irqs &&
			   !(lock->caps & CONTEND_CAP_SLEEPS);
	const u32 most = rivals ? BARE_MAX_RIVALS : BARE_MAX;
	unsigned long flags = 0;
	enum phase phase;
	u32 n = 1;

	while ((phase = READ_ONCE(team->phase)) != PHASE_STOP) {
		u64 began, took;

		if (quiet)
			flags = section_irqs_off();
		began = contend_clock();
		lock->bare(data, n, write);
		took = contend_elapsed(began, contend_clock());
		if (quiet)
			section_irqs_on(flags);

		w->log.op += n;
		if (phase == PHASE_MEASURE) {
			if (!tally->ops)
				tally->first_ns = began;
			tally->last_ns = began + took;
			tally->ops += n;
			w->bare.last = (struct batch){ { began, began + took }, n };
		} else {
			w->bare.warmup = (struct batch){ { began, began + took }, n };
		}
		/* Read without a lock in team_all_running(). */
		WRITE_ONCE(tally->steps, tally->steps + n);
		if (took < BARE_NS / 2 && n < most)
			n *= 2;
		else if (took > BARE_NS && n > 1)
			n /= 2;
		contend_yield();
		team_share(w);
	}
}

/**
 * bare_settle - count of a worker's batches what lies in the measured time
 * @w: the worker, its team stopped
 *
 * A batch may take as long as a short measured time does: of those across its ends a part
 * counts.
 *
 * Context: any.
 */
void bare_settle(struct team_worker *w)
{
	const struct window *measured = &w->team->measured;
	const struct batch *warmup = &w->bare.warmup, *last = &w->bare.last;
	struct tally *tally = &w->tally;
	const u64 before = window_share(measured, warmup->when, (u64)warmup->n * BARE_PARTS);
	const u64 after = window_share(measured, last->when, (u64)last->n * BARE_PARTS);

	tally->ops += div_u64(before + after + BARE_PARTS / 2, BARE_PARTS);
	tally->ops -= last->n;
	if (before) {
		tally->first_ns = measured->from_ns;
		tally->last_ns = max(tally->last_ns,
				     min(warmup->when.until_ns, measured->until_ns));
	}
	tally->last_ns = min(tally->last_ns, measured->until_ns);
	tally->reads = w->team->write || !w->team->obj->lock->ops->read_enter ? 0 : tally->ops;
}

// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>
#include <linux/math64.h>
#include <linux/mm.h>

#include "access.h"
#include "clock.h"
#include "engine/harness.h"
#include "engine/run.h"
#include "fill.h"
#include "lib/charge.h"
#include "object.h"

/*
 * The harness's own cost is the least of so many slices, since somebody else may have the CPU
 * in some of them. How long one is at first; at most, if its worker got no CPU in any; and
 * the warm-up before.
 */
#define HARNESS_SLICES		10
#define HARNESS_NS		NSEC_PER_MSEC
#define HARNESS_MAX_NS		(100 * NSEC_PER_MSEC)
#define HARNESS_WARMUP_NS	(100 * NSEC_PER_USEC)

/*
 * One worker at work on @obj for @ns: picoseconds an operation, 0 if it did too little. What the
 * workload adds to an operation on purpose is no cost of the harness.
 */
static u64 harness_measure(struct active_run *run, struct contend_object *obj, struct team *team,
			   u64 ns)
{
	const struct tally *done;
	u64 took, ps = 0;

	if (team_init(team, obj, &run->spec, run->mix, 1, run->memcg, run_aborted, run))
		return 0;
	team->load->hold.kind = DELAY_NONE;
	team->load->stall_ns = 0;
	team->load->open = false;
	/* It waits for the start. */
	team->workers[0]->paced = false;
	team->workers[0]->context = CONTEXT_TASK;
	team->sched = POLICY_OTHER;
	team->disturb = (struct disturb){ };
	/* A trace is of the run. */
	team->slow_ns = U64_MAX;
	if (!team_run(team, HARNESS_WARMUP_NS, ns)) {
		/* From its first to its last: what its leader does at both ends is not in it. */
		done = &team->workers[0]->tally;
		took = contend_elapsed(done->first_ns, done->last_ns);
		/* It may have had no CPU for most of a slice: that tells too little. */
		if (done->ops && took >= ns / 2)
			ps = div64_u64(took * 1000, done->ops);
	}
	team_destroy(team);
	return ps;
}

/**
 * harness_cost - what an operation costs without a lock
 * @run: the run
 *
 * The same mix, that of the first group, on a structure of the same kind and filling, one
 * worker, the null lock. It waits for no others.
 *
 * Context: the run's leader, sleeps.
 * Return: picoseconds; 0 when it cannot be had.
 */
u64 harness_cost(struct active_run *run)
{
	struct contend_create create = {
		.capacity = run->mix->waits & BIT(CONDITION_OTHERS) ? 1 : run->obj->wanted,
		.stripes = run->obj->nstripes,
	};
	struct contend_object *obj;
	u64 ns = min_t(u64, HARNESS_NS, run->spec.runtime_ns), least = 0, ps;
	struct violation_log log;
	struct team *team;
	u32 i;

	/* One worker alone would wait for ever. */
	if (run->mix->waits & ~BIT(CONDITION_OTHERS))
		return 0;
	obj = contend_object_create(contend_lock_find("null"), run->obj->s, &create);
	if (IS_ERR(obj))
		return 0;
	violation_log_init(&log, NO_WORKER);
	team = kvzalloc(sizeof(*team), GFP_CLIENT);
	/* Nobody else knows it: this task, which is in another one, has nobody to wait for. */
	if (!team || contend_object_try_enter(obj, true))
		goto out;
	if (!contend_object_fill(obj, &run->spec, true, run_aborted, run, &log))
		for (; !least && ns <= HARNESS_MAX_NS; ns *= 10)
			for (i = 0; i < HARNESS_SLICES && !run_aborted(run); i++) {
				ps = harness_measure(run, obj, team, ns);
				least = ps && (!least || ps < least) ? ps : least;
			}
	contend_object_leave(obj, true);
out:
	kvfree(team);
	contend_object_put(obj);
	return least;
}

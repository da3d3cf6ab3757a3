/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A team of kernel threads that work on one object, in the phases of lib/phase.h. A worker in
 * an interrupt (engine/context.h) has a thread as well, which tends it.
 */
#ifndef CONTEND_ENGINE_WORKER_H
#define CONTEND_ENGINE_WORKER_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/wait.h>

#include "check/violation.h"
#include "engine/context.h"
#include "engine/disturb.h"
#include "engine/share.h"
#include "engine/taken.h"
#include "engine/watch.h"
#include "lib/phase.h"
#include "lib/rng.h"
#include "lib/spec.h"
#include "lib/tally.h"
#include "lib/window.h"
#include "lib/workload.h"
#include "operation.h"
#include "structures/stock.h"

struct mem_cgroup;
struct team;

/**
 * struct batch - operations that follow each other without a gap
 * @when: from before the first one to after the last one
 * @n: so many; 0: none yet
 */
struct batch {
	struct window when;
	u32 n;
};

/**
 * struct team_worker - one thread and what it found
 * @team: its team, constant
 * @load: what its operations are drawn from, constant
 * @group: number of its group, constant
 * @paced: whether it ever waits, constant once the team has started
 * @task: the thread, held by a reference; NULL when it has been joined
 * @index: number, constant
 * @cpu: the CPU that it is bound to, constant; if to none, the one on which it ended
 * @context: where it works, constant once the team has started
 * @repeats: of measure=rate, nothing is to come between its operations, see operation_repeat();
 *	constant once the team has started
 * @unread: of measure=rate, for how many operations more it does not read the clock
 * @yield_ns: when it leaves its CPU to others next, CLOCK_MONOTONIC
 * @due_ns: when its operation is, or the last one was, due, CLOCK_MONOTONIC
 * @waits: it waits for @due_ns
 * @timer: in an interrupt: what fires it
 * @stock: in an interrupt: its nodes
 * @rng: its random numbers
 * @turn: its place in sequential keys
 * @next: the operation at hand
 * @follows: it follows the one before, and is not drawn
 * @share: of real-time priority, or in an interrupt: what it has booked of its CPU
 * @op: the operation under way
 * @back: it has left its work for good; read by the team's watch
 * @tally: what it has done, @tally.steps of which the team's watch reads too; this and what
 *	follows is read when it has stopped
 * @retries: of measured operations, read sections repeated, and locks given up and asked for
 *	again
 * @writes: write sections in all phases
 * @bare: of measure=lock, the last batch that began before it was measured, and the last one
 * @overtakes: how often a later comer got the lock before it, at least
 * @bypass: the most of them in one wait
 * @handovers: write sections after one of another worker
 * @local: of which that one was on the same CPU
 * @wakeups: how often measured operations were woken while they waited
 * @vain: after how many of these they still lacked what they waited for
 * @before: what its thread had lost when the measured time began; the leader's
 * @taken: what it had lost when it had left its work, and once the team has stopped, in the
 *	measured time
 * @log: broken invariants, in all phases
 * @hists: the times of @tally
 *
 * All of it belongs to the worker's thread while it runs; in an interrupt, to the timer's
 * function, but for @task, @context, @timer and @stock, which has rules of its own.
 */
struct team_worker {
	struct team *team;
	const struct workload *load;
	struct task_struct *task;
	u32 group;
	bool paced;
	u32 index;
	u32 cpu;
	enum spec_context context;
	bool repeats;
	u32 unread;
	u64 yield_ns;
	u64 due_ns;
	bool waits;
	struct hrtimer timer;
	struct stock stock;
	struct rng rng;
	u64 turn;
	struct drawn next;
	bool follows;
	struct share share;
	struct operation op;
	bool back;
	struct tally tally;
	u64 retries;
	u64 writes;
	struct {
		struct batch warmup;
		struct batch last;
	} bare;
	u64 overtakes;
	u64 bypass;
	u64 handovers;
	u64 local;
	u64 wakeups;
	u64 vain;
	struct taken before;
	struct taken taken;
	struct violation_log log;
	struct hist hists[];
};

/**
 * struct team - workers that start and stop together
 * @id: for the witness, constant
 * @obj: what they work on; the team's owner holds a reference
 * @memcg: the workers' memory is charged to it, constant
 * @load: what their operations are drawn from: of each group, constant
 * @nest: how many locks a write holds, constant
 * @placement: which CPUs they run on, constant
 * @sched: how they are scheduled, constant
 * @stutter_ns: they work and pause in turn for so long, or 0, constant
 * @bare: whether the lock alone is measured, constant
 * @write: then, which side, constant
 * @rate: whether there are no times of single operations, constant
 * @mute: whether they wake nobody, since none of them sleeps: those that wait look. Constant
 * @verify: whether each operation is witnessed, constant
 * @tolerated: broken invariants that a worker may see before it stops the team, constant
 * @slow_ns: waits from here on are traced, constant
 * @abort: says whether the owner wants it to end; a task that makes it true wakes the
 *	owner. Constant
 * @arg: for @abort, constant
 * @nr: number of workers, constant
 * @measured: the measured time, empty until it is over; the leader's
 * @low_ns: when the low worker of an inversion last began; written by it, read by others
 * @low_due_ns: when it begins next, or began last; likewise
 * @workers: each in memory of its own
 * @disturb: the threads that disturb them; the leader's
 * @watch: notices when they hang; has rules of its own
 * @phase: enum phase. Written by the leader, and by a worker that finds
 *	an invariant broken, to PHASE_STOP
 * @stop: it is PHASE_STOP, or is about to be: for a worker that stays in a section
 * @still: all workers that have not left their work sleep, and nobody wakes them, see
 *	operation.still; false again when one of them has found something
 * @wake: workers wait here for WARMUP, the leader for STOP
 *
 * @phase is what every worker reads at every operation: as the last but one field, and
 * aligned, it has its cache line to itself.
 */
struct team {
	u32 id;
	struct contend_object *obj;
	struct mem_cgroup *memcg;
	struct workload load[SPEC_GROUPS];
	u32 nest;
	enum spec_placement placement;
	enum spec_policy sched;
	u64 stutter_ns;
	bool bare;
	bool write;
	bool rate;
	bool mute;
	bool verify;
	u64 tolerated;
	u64 slow_ns;
	bool (*abort)(void *arg);
	void *arg;
	u32 nr;
	struct window measured;
	u64 low_ns;
	u64 low_due_ns;
	struct team_worker **workers;
	struct disturb disturb;
	struct watch watch;
	wait_queue_head_t wake;
	enum phase phase ____cacheline_aligned_in_smp;
	bool stop;
	bool still;
};

extern unsigned long contend_slow_ns;

/**
 * team_made - what kthread_create() has made, in the module's terms
 * @task: the thread, or why there is none
 *
 * It says EAGAIN where there are as many threads as may be (threads-max, pid_max). At the
 * system-call boundary that is "not yet", and this does not pass.
 *
 * Return: @task; -ENOMEM instead of -EAGAIN.
 */
static inline struct task_struct *team_made(struct task_struct *task)
{
	return task == ERR_PTR(-EAGAIN) ? ERR_PTR(-ENOMEM) : task;
}

bool team_pace(struct team_worker *w, u64 ended);
void team_share(struct team_worker *w);
void bare_work(struct team_worker *w);
void bare_settle(struct team_worker *w);
int team_init(struct team *team, struct contend_object *obj, const struct spec *spec,
	      const struct mix *mix, u32 workers, struct mem_cgroup *memcg,
	      bool (*abort)(void *arg), void *arg);
int team_run(struct team *team, u64 warmup_ns, u64 runtime_ns);
void team_stop(struct team *team);
void team_break(struct team_worker *w);
void team_destroy(struct team *team);

#endif /* CONTEND_ENGINE_WORKER_H */

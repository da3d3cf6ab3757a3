// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <uapi/linux/sched/types.h>

#include "clock.h"
#include "engine/loop.h"
#include "engine/worker.h"
#include "lib/charge.h"
#include "object.h"
#include "trace.h"
#include "uapi/contend.h"

unsigned long contend_slow_ns = 1000000;

static atomic_t team_ids;

/* How often the leader looks whether all workers have begun. */
#define TEAM_POLL_US	100

/* How long workers may take to leave their work, before nothing is said of those that sleep. */
#define TEAM_STILL_NS	(2 * NSEC_PER_SEC)

/* From here on a wait is slept, but for the rest of this length, which is spun. */
#define PACE_SPIN_NS	(200 * NSEC_PER_USEC)
/* How long a worker spins without a look at the team and the scheduler. */
#define PACE_LOOK_NS	(100 * NSEC_PER_USEC)

/* Of all CPUs together, what SCHED_DEADLINE workers reserve in each period. */
#define DEADLINE_PERIOD_NS	(10 * NSEC_PER_MSEC)
#define DEADLINE_SHARE_NS	(DEADLINE_PERIOD_NS * SHARE_PERCENT / 100)

/* How long a medium worker of an inversion keeps the CPU. */
#define INVERSION_BURST_NS	(5 * NSEC_PER_MSEC)

static void sleep_until(struct team *team, u64 then)
{
	u64 now;

	while ((now = contend_clock()) < then && READ_ONCE(team->phase) != PHASE_STOP)
		wait_event_interruptible_hrtimeout(team->wake,
						   READ_ONCE(team->phase) == PHASE_STOP,
						   ns_to_ktime(then - now));
}

/*
 * The three roles of an inversion, in each period; the arrow is where it ends without
 * priority inheritance, with it low runs on where high begins to wait.
 *
 *	            0         hold/2
 *	low         |== holds ==|. . . . . . . . . . . . . .|=>|
 *	medium                  | . |==== burst, each of them =|
 *	high                    |==| . . . . waits . . . . . . .|== holds ==>
 *
 * No more than half of a period is work, so that the CPU is there for others; low books
 * all of it, and where the CPU is booked leaves periods out. The others look
 * whether low has begun, and whether it can still be holding: a machine that stood still, as
 * a virtual one does, wakes all of them at once.
 */
static u64 inversion_pace(struct team_worker *w)
{
	struct team *team = w->team;
	const u64 hold = w->load->hold.most_ns;
	const u64 period = 2 * (2 * hold + (team->nr - INVERSION_MEDIUM) * INVERSION_BURST_NS);

	for (;;) {
		u64 from = contend_clock(), begin, then, low, now;

		if (w->index == INVERSION_LOW) {
			begin = share_book(w->cpu, from, period / 2);
			w->share.waited_ns += begin - from;
			from = begin;
		}
		begin = (div64_u64(from, period) + 1) * period;
		then = begin;
		if (w->index == INVERSION_LOW)
			WRITE_ONCE(team->low_due_ns, begin);
		do {
			sleep_until(team, then);
			now = contend_clock();
			if (READ_ONCE(team->phase) == PHASE_STOP)
				return now;
			if (w->index == INVERSION_LOW) {
				WRITE_ONCE(team->low_ns, now);
				return now;
			}
			low = READ_ONCE(team->low_ns);
			/* It may have left periods out. */
			then = low < begin ? max(now, READ_ONCE(team->low_due_ns)) : low;
			then += hold / 2;
		} while (now < then);
		if (w->index != INVERSION_HIGH)
			contend_spin(now, INVERSION_BURST_NS);
		else if (now < low + hold)
			return now;
	}
}

/* Whether the workers come before ordinary tasks, all the time. */
static bool team_shares(const struct team *team)
{
	return team->sched == POLICY_FIFO || team->sched == POLICY_DEADLINE;
}

/**
 * team_share - wait until a worker of real-time priority may go on, see engine/share.h
 * @w: the worker, between two operations
 *
 * No longer than until the team stops; not at all for others.
 *
 * Context: the worker's thread, may sleep.
 */
void team_share(struct team_worker *w)
{
	if (team_shares(w->team) && share_used(&w->share))
		sleep_until(w->team, share_next(&w->share, contend_clock(), SHARE_SLICE_NS));
}

/* What a worker's schedule wants of it between two operations. */
static void team_rest(struct team_worker *w, u64 now)
{
	struct team *team = w->team;
	u64 n;

	team_share(w);
	if (team->stutter_ns) {
		n = div64_u64(now, team->stutter_ns);
		if (n % 2)
			sleep_until(team, (n + 1) * team->stutter_ns);
	}
}

/**
 * team_pace - wait until a worker's next operation is due
 * @w: the worker
 * @ended: when the last one ended
 *
 * Waits no longer than until the team stops, and in an interrupt no longer than the
 * interrupt may last. Then it is called again.
 *
 * Context: the worker's thread, may sleep; or its interrupt.
 * Return: true: it is due, w->due_ns says since when; in an open loop that may be past.
 * False: not before the interrupt must end.
 */
bool team_pace(struct team_worker *w, u64 ended)
{
	struct team *team = w->team;
	u64 now;

	if (team->sched == POLICY_INVERSION) {
		w->due_ns = inversion_pace(w);
		return true;
	}
	if (!w->waits)
		w->due_ns = delay_due(&w->load->think, &w->load->arrival, &w->rng, w->due_ns,
				      ended);
	w->waits = true;
	while ((now = contend_clock()) < w->due_ns && READ_ONCE(team->phase) != PHASE_STOP) {
		u64 left = w->due_ns - now;

		if (w->context != CONTEXT_TASK) {
			if (w->due_ns > w->yield_ns)
				return false;
			contend_spin(now, left);
			continue;
		}
		if (left > 2 * PACE_SPIN_NS)
			sleep_until(team, w->due_ns - PACE_SPIN_NS);
		else
			contend_spin(now, min_t(u64, left, PACE_LOOK_NS));
		contend_yield();
	}
	w->waits = false;
	team_rest(w, now);
	/* A worker that rests does not want to work. */
	if (!w->load->open && (team_shares(team) || team->stutter_ns))
		w->due_ns = contend_clock();
	return true;
}

static int team_thread(void *data)
{
	struct team_worker *w = data;
	struct team *team = w->team;
	struct contend_object *obj = team->obj;

	set_active_memcg(team->memcg);
	/* Pairs with cmpxchg() in team_set_phase(): what the leader has prepared is seen. */
	wait_event_interruptible(team->wake, smp_load_acquire(&team->phase) != PHASE_START);
	trace_contend_worker_begin(obj, w);
	w->op.nest = team->nest;
	w->op.section.stop = &team->stop;
	w->op.wait = w->load->wait;
	w->op.mute = team->mute;
	w->op.still = &team->still;
	if (w->context != CONTEXT_TASK)
		w->op.stock = &w->stock;
	operation_begin(&w->op, obj, witness_writer(team->id, current->pid), team->verify,
			&w->log);
	w->op.section.untimed = team->rate;
	/* A task that sleeps would have to be woken after each of them. */
	w->repeats = team->rate && team->mute && obj->structure->repeat &&
		     mix_only(&w->load->mix);
	if (team->bare)
		bare_work(w);
	else if (w->context == CONTEXT_TASK)
		loop(w);
	else
		context_work(w);
	/* From here on it is the thread that works, and wakes. */
	w->op.stock = NULL;
	loop_end(w);
	w->taken = taken_from(w->task);
	if (team->placement == PLACEMENT_FREE)
		w->cpu = raw_smp_processor_id();
	share_end(&w->share);
	/* Read without a lock in watch_out(). A: pairs with B of team_asleep(): it has woken all */
	smp_store_release(&w->back, true);
	operation_end(&w->op);
	trace_contend_worker_end(obj, w);

	/* The team's leader joins by kthread_stop(), which wants a live thread. */
	set_current_state(TASK_INTERRUPTIBLE);
	while (!kthread_should_stop()) {
		schedule();
		set_current_state(TASK_INTERRUPTIBLE);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

/* Whether some of its tasks wait for a condition, and each of these looks until it is met. */
static bool team_looks(const struct team *team)
{
	bool waits = false;
	u32 g;

	for (g = 0; g < SPEC_GROUPS; g++) {
		if (!team->load[g].mix.waits)
			continue;
		if (team->load[g].wait == WAIT_BLOCK)
			return false;
		waits = true;
	}
	return waits;
}

/* The CPUs in turn, so that neighbours in number are neighbours in place. */
static unsigned int team_cpu(unsigned int index)
{
	unsigned int skip = index % num_online_cpus(), cpu;

	for_each_online_cpu(cpu)
		if (!skip--)
			return cpu;
	/* CPUs went away while we counted: any will do. */
	return cpumask_first(cpu_online_mask);
}

static struct team_worker *worker_create(struct team *team, const struct spec *spec, u32 index)
{
	unsigned int cpu = team_cpu(spec->placement == PLACEMENT_PACK ? 0 : index);
	const u32 group = spec_group_of(spec, index);
	const struct workload *load = &team->load[group];
	struct task_struct *task;
	struct team_worker *w;

	w = kvzalloc_node(struct_size(w, hists, tally_hists(load, 0)), GFP_CLIENT,
			  cpu_to_node(cpu));
	if (!w)
		return ERR_PTR(-ENOMEM);
	w->team = team;
	w->load = load;
	w->group = group;
	w->paced = load->open || load->think.kind != DELAY_NONE || spec->stutter_ns ||
		   spec->sched != POLICY_OTHER;
	w->index = index;
	w->cpu = cpu;
	w->context = spec_context_of(spec, index);
	rng_seed(&w->rng, spec->seed, index);
	violation_log_init(&w->log, index);
	tally_init(&w->tally, load, 0, w->hists);

	task = team_made(kthread_create_on_node(team_thread, w, cpu_to_node(cpu), "contend/%u",
						index));
	if (IS_ERR(task)) {
		kvfree(w);
		return ERR_CAST(task);
	}
	if (spec->placement != PLACEMENT_FREE)
		kthread_bind(task, cpu);
	w->task = get_task_struct(task);
	return w;
}

/**
 * team_init - gather workers, which wait
 * @team: the team
 * @obj: what they will work on; the caller holds a reference until
 *	team_destroy()
 * @spec: the workload
 * @mix: from mix_init(), of each group
 * @workers: how many
 * @memcg: their memory is charged to it; the caller holds it until team_destroy()
 * @abort: says whether the owner wants it to end; a task that makes it true wakes the owner
 * @arg: for @abort
 *
 * Context: process, may sleep.
 * Return: 0; -ENOMEM memory or a thread cannot be had; -ECANCELED on @abort. On error
 * nothing is left.
 */
int team_init(struct team *team, struct contend_object *obj, const struct spec *spec,
	      const struct mix *mix, u32 workers, struct mem_cgroup *memcg,
	      bool (*abort)(void *arg), void *arg)
{
	int ret;

	memset(team, 0, sizeof(*team));
	team->id = atomic_inc_return(&team_ids);
	team->obj = obj;
	team->memcg = memcg;
	team->placement = spec->placement;
	team->sched = spec->sched;
	team->stutter_ns = spec->stutter_ns;
	disturb_init(&team->disturb, spec);
	team->bare = spec->measure == MEASURE_LOCK;
	team->rate = spec->measure == MEASURE_RATE;
	team->write = mix_side(mix, 1) > 0;
	team->verify = spec->verify == VERIFY_FULL;
	team->nest = spec->nest;
	team->tolerated = spec->violations == VIOLATIONS_COUNT ? U64_MAX : 0;
	team->slow_ns = READ_ONCE(contend_slow_ns);
	team->abort = abort;
	team->arg = arg;
	team->phase = PHASE_START;
	init_waitqueue_head(&team->wake);
	watch_init(&team->watch, team);

	team->workers = kvcalloc(workers, sizeof(*team->workers), GFP_CLIENT);
	if (!team->workers)
		return -ENOMEM;
	ret = workload_init(team->load, mix, spec);
	if (ret)
		goto err_destroy;
	team->mute = team_looks(team);
	while (team->nr < workers) {
		struct team_worker *w = abort(arg) ? ERR_PTR(-ECANCELED) :
					worker_create(team, spec, team->nr);

		if (IS_ERR(w)) {
			ret = PTR_ERR(w);
			goto err_destroy;
		}
		team->workers[team->nr++] = w;
		wake_up_process(w->task);
	}
	return 0;

err_destroy:
	team_destroy(team);
	return ret;
}

static int worker_schedule(const struct team *team, struct team_worker *w)
{
	static const u32 priorities[] = {
		[INVERSION_LOW] = 1, [INVERSION_HIGH] = 3, [INVERSION_MEDIUM] = 2,
	};
	struct sched_attr attr = { .size = sizeof(attr) };

	switch (team->sched) {
	case POLICY_FIFO:
		attr.sched_policy = SCHED_FIFO;
		attr.sched_priority = 1;
		break;
	case POLICY_INVERSION:
		attr.sched_policy = SCHED_FIFO;
		attr.sched_priority = priorities[min_t(u32, w->index, INVERSION_MEDIUM)];
		break;
	case POLICY_DEADLINE:
		attr.sched_policy = SCHED_DEADLINE;
		attr.sched_period = DEADLINE_PERIOD_NS;
		attr.sched_deadline = DEADLINE_PERIOD_NS;
		attr.sched_runtime = min_t(u64, DEADLINE_SHARE_NS,
					   DEADLINE_SHARE_NS * num_online_cpus() / team->nr);
		break;
	default:
		return 0;
	}
	return sched_setattr_nocheck(w->task, &attr);
}

static void team_set_phase(struct team *team, enum phase phase)
{
	/* A worker may have stopped the team: that stands. */
	enum phase now = READ_ONCE(team->phase);

	/* Read by those that stay in a section. */
	if (phase == PHASE_STOP)
		WRITE_ONCE(team->stop, true);
	while (now != PHASE_STOP) {
		enum phase was = cmpxchg(&team->phase, now, phase);

		if (was == now)
			break;
		now = was;
	}
}

/* When that was: nobody takes the CPU between the change and the reading. */
static struct clock_both team_enter(struct team *team, enum phase phase)
{
	struct clock_both now;

	preempt_disable();
	team_set_phase(team, phase);
	now = clock_take();
	preempt_enable();
	wake_up_all(&team->wake);
	return now;
}

/**
 * team_stop - make all workers leave
 * @team: the team
 *
 * Context: any but hardirq, outside the sections of the object's lock.
 */
void team_stop(struct team *team)
{
	team_set_phase(team, PHASE_STOP);
	wake_up_all(&team->wake);
}

/**
 * team_break - a worker has found an invariant broken: make all workers leave
 * @w: the worker
 *
 * In an interrupt it leaves to its thread what it must not do on PREEMPT_RT.
 *
 * Context: the worker's thread or interrupt, outside the sections of the object's lock.
 */
void team_break(struct team_worker *w)
{
	if (w->context == CONTEXT_TASK)
		team_stop(w->team);
	else
		team_set_phase(w->team, PHASE_STOP);
}

static bool team_stopped(const struct team *team)
{
	return READ_ONCE(team->phase) == PHASE_STOP;
}

static bool team_all_running(const struct team *team)
{
	u32 i;

	/* Written without a lock in loop() and bare_work(). */
	for (i = 0; i < team->nr; i++)
		if (!READ_ONCE(team->workers[i]->tally.steps) && !spec_idle(team->sched, i))
			return false;
	return true;
}

/* Why some worker has done nothing for so long: all of these wait for a condition, or not. */
static int team_idle(const struct team *team)
{
	u64 sleeps = 0;
	u32 i;

	for (i = 0; i < team->nr; i++)
		if (!READ_ONCE(team->workers[i]->tally.steps) && !spec_idle(team->sched, i) &&
		    !parked_still(&team->workers[i]->op.parked, &sleeps))
			return -ETIMEDOUT;
	return -EDEADLK;
}

/* Sleep until the time is over, somebody stops the team or the owner gives up. */
static int team_sleep(struct team *team, u64 ns)
{
	ktime_t until = ktime_add_ns(ktime_get(), ns);

	for (;;) {
		s64 left = ktime_to_ns(ktime_sub(until, ktime_get()));

		if (team_stopped(team) || left <= 0)
			return 0;
		if (team->abort(team->arg))
			return -ECANCELED;
		wait_event_interruptible_hrtimeout(team->wake, team_stopped(team) ||
						   team->abort(team->arg), ns_to_ktime(left));
	}
}

/* Whether all that are still at work sleep, and nobody has woken them; @turns as parked_still(). */
static bool team_asleep(const struct team *team, u64 *turns)
{
	u32 i;

	for (i = 0; i < team->nr; i++) {
		const struct team_worker *w = team->workers[i];

		/* B: pairs with A */
		if (smp_load_acquire(&w->back))
			continue;
		(*turns)++;
		if (!parked_still(&w->op.parked, turns))
			return false;
	}
	return true;
}

/*
 * Wait until those that are at work have left it, or sleep for a condition. From then on nobody is
 * there who could wake these: one that finds what it waits for has lost its wake-up. Unless others
 * work on the object; or an interrupt, whose thread wakes for it, but not at the very end.
 */
static void team_settle(struct team *team)
{
	const u64 patience = ktime_get_mono_fast_ns() + TEAM_STILL_NS;
	u64 before, after;
	bool still, waits = false;
	u32 g, i;

	for (g = 0; g < SPEC_GROUPS; g++)
		waits |= team->load[g].mix.waits;
	for (i = 0; i < team->nr; i++)
		waits &= team->workers[i]->context == CONTEXT_TASK;
	if (!waits)
		return;
	for (;;) {
		before = 0;
		after = 0;
		still = team_asleep(team, &before);
		/* One look, then the other: see parked_still(). */
		smp_rmb();
		still = still && team_asleep(team, &after) && before == after;
		if (still || ktime_get_mono_fast_ns() > patience)
			break;
		usleep_range(TEAM_POLL_US, 2 * TEAM_POLL_US);
	}
	WRITE_ONCE(team->still, still && atomic_read(&team->obj->runs) == 1 &&
		   atomic_read(&team->obj->descriptors) <= 1);
}

/* A thread can be joined once only, hence the NULL. */
static void team_join(struct team *team)
{
	u32 i;

	team_stop(team);
	for (i = 0; i < team->nr; i++)
		if (team->workers[i]->task)
			kthread_stop(team->workers[i]->task);
	/* It looks at their tasks. */
	watch_end(&team->watch);
	for (i = 0; i < team->nr; i++) {
		struct team_worker *w = team->workers[i];

		if (!w->task)
			continue;
		put_task_struct(w->task);
		w->task = NULL;
	}
}

/* When the operation is due that a worker would do next. */
static u64 worker_next_due(struct team_worker *w, u64 ended)
{
	const struct team *team = w->team;

	if (!w->paced)
		return ended;
	if (w->waits)
		return w->due_ns;
	/* It comes with its period. */
	if (team->sched == POLICY_INVERSION)
		return U64_MAX;
	return delay_due(&w->load->think, &w->load->arrival, &w->rng, w->due_ns, ended);
}

/* What of a worker lies across the ends of the measured time. */
static void worker_settle(struct team_worker *w)
{
	const struct team *team = w->team;

	w->taken.times = contend_elapsed(w->before.times, w->taken.times);
	if (w->taken.wait_ns != CONTEND_UNKNOWN)
		/* One that began before the measured time is told whole when it has ended. */
		w->taken.wait_ns = min(contend_elapsed(w->before.wait_ns, w->taken.wait_ns),
				       window_ns(&team->measured));
	if (team->bare)
		bare_settle(w);
	else if (!team->rate)
		tally_settle(&w->tally, w->load, &team->measured,
			     worker_next_due(w, tally_ended(&w->tally)),
			     w->context == CONTEXT_TASK);
}

/**
 * team_run - warm up, measure, stop, join
 * @team: from team_init(), once
 * @warmup_ns: how long to work before it counts
 * @runtime_ns: how long it counts
 *
 * When it returns no worker is at work and their results can be read.
 *
 * Context: kernel thread, may sleep.
 * Return: 0, also when a violation ended it early; -ECANCELED on team->abort;
 * -ETIMEDOUT a worker never got to run, -EDEADLK it waits for a condition; -EBUSY or -EPERM the
 * scheduler does not admit them, or no CPU went offline; -EL2NSYNC the clock has not gone right;
 * -ENOMEM.
 */
int team_run(struct team *team, u64 warmup_ns, u64 runtime_ns)
{
	const u64 patience = ktime_get_mono_fast_ns() + PHASE_PATIENCE_NS;
	struct clock_both from, until;
	int ret = 0, disturbed;
	u32 i;

	clock_hold();
	if (team->mute)
		conditions_mute(&team->obj->conditions, 1);
	for (i = 0; i < team->nr && !ret; i++)
		ret = worker_schedule(team, team->workers[i]);
	ret = ret ?: disturb_begin(&team->disturb, team);
	if (ret)
		goto out;
	watch_begin(&team->watch);
	team_enter(team, PHASE_WARMUP);
	ret = team_sleep(team, warmup_ns);
	while (!ret && !team_all_running(team) && !team_stopped(team)) {
		if (ktime_get_mono_fast_ns() > patience)
			ret = team_idle(team);
		else if (team->abort(team->arg))
			ret = -ECANCELED;
		else
			usleep_range(TEAM_POLL_US, 2 * TEAM_POLL_US);
	}
	if (!ret) {
		from = team_enter(team, PHASE_MEASURE);
		team->measured.from_ns = from.clock_ns;
		for (i = 0; i < team->nr; i++)
			team->workers[i]->before = taken_from(team->workers[i]->task);
		ret = team_sleep(team, runtime_ns);
		until = team_enter(team, PHASE_STOP);
		team->measured.until_ns = until.clock_ns;
		if (!ret && !clock_agrees(&from, &until))
			ret = -EL2NSYNC;
	}
	team_stop(team);
	disturbed = disturb_end(&team->disturb);
	team_settle(team);
	ret = ret ?: disturbed;
out:
	team_join(team);
	if (team->mute)
		conditions_mute(&team->obj->conditions, -1);
	clock_release();
	for (i = 0; i < team->nr && window_ns(&team->measured); i++)
		worker_settle(team->workers[i]);
	return ret;
}

/**
 * team_destroy - let the workers go
 * @team: from team_init(), run or not
 *
 * Context: process, may sleep.
 */
void team_destroy(struct team *team)
{
	u32 i;

	/* team_init() failed or was never called. */
	if (!team->workers)
		return;
	team_join(team);
	for (i = 0; i < team->nr; i++)
		kvfree(team->workers[i]);
	team->nr = 0;
	workload_destroy(team->load);
	kvfree(team->workers);
	team->workers = NULL;
}

// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "access.h"
#include "books.h"
#include "engine/admit.h"
#include "engine/harness.h"
#include "engine/run.h"
#include "fill.h"
#include "lib/charge.h"
#include "lib/rules.h"
#include "object.h"
#include "trace.h"

unsigned int contend_max_runs = 64;

/* The table of living runs, by number; has its own lock. */
static DEFINE_XARRAY_ALLOC1(runs);
static u32 runs_next;
static atomic_t runs_count = ATOMIC_INIT(0);

/**
 * run_count - how many runs live
 *
 * Context: any.
 */
unsigned int run_count(void)
{
	return atomic_read(&runs_count);
}

/* How long its workers stay at most, if each of them is inside at a time. */
static u64 run_stays(const struct spec *spec)
{
	u64 stays = spec->stall_ns, hold;
	struct group_spec group;
	u32 g;

	for (g = 0; g < spec_ngroups(spec); g++) {
		spec_group(spec, g, &group);
		hold = group.hold.kind == DELAY_NONE ? 0 : group.hold.most_ns;
		/* Its mean: delay_draw() says what is the most. */
		if (group.hold.kind == DELAY_EXP)
			hold *= 23;
		stays += group.workers * hold;
	}
	return stays;
}

/**
 * run_aborted - whether a run is to end now
 * @arg: the run
 *
 * Context: its leader.
 */
bool run_aborted(void *arg)
{
	const struct active_run *run = arg;

	/* Set without a lock in run_stop(). */
	return READ_ONCE(run->stop) || kthread_should_stop();
}

/* What a team's workers have done in the measured time, and for how much of it all of them did. */
static u64 team_sum(const struct team *team, u64 *span_ns, u64 *concurrent_ns)
{
	struct window all = team->measured;
	u64 ops = 0;
	u32 i;

	for (i = 0; i < team->nr; i++) {
		const struct team_worker *w = team->workers[i];

		if (spec_idle(team->sched, i))
			continue;
		ops += w->tally.ops;
		/* Without any it has no times: nothing was concurrent with it. */
		window_cut(&all, w->tally.first_ns, w->tally.last_ns);
	}
	*span_ns = window_ns(&team->measured);
	*concurrent_ns = window_ns(&all);
	return ops;
}

/* Enter what the workers have done, in all phases, into the books. */
static void run_settle(struct active_run *run)
{
	const struct team *team = &run->team;
	struct books done = { };
	u32 i, verb;

	for (i = 0; i < team->nr; i++) {
		const struct team_worker *w = team->workers[i];

		for (verb = 0; verb < w->load->mix.n; verb++)
			done.waited_ns += w->tally.time[TIMED_WAIT][verb].sum;
		run->operations += w->tally.steps;
		run->backlog_max = max(run->backlog_max, w->op.backlog_max);
		if (team->verify)
			done.writes += w->writes;
		done.balance += w->tally.balance;
		violation_merge(&run->log, &w->log);
	}
	done.ops = run->operations;
	contend_object_settle(team->obj, &done);
}

static int run_work(struct active_run *run)
{
	struct contend_object *obj = run->obj;
	struct spec *spec = &run->spec;
	int ret;

	run->harness_ps = harness_cost(run);
	ret = team_init(&run->team, obj, spec, run->mix, spec->workers, run->memcg, run_aborted,
			run);
	if (ret)
		return ret;
	trace_contend_run_begin(run);
	ret = team_run(&run->team, spec->warmup_ns, spec->runtime_ns);
	run->ops = team_sum(&run->team, &run->span_ns, &run->concurrent_ns);
	run_settle(run);
	return ret;
}

/* Let another run take CPUs offline, if this one might. */
static void run_release_hotplug(struct active_run *run)
{
	if (run->hotplug)
		disturb_release_hotplug();
	run->hotplug = false;
}

static int run_leader(void *data)
{
	struct active_run *run = data;
	struct contend_object *obj = run->obj;
	const struct spec *spec = &run->spec;
	const bool writes = mix_side(run->mix, spec_ngroups(spec)) != 0;
	/* The filling does too. */
	const bool fills = mix_fill(obj->structure->verbs) >= 0 && spec->prefill;
	/* What is an owner's: all the time, and to fill it. */
	const struct contend_verb *verbs = obj->structure->verbs;
	const u32 owns = mix_seats(run->mix, spec);
	u32 owned = owns | (fills ? verb_seats(&verbs[mix_fill(verbs)]) : 0);
	bool reclaims, alone;

	set_active_memcg(run->memcg);
	if (owned && !contend_object_own(obj, owned)) {
		owned = 0;
		run->refused = -EBUSY;
	} else {
		run->refused = contend_object_begin(obj, writes, fills || spec->tune.n,
						    &alone);
	}
	/* The lock alone leaves interrupts on: not where they share it. */
	if (!run->refused && obj->shared && spec->measure == MEASURE_LOCK) {
		contend_object_filled(obj, writes, alone);
		contend_object_leave(obj, writes);
		atomic_dec(&obj->runs);
		run->refused = -EBUSY;
	}
	if (run->refused)
		contend_object_disown(obj, owned);
	complete(&run->entered);
	if (!run->refused) {
		/* Where it can be measured; of two runs at a time in one of them. */
		reclaims = !reclaim_begin(&obj->nodes.reclaim);
		run->error = contend_object_fill(obj, spec, alone, run_aborted, run, &run->log);
		contend_object_disown(obj, owned & ~owns);
		contend_object_filled(obj, writes, alone);
		if (!run->error)
			run->error = run_work(run);
		contend_object_disown(obj, owns);
		contend_object_leave(obj, writes);
		contend_object_report(obj, &run->log);
		atomic_dec(&obj->runs);
		/* All CPUs are online again. */
		run_release_hotplug(run);
		/*
		 * Behind it all is freed, unless another run is at work. Where the
		 * descriptor is closed nobody will ask.
		 */
		run->verified = kthread_should_stop() ? -EINTR :
				contend_object_verify(obj, &run->log);
		run->complete = !run->error &&
				(!run->log.total || run->spec.violations == VIOLATIONS_COUNT);
		if (reclaims)
			run->reclaim = reclaim_end(&obj->nodes.reclaim);
		trace_contend_run_end(run);
		/* Pairs with smp_load_acquire() in run_done(). */
		smp_store_release(&run->done, true);
		wake_up_all(&run->wait);
	}

	/* run_end() joins by kthread_stop(), which wants a live thread. */
	set_current_state(TASK_INTERRUPTIBLE);
	while (!kthread_should_stop()) {
		schedule();
		set_current_state(TASK_INTERRUPTIBLE);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

/**
 * run_done - whether a run has its results
 * @run: the run
 *
 * Context: any.
 */
bool run_done(const struct active_run *run)
{
	/* Pairs with smp_store_release() in run_leader(). */
	return smp_load_acquire(&run->done);
}

/**
 * run_stop - end a run before its time
 * @run: the run
 *
 * Does not wait: run_done() says when the results are there.
 *
 * Context: any.
 */
void run_stop(struct active_run *run)
{
	/* Read without a lock in run_aborted(). */
	WRITE_ONCE(run->stop, true);
	wake_up_process(run->leader);
}

/**
 * run_start - begin a run
 * @obj: what to work on; the run takes a reference of its own
 * @spec: the workload
 * @door: the file to which it was written, or NULL when the caller made a command of it
 * @error: what is wrong with it, on -EINVAL, -EPERM, -EOPNOTSUPP, -ENOSPC and -EBUSY
 *
 * Context: process, may sleep.
 * Return: the run, which run_end() ends; -EINVAL @spec is out of bounds or not
 * for this object; -EPERM the caller, or the opener of @door, lacks a capability for it;
 * -EOPNOTSUPP its lock cannot serve it; -ENOSPC too many
 * runs; -EBUSY as contend_object_enter(), or it would do what is the owner's beside another task
 * that does, or interrupts shall share a lock that leaves
 * them on and somebody is inside, or they do and @spec measures the lock alone, or it
 * wants to take CPUs offline as another run does, or its workers would stay too long;
 * -ENOMEM memory or a thread cannot be had; -EINTR a fatal signal came.
 */
struct active_run *run_start(struct contend_object *obj, const struct spec *spec,
			     const struct file *door, struct spec_error *error)
{
	struct active_run *run;
	struct task_struct *task;
	int ret;

	ret = admit_run(obj, spec, door, error);
	if (ret)
		return ERR_PTR(ret);
	if (!atomic_add_unless(&runs_count, 1, contend_max_runs)) {
		snprintf(error->message, sizeof(error->message),
			 "there are as many runs as the module's max_runs=%u allows",
			 contend_max_runs);
		return ERR_PTR(-ENOSPC);
	}

	ret = -EBUSY;
	if (!contend_object_stay(obj, run_stays(spec))) {
		snprintf(error->message, sizeof(error->message),
			 "all that work on the object would stay in its sections for more than %llu ms together, for which a task may have to wait: fewer workers, or a shorter hold=",
			 CONTEND_STAYS_MAX_NS / NSEC_PER_MSEC);
		goto err_count;
	}
	if (spec->hotplug_ns && !disturb_claim_hotplug()) {
		snprintf(error->message, sizeof(error->message),
			 "another run takes CPUs offline: one at a time");
		goto err_stays;
	}
	ret = -ENOMEM;
	run = kvzalloc(sizeof(*run), GFP_CLIENT);
	if (!run)
		goto err_hotplug;
	run->hotplug = spec->hotplug_ns;
	kref_get(&obj->ref);
	run->obj = obj;
	run->memcg = get_mem_cgroup_from_mm(current->mm);
	run->spec = *spec;
	strscpy(run->spec.lock, obj->lock->name, sizeof(run->spec.lock));
	strscpy(run->spec.structure, obj->structure->name, sizeof(run->spec.structure));
	run->spec.capacity = obj->wanted;
	run->spec.stripes = obj->nstripes;
	run->spec.avoid = obj->avoid;
	init_completion(&run->entered);
	init_waitqueue_head(&run->wait);
	violation_log_init(&run->log, NO_WORKER);
	ret = mix_init(run->mix, obj->structure->verbs, obj->structure->name, spec, error);
	if (ret)
		goto err_free;
	ret = -EINVAL;
	if (!rules_mix(&run->spec, run->mix, obj->structure->verbs, error) ||
	    (!contend_object_elements(obj) &&
	     !rules_empty(&run->spec, run->mix, obj->structure->verbs, error)))
		goto err_free;
	ret = -EOPNOTSUPP;
	if (!rules_lock(spec, run->mix, obj->structure->verbs, obj->lock->name, obj->lock->caps,
			error))
		goto err_free;
	ret = xa_alloc_cyclic(&runs, &run->id, run, xa_limit_31b, &runs_next, GFP_KERNEL);
	if (ret < 0)
		goto err_free;

	task = team_made(kthread_create(run_leader, run, "contend/run%u", run->id));
	if (IS_ERR(task)) {
		ret = PTR_ERR(task);
		goto err_table;
	}
	run->leader = get_task_struct(task);
	/* Last, since it stays. */
	if (spec->context[CONTEXT_SOFTIRQ] || spec->context[CONTEXT_HARDIRQ]) {
		ret = contend_object_share(obj);
		if (ret)
			goto err_leader;
	}
	wake_up_process(task);
	if (wait_for_completion_killable(&run->entered)) {
		run_end(run);
		return ERR_PTR(-EINTR);
	}
	ret = run->refused;
	if (ret)
		goto err_leader;
	return run;

err_leader:
	kthread_stop(run->leader);
	put_task_struct(run->leader);
err_table:
	xa_erase(&runs, run->id);
err_free:
	mem_cgroup_put(run->memcg);
	contend_object_put(obj);
	kvfree(run);
err_hotplug:
	if (spec->hotplug_ns)
		disturb_release_hotplug();
err_stays:
	contend_object_stay_no_more(obj, run_stays(spec));
err_count:
	atomic_dec(&runs_count);
	return ERR_PTR(ret);
}

static void run_reap(struct work_struct *work)
{
	struct active_run *run = container_of(work, struct active_run, reaping.work);

	kthread_stop(run->leader);
	put_task_struct(run->leader);
	xa_erase(&runs, run->id);
	team_destroy(&run->team);
	/* Where its leader never ran. */
	run_release_hotplug(run);
	contend_object_stay_no_more(run->obj, run_stays(&run->spec));
	contend_object_put(run->obj);
	mem_cgroup_put(run->memcg);
	kvfree(run->reclaim);
	atomic_dec(&runs_count);
	reaped(&run->reaping);
	kvfree(run);
}

/**
 * run_end - stop a run that may still be at work, and leave it to the reaper
 * @run: from run_start()
 *
 * Context: process, may sleep as reap() does. The reaper waits until the workers have left
 * the operation that they are in, and for grace periods.
 */
void run_end(struct active_run *run)
{
	run_stop(run);
	reap(&run->reaping, run_reap);
}

/**
 * run_begun - whether its workers have begun
 * @run: the run
 *
 * Context: any.
 */
bool run_begun(const struct active_run *run)
{
	/* Pairs with cmpxchg() in team_set_phase(): from then on all of them are there. */
	return smp_load_acquire(&run->team.phase) != PHASE_START;
}

/**
 * run_steps - what its workers have done so far, in all phases
 * @run: the run
 * @measures: whether its measured time has begun
 *
 * Context: any; the caller keeps the run in its table, and by that its workers.
 * Return: operations, with measure=lock sections.
 */
u64 run_steps(const struct active_run *run, bool *measures)
{
	const struct team *team = &run->team;
	u64 steps = 0;
	u32 i;

	*measures = false;
	if (!run_begun(run))
		return 0;
	*measures = READ_ONCE(team->phase) != PHASE_WARMUP;
	/* Written without a lock in loop() and bare_work(). */
	for (i = 0; i < team->nr; i++)
		steps += READ_ONCE(team->workers[i]->tally.steps);
	return steps;
}

/**
 * run_show - /proc/contend/runs
 * @m: where to
 * @unused: NULL
 *
 * Context: process.
 * Return: 0.
 */
int run_show(struct seq_file *m, void *unused)
{
	struct active_run *run;
	unsigned long id;
	bool measures;

	seq_puts(m, "id object lock structure workers runtime_ns state ops\n");
	xa_lock(&runs);
	xa_for_each(&runs, id, run)
		seq_printf(m, "%lu %u %s %s %u %llu %s %llu\n", id, run->obj->id,
			   run->obj->lock->name, run->obj->structure->name, run->spec.workers,
			   run->spec.runtime_ns, run_done(run) ? "done" : "running",
			   run_steps(run, &measures));
	xa_unlock(&runs);
	return 0;
}

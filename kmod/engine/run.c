// SPDX-License-Identifier: GPL-2.0
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/math64.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "books.h"
#include "clock.h"
#include "engine/run.h"
#include "fill.h"
#include "access.h"
#include "lib/charge.h"
#include "lib/rules.h"
#include "object.h"
#include "trace.h"

unsigned int contend_max_runs = 64;
unsigned int contend_max_workers = 256;
unsigned int contend_max_runtime_s = 3600;

/*
 * The harness's own cost is the least of so many slices, since somebody else may have the CPU
 * in some of them. How long one is at first; at most, if its worker got no CPU in any; and
 * the warm-up before.
 */
#define HARNESS_SLICES		10
#define HARNESS_NS		NSEC_PER_MSEC
#define HARNESS_MAX_NS		(100 * NSEC_PER_MSEC)
#define HARNESS_WARMUP_NS	(100 * NSEC_PER_USEC)

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

static bool run_given(const struct spec *spec, const char *key)
{
	return spec->given & BIT_ULL(spec_key(key, strlen(key)) - spec_keys);
}

/* The kernel's own lock for a structure that tasks share with interrupts. */
static const char *run_irq_safe(bool hard)
{
	return !hard ? "spinlock_bh" :
	       IS_ENABLED(CONFIG_PREEMPT_RT) ? "raw_spinlock_irq" : "spinlock_irq";
}

/* The irq-safety rules: what an interrupt may take, its task must keep it out of. */
static int run_validate_context(const struct contend_object *obj, const struct spec *spec,
				struct spec_error *error)
{
	const struct contend_lock *lock = obj->lock;
	const bool soft = spec->context[CONTEXT_SOFTIRQ] && !(lock->caps & CONTEND_CAP_SOFTIRQ);
	const bool hard = spec->context[CONTEXT_HARDIRQ] && !(lock->caps & CONTEND_CAP_HARDIRQ);
	const char *kind = hard ? "hardirq" : "softirq";

	if (obj->avoid == AVOID_BACKOFF &&
	    (spec->context[CONTEXT_SOFTIRQ] || spec->context[CONTEXT_HARDIRQ])) {
		snprintf(error->message, sizeof(error->message),
			 "avoid=backoff lets others run in between, and an interrupt cannot: take avoid=order");
		return -EOPNOTSUPP;
	}
	if (!soft && !hard)
		return 0;
	if (lock->caps & CONTEND_CAP_SLEEPS)
		snprintf(error->message, sizeof(error->message),
			 "%s sleeps, which a %s worker must not: take a lock that spins, as %s",
			 lock->name, kind, run_irq_safe(hard));
	else if (hard && IS_ENABLED(CONFIG_PREEMPT_RT))
		snprintf(error->message, sizeof(error->message),
			 "%s sleeps on PREEMPT_RT or leaves interrupts on: neither is for a hardirq worker: take %s",
			 lock->name, run_irq_safe(hard));
	else
		snprintf(error->message, sizeof(error->message),
			 "%s leaves %s on, and a %s worker would spin on its own CPU's holder: take %s",
			 lock->name, hard ? "interrupts" : "softirqs", kind, run_irq_safe(hard));
	return -EOPNOTSUPP;
}

/*
 * A privileged program can be made to print a text of somebody else's choice: who opened
 * the file that it prints to must have the capability too.
 */
static bool run_capable(const struct file *door, int cap)
{
	return capable(cap) && (!door || file_ns_capable(door, &init_user_ns, cap));
}

/*
 * What takes CPUs from whatever else runs there is for who may do so without this module,
 * and this module is not of any namespace: the root of a container, or of a user namespace,
 * is nobody here. Real-time priorities take CAP_SYS_NICE as in sched_setscheduler(2), and
 * interrupts come before them; so does the affinity of threads that are not the caller's,
 * as in sched_setaffinity(2). To take a CPU offline the kernel itself asks for no
 * capability, but to write into /sys/devices/system/cpu, which containers get for reading
 * only: CAP_SYS_ADMIN stands for that, as for a mount that would change it.
 */
static int run_permit(const struct spec *spec, const struct file *door, struct spec_error *error)
{
	const char *nice = NULL;

	if (spec->sched != POLICY_OTHER)
		nice = "sched=fifo, deadline or inversion";
	else if (spec->context[CONTEXT_SOFTIRQ] || spec->context[CONTEXT_HARDIRQ])
		nice = "context=softirq or hardirq";
	else if (spec->preempt_ns)
		nice = "preempt=";
	else if (spec->shuffle_ns)
		nice = "shuffle=";
	if (nice && !run_capable(door, CAP_SYS_NICE)) {
		snprintf(error->message, sizeof(error->message),
			 "%s takes CPUs from others: it needs CAP_SYS_NICE, in the initial user namespace",
			 nice);
		return -EPERM;
	}
	if (spec->hotplug_ns && !run_capable(door, CAP_SYS_ADMIN)) {
		snprintf(error->message, sizeof(error->message),
			 "hotplug= takes CPUs offline: it needs CAP_SYS_ADMIN, in the initial user namespace");
		return -EPERM;
	}
	return 0;
}

/* What the grammar cannot know: the caller, the object, the limits of this module. */
static int run_validate(const struct contend_object *obj, const struct spec *spec,
			const struct file *door, struct spec_error *error)
{
	const char *lock = obj->lock->name, *structure = obj->structure->name;
	char *message = error->message;
	size_t size = sizeof(error->message);
	int ret;

	if (spec_check(spec, error))
		return -EINVAL;
	ret = run_permit(spec, door, error);
	if (ret)
		return ret;
	if (run_given(spec, "lock") && strcmp(spec->lock, lock)) {
		snprintf(message, size, "lock=%s, but the object's lock is %s", spec->lock, lock);
		return -EINVAL;
	}
	if (run_given(spec, "structure") && strcmp(spec->structure, structure)) {
		snprintf(message, size, "structure=%s, but the object is a %s",
			 spec->structure, structure);
		return -EINVAL;
	}
	if (run_given(spec, "stripes") && spec->stripes != obj->nstripes) {
		snprintf(message, size, "stripes=%u, but the object has %u", spec->stripes,
			 obj->nstripes);
		return -EINVAL;
	}
	if (run_given(spec, "capacity") && spec->capacity && spec->capacity != obj->wanted) {
		snprintf(message, size, "capacity=%llu, but the object has %llu", spec->capacity,
			 obj->wanted);
		return -EINVAL;
	}
	if (run_given(spec, "avoid") && spec->avoid != obj->avoid) {
		snprintf(message, size, "avoid= is not what the object was made with");
		return -EINVAL;
	}
	if (run_given(spec, "engine") && strcmp(spec->engine, "kernel")) {
		snprintf(message, size, "engine=%s does not run inside the kernel", spec->engine);
		return -EOPNOTSUPP;
	}
	if (spec->workers > contend_max_workers) {
		snprintf(message, size, "workers=%u is more than the module's max_workers=%u",
			 spec->workers, contend_max_workers);
		return -EINVAL;
	}
	if (spec->runtime_ns + spec->warmup_ns > (u64)contend_max_runtime_s * NSEC_PER_SEC) {
		snprintf(message, size,
			 "runtime and warmup are more than the module's max_runtime_s=%u",
			 contend_max_runtime_s);
		return -EINVAL;
	}
	if (spec->nest > 1 && !obj->lock->ops->write_nest && obj->avoid == AVOID_ORDER) {
		snprintf(message, size,
			 "nest= is not for %s, of which a task holds one at a time: take another, as spinlock",
			 lock);
		return -EOPNOTSUPP;
	}
	/* What is linked by pointers, or freed behind them, crashes when two are inside. */
	if (spec->violations == VIOLATIONS_COUNT &&
	    (obj->structure->needs & CONTEND_CAP_POINTERS || obj->lock->ops->defer)) {
		snprintf(message, size,
			 "violations=count goes on with a lock that is broken, and %s under %s would crash: take %s",
			 structure, lock, obj->lock->ops->defer ?
			 "a lock that frees nothing later" : "structure=counter or accounts");
		return -EOPNOTSUPP;
	}
	if (spec->sched == POLICY_INVERSION && !contend_lock_lets_go(obj->lock)) {
		snprintf(message, size,
			 "the holder of %s keeps its CPU: nobody comes between it and who waits there",
			 lock);
		return -EOPNOTSUPP;
	}
	if (spec->shuffle_ns && num_online_cpus() < 2) {
		snprintf(message, size, "shuffle= leaves a CPU idle: one CPU is too few");
		return -EOPNOTSUPP;
	}
	if (spec->hotplug_ns && !disturb_can_unplug()) {
		snprintf(message, size,
			 "hotplug= takes a CPU offline: this machine has none that it can do without");
		return -EOPNOTSUPP;
	}
	return run_validate_context(obj, spec, error);
}

/* How long its workers stay at most, if each of them is inside at a time. */
static u64 run_stays(const struct spec *spec)
{
	u64 hold = spec->hold.kind == DELAY_NONE ? 0 : spec->hold.most_ns;

	/* Its mean: delay_draw() says what is the most. */
	if (spec->hold.kind == DELAY_EXP)
		hold *= 23;
	return spec->workers * hold + spec->stall_ns;
}

static bool run_aborted(void *arg)
{
	const struct active_run *run = arg;

	/* Pairs with WRITE_ONCE() in run_stop(). */
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
		ops += w->ops;
		/* Without any it has no times: nothing was concurrent with it. */
		window_cut(&all, w->first_ns, w->last_ns);
	}
	*span_ns = window_ns(&team->measured);
	*concurrent_ns = window_ns(&all);
	return ops;
}

/* Enter what the workers have done, in all phases, into the books. */
static void run_settle(struct active_run *run)
{
	const struct team *team = &run->team;
	s64 balance = 0;
	u64 writes = 0;
	u32 i;

	for (i = 0; i < team->nr; i++) {
		const struct team_worker *w = team->workers[i];

		run->operations += w->steps;
		run->backlog_max = max(run->backlog_max, w->op.backlog_max);
		writes += w->writes;
		balance += w->balance;
		violation_merge(&run->log, &w->log);
	}
	contend_object_settle(team->obj, run->operations, team->verify ? writes : 0, balance);
}

/*
 * One worker at work on @obj for @ns: picoseconds an operation, 0 if it did too little. What the
 * workload adds to an operation on purpose is no cost of the harness.
 */
static u64 harness_measure(struct active_run *run, struct contend_object *obj, struct team *team,
			   u64 ns)
{
	const struct team_worker *w;
	u64 took, ps = 0;

	if (team_init(team, obj, &run->spec, &run->mix, 1, run->memcg, run_aborted, run))
		return 0;
	team->load.hold.kind = DELAY_NONE;
	team->load.stall_ns = 0;
	team->load.open = false;
	team->paced = false;
	/* It waits for the start. */
	team->workers[0]->context = CONTEXT_TASK;
	team->sched = POLICY_OTHER;
	team->disturb = (struct disturb){ };
	if (!team_run(team, HARNESS_WARMUP_NS, ns)) {
		/* From its first to its last: what its leader does at both ends is not in it. */
		w = team->workers[0];
		took = contend_elapsed(w->first_ns, w->last_ns);
		/* It may have had no CPU for most of a slice: that tells too little. */
		if (w->ops && took >= ns / 2)
			ps = div64_u64(took * 1000, w->ops);
	}
	team_destroy(team);
	return ps;
}

/*
 * The same mix on a structure of the same kind and filling, one worker, no
 * lock. Best effort: 0 when it cannot be had.
 */
static u64 run_harness(struct active_run *run)
{
	struct contend_create create = {
		.capacity = run->obj->wanted,
		.stripes = run->obj->nstripes,
	};
	struct contend_object *obj;
	u64 ns = min_t(u64, HARNESS_NS, run->spec.runtime_ns), least = 0, ps;
	struct violation_log log;
	struct team *team;
	u32 i;

	obj = contend_object_create(contend_lock_find("null"), run->obj->s, &create);
	if (IS_ERR(obj))
		return 0;
	violation_log_init(&log, NO_WORKER);
	team = kvzalloc(sizeof(*team), GFP_CLIENT);
	if (!team || contend_object_enter(obj, true))
		goto out;
	if (!contend_object_fill(obj, run->spec.keys.range, run->spec.prefill, run->spec.seed,
				 true, run_aborted, run, &log))
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

static int run_work(struct active_run *run)
{
	struct contend_object *obj = run->obj;
	struct spec *spec = &run->spec;
	int ret;

	run->harness_ps = run_harness(run);
	ret = team_init(&run->team, obj, spec, &run->mix, spec->workers, run->memcg, run_aborted,
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
	const bool writes = mix_side(&run->mix) != 0;
	/* The filling does too. */
	const bool fills = fill_verb(obj->structure) >= 0 && spec->prefill;
	bool reclaims, alone;

	set_active_memcg(run->memcg);
	run->refused = contend_object_begin(obj, writes, fills, &alone);
	/* The lock alone leaves interrupts on: not where they share it. */
	if (!run->refused && obj->shared && spec->measure == MEASURE_LOCK) {
		contend_object_filled(obj, writes, alone);
		contend_object_leave(obj, writes);
		atomic_dec(&obj->runs);
		run->refused = -EBUSY;
	}
	complete(&run->entered);
	if (!run->refused) {
		/* Where it can be measured; of two runs at a time in one of them. */
		reclaims = !reclaim_begin(&obj->nodes.reclaim);
		run->error = contend_object_fill(obj, spec->keys.range, spec->prefill, spec->seed,
						 alone, run_aborted, run, &run->log);
		contend_object_filled(obj, writes, alone);
		if (!run->error)
			run->error = run_work(run);
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
	/* Pairs with READ_ONCE() in run_aborted(). */
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
 * for this object; -EPERM the caller, or who opened @door, lacks a capability for it;
 * -EOPNOTSUPP its lock cannot serve it; -ENOSPC too many
 * runs; -EBUSY as contend_object_enter(), or interrupts shall share a lock that leaves
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

	ret = run_validate(obj, spec, door, error);
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
	ret = mix_init(&run->mix, obj->structure->verbs, obj->structure->name, spec, error);
	if (ret)
		goto err_free;
	ret = -EINVAL;
	if (!rules_mix(spec, &run->mix, obj->structure->verbs, error))
		goto err_free;
	ret = -EOPNOTSUPP;
	if (!rules_lock(spec, &run->mix, obj->structure->verbs, obj->lock->name, obj->lock->caps,
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
 * run_check - how one check came out
 * @run: done
 * @check: which
 * @detail: for the first violation in words, or why it was skipped
 * @size: bytes of @detail
 *
 * Context: any.
 * Return: CONTEND_PASS, CONTEND_FAIL or CONTEND_SKIP.
 */
u32 run_check(const struct active_run *run, enum check check, char *detail, size_t size)
{
	detail[0] = '\0';
	if (run->log.count[check]) {
		violation_describe(&run->log.first[check], detail, size);
		return CONTEND_FAIL;
	}
	if (check == CHECK_EXCLUSION &&
	    (run->spec.verify == VERIFY_END || run->spec.measure == MEASURE_LOCK)) {
		strscpy(detail, run->spec.verify == VERIFY_END ? "verify=end" : "measure=lock",
			size);
		return CONTEND_SKIP;
	}
	if ((check == CHECK_CONSERVATION || check == CHECK_RECLAIM) && run->verified) {
		strscpy(detail, run->verified == -EBUSY ?
			"another run is at work on the object" : "interrupted", size);
		return CONTEND_SKIP;
	}
	return CONTEND_PASS;
}

/**
 * run_verdict - how all of them came out
 * @run: done
 *
 * A lock that is broken on purpose does not pass: nothing has shown what is wrong with it.
 *
 * Context: any.
 * Return: CONTEND_FAIL, CONTEND_INCONCLUSIVE or CONTEND_PASS.
 */
u32 run_verdict(const struct active_run *run)
{
	if (run->log.total)
		return CONTEND_FAIL;
	return run->obj->lock->caps & CONTEND_CAP_BUSTED ? CONTEND_INCONCLUSIVE : CONTEND_PASS;
}

/**
 * run_hist - a worker's histogram, or all of them merged
 * @run: done
 * @worker: index or CONTEND_ALL_WORKERS
 * @kind: CONTEND_HIST_*
 *
 * Context: process, may sleep.
 * Return: a copy to be freed with kvfree(); -ENOENT no such worker, or of this kind no
 * worker has one of its own; -EOPNOTSUPP no such kind, or not in this run; -ENOMEM.
 */
struct hist *run_hist(const struct active_run *run, u32 worker, u32 kind)
{
	const struct team *team = &run->team;
	u32 i, from = worker, to = worker;
	struct hist *h;

	if (kind > CONTEND_HIST_SERVICE || (kind == CONTEND_HIST_RECLAIM && !run->reclaim))
		return ERR_PTR(-EOPNOTSUPP);
	if (kind == CONTEND_HIST_RECLAIM && worker != CONTEND_ALL_WORKERS)
		return ERR_PTR(-ENOENT);
	if (worker == CONTEND_ALL_WORKERS) {
		from = 0;
		to = team->nr - 1;
	}
	if (!team->nr || to >= team->nr)
		return ERR_PTR(-ENOENT);
	h = kvmalloc(sizeof(*h), GFP_CLIENT);
	if (!h)
		return ERR_PTR(-ENOMEM);
	hist_init(h);
	if (kind == CONTEND_HIST_RECLAIM) {
		hist_merge(h, run->reclaim);
		return h;
	}
	for (i = from; i <= to; i++) {
		const struct team_worker *w = team->workers[i];

		hist_merge(h, kind == CONTEND_HIST_WAIT ? &w->wait :
			      kind == CONTEND_HIST_HOLD ? &w->hold :
			      kind == CONTEND_HIST_RESPONSE ? &w->response :
			      kind == CONTEND_HIST_SERVICE ? &w->service : &w->handover);
	}
	return h;
}

static size_t describe_hist(const struct active_run *run, u32 kind, const char *name,
			    char *buf, size_t size)
{
	/* An inversion is about one who waits. */
	bool one = run->spec.sched == POLICY_INVERSION && kind == CONTEND_HIST_WAIT;
	struct hist *h = run_hist(run, one ? INVERSION_HIGH : CONTEND_ALL_WORKERS, kind);
	size_t n;

	if (IS_ERR(h))
		return scnprintf(buf, size, "%s: not measured (%ld)\n", name, PTR_ERR(h));
	n = !h->total ? 0 : scnprintf(buf, size,
		"%s: mean=%llu p50=%llu p90=%llu p99=%llu p999=%llu p9999=%llu max=%llu\n", name,
		hist_mean(h), hist_percentile(h, 50000), hist_percentile(h, 90000),
		hist_percentile(h, 99000), hist_percentile(h, 99900), hist_percentile(h, 99990),
		h->max);
	kvfree(h);
	return n;
}

/* What real-time work was kept to; of none there is nothing to say. */
static size_t describe_share(const struct active_run *run, char *buf, size_t size)
{
	const struct spec *spec = &run->spec;
	u64 waited_ns = run->team.disturb.waited_ns;
	u32 i;

	if (spec->sched == POLICY_OTHER && !spec->preempt_ns && !spec->context[CONTEXT_SOFTIRQ] &&
	    !spec->context[CONTEXT_HARDIRQ])
		return 0;
	for (i = 0; i < run->team.nr; i++)
		waited_ns += run->team.workers[i]->share.waited_ns;
	return scnprintf(buf, size,
			 "realtime: at most %u%% of each CPU for all runs together: waited_ns=%llu\n",
			 SHARE_PERCENT, waited_ns);
}

/**
 * run_describe - results for people and shell scripts
 * @run: done
 * @buf: for lines of words; always ended by a zero
 * @size: bytes of @buf
 *
 * Context: process, may sleep.
 * Return: bytes written, without the zero.
 */
size_t run_describe(const struct active_run *run, char *buf, size_t size)
{
	static const char *const verdicts[] = { "pass", "fail", "skip", "inconclusive" };
	u64 per_s = run->span_ns ?
		mul_u64_u64_div_u64(run->ops, NSEC_PER_SEC, run->span_ns) : 0;
	char detail[CONTEND_TEXT_LEN];
	size_t n = 0;
	u32 i;

	n += scnprintf(buf + n, size - n, "verdict=%s complete=%d\nspec: ",
		       verdicts[run_verdict(run)], run->complete);
	if (spec_format(&run->spec, buf + n, size - n) > 0)
		n += strlen(buf + n);
	n += scnprintf(buf + n, size - n,
		       "\nops=%llu ops_per_s=%llu span_ns=%llu concurrent_ns=%llu harness_ps=%llu\n",
		       run->ops, per_s, run->span_ns, run->concurrent_ns, run->harness_ps);
	n += describe_hist(run, CONTEND_HIST_WAIT, "wait_ns", buf + n, size - n);
	n += describe_hist(run, CONTEND_HIST_HOLD, "hold_ns", buf + n, size - n);
	n += describe_hist(run, CONTEND_HIST_RESPONSE, "response_ns", buf + n, size - n);
	n += describe_hist(run, CONTEND_HIST_SERVICE, "service_ns", buf + n, size - n);
	n += describe_hist(run, CONTEND_HIST_HANDOVER, "handover_ns", buf + n, size - n);
	if (run->reclaim && run->spec.measure != MEASURE_LOCK) {
		n += describe_hist(run, CONTEND_HIST_RECLAIM, "reclaim_ns", buf + n, size - n);
		n += scnprintf(buf + n, size - n, "backlog_max=%llu\n", run->backlog_max);
	}
	n += disturb_describe(&run->team.disturb, buf + n, size - n);
	n += describe_share(run, buf + n, size - n);
	if (run_verdict(run) == CONTEND_INCONCLUSIVE)
		n += scnprintf(buf + n, size - n,
			       "nothing was provoked: %s is broken on purpose, and no check of this run has shown it: give it a longer runtime, or more workers\n",
			       run->obj->lock->name);
	if (run->log.total) {
		n += scnprintf(buf + n, size - n, "broken: operations=%llu", run->operations);
		for (i = 0; i < CONTEND_NR_CHECKS; i++)
			n += scnprintf(buf + n, size - n, " %s=%llu", check_name(i),
				       run->log.count[i]);
		n += scnprintf(buf + n, size - n, "\n");
	}
	for (i = 0; i < CONTEND_NR_CHECKS; i++) {
		u32 verdict = run_check(run, i, detail, sizeof(detail));

		n += scnprintf(buf + n, size - n, "check %s: %s%s%s\n", check_name(i),
			       verdicts[verdict], detail[0] ? ": " : "", detail);
	}
	for (i = 0; i < run->team.nr; i++) {
		const struct team_worker *w = run->team.workers[i];

		n += scnprintf(buf + n, size - n,
			       "worker %u: cpu=%u ops=%llu reads=%llu misses=%llu retries=%llu starved_ns=%llu overtakes=%llu bypass=%llu handovers=%llu local=%llu context=%s preempted=%llu\n",
			       i, w->cpu, w->ops, w->reads, w->misses, w->retries, w->starved_ns,
			       w->overtakes, w->bypass, w->handovers, w->local,
			       spec_context_name(w->context), w->taken.times);
		if (w->taken.wait_ns != CONTEND_UNKNOWN)
			n += scnprintf(buf + n, size - n, "worker %u: run_delay_ns=%llu\n", i,
				       w->taken.wait_ns);
		if (run->team.load.open)
			n += scnprintf(buf + n, size - n,
				       "worker %u: offered=%llu unserved=%llu late_ns=%llu\n", i,
				       w->arrivals.offered, w->arrivals.unserved,
				       w->arrivals.late_ns);
	}
	return n;
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

	seq_puts(m, "id object lock structure workers runtime_ns state\n");
	xa_lock(&runs);
	xa_for_each(&runs, id, run)
		seq_printf(m, "%lu %u %s %s %u %llu %s\n", id, run->obj->id,
			   run->obj->lock->name, run->obj->structure->name, run->spec.workers,
			   run->spec.runtime_ns, run_done(run) ? "done" : "running");
	xa_unlock(&runs);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel engine: kernel threads inside the module; we wait and collect. And the user engine,
 * which is the same with the module in this program: threads instead of kernel threads.
 */
#include <errno.h>
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine.h"
#include "engine/course.h"
#include "engine/verbs.h"
#include "libcontend/contend.h"

/* A signal between the test and poll() is seen at the next turn. */
#define POLL_MS	100ULL
#define NS_PER_MS	1000000ULL

/**
 * engine_refused - what it means that the module would not
 * @r: the case
 * @ret: negative errno of CREATE or RUN
 * @message: the module's words, or ""
 *
 * Return: 0 when it is a verdict (skip), @ret when the harness failed.
 */
int engine_refused(struct result *r, int ret, const char *message)
{
	snprintf(r->reason, sizeof(r->reason), "%s", message[0] ? message : strerror(-ret));
	r->verdict = ret == -EOPNOTSUPP ? VERDICT_SKIP : VERDICT_ERROR;
	return ret == -EOPNOTSUPP ? 0 : ret;
}

static int fetch_hist(int run, u32 worker, u32 kind, u32 flags, u32 verb, struct hist *h)
{
	struct contend_hist arg;
	__u64 *counts;
	int ret;
	u32 i;

	counts = calloc(HIST_BUCKETS, sizeof(*counts));
	if (!counts)
		return -ENOMEM;
	ret = contend_hist(run, worker, kind, flags, verb, counts, HIST_BUCKETS, &arg);
	if (!ret) {
		for (i = 0; i < HIST_BUCKETS; i++)
			h->counts[i] = counts[i];
		h->total = arg.total;
		h->sum = arg.sum_ns;
		h->min = arg.total ? arg.min_ns : ~0ULL;
		h->max = arg.max_ns;
	}
	/* A module that is older than the kind keeps none of it. */
	if (ret == -EOPNOTSUPP)
		ret = 0;
	free(counts);
	return ret;
}

static int fetch_worker(int run, u32 i, struct result_worker *w)
{
	struct contend_worker arg;
	int ret;
	u32 t;

	ret = contend_worker(run, i, &arg);
	if (ret)
		return ret;
	w->group = arg.group;
	w->cpu = arg.cpu;
	w->context = arg.context;
	w->ops = arg.ops;
	w->reads = arg.reads;
	w->misses = arg.misses;
	w->elements = arg.elements;
	w->timeouts = arg.timeouts;
	w->retries = arg.retries;
	w->first_ns = arg.first_ns;
	w->last_ns = arg.last_ns;
	w->violations = arg.violations;
	w->starved_ns = arg.starved_ns;
	w->overtakes = arg.overtakes;
	w->bypass = arg.bypass;
	w->handovers = arg.handovers;
	w->local = arg.local;
	w->arrivals.offered = arg.offered;
	w->arrivals.unserved = arg.unserved;
	w->arrivals.late_ns = arg.late_ns;
	w->preempted = arg.preempted;
	w->run_delay_ns = arg.run_delay_ns;
	w->wakeups = arg.wakeups;
	w->vain = arg.vain;
	for (t = 0; t < NR_TIMES && !ret; t++)
		ret = fetch_hist(run, i, time_kinds[t].hist, 0, 0, &w->time[t]);
	return ret;
}

/* Each operation that was done: where single ones are timed, each has its wait. */
static int fetch_verbs(int run, const struct verbs *verbs, struct result *r)
{
	struct result_verb *verb;
	int ret = 0;
	u32 v, t;

	for (v = 0; verbs->verb[v].name && !ret; v++) {
		verb = result_verb(r, verbs->verb[v].name);
		if (!verb)
			return -ENOMEM;
		for (t = 0; t < NR_TIMES && !ret; t++)
			if (time_kinds[t].of_verb)
				ret = fetch_hist(run, CONTEND_ALL_WORKERS, time_kinds[t].hist,
						 CONTEND_HIST_OF_VERB, v, &verb->time[t]);
		if (!ret && !verb->time[TIMED_WAIT].total)
			r->nverbs--;
	}
	return ret;
}

static int fetch(int run, const struct verbs *verbs, struct result *r)
{
	struct contend_result result;
	struct contend_check check;
	int ret;
	u32 i;

	ret = contend_result(run, &result);
	if (ret)
		return ret;
	r->complete = result.complete;
	r->witnessed = r->spec.verify == VERIFY_FULL && r->spec.measure != MEASURE_LOCK;
	r->span_ns = result.span_ns;
	r->concurrent_ns = result.concurrent_ns;
	r->harness_ps = result.harness_ps;
	r->backlog_max = result.backlog_max;
	ret = fetch_hist(run, CONTEND_ALL_WORKERS, CONTEND_HIST_RECLAIM, 0, 0, &r->reclaim);
	/* Its lock does not defer. */
	if (ret && ret != -EOPNOTSUPP)
		return ret;
	ret = result_workers(r, result.workers);
	for (i = 0; i < r->nworkers && !ret; i++)
		ret = fetch_worker(run, i, &r->workers[i]);
	if (!ret && r->nworkers)
		ret = fetch_verbs(run, verbs, r);
	for (i = 0; i < result.checks && i < RESULT_CHECKS && !ret; i++) {
		ret = contend_check(run, i, &check);
		if (!ret)
			result_check(r, check.name,
				     check.verdict == CONTEND_PASS ? VERDICT_PASS :
				     check.verdict == CONTEND_FAIL ? VERDICT_FAIL : VERDICT_SKIP,
				     check.violations, check.detail);
	}
	return ret;
}

/* Why a run that began has no results, as far as its errno tells; the rest is strerror(). */
static const char *why_ended(const struct spec *spec, int ret)
{
	if (ret == -ETIMEDOUT)
		return "a worker did no operation in 30 s: it had no CPU, or not the lock";
	if (ret == -EDEADLK)
		return "a worker did no operation in 30 s: it waits for what nobody brings";
	if (ret == -ENOMEM)
		return "there was no memory or no thread for it: see kernel.threads-max, ulimit -u";
	if (ret == -EL2NSYNC)
		return "its clock went wrong: load the module with clock=monotonic";
	if ((ret == -EBUSY || ret == -EPERM) && spec->hotplug_ns)
		return "no CPU went offline: something holds all of them";
	return "";
}

/* The scheduler's "no" is this machine's answer to the case, not a fault of the run. */
static bool not_admitted(const struct spec *spec, int ret)
{
	return (ret == -EBUSY || ret == -EPERM) && spec->sched == POLICY_DEADLINE;
}

/**
 * engine_ended - what it means that a case began and has no results
 * @r: the case
 * @ret: negative errno that ended it, as RESULT has it
 *
 * Return: 0 when it is a verdict (skip), @ret when the harness failed.
 */
int engine_ended(struct result *r, int ret)
{
	if (not_admitted(&r->spec, ret))
		return engine_refused(r, -EOPNOTSUPP, "the scheduler does not admit sched=deadline: others have reserved too much, or its threads may not run on every CPU");
	return engine_refused(r, ret, why_ended(&r->spec, ret));
}

/*
 * How much polling a run in this program is waited for: after its time, since it may fill its
 * structure before and wait for what it has erased; and once it is to stop, when that is asked for
 * twice. Not how much time: a program that was stopped itself has polled in none of it.
 */
#define HANGS_MS	(60 * 1000)
#define STOPS_MS	(2 * 1000)

/*
 * A thread that does not come back from a lock nobody can end but with the program: the run is
 * left to itself. In a VM the kernel's watchdogs and the launcher's time limit tell of it.
 */
static bool left_to_itself(struct result *r, enum verdict how, const char *reason)
{
	r->verdict = how;
	strscpy(r->reason, reason, sizeof(r->reason));
	r->hangs = true;
	return false;
}

/* What all workers have done so far, while they are at work. */
static void sample_run(struct course *course, int run)
{
	struct hist times[NR_MOMENT_TIMES];
	struct contend_progress progress;
	const u64 now = engine_now();
	u32 t;

	if (!course_due(course, now) || contend_progress(run, &progress) || !progress.measures)
		return;
	for (t = 0; t < NR_MOMENT_TIMES; t++) {
		hist_init(&times[t]);
		if (fetch_hist(run, CONTEND_ALL_WORKERS, time_kinds[moment_times[t]].hist,
			       CONTEND_HIST_SO_FAR, 0, &times[t]))
			return;
	}
	course_look(course, now, progress.ops, times);
}

/* Until the run ends, or nothing more is to be expected of it: false. */
static bool wait_for(int run, struct result *r, struct course *course)
{
	const bool program = !strcmp(r->spec.engine, "user");
	s64 hangs = HANGS_MS + (r->spec.warmup_ns + r->spec.runtime_ns) / NS_PER_MS;
	s64 stops = STOPS_MS;
	int ms;

	for (;;) {
		/* Rounded up. */
		ms = (course_wait(course, engine_now(), POLL_MS * NS_PER_MS) + NS_PER_MS - 1) /
		     NS_PER_MS;
		if (contend_poll(run, ms) > 0)
			return true;
		/* The results of what an interrupt cuts short count as far as they go. */
		if (interrupted)
			contend_stop(run);
		sample_run(course, run);
		hangs -= ms;
		if (program && hangs < 0)
			return left_to_itself(r, VERDICT_FAIL,
					      "workers did not come back: is it a deadlock, or does the lock hand over to nobody?");
		if (interrupted > 1)
			stops -= ms;
		if (program && stops < 0)
			return left_to_itself(r, VERDICT_INCONCLUSIVE,
					      "interrupted twice, and its workers have not come back");
	}
}

/* A timeline that is empty would say that nothing happened. */
static bool tells_progress(int device)
{
	struct contend_info info;

	return !contend_info(device, &info) && info.features & CONTEND_FEATURE_PROGRESS;
}

static int kernel_run(int device, struct result *r)
{
	struct contend_create create = {
		.capacity = r->spec.capacity, .stripes = r->spec.stripes, .flags = r->spec.avoid,
	};
	char text[SPEC_TEXT], message[RESULT_TEXT] = "";
	struct spec spec = r->spec;
	struct course course;
	struct verbs verbs;
	int object, run, ret;

	if (r->interval_ns && !tells_progress(device))
		return engine_refused(r, -EOPNOTSUPP,
				      "interval=: this module does not tell how far a run is: load a newer one");
	/* The program's own words are not the module's. */
	spec.more[0] = '\0';
	ret = spec_format(&spec, text, sizeof(text));
	if (ret < 0)
		return ret;
	ret = verbs_load(device, r->spec.structure, &verbs);
	if (ret)
		return ret;
	r->roles = verbs.roles;
	r->idles = verbs.idles;
	object = contend_create(device, r->spec.lock, r->spec.structure, &create);
	if (object < 0)
		return engine_refused(r, object, create.why);
	run = contend_run(object, text, message, sizeof(message));
	if (run < 0) {
		ret = engine_refused(r, run, message);
		goto out;
	}
	course_init(&course, r, object);
	if (!wait_for(run, r, &course))
		return 0;
	ret = fetch(run, &verbs, r);
	if (!ret)
		result_judge(r);
	else
		ret = engine_ended(r, ret);
	contend_close(run);
out:
	contend_close(object);
	return ret;
}

const struct engine kernel_engine = {
	.name = "kernel",
	.run = kernel_run,
};

const struct engine user_engine = {
	.name = "user",
	.run = kernel_run,
};

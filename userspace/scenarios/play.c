// SPDX-License-Identifier: GPL-2.0
/* A run of a scenario, from its system's begin to its end. */
#include <errno.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/verbs.h"
#include "lib/phase.h"
#include "scenario.h"
#include "usage.h"

/* How often the leader looks whether it is interrupted. */
#define LOOK_NS		20000000ULL
/* A sweep: so many rates up to what the closed loop did. */
#define SWEEP_RATES	10
/* Of this program's threads those that are not users: the leader, the system's. */
#define OTHER_THREADS	64
/* How long a probe lasts at most. */
#define PROBE_NS	SPEC_NS_PER_S

/**
 * struct lead - what the leader keeps
 * @play: the run
 * @users: books of all users, of the step that is measured
 * @last: the same at the last point of the timeline
 * @from_ns: when the step began
 * @ns: how long it took
 * @due: how many requests came due in it
 * @under_way: of these, at its end
 * @late_ns: likewise
 * @unserved: likewise
 * @told: how many were answered in it when who watches was last told
 * @told_ns: and when that was
 */
struct lead {
	struct play *play;
	struct books users;
	struct books last;
	u64 from_ns;
	u64 ns;
	double due;
	u64 under_way;
	u64 late_ns;
	double unserved;
	u64 told;
	u64 told_ns;
};

/**
 * play_over - whether users have to stop
 * @play: the run
 */
bool play_over(const struct play *play)
{
	return __atomic_load_n(&play->phase, __ATOMIC_ACQUIRE) == PHASE_STOP;
}

/**
 * play_measures - whether what ends now counts
 * @play: the run
 */
bool play_measures(const struct play *play)
{
	return __atomic_load_n(&play->phase, __ATOMIC_ACQUIRE) == PHASE_MEASURE;
}

static void set_phase(struct play *play, enum phase phase)
{
	const bool begins = play->phase == PHASE_START;

	if (begins)
		pthread_mutex_lock(&play->lock);
	__atomic_store_n(&play->phase, phase, __ATOMIC_RELEASE);
	if (begins) {
		pthread_cond_broadcast(&play->begins);
		pthread_mutex_unlock(&play->lock);
	}
}

/* A user waits for the load that is offered: what it asked before would be as in a closed loop. */
static void await_begin(struct play *play)
{
	pthread_mutex_lock(&play->lock);
	while (__atomic_load_n(&play->phase, __ATOMIC_RELAXED) == PHASE_START)
		pthread_cond_wait(&play->begins, &play->lock);
	pthread_mutex_unlock(&play->lock);
}

/**
 * play_failed - say why a system could not be built
 * @play: the run
 * @error: an errno
 * @format: the reason, as printf()
 *
 * Return: -@error.
 */
int play_failed(struct play *play, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(play->result->reason, sizeof(play->result->reason), format, args);
	va_end(args);
	return -error;
}

/**
 * play_broke - say that the system does not go on, for a reason that is none of the laws'
 * @play: the run, which ends soon, and whose verdict is an error
 * @error: an errno
 * @format: the reason, as printf(); that of the first who says one counts
 *
 * Context: any thread and any process of the run.
 */
void play_broke(struct play *play, int error, const char *format, ...)
{
	va_list args;

	pthread_mutex_lock(&play->lock);
	if (!play->broke) {
		va_start(args, format);
		vsnprintf(play->broke_why, sizeof(play->broke_why), format, args);
		va_end(args);
		/* A: pairs with B; who sees it sees why. */
		__atomic_store_n(&play->broke, error, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&play->lock);
}

/**
 * play_broken - whether somebody has said so
 * @play: the run
 */
bool play_broken(const struct play *play)
{
	/* B: pairs with A. */
	return __atomic_load_n(&play->broke, __ATOMIC_ACQUIRE);
}

/**
 * play_figure - enter a figure of the scenario's own
 * @play: the run
 * @name: of scenario.figures or of those of all scenarios, as in hit_ratio or recovery_ns
 * @value: what it is
 *
 * A figure that nobody explains is none.
 *
 * Context: scenario.end.
 */
void play_figure(struct play *play, const char *name, double value)
{
	const struct scenario_figure *is = figure_find(play->scenario, name);
	struct result_scenario *s = play->result->scenario;
	struct result_figure *f = &s->figure[s->nfigures++];

	if (s->nfigures > RESULT_FIGURES || !is)
		abort();
	strscpy(f->name, name, SPEC_NAME_LEN);
	f->flags = is->flags;
	f->value = value;
}

/**
 * play_death - enter a worker of the system that was killed
 * @play: the run
 * @death: what is known of it; where there is no room it is left out
 *
 * Context: scenario.end.
 */
void play_death(struct play *play, const struct result_death *death)
{
	struct result_scenario *s = play->result->scenario;

	if (s->ndeaths < RESULT_DEATHS)
		s->death[s->ndeaths++] = *death;
}

/**
 * play_descriptors - let this process have as many as it may: each object that a thread has is one
 */
void play_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/**
 * play_create - make an object that the system's tasks share
 * @play: the run, which closes it
 * @structure: name of its structure; its lock is that of lock=, or null where the structure
 *	synchronises itself
 * @capacity: most elements, 0 for the structure's default
 * @id: its number, for user_open()
 *
 * Its books have to balance when all users have ended.
 *
 * Context: scenario.begin.
 * Return: 0; a negative errno, with a reason.
 */
int play_create(struct play *play, const char *structure, u64 capacity, __u64 *id)
{
	struct contend_create create = {
		.capacity = capacity, .stripes = play->spec->stripes, .flags = play->spec->avoid,
	};
	const char *lock = play->spec->lock;
	struct contend_list entry;
	int object;

	if (play->nobjects == PLAY_OBJECTS)
		return play_failed(play, ENOSPC, "more than %u objects", PLAY_OBJECTS);
	if (contend_find(play->device, CONTEND_LIST_STRUCTURES, structure, &entry))
		return play_failed(play, EOPNOTSUPP, "engine=%s has no structure %s",
				   play->spec->engine, structure);
	if (entry.caps & CONTEND_CAP_SELF) {
		lock = "null";
		create.stripes = 1;
	}
	object = contend_create(play->device, lock, structure, &create);
	if (object < 0)
		return play_failed(play, -object, "%s: %s", structure,
				   create.why[0] ? create.why : strerror(-object));
	play->objects[play->nobjects++] = object;
	*id = create.id;
	return 0;
}

/**
 * play_verb - the number of a structure's operation
 * @play: the run, whose device has the structure
 * @structure: its name
 * @names: of the operation, as verbs_find()
 * @number: filled in
 *
 * Return: 0; -EOPNOTSUPP with the reason, there is no such structure, or it has none of them.
 */
int play_verb(struct play *play, const char *structure, const char *names, u32 *number)
{
	struct verbs verbs;
	int v;

	if (verbs_load(play->device, structure, &verbs))
		return play_failed(play, EOPNOTSUPP, "engine=%s has no structure %s",
				   play->spec->engine, structure);
	v = verbs_find(&verbs, names);
	if (v < 0)
		return play_failed(play, EOPNOTSUPP, "a %s of this module cannot %.*s", structure,
				   (int)strcspn(names, " "), names);
	*number = v;
	return 0;
}

/**
 * play_op - carry out an operation, whatever signals come
 * @handle: the caller's
 * @op: the operation; where it waits it should have a deadline, since no signal ends that
 *
 * Context: any task.
 * Return: as contend_handle_op(), but -EINTR.
 */
int play_op(struct contend_handle *handle, struct contend_op *op)
{
	int ret;

	do
		ret = contend_handle_op(handle, op);
	while (ret == -EINTR);
	return ret;
}

/* What is broken in the objects, as each engine has it: at rest. */
static void check_objects(struct play *play)
{
	struct contend_stat stat;
	char detail[RESULT_TEXT];
	u32 i;
	int ret;

	for (i = 0; i < play->nobjects; i++) {
		ret = contend_stat(play->objects[i], CONTEND_STAT_VERIFY, &stat);
		snprintf(detail, sizeof(detail), "%s", ret ? strerror(-ret) : stat.detail);
		result_check(play->result, ret ? "object" : stat.structure,
			     ret || stat.violations ? VERDICT_FAIL : VERDICT_PASS,
			     ret ? 1 : stat.violations, detail);
	}
}

static void close_objects(struct play *play)
{
	while (play->nobjects)
		contend_close(play->objects[--play->nobjects]);
}

static void books_init(struct books *books)
{
	u32 i;

	memset(books, 0, sizeof(*books));
	hist_init(&books->response);
	hist_init(&books->service);
	for (i = 0; i < RESULT_STAGES; i++)
		hist_init(&books->stage[i]);
}

/* What all users have done since the step began; without stages: for the timeline. */
static void sum_books(struct play *play, struct books *sum, bool all)
{
	u32 i, o, s;

	books_init(sum);
	for (i = 0; i < play->nusers; i++) {
		struct user *user = &play->users[i];

		pthread_mutex_lock(&user->lock);
		for (o = 0; o < NR_OUTCOMES; o++)
			sum->outcome[o] += user->books.outcome[o];
		sum->retries += user->books.retries;
		hist_merge(&sum->response, &user->books.response);
		if (all)
			hist_merge(&sum->service, &user->books.service);
		for (s = 0; all && s < RESULT_STAGES; s++)
			hist_merge(&sum->stage[s], &user->books.stage[s]);
		pthread_mutex_unlock(&user->lock);
	}
}

static void clear_users(struct play *play)
{
	u32 i;

	for (i = 0; i < play->nusers; i++) {
		struct user *user = &play->users[i];

		pthread_mutex_lock(&user->lock);
		books_init(&user->books);
		user->first_ns = 0;
		user->ntraces = 0;
		pthread_mutex_unlock(&user->lock);
	}
}

/* Up to @now since the point before. */
static void add_point(struct lead *lead, u64 now)
{
	struct play *play = lead->play;
	struct result_scenario *s = play->result->scenario;
	struct result_point *point = NULL;
	struct hist *h = &lead->last.response;
	u32 i;

	if (s->npoints < RESULT_POINTS)
		point = realloc(s->point, (s->npoints + 1) * sizeof(*point));
	if (!point)
		return;
	s->point = point;
	point = &s->point[s->npoints++];
	memset(point, 0, sizeof(*point));
	point->at_ns = now - play->began_ns;
	sum_books(play, &lead->users, false);
	for (i = 0; i < NR_OUTCOMES; i++)
		point->outcome[i] = lead->users.outcome[i] - lead->last.outcome[i];
	result_since(h, &lead->users.response);
	if (h->total) {
		point->p50_ns = hist_percentile(h, 50000);
		point->p99_ns = hist_percentile(h, 99000);
	}
	if (play->scenario->sample)
		play->scenario->sample(play, point->gauges);
	lead->last = lead->users;
}

/* How it goes on since who watches was last told. */
static void tell(struct lead *lead, u64 now)
{
	struct play *play = lead->play;
	u64 gauges[RESULT_GAUGES] = { }, answered = 0;
	u32 i;

	for (i = 0; i < play->nusers; i++) {
		struct user *user = &play->users[i];

		pthread_mutex_lock(&user->lock);
		answered += user->books.outcome[REQUEST_OK];
		pthread_mutex_unlock(&user->lock);
	}
	if (play->scenario->sample)
		play->scenario->sample(play, gauges);
	play->watch->tell(play->watch, play->result->scenario,
			  (answered - lead->told) * 1e9 / (now - lead->told_ns), gauges);
	lead->told = answered;
	lead->told_ns = now;
}

static void sleep_until(u64 until)
{
	struct timespec ts = { until / SPEC_NS_PER_S, until % SPEC_NS_PER_S };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

/* Let so much time pass; where it is @measured with points of the timeline, and telling of it. */
static void pass(struct lead *lead, u64 ns, bool measured)
{
	const u64 interval = measured ? lead->play->common.interval_ns : 0, from = play_now();
	const struct watch *watch = measured ? lead->play->watch : NULL;
	u64 now = from, next = from + interval;

	lead->told = 0;
	lead->told_ns = from;

	while (now < from + ns && !interrupted && !play_broken(lead->play)) {
		u64 until = min(now + LOOK_NS, from + ns);

		sleep_until(interval ? min(until, next) : until);
		now = play_now();
		if (interval && now >= next) {
			add_point(lead, now);
			next += interval * (1 + (now - next) / interval);
		}
		if (watch && now >= lead->told_ns + watch->every_ns)
			tell(lead, now);
	}
}

/*
 * Requests that have come due since the run began or the load changed: users have begun them, or
 * they wait for one.
 */
static double come_due(struct lead *lead)
{
	const struct play *play = lead->play;
	double due;
	u32 i;

	lead->late_ns = offered_late(&lead->play->offered, play_now(), &lead->unserved);
	due = lead->unserved;
	lead->under_way = 0;
	for (i = 0; i < play->nusers; i++) {
		/* In this order: what has ended has begun. */
		const u64 ended = __atomic_load_n(&play->users[i].ended, __ATOMIC_ACQUIRE);
		const u64 begun = __atomic_load_n(&play->users[i].begun, __ATOMIC_RELAXED);

		due += begun;
		lead->under_way += begun - ended;
	}
	return due;
}

/* One measured time: its books are in @lead->users then. */
static void measure(struct lead *lead, enum offered_kind kind, double per_s)
{
	struct play *play = lead->play;
	struct result_scenario *s = play->result->scenario;
	const pid_t pid = play->server ?: getpid();
	struct usage usage;
	double due;

	offered_set(&play->offered, kind, per_s, play->common.offered.burst, play_now());
	if (play->spec->warmup_ns)
		set_phase(play, PHASE_WARMUP);
	pass(lead, play->spec->warmup_ns, false);
	clear_users(play);
	books_init(&lead->last);
	usage_begin(pid, &usage);
	due = come_due(lead);
	lead->from_ns = play_now();
	set_phase(play, PHASE_MEASURE);
	pass(lead, play->spec->runtime_ns, true);
	lead->due = fmax(come_due(lead) - due, 0);
	set_phase(play, PHASE_WARMUP);
	lead->ns = play_now() - lead->from_ns;
	usage_end(pid, &usage);
	sum_books(play, &lead->users, true);
	s->cpu_ns = usage.cpu_ns;
	s->wakeups = usage.wakeups;
	s->memory_bytes = usage.memory_bytes;
}

static double goodput(const struct lead *lead)
{
	return lead->users.outcome[REQUEST_OK] * 1e9 / lead->ns;
}

/* Of a closed loop nothing comes due. */
static u32 saturated(const struct lead *lead, double per_s)
{
	return per_s ? result_saturated(result_over(lead->due, lead->under_way),
					lead->users.outcome[REQUEST_OK], lead->late_ns,
					lead->ns) : 0;
}

/* A step of a sweep; 0 of a closed loop. Returns what was answered. */
static double sweep_step(struct lead *lead, double per_s)
{
	struct result_scenario *s = lead->play->result->scenario;
	struct result_step *step = &s->step[s->nsteps++];

	measure(lead, per_s ? OFFERED_POISSON : OFFERED_CLOSED, per_s);
	step->offered_per_s = per_s;
	step->due = lead->due;
	step->under_way = lead->under_way;
	step->answered = lead->users.outcome[REQUEST_OK];
	step->goodput_per_s = goodput(lead);
	step->late_ns = lead->late_ns;
	step->saturated = saturated(lead, per_s);
	step->response = lead->users.response;
	return step->goodput_per_s;
}

/* Up to the knee, and to the half of it. Returns the last rate that was offered. */
static double sweep(struct lead *lead)
{
	struct result_scenario *s = lead->play->result->scenario;
	double most, per_s;
	u32 i;

	s->step = calloc(play_steps(lead->play->spec), sizeof(*s->step));
	if (!s->step)
		return 0;
	most = sweep_step(lead, 0);
	for (i = 1; i <= SWEEP_RATES && most && !interrupted && !play_broken(lead->play); i++) {
		per_s = most * i / SWEEP_RATES;
		sweep_step(lead, per_s);
		if (s->step[s->nsteps - 1].saturated)
			break;
		s->knee_per_s = per_s;
	}
	per_s = s->knee_per_s / 2;
	if (!interrupted)
		sweep_step(lead, per_s);
	return per_s;
}

/**
 * play_steps - how many times are measured, each with its warm-up
 * @spec: the workload, of a scenario
 *
 * Return: at most so many.
 */
u32 play_steps(const struct spec *spec)
{
	struct common common;

	words_common(spec, &common);
	/* The closed loop, and the half of the knee. */
	return common.offered.kind == OFFERED_SWEEP ? SWEEP_RATES + 2 : 1;
}

static void sum_user(struct result_worker *w, const struct user *user)
{
	w->ops = user->books.outcome[REQUEST_OK];
	w->elements = w->ops;
	w->first_ns = user->first_ns;
	w->last_ns = user->last_ns;
	w->run_delay_ns = ~0ULL;
	w->wakeups = ~0ULL;
	w->vain = ~0ULL;
	w->time[TIMED_RESPONSE] = user->books.response;
	w->time[TIMED_SERVICE] = user->books.service;
}

static void take_traces(struct result_scenario *s, const struct user *user)
{
	u32 i;

	for (i = 0; i < user->ntraces && s->ntraces < RESULT_TRACES; i++)
		s->trace[s->ntraces++] = user->trace[i];
}

/* The last measured time is that of the case. */
static void fill_result(struct lead *lead, double per_s)
{
	struct play *play = lead->play;
	struct result *r = play->result;
	struct result_scenario *s = r->scenario;
	u32 i;

	s->offered_per_s = per_s;
	s->due = lead->due;
	s->under_way = lead->under_way;
	s->saturated = saturated(lead, per_s);
	s->unserved = lead->unserved;
	s->late_ns = lead->late_ns;
	memcpy(s->outcome, lead->users.outcome, sizeof(s->outcome));
	s->retries = lead->users.retries;
	s->goodput_per_s = goodput(lead);
	for (i = 0; i < s->nstages; i++)
		s->stage[i].time = lead->users.stage[i];
	for (i = 0; i < play->nusers; i++) {
		sum_user(&r->workers[i], &play->users[i]);
		take_traces(s, &play->users[i]);
	}
	r->span_ns = lead->ns;
	r->concurrent_ns = lead->ns;
}

static int lead_users(struct play *play)
{
	const struct offered_spec *offered = &play->common.offered;
	struct lead *lead = calloc(1, sizeof(*lead));
	double per_s = 0;

	if (!lead)
		return -ENOMEM;
	lead->play = play;
	if (offered->kind == OFFERED_SWEEP) {
		per_s = sweep(lead);
	} else {
		per_s = offered->kind == OFFERED_CLOSED ? 0 : offered->per_s;
		measure(lead, offered->kind, per_s);
	}
	play->result->complete = !interrupted;
	fill_result(lead, per_s);
	free(lead);
	return 0;
}

static void *user_thread(void *data)
{
	struct user *user = data;

	/* As late as the scheduler makes it, and no later. */
	prctl(PR_SET_TIMERSLACK, 1);
	await_begin(user->play);
	user->play->scenario->user(user);
	return NULL;
}

static bool as_processes(const struct play *play)
{
	return strcmp(play->spec->engine, "user") && play->spec->clients == CLIENTS_PROCESSES;
}

/**
 * play_fork - make a process of this program that is a part of a run
 *
 * It ends with the thread that has made it. What interrupts the run is for the leader, who ends
 * all: a terminal sends it to each process.
 *
 * Return: as fork().
 */
pid_t play_fork(void)
{
	const pid_t parent = getpid(), pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	return 0;
}

static int start_user(struct user *user)
{
	pid_t pid;

	if (!as_processes(user->play))
		return -pthread_create(&user->thread, NULL, user_thread, user);
	/* Not into what both of them have: the child's 0 would come after. */
	pid = play_fork();
	if (pid < 0)
		return -errno;
	if (!pid) {
		user_thread(user);
		_exit(0);
	}
	user->pid = pid;
	return 0;
}

static bool has_ended(const struct user *user)
{
	if (as_processes(user->play))
		return waitpid(user->pid, NULL, WNOHANG) != 0;
	return pthread_tryjoin_np(user->thread, NULL) != EBUSY;
}

/*
 * 0, or -ETIMEDOUT for one that does not come back. ThreadSanitizer does not know
 * pthread_clockjoin_np().
 */
static int join_user(const struct user *user)
{
	const u64 end = play_now() + PHASE_PATIENCE_NS;

	while (!has_ended(user)) {
		if (play_now() > end)
			return -ETIMEDOUT;
		usleep(1000);
	}
	return 0;
}

static void init_user(struct play *play, u32 i)
{
	struct user *user = &play->users[i];
	pthread_mutexattr_t attr;

	user->play = play;
	user->index = i;
	user->share = play->common.users / play->nusers + (i < play->common.users % play->nusers);
	rng_seed(&user->rng, play->spec->seed, i);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&user->lock, &attr);
	books_init(&user->books);
}

/* Each request that a user has begun it has ended. */
static void check_answered(struct play *play)
{
	u64 begun = 0, ended = 0;
	char detail[RESULT_TEXT] = "";
	u32 i;

	for (i = 0; i < play->nusers; i++) {
		begun += play->users[i].begun;
		ended += play->users[i].ended;
	}
	if (begun != ended)
		snprintf(detail, sizeof(detail), "%llu requests were begun, and %llu ended", begun,
			 ended);
	result_check(play->result, "answered", begun == ended ? VERDICT_PASS : VERDICT_FAIL,
		     begun > ended ? begun - ended : ended - begun, detail);
}

/* A shedder keeps its promise. */
static void check_sentry(struct play *play)
{
	char detail[RESULT_TEXT] = "";
	bool broken;

	if (!play->sentry.shedder.spec.most)
		return;
	broken = sentry_broken(&play->sentry, detail, sizeof(detail));
	result_check(play->result, "inflight", broken ? VERDICT_FAIL : VERDICT_PASS, broken,
		     detail);
}

/* Of all of the run. */
static void sentry_figures(struct play *play)
{
	const struct sentry *g = &play->sentry;

	if (g->breaker.spec.failures) {
		play_figure(play, "breaker_opened", g->breaker.opened);
		play_figure(play, "shed_breaker", g->refused[REFUSED_OPEN]);
	}
	if (g->shedder.spec.most) {
		play_figure(play, "inflight_max", g->shedder.under_way_most);
		play_figure(play, "shed_inflight", g->refused[REFUSED_FULL]);
	}
	if (g->shedder.spec.kind == SHED_LATE)
		play_figure(play, "shed_late", g->refused[REFUSED_LATE]);
	if (!play->common.health_ns)
		return;
	play_figure(play, "probes", g->health.probes);
	play_figure(play, "probes_failed", g->health.failed);
	play_figure(play, "ill_times", g->health.times);
	play_figure(play, "ill_ns", health_ill_ns(&g->health, play_now()));
	play_figure(play, "shed_ill", g->refused[REFUSED_ILL]);
}

/* Between two looks whether all stop. */
static void wait_until(const struct play *play, u64 until)
{
	u64 now;

	while ((now = play_now()) < until && !play_over(play))
		sleep_until(min(now + LOOK_NS, until));
}

/* A probe that comes late is not made up for. What ends with the run says nothing of the system. */
static void *probe_thread(void *data)
{
	struct play *play = data;
	const u64 every = play->common.health_ns;
	u64 due = play_now();
	int ret;

	while (wait_until(play, due), !play_over(play)) {
		ret = play->scenario->probe(play, play_now() + min(every, PROBE_NS));
		if (!play_over(play))
			health_tell(&play->sentry.health, !ret, play_now());
		due = max(due + every, play_now());
	}
	return NULL;
}

static int with_users(struct play *play)
{
	bool probes = play->common.health_ns;
	int ret = 0, gone;
	pthread_t prober;
	u32 i, started;

	/* What has begun before reads it. */
	__atomic_store_n(&play->began_ns, play_now(), __ATOMIC_RELAXED);
	for (started = 0; started < play->nusers && !ret; started++)
		ret = start_user(&play->users[started]);
	started -= !!ret;
	if (ret)
		play_failed(play, -ret, "user %u of %u cannot be started: %s", started,
			    play->nusers, strerror(-ret));
	/* After users that are processes: they are forked. */
	if (!ret && probes) {
		ret = -pthread_create(&prober, NULL, probe_thread, play);
		if (ret)
			play_failed(play, -ret, "no thread for health=: %s", strerror(-ret));
	}
	probes = probes && !ret;
	if (!ret)
		ret = lead_users(play);
	set_phase(play, PHASE_STOP);
	if (play->scenario->stop)
		play->scenario->stop(play);
	if (probes)
		pthread_join(prober, NULL);
	for (i = 0; i < started; i++) {
		gone = join_user(&play->users[i]);
		if (!gone)
			continue;
		play->result->hangs = true;
		return play_failed(play, ETIMEDOUT, "user %u of %u does not come back", i,
				   play->nusers);
	}
	return ret;
}

static void name_parts(struct play *play)
{
	struct result_scenario *s = play->result->scenario;
	const char *const *name;

	strscpy(s->name, play->scenario->name, sizeof(s->name));
	strscpy(s->architecture, play->common.architecture, sizeof(s->architecture));
	if (!strncmp(s->architecture, "busted_", 7))
		play->result->busted = s->architecture;
	else if (play->common.shed.kind == SHED_BUSTED)
		play->result->busted = "shed=busted";
	for (name = play->scenario->stages; name && *name; name++)
		s->stage[s->nstages++].name = *name;
	for (name = play->scenario->gauges; name && *name; name++)
		s->gauge[s->ngauges++] = *name;
}

/* From here on a wait is slept, but for the rest of this length: a wake-up takes as long. */
#define SPIN_NS		60000ULL

/* Processes share it. */
static void init_begin(struct play *play)
{
	pthread_mutexattr_t mutex;
	pthread_condattr_t cond;

	pthread_mutexattr_init(&mutex);
	pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&play->lock, &mutex);
	pthread_condattr_init(&cond);
	pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED);
	pthread_cond_init(&play->begins, &cond);
	if (play->nusers < sysconf(_SC_NPROCESSORS_ONLN))
		play->spin_ns = SPIN_NS;
}

/* All that a play needs but its users: 0, or -ENOMEM. */
static int play_init(struct play *play, int device, const struct spec *spec, struct result *r,
		     const struct watch *watch)
{
	play->scenario = scenario_of(spec);
	play->spec = spec;
	play->device = device;
	play->door = strcmp(spec->engine, "ring") ? CONTEND_DOOR_OP : CONTEND_DOOR_RING;
	play->result = r;
	play->watch = watch;
	words_common(spec, &play->common);
	play->words = calloc(1, play->scenario->size ?: 1);
	r->scenario = calloc(1, sizeof(*r->scenario));
	if (!play->words || !r->scenario)
		return -ENOMEM;
	words_decode(spec, play->scenario->keys, play->scenario->nkeys, play->words);
	name_parts(play);
	offered_init(&play->offered, spec->seed);
	sentry_init(&play->sentry, &play->common.breaker, &play->common.shed);
	play->nusers = play->scenario->threads ? play->scenario->threads(play) :
						 play->common.users;
	init_begin(play);
	return 0;
}

static void *shared(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static int play_users(struct play *play)
{
	struct result *r = play->result;
	int ret;
	u32 i;

	for (i = 0; i < play->nusers; i++)
		init_user(play, i);
	if (result_workers(r, play->nusers))
		return -ENOMEM;
	ret = play->scenario->begin(play);
	if (ret == -EOPNOTSUPP) {
		r->verdict = VERDICT_SKIP;
		return 0;
	}
	if (ret)
		return ret;
	ret = with_users(play);
	if (r->hangs)
		return ret;
	check_answered(play);
	check_sentry(play);
	sentry_figures(play);
	play->scenario->end(play);
	check_objects(play);
	if (play_broken(play))
		ret = play_failed(play, play->broke, "%s", play->broke_why);
	if (!ret)
		result_judge(r);
	return ret;
}

/**
 * play_run - run a case that is a scenario
 * @device: from contend_open() or contend_open_program(), as its engine wants it
 * @r: its @spec; filled in
 * @watch: who is told how it goes on, or NULL
 *
 * Return: 0, whatever the verdict; a negative errno when the harness failed, with a reason.
 */
int play_run(int device, struct result *r, const struct watch *watch)
{
	struct play *play = shared(sizeof(*play));
	int ret = -ENOMEM;

	if (!play)
		return ret;
	if (!play_init(play, device, &r->spec, r, watch))
		play->users = shared(play->nusers * sizeof(*play->users));
	if (play->users)
		ret = play_users(play);
	/* A task that does not come back has all of it, until the program ends. */
	if (r->hangs)
		return ret;
	close_objects(play);
	if (play->users)
		munmap(play->users, play->nusers * sizeof(*play->users));
	free(play->words);
	munmap(play, sizeof(*play));
	return ret;
}

static int no_server(struct play *play)
{
	char names[RESULT_TEXT] = "";
	size_t len = 0;
	u32 i;

	for (i = 0; scenarios[i]; i++)
		if (scenarios[i]->serve)
			len += snprintf(names + len, sizeof(names) - len, " %s",
					scenarios[i]->name);
	return play_failed(play, EOPNOTSUPP, "scenario=%s has no server; these have one:%s",
			   play->scenario->name, names);
}

static int serve_words(struct play *play, const volatile sig_atomic_t *stop)
{
	struct spec_error error = { };

	if (words_served(play->spec, &error))
		return play_failed(play, EINVAL, "%s", error.message);
	return play->scenario->serve(play, stop);
}

/**
 * play_serve - the system of a scenario alone
 * @device: as for play_run()
 * @spec: the workload
 * @stop: until this is set
 * @r: for the reason, and what there is to say at the end
 *
 * Return: 0; a negative errno with a reason; -EOPNOTSUPP it has no server; -EINVAL its words are
 * none of a server's.
 */
int play_serve(int device, const struct spec *spec, const volatile sig_atomic_t *stop,
	       struct result *r)
{
	struct play *play = shared(sizeof(*play));
	int ret = -ENOMEM;

	if (!play)
		return ret;
	if (!play_init(play, device, spec, r, NULL))
		ret = play->scenario->serve ? serve_words(play, stop) : no_server(play);
	close_objects(play);
	free(play->words);
	munmap(play, sizeof(*play));
	return ret;
}

/**
 * play_threads - how many threads a case needs of the program
 * @spec: the workload, of a scenario
 *
 * Return: at most.
 */
u32 play_threads(const struct spec *spec)
{
	struct play play = { .scenario = scenario_of(spec), .spec = spec };
	u32 users;

	words_common(spec, &play.common);
	users = play.scenario->threads ? play.scenario->threads(&play) : play.common.users;
	if (play.scenario->tasks)
		users += play.scenario->tasks(spec);
	return users + spec->workers + OTHER_THREADS;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The ioctl and the ring engine: clients of the module, each with a handle of the object; the one
 * with a system call for each operation or batch, the other with mapped rings. Threads and
 * processes share one code path: all that they share lies in shared memory.
 */
#include <errno.h>
#include <linux/string.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "engine.h"
#include "engine/child.h"
#include "engine/course.h"
#include "engine/verbs.h"
#include "lib/phase.h"
#include "lib/prefill.h"
#include "lib/rng.h"
#include "lib/rules.h"
#include "lib/tally.h"
#include "lib/workload.h"
#include "libcontend/contend.h"

/* How often the leader looks. */
#define POLL_NS		2000000ULL
/* How often it asks for violations, which costs the object a moment. */
#define LOOK_NS		100000000ULL
/* How long a client waits for a condition before it looks whether all stop. */
#define WAIT_NS		20000000ULL

/**
 * struct client - one thread or process
 * @shared: the whole
 * @thread: its thread, or
 * @pid: its process
 * @index: number
 * @handle: of the object
 * @error: 0, or the negative errno that ended it; read by the leader
 * @load: what its operations are drawn from
 * @cpu: where it is bound to; with what follows, read when it has stopped
 * @next_due_ns: when the call was due that it did not begin any more
 * @preempted: how often the scheduler took the CPU from it in the measured time
 * @tally: what it has done; the leader reads @tally.steps while it runs
 */
struct client {
	struct shared *shared;
	const struct workload *load;
	pthread_t thread;
	pid_t pid;
	u32 index;
	struct contend_handle *handle;
	int error;
	u32 cpu;
	u64 next_due_ns;
	u64 preempted;
	struct tally tally;
} __attribute__((aligned(64)));

/**
 * struct shared - what clients and their leader share; MAP_SHARED
 * @phase: enum phase, written by the leader
 * @spec: constant, like all up to @clients
 * @door: by which the clients come
 * @load: what operations are drawn from, of each group
 * @verbs: the structure's operations
 * @object: the leader's descriptor of the object
 * @device: from contend_open()
 * @id: the object's number
 * @measured: the measured time, empty until it is over; the leader's
 * @clients: each one's own; after them all their histograms
 */
struct shared {
	int phase __attribute__((aligned(64)));
	struct spec spec __attribute__((aligned(64)));
	enum contend_door door;
	const struct workload *load;
	const struct verbs *verbs;
	int object;
	int device;
	__u64 id;
	struct window measured;
	struct client clients[];
};

static void nap(u64 ns)
{
	struct timespec ts = { .tv_sec = ns / SPEC_NS_PER_S, .tv_nsec = ns % SPEC_NS_PER_S };

	nanosleep(&ts, NULL);
}

/**
 * engine_pin - bind the caller to a CPU: those that it may run on in turn
 * @index: its number
 *
 * Return: the CPU; -1: it cannot be done.
 */
int engine_pin(u32 index)
{
	cpu_set_t allowed, one;
	int cpu, skip;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return -1;
	skip = index % CPU_COUNT(&allowed);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &allowed) && !skip--)
			break;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	return sched_setaffinity(0, sizeof(one), &one) ? -1 : cpu;
}

/* From here on a wait is slept, but for the rest of this length, which is spun. */
#define PACE_SPIN_NS	200000ULL

/* Wait until the next call is due, but no longer than until all stop. */
static void pace(struct shared *s, u64 due)
{
	u64 at;

	while ((at = engine_now()) < due &&
	       __atomic_load_n(&s->phase, __ATOMIC_ACQUIRE) != PHASE_STOP) {
		u64 left = due - at;

		if (left > 2 * PACE_SPIN_NS)
			nap(left - PACE_SPIN_NS < POLL_NS ? left - PACE_SPIN_NS : POLL_NS);
	}
}

/* How often the scheduler took the CPU from this client. */
static u64 preempted(void)
{
	struct rusage usage = { };

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nivcsw;
}

/* How many an operation was about; a module that is older than batches does not say. */
static u32 elements(const struct contend_op *op)
{
	return op->error ? 0 : op->count ?: 1;
}

static void count(struct client *c, const struct contend_op *ops, const struct drawn *drawn,
		  const struct call *call)
{
	u32 i;

	if (!c->tally.ops)
		c->preempted = preempted();
	tally_call(&c->tally, c->load, call);
	for (i = 0; i < c->shared->spec.batch; i++)
		tally_op(&c->tally, &drawn[i], elements(&ops[i]), ops[i].wait_ns, ops[i].hold_ns,
			 ops[i].block_ns);
	/* In a batch nothing waits. */
	if (ops->error == ETIMEDOUT)
		tally_timeout(&c->tally, call->ended_ns > ops->deadline_ns ?
			      call->ended_ns - ops->deadline_ns : 0);
}

/*
 * One operation, however long it may wait for its condition: but a look at the phase now and then.
 * -ECANCELED: all stop, and it has done nothing.
 */
static int op_wait(struct client *c, struct contend_op *op)
{
	const u64 deadline_ns = c->load->deadline_ns;
	const u64 until = deadline_ns ? engine_now() + deadline_ns : CONTEND_FOREVER;
	u64 block_ns = 0;
	int ret;

	for (;;) {
		if (c->load->mix.waits)
			op->deadline_ns = min(engine_now() + WAIT_NS, until);
		ret = contend_handle_op(c->handle, op);
		block_ns += op->block_ns;
		op->block_ns = block_ns;
		if (ret || op->error != ETIMEDOUT || op->deadline_ns == until)
			return ret;
		if (__atomic_load_n(&c->shared->phase, __ATOMIC_ACQUIRE) == PHASE_STOP)
			return -ECANCELED;
	}
}

/* As it was drawn, or as it follows another one. */
static struct contend_op op_of(const struct drawn *drawn)
{
	return (struct contend_op){
		.size = sizeof(struct contend_op), .flags = CONTEND_OP_TIMED,
		.verb = drawn->verb, .key = drawn->key, .value = drawn->value,
		.stay_ns = drawn->stay_ns,
	};
}

/* What it has taken it gives back, without waiting. */
static int give_back(struct client *c, struct drawn *drawn)
{
	struct contend_op op;
	int ret;

	do {
		op = op_of(drawn);
		ret = contend_handle_op(c->handle, &op);
		if (ret || op.error)
			break;
		c->tally.balance += c->shared->verbs->verb[op.verb].balance;
	} while (workload_follow(c->load, drawn, op.value));
	return ret;
}

static void work(struct client *c)
{
	struct shared *s = c->shared;
	u32 batch = s->spec.batch, i;
	struct contend_op *ops;
	struct rng rng;
	const struct workload *load = c->load;
	u64 turn = 0, due = 0, since, from, to;
	struct drawn *drawn;
	bool follows = false;
	int phase, cpu;

	ops = calloc(batch, sizeof(*ops));
	drawn = calloc(batch, sizeof(*drawn));
	cpu = engine_pin(c->index);
	if (!ops || !drawn || cpu < 0) {
		c->error = cpu < 0 ? -EINVAL : -ENOMEM;
		goto out;
	}
	c->cpu = cpu;
	rng_seed(&rng, s->spec.seed, c->index);
	while (__atomic_load_n(&s->phase, __ATOMIC_ACQUIRE) == PHASE_START)
		nap(POLL_NS / 10);

	to = engine_now();
	for (;;) {
		due = delay_due(&load->think, &load->arrival, &rng, due, to);
		if (due > to)
			pace(s, due);
		phase = __atomic_load_n(&s->phase, __ATOMIC_ACQUIRE);
		if (phase == PHASE_STOP)
			break;
		since = due > to ? due : to;
		for (i = 0; i < batch; i++) {
			if (!follows)
				drawn[i] = workload_draw(load, &rng, &turn, c->index);
			ops[i] = op_of(&drawn[i]);
		}
		from = engine_now();
		c->error = batch == 1 ? op_wait(c, ops) :
					contend_handle_batch(c->handle, ops, batch, NULL);
		to = engine_now();
		if (c->error == -ECANCELED) {
			c->error = 0;
			break;
		}
		if (c->error)
			break;
		for (i = 0; i < batch; i++)
			c->tally.balance += (s64)s->verbs->verb[ops[i].verb].balance *
					      elements(&ops[i]);
		if (phase == PHASE_MEASURE)
			count(c, ops, drawn, &(struct call){ drawn->index, since, due, from, to });
		else
			c->tally.warmup = (struct window){ since, to };
		/* In a batch nothing follows, see rules_wait(). */
		follows = !ops->error && workload_follow(load, drawn, ops->value);
		__atomic_store_n(&c->tally.steps, c->tally.steps + batch, __ATOMIC_RELEASE);
	}
	if (follows && !c->error)
		c->error = give_back(c, drawn);
	c->next_due_ns = due;
	if (c->tally.ops)
		c->preempted = preempted() - c->preempted;
out:
	free(drawn);
	free(ops);
}

static void client(struct client *c)
{
	const struct shared *s = c->shared;

	c->error = contend_handle_open(s->device, s->id, s->door, s->spec.batch,
				       s->spec.poller_ns, &c->handle);
	if (c->error)
		return;
	work(c);
	contend_handle_close(c->handle);
}

static void *thread(void *arg)
{
	client(arg);
	return NULL;
}

static int client_start(struct client *c)
{
	struct shared *s = c->shared;
	pid_t pid;

	if (s->spec.clients == CLIENTS_THREADS)
		return -pthread_create(&c->thread, NULL, thread, c);

	/* Not into @c at once: the child would write its zero there too, and maybe last. */
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid) {
		c->pid = pid;
		return 0;
	}
	/* Do not outlive the leader. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGINT, SIG_IGN);
	client(c);
	_exit(0);
}

static void client_join(struct client *c)
{
	int status;

	if (c->shared->spec.clients == CLIENTS_THREADS) {
		pthread_join(c->thread, NULL);
		return;
	}
	status = child_wait(c->pid);
	if (WIFSIGNALED(status) && !c->error)
		c->error = -EOWNERDEAD;
}

/* The first client that has failed, or NULL. */
static struct client *failed(struct shared *s)
{
	u32 i;

	for (i = 0; i < s->spec.workers; i++)
		if (__atomic_load_n(&s->clients[i].error, __ATOMIC_ACQUIRE))
			return &s->clients[i];
	return NULL;
}

static bool all_running(struct shared *s)
{
	u32 i;

	for (i = 0; i < s->spec.workers; i++)
		if (!__atomic_load_n(&s->clients[i].tally.steps, __ATOMIC_ACQUIRE))
			return false;
	return true;
}

static bool violated(struct shared *s)
{
	struct contend_stat stat;

	return !contend_stat(s->object, 0, &stat) && stat.violations;
}

/* What all of them have done so far, while they are at work. */
static void sample_clients(struct shared *s, struct course *course, u64 at)
{
	struct hist times[NR_MOMENT_TIMES];
	u64 steps = 0;
	u32 i, t;

	for (t = 0; t < NR_MOMENT_TIMES; t++)
		hist_init(&times[t]);
	for (i = 0; i < s->spec.workers; i++) {
		const struct client *c = &s->clients[i];

		steps += __atomic_load_n(&c->tally.steps, __ATOMIC_ACQUIRE);
		for (t = 0; t < NR_MOMENT_TIMES; t++)
			tally_peek(&times[t], &c->tally, c->load, moment_times[t],
				   TALLY_ALL_VERBS);
	}
	course_look(course, at, steps, times);
}

/*
 * A lock that is known to be broken needs no more load: that ends it too. @course: what to look
 * at meanwhile, or NULL.
 */
static void sleep_until(struct shared *s, u64 until, struct course *course)
{
	u64 at, next = engine_now() + LOOK_NS;

	while (!interrupted && !failed(s) && (at = engine_now()) < until) {
		if (at >= next) {
			if (violated(s))
				return;
			next = at + LOOK_NS;
		}
		if (course && course_due(course, at))
			sample_clients(s, course, at);
		at = min(until - at, POLL_NS);
		nap(course ? course_wait(course, engine_now(), at) : at);
	}
}

/*
 * Start, warm up, measure, stop, join. -ETIMEDOUT: some client did nothing, and nothing was
 * measured.
 */
static int lead(struct shared *s, struct course *course, bool *complete)
{
	u64 patience = engine_now() + PHASE_PATIENCE_NS, until;
	u32 started;
	int ret = 0;

	for (started = 0; started < s->spec.workers; started++) {
		s->clients[started].error = client_start(&s->clients[started]);
		if (s->clients[started].error)
			break;
	}
	if (started == s->spec.workers) {
		__atomic_store_n(&s->phase, PHASE_WARMUP, __ATOMIC_RELEASE);
		sleep_until(s, engine_now() + s->spec.warmup_ns, NULL);
		while (!ret && !all_running(s) && !failed(s) && !interrupted) {
			if (engine_now() < patience)
				nap(POLL_NS);
			else
				ret = -ETIMEDOUT;
		}
	}
	if (started == s->spec.workers && !ret) {
		__atomic_store_n(&s->phase, PHASE_MEASURE, __ATOMIC_RELEASE);
		s->measured.from_ns = engine_now();
		until = s->measured.from_ns + s->spec.runtime_ns;
		sleep_until(s, until, course);
		*complete = engine_now() >= until;
	}
	__atomic_store_n(&s->phase, PHASE_STOP, __ATOMIC_RELEASE);
	s->measured.until_ns = engine_now();
	while (started--) {
		/* One that is stopped does not see the phase. */
		if (ret && s->spec.clients != CLIENTS_THREADS)
			kill(s->clients[started].pid, SIGKILL);
		client_join(&s->clients[started]);
	}
	return ret;
}

/* As contend_object_fill() does. */
static int prefill(int object, const struct spec *spec, const struct contend_verb *verbs)
{
	const int verb = mix_fill(verbs), tune = mix_tune(verbs);
	struct contend_stat stat;
	struct prefill keys;
	int ret = 0;
	u64 key;
	u32 i;

	for (i = 0; i < spec->tune.n && !ret; i++) {
		const struct share_spec *one = &spec->tune.of[i];
		struct contend_op op = {
			.verb = tune, .key = mix_setting(&verbs[tune], one->name),
			.value = one->share,
		};

		ret = contend_op(object, &op) ?: -(int)op.error;
	}
	if (ret || verb < 0)
		return ret;
	ret = contend_stat(object, 0, &stat);
	prefill_init(&keys, spec->keys.range, spec->prefill, spec->seed);
	while (!ret && !interrupted && stat.elements < stat.capacity && prefill_next(&keys, &key)) {
		struct contend_op op = { .verb = verb, .key = key, .value = key };

		ret = contend_op(object, &op);
		stat.elements += !ret && !op.error;
	}
	return ret;
}

/* What the clients say they did must be what is there. */
static void check_books(struct result *r, const struct shared *s, s64 before, s64 after)
{
	char detail[RESULT_TEXT] = "";
	s64 expected = before;
	bool counts = false;
	u32 i, m;

	for (i = 0; i < s->spec.workers; i++) {
		const struct client *c = &s->clients[i];

		for (m = 0; m < c->load->mix.n; m++)
			counts |= s->verbs->verb[c->load->mix.verb[m]].balance != 0;
		expected += c->tally.balance;
	}
	/* Where no operation changes what can be counted there is nothing to check. */
	if (!counts)
		return;
	if (after != expected)
		snprintf(detail, sizeof(detail),
			 "the clients' successes add up to %lld, but there are %lld",
			 expected, after);
	result_check(r, "client-conservation", detail[0] ? VERDICT_FAIL : VERDICT_PASS,
		     detail[0] != '\0', detail);
}

/* Each operation that was done, by all clients. */
static int sum_verbs(struct result *r, const struct shared *s)
{
	struct result_verb *verb;
	u32 v, i, t;

	for (v = 0; s->verbs->verb[v].name; v++) {
		verb = result_verb(r, s->verbs->verb[v].name);
		if (!verb)
			return -ENOMEM;
		for (t = 0; t < NR_TIMES; t++)
			for (i = 0; i < s->spec.workers && time_kinds[t].of_verb; i++)
				tally_sum(&verb->time[t], &s->clients[i].tally,
					  s->clients[i].load, t, v);
		if (!verb->time[TIMED_WAIT].total)
			r->nverbs--;
	}
	return 0;
}

static void sum_client(struct result_worker *w, const struct client *c)
{
	const struct tally *tally = &c->tally;
	u32 t;

	w->cpu = c->cpu;
	w->ops = tally->ops;
	w->reads = tally->reads;
	w->misses = tally->misses;
	w->elements = tally->elements;
	w->timeouts = tally->timeouts;
	w->first_ns = tally->first_ns;
	w->last_ns = tally->last_ns;
	w->starved_ns = tally->starved_ns;
	w->arrivals = tally->arrivals;
	w->preempted = c->preempted;
	w->run_delay_ns = CONTEND_UNKNOWN;
	w->wakeups = CONTEND_UNKNOWN;
	w->vain = CONTEND_UNKNOWN;
	for (t = 0; t < NR_TIMES; t++)
		tally_sum(&w->time[t], tally, c->load, t, TALLY_ALL_VERBS);
}

static int run(int device, int object, struct shared *s, struct result *r)
{
	struct hist *hists = (struct hist *)&s->clients[s->spec.workers];
	int ret;
	struct contend_stat stat;
	struct client *broken;
	struct course course;
	struct window all;
	s64 before;
	u32 i;

	ret = prefill(object, &r->spec, s->verbs->verb);
	if (ret)
		return ret;
	ret = contend_stat(object, 0, &stat);
	if (ret)
		return ret;
	s->object = object;
	s->device = device;
	s->id = stat.id;
	before = stat.balance;
	for (i = 0; i < s->spec.workers; i++) {
		struct client *c = &s->clients[i];

		c->shared = s;
		c->index = i;
		c->load = &s->load[spec_group_of(&s->spec, i)];
		tally_init(&c->tally, c->load, s->spec.batch, hists);
		hists += tally_hists(c->load, s->spec.batch);
	}
	course_init(&course, r, object);
	ret = lead(s, &course, &r->complete);
	if (ret)
		return engine_ended(r, ret);
	broken = failed(s);
	if (broken) {
		snprintf(r->reason, sizeof(r->reason), "client %u: %s", broken->index,
			 broken->error == -EOWNERDEAD ? "was killed" :
			 broken->error == -ENOSPC && s->spec.poller_ns ?
			 "there are as many threads as the module's max_pollers= allows" :
			 strerror(-broken->error));
		return broken->error;
	}
	/* What is there is what the module has in its books, or a violation. */
	ret = contend_stat(object, CONTEND_STAT_VERIFY, &stat);
	if (!ret)
		ret = result_workers(r, s->spec.workers);
	if (!ret)
		ret = sum_verbs(r, s);
	if (ret)
		return ret;
	all = s->measured;
	for (i = 0; i < r->nworkers; i++) {
		struct client *c = &s->clients[i];

		tally_settle(&c->tally, c->load, &s->measured, c->next_due_ns, true);
		window_cut(&all, c->tally.first_ns, c->tally.last_ns);
		sum_client(&r->workers[i], c);
	}
	r->span_ns = window_ns(&s->measured);
	r->concurrent_ns = window_ns(&all);
	/* The module's own: the witness at each operation, then the whole structure. */
	result_check(r, "module", stat.violations ? VERDICT_FAIL : VERDICT_PASS, stat.violations,
		     stat.detail);
	check_books(r, s, before, stat.balance);
	result_judge(r);
	return 0;
}

static int client_run(int device, struct result *r, enum contend_door door)
{
	struct contend_create create = {
		.capacity = r->spec.capacity, .stripes = r->spec.stripes, .flags = r->spec.avoid,
	};
	struct contend_list lock;
	struct workload load[SPEC_GROUPS] = { };
	struct verbs verbs;
	struct mix mix[SPEC_GROUPS];
	struct spec_error error = { };
	struct shared *s;
	int object, ret;
	size_t size;
	u32 i;

	ret = verbs_load(device, r->spec.structure, &verbs);
	if (!ret)
		ret = contend_find(device, CONTEND_LIST_LOCKS, r->spec.lock, &lock);
	if (ret)
		return ret;
	r->roles = verbs.roles;
	r->idles = verbs.idles;
	ret = mix_init(mix, verbs.verb, r->spec.structure, &r->spec, &error);
	if (ret) {
		strscpy(r->reason, error.message, sizeof(r->reason));
		return ret;
	}
	if (!(lock.caps & CONTEND_CAP_ABSENT) &&
	    !rules_lock(&r->spec, mix, verbs.verb, r->spec.lock, lock.caps, &error)) {
		r->verdict = VERDICT_SKIP;
		strscpy(r->reason, error.message, sizeof(r->reason));
		return 0;
	}
	ret = workload_init(load, mix, &r->spec);
	if (ret)
		return ret;
	size = sizeof(*s) + r->spec.workers * sizeof(s->clients[0]);
	for (i = 0; i < r->spec.workers; i++)
		size += tally_hists(&load[spec_group_of(&r->spec, i)], r->spec.batch) *
			sizeof(struct hist);
	s = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s == MAP_FAILED) {
		ret = -errno;
		goto out;
	}
	s->spec = r->spec;
	s->door = door;
	s->load = load;
	s->verbs = &verbs;
	object = contend_create(device, r->spec.lock, r->spec.structure, &create);
	if (object < 0) {
		ret = engine_refused(r, object, create.why);
	} else {
		ret = run(device, object, s, r);
		contend_close(object);
	}
	munmap(s, size);
out:
	workload_destroy(load);
	return ret;
}

static int ioctl_run(int device, struct result *r)
{
	return client_run(device, r, CONTEND_DOOR_OP);
}

static int ring_run(int device, struct result *r)
{
	struct contend_info info;
	int ret = contend_info(device, &info);

	if (ret)
		return ret;
	if (!(info.features & CONTEND_FEATURE_RING))
		return engine_refused(r, -EOPNOTSUPP, "this module has no rings");
	return client_run(device, r, CONTEND_DOOR_RING);
}

const struct engine ioctl_engine = {
	.name = "ioctl",
	.run = ioctl_run,
};

const struct engine ring_engine = {
	.name = "ring",
	.run = ring_run,
};

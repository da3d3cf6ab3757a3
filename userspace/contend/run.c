// SPDX-License-Identifier: GPL-2.0
/* contend run, and what compare runs: cases to engines, results to a document. */
#include <errno.h>
#include <fcntl.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ahead.h"
#include "cli.h"
#include "engine/engine.h"
#include "engine/verbs.h"
#include "lib/nearest.h"
#include "lib/rules.h"
#include "lib/rng.h"
#include "libcontend/contend.h"
#include "names.h"
#include "options.h"
#include "report/provenance.h"
#include "report/terminal.h"
#include "report/unit.h"
#include "scenarios/scenario.h"
#include "resume.h"
#include "run.h"
#include "steal.h"
#include "world.h"

/* Of the seed's streams, one that no worker has. */
#define ORDER_STREAM	(~0ULL - 3)

/* Of this program's threads, beside the workers of a run: its leader, those that end things. */
#define OTHER_THREADS	16

/* Who waits for longer is told how long. */
#define SAID_AHEAD_NS	(5 * SPEC_NS_PER_S)

/* On a terminal a scenario says so often how it goes on. */
#define WATCH_NS	(SPEC_NS_PER_S / 2)

static const struct engine *const engines[] = {
	&kernel_engine, &ioctl_engine, &ring_engine, &user_engine, NULL
};

/* What the engines work on, each -ENOENT where no case wants it: the module, and this program. */
struct doors {
	int module;
	int program;
};

volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	(void)signal;
	interrupted++;
}

static const struct engine *find_engine(const char *name)
{
	int i;

	for (i = 0; engines[i]; i++)
		if (!strcmp(engines[i]->name, name))
			break;
	return engines[i];
}

static bool in_program(const struct job_case *c)
{
	return !strcmp(c->spec.engine, "user");
}

/* How many threads of the program work on it. */
static u32 threads_of(const struct job_case *c)
{
	return scenario_of(&c->spec) ? play_threads(&c->spec) : c->spec.workers;
}

static int door_of(const struct doors *doors, const struct job_case *c)
{
	return in_program(c) ? doors->program : doors->module;
}

/**
 * struct parts - what of a case has figures of its own
 * @groups: of workers
 * @verb: operations of the structure, ended by an empty name
 */
struct parts {
	const struct groups_spec *groups;
	const struct contend_verb *verb;
};

static const char *part_at(unsigned int i, const void *data)
{
	const struct parts *parts = data;

	if (i < parts->groups->n)
		return parts->groups->of[i].name;
	return parts->verb[i - parts->groups->n].name;
}

static const char *figure_name_at(unsigned int i, const void *scenario)
{
	const struct scenario_figure *f = figure_at(scenario, i);

	return f ? f->name : NULL;
}

static const char *stage_at(unsigned int i, const void *scenario)
{
	const struct scenario *s = scenario;

	return s->stages ? s->stages[i] : NULL;
}

/* Whether one of these is called so; else *error says which of them may be meant. */
static bool has_name(const char *metric, const struct scenario *s, const char *what,
		     const char *name, const char *(*name_at)(unsigned int i, const void *data),
		     struct spec_error *error)
{
	const char *one, *near;
	unsigned int i;

	for (i = 0; (one = name_at(i, s)); i++)
		if (!strcmp(one, name))
			return true;
	near = spec_nearest(name, strlen(name), name_at, s);
	snprintf(error->message, sizeof(error->message),
		 "--metric=%.80s: scenario=%s has no %s '%.40s'%s%s%s", metric, s->name, what, name,
		 near ? ": did you mean '" : "", near ?: "", near ? "'?" : "");
	return false;
}

/* Whether a scenario has a figure. */
static bool has_own(const struct metric *m, const struct spec *spec, struct spec_error *error)
{
	const struct scenario *s = scenario_of(spec);
	struct common common;

	words_common(spec, &common);
	if (m->of == OF_STAGES)
		return has_name(m->name, s, "stage", m->part, stage_at, error);
	if (m->group && !strcmp(m->group, OWN_FIGURES))
		return has_name(m->name, s, "figure", m->key, figure_name_at, error);
	if (m->part || m->of == OF_WORKLOADS)
		snprintf(error->message, sizeof(error->message),
			 "--metric=%.80s: a scenario has response_* and service_*, stages.NAME_*, figures.NAME, and no such figure",
			 m->name);
	else if (!strcmp(m->key, "knee_per_s") && common.offered.kind != OFFERED_SWEEP)
		snprintf(error->message, sizeof(error->message),
			 "--metric=%s: a knee takes offered=sweep", m->name);
	else
		return true;
	return false;
}

/* Whether a figure of a part is one that a case has. */
static bool has_part(const struct metric *m, const struct parts *parts, struct spec_error *error)
{
	const char *part, *near;
	unsigned int i;

	for (i = 0; m->part && (part = part_at(i, parts)); i++)
		if (!strcmp(part, m->part))
			break;
	if (!m->part || (part && (i < parts->groups->n || metric_of_verb(m))))
		return true;
	if (part) {
		snprintf(error->message, sizeof(error->message),
			 "--metric=%.80s: an operation has no such figure, but ops_per_s and its times; a group has all",
			 m->name);
		return false;
	}
	near = spec_nearest(m->part, strlen(m->part), part_at, parts);
	snprintf(error->message, sizeof(error->message),
		 "--metric=%.80s: there is no group and no operation '%.40s'%s%s%s", m->name,
		 m->part, near ? ": did you mean '" : "", near ?: "", near ? "'?" : "");
	return false;
}

/**
 * run_check_case - what the grammar cannot know and the structures do: before anything runs
 * @device: of the case's engine, or another one with the same structures
 * @c: the case
 * @metric: what it is asked for
 *
 * What is wrong is told on stderr.
 *
 * Return: 0 or -1.
 */
int run_check_case(int device, const struct job_case *c, const struct metric *metric)
{
	struct spec_error error = { };
	struct verbs verbs;
	struct mix mix[SPEC_GROUPS];

	/* What its tasks do with which structure is its own affair. */
	if (scenario_of(&c->spec)) {
		if (has_own(metric, &c->spec, &error))
			return 0;
		goto wrong;
	}
	if (metric->of == OF_SCENARIOS || metric->of == OF_STAGES) {
		snprintf(error.message, sizeof(error.message),
			 "--metric=%.80s: scenarios alone have it", metric->name);
		goto wrong;
	}
	/* One that this engine does not have is skipped. */
	if (verbs_load(device, c->spec.structure, &verbs))
		return 0;
	if (!mix_init(mix, verbs.verb, c->spec.structure, &c->spec, &error) &&
	    rules_mix(&c->spec, mix, verbs.verb, &error) &&
	    rules_empty(&c->spec, mix, verbs.verb, &error) &&
	    has_part(metric, &(struct parts){ &c->spec.groups, verbs.verb }, &error))
		return 0;
wrong:
	fprintf(stderr, "%s: %s: %s\n", c->file, c->name, error.message);
	return -1;
}

/* And what its limits are. */
static int check_limits(int device, const struct job_case *c)
{
	struct contend_info info;

	if (contend_info(device, &info))
		return 0;
	if (c->spec.workers > info.max_workers)
		fprintf(stderr, "%s: %s: workers=%u is more than max_workers=%u\n",
			c->file, c->name, c->spec.workers, info.max_workers);
	else if (c->spec.capacity > info.max_capacity)
		fprintf(stderr, "%s: %s: capacity=%llu is more than max_capacity=%llu\n",
			c->file, c->name, c->spec.capacity, info.max_capacity);
	else if (c->spec.runtime_ns + c->spec.warmup_ns > info.max_runtime_ns)
		fprintf(stderr,
			"%s: %s: runtime and warmup are more than max_runtime_s=%llu\n",
			c->file, c->name, info.max_runtime_ns / 1000000000ULL);
	else
		return 0;
	return -1;
}

/**
 * struct progress - a line on a terminal, which is rewritten, and gone at the end
 * @watch: the watcher that is told how the case goes on
 * @o: the cases
 * @order: which of them comes when
 * @i: the run that goes on
 * @n: how many there are
 * @began_ns: when it began
 */
struct progress {
	struct watch watch;
	const struct options *o;
	const u32 *order;
	size_t i;
	size_t n;
	u64 began_ns;
};

static void progress_clear(void)
{
	if (on_terminal(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
}

/* Which case runs, how much time is left, and @more. */
static void progress_write(const struct progress *p, const char *more)
{
	const struct job_case *cases = p->o->job.cases;
	const u64 passed = play_now() - p->began_ns;
	u64 left = 0;
	char text[32], *line;
	size_t j;

	if (!on_terminal(STDERR_FILENO))
		return;
	for (j = p->i; j < p->n; j++)
		left += ahead_case_ns(&cases[p->order[j]].spec);
	left -= min(left, passed);
	if (asprintf(&line, "[%zu/%zu] %s, %s left%s", p->i + 1, p->n, cases[p->order[p->i]].name,
		     ahead_text(text, sizeof(text), left), more) < 0)
		return;
	progress_clear();
	/* Of one that goes on in the next line only that would be rewritten. */
	fprintf(stderr, "%.*s", (int)columns_of(STDERR_FILENO), line);
	free(line);
}

static void progress_tell(const struct watch *watch, const struct result_scenario *s, double per_s,
			  const u64 *gauges)
{
	const struct progress *p = (const struct progress *)watch;
	char more[256], count[32];
	size_t n;
	u32 i;

	n = snprintf(more, sizeof(more), ": %s/s", short_count(count, sizeof(count), per_s));
	for (i = 0; i < s->ngauges && n < sizeof(more); i++)
		n += snprintf(more + n, sizeof(more) - n, ", %s %llu", s->gauge[i], gauges[i]);
	progress_write(p, more);
}

/*
 * Programs read what has columns or a schema, and these are told nothing beside it. When it goes
 * to a file, a person may be waiting who sees nothing else.
 */
static void say_ahead(const struct options *o)
{
	char text[128];

	if ((o->format == format_find("human") || o->output) &&
	    ahead_job(&o->job, o->repeat, text, sizeof(text)) > SAID_AHEAD_NS)
		fprintf(stderr, "contend: %s\n", text);
}

/**
 * runs_order - which case comes when
 * @o: the cases, and how often each is run
 *
 * Each of them comes once before any comes again, so that what changes with time meets all alike;
 * with repeats each such round in a random order of its own.
 *
 * Return: the number of the case of each run, for free(); NULL when memory is short.
 */
u32 *runs_order(const struct options *o)
{
	const u32 cases = o->job.n, repeats = o->repeat;
	u32 *order = calloc(o->job.n * repeats, sizeof(*order)), *round, swap, i, j, k;
	struct rng rng;

	rng_seed(&rng, o->job.cases[0].spec.seed, ORDER_STREAM);
	for (k = 0; k < repeats && order; k++) {
		round = order + k * cases;
		for (i = 0; i < cases; i++)
			round[i] = i;
		for (i = cases; i-- > 1 && repeats > 1; ) {
			j = rng_below(&rng, i + 1);
			swap = round[i];
			round[i] = round[j];
			round[j] = swap;
		}
	}
	return order;
}

/*
 * Leave word on the console of a virtual machine of which case runs: whatever ends the
 * kernel, its last line of this kind names it.
 */
static void mark(const struct job_case *c)
{
	FILE *f = getenv("CONTEND_VM") ? fopen("/dev/kmsg", "we") : NULL;

	/* A hint, and no more: without it the run is as good. */
	if (!f)
		return;
	if (c)
		fprintf(f, "<6>contend: case %.200s lock=%s structure=%s engine=%s workers=%u\n",
			c->name, c->spec.lock, c->spec.structure, c->spec.engine,
			c->spec.workers);
	else
		fprintf(f, "<6>contend: cases ended\n");
	fclose(f);
}

static void run_case(const struct doors *doors, const struct job_case *c, const struct watch *watch,
		     struct result *r)
{
	const int device = door_of(doors, c);
	const struct engine *engine = find_engine(c->spec.engine);
	const char *accel = getenv("CONTEND_ACCEL");
	struct contend_list lock, structure;
	struct steal before, steal;
	int ret;

	r->name = strdup(c->name);
	r->file = c->file;
	r->spec = c->spec;
	if (device < 0) {
		r->verdict = VERDICT_SKIP;
		strscpy(r->reason, "the module is not loaded: scripts/run boots a VM with it",
			sizeof(r->reason));
		return;
	}
	if (in_program(c) && threads_of(c) > 1 && accel && !strcmp(accel, "uml")) {
		r->verdict = VERDICT_SKIP;
		strscpy(r->reason, "User-Mode Linux runs one thread of a program at a time: run engine=user on its host",
			sizeof(r->reason));
		return;
	}
	/* A job of several engines names the locks of all. */
	if (contend_find(device, CONTEND_LIST_LOCKS, c->spec.lock, &lock)) {
		r->verdict = VERDICT_SKIP;
		snprintf(r->reason, sizeof(r->reason), "engine=%s has no lock %s: see contend list",
			 c->spec.engine, c->spec.lock);
		return;
	}
	if (contend_find(device, CONTEND_LIST_STRUCTURES, c->spec.structure, &structure)) {
		r->verdict = VERDICT_SKIP;
		snprintf(r->reason, sizeof(r->reason),
			 "engine=%s has no structure %s: see contend list", c->spec.engine,
			 c->spec.structure);
		return;
	}
	r->busted = lock.caps & CONTEND_CAP_BUSTED ? c->spec.lock :
		    structure.caps & CONTEND_CAP_BUSTED ? c->spec.structure : NULL;
	r->interval_ns = words_interval(&c->spec);
	steal_read(&before);
	ret = scenario_of(&c->spec) ? play_run(device, r, watch) : engine->run(device, r);
	steal = steal_since(&before);
	if (ret) {
		r->verdict = VERDICT_ERROR;
		if (!r->reason[0])
			snprintf(r->reason, sizeof(r->reason), "%s", strerror(-ret));
	}
	if (interrupted && r->verdict == VERDICT_PASS)
		r->complete = false;
	result_steal(r, steal.stolen_ns, steal.ran_ns);
}

static int exit_status(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_PASS:
		return EXIT_PASS;
	case VERDICT_FAIL:
		return EXIT_FAIL;
	case VERDICT_SKIP:
		return EXIT_UNSUPPORTED;
	case VERDICT_INCONCLUSIVE:
		return EXIT_INCONCLUSIVE;
	default:
		return EXIT_HARNESS;
	}
}

/**
 * run_no_module - say that there is no module to run anything on
 * @device: from contend_open()
 *
 * Return: exit status.
 */
int run_no_module(int device)
{
	fprintf(stderr, "contend: %s: %s\n", CONTEND_DEVICE, device == -ENOENT ?
		"the module is not loaded: scripts/run boots a VM with it; engine=user needs none" :
		device < 0 ? strerror(-device) : "does not answer as this program expects");
	return EXIT_UNSUPPORTED;
}

/* Its clock stood still, its caches are cold, and it has lived another guest's life. */
static bool restored(void)
{
	if (!getenv("CONTEND_SNAPSHOT"))
		return false;
	fprintf(stderr, "contend: this VM was restored from a snapshot, where nothing is measured: boot it, without --snapshot\n");
	return true;
}

/* Close the doors that there are. */
static void close_doors(const struct doors *doors)
{
	if (doors->module >= 0)
		contend_close(doors->module);
	if (doors->program >= 0)
		contend_close(doors->program);
}

/* Open what the cases want beside the module; EXIT_PASS, or why none of them can run. */
static int open_doors(struct doors *doors, const struct job *job)
{
	struct contend_info info;
	bool module = false;
	u32 threads = 0;
	size_t i;

	for (i = 0; i < job->n; i++) {
		if (in_program(&job->cases[i]))
			threads = max(threads, threads_of(&job->cases[i]));
		else
			module = true;
	}
	module = module && (doors->module < 0 || contend_info(doors->module, &info));
	if (module && !threads)
		return run_no_module(doors->module);
	if (!threads)
		return EXIT_PASS;
	doors->program = contend_open_program(threads + OTHER_THREADS);
	if (doors->program >= 0)
		return EXIT_PASS;
	fprintf(stderr, "contend: engine=user: %s: it takes 8 MiB of addresses for each of %u threads, see ulimit -v\n",
		strerror(-doors->program), threads + OTHER_THREADS);
	return EXIT_HARNESS;
}

/**
 * runs_make - run all cases, as often as was asked for
 * @d: what came of it; give it back with runs_free(), whatever this returns
 * @o: the cases
 * @out: is given each result when it is there
 * @device: from contend_open(), or why not; closed
 *
 * A wrong case, or what hinders all of them, is told on stderr. SIGINT, SIGTERM
 * and SIGHUP end it early, with what there is in @d: @interrupted is set then.
 *
 * Return: EXIT_PASS, whatever the verdict, or the exit status when nothing ran.
 */
int runs_make(struct document *d, const struct options *o, struct output *out, int device)
{
	struct sigaction action = { .sa_handler = interrupt }, hangup;
	struct doors doors = { .module = device, .program = -ENOENT };
	size_t i, n = o->job.n * o->repeat;
	struct progress progress = { .watch = { WATCH_NS, progress_tell }, .o = o, .n = n };
	const struct watch *watch = on_terminal(STDERR_FILENO) ? &progress.watch : NULL;
	bool hangs = false;
	int status;
	u32 *order;

	*d = (struct document){
		.planned = n, .repeats = o->repeat, .seed = o->job.cases[0].spec.seed,
	};
	status = restored() ? EXIT_UNSUPPORTED : open_doors(&doors, &o->job);
	if (status) {
		close_doors(&doors);
		return status;
	}
	for (i = 0; i < o->job.n && !status; i++) {
		const struct job_case *c = &o->job.cases[i];

		if (door_of(&doors, c) < 0)
			continue;
		if (run_check_case(door_of(&doors, c), c, o->metric) ||
		    check_limits(door_of(&doors, c), c))
			status = EXIT_USAGE;
	}
	d->results = calloc(n, sizeof(*d->results));
	d->environment = environment_json(device < 0 ? doors.program : device);
	d->provenance = provenance_json(o->argc, o->argv);
	order = runs_order(o);
	progress.order = order;
	if (!status && (!d->results || !d->environment || !order))
		status = EXIT_HARNESS;
	/* Before it has taken its time. */
	if (!status && o->world &&
	    !world_compared(o->world, "A", d->environment, "B", o->across))
		status = EXIT_UNSUPPORTED;
	if (!status && o->resume)
		status = resume(o, order, d);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* The terminal has gone; who began with nohup goes on. */
	sigaction(SIGHUP, NULL, &hangup);
	if (hangup.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &action, NULL);
	if (!status)
		say_ahead(o);

	while (d->n < n && !status && !interrupted && !hangs) {
		struct result *r = &d->results[d->n];

		progress.i = d->n;
		progress.began_ns = play_now();
		progress_write(&progress, "");
		r->number = order[d->n];
		r->repeat = d->n / o->job.n + 1;
		mark(&o->job.cases[r->number]);
		run_case(&doors, &o->job.cases[r->number], watch, r);
		progress_clear();
		hangs = r->hangs;
		d->n++;
		output_result(out, d);
	}
	if (d->n > d->kept)
		mark(NULL);
	if (interrupted)
		fprintf(stderr, "contend: interrupted: %zu of %zu run%s ended\n", d->n, n,
			plural(n));
	free(order);
	close_doors(&doors);
	return status;
}

/**
 * runs_status - what comes of all of them
 * @d: from runs_make()
 *
 * Return: exit status.
 */
int runs_status(const struct document *d)
{
	return interrupted ? EXIT_INTERRUPTED : exit_status(verdict_overall(d->results, d->n));
}

/**
 * runs_free - give the results' memory back
 * @d: from runs_make()
 */
void runs_free(struct document *d)
{
	json_decref(d->environment);
	json_decref(d->provenance);
	while (d->n) {
		json_decref(d->results[--d->n].kept);
		result_free(&d->results[d->n]);
	}
	free(d->results);
}

/* What is in the file now. */
static void say_written(const struct options *o, const struct document *d, bool as_it_was)
{
	fprintf(stderr, "contend: %s: %zu of %zu run%s of %zu case%s, verdict %s%s\n",
		o->output, d->n, d->planned, plural(d->planned), o->job.n, plural(o->job.n),
		verdict_name(verdict_overall(d->results, d->n)),
		as_it_was ? ": complete, and left as it was" : "");
}

/**
 * cmd_run - contend run
 * @argc: words
 * @argv: "run", options, job files
 *
 * Return: exit status.
 */
int cmd_run(int argc, char **argv)
{
	struct document d;
	struct options o;
	int device, status;
	struct output out;
	bool as_it_was;

	/* A wrong command line is told even where the module is missing. */
	device = contend_open();
	if (device >= 0)
		names_load(device);
	if (options_parse(&o, argc, argv, COMMAND_RUN))
		return EXIT_USAGE;
	if (output_check(o.output, o.files, o.nfiles))
		return EXIT_HARNESS;
	if (!o.repeat)
		o.repeat = 1;
	output_init(&out, o.format, o.output);
	status = runs_make(&d, &o, &out, device);
	if (!status) {
		/* Of what was all there it is left as it is. */
		as_it_was = d.kept == d.planned && o.output == o.resume;
		if (!as_it_was && output_end(&out, &d)) {
			status = EXIT_HARNESS;
		} else {
			status = runs_status(&d);
			if (o.output)
				say_written(&o, &d, as_it_was);
		}
	}
	runs_free(&d);
	job_free(&o.job);
	return status;
}

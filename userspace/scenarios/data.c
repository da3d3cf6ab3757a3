// SPDX-License-Identifier: GPL-2.0
/*
 * Data processing: a request is a whole problem, which a team of workers solves together, as fast
 * as it can. What is shared out are tasks, in deques of the catalogue, see data_team.h; each
 * problem has a file of its own.
 *
 * Laws, in each run: each task is done once; no worker is in a phase after the next, and none
 * leaves one before all of its tasks are done; a worker that is woken wakes; what comes of a
 * request is what came of it when one thread did it alone, which is done in the same run.
 */
#include <errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <stdlib.h>

#include "data.h"

/* How often the leader looks whether it is interrupted. */
#define LOOK_NS		20000000ULL
/* One alone is timed so often at most, while that takes no longer than this. */
#define SERIAL_MOST	20
#define SERIAL_NS	200000000ULL

static const char *const stages[] = {
	[DATA_STAGE_MAP] = "map", [DATA_STAGE_REDUCE] = "reduce",
	[DATA_STAGE_COMPUTE] = "compute", NULL
};

enum { GAUGE_IDLE, GAUGE_ASLEEP };

static const char *const gauges[] = { "idle", "asleep", NULL };

static const struct scenario_figure figures[] = {
	{ "serial_ns", FIGURE_LESS,
	  "how long one thread takes for the problem alone, in the same run" },
	{ "best_ns", FIGURE_LESS, "how long the request took that took the least" },
	{ "speedup", FIGURE_COLUMN,
	  "how many times faster the median request was than one thread alone" },
	{ "tasks", FIGURE_LESS, "tasks that were pushed for others to take, in a request" },
	{ "steals", 0, "tasks that were taken from another worker's deque, in a request" },
	{ "steals_failed", FIGURE_LESS, "how often a worker found all deques empty, in a request" },
	{ "parks", FIGURE_LESS,
	  "how often a worker slept since there was nothing to do, in a request" },
	{ "idle_steal_ns", FIGURE_LESS | FIGURE_COLUMN,
	  "for how long workers looked for a task, all together, in a request" },
	{ "idle_park_ns", FIGURE_LESS | FIGURE_COLUMN,
	  "for how long they slept since there was none" },
	{ "idle_wake_ns", FIGURE_LESS,
	  "how long after it was woken a worker ran, all together, in a request" },
	{ "idle_barrier_ns", FIGURE_LESS | FIGURE_COLUMN,
	  "for how long they waited for the others at a phase's end" },
	{ "spawned", FIGURE_LESS, "tasks that worker 0 has made, in a request, pushed or not" },
	{ "spawn_ns", FIGURE_LESS,
	  "what one costs, with workers=1: the least request less one thread alone" },
	{ "windows", 0, "windows of the stream" },
	{ "idle_full_ns", FIGURE_LESS,
	  "how long a next stage was full, which is back-pressure, in a request" },
	{ "lost", FIGURE_LESS | FIGURE_COLUMN,
	  "bids that no window has that was committed, though they were not late" },
	{ "doubled", FIGURE_LESS | FIGURE_COLUMN,
	  "how often a window of an auction was committed that was before" },
	{ "worker_deaths", 0, "workers that were killed and replaced (deaths=)" },
	{ "worker_recovery_p50_ns", FIGURE_LESS,
	  "how long until another one was as far as it, the median" },
	{ "worker_recovery_max_ns", FIGURE_LESS,
	  "how long until another one was as far as it, the longest" },
	{ "vertices", 0, "vertices of the graph" },
	{ "edges", 0, "edges of the graph, each of which goes both ways; of triangles, each once" },
	{ "supersteps", 0, "supersteps of a request" },
	{ "triangles", 0, "triangles of the graph" },
	{ "documents", 0, "documents of the input" },
	{ "left_out", FIGURE_LESS,
	  "what is below input= and none: no text, not to be read, or too much" },
	{ "input_bytes", 0, "how much the input is" },
	{ "words", 0, "words of the input" },
	{ "words_distinct", 0, "different ones, or pairs of a word and a document" },
	{ }
};

static const char *const law_names[DATA_LAWS] = {
	[LAW_ONCE] = "once", [LAW_PHASES] = "phases", [LAW_WOKEN] = "woken",
	[LAW_WATERMARK] = "watermark", [LAW_WINDOW] = "window", [LAW_LEDGER] = "ledger",
	[LAW_COMMIT] = "commit", [LAW_RESULT] = "result",
};

static const char *const barriers[] = {
	[BARRIER_SENSE] = "barrier_sense", [BARRIER_DISSEMINATION] = "barrier_dissemination",
	[BARRIER_TREE] = "barrier_tree",
};

/**
 * struct build - what an architecture is
 * @name: its name
 * @of: which one it is a twin of, or itself
 * @structure: of the deques, NULL: as structure= says
 * @event_count: the event count
 * @barrier: NULL: as barrier= says
 * @barrier_ns: see struct team
 * @twin: what is wrong with it
 */
struct build {
	const char *name;
	const char *of;
	const char *structure;
	const char *event_count;
	const char *barrier;
	u64 barrier_ns;
	enum data_twin twin;
};

static const struct build builds[] = {
	{ "mapreduce", "mapreduce", NULL, "event_count", NULL, 0, DATA_TWIN_NONE },
	{ "forkjoin", "forkjoin", NULL, "event_count", NULL, 0, DATA_TWIN_NONE },
	{ "graph", "graph", NULL, "event_count", NULL, 0, DATA_TWIN_NONE },
	{ "stream", "stream", NULL, NULL, NULL, 0, DATA_TWIN_NONE },
#ifdef CONTEND_MUTANT
	{ "busted_twice", "mapreduce", "busted_deque", "event_count", NULL, 0, DATA_TWIN_NONE },
	{ "busted_phase", "mapreduce", NULL, "event_count", "busted_barrier", 20000,
	  DATA_TWIN_NONE },
	{ "busted_wake", "mapreduce", NULL, "busted_event_count", NULL, 0, DATA_TWIN_NONE },
	{ "busted_split", "mapreduce", NULL, "event_count", NULL, 0, DATA_TWIN_SPLIT },
	{ "busted_drop", "forkjoin", NULL, "event_count", NULL, 0, DATA_TWIN_DROP },
	{ "busted_part", "graph", NULL, "event_count", NULL, 0, DATA_TWIN_PART },
	{ "busted_watermark", "stream", NULL, NULL, NULL, 0, DATA_TWIN_WATERMARK },
	{ "busted_reopen", "stream", NULL, NULL, NULL, 0, DATA_TWIN_REOPEN },
	{ "busted_late", "stream", NULL, NULL, NULL, 0, DATA_TWIN_LATE },
	{ "busted_commit", "stream", NULL, NULL, NULL, 0, DATA_TWIN_COMMIT },
#endif
};

static const struct architecture architectures[] = {
	{ "mapreduce", "all count a part of the input, meet, and merge a part of the words" },
	{ "forkjoin", "a task makes others, and waits for them" },
	{ "graph", "supersteps over the vertices of a graph, at whose ends all meet" },
	{ "stream", "processes that count events by windows of time, and checkpoints" },
#ifdef CONTEND_MUTANT
	{ "busted_twice", "the owner of a deque takes its last task, and a thief too" },
	{ "busted_phase", "a barrier counts one twice that gave up and came again" },
	{ "busted_wake", "a worker looks for news, and then takes the key that it sleeps by" },
	{ "busted_split", "a word that two tasks have a part of is two words" },
	{ "busted_drop", "forkjoin, where a task is forgotten that is not pushed" },
	{ "busted_part", "graph, where the next superstep knows of worker 0's part alone" },
	{ "busted_watermark", "stream, where the newest input says what is late, not the last" },
	{ "busted_reopen", "stream, where what is late opens its window again" },
	{ "busted_late", "stream, where what is late is not counted as such" },
	{ "busted_commit", "stream, where what was counted is committed before the checkpoint" },
#endif
	{ }
};

static const struct problem *const problems[] = {
	&data_wordcount, &data_index, &data_nqueens, &data_sort, &data_fft, &data_fib,
	&data_bfs, &data_pagerank, &data_components, &data_triangles,
	&data_tumbling, &data_sliding
};

static const char *const takes[] = { "workers", "think", "capacity", NULL };
static const char *const refuses[] = {
	"users", "retry", "backoff", "jitter", "breaker", "shed", "health", "port",
	NULL
};

static const struct build *build_of(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(builds); i++)
		if (!strcmp(builds[i].name, name))
			return &builds[i];
	return NULL;
}

static const char *data_key_of(const char *key, const char *architecture)
{
	static const char *const of[][2] = {
		{ "input", "mapreduce" }, { "graph", "graph" }, { "commit", "stream" },
		{ "deaths", "stream" }, { "size", "forkjoin, graph and stream" },
		{ "grain", "mapreduce, forkjoin and graph" },
		{ "barrier", "mapreduce, forkjoin and graph" },
		{ "spawn", "mapreduce, forkjoin and graph" },
		{ "structure", "mapreduce, forkjoin and graph" },
		{ "capacity", "mapreduce, forkjoin and graph" },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(of); i++)
		if (!strcmp(of[i][0], key) && !strstr(of[i][1], build_of(architecture)->of))
			return of[i][1];
	return NULL;
}

/* The one that is named, or the first that an architecture has; NULL: it has none of that name. */
static const struct problem *problem_of(const struct build *build, const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(problems); i++)
		if (!strcmp(problems[i]->architecture, build->of) &&
		    (!name[0] || !strcmp(problems[i]->name, name)))
			return problems[i];
	return NULL;
}

/* The user is the one who waits for what comes of it, and member 0. */
static u32 data_threads(const struct play *play)
{
	return 1;
}

/*
 * The least of some, which what else runs disturbs least; by the second one memory is there, and
 * warm, as it is for those who do it again and again.
 */
static void time_serial(struct data *d)
{
	const u64 began = play_now();
	u64 from, i;

	for (i = 0; i < 2 || (i < SERIAL_MOST && play_now() - began < SERIAL_NS); i++) {
		from = play_now();
		d->problem->serial(d);
		from = play_now() - from;
		d->serial_ns = i ? min(d->serial_ns, from) : from;
	}
}

static void *prepare_thread(void *data)
{
	struct data *d = data;

	d->made = d->problem->make(d);
	if (!d->made)
		time_serial(d);
	sem_post(&d->ready);
	return NULL;
}

static bool is_ready(struct data *d)
{
	const u64 until = play_now() + LOOK_NS;
	const struct timespec ts = { until / SPEC_NS_PER_S, until % SPEC_NS_PER_S };

	return !sem_clockwait(&d->ready, CLOCK_MONOTONIC, &ts);
}

/*
 * Make it, and do it alone. That may take long, and none of these functions knows of a run: so a
 * thread calls them, which an interrupt leaves to itself until the program ends. It has @d then.
 */
static int prepare(struct data *d)
{
	pthread_t thread;
	int ret;

	sem_init(&d->ready, 0, 0);
	ret = pthread_create(&thread, NULL, prepare_thread, d);
	if (ret)
		return play_failed(d->play, ret, "no thread: %s", strerror(ret));
	while (!is_ready(d)) {
		if (!interrupted)
			continue;
		pthread_detach(thread);
		d->play->result->hangs = true;
		return play_failed(d->play, EINTR, "interrupted while one thread made problem=%s and did it alone",
				   d->problem->name);
	}
	pthread_join(thread, NULL);
	if (d->made == -ENOMEM)
		play_failed(d->play, ENOMEM, "no memory for problem=%s", d->problem->name);
	return d->made;
}

static int data_begin(struct play *play)
{
	const struct build *build = build_of(play->common.architecture);
	struct data *d = calloc(1, sizeof(*d));
	int ret;

	if (!d)
		return play_failed(play, ENOMEM, "no memory");
	d->play = play;
	d->words = play->words;
	d->twin = build->twin;
	d->problem = problem_of(build, d->words->problem);
	hist_init(&d->time);
	d->team.structure = build->structure ?: play->spec->structure;
	d->team.event_count = build->event_count;
	d->team.barrier = build->barrier ?: barriers[d->words->barrier];
	d->team.barrier_ns = build->barrier_ns;
	d->team.spawn = d->words->spawn;
	d->team.data = d;
	play->own = d;
	ret = prepare(d);
	if (!ret && !d->problem->processes)
		ret = team_begin(&d->team, play);
	if (!ret || play->result->hangs)
		return ret;
	d->problem->free(d);
	free(d);
	return ret;
}

static void data_user(struct user *user)
{
	struct data *d = user->play->own;
	struct member *m = d->team.members;
	struct request request;
	bool done = !m || !team_join(m);

	if (!done)
		law_broken(&d->team, LAW_ONCE, "worker 0 has no handle of a deque");
	while (done && user_next(user, &request)) {
		d->jobs++;
		done = d->problem->run(d, m, &request);
		if (done && play_measures(user->play))
			hist_add(&d->time, play_now() - request.began_ns);
		request_end(user, &request, done ? REQUEST_OK : REQUEST_ERROR);
		if (done)
			d->problem->check(d);
	}
	if (m)
		team_leave(m);
}

static void data_sample(struct play *play, u64 *gauges)
{
	const struct data *d = play->own;

	gauges[GAUGE_IDLE] = __atomic_load_n(&d->team.searching, __ATOMIC_RELAXED);
	gauges[GAUGE_ASLEEP] = __atomic_load_n(&d->team.asleep, __ATOMIC_RELAXED);
}

static void tell_team(struct data *d)
{
	u64 tasks = 0, steals = 0, misses = 0, parks = 0, idle[IDLES] = { };
	const double jobs = d->jobs ?: 1;
	u32 i, cause;

	for (i = 0; i < d->team.n; i++) {
		const struct member *m = &d->team.members[i];

		tasks += m->tasks;
		steals += m->steals;
		misses += m->misses;
		parks += m->parks;
		for (cause = 0; cause < IDLES; cause++)
			idle[cause] += m->idle_ns[cause];
	}
	play_figure(d->play, "serial_ns", d->serial_ns);
	if (d->time.total) {
		play_figure(d->play, "best_ns", d->time.min);
		/* One thread sends itself nothing: a stream's processes are no faster thread. */
		if (!d->problem->processes)
			play_figure(d->play, "speedup", (double)d->serial_ns /
				    (hist_percentile(&d->time, 50000) ?: 1));
	}
	if (d->problem->processes)
		return;
	play_figure(d->play, "tasks", tasks / jobs);
	play_figure(d->play, "steals", steals / jobs);
	play_figure(d->play, "steals_failed", misses / jobs);
	play_figure(d->play, "parks", parks / jobs);
	play_figure(d->play, "idle_steal_ns", idle[IDLE_STEAL] / jobs);
	play_figure(d->play, "idle_park_ns", idle[IDLE_PARK] / jobs);
	play_figure(d->play, "idle_wake_ns", idle[IDLE_WAKE] / jobs);
	play_figure(d->play, "idle_barrier_ns", idle[IDLE_BARRIER] / jobs);
}

static bool is_streams(enum data_law law)
{
	return law >= LAW_WATERMARK;
}

static void data_end(struct play *play)
{
	struct data *d = play->own;
	enum data_law law;

	if (!d->problem->processes)
		team_halt(&d->team);
	for (law = 0; law < DATA_LAWS; law++) {
		const struct broken_law *l = &d->team.laws[law];

		if (law != LAW_RESULT && is_streams(law) != d->problem->processes)
			continue;
		result_check(play->result, law_names[law], l->n ? VERDICT_FAIL : VERDICT_PASS,
			     l->n, l->detail);
	}
	tell_team(d);
	if (d->problem->figures)
		d->problem->figures(d);
	if (!d->problem->processes)
		team_free(&d->team);
	d->problem->free(d);
	free(d);
}

static int data_check(const struct spec *spec, const void *words, struct spec_error *error)
{
	const struct data_words *w = words;
	const struct problem *problem;
	const struct build *build;
	struct common common;

	words_common(spec, &common);
	build = build_of(common.architecture);
	problem = problem_of(build, w->problem);
	if (spec->workers > TEAM_WORKERS)
		return spec_fail(error, 0, "a team has %u workers at most: workers=%u is more",
				 TEAM_WORKERS, spec->workers);
	if (build->structure && strcmp(spec->structure, "deque"))
		return spec_fail(error, 0, "architecture=%s says which structure it is: leave structure= out",
				 build->name);
	if (!problem)
		return spec_fail(error, 0, "architecture=%s has no problem=%s: see contend explain problem",
				 build->name, w->problem);
	if (problem->most && w->size > problem->most)
		return spec_fail(error, 0, "size= of problem=%s is %llu at most", problem->name,
				 problem->most);
	if (problem->power_of_two && w->size & (w->size - 1))
		return spec_fail(error, 0, "size= of problem=%s is a power of two", problem->name);
	return 0;
}

const struct scenario data_scenario = {
	.name = "data",
	.about = "data processing: workers who share the tasks of a problem by stealing them",
	.preset = "lock=adaptive_mutex structure=deque workers=2 clients=threads",
	.architectures = architectures,
	.takes = takes,
	.refuses = refuses,
	.key_of = data_key_of,
	.keys = data_keys,
	.nkeys = DATA_KEYS,
	.size = sizeof(struct data_words),
	.stages = stages,
	.gauges = gauges,
	.figures = figures,
	.check = data_check,
	.threads = data_threads,
	.begin = data_begin,
	.user = data_user,
	.sample = data_sample,
	.end = data_end,
};

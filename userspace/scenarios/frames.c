// SPDX-License-Identifier: GPL-2.0
/*
 * The frame loop of a game engine: inputs come at random times, a simulation of many entities
 * takes them and makes the next state of the world, a render makes an image of it, which is
 * presented; so many times a second. Inputs come by a queue of the catalogue, which has lock=; how
 * far the frames are say its event counts, and which one is the newest its snapshot, structure=,
 * to whoever wants to look beside the frame's own threads.
 *
 * A request is a frame: due at its period's begin, and answered when its image is ready.
 *
 * Laws, in each run: who reads a frame finds it whole, and no other one's parts in it; nobody
 * computes or renders from what is not finished; each frame is presented once, in order, and what
 * an observer has not seen of them is counted; each input is taken once, in order; each job
 * is done once, and each counter reaches zero once; and when all is over, the world and the screen
 * are what one thread makes of the same inputs.
 */
#include <errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "engine/engine.h"
#include "frames.h"

/* About how long an entity is computed in a frame, on a machine of today. */
#define ENTITY_NS	150

/* Room for inputs. */
#define QUEUE_INPUTS	4096

static const char *const stages[] = {
	"wait", "simulate", "queue", "render", "ready", "present", NULL
};

enum { GAUGE_MISSED, GAUGE_DROPPED, GAUGE_PRESENTED };

static const char *const gauges[] = { "missed", "dropped", "presented", NULL };

static const struct scenario_figure figures[] = {
	{ "frames", 0, "frames that were presented" },
	{ "frames_dropped", FIGURE_LESS | FIGURE_COLUMN, "periods in which no frame could begin" },
	{ "missed_per_million", FIGURE_LESS | FIGURE_COMPARED,
	  "of a million periods, those whose frame was late or none" },
	{ "missed_host", FIGURE_LESS | FIGURE_COLUMN,
	  "periods whose frame was late or none, for want of a CPU for as long" },
	{ "missed_own", FIGURE_LESS | FIGURE_COLUMN,
	  "periods whose frame was late or none, and not missed_host" },
	{ "lost_ns", FIGURE_LESS,
	  "how long frames' threads had no CPU or were woken late, all together" },
	{ "scene_wait_p50_ns", FIGURE_LESS,
	  "how long a frame waited for the lock of scene=, the median" },
	{ "scene_wait_p99_ns", FIGURE_LESS,
	  "how long a frame waited for that lock, the 99th percentile" },
	{ "scene_wait_max_ns", FIGURE_LESS | FIGURE_COLUMN,
	  "how long a frame waited for that lock, at most" },
	{ "scene_preempted", FIGURE_LESS, "how often its low holder had no CPU in it (hog=)" },
	{ "audio_jitter_p50_ns", FIGURE_LESS, "how late the sound's thread was woken, the median" },
	{ "audio_jitter_p99_ns", FIGURE_LESS | FIGURE_COLUMN,
	  "how late the sound's thread was woken, the 99th percentile" },
	{ "audio_jitter_max_ns", FIGURE_LESS, "how late the sound's thread was woken, at most" },
	{ "audio_missed", FIGURE_LESS,
	  "periods of the sound (audio=) that were over before it was made" },
	{ "audio_missed_host", FIGURE_LESS,
	  "of audio_missed, those whose thread had no CPU for as long" },
	{ "lag_frames", FIGURE_LESS, "from an input until it is seen, in periods, the mean" },
	{ "lag_p50_ns", FIGURE_LESS | FIGURE_COLUMN, "from an input until it is seen, the median" },
	{ "lag_p99_ns", FIGURE_LESS, "from an input until it is seen, the 99th percentile" },
	{ "jobs_done", 0, "jobs that workers have done (architecture=jobs)" },
	{ "jobs_stolen", 0, "jobs that were another worker's" },
	{ "inputs_taken", 0, "inputs that frames have taken" },
	{ "inputs_lost", FIGURE_LESS, "inputs for which the queue had no room" },
	{ "publish_retries", FIGURE_LESS,
	  "how often the newest frame had no place, for slow readers" },
	{ "observed", 0, "reads of the newest state by observers, each of one frame (observers=)" },
	{ "observed_skipped", FIGURE_LESS,
	  "frames that an observer has not seen, of all observers" },
	{ "observed_overtaken", FIGURE_LESS, "reads that a newer frame made useless" },
	{ }
};

static const char *const law_names[FRAMES_LAWS] = {
	[FRAMES_FRAME] = "frame", [FRAMES_FINISHED] = "finished", [FRAMES_ORDER] = "order",
	[FRAMES_INPUT] = "input", [FRAMES_WORLD] = "world",
	[FRAMES_ONCE] = "once", [FRAMES_COUNTER] = "counter",
};

/* Who carries out a frame's stages. */
enum by { BY_ONE, BY_STAGE, BY_COMPONENT, BY_JOB };

/**
 * struct kind - what an architecture is
 * @name: its name
 * @by: who carries out its stages
 * @twin: what is wrong with it
 */
struct kind {
	const char *name;
	enum by by;
	enum frames_twin twin;
};

static const struct kind kinds[] = {
	{ "fixed", BY_STAGE, FRAMES_SOUND },
	{ "single", BY_ONE, FRAMES_SOUND },
	{ "components", BY_COMPONENT, FRAMES_SOUND },
	{ "jobs", BY_JOB, FRAMES_SOUND },
#ifdef CONTEND_MUTANT
	{ "busted_gate", BY_STAGE, FRAMES_TWIN_GATE },
	{ "busted_early", BY_STAGE, FRAMES_TWIN_EARLY },
	{ "busted_skip", BY_STAGE, FRAMES_TWIN_SKIP },
	{ "busted_input", BY_STAGE, FRAMES_TWIN_INPUT },
	{ "busted_world", BY_STAGE, FRAMES_TWIN_WORLD },
	{ "busted_publish", BY_STAGE, FRAMES_TWIN_PUBLISH },
	{ "busted_meet", BY_COMPONENT, FRAMES_TWIN_MEET },
	{ "busted_once", BY_JOB, FRAMES_TWIN_ONCE },
	{ "busted_count", BY_JOB, FRAMES_TWIN_COUNT },
#endif
};

static const struct architecture architectures[] = {
	{ "fixed", "a thread each simulates, renders and presents" },
	{ "single", "one thread does it all" },
	{ "components", "workers do one thing at a time, each its part, and meet at a barrier" },
	{ "jobs", "workers take jobs from each other, which wait for each other by counters" },
#ifdef CONTEND_MUTANT
	{ "busted_gate", "a state is overwritten that may still be rendered" },
	{ "busted_early", "a frame is handed on before it is finished" },
	{ "busted_skip", "a render that is late leaves frames out, and tells nobody" },
	{ "busted_input", "what comes in while the queue is emptied is lost" },
	{ "busted_world", "some of a frame is computed from an older one than the last" },
	{ "busted_meet", "a worker goes to the barrier before its part is done" },
	{ "busted_once", "a job that was stolen is done again" },
	{ "busted_count", "a counter that reads zero twice" },
	{ "busted_publish", "a frame is the newest one before it is finished" },
#endif
	{ }
};

static const char *const takes[] = { "workers", NULL };
static const char *const refuses[] = {
	"users", "offered", "retry", "backoff", "jitter", "breaker", "shed", "health",
	"port", NULL
};

static const struct kind *kind_of(const struct play *play)
{
	u32 i;

	for (i = 0; strcmp(kinds[i].name, play->common.architecture); i++)
		;
	return &kinds[i];
}

/* Until @f runs, or never does. */
static bool await_start(struct frames *f)
{
	while (!__atomic_load_n(&f->start_ns, __ATOMIC_ACQUIRE) && !frames_over(f, 1))
		usleep(500);
	return !frames_over(f, 1);
}

/* --- the system ------------------------------------------------------------- */

/* So many threads carry out the stages. */
static u32 carriers(const struct frames *f)
{
	const enum by by = kind_of(f->play)->by;

	return by == BY_ONE ? 1 : by == BY_STAGE ? 3 : f->play->spec->workers;
}

/* What each thread does, by its number; the first one is the presenter. */
static void (*role_of(const struct frames *f, u32 i))(struct frames_task *task)
{
	const enum by by = kind_of(f->play)->by;
	const u32 others = f->carriers;

	if (i < others && by == BY_STAGE)
		return i == 1 ? frames_simulator : frames_renderer;
	if (i < others)
		return by == BY_JOB ? frames_job_worker : frames_component;
	if (i == others)
		return f->words.inputs ? frames_player : NULL;
	if (i == others + 1)
		return f->words.audio_ns ? frames_audio : NULL;
	if (i == others + 2)
		return f->words.scene_ns ? frames_loader : NULL;
	if (i == others + 3)
		return f->words.hog_ns ? frames_hog : NULL;
	return frames_observer;
}

static void *task_thread(void *data)
{
	struct frames_task *task = data;
	struct frames *f = task->frames;
	void (*role)(struct frames_task *task) = role_of(f, task->index);

	prctl(PR_SET_TIMERSLACK, 1);
	if (f->words.scene_ns && (task->index < f->carriers || role == frames_audio))
		frames_urgent(FRAMES_HIGH);
	if (await_start(f))
		role(task);
	return NULL;
}

static u32 most_tasks(const struct frames *f)
{
	return f->carriers + 4 + f->words.observers;
}

static int start_tasks(struct frames *f)
{
	int ret = 0;
	u32 n, i;

	f->carriers = carriers(f);
	n = most_tasks(f);
	for (i = 0; i < n && !ret; i++) {
		ret = frames_task_open(f, &f->task[i]);
		f->ntasks += !ret;
	}
	if (ret)
		return play_failed(f->play, -ret, "no handles for %u threads: %s", n,
				   strerror(-ret));
	for (i = 1; i < n && !ret; i++)
		if (role_of(f, i)) {
			ret = pthread_create(&f->task[i].thread, NULL, task_thread, &f->task[i]);
			f->task[i].begun = !ret;
		}
	return ret ? play_failed(f->play, ret, "no thread for frames: %s", strerror(ret)) : 0;
}

static void join_tasks(struct frames *f)
{
	u32 i;

	/* The task that begins frames has said which is the last one. */
	if (!__atomic_load_n(&f->stopped, __ATOMIC_ACQUIRE))
		frames_stop(f, 0);
	for (i = 0; i < f->ntasks; i++) {
		if (f->task[i].begun)
			pthread_join(f->task[i].thread, NULL);
		f->task[i].begun = false;
	}
}

static void free_frames(struct frames *f)
{
	u32 i;

	join_tasks(f);
	for (i = 0; i < f->ntasks; i++)
		frames_task_close(&f->task[i]);
	for (i = 0; i < FRAMES_BUFFERS; i++) {
		world_state_free(&f->state[i]);
		free(f->image[i]);
	}
	world_grid_free(&f->grid);
	free(f->screen);
	free(f->log);
	free(f);
}

static bool make_world(struct frames *f)
{
	const u32 entities = f->words.entities;
	u32 i;

	f->screen = calloc(1, sizeof(*f->screen));
	if (!f->screen || !world_grid_init(&f->grid, entities))
		return false;
	for (i = 0; i < f->words.buffers; i++) {
		f->image[i] = calloc(1, sizeof(*f->image[i]));
		if (!f->image[i] || !world_state_init(&f->state[i], entities))
			return false;
	}
	world_state_first(&f->state[0], entities, f->play->spec->seed);
	return true;
}

static int make_barrier(struct frames *f)
{
	static const char *const names[] = {
		[BARRIER_SENSE] = "barrier_sense", [BARRIER_TREE] = "barrier_tree",
		[BARRIER_DISSEMINATION] = "barrier_dissemination",
	};
	const char *name = names[f->words.barrier];

	return play_verb(f->play, name, "arrive", &f->verb.arrive) ?:
	       play_create(f->play, name, f->play->spec->workers, &f->barrier);
}

static int make_deques(struct frames *f)
{
	static const char name[] = "deque";
	int ret;
	u32 i;

	ret = play_verb(f->play, "event_count", "read", &f->verb.count) ?:
	      play_verb(f->play, name, "push", &f->verb.push) ?:
	      play_verb(f->play, name, "pop", &f->verb.pop) ?:
	      play_verb(f->play, name, "steal", &f->verb.steal) ?:
	      play_create(f->play, "event_count", 0, &f->news);
	/* Of all frames that are under way. */
	for (i = 0; i < f->play->spec->workers && !ret; i++)
		ret = play_create(f->play, name, FRAMES_RECORDS * (FRAMES_JOBS + FRAMES_BANDS),
				  &f->deque[i]);
	return ret;
}

static int make_objects(struct frames *f)
{
	const char *structure = f->play->spec->structure;
	int ret;
	u32 i;

	ret = play_verb(f->play, "queue", "try_put", &f->verb.put) ?:
	      play_verb(f->play, "queue", "try_get", &f->verb.get) ?:
	      play_verb(f->play, structure, "publish", &f->verb.publish) ?:
	      play_verb(f->play, structure, "read", &f->verb.read) ?:
	      play_verb(f->play, "event_count", "advance", &f->verb.advance) ?:
	      play_verb(f->play, "event_count", "await", &f->verb.await) ?:
	      play_create(f->play, "queue", QUEUE_INPUTS, &f->inputs) ?:
	      play_create(f->play, structure, 0, &f->snapshot);
	if (!ret && f->words.scene_ns)
		ret = play_verb(f->play, "counter", "inc", &f->verb.inc) ?:
		      play_create(f->play, "counter", 0, &f->scene);
	if (kind_of(f->play)->by == BY_STAGE)
		for (i = 0; i < FRAMES_COUNTS && !ret; i++)
			ret = play_create(f->play, "event_count", 0, &f->count[i]);
	return ret ?: kind_of(f->play)->by == BY_COMPONENT ? make_barrier(f) :
		      kind_of(f->play)->by == BY_JOB ? make_deques(f) : 0;
}

/* Who may not have a real-time priority cannot ask what happens with it. */
static int check_priority(struct frames *f)
{
	int ret;

	if (!f->words.scene_ns)
		return 0;
	ret = frames_priority(FRAMES_HIGH) ?: frames_priority(0);
	return ret ? play_failed(f->play, EOPNOTSUPP,
				 "scene= needs real-time priorities: %s: be root, or have CAP_SYS_NICE",
				 strerror(-ret)) : 0;
}

static int frames_prepare(struct play *play)
{
	struct frames *f = calloc(1, sizeof(*f));
	int ret;

	if (!f)
		return play_failed(play, ENOMEM, "no memory for frames");
	f->play = play;
	f->words = *(const struct frames_words *)play->words;
	f->twin = kind_of(play)->twin;
	f->period_ns = f->words.rate ? SPEC_NS_PER_S / f->words.rate : 0;
	hist_init(&f->lag);
	hist_init(&f->jitter);
	hist_init(&f->scene_wait);
	play->own = f;
	ret = check_priority(f);
	if (!ret)
		ret = make_world(f) ? make_objects(f) ?: start_tasks(f) :
		      play_failed(play, ENOMEM, "no memory for %u entities", f->words.entities);
	if (ret)
		free_frames(f);
	return ret;
}

static u32 frames_threads(const struct play *play)
{
	return 1;
}

static u32 frames_tasks(const struct spec *spec)
{
	return FRAMES_TASKS;
}

static void frames_user(struct user *user)
{
	static void (*const by[])(struct frames_task *task, struct user *user) = {
		[BY_ONE] = frames_single, [BY_STAGE] = frames_presenter,
		[BY_COMPONENT] = frames_components, [BY_JOB] = frames_jobs,
	};
	struct frames *f = user->play->own;

	if (f->words.scene_ns)
		frames_urgent(FRAMES_HIGH);
	__atomic_store_n(&f->start_ns, play_now(), __ATOMIC_RELEASE);
	by[kind_of(user->play)->by](&f->task[0], user);
}

static void frames_sample(struct play *play, u64 *values)
{
	const struct frames *f = play->own;

	values[GAUGE_PRESENTED] = __atomic_load_n(&f->presented, __ATOMIC_RELAXED);
	values[GAUGE_DROPPED] = __atomic_load_n(&f->dropped, __ATOMIC_RELAXED);
	values[GAUGE_MISSED] = __atomic_load_n(&f->missed, __ATOMIC_RELAXED);
}

/*
 * What one thread makes of the same inputs, frame by frame, with a grid and states of its own. That
 * may take longer than the run: false where nobody waits for it any more.
 */
static bool compute_again(struct frames *f, struct world_state *state, struct world_grid *grid)
{
	const u32 entities = f->words.entities;
	const u64 seed = f->play->spec->seed;
	struct nudge nudges[FRAMES_INPUTS];
	u64 n, input = 0;
	u32 i;

	world_state_first(&state[0], entities, seed);
	for (n = 1; n <= f->last && !interrupted; n++) {
		for (i = 0; i < f->log[n - 1]; i++)
			nudges[i] = world_nudge(seed, input++, entities);
		world_grid_fill(grid, &state[(n - 1) & 1], entities);
		for (i = 0; i < world_chunks(entities); i++)
			world_step(grid, &state[(n - 1) & 1], &state[n & 1], n, entities, i,
				   nudges, f->log[n - 1]);
	}
	return !interrupted;
}

/* Whether it could be done. */
static bool check_world(struct frames *f)
{
	const struct world_state *state = &f->state[f->last % f->words.buffers];
	struct image *image = calloc(1, sizeof(*image));
	struct screen *screen = calloc(1, sizeof(*screen));
	struct world_state again[2] = { };
	struct world_grid grid = { };
	bool done = true;

	if (!image || !screen || !world_state_init(&again[0], f->words.entities) ||
	    !world_state_init(&again[1], f->words.entities) ||
	    !world_grid_init(&grid, f->words.entities)) {
		frames_breaks(f, FRAMES_WORLD, "no memory to compute the frames again");
		goto out;
	}
	done = compute_again(f, again, &grid);
	if (!done)
		goto out;
	if (world_sum(state, f->words.entities) !=
	    world_sum(&again[f->last & 1], f->words.entities))
		frames_breaks(f, FRAMES_WORLD,
			      "after %llu frames the world is not what one thread makes of it",
			      f->last);
	image_draw(image, &again[f->last & 1], f->last, f->words.entities, grid.cells, 0,
		   IMAGE_HEIGHT);
	screen_show(screen, image);
	if (f->last && screen_sum(screen) != screen_sum(f->screen))
		frames_breaks(f, FRAMES_WORLD, "frame %llu is not seen as one thread renders it",
			      f->last);
out:
	world_grid_free(&grid);
	world_state_free(&again[0]);
	world_state_free(&again[1]);
	free(screen);
	free(image);
	return done;
}

/* All threads have ended: what is left in the queue, and the frames, are all that there were. */
static void check_books(struct frames *f)
{
	struct contend_op op = { .verb = f->verb.get };
	u64 left = 0;

	while (!contend_op(f->play->objects[0], &op) && !op.error) {
		left++;
		op = (struct contend_op){ .verb = f->verb.get };
	}
	if (f->put != f->taken + left)
		frames_breaks(f, FRAMES_INPUT, "of %llu inputs %llu were taken, and %llu are left",
			      f->put, f->taken, left);
	if (kind_of(f->play)->by == BY_JOB && f->jobs != f->last * frames_jobs_each(f))
		frames_breaks(f, FRAMES_ONCE, "of %llu frames %llu jobs were done, of %u each",
			      f->last, f->jobs, frames_jobs_each(f));
	if (f->presented != f->last)
		frames_breaks(f, FRAMES_ORDER, "of %llu frames %llu were presented", f->last,
			      f->presented);
}

static void enter_figures(struct frames *f)
{
	struct play *play = f->play;
	const u64 periods = f->presented + f->dropped;

	play_figure(play, "frames", f->presented);
	if (f->period_ns && periods) {
		play_figure(play, "frames_dropped", f->dropped);
		play_figure(play, "missed_per_million", (f->missed + f->dropped) * 1e6 / periods);
		play_figure(play, "missed_host", f->missed_host);
		play_figure(play, "missed_own", f->missed + f->dropped - f->missed_host);
	}
	play_figure(play, "lost_ns", f->lost_ns);
	if (f->scene_wait.total) {
		play_figure(play, "scene_wait_p50_ns", hist_percentile(&f->scene_wait, 50000));
		play_figure(play, "scene_wait_p99_ns", hist_percentile(&f->scene_wait, 99000));
		play_figure(play, "scene_wait_max_ns", f->scene_wait.max);
		play_figure(play, "scene_preempted", f->preempted);
	}
	if (f->jitter.total) {
		play_figure(play, "audio_jitter_p50_ns", hist_percentile(&f->jitter, 50000));
		play_figure(play, "audio_jitter_p99_ns", hist_percentile(&f->jitter, 99000));
		play_figure(play, "audio_jitter_max_ns", f->jitter.max);
		play_figure(play, "audio_missed", f->audio_missed);
		play_figure(play, "audio_missed_host", f->audio_missed_host);
	}
	if (f->lag.total) {
		if (f->period_ns)
			play_figure(play, "lag_frames", f->lag_frames / f->lag.total);
		play_figure(play, "lag_p50_ns", hist_percentile(&f->lag, 50000));
		play_figure(play, "lag_p99_ns", hist_percentile(&f->lag, 99000));
	}
	if (kind_of(play)->by == BY_JOB) {
		play_figure(play, "jobs_done", f->jobs);
		play_figure(play, "jobs_stolen", f->stolen);
	}
	play_figure(play, "inputs_taken", f->taken);
	play_figure(play, "inputs_lost", f->lost);
	if (f->retries)
		play_figure(play, "publish_retries", f->retries);
	if (!f->words.observers)
		return;
	play_figure(play, "observed", f->reads);
	play_figure(play, "observed_skipped", f->skipped);
	play_figure(play, "observed_overtaken", f->overtaken);
}

static void frames_end(struct play *play)
{
	static const char cut[] = "interrupted: not all frames were computed again";
	const enum by by = kind_of(play)->by;
	struct frames *f = play->own;
	enum frames_law law;
	bool done;

	join_tasks(f);
	check_books(f);
	done = check_world(f);
	for (law = 0; law < (by == BY_JOB ? FRAMES_LAWS : FRAMES_ONCE); law++) {
		const bool skipped = law == FRAMES_WORLD && !done;

		result_check(play->result, law_names[law], f->broken[law].n ? VERDICT_FAIL :
			     skipped ? VERDICT_SKIP : VERDICT_PASS, f->broken[law].n,
			     skipped ? cut : f->broken[law].detail);
	}
	enter_figures(f);
	free_frames(f);
}

/*
 * About how long one thread needs for all frames. Where they come as fast as they can that is about
 * as long as they took, since others have drawn them meanwhile.
 */
static u64 frames_again(const struct spec *spec)
{
	const u64 ran = spec->warmup_ns + spec->runtime_ns;
	struct frames_words w;

	words_decode(spec, frames_keys, FRAMES_KEYS, &w);
	return w.rate ? min(ran, ran * w.rate / SPEC_NS_PER_S * w.entities * ENTITY_NS) : ran;
}

static int frames_check_words(const struct spec *spec, const void *words,
			      struct spec_error *error)
{
	const struct frames_words *w = words;
	struct common common;
	enum by by;
	u32 i;

	words_common(spec, &common);
	for (i = 0; strcmp(kinds[i].name, common.architecture); i++)
		;
	by = kinds[i].by;
	if (w->pipeline && (by == BY_ONE || by == BY_COMPONENT))
		return spec_fail(error, 0, "architecture=%s has one frame under way: pipeline=0, or architecture=fixed or jobs",
				 common.architecture);
	if (w->hog_ns && !w->scene_ns)
		return spec_fail(error, 0, "hog= is while the loader has the scene's lock: scene= is not 0ns");
	if (spec->workers > FRAMES_WORKERS)
		return spec_fail(error, 0, "a frame has %u workers at most", FRAMES_WORKERS);
	return 0;
}

const struct scenario frames_scenario = {
	.name = "frames",
	.about = "a game's frame loop: inputs, simulation, render, present, by a deadline",
	.preset = "lock=adaptive_mutex structure=triple_buffer clients=threads",
	.architectures = architectures,
	.takes = takes,
	.refuses = refuses,
	.keys = frames_keys,
	.nkeys = FRAMES_KEYS,
	.size = sizeof(struct frames_words),
	.stages = stages,
	.gauges = gauges,
	.figures = figures,
	.check = frames_check_words,
	.threads = frames_threads,
	.tasks = frames_tasks,
	.begin = frames_prepare,
	.user = frames_user,
	.sample = frames_sample,
	.end = frames_end,
	.again = frames_again,
};

// SPDX-License-Identifier: GPL-2.0
/*
 * A frame by many workers, of which worker 0 is the presenter, and paces.
 *
 * Components: all workers do one thing at a time, each its part of all entities or rows, and meet
 * at a barrier after it.
 *
 * Jobs: a frame is a graph. What depends on several jobs has a counter of those that are still to
 * be done, and comes when that reaches zero:
 *
 *	begin -> simulate, a job for some chunks each -> finish -> render, some rows each -> present
 *
 * Begin, finish and present are pinned to worker 0. The others are in deques: who has done nothing
 * yet takes the last of its own, or steals the first of another one's, or waits for news. A frame
 * begins while the one before is rendered, where pipeline= lets it.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "frames.h"

/* Of a job: its number in its frame, whether it renders, and the frame. */
#define JOB_INDEX	0xff
#define JOB_RENDERS	BIT(8)
#define JOB_FRAME	16

static u32 chunks_of(const struct frames *f)
{
	return world_chunks(f->words.entities);
}

static u32 workers_of(const struct frames *f)
{
	return f->play->spec->workers;
}

/* Where part @i of @n begins. */
static u32 part(u32 all, u32 i, u32 n)
{
	return (u64)all * i / n;
}

/* --- components ---------------------------------------------------------- */

static void meet(struct frames_task *task)
{
	struct contend_op op = {
		.verb = task->frames->verb.arrive, .key = task->index,
		.deadline_ns = CONTEND_FOREVER,
	};

	play_op(task->barrier, &op);
}

/* The part of a worker in a frame that has begun: computed, and when all are, rendered. */
static void work(struct frames_task *task, u64 n)
{
	struct frames *f = task->frames;
	const u32 me = task->index, all = workers_of(f);
	const u32 chunk = part(chunks_of(f), me, all), row = part(IMAGE_HEIGHT, me, all);
	const bool early = f->twin == FRAMES_TWIN_MEET && me;

	if (early)
		meet(task);
	frames_lost(task, false);
	frames_simulate(f, n, chunk, part(chunks_of(f), me + 1, all) - chunk);
	frames_lost(task, true);
	if (!early)
		meet(task);
	if (!me) {
		frames_finish(f, n);
		frames_publish(task, n);
		frames_render_begin(f, n);
	}
	frames_lost(task, false);
	frames_render(f, n, row, part(IMAGE_HEIGHT, me + 1, all) - row);
	frames_lost(task, true);
	meet(task);
}

/**
 * frames_components - what worker 0 does
 * @task: it
 * @user: likewise
 */
void frames_components(struct frames_task *task, struct user *user)
{
	struct frames *f = task->frames;
	u64 n;

	for (n = 1; frames_tick(task, n) && frames_begin(task, n); n++) {
		meet(task);
		work(task, n);
		frames_render_end(f, n);
		frames_present(task, user, n);
	}
	frames_stop(f, n - 1);
	meet(task);
}

/**
 * frames_component - and each other one
 * @task: it
 */
void frames_component(struct frames_task *task)
{
	u64 n;

	for (n = 1; meet(task), !frames_over(task->frames, n); n++)
		work(task, n);
}

/* --- jobs ------------------------------------------------------------------ */

static struct frames_graph *graph_of(struct frames *f, u64 n)
{
	return &f->graph[n % FRAMES_RECORDS];
}

static u32 jobs_of(const struct frames *f, bool renders)
{
	return renders ? FRAMES_BANDS : min_t(u32, chunks_of(f), FRAMES_JOBS);
}

/**
 * frames_jobs_each - how many jobs a frame has
 * @f: the run
 */
u32 frames_jobs_each(const struct frames *f)
{
	return jobs_of(f, false) + jobs_of(f, true);
}

static void tell(struct frames_task *task, u64 n)
{
	struct contend_op op = { .verb = task->frames->verb.advance, .tag = n };

	play_op(task->news, &op);
}

/* All jobs of a kind become ready: those that were waited for have been done. */
static void ready(struct frames_task *task, u64 n, bool renders)
{
	struct frames *f = task->frames;
	u32 i;

	__atomic_store_n(&graph_of(f, n)->left[renders], jobs_of(f, renders), __ATOMIC_RELEASE);
	for (i = 0; i < jobs_of(f, renders); i++) {
		struct contend_op op = {
			.verb = f->verb.push, .tag = n,
			.key = n << JOB_FRAME | (renders ? JOB_RENDERS : 0) | i,
		};

		if (play_op(task->deque[task->index], &op) || op.error)
			frames_breaks(f, FRAMES_ONCE, "frame %llu has no room for its job %u", n,
				      i);
	}
	tell(task, n);
}

/* A job has been done: what waits for the last one, comes. */
static void count_down(struct frames_task *task, u64 n, bool renders)
{
	struct frames *f = task->frames;
	struct frames_graph *g = graph_of(f, n);
	u32 left = __atomic_sub_fetch(&g->left[renders], 1, __ATOMIC_ACQ_REL), spins;

	if (f->twin == FRAMES_TWIN_COUNT) {
		/* It looks again, by when others have counted down too. */
		for (spins = 0; spins < 2000; spins++)
			left = __atomic_load_n(&g->left[renders], __ATOMIC_ACQUIRE);
	}
	if (left > jobs_of(f, renders))
		frames_breaks(f, FRAMES_COUNTER, "a counter of frame %llu goes below zero", n);
	if (left)
		return;
	if (__atomic_exchange_n(&g->zero[renders], n, __ATOMIC_ACQ_REL) == n)
		frames_breaks(f, FRAMES_COUNTER, "a counter of frame %llu reaches zero twice", n);
	tell(task, n);
}

static void do_job(struct frames_task *task, u64 job)
{
	struct frames *f = task->frames;
	const u64 n = job >> JOB_FRAME;
	const bool renders = job & JOB_RENDERS;
	const u32 i = job & JOB_INDEX, all = renders ? IMAGE_HEIGHT : chunks_of(f);
	const u32 from = part(all, i, jobs_of(f, renders));
	const u32 to = part(all, i + 1, jobs_of(f, renders));

	if (__atomic_exchange_n(&graph_of(f, n)->did[renders][i], n, __ATOMIC_RELAXED) == n)
		frames_breaks(f, FRAMES_ONCE, "job %u of frame %llu is done twice", i, n);
	__atomic_fetch_add(&f->jobs, 1, __ATOMIC_RELAXED);
	if (renders)
		frames_render(f, n, from, to - from);
	else
		frames_simulate(f, n, from, to - from);
	/* To take one from a deque is no wait either: await_news() alone is, which says so. */
	frames_lost(task, true);
	count_down(task, n, renders);
}

static bool take(struct frames_task *task, u32 from, u64 *job)
{
	struct frames *f = task->frames;
	struct contend_op op = {
		.verb = from == task->index ? f->verb.pop : f->verb.steal,
	};

	if (play_op(task->deque[from], &op) || op.error)
		return false;
	*job = op.value;
	return true;
}

/* One job, of its own or of another one's. */
static bool do_some(struct frames_task *task)
{
	struct frames *f = task->frames;
	u64 job;
	u32 i;

	for (i = 0; i < workers_of(f); i++)
		if (take(task, (task->index + i) % workers_of(f), &job)) {
			if (i)
				__atomic_fetch_add(&f->stolen, 1, __ATOMIC_RELAXED);
			do_job(task, job);
			/* What it has stolen it takes for its own that is still to be done. */
			if (i && f->twin == FRAMES_TWIN_ONCE)
				do_job(task, job);
			return true;
		}
	return false;
}

/* What came until now is no news. */
static u64 come(struct frames_task *task)
{
	struct contend_op op = { .verb = task->frames->verb.count };

	return play_op(task->news, &op) || op.error ? 0 : op.value;
}

static void await_news(struct frames_task *task, u64 seen, u64 until_ns)
{
	struct contend_op op = {
		.verb = task->frames->verb.await, .value = seen, .deadline_ns = until_ns,
	};

	play_op(task->news, &op);
	frames_lost(task, false);
}

/**
 * frames_job_worker - do jobs until all stop
 * @task: who
 */
void frames_job_worker(struct frames_task *task)
{
	struct frames *f = task->frames;
	u64 seen;

	while (!__atomic_load_n(&f->stopped, __ATOMIC_ACQUIRE)) {
		seen = come(task);
		/* Looked for after the count was read: what comes from there on ends the wait. */
		if (!do_some(task))
			await_news(task, seen, play_now() + FRAMES_LOOK_NS);
	}
}

static bool is_zero(struct frames *f, u64 n, bool renders)
{
	return __atomic_load_n(&graph_of(f, n)->zero[renders], __ATOMIC_ACQUIRE) == n;
}

/**
 * struct course - how far worker 0 has led the frames
 * @began: the last one that began
 * @finished: that was simulated
 * @presented: that was presented
 * @over: no further one begins
 */
struct course {
	u64 began;
	u64 finished;
	u64 presented;
	bool over;
};

static bool may_begin(const struct frames *f, const struct course *c)
{
	return !c->over && c->finished == c->began &&
	       c->began - c->presented <= f->words.pipeline &&
	       c->began + 1 - c->presented <= f->words.buffers;
}

/* A pinned job, if one can be done. */
static bool do_pinned(struct frames_task *task, struct user *user, struct course *c)
{
	struct frames *f = task->frames;

	if (c->presented < c->finished && is_zero(f, c->presented + 1, true)) {
		frames_render_end(f, ++c->presented);
		frames_present(task, user, c->presented);
		return true;
	}
	if (c->finished < c->began && is_zero(f, c->began, false)) {
		frames_finish(f, ++c->finished);
		frames_publish(task, c->finished);
		frames_render_begin(f, c->finished);
		ready(task, c->finished, true);
		return true;
	}
	if (!may_begin(f, c) || frames_due(f) > play_now())
		return false;
	c->over = !frames_tick(task, c->began + 1) || !frames_begin(task, c->began + 1);
	if (!c->over)
		ready(task, ++c->began, false);
	return true;
}

/**
 * frames_jobs - what worker 0 does
 * @task: it
 * @user: likewise
 */
void frames_jobs(struct frames_task *task, struct user *user)
{
	struct frames *f = task->frames;
	struct course c = { };
	u64 seen, until;

	while (!c.over || c.presented < c.began) {
		seen = come(task);
		c.over = c.over || play_over(f->play);
		if (do_pinned(task, user, &c) || do_some(task))
			continue;
		until = play_now() + FRAMES_LOOK_NS;
		await_news(task, seen, may_begin(f, &c) ? min(until, frames_due(f)) : until);
	}
	frames_stop(f, c.began);
	tell(task, c.began);
}

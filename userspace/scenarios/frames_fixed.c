// SPDX-License-Identifier: GPL-2.0
/* Stages by fixed threads: one for all of them, or one each. */
#include "frames.h"

/* A frame that is due, up to where others may read it. */
static bool simulate(struct frames_task *task, u64 n)
{
	struct frames *f = task->frames;
	const u32 chunks = world_chunks(f->words.entities), half = chunks / 2;

	if (!frames_begin(task, n))
		return false;
	frames_simulate(f, n, 0, half);
	if (f->twin == FRAMES_TWIN_PUBLISH)
		frames_publish(task, n);
	if (f->twin == FRAMES_TWIN_EARLY)
		frames_advance(task, FRAMES_SIMULATED, n);
	frames_simulate(f, n, half, chunks - half);
	frames_finish(f, n);
	frames_lost(task, true);
	if (f->twin != FRAMES_TWIN_PUBLISH)
		frames_publish(task, n);
	if (f->twin != FRAMES_TWIN_EARLY)
		frames_advance(task, FRAMES_SIMULATED, n);
	return true;
}

static void render(struct frames_task *task, u64 n)
{
	struct frames *f = task->frames;

	frames_lost(task, false);
	frames_render_begin(f, n);
	frames_render(f, n, 0, IMAGE_HEIGHT);
	frames_render_end(f, n);
	frames_lost(task, true);
}

/**
 * frames_single - one thread does it all
 * @task: it
 * @user: likewise
 */
void frames_single(struct frames_task *task, struct user *user)
{
	struct frames *f = task->frames;
	u64 n;

	for (n = 1; frames_tick(task, n) && simulate(task, n); n++) {
		render(task, n);
		frames_present(task, user, n);
	}
	frames_stop(f, n - 1);
}

/* Not too many frames are under way, and what was in its buffer was rendered. */
static bool may_begin(struct frames_task *task, u64 n)
{
	const struct frames *f = task->frames;

	return frames_await(task, FRAMES_PRESENTED, n - 1 - f->words.pipeline) &&
	       (f->twin == FRAMES_TWIN_GATE ||
		frames_await(task, FRAMES_RENDERED, n - f->words.buffers));
}

/**
 * frames_simulator - the simulation's thread, which paces the others
 * @task: it
 */
void frames_simulator(struct frames_task *task)
{
	u64 n;

	for (n = 1; may_begin(task, n) && frames_tick(task, n) && simulate(task, n); n++)
		;
	frames_stop(task->frames, n - 1);
}

/* There is a state, and what was in its image was presented. */
static bool may_render(struct frames_task *task, u64 n)
{
	return frames_await(task, FRAMES_SIMULATED, n) &&
	       frames_await(task, FRAMES_PRESENTED, n - task->frames->words.buffers);
}

/**
 * frames_renderer - the render's thread
 * @task: it
 */
void frames_renderer(struct frames_task *task)
{
	struct frames *f = task->frames;
	u64 n;

	for (n = 1; may_render(task, n); n++) {
		/* It goes on to the newest, and tells nobody. */
		while (f->twin == FRAMES_TWIN_SKIP && n < task->seen[FRAMES_SIMULATED]) {
			frames_advance(task, FRAMES_RENDERED, n);
			n++;
		}
		render(task, n);
		frames_advance(task, FRAMES_RENDERED, n);
	}
}

/**
 * frames_presenter - the present's thread
 * @task: it
 * @user: likewise
 */
void frames_presenter(struct frames_task *task, struct user *user)
{
	u64 n;

	for (n = 1; frames_await(task, FRAMES_RENDERED, n); n++) {
		frames_present(task, user, n);
		frames_advance(task, FRAMES_PRESENTED, n);
	}
}

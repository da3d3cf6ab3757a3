// SPDX-License-Identifier: GPL-2.0
/*
 * The stages of a frame. A frame's buffers are its number's, modulo buffers=. Who begins a frame
 * has waited until its buffers were left, and each next stage until the one before has ended; the
 * event counts order what they do. Frames count from 1, as the presenter's requests do: the number
 * of both is the tag of what is done for it.
 */
#include <errno.h>
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "frames.h"

static struct frames_record *record_of(struct frames *f, u64 n)
{
	return &f->record[n % FRAMES_RECORDS];
}

static struct world_state *state_of(struct frames *f, u64 n)
{
	return &f->state[n % f->words.buffers];
}

/**
 * frames_breaks - a law is broken
 * @f: the run
 * @law: which
 * @format: what was seen, as printf()
 *
 * Context: any task.
 */
void frames_breaks(struct frames *f, enum frames_law law, const char *format, ...)
{
	va_list args;

	if (__atomic_fetch_add(&f->broken[law].n, 1, __ATOMIC_RELAXED))
		return;
	va_start(args, format);
	vsnprintf(f->broken[law].detail, sizeof(f->broken[law].detail), format, args);
	va_end(args);
}

/* Of an object, if it was made. */
static int open_one(struct frames *f, __u64 id, struct contend_handle **handle)
{
	const struct play *play = f->play;

	return id ? contend_handle_open(play->device, id, play->door, 1, play->spec->poller_ns,
					handle) : 0;
}

static void close_one(struct contend_handle *handle)
{
	if (handle)
		contend_handle_close(handle);
}

/**
 * frames_task_open - a thread's handles
 * @f: the run
 * @task: filled in
 *
 * Return: 0 or a negative errno.
 */
int frames_task_open(struct frames *f, struct frames_task *task)
{
	u32 i;
	int ret;

	memset(task, 0, sizeof(*task));
	task->frames = f;
	task->index = task - f->task;
	ret = open_one(f, f->inputs, &task->inputs) ?:
	      open_one(f, f->snapshot, &task->snapshot) ?:
	      open_one(f, f->scene, &task->scene) ?:
	      open_one(f, f->news, &task->news) ?: open_one(f, f->barrier, &task->barrier);
	for (i = 0; i < FRAMES_COUNTS && !ret; i++)
		ret = open_one(f, f->count[i], &task->count[i]);
	for (i = 0; i < FRAMES_WORKERS && !ret; i++)
		ret = open_one(f, f->deque[i], &task->deque[i]);
	if (ret)
		frames_task_close(task);
	return ret;
}

/**
 * frames_task_close - the reverse
 * @task: from frames_task_open(), or zero
 */
void frames_task_close(struct frames_task *task)
{
	u32 i;

	if (task->schedstat > 0)
		close(task->schedstat);
	close_one(task->inputs);
	close_one(task->snapshot);
	close_one(task->scene);
	close_one(task->news);
	close_one(task->barrier);
	for (i = 0; i < FRAMES_COUNTS; i++)
		close_one(task->count[i]);
	for (i = 0; i < FRAMES_WORKERS; i++)
		close_one(task->deque[i]);
	memset(task, 0, sizeof(*task));
}

/**
 * frames_over - whether there is no frame of this number
 * @f: the run
 * @n: the number
 */
bool frames_over(const struct frames *f, u64 n)
{
	return __atomic_load_n(&f->stopped, __ATOMIC_ACQUIRE) && n > f->last;
}

/**
 * frames_stop - no further frame begins
 * @f: the run
 * @last: the last one
 */
void frames_stop(struct frames *f, u64 last)
{
	f->last = last;
	__atomic_store_n(&f->stopped, true, __ATOMIC_RELEASE);
}

/**
 * frames_advance - a frame has gone through a stage
 * @task: who has led it
 * @count: of this stage
 * @n: its number
 */
void frames_advance(struct frames_task *task, enum frames_count count, u64 n)
{
	struct contend_op op = { .verb = task->frames->verb.advance, .tag = n };

	/* Where one thread does all, nobody waits for it. */
	if (task->count[count])
		play_op(task->count[count], &op);
}

/**
 * frames_await - wait until a frame has gone through a stage
 * @task: who waits
 * @count: of this stage
 * @n: the frame; 0 and less: there is none to wait for
 *
 * Return: false when there is no such frame.
 */
bool frames_await(struct frames_task *task, enum frames_count count, u64 n)
{
	struct frames *f = task->frames;
	int ret;

	/* It waits for news: what was seen before is none. */
	while ((s64)n > 0 && task->seen[count] < n) {
		struct contend_op op = {
			.verb = f->verb.await, .value = n - 1,
			.deadline_ns = play_now() + FRAMES_LOOK_NS, .tag = n,
		};

		ret = play_op(task->count[count], &op);
		if (!ret && !op.error)
			task->seen[count] = op.value;
		else if (frames_over(f, n) || (ret && ret != -ETIMEDOUT))
			return false;
	}
	return true;
}

static u64 lost_since(const struct frames *f, u64 then)
{
	const u64 now = frames_lost_by_now(f);

	return now > then ? now - then : 0;
}

/**
 * frames_due - when the next frame is due
 * @f: the run
 *
 * Context: who paces.
 * Return: nanoseconds; 0 where there is no grid.
 */
u64 frames_due(const struct frames *f)
{
	return f->period_ns ? f->start_ns + f->tick * f->period_ns : 0;
}

/* Periods have gone by, since the frames before took so much too long: whose fault was that? */
static void drop(struct frames *f, u64 periods, u64 late)
{
	const u64 lost = lost_since(f, f->grid_lost_ns);

	/* The leader reads it. */
	__atomic_store_n(&f->dropped, f->dropped + periods, __ATOMIC_RELAXED);
	/* For what is forgiven nobody else is late. */
	if (lost >= late) {
		__atomic_fetch_add(&f->missed_host, periods, __ATOMIC_RELAXED);
		f->grid_lost_ns += min_t(u64, lost, periods * f->period_ns);
	} else {
		f->grid_lost_ns += lost;
	}
}

/**
 * frames_tick - wait until the next frame is due
 * @task: who waits
 * @n: its number
 *
 * Periods that have gone by since are dropped.
 *
 * Context: who paces.
 * Return: false when all stop.
 */
bool frames_tick(struct frames_task *task, u64 n)
{
	struct frames *f = task->frames;
	struct frames_record *r = record_of(f, n);
	u64 now = play_now(), due = frames_due(f), late;
	bool slept = false;

	frames_lost(task, false);
	if (f->period_ns && now >= due + f->period_ns) {
		late = (now - due) / f->period_ns;
		drop(f, late, now - due - f->period_ns);
		f->tick += late;
		due += late * f->period_ns;
	}
	/* What makes a frame late may be as long ago as the last one that was in time. */
	if (now < due)
		f->grid_lost_ns = frames_lost_by_now(f);
	r->lost_ns = f->grid_lost_ns;
	while (f->period_ns && (now = play_now()) < due && !play_over(f->play)) {
		const u64 until = min_t(u64, due, now + FRAMES_LOOK_NS);
		struct timespec ts = { until / SPEC_NS_PER_S, until % SPEC_NS_PER_S };

		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
		slept = true;
	}
	f->tick++;
	r->began_ns = play_now();
	r->due_ns = f->period_ns ? due : r->began_ns;
	/* It was woken so late, whether or not it then waited for a CPU. */
	late = slept && r->began_ns > due ? r->began_ns - due : 0;
	__atomic_fetch_add(&f->lost_ns, max(late, frames_lost_of(task, false)), __ATOMIC_RELAXED);
	return !play_over(f->play);
}

static bool take_input(struct frames_task *task, u64 n, u64 *key)
{
	struct contend_op op = { .verb = task->frames->verb.get, .tag = n };

	if (play_op(task->inputs, &op) || op.error)
		return false;
	*key = op.value;
	return true;
}

static void take_inputs(struct frames_task *task, u64 n)
{
	struct frames *f = task->frames;
	struct frames_record *r = record_of(f, n);
	u64 key;

	r->ninputs = 0;
	while (r->ninputs < FRAMES_INPUTS && take_input(task, n, &key)) {
		if ((u16)key != (u16)f->taken)
			frames_breaks(f, FRAMES_INPUT, "input %llu is followed by one that ends in %u",
				      f->taken, (u16)key);
		f->nudges[r->ninputs] = world_nudge(f->play->spec->seed, f->taken,
						    f->words.entities);
		r->input_ns[r->ninputs++] = f->start_ns + (key >> FRAMES_INPUT_BITS);
		f->taken++;
	}
	/* As if the queue was the frame's own, and is empty after it. */
	if (f->twin == FRAMES_TWIN_INPUT && f->logged % 8 == 7)
		take_input(task, n, &key);
}

/* What the frame took, for who computes it again. */
static bool log_inputs(struct frames *f, u32 n)
{
	u64 room = f->log_room;
	u8 *log = f->log;

	if (f->logged == room) {
		room = room ? 2 * room : 1024;
		log = realloc(log, room);
		if (!log)
			return false;
		f->log = log;
		f->log_room = room;
	}
	log[f->logged++] = n;
	return true;
}

/**
 * frames_begin - begin a frame that is due: take what came in
 * @task: who does it
 * @n: its number; the frame before has been simulated
 *
 * Return: false when it cannot.
 */
bool frames_begin(struct frames_task *task, u64 n)
{
	struct frames *f = task->frames;
	struct frames_record *r = record_of(f, n);
	struct world_state *to = state_of(f, n);

	frames_scene(task, n);
	take_inputs(task, n);
	if (!log_inputs(f, r->ninputs))
		return false;
	/* Whoever looks at what was in this buffer saw the newest frame's number before. */
	smp_wmb();
	__atomic_store_n(&to->number, ~0ULL, __ATOMIC_RELAXED);
	/* And whoever sees what comes sees that it is no frame's: pairs with that in is_of(). */
	smp_wmb();
	frames_lost(task, false);
	world_grid_fill(&f->grid, state_of(f, n - 1), f->words.entities);
	frames_lost(task, true);
	return true;
}

/**
 * frames_simulate - compute some of a frame
 * @f: the run
 * @n: its number
 * @chunk: from which chunk on
 * @chunks: how many
 */
void frames_simulate(struct frames *f, u64 n, u32 chunk, u32 chunks)
{
	const struct world_state *from = state_of(f, n - 1);
	u32 i;

	if (__atomic_load_n(&from->number, __ATOMIC_ACQUIRE) != n - 1)
		frames_breaks(f, FRAMES_FINISHED, "frame %llu is computed from what is not frame %llu",
			      n, n - 1);
	/* What was in the buffer before: an older frame. */
	if (f->twin == FRAMES_TWIN_WORLD && chunk)
		from = state_of(f, n);
	for (i = chunk; i < chunk + chunks; i++)
		world_step(&f->grid, from, state_of(f, n), n, f->words.entities, i, f->nudges,
			   record_of(f, n)->ninputs);
}

/**
 * frames_finish - a frame's state is whole
 * @f: the run
 * @n: its number
 */
void frames_finish(struct frames *f, u64 n)
{
	world_finish(state_of(f, n), n);
	record_of(f, n)->simulated_ns = play_now();
}

/**
 * frames_publish - a frame is the newest one
 * @task: who says so: one thread at a time
 * @n: its number
 */
void frames_publish(struct frames_task *task, u64 n)
{
	struct frames *f = task->frames;
	struct contend_op op = { .verb = f->verb.publish, .tag = n };

	/* Slow readers may be in all places: they go on. */
	while (!play_op(task->snapshot, &op) && op.error == ENOSPC) {
		f->retries++;
		sched_yield();
	}
	if (op.error || op.value != n)
		frames_breaks(f, FRAMES_ORDER, "frame %llu was published as %llu", n, op.value);
}

/* What is wrong with a frame's state, for who is to read it. */
static void look_at_state(struct frames *f, u64 n, const char *who)
{
	const struct world_state *state = state_of(f, n);
	const u64 number = __atomic_load_n(&state->number, __ATOMIC_ACQUIRE);
	u32 i;

	if (number == ~0ULL)
		frames_breaks(f, FRAMES_FINISHED, "%s frame %llu is not finished", who, n);
	else if (number != n)
		frames_breaks(f, FRAMES_FRAME, "%s frame %llu its buffer has frame %llu", who, n,
			      number);
	for (i = 0; i < world_chunks(f->words.entities); i++)
		if (!world_sealed(state, n, f->words.entities, i)) {
			frames_breaks(f, FRAMES_FRAME, "%s frame %llu chunk %u is not of it", who,
				      n, i);
			break;
		}
}

/**
 * frames_render_begin - a frame is to be rendered
 * @f: the run
 * @n: its number
 */
void frames_render_begin(struct frames *f, u64 n)
{
	record_of(f, n)->taken_ns = play_now();
	look_at_state(f, n, "before the render of");
}

/**
 * frames_render - render some rows of a frame
 * @f: the run
 * @n: its number
 * @row: from which row on
 * @rows: how many
 */
void frames_render(struct frames *f, u64 n, u32 row, u32 rows)
{
	image_draw(f->image[n % f->words.buffers], state_of(f, n), n, f->words.entities,
		   f->grid.cells, row, rows);
}

/**
 * frames_render_end - a frame was rendered
 * @f: the run
 * @n: its number
 */
void frames_render_end(struct frames *f, u64 n)
{
	look_at_state(f, n, "after the render of");
	record_of(f, n)->rendered_ns = play_now();
}

/* From when each input came until it is seen, which is at the end of the period. */
static void add_lags(struct frames *f, const struct frames_record *r, u64 ready)
{
	u64 seen = ready;
	u32 i;

	if (f->period_ns)
		seen = f->start_ns + DIV_ROUND_UP(ready - f->start_ns, f->period_ns) * f->period_ns;
	for (i = 0; i < r->ninputs; i++) {
		hist_add(&f->lag, seen - r->input_ns[i]);
		if (f->period_ns)
			f->lag_frames += (double)(seen - r->input_ns[i]) / f->period_ns;
	}
}

/**
 * frames_present - show a frame
 * @task: who does
 * @user: likewise, of whom it is a request
 * @n: its number
 */
void frames_present(struct frames_task *task, struct user *user, u64 n)
{
	struct frames *f = task->frames;
	const struct frames_record *r = record_of(f, n);
	const struct image *image = f->image[n % f->words.buffers];
	struct request request;
	const u64 shown = play_now();
	u64 ready;
	s64 late;
	u32 i;

	frames_lost(task, false);
	for (i = 0; i < IMAGE_HEIGHT && image->row[i] == n; i++)
		;
	if (i < IMAGE_HEIGHT)
		frames_breaks(f, i && image->row[i] > n ? FRAMES_FRAME : FRAMES_ORDER,
			      "frame %llu is presented, and its row %u is of frame %llu", n, i,
			      image->row[i]);
	screen_show(f->screen, image);
	frames_lost(task, true);
	ready = play_now();
	request_begin(user, &request, r->due_ns);
	request.began_ns = r->began_ns;
	if (f->period_ns)
		request.deadline_ns = r->due_ns + (1 + f->words.pipeline) * f->period_ns;
	request.stage_ns[FRAMES_WAIT] = r->began_ns - r->due_ns;
	request.stage_ns[FRAMES_SIMULATE] = r->simulated_ns - r->began_ns;
	request.stage_ns[FRAMES_QUEUE] = r->taken_ns - r->simulated_ns;
	request.stage_ns[FRAMES_RENDER] = r->rendered_ns - r->taken_ns;
	request.stage_ns[FRAMES_READY] = shown - r->rendered_ns;
	request.stage_ns[FRAMES_PRESENT] = ready - shown;
	request_end(user, &request, REQUEST_OK);
	late = ready - request.deadline_ns;
	if (f->period_ns && late > 0) {
		__atomic_store_n(&f->missed, f->missed + 1, __ATOMIC_RELAXED);
		if (lost_since(f, r->lost_ns) >= (u64)late)
			__atomic_fetch_add(&f->missed_host, 1, __ATOMIC_RELAXED);
	}
	add_lags(f, r, ready);
	__atomic_store_n(&f->presented, n, __ATOMIC_RELAXED);
}

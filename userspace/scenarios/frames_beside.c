// SPDX-License-Identifier: GPL-2.0
/*
 * Who is there beside the frame's own threads: a player, who does something at random times; the
 * sound, which has a deadline of its own, and is made of what the newest frame has; observers, who
 * read that again and again.
 */
#include <linux/atomic.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <time.h>

#include "frames.h"

/* Each of its samples is a sum of so many. */
#define AUDIO_VOICES	32

static bool has_stopped(const struct frames *f)
{
	return __atomic_load_n(&f->stopped, __ATOMIC_ACQUIRE);
}

/* False when all stop. */
static bool sleep_until(const struct frames *f, u64 due)
{
	u64 now;

	while ((now = play_now()) < due && !has_stopped(f)) {
		const u64 until = min_t(u64, due, now + FRAMES_LOOK_NS);
		struct timespec ts = { until / SPEC_NS_PER_S, until % SPEC_NS_PER_S };

		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
	}
	return !has_stopped(f);
}

static void send_input(struct frames_task *task)
{
	struct frames *f = task->frames;
	const u64 since = play_now() - f->start_ns;
	struct contend_op op = {
		.verb = f->verb.put, .key = since << FRAMES_INPUT_BITS | (u16)f->put,
	};

	op.value = op.key;
	if (play_op(task->inputs, &op) || op.error)
		f->lost++;
	else
		f->put++;
}

/**
 * frames_player - send inputs
 * @task: who
 */
void frames_player(struct frames_task *task)
{
	struct frames *f = task->frames;
	const u64 mean_ns = SPEC_NS_PER_S / f->words.inputs;
	u64 due = f->start_ns;
	struct rng rng;

	rng_seed(&rng, f->play->spec->seed, ~0U);
	for (;;) {
		due += rng_next(&rng) % (2 * mean_ns);
		if (!sleep_until(f, due))
			return;
		send_input(task);
	}
}

static u64 newest(struct frames_task *task)
{
	struct contend_op op = { .verb = task->frames->verb.read };

	/* It may be overtaken again and again. */
	while (play_op(task->snapshot, &op) || op.error)
		if (has_stopped(task->frames))
			return 0;
	return op.value;
}

/* Whether what was read of frame @n is of it: its buffer was not begun anew meanwhile. */
static bool is_of(struct frames_task *task, u64 n)
{
	/* Pairs with that in frames_begin(). */
	smp_rmb();
	return newest(task) < n + task->frames->words.buffers - 1;
}

static void observe_once(struct frames_task *task, u32 chunk, u64 *last)
{
	struct frames *f = task->frames;
	const u64 n = newest(task);
	const struct world_state *state = &f->state[n % f->words.buffers];
	const u64 number = __atomic_load_n(&state->number, __ATOMIC_ACQUIRE);
	const bool sealed = world_sealed(state, n, f->words.entities, chunk);

	if (!is_of(task, n)) {
		__atomic_fetch_add(&f->overtaken, 1, __ATOMIC_RELAXED);
		return;
	}
	if (n < *last)
		frames_breaks(f, FRAMES_ORDER, "an observer saw frame %llu after frame %llu", n,
			      *last);
	if (number != n || !sealed)
		frames_breaks(f, FRAMES_FRAME, "an observer found in frame %llu what is not of it",
			      n);
	__atomic_fetch_add(&f->reads, 1, __ATOMIC_RELAXED);
	if (n > *last + 1)
		__atomic_fetch_add(&f->skipped, n - *last - 1, __ATOMIC_RELAXED);
	*last = n;
}

/**
 * frames_observer - read the newest frame until all stop
 * @task: who
 */
void frames_observer(struct frames_task *task)
{
	struct frames *f = task->frames;
	const u32 chunks = world_chunks(f->words.entities);
	u64 last = 0;
	u32 chunk = 0;

	while (!has_stopped(f)) {
		observe_once(task, chunk, &last);
		chunk = (chunk + 1) % chunks;
	}
}

/* How fast the first entities are is how high their voices are; the last ones' where overtaken. */
static void listen(struct frames_task *task, u32 *pitch)
{
	struct frames *f = task->frames;
	const u32 voices = min_t(u32, AUDIO_VOICES, f->words.entities);
	const u64 n = newest(task);
	const struct world_state *state = &f->state[n % f->words.buffers];
	u32 heard[AUDIO_VOICES];
	u32 i;

	for (i = 0; i < voices; i++)
		heard[i] = __atomic_load_n(&state->entity[i].speed, __ATOMIC_RELAXED) & 0xfff;
	if (is_of(task, n))
		memcpy(pitch, heard, voices * sizeof(*pitch));
}

/* Triangles, all together. */
static void mix(s32 *sample, u32 *phase, const u32 *pitch)
{
	u32 i, v;

	memset(sample, 0, FRAMES_SAMPLES * sizeof(*sample));
	for (v = 0; v < AUDIO_VOICES; v++)
		for (i = 0; i < FRAMES_SAMPLES; i++) {
			phase[v] += (pitch[v] + 64) << 14;
			sample[i] += (s32)((phase[v] ^ (s32)phase[v] >> 31) >> 20) - 1024;
		}
}

/**
 * frames_audio - make sound, so many times a second, until all stop
 * @task: who
 */
void frames_audio(struct frames_task *task)
{
	struct frames *f = task->frames;
	const u64 period = f->words.audio_ns;
	u32 pitch[AUDIO_VOICES] = { }, phase[AUDIO_VOICES] = { };
	u64 due = f->start_ns, now, lost;

	for (due += period; sleep_until(f, due); due += period) {
		now = play_now();
		hist_add(&f->jitter, now - due);
		lost = max(frames_lost_of(task, false), now - due);
		listen(task, pitch);
		lost += frames_lost_of(task, false);
		mix(f->sound, phase, pitch);
		now = play_now();
		lost += frames_lost_of(task, true);
		if (now < due + period)
			continue;
		f->audio_missed++;
		f->audio_missed_host += lost > now - due - period;
		/* What is over is left out. */
		due += (now - due) / period * period - period;
	}
}

// SPDX-License-Identifier: GPL-2.0
/* The world of a game, in integers: a sum of theirs is the same in whatever order. */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <stdlib.h>

#include "frames_world.h"
#include "lib/rng.h"

/* A cell is so wide, in 1/256; nobody is nearer to anybody than REACH, or is pushed away. */
#define CELL		(16 * 256)
#define REACH		(8 * 256)
#define SPEED_MOST	600
/* An entity is so many pixels wide and high. */
#define SPRITE		5

static s32 high(u64 word)
{
	return (s32)(word >> 32);
}

static s32 low(u64 word)
{
	return (s32)word;
}

static u64 pair(s32 a, s32 b)
{
	return (u64)(u32)a << 32 | (u32)b;
}

static u32 cells_of(u32 entities)
{
	u32 cells = 3;

	while (cells * cells < entities)
		cells++;
	return cells;
}

static u64 load(const u64 *word)
{
	return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static void store(u64 *word, u64 value)
{
	__atomic_store_n(word, value, __ATOMIC_RELAXED);
}

static u64 mixed(u64 h, u64 word)
{
	h = (h ^ word) * 0x9e3779b97f4a7c15ULL;
	return h ^ h >> 29;
}

static u64 seal_of(const struct world_state *state, u64 number, u32 from, u32 to)
{
	u64 h = number + 1;
	u32 i;

	for (i = from; i < to; i++) {
		h = mixed(h, load(&state->entity[i].place));
		h = mixed(h, load(&state->entity[i].speed));
		h = mixed(h, load(&state->entity[i].mind));
	}
	return h;
}

/**
 * world_chunks - in how many chunks they are
 * @entities: how many there are
 */
u32 world_chunks(u32 entities)
{
	return (entities + WORLD_CHUNK - 1) / WORLD_CHUNK;
}

/**
 * world_state_init - room for a frame's state
 * @state: filled in
 * @entities: how many there are
 *
 * Return: false without memory.
 */
bool world_state_init(struct world_state *state, u32 entities)
{
	state->number = 0;
	state->entity = calloc(entities, sizeof(*state->entity));
	state->seal = calloc(world_chunks(entities), sizeof(*state->seal));
	return state->entity && state->seal;
}

/**
 * world_state_free - the reverse
 * @state: from world_state_init(), or zero
 */
void world_state_free(struct world_state *state)
{
	free(state->entity);
	free(state->seal);
	memset(state, 0, sizeof(*state));
}

/**
 * world_state_first - what is there before the first frame
 * @state: filled in
 * @entities: how many there are
 * @seed: of the run
 */
void world_state_first(struct world_state *state, u32 entities, u64 seed)
{
	const u32 width = cells_of(entities) * CELL;
	struct rng rng;
	u32 i;

	rng_seed(&rng, seed, 0);
	for (i = 0; i < entities; i++) {
		struct entity *e = &state->entity[i];

		e->place = pair((rng_next(&rng) >> 32) % width, (rng_next(&rng) >> 32) % width);
		e->speed = pair((rng_next(&rng) >> 32) % 256 - 128,
				(rng_next(&rng) >> 32) % 256 - 128);
		e->mind = rng_next(&rng) | 1;
	}
	for (i = 0; i < world_chunks(entities); i++)
		state->seal[i] = seal_of(state, 0, i * WORLD_CHUNK,
					 min_t(u32, (i + 1) * WORLD_CHUNK, entities));
}

/**
 * world_grid_init - room for a grid
 * @grid: filled in
 * @entities: how many there are
 *
 * Return: false without memory.
 */
bool world_grid_init(struct world_grid *grid, u32 entities)
{
	grid->cells = cells_of(entities);
	grid->first = calloc(grid->cells * grid->cells + 1, sizeof(*grid->first));
	grid->order = calloc(entities, sizeof(*grid->order));
	return grid->first && grid->order;
}

/**
 * world_grid_free - the reverse
 * @grid: from world_grid_init(), or zero
 */
void world_grid_free(struct world_grid *grid)
{
	free(grid->first);
	free(grid->order);
	memset(grid, 0, sizeof(*grid));
}

static u32 cell_of(const struct world_grid *grid, u64 place)
{
	return high(place) / CELL * grid->cells + low(place) / CELL;
}

/**
 * world_grid_fill - enter all entities by where they are
 * @grid: filled in
 * @state: where they are
 * @entities: how many there are
 */
void world_grid_fill(struct world_grid *grid, const struct world_state *state, u32 entities)
{
	const u32 n = grid->cells * grid->cells;
	u32 i;

	memset(grid->first, 0, (n + 1) * sizeof(*grid->first));
	for (i = 0; i < entities; i++)
		grid->first[cell_of(grid, load(&state->entity[i].place)) + 1]++;
	for (i = 0; i < n; i++)
		grid->first[i + 1] += grid->first[i];
	/* From the end on: what is then the first of each cell is where it begins. */
	for (i = entities; i-- > 0;) {
		u32 *end = &grid->first[cell_of(grid, load(&state->entity[i].place)) + 1];

		grid->order[--*end] = i;
	}
	/* Each end has gone down to its cell's begin: move them where they belong. */
	memmove(grid->first, grid->first + 1, n * sizeof(*grid->first));
	grid->first[n] = entities;
}

/**
 * world_nudge - what an input does
 * @seed: of the run
 * @input: its number
 * @entities: how many there are
 *
 * Return: it.
 */
struct nudge world_nudge(u64 seed, u64 input, u32 entities)
{
	struct rng rng;
	struct nudge nudge;

	rng_seed(&rng, seed, input + 1);
	nudge.entity = (rng_next(&rng) >> 32) % entities;
	nudge.speed = pair((rng_next(&rng) >> 32) % 512 - 256, (rng_next(&rng) >> 32) % 512 - 256);
	return nudge;
}

/* The push of all that are nearer than they may be; how many they are. */
static u32 collide(const struct world_grid *grid, const struct world_state *from, u32 i, s32 *px,
		   s32 *py)
{
	const u64 place = load(&from->entity[i].place);
	const s32 x = high(place), y = low(place), cx = x / CELL, cy = y / CELL;
	const s32 last = grid->cells - 1;
	u32 hits = 0;
	s32 a, b;

	for (a = max(cx - 1, 0); a <= min(cx + 1, last); a++) {
		/* The cells of a row lie side by side. */
		const u32 *first = &grid->first[a * grid->cells];
		u32 k;

		b = min(cy + 1, last);
		for (k = first[max(cy - 1, 0)]; k < first[b + 1]; k++) {
			const u64 other = load(&from->entity[grid->order[k]].place);
			const s64 dx = x - high(other), dy = y - low(other);

			if (dx * dx + dy * dy >= REACH * REACH || grid->order[k] == i)
				continue;
			*px += dx / 32;
			*py += dy / 32;
			hits++;
		}
	}
	return hits;
}

/* Where it wants to: away from a crowd, or to a place of its own for a while. */
static void think(u64 *mind, u32 hits, s32 x, s32 y, s32 width, s32 *vx, s32 *vy)
{
	u64 m = *mind;
	s32 goal_x, goal_y;

	m ^= m >> 12;
	m ^= m << 25;
	m ^= m >> 27;
	/* Rarely it changes its mind: the goal's bits. */
	if (m % 64 && hits < 4)
		m = (m & ~0xffff000000000000ULL) | (*mind & 0xffff000000000000ULL);
	*mind = m ?: 1;
	goal_x = (s32)(m >> 56) * (width / 256);
	goal_y = (s32)(m >> 48 & 255) * (width / 256);
	*vx += goal_x > x ? 6 : -6;
	*vy += goal_y > y ? 6 : -6;
	if (hits > 2) {
		*vx += (s32)(m & 31) - 16;
		*vy += (s32)(m >> 5 & 31) - 16;
	}
}

/* A step, which walls send back. */
static s32 moved(s32 at, s32 *by, s32 width)
{
	at += *by;
	if (at >= 0 && at < width)
		return at;
	*by = -*by;
	return at < 0 ? -at - 1 : 2 * width - 1 - at;
}

static void step(const struct world_grid *grid, const struct world_state *from,
		 struct world_state *to, u32 i)
{
	const struct entity *e = &from->entity[i];
	const u64 place = load(&e->place), speed = load(&e->speed);
	const s32 width = grid->cells * CELL;
	s32 vx = high(speed), vy = low(speed), x = high(place), y = low(place);
	u64 mind = load(&e->mind);
	u32 hits = collide(grid, from, i, &vx, &vy);

	think(&mind, hits, x, y, width, &vx, &vy);
	vx = clamp(vx, -SPEED_MOST, SPEED_MOST);
	vy = clamp(vy, -SPEED_MOST, SPEED_MOST);
	x = moved(x, &vx, width);
	y = moved(y, &vy, width);
	store(&to->entity[i].place, pair(x, y));
	store(&to->entity[i].speed, pair(vx, vy));
	store(&to->entity[i].mind, mind);
}

/**
 * world_step - what becomes of a chunk in a frame
 * @grid: of @from
 * @from: the frame before
 * @to: the frame; of which nobody else writes this chunk
 * @number: its number
 * @entities: how many there are
 * @chunk: which
 * @nudges: what came in, of all chunks
 * @nnudges: how many
 */
void world_step(const struct world_grid *grid, const struct world_state *from,
		struct world_state *to, u64 number, u32 entities, u32 chunk,
		const struct nudge *nudges, u32 nnudges)
{
	const u32 first = chunk * WORLD_CHUNK, end = min_t(u32, first + WORLD_CHUNK, entities);
	u32 i;

	for (i = first; i < end; i++)
		step(grid, from, to, i);
	for (i = 0; i < nnudges; i++) {
		u64 *speed = &to->entity[nudges[i].entity].speed;

		if (nudges[i].entity < first || nudges[i].entity >= end)
			continue;
		store(speed, pair(high(*speed) + high(nudges[i].speed),
				  low(*speed) + low(nudges[i].speed)));
	}
	store(&to->seal[chunk], seal_of(to, number, first, end));
}

/**
 * world_finish - a frame's state is whole
 * @state: it, all of whose chunks were computed
 * @number: its number
 */
void world_finish(struct world_state *state, u64 number)
{
	__atomic_store_n(&state->number, number, __ATOMIC_RELEASE);
}

/**
 * world_sealed - whether a chunk is of one frame
 * @state: the state
 * @number: of which frame it should be
 * @entities: how many there are
 * @chunk: which
 */
bool world_sealed(const struct world_state *state, u64 number, u32 entities, u32 chunk)
{
	return load(&state->seal[chunk]) ==
	       seal_of(state, number, chunk * WORLD_CHUNK,
		       min_t(u32, (chunk + 1) * WORLD_CHUNK, entities));
}

/**
 * world_sum - what tells two states apart
 * @state: of a frame, with its seals
 * @entities: how many there are
 *
 * Return: a sum of all of it.
 */
u64 world_sum(const struct world_state *state, u32 entities)
{
	u64 h = 0;
	u32 i;

	for (i = 0; i < world_chunks(entities); i++)
		h = mixed(h, state->seal[i]);
	return h;
}

/**
 * image_draw - render some rows of a frame
 * @image: where to
 * @state: the frame
 * @number: its number
 * @entities: how many there are
 * @cells: of its grid
 * @row: from which row on
 * @rows: how many
 *
 * Who has a higher number is in front, whoever draws which rows.
 */
void image_draw(struct image *image, const struct world_state *state, u64 number, u32 entities,
		u32 cells, u32 row, u32 rows)
{
	const s64 width = (s64)cells * CELL;
	const s32 end = row + rows;
	u32 i;
	s32 a, b;

	memset(&image->pixel[row * IMAGE_WIDTH], 0, rows * IMAGE_WIDTH * sizeof(u32));
	for (i = 0; i < entities; i++) {
		const struct entity *e = &state->entity[i];
		const u64 place = load(&e->place), speed = load(&e->speed);
		const s32 x = high(place) * (s64)(IMAGE_WIDTH - SPRITE) / width;
		const s32 y = low(place) * (s64)(IMAGE_HEIGHT - SPRITE) / width;
		const u32 quick = abs(high(speed)) + abs(low(speed));
		const u32 colour = (quick / 8 + 64) << 16 | (load(&e->mind) >> 56) << 8 | 64;

		for (a = max_t(s32, y, row); a < min(y + SPRITE, end); a++)
			for (b = x; b < x + SPRITE; b++) {
				u32 *p = &image->pixel[a * IMAGE_WIDTH + b];

				/* Half of what is behind shows through. */
				*p = (*p >> 1 & 0x7f7f7f) + (colour >> 1 & 0x7f7f7f);
			}
	}
	for (i = row; i < row + rows; i++)
		image->row[i] = number;
}

/**
 * screen_show - an image in half its size
 * @screen: where to
 * @image: it
 */
void screen_show(struct screen *screen, const struct image *image)
{
	u32 x, y, c;

	for (y = 0; y < IMAGE_HEIGHT / 2; y++)
		for (x = 0; x < IMAGE_WIDTH / 2; x++) {
			const u32 *p = &image->pixel[2 * y * IMAGE_WIDTH + 2 * x];
			u32 colour = 0;

			for (c = 0; c < 24; c += 8) {
				const u32 sum = (p[0] >> c & 255) + (p[1] >> c & 255) +
						(p[IMAGE_WIDTH] >> c & 255) +
						(p[IMAGE_WIDTH + 1] >> c & 255);

				colour |= sum / 4 << c;
			}
			screen->pixel[y * (IMAGE_WIDTH / 2) + x] = colour;
		}
}

/**
 * screen_sum - what tells two screens apart
 * @screen: one
 *
 * Return: a sum of all of it.
 */
u64 screen_sum(const struct screen *screen)
{
	u64 h = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(screen->pixel); i++)
		h = mixed(h, screen->pixel[i]);
	return h;
}

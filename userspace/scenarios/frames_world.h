/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The world of a game: entities that move, collide and think, from one frame to the next, and the
 * image of them. Each frame's state follows from the one before and what came in, and from nothing
 * else: whoever computes it, in whatever parts and order, has the same one. So a frame that was
 * computed by many is held to what one thread makes of it.
 */
#ifndef CONTEND_FRAMES_WORLD_H
#define CONTEND_FRAMES_WORLD_H

#include <linux/types.h>
#include <stdbool.h>

/* So many entities have a seal together. */
#define WORLD_CHUNK	256
/* Of a game's image, and of the screen, which has half of it each way. */
#define IMAGE_WIDTH	512
#define IMAGE_HEIGHT	512

/**
 * struct entity - one of many
 * @place: x above, y below, in 1/256
 * @speed: likewise, of each signed
 * @mind: random bits, of which the next frame's come
 */
struct entity {
	u64 place;
	u64 speed;
	u64 mind;
};

/**
 * struct nudge - what an input does to an entity
 * @entity: to which
 * @speed: what is added to its speed, as entity.speed
 */
struct nudge {
	u32 entity;
	u64 speed;
};

/**
 * struct world_state - all entities in a frame
 * @number: the frame's, when it is whole; ~0 while it is written
 * @entity: each
 * @seal: of each chunk: of its entities and the frame's number
 *
 * The words are written one by one: who reads without being let in has old and new ones, and no
 * seal that is theirs.
 */
struct world_state {
	u64 number;
	struct entity *entity;
	u64 *seal;
};

/**
 * struct world_grid - which entities are where, for those that look for their neighbours
 * @cells: cells in a row
 * @first: of each cell, where its entities begin in @order; one more at the end
 * @order: entities by cell
 */
struct world_grid {
	u32 cells;
	u32 *first;
	u32 *order;
};

/**
 * struct image - what was rendered of a frame
 * @pixel: row by row
 * @row: of each row, the frame's number, when it is whole
 */
struct image {
	u32 pixel[IMAGE_HEIGHT * IMAGE_WIDTH];
	u64 row[IMAGE_HEIGHT];
};

/**
 * struct screen - what is seen
 * @pixel: row by row
 */
struct screen {
	u32 pixel[IMAGE_HEIGHT / 2 * (IMAGE_WIDTH / 2)];
};

u32 world_chunks(u32 entities);
bool world_state_init(struct world_state *state, u32 entities);
void world_state_free(struct world_state *state);
void world_state_first(struct world_state *state, u32 entities, u64 seed);
bool world_grid_init(struct world_grid *grid, u32 entities);
void world_grid_free(struct world_grid *grid);
void world_grid_fill(struct world_grid *grid, const struct world_state *state, u32 entities);
struct nudge world_nudge(u64 seed, u64 input, u32 entities);
void world_step(const struct world_grid *grid, const struct world_state *from,
		struct world_state *to, u64 number, u32 entities, u32 chunk,
		const struct nudge *nudges, u32 nnudges);
void world_finish(struct world_state *state, u64 number);
bool world_sealed(const struct world_state *state, u64 number, u32 entities, u32 chunk);
u64 world_sum(const struct world_state *state, u32 entities);
void image_draw(struct image *image, const struct world_state *state, u64 number, u32 entities,
		u32 cells, u32 row, u32 rows);
void screen_show(struct screen *screen, const struct image *image);
u64 screen_sum(const struct screen *screen);

#endif /* CONTEND_FRAMES_WORLD_H */

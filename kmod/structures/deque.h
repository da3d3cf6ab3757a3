/* SPDX-License-Identifier: GPL-2.0 */
/* What a deque is made of, see deque.c. */
#ifndef CONTEND_STRUCTURES_DEQUE_H
#define CONTEND_STRUCTURES_DEQUE_H

#include <linux/cache.h>
#include <linux/types.h>

enum { DEQUE_PUSH, DEQUE_POP, DEQUE_STEAL, DEQUE_STEAL_HALF };

/* The most that a thief takes at once. */
#define DEQUE_HALF_MOST	128

/* Places of the first array, and how many there can be, each twice as large as the one before. */
#define DEQUE_FIRST	16
#define DEQUE_ARRAYS	64

/**
 * struct deque_place - room for an element
 * @key: the element
 * @seal: of @key and its position
 *
 * The owner writes them. A thief may read them meanwhile: then its cmpxchg() fails, and it forgets
 * what it has read.
 */
struct deque_place {
	u64 key;
	u64 seal;
};

/**
 * struct deque_array - places of which position p has the one at p & @mask
 * @places: constant; what they hold is not
 * @mask: how many they are, less one; constant
 */
struct deque_array {
	struct deque_place *places;
	u64 mask;
};

/**
 * struct deque - a work-stealing one
 * @bottom: the position of the next push; the owner writes it
 * @array: which of @arrays is in use; the owner writes it, and what it writes stays in place
 * @capacity: most elements, constant
 * @top: the position of the next steal; only ever raised, by cmpxchg()
 * @arrays: from the smallest on, constant
 *
 * The owner and the thieves have a cache line of their own each.
 */
struct deque {
	u64 bottom ____cacheline_aligned;
	const struct deque_array *array;
	u64 capacity;
	u64 top ____cacheline_aligned;
	struct deque_array arrays[DEQUE_ARRAYS] ____cacheline_aligned;
};

#endif /* CONTEND_STRUCTURES_DEQUE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* What a ring is made of, see ring.c. */
#ifndef CONTEND_STRUCTURES_RING_H
#define CONTEND_STRUCTURES_RING_H

#include <linux/cache.h>
#include <linux/types.h>

enum { RING_PUT, RING_GET };

/**
 * struct ring_place - room for an element
 * @turn: whose it is; with release by who had it, with acquire by who has it next
 * @key: the element; who has the place may use it
 * @seal: of @key and the position; likewise
 */
struct ring_place {
	u64 turn;
	u64 key;
	u64 seal;
};

/**
 * struct ring - a bounded queue
 * @places: constant; what they hold is not
 * @mask: how many they are, less one; constant
 * @tail: the next position of a producer; drawn by cmpxchg()
 * @head: the next position of a consumer; likewise
 *
 * Producers and consumers each have a cache line of their own.
 */
struct ring {
	struct ring_place *places;
	u64 mask;
	u64 tail ____cacheline_aligned;
	u64 head ____cacheline_aligned;
};

#endif /* CONTEND_STRUCTURES_RING_H */

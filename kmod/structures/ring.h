/* SPDX-License-Identifier: GPL-2.0 */
/* What rings are made of, see ring.c; and what their peers share with them. */
#ifndef CONTEND_STRUCTURES_RING_H
#define CONTEND_STRUCTURES_RING_H

#include <linux/cache.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include "structures/structure.h"

/*
 * A batch is so many, or what there is, or what there is room for; as a burst of DPDK's rte_ring.
 * It puts in the keys from the request's on.
 */
enum { RING_PUT, RING_GET, RING_PUT_BATCH, RING_GET_BATCH };
#define RING_BATCH	32

/* By what the ends of a ring are guarded: GUARD_SELF, or GUARD_OWNER for one task at a time. */
#define RING_VERBS(_producers, _consumers) {						\
	[RING_PUT] = {									\
		.name = "put", .guard = _producers, .share = 50, .balance = 1,		\
		.fills = true, .seats = (_producers) == GUARD_OWNER ? RING_PRODUCER : 0,	\
		.role = "producer",							\
	},										\
	[RING_GET] = {									\
		.name = "get", .guard = _consumers, .share = 50, .balance = -1,		\
		.seats = (_consumers) == GUARD_OWNER ? RING_CONSUMER : 0,		\
		.role = "consumer",							\
	},										\
	[RING_PUT_BATCH] = {								\
		.name = "put_batch", .guard = _producers, .balance = 1,			\
		.seats = (_producers) == GUARD_OWNER ? RING_PRODUCER : 0,		\
		.role = "producer",							\
	},										\
	[RING_GET_BATCH] = {								\
		.name = "get_batch", .guard = _consumers, .balance = -1,		\
		.seats = (_consumers) == GUARD_OWNER ? RING_CONSUMER : 0,		\
		.role = "consumer",							\
	},										\
	{ }										\
}

#define RING_PRODUCER	BIT(0)
#define RING_CONSUMER	BIT(1)

/*
 * What a ring holds that shall hold so many: whose turn it is at a place its number says, by the
 * round, which takes a power of two. One place is no ring: full and empty would look the same.
 */
static inline u64 ring_room(u64 capacity)
{
	return max_t(u64, roundup_pow_of_two(capacity), 2);
}

static __always_inline bool ring_puts(const struct contend_request *rq)
{
	return rq->verb == RING_PUT || rq->verb == RING_PUT_BATCH;
}

static __always_inline u64 ring_seal(u64 key, u64 position)
{
	return (key ^ position) * GOLDEN_RATIO_64;
}

/* What was taken out at a position; in a batch the first that is wrong is told. */
static __always_inline void ring_judge(u64 key, u64 seal, u64 position, struct contend_scratch *x)
{
	if (likely(seal == ring_seal(key, position)) || x->broken)
		return;
	x->broken = "a place does not hold what was put there in this round";
	x->seen = seal;
	x->expected = ring_seal(key, position);
}

/* The answer: what was found, or in a batch how many. */
static __always_inline void ring_answer(const struct contend_request *rq, u32 n, u64 key,
					struct contend_scratch *x)
{
	x->count = n;
	x->value = rq->verb == RING_GET ? key : n;
	x->error = 0;
}

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
 * @tail: the next position of a producer; drawn by cmpxchg(), unless there is one alone
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

/**
 * struct ring_element - an element of a peer's
 * @key: the element
 * @seal: of @key and the position
 */
struct ring_element {
	u64 key;
	u64 seal;
};

#endif /* CONTEND_STRUCTURES_RING_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* What a disruptor is made of, see disruptor.c. */
#ifndef CONTEND_STRUCTURES_DISRUPTOR_H
#define CONTEND_STRUCTURES_DISRUPTOR_H

#include <linux/cache.h>
#include <linux/types.h>

/* The consumers' own verbs come last, in their order; where there is one, it can take as well. */
enum {
	DISRUPTOR_TRY_PUBLISH, DISRUPTOR_TRY_CONSUME, DISRUPTOR_PUBLISH, DISRUPTOR_PUBLISH_BATCH,
	DISRUPTOR_CONSUME, DISRUPTOR_TAKE,
};

#define DISRUPTOR_CONSUMERS	3
#define DISRUPTOR_BATCH		32

/**
 * struct disruptor_graph - who waits for whom; constant
 * @many: there are several producers
 * @gated: the producers wait for the slowest consumer
 * @consumers: how many there are
 * @after: of each, bits of those that come before it; 0: it comes after the producers
 * @last: bits of those that nobody comes after: for them the producers wait
 */
struct disruptor_graph {
	bool many;
	bool gated;
	u32 consumers;
	u32 after[DISRUPTOR_CONSUMERS];
	u32 last;
};

/**
 * struct disruptor_event - what is published
 * @key: its content
 * @seal: of @key and the position
 */
struct disruptor_event {
	u64 key;
	u64 seal;
};

/**
 * struct disruptor_consumer - one of them
 * @sequence: events up to here it has done with; its own, with release
 * @seen: up to here it may go, as it saw it last; its own
 */
struct disruptor_consumer {
	u64 sequence;
	u64 seen;
} ____cacheline_aligned;

/**
 * struct disruptor - a ring of events that each consumer sees
 * @graph: constant
 * @capacity: so far the producers are ahead of the slowest consumer at most; constant
 * @mask: places less one, a power of two of them, which are as many or more; constant
 * @events: constant; what they hold is a producer's from when it has claimed the place until it
 *	has published it, and is constant from then on until all consumers have done with it
 * @published: of many producers: one more than the position of the event that was published last
 *	in a place; with release
 * @marks: of a consumer that others come after: one more than the position of the event in a place
 *	that it has done with; its own, and then read by those
 * @cursor: events up to here were published; of one producer, its own, with release
 * @claimed: events up to here belong to somebody; of many, drawn by cmpxchg()
 * @gate: the slowest consumer as a producer saw it last; of one its own, of many with release
 * @consumer: each
 */
struct disruptor {
	const struct disruptor_graph *graph;
	u64 capacity;
	u64 mask;
	struct disruptor_event *events;
	u64 *published;
	u64 (*marks)[DISRUPTOR_CONSUMERS];
	u64 cursor ____cacheline_aligned;
	u64 claimed;
	u64 gate ____cacheline_aligned;
	struct disruptor_consumer consumer[DISRUPTOR_CONSUMERS];
};

#endif /* CONTEND_STRUCTURES_DISRUPTOR_H */

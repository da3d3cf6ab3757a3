/* SPDX-License-Identifier: GPL-2.0 */
/* What a cache is made of, see cache.c; its policies' queues are in cache_policy.h. */
#ifndef CONTEND_STRUCTURES_CACHE_H
#define CONTEND_STRUCTURES_CACHE_H

#include <linux/bits.h>
#include <linux/cache.h>
#include <linux/list.h>
#include <linux/types.h>

#include "structures/nodes.h"

enum {
	CACHE_GET, CACHE_PUT, CACHE_LOAD, CACHE_LEASE, CACHE_FILL, CACHE_INVALIDATE, CACHE_FLUSH,
	CACHE_EXPIRE, CACHE_REPLACE,
};

enum cache_policy {
	CACHE_FIFO, CACHE_LRU, CACHE_CLOCK, CACHE_SIEVE, CACHE_S3FIFO, CACHE_WTINYLFU,
};

/* The lower half of a negative entry's value: the key is known to have none. */
#define CACHE_NOTHING	((u64)U32_MAX)

/* Of a value: it is to be filled. Those that are put in do not have this bit. */
#define CACHE_UNFILLED	BIT_ULL(63)

/* A lease that was not filled for so long is another task's for the asking. */
#define CACHE_LEASE_NS	NSEC_PER_SEC

/* So many keys have their last invalidation remembered. */
#define CACHE_TOLD	64
/* In there: of these keys alone, and the generation above. */
#define CACHE_TOLD_KEY	16

/* Which queue: FIFO, LRU, CLOCK and SIEVE have the first one alone. */
enum { CACHE_SMALL = 0, CACHE_MAIN = 1, CACHE_WINDOW = 0, CACHE_PROBATION = 1,
	CACHE_PROTECTED = 2, CACHE_QUEUES = 3 };

/**
 * struct cache_node - an entry, or a lease on one
 * @node: its head
 * @next: the next one in its bucket; published by writers
 * @key: constant, from when it is published
 * @value: CACHE_UNFILLED while it is a lease, published by who fills it; from then on constant
 *	where readers may be beside a writer, elsewhere overwritten
 * @generation: of the put or the lease that it is from; does not change when readers may have it
 * @until_ns: from then on it counts no more, CLOCK_MONOTONIC; of a lease, it is another one's for
 *	the asking; 0: never
 * @where: in which one
 * @seen: the policy's: it was hit, or how often; written by readers
 * @leased: it is to be filled
 * @gone: set before it is unlinked
 * @queue: in its policy's queue; while it is leased, in @lent
 * @seal: of the key and the value
 *
 * What no word is said about changes in write sections alone.
 */
struct cache_node {
	struct contend_node node;
	struct cache_node *next;
	u64 key;
	u64 value;
	u64 generation;
	u64 until_ns;
	u8 where;
	u8 seen;
	bool leased;
	bool gone;
	struct list_head queue;
	u64 seal;
};

/**
 * struct cache_queue - entries in order
 * @list: the oldest one first
 * @n: how many
 */
struct cache_queue {
	struct list_head list;
	u64 n;
};

/**
 * struct cache_ghost - a key that was evicted a short while ago
 * @age: among all of them, or among those that are free
 * @next: in its bucket
 * @key: which
 */
struct cache_ghost {
	struct list_head age;
	struct cache_ghost *next;
	u64 key;
};

/**
 * struct cache_ghosts - so many of them
 * @all: constant, where they lie
 * @buckets: constant, what they lead to is not
 * @shift: of a key's hash to its bucket, constant
 * @order: the oldest first
 * @free: the others
 */
struct cache_ghosts {
	struct cache_ghost *all;
	struct cache_ghost **buckets;
	u32 shift;
	struct list_head order;
	struct list_head free;
};

#define CACHE_ROWS	4

/**
 * struct cache_sketch - about how often each key was asked for lately
 * @words: sixteen counters each, the rows one after the other; constant, what they hold is not
 * @shift: of a key's hash to its counter in a row, constant
 * @counted: additions since all were halved, or of what is left of those before
 * @most: so many at most, constant
 *
 * G. Cormode, S. Muthukrishnan, "An improved data stream summary: the count-min sketch and its
 * applications", J. Algorithms 55(1), 2005; its aging from the policy's paper.
 */
struct cache_sketch {
	u64 *words;
	u32 shift;
	u64 counted;
	u64 most;
};

/**
 * struct cache - one
 * @buckets: constant; what they lead to is not
 * @shift: of a key's hash to its bucket, constant
 * @epoch: of what has an older generation nothing is read
 * @told: by key, when it was invalidated last: its generation, and below it the key
 * @capacity: most entries and leases, constant
 * @generation: the last one that was given
 * @resident: entries
 * @leases: nodes that are to be filled
 * @lent: these; the oldest lease first, which is the first to end
 * @evicted: entries that had to go, and
 * @deleted: were invalidated, or met when they counted no more, and
 * @replaced: overwritten
 * @q: the policy's
 * @hand: SIEVE's next one to look at; NULL: the oldest
 * @ghosts: S3-FIFO's
 * @sketch: W-TinyLFU's
 *
 * Guarded by the object's lock; readers have the first four.
 */
struct cache {
	struct cache_node **buckets;
	u32 shift;
	u64 epoch;
	u64 told[CACHE_TOLD];
	u64 capacity ____cacheline_aligned;
	u64 generation;
	u64 resident;
	u64 leases;
	struct list_head lent;
	u64 evicted;
	u64 deleted;
	u64 replaced;
	struct cache_queue q[CACHE_QUEUES];
	struct cache_node *hand;
	struct cache_ghosts ghosts;
	struct cache_sketch sketch;
};

#endif /* CONTEND_STRUCTURES_CACHE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel's ordered maps have in common here: their elements, which they know as pointers
 * under an index, and the verbs of our tree. They lock themselves, and free after a grace period.
 */
#ifndef CONTEND_PEERS_MAP_H
#define CONTEND_PEERS_MAP_H

#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "check/violation.h"
#include "structures/structure.h"

enum { MAP_LOOKUP, MAP_INSERT, MAP_ERASE, MAP_SCAN };

/* So many keys a scan looks at, as in our tree. */
#define MAP_SCAN_KEYS	16

#define MAP_VERBS {								\
	[MAP_LOOKUP] = { .name = "lookup", .guard = GUARD_SELF, .share = 80 },	\
	[MAP_INSERT] = {							\
		.name = "insert", .guard = GUARD_SELF, .share = 5, .balance = 1,	\
		.fills = true,							\
	},									\
	[MAP_ERASE] = { .name = "erase", .guard = GUARD_SELF, .share = 5, .balance = -1 },	\
	[MAP_SCAN] = { .name = "scan", .guard = GUARD_SELF, .share = 10 },	\
	{ }									\
}

/* In a section nothing sleeps. */
#define MAP_GFP	(GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN)

/**
 * struct map_books - what a map knows of its elements
 * @count: of those that are in it, and those on their way
 * @capacity: most of them, constant
 */
struct map_books {
	atomic_t count;
	u64 capacity;
};

/**
 * struct map_node - an element; constant from its publication until it is freed
 * @rcu: for its release
 * @key: what it is about
 * @value: what was stored
 * @seal: of @key
 */
struct map_node {
	struct rcu_head rcu;
	u64 key;
	u64 value;
	u64 seal;
};

static inline u64 map_seal(u64 key)
{
	return ~key * GOLDEN_RATIO_64;
}

/* Whether a node that was found under a key is not what was inserted. */
static inline bool map_broken(const struct map_node *node, u64 key, struct contend_scratch *x)
{
	if (likely(node->key == key && node->seal == map_seal(key)))
		return false;
	x->broken = "a node is not what was inserted";
	x->seen = node->seal;
	x->expected = map_seal(key);
	return true;
}

/* What was found under the key, or NULL, in a read section of RCU. */
static inline void map_found(const struct map_node *node, u64 key, struct contend_scratch *x)
{
	x->error = node ? 0 : -ENOENT;
	if (node && !map_broken(node, key, x))
		x->value = node->value;
}

/* One of the keys that a scan comes upon; whether it goes on to another. */
static inline bool map_scanned(const struct map_node *node, u64 key, u32 n,
			       struct contend_scratch *x)
{
	x->error = 0;
	x->value = key;
	return !map_broken(node, key, x) && n < MAP_SCAN_KEYS;
}

/* An element on its way, or NULL: then the error says why, -ENOSPC if it is full. */
static inline struct map_node *map_make(struct map_books *books, const struct contend_request *rq,
					struct contend_scratch *x)
{
	struct map_node *node;

	x->error = -ENOSPC;
	if (atomic_inc_return_relaxed(&books->count) > books->capacity)
		goto err_count;
	x->error = -ENOMEM;
	node = kmalloc(sizeof(*node), MAP_GFP);
	if (!node)
		goto err_count;
	node->key = rq->key;
	node->value = rq->value;
	node->seal = map_seal(rq->key);
	return node;

err_count:
	atomic_dec(&books->count);
	return NULL;
}

/* It is not in the map: somebody else's is, or memory was short. */
static inline void map_unmake(struct map_books *books, struct map_node *node)
{
	kfree(node);
	atomic_dec(&books->count);
}

/* It was taken out of the map; or NULL. */
static inline void map_erased(struct map_books *books, struct map_node *node, u64 key,
			      struct contend_scratch *x)
{
	x->error = node ? 0 : -ENOENT;
	if (!node)
		return;
	map_broken(node, key, x);
	atomic_dec(&books->count);
	kfree_rcu(node, rcu);
}

static inline void map_init(struct map_books *books, const struct contend_shape *shape)
{
	books->capacity = min_t(u64, shape->capacity, INT_MAX / 2);
}

/* At rest; one node after the other. */
static inline void map_verify_node(const struct map_node *node, u64 key, struct violation_log *log)
{
	struct contend_scratch x = { };

	if (map_broken(node, key, &x))
		violation_note(log, CHECK_INTEGRITY, x.broken, x.seen, x.expected);
}

static inline u64 map_verify_count(const struct map_books *books, u64 count,
				   struct violation_log *log)
{
	if (count != atomic_read(&books->count))
		violation_note(log, CHECK_INTEGRITY, "its count is not that of its nodes",
			       atomic_read(&books->count), count);
	return count;
}

#endif /* CONTEND_PEERS_MAP_H */

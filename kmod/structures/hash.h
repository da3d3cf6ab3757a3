/* SPDX-License-Identifier: GPL-2.0 */
/* What a hash is made of, see hash.c. */
#ifndef CONTEND_STRUCTURES_HASH_H
#define CONTEND_STRUCTURES_HASH_H

#include <linux/cache.h>
#include <linux/types.h>

#include "structures/nodes.h"

enum { HASH_LOOKUP, HASH_INSERT, HASH_ERASE, HASH_RESIZE };

/* Buckets of all stripes together, at least. */
#define HASH_LEAST	256

/* So many buckets a write relinks, beside what it does. */
#define HASH_MOVES	4

/**
 * struct hash_node - an element
 * @node: for its allocation and its release
 * @key: what it is about; constant from its publication to its release, as @value
 * @value: what was stored
 * @gone: set before it is unlinked; changes inside the write section
 * @next: of each table that it is in, by its number @link: the next node, or of the last one the
 *	name of the table; likewise. On a cache line of their own, which a resize writes: most
 *	readers find what they look for in the first node, and do not come to it
 */
struct hash_node {
	struct contend_node node;
	u64 key;
	u64 value;
	bool gone;
	struct hash_node *next[2] ____cacheline_aligned;
};

/**
 * struct hash_table - an array of buckets
 * @part: its head
 * @mask: how many they are, a power of two, less one; constant
 * @link: of the links of a node the one by which its chains go; constant
 * @bucket: the first node of each chain; changes inside the write section
 */
struct hash_table {
	struct contend_part part;
	u32 mask;
	u32 link;
	struct hash_node *bucket[];
};

/**
 * struct hash - see hash.c
 * @table: the one in which readers are
 * @turns: how often it has been another one
 * @next: the one to which the nodes are on their way, or NULL
 * @moved: so many buckets of @table are in it
 * @wants: bytes of the part that it would make a table of, or 0; read without the lock
 * @count: its nodes
 * @capacity: most of them, constant
 * @least: fewest buckets, constant
 * @left: no reader is left in the table before @table: the links of that are free. Set
 *	without the lock when that table is freed
 *
 * All that is not constant changes inside the write section. What only writers touch is on a
 * cache line of its own.
 */
struct hash {
	struct hash_table *table;
	u64 turns;
	struct hash_table *next ____cacheline_aligned;
	u32 moved;
	u32 least;
	size_t wants;
	u64 count;
	u64 capacity;
	bool left;
};

#endif /* CONTEND_STRUCTURES_HASH_H */

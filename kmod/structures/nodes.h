/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The memory that a structure links, in pieces that are counted: what is alive, and what was
 * unlinked and waits until no reader can be on it.
 */
#ifndef CONTEND_STRUCTURES_NODES_H
#define CONTEND_STRUCTURES_NODES_H

#include <linux/atomic.h>
#include <linux/llist.h>
#include <linux/percpu_counter.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "structures/catalog.h"
#include "structures/reclaim.h"

struct kmem_cache;

/**
 * struct nodes - the books about the nodes of an object
 * @cache: where they come from, constant
 * @live: allocated and not freed
 * @parts: those of them that are parts, which are not in @live
 * @backlog: unlinked and not freed, parts too
 * @reclaim: how long they wait; has rules of its own
 *
 * Those of nodes are of each CPU: what an operation leaves there is no line that operations
 * share.
 */
struct nodes {
	struct kmem_cache *cache;
	struct percpu_counter live;
	atomic_t parts;
	struct percpu_counter backlog;
	struct reclaim reclaim;
};

/**
 * struct contend_node - head of each piece of memory that a structure links
 * @rcu: for its deferred release
 * @stock: for the time that it is not linked, in the stock of a worker in an interrupt
 * @nodes: of its object
 * @live: NODE_LIVE from its allocation until it is freed, so that a reader that
 *	stands on freed memory can tell; of a part NODE_PART
 * @unlinked_ns: when the section ended in which it was unlinked, CLOCK_MONOTONIC; set
 *	by its writer before its release is deferred
 *
 * Allocated and freed by contend_node_alloc() and contend_node_free() alone,
 * which count it.
 */
struct contend_node {
	union {
		struct rcu_head rcu;
		struct llist_node stock;
	};
	struct nodes *nodes;
	u64 live;
	u64 unlinked_ns;
};

#define NODE_LIVE	0x6c697665206e6f64ULL
#define NODE_FREED	0x6672656564206e6fULL
#define NODE_PART	0x7061727420706172ULL

/**
 * struct contend_part - head of memory of any size that a structure links, as an array of buckets
 * @node: it is unlinked, deferred and freed as a node is; first
 * @size: bytes of it, with this head; constant
 * @gone: set when it is freed, which is when no reader is left on it; in what outlives it; or
 *	NULL
 *
 * Allocated by contend_part_alloc() outside of the section, see struct contend_scratch, and freed
 * by contend_node_free().
 */
struct contend_part {
	struct contend_node node;
	size_t size;
	bool *gone;
};

extern unsigned int contend_max_backlog;

struct contend_node *contend_node_alloc(struct nodes *nodes);
struct contend_part *contend_part_alloc(struct nodes *nodes, size_t size);
void contend_node_free(struct contend_node *node);
void contend_node_expire(struct rcu_head *head);
int nodes_init(struct nodes *nodes, enum structure_index s, bool defers);
void nodes_destroy(struct nodes *nodes);
u64 nodes_backlog(struct nodes *nodes);
bool nodes_behind(const struct nodes *nodes);
int nodes_caches_init(void);
void nodes_caches_exit(void);

#endif /* CONTEND_STRUCTURES_NODES_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The memory that a structure links, in pieces that are counted: what is alive, and what was
 * unlinked and waits until no reader can be on it.
 */
#ifndef CONTEND_STRUCTURES_NODES_H
#define CONTEND_STRUCTURES_NODES_H

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
 * @backlog: unlinked and not freed
 * @reclaim: how long they wait; has rules of its own
 *
 * The counters are of each CPU: what an operation leaves there is no line that operations
 * share.
 */
struct nodes {
	struct kmem_cache *cache;
	struct percpu_counter live;
	struct percpu_counter backlog;
	struct reclaim reclaim;
};

/**
 * struct contend_node - head of each piece of memory that a structure links
 * @rcu: for its deferred release
 * @stock: for the time that it is not linked, in the stock of a worker in an interrupt
 * @nodes: of its object
 * @live: NODE_LIVE from its allocation until it is freed, so that a reader that
 *	stands on freed memory can tell
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

extern unsigned int contend_max_backlog;

struct contend_node *contend_node_alloc(struct nodes *nodes);
void contend_node_free(struct contend_node *node);
void contend_node_expire(struct rcu_head *head);
int nodes_init(struct nodes *nodes, enum structure_index s, bool defers);
void nodes_destroy(struct nodes *nodes);
u64 nodes_backlog(struct nodes *nodes);
bool nodes_behind(const struct nodes *nodes);
int nodes_caches_init(void);
void nodes_caches_exit(void);

#endif /* CONTEND_STRUCTURES_NODES_H */

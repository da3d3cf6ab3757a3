// SPDX-License-Identifier: GPL-2.0
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "clock.h"
#include "compat.h"
#include "lib/charge.h"
#include "structures/nodes.h"
#include "structures/structure.h"

unsigned int contend_max_backlog = 65536;

#define X(_s) [STRUCTURE_##_s] = "contend_" #_s,
static const char *const cache_names[] = { CONTEND_STRUCTURES(X) };
#undef X

/*
 * One slab cache a structure, so that /proc/slabinfo shows a leak by name: a cache with a
 * constructor is merged with no other one on any kernel, SLAB_NO_MERGE came with 6.5.
 * Written at module load and unload only.
 */
static struct kmem_cache *caches[CONTEND_NR_STRUCTURES];

/* As contend_node_free() leaves it: nobody has had it yet. */
static void node_construct(void *p)
{
	struct contend_node *node = p;

	node->live = NODE_FREED;
}

/**
 * contend_node_alloc - get a node
 * @nodes: of its object
 *
 * Charged to the caller, or to the task that it works for: see lib/charge.h.
 *
 * Context: may sleep.
 * Return: the node, not linked anywhere, or NULL when memory is short.
 */
struct contend_node *contend_node_alloc(struct nodes *nodes)
{
	struct contend_node *node = kmem_cache_alloc(nodes->cache, GFP_CLIENT);

	if (node) {
		node->nodes = nodes;
		node->live = NODE_LIVE;
		percpu_counter_inc(&nodes->live);
	}
	return node;
}

/**
 * contend_part_alloc - get a part
 * @nodes: of its object
 * @size: bytes, with its head
 *
 * Charged as a node is.
 *
 * Context: may sleep.
 * Return: the part, not linked anywhere, zeroed but for its head; or NULL when memory is short.
 */
struct contend_part *contend_part_alloc(struct nodes *nodes, size_t size)
{
	struct contend_part *part = kvzalloc(size, GFP_CLIENT);

	if (part) {
		part->node.nodes = nodes;
		part->node.live = NODE_PART;
		part->size = size;
		atomic_inc(&nodes->parts);
	}
	return part;
}

static void part_free(struct contend_part *part)
{
	struct nodes *nodes = part->node.nodes;
	bool *gone = part->gone;

	kvfree(part);
	atomic_dec(&nodes->parts);
	if (gone)
		/* None of its readers is left; pairs with smp_load_acquire() in the structure. */
		smp_store_release(gone, true);
}

/**
 * contend_node_free - give a node or a part back
 * @node: nobody can reach it any more; or NULL
 *
 * Context: any but hardirq.
 */
void contend_node_free(struct contend_node *node)
{
	struct nodes *nodes;

	if (!node)
		return;
	if (node->live == NODE_PART) {
		part_free(container_of(node, struct contend_part, node));
		return;
	}
	nodes = node->nodes;
	WRITE_ONCE(node->live, NODE_FREED);
	kmem_cache_free(nodes->cache, node);
	percpu_counter_dec(&nodes->live);
}

/**
 * contend_node_expire - the deferred function of a node that was unlinked
 * @head: the node's
 *
 * Context: an RCU callback, or whichever the lock's reclaimer has: any but hardirq.
 */
void contend_node_expire(struct rcu_head *head)
{
	struct contend_node *node = container_of(head, struct contend_node, rcu);
	struct nodes *nodes = node->nodes;

	reclaim_note(&nodes->reclaim, contend_elapsed(node->unlinked_ns, contend_clock()));
	percpu_counter_dec(&nodes->backlog);
	contend_node_free(node);
}

/**
 * nodes_init - begin the books
 * @nodes: zeroed
 * @s: the structure
 * @defers: whether what is unlinked is freed later
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int nodes_init(struct nodes *nodes, enum structure_index s, bool defers)
{
	int ret;

	nodes->cache = caches[s];
	ret = percpu_counter_init(&nodes->live, 0, GFP_CLIENT);
	if (ret)
		return ret;
	ret = percpu_counter_init(&nodes->backlog, 0, GFP_CLIENT);
	if (ret)
		goto err_live;
	ret = defers ? reclaim_init(&nodes->reclaim) : 0;
	if (ret)
		goto err_backlog;
	return 0;

err_backlog:
	percpu_counter_destroy(&nodes->backlog);
err_live:
	percpu_counter_destroy(&nodes->live);
	return ret;
}

/**
 * nodes_destroy - end them
 * @nodes: from nodes_init(), all nodes are freed
 *
 * Context: process, may sleep.
 */
void nodes_destroy(struct nodes *nodes)
{
	WARN_ON_ONCE(contend_counter_sum(&nodes->live) || atomic_read(&nodes->parts));
	reclaim_destroy(&nodes->reclaim);
	percpu_counter_destroy(&nodes->backlog);
	percpu_counter_destroy(&nodes->live);
}

/**
 * nodes_backlog - how many were unlinked and are not freed
 * @nodes: from nodes_init()
 *
 * Context: any; a racy look, unless nobody is at work on the object. Over all CPUs.
 */
u64 nodes_backlog(struct nodes *nodes)
{
	return max_t(s64, contend_counter_sum(&nodes->backlog), 0);
}

/**
 * nodes_behind - whether more of them wait than the module's max_backlog allows
 * @nodes: from nodes_init()
 *
 * A look that may be old: the limit is a soft one.
 *
 * Context: any.
 */
bool nodes_behind(const struct nodes *nodes)
{
	/* Others count on meanwhile. */
	return data_race(percpu_counter_read_positive((struct percpu_counter *)&nodes->backlog)) >
	       contend_max_backlog;
}

/**
 * nodes_caches_init - make the slab caches
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int nodes_caches_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(caches); i++) {
		const size_t size = contend_structure_at(i)->node_size;

		/* One that links nothing has none. */
		if (!size)
			continue;
		caches[i] = kmem_cache_create(cache_names[i], size, 0, SLAB_HWCACHE_ALIGN,
					      node_construct);
		if (!caches[i]) {
			nodes_caches_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * nodes_caches_exit - give them back
 *
 * Context: module unload, all objects are gone.
 */
void nodes_caches_exit(void)
{
	unsigned int i;

	/* An RCU callback of the last object may still be on its way out. */
	rcu_barrier();
	for (i = 0; i < ARRAY_SIZE(caches); i++)
		kmem_cache_destroy(caches[i]);
}

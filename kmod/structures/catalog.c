// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "lib/charge.h"
#include "locks/lock.h"
#include "object.h"
#include "structures/catalog.h"
#include "structures/structure.h"

#define X(_s) [STRUCTURE_##_s] = &contend_structure_##_s,
static const struct contend_structure *const catalogue[] = { CONTEND_STRUCTURES(X) };
#undef X

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
 * contend_structure_at - walk the catalogue
 * @index: from 0
 *
 * Context: any.
 * Return: the entry, or NULL past the last one.
 */
const struct contend_structure *contend_structure_at(unsigned int index)
{
	return index < ARRAY_SIZE(catalogue) ? catalogue[index] : NULL;
}

/**
 * contend_structure_find - look a structure up
 * @name: its name
 *
 * Context: any.
 * Return: its index, or -ENOENT.
 */
int contend_structure_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(catalogue); i++)
		if (!strcmp(catalogue[i]->name, name))
			return i;
	return -ENOENT;
}

/**
 * contend_node_alloc - get a node for an object's structure
 * @obj: the object
 *
 * Charged to the caller, or to whom it works for: see lib/charge.h.
 *
 * Context: may sleep.
 * Return: the node, not linked anywhere, or NULL when memory is short.
 */
struct contend_node *contend_node_alloc(struct contend_object *obj)
{
	struct contend_node *node = kmem_cache_alloc(caches[obj->s], GFP_CLIENT);

	if (node) {
		node->obj = obj;
		node->live = NODE_LIVE;
		percpu_counter_inc(&obj->live);
	}
	return node;
}

/**
 * contend_node_free - give a node back
 * @node: nobody can reach it any more; or NULL
 *
 * Context: any but hardirq.
 */
void contend_node_free(struct contend_node *node)
{
	struct contend_object *obj;

	if (!node)
		return;
	obj = node->obj;
	WRITE_ONCE(node->live, NODE_FREED);
	kmem_cache_free(caches[obj->s], node);
	percpu_counter_dec(&obj->live);
}

/**
 * contend_nodes_init - make the slab caches
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int contend_nodes_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(catalogue); i++) {
		caches[i] = kmem_cache_create(cache_names[i], catalogue[i]->node_size, 0,
					      SLAB_HWCACHE_ALIGN, node_construct);
		if (!caches[i]) {
			contend_nodes_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * contend_nodes_exit - give them back
 *
 * Context: module unload, all objects are gone.
 */
void contend_nodes_exit(void)
{
	unsigned int i;

	/* An RCU callback of the last object may still be on its way out. */
	rcu_barrier();
	for (i = 0; i < ARRAY_SIZE(catalogue); i++)
		kmem_cache_destroy(caches[i]);
}

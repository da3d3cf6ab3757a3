// SPDX-License-Identifier: GPL-2.0
/*
 * cds_lfht: liburcu's lock-free resizable RCU hash table, as it is, beside our hash. It needs no
 * lock. Its users allocate and free, and so that is in its sections, while the nodes of our
 * structures come from outside of them.
 */
#define _LGPL_SOURCE
#include <urcu/urcu-bp.h>

#include <urcu/rculfhash.h>

#include <linux/err.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "check/violation.h"
#include "structures/structure.h"

struct lfht {
	struct cds_lfht *table;
	u64 capacity;
	u64 count;	/* of those that are in it; changes by atomics that order nothing */
};

struct lfht_node {
	struct cds_lfht_node link;
	struct rcu_head rcu;
	u64 key;
	u64 seal;	/* of @key */
};

enum { LFHT_LOOKUP, LFHT_INSERT, LFHT_ERASE };

static const struct contend_verb cds_lfht_verbs[] = {
	[LFHT_LOOKUP] = { .name = "lookup", .guard = GUARD_SELF, .share = 90 },
	[LFHT_INSERT] = {
		.name = "insert", .guard = GUARD_SELF, .share = 5, .balance = 1, .fills = true,
	},
	[LFHT_ERASE] = { .name = "erase", .guard = GUARD_SELF, .share = 5, .balance = -1 },
	{ }
};

static u64 lfht_seal(u64 key)
{
	return ~key * GOLDEN_RATIO_64;
}

static int lfht_match(struct cds_lfht_node *link, const void *key)
{
	return container_of(link, struct lfht_node, link)->key == *(const u64 *)key;
}

static void lfht_free(struct rcu_head *head)
{
	free(container_of(head, struct lfht_node, rcu));
}

static struct lfht_node *lfht_find(struct lfht *h, u64 key)
{
	struct cds_lfht_iter iter;

	cds_lfht_lookup(h->table, hash_64(key, 32), lfht_match, &key, &iter);
	return iter.node ? container_of(iter.node, struct lfht_node, link) : NULL;
}

static void lfht_insert(struct lfht *h, const struct contend_request *rq, struct contend_scratch *x)
{
	struct lfht_node *node;

	if (__atomic_fetch_add(&h->count, 1, __ATOMIC_RELAXED) >= h->capacity) {
		x->error = lfht_find(h, rq->key) ? -EEXIST : -ENOSPC;
		goto full;
	}
	node = malloc(sizeof(*node));
	if (!node) {
		x->error = -ENOMEM;
		goto full;
	}
	cds_lfht_node_init(&node->link);
	node->key = rq->key;
	node->seal = lfht_seal(rq->key);
	if (cds_lfht_add_unique(h->table, hash_64(rq->key, 32), lfht_match, &rq->key,
				&node->link) == &node->link)
		return;
	free(node);
	x->error = -EEXIST;
full:
	__atomic_fetch_sub(&h->count, 1, __ATOMIC_RELAXED);
}

void contend_peer_cds_lfht_write(void *data, const struct contend_request *rq,
				 struct contend_scratch *x)
{
	struct lfht *h = data;
	struct lfht_node *node;

	x->error = 0;
	urcu_bp_read_lock();
	if (rq->verb == LFHT_INSERT) {
		lfht_insert(h, rq, x);
		goto out;
	}
	node = lfht_find(h, rq->key);
	if (!node || (rq->verb == LFHT_ERASE && cds_lfht_del(h->table, &node->link))) {
		x->error = -ENOENT;
		goto out;
	}
	if (unlikely(node->seal != lfht_seal(rq->key))) {
		x->broken = "a node is not what was inserted";
		x->seen = node->seal;
		x->expected = lfht_seal(rq->key);
	}
	if (rq->verb == LFHT_ERASE) {
		__atomic_fetch_sub(&h->count, 1, __ATOMIC_RELAXED);
		urcu_bp_call_rcu(&node->rcu, lfht_free);
	}
out:
	urcu_bp_read_unlock();
}

CONTEND_NO_READ(peer_cds_lfht)

static int cds_lfht_make(void *data, const struct contend_shape *shape)
{
	struct lfht *h = data;

	h->capacity = shape->capacity;
	h->table = cds_lfht_new_flavor(256, 1, 0, CDS_LFHT_AUTO_RESIZE | CDS_LFHT_ACCOUNTING,
				       &urcu_bp_flavor, NULL);
	return h->table ? 0 : -ENOMEM;
}

static void cds_lfht_break(void *data)
{
	struct lfht *h = data;
	struct cds_lfht_iter iter;
	struct lfht_node *node;

	urcu_bp_read_lock();
	cds_lfht_for_each_entry(h->table, &iter, node, link)
		if (!cds_lfht_del(h->table, &node->link))
			urcu_bp_call_rcu(&node->rcu, lfht_free);
	urcu_bp_read_unlock();
	urcu_bp_barrier();
	cds_lfht_destroy(h->table, NULL);
}

static u64 cds_lfht_elements(const void *data)
{
	const struct lfht *h = data;

	return READ_ONCE(h->count);
}

static u64 cds_lfht_verify(const void *data, struct violation_log *log)
{
	const struct lfht *h = data;
	struct cds_lfht_iter iter;
	struct lfht_node *node;
	u64 count = 0;

	urcu_bp_read_lock();
	cds_lfht_for_each_entry(h->table, &iter, node, link) {
		count++;
		if (node->seal != lfht_seal(node->key))
			violation_note(log, CHECK_INTEGRITY, "a node is not what was inserted",
				       node->seal, lfht_seal(node->key));
	}
	urcu_bp_read_unlock();
	if (count != h->count)
		violation_note(log, CHECK_INTEGRITY, "its count is not that of its nodes", h->count,
			       count);
	return count;
}

const struct contend_structure contend_structure_peer_cds_lfht = {
	.name = "peer:cds_lfht",
	.family = "set",
	.about = "liburcu's cds_lfht: a lock-free set of 64-bit keys that resizes itself",
	.needs = CONTEND_CAP_SELF,
	.verbs = cds_lfht_verbs,
	.capacity = 16384,
	.size = sizeof(struct lfht),
	.init = cds_lfht_make,
	.destroy = cds_lfht_break,
	.elements = cds_lfht_elements,
	.verify = cds_lfht_verify,
};

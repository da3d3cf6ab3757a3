// SPDX-License-Identifier: GPL-2.0
/*
 * peer:rhashtable: the kernel's resizable hash table (lib/rhashtable.c), as it is, beside our
 * hash: readers under RCU, a bit spinlock for each bucket, and a work item that resizes. It has our
 * hash function, so that it is the tables that are compared and not jhash().
 */
#include <linux/err.h>
#include <linux/hash.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "check/violation.h"
#include "structures/structure.h"

struct rhash {
	struct rhashtable table;
	u64 capacity;	/* constant */
	atomic_t count;	/* of those that are in it, and those on their way */
};

/* Constant from when it is linked until it is freed, but for @link. */
struct rhash_node {
	struct rhash_head link;
	struct rcu_head rcu;
	u64 key;
	u64 value;
	u64 seal;	/* of @key */
};

enum { RHASH_LOOKUP, RHASH_INSERT, RHASH_ERASE };

static const struct contend_verb rhash_verbs[] = {
	[RHASH_LOOKUP] = { .name = "lookup", .guard = GUARD_SELF, .share = 90 },
	[RHASH_INSERT] = {
		.name = "insert", .guard = GUARD_SELF, .share = 5, .balance = 1, .fills = true,
	},
	[RHASH_ERASE] = { .name = "erase", .guard = GUARD_SELF, .share = 5, .balance = -1 },
	{ }
};

static u32 rhash_of(const void *key, u32 len, u32 seed)
{
	return hash_64(*(const u64 *)key ^ seed, 32);
}

static const struct rhashtable_params rhash_params = {
	.key_len = sizeof(u64),
	.key_offset = offsetof(struct rhash_node, key),
	.head_offset = offsetof(struct rhash_node, link),
	.hashfn = rhash_of,
	.automatic_shrinking = true,
};

static u64 rhash_seal(u64 key)
{
	return ~key * GOLDEN_RATIO_64;
}

static void rhash_look(const struct rhash_node *node, u64 key, struct contend_scratch *x)
{
	if (likely(node->seal == rhash_seal(key)))
		return;
	x->broken = "a node is not what was inserted";
	x->seen = node->seal;
	x->expected = rhash_seal(key);
}

static void rhash_lookup(struct rhash *h, const struct contend_request *rq,
			 struct contend_scratch *x)
{
	const struct rhash_node *node;

	rcu_read_lock();
	node = rhashtable_lookup(&h->table, &rq->key, rhash_params);
	if (node) {
		x->value = node->value;
		rhash_look(node, rq->key, x);
	}
	rcu_read_unlock();
	x->error = node ? 0 : -ENOENT;
}

static void rhash_insert(struct rhash *h, const struct contend_request *rq,
			 struct contend_scratch *x)
{
	struct rhash_node *node;

	if (atomic_inc_return_relaxed(&h->count) > h->capacity) {
		rcu_read_lock();
		x->error = rhashtable_lookup(&h->table, &rq->key, rhash_params) ?
			   -EEXIST : -ENOSPC;
		rcu_read_unlock();
		goto err_count;
	}
	node = kmalloc(sizeof(*node), GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);
	if (!node) {
		x->error = -ENOMEM;
		goto err_count;
	}
	node->key = rq->key;
	node->value = rq->value;
	node->seal = rhash_seal(rq->key);
	x->error = rhashtable_lookup_insert_fast(&h->table, &node->link, rhash_params);
	if (!x->error)
		return;
	/* It grows in a work item, and they came faster: they may come again. */
	if (x->error == -EBUSY)
		x->error = -EAGAIN;
	kfree(node);
err_count:
	atomic_dec(&h->count);
}

static void rhash_erase(struct rhash *h, const struct contend_request *rq,
			struct contend_scratch *x)
{
	struct rhash_node *node;

	rcu_read_lock();
	node = rhashtable_lookup(&h->table, &rq->key, rhash_params);
	/* Of two that have found it one removes it. */
	if (!node || rhashtable_remove_fast(&h->table, &node->link, rhash_params)) {
		x->error = -ENOENT;
		goto out;
	}
	x->error = 0;
	rhash_look(node, rq->key, x);
	atomic_dec(&h->count);
	kfree_rcu(node, rcu);
out:
	rcu_read_unlock();
}

void contend_peer_rhashtable_write(void *data, const struct contend_request *rq,
				   struct contend_scratch *x)
{
	if (rq->verb == RHASH_LOOKUP)
		rhash_lookup(data, rq, x);
	else if (rq->verb == RHASH_INSERT)
		rhash_insert(data, rq, x);
	else
		rhash_erase(data, rq, x);
}

CONTEND_NO_READ(peer_rhashtable)

static int rhash_init(void *data, const struct contend_shape *shape)
{
	struct rhash *h = data;

	h->capacity = min_t(u64, shape->capacity, INT_MAX / 2);
	return rhashtable_init(&h->table, &rhash_params);
}

static void rhash_free(void *node, void *unused)
{
	kfree(node);
}

static void rhash_destroy(void *data)
{
	struct rhash *h = data;

	rhashtable_free_and_destroy(&h->table, rhash_free, NULL);
}

static u64 rhash_elements(const void *data)
{
	const struct rhash *h = data;

	return atomic_read(&h->count);
}

static u64 rhash_verify(const void *data, struct violation_log *log)
{
	struct rhash *h = (struct rhash *)data;
	struct rhashtable_iter iter;
	struct rhash_node *node;
	u64 count = 0;

	/* Its work item resizes with this held: the walk meets one table. */
	mutex_lock(&h->table.mutex);
	rhashtable_walk_enter(&h->table, &iter);
	rhashtable_walk_start(&iter);
	while ((node = rhashtable_walk_next(&iter))) {
		if (IS_ERR(node))
			continue;
		count++;
		if (node->seal != rhash_seal(node->key))
			violation_note(log, CHECK_INTEGRITY, "a node is not what was inserted",
				       node->seal, rhash_seal(node->key));
	}
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
	mutex_unlock(&h->table.mutex);
	if (count != atomic_read(&h->count))
		violation_note(log, CHECK_INTEGRITY, "its count is not that of its nodes",
			       atomic_read(&h->count), count);
	return count;
}

const struct contend_structure contend_structure_peer_rhashtable = {
	.name = "peer:rhashtable",
	.family = "set",
	.about = "the kernel's rhashtable: a set of 64-bit keys that resizes itself",
	.needs = CONTEND_CAP_SELF,
	.tasks_only = true,
	.verbs = rhash_verbs,
	.capacity = 16384,
	.size = sizeof(struct rhash),
	.init = rhash_init,
	.destroy = rhash_destroy,
	.elements = rhash_elements,
	.verify = rhash_verify,
};

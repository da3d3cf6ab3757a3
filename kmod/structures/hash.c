// SPDX-License-Identifier: GPL-2.0
/*
 * hash: a set of 64-bit keys, each with a value, in a table of fixed size whose
 * buckets are chains.
 *
 * The buckets of all stripes are as many whatever the stripes, which divide them, so
 * that a hash under one lock, under some and under one for each bucket is the same table:
 * that is the experiment of the big kernel lock's end.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "lib/charge.h"
#include "structures/chain.h"

#define HASH_BUCKETS	256	/* of all stripes */

struct hash {
	struct chain_books books;
	u32 mask;			/* constant; buckets are a power of two */
	struct list_head *buckets;	/* constant; what they lead to is not */
};

static const struct contend_verb hash_verbs[] = CHAIN_VERBS;

/* The stripe is chosen by the upper half of the product. */
static __always_inline struct list_head *hash_bucket(const struct hash *h, u64 key)
{
	return &h->buckets[(u32)(key * GOLDEN_RATIO_64) >> 16 & h->mask];
}

void contend_hash_read(const void *data, const struct contend_request *rq,
		       struct contend_scratch *x)
{
	const struct hash *h = data;

	chain_read(hash_bucket(h, rq->key), rq, x);
}

void contend_hash_write(void *data, const struct contend_request *rq,
			struct contend_scratch *x)
{
	struct hash *h = data;

	chain_write(&h->books, hash_bucket(h, rq->key), rq, x);
}

static int hash_init(void *data, const struct contend_shape *shape)
{
	u32 n = HASH_BUCKETS / shape->parts, i;
	struct hash *h = data;

	h->buckets = kvmalloc_array(n, sizeof(*h->buckets), GFP_CLIENT);
	if (!h->buckets)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		INIT_LIST_HEAD(&h->buckets[i]);
	h->mask = n - 1;
	h->books.capacity = shape->capacity;
	return 0;
}

static void hash_destroy(void *data)
{
	struct hash *h = data;
	u32 i;

	for (i = 0; i <= h->mask; i++)
		chain_destroy(&h->buckets[i]);
	kvfree(h->buckets);
}

static u64 hash_elements(const void *data)
{
	const struct hash *h = data;

	return READ_ONCE(h->books.count);
}

static u64 hash_verify(const void *data, struct violation_log *log)
{
	const struct hash *h = data;
	u64 count = 0;
	u32 i;

	for (i = 0; i <= h->mask; i++)
		count += chain_verify(&h->buckets[i], log);
	chain_verify_books(&h->books, count, log);
	return count;
}

const struct contend_structure contend_structure_hash = {
	.name = "hash",
	.family = "set",
	.about = "a set of 64-bit keys in a hash table of 256 buckets",
	.needs = CONTEND_CAP_POINTERS,
	.verbs = hash_verbs,
	.keyed = true,
	.buckets = HASH_BUCKETS,
	.capacity = 16384,
	.node_size = sizeof(struct chain_node),
	.size = sizeof(struct hash),
	.init = hash_init,
	.destroy = hash_destroy,
	.elements = hash_elements,
	.verify = hash_verify,
};

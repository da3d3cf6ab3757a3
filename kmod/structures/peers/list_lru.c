// SPDX-License-Identifier: GPL-2.0
/*
 * peer:list_lru: the kernel's list_lru (mm/list_lru.c), as it is, as the order of a cache: a hash
 * table under the object's lock finds the entries, and each hit puts its entry to the end of the
 * list, which has a lock of its own besides. What list_lru_walk() meets first goes when there is no
 * room.
 */
#include <linux/hash.h>
#include <linux/list_lru.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "check/violation.h"
#include "compat.h"
#include "lib/charge.h"
#include "structures/structure.h"

enum { LRU_GET, LRU_PUT, LRU_INVALIDATE };

static const struct contend_verb lru_verbs[] = {
	[LRU_GET] = { .name = "get", .guard = GUARD_WRITE, .share = 90 },
	[LRU_PUT] = {
		.name = "put", .guard = GUARD_WRITE, .share = 10, .balance = 1, .links = true,
		.fills = true,
	},
	[LRU_INVALIDATE] = { .name = "invalidate", .guard = GUARD_WRITE },
	{ }
};

#if IS_ENABLED(CONFIG_PREEMPT_RT)
CONTEND_STRUCTURE_ABSENT(peer_list_lru, "peer:list_lru", "cache", lru_verbs,
			 "list_lru takes a spinlock inside, and on PREEMPT_RT that may sleep");
#else
struct lru_entry {
	struct contend_node node;
	struct hlist_node link;
	u64 key;
	u64 value;
	u64 seal;	/* of @key */
	struct list_head age;
};

/* Guarded by the object's lock, but for what is constant, and what @lru guards by itself. */
struct lru_cache {
	struct hlist_head *buckets;	/* constant; what they lead to is not */
	u32 shift;			/* of a key's hash to its bucket, constant */
	u64 capacity;			/* constant */
	struct list_lru lru;
	u64 resident;
	u64 evicted;
	u64 deleted;
	u64 replaced;
};

static u64 lru_seal(u64 key)
{
	return ~key * GOLDEN_RATIO_64;
}

static struct hlist_head *lru_bucket(const struct lru_cache *c, u64 key)
{
	return &c->buckets[(u32)(key * GOLDEN_RATIO_64) >> c->shift];
}

static struct lru_entry *lru_find(const struct lru_cache *c, u64 key, struct contend_scratch *x)
{
	struct lru_entry *e;

	hlist_for_each_entry(e, lru_bucket(c, key), link) {
		if (e->key != key)
			continue;
		if (unlikely(e->seal != lru_seal(key))) {
			x->broken = "an entry is not what was put in";
			x->seen = e->seal;
			x->expected = lru_seal(key);
		}
		return e;
	}
	return NULL;
}

static void lru_remove(struct lru_cache *c, struct lru_entry *e, struct contend_scratch *x)
{
	hlist_del(&e->link);
	c->resident--;
	x->victim = &e->node;
}

CONTEND_LRU_ISOLATE(lru_take)
{
	list_lru_isolate(list, item);
	*(struct list_head **)arg = item;
	return LRU_REMOVED;
}

static void lru_evict(struct lru_cache *c, struct contend_scratch *x)
{
	struct list_head *oldest = NULL;

	list_lru_walk(&c->lru, lru_take, &oldest, 1);
	if (!oldest)
		return;
	lru_remove(c, container_of(oldest, struct lru_entry, age), x);
	c->evicted++;
}

static void lru_put(struct lru_cache *c, const struct contend_request *rq,
		    struct contend_scratch *x)
{
	struct lru_entry *e = lru_find(c, rq->key, x);

	x->error = 0;
	if (e) {
		e->value = rq->value;
		c->replaced++;
		contend_list_lru_del(&c->lru, &e->age);
		contend_list_lru_add(&c->lru, &e->age);
		return;
	}
	if (c->resident == c->capacity)
		lru_evict(c, x);
	e = container_of(x->spare, struct lru_entry, node);
	x->spare = NULL;
	e->key = rq->key;
	e->value = rq->value;
	e->seal = lru_seal(rq->key);
	INIT_LIST_HEAD(&e->age);
	hlist_add_head(&e->link, lru_bucket(c, rq->key));
	contend_list_lru_add(&c->lru, &e->age);
	WRITE_ONCE(c->resident, c->resident + 1);
}

void contend_peer_list_lru_write(void *data, const struct contend_request *rq,
				 struct contend_scratch *x)
{
	struct lru_cache *c = data;
	struct lru_entry *e;

	if (rq->verb == LRU_PUT) {
		lru_put(c, rq, x);
		return;
	}
	e = lru_find(c, rq->key, x);
	x->error = e ? 0 : -ENOENT;
	if (!e)
		return;
	contend_list_lru_del(&c->lru, &e->age);
	if (rq->verb == LRU_GET) {
		x->value = e->value;
		contend_list_lru_add(&c->lru, &e->age);
	} else {
		lru_remove(c, e, x);
		c->deleted++;
	}
}

CONTEND_NO_READ(peer_list_lru)

static int lru_init(void *data, const struct contend_shape *shape)
{
	const u64 buckets = max_t(u64, roundup_pow_of_two(shape->capacity), 2);
	struct lru_cache *c = data;
	int ret;

	c->capacity = shape->capacity;
	c->buckets = kvcalloc(buckets, sizeof(*c->buckets), GFP_CLIENT);
	if (!c->buckets)
		return -ENOMEM;
	c->shift = 32 - ilog2(buckets);
	ret = list_lru_init(&c->lru);
	if (ret)
		kvfree(c->buckets);
	return ret;
}

static void lru_destroy(void *data)
{
	struct lru_cache *c = data;
	struct hlist_node *next;
	struct lru_entry *e;
	u64 i;

	for (i = 0; i < 1ULL << (32 - c->shift); i++) {
		hlist_for_each_entry_safe(e, next, &c->buckets[i], link) {
			contend_list_lru_del(&c->lru, &e->age);
			contend_node_free(&e->node);
		}
	}
	list_lru_destroy(&c->lru);
	kvfree(c->buckets);
}

static u64 lru_elements(const void *data)
{
	const struct lru_cache *c = data;

	return READ_ONCE(c->resident);
}

static u64 lru_verify(const void *data, struct violation_log *log)
{
	struct lru_cache *c = (struct lru_cache *)data;
	const struct lru_entry *e;
	u64 resident = 0, i;

	for (i = 0; i < 1ULL << (32 - c->shift); i++) {
		hlist_for_each_entry(e, &c->buckets[i], link) {
			resident++;
			if (e->seal != lru_seal(e->key))
				violation_note(log, CHECK_INTEGRITY,
					       "an entry is not what was put in", e->seal,
					       lru_seal(e->key));
		}
	}
	if (resident != c->resident || resident != list_lru_count(&c->lru))
		violation_note(log, CHECK_INTEGRITY, "the count is not that of the entries",
			       list_lru_count(&c->lru), resident);
	if (resident > c->capacity)
		violation_note(log, CHECK_INTEGRITY, "there is more in the cache than its capacity",
			       resident, c->capacity);
	return resident + c->evicted + c->deleted + c->replaced;
}

const struct contend_structure contend_structure_peer_list_lru = {
	.name = "peer:list_lru",
	.family = "cache",
	.about = "the kernel's list_lru: the order of a cache that evicts its oldest entry",
	.needs = CONTEND_CAP_EXCLUSIVE,
	.tasks_only = true,
	.verbs = lru_verbs,
	.keyed = true,
	.capacity = 16384,
	.node_size = sizeof(struct lru_entry),
	.size = sizeof(struct lru_cache),
	.init = lru_init,
	.destroy = lru_destroy,
	.elements = lru_elements,
	.verify = lru_verify,
};
#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a cache keeps, and what goes: the policies. Each is a few functions over the queues of
 * struct cache; which one it is the compiler knows.
 *
 *	FIFO		the oldest goes
 *	LRU		the one whose last use is the longest ago
 *	CLOCK		the oldest that was not asked for since it was passed over last (F. J.
 *			Corbató, "A paging experiment with the Multics system", 1968)
 *	SIEVE		the same, but what is passed over keeps its place, and the hand its (Y.
 *			Zhang, J. Yang, Y. Yue, Y. Vigfusson, K. V. Rashmi, "SIEVE is simpler than
 *			LRU", NSDI 2024)
 *	S3-FIFO		what is new goes through a small queue, and what was asked for twice there,
 *			or comes again soon, into the main one (J. Yang, Y. Zhang, Z. Qiu, Y. Yue,
 *			K. V. Rashmi, "FIFO queues are all you need for cache eviction", SOSP 2023)
 *	W-TinyLFU	what is new has a small window, and gets out of it only in the place of what
 *			was asked for less often (G. Einziger, R. Friedman, B. Manes, "TinyLFU: a
 *			highly efficient cache admission policy", ACM ToS 13(4), 2017)
 *
 * FIFO, CLOCK, SIEVE and S3-FIFO have hits that write no more than a mark in the entry, and that
 * not when it is there: a read section can do it. Those of LRU and W-TinyLFU move it.
 */
#ifndef CONTEND_CACHE_POLICY_H
#define CONTEND_CACHE_POLICY_H

#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>

#include "lib/charge.h"
#include "structures/cache.h"

/* S3-FIFO: what was hit so often in the small queue is worth the main one; and no more count. */
#define CACHE_WORTH	2
#define CACHE_SEEN_MOST	3

/* Whether a hit is no more than a mark. */
static __always_inline bool cache_marks(enum cache_policy policy)
{
	return policy != CACHE_LRU && policy != CACHE_WTINYLFU;
}

/* Shares of the capacity, in per cent: at least one entry. */
static __always_inline u64 cache_share(const struct cache *c, u64 percent)
{
	return max_t(u64, c->capacity * percent / 100, 1);
}

static inline u32 cache_ghost_bucket(const struct cache_ghosts *g, u64 key)
{
	return key * GOLDEN_RATIO_64 >> g->shift;
}

static inline struct cache_ghost **cache_ghost_find(const struct cache_ghosts *g, u64 key)
{
	struct cache_ghost **at = &g->buckets[cache_ghost_bucket(g, key)];

	while (*at && (*at)->key != key)
		at = &(*at)->next;
	return at;
}

/* Whether a key is one; then no more. */
static inline bool cache_ghost_take(struct cache_ghosts *g, u64 key)
{
	struct cache_ghost **at = cache_ghost_find(g, key), *ghost = *at;

	if (!ghost)
		return false;
	*at = ghost->next;
	list_move(&ghost->age, &g->free);
	return true;
}

static inline void cache_ghost_add(struct cache_ghosts *g, u64 key)
{
	struct cache_ghost *ghost, **at;

	if (list_empty(&g->free)) {
		if (list_empty(&g->order))
			return;
		cache_ghost_take(g, list_first_entry(&g->order, struct cache_ghost, age)->key);
	}
	ghost = list_first_entry(&g->free, struct cache_ghost, age);
	at = &g->buckets[cache_ghost_bucket(g, key)];
	ghost->key = key;
	ghost->next = *at;
	*at = ghost;
	list_del(&ghost->age);
	list_add_tail(&ghost->age, &g->order);
}

/* A key's counter in a row: the shift of its four bits in *@word. */
static inline u32 cache_sketch_at(const struct cache_sketch *s, u64 key, u32 row, u64 **word)
{
	/* Of splitmix64's and MurmurHash3's multipliers, which spread each bit over all. */
	static const u64 seeds[CACHE_ROWS] = {
		0x94d049bb133111ebULL, 0xff51afd7ed558ccdULL,
		0xc4ceb9fe1a85ec53ULL, 0x4cf5ad432745937fULL,
	};
	u64 hash = (key + seeds[row]) * GOLDEN_RATIO_64;
	u32 index;

	hash = (hash ^ hash >> 32) * seeds[row];
	index = hash >> s->shift;
	*word = &s->words[((u64)row << (60 - s->shift)) + (index >> 4)];
	return index % 16 * 4;
}

static inline u32 cache_sketch_count(const struct cache_sketch *s, u64 key)
{
	u32 row, least = 15;

	for (row = 0; row < CACHE_ROWS; row++) {
		u64 *word;
		u32 at = cache_sketch_at(s, key, row, &word);

		least = min_t(u32, least, *word >> at & 15);
	}
	return least;
}

static inline void cache_sketch_add(struct cache_sketch *s, u64 key)
{
	u64 words = (u64)CACHE_ROWS << (60 - s->shift), i;
	bool added = false;
	u32 row;

	for (row = 0; row < CACHE_ROWS; row++) {
		u64 *word;
		u32 at = cache_sketch_at(s, key, row, &word);

		if ((*word >> at & 15) == 15)
			continue;
		*word += 1ULL << at;
		added = true;
	}
	s->counted += added;
	if (s->counted < s->most)
		return;
	for (i = 0; i < words; i++)
		s->words[i] = s->words[i] >> 1 & 0x7777777777777777ULL;
	s->counted /= 2;
}

static inline void cache_enqueue(struct cache *c, struct cache_node *n, u8 where)
{
	n->where = where;
	list_add_tail(&n->queue, &c->q[where].list);
	c->q[where].n++;
}

static inline void cache_dequeue(struct cache *c, struct cache_node *n)
{
	list_del(&n->queue);
	c->q[n->where].n--;
}

static inline struct cache_node *cache_oldest(struct cache *c, u8 where)
{
	return list_first_entry_or_null(&c->q[where].list, struct cache_node, queue);
}

/* What is newer, or NULL. */
static inline struct cache_node *cache_newer(struct cache *c, struct cache_node *n)
{
	return n->queue.next == &c->q[n->where].list ? NULL : list_next_entry(n, queue);
}

/* An entry is asked for that is there: in a read section where cache_marks() says so. */
static __always_inline void cache_policy_hit(struct cache *c, struct cache_node *n,
					     enum cache_policy policy)
{
	u8 seen;

	switch (policy) {
	case CACHE_FIFO:
		break;
	case CACHE_LRU:
		cache_dequeue(c, n);
		cache_enqueue(c, n, CACHE_SMALL);
		break;
	case CACHE_CLOCK:
	case CACHE_SIEVE:
		if (!READ_ONCE(n->seen))
			WRITE_ONCE(n->seen, 1);
		break;
	case CACHE_S3FIFO:
		/* Of two at a time one may be lost. */
		seen = READ_ONCE(n->seen);
		if (seen < CACHE_SEEN_MOST)
			WRITE_ONCE(n->seen, seen + 1);
		break;
	case CACHE_WTINYLFU:
		cache_dequeue(c, n);
		cache_enqueue(c, n, n->where == CACHE_WINDOW ? CACHE_WINDOW : CACHE_PROTECTED);
		if (c->q[CACHE_PROTECTED].n <= (c->capacity - cache_share(c, 1)) * 80 / 100)
			break;
		n = cache_oldest(c, CACHE_PROTECTED);
		cache_dequeue(c, n);
		cache_enqueue(c, n, CACHE_PROBATION);
		break;
	}
}

/* A key is asked for, in a write section: whether it is there or not. */
static __always_inline void cache_policy_ask(struct cache *c, u64 key, enum cache_policy policy)
{
	if (policy == CACHE_WTINYLFU)
		cache_sketch_add(&c->sketch, key);
}

/* An entry comes in; there is room. */
static __always_inline void cache_policy_add(struct cache *c, struct cache_node *n,
					     enum cache_policy policy)
{
	WRITE_ONCE(n->seen, 0);
	if (policy == CACHE_S3FIFO) {
		cache_enqueue(c, n, cache_ghost_take(&c->ghosts, n->key) ? CACHE_MAIN :
									   CACHE_SMALL);
		return;
	}
	cache_enqueue(c, n, CACHE_SMALL);
	if (policy == CACHE_WTINYLFU && c->q[CACHE_WINDOW].n > cache_share(c, 1)) {
		n = cache_oldest(c, CACHE_WINDOW);
		cache_dequeue(c, n);
		cache_enqueue(c, n, CACHE_PROBATION);
	}
}

/* An entry goes. */
static __always_inline void cache_policy_remove(struct cache *c, struct cache_node *n,
						enum cache_policy policy)
{
	if (policy == CACHE_SIEVE && c->hand == n)
		c->hand = cache_newer(c, n);
	cache_dequeue(c, n);
}

/* An entry takes the place of another one. */
static __always_inline void cache_policy_replace(struct cache *c, struct cache_node *old,
						 struct cache_node *new, enum cache_policy policy)
{
	new->where = old->where;
	new->seen = READ_ONCE(old->seen);
	list_add(&new->queue, &old->queue);
	list_del(&old->queue);
	if (policy == CACHE_SIEVE && c->hand == old)
		c->hand = new;
}

static inline struct cache_node *cache_sieve_victim(struct cache *c)
{
	struct cache_node *n = c->hand ?: cache_oldest(c, CACHE_SMALL);

	while (n && READ_ONCE(n->seen)) {
		WRITE_ONCE(n->seen, 0);
		n = cache_newer(c, n) ?: cache_oldest(c, CACHE_SMALL);
	}
	c->hand = n;
	return n;
}

static inline struct cache_node *cache_s3fifo_victim(struct cache *c)
{
	struct cache_node *n;
	u8 seen;

	for (;;) {
		const u64 new = c->q[CACHE_SMALL].n;
		const bool small = new && (new >= cache_share(c, 10) || !c->q[CACHE_MAIN].n);

		n = cache_oldest(c, small ? CACHE_SMALL : CACHE_MAIN);
		if (!n)
			return NULL;
		seen = READ_ONCE(n->seen);
		if (seen < (small ? CACHE_WORTH : 1)) {
			if (small)
				cache_ghost_add(&c->ghosts, n->key);
			return n;
		}
		WRITE_ONCE(n->seen, small ? 0 : seen - 1);
		cache_dequeue(c, n);
		cache_enqueue(c, n, CACHE_MAIN);
	}
}

static inline struct cache_node *cache_wtinylfu_victim(struct cache *c)
{
	struct cache_node *victim, *candidate;

	victim = cache_oldest(c, CACHE_PROBATION) ?: cache_oldest(c, CACHE_PROTECTED);
	candidate = cache_oldest(c, CACHE_WINDOW);
	if (!victim || !candidate)
		return victim ?: candidate;
	if (c->q[CACHE_WINDOW].n < cache_share(c, 1))
		return victim;
	if (cache_sketch_count(&c->sketch, candidate->key) <=
	    cache_sketch_count(&c->sketch, victim->key))
		return candidate;
	cache_dequeue(c, candidate);
	cache_enqueue(c, candidate, CACHE_PROBATION);
	return victim;
}

/*
 * What is to go for another one, still in its queue; NULL: there is nothing. With marks it looks at
 * as many entries as have one, which were hit since: so an eviction looks at a constant number per
 * hit.
 */
static __always_inline struct cache_node *cache_policy_victim(struct cache *c,
							      enum cache_policy policy)
{
	struct cache_node *n;

	switch (policy) {
	case CACHE_FIFO:
	case CACHE_LRU:
		break;
	case CACHE_CLOCK:
		while ((n = cache_oldest(c, CACHE_SMALL)) && READ_ONCE(n->seen)) {
			WRITE_ONCE(n->seen, 0);
			cache_dequeue(c, n);
			cache_enqueue(c, n, CACHE_SMALL);
		}
		return n;
	case CACHE_SIEVE:
		return cache_sieve_victim(c);
	case CACHE_S3FIFO:
		return cache_s3fifo_victim(c);
	case CACHE_WTINYLFU:
		return cache_wtinylfu_victim(c);
	}
	return cache_oldest(c, CACHE_SMALL);
}

static inline void cache_policy_destroy(struct cache *c)
{
	kvfree(c->ghosts.all);
	kvfree(c->ghosts.buckets);
	kvfree(c->sketch.words);
}

/* All of its memory, for @c->capacity entries: 0 or -ENOMEM, and then nothing is left. */
static inline int cache_policy_init(struct cache *c, enum cache_policy policy)
{
	const u64 ghosts = policy == CACHE_S3FIFO ? c->capacity - cache_share(c, 10) : 0;
	const u64 round = roundup_pow_of_two(c->capacity);
	u64 i;

	for (i = 0; i < CACHE_QUEUES; i++)
		INIT_LIST_HEAD(&c->q[i].list);
	INIT_LIST_HEAD(&c->ghosts.order);
	INIT_LIST_HEAD(&c->ghosts.free);
	if (policy == CACHE_S3FIFO) {
		c->ghosts.all = kvmalloc_array(max_t(u64, ghosts, 1), sizeof(*c->ghosts.all),
					       GFP_CLIENT);
		c->ghosts.buckets = kvcalloc(round * 2, sizeof(*c->ghosts.buckets), GFP_CLIENT);
		if (!c->ghosts.all || !c->ghosts.buckets)
			goto err;
		c->ghosts.shift = 63 - ilog2(round);
		for (i = 0; i < ghosts; i++)
			list_add_tail(&c->ghosts.all[i].age, &c->ghosts.free);
	}
	if (policy == CACHE_WTINYLFU) {
		/* So many counters a row that two of the keys that matter seldom meet in all. */
		c->sketch.words = kvcalloc(round * CACHE_ROWS, sizeof(u64), GFP_CLIENT);
		if (!c->sketch.words)
			goto err;
		c->sketch.shift = 60 - ilog2(round);
		c->sketch.most = 10 * c->capacity;
	}
	return 0;

err:
	cache_policy_destroy(c);
	return -ENOMEM;
}

#endif /* CONTEND_CACHE_POLICY_H */

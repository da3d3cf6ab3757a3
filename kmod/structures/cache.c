// SPDX-License-Identifier: GPL-2.0
/*
 * cache_*: a map of bounded size that keeps what its policy wants kept (cache_policy.h). All else
 * is the same for each policy, and stands here.
 *
 *	get		the value of a key
 *	put		an entry; where there is no room another one goes
 *	load		get, or fill it: of all that ask for a key that is not there one task
 *			loads it, and the others wait for it (single flight). ENOENT where it had to
 *			be loaded
 *	lease		the first half of load, for a client that loads by itself: ENOENT, and in
 *			the upper half of the value the lease
 *	fill		the second half: the value's upper half is the lease, its lower half what
 *			was loaded. ENOENT: the lease is not good any more, and nothing is put in
 *	invalidate	a key
 *	flush		all keys
 *	expire		the entry counts for so many nanoseconds more, its value, which has 63 bits
 *			as well; 0: for ever
 *	replace		an entry, if it is still the one that was read: the value's upper half is
 *			that of what was read, its lower half what comes in its place, and the
 *			answer is what the entry is called now. ENOENT: it is another one, or none.
 *			Entries that were put do not have a name, those that were filled have
 *
 * A value has 63 bits, others are EINVAL. One whose lower half is all ones says that the key is
 * known to have none: a negative entry, for which get answers ENODATA.
 *
 * Leases are those of R. Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013: each has a
 * generation, and an invalidation in the meantime ends it, so that what was read before is not put
 * in after. A lease that nobody fills is another task's after CACHE_LEASE_NS, and then its place is
 * any key's. What is told of a generation is its lower 31 bits: a client that comes to fill after
 * 2^31 generations or a multiple of them, to the number, may find its lease good again where the
 * key is leased to another one. Each put, lease, invalidation and flush of the stripe makes one.
 *
 * Its times are those of CLOCK_MONOTONIC and not of the measuring clock: by it a task sleeps that
 * waits for a lease to end.
 *
 * Invariants: entries and leases are at most the capacity; what came in is there, or was evicted,
 * deleted or replaced; each node that a reader reaches is live, and what is read was filled; what
 * was invalidated is not found any more (as far as @told remembers).
 *
 * Memory order: a node is published by its bucket's link (A), which a reader follows. When a leased
 * one is filled, all that a reader needs to be right is the one word @value: an older generation or
 * time of the same node makes no more of it than a miss.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/ktime.h>

#include "check/violation.h"
#include "structures/cache_policy.h"
#include "structures/structure.h"

/* What is wrong with a cache on purpose. */
enum cache_fault { CACHE_SOUND, CACHE_STALE, CACHE_EARLY };

#define CACHE_VERBS(_get, _load)						\
	{									\
		[CACHE_GET] = { .name = "get", .guard = _get, .share = 90 },	\
		[CACHE_PUT] = {							\
			.name = "put", .guard = GUARD_WRITE, .share = 10, .balance = 1,	\
			.links = true, .fills = true, .meets = BIT(CONDITION_IN),	\
		},								\
		[CACHE_LOAD] = {						\
			.name = "load", .guard = _load, .links = true, .timed = true,	\
			.waits = BIT(CONDITION_IN), .meets = BIT(CONDITION_IN),	\
		},								\
		[CACHE_LEASE] = {						\
			.name = "lease", .guard = GUARD_WRITE, .links = true, .timed = true,	\
			.waits = BIT(CONDITION_IN),				\
		},								\
		[CACHE_FILL] = {						\
			.name = "fill", .guard = GUARD_WRITE, .balance = 1,	\
			.meets = BIT(CONDITION_IN),				\
		},								\
		[CACHE_INVALIDATE] = {						\
			.name = "invalidate", .guard = GUARD_WRITE,		\
			.meets = BIT(CONDITION_IN),				\
		},								\
		[CACHE_FLUSH] = {						\
			.name = "flush", .guard = GUARD_WRITE, .everywhere = true,	\
			.meets = BIT(CONDITION_IN),				\
		},								\
		[CACHE_EXPIRE] = { .name = "expire", .guard = GUARD_WRITE },	\
		[CACHE_REPLACE] = {						\
			.name = "replace", .guard = GUARD_WRITE, .links = true, .balance = 1,	\
		},								\
		{ }								\
	}

static const struct contend_verb cache_marking_verbs[] = CACHE_VERBS(GUARD_READ, GUARD_UPGRADE);
static const struct contend_verb cache_moving_verbs[] = CACHE_VERBS(GUARD_WRITE, GUARD_WRITE);

static __always_inline u64 cache_seal(u64 key, u64 value)
{
	return ((key ^ (value << 32 | value >> 32)) * GOLDEN_RATIO_64) | 1;
}

/* The stripe is chosen by the upper half of the product. */
static __always_inline struct cache_node **cache_bucket(const struct cache *c, u64 key)
{
	return &c->buckets[(u32)(key * GOLDEN_RATIO_64) >> c->shift];
}

static __always_inline bool cache_broken(const struct cache_node *n, struct contend_scratch *x)
{
	const u64 live = READ_ONCE(n->node.live);

	if (likely(live == NODE_LIVE))
		return false;
	x->broken = "a node was freed under its reader";
	x->seen = live;
	x->expected = NODE_LIVE;
	return true;
}

/*
 * A key's node, for a reader. By hazards it goes hand over hand: one keeps the node on which it
 * stands, the other the next. An unlinked node's link stays, and may lead to what is free already;
 * so when the next one is named, the one before must not be gone.
 */
static __always_inline struct cache_node *cache_look(const struct cache *c, u64 key,
						     struct contend_scratch *x)
{
	struct cache_node *const *at, *n, *last;
	unsigned int turn;

again:
	at = cache_bucket(c, key);
	last = NULL;
	for (turn = 0; ; turn ^= 1) {
		/* A: pairs with A in cache_link() */
		n = contend_protect(x, turn, (void *const *)at, offsetof(struct cache_node, node));
		/* Pairs with WRITE_ONCE() in cache_unlink(), by way of contend_protect()'s A. */
		if (unlikely(x->hazards) && last && READ_ONCE(last->gone))
			goto again;
		if (!n || unlikely(cache_broken(n, x)))
			return NULL;
		if (n->key == key)
			return n;
		last = n;
		at = &n->next;
	}
}

/* The same for a writer: where it is linked. */
static __always_inline struct cache_node **cache_find(const struct cache *c, u64 key,
						      struct contend_scratch *x)
{
	struct cache_node **at = cache_bucket(c, key);

	while (*at && !cache_broken(*at, x) && (*at)->key != key)
		at = &(*at)->next;
	return at;
}

static __always_inline void cache_link(struct cache_node **at, struct cache_node *n)
{
	/* A: published; pairs with A in cache_look() */
	smp_store_release(at, n);
}

/* Readers may stand on it: its own link stays as it is. */
static __always_inline void cache_unlink(struct cache_node **at)
{
	struct cache_node *n = *at;

	WRITE_ONCE(n->gone, true);
	cache_link(at, n->next);
}

static __always_inline bool cache_over(u64 until_ns)
{
	return unlikely(until_ns) && ktime_get_mono_fast_ns() >= until_ns;
}

/* Whether it counts still, as an entry or as a lease. */
static __always_inline bool cache_counts(const struct cache *c, const struct cache_node *n)
{
	return n->generation >= c->epoch && !cache_over(n->until_ns);
}

/* Whether an entry of this generation is older than what is remembered of its key. */
static __always_inline bool cache_outdated(u64 told, u64 key, u64 generation)
{
	return unlikely((told & (BIT(CACHE_TOLD_KEY) - 1)) == key &&
			generation < told >> CACHE_TOLD_KEY);
}

/*
 * An entry was found that is outdated. That is wrong if it is still there: a reader may have been
 * on its way when it was unlinked.
 */
static noinline void cache_accuse(const struct cache *c, const struct cache_node *n, u64 told,
				  struct contend_scratch *x)
{
	const u64 key = n->key, generation = READ_ONCE(n->generation);

	/* B: told, then the look; pairs with B in cache_invalidate() */
	smp_mb();
	if (cache_look(c, key, x) != n || x->broken)
		return;
	x->broken = "what is read is older than its invalidation";
	x->seen = generation;
	x->expected = told >> CACHE_TOLD_KEY;
}

/* An entry's answer, with a look at what must be true of it. */
static __always_inline void cache_answer(const struct cache *c, const struct cache_node *n,
					 u64 value, struct contend_scratch *x)
{
	const u64 told = READ_ONCE(c->told[n->key % CACHE_TOLD]);

	x->value = value;
	x->error = unlikely((value & CACHE_NOTHING) == CACHE_NOTHING) ? -ENODATA : 0;
	if (unlikely(value & CACHE_UNFILLED)) {
		x->broken = "an entry is read before it is filled";
		x->seen = value;
		x->expected = 0;
	} else if (cache_outdated(told, n->key, READ_ONCE(n->generation))) {
		cache_accuse(c, n, told, x);
	}
}

/* A reader's get, and the first half of its load. */
static __always_inline void cache_read(const struct cache *c, const struct contend_request *rq,
				       struct contend_scratch *x, enum cache_policy policy,
				       enum cache_fault fault)
{
	const u64 epoch = READ_ONCE(c->epoch);
	struct cache_node *n = cache_look(c, rq->key, x);
	/* Once: what is filled meanwhile is a miss. */
	const u64 value = n ? READ_ONCE(n->value) : CACHE_UNFILLED;

	x->then = 0;
	if ((!(value & CACHE_UNFILLED) || (fault == CACHE_EARLY && n)) &&
	    READ_ONCE(n->generation) >= epoch && !cache_over(READ_ONCE(n->until_ns))) {
		/* A mark: its queue is not touched. */
		cache_policy_hit((struct cache *)c, n, policy);
		cache_answer(c, n, value, x);
		return;
	}
	x->error = -ENOENT;
	if (rq->verb == CACHE_LOAD)
		x->then = CACHE_LOAD;
}

/* A node becomes an entry: it is linked, or will be. */
static __always_inline void cache_open(struct cache *c, struct cache_node *n, u64 value)
{
	n->seal = cache_seal(n->key, value);
	n->leased = false;
	/* Where it is linked, from here on readers have it. */
	smp_store_release(&n->value, value);
	WRITE_ONCE(c->resident, c->resident + 1);
}

static __always_inline void cache_lend(struct cache *c, struct cache_node *n)
{
	list_add_tail(&n->queue, &c->lent);
	WRITE_ONCE(c->leases, c->leases + 1);
}

static __always_inline void cache_unlend(struct cache *c, struct cache_node *n)
{
	list_del(&n->queue);
	WRITE_ONCE(c->leases, c->leases - 1);
}

/* Whatever it is, it is there no more. */
static __always_inline void cache_remove(struct cache *c, struct cache_node **at,
					 struct contend_scratch *x, enum cache_policy policy)
{
	struct cache_node *n = *at;

	if (n->leased) {
		cache_unlend(c, n);
	} else {
		cache_policy_remove(c, n, policy);
		WRITE_ONCE(c->resident, c->resident - 1);
	}
	cache_unlink(at);
	x->victim = &n->node;
}

/* One node goes: a lease that counts no more, else an entry. False: there are only leases. */
static __always_inline bool cache_evict(struct cache *c, struct contend_scratch *x,
					enum cache_policy policy)
{
	/* The first one of all to end, in time and by a flush. */
	struct cache_node *n = list_first_entry_or_null(&c->lent, struct cache_node, queue);

	if (!n || cache_counts(c, n))
		n = cache_policy_victim(c, policy);
	if (!n)
		return false;
	c->evicted += !n->leased;
	cache_remove(c, cache_find(c, n->key, x), x, policy);
	return true;
}

/* Make room for one more. */
static __always_inline bool cache_room(struct cache *c, struct contend_scratch *x,
				       enum cache_policy policy)
{
	return c->resident + c->leases < c->capacity || cache_evict(c, x, policy);
}

/* A new node for a key, not linked. */
static __always_inline struct cache_node *cache_new(struct cache *c, u64 key,
						    struct contend_scratch *x)
{
	struct cache_node *n = container_of(x->spare, struct cache_node, node);

	x->spare = NULL;
	n->key = key;
	n->generation = ++c->generation;
	n->until_ns = 0;
	n->gone = false;
	return n;
}

/* What a lease is called, and the entry that comes of it: the upper half of its value. */
static __always_inline u64 cache_token(const struct cache_node *n)
{
	return (n->generation << 32) & ~CACHE_UNFILLED;
}

/* Another value for an entry: where readers may be beside it, a node of its own. */
static __always_inline struct cache_node *cache_exchange(struct cache *c, struct cache_node **at,
							 u64 value, bool names,
							 struct contend_scratch *x,
							 enum cache_policy policy)
{
	struct cache_node *n = *at, *new;

	c->replaced++;
	WRITE_ONCE(c->resident, c->resident - 1);
	new = x->copy ? cache_new(c, n->key, x) : n;
	if (x->copy) {
		cache_policy_replace(c, n, new, policy);
		new->next = n->next;
		x->victim = &n->node;
	} else {
		WRITE_ONCE(n->generation, ++c->generation);
		n->until_ns = 0;
	}
	cache_open(c, new, names ? cache_token(new) | (u32)value : value);
	if (x->copy) {
		WRITE_ONCE(n->gone, true);
		cache_link(at, new);
	}
	return new;
}

static __always_inline void cache_put(struct cache *c, struct cache_node **at,
				      const struct contend_request *rq, struct contend_scratch *x,
				      enum cache_policy policy)
{
	struct cache_node *n = *at, *new;

	x->error = 0;
	if (n && n->leased) {
		/* Whoever has the lease comes too late. */
		WRITE_ONCE(n->generation, ++c->generation);
		WRITE_ONCE(n->until_ns, 0);
		cache_unlend(c, n);
		cache_open(c, n, rq->value);
		cache_policy_add(c, n, policy);
		x->met_all = BIT(CONDITION_IN);
		return;
	}
	if (n) {
		new = cache_exchange(c, at, rq->value, false, x, policy);
		cache_policy_hit(c, new, policy);
		return;
	}
	if (!cache_room(c, x, policy)) {
		x->error = -ENOSPC;
		return;
	}
	new = cache_new(c, rq->key, x);
	cache_open(c, new, rq->value);
	cache_policy_add(c, new, policy);
	/* What made room may have been in this bucket. */
	at = cache_bucket(c, rq->key);
	new->next = *at;
	cache_link(at, new);
}

/* The answer to one that has the lease from here on; one that only loads fills it next. */
static __always_inline void cache_grant(struct cache_node *n, const struct contend_request *rq,
					struct contend_scratch *x)
{
	WRITE_ONCE(n->until_ns, ktime_get_mono_fast_ns() + CACHE_LEASE_NS);
	x->error = -ENOENT;
	x->value = cache_token(n);
	if (rq->verb == CACHE_LOAD) {
		x->value |= (u32)rq->value;
		x->then = CACHE_FILL;
	}
}

static __always_inline void cache_lease(struct cache *c, struct cache_node **at,
					const struct contend_request *rq, struct contend_scratch *x,
					enum cache_policy policy)
{
	struct cache_node *n = *at;

	if (n && cache_counts(c, n)) {
		if (n->leased) {
			x->error = -EAGAIN;
			x->lacks = CONDITION_IN;
			/* Or its lease is over. */
			x->due_ns = n->until_ns;
			return;
		}
		cache_answer(c, n, n->value, x);
		cache_policy_hit(c, n, policy);
		return;
	}
	if (n && n->leased) {
		/* No reader looks into it. */
		WRITE_ONCE(n->generation, ++c->generation);
		list_move_tail(&n->queue, &c->lent);
		cache_grant(n, rq, x);
		return;
	}
	if (n) {
		cache_remove(c, at, x, policy);
		c->deleted++;
	} else if (!cache_room(c, x, policy)) {
		x->error = -ENOSPC;
		return;
	}
	n = cache_new(c, rq->key, x);
	n->value = CACHE_UNFILLED;
	n->leased = true;
	cache_lend(c, n);
	cache_grant(n, rq, x);
	at = cache_bucket(c, rq->key);
	n->next = *at;
	cache_link(at, n);
}

static __always_inline void cache_fill(struct cache *c, struct cache_node **at,
				       const struct contend_request *rq, struct contend_scratch *x,
				       enum cache_policy policy)
{
	struct cache_node *n = *at;

	if (!n || !n->leased || cache_token(n) != (rq->value & ~CACHE_NOTHING) ||
	    n->generation < c->epoch) {
		x->error = -ENOENT;
		return;
	}
	WRITE_ONCE(n->until_ns, 0);
	cache_unlend(c, n);
	cache_open(c, n, rq->value);
	cache_policy_add(c, n, policy);
	x->met_all = BIT(CONDITION_IN);
	x->error = 0;
}

static __always_inline void cache_replace(struct cache *c, struct cache_node **at,
					  const struct contend_request *rq,
					  struct contend_scratch *x, enum cache_policy policy)
{
	const struct cache_node *n = *at;

	x->error = -ENOENT;
	if (!n || n->leased || !cache_counts(c, n) ||
	    cache_token(n) != (rq->value & ~CACHE_NOTHING))
		return;
	x->value = cache_exchange(c, at, rq->value, true, x, policy)->value;
	x->error = 0;
}

static __always_inline void cache_invalidate(struct cache *c, struct cache_node **at, u64 key,
					     struct contend_scratch *x, enum cache_policy policy,
					     enum cache_fault fault)
{
	struct cache_node *n = *at;

	x->error = n && cache_counts(c, n) ? 0 : -ENOENT;
	if (n && !(n->leased && fault == CACHE_STALE)) {
		c->deleted += !n->leased;
		if (n->leased)
			x->met_all = BIT(CONDITION_IN);
		cache_remove(c, at, x, policy);
	}
	c->generation++;
	if (key < BIT(CACHE_TOLD_KEY))
		/* B: unlinked, then told; pairs with B in cache_accuse() */
		smp_store_release(&c->told[key % CACHE_TOLD],
				  c->generation << CACHE_TOLD_KEY | key);
}

static __always_inline void cache_write(struct cache *c, const struct contend_request *rq,
					struct contend_scratch *x, enum cache_policy policy,
					enum cache_fault fault)
{
	struct cache_node **at = cache_find(c, rq->key, x), *n = *at;

	if (unlikely(x->broken)) {
		/* Touch nothing in a structure that is broken already. */
		x->error = -ENOENT;
		return;
	}
	if (rq->verb <= CACHE_LEASE)
		cache_policy_ask(c, rq->key, policy);
	switch (rq->verb) {
	case CACHE_GET:
		x->error = -ENOENT;
		if (!n || n->leased || !cache_counts(c, n))
			break;
		cache_answer(c, n, n->value, x);
		cache_policy_hit(c, n, policy);
		break;
	case CACHE_PUT:
		x->error = -EINVAL;
		if (rq->value & CACHE_UNFILLED)
			break;
		cache_put(c, at, rq, x, policy);
		break;
	case CACHE_LOAD:
	case CACHE_LEASE:
		cache_lease(c, at, rq, x, policy);
		break;
	case CACHE_FILL:
		cache_fill(c, at, rq, x, policy);
		break;
	case CACHE_INVALIDATE:
		cache_invalidate(c, at, rq->key, x, policy, fault);
		break;
	case CACHE_FLUSH:
		WRITE_ONCE(c->epoch, ++c->generation);
		x->met_all = BIT(CONDITION_IN);
		x->error = 0;
		break;
	case CACHE_REPLACE:
		cache_replace(c, at, rq, x, policy);
		break;
	default:
		x->error = -EINVAL;
		if (rq->value & CACHE_UNFILLED)
			break;
		x->error = -ENOENT;
		if (!n || n->leased || !cache_counts(c, n))
			break;
		WRITE_ONCE(n->until_ns, rq->value ? ktime_get_mono_fast_ns() + rq->value : 0);
		x->error = 0;
		break;
	}
}

static __always_inline int cache_init(struct cache *c, const struct contend_shape *shape,
				      enum cache_policy policy)
{
	const u64 buckets = max_t(u64, roundup_pow_of_two(shape->capacity), 2);
	int ret;

	c->capacity = shape->capacity;
	INIT_LIST_HEAD(&c->lent);
	c->buckets = kvcalloc(buckets, sizeof(*c->buckets), GFP_CLIENT);
	if (!c->buckets)
		return -ENOMEM;
	c->shift = 32 - ilog2(buckets);
	ret = cache_policy_init(c, policy);
	if (ret)
		kvfree(c->buckets);
	return ret;
}

static u64 cache_buckets(const struct cache *c)
{
	return 1ULL << (32 - c->shift);
}

static void cache_destroy(void *data)
{
	struct cache *c = data;
	struct cache_node *n;
	u64 i;

	for (i = 0; i < cache_buckets(c); i++) {
		while ((n = c->buckets[i])) {
			c->buckets[i] = n->next;
			contend_node_free(&n->node);
		}
	}
	cache_policy_destroy(c);
	kvfree(c->buckets);
}

static u64 cache_elements(const void *data)
{
	const struct cache *c = data;

	return READ_ONCE(c->resident) + READ_ONCE(c->leases);
}

static void cache_verify_count(u64 seen, u64 expected, const char *what, struct violation_log *log)
{
	if (seen != expected)
		violation_note(log, CHECK_INTEGRITY, what, seen, expected);
}

/* What came in is there, or it is known where it has gone: the puts and fills that succeeded. */
static size_t cache_tell(const void *data, char *text, size_t size)
{
	const struct cache *c = data;

	return scnprintf(text, size,
			 "resident=%llu leases=%llu capacity=%llu evicted=%llu deleted=%llu replaced=%llu",
			 READ_ONCE(c->resident), READ_ONCE(c->leases), c->capacity,
			 READ_ONCE(c->evicted), READ_ONCE(c->deleted), READ_ONCE(c->replaced));
}

static u64 cache_verify(const void *data, struct violation_log *log)
{
	u64 resident = 0, leases = 0, lent = 0, queued[CACHE_QUEUES] = { }, total, i;
	const struct cache *c = data;
	const struct cache_node *n;

	for (i = 0; i < cache_buckets(c); i++) {
		for (n = c->buckets[i]; n; n = n->next) {
			struct contend_scratch x = { };

			if (cache_broken(n, &x)) {
				violation_note(log, CHECK_INTEGRITY, x.broken, x.seen, x.expected);
				return 0;
			}
			cache_verify_count(cache_bucket(c, n->key) - c->buckets, i,
					   "a node is not in its key's bucket", log);
			leases += n->leased;
			if (n->leased)
				continue;
			resident++;
			cache_verify_count(n->seal, cache_seal(n->key, n->value),
					   "an entry is not what was put in", log);
		}
	}
	for (i = 0, total = 0; i < CACHE_QUEUES; i++) {
		list_for_each_entry(n, &c->q[i].list, queue)
			queued[i] += n->where == i;
		cache_verify_count(queued[i], c->q[i].n,
				   "a queue's count is not that of its entries", log);
		total += queued[i];
	}
	cache_verify_count(total, resident,
			   "the queues do not have the entries that are there", log);
	cache_verify_count(c->resident, resident, "the count is not that of the entries", log);
	cache_verify_count(c->leases, leases, "the count is not that of the leases", log);
	list_for_each_entry(n, &c->lent, queue)
		lent += n->leased;
	cache_verify_count(lent, leases, "the list of leases does not have all of them", log);
	if (resident + leases > c->capacity)
		violation_note(log, CHECK_INTEGRITY, "there is more in the cache than its capacity",
			       resident + leases, c->capacity);
	return resident + c->evicted + c->deleted + c->replaced;
}

/*
 * A catalogue entry. A read is for policies whose hit is a mark; the others have it in a write
 * section.
 */
#define CONTEND_CACHE(_name, _policy, _fault, _about, _marks)					\
	void contend_##_name##_read(const void *data, const struct contend_request *rq,	\
				    struct contend_scratch *x)				\
	{										\
		if (_marks)								\
			cache_read(data, rq, x, _policy, _fault);				\
		else									\
			x->error = -ENOENT;						\
	}										\
	void contend_##_name##_write(void *data, const struct contend_request *rq,	\
				     struct contend_scratch *x)				\
	{										\
		cache_write(data, rq, x, _policy, _fault);				\
	}										\
	static int _name##_init(void *data, const struct contend_shape *shape)		\
	{										\
		return cache_init(data, shape, _policy);				\
	}										\
	static bool _name##_shrink(void *data, struct contend_scratch *x)		\
	{										\
		return cache_evict(data, x, _policy);					\
	}										\
	const struct contend_structure contend_structure_##_name = {			\
		.name = #_name,								\
		.family = "cache",							\
		.about = _about,							\
		.needs = CONTEND_CAP_POINTERS,						\
		.busted = (_fault) != CACHE_SOUND,					\
		.verbs = (_marks) ? cache_marking_verbs : cache_moving_verbs,		\
		.keyed = true,								\
		.capacity = 16384,							\
		.node_size = sizeof(struct cache_node),					\
		.size = sizeof(struct cache),						\
		.init = _name##_init,							\
		.destroy = cache_destroy,						\
		.elements = cache_elements,						\
		.tell = cache_tell,							\
		.shrink = _name##_shrink,						\
		.verify = cache_verify,							\
	}

CONTEND_CACHE(cache_fifo, CACHE_FIFO, CACHE_SOUND, "a cache: the oldest entry goes", true);
CONTEND_CACHE(cache_lru, CACHE_LRU, CACHE_SOUND,
	      "a cache: the entry goes whose last use is the longest ago", false);
CONTEND_CACHE(cache_clock, CACHE_CLOCK, CACHE_SOUND,
	      "a cache: the oldest entry goes that was not hit since it was passed over", true);
CONTEND_CACHE(cache_sieve, CACHE_SIEVE, CACHE_SOUND,
	      "a cache: SIEVE, a clock whose entries keep their places", true);
CONTEND_CACHE(cache_s3fifo, CACHE_S3FIFO, CACHE_SOUND,
	      "a cache: S3-FIFO, a small queue for what is new, and ghosts", true);
CONTEND_CACHE(cache_wtinylfu, CACHE_WTINYLFU, CACHE_SOUND,
	      "a cache: W-TinyLFU, what is new must be asked for more often than what goes", false);

#ifdef CONTEND_MUTANT
/*
 * busted_cache_stale: an invalidation leaves a lease alone, and what was loaded before is put in
 * after it, and stays.
 *
 * busted_cache_early: a reader has a leased node as if it were filled.
 */
CONTEND_CACHE(busted_cache_stale, CACHE_FIFO, CACHE_STALE,
	      "broken: an invalidation does not end a lease", true);
CONTEND_CACHE(busted_cache_early, CACHE_FIFO, CACHE_EARLY,
	      "broken: an entry is there before it is filled", true);
#endif

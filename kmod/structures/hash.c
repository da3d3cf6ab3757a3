// SPDX-License-Identifier: GPL-2.0
/*
 * hash: a set of 64-bit keys, each with a value, in a table of chains that grows and shrinks while
 * readers read. A node has two links, so that it can be in the table of now and in the one to
 * come (H. Xu, "bridge: Add core IGMP snooping support", Linux 2.6.34, 2010; compared with others
 * in J. Triplett, P. E. McKenney, J. Walpole, "Resizable, Scalable, Concurrent Hash Tables via
 * Relativistic Programming", ATC 2011).
 *
 *	table		chains by link 0	readers are here
 *	next		chains by link 1	filled by writers, a few buckets each time
 *
 * Each write puts the chains of a few more buckets into the next table too, and keeps both up to
 * date. When all are there, the next table becomes the table: readers see the one or the other,
 * whole. The links of the one before are free for another resize when its readers have left,
 * which is when its memory is freed: so until then none begins. No section allocates: the memory
 * of the next table is a part (structures/nodes.h) that comes from outside.
 *
 * Readers do the same while it resizes as before, and a section's share of the work is that of so
 * many buckets. How long a chain is nobody bounds but the capacity: the hash is the same for all
 * objects, so that a run can be repeated, and has no secret. A client that chooses its keys so that
 * they meet has sections as long as there are keys, on its own object: some milliseconds for 65536.
 * What readers beside a writer cost is memory: a second link in each node.
 *
 * Each stripe is a table of its own and resizes by itself.
 *
 * A chain ends with the name of its table, as the kernel's hlist_nulls: so a reader that was led
 * into the chain of another one, and has missed what is in its own, knows.
 *
 * Invariants: each node that a reader reaches is live, that is not freed, and in the chain of its
 * key's bucket; the end that it reaches is of the table where it began; a key is once in its chain;
 * the next table has the nodes of the buckets that were moved, and no other; at rest the number of
 * nodes equals inserts less erases.
 *
 * Its barriers are in kmod/structures/litmus; each one names its test.
 */
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/overflow.h>

#include "check/violation.h"
#include "structures/hash.h"
#include "structures/structure.h"

/* No more of them in a table, whatever its capacity. */
#define HASH_MOST	(1U << 28)

/* What is broken on purpose: nothing; it waits for no reader; it publishes what is yet empty. */
enum hash_fault { HASH_SOUND, HASH_HASTY, HASH_EARLY };

#define HASH_VERBS {								\
	[HASH_LOOKUP] = { .name = "lookup", .guard = GUARD_READ, .share = 90 },	\
	[HASH_INSERT] = {							\
		.name = "insert", .guard = GUARD_WRITE, .share = 5, .balance = 1,	\
		.links = true, .fills = true,					\
	},									\
	[HASH_ERASE] = {							\
		.name = "erase", .guard = GUARD_WRITE, .share = 5, .balance = -1,	\
	},									\
	/* A step to twice as many buckets as fit, or back: as if it resized for ever. */	\
	[HASH_RESIZE] = { .name = "resize", .guard = GUARD_WRITE },		\
	{ }									\
}

static const struct contend_verb hash_verbs[] = HASH_VERBS;

static const char hash_freed[] = "a node was freed under its reader";
static const char hash_astray[] = "a node is in another bucket's chain";
static const char hash_lost[] = "a chain ends in another table than it begins";

/* Its stripe is chosen by the highest bits. */
static __always_inline u32 hash_of(u64 key)
{
	return key * GOLDEN_RATIO_64 >> 32;
}

static __always_inline u32 hash_bucket(const struct hash_table *t, u64 key)
{
	return hash_of(key) & t->mask;
}

/* What a chain ends with, unless it is empty still: NULL, as its memory comes. */
static __always_inline struct hash_node *hash_end(const struct hash_table *t)
{
	return (struct hash_node *)((unsigned long)t | 1);
}

static __always_inline bool hash_ends(const struct hash_node *n)
{
	return !n || (unsigned long)n & 1;
}

/* Whether an end breaks a rule. */
static __always_inline bool hash_lost_at(const struct hash_node *end, const struct hash_table *t,
					 struct contend_scratch *x)
{
	if (likely(!end || end == hash_end(t)))
		return false;
	x->broken = hash_lost;
	x->seen = (unsigned long)end;
	x->expected = (unsigned long)hash_end(t);
	return true;
}

/* Whether a node on the way breaks a rule; then its link leads anywhere. */
static __always_inline bool hash_broken(const struct hash_node *n, u32 mask, u32 bucket,
					struct contend_scratch *x)
{
	if (unlikely(n->node.live != NODE_LIVE)) {
		x->broken = hash_freed;
		x->seen = n->node.live;
		x->expected = NODE_LIVE;
	} else if (unlikely((hash_of(n->key) & mask) != bucket)) {
		x->broken = hash_astray;
		x->seen = hash_of(n->key) & mask;
		x->expected = bucket;
	}
	return x->broken;
}

/* A twin's reader dawdles between two nodes, so long that a resize can begin and end. */
#define HASH_WINDOW	(128 * BUSTED_WINDOW)

static __always_inline void hash_dawdle(enum hash_fault fault)
{
	busted_dawdle(fault == HASH_HASTY ? HASH_WINDOW : 0);
}

/*
 * The node of a key, or NULL. Legal inside any section of the object's lock: what a node's links
 * lead to depends on the loads, which pair with F (hash_publish.litmus).
 */
static __always_inline struct hash_node *hash_seek(const struct hash_table *t, u64 key,
						   struct contend_scratch *x,
						   enum hash_fault fault)
{
	const u32 mask = t->mask, link = t->link, bucket = hash_of(key) & mask;
	struct hash_node *n;

	x->broken = NULL;
	for (n = READ_ONCE(t->bucket[bucket]); !hash_ends(n); n = READ_ONCE(n->next[link])) {
		if (hash_broken(n, mask, bucket, x))
			return NULL;
		if (n->key == key)
			return n;
		hash_dawdle(fault);
	}
	hash_lost_at(n, t, x);
	return NULL;
}

/*
 * The same for a reader with hazards: one keeps the table until the first node is named, then they
 * go hand over hand. What it stands on must be in the table of now when it has named the next
 * one: else nobody tells when the links change.
 */
static noinline struct hash_node *hash_seek_by_hazards(const struct hash *h, u64 key,
						       struct contend_scratch *x)
{
	struct hash_node *const *from;
	const struct hash_table *t;
	struct hash_node *n, *at;
	u32 mask, link, bucket;
	unsigned int turn;
	u64 seen;

	BUILD_BUG_ON(offsetof(struct hash_node, node) || offsetof(struct hash_table, part.node));
again:
	x->broken = NULL;
	/* D: pairs with C (hash_begin.litmus) */
	seen = smp_load_acquire(&h->turns);
	t = contend_protect(x, 0, (void *const *)&h->table, 0);
	mask = t->mask;
	link = t->link;
	bucket = hash_of(key) & mask;
	from = &t->bucket[bucket];
	for (at = NULL, turn = 1; ; at = n, turn ^= 1) {
		n = contend_protect(x, turn, (void *const *)from, 0);
		/*
		 * Pairs with C, by way of E (hash_turns.litmus) or, of what is unlinked later, of
		 * A and B of the hazards (hazptr_name.litmus); and with WRITE_ONCE() in
		 * hash_erase(), by way of A and B.
		 */
		if (READ_ONCE(h->turns) != seen || (at && READ_ONCE(at->gone)))
			goto again;
		if (hash_ends(n)) {
			hash_lost_at(n, t, x);
			return NULL;
		}
		if (hash_broken(n, mask, bucket, x))
			return NULL;
		if (n->key == key)
			return n;
		from = &n->next[link];
	}
}

static __always_inline void hash_read(const struct hash *h, const struct contend_request *rq,
				      struct contend_scratch *x, enum hash_fault fault)
{
	struct hash_node *n;

	if (unlikely(x->hazards))
		n = hash_seek_by_hazards(h, rq->key, x);
	else
		/* Pairs with C (hash_turn.litmus) */
		n = hash_seek(READ_ONCE(h->table), rq->key, x, fault);
	x->error = n ? 0 : -ENOENT;
	if (n)
		x->value = n->value;
}

void contend_hash_read(const void *data, const struct contend_request *rq,
		       struct contend_scratch *x)
{
	hash_read(data, rq, x, HASH_SOUND);
}

static __always_inline void hash_publish(struct hash_node **link, struct hash_node *n)
{
	/*
	 * F: pairs with READ_ONCE() in hash_seek(), also where others have made the node
	 * (hash_publish.litmus).
	 */
	smp_store_release(link, n);
}

/* A node is in this table too. */
static __always_inline void hash_link(struct hash_table *t, struct hash_node *n)
{
	struct hash_node **first = &t->bucket[hash_bucket(t, n->key)];

	/* Not a plain store: a reader may stand on the node. By this link none goes to it. */
	WRITE_ONCE(n->next[t->link], *first ?: hash_end(t));
	hash_publish(first, n);
}

static __always_inline void hash_unlink(struct hash_table *t, struct hash_node *n)
{
	struct hash_node **at = &t->bucket[hash_bucket(t, n->key)];

	while (*at != n)
		at = &(*at)->next[t->link];
	/* Its own link stays: a reader may stand on it. */
	hash_publish(at, n->next[t->link]);
}

/* Whether a key's bucket is in the next table already. */
static __always_inline bool hash_moved(const struct hash *h, u64 key)
{
	return h->next && hash_bucket(h->table, key) < h->moved;
}

static __always_inline void hash_insert(struct hash *h, const struct contend_request *rq,
					struct contend_scratch *x, enum hash_fault fault)
{
	struct hash_node *n;

	if (h->count >= h->capacity) {
		x->error = -ENOSPC;
		return;
	}
	n = container_of(x->spare, struct hash_node, node);
	x->spare = NULL;
	n->key = rq->key;
	n->value = rq->value;
	n->gone = false;
	if (fault != HASH_EARLY && hash_moved(h, rq->key))
		hash_link(h->next, n);
	hash_link(h->table, n);
	h->count++;
}

static __always_inline void hash_erase(struct hash *h, struct hash_node *n,
				       struct contend_scratch *x, enum hash_fault fault)
{
	/* Pairs with READ_ONCE() in hash_seek_by_hazards(), by way of B and A. */
	WRITE_ONCE(n->gone, true);
	hash_unlink(h->table, n);
	if (fault != HASH_EARLY && hash_moved(h, n->key))
		hash_unlink(h->next, n);
	h->count--;
	x->value = n->value;
	x->victim = &n->node;
}

/* How many buckets so many nodes should have: from 1.3 to 2.7 for each node. */
static u32 hash_fit(const struct hash *h)
{
	const u64 buckets = min_t(u64, 2 * max(h->count, 1ULL), HASH_MOST);

	return max_t(u32, roundup_pow_of_two(buckets), h->least);
}

static __always_inline u64 hash_buckets(const struct hash_table *t)
{
	return (u64)t->mask + 1;
}

/* Whether it is time for another table: nodes are 3/4 of the buckets, or less than 3/16. */
static __always_inline bool hash_unfit(const struct hash *h)
{
	const u64 buckets = hash_buckets(h->table);

	return h->count > buckets - buckets / 4 ||
	       (buckets > h->least && h->count < buckets / 8 + buckets / 16);
}

static size_t hash_bytes(u32 buckets)
{
	struct hash_table *t;

	return struct_size(t, bucket, buckets);
}

/* A table of zeroed memory. */
static struct hash_table *hash_make(struct contend_part *part, u32 buckets, u32 link)
{
	struct hash_table *t = container_of(part, struct hash_table, part);

	t->mask = buckets - 1;
	t->link = link;
	return t;
}

/* Whether a resize to so many buckets has begun; it takes memory, and a link of each node. */
static bool hash_begin(struct hash *h, u32 buckets, struct contend_scratch *x,
		       enum hash_fault fault)
{
	const size_t bytes = hash_bytes(buckets);

	if (buckets == hash_buckets(h->table)) {
		WRITE_ONCE(h->wants, 0);
		return false;
	}
	/* Pairs with smp_store_release() in part_free() (hash_left.litmus). */
	if (fault != HASH_HASTY && !smp_load_acquire(&h->left))
		return false;
	/* Of a write that comes without a part: memory is short, or it has not been asked for. */
	WRITE_ONCE(h->wants, bytes);
	if (!x->part || x->part->size != bytes)
		return false;
	h->next = hash_make(x->part, buckets, !h->table->link);
	h->moved = 0;
	x->part = NULL;
	WRITE_ONCE(h->wants, 0);
	if (fault == HASH_EARLY) {
		struct hash_table *old = h->table;

		/* As C, but for what is in it. */
		smp_store_release(&h->table, h->next);
		h->next = old;
	}
	return true;
}

/* The next table is complete: readers that come see it. */
static void hash_turn(struct hash *h, struct contend_scratch *x, enum hash_fault fault)
{
	struct hash_table *old = fault == HASH_EARLY ? h->next : h->table;

	if (fault != HASH_EARLY)
		/* C: pairs with the load in hash_read(): it is complete (hash_turn.litmus) */
		smp_store_release(&h->table, h->next);
	/* C: pairs with D: the table is before (hash_begin.litmus) */
	smp_store_release(&h->turns, h->turns + 1);
	/*
	 * E: pairs with the acquire of contend_protect(): what is done to the links later is after
	 * (hash_turns.litmus)
	 */
	smp_wmb();
	h->next = NULL;
	WRITE_ONCE(h->left, false);
	old->part.gone = &h->left;
	x->old = &old->part.node;
}

/* One more step on the way to the next table. */
static void hash_move(struct hash *h, struct contend_scratch *x, enum hash_fault fault)
{
	struct hash_table *from = fault == HASH_EARLY ? h->next : h->table;
	struct hash_table *to = fault == HASH_EARLY ? h->table : h->next;
	struct hash_node *n;
	u32 i;

	for (i = 0; i < HASH_MOVES && h->moved <= from->mask; i++, h->moved++)
		for (n = from->bucket[h->moved]; !hash_ends(n); n = n->next[from->link])
			hash_link(to, n);
	if (h->moved > from->mask)
		hash_turn(h, x, fault);
}

/* After a write: begin to resize, or go on. */
static noinline void hash_tend(struct hash *h, struct contend_scratch *x, enum hash_fault fault)
{
	if (h->next || hash_begin(h, hash_fit(h), x, fault))
		hash_move(h, x, fault);
}

/* The verb, which says how often there was another table. */
static noinline void hash_resize(struct hash *h, struct contend_scratch *x, enum hash_fault fault)
{
	const u32 fit = hash_fit(h);
	const u32 other = hash_buckets(h->table) == fit ? 2 * fit : fit;

	if (h->next || hash_begin(h, other, x, fault))
		hash_move(h, x, fault);
	x->value = h->turns;
	x->error = 0;
}

static __always_inline void hash_write(struct hash *h, const struct contend_request *rq,
				       struct contend_scratch *x, enum hash_fault fault)
{
	struct hash_node *n;

	if (rq->verb == HASH_RESIZE) {
		hash_resize(h, x, fault);
		return;
	}
	n = hash_seek(h->table, rq->key, x, HASH_SOUND);
	x->error = 0;
	if (unlikely(x->broken))
		/* Touch nothing in a structure that is broken already. */
		x->error = -ENOENT;
	else if (rq->verb == HASH_INSERT && n)
		x->error = -EEXIST;
	else if (rq->verb == HASH_INSERT)
		hash_insert(h, rq, x, fault);
	else if (!n)
		x->error = -ENOENT;
	else
		hash_erase(h, n, x, fault);
	if (unlikely((h->next || h->wants || hash_unfit(h)) && !x->broken))
		hash_tend(h, x, fault);
}

void contend_hash_write(void *data, const struct contend_request *rq, struct contend_scratch *x)
{
	hash_write(data, rq, x, HASH_SOUND);
}

static int hash_init(void *data, const struct contend_shape *shape)
{
	const u32 least = roundup_pow_of_two(DIV_ROUND_UP(HASH_LEAST, shape->parts));
	struct contend_part *part = contend_part_alloc(shape->nodes, hash_bytes(least));
	struct hash *h = data;

	if (!part)
		return -ENOMEM;
	h->table = hash_make(part, least, 0);
	h->least = least;
	h->capacity = shape->capacity;
	h->left = true;
	return 0;
}

static void hash_free(struct hash_table *t, u32 from)
{
	struct hash_node *n, *next;
	u32 i;

	for (i = from; i <= t->mask; i++) {
		for (n = t->bucket[i]; !hash_ends(n); n = next) {
			next = n->next[t->link];
			contend_node_free(&n->node);
		}
	}
	contend_node_free(&t->part.node);
}

static void hash_destroy(void *data)
{
	struct hash *h = data;

	hash_free(h->table, 0);
	/* It has no node that the table has not. */
	contend_node_free(h->next ? &h->next->part.node : NULL);
}

static u64 hash_elements(const void *data)
{
	const struct hash *h = data;

	return READ_ONCE(h->count);
}

static size_t hash_wants(const void *data)
{
	const struct hash *h = data;

	return READ_ONCE(h->wants);
}

/* Whether a key is in a chain after a node of it. */
static bool hash_again(const struct hash_node *n, u32 link)
{
	const struct hash_node *other;

	for (other = n->next[link]; !hash_ends(other); other = other->next[link])
		if (other->key == n->key)
			return true;
	return false;
}

/* How many nodes a table has in its buckets from @from on, up to @upto; what is broken is told. */
static u64 hash_check(const struct hash_table *t, u32 from, u64 upto, u64 most,
		      struct violation_log *log)
{
	struct contend_scratch x = { };
	const struct hash_node *n;
	u64 count = 0;
	u32 i;

	for (i = from; i < upto; i++) {
		for (n = t->bucket[i]; !hash_ends(n) && count <= most;
		     n = n->next[t->link], count++) {
			if (hash_broken(n, t->mask, i, &x)) {
				violation_note(log, CHECK_INTEGRITY, x.broken, x.seen, x.expected);
				return count;
			}
			if (hash_again(n, t->link))
				violation_note(log, CHECK_INTEGRITY, "a key is in its chain twice",
					       n->key, i);
		}
		if (hash_ends(n) && hash_lost_at(n, t, &x))
			violation_note(log, CHECK_INTEGRITY, x.broken, x.seen, x.expected);
	}
	return count;
}

static u64 hash_verify(const void *data, struct violation_log *log)
{
	const struct hash *h = data;
	u64 count = hash_check(h->table, 0, hash_buckets(h->table), h->count, log);
	u64 moved, there;

	if (count != h->count)
		violation_note(log, CHECK_INTEGRITY, "the count is not that of the nodes",
			       h->count, count);
	if (!h->next)
		return count;
	moved = hash_check(h->table, 0, h->moved, h->count, log);
	there = hash_check(h->next, 0, hash_buckets(h->next), h->count, log);
	if (there != moved)
		violation_note(log, CHECK_INTEGRITY,
			       "the next table has not the nodes that were moved", there, moved);
	return count;
}

/* All but its functions in sections, and its name. */
#define HASH							\
	.needs = CONTEND_CAP_POINTERS,				\
	.verbs = hash_verbs,					\
	.keyed = true,						\
	.capacity = 16384,					\
	.node_size = sizeof(struct hash_node),			\
	.size = sizeof(struct hash),				\
	.init = hash_init,					\
	.elements = hash_elements,				\
	.wants = hash_wants

const struct contend_structure contend_structure_hash = {
	.name = "hash",
	.family = "set",
	.about = "a set of 64-bit keys in a hash table that grows and shrinks under its readers",
	HASH,
	.destroy = hash_destroy,
	.verify = hash_verify,
};

#ifdef CONTEND_MUTANT

/*
 * busted_hash: does not wait for the readers of the table before, whose links it takes for the
 * next one: a reader goes on in a chain of that.
 */
void contend_busted_hash_read(const void *data, const struct contend_request *rq,
			      struct contend_scratch *x)
{
	hash_read(data, rq, x, HASH_HASTY);
}

void contend_busted_hash_write(void *data, const struct contend_request *rq,
			       struct contend_scratch *x)
{
	hash_write(data, rq, x, HASH_HASTY);
}

const struct contend_structure contend_structure_busted_hash = {
	.name = "busted_hash",
	.family = "busted",
	.about = "a hash that relinks what a reader of the table before stands on",
	.busted = true,
	HASH,
	.destroy = hash_destroy,
	.verify = hash_verify,
};

/*
 * busted_early_hash: publishes the next table before it is filled: who looks there for a key that
 * is on its way does not find it, and a writer inserts it again.
 */
void contend_busted_early_hash_read(const void *data, const struct contend_request *rq,
				    struct contend_scratch *x)
{
	hash_read(data, rq, x, HASH_EARLY);
}

void contend_busted_early_hash_write(void *data, const struct contend_request *rq,
				     struct contend_scratch *x)
{
	hash_write(data, rq, x, HASH_EARLY);
}

static void busted_early_hash_destroy(void *data)
{
	struct hash *h = data;

	if (h->next)
		hash_free(h->next, h->moved);
	h->next = NULL;
	hash_destroy(h);
}

/* What is on its way counts; a key that is there twice may be there and on its way. */
static u64 busted_early_hash_verify(const void *data, struct violation_log *log)
{
	const struct hash *h = data;
	u64 count = hash_check(h->table, 0, hash_buckets(h->table), h->count, log);

	if (h->next)
		count += hash_check(h->next, h->moved, hash_buckets(h->next), h->count, log);
	return count;
}

const struct contend_structure contend_structure_busted_early_hash = {
	.name = "busted_early_hash",
	.family = "busted",
	.about = "a hash that publishes its next table before it is filled",
	.busted = true,
	HASH,
	.destroy = busted_early_hash_destroy,
	.verify = busted_early_hash_verify,
};

#endif /* CONTEND_MUTANT */

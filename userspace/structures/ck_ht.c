// SPDX-License-Identifier: GPL-2.0
/*
 * ck_ht: Concurrency Kit's hash table, as it is, beside our hash. It is for one writer, and for
 * readers that may be beside it: so its operations take the sides of the lock that those of
 * our hash take, and under a lock whose readers run beside writers what is erased waits, as
 * there.
 *
 * When a table grows, readers may be in its old map. Each map is twice as large as the one
 * before: the old ones stay until the end, and all of them take less than the last one.
 */
#include <ck_ht.h>

#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "check/violation.h"
#include "structures/structure.h"

/* Words that its entries have a meaning for: 0 and ~0. So a key is one more there. */
#define HT_KEYS		(~0ULL - 1)

/**
 * struct ht - see above
 * @table: changes inside the write section
 * @count: its elements; changes there too
 * @capacity: most of them, constant
 * @old: maps that it has left; changes inside the write section
 */
struct ht {
	ck_ht_t table;
	u64 count;
	u64 capacity;
	struct ht_map *old;
};

/**
 * struct ht_node - an element; constant from its publication to its release
 * @node: for its allocation and its release
 * @key: what it is about
 * @value: what was stored
 * @sealed: @key again, the last to be written and the first to be read: a sanitizer does
 *	not see into the library, by which one thread has the node from another
 */
struct ht_node {
	struct contend_node node;
	u64 key;
	u64 value;
	u64 sealed;
};

/**
 * struct ht_map - memory that the library asks for
 * @next: of those that are left
 * @data: its own
 */
struct ht_map {
	struct ht_map *next;
	char data[] __attribute__((__aligned__(16)));
};

/* What the library has left in this section: it does not say of which table. */
static __thread struct ht_map *ht_left;

enum { HT_LOOKUP, HT_INSERT, HT_ERASE };

static const struct contend_verb ck_ht_verbs[] = {
	[HT_LOOKUP] = { .name = "lookup", .guard = GUARD_READ, .share = 90 },
	[HT_INSERT] = {
		.name = "insert", .guard = GUARD_WRITE, .share = 5, .balance = 1,
		.links = true, .fills = true,
	},
	[HT_ERASE] = { .name = "erase", .guard = GUARD_WRITE, .share = 5, .balance = -1 },
	{ }
};

static void *ht_malloc(size_t size)
{
	struct ht_map *map = malloc(sizeof(*map) + size);

	return map ? map->data : NULL;
}

static void ht_free(void *data, size_t size, bool readers)
{
	struct ht_map *map = container_of(data, struct ht_map, data);

	if (!readers) {
		free(map);
		return;
	}
	map->next = ht_left;
	ht_left = map;
}

static struct ck_malloc ht_memory = { .malloc = ht_malloc, .free = ht_free };

static void ht_entry(ck_ht_t *table, u64 key, struct ht_node *n, ck_ht_hash_t *hash,
		     ck_ht_entry_t *entry)
{
	ck_ht_hash_direct(hash, table, key + 1);
	ck_ht_entry_set_direct(entry, *hash, key + 1, (uintptr_t)n);
}

static struct ht_node *ht_seek(ck_ht_t *table, u64 key)
{
	ck_ht_entry_t entry;
	ck_ht_hash_t hash;

	if (key >= HT_KEYS)
		return NULL;
	ht_entry(table, key, NULL, &hash, &entry);
	return ck_ht_get_spmc(table, hash, &entry) ?
	       (struct ht_node *)ck_ht_entry_value_direct(&entry) : NULL;
}

/* As contend_protect(): a node is safe when it was found after it was named. */
static struct ht_node *ht_protect(ck_ht_t *table, u64 key, const struct contend_scratch *x)
{
	struct ht_node *n = ht_seek(table, key), *seen;

	for (;;) {
		WRITE_ONCE(x->hazards[0], n);
		/* A: pairs with B in hazptr_look() */
		smp_mb();
		seen = ht_seek(table, key);
		if (seen == n)
			return n;
		n = seen;
	}
}

/* Whether a node that was found is not what was inserted. */
static bool ht_broken(const struct ht_node *n, u64 key, struct contend_scratch *x)
{
	/* Pairs with the release in ht_insert() */
	const u64 sealed = smp_load_acquire(&n->sealed);

	if (unlikely(n->node.live != NODE_LIVE)) {
		x->broken = "a node was freed under its reader";
		x->seen = n->node.live;
		x->expected = NODE_LIVE;
	} else if (unlikely(n->key != key || sealed != key)) {
		x->broken = "a node is not what was inserted";
		x->seen = n->key != key ? n->key : sealed;
		x->expected = key;
	}
	return x->broken;
}

void contend_peer_ck_ht_read(const void *data, const struct contend_request *rq,
			     struct contend_scratch *x)
{
	ck_ht_t *table = &((struct ht *)data)->table;
	struct ht_node *n = x->hazards ? ht_protect(table, rq->key, x) : ht_seek(table, rq->key);

	x->broken = NULL;
	x->error = -ENOENT;
	if (!n || ht_broken(n, rq->key, x))
		return;
	x->value = n->value;
	x->error = 0;
}

static void ht_insert(struct ht *h, const struct contend_request *rq, struct contend_scratch *x)
{
	struct ht_node *n = container_of(x->spare, struct ht_node, node);
	ck_ht_entry_t entry;
	ck_ht_hash_t hash;
	bool put;

	if (h->count >= h->capacity || rq->key >= HT_KEYS) {
		x->error = ht_seek(&h->table, rq->key) ? -EEXIST : -ENOSPC;
		return;
	}
	n->key = rq->key;
	n->value = rq->value;
	/* Pairs with the acquire in ht_broken() */
	smp_store_release(&n->sealed, rq->key);
	ht_entry(&h->table, rq->key, n, &hash, &entry);
	put = ck_ht_put_spmc(&h->table, hash, &entry);
	while (unlikely(ht_left)) {
		struct ht_map *map = ht_left;

		ht_left = map->next;
		map->next = h->old;
		h->old = map;
	}
	if (!put) {
		x->error = ht_seek(&h->table, rq->key) ? -EEXIST : -ENOMEM;
		return;
	}
	x->spare = NULL;
	h->count++;
	x->error = 0;
}

static void ht_erase(struct ht *h, const struct contend_request *rq, struct contend_scratch *x)
{
	ck_ht_entry_t entry;
	struct ht_node *n;
	ck_ht_hash_t hash;

	x->error = -ENOENT;
	if (rq->key >= HT_KEYS)
		return;
	ht_entry(&h->table, rq->key, NULL, &hash, &entry);
	if (!ck_ht_remove_spmc(&h->table, hash, &entry))
		return;
	n = (struct ht_node *)ck_ht_entry_value_direct(&entry);
	h->count--;
	if (ht_broken(n, rq->key, x))
		return;
	x->value = n->value;
	x->victim = &n->node;
	x->error = 0;
}

void contend_peer_ck_ht_write(void *data, const struct contend_request *rq,
			      struct contend_scratch *x)
{
	x->broken = NULL;
	if (rq->verb == HT_INSERT)
		ht_insert(data, rq, x);
	else
		ht_erase(data, rq, x);
}

static int ck_ht_make(void *data, const struct contend_shape *shape)
{
	struct ht *h = data;

	BUILD_BUG_ON(sizeof(uintptr_t) != sizeof(u64));
	h->capacity = shape->capacity;
	return ck_ht_init(&h->table, CK_HT_MODE_DIRECT | CK_HT_WORKLOAD_DELETE, NULL, &ht_memory,
			  256, 0) ? 0 : -ENOMEM;
}

static void ck_ht_break(void *data)
{
	ck_ht_iterator_t at = CK_HT_ITERATOR_INITIALIZER;
	struct ht *h = data;
	ck_ht_entry_t *entry;
	struct ht_map *map;

	while (ck_ht_next(&h->table, &at, &entry))
		contend_node_free(&((struct ht_node *)ck_ht_entry_value_direct(entry))->node);
	ck_ht_destroy(&h->table);
	while ((map = h->old)) {
		h->old = map->next;
		free(map);
	}
}

static u64 ck_ht_elements(const void *data)
{
	const struct ht *h = data;

	return READ_ONCE(h->count);
}

static u64 ck_ht_verify(const void *data, struct violation_log *log)
{
	ck_ht_iterator_t at = CK_HT_ITERATOR_INITIALIZER;
	struct ht *h = (struct ht *)data;
	struct contend_scratch x = { };
	ck_ht_entry_t *entry;
	u64 count = 0;

	while (ck_ht_next(&h->table, &at, &entry)) {
		count++;
		if (ht_broken((struct ht_node *)ck_ht_entry_value_direct(entry),
			      ck_ht_entry_key_direct(entry) - 1, &x))
			violation_note(log, CHECK_INTEGRITY, x.broken, x.seen, x.expected);
		x.broken = NULL;
	}
	if (count != h->count || count != ck_ht_count(&h->table))
		violation_note(log, CHECK_INTEGRITY, "the count is not that of the nodes",
			       h->count, count);
	return count;
}

const struct contend_structure contend_structure_peer_ck_ht = {
	.name = "peer:ck_ht",
	.family = "set",
	.about = "Concurrency Kit's ck_ht: a set of 64-bit keys for one writer, which grows",
	.needs = CONTEND_CAP_POINTERS,
	.verbs = ck_ht_verbs,
	.keyed = true,
	.capacity = 16384,
	.node_size = sizeof(struct ht_node),
	.size = sizeof(struct ht),
	.init = ck_ht_make,
	.destroy = ck_ht_break,
	.elements = ck_ht_elements,
	.verify = ck_ht_verify,
};

// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cache_reference.h"

/* Keys in some order, and a number with each. */
struct keys {
	u32 n;
	u64 *key;
	u8 *mark;
};

/**
 * struct reference - a cache that was never fast
 * @capacity: most keys
 * @a: of FIFO, LRU, CLOCK and SIEVE all keys; S3-FIFO's small queue, W-TinyLFU's window
 * @b: S3-FIFO's main queue, W-TinyLFU's probation
 * @c: S3-FIFO's ghosts, W-TinyLFU's protected ones
 * @hand: CLOCK's and SIEVE's
 * @counter: W-TinyLFU's, four rows
 * @width: of them, how many in a row
 * @counted: how many were added
 *
 * Each of the three has room for one more than the capacity.
 */
struct reference {
	u32 capacity;
	struct keys a;
	struct keys b;
	struct keys c;
	u32 hand;
	u8 *counter[4];
	u64 width;
	u64 counted;
};

static int index_of(const struct keys *k, u64 key)
{
	u32 i;

	for (i = 0; i < k->n; i++)
		if (k->key[i] == key)
			return i;
	return -1;
}

static u64 take_at(struct keys *k, u32 at)
{
	const u64 key = k->key[at];

	k->n--;
	memmove(&k->key[at], &k->key[at + 1], (k->n - at) * sizeof(k->key[0]));
	memmove(&k->mark[at], &k->mark[at + 1], (k->n - at) * sizeof(k->mark[0]));
	return key;
}

static void append(struct keys *k, u64 key, u8 mark)
{
	k->key[k->n] = key;
	k->mark[k->n++] = mark;
}

static bool fifo(struct reference *r, u64 key)
{
	if (index_of(&r->a, key) >= 0)
		return true;
	if (r->a.n == r->capacity)
		take_at(&r->a, 0);
	append(&r->a, key, 0);
	return false;
}

static bool lru(struct reference *r, u64 key)
{
	const int at = index_of(&r->a, key);

	if (at >= 0)
		take_at(&r->a, at);
	else if (r->a.n == r->capacity)
		take_at(&r->a, 0);
	append(&r->a, key, 0);
	return at >= 0;
}

/* Places in a circle, and a hand. */
static bool clock_hand(struct reference *r, u64 key)
{
	const int at = index_of(&r->a, key);

	if (at >= 0) {
		r->a.mark[at] = 1;
		return true;
	}
	if (r->a.n < r->capacity) {
		append(&r->a, key, 0);
		return false;
	}
	while (r->a.mark[r->hand]) {
		r->a.mark[r->hand] = 0;
		r->hand = (r->hand + 1) % r->capacity;
	}
	r->a.key[r->hand] = key;
	r->hand = (r->hand + 1) % r->capacity;
	return false;
}

/* The oldest first; the hand goes towards the newest. */
static bool sieve(struct reference *r, u64 key)
{
	const int at = index_of(&r->a, key);

	if (at >= 0) {
		r->a.mark[at] = 1;
		return true;
	}
	if (r->a.n == r->capacity) {
		while (r->a.mark[r->hand]) {
			r->a.mark[r->hand] = 0;
			r->hand = (r->hand + 1) % r->a.n;
		}
		take_at(&r->a, r->hand);
		/* The newest was the last to be looked at: then the oldest, whatever comes now. */
		if (r->hand == r->a.n)
			r->hand = 0;
	}
	append(&r->a, key, 0);
	return false;
}

static bool s3fifo(struct reference *r, u64 key)
{
	struct keys *small = &r->a, *main = &r->b, *ghosts = &r->c;
	const u32 small_most = r->capacity / 10 ?: 1;
	int at = index_of(small, key);
	u8 mark;

	if (at >= 0) {
		small->mark[at] += small->mark[at] < 3;
		return true;
	}
	at = index_of(main, key);
	if (at >= 0) {
		main->mark[at] += main->mark[at] < 3;
		return true;
	}
	while (small->n + main->n == r->capacity) {
		if (small->n && (small->n >= small_most || !main->n)) {
			mark = small->mark[0];
			if (mark >= 2) {
				append(main, take_at(small, 0), 0);
			} else {
				append(ghosts, take_at(small, 0), 0);
				if (ghosts->n > r->capacity - small_most)
					take_at(ghosts, 0);
			}
		} else {
			mark = main->mark[0];
			if (mark)
				append(main, take_at(main, 0), mark - 1);
			else
				take_at(main, 0);
		}
	}
	at = index_of(ghosts, key);
	if (at >= 0)
		take_at(ghosts, at);
	append(at >= 0 ? main : small, key, 0);
	return false;
}

/* The one thing that a reference must have from what it is a reference for: the hash. */
static u8 *counter_of(struct reference *r, u64 key, u32 row)
{
	static const u64 seeds[] = {
		0x94d049bb133111ebULL, 0xff51afd7ed558ccdULL,
		0xc4ceb9fe1a85ec53ULL, 0x4cf5ad432745937fULL,
	};
	u64 hash = (key + seeds[row]) * 0x61C8864680B583EBULL;

	hash = (hash ^ (hash >> 32)) * seeds[row];
	return &r->counter[row][hash / (UINT64_MAX / r->width + 1)];
}

static u8 estimate(struct reference *r, u64 key)
{
	u8 least = 15;
	u32 row;

	for (row = 0; row < 4; row++)
		if (*counter_of(r, key, row) < least)
			least = *counter_of(r, key, row);
	return least;
}

static void count(struct reference *r, u64 key)
{
	bool added = false;
	u64 i;
	u32 row;

	for (row = 0; row < 4; row++) {
		if (*counter_of(r, key, row) == 15)
			continue;
		++*counter_of(r, key, row);
		added = true;
	}
	if (added && ++r->counted == 10 * r->capacity) {
		for (row = 0; row < 4; row++)
			for (i = 0; i < r->width; i++)
				r->counter[row][i] /= 2;
		r->counted /= 2;
	}
}

static bool wtinylfu(struct reference *r, u64 key)
{
	struct keys *window = &r->a, *probation = &r->b, *protected = &r->c, *from;
	const u32 window_most = r->capacity / 100 ?: 1, main_most = r->capacity - window_most;
	u64 candidate;
	int at;

	count(r, key);
	at = index_of(window, key);
	if (at >= 0) {
		append(window, take_at(window, at), 0);
		return true;
	}
	at = index_of(protected, key);
	if (at >= 0) {
		append(protected, take_at(protected, at), 0);
		return true;
	}
	at = index_of(probation, key);
	if (at >= 0) {
		append(protected, take_at(probation, at), 0);
		if (protected->n > main_most * 80 / 100)
			append(probation, take_at(protected, 0), 0);
		return true;
	}
	append(window, key, 0);
	if (window->n <= window_most)
		return false;
	candidate = take_at(window, 0);
	from = probation->n ? probation : protected;
	if (probation->n + protected->n < main_most) {
		append(probation, candidate, 0);
	} else if (main_most && estimate(r, candidate) > estimate(r, from->key[0])) {
		take_at(from, 0);
		append(probation, candidate, 0);
	}
	return false;
}

const struct reference_policy reference_policies[REFERENCE_POLICIES] = {
	{ "cache_fifo", fifo }, { "cache_clock", clock_hand }, { "cache_lru", lru },
	{ "cache_sieve", sieve }, { "cache_s3fifo", s3fifo }, { "cache_wtinylfu", wtinylfu },
};

/**
 * reference_policy - that of a structure
 * @structure: its name
 *
 * Return: the policy; NULL: it is none that has one.
 */
const struct reference_policy *reference_policy(const char *structure)
{
	size_t i;

	for (i = 0; i < REFERENCE_POLICIES; i++)
		if (!strcmp(reference_policies[i].name, structure))
			return &reference_policies[i];
	return NULL;
}

/**
 * reference_make - a cache that is empty
 * @capacity: most keys
 *
 * Return: it, to be freed with reference_free(); NULL: there is no memory.
 */
struct reference *reference_make(u32 capacity)
{
	struct reference *r = calloc(1, sizeof(*r));
	struct keys *part;
	bool short_of = !r;
	u32 row;

	if (short_of)
		return NULL;
	r->capacity = capacity;
	for (part = &r->a; part <= &r->c; part++) {
		part->key = calloc(capacity + 1ULL, sizeof(*part->key));
		part->mark = calloc(capacity + 1ULL, sizeof(*part->mark));
		short_of |= !part->key || !part->mark;
	}
	for (r->width = 16; r->width < 16 * (u64)capacity; )
		r->width *= 2;
	for (row = 0; row < 4; row++) {
		r->counter[row] = calloc(r->width, 1);
		short_of |= !r->counter[row];
	}
	if (!short_of)
		return r;
	reference_free(r);
	return NULL;
}

/**
 * reference_free - free one
 * @r: from reference_make()
 */
void reference_free(struct reference *r)
{
	struct keys *part;
	u32 row;

	for (part = &r->a; part <= &r->c; part++) {
		free(part->key);
		free(part->mark);
	}
	for (row = 0; row < 4; row++)
		free(r->counter[row]);
	free(r);
}

/**
 * struct ahead - keys by when they are asked for next, the latest first: a heap
 * @key: in that order
 * @at: of each key where it is in @key, and 1; 0: it is not kept
 * @next: of each key that is kept, which request is its next
 * @n: how many are kept
 */
struct ahead {
	u32 *key;
	u32 *at;
	u32 *next;
	u32 n;
};

static void put_at(struct ahead *a, u32 at, u32 key)
{
	a->key[at] = key;
	a->at[key] = at + 1;
}

/* A key, of which the heap has room at @at, to where it belongs. */
static void settle(struct ahead *a, u32 at, u32 key)
{
	u32 child;

	while (at && a->next[a->key[(at - 1) / 2]] < a->next[key]) {
		put_at(a, at, a->key[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	for (; (child = 2 * at + 1) < a->n; at = child) {
		if (child + 1 < a->n && a->next[a->key[child + 1]] > a->next[a->key[child]])
			child++;
		if (a->next[a->key[child]] <= a->next[key])
			break;
		put_at(a, at, a->key[child]);
	}
	put_at(a, at, key);
}

/* One that is asked for is kept, unless all that are kept are wanted sooner. */
static bool keep(struct ahead *a, u32 capacity, u32 key, u32 next)
{
	const bool hit = a->at[key];

	a->next[key] = next;
	if (hit) {
		settle(a, a->at[key] - 1, key);
	} else if (a->n < capacity) {
		settle(a, a->n++, key);
	} else if (capacity && a->next[a->key[0]] > next) {
		a->at[a->key[0]] = 0;
		settle(a, 0, key);
	}
	return hit;
}

/**
 * reference_min - what a cache hits that knows the future: no policy hits more
 * @request: the keys that are asked for, in turn, each below @nkeys
 * @n: how many requests
 * @nkeys: how many keys
 * @capacity: most keys
 *
 * It gives up what is asked for latest (L. A. Belady, "A study of replacement algorithms for a
 * virtual-storage computer", IBM Systems Journal 5(2), 1966), if that is the new one too: so it is
 * above policies that do not admit all as well.
 *
 * Return: hits, of the first time through; -1: there is no memory.
 */
s64 reference_min(const u32 *request, u32 n, u32 nkeys, u32 capacity)
{
	struct ahead a = {
		.key = calloc(capacity + 1ULL, sizeof(u32)), .at = calloc(nkeys, sizeof(u32)),
		.next = calloc(nkeys, sizeof(u32)),
	};
	u32 *next = calloc(n + 1ULL, sizeof(u32)), i;
	s64 hits = -1;

	if (a.key && a.at && a.next && next) {
		/* From the end: when each is asked for again; @n: never. */
		for (i = 0; i < nkeys; i++)
			a.next[i] = n;
		for (i = n; i--; ) {
			next[i] = a.next[request[i]];
			a.next[request[i]] = i;
		}
		for (i = 0, hits = 0; i < n; i++)
			hits += keep(&a, capacity, request[i], next[i]);
	}
	free(a.key);
	free(a.at);
	free(a.next);
	free(next);
	return hits;
}

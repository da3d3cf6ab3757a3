/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tiers of caches before a store: one or two, each a structure of the catalogue that is reached by
 * a handle. A read asks the first one, and what that lacks the next one; the last one lacks what
 * the store has. Each keeps what it was told, under a lease: so what was invalidated meanwhile is
 * not put in any more.
 */
#ifndef CONTEND_CACHE_TIERS_H
#define CONTEND_CACHE_TIERS_H

#include "cache_origin.h"
#include "libcontend/contend.h"

#define TIERS	2

/* Who loads what is not there. */
enum fill_kind {
	FILL_SINGLE,	/* the first one; the others sleep until it has */
	FILL_LEASE,	/* the first one; the others come again after a while */
	FILL_HERD,	/* each one */
};

/* What a cache does wrong on purpose. */
enum tier_fault {
	FAULT_NONE,
	FAULT_FLIGHT,	/* who has no leave to load a key loads it nevertheless */
	FAULT_CLEANUP,	/* whose load was in vain clears the key, whoever has it now */
	FAULT_REFRESH,	/* what was loaded ahead is put in, whatever has become of the entry */
	FAULT_EARLY,	/* a write is in the cache before it has a number */
	FAULT_BEHIND,	/* a write that the queue has no room for is not queued */
	FAULT_LEDGER,	/* what was refused counts as put in */
	FAULT_CAPACITY,	/* twice as many entries */
	FAULT_TOUCH,	/* the neighbour of one key in 64 is asked for too */
};

/**
 * struct tier_verbs - a structure's operations, by their numbers; -1: it has none of that name
 * @get: what is there of a key; a table's lookup
 * @put: a value for a key; a table's insert
 * @lease: as structures/cache.c has it, like the rest
 * @fill: likewise
 * @invalidate: a table's erase
 * @expire: likewise
 * @replace: likewise
 * @reads: a get is on the read side: it is worth asking before a lease
 */
struct tier_verbs {
	int get;
	int put;
	int lease;
	int fill;
	int invalidate;
	int expire;
	int replace;
	bool reads;
};

/**
 * struct tier_rules - how all tiers are kept; constant
 * @origin: what they stand before
 * @key: the structure's key of each
 * @fill: who loads
 * @ttl_ns: how long an entry counts; 0: for ever
 * @negative_ns: how long the knowledge that a key has no value does; 0: not at all
 * @renew_ns: so long before its end an entry is worth a load; 0: never
 * @again_ns: FILL_LEASE: when to come again
 * @staged: loads see what waits to be stored
 * @fault: see there
 */
struct tier_rules {
	struct origin *origin;
	const u64 *key;
	enum fill_kind fill;
	u64 ttl_ns;
	u64 negative_ns;
	u64 renew_ns;
	u64 again_ns;
	bool staged;
	enum tier_fault fault;
};

/**
 * struct tier_counts - what a client has done, of each tier where it is an array: the last entry is
 *	the last tier's, however many there are
 * @hits: found there
 * @inserted: entries that were put in, filled or replaced
 * @refused: fills and replacements that came too late
 * @waits: keys that somebody else was loading
 * @negative: answers that there is none, from a tier
 */
struct tier_counts {
	u64 hits[TIERS];
	u64 inserted[TIERS];
	u64 refused;
	u64 waits;
	u64 negative;
};

/**
 * struct tiers - a client's
 * @rules: of all
 * @n: how many
 * @handle: of each; the client's own
 * @verbs: of each
 * @rng: the client's
 * @counts: the client's
 * @tag: of the request that its operations are for; 0: none
 * @error: a negative errno: the harness has failed
 * @block_ns: how long its last operation waited
 */
struct tiers {
	const struct tier_rules *rules;
	u32 n;
	struct contend_handle *handle[TIERS];
	const struct tier_verbs *verbs[TIERS];
	struct rng *rng;
	struct tier_counts *counts;
	u64 tag;
	int error;
	u64 block_ns;
};

int tier_verbs_load(int device, const char *structure, struct tier_verbs *v);
u32 tiers_read(struct tiers *t, u32 key);
u32 tiers_miss(struct tiers *t, u32 key);
void tiers_invalidate(struct tiers *t, u32 tier, u32 key);
bool tiers_replace(struct tiers *t, u32 key, u64 read, u32 value);
int tiers_do(struct tiers *t, struct contend_handle *handle, int verb, u64 key, u64 *value,
	     u64 deadline_ns);
int tiers_op(struct tiers *t, u32 tier, int verb, u32 key, u64 *value, u64 deadline_ns);
void tiers_count_insert(struct tiers *t, u32 tier, u32 key, u32 value);

#endif /* CONTEND_CACHE_TIERS_H */

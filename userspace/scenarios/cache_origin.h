/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a cache stands before: a store that is slow, has a version of each key, and keeps the books
 * by which is judged what a cache answers.
 *
 * A write gets the key's next version (issued), is stored or staged, and is acknowledged when all
 * was done that the cache promises. So a read that began then must not see an older version, and
 * none sees a version that was not issued: the value history of a key, by its numbers.
 */
#ifndef CONTEND_CACHE_ORIGIN_H
#define CONTEND_CACHE_ORIGIN_H

#include <linux/types.h>
#include <stdbool.h>

#include "cores.h"
#include "lib/rng.h"
#include "lib/spec.h"

/* Of a key that has no value; as CACHE_NOTHING. */
#define ORIGIN_NOTHING	((u32)~0)

/**
 * struct origin_key - the books of a key; all of it atomic, and what is counted only grows
 * @issued: versions that were given out
 * @staged: the newest that waits to be stored
 * @stored: the newest that is
 * @acknowledged: the newest whose write has ended
 * @ending: invalidations that have begun
 * @ended: and that have ended
 * @loaders: how many load it now
 * @flight: see origin_depart()
 * @departed_ns: when the first of these did
 * @renew_ns: from then on it is worth a load ahead of its end
 */
struct origin_key {
	u32 issued;
	u32 staged;
	u32 stored;
	u32 acknowledged;
	u32 ending;
	u32 ended;
	u32 loaders;
	u64 flight;
	u64 departed_ns;
	u64 renew_ns;
};

/**
 * struct origin - a store; in memory that processes share
 * @load: how long a load takes
 * @store: how long a write takes
 * @cores: how many of these it does at a time
 * @over: nobody waits for the rest any more, see origin_end()
 * @absent: of a hundred keys so many have no value, until they are written
 * @nkeys: how many there are
 * @loads: how many there were
 * @loading: how many there are now
 * @loading_most: the most at one time
 * @herd_most: of one key
 * @doubled: loads of a key of which one was under way that was still good
 * @stores: writes that have reached it
 * @key: of each
 */
struct origin {
	struct delay_spec load;
	struct delay_spec store;
	struct cores cores;
	bool over;
	u32 absent;
	u32 nkeys;
	u64 loads;
	u32 loading;
	u32 loading_most;
	u32 herd_most;
	u64 doubled;
	u64 stores;
	struct origin_key key[];
};

struct origin *origin_make(u32 nkeys);
void origin_free(struct origin *o);
void origin_end(struct origin *o);
void origin_nap(u64 ns);
u32 origin_load(struct origin *o, u32 key, struct rng *rng, bool staged);
u32 origin_issue(struct origin *o, u32 key);
void origin_store(struct origin *o, u32 key, u32 version, struct rng *rng);
void origin_stage(struct origin *o, u32 key, u32 version);
void origin_acknowledge(struct origin *o, u32 key, u32 version);
void origin_depart(struct origin *o, u32 key, u32 before, u64 asked_ns);
void origin_arrive(struct origin *o, u32 key, u32 before);
bool origin_invented(const struct origin *o, u32 key, u32 version);
u64 origin_lost(const struct origin *o);

/**
 * origin_acknowledged - the newest version of a key whose write has ended
 * @o: the store
 * @key: which
 *
 * Return: what a read that begins now must not be older than.
 */
static inline u32 origin_acknowledged(const struct origin *o, u32 key)
{
	return __atomic_load_n(&o->key[key].acknowledged, __ATOMIC_ACQUIRE);
}

/**
 * origin_version - which version a value is of
 * @value: as origin_load()
 *
 * Return: its number: a key that has none is at its first.
 */
static inline u32 origin_version(u32 value)
{
	return value == ORIGIN_NOTHING ? 0 : value;
}

#endif /* CONTEND_CACHE_ORIGIN_H */

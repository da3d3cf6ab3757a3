// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <sys/mman.h>
#include <time.h>

#include "cache_origin.h"
#include "lib/delay.h"
#include "scenario.h"
#include "structures/cache.h"

/* How long one waits for the store before it looks whether it need not any more. */
#define LOOK_NS		100000000ULL

static size_t size_of(u32 nkeys)
{
	return sizeof(struct origin) + nkeys * sizeof(struct origin_key);
}

/**
 * origin_make - a store, where all keys are at version 0
 * @nkeys: how many
 *
 * Return: it, to be freed with origin_free(); NULL: there is no memory.
 */
struct origin *origin_make(u32 nkeys)
{
	struct origin *o = mmap(NULL, size_of(nkeys), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (o == MAP_FAILED)
		return NULL;
	o->nkeys = nkeys;
	return o;
}

/**
 * origin_free - free one
 * @o: from origin_make()
 */
void origin_free(struct origin *o)
{
	munmap(o, size_of(o->nkeys));
}

/**
 * origin_end - from now on it does at once what it is asked for, and what it is at
 * @o: the store
 *
 * What waits for it may be many times as long as the run.
 */
void origin_end(struct origin *o)
{
	__atomic_store_n(&o->over, true, __ATOMIC_RELEASE);
}

/**
 * origin_nap - let time pass
 * @ns: how long
 */
void origin_nap(u64 ns)
{
	struct timespec ts = { ns / SPEC_NS_PER_S, ns % SPEC_NS_PER_S };

	if (ns)
		while (nanosleep(&ts, &ts) && errno == EINTR)
			;
}

/* It does something that takes so long, when one of those that do it is free. */
static void busy(struct origin *o, u64 ns)
{
	u64 now = play_now();
	const u64 done = cores_reserve(&o->cores, now, ns);

	for (; now < done && !__atomic_load_n(&o->over, __ATOMIC_ACQUIRE); now = play_now())
		origin_nap(min(done - now, LOOK_NS));
}

static void raise_to(u32 *to, u32 value)
{
	u32 now = __atomic_load_n(to, __ATOMIC_RELAXED);

	while (now < value && !__atomic_compare_exchange_n(to, &now, value, false,
							   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		;
}

/* Some have none, whatever their number. */
static bool is_absent(const struct origin *o, u32 key)
{
	return key * 0x9e3779b1U % 100 < o->absent;
}

/**
 * origin_load - what is there of a key, after a while, and when its turn has come
 * @o: the store
 * @key: which
 * @rng: of who asks
 * @staged: what waits to be stored counts
 *
 * What it answers is as old as the call.
 *
 * Return: its version; ORIGIN_NOTHING it has none.
 */
u32 origin_load(struct origin *o, u32 key, struct rng *rng, bool staged)
{
	struct origin_key *k = &o->key[key];
	u32 version = __atomic_load_n(&k->stored, __ATOMIC_ACQUIRE);
	const u32 waits = __atomic_load_n(&k->staged, __ATOMIC_ACQUIRE);

	if (staged && waits > version)
		version = waits;
	__atomic_fetch_add(&o->loads, 1, __ATOMIC_RELAXED);
	raise_to(&o->loading_most, __atomic_add_fetch(&o->loading, 1, __ATOMIC_RELAXED));
	raise_to(&o->herd_most, __atomic_add_fetch(&k->loaders, 1, __ATOMIC_RELAXED));
	busy(o, delay_next(&o->load, rng));
	__atomic_fetch_sub(&k->loaders, 1, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&o->loading, 1, __ATOMIC_RELAXED);
	return version || !is_absent(o, key) ? version : ORIGIN_NOTHING;
}

/**
 * origin_issue - the number of a write that begins
 * @o: the store
 * @key: of which key
 *
 * Return: its version.
 */
u32 origin_issue(struct origin *o, u32 key)
{
	return __atomic_add_fetch(&o->key[key].issued, 1, __ATOMIC_ACQ_REL);
}

/**
 * origin_store - write a version, after a while
 * @o: the store
 * @key: of which key
 * @version: from origin_issue(); one that is older than what is there changes nothing
 * @rng: of who writes
 */
void origin_store(struct origin *o, u32 key, u32 version, struct rng *rng)
{
	busy(o, delay_next(&o->store, rng));
	raise_to(&o->key[key].stored, version);
	__atomic_fetch_add(&o->stores, 1, __ATOMIC_RELAXED);
}

/**
 * origin_stage - a version is to be stored later, and counts from now on
 * @o: the store
 * @key: of which key
 * @version: from origin_issue()
 */
void origin_stage(struct origin *o, u32 key, u32 version)
{
	raise_to(&o->key[key].staged, version);
}

/**
 * origin_acknowledge - a write has ended
 * @o: the store
 * @key: of which key
 * @version: from origin_issue()
 */
void origin_acknowledge(struct origin *o, u32 key, u32 version)
{
	raise_to(&o->key[key].acknowledged, version);
}

/* A key's loads of an epoch: how many invalidations had ended before, how many are under way. */
#define FLIGHT(_before, _n)	((u64)(_before) << 32 | (_n))

/**
 * origin_depart - one begins to load a key, as the only one that does
 * @o: the store
 * @key: which
 * @before: how many of its invalidations had ended before it asked for leave to
 * @asked_ns: when it did so
 *
 * Of two at once one has no leave any more, if an invalidation has begun since either asked for it,
 * or if it is overdue. Else that is counted.
 */
void origin_depart(struct origin *o, u32 key, u32 before, u64 asked_ns)
{
	struct origin_key *k = &o->key[key];
	u64 flight = __atomic_load_n(&k->flight, __ATOMIC_ACQUIRE), next;
	const u64 now = play_now();
	const u64 first = __atomic_load_n(&k->departed_ns, __ATOMIC_ACQUIRE);

	do {
		next = flight >> 32 == before ? flight + 1 :
		       flight >> 32 < before || !(u32)flight ? FLIGHT(before, 1) : flight;
	} while (!__atomic_compare_exchange_n(&k->flight, &flight, next, false, __ATOMIC_ACQ_REL,
					      __ATOMIC_ACQUIRE));
	/* Looked at last. No invalidation has begun since either asked: both leaves are good. */
	if ((u32)flight && flight >> 32 == before &&
	    before == __atomic_load_n(&k->ending, __ATOMIC_ACQUIRE) &&
	    now - first < CACHE_LEASE_NS / 2 && now - asked_ns < CACHE_LEASE_NS / 2)
		__atomic_fetch_add(&o->doubled, 1, __ATOMIC_RELAXED);
	if ((u32)next == 1)
		__atomic_store_n(&k->departed_ns, now, __ATOMIC_RELEASE);
}

/**
 * origin_arrive - it has loaded it, and what came of it is there, or was refused
 * @o: the store
 * @key: which
 * @before: as for origin_depart()
 */
void origin_arrive(struct origin *o, u32 key, u32 before)
{
	u64 flight = __atomic_load_n(&o->key[key].flight, __ATOMIC_ACQUIRE);

	while (flight >> 32 == before && (u32)flight &&
	       !__atomic_compare_exchange_n(&o->key[key].flight, &flight, flight - 1, false,
					    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		;
}

/**
 * origin_invented - whether a value was never there
 * @o: the store
 * @key: of which key it was read, until now
 * @value: as origin_load()
 */
bool origin_invented(const struct origin *o, u32 key, u32 value)
{
	if (!origin_version(value))
		return (value == ORIGIN_NOTHING) != is_absent(o, key);
	return value > __atomic_load_n(&o->key[key].issued, __ATOMIC_ACQUIRE);
}

/**
 * origin_lost - at the end, when nothing is under way
 * @o: the store
 *
 * Return: how many keys have a version that was acknowledged, and that is not stored.
 */
u64 origin_lost(const struct origin *o)
{
	u64 lost = 0;
	u32 i;

	for (i = 0; i < o->nkeys; i++)
		lost += o->key[i].stored < o->key[i].acknowledged;
	return lost;
}

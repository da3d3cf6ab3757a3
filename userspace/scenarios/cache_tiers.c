// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/string.h>
#include <stdlib.h>

#include "cache_tiers.h"
#include "engine/verbs.h"
#include "scenario.h"
#include "structures/cache.h"

/* How long one sleeps for another's load before it looks again. */
#define WAIT_NS		50000000ULL

/**
 * tier_verbs_load - what a structure can do
 * @device: from contend_open() or contend_open_program()
 * @structure: its name
 * @v: filled in
 *
 * Return: 0; -ENOENT there is no such structure; -EOPNOTSUPP it is no cache, nor a table.
 */
int tier_verbs_load(int device, const char *structure, struct tier_verbs *v)
{
	struct verbs verbs;
	int ret = verbs_load(device, structure, &verbs);

	if (ret)
		return ret;
	v->lease = verbs_find(&verbs, "lease");
	v->fill = verbs_find(&verbs, "fill");
	v->expire = verbs_find(&verbs, "expire");
	v->replace = verbs_find(&verbs, "replace");
	v->get = verbs_find(&verbs, v->lease < 0 ? "lookup" : "get");
	v->put = verbs_find(&verbs, v->lease < 0 ? "insert" : "put");
	v->invalidate = verbs_find(&verbs, v->lease < 0 ? "erase" : "invalidate");
	v->reads = v->get >= 0 && verbs.verb[v->get].guard != GUARD_WRITE;
	return v->get < 0 || v->put < 0 || v->invalidate < 0 ? -EOPNOTSUPP : 0;
}

/**
 * tiers_do - one operation on an object of the system, tier or not
 * @t: the client's: its @tag, its @error, and how long the operation waited
 * @handle: of the object
 * @verb: its number
 * @key: the object's
 * @value: in and out
 * @deadline_ns: until when it waits; 0: not at all
 *
 * Return: 0 or an errno, as the structure says; EIO it was not carried out.
 */
int tiers_do(struct tiers *t, struct contend_handle *handle, int verb, u64 key, u64 *value,
	     u64 deadline_ns)
{
	struct contend_op op = {
		.size = sizeof(op), .verb = verb, .key = key, .value = *value,
		.deadline_ns = deadline_ns, .flags = deadline_ns ? CONTEND_OP_TIMED : 0,
		.tag = t->tag,
	};
	int ret = play_op(handle, &op);

	if (ret) {
		t->error = ret;
		ret = EIO;
		return ret;
	}
	*value = op.value;
	t->block_ns = op.block_ns;
	return op.error;
}

/**
 * tiers_op - one operation on a tier
 * @t: the client's
 * @tier: which
 * @verb: its number
 * @key: of which key
 * @value: in and out
 * @deadline_ns: until when it waits; 0: not at all
 *
 * Return: as tiers_do().
 */
int tiers_op(struct tiers *t, u32 tier, int verb, u32 key, u64 *value, u64 deadline_ns)
{
	return tiers_do(t, t->handle[tier], verb, t->rules->key[key], value, deadline_ns);
}

/* Where a tier is counted: a client with the last alone, a refresher, counts with the others. */
static u32 book_of(const struct tiers *t, u32 tier)
{
	return TIERS - t->n + tier;
}

/* It is there from now on, and for how long. */
static void entered(struct tiers *t, u32 tier, u32 key, u32 value)
{
	const struct tier_rules *rules = t->rules;
	u64 ns = rules->ttl_ns;

	t->counts->inserted[book_of(t, tier)]++;
	if (value == ORIGIN_NOTHING)
		ns = rules->negative_ns ?: 1;
	else if (ns && rules->renew_ns && tier == t->n - 1)
		__atomic_store_n(&rules->origin->key[key].renew_ns,
				 play_now() + ns - rules->renew_ns, __ATOMIC_RELAXED);
	/* If it is another one by now that one goes earlier. */
	if (ns)
		tiers_op(t, tier, t->verbs[tier]->expire, key, &ns, 0);
}

static u32 found(struct tiers *t, u32 tier, int error, u64 value)
{
	t->counts->hits[book_of(t, tier)]++;
	t->counts->negative += error == ENODATA;
	return value;
}

static u32 load(struct tiers *t, u32 key)
{
	return origin_load(t->rules->origin, key, t->rng, t->rules->staged);
}

static u32 from_tier(struct tiers *t, u32 tier, u32 key, bool asked);

/* What comes after a tier: the next one, or the store. */
static u32 from_next(struct tiers *t, u32 tier, u32 key)
{
	return tier + 1 < t->n ? from_tier(t, tier + 1, key, false) : load(t, key);
}

static u32 as_herd(struct tiers *t, u32 tier, u32 key)
{
	u32 value = from_next(t, tier, key);
	u64 v = value;

	/* A table has it already, or a cache has no room but for leases. */
	if (!tiers_op(t, tier, t->verbs[tier]->put, key, &v, 0))
		entered(t, tier, key, value);
	return value;
}

/* With leave to: @token is the lease. */
static u32 as_loader(struct tiers *t, u32 tier, u32 key, u64 token, u32 before, u64 asked_ns)
{
	const bool last = tier == t->n - 1;
	struct origin *o = t->rules->origin;
	u64 filled, none = 0;
	u32 value;

	if (last)
		origin_depart(o, key, before, asked_ns);
	value = from_next(t, tier, key);
	/* What follows is no load: once it is filled it may go, and be another one's to load. */
	if (last)
		origin_arrive(o, key, before);
	filled = (token & ~CACHE_NOTHING) | value;
	if (!tiers_op(t, tier, t->verbs[tier]->fill, key, &filled, 0)) {
		entered(t, tier, key, value);
		return value;
	}
	t->counts->refused++;
	if (t->rules->fault == FAULT_LEDGER)
		t->counts->inserted[book_of(t, tier)]++;
	if (t->rules->fault == FAULT_CLEANUP)
		tiers_op(t, tier, t->verbs[tier]->invalidate, key, &none, 0);
	return value;
}

/* @asked: it was asked for already, and is not there. */
static u32 from_tier(struct tiers *t, u32 tier, u32 key, bool asked)
{
	const struct tier_verbs *verbs = t->verbs[tier];
	const struct tier_rules *rules = t->rules;
	const bool herd = rules->fill == FILL_HERD;
	const bool sleeps = rules->fill == FILL_SINGLE && rules->fault != FAULT_FLIGHT;
	bool waited = false;
	u64 value = 0, asked_ns;
	u32 before;
	int error;

	if (!asked && (verbs->reads || herd)) {
		error = tiers_op(t, tier, verbs->get, key, &value, 0);
		if (!error || error == ENODATA)
			return found(t, tier, error, value);
	}
	if (herd)
		return as_herd(t, tier, key);
	for (;;) {
		before = __atomic_load_n(&rules->origin->key[key].ended, __ATOMIC_ACQUIRE);
		value = 0;
		asked_ns = play_now();
		error = tiers_op(t, tier, verbs->lease, key, &value,
				 sleeps ? asked_ns + WAIT_NS : 0);
		switch (error) {
		case 0:
		case ENODATA:
			/* Who has waited has not found it, but got it from who loaded it. */
			if (sleeps && t->block_ns && !waited) {
				t->counts->waits++;
				waited = true;
			}
			if (waited)
				return value;
			return found(t, tier, error, value);
		case ENOENT:
			return as_loader(t, tier, key, value, before, asked_ns);
		case ETIMEDOUT:
		case EAGAIN:
			t->counts->waits += !waited;
			waited = true;
			if (rules->fault == FAULT_FLIGHT)
				return as_loader(t, tier, key, 0, before, asked_ns);
			if (!sleeps)
				origin_nap(rules->again_ns);
			break;
		default:
			/* There are only leases, or no memory: it is not kept. */
			return from_next(t, tier, key);
		}
	}
}

/**
 * tiers_read - what there is of a key
 * @t: the client's
 * @key: which
 *
 * Return: its version; ORIGIN_NOTHING it has none. @t->error says whether it is an answer at all.
 */
u32 tiers_read(struct tiers *t, u32 key)
{
	return from_tier(t, 0, key, false);
}

/**
 * tiers_miss - the same, for a key that the first tier was asked for just now, and lacks
 * @t: the client's
 * @key: which
 *
 * Return: as tiers_read().
 */
u32 tiers_miss(struct tiers *t, u32 key)
{
	return from_tier(t, 0, key, true);
}

/**
 * tiers_invalidate - what a tier has of a key is not true any more
 * @t: the client's
 * @tier: which
 * @key: which
 */
void tiers_invalidate(struct tiers *t, u32 tier, u32 key)
{
	u64 none = 0;

	tiers_op(t, tier, t->verbs[tier]->invalidate, key, &none, 0);
}

/**
 * tiers_replace - another value, for an entry of the last tier that was read
 * @t: the client's
 * @key: its key
 * @read: what was read
 * @value: what comes in its place
 *
 * Return: false: it is another one by now, or gone.
 */
bool tiers_replace(struct tiers *t, u32 key, u64 read, u32 value)
{
	const u32 tier = t->n - 1;
	u64 to = (read & ~CACHE_NOTHING) | value;

	if (tiers_op(t, tier, t->verbs[tier]->replace, key, &to, 0)) {
		t->counts->refused++;
		return false;
	}
	entered(t, tier, key, value);
	return true;
}

/**
 * tiers_count_insert - an entry was put into a tier by other means
 * @t: the client's
 * @tier: which
 * @key: its key
 * @value: what it is
 */
void tiers_count_insert(struct tiers *t, u32 tier, u32 key, u32 value)
{
	entered(t, tier, key, value);
}

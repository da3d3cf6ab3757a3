// SPDX-License-Identifier: GPL-2.0
/*
 * What is found without a lock in a cache with SLAB_TYPESAFE_BY_RCU, where memory may be
 * used again at once, but for the same type until a grace period has passed. So a reader
 * finds something by RCU, gets hold of it, by a reference, its spinlock or its sequence,
 * which are good in any life of it, and looks whether it is still what was to be found
 * (include/linux/slab.h has the rule).
 *
 * Here the thing stays the same: it is the cost of the dance that counts. With a
 * reference nobody is kept from writing, and that one is for readers only; with its lock
 * it is an exclusive lock, with its sequence a seqlock.
 */
#include <linux/bug.h>
#include <linux/kcsan-checks.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/seqlock.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "locks/section.h"
#include "lib/charge.h"
#include "locks/readers.h"
#include "locks/sequence.h"
#include "locks/typesafe.h"

/* @refs is set up in each life, the others once and for all by typesafe_construct(). */
struct typesafe_thing {
	refcount_t refs;
	spinlock_t lock;	/* of the tasks that found it, guards what a lock guards */
	seqlock_t sequence;
};

struct typesafe {
	struct typesafe_thing __rcu *thing;	/* where it is found; constant */
};

/* Constant while the module is there. */
static struct kmem_cache *typesafe_cache;

static void typesafe_construct(void *p)
{
	struct typesafe_thing *thing = p;

	spin_lock_init(&thing->lock);
	seqlock_init(&thing->sequence);
}

/**
 * typesafe_cache_init - make the cache
 *
 * With the module, since the kernel warns of a cache that cannot be made.
 *
 * Context: module load.
 * Return: 0 or -ENOMEM.
 */
int typesafe_cache_init(void)
{
	typesafe_cache = kmem_cache_create("contend_typesafe", sizeof(struct typesafe_thing),
					   __alignof__(struct typesafe_thing),
					   SLAB_TYPESAFE_BY_RCU | SLAB_HWCACHE_ALIGN,
					   typesafe_construct);
	return typesafe_cache ? 0 : -ENOMEM;
}

/**
 * typesafe_cache_exit - give it back
 *
 * Context: module unload: no object is left. Waits for a grace period.
 */
void typesafe_cache_exit(void)
{
	kmem_cache_destroy(typesafe_cache);
}

static void typesafe_put(struct typesafe_thing *thing)
{
	if (refcount_dec_and_test(&thing->refs))
		kmem_cache_free(typesafe_cache, thing);
}

static int typesafe_init(void *lock)
{
	struct typesafe *t = lock;
	struct typesafe_thing *thing;

	thing = kmem_cache_alloc(typesafe_cache, GFP_CLIENT);
	if (!thing)
		return -ENOMEM;
	refcount_set(&thing->refs, 1);
	/* Pairs with rcu_dereference() in the functions that look for it. */
	rcu_assign_pointer(t->thing, thing);
	return 0;
}

static void typesafe_destroy(void *lock)
{
	struct typesafe *t = lock;
	struct typesafe_thing *thing = rcu_dereference_protected(t->thing, true);

	WARN_ON_ONCE(refcount_read(&thing->refs) != 1);
	typesafe_put(thing);
}

/* Is what the caller has hold of still what is to be found? */
static __always_inline bool typesafe_same(const struct typesafe *t,
					  const struct typesafe_thing *thing)
{
	return likely(rcu_access_pointer(t->thing) == thing);
}

/* Find it, get hold of it, and look again. */
static __always_inline struct typesafe_thing *
typesafe_find(struct typesafe *t, bool (*hold)(struct typesafe_thing *thing),
	      void (*drop)(struct typesafe_thing *thing))
{
	struct typesafe_thing *thing;

	rcu_read_lock();
	for (;;) {
		thing = rcu_dereference(t->thing);
		if (!hold(thing))
			continue;
		if (typesafe_same(t, thing))
			break;
		drop(thing);
	}
	rcu_read_unlock();
	return thing;
}

static bool typesafe_get(struct typesafe_thing *thing)
{
	return refcount_inc_not_zero(&thing->refs);
}

static void typesafe_ref_enter(void *lock, union lock_token *token)
{
	token->slot = typesafe_find(lock, typesafe_get, typesafe_put);
}

static bool typesafe_ref_leave(void *lock, union lock_token *token)
{
	typesafe_put(token->slot);
	return false;
}

CONTEND_READERS(typesafe_ref, "reference",
		"SLAB_TYPESAFE_BY_RCU: find it, take a reference, look again",
		.size = sizeof(struct typesafe), .init = typesafe_init,
		.destroy = typesafe_destroy);

static bool typesafe_spin_lock(struct typesafe_thing *thing)
	__acquires(&thing->lock)
{
	spin_lock(&thing->lock);
	return true;
}

static void typesafe_spin_unlock(struct typesafe_thing *thing)
	__releases(&thing->lock)
{
	spin_unlock(&thing->lock);
}

static void typesafe_lock_enter(void *lock, union lock_token *token)
	__acquires(lock)
{
	token->slot = typesafe_find(lock, typesafe_spin_lock, typesafe_spin_unlock);
	/* Sparse does not look through a pointer. */
	__acquire(lock);
}

static void typesafe_lock_leave(void *lock, union lock_token *token)
	__releases(lock)
{
	typesafe_spin_unlock(token->slot);
}

static const struct lock_ops typesafe_lock_ops = {
	.size = sizeof(struct typesafe),
	.init = typesafe_init,
	.destroy = typesafe_destroy,
	.write_enter = typesafe_lock_enter,
	.write_leave = typesafe_lock_leave,
};

CONTEND_LOCK(typesafe_lock, "spin",
	     "SLAB_TYPESAFE_BY_RCU: find it, take its spinlock, look again",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_SLEEPS_ON_RT);

/* What a reader must remember: a token has no field for both. */
enum { TYPESAFE_THING, TYPESAFE_SEQ };

/* A reader of a sequence holds nothing: RCU is what it stands on until it has left. */
static void typesafe_seqlock_read_enter(void *lock, union lock_token *token)
	__acquires(RCU)
	__acquires(lock)
{
	struct typesafe *t = lock;
	struct typesafe_thing *thing;
	unsigned int seq;

	rcu_read_lock();
	for (;;) {
		thing = rcu_dereference(t->thing);
		seq = sequence_begin(&thing->sequence.seqcount);
		if (sequence_locks(seq))
			read_seqlock_excl(&thing->sequence);
		else
			__acquire(lock);
		if (typesafe_same(t, thing))
			break;
		if (sequence_locks(seq))
			read_sequnlock_excl(&thing->sequence);
		else
			__release(lock);
	}
	token->node[TYPESAFE_SEQ] = seq;
	token->node[TYPESAFE_THING] = (unsigned long)thing;
	/* As in seqlock.c. */
	kcsan_nestable_atomic_begin();
}

static bool typesafe_seqlock_read_leave(void *lock, union lock_token *token)
	__releases(RCU)
	__releases(lock)
{
	struct typesafe_thing *thing = (void *)(unsigned long)token->node[TYPESAFE_THING];
	bool retry;

	kcsan_nestable_atomic_end();
	if (sequence_locks(token->node[TYPESAFE_SEQ])) {
		read_sequnlock_excl(&thing->sequence);
		retry = false;
	} else {
		retry = read_seqretry(&thing->sequence, token->node[TYPESAFE_SEQ]);
		__release(lock);
	}
	rcu_read_unlock();
	return retry;
}

static bool typesafe_write_seqlock(struct typesafe_thing *thing)
	__acquires(&thing->sequence)
{
	write_seqlock(&thing->sequence);
	return true;
}

static void typesafe_write_sequnlock(struct typesafe_thing *thing)
	__releases(&thing->sequence)
{
	write_sequnlock(&thing->sequence);
}

static void typesafe_seqlock_write_enter(void *lock, union lock_token *token)
	__acquires(lock)
{
	token->slot = typesafe_find(lock, typesafe_write_seqlock, typesafe_write_sequnlock);
	__acquire(lock);
}

static void typesafe_seqlock_write_leave(void *lock, union lock_token *token)
	__releases(lock)
{
	typesafe_write_sequnlock(token->slot);
}

static const struct lock_ops typesafe_seqlock_ops = {
	.size = sizeof(struct typesafe),
	.init = typesafe_init,
	.destroy = typesafe_destroy,
	.write_enter = typesafe_seqlock_write_enter,
	.write_leave = typesafe_seqlock_write_leave,
	.read_enter = typesafe_seqlock_read_enter,
	.read_leave = typesafe_seqlock_read_leave,
};

CONTEND_LOCK(typesafe_seqlock, "sequence",
	     "SLAB_TYPESAFE_BY_RCU: find it, read its sequence, look again; a seqlock",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_RETRY |
	     CONTEND_CAP_SLEEPS_ON_RT);

// SPDX-License-Identifier: GPL-2.0
/* Concurrency Kit's locks (S. A. Bahra, http://concurrencykit.org), as its headers have them. */
#include <ck_pflock.h>
#include <ck_rwlock.h>
#include <ck_spinlock.h>
#include <ck_tflock.h>

#include <linux/log2.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include "locks/section.h"

/* A lock of one word, or two, and nothing for each waiter. */
#define CK_WORD(_name, _init, _lock, _unlock, _try, _about)				\
	static int ck_##_name##_make(void *lock)					\
	{										\
		_init(lock);								\
		return 0;								\
	}										\
	static void ck_##_name##_enter(void *lock, union lock_token *token)		\
	{										\
		_lock(lock);								\
	}										\
	static void ck_##_name##_leave(void *lock, union lock_token *token)		\
	{										\
		_unlock(lock);								\
	}										\
	static bool ck_##_name##_try(void *lock, union lock_token *token)		\
	{										\
		return _try(lock);							\
	}										\
	static void ck_##_name##_nest(void *lock, union lock_token *token,		\
				      unsigned int depth)				\
	{										\
		_lock(lock);								\
	}										\
	static const struct lock_ops ck_##_name##_ops = {				\
		.size = SMP_CACHE_BYTES,						\
		.init = ck_##_name##_make,						\
		.write_enter = ck_##_name##_enter,					\
		.write_leave = ck_##_name##_leave,					\
		.write_try = ck_##_name##_try,						\
		.write_nest = ck_##_name##_nest,					\
	};										\
	CONTEND_LOCK(ck_##_name, "spin", _about,					\
		     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS |			\
		     CONTEND_CAP_NESTS | CONTEND_CAP_TRY)

CK_WORD(fas, ck_spinlock_fas_init, ck_spinlock_fas_lock,
	ck_spinlock_fas_unlock, ck_spinlock_fas_trylock,
	"Concurrency Kit's ck_spinlock_fas: fetch-and-store, then look on");
CK_WORD(cas, ck_spinlock_cas_init, ck_spinlock_cas_lock,
	ck_spinlock_cas_unlock, ck_spinlock_cas_trylock,
	"Concurrency Kit's ck_spinlock_cas: compare-and-swap, then look on");
CK_WORD(ticket, ck_spinlock_ticket_init, ck_spinlock_ticket_lock,
	ck_spinlock_ticket_unlock, ck_spinlock_ticket_trylock,
	"Concurrency Kit's ck_spinlock_ticket: first come, first served");

/* One with a node for each waiter, which the token has room for. */
static int ck_mcs_make(void *lock)
{
	ck_spinlock_mcs_init(lock);
	return 0;
}

static void ck_mcs_enter(void *lock, union lock_token *token)
{
	BUILD_BUG_ON(sizeof(struct ck_spinlock_mcs) > sizeof(token->node));
	ck_spinlock_mcs_lock(lock, (struct ck_spinlock_mcs *)token->node);
}

static void ck_mcs_leave(void *lock, union lock_token *token)
{
	ck_spinlock_mcs_unlock(lock, (struct ck_spinlock_mcs *)token->node);
}

static const struct lock_ops ck_mcs_ops = {
	.size = sizeof(ck_spinlock_mcs_t),
	.init = ck_mcs_make,
	.write_enter = ck_mcs_enter,
	.write_leave = ck_mcs_leave,
};

CONTEND_LOCK(ck_mcs, "spin", "Concurrency Kit's ck_spinlock_mcs: each waiter spins on its own node",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS);

/* A thread leaves its node to the next one and goes away with another: it has one for each lock. */
struct ck_clh {
	ck_spinlock_clh_t *tail;
	ck_spinlock_clh_t **mine;	/* each thread's */
	ck_spinlock_clh_t *nodes;	/* one for each thread, and one for the lock */
};

/* Each on a cache line of its own; the last one is the lock's. */
static ck_spinlock_clh_t *ck_clh_node(const struct ck_clh *l, unsigned int i)
{
	return (void *)((char *)l->nodes + (size_t)i * SMP_CACHE_BYTES);
}

static int ck_clh_make(void *lock)
{
	struct ck_clh *l = lock;
	unsigned int cpu;

	l->nodes = kcalloc(num_possible_cpus() + 1, SMP_CACHE_BYTES, GFP_KERNEL);
	if (!l->nodes)
		return -ENOMEM;
	l->mine = shim_percpu_alloc(sizeof(*l->mine), __alignof__(*l->mine));
	if (!l->mine) {
		kfree(l->nodes);
		return -ENOMEM;
	}
	for_each_possible_cpu(cpu) {
		ck_spinlock_clh_t **mine = per_cpu_ptr(l->mine, cpu);

		*mine = ck_clh_node(l, cpu);
	}
	ck_spinlock_clh_init(&l->tail, ck_clh_node(l, num_possible_cpus()));
	return 0;
}

static void ck_clh_break(void *lock)
{
	struct ck_clh *l = lock;

	free_percpu(l->mine);
	kfree(l->nodes);
}

static void ck_clh_enter(void *lock, union lock_token *token)
{
	struct ck_clh *l = lock;

	ck_spinlock_clh_lock(&l->tail, *this_cpu_ptr(l->mine));
}

static void ck_clh_leave(void *lock, union lock_token *token)
{
	struct ck_clh *l = lock;

	ck_spinlock_clh_unlock(this_cpu_ptr(l->mine));
}

static const struct lock_ops ck_clh_ops = {
	.size = sizeof(struct ck_clh),
	.init = ck_clh_make,
	.destroy = ck_clh_break,
	.write_enter = ck_clh_enter,
	.write_leave = ck_clh_leave,
};

CONTEND_LOCK(ck_clh, "spin", "Concurrency Kit's ck_spinlock_clh: each waiter spins on the node before",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS);

/* Places, as many as there can be threads. */
struct ck_places {
	ck_spinlock_anderson_t lock;
	struct ck_spinlock_anderson_thread *places;
};

static int ck_anderson_make(void *lock)
{
	struct ck_places *l = lock;

	l->places = kcalloc(roundup_pow_of_two(num_possible_cpus()), sizeof(*l->places),
			    GFP_KERNEL);
	if (!l->places)
		return -ENOMEM;
	ck_spinlock_anderson_init(&l->lock, l->places, roundup_pow_of_two(num_possible_cpus()));
	return 0;
}

static void ck_anderson_break(void *lock)
{
	kfree(((struct ck_places *)lock)->places);
}

static void ck_anderson_enter(void *lock, union lock_token *token)
{
	struct ck_spinlock_anderson_thread *place;

	ck_spinlock_anderson_lock(&((struct ck_places *)lock)->lock, &place);
	token->slot = place;
}

static void ck_anderson_leave(void *lock, union lock_token *token)
{
	ck_spinlock_anderson_unlock(&((struct ck_places *)lock)->lock, token->slot);
}

static const struct lock_ops ck_anderson_ops = {
	.size = sizeof(struct ck_places),
	.init = ck_anderson_make,
	.destroy = ck_anderson_break,
	.write_enter = ck_anderson_enter,
	.write_leave = ck_anderson_leave,
};

CONTEND_LOCK(ck_anderson, "spin", "Concurrency Kit's ck_spinlock_anderson: an array of places",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS);

#define CK_READERS(_name, _init, _prefix, _about)					\
	static int ck_##_name##_make(void *lock)					\
	{										\
		_init(lock);								\
		return 0;								\
	}										\
	static void ck_##_name##_enter(void *lock, union lock_token *token)		\
	{										\
		_prefix##_write_lock(lock);						\
	}										\
	static void ck_##_name##_leave(void *lock, union lock_token *token)		\
	{										\
		_prefix##_write_unlock(lock);						\
	}										\
	static void ck_##_name##_read(void *lock, union lock_token *token)		\
	{										\
		_prefix##_read_lock(lock);						\
	}										\
	static bool ck_##_name##_read_leave(void *lock, union lock_token *token)	\
	{										\
		_prefix##_read_unlock(lock);						\
		return false;								\
	}										\
	static const struct lock_ops ck_##_name##_ops = {				\
		.size = SMP_CACHE_BYTES,						\
		.init = ck_##_name##_make,						\
		.write_enter = ck_##_name##_enter,					\
		.write_leave = ck_##_name##_leave,					\
		.read_enter = ck_##_name##_read,					\
		.read_leave = ck_##_name##_read_leave,					\
	};										\
	CONTEND_LOCK(ck_##_name, "readers-writer", _about,				\
		     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS)

CK_READERS(rwlock, ck_rwlock_init, ck_rwlock, "Concurrency Kit's ck_rwlock: prefers writers");
CK_READERS(pflock, ck_pflock_init, ck_pflock, "Concurrency Kit's ck_pflock: phase-fair");
CK_READERS(tflock, ck_tflock_ticket_init, ck_tflock_ticket,
	   "Concurrency Kit's ck_tflock_ticket: task-fair, first come, first served");

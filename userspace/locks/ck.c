// SPDX-License-Identifier: GPL-2.0
/*
 * Concurrency Kit's locks (S. A. Bahra, http://concurrencykit.org), as its headers have them.
 *
 * Not here:
 *
 *	ck_elide	takes RTM, for which Debian's is not built: it is then the lock below it
 *	ck_swlock	for one writer: two of them do not exclude each other
 *	ck_spinlock	ck_spinlock_fas by another name
 *	ck_hp		of what waits to be freed it keeps more than a struct rcu_head has room for
 *
 * Of ck_spinlock_ticket its _lock_pb() is not here, whose shift each of its users has to find;
 * of ck_cohort its trylock, which may leave the global lock to a waiter that there is not.
 */
#include <ck_brlock.h>
#include <ck_bytelock.h>
#include <ck_cohort.h>
#include <ck_pflock.h>
#include <ck_rwcohort.h>
#include <ck_rwlock.h>
#include <ck_sequence.h>
#include <ck_spinlock.h>
#include <ck_tflock.h>

#include <linux/log2.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/topology.h>

#include "locks/section.h"

/*
 * Each lock NAME has functions ck_NAME_make(), _enter(), _leave() and so on, for struct
 * lock_ops. Stamped out, one is what it does with @lock and @token.
 */
#define CK_MAKE(_name, ...)								\
	static int ck_##_name##_make(void *lock)					\
	{										\
		__VA_ARGS__;								\
		return 0;								\
	}
#define CK_DO(_name, _op, ...)								\
	static void ck_##_name##_##_op(void *lock, union lock_token *token)		\
	{										\
		__VA_ARGS__;								\
	}
#define CK_TRY(_name, ...)								\
	static bool ck_##_name##_try(void *lock, union lock_token *token)		\
	{										\
		return __VA_ARGS__;							\
	}
#define CK_READ_LEAVE(_name, ...)							\
	static bool ck_##_name##_read_leave(void *lock, union lock_token *token)	\
	{										\
		__VA_ARGS__;								\
		return false;								\
	}

/* What a lock may have besides, for the last argument of CK_LOCK(). */
#define CK_BREAKS(_name)	.destroy = ck_##_name##_break
#define CK_TRIES(_name)		.write_try = ck_##_name##_try
#define CK_READS(_name)	\
	.read_enter = ck_##_name##_read_enter, .read_leave = ck_##_name##_read_leave

/* The catalogue's entry of a lock, with what all of them have. */
#define CK_LOCK(_name, _family, _type, _caps, _about, ...)				\
	static void ck_##_name##_nest(void *lock, union lock_token *token,		\
				      unsigned int depth)				\
	{										\
		ck_##_name##_enter(lock, token);					\
	}										\
	static const struct lock_ops ck_##_name##_ops = {				\
		.size = sizeof(_type),							\
		.init = ck_##_name##_make,						\
		.write_enter = ck_##_name##_enter,					\
		.write_leave = ck_##_name##_leave,					\
		.write_nest = ck_##_name##_nest,					\
		__VA_ARGS__								\
	};										\
	CONTEND_LOCK(ck_##_name, _family, "Concurrency Kit's " _about,			\
		     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_NESTS | (_caps))

#define CK_SPINS	CONTEND_CAP_POINTERS
#define CK_SHARES	(CONTEND_CAP_POINTERS | CONTEND_CAP_SHARED)

/* Those of one word. */
#define CK_SPIN(_name, _prefix, _lock, _about)						\
	CK_MAKE(_name, _prefix##_init(lock))						\
	CK_DO(_name, enter, _prefix##_##_lock(lock))					\
	CK_DO(_name, leave, _prefix##_unlock(lock))					\
	CK_TRY(_name, _prefix##_trylock(lock))						\
	CK_LOCK(_name, "spin", struct _prefix, CK_SPINS | CONTEND_CAP_TRY,		\
		#_prefix ": " _about, CK_TRIES(_name))

CK_SPIN(fas, ck_spinlock_fas, lock, "fetch-and-store, then look on");
CK_SPIN(fas_eb, ck_spinlock_fas, lock_eb, "fetch-and-store with exponential back-off");
CK_SPIN(cas, ck_spinlock_cas, lock, "compare-and-swap, then look on");
CK_SPIN(cas_eb, ck_spinlock_cas, lock_eb, "compare-and-swap with exponential back-off");
CK_SPIN(dec, ck_spinlock_dec, lock, "decrement to zero, then look on");
CK_SPIN(dec_eb, ck_spinlock_dec, lock_eb, "decrement to zero with exponential back-off");
CK_SPIN(ticket, ck_spinlock_ticket, lock, "first come, first served");

/* Those of some words, and readers. */
#define CK_READERS(_name, _prefix, _caps, _about, ...)					\
	CK_MAKE(_name, _prefix##_init(lock))						\
	CK_DO(_name, enter, _prefix##_write_lock(lock))					\
	CK_DO(_name, leave, _prefix##_write_unlock(lock))				\
	CK_DO(_name, read_enter, _prefix##_read_lock(lock))				\
	CK_READ_LEAVE(_name, _prefix##_read_unlock(lock))				\
	CK_LOCK(_name, "readers-writer", struct _prefix, CK_SHARES | (_caps),		\
		#_prefix ": " _about, CK_READS(_name), ##__VA_ARGS__)

CK_TRY(rwlock, ck_rwlock_write_trylock(lock))
CK_READERS(rwlock, ck_rwlock, CONTEND_CAP_TRY, "prefers writers", CK_TRIES(rwlock));
CK_READERS(pflock, ck_pflock, 0, "phase-fair");
CK_READERS(tflock, ck_tflock_ticket, 0, "task-fair, first come, first served");

/* Readers who repeat, and writers whom another lock keeps apart, as its manual wants it. */
struct ck_sequence_writers {
	ck_sequence_t sequence;
	ck_spinlock_fas_t writers;
};

static void ck_sequence_enter(void *lock, union lock_token *token)
{
	struct ck_sequence_writers *l = lock;

	ck_spinlock_fas_lock(&l->writers);
	ck_sequence_write_begin(&l->sequence);
}

static void ck_sequence_leave(void *lock, union lock_token *token)
{
	struct ck_sequence_writers *l = lock;

	ck_sequence_write_end(&l->sequence);
	ck_spinlock_fas_unlock(&l->writers);
}

static bool ck_sequence_read_leave(void *lock, union lock_token *token)
{
	return ck_sequence_read_retry(lock, token->seq);
}

CK_MAKE(sequence, *(struct ck_sequence_writers *)lock = (struct ck_sequence_writers){ })
CK_DO(sequence, read_enter, token->seq = ck_sequence_read_begin(lock))
CK_LOCK(sequence, "sequence", struct ck_sequence_writers, CONTEND_CAP_SHARED | CONTEND_CAP_RETRY,
	"ck_sequence: readers repeat what a writer has torn; writers take a ck_spinlock_fas",
	CK_READS(sequence));

/* A thread by a number that is not 0: its place. */
static unsigned int ck_me(void)
{
	return smp_processor_id() + 1;
}

/* A task might enter it again: ours do not, and pay for it. */
CK_MAKE(rwlock_recursive,
	*(ck_rwlock_recursive_t *)lock = (ck_rwlock_recursive_t)CK_RWLOCK_RECURSIVE_INITIALIZER)
CK_DO(rwlock_recursive, enter, ck_rwlock_recursive_write_lock(lock, ck_me()))
CK_DO(rwlock_recursive, leave, ck_rwlock_recursive_write_unlock(lock))
CK_TRY(rwlock_recursive, ck_rwlock_recursive_write_trylock(lock, ck_me()))
CK_DO(rwlock_recursive, read_enter, ck_rwlock_recursive_read_lock(lock))
CK_READ_LEAVE(rwlock_recursive, ck_rwlock_recursive_read_unlock(lock))
CK_LOCK(rwlock_recursive, "readers-writer", ck_rwlock_recursive_t, CK_SHARES | CONTEND_CAP_TRY,
	"ck_rwlock_recursive: ck_rwlock whose writer may enter it again",
	CK_READS(rwlock_recursive), CK_TRIES(rwlock_recursive));

/* The first 56 threads have a byte each, the others a counter. */
CK_MAKE(bytelock, ck_bytelock_init(lock))
CK_DO(bytelock, enter, ck_bytelock_write_lock(lock, ck_me()))
CK_DO(bytelock, leave, ck_bytelock_write_unlock(lock))
CK_DO(bytelock, read_enter, ck_bytelock_read_lock(lock, ck_me()))
CK_READ_LEAVE(bytelock, ck_bytelock_read_unlock(lock, ck_me()))
CK_LOCK(bytelock, "readers-writer", ck_bytelock_t, CK_SHARES,
	"ck_bytelock: a byte for each reader, for the first 56 threads", CK_READS(bytelock));

/* Each thread that reads registers at its first time. */
struct ck_brlock_place {
	ck_brlock_reader_t reader;
	bool registered;
};

struct ck_brlock_places {
	ck_brlock_t lock;
	struct ck_brlock_place *places;	/* each thread's */
};

static int ck_brlock_make(void *lock)
{
	struct ck_brlock_places *l = lock;

	ck_brlock_init(&l->lock);
	l->places = alloc_percpu_gfp(struct ck_brlock_place, GFP_KERNEL);
	return l->places ? 0 : -ENOMEM;
}

static void ck_brlock_break(void *lock)
{
	struct ck_brlock_places *l = lock;

	free_percpu(l->places);
}

static void ck_brlock_read_enter(void *lock, union lock_token *token)
{
	struct ck_brlock_places *l = lock;
	struct ck_brlock_place *place = this_cpu_ptr(l->places);

	if (unlikely(!place->registered)) {
		ck_brlock_read_register(&l->lock, &place->reader);
		place->registered = true;
	}
	ck_brlock_read_lock(&l->lock, &place->reader);
	token->slot = &place->reader;
}

CK_DO(brlock, enter, ck_brlock_write_lock(lock))
CK_DO(brlock, leave, ck_brlock_write_unlock(lock))
CK_TRY(brlock, ck_brlock_write_trylock(lock, 1))
CK_READ_LEAVE(brlock, ck_brlock_read_unlock(token->slot))
CK_LOCK(brlock, "readers-writer", struct ck_brlock_places, CK_SHARES | CONTEND_CAP_TRY,
	"ck_brlock: a writer looks at each reader's own counter",
	CK_BREAKS(brlock), CK_READS(brlock), CK_TRIES(brlock));

/* One with a node for each waiter, which the token has room for. */
static struct ck_spinlock_mcs *ck_mcs_node(union lock_token *token)
{
	BUILD_BUG_ON(sizeof(struct ck_spinlock_mcs) > sizeof(token->node));
	return (struct ck_spinlock_mcs *)token->node;
}

CK_MAKE(mcs, ck_spinlock_mcs_init(lock))
CK_DO(mcs, enter, ck_spinlock_mcs_lock(lock, ck_mcs_node(token)))
CK_DO(mcs, leave, ck_spinlock_mcs_unlock(lock, ck_mcs_node(token)))
CK_TRY(mcs, ck_spinlock_mcs_trylock(lock, ck_mcs_node(token)))
CK_LOCK(mcs, "spin", ck_spinlock_mcs_t, CK_SPINS | CONTEND_CAP_TRY,
	"ck_spinlock_mcs: each waiter spins on its own node", CK_TRIES(mcs));

/* Places, as many as there can be threads. */
struct ck_places {
	ck_spinlock_anderson_t lock;
	ck_spinlock_anderson_thread_t *places;
};

static int ck_anderson_make(void *lock)
{
	const unsigned int n = roundup_pow_of_two(num_possible_cpus());
	struct ck_places *l = lock;

	l->places = kcalloc(n, sizeof(*l->places), GFP_KERNEL);
	if (!l->places)
		return -ENOMEM;
	ck_spinlock_anderson_init(&l->lock, l->places, n);
	return 0;
}

static void ck_anderson_break(void *lock)
{
	struct ck_places *l = lock;

	kfree(l->places);
}

CK_DO(anderson, enter, ck_spinlock_anderson_lock(lock, (void *)&token->slot))
CK_DO(anderson, leave, ck_spinlock_anderson_unlock(lock, token->slot))
CK_LOCK(anderson, "spin", struct ck_places, CK_SPINS,
	"ck_spinlock_anderson: an array of places", CK_BREAKS(anderson));

/*
 * What a thread has in its hand, for each lock: a node, which it leaves to the next one and
 * goes away with another.
 */
struct ck_hand {
	void *node;
	unsigned int cluster;	/* see ck_hclh_enter() */
};

struct ck_hands {
	struct ck_hand *each;	/* each thread's */
	char *nodes;		/* on a cache line each: the threads', and then the lock's own */
};

static void *ck_hands_node(const struct ck_hands *h, unsigned int i)
{
	return h->nodes + (size_t)i * SMP_CACHE_BYTES;
}

static int ck_hands_make(struct ck_hands *h, unsigned int own)
{
	unsigned int cpu;

	h->nodes = kcalloc(num_possible_cpus() + own, SMP_CACHE_BYTES, GFP_KERNEL);
	if (!h->nodes)
		return -ENOMEM;
	h->each = alloc_percpu_gfp(struct ck_hand, GFP_KERNEL);
	if (!h->each) {
		kfree(h->nodes);
		return -ENOMEM;
	}
	for_each_possible_cpu(cpu) {
		struct ck_hand *hand = per_cpu_ptr(h->each, cpu);

		hand->node = ck_hands_node(h, cpu);
	}
	return 0;
}

static void ck_hands_break(struct ck_hands *h)
{
	free_percpu(h->each);
	kfree(h->nodes);
}

struct ck_clh {
	ck_spinlock_clh_t *tail;
	struct ck_hands hands;
};

static int ck_clh_make(void *lock)
{
	struct ck_clh *l = lock;

	if (ck_hands_make(&l->hands, 1))
		return -ENOMEM;
	ck_spinlock_clh_init(&l->tail, ck_hands_node(&l->hands, num_possible_cpus()));
	return 0;
}

static void ck_clh_break(void *lock)
{
	struct ck_clh *l = lock;

	ck_hands_break(&l->hands);
}

static void ck_clh_enter(void *lock, union lock_token *token)
{
	struct ck_clh *l = lock;

	ck_spinlock_clh_lock(&l->tail, this_cpu_ptr(l->hands.each)->node);
}

static void ck_clh_leave(void *lock, union lock_token *token)
{
	struct ck_clh *l = lock;

	ck_spinlock_clh_unlock((void *)&this_cpu_ptr(l->hands.each)->node);
}

CK_LOCK(clh, "spin", struct ck_clh, CK_SPINS,
	"ck_spinlock_clh: each waiter spins on the node before", CK_BREAKS(clh));

/* Of a NUMA node; where there are more, some share one. */
#define CK_CLUSTERS	8

static unsigned int ck_cluster(void)
{
	return numa_node_id() % CK_CLUSTERS;
}

struct ck_hclh {
	ck_spinlock_hclh_t *tail;
	struct ck_hands hands;
	struct {
		ck_spinlock_hclh_t *tail;
	} ____cacheline_aligned cluster[CK_CLUSTERS];
};

static int ck_hclh_make(void *lock)
{
	struct ck_hclh *l = lock;
	unsigned int own, i;

	if (ck_hands_make(&l->hands, 1 + CK_CLUSTERS))
		return -ENOMEM;
	own = num_possible_cpus();
	ck_spinlock_hclh_init(&l->tail, ck_hands_node(&l->hands, own++), 0);
	for (i = 0; i < CK_CLUSTERS; i++)
		ck_spinlock_hclh_init(&l->cluster[i].tail, ck_hands_node(&l->hands, own++), i);
	return 0;
}

static void ck_hclh_break(void *lock)
{
	struct ck_hclh *l = lock;

	ck_hands_break(&l->hands);
}

/*
 * A thread is of the cluster where it first asked, or nodes would go from one cluster to
 * another, whose numbers a waiter reads from a node that may have gone already.
 */
static void ck_hclh_enter(void *lock, union lock_token *token)
{
	struct ck_hclh *l = lock;
	struct ck_hand *hand = this_cpu_ptr(l->hands.each);

	if (unlikely(!hand->cluster))
		hand->cluster = ck_cluster() + 1;
	ck_spinlock_hclh_lock(&l->tail, &l->cluster[hand->cluster - 1].tail, hand->node);
}

static void ck_hclh_leave(void *lock, union lock_token *token)
{
	struct ck_hclh *l = lock;

	ck_spinlock_hclh_unlock((void *)&this_cpu_ptr(l->hands.each)->node);
}

CK_LOCK(hclh, "spin", struct ck_hclh, CK_SPINS,
	"ck_spinlock_hclh: a queue for each NUMA node, spliced into one", CK_BREAKS(hclh));

/*
 * Cohorts: a lock for each NUMA node and one for all of them, which stays in a node up to 10
 * times. Both are of one kind: CK_COHORT_LOCKED() confuses them.
 */
static void ck_fas_lock_of(void *lock, void *context)
{
	ck_spinlock_fas_lock(lock);
}

static void ck_fas_unlock_of(void *lock, void *context)
{
	ck_spinlock_fas_unlock(lock);
}

static bool ck_fas_locked_of(void *lock, void *context)
{
	return ck_spinlock_fas_locked(lock);
}

CK_COHORT_PROTOTYPE(fas, ck_fas_lock_of, ck_fas_unlock_of, ck_fas_locked_of,
		    ck_fas_lock_of, ck_fas_unlock_of, ck_fas_locked_of)
CK_RWCOHORT_WP_PROTOTYPE(fas)
CK_RWCOHORT_RP_PROTOTYPE(fas)
CK_RWCOHORT_NEUTRAL_PROTOTYPE(fas)

/* @rw has what readers need, of the one kind that the lock is. */
struct ck_cohorts {
	union {
		CK_RWCOHORT_WP_INSTANCE(fas) wp;
		CK_RWCOHORT_RP_INSTANCE(fas) rp;
		CK_RWCOHORT_NEUTRAL_INSTANCE(fas) neutral;
	} rw;
	ck_spinlock_fas_t global ____cacheline_aligned;
	struct {
		struct ck_cohort_fas cohort;
		ck_spinlock_fas_t local;
	} ____cacheline_aligned cluster[CK_CLUSTERS];
};

static void ck_cohorts_make(struct ck_cohorts *l)
{
	unsigned int i;

	ck_spinlock_fas_init(&l->global);
	for (i = 0; i < CK_CLUSTERS; i++) {
		ck_spinlock_fas_init(&l->cluster[i].local);
		CK_COHORT_INIT(fas, &l->cluster[i].cohort, &l->global, &l->cluster[i].local,
			       CK_COHORT_DEFAULT_LOCAL_PASS_LIMIT);
	}
}

static struct ck_cohort_fas *ck_cohort_here(struct ck_cohorts *l)
{
	return &l->cluster[ck_cluster()].cohort;
}

/* A task may be in another node when it releases: it has the cohort that it took. */
static struct ck_cohort_fas *ck_cohort_take(struct ck_cohorts *l, union lock_token *token)
{
	token->slot = ck_cohort_here(l);
	return token->slot;
}

CK_MAKE(cohort, ck_cohorts_make(lock))
CK_DO(cohort, enter, CK_COHORT_LOCK(fas, ck_cohort_take(lock, token), NULL, NULL))
CK_DO(cohort, leave, CK_COHORT_UNLOCK(fas, token->slot, NULL, NULL))
CK_LOCK(cohort, "spin", struct ck_cohorts, CK_SPINS,
	"ck_cohort of ck_spinlock_fas: stays in a NUMA node for up to 10 holders");

#define CK_RWCOHORT(_name, _KIND, _about, ...)						\
	CK_MAKE(_name,									\
		ck_cohorts_make(lock);							\
		CK_RWCOHORT_##_KIND##_INIT(fas, __VA_ARGS__))				\
	CK_DO(_name, enter,								\
	      CK_RWCOHORT_##_KIND##_WRITE_LOCK(fas, lock, ck_cohort_take(lock, token),	\
					       NULL, NULL))				\
	CK_DO(_name, leave,								\
	      CK_RWCOHORT_##_KIND##_WRITE_UNLOCK(fas, lock, token->slot, NULL, NULL))	\
	CK_DO(_name, read_enter,							\
	      CK_RWCOHORT_##_KIND##_READ_LOCK(fas, lock, ck_cohort_here(lock),		\
					      NULL, NULL))				\
	CK_READ_LEAVE(_name,								\
		      CK_RWCOHORT_##_KIND##_READ_UNLOCK(fas, lock, NULL, NULL, NULL))	\
	CK_LOCK(_name, "readers-writer", struct ck_cohorts, CK_SHARES,			\
		"ck_" #_name " of ck_spinlock_fas: NUMA-aware, prefers " _about,	\
		CK_READS(_name))

CK_RWCOHORT(rwcohort_wp, WP, "writers", lock, CK_RWCOHORT_WP_DEFAULT_WAIT_LIMIT);
CK_RWCOHORT(rwcohort_rp, RP, "readers", lock, CK_RWCOHORT_RP_DEFAULT_WAIT_LIMIT);
CK_RWCOHORT(rwcohort_neutral, NEUTRAL, "nobody", lock);

/* SPDX-License-Identifier: GPL-2.0 */
/* What a pool is made of, see pool.c. */
#ifndef CONTEND_STRUCTURES_POOL_H
#define CONTEND_STRUCTURES_POOL_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>

enum {
	POOL_TRY_GET, POOL_GET, POOL_PUT, POOL_CHECK, POOL_ADD, POOL_CREATE, POOL_MADE, POOL_REAP,
	POOL_TUNE, POOL_CLOSE, POOL_COUNT
};

/* What tune sets, by its key, see pool_settings[]; its value is nanoseconds, or how many. */
enum pool_limit {
	POOL_IDLE_NS, POOL_AGE_NS, POOL_LEAK_NS, POOL_MIN_IDLE, POOL_MAKING_NS, POOL_LIMITS
};

/* What a slot has: a resource or none. */
enum pool_state { POOL_NONE, POOL_MAKING, POOL_IDLE, POOL_LEASED, POOL_DYING };

/* What count counts, by its key: the slots of an enum pool_state, or one of these. */
enum pool_counted {
	POOL_TOTAL = POOL_DYING + 1, POOL_WAITING, POOL_ARRIVED, POOL_HANDED, POOL_GONE,
	POOL_PASSED, POOL_OVERTAKES, POOL_LOST, POOL_COUNTED
};

#define POOL_STATE_BITS	8

/* How many long leases a reaper looks at for whether their holders live. */
#define POOL_LOOKS	64

/* In pool.line: nobody gets anything any more. */
#define POOL_CLOSED	(1U << 31)

/* How it differs. */
#define POOL_BARGES	(1U << 0)	/* who comes takes what is idle, whoever waits */
#define POOL_PROMISES	(1U << 1)	/* and says that it does not */
#define POOL_FORGETS	(1U << 2)	/* what a task was given that gave up is lost */
#define POOL_REUSES	(1U << 3)	/* a lease has the generation of the one before */
#define POOL_LIFO	(1U << 4)	/* the one that came back last is taken next */
#define POOL_AFFINE	(1U << 5)	/* a task takes the one that it had last, if that is idle */

/**
 * struct pool_slot - room for a resource: a cache line
 * @word: generation, and in its lowest bits enum pool_state. A resource is taken by cmpxchg() from
 *	IDLE to LEASED; the task that has taken it has all that follows, and puts @word back. Other
 *	changes are made with the pool's lock
 * @made_ns: when it was made
 * @since_ns: since when it is what @word says
 * @who: its holder, see contend_scratch.me; 0: none
 * @work: what the holder leaves in it: sealed with the lease, and taken away when that ends
 * @last: generation of its last lease
 * @under: POOL_LIFO: the slot that lies under this one, and 1; 0: none. With the pool's lock
 * @name: the holder's
 *
 * @since_ns, @who and @name are looked at without being the holder, for a message.
 */
struct pool_slot {
	u64 word;
	u64 made_ns;
	u64 since_ns;
	u64 who;
	u64 work;
	u32 last;
	u32 under;
	char name[TASK_COMM_LEN];
};

/**
 * struct pool - a pool
 * @slots: constant, what they hold is not
 * @own: POOL_AFFINE: by a hash of the task, which slot a task had last: its number, in the upper
 *	half that task. A hint, which the next task of that hash overwrites; not guarded
 * @capacity: how many they are, constant
 * @flags: POOL_*, constant
 * @high: slots from here on never had a resource; written with @lock
 * @line: how many tasks stand in @waiters, and POOL_CLOSED; written with @lock, looked at by each
 *	operation
 * @limit: by enum pool_limit; looked at without @lock
 * @lock: guards what follows
 * @waiters: their places, in the order of arrival
 * @top: POOL_LIFO: the slot that came back last of those that are idle, and 1; 0: none
 * @total: slots that are not NONE
 * @making: slots that are MAKING
 * @promised: leases that were given to a place and are not taken yet
 * @arrivals: how many places have been in the line
 * @served: the last one that was given something
 * @handed: how many were
 * @gone: places that left the line without
 * @passed: and what they had been given, which was passed on
 * @made: resources made
 * @reaped: resources reaped
 * @lost: and how many of these were leased to a task that was no more
 * @hand: the slot that a reaper looks at next for that
 * @discarded: leases that ended with a resource that is not used again
 * @stale: leases refused because they had ended
 * @foreign: leases refused because they were another task's
 * @overtakes: takes ahead of a task that waited; these three are not guarded
 */
struct pool {
	struct pool_slot *slots;
	u64 *own;
	u64 capacity;
	u32 flags;
	u32 high;
	u32 line;
	u64 limit[POOL_LIMITS];
	raw_spinlock_t lock ____cacheline_aligned_in_smp;	/* guards what follows */
	struct list_head waiters;
	u32 top;
	u32 total;
	u32 making;
	u32 promised;
	u64 arrivals;
	u64 served;
	u64 handed;
	u64 gone;
	u64 passed;
	u64 made;
	u64 reaped;
	u64 lost;
	u32 hand;
	atomic64_t discarded;
	atomic64_t stale;
	atomic64_t foreign;
	atomic64_t overtakes;
};

/**
 * pool_home - a place of a task's own
 * @who: the task, see contend_scratch.me
 * @places: among so many
 *
 * Context: any.
 * Return: its number; several tasks may have the same.
 */
static __always_inline u32 pool_home(u64 who, u32 places)
{
	return (u64)(u32)(who * GOLDEN_RATIO_64 >> 32) * places >> 32;
}

#endif /* CONTEND_STRUCTURES_POOL_H */

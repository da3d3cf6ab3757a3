/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An object: one structure, the lock that protects it, and the books that are
 * kept about both. Or several of them, stripes, which share the keys between them.
 *
 * Life time. Each descriptor and each run holds a reference; the last one to
 * go leaves the object to the reaper. The table of objects holds none: whoever looks an
 * object up there takes a reference while it still can.
 *
 * Who may be inside. Operations and runs hold @gate for reading while they
 * work, verification holds it for writing and so finds the object at rest. It waits for
 * operations, but not for a run, which may last for an hour: with @order held none begins
 * between the look for one and the gate. A
 * lock that excludes nobody (null) cannot protect the structure from two
 * clients: there operations and runs hold @gate for writing, and the second
 * one is turned away. A lock for readers only (refcount) keeps no writer away from
 * them: there who writes holds @gate for writing, and who only reads for reading; who
 * comes at a wrong time is turned away as well. Order: @order, gate, then the object's
 * lock, then @log_lock.
 */
#ifndef CONTEND_OBJECT_H
#define CONTEND_OBJECT_H

#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/percpu_counter.h>
#include <linux/rwsem.h>
#include <linux/seq_file.h>

#include "check/violation.h"
#include "check/witness.h"
#include "engine/reclaim.h"
#include "lib/spec.h"
#include "locks/lock.h"
#include "permits.h"
#include "reaper.h"
#include "structures/structure.h"

#define CONTEND_MAX_STRIPES	1024

/**
 * struct contend_stripe - a lock and what it protects
 * @lock_data: the lock itself, aligned to a cache line; its own affair
 * @data: the structure itself; guarded by the lock
 * @witness: inside the lock, on cache lines of its own
 */
struct contend_stripe {
	void *lock_data;
	void *data;
	struct witness witness;
};

/**
 * struct contend_object - see above
 * @ref: references
 * @id: number, constant
 * @lock: constant
 * @structure: constant
 * @s: index of @structure, constant
 * @wanted: most elements, as the creator or the structure has it, constant
 * @capacity: most elements of a stripe, constant
 * @stripes: constant, what they hold is not
 * @nstripes: how many, constant
 * @avoid: how an operation with two locks avoids a deadlock, constant
 * @shared: with interrupts. Set once, with @gate held for writing; read in the gate
 * @gate: see above
 * @order: held to begin a run, and by verification until it has @gate
 * @runs: runs at work; raised with @order held
 * @stays: the longest stays in its sections of all that are at work, nanoseconds
 * @descriptors: descriptors that hold a reference
 * @ops: operations carried out
 * @writes: write sections that the witness has seen, as told by the writers
 * @balance: sum of the deltas of all writes, as told by the writers
 * @live: nodes allocated and not freed
 * @backlog: nodes erased and not freed
 * @reclaim: how long they wait
 * @permits: the semaphore that user space may hold
 * @log_lock: guards @log
 * @log: broken invariants seen by operations, verification and runs
 * @reaping: its end, without a reference left
 */
struct contend_object {
	struct kref ref;
	u32 id;
	const struct contend_lock *lock;
	const struct contend_structure *structure;
	unsigned int s;
	u64 wanted;
	u64 capacity;
	struct contend_stripe *stripes;
	u32 nstripes;
	enum spec_avoid avoid;
	bool shared;
	struct rw_semaphore gate ____cacheline_aligned;
	struct mutex order;	/* see above */
	atomic_t runs;
	atomic64_t stays;
	atomic_t descriptors;
	atomic64_t ops;
	atomic64_t writes;
	atomic64_t balance;
	struct percpu_counter live;
	struct percpu_counter backlog;
	struct reclaim reclaim;
	struct permits permits;
	spinlock_t log_lock;	/* guards log */
	struct violation_log log;
	struct reaping reaping;
};

extern unsigned int contend_max_objects;
extern unsigned int contend_max_backlog;
extern unsigned long contend_max_capacity;

struct contend_object *contend_object_create(const struct contend_lock *lock, int structure,
					     struct contend_create *create);
u64 contend_object_backlog(struct contend_object *obj);
u64 contend_object_elements(const struct contend_object *obj);
struct contend_object *contend_object_get(u64 id);
void contend_object_put(struct contend_object *obj);
unsigned int contend_object_count(void);
int contend_object_show(struct seq_file *m, void *unused);

bool contend_object_stay(struct contend_object *obj, u64 ns);
void contend_object_stay_no_more(struct contend_object *obj, u64 ns);
int contend_object_share(struct contend_object *obj);
int contend_object_enter(struct contend_object *obj, bool writes);
int contend_object_begin(struct contend_object *obj, bool writes, bool fills, bool *alone);
void contend_object_filled(struct contend_object *obj, bool writes, bool alone);
void contend_object_leave(struct contend_object *obj, bool writes);
void contend_object_step(struct contend_object *obj, struct contend_call *call,
			 struct violation_log *log);
int contend_object_op(struct contend_object *obj, struct contend_op *op);
void contend_object_settle(struct contend_object *obj, u64 ops, u64 writes, s64 balance);
void contend_object_report(struct contend_object *obj, const struct violation_log *log);
int contend_object_verify(struct contend_object *obj, struct violation_log *log);
int contend_object_fill(struct contend_object *obj, u32 range, u32 percent, u64 seed,
			bool alone, bool (*abort)(void *arg), void *arg,
			struct violation_log *log);

/**
 * contend_stripe_of - where a key belongs
 * @obj: the object
 * @key: any
 *
 * By Fibonacci hashing (D. Knuth, "The Art of Computer Programming" 3, 6.4): the high
 * bits of the product say which, so that a structure can take its low ones.
 *
 * Context: any.
 */
static __always_inline struct contend_stripe *contend_stripe_of(const struct contend_object *obj,
								u64 key)
{
	u32 hash;

	if (likely(obj->nstripes == 1))
		return obj->stripes;
	hash = (key * GOLDEN_RATIO_64) >> 32;
	return &obj->stripes[(u64)hash * obj->nstripes >> 32];
}

void contend_node_expire(struct rcu_head *head);
void contend_object_throttle(struct contend_object *obj);

#endif /* CONTEND_OBJECT_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An object: one structure, the lock that protects it, and the books that are
 * kept about both. Or several of them, stripes, which share the keys between them.
 *
 * Life time. Each descriptor and each run holds a reference; the last one to
 * go leaves the object to the reaper. The table of objects holds none: a task that looks
 * an object up there takes a reference while it still can.
 *
 * Which work on it may go on at a time: access.h. What was done to it: books.h.
 */
#ifndef CONTEND_OBJECT_H
#define CONTEND_OBJECT_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/hash.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>

#include "books.h"
#include "check/violation.h"
#include "condition.h"
#include "gate.h"
#include "lib/spec.h"
#include "locks/lock.h"
#include "locks/section.h"
#include "permits.h"
#include "reaper.h"
#include "structures/structure.h"

#define CONTEND_MAX_STRIPES	1024

/* Most elements, whatever max_capacity says: structures number them by powers of two in 32 bits. */
#define CONTEND_CAPACITY_MOST	BIT_ULL(31)

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
 * @shared: with interrupts. Set once, with @gate closed; read by tasks that have entered it
 * @gate: see access.h
 * @order: held to begin a run, and by verification until it has closed @gate
 * @runs: runs at work; raised with @order held
 * @stays: the longest stays in its sections of all that are at work, nanoseconds
 * @owned: bits of the seats as whose owner an operation or a run is at work, see
 *	contend_object_own()
 * @descriptors: descriptors that hold a reference
 * @books: what was done to it, on each CPU
 * @nodes: what the structure links; has rules of its own
 * @conditions: what tasks wait for in the structure; has rules of its own
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
	enum structure_index s;
	u64 wanted;
	u64 capacity;
	struct contend_stripe *stripes;
	u32 nstripes;
	enum spec_avoid avoid;
	bool shared;
	struct gate gate;
	struct mutex order;	/* see access.h */
	atomic_t runs;
	atomic64_t stays;
	atomic_t owned;
	atomic_t descriptors;
	struct books __percpu *books;
	struct nodes nodes;
	struct conditions conditions;
	struct permits permits;
	spinlock_t log_lock;	/* guards log */
	struct violation_log log;
	struct reaping reaping;
};

extern unsigned int contend_max_objects;
extern unsigned long contend_max_capacity;

struct contend_object *contend_object_create(const struct contend_lock *lock, int structure,
					     struct contend_create *create);
u64 contend_object_elements(const struct contend_object *obj);
struct contend_object *contend_object_get(u64 id);
struct contend_object *contend_object_next(u64 id);
u64 contend_object_spare(void);
u64 contend_object_shrink(struct contend_object *obj, u64 most);
void contend_object_put(struct contend_object *obj);
unsigned int contend_object_count(void);
void contend_object_show(struct seq_file *m, struct contend_object *obj);

int contend_object_drain(struct contend_object *obj);
void contend_object_throttle(struct contend_object *obj, u64 tag);

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

#endif /* CONTEND_OBJECT_H */

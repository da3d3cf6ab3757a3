/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a lock is.
 *
 * A family's file writes its primitives as small inline functions, puts them
 * into a const struct lock_ops and ends with
 *
 *	CONTEND_LOCK(spinlock, "spin", "…", CONTEND_CAP_…);
 *
 * which stamps out the sections that are measured with these primitives inlined
 * (locks/section.h). Nothing in a section is called through a pointer; only the whole
 * section is.
 */
#ifndef CONTEND_LOCK_H
#define CONTEND_LOCK_H

#include <linux/lockdep.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "locks/catalog.h"
#include "uapi/contend.h"

/* Of a spinlock_t or rwlock_t with interrupts off: on PREEMPT_RT it sleeps. */
#define CONTEND_CAP_IRQ_SPINLOCK						\
	(CONTEND_CAP_SOFTIRQ | (IS_ENABLED(CONFIG_PREEMPT_RT) ? 0 : CONTEND_CAP_HARDIRQ))
/* Of the kernel's locks that are built upon an rt_mutex there. */
#define CONTEND_CAP_SLEEPS_ON_RT	(IS_ENABLED(CONFIG_PREEMPT_RT) ? CONTEND_CAP_SLEEPS : 0)

struct contend_request;
struct contend_scratch;
struct contend_stripe;
struct nest;
struct section;
struct ww_acquire_ctx;

/**
 * union lock_token - what one acquisition must remember until its release
 * @flags: interrupt state
 * @seq: sequence number
 * @idx: index into something of the lock's
 * @slot: something of the lock's
 * @node: room for a queue's node, which others may see until the release
 *
 * Lives on the stack of the section that acquires.
 */
union lock_token {
	unsigned long flags;
	unsigned int seq;
	int idx;
	void *slot;
	u64 node[4];
};

/**
 * struct lock_ops - the primitives of a lock
 * @size: bytes of the lock, which the object allocates aligned to a cache line
 * @init: make it; may sleep; 0 or -ENOMEM
 * @destroy: nobody uses it any more; may sleep; or NULL
 * @write_enter: enter the write side
 * @write_leave: leave it
 * @write_try: enter it if nobody is there: whether it has; or NULL. Then @defer does not sleep
 * @write_nest: enter it while holding @depth others of the kind, 1 to NEST_MAX - 1; NULL
 *	when lockdep could not be told, and where two locks do not exclude as one does
 * @ww_enter: enter the write side of @n locks in any order, by a protocol of their own
 *	against deadlocks, which may change their order: how many times those that
 *	were held were given up; or NULL
 * @ww_leave: leave them; goes with @ww_enter
 * @read_enter: enter the read side; NULL when readers exclude each other, and
 *	then they enter the write side
 * @read_leave: leave it. True: what was read may be torn, read again
 * @defer: call a function when all readers of now have left; NULL when no
 *	reader can be beside a writer. May sleep if the lock serves no interrupt
 * @drain: wait until the readers of what was deferred before the call have left, and its
 *	functions have run, but for those that another task's @defer or @drain is calling
 *	just then. What is deferred from then on it does not wait for: it ends while
 *	writers go on. May sleep; goes with @defer, unless that calls the function itself
 * @one_domain: draining one lock of the kind drains all of them
 * @hazards: readers must name the nodes on which they stand, in token->slot
 * @keeps_cpu: asking for the write side may sleep, being inside keeps the CPU
 * @wants_irqs: may not be taken with interrupts off, although it does not sleep
 * @irqs_on: it spins and leaves interrupts as they are: around it the section turns them
 *	off if the object is shared with interrupts
 * @dep: then, where its struct lockdep_map is
 * @for_tasks: it serves interrupts, and lockdep knows it: put it, just initialised, into another
 *	class than those that interrupts may take. Lockdep has one class for all locks of a kind,
 *	and under this one are taken locks that leave interrupts on
 *
 * Unless it says that it may sleep, a primitive may sleep only if the lock has
 * CONTEND_CAP_SLEEPS.
 */
struct lock_ops {
	size_t size;
	int (*init)(void *lock);
	void (*destroy)(void *lock);
	void (*write_enter)(void *lock, union lock_token *token);
	void (*write_leave)(void *lock, union lock_token *token);
	bool (*write_try)(void *lock, union lock_token *token);
	void (*write_nest)(void *lock, union lock_token *token, unsigned int depth);
	u64 (*ww_enter)(void **locks, u32 n, struct ww_acquire_ctx *ctx);
	void (*ww_leave)(void **locks, u32 n, struct ww_acquire_ctx *ctx);
	void (*read_enter)(void *lock, union lock_token *token);
	bool (*read_leave)(void *lock, union lock_token *token);
	void (*defer)(void *lock, struct rcu_head *head, rcu_callback_t func);
	void (*drain)(void *lock);
	bool one_domain;
	bool hazards;
	bool keeps_cpu;
	bool wants_irqs;
	bool irqs_on;
	size_t dep;
	void (*for_tasks)(void *lock);
};

/*
 * True, in a trylock of a lock that sparse knows. It cannot follow what a condition
 * took into a result: so it sees the lock released, and not a constant, which it would
 * take for the condition's own.
 */
#define lock_tried(lock)	({ __release(lock); (bool)(lock); })

/**
 * lock_class_init - make a lock of our own known to lockdep
 * @_dep: its struct lockdep_map
 * @_name: its name, a string
 * @_wait: how it waits, LD_WAIT_*
 *
 * Each place that calls it is one class.
 *
 * Context: any.
 */
#define lock_class_init(_dep, _name, _wait) do {				\
	static struct lock_class_key key__;					\
										\
	lockdep_init_map_wait(_dep, _name, &key__, 0, _wait);			\
} while (0)

/* The for_tasks of a kind of lock, see struct lock_ops; @_pointer is one to its type. */
#define LOCK_FOR_TASKS(_kind, _pointer)						\
static void _kind##_for_tasks(void *lock)					\
{										\
	static struct lock_class_key key;					\
										\
	lockdep_set_class_and_name((_pointer)lock, &key, #_kind " for tasks");	\
}

typedef void (*contend_section_fn)(struct contend_stripe *stripe,
				   const struct contend_request *rq,
				   struct contend_scratch *x, struct section *section);
typedef void (*contend_nest_fn)(struct nest *nest, const struct contend_request *rq,
				struct contend_scratch *x, struct section *section);
typedef void (*contend_bare_fn)(void *lock, u32 n, bool write);

/**
 * struct contend_lock - an entry of the catalogue
 * @name: in the field's terms
 * @family: what it is a kind of
 * @about: one line
 * @caps: CONTEND_CAP_*; with ABSENT there is nothing more
 * @ops: its primitives, for what is not measured
 * @read: a read section, see locks/section.h
 * @write: a write section
 * @nest: a write section under several locks of the kind, or NULL: a task holds one at a time
 * @bare: enter and leave one of its sides, so many times; a read side only if it has one
 */
struct contend_lock {
	const char *name;
	const char *family;
	const char *about;
	u32 caps;
	const struct lock_ops *ops;
	contend_section_fn read;
	contend_section_fn write;
	contend_nest_fn nest;
	contend_bare_fn bare;
};

/**
 * contend_lock_lacks - what a structure needs and a lock does not promise
 * @lock: the lock
 * @needs: CONTEND_CAP_*
 *
 * Under one that excludes nobody a task must be alone, which is as good as being kept apart.
 *
 * Context: any.
 */
static inline u32 contend_lock_lacks(const struct contend_lock *lock, u32 needs)
{
	u32 lacks = needs & ~lock->caps;

	if (!(lock->caps & (CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED)))
		lacks &= ~CONTEND_CAP_EXCLUSIVE;
	return lacks;
}

/**
 * contend_lock_lets_go - whether its holder may lose its CPU inside
 * @lock: the lock
 *
 * Context: any.
 */
static inline bool contend_lock_lets_go(const struct contend_lock *lock)
{
	return lock->caps & CONTEND_CAP_SLEEPS && !lock->ops->keeps_cpu;
}

#define X(_name) extern const struct contend_lock contend_lock_##_name;
CONTEND_LOCKS(X)
#undef X

const struct contend_lock *contend_lock_at(unsigned int index);
const struct contend_lock *contend_lock_find(const char *name);

#endif /* CONTEND_LOCK_H */

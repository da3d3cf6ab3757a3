/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a structure is.
 *
 * A structure knows no lock. It gives the code that runs inside a read or a
 * write section, and promises that this code is right if the sections are
 * what the lock says they are. The step (engine/loop.h) opens and closes the
 * sections, allocates before and frees after them.
 *
 * Where readers may run beside a writer (a lock that defers), a write section
 * never changes what a reader may be looking at: it publishes a new node with
 * rcu_assign_pointer() and hands the old one back as call->victim. Elsewhere
 * it works in place.
 */
#ifndef CONTEND_STRUCTURE_H
#define CONTEND_STRUCTURE_H

#include <linux/llist.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

#include "lib/mix.h"
#include "structures/catalog.h"

struct contend_object;
struct stock;
struct team;
struct violation_log;

/**
 * struct contend_node - head of each piece of memory that a structure links
 * @rcu: for its deferred release
 * @stock: for the time that it is not linked, in the stock of a worker in an interrupt
 * @obj: whose it is
 * @live: NODE_LIVE from its allocation until it is freed, so that a reader who
 *	stands on freed memory can tell
 * @unlinked_ns: when the section ended in which it was unlinked, CLOCK_MONOTONIC; set
 *	by its writer before its release is deferred
 *
 * Allocated and freed by contend_node_alloc() and contend_node_free() alone,
 * which count it.
 */
struct contend_node {
	union {
		struct rcu_head rcu;
		struct llist_node stock;
	};
	struct contend_object *obj;
	u64 live;
	u64 unlinked_ns;
};

#define NODE_LIVE	0x6c697665206e6f64ULL
#define NODE_FREED	0x6672656564206e6fULL

/* On so many nodes a reader may stand at a time. */
#define CONTEND_HAZARDS	2

/**
 * struct contend_call - one operation on its way
 * @verb: in, index into the structure's verbs
 * @error: out, 0, -ENOENT, -EEXIST or -ENOSPC
 * @copy: in, readers may be beside the writer: publish, do not overwrite
 * @key: in
 * @value: in for verbs that store, out for those that read; of a structure that pairs,
 *	in for its writes: the second key
 * @other: for these, the part of the structure where the second key is
 * @nest: in, how many locks a write holds at least; up to NEST_MAX, and to what the object
 *	has. 0 is 1
 * @delta: out, what a write added to the structure's balance
 * @hazards: in, where a reader names what it stands on, CONTEND_HAZARDS of them; NULL:
 *	what it can reach stays without
 * @spare: a node for a write to link; stays for the next call if not used
 * @victim: out, a node that a write has unlinked
 * @broken: out, the structure's invariant that a reader or writer found
 *	broken, in words, or NULL; @seen and @expected are its values
 * @seen: see @broken
 * @expected: see @broken
 * @began_ns: out, when the lock was asked for, CLOCK_MONOTONIC
 * @wait_ns: out, from asking for the lock to holding it
 * @hold_ns: out, from holding it to having released it
 * @retries: out, read sections repeated, or locks given up and asked for again
 * @writes: out, write sections that the witness has seen if it looked
 * @passed: out, write sections of others between asking for the lock and holding it, as
 *	the witness counts them; this and the next four are of a witnessed write
 * @handover: out, the write section before was another worker's
 * @local: out, and on this CPU
 * @timed: out, and it is known when that one began to release, after this had asked
 * @handover_ns: out, then from there to holding the lock
 * @witness: in, check the sections with the witness
 * @yields: in, the lock's exclusive sections may sleep: to stay is to yield
 * @stay_ns: in, how long to stay in the section once the work is done
 * @unlinked: how many nodes its calls have left to be freed later
 * @backlog_max: the most that waited for it, at each BACKLOG_LOOK-th of them
 * @me: in, who the witness takes the caller for, see witness_writer(); 0: its pid, of
 *	no team
 * @stock: in, where a caller in an interrupt has its nodes from; NULL: it may sleep
 * @team: in, whose worker the caller is; NULL: a client
 *
 * On the caller's stack or in its worker: one task's own.
 */
struct contend_call {
	u32 verb;
	int error;
	bool copy;
	bool witness;
	bool yields;
	u64 key;
	u64 value;
	void *other;
	u32 nest;
	u64 stay_ns;
	u64 me;
	struct stock *stock;
	const struct team *team;
	s64 delta;
	const void **hazards;
	struct contend_node *spare;
	struct contend_node *victim;
	const char *broken;
	u64 seen;
	u64 expected;
	u64 began_ns;
	u64 wait_ns;
	u64 hold_ns;
	u64 retries;
	u64 passed;
	bool handover;
	bool local;
	bool timed;
	u64 handover_ns;
	u32 unlinked;
	u64 backlog_max;
	u32 writes;
};

/**
 * contend_protect - follow a pointer that a writer may change
 * @call: the operation, inside its read section
 * @hazard: which of its hazards keeps the node from being freed, until it is used
 *	again
 * @from: where the pointer is
 * @offset: of what it points to, in its node; the node's head is its name
 *
 * A node is safe when it was linked at a moment after it was named: so who comes from
 * another node must see that one still linked when this has returned.
 *
 * Return: the pointer. What it points to is loaded behind it.
 */
static __always_inline void *contend_protect(const struct contend_call *call,
					     unsigned int hazard, void *const *from,
					     size_t offset)
{
	void *p = READ_ONCE(*from), *seen;

	if (likely(!call->hazards))
		return p;
	for (;;) {
		WRITE_ONCE(call->hazards[hazard], p - offset);
		/* A: pairs with B in hazptr_look() */
		smp_mb();
		/* Ahead of whatever tells that the pointer's own node is linked. */
		seen = smp_load_acquire(from);
		if (seen == p)
			return seen;
		p = seen;
	}
}

/**
 * struct contend_structure - an entry of the catalogue
 * @name: in the field's terms
 * @family: what it is a kind of
 * @about: one line
 * @needs: CONTEND_CAP_* that its lock must have
 * @verbs: its operations, ended by an empty name
 * @keyed: its operations are each about one key: it can be had in stripes
 * @buckets: 0, or so many must stripes divide
 * @fill: index of the verb that prefills it, or -1
 * @capacity: default for the most elements it holds, 0 if it has no elements
 * @node_size: bytes of its nodes
 * @size: bytes of the structure itself, which the object allocates
 * @init: make it empty, for obj->capacity elements; @data is zeroed; may sleep; 0 or
 *	-ENOMEM
 * @destroy: free what it links; no user is left; may sleep
 * @elements: how many elements it has now; a racy look without the lock
 * @verify: check all of it in a write section with nobody else inside; what the
 *	deltas of all writes must add up to
 */
struct contend_structure {
	const char *name;
	const char *family;
	const char *about;
	u32 needs;
	const struct contend_verb *verbs;
	bool keyed;
	u32 buckets;
	int fill;
	u64 capacity;
	size_t node_size;
	size_t size;
	int (*init)(struct contend_object *obj, void *data);
	void (*destroy)(void *data);
	u64 (*elements)(const void *data);
	u64 (*verify)(const void *data, struct violation_log *log);
};

/*
 * The three functions of a structure that a step calls, found by name so that
 * the call is direct:
 *
 * contend_<name>_wants() - whether this write needs a spare node
 * contend_<name>_read()  - inside a read section. May run more than once for
 *			    one operation: its answer is its last one's
 * contend_<name>_write() - inside a write section, or two: a structure that pairs, as
 *			    contend_<name>_pairs in catalog.h says, needs
 *			    CONTEND_CAP_NESTS of its lock
 *
 * None of them may sleep.
 */
#define X(_s)									\
	bool contend_##_s##_wants(const struct contend_call *call);		\
	void contend_##_s##_read(const void *data, struct contend_call *call);	\
	void contend_##_s##_write(void *data, struct contend_call *call);	\
	extern const struct contend_structure contend_structure_##_s;
CONTEND_STRUCTURES(X)
#undef X

/**
 * struct structure_body - these three, to hand over at compile time
 * @wants: contend_<name>_wants()
 * @read: contend_<name>_read()
 * @write: contend_<name>_write()
 * @pairs: its write side is about two keys
 */
struct structure_body {
	bool (*wants)(const struct contend_call *call);
	void (*read)(const void *data, struct contend_call *call);
	void (*write)(void *data, struct contend_call *call);
	bool pairs;
};

const struct contend_structure *contend_structure_at(unsigned int index);
int contend_structure_find(const char *name);

struct contend_node *contend_node_alloc(struct contend_object *obj);
void contend_node_free(struct contend_node *node);
int contend_nodes_init(void);
void contend_nodes_exit(void);

#endif /* CONTEND_STRUCTURE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a structure is.
 *
 * A structure knows no lock. It gives the code that runs inside a read or a
 * write section, and promises that this code is right if the sections are
 * what the lock says they are. The section (locks/section.h) is opened and closed
 * around it; what it links is allocated before and freed after (operation.h).
 *
 * Where readers may run beside a writer (a lock that defers), a write section
 * never changes what a reader may be looking at: it publishes a new node with
 * rcu_assign_pointer() and hands the old one back as a victim. Elsewhere
 * it works in place.
 */
#ifndef CONTEND_STRUCTURE_H
#define CONTEND_STRUCTURE_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/types.h>

#include "lib/mix.h"
#include "structures/catalog.h"
#include "structures/nodes.h"
#include "structures/place.h"
#include "uapi/contend.h"

struct violation_log;

/* On so many nodes a reader may stand at a time. */
#define CONTEND_HAZARDS	2

/**
 * struct contend_request - what an operation is to do
 * @verb: index into the structure's verbs
 * @key: what it is about
 * @value: what a verb stores; of one that is about a pair, the second key
 */
struct contend_request {
	u32 verb;
	u64 key;
	u64 value;
};

/**
 * struct contend_mark - where a reader stands in what others write
 * @position: its name, as the structure has it
 * @seal: what it has found there
 */
struct contend_mark {
	u64 position;
	u64 seal;
};

/**
 * struct contend_scratch - what a structure needs for that, and its answer
 * @error: out, 0, -ENOENT, -EEXIST, -ENOSPC, -EPIPE, or -EAGAIN where others came in between again
 *	and again
 * @then: out, it is not done yet: it goes on as this verb, in a write section of its own, with
 *	@value as the request's; 0: it has ended. Its error is the first one, its value the last
 * @lacks: out, of a verb that may wait: the condition that it has found not met, and it has done
 *	nothing but leave its @ticket; or CONDITION_NONE
 * @due_ns: out, and when time meets that, CLOCK_MONOTONIC; 0: it takes another operation
 * @met: out, bits of the conditions that it has met, each for one task that waits for it
 * @met_all: out, and for all
 * @ordered: out, of those in @met a full barrier stands after what has met them
 * @count: in 1; out, of a success: so many elements it was about, of a verb that has several in one
 *	go; what the verb adds to the balance, it has added for each
 * @me: in, the caller's name, of its witness
 * @began_ns: in, of a verb that synchronises itself: when it began, CLOCK_MONOTONIC
 * @place: in, of a task that waits: for the structure's line, see structures/place.h; NULL where it
 *	does not wait, or not yet
 * @handed: out, the place that was given something, whose task is to be woken
 * @value: out, what it has found; in a verb that finds nothing, the request's
 * @copy: in, readers may be beside the writer: publish, do not overwrite
 * @other: in, of a verb that is about a pair: the data where the second key is
 * @hazards: in, where a reader names what it stands on, CONTEND_HAZARDS of them; NULL:
 *	what it can reach stays without
 * @ticket: in and out, of a verb that waits: what it has left in the structure when it found a
 *	condition not met, its name there in the structure's own terms; 0 at its first look. One
 *	that leaves nothing leaves it 0
 * @withdraw: in, the caller waits no longer: this look is its last one, and what the ticket names
 *	is taken out of the structure, unless it is served by now
 * @newest: in and out, where a structure has versions: the newest that this caller has seen; 0 at
 *	first
 * @at: in, of a reader that follows what others write: where it stands; all zeroes at first
 * @next: out, where it stands from then on
 * @spare: a node for a write to link; stays for the next operation if not used
 * @part: of a structure that wants one: for a write to link, or NULL where memory was short;
 *	stays likewise, if one of this size is wanted then
 * @victim: out, a node that a write has unlinked
 * @old: out, and a part, that is its head
 * @broken: out, the structure's invariant that a reader or writer found
 *	broken, in words, or NULL; @seen and @expected are its values
 * @seen: see @broken
 * @expected: see @broken
 */
struct contend_scratch {
	int error;
	bool copy;
	u8 then;
	u8 lacks;
	u8 met;
	u8 met_all;
	bool ordered;
	u32 count;
	u64 due_ns;
	u64 me;
	u64 began_ns;
	struct contend_place *place;
	const struct contend_place *handed;
	u64 value;
	void *other;
	const void **hazards;
	u64 ticket;
	bool withdraw;
	u64 newest;
	struct contend_mark at;
	struct contend_mark next;
	struct contend_node *spare;
	struct contend_part *part;
	struct contend_node *victim;
	struct contend_node *old;
	const char *broken;
	u64 seen;
	u64 expected;
};

/**
 * contend_protect - follow a pointer that a writer may change
 * @x: of the operation, inside its read section
 * @hazard: which of its hazards keeps the node from being freed, until it is used
 *	again
 * @from: where the pointer is
 * @offset: of what it points to, in its node; the node's head is its name
 *
 * A node is safe when it was linked at a moment after it was named: so a reader that comes
 * from another node must see that one still linked when this has returned.
 *
 * Return: the pointer. What it points to is loaded after it.
 */
static __always_inline void *contend_protect(const struct contend_scratch *x,
					     unsigned int hazard, void *const *from,
					     size_t offset)
{
	void *p = READ_ONCE(*from), *seen;

	if (likely(!x->hazards))
		return p;
	for (;;) {
		WRITE_ONCE(x->hazards[hazard], p - offset);
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
 * struct contend_shape - how a structure is to be made
 * @nodes: where its nodes come from
 * @capacity: most elements of this part
 * @parts: so many share the keys of an object between them
 */
struct contend_shape {
	struct nodes *nodes;
	u64 capacity;
	u32 parts;
};

/**
 * struct contend_structure - an entry of the catalogue
 * @name: in the field's terms
 * @family: what it is a kind of
 * @about: one line
 * @needs: CONTEND_CAP_* that its lock must have; ABSENT: it is not in this kernel
 * @busted: it is broken on purpose
 * @tasks_only: it synchronises itself by what an interrupt must not do: it sleeps, takes
 *	locks that leave interrupts on, or allocates
 * @verbs: its operations, ended by an empty name
 * @keyed: its operations are each about one key: it can be had in stripes
 * @capacity: default for the most elements it holds, 0 if it has no elements
 * @room: how many it has room for that is to hold so many; NULL: as many
 * @node_size: bytes of its nodes, 0 if it links none
 * @size: bytes of the structure itself, which the object allocates
 * @init: make it empty; @data is zeroed; may sleep; 0 or -ENOMEM
 * @destroy: free what it links; no user is left; may sleep
 * @elements: how many elements it has now; a racy look without the lock
 * @wants: how many bytes the part should have that its next write would link, 0 for none; a racy
 *	look without the lock; NULL: it links no parts
 * @ready: bits of the conditions that are met now, a racy look without the lock; NULL: no verb
 *	waits
 * @due: when time meets CONDITION_IN that is not met now, CLOCK_MONOTONIC, 0: it takes an
 *	operation; a racy look without the lock. NULL: it always does
 * @tell: what it knows of itself besides, as key=value words, and how many bytes that takes, as
 *	scnprintf(); a racy look without the lock. NULL: nothing
 * @shrink: memory is short: unlink a node that it can do without, in a write section; false: it has
 *	none. NULL: it gives nothing back
 * @verify: check all of it in a write section with nobody else inside; what the
 *	balances of all writes must add up to
 * @repeat: of a structure that synchronises itself: carry a request out again and again, each time
 *	with the next key, as a caller does that has the operation in its own loop; how many times,
 *	up to so many and ahead of one that fails. Nobody waits for the conditions that it meets.
 *	0: none, or this verb is called one by one. NULL: each verb is
 */
struct contend_structure {
	const char *name;
	const char *family;
	const char *about;
	u32 needs;
	bool busted;
	bool tasks_only;
	const struct contend_verb *verbs;
	bool keyed;
	u64 capacity;
	u64 (*room)(u64 capacity);
	size_t node_size;
	size_t size;
	int (*init)(void *data, const struct contend_shape *shape);
	void (*destroy)(void *data);
	u64 (*elements)(const void *data);
	size_t (*wants)(const void *data);
	u32 (*ready)(const void *data);
	u64 (*due)(const void *data);
	size_t (*tell)(const void *data, char *text, size_t size);
	bool (*shrink)(void *data, struct contend_scratch *x);
	u64 (*verify)(const void *data, struct violation_log *log);
	u32 (*repeat)(void *data, const struct contend_request *rq, u32 most);
};

/*
 * The two functions of a structure that run in sections, found by name so that
 * the call is direct:
 *
 * contend_<name>_read()	inside a read section. May run more than once for one
 *				operation: its answer is its last one's
 * contend_<name>_write()	inside a write section, or for a verb that is about a pair
 *				inside two
 *
 * Neither may sleep, but in a verb that says so.
 */
#define X(_s)									\
	void contend_##_s##_read(const void *data, const struct contend_request *rq,	\
				 struct contend_scratch *x);			\
	void contend_##_s##_write(void *data, const struct contend_request *rq,	\
				  struct contend_scratch *x);			\
	extern const struct contend_structure contend_structure_##_s;
CONTEND_STRUCTURES(X)
#undef X

/* So long the door of what is broken on purpose is open, as in locks/busted.c. */
#define BUSTED_WINDOW	256

static __always_inline void busted_dawdle(u32 turns)
{
	while (turns--)
		barrier();
}

/* The read function of a structure without a read section, which nothing calls. */
#define CONTEND_NO_READ(_s)								\
	void contend_##_s##_read(const void *data, const struct contend_request *rq,	\
				 struct contend_scratch *x)				\
	{										\
		x->error = -ENOENT;							\
	}

/*
 * An entry of a structure that this kernel does not have: a job that names its operations is a skip
 * with the reason, and not an error. Its write function is never called: no object of it can be
 * created.
 */
#define CONTEND_STRUCTURE_ABSENT(_s, _name, _family, _verbs, _why)			\
	CONTEND_NO_READ(_s)								\
	void contend_##_s##_write(void *data, const struct contend_request *rq,		\
				  struct contend_scratch *x)				\
	{										\
		x->error = -EOPNOTSUPP;							\
	}										\
	const struct contend_structure contend_structure_##_s = {			\
		.name = _name,								\
		.family = _family,							\
		.about = _why,								\
		.needs = CONTEND_CAP_ABSENT,						\
		.verbs = _verbs,							\
	}

const struct contend_structure *contend_structure_at(unsigned int index);
int contend_structure_find(const char *name);
void contend_structure_read(enum structure_index s, const void *data,
			    const struct contend_request *rq, struct contend_scratch *x);
void contend_structure_write(enum structure_index s, void *data,
			     const struct contend_request *rq, struct contend_scratch *x);

#endif /* CONTEND_STRUCTURE_H */

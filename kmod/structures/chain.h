/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A chain: an ordered list of nodes with 64-bit keys. A list is one, a hash has many.
 *
 * Readers walk from the head under the lock's read side. Writers link and
 * unlink with the kernel's RCU list primitives whatever the lock is: on the
 * machines that we run on they cost nothing beside the plain ones, and so one
 * source serves the locks that exclude readers and those that do not.
 *
 * Invariants: keys strictly increase from the head; each node that a reader
 * reaches is live, that is not freed; at rest the number of
 * elements equals inserts less erases.
 */
#ifndef CONTEND_CHAIN_H
#define CONTEND_CHAIN_H

#include <linux/kernel.h>
#include <linux/rculist.h>

#include "check/violation.h"
#include "structures/structure.h"

/*
 * Immutable from its publication to its release, but for @link, which changes
 * inside the write section.
 */
struct chain_node {
	struct contend_node node;
	struct list_head link;
	u64 key;
	u64 value;
	bool gone;		/* set before it is unlinked; changes as @link */
};

/**
 * struct chain_books - what a structure knows of all its chains
 * @count: elements; changes inside the write section
 * @capacity: most of them, constant
 */
struct chain_books {
	u64 count;
	u64 capacity;
};

/* The verbs of a structure made of chains. */
enum { CHAIN_LOOKUP, CHAIN_INSERT, CHAIN_ERASE };

#define CHAIN_VERBS {						\
	[CHAIN_LOOKUP] = { "lookup", false, 90 },		\
	[CHAIN_INSERT] = { "insert", true, 5 },			\
	[CHAIN_ERASE] = { "erase", true, 5 },			\
	{ }							\
}

/* Whether the reader's next node breaks a rule; then its link leads anywhere. */
static __always_inline bool chain_broken(const struct chain_node *n, bool first, u64 last,
					 struct contend_call *call)
{
	if (unlikely(n->node.live != NODE_LIVE)) {
		call->broken = "a node was freed under its reader";
		call->seen = n->node.live;
		call->expected = NODE_LIVE;
	} else if (unlikely(!first && n->key <= last)) {
		call->broken = "keys are out of order";
		call->seen = n->key;
		call->expected = last + 1;
	}
	return call->broken;
}

/*
 * The first node whose key is not less than the call's, or NULL. The walk is
 * legal inside any section of the object's lock, hence the "true".
 */
static inline struct chain_node *chain_seek(const struct list_head *head,
					    struct contend_call *call)
{
	struct chain_node *n;
	u64 last = 0;
	bool first = true;

	call->broken = NULL;
	list_for_each_entry_rcu(n, head, link, true) {
		if (chain_broken(n, first, last, call))
			return NULL;
		if (n->key >= call->key)
			return n;
		last = n->key;
		first = false;
	}
	return NULL;
}

/*
 * The same for a reader with hazards, hand over hand: one keeps the node on which it
 * stands, the other the next. An unlinked node's link stays, and may lead to what is
 * free already; so when the next one is named, the one before must not be gone.
 */
static inline struct chain_node *chain_seek_by_hazards(const struct list_head *head,
						       struct contend_call *call)
{
	const struct list_head *at;
	struct chain_node *n;
	unsigned int turn;

again:
	call->broken = NULL;
	at = head;
	n = NULL;
	for (turn = 0; ; turn ^= 1) {
		u64 last = n ? n->key : 0;
		bool first = !n;

		at = contend_protect(call, turn, (void *const *)&at->next,
				     offsetof(struct chain_node, link));
		/* Pairs with WRITE_ONCE() in chain_erase(), by way of A and B. */
		if (n && READ_ONCE(n->gone))
			goto again;
		if (at == head)
			return NULL;
		n = list_entry(at, struct chain_node, link);
		if (chain_broken(n, first, last, call))
			return NULL;
		if (n->key >= call->key)
			return n;
	}
}

static inline void chain_read(const struct list_head *head, struct contend_call *call)
{
	struct chain_node *n = call->hazards ? chain_seek_by_hazards(head, call) :
					       chain_seek(head, call);

	if (n && n->key == call->key) {
		call->value = n->value;
		call->error = 0;
	} else {
		call->error = -ENOENT;
	}
}

static inline void chain_insert(struct chain_books *books, struct list_head *head,
				struct chain_node *at, struct contend_call *call)
{
	struct chain_node *n;

	if (at && at->key == call->key) {
		call->error = -EEXIST;
		return;
	}
	if (books->count >= books->capacity) {
		call->error = -ENOSPC;
		return;
	}
	n = container_of(call->spare, struct chain_node, node);
	call->spare = NULL;
	n->key = call->key;
	n->value = call->value;
	n->gone = false;
	/* Publishes n; pairs with list_for_each_entry_rcu() in chain_seek(). */
	list_add_tail_rcu(&n->link, at ? &at->link : head);
	books->count++;
	call->delta = 1;
	call->error = 0;
}

static inline void chain_erase(struct chain_books *books, struct chain_node *at,
			       struct contend_call *call)
{
	if (!at || at->key != call->key) {
		call->error = -ENOENT;
		return;
	}
	/* Pairs with READ_ONCE() in chain_seek_by_hazards(). */
	WRITE_ONCE(at->gone, true);
	/* A reader may stand on it: its own link stays as it is. */
	list_del_rcu(&at->link);
	books->count--;
	call->value = at->value;
	call->victim = &at->node;
	call->delta = -1;
	call->error = 0;
}

static inline void chain_write(struct chain_books *books, struct list_head *head,
			       struct contend_call *call)
{
	struct chain_node *at = chain_seek(head, call);

	if (unlikely(call->broken)) {
		/* Touch nothing in a structure that is broken already. */
		call->error = -ENOENT;
		return;
	}
	if (call->verb == CHAIN_INSERT)
		chain_insert(books, head, at, call);
	else
		chain_erase(books, at, call);
}

static inline void chain_destroy(struct list_head *head)
{
	struct chain_node *n, *next;

	list_for_each_entry_safe(n, next, head, link)
		contend_node_free(&n->node);
}

/* How many nodes it has; a broken one is told and not counted. */
static inline u64 chain_verify(const struct list_head *head, struct violation_log *log)
{
	struct contend_call call = { .key = ~0ULL };
	struct chain_node *n;
	u64 count = 0;

	chain_seek(head, &call);
	if (call.broken) {
		violation_note(log, CHECK_INTEGRITY, call.broken, call.seen, call.expected);
		return 0;
	}
	list_for_each_entry(n, head, link)
		count++;
	return count;
}

static inline void chain_verify_books(const struct chain_books *books, u64 count,
				      struct violation_log *log)
{
	if (count != books->count)
		violation_note(log, CHECK_INTEGRITY, "the count is not that of the nodes",
			       books->count, count);
}

#endif /* CONTEND_CHAIN_H */

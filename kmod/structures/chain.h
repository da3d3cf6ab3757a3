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

#define CHAIN_VERBS {								\
	[CHAIN_LOOKUP] = { .name = "lookup", .guard = GUARD_READ, .share = 90 },	\
	[CHAIN_INSERT] = {							\
		.name = "insert", .guard = GUARD_WRITE, .share = 5, .balance = 1,	\
		.links = true, .fills = true,					\
	},									\
	[CHAIN_ERASE] = {							\
		.name = "erase", .guard = GUARD_WRITE, .share = 5, .balance = -1,	\
	},									\
	{ }									\
}

/* Whether the reader's next node breaks a rule; then its link leads anywhere. */
static __always_inline bool chain_broken(const struct chain_node *n, bool first, u64 last,
					 struct contend_scratch *x)
{
	if (unlikely(n->node.live != NODE_LIVE)) {
		x->broken = "a node was freed under its reader";
		x->seen = n->node.live;
		x->expected = NODE_LIVE;
	} else if (unlikely(!first && n->key <= last)) {
		x->broken = "keys are out of order";
		x->seen = n->key;
		x->expected = last + 1;
	}
	return x->broken;
}

/*
 * The first node whose key is not less than this one, or NULL. The walk is
 * legal inside any section of the object's lock, hence the "true".
 */
static inline struct chain_node *chain_seek(const struct list_head *head, u64 key,
					    struct contend_scratch *x)
{
	struct chain_node *n;
	u64 last = 0;
	bool first = true;

	x->broken = NULL;
	list_for_each_entry_rcu(n, head, link, true) {
		if (chain_broken(n, first, last, x))
			return NULL;
		if (n->key >= key)
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
static inline struct chain_node *chain_seek_by_hazards(const struct list_head *head, u64 key,
						       struct contend_scratch *x)
{
	const struct list_head *at;
	struct chain_node *n;
	unsigned int turn;

again:
	x->broken = NULL;
	at = head;
	n = NULL;
	for (turn = 0; ; turn ^= 1) {
		u64 last = n ? n->key : 0;
		bool first = !n;

		at = contend_protect(x, turn, (void *const *)&at->next,
				     offsetof(struct chain_node, link));
		/* Pairs with WRITE_ONCE() in chain_erase(), by way of A and B. */
		if (n && READ_ONCE(n->gone))
			goto again;
		if (at == head)
			return NULL;
		n = list_entry(at, struct chain_node, link);
		if (chain_broken(n, first, last, x))
			return NULL;
		if (n->key >= key)
			return n;
	}
}

static inline void chain_read(const struct list_head *head, const struct contend_request *rq,
			      struct contend_scratch *x)
{
	struct chain_node *n = x->hazards ? chain_seek_by_hazards(head, rq->key, x) :
					    chain_seek(head, rq->key, x);

	if (n && n->key == rq->key) {
		x->value = n->value;
		x->error = 0;
	} else {
		x->error = -ENOENT;
	}
}

static inline void chain_insert(struct chain_books *books, struct list_head *head,
				struct chain_node *at, const struct contend_request *rq,
				struct contend_scratch *x)
{
	struct chain_node *n;

	if (at && at->key == rq->key) {
		x->error = -EEXIST;
		return;
	}
	if (books->count >= books->capacity) {
		x->error = -ENOSPC;
		return;
	}
	n = container_of(x->spare, struct chain_node, node);
	x->spare = NULL;
	n->key = rq->key;
	n->value = rq->value;
	n->gone = false;
	/* Publishes n; pairs with list_for_each_entry_rcu() in chain_seek(). */
	list_add_tail_rcu(&n->link, at ? &at->link : head);
	books->count++;
	x->error = 0;
}

static inline void chain_erase(struct chain_books *books, struct chain_node *at,
			       const struct contend_request *rq, struct contend_scratch *x)
{
	if (!at || at->key != rq->key) {
		x->error = -ENOENT;
		return;
	}
	/* Pairs with READ_ONCE() in chain_seek_by_hazards(), by way of B and A. */
	WRITE_ONCE(at->gone, true);
	/* A reader may stand on it: its own link stays as it is. */
	list_del_rcu(&at->link);
	books->count--;
	x->value = at->value;
	x->victim = &at->node;
	x->error = 0;
}

static inline void chain_write(struct chain_books *books, struct list_head *head,
			       const struct contend_request *rq, struct contend_scratch *x)
{
	struct chain_node *at = chain_seek(head, rq->key, x);

	if (unlikely(x->broken)) {
		/* Touch nothing in a structure that is broken already. */
		x->error = -ENOENT;
		return;
	}
	if (rq->verb == CHAIN_INSERT)
		chain_insert(books, head, at, rq, x);
	else
		chain_erase(books, at, rq, x);
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
	struct contend_scratch x = { };
	struct chain_node *n;
	u64 count = 0;

	chain_seek(head, ~0ULL, &x);
	if (x.broken) {
		violation_note(log, CHECK_INTEGRITY, x.broken, x.seen, x.expected);
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

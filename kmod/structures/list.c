// SPDX-License-Identifier: GPL-2.0
/*
 * list: an ordered set of 64-bit keys, each with a value.
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
#include <linux/kernel.h>
#include <linux/rculist.h>

#include "check/violation.h"
#include "locks/lock.h"
#include "object.h"
#include "structures/structure.h"

/*
 * Immutable from its publication to its release, but for @link, which changes
 * inside the write section.
 */
struct list_node {
	struct contend_node node;
	struct list_head link;
	u64 key;
	u64 value;
	bool gone;		/* set before it is unlinked; changes as @link */
};

struct list {
	struct list_head head;	/* changes inside the write section */
	u64 count;		/* changes inside the write section */
	u64 capacity;		/* constant */
};

enum { LIST_LOOKUP, LIST_INSERT, LIST_ERASE };

static const struct contend_verb list_verbs[] = {
	[LIST_LOOKUP] = { "lookup", false, 90 },
	[LIST_INSERT] = { "insert", true, 5 },
	[LIST_ERASE] = { "erase", true, 5 },
	{ }
};

/* Whether the reader's next node breaks a rule; then its link leads anywhere. */
static __always_inline bool list_broken(const struct list_node *n, bool first, u64 last,
					struct contend_call *call)
{
	if (unlikely(n->node.live != NODE_LIVE)) {
		call->broken = "a list node was freed under its reader";
		call->seen = n->node.live;
		call->expected = NODE_LIVE;
	} else if (unlikely(!first && n->key <= last)) {
		call->broken = "list keys are out of order";
		call->seen = n->key;
		call->expected = last + 1;
	}
	return call->broken;
}

/*
 * The first node whose key is not less than the call's, or NULL. The walk is
 * legal inside any section of the object's lock, hence the "true".
 */
static struct list_node *list_seek(const struct list *l, struct contend_call *call)
{
	struct list_node *n;
	u64 last = 0;
	bool first = true;

	call->broken = NULL;
	list_for_each_entry_rcu(n, &l->head, link, true) {
		if (list_broken(n, first, last, call))
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
static struct list_node *list_seek_by_hazards(const struct list *l, struct contend_call *call)
{
	const struct list_head *at;
	struct list_node *n;
	unsigned int turn;

again:
	call->broken = NULL;
	at = &l->head;
	n = NULL;
	for (turn = 0; ; turn ^= 1) {
		u64 last = n ? n->key : 0;
		bool first = !n;

		at = contend_protect(call, turn, (void *const *)&at->next,
				     offsetof(struct list_node, link));
		/* Pairs with WRITE_ONCE() in list_erase(), by way of A and B. */
		if (n && READ_ONCE(n->gone))
			goto again;
		if (at == &l->head)
			return NULL;
		n = list_entry(at, struct list_node, link);
		if (list_broken(n, first, last, call))
			return NULL;
		if (n->key >= call->key)
			return n;
	}
}

bool contend_list_wants(const struct contend_call *call)
{
	return call->verb == LIST_INSERT;
}

void contend_list_read(const void *data, struct contend_call *call)
{
	struct list_node *n = call->hazards ? list_seek_by_hazards(data, call) :
					      list_seek(data, call);

	if (n && n->key == call->key) {
		call->value = n->value;
		call->error = 0;
	} else {
		call->error = -ENOENT;
	}
}

static void list_insert(struct list *l, struct list_node *at, struct contend_call *call)
{
	struct list_node *n;

	if (at && at->key == call->key) {
		call->error = -EEXIST;
		return;
	}
	if (l->count >= l->capacity) {
		call->error = -ENOSPC;
		return;
	}
	n = container_of(call->spare, struct list_node, node);
	call->spare = NULL;
	n->key = call->key;
	n->value = call->value;
	n->gone = false;
	/* Publishes n; pairs with list_for_each_entry_rcu() in list_seek(). */
	list_add_tail_rcu(&n->link, at ? &at->link : &l->head);
	l->count++;
	call->delta = 1;
	call->error = 0;
}

static void list_erase(struct list *l, struct list_node *at, struct contend_call *call)
{
	if (!at || at->key != call->key) {
		call->error = -ENOENT;
		return;
	}
	/* Pairs with READ_ONCE() in list_seek_by_hazards(). */
	WRITE_ONCE(at->gone, true);
	/* A reader may stand on it: its own link stays as it is. */
	list_del_rcu(&at->link);
	l->count--;
	call->value = at->value;
	call->victim = &at->node;
	call->delta = -1;
	call->error = 0;
}

void contend_list_write(void *data, struct contend_call *call)
{
	struct list_node *at = list_seek(data, call);

	if (unlikely(call->broken)) {
		/* Touch nothing in a structure that is broken already. */
		call->error = -ENOENT;
		return;
	}
	if (call->verb == LIST_INSERT)
		list_insert(data, at, call);
	else
		list_erase(data, at, call);
}

static int list_init(struct contend_object *obj, void *data)
{
	struct list *l = data;

	INIT_LIST_HEAD(&l->head);
	l->capacity = obj->capacity;
	return 0;
}

static void list_destroy(void *data)
{
	struct list *l = data;
	struct list_node *n, *next;

	list_for_each_entry_safe(n, next, &l->head, link)
		contend_node_free(&n->node);
}

static u64 list_elements(const void *data)
{
	const struct list *l = data;

	return READ_ONCE(l->count);
}

static void list_verify(const void *data, s64 balance, struct violation_log *log)
{
	const struct list *l = data;
	struct contend_call call = { .key = ~0ULL };
	struct list_node *n;
	u64 count = 0;

	list_seek(l, &call);
	if (call.broken) {
		violation_note(log, CHECK_INTEGRITY, call.broken, call.seen, call.expected);
		return;
	}
	list_for_each_entry(n, &l->head, link)
		count++;
	if (count != l->count)
		violation_note(log, CHECK_INTEGRITY, "the list's count is not its nodes",
			       l->count, count);
	if (count != balance)
		violation_note(log, CHECK_CONSERVATION,
			       "list elements are not inserts less erases", count, balance);
}

const struct contend_structure contend_structure_list = {
	.name = "list",
	.family = "set",
	.about = "an ordered set of 64-bit keys in a linked list",
	.needs = CONTEND_CAP_POINTERS,
	.verbs = list_verbs,
	.fill = LIST_INSERT,
	.capacity = 4096,
	.node_size = sizeof(struct list_node),
	.size = sizeof(struct list),
	.init = list_init,
	.destroy = list_destroy,
	.elements = list_elements,
	.verify = list_verify,
};

// SPDX-License-Identifier: GPL-2.0
/*
 * peer:wfcqueue: liburcu's wait-free concurrent queue, as it is, beside our rings: a linked list
 * whose producers exchange its tail, and one consumer. Its users allocate and free, and so that is
 * in its sections, as is the count that bounds it. A batch in is a queue of its own that is
 * spliced to it.
 *
 * It has no positions: each element is sealed with its key.
 */
#define _LGPL_SOURCE
#include <urcu/wfcqueue.h>

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "check/violation.h"
#include "structures/ring.h"
#include "structures/structure.h"

/**
 * struct wfc - see above
 * @head: the consumer's
 * @tail: the producers', by exchange
 * @count: of those that are in it, and those on their way; changes by atomics that order nothing
 * @capacity: most of them, constant
 */
struct wfc {
	struct __cds_wfcq_head head ____cacheline_aligned;
	struct cds_wfcq_tail tail ____cacheline_aligned;
	u64 count ____cacheline_aligned;
	u64 capacity;
};

/**
 * struct wfc_node - an element; constant from its publication to its release
 * @node: the library's
 * @key: the element
 * @seal: of @key
 */
struct wfc_node {
	struct cds_wfcq_node node;
	u64 key;
	u64 seal;
};

static const struct contend_verb wfcqueue_verbs[] = RING_VERBS(GUARD_SELF, GUARD_OWNER);

static struct wfc_node *wfc_new(u64 key)
{
	struct wfc_node *n = malloc(sizeof(*n));

	if (!n)
		return NULL;
	cds_wfcq_node_init(&n->node);
	n->key = key;
	n->seal = ring_seal(key, 0);
	return n;
}

static void wfc_put(struct wfc *q, const struct contend_request *rq, struct contend_scratch *x,
		    u32 most)
{
	const u64 before = __atomic_fetch_add(&q->count, most, __ATOMIC_RELAXED);
	const u32 room = before < q->capacity ? min_t(u64, q->capacity - before, most) : 0;
	struct __cds_wfcq_head head;
	struct cds_wfcq_tail tail;
	struct wfc_node *node;
	u32 n;

	x->error = -ENOSPC;
	__cds_wfcq_init(&head, &tail);
	for (n = 0; n < room; n++) {
		node = wfc_new(rq->key + n);
		if (!node) {
			x->error = -ENOMEM;
			break;
		}
		if (most == 1)
			cds_wfcq_enqueue(&q->head, &q->tail, &node->node);
		else
			cds_wfcq_enqueue(&head, &tail, &node->node);
	}
	if (most > 1 && n)
		__cds_wfcq_splice_blocking(&q->head, &q->tail, &head, &tail);
	if (n < most)
		__atomic_fetch_sub(&q->count, most - n, __ATOMIC_RELAXED);
	if (n)
		ring_answer(rq, n, 0, x);
}

static void wfc_get(struct wfc *q, const struct contend_request *rq, struct contend_scratch *x,
		    u32 most)
{
	struct cds_wfcq_node *node;
	struct wfc_node *e;
	u64 key = 0;
	u32 n;

	for (n = 0; n < most; n++) {
		node = __cds_wfcq_dequeue_blocking(&q->head, &q->tail);
		if (!node)
			break;
		e = container_of(node, struct wfc_node, node);
		key = e->key;
		ring_judge(key, e->seal, 0, x);
		free(e);
	}
	if (!n) {
		x->error = -ENOENT;
		return;
	}
	__atomic_fetch_sub(&q->count, n, __ATOMIC_RELAXED);
	ring_answer(rq, n, key, x);
}

CONTEND_NO_READ(peer_wfcqueue)

void contend_peer_wfcqueue_write(void *data, const struct contend_request *rq,
				 struct contend_scratch *x)
{
	const bool batch = rq->verb == RING_PUT_BATCH || rq->verb == RING_GET_BATCH;

	if (ring_puts(rq))
		wfc_put(data, rq, x, batch ? RING_BATCH : 1);
	else
		wfc_get(data, rq, x, batch ? RING_BATCH : 1);
}

static int wfcqueue_make(void *data, const struct contend_shape *shape)
{
	struct wfc *q = data;

	__cds_wfcq_init(&q->head, &q->tail);
	q->capacity = shape->capacity;
	return 0;
}

static void wfcqueue_break(void *data)
{
	struct cds_wfcq_node *node;
	struct wfc *q = data;

	while ((node = __cds_wfcq_dequeue_blocking(&q->head, &q->tail)))
		free(container_of(node, struct wfc_node, node));
}

static u64 wfcqueue_elements(const void *data)
{
	const struct wfc *q = data;

	return READ_ONCE(q->count);
}

static u64 wfcqueue_verify(const void *data, struct violation_log *log)
{
	struct wfc *q = (struct wfc *)data;
	struct contend_scratch x = { };
	struct cds_wfcq_node *node;
	u64 count = 0;

	__cds_wfcq_for_each_blocking(&q->head, &q->tail, node) {
		const struct wfc_node *e = container_of(node, struct wfc_node, node);

		count++;
		ring_judge(e->key, e->seal, 0, &x);
		if (x.broken)
			violation_note(log, CHECK_INTEGRITY, x.broken, x.seen, x.expected);
		x.broken = NULL;
	}
	if (count != q->count)
		violation_note(log, CHECK_INTEGRITY, "its count is not that of its nodes", q->count,
			       count);
	return count;
}

const struct contend_structure contend_structure_peer_wfcqueue = {
	.name = "peer:wfcqueue",
	.family = "queue",
	.about = "liburcu's wfcqueue: a list of many wait-free producers and one consumer",
	.needs = CONTEND_CAP_SELF,
	.verbs = wfcqueue_verbs,
	.capacity = 1024,
	.size = sizeof(struct wfc),
	.init = wfcqueue_make,
	.destroy = wfcqueue_break,
	.elements = wfcqueue_elements,
	.verify = wfcqueue_verify,
};

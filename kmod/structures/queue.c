// SPDX-License-Identifier: GPL-2.0
/*
 * queue: a bounded first-in-first-out queue under a lock, as a monitor has it (C. A. R. Hoare,
 * "Monitors: An Operating System Structuring Concept", CACM 17(10), 1974): put waits for room,
 * get for an element; try_put and try_get do not. Those that wait are woken as Mesa has it, not
 * Hoare: a task that was woken looks again (condition.h).
 *
 * When it is closed nothing more comes in, what is in it can still be taken, and nobody waits any
 * more: EPIPE.
 *
 * queue wakes one task for each element, and for each room. queue_wake_all wakes all that wait for
 * it, of which one finds it: the herd that a condition variable's broadcast makes, or an epoll
 * without EPOLLEXCLUSIVE.
 *
 * Invariant: what a task takes out at a position is what was put in at the same one: each element
 * is sealed with its position.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/mm.h>

#include "check/violation.h"
#include "lib/charge.h"
#include "structures/queue.h"
#include "structures/structure.h"

/* Whom an element wakes, or room: see above; the last one is broken. */
enum queue_wakes { QUEUE_WAKES_ONE, QUEUE_WAKES_ALL, QUEUE_WAKES_AT_CHANGE };

static const struct contend_verb queue_verbs[] = {
	[QUEUE_TRY_PUT] = {
		.name = "try_put", .guard = GUARD_WRITE, .share = 50, .balance = 1,
		.fills = true, .meets = BIT(CONDITION_IN),
	},
	[QUEUE_TRY_GET] = {
		.name = "try_get", .guard = GUARD_WRITE, .share = 50, .balance = -1,
		.meets = BIT(CONDITION_OUT),
	},
	[QUEUE_PUT] = {
		.name = "put", .guard = GUARD_WRITE, .share = 100, .balance = 1,
		.waits = BIT(CONDITION_OUT), .meets = BIT(CONDITION_IN), .role = "producer",
	},
	[QUEUE_GET] = {
		.name = "get", .guard = GUARD_WRITE, .share = 100, .balance = -1,
		.waits = BIT(CONDITION_IN), .meets = BIT(CONDITION_OUT), .role = "consumer",
	},
	[QUEUE_CLOSE] = { .name = "close", .guard = GUARD_WRITE },
	{ }
};

static __always_inline u64 queue_seal(u64 key, u64 position)
{
	return (key ^ position) * GOLDEN_RATIO_64;
}

static __always_inline u64 queue_next(const struct queue *q, u64 index)
{
	return index + 1 < q->capacity ? index + 1 : 0;
}

/* A condition is met: of those that wait for it one is woken, or all are. */
static __always_inline void queue_meet(struct contend_scratch *x, enum condition met,
				       enum queue_wakes wakes, bool changed)
{
	if (wakes == QUEUE_WAKES_ALL)
		x->met_all = BIT(met);
	else if (wakes == QUEUE_WAKES_ONE || changed)
		x->met = BIT(met);
}

static __always_inline void queue_put(struct queue *q, const struct contend_request *rq,
				      struct contend_scratch *x, enum queue_wakes wakes)
{
	struct queue_place *place;

	if (q->closed) {
		x->error = -EPIPE;
		return;
	}
	if (q->tail - q->head == q->capacity) {
		x->error = -ENOSPC;
		if (rq->verb == QUEUE_PUT)
			x->lacks = CONDITION_OUT;
		return;
	}
	place = &q->places[q->in];
	place->key = rq->key;
	place->seal = queue_seal(rq->key, q->tail);
	q->in = queue_next(q, q->in);
	WRITE_ONCE(q->tail, q->tail + 1);
	queue_meet(x, CONDITION_IN, wakes, q->tail == q->head + 1);
	x->error = 0;
}

static __always_inline void queue_get(struct queue *q, const struct contend_request *rq,
				      struct contend_scratch *x, enum queue_wakes wakes)
{
	const struct queue_place *place;

	if (q->tail == q->head) {
		x->error = q->closed ? -EPIPE : -ENOENT;
		if (rq->verb == QUEUE_GET && !q->closed)
			x->lacks = CONDITION_IN;
		return;
	}
	place = &q->places[q->out];
	x->value = place->key;
	if (unlikely(place->seal != queue_seal(place->key, q->head))) {
		x->broken = "a place does not hold what was put there at this position";
		x->seen = place->seal;
		x->expected = queue_seal(place->key, q->head);
	}
	q->out = queue_next(q, q->out);
	WRITE_ONCE(q->head, q->head + 1);
	queue_meet(x, CONDITION_OUT, wakes, q->tail == q->head + q->capacity - 1);
	x->error = 0;
}

static __always_inline void queue_write(struct queue *q, const struct contend_request *rq,
					struct contend_scratch *x, enum queue_wakes wakes)
{
	if (rq->verb == QUEUE_PUT || rq->verb == QUEUE_TRY_PUT) {
		queue_put(q, rq, x, wakes);
	} else if (rq->verb == QUEUE_GET || rq->verb == QUEUE_TRY_GET) {
		queue_get(q, rq, x, wakes);
	} else {
		x->error = q->closed ? -EPIPE : 0;
		WRITE_ONCE(q->closed, true);
		x->met_all = BIT(CONDITION_IN) | BIT(CONDITION_OUT);
	}
}

static int queue_init(void *data, const struct contend_shape *shape)
{
	struct queue *q = data;

	q->capacity = shape->capacity;
	q->places = kvmalloc_array(q->capacity, sizeof(*q->places), GFP_CLIENT);
	return q->places ? 0 : -ENOMEM;
}

static void queue_destroy(void *data)
{
	struct queue *q = data;

	kvfree(q->places);
}

static u64 queue_elements(const void *data)
{
	const struct queue *q = data;
	/* In this order: what is taken in between does not make it negative. */
	const u64 head = READ_ONCE(q->head), tail = READ_ONCE(q->tail);

	return tail - head;
}

static u32 queue_ready(const void *data)
{
	const struct queue *q = data;
	const u64 elements = queue_elements(q);
	const bool closed = READ_ONCE(q->closed);

	/* Closed: nobody waits. */
	return (elements || closed ? BIT(CONDITION_IN) : 0) |
	       (elements < q->capacity || closed ? BIT(CONDITION_OUT) : 0);
}

static u64 queue_verify(const void *data, struct violation_log *log)
{
	const struct queue *q = data;
	u64 at, index = q->out;

	if (q->tail - q->head > q->capacity) {
		violation_note(log, CHECK_INTEGRITY, "there is more in the queue than its capacity",
			       q->tail - q->head, q->capacity);
		return q->tail - q->head;
	}
	for (at = q->head; at != q->tail; at++, index = queue_next(q, index)) {
		const struct queue_place *place = &q->places[index];

		if (place->seal != queue_seal(place->key, at))
			violation_note(log, CHECK_INTEGRITY,
				       "a place does not hold what was put there at this position",
				       place->seal, queue_seal(place->key, at));
	}
	return q->tail - q->head;
}

#define QUEUE(_name, _family, _about, _wakes, _busted)				\
	CONTEND_NO_READ(_name)							\
	void contend_##_name##_write(void *data, const struct contend_request *rq,	\
				     struct contend_scratch *x)			\
	{									\
		queue_write(data, rq, x, _wakes);				\
	}									\
	const struct contend_structure contend_structure_##_name = {		\
		.name = #_name,							\
		.family = _family,						\
		.about = _about,						\
		.needs = CONTEND_CAP_EXCLUSIVE,					\
		.busted = _busted,						\
		.verbs = queue_verbs,						\
		.capacity = 1024,						\
		.size = sizeof(struct queue),					\
		.init = queue_init,						\
		.destroy = queue_destroy,					\
		.elements = queue_elements,					\
		.ready = queue_ready,						\
		.verify = queue_verify,						\
	}

QUEUE(queue, "queue", "first in, first out, bounded; closed, it is drained", QUEUE_WAKES_ONE, 0);
QUEUE(queue_wake_all, "queue", "a queue whose elements wake all that wait", QUEUE_WAKES_ALL, 0);

#ifdef CONTEND_MUTANT

/*
 * busted_queue: wakes where there was none before, and where it was full. Two wait, and two
 * elements come before the first of them has looked: the second one sleeps beside an element.
 */
QUEUE(busted_queue, "busted", "wakes at the first element only, or room", QUEUE_WAKES_AT_CHANGE, 1);

#endif /* CONTEND_MUTANT */

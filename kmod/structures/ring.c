// SPDX-License-Identifier: GPL-2.0
/*
 * ring: a bounded queue of many producers and many consumers without a lock (D. Vyukov,
 * "Bounded MPMC queue", 1024cores.net, 2010); and ring_mpsc, ring_spmc and ring_spsc, of which one
 * end or both are for one task alone: it draws its places without an atomic instruction. Of one
 * producer and one consumer neither looks at the other's position, but at the places alone
 * (J. Giacomoni, T. Moseley, M. Vachharajani, "FastForward for Efficient Pipeline Parallelism",
 * PPoPP 2008): that is quicker than positions that are remembered, which were tried beside it.
 *
 * Each place has a sequence number, which says whose turn it is: in round r, that of the
 * producer when it is r * capacity + its index, and of the consumer when it is one more. A
 * producer draws a place by moving the tail, fills it, and hands it to the consumer by the
 * number; the consumer draws by moving the head, and hands it to the producer of the next
 * round. A batch draws all places at once whose turn it is, RING_BATCH at most: a place whose turn
 * has come waits for the one that draws it. A task that has drawn a place and is preempted holds
 * up the next one at that place, and
 * no other: it is not lock-free, but nobody spins for it either, since a full or an empty ring is
 * an answer.
 *
 * Invariant: what a consumer takes out of a place is what was put there in the same round:
 * each element is sealed with its position.
 */
#include <linux/atomic.h>
#include <linux/log2.h>
#include <linux/mm.h>

#include "check/violation.h"
#include "lib/charge.h"
#include "structures/ring.h"
#include "structures/structure.h"

/*
 * Draw up to @most positions whose places are at @ahead of them: 0 for a producer, 1 for a
 * consumer. Return how many; 0: there is none now. @alone: nobody else draws at this end.
 */
static __always_inline u32 ring_draw(struct ring *r, u64 *from, u64 ahead, u32 most, bool alone,
				     u64 *position)
{
	u64 at = READ_ONCE(*from);

	for (;;) {
		s64 turn = 0;
		u32 n;

		for (n = 0; n < most; n++) {
			/* A: pairs with B of the one before, who has done with the place */
			turn = smp_load_acquire(&r->places[(at + n) & r->mask].turn) -
			       (at + n + ahead);
			if (turn)
				break;
		}
		if (!n && turn < 0)
			return 0;
		/* Others have drawn it: the cmpxchg() says where they have got to. */
		if (!n) {
			at = READ_ONCE(*from);
			continue;
		}
		*position = at;
		if (alone) {
			WRITE_ONCE(*from, at + n);
			return n;
		}
		/* Orders nothing: A and B do. */
		if (try_cmpxchg_relaxed(from, &at, at + n))
			return n;
	}
}

static __always_inline void ring_fill(struct ring_place *place, u64 key, u64 at)
{
	place->key = key;
	place->seal = ring_seal(key, at);
}

/* Into a place that the producer has drawn. */
static __always_inline void ring_publish(struct ring_place *place, u64 key, u64 at)
{
	ring_fill(place, key, at);
	/* B: pairs with A of the consumer */
	smp_store_release(&place->turn, at + 1);
}

static __always_inline void
ring_put(struct ring *r, const struct contend_request *rq, struct contend_scratch *x, u32 most,
	 bool alone, void (*publish)(struct ring_place *place, u64 key, u64 at))
{
	u32 n, i;
	u64 at;

	n = ring_draw(r, &r->tail, 0, most, alone, &at);
	if (!n) {
		x->error = -ENOSPC;
		return;
	}
	for (i = 0; i < n; i++)
		publish(&r->places[(at + i) & r->mask], rq->key + i, at + i);
	ring_answer(rq, n, 0, x);
}

static __always_inline void ring_get(struct ring *r, const struct contend_request *rq,
				     struct contend_scratch *x, u32 most, bool alone)
{
	u64 at, key = 0, seal;
	u32 n, i;

	n = ring_draw(r, &r->head, 1, most, alone, &at);
	if (!n) {
		x->error = -ENOENT;
		return;
	}
	for (i = 0; i < n; i++) {
		struct ring_place *place = &r->places[(at + i) & r->mask];

		key = place->key;
		seal = place->seal;
		/* B: pairs with A of the producer of the next round */
		smp_store_release(&place->turn, at + i + r->mask + 1);
		ring_judge(key, seal, at + i, x);
	}
	ring_answer(rq, n, key, x);
}

/* @producer, @consumer: there is one alone. */
static __always_inline void
ring_do(struct ring *r, const struct contend_request *rq, struct contend_scratch *x,
	bool producer, bool consumer, void (*publish)(struct ring_place *place, u64 key, u64 at))
{
	if (rq->verb == RING_PUT)
		ring_put(r, rq, x, 1, producer, publish);
	else if (rq->verb == RING_GET)
		ring_get(r, rq, x, 1, consumer);
	else if (rq->verb == RING_PUT_BATCH)
		ring_put(r, rq, x, RING_BATCH, producer, publish);
	else
		ring_get(r, rq, x, RING_BATCH, consumer);
}

static int ring_init(void *data, const struct contend_shape *shape)
{
	struct ring *r = data;
	u64 i;

	r->mask = ring_room(shape->capacity) - 1;
	r->places = kvmalloc_array(r->mask + 1, sizeof(*r->places), GFP_CLIENT);
	if (!r->places)
		return -ENOMEM;
	for (i = 0; i <= r->mask; i++)
		r->places[i] = (struct ring_place){ .turn = i };
	return 0;
}

static void ring_destroy(void *data)
{
	struct ring *r = data;

	kvfree(r->places);
}

static u64 ring_elements(const void *data)
{
	const struct ring *r = data;
	/* In this order: what is drawn in between does not make it negative. */
	const u64 head = READ_ONCE(r->head), tail = READ_ONCE(r->tail);

	return tail - head;
}

static u64 ring_verify(const void *data, struct violation_log *log)
{
	const struct ring *r = data;
	u64 at;

	for (at = r->head; at != r->tail; at++) {
		const struct ring_place *place = &r->places[at & r->mask];

		if (place->turn != at + 1)
			violation_note(log, CHECK_INTEGRITY,
				       "a place that was filled is not the consumer's",
				       place->turn, at + 1);
		else if (place->seal != ring_seal(place->key, at))
			violation_note(log, CHECK_INTEGRITY,
				       "a place does not hold what was put there in this round",
				       place->seal, ring_seal(place->key, at));
	}
	return r->tail - r->head;
}

/* One of them: its ends, by whom they are guarded, and how it publishes. */
#define RING_STRUCTURE(_s, _producers, _consumers, _publish, ...)				\
	static const struct contend_verb _s##_verbs[] =					\
		RING_VERBS(_producers, _consumers);					\
											\
	CONTEND_NO_READ(_s)								\
	void contend_##_s##_write(void *data, const struct contend_request *rq,		\
				  struct contend_scratch *x)				\
	{										\
		ring_do(data, rq, x, (_producers) == GUARD_OWNER,			\
			(_consumers) == GUARD_OWNER, _publish);				\
	}										\
											\
	const struct contend_structure contend_structure_##_s = {			\
		.name = #_s,								\
		.needs = CONTEND_CAP_SELF,						\
		.verbs = _s##_verbs,							\
		.capacity = 1024,							\
		.room = ring_room,							\
		.size = sizeof(struct ring),						\
		.init = ring_init,							\
		.destroy = ring_destroy,						\
		.elements = ring_elements,						\
		.verify = ring_verify,							\
		__VA_ARGS__								\
	}

RING_STRUCTURE(ring, GUARD_SELF, GUARD_SELF, ring_publish,
	       .family = "queue",
	       .about = "a bounded queue of many producers and consumers without a lock");
RING_STRUCTURE(ring_mpsc, GUARD_SELF, GUARD_OWNER, ring_publish,
	       .family = "queue",
	       .about = "a ring of many producers and one consumer");
RING_STRUCTURE(ring_spsc, GUARD_OWNER, GUARD_OWNER, ring_publish,
	       .family = "queue",
	       .about = "a ring of one producer and one consumer");
RING_STRUCTURE(ring_spmc, GUARD_OWNER, GUARD_SELF, ring_publish,
	       .family = "queue",
	       .about = "a ring of one producer and many consumers");

#ifdef CONTEND_MUTANT

/* busted_ring: a place is the consumer's before it is filled. */
static __always_inline void busted_ring_publish(struct ring_place *place, u64 key, u64 at)
{
	/* What B shall not do. */
	smp_store_release(&place->turn, at + 1);
	busted_dawdle(BUSTED_WINDOW);
	ring_fill(place, key, at);
}

RING_STRUCTURE(busted_ring, GUARD_SELF, GUARD_SELF, busted_ring_publish,
	       .family = "busted",
	       .busted = true,
	       .about = "a ring whose producers publish a place before they fill it");

#endif /* CONTEND_MUTANT */

// SPDX-License-Identifier: GPL-2.0
/*
 * ring: a bounded queue of many producers and many consumers without a lock (D. Vyukov,
 * "Bounded MPMC queue", 1024cores.net, 2010).
 *
 * Each place has a sequence number, which says whose turn it is: in round r, that of the
 * producer when it is r * capacity + its index, and of the consumer when it is one more. A
 * producer draws a place by moving the tail, fills it, and hands it to the consumer by the
 * number; the consumer draws by moving the head, and hands it to the producer of the next
 * round. A task that has drawn a place and is preempted holds up the next one at that place, and
 * no other: it is not lock-free, but nobody spins for it either, since a full or an empty ring is
 * an answer.
 *
 * Invariant: what a consumer takes out of a place is what was put there in the same round:
 * each element is sealed with its position.
 */
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/mm.h>

#include "check/violation.h"
#include "lib/charge.h"
#include "structures/ring.h"
#include "structures/structure.h"

static const struct contend_verb ring_verbs[] = {
	[RING_PUT] = {
		.name = "put", .guard = GUARD_SELF, .share = 50, .balance = 1, .fills = true,
		.role = "producer",
	},
	[RING_GET] = {
		.name = "get", .guard = GUARD_SELF, .share = 50, .balance = -1,
		.role = "consumer",
	},
	{ }
};

static __always_inline u64 ring_seal(u64 key, u64 position)
{
	return (key ^ position) * GOLDEN_RATIO_64;
}

/*
 * Draw a position whose place is at @ahead of it: 0 for a producer, 1 for a consumer. NULL:
 * there is none now.
 */
static __always_inline struct ring_place *ring_draw(struct ring *r, u64 *from, u64 ahead,
						    u64 *position)
{
	u64 at = READ_ONCE(*from);

	for (;;) {
		struct ring_place *place = &r->places[at & r->mask];
		/* A: pairs with B of the one before, who has done with the place */
		s64 turn = smp_load_acquire(&place->turn) - (at + ahead);

		if (turn < 0)
			return NULL;
		/* Others have drawn it: the cmpxchg() says where they have got to. */
		if (turn > 0) {
			at = READ_ONCE(*from);
			continue;
		}
		/* Orders nothing: A and B do. */
		if (try_cmpxchg_relaxed(from, &at, at + 1)) {
			*position = at;
			return place;
		}
	}
}

static __always_inline void ring_put(struct ring *r, const struct contend_request *rq,
				     struct contend_scratch *x)
{
	struct ring_place *place;
	u64 at;

	place = ring_draw(r, &r->tail, 0, &at);
	if (!place) {
		x->error = -ENOSPC;
		return;
	}
	place->key = rq->key;
	place->seal = ring_seal(rq->key, at);
	/* B: pairs with A of the consumer */
	smp_store_release(&place->turn, at + 1);
	x->error = 0;
}

static __always_inline void ring_get(struct ring *r, struct contend_scratch *x)
{
	struct ring_place *place;
	u64 at, seal;

	place = ring_draw(r, &r->head, 1, &at);
	if (!place) {
		x->error = -ENOENT;
		return;
	}
	x->value = place->key;
	seal = place->seal;
	/* B: pairs with A of the producer of the next round */
	smp_store_release(&place->turn, at + r->mask + 1);
	x->error = 0;
	if (unlikely(seal != ring_seal(x->value, at))) {
		x->broken = "a place does not hold what was put there in this round";
		x->seen = seal;
		x->expected = ring_seal(x->value, at);
	}
}

CONTEND_NO_READ(ring)

void contend_ring_write(void *data, const struct contend_request *rq, struct contend_scratch *x)
{
	struct ring *r = data;

	if (rq->verb == RING_PUT)
		ring_put(r, rq, x);
	else
		ring_get(r, x);
}

static int ring_init(void *data, const struct contend_shape *shape)
{
	struct ring *r = data;
	u64 i;

	/* One place is no ring: full and empty would look the same. */
	r->mask = max_t(u64, roundup_pow_of_two(shape->capacity), 2) - 1;
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

const struct contend_structure contend_structure_ring = {
	.name = "ring",
	.family = "queue",
	.about = "a bounded queue of many producers and consumers without a lock",
	.needs = CONTEND_CAP_SELF,
	.verbs = ring_verbs,
	.capacity = 1024,
	.size = sizeof(struct ring),
	.init = ring_init,
	.destroy = ring_destroy,
	.elements = ring_elements,
	.verify = ring_verify,
};

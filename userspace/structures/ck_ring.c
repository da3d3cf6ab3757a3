// SPDX-License-Identifier: GPL-2.0
/*
 * peer:ck_ring: Concurrency Kit's ring, as it is, beside ours: the one of one producer and one
 * consumer, and peer:ck_ring_mpmc, that of many. It has no batches: several operations are one
 * here. One place of it stays empty.
 *
 * Of one producer and one consumer its own counts are the positions with which the elements are
 * sealed; of many nobody knows them, and it is the key that is sealed.
 */
#include <ck_ring.h>

#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/slab.h>

#include "check/violation.h"
#include "structures/ring.h"
#include "structures/structure.h"

CK_RING_PROTOTYPE(element, ring_element)

/**
 * struct ckring - see above
 * @ring: its own counts
 * @places: constant; what they hold is the ring's
 */
struct ckring {
	ck_ring_t ring;
	struct ring_element *places;
};

static __always_inline void ckring_put(struct ckring *r, const struct contend_request *rq,
				       struct contend_scratch *x, u32 most, bool many)
{
	struct ring_element e;
	u32 n;

	for (n = 0; n < most; n++) {
		e.key = rq->key + n;
		e.seal = ring_seal(e.key, many ? 0 : r->ring.p_tail);
		if (many ? !ck_ring_enqueue_mpmc_element(&r->ring, r->places, &e) :
			   !ck_ring_enqueue_spsc_element(&r->ring, r->places, &e))
			break;
	}
	if (n)
		ring_answer(rq, n, 0, x);
	else
		x->error = -ENOSPC;
}

static __always_inline void ckring_get(struct ckring *r, const struct contend_request *rq,
				       struct contend_scratch *x, u32 most, bool many)
{
	struct ring_element e = { };
	u32 n;

	for (n = 0; n < most; n++) {
		const u32 at = many ? 0 : r->ring.c_head;

		if (many ? !ck_ring_dequeue_mpmc_element(&r->ring, r->places, &e) :
			   !ck_ring_dequeue_spsc_element(&r->ring, r->places, &e))
			break;
		ring_judge(e.key, e.seal, at, x);
	}
	if (n)
		ring_answer(rq, n, e.key, x);
	else
		x->error = -ENOENT;
}

static __always_inline void ckring_do(struct ckring *r, const struct contend_request *rq,
				      struct contend_scratch *x, bool many)
{
	const bool batch = rq->verb == RING_PUT_BATCH || rq->verb == RING_GET_BATCH;

	if (ring_puts(rq))
		ckring_put(r, rq, x, batch ? RING_BATCH : 1, many);
	else
		ckring_get(r, rq, x, batch ? RING_BATCH : 1, many);
}

/* It takes a power of two of places, 4 or more, and one stays empty. */
static u64 ckring_room(u64 capacity)
{
	return max_t(u64, roundup_pow_of_two(capacity + 1), 4) - 1;
}

static int ckring_init(void *data, const struct contend_shape *shape)
{
	const u64 places = ckring_room(shape->capacity) + 1;
	struct ckring *r = data;

	ck_ring_init(&r->ring, places);
	r->places = calloc(places, sizeof(*r->places));
	return r->places ? 0 : -ENOMEM;
}

static void ckring_destroy(void *data)
{
	struct ckring *r = data;

	free(r->places);
}

static u64 ckring_elements(const void *data)
{
	const struct ckring *r = data;

	return ck_ring_size(&r->ring);
}

static u64 ckring_verify_as(const struct ckring *r, bool many, struct violation_log *log)
{
	struct contend_scratch x = { };
	u32 at;

	for (at = r->ring.c_head; at != r->ring.p_tail; at++) {
		const struct ring_element *e = &r->places[at & r->ring.mask];

		ring_judge(e->key, e->seal, many ? 0 : at, &x);
		if (x.broken)
			violation_note(log, CHECK_INTEGRITY, x.broken, x.seen, x.expected);
		x.broken = NULL;
	}
	return ck_ring_size(&r->ring);
}

#define CK_RING(_s, _name, _guard, _about)						\
	static const struct contend_verb _s##_verbs[] = RING_VERBS(_guard, _guard);		\
											\
	CONTEND_NO_READ(peer_##_s)							\
	void contend_peer_##_s##_write(void *data, const struct contend_request *rq,	\
				       struct contend_scratch *x)			\
	{										\
		ckring_do(data, rq, x, (_guard) == GUARD_SELF);				\
	}										\
											\
	static u64 _s##_verify(const void *data, struct violation_log *log)		\
	{										\
		return ckring_verify_as(data, (_guard) == GUARD_SELF, log);		\
	}										\
											\
	const struct contend_structure contend_structure_peer_##_s = {			\
		.name = _name,								\
		.family = "queue",							\
		.about = _about,							\
		.needs = CONTEND_CAP_SELF,						\
		.verbs = _s##_verbs,							\
		.capacity = 1023,							\
		.room = ckring_room,							\
		.size = sizeof(struct ckring),						\
		.init = ckring_init,							\
		.destroy = ckring_destroy,						\
		.elements = ckring_elements,						\
		.verify = _s##_verify,							\
	}

CK_RING(ck_ring, "peer:ck_ring", GUARD_OWNER,
	"Concurrency Kit's ck_ring: a bounded queue of one producer and one consumer");
CK_RING(ck_ring_mpmc, "peer:ck_ring_mpmc", GUARD_SELF,
	"Concurrency Kit's ck_ring: a bounded queue of many producers and consumers");

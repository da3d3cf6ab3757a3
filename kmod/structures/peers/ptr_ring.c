// SPDX-License-Identifier: GPL-2.0
/*
 * peer:ptr_ring: the kernel's ptr_ring (include/linux/ptr_ring.h), as it is, beside our rings: a
 * bounded queue of pointers with a spinlock at each end, which are not those of the object. To put
 * a batch in is to hold the producers' meanwhile.
 *
 * Its elements are pointers, and no more: 31 bits of the key, and a seal of these. Their position
 * is nowhere. That nothing is lost or there twice the balance tells.
 */
#include <linux/hash.h>
#include <linux/ptr_ring.h>

#include "check/violation.h"
#include "lib/charge.h"
#include "structures/ring.h"
#include "structures/structure.h"

static const struct contend_verb ptr_ring_verbs[] = RING_VERBS(GUARD_SELF, GUARD_SELF);

/* Of 64 bits: the seal of the key above, a bit that is set below. */
static __always_inline u64 ptr_word(u64 key)
{
	const u32 low = key << 1 | 1;

	return (u64)hash_32(low, 32) << 32 | low;
}

static __always_inline void *ptr_of(u64 key)
{
	return (void *)(uintptr_t)ptr_word(key);
}

static __always_inline u64 ptr_judge(const void *p, struct contend_scratch *x)
{
	const u64 key = (u32)(uintptr_t)p >> 1;

	if (unlikely(p != ptr_of(key)) && !x->broken) {
		x->broken = "a pointer is none that was put in";
		x->seen = (uintptr_t)p;
		x->expected = ptr_word(key);
	}
	return key;
}

static void ptr_put_batch(struct ptr_ring *r, const struct contend_request *rq,
			  struct contend_scratch *x)
{
	u32 n;

	spin_lock(&r->producer_lock);
	for (n = 0; n < RING_BATCH; n++)
		if (__ptr_ring_produce(r, ptr_of(rq->key + n)))
			break;
	spin_unlock(&r->producer_lock);
	if (n)
		ring_answer(rq, n, 0, x);
	else
		x->error = -ENOSPC;
}

static void ptr_get_batch(struct ptr_ring *r, const struct contend_request *rq,
			  struct contend_scratch *x)
{
	void *p[RING_BATCH];
	const int n = ptr_ring_consume_batched(r, p, RING_BATCH);
	int i;

	if (!n) {
		x->error = -ENOENT;
		return;
	}
	for (i = 0; i < n; i++)
		ptr_judge(p[i], x);
	ring_answer(rq, n, 0, x);
}

CONTEND_NO_READ(peer_ptr_ring)

void contend_peer_ptr_ring_write(void *data, const struct contend_request *rq,
				 struct contend_scratch *x)
{
	struct ptr_ring *r = data;
	void *p;

	x->error = 0;
	if (rq->verb == RING_PUT) {
		if (ptr_ring_produce(r, ptr_of(rq->key)))
			x->error = -ENOSPC;
	} else if (rq->verb == RING_GET) {
		p = ptr_ring_consume(r);
		if (p)
			x->value = ptr_judge(p, x);
		else
			x->error = -ENOENT;
	} else if (rq->verb == RING_PUT_BATCH) {
		ptr_put_batch(r, rq, x);
	} else {
		ptr_get_batch(r, rq, x);
	}
}

static int ptr_ring_make(void *data, const struct contend_shape *shape)
{
	struct ptr_ring *r = data;

	return ptr_ring_init(r, shape->capacity, GFP_CLIENT | __GFP_NOWARN) ? -ENOMEM : 0;
}

static void ptr_ring_break(void *data)
{
	struct ptr_ring *r = data;

	ptr_ring_cleanup(r, NULL);
}

static u64 ptr_ring_elements(const void *data)
{
	const struct ptr_ring *r = data;
	int i;
	u64 n = 0;

	/* It has no count of them. What was taken out is made empty in batches, from its end on. */
	for (i = 0; i < r->size; i++)
		n += !!READ_ONCE(r->queue[i]);
	i = READ_ONCE(r->consumer_head) - READ_ONCE(r->consumer_tail);
	return max_t(s64, n - max(i, 0), 0);
}

static u64 ptr_ring_verify(const void *data, struct violation_log *log)
{
	const struct ptr_ring *r = data;
	struct contend_scratch x = { };
	int i, at = r->consumer_head;
	u64 n = 0;

	for (i = 0; i < r->size && r->queue[at]; i++, at = at + 1 < r->size ? at + 1 : 0) {
		/* All the way round, to what was taken out. */
		if (at >= r->consumer_tail && at < r->consumer_head)
			break;
		ptr_judge(r->queue[at], &x);
		if (x.broken)
			violation_note(log, CHECK_INTEGRITY, x.broken, x.seen, x.expected);
		x.broken = NULL;
		n++;
	}
	return n;
}

const struct contend_structure contend_structure_peer_ptr_ring = {
	.name = "peer:ptr_ring",
	.family = "queue",
	.about = "the kernel's ptr_ring: a bounded queue with a spinlock at each end",
	.needs = CONTEND_CAP_SELF,
	.tasks_only = true,
	.verbs = ptr_ring_verbs,
	.capacity = 1024,
	.size = sizeof(struct ptr_ring),
	.init = ptr_ring_make,
	.destroy = ptr_ring_break,
	.elements = ptr_ring_elements,
	.verify = ptr_ring_verify,
};

// SPDX-License-Identifier: GPL-2.0
/*
 * peer:kfifo: the kernel's kfifo (lib/kfifo.c), as it is, beside our ring_spsc: without a lock for
 * one producer and one consumer. Its own counts are the positions with which its elements are
 * sealed.
 */
#include <linux/kfifo.h>
#include <linux/log2.h>

#include "check/violation.h"
#include "lib/charge.h"
#include "structures/ring.h"
#include "structures/structure.h"

struct fifo {
	DECLARE_KFIFO_PTR(fifo, struct ring_element);
};

static const struct contend_verb kfifo_verbs[] = RING_VERBS(GUARD_OWNER, GUARD_OWNER);

static void fifo_put(struct fifo *f, const struct contend_request *rq, struct contend_scratch *x)
{
	const u32 at = f->fifo.kfifo.in;
	const struct ring_element e = { rq->key, ring_seal(rq->key, at) };

	if (!kfifo_put(&f->fifo, e)) {
		x->error = -ENOSPC;
		return;
	}
	ring_answer(rq, 1, 0, x);
}

static void fifo_get(struct fifo *f, const struct contend_request *rq, struct contend_scratch *x)
{
	const u32 at = f->fifo.kfifo.out;
	struct ring_element e;

	if (!kfifo_get(&f->fifo, &e)) {
		x->error = -ENOENT;
		return;
	}
	ring_judge(e.key, e.seal, at, x);
	ring_answer(rq, 1, e.key, x);
}

static void fifo_put_batch(struct fifo *f, const struct contend_request *rq,
			   struct contend_scratch *x)
{
	u32 at = f->fifo.kfifo.in, n, i;
	struct ring_element e[RING_BATCH];

	for (i = 0; i < RING_BATCH; i++)
		e[i] = (struct ring_element){ rq->key + i, ring_seal(rq->key + i, at++) };
	n = kfifo_in(&f->fifo, e, RING_BATCH);
	if (n)
		ring_answer(rq, n, 0, x);
	else
		x->error = -ENOSPC;
}

static void fifo_get_batch(struct fifo *f, const struct contend_request *rq,
			   struct contend_scratch *x)
{
	u32 at = f->fifo.kfifo.out, n, i;
	struct ring_element e[RING_BATCH];

	n = kfifo_out(&f->fifo, e, RING_BATCH);
	if (!n) {
		x->error = -ENOENT;
		return;
	}
	for (i = 0; i < n; i++)
		ring_judge(e[i].key, e[i].seal, at++, x);
	ring_answer(rq, n, 0, x);
}

CONTEND_NO_READ(peer_kfifo)

void contend_peer_kfifo_write(void *data, const struct contend_request *rq,
			      struct contend_scratch *x)
{
	struct fifo *f = data;

	if (rq->verb == RING_PUT)
		fifo_put(f, rq, x);
	else if (rq->verb == RING_GET)
		fifo_get(f, rq, x);
	else if (rq->verb == RING_PUT_BATCH)
		fifo_put_batch(f, rq, x);
	else
		fifo_get_batch(f, rq, x);
}

static int fifo_init(void *data, const struct contend_shape *shape)
{
	struct fifo *f = data;

	/* In physical memory of one piece. */
	return kfifo_alloc(&f->fifo, ring_room(shape->capacity), GFP_CLIENT | __GFP_NOWARN) ?
	       -ENOMEM : 0;
}

static void fifo_destroy(void *data)
{
	struct fifo *f = data;

	kfifo_free(&f->fifo);
}

static u64 fifo_elements(const void *data)
{
	struct fifo *f = (struct fifo *)data;

	return kfifo_len(&f->fifo);
}

static u64 fifo_verify(const void *data, struct violation_log *log)
{
	struct fifo *f = (struct fifo *)data;
	const struct __kfifo *fifo = &f->fifo.kfifo;
	const struct ring_element *places = fifo->data;
	struct contend_scratch x = { };
	u32 at;

	for (at = fifo->out; at != fifo->in; at++) {
		const struct ring_element *e = &places[at & fifo->mask];

		ring_judge(e->key, e->seal, at, &x);
		if (x.broken)
			violation_note(log, CHECK_INTEGRITY, x.broken, x.seen, x.expected);
		x.broken = NULL;
	}
	return fifo->in - fifo->out;
}

const struct contend_structure contend_structure_peer_kfifo = {
	.name = "peer:kfifo",
	.family = "queue",
	.about = "the kernel's kfifo: a bounded queue of one producer and one consumer",
	.needs = CONTEND_CAP_SELF,
	.verbs = kfifo_verbs,
	.capacity = 1024,
	.room = ring_room,
	.size = sizeof(struct fifo),
	.init = fifo_init,
	.destroy = fifo_destroy,
	.elements = fifo_elements,
	.verify = fifo_verify,
};

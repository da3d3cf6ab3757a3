// SPDX-License-Identifier: GPL-2.0
/*
 * peer:ck_fifo: Concurrency Kit's queue of one producer and one consumer, as it is, beside our
 * ring_spsc: a linked list, whose producer takes its nodes again. Where there are none it allocates
 * them, in its sections; what bounds it are the counts of both sides, each on a cache line of its
 * own. It has no batches: several operations are one here.
 *
 * A pointer is what it carries: that of its own node, which has the key, sealed with the position.
 */
#include <ck_fifo.h>

#include <linux/kernel.h>
#include <linux/slab.h>

#include "check/violation.h"
#include "structures/ring.h"
#include "structures/structure.h"

/**
 * struct ckfifo - see above
 * @fifo: its own
 * @capacity: constant
 * @in: elements that came in; the producer's
 * @out_seen: @out as the producer saw it last; its own
 * @out: elements that went out; the consumer's, with release
 */
struct ckfifo {
	ck_fifo_spsc_t fifo;
	u64 capacity;
	u64 in ____cacheline_aligned;
	u64 out_seen;
	u64 out ____cacheline_aligned;
};

/*
 * A node whose element was taken stays in the list, as its head, until the next one was: so long
 * the element is the consumer's.
 */
struct ckfifo_node {
	ck_fifo_spsc_entry_t entry;
	struct ring_element e;
};

static bool ckfifo_put_one(struct ckfifo *f, u64 key, struct contend_scratch *x)
{
	struct ckfifo_node *n;

	x->error = -ENOSPC;
	if (f->in - f->out_seen == f->capacity)
		/* Pairs with the release in ckfifo_get() */
		f->out_seen = smp_load_acquire(&f->out);
	if (f->in - f->out_seen == f->capacity)
		return false;
	n = (struct ckfifo_node *)ck_fifo_spsc_recycle(&f->fifo) ?: malloc(sizeof(*n));
	if (!n) {
		x->error = -ENOMEM;
		return false;
	}
	n->e = (struct ring_element){ key, ring_seal(key, f->in) };
	ck_fifo_spsc_enqueue(&f->fifo, &n->entry, &n->e);
	WRITE_ONCE(f->in, f->in + 1);
	return true;
}

static void ckfifo_put(struct ckfifo *f, const struct contend_request *rq,
		       struct contend_scratch *x, u32 most)
{
	u32 n;

	for (n = 0; n < most; n++)
		if (!ckfifo_put_one(f, rq->key + n, x))
			break;
	if (n)
		ring_answer(rq, n, 0, x);
}

static void ckfifo_get(struct ckfifo *f, const struct contend_request *rq,
		       struct contend_scratch *x, u32 most)
{
	struct ring_element *e;
	u64 key = 0;
	u32 n;

	for (n = 0; n < most; n++) {
		if (!ck_fifo_spsc_dequeue(&f->fifo, &e))
			break;
		key = e->key;
		ring_judge(key, e->seal, f->out, x);
		/* Pairs with the acquire in ckfifo_put_one() */
		smp_store_release(&f->out, f->out + 1);
	}
	if (n)
		ring_answer(rq, n, key, x);
	else
		x->error = -ENOENT;
}

CONTEND_NO_READ(peer_ck_fifo)

void contend_peer_ck_fifo_write(void *data, const struct contend_request *rq,
				struct contend_scratch *x)
{
	const bool batch = rq->verb == RING_PUT_BATCH || rq->verb == RING_GET_BATCH;

	if (ring_puts(rq))
		ckfifo_put(data, rq, x, batch ? RING_BATCH : 1);
	else
		ckfifo_get(data, rq, x, batch ? RING_BATCH : 1);
}

static const struct contend_verb ck_fifo_verbs[] = RING_VERBS(GUARD_OWNER, GUARD_OWNER);

static int ckfifo_init(void *data, const struct contend_shape *shape)
{
	struct ckfifo_node *stub = malloc(sizeof(*stub));
	struct ckfifo *f = data;

	if (!stub)
		return -ENOMEM;
	ck_fifo_spsc_init(&f->fifo, &stub->entry);
	f->capacity = shape->capacity;
	return 0;
}

static void ckfifo_destroy(void *data)
{
	struct ck_fifo_spsc_entry *entry, *next;
	struct ckfifo *f = data;

	/* Those that wait to be taken again, the head, and what is in it: one list. */
	ck_fifo_spsc_deinit(&f->fifo, &entry);
	for (; entry; entry = next) {
		next = entry->next;
		free(container_of(entry, struct ckfifo_node, entry));
	}
}

static u64 ckfifo_elements(const void *data)
{
	const struct ckfifo *f = data;
	/* In this order: what is taken in between does not make it negative. */
	const u64 out = READ_ONCE(f->out), in = READ_ONCE(f->in);

	return in > out ? in - out : 0;
}

static u64 ckfifo_verify(const void *data, struct violation_log *log)
{
	struct ckfifo *f = (struct ckfifo *)data;
	struct ck_fifo_spsc_entry *entry;
	struct contend_scratch x = { };
	u64 at = f->out;

	CK_FIFO_SPSC_FOREACH(&f->fifo, entry) {
		const struct ring_element *e = entry->value;

		ring_judge(e->key, e->seal, at++, &x);
		if (x.broken)
			violation_note(log, CHECK_INTEGRITY, x.broken, x.seen, x.expected);
		x.broken = NULL;
	}
	if (at != f->in)
		violation_note(log, CHECK_INTEGRITY, "its count is not that of its nodes", f->in,
			       at);
	return at - f->out;
}

const struct contend_structure contend_structure_peer_ck_fifo = {
	.name = "peer:ck_fifo",
	.family = "queue",
	.about = "Concurrency Kit's ck_fifo: a list of one producer and one consumer",
	.needs = CONTEND_CAP_SELF,
	.verbs = ck_fifo_verbs,
	.capacity = 1024,
	.size = sizeof(struct ckfifo),
	.init = ckfifo_init,
	.destroy = ckfifo_destroy,
	.elements = ckfifo_elements,
	.verify = ckfifo_verify,
};

// SPDX-License-Identifier: GPL-2.0
/*
 * A handle: an object, and the door through which its operations go. Whoever has one does not know
 * which door it is, nor whether the object is the module's or in the program.
 */
#include <errno.h>
#include <stdlib.h>

#include "contend.h"

/**
 * struct contend_handle - see above; one thread's own
 * @object: its descriptor of the object
 * @door: constant
 * @ring: with CONTEND_DOOR_RING
 * @batches: how many were handed over there: each operation's name begins with its batch's number
 */
struct contend_handle {
	int object;
	enum contend_door door;
	struct contend_ring ring;
	__u32 batches;
};

/**
 * contend_handle_open - open an object by a door
 * @device: from contend_open(), or contend_open_program()
 * @id: the object's number
 * @door: CONTEND_DOOR_OP, also of what is in the program; CONTEND_DOOR_RING
 * @entries: with RING, how many operations it carries out together, rounded up to a power of two
 * @poller_ns: with RING, for how long a thread of the module looks for more before it sleeps; 0:
 *	there is none. With one, no signal ends an operation that waits
 * @handle: the handle
 *
 * Return: 0; as struct contend_attach and struct contend_ring_setup say; -ENOTTY there is no such
 * door; -ENOMEM.
 */
int contend_handle_open(int device, __u64 id, enum contend_door door, __u32 entries,
			__u64 poller_ns, struct contend_handle **handle)
{
	struct contend_ring_setup setup = {
		.sq_entries = 1, .idle_ns = poller_ns, .flags = poller_ns ? CONTEND_RING_POLL : 0,
	};
	struct contend_handle *h = calloc(1, sizeof(*h));
	int ret = -ENOMEM;

	if (!h)
		return ret;
	h->door = door;
	h->object = contend_attach(device, id);
	ret = h->object;
	if (ret < 0)
		goto err_free;
	while (setup.sq_entries < entries && setup.sq_entries < CONTEND_RING_MAX_ENTRIES)
		setup.sq_entries *= 2;
	if (door == CONTEND_DOOR_RING) {
		ret = contend_ring_open(h->object, &setup, &h->ring);
		if (ret)
			goto err_close;
	}
	*handle = h;
	return 0;

err_close:
	contend_close(h->object);
err_free:
	free(h);
	return ret;
}

/**
 * contend_handle_close - close it
 * @h: the handle
 */
void contend_handle_close(struct contend_handle *h)
{
	if (h->door == CONTEND_DOOR_RING)
		contend_ring_close(&h->ring);
	contend_close(h->object);
	free(h);
}

/* Put operations in that the ring has room for: how many. */
static __u32 ring_put(struct contend_ring *ring, const struct contend_op *ops, __u32 count,
		      __u32 batch)
{
	__u32 i;

	for (i = 0; i < count; i++) {
		const struct contend_op *op = &ops[i];
		struct contend_sqe sqe = {
			.user_data = (__u64)batch << 32 | i, .verb = op->verb, .flags = op->flags,
			.key = op->key, .value = op->value, .stay_ns = op->stay_ns,
			.deadline_ns = op->deadline_ns, .tag = op->tag,
		};

		if (contend_ring_put(ring, &sqe))
			break;
	}
	return i;
}

/*
 * As many as the ring has. Where a thread carries them out, what a batch that failed has left is
 * still to come: it takes room, and its answers are nobody's.
 */
static int ring_batch(struct contend_handle *h, struct contend_op *ops, __u32 count, __u32 *done)
{
	const __u32 batch = ++h->batches, put = ring_put(&h->ring, ops, count, batch);
	int ret = put ? 0 : -EBUSY, first = 0;
	struct contend_cqe cqe;
	__u32 answered = 0;

	while (!ret && answered < put) {
		do
			ret = contend_ring_submit(&h->ring, put - answered, CONTEND_FOREVER);
		while (ret == -EINTR && h->ring.polled);
		if (ret && !h->ring.polled)
			contend_ring_withdraw(&h->ring);
		while (contend_ring_reap(&h->ring, &cqe)) {
			struct contend_op *op;

			if (cqe.user_data >> 32 != batch)
				continue;
			op = &ops[(__u32)cqe.user_data];
			op->error = cqe.error;
			op->value = cqe.value;
			op->wait_ns = cqe.wait_ns;
			op->hold_ns = cqe.hold_ns;
			op->block_ns = cqe.block_ns;
			op->count = cqe.count;
			if (cqe.result && !first)
				first = -(int)cqe.result;
			*done += !first;
			answered++;
		}
	}
	if (!ret && put < count)
		ret = -EBUSY;
	return first ? first : ret;
}

/**
 * contend_handle_batch - carry out several operations, in order
 * @h: the handle
 * @ops: the operations, as for contend_batch()
 * @count: how many
 * @done: for how many were carried out up to the first that was not; or NULL
 *
 * Return: 0 all of them; else why the first of the others was not, which says nothing of those
 * that follow it. -EBUSY may also be: a thread of the module has not come to what a batch has left
 * that failed, and there is no room in the ring.
 */
int contend_handle_batch(struct contend_handle *h, struct contend_op *ops, __u32 count,
			 __u32 *done)
{
	__u32 n = 0, i, part;
	int ret = 0;

	if (h->door == CONTEND_DOOR_RING) {
		for (i = 0; i < count && !ret; i += part) {
			part = count - i < h->ring.sq_entries ? count - i : h->ring.sq_entries;
			ret = ring_batch(h, ops + i, part, &n);
		}
	} else {
		ret = contend_batch(h->object, ops, count, &n);
	}
	if (done)
		*done = n;
	return ret;
}

/**
 * contend_handle_op - carry out one operation
 * @h: the handle
 * @op: verb, flags, key, value, deadline, tag; the answer
 *
 * Return: 0 when it was carried out: op->error is what the structure said; as struct contend_op
 * says.
 */
int contend_handle_op(struct contend_handle *h, struct contend_op *op)
{
	__u32 done = 0;

	return h->door == CONTEND_DOOR_RING ? ring_batch(h, op, 1, &done) :
					      contend_op(h->object, op);
}

/**
 * contend_handle_poll - wait until there is something in the structure, or room
 * @h: the handle
 * @events: POLLIN, POLLOUT
 * @ms: for how long at most
 *
 * Return: those of @events that hold; 0 not in this time; -EINTR a signal came.
 */
int contend_handle_poll(struct contend_handle *h, short events, int ms)
{
	return contend_poll_for(h->object, events, ms);
}

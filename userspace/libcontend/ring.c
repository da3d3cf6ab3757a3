// SPDX-License-Identifier: GPL-2.0
/*
 * The rings of an object descriptor: the only code that touches the memory which the module has
 * mapped too. Its barriers pair with those of kmod/queue_pair.c.
 */
#include <errno.h>
#include <sys/mman.h>

#include "contend.h"

/* So often it looks for completions before it waits for them in the kernel: some 20 us. */
#define SPINS	1000

/**
 * contend_ring_open - make the rings of a descriptor, and map them
 * @object: the descriptor, which has none yet
 * @setup: how they are to be; what the module has made of it
 * @ring: for contend_ring_put() and the rest, in one thread at a time
 *
 * Return: 0; as struct contend_ring_setup says; -ENOTTY the module has none.
 */
int contend_ring_open(int object, struct contend_ring_setup *setup, struct contend_ring *ring)
{
	char *map;
	int ret;

	ret = contend_ring_setup(object, setup);
	if (ret)
		return ret;
	map = mmap(NULL, setup->map_size, PROT_READ | PROT_WRITE, MAP_SHARED, object, 0);
	if (map == MAP_FAILED)
		return -errno;
	*ring = (struct contend_ring){
		.object = object,
		.sq_entries = setup->sq_entries,
		.cq_entries = setup->cq_entries,
		.polled = setup->flags & CONTEND_RING_POLL,
		.map_size = setup->map_size,
		.shared = (struct contend_ring_shared *)map,
		.sqes = (struct contend_sqe *)(map + setup->sq_offset),
		.cqes = (struct contend_cqe *)(map + setup->cq_offset),
	};
	return 0;
}

/**
 * contend_ring_close - unmap them
 * @ring: from contend_ring_open(). They, and their thread, end with the descriptor
 */
void contend_ring_close(struct contend_ring *ring)
{
	munmap(ring->shared, ring->map_size);
}

/**
 * contend_ring_put - put an entry in
 * @ring: the rings
 * @sqe: the entry, which contend_ring_submit() hands over
 *
 * Return: 0; -EBUSY there is no room.
 */
int contend_ring_put(struct contend_ring *ring, const struct contend_sqe *sqe)
{
	/* G: the module has copied the entry that was there; pairs with B in qp_tell() */
	if (ring->sq_tail - __atomic_load_n(&ring->shared->sq_head, __ATOMIC_ACQUIRE) >=
	    ring->sq_entries)
		return -EBUSY;
	ring->sqes[ring->sq_tail++ & (ring->sq_entries - 1)] = *sqe;
	return 0;
}

/* What it has not taken. Only where it takes some in a call of ours. */
static __u32 left(const struct contend_ring *ring)
{
	return ring->sq_tail - __atomic_load_n(&ring->shared->sq_head, __ATOMIC_ACQUIRE);
}

static __u32 unseen(const struct contend_ring *ring)
{
	return __atomic_load_n(&ring->shared->cq_tail, __ATOMIC_ACQUIRE) - ring->cq_head;
}

/**
 * contend_ring_submit - hand over what was put in, and wait for completions
 * @ring: the rings
 * @complete: for how many that were not taken out
 * @deadline_ns: as contend_ring_enter.deadline_ns
 *
 * Without a thread the entries are carried out in this call, and those that it has not come to
 * stay: they are handed over by the next one, or taken back by contend_ring_withdraw().
 *
 * Return: 0; as struct contend_ring_enter says: then some may have been carried out.
 */
int contend_ring_submit(struct contend_ring *ring, __u32 complete, __u64 deadline_ns)
{
	struct contend_ring_shared *shared = ring->shared;
	int spins = SPINS, ret = 0;
	__u32 n;

	/* F: filled, then told; pairs with A in sq_pending() */
	__atomic_store_n(&shared->sq_tail, ring->sq_tail, __ATOMIC_RELEASE);
	if (!ring->polled) {
		do {
			n = left(ring);
			if (!n && unseen(ring) >= complete)
				return 0;
			ret = contend_ring_enter(ring->object, n, complete, deadline_ns);
		} while (ret > 0 && (left(ring) || unseen(ring) < complete));
		return ret < 0 ? ret : 0;
	}
	/* H: told, then the look whether it sleeps; pairs with E in poller_sleep() */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(&shared->flags, __ATOMIC_RELAXED) & CONTEND_RING_NEED_WAKEUP)
		ret = contend_ring_enter(ring->object, 1, 0, 0);
	while (ret >= 0 && unseen(ring) < complete)
		if (!spins--)
			ret = contend_ring_enter(ring->object, 0, complete, deadline_ns);
	return ret < 0 ? ret : 0;
}

/**
 * contend_ring_withdraw - take back what the module has not come to
 * @ring: the rings, which have no thread; nobody is in contend_ring_submit()
 */
void contend_ring_withdraw(struct contend_ring *ring)
{
	ring->sq_tail -= left(ring);
	__atomic_store_n(&ring->shared->sq_tail, ring->sq_tail, __ATOMIC_RELEASE);
}

/**
 * contend_ring_reap - take a completion out
 * @ring: the rings
 * @cqe: the completion
 *
 * Return: whether there was one.
 */
int contend_ring_reap(struct contend_ring *ring, struct contend_cqe *cqe)
{
	/* Pairs with C in qp_tell(). */
	if (!unseen(ring))
		return 0;
	*cqe = ring->cqes[ring->cq_head++ & (ring->cq_entries - 1)];
	/* Read, then told; pairs with D in cq_unseen(). */
	__atomic_store_n(&ring->shared->cq_head, ring->cq_head, __ATOMIC_RELEASE);
	return 1;
}

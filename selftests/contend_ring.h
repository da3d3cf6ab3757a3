/* SPDX-License-Identifier: GPL-2.0 */
/* The rings of an object descriptor, from the client's side. */
#ifndef CONTEND_RING_H
#define CONTEND_RING_H

#include <sys/mman.h>

#include "contend_test.h"

struct rings {
	int object;
	size_t size;
	__u32 sq_entries;
	__u32 cq_entries;
	struct contend_ring_shared *shared;
	struct contend_sqe *sqes;
	struct contend_cqe *cqes;
};

static inline int rings_map(int object, const struct contend_ring_setup *setup, struct rings *r)
{
	void *map = mmap(NULL, setup->map_size, PROT_READ | PROT_WRITE, MAP_SHARED, object, 0);

	if (map == MAP_FAILED)
		return -errno;
	*r = (struct rings){
		.object = object, .size = setup->map_size, .sq_entries = setup->sq_entries,
		.cq_entries = setup->cq_entries, .shared = map,
		.sqes = map + setup->sq_offset, .cqes = map + setup->cq_offset,
	};
	return 0;
}

static inline int rings_setup(int object, struct contend_ring_setup setup, struct rings *r)
{
	int ret;

	*r = (struct rings){ .object = object };
	setup.size = sizeof(setup);
	ret = call(object, CONTEND_RING_SETUP, &setup);
	return ret ?: rings_map(object, &setup, r);
}

/* Put an entry in. There is room. */
static inline void rings_put(struct rings *r, struct contend_sqe sqe)
{
	__u32 tail = r->shared->sq_tail;

	r->sqes[tail & (r->sq_entries - 1)] = sqe;
	__atomic_store_n(&r->shared->sq_tail, tail + 1, __ATOMIC_RELEASE);
}

/* Take a completion out, if there is one. */
static inline bool rings_get(struct rings *r, struct contend_cqe *cqe)
{
	__u32 head = r->shared->cq_head;

	if (head == __atomic_load_n(&r->shared->cq_tail, __ATOMIC_ACQUIRE))
		return false;
	*cqe = r->cqes[head & (r->cq_entries - 1)];
	__atomic_store_n(&r->shared->cq_head, head + 1, __ATOMIC_RELEASE);
	return true;
}

static inline int rings_enter(const struct rings *r, __u32 submit, __u32 complete,
			      __u64 deadline_ns)
{
	struct contend_ring_enter enter = {
		.size = sizeof(enter), .submit = submit, .complete = complete,
		.deadline_ns = deadline_ns,
	};

	return call(r->object, CONTEND_RING_ENTER, &enter);
}

/* The thread sleeps, as a client finds out. */
static inline bool rings_asleep(const struct rings *r)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return __atomic_load_n(&r->shared->flags, __ATOMIC_RELAXED) & CONTEND_RING_NEED_WAKEUP;
}

#endif /* CONTEND_RING_H */

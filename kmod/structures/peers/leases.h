/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel's own pools have in common: numbers that are taken and given back, by one task
 * each. They know no generation and no holder: that is kept beside them, to check them and because
 * a client may give back what it likes.
 */
#ifndef CONTEND_PEERS_LEASES_H
#define CONTEND_PEERS_LEASES_H

#include <linux/mm.h>
#include <linux/nospec.h>

#include "check/violation.h"
#include "lib/charge.h"
#include "structures/structure.h"

enum { LEASES_TRY_GET, LEASES_PUT };

#define LEASES_VERBS {								\
	[LEASES_TRY_GET] = {							\
		.name = "try_get", .guard = GUARD_SELF, .share = 100, .balance = 1,	\
		.then = LEASES_PUT,						\
	},									\
	[LEASES_PUT] = { .name = "put", .guard = GUARD_SELF, .balance = -1 },	\
	{ }									\
}

/**
 * struct lease - of a number, on a cache line of its own as ours are
 * @who: its holder, see contend_scratch.me; 0: none. The holder's
 * @number: in the terms of the pool
 */
struct lease {
	u64 who;
	u64 number;
	u64 unused[6];
};

/**
 * struct leases - of a pool
 * @of: each, constant
 * @capacity: how many, constant
 */
struct leases {
	struct lease *of;
	u32 capacity;
};

static inline int leases_init(struct leases *l, const struct contend_shape *shape)
{
	l->capacity = min_t(u64, shape->capacity, S32_MAX);
	l->of = kvcalloc(l->capacity, sizeof(*l->of), GFP_CLIENT);
	return l->of ? 0 : -ENOMEM;
}

/* Its number was taken: the lease is @x's. */
static __always_inline void lease_begin(struct lease *lease, struct contend_scratch *x)
{
	if (unlikely(lease->who)) {
		x->broken = "a resource has two holders";
		x->seen = lease->who;
		x->expected = 0;
	}
	WRITE_ONCE(lease->who, x->me);
	x->error = 0;
}

/* The lease that is to end; NULL: it is not the caller's. */
static __always_inline struct lease *lease_end(struct leases *l, const struct contend_request *rq,
					       struct contend_scratch *x)
{
	const u32 at = rq->value;
	struct lease *lease = at < l->capacity ? &l->of[array_index_nospec(at, l->capacity)] :
						 NULL;

	if (unlikely(!lease || READ_ONCE(lease->who) != x->me)) {
		x->error = -ESTALE;
		return NULL;
	}
	WRITE_ONCE(lease->who, 0);
	x->error = 0;
	return lease;
}

static inline u64 leases_held(const struct leases *l)
{
	u64 n = 0;
	u32 i;

	for (i = 0; i < l->capacity; i++)
		n += !!READ_ONCE(l->of[i].who);
	return n;
}

#endif /* CONTEND_PEERS_LEASES_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * latch: a count-down latch, as java.util.concurrent.CountDownLatch and std::latch: its capacity
 * is the count. Each down takes one off it; when there is none left it is open, once and for ever,
 * and nobody waits any more.
 *
 * Invariant: what is left of the count and what was taken off it are all of it; a task that has
 * seen it open sees it open.
 */
#include <linux/bits.h>
#include <linux/errno.h>

#include "structures/barrier.h"

static const struct contend_verb latch_verbs[] = {
	[LATCH_DOWN] = {
		.name = "down", .guard = GUARD_SELF, .share = 50, .balance = 1,
		.meets = BIT(CONDITION_IN), .role = "worker",
	},
	[LATCH_TEST] = { .name = "test", .guard = GUARD_SELF, .share = 50 },
	[LATCH_AWAIT] = {
		.name = "await", .guard = GUARD_SELF, .share = 100, .waits = BIT(CONDITION_IN),
		.role = "waiter",
	},
	{ }
};

/**
 * struct latch - a latch
 * @left: of its count; changes by cmpxchg()
 * @count: what it was at first, constant
 */
struct latch {
	atomic64_t left ____cacheline_aligned;
	s64 count ____cacheline_aligned;
};

static __always_inline void latch_down(struct latch *l, struct contend_scratch *x)
{
	s64 left = atomic64_read(&l->left);

	do {
		if (!left) {
			x->error = -ENOENT;
			return;
		}
		/* A: what each did before is seen by all that see it open; pairs with B */
	} while (!atomic64_try_cmpxchg(&l->left, &left, left - 1));
	x->error = 0;
	x->value = left - 1;
	x->met_all = left == 1 ? BIT(CONDITION_IN) : 0;
}

static __always_inline void latch_look(struct latch *l, const struct contend_request *rq,
				       struct contend_scratch *x)
{
	/* B: pairs with A */
	const s64 left = atomic64_read_acquire(&l->left);

	x->value = left;
	if (unlikely(left && x->newest)) {
		x->broken = "a latch that was open is not";
		x->seen = left;
	}
	if (!left) {
		x->error = 0;
		x->newest = 1;
		return;
	}
	x->error = -ENOENT;
	if (rq->verb == LATCH_AWAIT)
		x->lacks = CONDITION_IN;
}

CONTEND_NO_READ(latch)

void contend_latch_write(void *data, const struct contend_request *rq, struct contend_scratch *x)
{
	if (rq->verb == LATCH_DOWN)
		latch_down(data, x);
	else
		latch_look(data, rq, x);
}

static int latch_init(void *data, const struct contend_shape *shape)
{
	struct latch *l = data;

	l->count = min_t(u64, shape->capacity, S64_MAX);
	atomic64_set(&l->left, l->count);
	return 0;
}

static void latch_destroy(void *data)
{
}

static u64 latch_elements(const void *data)
{
	const struct latch *l = data;

	return atomic64_read(&l->left);
}

static u32 latch_ready(const void *data)
{
	return latch_elements(data) ? 0 : BIT(CONDITION_IN);
}

static u64 latch_verify(const void *data, struct violation_log *log)
{
	const struct latch *l = data;
	const s64 left = atomic64_read(&l->left);

	if (left < 0 || left > l->count)
		violation_note(log, CHECK_INTEGRITY, "there is more of the count than there was",
			       left, l->count);
	return l->count - left;
}

const struct contend_structure contend_structure_latch = {
	.name = "latch",
	.family = "barrier",
	.about = "a latch that opens once, when its capacity was counted down",
	.needs = CONTEND_CAP_SELF,
	.verbs = latch_verbs,
	.capacity = 1024,
	.size = sizeof(struct latch),
	.init = latch_init,
	.destroy = latch_destroy,
	.elements = latch_elements,
	.ready = latch_ready,
	.verify = latch_verify,
};

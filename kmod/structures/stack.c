// SPDX-License-Identifier: GPL-2.0
/*
 * stack: last in first out, without a lock (R. K. Treiber, "Systems Programming: Coping with
 * Parallelism", IBM RJ 5118, 1986). Its places are an array, so that nothing is freed while it
 * lives: what a task reads of a place is at worst out of date, and its cmpxchg() is to tell.
 *
 * That the top is the same place again does not tell (IBM System/370 Principles of Operation,
 * 1983, appendix A, "Multiprogramming and multiprocessing examples"): ABA.
 *
 *	CPU 0: pop				others
 *	top is A, and B lies under it
 *						pop A, pop B, push into A again
 *	top is A: make B the top
 *
 * and B, which is nobody's, is on the stack. So the top is a place with a number beside it, which
 * each pop counts on. It comes back after 2^32 pops, which is more than happen while a task that
 * stands between its two steps is away; that is likely enough, and no proof.
 *
 * A place says what it is. A push takes one that is free, and the task that has popped one makes
 * it free again.
 *
 * Invariants: what is popped was on the stack, and not popped yet; its seal is that of its element;
 * at rest all places that are not free are on the stack, each once.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/math64.h>
#include <linux/mm.h>

#include "check/violation.h"
#include "lib/charge.h"
#include "structures/structure.h"

enum { STACK_PUSH, STACK_POP };

enum { STACK_FREE, STACK_TAKEN, STACK_ON };

/**
 * struct stack_place - room for an element
 * @state: as above; from FREE and from ON by cmpxchg()
 * @under: the place that lies under this one, and 1; 0: none. Others may read it when this one has
 *	been popped
 * @key: the element; of the task that has the place
 * @seal: of @key and the place; likewise
 */
struct stack_place {
	u32 state;
	u32 under;
	u64 key;
	u64 seal;
};

/**
 * struct stack - a bounded one
 * @places: constant; what they hold is not
 * @capacity: how many they are, constant
 * @top: a place and 1, or 0, in its lower half; how often it was popped in the upper one. Changes
 *	by cmpxchg()
 */
struct stack {
	struct stack_place *places;
	u32 capacity;
	u64 top ____cacheline_aligned;
};

static const struct contend_verb stack_verbs[] = {
	[STACK_PUSH] = {
		.name = "push", .guard = GUARD_SELF, .share = 50, .balance = 1, .fills = true,
	},
	[STACK_POP] = { .name = "pop", .guard = GUARD_SELF, .share = 50, .balance = -1 },
	{ }
};

static const char not_there[] = "a place was popped that is not on the stack";

static __always_inline u64 stack_seal(u64 key, u32 place)
{
	return (key ^ (u64)place << 32) * GOLDEN_RATIO_64;
}

/* A free place for an element, the first from that of its key on; and 1. 0: there is none. */
static __always_inline u32 stack_take(struct stack *s, u64 key)
{
	u64 at;
	u32 i;

	div64_u64_rem(key, s->capacity, &at);
	for (i = 0; i < s->capacity; i++) {
		u32 free = STACK_FREE;

		if (READ_ONCE(s->places[at].state) == STACK_FREE &&
		    /* A: pairs with B of the task that had it */
		    try_cmpxchg_acquire(&s->places[at].state, &free, STACK_TAKEN))
			return at + 1;
		at = at + 1 < s->capacity ? at + 1 : 0;
	}
	return 0;
}

static __always_inline void stack_push(struct stack *s, const struct contend_request *rq,
				       struct contend_scratch *x)
{
	const u32 mine = stack_take(s, rq->key);
	struct stack_place *place = &s->places[mine - 1];
	u64 top;

	if (!mine) {
		x->error = -ENOSPC;
		return;
	}
	place->key = rq->key;
	place->seal = stack_seal(rq->key, mine);
	WRITE_ONCE(place->state, STACK_ON);
	top = READ_ONCE(s->top);
	do {
		WRITE_ONCE(place->under, (u32)top);
		/* C: pairs with D */
	} while (!try_cmpxchg_release(&s->top, &top, (top & ~(u64)U32_MAX) | mine));
	x->error = 0;
}

static __always_inline void stack_pop(struct stack *s, struct contend_scratch *x, bool counts)
{
	/* D: pairs with C of the task that pushed the place */
	u64 top = smp_load_acquire(&s->top), next;
	struct stack_place *place;
	u32 on = STACK_ON;

	do {
		if (!(u32)top) {
			x->error = -ENOENT;
			return;
		}
		place = &s->places[(u32)top - 1];
		next = (top & ~(u64)U32_MAX) | READ_ONCE(place->under);
		if (counts)
			next += 1ULL << 32;
		else
			busted_dawdle(BUSTED_WINDOW);
		/* D; and a pop that comes later sees no older top. */
	} while (!try_cmpxchg(&s->top, &top, next));
	x->value = place->key;
	x->error = 0;
	if (unlikely(place->seal != stack_seal(place->key, (u32)top))) {
		x->broken = "a place does not hold what was pushed into it";
		x->seen = place->seal;
		x->expected = stack_seal(place->key, (u32)top);
	}
	/* B: pairs with A of the task that takes it next */
	if (unlikely(!try_cmpxchg_release(&place->state, &on, STACK_FREE))) {
		x->broken = not_there;
		x->seen = on;
		x->expected = STACK_ON;
	}
}

static __always_inline void stack_write(struct stack *s, const struct contend_request *rq,
					struct contend_scratch *x, bool counts)
{
	if (rq->verb == STACK_PUSH)
		stack_push(s, rq, x);
	else
		stack_pop(s, x, counts);
}

static int stack_init(void *data, const struct contend_shape *shape)
{
	struct stack *s = data;

	s->capacity = shape->capacity;
	s->places = kvcalloc(s->capacity, sizeof(*s->places), GFP_CLIENT);
	return s->places ? 0 : -ENOMEM;
}

static void stack_destroy(void *data)
{
	struct stack *s = data;

	kvfree(s->places);
}

static u64 stack_elements(const void *data)
{
	const struct stack *s = data;
	u64 on = 0;
	u32 i;

	for (i = 0; i < s->capacity; i++)
		on += READ_ONCE(s->places[i].state) != STACK_FREE;
	return on;
}

static u64 stack_verify(const void *data, struct violation_log *log)
{
	const struct stack *s = data;
	u64 on = 0;
	u32 at;

	for (at = s->top; at && on <= s->capacity; at = s->places[at - 1].under) {
		on++;
		if (s->places[at - 1].state != STACK_ON)
			violation_note(log, CHECK_INTEGRITY, "a place on the stack is free",
				       s->places[at - 1].state, STACK_ON);
	}
	if (on != stack_elements(s))
		violation_note(log, CHECK_INTEGRITY,
			       "a place is neither free nor on the stack once", on,
			       stack_elements(s));
	return on;
}

#define STACK(_name, _family, _about, _counts, _busted)					\
	CONTEND_NO_READ(_name)								\
	void contend_##_name##_write(void *data, const struct contend_request *rq,	\
				     struct contend_scratch *x)				\
	{										\
		stack_write(data, rq, x, _counts);					\
	}										\
	const struct contend_structure contend_structure_##_name = {			\
		.name = #_name,								\
		.family = _family,							\
		.about = _about,							\
		.needs = CONTEND_CAP_SELF,						\
		.busted = _busted,							\
		.verbs = stack_verbs,							\
		.capacity = 1024,							\
		.size = sizeof(struct stack),						\
		.init = stack_init,							\
		.destroy = stack_destroy,						\
		.elements = stack_elements,						\
		.verify = stack_verify,							\
	}

STACK(stack, "stack", "last in, first out, without a lock: its top counts pops", true, 0);

#ifdef CONTEND_MUTANT

/* busted_stack: its top is a place and nothing else. */
STACK(busted_stack, "busted", "a stack whose top may have been another one in between", false, 1);

#endif /* CONTEND_MUTANT */

// SPDX-License-Identifier: GPL-2.0
/*
 * deque: a work-stealing deque that grows (D. Chase, Y. Lev, "Dynamic Circular Work-Stealing
 * Deque", SPAA 2005), with the orders of N. M. Lê, A. Pop, A. Cohen, F. Zappa Nardelli, "Correct
 * and Efficient Work-Stealing for Weak Memory Models", PPoPP 2013, in terms of the kernel's memory
 * model. Its barriers are in kmod/structures/litmus.
 *
 * One task, its owner, pushes and pops at the bottom, last in first out. Any number of thieves
 * steal at the top, first in first out. The owner takes an element without an atomic
 * instruction, but for the last one, for which it competes with the thieves by cmpxchg() at the
 * top.
 *
 * Growth allocates nothing: all arrays are there from the beginning, each twice as large as the
 * one before, and all of them take less than twice the last one. The owner copies what is in the
 * deque into the next array and publishes that. A thief may still read the old array: it stays
 * until the end, and nobody writes it any more. The deque does not shrink.
 *
 * Half of it cannot be stolen in one step: the owner pops all but the last element without telling
 * anybody, so a thief that raises the top by more than one may take what the owner has taken. The
 * structure for that is another one, of D. Hendler and N. Shavit ("Non-Blocking Steal-Half Work
 * Queues", PODC 2002), whose owner pays by cmpxchg() now and then. Here the owner pays nothing, and
 * steal_half is a thief that steals one after the other, up to half of what it found at first: one
 * operation, which finds its victim and its cache lines once.
 *
 * Invariants: what a task takes at a position is what was pushed there: each element is sealed
 * with its position. No more is taken than was pushed: the owner sees the top pass the bottom,
 * and the balance of all operations is what is left at the end.
 */
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/mm.h>

#include "check/violation.h"
#include "lib/charge.h"
#include "structures/deque.h"
#include "structures/structure.h"

static const struct contend_verb deque_verbs[] = {
	[DEQUE_PUSH] = {
		.name = "push", .guard = GUARD_OWNER, .share = 50, .balance = 1, .fills = true,
		.role = "owner",
	},
	[DEQUE_POP] = {
		.name = "pop", .guard = GUARD_OWNER, .share = 25, .balance = -1, .role = "owner",
	},
	[DEQUE_STEAL] = {
		.name = "steal", .guard = GUARD_SELF, .share = 25, .balance = -1, .role = "thief",
	},
	[DEQUE_STEAL_HALF] = {
		.name = "steal_half", .guard = GUARD_SELF, .balance = -1, .role = "thief",
	},
	{ }
};

static const char not_what_was_pushed[] = "a place does not hold what was pushed at this position";
static const char taken_twice[] = "more was taken than was pushed";

static __always_inline u64 deque_seal(u64 key, u64 position)
{
	return (key ^ position) * GOLDEN_RATIO_64;
}

/* How many elements there are from @top to @bottom; the bottom of a pop may be one below. */
static __always_inline s64 deque_between(u64 top, u64 bottom)
{
	return (s64)(bottom - top);
}

static __always_inline void deque_broken(struct contend_scratch *x, const char *what, u64 seen,
					 u64 expected)
{
	x->broken = what;
	x->seen = seen;
	x->expected = expected;
}

/* The answer of a task that has taken an element. */
static __always_inline void deque_take(struct contend_scratch *x, u64 key, u64 seal, u64 position)
{
	x->value = key;
	x->error = 0;
	if (unlikely(seal != deque_seal(key, position)))
		deque_broken(x, not_what_was_pushed, seal, deque_seal(key, position));
}

/* The owner's: the next array, with what is in the deque. There is one: it is not full. */
static noinline const struct deque_array *deque_grow(struct deque *d, u64 top, u64 bottom)
{
	const struct deque_array *old = d->array, *new = old + 1;
	u64 at;

	for (at = top; at != bottom; at++)
		new->places[at & new->mask] = old->places[at & old->mask];
	/* F: pairs with the address dependency from G */
	smp_store_release(&d->array, new);
	return new;
}

static __always_inline void deque_push(struct deque *d, const struct contend_request *rq,
				       struct contend_scratch *x)
{
	const struct deque_array *array = d->array;
	const u64 bottom = d->bottom;
	/* E: pairs with D of the thief that has read the place */
	const u64 top = smp_load_acquire(&d->top);
	const s64 elements = deque_between(top, bottom);
	struct deque_place *place;

	if (unlikely(elements < 0)) {
		deque_broken(x, taken_twice, top, bottom);
		x->error = -ENOSPC;
		return;
	}
	if (elements >= d->capacity) {
		x->error = -ENOSPC;
		return;
	}
	if (unlikely(elements > array->mask))
		array = deque_grow(d, top, bottom);
	place = &array->places[bottom & array->mask];
	WRITE_ONCE(place->key, rq->key);
	WRITE_ONCE(place->seal, deque_seal(rq->key, bottom));
	/* B: pairs with C */
	smp_store_release(&d->bottom, bottom + 1);
	x->error = 0;
}

/* The last element is for the one that raises the top: whether that is the owner. */
static __always_inline bool deque_win(struct deque *d, u64 top)
{
	/* Orders nothing: the element is the owner's own, and A is before it. */
	return cmpxchg_relaxed(&d->top, top, top + 1) == top;
}

static __always_inline void deque_pop(struct deque *d, struct contend_scratch *x,
				      bool (*win)(struct deque *d, u64 top))
{
	const struct deque_array *array = d->array;
	const u64 bottom = d->bottom - 1;
	const struct deque_place *place = &array->places[bottom & array->mask];
	s64 others;
	u64 top;

	WRITE_ONCE(d->bottom, bottom);
	/* A: pairs with H of a thief: one of the two sees what the other has written. */
	smp_mb();
	top = READ_ONCE(d->top);
	others = deque_between(top, bottom);
	if (others > 0) {
		deque_take(x, place->key, place->seal, bottom);
		return;
	}
	x->error = -ENOENT;
	if (!others && win(d, top))
		deque_take(x, place->key, place->seal, bottom);
	else if (unlikely(others < -1))
		deque_broken(x, taken_twice, top, bottom + 1);
	WRITE_ONCE(d->bottom, bottom + 1);
}

/* A thief that another one, or the owner, is ahead of looks again: that one has got on. */
static __always_inline void deque_steal(struct deque *d, struct contend_scratch *x)
{
	const struct deque_array *array;
	const struct deque_place *place;
	u64 top, bottom, key, seal;

	do {
		top = READ_ONCE(d->top);
		/* H: pairs with A of the owner, see deque_pop() */
		smp_mb();
		/* C: pairs with B */
		bottom = smp_load_acquire(&d->bottom);
		if (deque_between(top, bottom) <= 0) {
			x->error = -ENOENT;
			return;
		}
		/* G: what it points to depends on it, and so pairs with F */
		array = READ_ONCE(d->array);
		place = &array->places[top & array->mask];
		key = READ_ONCE(place->key);
		seal = READ_ONCE(place->seal);
		/* D: pairs with E, which lets the owner use the place again */
	} while (cmpxchg_release(&d->top, top, top + 1) != top);
	deque_take(x, key, seal, top);
}

/* Its value is the first one. Others may take some of that half meanwhile: then it has fewer. */
static __always_inline void deque_steal_half(struct deque *d, struct contend_scratch *x)
{
	/* In this order: what is stolen in between does not make it more than there is. */
	const u64 bottom = READ_ONCE(d->bottom), top = READ_ONCE(d->top);
	const s64 found = deque_between(top, bottom);
	const u32 half = max_t(s64, min_t(s64, (found + 1) / 2, DEQUE_HALF_MOST), 1);
	u32 taken = 0;
	u64 first = 0;

	do {
		deque_steal(d, x);
		if (x->error)
			break;
		first = taken++ ? first : x->value;
	} while (taken < half && !x->broken);
	if (!taken)
		return;
	x->error = 0;
	x->value = first;
	x->count = taken;
}

CONTEND_NO_READ(deque)

void contend_deque_write(void *data, const struct contend_request *rq, struct contend_scratch *x)
{
	struct deque *d = data;

	if (rq->verb == DEQUE_PUSH)
		deque_push(d, rq, x);
	else if (rq->verb == DEQUE_POP)
		deque_pop(d, x, deque_win);
	else if (rq->verb == DEQUE_STEAL)
		deque_steal(d, x);
	else
		deque_steal_half(d, x);
}

static int deque_init(void *data, const struct contend_shape *shape)
{
	const u64 last = roundup_pow_of_two(shape->capacity);
	u64 size = min_t(u64, DEQUE_FIRST, last);
	struct deque_place *places;
	struct deque *d = data;
	u32 i;

	places = kvmalloc_array(2 * last - size, sizeof(*places), GFP_CLIENT);
	if (!places)
		return -ENOMEM;
	for (i = 0; size <= last; size *= 2, i++) {
		d->arrays[i].places = places;
		d->arrays[i].mask = size - 1;
		places += size;
	}
	d->array = d->arrays;
	d->capacity = shape->capacity;
	return 0;
}

static void deque_destroy(void *data)
{
	struct deque *d = data;

	kvfree(d->arrays[0].places);
}

static u64 deque_elements(const void *data)
{
	const struct deque *d = data;
	const u64 top = READ_ONCE(d->top), bottom = READ_ONCE(d->bottom);

	/* The owner may be looking for one. */
	return max_t(s64, deque_between(top, bottom), 0);
}

static u64 deque_verify(const void *data, struct violation_log *log)
{
	const struct deque *d = data;
	const s64 elements = deque_between(d->top, d->bottom);
	u64 at;

	if (elements < 0) {
		violation_note(log, CHECK_INTEGRITY, taken_twice, d->top, d->bottom);
		return elements;
	}
	if (elements > d->capacity) {
		violation_note(log, CHECK_INTEGRITY, "there is more in the deque than its capacity",
			       elements, d->capacity);
		return elements;
	}
	for (at = d->top; at != d->bottom; at++) {
		const struct deque_place *place = &d->array->places[at & d->array->mask];

		if (place->seal != deque_seal(place->key, at))
			violation_note(log, CHECK_INTEGRITY, not_what_was_pushed, place->seal,
				       deque_seal(place->key, at));
	}
	return elements;
}

const struct contend_structure contend_structure_deque = {
	.name = "deque",
	.family = "queue",
	.about = "Chase-Lev: one owner pushes and pops, thieves steal, without a lock; it grows",
	.needs = CONTEND_CAP_SELF,
	.verbs = deque_verbs,
	.capacity = 1024,
	.size = sizeof(struct deque),
	.init = deque_init,
	.destroy = deque_destroy,
	.elements = deque_elements,
	.verify = deque_verify,
};

#ifdef CONTEND_MUTANT

/*
 * busted_deque: the owner takes the last element without asking the thieves:
 *
 *	owner				thief
 *	top == bottom: the last one
 *					cmpxchg(top, top + 1): takes it
 *	WRITE_ONCE(top, top + 1): takes it
 *
 * The seal cannot tell, since both have what was pushed: the balance does.
 */
static __always_inline bool busted_deque_win(struct deque *d, u64 top)
{
	busted_dawdle(BUSTED_WINDOW);
	WRITE_ONCE(d->top, top + 1);
	return true;
}

CONTEND_NO_READ(busted_deque)

void contend_busted_deque_write(void *data, const struct contend_request *rq,
				struct contend_scratch *x)
{
	struct deque *d = data;

	if (rq->verb == DEQUE_PUSH)
		deque_push(d, rq, x);
	else if (rq->verb == DEQUE_POP)
		deque_pop(d, x, busted_deque_win);
	else if (rq->verb == DEQUE_STEAL)
		deque_steal(d, x);
	else
		deque_steal_half(d, x);
}

const struct contend_structure contend_structure_busted_deque = {
	.name = "busted_deque",
	.family = "busted",
	.about = "its owner takes the last element without asking the thieves",
	.needs = CONTEND_CAP_SELF,
	.busted = true,
	.verbs = deque_verbs,
	.capacity = 1024,
	.size = sizeof(struct deque),
	.init = deque_init,
	.destroy = deque_destroy,
	.elements = deque_elements,
	.verify = deque_verify,
};

#endif /* CONTEND_MUTANT */

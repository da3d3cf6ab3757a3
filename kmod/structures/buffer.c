// SPDX-License-Identifier: GPL-2.0
/*
 * buffer: producers and consumers with semaphores (E. W. Dijkstra, "Cooperating sequential
 * processes", 1965): one counts the room, one the elements, and a third one with a single permit,
 * the mutex, guards the places.
 *
 *	put: P(room) P(mutex) put it in V(mutex) V(filled)
 *	get: P(filled) P(mutex) take it out V(mutex) V(room)
 *
 * A V that comes before its P is counted, and not lost: that is what a semaphore has and a mere
 * wake-up lacks. Nobody waits for anything with the mutex; so it is a spinlock here.
 *
 * If the first two P change places, a task that finds no room waits for it with the mutex, which
 * each task that could make some needs: all wait for ever.
 *
 * Invariants: what is taken out at a position is what was put in there; a task that waits for room
 * or an element does not have the mutex; at rest the two counts are the capacity.
 */
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/spinlock.h>

#include "check/violation.h"
#include "lib/charge.h"
#include "structures/structure.h"

enum { BUFFER_TRY_PUT, BUFFER_TRY_GET, BUFFER_PUT, BUFFER_GET };

/**
 * struct buffer_place - room for an element
 * @key: the element
 * @seal: of @key and its position
 */
struct buffer_place {
	u64 key;
	u64 seal;
};

/**
 * struct buffer - a bounded one
 * @room: semaphore: places that are empty
 * @filled: semaphore: places that are not
 * @mutex: semaphore with one permit, of the broken one; the other has @lock alone
 * @lock: guards what @places hold, @head and @tail
 * @places: constant
 * @capacity: how many they are, constant
 * @head: position of the first element, which counts on
 * @tail: and after the last one
 */
struct buffer {
	atomic64_t room;
	atomic64_t filled;
	atomic64_t mutex;
	raw_spinlock_t lock;
	struct buffer_place *places;
	u64 capacity;
	u64 head;
	u64 tail;
};

static const struct contend_verb buffer_verbs[] = {
	[BUFFER_TRY_PUT] = {
		.name = "try_put", .guard = GUARD_SELF, .share = 50, .balance = 1,
		.fills = true, .meets = BIT(CONDITION_IN),
	},
	[BUFFER_TRY_GET] = {
		.name = "try_get", .guard = GUARD_SELF, .share = 50, .balance = -1,
		.meets = BIT(CONDITION_OUT),
	},
	[BUFFER_PUT] = {
		.name = "put", .guard = GUARD_SELF, .share = 100, .balance = 1,
		.waits = BIT(CONDITION_OUT), .meets = BIT(CONDITION_IN), .role = "producer",
	},
	[BUFFER_GET] = {
		.name = "get", .guard = GUARD_SELF, .share = 100, .balance = -1,
		.waits = BIT(CONDITION_IN), .meets = BIT(CONDITION_OUT), .role = "consumer",
	},
	{ }
};

static __always_inline bool buffer_puts(const struct contend_request *rq)
{
	return rq->verb == BUFFER_PUT || rq->verb == BUFFER_TRY_PUT;
}

static __always_inline bool buffer_waits(const struct contend_request *rq)
{
	return rq->verb == BUFFER_PUT || rq->verb == BUFFER_GET;
}

static __always_inline u64 buffer_seal(u64 key, u64 position)
{
	return (key ^ position) * GOLDEN_RATIO_64;
}

/* P: whether there was a permit. */
static __always_inline bool semaphore_down(atomic64_t *semaphore)
{
	s64 permits = atomic64_read(semaphore);

	do {
		if (!permits)
			return false;
		/* A: pairs with B */
	} while (!atomic64_try_cmpxchg_acquire(semaphore, &permits, permits - 1));
	return true;
}

/* V */
static __always_inline void semaphore_up(atomic64_t *semaphore)
{
	/* B: pairs with A; and before a task that waits is looked for. */
	atomic64_inc_return(semaphore);
}

/* With a permit of room, or of what is filled. */
static __always_inline void buffer_move(struct buffer *b, const struct contend_request *rq,
					struct contend_scratch *x)
{
	struct buffer_place *place;
	unsigned long flags;
	u64 at, index, seal;

	raw_spin_lock_irqsave(&b->lock, flags);
	at = buffer_puts(rq) ? b->tail++ : b->head++;
	div64_u64_rem(at, b->capacity, &index);
	place = &b->places[index];
	if (buffer_puts(rq)) {
		place->key = rq->key;
		place->seal = buffer_seal(rq->key, at);
	} else {
		x->value = place->key;
	}
	seal = place->seal;
	raw_spin_unlock_irqrestore(&b->lock, flags);
	if (!buffer_puts(rq) && unlikely(seal != buffer_seal(x->value, at))) {
		x->broken = "a place does not hold what was put there at this position";
		x->seen = seal;
		x->expected = buffer_seal(x->value, at);
	}
}

static __always_inline void buffer_lack(const struct contend_request *rq,
					struct contend_scratch *x)
{
	x->error = buffer_puts(rq) ? -ENOSPC : -ENOENT;
	if (buffer_waits(rq))
		x->lacks = buffer_puts(rq) ? CONDITION_OUT : CONDITION_IN;
}

/* V(mutex) of busted_buffer: a task that waits for it sleeps as one that waits for room does. */
static __always_inline void mutex_up(struct buffer *b, struct contend_scratch *x)
{
	semaphore_up(&b->mutex);
	x->met_all = BIT(CONDITION_IN) | BIT(CONDITION_OUT);
}

static __always_inline void buffer_write(struct buffer *b, const struct contend_request *rq,
					 struct contend_scratch *x, bool first)
{
	atomic64_t *from = buffer_puts(rq) ? &b->room : &b->filled;
	atomic64_t *to = buffer_puts(rq) ? &b->filled : &b->room;

	/* @first: P(mutex) is. */
	if (first && !semaphore_down(&b->mutex)) {
		buffer_lack(rq, x);
		return;
	}
	if (semaphore_down(from)) {
		buffer_move(b, rq, x);
		semaphore_up(to);
		x->met = buffer_puts(rq) ? BIT(CONDITION_IN) : BIT(CONDITION_OUT);
		x->ordered = true;
		x->error = 0;
		if (first)
			mutex_up(b, x);
		return;
	}
	buffer_lack(rq, x);
	if (!first)
		return;
	/* It would wait for ever, and all others for it: so it does not, and tells. */
	mutex_up(b, x);
	if (!buffer_waits(rq))
		return;
	x->lacks = CONDITION_NONE;
	x->broken = buffer_puts(rq) ?
		    "it waits for room with the mutex, which a task that makes room needs" :
		    "it waits for an element with the mutex, which a task that brings one needs";
	x->seen = 1;
	x->expected = 0;
}

static int buffer_init(void *data, const struct contend_shape *shape)
{
	struct buffer *b = data;

	b->capacity = shape->capacity;
	atomic64_set(&b->room, b->capacity);
	atomic64_set(&b->filled, 0);
	atomic64_set(&b->mutex, 1);
	raw_spin_lock_init(&b->lock);
	b->places = kvmalloc_array(b->capacity, sizeof(*b->places), GFP_CLIENT);
	return b->places ? 0 : -ENOMEM;
}

static void buffer_destroy(void *data)
{
	struct buffer *b = data;

	kvfree(b->places);
}

static u64 buffer_elements(const void *data)
{
	const struct buffer *b = data;

	return atomic64_read(&b->filled);
}

static u32 buffer_ready(const void *data)
{
	const struct buffer *b = data;

	return (atomic64_read(&b->filled) ? BIT(CONDITION_IN) : 0) |
	       (atomic64_read(&b->room) ? BIT(CONDITION_OUT) : 0);
}

static u64 buffer_verify(const void *data, struct violation_log *log)
{
	const struct buffer *b = data;
	const u64 filled = atomic64_read(&b->filled), room = atomic64_read(&b->room);

	if (filled + room != b->capacity)
		violation_note(log, CHECK_INTEGRITY,
			       "room and elements are not the capacity", filled + room,
			       b->capacity);
	return b->tail - b->head;
}

#define BUFFER(_name, _family, _about, _first, _busted)					\
	CONTEND_NO_READ(_name)								\
	void contend_##_name##_write(void *data, const struct contend_request *rq,	\
				     struct contend_scratch *x)				\
	{										\
		buffer_write(data, rq, x, _first);					\
	}										\
	const struct contend_structure contend_structure_##_name = {			\
		.name = #_name,								\
		.family = _family,							\
		.about = _about,							\
		.needs = CONTEND_CAP_SELF,						\
		.busted = _busted,							\
		.verbs = buffer_verbs,							\
		.capacity = 1024,							\
		.size = sizeof(struct buffer),						\
		.init = buffer_init,							\
		.destroy = buffer_destroy,						\
		.elements = buffer_elements,						\
		.ready = buffer_ready,							\
		.verify = buffer_verify,						\
	}

BUFFER(buffer, "queue", "bounded, with semaphores that count room and elements", false, 0);

#ifdef CONTEND_MUTANT

BUFFER(busted_buffer, "busted", "a buffer whose tasks wait with its mutex in hand", true, 1);

#endif /* CONTEND_MUTANT */

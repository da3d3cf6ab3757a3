// SPDX-License-Identifier: GPL-2.0
/*
 * pool: resources that are leased, as a pool of connections has them: a counting semaphore (E.
 * W. Dijkstra, "Cooperating sequential processes", EWD 123, 1965) whose units have names. Its
 * fast path is that of HikariCP's ConcurrentBag (B. Wooldridge): a task takes the resource that
 * it had before by one cmpxchg() if that is idle, else the next one that is. What it does not
 * take over from there is that a task that comes may be ahead of those that wait.
 *
 * Hand-over is in the order of arrival. A task that finds nothing takes a place in the line
 * (structures/place.h), with the pool's lock. A resource that comes back is made idle first;
 * then the one that has put it looks whether there is a line, and gives what is idle to the
 * first places, with the lock. The task that takes a place looks likewise, so that one of the
 * two sees the other (A and B). A task that comes and finds a line goes into it, whatever is
 * idle; one that finds none may take what is idle, since at that look it was the first.
 *
 * Which one of several is taken: any, of which a task begins to look at a place of its own (pool);
 * the one that came back last (pool_lifo), so that those that are not needed stay idle until they
 * are reaped: a pile with the pool's lock, as the deque of Apache Commons Pool is with its own, and
 * as pgbouncer has it (server_round_robin=0); or the one that the task had before (pool_affine), as
 * ConcurrentBag has a list of them in the thread: here one, in a table by the task.
 *
 * A lease is a slot and a generation, which its end raises: what is left of a lease that has
 * ended is refused, and so is that of another task.
 *
 * Resources are made by tasks of their own, creators: create takes a slot when somebody waits
 * for whom none is being made, or fewer than so many are idle, and made hands the resource out;
 * what lies between is the time that it takes. A reaper takes away what was idle for too long,
 * is too old, is being made for too long, or was given back as broken, one at a time; and what is
 * leased for too long if its holder is no more, since nobody knows what that has left in it. A task
 * is known by its number alone: until then one that has the number anew has the lease as well.
 *
 * Invariants: a resource has one holder, who finds nothing of the last one and a new generation;
 * a place is given something when all before it have been, or have left; while somebody waits
 * nothing is idle; each slot is in one state, so that idle, leased, being made and dying ones
 * are the total.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/string.h>

#include "check/violation.h"
#include "check/witness.h"
#include "clock.h"
#include "compat.h"
#include "lib/charge.h"
#include "structures/pool.h"
#include "structures/structure.h"

static const char *const pool_settings[POOL_LIMITS + 1] = {
	[POOL_IDLE_NS] = "idle_ns", [POOL_AGE_NS] = "age_ns", [POOL_LEAK_NS] = "leak_ns",
	[POOL_MIN_IDLE] = "min_idle", [POOL_MAKING_NS] = "making_ns",
};

static const struct contend_verb pool_verbs[] = {
	[POOL_TRY_GET] = {
		.name = "try_get", .guard = GUARD_SELF, .share = 100, .balance = 1,
		.then = POOL_PUT,
	},
	[POOL_GET] = {
		.name = "get", .guard = GUARD_SELF, .share = 100, .balance = 1,
		.waits = BIT(CONDITION_IN), .meets = BIT(CONDITION_OUT), .role = "user",
		.then = POOL_PUT,
	},
	[POOL_PUT] = {
		.name = "put", .guard = GUARD_SELF, .balance = -1, .meets = BIT(CONDITION_IN),
		.role = "user",
	},
	[POOL_CHECK] = { .name = "check", .guard = GUARD_SELF },
	[POOL_ADD] = { .name = "add", .guard = GUARD_SELF, .fills = true },
	[POOL_CREATE] = {
		.name = "create", .guard = GUARD_SELF, .share = 100,
		.waits = BIT(CONDITION_OUT), .role = "creator", .then = POOL_MADE,
	},
	[POOL_MADE] = {
		.name = "made", .guard = GUARD_SELF, .meets = BIT(CONDITION_IN), .role = "creator",
	},
	[POOL_REAP] = {
		.name = "reap", .guard = GUARD_SELF, .share = 1, .meets = BIT(CONDITION_OUT),
		.role = "reaper",
	},
	[POOL_TUNE] = { .name = "tune", .guard = GUARD_SELF, .settings = pool_settings },
	[POOL_CLOSE] = { .name = "close", .guard = GUARD_SELF },
	[POOL_COUNT] = { .name = "count", .guard = GUARD_SELF },
	{ }
};

static const char two_holders[] = "a resource has two holders";
static const char piled[] = "what is piled up is not what is idle";
static const char overtaken[] = "a task was served ahead of one that has waited for longer";

static __always_inline u64 pool_word(u32 generation, enum pool_state state)
{
	return (u64)generation << POOL_STATE_BITS | state;
}

static __always_inline enum pool_state pool_state(u64 word)
{
	return word & (BIT(POOL_STATE_BITS) - 1);
}

static __always_inline u32 pool_generation(u64 word)
{
	return word >> POOL_STATE_BITS;
}

static __always_inline u64 pool_lease(const struct pool *p, const struct pool_slot *slot,
				      u32 generation)
{
	return (u64)generation << 32 | (slot - p->slots);
}

static __always_inline u64 pool_seal(u64 lease, u64 who)
{
	return ((lease ^ who) * GOLDEN_RATIO_64) | 1;
}

static __always_inline void pool_broken(struct contend_scratch *x, const char *what, u64 seen,
					u64 expected)
{
	x->broken = what;
	x->seen = seen;
	x->expected = expected;
}

/* It is the one that the task had last: written where that is new, since others read beside it. */
static __always_inline void pool_own(struct pool *p, const struct pool_slot *slot, u64 who)
{
	u64 *own = &p->own[pool_home(who, p->capacity)];
	const u64 now = who << 32 | (slot - p->slots);

	if (READ_ONCE(*own) != now)
		WRITE_ONCE(*own, now);
}

/* The slot has been taken, from IDLE to LEASED, for this holder. */
static __always_inline u64 pool_hold(struct pool *p, struct pool_slot *slot, u64 word, u64 who,
				     const char *name, struct contend_scratch *x)
{
	const u32 generation = pool_generation(word);
	const u64 lease = pool_lease(p, slot, generation);

	if (unlikely(slot->work))
		pool_broken(x, "something of its last lease is left in a resource", slot->work, 0);
	if (unlikely(slot->last == generation))
		pool_broken(x, "a lease has the generation of the one before", generation,
			    generation + 1);
	slot->last = generation;
	slot->work = pool_seal(lease, who);
	WRITE_ONCE(slot->who, who);
	WRITE_ONCE(slot->since_ns, x->began_ns);
	memcpy(slot->name, name, sizeof(slot->name));
	if (p->flags & POOL_AFFINE)
		pool_own(p, slot, who);
	return lease;
}

static __always_inline bool pool_try(struct pool_slot *slot, u64 *word)
{
	*word = READ_ONCE(slot->word);
	/* C: pairs with A of the last holder */
	return pool_state(*word) == POOL_IDLE &&
	       try_cmpxchg_acquire(&slot->word, word,
				   pool_word(pool_generation(*word), POOL_LEASED));
}

/* Off the pile, with the lock. */
static struct pool_slot *pool_pop(struct pool *p, u64 *word)
{
	struct pool_slot *slot = p->top ? &p->slots[p->top - 1] : NULL;

	if (!slot)
		return NULL;
	p->top = slot->under;
	*word = READ_ONCE(slot->word);
	WRITE_ONCE(slot->word, pool_word(pool_generation(*word), POOL_LEASED));
	return slot;
}

/* Out of the pile, wherever in it, with the lock. */
static void pool_unpile(struct pool *p, const struct pool_slot *slot)
{
	u32 *at = &p->top;

	while (*at != slot - p->slots + 1)
		at = &p->slots[*at - 1].under;
	*at = slot->under;
}

/*
 * Take what is idle, of a pile with the lock. Else the caller begins to look at its own place,
 * so that it has what it had before. NULL: there is nothing.
 */
static __always_inline struct pool_slot *pool_take(struct pool *p, u64 who, u64 *word)
{
	const u32 high = READ_ONCE(p->high);
	u32 at = pool_home(who, high), n;
	u64 own;

	if (p->flags & POOL_LIFO)
		return pool_pop(p, word);
	if (p->flags & POOL_AFFINE) {
		own = READ_ONCE(p->own[pool_home(who, p->capacity)]);
		if (own >> 32 == (u32)who && pool_try(&p->slots[(u32)own], word))
			return &p->slots[(u32)own];
	}
	for (n = 0; n < high; n++) {
		if (pool_try(&p->slots[at], word))
			return &p->slots[at];
		if (++at == high)
			at = 0;
	}
	return NULL;
}

/* As pool_take(), without the lock: a task that has found no line overtakes nobody in a pile. */
static noinline struct pool_slot *pool_pop_unlocked(struct pool *p, u64 *word)
{
	struct pool_slot *slot;
	unsigned long flags;

	raw_spin_lock_irqsave(&p->lock, flags);
	slot = pool_pop(p, word);
	raw_spin_unlock_irqrestore(&p->lock, flags);
	return slot;
}

static struct contend_place *pool_first(struct pool *p)
{
	return list_first_entry_or_null(&p->waiters, struct contend_place, link);
}

static void pool_leave(struct pool *p, struct contend_place *place)
{
	list_del(&place->link);
	WRITE_ONCE(p->line, p->line - 1);
}

/* What is idle to the first in the line, with the lock. @own: the caller's place: it is awake. */
static void pool_give(struct pool *p, struct contend_scratch *x, const struct contend_place *own)
{
	struct contend_place *place;
	struct pool_slot *slot;
	u64 word;

	while (!(p->flags & POOL_BARGES) && (place = pool_first(p))) {
		slot = pool_take(p, place->who, &word);
		if (!slot)
			break;
		if (unlikely(place->arrival <= p->served))
			pool_broken(x, overtaken, place->arrival, p->served + 1);
		p->served = place->arrival;
		WRITE_ONCE(p->handed, p->handed + 1);
		p->promised++;
		pool_leave(p, place);
		place->value = pool_hold(p, slot, word, place->who, place->name, x);
		place->given = true;
		if (place == own)
			continue;
		/* Only one is woken by its name. */
		if (x->handed)
			x->met_all |= BIT(CONDITION_IN);
		x->handed = place;
	}
}

/* A resource is idle from here on, with the lock: for the first in the line, or the next comer. */
static void pool_offer(struct pool *p, struct pool_slot *slot, u32 generation,
		       struct contend_scratch *x)
{
	/* As A, but for the lock, with which a task comes into the line and looks. */
	smp_store_release(&slot->word, pool_word(generation, POOL_IDLE));
	if (p->flags & POOL_LIFO) {
		slot->under = p->top;
		p->top = slot - p->slots + 1;
	}
	pool_give(p, x, NULL);
	if (!x->handed)
		x->met |= BIT(CONDITION_IN);
}

/* The same, without. */
static noinline void pool_pile(struct pool *p, struct pool_slot *slot, u32 generation,
			       struct contend_scratch *x)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&p->lock, flags);
	pool_offer(p, slot, generation, x);
	raw_spin_unlock_irqrestore(&p->lock, flags);
}

/* Something is idle, for whom it may concern. */
static noinline void pool_serve(struct pool *p, struct contend_scratch *x)
{
	unsigned long flags;

	if (p->flags & POOL_BARGES) {
		x->met |= BIT(CONDITION_IN);
		return;
	}
	raw_spin_lock_irqsave(&p->lock, flags);
	pool_give(p, x, NULL);
	raw_spin_unlock_irqrestore(&p->lock, flags);
	/* The line was left meanwhile: then those that poll are to be told. */
	if (!x->handed)
		x->met |= BIT(CONDITION_IN);
}

/* A resource is idle from here on. */
static __always_inline void pool_idle(struct pool *p, struct pool_slot *slot, u32 generation,
				      struct contend_scratch *x)
{
	if (p->flags & POOL_LIFO) {
		pool_pile(p, slot, generation, x);
		return;
	}
	/*
	 * A: idle, then the look at the line, and at who waits (condition.h); pairs with B in
	 * pool_line(), with C, and as A of conditions_wake() does
	 */
	xchg(&slot->word, pool_word(generation, POOL_IDLE));
	x->ordered = true;
	if (unlikely(READ_ONCE(p->line)))
		pool_serve(p, x);
	else
		x->met |= BIT(CONDITION_IN);
}

/* The lease of a resource ends. */
static __always_inline u32 pool_end(struct pool *p, struct pool_slot *slot, u32 generation,
				    struct contend_scratch *x)
{
	const u64 seal = pool_seal(pool_lease(p, slot, generation), slot->who);

	if (unlikely(slot->work != seal))
		pool_broken(x, two_holders, slot->work, seal);
	slot->work = 0;
	WRITE_ONCE(slot->who, 0);
	WRITE_ONCE(slot->since_ns, x->began_ns);
	return generation + !(p->flags & POOL_REUSES);
}

/* A task has taken something while others wait. */
static noinline void pool_overtakes(struct pool *p, struct contend_scratch *x)
{
	atomic64_inc(&p->overtakes);
	if (p->flags & POOL_PROMISES)
		pool_broken(x, overtaken, 1, 0);
}

/* What was given to a place whose task is gone goes on to the next one. */
static void pool_pass(struct pool *p, struct contend_place *place, struct contend_scratch *x)
{
	struct pool_slot *slot = &p->slots[(u32)place->value];
	const u32 generation = place->value >> 32;

	WRITE_ONCE(p->passed, p->passed + 1);
	if (p->flags & POOL_FORGETS)
		return;
	pool_offer(p, slot, pool_end(p, slot, generation, x), x);
}

/* A place is new in the line. Whether one is to be made for it is the creators' affair. */
static void pool_line(struct pool *p, struct contend_place *place, struct contend_scratch *x)
{
	place->lined = true;
	place->arrival = p->arrivals + 1;
	WRITE_ONCE(p->arrivals, place->arrival);
	list_add_tail(&place->link, &p->waiters);
	WRITE_ONCE(p->line, p->line + 1);
	x->met |= BIT(CONDITION_OUT);
	/* B: in the line, then the look at what is idle; pairs with A */
	smp_mb();
}

/* A task that waits looks, or looks for the last time. */
static noinline void pool_wait(struct pool *p, struct contend_scratch *x)
{
	struct contend_place *place = x->place;
	struct pool_slot *slot;
	unsigned long flags;
	u64 word;

	raw_spin_lock_irqsave(&p->lock, flags);
	if (!place->lined && !(p->line & POOL_CLOSED))
		pool_line(p, place, x);
	if (place->lined && !place->given && p->flags & POOL_BARGES) {
		slot = pool_take(p, place->who, &word);
		if (slot) {
			if (pool_first(p) != place)
				pool_overtakes(p, x);
			pool_leave(p, place);
			place->value = pool_hold(p, slot, word, place->who, place->name, x);
			place->given = true;
			p->promised++;
		}
	} else if (place->lined && !place->given) {
		pool_give(p, x, place);
	}
	if (place->given) {
		place->lined = false;
		p->promised--;
		x->value = place->value;
		x->error = 0;
		/* Its task may have to die: it is the next one's. */
		if (x->withdraw) {
			pool_pass(p, place, x);
			x->error = -ENOENT;
			x->lacks = CONDITION_IN;
		}
	} else if (p->line & POOL_CLOSED || x->withdraw) {
		if (place->lined) {
			pool_leave(p, place);
			WRITE_ONCE(p->gone, p->gone + 1);
		}
		place->lined = false;
		x->error = p->line & POOL_CLOSED ? -EPIPE : -ENOENT;
		if (!(p->line & POOL_CLOSED))
			x->lacks = CONDITION_IN;
	} else {
		x->error = -ENOENT;
		x->lacks = CONDITION_IN;
	}
	raw_spin_unlock_irqrestore(&p->lock, flags);
}

static __always_inline void pool_get(struct pool *p, const struct contend_request *rq,
				     struct contend_scratch *x)
{
	const u32 line = READ_ONCE(p->line);
	struct pool_slot *slot = NULL;
	u64 word;

	if (unlikely(x->place)) {
		pool_wait(p, x);
		return;
	}
	if (likely(!line || (p->flags & POOL_BARGES && !(line & POOL_CLOSED))))
		slot = p->flags & POOL_LIFO ? pool_pop_unlocked(p, &word) :
					      pool_take(p, x->me, &word);
	if (likely(slot)) {
		x->value = pool_hold(p, slot, word, x->me, current->comm, x);
		x->error = 0;
		if (unlikely(line))
			pool_overtakes(p, x);
		return;
	}
	x->error = line & POOL_CLOSED ? -EPIPE : -ENOENT;
	if (rq->verb == POOL_GET && !(line & POOL_CLOSED))
		x->lacks = CONDITION_IN;
}

static noinline void pool_refuse(struct pool *p, struct contend_scratch *x, int error)
{
	atomic64_inc(error == -EPERM ? &p->foreign : &p->stale);
	x->error = error;
}

/* The slot of a lease that is its caller's, or NULL. */
static __always_inline struct pool_slot *pool_held(struct pool *p, u64 lease, enum pool_state state,
						   struct contend_scratch *x)
{
	struct pool_slot *slot;

	if (unlikely((u32)lease >= p->capacity)) {
		pool_refuse(p, x, -ESTALE);
		return NULL;
	}
	slot = &p->slots[array_index_nospec((u32)lease, p->capacity)];
	if (unlikely(READ_ONCE(slot->word) != pool_word(lease >> 32, state))) {
		pool_refuse(p, x, -ESTALE);
		return NULL;
	}
	if (unlikely(READ_ONCE(slot->who) != x->me)) {
		pool_refuse(p, x, -EPERM);
		return NULL;
	}
	return slot;
}

/* With a key that is not 0 the resource is broken, and nobody gets it any more. */
static __always_inline void pool_put(struct pool *p, const struct contend_request *rq,
				     struct contend_scratch *x)
{
	struct pool_slot *slot = pool_held(p, rq->value, POOL_LEASED, x);
	u32 generation;

	if (!slot)
		return;
	generation = pool_end(p, slot, rq->value >> 32, x);
	x->error = 0;
	/* Another task may have made it by a later reading of the clock. */
	if (likely(!rq->key && contend_elapsed(slot->made_ns, x->began_ns) <=
			       READ_ONCE(p->limit[POOL_AGE_NS]))) {
		pool_idle(p, slot, generation, x);
		return;
	}
	atomic64_inc(&p->discarded);
	/* As A of what is idle, for the next one. */
	smp_store_release(&slot->word, pool_word(generation, POOL_DYING));
	x->met |= BIT(CONDITION_OUT);
}

/* A slot for a new resource, with the lock; NULL: there are as many as there may be. */
static struct pool_slot *pool_room(struct pool *p)
{
	struct pool_slot *slot;

	for (slot = p->slots; slot < &p->slots[p->high]; slot++) {
		const enum pool_state state = pool_state(READ_ONCE(slot->word));

		if (state == POOL_DYING) {
			WRITE_ONCE(p->total, p->total - 1);
			p->reaped++;
			return slot;
		}
		if (state == POOL_NONE)
			return slot;
	}
	if (p->high == p->capacity)
		return NULL;
	WRITE_ONCE(p->high, p->high + 1);
	return slot;
}

/* A look at them, with or without the lock. */
static u32 pool_count(const struct pool *p, enum pool_state state)
{
	const u32 high = READ_ONCE(p->high);
	u32 at, n = 0;

	for (at = 0; at < high; at++)
		n += pool_state(READ_ONCE(p->slots[at].word)) == state;
	return n;
}

/* Whether one more is to be made: for a task that waits, or to be there for one that comes. */
static bool pool_wanted(const struct pool *p)
{
	return (READ_ONCE(p->line) & ~POOL_CLOSED) > READ_ONCE(p->making) ||
	       pool_count(p, POOL_IDLE) + READ_ONCE(p->making) < READ_ONCE(p->limit[POOL_MIN_IDLE]);
}

static void pool_made(struct pool *p, struct pool_slot *slot, u32 generation,
		      struct contend_scratch *x)
{
	p->made++;
	slot->made_ns = x->began_ns;
	WRITE_ONCE(slot->since_ns, x->began_ns);
	WRITE_ONCE(slot->who, 0);
	pool_offer(p, slot, generation, x);
	x->error = 0;
}

static void pool_create(struct pool *p, struct contend_scratch *x)
{
	struct pool_slot *slot = NULL;
	u32 generation;

	if (p->line & POOL_CLOSED) {
		x->error = -EPIPE;
		return;
	}
	if (pool_wanted(p))
		slot = pool_room(p);
	if (!slot) {
		x->error = -ENOSPC;
		x->lacks = CONDITION_OUT;
		return;
	}
	generation = pool_generation(READ_ONCE(slot->word));
	WRITE_ONCE(p->total, p->total + 1);
	p->making++;
	WRITE_ONCE(slot->who, x->me);
	WRITE_ONCE(slot->since_ns, x->began_ns);
	memcpy(slot->name, current->comm, sizeof(slot->name));
	WRITE_ONCE(slot->word, pool_word(generation, POOL_MAKING));
	x->value = pool_lease(p, slot, generation);
	x->error = 0;
}

static void pool_add(struct pool *p, struct contend_scratch *x)
{
	struct pool_slot *slot = p->line & POOL_CLOSED ? NULL : pool_room(p);

	if (!slot) {
		x->error = p->line & POOL_CLOSED ? -EPIPE : -ENOSPC;
		return;
	}
	WRITE_ONCE(p->total, p->total + 1);
	pool_made(p, slot, pool_generation(READ_ONCE(slot->word)), x);
}

/* Whether a resource is to go. @idle: how many there are. */
static bool pool_due(const struct pool *p, const struct pool_slot *slot, u64 word, u32 idle,
		     u64 now)
{
	const s64 since = now - READ_ONCE(slot->since_ns), age = now - READ_ONCE(slot->made_ns);

	switch (pool_state(word)) {
	case POOL_DYING:
		return true;
	case POOL_MAKING:
		/* Its creator has died, or is as good as dead: those that wait have another one. */
		return since > (s64)p->limit[POOL_MAKING_NS];
	case POOL_IDLE:
		return age > (s64)p->limit[POOL_AGE_NS] ||
		       (idle > p->limit[POOL_MIN_IDLE] && since > (s64)p->limit[POOL_IDLE_NS]);
	default:
		return false;
	}
}

/*
 * A lease that has lasted for too long ends if its holder has. So many of them are looked at, as no
 * interrupt comes meanwhile; the next time others are.
 */
static bool pool_bury(struct pool *p, struct contend_scratch *x)
{
	u32 n, looks = POOL_LOOKS;

	for (n = 0; n < p->high && looks; n++) {
		struct pool_slot *slot = &p->slots[p->hand];
		/* C: pairs with A of the last holder: of what was just taken @who is 0 or new */
		u64 word = smp_load_acquire(&slot->word), who = READ_ONCE(slot->who);

		p->hand = p->hand + 1 < p->high ? p->hand + 1 : 0;
		if (pool_state(word) != POOL_LEASED || !who ||
		    (s64)(x->began_ns - READ_ONCE(slot->since_ns)) <= (s64)p->limit[POOL_LEAK_NS])
			continue;
		looks--;
		if (!contend_task_gone(witness_pid(who)))
			continue;
		/* It may have put it as the last thing of all. C: pairs with A */
		if (!try_cmpxchg_acquire(&slot->word, &word,
					 pool_word(pool_generation(word) + 1, POOL_NONE)))
			continue;
		slot->work = 0;
		WRITE_ONCE(slot->who, 0);
		WRITE_ONCE(p->total, p->total - 1);
		p->reaped++;
		p->lost++;
		x->met |= BIT(CONDITION_OUT);
		x->value = pool_lease(p, slot, pool_generation(word));
		x->error = 0;
		return true;
	}
	return false;
}

static void pool_reap(struct pool *p, struct contend_scratch *x)
{
	const u32 idle = pool_count(p, POOL_IDLE);
	u32 at;

	x->error = -ENOENT;
	if (pool_bury(p, x))
		return;
	for (at = 0; at < p->high; at++) {
		struct pool_slot *slot = &p->slots[at];
		u64 word = READ_ONCE(slot->word);

		if (!pool_due(p, slot, word, idle, x->began_ns))
			continue;
		/* C: pairs with A of the last holder */
		if (!try_cmpxchg_acquire(&slot->word, &word,
					 pool_word(pool_generation(word) + 1, POOL_NONE)))
			continue;
		if (p->flags & POOL_LIFO && pool_state(word) == POOL_IDLE)
			pool_unpile(p, slot);
		WRITE_ONCE(p->total, p->total - 1);
		p->making -= pool_state(word) == POOL_MAKING;
		p->reaped++;
		x->met |= BIT(CONDITION_OUT);
		/* Whose resource it was: the caller has to end that. */
		x->value = pool_lease(p, slot, pool_generation(word));
		x->error = 0;
		return;
	}
}

static void pool_tune(struct pool *p, const struct contend_request *rq, struct contend_scratch *x)
{
	/* Times are compared as differences, which have a sign. */
	x->error = rq->key >= POOL_LIMITS ? -ENOENT : rq->value >> 63 ? -EINVAL : 0;
	if (!x->error)
		WRITE_ONCE(p->limit[array_index_nospec(rq->key, POOL_LIMITS)], rq->value);
	x->met_all |= BIT(CONDITION_OUT);
}

/* A look, at one of them: what it counts goes on beside it. */
static noinline void pool_look(const struct pool *p, u64 key, struct contend_scratch *x)
{
	const u64 counted[POOL_COUNTED] = {
		[POOL_TOTAL] = READ_ONCE(p->total),
		[POOL_WAITING] = READ_ONCE(p->line) & ~POOL_CLOSED,
		[POOL_ARRIVED] = READ_ONCE(p->arrivals),
		[POOL_HANDED] = READ_ONCE(p->handed),
		[POOL_GONE] = READ_ONCE(p->gone),
		[POOL_PASSED] = READ_ONCE(p->passed),
		[POOL_OVERTAKES] = atomic64_read(&p->overtakes),
		[POOL_LOST] = READ_ONCE(p->lost),
	};

	x->error = key < POOL_COUNTED ? 0 : -ENOENT;
	if (key <= POOL_DYING)
		x->value = pool_count(p, key);
	else if (!x->error)
		x->value = counted[key];
}

/* What is rare, with the lock. */
static noinline void pool_manage(struct pool *p, const struct contend_request *rq,
				 struct contend_scratch *x)
{
	struct pool_slot *slot;
	unsigned long flags;

	raw_spin_lock_irqsave(&p->lock, flags);
	if (rq->verb == POOL_CREATE) {
		pool_create(p, x);
	} else if (rq->verb == POOL_MADE) {
		slot = pool_held(p, rq->value, POOL_MAKING, x);
		if (slot) {
			p->making--;
			pool_made(p, slot, rq->value >> 32, x);
		}
	} else if (rq->verb == POOL_ADD) {
		pool_add(p, x);
	} else if (rq->verb == POOL_REAP) {
		pool_reap(p, x);
	} else if (rq->verb == POOL_TUNE) {
		pool_tune(p, rq, x);
	} else {
		x->error = p->line & POOL_CLOSED ? -EPIPE : 0;
		WRITE_ONCE(p->line, p->line | POOL_CLOSED);
		x->met_all |= BIT(CONDITION_IN) | BIT(CONDITION_OUT);
	}
	raw_spin_unlock_irqrestore(&p->lock, flags);
}

static __always_inline void pool_write(struct pool *p, const struct contend_request *rq,
				       struct contend_scratch *x)
{
	if (rq->verb == POOL_GET || rq->verb == POOL_TRY_GET)
		pool_get(p, rq, x);
	else if (rq->verb == POOL_PUT)
		pool_put(p, rq, x);
	else if (rq->verb == POOL_COUNT)
		pool_look(p, rq->key, x);
	else if (rq->verb == POOL_CHECK)
		x->error = pool_held(p, rq->value, POOL_LEASED, x) ? 0 : x->error;
	else
		pool_manage(p, rq, x);
}

static void pool_destroy(void *data)
{
	struct pool *p = data;

	kvfree(p->own);
	kvfree(p->slots);
}

static int pool_make(struct pool *p, const struct contend_shape *shape, u32 flags)
{
	u64 i;

	static_assert(sizeof(struct pool_slot) == 64);
	p->capacity = min_t(u64, shape->capacity, POOL_CLOSED - 1);
	p->slots = kvcalloc(p->capacity, sizeof(*p->slots), GFP_CLIENT);
	if (flags & POOL_AFFINE)
		p->own = kvcalloc(p->capacity, sizeof(*p->own), GFP_CLIENT);
	if (!p->slots || (flags & POOL_AFFINE && !p->own)) {
		pool_destroy(p);
		return -ENOMEM;
	}
	for (i = 0; i < p->capacity; i++)
		p->slots[i].word = pool_word(1, POOL_NONE);
	p->flags = flags;
	/* As HikariCP has them, in proportion: 10 min, 30 min, none, all. */
	p->limit[POOL_IDLE_NS] = 600ULL * NSEC_PER_SEC;
	p->limit[POOL_AGE_NS] = 1800ULL * NSEC_PER_SEC;
	p->limit[POOL_LEAK_NS] = NSEC_PER_SEC;
	p->limit[POOL_MAKING_NS] = 10ULL * NSEC_PER_SEC;
	raw_spin_lock_init(&p->lock);
	INIT_LIST_HEAD(&p->waiters);
	return 0;
}

static u64 pool_elements(const void *data)
{
	return pool_count(data, POOL_LEASED);
}

static u32 pool_ready(const void *data)
{
	const struct pool *p = data;
	const u32 line = READ_ONCE(p->line);

	return (line & POOL_CLOSED || (!line && pool_count(p, POOL_IDLE)) ?
		BIT(CONDITION_IN) : 0) |
	       (line & POOL_CLOSED || pool_wanted(p) ? BIT(CONDITION_OUT) : 0);
}

/*
 * As a pool's users want it: how many resources are in which state, what became of leases, and of
 * the oldest that is held for longer than POOL_LEAK_NS who holds it.
 */
static size_t pool_tell(const void *data, char *text, size_t size)
{
	const struct pool *p = data;
	const u64 now = contend_clock(), limit = READ_ONCE(p->limit[POOL_LEAK_NS]);
	const struct pool_slot *oldest = NULL;
	u32 count[POOL_DYING + 1] = { }, leaked = 0, at;
	u64 longest = limit;
	size_t n;

	for (at = 0; at < READ_ONCE(p->high); at++) {
		const struct pool_slot *slot = &p->slots[at];
		const enum pool_state state = pool_state(READ_ONCE(slot->word));
		const u64 held = contend_elapsed(READ_ONCE(slot->since_ns), now);

		count[min_t(u32, state, POOL_DYING)]++;
		if (state != POOL_LEASED || held <= limit)
			continue;
		leaked++;
		if (held > longest) {
			longest = held;
			oldest = slot;
		}
	}
	n = scnprintf(text, size, "idle=%u leased=%u making=%u dying=%u waiting=%u made=%llu ",
		      count[POOL_IDLE], count[POOL_LEASED], count[POOL_MAKING], count[POOL_DYING],
		      READ_ONCE(p->line) & ~POOL_CLOSED, READ_ONCE(p->made));
	n += scnprintf(text + n, size - n,
		       "reaped=%llu discarded=%llu stale=%llu foreign=%llu handed=%llu ",
		       READ_ONCE(p->reaped), (u64)atomic64_read(&p->discarded),
		       (u64)atomic64_read(&p->stale), (u64)atomic64_read(&p->foreign),
		       READ_ONCE(p->handed));
	n += scnprintf(text + n, size - n,
		       "passed=%llu gone=%llu overtakes=%llu lost=%llu leaked=%u",
		       READ_ONCE(p->passed), READ_ONCE(p->gone), (u64)atomic64_read(&p->overtakes),
		       READ_ONCE(p->lost), leaked);
	if (oldest)
		n += scnprintf(text + n, size - n, " holder=%u holder_name=%.*s held_ns=%llu",
			       witness_pid(READ_ONCE(oldest->who)), TASK_COMM_LEN - 1,
			       oldest->name, longest);
	return n;
}

static u64 pool_verify(const void *data, struct violation_log *log)
{
	const struct pool *p = data;
	const struct contend_place *place;
	u32 count[POOL_DYING + 1] = { }, total, waiting = 0, pile = 0, at;
	u64 before = p->served;

	for (at = 0; at < p->high; at++) {
		const struct pool_slot *slot = &p->slots[at];
		const u64 lease = pool_lease(p, slot, pool_generation(slot->word));
		const enum pool_state state = pool_state(slot->word);
		const u64 work = state == POOL_LEASED ? pool_seal(lease, slot->who) : 0;

		count[min_t(u32, state, POOL_DYING)]++;
		if (slot->work != work)
			violation_note(log, CHECK_INTEGRITY, work ? two_holders :
				       "something of its last lease is left in a resource",
				       slot->work, work);
	}
	total = count[POOL_MAKING] + count[POOL_IDLE] + count[POOL_LEASED] + count[POOL_DYING];
	if (total != p->total || total > p->capacity)
		violation_note(log, CHECK_INTEGRITY,
			       "idle, leased, made and dying ones are not the total", total,
			       p->total);
	/* Each once: a slot that is there twice makes it longer than all of them. */
	for (at = p->top; at && pile <= p->high; at = p->slots[at - 1].under)
		pile += pool_state(p->slots[at - 1].word) == POOL_IDLE ? 1 : p->high + 1;
	if (p->flags & POOL_LIFO && pile != count[POOL_IDLE])
		violation_note(log, CHECK_INTEGRITY, piled, pile, count[POOL_IDLE]);
	if (count[POOL_MAKING] != p->making)
		violation_note(log, CHECK_INTEGRITY, "so many are not being made",
			       count[POOL_MAKING], p->making);
	list_for_each_entry(place, &p->waiters, link) {
		if (place->arrival <= before)
			violation_note(log, CHECK_INTEGRITY, overtaken, place->arrival, before);
		before = place->arrival;
		waiting++;
	}
	if (waiting != (p->line & ~POOL_CLOSED))
		violation_note(log, CHECK_INTEGRITY, "the line is not as long as it says", waiting,
			       p->line & ~POOL_CLOSED);
	if (waiting && !(p->line & POOL_CLOSED) && count[POOL_IDLE] && !(p->flags & POOL_BARGES))
		violation_note(log, CHECK_INTEGRITY, "a resource is idle while somebody waits",
			       count[POOL_IDLE], 0);
	/*
	 * What was given to a place is leased when its task has taken it; and what was lost with
	 * its holder was leased, and never put.
	 */
	return count[POOL_LEASED] - p->promised + p->lost;
}

#define POOL_AS(_s, _flags, _family, _busted, _about)				\
	CONTEND_NO_READ(_s)							\
										\
	void contend_##_s##_write(void *data, const struct contend_request *rq,	\
				  struct contend_scratch *x)			\
	{									\
		pool_write(data, rq, x);					\
	}									\
										\
	static int _s##_init(void *data, const struct contend_shape *shape)	\
	{									\
		return pool_make(data, shape, _flags);				\
	}									\
										\
	const struct contend_structure contend_structure_##_s = {		\
		.name = #_s,							\
		.family = _family,						\
		.about = _about,						\
		.needs = CONTEND_CAP_SELF,					\
		.busted = _busted,						\
		.verbs = pool_verbs,						\
		.capacity = 64,							\
		.size = sizeof(struct pool),					\
		.init = _s##_init,						\
		.destroy = pool_destroy,					\
		.elements = pool_elements,					\
		.ready = pool_ready,						\
		.tell = pool_tell,						\
		.verify = pool_verify,						\
	}

POOL_AS(pool, 0, "pool", false, "resources that are leased, handed over in the order of arrival");
POOL_AS(pool_barging, POOL_BARGES, "pool", false,
	"a pool in which a task that comes may be ahead of those that wait");

POOL_AS(pool_lifo, POOL_LIFO, "pool", false,
	"a pool of which the resource that came back last is taken next");
POOL_AS(pool_affine, POOL_AFFINE, "pool", false,
	"a pool of which a task takes the resource that it had last");

#ifdef CONTEND_MUTANT
POOL_AS(busted_pool_barging, POOL_BARGES | POOL_PROMISES, "busted", true,
	"a pool that promises the order of arrival, and does not keep it");
POOL_AS(busted_pool_cancel, POOL_FORGETS, "busted", true,
	"a pool in which a task that gives up keeps what it was given meanwhile");
POOL_AS(busted_pool_reuse, POOL_REUSES, "busted", true,
	"a pool whose leases all have one generation");
#endif

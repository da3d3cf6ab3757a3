// SPDX-License-Identifier: GPL-2.0
/*
 * philosophers: as many forks as seats, one between each two of them, and to eat takes both of a
 * seat's (E. W. Dijkstra, "Hierarchical ordering of sequential processes", Acta Informatica 1(2),
 * 1971). The key says which seat it is. take gets both forks, one after the other, and waits for
 * each; try_take gets both or none. What was taken is given back by the next operation, so that
 * hold= and think= say how long somebody eats and thinks.
 *
 * Each takes the fork of the lower number first. Then a task that has one and waits for another
 * waits for a higher one, and the task that has the highest one waits for none. If each takes the
 * left one first, all may have one and wait for the next one, round the table: nobody lets go.
 *
 * Invariants: a fork is in one hand, and given back by that; those who have a fork and wait for
 * another one make no circle; at rest all forks lie on the table.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/spinlock.h>

#include "check/violation.h"
#include "lib/charge.h"
#include "structures/structure.h"

enum { TABLE_TRY_TAKE, TABLE_TAKE, TABLE_GIVE };

#define NOBODY	0

/**
 * struct seat - and the fork on its left
 * @holder: of the fork: a seat, and 1; NOBODY: it lies on the table. table_ready() looks without
 *	the lock
 * @wants: the fork for which the seat waits with the other one in hand, and 1; 0: none
 */
struct seat {
	u32 holder;
	u32 wants;
};

/**
 * struct table - a table
 * @lock: guards what @seats has
 * @seats: constant
 * @n: how many, constant
 */
struct table {
	raw_spinlock_t lock;
	struct seat *seats;
	u32 n;
};

static const struct contend_verb table_verbs[] = {
	[TABLE_TRY_TAKE] = {
		.name = "try_take", .guard = GUARD_SELF, .share = 100, .balance = 1,
		.then = TABLE_GIVE,
	},
	[TABLE_TAKE] = {
		.name = "take", .guard = GUARD_SELF, .share = 100, .balance = 1,
		.waits = BIT(CONDITION_IN), .role = "philosopher", .then = TABLE_GIVE,
	},
	[TABLE_GIVE] = {
		.name = "give", .guard = GUARD_SELF, .balance = -1, .meets = BIT(CONDITION_IN),
		.role = "philosopher",
	},
	{ }
};

/* With the lock: whether @seat has it now. */
static bool table_grab(struct table *t, u32 fork, u32 seat)
{
	if (t->seats[fork].holder == NOBODY)
		WRITE_ONCE(t->seats[fork].holder, seat + 1);
	return t->seats[fork].holder == seat + 1;
}

/*
 * With the lock, under which nobody gets or gives anything: the seat that has the fork
 * that is waited for, the one that has what that one waits for, and so on. How many they are if
 * they come back to @seat; else 0.
 */
static u32 table_circle(const struct table *t, u32 seat)
{
	u32 at = seat, n;

	for (n = 1; n <= t->n && t->seats[at].wants; n++) {
		at = t->seats[t->seats[at].wants - 1].holder;
		/* It lies there, and the task that wants it has not looked yet. */
		if (at == NOBODY)
			return 0;
		at--;
		if (at == seat)
			return n;
	}
	return 0;
}

/* It waits no longer: it lets go of the fork that it has. */
static void table_let_go(struct table *t, u32 seat, u32 first, struct contend_scratch *x)
{
	WRITE_ONCE(t->seats[first].holder, NOBODY);
	t->seats[seat].wants = 0;
	x->ticket = 0;
	x->met_all = BIT(CONDITION_IN);
}

/* It would wait for ever, with all that are in the circle: so it does not, and tells. */
static void table_wait(struct table *t, u32 seat, u32 first, u32 second, struct contend_scratch *x)
{
	u32 circle;

	t->seats[seat].wants = second + 1;
	circle = table_circle(t, seat);
	if (likely(!circle)) {
		x->lacks = CONDITION_IN;
		x->ticket = 1;
		return;
	}
	table_let_go(t, seat, first, x);
	x->broken = "each has a fork and waits for the next one, in a circle of so many";
	x->seen = circle;
	x->expected = 0;
}

static __always_inline void table_take(struct table *t, const struct contend_request *rq,
				       struct contend_scratch *x, bool left_first)
{
	u32 left, right, first, second;
	unsigned long flags;
	u64 seat;

	div64_u64_rem(rq->key, t->n, &seat);
	left = seat;
	right = seat + 1 < t->n ? seat + 1 : 0;
	first = left_first ? left : min(left, right);
	second = first == left ? right : left;
	x->value = seat;

	x->error = rq->verb == TABLE_TAKE ? -EAGAIN : -ENOENT;
	raw_spin_lock_irqsave(&t->lock, flags);
	if (x->withdraw) {
		table_let_go(t, seat, first, x);
		x->lacks = CONDITION_IN;
		goto out;
	}
	if (!x->ticket) {
		if (t->seats[first].holder != NOBODY) {
			x->lacks = rq->verb == TABLE_TAKE ? CONDITION_IN : CONDITION_NONE;
			goto out;
		}
		table_grab(t, first, seat);
		if (left_first && rq->verb == TABLE_TAKE) {
			/* Others, which may have to wake up first, come while it reaches out. */
			raw_spin_unlock_irqrestore(&t->lock, flags);
			busted_dawdle(64 * BUSTED_WINDOW);
			raw_spin_lock_irqsave(&t->lock, flags);
		}
	}
	if (table_grab(t, second, seat)) {
		t->seats[seat].wants = NOBODY;
		x->ticket = 0;
		x->error = 0;
	} else if (rq->verb == TABLE_TAKE) {
		table_wait(t, seat, first, second, x);
	} else {
		table_let_go(t, seat, first, x);
	}
out:
	raw_spin_unlock_irqrestore(&t->lock, flags);
}

/* The value says which seat it is, as take has answered. */
static __always_inline void table_give(struct table *t, const struct contend_request *rq,
				       struct contend_scratch *x)
{
	u32 left, right;
	unsigned long flags;
	u64 seat;

	div64_u64_rem(rq->value, t->n, &seat);
	left = seat;
	right = seat + 1 < t->n ? seat + 1 : 0;
	raw_spin_lock_irqsave(&t->lock, flags);
	if (t->seats[left].holder == seat + 1 && t->seats[right].holder == seat + 1) {
		WRITE_ONCE(t->seats[left].holder, NOBODY);
		WRITE_ONCE(t->seats[right].holder, NOBODY);
		x->met_all = BIT(CONDITION_IN);
		x->error = 0;
	} else {
		x->error = -ENOENT;
	}
	raw_spin_unlock_irqrestore(&t->lock, flags);
}

static __always_inline void table_write(struct table *t, const struct contend_request *rq,
					struct contend_scratch *x, bool left_first)
{
	if (rq->verb == TABLE_GIVE)
		table_give(t, rq, x);
	else
		table_take(t, rq, x, left_first);
}

static int table_init(void *data, const struct contend_shape *shape)
{
	struct table *t = data;

	raw_spin_lock_init(&t->lock);
	/* One fork is none: to eat takes two. */
	t->n = max_t(u64, shape->capacity, 2);
	t->seats = kvcalloc(t->n, sizeof(*t->seats), GFP_CLIENT);
	return t->seats ? 0 : -ENOMEM;
}

static void table_destroy(void *data)
{
	struct table *t = data;

	kvfree(t->seats);
}

static u64 table_elements(const void *data)
{
	const struct table *t = data;

	return t->n;
}

static u32 table_ready(const void *data)
{
	const struct table *t = data;
	u32 i;

	for (i = 0; i < t->n; i++)
		if (READ_ONCE(t->seats[i].holder) == NOBODY)
			return BIT(CONDITION_IN);
	return 0;
}

static u64 table_verify(const void *data, struct violation_log *log)
{
	const struct table *t = data;
	u64 eats = 0;
	u32 i;

	for (i = 0; i < t->n; i++) {
		const u32 right = t->seats[i + 1 < t->n ? i + 1 : 0].holder;

		/* Of two seats the two forks are each the left and the right one. */
		if (t->seats[i].holder == i + 1 && right == i + 1)
			eats++;
		else if (t->seats[i].holder == i + 1 && t->seats[i].wants == NOBODY)
			violation_note(log, CHECK_INTEGRITY,
				       "a fork is in a hand that neither eats nor waits", i, 0);
	}
	return eats;
}

#define PHILOSOPHERS(_name, _family, _about, _left_first, _busted)				\
	CONTEND_NO_READ(_name)								\
	void contend_##_name##_write(void *data, const struct contend_request *rq,	\
				     struct contend_scratch *x)				\
	{										\
		table_write(data, rq, x, _left_first);					\
	}										\
	const struct contend_structure contend_structure_##_name = {			\
		.name = #_name,								\
		.family = _family,							\
		.about = _about,							\
		.needs = CONTEND_CAP_SELF,						\
		.busted = _busted,							\
		.verbs = table_verbs,							\
		.capacity = 5,								\
		.size = sizeof(struct table),						\
		.init = table_init,							\
		.destroy = table_destroy,						\
		.elements = table_elements,						\
		.ready = table_ready,							\
		.verify = table_verify,							\
	}

PHILOSOPHERS(philosophers, "table", "to eat takes two forks, the one of the lower number first",
	     false, 0);

#ifdef CONTEND_MUTANT

PHILOSOPHERS(busted_philosophers, "busted", "to eat takes the left fork, and then the right one",
	     true, 1);

#endif /* CONTEND_MUTANT */

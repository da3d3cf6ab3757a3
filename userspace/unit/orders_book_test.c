// SPDX-License-Identifier: GPL-2.0
/*
 * An order book beside a naive model, which is a list of orders that is searched from end to end.
 * Messages are drawn from a seed; a sequence that the two answer differently is made shorter while
 * they still do, and is printed. CONTEND_SEED draws others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <linux/kernel.h>

#include "lib/rng.h"
#include "scenarios/orders_book.h"

#define SEQUENCES	300
#define MESSAGES	200
#define ORDERS		24
#define REPORTS		4096

/* What an order of the model is; @stamp 0: there is none. */
struct entry {
	union order_id id;
	u64 stamp;
	u64 price;
	u64 quantity;
	u64 leaves;
	u8 side;
};

struct model {
	struct entry entry[ORDERS];
	struct book_totals totals;
};

/* What was told, as far as the model says it. */
struct told_of {
	u32 n;
	struct {
		union order_id id;
		u64 price;
		u64 leaves;
		u64 last;
		u8 told;
		u8 refused;
		bool final;
	} report[REPORTS];
};

static void told(struct told_of *t, const union order_id *id, enum told what, enum denied why,
		 u64 price, u64 leaves, u64 last)
{
	assert_true(t->n < REPORTS);
	/* Padding is compared, too. */
	memset(&t->report[t->n], 0, sizeof(t->report[0]));
	t->report[t->n].id = *id;
	t->report[t->n].told = what;
	t->report[t->n].refused = why;
	t->report[t->n].price = price;
	t->report[t->n].leaves = leaves;
	t->report[t->n++].last = last;
}

static void take_report(void *to, const struct report *r)
{
	struct told_of *t = to;

	told(t, &r->id, r->told, r->refused, r->price, r->leaves, r->last);
	t->report[t->n - 1].final = r->final;
}

static struct entry *find(struct model *m, const union order_id *id)
{
	u32 i;

	for (i = 0; i < ORDERS; i++)
		if (m->entry[i].stamp && order_id_same(&m->entry[i].id, id))
			return &m->entry[i];
	return NULL;
}

/* Of those on the other side whose price is good enough the best, and the oldest of these. */
static struct entry *partner(struct model *m, u8 side, u64 price)
{
	struct entry *best = NULL, *e;
	u32 i;

	for (i = 0; i < ORDERS; i++) {
		e = &m->entry[i];
		if (!e->stamp || e->side == side ||
		    (side == SIDE_BUY ? e->price > price : e->price < price))
			continue;
		if (!best || (e->price == best->price ? e->stamp < best->stamp :
			      side == SIDE_BUY ? e->price < best->price : e->price > best->price))
			best = e;
	}
	return best;
}

static u64 model_match(struct model *m, const struct order *o, u64 leaves, struct told_of *t)
{
	struct entry *e;
	u64 n;

	while (leaves && (e = partner(m, o->side, o->price))) {
		n = leaves < e->leaves ? leaves : e->leaves;
		leaves -= n;
		e->leaves -= n;
		m->totals.filled += n;
		told(t, &e->id, TOLD_TRADE, 0, e->price, e->leaves, n);
		told(t, &o->id, TOLD_TRADE, 0, e->price, leaves, n);
		if (!e->leaves)
			e->stamp = 0;
	}
	return leaves;
}

static enum denied model_wrong(const struct order *o)
{
	if (!o->price || o->price >= BOOK_PRICES)
		return DENIED_PRICE;
	return o->quantity ? DENIED_NOT : DENIED_QUANTITY;
}

static void model_new(struct model *m, const struct order *o, struct told_of *t)
{
	enum denied why = model_wrong(o);
	struct entry *room = NULL;
	u64 leaves;
	u32 i;

	for (i = 0; i < ORDERS; i++)
		if (!m->entry[i].stamp)
			room = &m->entry[i];
	if (!why && find(m, &o->id))
		why = DENIED_DUPLICATE;
	if (!why && !room)
		why = DENIED_FULL;
	if (why) {
		told(t, &o->id, TOLD_REFUSED, why, o->price, 0, 0);
		return;
	}
	m->totals.in += o->quantity;
	told(t, &o->id, TOLD_NEW, 0, o->price, o->quantity, 0);
	leaves = model_match(m, o, o->quantity, t);
	if (leaves && o->force == FORCE_IOC) {
		m->totals.cancelled += leaves;
		told(t, &o->id, TOLD_CANCELED, 0, o->price, 0, leaves);
	} else if (leaves) {
		*room = (struct entry){
			o->id, o->seq, o->price, o->quantity, leaves, o->side,
		};
	}
}

static void model_cancel(struct model *m, const struct order *o, struct told_of *t)
{
	struct entry *e = find(m, &o->original);

	if (!e || e->side != o->side) {
		told(t, &o->id, TOLD_REFUSED, DENIED_UNKNOWN, o->price, 0, 0);
		return;
	}
	m->totals.cancelled += e->leaves;
	told(t, &o->id, TOLD_CANCELED, 0, e->price, 0, e->leaves);
	e->stamp = 0;
}

static void model_replace(struct model *m, const struct order *o, struct told_of *t)
{
	struct entry *e = find(m, &o->original), old;
	enum denied why = model_wrong(o);
	u64 leaves;

	if (!why && (!e || e->side != o->side))
		why = DENIED_UNKNOWN;
	if (!why && !order_id_same(&o->id, &o->original) && find(m, &o->id))
		why = DENIED_DUPLICATE;
	if (!why && o->quantity <= e->quantity - e->leaves)
		why = DENIED_QUANTITY;
	if (why) {
		told(t, &o->id, TOLD_REFUSED, why, o->price, 0, 0);
		return;
	}
	old = *e;
	leaves = o->quantity - (old.quantity - old.leaves);
	if (leaves > old.leaves)
		m->totals.in += leaves - old.leaves;
	else
		m->totals.cancelled += old.leaves - leaves;
	told(t, &o->id, TOLD_REPLACED, 0, o->price, leaves, 0);
	if (o->price == old.price && leaves <= old.leaves) {
		e->id = o->id;
		e->quantity = o->quantity;
		e->leaves = leaves;
		return;
	}
	e->stamp = 0;
	leaves = model_match(m, o, leaves, t);
	*e = (struct entry){ o->id, leaves ? o->seq : 0, o->price, o->quantity, leaves, old.side };
}

static void model_apply(struct model *m, const struct order *o, struct told_of *t)
{
	(o->kind == ORDER_NEW ? model_new : o->kind == ORDER_CANCEL ? model_cancel : model_replace)
		(m, o, t);
	t->report[t->n - 1].final = true;
}

/* Whether the two answer some messages alike; @at: the first one that they do not. */
static bool alike(const struct order *o, u32 n, enum book_twin twin, u32 *at)
{
	struct book *book = book_make(ORDERS, twin);
	static struct told_of was, is;
	struct model m = { };
	struct book_totals totals;
	bool same = true;
	u64 resting;
	u32 i, k;

	assert_non_null(book);
	for (i = 0; i < n && same; i++) {
		was.n = 0;
		is.n = 0;
		model_apply(&m, &o[i], &was);
		book_apply(book, &o[i], take_report, &is);
		for (k = 0, resting = 0; k < ORDERS; k++)
			resting += m.entry[k].stamp ? m.entry[k].leaves : 0;
		totals = book_totals(book);
		same = is.n == was.n &&
		       !memcmp(is.report, was.report, is.n * sizeof(is.report[0])) &&
		       !memcmp(&totals, &m.totals, sizeof(totals)) &&
		       book_resting(book) == resting && !book_broken(book) &&
		       totals.in == 2 * totals.filled + totals.cancelled + resting;
		*at = i;
	}
	book_free(book);
	return same;
}

static void name(union order_id *id, u32 number)
{
	memset(id, 0, sizeof(*id));
	/* Beyond the first word as well. */
	sprintf(id->text, "%u-a-longer-name", number);
}

static void draw(struct order *o, u64 seq, struct rng *rng)
{
	*o = (struct order){
		.seq = seq, .price = 64 * 64 - 4 + rng_next(rng) % 8,
		.quantity = 1 + rng_next(rng) % 20, .account = rng_next(rng) % 4,
		.kind = rng_next(rng) % 8 < 4 ? ORDER_NEW : rng_next(rng) % 3,
		.side = rng_next(rng) % 2, .force = rng_next(rng) % 4 ? FORCE_GTC : FORCE_IOC,
	};
	name(&o->id, rng_next(rng) % 48);
	name(&o->original, rng_next(rng) % 48);
	if (rng_next(rng) % 64 == 0)
		o->price = rng_next(rng) % 2 ? 0 : BOOK_PRICES;
	if (rng_next(rng) % 64 == 0)
		o->quantity = 0;
}

/* Leave out what it fails without. Returns how many are left. */
static u32 shrink(struct order *o, u32 n, enum book_twin twin)
{
	struct order less[MESSAGES];
	u32 step, from, at;

	for (step = n / 2 ?: 1; step; step /= 2)
		for (from = 0; from + step <= n;) {
			memcpy(less, o, from * sizeof(*o));
			memcpy(less + from, o + from + step, (n - from - step) * sizeof(*o));
			if (alike(less, n - step, twin, &at)) {
				from += step;
				continue;
			}
			n -= step;
			memcpy(o, less, n * sizeof(*o));
		}
	return n;
}

static void print(const struct order *o, u32 n)
{
	static const char *const kinds[] = { "new", "cancel", "replace" };
	u32 i;

	for (i = 0; i < n; i++)
		print_message("# %s %s of %s: %s %llu at %llu%s\n", kinds[o[i].kind], o[i].id.text,
			      o[i].original.text, o[i].side == SIDE_BUY ? "buy" : "sell",
			      o[i].quantity, o[i].price,
			      o[i].force == FORCE_IOC ? ", at once" : "");
}

/* Returns the length of the shortest sequence that fails, or 0. */
static u32 search(enum book_twin twin, struct order *o)
{
	const char *seed = getenv("CONTEND_SEED");
	struct rng rng;
	u32 s, i, at;

	for (s = 0; s < SEQUENCES; s++) {
		rng_seed(&rng, seed ? strtoull(seed, NULL, 0) : 1, s);
		for (i = 0; i < MESSAGES; i++)
			draw(&o[i], i + 1, &rng);
		if (!alike(o, MESSAGES, twin, &at))
			return shrink(o, at + 1, twin);
	}
	return 0;
}

static void test_model(void **state)
{
	struct order o[MESSAGES];
	const u32 n = search(BOOK_SOUND, o);

	print(o, n);
	assert_int_equal(n, 0);
}

/* The model sees each of them. */
static void test_twins(void **state)
{
	struct order o[MESSAGES];
	enum book_twin twin;
	u32 n;

	for (twin = BOOK_CROSSES; twin <= BOOK_LAST_FIRST; twin++) {
		n = search(twin, o);
		assert_in_range(n, 2, 6);
	}
}

/* All places taken and given back: none is lost, and the next order has room. */
static void test_room(void **state)
{
	struct book *book = book_make(ORDERS, BOOK_SOUND);
	static struct told_of t;
	struct order o = { .price = 10, .quantity = 1 };
	u32 round, i;

	assert_non_null(book);
	for (round = 0; round < 3; round++) {
		for (i = 0; i <= ORDERS; i++) {
			o.seq++;
			o.kind = ORDER_NEW;
			name(&o.id, i);
			t.n = 0;
			book_apply(book, &o, take_report, &t);
			assert_int_equal(t.report[0].refused, i < ORDERS ? 0 : DENIED_FULL);
		}
		assert_int_equal(book_orders(book), ORDERS);
		for (i = 0; i < ORDERS; i++) {
			o.seq++;
			o.kind = ORDER_CANCEL;
			name(&o.original, (i * 7) % ORDERS);
			name(&o.id, 100 + i);
			book_apply(book, &o, NULL, NULL);
		}
		assert_int_equal(book_orders(book), 0);
		assert_null(book_broken(book));
	}
	book_free(book);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_room),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

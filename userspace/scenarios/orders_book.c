// SPDX-License-Identifier: GPL-2.0
/* An order book, see orders_book.h. */
#include <linux/bits.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <stdlib.h>
#include <string.h>

#include "orders_book.h"

#define NONE	(~0U)

/**
 * struct place - room for an order that rests
 * @id: its sender's name of it
 * @stamp: the message since which it has its place in the line
 * @price: its level
 * @quantity: with what was filled
 * @leaves: open
 * @account: whose
 * @next: in its level, or of the free ones
 * @prev: in its level
 * @chain: the next one of the same hash
 * @side: enum order_side
 */
struct place {
	union order_id id;
	u64 stamp;
	u64 price;
	u64 quantity;
	u64 leaves;
	u32 account;
	u32 next;
	u32 prev;
	u32 chain;
	u8 side;
};

/* Orders of one price, first to last. */
struct level {
	u32 first;
	u32 last;
};

/**
 * struct side - all prices of one side
 * @level: by price
 * @leaf: a bit for each level that has orders
 * @branch: a bit for each word of @leaf that is not zero
 * @root: likewise
 */
struct side {
	struct level level[BOOK_PRICES];
	u64 leaf[BOOK_PRICES / 64];
	u64 branch[BOOK_PRICES / 64 / 64];
	u64 root;
};

/**
 * struct book - see orders_book.h; one task's
 * @twin: what is wrong with it
 * @capacity: places
 * @n: of which are taken
 * @free: the first that is not
 * @places: each
 * @buckets: first places by hash, a power of two of them
 * @mask: how many, less one
 * @side: by enum order_side
 * @totals: see there
 * @overtaken: an order was filled ahead of one of the same price that came earlier
 */
struct book {
	enum book_twin twin;
	u32 capacity;
	u32 n;
	u32 free;
	struct place *places;
	u32 *buckets;
	u32 mask;
	struct side side[2];
	struct book_totals totals;
	bool overtaken;
};

/* Where the reports of a message go. */
struct telling {
	struct book *book;
	const struct order *order;
	void (*tell)(void *to, const struct report *report);
	void *to;
};

/* --- levels --------------------------------------------------------------- */

static void mark(struct side *s, u64 price)
{
	s->leaf[price / 64] |= BIT_ULL(price % 64);
	s->branch[price / 4096] |= BIT_ULL(price / 64 % 64);
	s->root |= BIT_ULL(price / 4096);
}

static void unmark(struct side *s, u64 price)
{
	s->leaf[price / 64] &= ~BIT_ULL(price % 64);
	if (s->leaf[price / 64])
		return;
	s->branch[price / 4096] &= ~BIT_ULL(price / 64 % 64);
	if (!s->branch[price / 4096])
		s->root &= ~BIT_ULL(price / 4096);
}

static u32 last_bit(u64 word)
{
	return 63 - __builtin_clzll(word);
}

/**
 * book_best - the best price of a side
 * @book: the book
 * @side: which
 *
 * Return: ticks; 0: there is none.
 */
u64 book_best(const struct book *book, enum order_side side)
{
	const struct side *s = &book->side[side];
	u64 at;

	if (!s->root)
		return 0;
	if (side == SIDE_BUY) {
		at = last_bit(s->root);
		at = at * 64 + last_bit(s->branch[at]);
		return at * 64 + last_bit(s->leaf[at]);
	}
	at = __builtin_ctzll(s->root);
	at = at * 64 + __builtin_ctzll(s->branch[at]);
	return at * 64 + __builtin_ctzll(s->leaf[at]);
}

/* The lowest price from @price on that has orders; BOOK_PRICES: there is none. */
static u64 next_price(const struct side *s, u64 price)
{
	u64 word;

	while (price < BOOK_PRICES) {
		word = s->leaf[price / 64] >> price % 64;
		if (word)
			return price + __builtin_ctzll(word);
		price = (price / 64 + 1) * 64;
		/* Not through what is empty word by word. */
		if (price % 4096 == 0)
			while (price < BOOK_PRICES && !s->branch[price / 4096])
				price += 4096;
	}
	return BOOK_PRICES;
}

#define for_each_price(_side, _price)					\
	for ((_price) = next_price(_side, 0); (_price) < BOOK_PRICES;	\
	     (_price) = next_price(_side, (_price) + 1))

static void enter_level(struct book *b, u32 at)
{
	struct place *p = &b->places[at];
	struct level *l = &b->side[p->side].level[p->price];

	if (l->first == NONE)
		mark(&b->side[p->side], p->price);
	if (b->twin == BOOK_LAST_FIRST) {
		p->prev = NONE;
		p->next = l->first;
		*(l->first == NONE ? &l->last : &b->places[l->first].prev) = at;
		l->first = at;
		return;
	}
	p->next = NONE;
	p->prev = l->last;
	*(l->last == NONE ? &l->first : &b->places[l->last].next) = at;
	l->last = at;
}

static void leave_level(struct book *b, u32 at)
{
	struct place *p = &b->places[at];
	struct level *l = &b->side[p->side].level[p->price];

	*(p->prev == NONE ? &l->first : &b->places[p->prev].next) = p->next;
	*(p->next == NONE ? &l->last : &b->places[p->next].prev) = p->prev;
	if (l->first == NONE)
		unmark(&b->side[p->side], p->price);
}

/* --- orders by name ------------------------------------------------------- */

static u32 *bucket_of(struct book *b, const union order_id *id)
{
	u64 h = (id->word[0] ^ id->word[1] * 31 ^ id->word[2] * 961) * GOLDEN_RATIO_64;

	return &b->buckets[h >> 32 & b->mask];
}

static u32 find(struct book *b, const union order_id *id)
{
	u32 at = *bucket_of(b, id);

	while (at != NONE && !order_id_same(&b->places[at].id, id))
		at = b->places[at].chain;
	return at;
}

static void enter_name(struct book *b, u32 at)
{
	u32 *bucket = bucket_of(b, &b->places[at].id);

	b->places[at].chain = *bucket;
	*bucket = at;
}

static void leave_name(struct book *b, u32 at)
{
	u32 *link = bucket_of(b, &b->places[at].id);

	while (*link != at)
		link = &b->places[*link].chain;
	*link = b->places[at].chain;
}

static void free_place(struct book *b, u32 at)
{
	leave_name(b, at);
	b->places[at].next = b->free;
	b->free = at;
	b->n--;
}

/* --- messages ------------------------------------------------------------- */

static void tell(struct telling *t, struct report *r, enum told told)
{
	if (!t->tell)
		return;
	r->seq = t->order->seq;
	r->told = told;
	r->best[SIDE_BUY] = book_best(t->book, SIDE_BUY);
	r->best[SIDE_SELL] = book_best(t->book, SIDE_SELL);
	t->tell(t->to, r);
}

/* Of the message itself: it has no place, or that. */
static struct report report_of(const struct order *o, u32 place, u64 quantity, u64 leaves)
{
	return (struct report){
		.id = o->id, .original = o->original, .price = o->price, .quantity = quantity,
		.filled = quantity - leaves, .leaves = leaves, .place = place,
		.account = o->account, .side = o->side,
	};
}

static void refuse(struct telling *t, enum denied why)
{
	struct report r = report_of(t->order, NONE, t->order->quantity, 0);

	r.filled = 0;
	r.refused = why;
	r.final = true;
	tell(t, &r, TOLD_REFUSED);
}

static bool crosses(const struct order *o, u64 best)
{
	return best && (o->side == SIDE_BUY ? o->price >= best : o->price <= best);
}

/* One trade with the first of the line, of which the maker is told. Returns how many. */
static u64 trade(struct telling *t, u64 price, u64 leaves)
{
	struct book *b = t->book;
	const u32 at = b->side[!t->order->side].level[price].first;
	struct place *p = &b->places[at];
	const u64 n = min(leaves, p->leaves);
	struct report maker;

	if (p->next != NONE && b->places[p->next].stamp < p->stamp)
		b->overtaken = true;
	/* The twin's maker keeps what it has sold, but for one. */
	p->leaves -= b->twin == BOOK_LOSES && n < p->leaves ? 1 : n;
	b->totals.filled += n;
	maker = (struct report){
		.id = p->id, .price = price, .quantity = p->quantity,
		.filled = p->quantity - p->leaves, .leaves = p->leaves, .last = n, .place = at,
		.account = p->account, .side = p->side, .maker = true,
	};
	if (!p->leaves) {
		leave_level(b, at);
		free_place(b, at);
	}
	tell(t, &maker, TOLD_TRADE);
	return n;
}

/*
 * As much of it as others want at its price, which is some; @place: where its rest goes, or NONE.
 * Returns what is left.
 */
static u64 match(struct telling *t, u32 place, u32 account, u64 quantity, u64 leaves)
{
	struct book *b = t->book;
	struct report taker;
	bool ends;
	u64 best, n;

	do {
		best = book_best(b, !t->order->side);
		n = trade(t, best, leaves);
		leaves -= n;
		ends = !leaves || !crosses(t->order, book_best(b, !t->order->side));
		if (ends && place != NONE) {
			b->places[place].leaves = leaves;
			if (leaves)
				enter_level(b, place);
			else
				free_place(b, place);
		}
		taker = report_of(t->order, place, quantity, leaves);
		taker.account = account;
		taker.price = best;
		taker.last = n;
		taker.final = ends && (!leaves || place != NONE);
		tell(t, &taker, TOLD_TRADE);
	} while (!ends);
	return leaves;
}

static u32 take_place(struct book *b, const struct order *o)
{
	const u32 at = b->free;
	struct place *p = &b->places[at];

	b->free = p->next;
	b->n++;
	*p = (struct place){
		.id = o->id, .stamp = o->seq, .price = o->price, .quantity = o->quantity,
		.leaves = o->quantity, .account = o->account, .side = o->side,
	};
	enter_name(b, at);
	return at;
}

static enum denied wrong(const struct order *o)
{
	if (!o->price || o->price >= BOOK_PRICES)
		return DENIED_PRICE;
	return o->quantity && o->quantity <= BOOK_QUANTITY ? DENIED_NOT : DENIED_QUANTITY;
}

static void new_order(struct telling *t)
{
	const struct order *o = t->order;
	struct book *b = t->book;
	const bool meets = crosses(o, book_best(b, !o->side));
	u64 leaves = o->quantity;
	enum denied why = wrong(o);
	struct report r;

	if (!why && find(b, &o->id) != NONE)
		why = DENIED_DUPLICATE;
	/* Also of one that may trade whole: it is known before. */
	if (!why && b->free == NONE)
		why = DENIED_FULL;
	if (why) {
		refuse(t, why);
		return;
	}
	b->totals.in += o->quantity;
	r = report_of(o, NONE, o->quantity, leaves);
	if (o->force == FORCE_GTC) {
		r.place = take_place(b, o);
		r.final = !meets;
		if (!meets)
			enter_level(b, r.place);
	}
	tell(t, &r, TOLD_NEW);
	if (meets)
		leaves = match(t, r.place, o->account, o->quantity, leaves);
	if (o->force == FORCE_GTC || !leaves)
		return;
	b->totals.cancelled += leaves;
	r = report_of(o, NONE, o->quantity, leaves);
	r.last = leaves;
	r.leaves = 0;
	r.final = true;
	tell(t, &r, TOLD_CANCELED);
}

static void cancel_order(struct telling *t)
{
	const struct order *o = t->order;
	struct book *b = t->book;
	const u32 at = find(b, &o->original);
	struct place *p;
	struct report r;

	if (at == NONE || b->places[at].side != o->side) {
		refuse(t, DENIED_UNKNOWN);
		return;
	}
	p = &b->places[at];
	b->totals.cancelled += p->leaves;
	r = report_of(o, at, p->quantity, p->leaves);
	r.price = p->price;
	r.last = p->leaves;
	r.leaves = 0;
	r.account = p->account;
	r.final = true;
	leave_level(b, at);
	free_place(b, at);
	tell(t, &r, TOLD_CANCELED);
}

/* Less at the same price keeps its place in the line; whatever else comes last in its new one. */
static void replace_order(struct telling *t)
{
	const struct order *o = t->order;
	struct book *b = t->book;
	const u32 at = find(b, &o->original);
	enum denied why = wrong(o);
	u64 leaves, filled;
	struct place *p;
	struct report r;
	bool keeps;

	if (!why && (at == NONE || b->places[at].side != o->side))
		why = DENIED_UNKNOWN;
	if (!why && !order_id_same(&o->id, &o->original) && find(b, &o->id) != NONE)
		why = DENIED_DUPLICATE;
	if (why) {
		refuse(t, why);
		return;
	}
	p = &b->places[at];
	/* What was filled meanwhile cannot be taken back. */
	if (o->quantity <= p->quantity - p->leaves) {
		refuse(t, DENIED_QUANTITY);
		return;
	}
	filled = p->quantity - p->leaves;
	leaves = o->quantity - filled;
	if (leaves > p->leaves)
		b->totals.in += leaves - p->leaves;
	else
		b->totals.cancelled += p->leaves - leaves;
	keeps = o->price == p->price && leaves <= p->leaves;
	leave_name(b, at);
	p->id = o->id;
	enter_name(b, at);
	if (!keeps)
		leave_level(b, at);
	p->quantity = o->quantity;
	p->leaves = leaves;
	r = report_of(o, at, o->quantity, leaves);
	r.account = p->account;
	r.final = keeps || b->twin == BOOK_CROSSES || !crosses(o, book_best(b, !o->side));
	if (!keeps) {
		p->price = o->price;
		p->stamp = o->seq;
	}
	if (!keeps && r.final)
		enter_level(b, at);
	tell(t, &r, TOLD_REPLACED);
	if (!r.final)
		match(t, at, p->account, o->quantity, leaves);
}

/**
 * book_apply - what a message does to the book
 * @book: the book
 * @order: the message; its @seq is greater than that of each before
 * @tell: is told what has become of orders, in order; the last time of each message with
 *	report.final; or NULL
 * @to: for @tell
 */
void book_apply(struct book *book, const struct order *order,
		void (*tell)(void *to, const struct report *report), void *to)
{
	struct telling t = { book, order, tell, to };

	if (order->kind == ORDER_NEW)
		new_order(&t);
	else if (order->kind == ORDER_CANCEL)
		cancel_order(&t);
	else
		replace_order(&t);
}

/* --- the whole ------------------------------------------------------------ */

/**
 * book_make - take all the memory of a book
 * @orders: so many can rest in it
 * @twin: what is wrong with it
 *
 * Return: the book; NULL: there is no memory for it.
 */
struct book *book_make(u32 orders, enum book_twin twin)
{
	struct book *b = calloc(1, sizeof(*b));
	u32 i;

	if (!b)
		return NULL;
	b->twin = twin;
	b->capacity = orders;
	for (b->mask = 1; b->mask < orders; b->mask *= 2)
		;
	b->places = calloc(orders, sizeof(*b->places));
	b->buckets = malloc(b->mask * sizeof(*b->buckets));
	if (!b->places || !b->buckets) {
		book_free(b);
		return NULL;
	}
	memset(b->buckets, 0xff, b->mask * sizeof(*b->buckets));
	b->mask--;
	for (i = 0; i < orders; i++)
		b->places[i].next = i + 1 < orders ? i + 1 : NONE;
	memset(b->side[SIDE_BUY].level, 0xff, sizeof(b->side[SIDE_BUY].level));
	memset(b->side[SIDE_SELL].level, 0xff, sizeof(b->side[SIDE_SELL].level));
	return b;
}

/**
 * book_free - the reverse
 * @book: from book_make(), or NULL
 */
void book_free(struct book *book)
{
	if (!book)
		return;
	free(book->places);
	free(book->buckets);
	free(book);
}

static u64 mix(u64 hash, u64 value)
{
	hash = (hash ^ value) * GOLDEN_RATIO_64;
	return hash ^ hash >> 29;
}

/* Each order of a side, from the lowest price on, in its line. */
static u64 hash_side(const struct book *b, const struct side *s, u64 hash)
{
	const struct place *p;
	u64 price;
	u32 at;

	for_each_price(s, price)
		for (at = s->level[price].first; at != NONE; at = p->next) {
			p = &b->places[at];
			hash = mix(hash, p->id.word[0]);
			hash = mix(hash, p->id.word[1]);
			hash = mix(hash, p->id.word[2]);
			hash = mix(hash, price);
			hash = mix(hash, p->quantity);
			hash = mix(hash, p->leaves);
			hash = mix(hash, p->stamp);
			hash = mix(hash, (u64)p->account << 1 | p->side);
		}
	return hash;
}

/**
 * book_hash - what two books have in common that are the same
 * @book: the book
 */
u64 book_hash(const struct book *book)
{
	u64 hash = hash_side(book, &book->side[SIDE_BUY], 1);

	hash = hash_side(book, &book->side[SIDE_SELL], hash);
	hash = mix(hash, book->totals.in);
	hash = mix(hash, book->totals.filled);
	return mix(hash, book->totals.cancelled);
}

/**
 * book_orders - how many rest
 * @book: the book
 */
u32 book_orders(const struct book *book)
{
	return book->n;
}

/**
 * book_totals - what has come and gone
 * @book: the book
 */
struct book_totals book_totals(const struct book *book)
{
	return book->totals;
}

/**
 * book_overtaken - whether one was filled ahead of another that was there before
 * @book: the book
 */
bool book_overtaken(const struct book *book)
{
	return book->overtaken;
}

/**
 * book_resting - the quantity that is open
 * @book: the book
 */
u64 book_resting(const struct book *book)
{
	u64 sum = 0, price;
	u32 side, at;

	for (side = SIDE_BUY; side <= SIDE_SELL; side++)
		for_each_price(&book->side[side], price)
			for (at = book->side[side].level[price].first; at != NONE;
			     at = book->places[at].next)
				sum += book->places[at].leaves;
	return sum;
}

/* The lines of one side. Returns what is wrong, or NULL; adds to @n what it has seen. */
static const char *side_broken(const struct book *b, enum order_side side, u32 *n)
{
	const struct side *s = &b->side[side];
	const struct place *p;
	u64 price, stamp;
	u32 at;

	for_each_price(s, price) {
		if (s->level[price].first == NONE)
			return "a price is marked that has no orders";
		for (at = s->level[price].first, stamp = 0; at != NONE; at = p->next) {
			p = &b->places[at];
			if (p->price != price || p->side != side || !p->leaves)
				return "an order is in a line that is not its own";
			if (p->stamp <= stamp)
				return "an order is in the line before one that came earlier";
			stamp = p->stamp;
			(*n)++;
		}
	}
	return NULL;
}

/**
 * book_broken - what is wrong with a book, at rest
 * @book: the book
 *
 * Return: what; or NULL.
 */
const char *book_broken(const struct book *book)
{
	const u64 buy = book_best(book, SIDE_BUY), sell = book_best(book, SIDE_SELL);
	const char *what;
	u32 n = 0;

	if (buy && sell && buy >= sell)
		return "the book is crossed";
	what = side_broken(book, SIDE_BUY, &n) ?: side_broken(book, SIDE_SELL, &n);
	if (!what && n != book->n)
		what = "orders are in no line";
	return what;
}

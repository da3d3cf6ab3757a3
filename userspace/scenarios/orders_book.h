/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An order book of one instrument: at each price the orders in the order of their arrival. All of
 * its memory is taken when it is made. The same orders in the same order make the same book, and
 * the same reports: so a journal of orders is all that has to be kept.
 *
 * Prices are ticks, below BOOK_PRICES, each with a level of its own; a tree of bits over them finds
 * the next one that has orders.
 */
#ifndef CONTEND_ORDERS_BOOK_H
#define CONTEND_ORDERS_BOOK_H

#include <linux/types.h>
#include <stdbool.h>

#define BOOK_PRICES	(64 * 64 * 16)
#define BOOK_QUANTITY	1000000000ULL
#define BOOK_SYMBOL	"CNTD"

/* What an order asks for; who sees it asks in FIX by NewOrderSingle, ... */
enum order_kind { ORDER_NEW, ORDER_CANCEL, ORDER_REPLACE };
enum order_side { SIDE_BUY, SIDE_SELL };
/* What does not trade at once rests, or is cancelled. */
enum order_force { FORCE_GTC, FORCE_IOC };

/* Bytes of a ClOrdID, zeros after its end. */
#define ORDER_ID_LEN	24

union order_id {
	char text[ORDER_ID_LEN];
	u64 word[ORDER_ID_LEN / sizeof(u64)];
};

/**
 * struct order - a message to the book
 * @id: what its sender calls it
 * @original: of a cancel or a replace: what it calls the one that is meant
 * @seq: its place among all messages, from 1 on
 * @request: what the gateway knows it by
 * @price: the most to pay, or the least to get, in ticks
 * @quantity: how many; of a replace, with those that are filled
 * @account: whose
 * @gateway: through which it came
 * @kind: enum order_kind
 * @side: enum order_side
 * @force: enum order_force
 */
struct order {
	union order_id id;
	union order_id original;
	u64 seq;
	u64 request;
	u64 price;
	u64 quantity;
	u32 account;
	u16 gateway;
	u8 kind;
	u8 side;
	u8 force;
};

/* Why an order is refused. */
enum denied {
	DENIED_NOT, DENIED_DUPLICATE, DENIED_UNKNOWN, DENIED_FULL, DENIED_PRICE,
	DENIED_QUANTITY,
};

/* What a report tells, as FIX's ExecType. */
enum told { TOLD_NEW, TOLD_TRADE, TOLD_CANCELED, TOLD_REPLACED, TOLD_REFUSED };

/**
 * struct report - what has become of an order
 * @id: what its sender calls it
 * @original: of the message's, where it has one
 * @seq: of the message that brought it about
 * @price: the order's; of a trade the price of that
 * @quantity: the order's, with what was filled
 * @filled: of it
 * @leaves: what is open of it
 * @last: traded now, or cancelled
 * @best: of both sides after it; 0: there is none
 * @place: the order's, in the book; ~0: it has none
 * @account: whose
 * @side: enum order_side
 * @told: enum told
 * @refused: enum denied
 * @maker: it is about an order that was in the book
 * @final: the last one that the message has brought about
 */
struct report {
	union order_id id;
	union order_id original;
	u64 seq;
	u64 price;
	u64 quantity;
	u64 filled;
	u64 leaves;
	u64 last;
	u64 best[2];
	u32 place;
	u32 account;
	u8 side;
	u8 told;
	u8 refused;
	bool maker;
	bool final;
};

/* What a twin does wrong. */
enum book_twin { BOOK_SOUND, BOOK_CROSSES, BOOK_LOSES, BOOK_LAST_FIRST };

/**
 * struct book_totals - quantities of all of its life
 * @in: of new orders, and what replaces have added
 * @filled: traded; of each trade once
 * @cancelled: by a cancel, a replace that made it less, or an IOC's rest
 */
struct book_totals {
	u64 in;
	u64 filled;
	u64 cancelled;
};

struct book;

struct book *book_make(u32 orders, enum book_twin twin);
void book_free(struct book *book);
void book_apply(struct book *book, const struct order *order,
		void (*tell)(void *to, const struct report *report), void *to);
u64 book_hash(const struct book *book);
u64 book_best(const struct book *book, enum order_side side);
u32 book_orders(const struct book *book);
struct book_totals book_totals(const struct book *book);
const char *book_broken(const struct book *book);
bool book_overtaken(const struct book *book);
u64 book_resting(const struct book *book);

static inline bool order_id_same(const union order_id *a, const union order_id *b)
{
	return a->word[0] == b->word[0] && a->word[1] == b->word[1] && a->word[2] == b->word[2];
}

#endif /* CONTEND_ORDERS_BOOK_H */

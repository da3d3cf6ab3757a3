// SPDX-License-Identifier: GPL-2.0
/*
 * Gateways: each stands for some users, who send FIX messages, one at a time each. A message is
 * text, which the gateway parses and checks before the exchange sees it, and so is the answer. What
 * they send is that of a log, or in the shares of exchange-core's tests: 9 per cent limit orders
 * that stay, 3 per cent that do not, 6 per cent cancels, and 82 per cent that move an order to
 * another price.
 */
#include <linux/minmax.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocations.h"
#include "orders.h"

/* Orders in the book that a gateway knows of. */
#define LIVE_MOST	16384
/* While it knows of fewer it sends new ones. */
#define LIVE_LEAST	256U
/* Prices are around this one, and as far from it; one in so many is beyond it, and may trade. */
#define MIDDLE		10000
#define SPREAD		64
#define CROSS		32
#define QUANTITY_MOST	100
/* How often it looks whether the run is over; for how long it waits for the last answers. */
#define LOOK_NS		20000000ULL
#define LAST_NS		2000000000ULL

/* An order that may be cancelled or moved. */
struct live {
	union order_id id;
	u64 quantity;
	u32 account;
	u8 side;
};

/* A user of a gateway; its message is that of a log, or NULL. */
struct client {
	struct request request;
	struct live live;
	const struct log_message *message;
	u8 kind;
	bool busy;
};

/**
 * struct gateway - a thread of users
 * @user: its
 * @exchange: where orders go
 * @gate: to there
 * @first: its first slot
 * @n: users, and slots
 * @client: each
 * @free: those that have nothing under way, of which there are @nfree
 * @nfree: see there
 * @live: orders that nobody is about to change, of which there are @nlive
 * @nlive: see there
 * @sent: messages that were drawn or made up, which are numbered
 * @feed: its way through a log, if there is one
 * @due_ns: when the next one is due, if @has_due
 * @has_due: see there
 * @before: see orders_warm()
 * @text: of the message
 */
struct gateway {
	struct user *user;
	struct exchange *exchange;
	struct orders_gate gate;
	u32 first;
	u32 n;
	struct client *client;
	u32 *free;
	u32 nfree;
	struct live live[LIVE_MOST];
	u32 nlive;
	u64 sent;
	struct log_feed feed;
	u64 due_ns;
	bool has_due;
	u64 before;
	char text[FIX_MOST];
};

static u64 draw(struct gateway *g, u64 below)
{
	return rng_next(&g->user->rng) % below;
}

static u64 wall_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

/* Of this run its own: a letter of the gateway's and a number. */
static void name(const struct gateway *g, char letter, u64 number, union order_id *id)
{
	u32 at = 16;

	memset(id, 0, sizeof(*id));
	id->text[0] = letter + g->gate.gateway;
	while (at) {
		id->text[at--] = '0' + number % 10;
		number /= 10;
	}
}

/* What a user wants now, by the shares. */
static void choose(struct gateway *g, struct client *c, u8 *force)
{
	const struct orders_words *words = g->user->play->words;
	/* A small book is filled half by new ones. */
	const u32 least = min(LIVE_LEAST, words->resting / 2 / g->user->play->nusers);
	const u64 at = draw(g, 100);
	u32 which;

	*force = FORCE_GTC;
	if (at < 12 || g->nlive <= least) {
		c->kind = ORDER_NEW;
		*force = at >= 9 && at < 12 ? FORCE_IOC : FORCE_GTC;
		c->live.side = draw(g, 2);
		c->live.account = draw(g, words->accounts);
		c->live.quantity = 1 + draw(g, QUANTITY_MOST);
		return;
	}
	c->kind = at < 18 ? ORDER_CANCEL : ORDER_REPLACE;
	which = draw(g, g->nlive);
	/* Nobody else changes it meanwhile. */
	c->live = g->live[which];
	g->live[which] = g->live[--g->nlive];
}

/* On its own side of the middle, but for some; of one that does not stay on the other. */
static u64 price_of(struct gateway *g, u8 side, u8 force)
{
	const bool beyond = force == FORCE_IOC || !draw(g, CROSS);
	const u64 off = 1 + draw(g, SPREAD);

	return (side == SIDE_BUY) == beyond ? MIDDLE + off : MIDDLE - off;
}

static void put_id(struct fix_writer *w, u32 tag, const union order_id *id)
{
	fix_put(w, tag, id->text, strlen(id->text));
}

/* The user's message. Returns its bytes. */
static size_t write_message(struct gateway *g, struct client *c, u8 force)
{
	static const char types[] = "DFG";
	const u64 ms = wall_ms();
	const char from[] = { 'G', 'A' + g->gate.gateway };
	struct fix_writer w;
	union order_id id;

	g->sent++;
	name(g, 'A', g->sent, &id);
	fix_begin(&w, g->text, types[c->kind]);
	fix_put(&w, FIX_SENDER_COMP_ID, from, sizeof(from));
	fix_put(&w, FIX_TARGET_COMP_ID, "CONTEND", 7);
	fix_put_number(&w, FIX_MSG_SEQ_NUM, g->sent);
	fix_put_time(&w, FIX_SENDING_TIME, ms);
	fix_put_number(&w, FIX_ACCOUNT, c->live.account);
	put_id(&w, FIX_CL_ORD_ID, &id);
	if (c->kind != ORDER_NEW)
		put_id(&w, FIX_ORIG_CL_ORD_ID, &c->live.id);
	fix_put(&w, FIX_SYMBOL, BOOK_SYMBOL, sizeof(BOOK_SYMBOL) - 1);
	fix_put_char(&w, FIX_SIDE, '1' + c->live.side);
	fix_put_time(&w, FIX_TRANSACT_TIME, ms);
	if (c->kind != ORDER_CANCEL) {
		fix_put_number(&w, FIX_ORDER_QTY, c->live.quantity);
		fix_put_char(&w, FIX_ORD_TYPE, '2');
		fix_put_price(&w, FIX_PRICE, price_of(g, c->live.side, force));
		fix_put_char(&w, FIX_TIME_IN_FORCE, force == FORCE_IOC ? '3' : '1');
	}
	c->live.id = id;
	return fix_end(&w);
}

/* As what comes from elsewhere. Returns whether it is an order. */
static bool read_message(const char *text, size_t len, struct order *order, u64 *seq)
{
	struct fix_message m;
	size_t used;

	if (fix_frame(text, len, &used) != FIX_FINE || used != len ||
	    fix_parse(text, len, &m) != FIX_FINE || fix_order(&m, order) != FIX_FINE)
		return false;
	*seq = m.seq;
	return true;
}

/* What a log calls an order, and in each turn another one. */
static void name_logged(const struct gateway *g, u32 number, union order_id *id)
{
	name(g, 'a', g->feed.turns * g->feed.log->ids + number, id);
}

static bool take_logged(struct gateway *g, struct client *c, const struct log_message *m,
			struct order *order)
{
	u64 seq;

	if (!read_message(m->text, m->len, order, &seq))
		return false;
	name_logged(g, m->id, &order->id);
	if (m->original)
		name_logged(g, m->original, &order->original);
	c->message = m;
	c->live.id = order->id;
	return true;
}

/* Of an order of a log, which rests. */
static void choose_cancel(struct gateway *g, struct client *c, const struct log_message *m)
{
	struct order order;
	u64 seq;

	if (!read_message(m->text, m->len, &order, &seq))
		return;
	c->kind = ORDER_CANCEL;
	c->live.side = order.side;
	c->live.account = order.account;
	name_logged(g, m->id, &c->live.id);
}

/* Whether there is one that can be sent now. */
static bool has_message(struct gateway *g)
{
	const struct log_message *m;

	return !g->feed.log || feed_next(&g->feed, g->nfree == g->n, &m) != LOG_WAIT;
}

/* The next message of a user. Returns whether it is an order. */
static bool take_message(struct gateway *g, struct client *c, struct order *order)
{
	u8 force = FORCE_GTC;
	u64 seq;

	c->message = NULL;
	if (g->feed.log) {
		const struct log_message *m;
		const enum log_next next = feed_next(&g->feed, g->nfree == g->n, &m);

		feed_sent(&g->feed);
		if (next == LOG_MESSAGE)
			return take_logged(g, c, m, order);
		choose_cancel(g, c, m);
	} else {
		choose(g, c, &force);
	}
	return read_message(g->text, write_message(g, c, force), order, &seq) && seq == g->sent;
}

/* An answer has come. */
static void answered(struct gateway *g, u32 index)
{
	struct slot *slot = orders_slot(g->exchange, index);
	struct client *c = &g->client[index - g->first];
	const struct fix_field *id;
	struct fix_message m;
	bool well;
	u32 i;

	if (!c->busy) {
		orders_break(g->exchange, LAW_ONCE, "an order was acknowledged again: %s",
			     slot->order.id.text);
		return;
	}
	well = fix_parse(slot->reply, slot->reply_len, &m) == FIX_FINE;
	id = fix_find(&m, FIX_CL_ORD_ID);
	well = well && (m.type == '8' || m.type == '9') && id &&
	       id->len == strlen(c->live.id.text) && !memcmp(id->value, c->live.id.text, id->len);
	if (!well)
		orders_break(g->exchange, LAW_ONCE, "an answer is not that of %s", c->live.id.text);
	if (c->message)
		feed_answered(&g->feed, c->message, slot->refused, slot->leaves);
	else if (!slot->refused && slot->leaves && g->nlive < LIVE_MOST)
		g->live[g->nlive++] = c->live;
	slot->stage_ns[STAGE_ACK] = play_now();
	c->request.stage_ns[STAGE_GATEWAY] = slot->stage_ns[STAGE_GATEWAY] - c->request.began_ns;
	for (i = STAGE_SEQUENCE; i <= STAGE_ACK; i++)
		c->request.stage_ns[i] = slot->stage_ns[i] - slot->stage_ns[i - 1];
	c->busy = false;
	g->free[g->nfree++] = index - g->first;
	request_end(g->user, &c->request, well ? REQUEST_OK : REQUEST_ERROR);
	orders_warm(g->exchange, &g->before);
}

/* Returns false when the run is over before it was taken. */
static bool send_order(struct gateway *g, u64 due)
{
	const u32 which = g->free[g->nfree - 1];
	struct client *c = &g->client[which];
	struct slot *slot = orders_slot(g->exchange, g->first + which);

	request_begin(g->user, &c->request, due);
	if (request_admit(g->user, &c->request)) {
		request_end(g->user, &c->request, REQUEST_SHED);
		return true;
	}
	if (!take_message(g, c, &slot->order)) {
		request_end(g->user, &c->request, REQUEST_REJECTED);
		return true;
	}
	slot->order.gateway = g->gate.gateway;
	slot->order.request = g->first + which;
	slot->tag = c->request.id;
	slot->stage_ns[STAGE_GATEWAY] = play_now();
	g->nfree--;
	c->busy = true;
	if (!orders_put(&g->gate, g->first + which)) {
		/* The exchange has never had it. */
		g->nfree++;
		c->busy = false;
		request_end(g->user, &c->request, REQUEST_SHED);
		return false;
	}
	/* Of one that is the exchange the answer is there. */
	if (!g->gate.put)
		answered(g, g->first + which);
	return true;
}

/* Send what is due. Returns until when there is nothing to send. */
static u64 send_due(struct gateway *g)
{
	while (g->nfree && !play_over(g->user->play) && has_message(g)) {
		const u64 now = play_now();

		if (!g->has_due) {
			g->due_ns = user_due(g->user, now);
			g->has_due = true;
			/* A refused one waits for a while in a closed loop. */
			if (g->user->refused && !offered_open(&g->user->play->offered))
				g->due_ns += REFUSED_NS;
		}
		if (g->due_ns > now)
			return min(g->due_ns, now + LOOK_NS);
		g->has_due = false;
		if (!send_order(g, g->due_ns))
			break;
	}
	return play_now() + LOOK_NS;
}

static void work(struct gateway *g)
{
	u64 until;
	u32 slot;

	while (!play_over(g->user->play)) {
		until = send_due(g);
		if (!g->gate.put) {
			user_sleep(g->user, min(until, play_now() + LOOK_NS));
			continue;
		}
		while (orders_take(&g->gate, until, &slot)) {
			answered(g, slot);
			/* What has come meanwhile, and no more: others are due. */
			until = 0;
		}
	}
	orders_count(g->exchange, g->before);
}

/* What is under way is answered, or is not. */
static void finish(struct gateway *g)
{
	const u64 until = play_now() + LAST_NS;
	u32 i, slot;

	while (g->nfree < g->n && play_now() < until && !play_broken(g->user->play))
		if (orders_take(&g->gate, play_now() + LOOK_NS, &slot))
			answered(g, slot);
	for (i = 0; i < g->n; i++) {
		if (!g->client[i].busy)
			continue;
		/* What breaks the exchange is no law. */
		if (!play_broken(g->user->play))
			orders_break(g->exchange, LAW_ONCE, "an order was not acknowledged: %s",
				     g->client[i].live.id.text);
		request_end(g->user, &g->client[i].request, REQUEST_TIMEOUT);
	}
	/* One that came too often may be on its way. */
	while (g->gate.put && orders_take(&g->gate, play_now() + 1000000, &slot))
		answered(g, slot);
}

static bool begin_feed(struct gateway *g)
{
	const struct orders_log *log = orders_log_of(g->exchange);

	return !log || !feed_begin(&g->feed, log, g->user->index, g->user->play->nusers);
}

/**
 * orders_user - what a gateway does until the run is over
 * @user: its
 */
void orders_user(struct user *user)
{
	struct gateway *g = calloc(1, sizeof(*g));
	u32 i;

	if (!g)
		return;
	g->user = user;
	g->before = ~0ULL;
	g->exchange = user->play->own;
	orders_thread(g->exchange, user->index);
	for (i = 0; i < user->index; i++)
		g->first += user->play->users[i].share;
	g->n = user->share;
	g->client = calloc(g->n, sizeof(*g->client));
	g->free = calloc(g->n, sizeof(*g->free));
	if (g->client && g->free && begin_feed(g) &&
	    !orders_open(g->exchange, user->index, &g->gate)) {
		while (g->nfree < g->n) {
			g->free[g->nfree] = g->nfree;
			g->nfree++;
		}
		work(g);
		finish(g);
		if (g->feed.log) {
			/* Looking for the next one ends a turn whose last one was answered. */
			has_message(g);
			orders_turns(g->exchange, g->feed.turns);
		}
		orders_close(&g->gate);
	}
	feed_end(&g->feed);
	free(g->free);
	free(g->client);
	free(g);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * A connection, whoever serves it: a turn reads what has come, answers the requests that are in it
 * in their order, and writes the answers in one go. What cannot be written is kept, and nothing is
 * read until it is: so a client that sends and does not read takes no more memory than one buffer.
 */
#include <errno.h>
#include <linux/string.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "web.h"

/* So many buffers are read in a turn: then others have theirs. */
#define ROUNDS		4
/* How long a client has to close a connection that we have closed. */
#define LINGER_NS	1000000000ULL
/* One answer in so many is broken, of an architecture that is. */
#define BUSTED_EVERY	64

/**
 * web_hand_open - get ready to serve connections
 * @server: of all
 * @hand: filled in
 * @size: of its buffers
 *
 * Return: 0 or a negative errno.
 */
int web_hand_open(struct web_server *server, struct web_hand *hand, size_t size)
{
	const size_t answer = WEB_ANSWER_HEAD + server->words->reply;
	int ret;

	memset(hand, 0, sizeof(*hand));
	hand->server = server;
	hand->number = WEB_FIRST_HAND + __atomic_fetch_add(&server->next, 1, __ATOMIC_RELAXED);
	hand->books = web_books(server, hand->number);
	hand->in_size = size;
	hand->out_size = size > 2 * answer ? size : 2 * answer;
	hand->in = malloc(hand->in_size);
	hand->out = malloc(hand->out_size);
	ret = hand->in && hand->out ? web_site_open(server, &hand->site) : -ENOMEM;
	if (ret) {
		free(hand->in);
		free(hand->out);
	}
	return ret;
}

/**
 * web_hand_close - the reverse
 * @hand: from web_hand_open()
 */
void web_hand_close(struct web_hand *hand)
{
	web_site_close(&hand->site);
	free(hand->in);
	free(hand->out);
}

/**
 * web_conn_new - a connection was accepted
 * @hand: by whom
 * @fd: its socket
 *
 * Return: the connection, which @hand owns; NULL there is no memory, and @fd is closed.
 */
struct web_conn *web_conn_new(struct web_hand *hand, int fd)
{
	struct web_conn *c = calloc(1, sizeof(*c));
	const int one = 1;

	web_tell(&hand->books->accepted, 1);
	if (!c) {
		close(fd);
		web_tell(&hand->books->end[WEB_REJECTED], 1);
		return NULL;
	}
	/* An answer is one write: nothing follows that it could wait for. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	c->fd = fd;
	c->owner = hand->number;
	c->deadline_ns = hand->now_ns + hand->server->words->keepalive_ns;
	web_http_init(&c->http);
	__atomic_fetch_add(&hand->server->open, 1, __ATOMIC_RELAXED);
	return c;
}

/**
 * web_conn_free - the last step
 * @c: one that has ended
 */
void web_conn_free(struct web_conn *c)
{
	free(c);
}

/**
 * web_conn_own - a connection goes from one to another
 * @hand: who says so
 * @c: the connection
 * @from: who has it
 * @to: who has it then
 *
 * Return: false when somebody else has it, which is a violation.
 */
bool web_conn_own(struct web_hand *hand, struct web_conn *c, u32 from, u32 to)
{
	u32 is = from;

	/* Pairs with itself: who has it sees what the one before has done. */
	while (!__atomic_compare_exchange_n(&c->owner, &is, to, false, __ATOMIC_ACQ_REL,
					    __ATOMIC_ACQUIRE)) {
		/* It was in epoll a moment before it was said to be nobody's. */
		if (from != WEB_NOBODY || is != WEB_ARMING) {
			web_tell(&hand->books->owners, 1);
			return false;
		}
		sched_yield();
		is = from;
	}
	return true;
}

/**
 * web_conn_close - end a connection
 * @hand: who owns it
 * @c: the connection
 * @end: how
 *
 * Return: WEB_ENDED.
 */
enum web_turn web_conn_close(struct web_hand *hand, struct web_conn *c, enum web_end end)
{
	if (hand->server->design->fault != WEB_LOSES || c->begun % 8 == 0)
		web_tell(&hand->books->end[end], 1);
	web_tell(&hand->books->dropped, c->begun - c->answered);
	close(c->fd);
	/* One that stops looks at it, see tell_all(). */
	__atomic_store_n(&c->fd, -1, __ATOMIC_RELAXED);
	web_http_free(&c->http);
	free(c->held);
	free(c->out);
	c->held = NULL;
	c->out = NULL;
	__atomic_fetch_sub(&hand->server->open, 1, __ATOMIC_RELAXED);
	return WEB_ENDED;
}

/* Bytes that were written; -1 the connection is broken. */
static ssize_t write_some(struct web_hand *hand, struct web_conn *c, const char *data, size_t len)
{
	const int flags = MSG_NOSIGNAL | (hand->waits ? 0 : MSG_DONTWAIT);
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = send(c->fd, data + done, len - done, flags);
		if (n >= 0)
			done += n;
		else if (errno == EAGAIN)
			break;
		else if (errno != EINTR)
			return -1;
	}
	return done;
}

/* What is kept; false: the connection is broken. */
static bool write_kept(struct web_hand *hand, struct web_conn *c)
{
	ssize_t n;

	if (!c->out_len)
		return true;
	n = write_some(hand, c, c->out + c->out_at, c->out_len);
	if (n < 0)
		return false;
	c->out_at += n;
	c->out_len -= n;
	if (!c->out_len) {
		free(c->out);
		c->out = NULL;
		c->out_at = 0;
	}
	return true;
}

/* The answers of this turn; false: the connection is broken. Nothing is kept when this begins. */
static bool write_out(struct web_hand *hand, struct web_conn *c)
{
	const size_t len = hand->out_len;
	ssize_t n;

	hand->out_len = 0;
	if (!len)
		return true;
	n = write_some(hand, c, hand->out, len);
	if (n < 0)
		return false;
	if ((size_t)n == len)
		return true;
	c->out = malloc(len - n);
	if (!c->out)
		return false;
	memcpy(c->out, hand->out + n, len - n);
	c->out_at = 0;
	c->out_len = len - n;
	return true;
}

/* With room in @hand->out. */
static void add_answer(struct web_hand *hand, struct web_conn *c,
		       const struct web_request *request, u16 status, bool keep_alive, u64 began)
{
	const u32 reply = hand->server->words->reply;
	const char *text = http_status_str(status);
	const size_t length = status == HTTP_STATUS_OK ? reply : strlen(text) + 1;
	char *at = hand->out + hand->out_len;

	at += web_http_answer(at, status, keep_alive, length, &hand->stamp);
	hand->out_len = at - hand->out;
	if (request->head_only)
		return;
	if (status == HTTP_STATUS_OK) {
		web_site_body(at, request, c->ready_ns, began, play_now());
		memset(at + WEB_BODY_TOLD, '.', reply - WEB_BODY_TOLD);
	} else {
		memcpy(at, text, length - 1);
	}
	at[length - 1] = '\n';
	hand->out_len += length;
}

/* The request of a place in the order of the connection's. */
static void answer(struct web_hand *hand, struct web_conn *c, const struct web_request *request,
		   u64 place)
{
	const u64 began = play_now();
	const u16 status = request->status ?: web_site_serve(&hand->site, request);
	const bool keep_alive = request->keep_alive && !web_stopping(hand->server);

	if (place != c->answered + 1)
		web_tell(&hand->books->order, 1);
	c->answered++;
	web_tell(&hand->books->answered, 1);
	if (status >= HTTP_STATUS_BAD_REQUEST)
		web_tell(&hand->books->errors, 1);
	if (status == HTTP_STATUS_INTERNAL_SERVER_ERROR)
		web_tell(&hand->books->failed, 1);
	c->closing |= !keep_alive;
	add_answer(hand, c, request, status, keep_alive, began);
	if (hand->server->design->fault == WEB_REPEATS && place % BUSTED_EVERY == 0 &&
	    hand->out_size - hand->out_len >= WEB_ANSWER_HEAD + hand->server->words->reply) {
		add_answer(hand, c, request, status, keep_alive, began);
		web_tell(&hand->books->answered, 1);
	}
}

/* Whether another answer may be added: all before it were taken. */
static bool has_room(struct web_hand *hand, struct web_conn *c, bool *broken)
{
	/* A broken twin has two to add. */
	const size_t most = 2 * (WEB_ANSWER_HEAD + hand->server->words->reply);

	if (hand->out_size - hand->out_len >= most || !hand->out_len)
		return true;
	*broken = !write_out(hand, c);
	return !*broken && !c->out_len;
}

/* Answer what is in some bytes, as far as it goes. Returns how many were looked at. */
static size_t take(struct web_hand *hand, struct web_conn *c, const char *data, size_t len,
		   bool *broken)
{
	const bool reorders = hand->server->design->fault == WEB_REORDERS;
	struct web_request request, first;
	bool has_first = false;
	size_t at = 0, used;

	while (at < len && !c->closing && !c->waits && has_room(hand, c, broken)) {
		const enum web_fed fed = web_http_feed(&c->http, data + at, len - at, &used,
						       &request);

		at += used;
		if (fed == WEB_CONTINUE) {
			static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";

			memcpy(hand->out + hand->out_len, text, strlen(text));
			hand->out_len += strlen(text);
		}
		if (fed != WEB_REQUEST && fed != WEB_BAD)
			continue;
		c->begun++;
		web_tell(&hand->books->requests, 1);
		if (fed == WEB_BAD)
			c->end = WEB_REJECTED;
		if (!hand->blocks && web_site_blocks(&request) &&
		    hand->server->design->hands == WEB_HANDS_BLOCKING) {
			c->request = request;
			c->waits = true;
		} else if (reorders && !has_first && at < len) {
			first = request;
			has_first = true;
		} else {
			answer(hand, c, &request, c->begun);
			if (has_first)
				answer(hand, c, &first, c->begun - 1);
			has_first = false;
		}
	}
	if (has_first)
		answer(hand, c, &first, c->begun);
	return at;
}

/* Keep what was not looked at; false: there is no memory. */
static bool hold(struct web_conn *c, const char *data, size_t len)
{
	if (c->held) {
		c->held_at += c->held_len - len;
		c->held_len = len;
		if (!len) {
			free(c->held);
			c->held = NULL;
		}
		return true;
	}
	if (!len)
		return true;
	c->held = malloc(len);
	if (!c->held)
		return false;
	memcpy(c->held, data, len);
	c->held_at = 0;
	c->held_len = len;
	return true;
}

/* Read and answer; false: the connection is broken. */
static bool serve(struct web_hand *hand, struct web_conn *c)
{
	u32 round;

	for (round = 0; round < ROUNDS && !c->closing && !c->waits && !c->out_len; round++) {
		const bool held = c->held;
		const char *data = held ? c->held + c->held_at : hand->in;
		ssize_t n = c->held_len;
		bool broken = false;
		size_t used;

		if (!held) {
			if (c->eof)
				return true;
			/* Who waits does so for the first bytes, and not with answers to give. */
			n = recv(c->fd, hand->in, hand->in_size,
				 hand->waits && !round && !hand->out_len ? 0 : MSG_DONTWAIT);
			c->eof = n == 0;
			if (n < 0 && errno == EINTR)
				continue;
			if (n < 0)
				return errno == EAGAIN;
			if (hand->waits)
				c->ready_ns = play_now();
		}
		used = take(hand, c, data, n, &broken);
		if (broken || !hold(c, data + used, n - used))
			return false;
		if (!held && (size_t)n < hand->in_size)
			return true;
	}
	return true;
}

/* What was sent to a connection that we have closed: to close it at once would take the answer. */
static enum web_turn linger(struct web_hand *hand, struct web_conn *c)
{
	u32 round;
	ssize_t n;

	for (round = 0; round < ROUNDS; round++) {
		n = recv(c->fd, hand->in, hand->in_size, MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return WEB_WANTS_IN;
		if (n <= 0)
			return web_conn_close(hand, c, c->end);
	}
	return WEB_WANTS_IN;
}

/* All is written: close it, so that the client gets it. */
static enum web_turn part(struct web_hand *hand, struct web_conn *c)
{
	/* Nothing follows what asked for this. */
	if (c->end == WEB_SERVED && !c->held && !web_stopping(hand->server))
		return web_conn_close(hand, c, WEB_SERVED);
	if (c->eof || shutdown(c->fd, SHUT_WR))
		return web_conn_close(hand, c, c->end);
	c->state = WEB_LINGERING;
	c->deadline_ns = hand->now_ns + LINGER_NS;
	/* What was held back nobody looks at any more: it asks for no other turn. */
	free(c->held);
	c->held = NULL;
	c->held_len = 0;
	return linger(hand, c);
}

static enum web_turn settle(struct web_hand *hand, struct web_conn *c, u64 begun);

/* An answer to no request, and the end. */
static enum web_turn dismiss(struct web_hand *hand, struct web_conn *c, u16 status,
			     enum web_end end)
{
	const struct web_request none = { };

	hand->out_len = 0;
	web_tell(&hand->books->errors, 1);
	c->end = end;
	c->closing = true;
	add_answer(hand, c, &none, status, false, 0);
	return settle(hand, c, c->begun);
}

static enum web_turn await(struct web_hand *hand, struct web_conn *c, u64 begun)
{
	const struct web_words *words = hand->server->words;
	const bool midway = web_http_midway(&c->http);

	/* A request has its time from its first byte on, however many more come. */
	if (!midway)
		c->deadline_ns = hand->now_ns + words->keepalive_ns;
	else if (c->state != WEB_READING || c->begun != begun)
		c->deadline_ns = hand->now_ns + words->patience_ns;
	else if (hand->now_ns >= c->deadline_ns)
		return dismiss(hand, c, HTTP_STATUS_REQUEST_TIMEOUT, WEB_TIMED_OUT);
	c->state = midway ? WEB_READING : WEB_IDLE;
	return WEB_WANTS_IN;
}

/* After the answers of a turn: what it waits for next. */
static enum web_turn settle(struct web_hand *hand, struct web_conn *c, u64 begun)
{
	if (!write_out(hand, c))
		return web_conn_close(hand, c, WEB_BROKEN);
	if (c->waits && !c->out_len)
		return WEB_WANTS_HELP;
	if (c->out_len) {
		if (c->state != WEB_WRITING || c->begun != begun)
			c->deadline_ns = hand->now_ns + hand->server->words->patience_ns;
		else if (hand->now_ns >= c->deadline_ns)
			return web_conn_close(hand, c, WEB_TIMED_OUT);
		c->state = WEB_WRITING;
		return WEB_WANTS_OUT;
	}
	if (c->closing)
		return part(hand, c);
	if (c->eof && !c->held)
		return web_conn_close(hand, c, web_http_midway(&c->http) ? WEB_BROKEN :
								      WEB_SERVED);
	return await(hand, c, begun);
}

/**
 * web_conn_turn - serve a connection
 * @hand: who owns it
 * @c: the connection
 *
 * Return: what it wants next. With WEB_WANTS_IN there may be more to read; where something was
 * held back, @c->held, it wants another turn at once.
 */
enum web_turn web_conn_turn(struct web_hand *hand, struct web_conn *c)
{
	const u64 begun = c->begun;

	c->turns++;
	hand->out_len = 0;
	if (c->state == WEB_LINGERING)
		return linger(hand, c);
	if (!write_kept(hand, c))
		return web_conn_close(hand, c, WEB_BROKEN);
	if (c->waits && hand->blocks && !c->out_len) {
		c->waits = false;
		answer(hand, c, &c->request, c->begun);
	}
	if (!serve(hand, c)) {
		/* What was answered goes out, as far as it may. */
		write_out(hand, c);
		return web_conn_close(hand, c, WEB_BROKEN);
	}
	return settle(hand, c, begun);
}

/**
 * web_conn_expired - the time of a connection is over
 * @hand: who owns it
 * @c: the connection, past its deadline
 *
 * Return: what it wants next.
 */
enum web_turn web_conn_expired(struct web_hand *hand, struct web_conn *c)
{
	switch (c->state) {
	case WEB_READING:
		return dismiss(hand, c, HTTP_STATUS_REQUEST_TIMEOUT, WEB_TIMED_OUT);
	case WEB_LINGERING:
		return web_conn_close(hand, c, c->end);
	default:
		return web_conn_close(hand, c, WEB_TIMED_OUT);
	}
}

/**
 * web_conn_refuse - there is too much to do
 * @hand: who owns it
 * @c: the connection, of which nothing is under way
 *
 * Return: what it wants next.
 */
enum web_turn web_conn_refuse(struct web_hand *hand, struct web_conn *c)
{
	if (c->out_len || c->state == WEB_LINGERING)
		return web_conn_close(hand, c, WEB_REJECTED);
	/* For nobody any more: that nobody takes it is the answer. */
	c->waits = false;
	return dismiss(hand, c, HTTP_STATUS_SERVICE_UNAVAILABLE, WEB_REJECTED);
}

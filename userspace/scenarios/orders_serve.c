// SPDX-License-Identifier: GPL-2.0
/*
 * contend serve orders: the exchange for FIX sessions over TCP (orders_session.c). One thread has
 * all sockets, and is a gateway. It takes what has come, up to users= orders; puts these into the
 * exchange, waits for the answers, and goes on. So the journal has batches; and while orders are
 * under way nobody but the reporter touches a session.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "orders.h"
#include "orders_session.h"
#include "report/unit.h"

/* Connections at a time: all sessions, and some that do not know yet who they are. */
#define WIRES_MOST	128
/* Orders at a time; a structure of the exchange has room for as many. */
#define BATCH_MOST	64
#define OUT_MOST	(8 * FIX_MOST)
/* How often it looks whether it is to stop, and what time it is. */
#define LOOK_MS		50
/* How long a client may read nothing of what it is sent; and what is over, until it is closed. */
#define STUCK_MS	10000
#define CLOSE_MS	500
/* How long clients have to answer a Logout when the server stops. */
#define GRACE_MS	500

/**
 * struct wire - a connection
 * @fd: its
 * @line: what is said on it
 * @from: of @out, what is not yet sent
 * @to: and its end
 * @moved_ms: when something was sent last, or there was nothing
 * @shut: all was sent, and it is to be closed
 * @lost: it is to be closed now
 * @out: bytes to be sent
 */
struct wire {
	int fd;
	struct session_line line;
	size_t from;
	size_t to;
	u64 moved_ms;
	bool shut;
	bool lost;
	char out[OUT_MOST];
};

/**
 * struct port - the whole
 * @play: what is served
 * @gate: to the exchange
 * @desk: sessions
 * @listener: where clients come; -1: they do not any more
 * @deaf_ms: until when nobody is let in: there was no descriptor
 * @wire: connections, of which there are @n
 * @n: see there
 * @batch: orders at a time
 * @orders: of these are under way
 * @taken: orders that were taken, in all
 * @reports: that were told
 * @refused: of these, refusals
 * @connections: that came
 * @crowded: of these, those that there was no place for
 */
struct port {
	struct play *play;
	struct orders_gate gate;
	struct session_desk desk;
	int listener;
	u64 deaf_ms;
	struct wire *wire[WIRES_MOST];
	u32 n;
	u32 batch;
	u32 orders;
	u64 taken;
	u64 reports;
	u64 refused;
	u64 connections;
	u64 crowded;
};

/* For timeouts. The desk hears of the wall's clock at the same time: that one may have been set. */
static u64 now_ms(struct port *p)
{
	const u64 ms = play_now() / 1000000;
	struct timespec wall;

	clock_gettime(CLOCK_REALTIME, &wall);
	p->desk.ahead_ms = wall.tv_sec * 1000ULL + wall.tv_nsec / 1000000 - ms;
	return ms;
}

static int listen_on(struct port *p)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(p->play->common.port),
	};
	socklen_t len = sizeof(address);
	const int one = 1;
	int ret;

	p->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->listener < 0)
		return play_failed(p->play, errno, "no socket: %s", strerror(errno));
	setsockopt(p->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(p->listener, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(p->listener, WIRES_MOST) ||
	    getsockname(p->listener, (struct sockaddr *)&address, &len)) {
		ret = play_failed(p->play, errno,
				  "cannot listen on 127.0.0.1:%u: %s: end its server, or name another port; --port=0 takes a free one",
				  p->play->common.port, strerror(errno));
		close(p->listener);
		return ret;
	}
	p->play->common.port = ntohs(address.sin_port);
	return 0;
}

/* --- the exchange's side -------------------------------------------------- */

static void take_order(void *to, const struct order *order)
{
	struct port *p = to;
	struct slot *slot = orders_slot(p->gate.exchange, p->orders);

	slot->order = *order;
	slot->order.gateway = 0;
	slot->order.request = p->orders;
	slot->tag = 0;
	slot->stage_ns[STAGE_GATEWAY] = play_now();
	p->orders++;
}

static void take_report(void *to, const struct report *r, char type, const char *body, size_t len)
{
	const u32 session = session_of(&r->id);
	struct port *p = to;

	p->reports++;
	p->refused += r->told == TOLD_REFUSED;
	/* One of a place in the book has come there, or leaves it. */
	if (r->place != ~0U && (r->told == TOLD_NEW || !r->leaves))
		session_rests(&p->desk, session, r->told == TOLD_NEW);
	session_send(&p->desk, session, type, body, len, now_ms(p));
}

/* The orders that have come are answered. */
static void settle(struct port *p)
{
	u32 i, slot, left;

	for (i = 0; i < p->orders; i++)
		orders_put(&p->gate, i);
	/* Of one that is the exchange the answers are there. */
	for (left = p->gate.acks ? p->orders : 0; left && !play_broken(p->play);)
		left -= orders_take(&p->gate, play_now() + LOOK_MS * 1000000ULL, &slot);
	p->taken += p->orders;
	p->orders = 0;
	p->desk.room = p->batch;
}

/* --- the clients' side ---------------------------------------------------- */

static void let_in(struct port *p)
{
	const int fd = accept4(p->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), one = 1;
	struct wire *w;

	if (fd < 0) {
		/* It stays at the door, and poll() would say so at once. */
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			p->deaf_ms = now_ms(p) + LOOK_MS;
		return;
	}
	p->connections++;
	w = p->n < WIRES_MOST ? calloc(1, sizeof(*w)) : NULL;
	if (!w) {
		p->crowded++;
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	w->fd = fd;
	w->moved_ms = now_ms(p);
	line_begin(&w->line, &p->desk, w->moved_ms);
	p->wire[p->n++] = w;
}

static void hang_up(struct port *p, u32 i)
{
	struct wire *w = p->wire[i];

	line_lost(&w->line);
	close(w->fd);
	free(w);
	p->wire[i] = p->wire[--p->n];
}

/* As much as there is room for: the rest waits with the kernel, and so does its sender. */
static void receive(struct port *p, struct wire *w)
{
	char bytes[sizeof(w->line.in)];
	const size_t room = w->shut ? sizeof(bytes) : sizeof(bytes) - w->line.n;
	const ssize_t n = recv(w->fd, bytes, room, 0);

	if (!n || (n < 0 && errno != EAGAIN && errno != EINTR))
		w->lost = true;
	else if (n > 0 && !w->shut)
		line_in(&w->line, bytes, n, now_ms(p));
}

static void transmit(struct port *p, struct wire *w)
{
	const u64 now = now_ms(p);
	ssize_t n;

	for (;;) {
		if (w->from == w->to) {
			w->from = 0;
			w->to = line_out(&w->line, w->out, sizeof(w->out), now);
		}
		if (w->from == w->to)
			break;
		n = send(w->fd, w->out + w->from, w->to - w->from, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			w->lost = errno != EAGAIN || now - w->moved_ms >= STUCK_MS ||
				  (w->line.state == LINE_DONE &&
				   now - w->line.since_ms >= CLOSE_MS);
			return;
		}
		w->from += n;
		w->moved_ms = now;
		/* Others are due as well. */
		if (w->from < w->to)
			return;
	}
	w->moved_ms = now;
	if (w->line.state != LINE_DONE)
		return;
	/* What it still sends is read, or the last word would be lost with a reset. */
	if (!w->shut)
		shutdown(w->fd, SHUT_WR);
	w->shut = true;
	w->lost |= now - w->line.since_ms >= CLOSE_MS;
}

static void wait_for(struct port *p)
{
	struct pollfd at[WIRES_MOST + 1];
	const u32 n = p->n;
	u32 i;

	for (i = 0; i < n; i++) {
		const struct wire *w = p->wire[i];

		at[i] = (struct pollfd){ .fd = w->fd, .events = POLLIN };
		if (w->from < w->to)
			at[i].events |= POLLOUT;
	}
	at[n] = (struct pollfd){ .fd = now_ms(p) < p->deaf_ms ? -1 : p->listener,
				 .events = POLLIN };
	if (poll(at, n + 1, LOOK_MS) <= 0)
		return;
	for (i = 0; i < n; i++) {
		if (at[i].revents & (POLLIN | POLLERR | POLLHUP | POLLNVAL))
			receive(p, p->wire[i]);
	}
	if (at[n].revents)
		let_in(p);
}

/* One round: what has come is answered, and what is to be said is said. */
static void turn(struct port *p)
{
	u32 i;

	wait_for(p);
	/* What had come may be more orders than there is room for. */
	do {
		settle(p);
		for (i = 0; i < p->n; i++)
			line_in(&p->wire[i]->line, NULL, 0, now_ms(p));
	} while (p->orders);
	for (i = 0; i < p->n; i++) {
		line_tick(&p->wire[i]->line, now_ms(p));
		transmit(p, p->wire[i]);
	}
	for (i = p->n; i--;)
		if (p->wire[i]->lost)
			hang_up(p, i);
}

static void serve_all(struct port *p, const volatile sig_atomic_t *stop)
{
	const char *why = "the exchange ends";
	u64 until;
	u32 i;

	while (!__atomic_load_n(stop, __ATOMIC_RELAXED) && !play_broken(p->play))
		turn(p);
	if (play_broken(p->play))
		why = "the journal cannot be written";
	close(p->listener);
	p->listener = -1;
	until = now_ms(p) + GRACE_MS;
	for (i = 0; i < p->n; i++)
		line_logout(&p->wire[i]->line, why, now_ms(p));
	while (p->n && now_ms(p) < until)
		turn(p);
	while (p->n)
		hang_up(p, p->n - 1);
}

static void say_end(const struct port *p)
{
	const struct session_books *b = &p->desk.books;
	const u64 sessions = p->desk.n + b->given_up;

	fprintf(stderr,
		"contend: orders: %llu message%s, %llu order%s, %llu of them refused, %llu report%s; %llu garbled, %llu rejected, %llu sent again; %llu session%s, %llu of them given up, %llu logon%s, %llu connection%s, %llu of them refused, %llu too slow\n",
		b->messages, plural(b->messages), p->taken, plural(p->taken), p->refused,
		p->reports, plural(p->reports), b->garbled, b->rejected, b->resent, sessions,
		plural(sessions), b->given_up, b->logons, plural(b->logons), p->connections,
		plural(p->connections), p->crowded + b->turned_away, b->behind);
}

/* What the exchange's checks say. */
static int judge(struct play *play)
{
	const struct result *r = play->result;
	const char *between = "contend: orders: the laws hold: ";
	u32 i;

	if (play_broken(play))
		return play_failed(play, play->broke, "%s", play->broke_why);
	for (i = 0; i < r->nchecks; i++)
		if (r->checks[i].verdict == VERDICT_FAIL)
			return play_failed(play, EIO, "orders: the law %s is broken: %.150s",
					   r->checks[i].name, r->checks[i].detail);
	for (i = 0; i < r->nchecks; i++, between = ", ")
		fprintf(stderr, "%s%s", between, r->checks[i].name);
	fprintf(stderr, "\n");
	return 0;
}

static int serve(struct port *p, const volatile sig_atomic_t *stop)
{
	struct play *play = p->play;
	int ret = orders_open(play->own, 0, &p->gate);

	if (ret) {
		close(p->listener);
		return play_failed(play, -ret, "no handle: %s", strerror(-ret));
	}
	orders_thread(play->own, 0);
	orders_tell(play->own, take_report, p);
	p->batch = min_t(u32, play->common.users, BATCH_MOST);
	p->desk.room = p->batch;
	p->desk.order = take_order;
	p->desk.to = p;
	fprintf(stderr,
		"contend: orders: FIX 4.4 at 127.0.0.1:%u, TargetCompID=" SESSION_COMP_ID ", until SIGTERM\n",
		play->common.port);
	serve_all(p, stop);
	orders_close(&p->gate);
	return 0;
}

/**
 * orders_serve - the exchange alone, for FIX sessions
 * @play: what is served
 * @stop: until this is set
 *
 * Return: 0; or a negative errno with a reason.
 */
int orders_serve(struct play *play, const volatile sig_atomic_t *stop)
{
	struct port *p = calloc(1, sizeof(*p));
	int ret;

	if (!p)
		return play_failed(play, ENOMEM, "no memory");
	if (words_given(play->spec, "users") && play->common.users > BATCH_MOST) {
		free(p);
		return play_failed(play, EINVAL,
				   "users= is how many orders the server takes at a time: %u at most",
				   BATCH_MOST);
	}
	p->play = play;
	/* All clients are the users of one gateway. */
	play->nusers = 1;
	ret = listen_on(p);
	if (ret)
		goto out;
	ret = orders_begin(play);
	if (ret) {
		close(p->listener);
		goto out;
	}
	ret = serve(p, stop);
	orders_end(play);
	if (!ret) {
		say_end(p);
		ret = judge(play);
	}
	desk_free(&p->desk);
out:
	free(p);
	return ret;
}

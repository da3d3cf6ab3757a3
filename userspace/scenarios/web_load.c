// SPDX-License-Identifier: GPL-2.0
/*
 * The users of a web server: each is a connection, and a thread has many of them in one epoll. It
 * looks at each answer: its status, its length, and of a server of ours whose answer it is.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/keys.h"
#include "web.h"

#define EVENTS		256
#define BUFFER		(64 << 10)
/* Bytes of a request. */
#define REQUEST_MOST	192
/* One request in so many ends its session. */
#define LEAVE_EVERY	50
/* How often a thread looks whether the run is over, and for answers that do not come. */
#define LOOK_NS		20000000ULL
#define PATIENCE_NS	5000000000ULL
/* For how long it waits for the last answers. */
#define LAST_NS		2000000000ULL
/* Between the two parts of a request that comes in two. */
#define SPLIT_NS	2000000ULL
#define PPM		1000000

enum { STAGE_ARRIVE, STAGE_QUEUE, STAGE_HANDLE, STAGE_REPLY };

/**
 * struct link - a user: its connection
 * @fd: its socket; -1 while there is none
 * @parser: of its answers
 * @load: of its thread
 * @head: the oldest of the requests that are under way, in @request
 * @busy: how many these are
 * @sent: requests of this connection
 * @body: the beginning of an answer's body
 * @body_len: all of its bytes
 * @closes: its answer was the last one
 * @rest: the second part of a request
 * @rest_at: bytes of it that were sent
 * @rest_len: its bytes; 0: there is none
 * @due_ns: when it goes on: sends the rest, or the next request
 * @heaped: it waits for that
 * @free: it is in the list of those that may send
 * @next_free: in that
 * @request: those that are under way, a ring of pipelining= entries
 */
struct link {
	int fd;
	struct http_parser parser;
	struct load *load;
	u32 head;
	u32 busy;
	u64 sent;
	char body[WEB_BODY_TOLD];
	size_t body_len;
	bool closes;
	char rest[REQUEST_MOST];
	u32 rest_at;
	u32 rest_len;
	u64 due_ns;
	bool heaped;
	bool free;
	struct link *next_free;
	struct request *request;
};

/**
 * struct load - a thread of users
 * @user: its
 * @words: the scenario's keys
 * @seen: what it tells
 * @told: where the server is
 * @ours: the server is
 * @epoll: of all of its links
 * @n: how many
 * @links: each
 * @requests: of all of them
 * @keys: which session a request is of
 * @turn: see keys_next()
 * @free: links that may send
 * @heap: links that wait for a time, by @due_ns
 * @heaped: how many
 * @due_ns: open loop: when the next request is due
 * @has_due: there is one
 * @in: what was read
 */
struct load {
	struct user *user;
	const struct web_words *words;
	struct web_seen *seen;
	struct web_told *told;
	bool ours;
	int epoll;
	u32 n;
	struct link *links;
	struct request *requests;
	struct keys keys;
	u64 turn;
	struct link *free;
	struct link **heap;
	u32 heaped;
	u64 due_ns;
	bool has_due;
	char in[BUFFER];
};

/* Wait until @due; one that waits already goes on when that is over. */
static void push_due(struct load *l, struct link *link, u64 due)
{
	u32 at = l->heaped;

	if (link->heaped)
		return;
	link->heaped = true;
	link->due_ns = due;
	l->heaped++;
	l->heap[at] = link;
	for (; at && l->heap[at]->due_ns < l->heap[(at - 1) / 2]->due_ns; at = (at - 1) / 2)
		swap(l->heap[at], l->heap[(at - 1) / 2]);
}

static struct link *pop_due(struct load *l)
{
	struct link *first = l->heap[0];
	u32 at = 0, least;

	first->heaped = false;
	l->heap[0] = l->heap[--l->heaped];
	for (;;) {
		least = at;
		if (2 * at + 1 < l->heaped && l->heap[2 * at + 1]->due_ns < l->heap[least]->due_ns)
			least = 2 * at + 1;
		if (2 * at + 2 < l->heaped && l->heap[2 * at + 2]->due_ns < l->heap[least]->due_ns)
			least = 2 * at + 2;
		if (least == at)
			return first;
		swap(l->heap[at], l->heap[least]);
		at = least;
	}
}

/* Its connection takes another request. */
static bool has_room(const struct link *link)
{
	const struct web_words *words = link->load->words;

	return link->fd >= 0 && !link->rest_len && link->busy < words->pipelining &&
	       !(words->per_connection && link->sent == words->per_connection);
}

static void set_free(struct link *link)
{
	struct load *l = link->load;

	if (link->free || !has_room(link))
		return;
	link->free = true;
	link->next_free = l->free;
	l->free = link;
}

static struct link *take_free(struct load *l)
{
	struct link *link;

	while ((link = l->free)) {
		l->free = link->next_free;
		link->free = false;
		if (has_room(link))
			break;
	}
	return link;
}

/* Neither reading nor writing waits longer, nor connecting. Returns false where it is over. */
static bool limit(int fd, u64 until)
{
	const u64 now = play_now(), us = until > now ? (until - now) / 1000 : 0;
	const struct timeval left = { us / 1000000, us % 1000000 };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &left, sizeof(left));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &left, sizeof(left));
	/* Nothing at all would be for ever. */
	return us;
}

/* @until: 0: as long as it takes. */
static int connect_to(u32 port, u64 until)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const int one = 1;

	if (fd < 0)
		return -errno;
	if (until && !limit(fd, until)) {
		close(fd);
		return -ETIMEDOUT;
	}
	while (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		if (errno == EINTR)
			continue;
		close(fd);
		return -errno;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

static void open_link(struct load *l, struct link *link)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = link };
	int fd = connect_to(l->told->port, 0);

	link->fd = fd < 0 ? -1 : fd;
	if (fd < 0)
		return;
	fcntl(fd, F_SETFL, O_NONBLOCK);
	http_parser_init(&link->parser, HTTP_RESPONSE);
	link->parser.data = link;
	link->head = 0;
	link->busy = 0;
	link->sent = 0;
	link->closes = false;
	link->rest_len = 0;
	link->body_len = 0;
	epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &event);
	__atomic_fetch_add(&l->seen->opened, 1, __ATOMIC_RELAXED);
	set_free(link);
}

static struct request *oldest(struct link *link)
{
	return &link->request[link->head];
}

static void end_oldest(struct link *link, enum request_outcome outcome)
{
	struct load *l = link->load;

	request_end(l->user, oldest(link), outcome);
	link->head = (link->head + 1) % l->words->pipelining;
	link->busy--;
}

/* It is gone, and so is what was under way; or there is to be another one for what comes. */
static void close_link(struct link *link, enum request_outcome outcome)
{
	struct load *l = link->load;

	close(link->fd);
	link->fd = -1;
	if (link->busy && outcome == REQUEST_ERROR)
		__atomic_fetch_add(&l->seen->broken, 1, __ATOMIC_RELAXED);
	if (link->busy && outcome == REQUEST_TIMEOUT)
		__atomic_fetch_add(&l->seen->late, link->busy, __ATOMIC_RELAXED);
	while (link->busy)
		end_oldest(link, outcome);
	link->rest_len = 0;
}

/* Five numbers of 16 digits, see web_site_body(). */
static bool read_body(const struct link *link, u64 *numbers)
{
	char text[WEB_BODY_TOLD + 1], *at = text;
	u32 i;

	if (link->body_len < WEB_BODY_TOLD)
		return false;
	memcpy(text, link->body, WEB_BODY_TOLD);
	text[WEB_BODY_TOLD] = '\0';
	for (i = 0; i < 5; i++) {
		char *end;

		numbers[i] = strtoull(at, &end, 16);
		if (end != at + 16)
			return false;
		at = end + 1;
	}
	return true;
}

/* Both sides have the same clock. What the loop saw before it was sent came with what it saw. */
static void take_stages(struct request *r, u64 ready, u64 began, u64 ended, u64 now)
{
	ready = max(ready, r->began_ns);
	began = max(began, ready);
	ended = max(ended, began);
	r->stage_ns[STAGE_ARRIVE] = ready - r->began_ns;
	r->stage_ns[STAGE_QUEUE] = began - ready;
	r->stage_ns[STAGE_HANDLE] = ended - began;
	r->stage_ns[STAGE_REPLY] = now > ended ? now - ended : 0;
}

static enum request_outcome judge(struct link *link)
{
	struct load *l = link->load;
	struct request *r = oldest(link);
	u64 numbers[5];

	switch (link->parser.status_code) {
	case HTTP_STATUS_OK:
		break;
	case HTTP_STATUS_TOO_MANY_REQUESTS:
	case HTTP_STATUS_SERVICE_UNAVAILABLE:
		return REQUEST_REJECTED;
	case HTTP_STATUS_REQUEST_TIMEOUT:
		return REQUEST_TIMEOUT;
	default:
		return REQUEST_ERROR;
	}
	if (link->body_len != l->words->reply || (l->ours && !read_body(link, numbers))) {
		__atomic_fetch_add(&l->seen->wrong, 1, __ATOMIC_RELAXED);
		return REQUEST_ERROR;
	}
	if (!l->ours)
		return REQUEST_OK;
	if (numbers[0] != r->id) {
		__atomic_fetch_add(&l->seen->order, 1, __ATOMIC_RELAXED);
		return REQUEST_ERROR;
	}
	take_stages(r, numbers[2], numbers[3], numbers[4], play_now());
	return REQUEST_OK;
}

static int on_body(struct http_parser *parser, const char *at, size_t n)
{
	struct link *link = parser->data;

	if (link->body_len < sizeof(link->body))
		memcpy(link->body + link->body_len, at,
		       min(n, sizeof(link->body) - link->body_len));
	link->body_len += n;
	return 0;
}

static int on_message_complete(struct http_parser *parser)
{
	struct link *link = parser->data;

	if (!link->busy) {
		__atomic_fetch_add(&link->load->seen->twice, 1, __ATOMIC_RELAXED);
		return -1;
	}
	end_oldest(link, judge(link));
	link->body_len = 0;
	link->closes |= !http_should_keep_alive(parser);
	return 0;
}

static const struct http_parser_settings settings = {
	.on_body = on_body,
	.on_message_complete = on_message_complete,
};

/* Whether one in so many millions happens. */
static bool happens(struct load *l, u32 ppm)
{
	return ppm && rng_below(&l->user->rng, PPM) < ppm;
}

static size_t write_request(struct load *l, struct link *link, const struct request *r, char *to)
{
	const struct web_words *words = l->words;
	const bool last = words->per_connection && link->sent == words->per_connection;
	const u64 session = 1 + keys_next(&l->keys, &l->user->rng, &l->turn);
	const char *path = happens(l, words->blocking.ppm) ? "/block" :
			   happens(l, words->burning.ppm) ? "/burn" :
			   happens(l, PPM / LEAVE_EVERY) ? "/leave" : "/";

	return snprintf(to, REQUEST_MOST,
			"GET %s?n=%llu HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: session=%llu\r\n%s\r\n",
			path, r->id, session, last ? "Connection: close\r\n" : "");
}

static bool send_all(struct link *link, const char *data, size_t len)
{
	ssize_t n;

	do
		n = send(link->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	/* So little always has room, unless it is broken. */
	return n == (ssize_t)len;
}

static void send_rest(struct link *link)
{
	const u32 at = link->rest_at, len = link->rest_len - at;

	link->rest_len = 0;
	if (!send_all(link, link->rest + at, len))
		close_link(link, REQUEST_ERROR);
}

/* The one that is due, and with it as many as its connection may have under way. */
static void send_next(struct load *l, struct link *link, u64 due, u32 most)
{
	char text[REQUEST_MOST * 64];
	size_t len = 0, first = 0;
	u32 i;

	for (i = 0; i < most && has_room(link); i++) {
		const u32 at = (link->head + link->busy) % l->words->pipelining;
		struct request *r = &link->request[at];

		request_begin(l->user, r, due);
		if (request_admit(l->user, r)) {
			request_end(l->user, r, REQUEST_SHED);
			break;
		}
		link->busy++;
		link->sent++;
		len += write_request(l, link, r, text + len);
		if (i || !happens(l, l->words->splitting.ppm))
			continue;
		/* Its first half now, and nothing before its rest. */
		first = len / 2;
		memcpy(link->rest, text, len);
		link->rest_at = first;
		link->rest_len = len;
	}
	if (!len)
		return;
	if (!send_all(link, text, first ?: len))
		close_link(link, REQUEST_ERROR);
	else if (first)
		push_due(l, link, play_now() + SPLIT_NS);
}

/* Read the answers that there are. */
static void read_link(struct load *l, struct link *link)
{
	ssize_t n = recv(link->fd, l->in, sizeof(l->in), MSG_DONTWAIT);
	enum request_outcome outcome = REQUEST_ERROR;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0 && http_parser_execute(&link->parser, &settings, l->in, n) == (size_t)n &&
	    HTTP_PARSER_ERRNO(&link->parser) == HPE_OK && !link->closes) {
		set_free(link);
		return;
	}
	/* Its end, as was said; or nothing that could be understood. */
	if (n > 0 && HTTP_PARSER_ERRNO(&link->parser) != HPE_OK && link->busy)
		__atomic_fetch_add(&l->seen->wrong, 1, __ATOMIC_RELAXED);
	close_link(link, outcome);
}

/* Answers that do not come, and connections that are gone. */
static void look(struct load *l, u64 now)
{
	u32 i;

	for (i = 0; i < l->n; i++) {
		struct link *link = &l->links[i];

		if (link->fd >= 0 && link->busy && now > oldest(link)->began_ns + PATIENCE_NS)
			close_link(link, REQUEST_TIMEOUT);
		if (link->fd < 0 && !play_over(l->user->play))
			open_link(l, link);
	}
}

/* What is due by now goes out. Returns when the next one is. */
static u64 send_due(struct load *l, u64 now)
{
	const bool open = offered_open(&l->user->play->offered);
	struct link *link;
	u64 due;

	while (l->heaped && l->heap[0]->due_ns <= now) {
		link = pop_due(l);
		due = link->due_ns;
		if (link->rest_len)
			send_rest(link);
		else if (!open && has_room(link))
			send_next(l, link, due, 1);
		if (link->fd < 0)
			open_link(l, link);
		set_free(link);
	}
	while (open) {
		if (!l->has_due)
			l->due_ns = user_due(l->user, now);
		l->has_due = true;
		if (l->due_ns > now)
			return l->heaped ? min(l->due_ns, l->heap[0]->due_ns) : l->due_ns;
		link = take_free(l);
		if (!link)
			break;
		l->has_due = false;
		send_next(l, link, l->due_ns, 1);
		if (link->fd < 0)
			open_link(l, link);
		set_free(link);
	}
	while (!open && (link = take_free(l))) {
		l->has_due = false;
		due = user_due(l->user, now);
		if (due > now)
			push_due(l, link, due);
		else
			send_next(l, link, now, l->words->pipelining);
		if (link->fd < 0)
			open_link(l, link);
		/* With think= it has one under way at a time; what was refused stays so a while. */
		if (due <= now && !link->busy && link->fd >= 0 && !link->rest_len)
			push_due(l, link, now + REFUSED_NS);
	}
	return l->heaped ? l->heap[0]->due_ns : now + LOOK_NS;
}

static void wait_for(struct load *l, u64 until, u64 now)
{
	const u64 ns = until > now ? min(until - now, LOOK_NS) : 0;
	const struct timespec ts = { ns / SPEC_NS_PER_S, ns % SPEC_NS_PER_S };
	struct epoll_event events[EVENTS];
	int n = epoll_pwait2(l->epoll, events, EVENTS, &ts, NULL), i;

	for (i = 0; i < n; i++) {
		struct link *link = events[i].data.ptr;

		if (link->fd < 0)
			continue;
		read_link(l, link);
		if (link->fd < 0 && !play_over(l->user->play))
			open_link(l, link);
	}
}

static bool is_busy(const struct load *l)
{
	u32 i;

	for (i = 0; i < l->n; i++)
		if (l->links[i].busy)
			return true;
	return false;
}

static void run(struct load *l)
{
	u64 now = play_now(), look_ns = now, last;
	u32 i;

	for (i = 0; i < l->n; i++)
		open_link(l, &l->links[i]);
	while (!play_over(l->user->play)) {
		now = play_now();
		if (now >= look_ns) {
			look(l, now);
			look_ns = now + LOOK_NS;
		}
		wait_for(l, send_due(l, now), play_now());
	}
	last = play_now() + LAST_NS;
	for (i = 0; i < l->n; i++)
		if (l->links[i].fd >= 0 && l->links[i].rest_len)
			send_rest(&l->links[i]);
	while (is_busy(l) && (now = play_now()) < last)
		wait_for(l, last, now);
	for (i = 0; i < l->n; i++)
		if (l->links[i].fd >= 0)
			close_link(&l->links[i], REQUEST_TIMEOUT);
}

/**
 * web_load - what a thread of users does until the run is over
 * @user: it
 * @words: the scenario's keys
 * @told: where the server is, and what it sees of that
 */
void web_load(struct user *user, const struct web_words *words, struct web_told *told)
{
	struct load *l = calloc(1, sizeof(*l));
	u32 i;

	if (!l)
		return;
	l->user = user;
	l->words = words;
	l->told = told;
	l->ours = !peer_of(user->play);
	l->seen = &told->seen[user->index % WEB_BOOKS];
	l->n = user->share;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->links = calloc(l->n, sizeof(*l->links));
	l->requests = calloc((size_t)l->n * words->pipelining, sizeof(*l->requests));
	l->heap = calloc(l->n, sizeof(struct link *));
	if (l->epoll >= 0 && l->links && l->requests && l->heap &&
	    !keys_init(&l->keys, &user->play->spec->keys)) {
		for (i = 0; i < l->n; i++) {
			l->links[i].load = l;
			l->links[i].fd = -1;
			l->links[i].request = &l->requests[(size_t)i * words->pipelining];
		}
		run(l);
		keys_destroy(&l->keys);
	}
	if (l->epoll >= 0)
		close(l->epoll);
	free(l->links);
	free(l->requests);
	free(l->heap);
	free(l);
}

/* One request and its answer, on a connection that waits: its status. */
static int ask(int fd, u64 until)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
	char answer[32 << 10];
	size_t len = 0;
	ssize_t n;
	char *body, *length;

	if (!limit(fd, until))
		return -ETIMEDOUT;
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) != (ssize_t)strlen(text))
		return -EPIPE;
	while (len < sizeof(answer) - 1) {
		if (!limit(fd, until))
			return -ETIMEDOUT;
		n = recv(fd, answer + len, sizeof(answer) - 1 - len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EPIPE;
		len += n;
		answer[len] = '\0';
		body = strstr(answer, "\r\n\r\n");
		length = body ? strcasestr(answer, "\r\nContent-Length:") : NULL;
		if (!length)
			continue;
		if (len >= body + 4 - answer + strtoul(length + 17, NULL, 10))
			return strncmp(answer, "HTTP/1.1 ", 9) ? -EPROTO : atoi(answer + 9);
	}
	return -EMSGSIZE;
}

/**
 * web_load_ask - whether a server answers
 * @port: where it listens
 * @times: how often it is asked, on one connection
 *
 * Who is told that its session has asked too often was answered as well.
 *
 * Return: its socket, to be closed; a negative errno, -EUSERS when it has too many connections.
 */
int web_load_ask(u32 port, u32 times)
{
	int fd = connect_to(port, 0), ret;

	while (fd >= 0 && times--) {
		ret = ask(fd, play_now() + PATIENCE_NS);
		if (ret == HTTP_STATUS_OK || ret == HTTP_STATUS_TOO_MANY_REQUESTS)
			continue;
		close(fd);
		fd = ret < 0 ? ret : ret == HTTP_STATUS_SERVICE_UNAVAILABLE ? -EUSERS : -EPROTO;
	}
	return fd;
}

/**
 * web_load_probe - whether a server is well
 * @port: where it listens
 * @deadline_ns: until when it has to say so
 *
 * Who is turned away by a limit of its own has been answered as well; a server's failure, and one
 * that is too busy, begin with a 5.
 *
 * Return: 0; a negative errno.
 */
int web_load_probe(u32 port, u64 deadline_ns)
{
	int fd = connect_to(port, deadline_ns), ret;

	if (fd < 0)
		return fd;
	ret = ask(fd, deadline_ns);
	close(fd);
	if (ret < 0)
		return ret;
	return ret < HTTP_STATUS_INTERNAL_SERVER_ERROR ? 0 : -EPROTO;
}

// SPDX-License-Identifier: GPL-2.0
/* A thread a connection: each waits in its own system call, for its own client. */
#include <errno.h>
#include <fcntl.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "web.h"

#define BUFFER		(4 << 10)
#define STACK		(128 << 10)
#define LOOK_MS		100

struct served;

/**
 * struct web_thread - the one that accepts
 * @server: of all; constant, like
 * @thread: it
 * @listener: its socket
 * @reserve: see web_accept(); its own, like
 * @hand: this
 * @lock: protects
 * @first: of connections, which have to be told when the server stops
 */
struct web_thread {
	struct web_server *server;
	pthread_t thread;
	int listener;
	int reserve;
	struct web_hand hand;
	pthread_mutex_t lock;
	struct served *first;
};

/**
 * struct served - a connection, and its thread
 * @threads: all of them
 * @c: the connection
 * @next: in the list; protected by its lock, like
 * @prev: this
 */
struct served {
	struct web_thread *threads;
	struct web_conn *c;
	struct served *next;
	struct served *prev;
};

static void enlist(struct web_thread *threads, struct served *s)
{
	pthread_mutex_lock(&threads->lock);
	s->next = threads->first;
	s->prev = NULL;
	if (s->next)
		s->next->prev = s;
	threads->first = s;
	pthread_mutex_unlock(&threads->lock);
}

static void delist(struct web_thread *threads, struct served *s)
{
	pthread_mutex_lock(&threads->lock);
	if (s->prev)
		s->prev->next = s->next;
	else
		threads->first = s->next;
	if (s->next)
		s->next->prev = s->prev;
	pthread_mutex_unlock(&threads->lock);
}

static void set_time(int fd, int which, u64 ns)
{
	/* Zero would be for ever. */
	struct timeval tv = {
		.tv_sec = ns / SPEC_NS_PER_S, .tv_usec = ns % SPEC_NS_PER_S / 1000 ?: 1,
	};

	setsockopt(fd, SOL_SOCKET, which, &tv, sizeof(tv));
}

/* Turns until it ends. */
static void serve(struct web_hand *hand, struct served *s)
{
	const struct web_words *words = hand->server->words;
	struct web_conn *c = s->c;
	enum web_turn turn;

	set_time(c->fd, SO_RCVTIMEO, min(words->patience_ns, words->keepalive_ns));
	set_time(c->fd, SO_SNDTIMEO, words->patience_ns);
	do {
		hand->now_ns = play_now();
		turn = web_conn_turn(hand, c);
		if (turn == WEB_ENDED)
			break;
		hand->now_ns = play_now();
		if (c->state == WEB_LINGERING) {
			struct pollfd pfd = { .fd = c->fd, .events = POLLIN };

			poll(&pfd, 1, LOOK_MS);
		}
		if (web_stopping(hand->server) && hand->now_ns >= hand->server->cut_ns)
			turn = web_conn_close(hand, c, WEB_CUT);
		else if (hand->now_ns >= c->deadline_ns)
			turn = web_conn_expired(hand, c);
	} while (turn != WEB_ENDED);
}

static void *run(void *data)
{
	struct served *s = data;
	struct web_thread *threads = s->threads;
	struct web_server *server = threads->server;
	struct web_hand hand;

	/* Without memory for it nobody serves the connection. */
	if (web_hand_open(server, &hand, BUFFER)) {
		delist(threads, s);
		threads->hand.now_ns = play_now();
		web_conn_close(&threads->hand, s->c, WEB_REJECTED);
	} else {
		hand.blocks = true;
		hand.waits = true;
		web_conn_own(&hand, s->c, WEB_QUEUED, hand.number);
		serve(&hand, s);
		web_hand_close(&hand);
		delist(threads, s);
	}
	web_conn_free(s->c);
	free(s);
	return NULL;
}

static void begin(struct web_thread *threads, int fd, const pthread_attr_t *attr)
{
	struct web_conn *c = web_conn_new(&threads->hand, fd);
	struct served *s = c ? malloc(sizeof(*s)) : NULL;
	pthread_t thread;

	if (!c)
		return;
	c->owner = WEB_QUEUED;
	if (s) {
		s->threads = threads;
		s->c = c;
		enlist(threads, s);
		if (!pthread_create(&thread, attr, run, s))
			return;
		delist(threads, s);
		free(s);
	}
	web_conn_close(&threads->hand, c, WEB_REJECTED);
	web_conn_free(c);
}

/* Threads that wait for a request read the end of all. */
static bool tell_all(struct web_thread *threads)
{
	struct served *s;
	bool some;
	int fd;

	pthread_mutex_lock(&threads->lock);
	some = threads->first;
	for (s = threads->first; s; s = s->next) {
		/* It may be closed just now; nobody accepts, and so it is not another one's. */
		fd = __atomic_load_n(&s->c->fd, __ATOMIC_RELAXED);
		if (fd >= 0)
			shutdown(fd, SHUT_RD);
	}
	pthread_mutex_unlock(&threads->lock);
	return some;
}

static void *accept_all(void *data)
{
	struct web_thread *threads = data;
	struct pollfd pfd = { .fd = threads->listener, .events = POLLIN };
	struct web_server *server = threads->server;
	pthread_attr_t attr;
	bool found = true;
	int fd = 0;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	while (!web_stopping(server)) {
		if (poll(&pfd, 1, LOOK_MS) <= 0)
			continue;
		threads->hand.now_ns = play_now();
		for (found = false; !web_stopping(server); found = true) {
			fd = web_accept(&threads->hand, threads->listener, &threads->reserve);
			if (fd < 0)
				break;
			begin(threads, fd, &attr);
		}
		if (!found)
			web_tell(&threads->hand.books->empty, 1);
		if (fd == -EMFILE)
			usleep(LOOK_MS * 1000);
		if (threads->reserve < 0)
			threads->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
	}
	pthread_attr_destroy(&attr);
	close(threads->listener);
	return NULL;
}

/**
 * web_threads_start - begin to accept
 * @server: of all
 * @listener: its socket
 * @to: the thread that does
 *
 * Return: 0 or a negative errno.
 */
int web_threads_start(struct web_server *server, int listener, struct web_thread **to)
{
	struct web_thread *threads = calloc(1, sizeof(*threads));
	int ret;

	if (!threads)
		return -ENOMEM;
	threads->server = server;
	threads->listener = listener;
	threads->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
	pthread_mutex_init(&threads->lock, NULL);
	ret = web_hand_open(server, &threads->hand, BUFFER);
	if (ret)
		goto err_free;
	threads->hand.waits = true;
	ret = -pthread_create(&threads->thread, NULL, accept_all, threads);
	if (ret)
		goto err_hand;
	*to = threads;
	return 0;

err_hand:
	web_hand_close(&threads->hand);
err_free:
	close(threads->reserve);
	free(threads);
	return ret;
}

/**
 * web_threads_join - wait until all connections have ended
 * @threads: of a server that stops
 *
 * Those that have not when grace= is over end with the process.
 */
void web_threads_join(struct web_thread *threads)
{
	pthread_join(threads->thread, NULL);
	while (tell_all(threads)) {
		if (play_now() >= threads->server->cut_ns + SPEC_NS_PER_S)
			return;
		usleep(10000);
	}
	close(threads->reserve);
	web_hand_close(&threads->hand);
	free(threads);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * An epoll loop. It serves its connections itself, or hands them on to threads that may block:
 * those of which a request does, or all of them.
 *
 * A connection that was handed on is out of the loop's sight: it was armed for one event
 * (EPOLLONESHOT), or was taken out of epoll. Who has served it arms it again, and only then is it
 * nobody's: so no event is for a connection that somebody has. What looks for those of which both
 * is not true, the deaf ones, is the sweep, which the loop makes now and then.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/string.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "web.h"

#define EVENTS		256
#define ACCEPTS		64
#define BUFFER		(64 << 10)
/* How often it looks after all of its connections. */
#define SWEEP_NS	500000000ULL
#define SWEEP_MS	500
/* And while it stops. */
#define STOP_MS		20
/* A connection that can be read and is nobody's at so many sweeps in a row is deaf. */
#define DEAF_LOOKS	3

/**
 * struct web_loop - a loop; its thread's, but for @dead and what is constant
 * @server: of all; constant, like
 * @thread: it,
 * @epoll: where connections are armed,
 * @wake: an eventfd
 * @listener: -1 when it has stopped
 * @paused: there is no room for another connection just now: the listener is not armed
 * @reserve: see web_accept()
 * @hand: its own
 * @queue: to its helpers
 * @first: its connections
 * @again: a connection has more to do than one turn
 * @sweep_ns: when the next one is due
 * @dead: connections that others have ended, by their @dead_next
 */
struct web_loop {
	struct web_server *server;
	pthread_t thread;
	int epoll;
	int wake;
	int listener;
	bool paused;
	int reserve;
	struct web_hand hand;
	struct web_queue queue;
	struct web_conn *first;
	u64 sweep_ns;
	struct web_conn *dead __attribute__((aligned(64)));
};

static void enlist(struct web_loop *loop, struct web_conn *c)
{
	c->loop = loop;
	c->next = loop->first;
	if (c->next)
		c->next->prev = c;
	loop->first = c;
}

static void drop(struct web_loop *loop, struct web_conn *c)
{
	if (c->prev)
		c->prev->next = c->next;
	else
		loop->first = c->next;
	if (c->next)
		c->next->prev = c->prev;
	web_conn_free(c);
}

static bool once(const struct web_loop *loop)
{
	return loop->server->design->hands == WEB_HANDS_ALL &&
	       loop->server->design->fault != WEB_SHARES;
}

/* Who owns it says what it waits for: where that is what it has been, nothing is to be done. */
static void arm(struct web_conn *c, enum web_turn turn)
{
	struct web_loop *loop = c->loop;
	struct epoll_event event = {
		.events = (turn == WEB_WANTS_OUT ? EPOLLOUT : EPOLLIN) |
			  (once(loop) ? EPOLLONESHOT : 0),
		.data.ptr = c,
	};
	const int how = c->armed ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

	if (c->armed == event.events && !once(loop))
		return;
	c->armed = event.events;
	epoll_ctl(loop->epoll, how, c->fd, &event);
}

/**
 * web_loop_arm - give a connection back to its loop
 * @c: the connection, which the caller owns, and has no more when this returns
 * @turn: what it wants: WEB_WANTS_IN, or WEB_WANTS_OUT
 */
void web_loop_arm(struct web_conn *c, enum web_turn turn)
{
	__atomic_store_n(&c->owner, WEB_ARMING, __ATOMIC_RELEASE);
	arm(c, turn);
	/* Pairs with web_conn_own(), which waits for this before it takes what was armed. */
	__atomic_store_n(&c->owner, WEB_NOBODY, __ATOMIC_RELEASE);
}

/**
 * web_loop_bury - a connection has ended that was handed on
 * @c: the connection; the loop frees it
 */
void web_loop_bury(struct web_conn *c)
{
	struct web_loop *loop = c->loop;

	c->dead_next = __atomic_load_n(&loop->dead, __ATOMIC_RELAXED);
	/* Pairs with the exchange in reap(). */
	while (!__atomic_compare_exchange_n(&loop->dead, &c->dead_next, c, true, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED))
		;
}

static void reap(struct web_loop *loop)
{
	struct web_conn *c, *next;

	if (!__atomic_load_n(&loop->dead, __ATOMIC_RELAXED))
		return;
	c = __atomic_exchange_n(&loop->dead, NULL, __ATOMIC_ACQUIRE);
	for (; c; c = next) {
		next = c->dead_next;
		drop(loop, c);
	}
}

/* To a thread that may block. A queue that is full is an answer. */
static enum web_turn hand_on(struct web_loop *loop, struct web_conn *c)
{
	if (!once(loop) && c->armed && loop->server->design->fault != WEB_SHARES) {
		epoll_ctl(loop->epoll, EPOLL_CTL_DEL, c->fd, NULL);
		c->armed = 0;
	}
	__atomic_store_n(&c->owner, WEB_QUEUED, __ATOMIC_RELEASE);
	if (web_queue_put(&loop->queue, c)) {
		web_tell(&loop->hand.books->handed, 1);
		return WEB_WANTS_HELP;
	}
	__atomic_store_n(&c->owner, loop->hand.number, __ATOMIC_RELEASE);
	return web_conn_refuse(&loop->hand, c);
}

/* What a connection of ours wants after a turn. */
static void settle(struct web_loop *loop, struct web_conn *c, enum web_turn turn)
{
	if (turn == WEB_WANTS_HELP)
		turn = hand_on(loop, c);
	if (turn == WEB_ENDED)
		drop(loop, c);
	else if (turn != WEB_WANTS_HELP)
		web_loop_arm(c, turn);
}

/* Turns until it waits for its client. */
static void serve(struct web_loop *loop, struct web_conn *c)
{
	enum web_turn turn;

	do
		turn = web_conn_turn(&loop->hand, c);
	while (turn == WEB_WANTS_IN && c->held);
	settle(loop, c, turn);
}

static void on_event(struct web_loop *loop, struct web_conn *c)
{
	if (!web_conn_own(&loop->hand, c, WEB_NOBODY, loop->hand.number))
		return;
	c->ready_ns = loop->hand.now_ns;
	if (loop->server->design->hands == WEB_HANDS_ALL)
		settle(loop, c, WEB_WANTS_HELP);
	else
		serve(loop, c);
}

static void arm_listener(struct web_loop *loop, bool on)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = &loop->listener };

	epoll_ctl(loop->epoll, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, loop->listener, &event);
	loop->paused = !on;
}

static void on_connection(struct web_loop *loop)
{
	struct web_conn *c;
	u32 i;
	int fd;

	for (i = 0; i < ACCEPTS; i++) {
		fd = web_accept(&loop->hand, loop->listener, &loop->reserve);
		if (fd == -EAGAIN && !i)
			web_tell(&loop->hand.books->empty, 1);
		/* Until the next sweep. */
		if (fd == -EMFILE)
			arm_listener(loop, false);
		if (fd < 0)
			return;
		c = web_conn_new(&loop->hand, fd);
		if (!c)
			continue;
		enlist(loop, c);
		web_loop_arm(c, WEB_WANTS_IN);
	}
}

static bool is_readable(const struct web_conn *c)
{
	struct pollfd pfd = { .fd = c->fd, .events = POLLIN };

	return poll(&pfd, 1, 0) > 0;
}

/*
 * A connection that can be read is in epoll's list of those that are ready, or somebody's. Between
 * two looks the loop has taken all that were in that list.
 */
static void look(struct web_loop *loop, struct web_conn *c)
{
	const bool waits = c->state == WEB_IDLE || c->state == WEB_READING;

	if (c->looks && c->turns != c->looked)
		c->looks = 0;
	c->looked = c->turns;
	if (!waits || !is_readable(c)) {
		c->looks = 0;
		return;
	}
	if (++c->looks < DEAF_LOOKS || c->told_deaf)
		return;
	c->told_deaf = true;
	web_tell(&loop->hand.books->deaf, 1);
}

/*
 * Of those that nobody has: end what has had its time, and look whether it is deaf; or @all of
 * them are, which costs a system call each.
 */
static void sweep(struct web_loop *loop, bool all)
{
	const u64 now = loop->hand.now_ns;
	struct web_conn *c, *next;

	for (c = loop->first; c; c = next) {
		next = c->next;
		if (__atomic_load_n(&c->owner, __ATOMIC_ACQUIRE) != WEB_NOBODY)
			continue;
		if (all || now >= c->deadline_ns)
			look(loop, c);
		/* What has come in the last moment has another one. */
		if (now < c->deadline_ns || (c->looks && c->looks < DEAF_LOOKS))
			continue;
		if (web_conn_own(&loop->hand, c, WEB_NOBODY, loop->hand.number))
			settle(loop, c, web_conn_expired(&loop->hand, c));
	}
}

/* Wait for events, and see to them. Returns whether these were all that there were. */
static bool pass(struct web_loop *loop, int ms)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(loop->epoll, events, EVENTS, ms), i;
	u64 drained;

	loop->hand.now_ns = play_now();
	for (i = 0; i < n; i++) {
		if (events[i].data.ptr == &loop->listener)
			on_connection(loop);
		else if (events[i].data.ptr == &loop->wake)
			(void)!read(loop->wake, &drained, sizeof(drained));
		else
			on_event(loop, events[i].data.ptr);
	}
	reap(loop);
	return n < EVENTS;
}

static bool drain(struct web_loop *loop)
{
	while (!pass(loop, 0))
		;
	return true;
}

/* What is idle ends, but for what has come meanwhile. */
static void end_idle(struct web_loop *loop)
{
	struct web_conn *c, *next;

	for (c = loop->first; c; c = next) {
		next = c->next;
		if (__atomic_load_n(&c->owner, __ATOMIC_ACQUIRE) != WEB_NOBODY ||
		    c->state != WEB_IDLE || c->begun != c->answered || is_readable(c))
			continue;
		if (web_conn_own(&loop->hand, c, WEB_NOBODY, loop->hand.number))
			settle(loop, c, web_conn_close(&loop->hand, c, WEB_SERVED));
	}
}

/* What is there still, when grace= is over. */
static void cut(struct web_loop *loop)
{
	struct web_conn *c, *next;

	for (c = loop->first; c; c = next) {
		next = c->next;
		if (__atomic_load_n(&c->owner, __ATOMIC_ACQUIRE) == WEB_NOBODY &&
		    web_conn_own(&loop->hand, c, WEB_NOBODY, loop->hand.number))
			settle(loop, c, web_conn_close(&loop->hand, c, WEB_CUT));
	}
}

/* Answer what is under way, and end. Those that helpers have come back, or the process ends. */
static void stop(struct web_loop *loop)
{
	u32 i;

	/* Those that were about to be accepted have been. */
	drain(loop);
	if (!loop->paused)
		arm_listener(loop, false);
	close(loop->listener);
	loop->listener = -1;
	for (i = 0; i < DEAF_LOOKS; i++) {
		sweep(loop, true);
		usleep(STOP_MS * 1000 / DEAF_LOOKS);
		drain(loop);
	}
	while (loop->first && loop->hand.now_ns < loop->server->cut_ns) {
		end_idle(loop);
		sweep(loop, false);
		pass(loop, STOP_MS);
	}
	cut(loop);
	for (i = 0; loop->first && i < 50; i++) {
		usleep(STOP_MS * 1000);
		reap(loop);
		cut(loop);
	}
}

static void *run(void *data)
{
	struct web_loop *loop = data;
	bool all;

	loop->hand.now_ns = play_now();
	loop->sweep_ns = loop->hand.now_ns + SWEEP_NS;
	while (!web_stopping(loop->server)) {
		all = pass(loop, SWEEP_MS);
		if (loop->hand.now_ns < loop->sweep_ns)
			continue;
		if (!all)
			drain(loop);
		sweep(loop, false);
		if (loop->paused)
			arm_listener(loop, true);
		if (loop->reserve < 0)
			loop->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
		loop->sweep_ns = loop->hand.now_ns + SWEEP_NS;
	}
	stop(loop);
	return NULL;
}

/**
 * web_loop_start - begin a loop, in a thread of its own
 * @server: of all
 * @listener: its socket
 * @to: the loop
 *
 * Return: 0 or a negative errno.
 */
int web_loop_start(struct web_server *server, int listener, struct web_loop **to)
{
	struct web_loop *loop = aligned_alloc(64, sizeof(*loop));
	struct epoll_event event = { .events = EPOLLIN };
	int ret;

	if (!loop)
		return -ENOMEM;
	memset(loop, 0, sizeof(*loop));
	loop->server = server;
	loop->listener = listener;
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	loop->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	loop->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
	event.data.ptr = &loop->wake;
	ret = loop->epoll < 0 || loop->wake < 0 ||
	      epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->wake, &event) ? -errno : 0;
	if (ret)
		goto err_close;
	ret = web_hand_open(server, &loop->hand, BUFFER);
	if (ret)
		goto err_close;
	loop->hand.blocks = server->design->hands == WEB_HANDS_NONE;
	if (server->ready)
		ret = web_queue_open(server, &loop->queue);
	if (ret)
		goto err_hand;
	arm_listener(loop, true);
	ret = -pthread_create(&loop->thread, NULL, run, loop);
	if (ret)
		goto err_queue;
	*to = loop;
	return 0;

err_queue:
	web_queue_close(&loop->queue);
err_hand:
	web_hand_close(&loop->hand);
err_close:
	close(loop->epoll);
	close(loop->wake);
	close(loop->reserve);
	free(loop);
	return ret;
}

/**
 * web_loop_wake - let it look whether it has to stop
 * @loop: the loop
 */
void web_loop_wake(struct web_loop *loop)
{
	const u64 one = 1;

	(void)!write(loop->wake, &one, sizeof(one));
}

/**
 * web_loop_join - wait until it has stopped
 * @loop: the loop; of a server that stops
 */
void web_loop_join(struct web_loop *loop)
{
	pthread_join(loop->thread, NULL);
	web_queue_close(&loop->queue);
	web_hand_close(&loop->hand);
	close(loop->epoll);
	close(loop->wake);
	close(loop->reserve);
	/* What a helper has still is told as open: the process ends with it. */
	if (!loop->first)
		free(loop);
}

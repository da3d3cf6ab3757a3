// SPDX-License-Identifier: GPL-2.0
/* A server, of any architecture, from its begin to its end. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/string.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/child.h"
#include "web.h"

#define BACKLOG		4096
/* How often it looks whether it has to stop. */
#define LOOK_MS		50

static const struct web_design designs[] = {
	{ .name = "event" },
	{ .name = "thread", .threads = true },
	{ .name = "pool", .hands = WEB_HANDS_ALL },
	{ .name = "hybrid", .hands = WEB_HANDS_BLOCKING, .loops = true },
	{ .name = "process", .loops = true, .processes = true },
#ifdef CONTEND_MUTANT
	{ .name = "busted_deaf", .hands = WEB_HANDS_ALL, .fault = WEB_DEAF },
	{ .name = "busted_order", .fault = WEB_REORDERS },
	{ .name = "busted_owner", .hands = WEB_HANDS_ALL, .fault = WEB_SHARES },
	{ .name = "busted_lost", .fault = WEB_LOSES },
	{ .name = "busted_twice", .fault = WEB_REPEATS },
#endif
	{ }
};

/**
 * web_design - how an architecture is built
 * @name: of it
 *
 * Return: the design; NULL of a peer.
 */
const struct web_design *web_design(const char *name)
{
	const struct web_design *d;

	for (d = designs; d->name; d++)
		if (!strcmp(d->name, name))
			return d;
	return NULL;
}

/**
 * web_stopping - whether a server accepts no more
 * @server: the server
 */
bool web_stopping(const struct web_server *server)
{
	return __atomic_load_n(&server->stopping, __ATOMIC_ACQUIRE);
}

/**
 * web_books - where a task tells what it does
 * @server: of all
 * @number: the task's
 */
struct web_books *web_books(struct web_server *server, u32 number)
{
	/* Processes have numbers of their own, which may be the same: all is added. */
	return &server->told->books[(number + getpid()) % WEB_BOOKS];
}

/**
 * web_listen - a socket that listens where the server does
 * @server: of which @told->port is filled in by the first one
 *
 * All of a server share the port, and the kernel shares the connections among them.
 *
 * Return: the socket; a negative errno.
 */
int web_listen(struct web_server *server)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(server->told->port ?: server->play->common.port),
	};
	socklen_t len = sizeof(address);
	const int one = 1;
	const bool shares = server->design->loops && server->play->spec->workers > 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), ret;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if ((shares && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one))) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, BACKLOG) ||
	    getsockname(fd, (struct sockaddr *)&address, &len)) {
		ret = -errno;
		close(fd);
		return ret;
	}
	server->told->port = ntohs(address.sin_port);
	return fd;
}

/* One more than there is room for: it is told, and gone. */
static void turn_away(struct web_hand *hand, int fd)
{
	char text[WEB_ANSWER_HEAD], sink[256];
	size_t len = web_http_answer(text, HTTP_STATUS_SERVICE_UNAVAILABLE, false, 0, &hand->stamp);

	web_tell(&hand->books->accepted, 1);
	web_tell(&hand->books->end[WEB_REJECTED], 1);
	/* What it has sent is read: else the answer would be lost with it. */
	if (recv(fd, sink, sizeof(sink), MSG_DONTWAIT) < 0 && errno != EAGAIN)
		goto out;
	if (send(fd, text, len, MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
		shutdown(fd, SHUT_WR);
out:
	close(fd);
}

/**
 * web_accept - take the next connection
 * @hand: who does
 * @listener: from web_listen()
 * @reserve: a descriptor that is given up for one more connection, which is turned away, when
 *	there are no more; -1 while there is none
 *
 * Return: its socket; -EAGAIN there is none; -EMFILE there will be none for a while, as there is
 * no memory or no descriptor for one.
 */
int web_accept(struct web_hand *hand, int listener, int *reserve)
{
	struct web_server *server = hand->server;
	const int flags = SOCK_CLOEXEC | (hand->waits ? 0 : SOCK_NONBLOCK);
	bool none;
	int fd;

	for (;;) {
		fd = accept4(listener, NULL, NULL, flags);
		if (fd >= 0 && __atomic_load_n(&server->open, __ATOMIC_RELAXED) <
			       server->words->connections)
			return fd;
		if (fd >= 0) {
			turn_away(hand, fd);
			continue;
		}
		if (errno == EAGAIN)
			return -EAGAIN;
		if (errno == EMFILE || errno == ENFILE) {
			if (*reserve < 0)
				return -EMFILE;
			/* It is said before it is looked whether there is anybody. */
			close(*reserve);
			fd = accept4(listener, NULL, NULL, flags);
			none = fd < 0 && errno == EAGAIN;
			if (fd >= 0)
				turn_away(hand, fd);
			*reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
			if (fd < 0)
				return none ? -EAGAIN : -EMFILE;
		} else if (errno == ENOBUFS || errno == ENOMEM) {
			return -EMFILE;
		}
		/* Others are of the connection that is no more (accept(2)): the next one. */
	}
}

/* What the structures have to say, at rest. */
static void tell_objects(struct web_server *server)
{
	struct play *play = server->play;
	u32 i, at;
	int ret;

	for (i = 0; i < play->nobjects; i++) {
		struct contend_stat stat = { };
		struct web_object *object;

		ret = contend_stat(play->objects[i], CONTEND_STAT_VERIFY, &stat);
		at = __atomic_fetch_add(&server->told->nobjects, 1, __ATOMIC_RELAXED);
		/* Of many processes the first ones: the others' violations are added to theirs. */
		object = &server->told->objects[at % PLAY_OBJECTS];
		__atomic_fetch_add(&object->violations, ret ? 1 : stat.violations,
				   __ATOMIC_RELAXED);
		strscpy(object->name, ret ? "object" : stat.structure, sizeof(object->name));
		if (ret || stat.violations)
			strscpy(object->detail, ret ? strerror(-ret) : stat.detail,
				sizeof(object->detail));
	}
}

static void nap(void)
{
	usleep(LOOK_MS * 1000);
}

static void begin_stop(struct web_server *server)
{
	server->cut_ns = play_now() + server->words->grace_ns;
	__atomic_store_n(&server->stopping, true, __ATOMIC_RELEASE);
}

/* Listeners of all loops: none may begin before all are there, or the kernel shares unevenly. */
static int with_loops(struct web_server *server, const int *listeners, u32 n,
		      const volatile sig_atomic_t *stop, void (*ready)(struct web_server *server))
{
	struct web_loop **loops = calloc(n, sizeof(*loops));
	struct web_helpers *helpers = NULL;
	u32 started = 0;
	int ret = loops ? 0 : -ENOMEM;

	if (!ret && server->design->hands != WEB_HANDS_NONE)
		ret = web_helpers_start(server, &helpers);
	for (; !ret && started < n; started += !ret)
		ret = web_loop_start(server, listeners[started], &loops[started]);
	if (!ret)
		ready(server);
	while (!ret && !__atomic_load_n(stop, __ATOMIC_RELAXED))
		nap();
	begin_stop(server);
	while (started--) {
		web_loop_wake(loops[started]);
		web_loop_join(loops[started]);
	}
	if (helpers)
		web_helpers_join(helpers);
	free(loops);
	return ret;
}

static int with_threads(struct web_server *server, int listener,
			const volatile sig_atomic_t *stop, void (*ready)(struct web_server *server))
{
	struct web_thread *threads;
	int ret = web_threads_start(server, listener, &threads);

	if (ret)
		return ret;
	ready(server);
	while (!__atomic_load_n(stop, __ATOMIC_RELAXED))
		nap();
	begin_stop(server);
	web_threads_join(threads);
	return 0;
}

/* All that lies in this process. */
static int run_here(struct web_server *server, const int *listeners, u32 n,
		    const volatile sig_atomic_t *stop, void (*ready)(struct web_server *server))
{
	struct web_told *told = server->told;
	int ret = web_site_prepare(server);

	if (!ret)
		ret = server->design->threads ?
		      with_threads(server, listeners[0], stop, ready) :
		      with_loops(server, listeners, n, stop, ready);
	if (!ret) {
		tell_objects(server);
		__atomic_fetch_add(&told->open, server->open, __ATOMIC_RELAXED);
		__atomic_fetch_add(&told->ended, 1, __ATOMIC_RELAXED);
	}
	return ret;
}

static void nobody_ready(struct web_server *server)
{
	(void)server;
}

static void child(const struct web_server *of, int listener, pid_t parent,
		  const volatile sig_atomic_t *stop)
{
	struct web_server server = *of;
	/* What it has made is its own, where it is in the program. */
	struct play play = *of->play;
	int ret;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	server.play = &play;
	ret = getppid() == parent ? run_here(&server, &listener, 1, stop, nobody_ready) : 0;
	if (ret)
		strscpy(server.told->reason, play.result->reason[0] ? play.result->reason :
			strerror(-ret), sizeof(server.told->reason));
	while (play.nobjects)
		contend_close(play.objects[--play.nobjects]);
	_exit(ret ? 1 : 0);
}

/* A process each, which share nothing but what they tell; this one looks after them. */
static int with_processes(struct web_server *server, const int *listeners, u32 n,
			  const volatile sig_atomic_t *stop,
			  void (*ready)(struct web_server *server))
{
	const pid_t parent = getpid();
	pid_t *pids = calloc(n, sizeof(*pids));
	u32 started, i;
	int ret = pids ? 0 : -ENOMEM;

	for (started = 0; !ret && started < n; started++) {
		pids[started] = fork();
		if (!pids[started])
			child(server, listeners[started], parent, stop);
		if (pids[started] < 0) {
			ret = -errno;
			break;
		}
	}
	if (!ret)
		ready(server);
	while (!ret && !__atomic_load_n(stop, __ATOMIC_RELAXED)) {
		nap();
		/* One that has died took its connections along. */
		for (i = 0; i < started; i++)
			if (waitpid(pids[i], NULL, WNOHANG) == pids[i]) {
				pids[i] = 0;
				ret = -EIO;
			}
	}
	for (i = 0; i < started; i++)
		if (pids[i] > 0)
			kill(pids[i], SIGTERM);
	/* A second signal to this one is no end of theirs: their books are not closed before. */
	for (i = 0; i < started; i++)
		if (pids[i] > 0)
			child_wait(pids[i]);
	free(pids);
	return ret;
}

static void say_ready(struct web_server *server)
{
	/* A run sees the port; others want to be told. */
	if (server->told->quiet)
		return;
	fprintf(stderr, "contend: web: %s listens on http://127.0.0.1:%u/ until SIGTERM\n",
		server->design->name, server->told->port);
}

/**
 * web_serve - a server, until it is told to stop
 * @play: what it is a part of, with the door to the structures
 * @stop: until this is set
 * @told: what it tells; zero at first
 *
 * Return: 0, within grace= after @stop was set; a negative errno, with a reason.
 */
int web_serve(struct play *play, const volatile sig_atomic_t *stop, struct web_told *told)
{
	const struct web_design *design = web_design(play->common.architecture);
	struct web_server server = {
		.play = play, .words = play->words, .design = design, .told = told,
	};
	int *listeners, ret = 0;
	u32 n, i;

	if (!design)
		return play_failed(play, EOPNOTSUPP,
				   "architecture=%s is a server of its own: scripts/peers.d/web starts it",
				   play->common.architecture);
	play_descriptors();
	n = design->loops ? play->spec->workers : 1;
	listeners = calloc(n, sizeof(*listeners));
	if (!listeners)
		return -ENOMEM;
	for (i = 0; i < n && ret >= 0; i++) {
		ret = web_listen(&server);
		listeners[i] = ret;
	}
	if (ret < 0)
		ret = play_failed(play, -ret, "cannot listen on 127.0.0.1:%u: %s",
				  play->common.port, strerror(-ret));
	else if (design->processes)
		ret = with_processes(&server, listeners, n, stop, say_ready);
	else
		ret = run_here(&server, listeners, n, stop, say_ready);
	if (ret && told->reason[0])
		play_failed(play, -ret, "%s", told->reason);
	/* Loops close theirs as soon as they stop. */
	free(listeners);
	return ret;
}

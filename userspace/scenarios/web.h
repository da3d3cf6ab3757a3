/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The web server of scenario=web: its keys, and what its parts share.
 *
 *	web.c		the scenario: keys, checks, a run
 *	web_http.c	requests and answers as HTTP/1.1 has them
 *	web_site.c	what a request does with the structures
 *	web_conn.c	a connection, whoever serves it
 *	web_server.c	a server, of any architecture, from its begin to its end
 *	web_loop.c	an epoll loop: event, hybrid, pool, process
 *	web_hands.c	the threads that a loop hands connections to: pool, hybrid
 *	web_queue.c	by what it does
 *	web_thread.c	a thread a connection
 *	web_load.c	the users' side
 *
 * The server of a run is a process of its own, so that what it costs is measured apart from its
 * users. What it has to tell lies in struct web_told, which both map.
 */
#ifndef CONTEND_WEB_H
#define CONTEND_WEB_H

#include "scenario.h"
#include "web_http.h"

/* Most threads that serve connections, but for those of architecture=thread; and processes. */
#define WEB_TASKS	1024
/* What is told, in so many parts: tasks share them. */
#define WEB_BOOKS	64
/* Bytes of the part of an answer that is about its request, see web_site_body(). */
#define WEB_BODY_TOLD	85

/* Requests of which a share takes a time. */
struct web_share {
	u32 ppm;
	u64 ns;
};

/**
 * struct web_words - the keys of the scenario
 * @connections: most at a time
 * @helpers: threads that a loop hands connections to
 * @via: structure by which it does
 * @backlog: how many that has room for
 * @reply: bytes of an answer's body
 * @limit: requests a second that a session may make; 0: any number
 * @keepalive_ns: how long a connection may be idle
 * @patience_ns: how long a request may take to come in, or an answer to be taken
 * @grace_ns: how long a server that stops waits for what is under way
 * @blocking: requests that wait for something
 * @burning: requests that compute
 * @splitting: requests that come in two parts
 * @pipelining: how many a connection sends before it waits for answers
 * @per_connection: how many a connection is for; 0: any number
 * @idle: further connections that do nothing
 * @loaders: threads that send
 */
struct web_words {
	u32 connections;
	u32 helpers;
	char via[SPEC_NAME_LEN];
	u32 backlog;
	u32 reply;
	u32 limit;
	u64 keepalive_ns;
	u64 patience_ns;
	u64 grace_ns;
	struct web_share blocking;
	struct web_share burning;
	struct web_share splitting;
	u32 pipelining;
	u32 per_connection;
	u32 idle;
	u32 loaders;
};

/* How a connection ended. */
enum web_end {
	WEB_SERVED,	/* between two requests, or after the last one's answer */
	WEB_REJECTED,	/* by the server: there are too many, or it was sent nonsense */
	WEB_TIMED_OUT,	/* it was idle, or slow, for too long */
	WEB_BROKEN,	/* by the client, in a request or an answer */
	WEB_CUT,	/* by the server, which stopped */
	NR_WEB_ENDS
};

/**
 * struct web_books - what a task of the server tells; all by atomic addition
 * @accepted: connections
 * @end: how they ended
 * @requests: that came in
 * @answered: answers that were given to the system whole, or began to be
 * @dropped: requests that have no answer since their connection is gone
 * @errors: answers with a status from 400 on
 * @empty: how often accept() was called after a wake-up and there was nobody
 * @handed: connections that a loop has handed on
 * @taken: and that a helper has taken
 * @owners: a connection had two owners
 * @order: an answer was not that of the oldest request
 * @deaf: a connection could be read, and nobody was told
 * @failed: an operation on a structure could not be carried out
 */
struct web_books {
	u64 accepted;
	u64 end[NR_WEB_ENDS];
	u64 requests;
	u64 answered;
	u64 dropped;
	u64 errors;
	u64 empty;
	u64 handed;
	u64 taken;
	u64 owners;
	u64 order;
	u64 deaf;
	u64 failed;
} __attribute__((aligned(64)));

/**
 * struct web_seen - what a thread of users tells
 * @twice: bytes came that nobody had asked for
 * @order: an answer was not that of the oldest request
 * @wrong: an answer was not of the length or the text that was asked for
 * @late: requests that were not answered in patience=
 * @broken: connections that ended in a request
 * @opened: connections
 */
struct web_seen {
	u64 twice;
	u64 order;
	u64 wrong;
	u64 late;
	u64 broken;
	u64 opened;
} __attribute__((aligned(64)));

/* An object of the server, as it was when all had stopped. */
struct web_object {
	char name[SPEC_NAME_LEN];
	char detail[RESULT_TEXT];
	u64 violations;
};

/**
 * struct web_told - see above
 * @quiet: who started it sees the port
 * @port: where the server listens; 0: not yet
 * @ended: how many of its processes have come to their end
 * @open: connections that were there then and had not ended
 * @nobjects: entries in
 * @objects: taken by atomic addition
 * @reason: why it could not begin
 * @books: of its tasks
 * @seen: of the users, so many as threads at most
 */
struct web_told {
	bool quiet;
	u32 port;
	u32 ended;
	u64 open;
	u32 nobjects;
	struct web_object objects[PLAY_OBJECTS];
	char reason[RESULT_TEXT];
	struct web_books books[WEB_BOOKS];
	struct web_seen seen[WEB_BOOKS];
};

/**
 * web_tell - count
 * @count: of a struct web_books
 * @n: how many
 */
static inline void web_tell(u64 *count, u64 n)
{
	__atomic_fetch_add(count, n, __ATOMIC_RELAXED);
}

/* What is broken on purpose. */
enum web_fault {
	WEB_SOUND,
	WEB_DEAF,	/* a connection of which nothing was handled is not armed again */
	WEB_REORDERS,	/* answers of one turn go out with the last one first */
	WEB_SHARES,	/* a connection is armed while it is served */
	WEB_LOSES,	/* a connection whose client has gone is forgotten */
	WEB_REPEATS,	/* an answer goes out twice, now and then */
};

/* Which connections a loop hands on. */
enum web_hands { WEB_HANDS_NONE, WEB_HANDS_BLOCKING, WEB_HANDS_ALL };

/* What an architecture is. */
struct web_design {
	const char *name;
	enum web_hands hands;
	bool loops;		/* as many as workers=; else one */
	bool processes;		/* each in one of its own */
	bool threads;		/* no loop, but a thread a connection */
	enum web_fault fault;
};

/* Numbers of verbs in structures; -1: there is none. */
struct web_verbs {
	int lookup, insert, erase;
	int inc;
	int take, set;
	int put, get;
	bool get_waits;
	int advance, read, await;
};

struct web_loop;
struct web_thread;

/**
 * struct web_server - a server
 * @play: what it is a part of; constant, like all up to
 * @words: its keys
 * @design: see there
 * @told: what it tells
 * @verbs: of its structures
 * @sessions: the object of them
 * @counter: of how many there were
 * @limiter: of how often a session may ask
 * @ready: connections that are handed on; 0: none are
 * @news: an event count of these, where @ready's get does not wait; or 0
 * @stopping: it accepts no more, and ends what it has
 * @cut_ns: when it ends what is still there
 * @open: connections
 * @next: the next task's number
 */
struct web_server {
	struct play *play;
	const struct web_words *words;
	const struct web_design *design;
	struct web_told *told;
	struct web_verbs verbs;
	__u64 sessions;
	__u64 counter;
	__u64 limiter;
	__u64 ready;
	__u64 news;
	int stopping;
	u64 cut_ns;
	u32 open;
	u32 next;
};

/**
 * struct web_site - a task's way to the structures; its own
 * @server: of all
 * @sessions: a handle; like
 * @counter: this
 * @limiter: and this
 */
struct web_site {
	struct web_server *server;
	struct contend_handle *sessions;
	struct contend_handle *counter;
	struct contend_handle *limiter;
};

/**
 * struct web_queue - a task's way to the connections that are handed on; its own
 * @server: of all
 * @ready: a handle; like
 * @news: this, or NULL
 */
struct web_queue {
	struct web_server *server;
	struct contend_handle *ready;
	struct contend_handle *news;
};

/**
 * struct web_hand - a task that serves connections; its own
 * @server: of all
 * @books: what it tells
 * @number: as an owner
 * @site: see there
 * @stamp: see there
 * @blocks: it may block in a request
 * @waits: and in a system call, for its one connection
 * @now_ns: when it looked last
 * @in: what was read
 * @in_size: its bytes
 * @out: what is to be written at the end of a turn
 * @out_size: its bytes
 * @out_len: of which are used
 */
struct web_hand {
	struct web_server *server;
	struct web_books *books;
	u32 number;
	struct web_site site;
	struct web_stamp stamp;
	bool blocks;
	bool waits;
	u64 now_ns;
	char *in;
	size_t in_size;
	char *out;
	size_t out_size;
	size_t out_len;
};

/* Who has a connection: nobody, as it waits in epoll; or the queue; or a task, by its number. */
enum { WEB_NOBODY, WEB_ARMING, WEB_QUEUED, WEB_FIRST_HAND };

/* What a connection waits for. */
enum web_state {
	WEB_IDLE,	/* a request */
	WEB_READING,	/* the rest of one */
	WEB_WRITING,	/* that its client takes an answer */
	WEB_LINGERING,	/* that its client closes it, as we have */
};

/**
 * struct web_conn - a connection; its owner's, but for @owner and what is the loop's
 * @fd: its socket; -1 when it has ended
 * @owner: see there; who changes it knows whom it was
 * @state: see there
 * @end: how it ends, while it lingers
 * @waits: @request is to be answered before anything else
 * @closing: nothing more is read; it ends when all is written
 * @eof: its client sends no more
 * @armed: it is in epoll, for these events
 * @looks: how often it was found to be readable and nobody's; the loop's
 * @told_deaf: that was told; the loop's
 * @deadline_ns: it ends then
 * @ready_ns: when the loop saw that there is something
 * @turns: how often it was served
 * @looked: @turns when the loop looked last
 * @begun: requests
 * @answered: of these
 * @request: see @waits
 * @http: see there
 * @held: what was read and is not looked at yet, @held_len bytes from @held_at on
 * @out: what could not be written, @out_len bytes from @out_at on
 * @loop: whose it is; constant, NULL without loops
 * @next: in the loop's list; the loop's
 * @prev: likewise
 * @dead_next: of those that have ended, see struct web_loop
 */
struct web_conn {
	int fd;
	u32 owner;
	u8 state;
	u8 end;
	bool waits;
	bool closing;
	bool eof;
	bool told_deaf;
	u8 looks;
	u32 armed;
	u64 deadline_ns;
	u64 ready_ns;
	u32 turns;
	u32 looked;
	u64 begun;
	u64 answered;
	struct web_request request;
	struct web_http http;
	char *held;
	u32 held_at;
	u32 held_len;
	char *out;
	u32 out_at;
	u32 out_len;
	struct web_loop *loop;
	struct web_conn *next;
	struct web_conn *prev;
	struct web_conn *dead_next;
};

/* What is to become of a connection after a turn. */
enum web_turn {
	WEB_WANTS_IN,
	WEB_WANTS_OUT,
	WEB_WANTS_HELP,	/* its request may block, and this task must not */
	WEB_ENDED,	/* its socket is closed, and it is to be freed */
};

/* web_site.c */
int web_verb(int device, const char *structure, const char *names, bool *waits);
int web_site_prepare(struct web_server *server);
int web_site_open(struct web_server *server, struct web_site *site);
void web_site_close(struct web_site *site);
bool web_site_blocks(const struct web_request *request);
u16 web_site_serve(struct web_site *site, const struct web_request *request);
void web_site_body(char *buf, const struct web_request *request, u64 ready_ns, u64 began_ns,
		   u64 ended_ns);

/* web_conn.c */
int web_hand_open(struct web_server *server, struct web_hand *hand, size_t size);
void web_hand_close(struct web_hand *hand);
struct web_conn *web_conn_new(struct web_hand *hand, int fd);
void web_conn_free(struct web_conn *c);
bool web_conn_own(struct web_hand *hand, struct web_conn *c, u32 from, u32 to);
enum web_turn web_conn_turn(struct web_hand *hand, struct web_conn *c);
enum web_turn web_conn_expired(struct web_hand *hand, struct web_conn *c);
enum web_turn web_conn_refuse(struct web_hand *hand, struct web_conn *c);
enum web_turn web_conn_close(struct web_hand *hand, struct web_conn *c, enum web_end end);

/* web_server.c */
const struct web_design *web_design(const char *name);
int web_serve(struct play *play, const volatile sig_atomic_t *stop, struct web_told *told);
int web_listen(struct web_server *server);
int web_accept(struct web_hand *hand, int listener, int *reserve);
bool web_stopping(const struct web_server *server);
struct web_books *web_books(struct web_server *server, u32 number);

/* web_loop.c */
int web_loop_start(struct web_server *server, int listener, struct web_loop **loop);
void web_loop_wake(struct web_loop *loop);
void web_loop_join(struct web_loop *loop);
void web_loop_arm(struct web_conn *c, enum web_turn turn);
void web_loop_bury(struct web_conn *c);

/* web_queue.c */
int web_queue_prepare(struct web_server *server);
int web_queue_open(struct web_server *server, struct web_queue *queue);
void web_queue_close(struct web_queue *queue);
bool web_queue_put(struct web_queue *queue, struct web_conn *c);
struct web_conn *web_queue_get(struct web_queue *queue, u64 until_ns);

/* web_hands.c */
struct web_helpers;
int web_helpers_start(struct web_server *server, struct web_helpers **helpers);
void web_helpers_join(struct web_helpers *helpers);

/* web_thread.c */
int web_threads_start(struct web_server *server, int listener, struct web_thread **threads);
void web_threads_join(struct web_thread *threads);

/* web_load.c */
int web_load_ask(u32 port, u32 times);
int web_load_probe(u32 port, u64 deadline_ns);
void web_load(struct user *user, const struct web_words *words, struct web_told *told);

#endif /* CONTEND_WEB_H */

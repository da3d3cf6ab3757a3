/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the connections of a pool lead to. A connection is one task's at a time: that of its
 * creator, of the holder of its lease, of the reaper.
 */
#ifndef CONTEND_POOL_BACKEND_H
#define CONTEND_POOL_BACKEND_H

#include <pthread.h>
#include <stdbool.h>

#include "cores.h"
#include "scenario.h"

#define POOL_BACKEND_LEN	200
#define POOL_CREATORS		64
/* Shares are of so many. */
#define POOL_SHARES		10000

/**
 * struct pool_fault - a time in which the backend is not itself
 * @from_ns: from the users' begin; with 0 for both there is none
 * @until_ns: likewise
 * @factor: how many times slower it is
 */
struct pool_fault {
	u64 from_ns;
	u64 until_ns;
	u32 factor;
};

/**
 * struct pool_words - the keys of the scenario
 * @backend: "sim", or postgres://… or redis://…
 * @connect_ns: sim: how long it takes to connect
 * @query_ns: how long a query takes; of PostgreSQL, beyond its work
 * @logins: sim: so many connect at a time, the others wait; 0: any number
 * @cores: sim: so many queries run at a time; likewise
 * @mode: how long a lease lasts
 * @queries: requests of a session
 * @min_idle: so many are kept idle
 * @creators: tasks that connect
 * @idle_ns: the reaper takes what was idle for longer
 * @age_ns: and what is older
 * @validate_ns: what was idle for longer is asked whether it lives
 * @leak_ns: a lease that lasts longer is told of
 * @slow: sim: it is slower
 * @outage: sim: it does not answer
 * @resets: in ten thousand queries so many end the connection
 * @leaks: likewise, requests after which a lease is not given back
 * @cancels: likewise, requests that give up before their deadline
 * @kills: likewise, requests beside which a process is killed that waits or holds a lease
 */
struct pool_words {
	char backend[POOL_BACKEND_LEN];
	u64 connect_ns;
	u64 query_ns;
	u32 logins;
	u32 cores;
	enum pool_mode { MODE_TRANSACTION, MODE_SESSION } mode;
	u32 queries;
	u32 min_idle;
	u32 creators;
	u64 idle_ns;
	u64 age_ns;
	u64 validate_ns;
	u64 leak_ns;
	struct pool_fault slow;
	struct pool_fault outage;
	u32 resets;
	u32 leaks;
	u32 cancels;
	u32 kills;
};

#define POOL_KEYS	19

extern const struct spec_key pool_keys[POOL_KEYS];

/**
 * enum backend_said - what came of it
 * @BACKEND_OK: it was answered; whether rightly, the caller sees
 * @BACKEND_GONE: there is no connection any more
 * @BACKEND_LATE: not in its time. The answer may come yet: the connection is of no use
 */
enum backend_said { BACKEND_OK, BACKEND_GONE, BACKEND_LATE };

/**
 * struct connection - to the backend
 * @lock: sim and others: one task at a time makes it or ends it
 * @lease: the slot and generation that it was made for; with @lock
 * @open: there is one; with @lock, or by the holder of its lease
 * @holder: user that has its lease, its number and 1; 0: none. By cmpxchg()
 * @leaker: user that does not give it back, likewise
 * @named: user that was said to be that, likewise
 * @since_ns: since when it has a holder or none
 * @native: the library's
 * @opened_ns: sim, like all that follows: when it was opened
 * @mark: what its session has
 * @unread: an answer that nobody has read; 0: none
 * @unread_ns: when that comes
 */
struct connection {
	pthread_mutex_t lock;
	u64 lease;
	bool open;
	u32 holder;
	u32 leaker;
	u32 named;
	u64 since_ns;
	void *native;
	u64 opened_ns;
	u64 mark;
	u64 unread;
	u64 unread_ns;
} __attribute__((aligned(64)));

/**
 * struct question - a query: that answers its own question and no other one
 * @cookie: what is to be answered
 * @mark: what the session is to have from now on
 * @local: only for this query
 * @breaks: the backend ends the connection instead
 * @reply: out, what was answered
 * @found: out, what the session had before
 */
struct question {
	u64 cookie;
	u64 mark;
	bool local;
	bool breaks;
	u64 reply;
	u64 found;
};

/**
 * struct backend_at - a backend of a run
 * @kind: which
 * @play: the run
 * @words: its keys
 * @logins: sim: what connects
 * @cores: sim: what carries queries out
 * @open: connections now
 * @open_most: most of them
 * @deaf: postgres: a cancellation was not answered; these three by atomic operations
 */
struct backend_at {
	const struct backend *kind;
	const struct play *play;
	const struct pool_words *words;
	struct cores logins;
	struct cores cores;
	u32 open;
	u32 open_most;
	bool deaf;
};

/**
 * struct backend - a kind of them
 * @scheme: how a value of backend= begins
 * @connect: make a connection, until @deadline_ns
 * @query: ask @q
 * @reset: leave nothing in the session for the next one
 * @ping: whether it lives
 * @close: end it; also one that is lost
 *
 * Context of all: the task whose connection it is; they wait, until @deadline_ns at most.
 */
struct backend {
	const char *scheme;
	enum backend_said (*connect)(struct backend_at *at, struct connection *c, u64 deadline_ns);
	enum backend_said (*query)(struct backend_at *at, struct connection *c, struct question *q,
				   u64 deadline_ns);
	enum backend_said (*reset)(struct backend_at *at, struct connection *c, u64 deadline_ns);
	enum backend_said (*ping)(struct backend_at *at, struct connection *c, u64 deadline_ns);
	void (*close)(struct backend_at *at, struct connection *c);
};

extern const struct backend pool_sim;
extern const struct backend pool_postgres;
extern const struct backend pool_redis;

const struct backend *backend_of(const char *value);
void backend_init(struct backend_at *at, const struct play *play, const struct pool_words *words);
int backend_wait(int fd, short events, u64 deadline_ns);
enum backend_said backend_connect(struct backend_at *at, struct connection *c, u64 deadline_ns);
void backend_close(struct backend_at *at, struct connection *c);

#endif /* CONTEND_POOL_BACKEND_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * A connection pool: borrowers who have a request for a backend each, and fewer connections than
 * borrowers. The pool is a structure of the catalogue, whose slots are connections: it says who
 * holds which, who waits, which one is to be made and which one to go. Creators connect, a reaper
 * ends what is due, and tells of leases that last too long.
 *
 * Laws, in each run: a connection has one holder; nothing of the last lease is left in its session;
 * each query gets its own answer; there are never more than capacity= connections; hand-over is in
 * the order of arrival, where the policy says so; nothing times out before its time; what was
 * leased comes back; a lease that is said to have leaked was one that did; when all borrowers have
 * gone, an elastic pool goes back to its least, and an eager one is full again. The structure
 * checks its own books besides, at each point of the timeline and at the end: idle, leased, being
 * made and dying ones are the total, and nothing is idle while somebody waits.
 */
#include <errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "engine/child.h"
#include "pool_backend.h"
#include "structures/pool.h"

/* How long a creator waits before it looks whether all stop; how often the reaper looks. */
#define LOOK_NS		20000000ULL
#define REAP_NS		5000000ULL
/* What a query takes where nothing is said. */
#define SIM_QUERY_NS	2000000ULL
/* How long a creator waits for a connection. */
#define CONNECT_NS	(5 * SPEC_NS_PER_S)
/* How long a server has to take the first one, and to answer. */
#define REACH_NS	(5 * SPEC_NS_PER_S)
/* Leases that one borrower does not give back, at a time. */
#define LEAKED		8
/* Presets of elastic and eager, where they differ from the keys' own. */
#define ELASTIC_IDLE_NS	100000000ULL
#define EAGER_CREATORS	8
/* How long a pool may take to come to its size: its connections are there by then. */
#define SETTLE_NS	(10 * SPEC_NS_PER_S)
/* Goodput is back when it is nine tenths of before, for so long. */
#define BACK_NS		200000000ULL
#define BACK_SHARE	0.9

enum { STAGE_WAIT, STAGE_CONNECT, STAGE_QUERY, STAGE_RETURN };

static const char *const stages[] = { "wait", "connect", "query", "return", NULL };

enum { GAUGE_IDLE, GAUGE_BUSY, GAUGE_MAKING, GAUGE_WAITING, GAUGE_TOTAL };

static const char *const gauges[] = { "idle", "busy", "making", "waiting", "total", NULL };

static const struct scenario_figure figures[] = {
	{ "connects", FIGURE_LESS | FIGURE_COLUMN, "connections that were made" },
	{ "connections_max", FIGURE_LESS, "the most connections that were open at one time" },
	{ "connections_end", 0, "connections that were there when all borrowers had ended" },
	{ "handed", FIGURE_COLUMN,
	  "leases that went from one borrower straight to one that waited" },
	{ "overtakes", FIGURE_LESS,
	  "borrowers that were served ahead of one that had waited for longer" },
	{ "timeout_late_p50_ns", FIGURE_LESS,
	  "how long after its deadline a wait ended, the median" },
	{ "timeout_late_p99_ns", FIGURE_LESS | FIGURE_COLUMN,
	  "how long after its deadline a wait ended, the 99th percentile" },
	{ "timeout_late_max_ns", FIGURE_LESS,
	  "how long after its deadline a wait ended, the longest" },
	{ "recovery_ns", FIGURE_LESS | FIGURE_COLUMN,
	  "from the end of outage= until 90% of what went well before does" },
	{ "leaks", FIGURE_LESS, "leases that borrowers did not give back (leaks=)" },
	{ "leaks_named", 0, "leaks of which the pool named the borrower" },
	{ "leases_suspected", FIGURE_LESS,
	  "leases that were named as leaks, and were none: they lasted long" },
	{ "killed", 0, "borrowers that were killed (kills=)" },
	{ "killed_holding", 0, "borrowers that were killed while they had a connection" },
	{ }
};

/* What a run of it is checked for. */
enum law {
	LAW_HOLDER, LAW_SESSION, LAW_REPLY, LAW_TOTAL, LAW_ORDER, LAW_DEADLINE, LAW_LEASES,
	LAW_LEAKS, LAW_SIZE, LAWS
};

static const char *const law_names[LAWS] = {
	[LAW_HOLDER] = "holder", [LAW_SESSION] = "session", [LAW_REPLY] = "reply",
	[LAW_TOTAL] = "total", [LAW_ORDER] = "order", [LAW_DEADLINE] = "deadline",
	[LAW_LEASES] = "leases", [LAW_LEAKS] = "leaks", [LAW_SIZE] = "size",
};

/* How a borrower comes to a connection. */
enum way { WAY_POOL, WAY_EACH, WAY_PEER };

/* What a twin does wrong. */
enum twin {
	TWIN_NONE, TWIN_REPLY, TWIN_SESSION, TWIN_HOLDER, TWIN_TOTAL, TWIN_DEADLINE, TWIN_LEAKS,
	TWIN_SHRINK, TWIN_REFILL
};

/* How many connections a pool has: as the keys say, whose presets two of them differ in. */
enum size { SIZE_GIVEN, SIZE_ELASTIC, SIZE_EAGER };

/**
 * struct policy - what an architecture is
 * @name: its name
 * @structure: the pool's
 * @way: to a connection
 * @ordered: it hands over in the order of arrival
 * @twin: what is wrong with it
 * @size: what its size is by
 */
struct policy {
	const char *name;
	const char *structure;
	enum way way;
	bool ordered;
	enum twin twin;
	enum size size;
};

static const struct policy policies[] = {
	{ "fifo", "pool", WAY_POOL, true, TWIN_NONE, SIZE_GIVEN },
	{ "barging", "pool_barging", WAY_POOL, false, TWIN_NONE, SIZE_GIVEN },
	{ "lifo", "pool_lifo", WAY_POOL, true, TWIN_NONE, SIZE_GIVEN },
	{ "affine", "pool_affine", WAY_POOL, true, TWIN_NONE, SIZE_GIVEN },
	/* What came back last is taken next: so the others are idle, and can go. */
	{ "elastic", "pool_lifo", WAY_POOL, true, TWIN_NONE, SIZE_ELASTIC },
	{ "eager", "pool", WAY_POOL, true, TWIN_NONE, SIZE_EAGER },
	{ "each", NULL, WAY_EACH, false, TWIN_NONE, SIZE_GIVEN },
	{ "peer:pgbouncer-session", NULL, WAY_PEER, false, TWIN_NONE, SIZE_GIVEN },
	{ "peer:pgbouncer-transaction", NULL, WAY_PEER, false, TWIN_NONE, SIZE_GIVEN },
#ifdef CONTEND_MUTANT
	{ "busted_order", "busted_pool_barging", WAY_POOL, true, TWIN_NONE, SIZE_GIVEN },
	{ "busted_slot", "busted_pool_cancel", WAY_POOL, true, TWIN_NONE, SIZE_GIVEN },
	{ "busted_reply", "pool", WAY_POOL, true, TWIN_REPLY, SIZE_GIVEN },
	{ "busted_session", "pool", WAY_POOL, true, TWIN_SESSION, SIZE_GIVEN },
	{ "busted_holder", "pool", WAY_POOL, true, TWIN_HOLDER, SIZE_GIVEN },
	{ "busted_total", "pool", WAY_POOL, true, TWIN_TOTAL, SIZE_GIVEN },
	{ "busted_deadline", "pool", WAY_POOL, true, TWIN_DEADLINE, SIZE_GIVEN },
	{ "busted_leaks", "pool", WAY_POOL, true, TWIN_LEAKS, SIZE_GIVEN },
	{ "busted_shrink", "pool_lifo", WAY_POOL, true, TWIN_SHRINK, SIZE_ELASTIC },
	{ "busted_refill", "pool", WAY_POOL, true, TWIN_REFILL, SIZE_EAGER },
#endif
};

static const struct architecture architectures[] = {
	{ "fifo", "a pool that hands over in the order of arrival" },
	{ "barging", "a pool in which who comes may be ahead of who waits" },
	{ "lifo", "a pool that gives the one that came back last" },
	{ "affine", "a pool that gives a borrower what it had before" },
	{ "elastic", "lifo, of min_idle= connections, more while they are wanted" },
	{ "eager", "fifo, of capacity= connections, each of which is replaced at once" },
	{ "each", "no pool: each request connects, as pgbench -C does" },
#ifdef CONTEND_MUTANT
	{ "busted_order", "a pool that promises the order of arrival, and does not keep it" },
	{ "busted_slot", "what a borrower was given that gave up meanwhile is lost" },
	{ "busted_reply", "a connection whose query was given up goes on, answer and all" },
	{ "busted_session", "a session is not reset for the next one" },
	{ "busted_holder", "a borrower uses a connection that it has given back" },
	{ "busted_total", "connections that are of no use any more are not closed" },
	{ "busted_deadline", "a wait ends after half of its time" },
	{ "busted_leaks", "the holder of a leaked lease is said to be another one" },
	{ "busted_shrink", "elastic, where what is idle for too long stays" },
	{ "busted_refill", "eager, where what is lost is not replaced before somebody waits" },
#endif
	{ }
};

static const char *const peers[] = { "pgbouncer-session", "pgbouncer-transaction", NULL };
static const char *const takes[] = { "capacity", "think", "clients", "deadline", NULL };

/**
 * struct broken - of a law
 * @n: how often
 * @detail: the first time; by the task that has made @n 1
 */
struct broken {
	u64 n;
	char detail[RESULT_TEXT];
};

/**
 * struct system - the pool of a run, in memory that processes share
 * @play: the run; constant, like all up to
 * @words: its keys
 * @policy: its architecture
 * @id: of the pool
 * @verb: its operations' numbers, by enum of structures/pool.h
 * @capacity: most connections
 * @nconnections: entries in
 * @connections: by slot of the pool, or user
 * @size: bytes of all of this
 * @threads: creators, and the reaper as the last one
 * @nthreads: how many have begun
 * @peer: a server of others
 * @folder: its folder
 * @over: the system ends
 * @backend: with what follows, of many tasks, by atomic operations
 * @broken: laws
 * @late: how long after its deadline a wait ended; with
 * @late_lock: which processes share
 * @leaks: leases that were not given back, and
 * @named: how many of them were told of
 * @suspected: and how many others were, that lasted long
 * @killed: processes that were killed
 * @lost: of which so many had a lease
 * @cookies: numbers of questions
 * @connects: connections that were made
 * @probe: the prober's connection, which is none of the pool's
 */
struct system {
	struct play *play;
	struct pool_words words;
	const struct policy *policy;
	__u64 id;
	u32 verb[POOL_COUNT + 1];
	u32 capacity;
	u32 nconnections;
	struct connection *connections;
	size_t size;
	pthread_t threads[POOL_CREATORS + 1];
	u32 nthreads;
	pid_t peer;
	struct folder folder;
	bool over;
	struct backend_at backend;
	struct broken broken[LAWS];
	struct hist late;
	pthread_mutex_t late_lock;
	u64 leaks;
	u64 named;
	u64 suspected;
	u64 killed;
	u64 lost;
	u64 cookies;
	u64 connects;
	struct connection probe;
};

/**
 * struct borrower - a user
 * @user: the user
 * @system: the whole
 * @handle: of the pool
 * @lease: that it holds, or 0
 * @connection: its connection, or NULL: none
 * @asked: queries in this lease
 * @mark: that its session has
 * @tag: of the request that it is at; 0: none
 * @deadline_ns: of the attempt
 * @leaked: leases that it does not give back
 */
struct borrower {
	struct user *user;
	struct system *system;
	struct contend_handle *handle;
	u64 lease;
	struct connection *connection;
	u32 asked;
	u64 mark;
	u64 tag;
	u64 deadline_ns;
	u64 leaked[LEAKED];
};

static void add(u64 *counter, u64 n)
{
	__atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

static u64 value_of(const u64 *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static __attribute__((format(printf, 3, 4)))
void breaks(struct system *s, unsigned int law, const char *format, ...)
{
	va_list args;

	if (__atomic_fetch_add(&s->broken[law].n, 1, __ATOMIC_RELAXED))
		return;
	va_start(args, format);
	vsnprintf(s->broken[law].detail, sizeof(s->broken[law].detail), format, args);
	va_end(args);
}

/* An operation of the pool, for a request. Returns what it answered, as a negative errno. */
static int tagged_op(struct system *s, struct contend_handle *handle, u64 tag, u32 verb, u64 key,
		     u64 *value, u64 deadline_ns)
{
	struct contend_op op = {
		.verb = s->verb[verb], .key = key, .value = value ? *value : 0,
		.deadline_ns = deadline_ns, .tag = tag,
	};
	int ret;

	ret = play_op(handle, &op);
	if (ret)
		return ret;
	if (value)
		*value = op.value;
	return -(int)op.error;
}

/* And for none. */
static int pool_op(struct system *s, struct contend_handle *handle, u32 verb, u64 key, u64 *value,
		   u64 deadline_ns)
{
	return tagged_op(s, handle, 0, verb, key, value, deadline_ns);
}

/* One in so many, of ten thousand. */
static bool chance(struct user *user, u32 share)
{
	return share && rng_next(&user->rng) % POOL_SHARES < share;
}

static u64 some_of(struct user *user, u64 ns)
{
	return ns ? rng_next(&user->rng) % ns : 0;
}

/* --- creators and the reaper ------------------------------------------------ */

/* With its lock. */
static void close_connection(struct system *s, struct connection *c)
{
	if (s->policy->twin == TWIN_TOTAL)
		c->open = false;
	else
		backend_close(&s->backend, c);
}

/* The slot's connection of this lease, if it is open; whoever ends it, does so once. */
static void end_connection(struct system *s, u64 lease)
{
	struct connection *c = &s->connections[(u32)lease];

	pthread_mutex_lock(&c->lock);
	if (c->open && c->lease == lease)
		close_connection(s, c);
	pthread_mutex_unlock(&c->lock);
}

/* Connect, for a slot that is being made; @rng: again and again, until that is so or all ends. */
static bool make_connection(struct system *s, u64 lease, struct rng *rng)
{
	struct connection *c = &s->connections[(u32)lease];
	enum backend_said said;

	pthread_mutex_lock(&c->lock);
	/* What the slot had before, which nobody has reaped. */
	if (c->open)
		close_connection(s, c);
	c->lease = lease;
	for (;;) {
		said = backend_connect(&s->backend, c, play_now() + CONNECT_NS);
		if (said == BACKEND_OK || !rng || __atomic_load_n(&s->over, __ATOMIC_ACQUIRE) ||
		    play_over(s->play))
			break;
		/* It does not back off further: what waits for it has no other way. */
		usleep(retry_delay(&s->play->common.retry, 1, rng) / 1000);
	}
	__atomic_store_n(&c->since_ns, play_now(), __ATOMIC_RELEASE);
	pthread_mutex_unlock(&c->lock);
	return said == BACKEND_OK;
}

static int create_one(struct system *s, struct contend_handle *handle, struct rng *rng,
		      u64 deadline_ns)
{
	u64 lease = 0, creation;
	int ret = pool_op(s, handle, POOL_CREATE, 0, &lease, deadline_ns);

	if (ret)
		return ret;
	if (!make_connection(s, lease, rng))
		return -EIO;
	creation = lease;
	ret = pool_op(s, handle, POOL_MADE, 0, &creation, 0);
	/* It has taken too long, and its slot is another one's. */
	if (ret)
		end_connection(s, lease);
	else
		add(&s->connects, 1);
	return 0;
}

static int own_handle(struct system *s, struct contend_handle **handle)
{
	return contend_handle_open(s->play->device, s->id, s->play->door, 1, 0, handle);
}

static void *create(void *data)
{
	struct system *s = data;
	struct contend_handle *handle;
	struct rng rng;
	int ret;

	prctl(PR_SET_TIMERSLACK, 1);
	rng_seed(&rng, s->play->spec->seed, ~0U);
	if (own_handle(s, &handle))
		return NULL;
	while (!__atomic_load_n(&s->over, __ATOMIC_ACQUIRE)) {
		ret = create_one(s, handle, &rng, play_now() + LOOK_NS);
		if (ret && ret != -ETIMEDOUT)
			break;
	}
	contend_handle_close(handle);
	return NULL;
}

/* Leases that last for too long, and who has them. */
static void name_leaks(struct system *s)
{
	const u64 now = play_now();
	u32 i;

	for (i = 0; i < s->capacity; i++) {
		struct connection *c = &s->connections[i];
		const u64 since = __atomic_load_n(&c->since_ns, __ATOMIC_ACQUIRE);
		u32 holder = __atomic_load_n(&c->holder, __ATOMIC_ACQUIRE), leaker;

		if (!holder || now < since + s->words.leak_ns ||
		    __atomic_load_n(&c->named, __ATOMIC_ACQUIRE))
			continue;
		leaker = __atomic_load_n(&c->leaker, __ATOMIC_ACQUIRE);
		/* That it was still the same lease when its time was read. */
		if (__atomic_load_n(&c->since_ns, __ATOMIC_ACQUIRE) != since)
			continue;
		if (s->policy->twin == TWIN_LEAKS)
			holder = holder % s->play->nusers + 1;
		if (leaker && leaker != holder)
			breaks(s, LAW_LEAKS, "user %u was said to hold what user %u has leaked",
			       holder - 1, leaker - 1);
		add(leaker ? &s->named : &s->suspected, 1);
		/* Only a leak is called back. */
		if (leaker)
			__atomic_store_n(&c->named, holder, __ATOMIC_RELEASE);
	}
}

static void *reap(void *data)
{
	struct system *s = data;
	struct contend_handle *handle;
	u64 lease;

	if (own_handle(s, &handle))
		return NULL;
	while (!__atomic_load_n(&s->over, __ATOMIC_ACQUIRE)) {
		lease = 0;
		while (!pool_op(s, handle, POOL_REAP, 0, &lease, 0))
			end_connection(s, lease);
		if (s->words.leaks)
			name_leaks(s);
		usleep(REAP_NS / 1000);
	}
	contend_handle_close(handle);
	return NULL;
}

/* --- borrowers --------------------------------------------------------------- */

static void hold(struct borrower *b, u64 lease)
{
	struct system *s = b->system;
	struct connection *c = &s->connections[(u32)lease];
	u32 nobody = 0;

	b->lease = lease;
	b->connection = c;
	b->asked = 0;
	if (!__atomic_compare_exchange_n(&c->holder, &nobody, b->user->index + 1, false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		breaks(s, LAW_HOLDER, "user %u was given a connection that user %u holds",
		       b->user->index, nobody - 1);
	if (!c->open)
		breaks(s, LAW_HOLDER, "user %u was given a slot without a connection",
		       b->user->index);
}

/* @broken: the connection is of no use any more. */
static void put(struct borrower *b, u64 lease, bool broken)
{
	struct system *s = b->system;
	struct connection *c = &s->connections[(u32)lease];
	const u32 holder = b->user->index + 1;
	u32 seen;

	__atomic_store_n(&c->leaker, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&c->named, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&c->since_ns, play_now(), __ATOMIC_RELEASE);
	seen = __atomic_exchange_n(&c->holder, 0, __ATOMIC_RELEASE);
	if (seen != holder)
		breaks(s, LAW_HOLDER, "user %u gives back what user %u holds", holder - 1,
		       seen - 1);
	if (tagged_op(s, b->handle, b->tag, POOL_PUT, broken, &lease, 0))
		breaks(s, LAW_HOLDER, "user %u cannot give back what it holds", holder - 1);
}

static void give_back(struct borrower *b, bool broken)
{
	struct system *s = b->system;
	const enum twin twin = s->policy->twin;
	const u64 until_ns = play_now() + s->play->spec->deadline_ns;
	struct question late = { .mark = b->user->index + 1 };

	if (!broken && twin != TWIN_SESSION)
		broken = s->backend.kind->reset(&s->backend, b->connection, until_ns) != BACKEND_OK;
	put(b, b->lease, broken);
	if (twin == TWIN_HOLDER && !broken)
		s->backend.kind->query(&s->backend, b->connection, &late, ~0ULL);
	b->connection = NULL;
}

/* A wait that ended with its deadline: not before that, and not long after. */
static void timed_out(struct borrower *b, u64 now)
{
	struct system *s = b->system;

	if (now < b->deadline_ns) {
		breaks(s, LAW_DEADLINE, "a wait timed out %llu ns before its deadline",
		       b->deadline_ns - now);
		return;
	}
	pthread_mutex_lock(&s->late_lock);
	hist_add(&s->late, now - b->deadline_ns);
	pthread_mutex_unlock(&s->late_lock);
}

/* A connection that was idle for long may be lost: it is asked. */
static bool is_alive(struct borrower *b)
{
	struct system *s = b->system;
	struct connection *c = b->connection;

	return play_now() - c->since_ns < s->words.validate_ns ||
	       s->backend.kind->ping(&s->backend, c, b->deadline_ns) == BACKEND_OK;
}

static enum request_outcome borrow(struct borrower *b)
{
	struct system *s = b->system;
	u64 lease, until_ns, now;
	bool alive;
	int ret;

	do {
		lease = 0;
		until_ns = b->deadline_ns;
		now = play_now();
		if (s->policy->twin == TWIN_DEADLINE && now < until_ns)
			until_ns = now + (until_ns - now) / 2;
		ret = tagged_op(s, b->handle, b->tag, POOL_GET, 0, &lease, until_ns);
		if (ret == -ETIMEDOUT) {
			timed_out(b, play_now());
			return REQUEST_TIMEOUT;
		}
		if (ret)
			return REQUEST_ERROR;
		hold(b, lease);
		alive = is_alive(b);
		__atomic_store_n(&b->connection->since_ns, play_now(), __ATOMIC_RELEASE);
		if (!alive)
			give_back(b, true);
	} while (!alive);
	return REQUEST_OK;
}

/* A query, and what its answer says of the laws. */
static enum backend_said ask(struct borrower *b, struct connection *c)
{
	struct system *s = b->system;
	const bool first = !b->asked++;
	struct question q = {
		.local = s->words.mode == MODE_TRANSACTION && s->policy->twin == TWIN_NONE,
		.breaks = chance(b->user, s->words.resets),
	};
	enum backend_said said;

	q.cookie = __atomic_add_fetch(&s->cookies, 1, __ATOMIC_RELAXED);
	if (first)
		b->mark = q.cookie;
	q.mark = b->mark;
	said = s->backend.kind->query(&s->backend, c, &q, b->deadline_ns);
	if (said != BACKEND_OK)
		return said;
	if (q.reply != q.cookie)
		breaks(s, LAW_REPLY, "user %u has asked %llu and was answered %llu", b->user->index,
		       q.cookie, q.reply);
	if (first && q.found)
		breaks(s, LAW_SESSION, "user %u finds what the lease before has left: %llu",
		       b->user->index, q.found);
	if (!first && !q.local && q.found != b->mark)
		breaks(s, LAW_HOLDER, "user %u finds that another one was in its session: %llu",
		       b->user->index, q.found);
	return said;
}

static enum request_outcome outcome_of(enum backend_said said)
{
	return said == BACKEND_OK ? REQUEST_OK :
	       said == BACKEND_LATE ? REQUEST_TIMEOUT : REQUEST_ERROR;
}

static void leak(struct borrower *b)
{
	u32 i;

	for (i = 0; i < LEAKED && b->leaked[i]; i++)
		;
	if (i == LEAKED)
		return;
	b->leaked[i] = b->lease;
	__atomic_store_n(&b->connection->leaker, b->user->index + 1, __ATOMIC_RELEASE);
	b->connection = NULL;
	add(&b->system->leaks, 1);
}

static bool is_named(struct system *s, u64 lease)
{
	return __atomic_load_n(&s->connections[(u32)lease].named, __ATOMIC_ACQUIRE);
}

/* What it has leaked it gives back when it is told so, or at the end: as abandoned ones are. */
static void end_leaks(struct borrower *b, bool all)
{
	u32 i;

	for (i = 0; i < LEAKED; i++) {
		const u64 lease = b->leaked[i];

		if (!lease || (!all && !is_named(b->system, lease)))
			continue;
		put(b, lease, true);
		b->leaked[i] = 0;
	}
}

/* How long it waits: to its deadline, or it gives up at some time up to twice a query before. */
static u64 patience(struct borrower *b)
{
	const struct system *s = b->system;

	return chance(b->user, s->words.cancels) ? some_of(b->user, 2 * s->words.query_ns + 1) :
						   s->play->spec->deadline_ns;
}

static enum request_outcome from_pool(struct user *user, struct request *request, void *data)
{
	struct borrower *b = data;
	struct system *s = b->system;
	enum request_outcome outcome;
	enum backend_said said;
	bool broken;

	b->deadline_ns = play_now() + patience(b);
	if (!b->connection) {
		outcome = borrow(b);
		request_stage(request, STAGE_WAIT);
		if (outcome != REQUEST_OK)
			return outcome;
	}
	said = ask(b, b->connection);
	request_stage(request, STAGE_QUERY);
	broken = said == BACKEND_LATE && s->policy->twin == TWIN_REPLY ? false :
		 said != BACKEND_OK;
	if (!broken && chance(user, s->words.leaks))
		leak(b);
	else if (broken || s->words.mode == MODE_TRANSACTION || b->asked >= s->words.queries)
		give_back(b, broken);
	request_stage(request, STAGE_RETURN);
	return outcome_of(said);
}

/* No pool of ours: a connection for each request or session, or one that stays. */
static enum request_outcome by_itself(struct user *user, struct request *request, void *data)
{
	struct borrower *b = data;
	struct system *s = b->system;
	struct connection *c = &s->connections[user->index];
	const bool stays = s->policy->way == WAY_PEER && s->words.mode == MODE_TRANSACTION;
	enum backend_said said = BACKEND_OK;

	b->deadline_ns = play_now() + patience(b);
	if (!c->open) {
		b->asked = 0;
		said = backend_connect(&s->backend, c, b->deadline_ns);
		request_stage(request, STAGE_CONNECT);
		if (said != BACKEND_OK)
			return outcome_of(said);
	}
	if (stays)
		b->asked = 0;
	said = ask(b, c);
	request_stage(request, STAGE_QUERY);
	if (said != BACKEND_OK ||
	    (!stays && (s->words.mode == MODE_TRANSACTION || b->asked >= s->words.queries)))
		backend_close(&s->backend, c);
	request_stage(request, STAGE_RETURN);
	return outcome_of(said);
}

/*
 * A process that wants a lease and is killed: while it waits, or when it has one. It does what may
 * be done between fork() and exec() in a program with threads.
 */
static void kill_one(struct borrower *b)
{
	struct system *s = b->system;
	struct contend_op op = {
		.verb = s->verb[POOL_GET], .deadline_ns = play_now() + s->play->spec->deadline_ns,
	};
	u32 *holds = mmap(NULL, sizeof(*holds), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			  -1, 0);
	int object = contend_attach(s->play->device, s->id);
	pid_t pid = holds == MAP_FAILED || object < 0 ? -1 : play_fork();

	if (!pid) {
		if (!contend_op(object, &op) && !op.error) {
			__atomic_store_n(holds, 1, __ATOMIC_RELEASE);
			op.verb = s->verb[POOL_PUT];
			if (!contend_op(object, &op) && !op.error)
				__atomic_store_n(holds, 0, __ATOMIC_RELEASE);
		}
		pause();
		_exit(0);
	}
	if (pid > 0) {
		usleep(some_of(b->user, 2 * s->words.query_ns + 1) / 1000);
		kill(pid, SIGKILL);
		child_wait(pid);
		add(&s->killed, 1);
		add(&s->lost, __atomic_load_n(holds, __ATOMIC_ACQUIRE));
	}
	if (object >= 0)
		contend_close(object);
	if (holds != MAP_FAILED)
		munmap(holds, sizeof(*holds));
}

static void pool_user(struct user *user)
{
	struct system *s = user->play->own;
	struct borrower b = { .user = user, .system = s };
	const u64 deadline_ns = user->play->spec->deadline_ns;
	const bool pooled = s->policy->way == WAY_POOL;
	enum request_outcome outcome;
	struct request request;

	if (pooled && user_open(user, s->id, &b.handle))
		return;
	while (user_next(user, &request)) {
		if (s->words.leaks)
			end_leaks(&b, false);
		if (chance(user, s->words.kills))
			kill_one(&b);
		b.tag = request.id;
		outcome = user_try(user, &request, pooled ? from_pool : by_itself, &b);
		b.tag = 0;
		/* Who has sent it waits no more. */
		if (outcome == REQUEST_OK && play_now() > request.due_ns + deadline_ns)
			outcome = REQUEST_TIMEOUT;
		request_end(user, &request, outcome);
	}
	end_leaks(&b, true);
	if (b.connection)
		give_back(&b, false);
	if (!pooled && s->connections[user->index].open)
		backend_close(&s->backend, &s->connections[user->index]);
	if (pooled)
		contend_handle_close(b.handle);
}

/* --- the system --------------------------------------------------------------- */

static const struct policy *policy_of(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(policies); i++)
		if (!strcmp(policies[i].name, name))
			return &policies[i];
	return NULL;
}

/* What the module calls them. */
static int find_verbs(struct system *s)
{
	static const char *const names[] = {
		[POOL_TRY_GET] = "try_get", [POOL_GET] = "get", [POOL_PUT] = "put",
		[POOL_CHECK] = "check", [POOL_ADD] = "add", [POOL_CREATE] = "create",
		[POOL_MADE] = "made", [POOL_REAP] = "reap", [POOL_TUNE] = "tune",
		[POOL_CLOSE] = "close", [POOL_COUNT] = "count",
	};
	int ret = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names) && !ret; i++)
		ret = play_verb(s->play, s->policy->structure, names[i], &s->verb[i]);
	return ret;
}

static int tune(struct system *s, struct contend_handle *handle, enum pool_limit limit, u64 value)
{
	return pool_op(s, handle, POOL_TUNE, limit, &value, 0);
}

static u64 count(struct system *s, u64 what)
{
	struct contend_op op = { .verb = s->verb[POOL_COUNT], .key = what };

	return contend_op(s->play->objects[0], &op) || op.error ? 0 : op.value;
}

static int set_limits(struct system *s, struct contend_handle *handle)
{
	const bool stays = s->policy->twin == TWIN_SHRINK;

	return tune(s, handle, POOL_IDLE_NS, stays ? 3600 * SPEC_NS_PER_S : s->words.idle_ns) ?:
	       tune(s, handle, POOL_AGE_NS, s->words.age_ns) ?:
	       tune(s, handle, POOL_LEAK_NS, s->words.leak_ns) ?:
	       tune(s, handle, POOL_MIN_IDLE, s->words.min_idle);
}

/*
 * As many as are to be idle, before anybody comes. Where there are several creators the first
 * connection is made here, which says whether there is a backend, and they make the others.
 */
static int fill(struct system *s)
{
	struct contend_handle *handle;
	int ret = own_handle(s, &handle);

	if (ret)
		return play_failed(s->play, -ret, "no handle of the pool: %s", strerror(-ret));
	ret = set_limits(s, handle);
	do
		ret = ret ?: create_one(s, handle, NULL, 0);
	while (!ret && s->words.creators == 1);
	contend_handle_close(handle);
	return !ret || ret == -EAGAIN ? 0 : play_failed(s->play, -ret, "no connection to %s",
							s->words.backend);
}

/* How long all connections may take, on a machine that does other things too. */
static u64 settle_ns(const struct system *s)
{
	return SETTLE_NS + s->capacity * s->words.connect_ns;
}

/* What the creators have to do before the first borrower comes. */
static int await_fill(struct system *s)
{
	const u64 until_ns = play_now() + settle_ns(s);
	struct contend_handle *handle;
	int ret;

	while (value_of(&s->connects) < s->words.min_idle) {
		if (play_now() > until_ns)
			return play_failed(s->play, EIO, "no %u connections to %s",
					   s->words.min_idle, s->words.backend);
		usleep(1000);
	}
	if (s->policy->twin != TWIN_REFILL)
		return 0;
	ret = own_handle(s, &handle);
	if (!ret) {
		ret = tune(s, handle, POOL_MIN_IDLE, 0);
		contend_handle_close(handle);
	}
	return ret;
}

static void stop_threads(struct system *s)
{
	__atomic_store_n(&s->over, true, __ATOMIC_RELEASE);
	while (s->nthreads)
		pthread_join(s->threads[--s->nthreads], NULL);
}

static int start_threads(struct system *s)
{
	int ret = 0;

	while (s->nthreads <= s->words.creators && !ret) {
		ret = pthread_create(&s->threads[s->nthreads], NULL,
				     s->nthreads < s->words.creators ? create : reap, s);
		s->nthreads += !ret;
	}
	return ret ? play_failed(s->play, ret, "no thread for the pool: %s", strerror(ret)) : 0;
}

static void close_all(struct system *s)
{
	u32 i;

	for (i = 0; i < s->nconnections; i++)
		if (s->connections[i].open)
			backend_close(&s->backend, &s->connections[i]);
}

/* A server that is not there, or says nothing, is told of here, and not found out by borrowers. */
static int reach(struct system *s)
{
	const struct backend *kind = s->backend.kind;
	const u64 until_ns = play_now() + REACH_NS;
	struct connection probe = { };
	enum backend_said said;
	bool taken;

	if (kind == &pool_sim)
		return 0;
	said = kind->connect(&s->backend, &probe, until_ns);
	taken = said == BACKEND_OK;
	if (taken) {
		said = kind->ping(&s->backend, &probe, until_ns);
		kind->close(&s->backend, &probe);
	}
	if (said == BACKEND_OK)
		return 0;
	if (said == BACKEND_LATE)
		return play_failed(s->play, ETIMEDOUT,
				   "no answer from %.120s for %llu s: let a server of that kind run there, or name another one by backend=",
				   s->words.backend, REACH_NS / SPEC_NS_PER_S);
	return play_failed(s->play, EIO,
			   "%s %.120s: let a server of that kind run there, or name another one by backend=",
			   taken ? "the connection was ended by" : "no connection to",
			   s->words.backend);
}

static int begin_pool(struct system *s)
{
	int ret;

	ret = find_verbs(s) ?: play_create(s->play, s->policy->structure, s->capacity, &s->id) ?:
	      fill(s) ?: start_threads(s) ?: await_fill(s);
	if (ret) {
		stop_threads(s);
		close_all(s);
	}
	return ret;
}

/* pgbouncer, before the server that is the backend: then it is the backend of all borrowers. */
static int begin_peer(struct system *s)
{
	static const char port[] = "6432";
	char size[16], server[POOL_BACKEND_LEN], backend[POOL_BACKEND_LEN + 64], *at;
	const char *const arguments[] = { s->folder.path, port, server, size, NULL };
	struct connection probe = { };
	const u64 patience_ns = play_now() + 10 * SPEC_NS_PER_S;
	int ret = folder_make(s->play, &s->folder);

	if (ret)
		return ret;
	snprintf(size, sizeof(size), "%u", s->capacity);
	/* Its process reads this, of which the original is shared memory that changes. */
	strscpy(server, s->words.backend, sizeof(server));
	s->peer = peer_start(s->play, peer_of(s->play), arguments);
	if (s->peer < 0)
		return s->peer;
	folder_server(&s->folder, s->peer);
	/* The same user and database, through its socket. */
	at = server + strlen(s->backend.kind->scheme);
	at += strcspn(at, "/");
	snprintf(backend, sizeof(backend), "postgres://postgres@%.*s?host=%s&port=%s",
		 (int)strcspn(at, "?"), at, s->folder.path, port);
	strscpy(s->words.backend, backend, sizeof(s->words.backend));
	while (!ret && backend_connect(&s->backend, &probe, play_now() + SPEC_NS_PER_S)) {
		ret = peer_alive(s->play, s->peer);
		if (ret)
			s->peer = 0;
		else if (play_now() > patience_ns)
			ret = play_failed(s->play, EIO, "%s does not answer", peer_of(s->play));
		usleep(20000);
	}
	if (!ret)
		backend_close(&s->backend, &probe);
	return ret;
}

/* Returns whether it ended well, see peer_stop(). */
static bool end_peer(struct system *s)
{
	const bool well = s->peer > 0 && peer_stop(s->play, s->peer, 0);

	folder_remove(&s->folder);
	return well;
}

/* What the policy says of the size, where no key does. */
static void set_size(struct system *s)
{
	const struct spec *spec = s->play->spec;
	const enum size size = s->policy->size;

	if (!words_given(spec, "min_idle"))
		s->words.min_idle = size == SIZE_ELASTIC ? s->capacity / 10 ?: 1 : s->capacity;
	if (size == SIZE_ELASTIC && !words_given(spec, "idle_timeout"))
		s->words.idle_ns = ELASTIC_IDLE_NS;
	if (size == SIZE_EAGER && !words_given(spec, "creators"))
		s->words.creators = min_t(u32, s->capacity, EAGER_CREATORS);
}

static void read_words(struct system *s)
{
	const struct play *play = s->play;

	s->words = *(const struct pool_words *)play->words;
	s->capacity = play->spec->capacity;
	set_size(s);
	if (!words_given(play->spec, "query_time") && !strcmp(s->words.backend, "sim"))
		s->words.query_ns = SIM_QUERY_NS;
	if (!strcmp(play->common.architecture, "peer:pgbouncer-session"))
		s->words.mode = MODE_SESSION;
	if (!strcmp(play->common.architecture, "peer:pgbouncer-transaction"))
		s->words.mode = MODE_TRANSACTION;
}

static int pool_begin(struct play *play)
{
	const u32 n = play->spec->capacity > play->common.users ? play->spec->capacity :
								  play->common.users;
	const size_t size = sizeof(struct system) + (n + 1) * sizeof(struct connection);
	struct system *s = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
				0);
	pthread_mutexattr_t attr;
	int ret;
	u32 i;

	if (s == MAP_FAILED)
		return play_failed(play, ENOMEM, "no memory for %u connections", n);
	s->size = size;
	s->play = play;
	s->policy = policy_of(play->common.architecture);
	s->nconnections = n;
	s->connections = (void *)ALIGN((unsigned long)(s + 1), sizeof(struct connection));
	hist_init(&s->late);
	read_words(s);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	for (i = 0; i < n; i++)
		pthread_mutex_init(&s->connections[i].lock, &attr);
	pthread_mutex_init(&s->late_lock, &attr);
	pthread_mutexattr_destroy(&attr);
	backend_init(&s->backend, play, &s->words);
	play->own = s;
	ret = reach(s);
	if (!ret && s->policy->way == WAY_POOL)
		ret = begin_pool(s);
	else if (!ret && s->policy->way == WAY_PEER)
		ret = begin_peer(s);
	if (!ret)
		return 0;
	end_peer(s);
	munmap(s, size);
	return ret;
}

static void pool_sample(struct play *play, u64 *gauges)
{
	struct system *s = play->own;
	struct contend_stat stat;

	if (s->policy->way != WAY_POOL) {
		gauges[GAUGE_TOTAL] = __atomic_load_n(&s->backend.open, __ATOMIC_RELAXED);
		gauges[GAUGE_BUSY] = gauges[GAUGE_TOTAL];
		return;
	}
	gauges[GAUGE_IDLE] = count(s, POOL_IDLE);
	gauges[GAUGE_BUSY] = count(s, POOL_LEASED);
	gauges[GAUGE_MAKING] = count(s, POOL_MAKING);
	gauges[GAUGE_WAITING] = count(s, POOL_WAITING);
	gauges[GAUGE_TOTAL] = count(s, POOL_TOTAL);
	if (gauges[GAUGE_TOTAL] > s->capacity)
		breaks(s, LAW_TOTAL, "there are %llu connections, of %u", gauges[GAUGE_TOTAL],
		       s->capacity);
	/* Its books, all at once; what is wrong it keeps for the end. */
	contend_stat(play->objects[0], CONTEND_STAT_VERIFY, &stat);
}

/*
 * A query of the prober's own connection: it is no part of the pool's books. One that was good
 * before may be lost, which a new one finds out. A pool of others keeps it no connection.
 */
static int pool_probe(struct play *play, u64 deadline_ns)
{
	struct system *s = play->own;
	const struct backend *kind = s->backend.kind;
	struct connection *c = &s->probe;
	enum backend_said said;
	bool kept;

	do {
		struct question q = { .local = true };

		kept = c->open;
		said = kept ? BACKEND_OK : kind->connect(&s->backend, c, deadline_ns);
		if (said != BACKEND_OK)
			return -EIO;
		c->open = true;
		q.cookie = __atomic_add_fetch(&s->cookies, 1, __ATOMIC_RELAXED);
		q.mark = q.cookie;
		said = kind->query(&s->backend, c, &q, deadline_ns);
		if (said == BACKEND_OK && s->policy->way != WAY_PEER)
			return 0;
		kind->close(&s->backend, c);
		c->open = false;
	} while (said == BACKEND_GONE && kept);
	return said == BACKEND_OK ? 0 : -EIO;
}

/* How long after its outage a backend was of use again: of the points, those of BACK_NS. */
static void tell_recovery(struct system *s)
{
	const struct result_scenario *r = s->play->result->scenario;
	const struct pool_fault *outage = &s->words.outage;
	u64 before = 0, first = 0, last = 0, sum;
	u32 i, k;

	for (i = 0; i < r->npoints && r->point[i].at_ns <= outage->from_ns; i++) {
		/* The first one begins nobody knows when. */
		if (i)
			before += r->point[i].outcome[REQUEST_OK];
		else
			first = r->point[i].at_ns;
		last = r->point[i].at_ns;
	}
	if (last <= first || !before)
		return;
	for (; i < r->npoints; i++) {
		const u64 from = r->point[i].at_ns;

		if (from < outage->until_ns)
			continue;
		for (k = i + 1, sum = 0; k < r->npoints; k++) {
			sum += r->point[k].outcome[REQUEST_OK];
			if (r->point[k].at_ns >= from + BACK_NS)
				break;
		}
		if (k == r->npoints)
			break;
		if ((double)sum / (r->point[k].at_ns - from) >=
		    BACK_SHARE * before / (last - first)) {
			play_figure(s->play, "recovery_ns", from - outage->until_ns);
			return;
		}
	}
}

/* Whether it can be said when the pool is to have its size again. */
static bool has_size(const struct system *s)
{
	const struct pool_words *w = &s->words;

	switch (s->policy->size) {
	case SIZE_ELASTIC:
		return w->idle_ns <= SPEC_NS_PER_S;
	case SIZE_EAGER:
		/* Where connecting always succeeds, and age takes away less than that gives. */
		return !strcmp(w->backend, "sim") && !w->outage.until_ns && !w->slow.until_ns &&
		       w->connect_ns * w->creators < SPEC_NS_PER_S &&
		       w->age_ns >= 60 * SPEC_NS_PER_S;
	default:
		return false;
	}
}

static bool is_settled(struct system *s)
{
	const u64 idle = count(s, POOL_IDLE);

	return s->policy->size == SIZE_EAGER ? idle == s->capacity :
					       idle <= s->words.min_idle && !count(s, POOL_MAKING);
}

/* All borrowers have gone, and the creators and the reaper are still there. */
static void check_size(struct system *s)
{
	const u64 until_ns = play_now() + settle_ns(s);

	if (!has_size(s))
		return;
	while (!is_settled(s)) {
		if (play_now() > until_ns) {
			breaks(s, LAW_SIZE, "long after the last borrower %llu connections are idle, and not %u",
			       count(s, POOL_IDLE), s->words.min_idle);
			break;
		}
		usleep(1000);
	}
}

static void end_pool(struct system *s)
{
	const u64 overtakes = count(s, POOL_OVERTAKES);
	/* The reaper may have taken by now what a task that has ended held. */
	const u64 leased = count(s, POOL_LEASED) + count(s, POOL_LOST);

	/*
	 * Of tasks that were killed nobody can say here whether they had been given one in that
	 * moment; the structure's own books do.
	 */
	if (leased > value_of(&s->killed))
		breaks(s, LAW_LEASES, "%llu leases have not come back, and %llu tasks were killed",
		       leased, value_of(&s->killed));
	if (overtakes && s->policy->ordered)
		breaks(s, LAW_ORDER, "%llu were served ahead of one that has waited for longer",
		       overtakes);
	play_figure(s->play, "connects", value_of(&s->connects));
	play_figure(s->play, "connections_end", count(s, POOL_TOTAL));
	play_figure(s->play, "handed", count(s, POOL_HANDED));
	play_figure(s->play, "overtakes", overtakes);
}

static void pool_check(struct system *s)
{
	const bool pooled = s->policy->way == WAY_POOL;
	enum law law;

	if (pooled && s->backend.open_most > s->capacity)
		breaks(s, LAW_TOTAL, "there were %u connections, of %u", s->backend.open_most,
		       s->capacity);
	for (law = 0; law < LAWS; law++) {
		const struct broken *b = &s->broken[law];

		if ((law == LAW_LEAKS && !s->words.leaks) ||
		    (!pooled && law != LAW_REPLY && law != LAW_SESSION) ||
		    (law == LAW_SIZE && !has_size(s)) ||
		    (law == LAW_ORDER && !s->policy->ordered))
			continue;
		result_check(s->play->result, law_names[law], b->n ? VERDICT_FAIL : VERDICT_PASS,
			     b->n, b->detail);
	}
}

static void pool_end(struct play *play)
{
	struct system *s = play->own;
	bool well;

	check_size(s);
	stop_threads(s);
	if (s->policy->way == WAY_POOL)
		end_pool(s);
	pool_check(s);
	play_figure(play, "connections_max", s->backend.open_most);
	if (s->late.total) {
		play_figure(play, "timeout_late_p50_ns", hist_percentile(&s->late, 50000));
		play_figure(play, "timeout_late_p99_ns", hist_percentile(&s->late, 99000));
		play_figure(play, "timeout_late_max_ns", s->late.max);
	}
	if (s->words.outage.until_ns)
		tell_recovery(s);
	if (s->words.leaks) {
		play_figure(play, "leaks", value_of(&s->leaks));
		play_figure(play, "leaks_named", value_of(&s->named));
		play_figure(play, "leases_suspected", value_of(&s->suspected));
	}
	if (s->words.kills) {
		play_figure(play, "killed", value_of(&s->killed));
		play_figure(play, "killed_holding", value_of(&s->lost));
	}
	if (s->probe.open)
		s->backend.kind->close(&s->backend, &s->probe);
	close_all(s);
	well = end_peer(s);
	if (s->policy->way == WAY_PEER)
		peer_check(play, well);
	munmap(s, s->size);
}

/* --- what goes together --------------------------------------------------- */

static int check_backend(const struct spec *spec, const struct pool_words *w, bool peer,
			 struct spec_error *error)
{
	const bool sim = !strcmp(w->backend, "sim");

#ifndef CONTEND_CLIENTS
	if (!sim)
		return spec_fail(error, 0, "this program was linked without libpq and hiredis (STATIC=1): it has backend=sim alone");
#endif
	if (peer && strncmp(w->backend, "postgres:", 9))
		return spec_fail(error, 0, "pgbouncer stands before a server: backend=postgres://…, which scripts/peers pool starts");
	if (!sim && (w->outage.until_ns || w->slow.until_ns || w->logins || w->cores))
		return spec_fail(error, 0, "outage=, slow=, logins= and cores= are of backend=sim");
	if (!strncmp(w->backend, "redis:", 6) && w->query_ns)
		return spec_fail(error, 0, "query_time= is of backend=sim and postgres://");
	if (!sim && strcmp(spec->engine, "user") && spec->clients == CLIENTS_PROCESSES)
		return spec_fail(error, 0, "connections of one process are not another's: clients=threads, or backend=sim");
	return 0;
}

/* A probe that cannot succeed says nothing. */
static int check_health(const struct spec *spec, const struct pool_words *w, u64 health_ns,
			struct spec_error *error)
{
	const u64 query_ns = words_given(spec, "query_time") ? w->query_ns : SIM_QUERY_NS;

	if (!health_ns || strcmp(w->backend, "sim") || health_ns > w->connect_ns + query_ns)
		return 0;
	return spec_fail(error, 0,
			 "a probe that has to connect and to ask takes longer than health=: make it more than connect_time= and query_time=");
}

static int pool_check_words(const struct spec *spec, const void *words, struct spec_error *error)
{
	const struct pool_words *w = words;
	const struct policy *policy;
	struct common common;

	words_common(spec, &common);
	policy = policy_of(common.architecture);
	if (strcmp(spec->structure, "pool"))
		return spec_fail(error, 0, "architecture= says which pool it is: leave structure= out");
	if (!spec->deadline_ns)
		return spec_fail(error, 0, "a borrower has a deadline=, which is not 0ns");
	if (!spec->capacity)
		return spec_fail(error, 0,
				 "a pool of no connections lends none: capacity= is at least 1");
	if (w->min_idle > spec->capacity)
		return spec_fail(error, 0, "min_idle=%u is more than capacity=%llu", w->min_idle,
				 spec->capacity);
	if (policy->size == SIZE_EAGER && words_given(spec, "min_idle") &&
	    w->min_idle < spec->capacity)
		return spec_fail(error, 0, "architecture=eager keeps all of capacity=: leave min_idle= out");
	if (policy->way != WAY_POOL && (w->leaks || w->kills))
		return spec_fail(error, 0, "leaks= and kills= are of leases, and architecture=%s has none",
				 policy->name);
	if (w->kills && !strcmp(spec->engine, "user"))
		return spec_fail(error, 0, "kills= needs a pool that outlives a process: engine=ioctl or ring");
	if (w->outage.until_ns && !common.interval_ns)
		return spec_fail(error, 0, "outage= is seen in the timeline: interval= must not be 0ns");
	return check_health(spec, w, common.health_ns, error) ?:
	       check_backend(spec, w, policy->way == WAY_PEER, error);
}

static const char *const refuses[] = { "port", NULL };

const struct scenario pool_scenario = {
	.name = "pool",
	.about = "a connection pool: borrowers, leases, and a backend that takes its time",
	.preset = "lock=null structure=pool capacity=10 deadline=5s",
	.architectures = architectures,
	.peers = peers,
	.takes = takes,
	.refuses = refuses,
	.keys = pool_keys,
	.nkeys = POOL_KEYS,
	.size = sizeof(struct pool_words),
	.stages = stages,
	.gauges = gauges,
	.figures = figures,
	.check = pool_check_words,
	.begin = pool_begin,
	.user = pool_user,
	.sample = pool_sample,
	.probe = pool_probe,
	.end = pool_end,
};

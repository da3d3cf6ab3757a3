// SPDX-License-Identifier: GPL-2.0
/* backend=postgres://…: a PostgreSQL server, or a pool before one, by libpq. */
#include "pool_backend.h"

#ifdef CONTEND_CLIENTS

#include <errno.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* How long a server has to take a cancellation, and how often it is looked whether it has. */
#define CANCEL_NS	1000000000ULL
#define CANCEL_LOOK_US	500

/* Its answer is the cookie, and what the session had. */
#define ASKS	\
	"SELECT $1::text, current_setting('contend.mark', true), set_config('contend.mark', $2, $3::boolean)"

static enum backend_said postgres_connect(struct backend_at *at, struct connection *c,
					  u64 deadline_ns)
{
	PGconn *native = PQconnectStart(at->words->backend);
	PostgresPollingStatusType next = PGRES_POLLING_WRITING;
	int ret = 0;

	while (native && PQstatus(native) != CONNECTION_BAD && next != PGRES_POLLING_OK &&
	       next != PGRES_POLLING_FAILED && !ret) {
		ret = backend_wait(PQsocket(native),
				   next == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline_ns);
		if (!ret)
			next = PQconnectPoll(native);
	}
	if (native && next == PGRES_POLLING_OK && !PQsetnonblocking(native, 1)) {
		c->native = native;
		return BACKEND_OK;
	}
	PQfinish(native);
	return ret == -ETIMEDOUT ? BACKEND_LATE : BACKEND_GONE;
}

/* What was sent goes out, and all of its answer is there. */
static enum backend_said answered(PGconn *native, u64 deadline_ns)
{
	int left, ret;

	while ((left = PQflush(native)) > 0 || PQisBusy(native)) {
		ret = left < 0 ? -EIO :
		      backend_wait(PQsocket(native), left ? POLLIN | POLLOUT : POLLIN, deadline_ns);
		if (ret)
			return ret == -ETIMEDOUT ? BACKEND_LATE : BACKEND_GONE;
		if (!PQconsumeInput(native))
			return BACKEND_GONE;
	}
	return left < 0 ? BACKEND_GONE : BACKEND_OK;
}

/* The result of one statement; all others that there are end with it. */
static enum backend_said result_of(PGconn *native, u64 deadline_ns, PGresult **result)
{
	enum backend_said said;
	PGresult *more;

	said = answered(native, deadline_ns);
	if (said != BACKEND_OK)
		return said;
	*result = PQgetResult(native);
	while ((said = answered(native, deadline_ns)) == BACKEND_OK &&
	       (more = PQgetResult(native)))
		PQclear(more);
	return said;
}

static u64 number(const PGresult *result, int column)
{
	return PQgetisnull(result, 0, column) ? 0 :
	       strtoull(PQgetvalue(result, 0, column), NULL, 10);
}

static enum backend_said postgres_query(struct backend_at *at, struct connection *c,
					struct question *q, u64 deadline_ns)
{
	const u64 ns = at->words->query_ns;
	char cookie[24], mark[24], seconds[24];
	const char *const values[] = { cookie, mark, q->local ? "true" : "false", seconds };
	enum backend_said said;
	PGresult *result = NULL;
	int sent;

	snprintf(cookie, sizeof(cookie), "%" PRIu64, (uint64_t)q->cookie);
	snprintf(mark, sizeof(mark), "%" PRIu64, (uint64_t)q->mark);
	snprintf(seconds, sizeof(seconds), "%.9f", ns / 1e9);
	if (q->breaks)
		sent = PQsendQuery(c->native, "SELECT pg_terminate_backend(pg_backend_pid())");
	else
		sent = PQsendQueryParams(c->native, ns ? ASKS ", pg_sleep($4::float8)" : ASKS,
					 ns ? 4 : 3, NULL, values, NULL, NULL, 0);
	said = sent ? result_of(c->native, deadline_ns, &result) : BACKEND_GONE;
	if (said == BACKEND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
		said = BACKEND_GONE;
	if (said == BACKEND_OK) {
		q->reply = number(result, 0);
		q->found = number(result, 1);
	}
	PQclear(result);
	return said;
}

static enum backend_said command(struct connection *c, const char *text, u64 deadline_ns)
{
	PGresult *result = NULL;
	enum backend_said said = BACKEND_GONE;

	if (PQsendQuery(c->native, text))
		said = result_of(c->native, deadline_ns, &result);
	if (said == BACKEND_OK && PQresultStatus(result) != PGRES_COMMAND_OK &&
	    PQresultStatus(result) != PGRES_TUPLES_OK)
		said = BACKEND_GONE;
	PQclear(result);
	return said;
}

/* What a transaction has set has ended with it. */
static enum backend_said postgres_reset(struct backend_at *at, struct connection *c,
					u64 deadline_ns)
{
	return at->words->mode == MODE_TRANSACTION ? BACKEND_OK :
						     command(c, "DISCARD ALL", deadline_ns);
}

static enum backend_said postgres_ping(struct backend_at *at, struct connection *c, u64 deadline_ns)
{
	return command(c, "SELECT 1", deadline_ns);
}

/**
 * struct canceling - a query that is being cancelled
 * @cancel: which
 * @owners: the thread that asks for it, and the one that waits for that: the last of the two frees
 *	it; by atomic operations
 */
struct canceling {
	PGcancel *cancel;
	u32 owners;
};

static void leave(struct canceling *c)
{
	if (__atomic_sub_fetch(&c->owners, 1, __ATOMIC_ACQ_REL))
		return;
	PQfreeCancel(c->cancel);
	free(c);
}

static void *cancel_thread(void *arg)
{
	struct canceling *c = arg;
	char why[256];

	PQcancel(c->cancel, why, sizeof(why));
	leave(c);
	return NULL;
}

/*
 * PQcancel() waits for the server, and without end for one that stands still. So a thread has it,
 * which is left to itself after a while; and once one was, others are not waited for.
 */
static void cancel_query(struct backend_at *at, PGconn *native)
{
	struct canceling *c = calloc(1, sizeof(*c));
	u64 until = play_now() + CANCEL_NS;
	pthread_t thread;

	if (!c)
		return;
	c->cancel = PQgetCancel(native);
	c->owners = 2;
	if (!c->cancel || pthread_create(&thread, NULL, cancel_thread, c)) {
		PQfreeCancel(c->cancel);
		free(c);
		return;
	}
	pthread_detach(thread);
	while (__atomic_load_n(&c->owners, __ATOMIC_ACQUIRE) == 2 &&
	       !__atomic_load_n(&at->deaf, __ATOMIC_RELAXED)) {
		if (play_now() > until)
			__atomic_store_n(&at->deaf, true, __ATOMIC_RELAXED);
		usleep(CANCEL_LOOK_US);
	}
	leave(c);
}

/* A query that is under way is cancelled: by a connection of its own, and not by its asker. */
static void postgres_close(struct backend_at *at, struct connection *c)
{
	if (PQtransactionStatus(c->native) == PQTRANS_ACTIVE)
		cancel_query(at, c->native);
	PQfinish(c->native);
	c->native = NULL;
}

const struct backend pool_postgres = {
	.scheme = "postgres://", .connect = postgres_connect, .query = postgres_query,
	.reset = postgres_reset, .ping = postgres_ping, .close = postgres_close,
};

#else

/* Linked without the library, see userspace/Makefile: no case gets here. */
const struct backend pool_postgres = { .scheme = "postgres://" };

#endif

// SPDX-License-Identifier: GPL-2.0
/* backend=redis://HOST:PORT or redis:///PATH: a Redis server, by hiredis. */
#include "pool_backend.h"

#ifdef CONTEND_CLIENTS

#include <errno.h>
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct timeval left_until(u64 deadline_ns)
{
	const u64 now = play_now();
	/* 0 would be for ever. */
	const u64 us = deadline_ns > now + 1000 ? (deadline_ns - now) / 1000 : 1;

	return (struct timeval){ us / 1000000, us % 1000000 };
}

static enum backend_said why_not(const redisContext *native)
{
	return native && native->err == REDIS_ERR_IO &&
	       (errno == EAGAIN || errno == EWOULDBLOCK || errno == ETIMEDOUT) ? BACKEND_LATE :
										 BACKEND_GONE;
}

static enum backend_said redis_connect(struct backend_at *at, struct connection *c, u64 deadline_ns)
{
	const char *place = at->words->backend + strlen(at->kind->scheme);
	const char *colon = strrchr(place, ':');
	char host[POOL_BACKEND_LEN];
	enum backend_said said;
	redisContext *native;

	/* The library writes to a connection that was ended, and the signal would end the run. */
	signal(SIGPIPE, SIG_IGN);
	if (*place == '/') {
		native = redisConnectUnixWithTimeout(place, left_until(deadline_ns));
	} else {
		snprintf(host, sizeof(host), "%.*s",
			 colon ? (int)(colon - place) : (int)strlen(place), place);
		native = redisConnectWithTimeout(host, colon ? atoi(colon + 1) : 6379,
						 left_until(deadline_ns));
	}
	if (native && !native->err) {
		c->native = native;
		return BACKEND_OK;
	}
	said = why_not(native);
	redisFree(native);
	return said;
}

/* The next answer; it is the caller's. */
static enum backend_said answer(struct connection *c, redisReply **reply)
{
	void *p = NULL;

	if (redisGetReply(c->native, &p) != REDIS_OK)
		return why_not(c->native);
	*reply = p;
	return BACKEND_OK;
}

static enum backend_said number(struct connection *c, u64 *value)
{
	redisReply *reply;
	const enum backend_said said = answer(c, &reply);

	if (said != BACKEND_OK)
		return said;
	*value = reply->type == REDIS_REPLY_STRING ? strtoull(reply->str, NULL, 10) : 0;
	freeReplyObject(reply);
	return said;
}

/* Several commands in one packet, and their answers in order. */
static enum backend_said redis_query(struct backend_at *at, struct connection *c,
				     struct question *q, u64 deadline_ns)
{
	enum backend_said said;
	u64 nothing;

	redisSetTimeout(c->native, left_until(deadline_ns));
	if (q->breaks) {
		redisAppendCommand(c->native, "QUIT");
		return BACKEND_GONE;
	}
	redisAppendCommand(c->native, "CLIENT GETNAME");
	redisAppendCommand(c->native, "CLIENT SETNAME %" PRIu64, (uint64_t)q->mark);
	redisAppendCommand(c->native, "ECHO %" PRIu64, (uint64_t)q->cookie);
	if (q->local)
		redisAppendCommand(c->native, "CLIENT SETNAME %s", "");
	said = number(c, &q->found);
	if (said == BACKEND_OK)
		said = number(c, &nothing);
	if (said == BACKEND_OK)
		said = number(c, &q->reply);
	if (said == BACKEND_OK && q->local)
		said = number(c, &nothing);
	return said;
}

static enum backend_said command(struct connection *c, const char *text, u64 deadline_ns)
{
	u64 nothing;

	redisSetTimeout(c->native, left_until(deadline_ns));
	redisAppendCommand(c->native, text);
	return number(c, &nothing);
}

static enum backend_said redis_reset(struct backend_at *at, struct connection *c, u64 deadline_ns)
{
	return at->words->mode == MODE_TRANSACTION ? BACKEND_OK : command(c, "RESET", deadline_ns);
}

static enum backend_said redis_ping(struct backend_at *at, struct connection *c, u64 deadline_ns)
{
	return command(c, "PING", deadline_ns);
}

static void redis_close(struct backend_at *at, struct connection *c)
{
	redisFree(c->native);
	c->native = NULL;
}

const struct backend pool_redis = {
	.scheme = "redis://", .connect = redis_connect, .query = redis_query, .reset = redis_reset,
	.ping = redis_ping, .close = redis_close,
};

#else

/* Linked without the library, see userspace/Makefile: no case gets here. */
const struct backend pool_redis = { .scheme = "redis://" };

#endif

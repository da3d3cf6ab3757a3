// SPDX-License-Identifier: GPL-2.0
/*
 * What a request does: a token of its session's bucket, the session, the count, and what it asks
 * for beside. All that it shares with others are structures of the catalogue.
 */
#include <errno.h>
#include <linux/string.h>
#include <stdlib.h>

#include "engine/verbs.h"
#include "structures/bucket.h"
#include "web.h"

/* A bucket that lets through what any machine can do. */
#define UNLIMITED	BUCKET_RATE(1, 1U << 30)

/**
 * web_verb - the number of a structure's operation
 * @device: which has the structure
 * @structure: its name
 * @names: of the operation, as verbs_find()
 * @waits: whether it waits for a condition; or NULL
 *
 * Return: the number; -1 there is none.
 */
int web_verb(int device, const char *structure, const char *names, bool *waits)
{
	struct verbs verbs;
	int v = verbs_load(device, structure, &verbs) ? -1 : verbs_find(&verbs, names);

	if (v >= 0 && waits)
		*waits = verbs.verb[v].waits;
	return v;
}

static int set_limit(struct web_server *server)
{
	struct web_site site = { };
	struct contend_op op = { .verb = server->verbs.set };
	const u32 limit = server->words->limit;
	int ret = web_site_open(server, &site);

	if (ret)
		return ret;
	/* A burst of a tenth of a second. */
	op.value = limit ? BUCKET_RATE(SPEC_NS_PER_S / limit, limit / 10 ?: 1) : UNLIMITED;
	ret = contend_handle_op(site.limiter, &op) ?: -(int)op.error;
	web_site_close(&site);
	return ret;
}

/**
 * web_site_prepare - make the structures
 * @server: of which @verbs and the objects are filled in
 *
 * Return: 0; a negative errno, with a reason.
 */
int web_site_prepare(struct web_server *server)
{
	struct play *play = server->play;
	const struct spec *spec = play->spec;
	struct web_verbs *v = &server->verbs;
	const u64 sessions = spec->capacity ?: spec->keys.range;
	int ret;

	v->lookup = web_verb(play->device, spec->structure, "lookup get", NULL);
	v->insert = web_verb(play->device, spec->structure, "insert put", NULL);
	v->erase = web_verb(play->device, spec->structure, "erase invalidate", NULL);
	v->inc = web_verb(play->device, "counter", "inc", NULL);
	v->take = web_verb(play->device, "bucket", "try_take", NULL);
	v->set = web_verb(play->device, "bucket", "set", NULL);
	if (v->lookup < 0 || v->insert < 0 || v->erase < 0)
		return play_failed(play, EOPNOTSUPP,
				   "structure=%s keeps no sessions: it lacks lookup, insert or erase, or get, put or invalidate",
				   spec->structure);
	ret = play_create(play, spec->structure, sessions, &server->sessions) ?:
	      play_create(play, "counter", 0, &server->counter) ?:
	      play_create(play, "bucket", spec->keys.range, &server->limiter);
	if (ret)
		return ret;
	ret = set_limit(server);
	if (ret)
		return play_failed(play, -ret, "the rate limiter: %s", strerror(-ret));
	return server->design->hands == WEB_HANDS_NONE ? 0 : web_queue_prepare(server);
}

static int open_handle(struct web_server *server, __u64 id, struct contend_handle **handle)
{
	return contend_handle_open(server->play->device, id, server->play->door, 1,
				   server->play->spec->poller_ns, handle);
}

/**
 * web_site_open - open a task's handles
 * @server: prepared
 * @site: filled in
 *
 * Return: 0 or a negative errno.
 */
int web_site_open(struct web_server *server, struct web_site *site)
{
	int ret;

	memset(site, 0, sizeof(*site));
	site->server = server;
	ret = open_handle(server, server->sessions, &site->sessions) ?:
	      open_handle(server, server->counter, &site->counter) ?:
	      open_handle(server, server->limiter, &site->limiter);
	if (ret)
		web_site_close(site);
	return ret;
}

/**
 * web_site_close - the reverse
 * @site: from web_site_open()
 */
void web_site_close(struct web_site *site)
{
	if (site->sessions)
		contend_handle_close(site->sessions);
	if (site->counter)
		contend_handle_close(site->counter);
	if (site->limiter)
		contend_handle_close(site->limiter);
	memset(site, 0, sizeof(*site));
}

/**
 * web_site_blocks - whether a request keeps its task from others for long
 * @request: the request
 */
bool web_site_blocks(const struct web_request *request)
{
	return !request->status && (request->what == WEB_BLOCK || request->what == WEB_BURN);
}

static void sleep_for(u64 ns)
{
	struct timespec ts = { ns / SPEC_NS_PER_S, ns % SPEC_NS_PER_S };

	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, &ts) == EINTR)
		;
}

static void burn_for(u64 ns)
{
	const u64 until = play_now() + ns;

	while (play_now() < until)
		;
}

/* What a structure says that is no failure. */
static int with_session(struct web_site *site, const struct web_request *request)
{
	const struct web_verbs *v = &site->server->verbs;
	struct contend_op op = {
		.verb = v->lookup, .key = request->session, .tag = request->number,
	};
	int ret;

	if (request->what == WEB_LEAVE) {
		op.verb = v->erase;
		return contend_handle_op(site->sessions, &op);
	}
	ret = contend_handle_op(site->sessions, &op);
	if (ret || op.error != ENOENT)
		return ret;
	/* It begins. Another request may have been first; a full table has no room for it. */
	op = (struct contend_op){
		.verb = v->insert, .key = request->session, .value = 1, .tag = request->number,
	};
	return contend_handle_op(site->sessions, &op);
}

/**
 * web_site_serve - do what a request asks for
 * @site: the task's
 * @request: one without a status
 *
 * Context: may sleep or compute for as long as blocking= and burning= say.
 * Return: the status of its answer.
 */
u16 web_site_serve(struct web_site *site, const struct web_request *request)
{
	struct web_server *server = site->server;
	struct contend_op op = {
		.verb = server->verbs.take, .key = request->session, .tag = request->number,
	};
	int ret = contend_handle_op(site->limiter, &op);

	if (!ret && op.error == EAGAIN)
		return HTTP_STATUS_TOO_MANY_REQUESTS;
	ret = ret ?: with_session(site, request);
	op = (struct contend_op){ .verb = server->verbs.inc, .tag = request->number };
	ret = ret ?: contend_handle_op(site->counter, &op) ?: -(int)op.error;
	if (ret)
		return HTTP_STATUS_INTERNAL_SERVER_ERROR;
	if (request->what == WEB_BLOCK)
		sleep_for(server->words->blocking.ns);
	else if (request->what == WEB_BURN)
		burn_for(server->words->burning.ns);
	return HTTP_STATUS_OK;
}

/**
 * web_site_body - write what an answer says of its request
 * @buf: where to, WEB_BODY_TOLD bytes
 * @request: the request
 * @ready_ns: when the server saw that there is something to read
 * @began_ns: when a task of it began with the request
 * @ended_ns: when it was done with it
 */
void web_site_body(char *buf, const struct web_request *request, u64 ready_ns, u64 began_ns,
		   u64 ended_ns)
{
	const u64 numbers[] = { request->number, request->session, ready_ns, began_ns, ended_ns };
	u32 i, digit;

	for (i = 0; i < 5; i++) {
		for (digit = 0; digit < 16; digit++)
			*buf++ = "0123456789abcdef"[numbers[i] >> (60 - 4 * digit) & 15];
		*buf++ = i < 4 ? ' ' : '\n';
	}
}

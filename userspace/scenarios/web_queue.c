// SPDX-License-Identifier: GPL-2.0
/*
 * By what a loop hands connections on: a structure of the catalogue. Where its get does not wait,
 * as a ring's, those that find nothing wait at an event count beside it, which each put advances:
 * who has read the count and has found nothing after that misses none (D. Vyukov, "Event count").
 */
#include <errno.h>
#include <string.h>

#include "web.h"

/**
 * web_queue_prepare - make it
 * @server: of which @verbs and the objects are filled in
 *
 * Return: 0; a negative errno, with a reason.
 */
int web_queue_prepare(struct web_server *server)
{
	const char *via = server->words->via;
	struct play *play = server->play;
	struct web_verbs *v = &server->verbs;
	int ret;

	/* One that waits for room would keep a loop from all else. */
	v->put = web_verb(play->device, via, "try_put put", NULL);
	v->get = web_verb(play->device, via, "get", &v->get_waits);
	if (v->put < 0 || v->get < 0)
		return play_failed(play, EOPNOTSUPP, "via=%s is no queue: it lacks put or get",
				   via);
	ret = play_create(play, via, server->words->backlog, &server->ready);
	if (ret || v->get_waits)
		return ret;
	v->advance = web_verb(play->device, "event_count", "advance", NULL);
	v->read = web_verb(play->device, "event_count", "read", NULL);
	v->await = web_verb(play->device, "event_count", "await", NULL);
	return play_create(play, "event_count", 0, &server->news);
}

/**
 * web_queue_open - open a task's handles
 * @server: prepared
 * @queue: filled in
 *
 * Return: 0 or a negative errno.
 */
int web_queue_open(struct web_server *server, struct web_queue *queue)
{
	const struct play *play = server->play;
	const u64 poller_ns = play->spec->poller_ns;
	int ret;

	memset(queue, 0, sizeof(*queue));
	queue->server = server;
	ret = contend_handle_open(play->device, server->ready, play->door, 1, poller_ns,
				  &queue->ready);
	if (!ret && server->news)
		ret = contend_handle_open(play->device, server->news, play->door, 1, poller_ns,
					  &queue->news);
	if (ret)
		web_queue_close(queue);
	return ret;
}

/**
 * web_queue_close - the reverse
 * @queue: from web_queue_open(), or zero
 */
void web_queue_close(struct web_queue *queue)
{
	if (queue->ready)
		contend_handle_close(queue->ready);
	if (queue->news)
		contend_handle_close(queue->news);
	memset(queue, 0, sizeof(*queue));
}

/**
 * web_queue_put - hand a connection on
 * @queue: the caller's
 * @c: the connection, which is nobody's but the queue's
 *
 * Return: false when there is no room.
 */
bool web_queue_put(struct web_queue *queue, struct web_conn *c)
{
	const struct web_verbs *v = &queue->server->verbs;
	/* Of the request that is to be answered, where that is known before it is handed on. */
	const u64 tag = c->waits ? c->request.number : 0;
	struct contend_op op = {
		.verb = v->put, .key = (u64)(uintptr_t)c, .value = (u64)(uintptr_t)c, .tag = tag,
	};

	if (contend_handle_op(queue->ready, &op) || op.error)
		return false;
	op = (struct contend_op){ .verb = v->advance, .tag = tag };
	if (queue->news)
		contend_handle_op(queue->news, &op);
	return true;
}

/* As long as it takes at most, where it waits. */
static struct web_conn *get(struct web_queue *queue, u64 until_ns)
{
	struct contend_op op = { .verb = queue->server->verbs.get, .deadline_ns = until_ns };

	if (contend_handle_op(queue->ready, &op) || op.error)
		return NULL;
	return (struct web_conn *)(uintptr_t)op.value;
}

/**
 * web_queue_get - the next connection that was handed on
 * @queue: the caller's
 * @until_ns: how long to wait for it at most
 *
 * Return: the connection; NULL there was none, which may be said before @until_ns.
 */
struct web_conn *web_queue_get(struct web_queue *queue, u64 until_ns)
{
	const struct web_verbs *v = &queue->server->verbs;
	struct contend_op op = { .verb = v->read };
	struct web_conn *c;

	if (v->get_waits)
		return get(queue, until_ns);
	c = get(queue, 0);
	if (c || contend_handle_op(queue->news, &op))
		return c;
	c = get(queue, 0);
	if (c)
		return c;
	op = (struct contend_op){
		.verb = v->await, .value = op.value, .deadline_ns = until_ns,
	};
	contend_handle_op(queue->news, &op);
	return NULL;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Threads that may block, which take connections from a queue, serve each until it waits for its
 * client, and give it back to its loop.
 */
#include <errno.h>
#include <linux/string.h>
#include <pthread.h>
#include <stdlib.h>

#include "web.h"

#define BUFFER		(32 << 10)
/* How often a helper that has nothing to do looks whether it has to stop. */
#define LOOK_NS		500000000ULL

/**
 * struct web_helper - one; its thread's
 * @helpers: all of them
 * @thread: of it
 * @hand: its own
 * @queue: from the loops
 */
struct web_helper {
	struct web_helpers *helpers;
	pthread_t thread;
	struct web_hand hand;
	struct web_queue queue;
};

/**
 * struct web_helpers - all of them
 * @server: of all; constant
 * @stopping: none of them has anything to do any more
 * @n: how many; constant
 * @of: each
 */
struct web_helpers {
	struct web_server *server;
	int stopping;
	u32 n;
	struct web_helper of[];
};

/* Turns until it waits for its client. */
static void serve(struct web_hand *hand, struct web_conn *c)
{
	const enum web_fault fault = hand->server->design->fault;
	const u64 begun = c->begun;
	enum web_turn turn;

	hand->now_ns = play_now();
	do
		turn = web_conn_turn(hand, c);
	while (turn == WEB_WANTS_HELP || (turn == WEB_WANTS_IN && c->held));
	if (turn == WEB_ENDED)
		web_loop_bury(c);
	else if (fault == WEB_DEAF && c->begun == begun)
		__atomic_store_n(&c->owner, WEB_NOBODY, __ATOMIC_RELEASE);
	else
		web_loop_arm(c, turn);
}

static void *run(void *data)
{
	struct web_helper *h = data;
	struct web_conn *c;

	while (!__atomic_load_n(&h->helpers->stopping, __ATOMIC_ACQUIRE)) {
		c = web_queue_get(&h->queue, play_now() + LOOK_NS);
		if (!c)
			continue;
		web_tell(&h->hand.books->taken, 1);
		if (web_conn_own(&h->hand, c, WEB_QUEUED, h->hand.number))
			serve(&h->hand, c);
	}
	return NULL;
}

static int start(struct web_helper *h)
{
	struct web_server *server = h->helpers->server;
	int ret = web_hand_open(server, &h->hand, BUFFER);

	if (ret)
		return ret;
	h->hand.blocks = true;
	ret = web_queue_open(server, &h->queue);
	if (ret)
		goto err_hand;
	ret = -pthread_create(&h->thread, NULL, run, h);
	if (ret)
		goto err_queue;
	return 0;

err_queue:
	web_queue_close(&h->queue);
err_hand:
	web_hand_close(&h->hand);
	return ret;
}

/**
 * web_helpers_start - start them
 * @server: of all, with its queue
 * @to: the helpers
 *
 * Return: 0 or a negative errno.
 */
int web_helpers_start(struct web_server *server, struct web_helpers **to)
{
	const u32 n = server->words->helpers;
	struct web_helpers *helpers = calloc(1, sizeof(*helpers) + n * sizeof(helpers->of[0]));
	int ret = 0;

	if (!helpers)
		return -ENOMEM;
	helpers->server = server;
	for (; helpers->n < n && !ret; helpers->n += !ret) {
		helpers->of[helpers->n].helpers = helpers;
		ret = start(&helpers->of[helpers->n]);
	}
	*to = helpers;
	if (ret) {
		web_helpers_join(helpers);
		*to = NULL;
	}
	return ret;
}

/**
 * web_helpers_join - stop them
 * @helpers: of loops that have stopped
 */
void web_helpers_join(struct web_helpers *helpers)
{
	u32 i;

	__atomic_store_n(&helpers->stopping, 1, __ATOMIC_RELEASE);
	for (i = 0; i < helpers->n; i++) {
		pthread_join(helpers->of[i].thread, NULL);
		web_queue_close(&helpers->of[i].queue);
		web_hand_close(&helpers->of[i].hand);
	}
	free(helpers);
}

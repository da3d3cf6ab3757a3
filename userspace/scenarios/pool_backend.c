// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <poll.h>

#include "pool_backend.h"

static const struct backend *const backends[] = { &pool_sim, &pool_postgres, &pool_redis };

/**
 * backend_of - which kind a value of backend= is of
 * @value: the value
 *
 * Return: the kind, or NULL.
 */
const struct backend *backend_of(const char *value)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(backends); i++)
		if (!strncmp(value, backends[i]->scheme, strlen(backends[i]->scheme)))
			return backends[i];
	return NULL;
}

/**
 * backend_init - prepare the backend of a run
 * @at: zeroed, in memory that processes may share
 * @play: the run
 * @words: its keys
 */
void backend_init(struct backend_at *at, const struct play *play, const struct pool_words *words)
{
	at->kind = backend_of(words->backend);
	at->play = play;
	at->words = words;
	cores_init(&at->logins, words->logins);
	cores_init(&at->cores, words->cores);
}

/**
 * backend_wait - wait for a socket
 * @fd: the socket
 * @events: POLLIN, POLLOUT
 * @deadline_ns: until when
 *
 * Return: 0; -ETIMEDOUT; -EIO.
 */
int backend_wait(int fd, short events, u64 deadline_ns)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	struct timespec ts;
	u64 now;
	int ret;

	do {
		now = play_now();
		if (now >= deadline_ns)
			return -ETIMEDOUT;
		ts = (struct timespec){ (deadline_ns - now) / SPEC_NS_PER_S,
					(deadline_ns - now) % SPEC_NS_PER_S };
		ret = ppoll(&pfd, 1, &ts, NULL);
	} while (!ret || (ret < 0 && errno == EINTR));
	return ret < 0 ? -EIO : 0;
}

/**
 * backend_connect - make a connection, and count it
 * @at: the backend
 * @c: not open
 * @deadline_ns: until when
 *
 * Return: as backend.connect.
 */
enum backend_said backend_connect(struct backend_at *at, struct connection *c, u64 deadline_ns)
{
	enum backend_said said = at->kind->connect(at, c, deadline_ns);
	u32 open, most;

	if (said != BACKEND_OK)
		return said;
	c->open = true;
	open = __atomic_add_fetch(&at->open, 1, __ATOMIC_RELAXED);
	most = __atomic_load_n(&at->open_most, __ATOMIC_RELAXED);
	while (open > most && !__atomic_compare_exchange_n(&at->open_most, &most, open, false,
							   __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	return said;
}

/**
 * backend_close - end a connection that is open
 * @at: the backend
 * @c: the connection
 */
void backend_close(struct backend_at *at, struct connection *c)
{
	at->kind->close(at, c);
	c->open = false;
	__atomic_sub_fetch(&at->open, 1, __ATOMIC_RELAXED);
}

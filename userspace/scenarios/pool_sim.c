// SPDX-License-Identifier: GPL-2.0
/*
 * backend=sim: a database that takes its time, of which some is lost to its faults. It keeps what a
 * real one keeps of a connection: what its session was told, and an answer that nobody has read.
 */
#include <linux/minmax.h>

#include "pool_backend.h"

/* No longer without a look whether the run is over. */
#define LOOK_NS	20000000ULL

/* 0: not yet. Creators are there before. */
static u64 load_began(const struct backend_at *at)
{
	return __atomic_load_n(&at->play->began_ns, __ATOMIC_RELAXED);
}

/* Whether a time lies in that of a fault. */
static bool during(const struct backend_at *at, const struct pool_fault *fault, u64 now)
{
	const u64 began = load_began(at);

	return began && now >= began + fault->from_ns && now < began + fault->until_ns;
}

/* Whether the backend has lost a connection: it was gone since that was opened. */
static bool lost(const struct backend_at *at, const struct connection *c, u64 now)
{
	const struct pool_fault *outage = &at->words->outage;
	const u64 began = load_began(at);

	return outage->until_ns && began && now >= began + outage->from_ns &&
	       c->opened_ns < began + outage->until_ns;
}

/* Until a time, or until all stop. */
static void sleep_until(const struct backend_at *at, u64 until)
{
	struct timespec ts;
	u64 now;

	while ((now = play_now()) < until && !play_over(at->play)) {
		now = min(until, now + LOOK_NS);
		ts = (struct timespec){ now / SPEC_NS_PER_S, now % SPEC_NS_PER_S };
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
	}
}

/* A backend that is gone says nothing, up to its return: then it knows of no connection. */
static enum backend_said silence(const struct backend_at *at, u64 deadline_ns)
{
	const u64 returns = load_began(at) + at->words->outage.until_ns;

	sleep_until(at, min(deadline_ns, returns));
	return deadline_ns < returns ? BACKEND_LATE : BACKEND_GONE;
}

static u64 slowed(const struct backend_at *at, u64 ns, u64 now)
{
	return during(at, &at->words->slow, now) ? ns * at->words->slow.factor : ns;
}

static enum backend_said sim_connect(struct backend_at *at, struct connection *c, u64 deadline_ns)
{
	u64 now = play_now(), done;

	if (during(at, &at->words->outage, now))
		return silence(at, deadline_ns);
	done = cores_reserve(&at->logins, now, slowed(at, at->words->connect_ns, now));
	sleep_until(at, min(done, deadline_ns));
	if (done > deadline_ns)
		return BACKEND_LATE;
	now = play_now();
	/* All stop. */
	if (now < done)
		return BACKEND_GONE;
	if (during(at, &at->words->outage, now))
		return silence(at, deadline_ns);
	c->opened_ns = now;
	c->mark = 0;
	c->unread = 0;
	return BACKEND_OK;
}

static enum backend_said sim_query(struct backend_at *at, struct connection *c, struct question *q,
				   u64 deadline_ns)
{
	u64 now = play_now(), done;

	if (during(at, &at->words->outage, now))
		return silence(at, deadline_ns);
	if (lost(at, c, now) || q->breaks)
		return BACKEND_GONE;
	q->found = c->mark;
	c->mark = q->local ? 0 : q->mark;
	done = cores_reserve(&at->cores, now, slowed(at, at->words->query_ns, now));
	/* What comes first is what was asked first. */
	if (c->unread) {
		done = min(done, c->unread_ns);
		q->reply = c->unread;
		c->unread = 0;
	} else {
		q->reply = q->cookie;
	}
	sleep_until(at, min(done, deadline_ns));
	if (done > deadline_ns) {
		c->unread = q->reply;
		c->unread_ns = done;
		return BACKEND_LATE;
	}
	return during(at, &at->words->outage, play_now()) ? silence(at, deadline_ns) : BACKEND_OK;
}

static enum backend_said sim_reset(struct backend_at *at, struct connection *c, u64 deadline_ns)
{
	if (lost(at, c, play_now()))
		return BACKEND_GONE;
	c->mark = 0;
	return BACKEND_OK;
}

static enum backend_said sim_ping(struct backend_at *at, struct connection *c, u64 deadline_ns)
{
	const u64 now = play_now();

	if (during(at, &at->words->outage, now))
		return silence(at, deadline_ns);
	return lost(at, c, now) ? BACKEND_GONE : BACKEND_OK;
}

static void sim_close(struct backend_at *at, struct connection *c)
{
}

const struct backend pool_sim = {
	.scheme = "sim", .connect = sim_connect, .query = sim_query, .reset = sim_reset,
	.ping = sim_ping, .close = sim_close,
};

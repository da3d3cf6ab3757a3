// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/string.h>
#include <math.h>
#include <stdio.h>

#include "offered.h"

/* Of the seed's streams, one that no user has. */
#define OFFERED_STREAM	(~0ULL - 4)

/* Nobody asks for more. */
#define MOST_PER_S	1000000000ULL
#define MOST_BURST	1000000

/* By their kind; what follows the colon, parse and format know. */
static const char *const kinds[] = { "closed", "periodic", "poisson", "bursts", "sweep", NULL };

/**
 * offered_init - prepare an open loop
 * @o: the loop, in memory that processes may share
 * @seed: of the run
 */
void offered_init(struct offered *o, u64 seed)
{
	pthread_mutexattr_t attr;

	memset(o, 0, sizeof(*o));
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&o->lock, &attr);
	rng_seed(&o->rng, seed, OFFERED_STREAM);
}

/**
 * offered_set - change the load: what was due and was not begun is forgotten
 * @o: the loop
 * @kind: its shape; OFFERED_CLOSED: there is none
 * @per_s: requests a second
 * @burst: with OFFERED_BURSTS, how many come at once
 * @now: the first is due now, or with random ones as if one had just been
 *
 * Context: any task, takes @o->lock.
 */
void offered_set(struct offered *o, enum offered_kind kind, double per_s, u32 burst, u64 now)
{
	pthread_mutex_lock(&o->lock);
	o->kind = kind;
	o->burst = kind == OFFERED_BURSTS ? burst : 1;
	o->left = o->burst;
	o->gap_ns = kind == OFFERED_CLOSED ? 0 : o->burst * 1e9 / per_s;
	o->due_ns = now;
	pthread_mutex_unlock(&o->lock);
}

/* From 0 on, with a mean of 1; in a double, which has enough bits for the inverse. */
static double draw_exp(struct rng *rng)
{
	return -log1p(-(double)(rng_next(rng) >> 11) / (1ULL << 53));
}

/**
 * offered_next - take the next request
 * @o: the loop
 *
 * Whoever is free takes the next one: a request waits for a free user, not for its own one.
 *
 * Context: any task, takes @o->lock.
 * Return: when it is due; 0 in a closed loop.
 */
u64 offered_next(struct offered *o)
{
	u64 due = 0;

	pthread_mutex_lock(&o->lock);
	if (o->kind == OFFERED_POISSON)
		o->due_ns += o->gap_ns * draw_exp(&o->rng);
	if (o->kind != OFFERED_CLOSED)
		due = o->due_ns;
	if (o->kind != OFFERED_CLOSED && o->kind != OFFERED_POISSON && !--o->left) {
		o->left = o->burst;
		o->due_ns += o->gap_ns;
	}
	pthread_mutex_unlock(&o->lock);
	return due;
}

/**
 * offered_open - whether requests come due whoever is answered
 * @o: the loop
 *
 * Context: any task, takes @o->lock.
 */
bool offered_open(struct offered *o)
{
	bool open;

	pthread_mutex_lock(&o->lock);
	open = o->kind != OFFERED_CLOSED;
	pthread_mutex_unlock(&o->lock);
	return open;
}

/**
 * offered_late - what was due and nobody has taken
 * @o: the loop
 * @now: up to when
 * @unserved: how many requests, in the mean
 *
 * Context: any task, takes @o->lock.
 * Return: how late the oldest of them is; 0 where there is none.
 */
u64 offered_late(struct offered *o, u64 now, double *unserved)
{
	double late;

	pthread_mutex_lock(&o->lock);
	late = o->kind == OFFERED_CLOSED || o->due_ns > now ? 0 : now - o->due_ns;
	*unserved = late ? late / o->gap_ns * o->burst : 0;
	pthread_mutex_unlock(&o->lock);
	return late;
}

/* "COUNT/s" and, with @burst, ":COUNT". */
static int parse_rate(struct offered_spec *o, const char *value, size_t len, size_t offset,
		      struct spec_error *error)
{
	const char *slash = memchr(value, '/', len);
	size_t n = slash ? slash - value : 0;
	u64 burst = 1;
	int ret;

	if (!slash || len - n < 2 || slash[1] != 's')
		return spec_fail(error, offset, "a rate is COUNT/s, as in 1000/s");
	ret = value_number(&o->per_s, value, n, offset, value_counts, 1, MOST_PER_S, error);
	n += 2;
	if (!ret && o->kind == OFFERED_BURSTS) {
		if (n == len || value[n] != ':')
			return spec_fail(error, offset + n,
					 "bursts are RATE:COUNT, as in 1000/s:50");
		n++;
		ret = value_number(&burst, value + n, len - n, offset + n, value_counts, 1,
				   MOST_BURST, error);
		n = len;
	}
	o->burst = burst;
	if (!ret && n != len)
		return spec_fail(error, offset + n, "nothing follows a rate");
	return ret;
}

/**
 * offered_parse - parse a value of offered=
 * @key: not used
 * @field: a struct offered_spec
 * @value: the value, not ended by a zero
 * @len: its bytes
 * @error: what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int offered_parse(const struct spec_key *key, void *field, const char *value, size_t len,
		  struct spec_error *error)
{
	const char *colon = memchr(value, ':', len);
	size_t word = colon ? (size_t)(colon - value) : len;
	struct offered_spec o = { };
	int kind = value_word(kinds, value, word, error);

	if (kind < 0)
		return kind;
	o.kind = kind;
	if (kind == OFFERED_CLOSED || kind == OFFERED_SWEEP) {
		if (colon)
			return spec_fail(error, word, "nothing follows %s", kinds[kind]);
	} else {
		if (!colon)
			return spec_fail(error, word, "%s takes a rate: %s:1000/s%s", kinds[kind],
					 kinds[kind], kind == OFFERED_BURSTS ? ":50" : "");
		kind = parse_rate(&o, colon + 1, len - word - 1, word + 1, error);
		if (kind)
			return kind;
	}
	*(struct offered_spec *)field = o;
	return 0;
}

/**
 * offered_format - write it
 * @key: not used
 * @field: a struct offered_spec
 * @buf: where to
 * @size: its bytes
 *
 * Return: as snprintf().
 */
int offered_format(const struct spec_key *key, const void *field, char *buf, size_t size)
{
	const struct offered_spec *o = field;

	if (o->kind == OFFERED_CLOSED || o->kind == OFFERED_SWEEP)
		return snprintf(buf, size, "%s", kinds[o->kind]);
	if (o->kind == OFFERED_BURSTS)
		return snprintf(buf, size, "%s:%llu/s:%u", kinds[o->kind], o->per_s, o->burst);
	return snprintf(buf, size, "%s:%llu/s", kinds[o->kind], o->per_s);
}

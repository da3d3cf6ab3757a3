// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/string.h>
#include <stdio.h>

#include "themes.h"

/* No backoff doubles further. */
#define BACKOFF_MOST_NS	(10 * SPEC_NS_PER_S)

/**
 * retry_delay - how long to wait before a request is tried again
 * @retry: how
 * @attempt: how often it has been tried, from 1
 * @rng: the user's
 *
 * Exponential backoff, with "full jitter" from nothing to all of it: who failed together does
 * not come back together (Brooker, Exponential Backoff and Jitter, 2015).
 *
 * Return: nanoseconds.
 */
u64 retry_delay(const struct retry_spec *retry, u32 attempt, struct rng *rng)
{
	u64 ns = retry->backoff_ns;

	while (--attempt && ns < BACKOFF_MOST_NS)
		ns *= 2;
	ns = ns < BACKOFF_MOST_NS ? ns : BACKOFF_MOST_NS;
	if (retry->jitter == JITTER_FULL)
		ns = mul_u64_u32_shr(ns, rng_next(rng) >> 32, 32);
	return ns;
}

/**
 * breaker_init - prepare a breaker
 * @b: the breaker, in memory that processes may share
 * @spec: when it opens; of 0 failures it never does
 */
void breaker_init(struct breaker *b, const struct breaker_spec *spec)
{
	pthread_mutexattr_t attr;

	memset(b, 0, sizeof(*b));
	b->spec = *spec;
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&b->lock, &attr);
}

/**
 * breaker_allows - whether a request may be sent
 * @b: the breaker
 * @now: the time
 *
 * When it has been open for its time it lets one through: breaker_tell() has to say what came of
 * that; of one that never says, another one is let through after the same time.
 *
 * Context: any task, takes @b->lock.
 */
bool breaker_allows(struct breaker *b, u64 now)
{
	bool allows;

	if (!b->spec.failures)
		return true;
	pthread_mutex_lock(&b->lock);
	allows = b->state == BREAKER_CLOSED;
	if (!allows && now - b->since_ns >= b->spec.open_ns) {
		b->state = BREAKER_HALF_OPEN;
		b->since_ns = now;
		allows = true;
	}
	pthread_mutex_unlock(&b->lock);
	return allows;
}

/**
 * breaker_tell - what came of a request that was let through
 * @b: the breaker
 * @good: the service has answered
 * @now: the time
 *
 * Context: any task, takes @b->lock.
 */
void breaker_tell(struct breaker *b, bool good, u64 now)
{
	if (!b->spec.failures)
		return;
	pthread_mutex_lock(&b->lock);
	if (b->state == BREAKER_OPEN) {
		/* It was sent before, and says nothing of now. */
	} else if (good) {
		b->state = BREAKER_CLOSED;
		b->failures = 0;
	} else if (b->state == BREAKER_HALF_OPEN || ++b->failures >= b->spec.failures) {
		b->state = BREAKER_OPEN;
		b->since_ns = now;
		b->failures = 0;
		b->opened++;
	}
	pthread_mutex_unlock(&b->lock);
}

/**
 * breaker_parse - parse a value of breaker=
 * @key: not used
 * @field: a struct breaker_spec
 * @value: the value, not ended by a zero
 * @len: its bytes
 * @error: what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int breaker_parse(const struct spec_key *key, void *field, const char *value, size_t len,
		  struct spec_error *error)
{
	const char *slash = memchr(value, '/', len);
	struct breaker_spec b = { };
	u64 failures;
	int ret;

	if (theme_off(value, len)) {
		*(struct breaker_spec *)field = b;
		return 0;
	}
	if (!slash)
		return spec_fail(error, 0, "off, or COUNT/TIME, as in 5/1s");
	ret = value_number(&failures, value, slash - value, 0, value_counts, 1, 1000000, error);
	if (!ret)
		ret = value_number(&b.open_ns, slash + 1, value + len - slash - 1,
				   slash + 1 - value, value_times, 1000000, 60 * SPEC_NS_PER_S,
				   error);
	if (ret)
		return ret;
	b.failures = failures;
	*(struct breaker_spec *)field = b;
	return 0;
}

/**
 * breaker_format - write it
 * @key: not used
 * @field: a struct breaker_spec
 * @buf: where to
 * @size: its bytes
 *
 * Return: as snprintf().
 */
int breaker_format(const struct spec_key *key, const void *field, char *buf, size_t size)
{
	const struct breaker_spec *b = field;
	char time[24];

	if (!b->failures)
		return snprintf(buf, size, "off");
	value_format_time(b->open_ns, time, sizeof(time));
	return snprintf(buf, size, "%u/%s", b->failures, time);
}

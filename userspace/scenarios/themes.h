/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What clients do about a service that fails, in all scenarios: they try again, later and later, at
 * random times, and stop asking for a while. What else may stop them is in sentry.h.
 */
#ifndef CONTEND_THEMES_H
#define CONTEND_THEMES_H

#include <linux/string.h>
#include <pthread.h>
#include <stdbool.h>

#include "lib/rng.h"
#include "lib/spec.h"

/* How the time up to the next try is spread: not at all, or from 0 to all of it. */
enum jitter { JITTER_NONE, JITTER_FULL };

/**
 * struct retry_spec - as in retry=, backoff=, jitter=
 * @most: how often a request is tried again
 * @backoff_ns: how long before the first time; it doubles each time
 * @jitter: how it is spread
 */
struct retry_spec {
	u32 most;
	u64 backoff_ns;
	enum jitter jitter;
};

/**
 * struct breaker_spec - as in breaker=COUNT/TIME
 * @failures: so many in a row open it; 0: there is none
 * @open_ns: for how long, until one request is let through
 */
struct breaker_spec {
	u32 failures;
	u64 open_ns;
};

/* closed: all requests go through; open: none does; half open: one does, and tells. */
enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF_OPEN };

/**
 * struct breaker - a circuit breaker (Nygard, Release It!, 2007)
 * @lock: protects all of it; shared by processes
 * @spec: constant
 * @state: see there
 * @failures: in a row, closed
 * @since_ns: when it opened, or let a request through
 * @opened: how often it has opened
 */
struct breaker {
	pthread_mutex_t lock;
	struct breaker_spec spec;
	enum breaker_state state;
	u32 failures;
	u64 since_ns;
	u64 opened;
};

/* Whether the value of a theme's key turns it off. */
static inline bool theme_off(const char *value, size_t len)
{
	return len == strlen("off") && !memcmp(value, "off", len);
}

u64 retry_delay(const struct retry_spec *retry, u32 attempt, struct rng *rng);
void breaker_init(struct breaker *b, const struct breaker_spec *spec);
bool breaker_allows(struct breaker *b, u64 now);
void breaker_tell(struct breaker *b, bool good, u64 now);
int breaker_parse(const struct spec_key *key, void *field, const char *value, size_t len,
		  struct spec_error *error);
int breaker_format(const struct spec_key *key, const void *field, char *buf, size_t size);

#endif /* CONTEND_THEMES_H */

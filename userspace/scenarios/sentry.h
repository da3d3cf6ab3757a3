/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether a request is sent at all, in all scenarios: not to a system that is taken for ill, not
 * one that is too late to help anybody, not beyond what may be under way at once, and not through
 * a breaker that is open. What is refused costs the system nothing, and its sender no wait.
 */
#ifndef CONTEND_SENTRY_H
#define CONTEND_SENTRY_H

#include "themes.h"

/* none; too many are under way; too late; a twin of the second, which looks and then counts. */
enum shed_kind { SHED_OFF, SHED_INFLIGHT, SHED_LATE, SHED_BUSTED };

/**
 * struct shed_spec - as in shed=
 * @kind: what is refused
 * @most: SHED_INFLIGHT: what is beyond so many
 * @late_ns: SHED_LATE: what is sent later than so long after it was due
 */
struct shed_spec {
	enum shed_kind kind;
	u32 most;
	u64 late_ns;
};

/**
 * struct shedder - sheds load; all but @spec by atomic operations, of processes too
 * @spec: constant
 * @taken: places that are taken
 * @under_way: requests that have one, counted apart from @taken by who has been let through: it is
 *	what is promised about
 * @under_way_most: the most of these at one time
 */
struct shedder {
	struct shed_spec spec;
	u32 taken;
	u32 under_way;
	u32 under_way_most;
};

/* So many probes have to fail in a row. */
#define HEALTH_FAILURES	2

/**
 * struct health - what probes say of the system
 * @ill: it is taken for ill: written by the prober, read by all
 * @failures: in a row; the prober's, as is all that follows
 * @probes: how many there were
 * @failed: how many of these
 * @times: how often it was taken for ill
 * @since_ns: since when it is
 * @ill_ns: for how long it was, before that
 */
struct health {
	int ill;
	u32 failures;
	u64 probes;
	u64 failed;
	u64 times;
	u64 since_ns;
	u64 ill_ns;
};

/* Why a request is not sent. */
enum refusal {
	REFUSED_NOT,
	REFUSED_ILL,	/* health= */
	REFUSED_LATE,	/* shed=late */
	REFUSED_FULL,	/* shed=inflight */
	REFUSED_OPEN,	/* breaker= */
	NR_REFUSALS
};

/**
 * struct sentry - of all users of a run, in memory that processes share
 * @breaker: see there
 * @shedder: see there
 * @health: see there
 * @refused: how many it has refused, and why; by atomic operations
 */
struct sentry {
	struct breaker breaker;
	struct shedder shedder;
	struct health health;
	u64 refused[NR_REFUSALS];
};

void sentry_init(struct sentry *g, const struct breaker_spec *breaker,
		 const struct shed_spec *shed);
enum refusal sentry_admit(struct sentry *g, u64 due_ns, u64 now);
void sentry_leave(struct sentry *g, bool good, u64 now);
bool sentry_broken(const struct sentry *g, char *detail, size_t size);
void health_tell(struct health *h, bool good, u64 now);
u64 health_ill_ns(const struct health *h, u64 now);
int shed_parse(const struct spec_key *key, void *field, const char *value, size_t len,
	       struct spec_error *error);
int shed_format(const struct spec_key *key, const void *field, char *buf, size_t size);
int health_parse(const struct spec_key *key, void *field, const char *value, size_t len,
		 struct spec_error *error);
int health_format(const struct spec_key *key, const void *field, char *buf, size_t size);

#endif /* CONTEND_SENTRY_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* The load that is offered: when the next request is due, whoever sends it. */
#ifndef CONTEND_OFFERED_H
#define CONTEND_OFFERED_H

#include <pthread.h>
#include <stdbool.h>

#include "lib/rng.h"
#include "lib/spec.h"

/*
 * closed: each user sends its next request when the last one is answered; the others are open
 * loops, in which requests come due whether or not anybody is answered. sweep looks for the rate up
 * to which that goes well.
 */
enum offered_kind {
	OFFERED_CLOSED, OFFERED_PERIODIC, OFFERED_POISSON, OFFERED_BURSTS, OFFERED_SWEEP,
};

/**
 * struct offered_spec - as in offered=
 * @kind: its shape
 * @burst: bursts: how many come at once
 * @per_s: how many a second, of all users together
 */
struct offered_spec {
	enum offered_kind kind;
	u32 burst;
	u64 per_s;
};

/**
 * struct offered - an open loop
 * @lock: protects all of it; shared by processes
 * @kind: its shape now: CLOSED where there is none
 * @burst: how many come at once
 * @left: of them how many are still to come
 * @gap_ns: between two, or two bursts, in the mean
 * @due_ns: of the next one
 * @rng: of random ones
 */
struct offered {
	pthread_mutex_t lock;
	enum offered_kind kind;
	u32 burst;
	u32 left;
	double gap_ns;
	double due_ns;
	struct rng rng;
};

void offered_init(struct offered *o, u64 seed);
void offered_set(struct offered *o, enum offered_kind kind, double per_s, u32 burst, u64 now);
u64 offered_next(struct offered *o);
bool offered_open(struct offered *o);
u64 offered_late(struct offered *o, u64 now, double *unserved);
int offered_parse(const struct spec_key *key, void *field, const char *value, size_t len,
		  struct spec_error *error);
int offered_format(const struct spec_key *key, const void *field, char *buf, size_t size);

#endif /* CONTEND_OFFERED_H */

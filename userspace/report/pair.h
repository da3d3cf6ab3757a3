/* SPDX-License-Identifier: GPL-2.0 */
/* A case on both sides, and what is decided of it. */
#ifndef CONTEND_PAIR_H
#define CONTEND_PAIR_H

#include <jansson.h>
#include <stdio.h>

#include "group.h"

enum decision { FASTER, SLOWER, SAME, BEST, UNKNOWN, SKIPPED, FAILED, BROKEN };

/**
 * struct decision_name - what is said of a decision
 * @name: in a document
 * @outcome: what it makes of a comparison
 * @brief: in a table, where it is not @name
 * @ranked: likewise, of what is compared with the best
 */
struct decision_name {
	const char *name;
	enum outcome outcome;
	const char *brief;
	const char *ranked;
};

#define NR_DECISIONS	(BROKEN + 1)

extern const struct decision_name decisions[NR_DECISIONS];

/**
 * struct pair - a case on both sides
 * @doc: what is said of it
 * @decision: enum decision; below 0 while there is none
 * @a: A's figures; with what follows, where there is something to decide
 * @b: B's
 * @side: whose they are
 * @workers: how many there are on each side
 * @p: of the test that they differ at all
 */
struct pair {
	json_t *doc;
	int decision;
	const struct sample *a;
	const struct sample *b;
	size_t side[2];
	unsigned int workers[2];
	double p;
};

struct pair pair_init(const struct comparison *c, const struct group *a, const struct group *b);
size_t pairs_decide(const struct comparison *c, struct pair *pairs, size_t n,
		    enum outcome *outcome);
const char *pairs_kind(const struct comparison *c);
enum decision decision_of(const json_t *one);
const char *decision_human(const struct comparison *c, enum decision d);
const char *figure_human(const struct comparison *c, const json_t *side, char *buf, size_t size);
void ratio_human(FILE *out, const json_t *one, const char *decision);
void price_human(FILE *out, const struct comparison *c, const json_t *one);
json_int_t side_runs(const json_t *one, const char *side, const char *key);

#endif /* CONTEND_PAIR_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* The runs of a side, by case: the samples of which a comparison decides. */
#ifndef CONTEND_GROUP_H
#define CONTEND_GROUP_H

#include <jansson.h>
#include <stdbool.h>

#include "compare.h"
#include "lib/spec.h"
#include "report/metric.h"
#include "report/result.h"
#include "report/stats.h"

/* In the environment: by how much two readings of the clock differ at least. */
#define WORLD_STEP	"clock_step_ns"
/* Likewise: which boot it was of the machine. */
#define WORLD_BOOT	"boot_id"

/*
 * What a difference in operations a second can come from where workers wait for each other:
 * how dear it is to hand the lock over, and how often that is done.
 */
enum { TOLD_MEAN, TOLD_SHARE, NR_TOLD };

extern const struct metric told[NR_TOLD];

/**
 * struct sample - one figure of several runs
 * @each: of each run that has it
 * @n: how many
 */
struct sample {
	double each[STATS_MAX];
	size_t n;
};

/**
 * struct group - the runs of one case
 * @spec: what it is, in the words of A: cases that share it are a pair
 * @name: of the case
 * @side: whose it is, in a comparison
 * @workers: how many do one operation after the other, or 0 where some have times for them
 * @verdict: the worst of its runs
 * @why: the reason of the first that has this verdict, "" where it has none
 * @stolen: how many of them do not count, whose figures the host made; when there is no other,
 *	the verdict is not known
 * @without: how many passed and do not have the figure
 * @runs: how many have it
 * @now: that figure, and what is told, of the runs of the document that is read
 * @figure: what is compared: of each run that has it, or of each boot the median
 * @told: likewise
 */
struct group {
	char spec[SPEC_TEXT];
	const char *name;
	size_t side;
	unsigned int workers;
	enum verdict verdict;
	const char *why;
	size_t stolen;
	size_t without;
	size_t runs;
	struct sample now[1 + NR_TOLD];
	struct sample figure;
	struct sample told[NR_TOLD];
};

/**
 * struct groups - the cases of one side
 * @group: each
 * @n: how many
 */
struct groups {
	struct group *group;
	size_t n;
};

const char *text_of(const json_t *object, const char *key);
enum verdict verdict_of(const json_t *result);
int side_spec(const struct spec *spec, const char *words, char *text, size_t size);
int run_spec(const json_t *result, size_t i, struct spec *spec, char *message, size_t size);
bool by_boot(const struct comparison *c);
int comparison_own(struct comparison *c, struct metric *own, char *message, size_t size);
int groups_collect(const struct comparison *c, int side, struct groups *groups, char *message,
		   size_t size);
struct group *groups_find(const struct groups *groups, const char *spec);
enum verdict group_verdict(const struct group *g);
const char *figure_key(const struct metric *m, char *buf, size_t size);
json_t *group_json(const struct comparison *c, const struct group *group);

#endif /* CONTEND_GROUP_H */

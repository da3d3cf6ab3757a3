/* SPDX-License-Identifier: GPL-2.0 */
/* The figures of a run that repeats are summed up and compared by. */
#ifndef CONTEND_METRIC_H
#define CONTEND_METRIC_H

#include <jansson.h>
#include <linux/types.h>
#include <stdbool.h>

#include "lib/hist.h"

/* The greatest figure: most are counts of 64 bits, and none is more. */
#define METRIC_MOST	18446744073709551616.0

/* How near to what was a figure is. */
enum reading {
	READ_EXACTLY,		/* a count, or a mean, of which the steps are as often up as down */
	READ_BY_CLOCK,		/* one time: within a step of the clock */
	READ_IN_BUCKETS,	/* likewise, and then within half a bucket of the histogram */
};

/* The object in a result that has a scenario's own figures, and what their names begin with. */
#define OWN_FIGURES	"figures"

#define NR_POINTS	8

/**
 * struct point - what a document has of each distribution: the one table of its keys, of
 *	the columns of csv, and of the metrics of times
 * @name: the key
 * @read: how near it is
 * @value: what it is, of a distribution and @per_100k
 * @per_100k: how much of the distribution it is of
 */
struct point {
	const char *name;
	enum reading read;
	u64 (*value)(const struct hist *h, unsigned int per_100k);
	unsigned int per_100k;
};

/* What has a figure: all runs, or not those of scenarios, or these alone; or their stages. */
enum metric_of { OF_RUNS, OF_WORKLOADS, OF_SCENARIOS, OF_STAGES };

/**
 * struct metric - one figure
 * @name: as in --metric=
 * @part: the group of workers, the operation or the stage whose figure it is, NULL for all of a run
 * @group: the object in a result that has it, NULL for the result itself
 * @key: its key there
 * @unit: "ns", "1/s", or "" for a plain number
 * @less: less of it is better; of a scenario's own figures metric_less() says it
 * @read: how near it is
 * @of: what has it
 */
struct metric {
	const char *name;
	const char *part;
	const char *group;
	const char *key;
	const char *unit;
	bool less;
	enum reading read;
	enum metric_of of;
};

extern const struct point points[NR_POINTS];

const struct metric *metric_at(size_t i);
const struct metric *metric_find(const char *name);
bool metric_less(const struct metric *m, const json_t *result);
int metric_value(const struct metric *m, const json_t *result, double *value);
bool metric_of_verb(const struct metric *m);
double metric_off(const struct metric *m, double value, double step);
const struct metric *metric_mean_of(const struct metric *m);
json_t *sample_json(const double *each, size_t n);

#endif /* CONTEND_METRIC_H */

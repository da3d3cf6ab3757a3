/* SPDX-License-Identifier: GPL-2.0 */
/* The figures of a run that repeats are summed up and compared by. */
#ifndef CONTEND_METRIC_H
#define CONTEND_METRIC_H

#include <jansson.h>
#include <linux/types.h>

/* The greatest figure: most are counts of 64 bits, and none is more. */
#define METRIC_MOST	18446744073709551616.0

/* How near to what was a figure is. */
enum reading {
	READ_EXACTLY,		/* a count, or a mean, of which the steps are as often up as down */
	READ_BY_CLOCK,		/* one time: within a step of the clock */
	READ_IN_BUCKETS,	/* likewise, and then within half a bucket of the histogram */
};

/**
 * struct metric - one figure
 * @name: as in --metric=
 * @group: the object in a result that has it, NULL for the result itself
 * @key: its key there
 * @unit: "ns", "1/s", or "" for a plain number
 * @less: less of it is better
 * @read: how near it is
 */
struct metric {
	const char *name;
	const char *group;
	const char *key;
	const char *unit;
	bool less;
	enum reading read;
};

extern const struct metric metrics[];
extern const size_t nmetrics;

const struct metric *metric_find(const char *name);
int metric_value(const struct metric *m, const json_t *result, double *value);
double metric_off(const struct metric *m, double value, double step);
const struct metric *metric_mean_of(const struct metric *m);
json_t *sample_json(const double *each, size_t n);

#endif /* CONTEND_METRIC_H */

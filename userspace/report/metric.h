/* SPDX-License-Identifier: GPL-2.0 */
/* The figures of a run that repeats are summed up and compared by. */
#ifndef CONTEND_METRIC_H
#define CONTEND_METRIC_H

#include <jansson.h>
#include <linux/types.h>

/* The greatest figure: most are counts of 64 bits, and none is more. */
#define METRIC_MOST	18446744073709551616.0

/**
 * struct metric - one figure
 * @name: as in --metric=
 * @group: the object in a result that has it, NULL for the result itself
 * @key: its key there
 * @unit: "ns", "1/s", or "" for a plain number
 * @less: less of it is better
 */
struct metric {
	const char *name;
	const char *group;
	const char *key;
	const char *unit;
	bool less;
};

extern const struct metric metrics[];
extern const size_t nmetrics;

const struct metric *metric_find(const char *name);
int metric_value(const struct metric *m, const json_t *result, double *value);
json_t *sample_json(const double *each, size_t n);

#endif /* CONTEND_METRIC_H */

// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/string.h>

#include "metric.h"
#include "stats.h"

const struct metric metrics[] = {
	{ "ops_per_s", NULL, "ops_per_s", "1/s", false },
	{ "wait_p50", "wait_ns", "p50", "ns", true },
	{ "wait_p99", "wait_ns", "p99", "ns", true },
	{ "wait_p999", "wait_ns", "p999", "ns", true },
	{ "wait_max", "wait_ns", "max", "ns", true },
	{ "hold_p50", "hold_ns", "p50", "ns", true },
	{ "hold_p99", "hold_ns", "p99", "ns", true },
	{ "response_p50", "response_ns", "p50", "ns", true },
	{ "response_p99", "response_ns", "p99", "ns", true },
	{ "service_p50", "service_ns", "p50", "ns", true },
	{ "service_p99", "service_ns", "p99", "ns", true },
	{ "jain", "fairness", "jain", "", false },
	{ "starved", "fairness", "starved_ns", "ns", true },
	{ "bypass", "fairness", "bypass", "", true },
	{ "local", "fairness", "local", "", false },
	{ "handover", "handover_ns", "trimmed_mean", "ns", true },
	{ "handover_p99", "handover_ns", "p99", "ns", true },
	{ "reclaim_p50", "reclaim_ns", "p50", "ns", true },
	{ "reclaim_p99", "reclaim_ns", "p99", "ns", true },
};

const size_t nmetrics = ARRAY_SIZE(metrics);

/**
 * metric_find - the figure of a name
 * @name: the name
 *
 * Return: the figure, or NULL.
 */
const struct metric *metric_find(const char *name)
{
	size_t i;

	for (i = 0; i < nmetrics; i++)
		if (!strcmp(name, metrics[i].name))
			return &metrics[i];
	return NULL;
}

/**
 * metric_value - a figure of a run
 * @m: the figure
 * @result: an entry of results[]
 * @value: what it is
 *
 * A document comes from anywhere: what no run can have measured is no figure.
 *
 * Return: 0; 1 when this run has none; -1 for what is no number from 0 to METRIC_MOST.
 */
int metric_value(const struct metric *m, const json_t *result, double *value)
{
	const json_t *from = m->group ? json_object_get(result, m->group) : result;

	if (!from || json_is_null(from))
		return 1;
	if (!json_is_object(from))
		return -1;
	from = json_object_get(from, m->key);
	if (!from || json_is_null(from))
		return 1;
	*value = json_number_value(from);
	return json_is_number(from) && *value >= 0 && *value <= METRIC_MOST ? 0 : -1;
}

/**
 * sample_json - a figure of several runs
 * @each: of each run
 * @n: how many, 1 to STATS_MAX
 *
 * Return: an object with the median and its interval, or NULL when memory is short.
 */
json_t *sample_json(const double *each, size_t n)
{
	struct interval i = stats_median_interval(each, n);

	return json_pack("{s:f, s:[f, f], s:f}", "median", stats_median(each, n),
			 "interval_95", i.low, i.high, "coverage", i.coverage);
}

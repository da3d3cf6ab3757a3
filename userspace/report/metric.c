// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/string.h>
#include <math.h>

#include "lib/hist.h"
#include "metric.h"
#include "stats.h"

const struct metric metrics[] = {
	{ "ops_per_s", NULL, "ops_per_s", "1/s", false, READ_EXACTLY },
	{ "wait_p50", "wait_ns", "p50", "ns", true, READ_IN_BUCKETS },
	{ "wait_p99", "wait_ns", "p99", "ns", true, READ_IN_BUCKETS },
	{ "wait_p999", "wait_ns", "p999", "ns", true, READ_IN_BUCKETS },
	{ "wait_max", "wait_ns", "max", "ns", true, READ_BY_CLOCK },
	{ "wait_trimmed_mean", "wait_ns", "trimmed_mean", "ns", true, READ_EXACTLY },
	{ "hold_p50", "hold_ns", "p50", "ns", true, READ_IN_BUCKETS },
	{ "hold_p99", "hold_ns", "p99", "ns", true, READ_IN_BUCKETS },
	{ "hold_trimmed_mean", "hold_ns", "trimmed_mean", "ns", true, READ_EXACTLY },
	{ "response_p50", "response_ns", "p50", "ns", true, READ_IN_BUCKETS },
	{ "response_p99", "response_ns", "p99", "ns", true, READ_IN_BUCKETS },
	{ "response_trimmed_mean", "response_ns", "trimmed_mean", "ns", true, READ_EXACTLY },
	{ "service_p50", "service_ns", "p50", "ns", true, READ_IN_BUCKETS },
	{ "service_p99", "service_ns", "p99", "ns", true, READ_IN_BUCKETS },
	{ "service_trimmed_mean", "service_ns", "trimmed_mean", "ns", true, READ_EXACTLY },
	{ "jain", "fairness", "jain", "", false, READ_EXACTLY },
	{ "starved", "fairness", "starved_ns", "ns", true, READ_BY_CLOCK },
	{ "bypass", "fairness", "bypass", "", true, READ_EXACTLY },
	{ "local", "fairness", "local", "", false, READ_EXACTLY },
	{ "handover", "handover_ns", "trimmed_mean", "ns", true, READ_EXACTLY },
	{ "handover_p99", "handover_ns", "p99", "ns", true, READ_IN_BUCKETS },
	{ "reclaim_p50", "reclaim_ns", "p50", "ns", true, READ_IN_BUCKETS },
	{ "reclaim_p99", "reclaim_ns", "p99", "ns", true, READ_IN_BUCKETS },
	{ "reclaim_trimmed_mean", "reclaim_ns", "trimmed_mean", "ns", true, READ_EXACTLY },
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
 * metric_off - by how much a figure may be off, as it was read
 * @m: the figure
 * @value: what it is
 * @step: of the clock, ns
 *
 * A time is between two readings, each of which may be a step late; of buckets the middle
 * stands for all of one. Either of them swallows the other.
 *
 * Return: in the unit of the figure.
 */
double metric_off(const struct metric *m, double value, double step)
{
	unsigned int bucket;

	if (m->read == READ_EXACTLY)
		return 0;
	if (m->read == READ_BY_CLOCK || value >= METRIC_MOST)
		return step;
	bucket = hist_index(value);
	return fmax(step, (hist_least(bucket + 1) - hist_least(bucket)) / 2);
}

/**
 * metric_mean_of - the figure that the steps of the clock leave as it is
 * @m: a percentile or the greatest of some times
 *
 * Return: the trimmed mean of these times, or NULL.
 */
const struct metric *metric_mean_of(const struct metric *m)
{
	size_t i;

	for (i = 0; i < nmetrics && m->group; i++)
		if (metrics[i].group && !strcmp(metrics[i].group, m->group) &&
		    !strcmp(metrics[i].key, "trimmed_mean"))
			return &metrics[i];
	return NULL;
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

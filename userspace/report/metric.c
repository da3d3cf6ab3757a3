// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/string.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "metric.h"
#include "result.h"
#include "stats.h"

static u64 whole_mean(const struct hist *h, unsigned int per_100k)
{
	return hist_mean(h);
}

const struct point points[NR_POINTS] = {
	{ "mean", READ_EXACTLY, whole_mean, 100000 },
	{ "trimmed_mean", READ_EXACTLY, hist_trimmed_mean, 99000 },
	{ "p50", READ_IN_BUCKETS, hist_percentile, 50000 },
	{ "p90", READ_IN_BUCKETS, hist_percentile, 90000 },
	{ "p99", READ_IN_BUCKETS, hist_percentile, 99000 },
	{ "p999", READ_IN_BUCKETS, hist_percentile, 99900 },
	{ "p9999", READ_IN_BUCKETS, hist_percentile, 99990 },
	{ "max", READ_BY_CLOCK, hist_percentile, 100000 },
};

static const struct metric rate = {
	"ops_per_s", NULL, NULL, "ops_per_s", "1/s", false, READ_EXACTLY, OF_RUNS
};

/* What is no time of many; and the first name of handover_trimmed_mean. */
static const struct metric others[] = {
	{ "elements_per_s", NULL, NULL, "elements_per_s", "1/s", false, READ_EXACTLY, OF_RUNS },
	{ "miss_ratio", NULL, NULL, "miss_ratio", "", true, READ_EXACTLY, OF_RUNS },
	{ "jain", NULL, "fairness", "jain", "", false, READ_EXACTLY, OF_RUNS },
	{ "starved", NULL, "fairness", "starved_ns", "ns", true, READ_BY_CLOCK, OF_WORKLOADS },
	{ "bypass", NULL, "fairness", "bypass", "", true, READ_EXACTLY, OF_WORKLOADS },
	{ "local", NULL, "fairness", "local", "", false, READ_EXACTLY, OF_WORKLOADS },
	{ "handover", NULL, "handover_ns", "trimmed_mean", "ns", true, READ_EXACTLY, OF_WORKLOADS },
	{ "goodput_per_s", NULL, NULL, "goodput_per_s", "1/s", false, READ_EXACTLY, OF_SCENARIOS },
	{ "knee_per_s", NULL, NULL, "knee_per_s", "1/s", false, READ_EXACTLY, OF_SCENARIOS },
	{ "cpu_ns_per_op", NULL, NULL, "cpu_ns_per_op", "ns", true, READ_EXACTLY, OF_SCENARIOS },
	{ "wakeups_per_op", NULL, NULL, "wakeups_per_op", "", true, READ_EXACTLY, OF_SCENARIOS },
	{ "memory_bytes", NULL, NULL, "memory_bytes", "B", true, READ_EXACTLY, OF_SCENARIOS },
	{ "backlog_max", NULL, NULL, "backlog_max", "", true, READ_EXACTLY, OF_WORKLOADS },
};

/* A document has distributions of all times; each has all points. */
static const struct metric *time_metric(size_t i)
{
	static struct {
		struct metric metric;
		char name[48];
		char group[32];
	} made[NR_ALL_TIMES * NR_POINTS];
	const size_t kind = i / NR_POINTS;
	const char *time = time_kinds[kind].name;
	const struct point *p = &points[i % NR_POINTS];

	if (!made[i].metric.name) {
		snprintf(made[i].name, sizeof(made[i].name), "%s_%s", time, p->name);
		snprintf(made[i].group, sizeof(made[i].group), "%s_ns", time);
		made[i].metric = (struct metric){
			made[i].name, NULL, made[i].group, p->name, "ns", true, p->read,
			kind == TIMED_RESPONSE || kind == TIMED_SERVICE ? OF_RUNS : OF_WORKLOADS
		};
	}
	return &made[i].metric;
}

/**
 * metric_at - walk the figures
 * @i: from 0: the one that is compared where nobody says which
 *
 * Those of times are named after the time and the point: response_p999.
 *
 * Return: the figure; NULL past the last one.
 */
const struct metric *metric_at(size_t i)
{
	if (!i--)
		return &rate;
	if (i < NR_ALL_TIMES * NR_POINTS)
		return time_metric(i);
	i -= NR_ALL_TIMES * NR_POINTS;
	return i < ARRAY_SIZE(others) ? &others[i] : NULL;
}

static const struct metric *find_plain(const char *name)
{
	const struct metric *m;
	size_t i;

	for (i = 0; (m = metric_at(i)); i++)
		if (!strcmp(name, m->name))
			break;
	return m;
}

/* A figure of a part of a run; kept until the program ends. */
static const struct metric *find_part(const char *name, size_t len)
{
	const struct metric *whole = find_plain(name + len + 1);
	struct metric *m = whole ? malloc(sizeof(*m)) : NULL;

	if (!m)
		return NULL;
	*m = *whole;
	m->name = strdup(name);
	m->part = strndup(name, len);
	if (!m->name || !m->part)
		abort();
	return m;
}

/* A figure that a scenario has entered, whatever that is; kept until the program ends. */
static const struct metric *find_own(const char *name)
{
	const char *key = strchr(name, '.') + 1;
	struct metric *m = key[0] ? malloc(sizeof(*m)) : NULL;

	if (!m)
		return NULL;
	*m = (struct metric){
		.name = strdup(name), .group = OWN_FIGURES, .key = strdup(key), .unit = "",
		.read = READ_EXACTLY, .of = OF_SCENARIOS,
	};
	if (!m->name || !m->key)
		abort();
	return m;
}

/* The point at the end of a name, of which one may be the end of another: the longest. */
static const struct point *point_of(const char *name, size_t *at)
{
	const struct point *found = NULL;
	const size_t len = strlen(name);
	size_t i, end;

	*at = len;
	for (i = 0; i < NR_POINTS; i++) {
		end = strlen(points[i].name) + 1;
		if (len <= end || name[len - end] != '_' ||
		    strcmp(name + len - end + 1, points[i].name) || len - end > *at)
			continue;
		found = &points[i];
		*at = len - end;
	}
	return found;
}

/* The time of a stage of a scenario's requests, whatever that is; kept until the program ends. */
static const struct metric *find_stage(const char *name)
{
	const char *stage = name + strlen("stages.");
	size_t len;
	const struct point *point = point_of(stage, &len);
	struct metric *m = point ? malloc(sizeof(*m)) : NULL;

	if (!m)
		return NULL;
	*m = (struct metric){
		strdup(name), strndup(stage, len), "time_ns", point->name, "ns", true, point->read,
		OF_STAGES
	};
	if (!m->name || !m->part)
		abort();
	return m;
}

/**
 * metric_find - the figure of a name
 * @name: the name; with that of a group of workers or an operation before it, as in
 *	readers.response_p999, the figure of that; figures.NAME is one that a scenario has entered,
 *	stages.NAME_p99 a time of a stage of its requests
 *
 * Return: the figure, or NULL.
 */
const struct metric *metric_find(const char *name)
{
	size_t len = strcspn(name, ".");

	if (!strncmp(name, "stages.", strlen("stages.")))
		return find_stage(name);
	if (!strncmp(name, OWN_FIGURES ".", strlen(OWN_FIGURES ".")))
		return find_own(name);
	return name[len] ? find_part(name, len) : find_plain(name);
}

/**
 * metric_of_verb - whether single operations of a structure have a figure
 * @m: the figure
 *
 * Return: whether they have; groups of workers have all.
 */
bool metric_of_verb(const struct metric *m)
{
	size_t i;

	if (!m->group)
		return !strcmp(m->key, rate.key);
	for (i = 0; i < NR_TIMES; i++)
		if (time_kinds[i].of_verb &&
		    !strncmp(m->group, time_kinds[i].name, strlen(time_kinds[i].name)) &&
		    !strcmp(m->group + strlen(time_kinds[i].name), "_ns"))
			return true;
	return false;
}

/* An entry of groups[] or verbs[] of a run. */
static const json_t *find_entry(const json_t *list, const char *name)
{
	const char *is;
	json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry) {
		is = json_string_value(json_object_get(entry, "name"));
		if (is && !strcmp(is, name))
			return entry;
	}
	return NULL;
}

/* Where the figure is: in the run, or in what has the name; a group comes before an operation. */
static const json_t *part_of(const struct metric *m, const json_t *result)
{
	const json_t *part;

	if (!m->part)
		return result;
	if (m->of == OF_STAGES)
		return find_entry(json_object_get(result, "stages"), m->part);
	part = find_entry(json_object_get(result, "groups"), m->part);
	return part ?: find_entry(json_object_get(result, "verbs"), m->part);
}

/**
 * metric_less - whether less of a figure is better
 * @m: the figure
 * @result: an entry of results[] that has it
 *
 * Of a figure that a scenario has entered its document says it.
 *
 * Return: whether.
 */
bool metric_less(const struct metric *m, const json_t *result)
{
	const char *name;
	json_t *one;
	size_t i;

	if (!m->group || strcmp(m->group, OWN_FIGURES))
		return m->less;
	json_array_foreach(json_object_get(result, "less_is_better"), i, one) {
		name = json_string_value(one);
		if (name && !strcmp(name, m->key))
			return true;
	}
	return false;
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
	const json_t *part = part_of(m, result);
	const json_t *from = m->group && part ? json_object_get(part, m->group) : part;

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
	char name[128];
	size_t time;

	if (!m->group)
		return NULL;
	if (m->of == OF_STAGES) {
		snprintf(name, sizeof(name), "stages.%s_trimmed_mean", m->part);
		return metric_find(name);
	}
	time = strlen(m->group) - strlen("_ns");
	snprintf(name, sizeof(name), "%s%s%.*s_trimmed_mean", m->part ?: "", m->part ? "." : "",
		 (int)time, m->group);
	return metric_find(name);
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

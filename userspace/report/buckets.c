// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "buckets.h"

/* What a u64 holds, about. */
#define SUM_MOST	18000000000000000000.0

/**
 * buckets_json - the buckets of a distribution, as a document has them
 * @h: the distribution
 *
 * One text, "40:12 41:100": from how many nanoseconds, and how many. An array would take ten
 * times as much room, a line a number.
 *
 * Return: the text, or NULL when memory is short.
 */
json_t *buckets_json(const struct hist *h)
{
	char *text = NULL;
	json_t *json;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	unsigned int i;

	for (i = 0; i < HIST_BUCKETS && f; i++)
		if (h->counts[i])
			fprintf(f, "%s%llu:%llu", ftell(f) ? " " : "", hist_least(i), h->counts[i]);
	if (!f || fclose(f))
		return NULL;
	json = json_string(text);
	free(text);
	return json;
}

/* A number that a document has, or 0. */
static u64 number(const json_t *distribution, const char *key)
{
	const double value = json_number_value(json_object_get(distribution, key));

	return value >= 0 && value <= SUM_MOST ? value : 0;
}

/* A number of a text, and what must come after it; below 0: not that. */
static int parse(const char **at, u64 *value, char end)
{
	char *rest;

	if (**at < '0' || **at > '9')
		return -1;
	errno = 0;
	*value = strtoull(*at, &rest, 10);
	if (errno || (*rest != end && *rest))
		return -1;
	*at = rest + (*rest == end);
	return *rest == end ? 0 : 1;
}

/**
 * buckets_add - add what a document has of a distribution
 * @h: to what; unchanged where this is not 0
 * @distribution: an object with its buckets
 *
 * Return: 0; 1 where it has no buckets; -1 where they are wrong, or are not its count.
 */
int buckets_add(struct hist *h, const json_t *distribution)
{
	const char *text = json_string_value(json_object_get(distribution, "buckets"));
	u64 from, count;
	struct hist *more;
	int ret;

	if (!text)
		return json_object_get(distribution, "buckets") ? -1 : 1;
	more = malloc(sizeof(*more));
	if (!more)
		abort();
	hist_init(more);
	do {
		ret = parse(&text, &from, ':') ? -1 : parse(&text, &count, ' ');
		if (ret < 0 || more->total + count < count)
			goto wrong;
		more->counts[hist_index(from)] += count;
		more->total += count;
		if (from < more->min)
			more->min = from;
	} while (!ret);
	if (more->total != number(distribution, "count") || !more->total ||
	    more->counts[HIST_BUCKETS - 1] != number(distribution, "beyond"))
		goto wrong;
	more->max = number(distribution, "max");
	/* Of more than there can be a sum would not fit. */
	more->sum = fmin((double)number(distribution, "mean") * more->total, SUM_MOST);
	hist_merge(h, more);
	free(more);
	return 0;
wrong:
	free(more);
	return -1;
}

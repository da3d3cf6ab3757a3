// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "cache_trace.h"
#include "lib/keys.h"
#include "lib/rng.h"

/* More than that is no trace for here: its keys' versions are kept beside it. */
#define REQUESTS_MOST	(64U << 20)
/* As often what is hot changes. */
#define SHIFTS		12

static int order(const void *a, const void *b)
{
	const u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return (x > y) - (x < y);
}

/* The keys that there are, and which of them each request is for. */
static int number(struct cache_trace *t, const u64 *asked)
{
	u32 i, n = 0;

	t->key = malloc(t->n * sizeof(*t->key));
	t->request = malloc(t->n * sizeof(*t->request));
	if (!t->key || !t->request)
		return -ENOMEM;
	memcpy(t->key, asked, t->n * sizeof(*t->key));
	qsort(t->key, t->n, sizeof(*t->key), order);
	for (i = 0; i < t->n; i++)
		if (!n || t->key[n - 1] != t->key[i])
			t->key[n++] = t->key[i];
	t->nkeys = n;
	for (i = 0; i < t->n; i++)
		t->request[i] = (u64 *)bsearch(&asked[i], t->key, n, sizeof(*t->key), order) -
				t->key;
	return 0;
}

/**
 * cache_trace_read - read a trace: a number a line, other lines are left out
 * @t: filled in, to be freed with cache_trace_free() also on error
 * @path: of a file, plain or compressed by gzip
 * @why: what is wrong, in words
 * @size: bytes of @why
 *
 * Return: 0; -ENOENT it cannot be read, -EINVAL it is no trace, with a reason; -ENOMEM.
 */
int cache_trace_read(struct cache_trace *t, const char *path, char *why, size_t size)
{
	u64 *asked = NULL, *more;
	char line[128];
	int ret = 0, error;
	gzFile from;

	*t = (struct cache_trace){ };
	from = gzopen(path, "rb");
	if (!from) {
		snprintf(why, size, "%s: %s", path, strerror(errno));
		return -ENOENT;
	}
	while (!ret && gzgets(from, line, sizeof(line))) {
		if (line[0] < '0' || line[0] > '9')
			continue;
		if (!asked || !(t->n & (t->n - 1))) {
			more = realloc(asked, (t->n ? 2 * (size_t)t->n : 1) * sizeof(*asked));
			if (!more) {
				ret = -ENOMEM;
				break;
			}
			asked = more;
		}
		asked[t->n++] = strtoull(line, NULL, 10);
		if (t->n > REQUESTS_MOST) {
			snprintf(why, size, "%s: more than %u requests", path, REQUESTS_MOST);
			ret = -EINVAL;
		}
	}
	snprintf(line, sizeof(line), "%s", gzerror(from, &error));
	if (!ret && error != Z_OK && error != Z_STREAM_END) {
		snprintf(why, size, "%s: %s", path, error == Z_ERRNO ? strerror(errno) : line);
		ret = -ENOENT;
	}
	gzclose(from);
	if (!ret && !asked) {
		snprintf(why, size, "%s: no line of it is a number", path);
		ret = -EINVAL;
	}
	if (!ret)
		ret = number(t, asked);
	free(asked);
	return ret;
}

/* How many keys there are beside those of keys=. */
static u32 further(enum trace_pattern pattern, u32 range, u32 requests)
{
	switch (pattern) {
	case PATTERN_SCAN:
		return requests / (2 * range) * range + requests % (2 * range);
	case PATTERN_SHIFT:
		return SHIFTS * (range / 3 + 1);
	default:
		return 0;
	}
}

/**
 * cache_trace_draw - draw one
 * @t: filled in, to be freed with cache_trace_free() also on error
 * @pattern: how
 * @keys: from what
 * @requests: how many, one at least
 * @seed: the same seed, the same trace
 *
 * Return: 0; -ENOMEM.
 */
int cache_trace_draw(struct cache_trace *t, enum trace_pattern pattern,
		     const struct keys_spec *keys, u32 requests, u64 seed)
{
	const u32 range = keys->range;
	struct keys from;
	struct rng rng;
	u64 turn = 0;
	u32 i, next = range;

	*t = (struct cache_trace){
		.n = requests, .nkeys = range + further(pattern, range, requests),
	};
	t->request = malloc(requests * sizeof(*t->request));
	t->key = malloc(t->nkeys * sizeof(*t->key));
	if (!t->request || !t->key || keys_init(&from, keys))
		return -ENOMEM;
	for (i = 0; i < t->nkeys; i++)
		t->key[i] = i;
	rng_seed(&rng, seed, 0);
	for (i = 0; i < requests; i++) {
		if (pattern == PATTERN_SCAN && i / range % 2) {
			t->request[i] = next++;
			continue;
		}
		t->request[i] = keys_next(&from, &rng, &turn);
		if (pattern == PATTERN_SHIFT)
			t->request[i] += (u64)i * SHIFTS / requests * (range / 3 + 1);
	}
	keys_destroy(&from);
	return 0;
}

/**
 * cache_trace_free - free one
 * @t: the trace
 */
void cache_trace_free(struct cache_trace *t)
{
	free(t->key);
	free(t->request);
}

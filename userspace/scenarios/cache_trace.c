// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "cache_trace.h"
#include "engine/engine.h"
#include "lib/keys.h"
#include "lib/rng.h"

/* More than that is no trace for here: its keys' versions are kept beside it. */
#define LINES_MOST	(64U << 20)
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
 * struct source - a file on its way into lines
 * @fd: of it
 * @zipped: it is compressed
 * @ended: the stream of @zip has ended, or has not begun
 * @zip: what decompresses it
 * @in: what is read
 * @out: what it says, when it is @zipped
 */
struct source {
	int fd;
	bool zipped;
	bool ended;
	z_stream zip;
	unsigned char in[1 << 16];
	unsigned char out[1 << 16];
};

/* The next bytes as they are in the file. Their number, 0 at its end, or a negative errno. */
static ssize_t source_load(struct source *from)
{
	const ssize_t n = read(from->fd, from->in, sizeof(from->in));

	from->zip.next_in = from->in;
	from->zip.avail_in = n > 0 ? n : 0;
	return n < 0 ? -errno : n;
}

/*
 * Which file it is, and the first of it. Only a regular file is sure to end: a device may not, and
 * who opens a FIFO waits for its writer.
 */
static int source_open(struct source *from, const char *path, char *why, size_t size)
{
	struct stat stat;
	ssize_t n;

	from->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (from->fd < 0 || fstat(from->fd, &stat)) {
		snprintf(why, size, "%s: %s", path, strerror(errno));
		return errno == ENOENT ? -ENOENT : -EINVAL;
	}
	if (!S_ISREG(stat.st_mode)) {
		snprintf(why, size, "%s: a trace is a regular file, and this is none", path);
		return -EINVAL;
	}
	n = source_load(from);
	if (n < 0) {
		snprintf(why, size, "%s: %s", path, strerror(-n));
		return -EINVAL;
	}
	from->zipped = n > 1 && from->in[0] == 0x1f && from->in[1] == 0x8b;
	if (from->zipped && inflateInit2(&from->zip, 16 + MAX_WBITS) != Z_OK) {
		from->zipped = false;
		return -ENOMEM;
	}
	return 0;
}

static void source_close(struct source *from)
{
	if (from->zipped)
		inflateEnd(&from->zip);
	if (from->fd >= 0)
		close(from->fd);
}

/* The next bytes of the trace, to be found at @data. As source_load(); -EINVAL with a reason. */
static ssize_t source_next(struct source *from, const unsigned char **data, const char **what)
{
	z_stream *zip = &from->zip;
	ssize_t n;
	int ret;

	do {
		/* With no room left for more it may have more to say. */
		if (!zip->avail_in && (!from->zipped || from->ended || zip->avail_out)) {
			n = source_load(from);
			*what = n < 0 ? strerror(-n) : "it ends within a gzip stream";
			if (n < 0 || (!n && from->zipped && !from->ended))
				return -EINVAL;
			if (!n)
				return 0;
		}
		if (!from->zipped) {
			*data = from->in;
			n = zip->avail_in;
			zip->avail_in = 0;
			return n;
		}
		/* Streams may follow each other, and nothing else may. */
		if (from->ended)
			inflateReset(zip);
		zip->next_out = from->out;
		zip->avail_out = sizeof(from->out);
		ret = inflate(zip, Z_NO_FLUSH);
		if (ret != Z_OK && ret != Z_STREAM_END && ret != Z_BUF_ERROR) {
			*what = from->ended ? "what follows the gzip stream is none" :
					      zip->msg ?: "no gzip stream";
			return -EINVAL;
		}
		from->ended = ret == Z_STREAM_END;
		n = sizeof(from->out) - zip->avail_out;
	} while (!n);
	*data = from->out;
	return n;
}

/**
 * struct lines - what is read of a trace
 * @trace: filled in
 * @asked: the key of each request
 * @line: the line that is being read
 * @len: of it so many bytes
 * @nr: its number, from 1
 */
struct lines {
	struct cache_trace *trace;
	u64 *asked;
	char line[128];
	size_t len;
	u32 nr;
};

static int ask_for(struct lines *l, u64 key)
{
	struct cache_trace *t = l->trace;
	u64 *more;

	if (!l->asked || !(t->n & (t->n - 1))) {
		more = realloc(l->asked, (t->n ? 2 * (size_t)t->n : 1) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		l->asked = more;
	}
	l->asked[t->n++] = key;
	return 0;
}

/* A line is whole. What is wrong with it is in @what. */
static int line_ends(struct lines *l, const char **what)
{
	size_t len = l->len, i;
	u64 key = 0;

	while (len && strchr(" \t\r", l->line[len - 1]) && l->line[len - 1])
		len--;
	l->len = 0;
	if (!len || l->line[0] == '*' || l->line[0] == '#')
		return 0;
	for (i = 0; i < len; i++) {
		const char c = l->line[i];

		*what = "a line is a number, or empty, or begins with * or #";
		if (c < '0' || c > '9')
			return -EINVAL;
		*what = "a number is below 2^64";
		if (__builtin_mul_overflow(key, 10, &key) ||
		    __builtin_add_overflow(key, c - '0', &key))
			return -EINVAL;
	}
	return ask_for(l, key);
}

static int lines_take(struct lines *l, const unsigned char *data, size_t n, const char **what)
{
	size_t i;
	int ret;

	for (i = 0; i < n; i++) {
		if (!l->len && l->nr == LINES_MOST) {
			*what = "a trace has no more lines than that here";
			return -EINVAL;
		}
		l->nr += !l->len;
		if (data[i] != '\n') {
			*what = "the line is too long";
			if (l->len == sizeof(l->line))
				return -EINVAL;
			l->line[l->len++] = data[i];
			continue;
		}
		ret = line_ends(l, what);
		if (ret)
			return ret;
	}
	return 0;
}

static int read_lines(struct lines *l, struct source *from, const char *path, char *why,
		      size_t size)
{
	const unsigned char *data;
	const char *what = NULL;
	ssize_t n = 0;
	int ret = 0;

	while (!ret && (n = source_next(from, &data, &what)) > 0)
		ret = interrupted ? -EINTR : lines_take(l, data, n, &what);
	if (n < 0) {
		snprintf(why, size, "%s: %s", path, what);
		return n;
	}
	if (!ret && l->len)
		ret = line_ends(l, &what);
	if (ret == -EINVAL)
		snprintf(why, size, "%s: line %u: %s", path, l->nr, what);
	if (ret == -EINTR)
		snprintf(why, size, "%s: interrupted", path);
	if (!ret && !l->asked) {
		snprintf(why, size, "%s: no line of it is a number", path);
		ret = -EINVAL;
	}
	return ret;
}

/**
 * cache_trace_read - read a trace: a number a line; empty lines, and those that begin with * or #,
 *	are left out
 * @t: filled in, to be freed with cache_trace_free() also on error
 * @path: of a file, plain or compressed by gzip
 * @why: what is wrong, in words
 * @size: bytes of @why
 *
 * Return: 0; -ENOENT it is not there, -EINVAL it cannot be read or is no trace, -EINTR the run is
 * interrupted, these with a reason; -ENOMEM.
 */
int cache_trace_read(struct cache_trace *t, const char *path, char *why, size_t size)
{
	struct source *from = calloc(1, sizeof(*from));
	struct lines l = { .trace = t };
	int ret;

	*t = (struct cache_trace){ };
	if (!from)
		return -ENOMEM;
	ret = source_open(from, path, why, size) ?: read_lines(&l, from, path, why, size) ?:
	      number(t, l.asked);
	source_close(from);
	free(from);
	free(l.asked);
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

// SPDX-License-Identifier: GPL-2.0
/*
 * The cache's policies beside their sequential references: with one task the misses are the same,
 * each of them.
 *
 * The sequences are the traces of the LIRS papers where they are (CONTEND_TRACES, or
 * ../shared/traces beside the checkout; of Debian's golang-github-dgraph-io-ristretto-dev its
 * gli.lirs.gz), and some that are drawn here. "cache_test table" prints what each policy hits of
 * each, and what none can be above.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>
#include <linux/kernel.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/rng.h"
#include "libcontend/contend.h"
#include "scenarios/cache_reference.h"

#define LOAD	2	/* the verb's number */
#define RISTRETTO \
	"/usr/share/gocode/src/github.com/dgraph-io/ristretto/sim/gli.lirs.gz"

/* Which keys are asked for, one after the other. */
struct sequence {
	u64 *key;
	u32 n;
};

static void ask(struct sequence *s, u64 key)
{
	if (!(s->n & (s->n - 1))) {
		s->key = realloc(s->key, (s->n ? 2 * (size_t)s->n : 1) * sizeof(*s->key));
		assert_non_null(s->key);
	}
	s->key[s->n++] = key;
}

/* A rank by Zipf's law of exponent one, of @range: by the inverse of its integral. */
static u64 zipf(struct rng *r, u32 range)
{
	return exp(log(range) * (rng_next(r) >> 11) / (double)(1ULL << 53)) - 1;
}

/* A hot set, and now and then a scan of what nobody asks for again. */
static void draw_zipf(struct sequence *s, struct rng *r)
{
	while (s->n < 60000)
		ask(s, zipf(r, 4000));
}

static void draw_scan(struct sequence *s, struct rng *r)
{
	u64 next = 100000;
	u32 i;

	while (s->n < 60000) {
		for (i = 0; i < 1500; i++)
			ask(s, zipf(r, 1000));
		for (i = 0; i < 1500; i++)
			ask(s, next++);
	}
}

static void draw_loop(struct sequence *s, struct rng *r)
{
	while (s->n < 60000)
		ask(s, s->n % 700);
}

/* What was hot is not any more. */
static void draw_shift(struct sequence *s, struct rng *r)
{
	while (s->n < 60000)
		ask(s, zipf(r, 2000) + s->n / 5000 * 700);
}

/**
 * struct source - a sequence to be had
 * @name: its name, of a trace the file's
 * @capacity: of the cache that it is for
 * @draw: it is drawn; NULL: it is a trace
 * @published: what a simulator that is not ours hits of it, in the order of reference_policies[]
 */
static const struct source {
	const char *name;
	u32 capacity;
	void (*draw)(struct sequence *s, struct rng *r);
	double published[REFERENCE_POLICIES];
} sources[] = {
	{ "gli", 1000, NULL, { .1114, .1131, .1121, .3134, .3505, .5126 } },
	{ "loop", 500, NULL, { 0, 0, 0, 0, 0, .4231 } },
	{ "multi1", 1000, NULL, { .4479, .4858, .4823, .4974, .5795, .6874 } },
	{ "multi3", 1000, NULL, { .3297, .3778, .3770, .3916, .4536, .5074 } },
	{ "sprite", 500, NULL, { .7361, .7835, .7830, .7259, .7885, .7422 } },
	{ "zigzag", 500, NULL, { .2399, .2399, .2399, .2399, .0417, .1942 } },
	{ "2_pools", 200, NULL, { .3008, .4054, .3679, .5034, .5032, .5037 } },
	{ "drawn-zipf", 400, draw_zipf, { } },
	{ "drawn-scan", 400, draw_scan, { } },
	{ "drawn-loop", 500, draw_loop, { } },
	{ "drawn-shift", 300, draw_shift, { } },
	{ "drawn-zipf", 1, draw_zipf, { } },
	{ "drawn-shift", 7, draw_shift, { } },
};

/* Where a trace is, or false. */
static bool trace_path(const char *name, char *path, size_t size)
{
	const char *at = getenv("CONTEND_TRACES");

	snprintf(path, size, "%s/%s.trace.gz", at ?: "../shared/traces", name);
	if (!access(path, R_OK))
		return true;
	snprintf(path, size, "%s", RISTRETTO);
	return !strcmp(name, "gli") && !access(path, R_OK);
}

/* False: it is not here. */
static bool sequence_of(const struct source *source, struct sequence *s)
{
	char path[4096], command[4200], line[64];
	struct rng r;
	FILE *from;

	*s = (struct sequence){ };
	if (source->draw) {
		rng_seed(&r, 14, 0);
		source->draw(s, &r);
		return true;
	}
	if (!trace_path(source->name, path, sizeof(path)))
		return false;
	snprintf(command, sizeof(command), "gzip -dc '%s'", path);
	from = popen(command, "r");
	assert_non_null(from);
	while (fgets(line, sizeof(line), from))
		if (line[0] >= '0' && line[0] <= '9')
			ask(s, strtoull(line, NULL, 10));
	assert_int_equal(pclose(from), 0);
	return true;
}

static int device;

/* Whether a cache has a key; if it has not, then now. */
static bool cache_hits(int object, u64 key, u32 number)
{
	struct contend_op op = { .verb = LOAD, .key = key, .value = number };

	assert_int_equal(contend_op(object, &op), 0);
	assert_true(op.error == 0 || op.error == ENOENT);
	/* What it has loaded is what it was given. */
	assert_int_equal(op.error == ENOENT, (u32)op.value == number);
	return !op.error;
}

/* How many of a sequence a policy hits; each of them as its reference. */
static u32 beside_its_reference(const struct reference_policy *p, const char *lock, u32 capacity,
				const struct sequence *s)
{
	struct contend_create create = { .capacity = capacity };
	struct reference *r = reference_make(capacity);
	struct contend_stat stat;
	u32 hits = 0, i;
	int object;

	assert_non_null(r);
	object = contend_create(device, lock, p->name, &create);
	assert_in_range(object, 0, INT32_MAX);
	for (i = 0; i < s->n; i++) {
		const bool hit = cache_hits(object, s->key[i], i);

		if (hit != p->hits(r, s->key[i]))
			fail_msg("%s lock=%s capacity=%u: %s at %u, key %llu, and not so the reference",
				 p->name, lock, capacity, hit ? "hit" : "miss", i,
				 (unsigned long long)s->key[i]);
		hits += hit;
	}
	assert_int_equal(contend_stat(object, CONTEND_STAT_VERIFY, &stat), 0);
	assert_int_equal(stat.violations, 0);
	contend_close(object);
	reference_free(r);
	return hits;
}

static int by_key(const void *a, const void *b)
{
	const u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return (x > y) - (x < y);
}

/* What one hits that knows the future. */
static u32 most_hits(const struct sequence *s, u32 capacity)
{
	u64 *keys = malloc(s->n * sizeof(*keys)), *at;
	u32 *request = malloc(s->n * sizeof(*request)), i;
	s64 hits;

	assert_true(keys && request);
	memcpy(keys, s->key, s->n * sizeof(*keys));
	qsort(keys, s->n, sizeof(*keys), by_key);
	for (i = 0; i < s->n; i++) {
		at = bsearch(&s->key[i], keys, s->n, sizeof(*keys), by_key);
		/* Of those that are the same, the first. */
		while (at > keys && at[-1] == *at)
			at--;
		request[i] = at - keys;
	}
	hits = reference_min(request, s->n, s->n, capacity);
	assert_true(hits >= 0);
	free(keys);
	free(request);
	return hits;
}

/* To the last digit that was printed; where parameters are the author's, within a point. */
static void expect_published(const struct source *source, size_t policy, double ratio)
{
	const char *name = reference_policies[policy].name;
	const bool defined = strcmp(name, "cache_s3fifo") && strcmp(name, "cache_wtinylfu");
	const double by = fabs(ratio - source->published[policy]);

	if (by > (defined ? .0000501 : .01))
		fail_msg("%s hits %.4f of %s, and elsewhere %.4f", name, ratio, source->name,
			 source->published[policy]);
}

static void misses_what_its_reference_misses(void **state)
{
	const struct source *source = *state;
	double ratio, best = 0, lru_ratio = 0, most;
	struct sequence s;
	size_t p;

	assert_true(sequence_of(source, &s));
	most = most_hits(&s, source->capacity) / (double)s.n;
	for (p = 0; p < REFERENCE_POLICIES; p++) {
		ratio = beside_its_reference(&reference_policies[p], "null", source->capacity, &s) /
			(double)s.n;
		assert_true(ratio <= most);
		best = fmax(best, ratio);
		if (!strcmp(reference_policies[p].name, "cache_lru"))
			lru_ratio = ratio;
		if (!source->draw)
			expect_published(source, p, ratio);
	}
	assert_true(best >= lru_ratio - .01);
	free(s.key);
}

static void nobody_hits_more_than_a_prophet(void **state)
{
	/*
	 * By hand, with room for two. 0 and 1 come in. 2 is wanted next later than both, and is not
	 * kept; 0 and 1 hit. 3 is never wanted again, and is not kept; 0 hits for the last time. 2
	 * takes its place; 1 and 2 hit.
	 */
	static const u32 request[] = { 0, 1, 2, 0, 1, 3, 0, 2, 1, 2 };
	u32 n = ARRAY_SIZE(request);

	assert_int_equal(reference_min(request, n, 4, 2), 5);
	/* With room for one: 0 twice, then 2; with room for all: whatever comes again. */
	assert_int_equal(reference_min(request, n, 4, 1), 3);
	assert_int_equal(reference_min(request, n, 4, 4), 6);
	assert_int_equal(reference_min(request, n, 4, 0), 0);
	assert_int_equal(reference_min(request, 1, 1, 1), 0);
}

/* Where readers may be beside the writer entries are replaced, and freed later. */
static void it_is_the_same_under_locks_that_defer(void **state)
{
	static const char *const locks[] = { "ebr", "hazptr" };
	const struct source source = { "", 100, draw_shift, { } };
	struct sequence s;
	size_t i, p;

	sequence_of(&source, &s);
	s.n = 20000;
	for (i = 0; i < ARRAY_SIZE(locks); i++)
		for (p = 0; p < REFERENCE_POLICIES; p++)
			beside_its_reference(&reference_policies[p], locks[i], source.capacity, &s);
	free(s.key);
}

/* A line for each sequence, by the cache itself. */
static int print_table(void)
{
	const struct source *source;
	struct sequence s;
	size_t p;
	u32 i;

	printf("%-12s%8s%10s", "sequence", "entries", "requests");
	for (p = 0; p < REFERENCE_POLICIES; p++)
		printf("%10s", strchr(reference_policies[p].name, '_') + 1);
	printf("%10s\n", "belady");
	for (source = sources; source < sources + ARRAY_SIZE(sources); source++) {
		if (!sequence_of(source, &s)) {
			printf("%-12s not here\n", source->name);
			continue;
		}
		printf("%-12s%8u%10u", source->name, source->capacity, s.n);
		for (p = 0; p < REFERENCE_POLICIES; p++) {
			struct contend_create create = { .capacity = source->capacity };
			int object = contend_create(device, "null",
						    reference_policies[p].name, &create);
			u32 hits = 0;

			for (i = 0; i < s.n; i++)
				hits += cache_hits(object, s.key[i], i);
			contend_close(object);
			printf("%10.4f", hits / (double)s.n);
		}
		printf("%10.4f\n", most_hits(&s, source->capacity) / (double)s.n);
		free(s.key);
	}
	return 0;
}

static int open_program(void **state)
{
	device = contend_open_program(8);
	return device < 0;
}

static int close_program(void **state)
{
	contend_close(device);
	return 0;
}

int main(int argc, char **argv)
{
	enum { SOURCES = ARRAY_SIZE(sources) };
	struct CMUnitTest tests[SOURCES + 2];
	char name[SOURCES][32], path[4096];
	size_t i, n = 0;

	if (argc == 2 && !strcmp(argv[1], "table"))
		return open_program(NULL) || print_table() || close_program(NULL);
	for (i = 0; i < SOURCES; i++) {
		/* cmocka says "not ok" of what it skips, and prove believes it. */
		if (!sources[i].draw && !trace_path(sources[i].name, path, sizeof(path))) {
			printf("# SKIP %s.trace.gz: CONTEND_TRACES names the folder with it\n",
			       sources[i].name);
			continue;
		}
		snprintf(name[n], sizeof(name[n]), "%s, %u entries", sources[i].name,
			 sources[i].capacity);
		tests[n] = (struct CMUnitTest){
			.name = name[n],
			.test_func = misses_what_its_reference_misses,
			.initial_state = (void *)&sources[i],
		};
		n++;
	}
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(it_is_the_same_under_locks_that_defer);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(nobody_hits_more_than_a_prophet);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("cache", tests, n, open_program, close_program);
}

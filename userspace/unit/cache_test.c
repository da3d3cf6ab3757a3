// SPDX-License-Identifier: GPL-2.0
/*
 * The cache's policies beside sequential ones that are written as plainly as can be: arrays, and a
 * search from one end to the other. With one task the misses are the same, each of them.
 *
 * The sequences are the traces of the LIRS papers where they are (CONTEND_TRACES, or
 * ../shared/traces beside the checkout; of Debian's golang-github-dgraph-io-ristretto-dev its
 * gli.lirs.gz), and some that are drawn here. "cache_test table" prints what each policy hits of
 * each.
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

#define ENTRIES	1024	/* of a reference */
#define LOAD	2	/* the verb's number */
#define RISTRETTO \
	"/usr/share/gocode/src/github.com/dgraph-io/ristretto/sim/gli.lirs.gz"

/* Keys in some order, and a number with each. */
struct keys {
	u32 n;
	u64 key[ENTRIES + 1];
	u8 mark[ENTRIES + 1];
};

/**
 * struct reference - a cache that was never fast
 * @capacity: most keys
 * @a: of FIFO, LRU, CLOCK and SIEVE all keys; S3-FIFO's small queue, W-TinyLFU's window
 * @b: S3-FIFO's main queue, W-TinyLFU's probation
 * @c: S3-FIFO's ghosts, W-TinyLFU's protected ones
 * @hand: CLOCK's and SIEVE's
 * @counter: W-TinyLFU's, four rows
 * @width: of them, how many in a row
 * @counted: how many were added
 */
struct reference {
	u32 capacity;
	struct keys a, b, c;
	u32 hand;
	u8 *counter[4];
	u64 width;
	u64 counted;
};

static int index_of(const struct keys *k, u64 key)
{
	u32 i;

	for (i = 0; i < k->n; i++)
		if (k->key[i] == key)
			return i;
	return -1;
}

static u64 take_at(struct keys *k, u32 at)
{
	const u64 key = k->key[at];

	k->n--;
	memmove(&k->key[at], &k->key[at + 1], (k->n - at) * sizeof(k->key[0]));
	memmove(&k->mark[at], &k->mark[at + 1], (k->n - at) * sizeof(k->mark[0]));
	return key;
}

static void append(struct keys *k, u64 key, u8 mark)
{
	assert_in_range(k->n, 0, ENTRIES);
	k->key[k->n] = key;
	k->mark[k->n++] = mark;
}

static bool fifo(struct reference *r, u64 key)
{
	if (index_of(&r->a, key) >= 0)
		return true;
	if (r->a.n == r->capacity)
		take_at(&r->a, 0);
	append(&r->a, key, 0);
	return false;
}

static bool lru(struct reference *r, u64 key)
{
	const int at = index_of(&r->a, key);

	if (at >= 0)
		take_at(&r->a, at);
	else if (r->a.n == r->capacity)
		take_at(&r->a, 0);
	append(&r->a, key, 0);
	return at >= 0;
}

/* Places in a circle, and a hand. */
static bool clock_hand(struct reference *r, u64 key)
{
	const int at = index_of(&r->a, key);

	if (at >= 0) {
		r->a.mark[at] = 1;
		return true;
	}
	if (r->a.n < r->capacity) {
		append(&r->a, key, 0);
		return false;
	}
	while (r->a.mark[r->hand]) {
		r->a.mark[r->hand] = 0;
		r->hand = (r->hand + 1) % r->capacity;
	}
	r->a.key[r->hand] = key;
	r->hand = (r->hand + 1) % r->capacity;
	return false;
}

/* The oldest first; the hand goes towards the newest. */
static bool sieve(struct reference *r, u64 key)
{
	const int at = index_of(&r->a, key);

	if (at >= 0) {
		r->a.mark[at] = 1;
		return true;
	}
	if (r->a.n == r->capacity) {
		while (r->a.mark[r->hand]) {
			r->a.mark[r->hand] = 0;
			r->hand = (r->hand + 1) % r->a.n;
		}
		take_at(&r->a, r->hand);
		/* The newest was the last to be looked at: then the oldest, whatever comes now. */
		if (r->hand == r->a.n)
			r->hand = 0;
	}
	append(&r->a, key, 0);
	return false;
}

static bool s3fifo(struct reference *r, u64 key)
{
	struct keys *small = &r->a, *main = &r->b, *ghosts = &r->c;
	const u32 small_most = r->capacity / 10 ?: 1;
	int at = index_of(small, key);
	u8 mark;

	if (at >= 0) {
		small->mark[at] += small->mark[at] < 3;
		return true;
	}
	at = index_of(main, key);
	if (at >= 0) {
		main->mark[at] += main->mark[at] < 3;
		return true;
	}
	while (small->n + main->n == r->capacity) {
		if (small->n && (small->n >= small_most || !main->n)) {
			mark = small->mark[0];
			if (mark >= 2) {
				append(main, take_at(small, 0), 0);
			} else {
				append(ghosts, take_at(small, 0), 0);
				if (ghosts->n > r->capacity - small_most)
					take_at(ghosts, 0);
			}
		} else {
			mark = main->mark[0];
			if (mark)
				append(main, take_at(main, 0), mark - 1);
			else
				take_at(main, 0);
		}
	}
	at = index_of(ghosts, key);
	if (at >= 0)
		take_at(ghosts, at);
	append(at >= 0 ? main : small, key, 0);
	return false;
}

/* The one thing that a reference must have from what it is a reference for: the hash. */
static u8 *counter_of(struct reference *r, u64 key, u32 row)
{
	static const u64 seeds[] = {
		0x94d049bb133111ebULL, 0xff51afd7ed558ccdULL,
		0xc4ceb9fe1a85ec53ULL, 0x4cf5ad432745937fULL,
	};
	u64 hash = (key + seeds[row]) * 0x61C8864680B583EBULL;

	hash = (hash ^ (hash >> 32)) * seeds[row];
	return &r->counter[row][hash / (UINT64_MAX / r->width + 1)];
}

static u8 estimate(struct reference *r, u64 key)
{
	u8 least = 15;
	u32 row;

	for (row = 0; row < 4; row++)
		if (*counter_of(r, key, row) < least)
			least = *counter_of(r, key, row);
	return least;
}

static void count(struct reference *r, u64 key)
{
	bool added = false;
	u64 i;
	u32 row;

	for (row = 0; row < 4; row++) {
		if (*counter_of(r, key, row) == 15)
			continue;
		++*counter_of(r, key, row);
		added = true;
	}
	if (added && ++r->counted == 10 * r->capacity) {
		for (row = 0; row < 4; row++)
			for (i = 0; i < r->width; i++)
				r->counter[row][i] /= 2;
		r->counted /= 2;
	}
}

static bool wtinylfu(struct reference *r, u64 key)
{
	struct keys *window = &r->a, *probation = &r->b, *protected = &r->c, *from;
	const u32 window_most = r->capacity / 100 ?: 1, main_most = r->capacity - window_most;
	u64 candidate;
	int at;

	count(r, key);
	at = index_of(window, key);
	if (at >= 0) {
		append(window, take_at(window, at), 0);
		return true;
	}
	at = index_of(protected, key);
	if (at >= 0) {
		append(protected, take_at(protected, at), 0);
		return true;
	}
	at = index_of(probation, key);
	if (at >= 0) {
		append(protected, take_at(probation, at), 0);
		if (protected->n > main_most * 80 / 100)
			append(probation, take_at(protected, 0), 0);
		return true;
	}
	append(window, key, 0);
	if (window->n <= window_most)
		return false;
	candidate = take_at(window, 0);
	from = probation->n ? probation : protected;
	if (probation->n + protected->n < main_most) {
		append(probation, candidate, 0);
	} else if (main_most && estimate(r, candidate) > estimate(r, from->key[0])) {
		take_at(from, 0);
		append(probation, candidate, 0);
	}
	return false;
}

static const struct policy {
	const char *name;
	bool (*hits)(struct reference *r, u64 key);
} policies[] = {
	{ "cache_fifo", fifo }, { "cache_clock", clock_hand }, { "cache_lru", lru },
	{ "cache_sieve", sieve }, { "cache_s3fifo", s3fifo }, { "cache_wtinylfu", wtinylfu },
};

#define POLICIES	ARRAY_SIZE(policies)

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
 * @published: what a simulator that is not ours hits of it, in the order of policies[]
 */
static const struct source {
	const char *name;
	u32 capacity;
	void (*draw)(struct sequence *s, struct rng *r);
	double published[POLICIES];
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

static struct reference *reference_make(u32 capacity)
{
	struct reference *r = calloc(1, sizeof(*r));
	u32 row;

	assert_non_null(r);
	r->capacity = capacity;
	for (r->width = 16; r->width < 16 * (u64)capacity; )
		r->width *= 2;
	for (row = 0; row < 4; row++) {
		r->counter[row] = calloc(r->width, 1);
		assert_non_null(r->counter[row]);
	}
	return r;
}

static void reference_free(struct reference *r)
{
	u32 row;

	for (row = 0; row < 4; row++)
		free(r->counter[row]);
	free(r);
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
static u32 beside_its_reference(const struct policy *p, const char *lock, u32 capacity,
				const struct sequence *s)
{
	struct contend_create create = { .capacity = capacity };
	struct reference *r = reference_make(capacity);
	struct contend_stat stat;
	u32 hits = 0, i;
	int object;

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

/* To the last digit that was printed; where parameters are the author's, within a point. */
static void expect_published(const struct source *source, size_t policy, double ratio)
{
	const bool defined = policies[policy].hits != s3fifo && policies[policy].hits != wtinylfu;
	const double by = fabs(ratio - source->published[policy]);

	if (by > (defined ? .0000501 : .01))
		fail_msg("%s hits %.4f of %s, and elsewhere %.4f", policies[policy].name, ratio,
			 source->name, source->published[policy]);
}

static void misses_what_its_reference_misses(void **state)
{
	const struct source *source = *state;
	double ratio, best = 0, lru_ratio = 0;
	struct sequence s;
	size_t p;

	assert_true(sequence_of(source, &s));
	for (p = 0; p < POLICIES; p++) {
		ratio = beside_its_reference(&policies[p], "null", source->capacity, &s) /
			(double)s.n;
		best = fmax(best, ratio);
		if (policies[p].hits == lru)
			lru_ratio = ratio;
		if (!source->draw)
			expect_published(source, p, ratio);
	}
	assert_true(best >= lru_ratio - .01);
	free(s.key);
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
		for (p = 0; p < POLICIES; p++)
			beside_its_reference(&policies[p], locks[i], source.capacity, &s);
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
	for (p = 0; p < POLICIES; p++)
		printf("%10s", strchr(policies[p].name, '_') + 1);
	printf("\n");
	for (source = sources; source < sources + ARRAY_SIZE(sources); source++) {
		if (!sequence_of(source, &s)) {
			printf("%-12s not here\n", source->name);
			continue;
		}
		printf("%-12s%8u%10u", source->name, source->capacity, s.n);
		for (p = 0; p < POLICIES; p++) {
			struct contend_create create = { .capacity = source->capacity };
			int object = contend_create(device, "null", policies[p].name, &create);
			u32 hits = 0;

			for (i = 0; i < s.n; i++)
				hits += cache_hits(object, s.key[i], i);
			contend_close(object);
			printf("%10.4f", hits / (double)s.n);
		}
		printf("\n");
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
	struct CMUnitTest tests[SOURCES + 1];
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
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return _cmocka_run_group_tests("cache", tests, n, open_program, close_program);
}

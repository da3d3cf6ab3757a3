// SPDX-License-Identifier: GPL-2.0
/* The buckets of a document are those of the distribution, whatever it is; wrong ones are told. */
#include <kunit/test.h>

#include "lib/rng.h"
#include "report/buckets.h"

static struct hist h, read;

/* As document.c writes it. */
static json_t *written(void)
{
	json_t *doc = json_pack("{s:I, s:I, s:I, s:o}", "count", (json_int_t)h.total,
				"mean", (json_int_t)hist_mean(&h), "max", (json_int_t)h.max,
				"buckets", buckets_json(&h));

	if (h.counts[HIST_BUCKETS - 1])
		json_object_set_new(doc, "beyond", json_integer(h.counts[HIST_BUCKETS - 1]));
	return doc;
}

static void what_is_written_is_read(struct kunit *test)
{
	struct rng rng;
	json_t *doc;
	u32 n, i;

	rng_seed(&rng, 1, 0);
	for (n = 1; n < 3000; n *= 3) {
		hist_init(&h);
		for (i = 0; i < n; i++)
			hist_add(&h, rng_below(&rng, 1ULL << rng_below(&rng, 48)));
		doc = written();
		hist_init(&read);
		KUNIT_EXPECT_EQ(test, buckets_add(&read, doc), 0);
		KUNIT_EXPECT_MEMEQ(test, read.counts, h.counts, sizeof(h.counts));
		KUNIT_EXPECT_EQ(test, read.total, h.total);
		KUNIT_EXPECT_EQ(test, read.max, h.max);
		KUNIT_EXPECT_EQ(test, hist_mean(&read), hist_mean(&h));
		/* A second run of the case is added. */
		KUNIT_EXPECT_EQ(test, buckets_add(&read, doc), 0);
		KUNIT_EXPECT_EQ(test, read.total, 2 * h.total);
		json_decref(doc);
	}
}

static void what_is_no_distribution_is_told(struct kunit *test)
{
	static const char *const wrong[] = {
		"{\"count\": 3, \"buckets\": \"5:2\"}", "{\"count\": 2, \"buckets\": \"5:2 \"}",
		"{\"count\": 2, \"buckets\": \"5 2\"}", "{\"count\": 0, \"buckets\": \"\"}",
		"{\"count\": 2, \"buckets\": \"-5:2\"}", "{\"count\": 2, \"buckets\": 5}",
		"{\"count\": 2, \"buckets\": \"5:2,6:0\"}", "{\"buckets\": \"5:2\"}",
		"{\"count\": 2, \"buckets\": \"5:99999999999999999999999\"}",
		"{\"count\": 2, \"beyond\": 1, \"buckets\": \"5:2\"}",
		"{\"count\": 1, \"buckets\": \"5:18446744073709551615 6:2\"}",
	};
	json_t *doc;
	size_t i;

	hist_init(&read);
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		doc = json_loads(wrong[i], 0, NULL);
		KUNIT_EXPECT_NOT_NULL(test, doc);
		KUNIT_EXPECT_EQ(test, buckets_add(&read, doc), -1);
		KUNIT_EXPECT_EQ(test, read.total, 0);
		json_decref(doc);
	}
	doc = json_loads("{\"count\": 2}", 0, NULL);
	KUNIT_EXPECT_EQ(test, buckets_add(&read, doc), 1);
	json_decref(doc);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(what_is_written_is_read),
	KUNIT_CASE(what_is_no_distribution_is_told),
	{ }
};

static struct kunit_suite suite = {
	.name = "buckets",
	.test_cases = cases,
};

kunit_test_suite(suite);

// SPDX-License-Identifier: GPL-2.0
/* Ranges of values: what they come to, and which are none. */
#include <kunit/test.h>
#include <stdlib.h>

#include "contend/range.h"

static void expect_list(struct kunit *test, const char *value, const char *expected)
{
	struct spec_error error = { };
	char *list;

	KUNIT_EXPECT_TRUE(test, range_in(value, strlen(value)));
	KUNIT_EXPECT_EQ(test, range_expand(&list, value, strlen(value), &error), 0);
	KUNIT_EXPECT_STREQ(test, list ?: error.message, expected);
	free(list);
}

static void expect_refused(struct kunit *test, const char *value, size_t offset,
			   const char *message)
{
	struct spec_error error = { };
	char *list;

	KUNIT_EXPECT_EQ(test, range_expand(&list, value, strlen(value), &error), -EINVAL);
	KUNIT_EXPECT_STREQ(test, strstr(error.message, message) ? message : error.message, message);
	KUNIT_EXPECT_EQ(test, error.offset, offset);
}

static void by_a_factor(struct kunit *test)
{
	expect_list(test, "1..64*2", "1,2,4,8,16,32,64");
	expect_list(test, "1..63*2", "1,2,4,8,16,32");
	expect_list(test, "3..3*2", "3");
	expect_list(test, "100ns..10us*10", "100ns,1us,10us");
	expect_list(test, "1k..8k*2", "1k,2k,4k,8k");
	expect_list(test, "500k..2m*2", "500k,1000k,2000k");
	expect_list(test, "1Ki..4Ki*2", "1Ki,2Ki,4Ki");
	expect_list(test, "1m..4m*2", "1m,2m,4m");
	/* The next one would be no number of 64 bits. */
	expect_list(test, "9223372036854775807..18446744073709551615*2",
		    "9223372036854775807,18446744073709551614");
	expect_list(test, "1..18446744073709551615*4294967296", "1,4294967296");
}

static void by_a_step(struct kunit *test)
{
	expect_list(test, "8..64+8", "8,16,24,32,40,48,56,64");
	expect_list(test, "0..9+4", "0,4,8");
	expect_list(test, "0ns..1ms+500us", "0ns,500us,1ms");
	expect_list(test, "1k..2k+500", "1k,1500,2k");
	expect_list(test, "1m..3m+500k", "1m,1500000,2m,2500000,3m");
	expect_list(test, "1m..2m+30s", "1m,90s,2m");
	expect_list(test, "18446744073709551614..18446744073709551615+1",
		    "18446744073709551614,18446744073709551615");
}

static void with_what_stands_around(struct kunit *test)
{
	expect_list(test, "poisson:1k/s..4k/s*2", "poisson:1k/s,poisson:2k/s,poisson:4k/s");
	expect_list(test, "poisson:100/s..300/s+100/s", "poisson:100/s,poisson:200/s,poisson:300/s");
	expect_list(test, "periodic:1us..100us*10", "periodic:1us,periodic:10us,periodic:100us");
	expect_list(test, "1%..4%*2", "1%,2%,4%");
	expect_list(test, "off,inflight:1..4*2,late:1ms",
		    "off,inflight:1,inflight:2,inflight:4,late:1ms");
	expect_list(test, "1,2,4..16*2,100", "1,2,4,8,16,100");
}

static void what_is_none(struct kunit *test)
{
	static const char *const none[] = {
		"", "1", "1,2", "rcu,srcu", "../a..b", "..4", "a..b*2", "1."
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(none); i++)
		KUNIT_EXPECT_TRUE(test, !range_in(none[i], strlen(none[i])));
}

static void what_is_wrong(struct kunit *test)
{
	expect_refused(test, "1..64", 1, "by a factor or by a step");
	expect_refused(test, "1..", 1, "by a factor or by a step");
	expect_refused(test, "2..1*2", 3, "does not end before it begins");
	expect_refused(test, "1..64*1", 6, "a factor is a whole number from 2");
	expect_refused(test, "1..64*0", 6, "a factor is a whole number from 2");
	expect_refused(test, "1..64*1.5", 7, "takes k, m, Ki, Mi or nothing");
	expect_refused(test, "0..64*2", 0, "no factor leads away from 0");
	expect_refused(test, "1..64+0", 6, "a step of 0");
	expect_refused(test, "1..64*", 6, "is not a number");
	expect_refused(test, "1..*2", 3, "is not a number");
	expect_refused(test, "100ns..10*2", 9, "a time needs a unit");
	expect_refused(test, "100ns..10us+2", 13, "a time needs a unit");
	expect_refused(test, "1..8us*2", 4, "takes k, m, Ki, Mi or nothing");
	expect_refused(test, "1..99999999999999999999*2", 3, "too large");
	expect_refused(test, "0..4096+1", 0, "4096 values at most");
	expect_refused(test, "0..18446744073709551615+1", 0, "4096 values at most");
	/* Its place is that in the whole list. */
	expect_refused(test, "1,2,8..4*2", 7, "does not end before it begins");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(by_a_factor),
	KUNIT_CASE(by_a_step),
	KUNIT_CASE(with_what_stands_around),
	KUNIT_CASE(what_is_none),
	KUNIT_CASE(what_is_wrong),
	{}
};

static struct kunit_suite suite = {
	.name = "range",
	.test_cases = cases,
};

kunit_test_suite(suite);

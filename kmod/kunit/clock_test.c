// SPDX-License-Identifier: GPL-2.0
/* The measuring clock and CLOCK_MONOTONIC. */
#include <kunit/test.h>
#include <linux/delay.h>

#include "clock.h"

static void it_keeps_pace_with_the_monotonic_clock(struct kunit *test)
{
	struct clock_both from = clock_take(), until;

	msleep(200);
	until = clock_take();
	KUNIT_EXPECT_GE(test, contend_elapsed(from.clock_ns, until.clock_ns), 199 * NSEC_PER_MSEC);
	KUNIT_EXPECT_TRUE(test, clock_agrees(&from, &until));
	/* And is on its axis. */
	from.monotonic_ns = from.clock_ns;
	KUNIT_EXPECT_TRUE(test, clock_agrees(&from, &until));
}

static void a_clock_that_goes_wrong_is_told(struct kunit *test)
{
	static const struct {
		u64 clock_ns, monotonic_ns, took_ns;
		bool agrees;
	} cases[] = {
		{ NSEC_PER_SEC, NSEC_PER_SEC, 0, true },
		/* NTP slews by half a thousandth; readings lie up to so far apart. */
		{ 1000500000, NSEC_PER_SEC, 0, true },
		{ 999500000, NSEC_PER_SEC, 0, true },
		{ 1003000000, NSEC_PER_SEC, 0, false },
		{ 997000000, NSEC_PER_SEC, 0, false },
		{ 1003000000, NSEC_PER_SEC, 2000000, true },
		{ 2 * NSEC_PER_SEC, NSEC_PER_SEC, 0, false },
		{ 0, NSEC_PER_SEC, 0, false },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct clock_both from = { .clock_ns = 5, .monotonic_ns = 7 };
		struct clock_both until = {
			5 + cases[i].clock_ns, 7 + cases[i].monotonic_ns, cases[i].took_ns,
		};

		KUNIT_EXPECT_EQ_MSG(test, clock_agrees(&from, &until), cases[i].agrees, "%d", i);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(it_keeps_pace_with_the_monotonic_clock),
	KUNIT_CASE(a_clock_that_goes_wrong_is_told),
	{}
};

static struct kunit_suite suite = {
	.name = "contend_clock",
	.test_cases = cases,
};

kunit_test_suite(suite);

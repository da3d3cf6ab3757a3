/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of KUnit that the suites of kmod/lib use, on top of cmocka: one source
 * runs in the kernel, and here under the sanitizers. An expectation that is not
 * met ends its test here; in the kernel the test goes on.
 */
#ifndef CONTEND_SHIM_KUNIT_H
#define CONTEND_SHIM_KUNIT_H

/* cmocka wants these four in front of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/kernel.h>

struct kunit {
	int unused;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char *name;
	struct kunit_case *test_cases;
};

#define KUNIT_CASE(function)	{ .run_case = function, .name = #function }

#define KUNIT_EXPECT_TRUE(test, condition)	((void)(test), assert_true(condition))
#define KUNIT_EXPECT_EQ(test, left, right)	((void)(test), assert_int_equal(left, right))
#define KUNIT_ASSERT_EQ(test, left, right)	KUNIT_EXPECT_EQ(test, left, right)
#define KUNIT_EXPECT_GT(test, left, right)	((void)(test), assert_true((left) > (right)))
#define KUNIT_EXPECT_GE(test, left, right)	((void)(test), assert_true((left) >= (right)))
#define KUNIT_EXPECT_LE(test, left, right)	((void)(test), assert_true((left) <= (right)))
#define KUNIT_EXPECT_NULL(test, p)		((void)(test), assert_null(p))
#define KUNIT_EXPECT_NOT_NULL(test, p)		((void)(test), assert_non_null(p))
#define KUNIT_EXPECT_PTR_EQ(test, left, right)	((void)(test), assert_ptr_equal(left, right))
#define KUNIT_EXPECT_STREQ(test, left, right)	((void)(test), assert_string_equal(left, right))
#define KUNIT_EXPECT_MEMEQ(test, left, right, size)	\
	((void)(test), assert_memory_equal(left, right, size))
#define KUNIT_FAIL(test, ...)			fail_msg(__VA_ARGS__)

static inline void kunit_run_case(void **state)
{
	const struct kunit_case *test_case = *state;
	struct kunit test = { 0 };

	test_case->run_case(&test);
}

static inline int kunit_run_suite(struct kunit_suite *suite)
{
	size_t n = 0, i;

	while (suite->test_cases[n].run_case)
		n++;

	struct CMUnitTest tests[n];

	for (i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){
			.name = suite->test_cases[i].name, .test_func = kunit_run_case,
			.initial_state = &suite->test_cases[i],
		};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name(suite->name, tests, NULL, NULL);
}

#define kunit_test_suite(suite)	struct kunit_suite *const kunit_suite_here = &(suite)

extern struct kunit_suite *const kunit_suite_here;

int main(void)
{
	return kunit_run_suite(kunit_suite_here);
}

#endif /* CONTEND_SHIM_KUNIT_H */

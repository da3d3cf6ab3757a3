// SPDX-License-Identifier: GPL-2.0
/* What does so much at a time: who is done when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/kernel.h>
#include <stdlib.h>

#include "scenarios/cores.h"

static struct cores *made(u32 n)
{
	struct cores *cores = calloc(1, sizeof(*cores));

	assert_non_null(cores);
	cores_init(cores, n);
	return cores;
}

static void of_any_number_nobody_waits_for_another_one(void **state)
{
	struct cores *cores = made(0);
	int i;

	for (i = 0; i < 1000; i++)
		assert_int_equal(cores_reserve(cores, 5, 10), 15);
	free(cores);
}

static void one_does_one_after_the_other(void **state)
{
	struct cores *cores = made(1);

	assert_int_equal(cores_reserve(cores, 100, 10), 110);
	assert_int_equal(cores_reserve(cores, 101, 10), 120);
	assert_int_equal(cores_reserve(cores, 102, 5), 125);
	/* It was idle meanwhile, and makes up for nothing. */
	assert_int_equal(cores_reserve(cores, 200, 10), 210);
	assert_int_equal(cores_reserve(cores, 210, 0), 210);
	free(cores);
}

static void who_comes_gets_the_one_that_is_free_first(void **state)
{
	struct cores *cores = made(2);

	assert_int_equal(cores_reserve(cores, 0, 100), 100);
	assert_int_equal(cores_reserve(cores, 0, 10), 10);
	assert_int_equal(cores_reserve(cores, 0, 10), 20);
	assert_int_equal(cores_reserve(cores, 50, 100), 150);
	assert_int_equal(cores_reserve(cores, 50, 10), 110);
	free(cores);
}

static void a_herd_waits_in_one_line(void **state)
{
	struct cores *cores = made(CORES_MOST);
	u64 done = 0;
	u32 i;

	for (i = 0; i < 10 * CORES_MOST; i++)
		done = cores_reserve(cores, 0, 10);
	assert_int_equal(done, 100);
	free(cores);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_any_number_nobody_waits_for_another_one),
		cmocka_unit_test(one_does_one_after_the_other),
		cmocka_unit_test(who_comes_gets_the_one_that_is_free_first),
		cmocka_unit_test(a_herd_waits_in_one_line),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

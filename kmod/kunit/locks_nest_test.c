// SPDX-License-Identifier: GPL-2.0
/* Which locks an operation takes, and in which order. */
#include <kunit/test.h>
#include <linux/err.h>

#include "locks/nest.h"
#include "object.h"

static struct contend_object *object(struct kunit *test, enum spec_avoid avoid)
{
	struct contend_create create = { .stripes = 5, .flags = avoid };
	struct contend_object *obj;

	obj = contend_object_create(contend_lock_find("mutex"), contend_structure_find("accounts"),
				    &create);
	KUNIT_ASSERT_FALSE(test, IS_ERR(obj));
	return obj;
}

/* The numbers of the locks of a transfer from the stripe @from to @to that holds @n. */
static void expect_nest(struct kunit *test, struct contend_object *obj, u32 from, u32 to, u32 n,
			const char *expected)
{
	struct nest *nest = kunit_kzalloc(test, sizeof(*nest), GFP_KERNEL);
	char got[NEST_MAX + 1] = "";
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, nest);
	nest_add(nest, obj->avoid, &obj->stripes[from]);
	nest_add(nest, obj->avoid, &obj->stripes[to]);
	nest_fill(nest, obj->avoid, obj->stripes, obj->nstripes, n);
	for (i = 0; i < nest->n; i++)
		got[i] = '0' + (nest->stripe[i] - obj->stripes);
	KUNIT_EXPECT_STREQ(test, got, expected);
}

static void in_order_each_task_takes_them_by_their_numbers(struct kunit *test)
{
	struct contend_object *obj = object(test, AVOID_ORDER);

	expect_nest(test, obj, 3, 1, 0, "13");
	expect_nest(test, obj, 3, 1, 2, "13");
	expect_nest(test, obj, 3, 3, 1, "3");
	expect_nest(test, obj, 3, 3, 2, "34");
	expect_nest(test, obj, 1, 4, 4, "0124");
	expect_nest(test, obj, 4, 2, 5, "01234");
	contend_object_put(obj);
}

static void elsewhere_they_come_as_the_operation_has_them(struct kunit *test)
{
	struct contend_object *obj = object(test, AVOID_BACKOFF);

	expect_nest(test, obj, 3, 1, 2, "31");
	expect_nest(test, obj, 3, 1, 4, "3124");
	expect_nest(test, obj, 4, 4, 3, "401");
	contend_object_put(obj);
}

static struct kunit_case nest_cases[] = {
	KUNIT_CASE(in_order_each_task_takes_them_by_their_numbers),
	KUNIT_CASE(elsewhere_they_come_as_the_operation_has_them),
	{}
};

static struct kunit_suite nest_suite = {
	.name = "contend_nest",
	.test_cases = nest_cases,
};

kunit_test_suites(&nest_suite);

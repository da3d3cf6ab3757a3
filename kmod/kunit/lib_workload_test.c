// SPDX-License-Identifier: GPL-2.0
/* What a seed means, and which workloads can be. */
#include <kunit/test.h>
#include <linux/string.h>

#include "lib/rules.h"
#include "lib/workload.h"
#include "uapi/contend.h"

static const struct contend_verb verbs[] = {
	{ .name = "look", .guard = GUARD_READ, .share = 50 },
	{ .name = "put", .guard = GUARD_WRITE, .share = 30 },
	{ .name = "swap", .guard = GUARD_PAIR, .share = 20 },
	{ }
};

/* A kernel's stack has no room for it. */
static struct spec spec;

/* @mix: of each group */
static void prepare(struct kunit *test, struct mix *mix, const char *words)
{
	struct spec_error error;

	spec_init(&spec);
	KUNIT_ASSERT_EQ(test, spec_parse(&spec, words, strlen(words), &error), 0);
	KUNIT_ASSERT_EQ(test, mix_init(mix, verbs, "x", &spec, &error), 0);
}

static void the_same_seed_gives_the_same_operations(struct kunit *test)
{
	struct workload load = { };
	struct rng one, two, other;
	u64 turn = 0, again = 0, third = 0;
	struct mix mix;
	int i, differ = 0;

	prepare(test, &mix, "hold=uniform:1us-9us keys=zipf:1/1000");
	KUNIT_ASSERT_EQ(test, workload_init(&load, &mix, &spec), 0);
	rng_seed(&one, 7, 3);
	rng_seed(&two, 7, 3);
	rng_seed(&other, 8, 3);
	for (i = 0; i < 1000; i++) {
		struct drawn a = workload_draw(&load, &one, &turn, 1);
		struct drawn b = workload_draw(&load, &two, &again, 1);
		struct drawn c = workload_draw(&load, &other, &third, 1);

		KUNIT_EXPECT_EQ(test, a.verb, b.verb);
		KUNIT_EXPECT_EQ(test, a.key, b.key);
		KUNIT_EXPECT_EQ(test, a.value, b.value);
		KUNIT_EXPECT_EQ(test, a.stay_ns, b.stay_ns);
		differ += a.verb != c.verb || a.key != c.key || a.stay_ns != c.stay_ns;
	}
	KUNIT_EXPECT_GT(test, differ, 500);
	workload_destroy(&load);
}

/* With sequential keys each draw is seen. */
static void the_order_is_verb_stay_key_and_of_a_pair_the_second_key(struct kunit *test)
{
	struct workload load = { };
	struct rng rng, mirror;
	struct mix mix;
	u64 turn = 0, next = 0;
	int i, pairs = 0;

	prepare(test, &mix, "hold=uniform:1us-9us keys=seq/1000000");
	KUNIT_ASSERT_EQ(test, workload_init(&load, &mix, &spec), 0);
	rng_seed(&rng, 7, 3);
	rng_seed(&mirror, 7, 3);
	for (i = 0; i < 1000; i++) {
		struct drawn d = workload_draw(&load, &rng, &turn, 1);

		KUNIT_EXPECT_EQ(test, d.verb, mix.verb[mix_next(&mix, &mirror)]);
		KUNIT_EXPECT_EQ(test, d.stay_ns, delay_next(&spec.hold, &mirror));
		KUNIT_EXPECT_EQ(test, d.write, d.verb > 0);
		KUNIT_EXPECT_EQ(test, d.key, next++);
		/* What is no pair stores its key. */
		KUNIT_EXPECT_EQ(test, d.value, d.verb == 2 ? next++ : d.key);
		pairs += d.verb == 2;
	}
	KUNIT_EXPECT_GT(test, pairs, 100);
	workload_destroy(&load);
}

static void each_group_draws_from_its_own(struct kunit *test)
{
	static const char groups[] =
		"group=a:2,b:1 a.mix=look:1 b.mix=put:3,swap:1 b.hold=uniform:1us-9us\n"
		"hold=2us keys=zipf:1/1000 b.arrival=poisson:1ms";
	static struct workload load[SPEC_GROUPS], alone;
	static struct mix mix[SPEC_GROUPS];
	u64 turn = 0, again = 0;
	struct rng one, two;
	int i;

	prepare(test, mix, groups);
	KUNIT_ASSERT_EQ(test, workload_init(load, mix, &spec), 0);
	KUNIT_EXPECT_EQ(test, mix_side(mix, 1), 0);
	KUNIT_EXPECT_EQ(test, mix_side(mix + 1, 1), 1);
	KUNIT_EXPECT_EQ(test, mix_side(mix, 2), -EINVAL);
	KUNIT_EXPECT_TRUE(test, !load[0].open && load[1].open);
	rng_seed(&one, 7, 0);
	for (i = 0; i < 200; i++) {
		struct drawn d = workload_draw(&load[0], &one, &turn, 1);

		KUNIT_EXPECT_EQ(test, d.verb, 0);
		KUNIT_EXPECT_EQ(test, d.stay_ns, 2000);
	}
	/* As all workers would, if all were like it. */
	prepare(test, mix, "workers=3 mix=put:3,swap:1 hold=uniform:1us-9us keys=zipf:1/1000");
	KUNIT_ASSERT_EQ(test, workload_init(&alone, mix, &spec), 0);
	rng_seed(&one, 7, 2);
	rng_seed(&two, 7, 2);
	for (i = 0; i < 200; i++) {
		struct drawn a = workload_draw(&load[1], &one, &turn, 1);
		struct drawn b = workload_draw(&alone, &two, &again, 1);

		KUNIT_EXPECT_EQ(test, a.verb, b.verb);
		KUNIT_EXPECT_GT(test, a.verb, 0);
		KUNIT_EXPECT_EQ(test, a.key, b.key);
		KUNIT_EXPECT_EQ(test, a.value, b.value);
		KUNIT_EXPECT_EQ(test, a.stay_ns, b.stay_ns);
	}
	workload_destroy(&alone);
	workload_destroy(load);
}

static void only_the_first_workers_reads_stall(struct kunit *test)
{
	struct workload load = { };
	struct mix mix;
	struct rng rng;
	u64 turn = 0;
	int i;

	prepare(test, &mix, "hold=5us stall=1ms");
	KUNIT_ASSERT_EQ(test, workload_init(&load, &mix, &spec), 0);
	rng_seed(&rng, 1, 0);
	for (i = 0; i < 200; i++) {
		bool first = i % 2;
		struct drawn d = workload_draw(&load, &rng, &turn, !first);

		KUNIT_EXPECT_EQ(test, d.stay_ns, first && !d.write ? 1000000 : 5000);
	}
	workload_destroy(&load);
}

/* What is said of the words, or an empty message. */
static const char *said(struct kunit *test, const char *words, u32 caps)
{
	static struct spec_error error;
	struct mix mix[2];

	error.message[0] = '\0';
	prepare(test, mix, words);
	if (rules_mix(&spec, mix, verbs, &error))
		rules_lock(&spec, mix, verbs, "this", caps, &error);
	return error.message;
}

static void what_is_the_owners_is_for_one_worker(struct kunit *test)
{
	static const struct contend_verb own[] = {
		{ .name = "put", .guard = GUARD_OWNER, .share = 50, .role = "owner" },
		{ .name = "take", .guard = GUARD_SELF, .share = 50, .role = "thief" },
		{ }
	};
	static const struct {
		const char *words;
		u32 owners;
	} cases[] = {
		{ "workers=1", 1 },
		{ "workers=2", 2 },
		{ "workers=2 mix=take:1", 0 },
		{ "workers=2 mix=take:1,put:0", 0 },
		{ "group=owner:1,thief:3", 1 },
		{ "group=owner:2,thief:3", 2 },
		{ "group=owner:1,thief:3 thief.mix=put:1", 4 },
	};
	struct spec_error error;
	struct mix mix[2];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *words = cases[i].words;
		const u32 owners = cases[i].owners;

		spec_init(&spec);
		KUNIT_ASSERT_EQ(test, spec_parse(&spec, words, strlen(words), &error), 0);
		KUNIT_ASSERT_EQ(test, mix_init(mix, own, "this", &spec, &error), 0);
		KUNIT_EXPECT_EQ(test, mix_owners(mix, &spec, BIT(0)), owners);
		error.message[0] = '\0';
		KUNIT_EXPECT_EQ(test, rules_lock(&spec, mix, own, "null", 0, &error), owners < 2);
		if (owners == 4)
			KUNIT_EXPECT_STREQ(test, error.message,
					   "put is for one worker, the owner, and 4 would do it: workers=1, or a group of one, as in group=owner:1,thief:1");
	}
}

static void what_cannot_be_is_said_with_a_remedy(struct kunit *test)
{
	static const struct {
		const char *words;
		u32 caps;
		const char *says;
	} cases[] = {
		{ "measure=lock mix=look:1,put:1", CONTEND_CAP_EXCLUSIVE,
		  "measure=lock takes a mix of one side, as in mix=look:1" },
		{ "measure=lock mix=put:1", CONTEND_CAP_EXCLUSIVE, "" },
		{ "stall=1ms mix=put:1", CONTEND_CAP_EXCLUSIVE,
		  "stall= takes a mix with reads, as in mix=look:1,put:1" },
		{ "stall=1ms mix=look:1", CONTEND_CAP_EXCLUSIVE, "" },
		{ "nest=2 stripes=2 mix=look:1", CONTEND_CAP_EXCLUSIVE,
		  "nest= takes a mix with writes, as in mix=put:1" },
		{ "nest=2 stripes=2", CONTEND_CAP_EXCLUSIVE, "" },
		{ "workers=2", 0, "this excludes nobody: workers=1 is all that it can serve" },
		{ "workers=1", 0, "" },
		{ "workers=2", CONTEND_CAP_SHARED,
		  "this is for readers only: a mix without writes, as in mix=look:1, or workers=1"
		},
		{ "workers=2 mix=look:1", CONTEND_CAP_SHARED, "" },
		{ "workers=1", CONTEND_CAP_SHARED, "" },
		{ "group=a:1,b:1 a.mix=look:1 b.mix=put:1", CONTEND_CAP_SHARED,
		  "this is for readers only: a mix without writes, as in mix=look:1, or workers=1"
		},
		{ "group=a:1,b:1 a.mix=look:1 b.mix=look:1", CONTEND_CAP_SHARED, "" },
		{ "group=a:1,b:1 stall=1ms a.mix=put:1 b.mix=look:1", CONTEND_CAP_EXCLUSIVE,
		  "stall= takes a mix with reads, as in mix=look:1,put:1" },
		{ "group=a:1,b:1 nest=2 stripes=2 a.mix=look:1 b.mix=put:1",
		  CONTEND_CAP_EXCLUSIVE, "" },
		{ "workers=9", CONTEND_CAP_EXCLUSIVE, "" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_STREQ(test, said(test, cases[i].words, cases[i].caps),
				   cases[i].says);
}

/* A queue of one producer and one consumer: each end is an owner's. */
static void each_of_several_owners_is_one_worker(struct kunit *test)
{
	static const struct contend_verb own[] = {
		{ .name = "put", .guard = GUARD_OWNER, .share = 50, .role = "producer" },
		{
			.name = "take", .guard = GUARD_OWNER, .share = 50, .seats = BIT(1),
			.role = "consumer"
		},
		{ }
	};
	static const struct {
		const char *words;
		const char *message;
	} cases[] = {
		{ "workers=1", "" },
		{ "group=producer:1,consumer:1", "" },
		{ "workers=2 mix=put:1", "put is for one worker" },
		{ "group=producer:1,consumer:2", "take is for one worker, the owner, and 2 " },
		{ "group=producer:1,consumer:1 producer.mix=put:1,take:1", "take is for one " },
	};
	struct spec_error error;
	struct mix mix[2];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		spec_init(&spec);
		KUNIT_ASSERT_EQ(test, spec_parse(&spec, cases[i].words, strlen(cases[i].words),
						 &error), 0);
		KUNIT_ASSERT_EQ(test, mix_init(mix, own, "this", &spec, &error), 0);
		error.message[0] = '\0';
		KUNIT_EXPECT_EQ(test, rules_lock(&spec, mix, own, "null", 0, &error),
				!cases[i].message[0]);
		KUNIT_EXPECT_PTR_EQ(test, strstr(error.message, cases[i].message),
				    &error.message[0]);
		if (cases[i].message[0])
			KUNIT_EXPECT_NOT_NULL(test, strstr(error.message,
							   "group=producer:1,consumer:1") ?:
					      strstr(error.message, "group=consumer:1,producer:1"));
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_same_seed_gives_the_same_operations),
	KUNIT_CASE(the_order_is_verb_stay_key_and_of_a_pair_the_second_key),
	KUNIT_CASE(each_group_draws_from_its_own),
	KUNIT_CASE(only_the_first_workers_reads_stall),
	KUNIT_CASE(what_is_the_owners_is_for_one_worker),
	KUNIT_CASE(each_of_several_owners_is_one_worker),
	KUNIT_CASE(what_cannot_be_is_said_with_a_remedy),
	{}
};

static struct kunit_suite suite = {
	.name = "contend_workload",
	.test_cases = cases,
};

kunit_test_suite(suite);

// SPDX-License-Identifier: GPL-2.0
/*
 * What all scenarios share: the words that they are made of, the load that is offered, the backoff,
 * and what keeps a request from being sent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <stdio.h>

#include "lib/key.h"
#include "scenarios/scenario.h"

#define MS	1000000ULL
#define SECOND	(1000 * MS)

/* A scenario for the words: it has a key of its own, and takes think= of a workload. */
struct tea_words {
	u32 sugar;
};

static const struct spec_key tea_keys[] = {
	{
		.name = "sugar", .value = "COUNT", .preset = "2", .flags = SPEC_LIST,
		KEY_U32(struct tea_words, sugar, 0, 10),
	},
};

static const struct architecture tea_architectures[] = {
	{ "pot", "all of one" }, { "bag", "one each" }, { }
};

static int tea_check(const struct spec *spec, const void *words, struct spec_error *error)
{
	const struct tea_words *tea = words;

	return tea->sugar == 9 ? spec_fail(error, 0, "nine are too many") : 0;
}

static const char *const tea_peers[] = { "samovar", NULL };
static const char *const tea_takes[] = { "think", NULL };
static const char *const tea_refuses[] = { "jitter", NULL };

/* Of play.c, which is not here: no scenario of these has a sweep. */
u32 play_steps(const struct spec *spec)
{
	return 1;
}

static const struct scenario_figure tea_figures[] = {
	{ "leaves", 0, "how many are left" }, { "brew_ns", FIGURE_LESS, "how long it took" }, { }
};

static const struct scenario tea = {
	.name = "tea", .preset = "lock=mcs", .architectures = tea_architectures,
	.peers = tea_peers, .takes = tea_takes, .refuses = tea_refuses,
	.keys = tea_keys, .nkeys = 1, .figures = tea_figures,
	.size = sizeof(struct tea_words), .check = tea_check,
};

static const struct spec_key ale_keys[] = {
	{
		.name = "head", .value = "COUNT", .preset = "1",
		KEY_U32(struct tea_words, sugar, 0, 10),
	},
};

static const struct scenario ale = {
	.name = "ale", .preset = "", .architectures = tea_architectures,
	.keys = ale_keys, .nkeys = 1, .size = sizeof(struct tea_words),
};

const struct scenario *const scenarios[] = { &tea, &ale, NULL };

static struct spec parsed(const char *words)
{
	struct spec_error error;
	struct spec spec;

	spec_init(&spec);
	if (spec_parse(&spec, words, strlen(words), &error))
		fail_msg("%s: %s", words, error.message);
	return spec;
}

static void assert_refused(const char *words, const char *message)
{
	struct spec_error error = { };
	struct spec spec;

	spec_init(&spec);
	if (!spec_parse(&spec, words, strlen(words), &error) && !words_check(&spec, &error))
		fail_msg("%s was taken", words);
	if (!strstr(error.message, message))
		fail_msg("%s: '%s' is not in '%s'", words, message, error.message);
}

static void words_are_written_as_they_are_read(void **state)
{
	static const char *const texts[] = {
		"scenario=tea",
		"scenario=tea architecture=bag users=100 offered=poisson:1000/s interval=5ms trace=7",
		"scenario=tea offered=bursts:50/s:25 retry=3 backoff=20ms jitter=none breaker=5/1s",
		"scenario=tea offered=sweep breaker=off sugar=4",
		"scenario=tea shed=inflight:64",
		"scenario=tea shed=late:250ms health=off",
		"scenario=tea offered=periodic:1000000/s",
	};
	char text[SPEC_TEXT];
	struct spec spec;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		spec = parsed(texts[i]);
		assert_string_equal(spec.more, texts[i]);
		assert_true(spec_format(&spec, text, sizeof(text)) > 0);
		assert_string_equal(parsed(text).more, texts[i]);
	}
}

static void words_stand_in_the_order_of_their_keys_and_the_last_one_holds(void **state)
{
	struct spec_error error;
	struct spec spec = parsed("sugar=1 users=4 scenario=tea");

	assert_string_equal(spec.more, "scenario=tea users=4 sugar=1");
	assert_int_equal(spec_set(&spec, "users", 5, "9", 1, &error), 0);
	assert_string_equal(spec.more, "scenario=tea users=9 sugar=1");
}

static void what_a_scenario_presets_holds_where_nothing_else_is_said(void **state)
{
	struct spec spec = parsed("scenario=tea");

	assert_string_equal(spec.engine, "user");
	assert_string_equal(spec.lock, "mcs");
	assert_int_equal(spec.given, 0);
	spec = parsed("lock=ticket scenario=tea engine=ring");
	assert_string_equal(spec.lock, "ticket");
	assert_string_equal(spec.engine, "ring");
}

static void keys_have_presets(void **state)
{
	struct spec spec = parsed("scenario=tea users=3");
	struct tea_words own = { };
	struct common common;

	words_common(&spec, &common);
	assert_int_equal(common.users, 3);
	assert_string_equal(common.architecture, "pot");
	assert_int_equal(common.interval_ns, 100 * MS);
	assert_int_equal(common.offered.kind, OFFERED_CLOSED);
	assert_int_equal(common.breaker.failures, 0);
	assert_int_equal(common.shed.kind, SHED_OFF);
	assert_int_equal(common.health_ns, 0);
	words_decode(&spec, tea_keys, 1, &own);
	assert_int_equal(own.sugar, 2);
	spec = parsed("scenario=tea sugar=5");
	words_decode(&spec, tea_keys, 1, &own);
	assert_int_equal(own.sugar, 5);
}

static void what_makes_no_sense_is_refused(void **state)
{
	assert_refused("scenario=coffee", "unknown scenario 'coffee'");
	assert_refused("users=3", "scenario= names one");
	assert_refused("scenario=tea architecture=bah", "did you mean 'bag'");
	assert_refused("scenario=tea architecture=peer:kettle", "has no architecture");
	assert_refused("scenario=tea engine=kernel", "runs in the program");
	assert_refused("scenario=tea hold=1us", "hold= means nothing to scenario=tea");
	assert_refused("scenario=tea group=a:1", "no groups");
	assert_refused("scenario=tea head=1", "head= means nothing to scenario=tea");
	assert_refused("scenario=tea jitter=none", "jitter= means nothing to scenario=tea");
	assert_refused("scenario=tea interval=10us", "interval= is 0ns, or 1ms to 10s");
	assert_refused("scenario=tea interval=1ms runtime=20001ms", "one each 2ms");
	assert_refused("lock=mcs interval=1ms runtime=20001ms", "one each 2ms");
	/* As many as there may be. */
	assert_refused("scenario=tea interval=1ms runtime=20s sugar=9", "nine are too many");
	assert_refused("scenario=tea sugar=9", "nine are too many");
	assert_refused("scenario=tea sugar=11", "sugar");
	assert_refused("scenario=tea users=0", "users");
	assert_refused("scenario=tea offered=poisson", "takes a rate");
	assert_refused("scenario=tea offered=poisson:10", "COUNT/s");
	assert_refused("scenario=tea offered=poisson:10/m", "COUNT/s");
	assert_refused("scenario=tea offered=poisson:10/s:3", "nothing follows");
	assert_refused("scenario=tea offered=bursts:10/s", "RATE:COUNT");
	assert_refused("scenario=tea offered=sweep:10/s", "nothing follows");
	assert_refused("scenario=tea breaker=5", "COUNT/TIME");
	assert_refused("scenario=tea breaker=5/1us", "breaker");
	assert_refused("scenario=tea shed=on", "off, inflight:COUNT or late:TIME");
	assert_refused("scenario=tea shed=inflight", "off, inflight:COUNT or late:TIME");
	assert_refused("scenario=tea shed=inflight:", "off, inflight:COUNT or late:TIME");
	assert_refused("scenario=tea shed=inflight:0", "1 to 1");
	assert_refused("scenario=tea shed=late:10", "a time needs a unit");
	assert_refused("scenario=tea shed=busted:1", "off, inflight:COUNT or late:TIME");
	assert_refused("scenario=tea health=on", "off, or a TIME");
	assert_refused("scenario=tea health=1us", "health");
	assert_refused("scenario=tea health=1s", "nothing of scenario=tea can fail a probe");
}

static void a_peer_is_an_architecture_and_so_is_think_a_word(void **state)
{
	struct spec spec = parsed("scenario=tea architecture=peer:samovar think=1ms");
	struct spec_error error;

	assert_int_equal(words_check(&spec, &error), 0);
}

static bool taken(const struct scenario *s, const char *key)
{
	return words_taken(s, spec_key(key, strlen(key)));
}

static void of_each_key_it_is_known_who_takes_it(void **state)
{
	assert_true(taken(&tea, "lock") && taken(&ale, "lock"));
	assert_true(taken(&tea, "think") && !taken(&ale, "think"));
	assert_false(taken(&tea, "mix"));
	assert_true(taken(&tea, "retry") && taken(&ale, "retry"));
	assert_true(!taken(&tea, "jitter") && taken(&ale, "jitter"));
	assert_true(taken(&tea, "sugar") && !taken(&ale, "sugar"));
}

static void a_figure_is_found_by_both_of_its_names(void **state)
{
	assert_ptr_equal(figure_find(&tea, "leaves"), &tea_figures[0]);
	assert_ptr_equal(figure_find(&tea, "brew_ns"), &tea_figures[1]);
	assert_ptr_equal(figure_find(&tea, "brew"), &tea_figures[1]);
	assert_null(figure_find(&tea, "bre"));
	assert_null(figure_find(&tea, "brew_n"));
	assert_null(figure_find(&ale, "brew_ns"));
	assert_false(figure_common(figure_find(&tea, "leaves")));
	/* One of all of them. */
	assert_ptr_equal(figure_find(&tea, "ill"), figure_find(&ale, "ill_ns"));
	assert_true(figure_common(figure_find(&ale, "ill_ns")));
}

static void closed_loop_has_nothing_due(void **state)
{
	struct offered o;
	double unserved;

	offered_init(&o, 1);
	offered_set(&o, OFFERED_CLOSED, 0, 1, SECOND);
	assert_int_equal(offered_next(&o), 0);
	assert_int_equal(offered_late(&o, 2 * SECOND, &unserved), 0);
	assert_true(unserved == 0);
}

static void periodic_requests_are_due_at_even_times_whoever_is_late(void **state)
{
	struct offered o;
	double unserved;
	u64 i;

	offered_init(&o, 1);
	offered_set(&o, OFFERED_PERIODIC, 1000, 1, SECOND);
	for (i = 0; i < 10; i++)
		assert_int_equal(offered_next(&o), SECOND + i * MS);
	/* 990 of them have come due since. */
	assert_int_equal(offered_late(&o, 2 * SECOND, &unserved), 990 * MS);
	assert_true(unserved > 989 && unserved < 991);
}

static void bursts_come_at_once(void **state)
{
	struct offered o;
	u64 i;

	offered_init(&o, 1);
	offered_set(&o, OFFERED_BURSTS, 100, 50, SECOND);
	for (i = 0; i < 100; i++)
		assert_int_equal(offered_next(&o), SECOND + i / 50 * SECOND / 2);
}

static void random_requests_have_their_mean(void **state)
{
	struct offered o;
	u64 last = 0, due;
	int i;

	offered_init(&o, 42);
	offered_set(&o, OFFERED_POISSON, 1000, 1, 0);
	for (i = 0; i < 100000; i++) {
		due = offered_next(&o);
		assert_true(due >= last);
		last = due;
	}
	/* Of so many the mean is within 2 per cent with more than six sigmas. */
	assert_in_range(last, 98 * SECOND, 102 * SECOND);
}

static void a_change_of_the_load_forgets_what_was_due(void **state)
{
	struct offered o;
	double unserved;

	offered_init(&o, 1);
	offered_set(&o, OFFERED_PERIODIC, 1000, 1, SECOND);
	offered_set(&o, OFFERED_PERIODIC, 500, 1, 5 * SECOND);
	assert_int_equal(offered_late(&o, 5 * SECOND, &unserved), 0);
	assert_int_equal(offered_next(&o), 5 * SECOND);
	assert_int_equal(offered_next(&o), 5 * SECOND + 2 * MS);
}

static void backoff_doubles_and_is_bounded(void **state)
{
	struct retry_spec retry = { .backoff_ns = 10 * MS, .jitter = JITTER_NONE };
	struct rng rng;

	rng_seed(&rng, 1, 1);
	assert_int_equal(retry_delay(&retry, 1, &rng), 10 * MS);
	assert_int_equal(retry_delay(&retry, 2, &rng), 20 * MS);
	assert_int_equal(retry_delay(&retry, 5, &rng), 160 * MS);
	assert_int_equal(retry_delay(&retry, 100, &rng), 10 * SECOND);
}

static void jitter_spreads_it_over_all_of_it(void **state)
{
	struct retry_spec retry = { .backoff_ns = 10 * MS, .jitter = JITTER_FULL };
	u64 least = ~0ULL, most = 0, ns;
	struct rng rng;
	int i;

	rng_seed(&rng, 1, 1);
	for (i = 0; i < 1000; i++) {
		ns = retry_delay(&retry, 1, &rng);
		least = ns < least ? ns : least;
		most = ns > most ? ns : most;
	}
	assert_true(least < MS && most > 9 * MS && most <= 10 * MS);
}

static void a_breaker_opens_after_failures_in_a_row(void **state)
{
	struct breaker_spec spec = { .failures = 3, .open_ns = SECOND };
	struct breaker b;

	breaker_init(&b, &spec);
	breaker_tell(&b, false, 0);
	breaker_tell(&b, false, 0);
	breaker_tell(&b, true, 0);
	breaker_tell(&b, false, 0);
	breaker_tell(&b, false, 0);
	assert_true(breaker_allows(&b, 1));
	breaker_tell(&b, false, 1);
	assert_false(breaker_allows(&b, 2));
	assert_int_equal(b.opened, 1);
}

static void an_open_breaker_lets_one_request_try(void **state)
{
	struct breaker_spec spec = { .failures = 1, .open_ns = SECOND };
	struct breaker b;

	breaker_init(&b, &spec);
	breaker_tell(&b, false, 0);
	assert_false(breaker_allows(&b, SECOND - 1));
	assert_true(breaker_allows(&b, SECOND));
	assert_false(breaker_allows(&b, SECOND + 1));
	/* It failed: open again, from then. */
	breaker_tell(&b, false, SECOND + 2);
	assert_int_equal(b.opened, 2);
	assert_false(breaker_allows(&b, 2 * SECOND));
	assert_true(breaker_allows(&b, 2 * SECOND + 2));
	/* One that was sent before it opened says nothing. */
	breaker_tell(&b, true, 2 * SECOND + 3);
	assert_true(breaker_allows(&b, 2 * SECOND + 4));
}

static void a_request_that_never_tells_does_not_keep_it_half_open(void **state)
{
	struct breaker_spec spec = { .failures = 1, .open_ns = SECOND };
	struct breaker b;

	breaker_init(&b, &spec);
	breaker_tell(&b, false, 0);
	assert_true(breaker_allows(&b, SECOND));
	assert_false(breaker_allows(&b, 2 * SECOND - 1));
	assert_true(breaker_allows(&b, 2 * SECOND));
}

static void a_late_answer_does_not_close_an_open_breaker(void **state)
{
	struct breaker_spec spec = { .failures = 1, .open_ns = SECOND };
	struct breaker b;

	breaker_init(&b, &spec);
	breaker_tell(&b, false, 0);
	breaker_tell(&b, true, 1);
	assert_false(breaker_allows(&b, 2));
}

static struct sentry a_sentry(const char *shed, u32 failures)
{
	const struct breaker_spec breaker = { .failures = failures, .open_ns = SECOND };
	struct spec_error error;
	struct shed_spec spec;
	struct sentry s;

	if (shed_parse(NULL, &spec, shed, strlen(shed), &error))
		fail_msg("%s: %s", shed, error.message);
	sentry_init(&s, &breaker, &spec);
	return s;
}

static void without_a_word_all_are_sent(void **state)
{
	struct sentry s = a_sentry("off", 0);
	u32 i;

	for (i = 0; i < 1000; i++)
		assert_int_equal(sentry_admit(&s, 0, SECOND), REFUSED_NOT);
	assert_int_equal(s.shedder.under_way_most, 0);
}

static void so_many_are_under_way_and_one_more_when_one_has_ended(void **state)
{
	struct sentry s = a_sentry("inflight:2", 0);
	char detail[80];

	assert_int_equal(sentry_admit(&s, 0, 0), REFUSED_NOT);
	assert_int_equal(sentry_admit(&s, 0, 0), REFUSED_NOT);
	assert_int_equal(sentry_admit(&s, 0, 0), REFUSED_FULL);
	sentry_leave(&s, true, 1);
	assert_int_equal(sentry_admit(&s, 1, 1), REFUSED_NOT);
	assert_int_equal(sentry_admit(&s, 1, 1), REFUSED_FULL);
	assert_int_equal(s.refused[REFUSED_FULL], 2);
	assert_int_equal(s.shedder.under_way_most, 2);
	/* They have not ended. */
	assert_true(sentry_broken(&s, detail, sizeof(detail)));
	sentry_leave(&s, false, 2);
	sentry_leave(&s, false, 2);
	assert_false(sentry_broken(&s, detail, sizeof(detail)));
}

static void more_than_so_many_are_told_of(void **state)
{
	struct sentry s = a_sentry("inflight:2", 0);
	char detail[80];

	s.shedder.under_way_most = 3;
	assert_true(sentry_broken(&s, detail, sizeof(detail)));
	assert_non_null(strstr(detail, "3 requests were under way at once, of 2"));
}

static void late_is_longer_than_so_long_after_it_was_due(void **state)
{
	struct sentry s = a_sentry("late:10ms", 0);

	assert_int_equal(sentry_admit(&s, SECOND, SECOND), REFUSED_NOT);
	assert_int_equal(sentry_admit(&s, SECOND, SECOND - 1), REFUSED_NOT);
	assert_int_equal(sentry_admit(&s, SECOND, SECOND + 10 * MS), REFUSED_NOT);
	assert_int_equal(sentry_admit(&s, SECOND, SECOND + 10 * MS + 1), REFUSED_LATE);
	assert_int_equal(s.refused[REFUSED_LATE], 1);
}

static void what_a_breaker_refuses_takes_no_place(void **state)
{
	struct sentry s = a_sentry("inflight:1", 1);

	assert_int_equal(sentry_admit(&s, 0, 0), REFUSED_NOT);
	sentry_leave(&s, false, 1);
	assert_int_equal(sentry_admit(&s, 1, 1), REFUSED_OPEN);
	assert_int_equal(s.shedder.taken, 0);
	assert_int_equal(s.shedder.under_way_most, 1);
}

static void what_is_refused_is_not_the_one_that_a_breaker_lets_try(void **state)
{
	struct sentry s = a_sentry("inflight:1", 1);

	breaker_tell(&s.breaker, false, 0);
	s.shedder.taken = 1;
	assert_int_equal(sentry_admit(&s, 0, SECOND), REFUSED_FULL);
	s.shedder.taken = 0;
	assert_int_equal(sentry_admit(&s, 0, SECOND), REFUSED_NOT);
}

static void two_failures_in_a_row_are_an_illness_and_one_answer_ends_it(void **state)
{
	struct sentry s = a_sentry("off", 0);
	struct health *h = &s.health;

	health_tell(h, false, 1);
	health_tell(h, true, 2);
	health_tell(h, false, 3);
	assert_int_equal(sentry_admit(&s, 3, 3), REFUSED_NOT);
	health_tell(h, false, 4);
	assert_int_equal(sentry_admit(&s, 5, 5), REFUSED_ILL);
	health_tell(h, false, 6);
	assert_int_equal(health_ill_ns(h, 9), 5);
	health_tell(h, true, 10);
	assert_int_equal(sentry_admit(&s, 11, 11), REFUSED_NOT);
	assert_int_equal(health_ill_ns(h, 20), 6);
	assert_int_equal(h->probes, 6);
	assert_int_equal(h->failed, 4);
	assert_int_equal(h->times, 1);
	assert_int_equal(s.refused[REFUSED_ILL], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_written_as_they_are_read),
		cmocka_unit_test(words_stand_in_the_order_of_their_keys_and_the_last_one_holds),
		cmocka_unit_test(what_a_scenario_presets_holds_where_nothing_else_is_said),
		cmocka_unit_test(keys_have_presets),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(a_peer_is_an_architecture_and_so_is_think_a_word),
		cmocka_unit_test(of_each_key_it_is_known_who_takes_it),
		cmocka_unit_test(a_figure_is_found_by_both_of_its_names),
		cmocka_unit_test(closed_loop_has_nothing_due),
		cmocka_unit_test(periodic_requests_are_due_at_even_times_whoever_is_late),
		cmocka_unit_test(bursts_come_at_once),
		cmocka_unit_test(random_requests_have_their_mean),
		cmocka_unit_test(a_change_of_the_load_forgets_what_was_due),
		cmocka_unit_test(backoff_doubles_and_is_bounded),
		cmocka_unit_test(jitter_spreads_it_over_all_of_it),
		cmocka_unit_test(a_breaker_opens_after_failures_in_a_row),
		cmocka_unit_test(an_open_breaker_lets_one_request_try),
		cmocka_unit_test(a_request_that_never_tells_does_not_keep_it_half_open),
		cmocka_unit_test(a_late_answer_does_not_close_an_open_breaker),
		cmocka_unit_test(without_a_word_all_are_sent),
		cmocka_unit_test(so_many_are_under_way_and_one_more_when_one_has_ended),
		cmocka_unit_test(more_than_so_many_are_told_of),
		cmocka_unit_test(late_is_longer_than_so_long_after_it_was_due),
		cmocka_unit_test(what_a_breaker_refuses_takes_no_place),
		cmocka_unit_test(what_is_refused_is_not_the_one_that_a_breaker_lets_try),
		cmocka_unit_test(two_failures_in_a_row_are_an_illness_and_one_answer_ends_it),
	};

	spec_more = &scenario_words;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/* What is told of a scenario below the table, and what of it a document has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/format.h"
#include "report/result.h"

#define MS	1000000ULL

static struct result results[2];
static struct result_scenario own[2];
static struct document document;
static char *text;

/* Two cases that have passed: 1000 requests of each came due in a second, and were answered. */
static int two_cases(void **state)
{
	size_t i, k;

	memset(results, 0, sizeof(results));
	memset(own, 0, sizeof(own));
	for (i = 0; i < 2; i++) {
		struct result *r = &results[i];

		spec_init(&r->spec);
		assert_int_equal(result_workers(r, 1), 0);
		*r = (struct result){
			.number = i, .repeat = 1, .name = i ? "two" : "one", .file = "",
			.spec = r->spec, .verdict = VERDICT_PASS, .complete = true,
			.span_ns = 1000 * MS, .concurrent_ns = 1000 * MS, .nworkers = 1,
			.workers = r->workers, .scenario = &own[i],
		};
		r->workers[0].ops = 1000;
		own[i].offered_per_s = 1000;
		own[i].due = 1000;
		own[i].outcome[REQUEST_OK] = 1000;
		own[i].goodput_per_s = 1000;
		own[i].cpu_ns = 1000 * 4000;
		own[i].wakeups = 3000;
		own[i].memory_bytes = 5000000;
		for (k = 0; k < RESULT_STAGES; k++)
			hist_init(&own[i].stage[k].time);
	}
	document = (struct document){
		.environment = json_pack("{s:s, s:s, s:i}", "spinlock", "none", "kernel", "6.1",
					 "cpus", 2),
		.results = results, .n = 1, .planned = 1, .repeats = 1,
	};
	return 0;
}

static int no_cases(void **state)
{
	size_t i;

	for (i = 0; i < 2; i++)
		free(results[i].workers);
	json_decref(document.environment);
	free(text);
	text = NULL;
	return 0;
}

/* What people read, with lines that were too long in one piece. */
static void write_human(void)
{
	size_t size;
	FILE *out;
	char *c;

	free(text);
	out = open_memstream(&text, &size);
	assert_int_equal(human_end(out, &document), 0);
	fclose(out);
	for (c = text; (c = strstr(c, "\n    ")); c++) {
		if (c[5] == ' ')
			continue;
		memmove(c, c + 4, strlen(c + 4) + 1);
		*c = ' ';
	}
}

static void assert_told(const char *what)
{
	if (!strstr(text, what))
		fail_msg("'%s' is not in:\n%s", what, text);
}

static void assert_not_told(const char *what)
{
	if (strstr(text, what))
		fail_msg("'%s' is in:\n%s", what, text);
}

static void an_open_load_tells_what_came_due_and_why_it_was_too_much(void **state)
{
	struct result_scenario *s = &own[0];

	write_human();
	assert_told("one: offered 1.00k/s nominal: 1000 came due, 1000 answered, at the end 0 under way, 0 unserved and 0ns late\n");
	assert_not_told("pass, saturated");
	s->outcome[REQUEST_OK] = 900;
	s->outcome[REQUEST_ERROR] = 100;
	s->saturated = result_saturated(s->due, 900, 0, 1000 * MS);
	write_human();
	assert_told("0ns late: saturated: 90% answered, less than 95%\n");
	assert_told("pass, saturated\n");
	/* The last ones came before the end, and nobody had time to answer them. */
	s->under_way = 100;
	s->outcome[REQUEST_ERROR] = 0;
	s->saturated = result_saturated(result_over(s->due, s->under_way), 900, 0, 1000 * MS);
	write_human();
	assert_told("1000 came due, 900 answered, at the end 100 under way, 0 unserved and 0ns late\n");
	s->under_way = 0;
	s->outcome[REQUEST_OK] = 1000;
	s->late_ns = 51 * MS;
	s->saturated = result_saturated(s->due, 1000, s->late_ns, 1000 * MS);
	write_human();
	assert_told("51ms late: saturated: 51ms late at the end, more than 5% of the time, so that the response is that of this runtime\n");
	s->saturated |= SATURATED_LOST;
	s->outcome[REQUEST_OK] = 500;
	write_human();
	assert_told(": saturated: 50% answered, less than 95%, and 51ms late at the end");
}

static struct result_step step(double offered_per_s, u64 due, u64 answered)
{
	struct result_step one = {
		.offered_per_s = offered_per_s, .due = due, .answered = answered,
		.goodput_per_s = answered,
	};

	one.saturated = offered_per_s ? result_saturated(due, answered, 0, 1000 * MS) : 0;
	hist_init(&one.response);
	hist_add(&one.response, 100);
	return one;
}

static void a_sweep_has_a_line_a_step(void **state)
{
	struct result_step steps[] = {
		step(0, 0, 20000), step(2000, 2000, 2000), step(4000, 4000, 3000),
		step(1000, 1000, 1000),
	};

	own[0].step = steps;
	own[0].nsteps = ARRAY_SIZE(steps);
	own[0].knee_per_s = 2000;
	write_human();
	assert_told("     closed         20k  100ns  100ns\n");
	assert_told("      2.00k       2.00k  100ns  100ns: the knee\n");
	assert_told("      4.00k       3.00k  100ns  100ns: saturated: 75% answered, less than 95%\n");
	assert_told("      1.00k       1.00k  100ns  100ns\n");
	assert_told(" 2.00k ");
	assert_not_told("no knee");
}

static void a_sweep_without_a_knee_says_why(void **state)
{
	struct result_step steps[] = {
		step(0, 0, 20000), step(2000, 2000, 1000), step(0, 0, 20000),
	};

	own[0].step = steps;
	own[0].nsteps = ARRAY_SIZE(steps);
	write_human();
	assert_told(" none ");
	assert_told("one: no knee: a tenth of what the closed loop did is too much already\n");
	steps[0].answered = 0;
	own[0].nsteps = 2;
	write_human();
	assert_told("one: no knee: the closed loop answered nothing\n");
	results[0].complete = false;
	write_human();
	assert_told("one: no knee: the run was ended before there was one\n");
}

static void stages_are_the_service(void **state)
{
	own[0].nstages = 1;
	own[0].stage[0].name = "brew";
	hist_add(&own[0].stage[0].time, 100);
	write_human();
	assert_told("one: stages of the service (the wait before it is in the response alone), 50/99/max: brew 100ns/100ns/100ns\n");
	own[0].offered_per_s = 0;
	write_human();
	assert_told("one: stages of the service, 50/99/max: brew 100ns/100ns/100ns\n");
}

static void a_figure_has_its_unit_once_and_is_of_all_of_the_run(void **state)
{
	own[0].nfigures = 3;
	own[0].figure[0] = (struct result_figure){ "recovery_ns", 0, 913 * MS };
	own[0].figure[1] = (struct result_figure){ "idle_bytes", 0, 5321 };
	own[0].figure[2] = (struct result_figure){ "hit_ratio", 0, 0.0 / 0.0 };
	write_human();
	assert_told("one: of all of the run: recovery 913ms, idle_bytes 5.32k, hit_ratio -\n");
}

static void what_a_scenario_is_run_for_is_a_column(void **state)
{
	document.n = 2;
	own[0].nfigures = 4;
	own[0].figure[0] = (struct result_figure){ "missed_own", FIGURE_COLUMN, 12345678 };
	own[0].figure[1] = (struct result_figure){ "lag_p50_ns", FIGURE_COLUMN, 25 * MS };
	own[0].figure[2] = (struct result_figure){ "speedup", FIGURE_COLUMN, 1.874 };
	own[0].figure[3] = (struct result_figure){ "tasks", 0, 7 };
	own[1].nfigures = 1;
	own[1].figure[0] = (struct result_figure){ "speedup", FIGURE_COLUMN, 0.0 / 0.0 };
	write_human();
	assert_told(" cpu wakes        missed  lag\n");
	assert_told(" memory    own  p50 speedup verdict\n");
	assert_told("  5.00M    12M 25ms    1.87 pass\n");
	assert_told("  5.00M      -    -       - pass\n");
	assert_not_told("jain");
	assert_not_told("[one]");
}

/* What one of them was run for would be no column of a table of both. */
static void sections_that_have_no_room_beside_each_other_have_a_table_each(void **state)
{
	static const char *const names[2][4] = {
		{ "missed", "jitter_ns", "speedup", "presented" },
		{ "recovered", "doubled", "overtaken", "lost" },
	};
	size_t i, k;

	document.n = 2;
	for (i = 0; i < 2; i++) {
		own[i].nfigures = 4;
		for (k = 0; k < 4; k++) {
			own[i].figure[k] = (struct result_figure){ .flags = FIGURE_COLUMN,
								   .value = 7 };
			strscpy(own[i].figure[k].name, names[i][k],
				sizeof(own[i].figure[k].name));
		}
	}
	write_human();
	assert_told("[one]\none: ");
	assert_told(" missed jitter speedup presented verdict\n");
	assert_told("\n[two]\ntwo: ");
	assert_told(" recovered doubled overtaken lost verdict\n");
	/* Where the line is as long as it has to be, there is one. */
	setenv("COLUMNS", "200", 1);
	write_human();
	unsetenv("COLUMNS");
	assert_told(" missed jitter speedup presented recovered doubled overtaken lost verdict\n");
	assert_not_told("[one]");
}

static void checks_that_hold_have_a_line(void **state)
{
	struct result *r = &results[0];

	result_check(r, "answered", VERDICT_PASS, 0, "");
	result_check(r, "deaf", VERDICT_SKIP, 0, "");
	result_check(r, "order", VERDICT_PASS, 0, "");
	result_check(r, "order", VERDICT_PASS, 0, "");
	write_human();
	assert_told("\none: checks: answered, order hold\n");
	document.n = 2;
	result_check(&results[1], "answered", VERDICT_PASS, 0, "");
	write_human();
	assert_told("\none: checks: answered, order hold\ntwo: checks: answered hold\n");
	result_check(&results[1], "order", VERDICT_PASS, 0, "");
	write_human();
	assert_told("\n2 cases: checks: answered, order hold\n");
	/* What is broken is told as it was. */
	result_check(r, "order", VERDICT_FAIL, 3, "one came last");
	r->verdict = VERDICT_FAIL;
	write_human();
	assert_told("one: order broken 3 times; the first: one came last\n");
	assert_told("two: checks: answered, order hold\n");
}

static void what_nobody_knows_is_no_figure(void **state)
{
	json_t *doc = result_json(&results[0]);

	write_human();
	assert_told(" 4.0us ");
	assert_told(" 5.00M ");
	assert_true(json_real_value(json_object_get(doc, "cpu_ns_per_op")) == 4000);
	assert_true(json_real_value(json_object_get(doc, "wakeups_per_op")) == 3);
	assert_int_equal(json_integer_value(json_object_get(doc, "memory_bytes")), 5000000);
	json_decref(doc);
	own[0].cpu_ns = ~0ULL;
	own[0].wakeups = ~0ULL;
	own[0].memory_bytes = ~0ULL;
	write_human();
	assert_not_told("memory");
	assert_not_told("cpu ");
	assert_not_told("wakes");
	doc = result_json(&results[0]);
	assert_true(json_is_null(json_object_get(doc, "cpu_ns_per_op")));
	assert_true(json_is_null(json_object_get(doc, "wakeups_per_op")));
	assert_true(json_is_null(json_object_get(doc, "memory_bytes")));
	json_decref(doc);
}

static void the_world_of_a_program_has_no_spinlock(void **state)
{
	write_human();
	assert_told("2 cpus, preemption none");
	assert_not_told("spinlock_t");
	json_object_set_new(document.environment, "spinlock", json_string("qspinlock"));
	write_human();
	assert_told("2 cpus, spinlock_t is qspinlock, preemption none");
}

#define TEST(function)	cmocka_unit_test_setup_teardown(function, two_cases, no_cases)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_open_load_tells_what_came_due_and_why_it_was_too_much),
		TEST(a_sweep_has_a_line_a_step),
		TEST(a_sweep_without_a_knee_says_why),
		TEST(stages_are_the_service),
		TEST(a_figure_has_its_unit_once_and_is_of_all_of_the_run),
		TEST(what_a_scenario_is_run_for_is_a_column),
		TEST(sections_that_have_no_room_beside_each_other_have_a_table_each),
		TEST(checks_that_hold_have_a_line),
		TEST(what_nobody_knows_is_no_figure),
		TEST(the_world_of_a_program_has_no_spinlock),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

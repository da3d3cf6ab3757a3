// SPDX-License-Identifier: GPL-2.0
/* Events in, a document for Perfetto out. */
#include <jansson.h>
#include <kunit/test.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/timeline.h"

/* Less than the least time of a document. */
#define TINY	0.000001

static struct timeline timeline;
static json_t *doc;

static const char *verb(const char *structure, u32 verb, void *data)
{
	return strcmp(structure, "queue") ? NULL : verb ? "get" : "put";
}

static void begin(void)
{
	timeline = (struct timeline){ .verb = verb };
	timeline_line(&timeline, "# tracer: nop");
	timeline_line(&timeline,
		      "         contend-9     [000] .....     0.000001: contend_create: object=3 lock=mutex structure=queue stripes=2");
}

static void trace(const char *line)
{
	timeline_line(&timeline, line);
}

/* Make it a document, and hold it to what each one owes. */
static void finish(struct kunit *test)
{
	double last = -1, end, ends[8][8];
	char *text = NULL;
	size_t size, i;
	json_t *e, *events;
	int depth[8] = { };
	FILE *f = open_memstream(&text, &size);

	KUNIT_EXPECT_NOT_NULL(test, f);
	KUNIT_EXPECT_EQ(test, timeline_write(f, &timeline), 0);
	fclose(f);
	timeline_free(&timeline);
	doc = json_loads(text, 0, NULL);
	free(text);
	KUNIT_EXPECT_NOT_NULL(test, doc);
	events = json_object_get(doc, "traceEvents");
	json_array_foreach(events, i, e) {
		const int thread = json_integer_value(json_object_get(e, "tid")) % 8;
		const double ts = json_number_value(json_object_get(e, "ts"));
		const char *phase = json_string_value(json_object_get(e, "ph"));

		if (*phase == 'M')
			continue;
		KUNIT_EXPECT_TRUE(test, ts >= last);
		last = ts;
		while (depth[thread] && ends[thread][depth[thread] - 1] <= ts + TINY)
			depth[thread]--;
		/* An arrow begins and ends in a slice. */
		if (*phase == 's' || *phase == 'f')
			KUNIT_EXPECT_TRUE(test, depth[thread] > 0);
		if (*phase != 'X')
			continue;
		end = ts + json_number_value(json_object_get(e, "dur"));
		KUNIT_EXPECT_TRUE(test, end > ts);
		/* And a slice in another one ends there, too. */
		if (depth[thread])
			KUNIT_EXPECT_TRUE(test, end <= ends[thread][depth[thread] - 1] + TINY);
		KUNIT_EXPECT_TRUE(test, depth[thread] < 8);
		ends[thread][depth[thread]++] = end;
	}
}

/* The @nth event of a name and a phase, or NULL. */
static json_t *find(const char *name, const char *phase, int nth)
{
	json_t *e, *events = json_object_get(doc, "traceEvents");
	size_t i;

	json_array_foreach(events, i, e)
		if (!strcmp(json_string_value(json_object_get(e, "name")), name) &&
		    !strcmp(json_string_value(json_object_get(e, "ph")), phase) && !nth--)
			return e;
	return NULL;
}

static double value(const json_t *e, const char *key)
{
	const json_t *v = json_object_get(e, key);

	return v ? json_number_value(v) : NAN;
}

static const char *words(const json_t *e, const char *arg)
{
	return json_string_value(json_object_get(json_object_get(e, "args"), arg));
}

static bool near(double a, double b)
{
	return fabs(a - b) < TINY;
}

#define OWN	"contend_slow: object=3 worker="

/*
 * Thread 11 holds from 1.0 us to 1.5 us, and thread 12 waits for it from 1.1 us on. Each says so
 * later, the one that was first as the last one.
 */
static void two_sections(void)
{
	trace("       contend/1-12    [001] .....     0.000003: " OWN "1 verb=1 stripe=0 write=1 from=11 key=7 began_ns=1100 wait_ns=350 hold_ns=550 block_ns=0");
	trace("       contend/0-11    [000] .....     0.000004: " OWN "0 verb=0 stripe=0 write=1 from=0 key=5 began_ns=1000 wait_ns=0 hold_ns=500 block_ns=0");
}

static void an_operation_has_its_wait_and_its_hold_in_it(struct kunit *test)
{
	json_t *e;

	begin();
	two_sections();
	finish(test);
	e = find("get", "X", 0);
	KUNIT_EXPECT_NOT_NULL(test, e);
	KUNIT_EXPECT_TRUE(test, near(value(e, "ts"), 0.1) && near(value(e, "dur"), 0.9));
	KUNIT_EXPECT_EQ(test, value(e, "tid"), 12);
	KUNIT_EXPECT_EQ(test, value(json_object_get(e, "args"), "key"), 7);
	KUNIT_EXPECT_STREQ(test, words(e, "lock"), "mutex");
	e = find("wait", "X", 0);
	KUNIT_EXPECT_TRUE(test, near(value(e, "ts"), 0.1) && near(value(e, "dur"), 0.35));
	/* Thread 11 has not waited, and no slice says that it has. */
	KUNIT_EXPECT_TRUE(test, !find("wait", "X", 1));
	e = find("hold", "X", 1);
	KUNIT_EXPECT_TRUE(test, near(value(e, "ts"), 0.45) && near(value(e, "dur"), 0.55));
	e = find("thread_name", "M", 0);
	KUNIT_EXPECT_STREQ(test, words(e, "name"), "worker 1: mutex, queue");
	json_decref(doc);
}

static void a_hand_over_is_an_arrow_between_two_holds(struct kunit *test)
{
	json_t *s, *f;

	begin();
	/* An older one, on another stripe, and one that only reads are not where it came from. */
	trace("contend/0-11 [000] 0.000001: " OWN "0 verb=0 stripe=0 write=1 from=0 key=5 began_ns=400 wait_ns=0 hold_ns=100 block_ns=0");
	two_sections();
	trace("contend/0-11 [000] 0.000005: " OWN "0 verb=0 stripe=1 write=1 from=0 key=6 began_ns=2000 wait_ns=0 hold_ns=100 block_ns=0");
	trace("contend/0-11 [000] 0.000006: " OWN "0 verb=0 stripe=0 write=0 from=0 key=6 began_ns=2200 wait_ns=0 hold_ns=100 block_ns=0");
	trace("contend/1-12 [001] 0.000007: " OWN "1 verb=1 stripe=0 write=1 from=11 key=7 began_ns=2400 wait_ns=10 hold_ns=50 block_ns=0");
	finish(test);
	s = find("hand-over", "s", 0);
	f = find("hand-over", "f", 0);
	KUNIT_EXPECT_NOT_NULL(test, s);
	KUNIT_EXPECT_NOT_NULL(test, f);
	/* It had left half a microsecond after it began, when the next one was in already. */
	KUNIT_EXPECT_TRUE(test, near(value(s, "ts"), 1.049) && near(value(f, "ts"), 1.05));
	KUNIT_EXPECT_TRUE(test, value(s, "tid") == 11 && value(f, "tid") == 12);
	KUNIT_EXPECT_EQ(test, value(s, "id"), value(f, "id"));
	s = find("hand-over", "s", 1);
	KUNIT_EXPECT_NOT_NULL(test, s);
	KUNIT_EXPECT_TRUE(test, near(value(s, "ts"), 1.099));
	KUNIT_EXPECT_TRUE(test, !find("hand-over", "s", 2));
	json_decref(doc);
}

static void lost_events_are_told_and_make_no_false_arrow(struct kunit *test)
{
	begin();
	two_sections();
	/* The one from which it comes may be among those that are lost. */
	trace("contend/1-12 [001] 0.000007: " OWN "1 verb=1 stripe=0 write=1 from=11 key=7 began_ns=9000 wait_ns=10 hold_ns=50 block_ns=0");
	timeline.lost = 5;
	finish(test);
	KUNIT_EXPECT_EQ(test, value(json_object_get(doc, "otherData"), "lost"), 5);
	KUNIT_EXPECT_EQ(test, value(json_object_get(doc, "otherData"), "events"), 3);
	KUNIT_EXPECT_TRUE(test, !find("hand-over", "s", 0));
	json_decref(doc);
}

static void a_task_that_waits_for_a_condition_is_woken_by_another_one(struct kunit *test)
{
	json_t *e, *s, *f;

	begin();
	trace("contend/1-12 [001] d..1. 0.000002: contend_block: object=3 verb=1 lacks=0 tag=0");
	trace("contend/0-11 [000] d..2. 0.000005: " OWN "0 verb=0 stripe=0 write=1 from=0 key=5 began_ns=4000 wait_ns=0 hold_ns=500 block_ns=0");
	trace("contend/0-11 [000] d..2. 0.000005: sched_waking: comm=contend/1 pid=12 prio=120 target_cpu=001");
	/* A timer's: whom it interrupts has nothing to do with it. */
	trace("contend/0-11 [000] d.h2. 0.000006: sched_waking: comm=contend/1 pid=12 prio=120 target_cpu=001");
	/* Nobody of this trace. */
	trace("contend/0-11 [000] d..2. 0.000006: sched_waking: comm=contend pid=77 prio=120 target_cpu=001");
	trace("contend/1-12 [001] ..... 0.000007: contend_unblock: object=3 verb=1 lacks=0 began_ns=6000 block_ns=4500 tag=0");
	trace("contend/1-12 [001] ..... 0.000008: " OWN "1 verb=1 stripe=0 write=1 from=11 key=5 began_ns=6000 wait_ns=100 hold_ns=400 block_ns=4500");
	finish(test);
	e = find("get", "X", 0);
	KUNIT_EXPECT_TRUE(test, near(value(e, "dur"), 5));
	e = find("block", "X", 0);
	KUNIT_EXPECT_TRUE(test, near(value(e, "ts"), 0) && near(value(e, "dur"), 4.5));
	s = find("wake", "s", 0);
	f = find("wake", "f", 0);
	KUNIT_EXPECT_NOT_NULL(test, s);
	KUNIT_EXPECT_NOT_NULL(test, f);
	/*
	 * Thread 11 was traced half a microsecond after it had released, and no event is less: by
	 * the measuring clock the wake-up was at 4.5 us.
	 */
	KUNIT_EXPECT_TRUE(test, near(value(s, "ts"), 3) && near(value(f, "ts"), 3));
	KUNIT_EXPECT_TRUE(test, value(s, "tid") == 11 && value(f, "tid") == 12);
	KUNIT_EXPECT_TRUE(test, !find("wake", "s", 1));
	json_decref(doc);
}

static void a_task_that_is_never_woken_waits_to_the_end(struct kunit *test)
{
	json_t *e;

	begin();
	trace("contend/1-12 [001] 0.000002: contend_block: object=3 verb=1 lacks=0 tag=0");
	trace("contend/0-11 [000] 0.000008: " OWN "0 verb=0 stripe=0 write=1 from=0 key=5 began_ns=6000 wait_ns=0 hold_ns=2000 block_ns=0");
	finish(test);
	e = find("block, and not woken", "X", 0);
	KUNIT_EXPECT_NOT_NULL(test, e);
	KUNIT_EXPECT_TRUE(test, near(value(e, "ts"), 0) && near(value(e, "dur"), 6));
	json_decref(doc);
}

static void what_is_wrong_is_a_point_and_text_stays_text(struct kunit *test)
{
	json_t *e;

	begin();
	two_sections();
	trace("   a \"b\" [1]-13      [000] d..1.  12.000005: contend_violation: check=exclusion worker=-1 op=5 tag=0 seen=52 expected=0: writer met a \"writer\"");
	trace("no event");
	trace(" contend/0-11 [000] 0.0000");
	finish(test);
	e = find("contend_violation", "i", 0);
	KUNIT_EXPECT_NOT_NULL(test, e);
	KUNIT_EXPECT_EQ(test, value(e, "tid"), 13);
	KUNIT_EXPECT_STREQ(test, words(e, "said"),
			   "check=exclusion worker=-1 op=5 tag=0 seen=52 expected=0: writer met a \"writer\"");
	json_decref(doc);
}

static void of_nothing_there_is_an_empty_document(struct kunit *test)
{
	timeline = (struct timeline){ };
	finish(test);
	KUNIT_EXPECT_EQ(test, json_array_size(json_object_get(doc, "traceEvents")), 1);
	json_decref(doc);
}

static struct kunit_case timeline_cases[] = {
	KUNIT_CASE(an_operation_has_its_wait_and_its_hold_in_it),
	KUNIT_CASE(a_hand_over_is_an_arrow_between_two_holds),
	KUNIT_CASE(lost_events_are_told_and_make_no_false_arrow),
	KUNIT_CASE(a_task_that_waits_for_a_condition_is_woken_by_another_one),
	KUNIT_CASE(a_task_that_is_never_woken_waits_to_the_end),
	KUNIT_CASE(what_is_wrong_is_a_point_and_text_stays_text),
	KUNIT_CASE(of_nothing_there_is_an_empty_document),
	{}
};

static struct kunit_suite timeline_suite = {
	.name = "timeline",
	.test_cases = timeline_cases,
};

kunit_test_suite(timeline_suite);

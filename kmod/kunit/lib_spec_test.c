// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "lib/nearest.h"
#include "lib/rng.h"
#include "lib/rules.h"
#include "lib/spec.h"

static struct spec spec;
static struct spec_error error;
/* By spec_format(): a kernel's stack has no room for it. */
static char written[SPEC_TEXT];

/* From memory that ends where the text does: reading on is caught. */
static int parse(const char *text)
{
	size_t len = strlen(text);
	char *exact = kmalloc(len ? len : 1, GFP_KERNEL);
	int ret;

	memcpy(exact, text, len);
	memset(&error, 0, sizeof(error));
	spec_init(&spec);
	ret = spec_parse(&spec, exact, len, &error);
	kfree(exact);
	return ret;
}

static void nothing_is_the_defaults(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, parse(""), 0);
	KUNIT_EXPECT_STREQ(test, spec.lock, "spinlock");
	KUNIT_EXPECT_STREQ(test, spec.structure, "counter");
	KUNIT_EXPECT_STREQ(test, spec.engine, "kernel");
	KUNIT_EXPECT_EQ(test, spec.workers, 2);
	KUNIT_EXPECT_EQ(test, spec.runtime_ns, 1000000000);
	KUNIT_EXPECT_EQ(test, spec.warmup_ns, 100000000);
	KUNIT_EXPECT_EQ(test, spec.seed, 1);
	KUNIT_EXPECT_EQ(test, spec.mix.n, 0);
	KUNIT_EXPECT_EQ(test, spec.keys.kind, KEYS_UNIFORM);
	KUNIT_EXPECT_EQ(test, spec.keys.range, 1000);
	KUNIT_EXPECT_EQ(test, spec.prefill, 50);
	KUNIT_EXPECT_EQ(test, spec.batch, 1);
	KUNIT_EXPECT_EQ(test, spec.clients, CLIENTS_PROCESSES);
	KUNIT_EXPECT_EQ(test, spec.verify, VERIFY_FULL);
	KUNIT_EXPECT_EQ(test, spec.violations, VIOLATIONS_STOP);
	KUNIT_EXPECT_EQ(test, spec.given, 0);
}

static void words_are_separated_by_white_space_and_comments_end_with_the_line(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, parse(" \tlock=rcu # lock=mutex\n\r structure=list#x\nworkers=4"), 0);
	KUNIT_EXPECT_STREQ(test, spec.lock, "rcu");
	KUNIT_EXPECT_STREQ(test, spec.structure, "list");
	KUNIT_EXPECT_EQ(test, spec.workers, 4);
	KUNIT_EXPECT_EQ(test, spec.given, 1 << 0 | 1 << 1 | 1 << 3);
}

static void a_text_has_no_zero(struct kunit *test)
{
	static const char *const texts[] = {
		"lock=rcu\0", "lock=rcu \0a", "lock=rc\0u", "lock=rcu#\0"
	};
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		memset(&error, 0, sizeof(error));
		spec_init(&spec);
		for (len = strlen(texts[i]); len; len--)
			KUNIT_EXPECT_EQ(test, spec_text(texts[i], len, &error), 0);
		len = strlen(texts[i]);
		KUNIT_EXPECT_EQ(test, spec_parse(&spec, texts[i], len + 1, &error), -EINVAL);
		KUNIT_EXPECT_EQ(test, error.offset, len);
		KUNIT_EXPECT_STREQ(test, error.message, "a byte is zero, which no text has");
	}
}

static void numbers_and_times_take_their_units(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, parse("seed=2k"), 0);
	KUNIT_EXPECT_EQ(test, spec.seed, 2000);
	KUNIT_EXPECT_EQ(test, parse("seed=3Mi"), 0);
	KUNIT_EXPECT_EQ(test, spec.seed, 3 << 20);
	KUNIT_EXPECT_EQ(test, parse("seed=18446744073709551615"), 0);
	KUNIT_EXPECT_TRUE(test, spec.seed == ~0ULL);
	KUNIT_EXPECT_EQ(test, parse("runtime=1500us"), 0);
	KUNIT_EXPECT_EQ(test, spec.runtime_ns, 1500000);
	KUNIT_EXPECT_EQ(test, parse("runtime=2m"), 0);
	KUNIT_EXPECT_EQ(test, spec.runtime_ns, 120 * 1000000000ULL);
	KUNIT_EXPECT_EQ(test, parse("runtime=60m"), 0);
}

static void a_mix_and_keys_are_taken_apart(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, parse("mix=lookup:90,insert:5,erase:0 keys=zipf:1.2/10k"), 0);
	KUNIT_EXPECT_EQ(test, spec.mix.n, 3);
	KUNIT_EXPECT_STREQ(test, spec.mix.of[1].name, "insert");
	KUNIT_EXPECT_EQ(test, spec.mix.of[1].share, 5);
	KUNIT_EXPECT_EQ(test, spec.keys.kind, KEYS_ZIPF);
	KUNIT_EXPECT_EQ(test, spec.keys.theta_milli, 1200);
	KUNIT_EXPECT_EQ(test, spec.keys.range, 10000);
	KUNIT_EXPECT_EQ(test, parse("keys=seq/1"), 0);
	KUNIT_EXPECT_EQ(test, spec.keys.kind, KEYS_SEQ);
	KUNIT_EXPECT_EQ(test, parse("keys=zipf:0.001/1"), 0);
	KUNIT_EXPECT_EQ(test, spec.keys.theta_milli, 1);
	KUNIT_EXPECT_EQ(test, parse("keys=zipf:4/1Mi"), 0);
	KUNIT_EXPECT_EQ(test, spec.keys.theta_milli, 4000);
}

static void settings_are_taken_apart(struct kunit *test)
{
	/* None of them is a share: all may be 0. */
	KUNIT_EXPECT_EQ(test, parse("tune=min_idle:0"), 0);
	KUNIT_EXPECT_EQ(test,
			parse("tune=min_idle:2k,idle_ns:20ms,age_ns:18446744073709551615"), 0);
	KUNIT_EXPECT_EQ(test, spec.tune.n, 3);
	KUNIT_EXPECT_STREQ(test, spec.tune.of[1].name, "idle_ns");
	KUNIT_EXPECT_EQ(test, spec.tune.of[0].share, 2000ULL);
	KUNIT_EXPECT_EQ(test, spec.tune.of[1].share, 20000000ULL);
	KUNIT_EXPECT_TRUE(test, spec.tune.of[2].share == ~0ULL);
}

static void delays_are_taken_apart(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, parse("hold=2us think=uniform:1us-3ms arrival=closed"), 0);
	KUNIT_EXPECT_EQ(test, spec.hold.kind, DELAY_FIXED);
	KUNIT_EXPECT_EQ(test, spec.hold.most_ns, 2000);
	KUNIT_EXPECT_EQ(test, spec.think.kind, DELAY_UNIFORM);
	KUNIT_EXPECT_EQ(test, spec.think.least_ns, 1000);
	KUNIT_EXPECT_EQ(test, spec.think.most_ns, 3000000);
	KUNIT_EXPECT_EQ(test, spec.arrival.kind, DELAY_NONE);
	KUNIT_EXPECT_EQ(test, parse("hold=exp:434us arrival=poisson:1ms"), 0);
	KUNIT_EXPECT_EQ(test, spec.hold.kind, DELAY_EXP);
	KUNIT_EXPECT_EQ(test, spec.hold.most_ns, 434000);
	KUNIT_EXPECT_EQ(test, spec.arrival.kind, DELAY_EXP);
	KUNIT_EXPECT_EQ(test, parse("stall=3ms"), 0);
	KUNIT_EXPECT_EQ(test, spec.stall_ns, 3000000);
	KUNIT_EXPECT_EQ(test, parse("arrival=periodic:50us hold=0ns"), 0);
	KUNIT_EXPECT_EQ(test, spec.arrival.kind, DELAY_FIXED);
	KUNIT_EXPECT_EQ(test, spec.arrival.most_ns, 50000);
	KUNIT_EXPECT_EQ(test, spec.hold.kind, DELAY_NONE);
}

static void who_works_by_arrivals_does_not_think(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, parse("arrival=poisson:1ms"), 0);
	KUNIT_EXPECT_EQ(test, spec_check(&spec, &error), 0);
	KUNIT_EXPECT_EQ(test, parse("think=1ms"), 0);
	KUNIT_EXPECT_EQ(test, spec_check(&spec, &error), 0);
	KUNIT_EXPECT_EQ(test, parse("arrival=poisson:1ms think=1ms"), 0);
	KUNIT_EXPECT_EQ(test, spec_check(&spec, &error), -EINVAL);
	KUNIT_EXPECT_NOT_NULL(test, strstr(error.message, "arrival="));
}

static void a_rate_is_the_time_between_two(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, parse("arrival=poisson:20k/s"), 0);
	KUNIT_EXPECT_EQ(test, spec.arrival.kind, DELAY_EXP);
	KUNIT_EXPECT_EQ(test, spec.arrival.most_ns, 50000);
	KUNIT_EXPECT_EQ(test, parse("arrival=periodic:50/s"), 0);
	KUNIT_EXPECT_EQ(test, spec.arrival.kind, DELAY_FIXED);
	KUNIT_EXPECT_EQ(test, spec.arrival.most_ns, 20000000);
	/* To the nearest. */
	KUNIT_EXPECT_EQ(test, parse("arrival=periodic:6m/s"), 0);
	KUNIT_EXPECT_EQ(test, spec.arrival.most_ns, 167);
}

/* Whatever the order of the words. */
static void a_group_has_its_own_or_what_all_have(struct kunit *test)
{
	static const char words[] =
		"a.mix=x:1 hold=3us group=a:2,b_2:1 b_2.hold=5us\n"
		"b_2.arrival=periodic:1ms mix=y:1,z:1 a.think=7us";
	struct group_spec group;
	u32 i;

	KUNIT_EXPECT_EQ(test, parse(words), 0);
	KUNIT_EXPECT_EQ(test, spec_check(&spec, &error), 0);
	KUNIT_EXPECT_EQ(test, spec.workers, 3);
	KUNIT_EXPECT_EQ(test, spec_ngroups(&spec), 2);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, spec_group_of(&spec, i), i == 2);
	spec_group(&spec, 0, &group);
	KUNIT_EXPECT_STREQ(test, group.name, "a");
	KUNIT_EXPECT_EQ(test, group.workers, 2);
	KUNIT_EXPECT_EQ(test, group.mix.n, 1);
	KUNIT_EXPECT_STREQ(test, group.mix.of[0].name, "x");
	KUNIT_EXPECT_EQ(test, group.hold.most_ns, 3000);
	KUNIT_EXPECT_EQ(test, group.think.most_ns, 7000);
	KUNIT_EXPECT_EQ(test, group.arrival.kind, DELAY_NONE);
	spec_group(&spec, 1, &group);
	KUNIT_EXPECT_STREQ(test, group.name, "b_2");
	KUNIT_EXPECT_EQ(test, group.workers, 1);
	KUNIT_EXPECT_EQ(test, group.mix.n, 2);
	KUNIT_EXPECT_EQ(test, group.hold.most_ns, 5000);
	KUNIT_EXPECT_EQ(test, group.think.kind, DELAY_NONE);
	KUNIT_EXPECT_EQ(test, group.arrival.most_ns, 1000000);
}

static void without_groups_all_workers_are_one(struct kunit *test)
{
	struct group_spec group;

	KUNIT_EXPECT_EQ(test, parse("workers=5 hold=3us mix=x:1"), 0);
	KUNIT_EXPECT_EQ(test, spec_ngroups(&spec), 1);
	KUNIT_EXPECT_EQ(test, spec_group_of(&spec, 4), 0);
	spec_group(&spec, 0, &group);
	KUNIT_EXPECT_STREQ(test, group.name, "");
	KUNIT_EXPECT_EQ(test, group.workers, 5);
	KUNIT_EXPECT_EQ(test, group.hold.most_ns, 3000);
	KUNIT_EXPECT_STREQ(test, group.mix.of[0].name, "x");
}

static void groups_that_are_named_anew_have_nothing_of_the_old_ones(struct kunit *test)
{
	static const char anew[] = "group=a:3";

	KUNIT_EXPECT_EQ(test, parse("group=a:2,b:1 a.hold=5us"), 0);
	KUNIT_EXPECT_EQ(test, spec_parse(&spec, anew, strlen(anew), &error), 0);
	KUNIT_EXPECT_EQ(test, spec.workers, 3);
	KUNIT_EXPECT_EQ(test, spec.groups.n, 1);
	KUNIT_EXPECT_EQ(test, spec.groups.of[0].given, 0);
	KUNIT_EXPECT_GT(test, spec_format(&spec, written, sizeof(written)), 0);
	KUNIT_EXPECT_NOT_NULL(test, strstr(written, " group=a:3 "));
	KUNIT_EXPECT_NULL(test, strstr(written, "workers="));
	KUNIT_EXPECT_NULL(test, strstr(written, "a.hold"));
}

static void a_lock_alone_is_measured_with_nothing_beside_it(struct kunit *test)
{
	static const char *const beside[] = {
		"hold=1us", "stall=1us", "think=1us", "arrival=poisson:1us", "stripes=2",
		"avoid=ww"
	};
	char text[64];
	size_t i;

	KUNIT_EXPECT_EQ(test, parse("measure=lock stripes=1"), 0);
	KUNIT_EXPECT_EQ(test, spec_check(&spec, &error), 0);
	for (i = 0; i < ARRAY_SIZE(beside); i++) {
		snprintf(text, sizeof(text), "measure=lock %s", beside[i]);
		KUNIT_EXPECT_EQ(test, parse(text), 0);
		KUNIT_EXPECT_EQ(test, spec_check(&spec, &error), -EINVAL);
	}
}

/* What needs to know when an operation is due does not go with a clock that is not read. */
static void a_rate_is_of_operations_without_a_time(struct kunit *test)
{
	static const char *const beside[] = {
		"hold=1us", "stall=1us", "think=1us", "arrival=poisson:1us", "stutter=1ms",
		"sched=fifo", "context=softirq", "group=a:1,b:1 b.think=1us"
	};
	char text[64];
	size_t i;

	KUNIT_EXPECT_EQ(test, parse("measure=rate stripes=2 nest=2 group=a:1,b:1 a.wait=spin"), 0);
	KUNIT_EXPECT_EQ(test, spec_check(&spec, &error), 0);
	for (i = 0; i < ARRAY_SIZE(beside); i++) {
		snprintf(text, sizeof(text), "measure=rate %s", beside[i]);
		KUNIT_EXPECT_EQ(test, parse(text), 0);
		KUNIT_EXPECT_EQ(test, spec_check(&spec, &error), -EINVAL);
		KUNIT_EXPECT_NOT_NULL(test, strstr(error.message, "once in many operations"));
	}
}

/* What parse() has to say of a text's context=. */
static const char *context_of(const char *text)
{
	static char words[128];
	const struct spec_key *key = spec_key("context", 7);

	if (parse(text))
		return error.message;
	key->format(key, spec.context, words, sizeof(words));
	return words;
}

static void contexts_are_taken_apart(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, context_of(""), "task");
	KUNIT_EXPECT_STREQ(test, context_of("context=softirq"), "softirq");
	KUNIT_EXPECT_STREQ(test, context_of("context=hardirq:7"), "hardirq");
	KUNIT_EXPECT_STREQ(test, context_of("context=task:0,softirq:2"), "softirq");
	KUNIT_EXPECT_STREQ(test, context_of("context=hardirq:1,task:2"), "task:2,hardirq:1");
	KUNIT_EXPECT_STREQ(test, context_of("context=hardirq:3,softirq:3,task:3"),
			   "task:3,softirq:3,hardirq:3");
}

static void each_context_has_its_share_of_the_workers(struct kunit *test)
{
	static const struct {
		const char *text;
		const char *letters;
	} shared[] = {
		{ "workers=3", "ttt" },
		{ "workers=3 context=hardirq", "hhh" },
		{ "workers=3 context=task:2,hardirq:1", "tth" },
		{ "workers=2 context=softirq:1,hardirq:1", "sh" },
		{ "workers=6 context=task:1,softirq:1,hardirq:1", "ttsshh" },
		{ "workers=4 context=task:100,hardirq:99", "tthh" },
	};
	size_t i;
	u32 w;

	for (i = 0; i < ARRAY_SIZE(shared); i++) {
		KUNIT_EXPECT_EQ(test, parse(shared[i].text), 0);
		KUNIT_EXPECT_EQ(test, spec_check(&spec, &error), 0);
		for (w = 0; w < spec.workers; w++)
			KUNIT_EXPECT_EQ(test, *spec_context_name(spec_context_of(&spec, w)),
					shared[i].letters[w]);
	}
	KUNIT_EXPECT_EQ(test, parse("workers=2 context=task:1,softirq:1,hardirq:1"), 0);
	KUNIT_EXPECT_EQ(test, spec_check(&spec, &error), -EINVAL);
	KUNIT_EXPECT_STREQ(test, error.message,
			   "context=: of workers=2 none is left for softirq: workers=3 gives it one");
	KUNIT_EXPECT_EQ(test, parse("context=task:1000000,hardirq:1"), 0);
	KUNIT_EXPECT_EQ(test, spec_check(&spec, &error), -EINVAL);
	KUNIT_EXPECT_NOT_NULL(test, strstr(error.message, "the share of hardirq is too small"));
}

static void only_the_kernel_engine_works_in_interrupts(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, parse("engine=ioctl context=task"), 0);
	KUNIT_EXPECT_EQ(test, spec_check(&spec, &error), 0);
	KUNIT_EXPECT_EQ(test, parse("engine=ioctl context=task:1,softirq:1"), 0);
	KUNIT_EXPECT_EQ(test, spec_check(&spec, &error), -EINVAL);
	KUNIT_EXPECT_NOT_NULL(test, strstr(error.message, "engine=kernel"));
	KUNIT_EXPECT_EQ(test, parse("measure=lock context=hardirq"), 0);
	KUNIT_EXPECT_EQ(test, spec_check(&spec, &error), -EINVAL);
	KUNIT_EXPECT_NOT_NULL(test, strstr(error.message, "measure=lock"));
}

static void a_schedule_is_of_one_piece(struct kunit *test)
{
	static const char *const good[] = {
		"engine=user placement=pack stutter=1ms verify=end stripes=2 nest=2",
		"engine=user measure=lock mix=inc:1",
		"placement=pack sched=fifo stutter=1ms shuffle=2ms hotplug=3ms preempt=10s",
		"placement=free sched=deadline stutter=5ms",
		"placement=free hotplug=1ms preempt=1ms",
		"sched=inversion placement=pack workers=3 hold=1ms",
		"sched=inversion placement=pack workers=8 hold=10ms",
		"measure=lock placement=pack preempt=1ms hotplug=1ms shuffle=1ms",
		"context=hardirq placement=pack preempt=1ms",
		"engine=ioctl placement=spread sched=other stutter=0ns",
		"engine=ring placement=spread batch=32 poller=1ms",
	};
	static const struct {
		const char *text;
		const char *says;
	} bad[] = {
		{ "engine=ioctl placement=pack", "engine=kernel" },
		{ "engine=ring placement=pack", "engine=kernel" },
		{ "engine=ioctl poller=1ms", "engine=ring" },
		{ "engine=ioctl sched=fifo", "engine=kernel" },
		{ "engine=ioctl stutter=1ms", "engine=kernel and engine=user" },
		{ "engine=user sched=fifo", "engine=kernel" },
		{ "engine=user preempt=1ms", "engine=kernel" },
		{ "engine=user context=softirq", "engine=kernel" },
		{ "engine=ioctl measure=lock mix=inc:1", "engine=kernel and engine=user" },
		{ "engine=ioctl measure=rate", "engine=kernel and engine=user" },
		{ "engine=ring measure=rate", "engine=kernel and engine=user" },
		{ "engine=ioctl shuffle=1ms", "engine=kernel" },
		{ "engine=ioctl hotplug=1ms", "engine=kernel" },
		{ "engine=ioctl preempt=1ms", "engine=kernel" },
		{ "measure=lock sched=fifo", "never pauses" },
		{ "measure=lock sched=inversion", "never pauses" },
		{ "measure=lock stutter=1ms", "never pauses" },
		{ "measure=lock group=a:1", "leave group= out" },
		{ "sched=inversion placement=pack hold=1ms group=a:1,b:2", "leave group= out" },
		{ "group=a:1,b:1 think=1ms a.arrival=poisson:1ms", "a: who works by arrival=" },
		{ "group=a:1,b:1 b.wait=spin engine=ioctl", "wait=yield and wait=spin are for" },
		{ "wait=yield sched=fifo", "for sched=other" },
		{ "sched=deadline", "placement=free" },
		{ "sched=deadline placement=pack", "placement=free" },
		{ "sched=deadline placement=free hotplug=1ms", "leave hotplug=" },
		{ "sched=deadline placement=free preempt=1ms", "and preempt= out" },
		{ "sched=deadline placement=free shuffle=1ms", "leave placement=free out" },
		{ "placement=free shuffle=1ms", "leave placement=free out" },
		{ "sched=inversion workers=3 hold=1ms", "placement=pack" },
		{ "sched=inversion placement=pack workers=2 hold=1ms", "3 to 8 workers" },
		{ "sched=inversion placement=pack workers=9 hold=1ms", "3 to 8 workers" },
		{ "sched=inversion placement=pack workers=3", "1ms or more" },
		{ "sched=inversion placement=pack workers=3 hold=999us", "1ms or more" },
		{ "sched=inversion placement=pack workers=3 hold=uniform:1ms-2ms", "1ms or more" },
		{ "sched=inversion placement=pack workers=3 hold=1ms think=1ms", "its own time" },
		{ "sched=inversion placement=pack workers=3 hold=1ms arrival=poisson:1ms",
		  "its own time" },
		{ "sched=inversion placement=pack workers=3 hold=1ms stripes=2", "its own time" },
		{ "sched=inversion placement=pack workers=3 hold=1ms stutter=1ms", "its own time" },
		{ "sched=inversion placement=pack workers=3 hold=1ms shuffle=1ms", "its own time" },
		{ "sched=inversion placement=pack workers=3 hold=1ms hotplug=1ms", "its own time" },
		{ "sched=inversion placement=pack workers=3 hold=1ms preempt=1ms", "its own time" },
		{ "sched=inversion placement=pack workers=3 hold=1ms stall=1ms", "its own time" },
		{ "context=softirq sched=fifo", "no schedule" },
		{ "context=softirq sched=deadline placement=free", "no schedule" },
		{ "context=hardirq placement=free", "no schedule" },
		{ "context=hardirq stutter=1ms", "no schedule" },
		{ "context=task:1,hardirq:1 shuffle=1ms", "no schedule" },
		{ "context=task:1,hardirq:1 hotplug=1ms", "no schedule" },
		{ "engine=ioctl stall=1ms", "engine=kernel" },
		{ "engine=ioctl violations=count", "engine=kernel" },
		{ "engine=ioctl verify=end", "engine=kernel" },
		{ "engine=ioctl stripes=2 nest=2", "engine=kernel" },
		{ "stripes=2 nest=3", "nest=3 takes as many stripes=" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		KUNIT_EXPECT_EQ(test, parse(good[i]), 0);
		if (spec_check(&spec, &error))
			KUNIT_FAIL(test, "%s: %s", good[i], error.message);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		KUNIT_EXPECT_EQ(test, parse(bad[i].text), 0);
		if (spec_check(&spec, &error) != -EINVAL || !strstr(error.message, bad[i].says))
			KUNIT_FAIL(test, "%s: %s", bad[i].text, error.message);
	}
}

static const struct {
	const char *text;
	size_t offset;
	const char *says;
} wrong[] = {
	{ "lokc=rcu", 0, "did you mean 'lock'" },
	{ "lock=rcu  wrkers=1", 10, "did you mean 'workers'" },
	{ "zzzzzz=1", 0, "unknown key 'zzzzzz'" },
	{ "lock", 0, "key=value" },
	{ "=rcu", 0, "unknown key" },
	{ "lock=", 5, "no value" },
	{ "lock=a lock=b", 7, "twice" },
	{ "lock=rcu,srcu", 8, "one run takes one value" },
	{ "lock=r/u", 6, "letters" },
	{ "lock=0123456789012345678901234567890x", 5, "31 characters" },
	{ "lock=\x7f", 5, "0x7f" },
	{ "lock=\xc3\xa4", 5, "0xc3" },
	{ "l\x01k=rcu", 1, "a key has letters" },
	{ "workers=x", 8, "not a number" },
	{ "workers=-1", 8, "not a number" },
	{ "workers=0", 8, "1 to 1024" },
	{ "workers=2000", 8, "1 to 1024" },
	{ "workers=4x", 9, "k, m, Ki, Mi" },
	{ "workers=1,2", 9, "one run takes one value" },
	{ "workers=99999999999999999999", 8, "too large" },
	{ "seed=18446744073709551616", 5, "too large" },
	{ "seed=18446744073709552k", 5, "too large" },
	{ "context=irq", 8, "task, softirq, hardirq or CONTEXT:SHARE" },
	{ "context=nmi:1", 8, "not 'nmi'" },
	{ "context=task:1,hardirq", 15, "context:share" },
	{ "context=task:1,task:2", 15, "twice" },
	{ "context=task:0", 8, "must not be 0" },
	{ "runtime=5", 9, "unit" },
	{ "runtime=5sec", 9, "unit" },
	{ "runtime=1us", 8, "1000000 ns to" },
	{ "runtime=61m", 8, "1000000 ns to" },
	{ "warmup=2m", 7, "0 ns to" },
	{ "prefill=101", 8, "0 to 100" },
	{ "batch=0", 6, "1 to 1024" },
	{ "clients=thread", 8, "processes or threads" },
	{ "verify=none", 7, "full or end" },
	{ "violations=ignore", 11, "stop or count" },
	{ "measure=all", 8, "operation, lock or rate" },
	{ "mix=lookup", 4, "verb:share" },
	{ "mix=lookup:1,", 13, "verb:share" },
	{ "mix=:1", 4, "name is missing" },
	{ "mix=a:1,a:2", 8, "twice" },
	{ "mix=a:0,b:0", 4, "must not be 0" },
	{ "mix=a:x", 6, "not a number" },
	{ "mix=a:1000001", 6, "0 to 1000000" },
	{ "mix=a:1,b:1,c:1,d:1,e:1,f:1,g:1,h:1,i:1,j:1,k:1,l:1,m:1", 52, "12 verbs at most" },
	{ "tune=a", 5, "setting:value" },
	{ "tune=a:1,a:2", 9, "twice" },
	{ "tune=a:5m", 8, "k, Ki, Mi, ns, us, ms, s or nothing" },
	{ "keys=uniform", 5, "uniform/RANGE" },
	{ "keys=normal/10", 5, "uniform/RANGE" },
	{ "keys=uniform:1/10", 5, "uniform/RANGE" },
	{ "keys=zipf/10", 5, "uniform/RANGE" },
	{ "keys=uniform/0", 13, "1 to 1048576" },
	{ "keys=uniform/2Mi", 13, "1 to 1048576" },
	{ "keys=zipf:/10", 10, "0.001 to 4.000" },
	{ "keys=zipf:0/10", 10, "0.001 to 4.000" },
	{ "keys=zipf:4.001/10", 10, "0.001 to 4.000" },
	{ "keys=zipf:1.2345/10", 10, "decimals" },
	{ "keys=zipf:1./10", 10, "decimals" },
	{ "keys=zipf:1.2x/10", 10, "0.001 to 4.000" },
	{ "capacity=8000000000", 9, "0 to 4294967296" },
	{ "stripes=0", 8, "1 to 1024" },
	{ "avoid=none", 6, "order, backoff or ww" },
	{ "hold=5", 6, "unit" },
	{ "hold=", 5, "no value" },
	{ "hold=11ms", 5, "0 ns to 10000000 ns" },
	{ "hold=exp:435us", 9, "0 ns to 434782 ns" },
	{ "hold=normal:1us", 5, "TIME, uniform:TIME-TIME or exp:TIME" },
	{ "hold=closed", 5, "not a number" },
	{ "hold=uniform:1us", 13, "TIME-TIME" },
	{ "hold=uniform:2us-1us", 17, "2000 ns to" },
	{ "hold=uniform:1us-11ms", 17, "1000 ns to 10000000 ns" },
	{ "stall=11ms", 6, "0 ns to 10000000 ns" },
	{ "stall=exp:1us", 6, "not a number" },
	{ "think=11s", 6, "0 ns to" },
	{ "arrival=1us", 8, "closed, periodic:TIME or poisson:TIME" },
	{ "arrival=uniform:1us-2us", 8, "closed, periodic:TIME or poisson:TIME" },
	{ "arrival=periodic:0ns", 17, "take a time between them" },
	{ "arrival=periodic:0/s", 17, "1 to 1000000000" },
	{ "arrival=poisson:1/s", 16, "3 to 1000000000" },
	{ "arrival=poisson:/s", 16, "not a number" },
	{ "hold=20k/s", 7, "unit" },
	{ "group=", 6, "no value" },
	{ "group=readers", 6, "group:workers" },
	{ "group=readers:0", 14, "1 to 1024" },
	{ "group=a:1000,b:25", 6, "1025 workers, and 1024 are the most" },
	{ "group=1st:1", 6, "begins with no digit" },
	{ "group=a:1,b-c:1", 10, "letters, digits and '_'" },
	{ "group=a:1,a:1", 10, "twice" },
	{ "group=a:1,b:1,c:1,d:1,e:1,f:1,g:1,h:1,i:1,j:1,k:1,l:1,m:1", 54, "12 groups at most" },
	{ "group=a:1 group=a:2", 10, "group is given twice" },
	{ "a.mix=x:1 group=a:1 a.mix=x:2", 20, "a.mix is given twice" },
	{ "workers=3 group=a:1", 0, "leave workers= out" },
	{ "group=a:1 workers=1", 10, "leave workers= out" },
	{ "readers.mix=lookup:1", 0, "there is no group 'readers': group= names them" },
	{ "group=readers:2 raeders.mix=lookup:1", 16, "did you mean 'readers'" },
	{ "group=readers:2 readers.hodl=1us", 24, "did you mean 'hold'" },
	{ "group=readers:2 readers.lock=rcu", 24, "lock= is of all workers" },
	{ "group=readers:2 readers.=1us", 24, "unknown key ''" },
	{ "group=a:1 a.b.mix=x:1", 13, "a key has letters" },
	{ ".mix=x:1", 0, "there is no group ''" },
	{ "group=a:1 a.mix=x:y", 18, "a.mix: 'y' is not a number" },
	{ "group=a:1 a.hold=", 17, "a.hold= has no value" },
	{ "arrival=open", 8, "closed, periodic:TIME or poisson:TIME" },
	{ "placement=all", 10, "spread, pack or free" },
	{ "sched=rr", 6, "other, fifo, deadline or inversion" },
	{ "stutter=11s", 8, "0 ns to 10000000000 ns" },
	{ "shuffle=999us", 8, "0ns, or 1ms to 10s" },
	{ "hotplug=1", 9, "unit" },
	{ "preempt=-1ms", 8, "not a number" },
};

static void what_is_wrong_is_told_with_its_place(struct kunit *test)
{
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		if (parse(wrong[i].text) != -EINVAL || error.offset != wrong[i].offset ||
		    !strstr(error.message, wrong[i].says))
			KUNIT_FAIL(test, "%s: %zu: %s", wrong[i].text, error.offset, error.message);
		/* A message is one printable line, whatever the text was. */
		for (j = 0; error.message[j]; j++) {
			KUNIT_EXPECT_GE(test, (unsigned char)error.message[j], ' ');
			KUNIT_EXPECT_LE(test, (unsigned char)error.message[j], '~');
		}
	}
}

static void a_wrong_value_changes_nothing(struct kunit *test)
{
	static struct spec before;

	spec_init(&spec);
	before = spec;
	KUNIT_EXPECT_EQ(test, spec_set(&spec, "mix", 3, "a:1,b:x", 7, &error), -EINVAL);
	KUNIT_EXPECT_EQ(test, spec_set(&spec, "keys", 4, "zipf:1/0", 8, &error), -EINVAL);
	KUNIT_EXPECT_MEMEQ(test, &spec, &before, sizeof(spec));
}

static void a_key_that_is_set_again_overrides(struct kunit *test)
{
	spec_init(&spec);
	KUNIT_EXPECT_EQ(test, spec_set(&spec, "lock", 4, "rcu", 3, &error), 0);
	KUNIT_EXPECT_EQ(test, spec_set(&spec, "lock", 4, "srcu", 4, &error), 0);
	KUNIT_EXPECT_STREQ(test, spec.lock, "srcu");
}

static void every_key_has_a_manual_and_takes_its_own_default(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < spec_nkeys; i++) {
		const struct spec_key *k = &spec_keys[i];

		KUNIT_EXPECT_TRUE(test, k->preset || k->absent);
		KUNIT_EXPECT_TRUE(test, k->about[0] && k->manual[0] && k->value[0]);
		KUNIT_EXPECT_PTR_EQ(test, spec_key(k->name, strlen(k->name)), k);
		if (k->preset) {
			spec_init(&spec);
			KUNIT_EXPECT_EQ(test, spec_set(&spec, k->name, strlen(k->name), k->preset,
						       strlen(k->preset), &error), 0);
			KUNIT_EXPECT_EQ(test, spec.given, 1ULL << i);
		}
	}
}

static void random_mix(struct rng *r, struct mix_spec *mix)
{
	u32 i;

	mix->n = rng_below(r, SPEC_VERBS + 1);
	for (i = 0; i < mix->n; i++) {
		snprintf(mix->of[i].name, sizeof(mix->of[i].name), "v%u", i);
		mix->of[i].share = 1 + rng_below(r, 1000000);
	}
}

static void random_hold(struct rng *r, struct delay_spec *hold)
{
	hold->kind = rng_below(r, 4);
	if (hold->kind == DELAY_UNIFORM)
		hold->least_ns = rng_below(r, 1000);
	if (hold->kind != DELAY_NONE)
		hold->most_ns = 1000 + rng_below(r, 400000);
}

static void random_arrival(struct rng *r, struct delay_spec *arrival)
{
	arrival->kind = rng_below(r, 2) ? DELAY_EXP : DELAY_NONE;
	if (arrival->kind != DELAY_NONE)
		arrival->most_ns = 1 + rng_below(r, 400000000);
}

/* The bit of a key that a group was given. */
static u64 bit_of(const char *key)
{
	return 1ULL << (spec_key(key, strlen(key)) - spec_keys);
}

/* Some groups, some of which have some of their own. */
static void random_groups(struct rng *r, struct spec *s)
{
	u32 i;

	s->groups.n = rng_below(r, SPEC_GROUPS + 1);
	for (i = 0; i < s->groups.n; i++) {
		struct group_spec *group = &s->groups.of[i];

		s->workers = i ? s->workers : 0;
		snprintf(group->name, sizeof(group->name), "g_%u", i);
		group->workers = 1 + rng_below(r, 100);
		s->workers += group->workers;
		random_mix(r, &group->mix);
		if (group->mix.n)
			group->given |= bit_of("mix");
		if (rng_below(r, 2)) {
			random_hold(r, &group->hold);
			group->given |= bit_of("hold");
		}
		if (rng_below(r, 2)) {
			group->wait = rng_below(r, WAIT_SPIN + 1);
			group->given |= bit_of("wait");
		}
		if (rng_below(r, 2)) {
			random_arrival(r, &group->arrival);
			group->given |= bit_of("arrival");
		}
	}
}

/* A random value of each kind that the grammar can write. */
static void random_spec(struct rng *r, struct spec *s)
{
	static const u64 units[] = { 1000000, 1000000000, 1500, 60 * 1000000000ULL };
	u32 i;

	spec_init(s);
	snprintf(s->lock, sizeof(s->lock), "l%llx", rng_next(r));
	snprintf(s->structure, sizeof(s->structure), "peer:s-%x", rng_below(r, 1000));
	s->workers = 1 + rng_below(r, 1024);
	random_groups(r, s);
	s->runtime_ns = 1000000 + rng_below(r, 50) * units[rng_below(r, 4)];
	s->warmup_ns = rng_below(r, 2) * (u64)rng_below(r, 1000000) * 1000;
	s->seed = rng_next(r) >> rng_below(r, 64);
	random_mix(r, &s->mix);
	s->keys.kind = rng_below(r, 3);
	s->keys.range = 1 + rng_below(r, 1 << 20);
	s->keys.theta_milli = s->keys.kind == KEYS_ZIPF ? 1 + rng_below(r, 4000) : 0;
	random_hold(r, &s->hold);
	s->stall_ns = rng_below(r, 10000001);
	random_arrival(r, &s->arrival);
	s->wait = rng_below(r, WAIT_SPIN + 1);
	s->think.kind = rng_below(r, 2);
	if (s->think.kind != DELAY_NONE)
		s->think.most_ns = 1 + rng_below(r, 1000000000);
	s->placement = rng_below(r, 3);
	s->sched = rng_below(r, 4);
	s->stutter_ns = rng_below(r, 2) * 1000000ULL * (1 + rng_below(r, 10000));
	s->shuffle_ns = rng_below(r, 2) * 1000000ULL * (1 + rng_below(r, 10000));
	s->hotplug_ns = rng_below(r, 2) * 1000000ULL * (1 + rng_below(r, 10000));
	s->preempt_ns = rng_below(r, 2) * 1000000ULL * (1 + rng_below(r, 10000));
	s->capacity = rng_next(r) >> 32;
	s->stripes = 1 + rng_below(r, 1024);
	s->avoid = rng_below(r, 3);
	s->prefill = rng_below(r, 101);
	random_mix(r, &s->tune);
	s->batch = 1 + rng_below(r, 1024);
	s->poller_ns = rng_below(r, 1000) * 1000000ULL;
	s->clients = rng_below(r, 2);
	s->verify = rng_below(r, 2);
	s->violations = rng_below(r, 2);
	s->measure = rng_below(r, 3);
	for (i = 0; i < SPEC_CONTEXTS; i++)
		s->context[i] = 1 + rng_below(r, 1000000);
	if (rng_below(r, 2)) {
		memset(s->context, 0, sizeof(s->context));
		s->context[rng_below(r, SPEC_CONTEXTS)] = 1;
	}
}

static void what_is_written_is_read_as_the_same(struct kunit *test)
{
	static struct spec original;
	struct rng r;
	int i, len;

	rng_seed(&r, 11, 0);
	for (i = 0; i < 5000; i++) {
		random_spec(&r, &original);
		len = spec_format(&original, written, sizeof(written));
		KUNIT_EXPECT_EQ(test, len, strlen(written));
		if (parse(written))
			KUNIT_FAIL(test, "%s: %zu: %s", written, error.offset, error.message);
		spec.given = 0;
		KUNIT_EXPECT_MEMEQ(test, &spec, &original, sizeof(spec));
	}
}

static void writing_into_too_little_room_is_ENOSPC(struct kunit *test)
{
	char *exact;
	size_t size, len;

	KUNIT_EXPECT_EQ(test, parse("mix=a:1,b:2 keys=zipf:1.5/7"), 0);
	len = spec_format(&spec, written, sizeof(written));
	for (size = 1; size <= len; size++) {
		exact = kmalloc(size, GFP_KERNEL);
		KUNIT_EXPECT_EQ(test, spec_format(&spec, exact, size), -ENOSPC);
		kfree(exact);
	}
	exact = kmalloc(len + 1, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, spec_format(&spec, exact, len + 1), len);
	kfree(exact);
}

/*
 * The host has read so many in seconds, under its sanitizers. On an emulated kernel with
 * KASAN they take minutes: the task that loads the module is then a hung task.
 */
#ifdef __KERNEL__
#define BROKEN_TEXTS	5000
#else
#define BROKEN_TEXTS	100000
#endif

/* No text, however broken, may crash the parser; what it takes, it can write. */
static void broken_texts_are_refused_or_understood(struct kunit *test)
{
	static const char seed[] =
		"lock=rcu structure=list group=a:2,b:1 mix=lookup:90,insert:5,erase:5\n"
		"keys=zipf:1.2/10k runtime=2s warmup=0ns # comment\n prefill=50 verify=end\n"
		"a.mix=lookup:1 b.arrival=poisson:20k/s b.hold=9us";
	static const char bytes[] = "=,:/.#%\n \t0129kmsKMi\x01\x80\xff-_z";
	char text[sizeof(seed) + 64];
	int round, edits, taken = 0;
	struct rng r;

	rng_seed(&r, 13, 0);
	for (round = 0; round < BROKEN_TEXTS; round++) {
		strcpy(text, seed);
		for (edits = 1 + rng_below(&r, 4); edits--; ) {
			size_t len = strlen(text), at = rng_below(&r, len);

			switch (rng_below(&r, 3)) {
			case 0:
				text[at] = bytes[rng_below(&r, sizeof(bytes) - 1)];
				break;
			case 1:
				memmove(text + at, text + at + 1, len - at);
				break;
			case 2:
				if (len < sizeof(text) - 2) {
					memmove(text + at + 1, text + at, len - at + 1);
					text[at] = bytes[rng_below(&r, sizeof(bytes) - 1)];
				}
				break;
			}
		}
		if (parse(text)) {
			KUNIT_EXPECT_TRUE(test, error.offset <= strlen(text));
			KUNIT_EXPECT_TRUE(test, error.message[0]);
			KUNIT_EXPECT_TRUE(test, strlen(error.message) < SPEC_MESSAGE);
			continue;
		}
		taken++;
		KUNIT_EXPECT_TRUE(test, spec_format(&spec, written, sizeof(written)) > 0);
		KUNIT_EXPECT_EQ(test, parse(written), 0);
	}
	/* Some edits, as in the comment, leave it whole: both ways were taken. */
	KUNIT_EXPECT_GE(test, taken, BROKEN_TEXTS / 100);
	KUNIT_EXPECT_LE(test, taken, BROKEN_TEXTS / 10 * 9);
}

static const char *word_at(unsigned int i, const void *data)
{
	static const char *const words[] = { "spinlock", "rwlock", "rcu", "srcu", NULL };

	return words[i];
}

static const char *near(const char *word)
{
	return spec_nearest(word, strlen(word), word_at, NULL);
}

static void only_a_near_word_is_suggested(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, near("spinlok"), "spinlock");
	KUNIT_EXPECT_STREQ(test, near("spin_lock"), "spinlock");
	KUNIT_EXPECT_STREQ(test, near("rwlokc"), "rwlock");
	KUNIT_EXPECT_STREQ(test, near("rcv"), "rcu");
	KUNIT_EXPECT_STREQ(test, near("ruc"), "rcu");
	KUNIT_EXPECT_NULL(test, near("mutex"));
	KUNIT_EXPECT_NULL(test, near("x"));
	KUNIT_EXPECT_NULL(test, near(""));
	KUNIT_EXPECT_NULL(test, near("a-word-that-is-longer-than-every-name-can-be"));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(nothing_is_the_defaults),
	KUNIT_CASE(words_are_separated_by_white_space_and_comments_end_with_the_line),
	KUNIT_CASE(a_text_has_no_zero),
	KUNIT_CASE(numbers_and_times_take_their_units),
	KUNIT_CASE(a_mix_and_keys_are_taken_apart),
	KUNIT_CASE(settings_are_taken_apart),
	KUNIT_CASE(delays_are_taken_apart),
	KUNIT_CASE(who_works_by_arrivals_does_not_think),
	KUNIT_CASE(a_rate_is_the_time_between_two),
	KUNIT_CASE(a_group_has_its_own_or_what_all_have),
	KUNIT_CASE(without_groups_all_workers_are_one),
	KUNIT_CASE(groups_that_are_named_anew_have_nothing_of_the_old_ones),
	KUNIT_CASE(a_lock_alone_is_measured_with_nothing_beside_it),
	KUNIT_CASE(a_rate_is_of_operations_without_a_time),
	KUNIT_CASE(contexts_are_taken_apart),
	KUNIT_CASE(each_context_has_its_share_of_the_workers),
	KUNIT_CASE(only_the_kernel_engine_works_in_interrupts),
	KUNIT_CASE(a_schedule_is_of_one_piece),
	KUNIT_CASE(what_is_wrong_is_told_with_its_place),
	KUNIT_CASE(a_wrong_value_changes_nothing),
	KUNIT_CASE(a_key_that_is_set_again_overrides),
	KUNIT_CASE(every_key_has_a_manual_and_takes_its_own_default),
	KUNIT_CASE(what_is_written_is_read_as_the_same),
	KUNIT_CASE(writing_into_too_little_room_is_ENOSPC),
	KUNIT_CASE(broken_texts_are_refused_or_understood),
	KUNIT_CASE(only_a_near_word_is_suggested),
	{}
};

static struct kunit_suite suite = {
	.name = "contend_spec",
	.test_cases = cases,
};

kunit_test_suite(suite);

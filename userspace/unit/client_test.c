// SPDX-License-Identifier: GPL-2.0
/* The ioctl and the ring engine with a module of its own, and a clock that can be fast. */
#include <errno.h>
#include <kunit/test.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "libcontend/contend.h"

static unsigned int fast = 1;

/* So often the monotonic clock, which tells no time of the day. */
static int fast_clock(clockid_t id, struct timespec *ts)
{
	unsigned long long ns;
	int ret = (clock_gettime)(id, ts);

	ns = (ts->tv_sec * 1000000000ULL + ts->tv_nsec) * fast;
	ts->tv_sec = ns / 1000000000;
	ts->tv_nsec = ns % 1000000000;
	return ret;
}

#define clock_gettime(id, ts)	fast_clock(id, ts)
#include "engine/client.c"
#include "engine/course.c"
#include "engine/kernel.c"
#include "engine/verbs.c"

volatile sig_atomic_t interrupted;

/*
 * A counter, and how many have attached to it, the second of which may stop; and it may lose
 * what is added to it; and it may have rings. For all.
 */
static struct module {
	__u64 value;
	unsigned int attached;
	bool stops;
	bool loses;
	bool rings;
} *module;

int contend_find(int device, __u32 catalogue, const char *name, struct contend_list *entry)
{
	*entry = (struct contend_list){
		.caps = CONTEND_CAP_EXCLUSIVE, .verbs = "read:r:50 inc:w:50:+1",
	};
	return 0;
}

int contend_create(int device, const char *lock, const char *structure,
		   struct contend_create *create)
{
	return dup(STDERR_FILENO);
}

int contend_op(int object, struct contend_op *op)
{
	op->error = 0;
	op->value = __atomic_add_fetch(&module->value, module->loses ? 0 : op->verb,
				       __ATOMIC_RELAXED);
	return 0;
}

int contend_handle_open(int device, __u64 id, enum contend_door door, __u32 entries,
			__u64 poller_ns, struct contend_handle **handle)
{
	if (__atomic_add_fetch(&module->attached, 1, __ATOMIC_RELAXED) == 2 && module->stops)
		raise(SIGSTOP);
	return 0;
}

void contend_handle_close(struct contend_handle *handle)
{
}

int contend_handle_op(struct contend_handle *handle, struct contend_op *op)
{
	return contend_op(0, op);
}

int contend_handle_batch(struct contend_handle *handle, struct contend_op *ops, __u32 count,
			 __u32 *done)
{
	while (count--)
		contend_op(0, ops++);
	return 0;
}

int contend_info(int device, struct contend_info *info)
{
	*info = (struct contend_info){ .features = module->rings ? CONTEND_FEATURE_RING : 0 };
	return 0;
}

int contend_stat(int object, __u32 flags, struct contend_stat *stat)
{
	*stat = (struct contend_stat){
		.balance = __atomic_load_n(&module->value, __ATOMIC_RELAXED),
	};
	return 0;
}

/* What the kernel engine needs besides: it does not run here. */
void contend_close(int fd)
{
	close(fd);
}

int contend_poll(int fd, int ms)
{
	return -EBADF;
}

int contend_run(int object, const char *spec, char *message, __u32 message_len)
{
	return -ENOTTY;
}

int contend_stop(int run)
{
	return -ENOTTY;
}

int contend_result(int run, struct contend_result *result)
{
	return -ENOTTY;
}

int contend_worker(int run, __u32 index, struct contend_worker *worker)
{
	return -ENOTTY;
}

int contend_check(int run, __u32 index, struct contend_check *check)
{
	return -ENOTTY;
}

int contend_progress(int run, struct contend_progress *progress)
{
	return -ENOTTY;
}

int contend_hist(int run, __u32 worker, __u32 kind, __u32 flags, __u32 verb, __u64 *counts,
		 __u32 buckets, struct contend_hist *hist)
{
	return -ENOTTY;
}

/* A case of two processes; @how the module behaves, value and attached aside. */
static int run_case(struct kunit *test, struct result *r, const char *text, struct module how)
{
	struct spec_error error;

	module = mmap(NULL, sizeof(*module), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	KUNIT_EXPECT_TRUE(test, module != MAP_FAILED);
	*module = how;
	memset(r, 0, sizeof(*r));
	/* Far more than it takes: one that hangs ends here. */
	alarm(120);
	spec_init(&r->spec);
	KUNIT_EXPECT_EQ(test, spec_parse(&r->spec, text, strlen(text), &error), 0);
	return strcmp(r->spec.engine, "ring") ? ioctl_engine.run(0, r) : ring_engine.run(0, r);
}

static const char two[] = "engine=ioctl workers=2 warmup=0ns runtime=20ms";

#define GROUPS	"engine=ioctl group=readers:1,writer:1 readers.mix=read:1 writer.mix=inc:1 "

static void each_group_does_its_own_operations(struct kunit *test)
{
	static struct result r;
	u32 i;

	fast = 1;
	KUNIT_EXPECT_EQ(test, run_case(test, &r, GROUPS "warmup=0ns runtime=20ms",
				       (struct module){ }), 0);
	KUNIT_EXPECT_EQ(test, r.nworkers, 2);
	KUNIT_EXPECT_TRUE(test, r.verdict != VERDICT_FAIL);
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, r.workers[i].group, i);
		KUNIT_EXPECT_GT(test, r.workers[i].ops, 0);
		KUNIT_EXPECT_EQ(test, r.workers[i].reads, i ? 0 : r.workers[i].ops);
	}
	KUNIT_EXPECT_EQ(test, r.nverbs, 2);
	KUNIT_EXPECT_STREQ(test, r.verbs[0].name, "read");
	KUNIT_EXPECT_EQ(test, r.verbs[0].time[TIMED_WAIT].total, r.workers[0].ops);
	KUNIT_EXPECT_EQ(test, r.verbs[0].time[TIMED_RESPONSE].total, r.workers[0].ops);
	KUNIT_EXPECT_STREQ(test, r.verbs[1].name, "inc");
	KUNIT_EXPECT_EQ(test, r.verbs[1].time[TIMED_WAIT].total, r.workers[1].ops);
}

static u64 total(const struct result *r, enum timed kind)
{
	u64 n = 0;
	u32 i;

	for (i = 0; i < r->nworkers; i++)
		n += r->workers[i].time[kind].total;
	return n;
}

static void a_batch_counts_each_operation_and_is_timed_as_one_call(struct kunit *test)
{
	static struct result r;
	u64 ops = 0;
	u32 i;

	fast = 1;
	KUNIT_EXPECT_EQ(test, run_case(test, &r, "engine=ioctl workers=2 warmup=0ns runtime=20ms batch=4",
				       (struct module){ }), 0);
	KUNIT_EXPECT_TRUE(test, r.verdict != VERDICT_FAIL);
	KUNIT_EXPECT_GT(test, total(&r, TIMED_RESPONSE), 0);
	KUNIT_EXPECT_EQ(test, total(&r, TIMED_WAIT), 4 * total(&r, TIMED_RESPONSE));
	KUNIT_EXPECT_EQ(test, total(&r, TIMED_HOLD), 4 * total(&r, TIMED_RESPONSE));
	KUNIT_EXPECT_EQ(test, total(&r, TIMED_SERVICE), 0);
	for (i = 0; i < r.nworkers; i++)
		ops += r.workers[i].ops;
	KUNIT_EXPECT_EQ(test, ops, total(&r, TIMED_WAIT));
	/* Which of the four it was the time does not say. */
	for (i = 0; i < r.nverbs; i++) {
		ops -= r.verbs[i].time[TIMED_WAIT].total;
		KUNIT_EXPECT_EQ(test, r.verbs[i].time[TIMED_RESPONSE].total, 0);
	}
	KUNIT_EXPECT_EQ(test, ops, 0);
}

static void what_the_module_loses_the_clients_books_tell(struct kunit *test)
{
	static struct result r;
	u32 i;

	fast = 1;
	KUNIT_EXPECT_EQ(test, run_case(test, &r, two, (struct module){ .loses = true }), 0);
	KUNIT_EXPECT_EQ(test, r.verdict, VERDICT_FAIL);
	for (i = 0; i < r.nchecks; i++)
		KUNIT_EXPECT_EQ(test, r.checks[i].verdict,
				strcmp(r.checks[i].name, "client-conservation") ? VERDICT_PASS :
				VERDICT_FAIL);
}

static void of_clients_that_all_begin_there_are_figures(struct kunit *test)
{
	static struct result r;

	fast = 1;
	KUNIT_EXPECT_EQ(test, run_case(test, &r, two, (struct module){ }), 0);
	KUNIT_EXPECT_TRUE(test, r.complete);
	KUNIT_EXPECT_EQ(test, r.nworkers, 2);
	KUNIT_EXPECT_TRUE(test, r.verdict != VERDICT_FAIL);
}

static void where_a_client_never_begins_there_are_none_as_in_the_kernel_engine(struct kunit *test)
{
	static struct result r, kernel;
	const int ended = -ETIMEDOUT;

	/* Patience is over in milliseconds. */
	fast = 1000;
	KUNIT_EXPECT_EQ(test, run_case(test, &r, two, (struct module){ .stops = true }),
			ended);
	KUNIT_EXPECT_EQ(test, engine_ended(&kernel, ended), ended);
	KUNIT_EXPECT_EQ(test, r.verdict, VERDICT_ERROR);
	KUNIT_EXPECT_EQ(test, r.verdict, kernel.verdict);
	KUNIT_EXPECT_STREQ(test, r.reason, kernel.reason);
	KUNIT_EXPECT_EQ(test, r.nworkers, 0);
	KUNIT_EXPECT_TRUE(test, !r.complete);
}

static void a_module_without_rings_is_no_fault_of_the_run(struct kunit *test)
{
	static const char text[] = "engine=ring workers=2 warmup=0ns runtime=20ms";
	static struct result r;

	fast = 1;
	KUNIT_EXPECT_EQ(test, run_case(test, &r, text, (struct module){ }), 0);
	KUNIT_EXPECT_EQ(test, r.verdict, VERDICT_SKIP);
	KUNIT_EXPECT_STREQ(test, r.reason, "this module has no rings");
	KUNIT_EXPECT_EQ(test, run_case(test, &r, text, (struct module){ .rings = true }), 0);
	KUNIT_EXPECT_TRUE(test, r.verdict != VERDICT_FAIL && r.verdict != VERDICT_SKIP);
	KUNIT_EXPECT_EQ(test, r.nworkers, 2);
}

/* The first look is where the measured time begins; one that is late puts the next ones off. */
static void a_course_is_what_came_between_two_looks(struct kunit *test)
{
	static struct result r = { .interval_ns = 10 * NS_PER_MS };
	static struct hist times[NR_MOMENT_TIMES];
	static struct module nothing;
	static struct course c;

	module = &nothing;
	hist_init(&times[MOMENT_WAIT]);
	hist_init(&times[MOMENT_RESPONSE]);
	course_init(&c, &r, 0);
	KUNIT_EXPECT_TRUE(test, course_due(&c, 5));
	KUNIT_EXPECT_EQ(test, course_wait(&c, 5, 100 * NS_PER_MS), BEGIN_NS);
	hist_add(&times[MOMENT_WAIT], 1000);
	course_look(&c, 1000 * NS_PER_MS, 50, times);
	KUNIT_EXPECT_EQ(test, r.nmoments, 0);
	KUNIT_EXPECT_TRUE(test, !course_due(&c, 1010 * NS_PER_MS - 1));
	KUNIT_EXPECT_EQ(test, course_wait(&c, 1004 * NS_PER_MS, 100 * NS_PER_MS), 6 * NS_PER_MS);
	KUNIT_EXPECT_EQ(test, course_wait(&c, 1004 * NS_PER_MS, NS_PER_MS), NS_PER_MS);
	KUNIT_EXPECT_TRUE(test, course_due(&c, 1010 * NS_PER_MS));

	hist_add(&times[MOMENT_WAIT], 7);
	course_look(&c, 1012 * NS_PER_MS, 80, times);
	KUNIT_ASSERT_EQ(test, r.nmoments, 1);
	KUNIT_EXPECT_EQ(test, r.moments[0].at_ns, 12 * NS_PER_MS);
	KUNIT_EXPECT_EQ(test, r.moments[0].ops, 30ULL);
	KUNIT_EXPECT_EQ(test, r.moments[0].counted[MOMENT_WAIT], 1ULL);
	KUNIT_EXPECT_EQ(test, r.moments[0].p99_ns[MOMENT_WAIT], 7ULL);
	KUNIT_EXPECT_EQ(test, r.moments[0].counted[MOMENT_RESPONSE], 0ULL);
	KUNIT_EXPECT_TRUE(test, course_due(&c, 1020 * NS_PER_MS));

	course_look(&c, 1055 * NS_PER_MS, 80, times);
	KUNIT_ASSERT_EQ(test, r.nmoments, 2);
	KUNIT_EXPECT_EQ(test, r.moments[1].ops, 0ULL);
	KUNIT_EXPECT_EQ(test, r.moments[1].counted[MOMENT_WAIT], 0ULL);
	KUNIT_EXPECT_TRUE(test, !course_due(&c, 1060 * NS_PER_MS - 1));
	KUNIT_EXPECT_TRUE(test, course_due(&c, 1060 * NS_PER_MS));
	free(r.moments);

	/* Of a run that has no timeline nobody looks. */
	r = (struct result){ };
	KUNIT_EXPECT_TRUE(test, !course_due(&c, ~0ULL));
	KUNIT_EXPECT_EQ(test, course_wait(&c, 5, 100), 100ULL);
}

static void a_module_that_tells_no_progress_has_no_timeline(struct kunit *test)
{
	static struct result r = { .interval_ns = 10 * NS_PER_MS };
	static struct module old;

	module = &old;
	KUNIT_EXPECT_EQ(test, kernel_engine.run(0, &r), 0);
	KUNIT_EXPECT_EQ(test, r.verdict, VERDICT_SKIP);
	KUNIT_EXPECT_TRUE(test, !strncmp(r.reason, "interval=: this module", 22));
}

static struct kunit_case client_cases[] = {
	KUNIT_CASE(a_module_that_tells_no_progress_has_no_timeline),
	KUNIT_CASE(a_course_is_what_came_between_two_looks),
	KUNIT_CASE(each_group_does_its_own_operations),
	KUNIT_CASE(a_batch_counts_each_operation_and_is_timed_as_one_call),
	KUNIT_CASE(what_the_module_loses_the_clients_books_tell),
	KUNIT_CASE(of_clients_that_all_begin_there_are_figures),
	KUNIT_CASE(where_a_client_never_begins_there_are_none_as_in_the_kernel_engine),
	KUNIT_CASE(a_module_without_rings_is_no_fault_of_the_run),
	{}
};

static struct kunit_suite client_suite = {
	.name = "contend_client_engine",
	.test_cases = client_cases,
};

kunit_test_suite(client_suite);

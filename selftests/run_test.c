// SPDX-License-Identifier: GPL-2.0
/* A run: its spec, its life, its results and which of them each client has been told. */
#include "contend_run.h"

CONTEND_FIXTURE(run)

TEST_F(run, more_workers_than_cpus)
{
	int object = create(self->device, "mutex", "counter");
	int r = run_all(object, 8, "");

	ASSERT_GE(r, 0);
	expect_sound(_metadata, r, 8);
	close(r);
	close(object);
}

/* A worker that is alone is not overtaken; and nobody keeps books that were not asked for. */
TEST_F(run, who_got_the_lock_from_whom)
{
	int object = create(self->device, "spinlock", "counter");
	struct contend_worker worker;
	struct contend_hist hist;
	int r, i;

	r = run_all(object, 1, "mix=inc:1");
	ASSERT_GE(r, 0);
	worker = worker_of(r, 0);
	EXPECT_EQ(worker.overtakes, 0);
	EXPECT_EQ(worker.handovers, 0);
	EXPECT_GT(worker.starved_ns, 0);
	EXPECT_EQ(hist_of(r, CONTEND_ALL_WORKERS, CONTEND_HIST_HANDOVER, &hist), 0);
	EXPECT_EQ(hist.total, 0);
	close(r);
	r = run_all(object, 2, "mix=inc:1 verify=end");
	ASSERT_GE(r, 0);
	for (i = 0; i < 2; i++) {
		worker = worker_of(r, i);
		EXPECT_EQ(worker.overtakes, 0);
		EXPECT_EQ(worker.bypass, 0);
		EXPECT_EQ(worker.handovers, 0);
		EXPECT_EQ(worker.local, 0);
	}
	EXPECT_EQ(hist_of(r, CONTEND_ALL_WORKERS, CONTEND_HIST_HANDOVER, &hist), 0);
	EXPECT_EQ(hist.total, 0);
	close(r);
	close(object);
}

/* Its locks are as the filling and the run before have left them. */
TEST_F(run, who_wrote_before_it_hands_no_lock_over)
{
	const char *load = "workers=1 runtime=50ms warmup=0ns think=10us mix=insert:1,erase:1";
	int object = create_stripes(self->device, "spinlock", "hash", 256);
	int i, r;

	for (i = 0; i < 2; i++) {
		r = run(object, load);
		ASSERT_GE(r, 0);
		ASSERT_TRUE(run_wait(r, 30000));
		EXPECT_GT(worker_of(r, 0).ops, 0);
		EXPECT_EQ(worker_of(r, 0).handovers, 0);
		close(r);
	}
	close(object);
}

static int first_read_nothing(int r, __u32 workers)
{
	return !worker_of(r, 0).reads;
}

/* A writer that writes again at once would send it back for ever. */
TEST_F(run, a_reader_that_stays_and_is_sent_back_ends_all_the_same)
{
	int object = create(self->device, "seqlock", "counter");
	int r = run_long(object, 2, "stall=10ms mix=read:1,inc:9", first_read_nothing);
	struct contend_result result;

	ASSERT_GE(r, 0);
	ASSERT_EQ(result_of(r, &result), 0);
	EXPECT_EQ(result.verdict, CONTEND_PASS);
	EXPECT_GT(worker_of(r, 0).reads, 0);
	close(r);
	close(object);
}

TEST_F(run, an_open_loop_tells_service_from_response)
{
	int object = create(self->device, "spinlock", "counter");
	struct contend_hist hist;
	__u64 late;
	int r;

	r = run_all(object, 1, "arrival=periodic:50us hold=20us");
	ASSERT_GE(r, 0);
	EXPECT_EQ(hist_of(r, 0, CONTEND_HIST_RESPONSE, &hist), 0);
	EXPECT_EQ(hist.total, worker_of(r, 0).ops);
	late = hist.sum_ns;
	EXPECT_EQ(hist_of(r, 0, CONTEND_HIST_SERVICE, &hist), 0);
	EXPECT_EQ(hist.total, worker_of(r, 0).ops);
	/* The last one's section may have ended with the run. */
	EXPECT_GE(hist.sum_ns, (hist.total - 1) * 20000);
	EXPECT_LE(hist.sum_ns, late);
	close(r);
	r = run_all(object, 1, "");
	ASSERT_GE(r, 0);
	EXPECT_EQ(hist_of(r, 0, CONTEND_HIST_SERVICE, &hist), 0);
	EXPECT_EQ(hist.total, 0);
	close(r);
	close(object);
}

/* Whenever in it they were done. */
TEST_F(run, the_measured_time_is_that_from_beginning_to_stop)
{
	int object = create(self->device, "spinlock", "counter");
	struct contend_result result;
	int r = run(object, "workers=1 arrival=periodic:500ms runtime=600ms warmup=0ns");

	ASSERT_GE(r, 0);
	ASSERT_EQ(run_wait(r, 30000), 1);
	ASSERT_EQ(result_of(r, &result), 0);
	EXPECT_GT(result.ops, 0);
	EXPECT_GE(result.span_ns, 600000000);
	EXPECT_LE(result.concurrent_ns, result.span_ns);
	EXPECT_EQ(worker_of(r, 0).offered, result.ops);
	EXPECT_EQ(worker_of(r, 0).unserved, 0);
	close(r);
	close(object);
}

TEST_F(run, arrivals_beyond_what_can_be_served_are_told)
{
	int object = create(self->device, "spinlock", "counter");
	int r = run_all(object, 1, "arrival=periodic:20us hold=100us");
	struct contend_result result;
	struct contend_worker worker;

	ASSERT_GE(r, 0);
	ASSERT_EQ(result_of(r, &result), 0);
	worker = worker_of(r, 0);
	/* One every 20 us, whatever became of them: so many, or one more. */
	EXPECT_GE(worker.offered, result.span_ns / 20000);
	EXPECT_LE(worker.offered, result.span_ns / 20000 + 1);
	EXPECT_GT(worker.offered, worker.ops);
	EXPECT_GE(worker.unserved, worker.offered - worker.ops);
	EXPECT_EQ(worker.late_ns / 20000 + 1, worker.unserved);
	EXPECT_GT(worker.late_ns, result.span_ns / 2);
	close(r);
	r = run_all(object, 1, "");
	ASSERT_GE(r, 0);
	EXPECT_EQ(worker_of(r, 0).offered, 0);
	EXPECT_EQ(worker_of(r, 0).unserved, 0);
	EXPECT_EQ(worker_of(r, 0).late_ns, 0);
	close(r);
	close(object);
}

/* Of two in sections of 10 ms one at least ends none in 1 ms, whether it is measured or not. */
TEST_F(run, who_waits_at_the_end_has_starved_too)
{
	int object = create(self->device, "mutex", "counter");
	struct contend_result result;
	__u64 starved;
	int r, i;

	for (i = 0; i < 20; i++) {
		r = run(object, "workers=2 hold=10ms runtime=1ms warmup=0ns");
		ASSERT_GE(r, 0);
		ASSERT_EQ(run_wait(r, 30000), 1);
		ASSERT_EQ(result_of(r, &result), 0);
		starved = worker_of(r, 0).starved_ns;
		if (starved < worker_of(r, 1).starved_ns)
			starved = worker_of(r, 1).starved_ns;
		/* A machine under load may have measured for longer. */
		if (result.span_ns < 10000000)
			EXPECT_GE(starved, result.span_ns);
		close(r);
	}
	close(object);
}

/* Of two on a CPU one may not get it: it wants to work for all of the time, and ends nothing. */
TEST_F(run, who_gets_no_cpu_until_the_end_has_starved_too)
{
	int object = create(self->device, "spinlock", "counter");
	struct contend_result result;
	int r, i, j, seen = 0;

	for (i = 0; i < 1000 && seen < 5; i++) {
		r = run(object, "workers=2 placement=pack think=50us runtime=1ms warmup=0ns");
		ASSERT_GE(r, 0);
		ASSERT_EQ(run_wait(r, 30000), 1);
		ASSERT_EQ(result_of(r, &result), 0);
		for (j = 0; j < 2; j++) {
			struct contend_worker worker = worker_of(r, j);

			if (worker.ops)
				continue;
			/* But for an operation across the beginning, and its thinking. */
			EXPECT_GE(worker.starved_ns, result.span_ns / 2);
			seen++;
		}
		close(r);
	}
	if (!seen)
		SKIP(return, "each worker got the CPU in each of %d runs", i);
	close(object);
}

/* A worker that waits ends nothing. Its section adds to that, if the run's end lets it. */
TEST_F(run, a_worker_starves_no_less_than_it_waits)
{
	int object = create(self->device, "mutex", "counter");
	int r = run_all(object, 2, "hold=20us"), i;
	struct contend_hist hist;

	ASSERT_GE(r, 0);
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(hist_of(r, i, CONTEND_HIST_WAIT, &hist), 0);
		EXPECT_GE(worker_of(r, i).starved_ns, hist.max_ns);
	}
	close(r);
	close(object);
}

/* lookup, insert and erase are 0, 1 and 2. */
static __u64 done(int r, __u32 worker, __u32 verb)
{
	struct contend_hist hist;

	return verb_hist_of(r, worker, CONTEND_HIST_WAIT, verb, &hist) ? ~0ULL : hist.total;
}

#define GROUPS	"group=readers:2,writer:1 readers.mix=lookup:1 writer.mix=erase:1,insert:1"

TEST_F(run, each_group_does_its_own_operations)
{
	int object = create(self->device, "rcu", "hash");
	int r = run_all(object, 3, GROUPS);
	struct contend_result result;
	struct contend_worker worker;
	struct contend_hist hist;
	__u32 i;

	ASSERT_GE(r, 0);
	ASSERT_EQ(result_of(r, &result), 0);
	EXPECT_EQ(result.workers, 3);
	for (i = 0; i < 3; i++) {
		worker = worker_of(r, i);
		EXPECT_GT(worker.ops, 0);
		EXPECT_EQ(worker.group, i == 2);
		EXPECT_EQ(worker.reads, i == 2 ? 0 : worker.ops);
		EXPECT_EQ(done(r, i, 0), worker.reads);
		EXPECT_EQ(done(r, i, 0) + done(r, i, 1) + done(r, i, 2), worker.ops);
	}
	EXPECT_EQ(done(r, CONTEND_ALL_WORKERS, 0) + done(r, CONTEND_ALL_WORKERS, 1) +
		  done(r, CONTEND_ALL_WORKERS, 2), result.ops);
	/* In a closed loop nothing is due. */
	EXPECT_EQ(verb_hist_of(r, CONTEND_ALL_WORKERS, CONTEND_HIST_RESPONSE, 0, &hist), 0);
	EXPECT_EQ(hist.total, 0);
	close(r);
	close(object);
}

TEST_F(run, a_group_may_be_open_and_another_one_closed)
{
	int object = create(self->device, "mutex", "counter");
	int r = run_all(object, 2, "group=paced:1,busy:1 paced.arrival=periodic:500us");
	struct contend_hist all, reads, incs;

	ASSERT_GE(r, 0);
	ASSERT_EQ(hist_of(r, 0, CONTEND_HIST_RESPONSE, &all), 0);
	EXPECT_EQ(all.total, worker_of(r, 0).ops);
	ASSERT_EQ(verb_hist_of(r, 0, CONTEND_HIST_RESPONSE, 0, &reads), 0);
	ASSERT_EQ(verb_hist_of(r, 0, CONTEND_HIST_RESPONSE, 1, &incs), 0);
	EXPECT_EQ(reads.total, done(r, 0, 0));
	EXPECT_EQ(incs.total, done(r, 0, 1));
	EXPECT_EQ(reads.sum_ns + incs.sum_ns, all.sum_ns);
	EXPECT_GE(worker_of(r, 0).offered, 1);
	ASSERT_EQ(hist_of(r, 1, CONTEND_HIST_RESPONSE, &all), 0);
	EXPECT_EQ(all.total, 0);
	EXPECT_EQ(worker_of(r, 1).offered, 0);
	close(r);
	close(object);
}

TEST_F(run, a_client_of_the_first_day_is_told_what_it_knows)
{
	int object = create(self->device, "spinlock", "counter");
	int r = run_all(object, 1, "");
	struct contend_worker worker = { .size = 72, .starved_ns = 7, .local = 7 };
	struct contend_hist hist;

	ASSERT_GE(r, 0);
	EXPECT_EQ(call(r, CONTEND_WORKER, &worker), 0);
	EXPECT_GT(worker.ops, 0);
	EXPECT_EQ(worker.starved_ns, 7);
	EXPECT_EQ(worker.local, 7);
	/* And one of the next, which knows the context. */
	worker = (struct contend_worker){ .size = 120, .late_ns = 7 };
	EXPECT_EQ(call(r, CONTEND_WORKER, &worker), 0);
	EXPECT_GT(worker.starved_ns, 0);
	EXPECT_EQ(worker.late_ns, 7);
	/* And one of before the groups; a histogram is of all operations to it. */
	worker = (struct contend_worker){ .size = 160, .group = 7 };
	EXPECT_EQ(call(r, CONTEND_WORKER, &worker), 0);
	EXPECT_EQ(worker.group, 7);
	hist = (struct contend_hist){
		.size = 56, .buckets = BUCKETS, .counts = PTR(counts), .flags = ~0U, .verb = 7,
	};
	EXPECT_EQ(call(r, CONTEND_HIST, &hist), 0);
	EXPECT_EQ(hist.total, worker.ops);
	EXPECT_EQ(hist.verb, 7);
	close(r);
	close(object);
}

/* Fewer buckets, or more than there are. */
TEST_F(run, a_histogram_comes_in_the_buckets_that_a_client_knows)
{
	static const __u32 rooms[] = { BUCKETS_FIRST, BUCKETS_FIRST + 1, BUCKETS, BUCKETS + 64 };
	static __u64 room[BUCKETS + 64];
	int object = create(self->device, "spinlock", "counter");
	int r = run_all(object, 1, "");
	struct contend_hist hist;
	__u32 i, j, filled;
	__u64 total;

	ASSERT_GE(r, 0);
	for (i = 0; i < 4; i++) {
		memset(room, 0xff, sizeof(room));
		hist = (struct contend_hist){
			.size = sizeof(hist), .buckets = rooms[i], .counts = PTR(room),
		};
		ASSERT_EQ(call(r, CONTEND_HIST, &hist), 0);
		filled = rooms[i] < BUCKETS ? rooms[i] : BUCKETS;
		EXPECT_EQ(hist.buckets, filled);
		for (j = 0, total = 0; j < filled; j++)
			total += room[j];
		EXPECT_EQ(total, worker_of(r, 0).ops);
		for (; j < BUCKETS + 64; j++)
			EXPECT_EQ(room[j], ~0ULL);
	}
	close(r);
	close(object);
}

TEST_F(run, results_are_EAGAIN_until_it_has_ended)
{
	int object = create(self->device, "rcu", "list");
	int r = run(object, "runtime=10s");
	struct contend_result result;
	struct contend_worker worker = { .size = sizeof(worker) };
	struct contend_check check;
	struct contend_hist hist;

	ASSERT_GE(r, 0);
	EXPECT_EQ(run_wait(r, 0), 0);
	EXPECT_EQ(result_of(r, &result), -EAGAIN);
	EXPECT_EQ(call(r, CONTEND_WORKER, &worker), -EAGAIN);
	EXPECT_EQ(check_of(r, 0, &check), -EAGAIN);
	EXPECT_EQ(hist_of(r, 0, 0, &hist), -EAGAIN);
	close(r);
	close(object);
}

TEST_F(run, its_progress_is_told_while_it_is_at_work)
{
	struct contend_progress before, progress = { .size = sizeof(progress) };
	struct contend_stop stop = { .size = sizeof(stop) };
	int object = create(self->device, "rcu", "list");
	int r = run(object, "runtime=60s warmup=1ms workers=2");
	const __u64 until_ns = now_ns() + 30 * NS_PER_S;
	struct contend_hist hist, all;

	ASSERT_GE(r, 0);
	do {
		sleep_ms(10);
		ASSERT_EQ(call(r, CONTEND_PROGRESS, &progress), 0);
		ASSERT_LT(now_ns(), until_ns);
	} while (!progress.measures || hist_so_far(r, CONTEND_HIST_WAIT, &hist) || !hist.total);
	EXPECT_EQ(run_wait(r, 0), 0);
	EXPECT_EQ(sum(), hist.total);
	EXPECT_LE(hist.min_ns, hist.max_ns);
	before = progress;
	do {
		sleep_ms(10);
		ASSERT_EQ(call(r, CONTEND_PROGRESS, &progress), 0);
		ASSERT_LT(now_ns(), until_ns);
	} while (progress.ops == before.ops);
	EXPECT_GT(progress.ops, before.ops);
	/* What is the object's is told at the end. */
	EXPECT_EQ(hist_so_far(r, CONTEND_HIST_RECLAIM, &all), -EOPNOTSUPP);
	EXPECT_EQ(call(r, CONTEND_STOP, &stop), 0);
	ASSERT_EQ(run_wait(r, 20000), 1);
	ASSERT_EQ(call(r, CONTEND_PROGRESS, &progress), 0);
	EXPECT_EQ(progress.measures, 1);
	EXPECT_EQ(hist_of(r, CONTEND_ALL_WORKERS, CONTEND_HIST_WAIT, &all), 0);
	EXPECT_GE(all.total, hist.total);
	EXPECT_GE(progress.ops, all.total);
	EXPECT_EQ(hist_so_far(r, CONTEND_HIST_WAIT, &hist), 0);
	EXPECT_EQ(hist.total, all.total);
	close(r);
	close(object);
}

TEST_F(run, stop_ends_it_and_keeps_its_results)
{
	struct contend_stop stop = { .size = sizeof(stop) };
	int object = create(self->device, "spinlock", "counter");
	struct contend_result result;
	__u64 from = now_ns();
	int r = run(object, "runtime=60s warmup=1ms");

	ASSERT_GE(r, 0);
	sleep_ms(200);
	EXPECT_EQ(call(r, CONTEND_STOP, &stop), 0);
	ASSERT_EQ(run_wait(r, 20000), 1);
	EXPECT_LT(now_ns() - from, 60 * NS_PER_S);
	ASSERT_EQ(result_of(r, &result), 0);
	EXPECT_EQ(result.complete, 0);
	EXPECT_EQ(result.verdict, CONTEND_PASS);
	/* Again, and on one that has ended: nothing. */
	EXPECT_EQ(call(r, CONTEND_STOP, &stop), 0);
	EXPECT_EQ(result_of(r, &result), 0);
	close(r);
	close(object);
}

TEST_F(run, the_resolved_spec_is_told)
{
	int object = create(self->device, "rwlock", "list");
	int r = run(object, "workers=1 runtime=1ms warmup=0ns keys=seq/100 mix=lookup:3,erase:1");
	struct contend_result result = { .size = sizeof(result) };
	char spec[1024] = "", again[1024] = "";
	int second;

	ASSERT_GE(r, 0);
	ASSERT_EQ(run_wait(r, 10000), 1);
	result.spec = PTR(spec);
	result.spec_len = sizeof(spec);
	ASSERT_EQ(call(r, CONTEND_RESULT, &result), 0);
	EXPECT_NE(strstr(spec, "lock=rwlock structure=list"), NULL);
	EXPECT_NE(strstr(spec, "mix=lookup:3,erase:1"), NULL);
	EXPECT_NE(strstr(spec, "keys=seq/100"), NULL);
	/* It can be run as it is, and resolves to itself. */
	second = run(object, spec);
	ASSERT_GE(second, 0);
	ASSERT_EQ(run_wait(second, 10000), 1);
	result.spec = PTR(again);
	ASSERT_EQ(call(second, CONTEND_RESULT, &result), 0);
	EXPECT_EQ(strcmp(spec, again), 0);
	result.spec_len = 10;
	EXPECT_EQ(call(second, CONTEND_RESULT, &result), -ENOSPC);
	close(second);
	close(r);
	close(object);
}

TEST_F(run, a_lowered_verification_is_told)
{
	int object = create(self->device, "spinlock", "counter");
	int r = run(object, "runtime=5ms warmup=0ns verify=end");
	struct contend_check check;

	ASSERT_GE(r, 0);
	ASSERT_EQ(run_wait(r, 10000), 1);
	ASSERT_EQ(check_of(r, 0, &check), 0);
	EXPECT_EQ(strcmp(check.name, "exclusion"), 0);
	EXPECT_EQ(check.verdict, CONTEND_SKIP);
	EXPECT_EQ(strcmp(check.detail, "verify=end"), 0);
	close(r);
	/* The witness's books are right for a run that is witnessed after it. */
	r = run_all(object, 2, "");
	ASSERT_GE(r, 0);
	expect_sound(_metadata, r, 2);
	close(r);
	close(object);
}

TEST_F(run, two_runs_on_one_object_and_what_cannot_be_checked_then)
{
	int object = create(self->device, "rcu", "list");
	struct contend_check check;
	int longer, shorter;

	longer = run(object, "runtime=60s");
	shorter = run(object, "runtime=20ms warmup=0ns");
	ASSERT_GE(longer, 0);
	ASSERT_GE(shorter, 0);
	ASSERT_EQ(run_wait(shorter, 30000), 1);
	/* Conservation cannot be told while the other one works, and says so. */
	ASSERT_EQ(check_of(shorter, 2, &check), 0);
	EXPECT_EQ(strcmp(check.name, "conservation"), 0);
	EXPECT_EQ(check.verdict, CONTEND_SKIP);
	EXPECT_NE(strstr(check.detail, "another run"), NULL);
	ASSERT_EQ(check_of(shorter, 0, &check), 0);
	EXPECT_EQ(check.verdict, CONTEND_PASS);
	close(shorter);
	close(longer);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	close(object);
}

TEST_F(run, outlives_the_descriptor_of_its_object)
{
	int object = create(self->device, "srcu", "list");
	int r = run(object, "runtime=30ms");

	struct contend_result result;

	ASSERT_GE(r, 0);
	close(object);
	ASSERT_EQ(run_wait(r, 20000), 1);
	EXPECT_EQ(result_of(r, &result), 0);
	EXPECT_EQ(result.verdict, CONTEND_PASS);
	close(r);
}

TEST_F(run, limits_are_ENOSPC)
{
	int object = create(self->device, "mutex", "counter"), r;
	char runs[32], objects[32];

	ASSERT_EQ(set_parameter("max_runs", "1", runs, sizeof(runs)), 0);
	r = run(object, "runtime=60s");
	EXPECT_GE(r, 0);
	EXPECT_EQ(run(object, "runtime=1ms"), -ENOSPC);
	close(r);
	ASSERT_EQ(set_parameter("max_runs", runs, NULL, 0), 0);

	ASSERT_EQ(set_parameter("max_objects", "1", objects, sizeof(objects)), 0);
	EXPECT_EQ(create(self->device, "mutex", "counter"), -ENOSPC);
	/* A run whose own cost cannot be measured is a run all the same. */
	r = run(object, "runtime=1ms warmup=0ns");
	EXPECT_GE(r, 0);
	EXPECT_EQ(run_wait(r, 10000), 1);
	close(r);
	ASSERT_EQ(set_parameter("max_objects", objects, NULL, 0), 0);
	close(object);
}

TEST_F(run, a_client_of_the_first_day_gets_its_result)
{
	struct contend_result result = { .size = 80, .backlog_max = ~0ULL };
	int object = create(self->device, "rcu", "list");
	int r = run_all(object, 2, "mix=insert:1,erase:1 keys=uniform/64");

	ASSERT_GE(r, 0);
	EXPECT_EQ(call(r, CONTEND_RESULT, &result), 0);
	EXPECT_GT(result.ops, 0);
	EXPECT_EQ(result.backlog_max, ~0ULL);
	close(r);
	close(object);
}

TEST_HARNESS_MAIN

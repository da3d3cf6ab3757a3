/* SPDX-License-Identifier: GPL-2.0 */
/* What tests of runs share: a run's results, and a run that is long enough. */
#ifndef CONTEND_RUN_H
#define CONTEND_RUN_H

#include "contend_test.h"

#define BUCKETS	(40 * 64)
/* What the first clients knew. */
#define BUCKETS_FIRST	(29 * 64)

static inline int result_of(int r, struct contend_result *result)
{
	*result = (struct contend_result){ .size = sizeof(*result) };
	return call(r, CONTEND_RESULT, result);
}

static inline int check_of(int r, __u32 index, struct contend_check *check)
{
	*check = (struct contend_check){ .size = sizeof(*check), .index = index };
	return call(r, CONTEND_CHECK, check);
}

static __u64 counts[BUCKETS];

static inline int hist_of(int r, __u32 worker, __u32 kind, struct contend_hist *hist)
{
	*hist = (struct contend_hist){
		.size = sizeof(*hist), .worker = worker, .kind = kind, .buckets = BUCKETS,
		.counts = PTR(counts),
	};
	return call(r, CONTEND_HIST, hist);
}

static inline int hist_so_far(int r, __u32 kind, struct contend_hist *hist)
{
	*hist = (struct contend_hist){
		.size = sizeof(*hist), .worker = CONTEND_ALL_WORKERS, .kind = kind,
		.buckets = BUCKETS, .counts = PTR(counts), .flags = CONTEND_HIST_SO_FAR,
	};
	return call(r, CONTEND_HIST, hist);
}

static inline int verb_hist_of(int r, __u32 worker, __u32 kind, __u32 verb,
			       struct contend_hist *hist)
{
	*hist = (struct contend_hist){
		.size = sizeof(*hist), .worker = worker, .kind = kind, .buckets = BUCKETS,
		.counts = PTR(counts), .flags = CONTEND_HIST_OF_VERB, .verb = verb,
	};
	return call(r, CONTEND_HIST, hist);
}

static inline __u64 sum(void)
{
	__u64 total = 0;
	int i;

	for (i = 0; i < BUCKETS; i++)
		total += counts[i];
	return total;
}

/* A machine under load may not let a worker work in a window as short as this. */
static inline int starved(int r, __u32 workers)
{
	struct contend_worker worker;
	__u32 i;

	for (i = 0; i < workers; i++) {
		worker = (struct contend_worker){ .size = sizeof(worker), .index = i };
		if (!call(r, CONTEND_WORKER, &worker) && !worker.ops)
			return 1;
	}
	return 0;
}

/*
 * A run long enough for what it lacks: 20 ms, or what this machine takes. Where there are
 * groups they say how many workers.
 */
static inline int run_long(int object, __u32 workers, const char *more,
			   int (*lacks)(int r, __u32 workers))
{
	char spec[512], of[32] = "";
	int ms, r;

	if (!strstr(more, "group="))
		snprintf(of, sizeof(of), "workers=%u", workers);

	for (ms = 20;; ms *= 10) {
		snprintf(spec, sizeof(spec), "%s runtime=%dms warmup=2ms %s", of, ms, more);
		r = run(object, spec);
		if (r < 0 || !run_wait(r, 30000) || ms >= 2000 || !lacks(r, workers))
			return r;
		close(r);
	}
}

/* Each worker works. */
static inline int run_all(int object, __u32 workers, const char *more)
{
	return run_long(object, workers, more, starved);
}

/* A worker that waits for each grace period may not get to erase in a short window. */
static inline int unlinked_nothing(int r, __u32 workers)
{
	struct contend_result result;

	return !result_of(r, &result) && !result.backlog_max;
}

/* Results agree with each other, and every check has passed. */
static inline void expect_sound(struct __test_metadata *_metadata, int r, __u32 workers)
{
	struct contend_result result;
	struct contend_worker worker;
	struct contend_check check;
	struct contend_hist hist;
	__u64 ops = 0;
	__u32 i;

	ASSERT_EQ(result_of(r, &result), 0);
	EXPECT_EQ(result.verdict, CONTEND_PASS);
	EXPECT_EQ(result.complete, 1);
	EXPECT_EQ(result.workers, workers);
	EXPECT_GT(result.ops, 0);
	EXPECT_GT(result.span_ns, 0);
	EXPECT_LE(result.concurrent_ns, result.span_ns);
	EXPECT_GT(result.harness_ps, 0);
	EXPECT_EQ(result.violations, 0);
	EXPECT_EQ(result.checks, 5);
	for (i = 0; i < workers; i++) {
		worker = (struct contend_worker){ .size = sizeof(worker), .index = i };
		ASSERT_EQ(call(r, CONTEND_WORKER, &worker), 0);
		EXPECT_EQ(worker.cpu, i % (__u32)sysconf(_SC_NPROCESSORS_ONLN));
		EXPECT_GT(worker.ops, 0);
		EXPECT_LE(worker.reads, worker.ops);
		EXPECT_LE(worker.misses, worker.ops);
		EXPECT_LE(worker.first_ns, worker.last_ns);
		EXPECT_GT(worker.starved_ns, 0);
		EXPECT_LE(worker.bypass, worker.overtakes);
		EXPECT_LE(worker.handovers, worker.ops - worker.reads);
		EXPECT_LE(worker.local, worker.handovers);
		if (workers == 1) {
			EXPECT_EQ(worker.overtakes, 0);
			EXPECT_EQ(worker.handovers, 0);
		}
		EXPECT_EQ(hist_of(r, i, CONTEND_HIST_HANDOVER, &hist), 0);
		EXPECT_LE(hist.total, worker.handovers);
		EXPECT_EQ(hist_of(r, i, CONTEND_HIST_WAIT, &hist), 0);
		EXPECT_EQ(hist.total, worker.ops);
		EXPECT_EQ(sum(), worker.ops);
		ops += worker.ops;
	}
	EXPECT_EQ(ops, result.ops);
	EXPECT_EQ(hist_of(r, CONTEND_ALL_WORKERS, CONTEND_HIST_HOLD, &hist), 0);
	EXPECT_EQ(hist.total, ops);
	EXPECT_EQ(sum(), ops);
	EXPECT_LE(hist.min_ns, hist.max_ns);
	EXPECT_GE(hist.sum_ns, hist.max_ns);
	for (i = 0; i < result.checks; i++) {
		ASSERT_EQ(check_of(r, i, &check), 0);
		EXPECT_EQ(check.verdict, CONTEND_PASS) {
			TH_LOG("%s: %s", check.name, check.detail);
		}
		EXPECT_EQ(check.violations, 0);
	}
	EXPECT_EQ(check_of(r, i, &check), -ENOENT);
}

static inline struct contend_worker worker_of(int r, __u32 index)
{
	struct contend_worker worker = { .size = sizeof(worker), .index = index };

	call(r, CONTEND_WORKER, &worker);
	return worker;
}

#endif /* CONTEND_RUN_H */

// SPDX-License-Identifier: GPL-2.0
/* Runs: from a spec to results, for each lock with each structure. */
#include "contend_test.h"

#define BUCKETS	(29 * 64)

CONTEND_FIXTURE(run)

static int result_of(int r, struct contend_result *result)
{
	*result = (struct contend_result){ .size = sizeof(*result) };
	return call(r, CONTEND_RESULT, result);
}

static int check_of(int r, __u32 index, struct contend_check *check)
{
	*check = (struct contend_check){ .size = sizeof(*check), .index = index };
	return call(r, CONTEND_CHECK, check);
}

static __u64 counts[BUCKETS];

static int hist_of(int r, __u32 worker, __u32 kind, struct contend_hist *hist)
{
	*hist = (struct contend_hist){
		.size = sizeof(*hist), .worker = worker, .kind = kind, .buckets = BUCKETS,
		.counts = PTR(counts),
	};
	return call(r, CONTEND_HIST, hist);
}

static __u64 sum(void)
{
	__u64 total = 0;
	int i;

	for (i = 0; i < BUCKETS; i++)
		total += counts[i];
	return total;
}

/* A machine under load may not let a worker work in a window as short as this. */
static int starved(int r, __u32 workers)
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

/* A run long enough for what it lacks: 20 ms, or what this machine takes. */
static int run_long(int object, __u32 workers, const char *more,
		    int (*lacks)(int r, __u32 workers))
{
	char spec[256];
	int ms, r;

	for (ms = 20;; ms *= 10) {
		snprintf(spec, sizeof(spec), "workers=%u runtime=%dms warmup=2ms %s", workers, ms,
			 more);
		r = run(object, spec);
		if (r < 0 || !run_wait(r, 30000) || ms >= 2000 || !lacks(r, workers))
			return r;
		close(r);
	}
}

/* Each worker works. */
static int run_all(int object, __u32 workers, const char *more)
{
	return run_long(object, workers, more, starved);
}

/* A worker that waits for each grace period may not get to erase in a short window. */
static int unlinked_nothing(int r, __u32 workers)
{
	struct contend_result result;

	return !result_of(r, &result) && !result.backlog_max;
}

/* Results agree with each other, and every check has passed. */
static void expect_sound(struct __test_metadata *_metadata, int r, __u32 workers)
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
	EXPECT_EQ(result.checks, 4);
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

/* The catalogue grows, and a machine under load takes half a second for each lock. */
TEST_F_TIMEOUT(run, every_lock_with_every_structure, 120)
{
	struct contend_list lock = { .size = sizeof(lock) };
	int runs = 0;

	for (; !call(self->device, CONTEND_LIST, &lock); lock.index++) {
		int readers = !(lock.caps & CONTEND_CAP_EXCLUSIVE);
		int alone = readers && !(lock.caps & CONTEND_CAP_SHARED);
		struct contend_list s = {
			.size = sizeof(s), .catalogue = CONTEND_LIST_STRUCTURES,
		};

		for (; !call(self->device, CONTEND_LIST, &s); s.index++) {
			int object = create(self->device, lock.name, s.name), r;
			char spec[64];

			if (lock.caps & CONTEND_CAP_ABSENT || s.caps & ~lock.caps) {
				EXPECT_EQ(object, -EOPNOTSUPP);
				continue;
			}
			ASSERT_GE(object, 0);
			/* Under a lock for readers only, several do nothing but read. */
			snprintf(spec, sizeof(spec), "keys=zipf:1.1/64%s%.*s%s",
				 readers && !alone ? " mix=" : "",
				 readers && !alone ? (int)strcspn(s.verbs, ":") : 0, s.verbs,
				 readers && !alone ? ":1" : "");
			r = run_all(object, alone ? 1 : 2, spec);
			ASSERT_GE(r, 0) {
				TH_LOG("%s %s", lock.name, s.name);
			}
			expect_sound(_metadata, r, alone ? 1 : 2);
			close(r);
			if (readers)
				EXPECT_EQ(run(object, "workers=2"), -EOPNOTSUPP);
			close(object);
			runs++;
		}
	}
	EXPECT_GE(runs, 80);
}

TEST_F(run, many_locks_for_one_structure)
{
	int object = create_stripes(self->device, "spinlock", "hash", 64);
	int r = run_all(object, 2, "stripes=64 keys=uniform/500 mix=lookup:2,insert:1,erase:1");

	ASSERT_GE(r, 0);
	expect_sound(_metadata, r, 2);
	close(r);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	/* It is the object that has them, not the run. */
	EXPECT_EQ(run(object, "stripes=2"), -EINVAL);
	close(object);
}

/* Four locks, so that the two workers are in each other's way. */
static void transfers(struct __test_metadata *_metadata, int device, const char *lock,
		      __u32 flags, const char *more)
{
	int object = create_flags(device, lock, "accounts", 4, flags), r;
	char spec[128];

	ASSERT_GE(object, 0) {
		TH_LOG("%s flags=%u", lock, flags);
	}
	snprintf(spec, sizeof(spec), "keys=uniform/16 %s", more);
	r = run_all(object, 2, spec);
	ASSERT_GE(r, 0);
	expect_sound(_metadata, r, 2);
	close(r);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	close(object);
}

TEST_F_TIMEOUT(run, two_locks_an_operation, 120)
{
	struct contend_list lock = { .size = sizeof(lock) };
	int object;

	for (; !call(self->device, CONTEND_LIST, &lock); lock.index++) {
		int ww = !strncmp(lock.name, "ww_", 3);

		if (!(lock.caps & CONTEND_CAP_EXCLUSIVE) || lock.caps & CONTEND_CAP_ABSENT ||
		    !(lock.caps & CONTEND_CAP_NESTS))
			continue;
		transfers(_metadata, self->device, lock.name, ww ? CONTEND_CREATE_WW : 0,
			  ww ? "avoid=ww" : "avoid=order");
		if (lock.caps & CONTEND_CAP_TRY)
			transfers(_metadata, self->device, lock.name, CONTEND_CREATE_BACKOFF,
				  "avoid=backoff mix=transfer:1");
	}
	/* It is the object's, not the run's: two ways at once would be none. */
	object = create_flags(self->device, "mutex", "accounts", 4, CONTEND_CREATE_BACKOFF);
	EXPECT_EQ(run(object, "avoid=order"), -EINVAL);
	close(object);
}

TEST_F(run, the_lock_alone)
{
	int object = create(self->device, "rwlock", "counter");
	struct contend_worker worker;
	char message[256] = "";
	int r;

	EXPECT_EQ(run_message(object, "measure=lock", message, sizeof(message)), -EINVAL);
	EXPECT_NE(strstr(message, "a mix of one side"), NULL);
	r = run_all(object, 1, "measure=lock mix=read:1,inc:0");
	ASSERT_GE(r, 0);
	worker = (struct contend_worker){ .size = sizeof(worker) };
	EXPECT_EQ(call(r, CONTEND_WORKER, &worker), 0);
	EXPECT_GT(worker.ops, 0);
	EXPECT_EQ(worker.reads, worker.ops);
	close(r);
	r = run_all(object, 2, "measure=lock mix=inc:1");
	ASSERT_GE(r, 0);
	worker = (struct contend_worker){ .size = sizeof(worker), .index = 1 };
	EXPECT_EQ(call(r, CONTEND_WORKER, &worker), 0);
	EXPECT_EQ(worker.reads, 0);
	close(r);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	close(object);
}

/* Where each worker of a run has worked, and that it did. */
static void expect_contexts(struct __test_metadata *_metadata, int r, const char *letters)
{
	struct contend_worker worker;
	__u32 i;

	for (i = 0; letters[i]; i++) {
		worker = (struct contend_worker){ .size = sizeof(worker), .index = i };
		ASSERT_EQ(call(r, CONTEND_WORKER, &worker), 0);
		EXPECT_EQ("tsh"[worker.context], letters[i]);
		EXPECT_GT(worker.ops, 0);
	}
}

static void expect_refused(struct __test_metadata *_metadata, int object, const char *spec,
			   const char *safe)
{
	char message[256] = "";

	EXPECT_EQ(run_message(object, spec, message, sizeof(message)), -EOPNOTSUPP);
	EXPECT_NE(strstr(message, safe), NULL) {
		TH_LOG("%s: %s", spec, message);
	}
}

TEST_F_TIMEOUT(run, every_lock_in_the_contexts_that_it_is_safe_in, 120)
{
	struct contend_list lock = { .size = sizeof(lock) };
	int object, r, runs = 0;
	char more[128];

	for (; !call(self->device, CONTEND_LIST, &lock); lock.index++) {
		int pointers = lock.caps & CONTEND_CAP_POINTERS;
		int hard = lock.caps & CONTEND_CAP_HARDIRQ;

		if (lock.caps & CONTEND_CAP_ABSENT || !(lock.caps & CONTEND_CAP_EXCLUSIVE))
			continue;
		object = create(self->device, lock.name, pointers ? "list" : "counter");
		ASSERT_GE(object, 0);
		/* Also if all are of one kind: the object is not theirs alone. */
		if (!hard)
			expect_refused(_metadata, object, "context=hardirq", "spinlock_irq");
		if (lock.caps & CONTEND_CAP_SOFTIRQ) {
			snprintf(more, sizeof(more), "context=task:1,softirq:1%s %s",
				 hard ? ",hardirq:1" : "", pointers ?
				 "mix=lookup:1,insert:2,erase:2 keys=uniform/64" : "");
			r = run_all(object, hard ? 6 : 4, more);
			ASSERT_GE(r, 0);
			expect_sound(_metadata, r, hard ? 6 : 4);
			expect_contexts(_metadata, r, hard ? "ttsshh" : "ttss");
			close(r);
			runs++;
		} else {
			expect_refused(_metadata, object, "context=task:1,softirq:1",
				       "spinlock_bh");
		}
		EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
		close(object);
	}
	EXPECT_GE(runs, 14);
}

TEST_F(run, interrupts_come_to_a_lock_that_leaves_them_on_when_nobody_is_there)
{
	int object = create(self->device, "ticket", "counter"), before, r;

	before = run(object, "runtime=60s");
	ASSERT_GE(before, 0);
	EXPECT_EQ(run(object, "context=hardirq runtime=1ms"), -EBUSY);
	close(before);
	r = run(object, "context=hardirq runtime=60s");
	ASSERT_GE(r, 0);
	/* From then on everybody turns them off, but for who measures the lock alone. */
	before = run_all(object, 2, "");
	ASSERT_GE(before, 0);
	expect_contexts(_metadata, before, "tt");
	close(before);
	EXPECT_EQ(run(object, "measure=lock mix=inc:1 runtime=1ms"), -EBUSY);
	close(r);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	close(object);
}

TEST_F(run, a_task_with_the_lock_is_not_interrupted_for_ever)
{
	/* Long sections, so that interrupts fall into them; short times between both. */
	int object = create(self->device, "raw_spinlock_irq", "counter"), r;

	r = run_all(object, 6, "context=task:1,softirq:1,hardirq:1 hold=exp:50us think=exp:99us");
	ASSERT_GE(r, 0);
	expect_sound(_metadata, r, 6);
	expect_contexts(_metadata, r, "ttsshh");
	close(r);
	/* An open loop that cannot keep up has no time for a gap, and has one. */
	r = run_all(object, 4, "context=softirq:1,hardirq:1 arrival=periodic:1us");
	ASSERT_GE(r, 0);
	expect_sound(_metadata, r, 4);
	close(r);
	close(object);
}

TEST_F(run, more_workers_than_cpus)
{
	int object = create(self->device, "mutex", "counter");
	int r = run_all(object, 8, "");

	ASSERT_GE(r, 0);
	expect_sound(_metadata, r, 8);
	close(r);
	close(object);
}

static struct contend_worker worker_of(int r, __u32 index)
{
	struct contend_worker worker = { .size = sizeof(worker), .index = index };

	call(r, CONTEND_WORKER, &worker);
	return worker;
}

/* Whoever is alone is not overtaken; and nobody keeps books that were not asked for. */
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

/* Who waits ends nothing, nor does it in its section behind that. */
TEST_F(run, a_worker_starves_no_less_than_it_waits)
{
	int object = create(self->device, "mutex", "counter");
	int r = run_all(object, 2, "hold=20us"), i;
	struct contend_hist hist;

	ASSERT_GE(r, 0);
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(hist_of(r, i, CONTEND_HIST_WAIT, &hist), 0);
		EXPECT_GE(worker_of(r, i).starved_ns, hist.max_ns + 10000);
	}
	close(r);
	close(object);
}

TEST_F(run, a_client_of_the_first_day_is_told_what_it_knows)
{
	int object = create(self->device, "spinlock", "counter");
	int r = run_all(object, 1, "");
	struct contend_worker worker = { .size = 72, .starved_ns = 7, .local = 7 };

	ASSERT_GE(r, 0);
	EXPECT_EQ(call(r, CONTEND_WORKER, &worker), 0);
	EXPECT_GT(worker.ops, 0);
	EXPECT_EQ(worker.starved_ns, 7);
	EXPECT_EQ(worker.local, 7);
	close(r);
	close(object);
}

TEST_F(run, counting_violations_is_for_what_survives_them)
{
	static const struct {
		const char *lock, *structure;
		int ret;
	} cases[] = {
		{ "spinlock", "list", -EOPNOTSUPP },
		{ "rcu", "counter", -EOPNOTSUPP },
		{ "spinlock", "counter", 0 },
	};
	struct contend_result result;
	char message[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		int object = create(self->device, cases[i].lock, cases[i].structure), r;

		message[0] = '\0';
		r = run_message(object, "runtime=2ms warmup=0ns violations=count", message,
				sizeof(message));
		if (cases[i].ret) {
			EXPECT_EQ(r, cases[i].ret);
			EXPECT_NE(strstr(message, "take structure=counter"), NULL);
		} else {
			ASSERT_GE(r, 0);
			EXPECT_EQ(run_wait(r, 10000), 1);
			EXPECT_EQ(result_of(r, &result), 0);
			EXPECT_EQ(result.verdict, CONTEND_PASS);
			EXPECT_EQ(result.complete, 1);
			close(r);
		}
		close(object);
	}
}

TEST_F(run, each_schedule)
{
	static const char *const specs[] = {
		"placement=free", "sched=fifo", "sched=fifo placement=pack", "stutter=2ms",
		"preempt=2ms hold=10us", "shuffle=5ms", "shuffle=5ms sched=fifo preempt=3ms",
		"stutter=3ms arrival=poisson:200us sched=fifo",
	};
	int object = create(self->device, "mutex", "list"), r;
	struct contend_result result;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(specs); i++) {
		r = run_all(object, 3, specs[i]);
		if (r == -EOPNOTSUPP && strstr(specs[i], "shuffle") &&
		    sysconf(_SC_NPROCESSORS_ONLN) == 1)
			continue;
		ASSERT_GE(r, 0) {
			TH_LOG("%s", specs[i]);
		}
		ASSERT_EQ(result_of(r, &result), 0);
		EXPECT_EQ(result.verdict, CONTEND_PASS);
		EXPECT_EQ(result.complete, 1);
		EXPECT_GT(result.ops, 0);
		close(r);
	}
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	close(object);
}

TEST_F(run, packed_workers_share_a_cpu)
{
	int object = create(self->device, "rwsem", "list");
	int r = run_all(object, 4, "placement=pack");
	__u32 i;

	ASSERT_GE(r, 0);
	for (i = 1; i < 4; i++)
		EXPECT_EQ(worker_of(r, i).cpu, worker_of(r, 0).cpu);
	close(r);
	close(object);
}

TEST_F(run, deadline_workers_are_admitted_or_not)
{
	int object = create(self->device, "spinlock", "counter");
	int r = run(object, "sched=deadline placement=free workers=3 runtime=50ms");
	struct contend_result result;
	int ret;

	ASSERT_GE(r, 0);
	ASSERT_EQ(run_wait(r, 40000), 1);
	ret = result_of(r, &result);
	EXPECT_TRUE(!ret || ret == -EBUSY || ret == -EPERM);
	if (!ret)
		EXPECT_EQ(result.verdict, CONTEND_PASS);
	close(r);
	close(object);
}

TEST_F(run, an_inversion_has_its_roles)
{
	static const char *const locks[] = { "mutex", "rtmutex", "adaptive_mutex" };
	struct contend_result result;
	struct contend_hist hist;
	int object, r, ms;
	char spec[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(locks); i++) {
		object = create(self->device, locks[i], "counter");
		/* As run_all(), but that some have nothing to do. */
		for (ms = 200;; ms *= 4) {
			snprintf(spec, sizeof(spec),
				 "sched=inversion placement=pack workers=4 hold=2ms mix=inc:1 runtime=%dms",
				 ms);
			r = run(object, spec);
			ASSERT_GE(r, 0);
			ASSERT_EQ(run_wait(r, 60000), 1);
			if (ms > 10000 || !starved(r, 2))
				break;
			close(r);
		}
		ASSERT_EQ(result_of(r, &result), 0);
		EXPECT_EQ(result.verdict, CONTEND_PASS);
		EXPECT_EQ(result.ops, worker_of(r, 0).ops + worker_of(r, 1).ops);
		EXPECT_GT(worker_of(r, 0).ops, 0);
		EXPECT_GT(worker_of(r, 1).ops, 0);
		EXPECT_EQ(worker_of(r, 2).ops, 0);
		EXPECT_EQ(worker_of(r, 3).ops, 0);
		EXPECT_EQ(worker_of(r, 3).cpu, worker_of(r, 0).cpu);
		EXPECT_EQ(hist_of(r, 1, CONTEND_HIST_WAIT, &hist), 0);
		EXPECT_EQ(hist.total, worker_of(r, 1).ops);
		close(r);
		close(object);
	}
}

TEST_F(run, what_spins_is_not_inverted)
{
	int object = create(self->device, "raw_spinlock", "counter");
	char message[256] = "";

	EXPECT_EQ(run_message(object, "sched=inversion placement=pack workers=3 hold=1ms", message,
			      sizeof(message)), -EOPNOTSUPP);
	EXPECT_NE(strstr(message, "spins with preemption off"), NULL);
	close(object);
}

/* In a run's text, how often it was disturbed in the way of @what. */
static long disturbed(const char *spec, const char *what)
{
	char text[8192], *at;

	if (write_file("/proc/contend/run", spec))
		return -1;
	read_file("/proc/contend/run", text, sizeof(text));
	at = strstr(text, what);
	return strncmp(text, "verdict=pass", 12) || !at ? -1 : strtol(at + strlen(what), NULL, 10);
}

TEST_F(run, a_disturbance_happens)
{
	static const struct {
		const char *words;
		const char *what;
	} ways[] = {
		{ "preempt=1ms", "preempted=" },
		{ "shuffle=1ms", "shuffled=" },
		{ "hotplug=10ms", "unplugged=" },
	};
	long online = sysconf(_SC_NPROCESSORS_ONLN), n;
	char spec[128], text[1024];
	size_t i;
	int ms;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		for (ms = 100, n = 0; !n && ms <= 10000; ms *= 10) {
			snprintf(spec, sizeof(spec), "lock=mutex workers=4 runtime=%dms %s\n", ms,
				 ways[i].words);
			n = disturbed(spec, ways[i].what);
		}
		EXPECT_EQ(sysconf(_SC_NPROCESSORS_ONLN), online);
		read_file("/proc/contend/run", text, sizeof(text));
		if (n < 0 && (strstr(text, "is too few") || strstr(text, "can do without")))
			continue;
		EXPECT_GT(n, 0) {
			TH_LOG("%s: %s", spec, text);
		}
	}
}

TEST_F(run, one_at_a_time_takes_cpus_offline)
{
	int object = create(self->device, "mutex", "counter");
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	char message[256] = "";
	int r = run_message(object, "hotplug=5ms workers=4 runtime=60s", message, sizeof(message));
	int i;

	if (r == -EOPNOTSUPP) {
		EXPECT_NE(strstr(message, "takes a CPU offline"), NULL);
		close(object);
		SKIP(return, "no CPU goes offline here");
	}
	ASSERT_GE(r, 0);
	EXPECT_EQ(run_message(object, "hotplug=1s", message, sizeof(message)), -EBUSY);
	EXPECT_NE(strstr(message, "one at a time"), NULL);
	close(r);
	/* Cut short wherever it is, it leaves all CPUs online, and lets the next one. */
	for (i = 0; i < 5; i++) {
		EXPECT_EQ(sysconf(_SC_NPROCESSORS_ONLN), online);
		r = run(object, "hotplug=5ms workers=4 runtime=60s");
		ASSERT_GE(r, 0);
		sleep_ms(20 * i);
		close(r);
	}
	EXPECT_EQ(sysconf(_SC_NPROCESSORS_ONLN), online);
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
	/* The witness's books are right for a run that is witnessed behind it. */
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

static int set_parameter(const char *name, const char *value, char *old, size_t size)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/contend/parameters/%s", name);
	if (old)
		read_file(path, old, size);
	return write_file(path, value);
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

TEST_F_TIMEOUT(run, what_was_erased_is_freed_and_how_late_is_told, 120)
{
	const char *load = "mix=insert:1,erase:1 keys=uniform/64";
	struct contend_list lock = { .size = sizeof(lock) };
	struct contend_result result;
	struct contend_hist hist;
	int object, r, locks = 0;

	for (; !call(self->device, CONTEND_LIST, &lock); lock.index++) {
		if (!(lock.caps & CONTEND_CAP_DEFERRED) || lock.caps & CONTEND_CAP_BUSTED)
			continue;
		locks++;
		object = create(self->device, lock.name, "list");
		r = run_long(object, 2, load, unlinked_nothing);
		ASSERT_GE(r, 0);
		ASSERT_EQ(result_of(r, &result), 0);
		EXPECT_GT(result.backlog_max, 0) {
			TH_LOG("%s", lock.name);
		}
		/* The limit of the module is a soft one. */
		EXPECT_LT(result.backlog_max, 2 * 65536);
		ASSERT_EQ(hist_of(r, CONTEND_ALL_WORKERS, CONTEND_HIST_RECLAIM, &hist), 0);
		EXPECT_GE(hist.total, result.backlog_max) {
			TH_LOG("%s", lock.name);
		}
		EXPECT_EQ(sum(), hist.total);
		EXPECT_GT(hist.max_ns, 0);
		EXPECT_EQ(hist_of(r, 0, CONTEND_HIST_RECLAIM, &hist), -ENOENT);
		close(r);
		close(object);
	}
	EXPECT_GE(locks, 6);

	object = create(self->device, "spinlock", "list");
	r = run_all(object, 2, load);
	ASSERT_EQ(result_of(r, &result), 0);
	EXPECT_EQ(result.backlog_max, 0);
	EXPECT_EQ(hist_of(r, CONTEND_ALL_WORKERS, CONTEND_HIST_RECLAIM, &hist), -EOPNOTSUPP);
	close(r);
	close(object);
}

TEST_F(run, while_a_reader_stalls_the_backlog_is_bounded)
{
	/*
	 * Hazard pointers keep what readers name, without the module's limit. That is a soft
	 * one: of the count up to 32 are on each CPU, as of its approximate look.
	 */
	const long soft = 64 * (1 + sysconf(_SC_NPROCESSORS_ONLN));
	const struct {
		const char *lock;
		const char *limit;
		long most;
	} cases[] = { { "hazptr", "65536", 2048 }, { "ebr", "64", 64 + soft } };
	struct contend_result result;
	struct contend_hist hist;
	char message[256], old[32];
	int object, r, i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(set_parameter("max_backlog", cases[i].limit, old, sizeof(old)), 0);
		object = create(self->device, cases[i].lock, "list");
		r = run_all(object, 2, "stall=5ms mix=lookup:1,insert:1,erase:1 keys=uniform/16");
		ASSERT_GE(r, 0);
		ASSERT_EQ(result_of(r, &result), 0);
		EXPECT_EQ(result.verdict, CONTEND_PASS);
		EXPECT_LE(result.backlog_max, cases[i].most) {
			TH_LOG("%s", cases[i].lock);
		}
		/* It is the reader that stays: all have worked, the first one may have written. */
		EXPECT_EQ(hist_of(r, 0, CONTEND_HIST_HOLD, &hist), 0);
		EXPECT_GT(hist.total, 0);
		if (worker_of(r, 0).reads)
			EXPECT_GE(hist.max_ns, 5000000);
		close(r);
		ASSERT_EQ(set_parameter("max_backlog", old, NULL, 0), 0);
		EXPECT_EQ(run_message(object, "stall=1ms mix=erase:1", message, sizeof(message)),
			  -EINVAL);
		EXPECT_NE(strstr(message, "a mix with reads"), NULL);
		close(object);
	}
}

TEST_F(run, one_of_two_runs_on_an_object_tells_how_late)
{
	int object = create(self->device, "rcu", "list");
	struct contend_hist hist;
	int longer, shorter;

	longer = run(object, "runtime=60s");
	shorter = run(object, "runtime=20ms warmup=0ns mix=insert:1,erase:1");
	ASSERT_GE(longer, 0);
	ASSERT_GE(shorter, 0);
	ASSERT_EQ(run_wait(shorter, 30000), 1);
	EXPECT_EQ(hist_of(shorter, CONTEND_ALL_WORKERS, CONTEND_HIST_RECLAIM, &hist),
		  -EOPNOTSUPP);
	close(shorter);
	close(longer);
	/* And when it has gone, the next one. */
	shorter = run_all(object, 2, "mix=insert:1,erase:1");
	ASSERT_GE(shorter, 0);
	EXPECT_EQ(hist_of(shorter, CONTEND_ALL_WORKERS, CONTEND_HIST_RECLAIM, &hist), 0);
	close(shorter);
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

TEST_F(run, a_backlog_is_bounded)
{
	int object = create(self->device, "rcu", "list");
	struct contend_result result;
	char old[32];
	int r;

	ASSERT_EQ(set_parameter("max_backlog", "64", old, sizeof(old)), 0);
	r = run(object, "runtime=50ms mix=insert:1,erase:1 keys=uniform/16");
	EXPECT_GE(r, 0);
	EXPECT_EQ(run_wait(r, 30000), 1);
	EXPECT_EQ(result_of(r, &result), 0);
	EXPECT_EQ(result.verdict, CONTEND_PASS);
	close(r);
	ASSERT_EQ(set_parameter("max_backlog", old, NULL, 0), 0);
	EXPECT_EQ(stat_of(object, 0).backlog, 0);
	close(object);
}

TEST_HARNESS_MAIN

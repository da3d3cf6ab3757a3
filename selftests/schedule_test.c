// SPDX-License-Identifier: GPL-2.0
/* Where and when workers run, and what disturbs them. */
#include <sched.h>

#include "contend_run.h"

CONTEND_FIXTURE(schedule)

TEST_F(schedule, each_schedule)
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

TEST_F(schedule, packed_workers_share_a_cpu)
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

static int not_preempted(int r, __u32 workers)
{
	__u64 times = 0;
	__u32 i;

	for (i = 0; i < workers; i++)
		times += worker_of(r, i).preempted;
	return !times;
}

TEST_F(schedule, who_shares_a_cpu_loses_it_and_says_so)
{
	int object = create(self->device, "spinlock", "counter");
	int r = run_long(object, 3, "placement=pack", not_preempted);
	struct contend_result result;
	__u64 waited = 0, one;
	__u32 i;

	ASSERT_GE(r, 0);
	EXPECT_FALSE(not_preempted(r, 3));
	ASSERT_EQ(result_of(r, &result), 0);
	for (i = 0; i < 3; i++) {
		one = worker_of(r, i).run_delay_ns;
		waited += one == CONTEND_UNKNOWN ? 0 : one;
	}
	/* One of them has it, and the others wait, for the most part of that time. */
	if (one != CONTEND_UNKNOWN)
		EXPECT_GT(waited, result.span_ns);
	close(r);
	close(object);
}

TEST_F(schedule, deadline_workers_are_admitted_or_not)
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

TEST_F(schedule, an_inversion_has_its_roles)
{
	static const char *const locks[] = { "mutex", "rtmutex", "adaptive_mutex", "turnstile" };
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

TEST_F(schedule, what_spins_is_not_inverted)
{
	int object = create(self->device, "raw_spinlock", "counter");
	char message[256] = "";

	EXPECT_EQ(run_message(object, "sched=inversion placement=pack workers=3 hold=1ms", message,
			      sizeof(message)), -EOPNOTSUPP);
	EXPECT_NE(strstr(message, "keeps its CPU"), NULL);
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

TEST_F(schedule, a_disturbance_happens)
{
	static const struct {
		const char *words;
		const char *what;
	} ways[] = {
		{ "preempt=1ms", "preempted=" },
		{ "preempt=1ms hold=20us mix=inc:1", "holders=" },
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

/* Those of our own too that keep something for each CPU. */
TEST_F_TIMEOUT(schedule, no_lock_minds_a_cpu_that_goes_offline, 300)
{
	struct contend_list counter = entry_of(self->device, CONTEND_LIST_STRUCTURES, "counter");
	struct contend_result result;
	struct contend_list lock;
	int object, r;

	FOR_EACH_ENTRY(lock, self->device, CONTEND_LIST_LOCKS) {
		object = create_pair(_metadata, self->device, &lock, &counter,
				     (struct contend_create){ });
		if (object < 0 || !(lock.caps & CONTEND_CAP_EXCLUSIVE)) {
			close(object);
			continue;
		}
		r = run_all(object, 4, "hotplug=5ms");
		if (r == -EOPNOTSUPP) {
			close(object);
			SKIP(return, "no CPU goes offline here");
		}
		ASSERT_GE(r, 0);
		EXPECT_EQ(result_of(r, &result), 0);
		EXPECT_EQ(result.verdict, CONTEND_PASS) {
			TH_LOG("%s", lock.name);
		}
		close(r);
		EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
		close(object);
	}
	EXPECT_EQ(lock.index, info_of(self->device).locks);
}

TEST_F(schedule, one_at_a_time_takes_cpus_offline)
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
		EXPECT_TRUE(EVENTUALLY((r = run(object, "hotplug=5ms workers=4 runtime=60s")) !=
				       -EBUSY));
		ASSERT_GE(r, 0);
		sleep_ms(20 * i);
		close(r);
	}
	EXPECT_TRUE(EVENTUALLY(sysconf(_SC_NPROCESSORS_ONLN) == online));
	close(object);
}

/* What a task of no priority gets of its CPU while @ms pass, in per cent. */
static int share_of_cpu(int cpu, unsigned int ms)
{
	__u64 began = now_ns(), now = began;
	struct timespec used;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		return 255;
	while (now - began < ms * NS_PER_MS)
		now = now_ns();
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (used.tv_sec * NS_PER_S + used.tv_nsec) * 100 / (now - began);
}

/* The same of the CPU where it gets least. */
static int least_share(unsigned int ms)
{
	int cpus = sysconf(_SC_NPROCESSORS_ONLN), least = 100, cpu, got;
	pid_t pid[64];

	for (cpu = 0; cpu < cpus && cpu < 64; cpu++) {
		pid[cpu] = fork();
		if (!pid[cpu])
			_exit(share_of_cpu(cpu, ms));
	}
	while (cpu--) {
		got = reap(pid[cpu]);
		least = got < least ? got : least;
	}
	return least;
}

/* What the host has taken from this machine's CPUs so far, as qemu/vm tells it; 0: unknown. */
static void host_took(unsigned long long *stolen, unsigned long long *ran)
{
	const char *path = getenv("CONTEND_HOST_STAT");
	FILE *f = path ? fopen(path, "r") : NULL;

	*stolen = 0;
	*ran = 0;
	if (!f)
		return;
	if (fscanf(f, "steal_ns=%llu run_ns=%llu", stolen, ran) != 2)
		*stolen = *ran = 0;
	fclose(f);
}

/*
 * One bound for all runs: a fifth of each CPU is for those without priority. Half of that
 * is asked for here, of a machine that may be under load. Where its CPUs have not run for a
 * quarter of the time that this looked, what they did is the host's doing.
 */
TEST_F_TIMEOUT(schedule, real_time_work_of_all_runs_leaves_a_share_to_others, 300)
{
	static const struct {
		const char *spec;
		int runs;
	} loads[] = {
		{ "sched=fifo workers=32 runtime=60s", 4 },
		{ "sched=fifo workers=4 hold=10ms runtime=60s", 4 },
		{ "sched=inversion placement=pack workers=8 hold=2ms mix=inc:1 runtime=60s", 8 },
		/* Their workers are ordinary tasks, and have next to nothing to do. */
		{ "preempt=1ms think=100ms runtime=60s", 32 },
		{ "context=hardirq workers=8 runtime=60s", 4 },
		{ "sched=deadline placement=free workers=2 runtime=60s", 1 },
		{ "sched=fifo workers=8 preempt=1ms runtime=60s", 8 },
	};
	unsigned long long stolen, ran, before, before_ran;
	int r[64], object[64], share, n;
	unsigned int ms;
	__u64 began;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(loads); i++) {
		const char *lock = strstr(loads[i].spec, "hardirq") ? "spinlock_irq" : "mutex";

		for (n = 0; n < loads[i].runs; n++) {
			object[n] = create(self->device, lock, "counter");
			ASSERT_GE(object[n], 0);
			r[n] = run(object[n], loads[i].spec);
			ASSERT_TRUE(r[n] >= 0 || r[n] == -EOPNOTSUPP) {
				TH_LOG("%s: %d", loads[i].spec, r[n]);
			}
		}
		/*
		 * What takes longer than it was booked for is made up for later: the longer
		 * one looks, the nearer to a fifth, whatever else the machine has to do.
		 */
		sleep_ms(2000);
		host_took(&before, &before_ran);
		for (ms = 2000; (share = least_share(ms)) < 10 && ms < 32000; ms *= 2)
			;
		host_took(&stolen, &ran);
		stolen -= before;
		ran -= before_ran;
		if (share < 10 && stolen > ran / 3)
			TH_LOG("%s: %d%% left, but the host took %llu of %llu ms: not judged",
			       loads[i].spec, share, (stolen / 1000000),
			       (stolen + ran) / 1000000);
		else
			EXPECT_GE(share, 10) {
				TH_LOG("%s: %d%% left", loads[i].spec, share);
			}
		began = now_ns();
		while (n--) {
			if (r[n] >= 0)
				close(r[n]);
			close(object[n]);
		}
		EXPECT_LT(now_ns() - began, 10 * NS_PER_S) {
			TH_LOG("%s", loads[i].spec);
		}
	}
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0
/*
 * Churn while CPUs go offline and come back: one client's hotplug is no other's
 * failure, and all that is kept for each CPU adds up at every moment.
 */
#include <sched.h>
#include <sys/prctl.h>

#include "contend_run.h"

enum { LOOKUP, INSERT, ERASE };

/* How long each lock is looked at. */
#define CHURN_MS	4000

FIXTURE(hotplug) {
	int device;
	struct counts before;
	char taint[32];
	int cpu;
};

/* The file that takes a CPU offline. */
static char *online_path(int cpu, char *path, size_t size)
{
	snprintf(path, size, "/sys/devices/system/cpu/cpu%d/online", cpu);
	return path;
}

/* The last one that can go, or -1. */
static int unpluggable(void)
{
	int cpu = sysconf(_SC_NPROCESSORS_CONF);
	char path[64];

	while (cpu-- && access(online_path(cpu, path, sizeof(path)), W_OK))
		;
	return sysconf(_SC_NPROCESSORS_ONLN) > 1 ? cpu : -1;
}

/* Ahead of main(): a harness of old goes on with a test whose set-up says SKIP. */
__attribute__((constructor))
static void needs_hotplug(void)
{
	if (unpluggable() < 0)
		ksft_exit_skip("no CPU goes offline here\n");
}

FIXTURE_SETUP(hotplug)
{
	self->device = device_open();
	ASSERT_GE(self->device, 0) {
		TH_LOG("the module is not loaded");
	}
	self->before = counts_of(self->device);
	self->cpu = unpluggable();
	read_file("/proc/sys/kernel/tainted", self->taint, sizeof(self->taint));
}

FIXTURE_TEARDOWN(hotplug)
{
	char taint[32];

	EXPECT_TRUE(EVENTUALLY(counts_are(self->device, self->before)));
	close(self->device);
	/* A warning of the kernel's would be there. */
	EXPECT_EQ(strcmp(read_file("/proc/sys/kernel/tainted", taint, sizeof(taint)),
			 self->taint), 0);
}

/* Be on that CPU whenever it is there. */
static void pin(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static void child(void (*work)(int device, int object, int cpu), int device, int object, int cpu)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	work(device, object, cpu);
	_exit(0);
}

/* Insert and erase on that CPU; then let go of an object of its own as well. */
static void churn(int device, int object, int cpu)
{
	unsigned int seed = 1, i;

	for (i = 0;; i++) {
		int own;

		if (i % 64) {
			op(object, rand_r(&seed) % 2 ? INSERT : ERASE, rand_r(&seed) % 1024,
			   NULL);
			continue;
		}
		pin(cpu);
		own = create(device, "mutex", "list");
		for (seed += i; own >= 0 && rand_r(&seed) % 32;)
			op(own, INSERT, rand_r(&seed) % 64, NULL);
		close(own);
	}
}

/* Whether the parent has said so. */
static bool ended(void)
{
	sigset_t set;

	return !sigpending(&set) && sigismember(&set, SIGTERM);
}

/* It ends with the CPU online. */
static void unplug(int device, int object, int cpu)
{
	char path[64];

	online_path(cpu, path, sizeof(path));
	while (!ended()) {
		write_file(path, "0");
		sleep_ms(25);
		while (write_file(path, "1") == -EBUSY)
			sleep_ms(1);
		sleep_ms(25);
	}
}

static void churn_under(struct __test_metadata *_metadata, int device, int cpu, const char *lock)
{
	__u64 until = now_ns() + CHURN_MS * (NS_PER_S / 1000);
	int object = create(device, lock, "list"), looks = 0;
	struct contend_stat stat;
	pid_t churns, unplugs;
	sigset_t set;

	ASSERT_GE(object, 0);
	churns = fork();
	if (!churns)
		child(churn, device, object, cpu);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	unplugs = fork();
	if (!unplugs)
		child(unplug, device, object, cpu);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	do {
		stat = stat_of(object, CONTEND_STAT_VERIFY);
		looks++;
	} while (!stat.violations && now_ns() < until);
	EXPECT_EQ(stat.violations, 0) {
		TH_LOG("%s, after %d looks: %s", lock, looks, stat.detail);
	}
	kill(churns, SIGKILL);
	reap(churns);
	kill(unplugs, SIGTERM);
	EXPECT_EQ(reap(unplugs), 0);
	stat = stat_of(object, CONTEND_STAT_VERIFY);
	EXPECT_EQ(stat.violations, 0);
	EXPECT_EQ(stat.backlog, 0);
	close(object);
}

/* A third client verifies: that two of them churn is not its business. */
TEST_F_TIMEOUT(hotplug, the_books_are_exact_while_a_cpu_goes_offline, 120)
{
	churn_under(_metadata, self->device, self->cpu, "mutex");
	churn_under(_metadata, self->device, self->cpu, "rcu");
}

/* A run that takes CPUs offline beside those of others. */
TEST_F_TIMEOUT(hotplug, a_run_passes_beside_one_that_takes_cpus_offline, 120)
{
	static const char *const locks[] = { "mutex", "rcu", "percpu_rwsem", "ebr" };
	int other = create(self->device, "spinlock", "counter"), r, object;
	int unplugs = run(other, "hotplug=25ms runtime=100s workers=2");
	struct contend_result result;
	size_t i;

	ASSERT_GE(unplugs, 0);
	for (i = 0; i < ARRAY_SIZE(locks); i++) {
		object = create(self->device, locks[i], "list");
		r = run(object, "workers=3 runtime=1s mix=insert:1,erase:1 keys=uniform/64");
		ASSERT_GE(r, 0);
		ASSERT_EQ(run_wait(r, 60000), 1);
		EXPECT_EQ(result_of(r, &result), 0);
		EXPECT_EQ(result.verdict, CONTEND_PASS) {
			TH_LOG("%s", locks[i]);
		}
		close(r);
		close(object);
	}
	EXPECT_EQ(run_wait(unplugs, 0), 0);
	close(unplugs);
	close(other);
}

TEST_HARNESS_MAIN

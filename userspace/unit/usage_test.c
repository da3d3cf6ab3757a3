// SPDX-License-Identifier: GPL-2.0
/* What processes use, by their own clocks: no test here depends on how long anything takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "scenarios/usage.h"

#define BURN_NS	3000000ULL

static u64 cpu_ns(clockid_t clock)
{
	struct timespec ts;

	assert_int_equal(clock_gettime(clock, &ts), 0);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void burn(void)
{
	const u64 until = cpu_ns(CLOCK_PROCESS_CPUTIME_ID) + BURN_NS;

	while (cpu_ns(CLOCK_PROCESS_CPUTIME_ID) < until)
		;
}

static void cpu_time_is_what_the_process_took_meanwhile(void **state)
{
	const u64 before = cpu_ns(CLOCK_PROCESS_CPUTIME_ID);
	struct usage usage;
	u64 took;

	burn();
	usage_begin(getpid(), &usage);
	burn();
	usage_end(getpid(), &usage);
	took = cpu_ns(CLOCK_PROCESS_CPUTIME_ID) - before;
	assert_true(usage.cpu_ns >= BURN_NS);
	/* What it took before is not in it. */
	assert_true(usage.cpu_ns <= took - BURN_NS);
}

/* A child that computes for a while each time it is asked, until nobody asks any more. */
static pid_t start_child(int ask[2], int answer[2])
{
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ask), 0);
	assert_int_equal(pipe(answer), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid) {
		close(ask[0]);
		close(answer[1]);
		return pid;
	}
	close(ask[1]);
	close(answer[0]);
	while (read(ask[0], &byte, 1) == 1) {
		burn();
		if (write(answer[1], &byte, 1) != 1)
			break;
	}
	_exit(0);
}

static void let_burn(const int ask[2], const int answer[2])
{
	char byte = 0;

	assert_int_equal(write(ask[1], &byte, 1), 1);
	assert_int_equal(read(answer[0], &byte, 1), 1);
}

static void children_are_of_the_process(void **state)
{
	int ask[2], answer[2];
	struct usage usage;
	clockid_t clock;
	pid_t child;
	u64 of_child;

	child = start_child(ask, answer);
	assert_int_equal(clock_getcpuclockid(child, &clock), 0);
	let_burn(ask, answer);
	usage_begin(getpid(), &usage);
	of_child = cpu_ns(clock);
	let_burn(ask, answer);
	of_child = cpu_ns(clock) - of_child;
	usage_end(getpid(), &usage);
	assert_true(of_child >= BURN_NS / 2);
	assert_true(usage.cpu_ns >= of_child);
	/* It has waited for the child. */
	assert_true(usage.wakeups != USAGE_UNKNOWN);
	close(ask[1]);
	close(answer[0]);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void of_a_process_that_is_gone_nothing_is_known(void **state)
{
	const pid_t child = fork();
	struct usage usage;

	assert_true(child >= 0);
	if (!child)
		_exit(0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	usage_begin(child, &usage);
	usage_end(child, &usage);
	assert_true(usage.cpu_ns == USAGE_UNKNOWN);
	assert_true(usage.wakeups == USAGE_UNKNOWN);
	assert_true(usage.memory_bytes == USAGE_UNKNOWN);
	assert_true(usage_memory(child) == USAGE_UNKNOWN);
}

static void memory_is_known_where_the_kernel_has_it(void **state)
{
	const bool has = !access("/proc/self/smaps_rollup", R_OK);

	assert_int_equal(usage_memory(getpid()) != USAGE_UNKNOWN, has);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpu_time_is_what_the_process_took_meanwhile),
		cmocka_unit_test(children_are_of_the_process),
		cmocka_unit_test(of_a_process_that_is_gone_nothing_is_known),
		cmocka_unit_test(memory_is_known_where_the_kernel_has_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

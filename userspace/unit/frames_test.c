// SPDX-License-Identifier: GPL-2.0
/* How long a thread of a frame was not let: what is not its own fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "scenarios/frames.h"

static void a_thread_that_had_its_cpu_lost_nothing(void **state)
{
	assert_int_equal(frames_withheld(1000, 1000, 0), 0);
	/* The CPU's span is the longer one, by what it takes to look. */
	assert_int_equal(frames_withheld(1000, 1200, 0), 0);
}

static void who_waited_for_a_cpu_lost_that(void **state)
{
	assert_int_equal(frames_withheld(1000, 600, 400), 400);
	/* It is not counted twice, and not less than the kernel says. */
	assert_int_equal(frames_withheld(1000, 700, 400), 400);
}

static void what_a_hypervisor_took_is_lost_too(void **state)
{
	assert_int_equal(frames_withheld(1000, 600, 0), 400);
	assert_int_equal(frames_withheld(1000, 500, 200), 500);
}

static void where_the_kernel_does_not_say_what_was_taken_nothing_is_lost(void **state)
{
	/* What was taken is in the CPU time then. */
	assert_int_equal(frames_withheld(1000, 1000, 0), 0);
	assert_int_equal(frames_withheld(1000, 800, 200), 200);
}

/* What the kernel says of a thread: how long it ran, how long it waited for a CPU, how often. */
static int schedstat_of(const char *text)
{
	const int fd = memfd_create("schedstat", 0);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

static void what_a_thread_has_lost_counts_ahead_of_its_next_look(void **state)
{
	struct frames *f = calloc(1, sizeof(*f));
	u32 i;

	f->carriers = 4;
	f->lost_ns = 1000;
	/* This one has waited for 30 ns more since it looked. */
	f->task[0].schedstat = schedstat_of("700 80 3\n");
	f->task[0].delay_ns = 50;
	/* Of the next ones, one has not, one has not looked yet, one the kernel says nothing of. */
	f->task[1].schedstat = schedstat_of("700 50 3\n");
	f->task[1].delay_ns = 50;
	f->task[2].schedstat = schedstat_of("700 80 3\n");
	f->task[3].schedstat = -1;
	/* And this one is the sound's. */
	f->task[4].schedstat = schedstat_of("700 80 3\n");
	f->task[4].delay_ns = 50;
	assert_int_equal(frames_lost_by_now(f), 1030);
	for (i = 0; i < 5; i++)
		if (f->task[i].schedstat > 0)
			close(f->task[i].schedstat);
	free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_that_had_its_cpu_lost_nothing),
		cmocka_unit_test(who_waited_for_a_cpu_lost_that),
		cmocka_unit_test(what_a_hypervisor_took_is_lost_too),
		cmocka_unit_test(where_the_kernel_does_not_say_what_was_taken_nothing_is_lost),
		cmocka_unit_test(what_a_thread_has_lost_counts_ahead_of_its_next_look),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

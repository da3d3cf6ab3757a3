// SPDX-License-Identifier: GPL-2.0
/* How long the threads of frames were not let: what is not their own fault. */
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "frames.h"

/* How long a thread has waited for a CPU, all in all; 0 where the kernel does not say it. */
static u64 waited_for_cpu(int schedstat)
{
	char text[64], *at;
	const ssize_t n = schedstat > 0 ? pread(schedstat, text, sizeof(text) - 1, 0) : 0;

	if (n <= 0)
		return 0;
	text[n] = '\0';
	/* After the time on a CPU, that in which it could have been on one. */
	strtoull(text, &at, 10);
	return strtoull(at, NULL, 10);
}

/* Since it last looked; the first time it knows nothing. */
static u64 delay_of(struct frames_task *task)
{
	const bool first = !task->schedstat;
	const u64 before = task->delay_ns;

	if (first)
		__atomic_store_n(&task->schedstat, open("/proc/thread-self/schedstat",
							O_RDONLY | O_CLOEXEC), __ATOMIC_RELAXED);
	__atomic_store_n(&task->delay_ns, waited_for_cpu(task->schedstat), __ATOMIC_RELAXED);
	return first ? 0 : task->delay_ns - before;
}

static u64 ran(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * SPEC_NS_PER_S + ts.tv_nsec;
}

/**
 * frames_lost_of - how long a thread was not let since this was last called
 * @task: it, the caller
 * @computed: it had nothing to wait for since then
 *
 * Return: nanoseconds; 0 where the kernel does not say it, and the first time.
 */
u64 frames_lost_of(struct frames_task *task, bool computed)
{
	const u64 until = play_now(), delay = delay_of(task);
	const u64 wall = task->looked_ns ? until - task->looked_ns : 0, before = task->ran_ns;

	/* The span by the clock is inside of that of the CPU's: to look is not to be kept off. */
	task->ran_ns = ran();
	task->looked_ns = play_now();
	return computed ? frames_withheld(wall, task->ran_ns - before, delay) : delay;
}

/**
 * frames_lost - what a frame's thread has done took so much longer for others
 * @task: it, the caller
 * @computed: it had nothing to wait for since this was last called
 */
void frames_lost(struct frames_task *task, bool computed)
{
	__atomic_fetch_add(&task->frames->lost_ns, frames_lost_of(task, computed),
			   __ATOMIC_RELAXED);
}

/**
 * frames_lost_by_now - what frames' threads have lost, those too that have not looked since
 * @f: the run
 *
 * A thread that had no CPU when it was to tell the next stage of a frame has told it, and may have
 * none again before it looks. What one that looks meanwhile is about to add is left out, rather
 * than counted twice: so it may be less than before.
 *
 * Return: nanoseconds, all together.
 */
u64 frames_lost_by_now(const struct frames *f)
{
	u64 lost = __atomic_load_n(&f->lost_ns, __ATOMIC_RELAXED);
	u32 i;

	for (i = 0; i < f->carriers; i++) {
		const struct frames_task *task = &f->task[i];
		const u64 before = __atomic_load_n(&task->delay_ns, __ATOMIC_RELAXED);
		const u64 now = waited_for_cpu(__atomic_load_n(&task->schedstat, __ATOMIC_RELAXED));

		lost += before && now > before ? now - before : 0;
	}
	return lost;
}

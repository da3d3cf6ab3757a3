// SPDX-License-Identifier: GPL-2.0
/*
 * The scene's lock, and whom it makes wait for whom. The simulation takes it once a frame, with a
 * high priority. A loader takes it now and then, with a low one, and stays in it for a while. A
 * third thread, whose priority is between the two, takes the loader's CPU away in the midst of
 * that: then the simulation waits for the loader, and the loader for the third, which knows of
 * neither (L. Sha, R. Rajkumar, J. Lehoczky, "Priority Inheritance Protocols", IEEE Transactions on
 * Computers 39(9), 1990). A lock whose holder inherits its waiters' priority ends that.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "frames.h"

/* From one time that the loader takes the lock to the next. */
#define LOAD_EVERY_NS	10000000ULL
/* How often the third thread looks whether it has begun. */
#define LOOK_US		100

/**
 * frames_priority - give the caller a priority
 * @priority: of SCHED_FIFO; 0: the usual one
 *
 * Return: 0 or a negative errno.
 */
int frames_priority(int priority)
{
	const struct sched_param param = { .sched_priority = priority };

	return sched_setscheduler(0, priority ? SCHED_FIFO : SCHED_OTHER, &param) ? -errno : 0;
}

/**
 * frames_urgent - make the caller a thread that frames wait for, or one in their way
 * @priority: as frames_priority()
 *
 * The loader and who is in its way have the last CPU, and the others the rest: a frame that spins
 * for the lock where its holder is to go on would wait for itself.
 */
void frames_urgent(int priority)
{
	cpu_set_t cpus;
	int last;

	frames_priority(priority);
	if (sched_getaffinity(0, sizeof(cpus), &cpus) || CPU_COUNT(&cpus) < 2)
		return;
	for (last = CPU_SETSIZE - 1; !CPU_ISSET(last, &cpus); last--)
		;
	if (priority < FRAMES_HIGH) {
		CPU_ZERO(&cpus);
		CPU_SET(last, &cpus);
	} else {
		CPU_CLR(last, &cpus);
	}
	sched_setaffinity(0, sizeof(cpus), &cpus);
}

static void enter(struct frames_task *task, u64 stay_ns, u64 n)
{
	struct contend_op op = { .verb = task->frames->verb.inc, .stay_ns = stay_ns, .tag = n };

	play_op(task->scene, &op);
}

/**
 * frames_scene - a frame needs the scene
 * @task: who begins it
 * @n: its number
 */
void frames_scene(struct frames_task *task, u64 n)
{
	struct frames *f = task->frames;
	u64 from;

	if (!f->words.scene_ns)
		return;
	from = play_now();
	enter(task, 0, n);
	hist_add(&f->scene_wait, play_now() - from);
}

static void sleep_until(u64 at)
{
	struct timespec ts = { at / SPEC_NS_PER_S, at % SPEC_NS_PER_S };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

/**
 * frames_loader - be in the scene's lock now and then, until all stop
 * @task: who
 */
void frames_loader(struct frames_task *task)
{
	struct frames *f = task->frames;

	frames_urgent(FRAMES_LOW);
	while (!__atomic_load_n(&f->stopped, __ATOMIC_ACQUIRE)) {
		__atomic_store_n(&f->loads_ns, play_now(), __ATOMIC_RELEASE);
		enter(task, f->words.scene_ns, 0);
		__atomic_store_n(&f->loads_ns, 0, __ATOMIC_RELEASE);
		sleep_until(play_now() + LOAD_EVERY_NS);
	}
}

/**
 * frames_hog - take the loader's CPU away when it is in the midst of the lock, until all stop
 * @task: who
 */
void frames_hog(struct frames_task *task)
{
	struct frames *f = task->frames;
	u64 since, last = 0, until;

	frames_urgent(FRAMES_MIDDLE);
	while (!__atomic_load_n(&f->stopped, __ATOMIC_ACQUIRE)) {
		since = __atomic_load_n(&f->loads_ns, __ATOMIC_ACQUIRE);
		if (!since || since == last) {
			usleep(LOOK_US);
			continue;
		}
		last = since;
		sleep_until(since + f->words.scene_ns / 2);
		if (__atomic_load_n(&f->loads_ns, __ATOMIC_ACQUIRE) != since)
			continue;
		f->preempted++;
		until = play_now() + f->words.hog_ns;
		while (play_now() < until)
			;
	}
}

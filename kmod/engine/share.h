/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much of a CPU real-time work has.
 *
 * What comes before ordinary tasks, that is threads of real-time priority (sched=fifo,
 * deadline and inversion, preempt=) and workers in interrupts (context=), gets
 * SHARE_PERCENT of each CPU, and all runs together no more: what a run keeps to by itself
 * adds up over runs. The rest is for all other tasks, also the one that stops the runs. It
 * is less than where the kernel itself steps in, at 95% (sched_rt_runtime_us, or the fair
 * server), with a stop wherever the worker stands.
 *
 * All such work is booked: each CPU has a time up to which it is booked, to which comes the
 * length of the work and what the others get for it, and the work begins when that which
 * was booked before is over. So all take turns, whichever run they are of. It is the
 * generic cell rate algorithm in its virtual scheduling form (ITU-T I.371). Nothing is
 * stopped within an operation: what took longer than was booked is booked with the next.
 */
#ifndef CONTEND_ENGINE_SHARE_H
#define CONTEND_ENGINE_SHARE_H

#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/types.h>

#define SHARE_PERCENT	80

/*
 * What a thread that has work all the time books at once: not less than it may use before
 * the scheduler tells how much it has used.
 */
#define SHARE_SLICE_NS	max_t(u64, 2 * NSEC_PER_MSEC, TICK_NSEC)

/**
 * struct share - what a thread has booked
 * @used_ns: up to which of the CPU time that it uses in its life
 * @cpu: where it has booked last
 * @waited_ns: how long it has been told to wait
 *
 * The thread's own; all zero at first.
 */
struct share {
	u64 used_ns;
	unsigned int cpu;
	u64 waited_ns;
};

/**
 * share_used - whether a thread has used what it had booked
 * @s: its own
 *
 * As the scheduler has told so far: at a tick, or when the thread slept.
 *
 * Context: the thread.
 */
static inline bool share_used(const struct share *s)
{
	return READ_ONCE(current->se.sum_exec_runtime) >= s->used_ns;
}

u64 share_book(unsigned int cpu, u64 now, u64 ns);
u64 share_next(struct share *s, u64 now, u64 ns);
void share_end(struct share *s);

#endif /* CONTEND_ENGINE_SHARE_H */

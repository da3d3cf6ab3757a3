// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/math64.h>
#include <linux/percpu.h>
#include <linux/smp.h>

#include "engine/share.h"

/* Up to when each CPU is booked, CLOCK_MONOTONIC. Orders nothing else. */
static DEFINE_PER_CPU(atomic64_t, share_booked);

/* How long others have to wait for so much work. */
static u64 share_cost(u64 ns)
{
	return div_u64(ns * 100, SHARE_PERCENT);
}

/**
 * share_book - book work on a CPU
 * @cpu: where
 * @now: a reading of the clock
 * @ns: how much
 *
 * Context: any.
 * Return: when it may begin, CLOCK_MONOTONIC, @now or later.
 */
u64 share_book(unsigned int cpu, u64 now, u64 ns)
{
	atomic64_t *booked = per_cpu_ptr(&share_booked, cpu);
	s64 upto = atomic64_read(booked), begin;

	do {
		begin = max_t(s64, now, upto);
	} while (!atomic64_try_cmpxchg(booked, &upto, begin + share_cost(ns)));
	return begin;
}

/**
 * share_next - book a thread's next work, on the CPU where it is
 * @s: its own, used up
 * @now: a reading of the clock
 * @ns: how much CPU time it wants; what it has used without having booked it comes on top
 *
 * Context: the thread.
 * Return: as share_book().
 */
u64 share_next(struct share *s, u64 now, u64 ns)
{
	const u64 used = READ_ONCE(current->se.sum_exec_runtime);
	u64 begin;

	s->cpu = raw_smp_processor_id();
	begin = share_book(s->cpu, now, used + ns - s->used_ns);
	s->used_ns = used + ns;
	s->waited_ns += begin - now;
	return begin;
}

/**
 * share_end - give back what a thread has booked and not used
 * @s: its own; it books no more
 *
 * Bookings made after it keep their places.
 *
 * Context: the thread.
 */
void share_end(struct share *s)
{
	const u64 used = READ_ONCE(current->se.sum_exec_runtime);

	if (used < s->used_ns)
		atomic64_sub(share_cost(s->used_ns - used), per_cpu_ptr(&share_booked, s->cpu));
	s->used_ns = used;
}

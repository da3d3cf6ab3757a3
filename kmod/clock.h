/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_CLOCK_H
#define CONTEND_CLOCK_H

#include <linux/ktime.h>
#include <linux/preempt.h>
#include <linux/processor.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

/**
 * struct clock_both - two clocks at one time
 * @clock_ns: the measuring clock
 * @monotonic_ns: CLOCK_MONOTONIC, whose rate NTP changes by half a thousandth at most
 * @took_ns: the time lies within so long
 */
struct clock_both {
	u64 clock_ns;
	u64 monotonic_ns;
	u64 took_ns;
};

u64 contend_clock(void);
const char *clock_name(void);
struct clock_both clock_take(void);
bool clock_agrees(const struct clock_both *from, const struct clock_both *until);
u64 clock_ps(void);
u32 clock_step_ns(void);
void clock_hold(void);
void clock_release(void);
int clock_init(void);

/**
 * contend_elapsed - the time between two readings
 * @from: the earlier one
 * @to: the later one
 *
 * Return: nanoseconds, 0 if the clock stepped back.
 */
static __always_inline u64 contend_elapsed(u64 from, u64 to)
{
	return likely(to > from) ? to - from : 0;
}

/**
 * contend_preempt - let a task that preempts this one do so now
 *
 * For User-Mode Linux, which preempts no kernel code at the end of an interrupt, only
 * where preemption is turned on. Elsewhere it has been done already.
 *
 * Context: any; does nothing where preemption or interrupts are off.
 */
static __always_inline void contend_preempt(void)
{
	if (need_resched()) {
		preempt_disable();
		preempt_enable();
	}
}

/**
 * contend_yield - let a task that should run on this CPU run, also if this kernel does not preempt
 *
 * Context: process, may sleep.
 */
static __always_inline void contend_yield(void)
{
	cond_resched();
	contend_preempt();
}

/**
 * contend_spin - let time pass on this CPU
 * @from: a reading
 * @ns: until so long after it
 *
 * Context: any. It is late by one reading of the clock at most, or by what
 * interrupts or preempts it.
 */
static __always_inline void contend_spin(u64 from, u64 ns)
{
	while (contend_elapsed(from, contend_clock()) < ns) {
		cpu_relax();
		contend_preempt();
	}
}

#endif /* CONTEND_CLOCK_H */

// SPDX-License-Identifier: GPL-2.0
#include <linux/kconfig.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>

#include "compat.h"
#include "clock.h"
#include "world.h"

/* Readings of the clock in one measurement of its cost. */
#define CLOCK_ROUNDS	1000

/* Its steps in one of its resolution, and how many readings to wait for them. */
#define CLOCK_STEPS	100
#define CLOCK_READINGS	10000

/**
 * world_spinlock - the algorithm of spinlock_t
 *
 * Context: any.
 * Return: a constant string.
 */
const char *world_spinlock(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return "rtmutex";
	if (!IS_ENABLED(CONFIG_SMP))
		return "up";
	/*
	 * Not by the configuration: User-Mode Linux has its own header. The
	 * headers know what they defined.
	 */
#if defined(__ASM_GENERIC_TICKET_SPINLOCK_H)
	return "ticket";
#elif defined(__ASM_GENERIC_QSPINLOCK_H)
	return "qspinlock";
#else
	return "other";
#endif
}

/**
 * world_preemption - the preemption model that this kernel was built with
 *
 * Context: any.
 * Return: a constant string; "dynamic" when preempt= can choose at boot.
 */
const char *world_preemption(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return "rt";
	if (IS_ENABLED(CONFIG_PREEMPT_DYNAMIC))
		return "dynamic";
	if (CONTEND_PREEMPT_LAZY)
		return "lazy";
	if (IS_ENABLED(CONFIG_PREEMPT))
		return "full";
	return IS_ENABLED(CONFIG_PREEMPT_VOLUNTARY) ? "voluntary" : "none";
}

/**
 * world_debug - the debug options that distort times
 *
 * Context: any.
 * Return: a constant string, empty when there are none.
 */
const char *world_debug(void)
{
	static const char options[] = ""
#ifdef CONFIG_PROVE_LOCKING
		",lockdep"
#endif
#ifdef CONFIG_LOCK_STAT
		",lock_stat"
#endif
#ifdef CONFIG_DEBUG_SPINLOCK
		",debug_spinlock"
#endif
#ifdef CONFIG_KASAN
		",kasan"
#endif
#ifdef CONFIG_KCSAN
		",kcsan"
#endif
#ifdef CONFIG_DEBUG_KMEMLEAK
		",kmemleak"
#endif
#ifdef CONFIG_DEBUG_OBJECTS
		",debug_objects"
#endif
#ifdef CONFIG_KCOV
		",kcov"
#endif
		;

	return options[0] ? options + 1 : options;
}

/**
 * world_clock_ps - what one reading of the measuring clock costs, measured now
 *
 * Context: process.
 * Return: picoseconds.
 */
u64 world_clock_ps(void)
{
	u64 from, to = 0;
	unsigned int i;

	from = contend_clock();
	for (i = 0; i < CLOCK_ROUNDS; i++)
		to = contend_clock();
	return div_u64(contend_elapsed(from, to) * 1000, CLOCK_ROUNDS);
}

/**
 * world_clock_step_ns - by how much two readings of it differ at least, measured now
 *
 * Its resolution, or what a reading takes where that is more: shorter times it does not
 * tell apart.
 *
 * Context: process.
 * Return: nanoseconds; U32_MAX when it stood still.
 */
u32 world_clock_step_ns(void)
{
	u64 last = contend_clock(), now, step = U32_MAX;
	unsigned int steps = 0, i;

	for (i = 0; i < CLOCK_READINGS && steps < CLOCK_STEPS; i++, last = now) {
		now = contend_clock();
		if (now <= last)
			continue;
		step = min(step, now - last);
		steps++;
	}
	return step;
}

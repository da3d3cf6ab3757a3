// SPDX-License-Identifier: GPL-2.0
#include <linux/kconfig.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>

#include "compat.h"
#include "world.h"

/**
 * world_engine - the engine of the runs here, as engine= has it
 *
 * Context: any.
 * Return: a constant string.
 */
const char *world_engine(void)
{
	return "kernel";
}

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

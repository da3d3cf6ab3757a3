// SPDX-License-Identifier: GPL-2.0
#include "world.h"

/**
 * world_engine - the engine of the runs here, as engine= has it
 *
 * Return: a constant string.
 */
const char *world_engine(void)
{
	return "user";
}

/**
 * world_spinlock - the algorithm of spinlock_t
 *
 * Return: a constant string.
 */
const char *world_spinlock(void)
{
	return "none";
}

/**
 * world_preemption - a thread is preempted wherever it is, also with a lock
 *
 * Return: a constant string.
 */
const char *world_preemption(void)
{
	return "full";
}

/**
 * world_debug - what distorts times
 *
 * Return: a constant string, empty when nothing does.
 */
const char *world_debug(void)
{
#if defined(__SANITIZE_THREAD__)
	return "tsan";
#elif defined(__SANITIZE_ADDRESS__)
	return "asan";
#else
	return "";
#endif
}

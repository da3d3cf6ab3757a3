// SPDX-License-Identifier: GPL-2.0
#include <linux/minmax.h>

#include "cores.h"

/**
 * cores_init - prepare some
 * @cores: zeroed
 * @n: how many, CORES_MOST at most; 0: any number
 */
void cores_init(struct cores *cores, u32 n)
{
	pthread_mutexattr_t attr;

	cores->n = n;
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&cores->lock, &attr);
	pthread_mutexattr_destroy(&attr);
}

/**
 * cores_reserve - have something done by the one that is free first
 * @cores: of them
 * @now: the time
 * @ns: how long it takes
 *
 * Return: when it is done.
 */
u64 cores_reserve(struct cores *cores, u64 now, u64 ns)
{
	u64 done = now + ns;
	u32 i, first = 0;

	if (!cores->n)
		return done;
	pthread_mutex_lock(&cores->lock);
	for (i = 1; i < cores->n; i++)
		if (cores->busy_ns[i] < cores->busy_ns[first])
			first = i;
	done = max(cores->busy_ns[first], now) + ns;
	cores->busy_ns[first] = done;
	pthread_mutex_unlock(&cores->lock);
	return done;
}

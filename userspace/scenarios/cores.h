/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What does so much at a time and no more: the processors of a database, the disks of a store. Who
 * comes when all of them are busy waits for the one that is free first. Nothing runs there: who
 * asks is told when it will be done, and sleeps until then.
 */
#ifndef CONTEND_CORES_H
#define CONTEND_CORES_H

#include <linux/types.h>
#include <pthread.h>

#define CORES_MOST	256

/**
 * struct cores - some of them; in memory that processes may share
 * @lock: protects @busy_ns; shared by processes
 * @n: how many; 0: any number, nobody waits. Constant
 * @busy_ns: until when each of them is
 */
struct cores {
	pthread_mutex_t lock;
	u32 n;
	u64 busy_ns[CORES_MOST];
};

void cores_init(struct cores *cores, u32 n);
u64 cores_reserve(struct cores *cores, u64 now, u64 ns);

#endif /* CONTEND_CORES_H */

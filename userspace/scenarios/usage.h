/* SPDX-License-Identifier: GPL-2.0 */
/* What processes use of the machine. */
#ifndef CONTEND_USAGE_H
#define CONTEND_USAGE_H

#include <linux/types.h>
#include <sys/types.h>

/**
 * struct usage - of a process and its children
 * @cpu_ns: CPU time, of threads that have ended too
 * @wakeups: how often its threads gave up their CPU of their own accord; of those that live
 * @memory_bytes: its share of the memory: what several map counts a part of each (Pss)
 */
struct usage {
	u64 cpu_ns;
	u64 wakeups;
	u64 memory_bytes;
};

void usage_read(pid_t pid, bool memory, struct usage *usage);

#endif /* CONTEND_USAGE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* What processes use of the machine. */
#ifndef CONTEND_USAGE_H
#define CONTEND_USAGE_H

#include <linux/types.h>
#include <sys/types.h>

/**
 * struct usage_process - a process that was found
 * @pid: which
 * @cpu_ns: its CPU time
 */
struct usage_process {
	pid_t pid;
	u64 cpu_ns;
};

/* What nobody knows: /proc has it not in this kernel, or the process is another user's. */
#define USAGE_UNKNOWN	(~0ULL)

/**
 * struct usage - of a process and its children; what is not known of one of them is not known
 * @cpu_ns: CPU time, of threads that have ended too
 * @wakeups: how often its threads gave up their CPU of their own accord; of those that live
 * @memory_bytes: its share of the memory: what several map counts a part of each (Pss)
 * @process: of which this is the sum
 * @nprocesses: how many
 */
struct usage {
	u64 cpu_ns;
	u64 wakeups;
	u64 memory_bytes;
	struct usage_process *process;
	u32 nprocesses;
};

void usage_begin(pid_t pid, struct usage *usage);
void usage_end(pid_t pid, struct usage *usage);
u64 usage_memory(pid_t pid);

#endif /* CONTEND_USAGE_H */

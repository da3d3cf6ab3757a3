/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long what was unlinked waits until it is freed, where the lock defers.
 *
 * An RCU callback in a softirq, a worker of a workqueue or the writer itself may free; on
 * any CPU. So each CPU has a histogram with a lock of its own, which is
 * taken in none of the measured sections and contended only when the run takes the
 * histograms away.
 */
#ifndef CONTEND_STRUCTURES_RECLAIM_H
#define CONTEND_STRUCTURES_RECLAIM_H

#include <linux/compiler.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>

#include "lib/hist.h"

/**
 * struct reclaim_cpu - a CPU's part
 * @lock: guards what follows; taken with interrupts off
 * @hist: NULL while no run measures
 */
struct reclaim_cpu {
	raw_spinlock_t lock;	/* guards hist */
	struct hist *hist;
};

/**
 * struct reclaim - of an object
 * @cpus: constant; NULL: its lock does not defer
 * @busy: bit 0: a run measures
 */
struct reclaim {
	struct reclaim_cpu __percpu *cpus;
	unsigned long busy;
};

int reclaim_init(struct reclaim *r);
void reclaim_destroy(struct reclaim *r);
int reclaim_begin(struct reclaim *r);
struct hist *reclaim_end(struct reclaim *r);
void reclaim_note(struct reclaim *r, u64 ns);

#endif /* CONTEND_STRUCTURES_RECLAIM_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A gate through which many go at a time, or that one task closes after it. What goes
 * through it all the time leaves its traces in memory of its CPU alone: as in SRCU, those
 * that came and those that left are counted apart, and are as many when nobody is there.
 *
 * Unlike percpu_rw_semaphore it can be tried, waited for by a task that may be killed, and
 * opened by one that stays; and it takes no grace period to close.
 */
#ifndef CONTEND_GATE_H
#define CONTEND_GATE_H

#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/percpu.h>
#include <linux/types.h>
#include <linux/wait.h>

/**
 * struct gate_cpu - what has gone through on a CPU
 * @came: how many came
 * @left: how many left; they may have come on another one
 */
struct gate_cpu {
	unsigned long came;
	unsigned long left;
};

/**
 * struct gate - see above
 * @cpus: each CPU's own
 * @closed: somebody closes it, or has; changes from 0 to 1 by one task alone
 * @wait: for it to open, or for the last one to leave
 * @dep: for lockdep
 */
struct gate {
	struct gate_cpu __percpu *cpus;
	int closed;
	wait_queue_head_t wait;
#ifdef CONFIG_DEBUG_LOCK_ALLOC
	struct lockdep_map dep;
#endif
};

#ifdef CONFIG_DEBUG_LOCK_ALLOC
#define gate_assert_held(gate)	lockdep_assert(lock_is_held(&(gate)->dep))
#else
#define gate_assert_held(gate)	((void)(gate))
#endif

int gate_init(struct gate *gate);
void gate_destroy(struct gate *gate);
bool gate_try_enter(struct gate *gate);
int gate_enter(struct gate *gate);
void gate_enter_again(struct gate *gate);
void gate_leave(struct gate *gate);
bool gate_try_close(struct gate *gate);
int gate_close(struct gate *gate);
void gate_open(struct gate *gate);
void gate_open_inside(struct gate *gate);

#endif /* CONTEND_GATE_H */

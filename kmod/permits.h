/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The counted semaphore that user space may hold: permits.
 *
 * The kernel's struct semaphore can neither take several at once nor wait for
 * an absolute time and a signal, hence our own. First come first served: a
 * request that does not fit holds back the ones after it, so that a large one
 * is not starved by small ones.
 */
#ifndef CONTEND_PERMITS_H
#define CONTEND_PERMITS_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#define PERMITS_MAX	65536

/**
 * struct permits - a semaphore
 * @lock: guards the fields below and each holder's count
 * @total: how many there are; constant; 0 when the object has no semaphore
 * @free: how many nobody holds
 * @waiters: requests that wait, the oldest first
 * @waiting: how many they are
 * @poll: woken when permits_ready() becomes true
 */
struct permits {
	spinlock_t lock;	/* guards what follows, and the holders' counts */
	u32 total;
	u32 free;
	struct list_head waiters;
	u32 waiting;
	wait_queue_head_t poll;
};

void permits_init(struct permits *p, u32 total);
int permits_acquire(struct permits *p, u32 *held, u32 count, u64 deadline_ns);
int permits_release(struct permits *p, u32 *held, u32 count);
bool permits_ready(struct permits *p);

#endif /* CONTEND_PERMITS_H */

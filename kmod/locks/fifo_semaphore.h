/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A counting semaphore whose permits go to the waiters in the order in which they came,
 * and which can be waited for until a time.
 */
#ifndef CONTEND_FIFO_SEMAPHORE_H
#define CONTEND_FIFO_SEMAPHORE_H

#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/spinlock.h>

/**
 * struct fifo_semaphore - the semaphore
 * @guard: guards the fields below
 * @count: permits that nobody has
 * @waiters: the waiters, the oldest first
 */
struct fifo_semaphore {
	raw_spinlock_t guard;
	unsigned int count;
	struct list_head waiters;
};

void fifo_semaphore_init(struct fifo_semaphore *s, unsigned int count);
bool fifo_semaphore_try(struct fifo_semaphore *s);
int fifo_semaphore_acquire(struct fifo_semaphore *s, ktime_t *deadline);
void fifo_semaphore_release(struct fifo_semaphore *s);

#endif /* CONTEND_FIFO_SEMAPHORE_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_SEMAPHORE_H
#define CONTEND_SHIM_SEMAPHORE_H

#include <semaphore.h>

struct semaphore {
	sem_t sem;
};

#define sema_init(s, n)	((void)sem_init(&(s)->sem, 0, n))
#define up(s)		((void)sem_post(&(s)->sem))
#define down(s)		do { } while (sem_wait(&(s)->sem))

#endif /* CONTEND_SHIM_SEMAPHORE_H */

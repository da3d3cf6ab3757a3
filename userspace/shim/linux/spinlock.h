/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_SPINLOCK_H
#define CONTEND_SHIM_SPINLOCK_H

/*
 * What the sources keep for themselves, beside the locks that are measured: an adaptive mutex,
 * since a thread that holds it may be preempted. None of the kernel's locks is measured here.
 */
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/irqflags.h>
#include <linux/processor.h>
#include <linux/types.h>
#include <pthread.h>

typedef struct { pthread_mutex_t mutex; } spinlock_t;
typedef spinlock_t raw_spinlock_t;

#define SHIM_UNLOCKED		{ PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP }
#define DEFINE_SPINLOCK(name)		spinlock_t name = SHIM_UNLOCKED
#define spin_lock_init(l)	((void)(*(l) = (spinlock_t)SHIM_UNLOCKED))
#define spin_lock(l)		((void)pthread_mutex_lock(&(l)->mutex))
#define spin_trylock(l)		(!pthread_mutex_trylock(&(l)->mutex))
#define spin_unlock(l)		((void)pthread_mutex_unlock(&(l)->mutex))
#define spin_lock_irqsave(l, flags)		((void)((flags) = 0), spin_lock(l))
#define spin_unlock_irqrestore(l, flags)	((void)(flags), spin_unlock(l))
#define raw_spin_lock_init(l)	spin_lock_init(l)
#define raw_spin_lock(l)	spin_lock(l)
#define raw_spin_unlock(l)	spin_unlock(l)
#define raw_spin_lock_irq(l)	spin_lock(l)
#define raw_spin_unlock_irq(l)	spin_unlock(l)
#define raw_spin_lock_irqsave(l, flags)		spin_lock_irqsave(l, flags)
#define raw_spin_unlock_irqrestore(l, flags)	spin_unlock_irqrestore(l, flags)

#endif /* CONTEND_SHIM_SPINLOCK_H */

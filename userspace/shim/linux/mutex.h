/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_MUTEX_H
#define CONTEND_SHIM_MUTEX_H

#include <linux/spinlock.h>

struct mutex {
	pthread_mutex_t mutex;
};

#define DEFINE_MUTEX(name)	struct mutex name = { PTHREAD_MUTEX_INITIALIZER }
#define mutex_init(m)		((void)pthread_mutex_init(&(m)->mutex, NULL))
#define mutex_destroy(m)	((void)pthread_mutex_destroy(&(m)->mutex))
#define mutex_lock(m)		((void)pthread_mutex_lock(&(m)->mutex))
#define mutex_lock_killable(m)	pthread_mutex_lock(&(m)->mutex)
#define mutex_trylock(m)	(!pthread_mutex_trylock(&(m)->mutex))
#define mutex_unlock(m)		((void)pthread_mutex_unlock(&(m)->mutex))

#endif /* CONTEND_SHIM_MUTEX_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_XARRAY_H
#define CONTEND_SHIM_XARRAY_H

/* A table by number, from 1 on, that grows. */
#include <linux/types.h>
#include <pthread.h>

struct xarray {
	pthread_mutex_t lock;
	void **entry;
	unsigned long size;
};

struct xa_limit { };

#define xa_limit_31b			((struct xa_limit){ })
#define DEFINE_XARRAY_ALLOC1(name)	struct xarray name = { .lock = PTHREAD_MUTEX_INITIALIZER }
#define xa_lock(xa)			((void)pthread_mutex_lock(&(xa)->lock))
#define xa_unlock(xa)			((void)pthread_mutex_unlock(&(xa)->lock))

int xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit, u32 *next,
		    gfp_t gfp);
void xa_erase(struct xarray *xa, unsigned long id);

/* With the lock. */
static inline void *xa_load(const struct xarray *xa, unsigned long id)
{
	return id < xa->size ? xa->entry[id] : NULL;
}

#define xa_for_each_start(xa, id, e, start)			\
	for ((id) = (start); (id) < (xa)->size; (id)++)	\
		if (((e) = xa_load(xa, id)))

#define xa_for_each(xa, id, e)		xa_for_each_start(xa, id, e, 0)

#endif /* CONTEND_SHIM_XARRAY_H */

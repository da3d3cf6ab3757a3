/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_LOCKDEP_H
#define CONTEND_SHIM_LOCKDEP_H

/* Nobody looks: the kernel's lockdep does, and ThreadSanitizer here. */
#include <linux/compiler.h>

struct lock_class_key { };

struct lockdep_map { };

enum { LD_WAIT_INV, LD_WAIT_FREE, LD_WAIT_SPIN, LD_WAIT_CONFIG, LD_WAIT_SLEEP };

#define MAX_LOCKDEP_SUBCLASSES	8UL

#define lockdep_init_map(map, name, key, subclass)		((void)(map), (void)(key))
#define lockdep_init_map_wait(map, name, key, subclass, wait)	((void)(map), (void)(key))
#define lockdep_assert_held(lock)				((void)(lock))
#define lockdep_assert(condition)				((void)0)
#define lock_contended(map, ip)					((void)(map))
#define lock_acquired(map, ip)					((void)(map))
#define lock_acquire_shared(map, s, t, n, i)			((void)(map))
#define lock_acquire_shared_recursive(map, s, t, n, i)		((void)(map))
#define lock_release(map, i)					((void)(map))
#define lock_downgrade(map, i)					((void)(map))
#define spin_acquire(map, s, t, i)				((void)(map))
#define spin_release(map, i)					((void)(map))
#define mutex_acquire(map, s, t, i)				((void)(map))
#define mutex_release(map, i)					((void)(map))
#define rwlock_acquire(map, s, t, i)				((void)(map))
#define rwlock_release(map, i)					((void)(map))
#define rwsem_acquire(map, s, t, i)				((void)(map))
#define rwsem_acquire_read(map, s, t, i)			((void)(map))
#define rwsem_release(map, i)					((void)(map))

#endif /* CONTEND_SHIM_LOCKDEP_H */

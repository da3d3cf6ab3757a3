/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_COMPILER_H
#define CONTEND_SHIM_COMPILER_H

#include <linux/types.h>

#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define barrier()		asm volatile("" : : : "memory")
#define data_race(expr)		(expr)
#define __no_kcsan		__attribute__((__no_sanitize_thread__))
#define __maybe_unused		__attribute__((__unused__))
#define noinline		__attribute__((__noinline__))
#define __printf(a, b)		__attribute__((__format__(printf, a, b)))
#define __read_mostly
#define __init
#define __exit
#define __user
#define __percpu
#define __rcu
#define __force
#define __aligned(n)		__attribute__((__aligned__(n)))

/* What sparse reads. */
#define __acquires(lock)
#define __releases(lock)
#define __must_hold(lock)
#define __acquire(lock)		((void)0)
#define __release(lock)		((void)0)

/*
 * Once, whole, and known to a sanitizer as a race that is meant. The kernel's memory model
 * orders what depends on a read; ThreadSanitizer knows of no such thing, and sees an acquire.
 */
#ifdef __SANITIZE_THREAD__
#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_ACQUIRE)
#else
#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#endif
#define WRITE_ONCE(x, value)	__atomic_store_n(&(x), value, __ATOMIC_RELAXED)

#define _THIS_IP_	0UL
#define _RET_IP_	0UL

#endif /* CONTEND_SHIM_COMPILER_H */

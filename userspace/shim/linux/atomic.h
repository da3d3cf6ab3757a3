/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_ATOMIC_H
#define CONTEND_SHIM_ATOMIC_H

/*
 * The kernel's atomics (Documentation/atomic_t.txt) by the compiler's. One without a suffix
 * is fully ordered there: more than __ATOMIC_SEQ_CST, which orders sequentially consistent
 * accesses among themselves alone, and so there are fences around it. On x86 the instruction
 * is a full barrier anyway, and the compiler's fence costs another one.
 */
#include <linux/compiler.h>
#include <linux/processor.h>

/*
 * ThreadSanitizer does not model a fence. It sees a read-modify-write of one word in its
 * place, which orders as much and, as a sanitizer sees it, more: what only a fence of ours
 * orders is proved by the litmus tests beside the locks.
 */
#ifdef __SANITIZE_THREAD__
extern int shim_fence;
#define smp_mb()	((void)__atomic_fetch_add(&shim_fence, 0, __ATOMIC_SEQ_CST))
#define smp_rmb()	smp_mb()
#define smp_wmb()	smp_mb()
#else
#define smp_mb()	__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb()	__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()	__atomic_thread_fence(__ATOMIC_RELEASE)
#endif

/*
 * A release of the kernel's is cumulative: it passes on what its task has seen of others, too,
 * by whatever it has seen it. The compiler's passes on what its task has acquired. Where a
 * sanitizer looks, a read-modify-write that releases acquires therefore what it reads, as
 * READ_ONCE() does.
 */
#ifdef __SANITIZE_THREAD__
#define SHIM_RELEASE	__ATOMIC_ACQ_REL
#else
#define SHIM_RELEASE	__ATOMIC_RELEASE
#endif

#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
/* A locked instruction is one: the compiler alone must be kept from moving around it. */
#define shim_full()	barrier()
#else
#define shim_full()	smp_mb()
#endif

#define smp_load_acquire(p)		__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, value)	__atomic_store_n(p, value, __ATOMIC_RELEASE)
#define smp_store_mb(x, value)		do { WRITE_ONCE(x, value); smp_mb(); } while (0)

#define shim_cond_load(p, cond, order)			\
({							\
	typeof(p) __p = (p);				\
	typeof(*__p) VAL;				\
							\
	for (;;) {					\
		VAL = __atomic_load_n(__p, order);	\
		if (cond)				\
			break;				\
		cpu_relax();				\
	}						\
	VAL;						\
})
#define smp_cond_load_relaxed(p, cond)	shim_cond_load(p, cond, __ATOMIC_RELAXED)
#define smp_cond_load_acquire(p, cond)	shim_cond_load(p, cond, __ATOMIC_ACQUIRE)

/* Fully ordered, whatever the operation is. */
#define shim_ordered(expr)	\
({				\
	typeof(expr) __r;	\
				\
	shim_full();		\
	__r = (expr);		\
	shim_full();		\
	__r;			\
})

#define xchg_relaxed(p, v)	__atomic_exchange_n(p, v, __ATOMIC_RELAXED)
#define xchg_acquire(p, v)	__atomic_exchange_n(p, v, __ATOMIC_ACQUIRE)
#define xchg_release(p, v)	__atomic_exchange_n(p, v, SHIM_RELEASE)
#define xchg(p, v)		shim_ordered(__atomic_exchange_n(p, v, __ATOMIC_SEQ_CST))

#define shim_cmpxchg(p, old, new, order)						\
({											\
	typeof(*(p)) __old = (old);							\
											\
	__atomic_compare_exchange_n(p, &__old, new, false, order, __ATOMIC_RELAXED);	\
	__old;										\
})
#define cmpxchg_relaxed(p, old, new)	shim_cmpxchg(p, old, new, __ATOMIC_RELAXED)
#define cmpxchg_acquire(p, old, new)	shim_cmpxchg(p, old, new, __ATOMIC_ACQUIRE)
#define cmpxchg_release(p, old, new)	shim_cmpxchg(p, old, new, SHIM_RELEASE)
#define cmpxchg(p, old, new)	shim_ordered(shim_cmpxchg(p, old, new, __ATOMIC_SEQ_CST))

#define shim_try_cmpxchg(p, old, new, order)	\
	__atomic_compare_exchange_n(p, old, new, false, order, __ATOMIC_RELAXED)
#define try_cmpxchg_relaxed(p, old, new)	shim_try_cmpxchg(p, old, new, __ATOMIC_RELAXED)
#define try_cmpxchg_acquire(p, old, new)	shim_try_cmpxchg(p, old, new, __ATOMIC_ACQUIRE)
#define try_cmpxchg_release(p, old, new)	shim_try_cmpxchg(p, old, new, SHIM_RELEASE)
#define try_cmpxchg(p, old, new)	\
	shim_ordered(shim_try_cmpxchg(p, old, new, __ATOMIC_SEQ_CST))

#define ATOMIC_INIT(i)		{ (i) }
#define ATOMIC64_INIT(i)	{ (i) }

/* One operation that returns a value, in the four orders. */
#define SHIM_ATOMIC_RETURN(_t, _i, _pre, _op, _builtin)					\
static inline _i _pre##_op##_relaxed(_i i, _t *v)					\
{											\
	return __atomic_##_builtin(&v->counter, i, __ATOMIC_RELAXED);			\
}											\
static inline _i _pre##_op##_acquire(_i i, _t *v)					\
{											\
	return __atomic_##_builtin(&v->counter, i, __ATOMIC_ACQUIRE);			\
}											\
static inline _i _pre##_op##_release(_i i, _t *v)					\
{											\
	return __atomic_##_builtin(&v->counter, i, SHIM_RELEASE);			\
}											\
static inline _i _pre##_op(_i i, _t *v)							\
{											\
	return shim_ordered(__atomic_##_builtin(&v->counter, i, __ATOMIC_SEQ_CST));	\
}

/* The same with the operand left out, which is one. */
#define SHIM_ATOMIC_UNARY(_t, _i, _pre, _op, _of)					\
static inline _i _pre##_op##_relaxed(_t *v) { return _pre##_of##_relaxed(1, v); }	\
static inline _i _pre##_op##_acquire(_t *v) { return _pre##_of##_acquire(1, v); }	\
static inline _i _pre##_op##_release(_t *v) { return _pre##_of##_release(1, v); }	\
static inline _i _pre##_op(_t *v) { return _pre##_of(1, v); }

#define SHIM_ATOMIC(_t, _i, _pre)							\
static inline _i _pre##_read(const _t *v) { return READ_ONCE(v->counter); }		\
static inline void _pre##_set(_t *v, _i i) { WRITE_ONCE(v->counter, i); }		\
static inline _i _pre##_read_acquire(const _t *v) { return smp_load_acquire(&v->counter); } \
static inline void _pre##_set_release(_t *v, _i i) { smp_store_release(&v->counter, i); } \
SHIM_ATOMIC_RETURN(_t, _i, _pre, _add_return, add_fetch)				\
SHIM_ATOMIC_RETURN(_t, _i, _pre, _sub_return, sub_fetch)				\
SHIM_ATOMIC_RETURN(_t, _i, _pre, _fetch_add, fetch_add)					\
SHIM_ATOMIC_RETURN(_t, _i, _pre, _fetch_sub, fetch_sub)					\
SHIM_ATOMIC_RETURN(_t, _i, _pre, _fetch_and, fetch_and)					\
SHIM_ATOMIC_RETURN(_t, _i, _pre, _fetch_or, fetch_or)					\
SHIM_ATOMIC_RETURN(_t, _i, _pre, _fetch_xor, fetch_xor)					\
SHIM_ATOMIC_UNARY(_t, _i, _pre, _inc_return, _add_return)				\
SHIM_ATOMIC_UNARY(_t, _i, _pre, _dec_return, _sub_return)				\
SHIM_ATOMIC_UNARY(_t, _i, _pre, _fetch_inc, _fetch_add)					\
SHIM_ATOMIC_UNARY(_t, _i, _pre, _fetch_dec, _fetch_sub)					\
static inline void _pre##_add(_i i, _t *v) { _pre##_fetch_add_relaxed(i, v); }		\
static inline void _pre##_sub(_i i, _t *v) { _pre##_fetch_sub_relaxed(i, v); }		\
static inline void _pre##_or(_i i, _t *v) { _pre##_fetch_or_relaxed(i, v); }		\
static inline void _pre##_and(_i i, _t *v) { _pre##_fetch_and_relaxed(i, v); }		\
static inline void _pre##_inc(_t *v) { _pre##_fetch_add_relaxed(1, v); }		\
static inline void _pre##_dec(_t *v) { _pre##_fetch_sub_relaxed(1, v); }		\
static inline bool _pre##_dec_and_test(_t *v) { return !_pre##_dec_return(v); }		\
static inline _i _pre##_fetch_andnot_release(_i i, _t *v)				\
{											\
	return _pre##_fetch_and_release(~i, v);						\
}											\
static inline _i _pre##_xchg(_t *v, _i i) { return xchg(&v->counter, i); }		\
static inline _i _pre##_xchg_acquire(_t *v, _i i) { return xchg_acquire(&v->counter, i); } \
static inline _i _pre##_xchg_release(_t *v, _i i) { return xchg_release(&v->counter, i); } \
static inline _i _pre##_xchg_relaxed(_t *v, _i i) { return xchg_relaxed(&v->counter, i); } \
static inline _i _pre##_cmpxchg(_t *v, _i o, _i n) { return cmpxchg(&v->counter, o, n); } \
static inline _i _pre##_cmpxchg_acquire(_t *v, _i o, _i n)				\
{											\
	return cmpxchg_acquire(&v->counter, o, n);					\
}											\
static inline _i _pre##_cmpxchg_release(_t *v, _i o, _i n)				\
{											\
	return cmpxchg_release(&v->counter, o, n);					\
}											\
static inline _i _pre##_cmpxchg_relaxed(_t *v, _i o, _i n)				\
{											\
	return cmpxchg_relaxed(&v->counter, o, n);					\
}											\
static inline bool _pre##_try_cmpxchg(_t *v, _i *o, _i n)				\
{											\
	return try_cmpxchg(&v->counter, o, n);						\
}											\
static inline bool _pre##_try_cmpxchg_acquire(_t *v, _i *o, _i n)			\
{											\
	return try_cmpxchg_acquire(&v->counter, o, n);					\
}											\
static inline bool _pre##_try_cmpxchg_release(_t *v, _i *o, _i n)			\
{											\
	return try_cmpxchg_release(&v->counter, o, n);					\
}											\
static inline bool _pre##_try_cmpxchg_relaxed(_t *v, _i *o, _i n)			\
{											\
	return try_cmpxchg_relaxed(&v->counter, o, n);					\
}											\
static inline bool _pre##_add_unless(_t *v, _i i, _i u)					\
{											\
	_i old = _pre##_read(v);							\
											\
	do {										\
		if (old == u)								\
			return false;							\
	} while (!_pre##_try_cmpxchg(v, &old, old + i));				\
	return true;									\
}											\
static inline bool _pre##_inc_not_zero(_t *v) { return _pre##_add_unless(v, 1, 0); }

SHIM_ATOMIC(atomic_t, int, atomic)
SHIM_ATOMIC(atomic64_t, s64, atomic64)
SHIM_ATOMIC(atomic_long_t, long, atomic_long)

#define atomic_cond_read_acquire(v, cond)	smp_cond_load_acquire(&(v)->counter, cond)

#endif /* CONTEND_SHIM_ATOMIC_H */

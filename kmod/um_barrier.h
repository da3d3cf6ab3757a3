/* SPDX-License-Identifier: GPL-2.0 */
/*
 * User-Mode Linux on x86-64 has what <asm-generic/barrier.h> makes of mb(), rmb() and wmb(): each
 * release and each acquire is an mfence. What orders nothing in a kernel for this processor costs
 * more there than a critical section, and a lock that is good with barriers looks bad. Here they
 * are as that kernel has them (arch/x86/include/asm/barrier.h): the processor and its memory are
 * the same. Devices have mb() and the like, and keep them.
 *
 * Ahead of each source of the kernel (qemu/kernel) and of the module (Kbuild): the generic header
 * leaves alone what is there.
 */
#ifndef CONTEND_UM_BARRIER_H
#define CONTEND_UM_BARRIER_H

#define __smp_mb()	asm volatile("lock addl $0,-4(%%rsp)" ::: "memory", "cc")
#define __smp_rmb()	barrier()
#define __smp_wmb()	barrier()
#define __smp_store_mb(var, value)	do { (void)xchg(&(var), value); } while (0)

#define __smp_store_release(p, v)					\
do {									\
	compiletime_assert_atomic_type(*p);				\
	barrier();							\
	WRITE_ONCE(*p, v);						\
} while (0)

#define __smp_load_acquire(p)						\
({									\
	typeof(*p) ___p1 = READ_ONCE(*p);				\
	compiletime_assert_atomic_type(*p);				\
	barrier();							\
	___p1;								\
})

/* An atomic operation that changes something is locked. */
#define __smp_mb__before_atomic()	do { } while (0)
#define __smp_mb__after_atomic()	do { } while (0)

#endif /* CONTEND_UM_BARRIER_H */

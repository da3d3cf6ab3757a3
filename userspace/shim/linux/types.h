/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_TYPES_H
#define CONTEND_SHIM_TYPES_H

/*
 * The shim: the kernel's headers as far as the sources of kmod/ include them, for a program.
 * Each one adds to the header of the same name that the C library may include as well.
 *
 * A thread is a task (sched.h), and a CPU of its own as far as memory of CPUs goes
 * (percpu.h): nobody takes it from the thread, preempt_disable() has nothing to do. Where the
 * thread really runs raw_smp_processor_id() says.
 */
#include_next <linux/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __s32 s32;
/* As in the kernel: long long, which is what %llu prints. */
typedef unsigned long long u64;
typedef long long s64;
typedef unsigned int gfp_t;

typedef struct { int counter; } atomic_t;
typedef struct { s64 counter; } atomic64_t;
typedef struct { long counter; } atomic_long_t;

struct list_head {
	struct list_head *next, *prev;
};

struct rcu_head;
typedef void (*rcu_callback_t)(struct rcu_head *head);

/* Where liburcu's header comes first it is that one's, of the same size. */
#ifndef _URCU_CALL_RCU_H
struct rcu_head {
	struct rcu_head *next;
	rcu_callback_t func;
};
#endif

#undef __always_inline
#define __always_inline inline __attribute__((__always_inline__))

#endif /* CONTEND_SHIM_TYPES_H */

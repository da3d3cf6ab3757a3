/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_PERCPU_H
#define CONTEND_SHIM_PERCPU_H

/*
 * Memory of which each thread has its own, as in the kernel each CPU. A pointer to it is one
 * into a template; the thread's own lies at a distance from there that is the same for all
 * that it has.
 *
 * There is room for so many threads as shim_cpus_init() was told; one that exits leaves its
 * place to another.
 */
#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/preempt.h>

#define SHIM_PERCPU			__attribute__((__section__("contend_percpu")))
#define DEFINE_PER_CPU(type, name)	SHIM_PERCPU type name
#define DEFINE_PER_CPU_ALIGNED(type, name)	\
	SHIM_PERCPU ____cacheline_aligned type name

/**
 * struct shim_cpu - a thread's place
 * @distance: from the template to its own, in bytes; 0: it has none yet
 * @id: its number
 */
struct shim_cpu {
	unsigned long distance;
	unsigned int id;
};

extern __thread struct shim_cpu shim_cpu;

int shim_cpus_init(unsigned int threads);
void shim_cpu_take(void);
unsigned long shim_cpu_distance(unsigned int cpu);
void *shim_percpu_alloc(size_t size, size_t align);
void free_percpu(void *p);

static __always_inline unsigned long shim_this_distance(void)
{
	if (unlikely(!shim_cpu.distance))
		shim_cpu_take();
	return shim_cpu.distance;
}

static __always_inline unsigned int smp_processor_id(void)
{
	shim_this_distance();
	return shim_cpu.id;
}

#define shim_at(p, distance)	((typeof(p))((unsigned long)(p) + (distance)))
#define per_cpu_ptr(p, cpu)	shim_at(p, shim_cpu_distance(cpu))
#define this_cpu_ptr(p)		shim_at(p, shim_this_distance())
#define raw_cpu_ptr(p)		this_cpu_ptr(p)

#define alloc_percpu_gfp(type, gfp)	((type *)shim_percpu_alloc(sizeof(type), __alignof__(type)))
#define alloc_percpu(type)		alloc_percpu_gfp(type, 0)

/* The thread alone writes it, others may read it. */
#define this_cpu_add(x, i)				\
do {							\
	typeof(&(x)) __x = this_cpu_ptr(&(x));		\
							\
	WRITE_ONCE(*__x, *__x + (i));			\
} while (0)
#define this_cpu_inc(x)		this_cpu_add(x, 1)
#define this_cpu_inc_return(x)				\
({							\
	typeof(&(x)) __p = this_cpu_ptr(&(x));		\
							\
	WRITE_ONCE(*__p, *__p + 1);			\
	*__p;						\
})
#define this_cpu_xchg(x, v)				\
({							\
	typeof(&(x)) __p = this_cpu_ptr(&(x));		\
	typeof(x) __old = *__p;				\
							\
	WRITE_ONCE(*__p, v);				\
	__old;						\
})
#define this_cpu_dec(x)		this_cpu_add(x, -1)

#endif /* CONTEND_SHIM_PERCPU_H */

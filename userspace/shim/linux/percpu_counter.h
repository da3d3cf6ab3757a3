/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_PERCPU_COUNTER_H
#define CONTEND_SHIM_PERCPU_COUNTER_H

/* A sum of which each thread has a part, that it adds to the whole when it has grown. */
#include <linux/percpu.h>
#include <linux/slab.h>

#define SHIM_COUNTER_BATCH	32

struct percpu_counter {
	s64 count;
	s64 *counters;
};

static inline int percpu_counter_init(struct percpu_counter *c, s64 count, gfp_t gfp)
{
	c->count = count;
	c->counters = alloc_percpu(s64);
	return c->counters ? 0 : -ENOMEM;
}

static inline void percpu_counter_destroy(struct percpu_counter *c)
{
	free_percpu(c->counters);
	c->counters = NULL;
}

static inline void percpu_counter_add(struct percpu_counter *c, s64 n)
{
	s64 *mine = this_cpu_ptr(c->counters), now = *mine + n;

	if (now >= SHIM_COUNTER_BATCH || now <= -SHIM_COUNTER_BATCH) {
		__atomic_fetch_add(&c->count, now, __ATOMIC_RELAXED);
		now = 0;
	}
	WRITE_ONCE(*mine, now);
}

#define percpu_counter_inc(c)	percpu_counter_add(c, 1)
#define percpu_counter_dec(c)	percpu_counter_add(c, -1)

static inline s64 percpu_counter_read_positive(const struct percpu_counter *c)
{
	s64 count = READ_ONCE(c->count);

	return count > 0 ? count : 0;
}

/* Exact when nobody counts. */
static inline s64 percpu_counter_sum(const struct percpu_counter *c)
{
	s64 sum = READ_ONCE(c->count);
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*per_cpu_ptr(c->counters, cpu));
	return sum;
}

#endif /* CONTEND_SHIM_PERCPU_COUNTER_H */

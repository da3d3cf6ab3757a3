// SPDX-License-Identifier: GPL-2.0
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "structures/reclaim.h"
#include "lib/charge.h"

/**
 * reclaim_init - for an object whose lock defers
 * @r: zeroed
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int reclaim_init(struct reclaim *r)
{
	unsigned int cpu;

	r->cpus = alloc_percpu_gfp(struct reclaim_cpu, GFP_CLIENT);
	if (!r->cpus)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		raw_spin_lock_init(&per_cpu_ptr(r->cpus, cpu)->lock);
	return 0;
}

/**
 * reclaim_destroy - the reverse
 * @r: nobody frees anything more; or zeroed
 *
 * Context: process, may sleep.
 */
void reclaim_destroy(struct reclaim *r)
{
	free_percpu(r->cpus);
}

static struct hist *reclaim_swap(struct reclaim_cpu *c, struct hist *hist)
{
	struct hist *old;

	raw_spin_lock_irq(&c->lock);
	old = c->hist;
	c->hist = hist;
	raw_spin_unlock_irq(&c->lock);
	return old;
}

/**
 * reclaim_begin - measure from now on
 * @r: of the object
 *
 * Goes with reclaim_end().
 *
 * Context: process, may sleep.
 * Return: 0; -EOPNOTSUPP its lock does not defer; -EBUSY another run measures; -ENOMEM.
 */
int reclaim_begin(struct reclaim *r)
{
	unsigned int cpu;

	if (!r->cpus)
		return -EOPNOTSUPP;
	if (test_and_set_bit(0, &r->busy))
		return -EBUSY;
	for_each_possible_cpu(cpu) {
		struct hist *hist = kvmalloc_node(sizeof(*hist), GFP_CLIENT, cpu_to_node(cpu));

		if (!hist) {
			kvfree(reclaim_end(r));
			return -ENOMEM;
		}
		hist_init(hist);
		reclaim_swap(per_cpu_ptr(r->cpus, cpu), hist);
	}
	return 0;
}

/**
 * reclaim_end - measure no more
 * @r: of the object, begun
 *
 * What is freed later is not in it.
 *
 * Context: process, may sleep.
 * Return: all that was measured, to be freed with kvfree(), or NULL when nothing could be.
 */
struct hist *reclaim_end(struct reclaim *r)
{
	struct hist *all = NULL, *one;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		one = reclaim_swap(per_cpu_ptr(r->cpus, cpu), NULL);
		if (all && one) {
			hist_merge(all, one);
			kvfree(one);
		} else if (one) {
			all = one;
		}
	}
	clear_bit(0, &r->busy);
	return all;
}

/**
 * reclaim_note - something is about to be freed
 * @r: of its object
 * @ns: how long it has waited
 *
 * Context: any but NMI.
 */
void reclaim_note(struct reclaim *r, u64 ns)
{
	/* Whichever CPU it is: its lock is held. */
	struct reclaim_cpu *c = raw_cpu_ptr(r->cpus);
	unsigned long flags;

	raw_spin_lock_irqsave(&c->lock, flags);
	if (c->hist)
		hist_add(c->hist, ns);
	raw_spin_unlock_irqrestore(&c->lock, flags);
}

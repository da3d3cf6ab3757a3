// SPDX-License-Identifier: GPL-2.0
/*
 * big_reader: a lock on each CPU. A reader takes that of its own, a writer all.
 *
 * W. C. Hsieh, W. E. Weihl, "Scalable reader-writer locks for parallel systems", IPPS
 * 1992; Linux had it as br_lock, later lg_global_lock, until 4.2.
 *
 * A reader meets nobody but a writer, and touches a line that stays in its cache. A
 * writer pays for each CPU that the machine may have.
 *
 * Invariants: each CPU's word is 1 while its reader or the writer is inside; writers
 * take the words in the order of the CPUs, so that two of them meet at the first.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/percpu.h>

#include "locks/section.h"
#include "lib/charge.h"
#include "locks/spin.h"

struct big_reader {
	atomic_t __percpu *taken;	/* constant */
	struct lockdep_map dep;
};

static int big_reader_init(void *lock)
{
	struct big_reader *l = lock;

	l->taken = alloc_percpu_gfp(atomic_t, GFP_CLIENT);
	if (!l->taken)
		return -ENOMEM;
	lock_class_init(&l->dep, "big_reader", LD_WAIT_SPIN);
	return 0;
}

static void big_reader_destroy(void *lock)
{
	struct big_reader *l = lock;

	free_percpu(l->taken);
}

/* @contended: whether lock_stat has been told; set */
static void big_reader_take(struct big_reader *l, atomic_t *taken, bool *contended)
{
	/* A: pairs with B */
	if (likely(!atomic_xchg_acquire(taken, 1)))
		return;
	if (!*contended)
		lock_contended(&l->dep, _THIS_IP_);
	*contended = true;
	do {
		while (atomic_read(taken))
			cpu_relax();
		/* A: pairs with B */
	} while (atomic_xchg_acquire(taken, 1));
}

static void big_reader_read_lock(void *lock, union lock_token *token)
{
	struct big_reader *l = lock;
	bool contended = false;

	preempt_disable();
	lock_acquire_shared(&l->dep, 0, 0, NULL, _THIS_IP_);
	big_reader_take(l, this_cpu_ptr(l->taken), &contended);
	lock_acquired(&l->dep, _THIS_IP_);
}

static bool big_reader_read_unlock(void *lock, union lock_token *token)
{
	struct big_reader *l = lock;

	rwlock_release(&l->dep, _THIS_IP_);
	/* B: pairs with A */
	atomic_set_release(this_cpu_ptr(l->taken), 0);
	preempt_enable();
	return false;
}

static void big_reader_write_lock(void *lock, union lock_token *token)
{
	struct big_reader *l = lock;
	bool contended = false;
	unsigned int cpu;

	preempt_disable();
	rwlock_acquire(&l->dep, 0, 0, _THIS_IP_);
	/* Possible, not online: a CPU that comes up while we are inside brings readers. */
	for_each_possible_cpu(cpu)
		big_reader_take(l, per_cpu_ptr(l->taken, cpu), &contended);
	lock_acquired(&l->dep, _THIS_IP_);
}

static void big_reader_write_unlock(void *lock, union lock_token *token)
{
	struct big_reader *l = lock;
	unsigned int cpu;

	rwlock_release(&l->dep, _THIS_IP_);
	for_each_possible_cpu(cpu)
		/* B: pairs with A */
		atomic_set_release(per_cpu_ptr(l->taken, cpu), 0);
	preempt_enable();
}

static const struct lock_ops big_reader_ops = {
	.size = sizeof(struct big_reader),
	SPIN_IRQS_ON(struct big_reader),
	.init = big_reader_init,
	.destroy = big_reader_destroy,
	.write_enter = big_reader_write_lock,
	.write_leave = big_reader_write_unlock,
	.read_enter = big_reader_read_lock,
	.read_leave = big_reader_read_unlock,
};

CONTEND_LOCK(big_reader, "readers-writer",
	     "a lock on each CPU: a reader takes its own, a writer all",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     SPIN_CAPS);

// SPDX-License-Identifier: GPL-2.0
/*
 * ebr and epoch: epoch-based reclamation (locks/limbo.h). They differ in how a reader
 * says in which epoch it came.
 *
 * ebr: one word for each CPU and context, as in Fraser's thesis one for each thread: a
 * reader keeps its CPU.
 *
 * epoch: FreeBSD's epoch(9) for threads that may be preempted inside, on the sections of
 * Concurrency Kit's ck_epoch(3): each CPU counts the readers inside, by the epoch in
 * which they came. Only two epochs have readers, so that the number's lowest bit tells
 * them apart. Like there a reader stays on its CPU, so that each CPU's counts are exact.
 * Unlike there a waiter lends no priority to a reader that was preempted.
 *
 * A reader that stalls holds up all that is unlinked from then on; the object's limit
 * on its backlog then makes writers wait (contend_object_throttle()).
 */
#include <linux/cpumask.h>
#include <linux/percpu.h>
#include <linux/preempt.h>

#include "locks/section.h"
#include "lib/charge.h"
#include "locks/limbo.h"
#include "locks/spin.h"

/**
 * struct ebr_readers - the readers inside, on a CPU
 * @inside: ebr: by context, 0, or the epoch in which the reader came, and the lowest
 *	bit. Written by its CPU
 * @came: epoch: how many are inside, by the lowest bit of the epoch. Written on its CPU
 *	by per-CPU operations
 */
struct ebr_readers {
	unsigned long inside[SPIN_CONTEXTS];
	unsigned long came[2];
} ____cacheline_aligned;

/**
 * struct ebr - a lock of this family
 * @writers: one at a time
 * @readers: constant
 * @dep: for lockdep, of the read side
 * @limbo: has a lock of its own
 */
struct ebr {
	spinlock_t writers;	/* see above */
	struct ebr_readers __percpu *readers;
	struct lockdep_map dep;
	struct limbo limbo;
};

static int ebr_init_readers(struct ebr *e)
{
	e->readers = alloc_percpu_gfp(struct ebr_readers, GFP_CLIENT);
	if (!e->readers)
		return -ENOMEM;
	spin_lock_init(&e->writers);
	spin_lock_init(&e->limbo.lock);
	return 0;
}

static int ebr_init(void *lock)
{
	struct ebr *e = lock;

	lock_class_init(&e->dep, "ebr", LD_WAIT_SPIN);
	return ebr_init_readers(e);
}

static void ebr_destroy(void *lock)
{
	struct ebr *e = lock;

	free_percpu(e->readers);
}

static void ebr_write_lock(void *lock, union lock_token *token)
	__acquires(lock)
{
	struct ebr *e = lock;

	spin_lock(&e->writers);
}

static void ebr_write_unlock(void *lock, union lock_token *token)
	__releases(lock)
{
	struct ebr *e = lock;

	spin_unlock(&e->writers);
}

static void ebr_read_enter(void *lock, union lock_token *token)
{
	struct ebr *e = lock;
	unsigned long *inside;

	preempt_disable();
	lock_acquire_shared_recursive(&e->dep, 0, 0, NULL, _THIS_IP_);
	inside = &this_cpu_ptr(e->readers)->inside[interrupt_context_level()];
	WRITE_ONCE(*inside, READ_ONCE(e->limbo.epoch) << 1 | 1);
	/*
	 * A: pairs with B. Either a task that would advance sees this reader, or this
	 * reader sees what was unlinked before. Also after the epoch's load: a reader that
	 * sees an epoch begin sees what was unlinked in the one before; pairs with C.
	 */
	smp_mb();
	token->slot = inside;
}

static bool ebr_read_leave(void *lock, union lock_token *token)
{
	struct ebr __maybe_unused *e = lock;	/* for lockdep alone */
	unsigned long *inside = token->slot;

	lock_release(&e->dep, _THIS_IP_);
	/* D: what was read, before it may be freed; pairs with B */
	smp_store_release(inside, 0);
	preempt_enable();
	return false;
}

static bool ebr_quiet(void *lock, unsigned long now)
{
	struct ebr *e = lock;
	unsigned int cpu, i;

	for_each_possible_cpu(cpu) {
		for (i = 0; i < SPIN_CONTEXTS; i++) {
			unsigned long inside =
				READ_ONCE(per_cpu_ptr(e->readers, cpu)->inside[i]);

			if (inside && inside >> 1 != now)
				return false;
		}
	}
	return true;
}

static void ebr_defer(void *lock, struct rcu_head *head, rcu_callback_t func)
{
	struct ebr *e = lock;

	limbo_defer(&e->limbo, head, func, ebr_quiet, lock);
}

static void ebr_drain(void *lock)
{
	struct ebr *e = lock;

	limbo_drain(&e->limbo, ebr_quiet, lock);
}

static const struct lock_ops ebr_ops = {
	.size = sizeof(struct ebr),
	.init = ebr_init,
	.destroy = ebr_destroy,
	.write_enter = ebr_write_lock,
	.write_leave = ebr_write_unlock,
	.read_enter = ebr_read_enter,
	.read_leave = ebr_read_leave,
	.defer = ebr_defer,
	.drain = ebr_drain,
};

static int epoch_init(void *lock)
{
	struct ebr *e = lock;

	/* A reader may be preempted, and so may take what sleeps on PREEMPT_RT. */
	lock_class_init(&e->dep, "epoch", LD_WAIT_CONFIG);
	return ebr_init_readers(e);
}

static void epoch_read_enter(void *lock, union lock_token *token)
{
	struct ebr *e = lock;

	migrate_disable();
	lock_acquire_shared_recursive(&e->dep, 0, 0, NULL, _THIS_IP_);
	token->idx = READ_ONCE(e->limbo.epoch) & 1;
	/*
	 * If epochs have passed since the load, the count is still that of the one before
	 * now, and holds it up, or of now, whose readers have yet to look.
	 */
	this_cpu_inc(e->readers->came[token->idx]);
	/* A: as in ebr_read_enter() */
	smp_mb();
}

static bool epoch_read_leave(void *lock, union lock_token *token)
{
	struct ebr *e = lock;

	lock_release(&e->dep, _THIS_IP_);
	/* D: what was read, before it may be freed; pairs with B */
	smp_mb();
	this_cpu_dec(e->readers->came[token->idx]);
	migrate_enable();
	return false;
}

static bool epoch_quiet(void *lock, unsigned long now)
{
	struct ebr *e = lock;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (READ_ONCE(per_cpu_ptr(e->readers, cpu)->came[(now & 1) ^ 1]))
			return false;
	return true;
}

static void epoch_defer(void *lock, struct rcu_head *head, rcu_callback_t func)
{
	struct ebr *e = lock;

	limbo_defer(&e->limbo, head, func, epoch_quiet, lock);
}

static void epoch_drain(void *lock)
{
	struct ebr *e = lock;

	limbo_drain(&e->limbo, epoch_quiet, lock);
}

static const struct lock_ops epoch_ops = {
	.size = sizeof(struct ebr),
	.init = epoch_init,
	.destroy = ebr_destroy,
	.write_enter = ebr_write_lock,
	.write_leave = ebr_write_unlock,
	.read_enter = epoch_read_enter,
	.read_leave = epoch_read_leave,
	.defer = epoch_defer,
	.drain = epoch_drain,
};

#define EBR_CAPS	(CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED |		\
			 CONTEND_CAP_POINTERS | CONTEND_CAP_DEFERRED |		\
			 CONTEND_CAP_SLEEPS_ON_RT)

CONTEND_LOCK(ebr, "reclamation", "epoch-based: readers say in which epoch they came", EBR_CAPS);
CONTEND_LOCK(epoch, "reclamation", "FreeBSD's epoch(9): epoch-based, readers may be preempted",
	     EBR_CAPS);

#ifdef CONTEND_MUTANT

/* busted_epoch: begins the next epoch even with a reader inside. */
static bool busted_epoch_quiet(void *lock, unsigned long now)
{
	return true;
}

static void busted_epoch_defer(void *lock, struct rcu_head *head, rcu_callback_t func)
{
	struct ebr *e = lock;

	limbo_defer(&e->limbo, head, func, busted_epoch_quiet, lock);
}

static const struct lock_ops busted_epoch_ops = {
	.size = sizeof(struct ebr),
	.init = epoch_init,
	.destroy = ebr_destroy,
	.write_enter = ebr_write_lock,
	.write_leave = ebr_write_unlock,
	.read_enter = epoch_read_enter,
	.read_leave = epoch_read_leave,
	.defer = busted_epoch_defer,
	.drain = epoch_drain,
};

CONTEND_LOCK(busted_epoch, "busted", "waits for no reader: who is preempted uses what is freed",
	     EBR_CAPS | CONTEND_CAP_BUSTED);

#endif /* CONTEND_MUTANT */

// SPDX-License-Identifier: GPL-2.0
/*
 * qsbr: reclamation by quiescent states: readers do nothing at all.
 *
 * P. E. McKenney, J. D. Slingwine, "Read-copy update: using execution history to solve
 * concurrency problems", PDCS 1998; T. E. Hart et al., "Performance of memory
 * reclamation for lockless synchronization", JPDC 67(12), 2007.
 *
 * A reader keeps its CPU and that is all. A CPU that has run another task since
 * something was unlinked has no reader left that saw it: its context switch is the
 * quiescent state. A task that wants to free waits until each CPU has had one, by giving
 * each a task to run; what was unlinked until then goes in one batch.
 *
 * Invariants: a reader is not preempted; what is in a batch was unlinked before the
 * batch's task ran on any CPU.
 */
#include <linux/cpu.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "locks/section.h"
#include "lib/charge.h"
#include "locks/deferred.h"
#include "locks/spin.h"

struct qsbr {
	spinlock_t writers;		/* one at a time */
	struct lockdep_map dep;
	struct workqueue_struct *queue;	/* constant */
	struct work_struct __percpu *tasks;	/* one for each CPU; @grace's */
	struct work_struct grace;
	spinlock_t pending_lock ____cacheline_aligned_in_smp;	/* of what follows */
	struct rcu_head *pending;	/* unlinked, in no batch yet */
};

static void qsbr_quiescent(struct work_struct *work)
{
	/* That this runs is the point. */
}

static void qsbr_grace(struct work_struct *work)
{
	struct qsbr *q = container_of(work, struct qsbr, grace);
	struct rcu_head *batch;
	unsigned int cpu;

	spin_lock(&q->pending_lock);
	batch = q->pending;
	q->pending = NULL;
	spin_unlock(&q->pending_lock);
	if (!batch)
		return;
	/*
	 * A CPU that is not online has no reader. The scheduler's barriers order a
	 * section before the task that its CPU runs next, which is joined here.
	 */
	cpus_read_lock();
	for_each_online_cpu(cpu)
		schedule_work_on(cpu, per_cpu_ptr(q->tasks, cpu));
	for_each_online_cpu(cpu)
		flush_work(per_cpu_ptr(q->tasks, cpu));
	cpus_read_unlock();
	deferred_run(batch);
}

static int qsbr_init(void *lock)
{
	struct qsbr *q = lock;
	unsigned int cpu;

	q->tasks = alloc_percpu_gfp(struct work_struct, GFP_CLIENT);
	if (!q->tasks)
		return -ENOMEM;
	q->queue = alloc_workqueue("contend_qsbr", WQ_UNBOUND, 1);
	if (!q->queue) {
		free_percpu(q->tasks);
		return -ENOMEM;
	}
	for_each_possible_cpu(cpu)
		INIT_WORK(per_cpu_ptr(q->tasks, cpu), qsbr_quiescent);
	INIT_WORK(&q->grace, qsbr_grace);
	spin_lock_init(&q->writers);
	spin_lock_init(&q->pending_lock);
	lock_class_init(&q->dep, "qsbr", LD_WAIT_SPIN);
	return 0;
}

static void qsbr_destroy(void *lock)
{
	struct qsbr *q = lock;

	destroy_workqueue(q->queue);
	free_percpu(q->tasks);
}

static void qsbr_write_lock(void *lock, union lock_token *token)
	__acquires(lock)
{
	struct qsbr *q = lock;

	spin_lock(&q->writers);
}

static void qsbr_write_unlock(void *lock, union lock_token *token)
	__releases(lock)
{
	struct qsbr *q = lock;

	spin_unlock(&q->writers);
}

static void qsbr_read_enter(void *lock, union lock_token *token)
{
	struct qsbr __maybe_unused *q = lock;	/* for lockdep alone */

	preempt_disable();
	lock_acquire_shared_recursive(&q->dep, 0, 0, NULL, _THIS_IP_);
}

static bool qsbr_read_leave(void *lock, union lock_token *token)
{
	struct qsbr __maybe_unused *q = lock;	/* for lockdep alone */

	lock_release(&q->dep, _THIS_IP_);
	preempt_enable();
	return false;
}

static void qsbr_defer(void *lock, struct rcu_head *head, rcu_callback_t func)
{
	struct qsbr *q = lock;

	head->func = func;
	spin_lock(&q->pending_lock);
	head->next = q->pending;
	q->pending = head;
	spin_unlock(&q->pending_lock);
	/* One that is at work takes what it missed the next time. */
	queue_work(q->queue, &q->grace);
}

static void qsbr_drain(void *lock)
{
	struct qsbr *q = lock;

	/* If it is queued already, it has yet to take what is pending. */
	queue_work(q->queue, &q->grace);
	/* Waits for what is queued by now, not for what writers queue from now on. */
	flush_workqueue(q->queue);
}

static const struct lock_ops qsbr_ops = {
	.size = sizeof(struct qsbr),
	.init = qsbr_init,
	.destroy = qsbr_destroy,
	.write_enter = qsbr_write_lock,
	.write_leave = qsbr_write_unlock,
	.read_enter = qsbr_read_enter,
	.read_leave = qsbr_read_leave,
	.defer = qsbr_defer,
	.drain = qsbr_drain,
};

CONTEND_LOCK(qsbr, "reclamation",
	     "quiescent states: readers do nothing, each CPU's next task tells",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_DEFERRED | CONTEND_CAP_SLEEPS_ON_RT);

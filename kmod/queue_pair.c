// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/eventfd.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/log2.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/sched/stat.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "lib/charge.h"
#include "object.h"
#include "operation.h"
#include "queue_pair.h"

unsigned int contend_max_pollers = 64;

/* How many poll, bounded by contend_max_pollers. */
static atomic_t pollers = ATOMIC_INIT(0);

/* So many entries are carried out between two ways into the object, and told together. */
#define TURN	64

/* Bit of queue_pair.busy. */
#define BUSY	0

/**
 * struct queue_pair - see queue_pair.h
 * @obj: constant; the descriptor holds it
 * @shared: the mapping's head. What the client writes there is read once each time
 * @sqes: in the mapping
 * @cqes: in the mapping
 * @sq_entries: constant
 * @cq_entries: constant
 * @sq_head: entries taken; this and the next one are of the task that has @busy, or of the thread
 * @cq_tail: completions written
 * @told: completions that the client was told of; written by that task, read by those that wait
 * @busy: bit BUSY: a task carries entries out; taken with acquire, given back with release
 * @visit: of that task
 * @wait: for completions, and for @busy
 * @eventfd: signalled with completions, or NULL; constant
 * @poller: the thread, or NULL; constant
 * @stop: it is to end
 * @bell: it sleeps there
 * @idle_ns: after so long; constant
 * @memcg: what it allocates is charged to this, the group of the task that made it; constant
 * @npages: constant
 * @pages: of the mapping, constant
 */
struct queue_pair {
	struct contend_object *obj;
	struct contend_ring_shared *shared;
	struct contend_sqe *sqes;
	struct contend_cqe *cqes;
	u32 sq_entries;
	u32 cq_entries;
	u32 sq_head;
	u32 cq_tail;
	u32 told;
	unsigned long busy;
	struct visit visit;
	wait_queue_head_t wait;
	struct eventfd_ctx *eventfd;
	struct task_struct *poller;
	bool stop;
	wait_queue_head_t bell;
	u64 idle_ns;
	struct mem_cgroup *memcg;
	u32 npages;
	struct page *pages[];
};

/**
 * queue_pair_features - what there is of it in this world
 *
 * Context: any.
 * Return: bits of contend_info.features.
 */
u64 queue_pair_features(void)
{
	return CONTEND_FEATURE_RING;
}

/* How many entries there are to carry out; -EINVAL: the client's index cannot be. */
static int sq_pending(const struct queue_pair *qp)
{
	/* A: pairs with the client's release of sq_tail: the entries are seen filled */
	u32 pending = smp_load_acquire(&qp->shared->sq_tail) - READ_ONCE(qp->sq_head);

	return pending <= qp->sq_entries ? (int)pending : -EINVAL;
}

/* How many completions the client has not seen, of @tail; likewise. */
static int cq_unseen(const struct queue_pair *qp, u32 tail)
{
	/* D: pairs with the client's release of cq_head: it has read what is overwritten now */
	u32 unseen = tail - smp_load_acquire(&qp->shared->cq_head);

	return unseen <= qp->cq_entries ? (int)unseen : -EINVAL;
}

/* The client may change it at any moment: what is looked at is this copy. */
static struct contend_sqe sqe_copy(const struct queue_pair *qp)
{
	const u64 *from = (const u64 *)&qp->sqes[qp->sq_head & (qp->sq_entries - 1)];
	union {
		struct contend_sqe sqe;
		u64 word[sizeof(struct contend_sqe) / sizeof(u64)];
	} copy;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(copy.word); i++)
		copy.word[i] = READ_ONCE(from[i]);
	return copy.sqe;
}

/* Tell the client, and those that wait, what was done. */
static void qp_tell(struct queue_pair *qp)
{
	struct contend_ring_shared *shared = qp->shared;

	/* B: pairs with the client's acquire: an entry was copied before it is filled anew */
	smp_store_release(&shared->sq_head, qp->sq_head);
	if (qp->told == qp->cq_tail)
		return;
	/* C: pairs with the client's acquire: it sees the completions filled */
	smp_store_release(&shared->cq_tail, qp->cq_tail);
	WRITE_ONCE(qp->told, qp->cq_tail);
	/* Its barrier: @told, then the look for those that wait; pairs with prepare_to_wait(). */
	if (wq_has_sleeper(&qp->wait))
		wake_up_interruptible_all(&qp->wait);
	if (qp->eventfd)
		contend_eventfd_signal(qp->eventfd);
}

/*
 * Carry out the entry at the head. -EAGAIN, -ETIMEDOUT, -ERESTARTSYS, -EINTR, -ECANCELED: it has
 * done nothing, and stays where it is.
 */
static int qp_do(struct queue_pair *qp, u64 deadline_ns)
{
	const struct contend_sqe sqe = sqe_copy(qp);
	struct contend_op op = {
		.verb = sqe.verb, .flags = sqe.flags, .key = sqe.key, .value = sqe.value,
		.stay_ns = sqe.stay_ns, .deadline_ns = sqe.deadline_ns, .tag = sqe.tag,
	};
	struct contend_cqe *cqe;
	int ret = -EINVAL;

	if (!sqe.reserved)
		ret = visit_op(&qp->visit, &op, false);
	if (ret == -EINPROGRESS) {
		if (!deadline_ns)
			return -EAGAIN;
		/* What came before it does not wait for it. */
		visit_leave(&qp->visit);
		qp_tell(qp);
		op.deadline_ns = min(op.deadline_ns, deadline_ns);
		ret = visit_op(&qp->visit, &op, true);
		if (!ret && op.error == ETIMEDOUT && deadline_ns < sqe.deadline_ns)
			return -ETIMEDOUT;
	}
	switch (ret) {
	case -ERESTARTSYS:
	case -EINTR:
	case -ECANCELED:
		return ret;
	}
	if (ret)
		op.value = 0;
	cqe = &qp->cqes[qp->cq_tail++ & (qp->cq_entries - 1)];
	*cqe = (struct contend_cqe){
		.user_data = sqe.user_data, .result = -ret, .error = op.error, .value = op.value,
		.wait_ns = op.wait_ns, .hold_ns = op.hold_ns, .block_ns = op.block_ns,
		.count = op.count,
	};
	WRITE_ONCE(qp->sq_head, qp->sq_head + 1);
	return 0;
}

/*
 * Whether who carries entries out is to end: each of them may take as long as others hold the lock.
 * An operation of the thread's is ended by @stop, which kthread_stop() follows.
 */
static bool qp_ends(const struct queue_pair *qp)
{
	return qp->poller ? READ_ONCE(qp->stop) : fatal_signal_pending(current);
}

/*
 * Carry out up to @most entries, of those that are there by now; how many is in @done, whatever
 * is returned. As qp_do(), and -EBUSY there is no room for completions, -EINVAL; -EINTR it is to
 * end.
 */
static int qp_turn(struct queue_pair *qp, u32 most, u64 deadline_ns, u32 *done)
{
	int pending = sq_pending(qp), unseen = cq_unseen(qp, qp->cq_tail), ret = 0;
	u32 n;

	*done = 0;
	if (pending < 0 || unseen < 0)
		return -EINVAL;
	n = min3((u32)pending, qp->cq_entries - unseen, most);
	if (!n)
		return pending && most ? -EBUSY : 0;
	visit_begin(&qp->visit, qp->obj, qp->poller ? &qp->stop : NULL);
	while (*done < n && !ret) {
		ret = qp_ends(qp) ? -EINTR : qp_do(qp, deadline_ns);
		*done += !ret;
		cond_resched();
	}
	visit_end(&qp->visit);
	qp_tell(qp);
	return ret;
}

/* The thread */

static bool qp_ready(const struct queue_pair *qp)
{
	int unseen = cq_unseen(qp, READ_ONCE(qp->cq_tail));

	return sq_pending(qp) > 0 && unseen >= 0 && unseen < qp->cq_entries;
}

static void poller_sleep(struct queue_pair *qp)
{
	WRITE_ONCE(qp->shared->flags, CONTEND_RING_NEED_WAKEUP);
	/* E: then the look at what the client wrote; pairs with its barrier ahead of the flags */
	smp_mb();
	wait_event_interruptible(qp->bell, qp_ready(qp) || kthread_should_stop());
	WRITE_ONCE(qp->shared->flags, 0);
}

/*
 * Where another task wants its CPU it does not look for entries but sleeps, as KVM's halt polling:
 * that may be the client, or one that the client waits for.
 */
static int poller_thread(void *data)
{
	struct queue_pair *qp = data;
	u64 until = 0;
	u32 done;

	set_active_memcg(qp->memcg);
	while (!kthread_should_stop()) {
		qp_turn(qp, TURN, CONTEND_FOREVER, &done);
		if (done) {
			until = 0;
		} else if (!until) {
			until = ktime_get_ns() + qp->idle_ns;
		} else if (ktime_get_ns() >= until || !single_task_running()) {
			poller_sleep(qp);
			until = 0;
		} else {
			cpu_relax();
		}
		cond_resched_tasks_rcu_qs();
	}
	return 0;
}

static int poller_start(struct queue_pair *qp)
{
	struct task_struct *task;

	if (!atomic_add_unless(&pollers, 1, READ_ONCE(contend_max_pollers)))
		return -ENOSPC;
	qp->memcg = get_mem_cgroup_from_mm(current->mm);
	task = kthread_create(poller_thread, qp, "contend-sq/%u", qp->obj->id);
	if (IS_ERR(task)) {
		mem_cgroup_put(qp->memcg);
		atomic_dec(&pollers);
		return PTR_ERR(task);
	}
	qp->poller = task;
	wake_up_process(task);
	return 0;
}

static void poller_stop(struct queue_pair *qp)
{
	/* An operation of its that waits ends; kthread_stop() wakes it. */
	WRITE_ONCE(qp->stop, true);
	kthread_stop(qp->poller);
	mem_cgroup_put(qp->memcg);
	atomic_dec(&pollers);
}

/* The doorbell */

/* Whether the client can see so many completions, or never will. */
static bool qp_completed(const struct queue_pair *qp, u32 complete)
{
	int unseen = cq_unseen(qp, READ_ONCE(qp->told));

	return unseen < 0 || unseen >= complete;
}

static bool qp_claim(struct queue_pair *qp)
{
	return !test_bit(BUSY, &qp->busy) && !test_and_set_bit_lock(BUSY, &qp->busy);
}

static void qp_unclaim(struct queue_pair *qp)
{
	clear_bit_unlock(BUSY, &qp->busy);
	/* Its barrier: the bit, then the look for those that wait; pairs with prepare_to_wait(). */
	if (wq_has_sleeper(&qp->wait))
		wake_up_interruptible_all(&qp->wait);
}

/* Wait in @qp->wait for @condition, which may change something when it becomes true. */
#define qp_wait(qp_, condition, deadline_ns_) ({					\
	const u64 deadline__ = (deadline_ns_);						\
	s64 left__ = deadline__ == CONTEND_FOREVER ? KTIME_MAX :			\
		     (s64)min_t(u64, deadline__, KTIME_MAX) - (s64)ktime_get_ns();	\
	int ret__ = 0;									\
											\
	if (!(condition)) {								\
		ret__ = !deadline__ ? -EAGAIN : left__ <= 0 ? -ETIMEDOUT :		\
			wait_event_interruptible_hrtimeout((qp_)->wait, condition,	\
							   left__);			\
		if (ret__ == -ETIME)							\
			ret__ = -ETIMEDOUT;						\
	}										\
	ret__;										\
})

/* In the caller: how many entries it has taken is in @taken. */
static int qp_submit(struct queue_pair *qp, u32 submit, u64 deadline_ns, u32 *taken)
{
	u32 done = 0;
	int ret;

	ret = qp_wait(qp, qp_claim(qp), deadline_ns);
	if (ret)
		return ret;
	do {
		ret = qp_turn(qp, min_t(u32, submit - *taken, TURN), deadline_ns, &done);
		*taken += done;
	} while (!ret && done && *taken < submit);
	qp_unclaim(qp);
	return ret;
}

/**
 * queue_pair_enter - the doorbell
 * @qp: the rings, or NULL: there are none
 * @enter: what the client wants
 *
 * Context: process, may sleep.
 * Return: as struct contend_ring_enter has it.
 */
int queue_pair_enter(struct queue_pair *qp, const struct contend_ring_enter *enter)
{
	/* It is told how many. */
	const u32 submit = min_t(u32, enter->submit, INT_MAX);
	u32 taken = 0;
	int ret = 0;

	if (enter->flags)
		return -EINVAL;
	if (!qp)
		return -ENXIO;
	if (enter->complete > qp->cq_entries)
		return -EINVAL;
	if (qp->poller) {
		if (sq_pending(qp) < 0 || cq_unseen(qp, READ_ONCE(qp->told)) < 0)
			return -EINVAL;
		/* What the client wrote it wrote before the call. */
		wake_up_interruptible(&qp->bell);
		taken = submit;
	} else if (submit) {
		ret = qp_submit(qp, submit, enter->deadline_ns, &taken);
	}
	if (!ret && enter->complete) {
		ret = qp_wait(qp, qp_completed(qp, enter->complete), enter->deadline_ns);
		if (!ret && cq_unseen(qp, READ_ONCE(qp->told)) < 0)
			ret = -EINVAL;
	}
	return taken ?: ret;
}

/* Their memory */

static struct queue_pair *qp_alloc(u32 npages)
{
	struct queue_pair *qp = kvzalloc(struct_size(qp, pages, npages), GFP_CLIENT);

	if (!qp)
		return NULL;
	for (qp->npages = 0; qp->npages < npages; qp->npages++) {
		struct page *page = alloc_page(GFP_CLIENT | __GFP_ZERO);

		if (!page || fatal_signal_pending(current)) {
			if (page)
				__free_page(page);
			break;
		}
		qp->pages[qp->npages] = page;
	}
	if (qp->npages == npages)
		qp->shared = vmap(qp->pages, npages, VM_MAP, PAGE_KERNEL);
	return qp;
}

static void qp_free(struct queue_pair *qp)
{
	vunmap(qp->shared);
	while (qp->npages)
		__free_page(qp->pages[--qp->npages]);
	kvfree(qp);
}

static int setup_check(const struct contend_ring_setup *setup)
{
	const u32 flags = setup->flags, sq = setup->sq_entries, cq = setup->cq_entries;

	if (flags & ~(CONTEND_RING_POLL | CONTEND_RING_EVENTFD) || setup->reserved)
		return -EINVAL;
	if (!is_power_of_2(sq) || sq > CONTEND_RING_MAX_ENTRIES)
		return -EINVAL;
	if (cq && (!is_power_of_2(cq) || cq < sq || cq > 2 * CONTEND_RING_MAX_ENTRIES))
		return -EINVAL;
	if (setup->idle_ns > (flags & CONTEND_RING_POLL ? CONTEND_RING_MAX_IDLE_NS : 0))
		return -EINVAL;
	if (setup->eventfd && !(flags & CONTEND_RING_EVENTFD))
		return -EINVAL;
	return 0;
}

/**
 * queue_pair_create - make the rings of a descriptor
 * @obj: its object, to which it holds a reference until queue_pair_destroy()
 * @setup: what the client wants, and what it gets
 * @created: the rings
 *
 * Context: process, may sleep.
 * Return: as struct contend_ring_setup has it.
 */
int queue_pair_create(struct contend_object *obj, struct contend_ring_setup *setup,
		      struct queue_pair **created)
{
	size_t sq_bytes, cq_bytes;
	struct queue_pair *qp;
	int ret;

	/* Entries do not straddle cache lines. */
	static_assert(sizeof(struct contend_ring_shared) % 64 == 0 &&
		      sizeof(struct contend_sqe) == 64 && sizeof(struct contend_cqe) == 64);
	ret = setup_check(setup);
	if (ret)
		return ret;
	setup->cq_entries = setup->cq_entries ?: 2 * setup->sq_entries;
	sq_bytes = setup->sq_entries * sizeof(struct contend_sqe);
	cq_bytes = setup->cq_entries * sizeof(struct contend_cqe);
	setup->sq_offset = sizeof(struct contend_ring_shared);
	setup->cq_offset = setup->sq_offset + sq_bytes;
	setup->map_size = PAGE_ALIGN(setup->cq_offset + cq_bytes);

	qp = qp_alloc(setup->map_size >> PAGE_SHIFT);
	if (!qp)
		return -ENOMEM;
	ret = fatal_signal_pending(current) ? -EINTR : -ENOMEM;
	if (!qp->shared)
		goto err_free;
	qp->obj = obj;
	qp->sqes = (void *)qp->shared + setup->sq_offset;
	qp->cqes = (void *)qp->shared + setup->cq_offset;
	qp->sq_entries = setup->sq_entries;
	qp->cq_entries = setup->cq_entries;
	qp->idle_ns = setup->idle_ns;
	init_waitqueue_head(&qp->wait);
	init_waitqueue_head(&qp->bell);
	if (setup->flags & CONTEND_RING_EVENTFD) {
		struct eventfd_ctx *eventfd = eventfd_ctx_fdget(setup->eventfd);

		if (IS_ERR(eventfd)) {
			ret = PTR_ERR(eventfd);
			goto err_free;
		}
		qp->eventfd = eventfd;
	}
	if (setup->flags & CONTEND_RING_POLL) {
		ret = poller_start(qp);
		if (ret)
			goto err_eventfd;
	}
	*created = qp;
	return 0;

err_eventfd:
	if (qp->eventfd)
		eventfd_ctx_put(qp->eventfd);
err_free:
	qp_free(qp);
	return ret;
}

/**
 * queue_pair_destroy - the reverse
 * @qp: the rings, which nobody enters or has mapped any more; or NULL
 *
 * Context: process, may sleep until the thread has ended its operation.
 */
void queue_pair_destroy(struct queue_pair *qp)
{
	if (!qp)
		return;
	if (qp->poller)
		poller_stop(qp);
	if (qp->eventfd)
		eventfd_ctx_put(qp->eventfd);
	qp_free(qp);
}

/**
 * queue_pair_map - mmap() the rings
 * @qp: the rings, or NULL: there are none
 * @vma: where; its file holds @qp
 *
 * Context: process, with the client's mmap_lock held for writing.
 * Return: 0; -ENXIO none, or it goes beyond their end; -EINVAL a private mapping; -ENOMEM.
 */
int queue_pair_map(struct queue_pair *qp, struct vm_area_struct *vma)
{
	if (!qp)
		return -ENXIO;
	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	return vm_map_pages(vma, qp->pages, qp->npages);
}

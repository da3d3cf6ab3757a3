// SPDX-License-Identifier: GPL-2.0
/*
 * hazptr: hazard pointers. A reader names each object on which it stands.
 *
 * M. M. Michael, "Hazard pointers: safe memory reclamation for lock-free objects", IEEE
 * TPDS 15(6), 2004.
 *
 * Before a reader follows a pointer it writes it down where all can see, and looks
 * whether the pointer is still there: then a writer that unlinks the object later finds it
 * written down (contend_protect() in structures/structure.h). What is unlinked waits
 * until there is enough of it; then all hazards are gathered, and what none of them
 * names is freed. No reader holds up more than the few objects that it names, however
 * long it stalls: the backlog is bounded.
 *
 *	reader				writer
 *	hazard = p			unlink p
 *	A: full barrier			B: full barrier
 *	is p there still?		does a hazard name p?
 *
 * Invariants: an object that a reader uses is named by a hazard of its, from before it
 * was seen to be linked; an object is freed after a look at all hazards, made after its
 * unlinking, that did not find it.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/spinlock.h>

#include "locks/section.h"
#include "lib/charge.h"
#include "locks/deferred.h"
#include "locks/spin.h"
#include "structures/structure.h"

/* Written by its CPU's readers. */
struct hazptr_readers {
	const void *hazard[SPIN_CONTEXTS][CONTEND_HAZARDS];
} ____cacheline_aligned;

struct hazptr {
	spinlock_t writers;		/* one at a time */
	struct hazptr_readers __percpu *readers;	/* constant */
	struct lockdep_map dep;
	unsigned long limit;		/* so many retired are worth a look; constant */
	spinlock_t retired_lock ____cacheline_aligned_in_smp;	/* of what follows */
	struct rcu_head *retired;	/* unlinked and not free yet, the last one first */
	unsigned long nretired;		/* how many, without marks of drains */
	const void **named;		/* room for all hazards */
};

static int hazptr_init(void *lock)
{
	unsigned long hazards = num_possible_cpus() * SPIN_CONTEXTS * CONTEND_HAZARDS;
	struct hazptr *h = lock;

	h->readers = alloc_percpu_gfp(struct hazptr_readers, GFP_CLIENT);
	if (!h->readers)
		return -ENOMEM;
	h->named = kvcalloc(hazards, sizeof(*h->named), GFP_CLIENT);
	if (!h->named) {
		free_percpu(h->readers);
		return -ENOMEM;
	}
	/* At each look at least half of them are free: its cost is shared by as many. */
	h->limit = 2 * hazards;
	spin_lock_init(&h->writers);
	spin_lock_init(&h->retired_lock);
	lock_class_init(&h->dep, "hazptr", LD_WAIT_SPIN);
	return 0;
}

static void hazptr_destroy(void *lock)
{
	struct hazptr *h = lock;

	kvfree(h->named);
	free_percpu(h->readers);
}

static void hazptr_write_lock(void *lock, union lock_token *token)
	__acquires(lock)
{
	struct hazptr *h = lock;

	spin_lock(&h->writers);
}

static void hazptr_write_unlock(void *lock, union lock_token *token)
	__releases(lock)
{
	struct hazptr *h = lock;

	spin_unlock(&h->writers);
}

static void hazptr_read_enter(void *lock, union lock_token *token)
{
	struct hazptr *h = lock;

	preempt_disable();
	lock_acquire_shared_recursive(&h->dep, 0, 0, NULL, _THIS_IP_);
	token->slot = this_cpu_ptr(h->readers)->hazard[interrupt_context_level()];
}

static bool hazptr_read_leave(void *lock, union lock_token *token)
{
	struct hazptr __maybe_unused *h = lock;	/* for lockdep alone */
	const void **hazard = token->slot;
	unsigned int i;

	lock_release(&h->dep, _THIS_IP_);
	for (i = 0; i < CONTEND_HAZARDS; i++)
		/* C: what was read, before it may be freed; pairs with D */
		smp_store_release(&hazard[i], NULL);
	preempt_enable();
	return false;
}

static int hazptr_order(const void *a, const void *b)
{
	unsigned long x = *(const unsigned long *)a, y = *(const unsigned long *)b;

	return x < y ? -1 : x > y;
}

static bool hazptr_named(const struct hazptr *h, unsigned int n, const void *object)
{
	unsigned int low = 0, high = n;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;

		if (h->named[middle] == object)
			return true;
		if ((unsigned long)h->named[middle] < (unsigned long)object)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/*
 * A drain puts a mark among the retired, at its call: what it waits for is after the mark.
 * A mark has no function.
 */
static bool hazptr_is_mark(const struct rcu_head *head)
{
	return !head->func;
}

/* Take out of the retired what no hazard names; the others keep their order. */
static struct rcu_head *hazptr_look(struct hazptr *h)
	__must_hold(&h->retired_lock)
{
	struct rcu_head *free = NULL, **at = &h->retired;
	unsigned int cpu, i, n = 0;

	/* B: what was unlinked, before the looks below; pairs with A of contend_protect() */
	smp_mb();
	for_each_possible_cpu(cpu) {
		const void **hazard = per_cpu_ptr(h->readers, cpu)->hazard[0];

		for (i = 0; i < SPIN_CONTEXTS * CONTEND_HAZARDS; i++) {
			/* D: pairs with C */
			const void *object = smp_load_acquire(&hazard[i]);

			if (object)
				h->named[n++] = object;
		}
	}
	sort(h->named, n, sizeof(*h->named), hazptr_order, NULL);
	while (*at) {
		struct rcu_head *head = *at;

		if (hazptr_is_mark(head) || hazptr_named(h, n, head)) {
			at = &head->next;
			continue;
		}
		*at = head->next;
		head->next = free;
		free = head;
		h->nretired--;
	}
	return free;
}

static void hazptr_defer(void *lock, struct rcu_head *head, rcu_callback_t func)
{
	struct rcu_head *free = NULL;
	struct hazptr *h = lock;

	head->func = func;
	spin_lock(&h->retired_lock);
	head->next = h->retired;
	h->retired = head;
	if (++h->nretired >= h->limit)
		free = hazptr_look(h);
	spin_unlock(&h->retired_lock);
	deferred_run(free);
}

/* Whether all that was retired before @mark is freed; takes it out then. */
static bool hazptr_passed(struct hazptr *h, struct rcu_head *mark)
	__must_hold(&h->retired_lock)
{
	struct rcu_head **at = &h->retired, *older = mark->next;

	while (older && hazptr_is_mark(older))
		older = older->next;
	if (older)
		return false;
	while (*at != mark)
		at = &(*at)->next;
	*at = mark->next;
	return true;
}

static void hazptr_drain(void *lock)
{
	struct rcu_head mark = { .func = NULL }, *free;
	struct hazptr *h = lock;
	bool done;

	spin_lock(&h->retired_lock);
	mark.next = h->retired;
	h->retired = &mark;
	spin_unlock(&h->retired_lock);
	do {
		spin_lock(&h->retired_lock);
		free = hazptr_look(h);
		done = hazptr_passed(h, &mark);
		spin_unlock(&h->retired_lock);
		deferred_run(free);
		/* A reader stands on one of them, and may wait for this CPU. */
		if (!done)
			usleep_range(10, 100);
	} while (!done);
}

static const struct lock_ops hazptr_ops = {
	.size = sizeof(struct hazptr),
	.init = hazptr_init,
	.destroy = hazptr_destroy,
	.write_enter = hazptr_write_lock,
	.write_leave = hazptr_write_unlock,
	.read_enter = hazptr_read_enter,
	.read_leave = hazptr_read_leave,
	.defer = hazptr_defer,
	.drain = hazptr_drain,
	.hazards = true,
};

CONTEND_LOCK(hazptr, "reclamation", "hazard pointers: readers name the objects they stand on",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_DEFERRED | CONTEND_CAP_SLEEPS_ON_RT);

// SPDX-License-Identifier: GPL-2.0
/*
 * Broken on purpose, and built into the mutant module only: a check that has
 * never fired is not trusted. The first ones are for contend's own checks
 * (selftests/mutant.sh). busted_ticket and busted_wakeup are for what watches the whole
 * machine (qemu/test/vm.bats). The others do their work as they should, and are for the
 * debug kernels: each has the one defect that a tool of theirs is there to report
 * (qemu/test/awake.bats).
 * busted_seqlock and busted_rcu are beside the locks from which they take all but
 * their defect.
 */
#ifdef CONTEND_MUTANT

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/processor.h>
#include <linux/semaphore.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "locks/section.h"

/* busted_none: no lock at all, which says that it is one: locktorture's lock_busted. */
static void busted_none_lock(void *lock, union lock_token *token)
{
	barrier();
}

static void busted_none_unlock(void *lock, union lock_token *token)
{
	barrier();
}

static const struct lock_ops busted_none_ops = {
	.write_enter = busted_none_lock,
	.write_leave = busted_none_unlock,
};

CONTEND_LOCK(busted_none, "busted", "no lock at all: everybody enters",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_BUSTED);

/*
 * busted_spinlock: tests, then sets. Two CPUs that test at the same time both
 * get in:
 *
 *	CPU 0				CPU 1
 *	while (READ_ONCE(*l))
 *					while (READ_ONCE(*l))
 *	WRITE_ONCE(*l, 1)
 *					WRITE_ONCE(*l, 1)
 *
 * The window between the two is held open, so that it is met in milliseconds on an emulated
 * or a busy machine too: a demonstration that sometimes shows nothing is none. Where all that
 * come have one, as here, a long one; where the others go in and out without, one as long as
 * a section, since a task that has come and gone within a window has done no harm.
 */
#define BUSTED_LONG	8192
#define BUSTED_SHORT	256

static void busted_window(u32 turns)
{
	while (turns--)
		barrier();
}

static void busted_spinlock_lock(void *lock, union lock_token *token)
{
	u32 *l = lock;

	preempt_disable();
	while (READ_ONCE(*l))
		cpu_relax();
	busted_window(BUSTED_LONG);
	WRITE_ONCE(*l, 1);
}

static void busted_spinlock_unlock(void *lock, union lock_token *token)
{
	u32 *l = lock;

	/* Orders the section before it, and pairs with nothing: that is the bug. */
	smp_store_release(l, 0);
	preempt_enable();
}

static void busted_spinlock_nest(void *lock, union lock_token *token, unsigned int depth)
{
	busted_spinlock_lock(lock, token);
}

static const struct lock_ops busted_spinlock_ops = {
	.size = sizeof(u32),
	.write_enter = busted_spinlock_lock,
	.write_leave = busted_spinlock_unlock,
	.write_nest = busted_spinlock_nest,
};

CONTEND_LOCK(busted_spinlock, "busted", "tests, then sets: two may enter at once",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_BUSTED | CONTEND_CAP_NESTS);

/*
 * busted_try: waits as a lock should, and is tried as busted_spinlock is taken. None but
 * avoid=backoff tries it.
 */
static void busted_try_lock(void *lock, union lock_token *token)
{
	u32 *l = lock;

	preempt_disable();
	/* Pairs with the release of busted_spinlock_unlock(). */
	while (xchg(l, 1))
		cpu_relax();
}

static void busted_try_nest(void *lock, union lock_token *token, unsigned int depth)
{
	busted_try_lock(lock, token);
}

static bool busted_try_try(void *lock, union lock_token *token)
{
	u32 *l = lock;

	preempt_disable();
	if (READ_ONCE(*l)) {
		preempt_enable();
		return false;
	}
	busted_window(BUSTED_SHORT);
	WRITE_ONCE(*l, 1);
	return true;
}

static const struct lock_ops busted_try_ops = {
	.size = sizeof(u32),
	.write_enter = busted_try_lock,
	.write_leave = busted_spinlock_unlock,
	.write_try = busted_try_try,
	.write_nest = busted_try_nest,
};

CONTEND_LOCK(busted_try, "busted", "a good lock, but for its trylock, which tests, then sets",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_BUSTED | CONTEND_CAP_NESTS | CONTEND_CAP_TRY);

/*
 * busted_ww: says that it has a protocol against deadlocks, and takes the locks as they come:
 *
 *	CPU 0: from a to b		CPU 1: from b to a
 *	a
 *					b
 *	b: never			a: never
 *
 * None but avoid=ww finds that: else it is as good as a test-and-set lock.
 */
static u64 busted_ww_enter(void **locks, u32 n, struct ww_acquire_ctx *ctx)
{
	union lock_token token;
	u32 i;

	for (i = 0; i < n; i++) {
		busted_try_lock(locks[i], &token);
		busted_window(BUSTED_SHORT);
	}
	return 0;
}

static void busted_ww_leave(void **locks, u32 n, struct ww_acquire_ctx *ctx)
{
	union lock_token token;

	while (n--)
		busted_spinlock_unlock(locks[n], &token);
}

static const struct lock_ops busted_ww_ops = {
	.size = sizeof(u32),
	.write_enter = busted_try_lock,
	.write_leave = busted_spinlock_unlock,
	.write_nest = busted_try_nest,
	.ww_enter = busted_ww_enter,
	.ww_leave = busted_ww_leave,
};

CONTEND_LOCK(busted_ww, "busted", "a good lock, but with avoid=ww it takes two as they come",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_BUSTED | CONTEND_CAP_NESTS);

/*
 * busted_mutex: a waiter that was woken takes it for granted that the lock is free still.
 *
 *	CPU 0				CPU 1
 *	wakes up: free
 *					comes: free
 *	WRITE_ONCE(m->taken, true)
 *					WRITE_ONCE(m->taken, true)
 */
struct busted_mutex {
	bool taken;
	wait_queue_head_t wait;
};

static int busted_mutex_init(void *lock)
{
	struct busted_mutex *m = lock;

	m->taken = false;
	init_waitqueue_head(&m->wait);
	return 0;
}

static void busted_mutex_lock(void *lock, union lock_token *token)
{
	struct busted_mutex *m = lock;

	wait_event(m->wait, !READ_ONCE(m->taken));
	busted_window(BUSTED_LONG);
	WRITE_ONCE(m->taken, true);
}

static void busted_mutex_unlock(void *lock, union lock_token *token)
{
	struct busted_mutex *m = lock;

	/* Orders the section before it, and pairs with nothing: that is the bug. */
	smp_store_release(&m->taken, false);
	wake_up(&m->wait);
}

static const struct lock_ops busted_mutex_ops = {
	.size = sizeof(struct busted_mutex),
	.init = busted_mutex_init,
	.write_enter = busted_mutex_lock,
	.write_leave = busted_mutex_unlock,
};

CONTEND_LOCK(busted_mutex, "busted", "sleeps until it is free, then takes it for granted",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SLEEPS | CONTEND_CAP_BUSTED);

/*
 * busted_rwlock: a reader looks for a writer before it says that it is there.
 *
 *	reader				writer
 *	while (READ_ONCE(l->writer))
 *					writer = 1
 *					while (READ_ONCE(l->readers))
 *	readers++
 */
struct busted_rwlock {
	spinlock_t writers;	/* a writer holds it all the time */
	u32 writer;
	atomic_t readers;
};

static int busted_rwlock_init(void *lock)
{
	struct busted_rwlock *l = lock;

	spin_lock_init(&l->writers);
	l->writer = 0;
	atomic_set(&l->readers, 0);
	return 0;
}

static void busted_rwlock_write_lock(void *lock, union lock_token *token)
	__acquires(lock)
{
	struct busted_rwlock *l = lock;

	spin_lock(&l->writers);
	WRITE_ONCE(l->writer, 1);
	/* Pairs with nothing: a reader has its two steps in the wrong order. */
	smp_mb();
	while (atomic_read(&l->readers))
		cpu_relax();
}

static void busted_rwlock_write_unlock(void *lock, union lock_token *token)
	__releases(lock)
{
	struct busted_rwlock *l = lock;

	/* A: pairs with B */
	smp_store_release(&l->writer, 0);
	spin_unlock(&l->writers);
}

static void busted_rwlock_read_lock(void *lock, union lock_token *token)
{
	struct busted_rwlock *l = lock;

	preempt_disable();
	/* B: pairs with A */
	while (smp_load_acquire(&l->writer))
		cpu_relax();
	busted_window(BUSTED_SHORT);
	atomic_inc(&l->readers);
}

static bool busted_rwlock_read_unlock(void *lock, union lock_token *token)
{
	struct busted_rwlock *l = lock;

	/* Pairs with the control dependency of busted_rwlock_write_lock(). */
	atomic_dec_return_release(&l->readers);
	preempt_enable();
	return false;
}

static const struct lock_ops busted_rwlock_ops = {
	.size = sizeof(struct busted_rwlock),
	.init = busted_rwlock_init,
	.write_enter = busted_rwlock_write_lock,
	.write_leave = busted_rwlock_write_unlock,
	.read_enter = busted_rwlock_read_lock,
	.read_leave = busted_rwlock_read_unlock,
};

CONTEND_LOCK(busted_rwlock, "busted", "a reader looks, then counts: a writer may come between",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_BUSTED);

/* Of the next two: how many get in before nobody does. */
#define BUSTED_LAST	1000

/* busted_ticket: one draws two tickets, and waits for the second: nobody has the first. */
struct busted_ticket {
	atomic_t next;
	u32 served;
};

static int busted_ticket_init(void *lock)
{
	struct busted_ticket *l = lock;

	atomic_set(&l->next, 0);
	l->served = 0;
	return 0;
}

static void busted_ticket_lock(void *lock, union lock_token *token)
{
	struct busted_ticket *l = lock;
	u32 mine;

	preempt_disable();
	mine = atomic_fetch_inc(&l->next);
	if (mine == BUSTED_LAST)
		mine = atomic_fetch_inc(&l->next);
	/* A: pairs with B */
	while (smp_load_acquire(&l->served) != mine)
		cpu_relax();
}

static void busted_ticket_unlock(void *lock, union lock_token *token)
{
	struct busted_ticket *l = lock;

	/* B: pairs with A */
	smp_store_release(&l->served, l->served + 1);
	preempt_enable();
}

static const struct lock_ops busted_ticket_ops = {
	.size = sizeof(struct busted_ticket),
	.init = busted_ticket_init,
	.write_enter = busted_ticket_lock,
	.write_leave = busted_ticket_unlock,
};

CONTEND_LOCK(busted_ticket, "busted", "one draws two tickets: all spin for ever",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_BUSTED);

/* busted_wakeup: a task that leaves once hands over to nobody. */
struct busted_wakeup {
	struct semaphore free;
	u32 left;	/* how often it was left; @free guards it */
};

static int busted_wakeup_init(void *lock)
{
	struct busted_wakeup *l = lock;

	sema_init(&l->free, 1);
	l->left = 0;
	return 0;
}

static void busted_wakeup_lock(void *lock, union lock_token *token)
{
	struct busted_wakeup *l = lock;

	down(&l->free);
}

static void busted_wakeup_unlock(void *lock, union lock_token *token)
{
	struct busted_wakeup *l = lock;

	if (l->left++ != BUSTED_LAST)
		up(&l->free);
}

static const struct lock_ops busted_wakeup_ops = {
	.size = sizeof(struct busted_wakeup),
	.init = busted_wakeup_init,
	.write_enter = busted_wakeup_lock,
	.write_leave = busted_wakeup_unlock,
};

CONTEND_LOCK(busted_wakeup, "busted", "a task that leaves wakes nobody: all sleep for ever",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SLEEPS | CONTEND_CAP_BUSTED);

/*
 * busted_order: writers take a then b, readers b then a. With one worker that
 * is only a promise of a deadlock; lockdep keeps it.
 */
struct busted_order {
	spinlock_t a;	/* guards the structure, with b */
	spinlock_t b;	/* guards the structure, with a */
};

static int busted_order_init(void *lock)
{
	struct busted_order *o = lock;

	spin_lock_init(&o->a);
	spin_lock_init(&o->b);
	return 0;
}

static void busted_order_write_lock(void *lock, union lock_token *token)
	__acquires(lock) __acquires(lock)
{
	struct busted_order *o = lock;

	spin_lock(&o->a);
	spin_lock(&o->b);
}

static void busted_order_read_lock(void *lock, union lock_token *token)
	__acquires(lock) __acquires(lock)
{
	struct busted_order *o = lock;

	spin_lock(&o->b);
	spin_lock(&o->a);
}

static void busted_order_unlock(void *lock, union lock_token *token)
	__releases(lock) __releases(lock)
{
	struct busted_order *o = lock;

	spin_unlock(&o->b);
	spin_unlock(&o->a);
}

static bool busted_order_read_unlock(void *lock, union lock_token *token)
	__releases(lock) __releases(lock)
{
	busted_order_unlock(lock, token);
	return false;
}

static const struct lock_ops busted_order_ops = {
	.size = sizeof(struct busted_order),
	.init = busted_order_init,
	.write_enter = busted_order_write_lock,
	.write_leave = busted_order_unlock,
	.read_enter = busted_order_read_lock,
	.read_leave = busted_order_read_unlock,
};

CONTEND_LOCK(busted_order, "busted", "writers take a then b, readers b then a: a deadlock in wait",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_BUSTED);

/* busted_sleep: takes a mutex, which may sleep, where nobody may. */
struct busted_sleep {
	spinlock_t outer;	/* guards the structure */
	struct mutex inner;	/* guards nothing more */
};

static int busted_sleep_init(void *lock)
{
	struct busted_sleep *s = lock;

	spin_lock_init(&s->outer);
	mutex_init(&s->inner);
	return 0;
}

static void busted_sleep_lock(void *lock, union lock_token *token)
	__acquires(lock)
{
	struct busted_sleep *s = lock;

	spin_lock(&s->outer);
	mutex_lock(&s->inner);
}

static void busted_sleep_unlock(void *lock, union lock_token *token)
	__releases(lock)
{
	struct busted_sleep *s = lock;

	mutex_unlock(&s->inner);
	spin_unlock(&s->outer);
}

static const struct lock_ops busted_sleep_ops = {
	.size = sizeof(struct busted_sleep),
	.init = busted_sleep_init,
	.write_enter = busted_sleep_lock,
	.write_leave = busted_sleep_unlock,
};

CONTEND_LOCK(busted_sleep, "busted", "a mutex inside a spinlock: sleeps in atomic context",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_BUSTED);

/* busted_leak: has no destroy() to free what init() allocates. */
struct busted_leak {
	spinlock_t lock;	/* guards the structure */
	void *page;		/* constant, and lost */
};

static int busted_leak_init(void *lock)
{
	struct busted_leak *l = lock;

	spin_lock_init(&l->lock);
	l->page = kzalloc(PAGE_SIZE, GFP_KERNEL);
	return l->page ? 0 : -ENOMEM;
}

static void busted_leak_lock(void *lock, union lock_token *token)
	__acquires(lock)
{
	struct busted_leak *l = lock;

	spin_lock(&l->lock);
}

static void busted_leak_unlock(void *lock, union lock_token *token)
	__releases(lock)
{
	struct busted_leak *l = lock;

	spin_unlock(&l->lock);
}

static const struct lock_ops busted_leak_ops = {
	.size = sizeof(struct busted_leak),
	.init = busted_leak_init,
	.write_enter = busted_leak_lock,
	.write_leave = busted_leak_unlock,
};

CONTEND_LOCK(busted_leak, "busted", "a spinlock that loses a page with each object",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_BUSTED);

#endif /* CONTEND_MUTANT */

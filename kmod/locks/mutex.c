// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's sleeping mutual exclusion, with an owner: mutex, rtmutex, whose owner
 * inherits the priority of its waiters, and ww_mutex, whose owners are ordered by age
 * where an operation takes two of them. Alone it is taken without a context: the cost of
 * the lock when no deadlock is to be avoided.
 */
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/rtmutex.h>
#include <linux/ww_mutex.h>

#include "locks/section.h"

static int mutex_ops_init(void *lock)
{
	mutex_init((struct mutex *)lock);
	return 0;
}

static void mutex_ops_destroy(void *lock)
{
	mutex_destroy(lock);
}

static void mutex_ops_lock(void *lock, union lock_token *token)
{
	mutex_lock(lock);
}

static void mutex_ops_unlock(void *lock, union lock_token *token)
{
	mutex_unlock(lock);
}

static bool mutex_ops_try(void *lock, union lock_token *token)
{
	return mutex_trylock(lock);
}

static void mutex_ops_nest(void *lock, union lock_token *token, unsigned int depth)
{
	mutex_lock_nested(lock, depth);
}

static const struct lock_ops mutex_ops = {
	.size = sizeof(struct mutex),
	.init = mutex_ops_init,
	.destroy = mutex_ops_destroy,
	.write_enter = mutex_ops_lock,
	.write_leave = mutex_ops_unlock,
	.write_try = mutex_ops_try,
	.write_nest = mutex_ops_nest,
};

CONTEND_LOCK(mutex, "sleep", "struct mutex: sleeps, but spins while its owner runs",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_SLEEPS |
	     CONTEND_CAP_NESTS | CONTEND_CAP_TRY);

static int rtmutex_init(void *lock)
{
	rt_mutex_init((struct rt_mutex *)lock);
	return 0;
}

static void rtmutex_lock(void *lock, union lock_token *token)
{
	rt_mutex_lock((struct rt_mutex *)lock);
}

static void rtmutex_unlock(void *lock, union lock_token *token)
{
	rt_mutex_unlock(lock);
}

static bool rtmutex_try(void *lock, union lock_token *token)
{
	return rt_mutex_trylock((struct rt_mutex *)lock);
}

static void rtmutex_nest(void *lock, union lock_token *token, unsigned int depth)
{
	rt_mutex_lock_nested((struct rt_mutex *)lock, depth);
}

static const struct lock_ops rtmutex_ops = {
	.size = sizeof(struct rt_mutex),
	.init = rtmutex_init,
	.write_enter = rtmutex_lock,
	.write_leave = rtmutex_unlock,
	.write_try = rtmutex_try,
	.write_nest = rtmutex_nest,
};

CONTEND_LOCK(rtmutex, "sleep", "struct rt_mutex: its owner runs at the priority of who waits",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_SLEEPS |
	     CONTEND_CAP_NESTS | CONTEND_CAP_TRY);

/*
 * A task that takes several ww_mutexes has an age, the number of its context, until it
 * has all of them. In the class of ww_mutex an older one wounds a younger one that holds
 * what it wants, and the younger one, when it next has to wait, gives its own lock up
 * (wound-wait); in that of ww_mutex_die a younger one that comes upon an older one gives
 * its locks up (wait-die). The oldest never does, and so somebody always gets on. D. J.
 * Rosenkrantz, R. E. Stearns, P. M. Lewis, "System level concurrency control for
 * distributed database systems", ACM TODS 3(2), 1978;
 * Documentation/locking/ww-mutex-design.rst.
 *
 * A task that takes one lock and no more needs no age: it never waits while it holds one.
 */
static DEFINE_WW_CLASS(ww_mutex_class);
static DEFINE_WD_CLASS(ww_mutex_die_class);

static int ww_mutex_ops_init(void *lock)
{
	ww_mutex_init(lock, &ww_mutex_class);
	return 0;
}

static int ww_mutex_die_init(void *lock)
{
	ww_mutex_init(lock, &ww_mutex_die_class);
	return 0;
}

static void ww_mutex_ops_destroy(void *lock)
{
	ww_mutex_destroy(lock);
}

static void ww_mutex_ops_lock(void *lock, union lock_token *token)
{
	/* Without a context nobody is told to back off: it cannot fail. */
	ww_mutex_lock(lock, NULL);
}

static void ww_mutex_ops_unlock(void *lock, union lock_token *token)
{
	ww_mutex_unlock(lock);
}

static bool ww_mutex_ops_try(void *lock, union lock_token *token)
{
	return ww_mutex_trylock(lock, NULL);
}

static __always_inline u64 ww_mutex_enter(void **locks, u32 n, struct ww_acquire_ctx *ctx,
					  struct ww_class *class)
{
	u64 retries = 0;
	u32 i, held;

	ww_acquire_init(ctx, class);
	/* A task that holds none has none to give up: it cannot fail. */
	ww_mutex_lock(locks[0], ctx);
	for (i = 1; i < n; i++) {
		if (ww_mutex_lock(locks[i], ctx) != -EDEADLK)
			continue;
		for (held = i; held--;)
			ww_mutex_unlock(locks[held]);
		/* Wait for the one that was in the way; from then on it is the first. */
		ww_mutex_lock_slow(locks[i], ctx);
		swap(locks[0], locks[i]);
		i = 0;
		retries++;
	}
	ww_acquire_done(ctx);
	return retries;
}

static u64 ww_mutex_ops_enter(void **locks, u32 n, struct ww_acquire_ctx *ctx)
{
	return ww_mutex_enter(locks, n, ctx, &ww_mutex_class);
}

static u64 ww_mutex_die_enter(void **locks, u32 n, struct ww_acquire_ctx *ctx)
{
	return ww_mutex_enter(locks, n, ctx, &ww_mutex_die_class);
}

static void ww_mutex_ops_leave(void **locks, u32 n, struct ww_acquire_ctx *ctx)
{
	while (n--)
		ww_mutex_unlock(locks[n]);
	ww_acquire_fini(ctx);
}

static const struct lock_ops ww_mutex_ops = {
	.size = sizeof(struct ww_mutex),
	.init = ww_mutex_ops_init,
	.destroy = ww_mutex_ops_destroy,
	.write_enter = ww_mutex_ops_lock,
	.write_leave = ww_mutex_ops_unlock,
	.write_try = ww_mutex_ops_try,
	.ww_enter = ww_mutex_ops_enter,
	.ww_leave = ww_mutex_ops_leave,
};

CONTEND_LOCK(ww_mutex, "sleep",
	     "struct ww_mutex: of two, an older task wounds a younger one; else as mutex",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_SLEEPS |
	     CONTEND_CAP_NESTS | CONTEND_CAP_TRY);

static const struct lock_ops ww_mutex_die_ops = {
	.size = sizeof(struct ww_mutex),
	.init = ww_mutex_die_init,
	.destroy = ww_mutex_ops_destroy,
	.write_enter = ww_mutex_ops_lock,
	.write_leave = ww_mutex_ops_unlock,
	.write_try = ww_mutex_ops_try,
	.ww_enter = ww_mutex_die_enter,
	.ww_leave = ww_mutex_ops_leave,
};

CONTEND_LOCK(ww_mutex_die, "sleep",
	     "struct ww_mutex, wait-die: of two, a younger task gives way to an older one",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_SLEEPS |
	     CONTEND_CAP_NESTS | CONTEND_CAP_TRY);

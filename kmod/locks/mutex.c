// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's sleeping mutual exclusion, with an owner: mutex, rtmutex, whose owner
 * inherits the priority of who waits, and ww_mutex, here without a context: the cost
 * of the lock when no deadlock is to be avoided.
 */
#include <linux/mutex.h>
#include <linux/rtmutex.h>
#include <linux/ww_mutex.h>

#include "engine/loop.h"

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

static const struct lock_ops mutex_ops = {
	.size = sizeof(struct mutex),
	.init = mutex_ops_init,
	.destroy = mutex_ops_destroy,
	.write_enter = mutex_ops_lock,
	.write_leave = mutex_ops_unlock,
};

CONTEND_LOCK(mutex, "sleep", "struct mutex: sleeps, but spins while its owner runs",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_SLEEPS);

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

static const struct lock_ops rtmutex_ops = {
	.size = sizeof(struct rt_mutex),
	.init = rtmutex_init,
	.write_enter = rtmutex_lock,
	.write_leave = rtmutex_unlock,
};

CONTEND_LOCK(rtmutex, "sleep", "struct rt_mutex: its owner runs at the priority of who waits",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_SLEEPS);

static DEFINE_WW_CLASS(ww_mutex_class);

static int ww_mutex_ops_init(void *lock)
{
	ww_mutex_init(lock, &ww_mutex_class);
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

static const struct lock_ops ww_mutex_ops = {
	.size = sizeof(struct ww_mutex),
	.init = ww_mutex_ops_init,
	.destroy = ww_mutex_ops_destroy,
	.write_enter = ww_mutex_ops_lock,
	.write_leave = ww_mutex_ops_unlock,
};

CONTEND_LOCK(ww_mutex, "sleep", "struct ww_mutex, without a context: as mutex",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_POINTERS | CONTEND_CAP_SLEEPS);

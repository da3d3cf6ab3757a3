// SPDX-License-Identifier: GPL-2.0
/* mutex: the kernel's sleeping mutual exclusion, with an owner. */
#include <linux/mutex.h>

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

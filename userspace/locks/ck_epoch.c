// SPDX-License-Identifier: GPL-2.0
/*
 * ck_epoch: Concurrency Kit's epoch-based reclamation, as it is, beside ours (kmod/locks/ebr.c).
 * Writers exclude each other with a mutex.
 *
 * Its records are of one thread each, with what that defers, and who defers has to poll: a
 * thread that goes away would leave it there. So what waits is all in one record, of whoever
 * holds its lock.
 */
#include <ck_epoch.h>

#include <linux/build_bug.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>

#include "locks/section.h"

/* So many are deferred between two polls. */
#define CK_EPOCH_BATCH	64

struct ck_epoch_reader {
	ck_epoch_record_t record;
	bool registered;
};

/**
 * struct ck_epoch_lock - see above
 * @writers: one at a time
 * @epoch: the library's own
 * @readers: each thread's, which registers at its first time
 * @lock: guards what follows
 * @deferred: what waits
 * @n: how many were deferred, ever
 */
struct ck_epoch_lock {
	struct mutex writers;	/* see above */
	ck_epoch_t epoch;
	struct ck_epoch_reader *readers;
	struct mutex lock;	/* see above */
	ck_epoch_record_t deferred;
	unsigned long n;
};

static int ck_epoch_make(void *lock)
{
	struct ck_epoch_lock *l = lock;

	l->readers = alloc_percpu_gfp(struct ck_epoch_reader, GFP_KERNEL);
	if (!l->readers)
		return -ENOMEM;
	mutex_init(&l->writers);
	mutex_init(&l->lock);
	ck_epoch_init(&l->epoch);
	ck_epoch_register(&l->epoch, &l->deferred, NULL);
	return 0;
}

static void ck_epoch_break(void *lock)
{
	struct ck_epoch_lock *l = lock;

	mutex_destroy(&l->lock);
	mutex_destroy(&l->writers);
	free_percpu(l->readers);
}

static void ck_epoch_write_enter(void *lock, union lock_token *token)
{
	struct ck_epoch_lock *l = lock;

	mutex_lock(&l->writers);
}

static void ck_epoch_write_leave(void *lock, union lock_token *token)
{
	struct ck_epoch_lock *l = lock;

	mutex_unlock(&l->writers);
}

static void ck_epoch_read_enter(void *lock, union lock_token *token)
{
	struct ck_epoch_lock *l = lock;
	struct ck_epoch_reader *reader = this_cpu_ptr(l->readers);

	if (unlikely(!reader->registered)) {
		ck_epoch_register(&l->epoch, &reader->record, NULL);
		reader->registered = true;
	}
	ck_epoch_begin(&reader->record, NULL);
	token->slot = &reader->record;
}

static bool ck_epoch_read_leave(void *lock, union lock_token *token)
{
	ck_epoch_end(token->slot, NULL);
	return false;
}

static void ck_epoch_defer(void *lock, struct rcu_head *head, rcu_callback_t func)
{
	struct ck_epoch_lock *l = lock;

	BUILD_BUG_ON(sizeof(ck_epoch_entry_t) > sizeof(*head));
	mutex_lock(&l->lock);
	ck_epoch_call(&l->deferred, (ck_epoch_entry_t *)head, (ck_epoch_cb_t *)func);
	if (!(++l->n % CK_EPOCH_BATCH))
		ck_epoch_poll(&l->deferred);
	mutex_unlock(&l->lock);
}

static void ck_epoch_drain(void *lock)
{
	struct ck_epoch_lock *l = lock;

	mutex_lock(&l->lock);
	ck_epoch_barrier(&l->deferred);
	mutex_unlock(&l->lock);
}

static const struct lock_ops ck_epoch_ops = {
	.size = sizeof(struct ck_epoch_lock),
	.init = ck_epoch_make,
	.destroy = ck_epoch_break,
	.write_enter = ck_epoch_write_enter,
	.write_leave = ck_epoch_write_leave,
	.read_enter = ck_epoch_read_enter,
	.read_leave = ck_epoch_read_leave,
	.defer = ck_epoch_defer,
	.drain = ck_epoch_drain,
};

CONTEND_LOCK(ck_epoch, "reclamation",
	     "Concurrency Kit's ck_epoch: readers say in which epoch they came",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_POINTERS |
	     CONTEND_CAP_DEFERRED | CONTEND_CAP_SLEEPS);

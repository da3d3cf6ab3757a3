// SPDX-License-Identifier: GPL-2.0
/*
 * seqlock: writers exclude each other, readers exclude nobody and repeat what
 * a writer has torn. A reader may look at memory that the writer frees: it
 * must not follow pointers, and so this lock lacks CONTEND_CAP_POINTERS
 * (Documentation/locking/seqlock.rst says the same).
 */
#include <linux/kcsan-checks.h>
#include <linux/seqlock.h>

#include "locks/section.h"
#include "locks/sequence.h"

static int seqlock_ops_init(void *lock)
{
	seqlock_init((seqlock_t *)lock);
	return 0;
}

static void seqlock_write_lock(void *lock, union lock_token *token)
	__acquires(lock)
{
	write_seqlock(lock);
}

static void seqlock_write_unlock(void *lock, union lock_token *token)
	__releases(lock)
{
	write_sequnlock(lock);
}

/*
 * KCSAN takes what is read after read_seqbegin() for atomic, but only until
 * another sequence is read, as the clock does inside the measured section. So
 * say it in the way that nests.
 */
static void seqlock_read_begin(void *lock, union lock_token *token)
	__acquires(lock)
{
	seqlock_t *sl = lock;

	token->seq = sequence_begin(&sl->seqcount);
	if (sequence_locks(token->seq))
		read_seqlock_excl(sl);
	else
		__acquire(lock);
	kcsan_nestable_atomic_begin();
}

static bool seqlock_read_retry(void *lock, union lock_token *token)
	__releases(lock)
{
	kcsan_nestable_atomic_end();
	if (sequence_locks(token->seq)) {
		read_sequnlock_excl((seqlock_t *)lock);
		return false;
	}
	__release(lock);
	return read_seqretry(lock, token->seq);
}

static const struct lock_ops seqlock_ops = {
	.size = sizeof(seqlock_t),
	.init = seqlock_ops_init,
	.write_enter = seqlock_write_lock,
	.write_leave = seqlock_write_unlock,
	.read_enter = seqlock_read_begin,
	.read_leave = seqlock_read_retry,
};

CONTEND_LOCK(seqlock, "sequence", "seqlock_t: readers repeat what a writer has torn",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_RETRY |
	     CONTEND_CAP_SLEEPS_ON_RT);

#ifdef CONTEND_MUTANT

/* busted_seqlock: a reader never asks whether what it read was torn. */
static bool busted_seqlock_read_keep(void *lock, union lock_token *token)
	__releases(lock)
{
	seqlock_read_retry(lock, token);
	return false;
}

static const struct lock_ops busted_seqlock_ops = {
	.size = sizeof(seqlock_t),
	.init = seqlock_ops_init,
	.write_enter = seqlock_write_lock,
	.write_leave = seqlock_write_unlock,
	.read_enter = seqlock_read_begin,
	.read_leave = busted_seqlock_read_keep,
};

CONTEND_LOCK(busted_seqlock, "busted", "readers keep what a writer has torn",
	     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED | CONTEND_CAP_RETRY |
	     CONTEND_CAP_BUSTED);

#endif /* CONTEND_MUTANT */

// SPDX-License-Identifier: GPL-2.0
/*
 * liburcu's flavours of read-copy update (M. Desnoyers, P. E. McKenney, A. S. Stern,
 * M. R. Dagenais, J. Walpole, "User-level implementations of read-copy update", IEEE TPDS
 * 23(2), 2012), as kmod/locks/rcu.c has the kernel's: writers exclude each other with a mutex,
 * and what they unlink call_rcu() frees.
 *
 *	memb	readers without a barrier: a writer interrupts them by membarrier(2)
 *	bp	"bulletproof": memb, whose threads register by themselves
 *	qsbr	readers do nothing; between two sections a thread says that it has none
 */
#define _LGPL_SOURCE
#include <urcu/urcu-bp.h>
#include <urcu/urcu-memb.h>
#include <urcu/urcu-qsbr.h>

#include <linux/mutex.h>

#include "locks/section.h"

static int urcu_make(void *lock)
{
	mutex_init((struct mutex *)lock);
	return 0;
}

static void urcu_break(void *lock)
{
	mutex_destroy((struct mutex *)lock);
}

static void urcu_write_enter(void *lock, union lock_token *token)
{
	mutex_lock((struct mutex *)lock);
}

static void urcu_write_leave(void *lock, union lock_token *token)
{
	mutex_unlock((struct mutex *)lock);
}

/*
 * A flavour's threads register before they read, which a reader finds out with one look, and
 * no more exist for it once they have exited.
 */
#define URCU_THREADS(_flavour)								\
	static __thread bool urcu_##_flavour##_registered;				\
	static pthread_key_t urcu_##_flavour##_key;					\
	static pthread_once_t urcu_##_flavour##_once = PTHREAD_ONCE_INIT;		\
	static void urcu_##_flavour##_exits(void *unused)				\
	{										\
		urcu_##_flavour##_registered = false;					\
		urcu_##_flavour##_unregister_thread();					\
	}										\
	static void urcu_##_flavour##_make_key(void)					\
	{										\
		pthread_key_create(&urcu_##_flavour##_key, urcu_##_flavour##_exits);	\
	}										\
	static noinline void urcu_##_flavour##_come(void)				\
	{										\
		pthread_once(&urcu_##_flavour##_once, urcu_##_flavour##_make_key);	\
		pthread_setspecific(urcu_##_flavour##_key, &urcu_##_flavour##_key);	\
		urcu_##_flavour##_register_thread();					\
		urcu_##_flavour##_registered = true;					\
	}

/* Their header declares those of the first flavour that includes it. */
void urcu_memb_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void urcu_memb_barrier(void);
void urcu_qsbr_call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
void urcu_qsbr_barrier(void);

#define URCU(_flavour, _about)								\
	static void urcu_##_flavour##_defer(void *lock, struct rcu_head *head,		\
					    rcu_callback_t func)			\
	{										\
		urcu_##_flavour##_call_rcu(head, func);					\
	}										\
	static void urcu_##_flavour##_drain(void *lock)					\
	{										\
		urcu_##_flavour##_barrier();						\
	}										\
	static const struct lock_ops urcu_##_flavour##_ops = {				\
		.size = sizeof(struct mutex),						\
		.init = urcu_make,							\
		.destroy = urcu_break,							\
		.write_enter = urcu_write_enter,					\
		.write_leave = urcu_write_leave,					\
		.read_enter = urcu_##_flavour##_enter,					\
		.read_leave = urcu_##_flavour##_leave,					\
		.defer = urcu_##_flavour##_defer,					\
		.drain = urcu_##_flavour##_drain,					\
		.one_domain = true,							\
	};										\
	CONTEND_LOCK(urcu_##_flavour, "rcu", _about,					\
		     CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED |			\
		     CONTEND_CAP_POINTERS | CONTEND_CAP_DEFERRED | CONTEND_CAP_SLEEPS)

URCU_THREADS(memb)

static void urcu_memb_enter(void *lock, union lock_token *token)
{
	if (unlikely(!urcu_memb_registered))
		urcu_memb_come();
	urcu_memb_read_lock();
}

static bool urcu_memb_leave(void *lock, union lock_token *token)
{
	urcu_memb_read_unlock();
	return false;
}

URCU(memb, "liburcu's urcu_memb: readers without a barrier, writers call membarrier(2)");

static void urcu_bp_enter(void *lock, union lock_token *token)
{
	urcu_bp_read_lock();
}

static bool urcu_bp_leave(void *lock, union lock_token *token)
{
	urcu_bp_read_unlock();
	return false;
}

URCU(bp, "liburcu's urcu_bp: as urcu_memb, threads register by themselves");

URCU_THREADS(qsbr)

/*
 * A thread that does not read is offline, or a worker that waits for its next operation would
 * hold up all that is to be freed.
 */
static void urcu_qsbr_enter(void *lock, union lock_token *token)
{
	if (unlikely(!urcu_qsbr_registered))
		urcu_qsbr_come();
	else
		urcu_qsbr_thread_online();
	urcu_qsbr_read_lock();
}

static bool urcu_qsbr_leave(void *lock, union lock_token *token)
{
	urcu_qsbr_read_unlock();
	urcu_qsbr_thread_offline();
	return false;
}

URCU(qsbr, "liburcu's urcu_qsbr: a thread is online for each read section alone");

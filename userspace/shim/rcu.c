// SPDX-License-Identifier: GPL-2.0
/* linux/rcupdate.h over liburcu. */
#include <urcu/urcu-bp.h>

#include <linux/rcupdate.h>

/**
 * rcu_read_lock - begin a read section
 */
void rcu_read_lock(void)
{
	urcu_bp_read_lock();
}

/**
 * rcu_read_unlock - end it
 */
void rcu_read_unlock(void)
{
	urcu_bp_read_unlock();
}

/**
 * synchronize_rcu - wait until all read sections of now have ended
 */
void synchronize_rcu(void)
{
	urcu_bp_synchronize_rcu();
}

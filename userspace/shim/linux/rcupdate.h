/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_RCUPDATE_H
#define CONTEND_SHIM_RCUPDATE_H

/*
 * What the sources protect for themselves by RCU: liburcu's "bulletproof" flavour, in which a
 * thread need not register (M. Desnoyers, P. E. McKenney, A. S. Stern, M. R. Dagenais,
 * J. Walpole, "User-level implementations of read-copy update", IEEE TPDS 23(2), 2012).
 */
#include <linux/atomic.h>

void rcu_read_lock(void);
void rcu_read_unlock(void);
void synchronize_rcu(void);

/* liburcu's header has some of the same names. */
#undef rcu_dereference
#undef rcu_assign_pointer

/* An address dependency is one to the compiler as to the processor: C11 has no better word. */
#define rcu_dereference(p)		__atomic_load_n(&(p), __ATOMIC_CONSUME)
#define rcu_dereference_protected(p, c)	(p)
#define rcu_access_pointer(p)		READ_ONCE(p)
#define rcu_assign_pointer(p, v)	smp_store_release(&(p), v)
#define RCU_INIT_POINTER(p, v)		WRITE_ONCE(p, v)
#define rcu_barrier()			((void)0)

#endif /* CONTEND_SHIM_RCUPDATE_H */

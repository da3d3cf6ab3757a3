/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_PREEMPT_H
#define CONTEND_SHIM_PREEMPT_H

/* A thread is preempted whenever the kernel wants: see types.h. */
#define preempt_disable()		barrier()
#define preempt_enable()		barrier()
#define migrate_disable()		barrier()
#define migrate_enable()		barrier()
#define interrupt_context_level()	0

#endif /* CONTEND_SHIM_PREEMPT_H */

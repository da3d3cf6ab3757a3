/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What memory is charged to.
 *
 * Charged to the memory cgroup of the client who asked for it: objects, their locks,
 * structures and nodes; runs, their workers, histograms and disturbers; descriptors.
 * What the threads of a run allocate is charged to the group of the task that started the
 * run, see active_run.memcg: a kernel thread is of no group. A node is charged to the task
 * that inserts it, even if another one made the object.
 *
 * Not charged: what the module has for itself (its catalogue, the answer in
 * /proc/contend/run), what a system call has until it returns, and what the kernel allocates
 * inside: the stacks of threads, a work queue, the domain of SRCU and the like.
 */
#ifndef CONTEND_CHARGE_H
#define CONTEND_CHARGE_H

#include <linux/slab.h>

/*
 * Where a client decides how much and how often. Too much is ENOMEM to the client: neither
 * does the OOM killer come, into its group or to the machine, nor a call trace.
 */
#define GFP_CLIENT	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

#endif /* CONTEND_CHARGE_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_SMP_H
#define CONTEND_SHIM_SMP_H

#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/percpu.h>
#include <linux/topology.h>
#include <sched.h>

/* Where the thread runs just now. */
#define raw_smp_processor_id()	((unsigned int)sched_getcpu())

/* Nothing of a program interrupts another CPU. */
typedef struct { int unused; } call_single_data_t;

#define INIT_CSD(csd, func, info)			((void)(csd), (void)(func), (void)(info))
#define smp_call_function_single_async(cpu, csd)	((void)(csd), -ENXIO)

#endif /* CONTEND_SHIM_SMP_H */

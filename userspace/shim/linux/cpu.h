/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_CPU_H
#define CONTEND_SHIM_CPU_H

#include <linux/cpumask.h>

/* None comes and none goes. */
#define cpus_read_lock()	((void)0)
#define cpus_read_unlock()	((void)0)

#endif /* CONTEND_SHIM_CPU_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_CPUMASK_H
#define CONTEND_SHIM_CPUMASK_H

/* Possible CPUs are the places of threads (percpu.h), those online are the machine's. */
#include <linux/compiler.h>

extern unsigned int nr_cpu_ids;

#define num_possible_cpus()		nr_cpu_ids
#define for_each_possible_cpu(cpu)	for ((cpu) = 0; (unsigned int)(cpu) < nr_cpu_ids; (cpu)++)

/* Those that this process may use, as its first thread found it. */
bool cpu_online(unsigned int cpu);
unsigned int num_online_cpus(void);
unsigned int shim_next_cpu(int cpu);

#define SHIM_CPUS_END			(~0U)
#define cpu_online_mask			NULL
#define cpumask_first(mask)		((void)(mask), shim_next_cpu(-1))
#define for_each_online_cpu(cpu)	\
	for ((cpu) = shim_next_cpu(-1); (cpu) != SHIM_CPUS_END; (cpu) = shim_next_cpu(cpu))

#endif /* CONTEND_SHIM_CPUMASK_H */

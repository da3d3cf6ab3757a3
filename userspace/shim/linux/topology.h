/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_TOPOLOGY_H
#define CONTEND_SHIM_TOPOLOGY_H

#include <linux/types.h>

int numa_node_id(void);

#define NUMA_NO_NODE		(-1)
#define cpu_to_node(cpu)	((void)(cpu), NUMA_NO_NODE)

#endif /* CONTEND_SHIM_TOPOLOGY_H */

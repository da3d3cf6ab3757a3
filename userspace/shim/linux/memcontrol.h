/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_MEMCONTROL_H
#define CONTEND_SHIM_MEMCONTROL_H

/* What a program allocates is the program's. */
struct mem_cgroup;

#define get_mem_cgroup_from_mm(mm)	((struct mem_cgroup *)NULL)
#define mem_cgroup_put(memcg)		((void)(memcg))
#define set_active_memcg(memcg)		((void)(memcg))

#endif /* CONTEND_SHIM_MEMCONTROL_H */

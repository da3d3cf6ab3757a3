// SPDX-License-Identifier: GPL-2.0
/*
 * contend: kernel synchronization under load.
 *
 * /dev/contend (device.c) and /proc/contend (proc.c) are thin doors. Behind
 * them, objects (object.c) are a structure (structures/) under a lock
 * (locks/); runs (engine/) let kernel threads loose on them and measure; the
 * witness and the structures' own rules (check/) say whether it was right.
 *
 * What user space can hold is a descriptor, and each descriptor holds the
 * module: when this module can be unloaded, no object and no run is left but those that
 * the reaper is about to end, for which unloading waits.
 */
#include <linux/module.h>

#include "check/violation.h"
#include "clock.h"
#include "device.h"
#include "engine/admit.h"
#include "engine/run.h"
#include "engine/worker.h"
#include "locks/typesafe.h"
#include "object.h"
#include "operation.h"
#include "pressure.h"
#include "proc.h"
#include "queue_pair.h"
#include "reaper.h"
#include "structures/nodes.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

module_param_named(max_objects, contend_max_objects, uint, 0644);
MODULE_PARM_DESC(max_objects, "most objects at a time");
module_param_named(max_runs, contend_max_runs, uint, 0644);
MODULE_PARM_DESC(max_runs, "most runs at a time");
module_param_named(max_workers, contend_max_workers, uint, 0644);
MODULE_PARM_DESC(max_workers, "most workers of one run");
module_param_named(max_pollers, contend_max_pollers, uint, 0644);
MODULE_PARM_DESC(max_pollers, "most threads that poll rings at a time");
module_param_named(max_capacity, contend_max_capacity, ulong, 0644);
MODULE_PARM_DESC(max_capacity, "most elements of one object");
module_param_named(max_runtime_s, contend_max_runtime_s, uint, 0644);
MODULE_PARM_DESC(max_runtime_s, "longest run time plus warm-up in seconds");
module_param_named(max_backlog, contend_max_backlog, uint, 0644);
MODULE_PARM_DESC(max_backlog, "erased elements of one object that may wait for a grace period");
module_param_named(slow_ns, contend_slow_ns, ulong, 0644);
MODULE_PARM_DESC(slow_ns, "waits from here on are traced as contend_slow, in nanoseconds");

static int __init contend_init(void)
{
	int ret;

	ret = clock_init();
	if (ret)
		return ret;
	ret = nodes_caches_init();
	if (ret)
		return ret;
	ret = typesafe_cache_init();
	if (ret)
		goto err_nodes;
	ret = reaper_init();
	if (ret)
		goto err_cache;
	ret = pressure_init();
	if (ret)
		goto err_reaper;
	ret = contend_proc_init();
	if (ret)
		goto err_pressure;
	ret = contend_device_init();
	if (ret)
		goto err_proc;
	return 0;

err_proc:
	contend_proc_exit();
err_pressure:
	pressure_exit();
err_reaper:
	reaper_exit();
err_cache:
	typesafe_cache_exit();
err_nodes:
	nodes_caches_exit();
	return ret;
}

static void __exit contend_exit(void)
{
	contend_device_exit();
	contend_proc_exit();
	pressure_exit();
	reaper_exit();
	typesafe_cache_exit();
	nodes_caches_exit();
}

module_init(contend_init);
module_exit(contend_exit);

MODULE_DESCRIPTION("Kernel synchronization under load: how fast, how fair, how late, how correct");
MODULE_LICENSE("GPL");
MODULE_VERSION(CONTEND_VERSION);

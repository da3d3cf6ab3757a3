/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_ENGINE_HARNESS_H
#define CONTEND_ENGINE_HARNESS_H

#include <linux/types.h>

struct active_run;

u64 harness_cost(struct active_run *run);

#endif /* CONTEND_ENGINE_HARNESS_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_JIFFIES_H
#define CONTEND_SHIM_JIFFIES_H

#include <linux/ktime.h>

#define HZ		1000UL
#define TICK_NSEC	(NSEC_PER_SEC / HZ)
#define jiffies		((unsigned long)(ktime_get_mono_fast_ns() / TICK_NSEC))

#define time_after(a, b)	((long)((b) - (a)) < 0)
#define time_before(a, b)	time_after(b, a)

#endif /* CONTEND_SHIM_JIFFIES_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_DELAY_H
#define CONTEND_SHIM_DELAY_H

#include <linux/jiffies.h>
#include <unistd.h>

#define usleep_range(least, most)	usleep(least)
#define msleep(ms)			usleep((ms) * 1000)
#define schedule_timeout_uninterruptible(j)	usleep((j) * (1000000 / HZ))

#endif /* CONTEND_SHIM_DELAY_H */

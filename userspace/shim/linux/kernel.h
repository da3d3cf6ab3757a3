/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_KERNEL_H
#define CONTEND_SHIM_KERNEL_H

#include_next <linux/kernel.h>

#include <assert.h>
#include <stdio.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#endif /* CONTEND_SHIM_KERNEL_H */

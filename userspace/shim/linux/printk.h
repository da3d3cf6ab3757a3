/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_PRINTK_H
#define CONTEND_SHIM_PRINTK_H

#include <stdio.h>

#define pr_alert(...)	fprintf(stderr, __VA_ARGS__)
#define pr_err(...)	fprintf(stderr, __VA_ARGS__)

#endif /* CONTEND_SHIM_PRINTK_H */

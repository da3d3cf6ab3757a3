/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_VERSION_H
#define CONTEND_SHIM_VERSION_H

/* The interfaces of the newest kernel are those of the shim. */
#define KERNEL_VERSION(a, b, c)	((a) << 16 | (b) << 8 | (c))
#define LINUX_VERSION_CODE	KERNEL_VERSION(7, 3, 0)

#endif /* CONTEND_SHIM_VERSION_H */

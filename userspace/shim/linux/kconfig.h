/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_KCONFIG_H
#define CONTEND_SHIM_KCONFIG_H

/* No option of a kernel is set in a program. Each source begins with this header, as there. */
#define IS_ENABLED(option)	0

#endif /* CONTEND_SHIM_KCONFIG_H */

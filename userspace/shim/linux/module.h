/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_MODULE_H
#define CONTEND_SHIM_MODULE_H

#include <linux/compiler.h>
#include <linux/moduleparam.h>

#define THIS_MODULE		NULL
#define MODULE_DESCRIPTION(s)	_Static_assert(1, "")
#define MODULE_LICENSE(s)	_Static_assert(1, "")
#define MODULE_VERSION(s)	_Static_assert(1, "")

/* What the kernel calls when it loads the module and unloads it. */
#define module_init(fn)		int shim_module_init(void) { return fn(); }
#define module_exit(fn)		void shim_module_exit(void) { fn(); }

int shim_module_init(void);
void shim_module_exit(void);

#endif /* CONTEND_SHIM_MODULE_H */

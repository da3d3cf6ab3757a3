/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_MODULEPARAM_H
#define CONTEND_SHIM_MODULEPARAM_H

#include <linux/kernel.h>

struct kernel_param { int unused; };

struct kernel_param_ops {
	int (*set)(const char *word, const struct kernel_param *param);
	int (*get)(char *word, const struct kernel_param *param);
};

#define module_param_named(name, value, type, mode)	_Static_assert(1, "")
#define module_param_cb(name, ops, arg, mode)		\
	static const struct kernel_param_ops *shim_param_##name __maybe_unused = ops
#define MODULE_PARM_DESC(name, text)			_Static_assert(1, "")

#endif /* CONTEND_SHIM_MODULEPARAM_H */

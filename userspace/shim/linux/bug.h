/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_BUG_H
#define CONTEND_SHIM_BUG_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <stdio.h>

#define WARN_ON_ONCE(condition)							\
({										\
	static bool __told;							\
	bool __is = (condition);						\
										\
	if (unlikely(__is) && !__atomic_exchange_n(&__told, true, __ATOMIC_RELAXED)) \
		fprintf(stderr, "contend: BUG: %s:%d: %s\n", __FILE__, __LINE__, #condition); \
	unlikely(__is);								\
})

#endif /* CONTEND_SHIM_BUG_H */

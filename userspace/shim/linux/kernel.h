/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_KERNEL_H
#define CONTEND_SHIM_KERNEL_H

#include_next <linux/kernel.h>

#include <assert.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/math64.h>
#include <linux/compiler.h>
#include <linux/kconfig.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/types.h>
#include <stdarg.h>
#include <stdio.h>

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define ALIGN(x, a)		(((x) + (typeof(x))(a) - 1) & ~((typeof(x))(a) - 1))
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define DIV_ROUND_UP_ULL(n, d)	DIV_ROUND_UP((unsigned long long)(n), d)
#define lower_32_bits(n)	((u32)((n) & 0xffffffff))
#define upper_32_bits(n)	((u32)((n) >> 32))
#define might_sleep()		((void)0)
#define offsetofend(t, member)	(offsetof(t, member) + sizeof(((t *)0)->member))

#define container_of(ptr, type, member)	\
	((type *)((char *)(ptr) - offsetof(type, member)))

/* As snprintf(), but what it returns is what there is. */
static inline __printf(3, 4) int scnprintf(char *buf, size_t size, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(buf, size, format, args);
	va_end(args);
	return !size ? 0 : n < (int)size ? n : (int)size - 1;
}

#endif /* CONTEND_SHIM_KERNEL_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The shim: kernel headers as far as kmod/lib (later kmod/locks and
 * kmod/structures) includes them, for user space. Each one adds to the header
 * of the same name that the C library may include as well.
 */
#ifndef CONTEND_SHIM_TYPES_H
#define CONTEND_SHIM_TYPES_H

#include_next <linux/types.h>

#include <stdbool.h>
#include <stddef.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __s32 s32;
/* As in the kernel: long long, which is what %llu prints. */
typedef unsigned long long u64;
typedef long long s64;

#undef __always_inline
#define __always_inline inline __attribute__((__always_inline__))

#endif /* CONTEND_SHIM_TYPES_H */

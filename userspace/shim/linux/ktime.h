/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_KTIME_H
#define CONTEND_SHIM_KTIME_H

#include <linux/types.h>
#include <time.h>

#define NSEC_PER_USEC	1000L
#define NSEC_PER_MSEC	1000000L
#define NSEC_PER_SEC	1000000000L
#define KTIME_MAX	((s64)~(1ULL << 63))

/* Nanoseconds. */
typedef s64 ktime_t;

static inline u64 ktime_get_mono_fast_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (u64)NSEC_PER_SEC + now.tv_nsec;
}

#define ktime_get()		((ktime_t)ktime_get_mono_fast_ns())
#define ktime_get_ns()		ktime_get_mono_fast_ns()
#define ns_to_ktime(ns)		((ktime_t)(ns))
#define ktime_to_ns(t)		((s64)(t))
#define ktime_set(s, ns)	((ktime_t)(s) * NSEC_PER_SEC + (ns))
#define ktime_add_ns(t, ns)	((t) + (ktime_t)(ns))
#define ktime_sub(a, b)		((a) - (b))

#endif /* CONTEND_SHIM_KTIME_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_CACHE_H
#define CONTEND_SHIM_CACHE_H

/* Also of the CPUs that fetch lines in pairs. */
#define SMP_CACHE_BYTES			64
#define L1_CACHE_BYTES			SMP_CACHE_BYTES
#define ____cacheline_aligned		__attribute__((__aligned__(SMP_CACHE_BYTES)))
#define ____cacheline_aligned_in_smp	____cacheline_aligned

#endif /* CONTEND_SHIM_CACHE_H */

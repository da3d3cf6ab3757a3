/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_PROCESSOR_H
#define CONTEND_SHIM_PROCESSOR_H

#if defined(__x86_64__)
#define cpu_relax()	__builtin_ia32_pause()
#elif defined(__aarch64__)
#define cpu_relax()	asm volatile("yield" : : : "memory")
#else
#define cpu_relax()	asm volatile("" : : : "memory")
#endif

#endif /* CONTEND_SHIM_PROCESSOR_H */

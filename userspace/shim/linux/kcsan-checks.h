/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_KCSAN_CHECKS_H
#define CONTEND_SHIM_KCSAN_CHECKS_H

/* What a reader of a sequence reads may race, and is thrown away then. */
#ifdef __SANITIZE_THREAD__
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreReadsEnd(const char *file, int line);
#define kcsan_nestable_atomic_begin()	AnnotateIgnoreReadsBegin(__FILE__, __LINE__)
#define kcsan_nestable_atomic_end()	AnnotateIgnoreReadsEnd(__FILE__, __LINE__)
#else
#define kcsan_nestable_atomic_begin()	((void)0)
#define kcsan_nestable_atomic_end()	((void)0)
#endif

#endif /* CONTEND_SHIM_KCSAN_CHECKS_H */

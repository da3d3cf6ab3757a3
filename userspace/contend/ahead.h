/* SPDX-License-Identifier: GPL-2.0 */
/* The time ahead: about how long cases will take. */
#ifndef CONTEND_AHEAD_H
#define CONTEND_AHEAD_H

#include "lib/spec.h"

struct job;

u64 ahead_case_ns(const struct spec *spec);
const char *ahead_text(char *buf, size_t size, u64 ns);
u64 ahead_job(const struct job *job, u32 repeats, char *buf, size_t size);

#endif /* CONTEND_AHEAD_H */

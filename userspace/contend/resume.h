/* SPDX-License-Identifier: GPL-2.0 */
/* A run that goes on with what an interrupted one has left. */
#ifndef CONTEND_RESUME_H
#define CONTEND_RESUME_H

#include "options.h"
#include "report/result.h"

int resume_check(const struct options *o);
int resume(const struct options *o, const u32 *order, struct document *d);

#endif /* CONTEND_RESUME_H */

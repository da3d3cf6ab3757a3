/* SPDX-License-Identifier: GPL-2.0 */
/* Running the cases of a job. */
#ifndef CONTEND_RUN_H
#define CONTEND_RUN_H

#include "options.h"
#include "output.h"

int run_check_case(int device, const struct job_case *c, const struct metric *metric);
u32 *runs_order(const struct options *o);
int run_no_module(int device);
int runs_make(struct document *d, const struct options *o, struct output *out, int device);
int runs_status(const struct document *d);
void runs_free(struct document *d);

#endif /* CONTEND_RUN_H */

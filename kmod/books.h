/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The books about an object: what was done to it, what was wrong, and whether the one fits
 * what is there.
 */
#ifndef CONTEND_BOOKS_H
#define CONTEND_BOOKS_H

#include <linux/types.h>

struct contend_object;
struct violation_log;

void contend_object_settle(struct contend_object *obj, u64 ops, u64 writes, s64 balance);
void contend_object_report(struct contend_object *obj, const struct violation_log *log);
int contend_object_verify(struct contend_object *obj, struct violation_log *log);

#endif /* CONTEND_BOOKS_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The books about an object: what was done to it, what was wrong, and whether the one fits
 * what is there.
 */
#ifndef CONTEND_BOOKS_H
#define CONTEND_BOOKS_H

#include <linux/percpu.h>
#include <linux/types.h>

struct contend_object;
struct violation_log;

/**
 * struct books - what was done on a CPU, or on all of them
 * @ops: operations carried out
 * @writes: write sections that the witness has seen, as told by the writers
 * @balance: sum of the balances of all writes, as told by the writers
 * @waited_ns: how long operations waited for the lock; of runs those of the measured time
 *
 * Of each CPU: the reads that are measured do not contend for what is written down of them.
 */
struct books {
	u64 ops;
	u64 writes;
	s64 balance;
	u64 waited_ns;
};

struct books books_sum(const struct contend_object *obj);
void contend_object_settle(struct contend_object *obj, const struct books *done);
void contend_object_report(struct contend_object *obj, const struct violation_log *log);
u64 contend_object_violations(struct contend_object *obj, char *detail, size_t size);
int contend_object_verify(struct contend_object *obj, struct violation_log *log);

#endif /* CONTEND_BOOKS_H */

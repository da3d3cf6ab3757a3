/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libcontend: /dev/contend from C, or what it leads to in the program itself. The only code that
 * calls ioctl().
 *
 * Each call fills in the size of its struct and returns what the system call
 * returns: a descriptor or 0, or a negative errno as <contend/contend.h> (the
 * kernel's header) documents it. No call keeps state; all may be made from
 * several threads at once.
 */
#ifndef LIBCONTEND_H
#define LIBCONTEND_H

#include "uapi/contend.h"

#ifdef __cplusplus
extern "C" {
#endif

int contend_open(void);
int contend_open_program(unsigned int threads);
void contend_close(int fd);
int contend_poll(int fd, int ms);
int contend_info(int device, struct contend_info *info);
int contend_list(int device, __u32 catalogue, __u32 index, struct contend_list *entry);
int contend_find(int device, __u32 catalogue, const char *name, struct contend_list *entry);
int contend_create(int device, const char *lock, const char *structure,
		   struct contend_create *create);
int contend_attach(int device, __u64 id);

int contend_op(int object, struct contend_op *op);
int contend_batch(int object, struct contend_op *ops, __u32 count, __u32 *done);
int contend_stat(int object, __u32 flags, struct contend_stat *stat);
int contend_acquire(int object, __u32 count, __u64 deadline_ns);
int contend_release(int object, __u32 count);
int contend_run(int object, const char *spec, char *message, __u32 message_len);

int contend_result(int run, struct contend_result *result);
int contend_worker(int run, __u32 index, struct contend_worker *worker);
int contend_check(int run, __u32 index, struct contend_check *check);
int contend_stop(int run);
int contend_hist(int run, __u32 worker, __u32 kind, __u64 *counts, __u32 buckets,
		 struct contend_hist *hist);
int contend_verb_hist(int run, __u32 worker, __u32 kind, __u32 verb, __u64 *counts, __u32 buckets,
		      struct contend_hist *hist);

#ifdef __cplusplus
}
#endif

#endif /* LIBCONTEND_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libcontend: /dev/contend from C, or what it leads to in the program itself. The only code that
 * calls ioctl() or touches mapped rings.
 *
 *	gcc t.c $(pkg-config --cflags --libs --static contend)
 *
 * Each call fills in the size of its struct and returns what the system call
 * returns: a descriptor or 0, or a negative errno as <contend/contend.h> (the
 * kernel's header) documents it. No call keeps state but in a struct contend_ring or
 * contend_handle, each of which is one thread's at a time; all others may be made from several
 * threads at once.
 */
#ifndef LIBCONTEND_H
#define LIBCONTEND_H

#include "uapi/contend.h"

#ifdef __cplusplus
extern "C" {
#endif

int contend_open(void);
int contend_open_program(unsigned int threads);
void contend_trace_program(unsigned long most);
unsigned long contend_trace_program_end(void (*tell)(void *to, const char *line), void *to);
void contend_close(int fd);
int contend_poll(int fd, int ms);
int contend_poll_for(int fd, short events, int ms);
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
int contend_ring_setup(int object, struct contend_ring_setup *setup);
int contend_ring_enter(int object, __u32 submit, __u32 complete, __u64 deadline_ns);

int contend_result(int run, struct contend_result *result);
int contend_worker(int run, __u32 index, struct contend_worker *worker);
int contend_check(int run, __u32 index, struct contend_check *check);
int contend_stop(int run);
int contend_progress(int run, struct contend_progress *progress);
int contend_hist(int run, __u32 worker, __u32 kind, __u32 flags, __u32 verb, __u64 *counts,
		 __u32 buckets, struct contend_hist *hist);

/**
 * struct contend_ring - mapped rings, from contend_ring_open()
 * @object: the descriptor
 * @sq_entries: constant, like all but
 * @cq_entries: likewise
 * @polled: a thread of the module takes entries
 * @map_size: bytes
 * @shared: the mapping
 * @sqes: in it
 * @cqes: in it
 * @sq_tail: entries that were put in; those up to shared->sq_tail are handed over
 * @cq_head: completions that were taken out
 */
struct contend_ring {
	int object;
	__u32 sq_entries;
	__u32 cq_entries;
	int polled;
	__u64 map_size;
	struct contend_ring_shared *shared;
	struct contend_sqe *sqes;
	struct contend_cqe *cqes;
	__u32 sq_tail;
	__u32 cq_head;
};

int contend_ring_open(int object, struct contend_ring_setup *setup, struct contend_ring *ring);
void contend_ring_close(struct contend_ring *ring);
int contend_ring_put(struct contend_ring *ring, const struct contend_sqe *sqe);
int contend_ring_submit(struct contend_ring *ring, __u32 complete, __u64 deadline_ns);
void contend_ring_withdraw(struct contend_ring *ring);
int contend_ring_reap(struct contend_ring *ring, struct contend_cqe *cqe);

/* The ways to an object: a system call for each operation or batch, or mapped rings. */
enum contend_door { CONTEND_DOOR_OP, CONTEND_DOOR_RING };

struct contend_handle;

int contend_handle_open(int device, __u64 id, enum contend_door door, __u32 entries,
			__u64 poller_ns, struct contend_handle **handle);
void contend_handle_close(struct contend_handle *handle);
int contend_handle_op(struct contend_handle *handle, struct contend_op *op);
int contend_handle_batch(struct contend_handle *handle, struct contend_op *ops, __u32 count,
			 __u32 *done);
int contend_handle_poll(struct contend_handle *handle, short events, int ms);

#ifdef __cplusplus
}
#endif

#endif /* LIBCONTEND_H */

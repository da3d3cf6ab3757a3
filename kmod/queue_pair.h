/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A queue pair: the submission and the completion ring of an object descriptor, in memory that the
 * client maps, and what carries entries out: RING_ENTER, or a thread that polls.
 *
 * The client is taken for hostile: it may write each byte of the mapping at any moment. So each
 * entry is copied once, by READ_ONCE(), before it is looked at; the indices of the module are its
 * own, and those in the mapping are only told; those of the client are masked to find an entry,
 * and refused where they cannot be. No pointer lies there. What the client can do to others is
 * what it can do by OP.
 *
 * Life time. A mapping holds its file, as a descriptor does: the rings, and the thread, end with
 * the file. Pages of it that somebody has pinned live on for him alone.
 */
#ifndef CONTEND_QUEUE_PAIR_H
#define CONTEND_QUEUE_PAIR_H

#include <linux/types.h>

#include "uapi/contend.h"

struct contend_object;
struct queue_pair;
struct vm_area_struct;

extern unsigned int contend_max_pollers;

u64 queue_pair_features(void);
int queue_pair_create(struct contend_object *obj, struct contend_ring_setup *setup,
		      struct queue_pair **created);
void queue_pair_destroy(struct queue_pair *qp);
int queue_pair_map(struct queue_pair *qp, struct vm_area_struct *vma);
int queue_pair_enter(struct queue_pair *qp, const struct contend_ring_enter *enter);

#endif /* CONTEND_QUEUE_PAIR_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * peer:seqcount_latch: the kernel's seqcount_latch_t over two copies of a frame, which is how it is
 * used (kernel/time/timekeeping.c), beside our snapshots. A publisher writes both copies, a reader
 * repeats what was overtaken.
 */
#include <linux/seqlock.h>

#include "structures/snapshot.h"

struct latched {
	seqcount_latch_t latch;
	u64 published;	/* the publisher's */
	struct frame frame[2];
	u64 number[2];
};

static const struct contend_verb latched_verbs[] = SNAPSHOT_VERBS;

static __always_inline void latched_fill(struct latched *l, u32 which, u64 number)
{
	WRITE_ONCE(l->number[which], number);
	frame_fill_once(&l->frame[which], number);
}

/* As Documentation/locking/seqlock.rst has it: first the copy to which nobody is sent. */
static __always_inline void latched_publish(struct latched *l, struct contend_scratch *x)
{
	const u64 number = ++l->published;

	write_seqcount_latch_begin(&l->latch);
	latched_fill(l, 0, number);
	write_seqcount_latch(&l->latch);
	latched_fill(l, 1, number);
	write_seqcount_latch_end(&l->latch);
	x->value = number;
	x->error = 0;
}

static __always_inline void latched_read(const struct latched *l, struct contend_scratch *x)
{
	struct frame copy;
	unsigned int seq;
	u64 number;

	do {
		seq = read_seqcount_latch(&l->latch);
		number = READ_ONCE(l->number[seq & 1]);
		frame_copy_once(&copy, &l->frame[seq & 1]);
	} while (read_seqcount_latch_retry(&l->latch, seq));
	frame_judge(&copy, number, x);
}

CONTEND_NO_READ(peer_seqcount_latch)

void contend_peer_seqcount_latch_write(void *data, const struct contend_request *rq,
				       struct contend_scratch *x)
{
	if (rq->verb == SNAPSHOT_PUBLISH)
		latched_publish(data, x);
	else
		latched_read(data, x);
}

static int latched_init(void *data, const struct contend_shape *shape)
{
	struct latched *l = data;

	seqcount_latch_init(&l->latch);
	frame_fill_once(&l->frame[0], 0);
	frame_fill_once(&l->frame[1], 0);
	return 0;
}

static void latched_destroy(void *data)
{
}

static u64 latched_elements(const void *data)
{
	return 1;
}

static u64 latched_verify(const void *data, struct violation_log *log)
{
	const struct latched *l = data;

	frame_verify(&l->frame[0], l->published, log);
	frame_verify(&l->frame[1], l->published, log);
	return l->published;
}

const struct contend_structure contend_structure_peer_seqcount_latch = {
	.name = "peer:seqcount_latch",
	.family = "snapshot",
	.about = "the kernel's seqcount_latch_t: the newest frame in two copies",
	.needs = CONTEND_CAP_SELF,
	.verbs = latched_verbs,
	.size = sizeof(struct latched),
	.init = latched_init,
	.destroy = latched_destroy,
	.elements = latched_elements,
	.verify = latched_verify,
};

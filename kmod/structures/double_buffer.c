// SPDX-License-Identifier: GPL-2.0
/*
 * double_buffer: a snapshot in two buffers. The publisher fills the one where readers are not sent
 * and sends them there; a reader looks again whether it was sent away meanwhile, and then reads
 * the other one (L. Lamport, "Concurrent Reading and Writing", CACM 20(11), 1977; the kernel's
 * seqcount_latch_t, which has two copies of what is changed in place, where here each frame is
 * written once).
 *
 * The publisher never waits. A reader writes nothing, may be an interrupt upon the publisher, and
 * reads again only when a frame was published meanwhile: it may be overtaken again and again, and
 * says so after SNAPSHOT_TRIES.
 */
#include <linux/errno.h>

#include "structures/snapshot.h"

/* Each is a publication that came in the time of a copy: there is no such publisher. */
#define SNAPSHOT_TRIES	1000

static const struct contend_verb double_buffer_verbs[] = SNAPSHOT_VERBS;

static __always_inline void double_publish(struct double_buffer *b, struct contend_scratch *x)
{
	const u64 number = b->published + 1;

	/* C: pairs with D. The readers of the frame before the last were sent away before. */
	smp_wmb();
	frame_fill_once(&b->frame[number & 1], number);
	/* A: pairs with B */
	smp_store_release(&b->published, number);
	x->value = number;
	x->error = 0;
}

static __always_inline void double_read(const struct double_buffer *b, bool again,
					struct contend_scratch *x)
{
	struct frame copy;
	u64 number;
	u32 i;

	for (i = 0; i < SNAPSHOT_TRIES; i++) {
		/* B: pairs with A */
		number = smp_load_acquire(&b->published);
		frame_copy_once(&copy, &b->frame[number & 1]);
		/* D: pairs with C */
		smp_rmb();
		if (!again || likely(READ_ONCE(b->published) == number)) {
			frame_judge(&copy, number, x);
			return;
		}
	}
	x->error = -EAGAIN;
}

CONTEND_NO_READ(double_buffer)

void contend_double_buffer_write(void *data, const struct contend_request *rq,
				 struct contend_scratch *x)
{
	if (rq->verb == SNAPSHOT_PUBLISH)
		double_publish(data, x);
	else
		double_read(data, true, x);
}

static int double_buffer_init(void *data, const struct contend_shape *shape)
{
	struct double_buffer *b = data;

	frame_fill_once(&b->frame[0], 0);
	return 0;
}

static void double_buffer_destroy(void *data)
{
}

static u64 double_buffer_elements(const void *data)
{
	return 1;
}

static u64 double_buffer_verify(const void *data, struct violation_log *log)
{
	const struct double_buffer *b = data;

	frame_verify(&b->frame[b->published & 1], b->published, log);
	return b->published;
}

/* All but the name. */
#define DOUBLE_BUFFER					\
	.needs = CONTEND_CAP_SELF,			\
	.verbs = double_buffer_verbs,			\
	.size = sizeof(struct double_buffer),		\
	.init = double_buffer_init,			\
	.destroy = double_buffer_destroy,		\
	.elements = double_buffer_elements,		\
	.verify = double_buffer_verify

const struct contend_structure contend_structure_double_buffer = {
	.name = "double_buffer",
	.family = "snapshot",
	.about = "the newest frame in two buffers: a reader repeats what was overtaken",
	DOUBLE_BUFFER,
};

#ifdef CONTEND_MUTANT

/* busted_double_buffer: a reader does not look again. */
CONTEND_NO_READ(busted_double_buffer)

void contend_busted_double_buffer_write(void *data, const struct contend_request *rq,
					struct contend_scratch *x)
{
	if (rq->verb == SNAPSHOT_PUBLISH)
		double_publish(data, x);
	else
		double_read(data, false, x);
}

const struct contend_structure contend_structure_busted_double_buffer = {
	.name = "busted_double_buffer",
	.family = "busted",
	.about = "a double_buffer whose readers keep what a publisher has torn",
	.busted = true,
	DOUBLE_BUFFER,
};

#endif /* CONTEND_MUTANT */

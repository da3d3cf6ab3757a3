// SPDX-License-Identifier: GPL-2.0
/*
 * triple_buffer: a snapshot in three buffers, of which nobody repeats anything: there is the
 * newest frame, the one where a slow reader is, and one for the publisher.
 *
 * In its classic form, of one reader, the two exchange buffers by way of the one in the middle. For
 * any number of readers they are counted instead (M. Ianni, A. Pellegrini, F. Quaglia, "Anonymous
 * Readers Counting: A Wait-Free Multi-Word Atomic Register Algorithm for Scalable Data Sharing on
 * Multi-Core Machines", IEEE TPDS 30(2), 2019): a reader learns the newest slot by the same
 * fetch_add by which it enters it, and counts itself out of the slot; the publisher takes the count
 * of those that have entered by the same xchg by which it publishes the next frame.
 *
 * The publisher finds a free slot where there are two more than readers at a time. Here are three:
 * while slow readers keep two old frames it has none, waits for nobody, and drops its frame:
 * ENOSPC, which counts as a miss. No reader ever waits or repeats: but each one writes two words
 * that all share, which those of a double_buffer do not.
 */
#include <linux/errno.h>

#include "structures/snapshot.h"

#define SLOT_BITS	2
#define SLOT_MASK	(BIT(SLOT_BITS) - 1)

static const struct contend_verb triple_buffer_verbs[] = SNAPSHOT_VERBS;

/* A slot that is not the newest and where no reader is, or NULL; with @blind whether one is. */
static __always_inline struct triple_buffer_slot *triple_free(struct triple_buffer *b, bool blind)
{
	const u32 newest = atomic64_read(&b->newest) & SLOT_MASK;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(b->slot); i++) {
		struct triple_buffer_slot *slot = &b->slot[i];

		/* C: pairs with D. Those that have left it have read. */
		if (i != newest && (atomic64_read_acquire(&slot->left) == slot->entered || blind))
			return slot;
	}
	return NULL;
}

static __always_inline void triple_publish(struct triple_buffer *b, bool blind,
					   struct contend_scratch *x)
{
	struct triple_buffer_slot *slot = triple_free(b, blind);
	u64 before;

	if (unlikely(!slot)) {
		x->error = -ENOSPC;
		return;
	}
	frame_fill(&slot->frame, b->published + 1);
	/* A: pairs with B */
	before = atomic64_xchg_release(&b->newest, slot - b->slot);
	b->slot[before & SLOT_MASK].entered += before >> SLOT_BITS;
	x->value = ++b->published;
	x->error = 0;
}

static __always_inline void triple_read(struct triple_buffer *b, struct contend_scratch *x)
{
	struct triple_buffer_slot *slot;
	struct frame copy;

	/* B: pairs with A */
	slot = &b->slot[atomic64_fetch_add_acquire(BIT(SLOT_BITS), &b->newest) & SLOT_MASK];
	copy = slot->frame;
	/* D: pairs with C */
	atomic64_fetch_add_release(1, &slot->left);
	/* Word 0 is the number itself. */
	frame_judge(&copy, copy.word[0], x);
}

CONTEND_NO_READ(triple_buffer)

void contend_triple_buffer_write(void *data, const struct contend_request *rq,
				 struct contend_scratch *x)
{
	if (rq->verb == SNAPSHOT_PUBLISH)
		triple_publish(data, false, x);
	else
		triple_read(data, x);
}

static int triple_buffer_init(void *data, const struct contend_shape *shape)
{
	struct triple_buffer *b = data;

	/* The newest is slot 0, of frame 0. */
	frame_fill(&b->slot[0].frame, 0);
	return 0;
}

static void triple_buffer_destroy(void *data)
{
}

static u64 triple_buffer_elements(const void *data)
{
	return 1;
}

static u64 triple_buffer_verify(const void *data, struct violation_log *log)
{
	const struct triple_buffer *b = data;
	const u64 newest = atomic64_read(&b->newest);
	u32 i;

	frame_verify(&b->slot[newest & SLOT_MASK].frame, b->published, log);
	for (i = 0; i < ARRAY_SIZE(b->slot); i++) {
		const struct triple_buffer_slot *slot = &b->slot[i];
		const u64 entered = slot->entered +
				    (i == (newest & SLOT_MASK) ? newest >> SLOT_BITS : 0);

		if (atomic64_read(&slot->left) != entered)
			violation_note(log, CHECK_INTEGRITY,
				       "not all readers that entered a slot have left it",
				       atomic64_read(&slot->left), entered);
	}
	return b->published;
}

/* All but the name. */
#define TRIPLE_BUFFER					\
	.needs = CONTEND_CAP_SELF,			\
	.verbs = triple_buffer_verbs,			\
	.size = sizeof(struct triple_buffer),		\
	.init = triple_buffer_init,			\
	.destroy = triple_buffer_destroy,		\
	.elements = triple_buffer_elements,		\
	.verify = triple_buffer_verify

const struct contend_structure contend_structure_triple_buffer = {
	.name = "triple_buffer",
	.family = "snapshot",
	.about = "the newest frame in three buffers: readers are counted, and nobody repeats",
	TRIPLE_BUFFER,
};

#ifdef CONTEND_MUTANT

/* busted_triple_buffer: the publisher does not look for readers. */
CONTEND_NO_READ(busted_triple_buffer)

void contend_busted_triple_buffer_write(void *data, const struct contend_request *rq,
					struct contend_scratch *x)
{
	if (rq->verb == SNAPSHOT_PUBLISH)
		triple_publish(data, true, x);
	else
		triple_read(data, x);
}

const struct contend_structure contend_structure_busted_triple_buffer = {
	.name = "busted_triple_buffer",
	.family = "busted",
	.about = "a triple_buffer whose publisher does not look for readers",
	.busted = true,
	TRIPLE_BUFFER,
};

#endif /* CONTEND_MUTANT */

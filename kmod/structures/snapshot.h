/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Snapshots: one publisher, and readers that see a whole frame, the newest one or one that was
 * the newest while they read.
 *
 * Each word of a frame is sealed with the frame's number. Invariants: all words that a reader has
 * are of one frame, the one that it has asked for; and what a reader sees is never older than what
 * it has seen before.
 */
#ifndef CONTEND_STRUCTURES_SNAPSHOT_H
#define CONTEND_STRUCTURES_SNAPSHOT_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/hash.h>
#include <linux/types.h>

#include "check/violation.h"
#include "structures/structure.h"

enum { SNAPSHOT_PUBLISH, SNAPSHOT_READ };

#define SNAPSHOT_VERBS {							\
	[SNAPSHOT_PUBLISH] = {							\
		.name = "publish", .guard = GUARD_OWNER, .share = 10, .balance = 1,	\
		.role = "publisher",						\
	},									\
	[SNAPSHOT_READ] = {							\
		.name = "read", .guard = GUARD_SELF, .share = 90, .role = "reader",	\
	},									\
	{ }									\
}

/* Two cache lines: long enough to be torn. */
#define FRAME_WORDS	16

/**
 * struct frame - what is published
 * @word: each is sealed
 */
struct frame {
	u64 word[FRAME_WORDS];
} ____cacheline_aligned;

static __always_inline u64 frame_seal(u64 number, u32 i)
{
	return number ^ i * GOLDEN_RATIO_64;
}

/* Word by word: a reader may be in it. */
static __always_inline void frame_fill_once(struct frame *f, u64 number)
{
	u32 i;

	for (i = 0; i < FRAME_WORDS; i++)
		WRITE_ONCE(f->word[i], frame_seal(number, i));
}

static __always_inline void frame_copy_once(struct frame *to, const struct frame *f)
{
	u32 i;

	for (i = 0; i < FRAME_WORDS; i++)
		to->word[i] = READ_ONCE(f->word[i]);
}

/* Nobody else is in it. */
static __always_inline void frame_fill(struct frame *f, u64 number)
{
	u32 i;

	for (i = 0; i < FRAME_WORDS; i++)
		f->word[i] = frame_seal(number, i);
}

static const char frame_torn[] = "a frame is not of one publication";

/* The first word that is not of this frame, or FRAME_WORDS. */
static inline u32 frame_odd(const struct frame *f, u64 number)
{
	u32 i;

	for (i = 0; i < FRAME_WORDS; i++)
		if (f->word[i] != frame_seal(number, i))
			break;
	return i;
}

/* What a reader has got, which is to be frame @number. */
static __always_inline void frame_judge(const struct frame *f, u64 number,
					struct contend_scratch *x)
{
	const u32 odd = frame_odd(f, number);

	x->value = number;
	x->error = 0;
	if (unlikely(odd < FRAME_WORDS)) {
		x->broken = frame_torn;
		x->seen = f->word[odd];
		x->expected = frame_seal(number, odd);
	} else if (unlikely(number < x->newest)) {
		x->broken = "a frame is older than the one before";
		x->seen = number;
		x->expected = x->newest;
	}
	x->newest = number;
}

static inline void frame_verify(const struct frame *f, u64 number, struct violation_log *log)
{
	const u32 odd = frame_odd(f, number);

	if (odd < FRAME_WORDS)
		violation_note(log, CHECK_INTEGRITY, frame_torn, f->word[odd],
			       frame_seal(number, odd));
}

/**
 * struct double_buffer - see double_buffer.c
 * @published: number of the newest frame; by the publisher, with release
 * @frame: where frame n is, at n & 1; the publisher's when @published is n - 1, word by word
 */
struct double_buffer {
	u64 published;
	struct frame frame[2];
};

/**
 * struct triple_buffer_slot - one of the three
 * @frame: what is in it; the publisher's when nobody is in it
 * @left: how many readers have left it ever; each counts itself on
 * @entered: how many have entered it ever, as far as they were counted: when it was the newest no
 *	more; the publisher's
 */
struct triple_buffer_slot {
	struct frame frame;
	atomic64_t left;
	u64 entered;
};

/**
 * struct triple_buffer - see triple_buffer.c
 * @newest: slot of the newest frame in its two lowest bits; above, how many readers have entered
 *	since it was published
 * @published: how many frames there were; the publisher's
 * @slot: each
 */
struct triple_buffer {
	atomic64_t newest;
	u64 published ____cacheline_aligned;
	struct triple_buffer_slot slot[3];
};

#endif /* CONTEND_STRUCTURES_SNAPSHOT_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Log-linear histogram of times, the same in the kernel and in user space.
 *
 * A value below 128 has a bucket of its own. Above, each power of two is cut
 * into 64 equal buckets, so that a bucket is never wider than 1/64 of the
 * least value in it: its middle is off by less than 1 %. 40 groups of 64
 * reach to 9.7 h, past the longest run that the module allows unless it is told to; what
 * is greater falls into the last bucket, for which @max stands. (The shape is that of
 * fio's completion latencies, which has 29 groups and ends at 17 s, as this one did first.)
 *
 * No function here locks or sleeps: one writer at a time, and readers only
 * after it has stopped.
 */
#ifndef CONTEND_HIST_H
#define CONTEND_HIST_H

#include <linux/types.h>

#define HIST_BITS	6
#define HIST_GROUPS	40
#define HIST_BUCKETS	(HIST_GROUPS << HIST_BITS)
/* How many there were at first: what counts in them is the same, but for the last one. */
#define HIST_BUCKETS_FIRST	(29 << HIST_BITS)

/**
 * struct hist - times in nanoseconds
 * @total: values recorded
 * @sum: their sum
 * @min: the least, ~0 while there is none
 * @max: the greatest
 * @counts: values by bucket
 */
struct hist {
	u64 total;
	u64 sum;
	u64 min;
	u64 max;
	u64 counts[HIST_BUCKETS];
};

/**
 * hist_index - the bucket that counts a value
 * @ns: the value
 *
 * Return: 0 to HIST_BUCKETS - 1, never decreasing as @ns grows.
 */
static __always_inline unsigned int hist_index(u64 ns)
{
	unsigned int shift, index;

	if (ns < (2 << HIST_BITS))
		return ns;
	shift = 63 - __builtin_clzll(ns) - HIST_BITS;
	index = ((shift + 1) << HIST_BITS) + ((ns >> shift) & ((1 << HIST_BITS) - 1));
	return index < HIST_BUCKETS ? index : HIST_BUCKETS - 1;
}

/**
 * hist_least - the least value that a bucket counts
 * @index: the bucket, 0 to HIST_BUCKETS - 1; HIST_BUCKETS for the end of the last but one
 *
 * Return: nanoseconds.
 */
static inline u64 hist_least(unsigned int index)
{
	unsigned int shift;

	if (index < (2 << HIST_BITS))
		return index;
	shift = (index >> HIST_BITS) - 1;
	return ((1ULL << HIST_BITS) + (index & ((1 << HIST_BITS) - 1))) << shift;
}

/**
 * hist_value - the value that stands for a bucket
 * @index: the bucket, 0 to HIST_BUCKETS - 1
 *
 * Return: the middle of the bucket in nanoseconds.
 */
static inline u64 hist_value(unsigned int index)
{
	const u64 least = hist_least(index);

	return least + (hist_least(index + 1) - least) / 2;
}

/**
 * hist_add - record one value
 * @h: the histogram, owned by the caller
 * @ns: the value
 */
static __always_inline void hist_add(struct hist *h, u64 ns)
{
	h->counts[hist_index(ns)]++;
	h->total++;
	h->sum += ns;
	if (ns < h->min)
		h->min = ns;
	if (ns > h->max)
		h->max = ns;
}

void hist_init(struct hist *h);
void hist_merge(struct hist *to, const struct hist *from);
void hist_peek(struct hist *to, const struct hist *from);
void hist_fold(struct hist *h, unsigned int buckets);
u64 hist_percentile(const struct hist *h, unsigned int per_100k);
u64 hist_mean(const struct hist *h);
u64 hist_trimmed_mean(const struct hist *h, unsigned int per_100k);

#endif /* CONTEND_HIST_H */

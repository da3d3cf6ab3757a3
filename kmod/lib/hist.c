// SPDX-License-Identifier: GPL-2.0
#include <linux/compiler.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "hist.h"

/**
 * hist_init - start with nothing recorded
 * @h: the histogram
 */
void hist_init(struct hist *h)
{
	memset(h, 0, sizeof(*h));
	h->min = ~0ULL;
}

/**
 * hist_merge - add one histogram to another
 * @to: owned by the caller
 * @from: its writer has stopped
 */
void hist_merge(struct hist *to, const struct hist *from)
{
	unsigned int i;

	/* Of many workers many have none of a kind: do not touch all of it to see that. */
	if (!from->total)
		return;
	for (i = 0; i < HIST_BUCKETS; i++)
		to->counts[i] += from->counts[i];
	to->total += from->total;
	to->sum += from->sum;
	if (from->min < to->min)
		to->min = from->min;
	if (from->max > to->max)
		to->max = from->max;
}

/**
 * hist_peek - add what another task has counted so far
 * @to: owned by the caller
 * @from: its writer may be at work, and takes no notice: its counts are those of about now, the
 *	total is their sum, and the rest is of some moment near to that
 */
void __no_kcsan hist_peek(struct hist *to, const struct hist *from)
{
	const u64 min = READ_ONCE(from->min), max = READ_ONCE(from->max);
	unsigned int i;

	for (i = 0; i < HIST_BUCKETS; i++) {
		const u64 n = READ_ONCE(from->counts[i]);

		to->counts[i] += n;
		to->total += n;
	}
	to->sum += READ_ONCE(from->sum);
	if (min < to->min)
		to->min = min;
	if (max > to->max)
		to->max = max;
}

/*
 * What stands for the values of a bucket: its middle, but nothing that was not recorded.
 * The last one has no middle: it takes all that is beyond.
 */
static u64 stand_in(const struct hist *h, unsigned int i)
{
	u64 value = hist_value(i);

	if (i >= HIST_BUCKETS - 1)
		return h->max;
	if (value < h->min)
		return h->min;
	return value < h->max ? value : h->max;
}

/**
 * hist_fold - leave as many buckets as there is room for
 * @h: the histogram
 * @buckets: how many, 1 to HIST_BUCKETS
 *
 * What is beyond them is counted in the last one of them, as it is for a client that knows
 * no more buckets.
 */
void hist_fold(struct hist *h, unsigned int buckets)
{
	unsigned int i;

	for (i = buckets; i < HIST_BUCKETS; i++) {
		h->counts[buckets - 1] += h->counts[i];
		h->counts[i] = 0;
	}
}

/**
 * hist_percentile - the value that so many of the recorded ones do not exceed
 * @h: the histogram
 * @per_100k: how many, in 1/100000: 99900 for the 99.9th percentile
 *
 * Nearest rank: the least recorded value such that @per_100k of all are not
 * greater. It is a bucket's middle, but never below the least value nor above
 * the greatest; 100000 gives the greatest exactly, and so does one in the last bucket,
 * which has no middle.
 *
 * Return: nanoseconds, 0 when nothing was recorded.
 */
u64 hist_percentile(const struct hist *h, unsigned int per_100k)
{
	u64 rank, rest, seen = 0;
	unsigned int i;

	if (!h->total)
		return 0;
	/* ceil(total * per_100k / 100000), without overflow for any total. */
	rank = div64_u64_rem(h->total, 100000, &rest) * per_100k;
	rank += div64_u64(rest * per_100k + 99999, 100000);
	if (rank >= h->total)
		return h->max;
	for (i = 0; i < HIST_BUCKETS; i++) {
		seen += h->counts[i];
		if (seen && seen >= rank)
			break;
	}
	return stand_in(h, i);
}

/**
 * hist_mean - the mean of the recorded values
 * @h: the histogram
 *
 * Return: nanoseconds, rounded; 0 when nothing was recorded.
 */
u64 hist_mean(const struct hist *h)
{
	return h->total ? div64_u64(h->sum + h->total / 2, h->total) : 0;
}

/**
 * hist_trimmed_mean - the mean without the greatest values
 * @h: the histogram
 * @per_100k: how many are left, in 1/100000
 *
 * For times of which most are alike, and a few have a time slice in them. Where the clock
 * goes in steps as long as the times themselves it tells them apart, which no percentile
 * does.
 *
 * Return: nanoseconds, as exact as the buckets are, and from the least value to the
 * greatest; 0 when nothing was recorded.
 */
u64 hist_trimmed_mean(const struct hist *h, unsigned int per_100k)
{
	u64 n, left, of, sum = 0;
	unsigned int i;

	/* Rounded up: of the only one nothing is cut off. */
	n = h->total - mul_u64_u64_div_u64(h->total, 100000 - per_100k, 100000);
	for (i = 0, left = n; left; i++) {
		of = h->counts[i] < left ? h->counts[i] : left;
		sum += of * stand_in(h, i);
		left -= of;
	}
	return n ? div64_u64(sum + n / 2, n) : 0;
}

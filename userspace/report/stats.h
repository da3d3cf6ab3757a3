/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What can be said about figures of repeated runs: medians, their intervals, and
 * whether two samples differ. Nothing here knows what the figures are.
 *
 * A run is one value: what happens within a run is not independent, runs are.
 */
#ifndef CONTEND_STATS_H
#define CONTEND_STATS_H

#include <linux/types.h>

/* Values in a sample. */
#define STATS_MAX	100
/* What is less likely than this by chance alone is taken for a difference. */
#define STATS_ALPHA	0.05
/*
 * Fewer of each of two samples cannot be that unlikely: two that do not even overlap come
 * about by chance in 2 of C(2n, n) cases.
 */
#define STATS_LEAST	4
/*
 * The least and the greatest of n values have the median between them with a confidence of
 * 1 - 2^(1 - n): fewer values than these have no interval of 95 %.
 */
#define STATS_INTERVAL	6

/**
 * struct interval - where a value lies
 * @low: its lower end
 * @high: its upper end
 * @coverage: how likely it is that the value is in between
 */
struct interval {
	double low;
	double high;
	double coverage;
};

/**
 * struct mann_whitney - the outcome of a Mann-Whitney test
 * @u: pairs of which the first sample has the greater value; an equal pair is a half
 * @p: how likely it is that samples of one distribution are at least as far apart
 * @exact: @p comes from the distribution itself, not from its normal approximation
 */
struct mann_whitney {
	double u;
	double p;
	bool exact;
};

double stats_median(const double *x, size_t n);
struct interval stats_median_interval(const double *x, size_t n);
struct interval stats_difference_interval(const double *a, size_t na, const double *b, size_t nb,
					  double alpha);
struct interval stats_ratio_interval(const double *a, size_t na, const double *b, size_t nb,
				     double alpha);
struct mann_whitney stats_mann_whitney(const double *a, size_t na, const double *b, size_t nb);
void stats_holm(double *p, size_t n);

#endif /* CONTEND_STATS_H */

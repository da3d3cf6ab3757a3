// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>
#include <math.h>
#include <stdlib.h>

#include "lib/rng.h"
#include "stats.h"

/* E&T, below, ask for 1000 or more where the ends of an interval are wanted. */
#define RESAMPLES	2000
/* Of the seed's streams, one that no worker has. */
#define STREAM		(~0ULL - 2)
/* Up to here the ways to arrange two samples are counted; C(50, 25) is 47 bits. */
#define EXACT_MAX	25

static int compare(const void *x, const void *y)
{
	double l = *(const double *)x, r = *(const double *)y;

	return (l > r) - (l < r);
}

static void sort(double *sorted, const double *x, size_t n)
{
	memcpy(sorted, x, n * sizeof(*x));
	qsort(sorted, n, sizeof(*x), compare);
}

/**
 * stats_median - the middle of a sample
 * @x: values, in any order
 * @n: how many, 1 to STATS_MAX
 *
 * Return: the median; of an even number of values the mean of the two in the middle.
 */
double stats_median(const double *x, size_t n)
{
	double sorted[STATS_MAX];

	sort(sorted, x, n);
	return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
}

/* The value of this rank, from 0, in a sample that has sorted[i] count[i] times. */
static double ranked(const double *sorted, const u32 *count, size_t rank)
{
	size_t i, upto = count[0];

	for (i = 0; upto <= rank; upto += count[i])
		i++;
	return sorted[i];
}

/* The median of as many values, drawn with replacement. */
static double resample(const double *sorted, size_t n, struct rng *rng)
{
	u32 count[STATS_MAX] = { 0 };
	size_t i;

	for (i = 0; i < n; i++)
		count[rng_below(rng, n)]++;
	return (ranked(sorted, count, (n - 1) / 2) + ranked(sorted, count, n / 2)) / 2;
}

static struct interval percentiles(double *replications)
{
	const size_t tail = RESAMPLES * 25 / 1000;

	qsort(replications, RESAMPLES, sizeof(*replications), compare);
	return (struct interval){ replications[tail - 1], replications[RESAMPLES - tail - 1] };
}

/**
 * stats_median_interval - how sure a median is
 * @x: values, in any order
 * @n: how many, 1 to STATS_MAX
 * @seed: of the resamples: the same gives the same interval
 *
 * The percentile interval of B. Efron and R. Tibshirani, "An Introduction to the
 * Bootstrap", Chapman & Hall, 1993, section 13.3.
 *
 * Return: the interval; of one value it is that value, which says nothing.
 */
struct interval stats_median_interval(const double *x, size_t n, u64 seed)
{
	double sorted[STATS_MAX], replications[RESAMPLES];
	struct rng rng;
	size_t i;

	sort(sorted, x, n);
	rng_seed(&rng, seed, STREAM);
	for (i = 0; i < RESAMPLES; i++)
		replications[i] = resample(sorted, n, &rng);
	return percentiles(replications);
}

/**
 * stats_ratio_interval - how sure the ratio of two medians is
 * @a: values of the denominator, all above 0
 * @na: how many, 1 to STATS_MAX
 * @b: values of the numerator, all above 0
 * @nb: how many, 1 to STATS_MAX
 * @seed: of the resamples: the same gives the same interval
 *
 * Percentile interval, as above; each sample is drawn from on its own.
 *
 * Return: the interval of median(b) / median(a).
 */
struct interval stats_ratio_interval(const double *a, size_t na, const double *b, size_t nb,
				     u64 seed)
{
	double sorted_a[STATS_MAX], sorted_b[STATS_MAX], replications[RESAMPLES];
	struct rng rng;
	size_t i;

	sort(sorted_a, a, na);
	sort(sorted_b, b, nb);
	rng_seed(&rng, seed, STREAM);
	for (i = 0; i < RESAMPLES; i++) {
		double denominator = resample(sorted_a, na, &rng);

		replications[i] = resample(sorted_b, nb, &rng) / denominator;
	}
	return percentiles(replications);
}

/*
 * In how many ways n values go between m others such that u pairs, or fewer, are
 * inverted, of C(m + n, m): the coefficients of the Gaussian binomial
 * (1 - q^(n+1)) ... (1 - q^(n+m)) / ((1 - q) ... (1 - q^m)).
 */
static double exact_tail(size_t m, size_t n, size_t u)
{
	u64 ways[EXACT_MAX * EXACT_MAX + 1] = { 1 }, upto = 0, all = 0;
	size_t i, k;

	for (i = 1; i <= m; i++) {
		for (k = m * n; k >= n + i; k--)
			ways[k] -= ways[k - n - i];
		for (k = i; k <= m * n; k++)
			ways[k] += ways[k - i];
	}
	for (k = 0; k <= m * n; k++) {
		all += ways[k];
		if (k <= u)
			upto += ways[k];
	}
	return (double)upto / all;
}

/* The sum of t^3 - t over the groups of t equal values of both samples. */
static double ties(const double *a, size_t na, const double *b, size_t nb)
{
	double both[2 * STATS_MAX], sum = 0;
	size_t i, t;

	memcpy(both, a, na * sizeof(*a));
	memcpy(both + na, b, nb * sizeof(*b));
	qsort(both, na + nb, sizeof(*both), compare);
	for (i = 0; i < na + nb; i += t) {
		for (t = 1; i + t < na + nb && both[i + t] == both[i]; )
			t++;
		sum += (double)t * t * t - t;
	}
	return sum;
}

/**
 * stats_mann_whitney - whether two samples are of one distribution
 * @a: values, in any order
 * @na: how many, 1 to STATS_MAX
 * @b: values, in any order
 * @nb: how many, 1 to STATS_MAX
 *
 * H. B. Mann and D. R. Whitney, "On a test of whether one of two random variables is
 * stochastically larger than the other", Annals of Mathematical Statistics 18(1), 1947;
 * two-sided. Exact for small samples without ties; else the normal approximation, with
 * corrections for ties and continuity.
 *
 * Return: the outcome.
 */
struct mann_whitney stats_mann_whitney(const double *a, size_t na, const double *b, size_t nb)
{
	struct mann_whitney test = { 0 };
	double pairs = (double)na * nb, n = na + nb, tied, variance, off;
	size_t i, j;

	for (i = 0; i < na; i++)
		for (j = 0; j < nb; j++)
			test.u += a[i] > b[j] ? 1 : a[i] == b[j] ? 0.5 : 0;
	tied = ties(a, na, b, nb);
	test.exact = tied == 0 && na <= EXACT_MAX && nb <= EXACT_MAX;
	if (test.exact) {
		test.p = 2 * exact_tail(na, nb, fmin(test.u, pairs - test.u));
	} else {
		variance = pairs / 12 * (n + 1 - tied / (n * (n - 1)));
		off = fmax(fabs(test.u - pairs / 2) - 0.5, 0);
		test.p = variance > 0 ? erfc(off / sqrt(2 * variance)) : 1;
	}
	test.p = fmin(test.p, 1);
	return test;
}

static int by_value(const void *a, const void *b)
{
	const double *x = *(const double *const *)a, *y = *(const double *const *)b;

	return (*x > *y) - (*x < *y);
}

/**
 * stats_holm - what single tests say of all of them together
 * @p: of each test; in its place what holds it against the alternative that some
 *	difference among all of them is due to chance
 * @n: how many
 *
 * S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian
 * Journal of Statistics 6(2), 1979: whatever depends on what, those below STATS_ALPHA
 * have none among them that came about by chance, but for a probability of STATS_ALPHA.
 */
void stats_holm(double *p, size_t n)
{
	double **order = malloc((n + 1) * sizeof(*order)), worst = 0;
	size_t i;

	if (!order)
		abort();
	for (i = 0; i < n; i++)
		order[i] = &p[i];
	qsort(order, n, sizeof(*order), by_value);
	for (i = 0; i < n; i++) {
		worst = fmax(worst, fmin(1, (n - i) * *order[i]));
		*order[i] = worst;
	}
	free(order);
}

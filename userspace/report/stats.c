// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>
#include <math.h>
#include <stdlib.h>

#include "stats.h"

/*
 * Where the smaller of two samples has no more, the ways to arrange them are counted:
 * C(125, 25) is far below the greatest double, and up to C(50, 25), 47 bits, none is lost.
 */
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

/*
 * How many values an interval of the median may leave out at each end. So many or fewer
 * are on one side of the median, which each value is with a probability of 1/2, with a
 * probability of @alpha at most, both sides together.
 */
static size_t median_cut(size_t n, double alpha, double *coverage)
{
	double just = pow(0.5, n), upto = just;
	size_t cut;

	for (cut = 0; cut < n; cut++) {
		just *= (double)(n - cut) / (cut + 1);
		if (2 * (upto + just) > alpha)
			break;
		upto += just;
	}
	*coverage = 1 - 2 * upto;
	return cut;
}

/**
 * stats_median_interval - how sure a median is
 * @x: values, in any order
 * @n: how many, 1 to STATS_MAX
 *
 * By the sign test, which takes nothing for granted but that the values are independent:
 * H. A. David and H. N. Nagaraja, "Order Statistics", Wiley, 2003, section 7.1.
 *
 * Return: the narrowest of its intervals that covers 1 - STATS_ALPHA; of too few values
 * the whole of them, which covers less: of one value nothing.
 */
struct interval stats_median_interval(const double *x, size_t n)
{
	double sorted[STATS_MAX];
	struct interval i;
	size_t cut;

	sort(sorted, x, n);
	cut = median_cut(n, STATS_ALPHA, &i.coverage);
	i.low = sorted[cut];
	i.high = sorted[n - 1 - cut];
	return i;
}

/**
 * struct null - how U is distributed where both samples are of one distribution
 * @pairs: U of the one and of the other together
 * @p: of each 2U from 0 to 2 @pairs; NULL where they are too many to be counted
 * @variance: of U
 */
struct null {
	size_t pairs;
	double *p;
	double variance;
};

/* In how many ways m of these ranks have each sum: by one rank after the other. */
static double *count_sums(const u32 *ranks, size_t all, size_t m, size_t width)
{
	double *ways = calloc((m + 1) * width, sizeof(*ways)), *row, *fewer;
	size_t i, k, sum;

	if (!ways)
		abort();
	ways[0] = 1;
	for (i = 0; i < all; i++) {
		for (k = i < m ? i + 1 : m; k; k--) {
			row = ways + k * width;
			fewer = row - width;
			for (sum = ranks[i]; sum < width; sum++)
				row[sum] += fewer[sum - ranks[i]];
		}
	}
	return ways;
}

/**
 * null_init - the distribution that all arrangements of these values have
 * @null: give it back with null_free()
 * @ranks: twice the rank of each value of both samples; equal ones share the mean of theirs
 * @na: values in the one
 * @nb: values in the other
 */
static void null_init(struct null *null, const u32 *ranks, size_t na, size_t nb)
{
	const size_t all = na + nb, m = na < nb ? na : nb, least = m * (m + 1);
	const size_t width = least + 2 * na * nb + 1;
	double *ways, total = 0, squares = 0;
	size_t i;

	null->pairs = na * nb;
	for (i = 0; i < all; i++)
		squares += pow((ranks[i] - (all + 1.0)) / 2, 2);
	null->variance = null->pairs * squares / (all * (all - 1.0));
	null->p = NULL;
	if (m > EXACT_MAX)
		return;
	ways = count_sums(ranks, all, m, width);
	null->p = calloc(2 * null->pairs + 1, sizeof(*null->p));
	if (!null->p)
		abort();
	for (i = least; i < width; i++)
		total += ways[m * width + i];
	for (i = least; i < width; i++)
		null->p[i - least] = ways[m * width + i] / total;
	free(ways);
}

static void null_free(struct null *null)
{
	free(null->p);
}

/* P(2U is at least so far from its mean), which is @pairs; but for the counting normal. */
static double null_beyond(const struct null *null, size_t off)
{
	double p = 0;
	size_t i;

	if (!off)
		return 1;
	if (!null->p)
		return erfc(fmax(off / 2.0 - 0.5, 0) / sqrt(2 * null->variance));
	for (i = 0; i + off <= null->pairs; i++)
		p += null->p[i] + null->p[2 * null->pairs - i];
	return fmin(p, 1);
}

/* Twice the mid-ranks of the values of both samples. */
static void rank(u32 *ranks, const double *a, size_t na, const double *b, size_t nb)
{
	double both[2 * STATS_MAX];
	size_t i, j, t;

	memcpy(both, a, na * sizeof(*a));
	memcpy(both + na, b, nb * sizeof(*b));
	qsort(both, na + nb, sizeof(*both), compare);
	for (i = 0; i < na + nb; i += t) {
		for (t = 1; i + t < na + nb && both[i + t] == both[i]; )
			t++;
		for (j = 0; j < t; j++)
			ranks[i + j] = 2 * i + t + 1;
	}
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
 * two-sided. Where one of them is small, exact: of all arrangements of these very values,
 * equal ones or not. Else the normal approximation, with corrections for ties and
 * continuity.
 *
 * Return: the outcome.
 */
struct mann_whitney stats_mann_whitney(const double *a, size_t na, const double *b, size_t nb)
{
	struct mann_whitney test = { 0 };
	u32 ranks[2 * STATS_MAX];
	struct null null;
	size_t i, j;

	for (i = 0; i < na; i++)
		for (j = 0; j < nb; j++)
			test.u += a[i] > b[j] ? 1 : a[i] == b[j] ? 0.5 : 0;
	rank(ranks, a, na, b, nb);
	null_init(&null, ranks, na, nb);
	test.exact = null.p;
	test.p = null_beyond(&null, fabs(2 * test.u - null.pairs));
	null_free(&null);
	return test;
}

/* How many pairs of two values an interval of what lies between them may leave out, as above. */
static size_t pairs_cut(size_t na, size_t nb, double alpha, double *coverage)
{
	u32 ranks[2 * STATS_MAX];
	struct null null;
	size_t cut = 0;
	u32 i;

	for (i = 0; i < na + nb; i++)
		ranks[i] = 2 * (i + 1);
	null_init(&null, ranks, na, nb);
	*coverage = 1 - null_beyond(&null, null.pairs);
	while (2 * (cut + 1) < null.pairs) {
		double beyond = null_beyond(&null, null.pairs - 2 * (cut + 1));

		if (beyond > alpha)
			break;
		*coverage = 1 - beyond;
		cut++;
	}
	null_free(&null);
	return cut;
}

/* What is between two values; two infinite ones, logarithms of 0, are equal. */
static double apart(double x, double y)
{
	return x == y ? 0 : x - y;
}

/*
 * The shifts by which the Mann-Whitney test can tell nothing from nothing: L. E. Moses, in
 * M. Hollander and D. Wolfe, "Nonparametric Statistical Methods", Wiley, 1973, section 4.3.
 * That is exact where B is as A but for a shift. Where B varies more than A, or otherwise, it
 * would be too narrow; so it is as wide at least as either median alone is unsure, by the
 * sign test. Both samples are sorted.
 */
static struct interval shift_interval(const double *a, size_t na, double median_a,
				      const double *b, size_t nb, double median_b, double alpha)
{
	double *pairs = malloc(na * nb * sizeof(*pairs)), coverage;
	struct interval r;
	size_t i, j, cut;

	if (!pairs)
		abort();
	for (i = 0; i < na; i++)
		for (j = 0; j < nb; j++)
			pairs[i * nb + j] = apart(b[j], a[i]);
	qsort(pairs, na * nb, sizeof(*pairs), compare);
	cut = pairs_cut(na, nb, alpha, &r.coverage);
	r.low = pairs[cut];
	r.high = pairs[na * nb - 1 - cut];
	free(pairs);
	cut = median_cut(na, alpha, &coverage);
	r.low = fmin(r.low, apart(median_b, a[na - 1 - cut]));
	r.high = fmax(r.high, apart(median_b, a[cut]));
	cut = median_cut(nb, alpha, &coverage);
	r.low = fmin(r.low, apart(b[cut], median_a));
	r.high = fmax(r.high, apart(b[nb - 1 - cut], median_a));
	return r;
}

/**
 * stats_difference_interval - how sure the difference of two medians is
 * @a: values that are taken away
 * @na: how many, 1 to STATS_MAX
 * @b: values from which they are
 * @nb: how many, 1 to STATS_MAX
 * @alpha: how likely it may be that the difference is not in it
 *
 * With A and B in each other's places the interval is the same with the other sign.
 *
 * Return: the interval of median(b) - median(a), and @coverage where they differ by a shift;
 * of too few values less than 1 - @alpha.
 */
struct interval stats_difference_interval(const double *a, size_t na, const double *b, size_t nb,
					  double alpha)
{
	double in_a[STATS_MAX], in_b[STATS_MAX];

	sort(in_a, a, na);
	sort(in_b, b, nb);
	return shift_interval(in_a, na, stats_median(a, na), in_b, nb, stats_median(b, nb), alpha);
}

static void sort_logs(double *sorted, const double *x, size_t n)
{
	size_t i;

	sort(sorted, x, n);
	for (i = 0; i < n; i++)
		sorted[i] = log(sorted[i]);
}

/**
 * stats_ratio_interval - how sure the ratio of two medians is
 * @a: values of the denominator, none below 0
 * @na: how many, 1 to STATS_MAX
 * @b: values of the numerator, none below 0
 * @nb: how many, 1 to STATS_MAX
 * @alpha: how likely it may be that the ratio is not in it
 *
 * With A and B in each other's places the interval is the same with the other sign.
 *
 * Return: the interval of ln(median(b) / median(a)), with infinite ends where values are 0,
 * and @coverage where they differ by a factor; of too few values less than 1 - @alpha.
 */
struct interval stats_ratio_interval(const double *a, size_t na, const double *b, size_t nb,
				     double alpha)
{
	double in_a[STATS_MAX], in_b[STATS_MAX];

	sort_logs(in_a, a, na);
	sort_logs(in_b, b, nb);
	return shift_interval(in_a, na, log(stats_median(a, na)), in_b, nb,
			      log(stats_median(b, nb)), alpha);
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

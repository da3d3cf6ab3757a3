// SPDX-License-Identifier: GPL-2.0
/* Against published values, and against the definitions by brute force. */
#include <kunit/test.h>
#include <math.h>

#include "lib/rng.h"
#include "report/stats.h"

/* But for rounding. */
#define EXACTLY	0.000000001

static bool near(double x, double y, double off)
{
	return fabs(x - y) <= off;
}

static void the_median_is_in_the_middle(struct kunit *test)
{
	static const double odd[] = { 5, 1, 4 }, even[] = { 8, 1, 4, 2 };

	KUNIT_EXPECT_TRUE(test, stats_median(odd, 3) == 4);
	KUNIT_EXPECT_TRUE(test, stats_median(even, 4) == 3);
	KUNIT_EXPECT_TRUE(test, stats_median(odd, 1) == 5);
}

/* How many of 2^(m + n) bit patterns with m ones there are, and of them with U <= u. */
static double enumerated(size_t m, size_t n, double u)
{
	double all = 0, upto = 0;
	u32 bits;
	size_t i, j;

	for (bits = 0; bits < 1U << (m + n); bits++) {
		size_t inversions = 0;

		if ((size_t)__builtin_popcount(bits) != m)
			continue;
		for (i = 0; i < m + n; i++)
			for (j = 0; j < i; j++)
				inversions += (bits >> i & 1) && !(bits >> j & 1);
		all++;
		upto += inversions <= u;
	}
	return upto / all;
}

/* @a of m values and @b of n that have this U, all different. */
static void samples_of(size_t m, size_t n, size_t u, double *a, double *b)
{
	size_t i;

	for (i = 0; i < n; i++)
		b[i] = i;
	for (i = 0; i < m; i++) {
		size_t above = u < n ? u : n;

		a[i] = above - 0.5 + i / 1000.0;
		u -= above;
	}
}

static void small_samples_have_their_exact_distribution(struct kunit *test)
{
	double a[STATS_MAX], b[STATS_MAX];
	struct mann_whitney t;
	size_t m, n, u;

	for (m = 1; m <= 6; m++) {
		for (n = 1; n <= 6; n++) {
			for (u = 0; u <= m * n; u++) {
				double least = u < m * n - u ? u : m * n - u;

				samples_of(m, n, u, a, b);
				t = stats_mann_whitney(a, m, b, n);
				least = fmin(1, 2 * enumerated(m, n, least));
				KUNIT_EXPECT_TRUE(test, t.exact && t.u == u);
				KUNIT_EXPECT_TRUE(test, near(t.p, least, EXACTLY));
			}
		}
	}
}

/* Table I of Mann and Whitney, 1947: P(U <= u), three digits. */
static void the_exact_distribution_is_the_published_one(struct kunit *test)
{
	static const double three[] = { .050, .100, .200, .350 };
	static const double four[] = { .014, .029, .057, .100, .171, .243, .343, .443 };
	double a[STATS_MAX], b[STATS_MAX];
	double p;
	size_t u;

	for (u = 0; u < ARRAY_SIZE(three); u++) {
		samples_of(3, 3, u, a, b);
		p = stats_mann_whitney(a, 3, b, 3).p / 2;
		KUNIT_EXPECT_TRUE(test, near(p, three[u], .0006));
	}
	for (u = 0; u < ARRAY_SIZE(four); u++) {
		samples_of(4, 4, u, a, b);
		p = stats_mann_whitney(a, 4, b, 4).p / 2;
		KUNIT_EXPECT_TRUE(test, near(p, four[u], .0006));
	}
}

/*
 * M. Hollander and D. Wolfe, "Nonparametric Statistical Methods", Wiley, 1973, p. 69:
 * permeability of the chorioamnion at term and at 12 to 26 weeks. U = 35, one-sided
 * p = 0.127.
 */
static void a_textbook_example_comes_out_as_printed(struct kunit *test)
{
	static const double term[] = {
		0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46,
	};
	static const double weeks[] = { 1.15, 0.88, 0.90, 0.74, 1.21 };
	struct mann_whitney t = stats_mann_whitney(term, 10, weeks, 5);

	KUNIT_EXPECT_TRUE(test, t.exact && t.u == 35);
	KUNIT_EXPECT_TRUE(test, near(t.p / 2, 0.1272, 0.00005));
	t = stats_mann_whitney(weeks, 5, term, 10);
	KUNIT_EXPECT_TRUE(test, t.exact && t.u == 15);
	KUNIT_EXPECT_TRUE(test, near(t.p / 2, 0.1272, 0.00005));
}

static void large_samples_are_counted_without_overflow(struct kunit *test)
{
	double a[STATS_MAX], b[STATS_MAX];
	struct mann_whitney t;

	/* Of C(50, 25) arrangements. */
	samples_of(25, 25, 0, a, b);
	t = stats_mann_whitney(a, 25, b, 25);
	KUNIT_EXPECT_TRUE(test, t.exact);
	KUNIT_EXPECT_TRUE(test, near(t.p * 126410606437752.0, 2, EXACTLY));
	/* One more is approximated, and that is as good there. */
	samples_of(25, 25, 210, a, b);
	t = stats_mann_whitney(a, 25, b, 25);
	samples_of(25, 26, 219, a, b);
	KUNIT_EXPECT_TRUE(test, !stats_mann_whitney(a, 25, b, 26).exact);
	KUNIT_EXPECT_TRUE(test, near(t.p, stats_mann_whitney(a, 25, b, 26).p, 0.002));
	samples_of(100, 100, 0, a, b);
	KUNIT_EXPECT_TRUE(test, stats_mann_whitney(a, 100, b, 100).p < EXACTLY);
}

/* The variance of U by trying all splits of the values. */
static void ties_are_corrected_by_the_variance_that_they_leave(struct kunit *test)
{
	static const double a[] = { 1, 2, 2, 3, 3, 7 }, b[] = { 2, 3, 4, 4, 7, 9, 9 };
	enum { M = ARRAY_SIZE(a), N = ARRAY_SIZE(b) };
	double all[M + N], splits = 0, sum = 0, squares = 0, u, variance, p;
	struct mann_whitney t = stats_mann_whitney(a, M, b, N);
	size_t i, j;
	u32 bits;

	for (i = 0; i < M + N; i++)
		all[i] = i < M ? a[i] : b[i - M];
	for (bits = 0; bits < 1U << (M + N); bits++) {
		if (__builtin_popcount(bits) != M)
			continue;
		for (u = 0, i = 0; i < M + N; i++)
			for (j = 0; j < M + N; j++)
				if ((bits >> i & 1) && !(bits >> j & 1))
					u += all[i] > all[j] ? 1 : all[i] == all[j] ? 0.5 : 0;
		splits++;
		sum += u;
		squares += u * u;
	}
	KUNIT_EXPECT_TRUE(test, near(sum / splits, M * N / 2.0, EXACTLY));
	variance = squares / splits - sum / splits * sum / splits;
	p = erfc((fabs(t.u - M * N / 2.0) - 0.5) / sqrt(2 * variance));
	KUNIT_EXPECT_TRUE(test, !t.exact && t.u == 8.5);
	KUNIT_EXPECT_TRUE(test, near(t.p, p, EXACTLY));
}

static void equal_values_are_no_difference(struct kunit *test)
{
	static const double same[] = { 3, 3, 3, 3, 3 };

	KUNIT_EXPECT_TRUE(test, stats_mann_whitney(same, 5, same, 5).p == 1);
	KUNIT_EXPECT_TRUE(test, stats_mann_whitney(same, 1, same, 1).p == 1);
}

static void four_and_four_are_the_least_that_can_differ(struct kunit *test)
{
	double a[STATS_MAX], b[STATS_MAX];

	samples_of(STATS_LEAST, STATS_LEAST, 0, a, b);
	KUNIT_EXPECT_TRUE(test, stats_mann_whitney(a, 4, b, 4).p < STATS_ALPHA);
	samples_of(STATS_LEAST - 1, STATS_LEAST - 1, 0, a, b);
	KUNIT_EXPECT_TRUE(test, stats_mann_whitney(a, 3, b, 3).p > STATS_ALPHA);
}

/* The least of four counts four times, the next three times, and none less than before. */
static void what_is_tested_often_must_be_the_less_likely(struct kunit *test)
{
	double p[] = { 0.01, 0.04, 0.03, 0.005 }, one = 0.03, many[] = { 0.5, 0.2, 0.9 };

	stats_holm(p, 4);
	KUNIT_EXPECT_TRUE(test, near(p[3], 0.02, EXACTLY) && near(p[0], 0.03, EXACTLY));
	KUNIT_EXPECT_TRUE(test, near(p[2], 0.06, EXACTLY) && near(p[1], 0.06, EXACTLY));
	stats_holm(&one, 1);
	KUNIT_EXPECT_TRUE(test, one == 0.03);
	stats_holm(many, 3);
	KUNIT_EXPECT_TRUE(test, near(many[1], 0.6, EXACTLY) && many[0] == 1 && many[2] == 1);
	stats_holm(many, 0);
}

/* P(the median of a resample of n, odd, is at most the k-th value). */
static double upto(int n, int k)
{
	double p = 0, ways = 1;
	int i;

	for (i = 0; i <= n; i++) {
		if (i > n / 2)
			p += ways * pow((double)k / n, i) * pow(1 - (double)k / n, n - i);
		ways = ways * (n - i) / (i + 1);
	}
	return p;
}

/* The mice of Efron and Tibshirani, 1993, table 2.1: days of survival. */
static void an_interval_is_that_of_all_resamples(struct kunit *test)
{
	static const double treated[] = { 94, 197, 16, 38, 99, 141, 23 };
	struct interval i;

	KUNIT_EXPECT_TRUE(test, stats_median(treated, 7) == 94);
	/* The ends are the second least and the second greatest, by a wide margin. */
	KUNIT_EXPECT_TRUE(test, upto(7, 1) < 0.015 && upto(7, 2) > 0.1);
	i = stats_median_interval(treated, 7, 1);
	KUNIT_EXPECT_TRUE(test, i.low == 23 && i.high == 141);
}

static void a_seed_gives_the_same_interval(struct kunit *test)
{
	double x[50];
	struct interval i, j;
	struct rng rng;
	int k, differ = 0;

	rng_seed(&rng, 4, 0);
	for (k = 0; k < 50; k++)
		x[k] = rng_below(&rng, 1000000);
	i = stats_median_interval(x, 50, 7);
	j = stats_median_interval(x, 50, 7);
	KUNIT_EXPECT_TRUE(test, i.low == j.low && i.high == j.high && i.low < i.high);
	for (k = 0; k < 10; k++) {
		j = stats_median_interval(x, 50, 8 + k);
		differ += i.low != j.low || i.high != j.high;
	}
	KUNIT_EXPECT_TRUE(test, differ > 0);
}

/* Of samples of a known distribution, 95 of 100 intervals have its median in them. */
static void an_interval_covers_what_it_should(struct kunit *test)
{
	enum { TRIALS = 500, N = 25 };
	int covered = 0, covered_ratio = 0, trial, k;
	double x[N], y[N];
	struct interval i;
	struct rng rng;

	rng_seed(&rng, 11, 0);
	for (trial = 0; trial < TRIALS; trial++) {
		for (k = 0; k < N; k++) {
			x[k] = 1000 + rng_below(&rng, 2000);
			y[k] = 3 * (1000 + rng_below(&rng, 2000));
		}
		i = stats_median_interval(x, N, trial);
		covered += i.low <= 2000 && 2000 <= i.high;
		i = stats_ratio_interval(x, N, y, N, trial);
		covered_ratio += i.low <= 3 && 3 <= i.high;
	}
	/* The seeds are fixed. */
	KUNIT_EXPECT_GE(test, covered, TRIALS * 92 / 100);
	KUNIT_EXPECT_LE(test, covered, TRIALS * 98 / 100);
	KUNIT_EXPECT_GE(test, covered_ratio, TRIALS * 92 / 100);
	KUNIT_EXPECT_LE(test, covered_ratio, TRIALS * 98 / 100);
}

static void a_ratio_is_of_the_second_to_the_first(struct kunit *test)
{
	static const double a[] = { 10, 10, 10, 10 }, b[] = { 30, 30, 30, 30, 30 };
	struct interval i = stats_ratio_interval(a, 4, b, 5, 1);

	KUNIT_EXPECT_TRUE(test, i.low == 3 && i.high == 3);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_median_is_in_the_middle),
	KUNIT_CASE(small_samples_have_their_exact_distribution),
	KUNIT_CASE(the_exact_distribution_is_the_published_one),
	KUNIT_CASE(a_textbook_example_comes_out_as_printed),
	KUNIT_CASE(large_samples_are_counted_without_overflow),
	KUNIT_CASE(ties_are_corrected_by_the_variance_that_they_leave),
	KUNIT_CASE(equal_values_are_no_difference),
	KUNIT_CASE(four_and_four_are_the_least_that_can_differ),
	KUNIT_CASE(what_is_tested_often_must_be_the_less_likely),
	KUNIT_CASE(an_interval_is_that_of_all_resamples),
	KUNIT_CASE(a_seed_gives_the_same_interval),
	KUNIT_CASE(an_interval_covers_what_it_should),
	KUNIT_CASE(a_ratio_is_of_the_second_to_the_first),
	{}
};

static struct kunit_suite suite = {
	.name = "stats",
	.test_cases = cases,
};

kunit_test_suite(suite);

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
	/* Where the smaller one has more it is approximated, and that is as good there. */
	samples_of(25, 27, 225, a, b);
	t = stats_mann_whitney(a, 25, b, 27);
	KUNIT_EXPECT_TRUE(test, t.exact);
	samples_of(26, 26, 225, a, b);
	KUNIT_EXPECT_TRUE(test, !stats_mann_whitney(a, 26, b, 26).exact);
	KUNIT_EXPECT_TRUE(test, near(t.p, stats_mann_whitney(a, 26, b, 26).p, 0.002));
	/* Of C(104, 4): four below a hundred others, where a normal distribution says 0.0007. */
	samples_of(4, 100, 0, a, b);
	t = stats_mann_whitney(a, 4, b, 100);
	KUNIT_EXPECT_TRUE(test, t.exact && near(t.p * 4598126, 2, EXACTLY));
	samples_of(100, 100, 0, a, b);
	KUNIT_EXPECT_TRUE(test, stats_mann_whitney(a, 100, b, 100).p < EXACTLY);
}

/* Of all splits of the values, the share of those that are as far apart as this one. */
static double all_splits(const double *a, size_t m, const double *b, size_t n)
{
	double all[16], splits = 0, as_far = 0, observed = -1, off, u;
	size_t i, j;
	u32 bits;

	for (i = 0; i < m + n; i++)
		all[i] = i < m ? a[i] : b[i - m];
	/* The first one is the one that there is. */
	for (bits = (1U << m) - 1; bits < 1U << (m + n); bits++) {
		if ((size_t)__builtin_popcount(bits) != m)
			continue;
		for (u = 0, i = 0; i < m + n; i++)
			for (j = 0; j < m + n; j++)
				if ((bits >> i & 1) && !(bits >> j & 1))
					u += all[i] > all[j] ? 1 : all[i] == all[j] ? 0.5 : 0;
		off = fabs(u - m * n / 2.0);
		if (observed < 0)
			observed = off;
		splits++;
		as_far += off >= observed;
	}
	return as_far / splits;
}

static void ties_have_their_exact_distribution(struct kunit *test)
{
	static const double a[] = { 1, 2, 2, 3, 3, 7 }, b[] = { 2, 3, 4, 4, 7, 9, 9 };
	double x[8], y[8];
	struct mann_whitney t = stats_mann_whitney(a, 6, b, 7);
	struct rng rng;
	int k, i, m, n;

	/* As scipy 1.10 has it, by the mid-ranks of all splits. */
	KUNIT_EXPECT_TRUE(test, t.exact && t.u == 8.5);
	KUNIT_EXPECT_TRUE(test, near(t.p, 0.07517482517482517, EXACTLY));
	rng_seed(&rng, 2, 0);
	for (k = 0; k < 40; k++) {
		m = 1 + rng_below(&rng, 6);
		n = 1 + rng_below(&rng, 6);
		for (i = 0; i < 8; i++) {
			x[i] = rng_below(&rng, 4);
			y[i] = rng_below(&rng, 5);
		}
		t = stats_mann_whitney(x, m, y, n);
		KUNIT_EXPECT_TRUE(test, t.exact);
		KUNIT_EXPECT_TRUE(test, near(t.p, all_splits(x, m, y, n), EXACTLY));
	}
}

/* A normal distribution, which knows nothing less likely than it is wide, would say 0.0131. */
static void a_step_of_the_clock_between_four_and_four_is_two_of_seventy(struct kunit *test)
{
	static const double a[] = { 256, 256, 256, 256 }, b[] = { 512, 512, 512, 512 };

	KUNIT_EXPECT_TRUE(test, near(stats_mann_whitney(a, 4, b, 4).p, 2 / 70.0, EXACTLY));
}

/* As scipy 1.10 has it: mannwhitneyu(a, b, use_continuity=True, method='asymptotic'). */
static void many_ties_are_corrected_by_the_variance_that_they_leave(struct kunit *test)
{
	double a[60], b[100];
	struct mann_whitney t;
	int i;

	for (i = 0; i < 100; i++)
		b[i] = i * 13 % 17;
	for (i = 0; i < 60; i++)
		a[i] = i * 11 % 19;
	t = stats_mann_whitney(a, 60, b, 100);
	KUNIT_EXPECT_TRUE(test, !t.exact && t.u == 3229);
	KUNIT_EXPECT_TRUE(test, near(t.p, 0.4198941967540636, EXACTLY));
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

/*
 * Y. Benjamini and Y. Hochberg, "Controlling the False Discovery Rate", Journal of the Royal
 * Statistical Society B 57(1), 1995, section 4: fifteen comparisons of two treatments after a
 * myocardial infarction, of which Holm's procedure rejects the first three.
 */
static void of_fifteen_published_tests_three_hold(struct kunit *test)
{
	double p[] = {
		0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
		0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
	};
	static const double first[] = { 0.0015, 0.0056, 0.0247, 0.1140, 0.2211, 0.2780 };
	size_t i;

	stats_holm(p, ARRAY_SIZE(p));
	for (i = 0; i < ARRAY_SIZE(first); i++)
		KUNIT_EXPECT_TRUE(test, near(p[i], first[i], EXACTLY));
	for (i = 0; i < ARRAY_SIZE(p); i++)
		KUNIT_EXPECT_TRUE(test, (p[i] <= STATS_ALPHA) == (i < 3));
}

/* David and Nagaraja, 2003, section 7.1, and tables of the sign test: ranks and coverage. */
static void an_interval_of_a_median_is_between_two_of_its_values(struct kunit *test)
{
	static const struct {
		size_t n, low, high;
		double coverage;
	} table[] = {
		{ 1, 1, 1, 0 }, { 2, 1, 2, 0.5 }, { 3, 1, 3, 0.75 }, { 5, 1, 5, 0.9375 },
		{ 6, 1, 6, 0.96875 }, { 8, 1, 8, 0.9921875 }, { 9, 2, 8, 0.9609375 },
		{ 10, 2, 9, 0.978515625 }, { 15, 4, 12, 0.96484375 },
		{ 20, 6, 15, 0.958610534667969 }, { 25, 8, 18, 0.956714749336243 },
		{ 100, 40, 61, 0.964799799782295 },
	};
	double x[STATS_MAX];
	struct interval i;
	size_t t, k;

	for (k = 0; k < STATS_MAX; k++)
		x[k] = k + 1;
	for (t = 0; t < ARRAY_SIZE(table); t++) {
		i = stats_median_interval(x, table[t].n);
		KUNIT_EXPECT_TRUE(test, i.low == table[t].low && i.high == table[t].high);
		KUNIT_EXPECT_TRUE(test, near(i.coverage, table[t].coverage, EXACTLY));
	}
	KUNIT_EXPECT_TRUE(test, stats_median_interval(x, STATS_INTERVAL).coverage > 0.95);
	KUNIT_EXPECT_TRUE(test, stats_median_interval(x, STATS_INTERVAL - 1).coverage < 0.95);
}

/*
 * Hollander and Wolfe, 1973, p. 79, have (-0.76, 0.15) with a confidence of 0.96 for this. The
 * lower end is that of the median alone, which ten values leave between the second and the
 * ninth.
 */
static const double term[] = { 0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46 };
static const double weeks[] = { 1.15, 0.88, 0.90, 0.74, 1.21 };

static void is_published_or_wider(struct kunit *test, struct interval i, struct interval swapped)
{
	KUNIT_EXPECT_TRUE(test, near(i.coverage, 0.96, 0.0001) && near(i.high, 0.15, EXACTLY));
	KUNIT_EXPECT_TRUE(test, near(i.low, 0.90 - 1.89, EXACTLY));
	/* To the last bit: a decision does not depend on which one is called B. */
	KUNIT_EXPECT_TRUE(test, swapped.low == -i.high && swapped.high == -i.low);
}

static void an_interval_of_a_difference_is_the_published_one_or_a_wider_one(struct kunit *test)
{
	is_published_or_wider(test, stats_difference_interval(term, 10, weeks, 5, 0.04),
			      stats_difference_interval(weeks, 5, term, 10, 0.04));
}

/* What is added there is multiplied here, by e to it. */
static void an_interval_of_a_ratio_is_the_published_one_or_a_wider_one(struct kunit *test)
{
	double a[10], b[5];
	int k;

	for (k = 0; k < 10; k++)
		a[k] = exp(term[k]);
	for (k = 0; k < 5; k++)
		b[k] = exp(weeks[k]);
	is_published_or_wider(test, stats_ratio_interval(a, 10, b, 5, 0.04),
			      stats_ratio_interval(b, 5, a, 10, 0.04));
}

static void a_ratio_is_of_the_second_to_the_first(struct kunit *test)
{
	static const double a[] = { 10, 10, 10, 10 }, b[] = { 30, 30, 30, 30, 30 };
	struct interval i = stats_ratio_interval(a, 4, b, 5, STATS_ALPHA);

	KUNIT_EXPECT_TRUE(test, near(i.low, log(3), EXACTLY) && near(i.high, log(3), EXACTLY));
	/* One pair is left out at each end: 4 of C(9, 4) arrangements are at least so far apart. */
	KUNIT_EXPECT_TRUE(test, near(i.coverage, 1 - 4 / 126.0, EXACTLY));
	i = stats_ratio_interval(a, 2, b, 2, STATS_ALPHA);
	KUNIT_EXPECT_TRUE(test, near(i.coverage, 1 - 2 / 6.0, EXACTLY));
}

static void nothing_is_as_much_as_nothing_and_infinitely_less_than_something(struct kunit *test)
{
	static const double none[6] = { 0 }, some[] = { 31, 31, 31, 31, 31, 31 };
	static const double few[] = { 0, 0, 0, 0, 1, 2 };
	struct interval i = stats_ratio_interval(none, 6, none, 6, STATS_ALPHA);

	KUNIT_EXPECT_TRUE(test, i.low == 0 && i.high == 0);
	i = stats_ratio_interval(none, 6, some, 6, STATS_ALPHA);
	KUNIT_EXPECT_TRUE(test, isinf(i.low) && isinf(i.high) && i.low > 0 && i.high > 0);
	i = stats_ratio_interval(some, 6, none, 6, STATS_ALPHA);
	KUNIT_EXPECT_TRUE(test, isinf(i.low) && isinf(i.high) && i.low < 0 && i.high < 0);
	i = stats_ratio_interval(none, 6, few, 6, STATS_ALPHA);
	KUNIT_EXPECT_TRUE(test, i.low == 0 && isinf(i.high));
}

/* Of a log-normal distribution, by twelve uniform ones; its median is e^0. */
static double normal(struct rng *rng)
{
	double sum = -6;
	int i;

	for (i = 0; i < 12; i++)
		sum += rng_below(rng, 1000000) / 1e6;
	return sum;
}

/* Three in ten are of a mode 20 times as far away; its median is that of the lower 5 of 7. */
static double bimodal(struct rng *rng)
{
	return 0.2 * (normal(rng) - 0.566) + (rng_below(rng, 10) < 3 ? 3 : 0);
}

/*
 * How many of so many intervals of m + n runs, of distributions with the same median, miss it.
 * The seeds are fixed: what is expected is what is promised, and a tenth of it for chance.
 */
static int missed(int trials, int m, int n, double alpha, double (*of_a)(struct rng *rng),
		  double (*of_b)(struct rng *rng), double spread)
{
	double a[STATS_MAX], b[STATS_MAX];
	struct interval i;
	struct rng rng;
	int t, k, count = 0;

	rng_seed(&rng, 11, 0);
	for (t = 0; t < trials; t++) {
		for (k = 0; k < m; k++)
			a[k] = exp(of_a(&rng));
		for (k = 0; k < n; k++)
			b[k] = exp(spread * of_b(&rng));
		i = stats_ratio_interval(a, m, b, n, alpha);
		count += i.low > 0 || i.high < 0;
	}
	return count;
}

static void an_interval_of_a_median_covers_what_it_says(struct kunit *test)
{
	static const int sizes[] = { 4, 6, 7, 13, 15, 25 };
	enum { TRIALS = 2000 };
	double x[STATS_MAX], off;
	struct interval i;
	struct rng rng;
	size_t s;
	int t, k, covered;

	rng_seed(&rng, 11, 0);
	for (s = 0; s < ARRAY_SIZE(sizes); s++) {
		for (t = 0, covered = 0; t < TRIALS; t++) {
			for (k = 0; k < sizes[s]; k++)
				x[k] = normal(&rng);
			i = stats_median_interval(x, sizes[s]);
			covered += i.low <= 0 && 0 <= i.high;
		}
		/* Three standard deviations. */
		off = 3 * sqrt(i.coverage * (1 - i.coverage) / TRIALS);
		KUNIT_EXPECT_TRUE(test, near((double)covered / TRIALS, i.coverage, off));
	}
}

static void an_interval_of_a_ratio_covers_what_it_should(struct kunit *test)
{
	static const struct {
		int m, n;
	} sizes[] = { { 4, 4 }, { 6, 6 }, { 7, 7 }, { 4, 25 }, { 25, 4 }, { 10, 10 } };
	enum { TRIALS = 1000, MOST = TRIALS * 55 / 1000 };
	size_t s;

	for (s = 0; s < ARRAY_SIZE(sizes); s++) {
		KUNIT_EXPECT_LE(test, missed(TRIALS, sizes[s].m, sizes[s].n, STATS_ALPHA, normal,
					     normal, 1), MOST);
		KUNIT_EXPECT_LE(test, missed(TRIALS, sizes[s].m, sizes[s].n, STATS_ALPHA, bimodal,
					     bimodal, 1), MOST);
	}
	/* Where B varies otherwise, from 6 runs on: the test alone would miss up to a third. */
	KUNIT_EXPECT_LE(test, missed(TRIALS, 7, 7, STATS_ALPHA, normal, normal, 100), MOST);
	KUNIT_EXPECT_LE(test, missed(TRIALS, 10, 10, STATS_ALPHA, normal, normal, 3), MOST);
	KUNIT_EXPECT_LE(test, missed(TRIALS, 10, 10, STATS_ALPHA, normal, bimodal, 1), MOST);
	KUNIT_EXPECT_LE(test, missed(TRIALS / 10, 25, 25, STATS_ALPHA, normal, bimodal, 1),
			MOST / 10 + 5);
}

/*
 * Twenty cases at a true 1.05: in how many of so many documents some interval, of all of them
 * together, is beyond 1.05. By p < 0.05 of any difference it was a third of them.
 */
static void all_intervals_together_are_right(struct kunit *test)
{
	enum { DOCUMENTS = 200, CASES = 20, RUNS = 10 };
	double a[RUNS], b[RUNS];
	struct interval r;
	struct rng rng;
	int d, c, k, beyond, wrong = 0;

	rng_seed(&rng, 12, 0);
	for (d = 0; d < DOCUMENTS; d++) {
		for (c = 0, beyond = 0; c < CASES; c++) {
			for (k = 0; k < RUNS; k++) {
				a[k] = exp(0.02 * normal(&rng));
				b[k] = 1.05 * exp(0.02 * normal(&rng));
			}
			r = stats_ratio_interval(a, RUNS, b, RUNS, STATS_ALPHA / CASES);
			beyond += r.low > log(1.05) || r.high < -log(1.05);
		}
		wrong += beyond > 0;
	}
	KUNIT_EXPECT_LE(test, wrong, DOCUMENTS * 5 / 100);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_median_is_in_the_middle),
	KUNIT_CASE(small_samples_have_their_exact_distribution),
	KUNIT_CASE(the_exact_distribution_is_the_published_one),
	KUNIT_CASE(a_textbook_example_comes_out_as_printed),
	KUNIT_CASE(large_samples_are_counted_without_overflow),
	KUNIT_CASE(ties_have_their_exact_distribution),
	KUNIT_CASE(a_step_of_the_clock_between_four_and_four_is_two_of_seventy),
	KUNIT_CASE(many_ties_are_corrected_by_the_variance_that_they_leave),
	KUNIT_CASE(equal_values_are_no_difference),
	KUNIT_CASE(four_and_four_are_the_least_that_can_differ),
	KUNIT_CASE(what_is_tested_often_must_be_the_less_likely),
	KUNIT_CASE(of_fifteen_published_tests_three_hold),
	KUNIT_CASE(an_interval_of_a_median_is_between_two_of_its_values),
	KUNIT_CASE(an_interval_of_a_difference_is_the_published_one_or_a_wider_one),
	KUNIT_CASE(an_interval_of_a_ratio_is_the_published_one_or_a_wider_one),
	KUNIT_CASE(a_ratio_is_of_the_second_to_the_first),
	KUNIT_CASE(nothing_is_as_much_as_nothing_and_infinitely_less_than_something),
	KUNIT_CASE(an_interval_of_a_median_covers_what_it_says),
	KUNIT_CASE(an_interval_of_a_ratio_covers_what_it_should),
	KUNIT_CASE(all_intervals_together_are_right),
	{}
};

static struct kunit_suite suite = {
	.name = "stats",
	.test_cases = cases,
};

kunit_test_suite(suite);

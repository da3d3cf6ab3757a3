// SPDX-License-Identifier: GPL-2.0
#include <math.h>

#include "hgrm.h"

static double deviation(const struct hist *h, double mean)
{
	double sum = 0, off;
	unsigned int i;

	for (i = 0; i < HIST_BUCKETS; i++) {
		off = hist_value(i) - mean;
		sum += h->counts[i] * off * off;
	}
	return sqrt(sum / h->total);
}

/**
 * hgrm_write - write a distribution in the percentile format of HdrHistogram, .hgrm
 * @out: where to
 * @h: the distribution, which is not empty
 *
 * A line a bucket: the greatest value that it counts, which share of all is not greater, how
 * many these are, and 1 over the rest.
 */
void hgrm_write(FILE *out, const struct hist *h)
{
	const double mean = (double)h->sum / h->total;
	u64 upto = 0, value;
	unsigned int i;

	fputs("       Value     Percentile TotalCount 1/(1-Percentile)\n\n", out);
	for (i = 0; i < HIST_BUCKETS; i++) {
		if (!h->counts[i])
			continue;
		upto += h->counts[i];
		value = hist_least(i + 1) - 1;
		if (upto == h->total || value > h->max)
			value = h->max;
		fprintf(out, "%12.3f %2.12f %10llu", (double)value, (double)upto / h->total, upto);
		/* Of the last one that has no end. */
		if (upto < h->total)
			fprintf(out, " %14.2f", (double)h->total / (h->total - upto));
		fputc('\n', out);
	}
	fprintf(out, "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n", mean, deviation(h, mean));
	fprintf(out, "#[Max     = %12.3f, Total count    = %12llu]\n", (double)h->max, h->total);
	fprintf(out, "#[Buckets = %12d, SubBuckets     = %12d]\n", HIST_GROUPS, 1 << HIST_BITS);
}

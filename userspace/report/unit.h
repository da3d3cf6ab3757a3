/* SPDX-License-Identifier: GPL-2.0 */
/* What a figure is measured in, and how it is written in pictures and their tables. */
#ifndef CONTEND_UNIT_H
#define CONTEND_UNIT_H

#include <stddef.h>

enum figure_unit {
	UNIT_PLAIN,	/* a count, or a number without a unit */
	UNIT_RATE,	/* so many a second */
	UNIT_TIME,	/* nanoseconds */
	UNIT_SHARE,	/* of 1, in per cent */
	UNIT_BYTES,
	UNIT_QUANTILE,	/* 1/(1 - q), as the percentile q: 100 is 99% */
};

/* Room for a figure. */
#define UNIT_TEXT	32

/* What a noun ends with that stands after a number. */
static inline const char *plural(unsigned long long n)
{
	return n == 1 ? "" : "s";
}

const char *unit_text(char *buf, size_t size, enum figure_unit unit, double value);

#endif /* CONTEND_UNIT_H */

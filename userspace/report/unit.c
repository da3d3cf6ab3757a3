// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"

/* Three digits that say something, without zeros after the last of them. */
static void digits(char *buf, size_t size, double value)
{
	size_t len;

	snprintf(buf, size, "%.*f", fabs(value) < 9.995 ? 2 : fabs(value) < 99.95 ? 1 : 0, value);
	len = strlen(buf);
	while (strchr(buf, '.') && (buf[len - 1] == '0' || buf[len - 1] == '.')) {
		if (buf[--len] == '.') {
			buf[len] = '\0';
			break;
		}
		buf[len] = '\0';
	}
}

static void scaled(char *buf, size_t size, double value, const char *const *unit, int nunits)
{
	char number[UNIT_TEXT];
	int i = 0;

	while (fabs(value) >= 999.5 && i < nunits - 1) {
		value /= 1000;
		i++;
	}
	if (value && fabs(value) < 0.01)
		snprintf(number, sizeof(number), "%.2g", value);
	else
		digits(number, sizeof(number), value);
	snprintf(buf, size, "%s%s", number, unit[i]);
}

/* So many decimals that 99.99% is not 100%, nor 0.01% nothing. */
static void percent(char *buf, size_t size, double value)
{
	const double rest = fmin(value, 100 - value);
	/* Of a binary fraction the last digits are none. */
	int decimals = fabs(value - round(value)) < 0.000001 ? 0 : 1;

	if (rest > 0 && rest < 0.95)
		decimals = ceil(-log10(rest) - 0.03);
	snprintf(buf, size, "%.*f%%", decimals, value);
}

/**
 * unit_text - a figure with its unit
 * @buf: where to
 * @size: its bytes; UNIT_TEXT are enough
 * @unit: what it is measured in
 * @value: what it is
 *
 * Return: @buf.
 */
const char *unit_text(char *buf, size_t size, enum figure_unit unit, double value)
{
	static const char *const times[] = { " ns", " µs", " ms", " s" };
	static const char *const counts[] = { "", "k", "M", "G", "T" };
	static const char *const bytes[] = { " B", " kB", " MB", " GB", " TB" };

	if (isnan(value))
		snprintf(buf, size, "–");
	else if (!value && unit != UNIT_QUANTILE)
		snprintf(buf, size, "0");
	else if (unit == UNIT_TIME)
		scaled(buf, size, value, times, ARRAY_SIZE(times));
	else if (unit == UNIT_BYTES)
		scaled(buf, size, value, bytes, ARRAY_SIZE(bytes));
	else if (unit == UNIT_SHARE)
		percent(buf, size, 100 * value);
	else if (unit == UNIT_QUANTILE)
		percent(buf, size, 100 - 100 / value);
	else
		scaled(buf, size, value, counts, ARRAY_SIZE(counts));
	return buf;
}

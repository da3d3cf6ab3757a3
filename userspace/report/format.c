// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/string.h>

#include "format.h"

/* The first is what a document is written in when nobody says how. */
const struct format formats[] = {
	{ "human", .end = human_end },
	{ "json", .end = json_end },
	{ "ndjson", .result = ndjson_result, .end = ndjson_end },
	{ "csv", .begin = csv_begin, .result = csv_result },
	{ "markdown", .end = markdown_end },
	{ "latex", .end = latex_end },
	{ "histogram", .begin = histogram_begin, .result = histogram_result },
};

const size_t nformats = ARRAY_SIZE(formats);

/**
 * format_find - a format by its name
 * @name: the name
 *
 * Return: the format, or NULL.
 */
const struct format *format_find(const char *name)
{
	size_t i;

	for (i = 0; i < nformats; i++)
		if (!strcmp(formats[i].name, name))
			return &formats[i];
	return NULL;
}

/**
 * format_write - write what there is of a document
 * @format: how
 * @out: where to
 * @d: the document
 *
 * Return: 0, or -1 when it is not all there.
 */
int format_write(const struct format *format, FILE *out, const struct document *d)
{
	int ret = format->begin ? format->begin(out, d) : 0;
	size_t i;

	for (i = 0; i < d->n && format->result; i++)
		ret |= format->result(out, d, i);
	if (format->end)
		ret |= format->end(out, d);
	return ret || fflush(out) || ferror(out) ? -1 : 0;
}

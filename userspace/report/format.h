/* SPDX-License-Identifier: GPL-2.0 */
/* How a document is written. */
#ifndef CONTEND_FORMAT_H
#define CONTEND_FORMAT_H

#include <stdio.h>

#include "result.h"

/**
 * struct format - one way to write a document
 * @name: as in --output-format=
 * @begin: what stands before all results, or NULL
 * @result: one result, when it is there; NULL for a format that takes all at once
 * @end: what can be said when all are there, or NULL
 *
 * Each returns 0, or -1 when memory was short; whether it could be written, the file knows.
 */
struct format {
	const char *name;
	int (*begin)(FILE *out, const struct document *d);
	int (*result)(FILE *out, const struct document *d, size_t i);
	int (*end)(FILE *out, const struct document *d);
};

extern const struct format formats[];
extern const size_t nformats;

const struct format *format_find(const char *name);
int format_write(const struct format *format, FILE *out, const struct document *d);

/* What the table has. */
int human_end(FILE *out, const struct document *d);
int json_end(FILE *out, const struct document *d);
int ndjson_result(FILE *out, const struct document *d, size_t i);
int ndjson_end(FILE *out, const struct document *d);
int csv_begin(FILE *out, const struct document *d);
int csv_result(FILE *out, const struct document *d, size_t i);
int markdown_end(FILE *out, const struct document *d);
int latex_end(FILE *out, const struct document *d);
int histogram_begin(FILE *out, const struct document *d);
int histogram_result(FILE *out, const struct document *d, size_t i);

#endif /* CONTEND_FORMAT_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* Where a document goes: stdout, or a file, which holds what there is after each case. */
#ifndef CONTEND_OUTPUT_H
#define CONTEND_OUTPUT_H

#include <stdio.h>

#include "report/format.h"

/* Writes a document, whole: 0, or -1 when it is not all there. */
typedef int (*output_fn)(FILE *out, const void *document);

/**
 * struct output - a document on its way
 * @format: how it is written
 * @file: where to, or NULL for stdout
 * @keep: what holds the document so far while there is more to come, or NULL: the file, or
 *	that which qemu/vm prints if this virtual machine dies (CONTEND_PARTIAL)
 * @told: how many results stdout has, for a format that tells each when it is there
 * @next_ns: before then nothing is kept again: keeping takes a tenth of the time at most
 */
struct output {
	const struct format *format;
	const char *file;
	const char *keep;
	size_t told;
	unsigned long long next_ns;
};

int output_check(const char *file, char **inputs, int n);
void output_init(struct output *o, const struct format *format, const char *file);
void output_result(struct output *o, const struct document *d);
int output_end(struct output *o, const struct document *d);
int output_write(const char *file, output_fn fn, const void *document);
int output_make(const char *file, output_fn fn, const void *document);
bool output_on_screen(const char *file, const char *what, const char *remedy);

#endif /* CONTEND_OUTPUT_H */

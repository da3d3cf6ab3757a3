/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the rows of a table are about: what all have in common is told once above them,
 * what differs is told in columns.
 */
#ifndef CONTEND_LABELS_H
#define CONTEND_LABELS_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdio.h>

/**
 * struct labelled - a case
 * @name: "section/key=value,key=value"
 * @spec: its words, as spec_format() writes them
 */
struct labelled {
	const char *name;
	const char *spec;
};

struct labels;

struct labels *labels_new(const struct labelled *cases, size_t n);
void labels_free(struct labels *l);
bool labels_same_section(const struct labelled *a, const struct labelled *b);
void labels_widen(struct labels *l, unsigned int least);
bool labels_fit(struct labels *l, unsigned int room, bool tight);
unsigned int labels_width(const struct labels *l);
void labels_common(const struct labels *l, FILE *out);
void labels_head(const struct labels *l, FILE *out);
void labels_row(const struct labels *l, size_t i, FILE *out);
char *labels_value(const struct labels *l, size_t i, const char *key);
void labels_text(const struct labels *l, size_t i, const char *without, bool section, FILE *out);

#endif /* CONTEND_LABELS_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* A table of texts, and the ways to write it. */
#ifndef CONTEND_TABLE_H
#define CONTEND_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "unit.h"

/* As wide as a line of text may be that goes into a commit message; a row is as wide as it is. */
#define TABLE_COLUMNS	75

/**
 * struct column - one of a table
 * @head: its name
 * @figures: they stand to the right
 */
struct column {
	char *head;
	bool figures;
};

/**
 * struct table - rows of texts
 * @column: each
 * @ncolumns: how many
 * @cell: of each row one for each column, row after row
 * @nrows: how many
 */
struct table {
	struct column *column;
	size_t ncolumns;
	char **cell;
	size_t nrows;
};

void table_column(struct table *t, const char *head, bool figures);
void table_row(struct table *t);
void table_cell(struct table *t, size_t column, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void table_figure(struct table *t, size_t column, enum figure_unit unit, double value);
void table_free(struct table *t);
void table_markdown(FILE *out, const struct table *t);
void table_latex(FILE *out, const struct table *t);
void markdown_text(FILE *out, const char *text);
void latex_text(FILE *out, const char *text);
void write_within(FILE *out, const char *begin, const char *text, const char *next,
		  unsigned int columns);
void write_command(FILE *out, const char *begin, const char *command, unsigned int columns);
void html_text(FILE *out, const char *text);
void table_html(FILE *out, const struct table *t, const char *caption);

#endif /* CONTEND_TABLE_H */

// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

static void *more(void *array, size_t n, size_t size)
{
	array = realloc(array, n * size);
	if (!array)
		abort();
	return array;
}

static char *copy(const char *text)
{
	char *same = strdup(text);

	if (!same)
		abort();
	return same;
}

/**
 * table_column - add a column
 * @t: the table, which has no rows yet
 * @head: its name
 * @figures: they stand to the right
 * @spare: see struct column
 */
void table_column(struct table *t, const char *head, bool figures, unsigned int spare)
{
	t->column = more(t->column, t->ncolumns + 1, sizeof(*t->column));
	t->column[t->ncolumns++] = (struct column){
		.head = copy(head), .figures = figures, .spare = spare,
	};
}

/**
 * table_row - add a row, whose cells are empty
 * @t: the table, which has all of its columns
 */
void table_row(struct table *t)
{
	size_t i;

	t->cell = more(t->cell, (t->nrows + 1) * t->ncolumns, sizeof(*t->cell));
	for (i = 0; i < t->ncolumns; i++)
		t->cell[t->nrows * t->ncolumns + i] = copy("");
	t->nrows++;
}

/**
 * table_cell - fill in a cell of the last row
 * @t: the table
 * @column: which
 * @format: as for printf()
 */
void table_cell(struct table *t, size_t column, const char *format, ...)
{
	char **cell = &t->cell[(t->nrows - 1) * t->ncolumns + column];
	va_list args;

	free(*cell);
	va_start(args, format);
	if (vasprintf(cell, format, args) < 0)
		abort();
	va_end(args);
}

/**
 * table_figure - fill in a cell of the last row with a figure
 * @t: the table
 * @column: which
 * @unit: what it is measured in
 * @value: what it is
 */
void table_figure(struct table *t, size_t column, enum figure_unit unit, double value)
{
	char buf[UNIT_TEXT];

	table_cell(t, column, "%s", unit_text(buf, sizeof(buf), unit, value));
}

/**
 * table_free - give the memory back
 * @t: the table, which is empty then
 */
void table_free(struct table *t)
{
	size_t i;

	for (i = 0; i < t->ncolumns; i++)
		free(t->column[i].head);
	for (i = 0; i < t->nrows * t->ncolumns; i++)
		free(t->cell[i]);
	free(t->column);
	free(t->cell);
	*t = (struct table){ 0 };
}

/**
 * html_text - write a text where HTML, SVG or a value of an attribute is read
 * @out: where to
 * @text: the text; a document comes from anywhere
 */
void html_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			/* XML has no other control characters. */
			fputc((unsigned char)*text < ' ' && *text != '\n' && *text != '\t' ? ' ' :
			      *text, out);
		}
	}
}

/**
 * table_html - write a table as HTML
 * @out: where to
 * @t: the table
 * @caption: what it is called
 */
void table_html(FILE *out, const struct table *t, const char *caption)
{
	size_t i, k;

	fputs("<div class=scroll role=region tabindex=0 aria-label=\"", out);
	html_text(out, caption);
	fputs("\"><table><caption>", out);
	html_text(out, caption);
	fputs("</caption><tr>", out);
	for (k = 0; k < t->ncolumns; k++) {
		fprintf(out, "<th scope=col%s>", t->column[k].figures ? " class=n" : "");
		html_text(out, t->column[k].head);
		fputs("</th>", out);
	}
	fputs("</tr>\n", out);
	for (i = 0; i < t->nrows; i++) {
		fputs("<tr>", out);
		for (k = 0; k < t->ncolumns; k++) {
			/* What a row is about stands first. */
			fputs(k ? t->column[k].figures ? "<td class=n>" : "<td>" :
			      "<th scope=row>", out);
			html_text(out, t->cell[i * t->ncolumns + k]);
			fputs(k ? "</td>" : "</th>", out);
		}
		fputs("</tr>\n", out);
	}
	fputs("</table></div>\n", out);
}

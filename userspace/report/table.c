// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "table.h"

/**
 * table_column - add a column
 * @t: the table, which has no rows yet
 * @head: its name
 * @figures: they stand to the right
 */
void table_column(struct table *t, const char *head, bool figures)
{
	t->column = memory_more(t->column, t->ncolumns, sizeof(*t->column));
	t->column[t->ncolumns++] = (struct column){
		.head = memory_text(head), .figures = figures,
	};
}

/**
 * table_row - add a row, whose cells are empty
 * @t: the table, which has all of its columns
 */
void table_row(struct table *t)
{
	size_t i;

	for (i = t->nrows * t->ncolumns; i < (t->nrows + 1) * t->ncolumns; i++) {
		t->cell = memory_more(t->cell, i, sizeof(*t->cell));
		t->cell[i] = memory_text("");
	}
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

/* A text is one line, whatever it has. */
static char plain(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f ? ' ' : c;
}

/* Columns that a text takes, and not bytes. */
static size_t width_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

static size_t word_len(const char *text)
{
	return strcspn(text, " ");
}

/* A word of a command may have blanks, in the quotes of a shell. */
static size_t shell_word_len(const char *text)
{
	bool quoted = false;
	size_t i;

	for (i = 0; text[i] && (quoted || text[i] != ' '); i++) {
		if (text[i] == '\'')
			quoted = !quoted;
		else if (!quoted && text[i] == '\\' && text[i + 1])
			i++;
	}
	return i;
}

static void write_words(FILE *out, const char *begin, const char *text, const char *next,
			unsigned int columns, size_t (*length)(const char *text))
{
	const char *line = strchr(next, '\n') + 1;
	size_t at = width_of(begin), room = columns - (line - next - 1);

	fputs(begin, out);
	while (*text) {
		const size_t blanks = strspn(text, " "), len = blanks + length(text + blanks);

		if (at > width_of(line) && at + len > room && len > blanks) {
			fputs(next, out);
			at = width_of(line);
			fwrite(text + blanks, 1, len - blanks, out);
			at += len - blanks;
		} else {
			fwrite(text, 1, len, out);
			at += len;
		}
		text += len;
	}
	fputc('\n', out);
}

/**
 * write_within - write a text, broken between words where a line would be too long
 * @out: where to
 * @begin: what the first line begins with
 * @text: the text
 * @next: what ends a line that goes on, a new line, and what the next one begins with
 * @columns: so many a line
 */
void write_within(FILE *out, const char *begin, const char *text, const char *next,
		  unsigned int columns)
{
	write_words(out, begin, text, next, columns, word_len);
}

/**
 * write_command - write a command, broken where a shell does not mind
 * @out: where to
 * @begin: what each line begins with
 * @command: the command
 * @columns: so many a line
 *
 * A document's command may have anything in it. What ends LaTeX's verbatim has quotes in it then,
 * which to a shell are nothing, quoted as it is or bare.
 */
void write_command(FILE *out, const char *begin, const char *command, unsigned int columns)
{
	char *line = NULL, next[32];
	size_t size;
	FILE *f = open_memstream(&line, &size);

	if (!f)
		abort();
	for (; *command; command++) {
		fputc(plain(*command), f);
		if (*command == '\\' && !strncmp(command + 1, "end", 3)) {
			fputs("end''", f);
			command += 3;
		}
	}
	if (fclose(f))
		abort();
	snprintf(next, sizeof(next), " \\\n%s  ", begin);
	write_words(out, begin, line, next, columns, shell_word_len);
	free(line);
}

/**
 * markdown_text - write a text where Markdown is read
 * @out: where to
 * @text: the text
 *
 * A commit message has ASCII, and Markdown its own use for some of it.
 */
void markdown_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (!strncmp(text, "µ", strlen("µ"))) {
			fputc('u', out);
			text += strlen("µ") - 1;
		} else if (!strncmp(text, "–", strlen("–"))) {
			fputc('-', out);
			text += strlen("–") - 1;
		} else {
			if (strchr("|<*`\\[", *text))
				fputc('\\', out);
			fputc(plain(*text), out);
		}
	}
}

/* Return: the cell, to be freed. */
static char *markdown(const char *text)
{
	char *cell = NULL;
	size_t size;
	FILE *f = open_memstream(&cell, &size);

	if (!f)
		abort();
	markdown_text(f, text);
	if (fclose(f))
		abort();
	return cell;
}

static size_t column_width(const struct table *t, size_t column, char *const *cell)
{
	/* A rule of three at least. */
	size_t width = width_of(t->column[column].head), i;

	width = width < 3 ? 3 : width;
	for (i = 0; i < t->nrows; i++)
		if (width_of(cell[i * t->ncolumns + column]) > width)
			width = width_of(cell[i * t->ncolumns + column]);
	return width;
}

static void markdown_line(FILE *out, const struct table *t, char *const *all, char *const *cell)
{
	size_t k;
	int pad;

	fputc('|', out);
	for (k = 0; k < t->ncolumns; k++) {
		const char *text = cell ? cell[k] : t->column[k].head;

		pad = column_width(t, k, all) - width_of(text);
		if (t->column[k].figures)
			fprintf(out, " %*s%s |", pad, "", text);
		else
			fprintf(out, " %s%*s |", text, pad, "");
	}
	fputc('\n', out);
}

static void markdown_rule(FILE *out, const struct table *t, char *const *all)
{
	size_t k, i, width;

	fputc('|', out);
	for (k = 0; k < t->ncolumns; k++) {
		width = column_width(t, k, all) + 2;
		for (i = 0; i < width; i++)
			fputc(i + 1 == width && t->column[k].figures ? ':' : '-', out);
		fputc('|', out);
	}
	fputc('\n', out);
}

/**
 * table_markdown - write a table as Markdown, as wide as it is
 * @out: where to
 * @t: the table
 */
void table_markdown(FILE *out, const struct table *t)
{
	const size_t n = t->nrows * t->ncolumns;
	char **cell = calloc(n + 1, sizeof(*cell));
	size_t i;

	if (!cell)
		abort();
	for (i = 0; i < n; i++)
		cell[i] = markdown(t->cell[i]);
	markdown_line(out, t, cell, NULL);
	markdown_rule(out, t, cell);
	for (i = 0; i < t->nrows; i++)
		markdown_line(out, t, cell, cell + i * t->ncolumns);
	for (i = 0; i < n; i++)
		free(cell[i]);
	free(cell);
	fputc('\n', out);
}

/**
 * latex_text - write a text where LaTeX is read
 * @out: where to
 * @text: the text
 */
void latex_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (!strncmp(text, "µ", strlen("µ"))) {
			fputs("$\\mu$", out);
			text += strlen("µ") - 1;
		} else if (!strncmp(text, "–", strlen("–"))) {
			fputs("--", out);
			text += strlen("–") - 1;
		} else if (strchr("&%$#_{}", *text)) {
			fprintf(out, "\\%c", *text);
		} else if (*text == '\\') {
			fputs("\\textbackslash{}", out);
		} else if (strchr("~^<>|", *text)) {
			fprintf(out, "\\char`\\%c{}", *text);
		} else {
			fputc(plain(*text), out);
		}
	}
}

static void latex_line(FILE *out, const struct table *t, char *const *cell)
{
	char *text = NULL;
	size_t k, size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	for (k = 0; k < t->ncolumns; k++) {
		if (k)
			fputs(" & ", f);
		latex_text(f, cell ? cell[k] : t->column[k].head);
	}
	fputs(" \\\\", f);
	if (fclose(f))
		abort();
	write_within(out, "", text, "\n  ", TABLE_COLUMNS);
	free(text);
}

/**
 * table_latex - write a table as LaTeX, in lines no longer than TABLE_COLUMNS
 * @out: where to
 * @t: the table
 */
void table_latex(FILE *out, const struct table *t)
{
	size_t i, k;

	fputs("\\begin{tabular}{", out);
	for (k = 0; k < t->ncolumns; k++)
		fputc(t->column[k].figures ? 'r' : 'l', out);
	fputs("}\n\\hline\n", out);
	latex_line(out, t, NULL);
	fputs("\\hline\n", out);
	for (i = 0; i < t->nrows; i++)
		latex_line(out, t, t->cell + i * t->ncolumns);
	fputs("\\hline\n\\end{tabular}\n", out);
}

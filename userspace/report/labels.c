// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>
#include <stdlib.h>

#include "labels.h"
#include "lib/spec.h"
#include "terminal.h"

/* What a case is, first of all: told even where it is the default. */
static const char *const identity[] = { "lock", "structure", "engine", "workers", NULL };

/**
 * struct labels - the left part of a table
 * @cases: a row each, the caller's
 * @n: how many
 * @key: the keys that a case may have: those of the grammar, then those of groups
 * @nkeys: how many
 * @column: whether a key has a column
 * @sections: rows are of several sections, or nothing else tells them apart
 * @headings: a section is a line of its own
 * @least: what they take at least, for what stands below a row
 * @width: of all columns together, where a row is not longer than that
 */
struct labels {
	const struct labelled *cases;
	size_t n;
	const char **key;
	unsigned int nkeys;
	bool *column;
	bool sections;
	bool headings;
	unsigned int least;
	unsigned int width;
};

/* A value of a case, not ended by a zero; of length 0 where the structure chooses. */
static const char *value_of(const struct labelled *c, const char *key, size_t *len)
{
	const char *at = c->spec;
	size_t key_len = strlen(key);

	for (; *at; at += *len, at += *at == ' ') {
		*len = strcspn(at, " ");
		if (*len > key_len && at[key_len] == '=' && !memcmp(at, key, key_len)) {
			*len -= key_len + 1;
			return at + key_len + 1;
		}
	}
	*len = 0;
	return at;
}

static bool same_value(const struct labelled *a, const struct labelled *b, const char *key)
{
	size_t x_len, y_len;
	const char *x = value_of(a, key, &x_len), *y = value_of(b, key, &y_len);

	return x_len == y_len && !memcmp(x, y, x_len);
}

static size_t section_len(const struct labelled *c)
{
	return strcspn(c->name, "/");
}

/**
 * labels_same_section - whether two cases are of one section of a job
 * @a: a case
 * @b: another one
 */
bool labels_same_section(const struct labelled *a, const struct labelled *b)
{
	size_t len = section_len(a);

	return section_len(b) == len && !memcmp(a->name, b->name, len);
}

/* Whether the name of a case says a key: its section lists several values of it. */
static bool chosen(const struct labelled *c, const char *key)
{
	const char *at = c->name + section_len(c);
	size_t len = strlen(key);

	while (*at) {
		at++;
		if (!strncmp(at, key, len) && at[len] == '=')
			return true;
		at += strcspn(at, ",");
	}
	return false;
}

static bool is_identity(const char *key)
{
	unsigned int i;

	for (i = 0; identity[i]; i++)
		if (!strcmp(identity[i], key))
			return true;
	return false;
}

/* Whether rows have one value of a key: all of them, or those of a row's section. */
static bool agree(const struct labels *l, const char *key, const struct labelled *of)
{
	const struct labelled *first = of ?: &l->cases[0];
	size_t i;

	for (i = 0; i < l->n; i++)
		if ((!of || labels_same_section(of, &l->cases[i])) &&
		    !same_value(first, &l->cases[i], key))
			return false;
	return true;
}

/* A column for each key that tells two rows apart, where their sections do not. */
static bool needs_column(const struct labels *l, const char *key)
{
	size_t i, j;

	if (agree(l, key, NULL))
		return false;
	for (i = 0; i < l->n; i++) {
		if (is_identity(key) || chosen(&l->cases[i], key))
			return true;
		/* Of two files, or of two sections of one name. */
		for (j = 0; j < i; j++)
			if (!strcmp(l->cases[i].name, l->cases[j].name) &&
			    !same_value(&l->cases[i], &l->cases[j], key))
				return true;
	}
	return false;
}

static unsigned int column_width(const struct labels *l, const char *key)
{
	size_t width = strlen(key), len, i;

	for (i = 0; i < l->n; i++) {
		value_of(&l->cases[i], key, &len);
		width = len > width ? len : width;
	}
	return width;
}

static unsigned int section_width(const struct labels *l)
{
	size_t width = 4, i;

	for (i = 0; i < l->n; i++)
		if (section_len(&l->cases[i]) > width)
			width = section_len(&l->cases[i]);
	return width;
}

static unsigned int width_of(const struct labels *l)
{
	/* Below a heading a row is indented, and each column has a blank after it. */
	unsigned int width = l->headings, k;

	if (l->sections && !l->headings)
		width += section_width(l) + 1;
	for (k = 0; k < l->nkeys; k++)
		if (l->column[k])
			width += column_width(l, l->key[k]) + 1;
	return width > l->least ? width : l->least;
}

static bool has_key(const struct labels *l, const char *key, size_t len)
{
	unsigned int k;

	for (k = 0; k < l->nkeys; k++)
		if (strlen(l->key[k]) == len && !memcmp(l->key[k], key, len))
			return true;
	return false;
}

static int add_key(struct labels *l, const char *key, size_t len)
{
	const char **keys = realloc(l->key, (l->nkeys + 1) * sizeof(*keys));

	if (!keys)
		return -1;
	l->key = keys;
	keys[l->nkeys] = strndup(key, len);
	return keys[l->nkeys++] ? 0 : -1;
}

/* Those of groups, as readers.mix, are in the cases alone. */
static int find_keys(struct labels *l)
{
	const struct spec_key *key;
	unsigned int k;
	const char *at;
	size_t i, len;

	for (k = 0; (key = spec_key_at(k)); k++)
		if (add_key(l, key->name, strlen(key->name)))
			return -1;
	for (i = 0; i < l->n; i++)
		for (at = l->cases[i].spec; *at; at += strcspn(at, " "), at += *at == ' ') {
			len = strcspn(at, "= ");
			if (memchr(at, '.', len) && !has_key(l, at, len) && add_key(l, at, len))
				return -1;
		}
	return 0;
}

/**
 * labels_new - see what a table's rows are about
 * @cases: of the rows, in their order; they must outlive this
 * @n: how many
 *
 * Return: what labels_free() takes, or NULL when memory is short.
 */
struct labels *labels_new(const struct labelled *cases, size_t n)
{
	struct labels *l = calloc(1, sizeof(*l));
	bool any = false;
	unsigned int k;
	size_t i;

	if (!l)
		return NULL;
	l->cases = cases;
	l->n = n;
	if (find_keys(l))
		goto err;
	l->column = calloc(l->nkeys, sizeof(*l->column));
	if (!l->column)
		goto err;
	for (k = 0; k < l->nkeys; k++) {
		l->column[k] = needs_column(l, l->key[k]);
		any |= l->column[k];
	}
	for (i = 1; i < n; i++)
		l->sections |= !labels_same_section(&cases[0], &cases[i]);
	l->sections |= !any;
	l->width = width_of(l);
	return l;

err:
	labels_free(l);
	return NULL;
}

/**
 * labels_free - give the memory back
 * @l: from labels_new(), or NULL
 */
void labels_free(struct labels *l)
{
	unsigned int k;

	if (!l)
		return;
	for (k = 0; k < l->nkeys; k++)
		free((char *)l->key[k]);
	free(l->key);
	free(l->column);
	free(l);
}

/**
 * labels_widen - make room for what stands below a row
 * @l: the labels, before labels_fit()
 * @least: characters, with a blank
 */
void labels_widen(struct labels *l, unsigned int least)
{
	if (least > l->least)
		l->least = least;
}

/**
 * labels_fit - make the columns fit
 * @l: the labels
 * @room: characters, with the blank between them and the figures
 * @tight: whatever it takes: what is longer gets a line of its own
 *
 * Return: whether they fit now.
 */
bool labels_fit(struct labels *l, unsigned int room, bool tight)
{
	unsigned int k;

	l->headings = false;
	l->width = width_of(l);
	for (k = 0; k < l->nkeys && l->width > room && l->sections; k++)
		l->headings |= l->column[k];
	if (l->headings)
		l->width = width_of(l);
	if (l->width > room && tight)
		l->width = room;
	return l->width <= room;
}

/**
 * labels_width - what the columns take
 * @l: the labels
 *
 * Return: characters, with the blank between them and the figures.
 */
unsigned int labels_width(const struct labels *l)
{
	return l->width;
}

/* Whether a case's value is what nobody has to say. */
static bool is_default(const struct labelled *c, const char *key)
{
	const struct spec_key *of = strchr(key, '.') ? NULL : spec_key(key, strlen(key));
	const char *preset = of && of->preset ? of->preset : "";
	size_t len;
	const char *value = value_of(c, key, &len);

	/* What a scenario presets is not among its words. */
	return !len || (len == strlen(preset) && !memcmp(value, preset, len));
}

/* What a section says beyond the columns and beyond what all say, as " key=value" each. */
static char *section_words(const struct labels *l, const struct labelled *of)
{
	char *text = NULL;
	size_t size, len;
	unsigned int k;
	FILE *f = open_memstream(&text, &size);

	for (k = 0; f && k < l->nkeys; k++) {
		const char *key = l->key[k];
		const char *value = value_of(of, key, &len);

		if (!l->column[k] && !is_default(of, key) && !agree(l, key, NULL) &&
		    agree(l, key, of))
			fprintf(f, " %s=%.*s", key, (int)len, value);
	}
	if (f)
		fclose(f);
	return text;
}

static bool first_of_section(const struct labels *l, size_t i)
{
	size_t j;

	for (j = 0; j < i; j++)
		if (labels_same_section(&l->cases[j], &l->cases[i]))
			return false;
	return true;
}

/**
 * labels_common - say what rows have in common
 * @l: the labels
 * @out: where to: a line about all of them, and one for each section that differs in
 *	what is no column
 */
void labels_common(const struct labels *l, FILE *out)
{
	char *text = NULL;
	size_t size, len, i;
	unsigned int k;
	FILE *f = open_memstream(&text, &size);

	for (k = 0; f && k < l->nkeys; k++) {
		const char *key = l->key[k];
		const char *value = value_of(&l->cases[0], key, &len);

		if (agree(l, key, NULL) && len &&
		    (is_identity(key) || !is_default(&l->cases[0], key)))
			fprintf(f, " %s=%.*s", key, (int)len, value);
	}
	if (f && !fclose(f) && size)
		write_wrapped(out, "%s:%s\n", l->n > 1 ? "all" : l->cases[0].name, text);
	free(text);
	for (i = 0; i < l->n && !l->headings; i++) {
		if (!first_of_section(l, i))
			continue;
		text = section_words(l, &l->cases[i]);
		if (text && text[0])
			write_wrapped(out, "%.*s:%s\n", (int)section_len(&l->cases[i]),
				      l->cases[i].name, text);
		free(text);
	}
}

/* The cells of a row, or of the head, for which @c is any. */
static char *cells(const struct labels *l, const struct labelled *c, bool head)
{
	char *text = NULL;
	size_t size, len;
	unsigned int k;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	if (l->headings)
		fputc(' ', f);
	else if (l->sections)
		fprintf(f, "%-*.*s ", (int)section_width(l), head ? 4 : (int)section_len(c),
			head ? "case" : c->name);
	for (k = 0; k < l->nkeys; k++) {
		const char *key = l->key[k], *value = key;

		if (!l->column[k])
			continue;
		len = strlen(key);
		if (!head)
			value = value_of(c, key, &len);
		/* The structure's own mix has no words. */
		fprintf(f, "%-*.*s ", (int)column_width(l, key), len ? (int)len : 1,
			len ? value : "-");
	}
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	for (len = strlen(text); len && text[len - 1] == ' '; )
		text[--len] = '\0';
	return text;
}

static void write_cells(const struct labels *l, const struct labelled *c, bool head, FILE *out)
{
	char *text = cells(l, c, head);

	if (text && strlen(text) >= l->width)
		fprintf(out, "%s\n%*s", text, (int)l->width, "");
	else
		fprintf(out, "%-*s", (int)l->width, text ?: "");
	free(text);
}

/**
 * labels_head - write the names of the columns
 * @l: the labels
 * @out: where to; the figures' names come next
 */
void labels_head(const struct labels *l, FILE *out)
{
	write_cells(l, l->cases, true, out);
}

/**
 * labels_row - write the columns of a row, after its section's heading if it needs one
 * @l: the labels
 * @i: which row; they come in order
 * @out: where to; its figures come next
 */
void labels_row(const struct labels *l, size_t i, FILE *out)
{
	const struct labelled *c = &l->cases[i];
	char *words;

	if (l->headings && (!i || !labels_same_section(c, c - 1))) {
		words = section_words(l, c);
		write_wrapped(out, "%.*s:%s\n", (int)section_len(c), c->name, words ?: "");
		free(words);
	}
	write_cells(l, c, false, out);
}

/**
 * labels_value - what a row has of a key
 * @l: the labels
 * @i: which row
 * @key: the key
 *
 * Return: the value, to be freed; "" where the row has none, NULL when memory is short.
 */
char *labels_value(const struct labels *l, size_t i, const char *key)
{
	size_t len;
	const char *value = value_of(&l->cases[i], key, &len);

	return strndup(value, len);
}

/**
 * labels_text - what tells a row from the others, in as few words as say it
 * @l: the labels
 * @i: which row
 * @without: a key that is not to be told; NULL: all are
 * @section: where sections tell rows apart, that of the row is told
 * @out: where to: "locks mcs workers=4"
 */
void labels_text(const struct labels *l, size_t i, const char *without, bool section, FILE *out)
{
	const struct labelled *c = &l->cases[i];
	const char *blank = "", *value;
	unsigned int k;
	size_t len;

	if (l->sections && section) {
		fprintf(out, "%.*s", (int)section_len(c), c->name);
		blank = " ";
	}
	for (k = 0; k < l->nkeys; k++) {
		const char *key = l->key[k];

		if (!l->column[k] || (without && !strcmp(key, without)))
			continue;
		value = value_of(c, key, &len);
		if (!len)
			continue;
		/* A name says what it is the name of. */
		fprintf(out, "%s%s%s%.*s", blank, value[0] >= '0' && value[0] <= '9' ? key : "",
			value[0] >= '0' && value[0] <= '9' ? "=" : "", (int)len, value);
		blank = " ";
	}
}

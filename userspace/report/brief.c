// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "brief.h"
#include "format.h"
#include "group.h"

/* What of a case its line has. */
static const struct {
	const char *head;
	struct metric metric;
	enum figure_unit unit;
} shown_figures[] = {
	{ "a second", { 0 }, UNIT_RATE },
	{ "wait p50", { .group = "wait_ns", .key = "p50" }, UNIT_TIME },
	{ "wait p99", { .group = "wait_ns", .key = "p99" }, UNIT_TIME },
	{ "wait max", { .group = "wait_ns", .key = "max" }, UNIT_TIME },
	{ "hold p50", { .group = "hold_ns", .key = "p50" }, UNIT_TIME },
	{ "response p50", { .group = "response_ns", .key = "p50" }, UNIT_TIME },
	{ "response p99", { .group = "response_ns", .key = "p99" }, UNIT_TIME },
	{ "knee", { .key = "knee_per_s" }, UNIT_RATE },
	{ "cpu", { .key = "cpu_ns_per_op" }, UNIT_TIME },
	{ "jain", { .group = "fairness", .key = "jain" }, UNIT_PLAIN },
};

/* So many columns are of scenarios' own figures. */
#define OWN_MOST	12

/**
 * struct columns - what cases have
 * @shown: which of the figures of all cases
 * @own: names of scenarios' own figures, those that their documents call columns
 * @nown: how many
 * @repeats: cases with repeats: where their throughput is
 */
struct columns {
	bool shown[ARRAY_SIZE(shown_figures)];
	const char *own[OWN_MOST];
	unsigned int nown;
	bool repeats;
};

/* A scenario's users do what is due: how fair that is says nothing. */
static struct figure case_figure(const struct shown *s, size_t i)
{
	const char *key = shown_figures[i].metric.key;

	if (key && !strcmp(key, "jain") && s->nruns && json_object_get(s->run[0], "scenario"))
		return (struct figure){ .median = NAN };
	return shown_figure(s, &shown_figures[i].metric);
}

static bool any(const struct world *w, size_t i)
{
	size_t k;

	for (k = 0; k < w->n; k++)
		if (case_figure(&w->of[k], i).n)
			return true;
	return false;
}

static bool has_column(const struct columns *c, const char *name)
{
	unsigned int i;

	for (i = 0; i < c->nown; i++)
		if (!strcmp(c->own[i], name))
			return true;
	return false;
}

static void find_own(struct columns *c, const struct shown *s)
{
	const char *name;
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(s->nruns ? s->run[0] : NULL, "columns"), i, one) {
		name = json_string_value(one);
		if (name && c->nown < OWN_MOST && !has_column(c, name))
			c->own[c->nown++] = name;
	}
}

static enum figure_unit unit_of_name(const char *name)
{
	const char *unit = strrchr(name, '_');

	return unit && !strcmp(unit, "_ns") ? UNIT_TIME :
	       unit && !strcmp(unit, "_bytes") ? UNIT_BYTES : UNIT_PLAIN;
}

static void own_cells(struct table *t, size_t column, const struct shown *s,
		      const struct columns *c)
{
	unsigned int i;

	for (i = 0; i < c->nown; i++) {
		const struct metric m = { .group = OWN_FIGURES, .key = c->own[i] };
		const double median = shown_figure(s, &m).median;

		table_figure(t, column + i, unit_of_name(c->own[i]), median);
	}
}

/* Of a case with repeats, where its throughput is. */
static bool repeated(const struct world *w)
{
	size_t k;

	for (k = 0; k < w->n; k++)
		if (shown_figure(&w->of[k], &shown_figures[0].metric).n > 1)
			return true;
	return false;
}

static void case_row(struct table *t, const struct shown *s, const struct columns *c)
{
	char low[UNIT_TEXT], high[UNIT_TEXT], buf[UNIT_TEXT];
	size_t i, column = 0;
	struct figure f;

	table_row(t);
	table_cell(t, column++, "%s", s->brief);
	table_cell(t, column++, "%s", verdict_name(s->verdict));
	for (i = 0; i < ARRAY_SIZE(shown_figures); i++) {
		f = case_figure(s, i);
		if (c->shown[i])
			table_cell(t, column++, "%s",
				   unit_text(buf, sizeof(buf), shown_figures[i].unit, f.median));
		if (!i && c->repeats && f.n > 1)
			table_cell(t, column, "%s to %s",
				   unit_text(low, sizeof(low), UNIT_RATE, f.interval.low),
				   unit_text(high, sizeof(high), UNIT_RATE, f.interval.high));
		column += !i && c->repeats;
	}
	own_cells(t, column, s, c);
}

/**
 * cases_table - a line for each case
 * @w: their world
 *
 * Return: the table, to be freed.
 */
struct table cases_table(const struct world *w)
{
	struct columns c = { .repeats = repeated(w) };
	struct table t = { 0 };
	size_t i;

	table_column(&t, "case", false);
	table_column(&t, "verdict", false);
	for (i = 0; i < ARRAY_SIZE(shown_figures); i++) {
		c.shown[i] = any(w, i);
		if (c.shown[i])
			table_column(&t, shown_figures[i].head, true);
		if (!i && c.repeats)
			table_column(&t, "95%", true);
	}
	for (i = 0; i < w->n; i++)
		find_own(&c, &w->of[i]);
	for (i = 0; i < c.nown; i++)
		table_column(&t, c.own[i], true);
	for (i = 0; i < w->n; i++)
		case_row(&t, &w->of[i], &c);
	return t;
}

/**
 * verdict_words - how often cases have each verdict
 * @worlds: whose cases
 * @n: how many worlds
 * @worst: filled in: what all come to
 *
 * Return: "3 pass, 1 fail", to be freed.
 */
char *verdict_words(const struct world *worlds, size_t n, enum verdict *worst)
{
	size_t count[VERDICT_ERROR + 1] = { 0 }, i, k, size;
	const char *comma = "";
	char *words = NULL;
	enum verdict v;
	FILE *f = open_memstream(&words, &size);

	if (!f)
		abort();
	*worst = VERDICT_SKIP;
	for (i = 0; i < n; i++)
		for (k = 0; k < worlds[i].n; k++) {
			count[worlds[i].of[k].verdict]++;
			*worst = verdict_worse(*worst, worlds[i].of[k].verdict);
		}
	for (v = 0; v <= VERDICT_ERROR; v++) {
		if (!count[v])
			continue;
		fprintf(f, "%s%zu %s", comma, count[v], verdict_name(v));
		comma = ", ";
	}
	if (fclose(f))
		abort();
	return words;
}

/* A paragraph: text, whatever Markdown or LaTeX would take it for. */
static void paragraph(FILE *out, const char *text, bool latex)
{
	char *escaped = NULL;
	size_t size;
	FILE *f = open_memstream(&escaped, &size);

	if (!f)
		abort();
	if (latex)
		latex_text(f, text);
	else
		markdown_text(f, text);
	if (fclose(f))
		abort();
	fputs(latex ? "\n\\noindent\n" : "", out);
	write_within(out, "", escaped, "\n", TABLE_COLUMNS);
	fputs(latex ? "" : "\n", out);
	free(escaped);
}

/* What repeats it: to be copied from there. */
static void command_lines(FILE *out, const char *command, bool latex)
{
	if (!command[0])
		return;
	if (latex)
		fputs("\n\\begin{verbatim}\n", out);
	write_command(out, latex ? "" : "    ", command, TABLE_COLUMNS);
	fputs(latex ? "\\end{verbatim}\n" : "", out);
}

static void write_table(FILE *out, struct table *t, bool latex)
{
	if (latex)
		table_latex(out, t);
	else
		table_markdown(out, t);
	table_free(t);
}

/**
 * brief_worlds - write all cases as tables, a world each
 * @out: where to
 * @worlds: the cases
 * @command: what repeats it, where the documents do not say it; or NULL
 * @latex: as LaTeX; else as Markdown
 */
void brief_worlds(FILE *out, const struct worlds *worlds, const char *command, bool latex)
{
	const char *last = "", *own;
	char *world, *words, *text;
	enum verdict worst;
	struct table t;
	size_t i, k;

	for (i = 0; i < worlds->n; i++) {
		const struct world *w = &worlds->of[i];

		t = cases_table(w);
		if (i)
			fputc('\n', out);
		write_table(out, &t, latex);
		world = world_text(w->environment);
		words = verdict_words(w, 1, &worst);
		if (asprintf(&text, "%s: verdict %s (%s)", world, verdict_name(worst), words) < 0)
			abort();
		paragraph(out, text, latex);
		free(world);
		free(words);
		free(text);
		for (k = 0; k < w->ndocuments; k++) {
			own = document_command(w->document[k]);
			if (strcmp(own, last))
				command_lines(out, own, latex);
			last = own;
		}
	}
	if (command)
		command_lines(out, command, latex);
}

static int brief_document(FILE *out, const struct document *d, bool latex)
{
	struct worlds worlds = { 0 };
	json_t *doc = document_json(d);
	char message[512];
	int ret = -1;

	if (doc && !worlds_add(&worlds, "", doc, NULL, "", message, sizeof(message))) {
		worlds_ready(&worlds);
		brief_worlds(out, &worlds, NULL, latex);
		ret = 0;
	}
	worlds_free(&worlds);
	json_decref(doc);
	return ret;
}

/**
 * markdown_end - write all results as a table in Markdown
 * @out: where to
 * @d: the results
 *
 * Return: 0, or -1 when memory is short.
 */
int markdown_end(FILE *out, const struct document *d)
{
	return brief_document(out, d, false);
}

/**
 * latex_end - write all results as a table in LaTeX
 * @out: where to
 * @d: the results
 *
 * Return: 0, or -1 when memory is short.
 */
int latex_end(FILE *out, const struct document *d)
{
	return brief_document(out, d, true);
}

/* The figure of a side; NaN where it has none. */
static double median_of(const json_t *one, const char *side, const char *key)
{
	const json_t *sample = json_object_get(json_object_get(one, side), key);

	return shown_number(sample, NULL, "median");
}

static void comparison_row(struct table *t, const json_t *doc, const json_t *one,
			   const struct labels *l, size_t i, const struct metric *m)
{
	const char *by = text_of(doc, "by");
	const json_t *ratio = json_object_get(one, "ratio");
	const json_t *ends = json_object_get(ratio, "interval_together");
	size_t column = 0, size;
	char key[80], *label = NULL;
	FILE *f = open_memstream(&label, &size);

	if (!f)
		abort();
	labels_text(l, i, by, true, f);
	if (fclose(f))
		abort();
	figure_key(m, key, sizeof(key));
	table_row(t);
	table_cell(t, column++, "%s", label[0] ? label : text_of(one, "case"));
	free(label);
	if (by[0])
		table_cell(t, column++, "%s", text_of(one, "value"));
	else
		table_figure(t, column++, metric_unit(m), median_of(one, "a", key));
	table_figure(t, column++, metric_unit(m), median_of(one, "b", key));
	if (json_is_number(json_object_get(ratio, "b_over_a")))
		table_cell(t, column, "%.3g",
			   json_number_value(json_object_get(ratio, "b_over_a")));
	column++;
	if (ends)
		table_cell(t, column, "%.3g-%.3g", json_number_value(json_array_get(ends, 0)),
			   json_number_value(json_array_get(ends, 1)));
	table_cell(t, column + 1, "%s", text_of(one, "decision"));
}

/**
 * brief_comparison - write what a comparison says as a table
 * @out: where to
 * @m: the figure
 * @doc: contend.compare/1, with its provenance
 * @latex: as LaTeX; else as Markdown
 */
void brief_comparison(FILE *out, const struct metric *m, const json_t *doc, bool latex)
{
	const json_t *cases = json_object_get(doc, "cases"), *one;
	const char *by = text_of(doc, "by");
	struct labelled *rows = calloc(json_array_size(cases) + 1, sizeof(*rows));
	struct table t = { 0 };
	struct labels *l;
	char *text;
	size_t i;

	if (!rows)
		abort();
	json_array_foreach(cases, i, one)
		rows[i] = (struct labelled){ text_of(one, "case"), text_of(one, "spec") };
	l = labels_new(rows, json_array_size(cases));
	if (!l)
		abort();
	table_column(&t, "case", false);
	table_column(&t, by[0] ? by : "A", !by[0]);
	table_column(&t, by[0] ? "median" : "B", true);
	table_column(&t, by[0] ? "/best" : "B/A", true);
	table_column(&t, "95%", true);
	table_column(&t, by[0] ? "is" : "B is", false);
	json_array_foreach(cases, i, one)
		comparison_row(&t, doc, one, l, i, m);
	write_table(out, &t, latex);
	labels_free(l);
	free(rows);
	if (asprintf(&text, "%s: medians; %s is better; less than %g%% is no difference: verdict %s",
		     m->name, m->less ? "less" : "more",
		     json_number_value(json_object_get(doc, "threshold_percent")),
		     text_of(doc, "verdict")) < 0)
		abort();
	paragraph(out, text, latex);
	free(text);
	command_lines(out, document_command(doc), latex);
}

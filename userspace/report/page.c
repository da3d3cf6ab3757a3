// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "group.h"
#include "page.css.h"
#include "page.h"

/* What of a case its line has; where there is no room the greatest @spare goes first. */
static const struct {
	const char *head;
	struct metric metric;
	enum figure_unit unit;
	unsigned int spare;
} shown_figures[] = {
	{ "a second", { 0 }, UNIT_RATE, 0 },
	{ "wait p50", { .group = "wait_ns", .key = "p50" }, UNIT_TIME, 5 },
	{ "wait p99", { .group = "wait_ns", .key = "p99" }, UNIT_TIME, 1 },
	{ "wait max", { .group = "wait_ns", .key = "max" }, UNIT_TIME, 7 },
	{ "hold p50", { .group = "hold_ns", .key = "p50" }, UNIT_TIME, 10 },
	{ "response p50", { .group = "response_ns", .key = "p50" }, UNIT_TIME, 4 },
	{ "response p99", { .group = "response_ns", .key = "p99" }, UNIT_TIME, 2 },
	{ "knee", { .key = "knee_per_s" }, UNIT_RATE, 3 },
	{ "cpu", { .key = "cpu_ns_per_op" }, UNIT_TIME, 8 },
	{ "jain", { .group = "fairness", .key = "jain" }, UNIT_PLAIN, 9 },
};

static struct figure figure_of(const struct shown *s, size_t i)
{
	return shown_figure(s, shown_figures[i].metric.key ? &shown_figures[i].metric :
							     shown_rate(s));
}

static bool any(const struct world *w, size_t i)
{
	size_t k;

	for (k = 0; k < w->n; k++)
		if (figure_of(&w->of[k], i).n)
			return true;
	return false;
}

/* Of a case with repeats, where its throughput is. */
static bool repeated(const struct world *w)
{
	size_t k;

	for (k = 0; k < w->n; k++)
		if (figure_of(&w->of[k], 0).n > 1)
			return true;
	return false;
}

static void case_row(struct table *t, const struct shown *s, const bool *shown, bool repeats)
{
	char low[UNIT_TEXT], high[UNIT_TEXT], buf[UNIT_TEXT];
	size_t i, column = 0;
	struct figure f;

	table_row(t);
	table_cell(t, column++, "%s", s->label);
	table_cell(t, column++, "%s", verdict_name(s->verdict));
	for (i = 0; i < ARRAY_SIZE(shown_figures); i++) {
		f = figure_of(s, i);
		if (shown[i])
			table_cell(t, column++, "%s",
				   unit_text(buf, sizeof(buf), shown_figures[i].unit, f.median));
		if (!i && repeats && f.n > 1)
			table_cell(t, column, "%s to %s",
				   unit_text(low, sizeof(low), UNIT_RATE, f.interval.low),
				   unit_text(high, sizeof(high), UNIT_RATE, f.interval.high));
		column += !i && repeats;
	}
}

/**
 * cases_table - a line for each case
 * @w: their world
 *
 * Return: the table, to be freed.
 */
struct table cases_table(const struct world *w)
{
	bool shown[ARRAY_SIZE(shown_figures)], repeats = repeated(w);
	struct table t = { 0 };
	size_t i;

	table_column(&t, "case", false, 0);
	table_column(&t, "verdict", false, 0);
	for (i = 0; i < ARRAY_SIZE(shown_figures); i++) {
		shown[i] = any(w, i);
		if (shown[i])
			table_column(&t, shown_figures[i].head, true, shown_figures[i].spare);
		if (!i && repeats)
			table_column(&t, "95%", true, 6);
	}
	for (i = 0; i < w->n; i++)
		case_row(&t, &w->of[i], shown, repeats);
	return t;
}

/* What cases come to: of all worlds, or of one; in HTML, or as words for a caption. */
static void write_verdict(FILE *out, const struct world *worlds, size_t n, bool words)
{
	size_t count[VERDICT_ERROR + 1] = { 0 }, i, k;
	enum verdict v, worst = VERDICT_SKIP;
	const char *comma = "";

	for (i = 0; i < n; i++)
		for (k = 0; k < worlds[i].n; k++) {
			count[worlds[i].of[k].verdict]++;
			worst = verdict_worse(worst, worlds[i].of[k].verdict);
		}
	fprintf(out, words ? "Verdict: " : "<p>Verdict: <strong class=%s>",
		worst == VERDICT_PASS ? "pass" : "fail");
	fprintf(out, words ? "%s (" : "%s</strong> (", verdict_name(worst));
	for (v = 0; v <= VERDICT_ERROR; v++) {
		if (!count[v])
			continue;
		fprintf(out, "%s%zu %s", comma, count[v], verdict_name(v));
		comma = ", ";
	}
	fputs(words ? "). " : ")</p>\n", out);
}

/* Why some cases have no figures, or none that say much. */
static void write_reasons(FILE *out, const struct world *w)
{
	bool first = true;
	size_t i;

	for (i = 0; i < w->n; i++) {
		if (!w->of[i].reason[0])
			continue;
		fputs(first ? "<ul>\n<li>" : "<li>", out);
		first = false;
		html_text(out, w->of[i].label);
		fprintf(out, ": %s: ", verdict_name(w->of[i].verdict));
		html_text(out, w->of[i].reason);
		fputs("</li>\n", out);
	}
	if (!first)
		fputs("</ul>\n", out);
}

static void write_picture(FILE *out, const struct picture *p, const struct world *w,
			  const char *world)
{
	fprintf(out, "<figure id=\"%s\"><h3>", p->name);
	html_text(out, p->title);
	fputs("</h3>\n", out);
	picture_svg(out, p, p->name);
	fputs("<figcaption><p>", out);
	html_text(out, p->caption);
	fputs("</p><p>", out);
	write_verdict(out, w, 1, true);
	html_text(out, world);
	fputs("</p></figcaption>\n<details><summary>The same in figures</summary>\n", out);
	table_html(out, &p->table, p->title);
	fputs("</details></figure>\n", out);
}

static void write_world(FILE *out, const struct page *page, size_t i)
{
	const struct world *w = &page->worlds->of[i];
	const struct album *album = &page->album[i];
	char *world = world_text(w->environment);
	struct table t = cases_table(w);
	const char *command, *last = "";
	size_t k;

	fprintf(out, "<section aria-labelledby=\"world-%zu\"><h2 id=\"world-%zu\">", i + 1, i + 1);
	if (page->worlds->n > 1)
		fprintf(out, "World %zu of %zu", i + 1, page->worlds->n);
	else
		fputs("Cases", out);
	fputs("</h2>\n<p class=world>", out);
	html_text(out, world);
	fputs("</p>\n", out);
	for (k = 0; k < w->ndocuments; k++) {
		command = document_command(w->document[k]);
		if (!command[0] || !strcmp(command, last))
			continue;
		fputs("<pre><code>", out);
		html_text(out, command);
		fputs("</code></pre>\n", out);
		last = command;
	}
	table_html(out, &t, "Each case and its verdict; of one that has failed there are no figures");
	table_free(&t);
	write_reasons(out, w);
	if (album->n) {
		fprintf(out, "<nav aria-label=\"Pictures%s\"><ul>\n", i ? ", next world" : "");
		for (k = 0; k < album->n; k++) {
			fprintf(out, "<li><a href=\"#%s\">", album->picture[k].name);
			html_text(out, album->picture[k].title);
			fputs("</a></li>\n", out);
		}
		fputs("</ul></nav>\n", out);
	}
	for (k = 0; k < album->n; k++)
		write_picture(out, &album->picture[k], w, world);
	fputs("</section>\n", out);
	free(world);
}

/**
 * page_write - write a report
 * @out: where to
 * @page: what is on it
 */
void page_write(FILE *out, const struct page *page)
{
	size_t i;

	fputs("<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>\n"
	      "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	      "<meta name=viewport content=\"width=device-width,initial-scale=1\">\n"
	      "<title>contend report</title>\n<style>\n", out);
	fputs(page_css, out);
	picture_style(out);
	fputs("</style></head><body>\n<a class=skip href=\"#cases\">Skip to the cases</a>\n"
	      "<header><h1>contend report</h1>\n", out);
	write_verdict(out, page->worlds->of, page->worlds->n, false);
	fputs("</header>\n<main id=cases>\n", out);
	for (i = 0; i < page->worlds->n; i++)
		write_world(out, page, i);
	fputs("</main>\n<footer><p>This page is made by</p><pre><code>", out);
	html_text(out, page->command);
	fputs("</code></pre></footer>\n</body></html>\n", out);
}

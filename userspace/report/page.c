// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "brief.h"
#include "group.h"
#include "page.css.h"
#include "page.h"
#include "page.js.h"

/* What cases come to: of all worlds, or of one. */
static void write_verdict(FILE *out, const struct world *worlds, size_t n)
{
	enum verdict worst;
	char *words = verdict_words(worlds, n, &worst);

	fprintf(out, "Verdict: <strong class=%s>%s</strong> (%s)",
		worst == VERDICT_PASS ? "pass" : "fail", verdict_name(worst), words);
	free(words);
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
		html_text(out, w->of[i].brief);
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
	if (p->npanels)
		picture_svg(out, p, p->name);
	fputs("<figcaption><p>", out);
	html_text(out, p->caption);
	fputs("</p><p>", out);
	write_verdict(out, w, 1);
	fputs(". ", out);
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

/* What a document says can run as no script: it knows no number that is drawn here. */
static void draw_nonce(char *text, size_t size)
{
	unsigned char random[16];
	size_t i;

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		abort();
	for (i = 0; i < sizeof(random); i++)
		snprintf(text + 2 * i, size - 2 * i, "%02x", random[i]);
}

/**
 * page_write - write a report
 * @out: where to
 * @page: what is on it
 */
void page_write(FILE *out, const struct page *page)
{
	size_t i;

	char nonce[33] = "";

	if (page->script)
		draw_nonce(nonce, sizeof(nonce));
	fputs("<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>\n", out);
	fputs("<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'",
	      out);
	if (page->script)
		fprintf(out, "; script-src 'nonce-%s'", nonce);
	fputs("\">\n<meta name=viewport content=\"width=device-width,initial-scale=1\">\n", out);
	fputs("<title>contend report</title>\n<style>\n", out);
	fputs(page_css, out);
	picture_style(out);
	if (page->script)
		fputs(page->style, out);
	fputs("</style></head><body>\n", out);
	fputs("<a class=skip href=\"#cases\">Skip to the cases</a>\n", out);
	fputs("<header><h1>contend report</h1>\n", out);
	fputs("<p>", out);
	write_verdict(out, page->worlds->of, page->worlds->n);
	fputs("</p>\n</header>\n<main id=cases>\n", out);
	for (i = 0; i < page->worlds->n; i++)
		write_world(out, page, i);
	fputs("</main>\n<footer><p>This page is made by</p><pre><code>", out);
	html_text(out, page->command);
	fputs("</code></pre></footer>\n", out);
	if (page->script)
		fprintf(out, "<!-- uPlot:\n%s-->\n<script nonce=%s>%s\n%s</script>\n",
			page->licence, nonce, page->script, page_js);
	fputs("</body></html>\n", out);
}

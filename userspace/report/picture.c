// SPDX-License-Identifier: GPL-2.0
/*
 * All lengths are in tenths of a pixel, which are whole numbers: a path is as short as it can
 * be, and its steps, which are written relative to each other, add up exactly.
 */
#include <linux/kernel.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "picture.css.h"
#include "picture.h"

#define WIDTH		7600
#define RIGHT		420
#define LEFT		700
/* Of a panel with a y axis. */
#define HEIGHT		2800
#define ROW		220
/* What rows are called may take so much. */
#define LABEL_MOST	3000
#define LINE		180
/* A letter, about. */
#define LETTER		66
/* What is called in the legend: its sample, and the blank after it. */
#define SAMPLE		360
/* A shape stands for a line of more points at some of them. */
#define SHAPES		9

/* Each also has a colour, which the style sheet knows. */
static const char *const dashes[PICTURE_SLOTS] = {
	"", "80 40", "20 30", "80 30 20 30", "160 30 40 30", "140 40", "40 20", "100 20 20 20 20 20",
};

/* Around 0 0, as relative steps. */
static const char *const shapes[PICTURE_SLOTS] = {
	"m-36 0a36 36 0 1 0 72 0a36 36 0 1 0-72 0z",
	"m-32-32h64v64h-64z",
	"m0-46l40 70h-80z",
	"m0-46l46 46l-46 46l-46-46z",
	"m0 46l40-70h-80z",
	"m-14-44h28v30h30v28h-30v30h-28v-30h-30v-28h30z",
	"m0-20l22-22l20 20l-22 22l22 22l-20 20l-22-22l-22 22l-20-20l22-22l-22-22l20-20z",
	"m-44 0l22-40h44l22 40l-22 40h-44z",
};

/**
 * picture_panel - add a panel below those that there are
 * @p: the picture
 * @heading: what the panel is, or NULL
 *
 * Return: the panel, until the next one is added.
 */
struct panel *picture_panel(struct picture *p, const char *heading)
{
	struct panel *panel;

	p->panel = memory_more(p->panel, p->npanels, sizeof(*p->panel));
	panel = &p->panel[p->npanels++];
	*panel = (struct panel){ .heading = memory_text(heading) };
	panel->x.least = 1;
	panel->y.least = 1;
	return panel;
}

/**
 * panel_row - add a row
 * @p: the panel
 * @label: what it is
 */
void panel_row(struct panel *p, const char *label)
{
	p->row = memory_more(p->row, p->nrows, sizeof(*p->row));
	p->row[p->nrows++] = memory_text(label);
}

/**
 * panel_series - add a series
 * @p: the panel
 * @label: what it is
 * @slot: its colour, dash and shape, whatever number
 * @style: how it is drawn
 *
 * Return: the series, until the next one is added.
 */
struct series *panel_series(struct panel *p, const char *label, unsigned int slot,
			    enum style style)
{
	struct series *s;

	p->series = memory_more(p->series, p->nseries, sizeof(*p->series));
	s = &p->series[p->nseries++];
	*s = (struct series){
		.label = memory_text(label), .slot = slot % PICTURE_SLOTS, .style = style,
	};
	return s;
}

/**
 * series_mark - add a value
 * @s: the series, of which a line goes from left to right
 * @x: see struct mark
 * @y: likewise
 * @low: likewise
 * @high: likewise
 */
void series_mark(struct series *s, double x, double y, double low, double high)
{
	s->mark = memory_more(s->mark, s->n, sizeof(*s->mark));
	s->mark[s->n++] = (struct mark){ x, y, low, high };
}

/**
 * picture_free - give the memory back
 * @p: the picture
 */
void picture_free(struct picture *p)
{
	size_t i, k;

	for (i = 0; i < p->npanels; i++) {
		struct panel *panel = &p->panel[i];

		for (k = 0; k < panel->nrows; k++)
			free(panel->row[k]);
		for (k = 0; k < panel->nseries; k++) {
			free(panel->series[k].label);
			free(panel->series[k].mark);
		}
		free(panel->row);
		free(panel->series);
		free(panel->heading);
	}
	free(p->panel);
	free(p->name);
	free(p->title);
	free(p->caption);
	table_free(&p->table);
}

/* How many letters a text has, and not bytes. */
static size_t letters(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

/* A text that may be too long; whoever points at it is told all of it. */
static void text_within(FILE *out, const char *text, int room)
{
	const size_t most = room / LETTER;
	const char *end = text;
	char *begin;
	size_t n = 0;

	if (letters(text) <= most) {
		html_text(out, text);
		return;
	}
	for (; *end && n + 1 < most; end++)
		n += (end[1] & 0xc0) != 0x80;
	fputs("<title>", out);
	html_text(out, text);
	fputs("</title>", out);
	begin = strndup(text, end - text);
	if (!begin)
		abort();
	html_text(out, begin);
	free(begin);
	fputs("…", out);
}

/**
 * struct frame - where a panel is
 * @left: its plot, from the left
 * @top: and from above
 * @width: of it
 * @height: of it
 */
struct frame {
	int left;
	int top;
	int width;
	int height;
};

static int x_at(const struct panel *p, const struct frame *f, double x)
{
	return lround(axis_at(&p->x, x) * f->width);
}

/* In rows: the middle of one. */
static int y_at(const struct panel *p, const struct frame *f, double y)
{
	if (p->nrows)
		return y * ROW + ROW / 2;
	return f->height - lround(axis_at(&p->y, y) * f->height);
}

static void shape_at(FILE *out, unsigned int slot, int x, int y)
{
	fprintf(out, "M%d %d%s", x, y, shapes[slot]);
}

/* A line in as few points as are seen, and the shapes on it. */
static void draw_line(FILE *out, const struct panel *p, const struct frame *f,
		      const struct series *s)
{
	struct spot *spot = calloc(s->n + 1, sizeof(*spot));
	size_t n = 0, i, every;

	if (!spot)
		abort();
	for (i = 0; i < s->n; i++)
		if (!isnan(s->mark[i].y) && !isnan(s->mark[i].x))
			spot[n++] = (struct spot){
				x_at(p, f, s->mark[i].x), y_at(p, f, s->mark[i].y)
			};
	/* Few points are each a value, and keep their shapes. */
	if (n > 3 * SHAPES)
		n = spots_thin(spot, n);
	fprintf(out, "<path class=\"l d%u\" d=\"", s->slot);
	for (i = 0; i < n; i++)
		if (i)
			fprintf(out, "l%d %d", spot[i].x - spot[i - 1].x,
				spot[i].y - spot[i - 1].y);
		else
			fprintf(out, "M%d %d", spot[i].x, spot[i].y);
	fputs("\"/><path class=\"m\" d=\"", out);
	/* Not at the same places for all: lines may lie on each other. */
	every = s->n > 3 * SHAPES ? n / SHAPES + 1 : 1;
	for (i = every > 1 ? s->slot * every / PICTURE_SLOTS : 0; i < n; i += every)
		shape_at(out, s->slot, spot[i].x, spot[i].y);
	fputs("\"/>\n", out);
	free(spot);
}

static void draw_intervals(FILE *out, const struct panel *p, const struct frame *f,
			   const struct series *s)
{
	size_t i;

	fputs("<path class=\"i\" d=\"", out);
	for (i = 0; i < s->n; i++) {
		const struct mark *m = &s->mark[i];

		if (isnan(m->low) || m->low == m->high)
			continue;
		if (p->nrows)
			fprintf(out, "M%d %dH%dm0-40v80M%d %dv80", x_at(p, f, m->low),
				y_at(p, f, m->y), x_at(p, f, m->high), x_at(p, f, m->low),
				y_at(p, f, m->y) - 40);
		else
			fprintf(out, "M%d %dV%dm-40 0h80M%d %dh80", x_at(p, f, m->x),
				y_at(p, f, m->low), y_at(p, f, m->high), x_at(p, f, m->x) - 40,
				y_at(p, f, m->low));
	}
	fputs("\"/>\n", out);
}

static void draw_points(FILE *out, const struct panel *p, const struct frame *f,
			const struct series *s)
{
	size_t i;

	fputs("<path class=\"m\" d=\"", out);
	for (i = 0; i < s->n; i++)
		if (!isnan(s->mark[i].x) && !isnan(s->mark[i].y))
			shape_at(out, s->slot, x_at(p, f, s->mark[i].x),
				 y_at(p, f, s->mark[i].y));
	fputs("\"/>\n", out);
}

static void draw_bars(FILE *out, const struct panel *p, const struct frame *f,
		      const struct series *s)
{
	size_t i;

	fprintf(out, "<path class=\"b p%u\" d=\"", s->slot);
	for (i = 0; i < s->n; i++)
		if (!isnan(s->mark[i].x))
			fprintf(out, "M%d %dH%dv%dH%dz", x_at(p, f, s->mark[i].low),
				y_at(p, f, s->mark[i].y) - ROW / 3, x_at(p, f, s->mark[i].x),
				2 * (ROW / 3), x_at(p, f, s->mark[i].low));
	fputs("\"/>\n", out);
}

static void draw_ticks(FILE *out, const struct panel *p, const struct frame *f,
		       const struct series *s)
{
	size_t i;

	fputs("<path class=\"t\" d=\"", out);
	for (i = 0; i < s->n; i++)
		if (!isnan(s->mark[i].x))
			fprintf(out, "M%d %dv%d", x_at(p, f, s->mark[i].x),
				y_at(p, f, s->mark[i].y) - ROW / 3, 2 * (ROW / 3));
	fputs("\"/>\n", out);
}

/* An axis as a script reads it, that draws the same. */
static void axis_data(FILE *out, char name, const struct axis *a)
{
	static const char *const units[] = {
		[UNIT_PLAIN] = "plain", [UNIT_RATE] = "rate", [UNIT_TIME] = "time",
		[UNIT_SHARE] = "share", [UNIT_BYTES] = "bytes", [UNIT_QUANTILE] = "quantile",
	};

	fprintf(out, " data-%c=\"%s %s %.9g %.9g\"", name, a->log ? "log" : "linear",
		units[a->unit], a->least, a->most);
}

static void draw_series(FILE *out, const struct panel *p, const struct frame *f)
{
	size_t i;

	fprintf(out, "<g class=\"plot\" transform=\"translate(%d %d)\" data-size=\"%d %d\"",
		f->left, f->top, f->width, f->height);
	axis_data(out, 'x', &p->x);
	if (!p->nrows)
		axis_data(out, 'y', &p->y);
	fputs(" data-title=\"", out);
	html_text(out, p->x.title);
	if (p->heading) {
		fputs("\" data-heading=\"", out);
		html_text(out, p->heading);
	}
	fputs("\">\n", out);
	for (i = 0; i < p->nseries; i++) {
		const struct series *s = &p->series[i];

		fprintf(out, "<g class=\"s%u\"><title>", s->slot);
		html_text(out, s->label);
		fputs("</title>", out);
		if (s->style == STYLE_LINE || s->style == STYLE_POINTS)
			draw_intervals(out, p, f, s);
		if (s->style == STYLE_LINE)
			draw_line(out, p, f, s);
		else if (s->style == STYLE_POINTS)
			draw_points(out, p, f, s);
		else if (s->style == STYLE_BARS)
			draw_bars(out, p, f, s);
		else
			draw_ticks(out, p, f, s);
		fputs("</g>\n", out);
	}
	fputs("</g>\n", out);
}

static void text_at(FILE *out, const char *class, int x, int y, const char *text)
{
	fprintf(out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class, x, y);
	html_text(out, text);
	fputs("</text>", out);
}

static void title_at(FILE *out, const char *class, int x, int y, const struct axis *a)
{
	const bool log = a->log && a->unit != UNIT_QUANTILE;
	char *title = NULL;

	if (asprintf(&title, "%s%s", a->title, log ? " (log)" : "") < 0)
		abort();
	text_at(out, class, x, y, title);
	fputc('\n', out);
	free(title);
}

/* Lines through the plot, and what they stand for. */
static void draw_axes(FILE *out, const struct panel *p, const struct frame *f)
{
	double tick[TICKS_MOST];
	char text[UNIT_TEXT];
	size_t n, i;

	n = axis_ticks(&p->x, f->width / 700, tick);
	fputs("<path class=\"g\" d=\"", out);
	for (i = 0; i < n; i++)
		fprintf(out, "M%d %dv%d", f->left + x_at(p, f, tick[i]), f->top, f->height);
	fputs("\"/>", out);
	for (i = 0; i < n; i++)
		text_at(out, "x", f->left + x_at(p, f, tick[i]), f->top + f->height + 170,
			unit_text(text, sizeof(text), p->x.unit, tick[i]));
	title_at(out, "x a", f->left + f->width / 2, f->top + f->height + 360, &p->x);
	for (i = 0; i < p->nrows; i++) {
		fprintf(out, "<text class=\"y\" x=\"%d\" y=\"%d\">", f->left - 80,
			f->top + y_at(p, f, i) + 40);
		text_within(out, p->row[i], LABEL_MOST);
		fputs("</text>\n", out);
	}
	if (!p->nrows) {
		n = axis_ticks(&p->y, f->height / 350, tick);
		fputs("<path class=\"g\" d=\"", out);
		for (i = 0; i < n; i++)
			fprintf(out, "M%d %dh%d", f->left, f->top + y_at(p, f, tick[i]),
				f->width);
		fputs("\"/>", out);
		for (i = 0; i < n; i++)
			text_at(out, "y", f->left - 80, f->top + y_at(p, f, tick[i]) + 40,
				unit_text(text, sizeof(text), p->y.unit, tick[i]));
		title_at(out, "a", 0, f->top - 110, &p->y);
	}
	fprintf(out, "<path class=\"e\" d=\"M%d %dv%dh%d\"/>\n", f->left, f->top, f->height,
		f->width);
}

/* The labels of a panel's rows, as wide as they are. */
static int label_width(const struct panel *p)
{
	size_t most = 0, i;

	for (i = 0; i < p->nrows; i++)
		if (letters(p->row[i]) > most)
			most = letters(p->row[i]);
	return most * LETTER < LABEL_MOST ? (int)(most * LETTER) : LABEL_MOST;
}

/* The sample of a series in the legend. */
static void draw_sample(FILE *out, const struct series *s, int x, int y)
{
	fprintf(out, "<g class=\"s%u\" transform=\"translate(%d %d)\">", s->slot, x, y);
	if (s->style == STYLE_LINE)
		fprintf(out, "<path class=\"l d%u\" d=\"M0 0h300\"/>", s->slot);
	if (s->style == STYLE_BARS) {
		fprintf(out, "<path class=\"b p%u\" d=\"M60-60h180v120h-180z\"/>", s->slot);
	} else if (s->style == STYLE_TICKS) {
		fputs("<path class=\"t\" d=\"M150-60v120\"/>", out);
	} else {
		fputs("<path class=\"m\" d=\"", out);
		shape_at(out, s->slot, 150, 0);
		fputs("\"/>", out);
	}
	fputs("</g>", out);
}

/* What the series are, once for all panels that have the same. Return: its height. */
static int draw_legend(FILE *out, const struct panel *p, int top, bool draw)
{
	int x = 0, y = top + LINE, width;
	size_t i;

	if (p->nseries < 2)
		return 0;
	for (i = 0; i < p->nseries; i++) {
		const struct series *s = &p->series[i];

		width = SAMPLE + (int)letters(s->label) * LETTER + 200;
		if (width > WIDTH)
			width = WIDTH;
		if (x && x + width > WIDTH) {
			x = 0;
			y += LINE;
		}
		if (draw) {
			draw_sample(out, s, x, y - 40);
			fprintf(out, "<text x=\"%d\" y=\"%d\">", x + SAMPLE, y);
			text_within(out, s->label, width - SAMPLE);
			fputs("</text>\n", out);
		}
		x += width;
	}
	return y - top + 60;
}

static bool same_legend(const struct panel *a, const struct panel *b)
{
	size_t i;

	if (a->nseries != b->nseries)
		return false;
	for (i = 0; i < a->nseries; i++)
		if (strcmp(a->series[i].label, b->series[i].label))
			return false;
	return true;
}

/* Place all panels, and draw them unless that is only asked for. Return: the height. */
static int draw_panels(FILE *out, const struct picture *p, bool draw)
{
	struct frame f;
	int top = 0;
	size_t i;

	for (i = 0; i < p->npanels; i++) {
		const struct panel *panel = &p->panel[i];

		if (panel->heading) {
			top += LINE + (i ? 60 : 0);
			if (draw) {
				fprintf(out, "<text class=\"h\" x=\"0\" y=\"%d\">", top - 30);
				html_text(out, panel->heading);
				fputs("</text>\n", out);
			}
		}
		if (!i || !same_legend(panel, panel - 1))
			top += draw_legend(out, panel, top, draw);
		f.left = panel->nrows ? label_width(panel) + 100 : LEFT;
		f.width = WIDTH - f.left - RIGHT;
		f.height = panel->nrows ? (int)panel->nrows * ROW : HEIGHT;
		f.top = top + (panel->nrows ? 60 : 260);
		if (draw) {
			draw_axes(out, panel, &f);
			draw_series(out, panel, &f);
		}
		top = f.top + f.height + 420;
	}
	return top;
}

/* What each slot looks like: the page has its colours for light and dark. */
static const char *const colours[PICTURE_SLOTS] = {
	"#0069a8", "#c44601", "#00795c", "#9c3d84", "#806000", "#4d4d4d", "#3f51c9", "#a02030",
};

/**
 * picture_style - write how the parts of a picture are drawn
 * @out: where to: a style sheet; but for the colours of series, .s0 to .s7
 */
void picture_style(FILE *out)
{
	unsigned int i;

	fputs(picture_css, out);
	for (i = 0; i < PICTURE_SLOTS; i++)
		if (dashes[i][0])
			fprintf(out, "svg .d%u{stroke-dasharray:%s}", i, dashes[i]);
	/* Bars have no dash: every second one is pale. */
	for (i = 1; i < PICTURE_SLOTS; i += 2)
		fprintf(out, "svg .p%u{fill-opacity:.25}", i);
}

/**
 * picture_svg - write a picture
 * @out: where to
 * @p: the picture
 * @id: what its parts are called in a page; NULL: it stands alone, with its own style
 */
void picture_svg(FILE *out, const struct picture *p, const char *id)
{
	const int height = draw_panels(out, p, false);
	unsigned int i;

	if (!id)
		fprintf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\"",
			WIDTH / 10, height / 10);
	else
		fputs("<svg", out);
	fprintf(out, " viewBox=\"-60 0 %d %d\" role=\"img\" aria-labelledby=\"%s-t %s-d\"><title id=\"%s-t\">",
		WIDTH, height, id ?: "picture", id ?: "picture", id ?: "picture");
	html_text(out, p->title);
	fprintf(out, "</title><desc id=\"%s-d\">", id ?: "picture");
	html_text(out, p->caption);
	fputs("</desc>\n", out);
	if (!id) {
		fputs("<style>", out);
		picture_style(out);
		for (i = 0; i < PICTURE_SLOTS; i++)
			fprintf(out, "svg .s%u{color:%s}", i, colours[i]);
		fputs("</style><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n", out);
	}
	draw_panels(out, p, true);
	fputs("</svg>\n", out);
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A picture: panels one above the other, each with two axes and what is drawn between them.
 * It is written as SVG, for a page whose style sheet has its colours, or alone.
 */
#ifndef CONTEND_PICTURE_H
#define CONTEND_PICTURE_H

#include <stdbool.h>
#include <stdio.h>

#include "scale.h"
#include "table.h"

/* Colours, dashes and shapes that can be told apart: so many series a panel has at most. */
#define PICTURE_SLOTS	8

enum style {
	STYLE_LINE,	/* with the shape of its slot at some points of it */
	STYLE_POINTS,	/* shapes, with what lies from low to high */
	STYLE_BARS,	/* from low to x; in rows alone */
	STYLE_TICKS,	/* strokes; in rows alone */
};

/**
 * struct mark - a value and its interval
 * @x: across
 * @y: upwards; in rows which of them
 * @low: where the interval, or the bar, begins: of y, in rows of x; NaN: there is none
 * @high: where the interval ends
 */
struct mark {
	double x;
	double y;
	double low;
	double high;
};

/**
 * struct series - what is drawn alike
 * @label: what it is
 * @slot: its colour, dash and shape, below PICTURE_SLOTS
 * @style: how
 * @mark: its values
 * @n: how many
 */
struct series {
	char *label;
	unsigned int slot;
	enum style style;
	struct mark *mark;
	size_t n;
};

/**
 * struct panel - two axes and what is between them
 * @heading: what it is, or NULL
 * @x: the axis across
 * @y: the axis upwards; not used where there are rows
 * @row: what each row is, from above
 * @nrows: how many; 0: the panel has a y axis
 * @series: what is drawn
 * @nseries: how many
 */
struct panel {
	char *heading;
	struct axis x;
	struct axis y;
	char **row;
	size_t nrows;
	struct series *series;
	size_t nseries;
};

/**
 * struct picture - one of a page
 * @name: as in --svg=
 * @title: a line about it
 * @caption: what is to be seen, in words
 * @panel: each, from above
 * @npanels: how many; 0: there is nothing to draw, which is what the caption says
 * @table: the same in figures
 */
struct picture {
	char *name;
	char *title;
	char *caption;
	struct panel *panel;
	size_t npanels;
	struct table table;
};

struct panel *picture_panel(struct picture *p, const char *heading);
void panel_row(struct panel *p, const char *label);
struct series *panel_series(struct panel *p, const char *label, unsigned int slot,
			    enum style style);
void series_mark(struct series *s, double x, double y, double low, double high);
void picture_svg(FILE *out, const struct picture *p, const char *id);
void picture_style(FILE *out);
void picture_free(struct picture *p);

#endif /* CONTEND_PICTURE_H */

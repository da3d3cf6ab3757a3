/* SPDX-License-Identifier: GPL-2.0 */
/* An axis: from values to places, where its ticks are, and how few points a line needs. */
#ifndef CONTEND_SCALE_H
#define CONTEND_SCALE_H

#include <stdbool.h>
#include <stddef.h>

#include "unit.h"

#define TICKS_MOST	32

/**
 * struct axis - one of two
 * @title: what is measured
 * @unit: and in what
 * @log: each step is a factor; a value of 0 or less is at the low end
 * @zero: a linear one begins at 0
 * @least: its low end
 * @most: its high end; below @least while it has none
 * @tick: where its ticks are, if somebody has chosen them
 * @nticks: how many; 0: nobody has
 */
struct axis {
	const char *title;
	enum figure_unit unit;
	bool log;
	bool zero;
	double least;
	double most;
	double tick[TICKS_MOST];
	size_t nticks;
};

/**
 * struct spot - a point of a line, in tenths of a pixel
 * @x: from the left
 * @y: from above
 */
struct spot {
	int x;
	int y;
};

void axis_take(struct axis *a, double value);
void axis_round(struct axis *a);
double axis_at(const struct axis *a, double value);
size_t axis_ticks(const struct axis *a, unsigned int room, double tick[TICKS_MOST]);
size_t spots_thin(struct spot *spot, size_t n);

#endif /* CONTEND_SCALE_H */

// SPDX-License-Identifier: GPL-2.0
/* How something is shared out: operations among workers, a lock among them, a request's time. */
#include <linux/kernel.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "album.h"
#include "group.h"

/* More rows than these are another picture. */
#define ROWS_MOST	50

/* Operations of a worker, over those of the mean one; of the first run. */
static double *shares_of(const struct shown *s, size_t *n)
{
	const json_t *workers = s->nruns ? json_object_get(s->run[0], "per_worker") : NULL;
	double *share = calloc(json_array_size(workers) + 1, sizeof(*share)), sum = 0;
	const json_t *worker;
	size_t i;

	if (!share)
		abort();
	json_array_foreach(workers, i, worker) {
		share[i] = shown_number(worker, NULL, "ops");
		sum += share[i];
	}
	*n = i;
	for (i = 0; i < *n; i++)
		share[i] *= *n / sum;
	if (*n > 1 && sum > 0)
		return share;
	free(share);
	return NULL;
}

static void fairness(struct album *a, const struct world *w, size_t *next)
{
	const struct metric jain = { .group = "fairness", .key = "jain" };
	const struct metric least = { .group = "fairness", .key = "min_over_max" };
	struct picture *p = NULL;
	struct panel *panel = NULL;
	struct series *s = NULL;
	double *share;
	size_t i, k, n;

	for (i = *next; i < w->n && (!panel || panel->nrows < ROWS_MOST); i++) {
		share = shares_of(&w->of[i], &n);
		if (!share)
			continue;
		if (!p) {
			p = album_picture(a, w, "fairness", album_text("Fairness by worker"),
					  "Each stroke is a worker: its operations over those of the mean one, in the first run. All at 1 is fair.");
			panel = picture_panel(p, NULL);
			s = panel_series(panel, "a worker", 0, STYLE_TICKS);
			panel->x.title = "operations of a worker over the mean of all";
			panel->x.zero = true;
			table_column(&p->table, "case", false);
			table_column(&p->table, "workers", true);
			table_column(&p->table, "Jain's index", true);
			table_column(&p->table, "least over greatest", true);
		}
		for (k = 0; k < n; k++) {
			series_mark(s, share[k], panel->nrows, NAN, NAN);
			axis_take(&panel->x, share[k]);
		}
		free(share);
		panel_row(panel, w->of[i].label);
		table_row(&p->table);
		table_cell(&p->table, 0, "%s", w->of[i].label);
		table_cell(&p->table, 1, "%zu", n);
		table_figure(&p->table, 2, UNIT_PLAIN, shown_figure(&w->of[i], &jain).median);
		table_figure(&p->table, 3, UNIT_PLAIN, shown_figure(&w->of[i], &least).median);
	}
	*next = i;
	if (p)
		axis_round(&panel->x);
}

#define PARTS_MOST	PICTURE_SLOTS

static size_t handover_parts(const struct shown *s, double *part, const char **name)
{
	const struct metric handovers = { .group = "fairness", .key = "handovers" };
	const struct metric local = { .group = "fairness", .key = "local" };
	const double share = shown_figure(s, &handovers).median;
	double near = shown_figure(s, &local).median;

	if (isnan(share))
		return 0;
	if (isnan(near))
		near = 0;
	name[0] = "taken again by the same worker";
	part[0] = fmax(1 - share, 0);
	name[1] = "handed over on one CPU";
	part[1] = share * near;
	name[2] = "handed over to another CPU";
	part[2] = share * (1 - near);
	return 3;
}

static size_t stage_parts(const struct shown *s, double *part, const char **name)
{
	const json_t *stages = s->nruns ? json_object_get(s->run[0], "stages") : NULL, *stage;
	size_t i, n = 0;

	json_array_foreach(stages, i, stage) {
		const double mean = shown_number(stage, "time_ns", "mean");

		if (n == PARTS_MOST || isnan(mean))
			continue;
		name[n] = text_of(stage, "name");
		part[n++] = mean;
	}
	return n;
}

/**
 * struct stack - a picture with a bar a case
 * @name: of the picture
 * @title: of it
 * @caption: of it
 * @axis: what is across
 * @unit: of that
 * @parts: fills in what is in the bar of a case, and returns how many: 0, it has nothing
 */
struct stack {
	const char *name;
	const char *title;
	const char *caption;
	const char *axis;
	enum figure_unit unit;
	size_t (*parts)(const struct shown *s, double *part, const char **name);
};

static const struct stack stacks[] = {
	{
		"handovers", "Hand-overs",
		"Whom a write section follows: one of the same worker, or another worker's, on the same CPU or on another one. What stays near is cheap, and less fair.",
		"share of write sections", UNIT_SHARE, handover_parts
	},
	{
		"stages", "Where a request's time goes",
		"The mean time of each stage of a request, one after another, in the first run. Less is better.",
		"mean time", UNIT_TIME, stage_parts
	},
};

/* The series of a name, among those that the picture has. */
static struct series *part_series(struct panel *panel, const char *name)
{
	size_t i;

	for (i = 0; i < panel->nseries; i++)
		if (!strcmp(panel->series[i].label, name))
			return &panel->series[i];
	return panel->nseries < PICTURE_SLOTS ?
	       panel_series(panel, name, panel->nseries, STYLE_BARS) : NULL;
}

static void stack_row(struct panel *panel, const struct shown *s, const double *part,
		      const char **name, size_t n)
{
	double low = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		struct series *series = part_series(panel, name[i]);

		if (!series)
			continue;
		series_mark(series, low + part[i], panel->nrows, low, low + part[i]);
		low += part[i];
	}
	axis_take(&panel->x, low);
	panel_row(panel, s->label);
}

static void stack_table(struct table *t, const struct world *w, const struct stack *stack,
			const struct panel *panel, size_t begin, size_t end)
{
	const char *name[PARTS_MOST];
	double part[PARTS_MOST];
	size_t i, k, m, n;

	table_column(t, "case", false);
	for (k = 0; k < panel->nseries; k++)
		table_column(t, panel->series[k].label, true);
	for (i = begin; i < end; i++) {
		n = stack->parts(&w->of[i], part, name);
		if (!n)
			continue;
		table_row(t);
		table_cell(t, 0, "%s", w->of[i].label);
		for (m = 0; m < n; m++)
			for (k = 0; k < panel->nseries; k++)
				if (!strcmp(panel->series[k].label, name[m]))
					table_figure(t, 1 + k, stack->unit, part[m]);
	}
}

static void stack_picture(struct album *a, const struct world *w, const struct stack *stack,
			  size_t *next)
{
	struct picture *p = NULL;
	struct panel *panel = NULL;
	const char *name[PARTS_MOST];
	double part[PARTS_MOST];
	size_t i, n;

	for (i = *next; i < w->n && (!panel || panel->nrows < ROWS_MOST); i++) {
		n = stack->parts(&w->of[i], part, name);
		if (!n)
			continue;
		if (!p) {
			p = album_picture(a, w, stack->name, album_text("%s", stack->title),
					  stack->caption);
			panel = picture_panel(p, NULL);
			panel->x.title = stack->axis;
			panel->x.unit = stack->unit;
			panel->x.zero = true;
		}
		stack_row(panel, &w->of[i], part, name, n);
	}
	if (p) {
		axis_round(&panel->x);
		stack_table(&p->table, w, stack, panel, *next, i);
	}
	*next = i;
}

/**
 * shares - pictures of how something is shared out
 * @a: where they are added
 * @w: the cases
 */
void shares(struct album *a, const struct world *w)
{
	size_t i, next;

	for (next = 0; next < w->n; )
		fairness(a, w, &next);
	for (i = 0; i < ARRAY_SIZE(stacks); i++)
		for (next = 0; next < w->n; )
			stack_picture(a, w, &stacks[i], &next);
}

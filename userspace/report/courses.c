// SPDX-License-Identifier: GPL-2.0
/* What goes on over time, with the offered rate, and what a cache hits. */
#include <linux/kernel.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "album.h"
#include "group.h"

/* A table has no more of a timeline's points: the picture has them all. */
#define TABLE_POINTS	200
/* Of a timeline: outcomes or operations, times, gauges. */
#define PANELS_MOST	3

static const json_t *list_of(const struct shown *s, const char *key)
{
	return s->nruns ? json_object_get(s->run[0], key) : NULL;
}

/* When a point of a timeline was, in nanoseconds; and how long after the one before it. */
static double point_at(const json_t *timeline, size_t i, double *since)
{
	const double at = shown_number(json_array_get(timeline, i), NULL, "at_ns");

	*since = i ? at - shown_number(json_array_get(timeline, i - 1), NULL, "at_ns") : NAN;
	return at;
}

/* A number of each point as a line: @per_second, a count since the point before as a rate. */
static void course(struct panel *panel, const json_t *timeline, const char *group,
		   const char *key, const char *label, unsigned int slot, bool per_second)
{
	struct series *s;
	double at, since, value;
	size_t i;

	if (panel->nseries == PICTURE_SLOTS)
		return;
	s = panel_series(panel, label, slot, STYLE_LINE);
	for (i = 0; i < json_array_size(timeline); i++) {
		at = point_at(timeline, i, &since);
		value = shown_number(json_array_get(timeline, i), group, key);
		if (per_second)
			value = since > 0 ? value * 1000000000.0 / since : NAN;
		/* A logarithm has no place for nothing, and a line a gap there. */
		if (isnan(value) || isnan(at) || (panel->y.log && value <= 0))
			continue;
		series_mark(s, at, value, NAN, NAN);
		axis_take(&panel->x, at);
		axis_take(&panel->y, value);
	}
}

static double series_most(const struct series *s)
{
	double most = NAN;
	size_t i;

	for (i = 0; i < s->n; i++)
		most = fmax(most, s->mark[i].y);
	return most;
}

/* From the begin of the timeline to its end, in all panels. */
static struct panel *time_panel(struct picture *p, const json_t *timeline, const char *heading,
				const char *title, enum figure_unit unit)
{
	struct panel *panel = picture_panel(p, heading);
	double since;

	panel->x = (struct axis){ .title = "time", .unit = UNIT_TIME, .zero = true, .least = 1 };
	axis_take(&panel->x, point_at(timeline, json_array_size(timeline) - 1, &since));
	axis_round(&panel->x);
	panel->y = (struct axis){
		.title = title, .unit = unit, .log = unit == UNIT_TIME, .zero = unit != UNIT_TIME,
		.least = 1,
	};
	return panel;
}

/* Whether some point has something of it. */
static bool any_of(const json_t *timeline, const char *group, const char *key)
{
	const json_t *point;
	size_t i;

	json_array_foreach(timeline, i, point)
		if (shown_number(point, group, key) > 0)
			return true;
	return false;
}

/* All numbers of a group of points: outcomes, gauges. */
static void course_group(struct picture *p, const json_t *timeline, const char *group,
			 const char *heading, const char *title, bool per_second)
{
	const json_t *first = json_array_get(timeline, 0);
	struct panel *panel = NULL;
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)json_object_get(first, group), key, value) {
		if (!json_is_number(value) || !any_of(timeline, group, key))
			continue;
		panel = panel ?: time_panel(p, timeline, heading, title,
					    per_second ? UNIT_RATE : UNIT_PLAIN);
		course(panel, timeline, group, key, key, panel->nseries, per_second);
	}
	if (panel)
		axis_round(&panel->y);
}

/* Of workers that operate on a structure. */
static void course_ops(struct picture *p, const json_t *timeline)
{
	struct panel *panel;

	if (!any_of(timeline, NULL, "ops"))
		return;
	panel = time_panel(p, timeline, "Operations", "a second", UNIT_RATE);
	course(panel, timeline, NULL, "ops", "ops", panel->nseries, true);
	axis_round(&panel->y);
}

/* Times of the points themselves, which end with their unit. */
static void course_times(struct picture *p, const json_t *timeline)
{
	const json_t *first = json_array_get(timeline, 0);
	struct panel *panel = NULL;
	const char *key;
	char label[64];
	json_t *value;

	json_object_foreach((json_t *)first, key, value) {
		const size_t len = strlen(key);

		if (len < 4 || strcmp(key + len - 3, "_ns") || !strcmp(key, "at_ns") ||
		    !any_of(timeline, NULL, key))
			continue;
		snprintf(label, sizeof(label), "%.*s", (int)(len - 3), key);
		panel = panel ?: time_panel(p, timeline, "Times", "since the point before",
					    UNIT_TIME);
		course(panel, timeline, NULL, key, label, panel->nseries, false);
	}
	if (panel)
		axis_round(&panel->y);
}

/* The value that a series has at a time, from its mark @*next on; NaN: none. */
static double value_at(const struct series *s, size_t *next, double at)
{
	while (*next < s->n && s->mark[*next].x < at)
		(*next)++;
	return *next < s->n && s->mark[*next].x == at ? s->mark[*next].y : NAN;
}

static void course_table(struct picture *p, const json_t *timeline)
{
	const size_t points = json_array_size(timeline);
	const size_t every = (points + TABLE_POINTS - 1) / TABLE_POINTS;
	size_t next[PANELS_MOST][PICTURE_SLOTS] = { }, i, k, m, column;
	double since, at, value;
	char *words;

	table_column(&p->table, "time", true);
	for (i = 0; i < p->npanels; i++)
		for (k = 0; k < p->panel[i].nseries; k++)
			table_column(&p->table, p->panel[i].series[k].label, true);
	for (m = 0; m < points; m += every) {
		at = point_at(timeline, m, &since);
		table_row(&p->table);
		table_figure(&p->table, 0, UNIT_TIME, at);
		for (i = 0, column = 1; i < p->npanels; i++)
			for (k = 0; k < p->panel[i].nseries; k++, column++) {
				value = value_at(&p->panel[i].series[k], &next[i][k], at);
				if (!isnan(value))
					table_figure(&p->table, column, p->panel[i].y.unit, value);
			}
	}
	if (every == 1)
		return;
	words = album_text("The table has one of each %zu points.", every);
	picture_caption(p, words);
	free(words);
}

static void timelines(struct album *a, const struct world *w)
{
	const json_t *timeline;
	struct picture *p;
	size_t i;

	for (i = 0; i < w->n; i++) {
		timeline = list_of(&w->of[i], "timeline");
		if (json_array_size(timeline) < 2)
			continue;
		p = album_picture(a, w, "timeline",
				  album_text("Over time: %s", w->of[i].label),
				  "What happened in each interval of the first run, and what there was at its end.");
		course_group(p, timeline, "outcomes", "How requests ended", "a second", true);
		course_ops(p, timeline);
		course_times(p, timeline);
		course_group(p, timeline, "gauges", "What there was", "at that time", false);
		course_table(p, timeline);
	}
}

/* A figure of each point, of several cases in one picture: what a moment does with each of them. */
static const struct over_time {
	const char *name;
	const char *group;
	const char *key;
	bool per_second;
	const char *title;
	const char *axis;
	const char *about;
} over_time[] = {
	{
		"goodput", "outcomes", "ok", true, "Goodput over time", "answered a second",
		"Requests that were answered in each interval of the first run. More is better."
	},
	{
		"ops-over-time", NULL, "ops", true, "Operations over time", "operations a second",
		"Operations that ended in each interval of the first run. More is better."
	},
	{
		"backlog-over-time", "gauges", "backlog", false, "Backlog over time",
		"erased and not yet freed",
		"Elements that were erased and not yet freed, at each interval of the first run. Less is better."
	},
};

static void together(struct album *a, const struct world *w, const struct over_time *o,
		     size_t *next)
{
	struct picture *p = NULL;
	struct panel *panel = NULL;
	const json_t *timeline;
	size_t i, part = 0;
	char *words;

	for (i = *next; i < w->n; i++) {
		const enum figure_unit unit = o->per_second ? UNIT_RATE : UNIT_PLAIN;

		timeline = list_of(&w->of[i], "timeline");
		if (json_array_size(timeline) < 2 || !any_of(timeline, o->group, o->key))
			continue;
		if (p && w->of[i].part != part)
			break;
		part = w->of[i].part;
		if (!p) {
			words = album_part(w, part);
			p = album_picture(a, w, o->name, album_text("%s%s", o->title, words),
					  o->about);
			free(words);
			panel = time_panel(p, timeline, NULL, o->axis, unit);
			table_column(&p->table, "case", false);
			table_column(&p->table, "most", true);
		}
		course(panel, timeline, o->group, o->key, w->of[i].label, w->of[i].slot,
		       o->per_second);
		table_row(&p->table);
		table_cell(&p->table, 0, "%s", w->of[i].label);
		table_figure(&p->table, 1, unit, series_most(&panel->series[panel->nseries - 1]));
	}
	*next = i;
	if (!p)
		return;
	axis_round(&panel->x);
	axis_round(&panel->y);
}

static int by_x(const void *a, const void *b)
{
	const struct mark *l = a, *r = b;

	return (l->x > r->x) - (l->x < r->x);
}

/* One figure of a sweep of the offered rate; the closed loop is a point at what it got. */
static void offered_panel(struct panel *panel, const struct shown *s, bool response)
{
	const json_t *steps = list_of(s, "steps"), *step;
	struct series *open, *closed = NULL;
	double x, y;
	size_t i;

	open = panel_series(panel, s->label, s->slot, STYLE_LINE);
	json_array_foreach(steps, i, step) {
		x = shown_number(step, NULL, "offered_per_s");
		y = response ? shown_number(step, "response_ns", "p99") :
			       shown_number(step, NULL, "goodput_per_s");
		if (isnan(y))
			continue;
		axis_take(&panel->y, y);
		if (!isnan(x)) {
			series_mark(open, x, y, NAN, NAN);
			axis_take(&panel->x, x);
			continue;
		}
		/* It takes the place of the open loop's series: that is looked up again. */
		closed = panel_series(panel, "closed loop", s->slot, STYLE_POINTS);
		open = &panel->series[panel->nseries - 2];
		x = shown_number(step, NULL, "goodput_per_s");
		series_mark(closed, x, y, NAN, NAN);
		axis_take(&panel->x, x);
	}
	/* The last one is measured again at half of the knee. */
	if (open->n)
		qsort(open->mark, open->n, sizeof(*open->mark), by_x);
}

static void offered_table(struct table *t, const struct shown *s)
{
	const json_t *step;
	size_t i;

	json_array_foreach(list_of(s, "steps"), i, step) {
		table_row(t);
		table_cell(t, 0, "%s", s->label);
		table_figure(t, 1, UNIT_RATE, shown_number(step, NULL, "offered_per_s"));
		table_figure(t, 2, UNIT_RATE, shown_number(step, NULL, "goodput_per_s"));
		table_figure(t, 3, UNIT_TIME, shown_number(step, "response_ns", "p50"));
		table_figure(t, 4, UNIT_TIME, shown_number(step, "response_ns", "p99"));
		table_cell(t, 5, "%s",
			   json_is_true(json_object_get(step, "saturated")) ? "yes" : "no");
	}
}

static bool has_steps(const struct shown *s)
{
	return json_array_size(list_of(s, "steps")) > 1;
}

static void offered(struct album *a, const struct world *w, size_t *next)
{
	struct panel *panel;
	struct picture *p;
	size_t i, begin = *next;
	int response;
	char *words;

	while (begin < w->n && !has_steps(&w->of[begin]))
		begin++;
	*next = w->n;
	if (begin == w->n)
		return;
	words = album_part(w, w->of[begin].part);
	p = album_picture(a, w, "offered", album_text("With the offered rate%s", words),
			  "Lines are open loops, whose response counts from when a request was due; single shapes are the closed loop, at the rate that it comes to. Of the response less is better.");
	free(words);
	for (response = 1; response >= 0; response--) {
		panel = picture_panel(p, response ? "99th percentile of the response" : "Goodput");
		panel->x.title = "offered a second";
		panel->x.unit = UNIT_RATE;
		panel->x.zero = true;
		panel->y.title = response ? "response" : "answered a second";
		panel->y.unit = response ? UNIT_TIME : UNIT_RATE;
		panel->y.log = response;
		panel->y.zero = !response;
		for (i = begin; i < w->n; i++) {
			if (!has_steps(&w->of[i]))
				continue;
			if (w->of[i].part != w->of[begin].part)
				break;
			offered_panel(panel, &w->of[i], response);
		}
		axis_round(&panel->x);
		axis_round(&panel->y);
	}
	*next = i;
	table_column(&p->table, "case", false);
	table_column(&p->table, "offered", true);
	table_column(&p->table, "answered", true);
	table_column(&p->table, "response p50", true);
	table_column(&p->table, "response p99", true);
	table_column(&p->table, "saturated", false);
	for (i = begin; i < *next; i++)
		offered_table(&p->table, &w->of[i]);
}

static const struct metric hit_ratio = { .group = "figures", .key = "hit_ratio" };
static const struct metric belady = { .group = "figures", .key = "belady_hit_ratio" };

/* What a hit costs: the wait for the lock where it is known, else the response. */
static double cost_of(const struct shown *s)
{
	const struct metric wait = { .group = "wait_ns", .key = "mean" };
	const struct metric response = { .group = "response_ns", .key = "mean" };
	const double value = shown_figure(s, &wait).median;

	return isnan(value) ? shown_figure(s, &response).median : value;
}

static void hits(struct album *a, const struct world *w, size_t first)
{
	double best = NAN, least = INFINITY, most = 0;
	struct panel *panel;
	struct picture *p;
	struct series *s;
	unsigned int used = 0;
	size_t i;

	p = album_picture(a, w, "hit-ratio",
			  album_text("Hit ratio and cost: %.*s",
				     (int)strcspn(w->of[first].name, "/"), w->of[first].name),
			  "Each shape is a case: which share of requests was there, and the mean wait for the lock, or where that is not known the mean response. To the right and below is better. The upright line is what no policy exceeds (Bélády), where that is known.");
	panel = picture_panel(p, NULL);
	panel->x = (struct axis){ .title = "hit ratio", .unit = UNIT_SHARE, .least = 1 };
	panel->y = (struct axis){ .title = "mean wait or response", .unit = UNIT_TIME, .log = true,
				  .least = 1 };
	table_column(&p->table, "case", false);
	table_column(&p->table, "hit ratio", true);
	table_column(&p->table, "mean wait or response", true);
	table_column(&p->table, "most hits", true);
	for (i = first; i < w->n; i++) {
		const double x = shown_figure(&w->of[i], &hit_ratio).median, y = cost_of(&w->of[i]);
		const double bound = shown_figure(&w->of[i], &belady).median;

		if (!shown_together(&w->of[i], &w->of[first]) || isnan(x) || isnan(y) ||
		    panel->nseries == PICTURE_SLOTS - 1)
			continue;
		used |= 1U << w->of[i].slot;
		s = panel_series(panel, w->of[i].label, w->of[i].slot, STYLE_POINTS);
		series_mark(s, x, y, NAN, NAN);
		axis_take(&panel->x, x);
		axis_take(&panel->x, bound);
		axis_take(&panel->y, y);
		least = fmin(least, y);
		most = fmax(most, y);
		best = isnan(best) ? bound : fmax(best, bound);
		table_row(&p->table);
		table_cell(&p->table, 0, "%s", w->of[i].label);
		table_figure(&p->table, 1, UNIT_SHARE, x);
		table_figure(&p->table, 2, UNIT_TIME, y);
		table_figure(&p->table, 3, UNIT_SHARE, bound);
	}
	axis_round(&panel->x);
	panel->x.most = fmin(panel->x.most, 1);
	axis_round(&panel->y);
	if (isnan(best))
		return;
	s = panel_series(panel, "Bélády", __builtin_ctz(~used), STYLE_LINE);
	series_mark(s, best, panel->y.least, NAN, NAN);
	series_mark(s, best, panel->y.most, NAN, NAN);
}

/* A picture of each section that has two cases or more with a hit ratio. */
static void all_hits(struct album *a, const struct world *w)
{
	size_t i, k, n;

	for (i = 0; i < w->n; i++) {
		if (isnan(shown_figure(&w->of[i], &hit_ratio).median))
			continue;
		for (k = 0; k < i; k++)
			if (shown_together(&w->of[k], &w->of[i]))
				break;
		for (n = 0; k == i && n < w->n; n++)
			if (n != i && shown_together(&w->of[n], &w->of[i]) &&
			    !isnan(shown_figure(&w->of[n], &hit_ratio).median))
				break;
		if (k == i && n < w->n)
			hits(a, w, i);
	}
}

/**
 * courses - pictures over time, with the offered rate, and of what a cache hits
 * @a: where they are added
 * @w: the cases
 */
void courses(struct album *a, const struct world *w)
{
	size_t next, i;

	for (next = 0; next < w->n; )
		offered(a, w, &next);
	all_hits(a, w);
	for (i = 0; i < ARRAY_SIZE(over_time); i++)
		for (next = 0; next < w->n; )
			together(a, w, &over_time[i], &next);
	timelines(a, w);
}

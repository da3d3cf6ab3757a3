// SPDX-License-Identifier: GPL-2.0
/* What the death of a worker costs, by the moment in which it died. */
#include <linux/kernel.h>
#include <math.h>
#include <stdlib.h>

#include "album.h"

/* A table has no more of them: the picture has them all. */
#define TABLE_DEATHS	200

/* What one costs: a panel each. */
static const struct cost {
	const char *heading;
	const char *title;
	const char *key;
	enum figure_unit unit;
} costs[] = {
	{ "Time to recover", "until another one was as far", "recovery_ns", UNIT_TIME },
	{ "Records lost", "of a death", "lost", UNIT_PLAIN },
	{ "Committed again", "of a death", "doubled", UNIT_PLAIN },
};

/* A moment is one since a checkpoint, or one of the run: a picture each. */
static const struct moment {
	const char *name;
	const char *title;
	const char *axis;
	const char *key;
	enum figure_unit unit;
	const char *caption;
} moments[] = {
	{
		"deaths", "What a worker's death costs",
		"records since its last checkpoint, or its begin", "since", UNIT_PLAIN,
		"Each shape is a worker that was killed in the first run: across, how many records it had been sent since its last checkpoint, or where there are none since its begin; upwards, how long until another one was as far, how many records were lost, and how much was committed again. Less is better."
	},
	{
		"deaths-over-time", "What a worker's death costs, over time",
		"time", "at_ns", UNIT_TIME,
		"The same by when it was killed, from the begin of the first run. Less is better."
	},
};

static const json_t *deaths_of(const struct shown *s)
{
	return s->nruns ? json_object_get(s->run[0], "deaths") : NULL;
}

static void draw(struct panel *panel, const struct shown *s, const struct moment *m,
		 const struct cost *c)
{
	struct series *series = panel_series(panel, s->label, s->slot, STYLE_POINTS);
	const json_t *death;
	size_t i;

	json_array_foreach(deaths_of(s), i, death) {
		const double x = shown_number(death, NULL, m->key);
		const double y = shown_number(death, NULL, c->key);

		if (isnan(x) || isnan(y))
			continue;
		series_mark(series, x, y, NAN, NAN);
		axis_take(&panel->x, x);
		axis_take(&panel->y, y);
	}
}

static void deaths_table(struct picture *p, const struct world *w, size_t begin, size_t end)
{
	size_t all = 0, every, i, k, c;
	const json_t *death;
	char *words;

	table_column(&p->table, "case", false);
	table_column(&p->table, "killed", true);
	table_column(&p->table, "since checkpoint", true);
	table_column(&p->table, "time to recover", true);
	table_column(&p->table, "lost", true);
	table_column(&p->table, "again", true);
	for (i = begin; i < end; i++)
		all += json_array_size(deaths_of(&w->of[i]));
	every = (all + TABLE_DEATHS - 1) / TABLE_DEATHS;
	for (i = begin; i < end; i++)
		json_array_foreach(deaths_of(&w->of[i]), k, death) {
			if (k % every)
				continue;
			table_row(&p->table);
			table_cell(&p->table, 0, "%s", w->of[i].label);
			table_figure(&p->table, 1, UNIT_TIME, shown_number(death, NULL, "at_ns"));
			table_figure(&p->table, 2, UNIT_PLAIN, shown_number(death, NULL, "since"));
			for (c = 0; c < ARRAY_SIZE(costs); c++)
				table_figure(&p->table, 3 + c, costs[c].unit,
					     shown_number(death, NULL, costs[c].key));
		}
	if (every < 2)
		return;
	words = album_text("The table has one of each %zu.", every);
	picture_caption(p, words);
	free(words);
}

/* Of the cases that a picture tells apart, from @begin to @end. */
static void deaths_picture(struct album *a, const struct world *w, size_t begin, size_t end,
			   const struct moment *m)
{
	char *part = album_part(w, w->of[begin].part);
	struct picture *p = album_picture(a, w, m->name, album_text("%s%s", m->title, part),
					  m->caption);
	size_t c, i;

	free(part);
	for (c = 0; c < ARRAY_SIZE(costs); c++) {
		struct panel *panel = picture_panel(p, costs[c].heading);
		const bool time = costs[c].unit == UNIT_TIME;

		panel->x = (struct axis){ .title = m->axis, .unit = m->unit, .zero = true,
					  .least = 1 };
		panel->y = (struct axis){ .title = costs[c].title, .unit = costs[c].unit,
					  .log = time, .zero = !time, .least = 1 };
		for (i = begin; i < end; i++)
			if (json_array_size(deaths_of(&w->of[i])))
				draw(panel, &w->of[i], m, &costs[c]);
		axis_round(&panel->x);
		axis_round(&panel->y);
	}
	deaths_table(p, w, begin, end);
}

/**
 * deaths - pictures of what the death of a worker costs
 * @a: where they are added
 * @w: the cases
 */
void deaths(struct album *a, const struct world *w)
{
	size_t begin, end, i;

	for (begin = 0; begin < w->n; begin = end) {
		end = begin + 1;
		if (!json_array_size(deaths_of(&w->of[begin])))
			continue;
		while (end < w->n && (!json_array_size(deaths_of(&w->of[end])) ||
				      w->of[end].part == w->of[begin].part))
			end++;
		for (i = 0; i < ARRAY_SIZE(moments); i++)
			deaths_picture(a, w, begin, end, &moments[i]);
	}
}

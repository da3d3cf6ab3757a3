// SPDX-License-Identifier: GPL-2.0
/* Single requests over time: in which stage each of them was when. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "album.h"
#include "group.h"

/* So many can be told apart; and of one user there are no more. */
#define REQUESTS_MOST	16
#define STAGES_MOST	8

/**
 * struct bar - a request in a stage
 * @begin: when it came in; in nanoseconds as all times here; NaN: it was not in it
 * @end: when it went on
 * @lane: which of the stage's rows it is in, so that none lies on another one
 */
struct bar {
	double begin;
	double end;
	size_t lane;
};

/**
 * struct drawn - a request
 * @of: what the document has of it
 * @due: when it was
 * @response: how long after that it ended
 * @deadline: when it was to; NaN: there is none
 * @bar: of each stage
 * @last: the stage that it was in at last
 */
struct drawn {
	const json_t *of;
	double due;
	double response;
	double deadline;
	struct bar bar[STAGES_MOST];
	size_t last;
};

/**
 * struct chart - what is drawn of a case
 * @stage: names, of which there are @nstages
 * @nstages: see there
 * @row: the first of each, and behind the last one how many there are
 * @request: each, of which there are @n
 * @n: see there
 * @begin: of the first of them
 */
struct chart {
	const char *stage[STAGES_MOST];
	size_t nstages;
	size_t row[STAGES_MOST + 1];
	struct drawn request[REQUESTS_MOST];
	size_t n;
	double begin;
};

static bool is_late(const struct drawn *d)
{
	return d->response > d->deadline - d->due;
}

static bool has_failed(const struct drawn *d)
{
	return strcmp(text_of(d->of, "outcome"), "ok");
}

/* Stages are one after another, and the last one ends with the request. */
static void place(struct chart *c, struct drawn *d, const json_t *trace)
{
	const json_t *stages = json_object_get(trace, "stages_ns");
	double at = 0;
	size_t i;

	*d = (struct drawn){
		.of = trace, .due = shown_number(trace, NULL, "due_ns"),
		.response = shown_number(trace, NULL, "response_ns"),
	};
	d->deadline = d->due + shown_number(trace, NULL, "deadline_ns");
	for (i = 0; i < c->nstages; i++)
		at += fmax(shown_number(stages, NULL, c->stage[i]), 0);
	at = d->due + d->response - at;
	c->begin = fmin(c->begin, fmin(at, d->due));
	for (i = 0; i < c->nstages; i++) {
		struct bar *bar = &d->bar[i];
		const double ns = shown_number(stages, NULL, c->stage[i]);

		*bar = (struct bar){ .begin = isnan(ns) ? NAN : at, .end = at + ns };
		if (isnan(ns))
			continue;
		at = bar->end;
		d->last = i;
	}
}

/* A row is free when the request that was in it last has gone on. */
static void find_lanes(struct chart *c)
{
	size_t i, k, lane, lanes;

	for (i = 0; i < c->nstages; i++) {
		double end[REQUESTS_MOST];

		lanes = 0;
		for (k = 0; k < c->n; k++) {
			struct bar *bar = &c->request[k].bar[i];

			if (isnan(bar->begin))
				continue;
			for (lane = 0; lane < lanes && bar->begin < end[lane]; lane++)
				;
			lanes += lane == lanes;
			end[lane] = bar->end;
			bar->lane = lane;
		}
		c->row[i + 1] = c->row[i] + lanes;
	}
}

/* The first requests of the first run that follow each other: else it is not seen what did. */
static bool chart_of(struct chart *c, const struct shown *s)
{
	const json_t *run = s->nruns ? s->run[0] : NULL, *stage, *trace;
	size_t i;

	memset(c, 0, sizeof(*c));
	c->begin = INFINITY;
	json_array_foreach(json_object_get(run, "stages"), i, stage)
		if (c->nstages < STAGES_MOST)
			c->stage[c->nstages++] = text_of(stage, "name");
	json_array_foreach(json_object_get(run, "traces"), i, trace) {
		const double id = shown_number(trace, NULL, "id");
		const json_t *before = c->n ? c->request[c->n - 1].of : NULL;

		if (before && id != shown_number(before, NULL, "id") + 1) {
			if (c->n > 1)
				break;
			c->n = 0;
			c->begin = INFINITY;
		}
		if (c->n == REQUESTS_MOST)
			break;
		place(c, &c->request[c->n], trace);
		if (isfinite(c->request[c->n].due + c->request[c->n].response))
			c->n++;
	}
	if (c->n < 2 || !c->nstages)
		return false;
	find_lanes(c);
	return true;
}

static double at(const struct chart *c, double ns)
{
	return ns - c->begin;
}

static void rows(struct panel *panel, const struct chart *c)
{
	size_t i, lane;
	char *words;

	for (i = 0; i < c->nstages; i++)
		for (lane = 0; lane < c->row[i + 1] - c->row[i]; lane++) {
			words = lane ? album_text("%s (%zu)", c->stage[i], lane + 1) :
				       album_text("%s", c->stage[i]);
			panel_row(panel, words);
			free(words);
		}
}

/* Every second one looks alike: so two that follow each other do not. */
static void bars(struct panel *panel, const struct chart *c, size_t first, const char *label)
{
	struct series *s = panel_series(panel, label, first, STYLE_BARS);
	size_t i, k;

	for (k = first; k < c->n; k += 2)
		for (i = 0; i < c->nstages; i++) {
			const struct bar *bar = &c->request[k].bar[i];

			if (isnan(bar->begin))
				continue;
			series_mark(s, at(c, bar->end), c->row[i] + bar->lane, at(c, bar->begin),
				    at(c, bar->end));
			axis_take(&panel->x, at(c, bar->end));
		}
}

static void deadlines(struct panel *panel, const struct chart *c)
{
	struct series *s = NULL;
	size_t k, row;

	for (k = 0; k < c->n; k++) {
		if (isnan(c->request[k].deadline))
			continue;
		s = s ?: panel_series(panel, "deadline", 5, STYLE_TICKS);
		for (row = 0; row < c->row[c->nstages]; row++)
			series_mark(s, at(c, c->request[k].deadline), row, NAN, NAN);
		axis_take(&panel->x, at(c, c->request[k].deadline));
	}
}

/* A shape at the end of those of which something is true. */
static void shapes(struct panel *panel, const struct chart *c, const char *label,
		   unsigned int slot, bool (*is)(const struct drawn *d))
{
	struct series *s = NULL;
	size_t k;

	for (k = 0; k < c->n; k++) {
		const struct drawn *d = &c->request[k];

		if (!is(d))
			continue;
		s = s ?: panel_series(panel, label, slot, STYLE_POINTS);
		series_mark(s, at(c, d->due + d->response), c->row[d->last] + d->bar[d->last].lane,
			    NAN, NAN);
	}
}

static void requests_table(struct table *t, const struct chart *c)
{
	size_t i, k;

	table_column(t, "request", false);
	table_column(t, "due", true);
	for (i = 0; i < c->nstages; i++)
		table_column(t, c->stage[i], true);
	table_column(t, "response", true);
	table_column(t, "deadline", true);
	table_column(t, "ended", false);
	for (k = 0; k < c->n; k++) {
		const struct drawn *d = &c->request[k];

		table_row(t);
		table_cell(t, 0, "%.0f", shown_number(d->of, NULL, "id"));
		table_figure(t, 1, UNIT_TIME, at(c, d->due));
		for (i = 0; i < c->nstages; i++)
			table_figure(t, 2 + i, UNIT_TIME, d->bar[i].end - d->bar[i].begin);
		table_figure(t, 2 + i, UNIT_TIME, d->response);
		table_figure(t, 3 + i, UNIT_TIME, d->deadline - d->due);
		table_cell(t, 4 + i, "%s%s", text_of(d->of, "outcome"),
			   is_late(d) ? ", late" : "");
	}
}

/**
 * requests - pictures of single requests over time, of cases with trace=1
 * @a: where they are added
 * @w: the cases
 */
void requests(struct album *a, const struct world *w)
{
	struct chart *c = malloc(sizeof(*c));
	struct panel *panel;
	struct picture *p;
	size_t i;

	if (!c)
		abort();
	for (i = 0; i < w->n; i++) {
		if (!chart_of(c, &w->of[i]))
			continue;
		p = album_picture(a, w, "requests",
				  album_text("Requests by stage: %s", w->of[i].label),
				  "When each of some requests was in which stage, in the first run: of one user the first that follow each other. A row is a stage, and where several requests are in it at a time there are more. Strokes are deadlines; who ended after its own has a shape at its end.");
		panel = picture_panel(p, NULL);
		panel->x = (struct axis){
			.title = "time since the first of them", .unit = UNIT_TIME, .zero = true,
			.least = 1,
		};
		rows(panel, c);
		bars(panel, c, 0, "a request");
		bars(panel, c, 1, "the next one");
		deadlines(panel, c);
		shapes(panel, c, "late", 7, is_late);
		shapes(panel, c, "not answered", 6, has_failed);
		axis_round(&panel->x);
		requests_table(&p->table, c);
	}
	free(c);
}

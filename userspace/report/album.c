// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <linux/kernel.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "album.h"
#include "buckets.h"
#include "group.h"
#include "lib/time_kind.h"

/* More rows than these are another picture. */
#define ROWS_MOST	50
/* From this factor on an axis is logarithmic, where it may be. */
#define FAR_APART	50

/* Figures that are one a case: each is a picture with a row a case; the first is throughput. */
static const struct {
	const char *name;
	const char *title;
	const char *metric;
	enum figure_unit unit;
	const char *caption;
} figures[] = {
	{
		"throughput", "Throughput", "ops_per_s", UNIT_RATE,
		"What was done a second: operations, of a structure with roles elements, of a scenario answered requests."
	},
	{
		"knee", "Knee", "knee_per_s", UNIT_RATE,
		"Up to which offered rate the system keeps up."
	},
	{
		"cpu", "CPU time a request", "cpu_ns_per_op", UNIT_TIME,
		"CPU time of the system for each answered request."
	},
	{
		"wakeups", "Wake-ups a request", "wakeups_per_op", UNIT_PLAIN,
		"How often a thread of the system gave up its CPU of its own accord, for each answered request."
	},
	{
		"idle-memory", "Memory of an idle connection",
		"figures.idle_bytes", UNIT_BYTES,
		"What a connection costs that asks for nothing."
	},
	{
		"memory", "Memory", "memory_bytes", UNIT_BYTES,
		"The system's share of the machine's memory at the end of the measured time."
	},
	{
		"starved", "Longest starvation", "starved",
		UNIT_TIME,
		"The longest time in which a worker wanted to do an operation and ended none."
	},
	{
		"speedup", "Speed-up",
		"figures.speedup", UNIT_PLAIN,
		"How many times faster the median request was than one thread alone."
	},
	{
		"idle-steal", "Idle: looking for a task",
		"figures.idle_steal_ns", UNIT_TIME,
		"For how long workers looked for a task to steal, all together, in a request."
	},
	{
		"idle-park", "Idle: nothing to do",
		"figures.idle_park_ns", UNIT_TIME,
		"For how long workers slept since there was no task, all together, in a request."
	},
	{
		"idle-wake", "Idle: woken, and not running",
		"figures.idle_wake_ns", UNIT_TIME,
		"How long after it was woken a worker ran, all together, in a request."
	},
	{
		"idle-barrier", "Idle: at the barrier",
		"figures.idle_barrier_ns", UNIT_TIME,
		"For how long workers waited for the others at a phase's end, all together, in a request."
	},
	{
		"lost", "Records lost",
		"figures.lost", UNIT_PLAIN,
		"What was not committed, though it should have been, since a worker died."
	},
	{
		"doubled", "Records doubled",
		"figures.doubled", UNIT_PLAIN,
		"What was committed again, since a worker died after it had been."
	},
	{
		"recovery", "Recovery of a worker",
		"figures.worker_recovery_p50_ns", UNIT_TIME,
		"How long after a worker's death another one was as far as it, the median."
	},
	{
		"missed", "Deadlines missed, of a million",
		"figures.missed_per_million", UNIT_PLAIN,
		"Of a million periods, those whose frame was late or none."
	},
	{
		"lag", "Lag of an input", "figures.lag_p50_ns", UNIT_TIME,
		"From when the player did something until he sees it, the median."
	},
	{
		"lag-frames", "Lag of an input, in frames",
		"figures.lag_frames", UNIT_PLAIN,
		"From when the player did something until he sees it, in periods, the mean."
	},
	{
		"audio-jitter", "Jitter of the sound",
		"figures.audio_jitter_p99_ns", UNIT_TIME,
		"How late the sound's thread was woken, the 99th percentile."
	},
	{
		"backlog", "Backlog", "backlog_max", UNIT_PLAIN,
		"The most elements that were erased and not yet freed."
	},
};

/* Where it is good news that one of them is 0 everywhere, that is said: of so many of @of. */
static const struct none {
	const char *name;
	const char *words;
	const char *of;
} nones[] = {
	{ "missed", "No deadline was missed", "frames" },
};

/* The names of all others; those of times have "-ccdf" beside them. */
static const char *const others[] = {
	"fairness", "handovers", "stages", "offered", "goodput", "ops-over-time",
	"backlog-over-time", "timeline", "requests", "deaths", "deaths-over-time", "hit-ratio",
	"by-KEY",
};

/**
 * album_name_at - walk the names that a picture may have
 * @i: from 0
 * @data: not used
 *
 * Return: the name; NULL past the last one.
 */
const char *album_name_at(unsigned int i, const void *data)
{
	static char ccdf[32];

	if (i < ARRAY_SIZE(figures))
		return figures[i].name;
	i -= ARRAY_SIZE(figures);
	if (i < NR_ALL_TIMES)
		return time_kinds[i].name;
	i -= NR_ALL_TIMES;
	if (i < NR_ALL_TIMES) {
		snprintf(ccdf, sizeof(ccdf), "%s-ccdf", time_kinds[i].name);
		return ccdf;
	}
	i -= NR_ALL_TIMES;
	return i < ARRAY_SIZE(others) ? others[i] : NULL;
}

/**
 * album_text - make a text
 * @format: as for printf()
 *
 * Return: the text, to be freed.
 */
char *album_text(const char *format, ...)
{
	va_list args;
	char *made;

	va_start(args, format);
	if (vasprintf(&made, format, args) < 0)
		abort();
	va_end(args);
	return made;
}

/* Cases that have failed are named, not drawn. */
static char *not_drawn(const struct world *w)
{
	size_t i, size, n = 0, others = 0;
	char *names = NULL;
	FILE *f = open_memstream(&names, &size);

	if (!f)
		abort();
	for (i = 0; i < w->n; i++) {
		if (w->of[i].verdict == VERDICT_PASS || w->of[i].verdict == VERDICT_INCONCLUSIVE)
			continue;
		if (n == 5) {
			others++;
			continue;
		}
		fprintf(f, "%s%s (%s)", n++ ? ", " : " Not drawn: ", w->of[i].label,
			verdict_name(w->of[i].verdict));
	}
	if (others)
		fprintf(f, " and %zu other%s", others, plural(others));
	if (n)
		fputc('.', f);
	if (fclose(f))
		abort();
	return names;
}

static bool has_name(const struct album *a, const char *name)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		if (!strcmp(a->picture[i].name, name))
			return true;
	return false;
}

/**
 * album_picture - add a picture
 * @a: the album
 * @w: whose cases those are that have failed, and are named
 * @name: of the picture; a second one of it has a number
 * @title: a line about it, which becomes its own
 * @caption: what is to be seen
 *
 * Return: the picture, until the next one is added.
 */
struct picture *album_picture(struct album *a, const struct world *w, const char *name, char *title,
			      const char *caption)
{
	char *names = not_drawn(w), *own, world[32] = "";
	struct picture *p;
	unsigned int number;

	/* All pictures of a page have names of their own. */
	if (w->number > 1)
		snprintf(world, sizeof(world), "-world%zu", w->number);
	own = album_text("%s%s", name, world);
	for (number = 2; has_name(a, own); number++) {
		free(own);
		own = album_text("%s%s-%u", name, world, number);
	}
	a->picture = realloc(a->picture, (a->n + 1) * sizeof(*a->picture));
	if (!a->picture)
		abort();
	p = &a->picture[a->n++];
	*p = (struct picture){
		.name = own, .title = title, .caption = album_text("%s%s", caption, names),
	};
	free(names);
	return p;
}

/**
 * picture_caption - say more below a picture
 * @p: the picture
 * @more: a sentence
 */
void picture_caption(struct picture *p, const char *more)
{
	char *both = album_text("%s %s", p->caption, more);

	free(p->caption);
	p->caption = both;
}

/* Far apart, so that small ones would be seen as none. */
static bool far_apart(double least, double most)
{
	return least > 0 && most / least >= FAR_APART;
}

/* What few runs' intervals are worth. */
static void tell_runs(struct picture *p, size_t least, size_t most, double coverage, bool boots)
{
	const char *what = boots ? "boots, of each the median of its runs" : "runs";
	char *words;

	if (most < 2) {
		picture_caption(p, "Of each case there is one run, and so no interval.");
		return;
	}
	if (least == most)
		words = album_text("A shape is the median of %zu %s, and the line through it where that lies with %.3g%%.",
				   most, what, 100 * coverage);
	else
		words = album_text("A shape is the median of %zu to %zu %s, and the line through it where that lies with at least %.3g%%.",
				   least, most, what, 100 * coverage);
	picture_caption(p, words);
	free(words);
}

static const struct metric *metric_of(size_t which)
{
	static const struct metric *found[ARRAY_SIZE(figures)];

	if (!found[which])
		found[which] = metric_find(figures[which].metric);
	return found[which];
}

/* The throughput of cases is not the same figure of all. */
static struct figure row_figure(const struct shown *s, size_t which)
{
	return shown_figure(s, which ? metric_of(which) : shown_rate(s));
}

static void rows_picture(struct album *a, const struct world *w, size_t which, size_t *next,
			 bool first)
{
	struct picture *p = album_picture(a, w, figures[which].name,
					  album_text("%s%s", figures[which].title,
						     first ? "" : ", more cases"),
					  figures[which].caption);
	size_t i, least = STATS_MAX, most = 0;
	double low = INFINITY, high = 0, coverage = 1;
	struct panel *panel = picture_panel(p, NULL);
	struct series *s = panel_series(panel, figures[which].title, 0, STYLE_POINTS);
	bool boots = false;
	bool less = false;
	struct figure f;

	table_column(&p->table, "case", false);
	table_column(&p->table, figures[which].title, true);
	table_column(&p->table, "from", true);
	table_column(&p->table, "to", true);
	table_column(&p->table, "runs", true);
	for (i = *next; i < w->n && panel->nrows < ROWS_MOST; i++) {
		f = row_figure(&w->of[i], which);
		if (!f.n)
			continue;
		less |= metric_less(metric_of(which), w->of[i].run[0]);
		series_mark(s, f.median, panel->nrows, f.n > 1 ? f.interval.low : NAN,
			    f.interval.high);
		panel_row(panel, w->of[i].label);
		boots |= w->of[i].nboots > 1;
		least = f.n < least ? f.n : least;
		most = f.n > most ? f.n : most;
		coverage = f.n > 1 ? fmin(coverage, f.interval.coverage) : coverage;
		low = fmin(low, f.interval.low);
		high = fmax(high, f.interval.high);
		table_row(&p->table);
		table_cell(&p->table, 0, "%s", w->of[i].label);
		table_figure(&p->table, 1, figures[which].unit, f.median);
		table_figure(&p->table, 2, figures[which].unit, f.n > 1 ? f.interval.low : NAN);
		table_figure(&p->table, 3, figures[which].unit, f.n > 1 ? f.interval.high : NAN);
		table_cell(&p->table, 4, "%zu", f.n);
	}
	*next = i;
	panel->x.title = figures[which].unit == UNIT_RATE ? "a second" : figures[which].title;
	panel->x.unit = figures[which].unit;
	panel->x.log = far_apart(low, high);
	panel->x.zero = !panel->x.log;
	axis_take(&panel->x, low);
	axis_take(&panel->x, high);
	axis_round(&panel->x);
	picture_caption(p, less ? "Less is better." : "More is better.");
	tell_runs(p, least, most, coverage, boots);
}

/* NULL where nobody asks for what is not there. */
static const struct none *none_of(size_t which)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(nones); i++)
		if (!strcmp(nones[i].name, figures[which].name))
			return &nones[i];
	return NULL;
}

/* Whether some run of a case has more than 0 of the figure, whatever the median is. */
static bool any_run(const struct shown *s, size_t which)
{
	double value;
	size_t i;

	for (i = 0; i < s->nruns; i++)
		if (!metric_value(metric_of(which), s->run[i], &value) && value > 0)
			return true;
	return false;
}

/* Whether from a case on there is one more with the figure. */
static bool any_figure(const struct world *w, size_t which, size_t from)
{
	for (; from < w->n; from++)
		if (row_figure(&w->of[from], which).median > 0 ||
		    (none_of(which) && any_run(&w->of[from], which)))
			return true;
	return false;
}

/* In the place of a picture: all that there was has gone well. */
static void none_picture(struct album *a, const struct world *w, size_t which,
			 const struct none *none)
{
	struct table t = { 0 };
	struct picture *p;
	double all = 0, n;
	char *words;
	size_t i, k;

	table_column(&t, "case", false);
	table_column(&t, none->of, true);
	for (i = 0; i < w->n; i++) {
		if (!row_figure(&w->of[i], which).n)
			continue;
		for (k = 0, n = 0; k < w->of[i].nruns; k++)
			n += fmax(shown_number(w->of[i].run[k], OWN_FIGURES, none->of), 0);
		table_row(&t);
		table_cell(&t, 0, "%s", w->of[i].label);
		table_cell(&t, 1, "%.0f", n);
		all += n;
	}
	if (all) {
		words = album_text("%s in %.0f %s.", none->words, all, none->of);
		p = album_picture(a, w, figures[which].name,
				  album_text("%s: none", figures[which].title), words);
		p->table = t;
		free(words);
	} else {
		table_free(&t);
	}
}

static void rows_pictures(struct album *a, const struct world *w, size_t which)
{
	size_t next = 0;

	while (any_figure(w, which, next))
		rows_picture(a, w, which, &next, !next);
	if (!next && none_of(which))
		none_picture(a, w, which, none_of(which));
}

/* What a case has of a time, of all of its runs. */
struct curve {
	const struct shown *of;
	struct hist *hist;		/* NULL: its document has no buckets */
	double point[NR_POINTS];
	double count;
};

static int curve_of(struct curve *c, const struct shown *s, const char *group, char *message,
		    size_t size)
{
	struct metric m = { .group = group };
	size_t i;
	int ret;

	c->of = s;
	c->count = 0;
	for (i = 0; i < NR_POINTS; i++) {
		m.key = points[i].name;
		c->point[i] = shown_figure(s, &m).median;
	}
	if (isnan(c->point[0]))
		return 1;
	c->hist = malloc(sizeof(*c->hist));
	if (!c->hist)
		abort();
	hist_init(c->hist);
	for (i = 0; i < s->nruns; i++) {
		const json_t *distribution = json_object_get(s->run[i], group);

		if (!json_is_object(distribution))
			continue;
		c->count += fmax(shown_number(s->run[i], group, "count"), 0);
		ret = c->hist ? buckets_add(c->hist, distribution) : 0;
		if (ret < 0) {
			snprintf(message, size, "%s: %s.buckets are not those of its count",
				 s->name, group);
			return -1;
		}
		if (ret) {
			free(c->hist);
			c->hist = NULL;
		}
	}
	return 0;
}

/*
 * The share of times that are as long or longer, @y of 1, against the time @x; as percentiles
 * the time against 1 over that share.
 */
static void draw_curve(struct series *s, const struct curve *c, bool ccdf)
{
	double least, share;
	u64 above;
	size_t i;

	if (!c->hist) {
		for (i = 0; i < NR_POINTS; i++) {
			share = 1 - points[i].per_100k / 100000.0;
			/* A mean is no percentile, nor is one of fewer times than it takes. */
			if (points[i].read == READ_EXACTLY || (share && share * c->count < 1))
				continue;
			/* The greatest is one of all that there are. */
			if (!share)
				share = 1 / c->count;
			series_mark(s, ccdf ? c->point[i] : 1 / share,
				    ccdf ? share : c->point[i], NAN, NAN);
		}
		return;
	}
	above = c->hist->total;
	for (i = 0; i < HIST_BUCKETS && above; i++) {
		if (!c->hist->counts[i])
			continue;
		share = (double)above / c->hist->total;
		least = fmax(hist_least(i), 1);
		series_mark(s, ccdf ? least : 1 / share, ccdf ? share : least, NAN, NAN);
		above -= c->hist->counts[i];
	}
	share = 1.0 / c->hist->total;
	least = fmax(c->hist->max, 1);
	series_mark(s, ccdf ? least : 1 / share, ccdf ? share : least, NAN, NAN);
}

static void curve_axes(struct panel *p, const struct curve *curve, size_t n, const char *title,
		       bool ccdf)
{
	struct axis *time = ccdf ? &p->x : &p->y, *share = ccdf ? &p->y : &p->x;
	double least, power, most = 10;
	size_t i;

	*time = (struct axis){ .title = title, .unit = UNIT_TIME, .log = true, .least = 1 };
	*share = (struct axis){ .log = true, .least = 1 };
	for (i = 0; i < n; i++) {
		least = curve[i].hist ? fmax(curve[i].hist->min, 1) : curve[i].point[2];
		axis_take(time, least);
		axis_take(time, fmax(curve[i].point[NR_POINTS - 1],
				     curve[i].hist ? curve[i].hist->max : 0));
		most = fmax(most, curve[i].count);
	}
	axis_round(time);
	most = pow(10, ceil(log10(most) - 0.000000001));
	share->title = ccdf ? "share of times that are as long or longer" : "percentile";
	share->unit = ccdf ? UNIT_SHARE : UNIT_QUANTILE;
	share->least = ccdf ? 1 / most : 1;
	share->most = ccdf ? 1 : most;
	if (ccdf)
		return;
	share->tick[share->nticks++] = 1;
	share->tick[share->nticks++] = 2;
	for (power = 10; power <= most && share->nticks < TICKS_MOST; power *= 10)
		share->tick[share->nticks++] = power;
}

static void curve_table(struct table *t, const struct curve *curve, size_t n)
{
	size_t i, k;

	table_column(t, "case", false);
	table_column(t, "count", true);
	for (k = 0; k < NR_POINTS; k++)
		table_column(t, points[k].name, true);
	for (i = 0; i < n; i++) {
		table_row(t);
		table_cell(t, 0, "%s", curve[i].of->label);
		table_figure(t, 1, UNIT_PLAIN, curve[i].count);
		for (k = 0; k < NR_POINTS; k++)
			table_figure(t, 2 + k, UNIT_TIME, curve[i].point[k]);
	}
}

/**
 * album_part - which cases a picture has, where one has not all
 * @w: the world
 * @part: of its cases
 *
 * Return: ", 2 of 5 (closed to open)", after the sections; of one section after its cases; or "".
 * To be freed.
 */
char *album_part(const struct world *w, size_t part)
{
	const struct shown *first = NULL, *last = NULL;
	size_t i;

	if (w->nparts < 2)
		return album_text("%s", "");
	for (i = 0; i < w->n; i++) {
		if (!w->of[i].nruns || w->of[i].part != part)
			continue;
		first = first ?: &w->of[i];
		last = &w->of[i];
	}
	if (!first)
		return album_text("%s", "");
	if (first != last && shown_together(first, last))
		return album_text(", %zu of %zu (%s to %s)", part + 1, w->nparts, first->label,
				  last->label);
	if (first == last)
		return album_text(", %zu of %zu (%s)", part + 1, w->nparts, first->label);
	return album_text(", %zu of %zu (%.*s to %.*s)", part + 1, w->nparts,
			  (int)strcspn(first->name, "/"), first->name,
			  (int)strcspn(last->name, "/"), last->name);
}

static void curve_picture(struct album *a, const struct world *w, const char *time,
			  const struct curve *all, size_t nall, size_t begin, size_t end, bool ccdf)
{
	static const char *const captions[2] = {
		"How long the times are that so many of all do not exceed: each nine to the right is ten times as rare. Lower is better.",
		"Which share of all times is as long or longer: the further to the left and below, the better.",
	};
	char *name = album_text("%s%s", time, ccdf ? "-ccdf" : "");
	char *part = album_part(w, all[begin].of->part);
	struct picture *p = album_picture(a, w, name,
					  album_text("%c%s: %s%s", toupper(time[0]), time + 1,
						     ccdf ? "how rare long ones are" :
							    "percentiles", part),
					  captions[ccdf]);
	struct panel *panel = picture_panel(p, NULL);
	bool lines = false;
	size_t i;

	free(name);
	free(part);
	curve_axes(panel, all, nall, time, ccdf);
	for (i = begin; i < end; i++) {
		draw_curve(panel_series(panel, all[i].of->label, all[i].of->slot, STYLE_LINE),
			   &all[i], ccdf);
		lines |= !all[i].hist;
	}
	if (lines)
		picture_caption(p, "Where a document has no buckets, straight lines join the percentiles that it has.");
	curve_table(&p->table, all + begin, end - begin);
}

static int curves(struct album *a, const struct world *w, size_t kind, char *message, size_t size)
{
	struct curve *curve = calloc(w->n + 1, sizeof(*curve));
	char *group = album_text("%s_ns", time_kinds[kind].name);
	size_t i, n = 0, begin, end;
	int ret = 0, ccdf;

	if (!curve)
		abort();
	for (i = 0; i < w->n && ret >= 0; i++) {
		ret = curve_of(&curve[n], &w->of[i], group, message, size);
		n += !ret;
	}
	for (ccdf = 0; ccdf < 2 && ret >= 0; ccdf++)
		for (begin = 0; begin < n; begin = end) {
			for (end = begin; end < n; end++)
				if (curve[end].of->part != curve[begin].of->part)
					break;
			curve_picture(a, w, time_kinds[kind].name, curve, n, begin, end, ccdf);
		}
	for (i = 0; i < w->n; i++)
		free(curve[i].hist);
	free(curve);
	free(group);
	return ret < 0 ? -1 : 0;
}

/**
 * album_add - make all pictures of a world that its documents have the figures for
 * @a: where they are added
 * @w: the world
 * @message: what is wrong with a document
 * @size: bytes of @message
 *
 * Return: 0, or -1 with @message filled in.
 */
int album_add(struct album *a, const struct world *w, char *message, size_t size)
{
	size_t i;

	rows_pictures(a, w, 0);
	sweeps(a, w);
	for (i = 0; i < NR_ALL_TIMES; i++)
		if (curves(a, w, i, message, size))
			return -1;
	for (i = 1; i < ARRAY_SIZE(figures); i++)
		rows_pictures(a, w, i);
	shares(a, w);
	courses(a, w);
	requests(a, w);
	deaths(a, w);
	return 0;
}

/**
 * album_free - give the memory back
 * @a: the album
 */
void album_free(struct album *a)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		picture_free(&a->picture[i]);
	free(a->picture);
}

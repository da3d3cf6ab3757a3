// SPDX-License-Identifier: GPL-2.0
/* Cases that differ in one key whose values have an order: that key is the axis across. */
#include <linux/kernel.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "album.h"
#include "group.h"

/* So many values or fewer have a tick each. */
#define VALUES_MOST	10
/* From this factor between the least and the greatest on the axis is logarithmic. */
#define LOG_FROM	8

#define NANOSECONDS	1000000000.0

/**
 * struct swept - a case on the axis
 * @of: which
 * @value: of the key, on the axis
 * @unit: what that is measured in
 * @kind: the value but for its number: what has another is on no axis with it
 * @rest: what the case is beside the key: those with the same are joined
 * @label: the same in few words
 */
struct swept {
	size_t of;
	double value;
	enum figure_unit unit;
	char kind[96];
	char *rest;
	char *label;
};

static const struct {
	const char *suffix;
	double factor;
	enum figure_unit unit;
} suffixes[] = {
	{ "ns", 1, UNIT_TIME }, { "us", 1e3, UNIT_TIME }, { "ms", 1e6, UNIT_TIME },
	{ "s", 1e9, UNIT_TIME }, { "k", 1e3, UNIT_PLAIN }, { "M", 1e6, UNIT_PLAIN },
	{ "%", 0.01, UNIT_SHARE },
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* The first number of a value, with its unit: of "poisson:50us" 50,000 ns. */
static int parse_value(struct swept *s, const char *value)
{
	const char *number = value + strcspn(value, "0123456789");
	char *rest;
	size_t i;

	/* A digit in a name is none: cache_s3fifo. */
	if (!*number || (number > value && is_letter(number[-1])))
		return -1;
	s->unit = UNIT_PLAIN;
	s->value = strtod(number, &rest);
	for (i = 0; i < ARRAY_SIZE(suffixes); i++) {
		const size_t len = strlen(suffixes[i].suffix);

		if (strncmp(rest, suffixes[i].suffix, len) || is_letter(rest[len]))
			continue;
		s->value *= suffixes[i].factor;
		s->unit = suffixes[i].unit;
		rest += len;
		break;
	}
	snprintf(s->kind, sizeof(s->kind), "%.*s %u %s", (int)(number - value), value, s->unit,
		 rest);
	return 0;
}

/* What a mix comes to: the measured share of operations on the read side. */
static int read_share(struct swept *s, const struct shown *c)
{
	const json_t *worker;
	double ops = 0, reads = 0;
	size_t i;

	json_array_foreach(json_object_get(c->run[0], "per_worker"), i, worker) {
		ops += shown_number(worker, NULL, "ops");
		reads += shown_number(worker, NULL, "reads");
	}
	if (!(ops > 0) || isnan(reads))
		return -1;
	/* A random draw of a mix is about its share. */
	s->value = round(1000 * reads / ops) / 1000;
	s->unit = UNIT_SHARE;
	s->kind[0] = '\0';
	return 0;
}

/* All words of a case but those of the key; and its section, unless that tells the values. */
static char *rest_of(const struct world *w, size_t i, const char *key, bool section)
{
	const char *at = w->of[i].spec;
	const size_t key_len = strlen(key);
	char *text = NULL;
	size_t size, len;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	if (section)
		fprintf(f, "%.*s", (int)strcspn(w->of[i].name, "/"), w->of[i].name);
	for (; *at; at += len, at += *at == ' ') {
		len = strcspn(at, " ");
		if (len <= key_len || at[key_len] != '=' || memcmp(at, key, key_len))
			fprintf(f, " %.*s", (int)len, at);
	}
	fprintf(f, " %s", w->of[i].from);
	if (fclose(f))
		abort();
	return text;
}

static char *label_of(const struct world *w, size_t i, const char *key, bool section)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	labels_text(w->labels, i, key, section, f);
	if (strcmp(w->of[i].from, w->of[0].from))
		fprintf(f, " (%s)", w->of[i].from);
	if (!ftell(f))
		fputs("all cases", f);
	if (fclose(f))
		abort();
	return text;
}

static int by_rest(const void *x, const void *y)
{
	const struct swept *a = x, *b = y;

	return strcmp(a->kind, b->kind) ?: strverscmp(a->label, b->label) ?:
	       strcmp(a->rest, b->rest) ?: (a->value > b->value) - (a->value < b->value);
}

static void forget(struct swept *s)
{
	free(s->rest);
	free(s->label);
}

/* Those of the cases that have a place on the axis and are not on it yet; how many. */
static size_t collect(const struct world *w, const char *key, bool section, const bool *taken,
		      struct swept *all)
{
	size_t i, n = 0;
	char *value;
	int ret;

	for (i = 0; i < w->n; i++) {
		struct swept *s = &all[n];

		if (!w->of[i].nruns || taken[i])
			continue;
		value = labels_value(w->labels, i, key);
		if (!value)
			abort();
		ret = strcmp(key, "mix") ? parse_value(s, value) : read_share(s, &w->of[i]);
		free(value);
		if (ret)
			continue;
		s->of = i;
		s->rest = rest_of(w, i, key, section);
		s->label = label_of(w, i, key, section);
		n++;
	}
	qsort(all, n, sizeof(*all), by_rest);
	return n;
}

static bool joined(const struct swept *a, const struct swept *b)
{
	return !strcmp(a->kind, b->kind) && !strcmp(a->rest, b->rest);
}

/* How many from here on are one line. */
static size_t line_length(const struct swept *s, size_t n)
{
	size_t len = 1;

	while (len < n && joined(s, s + len))
		len++;
	return len;
}

/* Which time is told below the throughput: the response where there is one. */
static const struct metric *time_of(const struct world *w, const struct swept *s, size_t n)
{
	static const char *const names[] = { "response_p99", "wait_p99" };
	size_t i, k;

	for (k = 0; k < ARRAY_SIZE(names); k++) {
		const struct metric *m = metric_find(names[k]);

		for (i = 0; i < n; i++)
			if (shown_figure(&w->of[s[i].of], m).n)
				return m;
	}
	return NULL;
}

static void sweep_axis(struct axis *x, const struct swept *s, size_t n, const char *key)
{
	double least = INFINITY, most = 0;
	size_t i, k;

	*x = (struct axis){
		.title = key, .unit = s[0].unit, .least = 1,
	};
	for (i = 0; i < n; i++) {
		least = fmin(least, s[i].value);
		most = fmax(most, s[i].value);
	}
	x->log = least > 0 && most / least >= LOG_FROM;
	for (i = 0; i < n; i++) {
		axis_take(x, s[i].value);
		for (k = 0; k < x->nticks && x->tick[k] != s[i].value; k++)
			;
		if (k == x->nticks && k < TICKS_MOST)
			x->tick[x->nticks++] = s[i].value;
	}
	if (x->nticks > VALUES_MOST)
		x->nticks = 0;
	/* It ends where its values do, with some room. */
	if (x->log) {
		x->least /= pow(most / least, 0.04);
		x->most *= pow(most / least, 0.04);
	} else {
		x->least -= 0.04 * (most - least);
		x->most += 0.04 * (most - least);
	}
}

static void sweep_panel(struct picture *p, const struct world *w, const struct swept *s, size_t n,
			const char *key, const struct metric *time)
{
	struct panel *panel = picture_panel(p, time ? "99th percentile" : "Throughput");
	unsigned int slot = 0;
	size_t i, k, len;
	struct figure f;

	sweep_axis(&panel->x, s, n, key);
	panel->y.title = time ? strncmp(time->name, "wait", 4) ? "response" : "wait" : "a second";
	panel->y.unit = time ? UNIT_TIME : UNIT_RATE;
	panel->y.log = time;
	panel->y.zero = !time;
	for (i = 0; i < n; i += len) {
		struct series *line = panel_series(panel, s[i].label, slot++, STYLE_LINE);

		len = line_length(s + i, n - i);
		for (k = i; k < i + len; k++) {
			f = shown_figure(&w->of[s[k].of], time ?: shown_rate(&w->of[s[k].of]));
			series_mark(line, s[k].value, f.median, f.n > 1 ? f.interval.low : NAN,
				    f.n > 1 ? f.interval.high : NAN);
			axis_take(&panel->y, f.median);
			if (f.n > 1)
				axis_take(&panel->y, f.interval.low);
			if (f.n > 1)
				axis_take(&panel->y, f.interval.high);
		}
	}
	axis_round(&panel->y);
}

/*
 * What Little's law says of the response in a closed loop without think time: users over goodput;
 * NaN where that is not what ran, or nobody said how many users there are.
 */
static double little(const struct world *w, size_t i)
{
	char *users = labels_value(w->labels, i, "users");
	char *think = labels_value(w->labels, i, "think");
	char *offered = labels_value(w->labels, i, "offered");
	double value = NAN;

	if (!users || !think || !offered)
		abort();
	if (json_object_get(w->of[i].run[0], "scenario") && users[0] && !strcmp(think, "0ns") &&
	    (!offered[0] || !strcmp(offered, "closed")))
		value = strtod(users, NULL) * NANOSECONDS /
			shown_figure(&w->of[i], shown_rate(&w->of[i])).median;
	free(users);
	free(think);
	free(offered);
	return isfinite(value) ? value : NAN;
}

/* The mean response as lines, and as single shapes what it has to be. */
static void little_panel(struct picture *p, const struct world *w, const struct swept *s, size_t n,
			 const char *key)
{
	const struct metric mean = { .group = "response_ns", .key = "mean" };
	struct panel *panel = picture_panel(p, "Mean response, and users over goodput (Little's law)");
	struct series *line;
	unsigned int slot = 0;
	size_t i, k, len;
	double value;
	int law;

	sweep_axis(&panel->x, s, n, key);
	panel->y = (struct axis){ .title = "response", .unit = UNIT_TIME, .log = true, .least = 1 };
	for (i = 0; i < n; i += len, slot++) {
		len = line_length(s + i, n - i);
		for (law = 0; law < 2; law++) {
			line = panel_series(panel, law ? "Little's law" : s[i].label, slot,
					    law ? STYLE_POINTS : STYLE_LINE);
			for (k = i; k < i + len; k++) {
				value = law ? little(w, s[k].of) :
					shown_figure(&w->of[s[k].of], &mean).median;
				if (isnan(value))
					continue;
				series_mark(line, s[k].value, value, NAN, NAN);
				axis_take(&panel->y, value);
			}
		}
	}
	axis_round(&panel->y);
}

/* Whether the law says something of each case. */
static bool has_law(const struct world *w, const struct swept *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (isnan(little(w, s[i].of)))
			return false;
	return true;
}

static void sweep_table(struct table *t, const struct world *w, const struct swept *s, size_t n,
			const char *key, const struct metric *time)
{
	size_t i;

	table_column(t, "case", false);
	table_column(t, key, true);
	table_column(t, "a second", true);
	if (time)
		table_column(t, time->name, true);
	for (i = 0; i < n; i++) {
		const struct shown *c = &w->of[s[i].of];

		table_row(t);
		table_cell(t, 0, "%s", s[i].label);
		table_figure(t, 1, s[i].unit, s[i].value);
		table_figure(t, 2, UNIT_RATE, shown_figure(c, shown_rate(c)).median);
		if (time)
			table_figure(t, 3, UNIT_TIME, shown_figure(c, time).median);
	}
}

static void sweep_picture(struct album *a, const struct world *w, const struct swept *s, size_t n,
			  const char *key)
{
	const char *called = strcmp(key, "mix") ? key : "share of reads";
	const struct metric *time = time_of(w, s, n);
	char *name = album_text("by-%s", key);
	struct picture *p;

	p = album_picture(a, w, name, album_text("By %s", called),
			  "Cases that differ in this alone are joined. Of throughput more is better, of times less. Lines upwards and downwards are the interval of the median, where a case has several runs.");
	free(name);
	sweep_panel(p, w, s, n, called, NULL);
	if (time)
		sweep_panel(p, w, s, n, called, time);
	if (has_law(w, s, n))
		little_panel(p, w, s, n, called);
	sweep_table(&p->table, w, s, n, called, time);
}

/* All lines of one kind of value, as many in a picture as can be told apart. */
static void sweep_kind(struct album *a, const struct world *w, const struct swept *s, size_t n,
		       const char *key)
{
	size_t begin, end, lines;

	for (begin = 0; begin < n; begin = end) {
		for (end = begin, lines = 0; end < n && lines < PICTURE_SLOTS; lines++)
			end += line_length(s + end, n - end);
		sweep_picture(a, w, s + begin, end - begin, key);
	}
}

/* Lines of one point are none: how many are left, which are taken. */
static size_t drop_single(struct swept *s, size_t n, bool *taken)
{
	size_t i, k, len, kept = 0;

	for (i = 0; i < n; i += len) {
		bool single;

		len = line_length(s + i, n - i);
		single = s[i].value == s[i + len - 1].value;
		for (k = i; k < i + len; k++) {
			if (single)
				forget(&s[k]);
			else
				taken[s[k].of] = true;
		}
		if (single)
			continue;
		memmove(s + kept, s + i, len * sizeof(*s));
		kept += len;
	}
	return kept;
}

/* Whether two cases have another value of a key. */
static bool differs(const struct world *w, const char *key)
{
	char *first = labels_value(w->labels, 0, key), *other;
	bool differ = false;
	size_t i;

	for (i = 1; i < w->n && !differ; i++) {
		other = labels_value(w->labels, i, key);
		if (!first || !other)
			abort();
		differ = strcmp(first, other);
		free(other);
	}
	free(first);
	return differ;
}

static void sweep(struct album *a, const struct world *w, const char *key)
{
	struct swept *all = calloc(w->n + 1, sizeof(*all));
	bool *taken = calloc(w->n + 1, sizeof(*taken));
	size_t n = 0, i, end;
	int section;

	if (!all || !taken)
		abort();
	/* Within sections first; what is single there may be a sweep over sections. */
	for (section = 1; section >= 0; section--)
		n += drop_single(all + n, collect(w, key, section, taken, all + n), taken);
	qsort(all, n, sizeof(*all), by_rest);
	for (i = 0; i < n; i = end) {
		for (end = i; end < n && !strcmp(all[i].kind, all[end].kind); end++)
			;
		sweep_kind(a, w, all + i, end - i, key);
	}
	for (i = 0; i < n; i++)
		forget(&all[i]);
	free(all);
	free(taken);
}

/**
 * sweeps - a picture of each key that is swept
 * @a: where it is added
 * @w: the cases
 */
void sweeps(struct album *a, const struct world *w)
{
	const struct spec_key *key;
	unsigned int k;

	/* The seed has an order that means nothing. */
	for (k = 0; (key = spec_key_at(k)); k++)
		if (strcmp(key->name, "seed") && w->n && differs(w, key->name))
			sweep(a, w, key->name);
}

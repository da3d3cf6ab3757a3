// SPDX-License-Identifier: GPL-2.0
/* The result document as a table for people. */
#include <linux/kernel.h>
#include <linux/string.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "format.h"
#include "labels.h"
#include "terminal.h"
#include "unit.h"

/**
 * short_time - three digits and a unit: 0.3ns, 870ns, 4.1us, 12ms
 * @buf: where to
 * @size: its bytes; 16 are enough
 * @ns: the time in nanoseconds
 *
 * Return: @buf.
 */
const char *short_time(char *buf, size_t size, double ns)
{
	static const char *const units[] = { "ns", "us", "ms", "s" };
	int unit = 0;

	while (ns >= 999.5 && unit < 3) {
		ns /= 1000;
		unit++;
	}
	/* A count of nanoseconds has no decimal, a mean has. */
	snprintf(buf, size, ns < 9.95 && (unit || ns != (u64)ns) ? "%.1f%s" : "%.0f%s", ns,
		 units[unit]);
	return buf;
}

/**
 * short_count - three digits and a factor: 0.98, 870, 4.10k, 12M
 * @buf: where to
 * @size: its bytes; 16 are enough
 * @count: the count
 *
 * Return: @buf.
 */
const char *short_count(char *buf, size_t size, double count)
{
	static const char *const units[] = { "", "k", "M", "G" };
	int unit = 0;

	while (count >= 999.5 && unit < 3) {
		count /= 1000;
		unit++;
	}
	snprintf(buf, size, count < 9.95 && (unit || count != (u64)count) ? "%.2f%s" : "%.0f%s",
		 count, units[unit]);
	return buf;
}

static const char *verdict_colour(FILE *out, enum verdict verdict)
{
	return colour(out, verdict == VERDICT_PASS ? "\033[32m" :
			   verdict == VERDICT_SKIP ? "\033[33m" : "\033[31m");
}

static const char *plain(FILE *out)
{
	return colour(out, "\033[0m");
}

/* The figures of a row. */
enum figure {
	OPS, OPS_95, ELEMENTS, MISSES, WAIT_50, WAIT_99, WAIT_MAX, HOLD_50, RESPONSE_50,
	RESPONSE_99, RESPONSE_999, KNEE, CPU_OP, WAKE_OP, MEMORY, JAIN, OWN
};

/* So many columns are of scenarios' own figures: of one or two scenarios. */
#define OWN_MOST	12
#define NR_FIGURES	(OWN + OWN_MOST)

/* What each of them is in a row. */
#define FIGURE	24

/**
 * struct head - what a column is called
 * @name: in words below the table
 * @group: above it; that of several stands above the first one
 * @head: and below that
 */
struct head {
	const char *name;
	const char *group;
	const char *head;
};

/* Of a scenario's own figures these are made, where they are: see own_heads(). */
static const struct head figures[OWN] = {
	[OPS] = { "ops/s", "", "ops/s" },
	[OPS_95] = { "its 95%", "", "95%" },
	[ELEMENTS] = { "elements/s", "", "elem/s" },
	[MISSES] = { "misses", "", "miss" },
	[WAIT_50] = { "wait 50", "wait", "50" },
	[WAIT_99] = { "wait 99", "wait", "99" },
	[WAIT_MAX] = { "wait max", "wait", "max" },
	[HOLD_50] = { "hold 50", "hold", "50" },
	[RESPONSE_50] = { "resp 50", "resp", "50" },
	[RESPONSE_99] = { "resp 99", "resp", "99" },
	[RESPONSE_999] = { "resp 99.9", "resp", "99.9" },
	[KNEE] = { "knee", "", "knee/s" },
	[CPU_OP] = { "cpu an operation", "cpu", "/op" },
	[WAKE_OP] = { "wake-ups an operation", "wakes", "/op" },
	[MEMORY] = { "memory", "", "memory" },
	[JAIN] = { "jain", "", "jain" },
};

/* What a narrow terminal does without, the first one first. */
static const enum figure spared[] = {
	HOLD_50, JAIN, WAIT_MAX, MEMORY, WAKE_OP, RESPONSE_50, WAIT_50, MISSES, OPS_95, CPU_OP,
	RESPONSE_999, ELEMENTS
};

/**
 * struct heads - what all columns are called
 * @of: each
 * @nown: how many of these are own figures
 * @words: what the names of these are made of
 */
struct heads {
	struct head of[NR_FIGURES];
	unsigned int nown;
	char words[OWN_MOST][2][SPEC_NAME_LEN];
};

/**
 * struct part - a line below that of its case: a group of workers, or an operation
 * @name: of it
 * @figure: what it shows
 */
struct part {
	const char *name;
	char figure[NR_FIGURES][FIGURE];
};

/**
 * struct row - a line of the table
 * @run: the run whose figures it shows
 * @stolen: how many of the others do not count
 * @ops_per_s: with repeats: where the median of the case lies; 0 to 0 if unknown
 * @spec: the case in words
 * @figure: what it shows
 * @verdict: and its last column
 * @nparts: lines below it: where there are groups, each of them and each operation
 * @part: these
 */
struct row {
	const struct result *run;
	u32 stolen;
	struct interval ops_per_s;
	char spec[SPEC_TEXT];
	char figure[NR_FIGURES][FIGURE];
	char verdict[32];
	u32 nparts;
	struct part part[SPEC_GROUPS + SPEC_VERBS];
};

/*
 * With repeats a case has one line: that of the run in the middle, by its operations
 * a second. A case that did not pass has that of the first run that says so.
 */
static struct row pick(const struct document *d, u32 number, struct summary *s)
{
	const struct result *runs[STATS_MAX];
	struct row row = { 0 };
	double each[STATS_MAX];
	size_t n = 0, i, j, less;

	for (i = 0; i < d->n; i++) {
		const struct result *r = &d->results[i];

		if (r->number != number)
			continue;
		if (!result_counts(d->results, d->n, i)) {
			row.stolen++;
			continue;
		}
		if (!row.run || verdict_worse(row.run->verdict, r->verdict) != row.run->verdict)
			row.run = r;
		if (r->verdict != VERDICT_PASS || !r->complete)
			continue;
		result_summary(r, s);
		runs[n] = r;
		each[n++] = s->ops_per_s;
	}
	if (!n || row.run->verdict != VERDICT_PASS)
		return row;
	row.ops_per_s = stats_median_interval(each, n);
	for (i = 0; i < n; i++) {
		for (j = 0, less = 0; j < n; j++)
			less += each[j] < each[i] || (each[j] == each[i] && j < i);
		if (less == (n - 1) / 2)
			row.run = runs[i];
	}
	return row;
}

/* One row a case, in the order of the job; *n of them. */
static struct row *pick_rows(const struct document *d, struct summary *s, size_t *n)
{
	struct row *rows = calloc(d->n + 1, sizeof(*rows));
	u32 cases = 0, i;

	for (i = 0; i < d->n; i++)
		if (d->results[i].number >= cases)
			cases = d->results[i].number + 1;
	for (i = 0, *n = 0; i < cases && rows; i++) {
		rows[*n] = pick(d, i, s);
		/* An interrupt may have come before it. */
		*n += !!rows[*n].run;
	}
	return rows;
}

/* A percentile, or "-" where no single operation was timed. */
static const char *percentile(char *buf, size_t size, const struct hist *h, unsigned int per_100k)
{
	if (!h->total)
		return "-";
	return short_time(buf, size, hist_percentile(h, per_100k));
}

static void time_cell(char *figure, const struct hist *h, unsigned int per_100k)
{
	char buf[16];

	strscpy(figure, percentile(buf, sizeof(buf), h, per_100k), FIGURE);
}

static void no_cells(char (*figure)[FIGURE])
{
	unsigned int i;

	for (i = 0; i < NR_FIGURES; i++)
		strscpy(figure[i], "-", FIGURE);
}

static void wait_cells(char (*figure)[FIGURE], const struct hist *wait)
{
	time_cell(figure[WAIT_50], wait, 50000);
	time_cell(figure[WAIT_99], wait, 99000);
	time_cell(figure[WAIT_MAX], wait, 100000);
}

static void summary_cells(char (*figure)[FIGURE], const struct result *r, const struct summary *s)
{
	short_count(figure[OPS], FIGURE, s->ops_per_s);
	/* With roles an operation may be a look at what is empty: what was done are elements. */
	if (r->roles)
		short_count(figure[ELEMENTS], FIGURE, s->elements_per_s);
	if (!r->idles && s->misses)
		snprintf(figure[MISSES], FIGURE, "%.*f%%", s->miss_ratio < 0.0995,
			 100 * s->miss_ratio);
	wait_cells(figure, &s->time[TIMED_WAIT]);
	time_cell(figure[HOLD_50], &s->time[TIMED_HOLD], 50000);
	time_cell(figure[RESPONSE_50], &s->time[TIMED_RESPONSE], 50000);
	/* How late at worst is the question of an open loop. */
	if (s->open)
		time_cell(figure[RESPONSE_999], &s->time[TIMED_RESPONSE], 99900);
	/* A scenario's users do what is due. */
	if (!r->scenario)
		snprintf(figure[JAIN], FIGURE, "%.2f", s->jain);
}

/* What a figure is called here: a time has its unit in the value. */
static int figure_name(const struct result_figure *f)
{
	const size_t len = strlen(f->name), unit = strlen("_ns");

	return len > unit && !strcmp(f->name + len - unit, "_ns") ? len - unit : len;
}

static const char *figure_text(char *buf, size_t size, const struct result_figure *f)
{
	if (isnan(f->value))
		return "-";
	if (f->name[figure_name(f)])
		return short_time(buf, size, f->value);
	if (f->value >= 999.5)
		return short_count(buf, size, f->value);
	snprintf(buf, size, "%.3g", f->value);
	return buf;
}

/* The column of a figure; NULL where there is none. */
static const struct head *own_head(const struct heads *heads, const struct result_figure *f)
{
	unsigned int i;

	for (i = OWN; i < OWN + heads->nown; i++)
		if (!strcmp(heads->of[i].name, f->name))
			return &heads->of[i];
	return NULL;
}

/* The columns of a scenario: of one that begins like others what it begins with is the group. */
static void own_heads(struct heads *heads, const struct result_scenario *s)
{
	const char *group, *rest;
	struct head *head;
	char *words;
	int len;
	u32 i;

	for (i = 0; s && i < s->nfigures && heads->nown < OWN_MOST; i++) {
		if (!(s->figure[i].flags & FIGURE_COLUMN) || own_head(heads, &s->figure[i]))
			continue;
		group = s->figure[i].name;
		len = figure_name(&s->figure[i]);
		rest = memchr(group, '_', len);
		head = &heads->of[OWN + heads->nown];
		words = heads->words[heads->nown++][0];
		snprintf(words, SPEC_NAME_LEN, "%.*s", rest ? (int)(rest - group) : 0, group);
		snprintf(words + SPEC_NAME_LEN, SPEC_NAME_LEN, "%.*s",
			 len - (rest ? (int)(rest - group) + 1 : 0),
			 rest ? rest + 1 : group);
		*head = (struct head){ group, words, words + SPEC_NAME_LEN };
	}
}

static void own_cells(char (*figure)[FIGURE], const struct heads *heads,
		      const struct result_scenario *s)
{
	const struct head *head;
	char buf[16];
	u32 i;

	for (i = 0; i < s->nfigures; i++) {
		head = own_head(heads, &s->figure[i]);
		if (head)
			strscpy(figure[head - heads->of],
				figure_text(buf, sizeof(buf), &s->figure[i]), FIGURE);
	}
}

static void scenario_cells(char (*figure)[FIGURE], const struct heads *heads,
			   const struct result *r, const struct summary *s)
{
	const struct result_scenario *own = r->scenario;
	const double cpu_ns = result_per_op(own, own->cpu_ns);
	const double wakeups = result_per_op(own, own->wakeups);

	time_cell(figure[RESPONSE_99], &s->time[TIMED_RESPONSE], 99000);
	time_cell(figure[RESPONSE_999], &s->time[TIMED_RESPONSE], 99900);
	if (own->knee_per_s)
		short_count(figure[KNEE], FIGURE, own->knee_per_s);
	else if (own->nsteps)
		strscpy(figure[KNEE], "none", FIGURE);
	if (!isnan(cpu_ns))
		short_time(figure[CPU_OP], FIGURE, cpu_ns);
	if (!isnan(wakeups))
		short_count(figure[WAKE_OP], FIGURE, wakeups);
	if (own->memory_bytes != ~0ULL)
		short_count(figure[MEMORY], FIGURE, own->memory_bytes);
	own_cells(figure, heads, own);
}

static struct part *add_part(struct row *row, const char *name)
{
	struct part *part = &row->part[row->nparts++];

	part->name = name;
	no_cells(part->figure);
	return part;
}

/* Where there are groups: each of them, then each operation. */
static void fill_parts(struct row *row, struct summary *s)
{
	const struct result *r = row->run;
	struct part *part;
	u32 i;

	for (i = 0; i < r->spec.groups.n; i++) {
		result_group_summary(r, i, s);
		part = add_part(row, r->spec.groups.of[i].name);
		summary_cells(part->figure, r, s);
	}
	for (i = 0; i < r->nverbs && r->spec.groups.n; i++) {
		const struct result_verb *verb = &r->verbs[i];

		part = add_part(row, verb->name);
		if (r->span_ns)
			short_count(part->figure[OPS], FIGURE,
				    verb->time[TIMED_WAIT].total * 1e9 / r->span_ns);
		wait_cells(part->figure, &verb->time[TIMED_WAIT]);
		time_cell(part->figure[RESPONSE_50], &verb->time[TIMED_RESPONSE], 50000);
		time_cell(part->figure[RESPONSE_999], &verb->time[TIMED_RESPONSE], 99900);
	}
}

/* What a row shows. A figure of a case that failed is no figure. */
static void fill_row(struct row *row, const struct heads *heads, bool repeats, struct summary *s)
{
	const struct result *r = row->run;
	char low[16], high[16];

	if (spec_format(&r->spec, row->spec, sizeof(row->spec)) < 0)
		row->spec[0] = '\0';
	snprintf(row->verdict, sizeof(row->verdict), "%s%s", verdict_name(r->verdict),
		 r->complete || r->verdict == VERDICT_SKIP ? "" : ", incomplete");
	no_cells(row->figure);
	if (repeats && row->ops_per_s.high > 0)
		snprintf(row->figure[OPS_95], sizeof(row->figure[OPS_95]), "%s-%s",
			 short_count(low, sizeof(low), row->ops_per_s.low),
			 short_count(high, sizeof(high), row->ops_per_s.high));
	if (r->verdict != VERDICT_PASS && r->verdict != VERDICT_INCONCLUSIVE)
		return;
	result_summary(r, s);
	if (s->saturated || (r->scenario && r->scenario->saturated))
		strncat(row->verdict, ", saturated",
			sizeof(row->verdict) - strlen(row->verdict) - 1);
	summary_cells(row->figure, r, s);
	if (r->scenario)
		scenario_cells(row->figure, heads, r, s);
	fill_parts(row, s);
}

static size_t wider(size_t width, const char *text)
{
	return strlen(text) > width ? strlen(text) : width;
}

/* How wide a figure's column is; 0 where no row has it. */
static unsigned int figure_width(const struct heads *heads, const struct row *rows, size_t n,
				 unsigned int figure)
{
	size_t width = 0, i;
	u32 p;

	for (i = 0; i < n; i++) {
		if (figure == OPS || strcmp(rows[i].figure[figure], "-"))
			width = wider(width, rows[i].figure[figure]);
		for (p = 0; p < rows[i].nparts; p++)
			if (strcmp(rows[i].part[p].figure[figure], "-"))
				width = wider(width, rows[i].part[p].figure[figure]);
	}
	if (!width)
		return 0;
	return wider(wider(width, heads->of[figure].group), heads->of[figure].head);
}

/* What the line has room for beside these figures and the verdict. */
static unsigned int label_room(const unsigned int *width, unsigned int verdict)
{
	unsigned int taken = verdict, i;

	for (i = 0; i < NR_FIGURES; i++)
		taken += width[i] ? width[i] + 1 : 0;
	return columns() > taken + 1 ? columns() - taken : 1;
}

/*
 * Which figures there are, and room for; @missing: those that have gone for want of it. Whether a
 * case has one line, and what it was run for is in it.
 */
static bool fit(struct labels *l, const struct heads *heads, const struct row *rows, size_t n,
		unsigned int *width, char *missing, size_t size)
{
	unsigned int verdict = strlen("verdict"), i;
	bool all = true;

	missing[0] = '\0';
	for (i = 0; i < NR_FIGURES; i++)
		width[i] = i < OWN + heads->nown ? figure_width(heads, rows, n, i) : 0;
	for (i = 0; i < n; i++)
		if (strlen(rows[i].verdict) > verdict)
			verdict = strlen(rows[i].verdict);
	for (i = 0; i < ARRAY_SIZE(spared) + heads->nown; i++) {
		/* A scenario's own are what it was run for: the first of them is the last to go. */
		const unsigned int f = i < ARRAY_SIZE(spared) ? spared[i] :
				       OWN + heads->nown - 1 - (i - ARRAY_SIZE(spared));
		size_t len = strlen(missing);

		if (labels_fit(l, label_room(width, verdict), false))
			return all;
		if (!width[f])
			continue;
		snprintf(missing + len, size - len, "%s%s", len ? ", " : "", heads->of[f].name);
		width[f] = 0;
		all &= f < OWN;
	}
	all &= labels_fit(l, label_room(width, verdict), false);
	labels_fit(l, label_room(width, verdict), true);
	return all;
}

/* The line above the head, if there is anything to say. */
static void write_groups(FILE *out, const struct heads *heads, const struct labels *l,
			 const unsigned int *width)
{
	const char *last = "";
	unsigned int f, blanks = labels_width(l);
	bool any = false;

	for (f = 0; f < NR_FIGURES; f++) {
		if (!width[f])
			continue;
		blanks += width[f] + 1;
		if (!heads->of[f].group[0] || !strcmp(heads->of[f].group, last))
			continue;
		last = heads->of[f].group;
		fprintf(out, "%*s", (int)blanks - 1, last);
		blanks = 1;
		any = true;
	}
	if (any)
		fputc('\n', out);
}

static void write_figures(FILE *out, const unsigned int *width,
			  const char (*figure)[FIGURE])
{
	unsigned int f;

	for (f = 0; f < NR_FIGURES; f++)
		if (width[f])
			fprintf(out, "%*s ", (int)width[f], figure[f]);
}

/* Below the line of its case. */
static void write_part(FILE *out, const struct labels *l, const unsigned int *width,
		       const struct part *part)
{
	fprintf(out, "  %-*s", (int)labels_width(l) - 2, part->name);
	write_figures(out, width, part->figure);
	fputc('\n', out);
}

static void table(FILE *out, const struct heads *heads, const struct row *rows, size_t n);

/* A table for each of the sections, which have fewer keys that differ; not where there is one. */
static bool tables(FILE *out, const struct heads *heads, const struct labelled *cases,
		   const struct row *rows, size_t n)
{
	size_t begin, end;

	for (begin = 0; begin < n; begin = end) {
		for (end = begin + 1; end < n; end++)
			if (!labels_same_section(&cases[begin], &cases[end]))
				break;
		if (end - begin == n)
			return false;
		fprintf(out, "%s[%.*s]\n", begin ? "\n" : "",
			(int)strcspn(cases[begin].name, "/"), cases[begin].name);
		table(out, heads, rows + begin, end - begin);
	}
	return true;
}

static void table(FILE *out, const struct heads *heads, const struct row *rows, size_t n)
{
	struct labelled *cases = calloc(n + 1, sizeof(*cases));
	unsigned int width[NR_FIGURES], f;
	struct labels *l = NULL;
	char missing[512];
	size_t i;
	u32 p;

	for (i = 0; i < n && cases; i++)
		cases[i] = (struct labelled){ rows[i].run->name, rows[i].spec };
	if (cases && n)
		l = labels_new(cases, n);
	if (!l)
		goto out;
	for (i = 0; i < n; i++)
		for (p = 0; p < rows[i].nparts; p++)
			labels_widen(l, strlen(rows[i].part[p].name) + 3);
	if (!fit(l, heads, rows, n, width, missing, sizeof(missing)) &&
	    tables(out, heads, cases, rows, n))
		goto out;
	labels_common(l, out);
	write_groups(out, heads, l, width);
	labels_head(l, out);
	for (f = 0; f < NR_FIGURES; f++)
		if (width[f])
			fprintf(out, "%*s ", (int)width[f], heads->of[f].head);
	fputs("verdict\n", out);
	for (i = 0; i < n; i++) {
		labels_row(l, i, out);
		write_figures(out, width, rows[i].figure);
		fprintf(out, "%s%s%s\n", verdict_colour(out, rows[i].run->verdict),
			rows[i].verdict, plain(out));
		for (p = 0; p < rows[i].nparts; p++)
			write_part(out, l, width, &rows[i].part[p]);
	}
	if (missing[0])
		write_wrapped(out, "no room for: %s; a wider terminal has it, or --output-format=csv\n",
			      missing);
out:
	labels_free(l);
	free(cases);
}

/* What the interval of a median is worth, which of few runs, or fewer complete ones, is less. */
static void repeats(FILE *out, const struct document *d, const struct row *rows, size_t n)
{
	double least = 1;
	char few[40];
	size_t i;

	for (i = 0; i < n; i++)
		if (rows[i].ops_per_s.high > 0 && rows[i].ops_per_s.coverage < least)
			least = rows[i].ops_per_s.coverage;
	snprintf(few, sizeof(few), ", but of so few runs %.0f%%", least * 100);
	write_wrapped(out, "each line: the run with the median ops/s, of %u in random order; 95%%: of that median%s\n",
		      d->repeats, least < 1 - STATS_ALPHA ? few : "");
}

static void notes(FILE *out, const struct result *r, struct summary *s)
{
	u32 i;

	if (r->verdict == VERDICT_PASS) {
		result_summary(r, s);
		if (s->retries)
			write_wrapped(out, "%s: %llu %s (%.2g an operation)\n", r->name,
				      s->retries, s->retries == 1 ? "retry" : "retries",
				      (double)s->retries / s->ops);
		/* From there on the figures are in part the scheduler's. */
		if (s->run_delay > 0.1)
			write_wrapped(out, "%s: its workers wanted to run and had no CPU for %.0f%% of the measured time, preempted %llu time%s\n",
				      r->name, 100 * s->run_delay, s->preempted,
				      plural(s->preempted));
	}

	if (r->reason[0] && r->verdict != VERDICT_SKIP &&
	    !result_stolen(r->verdict, r->stolen))
		write_wrapped(out, "%s: %s: %s\n", r->name, verdict_name(r->verdict), r->reason);
	for (i = 0; i < r->nchecks; i++)
		if (r->checks[i].verdict == VERDICT_FAIL)
			write_wrapped(out, "%s: %s broken %llu time%s; the first: %s\n", r->name,
				      r->checks[i].name, r->checks[i].violations,
				      plural(r->checks[i].violations), r->checks[i].detail);
}

/* A case by its name, several by their number. */
static const char *of_cases(char *buf, size_t size, const char *name, u32 n)
{
	if (n == 1)
		return name;
	snprintf(buf, size, "%u cases", n);
	return buf;
}

/* Where the reason of a case names what it lacks, its lock or its structure: else its end. */
static size_t lack_at(const struct result *r, size_t *len)
{
	const char *const lacks[] = { r->spec.lock, r->spec.structure };
	char text[SPEC_NAME_LEN + 3];
	const char *at;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lacks); i++) {
		snprintf(text, sizeof(text), " %s:", lacks[i]);
		at = strstr(r->reason, text);
		*len = strlen(lacks[i]);
		if (at)
			return at + 1 - r->reason;
	}
	*len = 0;
	return strlen(r->reason);
}

/* Whether two cases were skipped for one reason, but for which lock or structure they lack. */
static bool skipped_alike(const struct result *a, const struct result *b)
{
	size_t alen, blen;
	const size_t at = lack_at(a, &alen);

	return a->verdict == VERDICT_SKIP && b->verdict == VERDICT_SKIP &&
	       lack_at(b, &blen) == at && !strncmp(a->reason, b->reason, at) &&
	       !strcmp(a->reason + at + alen, b->reason + at + blen);
}

/* All that cases lack which were skipped like one, each once. */
static char *all_lacks(const struct row *rows, size_t n, const struct result *like)
{
	size_t i, k, size, len;
	char *text = NULL;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	for (i = 0; i < n; i++) {
		if (!skipped_alike(rows[i].run, like))
			continue;
		for (k = 0; k < i; k++)
			if (skipped_alike(rows[k].run, like) &&
			    !strcmp(rows[k].run->reason, rows[i].run->reason))
				break;
		if (k < i)
			continue;
		k = lack_at(rows[i].run, &len);
		fprintf(f, "%s%.*s", ftell(f) ? ", " : "", (int)len, rows[i].run->reason + k);
	}
	if (fclose(f))
		abort();
	return text;
}

/* Why cases were skipped: those of one reason in one line. */
static void skips(FILE *out, const struct row *rows, size_t n)
{
	char cases[32], *lacks;
	size_t i, k, at, len;
	u32 alike;

	for (i = 0; i < n; i++) {
		const struct result *r = rows[i].run;

		/* Told with the first of them. */
		for (k = 0; k < i && !skipped_alike(rows[k].run, r); k++)
			;
		if (k < i || r->verdict != VERDICT_SKIP || !r->reason[0])
			continue;
		for (alike = 0; k < n; k++)
			alike += skipped_alike(rows[k].run, r);
		lacks = all_lacks(rows, n, r);
		at = lack_at(r, &len);
		write_wrapped(out, "%s: skip: %.*s%s%s\n",
			      of_cases(cases, sizeof(cases), r->name, alike), (int)at, r->reason,
			      lacks, r->reason + at + len);
		free(lacks);
	}
}

/* From this share on what the host took is worth a line. */
#define STOLEN_TOLD	0.05

/* What the host's scheduler has to do with the figures: all cases in one line of each kind. */
static void steals(FILE *out, const struct document *d, const struct row *rows, size_t n)
{
	struct {
		u32 n;
		const char *name;
		double least;
		double most;
	} told[2] = { };
	static const char *const meaning[2] = {
		"", ": its scheduler made the figures: run it where less runs beside",
	};
	static const char *const remedy[2] = {
		"", ", or --repeat it: runs that it disturbs less count",
	};
	char cases[32], share[32], cpus[96] = "";
	const char *const fewer[2] = { "", cpus };
	size_t i;
	int k;

	for (i = 0; i < n; i++) {
		const struct result *r = rows[i].run;

		if (rows[i].stolen)
			write_wrapped(out, "%s: %u of its %u runs do not count: the host's scheduler made their figures\n",
				      r->name, rows[i].stolen, d->repeats);
		k = result_stolen(r->verdict, r->stolen);
		if (!k && !(r->verdict == VERDICT_PASS && r->stolen > STOLEN_TOLD))
			continue;
		told[k].name = r->name;
		told[k].least = told[k].n ? fmin(told[k].least, r->stolen) : r->stolen;
		told[k].most = fmax(told[k].most, r->stolen);
		told[k].n++;
	}
	if (json_is_true(json_object_get(d->environment, "overcommitted")))
		snprintf(cpus, sizeof(cpus), ", with CONTEND_CPUS=%lld or less",
			 json_integer_value(json_object_get(d->environment, "host_cpus")));
	for (k = 0; k < 2; k++) {
		if (!told[k].n)
			continue;
		snprintf(share, sizeof(share), "%.0f%%", 100 * told[k].least);
		if (told[k].n > 1)
			snprintf(share, sizeof(share), "%.0f%% to %.0f%%", 100 * told[k].least,
				 100 * told[k].most);
		write_wrapped(out, "%s: the host took %s of the CPU time that was asked for%s%s%s\n",
			      of_cases(cases, sizeof(cases), told[k].name, told[k].n), share,
			      meaning[k], fewer[k], remedy[k]);
	}
}

/* What came of what was due. */
static void offered(FILE *out, const char *name, const char *group, const struct summary *s)
{
	static const char format[] =
		"%s%s%s: offered %s/s, served %s/s, at the end %llu unserved and %s late%s\n";
	char offered[16], served[16], late[16];

	if (s->open)
		write_wrapped(out, format, name, group[0] ? ", " : "", group,
			      short_count(offered, sizeof(offered), s->offered_per_s),
			      short_count(served, sizeof(served), s->ops_per_s), s->unserved,
			      short_time(late, sizeof(late), s->late_ns),
			      s->saturated ?
			      ": saturated, so that the response is that of this runtime" : "");
}

/* Times of a kind, for a line below the table. */
static const char *spread(char *text, size_t size, enum timed kind, const struct hist *h)
{
	const char *name = time_kinds[kind].name;
	char p50[16], p99[16], max[16];

	snprintf(text, size, "%s50 %s, %s99 %s, %smax %s", name,
		 percentile(p50, sizeof(p50), h, 50000), name,
		 percentile(p99, sizeof(p99), h, 99000), name,
		 percentile(max, sizeof(max), h, 100000));
	return text;
}

/* An open loop: what came of what was due, how late it was, and what of that it took itself. */
static void open_loop(FILE *out, const struct result *r, struct summary *s)
{
	char response[96], service[96];
	u32 g;

	if (r->verdict != VERDICT_PASS && r->verdict != VERDICT_INCONCLUSIVE)
		return;
	/* How late the table says. */
	for (g = 0; g < r->spec.groups.n; g++) {
		result_group_summary(r, g, s);
		offered(out, r->name, r->spec.groups.of[g].name, s);
	}
	if (g)
		return;
	result_summary(r, s);
	offered(out, r->name, "", s);
	if (!s->open || !s->time[TIMED_SERVICE].total)
		return;
	write_wrapped(out, "%s: %s; %s\n", r->name,
		      spread(response, sizeof(response), TIMED_RESPONSE, &s->time[TIMED_RESPONSE]),
		      spread(service, sizeof(service), TIMED_SERVICE, &s->time[TIMED_SERVICE]));
}

/* Why an open load was too much; "" where it was not. */
static const char *saturated(char *buf, size_t size, u32 why, u64 over, u64 answered, u64 late_ns)
{
	size_t n = 0;
	char late[16];

	buf[0] = '\0';
	if (why & SATURATED_LOST)
		n = scnprintf(buf, size, ": saturated: %.3g%% answered, less than %g%%",
			      100.0 * answered / over, 100 * SATURATED_ANSWERED);
	if (why & SATURATED_LATE)
		scnprintf(buf + n, size - n, "%s%s late at the end, more than %g%% of the time",
			  n ? ", and " : ": saturated: ", short_time(late, sizeof(late), late_ns),
			  100 * SATURATED_WAIT);
	return buf;
}

/* What came of an open load: of what it is nominal, of what came due. */
static void offered_load(FILE *out, const struct result *r)
{
	const struct result_scenario *s = r->scenario;
	const u64 answered = s->outcome[REQUEST_OK];
	char rate[16], late[16], why[128];

	if (!s->offered_per_s)
		return;
	saturated(why, sizeof(why), s->saturated, result_over(s->due, s->under_way), answered,
		  s->late_ns);
	write_wrapped(out,
		      "%s: offered %s/s nominal: %llu came due, %llu answered, at the end %llu under way, %llu unserved and %s late%s%s\n",
		      r->name, short_count(rate, sizeof(rate), s->offered_per_s), s->due, answered,
		      s->under_way, s->unserved, short_time(late, sizeof(late), s->late_ns), why,
		      s->saturated & SATURATED_LATE ?
		      ", so that the response is that of this runtime" : "");
}

/* Why a sweep has found no knee. */
static const char *no_knee(const struct result *r)
{
	const struct result_scenario *s = r->scenario;

	if (!r->complete)
		return "the run was ended before there was one";
	return s->step[0].answered ? "a tenth of what the closed loop did is too much already" :
				     "the closed loop answered nothing";
}

/* A sweep, step by step; the last one is that of the case. */
static void steps(FILE *out, const struct result *r)
{
	const struct result_scenario *s = r->scenario;
	char offered[16], answered[16], p50[16], p99[16], why[128];
	u32 i;

	if (!s->nsteps)
		return;
	if (!s->knee_per_s)
		write_wrapped(out, "%s: no knee: %s\n", r->name, no_knee(r));
	write_wrapped(out, "%s: the steps of its sweep, the last one is that of the case:\n",
		      r->name);
	fprintf(out, "%11s %11s %6s %6s\n", "offered/s", "answered/s", "50", "99");
	for (i = 0; i < s->nsteps; i++) {
		const struct result_step *step = &s->step[i];

		strscpy(offered, "closed", sizeof(offered));
		if (step->offered_per_s)
			short_count(offered, sizeof(offered), step->offered_per_s);
		fprintf(out, "%11s %11s %6s %6s%s%s\n", offered,
			short_count(answered, sizeof(answered), step->goodput_per_s),
			percentile(p50, sizeof(p50), &step->response, 50000),
			percentile(p99, sizeof(p99), &step->response, 99000),
			saturated(why, sizeof(why), step->saturated,
				  result_over(step->due, step->under_way), step->answered,
				  step->late_ns),
			s->knee_per_s && step->offered_per_s == s->knee_per_s ? ": the knee" : "");
	}
}

/* What became of requests, how long each stage took, and what the scenario itself found. */
static void scenario(FILE *out, const struct result *r)
{
	const struct result_scenario *s = r->scenario;
	char text[1024], a[16], b[16], c[16];
	size_t n = 0;
	u32 i;

	if (!s || (r->verdict != VERDICT_PASS && r->verdict != VERDICT_INCONCLUSIVE))
		return;
	steps(out, r);
	offered_load(out, r);
	for (i = REQUEST_OK + 1; i < NR_OUTCOMES; i++)
		if (s->outcome[i] && n < sizeof(text))
			n += snprintf(text + n, sizeof(text) - n, ", %llu %s", s->outcome[i],
				      outcome_names[i]);
	if (n || s->retries)
		write_wrapped(out, "%s: %llu request%s ended well%s; %llu %s tried again\n",
			      r->name, s->outcome[REQUEST_OK], plural(s->outcome[REQUEST_OK]),
			      n ? text : "", s->retries, s->retries == 1 ? "was" : "were");
	for (i = 0, n = 0; i < s->nstages; i++)
		if (s->stage[i].time.total)
			n += scnprintf(text + n, sizeof(text) - n, "%s %s %s/%s/%s", n ? "," : "",
				       s->stage[i].name,
				       percentile(a, sizeof(a), &s->stage[i].time, 50000),
				       percentile(b, sizeof(b), &s->stage[i].time, 99000),
				       percentile(c, sizeof(c), &s->stage[i].time, 100000));
	if (n)
		write_wrapped(out, "%s: stages of the service%s, 50/99/max:%s\n", r->name,
			      s->offered_per_s ? " (the wait before it is in the response alone)" :
			      "", text);
	for (i = 0, n = 0; i < s->nfigures; i++)
		n += scnprintf(text + n, sizeof(text) - n, "%s %.*s %s", n ? "," : "",
			       figure_name(&s->figure[i]), s->figure[i].name,
			       figure_text(a, sizeof(a), &s->figure[i]));
	if (n)
		write_wrapped(out, "%s: of all of the run:%s\n", r->name, text);
}

/* Whether a check of that name stands before one. */
static bool named_before(const struct result *r, u32 check)
{
	u32 i;

	for (i = 0; i < check && strcmp(r->checks[i].name, r->checks[check].name); i++)
		;
	return i < check;
}

/* The checks of a scenario that hold, where none does not; "" elsewhere. */
static const char *held_text(char *buf, size_t size, const struct result *r)
{
	size_t n = 0;
	u32 i;

	buf[0] = '\0';
	if (!r->scenario || (r->verdict != VERDICT_PASS && r->verdict != VERDICT_INCONCLUSIVE))
		return buf;
	for (i = 0; i < r->nchecks; i++)
		if (r->checks[i].verdict == VERDICT_PASS && !named_before(r, i))
			n += scnprintf(buf + n, size - n, "%s%s", n ? ", " : "", r->checks[i].name);
	return buf;
}

/* Cases of which the same checks hold have one line. */
static void held(FILE *out, const struct row *rows, size_t n)
{
	char text[1024], other[1024], cases[32];
	size_t i, j;
	u32 same;

	for (i = 0; i < n; i++) {
		if (!held_text(text, sizeof(text), rows[i].run)[0])
			continue;
		for (j = 0; j < i; j++)
			if (!strcmp(text, held_text(other, sizeof(other), rows[j].run)))
				break;
		if (j < i)
			continue;
		for (same = 0; j < n; j++)
			same += !strcmp(text, held_text(other, sizeof(other), rows[j].run));
		write_wrapped(out, "%s: checks: %s hold\n",
			      of_cases(cases, sizeof(cases), rows[i].run->name, same), text);
	}
}

/* Where the lock defers: when what was erased was freed. */
static void reclaim(FILE *out, const struct result *r)
{
	char text[96];

	if (!r->reclaim.total ||
	    (r->verdict != VERDICT_PASS && r->verdict != VERDICT_INCONCLUSIVE))
		return;
	write_wrapped(out, "%s: %s, backlog at most %llu\n", r->name,
		      spread(text, sizeof(text), TIMED_RECLAIM, &r->reclaim), r->backlog_max);
}

/* Of one group or of all workers: what waited, how long, what failed, what had several elements. */
static void blocked_of(FILE *out, const struct result *r, const char *group,
		       const struct summary *s)
{
	const struct hist *h = &s->time[TIMED_BLOCK];
	const char *before = group[0] ? ", " : "";
	char text[96];

	if (h->total)
		write_wrapped(out, "%s%s%s: %llu of %llu operations waited for an element, for room or for others: %s\n",
			      r->name, before, group, h->total, s->time[TIMED_WAIT].total,
			      spread(text, sizeof(text), TIMED_BLOCK, h));
	if (h->total && s->vain != ~0ULL && s->vain > s->wakeups / 10)
		write_wrapped(out, "%s%s%s: woken %llu time%s, of which %llu in vain: another task was first\n",
			      r->name, before, group, s->wakeups, plural(s->wakeups), s->vain);
	if (s->timeouts)
		write_wrapped(out, "%s%s%s: %llu of %llu operations gave up at their deadline: %s\n",
			      r->name, before, group, s->timeouts, s->ops,
			      spread(text, sizeof(text), TIMED_OVERDUE, &s->time[TIMED_OVERDUE]));
	if (r->idles && s->misses - s->timeouts > s->ops / 100)
		write_wrapped(out, "%s%s%s: %llu of %llu operations did nothing: there was no element, no room, or no place\n",
			      r->name, before, group, s->misses - s->timeouts, s->ops);
	if (!r->roles && s->elements > s->ops - s->misses)
		write_wrapped(out, "%s%s%s: %s elements/s in batches\n", r->name, before, group,
			      short_count(text, sizeof(text), s->elements_per_s));
}

/* Where producers and consumers need each other: how often one had nothing to do. */
static void blocked(FILE *out, const struct result *r, struct summary *s)
{
	u32 g;

	if (r->verdict != VERDICT_PASS && r->verdict != VERDICT_INCONCLUSIVE)
		return;
	for (g = 0; g < r->spec.groups.n; g++) {
		result_group_summary(r, g, s);
		blocked_of(out, r, r->spec.groups.of[g].name, s);
	}
	if (g)
		return;
	result_summary(r, s);
	blocked_of(out, r, "", s);
}

static bool same_harness(const struct result *a, const struct result *b)
{
	return !strcmp(a->spec.structure, b->spec.structure) &&
	       a->spec.measure == b->spec.measure;
}

/*
 * What the harness itself costs, from and to, by structure and by what is measured; it
 * depends on the mix, the keys and the stripes too. The kernel engine measures it.
 */
static char *harness(const struct result *results, size_t n)
{
	static const char *const measured[] = {
		[MEASURE_OPERATION] = "", [MEASURE_LOCK] = " (the lock alone)",
		[MEASURE_RATE] = " (untimed)",
	};
	char low[16], high[16], *costs = NULL;
	size_t i, j, size;
	FILE *out = open_memstream(&costs, &size);
	int any = 0;

	for (i = 0; i < n && out; i++) {
		u64 least = results[i].harness_ps, most = least;

		for (j = 0; j < i; j++)
			if (results[j].harness_ps && same_harness(&results[i], &results[j]))
				break;
		if (!least || j < i)
			continue;
		for (j = i + 1; j < n; j++) {
			if (!results[j].harness_ps || !same_harness(&results[i], &results[j]))
				continue;
			least = results[j].harness_ps < least ? results[j].harness_ps : least;
			most = results[j].harness_ps > most ? results[j].harness_ps : most;
		}
		short_time(low, sizeof(low), least / 1000.0);
		short_time(high, sizeof(high), most / 1000.0);
		fprintf(out, "%s%s%s %s", any++ ? ", " : "harness (null lock, one worker): ",
			results[i].spec.structure,
			measured[results[i].spec.measure], low);
		if (strcmp(low, high))
			fprintf(out, "-%s", high);
	}
	if (any)
		fputs(" an operation; ", out);
	if (out)
		fclose(out);
	return costs;
}

static const char *text(const json_t *environment, const char *key)
{
	const char *value = json_string_value(json_object_get(environment, key));

	return value && value[0] ? value : "none";
}

/**
 * environment_text - what makes a world, in words
 * @environment: of a document, or NULL
 *
 * Return: the words, to be freed. Where memory is short the program ends.
 */
char *environment_text(const json_t *environment)
{
	const json_int_t nodes = json_integer_value(json_object_get(environment, "numa_nodes"));
	char numa[32] = "", host[32] = "", spinlock[48] = "", *words;

	if (nodes > 1)
		snprintf(numa, sizeof(numa), " in %lld NUMA nodes", nodes);
	if (json_is_true(json_object_get(environment, "overcommitted")))
		snprintf(host, sizeof(host), " on %lld of the host",
			 json_integer_value(json_object_get(environment, "host_cpus")));
	/* A program has none. */
	if (strcmp(text(environment, "spinlock"), "none"))
		snprintf(spinlock, sizeof(spinlock), ", spinlock_t is %s",
			 text(environment, "spinlock"));
	if (asprintf(&words, "Linux %s, %s, %lld cpus%s%s%s, preemption %s, debug %s, mitigations %s",
		     text(environment, "kernel"), text(environment, "accel"),
		     json_integer_value(json_object_get(environment, "cpus")), numa, host, spinlock,
		     text(environment, "preemption"), text(environment, "debug"),
		     text(environment, "mitigations")) < 0)
		abort();
	return words;
}

/**
 * human_end - write all results as a table
 * @out: where to
 * @d: the results
 *
 * Return: 0, or -1 when memory is short.
 */
int human_end(FILE *out, const struct document *d)
{
	enum verdict overall = verdict_overall(d->results, d->n);
	size_t count[VERDICT_ERROR + 1] = { 0 }, i, n = 0;
	bool ended = false, bare = false, rate = false;
	struct summary *s = malloc(sizeof(*s));
	const json_t *environment = d->environment;
	struct row *rows = s ? pick_rows(d, s, &n) : NULL;
	struct heads heads = { 0 };
	char *costs, *world;
	int v, ret = -1;

	if (!rows)
		goto out;
	memcpy(heads.of, figures, sizeof(figures));
	for (i = 0; i < n; i++)
		own_heads(&heads, rows[i].run->scenario);
	for (i = 0; i < n; i++) {
		fill_row(&rows[i], &heads, d->repeats > 1, s);
		count[rows[i].run->verdict]++;
	}
	table(out, &heads, rows, n);
	for (i = 0; i < n; i++)
		notes(out, rows[i].run, s);
	skips(out, rows, n);
	steals(out, d, rows, n);
	if (d->repeats > 1)
		repeats(out, d, rows, n);
	for (i = 0; i < n; i++) {
		open_loop(out, rows[i].run, s);
		scenario(out, rows[i].run);
		blocked(out, rows[i].run, s);
		reclaim(out, rows[i].run);
	}
	held(out, rows, n);
	costs = harness(d->results, d->n);
	write_wrapped(out, "%sclock %.0fns a reading, in steps of %lldns\n", costs ?: "",
		      json_number_value(json_object_get(environment, "clock_ns")),
		      json_integer_value(json_object_get(environment, "clock_step_ns")));
	free(costs);
	world = environment_text(environment);
	write_wrapped(out, "world: %s\n", world);
	free(world);
	if (json_is_true(json_object_get(environment, "emulated")))
		fputs("times are emulated (tcg): compare them within this table only\n", out);
	for (i = 0; i < n; i++) {
		ended |= rows[i].run->spec.verify == VERIFY_END;
		bare |= rows[i].run->spec.measure == MEASURE_LOCK;
		rate |= rows[i].run->spec.measure == MEASURE_RATE;
	}
	if (ended)
		fputs("verification was lowered for some cases (verify=end)\n", out);
	if (bare)
		fputs("the lock alone was measured in some cases, and not checked (measure=lock)\n",
		      out);

	if (rate)
		fputs("single operations were not timed in some cases, but checked (measure=rate)\n",
		      out);

	if (d->n < d->planned)
		fprintf(out, "incomplete: %zu of %zu run%s\n", d->n, d->planned,
			plural(d->planned));
	fprintf(out, "verdict: %s%s%s (", verdict_colour(out, overall), verdict_name(overall),
		plain(out));
	for (v = 0, i = 0; v <= VERDICT_ERROR; v++)
		if (count[v])
			fprintf(out, "%s%zu %s", i++ ? ", " : "", count[v], verdict_name(v));
	fputs(")\n", out);
	ret = 0;
out:
	free(rows);
	free(s);
	return ret;
}

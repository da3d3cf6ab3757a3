// SPDX-License-Identifier: GPL-2.0
/*
 * Comma-separated values: a line a run and a line a group of its workers, or a line a bucket
 * of its distributions.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "metric.h"

/* A field may hold the commas of a mix: RFC 4180, section 2. */
static void csv_text(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void csv_count(FILE *out, bool kept, u64 count)
{
	if (kept)
		fprintf(out, ",%llu", count);
	else
		fputc(',', out);
}

static void csv_hist(FILE *out, const struct hist *h)
{
	size_t i;

	for (i = 0; i < NR_POINTS; i++)
		csv_count(out, h->total, points[i].value(h, points[i].per_100k));
}

static void csv_share(FILE *out, double share)
{
	if (isnan(share))
		fputc(',', out);
	else
		fprintf(out, ",%.4f", share);
}

/* Figures of a case that failed are not shown. */
static bool has_figures(const struct result *r)
{
	return r->nworkers && (r->verdict == VERDICT_PASS || r->verdict == VERDICT_INCONCLUSIVE);
}

/**
 * csv_begin - write the heading
 * @out: where to
 * @d: what follows
 *
 * Return: 0.
 */
int csv_begin(FILE *out, const struct document *d)
{
	size_t i, j;

	fputs("case,engine,lock,structure,workers,verdict,complete,kernel,accel,", out);
	fputs("ops,ops_per_s,jain,min_over_max,concurrency,harness_ns,", out);
	fputs("starved_ns,overtakes,bypass,handovers,local", out);
	for (i = 0; i < NR_TIMES; i++)
		for (j = 0; j < NR_POINTS; j++)
			fprintf(out, ",%s_%s_ns", time_kinds[i].name, points[j].name);
	fputs(",span_ns,offered_per_s,unserved,lateness_ns,stolen,timeouts", out);
	fputs(",scenario,architecture,goodput_per_s,knee_per_s,cpu_ns_per_op,wakeups_per_op,memory_bytes,figures",
	      out);
	fputs(d->repeats > 1 ? ",reason,repeat,group\n" : ",reason,group\n", out);
	return 0;
}

/* All that a scenario has found itself: which these are nobody knows before it has run. */
static void csv_own(FILE *out, const struct result_scenario *s)
{
	const char *blank = "";
	u32 i;

	fputs(",\"", out);
	for (i = 0; s && i < s->nfigures; i++) {
		if (isnan(s->figure[i].value))
			continue;
		fprintf(out, "%s%s=%.9g", blank, s->figure[i].name, s->figure[i].value);
		blank = " ";
	}
	fputc('"', out);
}

/* Of a scenario; empty where there are no figures, or where the run is none. */
static void csv_scenario(FILE *out, const struct result *r)
{
	const struct result_scenario *s = r->scenario;
	const bool figures = s && has_figures(r);

	fprintf(out, ",%s,%s,", s ? s->name : "", s ? s->architecture : "");
	if (figures)
		fprintf(out, "%.0f", s->goodput_per_s);
	csv_count(out, figures && s->knee_per_s, s ? s->knee_per_s : 0);
	csv_share(out, figures ? result_per_op(s, s->cpu_ns) : NAN);
	csv_share(out, figures ? result_per_op(s, s->wakeups) : NAN);
	csv_count(out, figures && s->memory_bytes != ~0ULL, s ? s->memory_bytes : 0);
	csv_own(out, figures ? s : NULL);
}

/* @s: of all workers, or of those of a group; zero where there are no figures */
static void csv_line(FILE *out, const struct document *d, const struct result *r, u32 workers,
		     const struct summary *s, const char *group)
{
	size_t j;

	csv_text(out, r->name);
	fprintf(out, ",%s,%s,%s,%u,%s,%d,%s,%s", r->spec.engine, r->spec.lock,
		r->spec.structure, workers, verdict_name(r->verdict), r->complete,
		json_string_value(json_object_get(d->environment, "kernel")),
		json_string_value(json_object_get(d->environment, "accel")));
	if (has_figures(r)) {
		fprintf(out, ",%llu,%.0f,%.4f,%.4f,%.4f,", s->ops, s->ops_per_s,
			s->jain, s->min_over_max, s->concurrency);
		/* Not measured: no figure. */
		if (r->harness_ps)
			fprintf(out, "%.3f", r->harness_ps / 1000.0);
		csv_count(out, s->time[TIMED_WAIT].total, s->starved_ns);
		csv_count(out, r->witnessed, s->overtakes);
		csv_count(out, r->witnessed, s->bypass);
		csv_share(out, s->handovers);
		csv_share(out, s->local);
	} else {
		fputs(",,,,,,,,,,,", out);
	}
	for (j = 0; j < NR_TIMES; j++)
		csv_hist(out, &s->time[j]);
	csv_count(out, s->ops, r->span_ns);
	if (s->open)
		fprintf(out, ",%.0f,%llu,%llu", s->offered_per_s, s->unserved, s->late_ns);
	else if (r->scenario && r->scenario->offered_per_s && has_figures(r))
		fprintf(out, ",%.0f,%llu,%llu", r->scenario->offered_per_s, r->scenario->unserved,
			r->scenario->late_ns);
	else
		fputs(",,,", out);
	csv_share(out, r->stolen);
	csv_count(out, s->deadline, s->timeouts);
	csv_scenario(out, r);
	fputc(',', out);
	csv_text(out, r->reason);
	if (d->repeats > 1)
		fprintf(out, ",%u", r->repeat);
	fprintf(out, ",%s\n", group);
}

/**
 * csv_result - write one run as a line, and each of its groups of workers as one more
 * @out: where to
 * @d: the results
 * @i: which of them
 *
 * Return: 0, or -1 when memory is short.
 */
int csv_result(FILE *out, const struct document *d, size_t i)
{
	const struct result *r = &d->results[i];
	const struct groups_spec *groups = &r->spec.groups;
	struct summary *s = calloc(1, sizeof(*s));
	u32 g;

	if (!s)
		return -1;
	if (has_figures(r))
		result_summary(r, s);
	csv_line(out, d, r, r->spec.workers, s, "");
	for (g = 0; g < groups->n && has_figures(r); g++) {
		result_group_summary(r, g, s);
		csv_line(out, d, r, groups->of[g].workers, s, groups->of[g].name);
	}
	free(s);
	return 0;
}

static void write_buckets(FILE *out, const struct result *r, const char *worker, const char *time,
			  const struct hist *h)
{
	u32 i;

	for (i = 0; i < HIST_BUCKETS; i++) {
		if (!h->counts[i])
			continue;
		csv_text(out, r->name);
		fprintf(out, ",%u,%s,%s,%llu,", r->repeat, worker, time, hist_least(i));
		/* The last one has no end but the greatest. */
		fprintf(out, "%llu,%llu\n", i + 1 < HIST_BUCKETS ? hist_least(i + 1) : h->max + 1,
			h->counts[i]);
	}
}

/**
 * histogram_begin - write the heading
 * @out: where to
 * @d: what follows
 *
 * Return: 0.
 */
int histogram_begin(FILE *out, const struct document *d)
{
	fputs("case,repeat,worker,time,from_ns,below_ns,count\n", out);
	return 0;
}

/**
 * histogram_result - write the distributions of one run
 * @out: where to
 * @d: the results
 * @i: which of them
 *
 * Those of a run that failed are not shown.
 *
 * Return: 0.
 */
int histogram_result(FILE *out, const struct document *d, size_t i)
{
	const struct result *r = &d->results[i];
	char worker[16];
	u32 w, t;

	if (r->verdict != VERDICT_PASS && r->verdict != VERDICT_INCONCLUSIVE)
		return 0;
	for (w = 0; w < r->nworkers; w++) {
		snprintf(worker, sizeof(worker), "%u", w);
		for (t = 0; t < NR_TIMES; t++)
			write_buckets(out, r, worker, time_kinds[t].name,
				      &r->workers[w].time[t]);
	}
	write_buckets(out, r, "all", time_kinds[TIMED_RECLAIM].name, &r->reclaim);
	return 0;
}

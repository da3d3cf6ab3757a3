// SPDX-License-Identifier: GPL-2.0
/* The result document as a table for people. */
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "result.h"

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

static const char *colour(FILE *out, enum verdict verdict)
{
	if (!isatty(fileno(out)) || getenv("NO_COLOR"))
		return "";
	return verdict == VERDICT_PASS ? "\033[32m" : verdict == VERDICT_SKIP ? "\033[33m" :
	       "\033[31m";
}

static const char *plain(FILE *out)
{
	return isatty(fileno(out)) && !getenv("NO_COLOR") ? "\033[0m" : "";
}

/**
 * struct row - a line of the table
 * @run: the run whose figures it shows
 * @ops_per_s: with repeats: where the median of the case lies; 0 to 0 if unknown
 */
struct row {
	const struct result *run;
	struct interval ops_per_s;
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

static void row(FILE *out, const struct document *d, const struct row *row, struct summary *s)
{
	const struct result *r = row->run;
	char low[16], high[16], both[40] = "-";
	char rate[16], p50[16], p99[16], max[16], hold[16], response[16];

	fprintf(out, "%-7s %-15s %-9s %4u ", r->spec.engine, r->spec.lock, r->spec.structure,
		r->spec.workers);
	if (r->verdict == VERDICT_PASS || r->verdict == VERDICT_INCONCLUSIVE) {
		result_summary(r, s);
		fprintf(out, "%7s %7s %7s %7s %7s %8s %5.2f  ",
			short_count(rate, sizeof(rate), s->ops_per_s),
			percentile(p50, sizeof(p50), &s->time[TIME_WAIT], 50000),
			percentile(p99, sizeof(p99), &s->time[TIME_WAIT], 99000),
			percentile(max, sizeof(max), &s->time[TIME_WAIT], 100000),
			percentile(hold, sizeof(hold), &s->time[TIME_HOLD], 50000),
			percentile(response, sizeof(response), &s->time[TIME_RESPONSE], 50000),
			s->jain);
	} else {
		/* A figure of a case that failed is no figure. */
		fprintf(out, "%7s %7s %7s %7s %7s %8s %5s  ", "-", "-", "-", "-", "-", "-", "-");
	}
	if (row->ops_per_s.high > 0)
		snprintf(both, sizeof(both), "%s-%s",
			 short_count(low, sizeof(low), row->ops_per_s.low),
			 short_count(high, sizeof(high), row->ops_per_s.high));
	if (d->repeats > 1)
		fprintf(out, "%11s  ", both);
	fprintf(out, "%s%s%s%s\n", colour(out, r->verdict), verdict_name(r->verdict), plain(out),
		r->complete || r->verdict == VERDICT_SKIP ? "" : " (incomplete)");
}

/* What the interval of a median is worth, which of few runs, or fewer complete ones, is less. */
static void repeats(FILE *out, const struct document *d, const struct row *rows, size_t n)
{
	double least = 1;
	size_t i;

	for (i = 0; i < n; i++)
		if (rows[i].ops_per_s.high > 0 && rows[i].ops_per_s.coverage < least)
			least = rows[i].ops_per_s.coverage;
	fprintf(out, "each line: the run with the median ops/s, of %u in random order; 95%%: of that median",
		d->repeats);
	if (least < 1 - STATS_ALPHA)
		fprintf(out, ", but of so few runs %.0f%%", least * 100);
	fputc('\n', out);
}

static void notes(FILE *out, const struct result *r, struct summary *s)
{
	u32 i;

	if (r->verdict == VERDICT_PASS) {
		result_summary(r, s);
		if (s->retries)
			fprintf(out, "%s: %llu retries (%.2g an operation)\n", r->name, s->retries,
				(double)s->retries / s->ops);
		/* From there on the figures are in part the scheduler's. */
		if (s->run_delay > 0.1)
			fprintf(out, "%s: its workers wanted to run and had no CPU for %.0f%% of the measured time, preempted %llu times\n",
				r->name, 100 * s->run_delay, s->preempted);
	}

	if (r->reason[0])
		fprintf(out, "%s: %s: %s\n", r->name, verdict_name(r->verdict), r->reason);
	for (i = 0; i < r->nchecks; i++)
		if (r->checks[i].verdict == VERDICT_FAIL)
			fprintf(out, "%s: %s broken %llu times; the first: %s\n", r->name,
				r->checks[i].name, r->checks[i].violations, r->checks[i].detail);
}

/* An open loop: what came of what was due, how late it was, and what of that it took itself. */
static void open_loop(FILE *out, const struct result *r, struct summary *s)
{
	char offered[16], served[16], late[16];
	u32 t;

	if (r->verdict != VERDICT_PASS && r->verdict != VERDICT_INCONCLUSIVE)
		return;
	result_summary(r, s);
	if (!s->open)
		return;
	fprintf(out, "%s: offered %s/s, served %s/s, at the end %llu unserved and %s late%s\n",
		r->name, short_count(offered, sizeof(offered), s->offered_per_s),
		short_count(served, sizeof(served), s->ops_per_s), s->unserved,
		short_time(late, sizeof(late), s->late_ns),
		s->saturated ? ": saturated, so that the response is that of this runtime" : "");
	if (!s->time[TIME_SERVICE].total)
		return;
	fprintf(out, "%s:", r->name);
	for (t = TIME_RESPONSE; t <= TIME_SERVICE; t++) {
		char p50[16], p99[16], max[16];

		fprintf(out, "%s %s50 %s, %s99 %s, %smax %s", t == TIME_RESPONSE ? "" : ";",
			result_times[t], percentile(p50, sizeof(p50), &s->time[t], 50000),
			result_times[t], percentile(p99, sizeof(p99), &s->time[t], 99000),
			result_times[t], percentile(max, sizeof(max), &s->time[t], 100000));
	}
	fputc('\n', out);
}

/* Where the lock defers: when what was erased was freed. */
static void reclaim(FILE *out, const struct result *r)
{
	char p50[16], p99[16], max[16];

	if (!r->reclaim.total ||
	    (r->verdict != VERDICT_PASS && r->verdict != VERDICT_INCONCLUSIVE))
		return;
	fprintf(out, "%s: reclaim50 %s, reclaim99 %s, reclaimmax %s, backlog at most %llu\n",
		r->name, percentile(p50, sizeof(p50), &r->reclaim, 50000),
		percentile(p99, sizeof(p99), &r->reclaim, 99000),
		percentile(max, sizeof(max), &r->reclaim, 100000), r->backlog_max);
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
static void harness(FILE *out, const struct result *results, size_t n)
{
	char low[16], high[16];
	size_t i, j;
	int any = 0;

	for (i = 0; i < n; i++) {
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
			results[i].spec.measure == MEASURE_LOCK ? " (the lock alone)" : "", low);
		if (strcmp(low, high))
			fprintf(out, "-%s", high);
	}
	if (any)
		fputs(" an operation; ", out);
}

static const char *text(const json_t *environment, const char *key)
{
	const char *value = json_string_value(json_object_get(environment, key));

	return value && value[0] ? value : "none";
}

/**
 * human_write - write all results as a table
 * @out: where to
 * @d: the results
 */
void human_write(FILE *out, const struct document *d)
{
	enum verdict overall = verdict_overall(d->results, d->n);
	size_t count[VERDICT_ERROR + 1] = { 0 }, i, n = 0;
	bool ended = false, bare = false;
	struct summary *s = malloc(sizeof(*s));
	const json_t *environment = d->environment;
	struct row *rows = s ? pick_rows(d, s, &n) : NULL;
	char numa[32] = "";
	json_int_t nodes;
	int v;

	if (!rows)
		goto out;
	fprintf(out, "%-7s %-15s %-9s %4s %7s %7s %7s %7s %7s %8s %5s  ", "engine", "lock",
		"structure", "wkrs", "ops/s", "wait50", "wait99", "waitmax", "hold50", "resp50",
		"jain");
	if (d->repeats > 1)
		fprintf(out, "%11s  ", "ops/s 95%");
	fputs("verdict\n", out);
	for (i = 0; i < n; i++) {
		row(out, d, &rows[i], s);
		count[rows[i].run->verdict]++;
	}
	for (i = 0; i < n; i++)
		notes(out, rows[i].run, s);
	if (d->repeats > 1)
		repeats(out, d, rows, n);
	for (i = 0; i < n; i++) {
		open_loop(out, rows[i].run, s);
		reclaim(out, rows[i].run);
	}
	harness(out, d->results, d->n);
	fprintf(out, "clock %.0fns a reading, in steps of %lldns\n",
		json_number_value(json_object_get(environment, "clock_ns")),
		json_integer_value(json_object_get(environment, "clock_step_ns")));
	nodes = json_integer_value(json_object_get(environment, "numa_nodes"));
	if (nodes > 1)
		snprintf(numa, sizeof(numa), " in %lld NUMA nodes", nodes);
	fprintf(out, "world: Linux %s, %s, %lld cpus%s, spinlock_t is %s, preemption %s, debug %s, mitigations %s\n",
		text(environment, "kernel"), text(environment, "accel"),
		json_integer_value(json_object_get(environment, "cpus")), numa,
		text(environment, "spinlock"), text(environment, "preemption"),
		text(environment, "debug"), text(environment, "mitigations"));
	if (json_is_true(json_object_get(environment, "emulated")))
		fputs("times are emulated (tcg): compare them within this table only\n", out);
	for (i = 0; i < n; i++) {
		ended |= rows[i].run->spec.verify == VERIFY_END;
		bare |= rows[i].run->spec.measure == MEASURE_LOCK;
	}
	if (ended)
		fputs("verification was lowered for some cases (verify=end)\n", out);
	if (bare)
		fputs("the lock alone was measured in some cases, and not checked (measure=lock)\n",
		      out);

	fprintf(out, "verdict: %s%s%s (", colour(out, overall), verdict_name(overall), plain(out));
	for (v = 0, i = 0; v <= VERDICT_ERROR; v++)
		if (count[v])
			fprintf(out, "%s%zu %s", i++ ? ", " : "", count[v], verdict_name(v));
	fputs(")\n", out);
out:
	free(rows);
	free(s);
}

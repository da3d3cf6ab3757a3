// SPDX-License-Identifier: GPL-2.0
/*
 * The result document, schema contend.result/1, as JSON and what is made of
 * it: one JSON object a line, or comma-separated values. Units are in the keys.
 */
#include <glob.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "libcontend/contend.h"
#include "metric.h"
#include "result.h"

#define SCHEMA	"contend.result/1"

static void cpu_model(char *model, size_t size)
{
	FILE *f = fopen("/proc/cpuinfo", "r");
	char line[256];

	strscpy(model, "unknown", size);
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		char *colon = strchr(line, ':');

		if (!colon || strncmp(line, "model name", 10))
			continue;
		colon[strcspn(colon, "\n")] = '\0';
		strscpy(model, colon + 2, size);
		break;
	}
	fclose(f);
}

/* A kernel without NUMA has one. */
static int numa_nodes(void)
{
	glob_t g;
	int n = 0;

	if (!glob("/sys/devices/system/node/node[0-9]*", 0, NULL, &g))
		n = g.gl_pathc;
	globfree(&g);
	return n ?: 1;
}

/* mitigations= on the kernel's command line: it changes what a lock costs. */
static void mitigations(char *value, size_t size)
{
	FILE *f = fopen("/proc/cmdline", "r");
	char line[4096], *at;

	strscpy(value, "default", size);
	if (!f)
		return;
	if (fgets(line, sizeof(line), f)) {
		/* The last one counts. */
		for (at = line; (at = strstr(at, "mitigations=")); ) {
			at += strlen("mitigations=");
			snprintf(value, size, "%.*s", (int)strcspn(at, " \n"), at);
		}
	}
	fclose(f);
}

/* Runs of one boot share what it has, such as where memory lies; NULL if nobody knows. */
static const char *boot_id(char *id, size_t size)
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "r");
	const char *got = f ? fgets(id, size, f) : NULL;

	if (f)
		fclose(f);
	if (got)
		id[strcspn(id, "\n")] = '\0';
	return got;
}

/**
 * environment_json - the world that results belong to
 * @device: from contend_open()
 *
 * Return: an object, or NULL when memory is short.
 */
json_t *environment_json(int device)
{
	const char *accel = getenv("CONTEND_ACCEL");
	char model[256], mitigation[64], boot[64];
	struct contend_info info = { };
	struct utsname kernel;
	json_t *env, *module;
	int ret;

	ret = contend_info(device, &info);
	uname(&kernel);
	cpu_model(model, sizeof(model));
	mitigations(mitigation, sizeof(mitigation));
	if (!accel)
		accel = "host";
	env = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:i, s:i, s:s, s:s*}",
			"kernel", kernel.release, "kernel_version", kernel.version,
			"machine", kernel.machine, "cpu", model, "accel", accel,
			"emulated", !strcmp(accel, "tcg"), "cpus", (int)info.cpus,
			"numa_nodes", numa_nodes(), "mitigations", mitigation,
			"boot_id", boot_id(boot, sizeof(boot)));
	if (!env || ret)
		return env;
	module = json_pack("{s:s, s:s, s:s, s:s, s:s, s:f, s:I}",
			   "version", info.version, "spinlock", info.spinlock,
			   "preemption", info.preemption, "debug", info.debug,
			   "clock", "ktime_get_mono_fast_ns", "clock_ns", info.clock_ps / 1000.0,
			   "clock_step_ns", (json_int_t)info.clock_step_ns);
	json_object_update_new(env, module);
	return env;
}

static json_t *hist_json(const struct hist *h)
{
	json_t *doc;

	if (!h->total)
		return json_null();
	doc = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
			"mean", (json_int_t)hist_mean(h),
			"trimmed_mean", (json_int_t)hist_trimmed_mean(h, 99000),
			"p50", (json_int_t)hist_percentile(h, 50000),
			"p90", (json_int_t)hist_percentile(h, 90000),
			"p99", (json_int_t)hist_percentile(h, 99000),
			"p999", (json_int_t)hist_percentile(h, 99900),
			"p9999", (json_int_t)hist_percentile(h, 99990),
			"max", (json_int_t)h->max);
	/* As great as the histogram ends, or greater: their percentiles are the greatest. */
	if (h->counts[HIST_BUCKETS - 1])
		json_object_set_new(doc, "beyond", json_integer(h->counts[HIST_BUCKETS - 1]));
	return doc;
}

/* What a loop or an engine may not have is absent where it is empty. */
static void times_json(json_t *doc, const struct hist *times)
{
	char key[32];
	u32 t;

	for (t = 0; t < NR_TIMES; t++) {
		snprintf(key, sizeof(key), "%s_ns", result_times[t]);
		if (t <= TIME_HOLD || times[t].total)
			json_object_set_new(doc, key, hist_json(&times[t]));
	}
}

/* What has no value is null: a share of nothing, a count that nobody kept. */
static json_t *share_json(double share)
{
	return isnan(share) ? json_null() : json_real(share);
}

static json_t *count_json(bool kept, u64 count)
{
	return kept ? json_integer(count) : json_null();
}

/* The figures: not shown for a case that has failed. */
static void figures_json(json_t *doc, const struct result *r)
{
	struct summary *s = malloc(sizeof(*s));
	json_t *workers = json_array();
	u32 i;

	if (!s)
		return;
	result_summary(r, s);
	json_object_set_new(doc, "ops", json_integer(s->ops));
	json_object_set_new(doc, "ops_per_s", json_real(s->ops_per_s));
	json_object_set_new(doc, "span_ns", json_integer(r->span_ns));
	if (s->open) {
		json_object_set_new(doc, "offered_per_s", json_real(s->offered_per_s));
		json_object_set_new(doc, "unserved", json_integer(s->unserved));
		json_object_set_new(doc, "lateness_ns", json_integer(s->late_ns));
		json_object_set_new(doc, "saturated", json_boolean(s->saturated));
	}
	json_object_set_new(doc, "misses", json_integer(s->misses));
	json_object_set_new(doc, "retries", json_integer(s->retries));
	times_json(doc, s->time);
	if (r->reclaim.total) {
		json_object_set_new(doc, "reclaim_ns", hist_json(&r->reclaim));
		json_object_set_new(doc, "backlog_max", json_integer(r->backlog_max));
	}
	json_object_set_new(doc, "fairness",
			    json_pack("{s:f, s:f, s:o, s:o, s:o, s:o, s:o}", "jain", s->jain,
				      "min_over_max", s->min_over_max,
				      "starved_ns", count_json(s->time[TIME_WAIT].total,
							       s->starved_ns),
				      "overtakes", count_json(r->witnessed, s->overtakes),
				      "bypass", count_json(r->witnessed, s->bypass),
				      "handovers", share_json(s->handovers),
				      "local", share_json(s->local)));
	json_object_set_new(doc, "concurrency", json_real(s->concurrency));
	json_object_set_new(doc, "preempted", json_integer(s->preempted));
	json_object_set_new(doc, "run_delay", share_json(s->run_delay));
	json_object_set_new(doc, "harness_ns", r->harness_ps ?
			    json_real(r->harness_ps / 1000.0) : json_null());
	for (i = 0; i < r->nworkers; i++) {
		const struct result_worker *w = &r->workers[i];
		json_t *one = json_pack("{s:i, s:i, s:s, s:I, s:I, s:I, s:I, s:I}",
					"worker", (int)i, "cpu", (int)w->cpu,
					"context", spec_context_name(w->context),
					"ops", (json_int_t)w->ops, "reads", (json_int_t)w->reads,
					"misses", (json_int_t)w->misses,
					"retries", (json_int_t)w->retries,
					"violations", (json_int_t)w->violations);

		times_json(one, w->time);
		json_object_set_new(one, "starved_ns", count_json(w->time[TIME_WAIT].total,
								  w->starved_ns));
		json_object_set_new(one, "overtakes", count_json(r->witnessed, w->overtakes));
		json_object_set_new(one, "bypass", count_json(r->witnessed, w->bypass));
		json_object_set_new(one, "handovers", count_json(r->witnessed, w->handovers));
		json_object_set_new(one, "local", count_json(r->witnessed, w->local));
		json_object_set_new(one, "preempted", json_integer(w->preempted));
		json_object_set_new(one, "run_delay_ns", count_json(w->run_delay_ns != ~0ULL,
								    w->run_delay_ns));
		if (s->open) {
			json_object_set_new(one, "unserved", json_integer(w->arrivals.unserved));
			json_object_set_new(one, "lateness_ns", json_integer(w->arrivals.late_ns));
		}
		json_array_append_new(workers, one);
	}
	json_object_set_new(doc, "per_worker", workers);
	free(s);
}

/**
 * result_json - one case as in results[]
 * @r: the case
 *
 * Return: an object, or NULL when memory is short.
 */
json_t *result_json(const struct result *r)
{
	json_t *doc, *checks = json_array();
	char spec[1024];
	u32 i;

	if (spec_format(&r->spec, spec, sizeof(spec)) < 0)
		spec[0] = '\0';
	doc = json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:b}",
			"case", r->name, "engine", r->spec.engine, "lock", r->spec.lock,
			"structure", r->spec.structure, "workers", (int)r->spec.workers,
			"verdict", verdict_name(r->verdict), "complete", r->complete);
	if (!doc)
		return NULL;
	if (r->reason[0])
		json_object_set_new(doc, "reason", json_string(r->reason));
	json_object_set_new(doc, "verify", json_string(r->spec.verify == VERIFY_FULL ?
						       "full" : "end"));
	json_object_set_new(doc, "job", json_pack("{s:s, s:s}", "file", r->file, "spec", spec));
	for (i = 0; i < r->nchecks; i++) {
		const struct result_check *c = &r->checks[i];

		json_array_append_new(checks, json_pack("{s:s, s:s, s:I, s:s}",
							"name", c->name,
							"verdict", verdict_name(c->verdict),
							"violations", (json_int_t)c->violations,
							"detail", c->detail));
	}
	json_object_set_new(doc, "checks", checks);
	if (r->nworkers && (r->verdict == VERDICT_PASS || r->verdict == VERDICT_INCONCLUSIVE))
		figures_json(doc, r);
	return doc;
}

/* What all repeats of a case say together: figures only when all of them passed. */
static json_t *summary_json(const json_t *runs, const struct document *d, u32 number)
{
	enum verdict verdict = VERDICT_SKIP;
	json_t *summary = NULL, *figures;
	double each[STATS_MAX];
	size_t i, m, n = 0;

	for (i = 0; i < d->n; i++) {
		const struct result *r = &d->results[i];

		if (r->number != number)
			continue;
		verdict = verdict_worse(verdict, r->verdict);
		n++;
		if (!summary)
			summary = json_pack("{s:s, s:s, s:s, s:s, s:i}", "case", r->name,
					    "engine", r->spec.engine, "lock", r->spec.lock,
					    "structure", r->spec.structure,
					    "workers", (int)r->spec.workers);
	}
	if (!summary)
		return NULL;
	json_object_set_new(summary, "runs", json_integer(n));
	json_object_set_new(summary, "verdict", json_string(verdict_name(verdict)));
	for (m = 0; m < nmetrics && verdict == VERDICT_PASS; m++) {
		for (i = 0, n = 0; i < d->n; i++)
			if (d->results[i].number == number && d->results[i].complete &&
			    !metric_value(&metrics[m], json_array_get(runs, i), &each[n]))
				n++;
		if (!n)
			continue;
		figures = summary;
		if (metrics[m].group) {
			figures = json_object_get(summary, metrics[m].group);
			if (!figures) {
				figures = json_object();
				json_object_set_new(summary, metrics[m].group, figures);
			}
		}
		json_object_set_new(figures, metrics[m].key, sample_json(each, n));
	}
	return summary;
}

/* Only where there are repeats. */
static void repeats_json(json_t *doc, const json_t *runs, const struct document *d)
{
	json_t *summary, *list = json_array();
	u32 i, cases = 0;

	for (i = 0; i < d->n; i++)
		if (d->results[i].number >= cases)
			cases = d->results[i].number + 1;
	for (i = 0; i < cases; i++) {
		summary = summary_json(runs, d, i);
		/* An interrupt may have come before it. */
		if (summary)
			json_array_append_new(list, summary);
	}
	json_object_set_new(doc, "repeats", json_integer(d->repeats));
	json_object_set_new(doc, "seed", json_integer(d->seed));
	json_object_set_new(doc, "summary", list);
}

/**
 * document_json - all results as one document
 * @d: the results
 *
 * Return: the document, or NULL when memory is short.
 */
json_t *document_json(const struct document *d)
{
	json_t *list = json_array(), *doc, *one;
	size_t i;

	for (i = 0; i < d->n; i++) {
		one = result_json(&d->results[i]);
		if (d->repeats > 1)
			json_object_set_new(one, "repeat", json_integer(d->results[i].repeat));
		json_array_append_new(list, one);
	}
	doc = json_pack("{s:s, s:O, s:O}", "schema", SCHEMA, "environment", d->environment,
			"results", list);
	if (doc && d->provenance)
		json_object_set(doc, "provenance", d->provenance);
	if (doc && d->repeats > 1)
		repeats_json(doc, list, d);
	json_object_set_new(doc, "verdict",
			    json_string(verdict_name(verdict_overall(d->results, d->n))));
	json_decref(list);
	return doc;
}

static int write_json(FILE *out, const struct document *d)
{
	json_t *doc = document_json(d);
	int ret = json_dumpf(doc, out, JSON_INDENT(2) | JSON_REAL_PRECISION(9));

	fputc('\n', out);
	json_decref(doc);
	return ret;
}

/* Each line stands alone, so each carries its world; the last has the verdict. */
static int write_ndjson(FILE *out, const struct document *d)
{
	json_t *doc = document_json(d), *line, *list = json_object_get(doc, "results");
	size_t i, cases = d->n;
	int ret = doc ? 0 : -1;

	json_array_foreach(list, i, line) {
		json_object_set_new(line, "schema", json_string(SCHEMA));
		json_object_set(line, "environment", d->environment);
		if (d->provenance)
			json_object_set(line, "provenance", d->provenance);
		ret |= json_dumpf(line, out, JSON_COMPACT | JSON_REAL_PRECISION(9));
		fputc('\n', out);
	}
	if (d->repeats > 1)
		cases = json_array_size(json_object_get(doc, "summary"));
	json_object_set_new(doc, "cases", json_integer(cases));
	json_object_del(doc, "results");
	json_object_del(doc, "environment");
	ret |= json_dumpf(doc, out, JSON_COMPACT | JSON_REAL_PRECISION(9));
	fputc('\n', out);
	json_decref(doc);
	return ret;
}

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

static void csv_hist(FILE *out, const struct hist *h)
{
	static const unsigned int per_100k[] = { 50000, 90000, 99000, 99900, 99990, 100000 };
	size_t i;

	if (!h->total) {
		fputs(",,,,,,,,", out);
		return;
	}
	fprintf(out, ",%llu,%llu", hist_mean(h), hist_trimmed_mean(h, 99000));
	for (i = 0; i < ARRAY_SIZE(per_100k); i++)
		fprintf(out, ",%llu", hist_percentile(h, per_100k[i]));
}

static void csv_count(FILE *out, bool kept, u64 count)
{
	if (kept)
		fprintf(out, ",%llu", count);
	else
		fputc(',', out);
}

static void csv_share(FILE *out, double share)
{
	if (isnan(share))
		fputc(',', out);
	else
		fprintf(out, ",%.4f", share);
}

static int write_csv(FILE *out, const struct document *d)
{
	static const char *const points[] = {
		"mean", "trimmed_mean", "p50", "p90", "p99", "p999", "p9999", "max",
	};
	struct summary *s = malloc(sizeof(*s));
	size_t i, j;

	if (!s)
		return -1;
	fputs("case,engine,lock,structure,workers,verdict,complete,kernel,accel,", out);
	fputs("ops,ops_per_s,jain,min_over_max,concurrency,harness_ns,", out);
	fputs("starved_ns,overtakes,bypass,handovers,local", out);
	for (i = 0; i < NR_TIMES; i++)
		for (j = 0; j < ARRAY_SIZE(points); j++)
			fprintf(out, ",%s_%s_ns", result_times[i], points[j]);
	fputs(",span_ns,offered_per_s,unserved,lateness_ns", out);
	fputs(d->repeats > 1 ? ",reason,repeat\n" : ",reason\n", out);
	for (i = 0; i < d->n; i++) {
		const struct result *r = &d->results[i];

		csv_text(out, r->name);
		fprintf(out, ",%s,%s,%s,%u,%s,%d,%s,%s", r->spec.engine, r->spec.lock,
			r->spec.structure, r->spec.workers, verdict_name(r->verdict), r->complete,
			json_string_value(json_object_get(d->environment, "kernel")),
			json_string_value(json_object_get(d->environment, "accel")));
		memset(s, 0, sizeof(*s));
		if (r->nworkers && (r->verdict == VERDICT_PASS ||
				    r->verdict == VERDICT_INCONCLUSIVE)) {
			result_summary(r, s);
			fprintf(out, ",%llu,%.0f,%.4f,%.4f,%.4f,", s->ops, s->ops_per_s,
				s->jain, s->min_over_max, s->concurrency);
			/* Not measured: no figure. */
			if (r->harness_ps)
				fprintf(out, "%.3f", r->harness_ps / 1000.0);
			csv_count(out, s->time[TIME_WAIT].total, s->starved_ns);
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
			fprintf(out, ",%.0f,%llu,%llu,", s->offered_per_s, s->unserved, s->late_ns);
		else
			fputs(",,,,", out);
		csv_text(out, r->reason);
		if (d->repeats > 1)
			fprintf(out, ",%u", r->repeat);
		fputc('\n', out);
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

/* The distributions themselves: those of a case that failed are not shown. */
static int write_histogram(FILE *out, const struct document *d)
{
	char worker[16];
	size_t i;
	u32 w, t;

	fputs("case,repeat,worker,time,from_ns,below_ns,count\n", out);
	for (i = 0; i < d->n; i++) {
		const struct result *r = &d->results[i];

		if (r->verdict != VERDICT_PASS && r->verdict != VERDICT_INCONCLUSIVE)
			continue;
		for (w = 0; w < r->nworkers; w++) {
			snprintf(worker, sizeof(worker), "%u", w);
			for (t = 0; t < NR_TIMES; t++)
				write_buckets(out, r, worker, result_times[t],
					      &r->workers[w].time[t]);
		}
		write_buckets(out, r, "all", "reclaim", &r->reclaim);
	}
	return 0;
}

/**
 * document_write - write all results
 * @out: where to
 * @format: how
 * @d: the results
 *
 * Return: 0, or -1 when it could not be written.
 */
int document_write(FILE *out, enum format format, const struct document *d)
{
	int ret = 0;

	switch (format) {
	case FORMAT_HUMAN:
		human_write(out, d);
		break;
	case FORMAT_JSON:
		ret = write_json(out, d);
		break;
	case FORMAT_NDJSON:
		ret = write_ndjson(out, d);
		break;
	case FORMAT_CSV:
		ret = write_csv(out, d);
		break;
	case FORMAT_HISTOGRAM:
		ret = write_histogram(out, d);
		break;
	}
	if (ret || fflush(out) || ferror(out))
		return -1;
	return 0;
}

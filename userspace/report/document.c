// SPDX-License-Identifier: GPL-2.0
/*
 * The result document, schema contend.result/1: one JSON object, or one a line. Units are
 * in the keys.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "buckets.h"
#include "format.h"
#include "metric.h"

#define SCHEMA	"contend.result/1"

static json_t *hist_json(const struct hist *h)
{
	json_t *doc;
	size_t i;

	if (!h->total)
		return json_null();
	doc = json_object();
	json_object_set_new(doc, "count", json_integer(h->total));
	for (i = 0; i < NR_POINTS; i++)
		json_object_set_new(doc, points[i].name,
				    json_integer(points[i].value(h, points[i].per_100k)));
	/* As great as the histogram ends, or greater: their percentiles are the greatest. */
	if (h->counts[HIST_BUCKETS - 1])
		json_object_set_new(doc, "beyond", json_integer(h->counts[HIST_BUCKETS - 1]));
	return doc;
}

/*
 * What a loop or an engine may not have is absent where it is empty. @of_verb: those that are
 * known of each operation.
 */
static void times_json(json_t *doc, const struct hist *times, bool of_verb)
{
	char key[32];
	enum timed t;

	for (t = 0; t < NR_TIMES; t++) {
		if (of_verb && !time_kinds[t].of_verb)
			continue;
		snprintf(key, sizeof(key), "%s_ns", time_kinds[t].name);
		if (t <= TIMED_HOLD || times[t].total)
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

/* What some workers have done together: all of them, or a group. */
static void workers_json(json_t *doc, const struct result *r, const struct summary *s)
{
	json_object_set_new(doc, "ops", json_integer(s->ops));
	json_object_set_new(doc, "ops_per_s", json_real(s->ops_per_s));
	if (s->open) {
		json_object_set_new(doc, "offered_per_s", json_real(s->offered_per_s));
		json_object_set_new(doc, "unserved", json_integer(s->unserved));
		json_object_set_new(doc, "lateness_ns", json_integer(s->late_ns));
		json_object_set_new(doc, "saturated", json_boolean(s->saturated));
	}
	json_object_set_new(doc, "misses", json_integer(s->misses));
	if (s->deadline)
		json_object_set_new(doc, "timeouts", json_integer(s->timeouts));
	json_object_set_new(doc, "miss_ratio", share_json(s->miss_ratio));
	json_object_set_new(doc, "elements", json_integer(s->elements));
	json_object_set_new(doc, "elements_per_s", json_real(s->elements_per_s));
	json_object_set_new(doc, "retries", json_integer(s->retries));
	times_json(doc, s->time, false);
	json_object_set_new(doc, "fairness",
			    json_pack("{s:f, s:f, s:o, s:o, s:o, s:o, s:o}", "jain", s->jain,
				      "min_over_max", s->min_over_max,
				      "starved_ns", count_json(s->time[TIMED_WAIT].total,
							       s->starved_ns),
				      "overtakes", count_json(r->witnessed, s->overtakes),
				      "bypass", count_json(r->witnessed, s->bypass),
				      "handovers", share_json(s->handovers),
				      "local", share_json(s->local)));
	if (s->time[TIMED_BLOCK].total) {
		json_object_set_new(doc, "wakeups", count_json(s->wakeups != ~0ULL, s->wakeups));
		json_object_set_new(doc, "wakeups_in_vain", count_json(s->vain != ~0ULL, s->vain));
	}
	json_object_set_new(doc, "preempted", json_integer(s->preempted));
	json_object_set_new(doc, "run_delay", share_json(s->run_delay));
}

/*
 * What a curve is drawn from, of that which stands for a run: those of each worker and each
 * operation would make the document ten times as long.
 */
static void buckets_of(json_t *doc, const char *key, const struct hist *h)
{
	if (h->total)
		json_object_set_new(json_object_get(doc, key), "buckets", buckets_json(h));
}

/* By themselves: what each group of workers did, and each operation. */
static void parts_json(json_t *doc, const struct result *r, struct summary *s)
{
	json_t *groups = json_array(), *verbs = json_array(), *one;
	u32 i;

	for (i = 0; i < r->spec.groups.n; i++) {
		result_group_summary(r, i, s);
		one = json_pack("{s:s, s:i}", "name", r->spec.groups.of[i].name,
				"workers", (int)r->spec.groups.of[i].workers);
		workers_json(one, r, s);
		json_array_append_new(groups, one);
	}
	for (i = 0; i < r->nverbs; i++) {
		const struct result_verb *verb = &r->verbs[i];
		const u64 ops = verb->time[TIMED_WAIT].total;

		one = json_pack("{s:s, s:I, s:f}", "name", verb->name, "ops", (json_int_t)ops,
				"ops_per_s", r->span_ns ? ops * 1e9 / r->span_ns : 0);
		times_json(one, verb->time, true);
		json_array_append_new(verbs, one);
	}
	json_object_set_new(doc, "groups", groups);
	json_object_set_new(doc, "verbs", verbs);
}

/* The figures: not shown for a case that has failed. */
static void figures_json(json_t *doc, const struct result *r)
{
	struct summary *s = malloc(sizeof(*s));
	json_t *workers = json_array();
	char key[32];
	enum timed t;
	u32 i;

	if (!s)
		return;
	result_summary(r, s);
	workers_json(doc, r, s);
	for (t = 0; t < NR_TIMES; t++) {
		snprintf(key, sizeof(key), "%s_ns", time_kinds[t].name);
		buckets_of(doc, key, &s->time[t]);
	}
	json_object_set_new(doc, "span_ns", json_integer(r->span_ns));
	if (r->reclaim.total) {
		json_object_set_new(doc, "reclaim_ns", hist_json(&r->reclaim));
		buckets_of(doc, "reclaim_ns", &r->reclaim);
		json_object_set_new(doc, "backlog_max", json_integer(r->backlog_max));
	}
	json_object_set_new(doc, "concurrency", json_real(s->concurrency));
	if (!isnan(r->stolen))
		json_object_set_new(doc, "steal_ns", json_integer(r->steal_ns));
	json_object_set_new(doc, "stolen", share_json(r->stolen));
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

		if (r->spec.groups.n)
			json_object_set_new(one, "group",
					    json_string(r->spec.groups.of[w->group].name));
		times_json(one, w->time, false);
		json_object_set_new(one, "starved_ns", count_json(w->time[TIMED_WAIT].total,
								  w->starved_ns));
		json_object_set_new(one, "overtakes", count_json(r->witnessed, w->overtakes));
		json_object_set_new(one, "bypass", count_json(r->witnessed, w->bypass));
		json_object_set_new(one, "handovers", count_json(r->witnessed, w->handovers));
		json_object_set_new(one, "local", count_json(r->witnessed, w->local));
		if (w->time[TIMED_BLOCK].total) {
			json_object_set_new(one, "wakeups", count_json(w->wakeups != ~0ULL,
								       w->wakeups));
			json_object_set_new(one, "wakeups_in_vain", count_json(w->vain != ~0ULL,
									       w->vain));
		}
		if (s->deadline)
			json_object_set_new(one, "timeouts", json_integer(w->timeouts));
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
	parts_json(doc, r, s);
	free(s);
}

static json_t *outcomes_json(const u64 *outcome)
{
	json_t *doc = json_object();
	u32 i;

	for (i = 0; i < NR_OUTCOMES; i++)
		json_object_set_new(doc, outcome_names[i], json_integer(outcome[i]));
	return doc;
}

/* Times by stage, of those that there were. */
static json_t *stage_times_json(const struct result_scenario *s, const u64 *ns)
{
	json_t *doc = json_object();
	u32 i;

	for (i = 0; i < s->nstages; i++)
		if (ns[i])
			json_object_set_new(doc, s->stage[i].name, json_integer(ns[i]));
	return doc;
}

static void timeline_json(json_t *doc, const struct result_scenario *s)
{
	json_t *timeline = json_array(), *one, *gauges;
	u32 i, g;

	for (i = 0; i < s->npoints; i++) {
		const struct result_point *p = &s->point[i];
		const bool any = p->outcome[REQUEST_OK];

		one = json_pack("{s:I, s:o, s:o, s:o}", "at_ns", (json_int_t)p->at_ns,
				"outcomes", outcomes_json(p->outcome),
				"response_p50_ns", count_json(any, p->p50_ns),
				"response_p99_ns", count_json(any, p->p99_ns));
		gauges = json_object();
		for (g = 0; g < s->ngauges; g++)
			json_object_set_new(gauges, s->gauge[g], json_integer(p->gauges[g]));
		json_object_set_new(one, "gauges", gauges);
		json_array_append_new(timeline, one);
	}
	json_object_set_new(doc, "timeline", timeline);
}

/* Of a scenario that is timeline_json(). */
static void moments_json(json_t *doc, const struct result *r)
{
	static const char *const names[NR_MOMENT_TIMES][2] = {
		[MOMENT_WAIT] = { "wait_p50_ns", "wait_p99_ns" },
		[MOMENT_RESPONSE] = { "response_p50_ns", "response_p99_ns" },
	};
	json_t *timeline = json_array(), *one;
	u32 i, t;

	for (i = 0; i < r->nmoments; i++) {
		const struct result_moment *m = &r->moments[i];

		one = json_pack("{s:I, s:I}", "at_ns", (json_int_t)m->at_ns,
				"ops", (json_int_t)m->ops);
		for (t = 0; t < NR_MOMENT_TIMES; t++) {
			json_object_set_new(one, names[t][0],
					    count_json(m->counted[t], m->p50_ns[t]));
			json_object_set_new(one, names[t][1],
					    count_json(m->counted[t], m->p99_ns[t]));
		}
		json_object_set_new(one, "gauges",
				    json_pack("{s:I, s:I}", "elements", (json_int_t)m->elements,
					      "backlog", (json_int_t)m->backlog));
		json_array_append_new(timeline, one);
	}
	json_object_set_new(doc, "timeline", timeline);
}

static void deaths_json(json_t *doc, const struct result_scenario *s)
{
	json_t *deaths = json_array();
	u32 i;

	for (i = 0; i < s->ndeaths; i++) {
		const struct result_death *d = &s->death[i];

		json_array_append_new(deaths, json_pack("{s:I, s:I, s:I, s:I, s:I}",
							"at_ns", (json_int_t)d->at_ns,
							"since", (json_int_t)d->since,
							"recovery_ns", (json_int_t)d->recovery_ns,
							"lost", (json_int_t)d->lost,
							"doubled", (json_int_t)d->doubled));
	}
	json_object_set_new(doc, "deaths", deaths);
}

static void steps_json(json_t *doc, const struct result_scenario *s)
{
	json_t *steps = json_array();
	u32 i;

	for (i = 0; i < s->nsteps; i++) {
		const struct result_step *step = &s->step[i];

		json_array_append_new(steps, json_pack("{s:o, s:o, s:f, s:b, s:o}", "offered_per_s",
						       step->offered_per_s ?
						       json_real(step->offered_per_s) : json_null(),
						       "due", count_json(step->offered_per_s,
									 step->due),
						       "goodput_per_s", step->goodput_per_s,
						       "saturated", !!step->saturated,
						       "response_ns", hist_json(&step->response)));
	}
	json_object_set_new(doc, "steps", steps);
	json_object_set_new(doc, "knee_per_s", s->knee_per_s ? json_real(s->knee_per_s) :
							       json_null());
}

/* What a scenario has beside. */
static void scenario_json(json_t *doc, const struct result *r)
{
	const struct result_scenario *s = r->scenario;
	json_t *stages = json_array(), *figures = json_object(), *traces = json_array();
	json_t *less = json_array(), *columns = json_array();
	u32 i;

	json_object_set_new(doc, "outcomes", outcomes_json(s->outcome));
	json_object_set_new(doc, "tries_again", json_integer(s->retries));
	json_object_set_new(doc, "goodput_per_s", json_real(s->goodput_per_s));
	if (s->offered_per_s) {
		json_object_set_new(doc, "offered_per_s", json_real(s->offered_per_s));
		json_object_set_new(doc, "due", json_integer(s->due));
		json_object_set_new(doc, "under_way", json_integer(s->under_way));
		json_object_set_new(doc, "unserved", json_integer(s->unserved));
		json_object_set_new(doc, "lateness_ns", json_integer(s->late_ns));
		json_object_set_new(doc, "saturated", json_boolean(s->saturated));
	}
	json_object_set_new(doc, "cpu_ns_per_op", share_json(result_per_op(s, s->cpu_ns)));
	json_object_set_new(doc, "wakeups_per_op", share_json(result_per_op(s, s->wakeups)));
	json_object_set_new(doc, "memory_bytes", count_json(s->memory_bytes != ~0ULL,
							    s->memory_bytes));
	for (i = 0; i < s->nstages; i++)
		json_array_append_new(stages, json_pack("{s:s, s:o}", "name", s->stage[i].name,
							"time_ns", hist_json(&s->stage[i].time)));
	json_object_set_new(doc, "stages", stages);
	for (i = 0; i < s->nfigures; i++) {
		json_object_set_new(figures, s->figure[i].name, share_json(s->figure[i].value));
		if (s->figure[i].flags & FIGURE_LESS)
			json_array_append_new(less, json_string(s->figure[i].name));
		if (s->figure[i].flags & FIGURE_COLUMN)
			json_array_append_new(columns, json_string(s->figure[i].name));
		if (s->figure[i].flags & FIGURE_COMPARED)
			json_object_set_new(doc, "compared_by", json_string(s->figure[i].name));
	}
	json_object_set_new(doc, "figures", figures);
	json_object_set_new(doc, "less_is_better", less);
	json_object_set_new(doc, "columns", columns);
	for (i = 0; i < s->ntraces; i++) {
		const struct result_trace *t = &s->trace[i];

		json_array_append_new(traces,
				      json_pack("{s:I, s:I, s:I, s:o, s:s, s:o}",
						"id", (json_int_t)t->id,
						"due_ns", (json_int_t)t->due_ns,
						"response_ns", (json_int_t)t->response_ns,
						"deadline_ns", count_json(t->deadline_ns,
									  t->deadline_ns),
						"outcome", outcome_names[t->outcome],
						"stages_ns", stage_times_json(s, t->stage_ns)));
	}
	json_object_set_new(doc, "traces", traces);
	if (s->ndeaths)
		deaths_json(doc, s);
	timeline_json(doc, s);
	if (s->nsteps)
		steps_json(doc, s);
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
	char spec[SPEC_TEXT];
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
	if (r->roles)
		json_object_set_new(doc, "roles", json_true());
	if (r->scenario) {
		json_object_set_new(doc, "scenario", json_string(r->scenario->name));
		json_object_set_new(doc, "architecture", json_string(r->scenario->architecture));
	}
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
	if (r->scenario && r->nworkers && (r->verdict == VERDICT_PASS ||
					   r->verdict == VERDICT_INCONCLUSIVE))
		scenario_json(doc, r);
	else if (r->interval_ns && r->nworkers)
		moments_json(doc, r);
	return doc;
}

/* Of each figure what all repeats of a case say together: of a part of it, or of all. */
static void figures_of(json_t *summary, const char *part, const json_t *runs,
		       const struct document *d, u32 number)
{
	const struct metric *whole;
	double each[STATS_MAX];
	json_t *figures;
	size_t i, m, n;

	for (m = 0; (whole = metric_at(m)); m++) {
		struct metric metric = *whole;

		metric.part = part;
		for (i = 0, n = 0; i < d->n; i++)
			if (d->results[i].number == number && d->results[i].complete &&
			    result_counts(d->results, d->n, i) &&
			    !metric_value(&metric, json_array_get(runs, i), &each[n]))
				n++;
		if (!n)
			continue;
		figures = summary;
		if (metric.group) {
			figures = json_object_get(summary, metric.group);
			if (!figures) {
				figures = json_object();
				json_object_set_new(summary, metric.group, figures);
			}
		}
		json_object_set_new(figures, metric.key, sample_json(each, n));
	}
}

/* Each entry of groups[] or verbs[] of a run, as all repeats have it. */
static void parts_of(json_t *summary, const char *list, const json_t *run, const json_t *runs,
		     const struct document *d, u32 number)
{
	json_t *parts = json_array(), *entry, *one, *name;
	size_t i;

	json_array_foreach(json_object_get(run, list), i, entry) {
		name = json_object_get(entry, "name");
		one = json_pack("{s:O}", "name", name);
		figures_of(one, json_string_value(name), runs, d, number);
		json_array_append_new(parts, one);
	}
	json_object_set_new(summary, list, parts);
}

/* What all repeats of a case say together: figures only when all of them passed. */
static json_t *summary_json(const json_t *runs, const struct document *d, u32 number)
{
	enum verdict verdict = VERDICT_SKIP;
	const json_t *last = NULL;
	json_t *summary = NULL;
	size_t i, n = 0, stolen = 0;

	for (i = 0; i < d->n; i++) {
		const struct result *r = &d->results[i];

		if (r->number != number)
			continue;
		stolen += result_stolen(r->verdict, r->stolen);
		if (!result_counts(d->results, d->n, i))
			continue;
		verdict = verdict_worse(verdict, r->verdict);
		last = json_array_get(runs, i);
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
	if (stolen)
		json_object_set_new(summary, "stolen_runs", json_integer(stolen));
	json_object_set_new(summary, "verdict", json_string(verdict_name(verdict)));
	if (verdict != VERDICT_PASS)
		return summary;
	figures_of(summary, NULL, runs, d, number);
	parts_of(summary, "groups", last, runs, d, number);
	parts_of(summary, "verbs", last, runs, d, number);
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

static json_t *run_json(const struct document *d, size_t i)
{
	json_t *one;

	if (d->results[i].kept)
		return json_incref(d->results[i].kept);
	one = result_json(&d->results[i]);
	if (d->repeats > 1)
		json_object_set_new(one, "repeat", json_integer(d->results[i].repeat));
	return one;
}

/**
 * document_complete - whether all of it is there
 * @d: the results
 *
 * Return: true when each run has run, and to its end.
 */
bool document_complete(const struct document *d)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (!d->results[i].complete && d->results[i].verdict != VERDICT_SKIP)
			return false;
	return d->n == d->planned;
}

/**
 * document_json - all results as one document
 * @d: the results
 *
 * Return: the document, or NULL when memory is short.
 */
json_t *document_json(const struct document *d)
{
	json_t *list = json_array(), *doc;
	size_t i;

	for (i = 0; i < d->n; i++)
		json_array_append_new(list, run_json(d, i));
	doc = json_pack("{s:s, s:O, s:O, s:b}", "schema", SCHEMA, "environment", d->environment,
			"results", list, "complete", document_complete(d));
	if (doc && d->provenance)
		json_object_set(doc, "provenance", d->provenance);
	if (doc && d->repeats > 1)
		repeats_json(doc, list, d);
	json_object_set_new(doc, "verdict",
			    json_string(verdict_name(verdict_overall(d->results, d->n))));
	json_decref(list);
	return doc;
}

/**
 * json_end - write all results as one JSON object
 * @out: where to
 * @d: the results
 *
 * Return: 0, or -1 when memory is short.
 */
int json_end(FILE *out, const struct document *d)
{
	json_t *doc = document_json(d);
	int ret = json_dumpf(doc, out, JSON_INDENT(2) | JSON_REAL_PRECISION(9));

	fputc('\n', out);
	json_decref(doc);
	return ret;
}

/**
 * ndjson_result - write one run as one line
 * @out: where to
 * @d: the results
 * @i: which of them
 *
 * Each line stands alone, so each carries its world.
 *
 * Return: 0, or -1 when memory is short.
 */
int ndjson_result(FILE *out, const struct document *d, size_t i)
{
	json_t *line = run_json(d, i);
	int ret;

	json_object_set_new(line, "schema", json_string(SCHEMA));
	json_object_set(line, "environment", d->environment);
	json_object_set(line, "provenance", d->provenance);
	ret = json_dumpf(line, out, JSON_COMPACT | JSON_REAL_PRECISION(9));
	fputc('\n', out);
	json_decref(line);
	return ret;
}

/**
 * ndjson_end - write the line that has the verdict
 * @out: where to
 * @d: the results
 *
 * Return: 0, or -1 when memory is short.
 */
int ndjson_end(FILE *out, const struct document *d)
{
	json_t *doc = document_json(d);
	size_t cases = d->n;
	int ret;

	if (d->repeats > 1)
		cases = json_array_size(json_object_get(doc, "summary"));
	json_object_set_new(doc, "cases", json_integer(cases));
	json_object_del(doc, "results");
	json_object_del(doc, "environment");
	ret = json_dumpf(doc, out, JSON_COMPACT | JSON_REAL_PRECISION(9));
	fputc('\n', out);
	json_decref(doc);
	return ret;
}

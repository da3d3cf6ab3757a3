// SPDX-License-Identifier: GPL-2.0
/* What a run has found, for its readers. */
#include <linux/err.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/string.h>

#include "engine/run.h"
#include "lib/charge.h"
#include "object.h"

/**
 * run_check - how one check came out
 * @run: done
 * @check: which
 * @detail: for the first violation in words, or why it was skipped
 * @size: bytes of @detail
 *
 * Context: any.
 * Return: CONTEND_PASS, CONTEND_FAIL or CONTEND_SKIP.
 */
u32 run_check(const struct active_run *run, enum check check, char *detail, size_t size)
{
	detail[0] = '\0';
	if (run->log.count[check]) {
		violation_describe(&run->log.first[check], detail, size);
		return CONTEND_FAIL;
	}
	if (check == CHECK_EXCLUSION &&
	    (run->spec.verify == VERIFY_END || run->spec.measure == MEASURE_LOCK)) {
		strscpy(detail, run->spec.verify == VERIFY_END ? "verify=end" : "measure=lock",
			size);
		return CONTEND_SKIP;
	}
	if ((check == CHECK_CONSERVATION || check == CHECK_RECLAIM) && run->verified) {
		strscpy(detail, run->verified == -EBUSY ?
			"another run is at work on the object" : "interrupted", size);
		return CONTEND_SKIP;
	}
	return CONTEND_PASS;
}

/**
 * run_verdict - how all of them came out
 * @run: done
 *
 * What is broken on purpose, a lock or a structure, does not pass: nothing has shown what is wrong
 * with it.
 *
 * Context: any.
 * Return: CONTEND_FAIL, CONTEND_INCONCLUSIVE or CONTEND_PASS.
 */
u32 run_verdict(const struct active_run *run)
{
	if (run->log.total)
		return CONTEND_FAIL;
	return run->obj->lock->caps & CONTEND_CAP_BUSTED || run->obj->structure->busted ?
	       CONTEND_INCONCLUSIVE : CONTEND_PASS;
}

/* Of some workers, which may be at work; the caller frees it. */
static struct hist *sum_workers(const struct active_run *run, u32 from, u32 n, enum timed kind,
				u32 verb)
{
	const bool done = run_done(run);
	struct hist *h = kvmalloc(sizeof(*h), GFP_CLIENT);
	const struct team_worker *w;

	if (!h)
		return ERR_PTR(-ENOMEM);
	hist_init(h);
	for (; n--; from++) {
		w = run->team.workers[from];
		if (done)
			tally_sum(h, &w->tally, w->load, kind, verb);
		else
			tally_peek(h, &w->tally, w->load, kind, verb);
	}
	return h;
}

static u32 count_verbs(const struct active_run *run)
{
	u32 n = 0;

	while (run->obj->structure->verbs[n].name)
		n++;
	return n;
}

static struct hist *hist_of(const struct active_run *run, u32 worker, enum timed kind, u32 verb)
{
	const struct team *team = &run->team;
	const bool all = worker == CONTEND_ALL_WORKERS;
	struct hist *h;

	if (kind == NR_ALL_TIMES || (kind == TIMED_RECLAIM && !(run_done(run) && run->reclaim)))
		return ERR_PTR(-EOPNOTSUPP);
	if (verb != TALLY_ALL_VERBS && !time_kinds[kind].of_verb)
		return ERR_PTR(-EOPNOTSUPP);
	if (verb != TALLY_ALL_VERBS && verb >= count_verbs(run))
		return ERR_PTR(-ENOENT);
	if (kind == TIMED_RECLAIM && !all)
		return ERR_PTR(-ENOENT);
	if (!team->nr || (!all && worker >= team->nr))
		return ERR_PTR(-ENOENT);
	if (kind != TIMED_RECLAIM)
		return sum_workers(run, all ? 0 : array_index_nospec(worker, team->nr),
				   all ? team->nr : 1, kind, verb);
	h = kvmalloc(sizeof(*h), GFP_CLIENT);
	if (!h)
		return ERR_PTR(-ENOMEM);
	*h = *run->reclaim;
	return h;
}

/**
 * run_hist - a worker's histogram, or all of them merged
 * @run: done, or begun: then what was counted so far
 * @worker: index or CONTEND_ALL_WORKERS
 * @kind: CONTEND_HIST_*
 * @verb: of which operation, its number in the structure; TALLY_ALL_VERBS: of all
 *
 * Context: process, may sleep.
 * Return: a copy to be freed with kvfree(); -ENOENT no such worker or verb, or of this kind
 * no worker has one of its own; -EOPNOTSUPP no such kind, or not in this run, or not of one
 * verb; -ENOMEM.
 */
struct hist *run_hist(const struct active_run *run, u32 worker, u32 kind, u32 verb)
{
	return hist_of(run, worker, time_of_hist(kind), verb);
}

/* @of: whose they are, before the name. Consumes @h. */
static size_t describe_hist(struct hist *h, const char *of, enum timed kind, char *buf,
			    size_t size)
{
	const char *name = time_kinds[kind].name;
	size_t n;

	if (IS_ERR(h))
		return scnprintf(buf, size, "%s%s_ns: not measured (%ld)\n", of, name,
				 PTR_ERR(h));
	n = !h->total ? 0 : scnprintf(buf, size,
		"%s%s_ns: mean=%llu p50=%llu p90=%llu p99=%llu p999=%llu p9999=%llu max=%llu count=%llu\n",
		of, name, hist_mean(h), hist_percentile(h, 50000), hist_percentile(h, 90000),
		hist_percentile(h, 99000), hist_percentile(h, 99900), hist_percentile(h, 99990),
		h->max, h->total);
	kvfree(h);
	return n;
}

static size_t describe_kind(const struct active_run *run, enum timed kind, char *buf, size_t size)
{
	/* An inversion is about one waiter. */
	bool one = run->spec.sched == POLICY_INVERSION && kind == TIMED_WAIT;

	return describe_hist(hist_of(run, one ? INVERSION_HIGH : CONTEND_ALL_WORKERS, kind,
				     TALLY_ALL_VERBS), "", kind, buf, size);
}

static u64 run_per_s(const struct active_run *run, u64 ops)
{
	return run->span_ns ? mul_u64_u64_div_u64(ops, NSEC_PER_SEC, run->span_ns) : 0;
}

/* Each group: what its workers did, and when. */
static size_t describe_groups(const struct active_run *run, char *buf, size_t size)
{
	const struct groups_spec *groups = &run->spec.groups;
	char of[SPEC_NAME_LEN + 16];
	enum timed kind;
	size_t n = 0;
	u32 g, i, from = 0;

	for (g = 0; g < groups->n && run->team.nr; from += groups->of[g++].workers) {
		const u32 workers = groups->of[g].workers;
		u64 ops = 0;

		for (i = 0; i < workers; i++)
			ops += run->team.workers[from + i]->tally.ops;
		n += scnprintf(buf + n, size - n, "group %s: workers=%u ops=%llu ops_per_s=%llu\n",
			       groups->of[g].name, workers, ops, run_per_s(run, ops));
		snprintf(of, sizeof(of), "group %s: ", groups->of[g].name);
		for (kind = 0; kind < NR_TIMES; kind++)
			/* A lock goes from group to group. */
			if (kind != TIMED_HANDOVER)
				n += describe_hist(sum_workers(run, from, workers, kind,
							       TALLY_ALL_VERBS), of, kind,
						   buf + n, size - n);
	}
	return n;
}

/* Each operation that was done: how often, and when. */
static size_t describe_verbs(const struct active_run *run, char *buf, size_t size)
{
	const struct contend_verb *verbs = run->obj->structure->verbs;
	char of[SPEC_NAME_LEN + 16];
	enum timed kind;
	struct hist *h;
	size_t n = 0;
	u32 v;

	for (v = 0; verbs[v].name && run->team.nr; v++) {
		snprintf(of, sizeof(of), "verb %s: ", verbs[v].name);
		for (kind = 0; kind < NR_TIMES; kind++) {
			if (!time_kinds[kind].of_verb)
				continue;
			h = hist_of(run, CONTEND_ALL_WORKERS, kind, v);
			if (kind == TIMED_WAIT && !IS_ERR(h) && h->total)
				n += scnprintf(buf + n, size - n, "%sops=%llu ops_per_s=%llu\n",
					       of, h->total, run_per_s(run, h->total));
			n += describe_hist(h, of, kind, buf + n, size - n);
		}
	}
	return n;
}

/* What real-time work was kept to; of none there is nothing to say. */
static size_t describe_share(const struct active_run *run, char *buf, size_t size)
{
	const struct spec *spec = &run->spec;
	u64 waited_ns = run->team.disturb.waited_ns;
	u32 i;

	if (spec->sched == POLICY_OTHER && !spec->preempt_ns && !spec->context[CONTEXT_SOFTIRQ] &&
	    !spec->context[CONTEXT_HARDIRQ])
		return 0;
	for (i = 0; i < run->team.nr; i++)
		waited_ns += run->team.workers[i]->share.waited_ns;
	return scnprintf(buf, size,
			 "realtime: at most %u%% of each CPU for all runs together: waited_ns=%llu\n",
			 SHARE_PERCENT, waited_ns);
}

/**
 * run_describe - results for people and shell scripts
 * @run: done
 * @buf: for lines of words; always ended by a zero
 * @size: bytes of @buf
 *
 * Context: process, may sleep.
 * Return: bytes written, without the zero.
 */
size_t run_describe(const struct active_run *run, char *buf, size_t size)
{
	static const char *const verdicts[] = { "pass", "fail", "skip", "inconclusive" };
	char detail[CONTEND_TEXT_LEN];
	enum timed kind;
	size_t n = 0;
	u32 i;

	n += scnprintf(buf + n, size - n, "verdict=%s complete=%d\nspec: ",
		       verdicts[run_verdict(run)], run->complete);
	if (spec_format(&run->spec, buf + n, size - n) > 0)
		n += strlen(buf + n);
	n += scnprintf(buf + n, size - n,
		       "\nops=%llu ops_per_s=%llu span_ns=%llu concurrent_ns=%llu harness_ps=%llu\n",
		       run->ops, run_per_s(run, run->ops), run->span_ns, run->concurrent_ns,
		       run->harness_ps);
	for (kind = 0; kind < NR_TIMES; kind++)
		n += describe_kind(run, kind, buf + n, size - n);
	if (run->reclaim && run->spec.measure != MEASURE_LOCK) {
		n += describe_kind(run, TIMED_RECLAIM, buf + n, size - n);
		n += scnprintf(buf + n, size - n, "backlog_max=%llu\n", run->backlog_max);
	}
	n += describe_groups(run, buf + n, size - n);
	n += describe_verbs(run, buf + n, size - n);
	n += disturb_describe(&run->team.disturb, buf + n, size - n);
	n += describe_share(run, buf + n, size - n);
	if (run_verdict(run) == CONTEND_INCONCLUSIVE)
		n += scnprintf(buf + n, size - n,
			       "nothing was provoked: %s is broken on purpose, and no check of this run has shown it: give it a longer runtime, or more workers\n",
			       run->obj->lock->name);
	if (run->log.total) {
		n += scnprintf(buf + n, size - n, "broken: operations=%llu", run->operations);
		for (i = 0; i < CONTEND_NR_CHECKS; i++)
			n += scnprintf(buf + n, size - n, " %s=%llu", check_name(i),
				       run->log.count[i]);
		n += scnprintf(buf + n, size - n, "\n");
	}
	for (i = 0; i < CONTEND_NR_CHECKS; i++) {
		u32 verdict = run_check(run, i, detail, sizeof(detail));

		n += scnprintf(buf + n, size - n, "check %s: %s%s%s\n", check_name(i),
			       verdicts[verdict], detail[0] ? ": " : "", detail);
	}
	for (i = 0; i < run->team.nr; i++) {
		const struct team_worker *w = run->team.workers[i];

		n += scnprintf(buf + n, size - n,
			       "worker %u: cpu=%u ops=%llu reads=%llu misses=%llu retries=%llu starved_ns=%llu overtakes=%llu bypass=%llu handovers=%llu local=%llu context=%s preempted=%llu\n",
			       i, w->cpu, w->tally.ops, w->tally.reads, w->tally.misses,
			       w->retries, w->tally.starved_ns, w->overtakes, w->bypass,
			       w->handovers, w->local, spec_context_name(w->context),
			       w->taken.times);
		if (w->taken.wait_ns != CONTEND_UNKNOWN)
			n += scnprintf(buf + n, size - n, "worker %u: run_delay_ns=%llu\n", i,
				       w->taken.wait_ns);
		if (w->load->mix.waits)
			n += scnprintf(buf + n, size - n,
				       "worker %u: wakeups=%llu vain=%llu timeouts=%llu\n", i,
				       w->wakeups, w->vain, w->tally.timeouts);
		if (w->load->open)
			n += scnprintf(buf + n, size - n,
				       "worker %u: offered=%llu unserved=%llu late_ns=%llu\n", i,
				       w->tally.arrivals.offered, w->tally.arrivals.unserved,
				       w->tally.arrivals.late_ns);
	}
	return n;
}

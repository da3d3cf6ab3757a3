// SPDX-License-Identifier: GPL-2.0
#include <linux/minmax.h>
#include <stdlib.h>

#include "engine/course.h"
#include "libcontend/contend.h"

/* Until the measured time begins it is looked for at least so often. */
#define BEGIN_NS	5000000ULL

/* As a result_moment has them. */
const enum timed moment_times[NR_MOMENT_TIMES] = {
	[MOMENT_WAIT] = TIMED_WAIT, [MOMENT_RESPONSE] = TIMED_RESPONSE,
};

/**
 * course_init - begin with nothing seen
 * @c: the course
 * @r: the case; @r->interval_ns says how often it is looked at, and whether at all
 * @object: a descriptor of the object
 */
void course_init(struct course *c, struct result *r, int object)
{
	u32 t;

	*c = (struct course){ .r = r, .object = object };
	for (t = 0; t < NR_MOMENT_TIMES; t++)
		hist_init(&c->times[t]);
}

/**
 * course_wait - how long to wait for the next look
 * @c: the course
 * @now_ns: now
 * @most_ns: the most
 *
 * Return: nanoseconds.
 */
u64 course_wait(const struct course *c, u64 now_ns, u64 most_ns)
{
	if (!c->r->interval_ns)
		return most_ns;
	if (!c->began_ns)
		return min(most_ns, min(c->r->interval_ns, BEGIN_NS));
	return c->next_ns > now_ns ? min(most_ns, c->next_ns - now_ns) : 0;
}

/**
 * course_due - whether it is time for a look
 * @c: the course
 * @now_ns: now
 */
bool course_due(const struct course *c, u64 now_ns)
{
	return c->r->interval_ns && now_ns >= c->next_ns;
}

static struct result_moment *moment_add(struct result *r)
{
	struct result_moment *all = NULL;

	if (r->nmoments < RESULT_POINTS)
		all = realloc(r->moments, (r->nmoments + 1) * sizeof(*all));
	if (!all)
		return NULL;
	r->moments = all;
	all += r->nmoments++;
	*all = (struct result_moment){ };
	return all;
}

/**
 * course_look - a look at the run; the first one is the begin of its measured time
 * @c: the course
 * @now_ns: when it is
 * @ops: operations so far
 * @times: NR_MOMENT_TIMES of them: how long these took, as far as they were measured
 */
void course_look(struct course *c, u64 now_ns, u64 ops, const struct hist *times)
{
	const u64 interval = c->r->interval_ns;
	struct result_moment *m = c->began_ns ? moment_add(c->r) : NULL;
	struct contend_stat stat;
	u32 t;

	for (t = 0; m && t < NR_MOMENT_TIMES; t++) {
		result_since(&c->times[t], &times[t]);
		m->counted[t] = c->times[t].total;
		m->p50_ns[t] = hist_percentile(&c->times[t], 50000);
		m->p99_ns[t] = hist_percentile(&c->times[t], 99000);
	}
	if (m) {
		m->at_ns = now_ns - c->began_ns;
		m->ops = ops - c->ops;
	}
	if (m && !contend_stat(c->object, 0, &stat)) {
		m->elements = stat.elements;
		m->backlog = stat.backlog;
	}
	if (!c->began_ns) {
		c->began_ns = now_ns;
		c->next_ns = now_ns;
	}
	c->next_ns += interval * (1 + (now_ns - c->next_ns) / interval);
	c->ops = ops;
	for (t = 0; t < NR_MOMENT_TIMES; t++)
		c->times[t] = times[t];
}

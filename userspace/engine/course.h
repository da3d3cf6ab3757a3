/* SPDX-License-Identifier: GPL-2.0 */
/* The course of a run over time: a look at it at each interval=, whichever engine it is in. */
#ifndef CONTEND_ENGINE_COURSE_H
#define CONTEND_ENGINE_COURSE_H

#include "report/result.h"

/**
 * struct course - what was seen so far
 * @r: the case, whose moments are added to; constant, like
 * @object: the leader's descriptor of the object
 * @began_ns: the first look, 0 before it
 * @next_ns: when the next one is due
 * @ops: operations by the last one
 * @times: and their times
 *
 * The leader's alone.
 */
struct course {
	struct result *r;
	int object;
	u64 began_ns;
	u64 next_ns;
	u64 ops;
	struct hist times[NR_MOMENT_TIMES];
};

extern const enum timed moment_times[NR_MOMENT_TIMES];

void course_init(struct course *c, struct result *r, int object);
u64 course_wait(const struct course *c, u64 now_ns, u64 most_ns);
bool course_due(const struct course *c, u64 now_ns);
void course_look(struct course *c, u64 now_ns, u64 ops, const struct hist *times);

#endif /* CONTEND_ENGINE_COURSE_H */

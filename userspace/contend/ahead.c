// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "ahead.h"
#include "job.h"
#include "report/unit.h"
#include "scenarios/scenario.h"

/* What a case takes beside its measured time: its object, the harness' cost, the last check. */
#define BESIDE_NS	(SPEC_NS_PER_S / 10)

/**
 * ahead_case_ns - about how long a case takes
 * @spec: the case
 *
 * Return: nanoseconds.
 */
u64 ahead_case_ns(const struct spec *spec)
{
	const struct scenario *scenario = scenario_of(spec);
	const u32 steps = scenario ? play_steps(spec) : 1;
	const u64 again = scenario && scenario->again ? scenario->again(spec) : 0;

	return steps * (spec->warmup_ns + spec->runtime_ns) + again + BESIDE_NS;
}

/**
 * ahead_text - a time in words: "9 s", "12 min", "2 h 5 min"
 * @buf: where to
 * @size: its bytes; 32 are enough
 * @ns: the time
 *
 * Return: @buf.
 */
const char *ahead_text(char *buf, size_t size, u64 ns)
{
	const u64 s = (ns + SPEC_NS_PER_S - 1) / SPEC_NS_PER_S, min = (s + 59) / 60;

	if (s < 120)
		snprintf(buf, size, "%llu s", s);
	else if (min < 120)
		snprintf(buf, size, "%llu min", min);
	else
		snprintf(buf, size, "%llu h %llu min", min / 60, min % 60);
	return buf;
}

/**
 * ahead_job - how much is ahead: "20 runs of 2 cases, about 23 s"
 * @job: all cases
 * @repeats: how often each is run
 * @buf: where to
 * @size: its bytes; 128 are enough
 *
 * Return: about how many nanoseconds all of it takes.
 */
u64 ahead_job(const struct job *job, u32 repeats, char *buf, size_t size)
{
	char runs[48] = "", text[32];
	u64 ns = 0;
	size_t i;

	for (i = 0; i < job->n; i++)
		ns += repeats * ahead_case_ns(&job->cases[i].spec);
	if (repeats > 1)
		snprintf(runs, sizeof(runs), "%zu runs of ", job->n * repeats);
	snprintf(buf, size, "%s%zu case%s, about %s", runs, job->n, plural(job->n),
		 ahead_text(text, sizeof(text), ns));
	return ns;
}

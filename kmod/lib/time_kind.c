// SPDX-License-Identifier: GPL-2.0
#include <linux/build_bug.h>

#include "time_kind.h"

const struct time_kind time_kinds[NR_ALL_TIMES] = {
#define TIME_KIND(kind, number, name, flags) \
	[TIMED_##kind] = { name, number, (flags) & CONTEND_HIST_OF_VERB },
	CONTEND_HISTS(TIME_KIND)
#undef TIME_KIND
};

static_assert(TIMED_RECLAIM + 1 == NR_ALL_TIMES, "the object's comes last");

/**
 * time_of_hist - what a number at the system-call boundary means
 * @hist: CONTEND_HIST_*, or any other number
 *
 * Context: any.
 * Return: the kind; NR_ALL_TIMES when there is none of this number.
 */
enum timed time_of_hist(u32 hist)
{
	enum timed t;

	for (t = 0; t < NR_ALL_TIMES; t++)
		if (time_kinds[t].hist == hist)
			break;
	return t;
}

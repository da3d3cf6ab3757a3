/* SPDX-License-Identifier: GPL-2.0 */
/* What of an operation is timed: CONTEND_HISTS at the system-call boundary is the list. */
#ifndef CONTEND_TIME_KIND_H
#define CONTEND_TIME_KIND_H

#include <linux/types.h>

#include "uapi/contend.h"

/* In the order of the list, which is that of the reports. */
enum timed {
#define TIMED_INDEX(kind, number, name, flags)	TIMED_##kind,
	CONTEND_HISTS(TIMED_INDEX)
#undef TIMED_INDEX
	NR_ALL_TIMES
};

/* Those of a worker: the last one is the object's. */
#define NR_TIMES	TIMED_RECLAIM

/**
 * struct time_kind - one of them
 * @name: its name in reports, where the unit follows: "wait" for wait_ns
 * @hist: its number, CONTEND_HIST_*
 * @of_verb: it is known of each operation of the structure
 */
struct time_kind {
	const char *name;
	u32 hist;
	bool of_verb;
};

extern const struct time_kind time_kinds[NR_ALL_TIMES];

enum timed time_of_hist(u32 hist);

#endif /* CONTEND_TIME_KIND_H */

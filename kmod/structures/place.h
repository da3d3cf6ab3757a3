/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A place in a line: of a task that waits in the order of arrival for something that is handed to
 * it, and to nobody else.
 *
 * The structure keeps the line. A task that waits has a place, in the scratch of its operation; the
 * operation that finds nothing for it puts the place into the line, under the structure's own
 * guard. One that has something gives it to the first place, under the same guard: from there on
 * it belongs to that task, and a task that comes meanwhile finds the line, or what is left. The
 * task that waits is woken afterwards (condition.h), and takes what it was given by its operation,
 * which is carried out once more.
 *
 * A task that waits no longer, for its deadline, a signal or its death, has its operation carried
 * out with scratch.withdraw set: it takes its place out of the line, or what it was given
 * meanwhile it passes on.
 */
#ifndef CONTEND_STRUCTURES_PLACE_H
#define CONTEND_STRUCTURES_PLACE_H

#include <linux/list.h>
#include <linux/types.h>

/**
 * struct contend_place - see above
 * @link: in the line
 * @arrival: the how manieth one it is that came into the line
 * @value: what it was given
 * @who: the caller, see contend_scratch.me
 * @name: the task's
 * @lined: it is in the line, or was given something that it has not taken
 * @given: it was given something
 *
 * In the frame of the task that waits, which does not return while it is @lined. Guarded by what
 * guards the line.
 */
struct contend_place {
	struct list_head link;
	u64 arrival;
	u64 value;
	u64 who;
	const char *name;
	bool lined;
	bool given;
};

#endif /* CONTEND_STRUCTURES_PLACE_H */

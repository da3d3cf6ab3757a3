/* SPDX-License-Identifier: GPL-2.0 */
/* The timeline of a trace, as Perfetto and chrome://tracing open it: "Trace Event Format". */
#ifndef CONTEND_TIMELINE_H
#define CONTEND_TIMELINE_H

#include <linux/types.h>
#include <stdio.h>

/**
 * struct timeline - what was traced
 * @verb: names an operation of a structure, or says NULL; constant, as @command
 * @data: for @verb
 * @command: what was traced, or NULL
 * @lost: how many events were, beside those that found no memory here
 * @threads: by number, in the order in which they came
 * @events: in the order in which they came
 * @objects: their structures and locks
 */
struct timeline {
	const char *(*verb)(const char *structure, u32 verb, void *data);
	void *data;
	const char *command;
	u64 lost;
	struct timeline_thread *threads;
	size_t nthreads;
	struct timeline_event *events;
	size_t nevents;
	struct timeline_object *objects;
	size_t nobjects;
};

void timeline_line(void *timeline, const char *line);
int timeline_write(FILE *out, const void *timeline);
void timeline_free(struct timeline *t);

#endif /* CONTEND_TIMELINE_H */

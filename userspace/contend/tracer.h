/* SPDX-License-Identifier: GPL-2.0 */
/* Where the events of a trace come from: the kernel's tracefs, or this program. */
#ifndef CONTEND_TRACER_H
#define CONTEND_TRACER_H

#include <linux/types.h>

/**
 * struct tracer - a trace on its way
 * @program: of this program; the rest is of tracefs
 * @folder: an instance that nobody else writes to
 * @slow: what the module's parameter was
 */
struct tracer {
	bool program;
	char folder[64];
	char slow[24];
};

int tracer_begin(struct tracer *t, bool program, unsigned int events);
int tracer_end(struct tracer *t, void (*tell)(void *to, const char *line), void *to, u64 *lost);

#endif /* CONTEND_TRACER_H */

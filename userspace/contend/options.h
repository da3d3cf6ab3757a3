/* SPDX-License-Identifier: GPL-2.0 */
/* The command line of run and check: options of their own, and --key=value. */
#ifndef CONTEND_OPTIONS_H
#define CONTEND_OPTIONS_H

#include "job.h"
#include "report/result.h"

/**
 * struct options - what was asked for
 * @job: all cases, checked
 * @format: of the document
 * @output: where it goes, NULL for stdout
 */
struct options {
	struct job job;
	enum format format;
	const char *output;
};

int options_parse(struct options *o, int argc, char **argv, bool output);

#endif /* CONTEND_OPTIONS_H */

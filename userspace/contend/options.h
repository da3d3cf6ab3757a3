/* SPDX-License-Identifier: GPL-2.0 */
/* The command line of run and of what is like it: options of their own, and --key=value. */
#ifndef CONTEND_OPTIONS_H
#define CONTEND_OPTIONS_H

#include "job.h"
#include "report/format.h"
#include "report/metric.h"

/* Who takes an option. */
enum command { COMMAND_CHECK = 1, COMMAND_RUN = 2, COMMAND_COMPARE = 4, COMMAND_ANY = 7,
	COMMAND_SERVE = 8, COMMAND_TRACE = 16, COMMAND_REPORT = 32, COMMAND_TOP = 64 };

/* Who reads documents, and loads jobs itself if there are any. */
#define COMMAND_READS	(COMMAND_COMPARE | COMMAND_REPORT)

/**
 * struct options - what was asked for
 * @argc: all words of the command line, from the subcommand on
 * @argv: the words, as they were typed
 * @words: --key=value
 * @files: jobs, or documents
 * @nfiles: how many
 * @job: all cases, checked
 * @format: of the document
 * @format_given: somebody said so
 * @output: where it goes, NULL for stdout
 * @repeat: how often each case is run, 1 to STATS_MAX; 0 when not given
 * @resume: run: the document to go on with, or NULL
 * @events: trace: how many are kept; 0 when not given
 * @side: compare: the words of --a and of --b
 * @by: compare: the key whose values are ranked, or NULL
 * @metric: compare: by what
 * @metric_given: somebody said so
 * @threshold: compare: a difference of so many per cent is none
 * @baseline: compare: the documents that cases which are run are compared with, or NULL
 * @world: their world, or NULL
 * @across: compare, report: keys of the environment that may differ, with commas; or NULL
 * @svg: report: the picture that is written alone, or NULL
 * @hgrm: report: the time whose distribution is written alone, or NULL
 * @batch: top: no screen
 * @delay: top: from one look to the next, or NULL
 * @count: top: how many looks, or NULL
 */
struct options {
	int argc;
	char **argv;
	struct words words;
	char **files;
	int nfiles;
	struct job job;
	const struct format *format;
	bool format_given;
	const char *output;
	unsigned int repeat;
	const char *resume;
	unsigned int events;
	struct words side[2];
	const char *by;
	const struct metric *metric;
	bool metric_given;
	double threshold;
	char *baseline;
	const json_t *world;
	const char *across;
	const char *svg;
	const char *hgrm;
	bool batch;
	const char *delay;
	const char *count;
};

int options_parse(struct options *o, int argc, char **argv, enum command command);
const char *options_at(enum command command, unsigned int i);
void options_help(enum command command, FILE *out);
const char *options_value_at(const char *option, unsigned int i);
int options_load(struct options *o, const struct words *words);

#endif /* CONTEND_OPTIONS_H */

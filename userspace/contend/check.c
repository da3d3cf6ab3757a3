// SPDX-License-Identifier: GPL-2.0
/* contend check: parse what run or compare would be given, and show what it would run. */
#include <linux/minmax.h>
#include <linux/string.h>
#include <stdio.h>

#include "ahead.h"
#include "cli.h"
#include "libcontend/contend.h"
#include "options.h"
#include "resume.h"
#include "run.h"

/**
 * cmd_check - contend check [compare] JOB... [--key=value]...
 * @argc: words
 * @argv: "check", options, job files; or "check" and the words of cmd_compare()
 *
 * Return: exit status.
 */
int cmd_check(int argc, char **argv)
{
	bool compare = argc > 1 && !strcmp(argv[1], "compare");
	struct options o = { };
	int program, status = EXIT_PASS;
	char spec[SPEC_TEXT], ahead[128];
	size_t i;

	if (compare ? compare_check(argc - 1, argv + 1, &o) :
		      options_parse(&o, argc, argv, COMMAND_CHECK))
		return EXIT_USAGE;
	o.repeat = max(o.repeat, 1U);
	if (o.resume)
		status = resume_check(&o);
	/* The structures and their operations are in this program too. */
	program = contend_open_program(1);
	for (i = 0; i < o.job.n; i++) {
		if (program >= 0 && run_check_case(program, &o.job.cases[i], o.metric)) {
			status = EXIT_USAGE;
			continue;
		}
		spec_format(&o.job.cases[i].spec, spec, sizeof(spec));
		printf("%s: %s: %s\n", o.job.cases[i].file, o.job.cases[i].name, spec);
	}
	if (o.job.n) {
		ahead_job(&o.job, o.repeat, ahead, sizeof(ahead));
		fprintf(stderr, "contend: %s\n", ahead);
	}
	job_free(&o.job);
	return status;
}

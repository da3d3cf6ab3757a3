// SPDX-License-Identifier: GPL-2.0
/* contend check: parse what run would be given, and show what it would run. */
#include <stdio.h>

#include "cli.h"
#include "options.h"

/**
 * cmd_check - contend check JOB... [--key=value]...
 * @argc: words
 * @argv: "check", options, job files
 *
 * Return: exit status.
 */
int cmd_check(int argc, char **argv)
{
	struct options o;
	char spec[1024];
	size_t i;

	if (options_parse(&o, argc, argv, COMMAND_CHECK))
		return EXIT_USAGE;
	for (i = 0; i < o.job.n; i++) {
		spec_format(&o.job.cases[i].spec, spec, sizeof(spec));
		printf("%s: %s: %s\n", o.job.cases[i].file, o.job.cases[i].name, spec);
	}
	fprintf(stderr, "contend: %zu cases\n", o.job.n);
	job_free(&o.job);
	return EXIT_PASS;
}

// SPDX-License-Identifier: GPL-2.0
/* contend check: parse what run or compare would be given, and show what it would run. */
#include <linux/string.h>
#include <stdio.h>

#include "cli.h"
#include "options.h"

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
	char spec[1024];
	size_t i;

	if (compare ? compare_check(argc - 1, argv + 1, &o.job) :
		      options_parse(&o, argc, argv, COMMAND_CHECK))
		return EXIT_USAGE;
	for (i = 0; i < o.job.n; i++) {
		spec_format(&o.job.cases[i].spec, spec, sizeof(spec));
		printf("%s: %s: %s\n", o.job.cases[i].file, o.job.cases[i].name, spec);
	}
	fprintf(stderr, "contend: %zu cases\n", o.job.n);
	job_free(&o.job);
	return EXIT_PASS;
}

// SPDX-License-Identifier: GPL-2.0
/* contend: fio for kernel synchronization. See contend(1). */
#include <errno.h>
#include <fcntl.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cli.h"
#include "lib/nearest.h"
#include "lib/spec.h"
#include "scenarios/scenario.h"

static const struct {
	const char *name;
	const char *usage;
	const char *about;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "list", "[locks|structures|scenarios|jobs]", "what there is", cmd_list },
	{ "run", "JOB... [--key=value]...", "run cases and judge them", cmd_run },
	{ "check", "[compare] JOB... [OPTION]...", "parse jobs, show their cases", cmd_check },
	{ "compare", "A.json B.json [OPTION]...", "is B faster, slower, or can't we tell",
	  cmd_compare },
	{ "report", "A.json... -o FILE [OPTION]...", "pictures of documents, in one page",
	  cmd_report },
	{ "trace", "JOB... [--key=value]...", "a short run as a timeline for Perfetto", cmd_trace },
	{ "top", "[-b] [-d TIME] [-n COUNT]", "runs and objects, live", cmd_top },
	{ "serve", "SCENARIO [--key=value]...", "its system alone, for clients of others",
	  cmd_serve },
	{ "explain", "[KEY]...", "the manual of a key", cmd_explain },
	{ "doctor", "", "what this machine can and cannot do", cmd_doctor },
	{ "completion", "bash|zsh", "a script that completes all of this", cmd_completion },
};

static void help(FILE *out)
{
	const struct spec_key *key;
	unsigned int i;

	fputs("usage: contend COMMAND [ARGUMENT]...\n\n", out);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-10s %-26s %s\n", commands[i].name, commands[i].usage,
			commands[i].about);
	fputs("\ncompare also takes RESULT.json --a=key=value --b=key=value, and the same with JOB...;\n"
	      "compare JOB... --baseline=RESULT.json runs it and says whether it has become slower;\n"
	      "compare RESULT.json... --by=key, or JOB... --by=key, ranks all values of a key\n"
	      "run and compare also take -o FILE, --output-format=human|json|markdown|latex (run:\n"
	      "also ndjson|csv|histogram), --section=NAME,..., --repeat=N; compare takes --metric=NAME,\n"
	      "--threshold=PERCENT, --across=kernel,...\n"
	      "run JOB... --resume=RESULT.json goes on with what an interrupted run has left\n"
	      "trace takes -o FILE, --section=NAME,..., --events=N\n"
	      "report takes -o FILE, --svg=NAME, --hgrm=TIME, --output-format=markdown|latex,\n"
	      "--across=kernel,..., and --key=value to choose cases\n"
	      "\nkeys:\n", out);
	for (i = 0; (key = spec_key_at(i)); i++)
		fprintf(out, "  --%s=%-*s %s\n", key->name, (int)(26 - strlen(key->name)),
			key->value, key->about);
	fputs("\nexit status: 0 pass, 1 usage, 2 fail, 3 regression, 4 unsupported or skipped,\n"
	      "5 harness error, 6 inconclusive, 130 interrupted\n", out);
}

/**
 * command_at - walk the commands
 * @i: from 0
 * @data: not used
 *
 * Return: the command's name; NULL past the last one.
 */
const char *command_at(unsigned int i, const void *data)
{
	return i < ARRAY_SIZE(commands) ? commands[i].name : NULL;
}

/**
 * command_about - what a command does
 * @i: for command_at()
 *
 * Return: one line.
 */
const char *command_about(unsigned int i)
{
	return commands[i].about;
}

/*
 * What is opened next would get the number of a closed stdin, stdout or stderr, and be
 * written to. What stands there instead can be used for neither.
 */
static void keep_standard(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_RDONLY : O_WRONLY) != fd)
			_exit(EXIT_HARNESS);
}

/* The one place that judges what became of stdout. That nobody reads is no error. */
static int close_stdout(int status)
{
	bool bad = ferror(stdout);
	int reason = 0;

	/* The reason is gone with the write that failed; one more has the same. */
	if (bad && write(STDOUT_FILENO, "\n", 1) < 0)
		reason = errno;
	if (fclose(stdout)) {
		bad = true;
		reason = errno;
	}
	if (!bad || reason == EPIPE)
		return status;
	fprintf(stderr, "contend: cannot write to stdout: %s\n",
		reason ? strerror(reason) : "some of it is lost");
	return EXIT_HARNESS;
}

static int run_command(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL, *near;
	unsigned int i;

	if (!word) {
		help(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(word, "--help") || !strcmp(word, "help") ||
	    (argc == 3 && !strcmp(argv[2], "--help"))) {
		help(stdout);
		return EXIT_PASS;
	}
	if (!strcmp(word, "--version")) {
		puts("contend " CONTEND_VERSION CONTEND_LINKED);
		return EXIT_PASS;
	}
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(word, commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	near = spec_nearest(word, strlen(word), command_at, NULL);
	fprintf(stderr, "contend: unknown command '%.40s'%s%s%s\n", word,
		near ? ": did you mean '" : ": see 'contend --help'", near ? near : "",
		near ? "'?" : "");
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	spec_more = &scenario_words;
	keep_standard();
	/* A file that may not be as large is one that cannot be written: EFBIG, and its cleanup. */
	signal(SIGXFSZ, SIG_IGN);
	return close_stdout(run_command(argc, argv));
}

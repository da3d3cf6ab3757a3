// SPDX-License-Identifier: GPL-2.0
/* contend: fio for kernel synchronization. See contend(1). */
#include <errno.h>
#include <fcntl.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli.h"
#include "lib/nearest.h"
#include "lib/spec.h"
#include "options.h"
#include "scenarios/scenario.h"

/* Of the first thread, and of each other one: four times what the deepest takes. */
#define STACK_LEAST	(512U << 10)

/**
 * struct command_info - a command
 * @name: the word
 * @usage: what comes after it
 * @about: one line
 * @run: does it
 * @takes: whose options it takes; 0: it has none
 * @forms: further usages, a line each, or NULL
 * @example: a line that runs as it stands, given what it names
 */
static const struct command_info {
	const char *name;
	const char *usage;
	const char *about;
	int (*run)(int argc, char **argv);
	enum command takes;
	const char *forms;
	const char *example;
} commands[] = {
	{ "list", "[locks|structures|scenarios|jobs]", "what there is", cmd_list, 0, NULL,
	  "locks" },
	{ "run", "JOB... [--key=value]...", "run cases and judge them", cmd_run, COMMAND_RUN, NULL,
	  "--engine=user --lock=mcs,ticket --workers=1..4*2" },
	{ "check", "[compare] JOB... [OPTION]...", "parse jobs, show their cases", cmd_check,
	  COMMAND_CHECK, NULL, "jobs/quick.job --runtime=50ms" },
	{ "compare", "A.json B.json [OPTION]...", "is B faster, slower, or can't we tell",
	  cmd_compare, COMMAND_COMPARE,
	  "RESULT.json --a=KEY=VALUE... --b=KEY=VALUE... [OPTION]...\n"
	  "JOB... --a=KEY=VALUE... --b=KEY=VALUE... [OPTION]...\n"
	  "JOB... --baseline=RESULT.json [OPTION]...\n"
	  "RESULT.json... --by=KEY [OPTION]...\n"
	  "JOB... --by=KEY [OPTION]...\n",
	  "--engine=user --a=lock=mcs --b=lock=ticket --runtime=100ms" },
	{ "report", "A.json... -o FILE [OPTION]...", "pictures of documents, in one page",
	  cmd_report, COMMAND_REPORT, NULL, "run.json -o report.html" },
	{ "trace", "JOB... [--key=value]...", "a short run as a timeline for Perfetto", cmd_trace,
	  COMMAND_TRACE, NULL, "--engine=user --lock=mcs -o trace.json" },
	{ "top", "[-b] [-d TIME] [-n COUNT]", "runs and objects, live", cmd_top, COMMAND_TOP, NULL,
	  "-b -n 2" },
	{ "serve", "SCENARIO [--key=value]...", "its system alone, for clients of others",
	  cmd_serve, COMMAND_SERVE, NULL, "web --port=8080" },
	{ "explain", "[KEY]...", "the manual of a key", cmd_explain, 0, NULL, "arrival" },
	{ "doctor", "", "what this machine can and cannot do", cmd_doctor, 0, NULL, "" },
	{ "completion", "bash|zsh", "a script that completes all of this", cmd_completion, 0, NULL,
	  "bash" },
	{ "help", "[COMMAND]", "this, or what a command takes", cmd_help, 0, NULL, "run" },
};

static void help(FILE *out)
{
	const struct spec_key *key;
	unsigned int i;

	fputs("usage: contend COMMAND [ARGUMENT]...\n\n", out);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-10s %-26s %s\n", commands[i].name, commands[i].usage,
			commands[i].about);
	fputs("\ncontend COMMAND --help has the options of a command, and an example\n\nkeys:\n",
	      out);
	for (i = 0; (key = spec_key_at(i)); i++)
		fprintf(out, "  --%s=%-*s %s\n", key->name, (int)(26 - strlen(key->name)),
			key->value, key->about);
	fputs("\nexit status: 0 pass, 1 usage, 2 fail, 3 regression, 4 unsupported or skipped,\n"
	      "5 harness error, 6 inconclusive, 130 interrupted\n", out);
}

static void command_help(const struct command_info *c)
{
	const char *form = c->forms;
	int len;

	printf("usage: contend %s%s%s\n", c->name, c->usage[0] ? " " : "", c->usage);
	for (; form && *form; form += len + 1) {
		len = strcspn(form, "\n");
		printf("       contend %s %.*s\n", c->name, len, form);
	}
	printf("\n%s\n\n", c->about);
	if (c->takes) {
		options_help(c->takes, stdout);
		putchar('\n');
	}
	printf("example: contend %s%s%s\n", c->name, c->example[0] ? " " : "", c->example);
}

static const struct command_info *find_command(const char *name)
{
	const char *near;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(name, commands[i].name))
			return &commands[i];
	near = spec_nearest(name, strlen(name), command_at, NULL);
	fprintf(stderr, "contend: unknown command '%.40s'%s%s%s\n", name,
		near ? ": did you mean '" : ": see 'contend --help'", near ? near : "",
		near ? "'?" : "");
	return NULL;
}

/**
 * cmd_help - contend help [COMMAND]
 * @argc: words
 * @argv: "help", a command
 *
 * Return: exit status.
 */
int cmd_help(int argc, char **argv)
{
	const struct command_info *c;

	if (argc > 2) {
		fputs("contend: help takes one command\n", stderr);
		return EXIT_USAGE;
	}
	if (argc < 2) {
		help(stdout);
		return EXIT_PASS;
	}
	c = find_command(argv[1]);
	if (c)
		command_help(c);
	return c ? EXIT_PASS : EXIT_USAGE;
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

/* Whether somebody asks what a command takes, wherever among its words. */
static bool wants_help(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help"))
			return true;
	return false;
}

static int run_command(int argc, char **argv)
{
	const struct command_info *c;

	if (argc < 2) {
		help(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help")) {
		help(stdout);
		return EXIT_PASS;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("contend " CONTEND_VERSION CONTEND_LINKED);
		return EXIT_PASS;
	}
	c = find_command(argv[1]);
	if (!c)
		return EXIT_USAGE;
	if (wants_help(argc - 1, argv + 1)) {
		command_help(c);
		return EXIT_PASS;
	}
	return c->run(argc - 1, argv + 1);
}

/* A stack that is too small ends a program by SIGSEGV, somewhere in the midst of a run. */
static bool small_stack(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_STACK, &limit) || limit.rlim_cur >= STACK_LEAST)
		return false;
	fprintf(stderr, "contend: a stack of %llu KiB is too small, it takes %u: ulimit -s 8192\n",
		(unsigned long long)limit.rlim_cur >> 10, STACK_LEAST >> 10);
	return true;
}

int main(int argc, char **argv)
{
	if (small_stack())
		return EXIT_HARNESS;
	spec_more = &scenario_words;
	keep_standard();
	/* A file that may not be as large is one that cannot be written: EFBIG, and its cleanup. */
	signal(SIGXFSZ, SIG_IGN);
	return close_stdout(run_command(argc, argv));
}

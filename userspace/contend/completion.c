// SPDX-License-Identifier: GPL-2.0
/*
 * contend completion: scripts for shells. Their words are those of the tables that parse
 * the command line, with the names that this program was built with: a script is made once.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <stdio.h>

#include "cli.h"
#include "completion.bash.h"
#include "completion.zsh.h"
#include "lib/spec.h"
#include "options.h"

static const struct {
	const char *name;
	const char *begin;
	const char *script;
	bool abouts;
} shells[] = {
	{ "bash", "# by `contend completion bash`", completion_bash, false },
	/* The first line is for compinit. */
	{ "zsh", "#compdef contend\n# by `contend completion zsh`", completion_zsh, true },
};

static const char *shell_at(unsigned int i, const void *data)
{
	return i < ARRAY_SIZE(shells) ? shells[i].name : NULL;
}

static const char *option_at(unsigned int i, const void *command)
{
	return options_at(*(const enum command *)command, i);
}

static const char *value_at(unsigned int i, const void *option)
{
	return options_value_at(option, i);
}

/* A branch of a case: an array of words, as both shells write it. */
static void branch(const char *name, const char *(*word_at)(unsigned int i, const void *data),
		   const void *data)
{
	const char *word = word_at(0, data);
	unsigned int i;

	if (!word)
		return;
	printf("\t('%s') contend_words=(", name);
	for (i = 0; (word = word_at(i, data)); i++)
		printf("%s%s", i ? " " : "", word);
	puts(") ;;");
}

static void table(void)
{
	static const enum command run = COMMAND_RUN, check = COMMAND_CHECK,
				  compare = COMMAND_COMPARE, trace = COMMAND_TRACE,
				  report = COMMAND_REPORT, top = COMMAND_TOP;
	const char *name;
	char option[64];
	unsigned int i;

	puts("\n_contend_table() {\n\tcontend_words=()\n\tcase $1 in");
	branch("commands", command_at, NULL);
	branch("help", command_at, NULL);
	branch("list", list_at, NULL);
	branch("explain", explain_at, NULL);
	branch("completion", shell_at, NULL);
	branch("top options", option_at, &top);
	branch("run options", option_at, &run);
	branch("check options", option_at, &check);
	branch("compare options", option_at, &compare);
	branch("trace options", option_at, &trace);
	branch("report options", option_at, &report);
	for (i = 0; (name = options_at(COMMAND_ANY | COMMAND_REPORT, i)); i++) {
		snprintf(option, sizeof(option), "--%s", name);
		branch(option, value_at, name);
	}
	puts("\tesac\n}");
}

/* One line about each command and key; the texts have no quotes. */
static void abouts(void)
{
	const struct spec_key *key;
	unsigned int i;

	puts("\n_contend_abouts() {\n\tcontend_about=(");
	for (i = 0; command_at(i, NULL); i++)
		printf("\t\t%s \"%s\"\n", command_at(i, NULL), command_about(i));
	for (i = 0; (key = spec_key_at(i)); i++)
		printf("\t\t%s \"%s\"\n", key->name, key->about);
	puts("\t)\n}");
}

/**
 * cmd_completion - contend completion bash|zsh
 * @argc: words
 * @argv: "completion", the shell
 *
 * Return: exit status.
 */
int cmd_completion(int argc, char **argv)
{
	unsigned int i;

	for (i = 0; argc == 2 && i < ARRAY_SIZE(shells); i++) {
		if (strcmp(argv[1], shells[i].name))
			continue;
		puts(shells[i].begin);
		table();
		if (shells[i].abouts)
			abouts();
		putchar('\n');
		fputs(shells[i].script, stdout);
		return EXIT_PASS;
	}
	fprintf(stderr, "contend: completion takes bash or zsh\n");
	return EXIT_USAGE;
}

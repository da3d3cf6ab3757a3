// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "commit.h"
#include "provenance.h"

/* The rest of the first line of a file that begins with a word, or "unknown". */
static void line_of(const char *path, const char *begin, char *value, size_t size)
{
	FILE *f = fopen(path, "r");
	char line[256], *at;

	strscpy(value, "unknown", size);
	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, begin, strlen(begin)))
			continue;
		at = line + strlen(begin);
		at += strspn(at, " \t:");
		at[strcspn(at, begin[0] ? "\n" : " \n")] = '\0';
		strscpy(value, at, size);
		break;
	}
	if (f)
		fclose(f);
}

/* What qemu/vm says of its machine, or what this one says of itself. */
static const char *fact(const char *variable, const char *own)
{
	const char *outside = getenv(variable);

	if (outside && outside[0])
		return outside;
	/* A guest's own CPU and load are not its host's. */
	return getenv("CONTEND_VM") ? "unknown" : own;
}

static json_t *host_json(void)
{
	char cpu[256], load[64], cpus[32];
	struct utsname kernel;

	line_of("/proc/cpuinfo", "model name", cpu, sizeof(cpu));
	line_of("/proc/loadavg", "", load, sizeof(load));
	snprintf(cpus, sizeof(cpus), "%ld", sysconf(_SC_NPROCESSORS_ONLN));
	uname(&kernel);
	return json_pack("{s:s, s:s, s:s, s:s}", "cpu", fact("CONTEND_HOST_CPU", cpu),
			 "cpus", fact("CONTEND_HOST_CPUS", cpus),
			 "kernel", fact("CONTEND_HOST_KERNEL", kernel.release),
			 "load_1min", fact("CONTEND_HOST_LOAD", load));
}

/* A word as a shell reads it: bare where nothing in it is the shell's. */
static void shell_word(FILE *out, const char *word)
{
	static const char bare[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";

	if (word[0] && !word[strspn(word, bare)]) {
		fputs(word, out);
		return;
	}
	fputc('\'', out);
	for (; *word; word++) {
		if (*word == '\'')
			fputs("'\\''", out);
		else
			fputc(*word, out);
	}
	fputc('\'', out);
}

/**
 * provenance_command - the command line, to be pasted into a shell
 * @argc: words
 * @argv: the subcommand and what it was given
 *
 * Return: the command, to be freed.
 */
char *provenance_command(int argc, char **argv)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	int i;

	if (!f)
		abort();
	fputs("contend", f);
	for (i = 0; i < argc; i++) {
		fputc(' ', f);
		shell_word(f, argv[i]);
	}
	if (fclose(f))
		abort();
	return text;
}

/**
 * provenance_json - where a document comes from
 * @argc: words
 * @argv: the subcommand and what it was given
 *
 * Return: an object, or NULL when memory is short.
 */
json_t *provenance_json(int argc, char **argv)
{
	const char *outside = getenv("CONTEND_COMMAND");
	char *command = provenance_command(argc, argv), made[32];
	time_t now = time(NULL);
	json_t *doc;

	strftime(made, sizeof(made), "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	doc = json_pack("{s:s, s:s, s:s, s:s, s:s*, s:o}", "made_at", made,
			"contend_version", CONTEND_VERSION, "commit", CONTEND_COMMIT,
			"command_line", command, "host_command_line", outside,
			"host", host_json());
	free(command);
	return doc;
}

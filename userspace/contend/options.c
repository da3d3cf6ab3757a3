// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>

#include "names.h"
#include "options.h"

enum { OPTION_FORMAT = 256, OPTION_KEYS };

static const char *const formats[] = { "human", "json", "ndjson", "csv" };

static const char *option_at(unsigned int i, const void *data)
{
	static const char *const own[] = { "output", "output-format", "help" };

	if (i < ARRAY_SIZE(own))
		return own[i];
	i -= ARRAY_SIZE(own);
	return i < spec_nkeys ? spec_keys[i].name : NULL;
}

static int unknown(const char *word)
{
	const char *name = word + strspn(word, "-"), *near;

	near = spec_nearest(name, strcspn(name, "="), option_at, NULL);
	fprintf(stderr, "contend: unknown option '%.60s'", word);
	if (near)
		fprintf(stderr, ": did you mean '--%s'?\n", near);
	else
		fputs(": see 'contend --help'\n", stderr);
	return -1;
}

/* "--lock=rcu" and "--lock rcu" alike become the word "lock=rcu". */
static int add_word(struct words *words, const char *key, const char *value)
{
	struct word word = { .file = "command line", .key_len = strlen(key) };
	char *text;
	int len;

	/* Lives as long as the cases: until the program ends. */
	len = asprintf(&text, "%s=%s", key, value);
	if (len < 0)
		return -1;
	word.text = text;
	word.len = len;
	return words_add(words, &word);
}

static int parse_format(struct options *o, const char *value)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(formats); i++)
		if (!strcmp(value, formats[i])) {
			o->format = i;
			return 0;
		}
	fprintf(stderr, "contend: --output-format is human, json, ndjson or csv, not '%.40s'\n",
		value);
	return -1;
}

/**
 * options_parse - parse the command line and load the jobs
 * @o: what was asked for
 * @argc: words
 * @argv: the subcommand, its options and job files
 * @output: whether there is a document to write
 *
 * What is wrong is told on stderr.
 *
 * Return: 0; -1 on a wrong command line or job file.
 */
int options_parse(struct options *o, int argc, char **argv, bool output)
{
	struct option *table = calloc(spec_nkeys + 3, sizeof(*table));
	struct words *words = calloc(1, sizeof(*words));
	unsigned int i, n = 0;
	int opt, ret = -1;

	memset(o, 0, sizeof(*o));
	if (!table || !words)
		goto out;
	for (i = 0; i < spec_nkeys; i++)
		table[n++] = (struct option){
			spec_keys[i].name, required_argument, NULL, OPTION_KEYS + i
		};
	if (output) {
		table[n++] = (struct option){ "output", required_argument, NULL, 'o' };
		table[n++] = (struct option){ "output-format", required_argument, NULL,
					      OPTION_FORMAT };
	}
	opterr = 0;
	while ((opt = getopt_long(argc, argv, output ? ":o:" : ":", table, NULL)) != -1) {
		if (opt == ':') {
			fprintf(stderr, "contend: %s needs a value\n", argv[optind - 1]);
			goto out;
		} else if (opt == '?') {
			unknown(argv[optind - 1]);
			goto out;
		} else if (opt == 'o') {
			o->output = optarg;
		} else if (opt == OPTION_FORMAT) {
			if (parse_format(o, optarg))
				goto out;
		} else if (add_word(words, spec_keys[opt - OPTION_KEYS].name, optarg)) {
			goto out;
		}
	}
	if (optind == argc && !words->n) {
		fprintf(stderr, "contend: %s needs a job file or options such as --lock=rcu\n",
			argv[0]);
		goto out;
	}
	ret = optind == argc ? job_words(&o->job, words) : 0;
	for (; optind < argc && !ret; optind++)
		ret = job_load(&o->job, argv[optind], words);
	if (!ret && !o->job.n) {
		fprintf(stderr, "contend: no case in these job files\n");
		ret = -1;
	}
out:
	free(words);
	free(table);
	return ret;
}

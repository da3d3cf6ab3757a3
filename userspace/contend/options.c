// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <getopt.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli.h"
#include "lib/nearest.h"
#include "names.h"
#include "options.h"
#include "range.h"
#include "report/album.h"
#include "scenarios/scenario.h"

enum {
	OPTION_FORMAT = 256,
	OPTION_REPEAT,
	OPTION_SECTION,
	OPTION_RESUME,
	OPTION_SIDE_A,
	OPTION_SIDE_B,
	OPTION_BY,
	OPTION_METRIC,
	OPTION_THRESHOLD,
	OPTION_ACROSS,
	OPTION_BASELINE,
	OPTION_EVENTS,
	OPTION_SVG,
	OPTION_HGRM,
	OPTION_KEYS,
};

/* How many events a trace may have: of fewer there is no timeline, more are not looked at. */
#define EVENTS_LEAST	100
#define EVENTS_MOST	1000000

/* More keys than there are. */
#define KEYS_MOST	256

static const char *key_at(unsigned int i, const void *data)
{
	const struct spec_key *key = spec_key_at(i);

	return key ? key->name : NULL;
}

static const char *metric_name_at(unsigned int i, const void *data)
{
	const struct metric *m = metric_at(i);

	return m ? m->name : NULL;
}

static const char *format_at(unsigned int i, const void *data)
{
	return i < nformats ? formats[i].name : NULL;
}

static const char *time_at(unsigned int i, const void *data)
{
	return i < NR_ALL_TIMES ? time_kinds[i].name : NULL;
}

/**
 * struct own - an option that is no key
 * @name: after "--"
 * @value: for getopt_long(); that of one with a letter, too, is the letter
 * @commands: who takes it
 * @takes: what its value is; NULL: it has none
 * @about: one line
 * @value_at: walks the words that its value may be, or NULL
 */
static const struct own {
	const char *name;
	int value;
	unsigned int commands;
	const char *takes;
	const char *about;
	const char *(*value_at)(unsigned int i, const void *data);
} own[] = {
	{ "output", 'o', COMMAND_ANY | COMMAND_TRACE | COMMAND_REPORT, "FILE",
	  "write to FILE, not to standard output", NULL },
	{ "output-format", OPTION_FORMAT, COMMAND_ANY | COMMAND_REPORT, "FORMAT",
	  "how it is written", format_at },
	{ "repeat", OPTION_REPEAT, COMMAND_ANY, "N", "run each case N times", NULL },
	{ "section", OPTION_SECTION, COMMAND_ANY | COMMAND_TRACE, "NAME,...",
	  "only these sections of the job files", NULL },
	{ "resume", OPTION_RESUME, COMMAND_CHECK | COMMAND_RUN, "FILE",
	  "go on with what an interrupted run has left in FILE", NULL },
	{ "a", OPTION_SIDE_A, COMMAND_COMPARE, "KEY=VALUE", "what makes side A; several make it",
	  NULL },
	{ "b", OPTION_SIDE_B, COMMAND_COMPARE, "KEY=VALUE", "likewise side B", NULL },
	{ "by", OPTION_BY, COMMAND_COMPARE, "KEY", "rank all values of KEY", key_at },
	{ "metric", OPTION_METRIC, COMMAND_COMPARE, "NAME", "what is compared", metric_name_at },
	{ "threshold", OPTION_THRESHOLD, COMMAND_COMPARE, "PERCENT",
	  "a difference of so much is none", NULL },
	{ "baseline", OPTION_BASELINE, COMMAND_COMPARE, "FILE",
	  "run the job, and compare it with what FILE has of it", NULL },
	{ "across", OPTION_ACROSS, COMMAND_READS, "KEY,...",
	  "these keys of the environment may differ", world_at },
	{ "events", OPTION_EVENTS, COMMAND_TRACE | COMMAND_CHECK, "N",
	  "keep the first N events", NULL },
	{ "svg", OPTION_SVG, COMMAND_REPORT, "NAME", "write one picture alone", album_name_at },
	{ "hgrm", OPTION_HGRM, COMMAND_REPORT, "TIME",
	  "write the distribution of one case for HdrHistogram's tools", time_at },
	{ "batch", 'b', COMMAND_TOP, NULL, "one look after the other, without a screen", NULL },
	{ "delay", 'd', COMMAND_TOP, "TIME", "how long it is from one look to the next", NULL },
	{ "count", 'n', COMMAND_TOP, "N", "end after N looks", NULL },
};

/* What a workload is made of; what is looked at has none. */
static bool takes_keys(enum command command)
{
	return command && command != COMMAND_TOP;
}

/**
 * options_at - walk the options of a command that have a value
 * @command: which
 * @i: from 0
 *
 * Return: the option's name; NULL past the last one.
 */
const char *options_at(enum command command, unsigned int i)
{
	size_t o;

	for (o = 0; o < ARRAY_SIZE(own); o++)
		if (own[o].commands & command && own[o].takes && !i--)
			return own[o].name;
	return takes_keys(command) ? key_at(i, NULL) : NULL;
}

/**
 * options_help - tell what a command takes
 * @command: which
 * @out: whom
 */
void options_help(enum command command, FILE *out)
{
	char text[64];
	size_t o;

	for (o = 0; o < ARRAY_SIZE(own); o++) {
		if (!(own[o].commands & command))
			continue;
		snprintf(text, sizeof(text), "%c%c%s--%s%s%s", own[o].value < 256 ? '-' : ' ',
			 own[o].value < 256 ? own[o].value : ' ', own[o].value < 256 ? ", " : "  ",
			 own[o].name, own[o].takes ? "=" : "", own[o].takes ?: "");
		fprintf(out, "  %-28s %s\n", text, own[o].about);
	}
	if (takes_keys(command))
		fprintf(out, "      %-24s %s\n", "--KEY=VALUE", command == COMMAND_REPORT ?
			"of those cases alone that have it; VALUE may be a list" :
			"a key of the workload: contend explain, contend explain KEY");
}

/* "closed|periodic:TIME": what is not in capitals, up to what begins these. */
static const char *literal_at(const char *value, unsigned int i)
{
	static char word[SPEC_NAME_LEN];
	size_t len;

	for (; *value; value += strcspn(value, "|"), value += *value == '|') {
		len = strspn(value, "abcdefghijklmnopqrstuvwxyz");
		if (!len || i--)
			continue;
		len += value[len] == ':';
		strscpy(word, value, len + 1 < sizeof(word) ? len + 1 : sizeof(word));
		return word;
	}
	return NULL;
}

/**
 * options_value_at - walk the words that the value of an option may be
 * @option: its name
 * @i: from 0
 *
 * Return: the word, or what it begins with and a colon, until the next call; NULL past the
 * last one.
 */
const char *options_value_at(const char *option, unsigned int i)
{
	const struct spec_key *key = spec_key(option, strlen(option));
	size_t o;

	for (o = 0; o < ARRAY_SIZE(own); o++)
		if (!strcmp(own[o].name, option))
			return own[o].value_at ? own[o].value_at(i, NULL) : NULL;
	if (!key || names_at(option, 0))
		return names_at(option, i);
	return literal_at(key->value, i);
}

static const char *option_at(unsigned int i, const void *data)
{
	const enum command *command = data;

	return !i ? "help" : options_at(*command, i - 1);
}

/* What somebody may have meant: the option that begins so, or is nearest. */
static const char *option_meant(const char *name, size_t len, enum command command)
{
	const char *one;
	unsigned int i;

	for (i = 0; len > 1 && (one = option_at(i, &command)); i++)
		if (!strncmp(one, name, len))
			return one;
	return spec_nearest(name, len, option_at, &command);
}

static int unknown(const char *word, enum command command, const char *command_name)
{
	const char *name = word + strspn(word, "-"), *near;
	const size_t len = strcspn(name, "=");
	bool others = false;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(own); i++)
		others |= strlen(own[i].name) == len && !strncmp(own[i].name, name, len);
	near = others ? NULL : option_meant(name, len, command);
	fprintf(stderr, "contend: unknown option '%.60s'", word);
	if (others)
		fprintf(stderr, ": it is not for %s: see 'contend %s --help'\n", command_name,
			command_name);
	else if (near)
		fprintf(stderr, ": did you mean '--%s'?\n", near);
	else
		fprintf(stderr, ": see 'contend %s --help'\n", command_name);
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

/*
 * An option that the table has not: --readers.mix=lookup:1, a word of a group, or in two
 * words. Whether the group may have it, words_add() says.
 */
static int add_group_word(struct options *o, int argc, char **argv)
{
	const char *text = argv[optind - 1] + strlen("--"), *value = strchr(text, '=');
	char key[128];

	if (!value && optind == argc) {
		fprintf(stderr, "contend: %s needs a value\n", argv[optind - 1]);
		return -1;
	}
	snprintf(key, sizeof(key), "%.*s", (int)strcspn(text, "="), text);
	return add_word(&o->words, key, value ? value + 1 : argv[optind++]);
}

static bool is_group_word(const char *option)
{
	size_t key = strcspn(option, "=");

	return !strncmp(option, "--", 2) && memchr(option, '.', key) && key < 100;
}

/* --a=lock=rcu: a word that makes a side of the comparison what it is. */
static int add_side(struct options *o, int side, const char *text)
{
	struct word word = {
		.text = text, .len = strlen(text), .key_len = strcspn(text, "="),
		.file = "command line",
	};
	const struct spec_key *key = spec_key(text, word.key_len);

	if (!text[word.key_len]) {
		fprintf(stderr, "contend: --%c=%.60s: write it as --%c=lock=spinlock\n", 'a' + side,
			text, 'a' + side);
		return -1;
	}
	if (key && key->flags & SPEC_LIST &&
	    (strchr(text, ',') || range_in(text + word.key_len + 1, word.len - word.key_len - 1))) {
		fprintf(stderr, "contend: --%c=%.60s: a side has one value of a key\n", 'a' + side,
			text);
		return -1;
	}
	return words_add(&o->side[side], &word);
}

static int parse_number(const char *option, const char *text, double least, double most,
			double *value)
{
	char *end;

	*value = strtod(text, &end);
	if (end != text && !*end && *value >= least && *value <= most)
		return 0;
	fprintf(stderr, "contend: %s is a number from %g to %g, not '%.40s'\n", option, least, most,
		text);
	return -1;
}

static int parse_count(const char *option, const char *text, double least, double most,
		       unsigned int *count)
{
	double value;

	if (parse_number(option, text, least, most, &value))
		return -1;
	*count = value;
	if (*count == value)
		return 0;
	fprintf(stderr, "contend: %s is a whole number, not '%.40s'\n", option, text);
	return -1;
}

/* A key, or several with commas, whose values are ranked together. */
static int parse_by(struct options *o, const char *names)
{
	const char *name, *near;
	size_t len;

	for (name = names; ; name += len + 1) {
		len = strcspn(name, ",");
		if (!spec_key(name, len))
			break;
		if (!name[len]) {
			o->by = names;
			return 0;
		}
	}
	near = spec_nearest(name, len, key_at, NULL);
	fprintf(stderr, "contend: --by=%.*s: there is no such key%s%s%s\n",
		(int)(len < 40 ? len : 40), name,
		near ? ": did you mean '" : ": see 'contend explain'", near ?: "",
		near ? "'?" : "");
	return -1;
}

/* What somebody means who leaves out what stands before the name: NULL where that is none. */
static const struct scenario_figure *figure_meant(const char *name)
{
	const struct scenario_figure *f = NULL;
	unsigned int i;

	for (i = 0; scenarios[i] && !f; i++)
		f = figure_find(scenarios[i], name);
	return f;
}

static int parse_metric(struct options *o, const char *name)
{
	const struct scenario_figure *figure = figure_meant(name);
	const char *near, *one;
	unsigned int i;
	size_t part;

	o->metric = metric_find(name);
	o->metric_given = true;
	if (o->metric)
		return 0;
	if (figure || !strncmp(name, "stages.", strlen("stages."))) {
		fprintf(stderr, "contend: unknown metric '%.80s': ", name);
		if (figure)
			fprintf(stderr, "did you mean 'figures.%s'?\n", figure->name);
		else
			fputs("of a stage it is a time, as in stages.wait_p99\n", stderr);
		return -1;
	}
	part = strchr(name, '.') ? strcspn(name, ".") + 1 : 0;
	near = spec_nearest(name + part, strlen(name + part), metric_name_at, NULL);
	fprintf(stderr, "contend: unknown metric '%.80s'", name);
	if (near)
		fprintf(stderr, ": did you mean '%.*s%s'?", (int)(part < 60 ? part : 60), name,
			near);
	else
		for (i = 0; (one = metric_name_at(i, NULL)); i++)
			fprintf(stderr, "%s%s", i ? ", " : ": there are ", one);
	fputc('\n', stderr);
	return -1;
}

static int parse_format(struct options *o, const char *name)
{
	size_t i;

	o->format = format_find(name);
	o->format_given = true;
	if (o->format)
		return 0;
	fputs("contend: --output-format is ", stderr);
	for (i = 0; i < nformats; i++)
		fprintf(stderr, "%s%s", !i ? "" : i + 1 < nformats ? ", " : " or ",
			formats[i].name);
	fprintf(stderr, ", not '%.40s'\n", name);
	return -1;
}

/* What goes on with a document is that document. */
static int end_resume(struct options *o)
{
	if (!o->resume[0]) {
		fputs("contend: --resume needs the name of a file\n", stderr);
		return -1;
	}
	if (o->format != format_find("human") && o->format != format_find("json")) {
		fprintf(stderr, "contend: --resume goes on with json: --output-format=%s has not all that is needed\n",
			o->format->name);
		return -1;
	}
	o->format = format_find("json");
	if (!o->output)
		o->output = o->resume;
	return 0;
}

static int parse_own(struct options *o, int opt, char *value)
{
	switch (opt) {
	case 'o':
		o->output = value;
		if (!value[0])
			fputs("contend: --output needs the name of a file\n", stderr);
		else if (!strcmp(value, "-"))
			fputs("contend: --output=-: without --output it goes to stdout; a file of this name is ./-\n",
			      stderr);
		else if (format_find(value))
			fprintf(stderr, "contend: --output=%s: that is a format, which --output-format=%s chooses; a file of this name is ./%s\n",
				value, value, value);
		else
			return 0;
		return -1;
	case OPTION_FORMAT:
		return parse_format(o, value);
	case OPTION_REPEAT:
		return parse_count("--repeat", value, 1, STATS_MAX, &o->repeat);
	case OPTION_SECTION:
		o->job.only = value;
		return 0;
	case OPTION_RESUME:
		o->resume = value;
		return 0;
	case OPTION_EVENTS:
		return parse_count("--events", value, EVENTS_LEAST, EVENTS_MOST, &o->events);
	case OPTION_SIDE_A:
	case OPTION_SIDE_B:
		return add_side(o, opt - OPTION_SIDE_A, value);
	case OPTION_BY:
		return parse_by(o, value);
	case OPTION_METRIC:
		return parse_metric(o, value);
	case OPTION_THRESHOLD:
		return parse_number("--threshold", value, 0, 1000, &o->threshold);
	case OPTION_BASELINE:
		o->baseline = value;
		return 0;
	case OPTION_ACROSS:
		o->across = value;
		return 0;
	case OPTION_SVG:
		o->svg = value;
		return 0;
	case 'b':
		o->batch = true;
		return 0;
	case 'd':
		o->delay = value;
		return 0;
	case 'n':
		o->count = value;
		return 0;
	case OPTION_HGRM:
		o->hgrm = value;
		return 0;
	default:
		return add_word(&o->words, key_at(opt - OPTION_KEYS, NULL), value);
	}
}

/*
 * An option once, whatever it says: of two the last one would win, and nobody would know. Of
 * keys words_add() says so; a side is made by several words.
 */
static int check_once(bool *given, int opt)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(own); i++)
		if (own[i].value == opt)
			break;
	if (i == ARRAY_SIZE(own) || opt == OPTION_SIDE_A || opt == OPTION_SIDE_B)
		return 0;
	if (given[i]) {
		fprintf(stderr, "contend: --%s is given twice\n", own[i].name);
		return -1;
	}
	given[i] = true;
	return 0;
}

/* "workers=2" is no file, and --workers=2 an option. */
static int check_file(const char *word, enum command command)
{
	const size_t len = strcspn(word, "=");
	const char *near;

	if (!word[len] || !len || !access(word, F_OK))
		return 0;
	near = memchr(word, '.', len) ? NULL : option_meant(word, len, command);
	fprintf(stderr, "contend: there is no file '%.60s'", word);
	if (near || memchr(word, '.', len))
		fprintf(stderr, ": did you mean '--%s%.60s'?", near ?: "",
			near ? word + len : word);
	fputc('\n', stderr);
	return -1;
}

/* The table for getopt_long(), which is zeroed, and its letters. */
static void make_table(struct option *table, char *letters, enum command command)
{
	unsigned int i, n = 0;

	/* What lacks a value is told apart. */
	*letters++ = ':';
	for (i = 0; takes_keys(command) && key_at(i, NULL) && i < KEYS_MOST; i++)
		table[n++] = (struct option){
			key_at(i, NULL), required_argument, NULL, OPTION_KEYS + i
		};
	for (i = 0; i < ARRAY_SIZE(own); i++) {
		if (!(own[i].commands & command))
			continue;
		table[n++] = (struct option){
			own[i].name, own[i].takes ? required_argument : no_argument, NULL,
			own[i].value
		};
		if (own[i].value >= OPTION_FORMAT)
			continue;
		*letters++ = own[i].value;
		if (own[i].takes)
			*letters++ = ':';
	}
	*letters = '\0';
}

/* getopt_long() takes the beginning of a name too, which another option may come to have. */
static bool is_whole(const struct option *option, const char *word)
{
	const size_t len = strlen(option->name);

	word += strlen("--");
	return !strncmp(word, option->name, len) && (!word[len] || word[len] == '=');
}

/* The word that getopt_long() has just taken, whose value may be the one after it. */
static const char *word_taken(char **argv)
{
	return argv[optind - 1 - (optarg == argv[optind - 1])];
}

/**
 * options_parse - parse the command line
 * @o: what was asked for
 * @argc: words
 * @argv: the subcommand, its options and files
 * @command: the command that takes them; for all but COMMAND_READS and COMMAND_TOP the jobs are
 *	loaded too
 *
 * What is wrong is told on stderr.
 *
 * Return: 0; -1 on a wrong command line or job file.
 */
int options_parse(struct options *o, int argc, char **argv, enum command command)
{
	struct option *table = calloc(KEYS_MOST + ARRAY_SIZE(own) + 1, sizeof(*table));
	/* As it was typed: getopt_long() moves the files to the end. Until the program ends. */
	char **typed = calloc(argc, sizeof(*typed)), letters[2 * ARRAY_SIZE(own) + 2];
	const bool loads = !(command & (COMMAND_READS | COMMAND_TOP));
	bool given[ARRAY_SIZE(own)] = { };
	int opt, at = -1, i, ret = -1;

	*o = (struct options){ .argc = argc, .argv = typed, .format = &formats[0] };
	o->metric = metric_at(0);
	o->threshold = 5;
	if (!table || !typed) {
		free(table);
		free(typed);
		return -1;
	}
	memcpy(typed, argv, argc * sizeof(*typed));
	make_table(table, letters, command);
	opterr = 0;
	for (; (opt = getopt_long(argc, argv, letters, table, &at)) != -1; at = -1) {
		if (opt == ':') {
			fprintf(stderr, "contend: %s needs a value\n", argv[optind - 1]);
			goto out;
		} else if (opt == '?' && takes_keys(command) && is_group_word(argv[optind - 1])) {
			if (add_group_word(o, argc, argv))
				goto out;
		} else if (opt == '?') {
			unknown(argv[optind - 1], command, argv[0]);
			goto out;
		} else if (at >= 0 && !is_whole(&table[at], word_taken(argv))) {
			unknown(word_taken(argv), command, argv[0]);
			goto out;
		} else if (check_once(given, opt) || parse_own(o, opt, optarg)) {
			goto out;
		}
	}
	o->files = argv + optind;
	o->nfiles = argc - optind;
	for (i = 0; i < o->nfiles; i++)
		if (check_file(o->files[i], command))
			goto out;
	if (!o->nfiles && !o->words.n && loads) {
		fprintf(stderr, "contend: %s needs a job file or options such as --lock=rcu\n",
			argv[0]);
		goto out;
	}
	if (o->resume && end_resume(o))
		goto out;
	ret = loads ? options_load(o, &o->words) : 0;
out:
	free(table);
	return ret;
}

/**
 * options_load - make cases of the job files, or of the command line alone
 * @o: whose @job they are added to
 * @words: the command line's words
 *
 * What is wrong is told on stderr.
 *
 * Return: 0 or -1.
 */
int options_load(struct options *o, const struct words *words)
{
	int i, ret = 0;

	if (o->job.only && !o->nfiles) {
		fprintf(stderr, "contend: --section=%.60s is one of a job file, and there is none\n",
			o->job.only);
		return -1;
	}
	if (!o->nfiles)
		ret = job_words(&o->job, words);
	for (i = 0; i < o->nfiles && !ret; i++)
		ret = job_load(&o->job, o->files[i], words);
	if (!ret)
		ret = job_check_only(&o->job);
	if (!ret && !o->job.n) {
		fprintf(stderr, "contend: no case in these job files\n");
		ret = -1;
	}
	return ret;
}

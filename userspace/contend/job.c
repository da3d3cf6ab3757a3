// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>

#include "job.h"
#include "lib/nearest.h"
#include "lib/rules.h"
#include "names.h"
#include "range.h"
#include "report/memory.h"
#include "scenarios/scenario.h"
#include "text.h"

/* Cases of one section, and bytes of a job file: more is a mistake. */
#define CASES_MAX	RANGE_MOST
#define FILE_MAX	(1 << 20)
/* In the place of a file. */
#define COMMAND_LINE	"command line"

static int complain(const struct word *at, size_t offset, const char *message)
{
	if (at->ranged && offset > at->key_len)
		offset = at->key_len + 1;
	if (at->line)
		fprintf(stderr, "%s:%u:%zu: %s\n", at->file, at->line, at->column + offset,
			message);
	else
		fprintf(stderr, "%s: --%.*s: %s\n", at->file, (int)(at->len < 60 ? at->len : 60),
			at->text, message);
	return -1;
}

/* The values of a word: the one at *@at, up to the next comma if it is a list. */
static const char *next_value(const struct word *word, const struct spec_key *key,
			      const char *at, size_t *len)
{
	const char *end = word->text + word->len, *comma = NULL;

	if (at && at + *len == end)
		return NULL;
	at = at ? at + *len + 1 : word->text + word->key_len + 1;
	if (key && key->flags & SPEC_LIST)
		comma = memchr(at, ',', end - at);
	*len = (comma ? comma : end) - at;
	return at;
}

/*
 * What is wrong with a value of a word, at @value; @spec has it else. Whether a group that it
 * names is one, the section says, which need not have come to its end.
 */
static int check_value(struct spec *spec, const struct word *word, const char *value, size_t len)
{
	struct spec_error error;

	if (!spec_set(spec, word->text, word->key_len, value, len, &error))
		return 0;
	/* Its offset is that of a word with this value alone. */
	if (error.offset > word->key_len)
		error.offset += value - word->text - word->key_len - 1;
	return complain(word, error.offset, error.message);
}

/* A spec that has the group of a word like readers.mix=. */
static int prepare_group(struct spec *spec, const struct word *word)
{
	const char *dot = memchr(word->text, '.', word->key_len);
	struct spec_error error;
	char group[64];

	spec_init(spec);
	if (!dot)
		return 0;
	snprintf(group, sizeof(group), "%.*s:1", (int)(dot - word->text), word->text);
	if (!spec_set(spec, "group", 5, group, strlen(group), &error))
		return 0;
	return complain(word, 0, error.message);
}

/* The word with the values of its ranges, as if they had been listed. */
static int expand_ranges(struct word *word, const struct spec_key *key)
{
	const char *value = word->text + word->key_len + 1;
	const size_t len = word->len - word->key_len - 1;
	struct spec_error error;
	char *list, *text, message[256];
	int n;

	/* The name of a file may have two dots in it. */
	if (!key || !strcmp(key->value, "PATH") || !range_in(value, len))
		return 0;
	if (!(key->flags & SPEC_LIST)) {
		snprintf(message, sizeof(message), "%s takes one value, and no range of them",
			 key->name);
		return complain(word, word->key_len + 1, message);
	}
	if (range_expand(&list, value, len, &error))
		return complain(word, word->key_len + 1 + error.offset, error.message);
	/* Lives as long as the cases: until the program ends. */
	n = asprintf(&text, "%.*s=%s", (int)word->key_len, word->text, list);
	free(list);
	if (n < 0)
		return complain(word, 0, "memory is short");
	word->text = text;
	word->len = n;
	word->ranged = true;
	return 0;
}

/* A value that was checked, as a spec has it: 256Ki and 262144 are one. */
static void write_value(const struct word *word, const char *value, size_t len, char *buf,
			size_t size)
{
	char text[SPEC_TEXT];
	const char *at = text;
	struct spec_error error;
	struct spec spec;

	snprintf(buf, size, "%.*s", (int)len, value);
	if (prepare_group(&spec, word) ||
	    spec_set(&spec, word->text, word->key_len, value, len, &error) ||
	    spec_format(&spec, text, sizeof(text)) < 0)
		return;
	for (; *at; at += strcspn(at, " "), at += *at == ' ')
		if (!strncmp(at, word->text, word->key_len + 1))
			snprintf(buf, size, "%.*s", (int)strcspn(at, " ") - (int)word->key_len - 1,
				 at + word->key_len + 1);
}

/* A value that stands in the list before: its cases would be there twice, under one name. */
static bool is_twice(const struct word *word, const struct spec_key *key, const char *value,
		     size_t len)
{
	char own[SPEC_TEXT], before[SPEC_TEXT];
	const char *other = NULL;
	size_t n = 0;

	write_value(word, value, len, own, sizeof(own));
	while ((other = next_value(word, key, other, &n)) && other < value) {
		write_value(word, other, n, before, sizeof(before));
		if (!strcmp(own, before))
			return true;
	}
	return false;
}

/**
 * words_add - check a word and add it
 * @words: to these
 * @word: the word; its text must outlive @words. A range among its values becomes a list
 *
 * What is wrong is told on stderr, with the place.
 *
 * Return: 0 or -1.
 */
int words_add(struct words *words, const struct word *word)
{
	const struct spec_key *key = spec_key(word->text, word->key_len);
	struct word listed = *word;
	struct spec scratch;
	const char *value = NULL;
	char message[256];
	unsigned int i;
	size_t len = 0;

	for (i = 0; i < words->n; i++)
		if (words->word[i].key_len == word->key_len &&
		    !memcmp(words->word[i].text, word->text, word->key_len)) {
			snprintf(message, sizeof(message), "%.*s is given twice",
				 (int)word->key_len, word->text);
			return complain(word, 0, message);
		}
	if (expand_ranges(&listed, key))
		return -1;
	while ((value = next_value(&listed, key, value, &len))) {
		if (prepare_group(&scratch, &listed) || check_value(&scratch, &listed, value, len))
			return -1;
		if (names_check(key->name, value, len, message, sizeof(message)))
			return complain(&listed, value - listed.text, message);
		if (is_twice(&listed, key, value, len)) {
			snprintf(message, sizeof(message), "%.*s is there twice", (int)len, value);
			return complain(&listed, value - listed.text, message);
		}
	}
	if (words->n == WORDS_MAX)
		return complain(word, 0, "too many words in one section");
	words->word[words->n++] = listed;
	return 0;
}

/* The last of three that gives a key: the section, else the file's [global]. */
static const struct word *pick(const char *key, size_t len, const struct words *const from[3])
{
	unsigned int i, j;

	for (i = 3; i--; )
		for (j = 0; from[i] && j < from[i]->n; j++)
			if (len == from[i]->word[j].key_len &&
			    !memcmp(key, from[i]->word[j].text, len))
				return &from[i]->word[j];
	return NULL;
}

static bool is_of(const struct words *words, const struct word *word)
{
	return words && word >= words->word && word < words->word + words->n;
}

/*
 * Whether a word says what another one wins over: group= says how many workers there are,
 * and so does a workers= from farther away.
 */
static bool outdone(const struct word *word, const struct word *group,
		    const struct words *const from[3])
{
	unsigned int i;

	if (!group || word->key_len != strlen("workers") ||
	    memcmp(word->text, "workers", word->key_len))
		return false;
	for (i = 3; i-- && !is_of(from[i], word); )
		if (is_of(from[i], group))
			return true;
	return false;
}

/*
 * All words that hold, in the order in which they are set: the groups, what all workers
 * have, what a group has. 3 * WORDS_MAX are enough.
 */
static unsigned int pick_all(const struct word **words, const struct words *const from[3])
{
	const struct word *word, *group = pick("group", strlen("group"), from);
	const struct spec_key *key;
	unsigned int i, j, n = 0;

	if (group)
		words[n++] = group;
	for (i = 0; (key = spec_key_at(i)); i++) {
		word = pick(key->name, strlen(key->name), from);
		if (word && word != group && !outdone(word, group, from))
			words[n++] = word;
	}
	for (i = 0; i < 3; i++)
		for (j = 0; from[i] && j < from[i]->n; j++) {
			word = &from[i]->word[j];
			if (memchr(word->text, '.', word->key_len) &&
			    pick(word->text, word->key_len, from) == word)
				words[n++] = word;
		}
	return n;
}

static int add_case(struct job *job, const char *section, const char *choices, const char *file,
		    const struct spec *spec)
{
	struct job_case *cases = realloc(job->cases, (job->n + 1) * sizeof(*cases));
	struct job_case *c;

	if (!cases)
		return -1;
	job->cases = cases;
	c = &cases[job->n];
	if (asprintf(&c->name, "%s%s%s", section, choices[0] ? "/" : "", choices) < 0)
		return -1;
	c->file = file;
	c->spec = *spec;
	job->n++;
	return 0;
}

/* A case is a text on its way to the module and into the document. */
static int check_case(const struct spec *spec, const char *section, const char *file)
{
	struct spec_error error = { };
	char text[SPEC_TEXT];

	if (!spec_check(spec, &error) && !words_check(spec, &error)) {
		if (spec_format(spec, text, sizeof(text)) >= 0)
			return 0;
		snprintf(error.message, sizeof(error.message),
			 "its words are more than %u bytes", SPEC_TEXT - 1);
	}
	/* The command line has one. */
	if (!strcmp(file, COMMAND_LINE))
		fprintf(stderr, "%s: %s\n", file, error.message);
	else
		fprintf(stderr, "%s: %s: %s\n", file, section, error.message);
	return -1;
}

/**
 * struct section - what cases are made of
 * @name: of the section
 * @file: where it stands
 * @word: its words, in the order in which they are set
 * @n: how many
 */
struct section {
	const char *name;
	const char *file;
	const struct word *word[3 * WORDS_MAX];
	unsigned int n;
};

/*
 * Each value of each key that has several, in all combinations, from the @k-th word on. Each word
 * takes its own copy from @spec, where there is one for each: as many would not fit a small stack.
 */
static int expand(struct job *job, const struct section *section, unsigned int k,
		  struct spec *spec, const char *choices)
{
	const struct word *word = section->word[k];
	const char *value = NULL;
	size_t len = 0;

	if (k == section->n)
		return check_case(spec, section->name, section->file) ? -1 :
		       add_case(job, section->name, choices, section->file, spec);
	while ((value = next_value(word, spec_key(word->text, word->key_len), value, &len))) {
		bool list = len != word->len - word->key_len - 1;
		char more[256], one[256] = "";

		spec[1] = spec[0];
		if (job->n == CASES_MAX)
			return complain(word, 0, "too many cases");
		if (check_value(spec + 1, word, value, len))
			return -1;
		if (list)
			write_value(word, value, len, one, sizeof(one));
		snprintf(more, sizeof(more), "%s%s%.*s%s%s", choices,
			 list && choices[0] ? "," : "", list ? (int)word->key_len : 0,
			 word->text, list ? "=" : "", one);
		if (expand(job, section, k + 1, spec + 1, more))
			return -1;
	}
	return 0;
}

static const char *section_at(unsigned int i, const void *job)
{
	const struct job *all = job;

	return i < all->nsections ? all->sections[i] : NULL;
}

static bool has_section(const struct job *job, const char *name)
{
	unsigned int i;

	for (i = 0; i < job->nsections; i++)
		if (!strcmp(job->sections[i], name))
			return true;
	return false;
}

static int add_section(struct job *job, const char *name)
{
	char **sections;

	if (has_section(job, name))
		return 0;
	sections = realloc(job->sections, (job->nsections + 1) * sizeof(*sections));
	if (!sections)
		return -1;
	job->sections = sections;
	sections[job->nsections] = strdup(name);
	return sections[job->nsections++] ? 0 : -1;
}

static int end_section(struct job *job, const char *name, const char *file,
		       const struct words *global, const struct words *words,
		       const struct words *override)
{
	const struct words *const from[3] = { global, words, override };
	struct section section = { .name = name, .file = file };
	struct spec *spec;
	int ret;

	if (add_section(job, name))
		return -1;
	if (job->only && !text_listed(job->only, name))
		return 0;
	section.n = pick_all(section.word, from);
	spec = calloc(section.n + 1, sizeof(*spec));
	if (!spec)
		return -1;
	spec_init(spec);
	ret = expand(job, &section, 0, spec, "");
	free(spec);
	return ret;
}

static char *slurp(const char *path)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "r") : stdin;
	char *text = f ? calloc(1, FILE_MAX + 1) : NULL;
	size_t n = text ? fread(text, 1, FILE_MAX + 1, f) : 0;
	const char *why = NULL;
	size_t bom;

	if (!text || ferror(f)) {
		why = strerror(errno);
	} else if (n > FILE_MAX) {
		why = "more than 1 MiB: not a job file";
	} else {
		bom = text_bom(text, n, &why);
		if (!why && memchr(text, '\0', n))
			why = "has a zero byte: not a job file";
		memmove(text, text + bom, n - bom + 1);
	}
	if (f && f != stdin)
		fclose(f);
	if (why) {
		fprintf(stderr, "%s: %s\n", path, why);
		free(text);
		return NULL;
	}
	return text;
}

/* The words of one line, which ends in a zero; column counts from 1. */
static int parse_line(struct words *words, char *line, const char *file, unsigned int number)
{
	char *at = line;

	for (;;) {
		struct word word = { .file = file, .line = number };
		char *equals;

		at += strspn(at, " \t\r");
		if (!*at || *at == '#')
			return 0;
		word.text = at;
		word.len = strcspn(at, " \t\r#");
		word.column = at - line + 1;
		equals = memchr(at, '=', word.len);
		if (!equals)
			return complain(&word, 0, "a word must be key=value");
		word.key_len = equals - at;
		if (words_add(words, &word))
			return -1;
		at += word.len;
	}
}

/* "[name]", alone on its line: the name, or NULL after a complaint. */
static char *parse_header(char *line, const char *file, unsigned int number)
{
	struct word at = { .file = file, .line = number, .column = 1 };
	size_t blank = strspn(line, " \t"), len;
	char *name = line + blank + 1, *rest;

	len = strcspn(name, "]");
	if (!name[len] || !len) {
		complain(&at, blank, "a section begins with [name]");
		return NULL;
	}
	rest = name + len + 1;
	rest += strspn(rest, " \t\r");
	if (*rest && *rest != '#') {
		complain(&at, rest - line, "a section's words begin on the next line");
		return NULL;
	}
	name[len] = '\0';
	for (len = 0; name[len]; len++)
		if (!isalnum((unsigned char)name[len]) && !strchr("_-.", name[len])) {
			complain(&at, name + len - line,
				 "a section's name has letters, digits, '_', '-' and '.' only");
			return NULL;
		}
	return name;
}

/**
 * struct headers - the sections of a file
 * @name: each
 * @line: where it begins
 * @n: how many
 */
struct headers {
	const char **name;
	unsigned int *line;
	unsigned int n;
};

/* Cases of two sections of one name would have the same names, and of [global] one is the first. */
static int add_header(struct headers *h, const char *name, const char *file, unsigned int line)
{
	const struct word at = { .file = file, .line = line, .column = 1 };
	char message[512];
	unsigned int i;

	for (i = 0; i < h->n; i++) {
		if (strcmp(h->name[i], name))
			continue;
		snprintf(message, sizeof(message), "the section [%.60s] is there already: %s:%u",
			 name, file, h->line[i]);
		return complain(&at, 0, message);
	}
	h->name = memory_more(h->name, h->n, sizeof(*h->name));
	h->line = memory_more(h->line, h->n, sizeof(*h->line));
	h->name[h->n] = name;
	h->line[h->n++] = line;
	return 0;
}

/**
 * job_load - read a job file
 * @job: its cases are added to these
 * @path: the file, "-" for standard input
 * @override: words of the command line, which win
 *
 * What is wrong is told on stderr as file:line:column. The file's text stays
 * in memory: words point into it.
 *
 * Return: 0 or -1.
 */
int job_load(struct job *job, const char *path, const struct words *override)
{
	struct words *global = calloc(1, sizeof(*global)), *words = calloc(1, sizeof(*words));
	char *text = slurp(path), *next = text, *line, *section = NULL;
	struct headers headers = { };
	bool sections = false;
	unsigned int number;
	int ret = -1;

	if (!text || !global || !words)
		goto out;
	for (number = 1; (line = strsep(&next, "\n")); number++) {
		if (line[strspn(line, " \t")] != '[') {
			if (parse_line(section ? words : global, line, path, number))
				goto out;
			continue;
		}
		if (section && end_section(job, section, path, global, words, override))
			goto out;
		words->n = 0;
		section = parse_header(line, path, number);
		if (!section || add_header(&headers, section, path, number))
			goto out;
		if (!strcmp(section, "global"))
			section = NULL;
		else
			sections = true;
	}
	/* A file without sections is one. */
	if (section)
		ret = end_section(job, section, path, global, words, override);
	else if (!sections)
		ret = end_section(job, "job", path, global, NULL, override);
	else
		ret = 0;
out:
	free(headers.name);
	free(headers.line);
	free(words);
	free(global);
	return ret;
}

/**
 * job_words - make cases of the command line alone
 * @job: they are added to these
 * @words: its words
 *
 * Return: 0 or -1.
 */
int job_words(struct job *job, const struct words *words)
{
	return end_section(job, "command-line", COMMAND_LINE, NULL, NULL, words);
}

/**
 * job_check_only - whether the sections that were asked for are there
 * @job: all files are loaded
 *
 * What is wrong is told on stderr.
 *
 * Return: 0 or -1.
 */
int job_check_only(const struct job *job)
{
	const char *at, *near, *name;
	unsigned int i;
	size_t len;

	for (at = job->only; at; at = at[len] ? at + len + 1 : NULL) {
		char one[SPEC_NAME_LEN * 2];

		len = strcspn(at, ",");
		snprintf(one, sizeof(one), "%.*s", value_printable(len), at);
		if (len < sizeof(one) && has_section(job, one))
			continue;
		near = len ? spec_nearest(at, len, section_at, job) : NULL;
		fprintf(stderr, "contend: --section=%s: there is no such section", one);
		if (near)
			fprintf(stderr, ": did you mean '%s'?", near);
		for (i = 0; (name = section_at(i, job)); i++)
			fprintf(stderr, "%s%s", i ? ", " : near ? " There are " : ": there are ",
				name);
		fputc('\n', stderr);
		return -1;
	}
	return 0;
}

/**
 * job_free - give the cases' memory back
 * @job: the cases
 */
void job_free(struct job *job)
{
	while (job->n)
		free(job->cases[--job->n].name);
	free(job->cases);
	job->cases = NULL;
	while (job->nsections)
		free(job->sections[--job->nsections]);
	free(job->sections);
	job->sections = NULL;
}

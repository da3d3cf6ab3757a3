/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Job files: sections of words in the grammar (kmod/lib/spec.h), and lists of
 * values that make several cases of one section.
 */
#ifndef CONTEND_JOB_H
#define CONTEND_JOB_H

#include "lib/spec.h"

/**
 * struct job_case - one thing to run
 * @name: section, and what distinguishes it of those from the same section
 * @file: where it came from
 * @spec: what to run
 */
struct job_case {
	char *name;
	const char *file;
	struct spec spec;
};

/**
 * struct word - key=value at a place
 * @text: "key=value", not ended by a zero
 * @len: its bytes
 * @key_len: bytes of the key
 * @file: where it stands
 * @line: from 1
 * @column: from 1
 * @ranged: its values are those of a range, and their places none of the file's
 */
struct word {
	const char *text;
	size_t len;
	size_t key_len;
	const char *file;
	unsigned int line;
	unsigned int column;
	bool ranged;
};

#define WORDS_MAX	64

/**
 * struct words - a section's words
 * @word: in the order they were given
 * @n: how many
 */
struct words {
	struct word word[WORDS_MAX];
	unsigned int n;
};

/**
 * struct job - all cases of all files
 * @cases: in order
 * @n: how many
 * @only: names of the sections whose cases are made, with commas; NULL: all
 * @sections: names of all sections that there are, each once
 * @nsections: how many
 */
struct job {
	struct job_case *cases;
	size_t n;
	const char *only;
	char **sections;
	unsigned int nsections;
};

int words_add(struct words *words, const struct word *word);
int job_load(struct job *job, const char *path, const struct words *override);
int job_words(struct job *job, const struct words *words);
int job_check_only(const struct job *job);
void job_free(struct job *job);

#endif /* CONTEND_JOB_H */

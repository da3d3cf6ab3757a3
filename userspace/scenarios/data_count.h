/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Words of a text, counted: what a task of a map does, and one of a reduce. It knows nothing of who
 * does it, so that it is the same work whoever shares it out: a team of ours, or a library of
 * others in scripts/peers.d.
 */
#ifndef CONTEND_DATA_COUNT_H
#define CONTEND_DATA_COUNT_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

/* Words are shared out by their hash: so many tasks a reduce has. */
#define COUNT_PARTS	32

/**
 * struct text - what is read
 * @bytes: the documents, one after the other, a line's end after each; constant, like all
 * @len: how many they are, with the last line's end
 * @begin: where each document begins, and @len after the last one
 * @documents: how many
 * @left_out: and so many are none that have something in them, or nobody knows
 */
struct text {
	char *bytes;
	u64 len;
	u64 *begin;
	u32 documents;
	u32 left_out;
};

/**
 * struct word - a word, or a word in a document
 * @hash: of its bytes
 * @at: where it stands first, in struct text
 * @len: its bytes
 * @document: which; 0 where all are one
 * @count: how often it is there; 0: no word
 */
struct word {
	u64 hash;
	u32 at;
	u32 len;
	u32 document;
	u32 count;
};

/**
 * struct count_table - words that were counted; zeroed, it is empty
 * @slot: by hash; or in order, after count_sort()
 * @size: how many slots there are, a power of two
 * @n: how many of them are taken
 * @failed: memory was short: some words are not there
 */
struct count_table {
	struct word *slot;
	u32 size;
	u32 n;
	bool failed;
};

char *text_room(struct text *text, u64 size);
int text_add(struct text *text, u64 n);
int text_none(struct text *text, const char *path, int ret, const char *reason, char *why,
	      size_t size);
int text_read(struct text *text, const char *path, u64 most, char *why, size_t size);
void text_free(struct text *text);
void count_words(const struct text *text, u64 from, u64 to, bool by_document, bool splits,
		 struct count_table *parts);
void count_merge(const struct text *text, struct count_table *to, const struct count_table *from);
void count_sort(const struct text *text, struct count_table *table);
bool count_in_order(const struct text *text, const struct count_table *table);
void count_clear(struct count_table *table);
void count_free(struct count_table *table);
bool count_same(const struct text *text, const struct count_table *a, const struct count_table *b);

#endif /* CONTEND_DATA_COUNT_H */

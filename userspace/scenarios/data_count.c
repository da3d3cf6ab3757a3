// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data_count.h"

/* FNV-1a (G. Fowler, L. Noll, K. Vo, 1991). */
#define FNV_BASIS	0xcbf29ce484222325ULL
#define FNV_PRIME	0x100000001b3ULL

#define FIRST_SLOTS	1024

/* What a word is made of: letters, digits, _ and whatever is beyond ASCII. */
static bool in_word(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c >= 128;
}

/* --- reading it ---------------------------------------------------------------- */

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* What error says, of a file that is no document. */
static const char *reason_of(int error)
{
	switch (error) {
	case ENODATA:
		return "it is empty";
	case EILSEQ:
		return "a zero is in it, so that it is no text";
	case EFBIG:
		return "it is too large";
	case EINVAL:
		return "it is neither a file nor a folder";
	}
	return strerror(error);
}

/**
 * text_room - room for one more document, which text_add() makes of it
 * @text: the text, zero at first
 * @size: its bytes, at most
 *
 * Return: where they belong; NULL: there is no memory.
 */
char *text_room(struct text *text, u64 size)
{
	char *bytes = realloc(text->bytes, text->len + size + 1);
	u64 *begin;

	if (bytes)
		text->bytes = bytes;
	begin = realloc(text->begin, (text->documents + 2) * sizeof(*begin));
	if (begin)
		text->begin = begin;
	return bytes && begin ? bytes + text->len : NULL;
}

/**
 * text_add - what is in the room is a document
 * @text: the text, which text_room() has made room in
 * @n: its bytes
 *
 * Return: 0; a negative errno: it is none.
 */
int text_add(struct text *text, u64 n)
{
	char *bytes = text->bytes + text->len;

	if (!n)
		return -ENODATA;
	if (memchr(bytes, '\0', n))
		return -EILSEQ;
	bytes[n] = '\n';
	text->begin[text->documents++] = text->len;
	text->len += n + 1;
	text->begin[text->documents] = text->len;
	return 0;
}

/* A file's bytes. Returns 0; -ENOMEM; another negative errno: it is no document. */
static int read_document(struct text *text, const char *path, u64 size)
{
	FILE *file = fopen(path, "re");
	char *bytes;
	size_t n;
	int ret;

	if (!file)
		return -errno;
	bytes = text_room(text, size);
	if (!bytes) {
		fclose(file);
		return -ENOMEM;
	}
	n = fread(bytes, 1, size, file);
	ret = ferror(file) ? -errno : text_add(text, n);
	fclose(file);
	return ret;
}

/* Likewise of what is found; 0 also of a folder, and of a link, which is not followed. */
static int read_entry(struct text *text, const FTSENT *entry, u64 most)
{
	struct stat st;

	switch (entry->fts_info) {
	case FTS_D:
	case FTS_DP:
	case FTS_SL:
		return 0;
	case FTS_SLNONE:
		return stat(entry->fts_path, &st) ? -errno : 0;
	case FTS_NS:
	case FTS_DNR:
	case FTS_ERR:
		return -entry->fts_errno;
	case FTS_DC:
		return -ELOOP;
	case FTS_F:
		break;
	default:
		return -EINVAL;
	}
	if (!entry->fts_statp->st_size)
		return -ENODATA;
	if (text->len + entry->fts_statp->st_size + 1 > most)
		return -EFBIG;
	return read_document(text, entry->fts_path, entry->fts_statp->st_size);
}

/**
 * text_none - nothing came of it
 * @text: forgotten
 * @path: what was named
 * @ret: a negative errno
 * @reason: what that is of @path
 * @why: filled in, with the reason and the remedy
 * @size: its bytes
 *
 * Return: @ret.
 */
int text_none(struct text *text, const char *path, int ret, const char *reason, char *why,
	      size_t size)
{
	text_free(text);
	snprintf(why, size, "no text in %s: %s; input= names a file of text, or a folder or tar archive of such",
		 path, reason);
	return ret;
}

/**
 * text_read - read documents
 * @text: filled in
 * @path: a file, or a folder, with all below it: each plain file is a document that has no zero in
 *	it; in the order of their names
 * @most: so many bytes; documents that would make it more are left out
 * @why: for the reason
 * @size: its bytes
 *
 * Return: 0; or as text_none().
 */
int text_read(struct text *text, const char *path, u64 most, char *why, size_t size)
{
	char *const paths[] = { (char *)path, NULL };
	FTS *files = fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
	const char *reason = "no file below it is text";
	int ret = files ? 0 : -errno, one = 0;
	FTSENT *entry;

	memset(text, 0, sizeof(*text));
	while (!ret && (entry = fts_read(files))) {
		one = read_entry(text, entry, most);
		ret = one == -ENOMEM ? one : 0;
		text->left_out += one && one != -ENODATA;
		if (one && !entry->fts_level)
			reason = reason_of(-one);
	}
	if (files)
		fts_close(files);
	if (ret)
		reason = strerror(-ret);
	else if (!text->documents)
		ret = one ?: -ENODATA;
	return ret ? text_none(text, path, ret, reason, why, size) : 0;
}

/**
 * text_free - forget it
 * @text: the text
 */
void text_free(struct text *text)
{
	free(text->bytes);
	free(text->begin);
	memset(text, 0, sizeof(*text));
}

/* In which document a byte is. */
static u32 document_of(const struct text *text, u64 at)
{
	u32 low = 0, high = text->documents, mid;

	while (high - low > 1) {
		mid = low + (high - low) / 2;
		if (text->begin[mid] <= at)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/* --- tables --------------------------------------------------------------------- */

static bool same_word(const struct text *text, const struct word *a, const struct word *b)
{
	return a->hash == b->hash && a->len == b->len && a->document == b->document &&
	       !memcmp(text->bytes + a->at, text->bytes + b->at, a->len);
}

/* Its slot, or the one where it would be. */
static struct word *find(const struct text *text, const struct count_table *table,
			 const struct word *word)
{
	u32 at = (word->hash + word->document) & (table->size - 1);

	while (table->slot[at].count && !same_word(text, &table->slot[at], word))
		at = (at + 1) & (table->size - 1);
	return &table->slot[at];
}

static bool grow(const struct text *text, struct count_table *table)
{
	struct count_table old = *table;
	u32 i;

	table->size = old.size ? 2 * old.size : FIRST_SLOTS;
	table->slot = calloc(table->size, sizeof(*table->slot));
	if (!table->slot) {
		*table = old;
		table->failed = true;
		return false;
	}
	for (i = 0; i < old.size; i++)
		if (old.slot[i].count)
			*find(text, table, &old.slot[i]) = old.slot[i];
	free(old.slot);
	return true;
}

static void add(const struct text *text, struct count_table *table, const struct word *word)
{
	struct word *slot;

	if (2 * table->n >= table->size && !grow(text, table))
		return;
	slot = find(text, table, word);
	if (slot->count) {
		slot->count += word->count;
		return;
	}
	*slot = *word;
	table->n++;
}

/**
 * count_words - a task of the map
 * @text: the text
 * @from: the words that begin here
 * @to: and before this
 * @by_document: count each document's for itself
 * @splits: of a word that has begun before @from the rest is one, which is wrong
 * @parts: where they are counted, COUNT_PARTS tables
 */
void count_words(const struct text *text, u64 from, u64 to, bool by_document, bool splits,
		 struct count_table *parts)
{
	const unsigned char *bytes = (const unsigned char *)text->bytes;
	u64 at = from, begin;
	u32 document = 0;

	if (from && !splits && in_word(bytes[from - 1]))
		while (at < to && in_word(bytes[at]))
			at++;
	if (by_document)
		document = document_of(text, at);
	for (;;) {
		struct word word = { .hash = FNV_BASIS, .count = 1 };

		while (at < to && !in_word(bytes[at]))
			at++;
		if (at >= to)
			break;
		/* Its end may be after @to: after the last word a line ends. */
		for (begin = at; in_word(bytes[at]); at++)
			word.hash = (word.hash ^ bytes[at]) * FNV_PRIME;
		word.at = begin;
		word.len = at - begin;
		if (by_document) {
			while (text->begin[document + 1] <= begin)
				document++;
			word.document = document;
		}
		add(text, &parts[(word.hash >> 32) % COUNT_PARTS], &word);
	}
}

/**
 * count_merge - a task of the reduce
 * @text: the text
 * @to: where all of @from are added
 * @from: what one has counted, of this part
 */
void count_merge(const struct text *text, struct count_table *to, const struct count_table *from)
{
	u32 i;

	to->failed |= from->failed;
	for (i = 0; i < from->size; i++)
		if (from->slot[i].count)
			add(text, to, &from->slot[i]);
}

static int in_order(const void *x, const void *y, void *data)
{
	const struct text *text = data;
	const struct word *a = x, *b = y;
	int order;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	order = memcmp(text->bytes + a->at, text->bytes + b->at, a->len);
	if (order)
		return order;
	return (a->document > b->document) - (a->document < b->document);
}

/**
 * count_sort - make an index of what was counted: each word's documents in their order
 * @text: the text
 * @table: nothing can be added then, before it is cleared
 */
void count_sort(const struct text *text, struct count_table *table)
{
	u32 i, n = 0;

	for (i = 0; i < table->size; i++)
		if (table->slot[i].count)
			table->slot[n++] = table->slot[i];
	if (!n)
		return;
	memset(table->slot + n, 0, (table->size - n) * sizeof(*table->slot));
	qsort_r(table->slot, n, sizeof(*table->slot), in_order, (void *)text);
}

/**
 * count_in_order - whether it is an index
 * @text: the text
 * @table: after count_sort()
 */
bool count_in_order(const struct text *text, const struct count_table *table)
{
	u32 i;

	for (i = 1; i < table->n; i++)
		if (in_order(&table->slot[i - 1], &table->slot[i], (void *)text) >= 0)
			return false;
	return true;
}

/**
 * count_clear - forget what was counted
 * @table: its slots stay
 */
void count_clear(struct count_table *table)
{
	if (table->n)
		memset(table->slot, 0, table->size * sizeof(*table->slot));
	table->n = 0;
	table->failed = false;
}

/**
 * count_free - and its slots
 * @table: is empty then
 */
void count_free(struct count_table *table)
{
	free(table->slot);
	memset(table, 0, sizeof(*table));
}

/**
 * count_same - whether two tables have the same words as often
 * @text: the text
 * @a: one, whose slots may be in order, as may be those of
 * @b: the other
 */
bool count_same(const struct text *text, const struct count_table *a, const struct count_table *b)
{
	struct count_table found = { };
	bool same = a->n == b->n && !a->failed && !b->failed;
	u32 i;

	/* Where a slot is found by its hash. */
	count_merge(text, &found, b);
	same &= !found.failed;
	for (i = 0; same && i < a->size; i++)
		if (a->slot[i].count)
			same = find(text, &found, &a->slot[i])->count == a->slot[i].count;
	count_free(&found);
	return same;
}

// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>

#include "documents.h"
#include "text.h"

/* The next byte that is not blank, left in the file. */
static int peek(FILE *f)
{
	int c;

	do {
		c = getc(f);
	} while (isspace(c));
	return ungetc(c, f);
}

/* All of a file, which may be a pipe, in memory. */
static FILE *read_whole(const char *path, char **text, size_t *size)
{
	FILE *f = fopen(path, "re"), *whole = NULL;
	char part[65536];
	FILE *to;
	size_t n;

	*text = NULL;
	if (!f)
		return NULL;
	to = open_memstream(text, size);
	while (to && (n = fread(part, 1, sizeof(part), f)))
		fwrite(part, 1, n, to);
	if (to && !ferror(f) && !fclose(to))
		whole = fmemopen(*text, *size ?: 1, "r");
	fclose(f);
	return whole;
}

/**
 * documents_load - read the documents of a file, which stand one after another
 * @path: the file
 * @error: whether it cannot be read, or has a wrong one; that is told on stderr
 *
 * Return: an array; NULL with @error, and for what is no document, such as a job.
 */
json_t *documents_load(const char *path, bool *error)
{
	const char *why = NULL;
	json_t *documents, *doc;
	json_error_t at;
	size_t size, skip;
	char *text;
	FILE *f;

	*error = false;
	if (!strcmp(path, "-"))
		return NULL;
	f = read_whole(path, &text, &size);
	if (!f) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		free(text);
		*error = true;
		return NULL;
	}
	skip = text_bom(text, size, &why);
	if (why || fseek(f, skip, SEEK_SET)) {
		fprintf(stderr, "%s: %s\n", path, why ?: strerror(errno));
		*error = true;
	}
	if (*error || peek(f) != '{') {
		fclose(f);
		free(text);
		return NULL;
	}
	documents = json_array();
	while (!*error && peek(f) != EOF) {
		doc = json_loadf(f, JSON_DISABLE_EOF_CHECK, &at);
		*error = true;
		if (!doc)
			fprintf(stderr, "%s:%d:%d: %s\n", path, at.line, at.column, at.text);
		else if (strcmp(json_string_value(json_object_get(doc, "schema")) ?: "",
				"contend.result/1") ||
			 !json_is_array(json_object_get(doc, "results")))
			fprintf(stderr, "%s: not a contend.result/1 document, which contend run --output-format=json writes\n",
				path);
		else
			*error = false;
		json_array_append_new(documents, doc ?: json_null());
	}
	fclose(f);
	free(text);
	if (*error) {
		json_decref(documents);
		documents = NULL;
	}
	return documents;
}

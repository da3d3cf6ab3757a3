// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <linux/string.h>
#include <stdio.h>

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
	char begin[3];
	size_t skip;
	FILE *f;

	*error = false;
	if (!strcmp(path, "-"))
		return NULL;
	f = fopen(path, "r");
	if (!f) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		*error = true;
		return NULL;
	}
	skip = text_bom(begin, fread(begin, 1, sizeof(begin), f), &why);
	if (why || fseek(f, skip, SEEK_SET)) {
		fprintf(stderr, "%s: %s\n", path, why ?: strerror(errno));
		fclose(f);
		*error = true;
		return NULL;
	}
	if (peek(f) != '{') {
		fclose(f);
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
	if (*error) {
		json_decref(documents);
		documents = NULL;
	}
	return documents;
}

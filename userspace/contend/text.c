// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>

#include "text.h"

/**
 * text_bom - look for a byte-order mark
 * @text: the beginning of a file
 * @n: bytes of it
 * @why: what is wrong, where it is one of UTF-16; else left alone
 *
 * Return: bytes of a mark of UTF-8, which is skipped.
 */
size_t text_bom(const char *text, size_t n, const char **why)
{
	if (n >= 2 && (!memcmp(text, "\xff\xfe", 2) || !memcmp(text, "\xfe\xff", 2)))
		*why = TEXT_UTF16;
	return n >= strlen(TEXT_BOM) && !memcmp(text, TEXT_BOM, strlen(TEXT_BOM)) ?
	       strlen(TEXT_BOM) : 0;
}

/**
 * text_listed - whether a list with commas has a word
 * @list: the list, or NULL for an empty one
 * @word: the word, or NULL for one that no list has
 */
bool text_listed(const char *list, const char *word)
{
	size_t len;

	for (; list && *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		if (word && len == strlen(word) && !memcmp(list, word, len))
			return true;
	}
	return false;
}

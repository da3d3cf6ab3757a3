// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "memory.h"

/**
 * memory_more - room for one more at the end of an array
 * @array: it, which grew by this alone; NULL for none
 * @n: how many it has
 * @size: bytes of each
 *
 * Return: the array. Where memory is short the program ends.
 */
void *memory_more(void *array, size_t n, size_t size)
{
	/* In powers of two: many come one by one. */
	if (array && n & (n - 1))
		return array;
	array = reallocarray(array, n ? 2 * n : 1, size);
	if (!array)
		abort();
	return array;
}

/**
 * memory_text - a text of one's own
 * @text: the text, or NULL
 *
 * Return: the same, to be freed. Where memory is short the program ends.
 */
char *memory_text(const char *text)
{
	char *same = text ? strdup(text) : NULL;

	if (text && !same)
		abort();
	return same;
}

// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>

#include "nearest.h"

/* Longer words are not compared: their matrix would not fit the kernel's stack. */
#define NEAREST_LEN	31

/*
 * How many insertions, deletions, replacements and swaps of neighbours lie
 * between two words: the optimal string alignment distance, three rows of it.
 */
static unsigned int distance(const char *a, size_t alen, const char *b, size_t blen)
{
	u8 row[3][NEAREST_LEN + 1];
	size_t i, j;

	for (j = 0; j <= blen; j++)
		row[0][j] = j;
	for (i = 1; i <= alen; i++) {
		u8 *now = row[i % 3], *above = row[(i + 2) % 3], *before = row[(i + 1) % 3];

		now[0] = i;
		for (j = 1; j <= blen; j++) {
			u8 best = above[j - 1] + (a[i - 1] != b[j - 1]);

			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
	}
	return row[alen % 3][blen];
}

/**
 * spec_nearest - what somebody may have meant
 * @name: the word that is not known, not ended by a zero
 * @len: its bytes
 * @candidate: gives the i-th known word, NULL past the last one
 * @data: for @candidate
 *
 * Return: the known word nearest to it, or NULL when none is near enough to be
 * worth a suggestion: a third of its letters wrong, but at least one and at
 * most three.
 */
const char *spec_nearest(const char *name, size_t len,
			 const char *(*candidate)(unsigned int i, const void *data),
			 const void *data)
{
	unsigned int best = len < 4 ? 2 : len < 9 ? 3 : 4, i, d;
	const char *nearest = NULL, *c;

	if (len > NEAREST_LEN)
		return NULL;
	for (i = 0; (c = candidate(i, data)); i++) {
		if (strlen(c) > NEAREST_LEN)
			continue;
		d = distance(name, len, c, strlen(c));
		if (d < best && d < len) {
			best = d;
			nearest = c;
		}
	}
	return nearest;
}

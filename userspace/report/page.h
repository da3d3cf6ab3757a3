/* SPDX-License-Identifier: GPL-2.0 */
/* A report as one HTML file that loads nothing else. */
#ifndef CONTEND_PAGE_H
#define CONTEND_PAGE_H

#include <stdio.h>

#include "album.h"
#include "shown.h"

/**
 * struct page - what is on it
 * @worlds: the cases
 * @album: of each world its pictures
 * @command: what makes the page again
 * @script: a library that draws with a cursor and a zoom, or NULL: the page has no script
 * @style: of that library
 * @licence: likewise
 */
struct page {
	const struct worlds *worlds;
	const struct album *album;
	const char *command;
	const char *script;
	const char *style;
	const char *licence;
};

void page_write(FILE *out, const struct page *page);

#endif /* CONTEND_PAGE_H */

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
 */
struct page {
	const struct worlds *worlds;
	const struct album *album;
	const char *command;
};

void page_write(FILE *out, const struct page *page);

#endif /* CONTEND_PAGE_H */

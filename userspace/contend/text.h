/* SPDX-License-Identifier: GPL-2.0 */
/* Text files, as other systems write them too, and lists with commas. */
#ifndef CONTEND_TEXT_H
#define CONTEND_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* What some editors put before UTF-8, and what UTF-16 begins with in either order. */
#define TEXT_BOM	"\xef\xbb\xbf"
#define TEXT_UTF16	"is UTF-16: save it as UTF-8"

size_t text_bom(const char *text, size_t n, const char **why);
bool text_listed(const char *list, const char *word);

#endif /* CONTEND_TEXT_H */

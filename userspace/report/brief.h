/* SPDX-License-Identifier: GPL-2.0 */
/* The cases of documents, and what comparisons say, as a table for a text of somebody's own. */
#ifndef CONTEND_BRIEF_H
#define CONTEND_BRIEF_H

#include <jansson.h>
#include <stdio.h>

#include "shown.h"
#include "table.h"

struct table cases_table(const struct world *w);
char *verdict_words(const struct world *worlds, size_t n, enum verdict *worst);
void brief_worlds(FILE *out, const struct worlds *worlds, const char *command, bool latex);
void brief_comparison(FILE *out, const struct metric *m, const json_t *doc, bool latex);

#endif /* CONTEND_BRIEF_H */

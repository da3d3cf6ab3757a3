/* SPDX-License-Identifier: GPL-2.0 */
/* All values of a key, or of several together: which is the best, and which are as good. */
#ifndef CONTEND_RANKING_H
#define CONTEND_RANKING_H

#include <jansson.h>
#include <stdio.h>

#include "compare.h"
#include "lib/spec.h"

int ranking_check(const char *by, const char *const *name, const struct spec *spec, size_t n,
		  char *message, size_t size);
struct side *ranking_sides(const char *by, const char *name, const json_t *documents, size_t *n,
			   char *message, size_t size);
void ranking_free(struct side *sides, size_t n);
json_t *ranking_json(const struct comparison *c, enum outcome *outcome, char *message, size_t size);
void ranking_human(FILE *out, const struct comparison *c, const json_t *doc);

#endif /* CONTEND_RANKING_H */

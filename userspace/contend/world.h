/* SPDX-License-Identifier: GPL-2.0 */
/* What makes a world, to which figures belong. */
#ifndef CONTEND_WORLD_H
#define CONTEND_WORLD_H

#include <jansson.h>
#include <stdbool.h>

#define WORLD_NO_RATIO	"figures of different worlds make no ratio"

bool world_equal(const json_t *a, const json_t *b, const char *across);
int world_check_across(const char *list);
void world_check(const char *what, const json_t *a, const char *first, const json_t *b,
		 const char *second, const char *across, char *remedy, size_t size);
bool world_compared(const json_t *a, const char *first, const json_t *b, const char *second,
		    const char *across);
void world_add_difference(json_t *differs, const char *key, json_t *a, json_t *b);
json_t *world_differences(const json_t *a, const json_t *b);

#endif /* CONTEND_WORLD_H */

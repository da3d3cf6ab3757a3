/* SPDX-License-Identifier: GPL-2.0 */
/* Ranges among the values of a key: 1..64*2, 8..64+8, 100ns..10us*10, poisson:1k/s..8k/s*2. */
#ifndef CONTEND_RANGE_H
#define CONTEND_RANGE_H

#include <stdbool.h>

#include "lib/value.h"

/* Values of one range: more is a mistake. */
#define RANGE_MOST	4096

bool range_in(const char *value, size_t len);
int range_expand(char **list, const char *value, size_t len, struct spec_error *error);

#endif /* CONTEND_RANGE_H */

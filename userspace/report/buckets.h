/* SPDX-License-Identifier: GPL-2.0 */
/* The buckets of a distribution in a document: what a curve is drawn from. */
#ifndef CONTEND_BUCKETS_H
#define CONTEND_BUCKETS_H

#include <jansson.h>

#include "lib/hist.h"

json_t *buckets_json(const struct hist *h);
int buckets_add(struct hist *h, const json_t *distribution);

#endif /* CONTEND_BUCKETS_H */

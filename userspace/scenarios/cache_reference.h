/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The policies of structures/cache_policy.h by sequential caches that are written as plainly as can
 * be: arrays, and a search from one end to the other. With one task the misses are the same, each
 * of them. And what none of them can be above: the hits of one that knows what is asked for next.
 */
#ifndef CONTEND_CACHE_REFERENCE_H
#define CONTEND_CACHE_REFERENCE_H

#include <linux/types.h>
#include <stdbool.h>

struct reference;

/**
 * struct reference_policy - one
 * @name: of the structure that it is a reference for
 * @hits: ask for a key: whether it is there; from then on it is
 */
struct reference_policy {
	const char *name;
	bool (*hits)(struct reference *r, u64 key);
};

#define REFERENCE_POLICIES	6

extern const struct reference_policy reference_policies[REFERENCE_POLICIES];

const struct reference_policy *reference_policy(const char *structure);
struct reference *reference_make(u32 capacity);
void reference_free(struct reference *r);
s64 reference_min(const u32 *request, u32 n, u32 nkeys, u32 capacity);

#endif /* CONTEND_CACHE_REFERENCE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* Which keys a cache is asked for, one after the other: read from a file, or drawn. */
#ifndef CONTEND_CACHE_TRACE_H
#define CONTEND_CACHE_TRACE_H

#include <linux/types.h>
#include <stddef.h>

#include "lib/spec.h"

/*
 * What is drawn. steady: from keys= alone. scan: as many draws as there are keys, then as many keys
 * that come once, in turn. shift: twelve times on the way what is hot is no more, and others are.
 */
enum trace_pattern { PATTERN_STEADY, PATTERN_SCAN, PATTERN_SHIFT };

/**
 * struct cache_trace - requests
 * @key: the keys that there are; of a drawn one key i is i
 * @nkeys: how many
 * @request: of each request, which of @key
 * @n: how many
 *
 * Constant when it is made.
 */
struct cache_trace {
	u64 *key;
	u32 nkeys;
	u32 *request;
	u32 n;
};

int cache_trace_read(struct cache_trace *t, const char *path, char *why, size_t size);
int cache_trace_draw(struct cache_trace *t, enum trace_pattern pattern,
		     const struct keys_spec *keys, u32 requests, u64 seed);
void cache_trace_free(struct cache_trace *t);

#endif /* CONTEND_CACHE_TRACE_H */

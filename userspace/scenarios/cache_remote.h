/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A cache at the other end of a socket: memcached's text protocol, or Redis's (by hiredis). And a
 * server that speaks the former, on a structure of the catalogue.
 */
#ifndef CONTEND_CACHE_REMOTE_H
#define CONTEND_CACHE_REMOTE_H

#include <linux/types.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "cache_tiers.h"

struct remote;

/**
 * struct remote_place - where a server listens
 * @path: a Unix socket's; "": it is TCP on 127.0.0.1
 * @port: of TCP
 */
struct remote_place {
	char path[96];
	u32 port;
};

/* Keys that are asked for in one request, at most. */
#define REMOTE_BATCH	1024

struct remote *remote_open(const struct remote_place *place, bool redis, u64 limit_ns);
void remote_close(struct remote *r);
int remote_get(struct remote *r, const u64 *keys, u32 n, u32 *values, bool *there);
int remote_set(struct remote *r, u64 key, u32 value, u64 ttl_ns);
int remote_delete(struct remote *r, u64 key);
int remote_serve(const struct remote_place *place, int device, __u64 id,
		 const struct tier_verbs *verbs, const volatile sig_atomic_t *stop);

#endif /* CONTEND_CACHE_REMOTE_H */

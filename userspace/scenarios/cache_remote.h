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

/**
 * struct remote_cache - what a server serves
 * @device: from contend_open() or contend_open_program()
 * @object: its descriptor
 * @id: its number
 * @verbs: what it can do
 */
struct remote_cache {
	int device;
	int object;
	__u64 id;
	struct tier_verbs verbs;
};

/**
 * struct remote_books - what a server, or one of its threads, has done
 * @gets: keys that were asked for
 * @hits: and were there
 * @sets: values that were to be put in, whether there was room for them or not
 * @deletes: keys that were to go
 * @clients: connections
 * @refused: of these such as there was no thread or no handle for
 */
struct remote_books {
	u64 gets;
	u64 hits;
	u64 sets;
	u64 deletes;
	u64 clients;
	u64 refused;
};

/* Keys that are asked for in one request, at most. */
#define REMOTE_BATCH	1024

struct remote *remote_open(const struct remote_place *place, bool redis, u64 limit_ns);
void remote_close(struct remote *r);
int remote_get(struct remote *r, const u64 *keys, u32 n, u32 *values, bool *there);
int remote_set(struct remote *r, u64 key, u32 value, u64 ttl_ns);
int remote_delete(struct remote *r, u64 key);
int remote_serve(const struct remote_place *place, const struct remote_cache *cache, bool quiet,
		 const volatile sig_atomic_t *stop);

#endif /* CONTEND_CACHE_REMOTE_H */

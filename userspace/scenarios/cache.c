// SPDX-License-Identifier: GPL-2.0
/*
 * cache: clients who want keys that a slow store has, and a cache of the catalogue before it.
 *
 *	single	the cache alone: clients reach it by handles
 *	tiered	a small one in the program before it, which is told of each invalidation by a log
 *	socket	the cache in a server of its own, with memcached's protocol
 *	peer:…	a server of others
 *
 * Over a socket there is no lease: each client loads what it lacks, and a load may put in what was
 * invalidated meanwhile. How often such is read is a figure (stale_reads); of our own ones it is a
 * check.
 */
#include <errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cache_origin.h"
#include "cache_reference.h"
#include "cache_remote.h"
#include "cache_tiers.h"
#include "cache_trace.h"
#include "lib/key.h"
#include "scenario.h"
#include "structures/barrier.h"
#include "structures/cache.h"
#include "structures/log.h"
#include "structures/queue.h"

/* In the environment of a run's server: it is not to say where it listens. */
#define QUIET		"CONTEND_CACHE_QUIET"
/* How long a thread of the system sleeps before it looks whether it has to stop. */
#define LOOK_NS		20000000ULL
/* Invalidations that are on their way to the first tiers. */
#define LOG_RECORDS	16384
/* Keys that are worth a load ahead. */
#define REFRESH_KEYS	1024
/* What the first tier is. */
#define L1_STRUCTURE	"cache_sieve"
#define L1_LOCK		"ebr"
/* Comparisons that a reference may cost, about: its search goes from one end to the other. */
#define REFERENCE_WORK	400000000ULL
/* How long a client waits for an answer. It ends before the patience with a user does. */
#define ANSWER_NS	5000000000ULL
/* How long a server has until it listens. */
#define CONNECT_NS	(10 * SPEC_NS_PER_S)
/* A load that is longer would be another one's before its end. */
#define LOAD_MOST_NS	400000000ULL

enum write_kind { WRITE_AROUND, WRITE_THROUGH, WRITE_BEHIND, WRITE_UNTOLD };
enum acknowledge_kind { ACKNOWLEDGE_ALL, ACKNOWLEDGE_EARLY };
enum share_kind { L1_OF_USER, L1_OF_PROCESS };
enum transport_kind { TRANSPORT_UNIX, TRANSPORT_TCP };

/**
 * struct cache_words - the keys of this scenario
 * @trace_file: a trace; "": it is drawn
 * @pattern: how
 * @trace_length: how many requests
 * @writes: of a hundred requests so many
 * @write: how one is done
 * @origin_load: how long the store takes for a load
 * @origin_store: and for a write
 * @origin_cores: how many of both it does at a time; 0: any number
 * @absent: of a hundred keys so many have no value
 * @fill: who loads
 * @again_ns: fill=lease: when to come again
 * @ttl_ns: how long an entry counts
 * @negative_ns: how long it counts that there is none
 * @refresh_ns: how long before its end an entry is loaded anew
 * @write_queue: write=behind: how many may wait
 * @l1: entries of a first tier
 * @l1_share: whose it is
 * @acknowledge: when a write has ended
 * @transport: of a socket
 * @socket: contend serve cache: where it listens
 */
struct cache_words {
	char trace_file[128];
	enum trace_pattern pattern;
	u32 trace_length;
	u32 writes;
	enum write_kind write;
	struct delay_spec origin_load;
	struct delay_spec origin_store;
	u32 origin_cores;
	u32 absent;
	enum fill_kind fill;
	u64 again_ns;
	u64 ttl_ns;
	u64 negative_ns;
	u64 refresh_ns;
	u64 write_queue;
	u64 l1;
	enum share_kind l1_share;
	enum acknowledge_kind acknowledge;
	enum transport_kind transport;
	char socket[96];
};

/**
 * struct cache_client - what a user, or a thread of the system, has done; in shared memory
 * @counts: of its tiers
 * @reads: requests
 * @writes: likewise
 * @first_reads: in the first time through the trace
 * @first_hits: likewise
 * @first: it is through
 * @stale: reads that were older than a write that had ended
 * @invented: reads of what never was there
 * @refreshed: entries that were loaded anew before their end
 */
struct cache_client {
	struct tier_counts counts;
	u64 reads;
	u64 writes;
	u64 first_reads;
	u64 first_hits;
	bool first;
	u64 stale;
	u64 invented;
	u64 refreshed;
} __attribute__((aligned(64)));

/**
 * struct l1 - a first tier
 * @object: its descriptor
 * @id: its number
 */
struct l1 {
	int object;
	__u64 id;
};

/* Threads of the system, and the leader. */
enum { HELPER_LEADER, HELPER_FLUSHER, HELPER_REFRESHER, HELPER_TELLER, HELPERS };

/**
 * struct cache_system - the whole; constant when it has begun, but for what it leads to
 * @play: the run
 * @words: of it
 * @trace: what is asked for
 * @rules: of the tiers
 * @origin: what they stand before
 * @verbs: of each tier
 * @id: of the last tier
 * @queue: of write=behind
 * @refreshes: keys that are worth a load
 * @log: invalidations
 * @program: where first tiers are
 * @l1: each of them, @nl1
 * @told: an event count in the program: so many of the log were told to all first tiers
 * @tiered: there are first tiers
 * @remote: there is a server
 * @redis: which is Redis
 * @place: where it listens
 * @folder: a temporary one, its own
 * @server: its process; 0: there is none
 * @probe: the prober's connection; NULL: it has none now
 * @clients: of each user, then of each helper; shared memory
 * @hit: of the first requests of a single user, whether it was one; shared memory, or NULL
 * @nhit: how many
 * @thread: of each helper, those that are @started
 * @started: see there
 * @stop: they have to
 * @over: samples in which there was more than the capacity; the leader's
 */
struct cache_system {
	struct play *play;
	const struct cache_words *words;
	struct cache_trace trace;
	struct tier_rules rules;
	struct origin *origin;
	struct tier_verbs verbs[TIERS];
	__u64 id;
	__u64 queue;
	__u64 refreshes;
	__u64 log;
	int program;
	struct l1 *l1;
	u32 nl1;
	struct l1 told;
	bool tiered;
	bool remote;
	bool redis;
	struct remote_place place;
	struct folder folder;
	pid_t server;
	struct remote *probe;
	struct cache_client *clients;
	u8 *hit;
	u32 nhit;
	pthread_t thread[HELPERS];
	bool started[HELPERS];
	int stop;
	u64 over;
};

static const struct {
	const char *architecture;
	enum tier_fault fault;
} faults[] = {
	{ "busted_flight", FAULT_FLIGHT }, { "busted_cleanup", FAULT_CLEANUP },
	{ "busted_refresh", FAULT_REFRESH }, { "busted_early", FAULT_EARLY },
	{ "busted_behind", FAULT_BEHIND }, { "busted_ledger", FAULT_LEDGER },
	{ "busted_capacity", FAULT_CAPACITY }, { "busted_touch", FAULT_TOUCH },
};

static struct cache_client *helper(struct cache_system *s, u32 which)
{
	return &s->clients[s->play->nusers + which];
}

/* --- a client's hands --- */

/**
 * struct hands - what a client holds: one thread's own
 * @system: the whole
 * @client: its books
 * @tiers: of ours
 * @queue: handle, where there is one, like the next two
 * @refreshes: handle
 * @log: handle
 * @told: handle
 * @remote: of a server
 */
struct hands {
	struct cache_system *system;
	struct cache_client *client;
	struct tiers tiers;
	struct contend_handle *queue;
	struct contend_handle *refreshes;
	struct contend_handle *log;
	struct contend_handle *told;
	struct remote *remote;
};

static int open_one(struct cache_system *s, __u64 id, struct contend_handle **handle)
{
	const struct play *play = s->play;

	return id ? contend_handle_open(play->device, id, play->door, play->spec->batch,
					play->spec->poller_ns, handle) : 0;
}

static void close_one(struct contend_handle *handle)
{
	if (handle)
		contend_handle_close(handle);
}

static void hands_close(struct hands *h)
{
	u32 i;

	for (i = 0; i < TIERS; i++)
		close_one(h->tiers.handle[i]);
	close_one(h->queue);
	close_one(h->refreshes);
	close_one(h->log);
	close_one(h->told);
	if (h->remote)
		remote_close(h->remote);
}

/* @l1: which first tier it has; NULL: none. */
static int hands_open(struct hands *h, struct cache_system *s, struct cache_client *client,
		      struct rng *rng, const struct l1 *l1)
{
	struct tiers *t = &h->tiers;
	int ret = 0;

	*h = (struct hands){ .system = s, .client = client };
	t->rules = &s->rules;
	t->rng = rng;
	t->counts = &client->counts;
	if (s->remote) {
		h->remote = remote_open(&s->place, s->redis, ANSWER_NS);
		return h->remote ? 0 : -ECONNREFUSED;
	}
	if (l1) {
		t->verbs[t->n] = &s->verbs[0];
		ret = contend_handle_open(s->program, l1->id, CONTEND_DOOR_OP, 1, 0,
					  &t->handle[t->n++]) ?:
		      contend_handle_open(s->program, s->told.id, CONTEND_DOOR_OP, 1, 0, &h->told);
	}
	t->verbs[t->n] = &s->verbs[TIERS - 1];
	ret = ret ?: open_one(s, s->id, &t->handle[t->n++]) ?: open_one(s, s->queue, &h->queue) ?:
	      open_one(s, s->refreshes, &h->refreshes) ?: open_one(s, s->log, &h->log);
	if (ret)
		hands_close(h);
	return ret;
}

static int stopped(const struct cache_system *s)
{
	return __atomic_load_n(&s->stop, __ATOMIC_ACQUIRE);
}

/* --- writes --- */

/* All first tiers are told, and where a write waits for it they have heard. */
static void tell_all(struct hands *h, u32 key)
{
	u64 position = key, seen = 0;

	if (tiers_do(&h->tiers, h->log, LOG_APPEND, 0, &position, 0) ||
	    h->system->words->acknowledge == ACKNOWLEDGE_EARLY)
		return;
	position &= LOG_POSITION_MAX;
	while (!h->tiers.error) {
		if (tiers_do(&h->tiers, h->told, EVENT_READ, 0, &seen, 0) || seen > position)
			break;
		seen = position;
		tiers_do(&h->tiers, h->told, EVENT_AWAIT, 0, &seen, play_now() + LOOK_NS);
	}
}

static void invalidate(struct hands *h, u32 key)
{
	struct origin_key *k = &h->system->origin->key[key];

	__atomic_fetch_add(&k->ending, 1, __ATOMIC_ACQ_REL);
	tiers_invalidate(&h->tiers, h->tiers.n - 1, key);
	__atomic_fetch_add(&k->ended, 1, __ATOMIC_ACQ_REL);
}

/* To be stored later: when there is room for it. */
static void queue_write(struct hands *h, u32 key, u32 version)
{
	const bool drops = h->system->rules.fault == FAULT_BEHIND;
	u64 value = 0;
	int error;

	do {
		error = tiers_do(&h->tiers, h->queue, drops ? QUEUE_TRY_PUT : QUEUE_PUT,
				 (u64)key << 32 | version, &value, play_now() + LOOK_NS);
	} while (error == ETIMEDOUT);
}

static void write_key(struct hands *h, u32 key, struct rng *rng)
{
	struct cache_system *s = h->system;
	const enum write_kind kind = s->words->write;
	const u32 last = h->tiers.n - 1;
	const bool replaces = !h->remote && (kind == WRITE_THROUGH || kind == WRITE_BEHIND);
	bool there = false;
	u64 read = 0;
	u32 version;

	/* What is read before is replaced only if it is still there after. */
	if (replaces)
		there = !tiers_op(&h->tiers, last, h->tiers.verbs[last]->get, key, &read, 0);
	if (s->rules.fault == FAULT_EARLY && there) {
		tiers_replace(&h->tiers, key, read,
			      __atomic_load_n(&s->origin->key[key].issued, __ATOMIC_ACQUIRE) + 1);
		origin_nap(1000000);
	}
	version = origin_issue(s->origin, key);
	if (kind == WRITE_BEHIND) {
		origin_stage(s->origin, key, version);
		queue_write(h, key, version);
	} else {
		origin_store(s->origin, key, version, rng);
	}
	if (h->remote) {
		if (kind == WRITE_AROUND && remote_delete(h->remote, s->trace.key[key]))
			h->tiers.error = -EIO;
		if (kind == WRITE_THROUGH && remote_set(h->remote, s->trace.key[key], version,
							s->words->ttl_ns))
			h->tiers.error = -EIO;
	} else if (kind != WRITE_UNTOLD) {
		if (!there || !tiers_replace(&h->tiers, key, read, version))
			invalidate(h, key);
		if (s->tiered)
			tell_all(h, key);
	}
	origin_acknowledge(s->origin, key, version);
}

/* --- the system's threads --- */

static void *flush_writes(void *data)
{
	struct cache_system *s = data;
	struct hands h;
	struct rng rng;
	u64 value;
	int error;

	rng_seed(&rng, s->play->spec->seed, ~0ULL - HELPER_FLUSHER);
	if (hands_open(&h, s, helper(s, HELPER_FLUSHER), &rng, NULL))
		return NULL;
	for (;;) {
		/* Nobody writes any more: what is there now is all. */
		const bool last = stopped(s);

		value = 0;
		error = tiers_do(&h.tiers, h.queue, QUEUE_GET, 0, &value,
				 last ? 0 : play_now() + LOOK_NS);
		if (!error)
			origin_store(s->origin, value >> 32, value, &rng);
		else if (last || error == EIO)
			break;
	}
	hands_close(&h);
	return NULL;
}

static void refresh(struct hands *h, u32 key)
{
	const struct cache_system *s = h->system;
	const u32 last = h->tiers.n - 1;
	u64 read = 0, value;

	if (tiers_op(&h->tiers, last, h->tiers.verbs[last]->get, key, &read, 0))
		return;
	value = origin_load(s->origin, key, h->tiers.rng, s->rules.staged);
	if (s->rules.fault == FAULT_REFRESH) {
		if (!tiers_op(&h->tiers, last, h->tiers.verbs[last]->put, key, &value, 0))
			tiers_count_insert(&h->tiers, last, key, value);
	} else if (tiers_replace(&h->tiers, key, read, value)) {
		h->client->refreshed++;
	}
}

static void *refresh_keys(void *data)
{
	struct cache_system *s = data;
	struct hands h;
	struct rng rng;
	u64 key;

	rng_seed(&rng, s->play->spec->seed, ~0ULL - HELPER_REFRESHER);
	if (hands_open(&h, s, helper(s, HELPER_REFRESHER), &rng, NULL))
		return NULL;
	while (!stopped(s) && !h.tiers.error) {
		key = 0;
		if (!tiers_do(&h.tiers, h.refreshes, QUEUE_GET, 0, &key, play_now() + LOOK_NS))
			refresh(&h, key);
	}
	hands_close(&h);
	return NULL;
}

/* A key, or all of them, in each first tier. */
static void tell_tiers(struct hands *h, struct contend_handle **l1, u32 key, bool all)
{
	const struct cache_system *s = h->system;
	u64 none;
	u32 i;

	for (i = 0; i < s->nl1; i++) {
		none = 0;
		tiers_do(&h->tiers, l1[i], all ? CACHE_FLUSH : s->verbs[0].invalidate,
			 s->rules.key[key], &none, 0);
	}
}

/* All up to a position is told. */
static void told(struct hands *h, u64 *position, u64 to)
{
	u64 none;

	for (; *position < to; ++*position) {
		none = 0;
		tiers_do(&h->tiers, h->told, EVENT_ADVANCE, 0, &none, 0);
	}
}

/* Records are gone that nobody has told: nobody knows which keys they were about. */
static void tell_lost(struct hands *h, struct contend_handle **l1, u64 *position)
{
	u64 end = h->system->trace.nkeys;

	if (tiers_do(&h->tiers, h->log, LOG_APPEND, 0, &end, 0))
		return;
	tell_tiers(h, l1, 0, true);
	told(h, position, (end & LOG_POSITION_MAX) + 1);
}

static void tell(struct hands *h, struct contend_handle **l1)
{
	const struct cache_system *s = h->system;
	u64 key, none, position = 0, first;

	while (!stopped(s) && !h->tiers.error) {
		if (contend_handle_poll(h->log, POLLIN, LOOK_NS / 1000000) <= 0)
			continue;
		first = position;
		while (key = 0, !tiers_do(&h->tiers, h->log, LOG_READ, position, &key, 0)) {
			if (key < s->trace.nkeys)
				tell_tiers(h, l1, key, false);
			told(h, &position, position + 1);
		}
		if (position == first)
			tell_lost(h, l1, &position);
		/* Nobody else reads it: there is something in it when there is something new. */
		none = 0;
		tiers_do(&h->tiers, h->log, LOG_TRIM, position, &none, 0);
	}
}

static void *tell_thread(void *data)
{
	struct cache_system *s = data;
	struct contend_handle **l1 = calloc(s->nl1, sizeof(struct contend_handle *));
	struct hands h;
	struct rng rng;
	u32 i;
	int ret = l1 ? 0 : -ENOMEM;

	rng_seed(&rng, 0, 0);
	ret = ret ?: hands_open(&h, s, helper(s, HELPER_TELLER), &rng, &s->l1[0]);
	if (ret) {
		free(l1);
		return NULL;
	}
	for (i = 0; i < s->nl1 && !ret; i++)
		ret = contend_handle_open(s->program, s->l1[i].id, CONTEND_DOOR_OP, 1, 0, &l1[i]);
	if (!ret)
		tell(&h, l1);
	for (i = 0; i < s->nl1; i++)
		close_one(l1[i]);
	hands_close(&h);
	free(l1);
	return NULL;
}

/* --- a user --- */

/* A key that will end soon, and was found: the first who sees it has it loaded. */
static void look_ahead(struct hands *h, u32 key)
{
	struct origin_key *k = &h->system->origin->key[key];
	u64 at = __atomic_load_n(&k->renew_ns, __ATOMIC_RELAXED), none = 0;

	if (at && play_now() >= at &&
	    __atomic_compare_exchange_n(&k->renew_ns, &at, 0, false, __ATOMIC_RELAXED,
					__ATOMIC_RELAXED))
		tiers_do(&h->tiers, h->refreshes, QUEUE_TRY_PUT, key, &none, 0);
}

static void judge(struct hands *h, u32 key, u32 value, u32 floor)
{
	if (h->tiers.error)
		return;
	if (origin_invented(h->system->origin, key, value))
		h->client->invented++;
	else if (origin_version(value) < floor)
		__atomic_fetch_add(&h->client->stale, 1, __ATOMIC_RELAXED);
}

/* Stages: what a request was. */
enum { STAGE_HIT, STAGE_MISS, STAGE_WRITE };

/* Where a request of a user stands in the trace. */
struct place {
	u64 turn;
	u32 key;
	u32 floor;
	bool hit;
	bool write;
};

static void book(struct hands *h, const struct place *p)
{
	const struct cache_system *s = h->system;

	h->client->reads++;
	if (p->turn >= s->trace.n)
		return;
	h->client->first_reads++;
	h->client->first_hits += p->hit;
	if (s->hit && p->turn < s->nhit)
		s->hit[p->turn] = p->hit;
}

static void read_key(struct hands *h, struct place *p, struct request *r)
{
	struct tier_counts *counts = h->tiers.counts;
	const u64 hits = counts->hits[0] + counts->hits[1];
	const bool touches = h->system->rules.fault == FAULT_TOUCH && p->turn % 64 == 0;
	u32 value;

	h->tiers.tag = r->id;
	if (touches)
		tiers_read(&h->tiers, (p->key + 1) % h->system->trace.nkeys);
	value = tiers_read(&h->tiers, p->key);
	p->hit = counts->hits[0] + counts->hits[1] != hits;
	request_stage(r, p->hit ? STAGE_HIT : STAGE_MISS);
	judge(h, p->key, value, p->floor);
	if (h->refreshes)
		look_ahead(h, p->key);
}

/* What of a batch is read is asked for in one go. */
static void read_batch(struct hands *h, struct place *p, struct request *r, u32 n,
		       struct contend_op *ops)
{
	const struct tier_rules *rules = &h->system->rules;
	const int verb = h->tiers.verbs[0]->get;
	u32 i, asked = 0;
	int ret;

	for (i = 0; i < n; i++)
		if (!p[i].write)
			ops[asked++] = (struct contend_op){
				.size = sizeof(ops[0]), .verb = verb, .key = rules->key[p[i].key],
				.tag = r[i].id,
			};
	ret = contend_handle_batch(h->tiers.handle[0], ops, asked, NULL);
	if (ret && ret != -EINTR)
		h->tiers.error = ret;
	for (i = 0, asked = 0; i < n; i++) {
		const struct contend_op *op = &ops[asked];

		if (p[i].write)
			continue;
		asked++;
		h->tiers.tag = r[i].id;
		p[i].hit = !op->error || op->error == ENODATA;
		h->tiers.counts->hits[0] += p[i].hit;
		h->tiers.counts->negative += op->error == ENODATA;
		if (p[i].hit)
			request_stage(&r[i], STAGE_HIT);
		judge(h, p[i].key, p[i].hit ? op->value : tiers_miss(&h->tiers, p[i].key),
		      p[i].floor);
		if (!p[i].hit)
			request_stage(&r[i], STAGE_MISS);
		if (h->refreshes)
			look_ahead(h, p[i].key);
	}
}

static void read_remote(struct hands *h, struct place *p, struct request *r, u32 n, u64 *keys,
			u32 *values, bool *there)
{
	struct cache_system *s = h->system;
	u32 i, asked = 0;

	for (i = 0; i < n; i++)
		if (!p[i].write)
			keys[asked++] = s->trace.key[p[i].key];
	if (asked && remote_get(h->remote, keys, asked, values, there))
		h->tiers.error = -EIO;
	for (i = 0, asked = 0; i < n && !h->tiers.error; i++) {
		u32 value;

		if (p[i].write)
			continue;
		p[i].hit = there[asked];
		value = values[asked++];
		h->tiers.counts->hits[0] += p[i].hit;
		if (!p[i].hit) {
			value = origin_load(s->origin, p[i].key, h->tiers.rng, false);
			if (value != ORIGIN_NOTHING &&
			    remote_set(h->remote, s->trace.key[p[i].key], value, s->words->ttl_ns))
				h->tiers.error = -EIO;
		}
		request_stage(&r[i], p[i].hit ? STAGE_HIT : STAGE_MISS);
		judge(h, p[i].key, value, p[i].floor);
	}
}

/**
 * struct batch - what a user asks for together
 * @request: each
 * @place: in the trace
 * @ops: of ours
 * @keys: of a server, like the next two
 * @values: see there
 * @there: see there
 */
struct batch {
	struct request *request;
	struct place *place;
	struct contend_op *ops;
	u64 *keys;
	u32 *values;
	bool *there;
};

static void batch_free(struct batch *b)
{
	free(b->request);
	free(b->place);
	free(b->ops);
	free(b->keys);
	free(b->values);
	free(b->there);
}

static bool batch_make(struct batch *b, u32 n)
{
	*b = (struct batch){
		.request = calloc(n, sizeof(*b->request)), .place = calloc(n, sizeof(*b->place)),
		.ops = calloc(n, sizeof(*b->ops)), .keys = calloc(n, sizeof(*b->keys)),
		.values = calloc(n, sizeof(*b->values)), .there = calloc(n, sizeof(*b->there)),
	};
	if (b->request && b->place && b->ops && b->keys && b->values && b->there)
		return true;
	batch_free(b);
	return false;
}

/* Those that may be sent, in their order; the others have ended. Returns how many. */
static u32 admit(struct user *user, struct batch *b, u32 n)
{
	u32 i, sent = 0;

	for (i = 0; i < n; i++) {
		if (request_admit(user, &b->request[i])) {
			request_end(user, &b->request[i], REQUEST_SHED);
			continue;
		}
		if (i != sent) {
			b->request[sent] = b->request[i];
			b->place[sent] = b->place[i];
		}
		sent++;
	}
	return sent;
}

static void serve(struct hands *h, struct user *user, struct batch *b, u32 n)
{
	struct cache_system *s = h->system;
	enum request_outcome outcome;
	u32 i;

	/* A connection whose answer did not come is of no use any more. */
	if (h->remote && h->tiers.error) {
		for (i = 0; i < n; i++)
			request_end(user, &b->request[i], REQUEST_ERROR);
		return;
	}
	for (i = 0; i < n; i++) {
		struct place *p = &b->place[i];

		p->floor = origin_acknowledged(s->origin, p->key);
		if (p->write) {
			h->tiers.tag = b->request[i].id;
			write_key(h, p->key, &user->rng);
			h->client->writes++;
			request_stage(&b->request[i], STAGE_WRITE);
		}
	}
	if (h->remote)
		read_remote(h, b->place, b->request, n, b->keys, b->values, b->there);
	else if (n > 1)
		read_batch(h, b->place, b->request, n, b->ops);
	else if (!b->place->write)
		read_key(h, b->place, b->request);
	for (i = 0; i < n; i++) {
		outcome = h->tiers.error ? REQUEST_ERROR : REQUEST_OK;
		if (!b->place[i].write)
			book(h, &b->place[i]);
		request_end(user, &b->request[i], outcome);
	}
}

static void cache_user(struct user *user)
{
	struct play *play = user->play;
	struct cache_system *s = play->own;
	struct cache_client *client = &s->clients[user->index];
	const u32 most = play->spec->batch;
	struct hands h;
	struct batch b;
	u64 turn = user->index;
	u32 n;
	int ret;

	if (!batch_make(&b, most))
		return;
	ret = hands_open(&h, s, client, &user->rng,
			 s->tiered ? &s->l1[user->index % s->nl1] : NULL);
	while (!ret) {
		for (n = 0; n < most && user_next(user, &b.request[n]); n++, turn += play->nusers)
			b.place[n] = (struct place){
				.turn = turn, .key = s->trace.request[turn % s->trace.n],
				.write = s->words->writes &&
					 rng_below(&user->rng, 100) < s->words->writes,
			};
		if (!n)
			break;
		n = admit(user, &b, n);
		if (n)
			serve(&h, user, &b, n);
		client->first |= turn >= s->trace.n;
		/* What fails goes on to do so. */
		if (h.tiers.error && !user_sleep(user, play_now() + LOOK_NS))
			break;
	}
	if (!ret)
		hands_close(&h);
	batch_free(&b);
}

/* --- its begin --- */

static void *share_memory(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/*
 * A file, or the name of a trace in the folder of CONTEND_TRACES: only what is named so may be
 * missing, on a machine that does not have it.
 */
static int read_trace(struct cache_system *s)
{
	const char *name = s->words->trace_file, *folder = getenv("CONTEND_TRACES");
	const bool named = !strchr(name, '/');
	char path[4096], why[RESULT_TEXT] = "";
	int ret;

	if (folder && named && access(name, F_OK))
		snprintf(path, sizeof(path), "%s/%s.trace.gz", folder, name);
	else
		snprintf(path, sizeof(path), "%s", name);
	ret = cache_trace_read(&s->trace, path, why, sizeof(why));
	if (ret == -ENOENT && named)
		return play_failed(s->play, EOPNOTSUPP,
				   "no trace: %s; a trace that is named is in the folder of CONTEND_TRACES",
				   why);
	return ret ? play_failed(s->play, -ret, "trace_file=: %s", why[0] ? why : strerror(-ret)) :
		     0;
}

static int make_trace(struct cache_system *s)
{
	const struct cache_words *w = s->words;
	const struct spec *spec = s->play->spec;

	return w->trace_file[0] ? read_trace(s) :
				  cache_trace_draw(&s->trace, w->pattern, &spec->keys,
						   w->trace_length, spec->seed);
}

static int make_rules(struct cache_system *s)
{
	const struct cache_words *w = s->words;
	size_t i;

	s->origin = origin_make(s->trace.nkeys);
	if (!s->origin)
		return -ENOMEM;
	s->origin->load = w->origin_load;
	s->origin->store = w->origin_store;
	cores_init(&s->origin->cores, w->origin_cores);
	s->origin->absent = w->absent;
	s->rules = (struct tier_rules){
		.origin = s->origin, .key = s->trace.key, .fill = w->fill, .ttl_ns = w->ttl_ns,
		.negative_ns = w->negative_ns, .renew_ns = w->refresh_ns, .again_ns = w->again_ns,
		.staged = w->write == WRITE_BEHIND,
	};
	for (i = 0; i < ARRAY_SIZE(faults); i++)
		if (!strcmp(faults[i].architecture, s->play->common.architecture))
			s->rules.fault = faults[i].fault;
	return 0;
}

static int make_l1(struct cache_system *s, struct l1 *l1, const char *lock, const char *structure,
		   u64 capacity)
{
	struct contend_create create = { .capacity = capacity };

	l1->object = contend_create(s->program, lock, structure, &create);
	l1->id = create.id;
	return l1->object < 0 ? play_failed(s->play, -l1->object, "l1: %s: %s", structure,
					    create.why[0] ? create.why : strerror(-l1->object)) : 0;
}

/* First tiers, in the program whatever the engine is. */
static int make_first(struct cache_system *s)
{
	const struct play *play = s->play;
	const u32 n = s->words->l1_share == L1_OF_USER ? play->nusers : 1;
	int ret;

	s->program = contend_open_program(play_threads(play->spec));
	if (s->program < 0)
		return s->program;
	s->l1 = calloc(n, sizeof(*s->l1));
	if (!s->l1)
		return -ENOMEM;
	ret = make_l1(s, &s->told, "null", "event_count", 0) ?:
	      tier_verbs_load(s->program, L1_STRUCTURE, &s->verbs[0]);
	for (; !ret && s->nl1 < n; s->nl1 += !ret)
		ret = make_l1(s, &s->l1[s->nl1], L1_LOCK, L1_STRUCTURE, s->words->l1);
	return ret;
}

static int make_last(struct cache_system *s)
{
	struct play *play = s->play;
	const u64 capacity = play->spec->capacity;
	int ret;

	ret = play_create(play, play->spec->structure,
			  s->rules.fault == FAULT_CAPACITY ? 2 * capacity : capacity, &s->id);
	if (ret)
		return ret;
	ret = tier_verbs_load(play->device, play->spec->structure, &s->verbs[TIERS - 1]);
	if (ret)
		return play_failed(play, -ret, "structure=%s is neither a cache nor a table",
				   play->spec->structure);
	if (s->words->write == WRITE_BEHIND)
		ret = play_create(play, "queue", s->words->write_queue, &s->queue);
	if (!ret && s->words->refresh_ns)
		ret = play_create(play, "queue", REFRESH_KEYS, &s->refreshes);
	if (!ret && s->tiered)
		ret = play_create(play, "log", LOG_RECORDS, &s->log) ?: make_first(s);
	return ret;
}

/* The first so many requests of one user, of which a reference says what they hit. */
static bool has_reference(const struct cache_system *s)
{
	const struct cache_words *w = s->words;
	const struct spec *spec = s->play->spec;

	/* What is not sent it does not know of. */
	if (s->play->common.shed.kind || s->play->common.breaker.failures)
		return false;
	return s->play->nusers == 1 && !s->tiered && !s->remote && spec->batch == 1 &&
	       spec->stripes == 1 && !spec->prefill && !w->writes && !w->ttl_ns && !w->absent &&
	       w->fill == FILL_SINGLE && reference_policy(spec->structure) && spec->capacity;
}

static int make_books(struct cache_system *s)
{
	const u64 affordable = REFERENCE_WORK / (s->play->spec->capacity ?: 1);

	s->clients = share_memory((s->play->nusers + HELPERS) * sizeof(*s->clients));
	if (!s->clients)
		return -ENOMEM;
	if (!has_reference(s))
		return 0;
	s->nhit = affordable < s->trace.n ? affordable : s->trace.n;
	s->hit = share_memory(s->nhit);
	return s->hit ? 0 : -ENOMEM;
}

static int free_port(u32 *port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0), ret;

	ret = fd < 0 || bind(fd, (struct sockaddr *)&in, sizeof(in)) ||
	      getsockname(fd, (struct sockaddr *)&in, &len) ? -errno : 0;
	if (fd >= 0)
		close(fd);
	*port = ntohs(in.sin_port);
	return ret;
}

/* The same program, as a server of the same structure. */
static pid_t start_ours(struct cache_system *s)
{
	const struct spec *spec = s->play->spec;
	char words[8][160];
	char *const argv[] = {
		"contend", "serve", "cache", words[0], words[1], words[2], words[3], words[4],
		words[5], words[6], NULL,
	};
	const pid_t parent = getpid();
	pid_t pid;

	snprintf(words[0], sizeof(words[0]), "--engine=%s", spec->engine);
	snprintf(words[1], sizeof(words[1]), "--lock=%s", spec->lock);
	snprintf(words[2], sizeof(words[2]), "--structure=%s", spec->structure);
	snprintf(words[3], sizeof(words[3]), "--capacity=%llu", spec->capacity);
	snprintf(words[4], sizeof(words[4]), "--stripes=%u", spec->stripes);
	snprintf(words[5], sizeof(words[5]), "--users=%u", s->play->nusers + 1);
	if (s->place.path[0])
		snprintf(words[6], sizeof(words[6]), "--socket=%s", s->place.path);
	else
		snprintf(words[6], sizeof(words[6]), "--socket=%u", s->place.port);
	pid = fork();
	if (pid < 0)
		return play_failed(s->play, errno, "cannot start a server: %s", strerror(errno));
	if (pid) {
		setpgid(pid, pid);
		s->play->server = pid;
		return pid;
	}
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (!setenv(QUIET, "1", 1) && getppid() == parent)
		execv("/proc/self/exe", argv);
	_exit(127);
}

static pid_t start_peer(struct cache_system *s)
{
	const struct spec *spec = s->play->spec;
	char port[16], mib[16];
	const char *const arguments[] = {
		s->folder.path, s->place.path[0] ? "unix" : "tcp",
		s->place.path[0] ? s->place.path : port, mib, NULL,
	};

	snprintf(port, sizeof(port), "%u", s->place.port);
	/* So much is an entry there, with its key; none of them counts entries. */
	snprintf(mib, sizeof(mib), "%llu", spec->capacity * 128 / (1 << 20) + 16);
	return peer_start(s->play, peer_of(s->play), arguments);
}

static int start_server(struct cache_system *s)
{
	const u64 until = play_now() + CONNECT_NS;
	struct remote *r;
	pid_t pid;
	int ret = folder_make(s->play, &s->folder);

	if (ret)
		return ret;
	if (s->words->transport == TRANSPORT_UNIX)
		snprintf(s->place.path, sizeof(s->place.path), "%s/socket", s->folder.path);
	else if (free_port(&s->place.port))
		return play_failed(s->play, errno == EAFNOSUPPORT ? EOPNOTSUPP : errno,
				   "no TCP here: %s", strerror(errno));
	pid = peer_of(s->play) ? start_peer(s) : start_ours(s);
	if (pid < 0)
		return pid;
	folder_server(&s->folder, pid);
	s->server = pid;
	while (!(r = remote_open(&s->place, s->redis, 0))) {
		ret = peer_alive(s->play, pid);
		if (ret) {
			s->server = 0;
			return ret;
		}
		if (play_now() > until)
			return play_failed(s->play, ETIMEDOUT, "%s does not listen",
					   s->play->common.architecture);
		origin_nap(5000000);
	}
	remote_close(r);
	return 0;
}

/* All of some keys, as the store has them. */
static int prefill(struct cache_system *s)
{
	const u32 n = (u64)s->trace.nkeys * s->play->spec->prefill / 100;
	struct hands h;
	struct rng rng;
	u32 i;
	int ret;

	if (!n)
		return 0;
	rng_seed(&rng, 0, 0);
	ret = hands_open(&h, s, helper(s, HELPER_LEADER), &rng, NULL);
	if (ret)
		return play_failed(s->play, -ret, "prefill: %s", strerror(-ret));
	/* As loads that take no time. */
	s->origin->load = (struct delay_spec){ };
	for (i = 0; i < n && !h.tiers.error; i++) {
		if (!h.remote)
			tiers_read(&h.tiers, i);
		else if (remote_set(h.remote, s->trace.key[i], 0, 0))
			h.tiers.error = -EIO;
	}
	s->origin->load = s->words->origin_load;
	s->origin->loads = 0;
	s->origin->loading_most = 0;
	s->origin->herd_most = 0;
	memset(h.client->counts.hits, 0, sizeof(h.client->counts.hits));
	ret = h.tiers.error;
	hands_close(&h);
	return ret ? play_failed(s->play, -ret, "prefill: %s", strerror(-ret)) : 0;
}

static int start_helper(struct cache_system *s, u32 which, void *(*run)(void *))
{
	const int ret = -pthread_create(&s->thread[which], NULL, run, s);

	s->started[which] = !ret;
	return ret ? play_failed(s->play, -ret, "a thread: %s", strerror(-ret)) : 0;
}

static int start_helpers(struct cache_system *s)
{
	int ret = 0;

	if (s->queue)
		ret = start_helper(s, HELPER_FLUSHER, flush_writes);
	if (!ret && s->refreshes)
		ret = start_helper(s, HELPER_REFRESHER, refresh_keys);
	if (!ret && s->tiered)
		ret = start_helper(s, HELPER_TELLER, tell_thread);
	return ret;
}

static void stop_helpers(struct cache_system *s)
{
	u32 i;

	__atomic_store_n(&s->stop, 1, __ATOMIC_RELEASE);
	for (i = 0; i < HELPERS; i++)
		if (s->started[i])
			pthread_join(s->thread[i], NULL);
}

/* Returns whether it ended well, see peer_stop(). */
static bool stop_server(struct cache_system *s)
{
	const pid_t pid = s->server;

	s->server = 0;
	s->play->server = 0;
	return peer_stop(s->play, pid, 0);
}

static void cache_free(struct cache_system *s)
{
	u32 i;

	stop_helpers(s);
	if (s->probe)
		remote_close(s->probe);
	stop_server(s);
	folder_remove(&s->folder);
	for (i = 0; i < s->nl1; i++)
		contend_close(s->l1[i].object);
	if (s->told.id)
		contend_close(s->told.object);
	if (s->program >= 0)
		contend_close(s->program);
	free(s->l1);
	if (s->hit)
		munmap(s->hit, s->nhit);
	if (s->clients)
		munmap(s->clients, (s->play->nusers + HELPERS) * sizeof(*s->clients));
	if (s->origin)
		origin_free(s->origin);
	cache_trace_free(&s->trace);
	free(s);
}

static int cache_begin(struct play *play)
{
	struct cache_system *s = calloc(1, sizeof(*s));
	const char *peer = peer_of(play);
	int ret;

	if (!s)
		return -ENOMEM;
	s->play = play;
	s->words = play->words;
	s->program = -1;
	s->tiered = !strcmp(play->common.architecture, "tiered");
	s->remote = peer || !strcmp(play->common.architecture, "socket");
	s->redis = peer && !strcmp(peer, "redis");
	play->own = s;
	ret = make_trace(s) ?: make_rules(s) ?: make_books(s) ?:
	      (s->remote ? start_server(s) : make_last(s)) ?: prefill(s) ?: start_helpers(s);
	if (ret)
		cache_free(s);
	return ret;
}

/* --- its end --- */

/* Users need not wait for what the store has yet to do. */
static void cache_stop(struct play *play)
{
	const struct cache_system *s = play->own;

	origin_end(s->origin);
}

static void sum_clients(const struct cache_system *s, struct cache_client *sum)
{
	u32 i, t;

	*sum = (struct cache_client){ .first = true };
	for (i = 0; i < s->play->nusers + HELPERS; i++) {
		const struct cache_client *c = &s->clients[i];

		for (t = 0; t < TIERS; t++) {
			sum->counts.hits[t] += c->counts.hits[t];
			sum->counts.inserted[t] += c->counts.inserted[t];
		}
		sum->counts.refused += c->counts.refused;
		sum->counts.waits += c->counts.waits;
		sum->counts.negative += c->counts.negative;
		sum->reads += c->reads;
		sum->writes += c->writes;
		sum->first_reads += c->first_reads;
		sum->first_hits += c->first_hits;
		sum->first &= c->first || i >= s->play->nusers;
		sum->stale += c->stale;
		sum->invented += c->invented;
		sum->refreshed += c->refreshed;
	}
}

/* More entries than were asked for; each stripe has its part, rounded up. */
static bool too_many(const struct cache_system *s, u64 elements)
{
	const struct spec *spec = s->play->spec;

	return spec->capacity && elements > spec->capacity + spec->stripes - 1;
}

static void cache_sample(struct play *play, u64 *gauges)
{
	struct cache_system *s = play->own;
	struct contend_stat stat;
	u32 i;

	gauges[0] = __atomic_load_n(&s->origin->loads, __ATOMIC_RELAXED);
	gauges[1] = __atomic_load_n(&s->origin->loading, __ATOMIC_RELAXED);
	for (i = 0; i < play->nusers; i++)
		gauges[2] += __atomic_load_n(&s->clients[i].stale, __ATOMIC_RELAXED);
	for (i = 0; i < play->nobjects; i++) {
		if (contend_stat(play->objects[i], 0, &stat))
			continue;
		if (!i) {
			gauges[3] = stat.elements;
			s->over += too_many(s, stat.elements);
		} else if (!strcmp(stat.structure, "queue") && s->queue && i == 1) {
			gauges[4] = stat.elements;
		}
	}
}

/* A read from the server; whether that has the key is all the same. */
static int cache_probe(struct play *play, u64 deadline_ns)
{
	struct cache_system *s = play->own;
	const u64 now = play_now();
	u32 value;
	bool there;

	if (now >= deadline_ns)
		return -ETIMEDOUT;
	if (!s->probe)
		s->probe = remote_open(&s->place, s->redis, deadline_ns - now);
	if (!s->probe)
		return -EIO;
	if (!remote_get(s->probe, s->trace.key, 1, &value, &there))
		return 0;
	/* Its answer may come yet. */
	remote_close(s->probe);
	s->probe = NULL;
	return -EIO;
}

static void check(struct play *play, const char *name, u64 broken, const char *what)
{
	char detail[RESULT_TEXT] = "";

	if (broken)
		snprintf(detail, sizeof(detail), "%llu %s", broken, what);
	result_check(play->result, name, broken ? VERDICT_FAIL : VERDICT_PASS, broken, detail);
}

static void check_last(struct cache_system *s, const struct cache_client *sum)
{
	const u64 inserted = sum->counts.inserted[TIERS - 1];
	char detail[RESULT_TEXT] = "";
	struct contend_stat stat;
	int ret = contend_stat(s->play->objects[0], CONTEND_STAT_VERIFY, &stat);
	const bool off = ret || stat.balance < 0 || inserted != (u64)stat.balance;

	if (off)
		snprintf(detail, sizeof(detail),
			 "%llu entries were put in, and %lld are there, evicted, deleted or replaced",
			 inserted, ret ? 0 : stat.balance);
	result_check(s->play->result, "conservation", off ? VERDICT_FAIL : VERDICT_PASS, off,
		     detail);
	s->over += !ret && too_many(s, stat.elements);
	check(s->play, "capacity", s->over, "looks at it found more than the capacity");
}

/* What is broken in the first tiers, as the frame asks the others. */
static void check_first(struct cache_system *s)
{
	char detail[RESULT_TEXT] = "";
	struct contend_stat stat;
	u64 violations = 0;
	u32 i;

	for (i = 0; i < s->nl1; i++) {
		if (contend_stat(s->l1[i].object, CONTEND_STAT_VERIFY, &stat)) {
			violations++;
			continue;
		}
		if (stat.violations && !violations)
			snprintf(detail, sizeof(detail), "%s", stat.detail);
		violations += stat.violations;
	}
	if (s->tiered)
		result_check(s->play->result, "l1", violations ? VERDICT_FAIL : VERDICT_PASS,
			     violations, detail);
}

static void check_reference(struct cache_system *s)
{
	const struct reference_policy *policy = reference_policy(s->play->spec->structure);
	const u64 n = min(s->nhit, s->clients[0].first_reads);
	char detail[RESULT_TEXT] = "";
	struct reference *r;
	u64 differ = 0, i;

	if (!s->hit)
		return;
	r = reference_make(s->play->spec->capacity);
	if (!r)
		return;
	for (i = 0; i < n; i++) {
		const u64 key = s->trace.key[s->trace.request[i]];
		const bool hit = policy->hits(r, key);

		if (hit == s->hit[i])
			continue;
		if (!differ++)
			snprintf(detail, sizeof(detail),
				 "request %llu, key %llu, is a %s, and not so for the reference", i,
				 key, s->hit[i] ? "hit" : "miss");
	}
	reference_free(r);
	result_check(s->play->result, "reference", differ ? VERDICT_FAIL : VERDICT_PASS, differ,
		     detail);
}

/* Whether this system promises that nothing stale is read. */
static bool promises(const struct cache_system *s)
{
	return !s->remote && s->words->write != WRITE_UNTOLD &&
	       (s->rules.fill != FILL_HERD || !s->words->writes) &&
	       (!s->tiered || s->words->acknowledge == ACKNOWLEDGE_ALL);
}

static double part(u64 of, u64 all)
{
	return all ? (double)of / all : 0;
}

/* What the first time through the trace hits at most, whatever the policy. */
static double most_hits(const struct cache_system *s)
{
	const struct cache_trace *t = &s->trace;
	const s64 hits = reference_min(t->request, t->n, t->nkeys, s->play->spec->capacity);

	return hits > 0 ? part(hits, t->n) : 0;
}

static void cache_figures(struct cache_system *s, const struct cache_client *sum)
{
	struct play *play = s->play;
	const double seconds = (play_now() - play->began_ns) / 1e9;
	const u64 hits = sum->counts.hits[0] + sum->counts.hits[1];

	play_figure(play, "hit_ratio", part(hits, sum->reads));
	if (sum->first)
		play_figure(play, "first_pass_hit_ratio", part(sum->first_hits, sum->first_reads));
	if (sum->first && has_reference(s))
		play_figure(play, "belady_hit_ratio", most_hits(s));
	if (s->tiered)
		play_figure(play, "l1_hit_ratio", part(sum->counts.hits[0], sum->reads));
	play_figure(play, "reads", sum->reads);
	play_figure(play, "writes", sum->writes);
	play_figure(play, "stale_reads", sum->stale);
	play_figure(play, "loads_per_s", s->origin->loads / seconds);
	play_figure(play, "loads_at_once", s->origin->loading_most);
	play_figure(play, "loads_at_once_of_a_key", s->origin->herd_most);
	play_figure(play, "stores_per_s", s->origin->stores / seconds);
	if (s->remote)
		return;
	play_figure(play, "waits", sum->counts.waits);
	play_figure(play, "fills_refused", sum->counts.refused);
	play_figure(play, "refreshed", sum->refreshed);
	play_figure(play, "negative_hits", sum->counts.negative);
}

static void cache_end(struct play *play)
{
	struct cache_system *s = play->own;
	struct cache_client sum;

	stop_helpers(s);
	sum_clients(s, &sum);
	cache_figures(s, &sum);
	check(play, "nothing_invented", sum.invented, "reads of what was never there");
	check(play, "nothing_lost", origin_lost(s->origin),
	      "keys have a write that was acknowledged and not stored");
	if (promises(s))
		check(play, "nothing_stale", sum.stale,
		      "reads were older than a write that had ended");
	if (s->remote) {
		peer_check(play, stop_server(s));
	} else {
		check_last(s, &sum);
		check_first(s);
		check_reference(s);
		if (s->rules.fill != FILL_HERD)
			check(play, "one_loader", s->origin->doubled,
			      "loads of a key that another one was loading");
	}
	memset(s->started, 0, sizeof(s->started));
	cache_free(s);
}

/* "PATH", or "PORT" of 127.0.0.1. */
static int cache_serve(struct play *play, const volatile sig_atomic_t *stop)
{
	const struct cache_words *w = play->words;
	struct remote_place place = { };
	struct remote_cache cache = { .device = play->device };
	char *end;
	int ret;

	if (!w->socket[0])
		return play_failed(play, EINVAL,
				   "socket= says where: a path, or a port of 127.0.0.1");
	place.port = strtoul(w->socket, &end, 10);
	if (*end)
		strscpy(place.path, w->socket, sizeof(place.path));
	ret = play_create(play, play->spec->structure, play->spec->capacity, &cache.id) ?:
	      tier_verbs_load(play->device, play->spec->structure, &cache.verbs);
	if (ret)
		return ret;
	cache.object = play->objects[0];
	ret = remote_serve(&place, &cache, getenv(QUIET), stop);
	if (ret == -EADDRINUSE)
		return play_failed(play, EADDRINUSE,
				   "socket=%s is in use: end its server, remove the file, or name another one",
				   w->socket);
	return ret ? play_failed(play, -ret, "socket=%s: %s", w->socket, strerror(-ret)) : 0;
}

/* --- its words --- */

static const struct spec_key cache_keys[] = {
	{
		.name = "trace_file", .value = "PATH", .absent = "it is drawn",
		.flags = SPEC_LIST,
		.about = "cache: a trace: a key a line, plain or compressed by gzip",
		.manual =
"A file, or NAME for NAME.trace.gz in the folder that the environment's CONTEND_TRACES names.\n"
"It is a regular file of at most 64M lines, each a number below 2^64; empty lines, and those that\n"
"begin with * or #, are left out. Any other line is an error. Users share the trace: one replays\n"
"it in its order, of two the one has each second request; at its end they begin again.\n",
		KEY_PATH(struct cache_words, trace_file),
	}, {
		.name = "pattern", .value = "steady|scan|shift", .preset = "steady",
		.flags = SPEC_LIST,
		.about = "cache: how the trace is drawn, from keys=",
		.manual =
"steady	from keys= alone\n"
"scan	as many requests as keys= has keys, then as many for keys that come once, in turn\n"
"shift	what is hot changes twelve times\n",
		KEY_WORD(struct cache_words, pattern, "steady", "scan", "shift"),
	}, {
		.name = "trace_length", .value = "COUNT", .preset = "100k", .flags = SPEC_LIST,
		.about = "cache: requests of a drawn trace, 1 to 16M",
		.manual = "After them it begins again.\n",
		KEY_U32(struct cache_words, trace_length, 1, 16 << 20),
	}, {
		.name = "writes", .value = "PERCENT", .preset = "0", .flags = SPEC_LIST,
		.about = "cache: of a hundred requests so many are writes, at random",
		.manual = "0 to 100. The others read.\n",
		KEY_U32(struct cache_words, writes, 0, 100),
	}, {
		.name = "write", .value = "around|through|behind|untold", .preset = "around",
		.flags = SPEC_LIST,
		.about = "cache: what a write does beside storing",
		.manual =
"around	it stores, and invalidates the key\n"
"through	it stores, and replaces the entry, if it is still the one that was there before;\n"
"	else it invalidates the key\n"
"behind	the same, but what is to be stored waits in a queue, see write_queue=; loads see it\n"
"	there\n"
"untold	it stores, and the cache is not told: what is read is as old as ttl= allows\n",
		KEY_WORD(struct cache_words, write, "around", "through", "behind", "untold"),
	}, {
		.name = "write_queue", .value = "COUNT", .preset = "1k", .flags = SPEC_LIST,
		.about = "cache: write=behind: how many may wait to be stored",
		.manual = "1 to 1M. A write that finds it full waits for room.\n",
		KEY_U64(struct cache_words, write_queue, 1, 1 << 20),
	}, {
		.name = "origin_load", .value = "TIME|uniform:TIME-TIME|exp:TIME", .preset = "0ns",
		.flags = SPEC_LIST,
		.about = "cache: how long the store takes for a load",
		.manual = "Up to 400ms, in the mean where it is exp.\n",
		KEY_DELAY(struct cache_words, origin_load, value_delays, LOAD_MOST_NS),
	}, {
		.name = "origin_store", .value = "TIME|uniform:TIME-TIME|exp:TIME", .preset = "0ns",
		.flags = SPEC_LIST,
		.about = "cache: how long the store takes for a write",
		.manual = "Likewise.\n",
		KEY_DELAY(struct cache_words, origin_store, value_delays, LOAD_MOST_NS),
	}, {
		.name = "origin_cores", .value = "COUNT", .preset = "0", .flags = SPEC_LIST,
		.about = "cache: so many loads and writes the store does at a time; 0: any number",
		.manual =
"0 to 256. The others wait, in the order in which they came. A store that has no limit bears any herd:\n"
"with one, loads that were not needed keep those waiting that are.\n",
		KEY_U32(struct cache_words, origin_cores, 0, CORES_MOST),
	}, {
		.name = "absent", .value = "PERCENT", .preset = "0", .flags = SPEC_LIST,
		.about = "cache: of a hundred keys so many have no value until they are written",
		.manual = "0 to 100. See negative=.\n",
		KEY_U32(struct cache_words, absent, 0, 100),
	}, {
		.name = "fill", .value = "single|lease|herd", .preset = "single",
		.flags = SPEC_LIST,
		.about = "cache: who loads a key that is not there",
		.manual =
"single	the first one that asks; the others sleep until it is there\n"
"lease	the same, but the others come again after fill_again=\n"
"herd	each one. What is invalidated during a load may be put in after: then stale_reads\n"
"	are counted, and no check fails. A server over a socket, and a table (peer:ck_ht), have\n"
"	this alone\n",
		KEY_WORD(struct cache_words, fill, "single", "lease", "herd"),
	}, {
		.name = "fill_again", .value = "TIME", .preset = "1ms", .flags = SPEC_LIST,
		.about = "cache: fill=lease: after how long a client comes again",
		.manual = "1us to 1s.\n",
		KEY_TIME(struct cache_words, again_ns, 1000, SPEC_NS_PER_S),
	}, {
		.name = "ttl", .value = "TIME", .preset = "0ns", .flags = SPEC_LIST,
		.about = "cache: for how long an entry counts; 0ns: until it goes",
		.manual = "Up to 1 h.\n",
		KEY_TIME(struct cache_words, ttl_ns, 0, 3600 * SPEC_NS_PER_S),
	}, {
		.name = "negative", .value = "TIME", .preset = "0ns", .flags = SPEC_LIST,
		.about = "cache: for how long it is kept that a key has no value",
		.manual =
"0ns: it is not, and each one that asks for such a key has it loaded, one after the other.\n",
		KEY_TIME(struct cache_words, negative_ns, 0, 3600 * SPEC_NS_PER_S),
	}, {
		.name = "refresh", .value = "TIME", .preset = "0ns", .flags = SPEC_LIST,
		.about = "cache: so long before its end an entry that is read is loaded anew",
		.manual =
"0ns: never. By a thread of its own: nobody waits. Less than ttl=.\n",
		KEY_TIME(struct cache_words, refresh_ns, 0, 3600 * SPEC_NS_PER_S),
	}, {
		.name = "l1", .value = "COUNT", .preset = "256", .flags = SPEC_LIST,
		.about = "cache: architecture=tiered: entries of a first tier",
		.manual =
"It is a cache_sieve in the program under ebr, whatever engine= and lock= are.\n",
		KEY_U64(struct cache_words, l1, 1, 1 << 20),
	}, {
		.name = "l1_share", .value = "user|process", .preset = "user", .flags = SPEC_LIST,
		.about = "cache: architecture=tiered: whose a first tier is",
		.manual =
"user	each user has one\n"
"process	all of them have the same\n",
		KEY_WORD(struct cache_words, l1_share, "user", "process"),
	}, {
		.name = "acknowledge", .value = "all|early", .preset = "all", .flags = SPEC_LIST,
		.about = "cache: architecture=tiered: when a write has ended",
		.manual =
"all	when all first tiers have heard of it: no read that begins then is older\n"
"early	at once: what is read meanwhile is in stale_reads\n",
		KEY_WORD(struct cache_words, acknowledge, "all", "early"),
	}, {
		.name = "transport", .value = "unix|tcp", .preset = "unix", .flags = SPEC_LIST,
		.about = "cache: architecture=socket and peers: how clients reach the server",
		.manual =
"unix	by a Unix socket in a temporary folder\n"
"tcp	by TCP on 127.0.0.1\n",
		KEY_WORD(struct cache_words, transport, "unix", "tcp"),
	}, {
		.name = "socket", .value = "PATH|PORT", .absent = "nowhere",
		.about = "cache: contend serve cache: where it listens",
		.manual =
"A path of a Unix socket, or a port of 127.0.0.1. It speaks memcached's text protocol: get,\n"
"set, delete, of keys that are a k and a number, and values that are a number; and version, quit\n"
"and stats, which tells pid, uptime, version, curr_connections, total_connections, cmd_get,\n"
"cmd_set, get_hits, get_misses and curr_items.\n",
		KEY_PATH(struct cache_words, socket),
	},
};

static bool is_cache(const struct spec *spec)
{
	return strstr(spec->structure, "cache_");
}

static bool is_tiered(const char *architecture)
{
	return !strcmp(architecture, "tiered");
}

static bool is_remote(const char *architecture)
{
	return !strncmp(architecture, "peer:", 5) || !strcmp(architecture, "socket");
}

static const char *cache_key_of(const char *key, const char *architecture)
{
	if (!is_tiered(architecture) && (!strcmp(key, "l1") || !strcmp(key, "l1_share") ||
					 !strcmp(key, "acknowledge")))
		return "tiered";
	if (!is_remote(architecture) && !strcmp(key, "transport"))
		return "socket and peers";
	return NULL;
}

static int cache_check(const struct spec *spec, const void *words, struct spec_error *error)
{
	const struct cache_words *w = words;
	struct common common;
	bool tiered, remote;

	words_common(spec, &common);
	tiered = is_tiered(common.architecture);
	remote = is_remote(common.architecture);
	if (!spec->capacity)
		return spec_fail(error, 0,
				 "a cache of no entries keeps nothing: capacity= is at least 1");
	if (w->trace_file[0] && (words_given(spec, "pattern") || words_given(spec, "trace_length")))
		return spec_fail(error, 0,
				 "trace_file= is a trace: leave pattern= and trace_length= out");
	if (w->refresh_ns && w->refresh_ns >= w->ttl_ns)
		return spec_fail(error, 0, "refresh= is less than ttl=");
	if (tiered && strcmp(spec->engine, "user") && spec->clients == CLIENTS_PROCESSES)
		return spec_fail(error, 0,
				 "architecture=tiered has its first tiers in one program: clients=threads");
	if (tiered && spec->batch > 1)
		return spec_fail(error, 0, "architecture=tiered asks for one key at a time: batch=1");
#ifndef CONTEND_CLIENTS
	if (!strcmp(common.architecture, "peer:redis"))
		return spec_fail(error, 0, "this program was linked without hiredis (STATIC=1)");
#endif
	if (remote && w->refresh_ns)
		return spec_fail(error, 0, "over a socket nothing is loaded ahead: leave refresh= out");
	if (remote && w->write == WRITE_BEHIND)
		return spec_fail(error, 0,
				 "over a socket a write goes around or through: write=behind is of our own");
	if (remote && w->fill != FILL_HERD && words_given(spec, "fill"))
		return spec_fail(error, 0, "over a socket there are no leases: fill=herd");
	if (!remote && common.health_ns)
		return spec_fail(error, 0,
				 "health= asks a server: architecture=socket or a peer, or leave it out");
	if (!is_cache(spec) && (w->fill != FILL_HERD || w->writes || w->ttl_ns || w->absent))
		return spec_fail(error, 0,
				 "structure=%s is a table: fill=herd, and no writes=, ttl=, absent=",
				 spec->structure);
	return 0;
}

static const struct architecture architectures[] = {
	{ "single", "one cache before a slow store" },
	{ "tiered", "small ones in the program before it, which a log tells what is outdated" },
	{ "socket", "it has a process of its own, and memcached's protocol" },
#ifdef CONTEND_MUTANT
	{ "busted_flight", "broken: who has no lease loads nevertheless (caffeine#625)" },
	{ "busted_cleanup", "broken: a load in vain clears another one's lease (go#31420)" },
	{ "busted_refresh", "broken: a refresh puts in what was invalidated (caffeine#175)" },
	{ "busted_early", "broken: a write is in the cache before it is in the store" },
	{ "busted_behind", "broken: a write that finds the queue full is acknowledged, and lost" },
	{ "busted_ledger", "broken: what was refused counts as put in" },
	{ "busted_capacity", "broken: twice as many entries as were asked for" },
	{ "busted_touch", "broken: one request in 64 asks for another key too" },
#endif
	{ }
};

static const char *const peers[] = { "memcached", "redis", NULL };

static const char *const takes[] = {
	"keys", "capacity", "stripes", "think", "batch", "prefill", "clients", "poller", NULL
};

static const char *const stages[] = { "hit", "miss", "write", NULL };
static const char *const gauges[] = { "loads", "loading", "stale", "resident", "queued", NULL };

static const struct scenario_figure figures[] = {
	{ "hit_ratio", FIGURE_COLUMN, "reads that a tier answered, over all reads" },
	{ "first_pass_hit_ratio", 0,
	  "hit_ratio of one client's first time through the trace alone" },
	{ "belady_hit_ratio", 0, "the most that first_pass_hit_ratio can be (Belady's policy)" },
	{ "l1_hit_ratio", 0, "reads that the first tier answered, over all reads" },
	{ "reads", 0, "requests that read a key" },
	{ "writes", 0, "requests that wrote a key" },
	{ "stale_reads", FIGURE_LESS | FIGURE_COLUMN,
	  "reads that were older than a write that had ended before they began" },
	{ "loads_per_s", FIGURE_LESS | FIGURE_COLUMN,
	  "keys that were loaded from the store, a second" },
	{ "loads_at_once", FIGURE_LESS | FIGURE_COLUMN,
	  "the most loads that were under way at one time" },
	{ "loads_at_once_of_a_key", FIGURE_LESS,
	  "the most loads of one key that were under way at one time" },
	{ "stores_per_s", 0, "writes that reached the store, a second" },
	{ "waits", FIGURE_LESS, "reads that waited for a load of somebody else's" },
	{ "fills_refused", FIGURE_LESS,
	  "loads whose value came too late for the cache: it was newer by then" },
	{ "refreshed", 0, "entries that were loaded anew before they ended" },
	{ "negative_hits", 0, "reads that a tier answered with that there is no value" },
	{ }
};

static const char *const refuses[] = { "port", NULL };

const struct scenario cache_scenario = {
	.name = "cache",
	.about = "clients want keys that a slow store has, and a cache stands before it",
	.preset = "structure=cache_sieve lock=ebr clients=threads keys=zipf:1/10k capacity=1k prefill=0",
	.architectures = architectures,
	.peers = peers,
	.takes = takes,
	.refuses = refuses,
	.key_of = cache_key_of,
	.keys = cache_keys,
	.nkeys = ARRAY_SIZE(cache_keys),
	.size = sizeof(struct cache_words),
	.stages = stages,
	.gauges = gauges,
	.figures = figures,
	.check = cache_check,
	.begin = cache_begin,
	.user = cache_user,
	.stop = cache_stop,
	.sample = cache_sample,
	.probe = cache_probe,
	.end = cache_end,
	.serve = cache_serve,
};

// SPDX-License-Identifier: GPL-2.0
/*
 * Structures beside models: operations drawn from a seed go through the door of the program, and a
 * plain array beside it says what each has to answer. What a model says is the structure's
 * specification for one task.
 *
 * A sequence that a structure answers otherwise is made shorter while it still fails (A. Zeller,
 * R. Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 28(2), 2002), its
 * keys and values smaller, and is printed. CONTEND_SEED draws others.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/rng.h"
#include "libcontend/contend.h"

#define SEQUENCES	40	/* of each structure and lock */
#define ACTIONS		240	/* of a sequence */
#define STREAK		24	/* actions for which one verb is drawn more often */
#define ENTRIES		64	/* of a model */

/* One operation; @verb is a number of the structure's. */
struct action {
	u32 verb;
	u64 key;
	u64 value;
};

/* @value counts where there is a value to be answered. */
struct answer {
	u32 error;
	bool valued;
	u64 value;
};

/**
 * struct state - what a model knows
 * @n: entries in use
 * @entry: in the order that the model wants
 * @number: a count, of whatever the model counts
 * @at: a position, likewise
 * @chance: what chance is drawn from
 * @loss: how often of a thousand times it strikes
 * @cut: nothing arrives
 * @closed: nothing comes in any more
 */
struct state {
	u32 n;
	struct {
		u64 key;
		u64 value;
	} entry[ENTRIES];
	u64 number;
	u64 at;
	struct rng chance;
	u32 loss;
	bool cut;
	bool closed;
};

/**
 * struct model - a structure's specification
 * @structure: its name
 * @capacity: it is made for so many elements, at most ENTRIES
 * @keys: drawn below this
 * @step: do what a verb of this name does, and say what is to be answered
 */
struct model {
	const char *structure;
	u32 capacity;
	u32 keys;
	struct answer (*step)(const struct model *m, struct state *s, const char *verb,
			      const struct action *a);
};

static const struct answer done = { 0 };

static struct answer failed(u32 error)
{
	return (struct answer){ .error = error };
}

static struct answer found(u64 value)
{
	return (struct answer){ .valued = true, .value = value };
}

static void state_insert(struct state *s, u32 at, u64 key, u64 value)
{
	assert_in_range(s->n, 0, ENTRIES - 1);
	memmove(&s->entry[at + 1], &s->entry[at], (s->n++ - at) * sizeof(s->entry[0]));
	s->entry[at].key = key;
	s->entry[at].value = value;
}

static void state_remove(struct state *s, u32 at)
{
	memmove(&s->entry[at], &s->entry[at + 1], (--s->n - at) * sizeof(s->entry[0]));
}

/* The first entry whose key is not less. */
static u32 state_seek(const struct state *s, u64 key)
{
	u32 at = 0;

	while (at < s->n && s->entry[at].key < key)
		at++;
	return at;
}

static struct answer take(struct state *s, u32 at)
{
	const struct answer answer = found(s->entry[at].key);

	state_remove(s, at);
	return answer;
}

/* Keys that are there or not, each with a value; in their order. */
static struct answer map_step(const struct model *m, struct state *s, const char *verb,
			      const struct action *a)
{
	const u32 at = state_seek(s, a->key);
	const bool there = at < s->n && s->entry[at].key == a->key;

	/* Of a hash: where its elements are, and not which. */
	if (!strcmp(verb, "resize"))
		return done;
	if (!strcmp(verb, "insert")) {
		if (there)
			return failed(EEXIST);
		if (s->n == m->capacity)
			return failed(ENOSPC);
		state_insert(s, at, a->key, a->value);
		return done;
	}
	if (!strcmp(verb, "scan")) {
		/* From the key on, as many as there are: it finds the first. */
		return at < s->n ? done : failed(ENOENT);
	}
	if (!there)
		return failed(ENOENT);
	if (!strcmp(verb, "lookup"))
		return found(s->entry[at].value);
	assert_string_equal(verb, "erase");
	state_remove(s, at);
	return done;
}

/* The same without values. */
static struct answer set_step(const struct model *m, struct state *s, const char *verb,
			      const struct action *a)
{
	struct answer answer = map_step(m, s, verb, a);

	answer.valued = false;
	return answer;
}

#define BURST	32

/* So many at once, or what there is, or what there is room for; the answer is how many. */
static struct answer batch_step(const struct model *m, struct state *s, const char *verb,
				const struct action *a)
{
	u64 n;

	if (!strcmp(verb, "put_batch")) {
		for (n = 0; n < BURST && s->n < m->capacity; n++)
			state_insert(s, s->n, a->key + n, 0);
		return n ? found(n) : failed(ENOSPC);
	}
	for (n = 0; n < BURST && s->n; n++)
		take(s, 0);
	return n ? found(n) : failed(ENOENT);
}

/* First in, first out; where a task does not wait. */
static struct answer fifo_step(const struct model *m, struct state *s, const char *verb,
			       const struct action *a)
{
	/* The others have no operation that waits. */
	const bool waits = strncmp(verb, "try_", 4) && (!strncmp(m->structure, "queue", 5) ||
							!strcmp(m->structure, "buffer") ||
							!strncmp(m->structure, "link", 4));

	if (strstr(verb, "_batch"))
		return batch_step(m, s, verb, a);
	if (!strcmp(verb, "close")) {
		if (s->closed)
			return failed(EPIPE);
		s->closed = true;
		return done;
	}
	if (strstr(verb, "put")) {
		if (s->closed)
			return failed(EPIPE);
		if (s->n == m->capacity)
			return failed(waits ? EAGAIN : ENOSPC);
		state_insert(s, s->n, a->key, 0);
		return done;
	}
	assert_non_null(strstr(verb, "get"));
	if (s->n)
		return take(s, 0);
	return failed(s->closed ? EPIPE : waits ? EAGAIN : ENOENT);
}

/* A queue whose put has no room to wait for; keys are seeds too, and values rates of loss. */
static struct answer link_step(const struct model *m, struct state *s, const char *verb,
			       const struct action *a)
{
	if (!strcmp(verb, "cut") || !strcmp(verb, "heal")) {
		s->cut = verb[0] == 'c';
		return done;
	}
	if (!strcmp(verb, "faults")) {
		rng_seed(&s->chance, a->key, 0);
		s->loss = a->value;
		return done;
	}
	if (!strcmp(verb, "close")) {
		if (s->closed)
			return failed(EPIPE);
		s->closed = true;
		return done;
	}
	if (!strcmp(verb, "send")) {
		if (s->closed || s->n == m->capacity)
			return failed(s->closed ? EPIPE : ENOSPC);
		if (!s->cut && !(s->loss && (rng_next(&s->chance) & 0xffff) * 1000 >> 16 < s->loss))
			state_insert(s, s->n, a->key, 0);
		return done;
	}
	assert_non_null(strstr(verb, "receive"));
	if (s->n)
		return take(s, 0);
	return failed(s->closed ? EPIPE : verb[0] == 'r' ? EAGAIN : ENOENT);
}

/* Entries are records, their keys the stamps; @number counts epochs that are over. */
static struct answer log_step(const struct model *m, struct state *s, const char *verb,
			      const struct action *a)
{
	const u64 epoch = (s->number + 1) << 40, head = s->at - s->n;
	const bool there = a->key >= head && a->key < s->at;

	if (!strcmp(verb, "append")) {
		if (s->closed)
			return failed(EPIPE);
		if (s->n == m->capacity)
			state_remove(s, 0);
		state_insert(s, s->n, epoch | s->at, a->value);
		return found(epoch | s->at++);
	}
	if (!strcmp(verb, "read"))
		return there ? found(s->entry[a->key - head].value) : failed(ENOENT);
	if (!strcmp(verb, "follow")) {
		/* A client has no place: it is at the oldest. */
		if (s->n)
			return found(s->entry[0].value);
		return failed(s->closed ? EPIPE : EAGAIN);
	}
	if (!strcmp(verb, "truncate")) {
		if (!there)
			return failed(ENOENT);
		s->number++;
		s->n -= s->at - a->key;
		s->at = a->key;
		return found(epoch + (1ULL << 40) + a->key);
	}
	if (!strcmp(verb, "trim")) {
		if (a->key <= head || a->key > s->at)
			return failed(ENOENT);
		for (u64 i = head; i < a->key; i++)
			state_remove(s, 0);
		return done;
	}
	assert_string_equal(verb, "close");
	if (s->closed)
		return failed(EPIPE);
	s->closed = true;
	return done;
}

/* Its burst is more than a sequence; no value that is drawn has room for a burst. */
static struct answer bucket_step(const struct model *m, struct state *s, const char *verb,
				 const struct action *a)
{
	return !strcmp(verb, "set") ? failed(EINVAL) : found(0);
}

/* The owner's end is the last entry. */
static struct answer deque_step(const struct model *m, struct state *s, const char *verb,
				const struct action *a)
{
	if (!strcmp(verb, "push")) {
		if (s->n == m->capacity)
			return failed(ENOSPC);
		state_insert(s, s->n, a->key, 0);
		return done;
	}
	if (!s->n)
		return failed(ENOENT);
	if (!strcmp(verb, "pop"))
		return take(s, s->n - 1);
	if (!strcmp(verb, "steal_half")) {
		const struct answer first = found(s->entry[0].key);
		u32 half = (s->n + 1) / 2;

		while (half--)
			state_remove(s, 0);
		return first;
	}
	assert_string_equal(verb, "steal");
	return take(s, 0);
}

/* @number: bits of the seats at which somebody eats. */
static struct answer table_step(const struct model *m, struct state *s, const char *verb,
				const struct action *a)
{
	const u32 n = m->capacity;
	u32 seat;

	if (!strcmp(verb, "give")) {
		seat = a->value % n;
		if (!(s->number & BIT(seat)))
			return failed(ENOENT);
		s->number &= ~BIT(seat);
		return done;
	}
	assert_non_null(strstr(verb, "take"));
	seat = a->key % n;
	/* Neither there nor beside. */
	if (s->number & (BIT(seat) | BIT((seat + 1) % n) | BIT((seat + n - 1) % n)))
		return failed(strcmp(verb, "take") ? ENOENT : EAGAIN);
	s->number |= BIT(seat);
	return found(seat);
}

/* One event is published, or several; the only consumer, or the first of them, goes that far. */
static struct answer disruptor_step(const struct model *m, struct state *s, const char *verb,
				    const struct action *a)
{
	const bool tries = !strncmp(verb, "try_", 4);
	const u64 room = m->capacity - s->n;
	u64 n = !strcmp(verb, "publish_batch") ? BURST : 1, i;

	/* Entries: what the last consumer has not done with; @number: those that there were. */
	if (strstr(verb, "publish")) {
		n = n < room ? n : room;
		for (i = 0; i < n; i++)
			state_insert(s, s->n, a->key + i, 0);
		s->number += n;
		return n ? found(s->number) : failed(tries ? ENOSPC : EAGAIN);
	}
	if (!strcmp(verb, "take"))
		return s->n ? take(s, 0) : failed(EAGAIN);
	n = s->n < BURST ? s->n : BURST;
	for (i = 0; i < n; i++)
		state_remove(s, 0);
	return n ? found(s->number - s->n) : failed(tries ? ENOENT : EAGAIN);
}

/*
 * Three consumers, whose places are entries: the value that of what there is to do, by name; each
 * goes no further than the one before it.
 */
static struct answer stages_step(const struct model *m, struct state *s, const char *verb,
				 const struct action *a)
{
	static const char *const stages[] = { "journal", "replicate", "business" };
	const bool pipeline = strstr(m->structure, "pipeline");
	const bool diamond = strstr(m->structure, "diamond");
	const bool tries = !strncmp(verb, "try_", 4);
	u64 done[3], limit, slowest, n, any = 0;
	u32 i;

	if (!s->n)
		for (i = 0; i < 3; i++)
			state_insert(s, i, 0, 0);
	for (i = 0; i < 3; i++)
		done[i] = s->entry[i].value;
	slowest = pipeline || diamond ? done[2] : min(done[0], min(done[1], done[2]));
	if (strstr(verb, "publish")) {
		n = min(!strcmp(verb, "publish_batch") ? (u64)BURST : 1,
			slowest + m->capacity - s->number);
		s->number += n;
		return n ? found(s->number) : failed(tries ? ENOSPC : EAGAIN);
	}
	for (i = 0; i < 3; i++) {
		if (!tries && strcmp(verb, stages[i]))
			continue;
		limit = i == 1 && pipeline ? done[0] : i == 2 && pipeline ? done[1] :
			i == 2 && diamond ? min(done[0], done[1]) : s->number;
		n = min(limit - done[i], (u64)BURST);
		done[i] += n;
		any |= n;
		s->entry[i].value = done[i];
		if (!tries)
			return n ? found(done[i]) : failed(EAGAIN);
	}
	return any ? (struct answer){ 0 } : failed(ENOENT);
}

static struct answer counter_step(const struct model *m, struct state *s, const char *verb,
				  const struct action *a)
{
	if (!strcmp(verb, "inc")) {
		s->number++;
		return done;
	}
	/* percpu_counter's read may be off: its sum is not. */
	if (!strcmp(m->structure, "percpu_counter") && !strcmp(verb, "read"))
		return done;
	return found(s->number);
}

/* Readers get the number of the newest frame. */
static struct answer snapshot_step(const struct model *m, struct state *s, const char *verb,
				   const struct action *a)
{
	if (!strcmp(verb, "publish"))
		s->number++;
	return found(s->number);
}

/* One task is all parties, and does not wait: a central barrier forgets it. */
static struct answer sense_step(const struct model *m, struct state *s, const char *verb,
				const struct action *a)
{
	assert_string_equal(verb, "arrive");
	return failed(EAGAIN);
}

/* Others stay arrived: of each party, the phases in which it has, and those it has seen over. */
static struct answer barrier_step(const struct model *m, struct state *s, const char *verb,
				  const struct action *a)
{
	u64 *arrived = &s->entry[a->key].key, *left = &s->entry[a->key].value;
	u32 i;

	assert_string_equal(verb, "arrive");
	if (a->key >= m->capacity)
		return failed(ENOENT);
	if (*arrived == *left)
		++*arrived;
	for (i = 0; i < m->capacity; i++)
		if (s->entry[i].key <= *left)
			return failed(EAGAIN);
	++*left;
	return done;
}

static struct answer latch_step(const struct model *m, struct state *s, const char *verb,
				const struct action *a)
{
	const bool open = s->number == m->capacity;

	if (!strcmp(verb, "down"))
		return open ? failed(ENOENT) : found(m->capacity - ++s->number);
	if (open)
		return found(0);
	return failed(!strcmp(verb, "await") ? EAGAIN : ENOENT);
}

static struct answer event_step(const struct model *m, struct state *s, const char *verb,
				const struct action *a)
{
	if (!strcmp(verb, "advance"))
		s->number++;
	if (!strcmp(verb, "await") && s->number <= a->value)
		return failed(EAGAIN);
	return found(s->number);
}

/* A cache that has room for all keys, whatever its policy. It is known by its last generation. */
static struct answer cache_step(const struct model *m, struct state *s, const char *verb,
				const struct action *a)
{
	const u64 leased = ~0ULL;
	const u32 at = state_seek(s, a->key);
	const bool there = at < s->n && s->entry[at].key == a->key;
	const bool entry = there && s->entry[at].value != leased;
	struct timespec began, now;

	/* No time to live that is drawn is longer: what has one has gone when the next one asks. */
	clock_gettime(CLOCK_MONOTONIC, &began);
	do {
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((now.tv_sec - began.tv_sec) * 1000000000LL + now.tv_nsec - began.tv_nsec < 1000);
	if (!strcmp(verb, "get"))
		return entry ? found(s->entry[at].value) : failed(ENOENT);
	if (!strcmp(verb, "put")) {
		s->number++;
		if (there)
			s->entry[at].value = a->value;
		else
			state_insert(s, at, a->key, a->value);
		return done;
	}
	if (!strcmp(verb, "load") || !strcmp(verb, "lease")) {
		const bool loads = !strcmp(verb, "load");
		struct answer answer = { ENOENT, true, ++s->number << 32 | (loads ? a->value : 0) };

		if (there) {
			s->number--;
			return entry ? found(s->entry[at].value) : failed(EAGAIN);
		}
		state_insert(s, at, a->key, loads ? answer.value : leased);
		return answer;
	}
	/* Nobody draws what a lease is called, or what came of it. */
	if (!strcmp(verb, "fill") || !strcmp(verb, "replace"))
		return failed(ENOENT);
	if (!strcmp(verb, "invalidate")) {
		s->number++;
		if (!there)
			return failed(ENOENT);
		state_remove(s, at);
		return done;
	}
	if (!strcmp(verb, "flush")) {
		s->number++;
		s->n = 0;
		return done;
	}
	assert_string_equal(verb, "expire");
	if (!entry)
		return failed(ENOENT);
	if (a->value)
		state_remove(s, at);
	return done;
}

static const struct model models[] = {
	{ "counter", 0, 1, counter_step },
	{ "atomic_counter", 0, 1, counter_step },
	{ "split_counter", 0, 1, counter_step },
	{ "packed_counter", 0, 1, counter_step },
	{ "padded_counter", 0, 1, counter_step },
	{ "percpu_counter", 0, 1, counter_step },
	{ "list", 12, 16, map_step },
	{ "hash", 12, 16, map_step },
	{ "cache_fifo", 16, 16, cache_step },
	{ "cache_lru", 16, 16, cache_step },
	{ "cache_clock", 16, 16, cache_step },
	{ "cache_sieve", 16, 16, cache_step },
	{ "cache_s3fifo", 16, 16, cache_step },
	{ "cache_wtinylfu", 16, 16, cache_step },
	{ "tree", 12, 16, map_step },
	{ "latch_tree", 12, 16, map_step },
	{ "peer:cds_lfht", 12, 16, set_step },
	{ "peer:ck_ht", 12, 16, set_step },
	{ "ring", 8, 1000, fifo_step },
	{ "ring_mpsc", 8, 1000, fifo_step },
	{ "ring_spmc", 8, 1000, fifo_step },
	{ "ring_spsc", 8, 1000, fifo_step },
	{ "peer:ck_ring", 7, 1000, fifo_step },
	{ "peer:ck_ring_mpmc", 7, 1000, fifo_step },
	{ "peer:ck_fifo", 8, 1000, fifo_step },
	{ "peer:wfcqueue", 8, 1000, fifo_step },
	{ "disruptor", 64, 1000, disruptor_step },
	{ "disruptor_many", 64, 1000, disruptor_step },
	{ "disruptor_multicast", 64, 1000, stages_step },
	{ "disruptor_pipeline", 64, 1000, stages_step },
	{ "disruptor_diamond", 64, 1000, stages_step },
	{ "queue", 5, 1000, fifo_step },
	{ "queue_wake_all", 5, 1000, fifo_step },
	{ "buffer", 5, 1000, fifo_step },
	{ "link", 5, 1000, link_step },
	{ "log", 24, 40, log_step },
	{ "bucket", 4, 40, bucket_step },
	{ "deque", 20, 1000, deque_step },
	{ "stack", 20, 1000, deque_step },
	{ "philosophers", 5, 16, table_step },
	{ "barrier_sense", 3, 4, sense_step },
	{ "barrier_dissemination", 6, 7, barrier_step },
	{ "barrier_tree", 6, 7, barrier_step },
	{ "latch", 20, 1, latch_step },
	{ "event_count", 0, 1, event_step },
	{ "double_buffer", 0, 1, snapshot_step },
	{ "triple_buffer", 0, 1, snapshot_step },
};

/* What has none, and why. */
static const char *const without[][2] = {
	{ "link_lossy", "what arrives depends on the time: link has the model" },
	{ "accounts", "its balances come from the seed of its making: the sum is its check" },
	{ "pool", "which slot a lease is of is its affair: see structures_pool_test.c" },
	{ "pool_barging", "likewise" },
	{ "pool_lifo", "likewise" },
	{ "pool_affine", "likewise" },
};

/* Locks of the program that are as different as can be: excludes, readers repeat, defers. */
static const char *const locks[] = { "null", "adaptive_mutex", "seqlock", "ebr", "hazptr" };

static int device;

/* The names of a structure's verbs, from the catalogue. */
struct verbs {
	char text[CONTEND_VERBS_LEN];
	const char *name[16];
	u32 n;
};

static void verbs_of(const struct contend_list *entry, struct verbs *v)
{
	char *at, *save;

	v->n = 0;
	snprintf(v->text, sizeof(v->text), "%s", entry->verbs);
	for (at = strtok_r(v->text, " ", &save); at; at = strtok_r(NULL, " ", &save)) {
		at[strcspn(at, ":")] = '\0';
		assert_in_range(v->n, 0, 15);
		v->name[v->n++] = at;
	}
}

/* How the structure's answer differs from the model's, in words; or nothing. */
static bool differs(const struct model *m, const struct verbs *v, struct state *s, int object,
		    const struct action *a, char *why, size_t size)
{
	struct contend_op op = { .verb = a->verb, .key = a->key, .value = a->value };
	const struct answer want = m->step(m, s, v->name[a->verb], a);
	const int ret = contend_op(object, &op);

	if (ret)
		snprintf(why, size, "%s %llu: the call fails with %d", v->name[a->verb],
			 (unsigned long long)a->key, ret);
	else if (op.error != want.error)
		snprintf(why, size, "%s %llu: error %u, and the model says %u", v->name[a->verb],
			 (unsigned long long)a->key, op.error, want.error);
	else if (want.valued && op.value != want.value)
		snprintf(why, size, "%s %llu: %llu, and the model says %llu", v->name[a->verb],
			 (unsigned long long)a->key, (unsigned long long)op.value,
			 (unsigned long long)want.value);
	else
		return false;
	return true;
}

/* Whether a sequence fails on a new object, at the operation whose number is in @at, and why. */
static bool fails(const struct model *m, const struct verbs *v, const char *lock,
		  const struct action *actions, u32 n, u32 *at, char *why, size_t size)
{
	struct contend_create create = { .capacity = m->capacity };
	struct state state = { 0 };
	struct contend_stat stat;
	bool bad = false;
	int object;
	u32 i;

	object = contend_create(device, lock, m->structure, &create);
	assert_in_range(object, 0, INT_MAX);
	for (i = 0; i < n && !bad; i++)
		bad = differs(m, v, &state, object, &actions[i], why, size);
	*at = i;
	if (!bad) {
		assert_int_equal(contend_stat(object, CONTEND_STAT_VERIFY, &stat), 0);
		bad = stat.violations;
		snprintf(why, size, "at rest: %s", stat.detail);
	}
	contend_close(object);
	return bad;
}

/* Make a sequence that fails a shorter and a simpler one that does, too. */
static u32 shrink(const struct model *m, const struct verbs *v, const char *lock,
		  struct action *actions, u32 n)
{
	struct action fewer[ACTIONS];
	u32 size, from, i, at;
	char why[256];

	fails(m, v, lock, actions, n, &at, why, sizeof(why));
	n = at;
	for (size = n / 2 ?: 1; size; size /= 2) {
		for (from = 0; from + size <= n; ) {
			memcpy(fewer, actions, from * sizeof(fewer[0]));
			memcpy(fewer + from, actions + from + size,
			       (n - from - size) * sizeof(fewer[0]));
			if (!fails(m, v, lock, fewer, n - size, &at, why, sizeof(why))) {
				from += size;
				continue;
			}
			n -= size;
			memcpy(actions, fewer, n * sizeof(fewer[0]));
		}
	}
	for (i = 0; i < n; i++) {
		const struct action was = actions[i];

		actions[i].key = 0;
		if (!fails(m, v, lock, actions, n, &at, why, sizeof(why)))
			actions[i].key = was.key;
		actions[i].value = 0;
		if (!fails(m, v, lock, actions, n, &at, why, sizeof(why)))
			actions[i].value = was.value;
	}
	return n;
}

static void draw(const struct model *m, const struct verbs *v, struct rng *r,
		 struct action *actions)
{
	u32 often = 0, i;

	for (i = 0; i < ACTIONS; i++) {
		struct action *a = &actions[i];

		/* So it gets full, and empty. */
		if (!(i % STREAK))
			often = rng_below(r, v->n);
		do {
			a->verb = rng_below(r, 2) ? often : rng_below(r, v->n);
			/* The end of most that could be: seldom. */
		} while (!strcmp(v->name[a->verb], "close") && rng_below(r, ACTIONS));
		a->key = rng_below(r, m->keys);
		a->value = rng_below(r, 1000);
	}
}

static u64 seed(void)
{
	const char *text = getenv("CONTEND_SEED");

	return text ? strtoull(text, NULL, 0) : 14;
}

/* Sequences of one structure under one lock: the length of the shortest that fails, or 0. */
static u32 explore(const struct model *m, const char *lock, struct action *actions, char *why,
		   size_t size)
{
	struct contend_list entry;
	struct verbs v;
	struct rng r;
	u32 i, n, at;

	assert_int_equal(contend_find(device, CONTEND_LIST_STRUCTURES, m->structure, &entry), 0);
	verbs_of(&entry, &v);
	rng_seed(&r, seed(), 0);
	for (i = 0; i < SEQUENCES; i++) {
		draw(m, &v, &r, actions);
		if (!fails(m, &v, lock, actions, ACTIONS, &at, why, size))
			continue;
		n = shrink(m, &v, lock, actions, ACTIONS);
		fails(m, &v, lock, actions, n, &at, why, size);
		return n;
	}
	return 0;
}

static bool can_be(const char *lock, const char *structure)
{
	struct contend_create create = { 0 };
	const int object = contend_create(device, lock, structure, &create);

	if (object < 0) {
		assert_int_equal(object, -EOPNOTSUPP);
		return false;
	}
	contend_close(object);
	return true;
}

static void answers_as_its_model(void **state)
{
	const struct model *m = *state;
	struct action actions[ACTIONS];
	u32 i, n, k, served = 0;
	struct contend_list entry;
	struct verbs v;
	char why[256];

	assert_int_equal(contend_find(device, CONTEND_LIST_STRUCTURES, m->structure, &entry), 0);
	verbs_of(&entry, &v);
	for (i = 0; i < ARRAY_SIZE(locks); i++) {
		if (!can_be(locks[i], m->structure))
			continue;
		served++;
		n = explore(m, locks[i], actions, why, sizeof(why));
		if (!n)
			continue;
		for (k = 0; k < n; k++)
			print_error("\t%s key %llu value %llu\n", v.name[actions[k].verb],
				    (unsigned long long)actions[k].key,
				    (unsigned long long)actions[k].value);
		fail_msg("lock=%s structure=%s CONTEND_SEED=%llu: %s", locks[i], m->structure,
			 (unsigned long long)seed(), why);
	}
	assert_int_not_equal(served, 0);
}

/* A queue of five, held against a model of four: the fifth put is what they differ in. */
static void a_failing_sequence_is_made_as_short_as_can_be(void **state)
{
	static const struct model wrong = { "ring", 4, 1000, fifo_step };
	struct model m = wrong;
	struct action actions[ACTIONS];
	char why[256];
	u32 n, i;

	/* The ring is made for 3, which it rounds up to 4. */
	m.capacity = 3;
	n = explore(&m, "null", actions, why, sizeof(why));
	assert_string_equal(why, "put 0: error 0, and the model says 28");
	assert_int_equal(n, 4);
	for (i = 0; i < n; i++) {
		assert_int_equal(actions[i].key, 0);
		assert_int_equal(actions[i].value, 0);
	}
}

static bool modelled(const char *structure)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(models); i++)
		if (!strcmp(models[i].structure, structure))
			return true;
	for (i = 0; i < ARRAY_SIZE(without); i++)
		if (!strcmp(without[i][0], structure))
			return true;
	return false;
}

static void each_structure_has_a_model(void **state)
{
	struct contend_list entry;
	u32 i;

	for (i = 0; !contend_list(device, CONTEND_LIST_STRUCTURES, i, &entry); i++)
		if (!(entry.caps & CONTEND_CAP_BUSTED) && !modelled(entry.name))
			fail_msg("structure %s has no model, and no reason for that", entry.name);
}

static int open_program(void **state)
{
	device = contend_open_program(8);
	return device < 0;
}

static int close_program(void **state)
{
	contend_close(device);
	return 0;
}

int main(void)
{
	enum { MODELS = ARRAY_SIZE(models) };
	struct CMUnitTest tests[MODELS + 2];
	size_t i;

	for (i = 0; i < MODELS; i++)
		tests[i] = (struct CMUnitTest){
			.name = models[i].structure,
			.test_func = answers_as_its_model,
			.initial_state = (void *)&models[i],
		};
	tests[i++] = (struct CMUnitTest)
		cmocka_unit_test(a_failing_sequence_is_made_as_short_as_can_be);
	tests[i++] = (struct CMUnitTest)cmocka_unit_test(each_structure_has_a_model);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("property", tests, open_program, close_program);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * disruptor: a ring of events, each of which every consumer sees (M. Thompson, D. Farley,
 * M. Barker, P. Gee, A. Stewart, "Disruptor: High performance alternative to bounded queues for
 * exchanging data between concurrent threads", LMAX, 2011). Nothing is taken out: each consumer has
 * a sequence, up to which it has done with the events, and takes what there is by then in one go.
 * Consumers may come after others, and the producers go round no further than the slowest of the
 * last ones, which is the gate.
 *
 *	disruptor		producer > consumer
 *	disruptor_many		producers > consumer
 *	disruptor_multicast	producer > journal, replicate, business
 *	disruptor_pipeline	producer > journal > replicate > business
 *	disruptor_diamond	producer > journal, replicate > both: business
 *
 * One producer says by the cursor how far it has got. Of many, each claims places by cmpxchg() and
 * says of each place that it was published: what is behind one that was not has to wait for it.
 *
 * How somebody waits is the workload's (wait=), as the strategies of the original: it blocks,
 * yields or spins; try_publish and try_consume do not wait. The barriers are in
 * kmod/structures/litmus.
 *
 * Invariants: what a consumer sees at a position is what was published there, so none is missing,
 * seen twice or rewritten ahead of it: each event is sealed with its position. It was marked by the
 * consumers before.
 */
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/mm.h>

#include "check/violation.h"
#include "lib/charge.h"
#include "structures/disruptor.h"
#include "structures/structure.h"

static const char not_of_its_sequence[] = "an event is not that of its sequence";
static const char ahead[] = "a consumer is ahead of one that it comes after";

static __always_inline u64 disruptor_seal(u64 key, u64 position)
{
	return (key ^ position) * GOLDEN_RATIO_64;
}

/* Up to where the slowest of some consumers has done with the events. */
static __always_inline u64 disruptor_slowest(const struct disruptor *d, u32 consumers)
{
	u64 least = ~0ULL;
	u32 i;

	for (i = 0; i < DISRUPTOR_CONSUMERS; i++)
		if (consumers & BIT(i))
			/* D: pairs with C */
			least = min(least, smp_load_acquire(&d->consumer[i].sequence));
	return least;
}

/* One producer: claim up to @most places from @at on. */
static __always_inline u32 disruptor_claim_one(struct disruptor *d,
					       const struct disruptor_graph *g, u32 most, u64 *at)
{
	const u64 capacity = d->capacity;

	*at = d->cursor;
	if (!g->gated)
		return most;
	if (d->gate + capacity - *at < most)
		d->gate = disruptor_slowest(d, g->last);
	return min_t(u64, d->gate + capacity - *at, most);
}

/* Many: what is claimed by now is said by the cmpxchg(). */
static __always_inline u32 disruptor_claim_many(struct disruptor *d,
						const struct disruptor_graph *g, u32 most, u64 *at)
{
	const u64 capacity = d->capacity;
	u64 from = READ_ONCE(d->claimed);
	s64 room;

	do {
		/* F: pairs with E. An old one may come last: then there is less room than none. */
		room = smp_load_acquire(&d->gate) + capacity - from;
		if (room < most) {
			const u64 gate = disruptor_slowest(d, g->last);

			/* E: pairs with F, and so C with it, for all producers */
			smp_store_release(&d->gate, gate);
			room = gate + capacity - from;
		}
		if (room <= 0)
			return 0;
		*at = from;
		/* Orders nothing: D and F do. */
	} while (!try_cmpxchg_relaxed(&d->claimed, &from, from + min_t(u64, room, most)));
	return min_t(u64, room, most);
}

static __always_inline u32 disruptor_claim(struct disruptor *d, const struct disruptor_graph *g,
					   u32 most, u64 *at)
{
	return g->many ? disruptor_claim_many(d, g, most, at) :
			 disruptor_claim_one(d, g, most, at);
}

/* Write @n events at places that were claimed, and say that they are there. */
static __always_inline void disruptor_place(struct disruptor *d, const struct disruptor_graph *g,
					    u64 key, u64 at, u32 n)
{
	const u64 until = at + n;

	for (; at != until; at++, key++) {
		struct disruptor_event *e = &d->events[at & d->mask];

		e->key = key;
		e->seal = disruptor_seal(key, at);
		if (g->many)
			/* A: pairs with B */
			smp_store_release(&d->published[at & d->mask], at + 1);
	}
	if (!g->many)
		/* A: pairs with B */
		smp_store_release(&d->cursor, until);
}

static __always_inline void disruptor_publish(struct disruptor *d, const struct disruptor_graph *g,
					      const struct contend_request *rq,
					      struct contend_scratch *x)
{
	const u32 most = rq->verb == DISRUPTOR_PUBLISH_BATCH ? DISRUPTOR_BATCH : 1;
	u64 at;
	u32 n;

	n = disruptor_claim(d, g, most, &at);
	if (!n) {
		x->error = -ENOSPC;
		if (rq->verb != DISRUPTOR_TRY_PUBLISH)
			x->lacks = CONDITION_OUT;
		return;
	}
	disruptor_place(d, g, rq->key, at, n);
	x->met_all = BIT(CONDITION_IN);
	x->value = at + n;
	x->count = n;
	x->error = 0;
}

/* Up to where a consumer may go from @at on. */
static __always_inline u64 disruptor_limit(const struct disruptor *d,
					   const struct disruptor_graph *g, u32 consumer, u64 at)
{
	u32 n;

	if (g->after[consumer])
		return disruptor_slowest(d, g->after[consumer]);
	if (!g->many)
		/* B: pairs with A */
		return smp_load_acquire(&d->cursor);
	for (n = 0; n < DISRUPTOR_BATCH; n++, at++)
		/* B: pairs with A */
		if (smp_load_acquire(&d->published[at & d->mask]) != at + 1)
			break;
	return at;
}

/* Whether others come after a consumer. */
static __always_inline bool disruptor_leads(const struct disruptor_graph *g, u32 consumer)
{
	return !(g->last & BIT(consumer));
}

static __always_inline void disruptor_broken(struct contend_scratch *x, const char *what, u64 seen,
					     u64 expected)
{
	if (x->broken)
		return;
	x->broken = what;
	x->seen = seen;
	x->expected = expected;
}

/* What a consumer does with an event: look at it, and at who was there. */
static __always_inline void disruptor_handle(struct disruptor *d, const struct disruptor_graph *g,
					     u32 consumer, u64 at, struct contend_scratch *x)
{
	const struct disruptor_event *e = &d->events[at & d->mask];
	u32 i;

	if (unlikely(e->seal != disruptor_seal(e->key, at)))
		disruptor_broken(x, not_of_its_sequence, e->seal, disruptor_seal(e->key, at));
	for (i = 0; i < DISRUPTOR_CONSUMERS; i++)
		if (g->after[consumer] & BIT(i) &&
		    unlikely(d->marks[at & d->mask][i] != at + 1))
			disruptor_broken(x, ahead, d->marks[at & d->mask][i], at + 1);
	if (disruptor_leads(g, consumer))
		d->marks[at & d->mask][consumer] = at + 1;
}

static __always_inline void disruptor_consume(struct disruptor *d, const struct disruptor_graph *g,
					      u32 consumer, u32 most, struct contend_scratch *x)
{
	struct disruptor_consumer *c = &d->consumer[consumer];
	const u64 from = c->sequence;
	u64 at;

	if (c->seen - from < most)
		c->seen = disruptor_limit(d, g, consumer, from);
	if (c->seen == from) {
		x->error = -ENOENT;
		return;
	}
	for (at = from; at != c->seen && at != from + most; at++)
		disruptor_handle(d, g, consumer, at, x);
	/* C: pairs with D */
	smp_store_release(&c->sequence, at);
	x->met_all = disruptor_leads(g, consumer) ? BIT(CONDITION_IN) : BIT(CONDITION_OUT);
	x->value = at;
	x->count = at - from;
	x->error = 0;
}

/* One event by the only consumer, which is told what it is. */
static __always_inline void disruptor_take(struct disruptor *d, const struct disruptor_graph *g,
					   struct contend_scratch *x)
{
	/* Before the consumer has done with it, from when on a producer may rewrite it. */
	const u64 at = d->consumer[0].sequence;
	u64 key;

	/* B: pairs with A, for the key as for what consume looks at */
	if (disruptor_limit(d, g, 0, at) == at) {
		x->error = -ENOENT;
		return;
	}
	key = d->events[at & d->mask].key;
	disruptor_consume(d, g, 0, 1, x);
	x->value = key;
}

/* All of them in turn, by one task. It has done nothing if nobody had anything to do. */
static noinline void disruptor_consume_all(struct disruptor *d, const struct disruptor_graph *g,
					   struct contend_scratch *x)
{
	u32 count = 0, i;
	u8 met = 0;

	for (i = 0; i < g->consumers; i++) {
		disruptor_consume(d, g, i, DISRUPTOR_BATCH, x);
		count += x->error ? 0 : x->count;
		met |= x->error ? 0 : x->met_all;
	}
	x->error = count ? 0 : -ENOENT;
	x->count = count;
	x->met_all = met;
}

static __always_inline void disruptor_do(struct disruptor *d, const struct disruptor_graph *g,
					 const struct contend_request *rq,
					 struct contend_scratch *x)
{
	u32 i;

	if (rq->verb == DISRUPTOR_TRY_CONSUME) {
		disruptor_consume_all(d, g, x);
		return;
	}
	if (rq->verb < DISRUPTOR_CONSUME) {
		disruptor_publish(d, g, rq, x);
		return;
	}
	if (g->consumers == 1 && rq->verb == DISRUPTOR_TAKE)
		disruptor_take(d, g, x);
	for (i = 0; i < g->consumers; i++)
		if (rq->verb == DISRUPTOR_CONSUME + i)
			disruptor_consume(d, g, i, DISRUPTOR_BATCH, x);
	if (x->error)
		x->lacks = CONDITION_IN;
}

/* Events one by one, as a producer publishes them that has this in its loop. */
static __always_inline u32 disruptor_publishes(struct disruptor *d, const struct disruptor_graph *g,
					       const struct contend_request *rq, u32 most)
{
	u32 n = 0;
	u64 at;

	while (n < most && disruptor_claim(d, g, 1, &at))
		disruptor_place(d, g, rq->key + n++, at, 1);
	return n;
}

static u64 disruptor_total(const struct disruptor *d)
{
	return READ_ONCE(*(d->graph->many ? &d->claimed : &d->cursor));
}

static void disruptor_destroy(void *data)
{
	struct disruptor *d = data;

	kvfree(d->marks);
	kvfree(d->published);
	kvfree(d->events);
}

static int disruptor_make(struct disruptor *d, const struct disruptor_graph *g,
			  const struct contend_shape *shape)
{
	const u64 places = roundup_pow_of_two(shape->capacity);

	d->graph = g;
	d->capacity = shape->capacity;
	d->mask = places - 1;
	d->events = kvmalloc_array(places, sizeof(*d->events), GFP_CLIENT);
	if (g->many)
		d->published = kvcalloc(places, sizeof(*d->published), GFP_CLIENT);
	if (g->after[g->consumers - 1])
		d->marks = kvcalloc(places, sizeof(*d->marks), GFP_CLIENT);
	if (d->events && !d->published == !g->many && !d->marks == !g->after[g->consumers - 1])
		return 0;
	disruptor_destroy(d);
	return -ENOMEM;
}

static u64 disruptor_elements(const void *data)
{
	const struct disruptor *d = data;
	/* In this order: what is done with in between does not make it negative. */
	const u64 slowest = disruptor_slowest(d, d->graph->last);

	return disruptor_total(d) - slowest;
}

static u32 disruptor_ready(const void *data)
{
	const struct disruptor *d = data;
	u32 ready = disruptor_elements(d) < d->capacity ? BIT(CONDITION_OUT) : 0, i;

	for (i = 0; i < d->graph->consumers; i++) {
		const u64 at = READ_ONCE(d->consumer[i].sequence);

		if (disruptor_limit(d, d->graph, i, at) != at)
			ready |= BIT(CONDITION_IN);
	}
	return ready;
}

static u64 disruptor_verify(const void *data, struct violation_log *log)
{
	const struct disruptor *d = data;
	const struct disruptor_graph *g = d->graph;
	const u64 total = disruptor_total(d), slowest = disruptor_slowest(d, g->last);
	u64 at;
	u32 i;

	for (i = 0; i < g->consumers; i++) {
		const u64 before = g->after[i] ? disruptor_slowest(d, g->after[i]) : total;

		if (d->consumer[i].sequence > before)
			violation_note(log, CHECK_INTEGRITY, ahead, d->consumer[i].sequence,
				       before);
	}
	if (total - slowest > d->capacity) {
		violation_note(log, CHECK_INTEGRITY,
			       "events were rewritten ahead of the slowest consumer",
			       total - slowest, d->capacity);
		return total;
	}
	for (at = slowest; at != total; at++) {
		const struct disruptor_event *e = &d->events[at & d->mask];

		if (e->seal != disruptor_seal(e->key, at))
			violation_note(log, CHECK_INTEGRITY, not_of_its_sequence, e->seal,
				       disruptor_seal(e->key, at));
		if (g->many && d->published[at & d->mask] != at + 1)
			violation_note(log, CHECK_INTEGRITY,
				       "an event was claimed and not published",
				       d->published[at & d->mask], at + 1);
	}
	return total;
}

#define PRODUCER	BIT(0)
#define CONSUMER(_i)	BIT(1 + (_i))

/* The verbs that each of them has: by what its producers are guarded, and its consumers' seats. */
#define PRODUCERS(_guard, _consumers)							\
	[DISRUPTOR_TRY_PUBLISH] = {							\
		.name = "try_publish", .guard = _guard, .share = 50, .balance = 1,	\
		.fills = true, .meets = BIT(CONDITION_IN),				\
		.seats = (_guard) == GUARD_OWNER ? PRODUCER : 0,			\
	},										\
	[DISRUPTOR_TRY_CONSUME] = {							\
		.name = "try_consume", .guard = GUARD_OWNER, .share = 50,		\
		.meets = BIT(CONDITION_OUT), .seats = _consumers,			\
	},										\
	[DISRUPTOR_PUBLISH] = {								\
		.name = "publish", .guard = _guard, .share = 100, .balance = 1,		\
		.waits = BIT(CONDITION_OUT), .meets = BIT(CONDITION_IN),		\
		.seats = (_guard) == GUARD_OWNER ? PRODUCER : 0, .role = "producer",	\
	},										\
	[DISRUPTOR_PUBLISH_BATCH] = {							\
		.name = "publish_batch", .guard = _guard, .balance = 1,			\
		.waits = BIT(CONDITION_OUT), .meets = BIT(CONDITION_IN),		\
		.seats = (_guard) == GUARD_OWNER ? PRODUCER : 0, .role = "producer",	\
	}

#define CONSUMER_VERB(_i, _name, _role, _meets)						\
	[DISRUPTOR_CONSUME + (_i)] = {							\
		.name = _name, .guard = GUARD_OWNER, .share = 100,			\
		.waits = BIT(CONDITION_IN), .meets = BIT(_meets), .seats = CONSUMER(_i),	\
		.role = _role,								\
	}

#define TAKE_VERB									\
	[DISRUPTOR_TAKE] = {								\
		.name = "take", .guard = GUARD_OWNER, .waits = BIT(CONDITION_IN),	\
		.meets = BIT(CONDITION_OUT), .seats = CONSUMER(0), .role = "consumer",	\
	}

#define THREE		(CONSUMER(0) | CONSUMER(1) | CONSUMER(2))

#define DISRUPTOR(_s, _graph, _verbs, ...)						\
	static int _s##_init(void *data, const struct contend_shape *shape)		\
	{										\
		return disruptor_make(data, &(_graph), shape);				\
	}										\
											\
	CONTEND_NO_READ(_s)								\
	void contend_##_s##_write(void *data, const struct contend_request *rq,		\
				  struct contend_scratch *x)				\
	{										\
		disruptor_do(data, &(_graph), rq, x);					\
	}										\
											\
	static u32 _s##_repeat(void *data, const struct contend_request *rq, u32 most)	\
	{										\
		return rq->verb == DISRUPTOR_PUBLISH ?					\
		       disruptor_publishes(data, &(_graph), rq, most) : 0;		\
	}										\
											\
	const struct contend_structure contend_structure_##_s = {			\
		.name = #_s,								\
		.needs = CONTEND_CAP_SELF,						\
		.verbs = _verbs,							\
		.capacity = 1024,							\
		.size = sizeof(struct disruptor),					\
		.init = _s##_init,							\
		.destroy = disruptor_destroy,						\
		.elements = disruptor_elements,						\
		.ready = disruptor_ready,						\
		.verify = disruptor_verify,						\
		.repeat = _s##_repeat,							\
		__VA_ARGS__								\
	}

static const struct contend_verb one_verbs[] = {
	PRODUCERS(GUARD_OWNER, CONSUMER(0)),
	CONSUMER_VERB(0, "consume", "consumer", CONDITION_OUT),
	TAKE_VERB,
	{ }
};

static const struct contend_verb many_verbs[] = {
	PRODUCERS(GUARD_SELF, CONSUMER(0)),
	CONSUMER_VERB(0, "consume", "consumer", CONDITION_OUT),
	TAKE_VERB,
	{ }
};

static const struct contend_verb multicast_verbs[] = {
	PRODUCERS(GUARD_OWNER, THREE),
	CONSUMER_VERB(0, "journal", "journal", CONDITION_OUT),
	CONSUMER_VERB(1, "replicate", "replicate", CONDITION_OUT),
	CONSUMER_VERB(2, "business", "business", CONDITION_OUT),
	{ }
};

/* As well as of a diamond: the first two lead to the last. */
static const struct contend_verb pipeline_verbs[] = {
	PRODUCERS(GUARD_OWNER, THREE),
	CONSUMER_VERB(0, "journal", "journal", CONDITION_IN),
	CONSUMER_VERB(1, "replicate", "replicate", CONDITION_IN),
	CONSUMER_VERB(2, "business", "business", CONDITION_OUT),
	{ }
};

static const struct disruptor_graph one = {
	.gated = true, .consumers = 1, .last = BIT(0),
};

static const struct disruptor_graph many = {
	.many = true, .gated = true, .consumers = 1, .last = BIT(0),
};

static const struct disruptor_graph multicast = {
	.gated = true, .consumers = 3, .last = BIT(0) | BIT(1) | BIT(2),
};

static const struct disruptor_graph pipeline = {
	.gated = true, .consumers = 3, .after = { 0, BIT(0), BIT(1) }, .last = BIT(2),
};

static const struct disruptor_graph diamond = {
	.gated = true, .consumers = 3, .after = { 0, 0, BIT(0) | BIT(1) }, .last = BIT(2),
};

DISRUPTOR(disruptor, one, one_verbs,
	  .family = "disruptor",
	  .about = "a ring of events: one producer, and one consumer with a sequence");
DISRUPTOR(disruptor_many, many, many_verbs,
	  .family = "disruptor",
	  .about = "a ring of events: many producers, one consumer");
DISRUPTOR(disruptor_multicast, multicast, multicast_verbs,
	  .family = "disruptor",
	  .about = "a ring of events: each of three consumers sees all");
DISRUPTOR(disruptor_pipeline, pipeline, pipeline_verbs,
	  .family = "disruptor",
	  .about = "a ring of events: three consumers, one after the other");
DISRUPTOR(disruptor_diamond, diamond, pipeline_verbs,
	  .family = "disruptor",
	  .about = "a ring of events: two consumers, and a third after both");

#ifdef CONTEND_MUTANT

/* busted_disruptor: its producer does not wait for the consumer. */
static const struct disruptor_graph ungated = { .consumers = 1, .last = BIT(0) };

DISRUPTOR(busted_disruptor, ungated, one_verbs,
	  .family = "busted",
	  .busted = true,
	  .about = "a disruptor whose producer rewrites what the consumer has not seen");

#endif /* CONTEND_MUTANT */

// SPDX-License-Identifier: GPL-2.0
/*
 * bucket: token buckets that limit a rate, without a lock. Each is one number, the theoretical
 * arrival time of the generic cell rate algorithm (ITU-T Recommendation I.371, "Traffic control and
 * congestion control in B-ISDN", annex A; ATM Forum, "Traffic Management Specification 4.0",
 * af-tm-0056, 1996): each token moves it on by the interval between two of them, and it may not be
 * ahead of the time by more than a burst of them. Who takes moves it by cmpxchg().
 *
 * As many buckets as the capacity share the keys between them by a hash: with capacity=1 there is
 * one for all. Two keys may have one, and then one rate together: it is bounded.
 *
 * try_take and take say how many nanoseconds it is until there are as many tokens, or 0 when they
 * have them; take waits for so long, and looks again. Nobody is promised a token: another task may
 * have come first. set gives all of them another rate, as long as nobody has taken anything.
 *
 * Its times are those of CLOCK_MONOTONIC and not of the measuring clock: by it a task sleeps that
 * waits for a token.
 *
 * Invariant: no more is granted than the burst and what has come since the first one was,
 * for each that takes, and at the end.
 */
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/timekeeping.h>

#include "check/violation.h"
#include "lib/charge.h"
#include "structures/bucket.h"
#include "structures/structure.h"

static const struct contend_verb bucket_verbs[] = {
	[BUCKET_TRY_TAKE] = { .name = "try_take", .guard = GUARD_SELF, .share = 100 },
	[BUCKET_TAKE] = {
		.name = "take", .guard = GUARD_SELF, .share = 100, .waits = BIT(CONDITION_IN),
		.timed = true, .role = "client",
	},
	[BUCKET_SET] = { .name = "set", .guard = GUARD_SELF },
	{ }
};

static const char granted_too_much[] = "more tokens were granted than burst and rate allow";

static __always_inline u64 bucket_interval(u64 rate)
{
	return rate & (BUCKET_USED - 1);
}

/* How far a bucket may be ahead of the time. */
static __always_inline u64 bucket_depth(u64 rate)
{
	return (rate >> 32) * bucket_interval(rate);
}

static __always_inline struct bucket *bucket_of(const struct buckets *all, u64 key)
{
	return &all->bucket[((key * GOLDEN_RATIO_64) >> 32) * all->n >> 32];
}

/* What is granted by now, and may be; in nanoseconds' worth of tokens. */
static __always_inline u64 bucket_spent(const struct bucket *b, u64 rate)
{
	return atomic64_read(&b->granted) * bucket_interval(rate);
}

static __always_inline u64 bucket_allowed(const struct bucket *b, u64 rate)
{
	return bucket_depth(rate) + ktime_get_mono_fast_ns() - READ_ONCE(b->began);
}

/* Not ahead of when it was read first: what is read from then on is later. */
static __always_inline u64 bucket_now(struct bucket *b)
{
	u64 none = 0;

	/* A: by whomever it was set, that time was read before the one that is read next */
	if (unlikely(!READ_ONCE(b->began)))
		try_cmpxchg(&b->began, &none, ktime_get_mono_fast_ns());
	return ktime_get_mono_fast_ns();
}

/* Count what was taken, and judge that. */
static __always_inline void bucket_grant(struct bucket *b, u64 rate, u64 n, u64 now,
					 struct contend_scratch *x)
{
	const u64 spent = atomic64_add_return(n, &b->granted) * bucket_interval(rate);

	x->value = 0;
	x->error = 0;
	/* Others may have a later time; then the time of now counts. */
	if (likely(spent <= bucket_depth(rate) + now - READ_ONCE(b->began)))
		return;
	if (unlikely(spent > bucket_allowed(b, rate))) {
		x->broken = granted_too_much;
		x->seen = spent;
		x->expected = bucket_allowed(b, rate);
	}
}

static __always_inline void bucket_take(struct buckets *all, const struct contend_request *rq,
					struct contend_scratch *x,
					bool (*move)(u64 *arrival, u64 *seen, u64 to))
{
	const u64 n = rq->value >> 32 ?: 1;
	struct bucket *b = bucket_of(all, rq->key);
	u64 rate = READ_ONCE(all->rate), now, seen, to;

	while (unlikely(!(rate & BUCKET_USED)))
		if (try_cmpxchg(&all->rate, &rate, rate | BUCKET_USED))
			rate |= BUCKET_USED;
	if (n > rate >> 32) {
		x->error = -ENOSPC;
		return;
	}
	seen = READ_ONCE(b->arrival);
	do {
		now = bucket_now(b);
		to = max(seen, now) + n * bucket_interval(rate);
		if (to > now + bucket_depth(rate)) {
			x->value = to - now - bucket_depth(rate);
			x->error = -EAGAIN;
			if (rq->verb == BUCKET_TAKE) {
				x->lacks = CONDITION_IN;
				x->due_ns = now + x->value;
			}
			return;
		}
	} while (!move(&b->arrival, &seen, to));
	bucket_grant(b, rate, n, now, x);
}

static __always_inline int bucket_set(struct buckets *all, u64 to)
{
	u64 rate = READ_ONCE(all->rate);

	if (!bucket_interval(to) || to & BUCKET_USED || !(to >> 32) || to >> 63)
		return -EINVAL;
	do {
		if (rate & BUCKET_USED)
			return -EBUSY;
	} while (!try_cmpxchg(&all->rate, &rate, to));
	return 0;
}

/* Orders nothing but itself: there is nothing else that belongs to a token. */
static __always_inline bool bucket_move(u64 *arrival, u64 *seen, u64 to)
{
	return try_cmpxchg_relaxed(arrival, seen, to);
}

static __always_inline void bucket_write(struct buckets *all, const struct contend_request *rq,
					 struct contend_scratch *x,
					 bool (*move)(u64 *arrival, u64 *seen, u64 to))
{
	if (rq->verb == BUCKET_SET)
		x->error = bucket_set(all, rq->value);
	else
		bucket_take(all, rq, x, move);
}

CONTEND_NO_READ(bucket)

void contend_bucket_write(void *data, const struct contend_request *rq, struct contend_scratch *x)
{
	bucket_write(data, rq, x, bucket_move);
}

static int bucket_init_rate(struct buckets *all, u32 n, u64 rate)
{
	all->n = n;
	all->rate = rate;
	all->bucket = kvcalloc(n, sizeof(*all->bucket), GFP_CLIENT);
	return all->bucket ? 0 : -ENOMEM;
}

static int bucket_init(void *data, const struct contend_shape *shape)
{
	return bucket_init_rate(data, shape->capacity, BUCKET_RATE(1000, 1000));
}

static void bucket_destroy(void *data)
{
	struct buckets *all = data;

	kvfree(all->bucket);
}

static u64 bucket_elements(const void *data)
{
	const struct buckets *all = data;

	return all->n;
}

/* Of one for all. Where there are several nobody knows which of them is meant. */
static u64 bucket_due(const void *data)
{
	const struct buckets *all = data;
	const u64 rate = READ_ONCE(all->rate), to = READ_ONCE(all->bucket->arrival);
	const u64 spared = bucket_depth(rate) - bucket_interval(rate);

	return all->n == 1 && to > spared ? to - spared : 0;
}

static u32 bucket_ready(const void *data)
{
	return bucket_due(data) <= ktime_get_mono_fast_ns() ? BIT(CONDITION_IN) : 0;
}

static u64 bucket_verify(const void *data, struct violation_log *log)
{
	const struct buckets *all = data;
	u64 spent, allowed;
	u32 i;

	for (i = 0; i < all->n; i++) {
		spent = bucket_spent(&all->bucket[i], all->rate);
		allowed = bucket_allowed(&all->bucket[i], all->rate);
		if (spent > allowed)
			violation_note(log, CHECK_INTEGRITY, granted_too_much, spent, allowed);
	}
	/* What was taken is nowhere. */
	return 0;
}

#define BUCKET(_name, _family, _about, _busted)					\
	const struct contend_structure contend_structure_##_name = {		\
		.name = #_name,							\
		.family = _family,						\
		.about = _about,						\
		.needs = CONTEND_CAP_SELF,					\
		.busted = _busted,						\
		.verbs = bucket_verbs,						\
		.capacity = 1024,						\
		.size = sizeof(struct buckets),					\
		.init = _name##_init,						\
		.destroy = bucket_destroy,					\
		.elements = bucket_elements,					\
		.ready = bucket_ready,						\
		.due = bucket_due,						\
		.verify = bucket_verify,					\
	}

BUCKET(bucket, "limit", "token buckets without a lock, for all or by key: a million a second", 0);

#ifdef CONTEND_MUTANT

/*
 * busted_bucket: checks, then acts: two tasks take the same token, and the later one puts the
 * arrival back to where it would be without the other.
 */
static __always_inline bool busted_bucket_move(u64 *arrival, u64 *seen, u64 to)
{
	busted_dawdle(BUSTED_WINDOW);
	WRITE_ONCE(*arrival, to);
	return true;
}

/* Where a token comes later than the next task, however slow the machine: each is fought for. */
static int busted_bucket_init(void *data, const struct contend_shape *shape)
{
	return bucket_init_rate(data, shape->capacity, BUCKET_RATE(100000, 4));
}

CONTEND_NO_READ(busted_bucket)

void contend_busted_bucket_write(void *data, const struct contend_request *rq,
				 struct contend_scratch *x)
{
	bucket_write(data, rq, x, busted_bucket_move);
}

BUCKET(busted_bucket, "busted", "looks whether there is a token, then takes it", 1);

#endif /* CONTEND_MUTANT */

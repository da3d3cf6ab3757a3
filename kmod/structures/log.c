// SPDX-License-Identifier: GPL-2.0
/*
 * log: records at positions that count up from 0; append puts one at the end, and tells its stamp:
 * position and epoch. It keeps the newest ones, as many as its capacity: a full log drops its
 * oldest for the next one, and trim drops those before a position.
 *
 * truncate takes the end back to a position, and begins a new epoch: what is appended from then on
 * stands at the same positions under other stamps. So a reader, which knows what it stands on by
 * its stamp, never takes what is there now for what it has read; it is ESTALE. (D. Ongaro,
 * J. Ousterhout, "In Search of an Understandable Consensus Algorithm", USENIX ATC 2014: a record is
 * known by its index and its term, and where two logs agree in one record they agree in all before
 * it.) A truncate with a stamp of an epoch that is over is ESTALE too.
 *
 * read finds the record at a position, or of a stamp. follow reads the one after the one that the
 * caller has read last, at first the oldest, and waits for it at the end. Where that has been taken
 * back (ESTALE) or dropped (ENOENT) it begins again at the oldest.
 *
 * A reader may be beside a writer: it reads a record as by a sequence count, which is the stamp,
 * and so the lock may be of any kind that keeps writers apart.
 *
 * Invariants: each record has the CRC-32C of what is in it, which goes on from that of the record
 * before it, for each reader, and for all of them at the end; what a reader follows goes on from
 * what it has read; what was appended is there, dropped or truncated.
 *
 * Its barriers are in kmod/structures/litmus; each one names its test.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/mm.h>

#include "check/violation.h"
#include "compat.h"
#include "lib/charge.h"
#include "structures/log.h"
#include "structures/structure.h"

static const struct contend_verb log_verbs[] = {
	[LOG_APPEND] = {
		.name = "append", .guard = GUARD_WRITE, .share = 20, .balance = 1, .fills = true,
		.meets = BIT(CONDITION_IN), .role = "appender",
	},
	[LOG_READ] = { .name = "read", .guard = GUARD_READ, .share = 79 },
	[LOG_FOLLOW] = {
		.name = "follow", .guard = GUARD_READ, .share = 100, .follows = true,
		.waits = BIT(CONDITION_IN), .role = "reader",
	},
	[LOG_TRUNCATE] = { .name = "truncate", .guard = GUARD_WRITE, .share = 1 },
	[LOG_TRIM] = { .name = "trim", .guard = GUARD_WRITE },
	[LOG_CLOSE] = { .name = "close", .guard = GUARD_WRITE },
	{ }
};

static const char wrong_sum[] = "a record's checksum is not that of what is in it";

static __always_inline u64 log_stamp(u64 epoch, u64 position)
{
	return epoch << LOG_POSITION_BITS | position;
}

static __always_inline u64 log_position(u64 stamp)
{
	return stamp & LOG_POSITION_MAX;
}

static __always_inline u64 log_epoch(u64 stamp)
{
	return stamp >> LOG_POSITION_BITS;
}

static u32 log_sum(const struct log_record *r)
{
	const u64 words[] = { r->stamp, r->key, r->value };

	return contend_crc32c(r->before, words, sizeof(words));
}

static __always_inline void log_broken(struct contend_scratch *x, const char *what, u64 seen,
				       u64 expected)
{
	x->broken = what;
	x->seen = seen;
	x->expected = expected;
}

/* What @r says, where a reader of an older record may still be. */
static __always_inline void log_put(struct log_record *to, const struct log_record *r, bool early)
{
	WRITE_ONCE(to->stamp, 0);
	/*
	 * A: pairs with D: a reader that has some of what comes finds the stamp gone
	 * (log_record.litmus)
	 */
	smp_wmb();
	if (early) {
		WRITE_ONCE(to->stamp, r->stamp);
		busted_dawdle(BUSTED_WINDOW);
	}
	WRITE_ONCE(to->key, r->key);
	WRITE_ONCE(to->value, r->value);
	WRITE_ONCE(to->before, r->before);
	WRITE_ONCE(to->sum, r->sum);
	if (early)
		return;
	/*
	 * B: pairs with C: a reader that has the stamp has all of it, and what was done to other
	 * records before (log_record.litmus, log_follow.litmus)
	 */
	smp_store_release(&to->stamp, r->stamp);
}

/* The record at a position; false: there is another one by now. */
static __always_inline bool log_get(const struct log *l, u64 position, struct log_record *r)
{
	const struct log_record *from = &l->records[position & l->mask];

	/* C: pairs with B (log_record.litmus, log_follow.litmus) */
	r->stamp = smp_load_acquire(&from->stamp);
	r->key = READ_ONCE(from->key);
	r->value = READ_ONCE(from->value);
	r->before = READ_ONCE(from->before);
	r->sum = READ_ONCE(from->sum);
	/* D: pairs with A (log_record.litmus) */
	smp_rmb();
	return READ_ONCE(from->stamp) == r->stamp && r->stamp &&
	       log_position(r->stamp) == position;
}

/* The same for a reader: 0, or -EAGAIN it was overwritten meanwhile. */
static __always_inline int log_take(const struct log *l, u64 position, struct log_record *r,
				    struct contend_scratch *x)
{
	if (!log_get(l, position, r))
		return -EAGAIN;
	if (unlikely(r->sum != log_sum(r)))
		log_broken(x, wrong_sum, r->sum, log_sum(r));
	x->value = r->value;
	return 0;
}

static __always_inline int log_read(const struct log *l, u64 stamp, struct contend_scratch *x)
{
	const u64 position = log_position(stamp), epoch = log_epoch(stamp);
	struct log_record r;
	int ret;

	/* F: pairs with log_append() (log_append.litmus) */
	if (position < READ_ONCE(l->head) || position >= smp_load_acquire(&l->tail))
		return -ENOENT;
	ret = log_take(l, position, &r, x);
	if (ret || !epoch || epoch == log_epoch(r.stamp))
		return ret;
	x->value = 0;
	return -ESTALE;
}

/* Whether what a reader stands on is still there: asked after F or C (log_follow.litmus). */
static __always_inline bool log_stands(const struct log *l, u64 stamp)
{
	return READ_ONCE(l->records[log_position(stamp) & l->mask].stamp) == stamp;
}

static __always_inline int log_follow(const struct log *l, struct contend_scratch *x)
{
	const u64 head = READ_ONCE(l->head), at = x->at.position;
	u64 position = at ? log_position(at) + 1 : head;
	const bool behind = at && position <= head;
	struct log_record r;
	u64 tail;
	int ret;

	/* Unless it can go on it begins again. */
	x->next = (struct contend_mark){ };
	if (at && position < head)
		return -ENOENT;
	/*
	 * F: pairs with log_append() (log_append.litmus). It may be older than the head, and below
	 * it: then it is the end, too.
	 */
	tail = smp_load_acquire(&l->tail);
	if (at && !behind && (position > tail || !log_stands(l, at)))
		return -ESTALE;
	if (position >= tail) {
		x->next = x->at;
		if (READ_ONCE(l->closed))
			return -EPIPE;
		x->lacks = CONDITION_IN;
		return -ENOENT;
	}
	ret = log_take(l, position, &r, x);
	if (ret) {
		x->next = x->at;
		return ret;
	}
	if (unlikely(at && !x->broken && r.before != x->at.seal)) {
		/* It was taken back meanwhile; or the reader has a mixture of two logs. */
		if (behind || !log_stands(l, at))
			return -ESTALE;
		log_broken(x, "a record does not go on from the one that was read before it",
			   r.before, x->at.seal);
	}
	x->next.position = r.stamp;
	x->next.seal = r.sum;
	return 0;
}

static __always_inline void log_read_section(const struct log *l, const struct contend_request *rq,
					     struct contend_scratch *x)
{
	x->broken = NULL;
	x->lacks = CONDITION_NONE;
	x->value = rq->value;
	x->error = rq->verb == LOG_FOLLOW ? log_follow(l, x) : log_read(l, rq->key, x);
}

static __always_inline int log_append(struct log *l, const struct contend_request *rq,
				      struct contend_scratch *x, bool early)
{
	const u64 tail = l->tail;
	struct log_record r = {
		.stamp = log_stamp(l->epoch, tail), .key = rq->key, .value = rq->value,
		.before = l->sum,
	};

	if (l->closed)
		return -EPIPE;
	if (tail == LOG_POSITION_MAX)
		return -ENOSPC;
	if (tail - l->head == l->capacity) {
		WRITE_ONCE(l->head, l->head + 1);
		l->dropped++;
	}
	r.sum = log_sum(&r);
	if (early)
		WRITE_ONCE(l->tail, tail + 1);
	log_put(&l->records[tail & l->mask], &r, early);
	l->sum = r.sum;
	l->appended++;
	/* F: the record, then that there is one: pairs with the loads of it (log_append.litmus) */
	smp_store_release(&l->tail, tail + 1);
	x->value = r.stamp;
	/* Each that follows reads it. */
	x->met_all = BIT(CONDITION_IN);
	return 0;
}

/* @same: on purpose without a new epoch. */
static __always_inline int log_truncate(struct log *l, u64 stamp, struct contend_scratch *x,
					bool same)
{
	const u64 position = log_position(stamp);

	if (log_epoch(stamp) && log_epoch(stamp) != l->epoch)
		return -ESTALE;
	if (position < l->head || position >= l->tail)
		return -ENOENT;
	if (l->epoch == LOG_EPOCH_MAX)
		return -ENOSPC;
	l->epoch += !same;
	l->sum = l->records[position & l->mask].before;
	l->truncated += l->tail - position;
	WRITE_ONCE(l->tail, position);
	x->value = log_stamp(l->epoch, position);
	return 0;
}

static __always_inline int log_trim(struct log *l, u64 stamp)
{
	const u64 position = log_position(stamp);

	if (position <= l->head || position > l->tail)
		return -ENOENT;
	l->dropped += position - l->head;
	WRITE_ONCE(l->head, position);
	return 0;
}

static __always_inline void log_write(struct log *l, const struct contend_request *rq,
				      struct contend_scratch *x, bool early, bool same)
{
	switch (rq->verb) {
	case LOG_APPEND:
		x->error = log_append(l, rq, x, early);
		return;
	case LOG_TRUNCATE:
		x->error = log_truncate(l, rq->key, x, same);
		return;
	case LOG_TRIM:
		x->error = log_trim(l, rq->key);
		return;
	default:
		x->error = l->closed ? -EPIPE : 0;
		WRITE_ONCE(l->closed, true);
		x->met_all = BIT(CONDITION_IN);
	}
}

static int log_init(void *data, const struct contend_shape *shape)
{
	struct log *l = data;

	l->capacity = shape->capacity;
	l->mask = roundup_pow_of_two(l->capacity) - 1;
	l->epoch = 1;
	l->records = kvcalloc(l->mask + 1, sizeof(*l->records), GFP_CLIENT);
	return l->records ? 0 : -ENOMEM;
}

static void log_destroy(void *data)
{
	struct log *l = data;

	kvfree(l->records);
}

static u64 log_elements(const void *data)
{
	const struct log *l = data;
	/* Racy looks: where the one is older than the other it is none, or too many. */
	const u64 head = READ_ONCE(l->head), tail = READ_ONCE(l->tail);

	return tail > head ? min(tail - head, l->capacity) : 0;
}

/* Readers at the end wait, wherever they stand: that there is a record says nothing of them. */
static u32 log_ready(const void *data)
{
	const struct log *l = data;

	return log_elements(l) || READ_ONCE(l->closed) ? BIT(CONDITION_IN) : 0;
}

static u64 log_verify(const void *data, struct violation_log *log)
{
	const struct log *l = data;
	const u64 n = l->tail - l->head;
	struct log_record r;
	u64 at, epoch = 0;
	u32 sum = 0;

	if (n > l->capacity) {
		violation_note(log, CHECK_INTEGRITY, "there is more in the log than its capacity",
			       n, l->capacity);
		return l->appended;
	}
	for (at = l->head; at != l->tail; at++, sum = r.sum, epoch = log_epoch(r.stamp)) {
		if (!log_get(l, at, &r) || log_epoch(r.stamp) < epoch)
			violation_note(log, CHECK_INTEGRITY,
				       "a record does not have the stamp of its position", r.stamp,
				       log_stamp(epoch, at));
		else if (r.sum != log_sum(&r))
			violation_note(log, CHECK_INTEGRITY, wrong_sum, r.sum, log_sum(&r));
		else if (at != l->head && r.before != sum)
			violation_note(log, CHECK_INTEGRITY,
				       "a record does not go on from the one before it", r.before,
				       sum);
	}
	if (n && sum != l->sum)
		violation_note(log, CHECK_INTEGRITY,
			       "the log does not go on from its newest record", l->sum, sum);
	if (l->appended != n + l->dropped + l->truncated)
		violation_note(log, CHECK_INTEGRITY,
			       "what was appended is not there, dropped or truncated",
			       l->appended, n + l->dropped + l->truncated);
	return l->appended;
}

#define LOG(_name, _family, _about, _busted, _early, _same)			\
	void contend_##_name##_read(const void *data, const struct contend_request *rq,	\
				    struct contend_scratch *x)			\
	{									\
		log_read_section(data, rq, x);					\
	}									\
	void contend_##_name##_write(void *data, const struct contend_request *rq,	\
				     struct contend_scratch *x)			\
	{									\
		log_write(data, rq, x, _early, _same);				\
	}									\
	const struct contend_structure contend_structure_##_name = {		\
		.name = #_name,							\
		.family = _family,						\
		.about = _about,						\
		.needs = CONTEND_CAP_EXCLUSIVE,					\
		.busted = _busted,						\
		.verbs = log_verbs,						\
		.capacity = 1024,						\
		.size = sizeof(struct log),					\
		.init = log_init,						\
		.destroy = log_destroy,						\
		.elements = log_elements,					\
		.ready = log_ready,						\
		.verify = log_verify,						\
	}

LOG(log, "log", "records at positions: an end that can be taken back, and followers", 0, 0, 0);

#ifdef CONTEND_MUTANT

/*
 * busted_log_early: a record has its stamp before it has all of what it says. Where the lock lets a
 * reader be beside the writer, it reads a record that is half an older one: the checksum tells.
 */
LOG(busted_log_early, "busted", "a record can be read before it is written", 1, 1, 0);

/*
 * busted_log_epoch: what is appended after a truncation has the stamps of what it stands for. A
 * reader that has read that goes on as if nothing had been: the checksum of the record that it has
 * read tells, from which the next one does not go on.
 */
LOG(busted_log_epoch, "busted", "its end is taken back without a new epoch", 1, 0, 1);

#endif /* CONTEND_MUTANT */

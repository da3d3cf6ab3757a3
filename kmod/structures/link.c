// SPDX-License-Identifier: GPL-2.0
/*
 * link: a bounded message pipe from one end to the other, with faults that are drawn from a seed:
 * loss, a second copy, a message that the next one overtakes, delay; and it can be cut, and healed.
 * It has one direction: two ends that talk to each other have two of them.
 *
 * receive waits until a message arrives, and for one that is on its way until it is due. send does
 * not wait: where there is no room it says so, and poll() tells when there is. Who sends does not
 * learn what becomes of the message. What is on its way when the link is cut arrives; what is sent
 * from then on is dropped, until it heals. When it is closed what is on its way can still be
 * received.
 *
 * A link has no faults until the verb faults gives it some (LINK_RATES); link_lossy has some from
 * the beginning. The same seed and the same messages give the same faults: each message that is
 * sent where nothing is cut takes one number.
 *
 * Its times are those of CLOCK_MONOTONIC and not of the measuring clock: by it a task sleeps that
 * waits for a message.
 *
 * Invariants: what is received is what was sent: each message is sealed with its number. Without
 * copies and late ones the numbers rise. No message is unaccounted for:
 *
 *	sent + copied = received + lost + dropped + on their way
 *
 * in number, and in the sum of their seals.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/timekeeping.h>

#include "check/violation.h"
#include "lib/charge.h"
#include "structures/link.h"
#include "structures/structure.h"

/* Of link_lossy. */
#define LINK_LOSSY_SEED		1
#define LINK_LOSSY_RATES	LINK_RATES(10, 10, 20, 100)

static const struct contend_verb link_verbs[] = {
	[LINK_SEND] = {
		.name = "send", .guard = GUARD_WRITE, .share = 50, .balance = 1, .fills = true,
		.meets = BIT(CONDITION_IN), .role = "sender",
	},
	[LINK_TRY_RECEIVE] = {
		.name = "try_receive", .guard = GUARD_WRITE, .share = 50, .balance = -1,
		.meets = BIT(CONDITION_OUT),
	},
	[LINK_RECEIVE] = {
		.name = "receive", .guard = GUARD_WRITE, .share = 100, .balance = -1,
		.waits = BIT(CONDITION_IN), .meets = BIT(CONDITION_OUT), .role = "receiver",
	},
	[LINK_CUT] = { .name = "cut", .guard = GUARD_WRITE },
	[LINK_HEAL] = { .name = "heal", .guard = GUARD_WRITE },
	[LINK_FAULTS] = { .name = "faults", .guard = GUARD_WRITE },
	[LINK_CLOSE] = { .name = "close", .guard = GUARD_WRITE },
	{ }
};

static const char not_what_was_sent[] = "a message is not what was sent under its number";

static __always_inline u64 link_seal(u64 key, u64 number)
{
	return (key ^ number * 0xff51afd7ed558ccdULL) * GOLDEN_RATIO_64;
}

static __always_inline u64 link_next(const struct link *l, u64 index)
{
	return index + 1 < l->capacity ? index + 1 : 0;
}

static __always_inline void link_enter(struct link_books *books, u64 seal)
{
	books->n++;
	books->seals += seal;
}

/* Whether it happens to this one in so many of a thousand; 16 bits of chance for each. */
static __always_inline bool link_happens(u32 rate, u64 chance)
{
	return ((u32)(chance & 0xffff) * 1000 >> 16) < rate;
}

/* The first of those on their way is another one. */
static __always_inline void link_first(struct link *l)
{
	WRITE_ONCE(l->due_ns, l->head == l->tail ? 0 : l->places[l->out].due_ns);
}

static __always_inline void link_put(struct link *l, const struct link_place *message)
{
	l->places[l->in] = *message;
	l->in = link_next(l, l->in);
	WRITE_ONCE(l->tail, l->tail + 1);
}

/* The last one has overtaken the one before, which arrives after it. */
static void link_overtake(struct link *l)
{
	struct link_place *last = &l->places[(l->in ?: l->capacity) - 1];
	struct link_place *before = last > l->places ? last - 1 : l->places + l->capacity - 1;

	before->due_ns = last->due_ns;
	swap(*before, *last);
}

/* When a message arrives that is sent now: after those that were sent before. */
static u64 link_arrives(const struct link *l, u64 chance)
{
	const u64 delay_ns = (u64)l->delay_us * NSEC_PER_USEC;
	u64 due_ns = 0;

	if (l->delay_us)
		due_ns = ktime_get_mono_fast_ns() + delay_ns / 2 +
			 ((delay_ns / 2) >> 16) * (chance & 0xffff);
	if (l->head != l->tail)
		due_ns = max(due_ns, l->places[(l->in ?: l->capacity) - 1].due_ns);
	return due_ns;
}

static noinline void link_send_faulty(struct link *l, struct link_place *message)
{
	const u64 chance = rng_next(&l->rng);

	if (link_happens(l->loss, chance)) {
		link_enter(&l->lost, message->seal);
		return;
	}
	message->due_ns = link_arrives(l, chance >> 16);
	link_put(l, message);
	if (link_happens(l->late, chance >> 32) && l->tail - l->head > 1)
		link_overtake(l);
	if (link_happens(l->twice, chance >> 48) && l->tail - l->head < l->capacity) {
		link_put(l, message);
		link_enter(&l->copied, message->seal);
	}
	link_first(l);
}

static __always_inline void link_send(struct link *l, const struct contend_request *rq,
				      struct contend_scratch *x)
{
	struct link_place message;

	if (l->closed || l->tail - l->head == l->capacity) {
		x->error = l->closed ? -EPIPE : -ENOSPC;
		return;
	}
	message = (struct link_place){
		.number = l->sent.n + 1, .key = rq->key, .seal = link_seal(rq->key, l->sent.n + 1),
	};
	link_enter(&l->sent, message.seal);
	if (unlikely(l->cut)) {
		link_enter(&l->dropped, message.seal);
	} else if (l->loss | l->twice | l->late | l->delay_us) {
		link_send_faulty(l, &message);
	} else {
		/* What was sent when there was a delay comes first. */
		if (unlikely(l->due_ns))
			message.due_ns = link_arrives(l, 0);
		link_put(l, &message);
	}
	x->met = BIT(CONDITION_IN);
	x->error = 0;
}

static void link_judge(struct link *l, const struct link_place *message, struct contend_scratch *x)
{
	const u64 seal = link_seal(message->key, message->number);

	if (unlikely(message->seal != seal)) {
		x->broken = not_what_was_sent;
		x->seen = message->seal;
		x->expected = seal;
	} else if (unlikely(l->ordered && message->number <= l->last)) {
		x->broken = "a message was overtaken, or came twice, on a link that does not do so";
		x->seen = message->number;
		x->expected = l->last + 1;
	}
	l->last = message->number;
}

static __always_inline void link_receive(struct link *l, const struct contend_request *rq,
					 struct contend_scratch *x)
{
	const struct link_place *message = &l->places[l->out];
	const bool empty = l->head == l->tail;

	if (empty || (message->due_ns && message->due_ns > ktime_get_mono_fast_ns())) {
		x->error = empty && l->closed ? -EPIPE : -ENOENT;
		if (rq->verb == LINK_RECEIVE && x->error == -ENOENT) {
			x->lacks = CONDITION_IN;
			x->due_ns = empty ? 0 : message->due_ns;
		}
		return;
	}
	link_judge(l, message, x);
	link_enter(&l->received, message->seal);
	x->value = message->key;
	l->out = link_next(l, l->out);
	WRITE_ONCE(l->head, l->head + 1);
	link_first(l);
	x->met = BIT(CONDITION_OUT);
	/*
	 * The task that was woken for the next one may have been this one, which was to wait for
	 * the first.
	 */
	if (l->due_ns)
		x->met |= BIT(CONDITION_IN);
	x->error = 0;
}

static int link_set(struct link *l, u64 seed, u64 rates)
{
	const u32 loss = rates & 1023, twice = rates >> 10 & 1023, late = rates >> 20 & 1023;

	if (loss > 1000 || twice > 1000 || late > 1000 || rates >> 62)
		return -EINVAL;
	l->loss = loss;
	l->twice = twice;
	l->late = late;
	l->delay_us = rates >> 30;
	l->ordered &= !twice && !late;
	rng_seed(&l->rng, seed, 0);
	return 0;
}

static __always_inline void link_write(struct link *l, const struct contend_request *rq,
				       struct contend_scratch *x)
{
	x->error = 0;
	switch (rq->verb) {
	case LINK_SEND:
		return link_send(l, rq, x);
	case LINK_TRY_RECEIVE:
	case LINK_RECEIVE:
		return link_receive(l, rq, x);
	case LINK_CUT:
		l->cut = true;
		return;
	case LINK_HEAL:
		l->cut = false;
		return;
	case LINK_FAULTS:
		x->error = link_set(l, rq->key, rq->value);
		return;
	default:
		x->error = l->closed ? -EPIPE : 0;
		WRITE_ONCE(l->closed, true);
		x->met_all = BIT(CONDITION_IN) | BIT(CONDITION_OUT);
	}
}

CONTEND_NO_READ(link)
CONTEND_NO_READ(link_lossy)

void contend_link_write(void *data, const struct contend_request *rq, struct contend_scratch *x)
{
	link_write(data, rq, x);
}

void contend_link_lossy_write(void *data, const struct contend_request *rq,
			      struct contend_scratch *x)
{
	link_write(data, rq, x);
}

static int link_init(void *data, const struct contend_shape *shape)
{
	struct link *l = data;

	l->capacity = shape->capacity;
	l->ordered = true;
	l->places = kvmalloc_array(l->capacity, sizeof(*l->places), GFP_CLIENT);
	return l->places ? 0 : -ENOMEM;
}

static int link_lossy_init(void *data, const struct contend_shape *shape)
{
	return link_init(data, shape) ?: link_set(data, LINK_LOSSY_SEED, LINK_LOSSY_RATES);
}

static void link_destroy(void *data)
{
	struct link *l = data;

	kvfree(l->places);
}

static u64 link_elements(const void *data)
{
	const struct link *l = data;
	/* In this order: what is taken in between does not make it negative. */
	const u64 head = READ_ONCE(l->head), tail = READ_ONCE(l->tail);

	return tail - head;
}

static u64 link_due(const void *data)
{
	const struct link *l = data;

	return READ_ONCE(l->due_ns);
}

static u32 link_ready(const void *data)
{
	const struct link *l = data;
	const u64 elements = link_elements(l), due_ns = link_due(l);
	const bool closed = READ_ONCE(l->closed);
	const bool in = elements ? !due_ns || due_ns <= ktime_get_mono_fast_ns() : closed;

	return (in ? BIT(CONDITION_IN) : 0) |
	       (elements < l->capacity || closed ? BIT(CONDITION_OUT) : 0);
}

static size_t link_tell(const void *data, char *text, size_t size)
{
	const struct link *l = data;

	return scnprintf(text, size,
			 "sent=%llu copied=%llu received=%llu lost=%llu dropped=%llu cut=%u",
			 READ_ONCE(l->sent.n), READ_ONCE(l->copied.n), READ_ONCE(l->received.n),
			 READ_ONCE(l->lost.n), READ_ONCE(l->dropped.n), READ_ONCE(l->cut));
}

static u64 link_verify(const void *data, struct violation_log *log)
{
	const struct link *l = data;
	const u64 n = l->tail - l->head;
	u64 in = l->sent.seals + l->copied.seals, index, i;
	u64 out = l->received.seals + l->lost.seals + l->dropped.seals;

	if (n > l->capacity) {
		violation_note(log, CHECK_INTEGRITY, "there is more on its way than the capacity",
			       n, l->capacity);
		return l->sent.n - l->received.n;
	}
	for (i = 0, index = l->out; i < n; i++, index = link_next(l, index)) {
		const struct link_place *message = &l->places[index];
		const u64 seal = link_seal(message->key, message->number);

		out += message->seal;
		if (message->seal != seal)
			violation_note(log, CHECK_INTEGRITY, not_what_was_sent, message->seal,
				       seal);
	}
	if (l->sent.n + l->copied.n != l->received.n + l->lost.n + l->dropped.n + n)
		violation_note(log, CHECK_INTEGRITY,
			       "sent and copied are not received, lost, dropped and on their way",
			       l->sent.n + l->copied.n,
			       l->received.n + l->lost.n + l->dropped.n + n);
	else if (in != out)
		violation_note(log, CHECK_INTEGRITY,
			       "other messages were received, lost and dropped than were sent",
			       out, in);
	return l->sent.n - l->received.n;
}

#define LINK(_name, _about, _init)						\
	const struct contend_structure contend_structure_##_name = {		\
		.name = #_name,							\
		.family = "link",						\
		.about = _about,						\
		.needs = CONTEND_CAP_EXCLUSIVE,					\
		.verbs = link_verbs,						\
		.capacity = 1024,						\
		.size = sizeof(struct link),					\
		.init = _init,							\
		.destroy = link_destroy,					\
		.elements = link_elements,					\
		.ready = link_ready,						\
		.due = link_due,						\
		.tell = link_tell,						\
		.verify = link_verify,						\
	}

LINK(link, "a message pipe of one direction: faults from a seed, cut and heal", link_init);
LINK(link_lossy, "a link: 1 % lost, 1 % twice, 2 % late, 50 to 100 us away", link_lossy_init);

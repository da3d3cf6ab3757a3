// SPDX-License-Identifier: GPL-2.0
/*
 * event_count: the event count of D. Reed and R. Kanodia ("Synchronization with Eventcounts and
 * Sequencers", CACM 22(2), 1979): advance() raises it, read() reads it, and await(v) waits until
 * it is more than v. Here v is what the caller has seen of it last, or the value that it says,
 * whichever is more: so it waits for news, and there are none between its look at the count and its
 * sleep that it would miss. An event count that programs sleep on (D. Vyukov's, folly's) has these
 * three in parts: the value is the key that prepareWait() gives, and wait() compares it once it is
 * queued.
 *
 * Invariants: the count never goes back; one that waits has seen all that there was. The count is
 * what all advances add up to.
 */
#include <linux/bits.h>
#include <linux/errno.h>

#include "structures/barrier.h"

static const struct contend_verb event_verbs[] = {
	[EVENT_ADVANCE] = {
		.name = "advance", .guard = GUARD_SELF, .share = 50, .balance = 1,
		.meets = BIT(CONDITION_IN), .role = "signaler",
	},
	[EVENT_READ] = { .name = "read", .guard = GUARD_SELF, .share = 50 },
	[EVENT_AWAIT] = {
		.name = "await", .guard = GUARD_SELF, .share = 100, .waits = BIT(CONDITION_IN),
		.role = "waiter",
	},
	{ }
};

/**
 * struct event_count - an event count
 * @count: only ever raised
 */
struct event_count {
	atomic64_t count ____cacheline_aligned;
};

/* @forgets: see busted_event_count. */
static __always_inline void event_await(struct event_count *e, const struct contend_request *rq,
					struct contend_scratch *x, bool forgets)
{
	/* B: pairs with A */
	const u64 count = atomic64_read_acquire(&e->count);
	const u64 seen = max(x->newest, rq->value);
	u64 since = seen;

	if (forgets) {
		/* The key of its second look, not of the first one; much comes between the two. */
		if (!x->ticket)
			busted_dawdle(64 * BUSTED_WINDOW);
		x->ticket = !x->ticket ? 1 : x->ticket == 1 ? count + 2 : x->ticket;
		since = x->ticket == 1 ? seen : x->ticket - 2;
	}
	x->value = count;
	if (count > since) {
		x->newest = count;
		x->error = 0;
		return;
	}
	x->error = -EAGAIN;
	x->lacks = CONDITION_IN;
	if (unlikely(count > seen)) {
		x->broken = "it waits for what it has not seen, and is there";
		x->seen = count;
		x->expected = seen;
	}
}

static __always_inline void event_do(struct event_count *e, const struct contend_request *rq,
				     struct contend_scratch *x, bool forgets)
{
	u64 count;

	if (rq->verb == EVENT_AWAIT) {
		event_await(e, rq, x, forgets);
		return;
	}
	/* A: what was done before is seen by those that see the count; pairs with B */
	if (rq->verb == EVENT_ADVANCE) {
		count = atomic64_inc_return(&e->count);
		x->met_all = BIT(CONDITION_IN);
	} else {
		count = atomic64_read_acquire(&e->count);
	}
	if (unlikely(count < x->newest)) {
		x->broken = "the count has gone back";
		x->seen = count;
		x->expected = x->newest;
	}
	/* One that advances it waits for the others' advances. */
	if (rq->verb == EVENT_READ)
		x->newest = count;
	x->value = count;
	x->error = 0;
}

CONTEND_NO_READ(event_count)

void contend_event_count_write(void *data, const struct contend_request *rq,
			       struct contend_scratch *x)
{
	event_do(data, rq, x, false);
}

static int event_init(void *data, const struct contend_shape *shape)
{
	return 0;
}

static void event_destroy(void *data)
{
}

static u64 event_elements(const void *data)
{
	return 0;
}

static u64 event_verify(const void *data, struct violation_log *log)
{
	const struct event_count *e = data;

	return atomic64_read(&e->count);
}

const struct contend_structure contend_structure_event_count = {
	.name = "event_count",
	.family = "barrier",
	.about = "a count of events: await waits until there are more than its caller has seen",
	.needs = CONTEND_CAP_SELF,
	.verbs = event_verbs,
	.size = sizeof(struct event_count),
	.init = event_init,
	.destroy = event_destroy,
	.elements = event_elements,
	.verify = event_verify,
};

#ifdef CONTEND_MUTANT

/*
 * busted_event_count: it checks, and then takes the key that it sleeps by:
 *
 *	waiter				signaler
 *	looks: nothing new
 *					advance(), wakes nobody
 *	takes the key, sleeps
 */
CONTEND_NO_READ(busted_event_count)

void contend_busted_event_count_write(void *data, const struct contend_request *rq,
				      struct contend_scratch *x)
{
	event_do(data, rq, x, true);
}

const struct contend_structure contend_structure_busted_event_count = {
	.name = "busted_event_count",
	.family = "busted",
	.about = "one that waits looks first, and takes the key that it sleeps by then",
	.needs = CONTEND_CAP_SELF,
	.busted = true,
	.verbs = event_verbs,
	.size = sizeof(struct event_count),
	.init = event_init,
	.destroy = event_destroy,
	.elements = event_elements,
	.verify = event_verify,
};

#endif /* CONTEND_MUTANT */

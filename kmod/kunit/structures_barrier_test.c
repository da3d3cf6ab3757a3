// SPDX-License-Identifier: GPL-2.0
/* Barriers, latch and event count by themselves: tasks wait, keep tickets, and give up. */
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "check/violation.h"
#include "structures/barrier.h"
#include "structures/structure.h"

/* One of the catalogue by its name, and its data. */
struct made {
	const struct contend_structure *s;
	enum structure_index index;
	void *data;
};

static const char *const barriers[] = {
	"barrier_sense", "barrier_dissemination", "barrier_tree",
};

static struct made made(struct kunit *test, const char *name, u64 capacity)
{
	const struct contend_shape shape = { .capacity = capacity, .parts = 1 };
	struct made m = { .index = contend_structure_find(name) };

	m.s = contend_structure_at(m.index);
	KUNIT_ASSERT_NOT_NULL(test, m.s);
	m.data = kunit_kzalloc(test, ALIGN(m.s->size, SMP_CACHE_BYTES) + SMP_CACHE_BYTES,
			       GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, m.data);
	m.data = PTR_ALIGN(m.data, SMP_CACHE_BYTES);
	KUNIT_ASSERT_EQ(test, m.s->init(m.data, &shape), 0);
	return m;
}

static void look(struct made *m, u32 verb, u64 key, struct contend_scratch *x)
{
	const struct contend_request rq = { .verb = verb, .key = key };

	x->lacks = CONDITION_NONE;
	x->met = 0;
	x->met_all = 0;
	contend_structure_write(m->index, m->data, &rq, x);
}

/* What the books must be, with no invariant broken. */
static void expect_books(struct kunit *test, const struct made *m, u64 balance)
{
	struct violation_log log;

	violation_log_init(&log, NO_WORKER);
	KUNIT_EXPECT_EQ(test, m->s->verify(m->data, &log), balance);
	KUNIT_EXPECT_EQ(test, log.total, 0ULL);
}

static u64 flagged(const struct made *m)
{
	struct violation_log log;

	violation_log_init(&log, NO_WORKER);
	m->s->verify(m->data, &log);
	return log.total;
}

/* All arrive, in an order that changes, and each looks again; none is through before the last. */
static void phases(struct kunit *test, const char *name, u32 parties, u32 n)
{
	struct contend_scratch x[64] = { };
	struct made m = made(test, name, parties);
	u32 phase, i, party = 0;

	for (phase = 0; phase < n; phase++) {
		for (i = 0; i < parties; i++) {
			/* From another one on each time, in both directions. */
			party = (phase + (phase % 2 ? i : parties - i)) % parties;
			x[party] = (struct contend_scratch){ };
			look(&m, BARRIER_ARRIVE, party, &x[party]);
			KUNIT_EXPECT_NULL(test, x[party].broken);
			if (i + 1 == parties)
				break;
			KUNIT_EXPECT_EQ(test, x[party].lacks, CONDITION_OTHERS);
			KUNIT_EXPECT_EQ(test, x[party].error, -EAGAIN);
			KUNIT_EXPECT_EQ(test, m.s->elements(m.data), (u64)i + 1);
			expect_books(test, &m, (u64)phase * parties);
		}
		KUNIT_EXPECT_EQ(test, x[party].lacks, CONDITION_NONE);
		KUNIT_EXPECT_EQ(test, x[party].error, 0);
		if (parties > 1)
			KUNIT_EXPECT_EQ(test, x[party].met_all, BIT(CONDITION_OTHERS));
		for (i = 0; i < parties; i++) {
			if (i == party)
				continue;
			look(&m, BARRIER_ARRIVE, i, &x[i]);
			KUNIT_EXPECT_EQ(test, x[i].error, 0);
			KUNIT_EXPECT_NULL(test, x[i].broken);
		}
		expect_books(test, &m, (u64)(phase + 1) * parties);
	}
	m.s->destroy(m.data);
}

static void none_goes_on_before_all_have_arrived(struct kunit *test)
{
	static const u32 parties[] = { 1, 2, 3, 4, 5, 8, 21, 64 };
	size_t b, n;

	for (b = 0; b < ARRAY_SIZE(barriers); b++)
		for (n = 0; n < ARRAY_SIZE(parties); n++)
			phases(test, barriers[b], parties[n], 20);
}

/* One that has gone on may be there again before another one has looked. */
static void a_fast_party_is_one_phase_ahead_and_no_more(struct kunit *test)
{
	struct contend_scratch slow, fast, again;
	size_t b;

	for (b = 0; b < ARRAY_SIZE(barriers); b++) {
		struct made m = made(test, barriers[b], 2);
		int round;

		for (round = 0; round < 5; round++) {
			slow = (struct contend_scratch){ };
			fast = slow;
			again = slow;
			look(&m, BARRIER_ARRIVE, 0, &slow);
			KUNIT_EXPECT_EQ(test, slow.lacks, CONDITION_OTHERS);
			look(&m, BARRIER_ARRIVE, 1, &fast);
			KUNIT_EXPECT_EQ(test, fast.error, 0);
			look(&m, BARRIER_ARRIVE, 1, &again);
			KUNIT_EXPECT_EQ(test, again.lacks, CONDITION_OTHERS);
			look(&m, BARRIER_ARRIVE, 0, &slow);
			KUNIT_EXPECT_EQ(test, slow.error, 0);
			look(&m, BARRIER_ARRIVE, 1, &again);
			KUNIT_EXPECT_EQ(test, again.lacks, CONDITION_OTHERS);
			slow = (struct contend_scratch){ };
			look(&m, BARRIER_ARRIVE, 0, &slow);
			KUNIT_EXPECT_EQ(test, slow.error, 0);
			look(&m, BARRIER_ARRIVE, 1, &again);
			KUNIT_EXPECT_EQ(test, again.error, 0);
		}
		expect_books(test, &m, 20);
		m.s->destroy(m.data);
	}
}

/* A central one takes its arrival back, and the phase waits for another one. */
static void one_that_gives_up_is_not_counted(struct kunit *test)
{
	struct made m = made(test, "barrier_sense", 2);
	struct contend_scratch gone = { }, late = { }, x = { };

	look(&m, BARRIER_ARRIVE, 0, &gone);
	gone.withdraw = true;
	look(&m, BARRIER_ARRIVE, 0, &gone);
	KUNIT_EXPECT_EQ(test, gone.lacks, CONDITION_OTHERS);
	KUNIT_EXPECT_EQ(test, m.s->elements(m.data), 0ULL);
	expect_books(test, &m, 0);
	look(&m, BARRIER_ARRIVE, 1, &late);
	KUNIT_EXPECT_EQ(test, late.lacks, CONDITION_OTHERS);
	look(&m, BARRIER_ARRIVE, 0, &x);
	KUNIT_EXPECT_EQ(test, x.error, 0);
	/* It gives up when its phase is over: it is through, and no other's is taken. */
	x = (struct contend_scratch){ };
	look(&m, BARRIER_ARRIVE, 0, &x);
	KUNIT_EXPECT_EQ(test, x.lacks, CONDITION_OTHERS);
	late.withdraw = true;
	look(&m, BARRIER_ARRIVE, 1, &late);
	KUNIT_EXPECT_EQ(test, late.lacks, CONDITION_NONE);
	KUNIT_EXPECT_EQ(test, late.error, 0);
	KUNIT_EXPECT_EQ(test, m.s->elements(m.data), 1ULL);
	expect_books(test, &m, 2);
	m.s->destroy(m.data);
}

/* Where others were told of it, it stands, and the party waits for the same phase again. */
static void one_that_gives_up_where_it_was_told_stays_arrived(struct kunit *test)
{
	size_t b;

	for (b = 1; b < ARRAY_SIZE(barriers); b++) {
		struct made m = made(test, barriers[b], 2);
		struct contend_scratch gone = { }, other = { }, back = { };

		look(&m, BARRIER_ARRIVE, 1, &gone);
		/* While it waits nobody else is this party. */
		look(&m, BARRIER_ARRIVE, 1, &other);
		KUNIT_EXPECT_EQ(test, other.error, -EEXIST);
		gone.withdraw = true;
		look(&m, BARRIER_ARRIVE, 1, &gone);
		KUNIT_EXPECT_EQ(test, gone.lacks, CONDITION_OTHERS);
		expect_books(test, &m, 0);
		other = (struct contend_scratch){ };
		look(&m, BARRIER_ARRIVE, 0, &other);
		KUNIT_EXPECT_EQ(test, other.error, 0);
		expect_books(test, &m, 1);
		look(&m, BARRIER_ARRIVE, 1, &back);
		KUNIT_EXPECT_EQ(test, back.error, 0);
		expect_books(test, &m, 2);
		back = (struct contend_scratch){ };
		look(&m, BARRIER_ARRIVE, 1, &back);
		KUNIT_EXPECT_EQ(test, back.lacks, CONDITION_OTHERS);
		look(&m, BARRIER_ARRIVE, 2, &other);
		KUNIT_EXPECT_EQ(test, other.error, -ENOENT);
		m.s->destroy(m.data);
	}
}

static void an_arrival_too_many_or_too_few_is_noticed(struct kunit *test)
{
	struct made m = made(test, "barrier_sense", 2);
	struct dissemination_barrier *d;
	struct sense_barrier *s = m.data;
	struct contend_scratch x = { };
	struct tree_barrier *t;

	atomic64_set(&s->state, 1);
	KUNIT_EXPECT_EQ(test, flagged(&m), 1ULL);
	m.s->destroy(m.data);

	m = made(test, "barrier_dissemination", 4);
	d = m.data;
	look(&m, BARRIER_ARRIVE, 2, &x);
	KUNIT_EXPECT_EQ(test, flagged(&m), 0ULL);
	/* As if the other one had cleared what it was told. */
	atomic_set(&d->parties[3].told[0], 0);
	KUNIT_EXPECT_EQ(test, flagged(&m), 1ULL);
	d->parties[3].party.arrived = 2;
	KUNIT_EXPECT_GE(test, flagged(&m), 2ULL);
	m.s->destroy(m.data);

	m = made(test, "barrier_tree", 6);
	t = m.data;
	x = (struct contend_scratch){ };
	look(&m, BARRIER_ARRIVE, 5, &x);
	KUNIT_EXPECT_EQ(test, flagged(&m), 0ULL);
	atomic_set(&t->parties[1].told, 0);
	KUNIT_EXPECT_EQ(test, flagged(&m), 1ULL);
	/* A phase that was ended by nobody. */
	t->phase = 2;
	look(&m, BARRIER_ARRIVE, 5, &x);
	KUNIT_EXPECT_GE(test, flagged(&m), 5ULL);
	m.s->destroy(m.data);
}

static void two_phases_ahead_is_noticed_by_the_one_that_is(struct kunit *test)
{
	struct made m = made(test, "barrier_tree", 2);
	struct tree_barrier *t = m.data;
	struct contend_scratch x = { };
	u64 phase;

	for (phase = 1; phase < 64 && !x.broken; phase++) {
		x = (struct contend_scratch){ };
		t->phase = phase;
		look(&m, BARRIER_ARRIVE, 1, &x);
	}
	KUNIT_EXPECT_NOT_NULL(test, x.broken);
	m.s->destroy(m.data);
}

static void a_latch_opens_once(struct kunit *test)
{
	struct made m = made(test, "latch", 2);
	struct contend_scratch x = { }, down = { };

	look(&m, LATCH_TEST, 0, &x);
	KUNIT_EXPECT_EQ(test, x.error, -ENOENT);
	KUNIT_EXPECT_EQ(test, x.lacks, CONDITION_NONE);
	look(&m, LATCH_AWAIT, 0, &x);
	KUNIT_EXPECT_EQ(test, x.lacks, CONDITION_IN);
	look(&m, LATCH_DOWN, 0, &down);
	KUNIT_EXPECT_EQ(test, down.met_all, 0);
	KUNIT_EXPECT_EQ(test, m.s->ready(m.data), 0U);
	look(&m, LATCH_AWAIT, 0, &x);
	KUNIT_EXPECT_EQ(test, x.lacks, CONDITION_IN);
	look(&m, LATCH_DOWN, 0, &down);
	KUNIT_EXPECT_EQ(test, down.met_all, BIT(CONDITION_IN));
	KUNIT_EXPECT_EQ(test, m.s->ready(m.data), BIT(CONDITION_IN));
	look(&m, LATCH_AWAIT, 0, &x);
	KUNIT_EXPECT_EQ(test, x.error, 0);
	KUNIT_EXPECT_EQ(test, x.lacks, CONDITION_NONE);
	look(&m, LATCH_DOWN, 0, &down);
	KUNIT_EXPECT_EQ(test, down.error, -ENOENT);
	expect_books(test, &m, 2);
	/* Closed again: one that has seen it open tells. */
	atomic64_set((atomic64_t *)m.data, 1);
	look(&m, LATCH_TEST, 0, &x);
	KUNIT_EXPECT_NOT_NULL(test, x.broken);
	atomic64_set((atomic64_t *)m.data, 3);
	KUNIT_EXPECT_EQ(test, flagged(&m), 1ULL);
	m.s->destroy(m.data);
}

static void an_event_between_two_looks_is_not_missed(struct kunit *test)
{
	struct made m = made(test, "event_count", 1);
	struct contend_scratch x = { }, other = { };

	look(&m, EVENT_AWAIT, 0, &x);
	KUNIT_EXPECT_EQ(test, x.lacks, CONDITION_IN);
	look(&m, EVENT_ADVANCE, 0, &other);
	KUNIT_EXPECT_EQ(test, other.met_all, BIT(CONDITION_IN));
	look(&m, EVENT_AWAIT, 0, &x);
	KUNIT_EXPECT_EQ(test, x.error, 0);
	KUNIT_EXPECT_EQ(test, x.value, 1ULL);
	/* Two more, seen at once; then there is nothing new. */
	look(&m, EVENT_ADVANCE, 0, &other);
	look(&m, EVENT_ADVANCE, 0, &other);
	look(&m, EVENT_AWAIT, 0, &x);
	KUNIT_EXPECT_EQ(test, x.value, 3ULL);
	look(&m, EVENT_AWAIT, 0, &x);
	KUNIT_EXPECT_EQ(test, x.lacks, CONDITION_IN);
	look(&m, EVENT_READ, 0, &x);
	KUNIT_EXPECT_EQ(test, x.error, 0);
	KUNIT_EXPECT_NULL(test, x.broken);
	expect_books(test, &m, 3);
	atomic64_set((atomic64_t *)m.data, 2);
	look(&m, EVENT_READ, 0, &x);
	KUNIT_EXPECT_NOT_NULL(test, x.broken);
	m.s->destroy(m.data);
}

static struct kunit_case barrier_cases[] = {
	KUNIT_CASE(none_goes_on_before_all_have_arrived),
	KUNIT_CASE(a_fast_party_is_one_phase_ahead_and_no_more),
	KUNIT_CASE(one_that_gives_up_is_not_counted),
	KUNIT_CASE(one_that_gives_up_where_it_was_told_stays_arrived),
	KUNIT_CASE(an_arrival_too_many_or_too_few_is_noticed),
	KUNIT_CASE(two_phases_ahead_is_noticed_by_the_one_that_is),
	KUNIT_CASE(a_latch_opens_once),
	KUNIT_CASE(an_event_between_two_looks_is_not_missed),
	{}
};

static struct kunit_suite barrier_suite = {
	.name = "contend_barrier",
	.test_cases = barrier_cases,
};

kunit_test_suites(&barrier_suite);

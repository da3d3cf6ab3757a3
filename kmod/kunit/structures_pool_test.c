// SPDX-License-Identifier: GPL-2.0
/*
 * A pool by itself: leases, the line and each way out of it, creators, the reaper, and what its
 * checks notice.
 */
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "check/violation.h"
#include "lib/rng.h"
#include "structures/pool.h"
#include "structures/structure.h"

static struct pool *pool_as(struct kunit *test, const struct contend_structure *s, u64 capacity)
{
	const struct contend_shape shape = { .capacity = capacity, .parts = 1 };
	void *data = kunit_kzalloc(test, s->size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, data);
	KUNIT_ASSERT_EQ(test, s->init(data, &shape), 0);
	return data;
}

static struct pool *pool(struct kunit *test, u64 capacity)
{
	return pool_as(test, &contend_structure_pool, capacity);
}

/* Once for the task @me, at the time @now; with a place it waits. */
static struct contend_scratch ask(struct pool *p, u32 verb, u64 me, u64 key, u64 value, u64 now,
				  struct contend_place *place)
{
	const struct contend_request rq = { .verb = verb, .key = key, .value = value };
	struct contend_scratch x = {
		.lacks = CONDITION_NONE, .me = me, .began_ns = now, .place = place,
		.value = value,
	};

	contend_pool_write(p, &rq, &x);
	return x;
}

static struct contend_scratch done(struct pool *p, u32 verb, u64 me, u64 value)
{
	return ask(p, verb, me, 0, value, 1, NULL);
}

static struct contend_scratch looks(struct pool *p, struct contend_place *place)
{
	return ask(p, POOL_GET, place->who, 0, 0, 1, place);
}

/* For the last time. */
static struct contend_scratch leaves(struct pool *p, struct contend_place *place)
{
	const struct contend_request rq = { .verb = POOL_GET };
	struct contend_scratch x = {
		.lacks = CONDITION_NONE, .me = place->who, .began_ns = 1, .place = place,
		.withdraw = true,
	};

	contend_pool_write(p, &rq, &x);
	return x;
}

static struct contend_place place_of(u64 who)
{
	return (struct contend_place){ .who = who, .name = "somebody with a name" };
}

static void add(struct kunit *test, struct pool *p, u32 n)
{
	while (n--)
		KUNIT_EXPECT_EQ(test, done(p, POOL_ADD, 1, 0).error, 0);
}

static u64 flagged(const struct pool *p, u64 *leased)
{
	struct violation_log log;

	violation_log_init(&log, NO_WORKER);
	*leased = contend_structure_pool.verify(p, &log);
	return log.total;
}

static void expect_sound(struct kunit *test, const struct pool *p, u64 leased)
{
	u64 n;

	KUNIT_EXPECT_EQ(test, flagged(p, &n), 0ULL);
	KUNIT_EXPECT_EQ(test, n, leased);
}

/* Of the slot of a lease. */
static enum pool_state pool_state_of(const struct pool *p, u64 lease)
{
	return p->slots[(u32)lease].word & (BIT(POOL_STATE_BITS) - 1);
}

static void end(struct pool *p)
{
	contend_structure_pool.destroy(p);
}

static void a_lease_is_one_tasks_and_ends_once(struct kunit *test)
{
	struct pool *p = pool(test, 2);
	u64 first, second;

	add(test, p, 2);
	KUNIT_EXPECT_EQ(test, done(p, POOL_ADD, 1, 0).error, -ENOSPC);
	first = done(p, POOL_GET, 7, 0).value;
	second = done(p, POOL_TRY_GET, 8, 0).value;
	KUNIT_EXPECT_NE(test, (u32)first, (u32)second);
	expect_sound(test, p, 2);
	KUNIT_EXPECT_EQ(test, done(p, POOL_TRY_GET, 9, 0).error, -ENOENT);
	KUNIT_EXPECT_EQ(test, done(p, POOL_CHECK, 7, first).error, 0);

	KUNIT_EXPECT_EQ(test, done(p, POOL_PUT, 8, first).error, -EPERM);
	KUNIT_EXPECT_EQ(test, done(p, POOL_PUT, 7, first).error, 0);
	KUNIT_EXPECT_EQ(test, done(p, POOL_PUT, 7, first).error, -ESTALE);
	KUNIT_EXPECT_EQ(test, done(p, POOL_CHECK, 7, first).error, -ESTALE);
	/* The same resource again, and yet another lease. */
	KUNIT_EXPECT_EQ(test, (u32)done(p, POOL_GET, 7, 0).value, (u32)first);
	KUNIT_EXPECT_EQ(test, done(p, POOL_PUT, 7, first).error, -ESTALE);
	KUNIT_EXPECT_EQ(test, done(p, POOL_PUT, 7, ~0ULL).error, -ESTALE);
	KUNIT_EXPECT_EQ(test, (u64)atomic64_read(&p->stale), 4ULL);
	KUNIT_EXPECT_EQ(test, (u64)atomic64_read(&p->foreign), 1ULL);
	expect_sound(test, p, 2);
	end(p);
}

static void it_is_handed_over_in_the_order_of_arrival(struct kunit *test)
{
	struct contend_place one = place_of(11), two = place_of(12), three = place_of(13);
	struct pool *p = pool(test, 2);
	struct contend_scratch x;
	u64 lease, other;

	add(test, p, 2);
	lease = done(p, POOL_GET, 7, 0).value;
	other = done(p, POOL_GET, 8, 0).value;
	KUNIT_EXPECT_EQ(test, done(p, POOL_GET, 9, 0).lacks, CONDITION_IN);
	x = looks(p, &one);
	KUNIT_EXPECT_EQ(test, x.lacks, CONDITION_IN);
	/* A creator may want to know. */
	KUNIT_EXPECT_EQ(test, x.met, BIT(CONDITION_OUT));
	KUNIT_EXPECT_EQ(test, looks(p, &two).lacks, CONDITION_IN);
	/* It looks in vain, and keeps its place. */
	KUNIT_EXPECT_EQ(test, looks(p, &one).met, 0);
	looks(p, &three);

	x = done(p, POOL_PUT, 7, lease);
	KUNIT_EXPECT_PTR_EQ(test, x.handed, (const struct contend_place *)&one);
	/* It is promised: a task that comes now, or has waited for less long, does not get it. */
	KUNIT_EXPECT_EQ(test, done(p, POOL_TRY_GET, 9, 0).error, -ENOENT);
	KUNIT_EXPECT_EQ(test, looks(p, &two).lacks, CONDITION_IN);
	expect_sound(test, p, 1);
	KUNIT_EXPECT_PTR_EQ(test, done(p, POOL_PUT, 8, other).handed,
			    (const struct contend_place *)&two);
	/* The second one is the first to get the CPU. */
	KUNIT_EXPECT_EQ(test, looks(p, &two).error, 0);
	x = looks(p, &one);
	KUNIT_EXPECT_EQ(test, x.error, 0);
	KUNIT_EXPECT_EQ(test, done(p, POOL_CHECK, 11, x.value).error, 0);
	KUNIT_EXPECT_EQ(test, p->handed, 2ULL);
	KUNIT_EXPECT_EQ(test, (u64)atomic64_read(&p->overtakes), 0ULL);
	/* The name is the waiter's, in so much room. */
	KUNIT_EXPECT_EQ(test, memcmp(p->slots[(u32)x.value].name, "somebody with a ", 16), 0);
	leaves(p, &three);
	expect_sound(test, p, 2);
	end(p);
}

static void one_that_leaves_passes_on_what_it_was_given(struct kunit *test)
{
	struct contend_place one = place_of(11), two = place_of(12), three = place_of(13);
	struct pool *p = pool(test, 1);
	struct contend_scratch x;
	u64 lease;

	add(test, p, 1);
	lease = done(p, POOL_GET, 7, 0).value;
	looks(p, &one);
	looks(p, &two);
	looks(p, &three);
	/* Out of the middle of the line. */
	KUNIT_EXPECT_EQ(test, leaves(p, &two).error, -ENOENT);
	KUNIT_EXPECT_FALSE(test, two.lined);
	KUNIT_EXPECT_PTR_EQ(test, done(p, POOL_PUT, 7, lease).handed,
			    (const struct contend_place *)&one);
	/* Its time is over in the same moment. */
	x = leaves(p, &one);
	KUNIT_EXPECT_EQ(test, x.error, -ENOENT);
	KUNIT_EXPECT_PTR_EQ(test, x.handed, (const struct contend_place *)&three);
	expect_sound(test, p, 0);
	/* And that of the last one, too: then it is idle. */
	KUNIT_EXPECT_NULL(test, leaves(p, &three).handed);
	expect_sound(test, p, 0);
	KUNIT_EXPECT_EQ(test, p->passed, 2ULL);
	KUNIT_EXPECT_EQ(test, p->gone, 1ULL);
	KUNIT_EXPECT_EQ(test, done(p, POOL_TRY_GET, 9, 0).error, 0);
	end(p);
}

/* It has come back when one was in the line, which has gone when the line is served. */
static void what_comes_back_to_a_line_that_was_left_is_told(struct kunit *test)
{
	struct pool *p = pool(test, 1);
	u64 lease;

	add(test, p, 1);
	lease = done(p, POOL_GET, 7, 0).value;
	WRITE_ONCE(p->line, 1);
	KUNIT_EXPECT_EQ(test, done(p, POOL_PUT, 7, lease).met & BIT(CONDITION_IN),
			BIT(CONDITION_IN));
	WRITE_ONCE(p->line, 0);
	expect_sound(test, p, 0);
	end(p);
}

/* Every two ends of a wait, in either order, before and after something was handed over. */
static void whatever_two_ends_meet_nothing_is_lost(struct kunit *test)
{
	enum { TAKES, LEAVES, CLOSES, ENDS };
	int first, second, put, n = 0;

	for (first = 0; first < ENDS; first++)
		for (second = 0; second < ENDS; second++)
			for (put = 0; put < 3; put++, n++) {
				struct contend_place place[2] = { place_of(11), place_of(12) };
				struct pool *p = pool(test, 1);
				u64 lease, leased = 0, left;
				int i;

				add(test, p, 1);
				lease = done(p, POOL_GET, 7, 0).value;
				looks(p, &place[0]);
				looks(p, &place[1]);
				for (i = 0; i < 2; i++) {
					const int how = i ? second : first;

					if (put == i)
						done(p, POOL_PUT, 7, lease);
					if (how == CLOSES)
						done(p, POOL_CLOSE, 1, 0);
					if (how == LEAVES)
						leased += !leaves(p, &place[i]).error;
					else
						leased += !looks(p, &place[i]).error;
				}
				/* Those that wait still leave; and it comes back. */
				for (i = 0; i < 2; i++)
					if (place[i].lined)
						leaves(p, &place[i]);
				if (put == 2)
					done(p, POOL_PUT, 7, lease);
				KUNIT_EXPECT_LE(test, leased, 1ULL);
				KUNIT_EXPECT_EQ_MSG(test, flagged(p, &left), 0ULL, "case %d", n);
				KUNIT_EXPECT_EQ_MSG(test, left, leased, "case %d", n);
				KUNIT_EXPECT_EQ(test, p->line & ~POOL_CLOSED, 0U);
				KUNIT_EXPECT_EQ(test, p->promised, 0U);
				end(p);
			}
}

static void what_is_closed_gives_nothing_and_takes_what_comes_back(struct kunit *test)
{
	const struct contend_structure *s = &contend_structure_pool;
	struct contend_place one = place_of(11);
	struct pool *p = pool(test, 2);
	struct contend_scratch x;
	u64 lease;

	add(test, p, 1);
	KUNIT_EXPECT_EQ(test, s->ready(p), BIT(CONDITION_IN));
	lease = done(p, POOL_GET, 7, 0).value;
	KUNIT_EXPECT_EQ(test, s->ready(p), 0);
	looks(p, &one);
	KUNIT_EXPECT_EQ(test, s->ready(p), BIT(CONDITION_OUT));
	x = done(p, POOL_CLOSE, 7, 0);
	KUNIT_EXPECT_EQ(test, x.error, 0);
	KUNIT_EXPECT_EQ(test, x.met_all, BIT(CONDITION_IN) | BIT(CONDITION_OUT));
	KUNIT_EXPECT_EQ(test, looks(p, &one).error, -EPIPE);
	KUNIT_EXPECT_FALSE(test, one.lined);
	KUNIT_EXPECT_EQ(test, done(p, POOL_PUT, 7, lease).error, 0);
	KUNIT_EXPECT_EQ(test, done(p, POOL_TRY_GET, 7, 0).error, -EPIPE);
	KUNIT_EXPECT_EQ(test, done(p, POOL_GET, 7, 0).lacks, CONDITION_NONE);
	KUNIT_EXPECT_EQ(test, done(p, POOL_CREATE, 7, 0).error, -EPIPE);
	KUNIT_EXPECT_EQ(test, done(p, POOL_ADD, 7, 0).error, -EPIPE);
	KUNIT_EXPECT_EQ(test, done(p, POOL_CLOSE, 7, 0).error, -EPIPE);
	KUNIT_EXPECT_EQ(test, s->ready(p), BIT(CONDITION_IN) | BIT(CONDITION_OUT));
	expect_sound(test, p, 0);
	end(p);
}

static void each_one_that_waits_has_one_made(struct kunit *test)
{
	struct contend_place one = place_of(11), two = place_of(12);
	struct pool *p = pool(test, 2);
	u64 first, second;

	KUNIT_EXPECT_EQ(test, done(p, POOL_CREATE, 21, 0).lacks, CONDITION_OUT);
	looks(p, &one);
	first = done(p, POOL_CREATE, 21, 0).value;
	/* For that one, and there is no other one. */
	KUNIT_EXPECT_EQ(test, done(p, POOL_CREATE, 22, 0).lacks, CONDITION_OUT);
	looks(p, &two);
	second = done(p, POOL_CREATE, 22, 0).value;
	KUNIT_EXPECT_EQ(test, p->making, 2U);
	/* Not leased yet, and not another creator's. */
	KUNIT_EXPECT_EQ(test, done(p, POOL_PUT, 21, first).error, -ESTALE);
	KUNIT_EXPECT_EQ(test, done(p, POOL_MADE, 22, first).error, -EPERM);
	expect_sound(test, p, 0);

	KUNIT_EXPECT_PTR_EQ(test, done(p, POOL_MADE, 22, second).handed,
			    (const struct contend_place *)&one);
	KUNIT_EXPECT_PTR_EQ(test, done(p, POOL_MADE, 21, first).handed,
			    (const struct contend_place *)&two);
	KUNIT_EXPECT_EQ(test, done(p, POOL_MADE, 21, first).error, -ESTALE);
	KUNIT_EXPECT_EQ(test, looks(p, &one).error, 0);
	KUNIT_EXPECT_EQ(test, looks(p, &two).error, 0);
	/* There is no room for more, whoever waits. */
	one = place_of(13);
	looks(p, &one);
	KUNIT_EXPECT_EQ(test, done(p, POOL_CREATE, 21, 0).lacks, CONDITION_OUT);
	leaves(p, &one);
	expect_sound(test, p, 2);
	end(p);
}

static void so_many_are_kept_idle(struct kunit *test)
{
	struct pool *p = pool(test, 4);
	u64 lease;

	ask(p, POOL_TUNE, 1, POOL_MIN_IDLE, 1, 1, NULL);
	lease = done(p, POOL_CREATE, 21, 0).value;
	KUNIT_EXPECT_EQ(test, done(p, POOL_CREATE, 22, 0).lacks, CONDITION_OUT);
	done(p, POOL_MADE, 21, lease);
	KUNIT_EXPECT_EQ(test, done(p, POOL_CREATE, 22, 0).lacks, CONDITION_OUT);
	done(p, POOL_GET, 7, 0);
	KUNIT_EXPECT_EQ(test, done(p, POOL_CREATE, 22, 0).error, 0);
	KUNIT_EXPECT_EQ(test, ask(p, POOL_TUNE, 1, POOL_LIMITS, 1, 1, NULL).error, -ENOENT);
	expect_sound(test, p, 1);
	end(p);
}

static void the_reaper_takes_what_is_due_and_nothing_else(struct kunit *test)
{
	struct pool *p = pool(test, 4);
	u64 lease, creates;

	add(test, p, 3);
	ask(p, POOL_TUNE, 1, POOL_IDLE_NS, 100, 1, NULL);
	ask(p, POOL_TUNE, 1, POOL_AGE_NS, 1000, 1, NULL);
	ask(p, POOL_TUNE, 1, POOL_MIN_IDLE, 1, 1, NULL);
	lease = done(p, POOL_GET, 7, 0).value;
	KUNIT_EXPECT_EQ(test, ask(p, POOL_REAP, 9, 0, 0, 101, NULL).error, -ENOENT);
	/* Of the two that are idle one stays. It says which one went. */
	creates = ask(p, POOL_REAP, 9, 0, 0, 102, NULL).value;
	KUNIT_EXPECT_EQ(test, p->total, 2U);
	KUNIT_EXPECT_EQ(test, done(p, POOL_CHECK, 9, creates).error, -ESTALE);
	KUNIT_EXPECT_EQ(test, p->slots[(u32)creates].word,
			((creates >> 32) + 1) << POOL_STATE_BITS | POOL_NONE);
	KUNIT_EXPECT_EQ(test, ask(p, POOL_REAP, 9, 0, 0, 999, NULL).error, -ENOENT);
	/* But not for ever. */
	KUNIT_EXPECT_EQ(test, ask(p, POOL_REAP, 9, 0, 0, 1002, NULL).error, 0);
	KUNIT_EXPECT_EQ(test, ask(p, POOL_REAP, 9, 0, 0, 1002, NULL).error, -ENOENT);
	expect_sound(test, p, 1);
	/* One that is too old is not idle again. */
	KUNIT_EXPECT_EQ(test, ask(p, POOL_PUT, 7, 0, lease, 1002, NULL).error, 0);
	KUNIT_EXPECT_EQ(test, done(p, POOL_TRY_GET, 7, 0).error, -ENOENT);
	KUNIT_EXPECT_EQ(test, ask(p, POOL_REAP, 9, 0, 0, 1002, NULL).error, 0);
	KUNIT_EXPECT_EQ(test, p->total, 0U);
	/* For ever is less than 2^63: else it would be before now. */
	KUNIT_EXPECT_EQ(test, ask(p, POOL_TUNE, 1, POOL_MAKING_NS, U64_MAX, 1, NULL).error,
			-EINVAL);
	KUNIT_EXPECT_EQ(test, ask(p, POOL_TUNE, 1, POOL_LIMITS, 1, 1, NULL).error, -ENOENT);
	/* What was being made by a task that has died; it is not made any more. */
	ask(p, POOL_TUNE, 1, POOL_MAKING_NS, 50, 1, NULL);
	creates = ask(p, POOL_CREATE, 21, 0, 0, 2000, NULL).value;
	KUNIT_EXPECT_EQ(test, ask(p, POOL_REAP, 9, 0, 0, 2050, NULL).error, -ENOENT);
	KUNIT_EXPECT_EQ(test, ask(p, POOL_REAP, 9, 0, 0, 2051, NULL).error, 0);
	KUNIT_EXPECT_EQ(test, ask(p, POOL_MADE, 21, 0, creates, 3002, NULL).error, -ESTALE);
	KUNIT_EXPECT_EQ(test, p->making, 0U);
	KUNIT_EXPECT_EQ(test, p->reaped, 4ULL);
	expect_sound(test, p, 0);
	end(p);
}

/* A creator that has died keeps nobody waiting for as long as a resource lasts. */
static void what_is_never_made_is_anothers_to_make(struct kunit *test)
{
	struct contend_place one = place_of(11);
	struct pool *p = pool(test, 4);
	u64 lease;

	KUNIT_EXPECT_LE(test, p->limit[POOL_MAKING_NS], 60ULL * NSEC_PER_SEC);
	looks(p, &one);
	ask(p, POOL_CREATE, 21, 0, 0, 1, NULL);
	KUNIT_EXPECT_EQ(test, ask(p, POOL_CREATE, 22, 0, 0, 2, NULL).lacks, CONDITION_OUT);
	KUNIT_EXPECT_EQ(test, ask(p, POOL_REAP, 9, 0, 0, 60 * NSEC_PER_SEC, NULL).met,
			BIT(CONDITION_OUT));
	lease = ask(p, POOL_CREATE, 22, 0, 0, 60 * NSEC_PER_SEC, NULL).value;
	KUNIT_EXPECT_EQ(test, ask(p, POOL_MADE, 22, 0, lease, 60 * NSEC_PER_SEC, NULL).error, 0);
	KUNIT_EXPECT_TRUE(test, one.given);
	looks(p, &one);
	expect_sound(test, p, 1);
	end(p);
}

#define NOBODY	0x7fffffffULL	/* more than the most numbers of tasks */

static void the_reaper_takes_what_its_holder_cannot_put_any_more(struct kunit *test)
{
	/* As of a run's worker, whose team is above. */
	const u64 me = 1ULL << 32 | current->pid;
	struct pool *p = pool(test, 3);
	struct contend_scratch x;
	u64 mine, lost;
	char text[512], holder[32];

	add(test, p, 3);
	mine = done(p, POOL_GET, me, 0).value;
	lost = done(p, POOL_GET, 1ULL << 32 | NOBODY, 0).value;
	KUNIT_EXPECT_EQ(test, ask(p, POOL_REAP, 9, 0, 0, 1 + NSEC_PER_SEC, NULL).error, -ENOENT);
	x = ask(p, POOL_REAP, 9, 0, 0, 2 + NSEC_PER_SEC, NULL);
	KUNIT_EXPECT_EQ(test, x.error, 0);
	KUNIT_EXPECT_EQ(test, x.value, lost);
	KUNIT_EXPECT_EQ(test, ask(p, POOL_REAP, 9, 0, 0, 2 + NSEC_PER_SEC, NULL).error, -ENOENT);
	KUNIT_EXPECT_EQ(test, done(p, POOL_PUT, 1ULL << 32 | NOBODY, lost).error, -ESTALE);
	/* Both were got, and neither was put. */
	expect_sound(test, p, 2);
	KUNIT_EXPECT_EQ(test, contend_structure_pool.elements(p), 1ULL);
	ask(p, POOL_TUNE, 1, POOL_LEAK_NS, 0, 1, NULL);
	contend_structure_pool.tell(p, text, sizeof(text));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, " lost=1 leaked=1 holder="));
	/* Its number as ps(1) has it. */
	snprintf(holder, sizeof(holder), " holder=%d ", current->pid);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, holder));
	KUNIT_EXPECT_EQ(test, done(p, POOL_PUT, me, mine).error, 0);
	end(p);
}

static u64 counts(struct pool *p, u64 key)
{
	const struct contend_scratch x = ask(p, POOL_COUNT, 1, key, 0, 1, NULL);

	return x.error ? ~0ULL : x.value;
}

static void it_counts_what_there_is(struct kunit *test)
{
	struct contend_place one = place_of(11), two = place_of(12);
	struct pool *p = pool(test, 3);
	u64 lease;

	add(test, p, 1);
	lease = done(p, POOL_GET, 7, 0).value;
	looks(p, &one);
	looks(p, &two);
	done(p, POOL_CREATE, 21, 0);
	KUNIT_EXPECT_EQ(test, counts(p, POOL_NONE), 0ULL);
	KUNIT_EXPECT_EQ(test, counts(p, POOL_MAKING), 1ULL);
	KUNIT_EXPECT_EQ(test, counts(p, POOL_IDLE), 0ULL);
	KUNIT_EXPECT_EQ(test, counts(p, POOL_LEASED), 1ULL);
	KUNIT_EXPECT_EQ(test, counts(p, POOL_TOTAL), 2ULL);
	KUNIT_EXPECT_EQ(test, counts(p, POOL_WAITING), 2ULL);
	KUNIT_EXPECT_EQ(test, counts(p, POOL_ARRIVED), 2ULL);
	leaves(p, &two);
	done(p, POOL_PUT, 7, lease);
	KUNIT_EXPECT_EQ(test, counts(p, POOL_HANDED), 1ULL);
	KUNIT_EXPECT_EQ(test, counts(p, POOL_GONE), 1ULL);
	leaves(p, &one);
	KUNIT_EXPECT_EQ(test, counts(p, POOL_PASSED), 1ULL);
	KUNIT_EXPECT_EQ(test, counts(p, POOL_IDLE), 1ULL);
	KUNIT_EXPECT_EQ(test, counts(p, POOL_OVERTAKES), 0ULL);
	KUNIT_EXPECT_EQ(test, counts(p, POOL_COUNTED), ~0ULL);
	end(p);
}

static void what_is_broken_makes_room_for_a_new_one(struct kunit *test)
{
	struct contend_place one = place_of(11);
	struct pool *p = pool(test, 1);
	u64 lease;

	add(test, p, 1);
	lease = done(p, POOL_GET, 7, 0).value;
	looks(p, &one);
	KUNIT_EXPECT_EQ(test, done(p, POOL_CREATE, 21, 0).lacks, CONDITION_OUT);
	KUNIT_EXPECT_EQ(test, ask(p, POOL_PUT, 7, 1, lease, 1, NULL).met, BIT(CONDITION_OUT));
	expect_sound(test, p, 0);
	KUNIT_EXPECT_EQ(test, looks(p, &one).lacks, CONDITION_IN);
	lease = done(p, POOL_CREATE, 21, 0).value;
	KUNIT_EXPECT_EQ(test, (u32)(lease >> 32), 2U);
	KUNIT_EXPECT_PTR_EQ(test, done(p, POOL_MADE, 21, lease).handed,
			    (const struct contend_place *)&one);
	KUNIT_EXPECT_EQ(test, looks(p, &one).error, 0);
	KUNIT_EXPECT_EQ(test, p->total, 1U);
	expect_sound(test, p, 1);
	end(p);
}

static void who_barges_is_counted(struct kunit *test)
{
	struct contend_place one = place_of(11), two = place_of(12);
	struct pool *p = pool(test, 1);
	struct contend_scratch x;
	u64 lease;

	p->flags = POOL_BARGES;
	add(test, p, 1);
	lease = done(p, POOL_GET, 7, 0).value;
	looks(p, &one);
	looks(p, &two);
	x = done(p, POOL_PUT, 7, lease);
	KUNIT_EXPECT_EQ(test, x.met, BIT(CONDITION_IN));
	KUNIT_EXPECT_NULL(test, x.handed);
	lease = done(p, POOL_TRY_GET, 9, 0).value;
	KUNIT_EXPECT_EQ(test, (u64)atomic64_read(&p->overtakes), 1ULL);
	KUNIT_EXPECT_EQ(test, looks(p, &one).lacks, CONDITION_IN);
	done(p, POOL_PUT, 9, lease);
	/* The second of those that wait, ahead of the first. */
	KUNIT_EXPECT_EQ(test, looks(p, &two).error, 0);
	KUNIT_EXPECT_EQ(test, (u64)atomic64_read(&p->overtakes), 2ULL);
	leaves(p, &one);
	expect_sound(test, p, 1);
	end(p);
}

static void a_promise_that_is_not_kept_is_noticed(struct kunit *test)
{
	struct contend_place one = place_of(11), two = place_of(12);
	struct pool *p = pool(test, 2);
	u64 lease;

	/* As busted_pool_barging. */
	p->flags = POOL_BARGES | POOL_PROMISES;
	add(test, p, 1);
	lease = done(p, POOL_GET, 7, 0).value;
	looks(p, &one);
	done(p, POOL_PUT, 7, lease);
	KUNIT_EXPECT_NOT_NULL(test, done(p, POOL_TRY_GET, 9, 0).broken);
	leaves(p, &one);
	end(p);

	/* A line that is not in the order of arrival; and something idle beside it. */
	p = pool(test, 2);
	add(test, p, 1);
	lease = done(p, POOL_GET, 7, 0).value;
	one = place_of(11);
	looks(p, &one);
	looks(p, &two);
	list_move(&two.link, &p->waiters);
	KUNIT_EXPECT_EQ(test, flagged(p, &lease), 1ULL);
	list_move(&one.link, &p->waiters);
	KUNIT_EXPECT_EQ(test, flagged(p, &lease), 0ULL);
	p->slots[1].word = 1 << POOL_STATE_BITS | POOL_IDLE;
	p->high = 2;
	p->total = 2;
	KUNIT_EXPECT_EQ(test, flagged(p, &lease), 1ULL);
	p->slots[1].word = 1 << POOL_STATE_BITS | POOL_NONE;
	p->total = 1;
	p->served = one.arrival;
	p->slots[0].work = 0;
	p->slots[0].word = 2 << POOL_STATE_BITS | POOL_IDLE;
	KUNIT_EXPECT_NOT_NULL(test, looks(p, &one).broken);
	leaves(p, &two);
	end(p);
}

static void what_a_lease_leaves_is_noticed(struct kunit *test)
{
	struct pool *p = pool(test, 1);
	u64 lease, n;

	add(test, p, 1);
	/* As busted_pool_reuse. */
	p->flags = POOL_REUSES;
	lease = done(p, POOL_GET, 7, 0).value;
	done(p, POOL_PUT, 7, lease);
	KUNIT_EXPECT_NOT_NULL(test, done(p, POOL_GET, 7, 0).broken);
	/* Another holder has worked in it. */
	p->flags = 0;
	p->slots[0].work++;
	KUNIT_EXPECT_EQ(test, flagged(p, &n), 1ULL);
	KUNIT_EXPECT_NOT_NULL(test, done(p, POOL_PUT, 7, lease).broken);
	/* Something is left. */
	p->slots[0].work = 1;
	KUNIT_EXPECT_EQ(test, flagged(p, &n), 1ULL);
	KUNIT_EXPECT_NOT_NULL(test, done(p, POOL_GET, 7, 0).broken);
	/* A slot too many. */
	p->total++;
	p->making++;
	p->line++;
	KUNIT_EXPECT_EQ(test, flagged(p, &n), 3ULL);
	end(p);
}

/* As busted_pool_cancel: the books of the object see it, whose balance is that of gets and puts. */
static void a_grant_that_is_lost_is_noticed(struct kunit *test)
{
	struct contend_place one = place_of(11);
	struct pool *p = pool(test, 1);
	u64 lease, leased;

	add(test, p, 1);
	p->flags = POOL_FORGETS;
	lease = done(p, POOL_GET, 7, 0).value;
	looks(p, &one);
	done(p, POOL_PUT, 7, lease);
	leaves(p, &one);
	flagged(p, &leased);
	KUNIT_EXPECT_EQ(test, leased, 1ULL);
	end(p);
}

static void of_a_pile_the_last_one_is_the_first(struct kunit *test)
{
	struct pool *p = pool_as(test, &contend_structure_pool_lifo, 4);
	u64 lease[3], n;
	u32 i, top;

	add(test, p, 3);
	for (i = 0; i < 3; i++)
		lease[i] = done(p, POOL_GET, 7, 0).value;
	KUNIT_EXPECT_EQ(test, done(p, POOL_TRY_GET, 7, 0).error, -ENOENT);
	ask(p, POOL_PUT, 7, 0, lease[1], 10, NULL);
	ask(p, POOL_PUT, 7, 0, lease[2], 20, NULL);
	ask(p, POOL_PUT, 7, 0, lease[0], 30, NULL);
	expect_sound(test, p, 0);
	/* Whoever comes. */
	n = done(p, POOL_GET, 8, 0).value;
	KUNIT_EXPECT_EQ(test, (u32)n, (u32)lease[0]);
	ask(p, POOL_PUT, 8, 0, n, 40, NULL);
	/* Out of the bottom, then out of the middle: a new one lies on top of the others. */
	ask(p, POOL_TUNE, 1, POOL_IDLE_NS, 25, 1, NULL);
	KUNIT_EXPECT_EQ(test, ask(p, POOL_REAP, 9, 0, 0, 40, NULL).error, 0);
	KUNIT_EXPECT_EQ(test, pool_state_of(p, lease[1]), POOL_NONE);
	KUNIT_EXPECT_EQ(test, ask(p, POOL_REAP, 9, 0, 0, 40, NULL).error, -ENOENT);
	ask(p, POOL_ADD, 1, 0, 0, 45, NULL);
	KUNIT_EXPECT_EQ(test, ask(p, POOL_REAP, 9, 0, 0, 46, NULL).error, 0);
	KUNIT_EXPECT_EQ(test, pool_state_of(p, lease[2]), POOL_NONE);
	expect_sound(test, p, 0);
	KUNIT_EXPECT_EQ(test, (u32)done(p, POOL_GET, 7, 0).value, (u32)lease[1]);
	KUNIT_EXPECT_EQ(test, (u32)done(p, POOL_GET, 7, 0).value, (u32)lease[0]);
	expect_sound(test, p, 2);
	/* One that is idle and not in the pile, and one that is in it twice. */
	add(test, p, 2);
	top = p->top;
	p->top = 0;
	KUNIT_EXPECT_EQ(test, flagged(p, &n), 1ULL);
	p->top = top;
	KUNIT_EXPECT_EQ(test, flagged(p, &n), 0ULL);
	p->slots[top - 1].under = top;
	KUNIT_EXPECT_EQ(test, flagged(p, &n), 1ULL);
	end(p);
}

static void a_task_has_the_one_that_it_had(struct kunit *test)
{
	const u64 one = 7;
	struct pool *p = pool_as(test, &contend_structure_pool_affine, 8);
	u64 two = 8, first, second, lease;

	/* They begin to look at the same slot. */
	while (pool_home(two, 8) != pool_home(one, 8) || (pool_home(two, 8) + 1) % 8 == 0)
		two++;
	add(test, p, 8);
	first = done(p, POOL_GET, one, 0).value;
	done(p, POOL_PUT, one, first);
	/* The hint is the other task's, and no hint for this one. */
	lease = done(p, POOL_GET, two, 0).value;
	KUNIT_EXPECT_EQ(test, (u32)lease, (u32)first);
	first = done(p, POOL_GET, one, 0).value;
	done(p, POOL_PUT, two, lease);
	done(p, POOL_PUT, one, first);
	/* Not the one that it finds first. */
	KUNIT_EXPECT_NE(test, (u32)first, (u32)lease);
	second = done(p, POOL_GET, one, 0).value;
	KUNIT_EXPECT_EQ(test, (u32)second, (u32)first);
	/* Where that is another's it is any. */
	done(p, POOL_PUT, one, second);
	p->slots[(u32)second].word = ((second >> 32) + 1) << POOL_STATE_BITS | POOL_DYING;
	KUNIT_EXPECT_EQ(test, (u32)done(p, POOL_GET, one, 0).value, (u32)lease);
	end(p);
}

enum { TASKS = 6, MODEL_SLOTS = 5 };

/* What a pool knows, by a plain array for each thing; a task has one lease, or waits for one. */
struct model {
	enum pool_state state[MODEL_SLOTS];
	u32 pile[MODEL_SLOTS];
	u32 idle;
	u32 high;
	u64 last_who[MODEL_SLOTS];
	u32 last[MODEL_SLOTS];
	u64 lease[TASKS];
	u32 line[TASKS];
	u32 waiting;
};

static bool model_take_at(struct model *m, u32 slot)
{
	u32 i;

	if (m->state[slot] != POOL_IDLE)
		return false;
	m->state[slot] = POOL_LEASED;
	for (i = 0; m->pile[i] != slot; i++)
		;
	m->idle--;
	for (; i < m->idle; i++)
		m->pile[i] = m->pile[i + 1];
	return true;
}

/* Which slot a task is to get; MODEL_SLOTS: none. */
static u32 model_take(struct model *m, u32 flags, u64 who)
{
	const u32 hint = pool_home(who, MODEL_SLOTS);
	u32 at = pool_home(who, m->high), n;

	if (!m->idle)
		return MODEL_SLOTS;
	if (flags & POOL_LIFO)
		at = m->pile[m->idle - 1];
	if (flags & POOL_AFFINE && m->last_who[hint] == who &&
	    m->state[m->last[hint]] == POOL_IDLE)
		at = m->last[hint];
	for (n = 0; n < m->high && !model_take_at(m, at); n++)
		at = (at + 1) % m->high;
	m->last_who[hint] = who;
	m->last[hint] = at;
	return at;
}

static void model_offer(struct model *m, u32 slot)
{
	m->state[slot] = POOL_IDLE;
	m->pile[m->idle++] = slot;
}

static u32 model_room(struct model *m)
{
	u32 slot;

	for (slot = 0; slot < m->high; slot++)
		if (m->state[slot] == POOL_NONE || m->state[slot] == POOL_DYING)
			return slot;
	return m->high < MODEL_SLOTS ? m->high++ : MODEL_SLOTS;
}

/* The first in the line has what is idle: its lease, once it has looked. */
static void model_serve(struct kunit *test, struct model *m, struct pool *p,
			struct contend_place *places, const struct contend_scratch *x)
{
	const u32 first = m->line[0];
	struct contend_scratch got;
	u32 slot, i;

	if (!m->waiting || !m->idle) {
		KUNIT_EXPECT_NULL(test, x->handed);
		return;
	}
	KUNIT_EXPECT_PTR_EQ(test, x->handed, (const struct contend_place *)&places[first]);
	slot = model_take(m, p->flags, places[first].who);
	got = looks(p, &places[first]);
	KUNIT_EXPECT_EQ(test, got.error, 0);
	KUNIT_EXPECT_EQ(test, (u32)got.value, slot);
	m->lease[first] = got.value;
	m->waiting--;
	for (i = 0; i < m->waiting; i++)
		m->line[i] = m->line[i + 1];
}

static void model_get(struct kunit *test, struct model *m, struct pool *p,
		      struct contend_place *places, u32 task)
{
	const u32 slot = m->waiting ? MODEL_SLOTS : model_take(m, p->flags, places[task].who);
	struct contend_scratch x = done(p, POOL_GET, places[task].who, 0);

	KUNIT_EXPECT_EQ(test, x.error, slot < MODEL_SLOTS ? 0 : -ENOENT);
	if (!x.error) {
		KUNIT_EXPECT_EQ(test, (u32)x.value, slot);
		m->lease[task] = x.value;
		return;
	}
	/* Each wait has a place of its own. */
	places[task] = place_of(places[task].who);
	KUNIT_EXPECT_EQ(test, looks(p, &places[task]).lacks, CONDITION_IN);
	m->line[m->waiting++] = task;
}

/* Its time is over. */
static void model_leave(struct kunit *test, struct model *m, struct pool *p,
			struct contend_place *places, u32 at)
{
	KUNIT_EXPECT_EQ(test, leaves(p, &places[m->line[at]]).error, -ENOENT);
	m->waiting--;
	for (; at < m->waiting; at++)
		m->line[at] = m->line[at + 1];
}

static void model_put(struct kunit *test, struct model *m, struct pool *p,
		      struct contend_place *places, u32 task, bool broken)
{
	struct contend_scratch x = ask(p, POOL_PUT, places[task].who, broken, m->lease[task], 1,
				       NULL);

	KUNIT_EXPECT_EQ(test, x.error, 0);
	if (broken)
		m->state[(u32)m->lease[task]] = POOL_DYING;
	else
		model_offer(m, (u32)m->lease[task]);
	KUNIT_EXPECT_EQ(test, done(p, POOL_PUT, places[task].who, m->lease[task]).error, -ESTALE);
	m->lease[task] = 0;
	model_serve(test, m, p, places, &x);
}

static void model_step(struct kunit *test, struct model *m, struct pool *p,
		       struct contend_place *places, struct rng *r)
{
	const u32 what = rng_below(r, 16), task = rng_below(r, TASKS);
	struct contend_scratch x;
	u32 slot;

	if (what < 12 && m->lease[task]) {
		model_put(test, m, p, places, task, !what);
	} else if (what < 12 && !places[task].lined) {
		model_get(test, m, p, places, task);
	} else if (what == 12 && m->waiting) {
		model_leave(test, m, p, places, rng_below(r, m->waiting));
	} else if (what == 13) {
		x = done(p, POOL_ADD, 1, 0);
		slot = model_room(m);
		KUNIT_EXPECT_EQ(test, x.error, slot < MODEL_SLOTS ? 0 : -ENOSPC);
		if (slot < MODEL_SLOTS)
			model_offer(m, slot);
		model_serve(test, m, p, places, &x);
	} else if (what == 14) {
		/* All that is idle or dying is due: the one of the lowest number goes. */
		x = ask(p, POOL_REAP, 9, 0, 0, 2, NULL);
		for (slot = 0; slot < m->high; slot++)
			if (m->state[slot] == POOL_DYING || model_take_at(m, slot))
				break;
		KUNIT_EXPECT_EQ(test, x.error, slot < m->high ? 0 : -ENOENT);
		if (slot < m->high)
			m->state[slot] = POOL_NONE;
	}
}

/*
 * Sequences that are drawn, and which slot each task is to get, of each policy; at every moment
 * nothing is idle while a task waits, and what is not leased, idle or dying is not there.
 */
static void each_policy_takes_what_its_model_does(struct kunit *test)
{
	static const struct contend_structure *const policies[] = {
		&contend_structure_pool, &contend_structure_pool_lifo,
		&contend_structure_pool_affine,
	};
	u32 i, round, step, slot, n;
	struct rng r;

	rng_seed(&r, 15, 0);
	for (i = 0; i < ARRAY_SIZE(policies); i++)
		for (round = 0; round < 20; round++) {
			struct pool *p = pool_as(test, policies[i], MODEL_SLOTS);
			struct contend_place places[TASKS];
			struct model m = { };

			for (n = 0; n < TASKS; n++)
				places[n] = place_of(10 + rng_below(&r, 1000) * TASKS + n);
			ask(p, POOL_TUNE, 1, POOL_IDLE_NS, 0, 1, NULL);
			for (step = 0; step < 200; step++) {
				u64 leased = 0, total = 0;

				model_step(test, &m, p, places, &r);
				for (slot = 0; slot < MODEL_SLOTS; slot++) {
					leased += m.state[slot] == POOL_LEASED;
					total += m.state[slot] != POOL_NONE;
					KUNIT_EXPECT_EQ(test, pool_state_of(p, slot),
							m.state[slot]);
				}
				expect_sound(test, p, leased);
				KUNIT_EXPECT_EQ(test, (u64)p->total, total);
			}
			while (m.waiting)
				model_leave(test, &m, p, places, 0);
			end(p);
		}
}

static struct kunit_case pool_cases[] = {
	KUNIT_CASE(a_lease_is_one_tasks_and_ends_once),
	KUNIT_CASE(it_is_handed_over_in_the_order_of_arrival),
	KUNIT_CASE(one_that_leaves_passes_on_what_it_was_given),
	KUNIT_CASE(what_comes_back_to_a_line_that_was_left_is_told),
	KUNIT_CASE(whatever_two_ends_meet_nothing_is_lost),
	KUNIT_CASE(what_is_closed_gives_nothing_and_takes_what_comes_back),
	KUNIT_CASE(each_one_that_waits_has_one_made),
	KUNIT_CASE(so_many_are_kept_idle),
	KUNIT_CASE(the_reaper_takes_what_is_due_and_nothing_else),
	KUNIT_CASE(what_is_never_made_is_anothers_to_make),
	KUNIT_CASE(the_reaper_takes_what_its_holder_cannot_put_any_more),
	KUNIT_CASE(it_counts_what_there_is),
	KUNIT_CASE(what_is_broken_makes_room_for_a_new_one),
	KUNIT_CASE(who_barges_is_counted),
	KUNIT_CASE(a_promise_that_is_not_kept_is_noticed),
	KUNIT_CASE(what_a_lease_leaves_is_noticed),
	KUNIT_CASE(a_grant_that_is_lost_is_noticed),
	KUNIT_CASE(of_a_pile_the_last_one_is_the_first),
	KUNIT_CASE(a_task_has_the_one_that_it_had),
	KUNIT_CASE(each_policy_takes_what_its_model_does),
	{}
};

static struct kunit_suite pool_suite = {
	.name = "contend_pool",
	.test_cases = pool_cases,
};

kunit_test_suite(pool_suite);

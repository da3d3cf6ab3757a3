// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/processor.h>
#include <linux/string.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "data_team.h"

/* How long one sleeps before it looks whether all ends. */
#define LOOK_NS		20000000ULL
/* All have slept so many times in a row, and there is something left: it was lost. */
#define LOST		250
/* So often one looks for something to steal before it sleeps. */
#define SWEEPS		64

/**
 * law_broken - a law does not hold
 * @t: the team
 * @law: which
 * @format: what was seen, as printf()
 *
 * Context: any task.
 */
void law_broken(struct team *t, enum data_law law, const char *format, ...)
{
	struct broken_law *l = &t->laws[law];
	va_list args;

	if (__atomic_fetch_add(&l->n, 1, __ATOMIC_RELAXED))
		return;
	va_start(args, format);
	vsnprintf(l->detail, sizeof(l->detail), format, args);
	va_end(args);
}

/* Returns what the structure answered, or why it could not be asked: an errno. */
static u32 do_op(struct contend_handle *handle, u32 verb, u64 key, u64 *value, u64 deadline_ns)
{
	struct contend_op op = {
		.verb = verb, .key = key, .value = value ? *value : 0, .deadline_ns = deadline_ns,
	};
	int ret = play_op(handle, &op);

	if (ret)
		return -ret;
	if (value)
		*value = op.value;
	return op.error;
}

static s64 load(const s64 *value)
{
	return __atomic_load_n(value, __ATOMIC_ACQUIRE);
}

static bool is_over(const struct team *t, const s64 *left)
{
	return load(left) <= 0 || __atomic_load_n(&t->over, __ATOMIC_RELAXED);
}

/* --- who sleeps and who wakes -------------------------------------------------- */

/*
 * After what there is to see: one of the two sees what the other has written. One that was woken
 * and has not looked yet will see this too.
 */
static void wake(struct member *m)
{
	struct team *t = m->team;
	u64 count = 0;

	if (t->n == 1)
		return;
	/* Pairs with that in park(). */
	smp_mb();
	if (!__atomic_load_n(&t->asleep, __ATOMIC_RELAXED) ||
	    __atomic_exchange_n(&t->waking, 1, __ATOMIC_SEQ_CST))
		return;
	__atomic_store_n(&t->waking_ns, play_now(), __ATOMIC_RELAXED);
	if (!do_op(m->events, t->advance, 0, &count, 0))
		__atomic_store_n(&t->advanced_ns[count % TEAM_ADVANCES], play_now(),
				 __ATOMIC_RELEASE);
}

/* The time of another one's first: who begins elsewhere does not meet all others. */
static bool sweep(struct member *m, u64 *task)
{
	struct team *t = m->team;
	u32 i, victim = rng_next(&m->rng) % t->n;

	for (i = 0; i < t->n; i++, victim = (victim + 1) % t->n) {
		if (victim == m->index || do_op(m->deque[victim], t->steal, 0, task, 0))
			continue;
		m->steals++;
		return true;
	}
	m->misses++;
	return false;
}

/* It slept to its deadline, though there was news by then that it had not seen. */
static void check_woken(struct member *m, u64 seen, u64 deadline_ns)
{
	struct team *t = m->team;
	const u64 at = __atomic_load_n(&t->advanced_ns[(seen + 1) % TEAM_ADVANCES],
				       __ATOMIC_ACQUIRE);
	u64 count = 0;

	if (do_op(m->events, t->read, 0, &count, 0) || count == seen ||
	    count - seen >= TEAM_ADVANCES || !at || at >= deadline_ns)
		return;
	law_broken(t, LAW_WOKEN, "worker %u slept on for %llu ns after it was woken", m->index,
		   deadline_ns - at);
}

/* Returns whether it has found a task, which may have come while it made up its mind. */
static bool park(struct member *m, const s64 *left, u64 *task, u32 *alone)
{
	struct team *t = m->team;
	const u64 from = play_now(), until = from + LOOK_NS;
	u64 seen = 0, value, now;
	bool found;
	u32 error;

	if (do_op(m->events, t->read, 0, &seen, 0))
		return false;
	__atomic_fetch_add(&t->asleep, 1, __ATOMIC_SEQ_CST);
	/* Whoever pushes from now on wakes: what it says comes after @seen. */
	__atomic_store_n(&t->waking, 0, __ATOMIC_SEQ_CST);
	/* Pairs with that in wake(). */
	smp_mb();
	found = sweep(m, task);
	if (!found && !is_over(t, left)) {
		m->parks++;
		value = seen;
		error = do_op(m->events, t->wait, 0, &value, until);
		now = play_now();
		if (error) {
			*alone += __atomic_load_n(&t->asleep, __ATOMIC_RELAXED) == (s32)t->n;
			check_woken(m, seen, until);
			m->idle_ns[IDLE_PARK] += now - from;
		} else {
			const u64 woken = __atomic_load_n(&t->waking_ns, __ATOMIC_RELAXED);
			const u64 late = woken > from && woken < now ? now - woken : 0;

			*alone = 0;
			m->idle_ns[IDLE_WAKE] += late;
			m->idle_ns[IDLE_PARK] += now - from - late;
		}
	}
	__atomic_fetch_sub(&t->asleep, 1, __ATOMIC_SEQ_CST);
	__atomic_store_n(&t->waking, 0, __ATOMIC_SEQ_CST);
	return found;
}

/* None is to be had now: until there is one, or nothing is left. */
static bool find(struct member *m, const s64 *left, u64 *task)
{
	struct team *t = m->team;
	const u64 from = play_now();
	const u64 slept = m->idle_ns[IDLE_PARK] + m->idle_ns[IDLE_WAKE], parks = m->parks;
	u32 sweeps = 0, alone = 0;
	bool found = false;

	__atomic_fetch_add(&t->searching, 1, __ATOMIC_RELAXED);
	while (!found && !is_over(t, left)) {
		found = t->n > 1 && sweep(m, task);
		if (found || ++sweeps % SWEEPS) {
			cpu_relax();
			continue;
		}
		found = park(m, left, task, &alone);
		if (alone > LOST && !m->index && !found) {
			law_broken(t, LAW_ONCE, "all sleep, and %lld tasks are left that nobody has",
				   load(left));
			__atomic_store_n(&t->over, true, __ATOMIC_RELAXED);
		}
	}
	__atomic_fetch_sub(&t->searching, 1, __ATOMIC_RELAXED);
	m->idle_ns[IDLE_STEAL] += play_now() - from + slept - m->idle_ns[IDLE_PARK] -
				  m->idle_ns[IDLE_WAKE];
	/* There may be more where this one was, and only one was woken. */
	if (found && m->parks != parks)
		wake(m);
	return found;
}

/*
 * The oldest @n of the shelf go into the deque together, for one way there: thieves find the oldest
 * first, as where each has gone there by itself. What there is no room for stays.
 */
static void clear_shelf(struct member *m, u32 n)
{
	struct contend_op ops[TEAM_SHELF];
	u32 done = 0, left = 0, i;

	for (i = 0; i < n; i++)
		ops[i] = (struct contend_op){
			.size = sizeof(*ops), .verb = m->team->push, .key = m->shelf[i],
		};
	contend_handle_batch(m->deque[m->index], ops, n, &done);
	for (i = 0; i < m->nshelf; i++)
		if (i >= done || ops[i].error)
			m->shelf[left++] = m->shelf[i];
	m->tasks += m->nshelf - left;
	if (left < m->nshelf)
		wake(m);
	m->nshelf = left;
}

/* Nobody else sees it, unless somebody has nothing to do. */
static bool put_on_shelf(struct member *m, u64 task)
{
	if (m->nshelf == TEAM_SHELF)
		clear_shelf(m, TEAM_SHELF / 2);
	if (m->nshelf == TEAM_SHELF)
		return false;
	m->shelf[m->nshelf++] = task;
	if (team_searches(m->team))
		clear_shelf(m, m->nshelf);
	return true;
}

/* The newest one; a worker that has nothing to do may have the others. */
static bool take_from_shelf(struct member *m, u64 *task)
{
	if (!m->nshelf)
		return false;
	if (m->nshelf > 1 && team_searches(m->team))
		clear_shelf(m, m->nshelf - 1);
	*task = m->shelf[--m->nshelf];
	return true;
}

/**
 * team_push - have something done, by whoever comes first
 * @m: who has it
 * @task: what
 *
 * Return: false: there is no room, or, in a team that is lazy, nobody who would take it: the caller
 * does it.
 */
bool team_push(struct member *m, u64 task)
{
	struct team *t = m->team;

	if (t->spawn == SPAWN_BATCH)
		return put_on_shelf(m, task);
	if (!team_wants(t) || do_op(m->deque[m->index], t->push, task, NULL, 0))
		return false;
	m->tasks++;
	wake(m);
	return true;
}

/**
 * team_take - get something to do
 * @m: who wants it
 * @left: what is not done yet, by all
 * @task: out, what
 *
 * Return: false: nothing is left, or the system ends.
 */
bool team_take(struct member *m, const s64 *left, u64 *task)
{
	if (is_over(m->team, left))
		return false;
	return take_from_shelf(m, task) ||
	       !do_op(m->deque[m->index], m->team->pop, 0, task, 0) || find(m, left, task);
}

/**
 * team_done - one less is left
 * @m: who has done it
 * @left: of so many
 */
void team_done(struct member *m, s64 *left)
{
	if (__atomic_sub_fetch(left, 1, __ATOMIC_ACQ_REL) <= 0)
		wake(m);
}

/* --- phases ----------------------------------------------------------------------- */

/* All meet; and what has to be true of a phase that is over. */
static void meet(struct member *m, const s64 *left)
{
	struct team *t = m->team;
	const u64 from = play_now();
	u64 phase = m->arrived + 1, other;
	u32 error, i;

	__atomic_store_n(&m->arrived, phase, __ATOMIC_RELEASE);
	do
		error = do_op(m->barrier, t->arrive, m->index, NULL, play_now() + t->barrier_ns);
	while ((error == EAGAIN || error == ETIMEDOUT) &&
	       !__atomic_load_n(&t->over, __ATOMIC_RELAXED));
	m->idle_ns[IDLE_BARRIER] += play_now() - from;
	if (__atomic_load_n(&t->over, __ATOMIC_RELAXED))
		return;
	for (i = 0; i < t->n; i++) {
		other = __atomic_load_n(&t->members[i].arrived, __ATOMIC_ACQUIRE);
		if (other - phase > 1)
			law_broken(t, LAW_PHASES, "worker %u has left phase %llu, and worker %u was in %llu",
				   m->index, phase, i, other);
	}
	if (load(left) > 0)
		law_broken(t, LAW_PHASES, "worker %u has left a phase of which %lld tasks were left",
			   m->index, load(left));
}

static s64 *left_of(struct team *t, u64 phase)
{
	return &t->left[phase % TEAM_PHASES];
}

static struct team_range *range_of(struct team *t, u64 phase)
{
	return &t->range[phase % TEAM_PHASES];
}

static u64 range(u64 from, u64 to)
{
	return from | to << 32;
}

/* Halves are pushed, the later one first: a thief gets the larger ones. */
static void run_range(struct member *m, u64 task)
{
	struct team *t = m->team;
	s64 *left = left_of(t, m->arrived + 1);
	const struct team_range *r = range_of(t, m->arrived + 1);
	u32 from = task, to = task >> 32, mid;
	/* None, of a task that was done before, and is taken again before the next phase begins. */
	const u32 items = __atomic_load_n(&r->items, __ATOMIC_ACQUIRE);

	while (from < to) {
		mid = from + (to - from) / 2;
		if (to - from > 1 && team_push(m, range(mid, to))) {
			to = mid;
			continue;
		}
		/* Twice would be wrong, and is not done. */
		if (from < items && !__atomic_fetch_add(&t->done[from], 1, __ATOMIC_ACQ_REL)) {
			if (!team_stops(t->play))
				r->leaf(m, from);
			team_done(m, left);
		}
		from++;
	}
}

static void check_once(struct team *t, u32 items)
{
	u32 i;

	for (i = 0; i < items; i++)
		if (t->done[i] != 1)
			law_broken(t, LAW_ONCE, "task %u of %u was done %u times", i, items,
				   t->done[i]);
}

static bool make_room(struct team *t, u32 items)
{
	u8 *done = items > t->room ? realloc(t->done, items) : t->done;

	if (!done)
		return false;
	t->done = done;
	t->room = items > t->room ? items : t->room;
	memset(done, 0, items);
	return true;
}

/* The next phase, of which so many are left. */
static s64 *begin(struct member *m, u32 n)
{
	s64 *left = left_of(m->team, m->arrived + 1);

	*left_of(m->team, m->arrived + 2) = 1;
	range_of(m->team, m->arrived + 2)->items = 0;
	__atomic_store_n(left, n, __ATOMIC_RELEASE);
	return left;
}

/* Do what others have not done, and meet them. */
static bool complete(struct member *m, const s64 *left)
{
	struct team *t = m->team;
	u64 task = 0;

	while (team_take(m, left, &task))
		t->run(m, task);
	meet(m, left);
	return !__atomic_load_n(&t->over, __ATOMIC_RELAXED);
}

/**
 * team_phase - have items done by all, each once
 * @m: member 0
 * @items: how many
 * @leaf: does one
 *
 * Return: true when all are done, and all members know; false: the system ends, the run is
 * interrupted, or there is no memory.
 */
bool team_phase(struct member *m, u32 items, void (*leaf)(struct member *m, u32 item))
{
	struct team *t = m->team;
	s64 *left = left_of(t, m->arrived + 1);
	struct team_range *r = range_of(t, m->arrived + 1);

	if (!make_room(t, items))
		return false;
	t->run = run_range;
	r->leaf = leaf;
	begin(m, items ?: 1);
	__atomic_store_n(&r->items, items, __ATOMIC_RELEASE);
	if (!items)
		team_done(m, left);
	/* Nobody has anything to do yet. */
	else if (t->n == 1 || do_op(m->deque[0], t->push, range(0, items), NULL, 0))
		run_range(m, range(0, items));
	wake(m);
	if (!complete(m, left))
		return false;
	check_once(t, items);
	return !team_stops(t->play);
}

/**
 * team_tree - have a task done, and all that come of it
 * @m: member 0
 * @root: the task
 * @run: does one
 * @join: out, what is left of the root: it is one to be done by team_done() when it has ended
 *
 * Return: as team_phase().
 */
bool team_tree(struct member *m, u64 root, void (*run)(struct member *m, u64 task), s64 **join)
{
	struct team *t = m->team;
	u64 spawned = 0, ran = 0;
	u32 i;

	t->run = run;
	m->spawned++;
	*join = begin(m, 1);
	run(m, root);
	if (!complete(m, *join))
		return false;
	for (i = 0; i < t->n; i++) {
		spawned += t->members[i].spawned;
		ran += t->members[i].ran;
	}
	if (spawned != ran)
		law_broken(t, LAW_ONCE, "%llu tasks were made, and %llu done", spawned, ran);
	return !team_stops(t->play);
}

/* --- the team --------------------------------------------------------------------- */

static void close_handle(struct contend_handle **handle)
{
	if (*handle)
		contend_handle_close(*handle);
	*handle = NULL;
}

/**
 * team_leave - a member has done
 * @m: whose handles are closed; by its thread
 */
void team_leave(struct member *m)
{
	u32 i;

	for (i = 0; i < m->team->n; i++)
		close_handle(&m->deque[i]);
	close_handle(&m->events);
	close_handle(&m->barrier);
}

static int open_handle(struct team *t, __u64 id, u32 entries, struct contend_handle **handle)
{
	return contend_handle_open(t->play->device, id, t->play->door, entries, 0, handle);
}

/**
 * team_join - open a member's handles
 * @m: the member; by its thread
 *
 * Return: 0; as contend_handle_open().
 */
int team_join(struct member *m)
{
	struct team *t = m->team;
	int ret = 0;
	u32 i;

	rng_seed(&m->rng, t->play->spec->seed, m->index);
	for (i = 0; i < t->n && !ret; i++)
		ret = open_handle(t, t->deque_id[i], i == m->index ? TEAM_SHELF : 1,
				  &m->deque[i]);
	return ret ?: open_handle(t, t->events_id, 1, &m->events) ?:
	       open_handle(t, t->barrier_id, 1, &m->barrier);
}

static void *member_thread(void *data)
{
	struct member *m = data;
	struct team *t = m->team;
	u64 task = 0;

	prctl(PR_SET_TIMERSLACK, 1);
	if (team_join(m)) {
		/* The others would wait for it. */
		__atomic_store_n(&t->over, true, __ATOMIC_RELAXED);
		law_broken(t, LAW_ONCE, "worker %u has no handle of a deque", m->index);
	}
	while (!__atomic_load_n(&t->over, __ATOMIC_RELAXED)) {
		const s64 *left = left_of(t, m->arrived + 1);

		while (team_take(m, left, &task))
			t->run(m, task);
		if (!__atomic_load_n(&t->over, __ATOMIC_RELAXED))
			meet(m, left);
	}
	team_leave(m);
	return NULL;
}

static int find_verbs(struct team *t)
{
	return play_verb(t->play, t->structure, "push put try_put", &t->push) ?:
	       play_verb(t->play, t->structure, "pop get try_get", &t->pop) ?:
	       play_verb(t->play, t->structure, "steal pop get try_get", &t->steal) ?:
	       play_verb(t->play, t->event_count, "advance", &t->advance) ?:
	       play_verb(t->play, t->event_count, "read", &t->read) ?:
	       play_verb(t->play, t->event_count, "await", &t->wait) ?:
	       play_verb(t->play, t->barrier, "arrive", &t->arrive);
}

static int start(struct team *t)
{
	int ret = 0;

	/* Member 0 is a thread that is there already. */
	for (t->started = 1; t->started < t->n && !ret; t->started += !ret)
		ret = pthread_create(&t->members[t->started].thread, NULL, member_thread,
				     &t->members[t->started]);
	return ret ? play_failed(t->play, ret, "no thread for a worker: %s", strerror(ret)) : 0;
}

/**
 * team_halt - end all members' threads, but member 0's
 * @t: from team_begin()
 */
void team_halt(struct team *t)
{
	__atomic_store_n(&t->over, true, __ATOMIC_RELAXED);
	while (t->started > 1)
		pthread_join(t->members[--t->started].thread, NULL);
}

/**
 * team_free - and what is known of them
 * @t: after team_halt()
 */
void team_free(struct team *t)
{
	free(t->members);
	free(t->done);
}

/**
 * team_begin - make the structures, and start all members but member 0
 * @t: zeroed, but for the names of structures, @spawn and @barrier_ns
 * @play: the run; it has as many members as that has workers
 *
 * Return: 0; a negative errno with a reason: nothing of it is left then.
 */
int team_begin(struct team *t, struct play *play)
{
	int ret;
	u32 i;

	t->play = play;
	t->n = play->spec->workers;
	t->left[1] = 1;
	t->barrier_ns = t->barrier_ns ?: LOOK_NS;
	t->members = aligned_alloc(__alignof__(struct member), t->n * sizeof(*t->members));
	if (!t->members)
		return play_failed(play, ENOMEM, "no memory for %u workers", t->n);
	memset(t->members, 0, t->n * sizeof(*t->members));
	play_descriptors();
	ret = find_verbs(t);
	for (i = 0; i < t->n; i++) {
		t->members[i].team = t;
		t->members[i].index = i;
		ret = ret ?: play_create(play, t->structure, play->spec->capacity,
					 &t->deque_id[i]);
	}
	ret = ret ?: play_create(play, t->event_count, 0, &t->events_id) ?:
	      play_create(play, t->barrier, t->n, &t->barrier_id) ?: start(t);
	if (!ret)
		return 0;
	team_halt(t);
	team_free(t);
	return ret;
}

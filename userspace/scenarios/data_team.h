/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A team: workers who share tasks by stealing. Each has a deque of the catalogue, pushes and pops
 * at its own, and steals from those of others when that is empty; who finds nothing anywhere parks
 * on an event count, and is woken by the next push. Between two phases all meet at a barrier.
 *
 * A task is a number of 64 bits, whatever it means to team.run.
 */
#ifndef CONTEND_DATA_TEAM_H
#define CONTEND_DATA_TEAM_H

#include <linux/cache.h>

#include "engine/engine.h"
#include "scenario.h"

/* A deque each: as many objects as a play may have, but for a few others. */
#define TEAM_WORKERS	32

/* What a run of data is checked for. */
enum data_law {
	LAW_ONCE, LAW_PHASES, LAW_WOKEN,				/* of a team */
	LAW_WATERMARK, LAW_WINDOW, LAW_LEDGER, LAW_COMMIT,		/* of a stream */
	LAW_RESULT, DATA_LAWS
};

/* Why a worker did nothing. */
enum idle {
	IDLE_STEAL,	/* it looked for something to steal */
	IDLE_PARK,	/* it slept: there was nothing */
	IDLE_WAKE,	/* it was woken, and did not run yet */
	IDLE_BARRIER,	/* the others had not done with the phase */
	IDLES
};

/**
 * struct broken_law - a law, in a run
 * @n: how often it was broken
 * @detail: the first time; by the task that has made @n 1
 */
struct broken_law {
	u64 n;
	char detail[RESULT_TEXT];
};

/* Which tasks are pushed: spawn=. */
enum spawn { SPAWN_ALL, SPAWN_LAZY, SPAWN_BATCH };

/* So many tasks a member keeps at most. */
#define TEAM_SHELF	32

struct team;

/**
 * struct member - a worker of a team
 * @team: the whole; constant, like
 * @index: its number; 0 is the user's thread, who leads the others
 * @thread: of another
 * @deque: its handles of all deques
 * @events: of the event count
 * @barrier: of the barrier
 * @shelf: tasks that it has not pushed yet, the oldest first; with SPAWN_BATCH
 * @nshelf: how many
 * @rng: whom it steals from first
 * @arrived: how many phases it has ended; others read it
 * @tasks: what it has pushed
 * @spawned: tasks that it has made; of a problem that forks, as is
 * @ran: how many it did
 * @steals: how often it took one from another
 * @misses: how often there was none in any deque
 * @parks: how often it slept
 * @idle_ns: for how long it did nothing, by the cause
 */
struct member {
	struct team *team;
	u32 index;
	pthread_t thread;
	struct contend_handle *deque[TEAM_WORKERS];
	struct contend_handle *events;
	struct contend_handle *barrier;
	u64 shelf[TEAM_SHELF];
	u32 nshelf;
	struct rng rng;
	u64 arrived;
	u64 tasks;
	u64 spawned;
	u64 ran;
	u64 steals;
	u64 misses;
	u64 parks;
	u64 idle_ns[IDLES];
} ____cacheline_aligned;

/* Of the phase that is over, the one that is, and the one to come. */
#define TEAM_PHASES	4
/* So many advances of the event count are remembered. */
#define TEAM_ADVANCES	64

/**
 * struct team_range - what a phase is
 * @items: how many there are; 0 before it begins
 * @leaf: what is done to each
 */
struct team_range {
	u32 items;
	void (*leaf)(struct member *m, u32 item);
};

/**
 * struct team - see above
 * @play: the run; constant, like all up to
 * @structure: names of the structures: of the deques,
 * @event_count: the event count,
 * @barrier: and the barrier
 * @spawn: which tasks are pushed
 * @barrier_ns: how long one waits at the barrier before it comes again
 * @n: how many members
 * @push: verbs, by their numbers in these
 * @pop: of a deque
 * @steal: likewise
 * @advance: of the event count
 * @read: likewise
 * @wait: likewise
 * @arrive: of the barrier
 * @deque_id: each member's deque
 * @events_id: the event count
 * @barrier_id: the barrier
 * @members: all of them
 * @started: how many threads have begun
 * @run: what a task is; changes between phases, like
 * @data: for this
 * @range: of each phase, by its number, what is to be done to which items
 * @done: how often each item was done, with room for @room of them
 * @room: see there
 * @left: of each phase, by its number: what is not done yet; 1 before it begins
 * @searching: members who have nothing to do
 * @asleep: of which so many sleep, or are about to
 * @waking: somebody was woken, and has not looked yet
 * @waking_ns: when that was
 * @advanced_ns: when an advance was over, by what it has raised the count to
 * @over: the system ends
 * @laws: of all that the system does
 */
struct team {
	struct play *play;
	const char *structure;
	const char *event_count;
	const char *barrier;
	enum spawn spawn;
	u64 barrier_ns;
	u32 n;
	u32 push;
	u32 pop;
	u32 steal;
	u32 advance;
	u32 read;
	u32 wait;
	u32 arrive;
	__u64 deque_id[TEAM_WORKERS];
	__u64 events_id;
	__u64 barrier_id;
	struct member *members;
	u32 started;
	void (*run)(struct member *m, u64 task);
	void *data;
	struct team_range range[TEAM_PHASES];
	u8 *done;
	u32 room;
	s64 left[TEAM_PHASES] ____cacheline_aligned;
	s32 searching ____cacheline_aligned;
	s32 asleep;
	u32 waking;
	u64 waking_ns;
	u64 advanced_ns[TEAM_ADVANCES];
	bool over;
	struct broken_law laws[DATA_LAWS];
};

/**
 * team_searches - whether somebody has nothing to do
 * @t: the team
 */
static inline bool team_searches(const struct team *t)
{
	return __atomic_load_n(&t->searching, __ATOMIC_RELAXED);
}

/**
 * team_wants - whether a task is worth a push
 * @t: the team
 *
 * Return: false in a team that is lazy, while nobody looks for something to do.
 */
static inline bool team_wants(const struct team *t)
{
	return t->spawn != SPAWN_LAZY || team_searches(t);
}

/**
 * team_stops - whether what is under way is not to be done any more: the run is interrupted
 * @play: the run
 *
 * A request ends without what is left of it then, and nobody is told what came of it. At the end of
 * its time a run waits for its last request. It is no measured one in either case.
 */
static inline bool team_stops(const struct play *play)
{
	return interrupted && play_over(play);
}

int team_begin(struct team *t, struct play *play);
int team_join(struct member *m);
void team_leave(struct member *m);
void team_halt(struct team *t);
void team_free(struct team *t);
bool team_push(struct member *m, u64 task);
bool team_take(struct member *m, const s64 *left, u64 *task);
void team_done(struct member *m, s64 *left);
bool team_phase(struct member *m, u32 items, void (*leaf)(struct member *m, u32 item));
bool team_tree(struct member *m, u64 root, void (*run)(struct member *m, u64 task), s64 **join);
void law_broken(struct team *t, enum data_law law, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* CONTEND_DATA_TEAM_H */

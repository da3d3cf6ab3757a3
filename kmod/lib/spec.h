/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The grammar of a workload: key=value words, separated by white space.
 *
 *	lock=rcu structure=list workers=4 mix=lookup:90,insert:5,erase:5
 *
 * A section of a job file, the --key=value options of the command line and a
 * line written to /proc/contend/run are the same words, and this is the one
 * parser for all of them. '#' starts a comment that ends with the line. A key of one group
 * of workers has its name before it: readers.mix=lookup:1.
 *
 * Values
 *	count	digits, with k, m (1000, 1000000) or Ki, Mi after them
 *	time	digits and ns, us, ms, s or m (minutes); a unit is required
 *	name	letters, digits, '_', '-', ':' — at most 31 characters
 *	settings  name:value,… — a count with k, Ki or Mi, or a time with ns, us, ms or s
 *	mix	verb:share,… — shares are whole numbers, they need not add up
 *		to 100, at least one is not zero
 *	context	task, softirq or hardirq, or context:share,…
 *	delay	TIME, uniform:TIME-TIME or exp:TIME, which is the mean
 *	arrival	closed, or periodic: or poisson: and a TIME, or COUNT/s for it
 *	group	name:workers,… — a name is letters, digits and '_'
 *	keys	uniform/RANGE, seq/RANGE or zipf:THETA/RANGE; RANGE is a count,
 *		THETA has up to three decimals and is 0.001 to 4.000
 */
#ifndef CONTEND_SPEC_H
#define CONTEND_SPEC_H

#include <linux/types.h>

#include "value.h"

/* Nothing comes more often than this: what it brings takes a part of it only. */
#define SPEC_EVERY_MIN_NS	1000000

/* The most that spec_format() may have to write, with its zero. As struct contend_run has it. */
#define SPEC_TEXT	4096

/* The most that the words of the program alone take, with their zero; see spec_more. */
#define SPEC_MORE	1024

/* What holds a spinlock for longer is a soft lockup in the making. As CONTEND_STAY_MAX_NS. */
#define SPEC_STAY_MAX_NS	10000000ULL

/* Which CPUs the kernel engine's workers run on. */
enum spec_placement { PLACEMENT_SPREAD, PLACEMENT_PACK, PLACEMENT_FREE };

/* How they are scheduled. */
enum spec_policy { POLICY_OTHER, POLICY_FIFO, POLICY_DEADLINE, POLICY_INVERSION };

/* The workers of an inversion: all others are medium, and never ask for the lock. */
enum inversion_role { INVERSION_LOW, INVERSION_HIGH, INVERSION_MEDIUM };

/* How much a run checks. */
enum spec_verify {
	VERIFY_FULL,	/* the witness at each operation, and the end */
	VERIFY_END,	/* only what can be told when all have stopped */
};

/* What a run does about a broken invariant. */
enum spec_violations {
	VIOLATIONS_STOP,	/* the first one ends it */
	VIOLATIONS_COUNT,	/* it goes on and counts them */
};

/* What a run measures. */
enum spec_measure {
	MEASURE_OPERATION,	/* each operation, with its structure and its checks */
	MEASURE_LOCK,		/* the lock alone, many times between two readings of the clock */
	MEASURE_RATE,		/* operations with their checks, likewise */
};

/* Most locks that an operation holds at once: so many lockdep can tell apart. */
#define NEST_MAX	8

/*
 * How an operation that takes several locks avoids a deadlock. Each is the flag of a CREATE that
 * asks for it, CONTEND_CREATE_*, or none; and its place among the words of avoid=.
 */
enum spec_avoid {
	AVOID_ORDER = 0,		/* one lock is always the first */
	AVOID_BACKOFF = 1U << 0,	/* give the first up when the second is not free */
	AVOID_WW = 1U << 1,		/* the younger gives way: wait/wound mutexes */
};

/* What a worker does whose operation lacks a condition of the structure. */
enum spec_wait {
	WAIT_BLOCK,	/* it sleeps until that is met */
	WAIT_YIELD,	/* it lets others run, and looks again */
	WAIT_SPIN,	/* it looks again */
};

/* What the workers of the ioctl and the ring engine are. */
enum spec_clients { CLIENTS_PROCESSES, CLIENTS_THREADS };

#define SPEC_WORKERS	1024
#define SPEC_GROUPS	SPEC_VERBS	/* struct mix_spec lists them */

/**
 * struct group_spec - workers that have a load of their own
 * @name: their name, "" where there are no groups
 * @workers: how many they are; they follow those of the groups before
 * @given: bit i is set when key i of spec_keys[] was given for the group; of what follows
 *	the rest is that of the workload, see spec_group()
 * @mix: verbs and shares
 * @hold: how long an operation stays in its section beyond its work
 * @think: closed loop: how long a worker waits between two operations
 * @arrival: open loop: time between two arrivals of a worker
 * @wait: what a worker does whose operation has to wait
 * @deadline_ns: after how long it gives up; 0: never
 */
struct group_spec {
	char name[SPEC_NAME_LEN];
	u32 workers;
	u64 given;
	struct mix_spec mix;
	struct delay_spec hold;
	struct delay_spec think;
	struct delay_spec arrival;
	enum spec_wait wait;
	u64 deadline_ns;
};

/**
 * struct groups_spec - all groups
 * @n: how many; 0 where the workers are alike
 * @of: each
 */
struct groups_spec {
	u32 n;
	struct group_spec of[SPEC_GROUPS];
};

/**
 * struct spec - one workload, as parsed; spec_init() gives the defaults
 * @lock: name of the lock
 * @structure: name of the structure
 * @engine: "kernel", "ioctl", "ring" or "user"; a run in the kernel refuses the others
 * @workers: number of workers, 1 to SPEC_WORKERS; with groups, of all of them
 * @groups: workers that have something of their own
 * @context: share of the workers in each context, see spec_context_of()
 * @runtime_ns: measured time, 1 ms to 1 h
 * @warmup_ns: time before it, not measured, 0 to 1 min
 * @seed: of all random choices
 * @mix: verbs and shares; none for the structure's default
 * @keys: distribution of keys
 * @hold: how long an operation stays in its section beyond its work
 * @stall_ns: kernel engine: how long each read section of worker 0 lasts beyond its work,
 *	0 for as long as any, at most 10 ms
 * @think: closed loop: how long a worker waits between two operations
 * @arrival: open loop: time between two arrivals of a worker; DELAY_NONE: closed
 * @wait: what a worker does whose operation has to wait
 * @deadline_ns: after how long it gives up; 0: never
 * @placement: kernel engine: where the workers run
 * @sched: kernel engine: how they are scheduled
 * @stutter_ns: they work so long and pause so long in turn; 0: they never pause
 * @shuffle_ns: another CPU is left idle after each such time; 0: none is
 * @hotplug_ns: a CPU goes offline or comes back after each such time; 0: none does
 * @preempt_ns: mean time between two preemptions of a CPU; 0: there are none
 * @capacity: most elements, 0 for the structure's default
 * @stripes: how many locks share the keys between them, 1 to 1024
 * @nest: kernel engine: how many locks a write holds, 1 to NEST_MAX
 * @avoid: how an operation that takes several of them avoids a deadlock
 * @prefill: per cent of the keys that are there when the run starts, 0 to 100
 * @tune: settings of the structure and their values
 * @batch: ioctl, ring engine: operations per call, 1 to 1024
 * @poller_ns: ring engine: how long the thread that takes entries looks for more, 0: none does
 * @clients: ioctl, ring engine: threads or processes
 * @verify: how much is checked
 * @violations: what becomes of the run when something is broken
 * @measure: operations, the lock alone, or the rate of operations alone
 * @given: bit i is set when key i of spec_keys[] was given
 * @more: words of the keys of spec_more that were given, in the order of these
 */
struct spec {
	char lock[SPEC_NAME_LEN];
	char structure[SPEC_NAME_LEN];
	char engine[SPEC_NAME_LEN];
	u32 workers;
	struct groups_spec groups;
	u32 context[SPEC_CONTEXTS];
	u64 runtime_ns;
	u64 warmup_ns;
	u64 seed;
	struct mix_spec mix;
	struct keys_spec keys;
	struct delay_spec hold;
	u64 stall_ns;
	struct delay_spec think;
	struct delay_spec arrival;
	enum spec_wait wait;
	u64 deadline_ns;
	enum spec_placement placement;
	enum spec_policy sched;
	u64 stutter_ns;
	u64 shuffle_ns;
	u64 hotplug_ns;
	u64 preempt_ns;
	u64 capacity;
	u32 stripes;
	u32 nest;
	enum spec_avoid avoid;
	u32 prefill;
	struct mix_spec tune;
	u32 batch;
	u64 poller_ns;
	enum spec_clients clients;
	enum spec_verify verify;
	enum spec_violations violations;
	enum spec_measure measure;
	u64 given;
	char more[SPEC_MORE];
};

/* spec_key.flags */
#define SPEC_LIST	1	/* a job file may give several values, with commas: one case each */
#define SPEC_OWN	2	/* a group may have one of its own */

/**
 * struct spec_key - one key of the grammar; the one table for the parser,
 *	`contend --help`, `contend explain`, completion and the man page
 * @name: the key
 * @value: what a value looks like, for help: "NAME", "TIME", …
 * @preset: the default in words of the grammar; NULL: what @absent says
 * @absent: what holds without it, where that has no words
 * @about: one line
 * @manual: paragraphs for `contend explain`
 * @flags: SPEC_*
 * @parse: this and the rest are for spec.c alone: parse a value into @field
 * @format: write it, as snprintf()
 * @offset: of its field in struct spec
 * @own: of its field in struct group_spec, with SPEC_OWN
 * @least: least value
 * @most: greatest value
 * @words: its words, ended by NULL, or those of its kinds
 */
struct spec_key {
	const char *name;
	const char *value;
	const char *preset;
	const char *absent;
	const char *about;
	const char *manual;
	unsigned int flags;
	int (*parse)(const struct spec_key *key, void *field, const char *value, size_t len,
		     struct spec_error *error);
	int (*format)(const struct spec_key *key, const void *field, char *buf, size_t size);
	size_t offset;
	size_t own;
	u64 least;
	u64 most;
	const char *const *words;
};

extern const struct spec_key spec_keys[];
extern const unsigned int spec_nkeys;

/**
 * struct spec_more - keys of the program alone, whose scenarios no kernel knows
 * @at: the key of a number from 0 on, NULL past the last one
 * @set: enter a value in @spec->more, as spec_set(); it is not changed on error
 */
struct spec_more {
	const struct spec_key *(*at)(unsigned int i);
	int (*set)(struct spec *spec, const struct spec_key *key, const char *value, size_t len,
		   struct spec_error *error);
};

/* Set before the first word is parsed; NULL in the module, where such keys are unknown. */
extern const struct spec_more *spec_more;

/**
 * spec_idle - whether a worker does nothing to the lock, by its role
 * @sched: how the workers are scheduled
 * @worker: number
 *
 * Return: true for the medium workers of an inversion.
 */
static inline bool spec_idle(enum spec_policy sched, u32 worker)
{
	return sched == POLICY_INVERSION && worker >= INVERSION_MEDIUM;
}

/**
 * spec_ngroups - how many groups of workers there are
 * @spec: the workload
 *
 * Return: 1 at least: where the workers are alike, they are the only one.
 */
static inline u32 spec_ngroups(const struct spec *spec)
{
	return spec->groups.n ?: 1;
}

void spec_init(struct spec *spec);
int spec_set(struct spec *spec, const char *key, size_t key_len,
	     const char *value, size_t value_len, struct spec_error *error);
int spec_text(const char *text, size_t len, struct spec_error *error);
int spec_parse(struct spec *spec, const char *text, size_t len, struct spec_error *error);
int spec_format(const struct spec *spec, char *buf, size_t size);
void spec_group(const struct spec *spec, u32 group, struct group_spec *own);
u32 spec_group_of(const struct spec *spec, u32 worker);
u32 spec_context_missing(const struct spec *spec, u32 workers);
enum spec_context spec_context_of(const struct spec *spec, u32 worker);
const char *spec_context_name(enum spec_context context);
const struct spec_key *spec_key(const char *name, size_t len);
const struct spec_key *spec_key_at(unsigned int i);

#endif /* CONTEND_SPEC_H */

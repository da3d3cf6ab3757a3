/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A scenario: a whole system of one field, in one of the architectures of that field, and users
 * who send it requests. All that its tasks share lies in structures of the catalogue, which it
 * reaches by handles of libcontend: so lock= and engine= are axes of each scenario.
 *
 * A scenario is one file, one line in scenarios.c, and this struct. What it shares with others:
 *
 *	play.c		a run: it begins the system and its users, leads them through the warm-up
 *			and the steps that are measured, and ends them
 *	user.c		who sends requests, when the next one is due, and what became of it
 *	offered.c	the load that is offered, in an open loop
 *	themes.c	retry, backoff, breaker
 *	sentry.c	whether a request is sent: health, load shedding, and the breaker
 *	usage.c		CPU time, wake-ups and memory of processes
 *	peer.c		a server of others in the place of ours
 *	folder.c	a temporary folder, which a run that is killed leaves to nobody
 *	words.c		the keys
 *	figures.c	what its figures mean
 */
#ifndef CONTEND_SCENARIO_H
#define CONTEND_SCENARIO_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>

#include "sentry.h"
#include "lib/rng.h"
#include "lib/spec.h"
#include "libcontend/contend.h"
#include "offered.h"
#include "report/result.h"
#include "themes.h"

struct play;
struct user;

/**
 * struct architecture - one way to build the system
 * @name: as in architecture=; one that begins with "busted_" is broken on purpose
 * @about: one line
 */
struct architecture {
	const char *name;
	const char *about;
};

/**
 * struct scenario_figure - what a scenario tells of a run beside what all runs have
 * @name: as play_figure() is given it, with its unit at the end
 * @flags: FIGURE_*
 * @about: what it is, in a sentence that may follow a colon; of all of the run, where it does not
 *	say otherwise
 */
struct scenario_figure {
	const char *name;
	u32 flags;
	const char *about;
};

/**
 * struct scenario - a case study
 * @name: as in scenario=
 * @about: one line
 * @preset: words of a workload that hold where nothing else is said, such as its structure, beside
 *	engine=user
 * @architectures: ended by one without a name; the first one is meant where none is named
 * @peers: names of the servers of others that can stand in its place, as in
 *	architecture=peer:NAME, ended by NULL; or NULL
 * @takes: keys of a workload that mean something to it, ended by NULL, beside those that all
 *	scenarios take: lock, structure, engine, runtime, warmup, seed
 * @refuses: keys of all scenarios that mean nothing to it, ended by NULL; or NULL
 * @key_of: which architectures a key is of, in words, where the one that is given does nothing
 *	with it, and NULL where it does; or NULL: each does something with each key
 * @keys: its own ones; each name is unique among all scenarios
 * @nkeys: how many
 * @size: bytes of the struct that has their fields
 * @stages: what a request goes through, ended by NULL, RESULT_STAGES at most; or NULL
 * @gauges: what is sampled, ended by NULL, RESULT_GAUGES at most; or NULL
 * @figures: its own ones, ended by one without a name; or NULL
 * @check: what is wrong with a workload that parses, as spec_check(); or NULL
 * @threads: how many threads or processes send requests, 1 to @play->common.users: those share
 *	the users among them; NULL: as many as users
 * @tasks: how many threads its system has in this program beside workers= of them, at most; NULL:
 *	none
 * @begin: build the system; @play->own is what it keeps. Returns 0, or a negative errno with
 *	@play->result->reason, and @end is not called then. -EOPNOTSUPP makes a skip of it
 * @user: what one of @threads does until user_next() or play_over() says that it is over
 * @stop: the run is over: wake users that wait for something without a deadline; or NULL
 * @sample: read the gauges, at any time between @begin and @end; by the leader
 * @probe: ask the system whether it is well, until @deadline_ns at most: 0 or a negative errno; by
 *	one thread of the leader's process, between @begin and @end. NULL: nothing of it can fail,
 *	and health= is refused; where that is so of some architectures, @check does
 * @end: stop it, enter its checks with result_check() and its figures with play_figure(), and
 *	free it; all users have ended
 * @again: about how long @end computes to check what was done, in ns; NULL: next to nothing
 * @serves: keys that mean something to its server alone, ended by NULL; NULL: what it takes
 * @serve: the system alone, for clients of others, until *@stop; or NULL. Returns 0 or a negative
 *	errno with the reason as @begin
 */
struct scenario {
	const char *name;
	const char *about;
	const char *preset;
	const struct architecture *architectures;
	const char *const *peers;
	const char *const *takes;
	const char *const *refuses;
	const char *(*key_of)(const char *key, const char *architecture);
	const struct spec_key *keys;
	unsigned int nkeys;
	size_t size;
	const char *const *stages;
	const char *const *gauges;
	const struct scenario_figure *figures;
	int (*check)(const struct spec *spec, const void *words, struct spec_error *error);
	u32 (*threads)(const struct play *play);
	u32 (*tasks)(const struct spec *spec);
	int (*begin)(struct play *play);
	void (*user)(struct user *user);
	void (*stop)(struct play *play);
	void (*sample)(struct play *play, u64 *gauges);
	int (*probe)(struct play *play, u64 deadline_ns);
	void (*end)(struct play *play);
	u64 (*again)(const struct spec *spec);
	const char *const *serves;
	int (*serve)(struct play *play, const volatile sig_atomic_t *stop);
};

/* All of them, ended by NULL. */
extern const struct scenario *const scenarios[];

/**
 * struct common - the keys of all scenarios
 * @scenario: its name
 * @architecture: its name
 * @users: how many there are: connections, borrowers, clients
 * @offered: how much they ask for
 * @interval_ns: between two points of the timeline; 0: there is none
 * @trace: one request in so many is written out; 0: none is
 * @retry: what they do about a request that failed
 * @breaker: when they stop asking
 * @shed: what of it is not sent
 * @health_ns: between two probes; 0: there are none
 * @port: where a server listens; 0: where there is room
 */
struct common {
	char scenario[SPEC_NAME_LEN];
	char architecture[SPEC_NAME_LEN];
	u32 users;
	struct offered_spec offered;
	u64 interval_ns;
	u32 trace;
	struct retry_spec retry;
	struct breaker_spec breaker;
	struct shed_spec shed;
	u64 health_ns;
	u32 port;
};

/**
 * struct watch - who is told how a run goes on, while it is measured
 * @every_ns: so often, about
 * @tell: is given what was answered a second since it was last told, and the gauges now, of which
 *	there are @s->ngauges; by the leader
 *
 * What it takes is taken from what is measured.
 */
struct watch {
	u64 every_ns;
	void (*tell)(const struct watch *watch, const struct result_scenario *s, double per_s,
		     const u64 *gauges);
};

/* Objects of one run. */
#define PLAY_OBJECTS	40

/**
 * struct play - a run of a scenario
 * @scenario: which; constant, like all up to
 * @spec: the workload
 * @common: what its words say that all scenarios have
 * @words: and that are its own, see scenario.size
 * @device: from contend_open() or contend_open_program(): what objects are created on
 * @door: by which its handles are opened
 * @result: what comes of it; the leader's
 * @watch: who is told, or NULL; the leader's
 * @own: the scenario's
 * @server: the process whose CPU time, wake-ups and memory are measured, with its children; 0:
 *	this one; the scenario's, constant when @begin has returned
 * @objects: descriptors of what play_create() has made, of which there are @nobjects
 * @nobjects: see there; constant when @begin has returned
 * @offered: what is due when
 * @sentry: of all users
 * @lock: of @begins, where users wait for the first phase after PHASE_START, and of @broke; shared
 *	by processes
 * @begins: see there
 * @phase: enum phase, written by the leader
 * @broke: see play_broke(); written once, with @lock held
 * @broke_why: likewise, before
 * @spin_ns: so much of a wait is spun, where each user has a CPU for that; constant
 * @began_ns: the users' first; constant
 * @users: each one
 * @nusers: how many
 *
 * Users that are processes share it with the leader: it lies in shared memory, as its users do.
 */
struct play {
	const struct scenario *scenario;
	const struct spec *spec;
	struct common common;
	void *words;
	int device;
	enum contend_door door;
	struct result *result;
	const struct watch *watch;
	void *own;
	pid_t server;
	int objects[PLAY_OBJECTS];
	u32 nobjects;
	struct offered offered;
	struct sentry sentry;
	pthread_mutex_t lock;
	pthread_cond_t begins;
	int phase;
	int broke;
	char broke_why[192];
	u64 spin_ns;
	u64 began_ns;
	struct user *users;
	u32 nusers;
};

/**
 * struct request - one that a user sends
 * @id: of all of a run its own; the first is 1
 * @due_ns: when it was to be sent: the response is counted from then
 * @began_ns: when it was sent: the service is counted from then
 * @deadline_ns: when it is to have ended, for who writes it out; 0: whenever; the scenario's
 * @mark_ns: when its last stage ended
 * @stage_ns: how long each of them took
 * @traced: it is one that is written out
 * @admitted: it was let through, and is under way
 */
struct request {
	u64 id;
	u64 due_ns;
	u64 began_ns;
	u64 deadline_ns;
	u64 mark_ns;
	u64 stage_ns[RESULT_STAGES];
	bool traced;
	bool admitted;
};

/**
 * struct books - what became of a user's requests in a measured time
 * @outcome: how many ended so
 * @retries: how often one was tried again
 * @response: from when each was due to its end; of those that were answered
 * @service: from when it began
 * @stage: of each stage
 */
struct books {
	u64 outcome[NR_OUTCOMES];
	u64 retries;
	struct hist response;
	struct hist service;
	struct hist stage[RESULT_STAGES];
};

/**
 * struct user - a thread or process that sends requests, for itself or for several
 * @play: the whole; constant, like
 * @index: its number
 * @share: for how many users it stands
 * @own: the scenario's
 * @rng: its own
 * @begun: requests that it began, in all of the run; its own
 * @ended: and that it ended
 * @refused: the last of these was not sent
 * @thread: of a thread; the leader's, as is
 * @pid: of a process
 * @lock: protects all that follows
 * @first_ns: when the first measured one began
 * @last_ns: when the last one ended
 * @books: since the leader has last taken them
 * @trace: requests that are written out, of which there are @ntraces
 * @ntraces: of this user
 */
struct user {
	struct play *play;
	u32 index;
	u32 share;
	void *own;
	struct rng rng;
	u64 begun;
	u64 ended;
	bool refused;
	pthread_t thread;
	pid_t pid;
	pthread_mutex_t lock;
	u64 first_ns;
	u64 last_ns;
	struct books books;
	struct result_trace trace[RESULT_TRACES_USER];
	u32 ntraces;
} __attribute__((aligned(64)));

/*
 * In a closed loop who was refused asks again after so long, and think=: it would take the CPUs
 * from those that were not.
 */
#define REFUSED_NS	1000000ULL

/* A Unix socket's path is 107 bytes at most: so many are left for its name in the folder. */
#define FOLDER_LEN	88

/**
 * struct folder - a temporary folder, see folder.c
 * @path: where; empty: there is none
 * @keeper: the process that removes it
 * @tell: a socket to that
 */
struct folder {
	char path[FOLDER_LEN];
	pid_t keeper;
	int tell;
};

/**
 * play_now - the clock of all times here
 *
 * Return: nanoseconds, CLOCK_MONOTONIC.
 */
static inline u64 play_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SPEC_NS_PER_S + ts.tv_nsec;
}

/* play.c */
bool play_over(const struct play *play);
bool play_measures(const struct play *play);
int play_failed(struct play *play, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool play_broken(const struct play *play);
void play_broke(struct play *play, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void play_figure(struct play *play, const char *name, double value);
void play_death(struct play *play, const struct result_death *death);
void play_descriptors(void);
int play_create(struct play *play, const char *structure, u64 capacity, __u64 *id);
int play_verb(struct play *play, const char *structure, const char *names, u32 *number);
pid_t play_fork(void);
int play_op(struct contend_handle *handle, struct contend_op *op);
int play_run(int device, struct result *r, const struct watch *watch);
int play_serve(int device, const struct spec *spec, const volatile sig_atomic_t *stop,
	       struct result *r);
u32 play_threads(const struct spec *spec);
u32 play_steps(const struct spec *spec);

/* user.c */
u64 user_due(struct user *user, u64 ended_ns);
bool user_next(struct user *user, struct request *request);
bool user_sleep(struct user *user, u64 until_ns);
void request_begin(struct user *user, struct request *request, u64 due_ns);
enum refusal request_admit(struct user *user, struct request *request);
void request_stage(struct request *request, u32 stage);
void request_end(struct user *user, struct request *request, enum request_outcome outcome);
int user_open(struct user *user, __u64 id, struct contend_handle **handle);
enum request_outcome user_try(struct user *user, struct request *request,
			      enum request_outcome (*attempt)(struct user *user,
							      struct request *request,
							      void *data),
			      void *data);

/* peer.c */
pid_t peer_start(struct play *play, const char *name, const char *const *arguments);
int peer_alive(struct play *play, pid_t pid);
bool peer_stop(struct play *play, pid_t pid, u64 grace_ns);
void peer_check(struct play *play, bool well);
const char *peer_of(const struct play *play);

/* folder.c */
int folder_make(struct play *play, struct folder *folder);
void folder_server(struct folder *folder, pid_t pid);
void folder_remove(struct folder *folder);

/* figures.c */
const struct scenario_figure *figure_at(const struct scenario *s, unsigned int i);
bool figure_common(const struct scenario_figure *f);
const struct scenario_figure *figure_find(const struct scenario *s, const char *name);

/* words.c */
#define KEY_PATH(_type, _field)							\
	.parse = path_parse, .format = path_format, .offset = offsetof(_type, _field),	\
	.most = sizeof(((_type *)NULL)->_field)

extern const struct spec_more scenario_words;
int path_parse(const struct spec_key *key, void *field, const char *value, size_t len,
	       struct spec_error *error);
int path_format(const struct spec_key *key, const void *field, char *buf, size_t size);
const struct scenario *scenario_find(const char *name, size_t len);
const struct scenario *scenario_of(const struct spec *spec);
bool words_given(const struct spec *spec, const char *key);
int words_served(const struct spec *spec, struct spec_error *error);
bool words_taken(const struct scenario *s, const struct spec_key *key);
void words_decode(const struct spec *spec, const struct spec_key *keys, unsigned int n,
		  void *fields);
void words_common(const struct spec *spec, struct common *common);
u64 words_interval(const struct spec *spec);
int words_check(const struct spec *spec, struct spec_error *error);

#endif /* CONTEND_SCENARIO_H */

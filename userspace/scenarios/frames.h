/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A game's frame loop: simulation, render and present, by one thread or several.
 *
 *	frames.c	the scenario: its architectures, threads beside the frame's, checks, figures
 *	frames_stage.c	the stages of a frame, and what each of them is checked for
 *	frames_lost.c	for how long their threads were not let
 *	frames_fixed.c	who carries them out: one thread, or one each
 *	frames_jobs.c	or workers, by a graph of jobs or one thing after the other
 *	frames_scene.c	a lock that a frame needs, and others have
 *	frames_beside.c	a player, the sound, observers
 *	frames_world.c	what is computed
 *	frames_words.c	the keys
 */
#ifndef CONTEND_FRAMES_H
#define CONTEND_FRAMES_H

#include <linux/minmax.h>

#include "frames_world.h"
#include "scenario.h"

#define FRAMES_OBSERVERS	8
#define FRAMES_WORKERS		8
/* Jobs of a frame: to simulate it at most, and to render it. */
#define FRAMES_JOBS		64
#define FRAMES_BANDS		16
/* Buffers of states and images, at most. */
#define FRAMES_BUFFERS		3
/* Frames that are under way, at most, and those whose books are still kept. */
#define FRAMES_RECORDS		8
/* Inputs that one frame takes; the others wait for the next one. */
#define FRAMES_INPUTS		250
/* Of an input: when it came, since the start, and the last bits of its number. */
#define FRAMES_INPUT_BITS	16
/* Of the sound, in a period. */
#define FRAMES_SAMPLES		240
/* How long somebody waits before it looks whether all stop. */
#define FRAMES_LOOK_NS		20000000ULL

/* What a run of it is checked for. */
enum frames_law {
	FRAMES_FRAME, FRAMES_FINISHED, FRAMES_ORDER, FRAMES_INPUT, FRAMES_WORLD, FRAMES_ONCE,
	FRAMES_COUNTER, FRAMES_LAWS
};

/* What a twin does wrong. */
enum frames_twin {
	FRAMES_SOUND, FRAMES_TWIN_GATE, FRAMES_TWIN_EARLY, FRAMES_TWIN_SKIP, FRAMES_TWIN_INPUT,
	FRAMES_TWIN_WORLD, FRAMES_TWIN_PUBLISH, FRAMES_TWIN_MEET, FRAMES_TWIN_COUNT,
	FRAMES_TWIN_ONCE
};

/* How far the frames are: event counts. */
enum frames_count { FRAMES_SIMULATED, FRAMES_RENDERED, FRAMES_PRESENTED, FRAMES_COUNTS };

/* Two of them are waits: a state's for its render, and an image's for the presenter. */
enum {
	FRAMES_WAIT, FRAMES_SIMULATE, FRAMES_QUEUE, FRAMES_RENDER, FRAMES_READY, FRAMES_PRESENT
};

/**
 * struct frames_words - the keys of the scenario
 * @rate: frames a second; 0: as many as it can
 * @entities: how many there are
 * @buffers: of states, and of images
 * @pipeline: so many frames are under way beside the one that is presented next
 * @inputs: events a second
 * @observers: threads that read the newest frame again and again
 * @barrier: where workers meet
 * @scene_ns: so long the loader is in the scene's lock each time; 0: there is none
 * @hog_ns: and so long it has no CPU then
 * @audio_ns: between two pieces of sound; 0: there is none
 */
struct frames_words {
	u32 rate;
	u32 entities;
	u32 buffers;
	u32 pipeline;
	u32 inputs;
	u32 observers;
	enum frames_barrier { BARRIER_SENSE, BARRIER_DISSEMINATION, BARRIER_TREE } barrier;
	u64 scene_ns;
	u64 hog_ns;
	u64 audio_ns;
};

/**
 * struct frames_record - of a frame that is under way
 * @due_ns: when it was to begin
 * @began_ns: when it did
 * @simulated_ns: when its state was there
 * @taken_ns: when its render began
 * @rendered_ns: when that had ended
 * @lost_ns: frames.lost_ns before
 * @ninputs: how many it has taken
 * @input_ns: when each of them came
 *
 * Of the stage that has the frame: stages are ordered by the event counts.
 */
struct frames_record {
	u64 due_ns;
	u64 began_ns;
	u64 simulated_ns;
	u64 taken_ns;
	u64 rendered_ns;
	u64 lost_ns;
	u32 ninputs;
	u64 input_ns[FRAMES_INPUTS];
};

/**
 * struct frames_graph - the jobs of a frame, to simulate it and to render it
 * @left: how many are still to be done
 * @zero: the frame, when that has reached zero
 * @did: of each, the frame, when it was done
 *
 * By many tasks, by atomic operations.
 */
struct frames_graph {
	u32 left[2];
	u64 zero[2];
	u64 did[2][FRAMES_JOBS];
};

/**
 * struct frames_broken - of a law
 * @n: how often
 * @detail: the first time; by the task that has made @n 1
 */
struct frames_broken {
	u64 n;
	char detail[RESULT_TEXT];
};

/**
 * struct frames_verbs - numbers of the operations
 * @put: of an input, without a wait
 * @get: likewise
 * @publish: of a snapshot
 * @read: likewise
 * @advance: of an event count
 * @await: likewise
 * @count: likewise
 * @push: of a deque
 * @pop: likewise
 * @steal: likewise
 * @arrive: at a barrier
 * @inc: of the scene
 */
struct frames_verbs {
	u32 put, get, publish, read, advance, await, count, push, pop, steal, arrive, inc;
};

/**
 * struct frames_task - a thread that has to do with frames
 * @frames: the run
 * @inputs: its handle of the queue
 * @snapshot: of the snapshot
 * @count: of each event count
 * @seen: what it has seen of each
 * @news: of the event count of jobs
 * @barrier: of the barrier
 * @scene: of the scene
 * @deque: of each worker's deque
 * @index: its number: of a worker, its own
 * @schedstat: the thread's, or 0: not opened yet; others read it too, as
 * @delay_ns: how long it has waited for a CPU, when it last looked at that
 * @ran_ns: likewise, how long it has had one
 * @looked_ns: when that was
 * @thread: it, if it has
 * @begun: see there; the presenter is the user
 */
struct frames_task {
	struct frames *frames;
	struct contend_handle *inputs;
	struct contend_handle *snapshot;
	struct contend_handle *count[FRAMES_COUNTS];
	u64 seen[FRAMES_COUNTS];
	struct contend_handle *news;
	struct contend_handle *barrier;
	struct contend_handle *scene;
	struct contend_handle *deque[FRAMES_WORKERS];
	u32 index;
	int schedstat;
	u64 delay_ns;
	u64 ran_ns;
	u64 looked_ns;
	pthread_t thread;
	bool begun;
};

/**
 * frames_withheld - how long a thread that only computed was not let
 * @wall_ns: so long it took by the clock
 * @ran_ns: of that, its CPU time, in which what a hypervisor took is not, where the kernel knows
 * @delay_ns: of that, how long it waited for a CPU, by the kernel's own books
 */
static inline u64 frames_withheld(u64 wall_ns, u64 ran_ns, u64 delay_ns)
{
	return max(delay_ns, wall_ns > ran_ns ? wall_ns - ran_ns : 0);
}

/* Workers, or three stages; the player, the sound, the loader, the hog, and observers. */
#define FRAMES_TASKS	(FRAMES_WORKERS + 4 + FRAMES_OBSERVERS)

/**
 * struct frames - a run
 * @play: the run; constant, like all up to
 * @words: its keys
 * @twin: what is wrong with it
 * @period_ns: between two frames; 0: there is no grid
 * @verb: see there
 * @inputs: the queue of inputs
 * @snapshot: which frame is the newest
 * @count: how far the frames are
 * @news: event count: there is a job, or none is left of what was waited for; 0: there are no jobs
 * @barrier: where workers meet; likewise
 * @deque: of each worker; likewise
 * @scene: a counter under a lock that frames need; likewise
 * @task: its threads, the presenter first, of which
 * @carriers: the first ones, carry out the stages of frames; constant once they have begun
 * @ntasks: have handles
 * @start_ns: when the first frame is due; with release, 0 before
 * @stopped: no further frame begins, and @last is the last one; with release
 * @last: see there
 * @tick: periods that have begun: of who paces, as
 * @dropped: periods in which no frame was begun
 * @grid_lost_ns: @lost_ns when the last frame was begun that was in time
 * @lost_ns: for how long frames' threads were not let: they waited for a CPU, were woken late, or a
 *	hypervisor had theirs; by atomic operations
 * @missed_host: of @missed and @dropped, those of which it was as much; likewise
 * @taken: inputs that were taken
 * @log: how many each frame has taken, of which there are
 * @logged: frames
 * @log_room: and room for
 * @nudges: of the frame that is computed
 * @grid: likewise
 * @put: inputs that were put in; the input thread's, as is
 * @lost: inputs for which there was no room
 * @jitter: how late the sound's thread was woken; its own, with
 * @sound: what it has made last
 * @audio_missed: periods that were over before
 * @audio_missed_host: of these, as @missed_host
 * @state: by number of the frame, modulo buffers=
 * @image: likewise
 * @record: likewise, modulo FRAMES_RECORDS
 * @screen: of the last frame that was presented; the presenter's, with
 * @presented: frames
 * @missed: those that came after their deadline
 * @lag: of each input, from when it came until it was seen
 * @lag_frames: the sum of it, in periods
 * @retries: of publications, for which there was no room
 * @reads: of observers, by atomic operations, with
 * @skipped: frames that one has not seen
 * @overtaken: reads that were of no use: a newer frame came into the buffer
 * @graph: of a frame that is under way, modulo FRAMES_RECORDS
 * @jobs: that were done, by atomic operations, as
 * @stolen: those of them that were another worker's
 * @scene_wait: how long a frame has waited for the scene; of who begins it
 * @loads_ns: since when the loader is in it or waits for that, or 0; the loader's
 * @preempted: how often it had no CPU then; the hog's
 * @broken: laws
 */
struct frames {
	struct play *play;
	struct frames_words words;
	enum frames_twin twin;
	u64 period_ns;
	struct frames_verbs verb;
	__u64 inputs;
	__u64 snapshot;
	__u64 count[FRAMES_COUNTS];
	__u64 news;
	__u64 barrier;
	__u64 deque[FRAMES_WORKERS];
	__u64 scene;
	struct frames_task task[FRAMES_TASKS];
	u32 carriers;
	u32 ntasks;
	u64 start_ns;
	bool stopped;
	u64 last;
	u64 tick;
	u64 dropped;
	u64 grid_lost_ns;
	u64 lost_ns;
	u64 missed_host;
	u64 taken;
	u8 *log;
	u64 logged;
	u64 log_room;
	struct nudge nudges[FRAMES_INPUTS];
	struct world_grid grid;
	u64 put;
	u64 lost;
	struct hist jitter;
	s32 sound[FRAMES_SAMPLES];
	u64 audio_missed;
	u64 audio_missed_host;
	struct world_state state[FRAMES_BUFFERS];
	struct image *image[FRAMES_BUFFERS];
	struct frames_record record[FRAMES_RECORDS];
	struct screen *screen;
	u64 presented;
	u64 missed;
	struct hist lag;
	double lag_frames;
	u64 retries;
	u64 reads;
	u64 skipped;
	u64 overtaken;
	struct frames_graph graph[FRAMES_RECORDS];
	u64 jobs;
	u64 stolen;
	struct hist scene_wait;
	u64 loads_ns;
	u64 preempted;
	struct frames_broken broken[FRAMES_LAWS];
};

/* frames_words.c */
#define FRAMES_KEYS	10
extern const struct spec_key frames_keys[FRAMES_KEYS];

/* frames_stage.c */
void frames_breaks(struct frames *f, enum frames_law law, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int frames_task_open(struct frames *f, struct frames_task *task);
void frames_task_close(struct frames_task *task);
void frames_advance(struct frames_task *task, enum frames_count count, u64 n);
bool frames_await(struct frames_task *task, enum frames_count count, u64 n);
bool frames_over(const struct frames *f, u64 n);
void frames_stop(struct frames *f, u64 last);
u64 frames_due(const struct frames *f);
bool frames_tick(struct frames_task *task, u64 n);
bool frames_begin(struct frames_task *task, u64 n);
void frames_simulate(struct frames *f, u64 n, u32 chunk, u32 chunks);
void frames_finish(struct frames *f, u64 n);
void frames_publish(struct frames_task *task, u64 n);
void frames_render_begin(struct frames *f, u64 n);
void frames_render(struct frames *f, u64 n, u32 row, u32 rows);
void frames_render_end(struct frames *f, u64 n);
void frames_present(struct frames_task *task, struct user *user, u64 n);

/* frames_lost.c */
u64 frames_lost_of(struct frames_task *task, bool computed);
void frames_lost(struct frames_task *task, bool computed);
u64 frames_lost_by_now(const struct frames *f);

/* frames_fixed.c */
void frames_single(struct frames_task *task, struct user *user);
void frames_simulator(struct frames_task *task);
void frames_renderer(struct frames_task *task);
void frames_presenter(struct frames_task *task, struct user *user);

/* frames_scene.c: priorities of SCHED_FIFO */
#define FRAMES_LOW	10
#define FRAMES_MIDDLE	20
#define FRAMES_HIGH	30
int frames_priority(int priority);
void frames_urgent(int priority);
void frames_scene(struct frames_task *task, u64 n);
void frames_loader(struct frames_task *task);
void frames_hog(struct frames_task *task);

/* frames_beside.c */
void frames_player(struct frames_task *task);
void frames_audio(struct frames_task *task);
void frames_observer(struct frames_task *task);

/* frames_jobs.c */
void frames_components(struct frames_task *task, struct user *user);
void frames_component(struct frames_task *task);
u32 frames_jobs_each(const struct frames *f);
void frames_jobs(struct frames_task *task, struct user *user);
void frames_job_worker(struct frames_task *task);

#endif /* CONTEND_FRAMES_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of scenario=data share: its keys, and what a problem is. */
#ifndef CONTEND_DATA_H
#define CONTEND_DATA_H

#include <semaphore.h>

#include "data_team.h"

#define DATA_PATH	128
/* Tasks of a phase, at most. */
#define DATA_ITEMS	(1U << 24)

enum { DATA_STAGE_MAP, DATA_STAGE_REDUCE, DATA_STAGE_COMPUTE, DATA_STAGES };

enum data_graph { GRAPH_KRONECKER, GRAPH_UNIFORM, GRAPH_DEBIAN };

/* When what a stream's worker has counted is committed. */
enum data_commit { COMMIT_NONE, COMMIT_ATLEASTONCE, COMMIT_EXACTLYONCE };

enum data_barrier { BARRIER_SENSE, BARRIER_DISSEMINATION, BARRIER_TREE };

/**
 * struct data_words - the keys of scenario=data
 * @problem: the problem's name; "": the architecture's first
 * @input: what is read
 * @graph: which graph there is
 * @size: how large a problem is, in its own terms; 0: as the problem has it, as is
 * @grain: how much a task is that is not divided
 * @barrier: where workers meet between two phases
 * @commit: see there
 * @deaths: so many workers of a stream are killed in a request
 * @spawn: which tasks are pushed
 */
struct data_words {
	char problem[SPEC_NAME_LEN];
	char input[DATA_PATH];
	enum data_graph graph;
	u64 size;
	u64 grain;
	enum data_barrier barrier;
	enum data_commit commit;
	u32 deaths;
	enum spawn spawn;
};

#define DATA_KEYS	9
extern const struct spec_key data_keys[DATA_KEYS];

/* What a twin does wrong; of a structure that does, there is one in the catalogue. */
enum data_twin {
	DATA_TWIN_NONE, DATA_TWIN_SPLIT, DATA_TWIN_DROP, DATA_TWIN_PART, DATA_TWIN_WATERMARK,
	DATA_TWIN_REOPEN, DATA_TWIN_LATE, DATA_TWIN_COMMIT
};

struct data;

/**
 * struct problem - what there is to do in a request
 * @name: as in problem=
 * @architecture: in which
 * @processes: its workers are no team
 * @most: what size= is at most; 0: as much as the key may be
 * @power_of_two: size= is one
 * @make: read or draw what it is about; 0, or a negative errno with a reason
 * @serial: do it alone, and keep what comes of it
 * @run: do it with the team; false: the system ends
 * @check: what came of that against what came of @serial, by law_broken()
 * @figures: enter what is of this one alone; or NULL
 * @free: forget all; also after @make has failed
 */
struct problem {
	const char *name;
	const char *architecture;
	bool processes;
	u64 most;
	bool power_of_two;
	int (*make)(struct data *d);
	void (*serial)(struct data *d);
	bool (*run)(struct data *d, struct member *m, struct request *request);
	void (*check)(struct data *d);
	void (*figures)(struct data *d);
	void (*free)(struct data *d);
};

extern const struct problem data_wordcount, data_index, data_nqueens, data_sort, data_fft, data_fib,
	data_bfs, data_pagerank, data_components, data_triangles, data_tumbling, data_sliding;

/**
 * struct data - the system of a run
 * @play: the run; constant, like all up to
 * @words: its keys
 * @problem: what there is to do
 * @twin: what is wrong
 * @own: the problem's
 * @ready: it was made and done alone, or could not be:
 * @made: what its @make has returned
 * @serial_ns: how long it takes alone
 * @team: who does it
 * @jobs: how many they have done, and
 * @time: how long each took in the measured time; of the user's thread
 */
struct data {
	struct play *play;
	const struct data_words *words;
	const struct problem *problem;
	enum data_twin twin;
	void *own;
	sem_t ready;
	int made;
	u64 serial_ns;
	struct team team;
	u64 jobs;
	struct hist time;
};

#endif /* CONTEND_DATA_H */

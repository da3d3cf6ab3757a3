/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A run: a workload on an object by kernel workers, from its start to its
 * results. It is led by a kernel thread of its own, so that the task that started
 * it is free to poll, to be killed, or to go away.
 */
#ifndef CONTEND_ENGINE_RUN_H
#define CONTEND_ENGINE_RUN_H

#include <linux/completion.h>
#include <linux/seq_file.h>
#include <linux/wait.h>

#include "check/violation.h"
#include "engine/worker.h"
#include "lib/spec.h"
#include "reaper.h"
#include "uapi/contend.h"

struct contend_object;
struct file;
struct mem_cgroup;

/**
 * struct active_run - see above
 * @id: number, constant
 * @obj: what it works on; the run holds a reference
 * @memcg: what its threads allocate is charged to this: the group of the task that started
 *	the run, held by the run, or NULL without memory cgroups
 * @spec: constant
 * @mix: of each group, constant
 * @leader: the thread; the run holds a reference
 * @entered: completed when the leader has entered the object or failed to
 * @refused: why it has not entered, or 0; constant once @entered is completed
 * @error: why it ended, or 0; as @team
 * @stop: run_stop() was called; set once, read by the leader
 * @hotplug: it has claimed to be the one that takes CPUs offline; the leader's, then the
 *	reaper's
 * @done: results are there; set once, with release, read with acquire
 * @wait: woken when @done is set
 * @team: the workers; the leader's until @done, then constant
 * @log: broken invariants of all workers; as @team
 * @verified: 0 or why conservation and reclaim could not be checked; as @team
 * @ops: measured operations; as @team
 * @span_ns: the measured time; as @team
 * @concurrent_ns: the part of it in which all workers ran; as @team
 * @harness_ps: cost of an operation under the null lock; as @team
 * @operations: in all phases; as @team
 * @backlog_max: greatest backlog that a worker has counted; as @team
 * @reclaim: how long what was unlinked waited to be freed, or NULL; as @team
 * @complete: it ran its whole time; as @team
 * @reaping: its end
 */
struct active_run {
	u32 id;
	struct contend_object *obj;
	struct mem_cgroup *memcg;
	struct spec spec;
	struct mix mix[SPEC_GROUPS];
	struct task_struct *leader;
	struct completion entered;
	int refused;
	int error;
	bool stop;
	bool hotplug;
	bool done;
	wait_queue_head_t wait;
	struct team team;
	struct violation_log log;
	int verified;
	u64 ops;
	u64 span_ns;
	u64 concurrent_ns;
	u64 harness_ps;
	u64 operations;
	u64 backlog_max;
	struct hist *reclaim;
	bool complete;
	struct reaping reaping;
};

extern unsigned int contend_max_runs;

struct active_run *run_start(struct contend_object *obj, const struct spec *spec,
			     const struct file *door, struct spec_error *error);
void run_end(struct active_run *run);
void run_stop(struct active_run *run);
bool run_aborted(void *arg);
bool run_done(const struct active_run *run);
bool run_begun(const struct active_run *run);
u64 run_steps(const struct active_run *run, bool *measures);
u32 run_check(const struct active_run *run, enum check check, char *detail, size_t size);
u32 run_verdict(const struct active_run *run);
struct hist *run_hist(const struct active_run *run, u32 worker, u32 kind, u32 verb);
size_t run_describe(const struct active_run *run, char *buf, size_t size);
unsigned int run_count(void);
int run_show(struct seq_file *m, void *unused);

#endif /* CONTEND_ENGINE_RUN_H */

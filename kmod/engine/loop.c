// SPDX-License-Identifier: GPL-2.0
/* A worker's loop: which operation comes next, when it is due, and what it counts for. */
#include "engine/loop.h"
#include "engine/worker.h"
#include "object.h"
#include "operation.h"
#include "trace.h"

/* How long a worker keeps the CPU on a kernel that does not preempt. */
#define LOOP_RESCHED_NS	NSEC_PER_MSEC

/* An operation that began in the measured time; its worker wanted to do it since then. */
static __always_inline void loop_count(struct team_worker *w, const struct drawn *did, u64 since,
				       u64 ended)
{
	const struct workload *load = w->load;
	const struct operation *op = &w->op;
	const struct section *section = &op->section;
	u64 overtakes;

	if (!w->ops++) {
		w->first_ns = section->began_ns;
		w->first_due_ns = w->due_ns;
	}
	w->last_ns = ended;
	w->reads += !did->write;
	w->misses += op->scratch.error != 0;
	w->retries += section->retries;
	hist_add(&w->verb[did->index], section->wait_ns);
	hist_add(&w->hold, section->hold_ns);
	if (unlikely(load->open)) {
		hist_add(&w->verb[load->mix.n + did->index], contend_elapsed(w->due_ns, ended));
		hist_add(&w->service, ended - section->began_ns);
	}
	w->starved_ns = max(w->starved_ns, contend_elapsed(since, ended));
	if (!did->write)
		return;
	overtakes = witness_overtakes(op->passed, w->team->nr);
	w->overtakes += overtakes;
	w->bypass = max(w->bypass, overtakes);
	w->handovers += op->handover;
	w->local += op->local;
	if (op->timed)
		hist_add(&w->handover, op->handover_ns);
}

/**
 * loop - a worker's whole work, from WARMUP to STOP
 * @w: the worker
 *
 * Context: the worker's thread, may sleep; or its interrupt, for as long as that may last.
 */
void loop(struct team_worker *w)
{
	struct team *team = w->team;
	const struct workload *load = w->load;
	struct contend_object *obj = team->obj;
	const struct contend_lock *lock = obj->lock;
	struct operation *op = &w->op;
	const struct section *section = &op->section;
	u64 ended = contend_clock();
	enum team_phase phase;

	while ((phase = READ_ONCE(team->phase)) != TEAM_STOP) {
		struct drawn next;
		u64 since;

		if (unlikely(w->paced)) {
			if (!team_pace(w, ended))
				break;
			phase = READ_ONCE(team->phase);
			if (phase == TEAM_STOP) {
				/* Due or not: it is still to be done. */
				w->waits = true;
				break;
			}
		}
		since = max(w->due_ns, ended);
		next = workload_draw(load, &w->rng, &w->turn, !w->index);
		op->request.verb = next.verb;
		op->request.key = next.key;
		op->request.value = next.value;
		op->section.stay_ns = next.stay_ns;
		op->block_ns = 0;
		operation_do(op, obj, lock);
		if (unlikely(op->scratch.lacks != CONDITION_NONE))
			operation_wait(op, obj, lock, false, CONTEND_FOREVER);
		ended = section->began_ns + section->wait_ns + section->hold_ns;

		w->log.op++;
		w->writes += op->writes;
		w->balance += op->balance;
		if (unlikely(w->log.total > team->tolerated))
			team_break(w);
		if (unlikely(section->wait_ns >= team->slow_ns))
			trace_contend_slow(obj, w->index, op);
		if (phase == TEAM_MEASURE) {
			loop_count(w, &next, since, ended);
		} else {
			w->warmup.from_ns = since;
			w->warmup.until_ns = ended;
		}
		/* Read without a lock in team_all_running(). */
		WRITE_ONCE(w->steps, w->steps + 1);
		if (ended >= w->yield_ns || unlikely(w->stock.pause)) {
			if (w->context != CONTEXT_TASK)
				break;
			contend_yield();
			w->yield_ns = ended + LOOP_RESCHED_NS;
		}
	}
}

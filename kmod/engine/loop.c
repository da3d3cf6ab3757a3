// SPDX-License-Identifier: GPL-2.0
/* A worker's loop: which operation comes next, when it is due, and what it counts for. */
#include "engine/loop.h"
#include "engine/worker.h"
#include "object.h"
#include "operation.h"
#include "trace.h"

/* How long a worker keeps the CPU on a kernel that does not preempt. */
#define LOOP_RESCHED_NS	NSEC_PER_MSEC

/*
 * Draw what comes next. The order of the draws is part of what a seed means: which verb, how
 * long to stay, the key, and for a pair the second key.
 */
static __always_inline const struct contend_verb *loop_draw(struct team_worker *w,
							    const struct contend_verb *verbs)
{
	struct contend_request *rq = &w->op.request;
	struct team *team = w->team;
	const struct contend_verb *verb;

	rq->verb = team->mix.verb[mix_next(&team->mix, &w->rng)];
	verb = &verbs[rq->verb];
	w->op.section.stay_ns = delay_next(&team->hold, &w->rng);
	rq->key = keys_next(&team->keys, &w->rng, &w->turn);
	rq->value = verb->guard == GUARD_PAIR ? keys_next(&team->keys, &w->rng, &w->turn) :
						rq->key;
	if (unlikely(team->stall_ns) && !w->index && !verb_writes(verb))
		w->op.section.stay_ns = team->stall_ns;
	return verb;
}

/* An operation that began in the measured time; its worker wanted to do it since then. */
static __always_inline void loop_count(struct team_worker *w, bool write, u64 since, u64 ended)
{
	const struct operation *op = &w->op;
	const struct section *section = &op->section;
	u64 overtakes;

	if (!w->ops++) {
		w->first_ns = section->began_ns;
		w->first_due_ns = w->due_ns;
	}
	w->last_ns = ended;
	w->reads += !write;
	w->misses += op->scratch.error != 0;
	w->retries += section->retries;
	hist_add(&w->wait, section->wait_ns);
	hist_add(&w->hold, section->hold_ns);
	if (unlikely(w->team->open)) {
		hist_add(&w->response, contend_elapsed(w->due_ns, ended));
		hist_add(&w->service, ended - section->began_ns);
	}
	w->starved_ns = max(w->starved_ns, contend_elapsed(since, ended));
	if (!write)
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
	struct contend_object *obj = team->obj;
	const struct contend_lock *lock = obj->lock;
	const struct contend_verb *verbs = obj->structure->verbs;
	struct operation *op = &w->op;
	const struct section *section = &op->section;
	u64 ended = contend_clock();
	enum team_phase phase;

	while ((phase = READ_ONCE(team->phase)) != TEAM_STOP) {
		u64 since;
		bool write;

		if (unlikely(team->paced)) {
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
		write = verb_writes(loop_draw(w, verbs));
		operation_do(op, obj, lock);
		ended = section->began_ns + section->wait_ns + section->hold_ns;

		w->log.op++;
		w->writes += op->writes;
		w->balance += op->balance;
		if (unlikely(w->log.total > team->tolerated))
			team_break(w);
		if (unlikely(section->wait_ns >= team->slow_ns))
			trace_contend_slow(obj, w->index, op);
		if (phase == TEAM_MEASURE) {
			loop_count(w, write, since, ended);
		} else {
			w->warmup.from_ns = since;
			w->warmup.until_ns = ended;
		}
		/* Pairs with READ_ONCE() in team_all_running(). */
		WRITE_ONCE(w->steps, w->steps + 1);
		if (ended >= w->yield_ns || unlikely(w->stock.pause)) {
			if (w->context != CONTEXT_TASK)
				break;
			contend_yield();
			w->yield_ns = ended + LOOP_RESCHED_NS;
		}
	}
}

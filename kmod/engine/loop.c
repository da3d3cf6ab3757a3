// SPDX-License-Identifier: GPL-2.0
/* A worker's loop: which operation comes next, when it is due, and what it counts for. */
#include "engine/loop.h"
#include "engine/worker.h"
#include "object.h"
#include "operation.h"
#include "trace.h"

/* How long a worker keeps the CPU on a kernel that does not preempt. */
#define LOOP_RESCHED_NS	NSEC_PER_MSEC
/* Of measure=rate, how many operations come for each reading of the clock. */
#define LOOP_UNREAD	64

/* What the lock and its witness tell of an operation that began in the measured time. */
static __always_inline void loop_count(struct team_worker *w, bool write, bool waited)
{
	const struct operation *op = &w->op;
	u64 overtakes;

	w->retries += op->section.retries;
	if (unlikely(waited)) {
		w->wakeups += op->wakeups;
		w->vain += op->vain;
	}
	if (!write)
		return;
	overtakes = witness_overtakes(op->passed, w->team->nr);
	w->overtakes += overtakes;
	w->bypass = max(w->bypass, overtakes);
	w->handovers += op->handover;
	w->local += op->local;
	if (op->timed)
		hist_add(w->tally.time[TIMED_HANDOVER], op->handover_ns);
}

/* What comes next: what follows the operation before, or any. */
static __always_inline void loop_draw(struct team_worker *w)
{
	struct operation *op = &w->op;

	if (!w->follows)
		w->next = workload_draw(w->load, &w->rng, &w->turn, w->index);
	op->request.verb = w->next.verb;
	op->request.key = w->next.key;
	op->request.value = w->next.value;
	op->section.stay_ns = w->next.stay_ns;
	op->block_ns = 0;
}

/*
 * Where single sections do not read the clock, their worker does so now and then, and when what it
 * does begins to count.
 */
static __always_inline void loop_clock(struct team_worker *w, enum phase phase)
{
	if (likely(w->unread-- && (w->tally.ops || phase != PHASE_MEASURE)))
		return;
	w->op.section.began_ns = contend_clock();
	w->unread = LOOP_UNREAD - 1;
}

/*
 * @n operations that count, of which one has its times where there are any; their worker wanted
 * them from @since on.
 */
static __always_inline void loop_tally(struct team_worker *w, u32 n, u64 since, u64 ended)
{
	const struct operation *op = &w->op;
	const struct section *section = &op->section;
	const struct call call = {
		w->next.index, since, w->due_ns, section->began_ns - op->block_ns, ended
	};

	if (unlikely(section->untimed)) {
		if (!w->tally.ops)
			w->tally.first_ns = ended;
		w->tally.last_ns = ended;
		tally_count(&w->tally, &w->next, n, op->elements);
		w->tally.timeouts += op->scratch.error == -ETIMEDOUT;
		return;
	}
	tally_call(&w->tally, w->load, &call);
	tally_op(&w->tally, &w->next, op->elements, section->wait_ns, section->hold_ns,
		 op->block_ns);
	if (unlikely(op->scratch.error == -ETIMEDOUT))
		tally_timeout(&w->tally, contend_elapsed(w->load->deadline_ns, op->block_ns));
}

/* It lacks a condition: wait for that, as long as it is to. */
static noinline void loop_wait(struct team_worker *w)
{
	struct contend_object *obj = w->team->obj;
	const u64 deadline_ns = w->load->deadline_ns;

	operation_wait(&w->op, obj, obj->lock, NULL,
		       deadline_ns ? ktime_get_ns() + deadline_ns : CONTEND_FOREVER);
}

/* What was drawn, and where nothing is to come between operations, several of it: how many. */
static __always_inline u32 loop_do(struct team_worker *w, struct contend_object *obj)
{
	const u32 n = w->repeats ? operation_repeat(&w->op, obj, LOOP_UNREAD) : 0;

	if (n) {
		/* Of so many as come for each reading of the clock. */
		w->unread = 0;
		return n;
	}
	operation_do(&w->op, obj, obj->lock);
	return 1;
}

/* It was carried out, with success or without. */
static __always_inline void loop_done(struct team_worker *w)
{
	const struct contend_scratch *x = &w->op.scratch;

	w->follows = !x->error && workload_follow(w->load, &w->next, x->value);
}

/**
 * loop_end - do what follows the last operation, when the loop has ended
 * @w: the worker
 *
 * What it has taken it gives back. It does not wait.
 *
 * Context: the worker's thread, may sleep.
 */
void loop_end(struct team_worker *w)
{
	struct contend_object *obj = w->team->obj;

	while (w->follows) {
		loop_draw(w);
		operation_do(&w->op, obj, obj->lock);
		w->writes += w->op.writes;
		w->tally.balance += w->op.balance;
		loop_done(w);
	}
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
	struct operation *op = &w->op;
	const struct section *section = &op->section;
	struct tally *tally = &w->tally;
	u64 ended = contend_clock();
	enum phase phase;

	while ((phase = READ_ONCE(team->phase)) != PHASE_STOP) {
		u64 since;
		bool waited;
		u32 n;

		if (unlikely(w->paced)) {
			if (!team_pace(w, ended))
				break;
			phase = READ_ONCE(team->phase);
			if (phase == PHASE_STOP) {
				/* Due or not: it is still to be done. */
				w->waits = true;
				break;
			}
		}
		since = max(w->due_ns, ended);
		if (unlikely(section->untimed))
			loop_clock(w, phase);
		loop_draw(w);
		n = loop_do(w, obj);
		waited = op->scratch.lacks != CONDITION_NONE;
		if (unlikely(waited))
			loop_wait(w);
		if (unlikely(op->scratch.error == -ECANCELED)) {
			/* All stop, and it is still to be done. */
			w->writes += op->writes;
			break;
		}
		ended = section->began_ns + section->wait_ns + section->hold_ns;

		w->log.op += n;
		w->writes += op->writes;
		tally->balance += op->balance;
		if (unlikely(w->log.total > team->tolerated))
			team_break(w);
		if (unlikely(section->wait_ns >= team->slow_ns))
			trace_contend_slow(obj, w->index, op);
		if (phase == PHASE_MEASURE) {
			loop_tally(w, n, since, ended);
			loop_count(w, w->next.write, waited);
		} else {
			tally->warmup = (struct window){ since, ended };
		}
		loop_done(w);
		/* Read without a lock in team_all_running(). */
		WRITE_ONCE(tally->steps, tally->steps + n);
		if (ended >= w->yield_ns || unlikely(w->stock.pause)) {
			if (w->context != CONTEXT_TASK)
				break;
			contend_yield();
			w->yield_ns = ended + LOOP_RESCHED_NS;
		}
	}
	/* It has worked up to here: its last reading may be long ago. */
	if (section->untimed && phase == PHASE_STOP && tally->ops)
		tally->last_ns = contend_clock();
}

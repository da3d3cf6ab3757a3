/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is measured: one step, and the loop around it.
 *
 * Both are stamped out for each pair of a lock and a structure by
 * CONTEND_LOCK(). The lock's primitives come in through a const struct that
 * the compiler sees through, the structure's code by name: there is no
 * indirect call in either (scripts/check-calls proves it on the object code).
 *
 *	           t0           t1                        t2
 *	allocate   |  acquire   |  W  body  W  stay  W   release |  free
 *	           |<-- wait -->|<----------- hold ------------->|
 *
 * At each W the witness looks.
 *
 * One write section in HANDOVER_LOOK reads the clock before it releases as well: from there
 * to the next one's t1 the lock was handed over, if that one was waiting.
 *
 * In an open loop an operation is due at a time, and its response is the time from
 * then to t2; its service is that from t0 to t2.
 */
#ifndef CONTEND_LOOP_H
#define CONTEND_LOOP_H

#include <linux/sched.h>

#include "check/witness.h"
#include "engine/clock.h"
#include "engine/context.h"
#include "engine/nest.h"
#include "engine/worker.h"
#include "locks/lock.h"
#include "object.h"
#include "structures/structure.h"
#include "trace.h"

/* How long a worker keeps the CPU on a kernel that does not preempt. */
#define LOOP_RESCHED_NS	NSEC_PER_MSEC

/*
 * A reader that writers have sent back so often, or for so long, keeps them out, as who
 * uses read_seqbegin_or_lock() does: it might stay for ever.
 */
#define RETRY_MOST		100
#define RETRY_LONGEST_NS	NSEC_PER_SEC

/*
 * A worker counts the backlog, over all CPUs, at first and then once in so many of what
 * it unlinks. A prime, so that it does not keep step with a lock that frees one in so
 * many times.
 */
#define BACKLOG_LOOK	61

/*
 * Not each section, since a reading is part of what others wait for. A prime: workers that
 * take turns all have theirs.
 */
#define HANDOVER_LOOK	17

/* With interrupts off, if they share a lock that leaves them on, as spin_lock_irqsave(). */
static __always_inline bool step_irqs_off(const struct contend_object *obj,
					  const struct lock_ops *lock)
{
	return lock->irqs_on && unlikely(obj->shared);
}

/* Whether what waits for this operation wants its end: its team stops, or it is killed. */
static __always_inline bool step_hurries(const struct contend_call *call)
{
	return call->team ? READ_ONCE(call->team->phase) == TEAM_STOP :
			    fatal_signal_pending(current);
}

/*
 * Stay in a section, unless somebody waits for the end. Real exclusive ones that may sleep
 * have points where a kernel of voluntary preemption lets others run, @yields: one without
 * would hold the CPU as a spinlock's.
 */
static __always_inline void stay(const struct contend_call *call, bool yields)
{
	u64 from = contend_clock();

	while (contend_elapsed(from, contend_clock()) < call->stay_ns && !step_hurries(call)) {
		cpu_relax();
		if (yields)
			contend_yield();
		else
			contend_preempt();
	}
}

static __always_inline void step_read(struct contend_object *obj, struct contend_call *call,
				      struct violation_log *log, const struct lock_ops *lock,
				      const struct structure_body *body)
{
	struct contend_stripe *stripe = contend_stripe_of(obj, call->key);
	/* Where the lock defers, a reader beside a writer is no accident. */
	const bool witness = call->witness && !lock->defer;
	bool excludes = !lock->read_enter;
	struct witness_look came = { }, middle = { }, went = { };
	unsigned long flags = 0;
	union lock_token token;
	u64 t0, t1, retries = 0;

	t0 = contend_clock();
	if (step_irqs_off(obj, lock))
		flags = context_irqs_off();
	if (!excludes)
		lock->read_enter(stripe->lock_data, &token);
	else
		lock->write_enter(stripe->lock_data, &token);
	t1 = contend_clock();
	call->hazards = lock->hazards ? token.slot : NULL;
	for (;;) {
		if (witness)
			came = witness_look(&stripe->witness);
		body->read(stripe->data, call);
		if (witness)
			middle = witness_look(&stripe->witness);
		if (unlikely(call->stay_ns))
			stay(call, false);
		if (witness)
			went = witness_look(&stripe->witness);
		if (excludes) {
			lock->write_leave(stripe->lock_data, &token);
			break;
		}
		if (!lock->read_leave(stripe->lock_data, &token))
			break;
		/* An interrupt gives its CPU to nobody. */
		if (!call->stock && !step_irqs_off(obj, lock))
			contend_yield();
		excludes = ++retries >= RETRY_MOST || step_hurries(call) ||
			   contend_elapsed(t0, contend_clock()) > RETRY_LONGEST_NS;
		if (!excludes)
			lock->read_enter(stripe->lock_data, &token);
		else
			lock->write_enter(stripe->lock_data, &token);
	}
	if (step_irqs_off(obj, lock))
		context_irqs_on(flags);
	call->hold_ns = contend_elapsed(t1, contend_clock());
	call->wait_ns = contend_elapsed(t0, t1);
	call->began_ns = t0;
	call->retries = retries;
	call->writes = 0;
	call->delta = 0;
	if (witness)
		witness_judge(came, middle, went, log);
}

/* When this section releases, for the next one. */
static __always_inline u64 step_left_ns(const struct witness_section *s)
{
	return s->seq % HANDOVER_LOOK ? 0 : contend_clock();
}

/* Who came before a writer, as its section tells, and when the lock came from there. */
static __always_inline void step_fairness(struct contend_call *call,
					  const struct witness_section *s)
{
	call->passed = s->seq > s->asked ? s->seq - s->asked : 0;
	call->handover = s->last != s->me && witness_same_team(s->last, s->me);
	call->local = call->handover && s->cpu == raw_smp_processor_id();
	call->timed = call->handover && s->left_ns >= call->began_ns;
	call->handover_ns = contend_elapsed(s->left_ns, call->began_ns + call->wait_ns);
}

/* What a write begins with, outside of the lock: false if it cannot. */
static __always_inline bool step_begin(struct contend_object *obj, struct contend_call *call,
				       const struct lock_ops *lock,
				       const struct structure_body *body)
{
	call->copy = lock->defer;
	call->hazards = NULL;
	call->victim = NULL;
	call->retries = 0;
	call->delta = 0;
	call->broken = NULL;
	call->passed = 0;
	call->handover = false;
	call->local = false;
	call->timed = false;
	if (!body->wants(call) || call->spare)
		return true;
	call->spare = call->stock ? stock_take(call->stock) : contend_node_alloc(obj);
	if (call->spare)
		return true;
	call->error = -ENOMEM;
	call->writes = 0;
	call->began_ns = contend_clock();
	call->wait_ns = 0;
	call->hold_ns = 0;
	return false;
}

/* What a write ends with: the node that it has unlinked. */
static __always_inline void step_end(struct contend_object *obj, struct contend_call *call,
				     void *lock_data, const struct lock_ops *lock)
{
	bool full;

	if (!call->victim)
		return;
	if (!lock->defer) {
		if (call->stock)
			stock_put(call->stock, call->victim);
		else
			contend_node_free(call->victim);
		return;
	}
	call->victim->unlinked_ns = call->began_ns + call->wait_ns + call->hold_ns;
	percpu_counter_inc(&obj->backlog);
	lock->defer(lock_data, &call->victim->rcu, contend_node_expire);
	/* A look that may be old: the limit is a soft one. */
	full = data_race(percpu_counter_read_positive(&obj->backlog)) > contend_max_backlog;
	if (unlikely(full || !(call->unlinked++ % BACKLOG_LOOK)))
		call->backlog_max = max(call->backlog_max, contend_object_backlog(obj));
	if (likely(!full))
		return;
	if (call->stock)
		stock_pause(call->stock);
	else
		contend_object_throttle(obj);
}

static __always_inline void step_write(struct contend_object *obj, struct contend_call *call,
				       struct violation_log *log, const struct lock_ops *lock,
				       const struct structure_body *body)
{
	struct contend_stripe *stripe = contend_stripe_of(obj, call->key);
	struct witness_section section;
	unsigned long flags = 0;
	union lock_token token;
	u64 t0, t1;

	if (!step_begin(obj, call, lock, body))
		return;
	t0 = contend_clock();
	if (step_irqs_off(obj, lock))
		flags = context_irqs_off();
	/* Right before: who loses the CPU in between is overtaken where it waits for nothing. */
	if (call->witness)
		witness_write_ask(&stripe->witness, call->me ?: current->pid, &section);
	lock->write_enter(stripe->lock_data, &token);
	t1 = contend_clock();
	if (call->witness)
		witness_write_enter(&stripe->witness, &section, log);
	body->write(stripe->data, call);
	if (call->witness)
		witness_write_look(&stripe->witness, &section, log);
	if (unlikely(call->stay_ns))
		stay(call, call->yields);
	if (call->witness)
		witness_write_leave(&stripe->witness, &section, step_left_ns(&section), log);
	lock->write_leave(stripe->lock_data, &token);
	if (step_irqs_off(obj, lock))
		context_irqs_on(flags);
	call->hold_ns = contend_elapsed(t1, contend_clock());
	call->wait_ns = contend_elapsed(t0, t1);
	call->began_ns = t0;
	if (call->witness)
		step_fairness(call, &section);
	call->writes = 1;
	step_end(obj, call, stripe->lock_data, lock);
}

/*
 * A write with several locks: that of its key, for a structure that pairs that of the
 * second key as well, and as many others as the workload wants held.
 */
static __always_inline void step_nest(struct contend_object *obj, struct contend_call *call,
				      struct violation_log *log, const struct lock_ops *lock,
				      const struct structure_body *body)
{
	struct contend_stripe *stripe = contend_stripe_of(obj, call->key), *second;
	const u64 me = call->me ?: current->pid;
	unsigned long flags = 0;
	struct nest nest;
	u64 t0, t1;
	u32 i;

	if (!step_begin(obj, call, lock, body))
		return;
	nest.n = 0;
	nest_add(&nest, obj, stripe);
	if (body->pairs) {
		second = contend_stripe_of(obj, call->value);
		call->other = second->data;
		nest_add(&nest, obj, second);
	}
	nest_fill(&nest, obj, call->nest);
	for (i = 0; i < nest.n; i++)
		nest.lock[i] = nest.stripe[i]->lock_data;

	t0 = contend_clock();
	if (step_irqs_off(obj, lock))
		flags = context_irqs_off();
	for (i = 0; call->witness && i < nest.n; i++)
		witness_write_ask(&nest.stripe[i]->witness, me, &nest.section[i]);
	call->retries = nest_enter(&nest, obj->avoid, lock);
	t1 = contend_clock();
	for (i = 0; call->witness && i < nest.n; i++)
		witness_write_enter(&nest.stripe[i]->witness, &nest.section[i], log);
	body->write(stripe->data, call);
	for (i = 0; call->witness && i < nest.n; i++)
		witness_write_look(&nest.stripe[i]->witness, &nest.section[i], log);
	if (unlikely(call->stay_ns))
		stay(call, call->yields);
	for (i = 0; call->witness && i < nest.n; i++)
		witness_write_leave(&nest.stripe[i]->witness, &nest.section[i],
				    step_left_ns(&nest.section[i]), log);
	nest_leave(&nest, obj->avoid, lock);
	if (step_irqs_off(obj, lock))
		context_irqs_on(flags);
	call->hold_ns = contend_elapsed(t1, contend_clock());
	call->wait_ns = contend_elapsed(t0, t1);
	call->began_ns = t0;
	call->writes = nest.n;
	/* The first one stands for all, but the time to holding all of them is not its own. */
	if (call->witness)
		step_fairness(call, &nest.section[0]);
	if (nest.n > 1)
		call->timed = false;
	step_end(obj, call, stripe->lock_data, lock);
}

/*
 * One operation: call->verb, ->key, ->value, ->witness and ->stay_ns say which, the rest
 * of @call is the answer. The caller frees call->spare in the end.
 *
 * Context: process, may sleep outside the sections; with call->stock any that the lock
 * serves.
 */
static __always_inline void step(struct contend_object *obj, struct contend_call *call, bool write,
				 struct violation_log *log, const struct lock_ops *lock,
				 const struct structure_body *body)
{
	/* Where two locks of the kind cannot be held, there is no code for it. */
	const bool nests = lock->write_nest || lock->ww_enter;

	if (write && (body->pairs || (nests && unlikely(call->nest > 1))))
		step_nest(obj, call, log, lock, body);
	else if (write)
		step_write(obj, call, log, lock, body);
	else
		step_read(obj, call, log, lock, body);
	if (unlikely(call->broken))
		violation_note(log, CHECK_INTEGRITY, call->broken, call->seen, call->expected);
}

/* The lock alone, @n times: what bare_work() has between two readings of the clock. */
static __always_inline void bare(void *data, u32 n, bool write, const struct lock_ops *lock)
{
	union lock_token token;

	if (write) {
		while (n--) {
			lock->write_enter(data, &token);
			lock->write_leave(data, &token);
		}
	} else if (lock->read_enter) {
		while (n--) {
			lock->read_enter(data, &token);
			lock->read_leave(data, &token);
		}
	}
}

/* A worker's whole work, from WARMUP to STOP; in an interrupt, until that must end. */
static __always_inline void loop(struct team_worker *w, const struct lock_ops *lock,
				 const struct structure_body *body)
{
	struct team *team = w->team;
	struct contend_object *obj = team->obj;
	struct contend_call *call = &w->call;
	u64 ended = contend_clock();
	enum team_phase phase;

	call->team = team;
	call->witness = team->verify;
	call->nest = team->nest;
	/* On PREEMPT_RT all of them are preempted, and spinlocks are among them. */
	call->yields = contend_lock_lets_go(obj->lock) && !IS_ENABLED(CONFIG_PREEMPT_RT);
	while ((phase = READ_ONCE(team->phase)) != TEAM_STOP) {
		u64 since, overtakes;
		bool write;
		u32 i;

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
		i = mix_next(&team->mix, &w->rng);
		call->stay_ns = delay_next(&team->hold, &w->rng);

		call->verb = team->mix.verb[i];
		call->key = keys_next(&team->keys, &w->rng, &w->turn);
		call->value = body->pairs ? keys_next(&team->keys, &w->rng, &w->turn) : call->key;
		write = team->mix.write & BIT(i);
		if (unlikely(team->stall_ns) && !w->index && !write)
			call->stay_ns = team->stall_ns;

		step(obj, call, write, &w->log, lock, body);
		ended = call->began_ns + call->wait_ns + call->hold_ns;

		w->log.op++;
		w->writes += call->writes;
		w->balance += call->delta;
		if (unlikely(w->log.total > team->tolerated))
			team_break(w);
		if (unlikely(call->wait_ns >= team->slow_ns))
			trace_contend_slow(obj, w->index, call);
		if (phase == TEAM_MEASURE) {
			if (!w->ops++) {
				w->first_ns = call->began_ns;
				w->first_due_ns = w->due_ns;
			}
			w->last_ns = ended;
			w->reads += !write;
			w->misses += call->error != 0;
			w->retries += call->retries;
			hist_add(&w->wait, call->wait_ns);
			hist_add(&w->hold, call->hold_ns);
			if (unlikely(team->open)) {
				hist_add(&w->response, contend_elapsed(w->due_ns, ended));
				hist_add(&w->service, ended - call->began_ns);
			}
			w->starved_ns = max(w->starved_ns, contend_elapsed(since, ended));
			if (write) {
				overtakes = witness_overtakes(call->passed, team->nr);
				w->overtakes += overtakes;
				w->bypass = max(w->bypass, overtakes);
				w->handovers += call->handover;
				w->local += call->local;
				if (call->timed)
					hist_add(&w->handover, call->handover_ns);
			}
		} else {
			w->warmup.from_ns = since;
			w->warmup.until_ns = ended;
		}
		/* Pairs with READ_ONCE() in team_all_running(). */
		WRITE_ONCE(w->steps, w->steps + 1);
		if (ended >= w->yield_ns) {
			if (w->context != CONTEXT_TASK)
				break;
			contend_yield();
			w->yield_ns = ended + LOOP_RESCHED_NS;
		}
	}
}

#define CONTEND_STAMP(_s, _name)							\
	static noinline void contend_step_##_name##_##_s(struct contend_object *obj,	\
		struct contend_call *call, struct violation_log *log)			\
	{										\
		static const struct structure_body body = {				\
			contend_##_s##_wants, contend_##_s##_read, contend_##_s##_write,	\
			__is_defined(contend_##_s##_pairs)				\
		};									\
		const bool write = contend_structure_##_s.verbs[call->verb].write;	\
											\
		step(obj, call, write, log, &_name##_ops, &body);			\
	}										\
	static noinline void contend_loop_##_name##_##_s(struct team_worker *w)	\
	{										\
		static const struct structure_body body = {				\
			contend_##_s##_wants, contend_##_s##_read, contend_##_s##_write,	\
			__is_defined(contend_##_s##_pairs)				\
		};									\
											\
		loop(w, &_name##_ops, &body);						\
	}

#define CONTEND_STEP_OF(_s, _name)	[STRUCTURE_##_s] = contend_step_##_name##_##_s,
#define CONTEND_LOOP_OF(_s, _name)	[STRUCTURE_##_s] = contend_loop_##_name##_##_s,

/**
 * CONTEND_LOCK - make a catalogue entry of the primitives in _name##_ops
 * @_name: the lock
 * @_family: what it is a kind of, a string
 * @_about: one line, a string
 * @_caps: CONTEND_CAP_*
 */
#define CONTEND_LOCK(_name, _family, _about, _caps)			\
	CONTEND_STRUCTURES(CONTEND_STAMP, _name)			\
	static noinline void contend_bare_##_name(void *data, u32 n,	\
						  bool write)		\
	{								\
		bare(data, n, write, &_name##_ops);			\
	}								\
	const struct contend_lock contend_lock_##_name = {		\
		.name = #_name,						\
		.family = _family,					\
		.about = _about,					\
		.caps = _caps,						\
		.ops = &_name##_ops,					\
		.step = { CONTEND_STRUCTURES(CONTEND_STEP_OF, _name) },	\
		.loop = { CONTEND_STRUCTURES(CONTEND_LOOP_OF, _name) },	\
		.bare = contend_bare_##_name,				\
	}

/**
 * CONTEND_LOCK_ABSENT - make a catalogue entry of a lock that this kernel lacks
 * @_name: the lock
 * @_family: what it is a kind of, a string
 * @_why: what it takes, a string
 */
#define CONTEND_LOCK_ABSENT(_name, _family, _why)			\
	const struct contend_lock contend_lock_##_name = {		\
		.name = #_name,						\
		.family = _family,					\
		.about = _why,						\
		.caps = CONTEND_CAP_ABSENT,				\
	}

#endif /* CONTEND_LOOP_H */

// SPDX-License-Identifier: GPL-2.0
#include <linux/minmax.h>
#include <linux/percpu_counter.h>
#include <linux/sched.h>
#include <linux/smp.h>

#include "books.h"
#include "access.h"
#include "object.h"
#include "operation.h"
#include "trace.h"

/*
 * The backlog is counted, over all CPUs, at first and then once in so many of what is
 * unlinked. A prime, so that it does not keep step with a lock that frees one in so
 * many times.
 */
#define BACKLOG_LOOK	61

/* A task that spins for a condition pauses so often, at most, between two looks. */
#define OPERATION_PAUSES	64U
/* A task that yields looks so often before it does: one that has a CPU answers sooner. */
#define OPERATION_LOOKS		32
/*
 * The part that the structure wants, as far as memory goes: without one it does what it can. A
 * worker in an interrupt has none: the next task's write has.
 */
static noinline void operation_prepare(struct operation *op, struct contend_object *obj,
				       const struct contend_stripe *stripe)
{
	const size_t size = op->stock ? 0 : obj->structure->wants(stripe->data);
	struct contend_part *part = op->scratch.part;

	if (likely(size == (part ? part->size : 0)))
		return;
	if (part)
		contend_node_free(&part->node);
	op->scratch.part = size ? contend_part_alloc(&obj->nodes, size) : NULL;
}

/* The node that a verb links; false: memory is short, and there is no section. */
static __always_inline bool operation_supply(struct operation *op, struct contend_object *obj,
					     const struct contend_verb *verb)
{
	struct contend_scratch *x = &op->scratch;

	if (likely(!(verb->links || (verb->copies && x->copy)) || x->spare))
		return true;
	x->spare = op->stock ? stock_take(op->stock) : contend_node_alloc(&obj->nodes);
	if (x->spare)
		return true;
	x->error = -ENOMEM;
	op->section.began_ns = contend_clock();
	op->section.wait_ns = 0;
	op->section.hold_ns = 0;
	op->section.retries = 0;
	return false;
}

/* A node, or a part, that a write has unlinked. */
static void operation_retire(struct operation *op, struct contend_object *obj, void *lock_data,
			     const struct lock_ops *ops, struct contend_node *victim)
{
	const struct section *section = &op->section;
	bool behind;

	if (!ops->defer) {
		if (op->stock)
			stock_put(op->stock, victim);
		else
			contend_node_free(victim);
		return;
	}
	victim->unlinked_ns = section->began_ns + section->wait_ns + section->hold_ns;
	percpu_counter_inc(&obj->nodes.backlog);
	ops->defer(lock_data, &victim->rcu, contend_node_expire);
	behind = nodes_behind(&obj->nodes);
	if (unlikely(behind || !(op->unlinked++ % BACKLOG_LOOK)))
		op->backlog_max = max(op->backlog_max, nodes_backlog(&obj->nodes));
	if (likely(!behind))
		return;
	if (op->stock)
		op->stock->pause = true;
	else
		contend_object_throttle(obj, op->tag);
}

/* The writer before this one, as its section tells, and when the lock came from there. */
static __always_inline void operation_fairness(struct operation *op,
					       const struct witness_section *writer)
{
	const struct section *section = &op->section;

	op->passed = writer->seq > writer->asked ? writer->seq - writer->asked : 0;
	op->handover = writer->last != writer->me &&
		       witness_same_team(writer->last, writer->me);
	op->from = witness_pid(writer->last);
	op->local = op->handover && writer->cpu == raw_smp_processor_id();
	op->timed = op->handover && writer->left_ns >= section->began_ns;
	op->handover_ns = contend_elapsed(writer->left_ns, section->began_ns + section->wait_ns);
}

/* What operation_fairness() says where no witness has looked. */
static __always_inline void operation_no_writer(struct operation *op)
{
	op->passed = 0;
	op->handover = false;
	op->local = false;
	op->timed = false;
}

/*
 * A write with several locks: that of its key, of a pair that of the second key as well, and
 * as many others as the workload wants held.
 */
static noinline void operation_nest(struct operation *op, struct contend_object *obj,
				    const struct contend_lock *lock, bool pair)
{
	struct contend_stripe *stripe = contend_stripe_of(obj, op->request.key), *second;
	struct nest nest;

	nest.data = stripe->data;
	nest.n = 0;
	nest_add(&nest, obj->avoid, stripe);
	if (pair) {
		second = contend_stripe_of(obj, op->request.value);
		op->scratch.other = second->data;
		nest_add(&nest, obj->avoid, second);
	}
	nest_fill(&nest, obj->avoid, obj->stripes, obj->nstripes, op->nest);
	lock->nest(&nest, &op->request, &op->scratch, &op->section);
	op->writes += nest.n;
	/* The first one stands for all, but the time to holding all of them is not its own. */
	if (op->section.witness)
		operation_fairness(op, &nest.writer[0]);
	if (nest.n > 1)
		op->timed = false;
}

/* The times of several sections as one: it has not waited where it was between them. */
static void operation_goes_on(struct section *section, u64 began_ns, u64 wait_ns)
{
	const u64 ended = section->began_ns + section->wait_ns + section->hold_ns;

	section->wait_ns += wait_ns;
	section->hold_ns = contend_elapsed(began_ns + section->wait_ns, ended);
	section->began_ns = began_ns;
}

/* A write in each stripe, one after the other. */
static noinline void operation_everywhere(struct operation *op, struct contend_object *obj,
					  const struct contend_lock *lock)
{
	u64 began_ns = 0, wait_ns = 0;
	u32 i;

	for (i = 0; i < obj->nstripes; i++) {
		lock->write(&obj->stripes[i], &op->request, &op->scratch, &op->section);
		if (i)
			operation_goes_on(&op->section, began_ns, wait_ns);
		began_ns = op->section.began_ns;
		wait_ns = op->section.wait_ns;
	}
	op->writes += obj->nstripes;
}

static __always_inline void operation_write(struct operation *op, struct contend_object *obj,
					    const struct contend_lock *lock,
					    const struct contend_verb *verb)
{
	struct contend_stripe *stripe = contend_stripe_of(obj, op->request.key);

	operation_no_writer(op);
	if (obj->structure->wants)
		operation_prepare(op, obj, stripe);
	if (!operation_supply(op, obj, verb))
		return;
	if (unlikely(verb->everywhere)) {
		operation_everywhere(op, obj, lock);
	} else if (unlikely(verb->guard == GUARD_PAIR || op->nest > 1)) {
		operation_nest(op, obj, lock, verb->guard == GUARD_PAIR);
	} else {
		lock->write(stripe, &op->request, &op->scratch, &op->section);
		op->writes++;
		if (op->section.witness)
			operation_fairness(op, &op->section.writer);
	}
	if (op->scratch.victim) {
		operation_retire(op, obj, stripe->lock_data, lock->ops, op->scratch.victim);
		op->scratch.victim = NULL;
	}
	if (unlikely(op->scratch.old)) {
		operation_retire(op, obj, stripe->lock_data, lock->ops, op->scratch.old);
		op->scratch.old = NULL;
	}
}

/* The structure synchronises itself: there is nothing to wait for, and no witness. */
static __always_inline void operation_self(struct operation *op, struct contend_object *obj,
					   const struct contend_verb *verb)
{
	operation_no_writer(op);
	contend_write_self(contend_stripe_of(obj, op->request.key), &op->request, &op->scratch,
			   &op->section);
}

static __always_inline void operation_read(struct operation *op, struct contend_object *obj,
					   const struct contend_lock *lock,
					   const struct contend_verb *verb)
{
	const struct section *section = &op->section;

	lock->read(contend_stripe_of(obj, op->request.key), &op->request, &op->scratch,
		   &op->section);
	/* Here, since a section may read more than once. */
	if (verb->follows)
		op->scratch.at = op->scratch.next;
	/* Where the lock defers, a reader beside a writer is no accident. */
	if (section->witness && !lock->ops->defer)
		witness_judge(section->came, section->middle, section->went, section->log);
}

/* What is not done after its first section: its others. */
static noinline void operation_then(struct operation *op, struct contend_object *obj,
				    const struct contend_lock *lock)
{
	const struct contend_request request = op->request;
	struct contend_scratch *x = &op->scratch;
	const int error = x->error;

	while (x->then && !x->broken) {
		const u64 began_ns = op->section.began_ns, wait_ns = op->section.wait_ns;
		const struct contend_verb *verb = &obj->structure->verbs[x->then];

		op->request.verb = x->then;
		op->request.value = x->value;
		x->then = 0;
		x->hazards = NULL;
		x->count = 1;
		operation_write(op, obj, lock, verb);
		operation_goes_on(&op->section, began_ns, wait_ns);
		if (!x->error)
			op->balance += (s64)verb->balance * x->count;
	}
	op->request = request;
	if (!x->error)
		x->error = error;
}

/**
 * operation_begin - get ready for operations on an object
 * @op: zeroed, but for what the caller has to say in it
 * @obj: the object, entered, until operation_end()
 * @me: the caller's name to the witness, see witness_writer()
 * @witness: whether it looks
 * @log: for broken invariants
 *
 * Context: any.
 */
void operation_begin(struct operation *op, struct contend_object *obj, u64 me, bool witness,
		     struct violation_log *log)
{
	op->section.s = obj->s;
	op->section.witness = witness;
	op->section.irqs_off = obj->shared;
	/* On PREEMPT_RT all of them are preempted, and spinlocks are among them. */
	op->section.yields = contend_lock_lets_go(obj->lock) && !IS_ENABLED(CONFIG_PREEMPT_RT);
	/* An interrupt gives its CPU to nobody. */
	op->section.polite = !op->stock;
	op->section.avoid = obj->avoid;
	op->section.me = me;
	op->scratch.me = me;
	op->section.log = log;
}

/*
 * What it has met, others may wait for. On PREEMPT_RT an interrupt cannot wake: its thread does for
 * all that it has met by then.
 */
static void operation_wake(struct operation *op, struct contend_object *obj)
{
	const struct contend_scratch *x = &op->scratch;

	if (op->stock) {
		/*
		 * Its thread takes them by xchg(), on this CPU. Of all that it wakes one was handed
		 * something.
		 */
		WRITE_ONCE(op->met, op->met | x->met | x->met_all |
			   (x->handed ? BIT(CONDITION_IN) | BIT(CONDITION_OUT) : 0));
		return;
	}
	if (x->ordered)
		conditions_wake_ordered(&obj->conditions, x->met);
	else
		conditions_wake(&obj->conditions, x->met);
	conditions_wake_all(&obj->conditions, x->met_all);
	if (x->handed)
		conditions_hand(&obj->conditions, x->handed);
}

/* Carry it out, or find that it lacks a condition, for the first time or again. */
static void operation_look(struct operation *op, struct contend_object *obj,
			   const struct contend_lock *lock)
{
	const struct contend_verb *verb = &obj->structure->verbs[op->request.verb];
	struct contend_scratch *x = &op->scratch;

	x->value = op->request.value;
	x->broken = NULL;
	x->copy = lock->ops->defer;
	x->hazards = NULL;
	x->then = 0;
	x->lacks = CONDITION_NONE;
	x->due_ns = 0;
	x->met = 0;
	x->met_all = 0;
	x->ordered = false;
	x->handed = NULL;
	x->count = 1;
	op->writes = 0;
	if (verb_self(verb))
		operation_self(op, obj, verb);
	else if (verb_reads(verb))
		operation_read(op, obj, lock, verb);
	else
		operation_write(op, obj, lock, verb);
	op->elements = x->error ? 0 : x->count;
	op->balance = (s64)verb->balance * op->elements;
	if (unlikely(x->then))
		operation_then(op, obj, lock);
	if (unlikely(x->broken))
		violation_note(op->section.log, CHECK_INTEGRITY, x->broken, x->seen, x->expected);
	if ((x->met || x->met_all || x->handed) && !op->mute)
		operation_wake(op, obj);
}

/**
 * operation_do - carry one out
 * @op: begun; its request says what to do
 * @obj: the object
 * @lock: its lock, or where nobody else is there another one
 *
 * Where it lacks a condition (op->scratch.lacks) it has done nothing yet: operation_wait() comes
 * next.
 *
 * Context: process, may sleep outside the section; with a stock any that the lock serves.
 */
void operation_do(struct operation *op, struct contend_object *obj,
		  const struct contend_lock *lock)
{
	op->scratch.ticket = 0;
	op->scratch.withdraw = false;
	operation_look(op, obj, lock);
}

/**
 * operation_repeat - carry one out several times, with nothing in between
 * @op: begun; its request says what to do first, each one after it is of the next key. It wakes
 *	nobody, and its section reads no clock (op->mute, op->section.untimed)
 * @obj: the object, whose structure can repeat
 * @most: how many at most
 *
 * @op is afterwards as after operation_do() of the last one, but that its elements and balance are
 * those of all, and that of its scratch error and lacks alone are told.
 *
 * Context: process.
 * Return: how many have succeeded; 0: nothing was done, @op is as before. What comes next may fail.
 */
u32 operation_repeat(struct operation *op, struct contend_object *obj, u32 most)
{
	const struct contend_structure *structure = obj->structure;
	const struct contend_request *rq = &op->request;
	const u32 n = structure->repeat(contend_stripe_of(obj, rq->key)->data, rq, most);

	if (!n)
		return 0;
	op->scratch.error = 0;
	op->scratch.lacks = CONDITION_NONE;
	op->elements = n;
	op->balance = (s64)structure->verbs[rq->verb].balance * n;
	op->writes = 0;
	op->section.wait_ns = 0;
	op->section.hold_ns = 0;
	op->section.retries = 0;
	operation_no_writer(op);
	return n;
}

/**
 * operation_end - give back what is left
 * @op: begun
 *
 * Context: any but hardirq.
 */
void operation_end(struct operation *op)
{
	contend_node_free(op->scratch.spare);
	op->scratch.spare = NULL;
	contend_node_free(op->scratch.part ? &op->scratch.part->node : NULL);
	op->scratch.part = NULL;
}

/**
 * visit_leave - leave the object until the next operation
 * @v: begun
 *
 * What it has done goes into the books before it leaves, see contend_object_settle(). A node that
 * it has not linked goes back: who verifies finds no more of them than there are elements.
 *
 * Context: process.
 */
void visit_leave(struct visit *v)
{
	struct contend_object *obj = v->obj;

	if (!v->inside)
		return;
	operation_end(&v->op);
	contend_object_settle(obj, &v->done);
	v->done = (struct books){ };
	contend_object_leave(obj, v->writes);
	if (v->stay_ns)
		contend_object_stay_no_more(obj, v->stay_ns);
	contend_object_disown(obj, v->seats);
	v->inside = false;
}

/*
 * For the operation in @v->op; as contend_object_enter(), and -EBUSY its stay is too long beside
 * others, or somebody else is the owner. A visitor that is inside goes on there, unless it has to
 * be admitted to this operation: then it has left if it is not.
 */
static int visit_enter(struct visit *v)
{
	struct contend_object *obj = v->obj;
	const struct contend_verb *verb = &obj->structure->verbs[v->op.request.verb];
	const bool writes = verb_writes(verb);
	const u32 seats = verb_seats(verb);
	const u64 stay_ns = v->op.section.stay_ns;
	int ret = -EBUSY;

	if (v->inside) {
		if (likely(stay_ns == v->stay_ns && !(seats & ~v->seats) &&
			   (v->writes || !writes || !contend_object_sorts(obj))))
			return 0;
		visit_leave(v);
	}
	if (seats && !contend_object_own(obj, seats))
		return ret;
	if (stay_ns && !contend_object_stay(obj, stay_ns))
		goto err_owner;
	ret = contend_object_enter(obj, writes);
	if (ret)
		goto err_stay;
	/* It may be shared with interrupts since it was here last. */
	v->op.section.irqs_off = obj->shared;
	v->inside = true;
	v->writes = writes;
	v->seats = seats;
	v->stay_ns = stay_ns;
	return 0;

err_stay:
	if (stay_ns)
		contend_object_stay_no_more(obj, stay_ns);
err_owner:
	contend_object_disown(obj, seats);
	return ret;
}

/*
 * Nobody has woken this task, and nobody is there who will: whether it finds what it waits for all
 * the same. What time meets nobody has to wake it for.
 */
static bool operation_overslept(struct operation *op, struct contend_object *obj,
				const struct contend_lock *lock)
{
	const struct contend_verb *verbs = obj->structure->verbs;

	op->writes = 0;
	if (!op->still || !READ_ONCE(*op->still) || verbs[op->request.verb].timed ||
	    obj->structure->due)
		return false;
	operation_look(op, obj, lock);
	if (op->scratch.lacks != CONDITION_NONE)
		return false;
	/* What this one has met, others may find. */
	WRITE_ONCE(*op->still, false);
	violation_note(op->section.log, CHECK_WAKEUP,
		       "a task sleeps, nobody wakes it, and what it waits for is there",
		       op->request.verb, op->wakeups);
	return true;
}

/* Whether something of it is in the structure: a ticket, or its place in a line. */
static bool operation_left_something(const struct operation *op)
{
	const struct contend_scratch *x = &op->scratch;

	return x->ticket || (x->place && x->place->lined);
}

/*
 * It waits no longer, because of @error: what it has left in the structure it takes out again. That
 * may be served by now, and then it has succeeded.
 */
static void operation_give_up(struct operation *op, struct contend_object *obj,
			      const struct contend_lock *lock, int error)
{
	struct contend_scratch *x = &op->scratch;
	const u32 seen = op->writes;

	if (operation_left_something(op)) {
		x->withdraw = true;
		operation_look(op, obj, lock);
		op->writes += seen;
	}
	if (x->lacks != CONDITION_NONE) {
		x->error = error;
		op->elements = 0;
	}
}

/*
 * A visitor could not enter again, for @error, and its operation has left something there: it goes
 * in whoever wants it to end, for that alone. 0: it was served by then, and is inside.
 */
static int visit_give_up(struct visit *v, const struct contend_lock *lock, int error)
{
	/* Its stay is not booked any more, and none is needed to take something back. */
	v->op.section.stay_ns = 0;
	v->op.writes = 0;
	gate_enter_again(&v->obj->gate);
	v->inside = true;
	v->writes = true;
	v->seats = 0;
	v->stay_ns = 0;
	operation_give_up(&v->op, v->obj, lock, error);
	if (v->op.scratch.lacks == CONDITION_NONE)
		return 0;
	v->done.writes += v->op.writes;
	v->op.writes = 0;
	visit_leave(v);
	return error;
}

/*
 * A worker that does not sleep for a condition looks until it is met, its deadline has passed, or
 * all stop. One that looks all the time has the cache line that is written for it, each time: so it
 * looks ever less often.
 */
static void operation_spin(struct operation *op, struct contend_object *obj,
			   const struct contend_lock *lock, u64 deadline_ns)
{
	u32 seen = op->writes, pauses = 1, looks = 0, i;
	int error = 0;

	do {
		if (READ_ONCE(*op->section.stop))
			error = -ECANCELED;
		else if (deadline_ns != CONTEND_FOREVER && ktime_get_ns() >= deadline_ns)
			error = -ETIMEDOUT;
		if (error) {
			op->writes = 0;
			operation_give_up(op, obj, lock, error);
			seen += op->writes;
			break;
		}
		for (i = 0; i < pauses; i++)
			cpu_relax();
		if (op->wait != WAIT_YIELD) {
			pauses = min(2 * pauses, OPERATION_PAUSES);
			contend_yield();
		} else if (++looks > OPERATION_LOOKS) {
			/* What it looks for comes from another task, and this is how it waits. */
			yield();
		}
		operation_look(op, obj, lock);
		seen += op->writes;
	} while (op->scratch.lacks != CONDITION_NONE);
	op->writes = seen;
}

/* To sleep takes longer than to read the clock: how long is told where sections are not, too. */
static void operation_now(struct operation *op)
{
	if (op->section.untimed && op->wait == WAIT_BLOCK)
		op->section.began_ns = contend_clock();
}

/**
 * operation_wait - an operation lacks a condition: wait for it, and carry it out
 * @op: from operation_do()
 * @obj: the object
 * @lock: as operation_do()
 * @guest: the visit that it is a part of, which is not in the object while it sleeps, so that
 *	others can verify; NULL: it stays there
 * @deadline_ns: CLOCK_MONOTONIC; 0 not to wait, CONTEND_FOREVER for no limit
 *
 * An operation that was not carried out has an error: EAGAIN, ETIMEDOUT or, where op->section.stop
 * or a signal ended it, ECANCELED or EINTR. In an interrupt nothing waits: EAGAIN.
 *
 * Context: process, may sleep; with a stock any.
 * Return: 0, or what contend_object_enter() says: then @guest is not in the object.
 */
int operation_wait(struct operation *op, struct contend_object *obj,
		   const struct contend_lock *lock, struct visit *guest, u64 deadline_ns)
{
	struct contend_place place = { .who = op->scratch.me, .name = current->comm };
	const enum condition lacks = op->scratch.lacks;
	struct parked *parked = &op->parked;
	u32 seen = op->writes;
	bool gives_up;
	int ret = 0, ended;
	u64 since;

	if (op->stock || !deadline_ns) {
		operation_give_up(op, obj, lock, -EAGAIN);
		return 0;
	}
	trace_contend_block(obj, op, lacks);
	operation_now(op);
	since = op->section.began_ns;
	op->wakeups = 0;
	op->vain = 0;
	if (op->wait != WAIT_BLOCK) {
		operation_spin(op, obj, lock, deadline_ns);
		gives_up = op->scratch.lacks != CONDITION_NONE;
		goto out;
	}
	parked_enter(parked, &obj->conditions, lacks, &place);
	op->scratch.place = &place;
	for (;;) {
		operation_look(op, obj, lock);
		seen += op->writes;
		if (op->scratch.lacks == CONDITION_NONE)
			break;
		if (guest) {
			/* The witness has seen each look. */
			guest->done.writes += seen;
			seen = 0;
			visit_leave(guest);
		}
		op->vain = op->wakeups;
		ended = parked_sleep(parked, op->section.stop, deadline_ns, op->scratch.due_ns);
		if (guest)
			ret = visit_enter(guest);
		if (!ret && !ended) {
			op->wakeups++;
			operation_now(op);
			continue;
		}
		op->writes = 0;
		if (!ret && ended == -ECANCELED && operation_overslept(op, obj, lock)) {
			seen += op->writes;
			break;
		}
		seen += op->writes;
		op->writes = 0;
		if (!ret)
			operation_give_up(op, obj, lock, ended == -ERESTARTSYS ? -EINTR : ended);
		else if (operation_left_something(op))
			ret = visit_give_up(guest, lock, ret);
		seen += op->writes;
		break;
	}
	op->scratch.place = NULL;
	parked_leave(parked);
	/* A wake-up of a task that does not look any more is for the next one. */
	gives_up = op->scratch.lacks != CONDITION_NONE;
	if (gives_up)
		conditions_wake(&obj->conditions, BIT(lacks));
	op->writes = seen;
	operation_now(op);
out:
	/* It has ended when it gave up, however long ago it has looked last. */
	if (gives_up)
		op->section.began_ns = contend_clock() - op->section.wait_ns - op->section.hold_ns;
	op->block_ns = contend_elapsed(since, op->section.began_ns);
	trace_contend_unblock(obj, op, lacks);
	return ret;
}

/**
 * visit_begin - get ready for operations of a client
 * @v: for it, until visit_end()
 * @obj: the object, not entered
 * @stop: as section.stop
 *
 * Context: process.
 */
void visit_begin(struct visit *v, struct contend_object *obj, const bool *stop)
{
	*v = (struct visit){ .obj = obj, .op.section.stop = stop };
	violation_log_init(&v->log, NO_WORKER);
	operation_begin(&v->op, obj, current->pid, true, &v->log);
}

/**
 * visit_op - carry out an operation of a client
 * @v: begun
 * @client: as at the system-call boundary, checked here
 * @wait: whether it may wait for its condition, until client->deadline_ns
 *
 * The visitor enters the object for it and stays there, so that the next one costs no way in: it
 * is bounded by the caller how many they are, since who verifies waits for visit_leave() or
 * visit_end().
 *
 * Context: process, may sleep.
 * Return: 0 when it was carried out, or has not been before its deadline; -EINVAL unknown verb or
 * flag, or too long a stay; -EBUSY it would be too long with those of others, or it is the
 * owner's and another task does such a one; -EINPROGRESS it has to wait, and is not to;
 * -ERESTARTSYS a signal ended its wait, -ECANCELED section.stop did; as contend_object_enter().
 * But for 0 it has done nothing.
 */
int visit_op(struct visit *v, struct contend_op *client, bool wait)
{
	struct contend_object *obj = v->obj;
	const struct contend_verb *verbs = obj->structure->verbs;
	struct operation *op = &v->op;
	u32 verb = 0;
	int ret;

	static_assert(SPEC_STAY_MAX_NS == CONTEND_STAY_MAX_NS);
	if (client->flags & ~CONTEND_OP_TIMED || client->stay_ns > CONTEND_STAY_MAX_NS)
		return -EINVAL;
	while (verb < client->verb && verbs[verb].name)
		verb++;
	if (!verbs[verb].name)
		return -EINVAL;
	op->request = (struct contend_request){
		.verb = verb, .key = client->key, .value = client->value,
	};
	op->tag = client->tag;
	v->log.tag = client->tag;
	op->section.stay_ns = client->stay_ns;
	op->block_ns = 0;

	ret = visit_enter(v);
	if (ret)
		return ret;
	operation_do(op, obj, obj->lock);
	if (op->scratch.lacks != CONDITION_NONE) {
		if (wait || !client->deadline_ns)
			ret = operation_wait(op, obj, obj->lock, v, client->deadline_ns);
		else
			operation_give_up(op, obj, obj->lock, -EINPROGRESS);
	}
	if (!ret && op->scratch.error == -EINTR)
		ret = -ERESTARTSYS;
	if (!ret && (op->scratch.error == -ECANCELED || op->scratch.error == -EINPROGRESS))
		ret = op->scratch.error;
	v->done.writes += op->writes;
	if (!ret) {
		v->done.ops++;
		v->done.balance += op->balance;
		v->done.waited_ns += op->section.wait_ns;
	}
	/* A stay is asked for one operation. */
	if (v->stay_ns)
		visit_leave(v);
	if (ret)
		return ret;

	trace_contend_op(obj, op);
	client->error = -op->scratch.error;
	client->count = op->elements;
	client->value = op->scratch.value;
	client->wait_ns = client->flags & CONTEND_OP_TIMED ? op->section.wait_ns : 0;
	client->hold_ns = client->flags & CONTEND_OP_TIMED ? op->section.hold_ns : 0;
	client->block_ns = client->flags & CONTEND_OP_TIMED ? op->block_ns : 0;
	return 0;
}

/**
 * visit_end - the reverse of visit_begin()
 * @v: begun
 *
 * Context: process.
 */
void visit_end(struct visit *v)
{
	visit_leave(v);
	contend_object_report(v->obj, &v->log);
}

/**
 * contend_object_op - carry out one operation of a client
 * @obj: the object
 * @client: as at the system-call boundary
 *
 * Context: process, may sleep.
 * Return: as visit_op().
 */
int contend_object_op(struct contend_object *obj, struct contend_op *client)
{
	struct visit v;
	int ret;

	visit_begin(&v, obj, NULL);
	ret = visit_op(&v, client, true);
	visit_end(&v);
	return ret;
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One operation on an object: a section, and what stands around it.
 *
 *	allocate | t0 … section … t2 | judge, count, free
 */
#ifndef CONTEND_OPERATION_H
#define CONTEND_OPERATION_H

#include <linux/types.h>

#include "condition.h"
#include "books.h"
#include "locks/section.h"
#include "structures/stock.h"
#include "structures/structure.h"
#include "uapi/contend.h"

struct contend_object;

/**
 * struct operation - an operation on its way, and then the next one
 * @request: in, what it is to do
 * @scratch: what the structure has of it; operation_end() frees its spare node and part
 * @section: how it goes through the lock; in are stay_ns, stop, and what operation_begin() has
 * @nest: in, how many locks a write holds at least; up to NEST_MAX, and to what the object
 *	has. 0 is 1
 * @tag: in, as contend_op.tag: tracepoints say it
 * @wait: in, how it waits for a condition of the structure
 * @mute: in, whether it wakes nobody, see conditions_mute()
 * @stock: in, where a caller in an interrupt has its nodes from; NULL: it may sleep
 * @balance: out, what it has added to the structure's balance
 * @elements: out, how many elements it was about; 0: it has done nothing
 * @writes: out, write sections that the witness has seen if it looked
 * @passed: out, write sections of others between asking for the lock and holding it, as
 *	the witness counts them; this and the next five are of a witnessed write
 * @handover: out, the write section before was another worker's
 * @from: out, then the number of its thread
 * @local: out, and on this CPU
 * @timed: out, and it is known when that one began to release, after this had asked
 * @handover_ns: out, then from there to holding the lock
 * @block_ns: out, where it has waited for a condition of the structure: from asking for the lock
 *	first to asking for it last, or to giving up
 * @wakeups: how often it was woken while it waited, or time met its condition
 * @vain: after how many of these it still lacked that
 * @parked: of the task that waits
 * @still: in, all other tasks that are at work sleep, and nobody will wake them: what this one
 *	finds then it should have been woken for. NULL: nobody knows
 * @met: in an interrupt, bits of the conditions that operations have met: its thread wakes for them
 * @unlinked: how many nodes it has left to be freed later, of all operations
 * @backlog_max: the most that waited for it, at some of them
 *
 * On the caller's stack or in its worker: one task's own.
 */
struct operation {
	struct contend_request request;
	struct contend_scratch scratch;
	struct section section;
	u32 nest;
	u64 tag;
	enum spec_wait wait;
	bool mute;
	struct stock *stock;
	s64 balance;
	u32 elements;
	u32 writes;
	u64 passed;
	bool handover;
	bool local;
	bool timed;
	u32 from;
	u64 handover_ns;
	u64 block_ns;
	u32 wakeups;
	u32 vain;
	struct parked parked;
	bool *still;
	u32 met;
	u32 unlinked;
	u64 backlog_max;
};

/**
 * struct visit - operations of a client on an object, which is entered once for several of them
 * @obj: the object; a reference is the caller's
 * @op: the operation that it is at
 * @log: broken invariants that they have seen
 * @inside: it has entered the object
 * @writes: then, as contend_object_enter() was told
 * @seats: then, bits of those whose owner's operations it may do
 * @stay_ns: then, what contend_object_stay() was asked for
 * @done: what is not yet in the object's books
 *
 * One task's own.
 */
struct visit {
	struct contend_object *obj;
	struct operation op;
	struct violation_log log;
	bool inside;
	bool writes;
	u32 seats;
	u64 stay_ns;
	struct books done;
};

void operation_begin(struct operation *op, struct contend_object *obj, u64 me, bool witness,
		     struct violation_log *log);
void operation_do(struct operation *op, struct contend_object *obj,
		  const struct contend_lock *lock);
u32 operation_repeat(struct operation *op, struct contend_object *obj, u32 most);
int operation_wait(struct operation *op, struct contend_object *obj,
		   const struct contend_lock *lock, struct visit *guest, u64 deadline_ns);
void operation_end(struct operation *op);
void visit_begin(struct visit *v, struct contend_object *obj, const bool *stop);
int visit_op(struct visit *v, struct contend_op *client, bool wait);
void visit_leave(struct visit *v);
void visit_end(struct visit *v);
int contend_object_op(struct contend_object *obj, struct contend_op *op);

#endif /* CONTEND_OPERATION_H */

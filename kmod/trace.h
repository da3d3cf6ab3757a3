/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints contend:*. scripts/trace shows how to read them. A tag is what a client calls its
 * operation, contend_op.tag: the events of one request are those with its tag. It is 0 of a worker
 * of a run.
 *
 * began_ns is when the lock was asked for, last, by the measuring clock; from there wait_ns and
 * hold_ns follow, and block_ns comes before. from is the thread that had written before, where the
 * lock was handed over, or 0.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM contend

#if !defined(CONTEND_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define CONTEND_TRACE_H

#include <linux/tracepoint.h>

#include "compat.h"

/* Only main.c, where the tracepoints are made, looks into these. */
struct active_run;
struct contend_object;
struct operation;
struct team_worker;
struct violation;

TRACE_EVENT(contend_create,
	TP_PROTO(const struct contend_object *obj),
	TP_ARGS(obj),
	TP_STRUCT__entry(
		__field(u32, object)
		__string(lock, obj->lock->name)
		__string(structure, obj->structure->name)
		__field(u32, stripes)
	),
	TP_fast_assign(
		__entry->object = obj->id;
		contend_assign_str(lock, obj->lock->name);
		contend_assign_str(structure, obj->structure->name);
		__entry->stripes = obj->nstripes;
	),
	TP_printk("object=%u lock=%s structure=%s stripes=%u", __entry->object, __get_str(lock),
		  __get_str(structure), __entry->stripes)
);

TRACE_EVENT(contend_run_begin,
	TP_PROTO(const struct active_run *run),
	TP_ARGS(run),
	TP_STRUCT__entry(
		__field(u32, run)
		__field(u32, object)
		__string(lock, run->obj->lock->name)
		__string(structure, run->obj->structure->name)
		__field(u32, workers)
		__field(u64, runtime_ns)
	),
	TP_fast_assign(
		__entry->run = run->id;
		__entry->object = run->obj->id;
		contend_assign_str(lock, run->obj->lock->name);
		contend_assign_str(structure, run->obj->structure->name);
		__entry->workers = run->spec.workers;
		__entry->runtime_ns = run->spec.runtime_ns;
	),
	TP_printk("run=%u object=%u lock=%s structure=%s workers=%u runtime_ns=%llu",
		  __entry->run, __entry->object, __get_str(lock), __get_str(structure),
		  __entry->workers, __entry->runtime_ns)
);

TRACE_EVENT(contend_run_end,
	TP_PROTO(const struct active_run *run),
	TP_ARGS(run),
	TP_STRUCT__entry(
		__field(u32, run)
		__field(u32, object)
		__field(u64, ops)
		__field(u64, span_ns)
		__field(u64, violations)
	),
	TP_fast_assign(
		__entry->run = run->id;
		__entry->object = run->obj->id;
		__entry->ops = run->ops;
		__entry->span_ns = run->span_ns;
		__entry->violations = run->log.total;
	),
	TP_printk("run=%u object=%u ops=%llu span_ns=%llu violations=%llu",
		  __entry->run, __entry->object, __entry->ops, __entry->span_ns,
		  __entry->violations)
);

DECLARE_EVENT_CLASS(contend_worker,
	TP_PROTO(const struct contend_object *obj, const struct team_worker *w),
	TP_ARGS(obj, w),
	TP_STRUCT__entry(
		__field(u32, object)
		__field(u32, worker)
		__field(u32, cpu)
		__field(u64, steps)
		__field(u64, ops)
	),
	TP_fast_assign(
		__entry->object = obj->id;
		__entry->worker = w->index;
		__entry->cpu = w->cpu;
		__entry->steps = w->tally.steps;
		__entry->ops = w->tally.ops;
	),
	TP_printk("object=%u worker=%u cpu=%u steps=%llu ops=%llu", __entry->object,
		  __entry->worker, __entry->cpu, __entry->steps, __entry->ops)
);

DEFINE_EVENT(contend_worker, contend_worker_begin,
	TP_PROTO(const struct contend_object *obj, const struct team_worker *w),
	TP_ARGS(obj, w)
);

DEFINE_EVENT(contend_worker, contend_worker_end,
	TP_PROTO(const struct contend_object *obj, const struct team_worker *w),
	TP_ARGS(obj, w)
);

/* An acquisition took the module's parameter slow_ns or longer. */
TRACE_EVENT(contend_slow,
	TP_PROTO(const struct contend_object *obj, u32 worker, const struct operation *op),
	TP_ARGS(obj, worker, op),
	TP_STRUCT__entry(
		__field(u32, object)
		__field(u32, worker)
		__field(u32, verb)
		__field(u32, stripe)
		__field(u32, write)
		__field(u32, from)
		__field(u64, key)
		__field(u64, began_ns)
		__field(u64, wait_ns)
		__field(u64, hold_ns)
		__field(u64, block_ns)
	),
	TP_fast_assign(
		__entry->object = obj->id;
		__entry->worker = worker;
		__entry->verb = op->request.verb;
		__entry->stripe = contend_stripe_of(obj, op->request.key) - obj->stripes;
		__entry->write = verb_writes(&obj->structure->verbs[op->request.verb]);
		__entry->from = op->handover ? op->from : 0;
		__entry->key = op->request.key;
		__entry->began_ns = op->section.began_ns;
		__entry->wait_ns = op->section.wait_ns;
		__entry->hold_ns = op->section.hold_ns;
		__entry->block_ns = op->block_ns;
	),
	TP_printk("object=%u worker=%u verb=%u stripe=%u write=%u from=%u key=%llu began_ns=%llu wait_ns=%llu hold_ns=%llu block_ns=%llu",
		  __entry->object, __entry->worker, __entry->verb, __entry->stripe,
		  __entry->write, __entry->from, __entry->key, __entry->began_ns,
		  __entry->wait_ns, __entry->hold_ns, __entry->block_ns)
);

/* A client's operation was carried out: error is what the structure answered. */
TRACE_EVENT(contend_op,
	TP_PROTO(const struct contend_object *obj, const struct operation *op),
	TP_ARGS(obj, op),
	TP_STRUCT__entry(
		__field(u32, object)
		__field(u32, verb)
		__field(u32, stripe)
		__field(u32, write)
		__field(u32, from)
		__field(u32, error)
		__field(u64, key)
		__field(u64, began_ns)
		__field(u64, wait_ns)
		__field(u64, hold_ns)
		__field(u64, block_ns)
		__field(u64, tag)
	),
	TP_fast_assign(
		__entry->object = obj->id;
		__entry->verb = op->request.verb;
		__entry->stripe = contend_stripe_of(obj, op->request.key) - obj->stripes;
		__entry->write = verb_writes(&obj->structure->verbs[op->request.verb]);
		__entry->from = op->handover ? op->from : 0;
		__entry->error = -op->scratch.error;
		__entry->key = op->request.key;
		__entry->began_ns = op->section.began_ns;
		__entry->wait_ns = op->section.wait_ns;
		__entry->hold_ns = op->section.hold_ns;
		__entry->block_ns = op->block_ns;
		__entry->tag = op->tag;
	),
	TP_printk("object=%u verb=%u stripe=%u write=%u from=%u key=%llu error=%u began_ns=%llu wait_ns=%llu hold_ns=%llu block_ns=%llu tag=%llu",
		  __entry->object, __entry->verb, __entry->stripe, __entry->write, __entry->from,
		  __entry->key, __entry->error, __entry->began_ns, __entry->wait_ns,
		  __entry->hold_ns, __entry->block_ns, __entry->tag)
);

/* An operation waits for a condition of the structure: 0 an element, 1 room. */
TRACE_EVENT(contend_block,
	TP_PROTO(const struct contend_object *obj, const struct operation *op, u32 lacks),
	TP_ARGS(obj, op, lacks),
	TP_STRUCT__entry(
		__field(u32, object)
		__field(u32, verb)
		__field(u32, lacks)
		__field(u64, tag)
	),
	TP_fast_assign(
		__entry->object = obj->id;
		__entry->verb = op->request.verb;
		__entry->lacks = lacks;
		__entry->tag = op->tag;
	),
	TP_printk("object=%u verb=%u lacks=%u tag=%llu", __entry->object, __entry->verb,
		  __entry->lacks, __entry->tag)
);

/* And does not wait any more. */
TRACE_EVENT(contend_unblock,
	TP_PROTO(const struct contend_object *obj, const struct operation *op, u32 lacks),
	TP_ARGS(obj, op, lacks),
	TP_STRUCT__entry(
		__field(u32, object)
		__field(u32, verb)
		__field(u32, lacks)
		__field(u64, began_ns)
		__field(u64, block_ns)
		__field(u64, tag)
	),
	TP_fast_assign(
		__entry->object = obj->id;
		__entry->verb = op->request.verb;
		__entry->lacks = lacks;
		__entry->began_ns = op->section.began_ns;
		__entry->block_ns = op->block_ns;
		__entry->tag = op->tag;
	),
	TP_printk("object=%u verb=%u lacks=%u began_ns=%llu block_ns=%llu tag=%llu",
		  __entry->object, __entry->verb, __entry->lacks, __entry->began_ns,
		  __entry->block_ns, __entry->tag)
);

/* The first time that a task sees this invariant broken. */
TRACE_EVENT(contend_violation,
	TP_PROTO(const char *check, const struct violation *v, u64 tag),
	TP_ARGS(check, v, tag),
	TP_STRUCT__entry(
		__string(check, check)
		__string(what, v->what)
		__field(u32, worker)
		__field(u64, op)
		__field(u64, seen)
		__field(u64, expected)
		__field(u64, tag)
	),
	TP_fast_assign(
		contend_assign_str(check, check);
		contend_assign_str(what, v->what);
		__entry->worker = v->worker;
		__entry->op = v->op;
		__entry->seen = v->seen;
		__entry->expected = v->expected;
		__entry->tag = tag;
	),
	TP_printk("check=%s worker=%d op=%llu tag=%llu seen=%lld expected=%lld: %s",
		  __get_str(check), (int)__entry->worker, __entry->op, __entry->tag,
		  __entry->seen, __entry->expected, __get_str(what))
);

/* A writer waits for a grace period, because too much is waiting to be freed. */
TRACE_EVENT(contend_reclaim,
	TP_PROTO(const struct contend_object *obj, s64 backlog, u64 tag),
	TP_ARGS(obj, backlog, tag),
	TP_STRUCT__entry(
		__field(u32, object)
		__field(s64, backlog)
		__field(u64, tag)
	),
	TP_fast_assign(
		__entry->object = obj->id;
		__entry->backlog = backlog;
		__entry->tag = tag;
	),
	TP_printk("object=%u backlog=%lld tag=%llu", __entry->object, __entry->backlog,
		  __entry->tag)
);

#endif /* CONTEND_TRACE_H */

/* Found through the include path, which Kbuild sets to kmod/. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>

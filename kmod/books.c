// SPDX-License-Identifier: GPL-2.0
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "books.h"
#include "compat.h"
#include "access.h"
#include "object.h"

/**
 * books_sum - what was done to an object
 * @obj: the object
 *
 * Context: any; a racy look, unless the object is at rest.
 */
struct books books_sum(const struct contend_object *obj)
{
	struct books sum = { };
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct books *b = per_cpu_ptr(obj->books, cpu);

		sum.ops += READ_ONCE(b->ops);
		sum.writes += READ_ONCE(b->writes);
		sum.balance += READ_ONCE(b->balance);
		sum.waited_ns += READ_ONCE(b->waited_ns);
	}
	return sum;
}

/**
 * contend_object_settle - enter work that is done into the books
 * @obj: the object, entered
 * @done: the work
 *
 * Before contend_object_leave(), or verification would find it missing.
 *
 * Context: any.
 */
void contend_object_settle(struct contend_object *obj, const struct books *done)
{
	gate_assert_held(&obj->gate);
	this_cpu_add(obj->books->ops, done->ops);
	/* Most are of reads, and had not to wait. */
	if (done->writes)
		this_cpu_add(obj->books->writes, done->writes);
	if (done->balance)
		this_cpu_add(obj->books->balance, done->balance);
	if (done->waited_ns)
		this_cpu_add(obj->books->waited_ns, done->waited_ns);
}

/**
 * contend_object_report - enter broken invariants into the object's log
 * @obj: the object
 * @log: what was seen
 *
 * Context: process.
 */
void contend_object_report(struct contend_object *obj, const struct violation_log *log)
{
	if (likely(!log->total))
		return;
	spin_lock(&obj->log_lock);
	violation_merge(&obj->log, log);
	spin_unlock(&obj->log_lock);
}

/**
 * contend_object_violations - how many broken invariants an object's log has
 * @obj: the object
 * @detail: for the first one in words; empty where there is none
 * @size: bytes of @detail
 *
 * Context: process.
 */
u64 contend_object_violations(struct contend_object *obj, char *detail, size_t size)
{
	unsigned int i;
	u64 total;

	detail[0] = '\0';
	spin_lock(&obj->log_lock);
	total = obj->log.total;
	for (i = 0; i < CONTEND_NR_CHECKS; i++) {
		if (obj->log.count[i]) {
			violation_describe(&obj->log.first[i], detail, size);
			break;
		}
	}
	spin_unlock(&obj->log_lock);
	return total;
}

/**
 * contend_object_verify - stop the object and check all of it
 * @obj: the object, not entered by this task
 * @log: for broken invariants; they are entered into the object's log too
 *
 * Context: process, may sleep: for operations under way and a grace period.
 * Return: 0, whatever was found; -EBUSY somebody else's run is at work;
 * -EINTR a fatal signal came.
 */
int contend_object_verify(struct contend_object *obj, struct violation_log *log)
{
	u64 witnessed = 0, sum = 0, elements;
	struct violation_log found;
	struct books books;
	s64 live;
	u32 i;
	int ret;

	ret = contend_object_stop(obj);
	if (ret)
		return ret;

	violation_log_init(&found, NO_WORKER);
	ret = contend_object_drain(obj);
	for (i = 0; i < obj->nstripes && !ret; i++) {
		sum += obj->structure->verify(obj->stripes[i].data, &found);
		witnessed += obj->stripes[i].witness.writes;
		cond_resched();
		if (fatal_signal_pending(current))
			ret = -EINTR;
	}
	if (ret)
		goto out;
	books = books_sum(obj);
	if (sum != books.balance)
		violation_note(&found, CHECK_CONSERVATION,
			       "what is there is not what the operations add up to", sum,
			       books.balance);
	if (witnessed != books.writes)
		violation_note(&found, CHECK_EXCLUSION, "write sections were lost", witnessed,
			       books.writes);
	live = contend_counter_sum(&obj->nodes.live);
	elements = contend_object_elements(obj);
	if (obj->structure->node_size && live != elements)
		violation_note(&found, CHECK_RECLAIM, "live nodes are not the elements", live,
			       elements);
out:
	contend_object_resume(obj);
	contend_object_report(obj, &found);
	violation_merge(log, &found);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0
#include <linux/sched.h>

#include "books.h"
#include "fill.h"
#include "lib/prefill.h"
#include "object.h"
#include "operation.h"

/* One operation, with the books. */
static void fill_do(struct operation *op, struct contend_object *obj,
		    const struct contend_lock *lock, struct books *done)
{
	operation_do(op, obj, lock);
	done->ops++;
	done->writes += op->writes;
	done->balance += op->balance;
}

/* The settings: 0, or the error of one that is refused. */
static int fill_tune(struct operation *op, struct contend_object *obj,
		     const struct contend_lock *lock, const struct mix_spec *tune,
		     struct books *done)
{
	const struct contend_verb *verbs = obj->structure->verbs;
	int ret = 0;
	u32 i;

	for (i = 0; i < tune->n && !ret; i++) {
		op->request.verb = mix_tune(verbs);
		op->request.key = mix_setting(&verbs[op->request.verb], tune->of[i].name);
		op->request.value = tune->of[i].share;
		fill_do(op, obj, lock, done);
		ret = op->scratch.error;
	}
	return ret;
}

/* The elements, of a structure that is filled. */
static int fill_elements(struct operation *op, struct contend_object *obj,
			 const struct contend_lock *lock, const struct spec *spec,
			 bool (*abort)(void *arg), void *arg, struct books *done)
{
	const int verb = mix_fill(obj->structure->verbs);
	u64 room = obj->capacity * obj->nstripes, elements = contend_object_elements(obj);
	struct prefill keys;
	u64 key;

	if (verb < 0)
		return 0;
	op->request.verb = verb;
	prefill_init(&keys, spec->keys.range, spec->prefill, spec->seed);
	/* A stripe that is full says nothing of the others. */
	while (elements < room && prefill_next(&keys, &key)) {
		if (abort(arg))
			return -ECANCELED;
		op->request.key = key;
		op->request.value = key;
		fill_do(op, obj, lock, done);
		if (op->scratch.error == -ENOMEM)
			return -ENOMEM;
		elements += !op->scratch.error;
		cond_resched();
	}
	return 0;
}

/**
 * contend_object_fill - set what is to be set and put elements in, before a run
 * @obj: the object, entered
 * @spec: the workload: its settings, which mix_init() has found, and how many keys, chosen at
 *	random
 * @alone: nobody else is inside: then without the lock, of which some take a grace period
 *	each time
 * @abort: says whether the owner wants it to end
 * @arg: for @abort
 * @log: for broken invariants
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM, -ECANCELED on @abort, or the error of a setting that the structure refuses.
 */
int contend_object_fill(struct contend_object *obj, const struct spec *spec, bool alone,
			bool (*abort)(void *arg), void *arg, struct violation_log *log)
{
	const struct contend_lock *lock = alone ? contend_lock_find("null") : obj->lock;
	struct operation op = { };
	struct books done = { };
	int ret;

	operation_begin(&op, obj, current->pid, true, log);
	ret = fill_tune(&op, obj, lock, &spec->tune, &done);
	if (!ret)
		ret = fill_elements(&op, obj, lock, spec, abort, arg, &done);
	operation_end(&op);
	contend_object_settle(obj, &done);
	return ret;
}

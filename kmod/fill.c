// SPDX-License-Identifier: GPL-2.0
#include <linux/sched.h>

#include "books.h"
#include "fill.h"
#include "lib/prefill.h"
#include "object.h"
#include "operation.h"

/**
 * contend_object_fill - put elements in before a run
 * @obj: the object, entered
 * @range: keys are 0 to @range - 1
 * @percent: how many of them, chosen at random
 * @seed: of the choice
 * @alone: nobody else is inside: then without the lock, of which some take a grace period
 *	each time
 * @abort: says whether the owner wants it to end
 * @arg: for @abort
 * @log: for broken invariants
 *
 * Does nothing on a structure that is not filled.
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM, or -ECANCELED on @abort.
 */
int contend_object_fill(struct contend_object *obj, u32 range, u32 percent, u64 seed,
			bool alone, bool (*abort)(void *arg), void *arg,
			struct violation_log *log)
{
	const struct contend_lock *lock = alone ? contend_lock_find("null") : obj->lock;
	const int verb = mix_fill(obj->structure->verbs);
	struct operation op = { .request = { .verb = verb } };
	u64 room = obj->capacity * obj->nstripes, elements = contend_object_elements(obj);
	struct books done = { };
	struct prefill keys;
	int ret = 0;
	u64 key;

	if (verb < 0)
		return 0;
	operation_begin(&op, obj, current->pid, true, log);
	prefill_init(&keys, range, percent, seed);
	/* A stripe that is full says nothing of the others. */
	while (elements < room && prefill_next(&keys, &key)) {
		if (abort(arg)) {
			ret = -ECANCELED;
			break;
		}
		op.request.key = key;
		op.request.value = key;
		operation_do(&op, obj, lock);
		if (op.scratch.error == -ENOMEM) {
			ret = -ENOMEM;
			break;
		}
		done.ops++;
		done.writes += op.writes;
		done.balance += op.balance;
		elements += !op.scratch.error;
		cond_resched();
	}
	operation_end(&op);
	contend_object_settle(obj, &done);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0
#include <linux/cache.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "compat.h"
#include "engine/clock.h"
#include "lib/charge.h"
#include "lib/rng.h"
#include "object.h"
#include "trace.h"

unsigned int contend_max_objects = 1024;
unsigned int contend_max_backlog = 65536;
unsigned long contend_max_capacity = 65536;

/* The table of living objects, by number; has its own lock. */
static DEFINE_XARRAY_ALLOC1(objects);
/* Where the numbers have got to: one is not used again soon. */
static u32 objects_next;
/* How many live, bounded by contend_max_objects. */
static atomic_t objects_count = ATOMIC_INIT(0);

/**
 * contend_object_count - how many objects live
 *
 * Context: any.
 */
unsigned int contend_object_count(void)
{
	return atomic_read(&objects_count);
}

/* The lock does not keep others away from such work: whoever does it must be alone. */
static bool object_solo(const struct contend_object *obj, bool writes)
{
	if (obj->lock->caps & CONTEND_CAP_EXCLUSIVE)
		return false;
	return writes || !(obj->lock->caps & CONTEND_CAP_SHARED);
}

static int stripe_init(struct contend_object *obj, struct contend_stripe *stripe)
{
	const struct contend_structure *s = obj->structure;
	const struct lock_ops *ops = obj->lock->ops;
	int ret = -ENOMEM;

	/* Whole cache lines, so that nothing else is on the lock's. */
	stripe->lock_data = kzalloc(ALIGN(max_t(size_t, ops->size, 1), SMP_CACHE_BYTES),
				    GFP_CLIENT);
	if (!stripe->lock_data)
		return ret;
	stripe->data = kzalloc(ALIGN(s->size, SMP_CACHE_BYTES), GFP_CLIENT);
	if (!stripe->data)
		goto err_lock_data;
	if (ops->init) {
		ret = ops->init(stripe->lock_data);
		if (ret)
			goto err_data;
	}
	ret = s->init(obj, stripe->data);
	if (ret)
		goto err_lock;
	return 0;

err_lock:
	if (ops->destroy)
		ops->destroy(stripe->lock_data);
err_data:
	kfree(stripe->data);
err_lock_data:
	kfree(stripe->lock_data);
	return ret;
}

static void stripe_destroy(struct contend_object *obj, struct contend_stripe *stripe)
{
	const struct lock_ops *ops = obj->lock->ops;

	obj->structure->destroy(stripe->data);
	if (ops->destroy)
		ops->destroy(stripe->lock_data);
	kfree(stripe->data);
	kfree(stripe->lock_data);
}

/* Wait until all that was unlinked is freed: 0, or -EINTR a fatal signal came. */
static int object_drain(struct contend_object *obj)
{
	const struct lock_ops *ops = obj->lock->ops;
	u32 i, n = ops->one_domain ? min(obj->nstripes, 1U) : obj->nstripes;

	for (i = 0; ops->drain && i < n; i++) {
		if (fatal_signal_pending(current))
			return -EINTR;
		ops->drain(obj->stripes[i].lock_data);
	}
	return 0;
}

/* The rule by which a deadlock cannot be avoided as @create wants it, or NULL. */
static const char *avoid_rule(const struct contend_lock *lock, const struct contend_structure *s,
			      const struct contend_create *create)
{
	if (!(s->needs & CONTEND_CAP_NESTS))
		return create->flags == AVOID_ORDER ? NULL :
		       "avoid= is for a structure whose operations take two locks";
	if (create->flags == AVOID_BACKOFF && !(lock->caps & CONTEND_CAP_TRY))
		return "avoid=backoff takes a lock that can be tried";
	if (create->flags == AVOID_WW && !lock->ops->ww_enter)
		return "avoid=ww takes a lock with this protocol: ww_mutex or ww_mutex_die";
	if (create->flags == AVOID_WW && CONTEND_WW_LOSES_WAKEUPS)
		return "avoid=ww may hang on 6.12.95 with PREEMPT_RT: take 6.12.96 or later";
	if (create->flags == AVOID_ORDER && create->stripes > 1 && !lock->ops->write_nest)
		return "avoid=order is not for this lock: avoid=ww is, or avoid=backoff";
	return NULL;
}

/* Whether there can be such an object; what is wrong with it is in create->why. */
static int object_refuse(const struct contend_lock *lock, const struct contend_structure *s,
			 struct contend_create *create)
{
	const u64 capacity = create->capacity ?: s->capacity;
	const size_t size = sizeof(create->why);
	const char *rule = NULL;
	char *why = create->why;

	static_assert(AVOID_BACKOFF == CONTEND_CREATE_BACKOFF && AVOID_WW == CONTEND_CREATE_WW);
	why[0] = '\0';
	if (lock->caps & CONTEND_CAP_ABSENT)
		strscpy(why, lock->about, size);
	else if (s->needs & ~lock->caps)
		snprintf(why, size, "%s does not promise what structure=%s needs of its lock",
			 lock->name, s->name);
	else if (create->permits && !(lock->caps & CONTEND_CAP_PERMITS))
		snprintf(why, size, "%s has no permits", lock->name);
	else if (create->stripes > 1 && !s->keyed)
		snprintf(why, size, "a %s has no keys for stripes=%u to share", s->name,
			 create->stripes);
	else if (create->stripes > 1 && s->buckets % create->stripes)
		snprintf(why, size, "a %s has %u buckets, and stripes=%u does not divide them",
			 s->name, s->buckets, create->stripes);
	else
		rule = avoid_rule(lock, s, create);
	if (rule)
		strscpy(why, rule, size);
	if (why[0])
		return -EOPNOTSUPP;

	if (capacity > contend_max_capacity)
		snprintf(why, size, "capacity=%llu is more than the module's max_capacity=%lu",
			 capacity, contend_max_capacity);
	else if (create->permits > PERMITS_MAX)
		snprintf(why, size, "%u permits: %u are the most", create->permits, PERMITS_MAX);
	else if (create->stripes > CONTEND_MAX_STRIPES)
		snprintf(why, size, "stripes=%u: %u are the most", create->stripes,
			 CONTEND_MAX_STRIPES);
	return why[0] ? -EINVAL : 0;
}

/**
 * contend_object_create - make an object
 * @lock: its lock
 * @structure: index of its structure
 * @create: the rest of what is wanted, as in a CREATE by ioctl(), whose names nobody
 *	looks at; the object's number, or what was wrong with it
 *
 * Context: process, may sleep.
 * Return: the object with one reference, which is the caller's; -EOPNOTSUPP, -EINVAL or
 * -ENOSPC as the uapi has it, -ENOMEM; -EINTR a fatal signal came.
 */
struct contend_object *contend_object_create(const struct contend_lock *lock, int structure,
					     struct contend_create *create)
{
	const struct contend_structure *s = contend_structure_at(structure);
	u32 stripes = create->stripes ?: 1, permits = create->permits;
	struct contend_object *obj;
	int ret;

	ret = object_refuse(lock, s, create);
	if (ret)
		return ERR_PTR(ret);
	if (!permits && (lock->caps & CONTEND_CAP_PERMITS))
		permits = 1;

	if (!atomic_add_unless(&objects_count, 1, contend_max_objects)) {
		snprintf(create->why, sizeof(create->why),
			 "there are as many objects as the module's max_objects=%u allows",
			 contend_max_objects);
		return ERR_PTR(-ENOSPC);
	}

	ret = -ENOMEM;
	obj = kzalloc(sizeof(*obj), GFP_CLIENT);
	if (!obj)
		goto err_count;
	kref_init(&obj->ref);
	obj->lock = lock;
	obj->structure = s;
	obj->s = structure;
	obj->wanted = create->capacity ?: s->capacity;
	obj->capacity = DIV_ROUND_UP_ULL(obj->wanted, stripes);
	init_rwsem(&obj->gate);
	mutex_init(&obj->order);
	spin_lock_init(&obj->log_lock);
	violation_log_init(&obj->log, NO_WORKER);
	permits_init(&obj->permits, permits);

	ret = percpu_counter_init(&obj->live, 0, GFP_CLIENT);
	if (ret)
		goto err_free;
	ret = percpu_counter_init(&obj->backlog, 0, GFP_CLIENT);
	if (ret)
		goto err_live;
	if (lock->ops->defer) {
		ret = reclaim_init(&obj->reclaim);
		if (ret)
			goto err_backlog;
	}
	ret = -ENOMEM;
	obj->stripes = kvcalloc(stripes, sizeof(*obj->stripes), GFP_CLIENT);
	if (!obj->stripes)
		goto err_reclaim;
	/* Known to the structures from the first one on. */
	obj->nstripes = stripes;
	obj->avoid = create->flags;
	for (stripes = 0; stripes < obj->nstripes; stripes++) {
		ret = fatal_signal_pending(current) ? -EINTR :
		      stripe_init(obj, &obj->stripes[stripes]);
		if (ret)
			goto err_stripes;
	}
	/* From here on others can find it. */
	ret = xa_alloc_cyclic(&objects, &obj->id, obj, xa_limit_31b, &objects_next, GFP_KERNEL);
	if (ret < 0)
		goto err_stripes;
	create->id = obj->id;
	return obj;

err_stripes:
	/* As an object that had only these: some locks take a grace period each. */
	obj->nstripes = stripes;
	contend_object_put(obj);
	return ERR_PTR(ret);
err_reclaim:
	reclaim_destroy(&obj->reclaim);
err_backlog:
	percpu_counter_destroy(&obj->backlog);
err_live:
	percpu_counter_destroy(&obj->live);
err_free:
	kfree(obj);
err_count:
	atomic_dec(&objects_count);
	return ERR_PTR(ret);
}

static void object_end(struct work_struct *work)
{
	struct contend_object *obj = container_of(work, struct contend_object, reaping.work);
	u32 i;

	/* What was erased is freed by functions that use the object. No signal comes here. */
	object_drain(obj);
	for (i = 0; i < obj->nstripes; i++)
		stripe_destroy(obj, &obj->stripes[i]);
	kvfree(obj->stripes);
	WARN_ON_ONCE(contend_counter_sum(&obj->live));
	reclaim_destroy(&obj->reclaim);
	percpu_counter_destroy(&obj->backlog);
	percpu_counter_destroy(&obj->live);
	atomic_dec(&objects_count);
	reaped(&obj->reaping);
	kfree(obj);
}

static void object_release(struct kref *ref)
{
	struct contend_object *obj = container_of(ref, struct contend_object, ref);

	xa_erase(&objects, obj->id);
	reap(&obj->reaping, object_end);
}

/**
 * contend_object_backlog - how many nodes were erased and are not freed
 * @obj: the object
 *
 * Context: any; a racy look, unless nobody is inside.
 */
u64 contend_object_backlog(struct contend_object *obj)
{
	return max_t(s64, contend_counter_sum(&obj->backlog), 0);
}

/**
 * contend_object_elements - how many elements an object has
 * @obj: the object
 *
 * Context: any; a racy look, unless nobody is inside.
 */
u64 contend_object_elements(const struct contend_object *obj)
{
	u64 elements = 0;
	u32 i;

	for (i = 0; i < obj->nstripes; i++)
		elements += obj->structure->elements(obj->stripes[i].data);
	return elements;
}

/**
 * contend_object_put - give a reference back
 * @obj: the object; left to the reaper when this was the last one
 *
 * Context: process, may sleep as reap() does.
 */
void contend_object_put(struct contend_object *obj)
{
	kref_put(&obj->ref, object_release);
}

/**
 * contend_object_get - look an object up
 * @id: its number
 *
 * Context: process.
 * Return: the object with a reference for the caller, or NULL.
 */
struct contend_object *contend_object_get(u64 id)
{
	struct contend_object *obj = NULL;

	xa_lock(&objects);
	if (id <= INT_MAX)
		obj = xa_load(&objects, id);
	/* object_release() erases it under the same lock before it frees it. */
	if (obj && !kref_get_unless_zero(&obj->ref))
		obj = NULL;
	xa_unlock(&objects);
	return obj;
}

/**
 * contend_object_stay - ask to stay in an object's sections
 * @obj: the object
 * @ns: how long, of all that the caller lets in at a time together
 *
 * Who waits for its lock waits for all of them, and most locks cannot be given up on, not
 * even by a task that is killed. The few that can, as mutex_lock_killable(), are not taken
 * so: it would take a second way in and a way out for each of them, which the measured loop
 * does not have, so that clients would take another lock than the one that is measured, and
 * the others would need this limit all the same. It bounds the sum for each of them.
 *
 * Context: any.
 * Return: true, and contend_object_stay_no_more() must follow; false: with those of
 * others it would be more than CONTEND_STAYS_MAX_NS.
 */
bool contend_object_stay(struct contend_object *obj, u64 ns)
{
	if (ns > CONTEND_STAYS_MAX_NS)
		return false;
	if (atomic64_add_return(ns, &obj->stays) <= CONTEND_STAYS_MAX_NS)
		return true;
	contend_object_stay_no_more(obj, ns);
	return false;
}

/**
 * contend_object_stay_no_more - the reverse
 * @obj: the object
 * @ns: as it was asked for
 *
 * Context: any.
 */
void contend_object_stay_no_more(struct contend_object *obj, u64 ns)
{
	atomic64_sub(ns, &obj->stays);
}

/**
 * contend_object_share - let interrupts work on an object, from now on
 * @obj: the object, not entered by this task
 *
 * A lock that leaves interrupts as they are is taken with interrupts off from here on,
 * by everybody. To lockdep it is another lock then: those of other objects are taken
 * with interrupts on.
 *
 * Context: process.
 * Return: 0; -EBUSY somebody is inside, with interrupts on.
 */
int contend_object_share(struct contend_object *obj)
{
	const struct lock_ops *ops = obj->lock->ops;
	u32 i;

	if (!ops->irqs_on || READ_ONCE(obj->shared))
		return 0;
	if (!down_write_trylock(&obj->gate))
		return -EBUSY;
	for (i = 0; i < obj->nstripes && !obj->shared; i++)
		lock_class_init(obj->stripes[i].lock_data + ops->dep, "shared", LD_WAIT_SPIN);
	WRITE_ONCE(obj->shared, true);
	up_write(&obj->gate);
	return 0;
}

/**
 * contend_object_enter - begin to work on an object
 * @obj: the object
 * @writes: whether the work has write sections
 *
 * Goes with contend_object_leave() by the same task.
 *
 * Context: process, may sleep while somebody verifies.
 * Return: 0; -EBUSY its lock excludes nobody and somebody is inside, or it is for
 * readers only and one of the two writes; -EINTR a fatal signal came.
 */
int contend_object_enter(struct contend_object *obj, bool writes)
{
	if (object_solo(obj, writes))
		return down_write_trylock(&obj->gate) ? 0 : -EBUSY;
	/* A writer may be inside for the whole of a run: nothing to wait for. */
	if (object_solo(obj, true))
		return down_read_trylock(&obj->gate) ? 0 : -EBUSY;
	return down_read_killable(&obj->gate);
}

/**
 * contend_object_begin - begin to work on an object as a run
 * @obj: the object
 * @writes: whether the work has write sections
 * @fills: whether contend_object_fill() comes first
 * @alone: then, whether others are kept out until it is done
 *
 * As contend_object_enter(), and until @obj->runs is lowered again nobody verifies.
 * contend_object_filled() comes next.
 *
 * Context: process, may sleep while somebody verifies.
 * Return: as contend_object_enter().
 */
int contend_object_begin(struct contend_object *obj, bool writes, bool fills, bool *alone)
{
	int ret = 0;

	if (mutex_lock_killable(&obj->order))
		return -EINTR;
	*alone = fills && down_write_trylock(&obj->gate);
	if (!*alone)
		ret = contend_object_enter(obj, writes || fills);
	if (!ret)
		atomic_inc(&obj->runs);
	mutex_unlock(&obj->order);
	return ret;
}

/**
 * contend_object_filled - let others in again
 * @obj: the object, begun to work on by this task
 * @writes: whether the work that follows has write sections
 * @alone: from contend_object_begin()
 *
 * It is to be left with contend_object_leave(@obj, @writes).
 *
 * Context: process.
 */
void contend_object_filled(struct contend_object *obj, bool writes, bool alone)
{
	if (alone && !object_solo(obj, writes))
		downgrade_write(&obj->gate);
}

/**
 * contend_object_leave - end to work on an object
 * @obj: the object, entered by this task
 * @writes: as it entered, or as contend_object_filled() had it
 *
 * Context: process.
 */
void contend_object_leave(struct contend_object *obj, bool writes)
{
	if (object_solo(obj, writes))
		up_write(&obj->gate);
	else
		up_read(&obj->gate);
}

/**
 * contend_object_step - carry out one operation
 * @obj: the object, entered
 * @call: the operation; the caller frees call->spare
 * @log: for broken invariants
 *
 * Context: process, may sleep.
 */
void contend_object_step(struct contend_object *obj, struct contend_call *call,
			 struct violation_log *log)
{
	obj->lock->step[obj->s](obj, call, log);
}

/**
 * contend_object_settle - enter work that is done into the books
 * @obj: the object, entered
 * @ops: operations
 * @writes: write sections that the witness saw
 * @balance: sum of the deltas
 *
 * Before contend_object_leave(), or verification would find it missing.
 *
 * Context: any.
 */
void contend_object_settle(struct contend_object *obj, u64 ops, u64 writes, s64 balance)
{
	atomic64_add(ops, &obj->ops);
	atomic64_add(writes, &obj->writes);
	atomic64_add(balance, &obj->balance);
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
 * contend_object_op - carry out one operation of a client
 * @obj: the object
 * @op: as at the system-call boundary, checked here
 *
 * Context: process, may sleep.
 * Return: 0 when it was carried out; -EINVAL unknown verb or flag, or too long a
 * stay; -EBUSY it would be too long with those of others; as contend_object_enter().
 */
int contend_object_op(struct contend_object *obj, struct contend_op *op)
{
	const struct contend_verb *verbs = obj->structure->verbs;
	struct contend_call call = {
		.key = op->key, .value = op->value, .witness = true, .stay_ns = op->stay_ns,
	};
	struct violation_log log;
	bool writes;
	int ret;

	static_assert(SPEC_STAY_MAX_NS == CONTEND_STAY_MAX_NS);
	if (op->flags & ~CONTEND_OP_TIMED || op->stay_ns > CONTEND_STAY_MAX_NS)
		return -EINVAL;
	while (call.verb < op->verb && verbs[call.verb].name)
		call.verb++;
	if (!verbs[call.verb].name)
		return -EINVAL;

	writes = verbs[call.verb].write;
	if (call.stay_ns && !contend_object_stay(obj, call.stay_ns))
		return -EBUSY;
	ret = contend_object_enter(obj, writes);
	if (ret)
		goto out;
	violation_log_init(&log, NO_WORKER);
	contend_object_step(obj, &call, &log);
	contend_object_settle(obj, 1, call.writes, call.delta);
	contend_node_free(call.spare);
	contend_object_leave(obj, writes);
	contend_object_report(obj, &log);

	op->error = -call.error;
	op->value = call.value;
	op->wait_ns = op->flags & CONTEND_OP_TIMED ? call.wait_ns : 0;
	op->hold_ns = op->flags & CONTEND_OP_TIMED ? call.hold_ns : 0;
out:
	if (call.stay_ns)
		contend_object_stay_no_more(obj, call.stay_ns);
	return ret;
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
	u64 writes, witnessed = 0, sum = 0, elements;
	struct violation_log found;
	s64 live, balance;
	u32 i;
	int ret;

	if (mutex_lock_killable(&obj->order))
		return -EINTR;
	if (atomic_read(&obj->runs))
		ret = -EBUSY;
	else
		ret = down_write_killable(&obj->gate);
	mutex_unlock(&obj->order);
	if (ret)
		return ret;

	violation_log_init(&found, NO_WORKER);
	ret = object_drain(obj);
	for (i = 0; i < obj->nstripes && !ret; i++) {
		sum += obj->structure->verify(obj->stripes[i].data, &found);
		witnessed += obj->stripes[i].witness.writes;
		cond_resched();
		if (fatal_signal_pending(current))
			ret = -EINTR;
	}
	if (ret)
		goto out;
	balance = atomic64_read(&obj->balance);
	if (sum != balance)
		violation_note(&found, CHECK_CONSERVATION,
			       "what is there is not what the operations add up to", sum, balance);
	writes = atomic64_read(&obj->writes);
	if (witnessed != writes)
		violation_note(&found, CHECK_EXCLUSION, "write sections were lost", witnessed,
			       writes);
	live = contend_counter_sum(&obj->live);
	elements = contend_object_elements(obj);
	if (live != elements)
		violation_note(&found, CHECK_RECLAIM, "live nodes are not the elements", live,
			       elements);
out:
	up_write(&obj->gate);
	contend_object_report(obj, &found);
	violation_merge(log, &found);
	return ret;
}

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
 * From the greatest key down, so that a list is not walked for each. Does
 * nothing on a structure that is not filled.
 *
 * Context: process, may sleep.
 * Return: 0, -ENOMEM, or -ECANCELED on @abort.
 */
int contend_object_fill(struct contend_object *obj, u32 range, u32 percent, u64 seed,
			bool alone, bool (*abort)(void *arg), void *arg,
			struct violation_log *log)
{
	const struct contend_lock *lock = alone ? contend_lock_find("null") : obj->lock;
	struct contend_call call = { .verb = obj->structure->fill, .witness = true };
	u64 room = obj->capacity * obj->nstripes, elements = contend_object_elements(obj), ops = 0;
	s64 balance = 0;
	struct rng rng;
	int ret = 0;
	u32 key = range;

	if (obj->structure->fill < 0)
		return 0;
	rng_seed(&rng, seed, ~0ULL - 1);
	/* A stripe that is full says nothing of the others. */
	while (elements < room && key--) {
		if (rng_below(&rng, 100) >= percent)
			continue;
		if (abort(arg)) {
			ret = -ECANCELED;
			break;
		}
		call.key = key;
		call.value = key;
		lock->step[obj->s](obj, &call, log);
		if (call.error == -ENOMEM) {
			ret = -ENOMEM;
			break;
		}
		ops++;
		balance += call.delta;
		elements += !call.error;
		cond_resched();
	}
	contend_node_free(call.spare);
	contend_object_settle(obj, ops, ops, balance);
	return ret;
}

/**
 * contend_node_expire - the deferred function of a node that was erased
 * @head: the node's
 *
 * Context: an RCU callback, or whichever the lock's reclaimer has: any but hardirq.
 */
void contend_node_expire(struct rcu_head *head)
{
	struct contend_node *node = container_of(head, struct contend_node, rcu);

	reclaim_note(&node->obj->reclaim, contend_elapsed(node->unlinked_ns, contend_clock()));
	percpu_counter_dec(&node->obj->backlog);
	contend_node_free(node);
}

/**
 * contend_object_throttle - hold back a writer that erases faster than grace
 *	periods pass
 * @obj: its object, whose lock defers
 *
 * Context: process, outside the lock; sleeps for a grace period.
 */
void contend_object_throttle(struct contend_object *obj)
{
	trace_contend_reclaim(obj, contend_object_backlog(obj));
	object_drain(obj);
}

/**
 * contend_object_show - /proc/contend/objects
 * @m: where to
 * @unused: NULL
 *
 * Context: process.
 * Return: 0.
 */
int contend_object_show(struct seq_file *m, void *unused)
{
	struct contend_object *obj;
	unsigned long id;

	seq_puts(m, "id lock structure elements capacity ops backlog permits_free/permits permits_waiters descriptors runs violations\n");
	/* An object that is still in the table is not freed before xa_erase(). */
	xa_lock(&objects);
	xa_for_each(&objects, id, obj)
		seq_printf(m, "%lu %s %s %llu %llu %llu %llu %u/%u %u %u %u %llu\n", id,
			   obj->lock->name, obj->structure->name,
			   contend_object_elements(obj), obj->capacity * obj->nstripes,
			   (u64)atomic64_read(&obj->ops),
			   contend_object_backlog(obj),
			   READ_ONCE(obj->permits.free), obj->permits.total,
			   READ_ONCE(obj->permits.waiting),
			   atomic_read(&obj->descriptors), atomic_read(&obj->runs),
			   obj->log.total);
	xa_unlock(&objects);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
#include <linux/cache.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "access.h"
#include "clock.h"
#include "lib/charge.h"
#include "object.h"
#include "trace.h"

unsigned int contend_max_objects = 1024;
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

static int stripe_init(struct contend_object *obj, struct contend_stripe *stripe)
{
	const struct contend_shape shape = {
		.nodes = &obj->nodes, .capacity = obj->capacity, .parts = obj->nstripes,
	};
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
	if (s->tasks_only && ops->for_tasks)
		ops->for_tasks(stripe->lock_data);
	ret = s->init(stripe->data, &shape);
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

/**
 * contend_object_drain - wait until all that was unlinked before is freed
 * @obj: the object
 *
 * Other tasks at work on it may still be freeing some of it: struct lock_ops says what
 * a drain waits for. It ends while they unlink more.
 *
 * Context: process, outside the lock; may sleep for a grace period.
 * Return: 0; -EINTR a fatal signal came.
 */
int contend_object_drain(struct contend_object *obj)
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

/*
 * How deadlocks are avoided, as the flags of a CREATE ask: enum spec_avoid, or -EINVAL and in
 * @why what is wrong with them. Each way but the order is asked for by the flag of its number.
 */
static int avoid_of_flags(u32 flags, char *why, size_t size)
{
	const u32 unknown = flags & ~(CONTEND_CREATE_BACKOFF | CONTEND_CREATE_WW);

	static_assert(AVOID_ORDER == 0 && AVOID_BACKOFF == CONTEND_CREATE_BACKOFF &&
		      AVOID_WW == CONTEND_CREATE_WW);
	switch (flags) {
	case 0:
		return AVOID_ORDER;
	case CONTEND_CREATE_BACKOFF:
		return AVOID_BACKOFF;
	case CONTEND_CREATE_WW:
		return AVOID_WW;
	}
	if (unknown)
		snprintf(why, size, "flags=%#x: %#x is unknown", flags, unknown);
	else
		snprintf(why, size, "flags=%#x: BACKOFF or WW avoids a deadlock, not both", flags);
	return -EINVAL;
}

/* The rule by which a deadlock cannot be avoided in this way, or NULL. */
static const char *avoid_rule(const struct contend_lock *lock, const struct contend_structure *s,
			      enum spec_avoid avoid, u32 stripes)
{
	if (!(s->needs & CONTEND_CAP_NESTS))
		return avoid == AVOID_ORDER ? NULL :
		       "avoid= is for a structure whose operations take two locks";
	if (avoid == AVOID_BACKOFF && !(lock->caps & CONTEND_CAP_TRY))
		return "avoid=backoff takes a lock that can be tried";
	if (avoid == AVOID_WW && !lock->ops->ww_enter)
		return "avoid=ww takes a lock with this protocol: ww_mutex or ww_mutex_die";
	if (avoid == AVOID_WW && CONTEND_WW_LOSES_WAKEUPS)
		return "avoid=ww may hang on 6.12.95 with PREEMPT_RT: take 6.12.96 or later";
	if (avoid == AVOID_ORDER && stripes > 1 && !lock->ops->write_nest)
		return "avoid=order is not for this lock: avoid=ww is, or avoid=backoff";
	return NULL;
}

/* Whether there can be such an object, and its @avoid; what is wrong is in create->why. */
static int object_refuse(const struct contend_lock *lock, const struct contend_structure *s,
			 struct contend_create *create, enum spec_avoid *avoid)
{
	const u64 capacity = create->capacity ?: s->capacity;
	const size_t size = sizeof(create->why);
	const char *rule = NULL;
	char *why = create->why;
	int ret;

	why[0] = '\0';
	ret = avoid_of_flags(create->flags, why, size);
	if (ret < 0)
		return ret;
	*avoid = ret;
	if (lock->caps & CONTEND_CAP_ABSENT)
		strscpy(why, lock->about, size);
	else if (s->needs & CONTEND_CAP_ABSENT)
		strscpy(why, s->about, size);
	else if (contend_lock_lacks(lock, s->needs) & CONTEND_CAP_SELF)
		snprintf(why, size, "a %s synchronises itself: it takes lock=null", s->name);
	else if (contend_lock_lacks(lock, s->needs))
		snprintf(why, size, "%s does not promise what structure=%s needs of its lock",
			 lock->name, s->name);
	else if (create->permits && !(lock->caps & CONTEND_CAP_PERMITS))
		snprintf(why, size, "%s has no permits", lock->name);
	else if (create->stripes > 1 && !s->keyed)
		snprintf(why, size, "a %s has no keys for stripes=%u to share", s->name,
			 create->stripes);
	else
		rule = avoid_rule(lock, s, *avoid, create->stripes);
	if (rule)
		strscpy(why, rule, size);
	if (why[0])
		return -EOPNOTSUPP;

	if (capacity > contend_max_capacity)
		snprintf(why, size, "capacity=%llu is more than the module's max_capacity=%lu",
			 capacity, contend_max_capacity);
	else if (capacity > CONTEND_CAPACITY_MOST)
		snprintf(why, size, "capacity=%llu: %llu are the most", capacity,
			 CONTEND_CAPACITY_MOST);
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
	enum spec_avoid avoid;
	int ret;

	ret = object_refuse(lock, s, create, &avoid);
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
	if (s->room)
		obj->capacity = s->room(obj->capacity);
	mutex_init(&obj->order);
	spin_lock_init(&obj->log_lock);
	violation_log_init(&obj->log, NO_WORKER);
	conditions_init(&obj->conditions);
	permits_init(&obj->permits, permits);

	ret = nodes_init(&obj->nodes, structure, lock->ops->defer);
	if (ret)
		goto err_free;
	ret = gate_init(&obj->gate);
	if (ret)
		goto err_nodes;
	ret = -ENOMEM;
	obj->books = alloc_percpu_gfp(struct books, GFP_CLIENT);
	if (!obj->books)
		goto err_gate;
	obj->stripes = kvcalloc(stripes, sizeof(*obj->stripes), GFP_CLIENT);
	if (!obj->stripes)
		goto err_books;
	/* Known to the structures from the first one on. */
	obj->nstripes = stripes;
	obj->avoid = avoid;
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
	trace_contend_create(obj);
	return obj;

err_stripes:
	/* As an object that had only these: some locks take a grace period each. */
	obj->nstripes = stripes;
	contend_object_put(obj);
	return ERR_PTR(ret);
err_books:
	free_percpu(obj->books);
err_gate:
	gate_destroy(&obj->gate);
err_nodes:
	nodes_destroy(&obj->nodes);
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
	contend_object_drain(obj);
	for (i = 0; i < obj->nstripes; i++)
		stripe_destroy(obj, &obj->stripes[i]);
	kvfree(obj->stripes);
	free_percpu(obj->books);
	gate_destroy(&obj->gate);
	conditions_destroy(&obj->conditions);
	nodes_destroy(&obj->nodes);
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
 * contend_object_next - walk the objects
 * @id: the least number to look at
 *
 * This is how all of them are looked at: under the table's lock nothing is done that grows with an
 * object.
 *
 * Context: process, also where memory is reclaimed.
 * Return: the next object with a reference for the caller, or NULL.
 */
struct contend_object *contend_object_next(u64 id)
{
	struct contend_object *obj, *next = NULL;
	unsigned long index;

	xa_lock(&objects);
	xa_for_each_start(&objects, index, obj, id) {
		/* As in contend_object_get(). */
		if (kref_get_unless_zero(&obj->ref)) {
			next = obj;
			break;
		}
	}
	xa_unlock(&objects);
	return next;
}

static bool object_shrinks(const struct contend_object *obj)
{
	return obj->structure->shrink && obj->lock->ops->write_try;
}

/**
 * contend_object_spare - how many elements objects could do without
 *
 * Context: as contend_object_next(); a racy look.
 */
u64 contend_object_spare(void)
{
	struct contend_object *obj;
	u64 spare = 0, id;

	for (id = 0; (obj = contend_object_next(id)); contend_object_put(obj)) {
		id = obj->id + 1ULL;
		if (object_shrinks(obj))
			spare += contend_object_elements(obj);
	}
	return spare;
}

/* One node of a stripe, if its lock is free: whether it had one. */
static bool stripe_shrink(struct contend_object *obj, struct contend_stripe *stripe)
{
	const struct lock_ops *ops = obj->lock->ops;
	struct contend_scratch x = { .copy = ops->defer };
	union lock_token token;
	bool had;

	if (!ops->write_try(stripe->lock_data, &token))
		return false;
	had = obj->structure->shrink(stripe->data, &x);
	ops->write_leave(stripe->lock_data, &token);
	if (!had)
		return false;
	if (!ops->defer) {
		contend_node_free(x.victim);
		return true;
	}
	x.victim->unlinked_ns = contend_clock();
	percpu_counter_inc(&obj->nodes.backlog);
	ops->defer(stripe->lock_data, &x.victim->rcu, contend_node_expire);
	return true;
}

/**
 * contend_object_shrink - memory is short: give nodes back
 * @obj: the object, not entered by this task, or entered for an operation that allocates
 * @most: so many at most
 *
 * No section is measured, and no witness looks: an operation that finds the lock taken by it waits
 * as for any other.
 *
 * Context: process, also where memory is reclaimed: waits for nobody.
 * Return: how many.
 */
u64 contend_object_shrink(struct contend_object *obj, u64 most)
{
	u64 n = 0;
	u32 i;

	if (!object_shrinks(obj) || contend_object_try_enter(obj, true))
		return 0;
	/* Shared with interrupts, its lock is taken with them off: it is left alone. */
	for (i = 0; i < obj->nstripes && !obj->shared; i++)
		while (n < most && stripe_shrink(obj, &obj->stripes[i]))
			n++;
	contend_object_leave(obj, true);
	return n;
}

/**
 * contend_object_throttle - hold back a writer that unlinks faster than what it unlinks
 *	can be freed
 * @obj: its object, whose lock defers
 * @tag: as contend_op.tag
 *
 * Context: process, outside the lock; sleeps for a grace period.
 */
void contend_object_throttle(struct contend_object *obj, u64 tag)
{
	trace_contend_reclaim(obj, nodes_backlog(&obj->nodes), tag);
	contend_object_drain(obj);
}

/**
 * contend_object_show - a line of /proc/contend/objects
 * @m: where to
 * @obj: the object
 *
 * Context: process: what it looks at may be as large as the object.
 */
void contend_object_show(struct seq_file *m, struct contend_object *obj)
{
	const struct books books = books_sum(obj);

	seq_printf(m, "%u %s %s %llu %llu %llu %llu %u/%u %u %u %u %llu %u %s %llu\n", obj->id,
		   obj->lock->name, obj->structure->name,
		   contend_object_elements(obj), obj->capacity * obj->nstripes,
		   books.ops,
		   nodes_backlog(&obj->nodes),
		   READ_ONCE(obj->permits.free), obj->permits.total,
		   READ_ONCE(obj->permits.waiting),
		   atomic_read(&obj->descriptors), atomic_read(&obj->runs),
		   obj->log.total, atomic_read(&obj->conditions.parked),
		   obj->structure->family, books.waited_ns);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * peer:objpool: the kernel's pool of objects, as kretprobes have it (lib/objpool.c): a ring of each
 * CPU, from which the others take when their own is empty. Nobody waits.
 */
#include "compat.h"
#include "structures/peers/leases.h"

static const struct contend_verb objpool_verbs[] = LEASES_VERBS;

#if CONTEND_HAS_OBJPOOL

#include <linux/objpool.h>

/**
 * struct objects - the peer
 * @pool: synchronises itself
 * @leases: of its objects, each of which is its number; a lease's own is the object
 * @made: how many there are already, while it is made
 */
struct objects {
	struct objpool_head pool;
	struct leases leases;
	u32 made;
};

CONTEND_NO_READ(peer_objpool)

void contend_peer_objpool_write(void *data, const struct contend_request *rq,
				struct contend_scratch *x)
{
	struct objects *o = data;
	struct lease *lease;
	u64 *object;

	if (rq->verb == LEASES_TRY_GET) {
		object = objpool_pop(&o->pool);
		if (unlikely(!object)) {
			x->error = -ENOENT;
			return;
		}
		lease_begin(&o->leases.of[*object], x);
		x->value = *object;
		return;
	}
	lease = lease_end(&o->leases, rq, x);
	if (likely(lease))
		objpool_push((void *)(uintptr_t)lease->number, &o->pool);
}

static int objects_make(void *object, void *context)
{
	struct objects *o = context;

	*(u64 *)object = o->made;
	o->leases.of[o->made++].number = (uintptr_t)object;
	return 0;
}

static int objects_init(void *data, const struct contend_shape *shape)
{
	struct objects *o = data;
	int ret = leases_init(&o->leases, shape);

	if (ret)
		return ret;
	ret = objpool_init(&o->pool, o->leases.capacity, sizeof(u64), GFP_CLIENT, o, objects_make,
			   NULL);
	if (ret)
		kvfree(o->leases.of);
	return ret;
}

static void objects_destroy(void *data)
{
	struct objects *o = data;

	objpool_free(&o->pool);
	kvfree(o->leases.of);
}

static u64 objects_elements(const void *data)
{
	const struct objects *o = data;

	return leases_held(&o->leases);
}

static u64 objects_verify(const void *data, struct violation_log *log)
{
	return objects_elements(data);
}

const struct contend_structure contend_structure_peer_objpool = {
	.name = "peer:objpool",
	.family = "pool",
	.about = "the kernel's objpool: objects on a ring of each CPU, as kretprobes have them",
	.needs = CONTEND_CAP_SELF,
	.verbs = objpool_verbs,
	.capacity = 64,
	.size = sizeof(struct objects),
	.init = objects_init,
	.destroy = objects_destroy,
	.elements = objects_elements,
	.verify = objects_verify,
};

#else

CONTEND_STRUCTURE_ABSENT(peer_objpool, "peer:objpool", "pool", objpool_verbs,
			 "the kernel's pool of objects: not here, since 6.7");

#endif

// SPDX-License-Identifier: GPL-2.0
/*
 * peer:sbitmap_queue: the kernel's pool of tags, as its block layer has it (lib/sbitmap.c): bits on
 * several cache lines, with a hint of each CPU where it begins to look. Who waits there waits in
 * one of several queues, and is woken in batches: order is not promised. Here nobody waits.
 */
#include <linux/sbitmap.h>

#include "structures/peers/leases.h"

static const struct contend_verb sbitmap_queue_verbs[] = LEASES_VERBS;

#if IS_ENABLED(CONFIG_SBITMAP)

/**
 * struct tags - the peer
 * @queue: synchronises itself
 * @leases: of its bits
 */
struct tags {
	struct sbitmap_queue queue;
	struct leases leases;
};

CONTEND_NO_READ(peer_sbitmap_queue)

void contend_peer_sbitmap_queue_write(void *data, const struct contend_request *rq,
				      struct contend_scratch *x)
{
	struct tags *t = data;
	struct lease *lease;
	unsigned int cpu;
	int bit;

	if (rq->verb == LEASES_TRY_GET) {
		bit = sbitmap_queue_get(&t->queue, &cpu);
		if (unlikely(bit < 0)) {
			x->error = -ENOENT;
			return;
		}
		t->leases.of[bit].number = cpu;
		lease_begin(&t->leases.of[bit], x);
		x->value = bit;
		return;
	}
	lease = lease_end(&t->leases, rq, x);
	if (likely(lease))
		sbitmap_queue_clear(&t->queue, (u32)rq->value, lease->number);
}

static int tags_init(void *data, const struct contend_shape *shape)
{
	struct tags *t = data;
	int ret = leases_init(&t->leases, shape);

	if (ret)
		return ret;
	ret = sbitmap_queue_init_node(&t->queue, t->leases.capacity, -1, false, GFP_CLIENT,
				      NUMA_NO_NODE);
	if (ret)
		kvfree(t->leases.of);
	return ret;
}

static void tags_destroy(void *data)
{
	struct tags *t = data;

	sbitmap_queue_free(&t->queue);
	kvfree(t->leases.of);
}

static u64 tags_elements(const void *data)
{
	const struct tags *t = data;

	return leases_held(&t->leases);
}

static u64 tags_verify(const void *data, struct violation_log *log)
{
	const struct tags *t = data;
	const u64 held = leases_held(&t->leases);

	if (sbitmap_weight(&t->queue.sb) != held)
		violation_note(log, CHECK_INTEGRITY, "so many tags are not leased",
			       sbitmap_weight(&t->queue.sb), held);
	return held;
}

const struct contend_structure contend_structure_peer_sbitmap_queue = {
	.name = "peer:sbitmap_queue",
	.family = "pool",
	.about = "the kernel's sbitmap_queue: a pool of tags, as the block layer has it",
	.needs = CONTEND_CAP_SELF,
	.verbs = sbitmap_queue_verbs,
	.capacity = 64,
	.size = sizeof(struct tags),
	.init = tags_init,
	.destroy = tags_destroy,
	.elements = tags_elements,
	.verify = tags_verify,
};

#else

CONTEND_STRUCTURE_ABSENT(peer_sbitmap_queue, "peer:sbitmap_queue", "pool", sbitmap_queue_verbs,
			 "the kernel's pool of tags: not here, without CONFIG_SBITMAP");

#endif

// SPDX-License-Identifier: GPL-2.0
/*
 * peer:xarray: the kernel's XArray (lib/xarray.c), as it is, beside our trees: a radix tree whose
 * readers are under RCU, and whose writers take its spinlock.
 */
#include <linux/xarray.h>

#include "structures/peers/map.h"

struct xmap {
	struct xarray xa;
	struct map_books books;
};

static const struct contend_verb xmap_verbs[] = MAP_VERBS;

static void xmap_lookup(struct xmap *m, u64 key, struct contend_scratch *x)
{
	rcu_read_lock();
	map_found(xa_load(&m->xa, key), key, x);
	rcu_read_unlock();
}

static void xmap_insert(struct xmap *m, const struct contend_request *rq,
			struct contend_scratch *x)
{
	struct map_node *node = map_make(&m->books, rq, x);

	if (!node) {
		if (x->error == -ENOSPC && xa_load(&m->xa, rq->key))
			x->error = -EEXIST;
		return;
	}
	x->error = xa_insert(&m->xa, rq->key, node, MAP_GFP);
	if (!x->error)
		return;
	if (x->error == -EBUSY)
		x->error = -EEXIST;
	map_unmake(&m->books, node);
}

static void xmap_scan(struct xmap *m, u64 key, struct contend_scratch *x)
{
	XA_STATE(xas, &m->xa, key);
	struct map_node *node;
	u32 n = 0;

	x->error = -ENOENT;
	rcu_read_lock();
	xas_for_each(&xas, node, ULONG_MAX) {
		if (xas_retry(&xas, node))
			continue;
		if (!map_scanned(node, xas.xa_index, ++n, x))
			break;
	}
	rcu_read_unlock();
}

void contend_peer_xarray_write(void *data, const struct contend_request *rq,
			       struct contend_scratch *x)
{
	struct xmap *m = data;

	BUILD_BUG_ON(sizeof(unsigned long) != sizeof(u64));
	if (rq->verb == MAP_LOOKUP)
		xmap_lookup(m, rq->key, x);
	else if (rq->verb == MAP_INSERT)
		xmap_insert(m, rq, x);
	else if (rq->verb == MAP_ERASE)
		map_erased(&m->books, xa_erase(&m->xa, rq->key), rq->key, x);
	else
		xmap_scan(m, rq->key, x);
}

CONTEND_NO_READ(peer_xarray)

static int xmap_init(void *data, const struct contend_shape *shape)
{
	struct xmap *m = data;

	xa_init_flags(&m->xa, XA_FLAGS_ACCOUNT);
	map_init(&m->books, shape);
	return 0;
}

static void xmap_destroy(void *data)
{
	struct xmap *m = data;
	struct map_node *node;
	unsigned long key;

	xa_for_each(&m->xa, key, node)
		kfree(node);
	xa_destroy(&m->xa);
}

static u64 xmap_elements(const void *data)
{
	const struct xmap *m = data;

	return atomic_read(&m->books.count);
}

static u64 xmap_verify(const void *data, struct violation_log *log)
{
	struct xmap *m = (struct xmap *)data;
	struct map_node *node;
	unsigned long key;
	u64 count = 0;

	xa_for_each(&m->xa, key, node) {
		map_verify_node(node, key, log);
		count++;
	}
	return map_verify_count(&m->books, count, log);
}

const struct contend_structure contend_structure_peer_xarray = {
	.name = "peer:xarray",
	.family = "map",
	.about = "the kernel's XArray: an ordered map of 64-bit keys, with scans",
	.needs = CONTEND_CAP_SELF,
	.tasks_only = true,
	.verbs = xmap_verbs,
	.capacity = 16384,
	.size = sizeof(struct xmap),
	.init = xmap_init,
	.destroy = xmap_destroy,
	.elements = xmap_elements,
	.verify = xmap_verify,
};

// SPDX-License-Identifier: GPL-2.0
/*
 * peer:maple_tree: the kernel's maple tree (lib/maple_tree.c), as it is, beside our trees: a B-tree
 * of ranges whose readers are under RCU, and whose writers take its spinlock.
 */
#include <linux/maple_tree.h>

#include "structures/peers/map.h"

static const struct contend_verb maple_verbs[] = MAP_VERBS;

struct maple {
	struct maple_tree tree;
	struct map_books books;
};

static void maple_lookup(struct maple *m, u64 key, struct contend_scratch *x)
{
	rcu_read_lock();
	map_found(mtree_load(&m->tree, key), key, x);
	rcu_read_unlock();
}

static void maple_insert(struct maple *m, const struct contend_request *rq,
			 struct contend_scratch *x)
{
	struct map_node *node = map_make(&m->books, rq, x);

	if (!node) {
		if (x->error == -ENOSPC && mtree_load(&m->tree, rq->key))
			x->error = -EEXIST;
		return;
	}
	x->error = mtree_insert(&m->tree, rq->key, node, MAP_GFP);
	if (x->error)
		map_unmake(&m->books, node);
}

/* Not mtree_erase(), which may sleep for memory. */
static void maple_erase(struct maple *m, u64 key, struct contend_scratch *x)
{
	MA_STATE(mas, &m->tree, key, key);
	struct map_node *node;
	int ret = 0;

	mas_lock(&mas);
	node = mas_walk(&mas);
	if (node) {
		mas_set_range(&mas, key, key);
		ret = mas_store_gfp(&mas, NULL, MAP_GFP);
	}
	mas_unlock(&mas);
	if (ret)
		x->error = ret;
	else
		map_erased(&m->books, node, key, x);
}

static void maple_scan(struct maple *m, u64 key, struct contend_scratch *x)
{
	MA_STATE(mas, &m->tree, key, key);
	struct map_node *node;
	u32 n = 0;

	x->error = -ENOENT;
	rcu_read_lock();
	mas_for_each(&mas, node, ULONG_MAX)
		if (!map_scanned(node, mas.index, ++n, x))
			break;
	rcu_read_unlock();
}

void contend_peer_maple_tree_write(void *data, const struct contend_request *rq,
				   struct contend_scratch *x)
{
	struct maple *m = data;

	BUILD_BUG_ON(sizeof(unsigned long) != sizeof(u64));
	if (rq->verb == MAP_LOOKUP)
		maple_lookup(m, rq->key, x);
	else if (rq->verb == MAP_INSERT)
		maple_insert(m, rq, x);
	else if (rq->verb == MAP_ERASE)
		maple_erase(m, rq->key, x);
	else
		maple_scan(m, rq->key, x);
}

CONTEND_NO_READ(peer_maple_tree)

static int maple_init(void *data, const struct contend_shape *shape)
{
	struct maple *m = data;

	mt_init_flags(&m->tree, MT_FLAGS_USE_RCU);
	map_init(&m->books, shape);
	return 0;
}

static void maple_destroy(void *data)
{
	struct maple *m = data;
	struct map_node *node;
	unsigned long key = 0;

	mt_for_each(&m->tree, node, key, ULONG_MAX)
		kfree(node);
	/*
	 * No reader is left. Of a tree with MT_FLAGS_USE_RCU mt_destroy_walk() frees later, and
	 * breaks one whose root has a child in each of its MAPLE_RANGE64_SLOTS: it calls
	 * mt_clear_meta(), which takes the last child for metadata, since mte_dead_leaves() has
	 * taken its type away by then. Seen on 7.3.4: a panic in kmem_cache_free_bulk().
	 */
	mt_clear_in_rcu(&m->tree);
	mtree_destroy(&m->tree);
}

static u64 maple_elements(const void *data)
{
	const struct maple *m = data;

	return atomic_read(&m->books.count);
}

static u64 maple_verify(const void *data, struct violation_log *log)
{
	struct maple *m = (struct maple *)data;
	struct map_node *node;
	u64 count = 0;

	MA_STATE(mas, &m->tree, 0, 0);

	rcu_read_lock();
	mas_for_each(&mas, node, ULONG_MAX) {
		map_verify_node(node, mas.index, log);
		count++;
	}
	rcu_read_unlock();
	return map_verify_count(&m->books, count, log);
}

const struct contend_structure contend_structure_peer_maple_tree = {
	.name = "peer:maple_tree",
	.family = "map",
	.about = "the kernel's maple tree: an ordered map of 64-bit keys, with scans",
	.needs = CONTEND_CAP_SELF,
	.tasks_only = true,
	.verbs = maple_verbs,
	.capacity = 16384,
	.size = sizeof(struct maple),
	.init = maple_init,
	.destroy = maple_destroy,
	.elements = maple_elements,
	.verify = maple_verify,
};

// SPDX-License-Identifier: GPL-2.0
/* list: an ordered set of 64-bit keys, each with a value, in one chain. */
#include "structures/chain.h"

struct list {
	struct list_head head;
	struct chain_books books;
};

static const struct contend_verb list_verbs[] = CHAIN_VERBS;

void contend_list_read(const void *data, const struct contend_request *rq,
		       struct contend_scratch *x)
{
	const struct list *l = data;

	chain_read(&l->head, rq, x);
}

void contend_list_write(void *data, const struct contend_request *rq,
			struct contend_scratch *x)
{
	struct list *l = data;

	chain_write(&l->books, &l->head, rq, x);
}

static int list_init(void *data, const struct contend_shape *shape)
{
	struct list *l = data;

	INIT_LIST_HEAD(&l->head);
	l->books.capacity = shape->capacity;
	return 0;
}

static void list_destroy(void *data)
{
	struct list *l = data;

	chain_destroy(&l->head);
}

static u64 list_elements(const void *data)
{
	const struct list *l = data;

	return READ_ONCE(l->books.count);
}

static u64 list_verify(const void *data, struct violation_log *log)
{
	const struct list *l = data;
	u64 count = chain_verify(&l->head, log);

	chain_verify_books(&l->books, count, log);
	return count;
}

const struct contend_structure contend_structure_list = {
	.name = "list",
	.family = "set",
	.about = "an ordered set of 64-bit keys in a linked list",
	.needs = CONTEND_CAP_POINTERS,
	.verbs = list_verbs,
	.keyed = true,
	.capacity = 4096,
	.node_size = sizeof(struct chain_node),
	.size = sizeof(struct list),
	.init = list_init,
	.destroy = list_destroy,
	.elements = list_elements,
	.verify = list_verify,
};

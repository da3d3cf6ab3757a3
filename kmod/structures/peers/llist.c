// SPDX-License-Identifier: GPL-2.0
/*
 * peer:llist: the kernel's llist (lib/llist.c), as it is, beside our ring_mpsc: any number of
 * producers, and one consumer that takes the newest element or all of them. It keeps no order and
 * has no bound but its memory: here an atomic count, which our rings do not need, bounds it, and
 * each element is allocated in the section of the one that puts it in.
 */
#include <linux/llist.h>
#include <linux/slab.h>

#include "check/violation.h"
#include "structures/ring.h"
#include "structures/structure.h"

/**
 * struct stack - an llist
 * @list: see <linux/llist.h>; llist_del_first() is one consumer's
 * @count: elements, and those on their way in
 * @capacity: most of them, constant
 */
struct stack {
	struct llist_head list;
	atomic_t count ____cacheline_aligned_in_smp;
	u32 capacity;
};

struct stacked {
	struct llist_node link;
	struct ring_element element;
};

static const struct contend_verb stack_verbs[] = RING_VERBS(GUARD_SELF, GUARD_OWNER);

/* It knows no position: an element is sealed with none. */
static struct stacked *stacked_make(u64 key)
{
	struct stacked *one = kmalloc(sizeof(*one), GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);

	if (one)
		one->element = (struct ring_element){ key, ring_seal(key, 0) };
	return one;
}

/* Up to @n elements, as far as there is room and memory. */
static void stack_put(struct stack *s, const struct contend_request *rq, u32 n,
		      struct contend_scratch *x)
{
	u32 i;

	for (i = 0; i < n; i++) {
		struct stacked *one = NULL;

		if (atomic_inc_return(&s->count) <= s->capacity)
			one = stacked_make(rq->key + i);
		if (!one) {
			atomic_dec(&s->count);
			break;
		}
		llist_add(&one->link, &s->list);
	}
	if (i)
		ring_answer(rq, i, 0, x);
	else
		x->error = -ENOSPC;
}

/* What was taken out, one or a chain of them. */
static void stack_take(struct stack *s, const struct contend_request *rq, struct llist_node *taken,
		       struct contend_scratch *x)
{
	struct stacked *one, *next;
	u64 key = 0;
	u32 n = 0;

	if (!taken) {
		x->error = -ENOENT;
		return;
	}
	llist_for_each_entry_safe(one, next, taken, link) {
		key = one->element.key;
		ring_judge(key, one->element.seal, 0, x);
		kfree(one);
		n++;
	}
	atomic_sub(n, &s->count);
	ring_answer(rq, n, key, x);
}

CONTEND_NO_READ(peer_llist)

void contend_peer_llist_write(void *data, const struct contend_request *rq,
			      struct contend_scratch *x)
{
	struct llist_node *first;
	struct stack *s = data;

	if (rq->verb == RING_PUT) {
		stack_put(s, rq, 1, x);
	} else if (rq->verb == RING_PUT_BATCH) {
		stack_put(s, rq, RING_BATCH, x);
	} else if (rq->verb == RING_GET) {
		first = llist_del_first(&s->list);
		if (first)
			first->next = NULL;
		stack_take(s, rq, first, x);
	} else {
		stack_take(s, rq, llist_del_all(&s->list), x);
	}
}

static int stack_init(void *data, const struct contend_shape *shape)
{
	struct stack *s = data;

	init_llist_head(&s->list);
	s->capacity = min_t(u64, shape->capacity, S32_MAX / 2);
	return 0;
}

static void stack_destroy(void *data)
{
	struct stacked *one, *next;
	struct stack *s = data;

	llist_for_each_entry_safe(one, next, llist_del_all(&s->list), link)
		kfree(one);
}

static u64 stack_elements(const void *data)
{
	const struct stack *s = data;

	return atomic_read(&s->count);
}

static u64 stack_verify(const void *data, struct violation_log *log)
{
	const struct stack *s = data;
	struct contend_scratch x = { };
	struct stacked *one;
	u64 n = 0;

	llist_for_each_entry(one, s->list.first, link) {
		ring_judge(one->element.key, one->element.seal, 0, &x);
		if (x.broken)
			violation_note(log, CHECK_INTEGRITY, x.broken, x.seen, x.expected);
		x.broken = NULL;
		n++;
	}
	return n;
}

const struct contend_structure contend_structure_peer_llist = {
	.name = "peer:llist",
	.family = "queue",
	.about = "the kernel's llist: many producers, one consumer that takes the newest or all",
	.needs = CONTEND_CAP_SELF,
	.tasks_only = true,
	.verbs = stack_verbs,
	.capacity = 1024,
	.size = sizeof(struct stack),
	.init = stack_init,
	.destroy = stack_destroy,
	.elements = stack_elements,
	.verify = stack_verify,
};

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_LLIST_H
#define CONTEND_SHIM_LLIST_H

/*
 * A stack that many push onto (R. K. Treiber, "Systems programming: coping with parallelism",
 * 1986).
 */
#include <linux/atomic.h>
#include <linux/kernel.h>

struct llist_node {
	struct llist_node *next;
};

struct llist_head {
	struct llist_node *first;
};

static inline void init_llist_head(struct llist_head *head)
{
	head->first = NULL;
}

static inline bool llist_empty(const struct llist_head *head)
{
	return !READ_ONCE(head->first);
}

static inline bool llist_add(struct llist_node *new, struct llist_head *head)
{
	struct llist_node *first = READ_ONCE(head->first);

	do {
		new->next = first;
	} while (!try_cmpxchg(&head->first, &first, new));
	return !first;
}

static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	return xchg(&head->first, NULL);
}

/* Of one consumer at a time. */
static inline struct llist_node *llist_del_first(struct llist_head *head)
{
	struct llist_node *first = smp_load_acquire(&head->first);

	while (first && !try_cmpxchg(&head->first, &first, READ_ONCE(first->next)))
		;
	return first;
}

#define llist_entry(ptr, type, member)	container_of(ptr, type, member)
#define llist_for_each_entry_safe(pos, n, node, member)				\
	for (pos = llist_entry(node, typeof(*pos), member);			\
	     (char *)pos != (char *)NULL - offsetof(typeof(*pos), member) &&	\
	     (n = llist_entry(pos->member.next, typeof(*n), member), true);	\
	     pos = n)

#endif /* CONTEND_SHIM_LLIST_H */

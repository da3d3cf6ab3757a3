/* SPDX-License-Identifier: GPL-2.0 */
/* What the locks with a reclamation of their own keep: functions for later. */
#ifndef CONTEND_LOCKS_DEFERRED_H
#define CONTEND_LOCKS_DEFERRED_H

#include <linux/types.h>

/**
 * deferred_run - call functions whose time has come
 * @head: the first one, linked by @next; in any order; or NULL
 *
 * Context: any in which the functions may run; each frees its head.
 */
static inline void deferred_run(struct rcu_head *head)
{
	while (head) {
		struct rcu_head *next = head->next;

		head->func(head);
		head = next;
	}
}

#endif /* CONTEND_LOCKS_DEFERRED_H */

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_RCULIST_H
#define CONTEND_SHIM_RCULIST_H

#include <linux/list.h>
#include <linux/rcupdate.h>

#define list_add_rcu(new, head)		list_add(new, head)
#define list_add_tail_rcu(new, head)	list_add_tail(new, head)
#define list_del_rcu(entry)		list_del(entry)
#define list_entry_rcu(ptr, type, member)	\
	container_of(rcu_dereference(ptr), type, member)
#define list_for_each_entry_rcu(pos, head, member, ...)			\
	for (pos = list_entry_rcu((head)->next, typeof(*pos), member);	\
	     &pos->member != (head);					\
	     pos = list_entry_rcu(pos->member.next, typeof(*pos), member))

#endif /* CONTEND_SHIM_RCULIST_H */

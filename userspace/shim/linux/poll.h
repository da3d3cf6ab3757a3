/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTEND_SHIM_POLL_H
#define CONTEND_SHIM_POLL_H

#include <linux/types.h>
#include <linux/wait.h>
#include <sys/epoll.h>

struct file;

typedef struct poll_table_struct {
	wait_queue_head_t *wait;
} poll_table;

static inline void poll_wait(struct file *file, wait_queue_head_t *wait, poll_table *table)
{
	if (table)
		table->wait = wait;
}

#endif /* CONTEND_SHIM_POLL_H */

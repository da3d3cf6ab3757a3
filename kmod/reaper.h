/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The reaper: ends what a client has let go, objects and runs, in the module's own
 * workers. Grace periods and threads that end take as long as they take: the client that
 * closes a descriptor, or is killed, does not wait for that.
 *
 * What is being reaped counts until it is freed, and unloading the module waits for it.
 */
#ifndef CONTEND_REAPER_H
#define CONTEND_REAPER_H

#include <linux/completion.h>
#include <linux/workqueue.h>

/**
 * struct reaping - in what is to be reaped
 * @work: the worker's
 * @waiter: of a task that has let go and waits for the end, on its stack, or NULL; guarded by
 *	the reaper's lock
 */
struct reaping {
	struct work_struct work;
	struct completion *waiter;
};

void reap(struct reaping *r, work_func_t end);
void reaped(struct reaping *r);
int reaper_init(void);
void reaper_exit(void);

#endif /* CONTEND_REAPER_H */

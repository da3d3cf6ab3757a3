/* SPDX-License-Identifier: GPL-2.0 */
/* Processes that this one has started. */
#ifndef CONTEND_CHILD_H
#define CONTEND_CHILD_H

#include <errno.h>
#include <sys/wait.h>

/**
 * child_wait - wait until a process has ended, whatever signals come meanwhile
 * @pid: a child that nobody else waits for
 *
 * Return: its status, as waitpid() says it; -1: there is no such child.
 */
static inline int child_wait(pid_t pid)
{
	int status;
	pid_t ended;

	do
		ended = waitpid(pid, &status, 0);
	while (ended < 0 && errno == EINTR);
	return ended == pid ? status : -1;
}

#endif /* CONTEND_CHILD_H */

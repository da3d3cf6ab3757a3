// SPDX-License-Identifier: GPL-2.0
/*
 * A temporary folder of a run, for the sockets and the configuration of a server. A run that is
 * killed removes nothing. So a shell beside it does, the keeper, which outlives it: it removes the
 * folder when it is told to, or when nobody is left who could tell. It runs from the beginning,
 * so that it costs the run nothing while that measures, and has a process group of its own, as
 * what ends the run's group is not meant for it. What ends whole sessions or services, such as a
 * service manager with a signal of its choice, reaches it all the same: it ignores what can be.
 */
#include <errno.h>
#include <limits.h>
#include <linux/string.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/child.h"
#include "scenario.h"

/*
 * A line is the process group of a server that writes to the folder. It is sent SIGTERM when the
 * run dies (see peer_start()), and has five seconds to end, or is killed.
 */
static const char keeper[] =
	"group= n=0\n"
	"while read -r line; do\n"
	"	case $line in end) group=; break ;; *) group=$line ;; esac\n"
	"done\n"
	"if [ -n \"$group\" ]; then\n"
	"	while [ $n -lt 50 ] && kill -s 0 -- \"-$group\"; do\n"
	"		n=$((n + 1))\n"
	"		sleep 0.1\n"
	"	done 2>/dev/null\n"
	"	kill -s KILL -- \"-$group\" 2>/dev/null\n"
	"fi\n"
	"exec rm -rf -- \"$1\"\n";

/*
 * Each signal that by default ends a process, or stops one, and can be ignored: a shell that has
 * begun so leaves it so, and what it starts as well.
 */
static void ignore_signals(void)
{
	int i;

	for (i = 1; i <= SIGRTMAX; i++)
		if (i != SIGCHLD)
			signal(i, SIG_IGN);
}

/* What servers of others can have in their configuration, whatever its language. */
#define PLAIN	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+@-/"

/* Where temporary folders are, by its path from the root on, since a server may be elsewhere. */
static int find_place(struct play *play, char *place)
{
	const char *asked = getenv("TMPDIR");

	if (!asked || !asked[0])
		asked = "/tmp";
	if (!realpath(asked, place))
		return play_failed(play, errno,
				   "TMPDIR: %s: make that folder, or let it name another one: %s",
				   strerror(errno), asked);
	if (place[strspn(place, PLAIN)])
		return play_failed(play, EINVAL,
				   "TMPDIR: a path of letters, digits and . _ + @ - / alone is what servers can have: let it name another one: %s",
				   place);
	return 0;
}

/**
 * folder_make - make it, where TMPDIR says
 * @play: the run
 * @folder: filled in; zero before
 *
 * Return: 0; a negative errno, with a reason.
 */
int folder_make(struct play *play, struct folder *folder)
{
	char place[PATH_MAX];
	int pair[2], ret = find_place(play, place);
	sigset_t all, was;
	pid_t pid;

	if (ret)
		return ret;
	ret = snprintf(folder->path, sizeof(folder->path), "%s/contend-%s-XXXXXX", place,
		       play->scenario->name);
	if (ret >= (int)sizeof(folder->path)) {
		folder->path[0] = '\0';
		return play_failed(play, ENAMETOOLONG,
				   "TMPDIR: a Unix socket in it would have a path that is %zu bytes too long: let it name another folder, as /tmp: %s",
				   ret + 1 - sizeof(folder->path), place);
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
		ret = errno;
		goto err;
	}
	/* From the folder to its keeper nothing ends this thread, nor that until it ignores it. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &was);
	if (!mkdtemp(folder->path)) {
		ret = errno;
		goto err_close;
	}
	/* Not into what may be shared memory: the child's 0 would come after. */
	pid = fork();
	if (pid < 0) {
		ret = errno;
		rmdir(folder->path);
		goto err_close;
	}
	if (!pid) {
		setpgid(0, 0);
		ignore_signals();
		pthread_sigmask(SIG_SETMASK, &was, NULL);
		/* Who waits until the run's output ends does not wait for this. */
		dup2(pair[1], STDIN_FILENO);
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execl("/bin/sh", "sh", "-c", keeper, "sh", folder->path, NULL);
		_exit(127);
	}
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	close(pair[1]);
	folder->keeper = pid;
	folder->tell = pair[0];
	return 0;

err_close:
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	close(pair[0]);
	close(pair[1]);
err:
	play_failed(play, ret, "no temporary folder %s: %s", folder->path, strerror(ret));
	folder->path[0] = '\0';
	return -ret;
}

static void tell(const struct folder *folder, const char *line)
{
	/* One that has ended is told of when it is waited for. */
	(void)!send(folder->tell, line, strlen(line), MSG_NOSIGNAL);
}

/**
 * folder_server - a server writes to it
 * @folder: the folder
 * @pid: the server, which leads a process group
 */
void folder_server(struct folder *folder, pid_t pid)
{
	char line[16];

	snprintf(line, sizeof(line), "%d\n", pid);
	tell(folder, line);
}

/**
 * folder_remove - remove it with what is in it
 * @folder: from folder_make(), or zero, which is nothing to do; nobody writes to it any more
 */
void folder_remove(struct folder *folder)
{
	if (!folder->path[0])
		return;
	tell(folder, "end\n");
	close(folder->tell);
	if (child_wait(folder->keeper))
		fprintf(stderr, "contend: cannot remove %s\n", folder->path);
	memset(folder, 0, sizeof(*folder));
}

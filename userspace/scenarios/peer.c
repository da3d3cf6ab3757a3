// SPDX-License-Identifier: GPL-2.0
/*
 * A server of others in the place of ours: a script starts it, configured in a folder of folder.c,
 * and is it then. And the end of a run's server, whosever it is.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <linux/string.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/child.h"
#include "report/result.h"
#include "scenario.h"

/* What the script says of a server whose package is missing, see scripts/peers.d. */
#define STATUS_MISSING	4
/* How long a server has to end before it is killed. */
#define PATIENCE_NS	5000000000ULL
#define ARGUMENTS	8

/**
 * peer_of - whether the system of a run is that of others
 * @play: the run
 *
 * Return: its name, or NULL.
 */
const char *peer_of(const struct play *play)
{
	const char *name = play->common.architecture;

	return strncmp(name, "peer:", 5) ? NULL : name + 5;
}

/* The scripts of the source tree that this program was built in, or as installed. */
static int find_script(const char *scenario, char *path, size_t size)
{
	static const char *const places[] = { "../../scripts/peers.d", "../share/contend/peers.d" };
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	size_t i;

	if (len < 0)
		return -1;
	self[len] = '\0';
	dirname(self);
	for (i = 0; i < 2; i++) {
		snprintf(path, size, "%s/%s/%s", self, places[i], scenario);
		if (!access(path, X_OK))
			return 0;
	}
	return -1;
}

/**
 * peer_start - start the server of others that a run has in the place of ours
 * @play: the run; @play->server is the server's process then
 * @name: of the server
 * @arguments: for the script after the name, ended by NULL: where it is to listen, and the folder
 *	that it may write to
 *
 * The script has to exec the server, or to stay and end it on SIGTERM. It leads a process group,
 * and is sent SIGTERM when this program ends, however that ends. Whether it listens yet, the
 * caller finds out.
 *
 * Return: its process; a negative errno, with a reason.
 */
pid_t peer_start(struct play *play, const char *name, const char *const *arguments)
{
	const char *argv[ARGUMENTS + 3] = { NULL, name };
	char path[PATH_MAX + 64];
	pid_t pid, parent = getpid();
	int i;

	if (find_script(play->scenario->name, path, sizeof(path)))
		return play_failed(play, EOPNOTSUPP,
				   "no script for peers beside this program: scripts/peers.d/%s",
				   play->scenario->name);
	argv[0] = path;
	for (i = 0; arguments[i] && i < ARGUMENTS; i++)
		argv[i + 2] = arguments[i];
	pid = fork();
	if (pid < 0)
		return play_failed(play, errno, "cannot start %s: %s", name, strerror(errno));
	if (!pid) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		/* What it says goes to where errors go. */
		dup2(STDERR_FILENO, STDOUT_FILENO);
		if (getppid() == parent)
			execv(path, (char *const *)argv);
		_exit(127);
	}
	setpgid(pid, pid);
	play->server = pid;
	return pid;
}

/**
 * peer_alive - whether a server that was started still runs
 * @play: the run
 * @pid: from peer_start()
 *
 * Return: 0; -EOPNOTSUPP, -EIO, with a reason, when it has ended.
 */
int peer_alive(struct play *play, pid_t pid)
{
	const char *name = peer_of(play);
	int status;

	if (waitpid(pid, &status, WNOHANG) != pid)
		return 0;
	play->server = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_MISSING)
		return play_failed(play, EOPNOTSUPP,
				   "%s is not installed: scripts/setup peers has it", name);
	return play_failed(play, EIO, "%s ended with status %d before it answered", name,
			   WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/**
 * peer_stop - end a server, ours or of others, with all that it has started
 * @play: the run
 * @pid: the server, which leads a process group; 0: it has ended, see peer_alive()
 * @grace_ns: what it has to end, beside what every server has; then it is killed
 *
 * Return: whether it was there until now, and ended in time; ours has a status, which is 0.
 */
bool peer_stop(struct play *play, pid_t pid, u64 grace_ns)
{
	const u64 until = play_now() + grace_ns + PATIENCE_NS;
	const bool ours = !peer_of(play);
	int status = -1;
	bool well;

	if (!pid)
		return false;
	well = !waitpid(pid, &status, WNOHANG);
	if (well) {
		/* Ours tells its own processes. */
		kill(ours ? pid : -pid, SIGTERM);
		while (!waitpid(pid, &status, WNOHANG)) {
			if (play_now() > until) {
				/* This ends one that is stopped as well. */
				kill(-pid, SIGKILL);
				status = child_wait(pid);
				well = false;
				break;
			}
			usleep(2000);
		}
		if (ours)
			well = well && WIFEXITED(status) && !WEXITSTATUS(status);
	}
	/* Of its group some may be left. */
	kill(-pid, SIGKILL);
	return well;
}

/**
 * peer_check - enter the check of a run's server
 * @play: the run
 * @well: from peer_stop()
 */
void peer_check(struct play *play, bool well)
{
	result_check(play->result, "stops", well ? VERDICT_PASS : VERDICT_FAIL, !well,
		     well ? "" :
		     "the server ended before it was told to, or did not end well or in time then");
}

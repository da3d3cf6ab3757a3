// SPDX-License-Identifier: GPL-2.0
/*
 * The host's side of a virtual machine's life: starts QEMU (or User-Mode Linux,
 * which is its own), passes COMMAND's output through, watches for progress, and
 * ends QEMU whatever happens.
 *
 *   supervise [OPTION]... -- QEMU ARGUMENT...
 *
 *	-l FILE   console log, to which QEMU writes; its growth is progress
 *	-e FILE   QEMU's own stdout and stderr
 *	-o FILE   the outcome, as key=value lines
 *	-b SEC    deadline for the boot
 *	-g SEC    silence that counts as a hang; 0: scaled by the boot time
 *	-t SEC    time limit for COMMAND; 0: none
 *	-m SOCKET User-Mode Linux's console for the host, instead of QMP
 *	-i        interactive: stdin goes to the guest's terminal
 *	-s        save the guest where it parks, into the file $snapshot
 *	-p        the port is a pipe from the guest: it takes more than a socket
 *		  before it makes QEMU wait, but nothing can be sent
 *	-j FILE   the job, for a parked guest that QEMU restores
 *	-d DIR    what the guest shares with this run alone: DIR/host tells it of the host
 *	-w FILE   as soon as the guest has written DIR/NAME, it becomes FILE, whose NAME it is
 *	-x REGEX  a line of the console that ends COMMAND: first by SIGINT
 *
 * QEMU finds the guest's port (see wire.h) as fd 10 and its own monitor (QMP)
 * as fd 11.  The exit status is 0 if there is an outcome to read.  Judging it
 * is the caller's business.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

#define PORT_FD		10
#define QMP_FD		11
#define TICK_MS		100

/* A busy host is slow at everything: silence is measured in boots. */
#define HANG_BASE_MS	30000
#define HANG_PER_BOOT	10

/* A signal that comes by more than one way, as a terminal's does, is one. */
#define SAME_MS		300
/* How long COMMAND may take to end when it is asked to, unless a person waits. */
#define GRACE_MS	5000
/* A splat is told when the console has been quiet so long, or after so long. */
#define QUIET_MS	1000
#define SPLAT_MS	10000

static struct {
	const char *log, *err, *out, *mconsole, *job, *dir, *file;
	int64_t boot_ms, hang_ms, limit_ms;
	bool tty, save, pipe, splat;
	regex_t splat_line;
} opt = { .boot_ms = 60000 };

static pid_t qemu, launcher;
static int port, qmp, sigs;
static int64_t started, ready_at, progress_at;
static int64_t asked_at, splat_at;
static int asked;		/* the signal that COMMAND was sent */
static int unwritten[3];	/* the errno of our stdout and stderr */

/* The console log, as far as it is read. */
static struct {
	int fd;
	bool judged;		/* between the marks */
	int64_t grew_at;
	size_t len;
	char line[1024];
} console = { .fd = -1 };

static struct wire_ready ready;
static struct wire_exit end;
static char outcome[16];	/* empty: not yet */
static char detail[512];
static struct termios saved;
static bool raw;

/* The frame that arrives, and how much of its payload is already passed on. */
static struct {
	struct wire_head head;
	char data[WIRE_MAX];
} in;
static size_t have, passed;

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ll + ts.tv_nsec / 1000000;
}

__attribute__((noreturn))
static void die(const char *what)
{
	fprintf(stderr, "qemu/vm: %s: %s\n", what, strerror(errno));
	if (qemu > 0)
		kill(qemu, SIGKILL);
	exit(125);
}

static void ends(const char *how)
{
	if (!outcome[0])
		snprintf(outcome, sizeof(outcome), "%s", how);
}

static void start_qemu(char **argv)
{
	int ports[2], qmps[2], fd;
	pid_t self = getpid();
	sigset_t none;

	if ((opt.pipe ? pipe2(ports, O_CLOEXEC) :
			socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ports)) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, qmps))
		die("socketpair");
	if (opt.pipe)
		fcntl(ports[1], F_SETPIPE_SZ, 1 << 20);
	port = ports[0];
	qmp = qmps[0];
	started = now_ms();
	qemu = fork();
	if (qemu < 0)
		die("fork");
	if (qemu)
		goto parent;

	/* Its own group: the terminal's Ctrl-C is ours to handle. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != self)
		_exit(125);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	fd = open("/dev/null", O_RDONLY);
	dup2(fd, 0);
	fd = open(opt.err, O_WRONLY | O_CREAT | O_APPEND, 0644);
	dup2(fd, 1);
	dup2(fd, 2);
	/* dup2() onto itself would keep close-on-exec; go through high numbers */
	fd = fcntl(ports[1], F_DUPFD, 64);
	qmps[1] = fcntl(qmps[1], F_DUPFD, 64);
	if (dup2(fd, PORT_FD) < 0 || dup2(qmps[1], QMP_FD) < 0)
		_exit(125);
	close(fd);
	close(qmps[1]);
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(125);
parent:
	close(ports[1]);
	close(qmps[1]);
}

static bool send_frame(uint32_t type, const void *data, uint32_t len)
{
	struct wire_head head = { .type = type, .len = len };
	struct pollfd room = { .fd = port, .events = POLLOUT };

	/*
	 * A guest that does not read must not stop us: then the frame is lost.
	 * A socket that polls as writable takes all of a small one.
	 */
	if (opt.pipe || poll(&room, 1, 0) <= 0)
		return false;
	send(port, &head, sizeof(head), MSG_NOSIGNAL | MSG_DONTWAIT);
	send(port, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	return true;
}

/* Ask COMMAND to end: false when nobody can hear it. */
static bool ask_command(int signal)
{
	struct wire_signal s = { .number = signal };

	if (!ready_at || opt.tty || !send_frame(WIRE_SIGNAL, &s, sizeof(s)))
		return false;
	asked = signal;
	asked_at = now_ms();
	return true;
}

/* A parked guest reads nothing else, and all of this at once. */
static void send_job(void)
{
	struct wire_head head = { .type = WIRE_JOB };
	struct timeval limit = { .tv_sec = opt.boot_ms / 1000 };
	int fd = open(opt.job, O_RDONLY | O_CLOEXEC);
	char buf[WIRE_MAX];
	ssize_t n;

	if (fd < 0)
		die(opt.job);
	setsockopt(port, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	do {
		n = read(fd, buf, sizeof(buf));
		if (n < 0)
			die(opt.job);
		head.len = n;
		if (send(port, &head, sizeof(head), MSG_NOSIGNAL) < 0 ||
		    send(port, buf, n, MSG_NOSIGNAL) < 0)
			break;		/* whoever reads the port sees why */
	} while (n);
	close(fd);
}

static void send_winsize(void)
{
	struct wire_winsize w;
	struct winsize ws;

	if (ioctl(0, TIOCGWINSZ, &ws))
		return;
	w.rows = ws.ws_row;
	w.cols = ws.ws_col;
	send_frame(WIRE_WINSIZE, &w, sizeof(w));
}

static void terminal_raw(void)
{
	struct termios t;

	if (!isatty(0) || tcgetattr(0, &saved))
		return;
	t = saved;
	cfmakeraw(&t);
	raw = !tcsetattr(0, TCSANOW, &t);
	send_winsize();
}

static void from_stdin(void)
{
	struct pollfd room = { .fd = port, .events = POLLOUT };
	char buf[4096];
	ssize_t n;

	if (poll(&room, 1, TICK_MS) <= 0)
		return;		/* the guest is behind: leave it with the typist */
	n = read(0, buf, sizeof(buf));
	if (n < 0)
		return;
	send_frame(WIRE_IN, buf, n);
	if (!n)
		opt.tty = false;
}

/* Wait for an event of QEMU's that tells how it ended: one of two words. */
static bool qmp_ends(const char *good, const char *bad)
{
	int64_t until = now_ms() + opt.boot_ms;
	struct pollfd p = { .fd = qmp, .events = POLLIN };
	char buf[8192];
	size_t len = 0;

	while (now_ms() < until) {
		ssize_t n;

		if (poll(&p, 1, TICK_MS) <= 0)
			continue;
		n = read(qmp, buf + len, sizeof(buf) - 1 - len);
		if (n <= 0)
			return false;
		len += n;
		buf[len] = 0;
		if (strstr(buf, good))
			return true;
		if (strstr(buf, bad) || len == sizeof(buf) - 1)
			return false;
	}
	return false;
}

/* QEMU is done when it has handed over the last byte, not when that is written. */
static bool snapshot_written(void)
{
	for (int64_t until = now_ms() + opt.boot_ms; now_ms() < until; usleep(5000))
		if (!access(getenv("snapshot"), F_OK))
			return true;
	return false;
}

/* The parked guest does nothing, so that all of it is sent at once. */
static void save(void)
{
	static const char *const ask[] = {
		"{'execute':'qmp_capabilities'}",
		"{'execute':'migrate-set-capabilities',",
		" 'arguments':{'capabilities':[{'capability':'events','state':true}]}}",
		"{'execute':'migrate-set-parameters','arguments':{'max-bandwidth':1000000000000}}",
		"{'execute':'migrate','arguments':",
		" {'uri':'exec:cat >\"$snapshot.part\" && mv \"$snapshot.part\" \"$snapshot\"'}}",
		NULL
	};

	for (const char *const *line = ask; *line; line++)
		send(qmp, *line, strlen(*line), MSG_NOSIGNAL);
	if (qmp_ends("\"status\": \"completed\"", "\"status\": \"failed\"") && snapshot_written()) {
		ends("saved");
	} else {
		snprintf(detail, sizeof(detail), "QEMU could not save the guest");
		ends("fail");
	}
}

/* True if the frame is dealt with and the next may come. */
static bool take_frame(void)
{
	switch (in.head.type) {
	case WIRE_READY:
		memcpy(&ready, in.data, sizeof(ready));
		ready_at = now_ms();
		if (!opt.hang_ms)
			opt.hang_ms = HANG_BASE_MS + HANG_PER_BOOT * (ready_at - started);
		if (opt.tty)
			terminal_raw();
		return true;
	case WIRE_OUT:
	case WIRE_ERR:
		return passed == in.head.len;
	case WIRE_PARK:
		if (opt.save)
			save();
		return true;
	case WIRE_EXIT:
		memcpy(&end, in.data, sizeof(end));
		ends("exit");
		return true;
	case WIRE_FAIL:
		snprintf(detail, sizeof(detail), "%.*s", (int)in.head.len, in.data);
		ends("fail");
		return true;
	default:
		return true;	/* a beat */
	}
}

static void next_frame(void)
{
	have = 0;
	passed = 0;
}

static bool frame_complete(void)
{
	return have >= sizeof(in.head) && have == sizeof(in.head) + in.head.len;
}

static void from_guest(void)
{
	size_t want = sizeof(in.head) + (have < sizeof(in.head) ? 0 : in.head.len);
	ssize_t n = 0;

	if (have < want) {
		n = read(port, (char *)&in + have, want - have);
		if (n <= 0) {
			if (n == 0 || errno == ECONNRESET)
				ends("gone");
			return;
		}
		progress_at = now_ms();
		have += n;
	}
	if (have >= sizeof(in.head) && in.head.len > WIRE_MAX) {
		snprintf(detail, sizeof(detail), "nonsense on the guest's port");
		ends("fail");
		return;
	}
	if (frame_complete() && take_frame())
		next_frame();
}

/* The fd for which a frame of output waits, or -1. */
static int out_fd(void)
{
	if (!frame_complete())
		return -1;
	return in.head.type == WIRE_OUT ? 1 : in.head.type == WIRE_ERR ? 2 : -1;
}

static void pass_output(void)
{
	/* poll() promises room for this much in a pipe, so it cannot block */
	size_t len = in.head.len - passed;
	int fd = out_fd();
	ssize_t n = unwritten[fd] ? (ssize_t)len :
		    write(fd, in.data + passed, len < 4096 ? len : 4096);

	progress_at = now_ms();
	if (n < 0 && errno != EINTR && errno != EAGAIN) {
		/* COMMAND runs on. That nobody reads (EPIPE) is no fault; the rest is told. */
		unwritten[fd] = errno;
		n = len;
	}
	if (n > 0)
		passed += n;
	if (take_frame())
		next_frame();
}

static void console_line(void)
{
	console.line[console.len] = 0;
	if (strstr(console.line, WIRE_MARK_BEGIN))
		console.judged = true;
	else if (strstr(console.line, WIRE_MARK_END))
		console.judged = false;
	else if (opt.splat && console.judged && !splat_at &&
		 !regexec(&opt.splat_line, console.line, 0, NULL, 0))
		splat_at = now_ms();
	console.len = 0;
}

static void watch_log(void)
{
	char buf[4096];
	ssize_t n, i;

	if (console.fd < 0)
		console.fd = open(opt.log, O_RDONLY | O_CLOEXEC);
	while (console.fd >= 0 && (n = read(console.fd, buf, sizeof(buf))) > 0) {
		progress_at = now_ms();
		console.grew_at = progress_at;
		for (i = 0; i < n; i++) {
			if (buf[i] == '\n')
				console_line();
			else if (console.len < sizeof(console.line) - 1)
				console.line[console.len++] = buf[i];
		}
	}
}

/*
 * What the host's scheduler did to the guest: the time that its virtual CPUs ran, and
 * that they could have run but had no CPU. They are QEMU's threads "CPU n/…", and all
 * threads of User-Mode Linux. Each time that a thread begins to run, SWITCH_NS of its waiting
 * are the switch itself: User-Mode Linux and the processes that are its guest's tasks wake
 * each other some hundred thousand times a second.
 */
#define SWITCH_NS	5000

static void tell_host(void)
{
	static uint64_t ran, stolen, last_run, last_wait, last_times;
	uint64_t run = 0, wait = 0, times = 0, switching;
	char path[2][4096], text[64];
	struct dirent *e;
	DIR *dir;
	FILE *f;

	snprintf(path[0], sizeof(path[0]), "/proc/%d/task", qemu);
	dir = opendir(path[0]);
	while (dir && (e = readdir(dir))) {
		uintmax_t t[3];

		if (e->d_name[0] == '.')
			continue;
		snprintf(path[0], sizeof(path[0]), "/proc/%d/task/%.20s/comm", qemu, e->d_name);
		f = opt.mconsole ? NULL : fopen(path[0], "re");
		if (f) {
			bool cpu = fgets(text, sizeof(text), f) && !strncmp(text, "CPU ", 4);

			fclose(f);
			if (!cpu)
				continue;
		}
		snprintf(path[0], sizeof(path[0]), "/proc/%d/task/%.20s/schedstat", qemu,
			 e->d_name);
		f = fopen(path[0], "re");
		if (!f)
			continue;
		/* ran, waited, how often it began to: Documentation/scheduler/sched-stats.rst */
		if (fscanf(f, "%ju %ju %ju", &t[0], &t[1], &t[2]) == 3) {
			run += t[0];
			wait += t[1];
			times += t[2];
		}
		fclose(f);
	}
	if (dir)
		closedir(dir);
	/* A thread takes its times with it when it ends: what counts is growth. */
	switching = times > last_times ? (times - last_times) * SWITCH_NS : 0;
	ran += run > last_run ? run - last_run : 0;
	stolen += wait > last_wait + switching ? wait - last_wait - switching : 0;
	last_run = run;
	last_wait = wait;
	last_times = times;
	snprintf(path[0], sizeof(path[0]), "%s/.host", opt.dir);
	snprintf(path[1], sizeof(path[1]), "%s/host", opt.dir);
	f = fopen(path[0], "we");
	if (!f)
		return;
	fprintf(f, "steal_ns=%ju\nrun_ns=%ju\n", (uintmax_t)stolen, (uintmax_t)ran);
	if (!fclose(f))
		rename(path[0], path[1]);
}

/*
 * Both are in one file system: what is there is whole, and stays when all else ends. It is
 * whose the old one was, and as open; a new one as open(2) would have made it. What cannot
 * be renamed stays where it is, for qemu/vm.
 */
static void take_file(void)
{
	char path[4096];
	struct stat old;
	mode_t mask;

	snprintf(path, sizeof(path), "%s/%s", opt.dir, strrchr(opt.file, '/') + 1);
	if (access(path, F_OK))
		return;
	if (stat(opt.file, &old)) {
		mask = umask(0);
		umask(mask);
		old.st_mode = 0666 & ~mask;
	} else if (chown(path, geteuid() ? (uid_t)-1 : old.st_uid, old.st_gid)) {
		/* No other group gets what that one had. */
		old.st_mode &= ~070;
	}
	chmod(path, old.st_mode & 07777);
	rename(path, opt.file);
}

static void each_tick(void)
{
	static int64_t last;
	int64_t now = now_ms();

	if (!opt.dir || now - last < TICK_MS)
		return;
	last = now;
	tell_host();
	if (opt.file)
		take_file();
}

static bool qemu_dead(int wait_ms)
{
	int64_t until = now_ms() + wait_ms;

	for (;;) {
		if (!qemu || waitpid(qemu, NULL, WNOHANG) == qemu) {
			qemu = 0;
			return true;
		}
		if (now_ms() >= until)
			return false;
		usleep(5000);
	}
}

static bool log_says(const char *mark)
{
	char buf[4096];
	ssize_t n;
	int fd = open(opt.log, O_RDONLY | O_CLOEXEC);
	bool found = false;

	if (fd < 0)
		return false;
	lseek(fd, -(off_t)(sizeof(buf) - 1), SEEK_END);
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	if (n > 0) {
		buf[n] = 0;
		found = strstr(buf, mark);
	}
	return found;
}

/*
 * A command for User-Mode Linux's own console, by its protocol: mconsole_request
 * in arch/um/drivers/mconsole.h. It is carried out in an interrupt, so also when
 * no task gets a CPU; what it prints is on the log.
 */
static void tell_mconsole(const char *command)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX }, from = to;
	struct timeval limit = { .tv_sec = 1 };
	struct {
		uint32_t magic, version, len;
		char data[512];
	} ask = { 0xcafebabe, 2, strlen(command) };
	struct {
		uint32_t err, more, len;
		char data[512];
	} answer;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", opt.mconsole);
	memcpy(ask.data, command, ask.len);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	/* an address of this kernel's choice, for the answer: then it is done */
	bind(fd, (struct sockaddr *)&from, sizeof(sa_family_t));
	if (!connect(fd, (struct sockaddr *)&to, sizeof(to)) &&
	    send(fd, &ask, sizeof(ask), MSG_NOSIGNAL) > 0)
		while (recv(fd, &answer, sizeof(answer), 0) > 0 && answer.more)
			;
	close(fd);
}

/* Ask the CPUs where they are; the panic that an NMI makes is on the log. */
static void ask_where(void)
{
	static const char ask[] = "{\"execute\":\"qmp_capabilities\"}\n"
				  "{\"execute\":\"inject-nmi\"}\n";

	if (opt.mconsole) {
		tell_mconsole("sysrq t");
		tell_mconsole("sysrq l");
		return;
	}
	if (send(qmp, ask, sizeof(ask) - 1, MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
		qemu_dead(2000);
}

static void check_deadlines(void)
{
	int64_t now = now_ms();

	if (out_fd() >= 0)
		progress_at = now;	/* it is our reader who is slow */
	if (!ready_at) {
		if (now - started > opt.boot_ms)
			ends("noboot");
	} else if (opt.limit_ms && now - ready_at > opt.limit_ms) {
		ends("limit");
	} else if (now - progress_at > opt.hang_ms) {
		ends("hang");
	} else if (asked && asked != SIGINT && now - asked_at > GRACE_MS) {
		ends("sigterm");
	} else if (splat_at && !asked &&
		   (now - console.grew_at > QUIET_MS || now - splat_at > SPLAT_MS)) {
		/* It has the results of before; a guest that is dead does not hear it. */
		if (!ask_command(SIGINT))
			ends("splat");
	} else if (splat_at && asked && now - asked_at > GRACE_MS) {
		ends("splat");
	}
}

/* The first goes to COMMAND, which ends as it would without a VM; the second ends all. */
static void interrupted_by(int signal)
{
	int64_t now = now_ms();

	if (getppid() != launcher)
		ends("sigterm");
	else if (asked && now - asked_at < SAME_MS)
		return;
	else if (asked || !ask_command(signal))
		ends(signal == SIGINT ? "sigint" : "sigterm");
	else if (signal == SIGINT && isatty(2))
		fputs("qemu/vm: interrupting the command; once more ends the VM\n", stderr);
}

static void from_signals(void)
{
	struct signalfd_siginfo si;

	if (read(sigs, &si, sizeof(si)) != sizeof(si))
		return;
	if (si.ssi_signo == SIGWINCH)
		send_winsize();
	else if (si.ssi_signo != SIGCHLD)
		interrupted_by(si.ssi_signo);
	/* SIGCHLD: the port's end of file says so too, after its last bytes */
}

static void watch(void)
{
	while (!outcome[0]) {
		int out = out_fd();
		struct pollfd p[] = {
			{ .fd = sigs, .events = POLLIN },
			{ .fd = out < 0 ? port : -1, .events = POLLIN },
			{ .fd = out, .events = POLLOUT },
			{ .fd = opt.tty && ready_at ? 0 : -1, .events = POLLIN },
		};

		if (poll(p, 4, TICK_MS) < 0)
			die("poll");
		if (p[0].revents)
			from_signals();
		if (p[1].revents)
			from_guest();
		if (p[2].revents)
			pass_output();
		if (p[3].revents)
			from_stdin();
		watch_log();
		each_tick();
		check_deadlines();
	}
}

/* What is left to be learned before QEMU is killed. */
static void last_words(void)
{
	if (!strcmp(outcome, "exit")) {
		/* The console is behind the port; let it catch up. */
		for (int i = 0; i < 200 && !log_says(WIRE_MARK_END); i++)
			usleep(5000);
	} else if (!strcmp(outcome, "hang") || !strcmp(outcome, "noboot")) {
		ask_where();
	} else if (!strcmp(outcome, "limit")) {
		send_frame(WIRE_DUMP, NULL, 0);
		qemu_dead(1000);
	} else if (!strcmp(outcome, "gone")) {
		qemu_dead(2000);
	}
}

static void report(void)
{
	FILE *f = fopen(opt.out, "we");

	if (!f)
		die(opt.out);
	fprintf(f, "outcome=%s\n", outcome);
	fprintf(f, "ready=%d\n", ready_at != 0);
	if (ready_at) {
		/* the first instruction of user space, seen from the host */
		fprintf(f, "boot_ms=%jd\n", (intmax_t)(ready_at - started) -
			(intmax_t)(ready.ready_us - ready.init_us) / 1000);
		fprintf(f, "ready_ms=%jd\n", (intmax_t)(ready_at - started));
		fprintf(f, "hang_ms=%jd\n", (intmax_t)opt.hang_ms);
	}
	if (!strcmp(outcome, "exit")) {
		fprintf(f, "status=%u\n", end.status);
		fprintf(f, "taint_before=%ju\n", (uintmax_t)end.taint_before);
		fprintf(f, "taint_after=%ju\n", (uintmax_t)end.taint_after);
	}
	/* that nobody reads is no fault */
	for (int fd = 1; fd <= 2; fd++)
		if (unwritten[fd] && unwritten[fd] != EPIPE)
			fprintf(f, "unwritten=%s: %s\n", fd == 1 ? "stdout" : "stderr",
				strerror(unwritten[fd]));
	for (char *c = detail; *c; c++)
		if (*c < ' ')
			*c = ' ';
	fprintf(f, "detail=%s\n", detail);
	if (fclose(f))
		die(opt.out);
}

int main(int argc, char **argv)
{
	sigset_t set;
	int c;

	while ((c = getopt(argc, argv, "+l:e:o:b:g:t:m:j:d:w:x:ips")) != -1) {
		switch (c) {
		case 'd':
			opt.dir = optarg;
			break;
		case 'w':
			opt.file = optarg;
			break;
		case 'x':
			if (regcomp(&opt.splat_line, optarg, REG_EXTENDED | REG_NOSUB))
				die("-x");
			opt.splat = true;
			break;
		case 'l':
			opt.log = optarg;
			break;
		case 'm':
			opt.mconsole = optarg;
			break;
		case 'e':
			opt.err = optarg;
			break;
		case 'o':
			opt.out = optarg;
			break;
		case 'b':
			opt.boot_ms = atoll(optarg) * 1000;
			break;
		case 'g':
			opt.hang_ms = atoll(optarg) * 1000;
			break;
		case 't':
			opt.limit_ms = atoll(optarg) * 1000;
			break;
		case 'i':
			opt.tty = true;
			break;
		case 'j':
			opt.job = optarg;
			break;
		case 'p':
			opt.pipe = true;
			break;
		case 's':
			opt.save = true;
			break;
		default:
			return 125;
		}
	}
	if (!opt.log || !opt.err || !opt.out || optind == argc) {
		fprintf(stderr, "supervise: is started by qemu/vm\n");
		return 125;
	}

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	launcher = getppid();
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (c = 1; c < NSIG; c++)	/* a shell's "&" ignores SIGINT */
		if (sigismember(&set, c) == 1)
			signal(c, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
	sigs = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);

	start_qemu(argv + optind);
	progress_at = now_ms();
	if (opt.job)
		send_job();
	watch();
	last_words();
	watch_log();
	/* User-Mode Linux has processes; they are in its group. */
	if (qemu) {
		kill(-qemu, SIGKILL);
		kill(qemu, SIGKILL);
		waitpid(qemu, NULL, 0);
	}
	if (opt.file)
		take_file();
	if (raw)
		tcsetattr(0, TCSANOW, &saved);
	report();
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's init: builds the root file system, runs one COMMAND (or a
 * shell), relays its output to the host and reports how it ended.
 *
 * The host describes the run in NUL-terminated records "key=value", which qemu/vm
 * writes to a file /job of the initramfs. Where there is none, init parks: it gets
 * as far as it can without, for a snapshot to be taken, and is told when the
 * snapshot is restored.
 *
 * The root is the host's own, read-only over 9p (under User-Mode Linux by
 * hostfs), below a tmpfs that takes all writes.  The project directory alone is
 * shared for writing.  In a bundle no file is shared: the initramfs is the root.  What
 * the host tells of itself while this runs is there all the same, where it can be.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

#define BEAT_MS		1000
#define RUN_DIR		"/run/contend"	/* the directory that is this run's alone */

static struct {
	const char *project;	/* shared for writing; none: nothing is shared */
	const char *modules;	/* becomes /lib/modules/RELEASE */
	const char *release;
	const char *cwd;
	const char *cache;	/* 9p cache mode of the root share */
	const char *tty;	/* the port, where it is a serial line; then hostfs too */
	const char *seed;	/* of the interruptions; none: there are none */
	const char *now;	/* the host's time; none: the clock has it */
	const char *random;	/* what no other guest has; none: the boot was random enough */
	const char *share;	/* of the host, becomes RUN_DIR; none: QEMU's bundle */
	const char *output;	/* a file that COMMAND writes there */
	char **env, **arg;	/* both end in NULL; room for one more in env */
	int envs, args;
} job;

static int port = -1;
static pthread_mutex_t port_lock = PTHREAD_MUTEX_INITIALIZER;

static uint64_t uptime_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ull + ts.tv_nsec / 1000;
}

static void write_all(int fd, const void *buf, size_t len)
{
	const char *p = buf;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		p += n;
		len -= n;
	}
}

static void send_frame(uint32_t type, const void *data, uint32_t len)
{
	struct wire_head head = { .type = type, .len = len };

	pthread_mutex_lock(&port_lock);
	write_all(port, &head, sizeof(head));
	write_all(port, data, len);
	pthread_mutex_unlock(&port_lock);
}

/* The guest cannot be set up: tell the host why, and stop. */
__attribute__((noreturn, format(printf, 1, 2)))
static void die(const char *fmt, ...)
{
	int err = errno;
	char text[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof(text))
		n = sizeof(text) - 1;
	if (err)
		n += snprintf(text + n, sizeof(text) - n, ": %s", strerror(err));
	fprintf(stderr, "contend: init: %s\n", text);
	if (port >= 0) {
		send_frame(WIRE_FAIL, text, strlen(text));
		sleep(10);	/* the host kills us sooner */
	}
	reboot(RB_POWER_OFF);
	_exit(1);		/* not reached, unless power-off is broken */
}

static bool put_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	write_all(fd, text, strlen(text));
	close(fd);
	return true;
}

static void console_mark(const char *text)
{
	char line[128];

	/* <0>, so that it shows whatever log level COMMAND has set */
	snprintf(line, sizeof(line), "<0>%s\n", text);
	put_file("/dev/kmsg", line);
}

static uint64_t taint(void)
{
	uint64_t value = ~0ull;
	FILE *f = fopen("/proc/sys/kernel/tainted", "re");

	if (f) {
		if (fscanf(f, "%ju", (uintmax_t *)&value) != 1)
			value = ~0ull;
		fclose(f);
	}
	return value;
}

static void make_dirs(const char *path)
{
	char *copy = strdup(path);

	for (char *p = copy + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = 0;
		mkdir(copy, 0755);
	}
	mkdir(copy, 0755);
	free(copy);
}

static void must_mount(const char *what, const char *where, const char *type,
		       unsigned long flags, const char *options)
{
	make_dirs(where);
	errno = 0;
	if (mount(what, where, type, flags, options))
		die("cannot mount %s (%s) on %s", what, type, where);
}

/* For what an unusual kernel may lack, and a COMMAND may not need. */
static void may_mount(const char *what, const char *where, const char *type)
{
	make_dirs(where);
	mount(what, where, type, 0, NULL);
}

static char *job_text;
static size_t job_len, job_room;

/* Make room for so many bytes more of the job, and a zero behind them. */
static char *job_grow(size_t more)
{
	while (job_room - job_len <= more) {
		job_room = job_room ? 2 * job_room : 1 << 16;
		job_text = realloc(job_text, job_room);
		if (!job_text)
			die("no memory for a job of %zu bytes", job_len + more);
	}
	return job_text + job_len;
}

static void parse_job(void)
{
	size_t records = 0;
	char *rec, *val;

	*job_grow(1) = 0;
	for (rec = job_text; rec < job_text + job_len; rec += strlen(rec) + 1)
		records++;
	job.env = calloc(records + 2, sizeof(*job.env));
	job.arg = calloc(records + 1, sizeof(*job.arg));
	if (!job.env || !job.arg)
		die("no memory for a job of %zu words", records);
	for (rec = job_text; rec < job_text + job_len; rec += strlen(rec) + 1) {
		val = strchr(rec, '=');
		if (!val)
			continue;
		*val++ = 0;
		if (!strcmp(rec, "project"))
			job.project = val;
		else if (!strcmp(rec, "modules"))
			job.modules = val;
		else if (!strcmp(rec, "release"))
			job.release = val;
		else if (!strcmp(rec, "cwd"))
			job.cwd = val;
		else if (!strcmp(rec, "cache"))
			job.cache = val;
		else if (!strcmp(rec, "tty"))
			job.tty = val;
		else if (!strcmp(rec, "seed"))
			job.seed = val;
		else if (!strcmp(rec, "now"))
			job.now = val;
		else if (!strcmp(rec, "random"))
			job.random = val;
		else if (!strcmp(rec, "share"))
			job.share = val;
		else if (!strcmp(rec, "output"))
			job.output = val;
		else if (!strcmp(rec, "env"))
			job.env[job.envs++] = val;
		else if (!strcmp(rec, "arg"))
			job.arg[job.args++] = val;
		rec = val;
	}
	if (!job.cwd || (job.project && (!job.modules || !job.release)))
		die("the job is incomplete");
}

/* False: there is no file. */
static bool read_job(void)
{
	int fd = open("/job", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	while ((n = read(fd, job_grow(WIRE_MAX), WIRE_MAX)) > 0)
		job_len += n;
	close(fd);
	parse_job();
	return true;
}

/* The initramfs lists its modules in the order in which they load. */
static void load_modules(void)
{
	char path[256];
	FILE *list = fopen("/modules", "re");

	while (list && fscanf(list, "%255s", path) == 1) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		errno = 0;
		if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST))
			die("cannot load %s", path);
		close(fd);
	}
	if (list)
		fclose(list);
}

/* The port's number depends on the bus; its name does not. */
static int try_port(void)
{
	static const char class[] = "/sys/class/virtio-ports";
	char path[600], name[32] = "";
	struct dirent *e;
	int fd = -1;
	DIR *dir = opendir(class);

	while (dir && fd < 0 && (e = readdir(dir))) {
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s/name", class, e->d_name);
		f = fopen(path, "re");
		if (!f)
			continue;
		if (fscanf(f, "%31s", name) == 1 && !strcmp(name, WIRE_PORT)) {
			snprintf(path, sizeof(path), "/dev/%s", e->d_name);
			fd = open(path, O_RDWR | O_CLOEXEC);
		}
		fclose(f);
	}
	if (dir)
		closedir(dir);
	return fd;
}

/* A line that changes no byte. */
static int open_tty(void)
{
	int fd = open(job.tty, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios t;

	if (fd < 0 || tcgetattr(fd, &t))
		die("no serial line %s", job.tty);
	cfmakeraw(&t);
	tcsetattr(fd, TCSANOW, &t);
	return fd;
}

static void open_port(void)
{
	if (job.tty) {
		port = open_tty();
		return;
	}
	/* The driver learns of its ports by messages, a moment after loading. */
	for (int i = 0; i < 10000; i++) {
		port = try_port();
		if (port >= 0)
			return;
		usleep(1000);
	}
	errno = 0;
	die("virtio-serial port " WIRE_PORT " did not appear");
}

static bool read_all(int fd, void *buf, size_t len)
{
	char *p = buf;

	while (len) {
		ssize_t n = read(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= n;
	}
	return true;
}

/*
 * Say that a snapshot may be taken, and wait for what each guest that is made of
 * it is told. Each has to be told the time too, and to draw other random numbers.
 */
static void park(void)
{
	struct {
		struct rand_pool_info head;
		char bytes[64];
	} pool = { .head = { .entropy_count = 256, .buf_size = sizeof(pool.bytes) } };
	struct timespec now = { 0 };
	struct wire_head head;
	int fd;

	send_frame(WIRE_PARK, NULL, 0);
	for (;;) {
		errno = 0;
		if (!read_all(port, &head, sizeof(head)) || head.type != WIRE_JOB ||
		    head.len > WIRE_MAX)
			die("nonsense on the host's side of the port");
		if (!head.len)
			break;
		if (!read_all(port, job_grow(head.len), head.len))
			die("half a job");
		job_len += head.len;
	}
	parse_job();

	now.tv_sec = job.now ? atoll(job.now) : 0;
	if (!now.tv_sec || clock_settime(CLOCK_REALTIME, &now))
		die("cannot set the time");
	fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);
	if (job.random)
		memcpy(pool.bytes, job.random, strnlen(job.random, sizeof(pool.bytes)));
	if (fd < 0 || !job.random || ioctl(fd, RNDADDENTROPY, &pool) || ioctl(fd, RNDRESEEDCRNG))
		die("cannot seed the random numbers");
	close(fd);
}

/* Where the host's files are to be the root. */
static void mount_host(void)
{
	char options[128];

	snprintf(options, sizeof(options), "trans=virtio,version=9p2000.L,msize=%d,cache=%s",
		 512000, job.cache ? job.cache : "loose");
	if (job.tty)
		must_mount("none", "/host", "hostfs", MS_RDONLY, "/");
	else
		must_mount("host", "/host", "9p", MS_RDONLY, options);
	must_mount("tmpfs", "/rw", "tmpfs", 0, "mode=0755");
	make_dirs("/rw/upper");
	make_dirs("/rw/work");
	must_mount("root", "/new", "overlay", 0,
		   "lowerdir=/host,upperdir=/rw/upper,workdir=/rw/work");

	must_mount("/dev", "/new/dev", NULL, MS_MOVE, NULL);
	must_mount("/proc", "/new/proc", NULL, MS_MOVE, NULL);
	must_mount("/sys", "/new/sys", NULL, MS_MOVE, NULL);
	errno = 0;
	if (chdir("/new") || mount(".", "/", NULL, MS_MOVE, NULL) || chroot("."))
		die("cannot switch to the new root");

	/* mmap: both sides see each other's writes, and ld(1) can still map */
	if (job.tty)
		must_mount("none", job.project, "hostfs", 0, job.project);
	else
		must_mount("project", job.project, "9p", 0,
			   "trans=virtio,version=9p2000.L,msize=512000,cache=mmap");
	snprintf(options, sizeof(options), "/lib/modules/%s", job.release);
	must_mount(job.modules, options, NULL, MS_BIND, NULL);
}

/*
 * What this run has in common with the host for reading and writing beside the
 * project: what the host tells of itself, and the file that COMMAND writes. That one
 * is a link into the directory, so that COMMAND may name it as the host does, and
 * replace it in one step. No cache: both sides write.
 */
static void mount_run_dir(void)
{
	const char *name;
	char path[300];

	if (!job.share)
		return;
	if (job.tty)
		must_mount("none", RUN_DIR, "hostfs", 0, job.share);
	else
		must_mount("run", RUN_DIR, "9p", 0,
			   "trans=virtio,version=9p2000.L,msize=512000,cache=none");
	if (!job.output)
		return;
	name = strrchr(job.output, '/');
	snprintf(path, sizeof(path), RUN_DIR "%s", name ?: "");
	unlink(job.output);
	errno = 0;
	if (!name || symlink(path, job.output))
		die("cannot lead %s to the host", job.output);
}

/* What any root has. */
static void mount_rest(void)
{
	must_mount("devpts", "/dev/pts", "devpts", 0, "mode=620,ptmxmode=666");
	must_mount("shm", "/dev/shm", "tmpfs", 0, "mode=1777");
	must_mount("run", "/run", "tmpfs", 0, "mode=0755");
	may_mount("tracefs", "/sys/kernel/tracing", "tracefs");
	may_mount("debugfs", "/sys/kernel/debug", "debugfs");
	mount_run_dir();
	symlink("/proc/self/fd", "/dev/fd");
	symlink("/proc/self/fd/0", "/dev/stdin");
	symlink("/proc/self/fd/1", "/dev/stdout");
	symlink("/proc/self/fd/2", "/dev/stderr");
}

static void lo_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	/* any socket will do, and a kernel may have no other kind */
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0) {
		ioctl(fd, SIOCSIFFLAGS, &ifr);
		close(fd);
	}
}

/* --- output ------------------------------------------------------------- */

static int drain = -1;	/* eventfd: COMMAND is dead, take what is left */

struct relay {
	pthread_t thread;
	uint32_t type;
	int fd;
};

/*
 * COMMAND writes into a pipe and not into the port itself, which only one
 * process may open: "echo >/dev/stderr" opens it anew.
 */
static void *relay_main(void *arg)
{
	struct relay *r = arg;
	char buf[WIRE_MAX];

	for (;;) {
		struct pollfd p[] = {
			{ .fd = r->fd, .events = POLLIN },
			{ .fd = drain, .events = POLLIN },
		};
		ssize_t n;

		if (poll(p, 2, -1) < 0)
			continue;
		if (!p[0].revents)
			break;		/* drained: whoever still holds the pipe is late */
		n = read(r->fd, buf, sizeof(buf));
		if (n <= 0)		/* EIO is a pty's end of file */
			break;
		send_frame(r->type, buf, n);
	}
	return NULL;
}

static void relay_start(struct relay *r, uint32_t type, int fd)
{
	r->type = type;
	r->fd = fd;
	errno = pthread_create(&r->thread, NULL, relay_main, r);
	if (errno)
		die("cannot start a thread");
}

/* --- interruptions ------------------------------------------------------- */

/*
 * A deterministic guest does one thing, for ever the same. What makes another seed
 * another run is this: on each CPU a thread that goes before all others wakes up
 * at times that the seed alone decides. It takes the CPU from whoever has it, and
 * each of its timers makes the emulator look at the other CPUs too.
 */
#define INTERRUPT_US	500	/* at most so long from one to the next */

static void *interrupt_main(void *arg)
{
	struct sched_param first = { .sched_priority = 1 };
	uint64_t cpu = (uintptr_t)arg;
	uint64_t x = (strtoull(job.seed, NULL, 10) << 8 | cpu) * 0x9e3779b97f4a7c15 + 1;
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	errno = pthread_setaffinity_np(pthread_self(), sizeof(one), &one);
	if (!errno)
		errno = pthread_setschedparam(pthread_self(), SCHED_FIFO, &first);
	if (errno)
		die("cannot interrupt CPU %d", (int)cpu);
	for (;;) {
		struct timespec pause = { 0 };

		/* xorshift64*, Vigna 2016 */
		x ^= x >> 12;
		x ^= x << 25;
		x ^= x >> 27;
		pause.tv_nsec = 1 + ((x * 0x2545f4914f6cdd1d) >> 32) % (INTERRUPT_US * 1000);
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
#ifdef __x86_64__
		/*
		 * The emulator's one thread goes on to the next CPU when this
		 * one says that it spins; else, for as long as no timer is due,
		 * it would stay with the first that has something to do.
		 */
		if (x >> 63)
			__builtin_ia32_pause();
#endif
	}
	return NULL;
}

static void interrupt_start(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	for (long cpu = 0; job.seed && cpu < cpus; cpu++) {
		pthread_t thread;

		errno = pthread_create(&thread, NULL, interrupt_main, (void *)cpu);
		if (errno)
			die("cannot start a thread");
	}
}

/* --- COMMAND ------------------------------------------------------------ */

static pid_t spawn(int in, int out, int err, bool tty)
{
	/* root's own start-up files may be anything, and slow when emulated */
	static char *const shell[] = { "/bin/bash", "--norc", "-i", NULL };
	char *const *argv = job.args ? job.arg : shell;
	sigset_t none;
	pid_t pid = fork();

	if (pid)
		return pid;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	dup2(in, 0);
	dup2(out, 1);
	dup2(err, 2);
	if (tty)
		ioctl(0, TIOCSCTTY, 0);
	if (chdir(job.cwd))
		fprintf(stderr, "contend: cannot enter %s: %s\n", job.cwd, strerror(errno));
	environ = job.env;
	execvp(argv[0], argv);
	fprintf(stderr, "contend: cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* Kill and reap whatever COMMAND left behind, so that its last close()s count. */
static void reap_all(void)
{
	kill(-1, SIGKILL);
	for (int i = 0; i < 2000; i++) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid < 0)
			return;
		if (!pid)
			usleep(1000);
	}
}

static void from_host(pid_t command, int pty)
{
	static struct {
		struct wire_head head;
		char data[WIRE_MAX];
	} in;
	static size_t have;
	size_t want;
	ssize_t n;

	want = sizeof(in.head) + (have < sizeof(in.head) ? 0 : in.head.len);
	if (have < want) {
		n = read(port, (char *)&in + have, want - have);
		if (n <= 0)
			return;
		have += n;
		if (have < sizeof(in.head))
			return;
		errno = 0;
		if (in.head.len > WIRE_MAX)
			die("nonsense on the host's side of the port");
		if (have < sizeof(in.head) + in.head.len)
			return;
	}
	have = 0;

	if (in.head.type == WIRE_DUMP) {
		put_file("/proc/sysrq-trigger", "l");
		put_file("/proc/sysrq-trigger", "w");
	} else if (in.head.type == WIRE_SIGNAL) {
		/* It leads a group; as a terminal does it. */
		kill(-command, ((struct wire_signal *)in.data)->number);
	} else if (in.head.type == WIRE_IN && pty >= 0) {
		if (in.head.len)
			write_all(pty, in.data, in.head.len);
		else
			write_all(pty, "\004", 1);
	} else if (in.head.type == WIRE_WINSIZE && pty >= 0) {
		struct wire_winsize *w = (void *)in.data;
		struct winsize ws = { .ws_row = w->rows, .ws_col = w->cols };

		ioctl(pty, TIOCSWINSZ, &ws);
	}
}

/* Beat, serve the host and reap orphans until COMMAND ends. */
static int supervise(pid_t command, int pty)
{
	uint64_t beat_us = 0;
	sigset_t chld;
	int sfd, status;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sfd = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	for (;;) {
		struct signalfd_siginfo si;
		struct pollfd p[] = {
			{ .fd = sfd, .events = POLLIN },
			{ .fd = port, .events = POLLIN },
		};
		pid_t pid;

		poll(p, 2, BEAT_MS);
		if (uptime_us() - beat_us >= BEAT_MS * 1000) {
			beat_us = uptime_us();
			send_frame(WIRE_BEAT, NULL, 0);
		}
		if (p[1].revents & POLLIN)
			from_host(command, pty);
		while (read(sfd, &si, sizeof(si)) > 0)
			;
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			if (pid == command)
				return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
							   : WEXITSTATUS(status);
	}
}

static int run(void)
{
	struct relay out, err;
	bool tty = !job.args;
	int o[2], e[2] = { -1, -1 }, null = -1, pty = -1, status;
	pid_t pid;

	drain = eventfd(0, EFD_CLOEXEC);
	if (tty) {
		pty = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
		if (pty < 0 || grantpt(pty) || unlockpt(pty))
			die("cannot make a terminal");
		o[0] = pty;
		o[1] = open(ptsname(pty), O_RDWR | O_NOCTTY | O_CLOEXEC);
		pid = spawn(o[1], o[1], o[1], true);
	} else {
		null = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (null < 0 || pipe2(o, O_CLOEXEC) || pipe2(e, O_CLOEXEC))
			die("cannot make pipes");
		pid = spawn(null, o[1], e[1], false);
		close(e[1]);
	}
	if (pid < 0)
		die("cannot fork");
	close(o[1]);
	relay_start(&out, WIRE_OUT, o[0]);
	if (!tty)
		relay_start(&err, WIRE_ERR, e[0]);

	status = supervise(pid, pty);

	reap_all();
	eventfd_write(drain, 1);
	pthread_join(out.thread, NULL);
	if (!tty)
		pthread_join(err.thread, NULL);
	return status;
}

int main(void)
{
	struct wire_ready ready = { .init_us = uptime_us() };
	struct wire_exit end = { 0 };
	char boot_ms[48];
	sigset_t chld;
	bool told;

	must_mount("dev", "/dev", "devtmpfs", 0, NULL);
	must_mount("proc", "/proc", "proc", 0, NULL);
	must_mount("sys", "/sys", "sysfs", 0, NULL);
	/* The kernel opened no console for us: devtmpfs was not there yet. */
	if (open("/dev/console", O_RDWR) == 0 && dup(0) == 1)
		dup(1);
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);	/* threads inherit this */

	told = read_job();
	load_modules();
	open_port();
	if (!told) {
		park();
		ready.init_us = uptime_us();
	}
	if (job.project)
		mount_host();
	mount_rest();
	sethostname("contend", 7);
	lo_up();
	snprintf(boot_ms, sizeof(boot_ms), "CONTEND_BOOT_MS=%ju",
		 (uintmax_t)ready.init_us / 1000);
	job.env[job.envs] = boot_ms;
	for (char **e = job.env; *e; e++)
		if (!strncmp(*e, "PATH=", 5))
			putenv(*e);	/* execvp() looks it up here */

	/* Quiet while booting, but from here on the log is evidence. */
	put_file("/proc/sys/kernel/printk", "7");
	console_mark(WIRE_MARK_BEGIN);
	end.taint_before = taint();
	ready.ready_us = uptime_us();
	send_frame(WIRE_READY, &ready, sizeof(ready));
	interrupt_start();

	end.status = run();

	sync();
	end.taint_after = taint();
	console_mark(WIRE_MARK_END);
	send_frame(WIRE_EXIT, &end, sizeof(end));
	for (;;)
		pause();	/* the host takes it from here */
}

// SPDX-License-Identifier: GPL-2.0
/*
 * For as long as it is told: clients at random operations on objects of the whole catalogue, with
 * signals, stops and kills while memory is short. After each round all clients of an object are
 * killed, and its books must balance.
 *
 *	soak SECONDS [SEED]
 *
 * Exit status: 0 all books balanced, and nothing is left; 1 not; 4 there is no module.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "uapi/contend.h"

#define ROUNDS_BESIDE	3	/* objects under test at a time */
#define CLIENTS		4	/* of an object */
#define STRUCTURES	128	/* that are counted */
#define FAILURES	10	/* are enough */
#define NS_PER_MS	1000000ULL
#define LOST_MS		120000	/* a task that was killed, or a run that was closed, ends before */

/* What all processes count, by atomics that order nothing. */
static struct {
	__u64 rounds[STRUCTURES];
	__u64 operations;
	__u64 blocked;	/* operations with a deadline */
	__u64 runs;
	__u64 signals;
	__u64 kills;
	__u64 failures;
} *total;

static __u64 end_ns;

static void count(__u64 *what)
{
	__atomic_fetch_add(what, 1, __ATOMIC_RELAXED);
}

static __u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void sleep_ms(unsigned int ms)
{
	usleep(ms * 1000);
}

static unsigned int below(unsigned int *seed, unsigned int n)
{
	return rand_r(seed) % n;
}

/* A small number most of the time, and anything. */
static __u64 number(unsigned int *seed)
{
	if (below(seed, 16))
		return below(seed, 64);
	return (__u64)rand_r(seed) << 40 ^ (__u64)rand_r(seed) << 20 ^ rand_r(seed);
}

static int call(int fd, unsigned long cmd, void *arg)
{
	int ret = ioctl(fd, cmd, arg);

	return ret < 0 ? -errno : ret;
}

static void failed(const char *format, ...)
{
	va_list args;

	count(&total->failures);
	va_start(args, format);
	fputs("soak: FAIL: ", stdout);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

static void ignore(int number_)
{
}

static void catch_signals(bool restart)
{
	struct sigaction action = { .sa_handler = ignore, .sa_flags = restart ? SA_RESTART : 0 };

	sigaction(SIGUSR1, &action, NULL);
}

static struct contend_op drawn(unsigned int *seed, __u32 verbs)
{
	static const unsigned int waits_us[] = { 0, 0, 100, 1000, 20000 };
	const unsigned int wait = below(seed, 6);
	struct contend_op op = {
		.size = sizeof(op),
		.verb = below(seed, verbs),
		.flags = below(seed, 2) ? CONTEND_OP_TIMED : 0,
		.key = number(seed),
		.value = number(seed),
		.stay_ns = below(seed, 8) ? 0 : below(seed, 20000),
	};

	op.deadline_ns = wait == 5 ? CONTEND_FOREVER :
			 waits_us[wait] ? now_ns() + waits_us[wait] * 1000ULL : 0;
	return op;
}

static void client_batch(int object, unsigned int *seed, __u32 verbs)
{
	struct contend_op ops[16];
	struct contend_batch batch = {
		.size = sizeof(batch), .count = 1 + below(seed, 16), .op_size = sizeof(ops[0]),
		.ops = (uintptr_t)ops,
	};
	__u32 i;

	for (i = 0; i < batch.count; i++)
		ops[i] = drawn(seed, verbs);
	call(object, CONTEND_BATCH, &batch);
	__atomic_fetch_add(&total->operations, batch.done, __ATOMIC_RELAXED);
}

static void client_run(int object, unsigned int *seed)
{
	static const char spec[] = "workers=2 runtime=20ms warmup=1ms prefill=0";
	struct contend_run run = {
		.size = sizeof(run), .spec = (uintptr_t)spec, .spec_len = strlen(spec),
	};
	struct pollfd p = { .fd = call(object, CONTEND_RUN, &run), .events = POLLIN };

	if (p.fd < 0)
		return;
	count(&total->runs);
	/* To its end, or not. */
	poll(&p, 1, below(seed, 40));
	close(p.fd);
}

static void client_permits(int object, unsigned int *seed)
{
	struct contend_acquire acquire = {
		.size = sizeof(acquire), .count = 1, .deadline_ns = now_ns() + NS_PER_MS,
	};
	struct contend_release release = { .size = sizeof(release), .count = 1 };

	if (!call(object, CONTEND_ACQUIRE, &acquire) && below(seed, 4))
		call(object, CONTEND_RELEASE, &release);
}

/* Until it is killed. */
static void client(int object, unsigned int seed, __u32 verbs)
{
	catch_signals(below(&seed, 2));
	for (;;) {
		struct contend_stat stat = { .size = sizeof(stat) };
		struct pollfd p = { .fd = object, .events = POLLIN | POLLOUT };
		struct contend_op op;

		switch (below(&seed, 64)) {
		case 0:
			client_run(object, &seed);
			break;
		case 1:
			client_permits(object, &seed);
			break;
		case 2:
			poll(&p, 1, 1);
			break;
		case 3:
			call(object, CONTEND_STAT, &stat);
			break;
		case 4 ... 8:
			client_batch(object, &seed, verbs);
			break;
		default:
			op = drawn(&seed, verbs);
			if (op.deadline_ns)
				count(&total->blocked);
			if (!call(object, CONTEND_OP, &op))
				count(&total->operations);
		}
	}
}

static pid_t begin_client(int object, unsigned int seed, __u32 verbs)
{
	const pid_t pid = fork();

	if (!pid) {
		client(object, seed, verbs);
		_exit(0);
	}
	return pid;
}

/* It was killed: it has an end. */
static void reap(pid_t pid, const char *what)
{
	unsigned int ms;

	for (ms = 0; ms < LOST_MS; ms += 10) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return;
		sleep_ms(ms ? 10 : 1);
	}
	failed("%s: a task that was killed has not ended after %d s", what, LOST_MS / 1000);
}

static void disturb(pid_t *pid, int object, unsigned int *seed, __u32 verbs, const char *what)
{
	pid_t *one = &pid[below(seed, CLIENTS)];

	switch (below(seed, 6)) {
	case 0:
		kill(*one, SIGKILL);
		reap(*one, what);
		*one = begin_client(object, rand_r(seed), verbs);
		count(&total->kills);
		break;
	case 1:
		kill(*one, SIGSTOP);
		sleep_ms(below(seed, 5));
		kill(*one, SIGCONT);
		count(&total->signals);
		break;
	default:
		kill(*one, SIGUSR1);
		count(&total->signals);
	}
}

/* A run that was closed goes on in the module for a moment. */
static int verify(int object, struct contend_stat *stat)
{
	unsigned int ms;
	int ret = 0;

	for (ms = 0; ms < LOST_MS; ms += 10) {
		*stat = (struct contend_stat){
			.size = sizeof(*stat), .flags = CONTEND_STAT_VERIFY,
		};
		ret = call(object, CONTEND_STAT, stat);
		if (ret != -EBUSY)
			break;
		sleep_ms(10);
	}
	return ret;
}

static int create(int device, const struct contend_list *s, unsigned int *seed, char *what,
		  size_t size)
{
	static const __u64 capacities[] = { 0, 0, 1, 3, 64 };
	struct contend_list lock = { .size = sizeof(lock) };
	struct contend_create create;
	__u32 locks = 0;
	int object, tries;

	while (!call(device, CONTEND_LIST, &lock)) {
		locks++;
		lock.index++;
	}
	/* Most pairs can be; of a structure that takes one lock alone the last try is that. */
	for (tries = 0; tries < 40; tries++) {
		lock.index = below(seed, locks);
		if (call(device, CONTEND_LIST, &lock))
			return -ENOENT;
		create = (struct contend_create){
			.size = sizeof(create),
			.capacity = capacities[below(seed, 5)],
			.stripes = below(seed, 2) ? 0 : 1 << below(seed, 4),
		};
		memcpy(create.structure, s->name, sizeof(create.structure));
		memcpy(create.lock, lock.name, sizeof(create.lock));
		if (s->caps & CONTEND_CAP_SELF) {
			memcpy(create.lock, "null", sizeof("null"));
			create.stripes = 0;
		}
		object = call(device, CONTEND_CREATE, &create);
		if (object < 0 && object != -EOPNOTSUPP && object != -ENOMEM && object != -EINVAL)
			return object;
		if (object < 0)
			continue;
		snprintf(what, size, "lock=%s structure=%s capacity=%llu stripes=%u", create.lock,
			 create.structure, (unsigned long long)create.capacity, create.stripes);
		return object;
	}
	return -EOPNOTSUPP;
}

static void one_round(int device, struct contend_list *s, unsigned int *seed)
{
	const unsigned int began_with = *seed;
	struct contend_stat stat;
	pid_t pid[CLIENTS];
	__u32 verbs = 1;
	__u64 until;
	char what[160];
	int object, i;
	const char *at;

	if (s->caps & CONTEND_CAP_ABSENT)
		return;
	object = create(device, s, seed, what, sizeof(what));
	if (object < 0) {
		failed("structure=%s: no object: %s", s->name, strerror(-object));
		return;
	}
	for (at = s->verbs; (at = strchr(at, ' ')); at++)
		verbs++;
	for (i = 0; i < CLIENTS; i++)
		pid[i] = begin_client(object, rand_r(seed), verbs);
	until = now_ns() + (100 + below(seed, 400)) * NS_PER_MS;
	while (now_ns() < until) {
		sleep_ms(1 + below(seed, 10));
		disturb(pid, object, seed, verbs, what);
	}
	for (i = 0; i < CLIENTS; i++)
		kill(pid[i], SIGKILL);
	for (i = 0; i < CLIENTS; i++)
		reap(pid[i], what);
	i = verify(object, &stat);
	if (i)
		failed("%s seed %u: verify: %s", what, began_with, strerror(-i));
	else if (stat.violations || stat.blocked)
		failed("%s seed %u: %llu violations, %u blocked: %s", what, began_with,
		       (unsigned long long)stat.violations, stat.blocked, stat.detail);
	close(object);
	if (s->index < STRUCTURES)
		count(&total->rounds[s->index]);
}

static void rounds(int device, unsigned int seed, __u32 first)
{
	struct contend_list s = {
		.size = sizeof(s), .catalogue = CONTEND_LIST_STRUCTURES, .index = first,
	};

	while (now_ns() < end_ns && total->failures < FAILURES) {
		if (call(device, CONTEND_LIST, &s)) {
			s.index = 0;
			continue;
		}
		one_round(device, &s, &seed);
		s.index++;
	}
}

/* Takes most of what memory there is, and gives it back, until it is killed. */
static void press(void)
{
	unsigned long kb = 0;
	char line[128];

	for (;;) {
		FILE *f = fopen("/proc/meminfo", "r");
		size_t size;
		char *p;

		while (f && fgets(line, sizeof(line), f))
			if (sscanf(line, "MemAvailable: %lu", &kb) == 1)
				break;
		if (f)
			fclose(f);
		size = kb * 1024 / 10 * 9;
		p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p != MAP_FAILED) {
			memset(p, 1, size);
			sleep_ms(100);
			munmap(p, size);
		}
		sleep_ms(400);
	}
}

/* The first that has to go when memory is out. */
static pid_t begin_pressure(void)
{
	const pid_t pid = fork();

	if (!pid) {
		FILE *f = fopen("/proc/self/oom_score_adj", "w");

		if (f) {
			fputs("1000", f);
			fclose(f);
		}
		press();
		_exit(0);
	}
	return pid;
}

static struct contend_info info_of(int device)
{
	struct contend_info info = { .size = sizeof(info) };

	call(device, CONTEND_INFO, &info);
	return info;
}

static void tell(int device, unsigned int seed)
{
	struct contend_list s = { .size = sizeof(s), .catalogue = CONTEND_LIST_STRUCTURES };

	for (; !call(device, CONTEND_LIST, &s) && s.index < STRUCTURES; s.index++)
		printf("soak: %s: %s%llu rounds\n", s.name,
		       s.caps & CONTEND_CAP_ABSENT ? "not in this kernel: " : "",
		       (unsigned long long)total->rounds[s.index]);
	printf("soak: seed %u: %llu operations, %llu of them may wait, %llu runs, ", seed,
	       (unsigned long long)total->operations, (unsigned long long)total->blocked,
	       (unsigned long long)total->runs);
	printf("%llu signals, %llu kills: %llu failures\n",
	       (unsigned long long)total->signals, (unsigned long long)total->kills,
	       (unsigned long long)total->failures);
}

int main(int argc, char **argv)
{
	struct contend_list s = { .size = sizeof(s), .catalogue = CONTEND_LIST_STRUCTURES };
	const unsigned int seed = argc > 2 ? strtoul(argv[2], NULL, 0) :
				  (unsigned long)time(NULL);
	pid_t pid[ROUNDS_BESIDE], pressure;
	struct contend_info before;
	unsigned int ms;
	int device, i;

	if (argc < 2 || !atoi(argv[1])) {
		fputs("usage: soak SECONDS [SEED]\n", stderr);
		return 1;
	}
	device = open("/dev/contend", O_RDWR | O_CLOEXEC);
	if (device < 0) {
		perror("/dev/contend");
		return 4;
	}
	total = mmap(NULL, sizeof(*total), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (total == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	before = info_of(device);
	end_ns = now_ns() + atoi(argv[1]) * 1000 * NS_PER_MS;
	pressure = begin_pressure();
	for (i = 0; i < ROUNDS_BESIDE; i++) {
		pid[i] = fork();
		if (!pid[i]) {
			/* Each begins elsewhere in the catalogue. */
			rounds(device, seed + i, before.structures * i / ROUNDS_BESIDE);
			_exit(0);
		}
	}
	while (now_ns() < end_ns && total->failures < FAILURES) {
		sleep_ms(100);
		if (waitpid(pressure, NULL, WNOHANG) == pressure)
			pressure = begin_pressure();
	}
	for (i = 0; i < ROUNDS_BESIDE; i++)
		waitpid(pid[i], NULL, 0);
	kill(pressure, SIGKILL);
	waitpid(pressure, NULL, 0);

	for (ms = 0; ms < LOST_MS; ms += 100) {
		const struct contend_info now = info_of(device);

		if (now.objects == before.objects && now.runs == before.runs)
			break;
		sleep_ms(100);
	}
	if (ms >= LOST_MS)
		failed("%u objects and %u runs are left", info_of(device).objects,
		       info_of(device).runs);
	tell(device, seed);
	for (; !call(device, CONTEND_LIST, &s) && s.index < STRUCTURES; s.index++)
		if (!(s.caps & CONTEND_CAP_ABSENT) && !total->rounds[s.index])
			failed("structure=%s had no round", s.name);
	return !!total->failures;
}

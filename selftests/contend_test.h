/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the suites share. They speak ioctl() and nothing else: a kernel
 * selftest depends on no library.
 */
#ifndef CONTEND_TEST_H
#define CONTEND_TEST_H

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kselftest.h"
#include "kselftest_harness.h"
#include "uapi/contend.h"

#define NS_PER_S	1000000000ULL
#define NS_PER_MS	1000000ULL
#define PTR(p)		((__u64)(uintptr_t)(p))

static inline int call(int fd, unsigned long cmd, void *arg)
{
	int ret = ioctl(fd, cmd, arg);

	return ret < 0 ? -errno : ret;
}

static inline int device_open(void)
{
	return open(CONTEND_DEVICE, O_RDWR | O_CLOEXEC);
}

static inline struct contend_info info_of(int device)
{
	struct contend_info info = { .size = sizeof(info) };

	if (call(device, CONTEND_INFO, &info))
		memset(&info, 0xff, sizeof(info));
	return info;
}

static inline int create_permits(int device, const char *lock, const char *structure,
				 __u64 capacity, __u32 permits)
{
	struct contend_create create = {
		.size = sizeof(create), .capacity = capacity, .permits = permits,
	};

	strncpy(create.lock, lock, sizeof(create.lock) - 1);
	strncpy(create.structure, structure, sizeof(create.structure) - 1);
	return call(device, CONTEND_CREATE, &create);
}

static inline int create_stripes(int device, const char *lock, const char *structure,
				 __u32 stripes)
{
	struct contend_create create = { .size = sizeof(create), .stripes = stripes };

	strncpy(create.lock, lock, sizeof(create.lock) - 1);
	strncpy(create.structure, structure, sizeof(create.structure) - 1);
	return call(device, CONTEND_CREATE, &create);
}

/* An entry of the catalogue by its name; what is not there needs all and can nothing. */
static inline struct contend_list entry_of(int device, __u32 catalogue, const char *name)
{
	struct contend_list entry = { .size = sizeof(entry), .catalogue = catalogue };

	for (; !call(device, CONTEND_LIST, &entry); entry.index++)
		if (!strcmp(entry.name, name))
			return entry;
	return (struct contend_list){ .caps = ~0U };
}

/* Each entry of a catalogue; at its end the index is how many there are. */
#define FOR_EACH_ENTRY(entry_, device_, catalogue_)					\
	for (entry_ = (struct contend_list){ .size = sizeof(entry_),			\
					     .catalogue = (catalogue_) };		\
	     !call(device_, CONTEND_LIST, &(entry_)); (entry_).index++)

/* Whether there can be an object of the two, by what the catalogue says of them. */
static inline bool serves(const struct contend_list *lock, const struct contend_list *s)
{
	/* These two are not what it needs: it is broken on purpose, or for tasks alone. */
	__u32 lacks = s->caps & ~(lock->caps | CONTEND_CAP_BUSTED | CONTEND_CAP_SLEEPS);

	/* Under one that excludes nobody a task is alone. */
	if (!(lock->caps & (CONTEND_CAP_EXCLUSIVE | CONTEND_CAP_SHARED)))
		lacks &= ~CONTEND_CAP_EXCLUSIVE;
	return !(lock->caps & CONTEND_CAP_ABSENT) && !lacks;
}

/*
 * An object of the two, with @more, if the catalogue says that there can be one; otherwise
 * -1, and it must be refused in words.
 */
static inline int create_pair(struct __test_metadata *_metadata, int device,
			      const struct contend_list *lock, const struct contend_list *s,
			      struct contend_create more)
{
	int object;

	more.size = sizeof(more);
	memcpy(more.lock, lock->name, sizeof(more.lock));
	memcpy(more.structure, s->name, sizeof(more.structure));
	object = call(device, CONTEND_CREATE, &more);
	if (serves(lock, s)) {
		EXPECT_GE(object, 0) {
			TH_LOG("%s %s: %s", lock->name, s->name, more.why);
		}
		return object;
	}
	EXPECT_EQ(object, -EOPNOTSUPP) {
		TH_LOG("%s %s", lock->name, s->name);
	}
	EXPECT_NE(more.why[0], '\0') {
		TH_LOG("%s %s", lock->name, s->name);
	}
	if (object >= 0)
		close(object);
	return -1;
}

/* One verb of a structure, as contend_list.verbs has it, and how many bytes that takes. */
static inline int verb_at(const char *text, char *name, char *guard)
{
	int n = 0;

	return sscanf(text, " %31[^:]:%c%*[^ ]%n", name, guard, &n) == 2 ? n : 0;
}

/* Whether these are all verbs of a structure, each as contend_list.verbs has it; ended by NULL. */
static inline bool verbs_are(const struct contend_list *s, const char *const *words)
{
	const char *at = s->verbs;

	for (; *words; words++) {
		size_t len = strlen(*words);

		if (strncmp(at, *words, len) || (at[len] != ' ' && at[len]))
			return false;
		at += len + !!at[len];
	}
	return !*at;
}

/* "mix=" with each verb of a structure on these sides: "r", "w" or "rw"; a pair is written. */
static inline const char *mix_of(const struct contend_list *s, const char *sides, char *mix,
				 size_t size)
{
	char verb[CONTEND_NAME_LEN], guard;
	const char *at = s->verbs;
	size_t len = 0;
	int n;

	mix[0] = '\0';
	for (; (n = verb_at(at, verb, &guard)); at += n)
		if (strchr(sides, guard == 'r' ? 'r' : 'w') && len < size)
			len += snprintf(mix + len, size - len, "%s%s:1", len ? "," : "mix=",
					verb);
	return mix;
}

/* The one kernel where CONTEND_CREATE_WW is refused: kmod/compat.h says why. */
static inline bool ww_refused(void)
{
	struct utsname name;

	return !uname(&name) && !strncmp(name.release, "6.12.95", 7) &&
	       !isdigit(name.release[7]) && strstr(name.version, "PREEMPT_RT");
}

/*
 * Whether a lock's way to hold two is CONTEND_CREATE_WW, and nothing else without a try: no
 * capability says it, its name does.
 */
static inline bool has_ww(const struct contend_list *lock)
{
	return !strncmp(lock->name, "ww_", 3);
}

/* For operations with two locks: @flags is CONTEND_CREATE_*. */
static inline int create_flags(int device, const char *lock, const char *structure,
			       __u32 stripes, __u32 flags)
{
	struct contend_create create = {
		.size = sizeof(create), .stripes = stripes, .flags = flags,
	};

	strncpy(create.lock, lock, sizeof(create.lock) - 1);
	strncpy(create.structure, structure, sizeof(create.structure) - 1);
	return call(device, CONTEND_CREATE, &create);
}

static inline int create(int device, const char *lock, const char *structure)
{
	return create_permits(device, lock, structure, 0, 0);
}

static inline struct contend_stat stat_of(int object, __u32 flags)
{
	struct contend_stat stat = { .size = sizeof(stat), .flags = flags };
	int ret = call(object, CONTEND_STAT, &stat);

	if (ret)
		memset(&stat, 0xff, sizeof(stat));
	return stat;
}

static inline int attach(int device, __u64 id)
{
	struct contend_attach attach = { .size = sizeof(attach), .id = id };

	return call(device, CONTEND_ATTACH, &attach);
}

/* The structure's answer, or the system call's when it failed. */
static inline int op(int object, __u32 verb, __u64 key, __u64 *value)
{
	struct contend_op op = {
		.size = sizeof(op), .verb = verb, .key = key, .value = value ? *value : 0,
	};
	int ret = call(object, CONTEND_OP, &op);

	if (value)
		*value = op.value;
	return ret ? ret : -(int)op.error;
}

static inline int run_message(int object, const char *spec, char *message, __u32 size)
{
	struct contend_run run = {
		.size = sizeof(run), .spec = PTR(spec), .spec_len = strlen(spec),
		.message = PTR(message), .message_len = size,
	};

	return call(object, CONTEND_RUN, &run);
}

static inline int run(int object, const char *spec)
{
	return run_message(object, spec, NULL, 0);
}

/* 1 when it has ended, 0 when the time has passed first. */
static inline int run_wait(int run, int ms)
{
	struct pollfd pfd = { .fd = run, .events = POLLIN };

	return poll(&pfd, 1, ms) == 1 && pfd.revents & POLLIN;
}

static inline int acquire(int object, __u32 count, __u64 deadline)
{
	struct contend_acquire acquire = {
		.size = sizeof(acquire), .count = count, .deadline_ns = deadline,
	};

	return call(object, CONTEND_ACQUIRE, &acquire);
}

static inline int release(int object, __u32 count)
{
	struct contend_release release = { .size = sizeof(release), .count = count };

	return call(object, CONTEND_RELEASE, &release);
}

static inline __u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static inline void sleep_ms(unsigned int ms)
{
	usleep(ms * 1000);
}

/*
 * Wait until a condition holds. The limit is for a machine under load: it is
 * the failure that waits that long, not the success.
 */
#define EVENTUALLY(condition) ({				\
	int tries__ = 2000, holds__;				\
	while (!(holds__ = !!(condition)) && tries__--)		\
		sleep_ms(5);					\
	holds__;						\
})

/* Wait for a child; its exit status, or 128 + the signal that ended it. */
static inline int reap(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Text of a small file, without its last newline. */
static inline char *read_file(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : 0, got;

	while (n >= 0 && (size_t)n < size - 1 && (got = read(fd, buf + n, size - 1 - n)) > 0)
		n += got;
	if (fd >= 0)
		close(fd);
	buf[n < 0 ? 0 : n] = '\0';
	return buf;
}

/* Write a text in one system call: 0 or -errno. */
static inline int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));
	int ret = n < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return ret;
}

static inline int set_parameter(const char *name, const char *value, char *old, size_t size)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/contend/parameters/%s", name);
	if (old)
		read_file(path, old, size);
	return write_file(path, value);
}

/*
 * A suite begins with nothing alive and each test leaves nothing behind: the
 * object and run counts at its end are those at its start.
 */
struct counts {
	__u32 objects;
	__u32 runs;
};

static inline struct counts counts_of(int device)
{
	struct contend_info info = info_of(device);

	return (struct counts){ info.objects, info.runs };
}

static inline int counts_are(int device, struct counts expected)
{
	struct counts now = counts_of(device);

	return now.objects == expected.objects && now.runs == expected.runs;
}

#define CONTEND_FIXTURE(name)					\
	FIXTURE(name) {						\
		int device;					\
		struct counts before;				\
	};							\
	FIXTURE_SETUP(name)					\
	{							\
		self->device = device_open();			\
		ASSERT_GE(self->device, 0) {			\
			TH_LOG("the module is not loaded");	\
		}						\
		self->before = counts_of(self->device);		\
	}							\
	FIXTURE_TEARDOWN(name)					\
	{							\
		EXPECT_TRUE(EVENTUALLY(counts_are(self->device, self->before))) { \
			TH_LOG("objects or runs were left behind");	\
		}						\
		close(self->device);				\
	}

#endif /* CONTEND_TEST_H */

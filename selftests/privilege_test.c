// SPDX-License-Identifier: GPL-2.0
/*
 * Uid 0 is not enough: what takes CPUs from others is refused to the root of a container,
 * which has no capabilities, and to that of a user namespace, which has all of them there.
 */
#include <linux/capability.h>
#include <sched.h>
#include <sys/syscall.h>

#include "contend_test.h"

#define PROC_RUN	"/proc/contend/run"

CONTEND_FIXTURE(privilege)

/* What wants a capability, and which. */
static const struct {
	const char *spec;
	int cap;
	const char *says;
} wants[] = {
	{ "sched=fifo", CAP_SYS_NICE, "CAP_SYS_NICE" },
	{ "sched=deadline placement=free", CAP_SYS_NICE, "CAP_SYS_NICE" },
	{ "sched=inversion placement=pack workers=3 hold=1ms", CAP_SYS_NICE, "CAP_SYS_NICE" },
	{ "context=softirq lock=spinlock_irq", CAP_SYS_NICE, "CAP_SYS_NICE" },
	{ "context=task:1,hardirq:1 lock=spinlock_irq", CAP_SYS_NICE, "CAP_SYS_NICE" },
	{ "preempt=10ms", CAP_SYS_NICE, "CAP_SYS_NICE" },
	{ "shuffle=10ms", CAP_SYS_NICE, "CAP_SYS_NICE" },
	{ "hotplug=10ms", CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	{ "hotplug=10ms sched=fifo", CAP_SYS_ADMIN, "CAP_SYS_" },
};

/* Of its capabilities this task uses those in @mask from now on. */
static int use_capabilities(__u64 mask)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return -errno;
	data[0].effective = data[0].permitted & mask;
	data[1].effective = data[1].permitted & (mask >> 32);
	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

/* The same root in a user namespace of its own: 0, or -errno where there is none. */
static int enter_user_namespace(void)
{
	int ret;

	if (unshare(CLONE_NEWUSER))
		return -errno;
	ret = write_file("/proc/self/uid_map", "0 0 1\n");
	return ret ?: write_file("/proc/self/setgroups", "deny") ?:
	       write_file("/proc/self/gid_map", "0 0 1\n");
}

static int run_through_proc(const char *spec)
{
	char words[256];

	snprintf(words, sizeof(words), "runtime=1ms warmup=0ns %s", spec);
	return write_file(PROC_RUN, words);
}

/* Both doors: EPERM, and the words that say what it takes. */
static void expect_refused(struct __test_metadata *_metadata, int device)
{
	char message[256], text[1024];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wants); i++) {
		const char *lock = strstr(wants[i].spec, "spinlock_irq") ?: "mutex";
		int object = create(device, lock, "counter"), ret;

		ASSERT_GE(object, 0);
		memset(message, 0, sizeof(message));
		ret = run_message(object, wants[i].spec, message, sizeof(message));
		EXPECT_EQ(ret, -EPERM) {
			TH_LOG("%s", wants[i].spec);
		}
		EXPECT_NE(strstr(message, wants[i].says), NULL) {
			TH_LOG("%s: %s", wants[i].spec, message);
		}
		if (ret >= 0)
			close(ret);
		close(object);

		EXPECT_EQ(run_through_proc(wants[i].spec), -EPERM) {
			TH_LOG("%s", wants[i].spec);
		}
		read_file(PROC_RUN, text, sizeof(text));
		EXPECT_NE(strstr(text, wants[i].says), NULL) {
			TH_LOG("%s: %s", wants[i].spec, text);
		}
	}
	/* What takes nothing from others is for all users that may open the file. */
	EXPECT_EQ(run_through_proc("workers=2"), 0);
}

TEST_F(privilege, root_without_capabilities_takes_no_cpu_from_others)
{
	ASSERT_EQ(use_capabilities(0), 0);
	expect_refused(_metadata, self->device);
}

TEST_F(privilege, root_of_a_user_namespace_has_none_of_them)
{
	int ret = enter_user_namespace();

	if (ret == -EINVAL || ret == -EPERM || ret == -ENOSPC)
		SKIP(return, "no user namespaces here");
	ASSERT_EQ(ret, 0);
	expect_refused(_metadata, self->device);
}

TEST_F(privilege, each_asks_for_its_own_capability)
{
	__u64 bit;
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(wants); i++) {
		/* All but the one. */
		bit = 1ULL << wants[i].cap;
		ASSERT_EQ(use_capabilities(~bit), 0);
		EXPECT_EQ(run_through_proc(wants[i].spec), -EPERM) {
			TH_LOG("%s", wants[i].spec);
		}
		/* The one alone; whether the machine can do it is another matter. */
		if (!strcmp(wants[i].says, "CAP_SYS_"))
			bit |= 1ULL << CAP_SYS_NICE;
		ASSERT_EQ(use_capabilities(bit), 0);
		ret = run_through_proc(wants[i].spec);
		EXPECT_TRUE(!ret || ret == -EOPNOTSUPP || ret == -EBUSY) {
			TH_LOG("%s: %d", wants[i].spec, ret);
		}
	}
}

TEST_F(privilege, who_opened_the_file_needs_it_too)
{
	static const char fifo[] = "sched=fifo runtime=1ms warmup=0ns";
	int fd;

	ASSERT_EQ(use_capabilities(0), 0);
	fd = open(PROC_RUN, O_WRONLY);
	ASSERT_GE(fd, 0);
	/* As a set-user-ID program that prints what it is told to. */
	ASSERT_EQ(use_capabilities(~0ULL), 0);
	EXPECT_EQ(write(fd, fifo, strlen(fifo)), -1);
	EXPECT_EQ(errno, EPERM);
	close(fd);
	EXPECT_EQ(run_through_proc("sched=fifo"), 0);
}

TEST_HARNESS_MAIN

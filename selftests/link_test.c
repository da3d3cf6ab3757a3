// SPDX-License-Identifier: GPL-2.0
/* A condition that time meets: messages that are on their way, across system calls. */
#include "contend_run.h"

CONTEND_FIXTURE(link)

/* As the catalogue has them. */
enum { SEND, TRY_RECEIVE, RECEIVE, CUT, HEAL, FAULTS, CLOSE };

/* A message takes so long at least, and twice as long at most. */
#define DELAY_NS	(50 * NS_PER_MS)

static int link_of(struct __test_metadata *_metadata, int device)
{
	static const char *const verbs[] = {
		"send:w:50:+1:fills>in@sender", "try_receive:w:50:-1>out",
		"receive:w:100:-1<in>out@receiver", "cut:w:0", "heal:w:0", "faults:w:0",
		"close:w:0", NULL
	};
	struct contend_list link = entry_of(device, CONTEND_LIST_STRUCTURES, "link");

	EXPECT_TRUE(verbs_are(&link, verbs)) {
		TH_LOG("%s", link.verbs);
	}
	return create(device, "mutex", "link");
}

static int delayed_link_of(struct __test_metadata *_metadata, int device)
{
	int object = link_of(_metadata, device);
	struct contend_op faults = {
		.size = sizeof(faults), .verb = FAULTS, .key = 1,
		.value = (2 * DELAY_NS / 1000) << 30,
	};

	EXPECT_EQ(call(object, CONTEND_OP, &faults), 0);
	EXPECT_EQ(faults.error, 0);
	return object;
}

/* The structure's answer. */
static int receive(int object, __u64 deadline, __u64 *message)
{
	struct contend_op receive = {
		.size = sizeof(receive), .verb = RECEIVE, .deadline_ns = deadline,
	};
	int ret = call(object, CONTEND_OP, &receive);

	*message = receive.value;
	return ret ? ret : -(int)receive.error;
}

TEST_F(link, a_receiver_waits_until_a_message_is_due)
{
	int object = delayed_link_of(_metadata, self->device);
	const __u64 from = now_ns();
	__u64 message;
	int ret;

	EXPECT_EQ(op(object, SEND, 7, NULL), 0);
	ret = op(object, TRY_RECEIVE, 0, NULL);
	if (ret) {
		EXPECT_EQ(ret, -ENOENT);
		/* One whose time is over before, unless the machine stood still. */
		ret = receive(object, from + 10 * NS_PER_MS, &message);
		EXPECT_TRUE(ret == -ETIMEDOUT || now_ns() >= from + DELAY_NS);
		/* Nobody sends anything more. */
		if (ret)
			EXPECT_EQ(receive(object, CONTEND_FOREVER, &message), 0);
	}
	EXPECT_GE(now_ns(), from + DELAY_NS);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	close(object);
}

/* A child that waits for a message; 0 when it has got one. */
static pid_t receiver(int object)
{
	pid_t pid = fork();
	__u64 message;

	if (!pid)
		_exit(-receive(object, CONTEND_FOREVER, &message));
	return pid;
}

/* The first of them is woken for each message that is sent, and takes but one of them. */
TEST_F(link, each_of_two_that_wait_has_a_message_when_it_is_due)
{
	int object = delayed_link_of(_metadata, self->device);
	pid_t first = receiver(object), second;

	ASSERT_TRUE(EVENTUALLY(stat_of(object, 0).blocked == 1));
	second = receiver(object);
	ASSERT_TRUE(EVENTUALLY(stat_of(object, 0).blocked == 2));
	EXPECT_EQ(op(object, SEND, 1, NULL), 0);
	/* It has looked, and sleeps again. */
	usleep(10000);
	EXPECT_EQ(op(object, SEND, 2, NULL), 0);
	EXPECT_EQ(reap(first), 0);
	EXPECT_EQ(reap(second), 0);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	close(object);
}

TEST_F(link, poll_wakes_when_a_message_is_due)
{
	int object = delayed_link_of(_metadata, self->device), i;
	struct pollfd pfd = { .fd = object, .events = POLLIN };
	__u64 from;

	for (i = 0; i < 3; i++) {
		from = now_ns();
		EXPECT_EQ(op(object, SEND, i, NULL), 0);
		EXPECT_TRUE(!poll(&pfd, 1, 0) || now_ns() >= from + DELAY_NS);
		EXPECT_EQ(poll(&pfd, 1, 20000), 1);
		EXPECT_EQ(pfd.revents, POLLIN);
		EXPECT_GE(now_ns(), from + DELAY_NS);
		EXPECT_LT(now_ns(), from + 10 * NS_PER_S);
		EXPECT_EQ(op(object, TRY_RECEIVE, 0, NULL), 0);
		EXPECT_EQ(poll(&pfd, 1, 0), 0);
	}
	close(object);
}

/* It polls before there is anything; and a timer that is set goes away with the object. */
TEST_F(link, poll_learns_of_a_message_that_is_sent_meanwhile)
{
	int object = delayed_link_of(_metadata, self->device);
	struct pollfd pfd = { .fd = object, .events = POLLIN };
	pid_t pid = fork();

	if (!pid)
		_exit(poll(&pfd, 1, 20000) == 1 && pfd.revents == POLLIN ? 0 : 1);
	usleep(10000);
	EXPECT_EQ(op(object, SEND, 1, NULL), 0);
	EXPECT_EQ(reap(pid), 0);
	EXPECT_EQ(op(object, TRY_RECEIVE, 0, NULL), 0);
	EXPECT_EQ(op(object, SEND, 2, NULL), 0);
	poll(&pfd, 1, 0);
	close(object);
}

TEST_F(link, what_is_lost_and_cut_does_not_arrive)
{
	int object = link_of(_metadata, self->device);
	struct pollfd pfd = { .fd = object, .events = POLLIN | POLLOUT };
	struct contend_stat stat;
	__u64 message;

	EXPECT_EQ(op(object, CUT, 0, NULL), 0);
	EXPECT_EQ(op(object, SEND, 1, NULL), 0);
	EXPECT_EQ(op(object, HEAL, 0, NULL), 0);
	EXPECT_EQ(op(object, SEND, 2, NULL), 0);
	EXPECT_EQ(poll(&pfd, 1, 0), 1);
	EXPECT_EQ(pfd.revents, POLLIN | POLLOUT);
	EXPECT_EQ(receive(object, CONTEND_FOREVER, &message), 0);
	EXPECT_EQ(message, 2);
	EXPECT_EQ(op(object, CLOSE, 0, NULL), 0);
	EXPECT_EQ(receive(object, CONTEND_FOREVER, &message), -EPIPE);
	EXPECT_EQ(op(object, SEND, 3, NULL), -EPIPE);
	stat = stat_of(object, CONTEND_STAT_VERIFY);
	EXPECT_EQ(stat.violations, 0) {
		TH_LOG("%s", stat.detail);
	}
	/* One was dropped. */
	EXPECT_EQ(stat.balance, 1);
	EXPECT_EQ(stat.elements, 0);
	close(object);
}

TEST_HARNESS_MAIN

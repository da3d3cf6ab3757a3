// SPDX-License-Identifier: GPL-2.0
/* A structure that has an owner: who may be that, across system calls. */
#include <pthread.h>

#include "contend_run.h"

CONTEND_FIXTURE(deque)

/* As the catalogue has them. */
enum { PUSH, POP, STEAL };

static int deque_of(struct __test_metadata *_metadata, int device)
{
	static const char *const verbs[] = {
		"push:o:50:+1:fills@owner", "pop:o:25:-1@owner", "steal:s:25:-1@thief",
		"steal_half:s:0:-1@thief", NULL
	};
	struct contend_list deque = entry_of(device, CONTEND_LIST_STRUCTURES, "deque");

	EXPECT_TRUE(verbs_are(&deque, verbs)) {
		TH_LOG("%s", deque.verbs);
	}
	return create(device, "null", "deque");
}

TEST_F(deque, two_ends)
{
	int object = deque_of(_metadata, self->device);
	__u64 value = 0, i;

	for (i = 1; i <= 40; i++)
		EXPECT_EQ(op(object, PUSH, i, NULL), 0);
	EXPECT_EQ(op(object, POP, 0, &value), 0);
	EXPECT_EQ(value, 40);
	EXPECT_EQ(op(object, STEAL, 0, &value), 0);
	EXPECT_EQ(value, 1);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).elements, 38);
	for (i = 0; i < 38; i++)
		EXPECT_EQ(op(object, POP, 0, NULL), 0);
	EXPECT_EQ(op(object, POP, 0, NULL), -ENOENT);
	EXPECT_EQ(op(object, STEAL, 0, NULL), -ENOENT);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	close(object);
}

TEST_F(deque, a_run_has_one_owner)
{
	static const struct {
		__u32 workers;
		const char *words, *remedy;
	} cases[] = {
		{ 2, "workers=2", "group=owner:1,thief:1" },
		{ 3, "group=owner:2,thief:1", "push is for one worker" },
		{ 2, "group=owner:1,other:1 other.mix=pop:1,steal:1", "2 would do it" },
		{ 1, "", NULL },
		{ 3, "group=owner:1,thief:2", NULL },
		{ 3, "mix=steal:1", NULL },
		{ 3, "mix=steal:1,pop:0", NULL },
	};
	int object = deque_of(_metadata, self->device), r;
	char message[256], spec[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		message[0] = '\0';
		if (!cases[i].remedy) {
			r = run_all(object, cases[i].workers, cases[i].words);
			ASSERT_GE(r, 0) {
				TH_LOG("%s", cases[i].words);
			}
			expect_sound(_metadata, r, cases[i].workers);
			close(r);
			continue;
		}
		snprintf(spec, sizeof(spec), "runtime=2ms %s", cases[i].words);
		EXPECT_EQ(run_message(object, spec, message, sizeof(message)), -EOPNOTSUPP);
		EXPECT_NE(strstr(message, cases[i].remedy), NULL) {
			TH_LOG("%s: %s", cases[i].words, message);
		}
	}
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	close(object);
}

TEST_F(deque, an_object_has_one_owner)
{
	int object = deque_of(_metadata, self->device), owner, thief, error;

	owner = run(object, "group=owner:1,thief:1 runtime=60s warmup=0ns");
	ASSERT_GE(owner, 0);
	/* Another owner is turned away, by whichever door; a thief is not. */
	EXPECT_EQ(op(object, PUSH, 0, NULL), -EBUSY);
	EXPECT_EQ(op(object, POP, 0, NULL), -EBUSY);
	EXPECT_EQ(run(object, "workers=1 runtime=2ms"), -EBUSY);
	error = op(object, STEAL, 0, NULL);
	EXPECT_TRUE(!error || error == -ENOENT);
	/* To fill it is the owner's too. */
	EXPECT_EQ(run(object, "workers=1 mix=steal:1 runtime=2ms prefill=50"), -EBUSY);
	thief = run(object, "workers=1 mix=steal:1 runtime=2ms warmup=0ns prefill=0");
	ASSERT_GE(thief, 0);
	EXPECT_EQ(run_wait(thief, 30000), 1);
	close(thief);
	close(owner);
	/* It may have left it full. */
	EXPECT_TRUE(EVENTUALLY(op(object, PUSH, 0, NULL) != -EBUSY));
	/* A thief that has filled it is no owner any more. */
	thief = run(object, "workers=1 mix=steal:1 runtime=60s warmup=0ns prefill=50");
	ASSERT_GE(thief, 0);
	EXPECT_TRUE(EVENTUALLY(op(object, PUSH, 0, NULL) != -EBUSY));
	close(thief);
	EXPECT_TRUE(EVENTUALLY(!stat_of(object, CONTEND_STAT_VERIFY).violations));
	close(object);
}

#define CLIENTS	4
#define CALLS	2000

struct client {
	pthread_t thread;
	int object;
	__u64 busy;
	__u64 wrong;
};

static void *client_works(void *arg)
{
	struct client *c = arg;
	int i, error;

	for (i = 0; i < CALLS; i++) {
		error = op(c->object, i % 3, i, NULL);
		c->busy += error == -EBUSY;
		c->wrong += error && error != -EBUSY && error != -ENOENT && error != -ENOSPC;
	}
	return NULL;
}

TEST_F(deque, clients_are_its_owner_in_turn)
{
	struct client clients[CLIENTS] = { };
	struct contend_stat stat;
	__u64 busy = 0;
	int object = deque_of(_metadata, self->device), i;

	for (i = 0; i < CLIENTS; i++) {
		clients[i].object = object;
		ASSERT_EQ(pthread_create(&clients[i].thread, NULL, client_works, &clients[i]), 0);
	}
	for (i = 0; i < CLIENTS; i++) {
		pthread_join(clients[i].thread, NULL);
		EXPECT_EQ(clients[i].wrong, 0);
		busy += clients[i].busy;
	}
	stat = stat_of(object, CONTEND_STAT_VERIFY);
	EXPECT_EQ(stat.violations, 0) {
		TH_LOG("%s", stat.detail);
	}
	EXPECT_EQ(stat.balance, (__s64)stat.elements);
	/* What was turned away has done nothing, and is in no book. */
	EXPECT_EQ(stat.ops, CLIENTS * CALLS - busy);
	close(object);
}

TEST_HARNESS_MAIN

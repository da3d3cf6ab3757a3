// SPDX-License-Identifier: GPL-2.0
/* Workers in interrupts, beside tasks. */
#include "contend_run.h"

CONTEND_FIXTURE(context)

/* Where each worker of a run has worked, and that it did. */
static void expect_contexts(struct __test_metadata *_metadata, int r, const char *letters)
{
	struct contend_worker worker;
	__u32 i;

	for (i = 0; letters[i]; i++) {
		worker = (struct contend_worker){ .size = sizeof(worker), .index = i };
		ASSERT_EQ(call(r, CONTEND_WORKER, &worker), 0);
		EXPECT_EQ("tsh"[worker.context], letters[i]);
		EXPECT_GT(worker.ops, 0);
	}
}

static void expect_refused(struct __test_metadata *_metadata, int object, const char *spec,
			   const char *safe)
{
	char message[256] = "";

	EXPECT_EQ(run_message(object, spec, message, sizeof(message)), -EOPNOTSUPP);
	EXPECT_NE(strstr(message, safe), NULL) {
		TH_LOG("%s: %s", spec, message);
	}
}

TEST_F_TIMEOUT(context, every_lock_in_the_contexts_that_it_is_safe_in, 120)
{
	struct contend_list lock, s;
	char mix[64], more[128];
	int object, r;

	FOR_EACH_ENTRY(lock, self->device, CONTEND_LIST_LOCKS) {
		int pointers = lock.caps & CONTEND_CAP_POINTERS;
		int hard = lock.caps & CONTEND_CAP_HARDIRQ;

		s = entry_of(self->device, CONTEND_LIST_STRUCTURES,
			     pointers ? "list" : "counter");
		object = create_pair(_metadata, self->device, &lock, &s,
				     (struct contend_create){ });
		if (object < 0 || !(lock.caps & CONTEND_CAP_EXCLUSIVE)) {
			close(object);
			continue;
		}
		/* Also if all are of one kind: the object is not theirs alone. */
		if (!hard)
			expect_refused(_metadata, object, "context=hardirq", "spinlock_irq");
		if (lock.caps & CONTEND_CAP_SOFTIRQ) {
			snprintf(more, sizeof(more),
				 "keys=uniform/64 %s context=task:1,softirq:1%s",
				 mix_of(&s, "rw", mix, sizeof(mix)), hard ? ",hardirq:1" : "");
			r = run_all(object, hard ? 6 : 4, more);
			ASSERT_GE(r, 0);
			expect_sound(_metadata, r, hard ? 6 : 4);
			expect_contexts(_metadata, r, hard ? "ttsshh" : "ttss");
			close(r);
		} else {
			expect_refused(_metadata, object, "context=task:1,softirq:1",
				       "spinlock_bh");
		}
		EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
		close(object);
	}
	EXPECT_EQ(lock.index, info_of(self->device).locks);
}

/* Of a structure with an owner: "group=" with one of these and two of a role that is no owner's. */
static const char *owner_group(const struct contend_list *s, char *group, size_t size)
{
	const char *owner = strchr(strstr(s->verbs, ":o"), '@') + 1;
	const char *other = strchr(strstr(s->verbs, ":s:"), '@') + 1;

	snprintf(group, size, "group=%.*s:1,%.*s:2", (int)strcspn(owner, " "), owner,
		 (int)strcspn(other, " "), other);
	return group;
}

static void expect_in_contexts(struct __test_metadata *_metadata, int object, int workers,
			       const char *more, const char *letters)
{
	int r = run_all(object, workers, more);

	ASSERT_GE(r, 0) {
		TH_LOG("%s: %s", stat_of(object, 0).structure, more);
	}
	expect_sound(_metadata, r, workers);
	expect_contexts(_metadata, r, letters);
	close(r);
}

/*
 * One lock of a kind guards what interrupts use, as above, and another what must stay with tasks,
 * since it takes locks inside that leave interrupts on: lockdep holds them apart.
 */
TEST_F_TIMEOUT(context, structures_for_tasks_under_locks_that_interrupts_may_take, 120)
{
	struct contend_list lock, s;
	int object, r;

	FOR_EACH_ENTRY(lock, self->device, CONTEND_LIST_LOCKS) {
		if (!(lock.caps & CONTEND_CAP_SOFTIRQ) || !(lock.caps & CONTEND_CAP_EXCLUSIVE))
			continue;
		FOR_EACH_ENTRY(s, self->device, CONTEND_LIST_STRUCTURES) {
			if (s.caps & CONTEND_CAP_SELF || !(s.caps & CONTEND_CAP_SLEEPS))
				continue;
			object = create_pair(_metadata, self->device, &lock, &s,
					     (struct contend_create){ });
			if (object < 0)
				continue;
			expect_refused(_metadata, object, "context=softirq", "is for tasks");
			r = run_all(object, 2, "");
			EXPECT_GE(r, 0) {
				TH_LOG("%s of %s", s.name, lock.name);
			}
			if (r >= 0)
				expect_sound(_metadata, r, 2);
			close(r);
			close(object);
		}
	}
}

/* Most of them have no nodes, of which an interrupt would keep a stock. */
TEST_F_TIMEOUT(context, structures_without_a_lock_in_every_context, 120)
{
	static const char every[] = "context=task:1,softirq:1,hardirq:1";
	char more[160], group[96];
	struct contend_list s;
	int object;

	FOR_EACH_ENTRY(s, self->device, CONTEND_LIST_STRUCTURES) {
		if (!(s.caps & CONTEND_CAP_SELF))
			continue;
		/* A barrier has so many parties, each with a number. */
		object = create_permits(self->device, "null", s.name,
					strncmp(s.name, "barrier_", 8) ? 0 : 3, 0);
		ASSERT_GE(object, 0);
		/* Those of others may sleep, allocate, or take locks that leave interrupts on. */
		if (s.caps & CONTEND_CAP_SLEEPS) {
			expect_refused(_metadata, object, "context=softirq", "is for tasks");
			expect_refused(_metadata, object, "context=task:1,hardirq:1",
				       "is for tasks");
			close(object);
			continue;
		}
		if (!strstr(s.verbs, ":o")) {
			expect_in_contexts(_metadata, object, 3, every, "tsh");
		} else if (strstr(s.verbs, ":s:") && !strchr(s.verbs, '<')) {
			snprintf(more, sizeof(more), "%s %s", every,
				 owner_group(&s, group, sizeof(group)));
			expect_in_contexts(_metadata, object, 3, more, "tsh");
		} else {
			/* Each worker is an owner: one after the other. */
			expect_in_contexts(_metadata, object, 1, "context=task", "t");
			expect_in_contexts(_metadata, object, 1, "context=softirq", "s");
			expect_in_contexts(_metadata, object, 1, "context=hardirq", "h");
		}
		EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
		close(object);
	}
}

TEST_F(context, interrupts_come_to_a_lock_that_leaves_them_on_when_nobody_is_there)
{
	int object = create(self->device, "ticket", "counter"), before, r;

	before = run(object, "runtime=60s");
	ASSERT_GE(before, 0);
	EXPECT_EQ(run(object, "context=hardirq runtime=1ms"), -EBUSY);
	close(before);
	r = run(object, "context=hardirq runtime=60s");
	ASSERT_GE(r, 0);
	/* From then on all turn them off, but for a run that measures the lock alone. */
	before = run_all(object, 2, "");
	ASSERT_GE(before, 0);
	expect_contexts(_metadata, before, "tt");
	close(before);
	EXPECT_EQ(run(object, "measure=lock mix=inc:1 runtime=1ms"), -EBUSY);
	close(r);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	close(object);
}

TEST_F(context, a_run_that_is_refused_leaves_the_object_as_it_was)
{
	int object = create(self->device, "ticket", "counter"), r;

	EXPECT_EQ(run(object, "context=hardirq mix=nosuch:1 runtime=1ms"), -EINVAL);
	r = run_all(object, 1, "measure=lock mix=inc:1");
	EXPECT_GE(r, 0);
	close(r);
	close(object);
}

TEST_F(context, a_task_with_the_lock_is_not_interrupted_for_ever)
{
	/* Long sections, so that interrupts fall into them; short times between both. */
	int object = create(self->device, "raw_spinlock_irq", "counter"), r;

	r = run_all(object, 6, "context=task:1,softirq:1,hardirq:1 hold=exp:50us think=exp:99us");
	ASSERT_GE(r, 0);
	expect_sound(_metadata, r, 6);
	expect_contexts(_metadata, r, "ttsshh");
	close(r);
	/* An open loop that cannot keep up has no time for a gap, and has one. */
	r = run_all(object, 4, "context=softirq:1,hardirq:1 arrival=periodic:1us");
	ASSERT_GE(r, 0);
	expect_sound(_metadata, r, 4);
	close(r);
	close(object);
}

TEST_HARNESS_MAIN

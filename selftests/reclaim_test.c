// SPDX-License-Identifier: GPL-2.0
/* When what was erased is freed, and how much waits for it. */
#include "contend_run.h"

CONTEND_FIXTURE(reclaim)

/* A limit that is met. */
#define SMALL	64
#define TEXT_(x)	#x
#define TEXT(x)		TEXT_(x)

/*
 * The most that max_backlog allows. The limit is a soft one: of the count up to 32 are on
 * each CPU, as of its approximate look, or twice the number of the CPUs.
 */
static __u64 most_of(__u64 limit)
{
	return limit + 64 * (1 + sysconf(_SC_NPROCESSORS_ONLN));
}

TEST_F_TIMEOUT(reclaim, what_was_erased_is_freed_and_how_late_is_told, 120)
{
	struct contend_list list = entry_of(self->device, CONTEND_LIST_STRUCTURES, "list");
	struct contend_result result;
	struct contend_list lock;
	struct contend_hist hist;
	char mix[64], load[96];
	int object, r;

	snprintf(load, sizeof(load), "%s keys=uniform/64",
		 mix_of(&list, "w", mix, sizeof(mix)));
	FOR_EACH_ENTRY(lock, self->device, CONTEND_LIST_LOCKS) {
		object = create_pair(_metadata, self->device, &lock, &list,
				     (struct contend_create){ });
		if (object < 0 || !(lock.caps & CONTEND_CAP_DEFERRED) ||
		    lock.caps & CONTEND_CAP_BUSTED) {
			close(object);
			continue;
		}
		r = run_long(object, 2, load, unlinked_nothing);
		ASSERT_GE(r, 0);
		ASSERT_EQ(result_of(r, &result), 0);
		EXPECT_GT(result.backlog_max, 0) {
			TH_LOG("%s", lock.name);
		}
		ASSERT_EQ(hist_of(r, CONTEND_ALL_WORKERS, CONTEND_HIST_RECLAIM, &hist), 0);
		EXPECT_GE(hist.total, result.backlog_max) {
			TH_LOG("%s", lock.name);
		}
		EXPECT_EQ(sum(), hist.total);
		EXPECT_GT(hist.max_ns, 0);
		EXPECT_EQ(hist_of(r, 0, CONTEND_HIST_RECLAIM, &hist), -ENOENT);
		close(r);
		close(object);
	}
	EXPECT_EQ(lock.index, info_of(self->device).locks);

	object = create(self->device, "spinlock", "list");
	r = run_all(object, 2, load);
	ASSERT_EQ(result_of(r, &result), 0);
	EXPECT_EQ(result.backlog_max, 0);
	EXPECT_EQ(hist_of(r, CONTEND_ALL_WORKERS, CONTEND_HIST_RECLAIM, &hist), -EOPNOTSUPP);
	close(r);
	close(object);
}

TEST_F(reclaim, while_a_reader_stalls_the_backlog_is_bounded)
{
	/* Hazard pointers keep what readers name, without the module's limit. */
	const struct {
		const char *lock;
		const char *limit;
		__u64 most;
	} cases[] = { { "hazptr", "65536", 2048 }, { "ebr", TEXT(SMALL), most_of(SMALL) } };
	struct contend_result result;
	struct contend_hist hist;
	char message[256], old[32];
	int object, r, i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(set_parameter("max_backlog", cases[i].limit, old, sizeof(old)), 0);
		object = create(self->device, cases[i].lock, "list");
		r = run_all(object, 2, "stall=5ms mix=lookup:1,insert:1,erase:1 keys=uniform/16");
		ASSERT_GE(r, 0);
		ASSERT_EQ(result_of(r, &result), 0);
		EXPECT_EQ(result.verdict, CONTEND_PASS);
		EXPECT_LE(result.backlog_max, cases[i].most) {
			TH_LOG("%s", cases[i].lock);
		}
		/*
		 * It is the reader that stays: all have worked, the first one may have written.
		 * Its last stay ends with the run.
		 */
		EXPECT_EQ(hist_of(r, 0, CONTEND_HIST_HOLD, &hist), 0);
		EXPECT_GT(hist.total, 0);
		if (worker_of(r, 0).reads > 1)
			EXPECT_GE(hist.max_ns, 5000000);
		close(r);
		ASSERT_EQ(set_parameter("max_backlog", old, NULL, 0), 0);
		EXPECT_EQ(run_message(object, "stall=1ms mix=erase:1", message, sizeof(message)),
			  -EINVAL);
		EXPECT_NE(strstr(message, "a mix with reads"), NULL);
		close(object);
	}
}

TEST_F(reclaim, one_of_two_runs_on_an_object_tells_how_late)
{
	int object = create(self->device, "rcu", "list");
	struct contend_hist hist;
	int longer, shorter;

	longer = run(object, "runtime=60s");
	shorter = run(object, "runtime=20ms warmup=0ns mix=insert:1,erase:1");
	ASSERT_GE(longer, 0);
	ASSERT_GE(shorter, 0);
	ASSERT_EQ(run_wait(shorter, 30000), 1);
	EXPECT_EQ(hist_of(shorter, CONTEND_ALL_WORKERS, CONTEND_HIST_RECLAIM, &hist),
		  -EOPNOTSUPP);
	close(shorter);
	close(longer);
	/* And when it has gone, the next one. */
	shorter = run_all(object, 2, "mix=insert:1,erase:1");
	ASSERT_GE(shorter, 0);
	EXPECT_EQ(hist_of(shorter, CONTEND_ALL_WORKERS, CONTEND_HIST_RECLAIM, &hist), 0);
	close(shorter);
	close(object);
}

/* Its operations would not make a backlog of ten times the limit if none was freed. */
static int erased_few(int r, __u32 workers)
{
	struct contend_result result;

	return !result_of(r, &result) && result.ops < 10 * most_of(SMALL);
}

TEST_F(reclaim, a_backlog_is_bounded)
{
	int object = create(self->device, "rcu", "list");
	struct contend_result result;
	char old[32];
	int r;

	ASSERT_EQ(set_parameter("max_backlog", TEXT(SMALL), old, sizeof(old)), 0);
	r = run_long(object, 2, "mix=insert:1,erase:1 keys=uniform/16", erased_few);
	ASSERT_EQ(set_parameter("max_backlog", old, NULL, 0), 0);
	ASSERT_GE(r, 0);
	EXPECT_EQ(result_of(r, &result), 0);
	EXPECT_EQ(result.verdict, CONTEND_PASS);
	EXPECT_GT(result.backlog_max, 0);
	EXPECT_LE(result.backlog_max, most_of(SMALL));
	close(r);
	EXPECT_EQ(stat_of(object, 0).backlog, 0);
	close(object);
}

TEST_HARNESS_MAIN

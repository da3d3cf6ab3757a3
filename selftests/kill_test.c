// SPDX-License-Identifier: GPL-2.0
/*
 * What must end ends: a client is killed, or lets go, at any moment of whatever it
 * does, and neither it nor what it had stays. The limits in time are generous, for a
 * machine under load: what fails here took from 20 seconds to 45 minutes.
 */
#include <sys/prctl.h>

#include "contend_run.h"

#define SOON_NS		(5 * NS_PER_S)

CONTEND_FIXTURE(kill)

enum { LOOKUP, INSERT, ERASE };
enum { READ, INC };

static int create_of(int device, const char *lock, const char *structure)
{
	return create_permits(device, lock, structure, strcmp(structure, "counter") ? 65536 : 0,
			      0);
}

/* Each of its inserts would take a grace period. */
#define FILLS	"prefill=100 keys=uniform/65536 mix=lookup:1 "

TEST_F(kill, nobody_waits_for_grace_periods_to_fill_an_object_that_is_his)
{
	int object = create_of(self->device, "percpu_ref", "hash"), r;
	__u64 from = now_ns();
	struct contend_result result;

	r = run(object, FILLS "workers=1 runtime=3ms");
	ASSERT_GE(r, 0);
	ASSERT_EQ(run_wait(r, 20000), 1);
	EXPECT_LT(now_ns() - from, 4 * SOON_NS);
	EXPECT_EQ(result_of(r, &result), 0);
	EXPECT_EQ(result.verdict, CONTEND_PASS);
	EXPECT_EQ(result.complete, 1);
	close(r);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).elements, 65536);
	EXPECT_EQ(stat_of(object, 0).violations, 0);
	close(object);
}

/* Where another run is at work it fills with the lock, for as long as that takes. */
static int filling(int object, int *other)
{
	*other = run(object, "prefill=0 mix=lookup:1 workers=1 runtime=300s");
	return *other < 0 ? *other : run(object, FILLS "workers=2 runtime=60s");
}

TEST_F(kill, a_filling_stops)
{
	int object = create_of(self->device, "percpu_ref", "hash"), other;
	int r = filling(object, &other);
	struct contend_stop stop = { .size = sizeof(stop) };
	struct contend_result result;

	ASSERT_GE(r, 0);
	sleep_ms(50);
	EXPECT_EQ(call(r, CONTEND_STOP, &stop), 0);
	ASSERT_EQ(run_wait(r, 10000), 1);
	EXPECT_EQ(result_of(r, &result), 0);
	EXPECT_EQ(result.verdict, CONTEND_PASS);
	EXPECT_EQ(result.complete, 0);
	close(r);
	close(other);
	EXPECT_TRUE(EVENTUALLY(counts_are(self->device, (struct counts){
		self->before.objects + 1, self->before.runs })));
	EXPECT_LT(stat_of(object, CONTEND_STAT_VERIFY).elements, 65536);
	EXPECT_EQ(stat_of(object, 0).violations, 0);
	close(object);
}

TEST_F(kill, closing_returns_whatever_the_workload_is)
{
	static const struct {
		const char *lock;
		const char *structure;
		const char *spec;
	} work[] = {
		{ "percpu_ref", "hash", FILLS "workers=64 runtime=60s" },
		{ "percpu_ref", "counter", "workers=64 runtime=60s mix=inc:1" },
		{ "mutex", "counter", "workers=250 runtime=60s mix=inc:1 hold=10ms" },
		{ "srcu", "list", "workers=4 runtime=60s mix=insert:1,erase:1" },
		{ "seqlock", "counter", "workers=4 runtime=60s hold=10ms" },
		{ "percpu_rwsem", "counter", "workers=64 runtime=60s hold=5ms" },
	};
	int object, r;
	__u64 from;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(work); i++) {
		struct contend_list lock = entry_of(self->device, CONTEND_LIST_LOCKS, work[i].lock);

		object = create_of(self->device, work[i].lock, work[i].structure);
		if (lock.caps & CONTEND_CAP_ABSENT) {
			EXPECT_EQ(object, -EOPNOTSUPP);
			continue;
		}
		ASSERT_GE(object, 0);
		r = run(object, work[i].spec);
		ASSERT_GE(r, 0) {
			TH_LOG("%s %s", work[i].lock, work[i].spec);
		}
		sleep_ms(30 * i);
		from = now_ns();
		close(r);
		close(object);
		EXPECT_LT(now_ns() - from, SOON_NS) {
			TH_LOG("%s %s", work[i].lock, work[i].spec);
		}
	}
}

/* From STOP to the results, nanoseconds. */
static __u64 stops_in(int object, const char *spec)
{
	struct contend_stop stop = { .size = sizeof(stop) };
	int r = run(object, spec), ended;
	__u64 from;

	if (r < 0)
		return ~0ULL;
	/* Most of them have come to the lock. */
	sleep_ms(500);
	from = now_ns();
	call(r, CONTEND_STOP, &stop);
	ended = run_wait(r, 60000);
	from = now_ns() - from;
	close(r);
	return ended ? from : ~0ULL;
}

/* 256 of them that each stay for 10 ms are 2.5 s. */
TEST_F(kill, who_waits_for_the_lock_of_a_run_that_stops_does_not_stay_in_it)
{
	int object = create(self->device, "mutex", "counter"), tries = 0;
	__u64 ns;

	do
		ns = stops_in(object, "workers=250 runtime=60s mix=inc:1 hold=10ms");
	while (ns > 3 * NS_PER_S / 2 && ++tries < 5);
	EXPECT_LT(ns, 3 * NS_PER_S / 2);
	close(object);
}

TEST_F_TIMEOUT(kill, a_reader_whom_writers_send_back_gets_through, 120)
{
	static const char *const locks[] = { "seqlock", "seqcount_mutex", "typesafe_seqlock" };
	struct contend_op op;
	int object, r, tries;
	__u64 from, took;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(locks); i++) {
		object = create(self->device, locks[i], "counter");
		ASSERT_GE(object, 0);
		r = run(object, "workers=2 mix=inc:1 hold=10ms runtime=300s");
		ASSERT_GE(r, 0);
		sleep_ms(100);
		op = (struct contend_op){
			.size = sizeof(op), .verb = READ, .stay_ns = CONTEND_STAY_MAX_NS,
		};
		/* 100 times two stays, and the lock: 2 s of a machine that has time for it. */
		tries = 0;
		do {
			from = now_ns();
			EXPECT_EQ(call(object, CONTEND_OP, &op), 0);
			took = now_ns() - from;
		} while (took > 2 * SOON_NS && ++tries < 3);
		EXPECT_LT(took, 2 * SOON_NS) {
			TH_LOG("%s", locks[i]);
		}
		close(r);
		EXPECT_TRUE(EVENTUALLY(!stat_of(object, CONTEND_STAT_VERIFY).violations));
		close(object);
	}
}

TEST_F(kill, a_reader_whom_writers_send_back_can_be_killed)
{
	int object = create(self->device, "seqlock", "counter"), r;
	__u64 from;
	pid_t pid;
	int i;

	r = run(object, "workers=2 mix=inc:1 hold=10ms runtime=300s");
	ASSERT_GE(r, 0);
	for (i = 0; i < 3; i++) {
		pid = fork();
		if (!pid) {
			struct contend_op op = {
				.size = sizeof(op), .verb = READ, .stay_ns = CONTEND_STAY_MAX_NS,
			};

			for (;;)
				call(object, CONTEND_OP, &op);
		}
		sleep_ms(100);
		from = now_ns();
		kill(pid, SIGKILL);
		EXPECT_EQ(reap(pid), 128 + SIGKILL);
		EXPECT_LT(now_ns() - from, SOON_NS);
	}
	close(r);
	close(object);
}

TEST_F(kill, the_stays_of_all_on_an_object_are_bounded_together)
{
	struct contend_op op = { .size = sizeof(op), .verb = INC, .stay_ns = CONTEND_STAY_MAX_NS };
	int object = create(self->device, "mutex", "counter"), other, r;
	char message[256] = "";

	r = run(object, "workers=256 hold=10ms mix=inc:1 runtime=60s");
	ASSERT_GE(r, 0);
	EXPECT_EQ(run_message(object, "workers=1 hold=1us", message, sizeof(message)), -EBUSY);
	EXPECT_NE(strstr(message, "hold="), NULL);
	EXPECT_EQ(call(object, CONTEND_OP, &op), -EBUSY);
	EXPECT_EQ(run_message(object, "group=a:1,b:1 b.hold=1us", message, sizeof(message)),
		  -EBUSY);
	/* On another object it is no matter. */
	other = create(self->device, "mutex", "counter");
	EXPECT_EQ(call(other, CONTEND_OP, &op), 0);
	close(other);
	close(r);
	EXPECT_TRUE(EVENTUALLY(!call(object, CONTEND_OP, &op)));
	EXPECT_TRUE(EVENTUALLY(!stat_of(object, CONTEND_STAT_VERIFY).violations));
	close(object);
}

/* What a client does until it is killed, by chance. */
static void be_anything(int device, unsigned int seed)
{
	static const char *const locks[] = {
		"mutex", "spinlock", "rwsem", "rcu", "srcu", "percpu_ref", "percpu_rwsem",
		"srcu_fast", "semaphore", "rtmutex", "ebr", "hazptr", "rmlock", "sx",
	};
	static const char *const specs[] = {
		FILLS "workers=8 runtime=60s", "workers=32 runtime=60s hold=1ms",
		"runtime=1ms warmup=0ns", "workers=4 runtime=60s mix=insert:1,erase:1",
		"workers=3 runtime=60s arrival=poisson:1ms stutter=20ms",
		"workers=2 runtime=60s preempt=5ms", "workers=4 runtime=60s hotplug=5ms",
	};
	static const char *const lines[] = {
		"lock=percpu_ref structure=hash runtime=60s keys=uniform/65536 capacity=65536",
		"lock=mutex workers=16 hold=5ms runtime=60s",
	};
	struct contend_op ops[64];
	struct contend_batch batch = {
		.size = sizeof(batch), .count = 64, .op_size = sizeof(*ops), .ops = PTR(ops),
	};
	int object, i, n, held[4] = { -1, -1, -1, -1 };

	for (;;) {
		object = create_of(device, locks[rand_r(&seed) % ARRAY_SIZE(locks)], "hash");
		n = rand_r(&seed) % 4;
		close(held[n]);
		held[n] = run(object, specs[rand_r(&seed) % ARRAY_SIZE(specs)]);
		switch (rand_r(&seed) % 4) {
		case 0:
			stat_of(object, CONTEND_STAT_VERIFY);
			break;
		case 1:
			write_file("/proc/contend/run", lines[rand_r(&seed) % ARRAY_SIZE(lines)]);
			break;
		case 2:
			acquire(object, 1, CONTEND_FOREVER);
			acquire(object, 1, now_ns() + NS_PER_S / 100);
			break;
		default:
			for (i = 0; i < 64; i++)
				ops[i] = (struct contend_op){
					.size = sizeof(*ops), .verb = rand_r(&seed) % 3,
					.key = rand_r(&seed) % 1024,
					.stay_ns = rand_r(&seed) % 8 ? 0 : 1000000,
				};
			call(object, CONTEND_BATCH, &batch);
		}
		close(object);
	}
}

static int nothing_is_left(int device, struct counts before)
{
	static char text[65536];
	const char *line;
	int lines = 0;

	if (!counts_are(device, before))
		return 0;
	read_file("/proc/contend/objects", text, sizeof(text));
	for (line = text; (line = strchr(line, '\n')); line++)
		lines++;
	return lines == 1 + (int)before.objects;
}

/* Three at a time, each killed at a moment of its own, for ten seconds. */
TEST_F_TIMEOUT(kill, at_any_moment, 300)
{
	__u64 until = now_ns() + 10 * NS_PER_S, from, longest = 0;
	unsigned int seed = getpid(), i, kills = 0;
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	pid_t pid[3] = { 0 };

	for (i = 0; now_ns() < until; i = (i + 1) % 3) {
		if (pid[i]) {
			sleep_ms(rand_r(&seed) % 120);
			from = now_ns();
			kill(pid[i], SIGKILL);
			EXPECT_EQ(reap(pid[i]), 128 + SIGKILL);
			from = now_ns() - from;
			longest = from > longest ? from : longest;
			kills++;
		}
		pid[i] = fork();
		if (!pid[i]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			be_anything(self->device, seed + kills);
		}
	}
	for (i = 0; i < 3; i++) {
		kill(pid[i], SIGKILL);
		EXPECT_EQ(reap(pid[i]), 128 + SIGKILL);
	}
	TH_LOG("%u kills, the longest end after %llu ms", kills, longest / 1000000);
	EXPECT_LT(longest, 2 * SOON_NS);
	for (i = 0; i < 60 && !nothing_is_left(self->device, self->before); i++)
		sleep_ms(1000);
	EXPECT_TRUE(nothing_is_left(self->device, self->before));
	EXPECT_TRUE(EVENTUALLY(sysconf(_SC_NPROCESSORS_ONLN) == online));
}

TEST_HARNESS_MAIN

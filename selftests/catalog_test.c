// SPDX-License-Identifier: GPL-2.0
/* Each lock with each structure, under the loads that concern the lock itself. */
#include "contend_run.h"

CONTEND_FIXTURE(catalog)

/*
 * CONTEND_SAMPLE=N takes one pair in N, each lock and each structure in some of them; of the
 * structures that take one lock alone all. Without it there are all pairs.
 */
static int sampled(const struct contend_list *lock, const struct contend_list *s)
{
	const char *text = getenv("CONTEND_SAMPLE");
	const unsigned long n = text ? strtoul(text, NULL, 10) : 1;

	return s->caps & CONTEND_CAP_SELF || n < 2 || !((lock->index + s->index) % n);
}

/*
 * The catalogue grows, and a debug kernel under load takes seconds for each lock: the
 * limits of the whole catalogue are for what hangs.
 */
TEST_F_TIMEOUT(catalog, every_lock_with_every_structure, 300)
{
	struct contend_info info = info_of(self->device);
	struct contend_list lock, s;
	char mix[128], spec[192];

	FOR_EACH_ENTRY(lock, self->device, CONTEND_LIST_LOCKS) {
		FOR_EACH_ENTRY(s, self->device, CONTEND_LIST_STRUCTURES) {
			/* A structure that synchronises itself keeps nobody out. */
			int readers = !(lock.caps & CONTEND_CAP_EXCLUSIVE) &&
				      !(s.caps & CONTEND_CAP_SELF);
			int alone = (readers && !(lock.caps & CONTEND_CAP_SHARED)) ||
				    /* The worker that does it is its owner. */
				    strstr(s.verbs, ":o");
			int object = create_pair(_metadata, self->device, &lock, &s,
						 (struct contend_create){ }), r;

			if (object < 0)
				continue;
			if (!sampled(&lock, &s)) {
				close(object);
				continue;
			}
			/*
			 * Under a lock for readers only, several do nothing but read, if the
			 * structure has what reads.
			 */
			alone |= readers && !*mix_of(&s, "r", mix, sizeof(mix));
			snprintf(spec, sizeof(spec), "keys=zipf:1.1/64 %s",
				 readers && !alone ? mix_of(&s, "r", mix, sizeof(mix)) : "");
			r = run_all(object, alone ? 1 : 2, spec);
			ASSERT_GE(r, 0) {
				TH_LOG("%s %s", lock.name, s.name);
			}
			expect_sound(_metadata, r, alone ? 1 : 2);
			close(r);
			if (readers)
				EXPECT_EQ(run(object, "workers=2"), -EOPNOTSUPP);
			close(object);
		}
		EXPECT_EQ(s.index, info.structures);
	}
	EXPECT_EQ(lock.index, info.locks);
}

/* One that is full says nothing of the others. */
TEST_F(catalog, filling_goes_on_where_a_stripe_is_full)
{
	struct contend_create create = {
		.size = sizeof(create), .lock = "mutex", .structure = "list", .capacity = 16,
		.stripes = 8,
	};
	int object = call(self->device, CONTEND_CREATE, &create);
	int r = run_all(object, 1, "keys=seq/256 prefill=100 mix=lookup:1");

	ASSERT_GE(r, 0);
	close(r);
	EXPECT_EQ(stat_of(object, 0).elements, 16);
	EXPECT_EQ(run(object, "capacity=17"), -EINVAL);
	close(object);
}

TEST_F(catalog, many_locks_for_one_structure)
{
	int object = create_stripes(self->device, "spinlock", "hash", 64);
	int r = run_all(object, 2, "stripes=64 keys=uniform/500 mix=lookup:2,insert:1,erase:1");

	ASSERT_GE(r, 0);
	expect_sound(_metadata, r, 2);
	close(r);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	/* It is the object that has them, not the run. */
	EXPECT_EQ(run(object, "stripes=2"), -EINVAL);
	close(object);
}

/* Each structure whose operations take two locks, if this lock takes part in that. */
#define FOR_EACH_BANK(s_, device_, lock_)					\
	FOR_EACH_ENTRY(s_, device_, CONTEND_LIST_STRUCTURES)			\
		if ((s_).caps & CONTEND_CAP_NESTS && serves(&(lock_), &(s_)))

/* Four locks, so that the two workers are in each other's way. */
static void transfers(struct __test_metadata *_metadata, int device,
		      const struct contend_list *lock, const struct contend_list *s, __u32 flags,
		      const char *more, bool writes)
{
	int object = create_pair(_metadata, device, lock, s, (struct contend_create){
				 .stripes = 4, .flags = flags }), r;
	char mix[64] = "", spec[192];

	ASSERT_GE(object, 0);
	if (writes)
		mix_of(s, "w", mix, sizeof(mix));
	snprintf(spec, sizeof(spec), "keys=uniform/16 %s %s", more, mix);
	r = run_all(object, 2, spec);
	ASSERT_GE(r, 0) {
		TH_LOG("%s %s", lock->name, spec);
	}
	expect_sound(_metadata, r, 2);
	close(r);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	close(object);
}

TEST_F_TIMEOUT(catalog, two_locks_an_operation, 300)
{
	struct contend_list lock, s;
	int object;

	FOR_EACH_ENTRY(lock, self->device, CONTEND_LIST_LOCKS) {
		/* Two workers that write take one that keeps them apart. */
		if (!(lock.caps & CONTEND_CAP_EXCLUSIVE))
			continue;
		FOR_EACH_BANK(s, self->device, lock) {
			if (!has_ww(&lock))
				transfers(_metadata, self->device, &lock, &s, 0, "avoid=order",
					  false);
			if (lock.caps & CONTEND_CAP_TRY)
				transfers(_metadata, self->device, &lock, &s,
					  CONTEND_CREATE_BACKOFF, "avoid=backoff", true);
		}
	}
	EXPECT_EQ(lock.index, info_of(self->device).locks);
	/* It is the object's, not the run's: two ways at once would be none. */
	object = create_flags(self->device, "mutex", "accounts", 4, CONTEND_CREATE_BACKOFF);
	EXPECT_EQ(run(object, "avoid=order"), -EINVAL);
	close(object);
}

/* As many as lockdep tells apart, and all that there are: each is in the other's way. */
TEST_F_TIMEOUT(catalog, many_locks_an_operation, 300)
{
	struct contend_list hash = entry_of(self->device, CONTEND_LIST_STRUCTURES, "hash");
	struct contend_list lock, s;
	char mix[64], load[128], reads[128], message[256];
	int object, r;

	snprintf(reads, sizeof(reads), "stripes=8 nest=2 %s",
		 mix_of(&hash, "r", mix, sizeof(mix)));
	snprintf(load, sizeof(load), "stripes=8 nest=8 keys=uniform/64 %s",
		 mix_of(&hash, "w", mix, sizeof(mix)));
	FOR_EACH_ENTRY(lock, self->device, CONTEND_LIST_LOCKS) {
		object = create_pair(_metadata, self->device, &lock, &hash,
				     (struct contend_create){ .stripes = 8 });
		/* Under a lock for readers only, a writer must be alone. */
		if (object < 0 || !(lock.caps & CONTEND_CAP_EXCLUSIVE)) {
			close(object);
			continue;
		}
		message[0] = '\0';
		if (has_ww(&lock) || !(lock.caps & CONTEND_CAP_NESTS)) {
			EXPECT_EQ(run_message(object, load, message, sizeof(message)), -EOPNOTSUPP);
			EXPECT_NE(strstr(message, "holds one at a time"), NULL);
			close(object);
			continue;
		}
		r = run_all(object, 2, load);
		ASSERT_GE(r, 0) {
			TH_LOG("%s", lock.name);
		}
		expect_sound(_metadata, r, 2);
		close(r);
		EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
		EXPECT_EQ(run_message(object, reads, message, sizeof(message)), -EINVAL);
		EXPECT_NE(strstr(message, "a mix with writes"), NULL);
		close(object);
	}
	EXPECT_EQ(lock.index, info_of(self->device).locks);
	lock = entry_of(self->device, CONTEND_LIST_LOCKS, "mcs");
	FOR_EACH_BANK(s, self->device, lock)
		transfers(_metadata, self->device, &lock, &s, CONTEND_CREATE_BACKOFF,
			  "avoid=backoff stripes=4 nest=4", true);
}

TEST_F_TIMEOUT(catalog, locks_by_the_age_of_the_operation, 300)
{
	struct contend_list lock, s;
	char spec[64];
	int nest;

	FOR_EACH_ENTRY(lock, self->device, CONTEND_LIST_LOCKS) {
		if (!has_ww(&lock))
			continue;
		FOR_EACH_BANK(s, self->device, lock) {
			if (ww_refused()) {
				EXPECT_EQ(create_flags(self->device, lock.name, s.name, 4,
						       CONTEND_CREATE_WW), -EOPNOTSUPP);
				continue;
			}
			for (nest = 1; nest <= 4; nest++) {
				/* With readers too; and where all wait for many, without. */
				snprintf(spec, sizeof(spec), "avoid=ww stripes=4 nest=%d", nest);
				transfers(_metadata, self->device, &lock, &s, CONTEND_CREATE_WW,
					  spec, nest > 1);
			}
		}
	}
	EXPECT_EQ(lock.index, info_of(self->device).locks);
	if (ww_refused())
		SKIP(return, "avoid=ww may hang on 6.12.95 with PREEMPT_RT");
}

TEST_F(catalog, the_lock_alone)
{
	int object = create(self->device, "rwlock", "counter");
	struct contend_worker worker;
	char message[256] = "";
	int r;

	EXPECT_EQ(run_message(object, "measure=lock", message, sizeof(message)), -EINVAL);
	EXPECT_NE(strstr(message, "a mix of one side"), NULL);
	r = run_all(object, 1, "measure=lock mix=read:1,inc:0");
	ASSERT_GE(r, 0);
	worker = (struct contend_worker){ .size = sizeof(worker) };
	EXPECT_EQ(call(r, CONTEND_WORKER, &worker), 0);
	EXPECT_GT(worker.ops, 0);
	EXPECT_EQ(worker.reads, worker.ops);
	close(r);
	r = run_all(object, 2, "measure=lock mix=inc:1");
	ASSERT_GE(r, 0);
	worker = (struct contend_worker){ .size = sizeof(worker), .index = 1 };
	EXPECT_EQ(call(r, CONTEND_WORKER, &worker), 0);
	EXPECT_EQ(worker.reads, 0);
	close(r);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	close(object);
}

/* Operations are counted and witnessed, and none of them has a time. */
TEST_F(catalog, the_rate_alone)
{
	static const __u32 kinds[] = {
		CONTEND_HIST_WAIT, CONTEND_HIST_HOLD, CONTEND_HIST_HANDOVER, CONTEND_HIST_BLOCK
	};
	int object = create(self->device, "rwlock", "counter");
	struct contend_worker worker;
	struct contend_hist hist;
	char message[256] = "";
	size_t i;
	int r;

	EXPECT_EQ(run_message(object, "measure=rate hold=1us", message, sizeof(message)), -EINVAL);
	EXPECT_NE(strstr(message, "once in many operations"), NULL);
	r = run_all(object, 2, "measure=rate mix=read:1,inc:1");
	ASSERT_GE(r, 0);
	worker = (struct contend_worker){ .size = sizeof(worker) };
	EXPECT_EQ(call(r, CONTEND_WORKER, &worker), 0);
	EXPECT_GT(worker.ops, 0);
	EXPECT_GT(worker.reads, 0);
	EXPECT_LT(worker.reads, worker.ops);
	EXPECT_EQ(worker.starved_ns, 0);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		EXPECT_EQ(hist_of(r, CONTEND_ALL_WORKERS, kinds[i], &hist), 0);
		EXPECT_EQ(hist.total, 0);
	}
	close(r);
	EXPECT_EQ(stat_of(object, CONTEND_STAT_VERIFY).violations, 0);
	close(object);
}

/* Each way in: what a lock wants of interrupts, a loop with interrupts off must know. */
TEST_F_TIMEOUT(catalog, each_lock_alone, 300)
{
	struct contend_list counter = entry_of(self->device, CONTEND_LIST_STRUCTURES, "counter");
	struct contend_list lock;
	char mix[64], spec[96];
	static const char *const sides[] = { "r", "w" };
	int object, r;
	size_t i;

	FOR_EACH_ENTRY(lock, self->device, CONTEND_LIST_LOCKS) {
		object = create_pair(_metadata, self->device, &lock, &counter,
				     (struct contend_create){ });
		for (i = 0; object >= 0 && i < ARRAY_SIZE(sides); i++) {
			snprintf(spec, sizeof(spec), "measure=lock %s",
				 mix_of(&counter, sides[i], mix, sizeof(mix)));
			r = run_all(object, 1, spec);
			EXPECT_GE(r, 0) {
				TH_LOG("%s %s", lock.name, spec);
			}
			close(r);
		}
		close(object);
	}
	EXPECT_EQ(lock.index, info_of(self->device).locks);
}

/* Whether lock_stat has heard that a lock of a class was acquired; -1 without lock_stat. */
static int heard_of(const char *name)
{
	FILE *f = fopen("/proc/lock_stat", "r");
	char line[512], class[128];
	size_t len = strlen(name);
	double acquisitions;
	int heard = 0;

	if (!f)
		return -1;
	while (fgets(line, sizeof(line), f))
		/* "name:", or of a lock with readers "name-W:" and "name-R:" */
		if (sscanf(line, " %127[^:]: %*f %*f %*f %*f %*f %*f %*f %lf", class,
			   &acquisitions) == 2 && acquisitions && !strncmp(class, name, len) &&
		    (!class[len] || class[len] == '-'))
			heard = 1;
	fclose(f);
	return heard;
}

TEST_F_TIMEOUT(catalog, each_lock_is_held_for_long_and_lock_stat_hears_of_it, 300)
{
	static const char *const own[] = {
		"tas", "ttas", "ticket", "anderson", "mcs", "k42", "cna", "clh", "hemlock",
		"adaptive_mutex", "turnstile", "fifo_semaphore", "phase_fair", "big_reader",
		"bravo", "bravo_rwsem", "pushlock", "eresource", "rmlock", "sx",
	};
	struct contend_list counter = entry_of(self->device, CONTEND_LIST_STRUCTURES, "counter");
	struct contend_list lock;
	int object, r;
	size_t i;

	FOR_EACH_ENTRY(lock, self->device, CONTEND_LIST_LOCKS) {
		object = create_pair(_metadata, self->device, &lock, &counter,
				     (struct contend_create){ });
		if (object < 0 || !(lock.caps & CONTEND_CAP_EXCLUSIVE)) {
			close(object);
			continue;
		}
		r = run_all(object, 2, "hold=20us");
		ASSERT_GE(r, 0) {
			TH_LOG("%s", lock.name);
		}
		expect_sound(_metadata, r, 2);
		close(r);
		close(object);
	}
	EXPECT_EQ(lock.index, info_of(self->device).locks);
	if (heard_of("") < 0)
		return;
	for (i = 0; i < ARRAY_SIZE(own); i++) {
		EXPECT_EQ(heard_of(own[i]), 1) {
			TH_LOG("%s", own[i]);
		}
	}
}

TEST_F(catalog, counting_violations_is_for_what_survives_them)
{
	static const struct {
		const char *lock, *structure, *remedy;
	} cases[] = {
		{ "spinlock", "list", "take structure=counter or accounts" },
		{ "rcu", "counter", "take a lock that frees nothing later" },
		{ "spinlock", "counter", NULL },
		{ "spinlock", "accounts", NULL },
	};
	struct contend_result result;
	char message[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		int object = create(self->device, cases[i].lock, cases[i].structure), r;

		message[0] = '\0';
		r = run_message(object, "runtime=2ms warmup=0ns violations=count", message,
				sizeof(message));
		if (cases[i].remedy) {
			EXPECT_EQ(r, -EOPNOTSUPP);
			EXPECT_NE(strstr(message, cases[i].remedy), NULL);
		} else {
			ASSERT_GE(r, 0);
			EXPECT_EQ(run_wait(r, 10000), 1);
			EXPECT_EQ(result_of(r, &result), 0);
			EXPECT_EQ(result.verdict, CONTEND_PASS);
			EXPECT_EQ(result.complete, 1);
			close(r);
		}
		close(object);
	}
}

TEST_HARNESS_MAIN

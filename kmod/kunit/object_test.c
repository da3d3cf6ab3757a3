// SPDX-License-Identifier: GPL-2.0
/* Each lock with each structure, by one task; and that what is broken is told. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include "access.h"
#include "books.h"
#include "check/violation.h"
#include "check/witness.h"
#include "locks/deferred.h"
#include "locks/lock.h"
#include "object.h"
#include "operation.h"
#include "permits.h"
#include "structures/stock.h"
#include "structures/structure.h"
#include "trace.h"

#define WRITER	100
#define OTHER	200

/* A writer comes, and has not left. */
static struct witness_section inside(struct witness *w, u64 me, struct violation_log *log)
{
	struct witness_section s;

	witness_write_ask(w, me, &s);
	witness_write_enter(w, &s, log);
	return s;
}

static void pass(struct witness *w, u64 me, struct violation_log *log)
{
	struct witness_section s = inside(w, me, log);

	witness_write_leave(w, &s, 0, log);
}

static void nobody_else_inside_is_no_violation(struct kunit *test)
{
	struct witness w = { };
	struct violation_log log;
	struct witness_look look;
	struct witness_section s;

	violation_log_init(&log, NO_WORKER);
	s = inside(&w, WRITER, &log);
	witness_write_look(&w, &s, &log);
	witness_write_leave(&w, &s, 0, &log);
	pass(&w, OTHER, &log);
	look = witness_look(&w);
	witness_judge(look, witness_look(&w), witness_look(&w), &log);
	KUNIT_EXPECT_EQ(test, log.total, 0);
	KUNIT_EXPECT_EQ(test, w.writes, 2);
}

static void a_writer_sees_the_one_who_is_inside(struct kunit *test)
{
	struct witness w = { };
	struct violation_log log;
	struct witness_section first, second;

	violation_log_init(&log, NO_WORKER);
	first = inside(&w, WRITER, &log);
	second = inside(&w, OTHER, &log);
	KUNIT_EXPECT_EQ(test, log.count[CHECK_EXCLUSION], 1);
	KUNIT_EXPECT_EQ(test, log.first[CHECK_EXCLUSION].seen, WRITER);
	/* The first one leaves and finds that it is not alone. */
	witness_write_leave(&w, &first, 0, &log);
	KUNIT_EXPECT_EQ(test, log.count[CHECK_EXCLUSION], 2);
	/* The second one has told it already. */
	witness_write_leave(&w, &second, 0, &log);
	KUNIT_EXPECT_EQ(test, log.count[CHECK_EXCLUSION], 2);
	/* And they leave a record that accuses none of those that come then. */
	pass(&w, WRITER, &log);
	KUNIT_EXPECT_EQ(test, log.count[CHECK_EXCLUSION], 2);
}

static void a_writer_sees_in_the_middle_who_came_and_went(struct kunit *test)
{
	struct witness w = { };
	struct violation_log log, others;
	struct witness_section s;

	violation_log_init(&log, NO_WORKER);
	violation_log_init(&others, NO_WORKER);
	s = inside(&w, WRITER, &log);
	pass(&w, OTHER, &others);
	KUNIT_EXPECT_EQ(test, others.count[CHECK_EXCLUSION], 1);
	/* It is inside still, and met again. */
	pass(&w, OTHER, &others);
	KUNIT_EXPECT_EQ(test, others.count[CHECK_EXCLUSION], 2);
	KUNIT_EXPECT_EQ(test, w.writer, WRITER);
	KUNIT_EXPECT_FALSE(test, witness_write_look(&w, &s, &log));
	KUNIT_EXPECT_EQ(test, log.count[CHECK_EXCLUSION], 1);
	KUNIT_EXPECT_STREQ(test, log.first[CHECK_EXCLUSION].what,
			   "writer passed by a writer (sequence)");
	witness_write_leave(&w, &s, 0, &log);
	pass(&w, OTHER, &others);
	KUNIT_EXPECT_EQ(test, log.count[CHECK_EXCLUSION], 1);
	KUNIT_EXPECT_EQ(test, others.count[CHECK_EXCLUSION], 2);
}

/* Each word of the record by itself: another writer may have overwritten no more. */
static void a_record_that_is_overwritten_in_part_is_seen(struct kunit *test)
{
	static const char *const said[] = {
		"writer met a writer (pid)", "writer met a torn record (seal)",
		"writer met a torn record (seal)", "writer sent back by a writer (sequence)",
		"writer overrun by a writer (pid)", "writer passed by a writer (sequence)",
		"writer met a torn record (seal)", "a read section met a writer (pid)",
		"a read section met a torn record (seal)",
		"a read section met a torn record (seal)",
		"a read section met a writer (pid)",
		"a read section was passed by a writer (sequence)",
		"a read section met a torn record (seal)", "a read section met a writer (pid)",
		"a read section was passed by a writer (sequence)",
		"a read section met a torn record (seal)",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(said); i++) {
		struct witness w = { };
		struct violation_log log;
		struct witness_section s;
		struct witness_look came, middle, went;
		u64 *word[] = { &w.writer, &w.writes, &w.seal };

		violation_log_init(&log, NO_WORKER);
		pass(&w, WRITER, &log);
		pass(&w, WRITER, &log);
		KUNIT_EXPECT_EQ(test, log.total, 0);
		if (i < 4) {
			/* At rest, before a writer comes. */
			witness_write_ask(&w, WRITER, &s);
			if (i < 3)
				*word[i] += 1;
			else
				w.seal = --w.writes;
			witness_write_enter(&w, &s, &log);
		} else if (i < 7) {
			s = inside(&w, WRITER, &log);
			*word[i - 4] += 1;
			witness_write_leave(&w, &s, 0, &log);
		} else {
			/* As a reader comes, in its middle, or as it goes: then only. */
			*word[(i - 7) % 3] += i < 10;
			came = witness_look(&w);
			*word[(i - 7) % 3] -= i < 10;
			*word[(i - 7) % 3] += i >= 10 && i < 13;
			middle = witness_look(&w);
			*word[(i - 7) % 3] -= i >= 10 && i < 13;
			*word[(i - 7) % 3] += i >= 13;
			went = witness_look(&w);
			witness_judge(came, middle, went, &log);
		}
		KUNIT_EXPECT_EQ(test, log.count[CHECK_EXCLUSION], 1);
		if (log.total)
			KUNIT_EXPECT_STREQ(test, log.first[CHECK_EXCLUSION].what, said[i]);
	}
}

static void a_reader_sees_a_writer_inside_and_one_who_passed(struct kunit *test)
{
	struct witness w = { };
	struct violation_log log;
	struct witness_look came;
	struct witness_section s;

	violation_log_init(&log, NO_WORKER);
	s = inside(&w, WRITER, &log);
	came = witness_look(&w);
	witness_judge(came, came, came, &log);
	KUNIT_EXPECT_EQ(test, log.count[CHECK_EXCLUSION], 1);
	witness_write_leave(&w, &s, 0, &log);

	came = witness_look(&w);
	pass(&w, WRITER, &log);
	witness_judge(came, witness_look(&w), witness_look(&w), &log);
	KUNIT_EXPECT_EQ(test, log.count[CHECK_EXCLUSION], 2);
}

static void what_came_before_a_write_section_is_known(struct kunit *test)
{
	struct witness w = { };
	struct violation_log log;
	struct witness_section s;

	violation_log_init(&log, NO_WORKER);
	witness_write_ask(&w, WRITER, &s);
	pass(&w, OTHER, &log);
	pass(&w, OTHER, &log);
	witness_write_enter(&w, &s, &log);
	KUNIT_EXPECT_EQ(test, s.seq - s.asked, 2);
	KUNIT_EXPECT_EQ(test, s.last, OTHER);
	KUNIT_EXPECT_EQ(test, s.cpu, w.cpu);
	KUNIT_EXPECT_EQ(test, log.total, 0);
}

/* Of three that write two may be ahead, in any order of arrival. */
static void who_may_have_come_first_overtakes_nobody(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, witness_overtakes(0, 3), 0);
	KUNIT_EXPECT_EQ(test, witness_overtakes(2, 3), 0);
	KUNIT_EXPECT_EQ(test, witness_overtakes(3, 3), 1);
	KUNIT_EXPECT_EQ(test, witness_overtakes(10, 3), 8);
	KUNIT_EXPECT_EQ(test, witness_overtakes(0, 1), 0);
}

static void of_each_check_the_first_violation_is_kept_and_all_are_counted(struct kunit *test)
{
	struct violation_log one, all;
	char text[CONTEND_TEXT_LEN];

	violation_log_init(&one, 3);
	violation_log_init(&all, NO_WORKER);
	one.op = 7;
	violation_note(&one, CHECK_INTEGRITY, "first", 1, 2);
	violation_note(&one, CHECK_INTEGRITY, "second", 3, 4);
	violation_merge(&all, &one);
	violation_merge(&all, &one);
	KUNIT_EXPECT_EQ(test, all.total, 4);
	KUNIT_EXPECT_EQ(test, all.count[CHECK_INTEGRITY], 4);
	KUNIT_EXPECT_EQ(test, all.count[CHECK_EXCLUSION], 0);
	violation_describe(&all.first[CHECK_INTEGRITY], text, sizeof(text));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "worker 3"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "op 7: first: saw 1, expected 2"));
}

/* A probe of contend_violation. */
static void note_tag(void *data, const char *check, const struct violation *v, u64 tag)
{
	*(u64 *)data = tag;
}

static void a_violation_is_traced_with_the_tag_of_its_operation(struct kunit *test)
{
	struct contend_op op = { .size = sizeof(op), .tag = 1001 };
	struct contend_create create = { };
	struct contend_object *obj;
	struct visit v;
	u64 tag = 0;

	obj = contend_object_create(contend_lock_find("mutex"), 0, &create);
	KUNIT_ASSERT_FALSE(test, IS_ERR(obj));
	if (register_trace_contend_violation(note_tag, &tag)) {
		contend_object_put(obj);
		kunit_skip(test, "this kernel has no tracepoints");
	}
	visit_begin(&v, obj, NULL);
	KUNIT_EXPECT_EQ(test, visit_op(&v, &op, false), 0);
	violation_note(v.op.section.log, CHECK_INTEGRITY, "as told", 1, 2);
	unregister_trace_contend_violation(note_tag, &tag);
	tracepoint_synchronize_unregister();
	visit_end(&v);
	contend_object_put(obj);
	KUNIT_EXPECT_EQ(test, tag, 1001);
}

/* A value for each verb that takes one of a form: a rate in its halves, or few faults. */
#define VALUE(round_)	(1ULL << 32 | ((round_) + 1))
#define KEYS		11

/* Every verb with each of a few keys, twice. */
static void exercise(struct kunit *test, struct contend_object *obj)
{
	const struct contend_verb *verb;
	struct violation_log log;
	int round;

	for (round = 0; round < 2 * KEYS; round++) {
		for (verb = obj->structure->verbs; verb->name; verb++) {
			struct contend_op op = {
				.size = sizeof(op), .verb = verb - obj->structure->verbs,
				.key = round * 7 % KEYS, .value = VALUE(round),
			};

			KUNIT_EXPECT_EQ(test, contend_object_op(obj, &op), 0);
			KUNIT_EXPECT_TRUE_MSG(test, !op.error || op.error == ENOENT ||
					      op.error == EEXIST || op.error == EPIPE ||
					      /* It names a lease, and none that lasts. */
					      (!verb->share && op.error == ESTALE) ||
					      /* It changes what is in use by now. */
					      (!verb->share && op.error == EBUSY) ||
					      (verb->waits && op.error == EAGAIN),
					      "%s: %s: %u", obj->structure->name, verb->name,
					      op.error);
		}
	}
	violation_log_init(&log, NO_WORKER);
	KUNIT_EXPECT_EQ(test, contend_object_verify(obj, &log), 0);
	KUNIT_EXPECT_EQ(test, log.total, 0);
	KUNIT_EXPECT_EQ(test, nodes_backlog(&obj->nodes), 0);
}

/* A pair, for a worker: which expects, and does not assert. */
struct serving {
	struct work_struct work;
	struct kunit *test;
	const struct contend_lock *lock;
	int structure;
	struct contend_create create;
};

static void serve(struct work_struct *work)
{
	struct serving *serving = container_of(work, struct serving, work);
	struct contend_object *obj;

	obj = contend_object_create(serving->lock, serving->structure, &serving->create);
	KUNIT_EXPECT_FALSE_MSG(serving->test, IS_ERR(obj), "%s %s: %s", serving->lock->name,
			       contend_structure_at(serving->structure)->name,
			       serving->create.why);
	if (IS_ERR(obj))
		return;
	exercise(serving->test, obj);
	contend_object_put(obj);
}

/*
 * What cannot be is refused, each of them. Of what can be one in so many is made and exercised:
 * each lock, and each structure, is among them. catalog_test has all. So many are at work at a
 * time: most of what they take is grace periods, which they have in common.
 */
#define SAMPLE	4
#define BESIDE	64

static void consider(struct kunit *test, struct workqueue_struct *workers, int i, int j)
{
	const struct contend_structure *s = contend_structure_at(j);
	const struct contend_lock *lock = contend_lock_at(i);
	bool pairs = s->needs & CONTEND_CAP_NESTS;
	struct contend_create create = {
		.stripes = s->keyed ? 4 : 1,
		.flags = pairs && lock->ops && lock->ops->ww_enter ? CONTEND_CREATE_WW : 0,
	};
	struct serving *serving;

	if (lock->caps & CONTEND_CAP_ABSENT || contend_lock_lacks(lock, s->needs)) {
		KUNIT_EXPECT_EQ(test, PTR_ERR(contend_object_create(lock, j, &create)),
				-EOPNOTSUPP);
		KUNIT_EXPECT_NE(test, create.why[0], '\0');
		return;
	}
	if ((i + j) % SAMPLE && !(s->needs & CONTEND_CAP_SELF))
		return;
	serving = kunit_kzalloc(test, sizeof(*serving), GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, serving);
	if (!serving)
		return;
	*serving = (struct serving){
		.test = test, .lock = lock, .structure = j, .create = create,
	};
	INIT_WORK(&serving->work, serve);
	queue_work(workers, &serving->work);
}

static void each_lock_serves_each_structure_that_it_can(struct kunit *test)
{
	struct workqueue_struct *workers = alloc_workqueue("contend_test", WQ_UNBOUND, BESIDE);
	int i, j;

	KUNIT_ASSERT_NOT_NULL(test, workers);
	for (i = 0; contend_lock_at(i); i++)
		for (j = 0; contend_structure_at(j); j++)
			consider(test, workers, i, j);
	/* When all are done. */
	destroy_workqueue(workers);
}

/* What can be filled, by so many. */
static void expect_freed(struct kunit *test, int structure, u64 elements)
{
	const struct contend_structure *s = contend_structure_at(structure);
	const char *lock = s->needs & CONTEND_CAP_SELF ? "null" : "mutex";
	struct contend_create create = { };
	const struct contend_verb *verb;
	struct contend_object *obj;
	u64 i;

	obj = contend_object_create(contend_lock_find(lock), structure, &create);
	KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(obj), "%s", s->name);
	for (verb = s->verbs; !verb->fills; verb++)
		;
	for (i = 0; i < elements; i++) {
		struct contend_op op = {
			.size = sizeof(op), .verb = verb - s->verbs, .key = i,
		};

		KUNIT_EXPECT_EQ(test, contend_object_op(obj, &op), 0);
	}
	contend_object_put(obj);
}

/*
 * The kernel's maple tree dies of some numbers around 230, with which its root is full: a step is
 * less than what a leaf takes before the root has another one.
 */
static void an_object_is_freed_whatever_it_has(struct kunit *test)
{
	const struct contend_structure *s;
	const struct contend_verb *verb;
	u64 elements;
	int j;

	for (j = 0; (s = contend_structure_at(j)); j++) {
		bool fills = false;

		for (verb = s->verbs; verb->name; verb++)
			fills |= verb->fills;
		if (!fills || s->needs & CONTEND_CAP_ABSENT)
			continue;
		for (elements = 200; elements < 250; elements += 6)
			expect_freed(test, j, elements);
	}
	/* What is freed by a callback is freed. */
	rcu_barrier();
}

/* @reader: what a reader beside another reader gets; a writer is alone in any case. */
static void expect_alone(struct kunit *test, const char *lock, int reader)
{
	struct contend_create create = { };
	struct contend_object *obj;
	bool alone;

	obj = contend_object_create(contend_lock_find(lock), 0, &create);
	KUNIT_ASSERT_FALSE(test, IS_ERR(obj));
	KUNIT_EXPECT_EQ(test, contend_object_enter(obj, false), 0);
	KUNIT_EXPECT_EQ(test, contend_object_enter(obj, false), reader);
	if (!reader)
		contend_object_leave(obj, false);
	KUNIT_EXPECT_EQ(test, contend_object_enter(obj, true), -EBUSY);
	contend_object_leave(obj, false);

	KUNIT_EXPECT_EQ(test, contend_object_enter(obj, true), 0);
	KUNIT_EXPECT_EQ(test, contend_object_enter(obj, true), -EBUSY);
	KUNIT_EXPECT_EQ(test, contend_object_enter(obj, false), -EBUSY);
	contend_object_leave(obj, true);

	/* A run that fills is alone until it is done, whatever comes then. */
	KUNIT_EXPECT_EQ(test, contend_object_begin(obj, false, true, &alone), 0);
	KUNIT_EXPECT_TRUE(test, alone);
	KUNIT_EXPECT_EQ(test, contend_object_enter(obj, false), -EBUSY);
	contend_object_filled(obj, false, alone);
	atomic_dec(&obj->runs);
	KUNIT_EXPECT_EQ(test, contend_object_enter(obj, false), reader);
	if (!reader)
		contend_object_leave(obj, false);
	KUNIT_EXPECT_EQ(test, contend_object_enter(obj, true), -EBUSY);
	contend_object_leave(obj, false);
	contend_object_put(obj);
}

static void under_a_lock_for_readers_only_who_writes_is_alone(struct kunit *test)
{
	expect_alone(test, "refcount", 0);
}

static void under_null_everybody_is_alone(struct kunit *test)
{
	expect_alone(test, "null", -EBUSY);
}

/* One operation in the books that was never done: this check of it must fail. */
static void expect_told(struct kunit *test, const char *lock, int structure, u64 writes,
			s64 balance, enum check check)
{
	struct contend_create create = { };
	struct violation_log log;
	struct contend_object *obj;

	obj = contend_object_create(contend_lock_find(lock), structure, &create);
	KUNIT_ASSERT_FALSE(test, IS_ERR(obj));
	KUNIT_EXPECT_EQ(test, contend_object_enter(obj, true), 0);
	contend_object_settle(obj, &(struct books){
			      .ops = 1, .writes = writes, .balance = balance });
	contend_object_leave(obj, true);
	violation_log_init(&log, NO_WORKER);
	KUNIT_EXPECT_EQ(test, contend_object_verify(obj, &log), 0);
	KUNIT_EXPECT_EQ(test, log.count[check], 1);
	contend_object_put(obj);
}

static void books_that_do_not_balance_are_told(struct kunit *test)
{
	int j;

	for (j = 0; contend_structure_at(j); j++) {
		bool self = contend_structure_at(j)->needs & CONTEND_CAP_SELF;

		if (contend_structure_at(j)->needs & CONTEND_CAP_ABSENT)
			continue;
		expect_told(test, self ? "null" : "mutex", j, 0, 1, CHECK_CONSERVATION);
	}
}

static void a_write_that_the_witness_missed_is_told(struct kunit *test)
{
	expect_told(test, "mutex", 0, 1, 0, CHECK_EXCLUSION);
}

/* A lock as rcu, but nothing is freed before it is drained. One task's at a time. */
static struct lock_ops hoarder_ops;
static struct contend_lock hoarder;
static struct rcu_head *hoard;
static unsigned int hoarder_drained;

static void hoarder_defer(void *lock, struct rcu_head *head, rcu_callback_t func)
{
	head->func = func;
	head->next = hoard;
	hoard = head;
}

static void hoarder_drain(void *lock)
{
	struct rcu_head *head = hoard;

	hoard = NULL;
	hoarder_drained++;
	deferred_run(head);
}

#define BACKLOG		64

/* What it allows: its approximate look leaves out less than so many on each CPU. */
static u64 backlog_most(void)
{
	return BACKLOG + (u64)num_online_cpus() * max(32U, 2 * num_online_cpus());
}

static struct contend_object *hoarding(struct kunit *test)
{
	struct contend_create create = { };
	struct contend_object *obj;

	hoarder_ops = *contend_lock_find("rcu")->ops;
	hoarder_ops.defer = hoarder_defer;
	hoarder_ops.drain = hoarder_drain;
	hoarder = *contend_lock_find("rcu");
	hoarder.ops = &hoarder_ops;
	hoarder_drained = 0;
	obj = contend_object_create(&hoarder, contend_structure_find("list"), &create);
	KUNIT_ASSERT_FALSE(test, IS_ERR(obj));
	return obj;
}

/* Link a node and unlink it, by the structure's verbs that do. */
static int link_and_unlink(struct contend_object *obj, struct operation *op)
{
	const struct contend_verb *verb;

	for (verb = obj->structure->verbs; verb->name; verb++) {
		if (!verb->balance)
			continue;
		op->request.verb = verb - obj->structure->verbs;
		operation_do(op, obj, &hoarder);
		contend_object_settle(obj, &(struct books){
				      .ops = 1, .writes = op->writes, .balance = op->balance });
		if (op->scratch.error)
			return op->scratch.error;
	}
	return 0;
}

/* @stock: of a task that must not sleep, or NULL. How many wait when it has done that so often. */
static u64 backlog_after(struct kunit *test, struct contend_object *obj, struct stock *stock,
			 u64 often)
{
	unsigned int limit = contend_max_backlog;
	struct operation op = { .stock = stock };
	struct violation_log log;

	contend_max_backlog = BACKLOG;
	violation_log_init(&log, NO_WORKER);
	KUNIT_EXPECT_EQ(test, contend_object_enter(obj, true), 0);
	operation_begin(&op, obj, WRITER, true, &log);
	while (often-- && !(stock && stock->pause)) {
		KUNIT_EXPECT_EQ(test, link_and_unlink(obj, &op), 0);
		if (stock)
			stock_tend(stock, &obj->nodes);
	}
	operation_end(&op);
	contend_object_leave(obj, true);
	contend_max_backlog = limit;
	KUNIT_EXPECT_EQ(test, log.total, 0);
	return nodes_backlog(&obj->nodes);
}

static void who_may_sleep_drains_what_is_more_than_max_backlog(struct kunit *test)
{
	struct contend_object *obj = hoarding(test);

	KUNIT_EXPECT_EQ(test, backlog_after(test, obj, NULL, BACKLOG), BACKLOG);
	KUNIT_EXPECT_EQ(test, hoarder_drained, 0);
	KUNIT_EXPECT_LE(test, backlog_after(test, obj, NULL, 9 * backlog_most()),
			backlog_most());
	KUNIT_EXPECT_GT(test, hoarder_drained, 0);
	contend_object_put(obj);
}

static void who_may_not_sleep_pauses_at_max_backlog(struct kunit *test)
{
	struct contend_object *obj = hoarding(test);
	struct stock stock = { };

	stock_init(&stock, true);
	stock_tend(&stock, &obj->nodes);
	KUNIT_EXPECT_EQ(test, backlog_after(test, obj, &stock, BACKLOG), BACKLOG);
	KUNIT_EXPECT_FALSE(test, stock.pause);
	KUNIT_EXPECT_LE(test, backlog_after(test, obj, &stock, 9 * backlog_most()),
			backlog_most());
	KUNIT_EXPECT_TRUE(test, stock.pause);
	KUNIT_EXPECT_EQ(test, hoarder_drained, 0);
	stock_empty(&stock);
	contend_object_put(obj);
}

/* What each try has to do, by one task: a second one fails, and leaves nothing behind. */
static void a_try_gets_a_free_lock_and_no_other(struct kunit *test)
{
	union lock_token one, two;
	const struct contend_lock *lock;
	int i;

	for (i = 0; (lock = contend_lock_at(i)); i++) {
		const struct lock_ops *ops = lock->ops;
		void *data;

		if (lock->caps & CONTEND_CAP_ABSENT)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, !!ops->write_try, !!(lock->caps & CONTEND_CAP_TRY),
				    "%s", lock->name);
		KUNIT_EXPECT_EQ_MSG(test, ops->write_nest || ops->ww_enter,
				    !!(lock->caps & CONTEND_CAP_NESTS), "%s", lock->name);
		if (!ops->write_try)
			continue;
		data = kunit_kzalloc(test, ALIGN(ops->size, SMP_CACHE_BYTES), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, data);
		if (ops->init)
			KUNIT_ASSERT_EQ(test, ops->init(data), 0);
		KUNIT_EXPECT_TRUE_MSG(test, ops->write_try(data, &one), "%s", lock->name);
		KUNIT_EXPECT_FALSE_MSG(test, ops->write_try(data, &two), "%s", lock->name);
		ops->write_leave(data, &one);
		ops->write_enter(data, &one);
		KUNIT_EXPECT_FALSE_MSG(test, ops->write_try(data, &two), "%s", lock->name);
		ops->write_leave(data, &one);
		KUNIT_EXPECT_TRUE_MSG(test, ops->write_try(data, &two), "%s", lock->name);
		ops->write_leave(data, &two);
		if (ops->destroy)
			ops->destroy(data);
	}
}

static void permits_come_all_or_none(struct kunit *test)
{
	u32 mine = 0, others = 0;
	struct permits p;

	permits_init(&p, 4);
	KUNIT_EXPECT_EQ(test, permits_acquire(&p, &mine, 3, 0), 0);
	KUNIT_EXPECT_EQ(test, permits_acquire(&p, &others, 2, 0), -EAGAIN);
	KUNIT_EXPECT_EQ(test, permits_acquire(&p, &others, 2, 1), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, permits_acquire(&p, &mine, 2, 0), -EDEADLK);
	KUNIT_EXPECT_EQ(test, permits_acquire(&p, &others, 5, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, permits_acquire(&p, &others, 1, 0), 0);
	KUNIT_EXPECT_EQ(test, permits_release(&p, &others, 2), -EPERM);
	KUNIT_EXPECT_EQ(test, permits_release(&p, &mine, 3), 0);
	KUNIT_EXPECT_EQ(test, permits_release(&p, &others, 1), 0);
	KUNIT_EXPECT_EQ(test, p.free, 4);
	KUNIT_EXPECT_EQ(test, p.waiting, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(nobody_else_inside_is_no_violation),
	KUNIT_CASE(a_writer_sees_the_one_who_is_inside),
	KUNIT_CASE(a_writer_sees_in_the_middle_who_came_and_went),
	KUNIT_CASE(a_record_that_is_overwritten_in_part_is_seen),
	KUNIT_CASE(a_reader_sees_a_writer_inside_and_one_who_passed),
	KUNIT_CASE(what_came_before_a_write_section_is_known),
	KUNIT_CASE(who_may_have_come_first_overtakes_nobody),
	KUNIT_CASE(of_each_check_the_first_violation_is_kept_and_all_are_counted),
	KUNIT_CASE(a_violation_is_traced_with_the_tag_of_its_operation),
	KUNIT_CASE(each_lock_serves_each_structure_that_it_can),
	KUNIT_CASE(an_object_is_freed_whatever_it_has),
	KUNIT_CASE(under_a_lock_for_readers_only_who_writes_is_alone),
	KUNIT_CASE(under_null_everybody_is_alone),
	KUNIT_CASE(books_that_do_not_balance_are_told),
	KUNIT_CASE(a_write_that_the_witness_missed_is_told),
	KUNIT_CASE(who_may_sleep_drains_what_is_more_than_max_backlog),
	KUNIT_CASE(who_may_not_sleep_pauses_at_max_backlog),
	KUNIT_CASE(a_try_gets_a_free_lock_and_no_other),
	KUNIT_CASE(permits_come_all_or_none),
	{}
};

static struct kunit_suite suite = {
	.name = "contend_object",
	.test_cases = cases,
};

kunit_test_suite(suite);

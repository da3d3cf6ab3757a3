// SPDX-License-Identifier: GPL-2.0
/*
 * Counters without a lock, from the one that all CPUs write to the one that each writes for
 * itself: what a read may cost, and how wrong it may be, for an increment that costs less
 * (P. McKenney, "Is Parallel Programming Hard, And, If So, What Can You Do About It?", chapter
 * "Counting").
 *
 * atomic_counter: one word. A read is a load and exact; each increment takes the cache line.
 *
 * split_counter: a word for each CPU (McKenney's statistical counter). An increment writes
 * nothing that another CPU writes; a read adds all of them up. It has all that was counted when it
 * began, and nothing that is counted after its end.
 *
 * packed_counter: the same, but the words lie side by side, eight to a cache line. Nobody writes
 * another CPU's word, and each increment takes the line from the others all the same: false sharing
 * (J. Torrellas, M. S. Lam, J. L. Hennessy, "False sharing and spatial locality in multiprocessor
 * caches", IEEE Transactions on Computers 43(6), 1994). padded_counter has a line for each word,
 * and the same instructions.
 *
 * percpu_counter: as the kernel's (lib/percpu_counter.c; Documentation/core-api/local_ops.rst has
 * the idea). Each CPU counts by itself up to a batch, which it then adds to a common word. A read
 * is a load of that, and is wrong by less than a batch for each CPU, and by those that are just
 * being added; sum adds up what the CPUs
 * have. The kernel's own takes a spinlock to add a batch, so that its sum is exact; this one an
 * atomic instruction: its sum is exact when nobody counts, and within the bound always.
 *
 * Invariants. At rest each of them has what the increments add up to. While others count: a task
 * that has incremented an atomic_counter finds there no less than it has left; of a
 * percpu_counter the common word, and the sum, are within the bound of the increments done, of
 * which each CPU keeps a tally beside its part.
 */
#include <linux/cache.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/smp.h>

#include "check/violation.h"
#include "lib/charge.h"
#include "structures/counters.h"
#include "structures/structure.h"

/*
 * Of a percpu_counter at work, how much a CPU may have done that the common word has not heard of:
 * less than a batch, and one that each of a task, a softirq and a hard interrupt is adding just
 * now, in which are those of the interrupts that came before it was taken.
 */
#define BATCH_LATE	(BATCH - 1 + 3 * (BATCH + 2))

static const struct contend_verb counters_verbs[] = {
	[COUNTERS_READ] = { .name = "read", .guard = GUARD_SELF, .share = 50 },
	[COUNTERS_INC] = { .name = "inc", .guard = GUARD_SELF, .share = 50, .balance = 1 },
	{ }
};

static u64 counters_elements(const void *data)
{
	return 1;
}

CONTEND_NO_READ(atomic_counter)

void contend_atomic_counter_write(void *data, const struct contend_request *rq,
				  struct contend_scratch *x)
{
	struct atomic_counter *c = data;
	s64 now, seen;

	x->error = 0;
	if (rq->verb == COUNTERS_READ) {
		x->value = atomic64_read(&c->count);
		return;
	}
	now = atomic64_inc_return_relaxed(&c->count);
	x->value = now;
	seen = atomic64_read(&c->count);
	if (unlikely(seen < now)) {
		x->broken = "an increment was lost";
		x->seen = seen;
		x->expected = now;
	}
}

static int atomic_counter_init(void *data, const struct contend_shape *shape)
{
	struct atomic_counter *c = data;

	atomic64_set(&c->count, 0);
	return 0;
}

static void atomic_counter_destroy(void *data)
{
}

static u64 atomic_counter_verify(const void *data, struct violation_log *log)
{
	const struct atomic_counter *c = data;

	return atomic64_read(&c->count);
}

const struct contend_structure contend_structure_atomic_counter = {
	.name = "atomic_counter",
	.family = "words",
	.about = "one atomic word: an increment takes its cache line, a read is exact",
	.needs = CONTEND_CAP_SELF,
	.verbs = counters_verbs,
	.size = sizeof(struct atomic_counter),
	.init = atomic_counter_init,
	.destroy = atomic_counter_destroy,
	.elements = counters_elements,
	.verify = atomic_counter_verify,
};

static u64 split_counter_sum(const struct split_counter *c)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(*per_cpu_ptr(c->parts, cpu));
	return sum;
}

CONTEND_NO_READ(split_counter)

void contend_split_counter_write(void *data, const struct contend_request *rq,
				 struct contend_scratch *x)
{
	struct split_counter *c = data;

	if (rq->verb == COUNTERS_READ)
		x->value = split_counter_sum(c);
	else
		this_cpu_inc(*c->parts);
	x->error = 0;
}

static int split_counter_init(void *data, const struct contend_shape *shape)
{
	struct split_counter *c = data;

	c->parts = alloc_percpu_gfp(u64, GFP_CLIENT);
	return c->parts ? 0 : -ENOMEM;
}

static void split_counter_destroy(void *data)
{
	struct split_counter *c = data;

	free_percpu(c->parts);
}

static u64 split_counter_verify(const void *data, struct violation_log *log)
{
	return split_counter_sum(data);
}

const struct contend_structure contend_structure_split_counter = {
	.name = "split_counter",
	.family = "words",
	.about = "a word for each CPU: an increment is the CPU's own, a read adds all of them up",
	.needs = CONTEND_CAP_SELF,
	.verbs = counters_verbs,
	.size = sizeof(struct split_counter),
	.init = split_counter_init,
	.destroy = split_counter_destroy,
	.elements = counters_elements,
	.verify = split_counter_verify,
};

/* The word of a CPU: @apart of them from one to the next. */
static __always_inline atomic64_t *words_of(const struct words_counter *c, int cpu, u32 apart)
{
	return &c->words[(size_t)cpu * apart];
}

static u64 words_sum(const struct words_counter *c, u32 apart)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += atomic64_read(words_of(c, cpu, apart));
	return sum;
}

static __always_inline void words_write(struct words_counter *c, const struct contend_request *rq,
					struct contend_scratch *x, u32 apart)
{
	x->error = 0;
	if (rq->verb == COUNTERS_READ) {
		x->value = words_sum(c, apart);
		return;
	}
	preempt_disable();
	/* Atomic for the interrupts of this CPU. */
	atomic64_inc(words_of(c, smp_processor_id(), apart));
	preempt_enable();
}

/* The first word is the first one of a cache line. */
static int words_make(struct words_counter *c, u32 apart)
{
	const size_t line = SMP_CACHE_BYTES;

	c->memory = kvcalloc(nr_cpu_ids * apart * sizeof(*c->words) / line + 2, line, GFP_CLIENT);
	if (!c->memory)
		return -ENOMEM;
	c->words = (void *)ALIGN((unsigned long)c->memory, line);
	return 0;
}

static void words_destroy(void *data)
{
	struct words_counter *c = data;

	kvfree(c->memory);
}

#define WORDS_COUNTER(_name, _about, _apart)						\
	CONTEND_NO_READ(_name)								\
	void contend_##_name##_write(void *data, const struct contend_request *rq,	\
				     struct contend_scratch *x)				\
	{										\
		words_write(data, rq, x, _apart);					\
	}										\
	static int _name##_init(void *data, const struct contend_shape *shape)		\
	{										\
		return words_make(data, _apart);					\
	}										\
	static u64 _name##_verify(const void *data, struct violation_log *log)		\
	{										\
		return words_sum(data, _apart);						\
	}										\
	const struct contend_structure contend_structure_##_name = {			\
		.name = #_name,								\
		.family = "words",							\
		.about = _about,							\
		.needs = CONTEND_CAP_SELF,						\
		.verbs = counters_verbs,						\
		.size = sizeof(struct words_counter),					\
		.init = _name##_init,							\
		.destroy = words_destroy,						\
		.elements = counters_elements,						\
		.verify = _name##_verify,						\
	}

WORDS_COUNTER(packed_counter, "a word for each CPU, side by side: false sharing", 1);
WORDS_COUNTER(padded_counter, "a word for each CPU, each on a cache line of its own",
	      SMP_CACHE_BYTES / sizeof(atomic64_t));

static const struct contend_verb batch_verbs[] = {
	[COUNTERS_READ] = { .name = "read", .guard = GUARD_SELF, .share = 50 },
	[COUNTERS_INC] = { .name = "inc", .guard = GUARD_SELF, .share = 45, .balance = 1 },
	[COUNTERS_SUM] = { .name = "sum", .guard = GUARD_SELF, .share = 5 },
	{ }
};

static const char out_of_bound[] = "the common word is off by more than the bound";

/* How far off the common word may be. */
static __always_inline u64 batch_bound(void)
{
	return (u64)num_possible_cpus() * BATCH_LATE;
}

static u64 batch_done(const struct batch_counter *c)
{
	u64 done = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		done += READ_ONCE(per_cpu_ptr(c->parts, cpu)->done);
	return done;
}

static u64 batch_parts(const struct batch_counter *c)
{
	u64 parts = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		parts += READ_ONCE(per_cpu_ptr(c->parts, cpu)->part);
	return parts;
}

/* One that was done is in the common word now, or late; one that is in there was done. */
static __always_inline void batch_sum(const struct batch_counter *c, struct contend_scratch *x)
{
	const u64 before = batch_done(c);
	u64 count, after;

	/* A: pairs with C, of what was added before a CPU counted on. */
	smp_rmb();
	count = atomic64_read(&c->count);
	/* B: pairs with C, of what was done before it was added. */
	smp_rmb();
	after = batch_done(c);
	x->value = count + batch_parts(c);
	if (unlikely(count + batch_bound() < before)) {
		x->broken = out_of_bound;
		x->seen = count;
		x->expected = before;
	} else if (unlikely(count > after)) {
		x->broken = "there is more in the common word than was counted";
		x->seen = count;
		x->expected = after;
	}
}

/* A CPU's batch is full: add it. */
static __always_inline void batch_add(struct batch_counter *c, u64 part)
{
	/* C: fully ordered; pairs with A and B */
	atomic64_add_return(part, &c->count);
}

static __always_inline void batch_inc(struct batch_counter *c,
				      void (*add)(struct batch_counter *c, u64 part))
{
	/* The one that fills the batch of this CPU adds it. */
	preempt_disable();
	this_cpu_inc(c->parts->done);
	if (unlikely(this_cpu_inc_return(c->parts->part) >= BATCH))
		/* An interrupt may have added all of it. */
		add(c, this_cpu_xchg(c->parts->part, 0));
	preempt_enable();
}

static __always_inline void batch_write(struct batch_counter *c, const struct contend_request *rq,
					struct contend_scratch *x,
					void (*add)(struct batch_counter *c, u64 part))
{
	if (rq->verb == COUNTERS_READ)
		x->value = atomic64_read(&c->count);
	else if (rq->verb == COUNTERS_INC)
		batch_inc(c, add);
	else
		batch_sum(c, x);
	x->error = 0;
}

CONTEND_NO_READ(percpu_counter)

void contend_percpu_counter_write(void *data, const struct contend_request *rq,
				  struct contend_scratch *x)
{
	batch_write(data, rq, x, batch_add);
}

static int batch_init(void *data, const struct contend_shape *shape)
{
	struct batch_counter *c = data;

	atomic64_set(&c->count, 0);
	c->parts = alloc_percpu_gfp(struct batch_part, GFP_CLIENT);
	return c->parts ? 0 : -ENOMEM;
}

static void batch_destroy(void *data)
{
	struct batch_counter *c = data;

	free_percpu(c->parts);
}

static u64 batch_verify(const void *data, struct violation_log *log)
{
	const struct batch_counter *c = data;
	const u64 done = batch_done(c), count = atomic64_read(&c->count);
	int cpu;

	for_each_possible_cpu(cpu) {
		const u64 part = per_cpu_ptr(c->parts, cpu)->part;

		if (part >= BATCH)
			violation_note(log, CHECK_INTEGRITY, "a CPU has kept a full batch", part,
				       BATCH - 1);
	}
	if (count > done || done - count > (u64)num_possible_cpus() * (BATCH - 1))
		violation_note(log, CHECK_INTEGRITY, out_of_bound, count, done);
	return count + batch_parts(c);
}

const struct contend_structure contend_structure_percpu_counter = {
	.name = "percpu_counter",
	.family = "words",
	.about = "each CPU counts up to a batch by itself: a read is off by a batch a CPU at most",
	.needs = CONTEND_CAP_SELF,
	.verbs = batch_verbs,
	.size = sizeof(struct batch_counter),
	.init = batch_init,
	.destroy = batch_destroy,
	.elements = counters_elements,
	.verify = batch_verify,
};

#ifdef CONTEND_MUTANT

/*
 * busted_percpu_counter: a batch is added by a load and a store. Of two CPUs that add at the same
 * time one loses what it has.
 */
static __always_inline void busted_batch_add(struct batch_counter *c, u64 part)
{
	const s64 count = atomic64_read(&c->count);

	busted_dawdle(BUSTED_WINDOW);
	atomic64_set(&c->count, count + part);
}

CONTEND_NO_READ(busted_percpu_counter)

void contend_busted_percpu_counter_write(void *data, const struct contend_request *rq,
					 struct contend_scratch *x)
{
	batch_write(data, rq, x, busted_batch_add);
}

const struct contend_structure contend_structure_busted_percpu_counter = {
	.name = "busted_percpu_counter",
	.family = "busted",
	.about = "a batch is added by a load and a store: of two at a time one is lost",
	.needs = CONTEND_CAP_SELF,
	.busted = true,
	.verbs = batch_verbs,
	.size = sizeof(struct batch_counter),
	.init = batch_init,
	.destroy = batch_destroy,
	.elements = counters_elements,
	.verify = batch_verify,
};

#endif /* CONTEND_MUTANT */

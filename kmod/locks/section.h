/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is measured: a section, and nothing else.
 *
 * It is stamped out once a lock by CONTEND_LOCK(). The lock's primitives come in through a
 * const struct that the compiler sees through, the structure's code is called by its
 * number: there is no call or jump through a pointer in a section, nor in what it calls
 * (scripts/check-calls proves it on the object code).
 *
 *	 t0           t1                        t2
 *	 |  acquire   |  W  body  W  stay  W   release |
 *	 |<-- wait -->|<----------- hold ------------->|
 *
 * At each W the witness looks. What it saw is judged afterwards, as all that can be done
 * before or after is (operation.h).
 *
 * Three readings of the clock cost more than many a section does. Where only the rate is asked for
 * (measure=rate) none of them is done: a branch that is the same all the time is left.
 *
 * One write section in HANDOVER_LOOK reads the clock before it releases as well: from there
 * to the next one's t1 the lock was handed over, if that one was waiting.
 */
#ifndef CONTEND_LOCKS_SECTION_H
#define CONTEND_LOCKS_SECTION_H

#include "check/witness.h"
#include "clock.h"
#include "lib/spec.h"
#include "locks/lock.h"
#include "locks/nest.h"
#include "structures/structure.h"

/*
 * A reader that writers have sent back so often, or for so long, keeps them out, as one with
 * read_seqbegin_or_lock() does: it might stay for ever.
 */
#define RETRY_MOST		100
#define RETRY_LONGEST_NS	NSEC_PER_SEC

/*
 * Not each section, since a reading is part of what others wait for. A prime: workers that
 * take turns all have theirs.
 */
#define HANDOVER_LOOK		17

/**
 * struct contend_stripe - a lock and what it protects
 * @lock_data: the lock itself, aligned to a cache line; its own affair
 * @data: the structure itself; guarded by the lock
 * @witness: inside the lock, on cache lines of its own
 */
struct contend_stripe {
	void *lock_data;
	void *data;
	struct witness witness;
};

/**
 * struct section - how to go through a section, and what was seen there
 * @s: in, the structure
 * @witness: in, the witness looks; not where a reader may be beside a writer
 * @irqs_off: in, with interrupts off, if the lock leaves them on
 * @yields: in, an exclusive section may sleep: to stay is to yield
 * @polite: in, between two looks a reader that is sent back lets others run
 * @untimed: in, the clock is not read: all of the section is at began_ns, which the caller has read
 * @avoid: in, under several locks: how a deadlock is avoided
 * @me: in, the caller's name to the witness, see witness_writer()
 * @stay_ns: in, how long to stay once the work is done
 * @stop: in, a task that waits for the end of this operation sets it true; NULL: it kills
 *	this task
 * @log: in, where the witness notes what is wrong inside of a write section
 * @began_ns: out, when the lock was asked for, CLOCK_MONOTONIC
 * @wait_ns: out, from asking for the lock to holding it
 * @hold_ns: out, from holding it to having released it
 * @retries: out, read sections repeated, or locks given up and asked for again
 * @came: out, of a witnessed read section: what was seen at its begin
 * @middle: out, in its middle
 * @went: out, at its end
 * @writer: out, of a witnessed write section
 *
 * In the operation: one task's own.
 */
struct section {
	enum structure_index s;
	bool witness;
	bool irqs_off;
	bool yields;
	bool polite;
	bool untimed;
	enum spec_avoid avoid;
	u64 me;
	u64 stay_ns;
	const bool *stop;
	struct violation_log *log;
	u64 began_ns;
	u64 wait_ns;
	u64 hold_ns;
	u64 retries;
	struct witness_look came;
	struct witness_look middle;
	struct witness_look went;
	struct witness_section writer;
};

void contend_write_self(struct contend_stripe *stripe, const struct contend_request *rq,
			struct contend_scratch *x, struct section *section);
void section_stay(const struct section *section, bool yields);
bool section_excludes(struct section *section, bool quiet);
unsigned long section_irqs_off(void);
void section_irqs_on(unsigned long flags);

/* With interrupts off, if they share a lock that leaves them on, as spin_lock_irqsave(). */
static __always_inline bool section_quiet(const struct section *section,
					  const struct lock_ops *lock)
{
	return lock->irqs_on && unlikely(section->irqs_off);
}

static __always_inline u64 section_clock(const struct section *section)
{
	return likely(!section->untimed) ? contend_clock() : section->began_ns;
}

/* When this section releases, for the next one. */
static __always_inline u64 section_left_ns(const struct section *section,
					   const struct witness_section *writer)
{
	return writer->seq % HANDOVER_LOOK || section->untimed ? 0 : contend_clock();
}

static __always_inline void section_ends(struct section *section, u64 t0, u64 t1)
{
	section->hold_ns = contend_elapsed(t1, section_clock(section));
	section->wait_ns = contend_elapsed(t0, t1);
	section->began_ns = t0;
}

static __always_inline void section_read(struct contend_stripe *stripe,
					 const struct contend_request *rq,
					 struct contend_scratch *x, struct section *section,
					 const struct lock_ops *lock)
{
	const bool witness = section->witness && !lock->defer;
	bool excludes = !lock->read_enter;
	unsigned long flags = 0;
	union lock_token token;
	u64 t0, t1;

	t0 = section_clock(section);
	if (section_quiet(section, lock))
		flags = section_irqs_off();
	if (!excludes)
		lock->read_enter(stripe->lock_data, &token);
	else
		lock->write_enter(stripe->lock_data, &token);
	t1 = section_clock(section);
	section->began_ns = t0;
	section->retries = 0;
	x->hazards = lock->hazards ? token.slot : NULL;
	for (;;) {
		if (witness)
			section->came = witness_look(&stripe->witness);
		contend_structure_read(section->s, stripe->data, rq, x);
		if (witness)
			section->middle = witness_look(&stripe->witness);
		if (unlikely(section->stay_ns))
			section_stay(section, false);
		if (witness)
			section->went = witness_look(&stripe->witness);
		if (excludes) {
			lock->write_leave(stripe->lock_data, &token);
			break;
		}
		if (!lock->read_leave(stripe->lock_data, &token))
			break;
		excludes = section_excludes(section, section_quiet(section, lock));
		if (!excludes)
			lock->read_enter(stripe->lock_data, &token);
		else
			lock->write_enter(stripe->lock_data, &token);
	}
	if (section_quiet(section, lock))
		section_irqs_on(flags);
	section_ends(section, t0, t1);
}

static __always_inline void section_write(struct contend_stripe *stripe,
					  const struct contend_request *rq,
					  struct contend_scratch *x, struct section *section,
					  const struct lock_ops *lock)
{
	struct witness_section *writer = &section->writer;
	const bool witness = section->witness;
	unsigned long flags = 0;
	union lock_token token;
	u64 t0, t1;

	t0 = section_clock(section);
	if (section_quiet(section, lock))
		flags = section_irqs_off();
	/* Right before: a task that loses the CPU in between would be overtaken without waiting. */
	if (witness)
		witness_write_ask(&stripe->witness, section->me, writer);
	lock->write_enter(stripe->lock_data, &token);
	t1 = section_clock(section);
	if (witness)
		witness_write_enter(&stripe->witness, writer, section->log);
	contend_structure_write(section->s, stripe->data, rq, x);
	if (witness)
		witness_write_look(&stripe->witness, writer, section->log);
	if (unlikely(section->stay_ns))
		section_stay(section, section->yields);
	if (witness)
		witness_write_leave(&stripe->witness, writer, section_left_ns(section, writer),
				    section->log);
	lock->write_leave(stripe->lock_data, &token);
	if (section_quiet(section, lock))
		section_irqs_on(flags);
	section_ends(section, t0, t1);
	section->retries = 0;
}

/* A write section under several locks, those of @nest. */
static __always_inline void section_nest(struct nest *nest, const struct contend_request *rq,
					 struct contend_scratch *x, struct section *section,
					 const struct lock_ops *lock)
{
	const u32 looks = section->witness ? nest->n : 0;
	/* Where the body works; the locks may change their order. */
	void *data = nest->data;
	unsigned long flags = 0;
	u64 t0, t1;
	u32 i;

	for (i = 0; i < nest->n; i++)
		nest->lock[i] = nest->stripe[i]->lock_data;
	t0 = section_clock(section);
	if (section_quiet(section, lock))
		flags = section_irqs_off();
	for (i = 0; i < looks; i++)
		witness_write_ask(&nest->stripe[i]->witness, section->me, &nest->writer[i]);
	section->retries = nest_enter(nest, section->avoid, lock);
	t1 = section_clock(section);
	for (i = 0; i < looks; i++)
		witness_write_enter(&nest->stripe[i]->witness, &nest->writer[i], section->log);
	contend_structure_write(section->s, data, rq, x);
	for (i = 0; i < looks; i++)
		witness_write_look(&nest->stripe[i]->witness, &nest->writer[i], section->log);
	if (unlikely(section->stay_ns))
		section_stay(section, section->yields);
	for (i = 0; i < looks; i++)
		witness_write_leave(&nest->stripe[i]->witness, &nest->writer[i],
				    section_left_ns(section, &nest->writer[i]), section->log);
	nest_leave(nest, section->avoid, lock);
	if (section_quiet(section, lock))
		section_irqs_on(flags);
	section_ends(section, t0, t1);
}

/* The lock alone, @n times: what bare_work() has between two readings of the clock. */
static __always_inline void section_bare(void *data, u32 n, bool write,
					 const struct lock_ops *lock)
{
	union lock_token token;

	if (write) {
		while (n--) {
			lock->write_enter(data, &token);
			lock->write_leave(data, &token);
		}
	} else if (lock->read_enter) {
		while (n--) {
			lock->read_enter(data, &token);
			lock->read_leave(data, &token);
		}
	}
}

/* Whether a lock keeps its readers and writers apart follows from what it promises otherwise. */
#define LOCK_APART(_caps)	\
	((_caps) & (CONTEND_CAP_DEFERRED | CONTEND_CAP_RETRY) ? 0 : CONTEND_CAP_APART)

/**
 * CONTEND_LOCK - make a catalogue entry of the primitives in _name##_ops
 * @_name: the lock
 * @_family: what it is a kind of, a string
 * @_about: one line, a string
 * @_caps: CONTEND_CAP_*
 */
#define CONTEND_LOCK(_name, _family, _about, _caps)					\
	static noinline void contend_read_##_name(struct contend_stripe *stripe,	\
						  const struct contend_request *rq,	\
						  struct contend_scratch *x,		\
						  struct section *section)		\
	{										\
		section_read(stripe, rq, x, section, &_name##_ops);			\
	}										\
	static noinline void contend_write_##_name(struct contend_stripe *stripe,	\
						   const struct contend_request *rq,	\
						   struct contend_scratch *x,		\
						   struct section *section)		\
	{										\
		section_write(stripe, rq, x, section, &_name##_ops);			\
	}										\
	static noinline __maybe_unused void						\
	contend_nest_##_name(struct nest *nest, const struct contend_request *rq,	\
			     struct contend_scratch *x, struct section *section)	\
	{										\
		section_nest(nest, rq, x, section, &_name##_ops);			\
	}										\
	static noinline void contend_bare_##_name(void *data, u32 n, bool write)	\
	{										\
		section_bare(data, n, write, &_name##_ops);				\
	}										\
	const struct contend_lock contend_lock_##_name = {				\
		.name = #_name,								\
		.family = _family,							\
		.about = _about,							\
		.caps = (_caps) | LOCK_APART(_caps),					\
		.ops = &_name##_ops,							\
		.read = contend_read_##_name,						\
		.write = contend_write_##_name,						\
		.nest = (_caps) & CONTEND_CAP_NESTS ? contend_nest_##_name : NULL,	\
		.bare = contend_bare_##_name,						\
	}

/**
 * CONTEND_LOCK_ABSENT - make a catalogue entry of a lock that this kernel lacks
 * @_name: the lock
 * @_family: what it is a kind of, a string
 * @_why: what it takes, a string
 */
#define CONTEND_LOCK_ABSENT(_name, _family, _why)			\
	const struct contend_lock contend_lock_##_name = {		\
		.name = #_name,						\
		.family = _family,					\
		.about = _why,						\
		.caps = CONTEND_CAP_ABSENT,				\
	}

#endif /* CONTEND_LOCKS_SECTION_H */

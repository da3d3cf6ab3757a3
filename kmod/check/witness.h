/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The witness stands inside the lock and sees each task that comes in.
 *
 * Plain loads and stores, no atomics and no barriers: it must not order
 * anything that the lock itself fails to order, or it would mend what it is
 * there to catch. If the lock is right, the lock's own ordering makes these
 * words agree; if they do not agree, the lock is wrong.
 *
 * A writer finds the record at rest, makes it its own, and finds it so in the
 * middle of its section and before it leaves. The record is of several words
 * which fit each other: what another writer overwrites in part is seen too. The
 * sequence of write sections never goes back, and grows by one at a time. A
 * reader of a lock whose readers exclude writers finds the record at rest when it
 * comes, in the middle and when it goes, each time the same. Readers that may run
 * beside writers (RCU) promise no such thing: for those the structure's own rule
 * is the check.
 */
#ifndef CONTEND_WITNESS_H
#define CONTEND_WITNESS_H

#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/smp.h>

#include "check/violation.h"

/**
 * struct witness - the writer inside, and the last one
 * @writer: the writer, see witness_writer(); 0 when there is none
 * @writes: write sections so far, the sequence
 * @seal: what these two make together, see witness_seal()
 * @last: the last writer, 0 before the first
 * @cpu: where it left
 * @left_ns: when, CLOCK_MONOTONIC; 0 if it did not read the clock
 *
 * All of it changes inside the write section. All zeroes are at rest.
 */
struct witness {
	u64 writer;
	u64 writes;
	u64 seal;
	u64 last;
	u64 left_ns;
	u32 cpu;
} ____cacheline_aligned;

/*
 * The writer: a task, for a team of workers or for none (0). An object outlives its runs,
 * and the writer before a worker may have been of another one, or have filled the structure.
 */
static __always_inline u64 witness_writer(u32 team, u32 pid)
{
	return (u64)team << 32 | pid;
}

static __always_inline u32 witness_pid(u64 writer)
{
	return lower_32_bits(writer);
}

static __always_inline bool witness_same_team(u64 one, u64 other)
{
	return !upper_32_bits(one ^ other);
}

/* At rest it is the sequence once more. */
static __always_inline u64 witness_seal(u64 writer, u64 writes)
{
	return writer * GOLDEN_RATIO_64 ^ writes;
}

/**
 * struct witness_look - what is seen of the witness
 * @writer: the writer inside, or 0
 * @writes: write sections so far
 * @seal: of these two, if the record is whole
 */
struct witness_look {
	u64 writer;
	u64 writes;
	u64 seal;
};

static __always_inline struct witness_look witness_look(const struct witness *w)
{
	return (struct witness_look){
		READ_ONCE(w->writer), READ_ONCE(w->writes), READ_ONCE(w->seal),
	};
}

/**
 * struct witness_section - a write section and its writer
 * @me: the writer
 * @asked: the sequence before it asked for the lock
 * @seq: the sequence when it came
 * @last: the writer before it, or 0
 * @cpu: where that one left
 * @left_ns: when, or 0
 * @under: the writer that was inside already, or 0
 * @told: something was wrong; a section counts once
 */
struct witness_section {
	u64 me;
	u64 asked;
	u64 seq;
	u64 last;
	u64 left_ns;
	u32 cpu;
	u64 under;
	bool told;
};

void witness_tell_writer(const struct witness_section *s, struct witness_look seen, bool came,
			 struct violation_log *log);
void witness_tell_reader(struct witness_look came, struct witness_look seen,
			 struct violation_log *log);

/*
 * Outside the lock. What others still do to the sequence is a race; the same word
 * read again, inside, is no older.
 */
static __always_inline void witness_write_ask(const struct witness *w, u64 me,
					      struct witness_section *s)
{
	s->me = me;
	s->asked = READ_ONCE(w->writes);
	s->told = false;
}

static __always_inline void witness_write_enter(struct witness *w, struct witness_section *s,
						struct violation_log *log)
{
	struct witness_look seen = witness_look(w);

	s->seq = seen.writes;
	s->last = READ_ONCE(w->last);
	s->cpu = READ_ONCE(w->cpu);
	s->left_ns = READ_ONCE(w->left_ns);
	s->under = seen.writer;
	if (unlikely(seen.writer || seen.seal != seen.writes || seen.writes < s->asked)) {
		witness_tell_writer(s, seen, true, log);
		s->told = true;
	}
	WRITE_ONCE(w->writer, s->me);
	WRITE_ONCE(w->seal, witness_seal(s->me, s->seq));
}

/* Whether the record is still the writer's, all of it. */
static __always_inline bool witness_write_look(struct witness *w, struct witness_section *s,
					       struct violation_log *log)
{
	struct witness_look seen = witness_look(w);

	if (likely(seen.writer == s->me && seen.writes == s->seq &&
		   seen.seal == witness_seal(s->me, s->seq)))
		return true;
	if (!s->told)
		witness_tell_writer(s, seen, false, log);
	s->told = true;
	return false;
}

/* @left_ns: when the lock is about to be released, or 0. */
static __always_inline void witness_write_leave(struct witness *w, struct witness_section *s,
						u64 left_ns, struct violation_log *log)
{
	/*
	 * A writer that was inside already would have written here as it left: if none has,
	 * it is there still, for the next one to meet.
	 */
	u64 under = witness_write_look(w, s, log) ? s->under : 0;

	WRITE_ONCE(w->last, s->me);
	WRITE_ONCE(w->cpu, raw_smp_processor_id());
	WRITE_ONCE(w->left_ns, left_ns);
	WRITE_ONCE(w->writes, s->seq + 1);
	WRITE_ONCE(w->seal, witness_seal(under, s->seq + 1));
	WRITE_ONCE(w->writer, under);
}

/*
 * How often a later comer got the lock first, of @workers that write, at least. Each
 * other one has asked at most once when the writer asks: of the sections until it came
 * so many were of earlier comers, or as good as that.
 */
static __always_inline u64 witness_overtakes(u64 passed, u32 workers)
{
	return passed >= workers ? passed - (workers - 1) : 0;
}

/* A reader has seen the same at rest as when it came. */
static __always_inline bool witness_same(struct witness_look came, struct witness_look seen)
{
	return !seen.writer && seen.writes == came.writes && seen.seal == came.writes;
}

/*
 * Judge what a reader saw when it came, in the middle and when it went. Called after
 * the section, and for readers that repeat (seqlock) after the last one: what an
 * invalid section saw is no evidence.
 */
static __always_inline void witness_judge(struct witness_look came, struct witness_look middle,
					  struct witness_look went, struct violation_log *log)
{
	if (unlikely(!witness_same(came, came)))
		witness_tell_reader(came, came, log);
	else if (unlikely(!witness_same(came, middle)))
		witness_tell_reader(came, middle, log);
	else if (unlikely(!witness_same(came, went)))
		witness_tell_reader(came, went, log);
}

#endif /* CONTEND_WITNESS_H */

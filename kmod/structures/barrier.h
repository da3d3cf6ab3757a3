/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What barriers are made of. A barrier has as many parties as its capacity. A phase of it is over
 * when each of them has arrived, and none goes on before.
 *
 * A party arrives in a section, and a section never sleeps: one whose phase is not over yet looks
 * for a while, and then lacks CONDITION_OTHERS and is parked. Its ticket is the phase, so that it
 * does not arrive again when it is woken: one more than its number, since 0 is none. The one that
 * ends a phase wakes all.
 *
 * See barrier_sense.c, barrier_dissemination.c and barrier_tree.c.
 */
#ifndef CONTEND_STRUCTURES_BARRIER_H
#define CONTEND_STRUCTURES_BARRIER_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/processor.h>
#include <linux/types.h>

#include "check/violation.h"
#include "structures/structure.h"

/* The verbs of barriers, and of their kin in latch.c and event_count.c. */
enum { BARRIER_ARRIVE };
enum { LATCH_DOWN, LATCH_TEST, LATCH_AWAIT };
enum { EVENT_ADVANCE, EVENT_READ, EVENT_AWAIT };

/* The most parties; of a central barrier's state so many bits count them, the others the phases. */
#define BARRIER_COUNT_BITS	20
#define BARRIER_PARTIES		(BIT(BARRIER_COUNT_BITS) - 1)

/*
 * For how long to look before it sleeps: for about as long as it takes to sleep and be woken. Then
 * it waits at most twice as long as it would have to if it had known (A. Karlin, K. Li, M. Manasse,
 * S. Owicki, "Empirical Studies of Competitive Spinning for a Shared-Memory Multiprocessor", SOSP
 * 1991). It is bounded: on a kernel without preemption the others may need this CPU.
 */
#define BARRIER_SPINS		512

/* Look for @_over, but not where it has looked before and was woken, or waits no longer. */
#define barrier_over(_over, _looks)						\
({										\
	u32 spins = _looks;							\
										\
	while (!(_over) && spins--)						\
		cpu_relax();							\
	(_over);								\
})

/**
 * struct sense_books - what was done on a CPU
 * @came: arrivals, less those that were taken back, wherever they came
 * @answered: that were told that their phase is over
 */
struct sense_books {
	u64 came;
	u64 answered;
};

/**
 * struct sense_barrier - a central one
 * @state: the phase, above BARRIER_COUNT_BITS that say how many have arrived in it; changes by
 *	cmpxchg()
 * @parties: how many there are, constant
 * @books: on each CPU, what was done to it
 */
struct sense_barrier {
	atomic64_t state ____cacheline_aligned;
	u64 parties ____cacheline_aligned;
	struct sense_books __percpu *books;
};

/**
 * struct barrier_party - a party that has a name, whose operations one task does at a time
 * @taken: a task does one
 * @arrived: in how many phases it has arrived; read by others
 * @left: and of how many it was told that they are over
 *
 * Written by the task that has it.
 */
struct barrier_party {
	bool taken;
	u64 arrived;
	u64 left;
};

/**
 * struct dissemination_party - one of a dissemination barrier
 * @party: see above
 * @told: of the phases of even and of odd number: bit 0, it has arrived; bit r + 1, it was told so
 *	in round r. Others set bits, the party clears them
 */
struct dissemination_party {
	struct barrier_party party;
	atomic_t told[2];
} ____cacheline_aligned;

/**
 * struct dissemination_barrier - each tells each, in log2(n) rounds
 * @parties: all of them
 * @n: how many they are, constant
 * @rounds: how many it takes, constant
 */
struct dissemination_barrier {
	struct dissemination_party *parties;
	u32 n;
	u32 rounds;
};

/* Those of which a party of a tree waits. */
#define TREE_CHILDREN	4

/**
 * struct tree_party - one of a tree barrier: a node of the tree
 * @party: see above
 * @told: bit 0, it has arrived; bit c + 1, its child c with all below has. Who sets the last one
 *	clears them all
 * @all: all bits that there are, constant
 */
struct tree_party {
	struct barrier_party party;
	atomic_t told;
	u32 all;
} ____cacheline_aligned;

/**
 * struct tree_barrier - arrivals go up a tree
 * @phase: how many are over; written by the one that the root was waiting for
 * @parties: all of them, constant; party p has the children 4p + 1 … 4p + 4
 * @n: how many they are, constant
 */
struct tree_barrier {
	u64 phase ____cacheline_aligned;
	struct tree_party *parties ____cacheline_aligned;
	u32 n;
};

static const char __maybe_unused two_phases_ahead[] = "a party is two phases ahead of another";

/**
 * barrier_join - begin an operation of a party, or go on with it
 * @p: the party
 * @x: of the operation; the answer if it is not to be done
 * @joins: out, it arrives now
 *
 * A party that gave up stays where it has arrived, and waits for the same phase when it comes
 * again: @joins is false.
 *
 * Return: false: another task does one of this party's.
 */
static __always_inline bool barrier_join(struct barrier_party *p, struct contend_scratch *x,
					 bool *joins)
{
	*joins = false;
	if (x->ticket)
		return true;
	/* A: pairs with B of the task before */
	if (xchg_acquire(&p->taken, true)) {
		x->error = -EEXIST;
		return false;
	}
	x->ticket = p->left + 1;
	*joins = p->arrived == p->left;
	if (*joins)
		WRITE_ONCE(p->arrived, p->arrived + 1);
	return true;
}

/**
 * barrier_leave - end it: the phase is over
 * @p: the party
 * @other: another one, to which it is held
 * @x: of the operation
 *
 * That one has arrived in this phase, and cannot be in one after the next.
 */
static __always_inline void barrier_leave(struct barrier_party *p,
					  const struct barrier_party *other,
					  struct contend_scratch *x)
{
	const u64 arrived = READ_ONCE(other->arrived);

	if (unlikely(arrived - x->ticket > 1)) {
		x->broken = two_phases_ahead;
		x->seen = arrived;
		x->expected = x->ticket;
	}
	p->left = x->ticket;
	x->error = 0;
	/* B: pairs with A of the next task */
	smp_store_release(&p->taken, false);
}

/**
 * barrier_stay - the phase is not over
 * @p: the party
 * @x: of the operation
 */
static __always_inline void barrier_stay(struct barrier_party *p, struct contend_scratch *x)
{
	x->error = -EAGAIN;
	x->lacks = CONDITION_OTHERS;
	if (x->withdraw)
		/* B: pairs with A of the next task */
		smp_store_release(&p->taken, false);
}

/**
 * barrier_other - where another party is to which one is held, in its phase
 * @party: the number of the one
 * @phase: the phase
 * @n: how many there are
 *
 * Return: the number of another, or its own. All in turn, and not in each phase: that costs a cache
 * line of theirs.
 */
static __always_inline u32 barrier_other(u32 party, u64 phase, u32 n)
{
	const u32 turn = (u32)phase / 8;

	return phase % 8 ? party : (party + turn % n) % n;
}

/**
 * barrier_parties_verify - what is true of all parties at rest
 * @p: the first one
 * @size: bytes from one to the next
 * @n: how many they are
 * @log: for what is broken
 *
 * Return: what the balances of all operations must add up to.
 */
static inline u64 barrier_parties_verify(const struct barrier_party *p, size_t size, u32 n,
					 struct violation_log *log)
{
	u64 least = U64_MAX, most = 0, sum = 0;

	for (; n--; p = (const void *)p + size) {
		/* A client may be parked, whose arrival stands. */
		if (p->arrived - p->left > 1)
			violation_note(log, CHECK_INTEGRITY,
				       "a party is where it has not arrived", p->arrived, p->left);
		least = min(least, p->arrived);
		most = max(most, p->arrived);
		sum += p->left;
	}
	if (most - least > 1)
		violation_note(log, CHECK_INTEGRITY, two_phases_ahead, most, least);
	return sum;
}

#endif /* CONTEND_STRUCTURES_BARRIER_H */

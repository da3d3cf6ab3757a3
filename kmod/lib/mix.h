/* SPDX-License-Identifier: GPL-2.0 */
/* Which operation comes next: a structure's verbs, drawn by their shares. */
#ifndef CONTEND_MIX_H
#define CONTEND_MIX_H

#include <linux/bits.h>

#include "rng.h"
#include "spec.h"

/*
 * What an operation needs: the read side of its key's lock, the write side, or those of two
 * keys'; or no lock, because the structure synchronises itself; or that, and to be its owner's:
 * of those that are the owner's one task does them at a time; or the read side first, and where
 * that does not do the write side after. A structure may have several owners, each with a seat.
 */
enum guard { GUARD_READ, GUARD_WRITE, GUARD_PAIR, GUARD_SELF, GUARD_OWNER, GUARD_UPGRADE };

/*
 * What an operation may have to wait for: that there is something in the structure, or room; or
 * that all others have come, of whom there are as many as its capacity: those that wait for that
 * meet it themselves.
 */
enum condition { CONDITION_IN, CONDITION_OUT, CONDITION_OTHERS, CONDITIONS };

/* No condition. */
#define CONDITION_NONE	CONDITIONS

/**
 * struct contend_verb - an operation of a structure
 * @name: as in mix=
 * @guard: what it needs
 * @share: per cent of the default mix
 * @balance: what it adds to the structure's balance if it succeeds
 * @links: it links a node, which it is given
 * @copies: where readers may be beside it, it is given one for a copy
 * @fills: it is the one that fills the structure before a run
 * @worker: its key is which worker does it, whatever keys= says
 * @everywhere: it is about all keys: it is carried out in each stripe, one after the other
 * @waits: bits of the conditions for which it may wait
 * @meets: and of those that a success of it meets
 * @follows: it reads on from where the caller stands: scratch.at is then scratch.next
 * @timed: time alone meets those for which it waits
 * @then: number of the operation that a worker does next which has done it, with the value that it
 *	got: what was taken is given back, what was begun is ended. 0: it may do any
 * @seats: of one that is an owner's: bits of the seats that it takes; 0 is that of seat 0
 * @settings: of the operation that sets one: their names, ended by NULL; its key is the number of
 *	one, and its value the new one. It is about all of the structure, in stripes about each.
 *	NULL: of any other operation
 * @role: whose it is, or NULL: a group of workers of that name does those of its role, unless
 *	it is told what to do. One that may wait, but for others that wait as well, is in no
 *	other default mix
 */
struct contend_verb {
	const char *name;
	enum guard guard;
	u32 share;
	s32 balance;
	bool links;
	bool copies;
	bool fills;
	bool worker;
	bool everywhere;
	u32 waits;
	u32 meets;
	bool follows;
	bool timed;
	u32 then;
	u32 seats;
	const char *role;
	const char *const *settings;
};

/**
 * verb_writes - whether an operation may change the structure: with a lock it needs the write side
 * @verb: the operation
 *
 * Context: any.
 */
static inline bool verb_writes(const struct contend_verb *verb)
{
	return verb->guard != GUARD_READ;
}

/**
 * verb_reads - whether it begins in a read section
 * @verb: the operation
 *
 * Context: any.
 */
static inline bool verb_reads(const struct contend_verb *verb)
{
	return verb->guard == GUARD_READ || verb->guard == GUARD_UPGRADE;
}

/**
 * verb_self - whether it takes no lock, because the structure synchronises itself
 * @verb: the operation
 *
 * Context: any.
 */
static inline bool verb_self(const struct contend_verb *verb)
{
	return verb->guard == GUARD_SELF || verb->guard == GUARD_OWNER;
}

/**
 * verb_needs_role - whether an operation is only for workers that are told to do it, or whose role
 *	it is
 * @verb: the operation
 *
 * It may wait for what they would have to do who wait. Others that wait too are no such case.
 *
 * Context: any.
 */
static inline bool verb_needs_role(const struct contend_verb *verb)
{
	return verb->waits & ~BIT(CONDITION_OTHERS);
}

/**
 * verb_seats - as which owner an operation is done
 * @verb: the operation
 *
 * Context: any.
 * Return: bits of the seats; 0: it is no owner's.
 */
static inline u32 verb_seats(const struct contend_verb *verb)
{
	return verb->guard == GUARD_OWNER ? verb->seats ?: BIT(0) : 0;
}

/**
 * struct mix - shares turned into thresholds; constant after mix_init()
 * @n: number of verbs
 * @upto: upto[i] is 2^32 times the share of the verbs up to i; the last one is
 *	2^32
 * @verb: their numbers in the structure
 * @write: bit i is set when verb[i] needs the write side
 * @pair: and when that of two keys
 * @worker: and when its key is the worker
 * @seats: bits of those that operations take which can be drawn
 * @waits: conditions for which its operations may wait, those that can be drawn
 * @needs: of which others have to meet these
 * @meets: and those that they meet, or the one that follows
 * @returns: and of those that it meets which follows: a task that waits for them is no task that
 *	keeps them from others
 * @then: the one that follows, as an index; that of itself where any may
 * @follows: one does follow another one
 */
struct mix {
	u32 n;
	u64 upto[SPEC_VERBS];
	u32 verb[SPEC_VERBS];
	u32 write;
	u32 pair;
	u32 worker;
	u32 seats;
	u32 waits;
	u32 needs;
	u32 meets;
	u32 returns;
	u32 then[SPEC_VERBS];
	bool follows;
};

extern const char *const mix_conditions[CONDITIONS];
extern const char *const mix_awaited[CONDITIONS];

int mix_init(struct mix *mix, const struct contend_verb *verbs, const char *structure,
	     const struct spec *spec, struct spec_error *error);

/**
 * mix_only - whether it is of one verb alone, which none follows
 * @mix: initialised
 *
 * Context: any.
 * Return: whether each operation that is drawn is the same one, but for its key.
 */
static inline bool mix_only(const struct mix *mix)
{
	u32 i = 0;

	while (!mix->upto[i])
		i++;
	return mix->upto[i] == 1ULL << 32 && mix->then[i] == i;
}

int mix_side(const struct mix *mix, u32 n);
u32 mix_seats(const struct mix *mix, const struct spec *spec);
u32 mix_owners(const struct mix *mix, const struct spec *spec, u32 seat);
int mix_fill(const struct contend_verb *verbs);
int mix_tune(const struct contend_verb *verbs);
int mix_setting(const struct contend_verb *verb, const char *name);

/**
 * mix_next - draw an operation
 * @mix: the shares
 * @r: the worker's random numbers
 *
 * Context: any.
 * Return: an index into @mix->verb.
 */
static __always_inline u32 mix_next(const struct mix *mix, struct rng *r)
{
	u64 draw = rng_next(r) >> 32;
	u32 i = 0;

	while (draw >= mix->upto[i])
		i++;
	return i;
}

#endif /* CONTEND_MIX_H */

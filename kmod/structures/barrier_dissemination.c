// SPDX-License-Identifier: GPL-2.0
/*
 * barrier_dissemination: the dissemination barrier (D. Hensgen, R. Finkel, U. Manber, "Two
 * Algorithms for Barrier Synchronization", IJPP 17(1), 1988, as in J. Mellor-Crummey, M. Scott,
 * "Algorithms for Scalable Synchronization on Shared-Memory Multiprocessors", ACM TOCS 9(1), 1991).
 *
 * In round r party p tells party p + 2^r, modulo their number, that it and those it knows of have
 * arrived. After log2(n) rounds each knows it of all: no word is written by all.
 *
 * A party that sleeps between two rounds would have to be woken for each. Here it is the one that
 * brings what a party waits for who tells on in its name, as interface cards do for a computer that
 * is busy elsewhere: an arrival is one step of the party's, and it is woken once. What it was told
 * is one word, whose lowest bits that are set without a gap say which rounds it may tell in; of
 * those who set bits in it, one closes each gap.
 *
 * A fast party is at most one phase ahead: phases of even and of odd number have a word each, which
 * the party clears when it leaves the phase.
 *
 * An arrival that others have been told of cannot be taken back. A party that gives up stays where
 * it has arrived: when it comes again it waits for the same phase.
 *
 * Invariants: a party is never two phases ahead of another; what one has told is there until the
 * other has left the phase.
 */
#include <linux/bitops.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/nospec.h>

#include "lib/charge.h"
#include "structures/barrier.h"

static const struct contend_verb dissemination_verbs[] = {
	[BARRIER_ARRIVE] = {
		.name = "arrive", .guard = GUARD_SELF, .share = 100, .balance = 1, .worker = true,
		.waits = BIT(CONDITION_OTHERS), .meets = BIT(CONDITION_OTHERS),
	},
	{ }
};

static __always_inline u32 dissemination_all(const struct dissemination_barrier *b)
{
	return BIT(b->rounds + 1) - 1;
}

static __always_inline struct dissemination_party *
dissemination_next(const struct dissemination_barrier *b, const struct dissemination_party *p,
		   u32 round)
{
	u32 next = p - b->parties + BIT(round);

	return &b->parties[next < b->n ? next : next - b->n];
}

/*
 * Party @p has arrived (@bit is 0) or was told so: it tells on, and so do those that it tells. No
 * deeper than there are rounds: who goes on by what it was told in a round goes on in later ones.
 * Whether the phase is over for one of them.
 */
static bool dissemination_tell(struct dissemination_barrier *b, struct dissemination_party *p,
			       u32 word, u32 bit)
{
	/* A: what it and those that it knows of did before is seen by all after; pairs with B */
	const u32 was = atomic_fetch_or(BIT(bit), &p->told[word]);
	const u32 is = was | BIT(bit);
	u32 round = ffz(was), upto = is == dissemination_all(b) ? b->rounds : ffz(is);
	bool over = is == dissemination_all(b);

	for (; round < upto; round++)
		over |= dissemination_tell(b, dissemination_next(b, p, round), word, round + 1);
	return over;
}

CONTEND_NO_READ(barrier_dissemination)

void contend_barrier_dissemination_write(void *data, const struct contend_request *rq,
					 struct contend_scratch *x)
{
	struct dissemination_barrier *b = data;
	struct dissemination_party *p;
	u32 word, key;
	bool joins;

	if (rq->key >= b->n) {
		x->error = -ENOENT;
		return;
	}
	key = array_index_nospec(rq->key, b->n);
	p = &b->parties[key];
	if (!barrier_join(&p->party, x, &joins))
		return;
	word = (x->ticket - 1) & 1;
	if (joins && dissemination_tell(b, p, word, 0))
		x->met_all = BIT(CONDITION_OTHERS);
	/* B: pairs with A of those that told */
	if (!barrier_over(atomic_read_acquire(&p->told[word]) == dissemination_all(b),
			  joins ? BARRIER_SPINS : 0)) {
		barrier_stay(&p->party, x);
		return;
	}
	/* Before this party arrives in the next phase; the phase after that waits for it. */
	atomic_set(&p->told[word], 0);
	barrier_leave(&p->party,
		      &b->parties[barrier_other(key, x->ticket, b->n)].party, x);
}

static int dissemination_init(void *data, const struct contend_shape *shape)
{
	struct dissemination_barrier *b = data;

	b->n = min_t(u64, shape->capacity, BARRIER_PARTIES);
	b->rounds = order_base_2(b->n);
	b->parties = kvcalloc(b->n, sizeof(*b->parties), GFP_CLIENT);
	return b->parties ? 0 : -ENOMEM;
}

static void dissemination_destroy(void *data)
{
	struct dissemination_barrier *b = data;

	kvfree(b->parties);
}

static u64 dissemination_elements(const void *data)
{
	const struct dissemination_barrier *b = data;
	u64 elements = 0;
	u32 i;

	/* Those that have arrived, and not been told that all have. */
	for (i = 0; i < b->n; i++)
		elements += READ_ONCE(b->parties[i].party.arrived) -
			    READ_ONCE(b->parties[i].party.left);
	return elements;
}

/* What a party has told in its phase: the other one has it, unless it has left the phase. */
static void dissemination_check(const struct dissemination_barrier *b,
				const struct dissemination_party *p, struct violation_log *log)
{
	const u64 phase = p->party.left;
	const u32 told = atomic_read(&p->told[phase & 1]);
	const u32 rounds = told == dissemination_all(b) ? b->rounds : ffz(told);
	u32 round;

	if (p->party.arrived == phase)
		return;
	if (!(told & BIT(0)))
		violation_note(log, CHECK_INTEGRITY, "an arrival is not there any more", told,
			       BIT(0));
	for (round = 0; round < rounds; round++) {
		const struct dissemination_party *other = dissemination_next(b, p, round);
		const u32 has = atomic_read(&other->told[phase & 1]);

		if (other->party.left <= phase && !(has & BIT(round + 1)))
			violation_note(log, CHECK_INTEGRITY, "an arrival is not there any more",
				       has, BIT(round + 1));
	}
}

static u64 dissemination_verify(const void *data, struct violation_log *log)
{
	const struct dissemination_barrier *b = data;
	u32 i;

	for (i = 0; i < b->n; i++)
		dissemination_check(b, &b->parties[i], log);
	return barrier_parties_verify(&b->parties->party, sizeof(*b->parties), b->n, log);
}

const struct contend_structure contend_structure_barrier_dissemination = {
	.name = "barrier_dissemination",
	.family = "barrier",
	.about = "a dissemination barrier: of its parties each is told by log2 of them",
	.needs = CONTEND_CAP_SELF,
	.verbs = dissemination_verbs,
	.capacity = 2,
	.size = sizeof(struct dissemination_barrier),
	.init = dissemination_init,
	.destroy = dissemination_destroy,
	.elements = dissemination_elements,
	.verify = dissemination_verify,
};

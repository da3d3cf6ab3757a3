// SPDX-License-Identifier: GPL-2.0
/*
 * barrier_tree: the tree barrier of J. Mellor-Crummey and M. Scott ("Algorithms for Scalable
 * Synchronization on Shared-Memory Multiprocessors", ACM TOCS 9(1), 1991): arrivals go up a tree
 * of four children a node, of which each party is one, and the news that all have come by one flag,
 * which is what they recommend where caches are coherent and a reader has a copy of its own.
 *
 * There the one above spins until all below have arrived, and then tells the next above. Here the
 * last of a node goes up in its name, so that one that sleeps is woken once, for the end.
 *
 * An arrival that went up cannot be taken back. A party that gives up stays where it has arrived:
 * when it comes again it waits for the same phase.
 *
 * Invariants: a party is never two phases ahead of another; a node knows of those below that have
 * arrived, and of no others.
 */
#include <linux/mm.h>
#include <linux/nospec.h>

#include "lib/charge.h"
#include "structures/barrier.h"

static const struct contend_verb tree_barrier_verbs[] = {
	[BARRIER_ARRIVE] = {
		.name = "arrive", .guard = GUARD_SELF, .share = 100, .balance = 1, .worker = true,
		.waits = BIT(CONDITION_OTHERS), .meets = BIT(CONDITION_OTHERS),
	},
	{ }
};

/* Party @at has arrived; whether the phase is over by that. @late: see busted_barrier_tree. */
static __always_inline bool tree_barrier_climb(struct tree_barrier *b, u32 at, bool late)
{
	u32 bit = BIT(0);

	for (;;) {
		struct tree_party *p = &b->parties[at];
		/* A: what those below did before is seen by all after; pairs with itself and B */
		u32 is = atomic_fetch_or(bit, &p->told) | bit;

		if (is != p->all)
			return false;
		/* Nobody has anything to tell here until this phase is over. */
		if (!late)
			atomic_set(&p->told, 0);
		if (!at)
			break;
		bit = BIT((at - 1) % TREE_CHILDREN + 1);
		at = (at - 1) / TREE_CHILDREN;
	}
	/* B: pairs with C of all */
	smp_store_release(&b->phase, b->phase + 1);
	return true;
}

static __always_inline void tree_barrier_arrive(struct tree_barrier *b,
						const struct contend_request *rq,
						struct contend_scratch *x, bool late)
{
	struct tree_party *p;
	bool joins;
	u32 key;

	if (rq->key >= b->n) {
		x->error = -ENOENT;
		return;
	}
	key = array_index_nospec(rq->key, b->n);
	p = &b->parties[key];
	if (!barrier_join(&p->party, x, &joins))
		return;
	if (joins && tree_barrier_climb(b, rq->key, late))
		x->met_all = BIT(CONDITION_OTHERS);
	/* C: pairs with B */
	if (!barrier_over(smp_load_acquire(&b->phase) >= x->ticket, joins ? BARRIER_SPINS : 0)) {
		barrier_stay(&p->party, x);
		return;
	}
	if (late)
		atomic_set(&p->told, 0);
	barrier_leave(&p->party,
		      &b->parties[barrier_other(key, x->ticket, b->n)].party, x);
}

CONTEND_NO_READ(barrier_tree)

void contend_barrier_tree_write(void *data, const struct contend_request *rq,
				struct contend_scratch *x)
{
	tree_barrier_arrive(data, rq, x, false);
}

static int tree_barrier_init(void *data, const struct contend_shape *shape)
{
	struct tree_barrier *b = data;
	u32 i, c;

	b->n = min_t(u64, shape->capacity, BARRIER_PARTIES);
	b->parties = kvcalloc(b->n, sizeof(*b->parties), GFP_CLIENT);
	if (!b->parties)
		return -ENOMEM;
	for (i = 0; i < b->n; i++) {
		b->parties[i].all = BIT(0);
		for (c = 1; c <= TREE_CHILDREN; c++)
			if ((u64)i * TREE_CHILDREN + c < b->n)
				b->parties[i].all |= BIT(c);
	}
	return 0;
}

static void tree_barrier_destroy(void *data)
{
	struct tree_barrier *b = data;

	kvfree(b->parties);
}

static u64 tree_barrier_elements(const void *data)
{
	const struct tree_barrier *b = data;
	u64 elements = 0;
	u32 i;

	/* Those that have arrived, and not been told that all have. */
	for (i = 0; i < b->n; i++)
		elements += READ_ONCE(b->parties[i].party.arrived) -
			    READ_ONCE(b->parties[i].party.left);
	return elements;
}

/* Whether all of a node, itself and those below, have arrived in the phase that is not over. */
static bool tree_barrier_complete(const struct tree_barrier *b, u32 at)
{
	const struct tree_party *p = &b->parties[at];
	u32 c, is = p->party.arrived > b->phase ? BIT(0) : 0;

	for (c = 1; c <= TREE_CHILDREN; c++)
		if (p->all & BIT(c) && tree_barrier_complete(b, at * TREE_CHILDREN + c))
			is |= BIT(c);
	return is == p->all;
}

static u64 tree_barrier_verify(const void *data, struct violation_log *log)
{
	const struct tree_barrier *b = data;
	u32 i, c;

	for (i = 0; i < b->n; i++) {
		const struct tree_party *p = &b->parties[i];
		u32 is = p->party.arrived > b->phase ? BIT(0) : 0;

		for (c = 1; c <= TREE_CHILDREN; c++)
			if (p->all & BIT(c) && tree_barrier_complete(b, i * TREE_CHILDREN + c))
				is |= BIT(c);
		/* That one went up. */
		if (is == p->all)
			is = 0;
		if (atomic_read(&p->told) != is)
			violation_note(log, CHECK_INTEGRITY,
				       "a node does not know which parties have arrived below it",
				       atomic_read(&p->told), is);
		if (p->party.arrived < b->phase)
			violation_note(log, CHECK_INTEGRITY,
				       "a phase is over in which a party has not arrived",
				       p->party.arrived, b->phase);
	}
	return barrier_parties_verify(&b->parties->party, sizeof(*b->parties), b->n, log);
}

const struct contend_structure contend_structure_barrier_tree = {
	.name = "barrier_tree",
	.family = "barrier",
	.about = "a tree barrier: arrivals go up it, and the end is a flag",
	.needs = CONTEND_CAP_SELF,
	.verbs = tree_barrier_verbs,
	.capacity = 2,
	.size = sizeof(struct tree_barrier),
	.init = tree_barrier_init,
	.destroy = tree_barrier_destroy,
	.elements = tree_barrier_elements,
	.verify = tree_barrier_verify,
};

#ifdef CONTEND_MUTANT

/*
 * busted_barrier_tree: a party clears its node when it leaves the phase, and by then those below
 * may have arrived in the next one: they are taken for those of the phase before, or forgotten.
 */
CONTEND_NO_READ(busted_barrier_tree)

void contend_busted_barrier_tree_write(void *data, const struct contend_request *rq,
				       struct contend_scratch *x)
{
	tree_barrier_arrive(data, rq, x, true);
}

const struct contend_structure contend_structure_busted_barrier_tree = {
	.name = "busted_barrier_tree",
	.family = "busted",
	.about = "a party clears what those below have told it, also of the next phase",
	.needs = CONTEND_CAP_SELF,
	.busted = true,
	.verbs = tree_barrier_verbs,
	.capacity = 2,
	.size = sizeof(struct tree_barrier),
	.init = tree_barrier_init,
	.destroy = tree_barrier_destroy,
	.elements = tree_barrier_elements,
	.verify = tree_barrier_verify,
};

#endif /* CONTEND_MUTANT */

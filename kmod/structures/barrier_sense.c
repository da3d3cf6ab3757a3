// SPDX-License-Identifier: GPL-2.0
/*
 * barrier_sense: a central barrier (sense-reversing: D. Hensgen, R. Finkel, U. Manber, "Two
 * Algorithms for Barrier Synchronization", IJPP 17(1), 1988; J. Mellor-Crummey, M. Scott,
 * "Algorithms for Scalable Synchronization on Shared-Memory Multiprocessors", ACM TOCS 9(1), 1991).
 *
 * All count in one word; the last one sets the count back and turns the sense, by which the others
 * know that the phase is over. Here the sense is the number of the phase, in the same word: so one
 * step does both, and one that has waited long enough can take its arrival back in one step, unless
 * the phase is over by then. Any task can arrive, as with a CyclicBarrier: a phase takes so many
 * arrivals, whoever they are of.
 *
 * Invariant: each phase had as many arrivals as parties, and in the one that is not over there are
 * those that have neither been told that it is nor been taken back. Those are counted apart, on
 * each CPU.
 */
#include <linux/cpumask.h>

#include "lib/charge.h"
#include "structures/barrier.h"

static const struct contend_verb sense_verbs[] = {
	[BARRIER_ARRIVE] = {
		.name = "arrive", .guard = GUARD_SELF, .share = 100, .balance = 1,
		.waits = BIT(CONDITION_OTHERS), .meets = BIT(CONDITION_OTHERS),
	},
	{ }
};

static __always_inline u64 sense_phase(s64 state)
{
	return (u64)state >> BARRIER_COUNT_BITS;
}

static __always_inline u64 sense_count(s64 state)
{
	return state & BARRIER_PARTIES;
}

/* Whether it was the last one. */
static __always_inline bool sense_join(struct sense_barrier *b, struct contend_scratch *x)
{
	s64 state = atomic64_read(&b->state), next;
	bool last;

	do {
		last = sense_count(state) + 1 == b->parties;
		next = last ? (s64)((sense_phase(state) + 1) << BARRIER_COUNT_BITS) : state + 1;
		/* A: what each did before is seen by all after; pairs with B and with itself */
	} while (!atomic64_try_cmpxchg(&b->state, &state, next));
	x->ticket = sense_phase(state) + 1;
	return last;
}

/* Take an arrival back; false: the phase is over. */
static __always_inline bool sense_withdraw(struct sense_barrier *b, const struct contend_scratch *x)
{
	s64 state = atomic64_read(&b->state);

	do {
		if (sense_phase(state) >= x->ticket)
			return false;
	} while (!atomic64_try_cmpxchg(&b->state, &state, state - 1));
	return true;
}

static __always_inline bool sense_over(const struct sense_barrier *b, u64 ticket)
{
	/* B: pairs with A of all parties */
	return sense_phase(atomic64_read_acquire(&b->state)) >= ticket;
}

static __always_inline void sense_arrive(struct sense_barrier *b, struct contend_scratch *x,
					 bool leaks)
{
	const bool joins = !x->ticket;
	bool over = false;

	if (joins) {
		this_cpu_inc(b->books->came);
		over = sense_join(b, x);
		x->met_all = over ? BIT(CONDITION_OTHERS) : 0;
	}
	over = over || barrier_over(sense_over(b, x->ticket), joins ? BARRIER_SPINS : 0);
	if (!over && x->withdraw) {
		over = !leaks && !sense_withdraw(b, x);
		if (!over)
			this_cpu_dec(b->books->came);
	}
	if (over) {
		this_cpu_inc(b->books->answered);
		x->error = 0;
	} else {
		x->error = -EAGAIN;
		x->lacks = CONDITION_OTHERS;
	}
}

CONTEND_NO_READ(barrier_sense)

void contend_barrier_sense_write(void *data, const struct contend_request *rq,
				 struct contend_scratch *x)
{
	sense_arrive(data, x, false);
}

static int sense_init(void *data, const struct contend_shape *shape)
{
	struct sense_barrier *b = data;

	b->parties = min_t(u64, shape->capacity, BARRIER_PARTIES);
	b->books = alloc_percpu_gfp(struct sense_books, GFP_CLIENT);
	return b->books ? 0 : -ENOMEM;
}

static void sense_destroy(void *data)
{
	struct sense_barrier *b = data;

	free_percpu(b->books);
}

static u64 sense_elements(const void *data)
{
	const struct sense_barrier *b = data;

	return sense_count(atomic64_read(&b->state));
}

static u64 sense_verify(const void *data, struct violation_log *log)
{
	const struct sense_barrier *b = data;
	const s64 state = atomic64_read(&b->state);
	const u64 arrivals = sense_phase(state) * b->parties + sense_count(state);
	u64 came = 0, answered = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct sense_books *books = per_cpu_ptr(b->books, cpu);

		came += books->came;
		answered += books->answered;
	}
	if (arrivals != came)
		violation_note(log, CHECK_INTEGRITY,
			       "a phase had other arrivals than those that came and stayed",
			       arrivals, came);
	return answered;
}

const struct contend_structure contend_structure_barrier_sense = {
	.name = "barrier_sense",
	.family = "barrier",
	.about = "a central sense-reversing barrier: parties have no names",
	.needs = CONTEND_CAP_SELF,
	.verbs = sense_verbs,
	.capacity = 2,
	.size = sizeof(struct sense_barrier),
	.init = sense_init,
	.destroy = sense_destroy,
	.elements = sense_elements,
	.verify = sense_verify,
};

#ifdef CONTEND_MUTANT

/*
 * busted_barrier: one that gives up leaves its arrival, and the phase ends without one of the
 * parties (tokio PR#8370).
 */
CONTEND_NO_READ(busted_barrier)

void contend_busted_barrier_write(void *data, const struct contend_request *rq,
				  struct contend_scratch *x)
{
	sense_arrive(data, x, true);
}

const struct contend_structure contend_structure_busted_barrier = {
	.name = "busted_barrier",
	.family = "busted",
	.about = "a party that gives up leaves its arrival in the barrier",
	.needs = CONTEND_CAP_SELF,
	.busted = true,
	.verbs = sense_verbs,
	.capacity = 2,
	.size = sizeof(struct sense_barrier),
	.init = sense_init,
	.destroy = sense_destroy,
	.elements = sense_elements,
	.verify = sense_verify,
};

#endif /* CONTEND_MUTANT */

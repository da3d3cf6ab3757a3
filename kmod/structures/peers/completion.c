// SPDX-License-Identifier: GPL-2.0
/*
 * peer:completion: a barrier of two parties as a driver makes one of the kernel's completions, one
 * for each: a party completes that of the other and waits for its own.
 *
 * wait_for_completion() sleeps, in the section, but no longer than COMPLETION_SLEEP: one that the
 * other lets wait for longer is parked as elsewhere, where the end of its run finds it.
 */
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/nospec.h>

#include "structures/barrier.h"

#define COMPLETION_SLEEP	(HZ / 20 + 1)

/**
 * struct completion_pair - such a barrier
 * @party: the parties
 * @come: and for what they wait: that the other one has come
 * @n: how many they are, 1 or 2, constant
 */
struct completion_pair {
	struct barrier_party party[2];
	struct completion come[2];
	u32 n;
};

static const struct contend_verb completion_verbs[] = {
	[BARRIER_ARRIVE] = {
		.name = "arrive", .guard = GUARD_SELF, .share = 100, .balance = 1, .worker = true,
		.waits = BIT(CONDITION_OTHERS), .meets = BIT(CONDITION_OTHERS),
	},
	{ }
};

CONTEND_NO_READ(peer_completion)

void contend_peer_completion_write(void *data, const struct contend_request *rq,
				   struct contend_scratch *x)
{
	struct completion_pair *b = data;
	struct barrier_party *p, *other;
	bool joins, over;
	u32 key;

	if (rq->key >= b->n) {
		x->error = -ENOENT;
		return;
	}
	key = array_index_nospec(rq->key, b->n);
	p = &b->party[key];
	other = &b->party[b->n - 1 - key];
	if (!barrier_join(p, x, &joins))
		return;
	if (joins) {
		complete(&b->come[b->n - 1 - key]);
		x->met_all = BIT(CONDITION_OTHERS);
		over = wait_for_completion_timeout(&b->come[key], COMPLETION_SLEEP);
	} else {
		over = try_wait_for_completion(&b->come[key]);
	}
	if (over)
		barrier_leave(p, other, x);
	else
		barrier_stay(p, x);
}

static int completion_pair_init(void *data, const struct contend_shape *shape)
{
	struct completion_pair *b = data;

	b->n = shape->capacity > 1 ? 2 : 1;
	init_completion(&b->come[0]);
	init_completion(&b->come[1]);
	return 0;
}

static void completion_pair_destroy(void *data)
{
}

static u64 completion_pair_elements(const void *data)
{
	const struct completion_pair *b = data;

	return READ_ONCE(b->party[0].arrived) - READ_ONCE(b->party[0].left) +
	       READ_ONCE(b->party[1].arrived) - READ_ONCE(b->party[1].left);
}

static u64 completion_pair_verify(const void *data, struct violation_log *log)
{
	const struct completion_pair *b = data;

	return barrier_parties_verify(b->party, sizeof(b->party[0]), b->n, log);
}

const struct contend_structure contend_structure_peer_completion = {
	.name = "peer:completion",
	.family = "barrier",
	.about = "two of the kernel's completions as a barrier of two parties",
	.needs = CONTEND_CAP_SELF,
	.tasks_only = true,
	.verbs = completion_verbs,
	.capacity = 2,
	.size = sizeof(struct completion_pair),
	.init = completion_pair_init,
	.destroy = completion_pair_destroy,
	.elements = completion_pair_elements,
	.verify = completion_pair_verify,
};

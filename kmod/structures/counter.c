// SPDX-License-Identifier: GPL-2.0
/*
 * counter: two plain words that must agree.
 *
 * Each increment adds one to both. A reader that sees them differ has been
 * let in beside a writer (a torn read); a sum at the end that is less than the
 * increments done says that two writers were inside at once (a lost update).
 * The words lie in two cache lines, which holds the door open for both.
 *
 * Invariants: a == b for each reader and writer; at rest a equals the number
 * of increments.
 */
#include <linux/cache.h>
#include <linux/kernel.h>

#include "check/violation.h"
#include "structures/structure.h"

/* Read and written inside the lock's sections; replaced as a whole where it defers. */
struct pair {
	struct contend_node node;
	u64 a ____cacheline_aligned;
	u64 b ____cacheline_aligned;
};

struct counter {
	struct pair __rcu *pair;	/* changes inside the write section */
};

/* Inside the write section, or with nobody else there. */
static struct pair *counter_pair(const struct counter *c)
{
	return rcu_dereference_protected(c->pair, true);
}

enum { COUNTER_READ, COUNTER_INC };

static const struct contend_verb counter_verbs[] = {
	[COUNTER_READ] = { .name = "read", .guard = GUARD_READ, .share = 50 },
	[COUNTER_INC] = {
		.name = "inc", .guard = GUARD_WRITE, .share = 50, .balance = 1, .copies = true,
	},
	{ }
};

static void counter_check(const struct pair *pair, struct contend_scratch *x)
{
	u64 a = pair->a, b = pair->b;

	x->value = a;
	x->broken = NULL;
	if (unlikely(a != b)) {
		x->broken = "the counter's two words disagree";
		x->seen = b;
		x->expected = a;
	}
}

void contend_counter_read(const void *data, const struct contend_request *rq,
			  struct contend_scratch *x)
{
	const struct counter *c = data;
	const struct pair *pair;

	/*
	 * What protects the pair is the read side of whichever lock the object has.
	 * Pairs with rcu_assign_pointer() in contend_counter_write() where that is one
	 * that defers.
	 */
	pair = contend_protect(x, 0, (void *const __force *)&c->pair, 0);
	counter_check(pair, x);
	x->error = 0;
}

void contend_counter_write(void *data, const struct contend_request *rq,
			   struct contend_scratch *x)
{
	struct counter *c = data;
	struct pair *old = counter_pair(c), *new = old;

	counter_check(old, x);
	if (x->copy) {
		new = container_of(x->spare, struct pair, node);
		x->spare = NULL;
		x->victim = &old->node;
	}
	new->a = old->a + 1;
	new->b = old->b + 1;
	if (x->copy)
		/* Pairs with contend_protect() in contend_counter_read(). */
		rcu_assign_pointer(c->pair, new);
	x->value++;
	x->error = 0;
}

static int counter_init(void *data, const struct contend_shape *shape)
{
	struct counter *c = data;
	struct contend_node *node = contend_node_alloc(shape->nodes);
	struct pair *pair;

	if (!node)
		return -ENOMEM;
	pair = container_of(node, struct pair, node);
	pair->a = 0;
	pair->b = 0;
	RCU_INIT_POINTER(c->pair, pair);
	return 0;
}

static void counter_destroy(void *data)
{
	struct counter *c = data;

	contend_node_free(&counter_pair(c)->node);
}

static u64 counter_elements(const void *data)
{
	return 1;
}

static u64 counter_verify(const void *data, struct violation_log *log)
{
	const struct pair *pair = counter_pair(data);

	if (pair->a != pair->b)
		violation_note(log, CHECK_INTEGRITY, "the counter's two words disagree",
			       pair->b, pair->a);
	return pair->a;
}

const struct contend_structure contend_structure_counter = {
	.name = "counter",
	.family = "words",
	.about = "two plain words that must agree: shows torn reads and lost updates",
	.verbs = counter_verbs,
	.node_size = sizeof(struct pair),
	.size = sizeof(struct counter),
	.init = counter_init,
	.destroy = counter_destroy,
	.elements = counter_elements,
	.verify = counter_verify,
};

// SPDX-License-Identifier: GPL-2.0
/*
 * accounts: a bank. A transfer takes from one account and gives to another, with the
 * locks of both: it is where a deadlock has to be avoided. Under one lock (stripes=1)
 * there is none to avoid, and nothing goes on at the same time.
 *
 * A key is a customer's number, and leads to an account: always to the same one, which
 * may be another's too. The amount follows from the two keys and their order, so that
 * two updates that were lost do not make up for each other. An account may be overdrawn.
 *
 * Invariants: the check word of an account is that of its balance and of how often it
 * was moved, for each reader and writer; at rest all balances add up to what they began
 * with.
 *
 * A transfer works in place: a reader beside it would see the money nowhere, or twice.
 * Hence no lock that defers, and none whose kind cannot be held twice.
 */
#include <linux/cache.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "check/violation.h"
#include "lib/charge.h"
#include "structures/structure.h"

#define ACCOUNTS_START	1000

/* All of it changes inside the write section. */
struct account {
	struct contend_node node;
	u64 balance;
	u64 moves;
	u64 check;
};

struct accounts {
	u64 n;				/* constant */
	struct account **account;	/* constant; what they hold is not */
};

enum { ACCOUNTS_BALANCE, ACCOUNTS_TRANSFER };

static const struct contend_verb accounts_verbs[] = {
	[ACCOUNTS_BALANCE] = { .name = "balance", .guard = GUARD_READ, .share = 50 },
	[ACCOUNTS_TRANSFER] = { .name = "transfer", .guard = GUARD_PAIR, .share = 50 },
	{ }
};

static struct account *account_of(const struct accounts *a, u64 key)
{
	u64 i;

	div64_u64_rem(key, a->n, &i);
	return a->account[i];
}

static u64 account_sum(const struct account *account)
{
	return (account->balance ^ account->moves << 48) * GOLDEN_RATIO_64;
}

/* Whether it is broken: then the answer says so. */
static bool account_broken(const struct account *account, struct contend_scratch *x)
{
	u64 sum = account_sum(account);

	if (likely(account->check == sum))
		return false;
	x->broken = "an account's check word is not that of its balance";
	x->seen = account->check;
	x->expected = sum;
	return true;
}

static void account_move(struct account *account, u64 amount)
{
	account->balance += amount;
	account->moves++;
	account->check = account_sum(account);
}

void contend_accounts_read(const void *data, const struct contend_request *rq,
			   struct contend_scratch *x)
{
	const struct account *account = account_of(data, rq->key);

	x->broken = NULL;
	account_broken(account, x);
	x->value = account->balance;
	x->error = 0;
}

void contend_accounts_write(void *data, const struct contend_request *rq,
			    struct contend_scratch *x)
{
	struct account *from = account_of(data, rq->key);
	struct account *to = account_of(x->other, rq->value);
	u64 amount = 1 + ((3 * rq->key ^ rq->value) & 127);

	x->error = 0;
	if (account_broken(from, x) || account_broken(to, x) || from == to)
		return;
	account_move(from, -amount);
	account_move(to, amount);
}

static void accounts_destroy(void *data)
{
	struct accounts *a = data;

	while (a->n)
		contend_node_free(&a->account[--a->n]->node);
	kvfree(a->account);
}

static int accounts_init(void *data, const struct contend_shape *shape)
{
	struct accounts *a = data;

	a->account = kvmalloc_array(shape->capacity, sizeof(*a->account), GFP_CLIENT);
	if (!a->account)
		return -ENOMEM;
	while (a->n < shape->capacity) {
		struct contend_node *node = fatal_signal_pending(current) ? NULL :
					    contend_node_alloc(shape->nodes);
		struct account *account;

		if (!node) {
			accounts_destroy(data);
			return -ENOMEM;
		}
		cond_resched();
		account = container_of(node, struct account, node);
		account->balance = ACCOUNTS_START;
		account->moves = 0;
		account->check = account_sum(account);
		a->account[a->n++] = account;
	}
	return 0;
}

static u64 accounts_elements(const void *data)
{
	const struct accounts *a = data;

	return a->n;
}

static u64 accounts_verify(const void *data, struct violation_log *log)
{
	const struct accounts *a = data;
	u64 sum = 0, i;

	for (i = 0; i < a->n; i++) {
		struct contend_scratch x = { };

		if (account_broken(a->account[i], &x))
			violation_note(log, CHECK_INTEGRITY, x.broken, x.seen, x.expected);
		sum += a->account[i]->balance - ACCOUNTS_START;
	}
	return sum;
}

const struct contend_structure contend_structure_accounts = {
	.name = "accounts",
	.family = "bank",
	.about = "a transfer takes the locks of two accounts: see avoid=; no money is lost",
	.needs = CONTEND_CAP_NESTS,
	.verbs = accounts_verbs,
	.keyed = true,
	.capacity = 1024,
	.node_size = sizeof(struct account),
	.size = sizeof(struct accounts),
	.init = accounts_init,
	.destroy = accounts_destroy,
	.elements = accounts_elements,
	.verify = accounts_verify,
};

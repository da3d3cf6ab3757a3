/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of scenario=orders share: gateways (orders_gateway.c), which are the users' side,
 * or sessions in their place (orders_serve.c), and the exchange (orders.c), a line of stages. An
 * order of a user has one slot, from when it is sent until it is acknowledged, and there is one at
 * a time.
 */
#ifndef CONTEND_ORDERS_H
#define CONTEND_ORDERS_H

#include "orders_audit.h"
#include "orders_fix.h"
#include "orders_journal.h"
#include "orders_log.h"
#include "scenario.h"

#define ORDERS_GATEWAYS	8
#define ORDERS_KEYS	9
#define ORDERS_PATH	192
/* Bytes of a report, as FIX. */
#define REPLY_MOST	512

extern const struct spec_key orders_keys[ORDERS_KEYS];

/**
 * struct orders_words - its keys
 * @gateways: threads that take orders
 * @accounts: whose orders these are
 * @resting: places in the book
 * @sync: enum journal_sync
 * @crashes: how often an exchange is killed
 * @priority: of its threads, of SCHED_FIFO; 0: the usual one
 * @journal: the folder of its journal; empty: a temporary one
 * @audit: the file of its audit log; empty: there is none
 * @fix_log: a log that gateways send; empty: they draw what they send
 */
struct orders_words {
	u32 gateways;
	u32 accounts;
	u32 resting;
	u32 sync;
	u32 crashes;
	u32 priority;
	char journal[ORDERS_PATH];
	char audit[ORDERS_PATH];
	char fix_log[ORDERS_PATH];
};

enum orders_law {
	LAW_SEQUENCE, LAW_REWRITTEN, LAW_CROSSED, LAW_QUANTITY, LAW_PRIORITY, LAW_ONCE, LAW_AUDIT,
	LAW_TRAIL, LAW_REPLICA, LAW_REPLAY, LAW_DURABLE, LAW_ALLOCATION, LAWS
};

enum orders_stage { STAGE_GATEWAY, STAGE_SEQUENCE, STAGE_MATCH, STAGE_REPORT, STAGE_ACK };

/**
 * struct slot - a user's order; the gateway's, but from when it is put into the exchange until it
 * comes back
 * @order: the order
 * @tag: the request's number
 * @stage_ns: when each stage was over, by enum orders_stage
 * @reply: what is answered, as FIX
 * @reply_len: bytes of it
 * @leaves: what is open of the order then
 * @refused: the answer is no
 */
struct slot {
	struct order order;
	u64 tag;
	u64 stage_ns[STAGE_ACK + 1];
	char reply[REPLY_MOST];
	u32 reply_len;
	u64 leaves;
	bool refused;
};

struct exchange;

/**
 * struct orders_gate - a gateway's door to the exchange; its own
 * @exchange: the whole
 * @gateway: its number
 * @put: a handle of what orders go into; NULL: the caller is the exchange
 * @acks: a handle of what comes back
 */
struct orders_gate {
	struct exchange *exchange;
	u32 gateway;
	struct contend_handle *put;
	struct contend_handle *acks;
};

/* orders.c */
int orders_begin(struct play *play);
void orders_end(struct play *play);
void orders_tell(struct exchange *x,
		 void (*tell)(void *to, const struct report *r, char type, const char *body,
			      size_t len),
		 void *to);
void orders_break(struct exchange *x, enum orders_law law, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
struct slot *orders_slot(struct exchange *x, u32 index);
void orders_thread(struct exchange *x, u32 index);
const struct orders_log *orders_log_of(struct exchange *x);
void orders_turns(struct exchange *x, u64 turns);
int orders_open(struct exchange *x, u32 gateway, struct orders_gate *gate);
void orders_close(struct orders_gate *gate);
bool orders_put(struct orders_gate *gate, u32 slot);
bool orders_take(struct orders_gate *gate, u64 until_ns, u32 *slot);
void orders_warm(struct exchange *x, u64 *before);
void orders_count(struct exchange *x, u64 before);

/* orders_gateway.c */
void orders_user(struct user *user);

/* orders_serve.c */
int orders_serve(struct play *play, const volatile sig_atomic_t *stop);

#endif /* CONTEND_ORDERS_H */

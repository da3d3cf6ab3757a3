/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A log of FIX 4.4 messages, which gateways send in the place of what they draw: its orders,
 * cancels and replaces, again and again. All of it is read and checked before one is sent.
 */
#ifndef CONTEND_ORDERS_LOG_H
#define CONTEND_ORDERS_LOG_H

#include <linux/types.h>
#include <stddef.h>

#include "orders_fix.h"

/**
 * struct log_message - one that is sent
 * @text: of FIX; its fields end with SOH, whatever they end with in the log
 * @len: bytes of it
 * @id: its ClOrdID's number, from 1 on: of the same sender the same one has the same
 * @original: its OrigClOrdID's, likewise; 0: it has none
 * @chain: of the order's, from 0 on: a replace or a cancel has that of what it is about
 */
struct log_message {
	const char *text;
	u32 len;
	u32 id;
	u32 original;
	u32 chain;
};

/**
 * struct orders_log - a log; constant when it is read
 * @text: all of it
 * @message: those that are sent, of which there are @n
 * @n: see there
 * @ids: numbers of ClOrdIDs
 * @chains: numbers of chains
 * @left_out: messages that are not sent
 */
struct orders_log {
	char *text;
	struct log_message *message;
	u32 n;
	u32 ids;
	u32 chains;
	u32 left_out;
};

/* What is sent next. */
enum log_next { LOG_WAIT, LOG_MESSAGE, LOG_CANCEL };

/**
 * struct log_feed - a gateway's way through a log; its own
 * @log: the log; NULL: there is none
 * @gateway: which has the chains @gateway, @gateway + @gateways, ...
 * @gateways: how many there are
 * @at: of the log's messages
 * @turns: how often it was at the end
 * @rests: by ClOrdID's number: the message whose order rests, and one; 0: there is none
 * @sweep: of these, the next that may be cancelled at the end of a turn
 */
struct log_feed {
	const struct orders_log *log;
	u32 gateway;
	u32 gateways;
	u32 at;
	u64 turns;
	u32 *rests;
	u32 sweep;
};

int orders_log_read(struct orders_log *log, const char *path, char *why, size_t size);
void orders_log_free(struct orders_log *log);
int feed_begin(struct log_feed *feed, const struct orders_log *log, u32 gateway, u32 gateways);
void feed_end(struct log_feed *feed);
enum log_next feed_next(struct log_feed *feed, bool idle, const struct log_message **m);
void feed_sent(struct log_feed *feed);
void feed_answered(struct log_feed *feed, const struct log_message *m, bool refused, bool rests);

#endif /* CONTEND_ORDERS_LOG_H */

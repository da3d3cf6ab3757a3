// SPDX-License-Identifier: GPL-2.0
/* The keys of scenario=orders. */
#include <linux/kernel.h>
#include <stdio.h>
#include <string.h>

#include "lib/key.h"
#include "orders.h"

static int parse_folder(const struct spec_key *key, void *field, const char *value, size_t len,
			struct spec_error *error)
{
	if (!len || len >= ORDERS_PATH || memchr(value, ' ', len))
		return spec_fail(error, 0, "a folder of 1 to %u characters without a blank",
				 ORDERS_PATH - 1);
	memcpy(field, value, len);
	((char *)field)[len] = '\0';
	return 0;
}

static int format_folder(const struct spec_key *key, const void *field, char *buf, size_t size)
{
	return snprintf(buf, size, "%s", (const char *)field);
}

const struct spec_key orders_keys[ORDERS_KEYS] = {
	{
		.name = "gateways", .value = "COUNT", .preset = "2", .flags = SPEC_LIST,
		.about = "orders: threads that take the users' messages, 1 to 8",
		.manual =
"Each has its share of users=. One gateway is a single producer, several are many: their\n"
"structures differ. architecture=single has one.\n",
		KEY_U32(struct orders_words, gateways, 1, ORDERS_GATEWAYS),
	}, {
		.name = "accounts", .value = "COUNT", .preset = "1000", .flags = SPEC_LIST,
		.about = "orders: whose orders these are, at random",
		.manual = "1 to 1000000.\n",
		KEY_U32(struct orders_words, accounts, 1, 1000000),
	}, {
		.name = "resting", .value = "COUNT", .preset = "65536", .flags = SPEC_LIST,
		.about = "orders: so many can rest in the book",
		.manual = "16 to 4194304. What comes when it is full is refused.\n",
		KEY_U32(struct orders_words, resting, 16, 4194304),
	}, {
		.name = "fsync", .value = "none|batch|each", .preset = "none", .flags = SPEC_LIST,
		.about = "orders: when the journal waits for the disk",
		.manual =
"none	never: what was written outlives the program, and not the machine\n"
"batch	after each write, of up to 32 messages that have come meanwhile\n"
"each	after each message, of which each is written alone\n"
"No order is acknowledged before.\n",
		KEY_WORD(struct orders_words, sync, "none", "batch", "each"),
	}, {
		.name = "crashes", .value = "COUNT", .preset = "0",
		.about = "orders: before the run, so many exchanges are killed",
		.manual =
"0 to 100000; engine=user. Each is a process that takes orders as the run does, and is sent\n"
"SIGKILL at a random moment. Its journal has to be a whole prefix then, with each order in it\n"
"that was acknowledged.\n",
		KEY_U32(struct orders_words, crashes, 0, 100000),
	}, {
		.name = "priority", .value = "COUNT", .preset = "0", .flags = SPEC_LIST,
		.about = "orders: real-time priority of gateways and stages; 0: the usual one",
		.manual =
"0 to 99, of SCHED_FIFO, which takes root or CAP_SYS_NICE. With wait=spin it takes a CPU for each\n"
"thread: one that spins would keep its CPU from the one that it waits for. placement= binds the\n"
"same threads, in this order: gateways, sequencer, journal, replica, matching, reporter. Where it\n"
"is not given, none is bound.\n",
		KEY_U32(struct orders_words, priority, 0, 99),
	}, {
		.name = "journal", .value = "FOLDER", .absent = "a temporary one, see TMPDIR",
		.about = "orders: where the journal is kept",
		.manual =
"Its files are journal, and acknowledged, which is the number of the last order that was. Each\n"
"run begins them anew, one run at a time; a file that is neither stays, and the run is an error.\n",
		.parse = parse_folder, .format = format_folder,
		.offset = offsetof(struct orders_words, journal),
	}, {
		.name = "audit", .value = "PATH", .absent = "there is none",
		.about = "orders: a file that shows each message's and each order's life",
		.manual =
"A line an event, with columns that the first line names: a message was accepted and journaled;\n"
"an order is new, partial (filled in part), filled, cancelled, replaced or refused. line and\n"
"message are numbers without a gap; order is its place in the book, from 1 on, which another one\n"
"has after its end, and 0 of one that never rests. Prices are ticks. A thread of its own writes it,\n"
"when the order was answered; at the end it is read back, for the check trail. Each run begins it\n"
"anew, one run at a time; a file that is none of these stays, and the run is an error.\n",
		KEY_PATH(struct orders_words, audit),
	}, {
		.name = "fix_log", .value = "PATH", .absent = "they draw it", .flags = SPEC_LIST,
		.about = "orders: a log of FIX 4.4 messages, which gateways send",
		.manual =
"Messages one after the other, on lines of their own or not, whose fields end with SOH, or with |,\n"
"each with a time stamp ahead of it or not, as QuickFIX writes them. NewOrderSingle,\n"
"OrderCancelRequest and OrderCancelReplaceRequest are sent, in the log's order and by the rate of\n"
"offered=, unless PossDupFlag says that they were sent before; others are left out. One that\n"
"cannot be parsed is an error. The ClOrdIDs are those of the sender in the log; the exchange sees\n"
"others. What is about one order goes through one gateway; with gateways=1 the exchange has all of\n"
"it in one order. At the end what rests is cancelled, as far as its gateway knows it: an order that\n"
"was filled meanwhile refuses that. Then the log begins again.\n",
		KEY_PATH(struct orders_words, fix_log),
	},
};

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * FIX 4.4 in its classic form: fields TAG=VALUE, each ended by SOH (FIX Protocol Limited, "FIX 4.4
 * Specification with 20030618 Errata", volumes 1 and 2). What is read points into the text, and
 * what is written goes into a buffer of the caller's: nothing here takes memory.
 */
#ifndef CONTEND_ORDERS_FIX_H
#define CONTEND_ORDERS_FIX_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "orders_book.h"

#define FIX_SOH		'\001'
/* Fields of a message, and bytes of one. */
#define FIX_FIELDS	64
#define FIX_MOST	1024
/* Digits of a number that is read, at most. */
#define FIX_DIGITS	18
/* Decimal places of a price: 100 ticks are 1.00. */
#define FIX_TICKS	100

/* Tags that are used here. */
enum fix_tag {
	FIX_ACCOUNT = 1, FIX_AVG_PX = 6, FIX_BEGIN_SEQ_NO = 7, FIX_BEGIN_STRING = 8,
	FIX_BODY_LENGTH = 9, FIX_CHECK_SUM = 10, FIX_CL_ORD_ID = 11, FIX_CUM_QTY = 14,
	FIX_END_SEQ_NO = 16, FIX_EXEC_ID = 17, FIX_HANDL_INST = 21, FIX_LAST_PX = 31,
	FIX_LAST_QTY = 32, FIX_MSG_SEQ_NUM = 34, FIX_MSG_TYPE = 35, FIX_NEW_SEQ_NO = 36,
	FIX_ORDER_ID = 37, FIX_ORDER_QTY = 38, FIX_ORD_STATUS = 39, FIX_ORD_TYPE = 40,
	FIX_ORIG_CL_ORD_ID = 41, FIX_POSS_DUP_FLAG = 43, FIX_PRICE = 44, FIX_REF_SEQ_NUM = 45,
	FIX_SENDER_COMP_ID = 49, FIX_SENDER_SUB_ID = 50, FIX_SENDING_TIME = 52, FIX_SIDE = 54,
	FIX_SYMBOL = 55, FIX_TARGET_COMP_ID = 56, FIX_TARGET_SUB_ID = 57, FIX_TEXT = 58,
	FIX_TIME_IN_FORCE = 59, FIX_TRANSACT_TIME = 60, FIX_POSS_RESEND = 97,
	FIX_ENCRYPT_METHOD = 98, FIX_CXL_REJ_REASON = 102, FIX_ORD_REJ_REASON = 103,
	FIX_HEART_BT_INT = 108, FIX_TEST_REQ_ID = 112, FIX_ORIG_SENDING_TIME = 122,
	FIX_GAP_FILL_FLAG = 123, FIX_RESET_SEQ_NUM_FLAG = 141, FIX_EXEC_TYPE = 150,
	FIX_LEAVES_QTY = 151, FIX_MD_ENTRIES = 268, FIX_MD_ENTRY_TYPE = 269, FIX_MD_ENTRY_PX = 270,
	FIX_MD_UPDATE_ACTION = 279, FIX_REF_TAG_ID = 371, FIX_REF_MSG_TYPE = 372,
	FIX_SESSION_REJECT_REASON = 373, FIX_BUSINESS_REJECT_REASON = 380,
	FIX_CXL_REJ_RESPONSE_TO = 434,
};

/*
 * What is wrong with a message. Up to FIX_FAULT_OTHER it is the standard's SessionRejectReason,
 * which the sender is told in a Reject. A garbled one is passed over, and its number missed. One
 * without a number is no garble, and nothing can be missed by it: it ends a session.
 */
enum fix_fault {
	FIX_FAULT_TAG = 0,		/* invalid tag number */
	FIX_FAULT_MISSING = 1,		/* required tag missing */
	FIX_FAULT_ELSEWHERE = 2,	/* tag not defined for this message type */
	FIX_FAULT_UNDEFINED = 3,	/* undefined tag */
	FIX_FAULT_EMPTY = 4,		/* tag specified without a value */
	FIX_FAULT_RANGE = 5,		/* value is incorrect (out of range) for this tag */
	FIX_FAULT_FORMAT = 6,		/* incorrect data format for value */
	FIX_FAULT_COMP_ID = 9,		/* CompID problem */
	FIX_FAULT_TIME = 10,		/* SendingTime accuracy problem */
	FIX_FAULT_TYPE = 11,		/* invalid MsgType */
	FIX_FAULT_TWICE = 13,		/* tag appears more than once */
	FIX_FAULT_ORDER = 14,		/* tag specified out of required order */
	FIX_FAULT_OTHER = 99,
	FIX_GARBLED = 100, FIX_UNNUMBERED, FIX_MORE, FIX_FINE,
};

/**
 * struct fix_field - TAG=VALUE
 * @tag: its number
 * @len: bytes of @value
 * @value: in the text, not ended by a zero; no byte of it is below 0x20
 */
struct fix_field {
	u32 tag;
	u32 len;
	const char *value;
};

/**
 * struct fix_message - one that is whole
 * @n: its fields
 * @field: in their order
 * @type: MsgType
 * @seq: MsgSeqNum; 0: it has none that can be believed
 * @tag: of the fault
 */
struct fix_message {
	u32 n;
	struct fix_field field[FIX_FIELDS];
	char type;
	u64 seq;
	u32 tag;
};

/**
 * struct fix_writer - a message that is written
 * @text: its text, FIX_MOST bytes or more
 * @n: bytes of it
 * @body: where its body begins
 */
struct fix_writer {
	char *text;
	size_t n;
	size_t body;
};

enum fix_fault fix_frame(const char *text, size_t len, size_t *used);
enum fix_fault fix_parse(const char *text, size_t len, struct fix_message *m);
const struct fix_field *fix_find(const struct fix_message *m, u32 tag);
bool fix_number(const struct fix_field *f, u64 *number);
bool fix_time(const struct fix_field *f, u64 *ms);
enum fix_fault fix_order(struct fix_message *m, struct order *order);
const char *fix_fault_text(enum fix_fault fault);

void fix_begin(struct fix_writer *w, char *text, char type);
void fix_put(struct fix_writer *w, u32 tag, const char *value, size_t len);
void fix_put_char(struct fix_writer *w, u32 tag, char value);
void fix_put_number(struct fix_writer *w, u32 tag, u64 value);
void fix_put_price(struct fix_writer *w, u32 tag, u64 ticks);
void fix_put_time(struct fix_writer *w, u32 tag, u64 ms);
void fix_put_digits(struct fix_writer *w, u64 value);
size_t fix_end(struct fix_writer *w);

#endif /* CONTEND_ORDERS_FIX_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * FIX 4.4 sessions of who is called, the acceptor (FIX Protocol Limited, "FIX 4.4 Specification
 * with 20030618 Errata", volume 2). A session is the numbers of both directions and the messages
 * that were sent: it outlives its connections, here a line each. Bytes come in, bytes go out, and
 * what time it is, is said: no sockets, no clock. Timeouts go by a clock that never goes back; what
 * is written and read, by the wall's, which may be set at any time.
 *
 * The messages that are kept are all that waits to be sent as well. Sending is a place in them,
 * and a resend request sets it back. So a client that does not read costs no more memory than one
 * that does, and is dropped when it is a whole store behind.
 */
#ifndef CONTEND_ORDERS_SESSION_H
#define CONTEND_ORDERS_SESSION_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "orders_fix.h"

#define SESSION_COMP_ID	"CONTEND"
/* Sessions of a desk. */
#define SESSIONS_MOST	64
/* Messages that are kept of each, and bytes of the body of one. */
#define SESSION_KEPT	2048
#define SESSION_BODY	448
#define COMP_ID_LEN	32
/* The greatest NewSeqNo that is taken: messages after it do not come to the end of FIX_DIGITS. */
#define SEQ_MOST	1000000000000ULL
/* How long a connection has to log on, and to answer a Logout. */
#define LOGON_MS	10000
#define LOGOUT_MS	2000
/* How far SendingTime may be off. */
#define ACCURACY_MS	120000
/* How soon the same gap is asked for again. */
#define ASK_AGAIN_MS	2000

/**
 * struct session_kept - a message that was sent, or waits to be
 * @seq: its MsgSeqNum
 * @ms: when it was made, by the clock that never goes back
 * @len: bytes of @body
 * @type: MsgType
 * @admin: it is not sent again: a gap is filled in its place
 * @body: what follows its header
 */
struct session_kept {
	u64 seq;
	u64 ms;
	u16 len;
	char type;
	bool admin;
	char body[SESSION_BODY];
};

struct session_desk;
struct session_line;

/**
 * struct session - one
 * @peer: CompID of the other side
 * @index: its number at the desk
 * @in: the MsgSeqNum that is expected next
 * @out: and the one that is given next
 * @high: the greatest one that was written to a line, or would have been
 * @line: its connection; NULL: there is none
 * @left: its turn among those whose connections have ended
 * @resting: its orders in the book
 * @kept: messages, by their number
 */
struct session {
	char peer[COMP_ID_LEN];
	u32 index;
	u64 in;
	u64 out;
	u64 high;
	struct session_line *line;
	u64 left;
	u32 resting;
	struct session_kept kept[SESSION_KEPT];
};

enum line_state { LINE_NEW, LINE_UP, LINE_ENDING, LINE_DONE };

/**
 * struct session_line - a connection
 * @desk: where it was accepted
 * @session: whose it is; NULL: nobody has logged on
 * @state: LINE_NEW until then; LINE_ENDING: a Logout was sent, and is to be answered; LINE_DONE:
 *	to be closed when line_out() has no more
 * @since_ms: when @state began
 * @heard_ms: when the last message came
 * @said_ms: and when the last one was made
 * @tested_ms: when a TestRequest was sent that nothing has come after; 0: there is none
 * @heartbeat_ms: HeartBtInt; 0: none
 * @asked: MsgSeqNum from which on messages were asked for; 0: none were
 * @asked_ms: when
 * @cursor: the number that is written next
 * @until: the last one that is sent again; 0: nothing is
 * @n: bytes in @in
 * @in: what is not yet a message
 */
struct session_line {
	struct session_desk *desk;
	struct session *session;
	enum line_state state;
	u64 since_ms;
	u64 heard_ms;
	u64 said_ms;
	u64 tested_ms;
	u64 heartbeat_ms;
	u64 asked;
	u64 asked_ms;
	u64 cursor;
	u64 until;
	size_t n;
	char in[2 * FIX_MOST];
};

/**
 * struct session_books - what was seen; all are counts
 * @messages: that were taken in
 * @garbled: pieces that were passed over
 * @rejected: messages that a Reject was sent for
 * @resent: messages that were sent again
 * @filled: gaps that were filled in their place
 * @logons: that were answered
 * @turned_away: connections whose logon was not
 * @behind: connections that were dropped since they did not read
 * @given_up: sessions, for new ones
 */
struct session_books {
	u64 messages;
	u64 garbled;
	u64 rejected;
	u64 resent;
	u64 filled;
	u64 logons;
	u64 turned_away;
	u64 behind;
	u64 given_up;
};

/**
 * struct session_desk - all sessions
 * @session: each, of which there are @n
 * @n: see there
 * @left: connections of sessions that have ended
 * @room: so many orders may come; no message is taken in while it is 0
 * @order: takes one; its ids have session_mark()
 * @to: for @order
 * @ahead_ms: of the time since 1970, as the wall's clock has it now, to the clock that never goes
 *	back, by which all else is told what time it is; modulo 2^64
 * @books: see there
 */
struct session_desk {
	struct session *session[SESSIONS_MOST];
	u32 n;
	u64 left;
	u32 room;
	void (*order)(void *to, const struct order *order);
	void *to;
	u64 ahead_ms;
	struct session_books books;
};

void desk_free(struct session_desk *desk);
void session_send(struct session_desk *desk, u32 session, char type, const char *body, size_t len,
		  u64 ms);
void session_rests(struct session_desk *desk, u32 session, bool rests);
void line_begin(struct session_line *line, struct session_desk *desk, u64 ms);
size_t line_in(struct session_line *line, const char *bytes, size_t len, u64 ms);
size_t line_out(struct session_line *line, char *bytes, size_t size, u64 ms);
void line_tick(struct session_line *line, u64 ms);
void line_logout(struct session_line *line, const char *text, u64 ms);
void line_lost(struct session_line *line);

/*
 * A ClOrdID is unique among those of its sender. The book has those of all: the last byte, which
 * no text reaches, says whose it is.
 */
static inline void session_mark(union order_id *id, u32 session)
{
	id->text[ORDER_ID_LEN - 1] = session + 1;
}

static inline u32 session_of(const union order_id *id)
{
	return (unsigned char)id->text[ORDER_ID_LEN - 1] - 1;
}

#endif /* CONTEND_ORDERS_SESSION_H */

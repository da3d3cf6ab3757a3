// SPDX-License-Identifier: GPL-2.0
/* FIX sessions, see orders_session.h. */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orders_session.h"

/* Text that others give and that is said again, such as a TestReqID. */
#define ECHO_MOST	200
#define HEARTBEAT_MOST_S	3600
/* Of what a message's header has beside the body, and its end. */
#define HEAD_MOST	(FIX_MOST - SESSION_BODY)

/* Bytes of a BeginString with its tag, at most. */
#define VERSION_MOST	16

/* MsgTypes of FIX 4.4 that are no matter of this exchange; those of two letters begin so. */
static const char others[] = "6789BCEHIJKLMNPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static void enter(struct session_line *l, enum line_state state, u64 ms)
{
	l->state = state;
	l->since_ms = ms;
}

/* --- messages that are made ----------------------------------------------- */

/* What was not sent is lost with its line, and a gap, of which the other side is to ask. */
static void skip_unsent(struct session_line *l)
{
	l->session->high = l->session->out - 1;
	l->cursor = l->session->out;
	l->until = 0;
}

static void keep(struct session *s, char type, const char *body, size_t len, u64 ms)
{
	struct session_kept *k = &s->kept[s->out % SESSION_KEPT];
	struct session_line *l = s->line;

	if (l && s->out - s->high > SESSION_KEPT) {
		skip_unsent(l);
		l->desk->books.behind += l->state != LINE_DONE;
		enter(l, LINE_DONE, ms);
	}
	k->seq = s->out++;
	k->ms = ms;
	k->type = type;
	/* Of what belongs to the session a Reject alone is sent again. */
	k->admin = strchr("01245A", type);
	k->len = min_t(size_t, len, SESSION_BODY);
	memcpy(k->body, body, k->len);
	if (l)
		l->said_ms = ms;
	else
		s->high = k->seq;
}

static void keep_text(struct session *s, char type, u32 tag, const char *text, size_t len, u64 ms)
{
	char body[SESSION_BODY];
	struct fix_writer w = { .text = body };

	if (len)
		fix_put(&w, tag, text, len);
	keep(s, type, body, w.n, ms);
}

/**
 * session_send - send a message of the application
 * @desk: the desk
 * @session: the session's number
 * @type: MsgType
 * @body: what follows the header
 * @len: bytes of it, SESSION_BODY at most
 * @ms: now
 *
 * Where there is no line it is kept, and its number is a gap when there is one again.
 */
void session_send(struct session_desk *desk, u32 session, char type, const char *body, size_t len,
		  u64 ms)
{
	if (session < desk->n)
		keep(desk->session[session], type, body, len, ms);
}

/**
 * session_rests - an order of a session has come into the book, or has left it
 * @desk: the desk
 * @session: the session's number
 * @rests: it has come
 *
 * A session that has any is not given up.
 */
void session_rests(struct session_desk *desk, u32 session, bool rests)
{
	if (session < desk->n)
		desk->session[session]->resting += rests ? 1 : -1;
}

static void ends(struct session_line *l, u64 ms, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Nothing can be done with this one any more: a Logout says why. */
static void ends(struct session_line *l, u64 ms, const char *format, ...)
{
	char text[ECHO_MOST];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	keep_text(l->session, '5', FIX_TEXT, text, strlen(text), ms);
	enter(l, LINE_DONE, ms);
}

/* No message can be told from one that came before: the sender's program is to be mended. */
static void unnumbered(struct session_line *l, const struct fix_message *m, u64 ms)
{
	if (fix_find(m, FIX_MSG_SEQ_NUM))
		ends(l, ms, "MsgSeqNum is no number above 0 of %u digits at most", FIX_DIGITS);
	else
		ends(l, ms, "MsgSeqNum is missing");
}

static void reject(struct session_line *l, const struct fix_message *m, enum fix_fault why, u32 tag,
		   u64 ms)
{
	const char *text = fix_fault_text(why) ?: "a session has one Logon";
	const struct fix_field *type = &m->field[2];
	char body[SESSION_BODY];
	struct fix_writer w = { .text = body };

	fix_put_number(&w, FIX_REF_SEQ_NUM, m->seq);
	if (tag)
		fix_put_number(&w, FIX_REF_TAG_ID, tag);
	if (type->len <= 2)
		fix_put(&w, FIX_REF_MSG_TYPE, type->value, type->len);
	fix_put_number(&w, FIX_SESSION_REJECT_REASON, why);
	fix_put(&w, FIX_TEXT, text, strlen(text));
	keep(l->session, '3', body, w.n, ms);
	l->desk->books.rejected++;
}

/* BusinessMessageReject (j): a message that FIX has and this exchange has not. */
static void not_ours(struct session_line *l, const struct fix_message *m, u64 ms)
{
	static const char text[] = "this exchange takes D, F and G";
	char body[SESSION_BODY];
	struct fix_writer w = { .text = body };

	fix_put_number(&w, FIX_REF_SEQ_NUM, m->seq);
	fix_put(&w, FIX_REF_MSG_TYPE, m->field[2].value, m->field[2].len);
	/* Unsupported message type. */
	fix_put_number(&w, FIX_BUSINESS_REJECT_REASON, 3);
	fix_put(&w, FIX_TEXT, text, sizeof(text) - 1);
	keep(l->session, 'j', body, w.n, ms);
	l->desk->books.rejected++;
}

/* ResendRequest: all from the one that is missing. */
static void ask(struct session_line *l, u64 ms)
{
	struct session *s = l->session;
	char body[SESSION_BODY];
	struct fix_writer w = { .text = body };

	/* What comes after a gap says nothing new of it. */
	if (l->asked == s->in && ms - l->asked_ms < ASK_AGAIN_MS)
		return;
	l->asked = s->in;
	l->asked_ms = ms;
	fix_put_number(&w, FIX_BEGIN_SEQ_NO, s->in);
	fix_put_number(&w, FIX_END_SEQ_NO, 0);
	keep(s, '2', body, w.n, ms);
}

/* --- messages that come --------------------------------------------------- */

static bool is(const struct fix_field *f, const char *value)
{
	return f && f->len == strlen(value) && !memcmp(f->value, value, f->len);
}

static bool says_yes(const struct fix_message *m, u32 tag)
{
	return is(fix_find(m, tag), "Y");
}

/* A number that has to be there; false: a Reject was sent. */
static bool number_of(struct session_line *l, const struct fix_message *m, u32 tag, u64 *number,
		      u64 ms)
{
	const struct fix_field *f = fix_find(m, tag);

	if (f && fix_number(f, number))
		return true;
	reject(l, m, f ? FIX_FAULT_FORMAT : FIX_FAULT_MISSING, tag, ms);
	return false;
}

static void answer_test(struct session_line *l, const struct fix_message *m, u64 ms)
{
	const struct fix_field *f = fix_find(m, FIX_TEST_REQ_ID);

	if (!f)
		reject(l, m, FIX_FAULT_MISSING, FIX_TEST_REQ_ID, ms);
	else if (f->len > ECHO_MOST)
		reject(l, m, FIX_FAULT_RANGE, FIX_TEST_REQ_ID, ms);
	else
		keep_text(l->session, '0', FIX_TEST_REQ_ID, f->value, f->len, ms);
}

/* What was asked for is sent again before anything that is new. */
static void send_again(struct session_line *l, const struct fix_message *m, u64 ms)
{
	struct session *s = l->session;
	u64 begin, end;

	if (!number_of(l, m, FIX_BEGIN_SEQ_NO, &begin, ms) ||
	    !number_of(l, m, FIX_END_SEQ_NO, &end, ms))
		return;
	if (!begin || begin >= s->out) {
		reject(l, m, FIX_FAULT_RANGE, FIX_BEGIN_SEQ_NO, ms);
		return;
	}
	if (end && end < begin) {
		reject(l, m, FIX_FAULT_RANGE, FIX_END_SEQ_NO, ms);
		return;
	}
	/* What was not sent yet comes anyway. */
	if (begin > s->high)
		return;
	if (!end || end > s->high)
		end = s->high;
	l->cursor = l->until ? min(l->cursor, begin) : begin;
	l->until = max(l->until, end);
}

/* SequenceReset, to @least or more, but not to where numbers end. */
static void reset_to(struct session_line *l, const struct fix_message *m, u64 least, u64 ms)
{
	u64 next;

	if (!number_of(l, m, FIX_NEW_SEQ_NO, &next, ms))
		return;
	if (next < least || next > SEQ_MOST) {
		reject(l, m, FIX_FAULT_RANGE, FIX_NEW_SEQ_NO, ms);
		return;
	}
	l->session->in = next;
	l->asked = 0;
}

static void take_order(struct session_line *l, struct fix_message *m, u64 ms)
{
	struct session_desk *desk = l->desk;
	enum fix_fault what;
	struct order order;

	what = fix_order(m, &order);
	if (what != FIX_FINE) {
		reject(l, m, what, m->tag, ms);
		return;
	}
	session_mark(&order.id, l->session->index);
	if (order.kind != ORDER_NEW)
		session_mark(&order.original, l->session->index);
	desk->room--;
	desk->order(desk->to, &order);
}

/* The answer to a Logon, the first message of its line. */
static void answer_logon(struct session_line *l, bool resets, u64 ms)
{
	struct session *s = l->session;
	char body[SESSION_BODY];
	struct fix_writer w = { .text = body };

	skip_unsent(l);
	l->asked = 0;
	l->tested_ms = 0;
	fix_put_char(&w, FIX_ENCRYPT_METHOD, '0');
	fix_put_number(&w, FIX_HEART_BT_INT, l->heartbeat_ms / 1000);
	if (resets)
		fix_put_char(&w, FIX_RESET_SEQ_NUM_FLAG, 'Y');
	keep(s, 'A', body, w.n, ms);
	l->desk->books.logons++;
}

static void reset_session(struct session *s)
{
	u32 i;

	s->in = 1;
	s->out = 1;
	s->high = 0;
	for (i = 0; i < SESSION_KEPT; i++)
		s->kept[i].seq = 0;
}

/* Who has no connection and no order in the book, for the longest time. */
static struct session *oldest(struct session_desk *desk)
{
	struct session *oldest = NULL;
	u32 i;

	for (i = 0; i < desk->n; i++) {
		struct session *s = desk->session[i];

		if (!s->line && !s->resting && (!oldest || s->left < oldest->left))
			oldest = s;
	}
	return oldest;
}

/* A new one, if need be in the place of another. */
static struct session *new_session(struct session_desk *desk)
{
	struct session *s;
	u32 index;

	if (desk->n < SESSIONS_MOST) {
		s = calloc(1, sizeof(*s));
		if (!s)
			return NULL;
		s->index = desk->n;
		desk->session[desk->n++] = s;
		return s;
	}
	s = oldest(desk);
	if (!s)
		return NULL;
	/* No order in the book has its number. */
	index = s->index;
	memset(s, 0, sizeof(*s));
	s->index = index;
	desk->books.given_up++;
	return s;
}

static struct session *find_session(struct session_desk *desk, const struct fix_field *peer)
{
	struct session *s;
	u32 i;

	for (i = 0; i < desk->n; i++)
		if (is(peer, desk->session[i]->peer))
			return desk->session[i];
	s = peer->len < COMP_ID_LEN ? new_session(desk) : NULL;
	if (!s)
		return NULL;
	memcpy(s->peer, peer->value, peer->len);
	s->in = 1;
	s->out = 1;
	return s;
}

/* What of a Logon's own fields is wrong, and of which. */
static enum fix_fault logon_fault(const struct fix_message *m, u64 *heartbeat, u32 *tag)
{
	const struct fix_field *f = fix_find(m, FIX_ENCRYPT_METHOD);

	*tag = FIX_ENCRYPT_METHOD;
	if (!f)
		return FIX_FAULT_MISSING;
	if (!is(f, "0"))
		return FIX_FAULT_RANGE;
	f = fix_find(m, FIX_HEART_BT_INT);
	*tag = FIX_HEART_BT_INT;
	if (!f)
		return FIX_FAULT_MISSING;
	if (!fix_number(f, heartbeat) || *heartbeat > HEARTBEAT_MOST_S)
		return FIX_FAULT_RANGE;
	return FIX_FINE;
}

static bool accurate(const struct session_line *l, const struct fix_message *m, u64 ms)
{
	const u64 wall = ms + l->desk->ahead_ms;
	const struct fix_field *f = fix_find(m, FIX_SENDING_TIME);
	u64 sent;

	return f && fix_time(f, &sent) && sent + ACCURACY_MS >= wall && sent <= wall + ACCURACY_MS;
}

static void log_on(struct session_line *l, const struct fix_message *m, enum fix_fault what,
		   u64 ms)
{
	const bool resets = says_yes(m, FIX_RESET_SEQ_NUM_FLAG);
	struct session *s = l->session;
	u64 heartbeat = 0;
	u32 tag = m->tag;

	if (what == FIX_FINE)
		what = logon_fault(m, &heartbeat, &tag);
	if (what == FIX_FINE && !accurate(l, m, ms)) {
		what = FIX_FAULT_TIME;
		tag = FIX_SENDING_TIME;
	}
	if (what == FIX_FINE && resets && m->seq != 1) {
		what = FIX_FAULT_RANGE;
		tag = FIX_MSG_SEQ_NUM;
	}
	if (what != FIX_FINE) {
		skip_unsent(l);
		if (what == FIX_UNNUMBERED) {
			unnumbered(l, m, ms);
			return;
		}
		reject(l, m, what, tag, ms);
		ends(l, ms, "this Logon is refused: tag %u", tag);
		return;
	}
	if (resets)
		reset_session(s);
	if (m->seq < s->in) {
		skip_unsent(l);
		ends(l, ms, "MsgSeqNum too low, expecting %llu but received %llu", s->in, m->seq);
		return;
	}
	l->heartbeat_ms = heartbeat * 1000;
	enter(l, LINE_UP, ms);
	answer_logon(l, resets, ms);
	if (m->seq == s->in)
		s->in++;
	else
		ask(l, ms);
}

/* Nobody who does not know how to log on is told anything. */
static void first_message(struct session_line *l, const struct fix_message *m, enum fix_fault what,
			  u64 ms)
{
	const struct fix_field *from = fix_find(m, FIX_SENDER_COMP_ID);
	struct session *s = NULL;

	if (is(&m->field[2], "A") && from && is(fix_find(m, FIX_TARGET_COMP_ID), SESSION_COMP_ID))
		s = find_session(l->desk, from);
	if (!s || s->line) {
		l->desk->books.turned_away++;
		enter(l, LINE_DONE, ms);
		return;
	}
	l->session = s;
	s->line = l;
	log_on(l, m, what, ms);
}

/* A message whose turn it is. */
static void dispatch(struct session_line *l, struct fix_message *m, u64 ms)
{
	switch (m->type) {
	case '0':
	case '3':
		return;
	case '1':
		answer_test(l, m, ms);
		return;
	case '2':
		send_again(l, m, ms);
		return;
	case '4':
		reset_to(l, m, m->seq + 1, ms);
		return;
	case '5':
		if (l->state == LINE_UP)
			keep_text(l->session, '5', 0, NULL, 0, ms);
		enter(l, LINE_DONE, ms);
		return;
	case 'A':
		reject(l, m, FIX_FAULT_OTHER, 0, ms);
		return;
	case 'D':
	case 'F':
	case 'G':
		take_order(l, m, ms);
		return;
	default:
		if (strchr(others, m->type))
			not_ours(l, m, ms);
		else
			reject(l, m, FIX_FAULT_TYPE, FIX_MSG_TYPE, ms);
	}
}

/* Of one that may have come before: whether it says since when. */
static bool dup_fine(struct session_line *l, const struct fix_message *m, u64 ms)
{
	const struct fix_field *first = fix_find(m, FIX_ORIG_SENDING_TIME);
	const struct fix_field *now = fix_find(m, FIX_SENDING_TIME);
	u64 first_ms, now_ms;

	if (!first) {
		reject(l, m, FIX_FAULT_MISSING, FIX_ORIG_SENDING_TIME, ms);
		return false;
	}
	if (!fix_time(first, &first_ms)) {
		reject(l, m, FIX_FAULT_FORMAT, FIX_ORIG_SENDING_TIME, ms);
		return false;
	}
	if (!now || !fix_time(now, &now_ms) || first_ms > now_ms) {
		reject(l, m, FIX_FAULT_TIME, FIX_ORIG_SENDING_TIME, ms);
		ends(l, ms, "OrigSendingTime is after SendingTime");
		return false;
	}
	return true;
}

/* The number is not the one that is expected. */
static void out_of_turn(struct session_line *l, struct fix_message *m, enum fix_fault what,
			u64 ms)
{
	struct session *s = l->session;

	if (m->seq < s->in) {
		/* One that came before is passed over, if it says so itself. */
		if (!says_yes(m, FIX_POSS_DUP_FLAG))
			ends(l, ms, "MsgSeqNum too low, expecting %llu but received %llu", s->in,
			     m->seq);
		else
			dup_fine(l, m, ms);
		return;
	}
	/* If both sides wait for an answer first, neither gets one. */
	if (what == FIX_FINE && m->type == '2')
		send_again(l, m, ms);
	/* Who goes is not asked for more. */
	if (what == FIX_FINE && m->type == '5')
		dispatch(l, m, ms);
	else
		ask(l, ms);
}

/* It is from whom it should be, and of this time; or the session ends. */
static bool authentic(struct session_line *l, const struct fix_message *m, u64 ms)
{
	const struct fix_field *from = fix_find(m, FIX_SENDER_COMP_ID);
	const struct fix_field *to = fix_find(m, FIX_TARGET_COMP_ID);
	struct session *s = l->session;
	u32 tag = 0;

	if (from && !is(from, s->peer))
		tag = FIX_SENDER_COMP_ID;
	else if (to && !is(to, SESSION_COMP_ID))
		tag = FIX_TARGET_COMP_ID;
	if (tag) {
		s->in += m->seq == s->in;
		reject(l, m, FIX_FAULT_COMP_ID, tag, ms);
		ends(l, ms, "this session is that of %s with " SESSION_COMP_ID, s->peer);
		return false;
	}
	return true;
}

static void take_message(struct session_line *l, const char *text, size_t len, u64 ms)
{
	struct fix_message m;
	enum fix_fault what = fix_parse(text, len, &m);
	struct session *s = l->session;

	if (what == FIX_GARBLED) {
		l->desk->books.garbled++;
		return;
	}
	l->desk->books.messages++;
	if (!s) {
		first_message(l, &m, what, ms);
		return;
	}
	l->heard_ms = ms;
	l->tested_ms = 0;
	if (what == FIX_UNNUMBERED) {
		unnumbered(l, &m, ms);
		return;
	}
	if (!authentic(l, &m, ms))
		return;
	if (what == FIX_FINE && !accurate(l, &m, ms)) {
		s->in += m.seq == s->in;
		reject(l, &m, FIX_FAULT_TIME, FIX_SENDING_TIME, ms);
		ends(l, ms, "SendingTime is not within two minutes of this clock");
		return;
	}
	/* These two begin the numbers anew, whatever their own is. */
	if (what == FIX_FINE && m.type == '4' && !says_yes(&m, FIX_GAP_FILL_FLAG)) {
		reset_to(l, &m, s->in, ms);
		return;
	}
	if (what == FIX_FINE && m.type == 'A' && m.seq == 1 &&
	    says_yes(&m, FIX_RESET_SEQ_NUM_FLAG)) {
		log_on(l, &m, what, ms);
		return;
	}
	if (m.seq != s->in) {
		out_of_turn(l, &m, what, ms);
		return;
	}
	s->in++;
	if (what == FIX_FAULT_TYPE && m.field[2].len == 2 &&
	    strchr("AB", m.field[2].value[0]))
		not_ours(l, &m, ms);
	else if (what != FIX_FINE)
		reject(l, &m, what, m.tag, ms);
	else if (!says_yes(&m, FIX_POSS_DUP_FLAG) || dup_fine(l, &m, ms))
		dispatch(l, &m, ms);
}

/*
 * FIX_FINE: another version of FIX, such as FIX.4.2 or FIXT.1.1, whose messages are no garble.
 * FIX_MORE: what is there may be the begin of one.
 */
static enum fix_fault other_version(const char *text, size_t len)
{
	static const char any[] = "8=FIX", ours[] = "8=FIX.4.4\001";
	size_t i = sizeof(any) - 1;

	if (memcmp(text, any, min(len, i)))
		return FIX_GARBLED;
	while (i < min_t(size_t, len, VERSION_MOST) &&
	       (text[i] == '.' || (text[i] >= '0' && text[i] <= '9') ||
		(text[i] >= 'A' && text[i] <= 'Z')))
		i++;
	if (i >= len && i < VERSION_MOST)
		return FIX_MORE;
	if (i == VERSION_MOST || text[i] != FIX_SOH)
		return FIX_GARBLED;
	return i + 2 == sizeof(ours) && !memcmp(text, ours, i) ? FIX_GARBLED : FIX_FINE;
}

static void take_all(struct session_line *l, u64 ms)
{
	enum fix_fault what = FIX_FINE;
	size_t at = 0, used;

	while (at < l->n && l->desk->room && l->state != LINE_DONE && what != FIX_MORE) {
		what = other_version(l->in + at, l->n - at);
		if (what == FIX_MORE)
			break;
		if (what == FIX_FINE) {
			if (l->session)
				ends(l, ms, "BeginString is FIX.4.4");
			else
				l->desk->books.turned_away++;
			enter(l, LINE_DONE, ms);
			break;
		}
		what = fix_frame(l->in + at, l->n - at, &used);
		if (what == FIX_FINE)
			take_message(l, l->in + at, used, ms);
		else if (what == FIX_GARBLED)
			l->desk->books.garbled++;
		at += used;
	}
	if (l->state == LINE_DONE)
		at = l->n;
	l->n -= at;
	memmove(l->in, l->in + at, l->n);
}

/* --- lines ---------------------------------------------------------------- */

/**
 * line_begin - a connection was accepted
 * @line: filled in
 * @desk: where
 * @ms: now, in milliseconds of a clock that never goes back, as is each @ms below
 */
void line_begin(struct session_line *line, struct session_desk *desk, u64 ms)
{
	memset(line, 0, sizeof(*line));
	line->desk = desk;
	enter(line, LINE_NEW, ms);
}

/**
 * line_in - bytes have come
 * @line: where
 * @bytes: these
 * @len: how many; 0: go on with what was there, when @desk->room was 0
 * @ms: now
 *
 * Return: how many were taken; the others have to wait until @desk->room is more than 0.
 */
size_t line_in(struct session_line *line, const char *bytes, size_t len, u64 ms)
{
	size_t taken = 0, some;

	do {
		some = min(len - taken, sizeof(line->in) - line->n);
		if (some)
			memcpy(line->in + line->n, bytes + taken, some);
		line->n += some;
		taken += some;
		take_all(line, ms);
	} while (taken < len && line->n < sizeof(line->in));
	return taken;
}

static bool again(const struct session *s, u64 seq)
{
	const struct session_kept *k = &s->kept[seq % SESSION_KEPT];

	return k->seq == seq && !k->admin;
}

static void put_time(const struct session_line *l, struct fix_writer *w, u32 tag, u64 ms)
{
	fix_put_time(w, tag, ms + l->desk->ahead_ms);
}

static void begin_message(const struct session_line *l, struct fix_writer *w, char *text,
			  char type, u64 seq, u64 ms)
{
	const struct session *s = l->session;

	fix_begin(w, text, type);
	fix_put(w, FIX_SENDER_COMP_ID, SESSION_COMP_ID, strlen(SESSION_COMP_ID));
	fix_put(w, FIX_TARGET_COMP_ID, s->peer, strlen(s->peer));
	fix_put_number(w, FIX_MSG_SEQ_NUM, seq);
	if (seq <= s->high)
		fix_put_char(w, FIX_POSS_DUP_FLAG, 'Y');
	put_time(l, w, FIX_SENDING_TIME, ms);
}

/* In the place of what is not sent again. Returns its bytes. */
static size_t write_gap(struct session_line *l, char *text, u64 ms)
{
	const struct session *s = l->session;
	u64 next = l->cursor + 1;
	struct fix_writer w;

	/* Of what is not kept any more there may be much. */
	if (next + SESSION_KEPT < s->out)
		next = min(l->until + 1, s->out - SESSION_KEPT);
	while (next <= l->until && !again(s, next))
		next++;
	begin_message(l, &w, text, '4', l->cursor, ms);
	put_time(l, &w, FIX_ORIG_SENDING_TIME, ms);
	fix_put_char(&w, FIX_GAP_FILL_FLAG, 'Y');
	fix_put_number(&w, FIX_NEW_SEQ_NO, next);
	l->cursor = next;
	l->desk->books.filled++;
	return fix_end(&w);
}

static size_t write_kept(struct session_line *l, char *text, u64 ms)
{
	struct session *s = l->session;
	const struct session_kept *k = &s->kept[l->cursor % SESSION_KEPT];
	struct fix_writer w;

	begin_message(l, &w, text, k->type, k->seq, ms);
	if (k->seq <= s->high) {
		/* By the wall's clock of now: set back or not, it is not after SendingTime. */
		put_time(l, &w, FIX_ORIG_SENDING_TIME, k->ms);
		l->desk->books.resent++;
	} else {
		s->high = k->seq;
	}
	memcpy(w.text + w.n, k->body, k->len);
	w.n += k->len;
	l->cursor++;
	return fix_end(&w);
}

/**
 * line_out - what there is to be sent
 * @line: the line
 * @bytes: filled in
 * @size: how many there is room for
 * @ms: now
 *
 * Return: how many are; 0: there is nothing to be sent, or @size is less than FIX_MOST.
 */
size_t line_out(struct session_line *line, char *bytes, size_t size, u64 ms)
{
	struct session *s = line->session;
	size_t n = 0;

	BUILD_BUG_ON(HEAD_MOST < 3 * COMP_ID_LEN + 256);
	while (s && line->cursor < s->out && size - n >= FIX_MOST) {
		if (line->until && !again(s, line->cursor))
			n += write_gap(line, bytes + n, ms);
		else
			n += write_kept(line, bytes + n, ms);
		if (line->until && line->cursor > line->until) {
			line->cursor = s->high + 1;
			line->until = 0;
		}
	}
	return n;
}

/**
 * line_tick - time goes by
 * @line: the line
 * @ms: now
 */
void line_tick(struct session_line *line, u64 ms)
{
	/* A heartbeat's time, and what it may take on its way. */
	const u64 patience = line->heartbeat_ms + line->heartbeat_ms / 5;
	char id[24];

	if ((line->state == LINE_NEW && ms - line->since_ms >= LOGON_MS) ||
	    (line->state == LINE_ENDING && ms - line->since_ms >= LOGOUT_MS)) {
		line->desk->books.turned_away += line->state == LINE_NEW;
		enter(line, LINE_DONE, ms);
	}
	if (line->state != LINE_UP || !patience)
		return;
	if (line->tested_ms && ms - line->tested_ms >= patience) {
		ends(line, ms, "the TestRequest was not answered");
		return;
	}
	if (!line->tested_ms && ms - max(line->heard_ms, line->since_ms) >= patience) {
		snprintf(id, sizeof(id), "%llu", ms);
		keep_text(line->session, '1', FIX_TEST_REQ_ID, id, strlen(id), ms);
		line->tested_ms = ms;
	}
	if (ms - line->said_ms >= line->heartbeat_ms)
		keep_text(line->session, '0', 0, NULL, 0, ms);
}

/**
 * line_logout - end a session from this side
 * @line: the line
 * @text: why
 * @ms: now
 */
void line_logout(struct session_line *line, const char *text, u64 ms)
{
	if (line->state == LINE_NEW)
		enter(line, LINE_DONE, ms);
	if (line->state != LINE_UP)
		return;
	keep_text(line->session, '5', FIX_TEXT, text, strlen(text), ms);
	enter(line, LINE_ENDING, ms);
}

/**
 * line_lost - a connection is no more
 * @line: the line; its session stays
 */
void line_lost(struct session_line *line)
{
	if (!line->session)
		return;
	line->session->high = line->session->out - 1;
	line->session->left = ++line->desk->left;
	line->session->line = NULL;
	line->session = NULL;
}

/**
 * desk_free - the end of all sessions
 * @desk: the desk, which has no line any more
 */
void desk_free(struct session_desk *desk)
{
	while (desk->n)
		free(desk->session[--desk->n]);
}

// SPDX-License-Identifier: GPL-2.0
/* FIX sessions, by the rules of the standard, and what comes of bytes that follow none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <linux/kernel.h>

#include "lib/rng.h"
#include "scenarios/orders_session.h"

/* 2003-06-18 12:34:56 UTC */
#define NOW		1055939696000ULL
#define ORDER(id)	"11=" id "|55=CNTD|54=1|60=20030618-12:34:56|38=100|40=2|44=101.25|"
#define LOGON		"98=0|108=30|"
#define TIME		"|52=20030618-12:34:56|"

/**
 * struct rig - a desk with one line
 * @desk: the desk
 * @line: the line
 * @ms: now
 * @orders: how many came, of which
 * @order: is the last one
 * @said: what the line said last, with | for SOH
 */
struct rig {
	struct session_desk desk;
	struct session_line *line;
	u64 ms;
	u32 orders;
	struct order order;
	char said[1 << 16];
};

static void take_order(void *to, const struct order *order)
{
	struct rig *r = to;

	r->orders++;
	r->order = *order;
}

static void connect(struct rig *r)
{
	r->line = malloc(sizeof(*r->line));
	line_begin(r->line, &r->desk, r->ms);
}

static void hang_up(struct rig *r)
{
	line_lost(r->line);
	free(r->line);
	r->line = NULL;
}

static int begin(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));

	r->ms = NOW;
	r->desk.room = 1 << 20;
	r->desk.order = take_order;
	r->desk.to = r;
	connect(r);
	*state = r;
	return 0;
}

static int end(void **state)
{
	struct rig *r = *state;

	hang_up(r);
	desk_free(&r->desk);
	free(r);
	return 0;
}

/* What the line has to say, by messages of which each is whole. */
static const char *said(struct rig *r)
{
	size_t n = line_out(r->line, r->said, sizeof(r->said) - 1, r->ms), at, used, i;
	struct fix_message m;

	for (at = 0; at < n; at += used) {
		assert_int_equal(fix_frame(r->said + at, n - at, &used), FIX_FINE);
		assert_int_equal(fix_parse(r->said + at, used, &m), FIX_FINE);
	}
	r->said[n] = '\0';
	for (i = 0; i < n; i++)
		if (r->said[i] == FIX_SOH)
			r->said[i] = '|';
	return r->said;
}

/* Bytes, in memory of their own. */
static void feed(struct rig *r, const char *bytes, size_t len)
{
	char *own = malloc(len);

	memcpy(own, bytes, len);
	assert_int_equal(line_in(r->line, own, len, r->ms), len);
	free(own);
}

static size_t message(char *text, const char *body)
{
	u32 sum = 0;
	int n, i;

	n = sprintf(text, "8=FIX.4.4|9=%zu|%s", strlen(body), body);
	for (i = 0; i < n; i++) {
		if (text[i] == '|')
			text[i] = FIX_SOH;
		else if (text[i] == '~')
			text[i] = '\0';
		sum += (unsigned char)text[i];
	}
	return n + sprintf(text + n, "10=%03u%c", sum % 256, FIX_SOH);
}

/* A message whose header is as it should be, but for what @head adds. */
static const char *says_with(struct rig *r, const char *type, u64 seq, const char *head,
			     const char *body)
{
	char text[FIX_MOST], whole[2 * FIX_MOST];

	snprintf(text, sizeof(text),
		 "35=%s|49=ME|56=CONTEND|34=%llu|52=20030618-12:%02llu:%02llu|%s%s",
		 type, seq, 34 + (56 + (r->ms - NOW) / 1000) / 60,
		 (56 + (r->ms - NOW) / 1000) % 60, head, body);
	feed(r, whole, message(whole, text));
	return said(r);
}

static const char *says(struct rig *r, const char *type, u64 seq, const char *body)
{
	return says_with(r, type, seq, "", body);
}

#define DUP	"43=Y|122=20030618-12:34:50|"

static const char *says_again(struct rig *r, const char *type, u64 seq, const char *body)
{
	return says_with(r, type, seq, DUP, body);
}

/* Parts, in their order; "!" is before one that must not be there. */
static void has(const char *text, const char *parts)
{
	char copy[512], *part, *save;
	const char *at = text;

	strcpy(copy, parts);
	for (part = strtok_r(copy, " ", &save); part; part = strtok_r(NULL, " ", &save)) {
		const char *found = strstr(at, part + (*part == '!'));

		if (!found != (*part == '!'))
			fail_msg("%s: not as '%s' has it, at %s", text, parts, part);
		if (found)
			at = found + strlen(part) - 1;
	}
}

#define NOTHING(text)	assert_string_equal(text, "")

static void logged_on(struct rig *r)
{
	has(says(r, "A", 1, LOGON), "|35=A| |49=CONTEND| |56=ME| |34=1| |98=0| |108=30|");
	assert_int_equal(r->line->state, LINE_UP);
}

static struct session *mine(struct rig *r)
{
	return r->desk.session[0];
}

static void send_report(struct rig *r, const char *body)
{
	char text[FIX_MOST];
	size_t i, n = sprintf(text, "%s", body);

	for (i = 0; i < n; i++)
		if (text[i] == '|')
			text[i] = FIX_SOH;
	session_send(&r->desk, 0, '8', text, n, r->ms);
}

static void test_logon(void **state)
{
	struct rig *r = *state;

	logged_on(r);
	assert_int_equal(mine(r)->in, 2);
	/* It has a session; a second line of the same has none. */
	{
		struct session_line *first = r->line;

		connect(r);
		NOTHING(says(r, "A", 2, LOGON));
		assert_int_equal(r->line->state, LINE_DONE);
		hang_up(r);
		r->line = first;
	}
	assert_int_equal(r->desk.books.turned_away, 1);
	has(says(r, "1", 2, "112=alive|"), "|35=0|");
}

/* Whose first message is no Logon to this exchange is told nothing. */
static void test_no_logon(void **state)
{
	static const char *const first[] = {
		"35=0|49=ME|56=CONTEND|34=1|52=20030618-12:34:56|",
		"35=A|49=ME|56=OTHER|34=1" TIME LOGON,
		"35=A|49=01234567890123456789012345678901|56=CONTEND|34=1" TIME LOGON,
		"35=A|49=~|56=CONTEND|34=1" TIME LOGON,
		"35=A|49=A~B|56=CONTEND|34=1" TIME LOGON,
	};
	struct rig *r = *state;
	char text[FIX_MOST];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(first); i++) {
		hang_up(r);
		connect(r);
		feed(r, text, message(text, first[i]));
		NOTHING(said(r));
		assert_int_equal(r->line->state, LINE_DONE);
	}
	assert_int_equal(r->desk.n, 0);
}

static void test_bad_logon(void **state)
{
	static const struct {
		const char *body;
		const char *says;
	} bad[] = {
		{ "108=30|", "|35=3| |371=98| |372=A| |373=1| |35=5|" },
		{ "98=1|108=30|", "|35=3| |371=98| |373=5| |35=5|" },
		{ "98=0|", "|35=3| |371=108| |373=1| |35=5|" },
		{ "98=0|108=-1|", "|35=3| |371=108| |373=5| |35=5|" },
		{ "98=0|108=99999|", "|35=3| |371=108| |373=5| |35=5|" },
		/* Of these the message itself is at fault. */
		{ "98=0|108=30|108=30|", "|35=3| |371=108| |373=13| |35=5|" },
		{ "98=0|108=30|0=1|", "|35=3| !371= |373=0| |35=5|" },
	};
	struct rig *r = *state;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		hang_up(r);
		connect(r);
		has(says(r, "A", 1, bad[i].body), bad[i].says);
		assert_int_equal(r->line->state, LINE_DONE);
	}
	/* A clock that is off by three minutes. */
	hang_up(r);
	r->ms += 180000;
	connect(r);
	r->ms -= 180000;
	{
		char text[FIX_MOST];

		feed(r, text,
		     message(text, "35=A|49=ME|56=CONTEND|34=1|52=20030618-12:37:56|" LOGON));
		has(said(r), "|35=3| |371=52| |373=10| |35=5|");
		hang_up(r);
		connect(r);
		feed(r, text, message(text, "35=A|49=ME|56=CONTEND|34=1|" LOGON));
		has(said(r), "|35=3| |371=52| |373=1| |35=5|");
	}
}

/* Numbers outlive a connection, and end by ResetSeqNumFlag. */
static void test_reconnect(void **state)
{
	struct rig *r = *state;

	logged_on(r);
	send_report(r, "37=1|");
	has(said(r), "|35=8| |34=2|");
	hang_up(r);
	send_report(r, "37=2|");
	connect(r);
	/* What waited is a gap, and is asked for. */
	has(says(r, "A", 2, LOGON), "|35=A| |34=4|");
	has(says(r, "2", 3, "7=2|16=0|"),
	    "|35=8| |34=2| |43=Y| |122=20030618-12:34:56.000| |37=1| |35=8| |34=3| |43=Y| |37=2| |35=4| |34=4| |123=Y| |36=5|");
	hang_up(r);
	connect(r);
	has(says(r, "A", 1, LOGON), "|35=5| |34=5| |58=MsgSeqNum !35=A");
	assert_int_equal(r->line->state, LINE_DONE);
	hang_up(r);
	connect(r);
	has(says(r, "A", 1, LOGON "141=Y|"), "|35=A| |34=1| |141=Y|");
	has(says(r, "2", 2, "7=1|16=0|"), "|35=4| |34=1| |36=2| !37=");
	/* A flag with another number than 1. */
	hang_up(r);
	connect(r);
	has(says(r, "A", 9, LOGON "141=Y|"), "|35=3| |371=34| |373=5| |35=5|");
	/* And while it is logged on; a second Logon without it is none. */
	hang_up(r);
	connect(r);
	has(says(r, "A", 1, LOGON "141=Y|"), "|35=A| |34=1|");
	has(says(r, "0", 2, ""), "!35=");
	has(says(r, "A", 1, LOGON "141=Y|"), "|35=A| |34=1| |141=Y|");
	assert_int_equal(mine(r)->in, 2);
	has(says(r, "A", 2, LOGON), "|35=3| |45=2| |372=A| |373=99|");
}

static void test_logon_too_high(void **state)
{
	struct rig *r = *state;

	has(says(r, "A", 5, LOGON), "|35=A| |34=1| |35=2| |34=2| |7=1| |16=0|");
	NOTHING(says_again(r, "4", 1, "123=Y|36=5|"));
	/* The Logon itself is filled as well. */
	NOTHING(says_again(r, "4", 5, "123=Y|36=6|"));
	has(says(r, "1", 6, "112=now|"), "|35=0| |112=now|");
}

static void test_heartbeats(void **state)
{
	struct rig *r = *state;

	logged_on(r);
	r->ms += 29000;
	line_tick(r->line, r->ms);
	NOTHING(said(r));
	r->ms += 1000;
	line_tick(r->line, r->ms);
	has(said(r), "|35=0| |34=2| !112=");
	/* Nothing has come for a heartbeat and a fifth of one. */
	r->ms += 6000;
	line_tick(r->line, r->ms);
	has(said(r), "|35=1| |34=3| |112=");
	NOTHING(says(r, "0", 2, "112=x|"));
	r->ms += 36000;
	line_tick(r->line, r->ms);
	has(said(r), "|35=1|");
	/* And still nothing. */
	r->ms += 35999;
	line_tick(r->line, r->ms);
	has(said(r), "!35=5");
	assert_int_equal(r->line->state, LINE_UP);
	r->ms += 1;
	line_tick(r->line, r->ms);
	has(said(r), "|35=5|");
	assert_int_equal(r->line->state, LINE_DONE);
	/* No heartbeats were wanted. */
	hang_up(r);
	connect(r);
	has(says(r, "A", 1, "98=0|108=0|141=Y|"), "|35=A| |108=0|");
	r->ms += 3600000;
	line_tick(r->line, r->ms);
	NOTHING(said(r));
	/* Nobody logs on. */
	hang_up(r);
	connect(r);
	feed(r, "8=FIX", 5);
	r->ms += LOGON_MS - 1;
	feed(r, ".", 1);
	line_tick(r->line, r->ms);
	assert_int_equal(r->line->state, LINE_NEW);
	r->ms += 1;
	line_tick(r->line, r->ms);
	assert_int_equal(r->line->state, LINE_DONE);
}

static void test_test_request(void **state)
{
	struct rig *r = *state;
	char body[ORDER_ID_LEN + 300];

	logged_on(r);
	has(says(r, "1", 2, "112=are you there|"), "|35=0| |34=2| |112=are");
	has(says(r, "1", 3, ""), "|35=3| |45=3| |371=112| |372=1| |373=1|");
	sprintf(body, "112=%0250d|", 7);
	has(says(r, "1", 4, body), "|35=3| |371=112| |373=5|");
}

static void test_numbers(void **state)
{
	struct rig *r = *state;

	logged_on(r);
	/* Too high: asked for once, not taken, whatever follows. */
	has(says(r, "D", 4, ORDER("a")), "|35=2| |7=2| |16=0|");
	NOTHING(says(r, "D", 5, ORDER("b")));
	assert_int_equal(r->orders, 0);
	/* Again after a while: the request may have been garbled. */
	r->ms += ASK_AGAIN_MS;
	has(says(r, "0", 6, ""), "|35=2| |7=2|");
	NOTHING(says_again(r, "D", 2, ORDER("c")));
	assert_string_equal(r->order.id.text, "c");
	/* And when a part of it has come, and a later one is missing. */
	has(says_again(r, "D", 4, ORDER("a")), "|35=2| |7=3|");
	NOTHING(says_again(r, "4", 3, "123=Y|36=7|"));
	assert_int_equal(r->orders, 1);
	/* Too low, and it says that it came before: passed over. */
	NOTHING(says_again(r, "D", 2, ORDER("c")));
	assert_int_equal(r->orders, 1);
	has(says_with(r, "D", 2, "43=Y|", ORDER("c")), "|35=3| |371=122| |373=1|");
	assert_int_equal(mine(r)->in, 7);
	/* Too low without that is a session that nobody can mend. */
	has(says(r, "0", 2, ""), "|35=5| |58=MsgSeqNum");
	assert_int_equal(r->line->state, LINE_DONE);
}

static void test_orig_sending_time(void **state)
{
	struct rig *r = *state;

	logged_on(r);
	has(says_with(r, "0", 1, "43=Y|122=20030618-12:40:00|", ""), "|35=3| |371=122| |373=10| |35=5|");
	assert_int_equal(r->line->state, LINE_DONE);
}

/* Each side asks the other, by a number that is too high: both are answered. */
static void test_both_ask(void **state)
{
	struct rig *r = *state;

	logged_on(r);
	send_report(r, "37=1|");
	has(said(r), "|35=8| |34=2|");
	has(says(r, "2", 5, "7=2|16=0|"),
	    "|35=8| |34=2| |43=Y| |37=1| |35=2| |34=3| |7=2| |16=0|");
	/* It has our request, and answers: its own is a gap, which was answered. */
	NOTHING(says_again(r, "4", 2, "123=Y|36=6|"));
	assert_int_equal(mine(r)->in, 6);
	has(says(r, "1", 6, "112=x|"), "|35=0| |34=4|");
}

static void test_resend(void **state)
{
	struct rig *r = *state;

	logged_on(r);
	send_report(r, "37=1|");
	send_report(r, "37=2|");
	has(says(r, "1", 2, "112=x|"), "|34=2| |34=3| |34=4|");
	send_report(r, "37=3|");
	has(said(r), "|34=5|");
	/* All: administrative ones are gaps. */
	has(says(r, "2", 3, "7=1|16=0|"),
	    "|35=4| |34=1| |43=Y| |123=Y| |36=2| |34=2| |43=Y| |37=1| |34=3| |43=Y| |37=2| |35=4| |34=4| |123=Y| |36=5| |34=5| |43=Y| |37=3|");
	/* A part, and what is new after it. */
	has(says(r, "2", 4, "7=3|16=4|"), "|34=3| |43=Y| |35=4| |34=4| |36=5| !34=");
	has(says(r, "1", 5, "112=x|"), "|35=0| |34=6| !43=");
	/* A gap ends where the part does, and a range may end beyond. */
	has(says(r, "2", 6, "7=6|16=999|"), "|35=4| |34=6| |36=7| !34=");
	/* A Reject is sent again. */
	has(says(r, "2", 7, "7=0|16=0|"), "|35=3| |34=7| |371=7| |373=5|");
	has(says(r, "2", 8, "7=7|16=7|"), "|35=3| |34=7| |43=Y| |371=7|");
	has(says(r, "2", 9, "7=8|16=0|"), "|35=3| |371=7| |373=5|");
	has(says(r, "2", 10, "7=5|16=4|"), "|35=3| |371=16| |373=5|");
	has(says(r, "2", 11, "7=5|"), "|35=3| |371=16| |373=1|");
	has(says(r, "2", 12, "7=x|16=0|"), "|35=3| |371=7| |373=6|");
}

/* Two that overlap, while the first is under way. */
static void test_resend_twice(void **state)
{
	struct rig *r = *state;
	char some[FIX_MOST + 64], text[FIX_MOST], whole[2 * FIX_MOST];
	u32 i;

	logged_on(r);
	for (i = 0; i < 40; i++)
		send_report(r, "37=1|");
	said(r);
	for (i = 2; i < 4; i++) {
		snprintf(text, sizeof(text), "35=2|49=ME|56=CONTEND|34=%u|52=20030618-12:34:56|7=%u|16=0|",
			 i, i == 2 ? 5 : 35);
		feed(r, whole, message(whole, text));
		line_out(r->line, some, sizeof(some), r->ms);
	}
	has(says(r, "0", 4, ""), "|34=7| |43=Y| |34=40| |43=Y| |34=41| |43=Y| !34=");
	assert_int_equal(r->line->until, 0);
	assert_int_equal(mine(r)->high, 41);
}

/* What is not kept any more is one gap. */
static void test_store(void **state)
{
	struct rig *r = *state;
	u32 i;

	logged_on(r);
	for (i = 0; i < 2 * SESSION_KEPT; i++) {
		send_report(r, "37=1|");
		said(r);
	}
	has(says(r, "2", 2, "7=1|16=0|"), "|35=4| |34=1| |36=2050| |35=8| |34=2050| |43=Y|");
	while (*said(r))
		;
	has(says(r, "2", 3, "7=1|16=5|"), "|35=4| |34=1| |36=6| !34=");
}

/* Who does not read is dropped, with a bounded store; the session is the same afterwards. */
static void test_behind(void **state)
{
	struct rig *r = *state;
	u32 i;

	logged_on(r);
	for (i = 0; i < SESSION_KEPT; i++)
		send_report(r, "37=1|");
	assert_int_equal(r->line->state, LINE_UP);
	send_report(r, "37=1|");
	assert_int_equal(r->line->state, LINE_DONE);
	assert_int_equal(r->desk.books.behind, 1);
	hang_up(r);
	connect(r);
	has(says(r, "A", 2, LOGON), "|35=A| |34=2051|");
	has(says(r, "2", 3, "7=2|16=2050|"), "|35=4| |34=2| |36=4| |34=4| |43=Y|");
}

static void test_sequence_reset(void **state)
{
	struct rig *r = *state;

	logged_on(r);
	NOTHING(says(r, "4", 2, "123=Y|36=10|"));
	assert_int_equal(mine(r)->in, 10);
	/* Not its turn: it is asked for, or passed over, or the end. */
	has(says(r, "4", 12, "123=Y|36=20|"), "|35=2| |7=10|");
	NOTHING(says_again(r, "4", 5, "123=Y|36=20|"));
	assert_int_equal(mine(r)->in, 10);
	has(says(r, "4", 10, "123=Y|36=10|"), "|35=3| |371=36| |373=5|");
	has(says(r, "4", 11, "123=Y|"), "|35=3| |371=36| |373=1|");
	/* Without the flag its own number is of no matter. */
	NOTHING(says(r, "4", 3, "36=50|"));
	assert_int_equal(mine(r)->in, 50);
	has(says(r, "4", 99, "123=N|36=49|"), "|35=3| |371=36| |373=5|");
	assert_int_equal(mine(r)->in, 50);
	NOTHING(says(r, "4", 99, "123=N|36=50|"));
	/* To where numbers end. */
	has(says(r, "4", 50, "36=999999999999999999|"), "|35=3| |371=36| |373=5|");
	has(says(r, "4", 50, "123=Y|36=1000000000001|"), "|35=3| |371=36| |373=5|");
	assert_int_equal(mine(r)->in, 51);
	has(says(r, "4", 7, "123=Y|36=60|"), "|35=5|");
}

/* The wall's clock is set, or the machine slept: what is said goes by it, timeouts do not. */
static void test_wall(void **state)
{
	struct rig *r = *state;
	char text[FIX_MOST];

	logged_on(r);
	send_report(r, "37=1|");
	has(said(r), "|35=8| |34=2|");
	r->desk.ahead_ms = 7200000;
	line_tick(r->line, r->ms);
	NOTHING(said(r));
	feed(r, text, message(text, "35=2|49=ME|56=CONTEND|34=2|52=20030618-14:34:56|7=2|16=0|"));
	has(said(r), "|35=8| |52=20030618-14:34:56.000| |122=20030618-14:34:56.000|");
	has(says(r, "0", 3, ""), "|35=3| |371=52| |373=10| |35=5|");
	/* Another one logs on, by the clock of two hours ago. */
	hang_up(r);
	r->desk.ahead_ms = -7200000ULL;
	connect(r);
	feed(r, text, message(text, "35=A|49=YOU|56=CONTEND|34=1|52=20030618-10:34:56|" LOGON));
	has(said(r), "|35=A| |52=20030618-10:34:56.000|");
}

static void test_logout(void **state)
{
	struct rig *r = *state;

	logged_on(r);
	has(says(r, "5", 2, ""), "|35=5| |34=2|");
	assert_int_equal(r->line->state, LINE_DONE);
	hang_up(r);
	connect(r);
	/* One that is too high is answered, and no more is asked for. */
	has(says(r, "A", 3, LOGON), "|35=A|");
	has(says(r, "5", 9, ""), "|35=5| !35=2");
	assert_int_equal(r->line->state, LINE_DONE);
	/* From this side: it is answered, or not. */
	hang_up(r);
	connect(r);
	has(says(r, "A", 4, LOGON), "|35=A|");
	line_logout(r->line, "night", r->ms);
	has(said(r), "|35=5| |58=night|");
	has(says(r, "1", 5, "112=x|"), "|35=0|");
	assert_int_equal(r->line->state, LINE_ENDING);
	NOTHING(says(r, "5", 6, ""));
	assert_int_equal(r->line->state, LINE_DONE);
	hang_up(r);
	connect(r);
	has(says(r, "A", 7, LOGON), "|35=A|");
	line_logout(r->line, "night", r->ms);
	r->ms += LOGOUT_MS;
	line_tick(r->line, r->ms);
	assert_int_equal(r->line->state, LINE_DONE);
}

/* A garbled message is none, and the one after it is a gap. */
static void test_garbled(void **state)
{
	struct rig *r = *state;
	char text[FIX_MOST];
	size_t n;

	logged_on(r);
	n = message(text, "35=0|49=ME|56=CONTEND|34=2" TIME);
	text[n - 2] = text[n - 2] == '0' ? '1' : '0';
	feed(r, text, n);
	feed(r, "8=FIX.4.4\0019=99999\001", 18);
	feed(r, "nonsense", 8);
	NOTHING(said(r));
	assert_true(r->desk.books.garbled >= 2);
	assert_int_equal(mine(r)->in, 2);
	has(says(r, "0", 3, ""), "|35=2| |7=2|");
	/* Its type is not the third field, so that its number is not believed either. */
	feed(r, text, message(text, "49=ME|35=0|56=CONTEND|34=x" TIME));
	NOTHING(said(r));
	assert_int_equal(r->line->state, LINE_UP);
}

/* What is whole and has no number ends the session, whatever it has instead. */
static void test_unnumbered(void **state)
{
	static const char *const numbers[] = {
		"", "|34=0", "|34=x", "|34=-2", "|34=2.0", "|34=", "|34=1000000000000000002",
		"|34=18446744073709551618", "|34=~",
	};
	struct rig *r = *state;
	char text[FIX_MOST], body[FIX_MOST];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		hang_up(r);
		connect(r);
		has(says(r, "A", i + 1, LOGON), "|35=A|");
		snprintf(body, sizeof(body), "35=0|49=ME|56=CONTEND%s" TIME, numbers[i]);
		feed(r, text, message(text, body));
		has(said(r), "|35=5| |58=MsgSeqNum");
		assert_int_equal(r->line->state, LINE_DONE);
		assert_int_equal(mine(r)->in, i + 2);
		/* A Logon of such a number is none. */
		hang_up(r);
		connect(r);
		snprintf(body, sizeof(body), "35=A|49=ME|56=CONTEND%s" TIME LOGON, numbers[i]);
		feed(r, text, message(text, body));
		has(said(r), "|35=5| |58=MsgSeqNum !35=A");
		assert_int_equal(r->line->state, LINE_DONE);
	}
	assert_int_equal(r->desk.books.garbled, 0);
	/* Nor is it an answer to whom it was not for. */
	hang_up(r);
	connect(r);
	feed(r, text, message(text, "35=0|49=ME|56=CONTEND" TIME));
	NOTHING(said(r));
	assert_int_equal(r->line->state, LINE_DONE);
}

/* Messages of other versions, however they come in pieces; what only looks like one is garble. */
static void test_versions(void **state)
{
	static const char *const others[] = {
		"8=FIX.4.2\0019=5\00135=0\00110=161\001", "8=FIXT.1.1\0019=5\00135=0\00110=0",
		"8=FIX\0019=5\001", "8=FIX.4.4.1\001",
	};
	struct rig *r = *state;
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		hang_up(r);
		connect(r);
		has(says(r, "A", i + 1, LOGON), "|35=A|");
		for (k = 0; k < strlen(others[i]); k++)
			feed(r, others[i] + k, 1);
		has(said(r), "|35=5| |58=BeginString is FIX.4.4|");
		assert_int_equal(r->line->state, LINE_DONE);
	}
	hang_up(r);
	connect(r);
	has(says(r, "A", i + 1, LOGON), "|35=A|");
	feed(r, "8=FIX of a kind\001", 16);
	feed(r, "8=FIX0123456789012345", 21);
	NOTHING(said(r));
	has(says(r, "1", i + 2, "112=x|"), "|35=0|");
}

static void test_rejects(void **state)
{
	struct rig *r = *state;

	logged_on(r);
	has(says(r, "D", 2, ORDER("a") "999=1|"), "|35=3| |45=2| |371=999| |372=D| |373=3|");
	has(says(r, "D", 3, ORDER("a") "58=|"), "|35=3| |371=58| |373=4|");
	has(says(r, "D", 4, ORDER("a") "58=x|58=y|"), "|35=3| |371=58| |373=13|");
	has(says(r, "D", 5, ORDER("a") "43=N|"), "|35=3| |371=43| |373=14|");
	has(says(r, "D", 6, ORDER("a") "x=1|"), "|35=3| |373=0|");
	has(says(r, "D", 7, "11=a|"), "|35=3| |371=55| |373=1|");
	has(says(r, "D", 8, ORDER("a") "59=9|"), "|35=3| |371=59| |373=5|");
	has(says(r, "D", 9, ORDER("a") "1=me|"), "|35=3| |371=1| |373=6|");
	has(says(r, ":", 10, ""), "|35=3| |371=35| |373=11|");
	has(says(r, "ZZ", 11, ""), "|35=3| |371=35| |373=11|");
	/* Of FIX, but not of a new order. */
	has(says(r, "D", 12, ORDER("a") "41=b|"), "|35=3| |371=41| |373=2|");
	/* Of FIX, but not ours. */
	has(says(r, "V", 13, "262=x|"), "|35=j| |45=13| |372=V| |380=3|");
	has(says(r, "AE", 14, "571=x|"), "|35=j| |372=AE| |380=3|");
	assert_int_equal(r->orders, 0);
	/* Each of them had its turn. */
	assert_int_equal(mine(r)->in, 15);
	NOTHING(says(r, "3", 15, "45=2|"));
	NOTHING(says(r, "D", 16, ORDER("a")));
	assert_int_equal(r->orders, 1);
}

static void test_other_peer(void **state)
{
	struct rig *r = *state;
	char text[FIX_MOST];

	logged_on(r);
	feed(r, text, message(text, "35=0|49=YOU|56=CONTEND|34=2" TIME));
	has(said(r), "|35=3| |45=2| |371=49| |373=9| |35=5|");
	assert_int_equal(mine(r)->in, 3);
	hang_up(r);
	connect(r);
	has(says(r, "A", 3, LOGON), "|35=A|");
	feed(r, text, message(text, "35=0|49=ME|56=YOU|34=4" TIME));
	has(said(r), "|35=3| |371=56| |373=9| |35=5|");
	hang_up(r);
	connect(r);
	has(says(r, "A", 5, LOGON), "|35=A|");
	feed(r, text, message(text, "35=0|49=ME|56=CONTEND|34=6|52=20030618-12:31:56|"));
	has(said(r), "|35=3| |371=52| |373=10| |35=5|");
	hang_up(r);
	connect(r);
	has(says(r, "A", 7, LOGON), "|35=A|");
	feed(r, "8=FIX.4.2\0019=5\00135=0\00110=161\001", 27);
	has(said(r), "|35=5| |58=BeginString");
	assert_int_equal(r->line->state, LINE_DONE);
}

/* Orders say whose they are; while there is no room no message is taken. */
static void test_orders(void **state)
{
	struct rig *r = *state;
	char text[4 * FIX_MOST];
	size_t n = 0;

	logged_on(r);
	r->desk.room = 1;
	n += message(text + n, "35=D|49=ME|56=CONTEND|34=2" TIME ORDER("a"));
	n += message(text + n, "35=F|49=ME|56=CONTEND|34=3|52=20030618-12:34:56|11=b|41=a|55=CNTD|54=1|60=20030618-12:34:56|");
	feed(r, text, n);
	assert_int_equal(r->orders, 1);
	assert_int_equal(session_of(&r->order.id), 0);
	assert_int_equal(mine(r)->in, 3);
	r->desk.room = 1;
	assert_int_equal(line_in(r->line, NULL, 0, r->ms), 0);
	assert_int_equal(r->orders, 2);
	assert_int_equal(r->order.kind, ORDER_CANCEL);
	assert_int_equal(session_of(&r->order.original), 0);
	/* What it has no room for is not taken, and is no more than a buffer. */
	n = message(text, "35=0|49=ME|56=CONTEND|34=4" TIME);
	memset(text + n, '8', sizeof(text) - n);
	assert_int_equal(line_in(r->line, text, sizeof(text), r->ms), sizeof(r->line->in));
}

/* A byte at a time it is the same. */
static void test_pieces(void **state)
{
	struct rig *r = *state;
	char text[FIX_MOST];
	size_t n, i;

	n = message(text, "35=A|49=ME|56=CONTEND|34=1" TIME LOGON);
	for (i = 0; i < n; i++) {
		NOTHING(said(r));
		feed(r, text + i, 1);
	}
	has(said(r), "|35=A|");
}

static void full_desk_logon(struct rig *r, u32 i, enum line_state state)
{
	char text[FIX_MOST], body[FIX_MOST];

	hang_up(r);
	connect(r);
	snprintf(body, sizeof(body), "35=A|49=ME%u|56=CONTEND|34=1" TIME LOGON "141=Y|", i);
	feed(r, text, message(text, body));
	assert_int_equal(r->line->state, state);
}

/* Those that have no connection and no order make room, whose connection ended first; no others. */
static void test_full_desk(void **state)
{
	struct rig *r = *state;
	u32 i;

	for (i = 0; i < SESSIONS_MOST; i++) {
		full_desk_logon(r, i, LINE_UP);
		session_rests(&r->desk, i, true);
	}
	assert_int_equal(r->desk.n, SESSIONS_MOST);
	full_desk_logon(r, 100, LINE_DONE);
	session_rests(&r->desk, 5, false);
	session_rests(&r->desk, 7, false);
	/* It was there again, and so is the last one now. */
	full_desk_logon(r, 5, LINE_UP);
	full_desk_logon(r, 100, LINE_UP);
	assert_string_equal(r->desk.session[7]->peer, "ME100");
	assert_int_equal(r->line->session->index, 7);
	session_rests(&r->desk, 7, true);
	full_desk_logon(r, 101, LINE_UP);
	assert_string_equal(r->desk.session[5]->peer, "ME101");
	assert_int_equal(r->desk.n, SESSIONS_MOST);
	assert_int_equal(r->desk.books.given_up, 2);
	/* While it has its connection it stays. */
	{
		struct session_line *mine = r->line;

		connect(r);
		full_desk_logon(r, 102, LINE_DONE);
		hang_up(r);
		r->line = mine;
	}
}

/* Whatever comes, in whatever order: it ends, and what is said is FIX. */
static void test_fuzz(void **state)
{
	static const char *const types[] = {
		"0", "1", "2", "3", "4", "5", "A", "D", "D", "F", "G", "V", "AE", ":"
	};
	static const char *const bodies[] = {
		"", LOGON, LOGON "141=Y|", "112=x|", "7=1|16=0|", "7=3|16=2|", "7=2|16=9|",
		"123=Y|36=9|", "36=5|", "123=Y|36=1|", ORDER("a"), "36=999999999999999999|",
	};
	static const char *const heads[] = { "", "", "", DUP, "43=Y|" };
	static const char some[] = "0123456789=.8\001\001\001DFGABC-:";
	struct rig *r = *state;
	char text[FIX_MOST], whole[2 * FIX_MOST];
	struct rng rng;
	u32 i, k;

	rng_seed(&rng, 1, 0);
	for (i = 0; i < 30000; i++) {
		size_t n;
		u64 seq = r->desk.n ? mine(r)->in : 1;
		const char *type, *body = bodies[rng_next(&rng) % ARRAY_SIZE(bodies)];

		if (r->line->state == LINE_DONE || !(rng_next(&rng) % 50)) {
			hang_up(r);
			connect(r);
		}
		type = r->line->state == LINE_NEW ? "A" :
		       types[rng_next(&rng) % ARRAY_SIZE(types)];
		if (r->line->state == LINE_NEW)
			body = LOGON;
		seq += rng_next(&rng) % 8 ? 0 : rng_next(&rng) % 3;
		seq -= !(rng_next(&rng) % 16) && seq > 1;
		snprintf(text, sizeof(text), "35=%s|49=ME|56=CONTEND|34=%llu|52=20030618-12:34:56|%s%s",
			 type, seq, heads[rng_next(&rng) % ARRAY_SIZE(heads)], body);
		n = message(whole, text);
		for (k = rng_next(&rng) % 8 ? 0 : 1 + rng_next(&rng) % 3; k; k--)
			whole[rng_next(&rng) % n] = some[rng_next(&rng) % (sizeof(some) - 1)];
		feed(r, whole, n);
		if (rng_next(&rng) % 4)
			said(r);
		if (!(rng_next(&rng) % 8))
			send_report(r, "37=1|");
	}
	/* Most of it came to something. */
	assert_true(r->desk.books.logons > 100);
	assert_true(r->desk.books.resent > 100);
	assert_true(r->orders > 100);
	/* No number came near the end of numbers. */
	assert_true(mine(r)->in <= 2 * SEQ_MOST);
}

#define RULE(name)	cmocka_unit_test_setup_teardown(test_##name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RULE(logon), RULE(no_logon), RULE(bad_logon), RULE(reconnect), RULE(logon_too_high),
		RULE(heartbeats), RULE(test_request), RULE(numbers), RULE(orig_sending_time),
		RULE(both_ask), RULE(resend), RULE(resend_twice), RULE(store), RULE(behind),
		RULE(sequence_reset), RULE(wall), RULE(logout), RULE(garbled), RULE(unnumbered),
		RULE(versions), RULE(rejects), RULE(other_peer), RULE(orders), RULE(pieces),
		RULE(full_desk), RULE(fuzz),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

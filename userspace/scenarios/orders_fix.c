// SPDX-License-Identifier: GPL-2.0
/* FIX 4.4 as text, see orders_fix.h. */
#include <linux/kernel.h>
#include <string.h>

#include "orders_fix.h"

#define BEGIN		"8=FIX.4.4\0019="
#define BEGIN_LEN	(sizeof(BEGIN) - 1)
/* "10=" three digits, and its end. */
#define TRAILER_LEN	7
/* Digits of a body's length, as it is written. */
#define LENGTH_DIGITS	5
#define DAY_MS		86400000ULL

/* Whatever is not the begin of a message, up to what may be one. Returns its bytes, 1 at least. */
static size_t pass_over(const char *text, size_t len)
{
	const char *at = text + 1;
	size_t rest;

	while (at < text + len) {
		at = memchr(at, '8', text + len - at);
		if (!at)
			return len;
		rest = text + len - at;
		if (!memcmp(at, BEGIN, rest < BEGIN_LEN ? rest : BEGIN_LEN))
			return at - text;
		at++;
	}
	return len;
}

static enum fix_fault garbled(const char *text, size_t len, size_t *used)
{
	*used = pass_over(text, len);
	return FIX_GARBLED;
}

static u32 sum_of(const char *text, size_t len)
{
	u32 sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += (unsigned char)text[i];
	return sum % 256;
}

/**
 * fix_frame - find a message at the begin of some text
 * @text: what has come
 * @len: bytes of it, 1 or more
 * @used: set to the bytes that are done with, unless there is more to come
 *
 * Return: FIX_FINE: @used bytes are one message, whose length and sum are right; FIX_MORE: what is
 * there may be the begin of one; FIX_GARBLED: @used bytes are none, and to be passed over.
 */
enum fix_fault fix_frame(const char *text, size_t len, size_t *used)
{
	size_t at = BEGIN_LEN, body = 0, digits = 0;
	const char *end;

	*used = 0;
	if (memcmp(text, BEGIN, len < at ? len : at))
		return garbled(text, len, used);
	for (; at < len && text[at] != FIX_SOH; at++, digits++) {
		if (text[at] < '0' || text[at] > '9' || digits == LENGTH_DIGITS)
			return garbled(text, len, used);
		body = body * 10 + text[at] - '0';
	}
	if (at >= len)
		return FIX_MORE;
	at++;
	if (!digits || !body || at + body + TRAILER_LEN > FIX_MOST)
		return garbled(text, len, used);
	if (len < at + body + TRAILER_LEN)
		return FIX_MORE;
	end = text + at + body;
	if (end[-1] != FIX_SOH || memcmp(end, "10=", 3) || end[6] != FIX_SOH ||
	    end[3] < '0' || end[3] > '9' || end[4] < '0' || end[4] > '9' || end[5] < '0' ||
	    end[5] > '9' || (u32)((end[3] - '0') * 100 + (end[4] - '0') * 10 + end[5] - '0') !=
			    sum_of(text, end - text))
		return garbled(text, len, used);
	*used = at + body + TRAILER_LEN;
	return FIX_FINE;
}

static enum fix_fault fault(struct fix_message *m, enum fix_fault fault, u32 tag)
{
	m->tag = tag;
	return fault;
}

/* Of header and trailer, where they may not stand elsewhere. */
static bool of_header(u32 tag)
{
	switch (tag) {
	case FIX_BEGIN_STRING:
	case FIX_BODY_LENGTH:
	case FIX_MSG_TYPE:
	case FIX_SENDER_COMP_ID:
	case FIX_TARGET_COMP_ID:
	case FIX_MSG_SEQ_NUM:
	case FIX_SENDING_TIME:
	case FIX_POSS_DUP_FLAG:
	case FIX_POSS_RESEND:
	case FIX_ORIG_SENDING_TIME:
	case FIX_SENDER_SUB_ID:
	case FIX_TARGET_SUB_ID:
		return true;
	default:
		return false;
	}
}

static bool is_time(const struct fix_field *f)
{
	static const char shape[] = "dddddddd-dd:dd:dd.ddd";
	u32 i;

	if (f->len != 17 && f->len != 21)
		return false;
	for (i = 0; i < f->len; i++)
		if (shape[i] == 'd' ? f->value[i] < '0' || f->value[i] > '9' :
				      f->value[i] != shape[i])
			return false;
	return true;
}

/* The next field, whose SOH is before @end: its tag, and what is wrong with that. */
static enum fix_fault next_field(struct fix_message *m, const char **at, const char *end)
{
	struct fix_field *f = &m->field[m->n];
	const char *stop = memchr(*at, FIX_SOH, end - *at), *p = *at;
	u64 tag = 0;
	u32 i;

	for (; p < stop && *p >= '0' && *p <= '9' && tag < 100000; p++)
		tag = tag * 10 + *p - '0';
	if (p == *at || *p != '=' || **at == '0')
		return fault(m, FIX_FAULT_TAG, tag);
	if (m->n == FIX_FIELDS)
		return fault(m, FIX_FAULT_RANGE, tag);
	*f = (struct fix_field){ tag, stop - p - 1, p + 1 };
	if (!f->len)
		return fault(m, FIX_FAULT_EMPTY, tag);
	/* Of the fields that are read here none is data, which alone may have these. */
	for (p++; p < stop; p++)
		if ((unsigned char)*p < ' ')
			return fault(m, FIX_FAULT_FORMAT, tag);
	for (i = 0; i < m->n; i++)
		if (m->field[i].tag == tag)
			return fault(m, FIX_FAULT_TWICE, tag);
	m->n++;
	*at = stop + 1;
	return FIX_FINE;
}

/**
 * fix_parse - take a message apart
 * @text: one that fix_frame() has found
 * @len: its bytes
 * @m: filled in as far as it goes; its fields point into @text
 *
 * Return: FIX_FINE; FIX_GARBLED: its third field is not its type; FIX_UNNUMBERED: its MsgSeqNum is
 * not there, or none from 1 on; or the fault, of the field m->tag.
 */
enum fix_fault fix_parse(const char *text, size_t len, struct fix_message *m)
{
	static const u32 required[] = {
		FIX_SENDER_COMP_ID, FIX_TARGET_COMP_ID, FIX_SENDING_TIME,
	};
	const char *at = text, *end = text + len;
	enum fix_fault what = FIX_FINE, first = FIX_FINE;
	const struct fix_field *f;
	bool body = false;
	u32 i, tag = 0;

	m->n = 0;
	m->type = 0;
	m->seq = 0;
	m->tag = 0;
	/* To its end, so that its number is known whatever else is wrong; one fault is told. */
	while (at < end) {
		what = next_field(m, &at, end);
		if (what != FIX_FINE) {
			if (m->n < 3)
				return FIX_GARBLED;
			at = (const char *)memchr(at, FIX_SOH, end - at) + 1;
		} else {
			f = &m->field[m->n - 1];
			if (!of_header(f->tag))
				body = true;
			else if (body)
				what = fault(m, FIX_FAULT_ORDER, f->tag);
		}
		if (what != FIX_FINE && first == FIX_FINE) {
			first = what;
			tag = m->tag;
		}
	}
	/* The third field is the type, and the sequence number says which one it is. */
	if (m->n < 3 || m->field[2].tag != FIX_MSG_TYPE)
		return FIX_GARBLED;
	f = fix_find(m, FIX_MSG_SEQ_NUM);
	if (!f || !fix_number(f, &m->seq) || !m->seq)
		return FIX_UNNUMBERED;
	m->tag = tag;
	if (first != FIX_FINE)
		return first;
	if (m->field[2].len != 1)
		return fault(m, FIX_FAULT_TYPE, FIX_MSG_TYPE);
	m->type = m->field[2].value[0];
	for (i = 0; i < ARRAY_SIZE(required); i++)
		if (!fix_find(m, required[i]))
			return fault(m, FIX_FAULT_MISSING, required[i]);
	if (!is_time(fix_find(m, FIX_SENDING_TIME)))
		return fault(m, FIX_FAULT_FORMAT, FIX_SENDING_TIME);
	return FIX_FINE;
}

/**
 * fix_find - a field of a message
 * @m: the message
 * @tag: its tag
 *
 * Return: the field; NULL: there is none.
 */
const struct fix_field *fix_find(const struct fix_message *m, u32 tag)
{
	u32 i;

	for (i = 0; i < m->n; i++)
		if (m->field[i].tag == tag)
			return &m->field[i];
	return NULL;
}

/**
 * fix_number - a field's number
 * @f: the field
 * @number: set, where it is one
 *
 * Return: whether it is.
 */
bool fix_number(const struct fix_field *f, u64 *number)
{
	u64 sum = 0;
	u32 i;

	if (f->len > FIX_DIGITS)
		return false;
	for (i = 0; i < f->len; i++) {
		if (f->value[i] < '0' || f->value[i] > '9')
			return false;
		sum = sum * 10 + f->value[i] - '0';
	}
	*number = sum;
	return f->len;
}

/* So many digits. */
static u32 digits_of(const char *text, u32 n)
{
	u32 sum = 0;

	while (n--)
		sum = sum * 10 + *text++ - '0';
	return sum;
}

/**
 * fix_time - a field's time, the reverse of fix_put_time()
 * @f: the field
 * @ms: set, where it is one: milliseconds since 1970, UTC
 *
 * Return: whether it is.
 */
bool fix_time(const struct fix_field *f, u64 *ms)
{
	u64 year, march, day, days;

	if (!is_time(f))
		return false;
	year = digits_of(f->value, 4);
	march = digits_of(f->value + 4, 2);
	day = digits_of(f->value + 6, 2);
	if (year < 1970 || !march || march > 12 || !day || day > 31 ||
	    digits_of(f->value + 9, 2) > 23 || digits_of(f->value + 12, 2) > 59 ||
	    digits_of(f->value + 15, 2) > 60)
		return false;
	/* Years that begin in March. */
	year -= march < 3;
	march = march < 3 ? march + 9 : march - 3;
	days = year * 365 + year / 4 - year / 100 + year / 400 + (march * 153 + 2) / 5 + day - 1 -
	       719468;
	*ms = days * DAY_MS + digits_of(f->value + 9, 2) * 3600000ULL +
	      digits_of(f->value + 12, 2) * 60000ULL + digits_of(f->value + 15, 2) * 1000ULL +
	      (f->len == 21 ? digits_of(f->value + 18, 3) : 0);
	return true;
}

/* A decimal, as 101.25; what is not a whole number of ticks is none of ours. */
static enum fix_fault price_of(const struct fix_field *f, u64 *ticks)
{
	u32 i, part = 0, digits = 0;
	bool point = false;
	u64 sum = 0;

	if (f->len > 15)
		return FIX_FAULT_RANGE;
	for (i = 0; i < f->len; i++) {
		if (f->value[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (f->value[i] < '0' || f->value[i] > '9')
			return FIX_FAULT_FORMAT;
		digits++;
		if (!point)
			sum = sum * 10 + f->value[i] - '0';
		else if (part++ < 2)
			sum = sum * 10 + f->value[i] - '0';
		else if (f->value[i] != '0')
			return FIX_FAULT_RANGE;
	}
	if (!digits)
		return FIX_FAULT_FORMAT;
	for (; part < 2; part++)
		sum *= 10;
	*ticks = sum;
	return FIX_FINE;
}

static enum fix_fault id_of(const struct fix_field *f, union order_id *id)
{
	memset(id, 0, sizeof(*id));
	if (f->len >= ORDER_ID_LEN)
		return FIX_FAULT_RANGE;
	memcpy(id->text, f->value, f->len);
	return FIX_FINE;
}

static enum fix_fault quantity_of(const struct fix_field *f, u64 *quantity)
{
	u64 hundredths;
	enum fix_fault what = price_of(f, &hundredths);

	if (what != FIX_FINE)
		return what;
	*quantity = hundredths / FIX_TICKS;
	return hundredths % FIX_TICKS ? FIX_FAULT_RANGE : FIX_FINE;
}

/* One of the letters of @ones, by its place in them. */
static enum fix_fault one_of(const struct fix_field *f, const char *ones, u8 *which)
{
	const char *at = strchr(ones, f->value[0]);

	if (f->len != 1)
		return FIX_FAULT_FORMAT;
	if (!at || !*at)
		return FIX_FAULT_RANGE;
	*which = at - ones;
	return FIX_FINE;
}

/* Of the tags that are read, those that not each kind of message has. */
static bool has_tag(enum order_kind kind, u32 tag)
{
	switch (tag) {
	case FIX_ORIG_CL_ORD_ID:
		return kind != ORDER_NEW;
	case FIX_PRICE:
	case FIX_ORD_TYPE:
	case FIX_TIME_IN_FORCE:
	case FIX_HANDL_INST:
		return kind != ORDER_CANCEL;
	default:
		return true;
	}
}

static enum fix_fault read_field(const struct fix_field *f, struct order *o)
{
	u8 force;
	u64 account;
	enum fix_fault what = FIX_FINE;

	if (!has_tag(o->kind, f->tag))
		return FIX_FAULT_ELSEWHERE;
	switch (f->tag) {
	case FIX_CL_ORD_ID:
		return id_of(f, &o->id);
	case FIX_ORIG_CL_ORD_ID:
		return id_of(f, &o->original);
	case FIX_SIDE:
		return one_of(f, "12", &o->side);
	case FIX_ORDER_QTY:
		return quantity_of(f, &o->quantity);
	case FIX_PRICE:
		return price_of(f, &o->price);
	case FIX_ORD_TYPE:
		/* A limit: a market order is one without. */
		return one_of(f, "2", &force);
	case FIX_TIME_IN_FORCE:
		/* Of a day without an end: it stays till it is cancelled. */
		what = one_of(f, "013", &force);
		if (what == FIX_FINE)
			o->force = force == 2 ? FORCE_IOC : FORCE_GTC;
		return what;
	case FIX_TRANSACT_TIME:
		return is_time(f) ? FIX_FINE : FIX_FAULT_FORMAT;
	case FIX_SYMBOL:
		return f->len == strlen(BOOK_SYMBOL) && !memcmp(f->value, BOOK_SYMBOL, f->len) ?
		       FIX_FINE : FIX_FAULT_RANGE;
	case FIX_ACCOUNT:
		if (!fix_number(f, &account) || account > ~0U)
			return FIX_FAULT_FORMAT;
		o->account = account;
		return FIX_FINE;
	default:
		return of_header(f->tag) || f->tag == FIX_CHECK_SUM || f->tag == FIX_TEXT ||
		       f->tag == FIX_HANDL_INST || (f->tag >= 5000 && f->tag <= 9999) ?
		       FIX_FINE : FIX_FAULT_UNDEFINED;
	}
}

/**
 * fix_order - what a message asks the book for
 * @m: the message, from fix_parse()
 * @order: filled in, but for its numbers, which are no matter of FIX
 *
 * NewOrderSingle (D), OrderCancelRequest (F) and OrderCancelReplaceRequest (G).
 *
 * Return: FIX_FINE, or what is wrong, of the field m->tag.
 */
enum fix_fault fix_order(struct fix_message *m, struct order *order)
{
	static const u32 required[][9] = {
		[ORDER_NEW] = { FIX_CL_ORD_ID, FIX_SYMBOL, FIX_SIDE, FIX_TRANSACT_TIME,
				FIX_ORDER_QTY, FIX_ORD_TYPE, FIX_PRICE },
		[ORDER_CANCEL] = { FIX_CL_ORD_ID, FIX_ORIG_CL_ORD_ID, FIX_SYMBOL, FIX_SIDE,
				   FIX_TRANSACT_TIME },
		[ORDER_REPLACE] = { FIX_CL_ORD_ID, FIX_ORIG_CL_ORD_ID, FIX_SYMBOL, FIX_SIDE,
				    FIX_TRANSACT_TIME, FIX_ORDER_QTY, FIX_ORD_TYPE, FIX_PRICE },
	};
	static const char types[] = "DFG";
	const char *type = m->type ? strchr(types, m->type) : NULL;
	enum fix_fault what;
	u32 i;

	if (!type)
		return fault(m, FIX_FAULT_TYPE, FIX_MSG_TYPE);
	memset(order, 0, sizeof(*order));
	order->kind = type - types;
	for (i = 0; i < m->n; i++) {
		what = read_field(&m->field[i], order);
		if (what != FIX_FINE)
			return fault(m, what, m->field[i].tag);
	}
	for (i = 0; required[order->kind][i]; i++)
		if (!fix_find(m, required[order->kind][i]))
			return fault(m, FIX_FAULT_MISSING, required[order->kind][i]);
	return FIX_FINE;
}

/**
 * fix_fault_text - a fault, as the standard says it
 * @fault: the fault
 *
 * Return: the text; NULL: it is none that has a number there, or FIX_FAULT_OTHER.
 */
const char *fix_fault_text(enum fix_fault fault)
{
	static const char *const texts[] = {
		[FIX_FAULT_TAG] = "invalid tag number",
		[FIX_FAULT_MISSING] = "required tag missing",
		[FIX_FAULT_ELSEWHERE] = "tag not defined for this message type",
		[FIX_FAULT_UNDEFINED] = "undefined tag",
		[FIX_FAULT_EMPTY] = "tag specified without a value",
		[FIX_FAULT_RANGE] = "value is incorrect (out of range) for this tag",
		[FIX_FAULT_FORMAT] = "incorrect data format for value",
		[FIX_FAULT_COMP_ID] = "CompID problem",
		[FIX_FAULT_TIME] = "SendingTime accuracy problem",
		[FIX_FAULT_TYPE] = "invalid MsgType",
		[FIX_FAULT_TWICE] = "tag appears more than once",
		[FIX_FAULT_ORDER] = "tag specified out of required order",
	};

	return fault < ARRAY_SIZE(texts) ? texts[fault] : NULL;
}

/* --- writing -------------------------------------------------------------- */

static void put_text(struct fix_writer *w, const char *text, size_t len)
{
	memcpy(w->text + w->n, text, len);
	w->n += len;
}

static void put_digits(struct fix_writer *w, u64 value, u32 least)
{
	char digits[20];
	u32 at = sizeof(digits);

	do {
		digits[--at] = '0' + value % 10;
		value /= 10;
	} while (value || sizeof(digits) - at < least);
	put_text(w, digits + at, sizeof(digits) - at);
}

static void put_tag(struct fix_writer *w, u32 tag)
{
	put_digits(w, tag, 1);
	w->text[w->n++] = '=';
}

/**
 * fix_put_digits - write a number, and no field
 * @w: the message
 * @value: the number
 */
void fix_put_digits(struct fix_writer *w, u64 value)
{
	put_digits(w, value, 1);
}

/**
 * fix_begin - begin to write a message
 * @w: the message
 * @text: where to, FIX_MOST bytes; who writes sees to it that they are enough
 * @type: MsgType
 */
void fix_begin(struct fix_writer *w, char *text, char type)
{
	w->text = text;
	w->n = 0;
	put_text(w, BEGIN, BEGIN_LEN);
	/* The length comes last. */
	w->n += LENGTH_DIGITS;
	w->text[w->n++] = FIX_SOH;
	w->body = w->n;
	fix_put_char(w, FIX_MSG_TYPE, type);
}

/**
 * fix_put - write a field
 * @w: the message
 * @tag: its tag
 * @value: its value, 1 byte or more, and no SOH in it
 * @len: bytes of that
 */
void fix_put(struct fix_writer *w, u32 tag, const char *value, size_t len)
{
	put_tag(w, tag);
	put_text(w, value, len);
	w->text[w->n++] = FIX_SOH;
}

/**
 * fix_put_char - write a field of one character
 * @w: the message
 * @tag: its tag
 * @value: the character
 */
void fix_put_char(struct fix_writer *w, u32 tag, char value)
{
	fix_put(w, tag, &value, 1);
}

/**
 * fix_put_number - write a field of a number
 * @w: the message
 * @tag: its tag
 * @value: the number
 */
void fix_put_number(struct fix_writer *w, u32 tag, u64 value)
{
	put_tag(w, tag);
	put_digits(w, value, 1);
	w->text[w->n++] = FIX_SOH;
}

/**
 * fix_put_price - write a field of a price
 * @w: the message
 * @tag: its tag
 * @ticks: the price
 */
void fix_put_price(struct fix_writer *w, u32 tag, u64 ticks)
{
	put_tag(w, tag);
	put_digits(w, ticks / FIX_TICKS, 1);
	w->text[w->n++] = '.';
	put_digits(w, ticks % FIX_TICKS, 2);
	w->text[w->n++] = FIX_SOH;
}

/**
 * fix_put_time - write a field of a time
 * @w: the message
 * @tag: its tag
 * @ms: milliseconds since 1970, UTC
 *
 * It takes no lock, as gmtime() may.
 */
void fix_put_time(struct fix_writer *w, u32 tag, u64 ms)
{
	/* Years that begin in March, of eras of 400. */
	const u64 days = ms / DAY_MS + 719468, era = days / 146097, day = days % 146097;
	const u64 year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	const u64 of_year = day - (year * 365 + year / 4 - year / 100);
	const u64 march = (of_year * 5 + 2) / 153, of_day = ms % DAY_MS;

	put_tag(w, tag);
	put_digits(w, era * 400 + year + (march >= 10), 4);
	put_digits(w, march < 10 ? march + 3 : march - 9, 2);
	put_digits(w, of_year - (march * 153 + 2) / 5 + 1, 2);
	w->text[w->n++] = '-';
	put_digits(w, of_day / 3600000, 2);
	w->text[w->n++] = ':';
	put_digits(w, of_day / 60000 % 60, 2);
	w->text[w->n++] = ':';
	put_digits(w, of_day / 1000 % 60, 2);
	w->text[w->n++] = '.';
	put_digits(w, of_day % 1000, 3);
	w->text[w->n++] = FIX_SOH;
}

/**
 * fix_end - a message is written
 * @w: the message
 *
 * Return: its bytes.
 */
size_t fix_end(struct fix_writer *w)
{
	const size_t n = w->n;

	w->n = BEGIN_LEN;
	put_digits(w, n - w->body, LENGTH_DIGITS);
	w->n = n;
	put_text(w, "10=", 3);
	put_digits(w, sum_of(w->text, n), 3);
	w->text[w->n++] = FIX_SOH;
	return w->n;
}

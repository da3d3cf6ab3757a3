// SPDX-License-Identifier: GPL-2.0
/* FIX messages: what is right, what is wrong and by which of the standard's reasons. */
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
#include "scenarios/orders_fix.h"

#define HEAD	"35=D|49=A|56=B|34=7|52=20030618-12:34:56.789|"
/* Of a cancel, or a replace. */
#define LATER	"49=A|56=B|34=8|52=20030618-12:34:56|11=two|41=one|55=CNTD|54=2|60=20030618-12:34:56|"
#define ORDER	"11=one|55=CNTD|54=1|60=20030618-12:34:56|38=100|40=2|44=101.25|"

/* A message of the body, in memory of its own: ASan sees beyond it. Returns its bytes. */
static char *message(const char *body, size_t *len)
{
	char *text = malloc(FIX_MOST + 64), *whole;
	u32 sum = 0, i;
	int n;

	n = sprintf(text, "8=FIX.4.4|9=%zu|%s", strlen(body), body);
	for (i = 0; (int)i < n; i++) {
		if (text[i] == '|')
			text[i] = FIX_SOH;
		else if (text[i] == '~')
			text[i] = '\0';
		sum += (unsigned char)text[i];
	}
	n += sprintf(text + n, "10=%03u%c", sum % 256, FIX_SOH);
	whole = malloc(n);
	memcpy(whole, text, n);
	free(text);
	*len = n;
	return whole;
}

static enum fix_fault order_of(const char *body, struct fix_message *m, struct order *order)
{
	size_t len, used;
	char *text = message(body, &len);
	enum fix_fault what = fix_frame(text, len, &used);

	if (what == FIX_FINE) {
		assert_int_equal(used, len);
		what = fix_parse(text, len, m);
	}
	if (what == FIX_FINE)
		what = fix_order(m, order);
	free(text);
	return what;
}

static void test_good(void **state)
{
	struct fix_message m;
	struct order o;

	assert_int_equal(order_of(HEAD "97=N|1=17|21=1|" ORDER "59=3|58=why|", &m, &o), FIX_FINE);
	assert_int_equal(m.seq, 7);
	assert_int_equal(o.kind, ORDER_NEW);
	assert_string_equal(o.id.text, "one");
	assert_int_equal(o.side, SIDE_BUY);
	assert_int_equal(o.quantity, 100);
	assert_int_equal(o.price, 10125);
	assert_int_equal(o.force, FORCE_IOC);
	assert_int_equal(o.account, 17);
	assert_int_equal(order_of("35=F|" LATER, &m, &o), FIX_FINE);
	assert_int_equal(o.kind, ORDER_CANCEL);
	assert_string_equal(o.original.text, "one");
	assert_int_equal(order_of("35=G|" LATER "38=5.00|40=2|44=7|", &m, &o), FIX_FINE);
	assert_int_equal(o.kind, ORDER_REPLACE);
	assert_int_equal(o.quantity, 5);
	assert_int_equal(o.price, 700);
}

static void test_bad(void **state)
{
	static const struct {
		const char *body;
		enum fix_fault fault;
		u32 tag;
	} bad[] = {
		{ HEAD ORDER "0=1|", FIX_FAULT_TAG, 0 },
		{ HEAD ORDER "x=1|", FIX_FAULT_TAG, 0 },
		{ HEAD ORDER "058=1|", FIX_FAULT_TAG, 58 },
		{ HEAD ORDER "58|", FIX_FAULT_TAG, 58 },
		{ HEAD ORDER "99999999999=1|", FIX_FAULT_TAG, 999999 },
		{ HEAD ORDER "58=|", FIX_FAULT_EMPTY, FIX_TEXT },
		{ HEAD ORDER "11=one|", FIX_FAULT_TWICE, FIX_CL_ORD_ID },
		{ HEAD ORDER "43=N|", FIX_FAULT_ORDER, FIX_POSS_DUP_FLAG },
		{ HEAD ORDER "98=0|", FIX_FAULT_UNDEFINED, FIX_ENCRYPT_METHOD },
		{ HEAD ORDER "59=4|", FIX_FAULT_RANGE, FIX_TIME_IN_FORCE },
		{ HEAD ORDER "59=13|", FIX_FAULT_FORMAT, FIX_TIME_IN_FORCE },
		{ HEAD ORDER "1=me|", FIX_FAULT_FORMAT, FIX_ACCOUNT },
		{ HEAD "11=one|55=CNTD|54=1|60=20030618-12:34:56|38=100|40=2|",
		  FIX_FAULT_MISSING, FIX_PRICE },
		{ HEAD "55=CNTD|54=1|60=20030618-12:34:56|38=100|40=2|44=1|",
		  FIX_FAULT_MISSING, FIX_CL_ORD_ID },
		{ HEAD "11=one|55=IBM|", FIX_FAULT_RANGE, FIX_SYMBOL },
		{ HEAD "11=012345678901234567890123|", FIX_FAULT_RANGE, FIX_CL_ORD_ID },
		{ HEAD "54=3|", FIX_FAULT_RANGE, FIX_SIDE },
		{ HEAD "40=1|", FIX_FAULT_RANGE, FIX_ORD_TYPE },
		{ HEAD "44=1.005|", FIX_FAULT_RANGE, FIX_PRICE },
		{ HEAD "44=-1|", FIX_FAULT_FORMAT, FIX_PRICE },
		{ HEAD "44=.|", FIX_FAULT_FORMAT, FIX_PRICE },
		{ HEAD "44=9999999999999999|", FIX_FAULT_RANGE, FIX_PRICE },
		{ HEAD "38=1.5|", FIX_FAULT_RANGE, FIX_ORDER_QTY },
		{ HEAD "60=yesterday|", FIX_FAULT_FORMAT, FIX_TRANSACT_TIME },
		{ "35=Z|49=A|56=B|34=7|52=20030618-12:34:56|", FIX_FAULT_TYPE, FIX_MSG_TYPE },
		{ "35=AE|49=A|56=B|34=7|52=20030618-12:34:56|", FIX_FAULT_TYPE, FIX_MSG_TYPE },
		{ "35=D|56=B|34=7|52=20030618-12:34:56|", FIX_FAULT_MISSING, FIX_SENDER_COMP_ID },
		{ "35=D|49=A|56=B|34=7|", FIX_FAULT_MISSING, FIX_SENDING_TIME },
		/* Control characters. */
		{ HEAD "11=~abc|", FIX_FAULT_FORMAT, FIX_CL_ORD_ID },
		{ HEAD "11=ab~c|", FIX_FAULT_FORMAT, FIX_CL_ORD_ID },
		{ HEAD "11=ab\x1f|", FIX_FAULT_FORMAT, FIX_CL_ORD_ID },
		{ "35=D|49=~|56=B|34=7|52=20030618-12:34:56|", FIX_FAULT_FORMAT,
		  FIX_SENDER_COMP_ID },
		/* The third field is not its type. */
		{ "35=~|49=A|56=B|34=7|52=20030618-12:34:56|", FIX_GARBLED, 0 },
		{ "x=1|35=D|49=A|56=B|34=7|52=20030618-12:34:56|", FIX_GARBLED, 0 },
		{ "35=D|49=A|56=B|34=7|52=now|", FIX_FAULT_FORMAT, FIX_SENDING_TIME },
		{ "35=D|49=A|56=B|52=20030618-12:34:56|", FIX_UNNUMBERED, 0 },
		{ "35=D|49=A|56=B|34=x|52=20030618-12:34:56|", FIX_UNNUMBERED, 0 },
		{ "35=D|49=A|56=B|34=0|52=20030618-12:34:56|", FIX_UNNUMBERED, 0 },
		{ "35=D|49=A|56=B|34=-7|52=20030618-12:34:56|", FIX_UNNUMBERED, 0 },
		{ "35=D|49=A|56=B|34=|52=20030618-12:34:56|", FIX_UNNUMBERED, 0 },
		{ "35=D|49=A|56=B|34=18446744073709551623|52=20030618-12:34:56|", FIX_UNNUMBERED,
		  0 },
		/* What FIX has, but not in this message. */
		{ HEAD ORDER "41=one|", FIX_FAULT_ELSEWHERE, FIX_ORIG_CL_ORD_ID },
		{ "35=F|49=A|56=B|34=7|52=20030618-12:34:56|44=1|", FIX_FAULT_ELSEWHERE,
		  FIX_PRICE },
		{ "49=A|35=D|56=B|34=1|52=20030618-12:34:56|", FIX_GARBLED, 0 },
	};
	struct fix_message m;
	struct order o;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		const enum fix_fault fault = order_of(bad[i].body, &m, &o);

		if (fault != bad[i].fault || (fault < FIX_GARBLED && m.tag != bad[i].tag))
			fail_msg("%s: fault %u of tag %u, and not %u of %u", bad[i].body, fault,
				 m.tag, bad[i].fault, bad[i].tag);
		/* It is missed by its number. */
		if (fault < FIX_GARBLED)
			assert_int_equal(m.seq, 7);
	}
}

static void frames(const char *text, size_t len, enum fix_fault fault, size_t used)
{
	char *own = malloc(len);
	size_t was;

	memcpy(own, text, len);
	assert_int_equal(fix_frame(own, len, &was), fault);
	assert_int_equal(was, used);
	free(own);
}

static void test_frame(void **state)
{
	size_t len, cut;
	char *good = message(HEAD ORDER, &len), *two = malloc(2 * len);

	for (cut = 1; cut < len; cut++)
		frames(good, cut, FIX_MORE, 0);
	memcpy(two, good, len);
	memcpy(two + len, good, len);
	frames(two, 2 * len, FIX_FINE, len);
	/* One byte that is another one: the sum sees it, and the next message is found. */
	for (cut = 20; cut < len; cut++) {
		two[cut]++;
		frames(two, 2 * len, FIX_GARBLED, len);
		two[cut]--;
	}
	/* A length that is not that of the message. */
	two[13]++;
	frames(two, 2 * len, FIX_GARBLED, len);
	frames("8=FIX.4.2\0019=5\00135=0\00110=161\001", 27, FIX_GARBLED, 27);
	frames("8=FIX.4.4\0019=99999\001", 18, FIX_GARBLED, 18);
	frames("8=FIX.4.4\0019=123456", 18, FIX_GARBLED, 18);
	frames("GET / HTTP/1.1\r\n", 16, FIX_GARBLED, 16);
	free(two);
	free(good);
}

static void test_write(void **state)
{
	char text[FIX_MOST];
	struct fix_message m;
	struct fix_writer w;
	size_t len, used;
	struct order o;

	fix_begin(&w, text, 'D');
	fix_put(&w, FIX_SENDER_COMP_ID, "A", 1);
	fix_put(&w, FIX_TARGET_COMP_ID, "B", 1);
	fix_put_number(&w, FIX_MSG_SEQ_NUM, 12);
	/* The leap day of a year that 400 divides. */
	fix_put_time(&w, FIX_SENDING_TIME, 951827696789ULL);
	fix_put(&w, FIX_CL_ORD_ID, "x-1", 3);
	fix_put(&w, FIX_SYMBOL, BOOK_SYMBOL, strlen(BOOK_SYMBOL));
	fix_put_char(&w, FIX_SIDE, '2');
	fix_put_time(&w, FIX_TRANSACT_TIME, 1704067199999ULL);
	fix_put_number(&w, FIX_ORDER_QTY, 40);
	fix_put_char(&w, FIX_ORD_TYPE, '2');
	fix_put_price(&w, FIX_PRICE, 10005);
	len = fix_end(&w);
	assert_int_equal(fix_frame(text, len, &used), FIX_FINE);
	assert_int_equal(used, len);
	assert_int_equal(fix_parse(text, len, &m), FIX_FINE);
	assert_int_equal(fix_order(&m, &o), FIX_FINE);
	assert_int_equal(o.price, 10005);
	assert_int_equal(o.quantity, 40);
	assert_memory_equal(fix_find(&m, FIX_SENDING_TIME)->value, "20000229-12:34:56.789", 21);
	assert_memory_equal(fix_find(&m, FIX_TRANSACT_TIME)->value, "20231231-23:59:59.999", 21);
	assert_memory_equal(fix_find(&m, FIX_PRICE)->value, "100.05", 6);
}

/* A time is read as it was written, over leap days and centuries. */
static void test_time(void **state)
{
	static const u64 days[] = { 0, 58, 59, 789, 11015, 11016, 11017, 19782, 47540, 47541 };
	struct fix_field f;
	char text[FIX_MOST];
	struct fix_writer w = { .text = text };
	u64 ms;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(days); i++) {
		w.n = 0;
		fix_put_time(&w, FIX_SENDING_TIME, days[i] * 86400000 + 86399987);
		f = (struct fix_field){ FIX_SENDING_TIME, w.n - 4, text + 3 };
		assert_true(fix_time(&f, &ms));
		assert_int_equal(ms, days[i] * 86400000 + 86399987);
	}
	f = (struct fix_field){ FIX_SENDING_TIME, 17, "20030618-12:34:56" };
	assert_true(fix_time(&f, &ms));
	assert_int_equal(ms, 1055939696000ULL);
	f.value = "20030018-12:34:56";
	assert_false(fix_time(&f, &ms));
	f.value = "20030618-24:34:56";
	assert_false(fix_time(&f, &ms));
}

/* Whatever comes: it ends, and reads nothing beyond. */
static void test_fuzz(void **state)
{
	static const char some[] = "0123456789=.8\001\001\001DFGABC-:";
	struct fix_message m;
	struct order o;
	struct rng rng;
	size_t len, used, at;
	u32 i, k, n;
	char *text;

	rng_seed(&rng, 1, 0);
	for (i = 0; i < 20000; i++) {
		char body[300] = HEAD ORDER;

		n = rng_next(&rng) % 12;
		for (k = 0; k < n; k++)
			body[rng_next(&rng) % strlen(body)] =
				some[rng_next(&rng) % (sizeof(some) - 1)];
		text = message(body, &len);
		for (k = rng_next(&rng) % 3; k; k--)
			text[rng_next(&rng) % len] = some[rng_next(&rng) % (sizeof(some) - 1)];
		for (at = 0; at < len; at += used) {
			const enum fix_fault what = fix_frame(text + at, len - at, &used);

			if (what == FIX_MORE)
				break;
			assert_true(used && used <= len - at);
			if (what == FIX_FINE && fix_parse(text + at, used, &m) == FIX_FINE)
				fix_order(&m, &o);
		}
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_frame),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_fuzz),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

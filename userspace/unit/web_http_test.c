// SPDX-License-Identifier: GPL-2.0
/* Requests come out of a connection's bytes the same, however these are cut. */
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
#include "scenarios/web_http.h"

#define MOST	16

/* What came out of some bytes. */
struct seen {
	struct web_request request[MOST];
	unsigned int n;
	unsigned int continues;
	bool bad;
	bool midway;
};

/* Feed @len bytes in pieces of what is given, each in memory of its own: ASan sees beyond it. */
static void feed(struct web_http *http, const char *data, size_t len, struct seen *seen)
{
	char *piece = malloc(len);
	size_t at = 0, used;

	memcpy(piece, data, len);
	while (at < len && !seen->bad) {
		struct web_request request;
		const enum web_fed fed = web_http_feed(http, piece + at, len - at, &used, &request);

		assert_true(used <= len - at);
		at += used;
		seen->continues += fed == WEB_CONTINUE;
		seen->bad = fed == WEB_BAD;
		if (fed == WEB_MORE)
			assert_int_equal(at, len);
		if (fed == WEB_REQUEST || fed == WEB_BAD) {
			assert_true(seen->n < MOST);
			seen->request[seen->n++] = request;
		}
	}
	free(piece);
}

static struct seen seen_of(const char *data, size_t len, size_t first)
{
	struct seen seen = { };
	struct web_http http;

	web_http_init(&http);
	if (first)
		feed(&http, data, first, &seen);
	feed(&http, data + first, len - first, &seen);
	seen.midway = web_http_midway(&http);
	web_http_free(&http);
	return seen;
}

static void assert_same(const struct seen *a, const struct seen *b)
{
	unsigned int i;

	assert_int_equal(a->n, b->n);
	assert_int_equal(a->bad, b->bad);
	for (i = 0; i < a->n; i++) {
		assert_int_equal(a->request[i].number, b->request[i].number);
		assert_int_equal(a->request[i].session, b->request[i].session);
		assert_int_equal(a->request[i].status, b->request[i].status);
		assert_int_equal(a->request[i].what, b->request[i].what);
		assert_int_equal(a->request[i].keep_alive, b->request[i].keep_alive);
		assert_int_equal(a->request[i].head_only, b->request[i].head_only);
	}
}

/* Whole; cut at each byte; and a byte at a time. */
static struct seen read_all(const char *data, size_t len)
{
	struct seen whole = seen_of(data, len, 0), cut, bytes = { };
	struct web_http http;
	size_t at;

	for (at = 1; at < len; at++) {
		cut = seen_of(data, len, at);
		assert_same(&whole, &cut);
	}
	web_http_init(&http);
	for (at = 0; at < len && !bytes.bad; at++)
		feed(&http, data + at, 1, &bytes);
	web_http_free(&http);
	assert_same(&whole, &bytes);
	return whole;
}

static struct seen read_text(const char *text)
{
	return read_all(text, strlen(text));
}

/* The one answer that some bytes get, and nothing after it. */
static void assert_status(const char *text, unsigned int status)
{
	struct seen seen = read_text(text);

	if (seen.n != 1 || seen.request[0].status != status)
		fail_msg("%u requests, status %u and not %u: %s", seen.n,
			 seen.n ? seen.request[0].status : 0, status, text);
}

#define HOST "Host: a\r\n"

static void test_request(void **state)
{
	struct seen seen = read_text("GET /?n=42 HTTP/1.1\r\n" HOST
				     "Cookie: a=b; session=7; c=1\r\n\r\n");

	assert_int_equal(seen.n, 1);
	assert_false(seen.bad);
	assert_false(seen.midway);
	assert_int_equal(seen.request[0].number, 42);
	assert_int_equal(seen.request[0].session, 7);
	assert_int_equal(seen.request[0].status, 0);
	assert_int_equal(seen.request[0].what, WEB_PLAIN);
	assert_true(seen.request[0].keep_alive);
}

static void test_pipeline(void **state)
{
	struct seen seen = read_text("GET /?n=1 HTTP/1.1\r\n" HOST "\r\n"
				     "POST /block?n=2 HTTP/1.1\r\n" HOST
				     "Content-Length: 6\r\n\r\nGET /\n"
				     "POST /burn?x=9&n=3 HTTP/1.1\r\n" HOST
				     "Transfer-Encoding: chunked\r\n\r\n"
				     "3\r\nabc\r\n0\r\nT: x\r\n\r\n"
				     "HEAD http://a/leave?n=4 HTTP/1.1\r\n" HOST
				     "Connection: close\r\n\r\n");

	assert_int_equal(seen.n, 4);
	assert_false(seen.bad);
	assert_int_equal(seen.request[0].number, 1);
	assert_int_equal(seen.request[1].number, 2);
	assert_int_equal(seen.request[1].what, WEB_BLOCK);
	assert_int_equal(seen.request[2].number, 3);
	assert_int_equal(seen.request[2].what, WEB_BURN);
	assert_int_equal(seen.request[3].number, 4);
	assert_int_equal(seen.request[3].what, WEB_LEAVE);
	assert_true(seen.request[3].head_only);
	assert_true(seen.request[2].keep_alive);
	assert_false(seen.request[3].keep_alive);
}

/* HTTP/1.0 closes unless it says otherwise, and names no host. */
static void test_old(void **state)
{
	assert_false(read_text("GET / HTTP/1.0\r\n\r\n").request[0].keep_alive);
	assert_true(read_text("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
		    .request[0].keep_alive);
}

static void test_refused(void **state)
{
	assert_status("GET /nowhere HTTP/1.1\r\n" HOST "\r\n", 404);
	assert_status("DELETE / HTTP/1.1\r\n" HOST "\r\n", 405);
	assert_status("CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n", 405);
	assert_status("NONSENSE\r\n\r\n", 400);
	assert_status("GET / HTTP/2.0\r\n" HOST "\r\n", 400);
	assert_status("GET / HTTP/1.1\r\n\r\n", 400);
	assert_status("GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400);
	assert_status("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400);
	assert_status("\x16\x03\x01\x02", 400);
}

/* What two servers in a row might read in two ways. */
static void test_smuggling(void **state)
{
	assert_status("POST / HTTP/1.1\r\n" HOST "Content-Length: 4\r\n"
		      "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
	assert_status("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n"
		      "Content-Length: 4\r\n\r\n0\r\n\r\n", 400);
	assert_status("POST / HTTP/1.1\r\n" HOST
		      "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde", 400);
	assert_status("POST / HTTP/1.1\r\n" HOST "Content-Length: +4\r\n\r\nabcd", 400);
	assert_status("POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", 400);
	assert_status("POST / HTTP/1.1\r\n" HOST
		      "Content-Length: 99999999999999999999\r\n\r\n", 400);
	assert_status("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n", 400);
	assert_status("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked, gzip\r\n\r\n", 400);
	assert_status("POST / HTTP/1.1\r\n" HOST "Content-Length : 4\r\n\r\nabcd", 400);
	assert_status("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nx\r\n", 400);
	assert_status("GET / HTTP/1.1\r\n" HOST "A\x01: b\r\n\r\n", 400);
}

#define CHUNKED "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"

/* What the library lets pass. */
static void test_lines(void **state)
{
	assert_status(CHUNKED "1\r\naXX0\r\n\r\n", 400);
	assert_status(CHUNKED "1\r\na\rX0\r\n\r\n", 400);
	assert_status(CHUNKED "1;\na\r\n0\r\n\r\n", 400);
	assert_status(CHUNKED "1\rXa\r\n0\r\n\r\n", 400);
	assert_status(CHUNKED "00000000000000001\r\na\r\n0\r\n\r\n", 0);
	assert_status(CHUNKED "000000000000000001\r\na\r\n0\r\n\r\n", 400);
	assert_status(CHUNKED "1\r\na\r\n0 ;a=b\r\nT: x\r\n\r\n", 0);
	assert_status("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding:\r\n chunked\r\n\r\n"
		      "0\r\n\r\n", 400);
	assert_status("POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\t4\r\n\r\nabcd", 400);
	assert_status("GET / HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n", 400);
	assert_status("GET / HTTP/1.1\nHost: a\n\n", 400);
	assert_status("HEAD / HTTP/1.1\r\n" HOST "\n", 400);
	assert_status("GET / HTTP/1.1\r\n" HOST "X: a\x02-\r\n\r\n", 400);
	assert_status("\nGET / HTTP/1.1\r\n" HOST "\r\n", 400);
	/* In a body there are no lines. */
	assert_status("POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\n\n a", 0);
	assert_status(CHUNKED "3\r\n\n\r \r\n0\r\n\r\n", 0);
}

/* A text of @n bytes between two others; the caller frees it. */
static char *with_run(const char *before, size_t n, char of, const char *after)
{
	char *text = malloc(strlen(before) + n + strlen(after) + 1);

	strcpy(text, before);
	memset(text + strlen(before), of, n);
	strcpy(text + strlen(before) + n, after);
	return text;
}

static unsigned int status_of(char *text)
{
	struct seen seen = seen_of(text, strlen(text), 0);

	free(text);
	assert_int_equal(seen.n, 1);
	return seen.request[0].status;
}

static void test_limits(void **state)
{
	char headers[8 * (WEB_HEADERS_MOST + 1) + 64];
	char *at = headers;
	int i;

	assert_int_equal(status_of(with_run("GET /?", WEB_URL_MOST - 2, 'a',
					    " HTTP/1.1\r\n" HOST "\r\n")), 404);
	assert_int_equal(status_of(with_run("GET /?", WEB_URL_MOST - 1, 'a',
					    " HTTP/1.1\r\n" HOST "\r\n")), 414);
	assert_int_equal(status_of(with_run("GET / HTTP/1.1\r\n" HOST "X: ", WEB_HEAD_MOST / 2, 'a',
					    "\r\n\r\n")), 0);
	assert_int_equal(status_of(with_run("GET / HTTP/1.1\r\n" HOST "X: ", WEB_HEAD_MOST, 'a',
					    "\r\n\r\n")), 431);
	assert_int_equal(status_of(with_run("GET / HTTP/1.1\r\n" HOST "X: ", WEB_HEAD_MOST, ' ',
					    "\r\n\r\n")), 431);
	assert_int_equal(status_of(with_run("POST / HTTP/1.1\r\n" HOST "Content-Length: 65536\r\n\r\n",
					    WEB_BODY_MOST, 'a', "")), 0);
	assert_int_equal(status_of(with_run("POST / HTTP/1.1\r\n" HOST "Content-Length: 65537\r\n\r\n",
					    1, 'a', "")), 413);
	assert_int_equal(status_of(with_run("POST / HTTP/1.1\r\n" HOST
					    "Transfer-Encoding: chunked\r\n\r\n10001\r\n",
					    WEB_BODY_MOST + 1, 'a', "")), 413);
	at += sprintf(at, "GET / HTTP/1.1\r\n" HOST);
	for (i = 1; i < WEB_HEADERS_MOST; i++)
		at += sprintf(at, "A: b\r\n");
	sprintf(at, "\r\n");
	assert_int_equal(status_of(strdup(headers)), 0);
	sprintf(at, "A: b\r\n\r\n");
	assert_int_equal(status_of(strdup(headers)), 431);
}

/* Empty lines before a request are none, but only so many of them. */
static void test_empty_lines(void **state)
{
	struct seen seen = read_text("\r\n\r\nGET /?n=1 HTTP/1.1\r\n" HOST "\r\n\r\n");
	char *lines = with_run("", 2 * WEB_HEAD_MOST, '\n', "");

	assert_int_equal(seen.n, 1);
	assert_false(seen.midway);
	seen = seen_of(lines, strlen(lines), 0);
	assert_true(seen.bad);
	free(lines);
}

static void test_continue(void **state)
{
	static const char head[] = "POST / HTTP/1.1\r\n" HOST
				   "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n";
	static const char head_and[] = "POST / HTTP/1.1\r\n" HOST
				       "Expect: 100-continue\r\nContent-Length: 3\r\n\r\nab";
	struct seen seen = { };
	struct web_http http;

	web_http_init(&http);
	feed(&http, head, strlen(head), &seen);
	assert_int_equal(seen.continues, 1);
	assert_true(web_http_midway(&http));
	feed(&http, "abc", 3, &seen);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.continues, 1);
	assert_false(web_http_midway(&http));
	web_http_free(&http);
	/* It has not waited. */
	seen = seen_of(head_and, strlen(head_and), 0);
	assert_int_equal(seen.continues, 0);
}

#define EXPECT "Expect: 100-continue\r\n"

/* What is refused anyway is told at once, and ends. */
static void assert_at_once(const char *head, unsigned int status)
{
	struct seen seen = read_text(head);

	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.request[0].status, status);
	assert_int_equal(seen.continues, 0);
	assert_true(seen.bad);
}

static void test_expect(void **state)
{
	struct seen seen;

	assert_at_once("PUT / HTTP/1.1\r\n" HOST EXPECT "Content-Length: 4\r\n\r\n", 405);
	assert_at_once("POST /x HTTP/1.1\r\n" HOST EXPECT "Content-Length: 4\r\n\r\n", 404);
	assert_at_once("POST /x HTTP/1.1\r\n" HOST EXPECT
		       "Transfer-Encoding: chunked\r\n\r\n", 404);
	assert_at_once("POST / HTTP/1.1\r\n" HOST EXPECT "Content-Length: 65537\r\n\r\n", 413);
	assert_at_once("POST / HTTP/1.1\r\n" HOST "Expect: banana\r\n"
		       "Content-Length: 4\r\n\r\n", 417);
	assert_at_once("GET / HTTP/1.1\r\n" HOST EXPECT "Expect: banana\r\n\r\n", 417);
	/* No body, nothing to wait for: the connection goes on. */
	seen = read_text("GET /x HTTP/1.1\r\n" HOST EXPECT "\r\n");
	assert_int_equal(seen.continues, 0);
	assert_false(seen.bad);
	/* HTTP/1.0 knows of none. */
	seen = read_text("POST / HTTP/1.0\r\n" EXPECT "Content-Length: 4\r\n\r\n");
	assert_int_equal(seen.continues, 0);
	assert_true(seen.midway);
	assert_status("GET / HTTP/1.0\r\nExpect: banana\r\n\r\n", 0);
}

static void test_codings(void **state)
{
	assert_status("POST / HTTP/1.1\r\n" HOST
		      "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501);
	assert_status("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n"
		      "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501);
	assert_status("POST / HTTP/1.1\r\n" HOST
		      "Transfer-Encoding: Chunked \r\n\r\n0\r\n\r\n", 0);
	assert_status("POST / HTTP/1.0\r\nConnection: keep-alive\r\n"
		      "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
}

static void test_host(void **state)
{
	static const char *const bad[] = { "a b", "a/c", "u@a", "a?", "a#", "a\\b", "a\xff" };
	static const char *const good[] = { "a", "a:80 ", "[::1]:80\t", "127.0.0.1", "a_b%20" };
	char text[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		sprintf(text, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", bad[i]);
		assert_status(text, 400);
	}
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		sprintf(text, "GET / HTTP/1.1\r\nHost: %s\r\n\r\n", good[i]);
		assert_status(text, 0);
	}
}

/* Bytes at random, and requests with some of theirs changed: an end, and no other memory. */
static void test_fuzz(void **state)
{
	static const char request[] =
		"POST /block?n=12&x=y HTTP/1.1\r\n" HOST "Cookie: session=3\r\n"
		"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n"
		"GET / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc";
	char bytes[sizeof(request)];
	struct rng rng;
	u32 round, i;

	rng_seed(&rng, 1, 0);
	for (round = 0; round < 50000; round++) {
		struct seen seen = { }, whole;
		struct web_http http;
		size_t at = 0, n;

		memcpy(bytes, request, sizeof(bytes));
		for (i = rng_below(&rng, 6); i; i--)
			bytes[rng_below(&rng, sizeof(bytes) - 1)] = rng_next(&rng) >> 56;
		web_http_init(&http);
		while (at < sizeof(bytes) - 1 && !seen.bad) {
			n = 1 + rng_below(&rng, 20);
			n = n < sizeof(bytes) - 1 - at ? n : sizeof(bytes) - 1 - at;
			feed(&http, bytes + at, n, &seen);
			at += n;
		}
		web_http_free(&http);
		whole = seen_of(bytes, sizeof(bytes) - 1, 0);
		assert_same(&whole, &seen);
	}
}

static void test_answer(void **state)
{
	char buf[WEB_ANSWER_HEAD];
	struct web_stamp stamp = { };
	static const unsigned int all[] = {
		200, 400, 404, 405, 408, 413, 414, 417, 429, 431, 500, 501, 503,
	};
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		n = web_http_answer(buf, all[i], i % 2, SIZE_MAX, &stamp);
		assert_true(n < sizeof(buf) - 16);
		assert_memory_equal(buf + n - 4, "\r\n\r\n", 4);
		assert_int_equal(atoi(buf + strlen("HTTP/1.1 ")), all[i]);
		buf[n] = '\0';
		assert_non_null(strstr(buf, "\r\nContent-Length: 18446744073709551615\r\n"));
		assert_non_null(strstr(buf, i % 2 ? "Connection: keep-alive" :
						    "Connection: close"));
		assert_int_equal(all[i] == 405, !!strstr(buf, "Allow: GET"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_pipeline),
		cmocka_unit_test(test_old),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_smuggling),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_empty_lines),
		cmocka_unit_test(test_continue),
		cmocka_unit_test(test_expect),
		cmocka_unit_test(test_codings),
		cmocka_unit_test(test_host),
		cmocka_unit_test(test_fuzz),
		cmocka_unit_test(test_answer),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

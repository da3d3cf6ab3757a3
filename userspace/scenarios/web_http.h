/* SPDX-License-Identifier: GPL-2.0 */
/*
 * HTTP/1.1 as a server speaks it (RFC 9112), on libhttp-parser: requests out of the bytes of a
 * connection, however these are cut, and answers. It knows neither sockets nor what a request is
 * for.
 *
 * It is strict: what two servers in a row might read in two ways (a length twice, a length and
 * chunks, a blank in a header's name, a line that ends with LF alone or goes on in the next one, a
 * chunk without its end) is refused, and so is what is longer than its limits.
 */
#ifndef CONTEND_WEB_HTTP_H
#define CONTEND_WEB_HTTP_H

#include <http_parser.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* Bytes of a request's URL, of its head with that, and of its body; and its headers. */
#define WEB_URL_MOST		2048
#define WEB_HEAD_MOST		8192
#define WEB_BODY_MOST		65536
#define WEB_HEADERS_MOST	64
/* The most that an answer has before its body. */
#define WEB_ANSWER_HEAD		320

/* What a request asks for, by its path. */
enum web_what { WEB_PLAIN, WEB_LEAVE, WEB_BLOCK, WEB_BURN };

/**
 * struct web_request - one
 * @number: "n" of its query; 0 without
 * @session: "session" of its cookie; 0 without
 * @status: how it is to be answered, if it is known already: an error; or 0
 * @what: see there
 * @keep_alive: the connection goes on after the answer
 * @head_only: the answer has no body
 */
struct web_request {
	u64 number;
	u64 session;
	u16 status;
	u8 what;
	bool keep_alive;
	bool head_only;
};

struct web_head;

/**
 * struct web_http - the requests of a connection; its owner's
 * @parser: of libhttp-parser
 * @head: of the request that is coming in; NULL between two: what is idle takes no memory
 * @at: of the bytes that are read, up to where they were looked at beside the parser
 * @zeros: which the line has begun with
 * @last: of these bytes, the last
 * @done: the parser has come to the end of a request
 */
struct web_http {
	struct http_parser parser;
	struct web_head *head;
	const char *at;
	u8 zeros;
	u8 last;
	bool done;
};

enum web_fed {
	WEB_MORE,	/* it is not whole yet */
	WEB_CONTINUE,	/* nor is this one, whose client waits for "100 Continue" */
	WEB_REQUEST,	/* here is one */
	WEB_BAD,	/* here is one that is refused, and nothing after it can be read */
};

/**
 * struct web_stamp - the time of day, for answers; one thread's own
 * @second: of which
 * @text: that, as a Date: has it
 */
struct web_stamp {
	time_t second;
	char text[32];
};

void web_http_init(struct web_http *http);
void web_http_free(struct web_http *http);
bool web_http_midway(const struct web_http *http);
enum web_fed web_http_feed(struct web_http *http, const char *data, size_t len, size_t *used,
			   struct web_request *request);
size_t web_http_answer(char *buf, u16 status, bool keep_alive, size_t length,
		       struct web_stamp *stamp);

#endif /* CONTEND_WEB_HTTP_H */

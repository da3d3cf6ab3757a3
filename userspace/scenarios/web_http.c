// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "web_http.h"

/* Of a URL so much is kept, of a header's name, and of its value: no longer ones mean anything. */
#define URL_KEPT	256
#define NAME_KEPT	24
#define VALUE_KEPT	272
/* No line outside of a body begins with more zeros: a chunk's size has no use for them. */
#define ZEROS_MOST	16
/* In place of the last byte, after some of a chunk: CR follows, unless more of it does. */
#define AFTER_CHUNK	1

/**
 * struct web_head - what is kept of a request while it comes in
 * @request: what is known
 * @url: its beginning
 * @url_len: all of its bytes
 * @name: of the last header, its beginning
 * @name_len: all of its bytes
 * @value: of it, its beginning
 * @value_len: all of its bytes
 * @headers: how many
 * @hosts: of them those that name a host; one that names none counts twice
 * @body: bytes of its body up to now
 * @demand: the status of what its headers ask for and do not get, with the last one of them
 * @in_value: the value of the last header has begun
 * @complete: all headers are there: what follows are trailers
 * @expects: its client waits for "100 Continue"
 */
struct web_head {
	struct web_request request;
	char url[URL_KEPT];
	size_t url_len;
	char name[NAME_KEPT];
	size_t name_len;
	char value[VALUE_KEPT];
	size_t value_len;
	u32 headers;
	u32 hosts;
	u64 body;
	u16 demand;
	bool in_value;
	bool complete;
	bool expects;
};

static struct web_http *of(struct http_parser *parser)
{
	return parser->data;
}

/*
 * What the library lets pass outside of bodies: lines that do not end with CRLF or go on in the
 * next one, NUL and its like, a chunk that ends with anything, and zeros without end. Its
 * callbacks do not see these bytes, so they are looked at beside it, up to @end.
 */
static bool is_framed(struct web_http *http, const char *end)
{
	const char *at = http->at;
	u8 last = http->last, c;

	http->at = end;
	for (; at < end; at++, last = c) {
		c = *at;
		if (c > '\r' && last > '\r')
			continue;
		if (last == '\n' && c == '0') {
			if (++http->zeros > ZEROS_MOST)
				return false;
			/* Still the beginning of a line. */
			c = last;
			continue;
		}
		if ((last == '\r') != (c == '\n') || (last == AFTER_CHUNK && c != '\r') ||
		    (last == '\n' && !http->zeros && (c == ' ' || c == '\t')) ||
		    (c < '\r' && c != '\n' && c != '\t'))
			return false;
		http->zeros = 0;
	}
	http->last = last;
	return true;
}

/* Ends the parsing, with an answer. Not 1, which says of headers that no body follows them. */
static int refuse(struct http_parser *parser, enum http_status status)
{
	of(parser)->head->request.status = status;
	return -1;
}

/* The beginning of what comes in pieces; @len counts all of it. */
static void keep(char *kept, size_t size, size_t *len, const char *at, size_t n)
{
	if (*len < size)
		memcpy(kept + *len, at, n < size - *len ? n : size - *len);
	*len += n;
}

static bool is_name(const struct web_head *head, const char *name)
{
	return head->name_len == strlen(name) && !strncasecmp(head->name, name, head->name_len);
}

/* The number after "KEY=", at the begin of @text or after one of @before; 0 without. */
static u64 number_of(const char *text, const char *key, const char *before)
{
	const size_t len = strlen(key);
	const char *at = text;

	for (; (at = strstr(at, key)); at += len)
		if ((at == text || strchr(before, at[-1])) && at[len] == '=' &&
		    at[len + 1] >= '0' && at[len + 1] <= '9')
			return strtoull(at + len + 1, NULL, 10);
	return 0;
}

static int on_message_begin(struct http_parser *parser)
{
	struct web_http *http = of(parser);

	/* Without memory there is no request to be refused. */
	http->head = calloc(1, sizeof(*http->head));
	return !http->head;
}

static int on_url(struct http_parser *parser, const char *at, size_t n)
{
	struct web_head *head = of(parser)->head;

	head->request.head_only = parser->method == HTTP_HEAD;
	keep(head->url, sizeof(head->url), &head->url_len, at, n);
	return head->url_len > WEB_URL_MOST ?
	       refuse(parser, HTTP_STATUS_URI_TOO_LONG) : 0;
}

/* A name or an address, and perhaps a port. */
static bool is_host(const char *text)
{
	static const bool fits[256] = {
		['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['0' ... '9'] = true, ['-'] = true,
		['.'] = true, ['_'] = true, ['~'] = true, ['%'] = true, ['!'] = true, ['$'] = true,
		['&'] = true, ['\''] = true, ['('] = true, [')'] = true, ['*'] = true, ['+'] = true,
		[','] = true, [';'] = true, ['='] = true, [':'] = true, ['['] = true, [']'] = true,
	};

	while (fits[(u8)*text])
		text++;
	return !*text;
}

/* A header is whole. */
static void take_header(struct web_head *head)
{
	char value[VALUE_KEPT + 1];
	size_t len = head->value_len < VALUE_KEPT ? head->value_len : VALUE_KEPT;

	if (!head->in_value || head->complete)
		return;
	/* Blanks after it are none of it. */
	while (len && (head->value[len - 1] == ' ' || head->value[len - 1] == '\t'))
		len--;
	memcpy(value, head->value, len);
	value[len] = '\0';
	if (is_name(head, "host"))
		head->hosts += is_host(value) && head->value_len <= VALUE_KEPT ? 1 : 2;
	else if (is_name(head, "cookie"))
		head->request.session = number_of(value, "session", "; ");
	else if (is_name(head, "transfer-encoding") && strcasecmp(value, "chunked"))
		head->demand = HTTP_STATUS_NOT_IMPLEMENTED;
	else if (is_name(head, "expect") && !strcasecmp(value, "100-continue"))
		head->expects = true;
	else if (is_name(head, "expect") && !head->demand)
		head->demand = HTTP_STATUS_EXPECTATION_FAILED;
}

static int on_header_field(struct http_parser *parser, const char *at, size_t n)
{
	struct web_head *head = of(parser)->head;

	if (head->in_value || !head->headers) {
		take_header(head);
		head->in_value = false;
		head->name_len = 0;
		head->value_len = 0;
		if (++head->headers > WEB_HEADERS_MOST)
			return refuse(parser, HTTP_STATUS_REQUEST_HEADER_FIELDS_TOO_LARGE);
	}
	keep(head->name, sizeof(head->name), &head->name_len, at, n);
	/* The library lets it pass where it was not built to be strict. */
	return memchr(at, ' ', n) ? refuse(parser, HTTP_STATUS_BAD_REQUEST) : 0;
}

static int on_header_value(struct http_parser *parser, const char *at, size_t n)
{
	struct web_head *head = of(parser)->head;

	head->in_value = true;
	keep(head->value, sizeof(head->value), &head->value_len, at, n);
	return 0;
}

static enum web_what what_of(const char *path, size_t len, u16 *status)
{
	static const struct {
		const char *path;
		enum web_what what;
	} known[] = {
		{ "/", WEB_PLAIN }, { "/leave", WEB_LEAVE }, { "/block", WEB_BLOCK },
		{ "/burn", WEB_BURN },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (strlen(known[i].path) == len && !memcmp(known[i].path, path, len))
			return known[i].what;
	*status = HTTP_STATUS_NOT_FOUND;
	return WEB_PLAIN;
}

/* A path, or a whole URL as a proxy is asked: what of it names anything here. */
static void take_url(struct web_head *head)
{
	struct web_request *request = &head->request;
	char url[URL_KEPT + 1];
	struct http_parser_url parts;
	const size_t len = head->url_len < URL_KEPT ? head->url_len : URL_KEPT;
	const u16 query = 1 << UF_QUERY, path = 1 << UF_PATH;

	memcpy(url, head->url, len);
	url[len] = '\0';
	http_parser_url_init(&parts);
	if (head->url_len > URL_KEPT || http_parser_parse_url(url, len, false, &parts)) {
		request->status = HTTP_STATUS_NOT_FOUND;
		return;
	}
	if (parts.field_set & path)
		request->what = what_of(url + parts.field_data[UF_PATH].off,
					parts.field_data[UF_PATH].len, &request->status);
	if (parts.field_set & query) {
		url[parts.field_data[UF_QUERY].off + parts.field_data[UF_QUERY].len] = '\0';
		request->number = number_of(url + parts.field_data[UF_QUERY].off, "n", "&");
	}
}

static bool has_body(const struct http_parser *parser)
{
	return parser->flags & F_CHUNKED ||
	       (parser->flags & F_CONTENTLENGTH && parser->content_length);
}

static int on_headers_complete(struct http_parser *parser)
{
	struct web_head *head = of(parser)->head;
	struct web_request *request = &head->request;

	take_header(head);
	head->in_value = false;
	head->complete = true;
	/* Nobody is lent a connection: what follows is a body, or the next request. */
	parser->upgrade = 0;
	if (parser->http_major != 1 || parser->http_minor > 1 || head->hosts > 1 ||
	    (parser->http_minor && !head->hosts))
		return refuse(parser, HTTP_STATUS_BAD_REQUEST);
	/* The library has refused most of these; none may come through. */
	if (parser->uses_transfer_encoding &&
	    (parser->flags & F_CONTENTLENGTH || !(parser->flags & F_CHUNKED) ||
	     !parser->http_minor))
		return refuse(parser, HTTP_STATUS_BAD_REQUEST);
	if (head->demand && (parser->http_minor || head->demand != HTTP_STATUS_EXPECTATION_FAILED))
		return refuse(parser, head->demand);
	/* HTTP/1.0 knows of no expectations. */
	head->expects &= parser->http_minor;
	if (parser->flags & F_CONTENTLENGTH && parser->content_length > WEB_BODY_MOST)
		return refuse(parser, HTTP_STATUS_PAYLOAD_TOO_LARGE);
	switch (parser->method) {
	case HTTP_HEAD:
	case HTTP_GET:
	case HTTP_POST:
		take_url(head);
		break;
	case HTTP_CONNECT:
		return refuse(parser, HTTP_STATUS_METHOD_NOT_ALLOWED);
	default:
		request->status = HTTP_STATUS_METHOD_NOT_ALLOWED;
	}
	/* Who waits to send a body is told at once, and whether it comes is not known. */
	return request->status && head->expects && has_body(parser) ?
	       refuse(parser, request->status) : 0;
}

static int on_body(struct http_parser *parser, const char *at, size_t n)
{
	struct web_http *http = of(parser);
	struct web_head *head = http->head;

	if (!is_framed(http, at))
		return refuse(parser, HTTP_STATUS_BAD_REQUEST);
	http->at = at + n;
	http->last = parser->flags & F_CHUNKED ? AFTER_CHUNK : '\0';
	head->body += n;
	head->expects = false;
	return head->body > WEB_BODY_MOST ?
	       refuse(parser, HTTP_STATUS_PAYLOAD_TOO_LARGE) : 0;
}

static int on_message_complete(struct http_parser *parser)
{
	struct web_http *http = of(parser);

	http->head->request.keep_alive = http_should_keep_alive(parser);
	http->done = true;
	http_parser_pause(parser, 1);
	return 0;
}

static const struct http_parser_settings settings = {
	.on_message_begin = on_message_begin,
	.on_url = on_url,
	.on_header_field = on_header_field,
	.on_header_value = on_header_value,
	.on_headers_complete = on_headers_complete,
	.on_body = on_body,
	.on_message_complete = on_message_complete,
};

/**
 * web_http_init - begin with a connection
 * @http: its requests
 */
void web_http_init(struct web_http *http)
{
	/* The same each time: of all connections. */
	http_parser_set_max_header_size(WEB_HEAD_MOST);
	http_parser_init(&http->parser, HTTP_REQUEST);
	http->parser.data = http;
	http->head = NULL;
	http->at = NULL;
	http->zeros = 0;
	/* Nothing comes before the first line. */
	http->last = '\n';
	http->done = false;
}

/**
 * web_http_free - end with it
 * @http: its requests
 */
void web_http_free(struct web_http *http)
{
	free(http->head);
	http->head = NULL;
}

/**
 * web_http_midway - whether a request has begun and is not whole
 * @http: its requests
 */
bool web_http_midway(const struct web_http *http)
{
	return http->head;
}

/* Why the library did not go on. */
static u16 status_of(const struct web_http *http)
{
	if (http->head && http->head->request.status)
		return http->head->request.status;
	switch (HTTP_PARSER_ERRNO(&http->parser)) {
	case HPE_HEADER_OVERFLOW:
		return HTTP_STATUS_REQUEST_HEADER_FIELDS_TOO_LARGE;
	case HPE_CB_message_begin:
		return HTTP_STATUS_SERVICE_UNAVAILABLE;
	default:
		return HTTP_STATUS_BAD_REQUEST;
	}
}

/**
 * web_http_feed - read on
 * @http: a connection's requests
 * @data: what has come
 * @len: its bytes
 * @used: how many of them were read: up to the end of a request
 * @request: what was asked, with WEB_REQUEST; with WEB_BAD it has a status, and no more is to
 *	be read
 *
 * Return: what came of it.
 */
enum web_fed web_http_feed(struct web_http *http, const char *data, size_t len, size_t *used,
			   struct web_request *request)
{
	struct http_parser *parser = &http->parser;
	bool continues, framed;

	http->at = data;
	*used = http_parser_execute(parser, &settings, data, len);
	framed = is_framed(http, data + *used);
	if (http->done && framed) {
		*request = http->head->request;
		http->done = false;
		web_http_free(http);
		http_parser_pause(parser, 0);
		return WEB_REQUEST;
	}
	if (HTTP_PARSER_ERRNO(parser) != HPE_OK || !framed) {
		*request = (struct web_request){
			.status = framed ? status_of(http) : HTTP_STATUS_BAD_REQUEST,
			.head_only = http->head && http->head->request.head_only,
		};
		web_http_free(http);
		return WEB_BAD;
	}
	continues = http->head && http->head->complete && http->head->expects;
	if (continues)
		http->head->expects = false;
	return continues ? WEB_CONTINUE : WEB_MORE;
}

static char *append(char *at, const char *text)
{
	const size_t len = strlen(text);

	memcpy(at, text, len);
	return at + len;
}

static char *append_number(char *at, size_t number)
{
	char digits[24];
	size_t n = 0;

	do
		digits[n++] = '0' + number % 10;
	while (number /= 10);
	while (n)
		*at++ = digits[--n];
	return at;
}

/**
 * web_http_answer - write an answer, up to its body
 * @buf: where to, with room for WEB_ANSWER_HEAD bytes
 * @status: of it
 * @keep_alive: the connection goes on
 * @length: bytes of the body
 * @stamp: the caller's
 *
 * Return: bytes.
 */
size_t web_http_answer(char *buf, u16 status, bool keep_alive, size_t length,
		       struct web_stamp *stamp)
{
	const time_t second = time(NULL);
	char *at = buf;
	struct tm tm;

	if (stamp->second != second) {
		stamp->second = second;
		strftime(stamp->text, sizeof(stamp->text), "%a, %d %b %Y %H:%M:%S GMT",
			 gmtime_r(&second, &tm));
	}
	at = append(at, "HTTP/1.1 ");
	at = append_number(at, status);
	*at++ = ' ';
	at = append(at, http_status_str(status));
	at = append(at, "\r\nServer: contend\r\nDate: ");
	at = append(at, stamp->text);
	at = append(at, "\r\nContent-Type: text/plain\r\nContent-Length: ");
	at = append_number(at, length);
	if (status == HTTP_STATUS_METHOD_NOT_ALLOWED)
		at = append(at, "\r\nAllow: GET, HEAD, POST");
	if (status == HTTP_STATUS_SERVICE_UNAVAILABLE || status == HTTP_STATUS_TOO_MANY_REQUESTS)
		at = append(at, "\r\nRetry-After: 1");
	at = append(at, keep_alive ? "\r\nConnection: keep-alive\r\n\r\n" :
				     "\r\nConnection: close\r\n\r\n");
	return at - buf;
}

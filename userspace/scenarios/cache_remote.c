// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#ifdef CONTEND_CLIENTS
#include <hiredis/hiredis.h>
#endif
#include <linux/string.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cache_remote.h"
#include "report/unit.h"
#include "scenario.h"
#include "structures/cache.h"

/* A request of so many keys has room, with its answer. */
#define BUFFER		(REMOTE_BATCH * 64)
/* What is said of one key, at most, and the end of an answer. */
#define ANSWER_MOST	128
/* How often a server's thread looks whether it has to stop. */
#define LOOK_MS		50
/* How long its clients have, when it has to stop, to send the rest and to read their answers. */
#define GRACE_MS	1000
/* How many clients it has. */
#define CLIENTS_MOST	2048

/**
 * struct text - a connection, read line by line
 * @fd: of it
 * @stop: of a server: whether it has to stop; of a client NULL, whose calls block
 * @until_ns: since it has to stop: what is not said until then is not
 * @from: what is not yet read
 * @to: its end
 * @len: bytes of the last line, which may have zeros in it
 * @crlf: it had both of its ends
 * @buf: where it is
 * @out: what is to be sent
 * @n: of it so many bytes
 */
struct text {
	int fd;
	const volatile sig_atomic_t *stop;
	u64 until_ns;
	size_t from;
	size_t to;
	size_t len;
	bool crlf;
	size_t n;
	char buf[BUFFER];
	char out[BUFFER];
};

/* Whether it is over: @stop is set, which @set says, and the time for the rest is up. */
static bool text_over(struct text *t, bool *set)
{
	const u64 now = play_now();

	*set = __atomic_load_n(t->stop, __ATOMIC_RELAXED);
	if (*set && !t->until_ns)
		t->until_ns = now + GRACE_MS * 1000000ULL;
	return *set && now >= t->until_ns;
}

/*
 * Until it can be read from, or written to. However busy it is, *@stop is seen: then what has come
 * is still read, as long as there is time, and what does not come is not waited for.
 */
static bool text_wait(struct text *t, short events)
{
	struct pollfd pfd = { .fd = t->fd, .events = events };
	bool set;

	if (!t->stop)
		return true;
	while (!text_over(t, &set)) {
		if (poll(&pfd, 1, set && events == POLLIN ? 0 : LOOK_MS) > 0)
			return true;
		if (set && events == POLLIN)
			return false;
	}
	return false;
}

static int text_flush(struct text *t)
{
	const int flags = MSG_NOSIGNAL | (t->stop ? MSG_DONTWAIT : 0);
	size_t at = 0;
	ssize_t n;

	while (at < t->n) {
		n = send(t->fd, t->out + at, t->n - at, flags);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN && t->stop && text_wait(t, POLLOUT))
			continue;
		if (n <= 0)
			return -EIO;
		at += n;
	}
	t->n = 0;
	return 0;
}

static void text_add(struct text *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void text_add(struct text *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	t->n += vsnprintf(t->out + t->n, sizeof(t->out) - t->n, format, args);
	va_end(args);
}

/* Make room, and read more. False: there is no room, or the connection is at its end or broken. */
static bool text_fill(struct text *t)
{
	ssize_t n;

	if (t->from) {
		memmove(t->buf, t->buf + t->from, t->to - t->from);
		t->to -= t->from;
		t->from = 0;
	}
	if (t->to == sizeof(t->buf))
		return false;
	do {
		if (!text_wait(t, POLLIN))
			return false;
		n = recv(t->fd, t->buf + t->to, sizeof(t->buf) - t->to, 0);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	t->to += n;
	return true;
}

/*
 * The next line, without its end; it lasts until the next call. NULL: the connection is at its end,
 * or broken, or the line is longer than there is room, or it has to stop.
 */
static char *text_line(struct text *t)
{
	char *line, *end;

	do {
		line = t->buf + t->from;
		end = memchr(line, '\n', t->to - t->from);
	} while (!end && text_fill(t));
	if (!end)
		return NULL;
	t->from = end + 1 - t->buf;
	t->crlf = end > line && end[-1] == '\r';
	end -= t->crlf;
	*end = '\0';
	t->len = end - line;
	return line;
}

/* The next @n bytes, whatever they are. What of them has no room in @head is thrown away. */
static bool text_take(struct text *t, u64 n, char *head, size_t size)
{
	size_t some, kept;

	while (n) {
		some = t->to - t->from < n ? t->to - t->from : n;
		kept = some < size ? some : size;
		memcpy(head, t->buf + t->from, kept);
		head += kept;
		size -= kept;
		t->from += some;
		n -= some;
		if (n && !text_fill(t))
			return false;
	}
	return true;
}

/* --- the client --- */

/**
 * struct remote - a client's connection
 * @redis: with Redis; or NULL, and
 * @text: with what speaks memcached's protocol
 */
struct remote {
#ifdef CONTEND_CLIENTS
	struct redisContext *redis;
#else
	void *redis;
#endif
	struct text text;
};

#ifdef CONTEND_CLIENTS
static int redis_get(struct remote *r, const u64 *keys, u32 n, u32 *values, bool *there)
{
	static _Thread_local char text[REMOTE_BATCH][24];
	static _Thread_local const char *argv[REMOTE_BATCH + 1];
	redisReply *reply;
	int ret = -EIO;
	u32 i;

	argv[0] = "MGET";
	for (i = 0; i < n; i++) {
		snprintf(text[i], sizeof(text[i]), "k%llu", keys[i]);
		argv[i + 1] = text[i];
	}
	reply = redisCommandArgv(r->redis, n + 1, argv, NULL);
	if (reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == n) {
		for (i = 0; i < n; i++) {
			there[i] = reply->element[i]->type == REDIS_REPLY_STRING;
			if (there[i])
				values[i] = strtoul(reply->element[i]->str, NULL, 10);
		}
		ret = 0;
	}
	if (reply)
		freeReplyObject(reply);
	return ret;
}

static void redis_close(struct remote *r)
{
	redisFree(r->redis);
}

static int redis_said(redisReply *reply)
{
	const int ret = !reply || reply->type == REDIS_REPLY_ERROR ? -EIO : 0;

	if (reply)
		freeReplyObject(reply);
	return ret;
}

static int redis_set(struct remote *r, u64 key, u32 value, u64 ms)
{
	return redis_said(ms ? redisCommand(r->redis, "SET k%llu %u PX %llu", key, value, ms) :
			       redisCommand(r->redis, "SET k%llu %u", key, value));
}

static int redis_delete(struct remote *r, u64 key)
{
	return redis_said(redisCommand(r->redis, "DEL k%llu", key));
}
#else
/* Linked for any machine: cache_check() has refused it. */
static void redis_close(struct remote *r)
{
}

static int redis_get(struct remote *r, const u64 *keys, u32 n, u32 *values, bool *there)
{
	return -EOPNOTSUPP;
}

static int redis_set(struct remote *r, u64 key, u32 value, u64 ms)
{
	return -EOPNOTSUPP;
}

static int redis_delete(struct remote *r, u64 key)
{
	return -EOPNOTSUPP;
}
#endif

static int connect_to(const struct remote_place *place, const struct timeval *limit)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_port = htons(place->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const bool unix_socket = place->path[0];
	int fd = socket(unix_socket ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	int ret;

	if (fd < 0)
		return -1;
	strscpy(un.sun_path, place->path, sizeof(un.sun_path));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, limit, sizeof(*limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, limit, sizeof(*limit));
	if (!unix_socket)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	ret = unix_socket ? connect(fd, (struct sockaddr *)&un, sizeof(un)) :
			    connect(fd, (struct sockaddr *)&in, sizeof(in));
	if (!ret)
		return fd;
	close(fd);
	return -1;
}

/**
 * remote_open - connect to a server
 * @place: where it listens
 * @redis: it is Redis
 * @limit_ns: how long it may do nothing, in connecting and later; 0: as long as it likes. What was
 *	asked then is lost, and the connection of no use any more
 *
 * Return: a connection, one thread's own, to be closed with remote_close(); NULL: nobody listens.
 */
struct remote *remote_open(const struct remote_place *place, bool redis, u64 limit_ns)
{
	/* Less than it knows would be no limit at all. */
	const u64 us = limit_ns ? limit_ns / 1000 + 1 : 0;
	const struct timeval limit = { us / 1000000, us % 1000000 };
	struct remote *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	if (redis) {
#ifdef CONTEND_CLIENTS
		/* As pool_redis.c has it. */
		signal(SIGPIPE, SIG_IGN);
		if (us)
			r->redis = place->path[0] ?
				   redisConnectUnixWithTimeout(place->path, limit) :
				   redisConnectWithTimeout("127.0.0.1", place->port, limit);
		else
			r->redis = place->path[0] ? redisConnectUnix(place->path) :
						    redisConnect("127.0.0.1", place->port);
		if (r->redis && !r->redis->err && (!us || !redisSetTimeout(r->redis, limit)))
			return r;
		if (r->redis)
			redisFree(r->redis);
#endif
	} else {
		r->text.fd = connect_to(place, &limit);
		if (r->text.fd >= 0)
			return r;
	}
	free(r);
	return NULL;
}

/**
 * remote_close - close it
 * @r: the connection
 */
void remote_close(struct remote *r)
{
	if (r->redis)
		redis_close(r);
	else
		close(r->text.fd);
	free(r);
}

/* "VALUE k<key> <flags> <bytes>", then the value: in the order in which they were asked for. */
static int text_get(struct remote *r, const u64 *keys, u32 n, u32 *values, bool *there)
{
	char *line;
	u32 i;

	text_add(&r->text, "get");
	for (i = 0; i < n; i++) {
		there[i] = false;
		text_add(&r->text, " k%llu", keys[i]);
	}
	text_add(&r->text, "\r\n");
	if (text_flush(&r->text))
		return -EIO;
	for (i = 0; (line = text_line(&r->text)); i++) {
		u64 key;

		if (!strcmp(line, "END"))
			return 0;
		if (strncmp(line, "VALUE k", 7))
			return -EIO;
		key = strtoull(line + 7, NULL, 10);
		while (i < n && keys[i] != key)
			i++;
		line = text_line(&r->text);
		if (i == n || !line)
			return -EIO;
		there[i] = true;
		values[i] = strtoul(line, NULL, 10);
	}
	return -EIO;
}

/**
 * remote_get - what there is of some keys, in one request
 * @r: the connection
 * @keys: which
 * @n: how many, REMOTE_BATCH at most
 * @values: of each that is there
 * @there: whether it is
 *
 * Return: 0; -EIO.
 */
int remote_get(struct remote *r, const u64 *keys, u32 n, u32 *values, bool *there)
{
	return r->redis ? redis_get(r, keys, n, values, there) :
			  text_get(r, keys, n, values, there);
}

/**
 * remote_set - put a value in
 * @r: the connection
 * @key: of which key
 * @value: what
 * @ttl_ns: for how long, of which memcached knows whole seconds; 0: for ever
 *
 * Return: 0; -EIO.
 */
int remote_set(struct remote *r, u64 key, u32 value, u64 ttl_ns)
{
	const u64 ms = (ttl_ns + 999999) / 1000000;
	char text[16], *line;

	if (r->redis)
		return redis_set(r, key, value, ms);
	snprintf(text, sizeof(text), "%u", value);
	text_add(&r->text, "set k%llu 0 %llu %zu\r\n%s\r\n", key, (ms + 999) / 1000, strlen(text),
		 text);
	if (text_flush(&r->text))
		return -EIO;
	line = text_line(&r->text);
	/* Where there is no room, or only for others, it is not kept: that is a cache's right. */
	return line && (!strcmp(line, "STORED") || !strncmp(line, "SERVER_ERROR", 12)) ? 0 : -EIO;
}

/**
 * remote_delete - a key's value is not true any more
 * @r: the connection
 * @key: which
 *
 * Return: 0; -EIO.
 */
int remote_delete(struct remote *r, u64 key)
{
	char *line;

	if (r->redis)
		return redis_delete(r, key);
	text_add(&r->text, "delete k%llu\r\n", key);
	if (text_flush(&r->text))
		return -EIO;
	line = text_line(&r->text);
	return line && (!strcmp(line, "DELETED") || !strcmp(line, "NOT_FOUND")) ? 0 : -EIO;
}

/* --- the server --- */

/**
 * struct server - one
 * @cache: what it serves; constant, like
 * @stop: until when, and
 * @began_ns: since when
 * @lock: protects
 * @said: a client was refused, and that is said once
 * @first: of the connections that are open
 * @nclients: how many there are
 * @ended: what others have done
 * @idle: told when there is one less
 */
struct server {
	const struct remote_cache *cache;
	const volatile sig_atomic_t *stop;
	u64 began_ns;
	pthread_mutex_t lock;
	pthread_cond_t idle;
	int said;
	struct client *first;
	u32 nclients;
	struct remote_books ended;
};

/**
 * struct client - a connection, which is a thread's
 * @server: whose
 * @next: the next one; with @server->lock, like
 * @link: where the one before has it
 * @books: what it has done; others read it
 * @handle: its own, like what follows
 * @ops: what it asks for
 * @text: what it says
 */
struct client {
	struct server *server;
	struct client *next;
	struct client **link;
	struct remote_books books;
	struct contend_handle *handle;
	struct contend_op ops[REMOTE_BATCH];
	struct text text;
};

/* Of a client's books, by its thread alone. */
static void count(u64 *book, u64 n)
{
	__atomic_store_n(book, *book + n, __ATOMIC_RELAXED);
}

static void books_add(struct remote_books *sum, const struct remote_books *books)
{
	const u64 *from = (const u64 *)books;
	u64 *to = (u64 *)sum;
	size_t i;

	/* All of them are counts. */
	for (i = 0; i < sizeof(*sum) / sizeof(u64); i++)
		to[i] += __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}

/* Of those that have ended, and of those that have not. Returns how many these are. */
static u32 books_sum(struct server *s, struct remote_books *sum)
{
	const struct client *c;
	u32 n;

	pthread_mutex_lock(&s->lock);
	*sum = s->ended;
	for (c = s->first; c; c = c->next)
		books_add(sum, &c->books);
	n = s->nclients;
	pthread_mutex_unlock(&s->lock);
	return n;
}

static void client_enters(struct client *c)
{
	struct server *s = c->server;

	pthread_mutex_lock(&s->lock);
	c->next = s->first;
	c->link = &s->first;
	if (c->next)
		c->next->link = &c->next;
	s->first = c;
	__atomic_fetch_add(&s->nclients, 1, __ATOMIC_RELAXED);
	s->ended.clients++;
	pthread_mutex_unlock(&s->lock);
}

/* And is freed. Nobody sees the server after the last one has left. */
static void client_leaves(struct client *c, bool refused)
{
	struct server *s = c->server;

	pthread_mutex_lock(&s->lock);
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	books_add(&s->ended, &c->books);
	s->ended.refused += refused;
	free(c);
	__atomic_fetch_sub(&s->nclients, 1, __ATOMIC_RELAXED);
	pthread_cond_signal(&s->idle);
	pthread_mutex_unlock(&s->lock);
}

/* Digits, written in the one way that there is: two texts are two numbers. */
static bool number_of(const char *word, u64 most, u64 *n)
{
	const char *at;

	*n = 0;
	for (at = word; *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(*n, 10, n) || __builtin_add_overflow(*n, *at - '0', n))
			return false;
	return at > word && !*at && (word[0] != '0' || !word[1]) && *n <= most;
}

/* A key is a letter and a number: what ours ask for. */
static bool key_of(const char *word, u64 *key)
{
	return word[0] == 'k' && number_of(word + 1, U64_MAX, key);
}

/* The words of a line, of which there are @most, or more: then it is one more. */
static u32 split(char *words, char **word, u32 most)
{
	char *next, *save;
	u32 n = 0;

	for (next = strtok_r(words, " ", &save); next; next = strtok_r(NULL, " ", &save)) {
		if (n == most)
			return most + 1;
		word[n++] = next;
	}
	return n;
}

static int do_get(struct client *c, char *words)
{
	u32 n = 0, hits = 0, i;
	char *word, *save;

	for (word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		u64 key;

		if (n == REMOTE_BATCH || !key_of(word, &key)) {
			text_add(&c->text, "CLIENT_ERROR bad key\r\n");
			return 0;
		}
		c->ops[n++] = (struct contend_op){
			.size = sizeof(c->ops[0]), .verb = c->server->cache->verbs.get, .key = key,
		};
	}
	if (!n) {
		text_add(&c->text, "ERROR\r\n");
		return 0;
	}
	if (contend_handle_batch(c->handle, c->ops, n, NULL))
		return -EIO;
	for (i = 0; i < n; i++)
		hits += !c->ops[i].error;
	count(&c->books.gets, n);
	count(&c->books.hits, hits);
	for (i = 0; i < n; i++) {
		char text[24];

		if (c->ops[i].error)
			continue;
		/* The answers to what was asked before may be there too. */
		if (c->text.n > sizeof(c->text.out) - ANSWER_MOST && text_flush(&c->text))
			return -EIO;
		snprintf(text, sizeof(text), "%u", (u32)c->ops[i].value);
		text_add(&c->text, "VALUE k%llu 0 %zu\r\n%s\r\n", (u64)c->ops[i].key, strlen(text),
			 text);
	}
	text_add(&c->text, "END\r\n");
	return 0;
}

static int one_op(struct client *c, int verb, u64 key, u64 value, int *error)
{
	struct contend_op op = { .size = sizeof(op), .verb = verb, .key = key, .value = value };
	const int ret = contend_handle_op(c->handle, &op);

	*error = op.error;
	return ret;
}

/* What there is to say of the data that follows, or NULL: it is a value. */
static const char *take_value(struct client *c, u64 bytes, u64 *value)
{
	char text[16] = "", *rest;

	if (!text_take(&c->text, bytes, text, sizeof(text) - 1))
		return NULL;
	/* Whatever it is up to the end of its line, it is no command. */
	rest = text_line(&c->text);
	if (!rest)
		return NULL;
	if (c->text.len || !c->text.crlf)
		return "CLIENT_ERROR bad data chunk";
	if (bytes >= sizeof(text) || strlen(text) != bytes ||
	    !number_of(text, CACHE_NOTHING - 1, value))
		return "SERVER_ERROR a value is a number here";
	return "";
}

/* "KEY FLAGS SECONDS BYTES [noreply]", and a line of so many bytes. */
static int do_set(struct client *c, char *words)
{
	const struct tier_verbs *verbs = &c->server->cache->verbs;
	u64 key = 0, value = 0, flags, seconds, bytes;
	bool quiet, good;
	const char *say;
	int error = 0, ret = 0;
	char *word[5];
	u32 n;

	n = split(words, word, ARRAY_SIZE(word));
	/* Where what follows ends nobody knows: it is not taken for a command. */
	if (n < 4 || !number_of(word[3], U32_MAX, &bytes)) {
		text_add(&c->text, "CLIENT_ERROR bad command line format\r\n");
		return -ECONNRESET;
	}
	quiet = n == 5 && !strcmp(word[4], "noreply");
	good = (n == 4 || quiet) && number_of(word[1], U32_MAX, &flags) &&
	       number_of(word[2], U32_MAX, &seconds);
	/* The words are where the next line will be. */
	say = !good ? "CLIENT_ERROR bad command line format" :
	      !key_of(word[0], &key) ? "CLIENT_ERROR bad key" : NULL;
	if (say) {
		if (!take_value(c, bytes, &value))
			return -EIO;
	} else {
		say = take_value(c, bytes, &value);
		if (!say)
			return -EIO;
	}
	if (!say[0]) {
		count(&c->books.sets, 1);
		ret = one_op(c, verbs->put, key, value, &error);
		if (!ret && !error && seconds && verbs->expire >= 0)
			ret = one_op(c, verbs->expire, key, seconds * SPEC_NS_PER_S, &error) ?:
			      (error = 0);
		say = error ? "SERVER_ERROR out of memory" : "STORED";
	}
	if (!quiet)
		text_add(&c->text, "%s\r\n", say);
	return ret;
}

/* "KEY [noreply]" */
static int do_delete(struct client *c, char *words)
{
	const char *say = "CLIENT_ERROR bad key";
	int error = 0, ret = 0;
	char *word[2];
	bool quiet;
	u64 key;
	u32 n;

	n = split(words, word, ARRAY_SIZE(word));
	if (!n)
		return -EINVAL;
	quiet = n == 2 && !strcmp(word[1], "noreply");
	if (n > 1 && !quiet) {
		say = "CLIENT_ERROR bad command line format";
	} else if (key_of(word[0], &key)) {
		count(&c->books.deletes, 1);
		ret = one_op(c, c->server->cache->verbs.invalidate, key, 0, &error);
		say = error ? "NOT_FOUND" : "DELETED";
	}
	if (!quiet)
		text_add(&c->text, "%s\r\n", say);
	return ret;
}

static void stat_of(struct client *c, const char *name, u64 value)
{
	text_add(&c->text, "STAT %s %llu\r\n", name, value);
}

/* Of memcached's those that there are of this cache as well. */
static int do_stats(struct client *c)
{
	struct server *s = c->server;
	struct remote_books sum;
	struct contend_stat stat;
	u32 clients;

	/* The answers to what was asked before may be there too. */
	if (text_flush(&c->text))
		return -EIO;
	clients = books_sum(s, &sum);
	stat_of(c, "pid", getpid());
	stat_of(c, "uptime", (play_now() - s->began_ns) / SPEC_NS_PER_S);
	text_add(&c->text, "STAT version %s\r\n", CONTEND_VERSION);
	stat_of(c, "curr_connections", clients);
	stat_of(c, "total_connections", sum.clients);
	stat_of(c, "cmd_get", sum.gets);
	stat_of(c, "cmd_set", sum.sets);
	stat_of(c, "get_hits", sum.hits);
	stat_of(c, "get_misses", sum.gets - sum.hits);
	if (!contend_stat(s->cache->object, 0, &stat))
		stat_of(c, "curr_items", stat.elements);
	text_add(&c->text, "END\r\n");
	return 0;
}

static int do_version(struct client *c)
{
	text_add(&c->text, "VERSION %s\r\n", CONTEND_VERSION);
	return 0;
}

static void converse(struct client *c)
{
	char *line;
	int ret;

	while ((line = text_line(&c->text))) {
		/* A zero ends no word: what has one is a bad word. */
		while (strlen(line) < c->text.len)
			line[strlen(line)] = '?';
		if (!strncmp(line, "get ", 4))
			ret = do_get(c, line + 4);
		else if (!strncmp(line, "set ", 4))
			ret = do_set(c, line + 4);
		else if (!strncmp(line, "delete ", 7))
			ret = do_delete(c, line + 7);
		else if (!strcmp(line, "stats"))
			ret = do_stats(c);
		else if (!strcmp(line, "version"))
			ret = do_version(c);
		else
			ret = strcmp(line, "quit") ? -EINVAL : -ECONNRESET;
		if (ret == -ECONNRESET)
			break;
		if (ret == -EINVAL) {
			text_add(&c->text, "ERROR\r\n");
			ret = 0;
		}
		/* What was sent together is answered together. */
		if (!memchr(c->text.buf + c->text.from, '\n', c->text.to - c->text.from) ||
		    c->text.n > sizeof(c->text.out) / 2)
			ret = ret ?: text_flush(&c->text);
		if (ret)
			return;
	}
	text_flush(&c->text);
}

/* What one client lacks is no reason to leave the others alone. */
static void refuse(struct server *s, const char *what, int error)
{
	if (!__atomic_exchange_n(&s->said, 1, __ATOMIC_RELAXED))
		fprintf(stderr, "contend: clients wait or are refused: %s: %s (said once)\n", what,
			strerror(error));
}

static void *client_thread(void *data)
{
	struct client *c = data;
	struct server *s = c->server;
	const int ret = contend_handle_open(s->cache->device, s->cache->id, CONTEND_DOOR_OP, 1, 0,
					    &c->handle);

	if (!ret) {
		converse(c);
		contend_handle_close(c->handle);
	} else {
		refuse(s, "a handle", -ret);
	}
	close(c->text.fd);
	client_leaves(c, ret);
	return NULL;
}

/*
 * Whether a socket is in the file system and no server listens there: its server was killed. One
 * that does not answer at once is only busy.
 */
static bool is_stale(const struct sockaddr_un *un)
{
	struct stat stat;
	bool stale;
	int fd;

	if (lstat(un->sun_path, &stat) || !S_ISSOCK(stat.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	stale = connect(fd, (const struct sockaddr *)un, sizeof(*un)) && errno == ECONNREFUSED;
	close(fd);
	return stale;
}

static int bind_unix(int fd, const struct sockaddr_un *un)
{
	int ret = bind(fd, (const struct sockaddr *)un, sizeof(*un));

	if (ret && errno == EADDRINUSE) {
		if (is_stale(un) && !unlink(un->sun_path))
			ret = bind(fd, (const struct sockaddr *)un, sizeof(*un));
		else
			errno = EADDRINUSE;
	}
	return ret;
}

static int listen_at(const struct remote_place *place)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_port = htons(place->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const bool unix_socket = place->path[0];
	int fd = socket(unix_socket ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	int ret;

	if (fd < 0)
		return -errno;
	strscpy(un.sun_path, place->path, sizeof(un.sun_path));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	/* A client may be gone before accept(), which must not wait for the next one then. */
	fcntl(fd, F_SETFL, O_NONBLOCK);
	ret = unix_socket ? bind_unix(fd, &un) : bind(fd, (struct sockaddr *)&in, sizeof(in));
	if (!ret && !listen(fd, 1024))
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

/* A thread for a client, which has its connection from then on; or a negative errno. */
static int start_client(struct server *s, int fd)
{
	struct client *c = calloc(1, sizeof(*c));
	pthread_attr_t attr;
	pthread_t thread;
	int ret;

	if (!c)
		return -ENOMEM;
	c->server = s;
	c->text.fd = fd;
	c->text.stop = s->stop;
	client_enters(c);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	ret = -pthread_create(&thread, &attr, client_thread, c);
	pthread_attr_destroy(&attr);
	if (ret)
		client_leaves(c, true);
	return ret;
}

static void accept_one(struct server *s, int listener, bool unix_socket)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC), one = 1, ret;

	if (fd < 0) {
		/* It stays at the door, and poll() would say so at once. */
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			refuse(s, "a connection", errno);
			origin_nap(LOOK_MS * 1000000ULL);
		}
		return;
	}
	if (!unix_socket)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	ret = start_client(s, fd);
	if (ret) {
		refuse(s, "a thread", -ret);
		close(fd);
	}
}

static void say_begin(const struct remote_place *place)
{
	if (place->path[0])
		fprintf(stderr, "contend: cache: memcached's protocol at %s until SIGTERM\n",
			place->path);
	else
		fprintf(stderr, "contend: cache: memcached's protocol at 127.0.0.1:%u until SIGTERM\n",
			place->port);
}

static void say_end(const struct remote_books *books)
{
	fprintf(stderr,
		"contend: cache: %llu key%s read, %llu of them there; %llu set, %llu deleted; %llu connection%s, %llu of them refused\n",
		books->gets, plural(books->gets), books->hits, books->sets, books->deletes,
		books->clients, plural(books->clients), books->refused);
}

/**
 * remote_serve - a server of memcached's text protocol: get, set, delete of keys that are a "k" and
 *	a number, with values that are a number; version, stats
 * @place: where it listens
 * @cache: what it serves
 * @quiet: it does not say where it listens, nor at its end what it has done
 * @stop: until this is set; then all connections are closed, when what was asked is answered, in
 *	GRACE_MS at most
 *
 * Return: 0; a negative errno.
 */
int remote_serve(const struct remote_place *place, const struct remote_cache *cache, bool quiet,
		 const volatile sig_atomic_t *stop)
{
	struct server s = {
		.cache = cache, .stop = stop, .began_ns = play_now(),
		.lock = PTHREAD_MUTEX_INITIALIZER, .idle = PTHREAD_COND_INITIALIZER,
	};
	struct pollfd pfd = { .events = POLLIN };

	pfd.fd = listen_at(place);
	if (pfd.fd < 0)
		return pfd.fd;
	if (!quiet)
		say_begin(place);
	while (!__atomic_load_n(stop, __ATOMIC_RELAXED)) {
		if (poll(&pfd, 1, LOOK_MS) <= 0)
			continue;
		/* Others wait at the door. */
		if (__atomic_load_n(&s.nclients, __ATOMIC_RELAXED) < CLIENTS_MOST)
			accept_one(&s, pfd.fd, place->path[0]);
		else
			origin_nap(1000000);
	}
	close(pfd.fd);
	if (place->path[0])
		unlink(place->path);
	pthread_mutex_lock(&s.lock);
	while (s.nclients)
		pthread_cond_wait(&s.idle, &s.lock);
	pthread_mutex_unlock(&s.lock);
	if (!quiet)
		say_end(&s.ended);
	return 0;
}

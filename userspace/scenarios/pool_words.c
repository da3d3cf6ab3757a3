// SPDX-License-Identifier: GPL-2.0
/* The keys of scenario=pool. */
#include <linux/kernel.h>
#include <linux/string.h>
#include <stdio.h>

#include "lib/key.h"
#include "pool_backend.h"

static int parse_backend(const struct spec_key *key, void *field, const char *value, size_t len,
			 struct spec_error *error)
{
	char text[POOL_BACKEND_LEN];

	if (len >= sizeof(text))
		return spec_fail(error, 0, "a backend is %zu characters at most", sizeof(text) - 1);
	memcpy(text, value, len);
	text[len] = '\0';
	if (!backend_of(text) || (!strncmp(text, "sim", 3) && len != 3))
		return spec_fail(error, 0, "sim, postgres://USER@HOST:PORT/DATABASE or redis://HOST:PORT");
	memcpy(field, text, len + 1);
	return 0;
}

static int format_backend(const struct spec_key *key, const void *field, char *buf, size_t size)
{
	return snprintf(buf, size, "%s", (const char *)field);
}

/* A per cent, to the hundredth: one in ten thousand. */
static int parse_share(const struct spec_key *key, void *field, const char *value, size_t len,
		       struct spec_error *error)
{
	u32 whole = 0, part = 0, digits = 0;
	bool point = false;
	size_t i;

	for (i = 0; i < len && value[i] != '%'; i++) {
		if (value[i] == '.' && !point && i) {
			point = true;
		} else if (value[i] < '0' || value[i] > '9' || whole > 100 || digits == 2) {
			break;
		} else if (point) {
			part = part * 10 + value[i] - '0';
			digits++;
		} else {
			whole = whole * 10 + value[i] - '0';
		}
	}
	if (digits == 1)
		part *= 10;
	if (!i || i != len - 1 || value[i] != '%' || whole * 100 + part > POOL_SHARES ||
	    (point && !digits))
		return spec_fail(error, 0, "a share is 0%% to 100%%, as in 0.25%%");
	*(u32 *)field = whole * 100 + part;
	return 0;
}

static int format_share(const struct spec_key *key, const void *field, char *buf, size_t size)
{
	const u32 share = *(const u32 *)field;

	return share % 100 ? snprintf(buf, size, "%u.%02u%%", share / 100, share % 100) :
			     snprintf(buf, size, "%u%%", share / 100);
}

static int parse_time(u64 *ns, const char *value, const char *from, const char *to,
		      struct spec_error *error)
{
	return value_number(ns, from, to - from, from - value, value_times, 0,
			    3600 * SPEC_NS_PER_S, error);
}

/* AT/LENGTH. */
static int parse_outage(const struct spec_key *key, void *field, const char *value, size_t len,
			struct spec_error *error)
{
	const char *slash = memchr(value, '/', len);
	struct pool_fault fault = { .factor = 1 };
	u64 length;
	int ret;

	if (!slash)
		return spec_fail(error, 0, "when and for how long, as in 2s/10s");
	ret = parse_time(&fault.from_ns, value, value, slash, error) ?:
	      parse_time(&length, value, slash + 1, value + len, error);
	if (ret)
		return ret;
	if (!length)
		return spec_fail(error, slash + 1 - value, "it lasts longer than 0ns, as in 2s/10s");
	fault.until_ns = fault.from_ns + length;
	*(struct pool_fault *)field = fault;
	return 0;
}

static int format_outage(const struct spec_key *key, const void *field, char *buf, size_t size)
{
	const struct pool_fault *fault = field;
	char from[24], length[24];

	value_format_time(fault->from_ns, from, sizeof(from));
	value_format_time(fault->until_ns - fault->from_ns, length, sizeof(length));
	return snprintf(buf, size, "%s/%s", from, length);
}

/* FROM-UNTIL/FACTOR. */
static int parse_slow(const struct spec_key *key, void *field, const char *value, size_t len,
		      struct spec_error *error)
{
	const char *slash = memchr(value, '/', len), *dash = memchr(value, '-', len);
	struct pool_fault fault;
	u64 factor;
	int ret;

	if (!slash || !dash || dash > slash)
		return spec_fail(error, 0, "from when until when, and how many times, as in 2s-4s/10");
	ret = parse_time(&fault.from_ns, value, value, dash, error) ?:
	      parse_time(&fault.until_ns, value, dash + 1, slash, error) ?:
	      value_number(&factor, slash + 1, value + len - slash - 1, slash + 1 - value,
			   value_counts, 1, 100000, error);
	if (ret)
		return ret;
	if (fault.until_ns <= fault.from_ns)
		return spec_fail(error, dash + 1 - value,
				 "it ends after it begins: from when until when, as in 2s-4s/10");
	fault.factor = factor;
	*(struct pool_fault *)field = fault;
	return 0;
}

static int format_slow(const struct spec_key *key, const void *field, char *buf, size_t size)
{
	const struct pool_fault *fault = field;
	char from[24], until[24];

	value_format_time(fault->from_ns, from, sizeof(from));
	value_format_time(fault->until_ns, until, sizeof(until));
	return snprintf(buf, size, "%s-%s/%u", from, until, fault->factor);
}

#define KEY_SHARE(_field)							\
	.parse = parse_share, .format = format_share, .offset = offsetof(struct pool_words, _field)

const struct spec_key pool_keys[POOL_KEYS] = {
	{
		.name = "backend", .value = "sim|postgres://…|redis://…", .preset = "sim",
		.about = "pool: what its connections lead to",
		.manual =
"sim	one in the program: connect_time= and query_time= say how long it takes\n"
"postgres://USER@HOST:PORT/DATABASE	a PostgreSQL server, as libpq has it; a Unix socket is\n"
"	postgres://USER@/DATABASE?host=/FOLDER\n"
"redis://HOST:PORT or redis:///SOCKET	a Redis server\n"
"Each query asks for an answer of its own, and the session has a mark of its holder's: so a\n"
"wrong answer, or another one in the session, is seen whatever the backend is.\n",
		.parse = parse_backend, .format = format_backend,
		.offset = offsetof(struct pool_words, backend),
	}, {
		.name = "connect_time", .value = "TIME", .preset = "10ms", .flags = SPEC_LIST,
		.about = "pool: sim: how long it takes to connect",
		.manual = "0ns to 10s.\n",
		KEY_TIME(struct pool_words, connect_ns, 0, 10 * SPEC_NS_PER_S),
	}, {
		.name = "query_time", .value = "TIME", .absent = "sim: 2ms, others: what they need",
		.flags = SPEC_LIST,
		.about = "pool: how long a query takes; PostgreSQL: beyond its work",
		.manual = "0ns to 10s.\n",
		KEY_TIME(struct pool_words, query_ns, 0, 10 * SPEC_NS_PER_S),
	}, {
		.name = "logins", .value = "COUNT", .preset = "0", .flags = SPEC_LIST,
		.about = "pool: sim: so many connect at a time, the others wait; 0: any number",
		.manual = "0 to 256.\n",
		KEY_U32(struct pool_words, logins, 0, CORES_MOST),
	}, {
		.name = "cores", .value = "COUNT", .preset = "0", .flags = SPEC_LIST,
		.about = "pool: sim: so many queries run at a time; 0: any number",
		.manual =
"0 to 256. Connections beyond these only move the wait from the pool to the backend.\n",
		KEY_U32(struct pool_words, cores, 0, CORES_MOST),
	}, {
		.name = "mode", .value = "transaction|session", .preset = "transaction",
		.flags = SPEC_LIST,
		.about = "pool: how long a lease lasts",
		.manual =
"transaction	for a request\n"
"session	for queries= requests of a borrower, with the time between them\n",
		KEY_WORD(struct pool_words, mode, "transaction", "session"),
	}, {
		.name = "queries", .value = "COUNT", .preset = "10", .flags = SPEC_LIST,
		.about = "pool: requests of a session",
		.manual = "1 to 1000000.\n",
		KEY_U32(struct pool_words, queries, 1, 1000000),
	}, {
		.name = "min_idle", .value = "COUNT", .absent = "capacity=, elastic: a tenth",
		.flags = SPEC_LIST,
		.about = "pool: so many connections are kept idle",
		.manual =
"At most capacity=. As many are there when the first borrower comes. architecture=elastic has a\n"
"tenth of capacity=, one at least, and eager always all of it.\n",
		KEY_U32(struct pool_words, min_idle, 0, 100000),
	}, {
		.name = "creators", .value = "COUNT", .preset = "1", .flags = SPEC_LIST,
		.about = "pool: tasks that connect",
		.manual =
"1 to 64. HikariCP has one. Of architecture=eager the preset is capacity=, 8 at most.\n",
		KEY_U32(struct pool_words, creators, 1, POOL_CREATORS),
	}, {
		.name = "idle_timeout", .value = "TIME", .preset = "10m", .flags = SPEC_LIST,
		.about = "pool: a connection that is idle for longer goes, but for min_idle=",
		.manual = "1ms to 1h. Of architecture=elastic the preset is 100ms.\n",
		KEY_TIME(struct pool_words, idle_ns, 1000000, 3600 * SPEC_NS_PER_S),
	}, {
		.name = "max_age", .value = "TIME", .preset = "30m", .flags = SPEC_LIST,
		.about = "pool: a connection that is older goes",
		.manual = "1ms to 1h.\n",
		KEY_TIME(struct pool_words, age_ns, 1000000, 3600 * SPEC_NS_PER_S),
	}, {
		.name = "validate", .value = "TIME", .preset = "500ms", .flags = SPEC_LIST,
		.about = "pool: one that was idle for longer is asked whether it lives",
		.manual = "0ns to 1h.\n",
		KEY_TIME(struct pool_words, validate_ns, 0, 3600 * SPEC_NS_PER_S),
	}, {
		.name = "leak_after", .value = "TIME", .preset = "100ms", .flags = SPEC_LIST,
		.about = "pool: a lease that lasts longer is told of, with its holder",
		.manual = "1ms to 1h. Its holder then gives back what it has leaked.\n",
		KEY_TIME(struct pool_words, leak_ns, 1000000, 3600 * SPEC_NS_PER_S),
	}, {
		.name = "slow", .value = "FROM-UNTIL/FACTOR", .absent = "never",
		.about = "pool: sim: it is so many times slower, from the users' begin on",
		.manual = "As in 2s-4s/10.\n",
		.parse = parse_slow, .format = format_slow,
		.offset = offsetof(struct pool_words, slow),
	}, {
		.name = "outage", .value = "AT/LENGTH", .absent = "never",
		.about = "pool: sim: it is gone, from the users' begin on",
		.manual =
"As in 2s/10s. Meanwhile nothing answers, and what asks waits for its deadline. Afterwards\n"
"no connection from before lives. The figure recovery_ns is how long it then takes until\n"
"goodput is nine tenths of before, for 200 ms; it needs interval=.\n",
		.parse = parse_outage, .format = format_outage,
		.offset = offsetof(struct pool_words, outage),
	}, {
		.name = "resets", .value = "SHARE", .preset = "0%", .flags = SPEC_LIST,
		.about = "pool: queries in which the backend ends the connection",
		.manual = "0% to 100%, as in 0.25%.\n",
		KEY_SHARE(resets),
	}, {
		.name = "leaks", .value = "SHARE", .preset = "0%", .flags = SPEC_LIST,
		.about = "pool: requests whose lease is not given back",
		.manual = "As resets=. leak_after= says when that is noticed.\n",
		KEY_SHARE(leaks),
	}, {
		.name = "cancels", .value = "SHARE", .preset = "0%", .flags = SPEC_LIST,
		.about = "pool: requests that give up early: in the line, or in their query",
		.manual = "As resets=. Each after a random time of at most two queries.\n",
		KEY_SHARE(cancels),
	}, {
		.name = "kills", .value = "SHARE", .preset = "0%", .flags = SPEC_LIST,
		.about = "pool: requests beside which a process is killed that waits for a lease",
		.manual = "As resets=; engine=ioctl or ring. Some have got one by then: it is lost.\n",
		KEY_SHARE(kills),
	},
};

// SPDX-License-Identifier: GPL-2.0
/*
 * web: a web server, in the architectures that servers have been built in, and its clients. The
 * question of M. Welsh, D. Culler, E. Brewer, "SEDA: An Architecture for Well-Conditioned, Scalable
 * Internet Services", SOSP 2001, and of many since: which task waits for what, and which
 * requests wait then.
 *
 * Laws: each connection that was accepted was served, rejected, timed out, broken or cut, or is
 * open; each has one owner at a time; each request is answered once, in the order of requests on
 * its connection; none that can be read is nobody's and not among those that epoll has ready.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <math.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/key.h"
#include "report/result.h"
#include "report/unit.h"
#include "usage.h"
#include "web.h"

/* In the environment of a run's server: the descriptor of its struct web_told. */
#define TOLD		"CONTEND_WEB_TOLD"
#define PPM		1000000
#define PERCENT		(PPM / 100)
/* How long a server has to begin: one may have to be compiled. */
#define PATIENCE_NS	60000000000ULL
/* What it has at hand is used before its memory is measured. */
#define WARMS		200

/**
 * struct web - a run
 * @words: its keys
 * @told: what the server tells
 * @peer: it is one of others
 * @asked: connections of ours by which it was asked whether it answers, before all others
 * @folder: where that may write
 * @idle: sockets of idle connections
 * @nidle: how many
 * @idle_bytes: what each of them takes in the server; NaN: nobody knows
 */
struct web {
	const struct web_words *words;
	struct web_told *told;
	bool peer;
	u64 asked;
	struct folder folder;
	int *idle;
	u32 nidle;
	double idle_bytes;
};

/* "off", or SHARE% and, where the key has one, "/TIME". */
static int share_parse(const struct spec_key *key, void *field, const char *value, size_t len,
		       struct spec_error *error)
{
	const char *percent = memchr(value, '%', len);
	struct web_share share = { };
	char text[16] = "", *end = text;
	size_t n = percent ? percent - value : 0;
	double of;
	int ret = 0;

	if (len == strlen("off") && !memcmp(value, "off", len))
		goto out;
	if (n && n < sizeof(text))
		memcpy(text, value, n);
	of = strspn(text, "0123456789.") == n ? strtod(text, &end) : -1;
	if (!n || n >= sizeof(text) || of <= 0 || of > 100 || *end)
		return spec_fail(error, 0, "off, or a share of more than 0%% and at most 100%%");
	share.ppm = of * PERCENT + 0.5;
	n++;
	if (!key->most && n != len)
		return spec_fail(error, n, "nothing follows the share");
	if (key->most && (n == len || value[n] != '/'))
		return spec_fail(error, n, "off, or SHARE%%/TIME, as in 1%%/10ms");
	if (key->most)
		ret = value_number(&share.ns, value + n + 1, len - n - 1, n + 1, value_times,
				   key->least, key->most, error);
out:
	if (!ret)
		*(struct web_share *)field = share;
	return ret;
}

static int share_format(const struct spec_key *key, const void *field, char *buf, size_t size)
{
	const struct web_share *share = field;
	char time[24];

	if (!share->ppm)
		return snprintf(buf, size, "off");
	if (!key->most)
		return snprintf(buf, size, "%g%%", (double)share->ppm / PERCENT);
	value_format_time(share->ns, time, sizeof(time));
	return snprintf(buf, size, "%g%%/%s", (double)share->ppm / PERCENT, time);
}

#define KEY_SHARE(_field, _least, _most)						\
	.parse = share_parse, .format = share_format,					\
	.offset = offsetof(struct web_words, _field), .least = (_least), .most = (_most)

static const struct spec_key web_keys[] = {
	{
		.name = "connections", .value = "COUNT", .preset = "8192",
		.about = "web: most connections at a time, 1 to 100k",
		.manual =
"One more is accepted, answered with 503 and closed. With architecture=thread that is how many\n"
"threads there may be.\n",
		KEY_U32(struct web_words, connections, 1, 100000),
	}, {
		.name = "helpers", .value = "COUNT", .preset = "32", .flags = SPEC_LIST,
		.about = "web: threads that a loop hands connections to, 1 to 512",
		.manual =
"architecture=pool hands them all connections that can be read, architecture=hybrid those whose\n"
"request blocks or burns. They wait for them in the structure of via=.\n",
		KEY_U32(struct web_words, helpers, 1, 512),
	}, {
		.name = "via", .value = "NAME", .preset = "queue", .flags = SPEC_LIST,
		.about = "web: the structure by which a loop hands connections on",
		.manual =
"queue wakes one helper for each connection, queue_wake_all all of them; ring waits for nobody, so\n"
"those that find nothing in it wait at an event_count beside it, and all of them are woken.\n",
		KEY_NAME(struct web_words, via),
	}, {
		.name = "backlog", .value = "COUNT", .preset = "16Ki", .flags = SPEC_LIST,
		.about = "web: for how many connections that has room, 1 to 1Mi",
		.manual =
"One more is answered with 503 and closed: load that cannot be served is shed where it comes in.\n",
		KEY_U32(struct web_words, backlog, 1, 1 << 20),
	}, {
		.name = "reply", .value = "COUNT", .preset = "128", .flags = SPEC_LIST,
		.about = "web: bytes of an answer's body, 96 to 16Ki",
		.manual =
"Its beginning says whose answer it is, and when the server saw, began and ended the request.\n",
		KEY_U32(struct web_words, reply, 96, 16384),
	}, {
		.name = "limit", .value = "COUNT", .preset = "0", .flags = SPEC_LIST,
		.about = "web: requests a second that a session may make; 0: any number",
		.manual =
"A token of its bucket each, of which a tenth of a second's may be taken at once. Without one it\n"
"is answered with 429, which counts as rejected. Sessions may share a bucket. Of peers nginx has it\n"
"(limit_req), and Go by a table of its own.\n",
		KEY_U32(struct web_words, limit, 0, 1000000000),
	}, {
		.name = "keepalive", .value = "TIME", .preset = "60s",
		.about = "web: how long a connection may be idle",
		.manual = "100ms to 1h. Then the server closes it.\n",
		KEY_TIME(struct web_words, keepalive_ns, 100000000, 3600 * SPEC_NS_PER_S),
	}, {
		.name = "patience", .value = "TIME", .preset = "10s",
		.about = "web: how long a request may take to come in, or its answer to be taken",
		.manual =
"100ms to 1h, from the first byte on. Then it is answered with 408, or its connection is closed.\n",
		KEY_TIME(struct web_words, patience_ns, 100000000, 3600 * SPEC_NS_PER_S),
	}, {
		.name = "grace", .value = "TIME", .preset = "5s",
		.about = "web: how long a server that was told to stop waits for what is under way",
		.manual = "100ms to 1m.\n",
		KEY_TIME(struct web_words, grace_ns, 100000000, 60 * SPEC_NS_PER_S),
	}, {
		.name = "blocking", .value = "off|SHARE%/TIME", .preset = "off", .flags = SPEC_LIST,
		.about = "web: how many requests wait for something, and how long",
		.manual =
"As one that reads a disk does. 1%/10ms is one in a hundred, at random; up to 10s.\n",
		KEY_SHARE(blocking, 1000, 10 * SPEC_NS_PER_S),
	}, {
		.name = "burning", .value = "off|SHARE%/TIME", .preset = "off", .flags = SPEC_LIST,
		.about = "web: how many requests compute, and how long",
		.manual = "As blocking=, but the CPU is busy meanwhile.\n",
		KEY_SHARE(burning, 1000, 10 * SPEC_NS_PER_S),
	}, {
		.name = "splitting", .value = "off|SHARE%", .preset = "off", .flags = SPEC_LIST,
		.about = "web: how many requests come in two parts, 2 ms apart",
		.manual = "A server that has read the first one has handled nothing.\n",
		KEY_SHARE(splitting, 0, 0),
	}, {
		.name = "pipelining", .value = "COUNT", .preset = "1", .flags = SPEC_LIST,
		.about = "web: how many requests a connection has under way at once, 1 to 64",
		.manual =
"In a closed loop it sends as many in one go as were answered in one. Answers come in the order of\n"
"requests.\n",
		KEY_U32(struct web_words, pipelining, 1, 64),
	}, {
		.name = "per_connection", .value = "COUNT", .preset = "0", .flags = SPEC_LIST,
		.about = "web: how many requests a connection is for; 0: any number",
		.manual =
"1 is a connection a request. The last one says \"Connection: close\", and its user opens another\n"
"connection.\n",
		KEY_U32(struct web_words, per_connection, 0, 1000000000),
	}, {
		.name = "idle", .value = "COUNT", .preset = "0", .flags = SPEC_LIST,
		.about = "web: further connections, which made one request each and keep still",
		.manual =
"What the server's memory grows by while they are opened, for each of them, is the figure\n"
"idle_bytes. The memory that the kernel has for a socket is not in it. Of few of them the server's\n"
"memory may become less, for other reasons: the figure is null then.\n",
		KEY_U32(struct web_words, idle, 0, 100000),
	}, {
		.name = "loaders", .value = "COUNT", .preset = "1", .flags = SPEC_LIST,
		.about = "web: threads that send the requests of all users, 1 to 64",
		.manual =
"Each has its part of the connections. More of them than CPUs are to spare beside the server take\n"
"its time.\n",
		KEY_U32(struct web_words, loaders, 1, WEB_BOOKS),
	},
};

static const struct architecture architectures[] = {
	{ "event", "one epoll loop" },
	{ "thread", "a thread a connection" },
	{ "pool", "an epoll loop, and helpers=, which serve what can be read" },
	{ "hybrid", "workers= epoll loops, and helpers= for what blocks" },
	{ "process", "workers= processes with a loop each, which share nothing in the program" },
#ifdef CONTEND_MUTANT
	{ "busted_deaf", "pool, where a connection is forgotten when nothing could be handled" },
	{ "busted_order", "event, where of two requests the second is answered first" },
	{ "busted_owner", "pool, where a connection is armed while it is served" },
	{ "busted_lost", "event, where the end of some connections is not told" },
	{ "busted_twice", "event, where some requests are answered twice" },
#endif
	{ }
};

static const char *const peers[] = {
	"nginx", "apache-prefork", "apache-event", "node", "go", NULL
};

static const char *const takes[] = {
	"workers", "keys", "capacity", "stripes", "think", "poller", "clients", NULL
};

/* A request that fails has lost its connection: its user takes another one. */
static const char *const refuses[] = { "retry", "backoff", "jitter", NULL };

/* As struct result_scenario has them: web_load.c says how long. */
static const char *const stages[] = { "arrive", "queue", "handle", "reply", NULL };

enum { GAUGE_OPEN, GAUGE_QUEUED };

static const char *const gauges[] = { "open", "queued", NULL };

#define NO_ROOM	\
	"connections=%u is less than users=%u and idle=%u want, and one more where there is health="

static bool has_room(const struct web_words *words, const struct common *common)
{
	return words->connections >= common->users + words->idle + !!common->health_ns;
}

static const struct scenario_figure figures[] = {
	{ "accepted", 0, "connections of users and of idle= that the server accepted" },
	{ "empty_accepts", FIGURE_LESS | FIGURE_COLUMN,
	  "how often a task was woken to accept one, and there was none" },
	{ "errors", FIGURE_LESS | FIGURE_COLUMN, "answers with a status from 400 on" },
	{ "handed_share", FIGURE_LESS | FIGURE_COLUMN,
	  "connections that a loop handed on to a helper, over requests" },
	{ "reconnects", FIGURE_LESS, "connections that users opened beside the first one of each" },
	{ "idle_bytes", FIGURE_LESS | FIGURE_COLUMN,
	  "the server's memory for one of idle=, before the users began; null where it shrank" },
	{ }
};

static int web_check(const struct spec *spec, const void *data, struct spec_error *error)
{
	const struct web_words *words = data;
	struct common common;
	const char *name;

	words_common(spec, &common);
	name = common.architecture;
	if (spec->workers > WEB_TASKS)
		return spec_fail(error, 0, "scenario=web has %u workers at most", WEB_TASKS);
	if (words->pipelining > 1 && spec->think.kind != DELAY_NONE)
		return spec_fail(error, 0,
				 "who thinks between two requests does not pipeline them: leave think= or pipelining= out");
	if (words->limit && !strncmp(name, "peer:", 5) && strcmp(name, "peer:nginx") &&
	    strcmp(name, "peer:go"))
		return spec_fail(error, 0,
				 "%s has no limit of a session's that all of it shares: limit= is of ours, peer:nginx and peer:go",
				 name);
	/* A server alone has no users: of a run web_begin() looks again. */
	if (words_given(spec, "users") || words->idle)
		return has_room(words, &common) ? 0 :
		       spec_fail(error, 0, NO_ROOM, words->connections, common.users, words->idle);
	return 0;
}

static u32 web_threads(const struct play *play)
{
	struct web_words words = { };

	words_decode(play->spec, web_keys, ARRAY_SIZE(web_keys), &words);
	return min(words.loaders, play->common.users);
}

static u32 web_tasks(const struct spec *spec)
{
	struct web_words words = { };
	struct common common;

	words_common(spec, &common);
	words_decode(spec, web_keys, ARRAY_SIZE(web_keys), &words);
	return strcmp(common.architecture, "thread") ? words.helpers : words.connections;
}

static struct web_told *map_told(int fd)
{
	void *p = mmap(NULL, sizeof(struct web_told), PROT_READ | PROT_WRITE,
		       MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* Words of the workload, as options: what was given, and what all scenarios take. */
static char **options_of(const struct spec *spec)
{
	char **argv = calloc(spec_nkeys + strlen(spec->more) + 4, sizeof(*argv));
	char value[SPEC_MORE], *more, *word, *state;
	u32 i, n = 0;

	more = argv ? strdup(spec->more) : NULL;
	if (!more) {
		free(argv);
		return NULL;
	}
	argv[n++] = "contend";
	argv[n++] = "serve";
	for (word = strtok_r(more, " ", &state); word; word = strtok_r(NULL, " ", &state))
		if (asprintf(&argv[n++], "--%s", word) < 0)
			abort();
	for (i = 0; i < spec_nkeys; i++) {
		const struct spec_key *key = &spec_keys[i];

		if (!(spec->given & 1ULL << i) && strcmp(key->name, "lock") &&
		    strcmp(key->name, "structure") && strcmp(key->name, "engine"))
			continue;
		key->format(key, (const char *)spec + key->offset, value, sizeof(value));
		if (asprintf(&argv[n++], "--%s=%s", key->name, value) < 0)
			abort();
	}
	free(more);
	return argv;
}

static void free_options(char **argv)
{
	u32 i;

	for (i = 2; argv[i]; i++)
		free(argv[i]);
	free(argv);
}

/*
 * This program again, as `contend serve` runs it: with memory of its own, and no thread but those
 * of the server.
 */
static pid_t start_ours(struct play *play, int told)
{
	char **argv = options_of(play->spec), name[16];
	const pid_t parent = getpid();
	pid_t pid = argv ? fork() : -1;

	if (!pid) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		snprintf(name, sizeof(name), "%d", told);
		if (!setenv(TOLD, name, 1) && getppid() == parent)
			execv("/proc/self/exe", argv);
		_exit(127);
	}
	if (argv)
		free_options(argv);
	return pid < 0 ? -errno : pid;
}

/* A port that nobody has just now. */
static u32 free_port(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    getsockname(fd, (struct sockaddr *)&address, &len))
		address.sin_port = 0;
	if (fd >= 0)
		close(fd);
	return ntohs(address.sin_port);
}

static int start_peer(struct play *play, struct web *w)
{
	char port[16], workers[16], reply[16], block[24], connections[16], burn[24], limit[16];
	const char *const arguments[] = {
		w->folder.path, port, workers, reply, block, connections, burn, limit, NULL,
	};
	pid_t pid;
	int ret = folder_make(play, &w->folder);

	if (ret)
		return ret;
	w->told->port = play->common.architecture[0] && play->common.port ? play->common.port :
			free_port();
	snprintf(port, sizeof(port), "%u", w->told->port);
	snprintf(workers, sizeof(workers), "%u", play->spec->workers);
	snprintf(reply, sizeof(reply), "%u", w->words->reply);
	snprintf(block, sizeof(block), "%g", w->words->blocking.ns / 1e6);
	snprintf(connections, sizeof(connections), "%u",
		 play->common.users + w->words->idle + 64);
	snprintf(burn, sizeof(burn), "%g", w->words->burning.ns / 1e6);
	snprintf(limit, sizeof(limit), "%u", w->words->limit);
	pid = peer_start(play, peer_of(play), arguments);
	if (pid < 0)
		return pid;
	folder_server(&w->folder, pid);
	return 0;
}

/* The server has ended: why. */
static int gone(struct play *play, const struct web *w)
{
	int status;

	if (w->peer)
		return peer_alive(play, play->server);
	if (waitpid(play->server, &status, WNOHANG) != play->server)
		return 0;
	play->server = 0;
	return play_failed(play, EIO, "%s", w->told->reason[0] ? w->told->reason :
			   "the server has ended before it answered");
}

/* Until it answers. */
static int await(struct play *play, struct web *w)
{
	const u64 until = play_now() + PATIENCE_NS;
	int fd = -1, ret = 0;

	while (!ret && play_now() < until) {
		ret = gone(play, w);
		if (ret)
			break;
		fd = __atomic_load_n(&w->told->port, __ATOMIC_ACQUIRE) ?
		     web_load_ask(w->told->port, 1) : -EAGAIN;
		if (fd >= 0) {
			close(fd);
			return 0;
		}
		usleep(2000);
	}
	return ret ?: play_failed(play, ETIMEDOUT, "the server does not answer: %s",
				  strerror(-fd));
}

static struct web_books sum_books(const struct web_told *told)
{
	struct web_books sum;
	u64 *to = (u64 *)&sum;
	u32 i, j;

	memset(to, 0, sizeof(sum));
	/* All of them are counts. */
	for (i = 0; i < WEB_BOOKS; i++)
		for (j = 0; j < sizeof(sum) / sizeof(u64); j++)
			to[j] += __atomic_load_n((u64 *)&told->books[i] + j, __ATOMIC_RELAXED);
	return sum;
}

/* What it has at hand it uses, before its memory is measured. */
static void warm(const struct web *w)
{
	const int fd = web_load_ask(w->told->port, WARMS);

	if (fd >= 0)
		close(fd);
}

/* Why there are not so many. */
static int not_held(struct play *play, const struct web *w, int error)
{
	const u32 n = w->nidle + 1, of = w->words->idle;

	if (error == -EUSERS)
		return play_failed(play, EUSERS,
				   "idle connection %u of %u was turned away (503): the server has too many: a greater connections= or a lesser idle=",
				   n, of);
	return play_failed(play, -error, "idle connection %u of %u: %s", n, of, strerror(-error));
}

/* Connections that do nothing, and what they cost. */
static int hold_idle(struct play *play, struct web *w)
{
	u64 before, after;

	if (w->words->idle)
		warm(w);
	w->asked = sum_books(w->told).accepted;
	if (!w->words->idle)
		return 0;
	w->idle = calloc(w->words->idle, sizeof(*w->idle));
	if (!w->idle)
		return -ENOMEM;
	before = usage_memory(play->server);
	for (; w->nidle < w->words->idle; w->nidle++) {
		w->idle[w->nidle] = web_load_ask(w->told->port, 1);
		if (w->idle[w->nidle] < 0)
			return not_held(play, w, w->idle[w->nidle]);
	}
	after = usage_memory(play->server);
	/*
	 * Of few of them it may have become less: Pss, its share of the pages that it has in common
	 * with others, falls when another process maps them, and what it warmed up with it may give
	 * back. Nobody knows then what they cost.
	 */
	w->idle_bytes = before == USAGE_UNKNOWN || after == USAGE_UNKNOWN || after < before ? NAN :
			(double)(after - before) / w->nidle;
	return 0;
}

static void let_go(struct web *w)
{
	while (w->nidle)
		close(w->idle[--w->nidle]);
	free(w->idle);
	w->idle = NULL;
}

static void web_free(struct play *play, struct web *w)
{
	let_go(w);
	folder_remove(&w->folder);
	if (w->told)
		munmap(w->told, sizeof(*w->told));
	free(w);
	play->own = NULL;
}

/* A kernel may be built without it, or a machine have it turned off. */
static int has_network(struct play *play)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return play_failed(play, EOPNOTSUPP, "this kernel has no TCP over IPv4: %s",
				   strerror(errno));
	close(fd);
	return 0;
}

static int web_begin(struct play *play)
{
	struct web *w = calloc(1, sizeof(*w));
	int told, ret = has_network(play);
	pid_t pid;

	if (!w || ret) {
		free(w);
		return ret ?: -ENOMEM;
	}
	w->words = play->words;
	w->peer = peer_of(play);
	if (!has_room(w->words, &play->common)) {
		ret = play_failed(play, EINVAL, NO_ROOM, w->words->connections,
				  play->common.users, w->words->idle);
		free(w);
		return ret;
	}
	play->own = w;
	play_descriptors();
	told = memfd_create("contend-web", 0);
	w->told = told >= 0 && !ftruncate(told, sizeof(*w->told)) ? map_told(told) : NULL;
	if (!w->told) {
		ret = play_failed(play, errno, "memory for what the server tells: %s",
				  strerror(errno));
		goto err_free;
	}
	w->told->quiet = true;
	if (w->peer) {
		ret = start_peer(play, w);
	} else {
		pid = start_ours(play, told);
		ret = pid < 0 ? pid : 0;
		play->server = pid;
	}
	if (ret)
		goto err_free;
	ret = await(play, w) ?: hold_idle(play, w);
	if (ret)
		goto err_stop;
	close(told);
	return 0;

err_stop:
	if (play->server)
		peer_stop(play, play->server, w->words->grace_ns);
err_free:
	if (told >= 0)
		close(told);
	web_free(play, w);
	return ret;
}

static void web_user(struct user *user)
{
	struct web *w = user->play->own;

	web_load(user, w->words, w->told);
}

static int web_probe(struct play *play, u64 deadline_ns)
{
	const struct web *w = play->own;

	return web_load_probe(w->told->port, deadline_ns);
}

static struct web_seen sum_seen(const struct web_told *told)
{
	struct web_seen sum = { };
	u32 i, j;

	for (i = 0; i < WEB_BOOKS; i++)
		for (j = 0; j < sizeof(sum) / sizeof(u64); j++)
			((u64 *)&sum)[j] += ((const u64 *)&told->seen[i])[j];
	return sum;
}

static u64 ended_of(const struct web_books *b)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < NR_WEB_ENDS; i++)
		sum += b->end[i];
	return sum;
}

static void web_sample(struct play *play, u64 *values)
{
	const struct web *w = play->own;
	const struct web_books b = sum_books(w->told);
	const u64 ended = ended_of(&b);

	values[GAUGE_OPEN] = b.accepted > ended ? b.accepted - ended : 0;
	values[GAUGE_QUEUED] = b.handed > b.taken ? b.handed - b.taken : 0;
}

/* A count that has to be zero. */
static void check_none(struct play *play, const char *name, u64 n, const char *what)
{
	char detail[RESULT_TEXT] = "";

	if (n)
		snprintf(detail, sizeof(detail), "%llu %s", n, what);
	result_check(play->result, name, n ? VERDICT_FAIL : VERDICT_PASS, n, detail);
}

/* What users saw, of any server. */
static void check_seen(struct play *play, const struct web_seen *seen)
{
	check_none(play, "once", seen->twice, "answers came that nobody had asked for");
	check_none(play, "reply", seen->wrong, "answers were not what was asked for");
}

/* And what ours tells. */
static void check_told(struct play *play, const struct web *w, const struct web_books *b,
		       const struct web_seen *seen)
{
	const struct web_design *design = web_design(play->common.architecture);
	const u64 ended = ended_of(b) + w->told->open;
	const u64 told = b->answered + b->dropped;
	char detail[RESULT_TEXT] = "";

	if (b->accepted != ended)
		snprintf(detail, sizeof(detail),
			 "%llu connections were accepted, and %llu served, %llu rejected, %llu timed out, %llu broken, %llu cut, %llu open",
			 b->accepted, b->end[WEB_SERVED], b->end[WEB_REJECTED],
			 b->end[WEB_TIMED_OUT], b->end[WEB_BROKEN], b->end[WEB_CUT], w->told->open);
	result_check(play->result, "connections", detail[0] ? VERDICT_FAIL : VERDICT_PASS,
		     b->accepted > ended ? b->accepted - ended : ended - b->accepted, detail);
	detail[0] = '\0';
	if (b->requests != told)
		snprintf(detail, sizeof(detail),
			 "%llu requests came in, %llu were answered, %llu lost with their connection",
			 b->requests, b->answered, b->dropped);
	result_check(play->result, "requests", detail[0] ? VERDICT_FAIL : VERDICT_PASS,
		     b->requests > told ? b->requests - told : told - b->requests, detail);
	check_none(play, "order", b->order + seen->order,
		   "answers were not those of the oldest request of their connection");
	check_none(play, "owner", b->owners, "times somebody took a connection that was another's");
	if (design->threads)
		result_check(play->result, "deaf", VERDICT_SKIP, 0,
			     "a thread a connection waits for it: there is no list of what is ready");
	else
		check_none(play, "deaf", b->deaf,
			   "connections could be read, and nobody was told");
	check_none(play, "operations", b->failed, "operations on a structure failed");
}

static void check_objects(struct play *play, const struct web_told *told)
{
	const u32 n = min_t(u32, told->nobjects, PLAY_OBJECTS);
	u32 i, j;

	for (i = 0; i < n; i++) {
		const struct web_object *o = &told->objects[i];
		u64 violations = o->violations;
		const char *detail = o->detail;

		/* Processes have one of each; the first tells of all. */
		for (j = 0; j < i && strcmp(told->objects[j].name, o->name); j++)
			;
		if (j < i)
			continue;
		for (j = i + 1; j < n; j++) {
			if (strcmp(told->objects[j].name, o->name))
				continue;
			violations += told->objects[j].violations;
			detail = detail[0] ? detail : told->objects[j].detail;
		}
		result_check(play->result, o->name, violations ? VERDICT_FAIL : VERDICT_PASS,
			     violations, detail);
	}
}

static void web_finish(struct play *play)
{
	struct web *w = play->own;
	struct web_books b;
	struct web_seen seen;
	bool stopped;

	let_go(w);
	stopped = peer_stop(play, play->server, w->words->grace_ns);
	b = sum_books(w->told);
	seen = sum_seen(w->told);
	check_seen(play, &seen);
	peer_check(play, stopped);
	if (!w->peer) {
		check_told(play, w, &b, &seen);
		check_objects(play, w->told);
		play_figure(play, "accepted", b.accepted - w->asked);
		play_figure(play, "empty_accepts", b.empty);
		play_figure(play, "errors", b.errors);
		if (b.requests)
			play_figure(play, "handed_share", (double)b.handed / b.requests);
	}
	play_figure(play, "reconnects", seen.opened > play->common.users ?
					seen.opened - play->common.users : 0);
	if (w->words->idle)
		play_figure(play, "idle_bytes", w->idle_bytes);
	web_free(play, w);
}

/* For people who had it serve others. */
static int say_end(struct play *play, const struct web_told *told)
{
	const struct web_books b = sum_books(told);
	const u64 wrong = b.order + b.owners + b.deaf + b.failed;

	fprintf(stderr,
		"contend: web: %llu request%s answered, %llu of them with an error; %llu connection%s: %llu served, %llu rejected, %llu timed out, %llu broken, %llu cut\n",
		b.answered, plural(b.answered), b.errors, b.accepted,
		plural(b.accepted), b.end[WEB_SERVED], b.end[WEB_REJECTED],
		b.end[WEB_TIMED_OUT], b.end[WEB_BROKEN], b.end[WEB_CUT]);
	if (!wrong && b.accepted == ended_of(&b) + told->open &&
	    b.requests == b.answered + b.dropped)
		return 0;
	return play_failed(play, EIO,
			   "web: a law is broken: %llu out of order, %llu with two owners, %llu deaf, %llu operations failed, %llu requests of which %llu have no answer, %llu connections lost",
			   b.order, b.owners, b.deaf, b.failed, b.requests,
			   b.requests - b.answered - b.dropped,
			   b.accepted - ended_of(&b) - told->open);
}

static int web_serve_alone(struct play *play, const volatile sig_atomic_t *stop)
{
	const char *fd = getenv(TOLD);
	struct web_told *told = map_told(fd ? atoi(fd) : -1);
	int ret;

	if (!told)
		return -ENOMEM;
	ret = web_serve(play, stop, told);
	if (ret)
		strscpy(told->reason, play->result->reason[0] ? play->result->reason :
			strerror(-ret), sizeof(told->reason));
	else if (!told->quiet)
		ret = say_end(play, told);
	munmap(told, sizeof(*told));
	return ret;
}

const struct scenario web_scenario = {
	.name = "web",
	.about = "a web server: HTTP/1.1 over TCP, sessions, counts, a rate limit",
	.preset = "structure=hash lock=adaptive_mutex workers=2 keys=uniform/1000",
	.architectures = architectures,
	.peers = peers,
	.takes = takes,
	.refuses = refuses,
	.keys = web_keys,
	.nkeys = ARRAY_SIZE(web_keys),
	.size = sizeof(struct web_words),
	.stages = stages,
	.gauges = gauges,
	.figures = figures,
	.check = web_check,
	.threads = web_threads,
	.tasks = web_tasks,
	.begin = web_begin,
	.user = web_user,
	.sample = web_sample,
	.probe = web_probe,
	.end = web_finish,
	.serve = web_serve_alone,
};

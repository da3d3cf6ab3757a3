// SPDX-License-Identifier: GPL-2.0
/*
 * The keys of scenarios: those that all of them have, and each one's own. The module knows none of
 * them; in a workload they are words, see spec.more.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/key.h"
#include "lib/nearest.h"
#include "scenario.h"

/* What a value of one is parsed into, to see whether it is one. */
#define FIELD_MOST	512

/* Keys of a workload that mean something to each scenario. */
static const char *const taken_by_all[] = {
	"lock", "structure", "engine", "runtime", "warmup", "seed", NULL
};

/**
 * path_parse - a path, whatever it leads to: what has no blank, comma or hash in it
 * @key: as spec_key.parse has it, like all
 * @field: of @key->most bytes
 * @value: the path
 * @len: its bytes
 * @error: what is wrong with it
 *
 * Return: 0, or -EINVAL.
 */
int path_parse(const struct spec_key *key, void *field, const char *value, size_t len,
	       struct spec_error *error)
{
	size_t i;

	if (!len || len >= key->most)
		return spec_fail(error, 0, "%s= is a path of 1 to %llu bytes", key->name,
				 key->most - 1);
	for (i = 0; i < len; i++)
		if (value[i] <= ' ' || value[i] == ',' || value[i] == '#' || value[i] == 127)
			return spec_fail(error, i, "%s=: a path has no blank, comma or # here",
					 key->name);
	memcpy(field, value, len);
	((char *)field)[len] = '\0';
	return 0;
}

/**
 * path_format - write it
 * @key: as spec_key.format has it, like all
 * @field: the path
 * @buf: for it
 * @size: bytes there
 *
 * Return: as snprintf().
 */
int path_format(const struct spec_key *key, const void *field, char *buf, size_t size)
{
	return snprintf(buf, size, "%s", (const char *)field);
}

static const struct spec_key common_keys[] = {
	{
		.name = "scenario", .value = "NAME", .absent = "none: workers operate on one structure",
		.flags = SPEC_LIST,
		.about = "a whole system, of which the lock and the structure are a part",
		.manual =
"A name from `contend list scenarios`. Users send requests to a system of its field, built\n"
"as architecture= says. It runs in the program, and its structures are those of engine=: in\n"
"the program (user, where nothing else is said) or the module's (ioctl, ring).\n",
		KEY_NAME(struct common, scenario),
	}, {
		.name = "architecture", .value = "NAME", .absent = "the scenario's first",
		.flags = SPEC_LIST,
		.about = "scenario: how its system is built",
		.manual =
"A name that `contend list scenarios` has below the scenario's. peer:NAME is a system of\n"
"others in the place of ours, under the same load; `scripts/setup peers` installs them.\n",
		KEY_NAME(struct common, architecture),
	}, {
		.name = "users", .value = "COUNT", .preset = "8", .flags = SPEC_LIST,
		.about = "scenario: how many send requests, each one at a time, 1 to 100k",
		.manual =
"Connections of a web server, borrowers of a pool, clients of a cache.\n",
		KEY_U32(struct common, users, 1, 100000),
	}, {
		.name = "offered", .value = "closed|periodic:RATE|poisson:RATE|bursts:RATE:COUNT|sweep",
		.preset = "closed", .flags = SPEC_LIST,
		.about = "scenario: the load that all users together offer",
		.manual =
"closed	each user sends its next request when the last one was answered, and think= is over\n"
"periodic:RATE	so many come due a second, as 1000/s, whether or not anybody is answered: the\n"
"	next user that is free sends it, and its response counts from when it was due\n"
"poisson:RATE	the same, at random times\n"
"bursts:RATE:COUNT	the same, so many at once: RATE is of requests, so 100/s:50 is two bursts a\n"
"	second\n"
"sweep	first closed, which says how much the system can do at all, then ten rates from a\n"
"	tenth of that up to it, then half of the knee, each for the runtime. The knee is the\n"
"	greatest rate of which 95 per cent are answered while no backlog grows. The response\n"
"	of the case is that at half of the knee, or of the closed loop where there is none\n",
		.parse = offered_parse, .format = offered_format,
		.offset = offsetof(struct common, offered),
	}, {
		.name = "interval", .value = "TIME", .preset = "100ms",
		.about = "between two points of the timeline; 0ns: there is none",
		.manual =
"0ns, or 1ms to 10s. Each point says what happened since the one before, and what there was\n"
"then: of a scenario what its gauges show, of a structure its elements and its backlog. It is\n"
"in the JSON document, and contend report draws it. Without scenario= there is a timeline only\n"
"where this key is given. A timeline has 20000 points at most: a run that would have more is\n"
"refused before it begins.\n",
		KEY_TIME(struct common, interval_ns, 0, 10 * SPEC_NS_PER_S),
	}, {
		.name = "trace", .value = "COUNT", .preset = "0",
		.about = "scenario: one request in so many is written out by stage; 0: none is",
		.manual =
"At most 16 of a user's and 256 of a run's are in the JSON document. With engine=ioctl and ring\n"
"its id there is the tag of its operations in the tracepoints contend:*.\n",
		KEY_U32(struct common, trace, 0, 1000000000),
	}, {
		.name = "retry", .value = "COUNT", .preset = "0", .flags = SPEC_LIST,
		.about = "scenario: how often a request that failed is tried again, 0 to 100",
		.manual =
"After the time that backoff= and jitter= say. Its response goes on. A user of web takes another\n"
"connection instead.\n",
		KEY_U32(struct common, retry.most, 0, 100),
	}, {
		.name = "backoff", .value = "TIME", .preset = "10ms", .flags = SPEC_LIST,
		.about = "scenario: how long before the first time; it doubles each time",
		.manual =
"0ns to 10s, and never more than that.\n",
		KEY_TIME(struct common, retry.backoff_ns, 0, 10 * SPEC_NS_PER_S),
	}, {
		.name = "jitter", .value = "none|full", .preset = "full", .flags = SPEC_LIST,
		.about = "scenario: how the backoff is spread",
		.manual =
"none	not at all: users that failed together come back together\n"
"full	at random, from nothing to all of it\n",
		KEY_WORD(struct common, retry.jitter, "none", "full"),
	}, {
		.name = "breaker", .value = "off|COUNT/TIME", .preset = "off", .flags = SPEC_LIST,
		.about = "scenario: after so many failures in a row nobody asks for so long",
		.manual =
"All users have one circuit breaker. When its time is over it lets one request through,\n"
"whose answer closes it and whose failure opens it again. A request that it does not let\n"
"through has failed at once, and counts as shed.\n",
		.parse = breaker_parse, .format = breaker_format,
		.offset = offsetof(struct common, breaker),
	}, {
		.name = "shed", .value = "off|inflight:COUNT|late:TIME", .preset = "off",
		.flags = SPEC_LIST,
		.about = "scenario: which requests are refused at once, so that the others are answered",
		.manual =
"inflight:COUNT	what comes while so many of all users are under way, 1 to 1m\n"
"late:TIME	what is sent later than so long after it was due, 0ns to 60s: its answer would help\n"
"	nobody. In an open loop the queue is before the users, and this bounds the wait in it\n"
"A request that is refused counts as shed, and retry= tries it again unless it is late. In a\n"
"closed loop its user waits for 1 ms. The figures shed_inflight and shed_late count all that\n"
"were refused in the run.\n",
		.parse = shed_parse, .format = shed_format,
		.offset = offsetof(struct common, shed),
	}, {
		.name = "health", .value = "off|TIME", .preset = "off", .flags = SPEC_LIST,
		.about = "scenario: how often the system is asked whether it is well",
		.manual =
"1ms to 60s. web: a GET of / on a connection of its own; pool: a query of the backend, past\n"
"the pool; cache: a read from its server. A probe without an answer after that time, or after\n"
"one second, has failed: it may have to connect first. After two in a row requests are\n"
"refused, as by shed=, until one is answered: in an overload that makes things worse, where\n"
"the system is only slow.\n"
"The figures are probes, probes_failed, ill_times, ill_ns and shed_ill, of all of the run.\n",
		.parse = health_parse, .format = health_format,
		.offset = offsetof(struct common, health_ns),
	}, {
		.name = "port", .value = "COUNT", .preset = "0",
		.about = "scenario: where its server listens, on 127.0.0.1; 0: where there is room",
		.manual = "For `contend serve web` and `contend serve orders`.\n",
		KEY_U32(struct common, port, 0, 65535),
	},
};

/**
 * scenario_find - a scenario by its name
 * @name: the name, not ended by a zero
 * @len: its bytes
 *
 * Return: the scenario, or NULL.
 */
const struct scenario *scenario_find(const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; scenarios[i]; i++)
		if (strlen(scenarios[i]->name) == len && !memcmp(scenarios[i]->name, name, len))
			break;
	return scenarios[i];
}

/**
 * scenario_of - the scenario of a workload
 * @spec: the workload
 *
 * Return: the scenario; NULL where the workload is none.
 */
const struct scenario *scenario_of(const struct spec *spec)
{
	static const char key[] = "scenario=";

	/* Its key is the first of all, so its word is. */
	if (strncmp(spec->more, key, strlen(key)))
		return NULL;
	return scenario_find(spec->more + strlen(key), strcspn(spec->more + strlen(key), " "));
}

static const struct spec_key *words_at(unsigned int i)
{
	unsigned int s;

	if (i < ARRAY_SIZE(common_keys))
		return &common_keys[i];
	i -= ARRAY_SIZE(common_keys);
	for (s = 0; scenarios[s]; s++) {
		if (i < scenarios[s]->nkeys)
			return &scenarios[s]->keys[i];
		i -= scenarios[s]->nkeys;
	}
	return NULL;
}

/* The word "key=value" of a key, which ends at a blank or a zero; or NULL. */
static const char *word_of(const char *words, const char *key)
{
	const size_t len = strlen(key);

	while (strncmp(words, key, len) || words[len] != '=') {
		words = strchr(words, ' ');
		if (!words)
			return NULL;
		words++;
	}
	return words;
}

/* What is preset holds where nothing else was said, and is not itself given. */
static void preset(struct spec *spec, const char *words)
{
	const u64 given = spec->given;
	struct spec_error error;
	const char *at, *equals;
	size_t len;

	for (at = words; *at; at += len, at += *at == ' ') {
		const struct spec_key *key;

		len = strcspn(at, " ");
		equals = memchr(at, '=', len);
		key = spec_key(at, equals - at);
		if (given & 1ULL << (key - spec_keys))
			continue;
		if (spec_set(spec, at, equals - at, equals + 1, at + len - equals - 1, &error))
			abort();
	}
	spec->given = given;
}

/* Enter a value, as it is written, where its key stands in their order. */
static int words_set(struct spec *spec, const struct spec_key *key, const char *value, size_t len,
		     struct spec_error *error)
{
	u64 field[FIELD_MOST / sizeof(u64)] = { };
	const struct scenario *scenario = NULL;
	char more[SPEC_MORE], text[SPEC_MESSAGE];
	const struct spec_key *k;
	const char *word;
	size_t n = 0;
	u32 i;

	if (key->parse(key, field, value, len, error))
		return -EINVAL;
	if (key == &common_keys[0]) {
		scenario = scenario_find(value, len);
		if (!scenario)
			return spec_fail(error, 0,
					 "unknown scenario '%.*s': see contend list scenarios",
					 value_printable(len), value);
	}
	key->format(key, field, text, sizeof(text));
	for (i = 0; (k = words_at(i)); i++) {
		word = k == key ? NULL : word_of(spec->more, k->name);
		if (k == key)
			n += snprintf(more + n, sizeof(more) - n, "%s%s=%s", n ? " " : "", k->name,
				      text);
		else if (word)
			n += snprintf(more + n, sizeof(more) - n, "%s%.*s", n ? " " : "",
				      (int)strcspn(word, " "), word);
		if (n >= sizeof(more))
			return spec_fail(error, 0, "the words of a scenario are %u bytes at most",
					 SPEC_MORE - 1);
	}
	memcpy(spec->more, more, n + 1);
	if (scenario) {
		preset(spec, "engine=user");
		preset(spec, scenario->preset);
	}
	return 0;
}

const struct spec_more scenario_words = { words_at, words_set };

/**
 * words_given - whether a word was given
 * @spec: the workload
 * @key: of which key
 */
bool words_given(const struct spec *spec, const char *key)
{
	return word_of(spec->more, key);
}

/**
 * words_decode - what some keys of scenarios say
 * @spec: the workload
 * @keys: these
 * @n: how many
 * @fields: the struct that has their fields; where nothing is said they get their preset
 */
void words_decode(const struct spec *spec, const struct spec_key *keys, unsigned int n,
		  void *fields)
{
	struct spec_error error;
	const char *word;
	unsigned int i;

	for (i = 0; i < n; i++) {
		word = word_of(spec->more, keys[i].name);
		word = word ? word + strlen(keys[i].name) + 1 : keys[i].preset;
		if (word)
			keys[i].parse(&keys[i], (char *)fields + keys[i].offset, word,
				      strcspn(word, " "), &error);
	}
}

/**
 * words_common - what the keys say that all scenarios have
 * @spec: the workload, of a scenario
 * @common: filled in
 */
void words_common(const struct spec *spec, struct common *common)
{
	memset(common, 0, sizeof(*common));
	words_decode(spec, common_keys, ARRAY_SIZE(common_keys), common);
	if (!common->architecture[0])
		strscpy(common->architecture, scenario_of(spec)->architectures[0].name,
			sizeof(common->architecture));
}

static const struct spec_key *interval_key(void)
{
	return spec_key("interval", strlen("interval"));
}

/**
 * words_interval - the time between two points of a timeline
 * @spec: the workload, of a scenario or none
 *
 * Return: nanoseconds; 0: there is no timeline.
 */
u64 words_interval(const struct spec *spec)
{
	const struct spec_key *key = interval_key();
	struct common common = { };

	if (scenario_of(spec) || words_given(spec, key->name))
		words_decode(spec, key, 1, &common);
	return common.interval_ns;
}

static bool among(const char *const *names, const char *name)
{
	for (; names && *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

/**
 * words_taken - whether a key means something to a scenario
 * @s: the scenario
 * @key: the key, from spec_key_at()
 */
bool words_taken(const struct scenario *s, const struct spec_key *key)
{
	if (key >= spec_keys && key < spec_keys + spec_nkeys)
		return among(taken_by_all, key->name) || among(s->takes, key->name);
	if (key >= common_keys && key < common_keys + ARRAY_SIZE(common_keys))
		return !among(s->refuses, key->name);
	return key >= s->keys && key < s->keys + s->nkeys;
}

static bool key_given(const struct spec *spec, unsigned int i)
{
	return i < spec_nkeys ? spec->given & 1ULL << i :
				words_given(spec, spec_key_at(i)->name);
}

/**
 * words_served - what is wrong with a workload for the server of its scenario alone
 * @spec: the workload, from words_check()
 * @error: what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int words_served(const struct spec *spec, struct spec_error *error)
{
	const struct scenario *s = scenario_of(spec);
	const struct spec_key *key;
	unsigned int i;

	for (i = 0; s->serves && (key = spec_key_at(i)); i++)
		if (key_given(spec, i) && !among(s->serves, key->name))
			return spec_fail(error, 0,
					 "%s= means nothing to contend serve %s: leave it out",
					 key->name, s->name);
	return 0;
}

/* A key that the scenario does nothing with would be a promise that nobody keeps. */
static int check_taken(const struct spec *spec, const struct scenario *s, struct spec_error *error)
{
	const struct spec_key *key;
	unsigned int i;

	if (spec->groups.n)
		return spec_fail(error, 0, "scenario=%s has no groups of workers: leave group= out",
				 s->name);
	for (i = 0; (key = spec_key_at(i)); i++) {
		if (key_given(spec, i) && !words_taken(s, key))
			return spec_fail(error, 0, "%s= means nothing to scenario=%s: leave it out",
					 key->name, s->name);
	}
	return 0;
}

/* Likewise of an architecture: in a job those that a key is for have a section of their own. */
static int check_used(const struct spec *spec, const struct scenario *s, const char *architecture,
		      struct spec_error *error)
{
	const struct spec_key *key;
	const char *others;
	unsigned int i;

	for (i = 0; s->key_of && (key = spec_key_at(i)); i++) {
		others = key_given(spec, i) ? s->key_of(key->name, architecture) : NULL;
		if (others)
			return spec_fail(error, 0,
					 "%s= is of architecture=%s: leave it out of architecture=%s",
					 key->name, others, architecture);
	}
	return 0;
}

static const char *architecture_at(unsigned int i, const void *scenario)
{
	return ((const struct scenario *)scenario)->architectures[i].name;
}

static int check_architecture(const struct scenario *s, const char *name,
			      struct spec_error *error)
{
	const char *near, *known;
	unsigned int i;

	if (!strncmp(name, "peer:", 5) && among(s->peers, name + 5))
		return 0;
	for (i = 0; (known = architecture_at(i, s)); i++)
		if (!strcmp(known, name))
			return 0;
#ifndef CONTEND_MUTANT
	if (!strncmp(name, "busted_", 7))
		return spec_fail(error, 0, "architecture=%s would be broken on purpose, as none of this program is: make user MUTANT=1 builds those that are",
				 name);
#endif
	near = spec_nearest(name, strlen(name), architecture_at, s);
	return spec_fail(error, 0, "scenario=%s has no architecture '%s'%s%s%s", s->name, name,
			 near ? ": did you mean '" : ": see contend list scenarios", near ?: "",
			 near ? "'?" : "");
}

/* Of these keys one means something without a scenario too. */
static int check_alone(const struct spec *spec, struct spec_error *error)
{
	const struct spec_key *key;
	unsigned int i;

	for (i = 0; (key = words_at(i)); i++)
		if (key != interval_key() && words_given(spec, key->name))
			return spec_fail(error, 0, "%s= is a key of scenarios: scenario= names one",
					 key->name);
	return 0;
}

/**
 * words_check - what is wrong with a workload, of its words of scenarios
 * @spec: the workload
 * @error: what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int words_check(const struct spec *spec, struct spec_error *error)
{
	const u64 runtime = spec->runtime_ns * (scenario_of(spec) ? play_steps(spec) : 1);
	const struct scenario *s = scenario_of(spec);
	const u64 interval = words_interval(spec);
	struct common common;
	void *words;
	int ret;

	if (interval && interval < SPEC_EVERY_MIN_NS)
		return spec_fail(error, 0, "interval= is 0ns, or 1ms to 10s");
	if (interval && runtime / interval > RESULT_POINTS)
		return spec_fail(error, 0,
				 "interval= is too short for this runtime: a timeline has %u points at most, one each %llums",
				 RESULT_POINTS, DIV_ROUND_UP(runtime, RESULT_POINTS * 1000000ULL));
	if (!s)
		return check_alone(spec, error);
	words_common(spec, &common);
	if (!strcmp(spec->engine, "kernel"))
		return spec_fail(error, 0,
				 "a scenario runs in the program: engine=user, ioctl or ring");
	if (common.health_ns && !s->probe)
		return spec_fail(error, 0,
				 "nothing of scenario=%s can fail a probe: leave health= out",
				 s->name);
	ret = check_taken(spec, s, error) ?: check_architecture(s, common.architecture, error) ?:
	      check_used(spec, s, common.architecture, error);
	words = calloc(1, s->size ?: 1);
	if (!ret && s->check && words) {
		words_decode(spec, s->keys, s->nkeys, words);
		ret = s->check(spec, words, error);
	}
	free(words);
	return ret;
}

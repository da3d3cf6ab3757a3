// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "spec.h"

#define SPEC_NS_PER_S	1000000000ULL

/* Nothing comes more often than this: what it brings takes a part of it only. */
#define SPEC_EVERY_MIN_NS	1000000

/* An error at a place: @at is a pointer into the text that is being parsed. */
#define spec_fail(error, at, ...)						\
	({									\
		(error)->offset = (size_t)(at);					\
		snprintf((error)->message, sizeof((error)->message), __VA_ARGS__); \
		-EINVAL;							\
	})

/* What may stand in a message without upsetting a terminal or a log. */
static int printable(size_t len)
{
	return len < 40 ? len : 40;
}

static bool name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == ':';
}

static bool space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *find(const char *text, size_t len, char c)
{
	return memchr(text, c, len);
}

/* Digits at the start of a text; how many bytes they took, 0 if none, or -1. */
static int digits(const char *text, size_t len, u64 *number)
{
	size_t i;

	*number = 0;
	for (i = 0; i < len && text[i] >= '0' && text[i] <= '9'; i++) {
		if (__builtin_mul_overflow(*number, 10, number) ||
		    __builtin_add_overflow(*number, text[i] - '0', number))
			return -1;
	}
	return i;
}

/**
 * struct unit - what a number may be followed by
 * @name: the letters
 * @factor: what they multiply it with
 */
struct unit {
	const char *name;
	u64 factor;
};

static const struct unit counts[] = {
	{ "", 1 }, { "k", 1000 }, { "m", 1000000 }, { "Ki", 1024 }, { "Mi", 1048576 }, { }
};

static const struct unit times[] = {
	{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", SPEC_NS_PER_S },
	{ "m", 60 * SPEC_NS_PER_S }, { }
};

/* A number with its unit, in bounds; @offset is where it stands in the text. */
static int parse_number(u64 *number, const char *value, size_t len, size_t offset,
			const struct unit *units, u64 least, u64 most, struct spec_error *error)
{
	const struct unit *unit;
	const char *comma = find(value, len, ',');
	int n;

	if (comma)
		return spec_fail(error, offset + (comma - value),
				 "one run takes one value; a job file may list several");
	n = digits(value, len, number);
	if (n < 0)
		return spec_fail(error, offset, "the number is too large");
	if (!n)
		return spec_fail(error, offset, "'%.*s' is not a number", printable(len), value);
	for (unit = units; unit->name; unit++)
		if (strlen(unit->name) == len - n && !memcmp(unit->name, value + n, len - n))
			break;
	if (!unit->name && units == times)
		return spec_fail(error, offset + n,
				 "a time needs a unit behind its digits: ns, us, ms, s or m");
	if (!unit->name)
		return spec_fail(error, offset + n,
				 "behind its digits a count takes k, m, Ki, Mi or nothing");
	if (*number > div64_u64(U64_MAX, unit->factor))
		return spec_fail(error, offset, "the number is too large");
	*number *= unit->factor;
	if (*number < least || *number > most) {
		if (units == times)
			return spec_fail(error, offset, "the time must be %llu ns to %llu ns",
					 (unsigned long long)least, (unsigned long long)most);
		return spec_fail(error, offset, "the number must be %llu to %llu",
				 (unsigned long long)least, (unsigned long long)most);
	}
	return 0;
}

static int parse_name(char *to, const char *value, size_t len, size_t offset,
		      struct spec_error *error)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (value[i] == ',')
			return spec_fail(error, offset + i,
					 "one run takes one value; a job file may list several");
		if (!name_char(value[i]))
			return spec_fail(error, offset + i,
					 "a name has letters, digits, '_', '-' and ':' only");
	}
	if (!len)
		return spec_fail(error, offset, "a name is missing here");
	if (len >= SPEC_NAME_LEN)
		return spec_fail(error, offset, "a name has %d characters at most",
				 SPEC_NAME_LEN - 1);
	memcpy(to, value, len);
	to[len] = '\0';
	return 0;
}

/* "NAME:SHARE,…", SPEC_VERBS of them at most; @what is what the names are. */
static int parse_shares(struct mix_spec *mix, u32 *nmix, const char *what, const char *value,
			size_t len, struct spec_error *error)
{
	const char *at = value, *end = value + len;
	u64 total = 0, share;
	u32 n = 0, i;

	memset(mix, 0, SPEC_VERBS * sizeof(*mix));
	for (;;) {
		const char *comma = find(at, end - at, ',');
		const char *stop = comma ? comma : end;
		const char *colon = find(at, stop - at, ':');
		int ret;

		if (!colon)
			return spec_fail(error, at - value, "a part of a mix is %s:share",
					 what);
		if (n == SPEC_VERBS)
			return spec_fail(error, at - value, "a mix has %d %ss at most",
					 SPEC_VERBS, what);
		ret = parse_name(mix[n].verb, at, colon - at, at - value, error);
		if (ret)
			return ret;
		for (i = 0; i < n; i++)
			if (!strcmp(mix[i].verb, mix[n].verb))
				return spec_fail(error, at - value, "'%s' is given twice",
						 mix[n].verb);
		ret = parse_number(&share, colon + 1, stop - colon - 1, colon + 1 - value, counts,
				   0, 1000000, error);
		if (ret)
			return ret;
		mix[n++].share = share;
		total += share;
		if (!comma)
			break;
		at = comma + 1;
	}
	if (!total)
		return spec_fail(error, 0, "at least one share of a mix must not be 0");
	*nmix = n;
	return 0;
}

/* One of two words, or of three: its index. */
static int parse_word(const char *const *words, const char *value, size_t len,
		      struct spec_error *error)
{
	char all[64];
	size_t n = 0;
	int i;

	for (i = 0; words[i]; i++)
		if (strlen(words[i]) == len && !memcmp(words[i], value, len))
			return i;
	for (i = 0; words[i] && n < sizeof(all); i++)
		n += snprintf(all + n, sizeof(all) - n, "%s%s",
			      !i ? "" : words[i + 1] ? ", " : " or ", words[i]);
	return spec_fail(error, 0, "the value must be %s", all);
}

/* The largest unit that leaves no remainder. */
static int format_time(u64 ns, char *buf, size_t size)
{
	const struct unit *unit = times + 4;
	u64 whole;

	while (unit > times && (!ns || div64_u64(ns, unit->factor) * unit->factor != ns))
		unit--;
	whole = div64_u64(ns, unit->factor);
	return snprintf(buf, size, "%llu%s", (unsigned long long)whole, unit->name);
}

static const char *const context_words[] = { "task", "softirq", "hardirq", NULL };

/* One context is the same as a mix of it alone, and is kept and written as this. */
static int parse_context(const struct spec_key *key, struct spec *spec, const char *value,
			 size_t len, struct spec_error *error)
{
	u32 context[SPEC_CONTEXTS] = { }, n, i, c;
	struct mix_spec shares[SPEC_VERBS];
	int ret;

	if (!find(value, len, ':')) {
		for (c = 0; context_words[c]; c++)
			if (strlen(context_words[c]) == len &&
			    !memcmp(context_words[c], value, len))
				break;
		if (!context_words[c])
			return spec_fail(error, 0,
					 "contexts are task, softirq, hardirq or CONTEXT:SHARE,...");
		context[c] = 1;
		memcpy(spec->context, context, sizeof(context));
		return 0;
	}
	ret = parse_shares(shares, &n, "context", value, len, error);
	if (ret)
		return ret;
	for (i = 0; i < n; i++) {
		for (c = 0; context_words[c]; c++)
			if (!strcmp(context_words[c], shares[i].verb))
				break;
		if (!context_words[c])
			return spec_fail(error, 0,
					 "a context is task, softirq or hardirq, not '%s'",
					 shares[i].verb);
		context[c] = shares[i].share;
	}
	for (n = 0, c = 0; c < SPEC_CONTEXTS; c++)
		n += context[c] > 0;
	for (c = 0; c < SPEC_CONTEXTS && n == 1; c++)
		context[c] = context[c] > 0;
	memcpy(spec->context, context, sizeof(context));
	return 0;
}

static int format_context(const struct spec_key *key, const struct spec *spec, char *buf,
			  size_t size)
{
	size_t n = 0;
	u32 total = 0, c;

	for (c = 0; c < SPEC_CONTEXTS; c++)
		total += spec->context[c];
	for (c = 0; c < SPEC_CONTEXTS && n < size; c++) {
		if (spec->context[c] == total)
			return snprintf(buf, size, "%s", context_words[c]);
		if (spec->context[c])
			n += snprintf(buf + n, size - n, "%s%s:%u", n ? "," : "",
				      context_words[c], spec->context[c]);
	}
	return n;
}

static int parse_mix(const struct spec_key *key, struct spec *spec, const char *value,
		     size_t len, struct spec_error *error)
{
	struct mix_spec mix[SPEC_VERBS];
	u32 n;
	int ret = parse_shares(mix, &n, "verb", value, len, error);

	if (ret)
		return ret;
	memcpy(spec->mix, mix, sizeof(mix));
	spec->nmix = n;
	return 0;
}

static int format_mix(const struct spec_key *key, const struct spec *spec, char *buf,
		      size_t size)
{
	size_t n = 0;
	u32 i;

	for (i = 0; i < spec->nmix && n < size; i++)
		n += snprintf(buf + n, size - n, "%s%s:%u", i ? "," : "", spec->mix[i].verb,
			      spec->mix[i].share);
	return n;
}

/* A decimal number with up to three places, in thousandths. */
static int parse_theta(u32 *milli, const char *value, size_t len, size_t offset,
		       struct spec_error *error)
{
	static const u32 scale[] = { 1000, 100, 10, 1 };
	u64 whole, part = 0;
	int n, m = 0;

	n = digits(value, len, &whole);
	if (n > 0 && (size_t)n < len && value[n] == '.') {
		m = digits(value + n + 1, len - n - 1, &part);
		if (m < 1 || m > 3)
			return spec_fail(error, offset, "zipf's exponent has 1 to 3 decimals");
		len -= m + 1;
	}
	if (n <= 0 || (size_t)n != len || whole > 4)
		return spec_fail(error, offset, "zipf's exponent is a number from 0.001 to 4.000");
	*milli = whole * 1000 + part * scale[m];
	if (!*milli || *milli > 4000)
		return spec_fail(error, offset, "zipf's exponent is a number from 0.001 to 4.000");
	return 0;
}

static int parse_keys(const struct spec_key *key, struct spec *spec, const char *value,
		      size_t len, struct spec_error *error)
{
	const char *slash = find(value, len, '/'), *colon;
	struct keys_spec keys = { .kind = KEYS_UNIFORM };
	size_t name;
	u64 range;
	int ret;

	if (!slash)
		return spec_fail(error, 0, "keys are uniform/RANGE, seq/RANGE or zipf:THETA/RANGE");
	colon = find(value, slash - value, ':');
	name = (colon ? colon : slash) - value;
	if (name == 7 && !memcmp(value, "uniform", 7) && !colon)
		keys.kind = KEYS_UNIFORM;
	else if (name == 3 && !memcmp(value, "seq", 3) && !colon)
		keys.kind = KEYS_SEQ;
	else if (name == 4 && !memcmp(value, "zipf", 4) && colon)
		keys.kind = KEYS_ZIPF;
	else
		return spec_fail(error, 0, "keys are uniform/RANGE, seq/RANGE or zipf:THETA/RANGE");
	if (colon) {
		ret = parse_theta(&keys.theta_milli, colon + 1, slash - colon - 1,
				  colon + 1 - value, error);
		if (ret)
			return ret;
	}
	ret = parse_number(&range, slash + 1, value + len - slash - 1, slash + 1 - value, counts,
			   1, 1 << 20, error);
	if (ret)
		return ret;
	keys.range = range;
	spec->keys = keys;
	return 0;
}

static int format_keys(const struct spec_key *key, const struct spec *spec, char *buf,
		       size_t size)
{
	const struct keys_spec *k = &spec->keys;

	if (k->kind == KEYS_ZIPF)
		return snprintf(buf, size, "zipf:%u.%03u/%u", k->theta_milli / 1000,
				k->theta_milli % 1000, k->range);
	return snprintf(buf, size, "%s/%u", k->kind == KEYS_SEQ ? "seq" : "uniform", k->range);
}

/* How the kinds of a delay are called, and of an arrival; NULL: it has no such kind. */
static const char *const delay_words[] = { NULL, "", "uniform", "exp" };
static const char *const arrival_words[] = { "closed", "periodic", NULL, "poisson" };

/* "TIME", or "WORD:TIME", or "WORD:TIME-TIME". */
static int parse_delay(struct delay_spec *to, const char *const *words, const char *value,
		       size_t len, u64 most, struct spec_error *error)
{
	struct delay_spec d = { };
	const char *colon = find(value, len, ':'), *time = colon ? colon + 1 : value, *dash;
	size_t word = colon ? colon - value : 0, left = value + len - time;
	unsigned int kind;
	int ret;

	if (!colon && words[DELAY_NONE] && strlen(words[DELAY_NONE]) == len &&
	    !memcmp(words[DELAY_NONE], value, len)) {
		*to = d;
		return 0;
	}
	for (kind = DELAY_FIXED; kind <= DELAY_EXP; kind++)
		if (words[kind] && strlen(words[kind]) == word && !memcmp(words[kind], value, word))
			break;
	if (kind > DELAY_EXP && words == arrival_words)
		return spec_fail(error, 0, "an arrival is closed, periodic:TIME or poisson:TIME");
	if (kind > DELAY_EXP)
		return spec_fail(error, 0, "a delay is TIME, uniform:TIME-TIME or exp:TIME");
	d.kind = kind;
	if (kind == DELAY_UNIFORM) {
		dash = find(time, left, '-');
		if (!dash)
			return spec_fail(error, time - value, "uniform takes TIME-TIME");
		ret = parse_number(&d.least_ns, time, dash - time, time - value, times, 0, most,
				   error);
		if (ret)
			return ret;
		left -= dash + 1 - time;
		time = dash + 1;
	}
	/* 32 random bits make at most 23 times the mean. */
	ret = parse_number(&d.most_ns, time, left, time - value, times, d.least_ns,
			   kind == DELAY_EXP ? div64_u64(most, 23) : most, error);
	if (ret)
		return ret;
	if (words == arrival_words && !d.most_ns)
		return spec_fail(error, time - value, "arrivals take a time between them");
	if (!d.most_ns)
		d.kind = DELAY_NONE;
	*to = d;
	return 0;
}

static int format_delay(const struct delay_spec *d, const char *const *words, char *buf,
			size_t size)
{
	const char *word = words[d->kind] ?: "";
	size_t n;

	if (d->kind == DELAY_NONE)
		return snprintf(buf, size, "%s", *word ? word : "0ns");
	n = snprintf(buf, size, "%s%s", word, *word ? ":" : "");
	if (d->kind == DELAY_UNIFORM && n < size) {
		n += format_time(d->least_ns, buf + n, size - n);
		if (n < size)
			n += snprintf(buf + n, size - n, "-");
	}
	return n < size ? n + format_time(d->most_ns, buf + n, size - n) : n;
}

/* How a kind of key is parsed and written; each needs the key's fields that it names. */

static void *field(const struct spec_key *key, const struct spec *spec)
{
	return (char *)spec + key->offset;
}

static int parse_name_key(const struct spec_key *key, struct spec *spec, const char *value,
			  size_t len, struct spec_error *error)
{
	return parse_name(field(key, spec), value, len, 0, error);
}

static int format_name_key(const struct spec_key *key, const struct spec *spec, char *buf,
			   size_t size)
{
	return snprintf(buf, size, "%s", (const char *)field(key, spec));
}

#define NAME_KEY(_field)							\
	.parse = parse_name_key, .format = format_name_key,			\
	.offset = offsetof(struct spec, _field)

static int parse_u32_key(const struct spec_key *key, struct spec *spec, const char *value,
			 size_t len, struct spec_error *error)
{
	u64 number;
	int ret = parse_number(&number, value, len, 0, counts, key->least, key->most, error);

	if (!ret)
		*(u32 *)field(key, spec) = number;
	return ret;
}

static int format_u32_key(const struct spec_key *key, const struct spec *spec, char *buf,
			  size_t size)
{
	return snprintf(buf, size, "%u", *(u32 *)field(key, spec));
}

#define U32_KEY(_field, _least, _most)						\
	.parse = parse_u32_key, .format = format_u32_key,			\
	.offset = offsetof(struct spec, _field), .least = (_least), .most = (_most)

static int parse_u64_key(const struct spec_key *key, struct spec *spec, const char *value,
			 size_t len, struct spec_error *error)
{
	return parse_number(field(key, spec), value, len, 0, counts, key->least, key->most, error);
}

static int format_u64_key(const struct spec_key *key, const struct spec *spec, char *buf,
			  size_t size)
{
	return snprintf(buf, size, "%llu", (unsigned long long)*(u64 *)field(key, spec));
}

#define U64_KEY(_field, _least, _most)						\
	.parse = parse_u64_key, .format = format_u64_key,			\
	.offset = offsetof(struct spec, _field), .least = (_least), .most = (_most)

static int parse_time_key(const struct spec_key *key, struct spec *spec, const char *value,
			  size_t len, struct spec_error *error)
{
	return parse_number(field(key, spec), value, len, 0, times, key->least, key->most, error);
}

static int format_time_key(const struct spec_key *key, const struct spec *spec, char *buf,
			   size_t size)
{
	return format_time(*(u64 *)field(key, spec), buf, size);
}

#define TIME_KEY(_field, _least, _most)						\
	.parse = parse_time_key, .format = format_time_key,			\
	.offset = offsetof(struct spec, _field), .least = (_least), .most = (_most)

/* How often something comes; 0 for never. */
static int parse_every_key(const struct spec_key *key, struct spec *spec, const char *value,
			   size_t len, struct spec_error *error)
{
	u64 ns;
	int ret = parse_number(&ns, value, len, 0, times, 0, 10 * SPEC_NS_PER_S, error);

	if (ret)
		return ret;
	if (ns && ns < SPEC_EVERY_MIN_NS)
		return spec_fail(error, 0, "the time must be 0ns, or 1ms to 10s");
	*(u64 *)field(key, spec) = ns;
	return 0;
}

#define EVERY_KEY(_field)							\
	.parse = parse_every_key, .format = format_time_key,			\
	.offset = offsetof(struct spec, _field)

static int parse_delay_key(const struct spec_key *key, struct spec *spec, const char *value,
			   size_t len, struct spec_error *error)
{
	return parse_delay(field(key, spec), key->words, value, len, key->most, error);
}

static int format_delay_key(const struct spec_key *key, const struct spec *spec, char *buf,
			    size_t size)
{
	return format_delay(field(key, spec), key->words, buf, size);
}

#define DELAY_KEY(_field, _words, _most)					\
	.parse = parse_delay_key, .format = format_delay_key,			\
	.offset = offsetof(struct spec, _field), .words = (_words), .most = (_most)

/* An enum whose values are the words' indices. */
static int parse_word_key(const struct spec_key *key, struct spec *spec, const char *value,
			  size_t len, struct spec_error *error)
{
	int word = parse_word(key->words, value, len, error);

	if (word < 0)
		return word;
	*(unsigned int *)field(key, spec) = word;
	return 0;
}

static int format_word_key(const struct spec_key *key, const struct spec *spec, char *buf,
			   size_t size)
{
	return snprintf(buf, size, "%s", key->words[*(unsigned int *)field(key, spec)]);
}

#define WORD_KEY(_field, ...)							\
	.parse = parse_word_key, .format = format_word_key,			\
	.offset = offsetof(struct spec, _field),				\
	.words = (const char *const []){ __VA_ARGS__, NULL }

const struct spec_key spec_keys[] = {
	{
		.name = "lock", .value = "NAME", .preset = "spinlock", .flags = SPEC_LIST,
		.about = "the lock that protects the structure",
		.manual =
"A name from `contend list locks`. What a structure needs of its lock and the\n"
"lock does not promise is refused when the run is made: a list's readers follow\n"
"pointers, which a seqlock's must not. The lock null excludes nobody; it takes\n"
"one worker and shows what the harness itself costs. A lock for readers only, which is\n"
"shared and not exclusive, takes several workers with a mix that only reads, as in\n"
"mix=read:1, or one worker with any.\n",
		NAME_KEY(lock),
	}, {
		.name = "structure", .value = "NAME", .preset = "counter", .flags = SPEC_LIST,
		.about = "the structure that the lock protects",
		.manual =
"A name from `contend list structures`. Each one has its own operations, for mix=,\n"
"and its own invariants, which every run checks.\n",
		NAME_KEY(structure),
	}, {
		.name = "engine", .value = "NAME", .preset = "kernel", .flags = SPEC_LIST,
		.about = "who operates on the structure: kernel, ioctl or user",
		.manual =
"kernel	kernel threads inside the module\n"
"ioctl	threads or processes, one system call for each operation or batch\n"
"user	the same lock compiled for user space (not built yet)\n",
		NAME_KEY(engine),
	}, {
		.name = "workers", .value = "COUNT", .preset = "2", .flags = SPEC_LIST,
		.about = "how many work at the same time, 1 to 1024",
		.manual =
"With more of them than CPUs, several share one; placement= says which. The module's\n"
"parameter max_workers may allow less.\n",
		U32_KEY(workers, 1, 1024),
	}, {
		.name = "context", .value = "task|softirq|hardirq|CONTEXT:SHARE,...",
		.preset = "task",
		.about = "where the workers work, all of them or shares",
		.manual =
"task	in kernel threads\n"
"softirq	in a timer's softirq\n"
"hardirq	in a timer's hard interrupt\n"
"task:2,hardirq:1	two thirds of the workers in tasks, the rest in hard interrupts;\n"
"	tasks have the lowest numbers, then come softirqs. With workers= the number of\n"
"	CPUs times that of the contexts, each CPU has one of each\n"
"For the kernel engine. The timers are those of the worker's own CPU: a worker in an\n"
"interrupt comes upon the task of its CPU wherever that is, also in its section. So\n"
"the lock must keep interrupts of the kind out, or the interrupt would spin on the\n"
"holder that it has interrupted: only a lock that `contend list locks` shows as softirq\n"
"or hardirq is taken there, even if all workers are of one kind; others are a skip.\n"
"Our own spinning locks, from tas to hemlock, phase_fair and big_reader, are taken\n"
"with interrupts off then, by all workers.\n"
"A worker in an interrupt works for 50us, or as long as its last operation takes, then\n"
"leaves its CPU for as long at least, and longer if there are several on its CPU.\n"
"Thinking and arrivals are kept within that: what came due meanwhile is done in a row.\n",
		.parse = parse_context, .format = format_context,
	}, {
		.name = "runtime", .value = "TIME", .preset = "1s",
		.about = "how long is measured, 1ms to 60m",
		.manual =
"Only operations during which all workers run are counted. A broken invariant\n"
"ends the run at once, unless violations=count.\n",
		TIME_KEY(runtime_ns, 1000000, 3600 * SPEC_NS_PER_S),
	}, {
		.name = "warmup", .value = "TIME", .preset = "100ms",
		.about = "how long to work before it is measured, 0ns to 1m",
		.manual =
"Checked like the measured time, but not counted. Measuring begins when it has\n"
"passed and each worker has done at least one operation.\n",
		TIME_KEY(warmup_ns, 0, 60 * SPEC_NS_PER_S),
	}, {
		.name = "seed", .value = "COUNT", .preset = "1",
		.about = "seed of all random choices",
		.manual =
"Each worker draws operations and keys from a stream of its own. The same seed\n"
"gives each worker the same choices; how the workers interleave is the machine's\n"
"doing.\n",
		U64_KEY(seed, 0, U64_MAX),
	}, {
		.name = "mix", .value = "VERB:SHARE,...", .preset = NULL,
		.about = "which operations, and how often",
		.manual =
"lookup:90,insert:5,erase:5. Shares are whole numbers and need not add up to 100.\n"
"Without it the structure's own mix is taken, see `contend list structures`.\n",
		.parse = parse_mix, .format = format_mix,
	}, {
		.name = "keys", .value = "DISTRIBUTION", .preset = "uniform/1000",
		.about = "which keys: uniform/RANGE, seq/RANGE or zipf:THETA/RANGE",
		.manual =
"uniform/RANGE	each key is as likely as any other\n"
"seq/RANGE	each worker walks the keys in order, and begins again\n"
"zipf:THETA/RANGE	key i has weight 1/(i+1)^THETA: few keys are hot. THETA is\n"
"	0.001 to 4.000\n"
"RANGE is 1 to 1Mi. A structure without keys ignores them.\n",
		.parse = parse_keys, .format = format_keys,
	}, {
		.name = "hold", .value = "DELAY", .preset = "0ns", .flags = SPEC_LIST,
		.about = "how long each section lasts beyond its work, 0ns to 10ms",
		.manual =
"TIME	always so long\n"
"uniform:TIME-TIME	any time between the two is as likely as any other\n"
"exp:TIME	exponential with this mean, which is at most 434us\n"
"The worker spins for it with the lock held; read and write sections take the same.\n"
"A reader whom writers send back stays again each time; after 100 times, or a second, it\n"
"keeps them out. Of all at work on an object, workers times the longest hold= are 2560ms at most.\n",
		DELAY_KEY(hold, delay_words, SPEC_STAY_MAX_NS),
	}, {
		.name = "stall", .value = "TIME", .preset = "0ns", .flags = SPEC_LIST,
		.about = "kernel engine: how long worker 0 stays in each read section, 0ns to 10ms",
		.manual =
"The others work meanwhile: what they erase cannot be freed where a lock defers until\n"
"its readers have left, and the result says how much waited (backlog_max) and how long\n"
"(reclaim_ns). Hazard pointers keep a few objects, and the others all of them, until\n"
"the module's parameter max_backlog makes the writers wait. It needs reads in the mix,\n"
"takes the place of hold= in them, and is in the times of the section.\n",
		TIME_KEY(stall_ns, 0, SPEC_STAY_MAX_NS),
	}, {
		.name = "think", .value = "DELAY", .preset = "0ns", .flags = SPEC_LIST,
		.about = "how long a worker waits between two operations, 0ns to 10s",
		.manual =
"A delay, as for hold=. It begins when an operation has ended; short ones are spun.\n",
		DELAY_KEY(think, delay_words, 10 * SPEC_NS_PER_S),
	}, {
		.name = "arrival", .value = "closed|periodic:TIME|poisson:TIME", .preset = "closed",
		.flags = SPEC_LIST,
		.about = "what starts an operation: the last one's end, or the time",
		.manual =
"closed	a worker's next operation begins when its last one has ended\n"
"periodic:TIME	one is due every TIME, for each worker, whatever became of the last\n"
"poisson:TIME	the same at random, TIME apart in the mean\n"
"In an open loop (the latter two) the response time is measured from when an\n"
"operation was due, so that one that is late makes those behind it late too. The\n"
"service time, from its beginning, is beside it.\n",
		DELAY_KEY(arrival, arrival_words, 10 * SPEC_NS_PER_S),
	}, {
		.name = "placement", .value = "spread|pack|free", .preset = "spread",
		.flags = SPEC_LIST,
		.about = "kernel engine: which CPUs the workers run on",
		.manual =
"spread	worker i is bound to the i-th CPU, beginning again when there are more\n"
"	workers than CPUs\n"
"pack	all are bound to the first CPU and share it: a lock's waiter runs only\n"
"	when its holder does not\n"
"free	bound to none: the scheduler places and moves them; the CPU in the result\n"
"	is the one on which a worker ended\n",
		WORD_KEY(placement, "spread", "pack", "free"),
	}, {
		.name = "sched", .value = "other|fifo|deadline|inversion", .preset = "other",
		.flags = SPEC_LIST,
		.about = "kernel engine: how the workers are scheduled",
		.manual =
"other	as any thread\n"
"fifo	SCHED_FIFO, priority 1: never preempted by each other or an ordinary thread.\n"
"	All real-time work of all runs together has 80% of each CPU at most: a worker\n"
"	waits for its turn between two operations\n"
"deadline	SCHED_DEADLINE with a period of 10ms, all of them together with 80% of the\n"
"	CPUs: one that has used up its share stops where it stands, holder or not. Its\n"
"	admission wants placement=free. A case that is not admitted is skipped\n"
"inversion	an inversion of priorities, again and again, on one CPU, which takes\n"
"	placement=pack and a fixed hold= from 1ms. Worker 0, SCHED_FIFO 1, takes the lock.\n"
"	Half of its hold= later worker 1, SCHED_FIFO 3, asks for it, and the other workers\n"
"	(1 to 6), SCHED_FIFO 2, each keep the CPU for 5ms; they never ask. Who waits is\n"
"	worker 1: under a lock that lends the holder its priority (rtmutex, turnstile, and\n"
"	mutex and others on PREEMPT_RT) for the rest of hold=, under another one for what\n"
"	the others take too. The lock must be one that sleeps: nobody comes between the\n"
"	holder of a spinning one, with preemption off, and its CPU\n",
		WORD_KEY(sched, "other", "fifo", "deadline", "inversion"),
	}, {
		.name = "stutter", .value = "TIME", .preset = "0ns", .flags = SPEC_LIST,
		.about = "kernel engine: all work so long, then all pause so long; 0ns: no pause",
		.manual =
"1ms to 10s. Again and again the lock falls idle, and all come at once. A worker ends\n"
"its operation first. In an open loop what was due in a pause is late.\n",
		EVERY_KEY(stutter_ns),
	}, {
		.name = "shuffle", .value = "TIME", .preset = "0ns", .flags = SPEC_LIST,
		.about = "kernel engine: how often another CPU is left idle; 0ns: none is",
		.manual =
"1ms to 10s. The workers of one CPU after the other go to the others, so that it\n"
"falls idle, and come back when it is the next one's turn. It takes two CPUs, and\n"
"workers that are bound.\n",
		EVERY_KEY(shuffle_ns),
	}, {
		.name = "hotplug", .value = "TIME", .preset = "0ns", .flags = SPEC_LIST,
		.about = "kernel engine: how often a CPU goes offline or comes back; 0ns: none",
		.manual =
"1ms to 10s. One CPU after the other, as far as it can be taken offline, is for this\n"
"time, and all are online for this time. Its workers go to the others, and come back\n"
"with it. When the run has ended, however it did, all are online. One run at a time;\n"
"workers of other runs that stood on the CPU do not come back to it.\n",
		EVERY_KEY(hotplug_ns),
	}, {
		.name = "preempt", .value = "TIME", .preset = "0ns", .flags = SPEC_LIST,
		.about = "kernel engine: how often a worker loses its CPU, in the mean; 0ns: never",
		.manual =
"1ms to 10s. On each CPU a SCHED_FIFO thread of priority 50 wakes after a time between\n"
"0 and twice this one and keeps the CPU for 200us. Where a holder can be preempted it is\n"
"one: the thread looks for a writer in its section, by the witness (verify=full), up to\n"
"64 times, 10us apart, and takes whoever is there then; /proc/contend/run says how often\n"
"it was a holder. Where a lock turns preemption off, it comes between two operations. To\n"
"delay holders by their own work, there is hold=.\n",
		EVERY_KEY(preempt_ns),
	}, {
		.name = "capacity", .value = "COUNT", .preset = "0",
		.about = "most elements that the structure holds, 0 for its default",
		.manual =
"An insert into a full structure is refused and counted as a miss. The module's\n"
"parameter max_capacity is the limit.\n",
		U64_KEY(capacity, 0, 1ULL << 32),
	}, {
		.name = "stripes", .value = "COUNT", .preset = "1", .flags = SPEC_LIST,
		.about = "how many locks share the keys between them, 1 to 1024",
		.manual =
"Each has a part of the structure, and an operation takes the lock of its key: from\n"
"one hot lock to many cold ones. For structures with keys. A hash has 256 buckets\n"
"whatever the stripes, so that they decide about the locks alone: they must divide them.\n",
		U32_KEY(stripes, 1, 1024),
	}, {
		.name = "nest", .value = "COUNT", .preset = "1", .flags = SPEC_LIST,
		.about = "kernel engine: how many locks a write holds at once, 1 to 8",
		.manual =
"That of its key and those of the stripes behind it, each taken while those before it\n"
"are held: in the order of their numbers, or as avoid= says. It works on its own stripe;\n"
"the witness is in all of them. A transfer of structure=accounts holds two in any case.\n"
"As many stripes= are needed, and a lock of which a task can hold several.\n",
		U32_KEY(nest, 1, NEST_MAX),
	}, {
		.name = "avoid", .value = "order|backoff|ww", .preset = "order", .flags = SPEC_LIST,
		.about = "how an operation that takes several locks avoids a deadlock",
		.manual =
"order	the lock of the stripe with the lower number is always the first\n"
"backoff	the second lock is tried; if it is not to be had at once, the first is given\n"
"	up, and both are asked for again after a random time whose bound doubles from\n"
"	1 us to 256 us; with nest= so are all behind the first\n"
"ww	wait/wound mutexes: who began later gives way. With lock=ww_mutex an older one\n"
"	wounds a younger one that is in its way, and a younger one waits; with\n"
"	lock=ww_mutex_die an older one waits, and a younger one gives up (wound-wait and\n"
"	wait-die: Rosenkrantz, Stearns, Lewis, ACM TODS 3(2), 1978;\n"
"	Documentation/locking/ww-mutex-design.rst). With PREEMPT_RT the kernel 6.12.95\n"
"	forgets to wake who must give way, and a run might not end: it is refused there\n"
"For structure=accounts, whose transfers take the locks of two keys. Locks that were\n"
"given up count as retries, and the wait is from asking for the first lock the first\n"
"time to holding all. With stripes=1 there is one lock and nothing to avoid.\n",
		WORD_KEY(avoid, "order", "backoff", "ww"),
	}, {
		.name = "prefill", .value = "PERCENT", .preset = "50",
		.about = "how many of the keys are there at the start, 0 to 100",
		.manual =
"Which ones is chosen at random from the seed. A structure without keys ignores\n"
"it.\n",
		U32_KEY(prefill, 0, 100),
	}, {
		.name = "batch", .value = "COUNT", .preset = "1",
		.about = "ioctl engine: operations per system call, 1 to 1024",
		.manual =
"With 1 each operation is a system call of its own. More of them share one, and\n"
"the response time is that of the whole call.\n",
		U32_KEY(batch, 1, 1024),
	}, {
		.name = "clients", .value = "processes|threads", .preset = "processes",
		.about = "ioctl engine: what the workers are",
		.manual =
"processes	each with a descriptor of its own\n"
"threads	of one process, sharing one descriptor of the object; User-Mode Linux\n"
"	lets only one of them run at a time\n",
		WORD_KEY(clients, "processes", "threads"),
	}, {
		.name = "verify", .value = "full|end", .preset = "full",
		.about = "how much is checked",
		.manual =
"full	the witness looks at each section of the lock, and all of the structure\n"
"	is checked at the end\n"
"end	the structure's own rule and the check at the end only: less disturbance\n"
"	of a lock with short sections. The result says so.\n",
		WORD_KEY(verify, "full", "end"),
	}, {
		.name = "violations", .value = "stop|count", .preset = "stop",
		.about = "what becomes of a run whose lock or structure is broken",
		.manual =
"stop	the first broken invariant ends it, incomplete\n"
"count	it goes on and counts them, to say how often a lock is wrong; the verdict is\n"
"	fail all the same. For the kernel engine, and for a structure that two writers\n"
"	at a time do not crash: counter or accounts, under a lock that frees nothing\n"
"	later.\n"
"The witness flags a section once, whatever else is wrong with it.\n",
		WORD_KEY(violations, "stop", "count"),
	}, {
		.name = "measure", .value = "operation|lock", .preset = "operation",
		.about = "what is measured",
		.manual =
"operation	each operation on the structure, timed and checked one by one\n"
"lock	the lock alone, for the kernel engine: its two primitives around nothing, many\n"
"	times between two readings of the clock, as refscale does it. The mix says which\n"
"	side, and must be all of one. Interrupts are off meanwhile, for a millisecond at\n"
"	most, unless several workers write, the lock sleeps or turns softirqs on, or the\n"
"	kernel is PREEMPT_RT.\n"
"	There are no times of a single operation, and nobody looks whether the lock\n"
"	excludes anybody: the result says so.\n",
		WORD_KEY(measure, "operation", "lock"),
	},
};

static_assert(ARRAY_SIZE(spec_keys) <= 64, "each has a bit in spec.given");
const unsigned int spec_nkeys = ARRAY_SIZE(spec_keys);

/**
 * spec_key - look a key up
 * @name: the key, not ended by a zero
 * @len: its bytes
 *
 * Return: its entry in spec_keys[], or NULL.
 */
const struct spec_key *spec_key(const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < spec_nkeys; i++)
		if (strlen(spec_keys[i].name) == len && !memcmp(spec_keys[i].name, name, len))
			return &spec_keys[i];
	return NULL;
}

/* Longer words are not compared: their matrix would not fit the kernel's stack. */
#define NEAREST_LEN	31

/*
 * How many insertions, deletions, replacements and swaps of neighbours lie
 * between two words: the optimal string alignment distance, three rows of it.
 */
static unsigned int distance(const char *a, size_t alen, const char *b, size_t blen)
{
	u8 row[3][NEAREST_LEN + 1];
	size_t i, j;

	for (j = 0; j <= blen; j++)
		row[0][j] = j;
	for (i = 1; i <= alen; i++) {
		u8 *now = row[i % 3], *above = row[(i + 2) % 3], *before = row[(i + 1) % 3];

		now[0] = i;
		for (j = 1; j <= blen; j++) {
			u8 best = above[j - 1] + (a[i - 1] != b[j - 1]);

			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
	}
	return row[alen % 3][blen];
}

/**
 * spec_nearest - what somebody may have meant
 * @name: the word that is not known, not ended by a zero
 * @len: its bytes
 * @candidate: gives the i-th known word, NULL past the last one
 * @data: for @candidate
 *
 * Return: the known word nearest to it, or NULL when none is near enough to be
 * worth a suggestion: a third of its letters wrong, but at least one and at
 * most three.
 */
const char *spec_nearest(const char *name, size_t len,
			 const char *(*candidate)(unsigned int i, const void *data),
			 const void *data)
{
	unsigned int best = len < 4 ? 2 : len < 9 ? 3 : 4, i, d;
	const char *nearest = NULL, *c;

	if (len > NEAREST_LEN)
		return NULL;
	for (i = 0; (c = candidate(i, data)); i++) {
		if (strlen(c) > NEAREST_LEN)
			continue;
		d = distance(name, len, c, strlen(c));
		if (d < best && d < len) {
			best = d;
			nearest = c;
		}
	}
	return nearest;
}

static const char *key_candidate(unsigned int i, const void *data)
{
	return i < spec_nkeys ? spec_keys[i].name : NULL;
}

/**
 * spec_init - the defaults
 * @spec: the workload
 */
void spec_init(struct spec *spec)
{
	struct spec_error error;
	unsigned int i;

	memset(spec, 0, sizeof(*spec));
	/* The presets are in the grammar: what help shows is what is taken. */
	for (i = 0; i < spec_nkeys; i++)
		if (spec_keys[i].preset)
			spec_keys[i].parse(&spec_keys[i], spec, spec_keys[i].preset,
					   strlen(spec_keys[i].preset), &error);
}

/**
 * spec_set - set one key
 * @spec: the workload; unchanged on error
 * @key: the key, not ended by a zero
 * @key_len: its bytes
 * @value: its value, not ended by a zero
 * @value_len: its bytes
 * @error: what is wrong; its offset counts from the start of "key=value"
 *
 * A key that is given again overrides what it was.
 *
 * Return: 0 or -EINVAL.
 */
int spec_set(struct spec *spec, const char *key, size_t key_len,
	     const char *value, size_t value_len, struct spec_error *error)
{
	const struct spec_key *k;
	size_t i;
	int ret;

	for (i = 0; i < key_len; i++)
		if (!name_char(key[i]))
			return spec_fail(error, i, "a key has letters only");
	for (i = 0; i < value_len; i++)
		if (value[i] < '!' || value[i] > '~')
			return spec_fail(error, key_len + 1 + i,
					 "a byte that no value can have (0x%02x)", (u8)value[i]);
	k = spec_key(key, key_len);
	if (!k) {
		const char *near = spec_nearest(key, key_len, key_candidate, NULL);

		if (near)
			return spec_fail(error, 0, "unknown key '%.*s': did you mean '%s'?",
					 printable(key_len), key, near);
		return spec_fail(error, 0, "unknown key '%.*s'", printable(key_len), key);
	}
	if (!value_len)
		return spec_fail(error, key_len + 1, "%s= has no value", k->name);
	ret = k->parse(k, spec, value, value_len, error);
	if (ret) {
		char text[SPEC_MESSAGE];

		/* Say whose value it is. */
		strscpy(text, error->message, sizeof(text));
		error->offset += key_len + 1;
		snprintf(error->message, sizeof(error->message), "%s: %.*s", k->name,
			 SPEC_MESSAGE - 40, text);
		return ret;
	}
	spec->given |= 1ULL << (k - spec_keys);
	return 0;
}

/**
 * spec_parse - parse words of the grammar
 * @spec: the workload, with the defaults or what other words have set; what
 *	it holds after an error is not defined
 * @text: the words, not ended by a zero
 * @len: their bytes
 * @error: what is wrong and where
 *
 * Return: 0 or -EINVAL.
 */
int spec_parse(struct spec *spec, const char *text, size_t len, struct spec_error *error)
{
	u64 given = 0, before;
	size_t at = 0, start;
	int ret;

	while (at < len) {
		const char *equals;

		if (space(text[at])) {
			at++;
			continue;
		}
		if (text[at] == '#') {
			while (at < len && text[at] != '\n')
				at++;
			continue;
		}
		start = at;
		while (at < len && !space(text[at]) && text[at] != '#')
			at++;
		equals = find(text + start, at - start, '=');
		if (!equals)
			return spec_fail(error, start, "a word must be key=value");
		before = spec->given;
		spec->given = 0;
		ret = spec_set(spec, text + start, equals - text - start, equals + 1,
			       text + at - equals - 1, error);
		if (ret) {
			error->offset += start;
			return ret;
		}
		if (given & spec->given)
			return spec_fail(error, start, "%.*s is given twice",
					 (int)(equals - text - start), text + start);
		given |= spec->given;
		spec->given |= before;
	}
	return 0;
}

/**
 * spec_format - write a workload as words of the grammar
 * @spec: the workload
 * @buf: for the words, all keys in the order of spec_keys[], ended by a zero
 * @size: bytes of @buf
 *
 * spec_parse() of it gives the same workload.
 *
 * Return: bytes without the zero, or -ENOSPC when @buf is too small.
 */
int spec_format(const struct spec *spec, char *buf, size_t size)
{
	size_t n = 0;
	unsigned int i;

	for (i = 0; i < spec_nkeys; i++) {
		if (!spec_keys[i].preset && !spec->nmix)
			continue;
		n += snprintf(buf + n, size - n, "%s%s=", n ? " " : "", spec_keys[i].name);
		if (n >= size)
			return -ENOSPC;
		n += spec_keys[i].format(&spec_keys[i], spec, buf + n, size - n);
		if (n >= size)
			return -ENOSPC;
	}
	return n;
}

/* An inversion keeps its own time, on one CPU. */
static int check_inversion(const struct spec *spec, struct spec_error *error)
{
	if (spec->placement != PLACEMENT_PACK)
		return spec_fail(error, 0,
				 "sched=inversion takes placement=pack: its workers share a CPU");
	if (spec->workers < 3 || spec->workers > 8)
		return spec_fail(error, 0,
				 "sched=inversion takes 3 to 8 workers: one to hold the lock, one to wait, the others to keep the CPU");
	if (spec->hold.kind != DELAY_FIXED || spec->hold.most_ns < SPEC_EVERY_MIN_NS)
		return spec_fail(error, 0,
				 "sched=inversion takes hold=TIME, 1ms or more: worker 1 comes in the middle of it");
	if (spec->think.kind != DELAY_NONE || spec->arrival.kind != DELAY_NONE ||
	    spec->stripes > 1 || spec->stall_ns || spec->stutter_ns || spec->shuffle_ns ||
	    spec->hotplug_ns || spec->preempt_ns)
		return spec_fail(error, 0,
				 "sched=inversion keeps its own time: leave stall=, think=, arrival=, stripes=, stutter=, shuffle=, hotplug= and preempt= out");
	return 0;
}

static int check_sched(const struct spec *spec, struct spec_error *error)
{
	if ((spec->placement != PLACEMENT_SPREAD || spec->sched != POLICY_OTHER ||
	     spec->stutter_ns || spec->shuffle_ns || spec->hotplug_ns || spec->preempt_ns) &&
	    strcmp(spec->engine, "kernel"))
		return spec_fail(error, 0,
				 "placement=, sched=, stutter=, shuffle=, hotplug= and preempt= are for engine=kernel");
	if (spec->measure == MEASURE_LOCK && (spec->sched == POLICY_FIFO ||
					      spec->sched == POLICY_INVERSION ||
					      spec->stutter_ns))
		return spec_fail(error, 0,
				 "measure=lock never pauses: leave sched=fifo, sched=inversion and stutter= out");
	if (spec->sched == POLICY_DEADLINE && spec->placement != PLACEMENT_FREE)
		return spec_fail(error, 0,
				 "sched=deadline takes placement=free: who is bound to a CPU is not admitted");
	if (spec->sched == POLICY_DEADLINE && (spec->hotplug_ns || spec->preempt_ns))
		return spec_fail(error, 0,
				 "sched=deadline keeps its CPUs online and comes before who preempts: leave hotplug= and preempt= out");
	if (spec->shuffle_ns && spec->placement == PLACEMENT_FREE)
		return spec_fail(error, 0,
				 "shuffle= moves workers that are bound: leave placement=free out");
	return spec->sched == POLICY_INVERSION ? check_inversion(spec, error) : 0;
}

/**
 * spec_context_name - what a context is called
 * @context: which
 *
 * Return: its word of the grammar.
 */
const char *spec_context_name(enum spec_context context)
{
	return context_words[context];
}

/* So many of @workers work in the contexts up to @context: their share, to the nearest. */
static u32 context_upto(const struct spec *spec, u32 context, u32 workers)
{
	u64 total = 0, upto = 0;
	u32 c;

	for (c = 0; c < SPEC_CONTEXTS; c++) {
		total += spec->context[c];
		upto += c <= context ? spec->context[c] : 0;
	}
	return div64_u64(2 * workers * upto + total, 2 * total);
}

/**
 * spec_context_of - in which context a worker works
 * @spec: the workload
 * @worker: its number, below @spec->workers
 *
 * Context: any.
 */
enum spec_context spec_context_of(const struct spec *spec, u32 worker)
{
	u32 c = 0;

	while (worker >= context_upto(spec, c, spec->workers))
		c++;
	return c;
}

/* A context that has a share but none of @workers, or SPEC_CONTEXTS. */
static u32 context_missing(const struct spec *spec, u32 workers)
{
	u32 c, upto, before = 0;

	for (c = 0; c < SPEC_CONTEXTS; c++, before = upto) {
		upto = context_upto(spec, c, workers);
		if (spec->context[c] && upto == before)
			break;
	}
	return c;
}

/* A run in an interrupt: what the grammar knows of it. The locks know the rest. */
static int check_context(const struct spec *spec, struct spec_error *error)
{
	u32 missing = context_missing(spec, spec->workers), least = spec->workers;

	if (missing < SPEC_CONTEXTS) {
		while (++least <= 1024)
			if (context_missing(spec, least) == SPEC_CONTEXTS)
				break;
		if (least > 1024)
			return spec_fail(error, 0,
					 "context=: the share of %s is too small for any number of workers",
					 context_words[missing]);
		return spec_fail(error, 0,
				 "context=: of workers=%u none is left for %s: workers=%u gives it one",
				 spec->workers, context_words[missing], least);
	}
	if (!spec->context[CONTEXT_SOFTIRQ] && !spec->context[CONTEXT_HARDIRQ])
		return 0;
	if (strcmp(spec->engine, "kernel"))
		return spec_fail(error, 0,
				 "context= other than task is for engine=kernel: who makes system calls is a task");
	if (spec->measure == MEASURE_LOCK)
		return spec_fail(error, 0,
				 "measure=lock keeps its CPU for long: leave context= other than task out");
	if (spec->sched != POLICY_OTHER || spec->placement == PLACEMENT_FREE ||
	    spec->stutter_ns || spec->shuffle_ns || spec->hotplug_ns)
		return spec_fail(error, 0,
				 "an interrupt has its CPU and no schedule: leave sched=, placement=free, stutter=, shuffle= and hotplug= out");
	return 0;
}

/**
 * spec_check - what the keys have to do with each other
 * @spec: the workload
 * @error: what is wrong
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int spec_check(const struct spec *spec, struct spec_error *error)
{
	if (spec->arrival.kind != DELAY_NONE && spec->think.kind != DELAY_NONE)
		return spec_fail(error, 0,
				 "who works by arrival= does not think=: leave one of them out");
	if (spec->measure == MEASURE_LOCK &&
	    (spec->hold.kind != DELAY_NONE || spec->stall_ns || spec->think.kind != DELAY_NONE ||
	     spec->arrival.kind != DELAY_NONE || spec->stripes > 1 || spec->avoid != AVOID_ORDER))
		return spec_fail(error, 0,
				 "measure=lock is the lock and nothing else: leave hold=, stall=, think=, arrival=, stripes= and avoid= out");
	if ((spec->stall_ns || spec->violations == VIOLATIONS_COUNT || spec->nest > 1 ||
	     spec->verify == VERIFY_END) && strcmp(spec->engine, "kernel"))
		return spec_fail(error, 0,
				 "stall=, nest=, verify=end and violations=count are for engine=kernel");
	if (spec->nest > spec->stripes)
		return spec_fail(error, 0, "nest=%u takes as many stripes= or more", spec->nest);
	return check_context(spec, error) ?: check_sched(spec, error);
}

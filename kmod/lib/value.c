// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "value.h"

/* The words of an enum spec_context. */
const char *const spec_contexts[] = { "task", "softirq", "hardirq", NULL };

/**
 * value_name_char - whether a name may have a character
 * @c: the character
 */
bool value_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == ':';
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

const struct unit value_counts[] = {
	{ "", 1 }, { "k", 1000 }, { "m", 1000000 }, { "Ki", 1024 }, { "Mi", 1048576 }, { }
};

const struct unit value_times[] = {
	{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", SPEC_NS_PER_S },
	{ "m", 60 * SPEC_NS_PER_S }, { }
};

/* Either: without "m", which would be both. */
const struct unit value_settings[] = {
	{ "", 1 }, { "k", 1000 }, { "Ki", 1024 }, { "Mi", 1048576 },
	{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", SPEC_NS_PER_S }, { }
};

/**
 * value_number - read a number with its unit
 * @number: the number
 * @value: the text
 * @len: its bytes
 * @offset: where it stands in the value of the key
 * @units: value_counts, value_times or value_settings
 * @least: least number
 * @most: greatest number
 * @error: what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int value_number(u64 *number, const char *value, size_t len, size_t offset,
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
		return spec_fail(error, offset, "'%.*s' is not a number", value_printable(len),
				 value);
	for (unit = units; unit->name; unit++)
		if (strlen(unit->name) == len - n && !memcmp(unit->name, value + n, len - n))
			break;
	if (!unit->name && units == value_times)
		return spec_fail(error, offset + n,
				 "a time needs a unit behind its digits: ns, us, ms, s or m");
	if (!unit->name && units == value_settings)
		return spec_fail(error, offset + n,
				 "behind its digits a value takes k, Ki, Mi, ns, us, ms, s or nothing");
	if (!unit->name)
		return spec_fail(error, offset + n,
				 "behind its digits a count takes k, m, Ki, Mi or nothing");
	if (*number > div64_u64(U64_MAX, unit->factor))
		return spec_fail(error, offset, "the number is too large");
	*number *= unit->factor;
	if (*number < least || *number > most) {
		if (units == value_times)
			return spec_fail(error, offset, "the time must be %llu ns to %llu ns",
					 (unsigned long long)least, (unsigned long long)most);
		return spec_fail(error, offset, "the number must be %llu to %llu",
				 (unsigned long long)least, (unsigned long long)most);
	}
	return 0;
}

/**
 * value_name - read a name
 * @to: SPEC_NAME_LEN bytes, for the name
 * @value: the text
 * @len: its bytes
 * @offset: where it stands in the value of the key
 * @error: what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int value_name(char *to, const char *value, size_t len, size_t offset, struct spec_error *error)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (value[i] == ',')
			return spec_fail(error, offset + i,
					 "one run takes one value; a job file may list several");
		if (!value_name_char(value[i]))
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

static bool is_identifier(const char *name)
{
	size_t i;

	for (i = 0; name[i]; i++)
		if (name[i] == '-' || name[i] == ':' || (!i && name[i] >= '0' && name[i] <= '9'))
			return false;
	return true;
}

/**
 * value_mix - read "NAME:SHARE,…"
 * @to: the list
 * @kind: what stands in it
 * @value: the text
 * @len: its bytes
 * @error: what is wrong
 *
 * Return: 0 or -EINVAL, with @to as it was.
 */
int value_mix(struct mix_spec *to, const struct mix_kind *kind, const char *value, size_t len,
	      struct spec_error *error)
{
	const char *at = value, *end = value + len;
	struct mix_spec mix = { };
	u64 total = 0, share;
	u32 i;

	for (;;) {
		const char *comma = find(at, end - at, ',');
		const char *stop = comma ? comma : end;
		const char *colon = find(at, stop - at, ':');
		struct share_spec *one = &mix.of[mix.n];
		int ret;

		if (!colon)
			return spec_fail(error, at - value, "each part of it is %s:%s",
					 kind->name, kind->share);
		if (mix.n == SPEC_VERBS)
			return spec_fail(error, at - value, "there are %d %ss at most",
					 SPEC_VERBS, kind->name);
		ret = value_name(one->name, at, colon - at, at - value, error);
		if (ret)
			return ret;
		if (kind->identifiers && !is_identifier(one->name))
			return spec_fail(error, at - value,
					 "the name of a %s has letters, digits and '_', and begins with no digit",
					 kind->name);
		for (i = 0; i < mix.n; i++)
			if (!strcmp(mix.of[i].name, one->name))
				return spec_fail(error, at - value, "'%s' is given twice",
						 one->name);
		ret = value_number(&share, colon + 1, stop - colon - 1, colon + 1 - value,
				   kind->units ?: value_counts, kind->least, kind->most, error);
		if (ret)
			return ret;
		one->share = share;
		mix.n++;
		total += share;
		if (!comma)
			break;
		at = comma + 1;
	}
	if (!total && !kind->units)
		return spec_fail(error, 0, "at least one %s must not be 0", kind->share);
	*to = mix;
	return 0;
}

/**
 * value_format_mix - write a list of names and shares
 * @mix: the list
 * @buf: where to
 * @size: its bytes
 *
 * Return: as snprintf().
 */
int value_format_mix(const struct mix_spec *mix, char *buf, size_t size)
{
	size_t n = 0;
	u32 i;

	for (i = 0; i < mix->n && n < size; i++)
		n += snprintf(buf + n, size - n, "%s%s:%llu", i ? "," : "", mix->of[i].name,
			      (unsigned long long)mix->of[i].share);
	return n;
}

/**
 * value_word - read one of some words
 * @words: the words, ended by NULL
 * @value: the text
 * @len: its bytes
 * @error: what is wrong
 *
 * Return: its index, or -EINVAL.
 */
int value_word(const char *const *words, const char *value, size_t len,
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

/**
 * value_format_time - write a time, in the largest unit that leaves no remainder
 * @ns: the time
 * @buf: where to
 * @size: its bytes
 *
 * Return: as snprintf().
 */
int value_format_time(u64 ns, char *buf, size_t size)
{
	const struct unit *unit = value_times + 4;
	u64 whole;

	while (unit > value_times && (!ns || div64_u64(ns, unit->factor) * unit->factor != ns))
		unit--;
	whole = div64_u64(ns, unit->factor);
	return snprintf(buf, size, "%llu%s", (unsigned long long)whole, unit->name);
}

/**
 * value_contexts - read a context, or shares of some
 * @to: the share of each
 * @value: the text
 * @len: its bytes
 * @error: what is wrong
 *
 * One context is the same as a mix of it alone, and is kept and written as this.
 *
 * Return: 0 or -EINVAL.
 */
int value_contexts(u32 *to, const char *value, size_t len, struct spec_error *error)
{
	static const struct mix_kind kind = { "context", "share", 0, 1000000, false, NULL };
	u32 context[SPEC_CONTEXTS] = { }, n, i, c;
	struct mix_spec shares;
	int ret;

	if (!find(value, len, ':')) {
		for (c = 0; spec_contexts[c]; c++)
			if (strlen(spec_contexts[c]) == len &&
			    !memcmp(spec_contexts[c], value, len))
				break;
		if (!spec_contexts[c])
			return spec_fail(error, 0,
					 "contexts are task, softirq, hardirq or CONTEXT:SHARE,...");
		context[c] = 1;
		memcpy(to, context, sizeof(context));
		return 0;
	}
	ret = value_mix(&shares, &kind, value, len, error);
	if (ret)
		return ret;
	for (i = 0; i < shares.n; i++) {
		for (c = 0; spec_contexts[c]; c++)
			if (!strcmp(spec_contexts[c], shares.of[i].name))
				break;
		if (!spec_contexts[c])
			return spec_fail(error, 0,
					 "a context is task, softirq or hardirq, not '%s'",
					 shares.of[i].name);
		context[c] = shares.of[i].share;
	}
	for (n = 0, c = 0; c < SPEC_CONTEXTS; c++)
		n += context[c] > 0;
	for (c = 0; c < SPEC_CONTEXTS && n == 1; c++)
		context[c] = context[c] > 0;
	memcpy(to, context, sizeof(context));
	return 0;
}

/**
 * value_format_contexts - write the shares of contexts
 * @context: the share of each
 * @buf: where to
 * @size: its bytes
 *
 * Return: as snprintf().
 */
int value_format_contexts(const u32 *context, char *buf, size_t size)
{
	size_t n = 0;
	u32 total = 0, c;

	for (c = 0; c < SPEC_CONTEXTS; c++)
		total += context[c];
	for (c = 0; c < SPEC_CONTEXTS && n < size; c++) {
		if (context[c] == total)
			return snprintf(buf, size, "%s", spec_contexts[c]);
		if (context[c])
			n += snprintf(buf + n, size - n, "%s%s:%u", n ? "," : "",
				      spec_contexts[c], context[c]);
	}
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

/**
 * value_keys - read a distribution of keys
 * @to: the distribution
 * @value: the text
 * @len: its bytes
 * @error: what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int value_keys(struct keys_spec *to, const char *value, size_t len, struct spec_error *error)
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
	ret = value_number(&range, slash + 1, value + len - slash - 1, slash + 1 - value,
			   value_counts, 1, 1 << 20, error);
	if (ret)
		return ret;
	keys.range = range;
	*to = keys;
	return 0;
}

/**
 * value_format_keys - write a distribution of keys
 * @k: the distribution
 * @buf: where to
 * @size: its bytes
 *
 * Return: as snprintf().
 */
int value_format_keys(const struct keys_spec *k, char *buf, size_t size)
{
	if (k->kind == KEYS_ZIPF)
		return snprintf(buf, size, "zipf:%u.%03u/%u", k->theta_milli / 1000,
				k->theta_milli % 1000, k->range);
	return snprintf(buf, size, "%s/%u", k->kind == KEYS_SEQ ? "seq" : "uniform", k->range);
}

/* How the kinds of a delay are called, and of an arrival; NULL: it has no such kind. */
const char *const value_delays[] = { NULL, "", "uniform", "exp" };
const char *const value_arrivals[] = { "closed", "periodic", NULL, "poisson" };

/* "RATE/s": the time between two, at most @most. */
static int value_rate(u64 *ns, const char *value, size_t len, size_t offset, u64 most,
		      struct spec_error *error)
{
	u64 rate;
	int ret = value_number(&rate, value, len - 2, offset, value_counts,
			       div64_u64(SPEC_NS_PER_S + most - 1, most), SPEC_NS_PER_S, error);

	if (!ret)
		*ns = div64_u64(SPEC_NS_PER_S + rate / 2, rate);
	return ret;
}

/**
 * value_delay - read "TIME", or "WORD:TIME", or "WORD:TIME-TIME"
 * @to: the distribution
 * @words: value_delays or value_arrivals
 * @value: the text
 * @len: its bytes
 * @most: the longest time, ns
 * @error: what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int value_delay(struct delay_spec *to, const char *const *words, const char *value, size_t len,
		u64 most, struct spec_error *error)
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
	if (kind > DELAY_EXP && words == value_arrivals)
		return spec_fail(error, 0,
				 "an arrival is closed, periodic:TIME or poisson:TIME; RATE/s is a TIME");
	if (kind > DELAY_EXP)
		return spec_fail(error, 0, "a delay is TIME, uniform:TIME-TIME or exp:TIME");
	d.kind = kind;
	if (kind == DELAY_UNIFORM) {
		dash = find(time, left, '-');
		if (!dash)
			return spec_fail(error, time - value, "uniform takes TIME-TIME");
		ret = value_number(&d.least_ns, time, dash - time, time - value, value_times, 0,
				   most, error);
		if (ret)
			return ret;
		left -= dash + 1 - time;
		time = dash + 1;
	}
	/* 32 random bits make at most 23 times the mean. */
	if (kind == DELAY_EXP)
		most = div64_u64(most, 23);
	if (words == value_arrivals && left > 2 && !memcmp(time + left - 2, "/s", 2))
		ret = value_rate(&d.most_ns, time, left, time - value, most, error);
	else
		ret = value_number(&d.most_ns, time, left, time - value, value_times, d.least_ns,
				   most, error);
	if (ret)
		return ret;
	if (words == value_arrivals && !d.most_ns)
		return spec_fail(error, time - value, "arrivals take a time between them");
	if (!d.most_ns)
		d.kind = DELAY_NONE;
	*to = d;
	return 0;
}

/**
 * value_format_delay - write a distribution of times
 * @d: the distribution
 * @words: value_delays or value_arrivals
 * @buf: where to
 * @size: its bytes
 *
 * Return: as snprintf().
 */
int value_format_delay(const struct delay_spec *d, const char *const *words, char *buf,
		       size_t size)
{
	const char *word = words[d->kind] ?: "";
	size_t n;

	if (d->kind == DELAY_NONE)
		return snprintf(buf, size, "%s", *word ? word : "0ns");
	n = snprintf(buf, size, "%s%s", word, *word ? ":" : "");
	if (d->kind == DELAY_UNIFORM && n < size) {
		n += value_format_time(d->least_ns, buf + n, size - n);
		if (n < size)
			n += snprintf(buf + n, size - n, "-");
	}
	return n < size ? n + value_format_time(d->most_ns, buf + n, size - n) : n;
}

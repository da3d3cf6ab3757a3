// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "nearest.h"
#include "spec.h"

static bool space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
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
		if (!value_name_char(key[i]))
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
					 value_printable(key_len), key, near);
		return spec_fail(error, 0, "unknown key '%.*s'", value_printable(key_len), key);
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
		equals = memchr(text + start, '=', at - start);
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

/**
 * spec_context_name - what a context is called
 * @context: which
 *
 * Return: its word of the grammar.
 */
const char *spec_context_name(enum spec_context context)
{
	return spec_contexts[context];
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

/**
 * spec_context_missing - whether a context has a share, but no worker
 * @spec: the workload
 * @workers: how many there would be
 *
 * Context: any.
 * Return: the first such context, or SPEC_CONTEXTS.
 */
u32 spec_context_missing(const struct spec *spec, u32 workers)
{
	u32 c, upto, before = 0;

	for (c = 0; c < SPEC_CONTEXTS; c++, before = upto) {
		upto = context_upto(spec, c, workers);
		if (spec->context[c] && upto == before)
			break;
	}
	return c;
}

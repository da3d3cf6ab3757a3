// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "nearest.h"
#include "spec.h"

const struct spec_more *spec_more;

static bool space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The field of a key: of a group, or of all. */
static void *field(const struct spec_key *key, const struct spec *spec,
		   const struct group_spec *group)
{
	return group ? (char *)group + key->own : (char *)spec + key->offset;
}

static bool is_workers(const struct spec_key *key)
{
	return key->offset == offsetof(struct spec, workers);
}

static u64 bit(const struct spec_key *key)
{
	return 1ULL << (key - spec_keys);
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
			spec_keys[i].parse(&spec_keys[i], field(&spec_keys[i], spec, NULL),
					   spec_keys[i].preset, strlen(spec_keys[i].preset),
					   &error);
}

static const char *key_candidate(unsigned int i, const void *data)
{
	const struct spec_key *key = spec_key_at(i);

	return key ? key->name : NULL;
}

static const char *group_candidate(unsigned int i, const void *groups)
{
	const struct groups_spec *all = groups;

	return i < all->n ? all->of[i].name : NULL;
}

static const char *own_candidate(unsigned int i, const void *data)
{
	unsigned int k;

	for (k = 0; k < spec_nkeys; k++)
		if (spec_keys[k].flags & SPEC_OWN && !i--)
			return spec_keys[k].name;
	return NULL;
}

/* @offset: where it begins, after the name of a group; 0 without one. */
static const struct spec_key *find_key(const char *name, size_t len, size_t offset,
				       struct spec_error *error)
{
	const struct spec_key *key = spec_key(name, len);
	const char *near;

	if (key)
		return key;
	near = spec_nearest(name, len, offset ? own_candidate : key_candidate, NULL);
	if (near)
		spec_fail(error, offset, "unknown key '%.*s': did you mean '%s'?",
			  value_printable(len), name, near);
	else
		spec_fail(error, offset, "unknown key '%.*s'", value_printable(len), name);
	return NULL;
}

static struct group_spec *find_group(struct spec *spec, const char *name, size_t len,
				     struct spec_error *error)
{
	struct groups_spec *groups = &spec->groups;
	const char *near;
	u32 i;

	for (i = 0; i < groups->n; i++)
		if (strlen(groups->of[i].name) == len && !memcmp(groups->of[i].name, name, len))
			return &groups->of[i];
	near = spec_nearest(name, len, group_candidate, groups);
	if (near)
		spec_fail(error, 0, "there is no group '%.*s': did you mean '%s'?",
			  value_printable(len), name, near);
	else
		spec_fail(error, 0, "there is no group '%.*s': group= names them",
			  value_printable(len), name);
	return NULL;
}

/* "mix" is of all; "readers.mix" is of a group, which is *@group then. */
static const struct spec_key *find_word(struct spec *spec, const char *name, size_t len,
					struct group_spec **group, struct spec_error *error)
{
	const char *dot = memchr(name, '.', len);
	const struct spec_key *key;
	size_t i, before = dot ? dot + 1 - name : 0;

	for (i = 0; i < len; i++)
		if (!value_name_char(name[i]) && name + i != dot) {
			spec_fail(error, i, "a key has letters only");
			return NULL;
		}
	key = find_key(name + before, len - before, before, error);
	if (!key || !dot)
		return key;
	if (!(key->flags & SPEC_OWN)) {
		spec_fail(error, before,
			  "%s= is of all workers: a group has mix=, hold=, think=, arrival=, wait= and deadline= of its own",
			  key->name);
		return NULL;
	}
	*group = find_group(spec, name, before - 1, error);
	return *group ? key : NULL;
}

static bool is_more(const struct spec_key *key)
{
	return key < spec_keys || key >= spec_keys + spec_nkeys;
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
 * A key that is given again overrides what it was. The groups come before what one of them
 * has: group= forgets that.
 *
 * Return: 0 or -EINVAL.
 */
int spec_set(struct spec *spec, const char *key, size_t key_len,
	     const char *value, size_t value_len, struct spec_error *error)
{
	struct group_spec *group = NULL;
	const struct spec_key *k = find_word(spec, key, key_len, &group, error);
	char text[SPEC_MESSAGE];
	size_t i;

	if (!k)
		return -EINVAL;
	for (i = 0; i < value_len; i++)
		if (value[i] < '!' || value[i] > '~')
			return spec_fail(error, key_len + 1 + i,
					 "a byte that no value can have (0x%02x)", (u8)value[i]);
	if (!value_len)
		return spec_fail(error, key_len + 1, "%.*s= has no value", value_printable(key_len),
				 key);
	if (is_workers(k) && spec->groups.n)
		return spec_fail(error, 0,
				 "group= says how many workers there are: leave workers= out");
	if (is_more(k) ? spec_more->set(spec, k, value, value_len, error) :
			 k->parse(k, field(k, spec, group), value, value_len, error)) {
		/* Say whose value it is. */
		strscpy(text, error->message, sizeof(text));
		error->offset += key_len + 1;
		snprintf(error->message, sizeof(error->message), "%.*s: %.*s",
			 value_printable(key_len), key, SPEC_MESSAGE - 48, text);
		return -EINVAL;
	}
	if (!is_more(k))
		*(group ? &group->given : &spec->given) |= bit(k);
	return 0;
}

/* The word at *@at or after it: where it begins; @len if there is none. *@at is its end. */
static size_t next_word(const char *text, size_t len, size_t *at)
{
	size_t start;

	while (*at < len && (space(text[*at]) || text[*at] == '#')) {
		if (text[*at] == '#')
			while (*at < len && text[*at] != '\n')
				++*at;
		else
			++*at;
	}
	start = *at;
	while (*at < len && !space(text[*at]) && text[*at] != '#')
		++*at;
	return start;
}

/* Whether the text has given the key before, up to @end. */
static bool given_before(const char *text, size_t end, const char *key, size_t key_len)
{
	size_t at = 0, start;

	while ((start = next_word(text, end, &at)) < end)
		if (at - start > key_len && text[start + key_len] == '=' &&
		    !memcmp(text + start, key, key_len))
			return true;
	return false;
}

/**
 * spec_text - whether bytes are a text
 * @text: the bytes
 * @len: how many
 * @error: where they are none
 *
 * A zero would end what follows it for one reader and not for another.
 *
 * Return: 0 or -EINVAL.
 */
int spec_text(const char *text, size_t len, struct spec_error *error)
{
	const char *zero = memchr(text, '\0', len);

	return zero ? spec_fail(error, zero - text, "a byte is zero, which no text has") : 0;
}

/**
 * spec_parse - parse words of the grammar
 * @spec: the workload, with the defaults or what other words have set; what
 *	it holds after an error is not defined
 * @text: the words, not ended by a zero
 * @len: their bytes
 * @error: what is wrong and where
 *
 * The words may stand in any order.
 *
 * Return: 0 or -EINVAL.
 */
int spec_parse(struct spec *spec, const char *text, size_t len, struct spec_error *error)
{
	size_t at, start, key_len;
	const char *equals;
	int groups, ret;

	ret = spec_text(text, len, error);
	if (ret)
		return ret;
	/* What a group has is for a group that there is. */
	for (groups = 1; groups >= 0; groups--) {
		for (at = 0; (start = next_word(text, len, &at)) < len; ) {
			equals = memchr(text + start, '=', at - start);
			if (!equals)
				return spec_fail(error, start, "a word must be key=value");
			key_len = equals - text - start;
			if (groups != (key_len == 5 && !memcmp(text + start, "group", 5)))
				continue;
			ret = spec_set(spec, text + start, key_len, equals + 1,
				       text + at - equals - 1, error);
			if (ret) {
				error->offset += start;
				return ret;
			}
			if (given_before(text, start, text + start, key_len))
				return spec_fail(error, start, "%.*s is given twice",
						 value_printable(key_len), text + start);
		}
	}
	return 0;
}

/* Whether there is a value to write: the groups say how many workers there are. */
static bool has_value(const struct spec *spec, const struct spec_key *key)
{
	char some[2];

	if (is_workers(key))
		return !spec->groups.n;
	return key->preset || key->format(key, field(key, spec, NULL), some, sizeof(some)) > 0;
}

/* Append "NAME.key=value": how many bytes there are now, @size or more where they do not fit. */
static size_t format_word(const struct spec *spec, const struct group_spec *group,
			  const struct spec_key *key, char *buf, size_t n, size_t size)
{
	n += snprintf(buf + n, size - n, "%s%s%s%s=", n ? " " : "", group ? group->name : "",
		      group ? "." : "", key->name);
	return n < size ? n + key->format(key, field(key, spec, group), buf + n, size - n) : n;
}

/**
 * spec_format - write a workload as words of the grammar
 * @spec: the workload
 * @buf: for the words, all keys in the order of spec_keys[], then those of the groups, then
 *	what was given of spec_more, ended by a zero
 * @size: bytes of @buf
 *
 * spec_parse() of it gives the same workload.
 *
 * Return: bytes without the zero, or -ENOSPC when @buf is too small.
 */
int spec_format(const struct spec *spec, char *buf, size_t size)
{
	const struct group_spec *group;
	size_t n = 0;
	u32 i, g;

	for (i = 0; i < spec_nkeys; i++) {
		if (has_value(spec, &spec_keys[i]))
			n = format_word(spec, NULL, &spec_keys[i], buf, n, size);
		if (n >= size)
			return -ENOSPC;
	}
	for (g = 0; g < spec->groups.n; g++) {
		group = &spec->groups.of[g];
		for (i = 0; i < spec_nkeys; i++) {
			if (group->given & bit(&spec_keys[i]))
				n = format_word(spec, group, &spec_keys[i], buf, n, size);
			if (n >= size)
				return -ENOSPC;
		}
	}
	if (spec->more[0])
		n += snprintf(buf + n, size - n, " %s", spec->more);
	if (n >= size)
		return -ENOSPC;
	return n;
}

static bool has_own(const struct group_spec *group, const char *key)
{
	return group->given & bit(spec_key(key, strlen(key)));
}

/**
 * spec_group - what a group's workers do
 * @spec: the workload
 * @group: which, below spec_ngroups()
 * @own: the group, with what it has as all do filled in
 *
 * Context: any.
 */
void spec_group(const struct spec *spec, u32 group, struct group_spec *own)
{
	memset(own, 0, sizeof(*own));
	own->workers = spec->workers;
	if (spec->groups.n)
		*own = spec->groups.of[group];
	if (!has_own(own, "mix"))
		own->mix = spec->mix;
	if (!has_own(own, "hold"))
		own->hold = spec->hold;
	if (!has_own(own, "think"))
		own->think = spec->think;
	if (!has_own(own, "arrival"))
		own->arrival = spec->arrival;
	if (!has_own(own, "wait"))
		own->wait = spec->wait;
	if (!has_own(own, "deadline"))
		own->deadline_ns = spec->deadline_ns;
}

/**
 * spec_group_of - to which group a worker belongs
 * @spec: the workload
 * @worker: its number, below @spec->workers
 *
 * Context: any.
 * Return: below spec_ngroups().
 */
u32 spec_group_of(const struct spec *spec, u32 worker)
{
	u32 group = 0, upto = 0;

	while (group + 1 < spec->groups.n && worker >= (upto += spec->groups.of[group].workers))
		group++;
	return group;
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

// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>

#include "range.h"

/**
 * struct range - FIRST..LAST*BY or FIRST..LAST+BY
 * @before: what stands before its numbers, as "poisson:" does
 * @dots: where its dots are
 * @after: what stands after each of them, as "/s" does
 * @units: of its numbers
 * @unit: of a count, that of the first one
 * @first: where it begins
 * @last: no value is greater
 * @by: factor or step
 * @factor: @by is one
 */
struct range {
	const char *before;
	size_t before_len;
	size_t dots;
	const char *after;
	const struct unit *units;
	struct unit unit;
	u64 first;
	u64 last;
	u64 by;
	bool factor;
};

/* A text at its place in a value. */
struct part {
	const char *at;
	size_t len;
};

/* What may stand after a number and is none of its units. */
static const char *const afters[] = { "/s", "%" };

/* Where the numbers of a range begin and its dots are; false where a text is none. */
static bool find(struct range *r, const char *item, size_t len)
{
	const char *dots = len ? memmem(item, len, "..", 2) : NULL, *colon;

	*r = (struct range){ .before = item, .after = "" };
	if (!dots)
		return false;
	colon = memrchr(item, ':', dots - item);
	r->before_len = colon ? colon + 1 - item : 0;
	r->dots = dots - item;
	return isdigit((unsigned char)item[r->before_len]);
}

static bool ends_with(const struct part *p, const char *end)
{
	return p->len > strlen(end) && !memcmp(p->at + p->len - strlen(end), end, strlen(end));
}

static int number(u64 *to, const struct part *p, const char *value, const struct unit *units,
		  struct spec_error *error)
{
	return value_number(to, p->at, p->len, p->at - value, units, 0, U64_MAX, error);
}

/* All of its numbers, in these units. */
static int numbers(struct range *r, const struct part *part, const char *value,
		   const struct unit *units, struct spec_error *error)
{
	r->units = units;
	return number(&r->first, &part[0], value, units, error) ?:
	       number(&r->last, &part[1], value, units, error) ?:
	       number(&r->by, &part[2], value, r->factor ? value_counts : units, error);
}

/* The unit that a count is written in. */
static struct unit unit_of(const struct part *p)
{
	const char *name = p->at + strspn(p->at, "0123456789");
	const struct unit *unit = value_counts;
	size_t len = p->at + p->len - name;

	while (unit->name && (strlen(unit->name) != len || memcmp(unit->name, name, len)))
		unit++;
	return *unit;
}

/* All of it, of which find() has found the beginning. */
static int parse(struct range *r, const char *item, size_t len, const char *value,
		 struct spec_error *error)
{
	const char *first = item + r->before_len, *dots = item + r->dots, *op;
	struct spec_error scratch;
	struct part part[3];
	size_t i;

	for (op = dots; op < item + len && *op != '*' && *op != '+'; op++)
		;
	if (op == item + len)
		return spec_fail(error, dots - value,
				 "a range goes on by a factor or by a step: 1..64*2 or 8..64+8");
	r->factor = *op == '*';
	part[0] = (struct part){ first, dots - first };
	part[1] = (struct part){ dots + 2, op - dots - 2 };
	part[2] = (struct part){ op + 1, item + len - op - 1 };
	for (i = 0; i < ARRAY_SIZE(afters); i++) {
		if (!ends_with(&part[0], afters[i]) || !ends_with(&part[1], afters[i]))
			continue;
		r->after = afters[i];
		part[0].len -= strlen(r->after);
		part[1].len -= strlen(r->after);
		if (!r->factor && ends_with(&part[2], r->after))
			part[2].len -= strlen(r->after);
	}
	/* The unit m is one of both: they are times if all can be, else what the first is. */
	if (numbers(r, part, value, value_times, &scratch) &&
	    (number(&r->first, &part[0], value, value_counts, &scratch) ?
	     numbers(r, part, value, value_times, error) :
	     numbers(r, part, value, value_counts, error)))
		return -EINVAL;
	if (r->units == value_counts)
		r->unit = unit_of(&part[0]);
	if (r->first > r->last)
		return spec_fail(error, part[1].at - value, "a range does not end before it begins");
	if (r->factor && r->by < 2)
		return spec_fail(error, part[2].at - value, "a factor is a whole number from 2");
	if (r->factor && !r->first)
		return spec_fail(error, part[0].at - value,
				 "no factor leads away from 0: begin with 1, or take a step, as in 0..8+1");
	if (!r->by)
		return spec_fail(error, part[2].at - value, "a step of 0 leads nowhere");
	return 0;
}

static void write_value(FILE *out, const struct range *r, u64 at)
{
	char text[32];

	if (r->units == value_times)
		value_format_time(at, text, sizeof(text));
	else if (at % r->unit.factor)
		snprintf(text, sizeof(text), "%llu", (unsigned long long)at);
	else
		snprintf(text, sizeof(text), "%llu%s",
			 (unsigned long long)(at / r->unit.factor), r->unit.name);
	fprintf(out, "%.*s%s%s", (int)r->before_len, r->before, text, r->after);
}

static int expand(FILE *out, const struct range *r, struct spec_error *error)
{
	unsigned int n = 0;
	u64 at;

	for (at = r->first; ; at = r->factor ? at * r->by : at + r->by) {
		if (n++ == RANGE_MOST)
			return spec_fail(error, 0, "a range has %u values at most",
					 RANGE_MOST);
		if (n > 1)
			fputc(',', out);
		write_value(out, r, at);
		/* The next one would be beyond the last, and may be beyond all numbers. */
		if (r->factor ? at > r->last / r->by : r->last - at < r->by)
			return 0;
	}
}

/* The bytes of a list up to the next comma. */
static size_t item_len(const char *item, const char *end)
{
	const char *comma = memchr(item, ',', end - item);

	return (comma ?: end) - item;
}

/**
 * range_in - whether there is a range among the values of a key
 * @value: values with commas, not ended by a zero
 * @len: their bytes
 */
bool range_in(const char *value, size_t len)
{
	const char *end = value + len, *at = value;
	struct range r;

	for (; at < end; at += item_len(at, end) + 1)
		if (find(&r, at, item_len(at, end)))
			return true;
	return false;
}

/**
 * range_expand - write the values of ranges, and those between them, as a list with commas
 * @list: set to the list, for free(); to NULL on failure
 * @value: values with commas, not ended by a zero
 * @len: their bytes
 * @error: what is wrong
 *
 * Return: 0, -EINVAL, or -ENOMEM with a message as well.
 */
int range_expand(char **list, const char *value, size_t len, struct spec_error *error)
{
	const char *end = value + len, *at;
	size_t size, item;
	struct range r;
	FILE *out;
	int ret = 0;

	*list = NULL;
	out = open_memstream(list, &size);
	for (at = value; out && at <= end && !ret; at += item + 1) {
		item = item_len(at, end);
		if (at > value)
			fputc(',', out);
		if (find(&r, at, item))
			ret = parse(&r, at, item, value, error) ?: expand(out, &r, error);
		else
			fwrite(at, 1, item, out);
	}
	if (!out || fclose(out)) {
		spec_fail(error, 0, "memory is short");
		ret = -ENOMEM;
	}
	if (ret) {
		free(*list);
		*list = NULL;
	}
	return ret;
}

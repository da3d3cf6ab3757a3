// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "lib/nearest.h"
#include "text.h"
#include "world.h"

/*
 * What makes a world (environment_json()), and what cannot but differ with what. The cost
 * of the clock is a measurement.
 */
static const struct {
	const char *key;
	const char *with;
} world[] = {
	{ "kernel", NULL }, { "kernel_version", "kernel" }, { "spinlock", "kernel" },
	{ "preemption", "kernel" }, { "debug", NULL }, { "accel", NULL }, { "machine", NULL },
	{ "cpu", NULL }, { "cpus", NULL }, { "numa_nodes", NULL }, { "mitigations", NULL },
	{ "version", NULL },
	/* It is the cases', not the environment's, and compared as such. */
	{ "engine", NULL },
};

/**
 * world_at - walk the keys of the environment that --across= may name
 * @i: from 0
 * @data: not used
 *
 * Return: the key; NULL past the last one.
 */
const char *world_at(unsigned int i, const void *data)
{
	return i < ARRAY_SIZE(world) ? world[i].key : NULL;
}

/* Whether two worlds have the same of a key, or may have another. */
static bool same(const json_t *a, const json_t *b, size_t i, const char *across)
{
	const json_t *in_a = json_object_get(a, world[i].key);
	const json_t *in_b = json_object_get(b, world[i].key);

	return (!in_a && !in_b) || json_equal(in_a, in_b) ||
	       text_listed(across, world[i].key) || text_listed(across, world[i].with);
}

/**
 * world_equal - whether figures of two worlds may stand beside each other
 * @a: the one
 * @b: the other
 * @across: keys that may differ, with commas, or NULL
 *
 * Return: whether they may.
 */
bool world_equal(const json_t *a, const json_t *b, const char *across)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(world); i++)
		if (!same(a, b, i, across))
			return false;
	return true;
}

/**
 * world_check_across - whether a list is one of keys of the world
 * @list: with commas, or NULL
 *
 * What is wrong is told on stderr.
 *
 * Return: 0 or -1.
 */
int world_check_across(const char *list)
{
	const char *near;
	unsigned int i;
	size_t len;

	for (; list && *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		for (i = 0; i < ARRAY_SIZE(world); i++)
			if (len == strlen(world[i].key) && !memcmp(list, world[i].key, len))
				break;
		if (i < ARRAY_SIZE(world))
			continue;
		near = spec_nearest(list, len, world_at, NULL);
		fprintf(stderr, "contend: --across=%.*s: there is no such key%s%s%s\n",
			(int)(len < 40 ? len : 40), list, near ? ": did you mean '" : "",
			near ? near : "", near ? "'?" : "");
		return -1;
	}
	return 0;
}

/**
 * world_check - tell on stderr what two worlds have otherwise
 * @what: why they must not, a line that is told before the first difference
 * @a: the one
 * @first: its name
 * @b: the other
 * @second: its name
 * @across: keys that may differ, with commas, or NULL
 * @remedy: what would allow it is added to it, with commas
 * @size: bytes of @remedy
 */
void world_check(const char *what, const json_t *a, const char *first, const json_t *b,
		 const char *second, const char *across, char *remedy, size_t size)
{
	char *left, *right;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(world); i++) {
		json_t *in_a = json_object_get(a, world[i].key);
		json_t *in_b = json_object_get(b, world[i].key);

		if (same(a, b, i, across))
			continue;
		if (!remedy[0])
			fprintf(stderr, "contend: %s:\n", what);
		left = in_a ? json_dumps(in_a, JSON_ENCODE_ANY) : NULL;
		right = in_b ? json_dumps(in_b, JSON_ENCODE_ANY) : NULL;
		fprintf(stderr, "  %s: %s in %s, %s in %s\n", world[i].key,
			left ? left : "unknown", first, right ? right : "unknown", second);
		free(left);
		free(right);
		if (!text_listed(remedy, world[i].with) && !text_listed(remedy, world[i].key)) {
			const char *with = world[i].with;
			size_t len = strlen(remedy);

			snprintf(remedy + len, size - len, "%s%s", len ? "," : "",
				 with && !text_listed(across, with) ? with : world[i].key);
		}
	}
}

/**
 * world_compared - whether figures of two worlds may be compared; if not, it is told on stderr
 * @a: the one
 * @first: its name
 * @b: the other
 * @second: its name
 * @across: keys that may differ, with commas, or NULL
 *
 * Return: whether they may.
 */
bool world_compared(const json_t *a, const char *first, const json_t *b, const char *second,
		    const char *across)
{
	char remedy[128] = "";

	world_check(WORLD_NO_RATIO, a, first, b, second, across, remedy, sizeof(remedy));
	if (!remedy[0])
		return true;
	fprintf(stderr, "contend: if that is what you compare, say --across=%s%s%s\n",
		across ? across : "", across ? "," : "", remedy);
	return false;
}

/**
 * world_add_difference - add what differs
 * @differs: an array of what does
 * @key: its key
 * @a: its value in the one, or NULL
 * @b: and in the other
 */
void world_add_difference(json_t *differs, const char *key, json_t *a, json_t *b)
{
	json_array_append_new(differs, json_pack("{s:s, s:O?, s:O?}", "key", key, "a", a, "b", b));
}

/**
 * world_differences - in what two worlds differ
 * @a: the one
 * @b: the other
 *
 * Return: an array of "key", "a" and "b".
 */
json_t *world_differences(const json_t *a, const json_t *b)
{
	json_t *differs = json_array(), *left, *right;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(world); i++) {
		const char *key = world[i].with ?: world[i].key;

		left = json_object_get(a, world[i].key);
		right = json_object_get(b, world[i].key);
		/* What goes with another key says nothing more where that one differs. */
		if ((left || right) && !json_equal(left, right) &&
		    (key == world[i].key ||
		     json_equal(json_object_get(a, key), json_object_get(b, key))))
			world_add_difference(differs, world[i].key, left, right);
	}
	return differs;
}

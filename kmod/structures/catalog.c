// SPDX-License-Identifier: GPL-2.0
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/nospec.h>
#include <linux/string.h>

#include "structures/catalog.h"
#include "structures/structure.h"

#define X(_s) [STRUCTURE_##_s] = &contend_structure_##_s,
static const struct contend_structure *const catalogue[] = { CONTEND_STRUCTURES(X) };
#undef X

/**
 * contend_structure_at - walk the catalogue
 * @index: from 0
 *
 * Context: any.
 * Return: the entry, or NULL past the last one.
 */
const struct contend_structure *contend_structure_at(unsigned int index)
{
	return index < ARRAY_SIZE(catalogue) ?
	       catalogue[array_index_nospec(index, ARRAY_SIZE(catalogue))] : NULL;
}

/**
 * contend_structure_find - look a structure up
 * @name: its name
 *
 * Context: any.
 * Return: its index, or -ENOENT.
 */
int contend_structure_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(catalogue); i++)
		if (!strcmp(catalogue[i]->name, name))
			return i;
	return -ENOENT;
}

/*
 * What a section calls. The compiler makes comparisons of the switch, since this file is
 * built without tables of jumps: a jump through a table is an indirect one.
 */

/**
 * contend_structure_read - inside a read section: what the request asks for
 * @s: the structure
 * @data: its data
 * @rq: the request
 * @x: the answer
 *
 * May be called more than once for one operation: its answer is the last one's.
 *
 * Context: any that the lock serves; does not sleep.
 */
void contend_structure_read(enum structure_index s, const void *data,
			    const struct contend_request *rq, struct contend_scratch *x)
{
	switch (s) {
#define X(_s) case STRUCTURE_##_s: return contend_##_s##_read(data, rq, x);
	CONTEND_STRUCTURES(X)
#undef X
	case CONTEND_NR_STRUCTURES:
		break;
	}
	WARN_ON_ONCE(1);
}

/**
 * contend_structure_write - inside a write section: what the request asks for
 * @s: the structure
 * @data: its data
 * @rq: the request
 * @x: the answer
 *
 * Context: any that the lock serves; does not sleep.
 */
void contend_structure_write(enum structure_index s, void *data,
			     const struct contend_request *rq, struct contend_scratch *x)
{
	switch (s) {
#define X(_s) case STRUCTURE_##_s: return contend_##_s##_write(data, rq, x);
	CONTEND_STRUCTURES(X)
#undef X
	case CONTEND_NR_STRUCTURES:
		break;
	}
	WARN_ON_ONCE(1);
}

// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/nospec.h>
#include <linux/string.h>

#include "locks/lock.h"

#define X(_name) &contend_lock_##_name,
static const struct contend_lock *const catalogue[] = { CONTEND_LOCKS(X) };
#undef X

/**
 * contend_lock_at - walk the catalogue
 * @index: from 0
 *
 * Context: any.
 * Return: the entry, or NULL past the last one.
 */
const struct contend_lock *contend_lock_at(unsigned int index)
{
	return index < ARRAY_SIZE(catalogue) ?
	       catalogue[array_index_nospec(index, ARRAY_SIZE(catalogue))] : NULL;
}

/**
 * contend_lock_find - look a lock up
 * @name: its name
 *
 * Context: any.
 * Return: the entry, or NULL when there is none.
 */
const struct contend_lock *contend_lock_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(catalogue); i++)
		if (!strcmp(catalogue[i]->name, name))
			return catalogue[i];
	return NULL;
}

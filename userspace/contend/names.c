// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/nearest.h"
#include "lib/spec.h"
#include "libcontend/contend.h"
#include "names.h"

/* The module's catalogues and the program's: built with the same lines. */
#include "locks/catalog.h"
#include "structures/catalog.h"
#include "structures/peers/catalog.h"

#define X(name) #name,
static const char *const program_locks[] = { CONTEND_PROGRAM_LOCKS(X) NULL };
static const char *const built_locks[] = {
	CONTEND_STOCK_LOCKS(X, X) CONTEND_PROGRAM_LOCKS(X) CONTEND_MUTANT_LOCKS(X, X) NULL
};

#define P(name) "peer:" #name,
static const char *const program_structures[] = { CONTEND_PROGRAM_PEERS(P) NULL };
static const char *const built_structures[] = {
	CONTEND_STOCK_STRUCTURES(X) CONTEND_KERNEL_PEERS(P) CONTEND_PROGRAM_PEERS(P)
	CONTEND_MUTANT_STRUCTURES(X) NULL
};

#undef P
#undef X

static const char *const engines[] = { "kernel", "ioctl", "ring", "user", NULL };

/* From the module, ended by NULL; or as built. */
static const char *const *locks = built_locks;
static const char *const *structures = built_structures;

static void append(char ***names, unsigned int n, const char *name)
{
	*names = realloc(*names, (n + 1) * sizeof(**names));
	if (!*names)
		abort();
	(*names)[n] = name ? strdup(name) : NULL;
}

/* The module's, and after them @others. */
static const char *const *fetch(int device, __u32 catalogue, const char *const *others)
{
	struct contend_list entry;
	char **names = NULL;
	unsigned int n = 0;

	while (!contend_list(device, catalogue, n, &entry))
		append(&names, n++, entry.name);
	while (*others)
		append(&names, n++, *others++);
	append(&names, n, NULL);
	return (const char *const *)names;
}

/**
 * names_load - take the names from the module
 * @device: from contend_open()
 */
void names_load(int device)
{
	locks = fetch(device, CONTEND_LIST_LOCKS, program_locks);
	structures = fetch(device, CONTEND_LIST_STRUCTURES, program_structures);
}

/**
 * names_at - walk the names of a key
 * @key: "lock", "structure" or "engine"
 * @i: from 0
 *
 * Return: the name; NULL past the last one and for other keys.
 */
const char *names_at(const char *key, unsigned int i)
{
	const char *const *names = !strcmp(key, "lock") ? locks :
				   !strcmp(key, "structure") ? structures :
				   !strcmp(key, "engine") ? engines : NULL;
	unsigned int at;

	if (!names)
		return NULL;
	for (at = 0; at < i && names[at]; at++)
		;
	return names[at];
}

static const char *candidate(unsigned int i, const void *key)
{
	return names_at(key, i);
}

static const char *find_peer(const char *key, const char *name, size_t len)
{
	static const char peer[] = "peer:";
	const char *known;
	unsigned int i;

	for (i = 0; (known = names_at(key, i)); i++)
		if (!strncmp(known, peer, strlen(peer)) && strlen(known + strlen(peer)) == len &&
		    !memcmp(known + strlen(peer), name, len))
			return known;
	return NULL;
}

/**
 * names_check - whether a name is known
 * @key: whose value it is; one that takes no name is always fine
 * @name: the name, not ended by a zero
 * @len: its bytes
 * @message: what is wrong
 * @size: bytes of @message
 *
 * Return: 0, or -1 with @message filled in.
 */
int names_check(const char *key, const char *name, size_t len, char *message, size_t size)
{
	const char *known, *near;
	unsigned int i;

	if (!names_at(key, 0))
		return 0;
	for (i = 0; (known = names_at(key, i)); i++)
		if (strlen(known) == len && !memcmp(known, name, len))
			return 0;
	/* What the kernel or a library has of this name is a peer. */
	near = find_peer(key, name, len) ?: spec_nearest(name, len, candidate, key);
	snprintf(message, size, "unknown %s '%.*s'%s%s%s", key, (int)(len < 40 ? len : 40), name,
		 near ? ": did you mean '" : ": see 'contend list'", near ? near : "",
		 near ? "'?" : "");
	return -1;
}

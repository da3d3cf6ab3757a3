// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>
#include <stdlib.h>

#include "engine/verbs.h"
#include "libcontend/contend.h"

/**
 * verbs_load - ask for the operations of a structure
 * @device: from contend_open()
 * @structure: its name
 * @verbs: the answer
 *
 * Return: 0; -ENOENT no such structure.
 */
int verbs_load(int device, const char *structure, struct verbs *verbs)
{
	struct contend_list entry;
	char *word, *state, *at;
	u32 n = 0;
	int ret;

	ret = contend_find(device, CONTEND_LIST_STRUCTURES, structure, &entry);
	if (ret)
		return ret;
	memset(verbs, 0, sizeof(*verbs));
	verbs->pairs = entry.caps & CONTEND_CAP_NESTS;
	/* "read:r:50 inc:w:50" */
	strscpy(verbs->text, entry.verbs, sizeof(verbs->text));
	for (word = strtok_r(verbs->text, " ", &state); word && n < SPEC_VERBS;
	     word = strtok_r(NULL, " ", &state)) {
		char *side, *share;

		verbs->verb[n].name = strtok_r(word, ":", &at);
		side = strtok_r(NULL, ":", &at);
		share = strtok_r(NULL, ":", &at);
		if (!side || !share)
			return -EPROTO;
		verbs->verb[n].guard = *side == 'w' ? GUARD_WRITE : GUARD_READ;
		verbs->verb[n++].share = strtoul(share, NULL, 10);
	}
	return 0;
}

/**
 * verbs_find - the number of an operation
 * @verbs: from verbs_load()
 * @name: its name
 *
 * Return: the number, or -1 when there is none of that name.
 */
int verbs_find(const struct verbs *verbs, const char *name)
{
	int i;

	for (i = 0; verbs->verb[i].name; i++)
		if (!strcmp(verbs->verb[i].name, name))
			return i;
	return -1;
}

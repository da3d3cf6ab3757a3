// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>
#include <stdlib.h>

#include "engine/verbs.h"
#include "libcontend/contend.h"

/* What a word has after a sign, which ends it: bits of enum condition. */
static u32 conditions(char *word, char sign)
{
	char *at = strchr(word, sign);
	enum condition c;
	u32 found = 0;

	if (!at)
		return 0;
	*at++ = '\0';
	for (c = 0; c < CONDITIONS; c++)
		found |= strstr(at, mix_conditions[c]) ? BIT(c) : 0;
	return found;
}

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
	char *word, *state, *at, *then[SPEC_VERBS];
	u32 n = 0, i, next;
	int ret;

	ret = contend_find(device, CONTEND_LIST_STRUCTURES, structure, &entry);
	if (ret)
		return ret;
	memset(verbs, 0, sizeof(*verbs));
	/*
	 * "lookup:r:90 insert:w:5:+1:fills", "put:w:100:+1<out>in@producer", "take:s:100<in-time",
	 * "get:s:100:-1<in@user/put", "tune:s:0=idle_ns,age_ns"
	 */
	strscpy(verbs->text, entry.verbs, sizeof(verbs->text));
	for (word = strtok_r(verbs->text, " ", &state); word && n < SPEC_VERBS;
	     word = strtok_r(NULL, " ", &state)) {
		struct contend_verb *verb = &verbs->verb[n];
		char *guard, *share, *balance, *fills, *role, *settings;

		then[n] = strchr(word, '/');
		if (then[n])
			*then[n]++ = '\0';
		role = strchr(word, '@');
		if (role)
			*role++ = '\0';
		verb->role = role;
		verbs->roles |= !!role;
		verb->timed = strstr(word, "-time");
		verb->meets = conditions(word, '>');
		verb->waits = conditions(word, '<');
		settings = strchr(word, '=');
		if (settings) {
			*settings++ = '\0';
			verb->settings = verbs->settings;
		}
		for (i = 0; settings && i < SPEC_VERBS; i++)
			verbs->settings[i] = strsep(&settings, ",");
		verbs->idles |= !verb->timed && (role || verb->waits);
		verb->name = strtok_r(word, ":", &at);
		guard = strtok_r(NULL, ":", &at);
		share = strtok_r(NULL, ":", &at);
		balance = strtok_r(NULL, ":", &at);
		fills = strtok_r(NULL, ":", &at);
		if (!guard || !share)
			return -EPROTO;
		verb->guard = *guard == 'o' ? GUARD_OWNER : *guard == 's' ? GUARD_SELF :
			      *guard == 'p' ? GUARD_PAIR : *guard == 'w' ? GUARD_WRITE :
			      *guard == 'u' ? GUARD_UPGRADE : GUARD_READ;
		verb->seats = strtoul(guard + 1, NULL, 10);
		verb->share = strtoul(share, NULL, 10);
		verb->balance = balance ? strtol(balance, NULL, 10) : 0;
		verb->fills = fills && !strcmp(fills, "fills");
		verb->worker = fills && !strcmp(fills, "worker");
		n++;
	}
	for (i = 0; i < n; i++)
		for (next = 0; then[i] && next < n; next++)
			if (!strcmp(verbs->verb[next].name, then[i]))
				verbs->verb[i].then = next;
	return 0;
}

/**
 * verbs_find - an operation by its name
 * @verbs: from verbs_load()
 * @names: its name, or several, apart by a blank: the first one that there is
 *
 * Return: its number; -1 there is none.
 */
int verbs_find(const struct verbs *verbs, const char *names)
{
	size_t len;
	int v;

	for (; *names; names += len, names += *names == ' ') {
		len = strcspn(names, " ");
		for (v = 0; verbs->verb[v].name; v++)
			if (strlen(verbs->verb[v].name) == len &&
			    !strncmp(verbs->verb[v].name, names, len))
				return v;
	}
	return -1;
}

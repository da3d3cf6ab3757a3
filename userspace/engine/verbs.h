/* SPDX-License-Identifier: GPL-2.0 */
/* A structure's operations, as the module lists them. */
#ifndef CONTEND_VERBS_H
#define CONTEND_VERBS_H

#include "lib/mix.h"
#include "uapi/contend.h"

/**
 * struct verbs - the operations of one structure
 * @verb: ended by one without a name; the index is contend_op.verb
 * @roles: some of them are a role's
 * @settings: what one of them sets, which points here; ended by NULL
 * @idles: one that misses is no answer, but one that did nothing: there was no element, no room, or
 *	no place for it. Not where time alone brings what it lacks
 * @text: what the names point into
 */
struct verbs {
	struct contend_verb verb[SPEC_VERBS + 1];
	bool roles;
	const char *settings[SPEC_VERBS + 1];
	bool idles;
	char text[CONTEND_VERBS_LEN];
};

int verbs_load(int device, const char *structure, struct verbs *verbs);
int verbs_find(const struct verbs *verbs, const char *names);

#endif /* CONTEND_VERBS_H */

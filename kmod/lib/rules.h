/* SPDX-License-Identifier: GPL-2.0 */
/* Which workloads can be, for every engine: what a key by itself cannot know. */
#ifndef CONTEND_RULES_H
#define CONTEND_RULES_H

#include "mix.h"
#include "spec.h"

int spec_check(const struct spec *spec, struct spec_error *error);
bool rules_mix(const struct spec *spec, const struct mix *mix, const struct contend_verb *verbs,
	       struct spec_error *error);
bool rules_empty(const struct spec *spec, const struct mix *mix, const struct contend_verb *verbs,
		 struct spec_error *error);
bool rules_lock(const struct spec *spec, const struct mix *mix, const struct contend_verb *verbs,
		const char *lock, u32 caps, struct spec_error *error);

#endif /* CONTEND_RULES_H */

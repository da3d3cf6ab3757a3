// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>

#include "rules.h"
#include "uapi/contend.h"

/* The first verb of a side, for a message. */
static const char *verb_of(const struct contend_verb *verbs, bool write)
{
	while (verbs->name && verb_writes(verbs) != write)
		verbs++;
	return verbs->name ?: "";
}

/**
 * rules_mix - whether the operations of a workload suit the rest of it
 * @spec: the workload
 * @mix: from mix_init()
 * @verbs: the structure's
 * @error: what is wrong: its message
 *
 * Context: any.
 */
bool rules_mix(const struct spec *spec, const struct mix *mix, const struct contend_verb *verbs,
	       struct spec_error *error)
{
	const char *read = verb_of(verbs, false), *write = verb_of(verbs, true);
	const size_t size = sizeof(error->message);
	const int side = mix_side(mix);
	char *message = error->message;

	if (spec->measure == MEASURE_LOCK && side < 0)
		snprintf(message, size,
			 "measure=lock takes a mix of one side, as in mix=%s:1", read);
	else if (spec->stall_ns && side > 0)
		snprintf(message, size,
			 "stall= takes a mix with reads, as in mix=%s:1,%s:1", read, write);
	else if (spec->nest > 1 && !side)
		snprintf(message, size, "nest= takes a mix with writes, as in mix=%s:1", write);
	else
		return true;
	return false;
}

/**
 * rules_lock - whether a lock can serve as many workers at a time
 * @spec: the workload
 * @mix: from mix_init()
 * @verbs: the structure's
 * @lock: the lock's name
 * @caps: CONTEND_CAP_* of it
 * @error: what is wrong: its message
 *
 * Context: any.
 */
bool rules_lock(const struct spec *spec, const struct mix *mix, const struct contend_verb *verbs,
		const char *lock, u32 caps, struct spec_error *error)
{
	const size_t size = sizeof(error->message);

	if (spec->workers < 2 || caps & CONTEND_CAP_EXCLUSIVE)
		return true;
	if (!(caps & CONTEND_CAP_SHARED))
		snprintf(error->message, size,
			 "%s excludes nobody: workers=1 is all that it can serve", lock);
	else if (mix_side(mix))
		snprintf(error->message, size,
			 "%s is for readers only: a mix without writes, as in mix=%s:1, or workers=1",
			 lock, verb_of(verbs, false));
	else
		return true;
	return false;
}

// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "mix.h"

/**
 * mix_init - turn shares into thresholds
 * @mix: the result
 * @verbs: the structure's operations, ended by an empty name
 * @structure: its name, for the message
 * @spec: the workload: its mix, or the default shares when it names none
 * @error: what is wrong
 *
 * Return: 0 or -EINVAL with @error's message filled in.
 */
int mix_init(struct mix *mix, const struct contend_verb *verbs, const char *structure,
	     const struct spec *spec, struct spec_error *error)
{
	u32 share[SPEC_VERBS], verb, i, n = 0;
	u64 total = 0, upto = 0;

	memset(mix, 0, sizeof(*mix));
	if (!spec->nmix)
		for (; verbs[n].name; n++) {
			mix->verb[n] = n;
			share[n] = verbs[n].share;
		}
	for (; n < spec->nmix; n++) {
		for (verb = 0; verbs[verb].name; verb++)
			if (!strcmp(verbs[verb].name, spec->mix[n].verb))
				break;
		if (!verbs[verb].name) {
			snprintf(error->message, sizeof(error->message),
				 "mix: structure=%s has no operation '%s'", structure,
				 spec->mix[n].verb);
			return -EINVAL;
		}
		mix->verb[n] = verb;
		share[n] = spec->mix[n].share;
	}
	mix->n = n;
	for (i = 0; i < n; i++)
		total += share[i];
	for (i = 0; i < n; i++) {
		upto += share[i];
		mix->upto[i] = div64_u64(upto << 32, total);
		if (verb_writes(&verbs[mix->verb[i]]))
			mix->write |= 1U << i;
		if (verbs[mix->verb[i]].guard == GUARD_PAIR)
			mix->pair |= 1U << i;
	}
	return 0;
}

/**
 * mix_side - which side of the lock a mix needs
 * @mix: the shares
 *
 * Return: 0 the read side alone, 1 the write side alone, -EINVAL both.
 */
int mix_side(const struct mix *mix)
{
	u32 i, seen = 0;

	for (i = 0; i < mix->n; i++)
		if (mix->upto[i] > (i ? mix->upto[i - 1] : 0))
			seen |= mix->write & 1U << i ? 2 : 1;
	return seen == 3 ? -EINVAL : seen == 2;
}

/**
 * mix_fill - by which operation a structure is filled before a run
 * @verbs: the structure's, ended by an empty name
 *
 * Return: its number, or -1: it is not filled.
 */
int mix_fill(const struct contend_verb *verbs)
{
	int i;

	for (i = 0; verbs[i].name; i++)
		if (verbs[i].fills)
			return i;
	return -1;
}

// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "mix.h"

/* The conditions, as a catalogue lists them. */
const char *const mix_conditions[CONDITIONS] = {
	[CONDITION_IN] = "in", [CONDITION_OUT] = "out", [CONDITION_OTHERS] = "others",
};

/* And for what an operation waits that waits for one of them. */
const char *const mix_awaited[CONDITIONS] = {
	[CONDITION_IN] = "an element", [CONDITION_OUT] = "room", [CONDITION_OTHERS] = "the others",
};

/* Whether a structure has operations that are a group's by its name. */
static bool mix_role(const struct contend_verb *verbs, const char *group)
{
	for (; verbs->name; verbs++)
		if (verbs->role && !strcmp(verbs->role, group))
			return true;
	return false;
}

/* The roles of a structure, for a message; false: it has none. */
static bool mix_roles(const struct contend_verb *verbs, char *text, size_t size)
{
	const struct contend_verb *all = verbs, *before;
	size_t n = 0;

	for (; verbs->name; verbs++) {
		if (!verbs->role)
			continue;
		for (before = all; before < verbs; before++)
			if (before->role && !strcmp(before->role, verbs->role))
				break;
		if (before == verbs)
			n += scnprintf(text + n, size - n, "%s%s", n ? ", " : "", verbs->role);
	}
	return n;
}

/* Which operations, and how often: how many they are, or -EINVAL. @group is whose mix it is. */
static int mix_choose(u32 *verb, u32 *share, const struct contend_verb *verbs,
		      const char *structure, const struct group_spec *group,
		      struct spec_error *error)
{
	const struct mix_spec *of = &group->mix;
	const bool role = mix_role(verbs, group->name);
	char roles[64];
	size_t at;
	u32 n = 0, v;

	if (!of->n && group->name[0] && !role && mix_roles(verbs, roles, sizeof(roles))) {
		snprintf(error->message, sizeof(error->message),
			 "group=%s: it has no mix, and of structure=%s the roles are %s: one of these names, or %s.mix=",
			 group->name, structure, roles, group->name);
		return -EINVAL;
	}
	for (v = 0; !of->n && verbs[v].name; v++) {
		if (role ? !verbs[v].role || strcmp(verbs[v].role, group->name) :
			   verb_needs_role(&verbs[v]))
			continue;
		verb[n] = v;
		share[n++] = verbs[v].share;
	}
	for (; n < of->n; n++) {
		for (v = 0; verbs[v].name; v++)
			if (!strcmp(verbs[v].name, of->of[n].name))
				break;
		if (!verbs[v].name) {
			at = scnprintf(error->message, sizeof(error->message),
				       "%s%smix: structure=%s has no operation '%s', but",
				       group->name, group->name[0] ? "." : "", structure,
				       of->of[n].name);
			for (v = 0; verbs[v].name; v++)
				at += scnprintf(error->message + at, sizeof(error->message) - at,
						"%s %s", v ? "," : "", verbs[v].name);
			return -EINVAL;
		}
		verb[n] = v;
		share[n] = of->of[n].share;
	}
	return n;
}

/* What follows one of them is among them, if it is never drawn: its number there, or -EINVAL. */
static int mix_follow(u32 *verb, u32 *share, int *n, u32 then)
{
	int i;

	for (i = 0; i < *n; i++)
		if (verb[i] == then)
			return i;
	if (i == SPEC_VERBS)
		return -EINVAL;
	verb[i] = then;
	share[i] = 0;
	return (*n)++;
}

/* As mix_follow(), of each that can be drawn. */
static int mix_chain(struct mix *mix, u32 *share, const struct contend_verb *verbs, int n)
{
	int i, then;

	for (i = 0; i < n; i++) {
		const struct contend_verb *verb = &verbs[mix->verb[i]];

		mix->then[i] = i;
		if (!verb->then)
			continue;
		then = mix_follow(mix->verb, share, &n, verb->then);
		if (then < 0)
			return then;
		mix->then[i] = then;
		mix->follows = true;
		mix->meets |= verbs[verb->then].meets;
		mix->waits |= verbs[verb->then].waits;
		if (!verbs[verb->then].timed)
			mix->needs |= verbs[verb->then].waits;
		if (!verbs[verb->then].waits)
			mix->returns |= verbs[verb->then].meets;
	}
	return n;
}

/* Whether a structure has the settings that a workload names: 0 or -EINVAL. */
static int mix_settings(const struct contend_verb *verbs, const char *structure,
			const struct mix_spec *tune, struct spec_error *error)
{
	const int verb = mix_tune(verbs);
	char all[80];
	size_t n = 0;
	u32 i, s;

	for (i = 0; i < tune->n; i++) {
		if (verb < 0) {
			snprintf(error->message, sizeof(error->message),
				 "tune: structure=%s has no settings: leave tune= out", structure);
			return -EINVAL;
		}
		if (mix_setting(&verbs[verb], tune->of[i].name) >= 0)
			continue;
		for (s = 0; verbs[verb].settings[s]; s++)
			n += scnprintf(all + n, sizeof(all) - n, "%s%s", n ? ", " : "",
				       verbs[verb].settings[s]);
		snprintf(error->message, sizeof(error->message),
			 "tune: structure=%s has no setting '%s': there are %s", structure,
			 tune->of[i].name, all);
		return -EINVAL;
	}
	return 0;
}

/**
 * mix_init - turn shares into thresholds
 * @mix: the result: of each group, spec_ngroups() of them
 * @verbs: the structure's operations, ended by an empty name
 * @structure: its name, for the message
 * @spec: the workload: its mixes, or the default shares where it names none; that the structure
 *	has what it tunes is seen to as well
 * @error: what is wrong
 *
 * Return: 0 or -EINVAL with @error's message filled in.
 */
int mix_init(struct mix *mix, const struct contend_verb *verbs, const char *structure,
	     const struct spec *spec, struct spec_error *error)
{
	u32 share[SPEC_VERBS], g;
	struct group_spec group;
	u64 total, upto;
	int n, i;

	if (mix_settings(verbs, structure, &spec->tune, error))
		return -EINVAL;
	for (g = 0; g < spec_ngroups(spec); g++, mix++) {
		spec_group(spec, g, &group);
		memset(mix, 0, sizeof(*mix));
		n = mix_choose(mix->verb, share, verbs, structure, &group, error);
		if (n < 0)
			return n;
		n = mix_chain(mix, share, verbs, n);
		if (n < 0) {
			snprintf(error->message, sizeof(error->message),
				 "mix: it is of %d operations at most, with those that follow one of them",
				 SPEC_VERBS);
			return n;
		}
		mix->n = n;
		for (i = 0, total = 0; i < n; i++)
			total += share[i];
		for (i = 0, upto = 0; i < n; i++) {
			upto += share[i];
			mix->upto[i] = div64_u64(upto << 32, total);
			if (verb_writes(&verbs[mix->verb[i]]))
				mix->write |= 1U << i;
			if (verbs[mix->verb[i]].guard == GUARD_PAIR)
				mix->pair |= 1U << i;
			if (verbs[mix->verb[i]].worker)
				mix->worker |= 1U << i;
			if (!share[i])
				continue;
			mix->seats |= verb_seats(&verbs[mix->verb[i]]);
			mix->waits |= verbs[mix->verb[i]].waits;
			if (!verbs[mix->verb[i]].timed)
				mix->needs |= verbs[mix->verb[i]].waits;
			mix->meets |= verbs[mix->verb[i]].meets;
		}
	}
	return 0;
}

/**
 * mix_side - which side of the lock some mixes need together
 * @mix: the shares, of each group
 * @n: how many
 *
 * Return: 0 the read side alone, 1 the write side alone, -EINVAL both.
 */
int mix_side(const struct mix *mix, u32 n)
{
	u32 i, seen = 0;

	for (; n--; mix++)
		for (i = 0; i < mix->n; i++)
			if (mix->upto[i] > (i ? mix->upto[i - 1] : 0))
				seen |= mix->write & 1U << i ? 2 : 1;
	return seen == 3 ? -EINVAL : seen == 2;
}

/**
 * mix_seats - as which owners the workers do something
 * @mix: the shares, of each group
 * @spec: the workload
 *
 * Return: bits of the seats.
 */
u32 mix_seats(const struct mix *mix, const struct spec *spec)
{
	u32 g, seats = 0;

	for (g = 0; g < spec_ngroups(spec); g++)
		seats |= mix[g].seats;
	return seats;
}

/**
 * mix_owners - how many workers do what is an owner's
 * @mix: the shares, of each group
 * @spec: the workload
 * @seat: its bit
 *
 * Return: their number, which can be but 0 or 1 in the end, see rules_lock().
 */
u32 mix_owners(const struct mix *mix, const struct spec *spec, u32 seat)
{
	struct group_spec group;
	u32 g, n = 0;

	for (g = 0; g < spec_ngroups(spec); g++) {
		spec_group(spec, g, &group);
		n += mix[g].seats & seat ? group.workers : 0;
	}
	return n;
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

/**
 * mix_tune - by which operation a structure's settings are set
 * @verbs: the structure's, ended by an empty name
 *
 * Return: its number, or -1: it has none.
 */
int mix_tune(const struct contend_verb *verbs)
{
	int i;

	for (i = 0; verbs[i].name; i++)
		if (verbs[i].settings)
			return i;
	return -1;
}

/**
 * mix_setting - look a setting up
 * @verb: from mix_tune()
 * @name: its name
 *
 * Return: its number, which is the operation's key, or -ENOENT.
 */
int mix_setting(const struct contend_verb *verb, const char *name)
{
	int i;

	for (i = 0; verb->settings[i]; i++)
		if (!strcmp(verb->settings[i], name))
			return i;
	return -ENOENT;
}

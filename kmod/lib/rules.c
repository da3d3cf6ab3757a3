// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "rules.h"
#include "uapi/contend.h"

/* The engines whose workers go through the loop of engine/loop.c. */
static bool has_loop(const struct spec *spec)
{
	return !strcmp(spec->engine, "kernel") || !strcmp(spec->engine, "user");
}

/* An inversion keeps its own time, on one CPU. */
static int check_inversion(const struct spec *spec, struct spec_error *error)
{
	if (spec->placement != PLACEMENT_PACK)
		return spec_fail(error, 0,
				 "sched=inversion takes placement=pack: its workers share a CPU");
	if (spec->workers < 3 || spec->workers > 8)
		return spec_fail(error, 0,
				 "sched=inversion takes 3 to 8 workers: one to hold the lock, one to wait, the others to keep the CPU");
	if (spec->hold.kind != DELAY_FIXED || spec->hold.most_ns < SPEC_EVERY_MIN_NS)
		return spec_fail(error, 0,
				 "sched=inversion takes hold=TIME, 1ms or more: worker 1 comes in the middle of it");
	if (spec->think.kind != DELAY_NONE || spec->arrival.kind != DELAY_NONE ||
	    spec->stripes > 1 || spec->stall_ns || spec->stutter_ns || spec->shuffle_ns ||
	    spec->hotplug_ns || spec->preempt_ns)
		return spec_fail(error, 0,
				 "sched=inversion keeps its own time: leave stall=, think=, arrival=, stripes=, stutter=, shuffle=, hotplug= and preempt= out");
	return 0;
}

static int check_sched(const struct spec *spec, struct spec_error *error)
{
	if ((spec->placement != PLACEMENT_SPREAD || spec->stutter_ns) && !has_loop(spec))
		return spec_fail(error, 0,
				 "placement= and stutter= are for engine=kernel and engine=user");
	if ((spec->sched != POLICY_OTHER || spec->shuffle_ns || spec->hotplug_ns ||
	     spec->preempt_ns) && strcmp(spec->engine, "kernel"))
		return spec_fail(error, 0,
				 "sched=, shuffle=, hotplug= and preempt= are for engine=kernel");
	if (spec->measure == MEASURE_LOCK && (spec->sched == POLICY_FIFO ||
					      spec->sched == POLICY_INVERSION ||
					      spec->stutter_ns))
		return spec_fail(error, 0,
				 "measure=lock never pauses: leave sched=fifo, sched=inversion and stutter= out");
	if (spec->sched == POLICY_DEADLINE && spec->placement != PLACEMENT_FREE)
		return spec_fail(error, 0,
				 "sched=deadline takes placement=free: a thread that is bound to a CPU is not admitted");
	if (spec->sched == POLICY_DEADLINE && (spec->hotplug_ns || spec->preempt_ns))
		return spec_fail(error, 0,
				 "sched=deadline keeps its CPUs online and comes before who preempts: leave hotplug= and preempt= out");
	if (spec->shuffle_ns && spec->placement == PLACEMENT_FREE)
		return spec_fail(error, 0,
				 "shuffle= moves workers that are bound: leave placement=free out");
	return spec->sched == POLICY_INVERSION ? check_inversion(spec, error) : 0;
}

/* A run in an interrupt: what the grammar knows of it. The locks know the rest. */
static int check_context(const struct spec *spec, struct spec_error *error)
{
	u32 missing = spec_context_missing(spec, spec->workers), least = spec->workers;

	if (missing < SPEC_CONTEXTS) {
		while (++least <= 1024)
			if (spec_context_missing(spec, least) == SPEC_CONTEXTS)
				break;
		if (least > 1024)
			return spec_fail(error, 0,
					 "context=: the share of %s is too small for any number of workers",
					 spec_contexts[missing]);
		return spec_fail(error, 0,
				 "context=: of workers=%u none is left for %s: workers=%u gives it one",
				 spec->workers, spec_contexts[missing], least);
	}
	if (!spec->context[CONTEXT_SOFTIRQ] && !spec->context[CONTEXT_HARDIRQ])
		return 0;
	if (strcmp(spec->engine, "kernel"))
		return spec_fail(error, 0,
				 "context= other than task is for engine=kernel: elsewhere all workers are tasks");
	if (spec->measure == MEASURE_LOCK)
		return spec_fail(error, 0,
				 "measure=lock keeps its CPU for long: leave context= other than task out");
	if (spec->sched != POLICY_OTHER || spec->placement == PLACEMENT_FREE ||
	    spec->stutter_ns || spec->shuffle_ns || spec->hotplug_ns)
		return spec_fail(error, 0,
				 "an interrupt has its CPU and no schedule: leave sched=, placement=free, stutter=, shuffle= and hotplug= out");
	return 0;
}

/* Workers that have a load of their own: not where the run says what each of them does. */
static int check_groups(const struct spec *spec, struct spec_error *error)
{
	struct group_spec group;
	u32 g;

	if (spec->groups.n && spec->measure == MEASURE_LOCK)
		return spec_fail(error, 0,
				 "measure=lock is the lock and nothing else: leave group= out");
	if (spec->groups.n && spec->sched == POLICY_INVERSION)
		return spec_fail(error, 0,
				 "sched=inversion has three kinds of workers of its own: leave group= out");
	for (g = 0; g < spec_ngroups(spec); g++) {
		spec_group(spec, g, &group);
		if (group.wait != WAIT_BLOCK && (!has_loop(spec) || spec->sched != POLICY_OTHER))
			return spec_fail(error, 0,
					 "wait=yield and wait=spin are for engine=kernel and engine=user, and for sched=other");
		if (group.arrival.kind != DELAY_NONE && group.think.kind != DELAY_NONE)
			return spec_fail(error, 0,
					 "%s%swho works by arrival= does not think=: leave one of them out",
					 group.name, group.name[0] ? ": " : "");
	}
	return 0;
}

/* Where the clock is read once in many operations, no single one is due, or lasts for a time. */
static int check_rate(const struct spec *spec, struct spec_error *error)
{
	struct group_spec group;
	bool timed = spec->stall_ns || spec->stutter_ns || spec->sched != POLICY_OTHER ||
		     spec->context[CONTEXT_SOFTIRQ] || spec->context[CONTEXT_HARDIRQ];
	u32 g;

	if (spec->measure != MEASURE_RATE)
		return 0;
	for (g = 0; g < spec_ngroups(spec); g++) {
		spec_group(spec, g, &group);
		timed |= group.hold.kind != DELAY_NONE || group.think.kind != DELAY_NONE ||
			 group.arrival.kind != DELAY_NONE;
	}
	if (!timed)
		return 0;
	return spec_fail(error, 0,
			 "measure=rate reads the clock once in many operations: leave hold=, stall=, think=, arrival=, stutter=, sched= and context= out");
}

/**
 * spec_check - what the keys have to do with each other
 * @spec: the workload
 * @error: what is wrong
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int spec_check(const struct spec *spec, struct spec_error *error)
{
	if (spec->measure == MEASURE_LOCK &&
	    (spec->hold.kind != DELAY_NONE || spec->stall_ns || spec->think.kind != DELAY_NONE ||
	     spec->arrival.kind != DELAY_NONE || spec->stripes > 1 || spec->avoid != AVOID_ORDER))
		return spec_fail(error, 0,
				 "measure=lock is the lock and nothing else: leave hold=, stall=, think=, arrival=, stripes= and avoid= out");
	if ((spec->stall_ns || spec->violations == VIOLATIONS_COUNT || spec->nest > 1 ||
	     spec->verify == VERIFY_END || spec->measure != MEASURE_OPERATION) && !has_loop(spec))
		return spec_fail(error, 0,
				 "stall=, nest=, verify=end, violations=count, measure=lock and measure=rate are for engine=kernel and engine=user");
	if (spec->poller_ns && strcmp(spec->engine, "ring"))
		return spec_fail(error, 0, "poller= is for engine=ring");
	if (spec->nest > spec->stripes)
		return spec_fail(error, 0, "nest=%u takes as many stripes= or more", spec->nest);
	return check_rate(spec, error) ?: check_groups(spec, error) ?: check_context(spec, error) ?:
	       check_sched(spec, error);
}

/* The first verb of a side, for a message. */
static const char *verb_of(const struct contend_verb *verbs, bool write)
{
	while (verbs->name && verb_writes(verbs) != write)
		verbs++;
	return verbs->name ?: "";
}

/* Those that wait for each other are to be as many as there are to come, or they do for ever. */
static bool rules_others(const struct spec *spec, const struct mix *mix, struct spec_error *error)
{
	struct group_spec group;
	u32 workers = 0, g;
	bool waits = false, named = false;

	for (g = 0; g < spec_ngroups(spec); g++) {
		spec_group(spec, g, &group);
		waits |= !group.deadline_ns && mix[g].waits & BIT(CONDITION_OTHERS);
		if (!(mix[g].meets & BIT(CONDITION_OTHERS)))
			continue;
		workers += group.workers;
		named |= mix[g].worker;
	}
	/* Where it is the structure's default the object knows. */
	if (!spec->capacity || (workers < spec->capacity ? !waits : !named) ||
	    workers == spec->capacity)
		return true;
	if (workers < spec->capacity)
		spec_fail(error, 0,
			  "mix: capacity=%llu are to come before any of them goes on, and %u workers do: workers=%llu, or capacity=%u",
			  spec->capacity, workers, spec->capacity, workers);
	else
		spec_fail(error, 0,
			  "mix: capacity=%llu are to come, each by its number, and of %u workers the others could not: workers=%llu, or capacity=%u",
			  spec->capacity, workers, spec->capacity, workers);
	return false;
}

/* The roles of a structure as groups of one worker, for a message. */
static const char *roles_of(const struct contend_verb *verbs, char *text, size_t size)
{
	const struct contend_verb *all = verbs, *before;
	size_t n = 0;

	text[0] = '\0';
	for (; verbs->name; verbs++) {
		for (before = all; before < verbs; before++)
			if (verbs->role && before->role && !strcmp(before->role, verbs->role))
				break;
		if (verbs->role && before == verbs)
			n += scnprintf(text + n, size - n, "%s%s:1", n ? "," : "group=",
				       verbs->role);
	}
	return text;
}

/*
 * Where tasks wait for each other all along a graph of owners, one that is missing keeps all of
 * them: nobody can wait for what it would do.
 */
static bool rules_seats(const struct spec *spec, const struct mix *mix,
			const struct contend_verb *verbs, struct spec_error *error)
{
	const u32 taken = mix_seats(mix, spec);
	const struct contend_verb *v;
	struct group_spec group;
	char roles[96];
	bool waits = false;
	u32 g;

	for (g = 0; g < spec_ngroups(spec); g++) {
		spec_group(spec, g, &group);
		waits |= mix[g].needs && !group.deadline_ns;
	}
	for (v = verbs; waits && v->name; v++) {
		if (!v->role || !(verb_seats(v) & ~taken))
			continue;
		snprintf(error->message, sizeof(error->message),
			 "mix: nobody does %s, for which the others wait in the end: a group of the role %s is missing, as in %s",
			 v->name, v->role, roles_of(verbs, roles, sizeof(roles)));
		return false;
	}
	return true;
}

/*
 * Where all workers that could meet a condition may wait for it themselves, all of them do in the
 * end, and for ever: a group is to be there that meets it and does not wait for it.
 */
static bool rules_wait(const struct spec *spec, const struct mix *mix,
		       const struct contend_verb *verbs, struct spec_error *error)
{
	const u32 n = spec_ngroups(spec);
	struct group_spec group;
	char roles[96];
	enum condition c;
	u32 g, h;

	for (g = 0; g < n; g++) {
		spec_group(spec, g, &group);
		if (mix[g].waits && spec->batch > 1) {
			snprintf(error->message, sizeof(error->message),
				 "batch=%u takes operations that do not wait", spec->batch);
			return false;
		}
		if (mix[g].follows && spec->batch > 1) {
			snprintf(error->message, sizeof(error->message),
				 "batch=%u takes operations that no other one follows",
				 spec->batch);
			return false;
		}
		/* One that gives up lets the others go on. */
		for (c = 0; c < CONDITIONS && !group.deadline_ns; c++) {
			if (!(mix[g].needs & BIT(c)) || c == CONDITION_OTHERS)
				continue;
			for (h = 0; h < n; h++)
				if (mix[h].meets & BIT(c) &&
				    (!(mix[h].needs & BIT(c)) || mix[h].returns & BIT(c)))
					break;
			if (h < n)
				continue;
			snprintf(error->message, sizeof(error->message),
				 "mix: all workers may wait for %s at once, and for ever: others have to make it without waiting for it, as in %s",
				 mix_awaited[c], roles_of(verbs, roles, sizeof(roles)));
			return false;
		}
	}
	return rules_seats(spec, mix, verbs, error) && rules_others(spec, mix, error);
}

/* Whether a group's workers do an operation that none other leads to. */
static bool mix_draws(const struct mix *mix, u32 verb)
{
	u32 i;

	for (i = 0; i < mix->n; i++)
		if (mix->verb[i] == verb && mix->upto[i] > (i ? mix->upto[i - 1] : 0))
			return true;
	return false;
}

/**
 * rules_empty - whether there is ever an element for those that wait for one
 * @spec: the workload, whose structure has none yet but those of prefill=
 * @mix: from mix_init(), of each group
 * @verbs: the structure's
 * @error: what is wrong: its message
 *
 * Those that give back what they had got make none.
 *
 * Context: any.
 */
bool rules_empty(const struct spec *spec, const struct mix *mix, const struct contend_verb *verbs,
		 struct spec_error *error)
{
	const int fill = mix_fill(verbs);
	struct group_spec group;
	bool waits = false;
	char roles[96];
	u32 g;

	if (fill < 0 || spec->prefill)
		return true;
	for (g = 0; g < spec_ngroups(spec); g++) {
		spec_group(spec, g, &group);
		if (mix_draws(&mix[g], fill) ||
		    (mix[g].meets & BIT(CONDITION_IN) && !(mix[g].needs & BIT(CONDITION_IN))))
			return true;
		waits |= !group.deadline_ns && mix[g].needs & BIT(CONDITION_IN);
	}
	if (!waits)
		return true;
	snprintf(error->message, sizeof(error->message),
		 "prefill=0: there is no element, and those that wait for one would only give it back: prefill=50, or as in %s",
		 roles_of(verbs, roles, sizeof(roles)));
	return false;
}

/**
 * rules_mix - whether the operations of a workload suit the rest of it
 * @spec: the workload
 * @mix: from mix_init(), of each group
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
	const int side = mix_side(mix, spec_ngroups(spec));
	char *message = error->message;

	if (spec->measure == MEASURE_LOCK && verb_self(verbs))
		snprintf(message, size,
			 "measure=lock: structure=%s synchronises itself, without a lock",
			 spec->structure);
	else if (spec->measure == MEASURE_LOCK && side < 0)
		snprintf(message, size,
			 "measure=lock takes a mix of one side, as in mix=%s:1", read);
	else if (spec->stall_ns && mix_side(mix, 1) > 0)	/* worker 0 is of the first group */
		snprintf(message, size,
			 "stall= takes a mix with reads, as in mix=%s:1,%s:1", read, write);
	else if (spec->nest > 1 && !side)
		snprintf(message, size, "nest= takes a mix with writes, as in mix=%s:1", write);
	else
		return rules_wait(spec, mix, verbs, error);
	return false;
}

/* The first verb with a role that is a seat's, or that is not; the end of them if there is none. */
static const struct contend_verb *first_of(const struct contend_verb *verbs, u32 seat, bool own)
{
	while (verbs->name && (!verbs->role || !(verb_seats(verbs) & seat) == own))
		verbs++;
	return verbs;
}

/* Those of a structure that has an owner: a group for it, and one for the others. */
static bool rules_owner(const struct spec *spec, const struct mix *mix,
			const struct contend_verb *verbs, struct spec_error *error)
{
	const u32 seats = mix_seats(mix, spec);
	const struct contend_verb *own;
	u32 seat, owners;

	for (seat = 1; seat && seat <= seats; seat <<= 1) {
		owners = mix_owners(mix, spec, seat);
		if (owners < 2)
			continue;
		own = first_of(verbs, seat, true);
		snprintf(error->message, sizeof(error->message),
			 "%s is for one worker, the owner, and %u would do it: workers=1, or a group of one, as in group=%s:1,%s:1",
			 own->name, owners, own->role,
			 first_of(verbs, seat, false)->role ?: "other");
		return false;
	}
	return true;
}

/**
 * rules_lock - whether a lock, or a structure that has none, can serve as many workers at a time
 * @spec: the workload
 * @mix: from mix_init(), of each group
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

	if (!rules_owner(spec, mix, verbs, error))
		return false;
	if (spec->workers < 2 || caps & CONTEND_CAP_EXCLUSIVE || verb_self(verbs))
		return true;
	if (!(caps & CONTEND_CAP_SHARED))
		snprintf(error->message, size,
			 "%s excludes nobody: workers=1 is all that it can serve", lock);
	else if (mix_side(mix, spec_ngroups(spec)))
		snprintf(error->message, size,
			 "%s is for readers only: a mix without writes, as in mix=%s:1, or workers=1",
			 lock, verb_of(verbs, false));
	else
		return true;
	return false;
}

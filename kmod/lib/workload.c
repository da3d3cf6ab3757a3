// SPDX-License-Identifier: GPL-2.0
#include "workload.h"

/**
 * workload_init - take it from a spec
 * @load: the result: of each group, spec_ngroups() of them; to be given back with
 *	workload_destroy()
 * @mix: from mix_init()
 * @spec: the rest
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int workload_init(struct workload *load, const struct mix *mix, const struct spec *spec)
{
	struct group_spec group;
	struct keys keys;
	u32 g;
	int ret;

	ret = keys_init(&keys, &spec->keys);
	if (ret)
		return ret;
	for (g = 0; g < spec_ngroups(spec); g++) {
		spec_group(spec, g, &group);
		load[g] = (struct workload){
			.mix = mix[g],
			.keys = keys,
			.hold = group.hold,
			.stall_ns = spec->stall_ns,
			.think = group.think,
			.arrival = group.arrival,
			.open = group.arrival.kind != DELAY_NONE,
			.wait = group.wait,
			.deadline_ns = group.deadline_ns,
		};
	}
	return 0;
}

/**
 * workload_destroy - give its memory back
 * @load: from workload_init(), or zeroed
 *
 * Context: process, may sleep.
 */
void workload_destroy(struct workload *load)
{
	/* All groups have the same. */
	keys_destroy(&load->keys);
}

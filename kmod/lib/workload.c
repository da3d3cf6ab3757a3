// SPDX-License-Identifier: GPL-2.0
#include "workload.h"

/**
 * workload_init - take it from a spec
 * @load: the result, to be given back with workload_destroy()
 * @mix: from mix_init()
 * @spec: the rest
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int workload_init(struct workload *load, const struct mix *mix, const struct spec *spec)
{
	load->mix = *mix;
	load->hold = spec->hold;
	load->stall_ns = spec->stall_ns;
	load->think = spec->think;
	load->arrival = spec->arrival;
	load->open = spec->arrival.kind != DELAY_NONE;
	return keys_init(&load->keys, &spec->keys);
}

/**
 * workload_destroy - give its memory back
 * @load: from workload_init(), or zeroed
 *
 * Context: process, may sleep.
 */
void workload_destroy(struct workload *load)
{
	keys_destroy(&load->keys);
}

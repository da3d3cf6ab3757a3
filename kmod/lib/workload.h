/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the operations of a worker are drawn from. Every engine draws here: the same seed
 * gives the same operations in each.
 */
#ifndef CONTEND_WORKLOAD_H
#define CONTEND_WORKLOAD_H

#include "delay.h"
#include "keys.h"
#include "mix.h"
#include "rng.h"
#include "spec.h"

/**
 * struct workload - what a group's workers do; constant after workload_init()
 * @mix: which operation
 * @keys: about which key; the distribution is that of all groups
 * @hold: how long it stays in its section
 * @stall_ns: how long the first worker stays in each read section instead, or 0
 * @think: closed loop: how long a worker waits between operations
 * @arrival: open loop: the time between two operations that come due
 * @open: whether the loop is open
 * @wait: what a worker does whose operation has to wait
 * @deadline_ns: after how long it gives up; 0: never
 */
struct workload {
	struct mix mix;
	struct keys keys;
	struct delay_spec hold;
	u64 stall_ns;
	struct delay_spec think;
	struct delay_spec arrival;
	bool open;
	enum spec_wait wait;
	u64 deadline_ns;
};

/**
 * struct drawn - an operation
 * @index: which of the mix
 * @verb: its number in the structure
 * @write: whether it needs the write side
 * @key: what it is about
 * @value: what it stores, which is the key that was drawn; of a pair the second key
 * @stay_ns: how long it stays
 */
struct drawn {
	u32 index;
	u32 verb;
	bool write;
	u64 key;
	u64 value;
	u64 stay_ns;
};

int workload_init(struct workload *load, const struct mix *mix, const struct spec *spec);
void workload_destroy(struct workload *load);

/**
 * workload_draw - what comes next
 * @load: the workload
 * @rng: the worker's random numbers
 * @turn: the worker's own count of draws, for sequential keys
 * @worker: its number; the first one stalls
 *
 * The order of the draws is part of what a seed means: the verb, how long to stay, the key,
 * and for a pair the second key. A key is drawn also where it is the worker instead.
 *
 * Context: any.
 * Return: the operation.
 */
static __always_inline struct drawn workload_draw(const struct workload *load, struct rng *rng,
						  u64 *turn, u32 worker)
{
	struct drawn d;

	d.index = mix_next(&load->mix, rng);
	d.verb = load->mix.verb[d.index];
	d.write = load->mix.write & 1U << d.index;
	d.stay_ns = delay_next(&load->hold, rng);
	d.key = keys_next(&load->keys, rng, turn);
	d.value = load->mix.pair & 1U << d.index ? keys_next(&load->keys, rng, turn) : d.key;
	if (load->mix.worker & 1U << d.index)
		d.key = worker;
	if (load->stall_ns && !worker && !d.write)
		d.stay_ns = load->stall_ns;
	return d;
}

/**
 * workload_follow - what comes next after an operation that has been carried out
 * @load: the workload
 * @d: what was drawn, that one; and then what follows it
 * @value: what it got
 *
 * Draws nothing.
 *
 * Context: any.
 * Return: true: @d is to be done next; false: any may be drawn.
 */
static __always_inline bool workload_follow(const struct workload *load, struct drawn *d, u64 value)
{
	const u32 then = load->mix.then[d->index];

	if (then == d->index)
		return false;
	d->index = then;
	d->verb = load->mix.verb[then];
	d->write = load->mix.write & 1U << then;
	d->key = 0;
	d->value = value;
	d->stay_ns = 0;
	return true;
}

#endif /* CONTEND_WORKLOAD_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What disturbs a team at its work, from outside the measured loop: threads that
 * preempt its workers, move them, and take CPUs away from under them.
 */
#ifndef CONTEND_ENGINE_DISTURB_H
#define CONTEND_ENGINE_DISTURB_H

#include <linux/cpumask.h>
#include <linux/types.h>

struct disturber;
struct spec;
struct team;

/**
 * struct disturb - the threads that disturb a team, and how often they did
 * @preempt_ns: mean time between two preemptions of a CPU, 0 for none, constant
 * @shuffle_ns: how long a CPU is left idle, 0 for none is, constant
 * @hotplug_ns: how long a CPU is offline, 0 for none is, constant
 * @seed: of random times, constant
 * @team: the team
 * @threads: the threads, NULL before disturb_begin() and after disturb_end()
 * @nr: how many they are
 * @preempted: how often a CPU was taken from its worker
 * @holders: of which it was a writer in its section
 * @waited_ns: how long the preempting threads waited for their share of a CPU, see
 *	engine/share.h
 * @shuffled: how often another CPU was left idle
 * @unplugged: how often a CPU went offline and came back
 *
 * All of it is the leader's. What a thread does it counts for itself, and is summed
 * when it has been joined.
 */
struct disturb {
	u64 preempt_ns;
	u64 shuffle_ns;
	u64 hotplug_ns;
	u64 seed;
	struct team *team;
	struct disturber *threads;
	u32 nr;
	u64 preempted;
	u64 holders;
	u64 waited_ns;
	u64 shuffled;
	u64 unplugged;
};

void disturb_init(struct disturb *d, const struct spec *spec);
int disturb_begin(struct disturb *d, struct team *team);
int disturb_end(struct disturb *d);
size_t disturb_describe(const struct disturb *d, char *buf, size_t size);
bool disturb_can_unplug(void);
bool disturb_claim_hotplug(void);
void disturb_release_hotplug(void);

#endif /* CONTEND_ENGINE_DISTURB_H */
